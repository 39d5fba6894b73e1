"""`python -m bench.works`: the same business work for us and for Tryton 8.2, interleaved; ratios of medians.

Both run over the same PostgreSQL with durable commits, the application on one core, PostgreSQL and the client on the
other. CPU is that of the application and of all PostgreSQL processes, from /proc. Tryton is installed into a cache
folder and its company is made there once (ten minutes); without a package index it is left out, and that is said.

What the works ask for and main does not do yet is said beside the figures: it is work that Tryton does and we do not.
"""

import asyncio
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg

from bench.processes import OTHER_CORE, SERVE, SERVER_CORE, children, cpu_seconds, reached, running
from bench.works import data, tryton
from bench.works.bare import Bare, ids_of, price, written_since
from bench.works.ours import PORT, SECRET, Ours
from bench.works.theirs import Theirs
from server.embedded import Embedded

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
C8_CLIENTS, C8_SECONDS = 8, float(os.environ.get("BENCH_C8_SECONDS", "10"))
BARE_ROUNDS = 50
# A page of 50 from a random place among the first 80.
ORDERS_MIN = 140
GOAL = 100
# Rows are counted by PostgreSQL's statistics, which come a second late.
STATISTICS_SECONDS = 1.5

# The work by name: how often ours and theirs do it in a round, and what Tryton does that ours does not do yet.
WORKS: dict[str, tuple[int, int, str]] = {
    "w1": (20, 2, "stock is promised, the shipment and the invoice are made when goods are picked and leave"),
    "w2": (10, 1, "received into one place, without the moves through an input zone"),
    "w3": (20, 1, "no printed document, as in Tryton"),
    "w4": (20, 2, ""),
    "w5_trial_balance": (20, 2, ""),
    "w5_ledger": (10, 1, ""),
    "w6_items": (10, 1, ""),
    "w6_bins": (5, 1, ""),
    "w8": (10, 1, ""),
}
NOT_YET = "W7 has no planning on our side: it is not measured."


@dataclass
class Contender:
    """One application with its database, and what was measured of it by work."""

    make: Callable[[int], Any]
    application: int
    database: Embedded
    database_name: str
    client: Any = None
    wall: dict[str, list[float]] = field(default_factory=dict)
    cpu: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    counted: dict[str, tuple[int, int, int, int]] = field(default_factory=dict)

    def processes(self) -> tuple[list[int], list[int]]:
        """The application's and the database's."""
        pid = self.database.pid
        assert pid is not None, "the server runs"
        return children(self.application), children(pid)

    def sample(self, work: str, times: int) -> None:
        """Do a work some times, measured."""
        application, database = self.processes()
        before = cpu_seconds(application), cpu_seconds(database)
        for _ in range(times):
            began = time.perf_counter()
            getattr(self.client, work)()
            self.wall.setdefault(work, []).append((time.perf_counter() - began) * 1e3)
        after = cpu_seconds(application), cpu_seconds(database)
        spent = ((after[0] - before[0]) * 1e3 / times, (after[1] - before[1]) * 1e3 / times)
        self.cpu.setdefault(work, []).append(spent)

    def total(self, work: str) -> list[float]:
        """CPU milliseconds of each sample."""
        return [sum(one) for one in self.cpu[work]]

    async def count(self, work: str) -> None:
        """Statements, rows, bytes and round trips of one."""
        connection = await asyncpg.connect(self.database.url(self.database_name))
        try:
            await connection.execute("ALTER SYSTEM SET log_statement = 'all'")
            rows = await _rows(connection)
            await connection.execute("SELECT pg_reload_conf()")
            await asyncio.sleep(STATISTICS_SECONDS)
            size, trips, before = self.client.bytes, self.client.trips, self.database.log.stat().st_size
            getattr(self.client, work)()
            said = self.database.log.read_bytes()[before:]
            statements = said.count(b"LOG:  statement: ") + said.count(b"LOG:  execute ")
            await connection.execute("ALTER SYSTEM RESET log_statement")
            await connection.execute("SELECT pg_reload_conf()")
            await asyncio.sleep(STATISTICS_SECONDS)
            written = await _rows(connection) - rows
            self.counted[work] = (statements, written, self.client.bytes - size, self.client.trips - trips)
        finally:
            await connection.close()


