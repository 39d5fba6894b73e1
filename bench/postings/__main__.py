"""`python -m bench.postings`: how many journals a second eight clients post, in one gap-free series and in eight.

A gap-free number is held from its drawing to the end of the transaction, so a series takes one posting after the other:
its ceiling is one over the time that a posting holds it. Clients of other series, months here, wait for nobody.
Journals have two lines on the same two accounts; commits are durable; permission, idempotency, audit and turnover are
on. One process, without HTTP: what is measured is the write road. A batch draws its numbers once.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from statistics import median

import asyncpg

from bench.processes import children, cpu_seconds
from domain.core.database import Database
from domain.core.numbering import ranges_of
from domain.finance.commands import PostJournal
from migrations.guards import guard_statements
from migrations.tables import create_statements
from server.embedded import Embedded
from tests.domain.books import AX, World, a_world
from tests.domain.finance.money import a_journal

SECONDS = float(os.environ.get("BENCH_SECONDS", "4"))
CLIENTS, BATCH = 8, 100

Posted = list[float]


async def client(world: World, commands: Sequence[PostJournal], until: float, took: Posted) -> None:
    """Post the same again and again; the milliseconds of each go to `took`."""
    while time.perf_counter() < until:
        began = time.perf_counter()
        performed = await world.act(world.chief, AX, *commands)
        assert performed.committed, performed.refusals
        took.append((time.perf_counter() - began) * 1e3)


async def measured(world: World, work: Sequence[Sequence[PostJournal]], pids: list[int]) -> tuple[float, float, float]:
    """Journals a second of one client for each piece of work, the median milliseconds, and CPU milliseconds of one."""
    took: Posted = []
    before, began = cpu_seconds(pids), time.perf_counter()
    await asyncio.gather(*(client(world, commands, began + SECONDS, took) for commands in work))
    elapsed = time.perf_counter() - began
    count = len(took) * len(work[0])
    return count / elapsed, median(took), (cpu_seconds(pids) - before) * 1e3 / count


async def compare(url: str, server_pid: int) -> None:
    """Print each way."""
    database = await Database.open(url, CLIENTS + 1)
    try:
        world = await a_world(database)
        journal = await a_journal(world)
        # May is the clients' own month; the eight months are eight series.
        months = [replace(journal, occurred_on=date(2026, month, 10)) for month in range(1, CLIENTS + 1)]
        ways = {
            "1 client, 1 series": [[journal]],
            f"{CLIENTS} clients, 1 series (the ceiling)": [[journal]] * CLIENTS,
            f"{CLIENTS} clients, {CLIENTS} series": [[one] for one in months],
            f"1 client, 1 series, {BATCH} in a batch": [[journal] * BATCH],
            f"{CLIENTS} clients, 1 series, {BATCH} in a batch": [[journal] * BATCH] * CLIENTS,
        }
        print(f"{'':46}{'journals/s':>12}{'median ms':>12}{'CPU ms each':>13}")
        for name, work in ways.items():
            await measured(world, [commands[:1] for commands in work], [])
            pids = children(os.getpid()) + children(server_pid)
            rate, wall, cpu = await measured(world, work, pids)
            print(f"{name:46}{rate:12,.0f}{wall:12.1f}{cpu:13.2f}", flush=True)
        rows = await world.rows(
            "SELECT count(*) AS n FROM (SELECT substring(number FROM '^.*-') AS series, count(*) AS n, "
            "max(substring(number FROM '[0-9]+$')::int) AS last FROM journal_entry GROUP BY 1) s WHERE n <> last"
        )
        print(f"{rows[0]['n']} series with a gap")
    finally:
        await ranges_of(database).close()
        await database.close()


async def main() -> None:
    """Run everything and print."""
    with tempfile.TemporaryDirectory(prefix="skein-bench-") as folder, Embedded(Path(folder) / "server") as server:
        connection = await asyncpg.connect(server.url("postgres"))
        for statement in (*create_statements(), *guard_statements()):
            await connection.execute(statement)
        await connection.close()
        pid = server.pid
        assert pid is not None, "the server runs"
        await compare(server.url("postgres"), pid)


if __name__ == "__main__":
    asyncio.run(main())
