import asyncio

from domain.core.database import Database
from domain.core.numbering import RANGE_SIZE, Series, draw, ranges_of
from domain.core.work import Work
from tests.domain.core.units import all_grants, an_actor, an_instant

ORDERS = Series("order", prefix="PO-", digits=4)
INVOICES = Series("invoice", prefix="INV", digits=3, gap_free=True)


async def test_numbers_are_padded_and_go_on_where_they_stopped(database: Database):
    async with database.acquire() as connection:
        assert (await draw(connection, 1, ORDERS, 2)).take(2) == ["PO-0001", "PO-0002"]
        assert (await draw(connection, 1, ORDERS, 1)).take(1) == ["PO-0003"]
        assert (await draw(connection, 2, ORDERS, 1)).take(1) == ["PO-0001"]


async def test_the_stored_series_overrides_prefix_and_digits(database: Database):
    async with database.acquire() as connection:
        await draw(connection, 1, ORDERS, 1)
        await connection.execute("UPDATE number_series SET prefix = 'X', digits = 2")
        assert (await draw(connection, 1, ORDERS, 1)).take(1) == ["X02"]


async def test_processes_draw_ranges_and_never_the_same_number(fresh_database: str):
    processes = [await Database.open(fresh_database, 1) for _ in range(3)]
    drawn = await asyncio.gather(*(
        ranges_of(process).take(1, ORDERS, count) for process in processes for count in (1, 7, RANGE_SIZE, 120)
    ))  # fmt: skip
    numbers = [number for batch in drawn for number in batch]
    assert len(numbers) == len(set(numbers)) == 3 * (1 + 7 + RANGE_SIZE + 120)
    for process in processes:
        await process.close()


async def test_gap_free_numbers_have_no_gap_though_works_fail(database: Database):
    """A work that is undone gives its number back, because it was drawn in the work's own transaction."""

    async def post(turn: int) -> None:
        async with database.acquire() as connection:
            work = Work(
                connection=connection, actor=an_actor(), grants=all_grants(), company_id=1, command="Post",
                now=an_instant(), ranges=ranges_of(database),
            )  # fmt: skip
            await connection.execute("BEGIN")
            [number] = await work.number(INVOICES, 1)
            if turn % 3 == 0:
                await connection.execute("ROLLBACK")
            else:
                kept.append(number)
                await connection.execute("COMMIT")

    kept: list[str] = []
    await asyncio.gather(*(post(turn) for turn in range(30)))
    assert sorted(kept) == [f"INV{number:03}" for number in range(1, 21)]
