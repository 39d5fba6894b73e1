"""Processes under test: started on one core, ended at the end, their CPU and memory read from /proc."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryFile

# The server under test has a core for itself; PostgreSQL and the load share the other.
SERVER_CORE, OTHER_CORE = 0, (os.cpu_count() or 1) - 1

# What is shown of the log of a process that ended by itself.
LOG_LINES = 30

# The graph as `skein serve` runs it, without its questions about the release and the embedded database.
SERVE = "from server.serve import serve; from server.settings import Settings; serve(Settings(), print)"


def children(pid: int) -> list[int]:
    """The process and all below it."""
    found, pending = [pid], [pid]
    while pending:
        for task in Path(f"/proc/{pending.pop()}/task").glob("*/children"):
            below = [int(one) for one in task.read_text().split()]
            found += below
            pending += below
    return found


def cpu_seconds(pids: list[int]) -> float:
    """The CPU time that the processes have used."""
    total = 0.0
    for pid in pids:
        try:
            for task in Path(f"/proc/{pid}/task").glob("*/schedstat"):
                total += int(task.read_text().split()[0]) / 1e9
        except (FileNotFoundError, ProcessLookupError):
            continue  # It ended; a backend that ends during a sample takes its time along, and there are none such.
    return total


@contextmanager
def running(command: list[str], core: int, **environment: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A process pinned to a core, ended at the end. Its log goes to a file, shown if it ended by itself."""
    with TemporaryFile() as log:
        process = subprocess.Popen(
            command,
            env={**os.environ, **environment},
            stdout=subprocess.DEVNULL,
            stderr=log,
            preexec_fn=lambda: os.sched_setaffinity(0, {core}),  # noqa: PLW1509  no threads here
        )
        try:
            yield process
        finally:
            if process.poll() is not None:
                log.seek(0)
                sys.stderr.write(b"".join(log.readlines()[-LOG_LINES:]).decode(errors="replace"))
            process.terminate()
            process.wait(20)


def spread(values: list[float]) -> str:
    """Median and range."""
    return f"{median(values):9.3f} [{min(values):.3f} - {max(values):.3f}]"


def reached(is_reached: bool) -> str:
    """How a goal is marked."""
    return "reached" if is_reached else "NOT REACHED"
