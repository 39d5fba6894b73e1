"""A process that imports a release of the register, for tests that measure or kill it: URL DIRECTORY.

Prints each step of the progress, and at the end the report's counts with the memory it took, as JSON.
"""

import asyncio
import json
import sys
from pathlib import Path

from domain.coexistence.feeds import LIMITS, importer
from domain.coexistence.gudid.importer import import_gudid
from domain.core.database import connect
from domain.core.records import GROUP
from tests.memory import peak_mib


def progress(label: str, done: int, total: int) -> None:
    """One line a batch."""
    print(label, done, total, flush=True)


async def main(url: str, directory: Path) -> None:
    """Import and report."""
    connection = await connect(url, LIMITS)
    report = await import_gudid(importer(connection, GROUP), directory, dry_run=False, progress=progress)
    await connection.close()
    counts = {name: getattr(report, name) for name in ("status", "created", "updated", "unchanged", "refused")}
    print(json.dumps({**counts, "seconds": report.seconds, "megabytes": round(peak_mib())}), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
