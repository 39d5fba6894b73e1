"""AdventureWorks: Microsoft's sample manufacturer, a complete legacy ERP, brought over as one company.

`import_adventureworks` reads its files and imports what has a home; the report says what has none.
"""

from pathlib import Path

from domain.coexistence.adventureworks.plan import COMPANY, plan
from domain.coexistence.adventureworks.readers import Source
from domain.coexistence.feeds import LIMITS, company_number, importer, run_plan
from domain.coexistence.imports import ImportReport, Progress
from domain.core.database import Connection, connect


def quiet(_label: str, _done: int, _total: int) -> None:
    """Progress that nobody watches."""


async def import_adventureworks(
    source: Connection | str, directory: Path, *, dry_run: bool = False, progress: Progress = quiet
) -> ImportReport:
    """The report of one run over the files in `directory`, on a connection or the URL of a database.

    Raises: UnreadableFile for a file that is missing or damaged, ImportRunning while another run is under way.
    """
    files = Source.at(directory)
    digest = files.digest()
    connection = source if isinstance(source, Connection) else await connect(source, LIMITS)
    try:
        company_id = await company_number(connection, COMPANY)
        planned = plan(files, company_id, digest)
        return await run_plan(importer(connection, company_id), planned, dry_run=dry_run, progress=progress)
    finally:
        if connection is not source:
            await connection.close()


__all__ = ["import_adventureworks"]
