"""How far a command of the command line is: a bar for a person, now and then a line for a log."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

# How often a log, where nobody sees a bar, gets a line.
SECONDS_BETWEEN_LINES = 5.0

# Told the step under way, how much of it is done and, where that is known, of how much (else 0).
Report = Callable[[str, int, int], None]


@contextmanager
def shown_progress(console: Console) -> Iterator[Report]:
    """A function that is told how far a long piece of work is: a bar for the step under way, or now and then a line."""
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
