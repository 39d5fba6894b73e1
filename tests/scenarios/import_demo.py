"""A process that loads the demonstration group, for tests that kill it: URL. Prints progress, then counts as JSON."""

import asyncio
import json
import sys

from domain.coexistence.demo import import_demo
from domain.coexistence.feeds import LIMITS, importer
from domain.core.database import connect
from domain.core.records import GROUP


def progress(label: str, done: int, total: int) -> None:
    """One line a step."""
    print(label, done, total, flush=True)


async def main(url: str) -> None:
    """Load and report."""
    connection = await connect(url, LIMITS)
    report = await import_demo(importer(connection, GROUP), progress=progress)
    await connection.close()
    names = ("status", "created", "updated", "unchanged", "refused")
    print(json.dumps({name: getattr(report, name) for name in names}), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
