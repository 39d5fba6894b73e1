"""Turnover is appended by postings, folded by a job, and always what the entries add up to."""

import asyncio
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.core.database import Connection
from domain.core.handling import Handling
from domain.finance import turnover as money
from domain.inventory import turnover as goods
from tests.domain.books import AX, BX, NOW, World

JANUARY, FEBRUARY, MID_JANUARY = date(2026, 1, 1), date(2026, 2, 1), date(2026, 1, 20)


async def received(world: World, quantity: str, on: date, *, company: int = AX) -> None:
    order = await world.approved(company, ("GEAR", quantity, "150"))
    performed = await world.act(world.buyer, company, world.receipt(order, (1, quantity, "0"), received_on=on))
    assert performed.committed, performed.refusals


def handling(world: World, connection: Connection, company: int) -> Handling:
    return Handling(connection=connection, actor=world.chief, grants=world.grants, company_id=company, now=NOW)


async def fold(world: World, company: int = AX) -> None:
    async with world.database.acquire() as connection, connection.raw.transaction():
        for sweep in (*money.SWEEPS, *goods.SWEEPS):
            await sweep.run(handling(world, connection, company))


async def account_turnover(world: World) -> list[tuple[Any, ...]]:
    rows = await world.rows(
        "SELECT a.role, t.grain, t.starts_on, sum(t.debit) AS debit, sum(t.credit) AS credit, count(*) AS n "
        "FROM account_turnover t JOIN account a ON a.company_id = t.company_id AND a.id = t.account_id "
        "WHERE t.company_id = $1 GROUP BY a.role, t.grain, t.starts_on ORDER BY a.role, t.grain, t.starts_on",
        AX,
    )
    return [tuple(row.values()) for row in rows]


async def test_a_posting_stands_in_the_turnover_of_its_day_and_its_month(world: World) -> None:
    await received(world, "2", MID_JANUARY)
    await received(world, "1", FEBRUARY)
    assert await account_turnover(world) == [
        ("GR_IR", "DAY", MID_JANUARY, Decimal(0), Decimal(300), 1),
        ("GR_IR", "DAY", FEBRUARY, Decimal(0), Decimal(150), 1),
        ("GR_IR", "MONTH", JANUARY, Decimal(0), Decimal(300), 1),
        ("GR_IR", "MONTH", FEBRUARY, Decimal(0), Decimal(150), 1),
        ("PURCHASE_PRICE_VARIANCE", "DAY", MID_JANUARY, Decimal(100), Decimal(0), 1),
        ("PURCHASE_PRICE_VARIANCE", "DAY", FEBRUARY, Decimal(50), Decimal(0), 1),
        ("PURCHASE_PRICE_VARIANCE", "MONTH", JANUARY, Decimal(100), Decimal(0), 1),
        ("PURCHASE_PRICE_VARIANCE", "MONTH", FEBRUARY, Decimal(50), Decimal(0), 1),
        ("STOCK", "DAY", MID_JANUARY, Decimal(200), Decimal(0), 1),
        ("STOCK", "DAY", FEBRUARY, Decimal(100), Decimal(0), 1),
        ("STOCK", "MONTH", JANUARY, Decimal(200), Decimal(0), 1),
        ("STOCK", "MONTH", FEBRUARY, Decimal(100), Decimal(0), 1),
    ]
    places = await world.rows(
        "SELECT l.kind, t.grain, t.starts_on, t.received, t.issued, t.transferred FROM stock_turnover t "
        "JOIN location l ON l.company_id = t.company_id AND l.id = t.location_id "
        "WHERE t.starts_on < '2026-02-01' ORDER BY l.kind, t.grain"
    )
    assert [tuple(row.values()) for row in places] == [
        ("STORAGE", "DAY", MID_JANUARY, Decimal(2), Decimal(0), Decimal(0)),
        ("STORAGE", "MONTH", JANUARY, Decimal(2), Decimal(0), Decimal(0)),
        ("SUPPLIER", "DAY", MID_JANUARY, Decimal(0), Decimal(2), Decimal(0)),
        ("SUPPLIER", "MONTH", JANUARY, Decimal(0), Decimal(2), Decimal(0)),
    ]
    [value] = await world.rows("SELECT quantity, gained, lost FROM value_turnover WHERE starts_on = $1", MID_JANUARY)
    assert tuple(value.values()) == (Decimal(2), Decimal(200), Decimal(0))
    assert await world.findings() == []


