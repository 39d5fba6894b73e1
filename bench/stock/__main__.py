"""`python -m bench.stock`: what late documents cost with 10, 1,000 and 100,000 later movements of the same item.

A receipt and an issue dated back, and a cost of goods received before all of them. Each is performed as a dry run, so
that every sample meets the same books; all but the commit is measured.

What is to be seen: 100,000 later movements cost what 10 do, within the noise of the machine, and 1,000 cost more. Up to
`MOVEMENTS_AFTER_MAX` movements behind a late one are valued again one by one, since each layer of FIFO and each average
rounds on what the one before it left; behind more the late document takes its place at the end and only its difference
is shared. So the cost has a ceiling at the bound, whatever the history; measured on two shared cores, milliseconds:

    method    document                 10    1,000  100,000
    STANDARD  issue dated back       44.6     28.3     42.9
    FIFO      issue dated back       31.8    226.7     26.4
    FIFO      late cost              29.0     39.7     27.7
    AVERAGE   receipt dated back     28.4    273.1      9.4
    AVERAGE   late cost              37.1     95.0     15.3

A closed form that spreads the delta of a layer over the quantities taken from it would flatten the middle too, but for
a late cost of FIFO alone, and to the last digit only where no movement was rounded: it was not taken.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import asyncpg

from domain.core.database import Database
from domain.core.money import Money
from domain.core.numbering import ranges_of
from domain.core.perform import BatchPolicy
from domain.inventory import receive_stock
from domain.inventory.commands import AddLandedCost, IssueStock
from domain.inventory.models import LandedCostBasis, ValuationMethod
from domain.inventory.rules import Incoming
from migrations.guards import guard_statements
from migrations.tables import create_statements
from server.embedded import Embedded
from tests.domain.books import AX, World, a_work, a_world
from tests.domain.inventory.goods import delivery, issue, received, valued

SIZES = tuple(int(size) for size in os.environ.get("BENCH_MOVEMENTS", "10,1000,100000").split(","))
SAMPLES = int(os.environ.get("BENCH_SAMPLES", "9"))
FIRST, LATE = date(2026, 5, 1), date(2026, 5, 2)

# Issues of one piece each, of the goods that the first receipt brought, from the third of May on.
_LATER = """
WITH made AS (
    SELECT n, gen_random_uuid() AS move, gen_random_uuid() AS gone, gen_random_uuid() AS come,
           date '2026-05-03' + (n % 17)::int AS day
    FROM generate_series(1, $5::int) AS n
), numbered AS (
    SELECT *, row_number() OVER (ORDER BY day, n) + 1 AS place FROM made
), moves AS (
    INSERT INTO stock_move (company_id, id, posting_id, kind, occurred_on)
    SELECT 1, move, move, 'ISSUE', day FROM numbered
), entries AS (
    INSERT INTO stock_entry (company_id, id, stock_move_id, position, occurred_on, item_id, location_id, quantity,
                             unit_cost, value)
    SELECT 1, gone, move, 1, day, $1::uuid, $2::uuid, -1, 10, -10 FROM numbered
    UNION ALL SELECT 1, come, move, 2, day, $1::uuid, $3::uuid, 1, 0, 0 FROM numbered
)
INSERT INTO value_layer (company_id, id, posting_id, movement_id, stock_entry_id, pool_id, layer_id, item_id, method,
                         occurred_on, moved_on, sequence, quantity, value, account_id)
SELECT 1, gen_random_uuid(), move, gone, gone, p.id, CASE WHEN p.method = 'FIFO' THEN $4::uuid ELSE p.id END, $1::uuid,
       p.method, day, day, place, -1, -10, (SELECT id FROM account WHERE company_id = 1 AND role = 'COST_OF_SALES')