async def analysed(one: Contender) -> None:
    """Gather statistics of every table."""
    connection = await asyncpg.connect(one.database.url(one.database_name))
    try:
        await connection.execute("VACUUM ANALYZE", timeout=600)
    finally:
        await connection.close()


async def _rows(connection: asyncpg.Connection) -> int:
    await connection.execute("SELECT pg_stat_clear_snapshot()")
    return await connection.fetchval(
        "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint FROM pg_stat_user_tables"
    )


def ours(stack: ExitStack, folder: Path) -> Contender:
    """Our books, served."""
    server = stack.enter_context(Embedded(folder / "server"))
    asyncio.run(_filled(server))
    where = {
        "SKEIN_DATABASE_URL": server.url("bench"), "SKEIN_SECRET": SECRET, "SKEIN_PORT": str(PORT),
        "SKEIN_DATA_DIR": str(folder / "data"), "SKEIN_LOG_LEVEL": "error",
    }  # fmt: skip
    process = stack.enter_context(running([sys.executable, "-c", SERVE], SERVER_CORE, **where))
    made = Contender(Ours, process.pid, server, "bench")
    made.client = Ours(1)
    until = time.monotonic() + 120
    while True:
        try:
            made.client.ask("{ viewer { name } }")
            return made
        except OSError:
            if time.monotonic() > until or process.poll() is not None:
                raise
            time.sleep(0.3)


async def _filled(server: Embedded) -> None:
    connection = await asyncpg.connect(server.url("postgres"))
    await connection.execute("CREATE DATABASE bench")
    await connection.close()
    print("writing our books ...", flush=True)
    await data.fill(server.url("bench"))


def theirs(stack: ExitStack) -> Contender | None:
    """Tryton's, served; None where it cannot be installed."""
    if not tryton.installed():
        print("Tryton cannot be installed here (no package index): its side is left out")
        return None
    server = stack.enter_context(Embedded(tryton.CACHE / "server"))
    tryton.prepare(server)
    process = stack.enter_context(tryton.serving(4))
    made = Contender(Theirs, process, server, tryton.BENCH)
    made.client = Theirs(1)
    return made


def measure(contenders: list[Contender]) -> None:
    """Warm, with enough orders to page through; then round by round, each work by one and by the other.

    Both have statistics of their tables as autovacuum would have them a minute later: a statement planned while a table
    was empty would read the whole of it.
    """
    for one in contenders:
        one.client.fill(ORDERS_MIN)
        for work in WORKS:
            one.sample(work, 1)
        asyncio.run(analysed(one))
        for work in WORKS:
            one.sample(work, 1)
        one.cpu.clear()
        one.wall.clear()
    for turn in range(ROUNDS):
        print(f"round {turn + 1} of {ROUNDS} ...", flush=True)
        for work, (own, other, _) in WORKS.items():
            for one in contenders if turn % 2 else reversed(contenders):
                one.sample(work, own if one.make is Ours else other)
    for one in contenders:
        for work in WORKS:
            asyncio.run(one.count(work))


