"""A process that rehearses AdventureWorks' purchases, for a test that measures it: URL.

Prints the report's counts with the memory it took, as JSON.
"""

import asyncio
import json
import sys

from domain.coexistence.feeds import LIMITS
from domain.coexistence.rehearsal import rehearse_purchases
from domain.core.database import connect
from tests.memory import peak_mib


def progress(label: str, done: int, total: int) -> None:
    """One line a chunk."""
    print(label, done, total, flush=True)


async def main(url: str) -> None:
    """Rehearse and report."""
    connection = await connect(url, LIMITS)
    report = await rehearse_purchases(connection, "ADVENTUREWORKS", progress=progress)
    await connection.close()
    counts = {name: getattr(report, name) for name in ("status", "created", "unchanged", "refused", "remarks")}
    print(json.dumps({**counts, "megabytes": round(peak_mib())}), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
