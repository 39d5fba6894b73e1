"""Whatever two companies buy, carry, use and send back, in any order of days, books and oracle agree after every step.

Every step is a command; what the oracle of `tests.domain.inventory.oracle` knows of it is what a person did. Five ways
of valuing in three areas, books in currencies of 0, 2 and 3 decimals, documents in others at rates that change by day,
goods in transit and on consignment, quantities with six decimals, periods that close in between.
"""

import os
import random
import time
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal

import pytest

import domain
from domain.core.database import Database
from domain.core.numbering import ranges_of
from domain.core.verify import verify
from tests.domain.inventory.oracle import decimal
from tests.domain.trade_steps import STEPS, close
from tests.domain.trading import Trade, What, area_of, begun, work_out_of

STEPS_OF_A_TRADE = 30
# A share of the soak's time: other long tests want theirs.
SECONDS = float(os.environ.get("SKEIN_SOAK_SECONDS", "60")) / 4
# Told by company, not by item.
CONTROL = ("PAYABLE", "LANDED_COST", "EXCHANGE_DIFFERENCE")


async def agree(trade: Trade) -> None:
    """Each item is worth what the oracle says, and so are the accounts, by item and in all."""
    held = await by_item(trade)
    stock = await areas_of(trade)
    for what in trade.ways:
        if what in trade.standard:
            book = trade.standard[what]
            expected = {name: decimal(amount) for name, amount in book.accounts.items() if amount}
            value = decimal(book.value)
        else:
            answer = await work_out_of(trade, what)
            expected = {name: amount for name, amount in answer.accounts.items() if name not in CONTROL}
            value = sum((worth for _, worth in answer.areas.values()), Decimal(0))
            assert stock[what] == answer.areas, what
        known = held[what]
        assert known.pop("STOCK", Decimal(0)) == value, what
        assert {role: amount for role, amount in known.items() if role not in CONTROL} == expected, what
    rows = await trade.world.rows(
        "SELECT l.company_id, a.role, sum(l.amount) AS amount FROM journal_line l JOIN account a "
        "ON a.company_id = l.company_id AND a.id = l.account_id WHERE a.role = ANY($1) GROUP BY 1, 2 "
        "HAVING sum(l.amount) <> 0",
        list(CONTROL),
    )
    told = {key: decimal(amount) for key, amount in trade.totals.items() if amount}
    assert {(row["company_id"], row["role"]): row["amount"] for row in rows} == told


async def by_item(trade: Trade) -> defaultdict[What, dict[str, Decimal]]:
    """What each account holds for each item."""
    rows = await trade.world.rows(
        "SELECT l.company_id, i.code, a.role, sum(l.amount) AS amount FROM journal_line l "
        "JOIN item i ON i.id = l.item_id JOIN account a ON a.company_id = l.company_id AND a.id = l.account_id "
        "GROUP BY 1, 2, 3 HAVING sum(l.amount) <> 0"
    )
    found: defaultdict[What, dict[str, Decimal]] = defaultdict(dict)
    for row in rows:
        found[row["company_id"], row["code"]][row["role"]] = row["amount"]
    return found


async def areas_of(trade: Trade) -> defaultdict[What, dict[str, tuple[Decimal, Decimal]]]:
    """Quantity and value of each item's areas that hold something."""
    rows = await trade.world.rows(
        "SELECT p.company_id, i.code, p.site_id, p.location_id, l.number AS lot, p.quantity, p.value FROM value_pool p "
        "JOIN item i ON i.id = p.item_id LEFT JOIN lot l ON l.company_id = p.company_id AND l.id = p.lot_id "
        "WHERE p.quantity <> 0 OR p.value <> 0"
    )
    found: defaultdict[What, dict[str, tuple[Decimal, Decimal]]] = defaultdict(dict)
    for row in rows:
        what = row["company_id"], row["code"]
        found[what][area_of(trade, what, row)] = row["quantity"], row["value"]
    return found


async def traded(trade: Trade, steps: int) -> None:
    """So many steps; after each the oracle agrees, at the end every check of the books holds."""
    for _ in range(steps):
        trade.number += 1
        if trade.chance.random() < 0.02:
            await close(trade)
        else:
            await trade.chance.choice(STEPS)(trade)
        await agree(trade)
    async with trade.world.database.acquire() as connection:
        assert [one async for one in verify(connection, domain.VERIFIERS) if one.is_breach] == []


async def a_trade(url: str, seed: int, steps: int = STEPS_OF_A_TRADE) -> None:
    """One sequence on a database of its own; what was done is told where books and oracle part."""
    database = await Database.open(url, 4)
    try:
        trade = await begun(database, seed)
        try:
            await traded(trade, steps)
        except BaseException as broken:
            broken.add_note(f"seed {seed}, step {trade.number}, {trade.currency_of}, {trade.ways}")
            for line in trade.told[-8:]:
                broken.add_note(line)
            raise
    finally:
        await ranges_of(database).close()
        await database.close()


@pytest.mark.parametrize("seed", (1, 12))
async def test_any_trade_keeps_books_and_oracle_together(fresh_database: str, seed: int):
    await a_trade(fresh_database, seed)


@pytest.mark.soak
async def test_trade_without_end_keeps_books_and_oracle_together(clone_database: Callable[[], str]):
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        await a_trade(clone_database(), random.SystemRandom().randrange(10**9), 100)