async def test_folding_makes_one_row_a_span_and_changes_no_sum(world: World) -> None:
    for quantity in ("1", "2", "4"):
        await received(world, quantity, MID_JANUARY)
    await received(world, "8", MID_JANUARY, company=BX)
    before = await account_turnover(world)
    assert {row[-1] for row in before} == {3}
    await fold(world)
    folded = await account_turnover(world)
    assert [row[:-1] for row in folded] == [row[:-1] for row in before]
    assert {row[-1] for row in folded} == {1}
    # Again with new rows beside a folded one, and once more with nothing to do.
    await received(world, "1", MID_JANUARY)
    await fold(world)
    once = await account_turnover(world)
    await fold(world)
    assert await account_turnover(world) == once
    assert {row[-1] for row in once} == {1}
    [left] = await world.rows("SELECT count(*) AS n FROM account_turnover WHERE company_id = $1 AND NOT is_folded", BX)
    assert left["n"] == 6, "the other company's rows wait for its own turn"
    assert await world.findings() == []


async def test_a_fold_waits_for_no_posting_and_loses_none(world: World) -> None:
    """What is posted but not committed while the job runs stays as it is, and is folded the next time."""
    await received(world, "1", MID_JANUARY)
    async with world.database.acquire() as posting:
        open_ = posting.raw.transaction()
        await open_.start()  # type: ignore[attr-defined]  # asyncpg's transaction, used without its block
        await posting.raw.execute(
            "INSERT INTO account_turnover (company_id, id, account_id, currency, group_currency, grain, starts_on, "
            "is_closing, debit, credit, transaction_debit, transaction_credit, group_debit, group_credit) "
            "SELECT company_id, gen_random_uuid(), account_id, currency, group_currency, grain, starts_on, is_closing, "
            "5, 0, 5, 0, 5, 0 FROM account_turnover"
        )
        await asyncio.wait_for(fold(world), 5)
        await open_.commit()  # type: ignore[attr-defined]  # see above
    unfolded = "SELECT count(*) AS n, sum(debit) AS debit FROM account_turnover WHERE NOT is_folded"
    assert (await world.rows(unfolded))[0] == {"n": 6, "debit": Decimal(30)}
    await fold(world)
    assert (await world.rows(unfolded))[0]["n"] == 0
    assert {row[-1] for row in await account_turnover(world)} == {1}


async def test_many_postings_and_folds_at_once_keep_every_sum(world: World) -> None:
    async def folds() -> None:
        for _ in range(6):
            await fold(world)
            await asyncio.sleep(0.01)

    await asyncio.gather(folds(), *(received(world, str(n), MID_JANUARY) for n in range(1, 6)))
    assert await world.findings() == []
    [stock] = [row for row in await account_turnover(world) if row[:2] == ("STOCK", "MONTH")]
    assert stock[3] == Decimal(1500)


@pytest.mark.parametrize(
    ("statement", "check", "message"),
    [
        ("UPDATE account_turnover SET debit = debit + 1 WHERE grain = 'MONTH' AND debit = 200", "account turnover",
         "turned over 201.000000, counted 200.000000"),
        ("DELETE FROM account_turnover WHERE grain = 'DAY' AND credit = 300", "account turnover",
         "turned over 0, counted -300.000000"),
        ("UPDATE stock_turnover SET received = 3 WHERE grain = 'DAY' AND received = 2", "stock turnover",
         "the day of 2026-01-20 is off by 1.000000 in goods"),
        ("DELETE FROM value_turnover WHERE grain = 'MONTH'", "stock turnover",
         "the month of 2026-01-01 is off by -200.000000 in value"),
    ],
)  # fmt: skip
async def test_turnover_that_is_not_its_entries_is_found(
    world: World, statement: str, check: str, message: str
) -> None:
    await received(world, "2", MID_JANUARY)
    async with world.database.acquire() as connection:
        await connection.raw.execute(statement)
    assert [(one.check, one.message) for one in await world.findings()] == [(check, message)]


async def test_what_was_lost_is_recounted(world: World) -> None:
    await received(world, "2", MID_JANUARY)
    await received(world, "1", FEBRUARY)
    before = await account_turnover(world)
    async with world.database.acquire() as connection:
        await connection.raw.execute("TRUNCATE account_turnover, stock_turnover, value_turnover")
        for statement in (money.RECOUNT, *goods.RECOUNTS):
            await connection.raw.execute(statement)
    assert await account_turnover(world) == before
    assert await world.findings() == []