def crowd(one: Contender) -> tuple[int, int, float]:
    """C8: W3 from 8 clients; how many were posted, how many refused, and CPU milliseconds of one."""
    posted, refused = [0] * C8_CLIENTS, [0] * C8_CLIENTS
    clients = [one.make(100 + place) for place in range(C8_CLIENTS)]
    until = time.monotonic() + C8_SECONDS

    def client(place: int) -> None:
        while time.monotonic() < until:
            try:
                clients[place].w3()
                posted[place] += 1
            except (AssertionError, ValueError, HTTPException, OSError):
                # Refused by the business, or an answer that is no JSON: the server's fault is the client's refusal.
                refused[place] += 1

    before = sum(cpu_seconds(part) for part in one.processes())
    threads = [threading.Thread(target=client, args=(place,)) for place in range(C8_CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = sum(cpu_seconds(part) for part in one.processes()) - before
    return sum(posted), sum(refused), spent * 1e3 / max(1, sum(posted))


async def gapless(server: Embedded) -> str:
    """What the numbers of our invoices and the ledger look like after all of it."""
    connection = await asyncpg.connect(server.url("bench"))
    try:
        row = await connection.fetchrow(
            "SELECT count(*) AS n, count(DISTINCT number) AS d, max(substring(number FROM '[0-9]+$')::int) AS last, "
            "(SELECT sum(amount) FROM journal_line) AS sum FROM customer_invoice"
        )
        assert row is not None and row["n"] == row["d"] == row["last"] and row["sum"] == 0, dict(row or {})
        return f"{row['n']} numbers without gap or repeat, the ledger sums to 0"
    finally:
        await connection.close()


async def bare(one: Contender) -> dict[str, tuple[list[float], float, int]]:
    """For W1 to W3: milliseconds and CPU milliseconds of the SQL alone, and its rows."""
    found: dict[str, tuple[list[float], float, int]] = {}
    connection = await asyncpg.connect(one.database.url("bench"))
    try:
        for work in ("w1", "w2", "w3"):
            known = await ids_of(connection)
            xid: int = await connection.fetchval("SELECT pg_current_xact_id()::text::bigint")
            getattr(one.client, work)()
            again = Bare(connection, await written_since(connection, xid, known))
            wall, cpu = await price(again, BARE_ROUNDS, one.processes()[1])
            found[work] = (wall, cpu, again.rows)
    finally:
        await connection.close()
    return found


def report(contenders: list[Contender]) -> None:
    """A line a work and contender; and the ratios of CPU: of the medians, and of the extremes against each other."""
    print(f"\n{'work':18}{'':12}{'median ms':>10}{'p95':>9}{'CPU ms':>9}{'app':>9}{'database':>9}{'statements':>11}"
          f"{'rows':>7}{'bytes':>10}{'trips':>7}")  # fmt: skip
    for work, (_, _, missing) in WORKS.items():
        for one in contenders:
            wall = sorted(one.wall[work])
            application, database = (median(part[side] for part in one.cpu[work]) for side in (0, 1))
            statements, rows, size, trips = one.counted[work]
            print(f"{work:18}{one.client.name:12}{median(wall):10.1f}{wall[int(len(wall) * 0.95)]:9.1f}"
                  f"{median(one.total(work)):9.1f}{application:9.1f}{database:9.1f}{statements:11,}{rows:7,}{size:10,}"
                  f"{trips:7}")  # fmt: skip
        if len(contenders) > 1:
            own, other = (one.total(work) for one in contenders)
            ratio = median(other) / median(own)
            less = f"; ours does less: {missing}" if missing else ""
            print(f"{'':18}{ratio:.0f} times less CPU [{min(other) / max(own):.0f} - {max(other) / min(own):.0f}], "
                  f"goal {GOAL}: {reached(ratio >= GOAL)}{less}")  # fmt: skip


def main() -> None:
    """Run everything and print."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="skein-bench-")))
        os.sched_setaffinity(0, {OTHER_CORE})
        own = ours(stack, folder)
        peer = theirs(stack)
        contenders = [own] if peer is None else [own, peer]
        measure(contenders)
        report(contenders)
        print(NOT_YET, flush=True)
        own.client.w8_back()
        print("W8 back: 12 moves, the first of them the receipt from the supplier")
        for one in contenders:
            print(f"C8: {one.client.name} ...", flush=True)
            posted, refused, cpu = crowd(one)
            print(f"C8, 8 clients, {C8_SECONDS:.0f} s: {one.client.name}: {posted} invoices, {refused} refused, "
                  f"{cpu:.1f} ms CPU each", flush=True)  # fmt: skip
        print("C8:", asyncio.run(gapless(own.database)))
        print("load of the machine, 1, 5 and 15 minutes:", *(f"{one:.1f}" for one in os.getloadavg()))
        for work, (wall, cpu, rows) in asyncio.run(bare(own)).items():
            mine = median(own.total(work)) / cpu
            print(f"{work}: {mine:.1f} times the CPU and {median(own.wall[work]) / median(wall):.1f} times the time of "
                  f"the bare SQL that writes the same {rows} rows ({cpu:.1f} ms CPU, {median(wall):.1f} ms): "
                  f"{reached(mine <= 2)}")  # fmt: skip


if __name__ == "__main__":
    main()
