"""A process that imports AdventureWorks, for tests that measure or kill it: URL DIRECTORY.

Prints each step of the progress, and at the end the report's counts with the memory it took, as JSON.
"""

import asyncio
import json
import sys
from pathlib import Path

from domain.coexistence.adventureworks import import_adventureworks
from tests.memory import peak_mib


def progress(label: str, done: int, total: int) -> None:
    """One line a chunk."""
    print(label, done, total, flush=True)


async def main(url: str, directory: Path) -> None:
    """Import and report."""
    report = await import_adventureworks(url, directory, progress=progress)
    counts = {name: getattr(report, name) for name in ("status", "created", "updated", "unchanged", "refused")}
    more = {"remarks": report.remarks, "without_home": report.without_home, "seconds": report.seconds}
    print(json.dumps({**counts, **more, "megabytes": round(peak_mib())}), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
