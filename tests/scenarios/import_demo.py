"""A process that loads the demonstration group, for tests that kill it: URL, and `purchases` to leave out the trade of
the last months. Prints progress, then counts as JSON.
"""

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


async def main(url: str, *, with_trade: bool) -> None:
    """Load and report."""
    connection = await connect(url, LIMITS)
    report = await import_demo(importer(connection, GROUP), progress=progress, with_trade=with_trade)
    await connection.close()
    names = ("status", "created", "updated", "unchanged", "refused")
    print(json.dumps({name: getattr(report, name) for name in names}), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], with_trade="purchases" not in sys.argv[2:]))
