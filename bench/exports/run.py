"""One export in a process of its own: `python -m bench.exports.run URL FOLDER DOCUMENT`."""

import asyncio
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path

from domain.coexistence.exports import BulkExport
from domain.core.database import connect
from domain.core.perform import perform
from domain.core.records import GROUP
from server.exports import Exports
from server.integration import SESSIONS, storage_of
from server.roads import open_roads
from server.settings import Settings
from tests.memory import peak_mib

POLL_SECONDS = 0.2
_RUN = "SELECT status, row_count, file_kib, failure FROM export_run WHERE id = $1"


async def export(url: str, folder: Path, document: str) -> None:
    """Run the export as the account of the benchmark and print what it took."""
    settings = Settings(database_url=url, data_dir=folder, secret="a secret of this benchmark, long enough")
    async with AsyncExitStack() as stack:
        roads = await open_roads(settings, SESSIONS, stack)
        acting = await roads.acting("bench", ("auditor", "integration"), "bench")
        assert acting is not None, "the account of the benchmark is there"
        made = await perform(roads.database, *acting, GROUP, [BulkExport(document=document)])
        connection = await connect(url)
        stack.push_async_callback(connection.close)
        stop, began = asyncio.Event(), time.monotonic()
        runner = Exports(roads, roads.unlimited, storage_of(settings), settings.limits)
        running = asyncio.create_task(runner.run(connection, asyncio.Event(), stop))
        while True:
            await asyncio.sleep(POLL_SECONDS)
            async with roads.database.acquire() as other:
                row = await other.fetchrow(_RUN, made.ids[0])
            assert row is not None, "the run is there"
            if row["status"] not in ("QUEUED", "RUNNING"):
                break
        seconds = time.monotonic() - began
        stop.set()
        await running
        lines, mib = row["row_count"], row["file_kib"] // 1_024
        print(f"{row['status']} {lines} lines, {mib} MiB in {seconds:.1f} s: {lines / seconds:.0f} a second, "
              f"peak {peak_mib():.0f} MiB")  # fmt: skip


if __name__ == "__main__":
    asyncio.run(export(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))
