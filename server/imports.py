"""`skein import` and `skein rehearse`: run over the database with a progress bar, the report printed.

The report is the answer of the command and goes to the output; the bar goes to the error stream.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path

from rich.console import Console

from domain.coexistence.adventureworks import import_adventureworks
from domain.coexistence.demo import import_demo
from domain.coexistence.feeds import LIMITS, importer
from domain.coexistence.gudid.importer import import_gudid
from domain.coexistence.imports import ImportReport
from domain.coexistence.imports import Progress as Report
from domain.coexistence.rehearsal import rehearse_purchases
from domain.core.database import Connection, connect
from domain.core.records import GROUP
from server.progress import shown_progress

Importing = Callable[[Connection, Report], Awaitable[ImportReport]]


def adventureworks(directory: Path, *, dry_run: bool) -> Importing:
    """The import of a legacy ERP's files as one company."""
    return lambda connection, report: import_adventureworks(connection, directory, dry_run=dry_run, progress=report)


def gudid(directory: Path, *, dry_run: bool) -> Importing:
    """The import of the device register's release into the group's masters."""
    return lambda connection, report: import_gudid(
        importer(connection, GROUP), directory, dry_run=dry_run, progress=report
    )


def demo() -> Importing:
    """The demonstration group, the same on every machine."""
    return lambda connection, report: import_demo(importer(connection, GROUP), progress=report)


def rehearsal(company: str, *, into: str | None, dry_run: bool) -> Importing:
    """The rehearsal of a company's historical purchases in a second one."""
    return lambda connection, report: rehearse_purchases(
        connection, company, into=into, dry_run=dry_run, progress=report
    )


async def run_import(url: str, importing: Importing, console: Console) -> ImportReport:
    """The report of one run, its progress shown meanwhile."""
    connection = await connect(url, LIMITS)
    try:
        with shown_progress(console) as report:
            return await importing(connection, report)
    finally:
        await connection.close()