FROM numbered CROSS JOIN (SELECT id, method FROM value_pool WHERE item_id = $1::uuid) AS p
"""


async def grow(world: World, entry: UUID, item: str, count: int) -> None:
    """The books as they are after so many issues of one piece."""
    async with world.database.acquire() as connection, connection.raw.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute("SET LOCAL statement_timeout = 0")
        stores = world[f"STORES{AX}"]
        outside = await connection.fetchval("SELECT id FROM location WHERE kind = 'SUPPLIER' LIMIT 1")
        await connection.fetch(_LATER, world[item], stores, outside, entry, count)
        for table, where in (
            ("value_pool", "item_id = $1"),
            ("open_layer", "pool_id IN (SELECT id FROM value_pool WHERE item_id = $1)"),
        ):
            await connection.fetch(
                f"UPDATE {table} SET quantity = quantity - $2, value = value - 10 * $2 WHERE {where}",
                world[item], Decimal(count),
            )  # fmt: skip
        await connection.fetch(
            "UPDATE value_pool SET movement_count = $2 + 1, last_moved_on = date '2026-05-20' WHERE item_id = $1",
            world[item], count,
        )  # fmt: skip
        await connection.fetch(
            "UPDATE stock_balance SET quantity = quantity - $2 WHERE item_id = $1", world[item], Decimal(count)
        )
    async with world.database.acquire() as connection:
        await connection.execute("SET statement_timeout = 0")
        await connection.execute("VACUUM ANALYZE")


async def receive(world: World, late: Incoming) -> None:
    """A receipt dated back, undone again."""
    async with world.database.acquire() as connection:
        transaction = connection.raw.transaction()
        await transaction.start()  # pyright: ignore[reportAttributeAccessIssue]  # asyncpg's own
        await receive_stock(a_work(connection, world.chief, world.grants, AX), [late])
        await transaction.rollback()  # pyright: ignore[reportAttributeAccessIssue]  # as above


async def dry(world: World, command: AddLandedCost | IssueStock) -> None:
    """A command performed and undone."""
    performed = await world.act(world.chief, AX, command, policy=BatchPolicy.DRY_RUN)
    assert not performed.refusals, performed.refusals


async def timed(act: Callable[[], Awaitable[None]]) -> float:
    """Milliseconds, the best of the samples after two that warm: what else the machine does only adds to it."""
    times: list[float] = []
    for _ in range(SAMPLES + 2):
        began = time.perf_counter()
        await act()
        times.append((time.perf_counter() - began) * 1e3)
    return min(times[2:])


async def measure(url: str, method: ValuationMethod, count: int) -> dict[str, float]:
    """What each late document costs behind so many movements."""
    database = await Database.open(url, 2)
    try:
        world = await a_world(database)
        await valued(world, "GEAR", method)
        entry = (await received(world, ("GEAR", "200000", "10"), on=FIRST))["GEAR"]
        await grow(world, entry, "GEAR", count)
        cost = AddLandedCost(
            stock_entries=(entry,), basis=LandedCostBasis.EQUAL, amount=Money(Decimal("1234.56"), "USD")
        )
        return {
            "receipt dated back": await timed(lambda: receive(world, delivery(world, ("GEAR", "10", "12"), on=LATE))),
            "issue dated back": await timed(lambda: dry(world, issue(world, "GEAR", "5", on=LATE))),
            "late cost": await timed(lambda: dry(world, cost)),
        }
    finally:
        await ranges_of(database).close()
        await database.close()


async def main() -> None:
    """Run everything and print; the last column is the largest number against the smallest."""
    with tempfile.TemporaryDirectory(prefix="skein-bench-") as folder, Embedded(Path(folder) / "server") as server:
        print(f"{'method':10}{'document':24}" + "".join(f"{size:>12,}" for size in SIZES) + f"{'ratio':>8}")
        for method in (ValuationMethod.STANDARD, ValuationMethod.FIFO, ValuationMethod.AVERAGE):
            found: dict[str, list[float]] = {}
            for size in SIZES:
                name = f"bench_{method.value.lower()}_{size}"
                await created(server, name)
                for document, took in (await measure(server.url(name), method, size)).items():
                    found.setdefault(document, []).append(took)
            for document, times in found.items():
                cells = "".join(f"{took:>9.1f} ms" for took in times)
                print(f"{method.value:10}{document:24}{cells}{times[-1] / times[0]:>8.2f}", flush=True)


async def created(server: Embedded, name: str) -> None:
    """A database of that name with the schema."""
    connection = await asyncpg.connect(server.url("postgres"))
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    connection = await asyncpg.connect(server.url(name))
    for statement in ("BEGIN", *create_statements(), *guard_statements(), "COMMIT"):
        await connection.execute(statement)
    await connection.close()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
