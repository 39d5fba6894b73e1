from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from domain.core.work import Work
from domain.finance.rules import PeriodClosed
from domain.inventory import OpeningStock, on_hand, open_stock
from domain.inventory.models import StockStatus
from domain.inventory.rules import StockAlreadyOpen
from domain.master_data.places import Location, LocationKind
from tests.domain.books import AX, World, a_work

CUT_OVER = date(2026, 1, 31)
ACCOUNTS = """
SELECT a.role, sum(l.amount) AS amount FROM journal_line l
JOIN account a ON a.company_id = l.company_id AND a.id = l.account_id GROUP BY a.role ORDER BY a.role
"""


def opening(world: World, item: str, quantity: str, cost: str, **more: object) -> OpeningStock:
    return OpeningStock(
        item_id=world[item],
        location_id=more.pop("location_id", world[f"STORES{AX}"]),  # pyright: ignore[reportArgumentType]  # a UUID
        quantity=Decimal(quantity),
        unit_cost=Decimal(cost),
        **more,  # pyright: ignore[reportArgumentType]  # as each test names them
    )


async def opened(world: World, *rows: OpeningStock, on: date = CUT_OVER) -> list[UUID]:
    async def act(work: Work) -> list[UUID]:
        return await open_stock(work, rows, on)

    return await world.works(AX, act)


async def accounts(world: World) -> dict[str, Decimal]:
    return {row["role"]: row["amount"] for row in await world.rows(ACCOUNTS)}


async def test_an_opening_keeps_the_sources_value_to_the_last_digit(world: World):
    ids = await opened(
        world, opening(world, "GEAR", "7", "98.7714", storage_bin="A/5"), opening(world, "BOLT", "3", "0.0049")
    )
    rows = await world.rows(
        "SELECT id, quantity, standard_value, storage_bin FROM stock_balance ORDER BY quantity DESC"
    )
    assert [tuple(row.values()) for row in rows] == [
        (ids[0], Decimal(7), Decimal("691.3998"), "A/5"), (ids[1], Decimal(3), Decimal("0.0147"), None),
    ]  # fmt: skip
    assert await world.findings() == []


async def test_each_place_has_a_posting_and_the_whole_is_rounded_once(world: World):
    await opened(
        world,
        opening(world, "GEAR", "1", "10.004"),
        opening(world, "BOLT", "1", "10.004"),
        opening(world, "STENT", "1", "10.004"),
    )
    assert await accounts(world) == {
        "OPENING_BALANCE": Decimal("-30.01"), "ROUNDING": Decimal("0.01"), "STOCK": Decimal("30.00"),
    }  # fmt: skip
    moves = await world.rows("SELECT kind, occurred_on, count(*) FROM stock_move GROUP BY kind, occurred_on")
    assert [tuple(row.values()) for row in moves] == [("OPENING", CUT_OVER, 3)]
    vouchers = await world.rows("SELECT number FROM journal_entry ORDER BY number")
    assert [row["number"] for row in vouchers] == [f"OPENING-2026-01-00000{place}" for place in range(1, 5)]
    assert await world.findings() == []


async def test_an_empty_place_has_a_balance_and_no_posting(world: World):
    await opened(world, opening(world, "GEAR", "0", "98.7714"))
    [row] = await world.rows("SELECT quantity, standard_value FROM stock_balance")
    assert (row["quantity"], row["standard_value"]) == (Decimal(0), Decimal(0))
    assert await world.rows("SELECT id FROM stock_move") == []
    assert await world.rows("SELECT id FROM journal_entry") == []
    assert await world.findings() == []


async def test_stock_is_opened_once(world: World):
    await opened(world, opening(world, "GEAR", "7", "98.7714"))
    before = await world.state()
    with pytest.raises(StockAlreadyOpen) as refused:
        await opened(world, opening(world, "BOLT", "1", "1"), opening(world, "GEAR", "7", "98.7714"))
    assert refused.value.code == "STOCK_ALREADY_OPEN"
    assert refused.value.values["quantity"] == Decimal(7)
    assert await world.state() == before


async def test_stock_is_not_opened_in_a_closed_period(world: World):
    before = await world.state()
    with pytest.raises(PeriodClosed):
        await opened(world, opening(world, "GEAR", "7", "98.7714"), on=date(2025, 12, 31))
    assert await world.state() == before


async def test_only_released_goods_of_ours_are_on_hand(world: World):
    await opened(
        world,
        opening(world, "GEAR", "7", "1"),
        opening(world, "GEAR", "2", "1", status=StockStatus.QUARANTINE),
    )

    async def asked(work: Work) -> dict[UUID, Decimal]:
        return await on_hand(work, [world["GEAR"], world["BOLT"]])

    assert await world.works(AX, asked) == {world["GEAR"]: Decimal(7), world["BOLT"]: Decimal(0)}


async def test_two_hundred_places_open_in_as_many_statements_as_one(world: World):
    async def places(work: Work) -> list[UUID]:
        rows = [{"code": f"B{n}", "name": f"Bin {n}", "kind": LocationKind.STORAGE} for n in range(201)]
        return await work.insert(Location, rows)

    bins = await world.works(AX, places)
    # The first opening of a company also makes its counter-location.
    await opened(world, opening(world, "GEAR", "3", "1.2345", location_id=bins[0]))
    one = await statements(world, opening(world, "GEAR", "3", "1.2345", location_id=bins[1]))
    many = [opening(world, "GEAR", "3", "1.2345", location_id=place) for place in bins[2:]]
    assert await statements(world, *many) == one
    [whole] = await world.rows("SELECT sum(standard_value) AS value, count(*) AS places FROM stock_balance")
    assert (whole["value"], whole["places"]) == (Decimal("744.4035"), 201)
    assert await world.findings() == []


async def statements(world: World, *rows: OpeningStock) -> int:
    """How many statements an opening sends."""
    async with world.database.acquire() as connection:
        raw = connection.raw
        sent: list[str] = []
        listener = lambda record: sent.append(record.query)  # noqa: E731 a function for one call
        raw.add_query_logger(listener)  # pyright: ignore[reportAttributeAccessIssue]  # asyncpg's, not in our protocol
        try:
            async with raw.transaction():
                work = a_work(connection, world.chief, world.grants, AX)
                sent.clear()
                await open_stock(work, rows, CUT_OVER)
                count = len(sent)
                await work.finish()
        finally:
            raw.remove_query_logger(listener)  # pyright: ignore[reportAttributeAccessIssue]  # as above
        return count
