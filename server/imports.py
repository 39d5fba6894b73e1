"""`skein import`: an importer run over the database with a progress bar, its report printed.

The report is the answer of the command and goes to the output; the bar goes to the error stream.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from domain.coexistence.adventureworks import import_adventureworks
from domain.coexistence.demo import import_demo
from domain.coexistence.feeds import LIMITS, importer
from domain.coexistence.gudid.importer import import_gudid
from domain.coexistence.imports import ImportReport
from domain.coexistence.imports import Progress as Report
from domain.core.database import Connection, connect
from domain.core.records import GROUP

# How often a log, where nobody sees a bar, gets a line.
SECONDS_BETWEEN_LINES = 5.0

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


async def run_import(url: str, importing: Importing, console: Console) -> ImportReport:
    """The report of one run, its progress shown meanwhile."""
    connection = await connect(url, LIMITS)
    try:
        with shown_progress(console) as report:
            return await importing(connection, report)
    finally:
        await connection.close()


@contextmanager
def shown_progress(console: Console) -> Iterator[Report]:
    """A function that an importer tells how far it is: a bar for the step under way, or now and then a line."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        bar = bars.add_task("")
        last_step, last_line = "", 0.0

        def report(step: str, done: int, total: int) -> None:
            nonlocal last_step, last_line
            if step != last_step:
                last_step = step
                bars.reset(bar, description=step, total=total or None)
            bars.update(bar, completed=done, total=total or None)
            if not console.is_terminal and monotonic() - last_line >= SECONDS_BETWEEN_LINES:
                last_line = monotonic()
                count = f" {done:,} of {total:,}" if total else ""
                console.print(f"{step}{count}", highlight=False, markup=False, soft_wrap=True)

        yield report
