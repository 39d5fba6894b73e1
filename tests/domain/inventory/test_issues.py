from datetime import date
from decimal import Decimal

import pytest

from domain.core.perform import BatchPolicy
from domain.inventory.commands import IssuePurpose, ReverseStockMove
from domain.inventory.models import StockStatus, ValuationMethod
from tests.domain.books import AX, BX, World
from tests.domain.inventory.goods import accounts, done, issue, lot, pool, received, valued, worth

FIFO, AVERAGE, LOT = ValuationMethod.FIFO, ValuationMethod.AVERAGE, ValuationMethod.LOT


async def test_v1_first_in_first_out_through_the_books(world: World):
    """In 68 @15.00, in 140 @15.50, out 94 = 1423.00, in 40 @16.00, in 78 @16.50, out 116, 62, 10 (case V1)."""
    await valued(world, "GEAR", FIFO)
    await received(world, ("GEAR", "68", "15.00"))
    await received(world, ("GEAR", "140", "15.50"))
    [first] = await done(world, issue(world, "GEAR", "94"))
    await received(world, ("GEAR", "40", "16.00"))
    await received(world, ("GEAR", "78", "16.50"))
    rest = await done(world, *(issue(world, "GEAR", quantity) for quantity in ("116", "62", "10")))
    values = [-await worth(world, move) for move in (first, *rest)]
    assert values == [Decimal("1423.00"), Decimal("1799.00"), Decimal("1004.00"), Decimal("165.00")]
    assert await pool(world, "GEAR") == (Decimal(44), Decimal("726.00"))
    assert await accounts(world) == {
        "COST_OF_SALES": Decimal("4391.00"), "GR_IR": Decimal("-5117.00"), "STOCK": Decimal("726.00"),
    }  # fmt: skip
    assert await world.findings() == []


async def test_v5_uncovered_goods_are_corrected_when_they_come(world: World):
    """In 10 @10; out 15, out 5; in 15 @15 -> 75 in stock, 50 more to cost of sales (case V5)."""
    for item, method in (("GEAR", FIFO), ("BOLT", AVERAGE)):
        await valued(world, item, method, may_be_negative=True)
        await received(world, (item, "10", "10"))
        await done(world, issue(world, item, "15"), issue(world, item, "5"))
        assert await pool(world, item) == (Decimal(-10), Decimal(-100))
        assert await world.findings() == []
        await received(world, (item, "15", "15"))
        assert await pool(world, item) == (Decimal(5), Decimal(75))
    assert await accounts(world) == {
        "COST_OF_SALES": Decimal(500), "GR_IR": Decimal(-650), "STOCK": Decimal(150),
    }  # fmt: skip
    assert await world.findings() == []


async def test_goods_at_standard_cost_leave_at_it_and_an_empty_place_is_worth_nothing(world: World):
    await received(world, ("STENT", "1", "12"), ("STENT", "1", "12"), ("STENT", "1", "12"))
    await done(world, issue(world, "STENT", "1"))
    assert (await accounts(world))["STOCK"] == Decimal("24.69")
    await done(world, issue(world, "STENT", "2", purpose=IssuePurpose.PRODUCTION))
    assert await accounts(world) == {
        "COST_OF_SALES": Decimal("12.35"), "GR_IR": Decimal("-36.00"), "PURCHASE_PRICE_VARIANCE": Decimal("-1.04"),
        "WORK_IN_PROCESS": Decimal("24.69"),
    }  # fmt: skip
    assert await world.findings() == []


async def test_each_lot_carries_its_own_cost(world: World):
    await valued(world, "STENT", LOT)
    for number, price in (("L1", "10"), ("L2", "30")):
        await received(world, ("STENT", "5", price), lot_id=await lot(world, number, "STENT"))
    [move] = await done(world, issue(world, "STENT", "2", lot_number="L2"))
    assert await worth(world, move) == Decimal(-60)
    assert (await accounts(world))["STOCK"] == Decimal(140)
    assert await world.findings() == []


async def test_scrap_may_be_of_goods_that_are_not_released_and_nothing_else_may(world: World):
    await received(world, ("BOLT", "5", "2"))
    refused = await world.refusal(world.chief, AX, issue(world, "BOLT", "1", status=StockStatus.QUARANTINE))
    assert (refused.code, refused.path) == ("INVALID_VALUE", ("lines", 0, "status"))
    await done(world, issue(world, "BOLT", "2", purpose=IssuePurpose.SCRAP))
    assert (await accounts(world))["SCRAP"] == Decimal(4)


async def test_the_cost_goes_to_the_account_that_is_named(world: World):
    await received(world, ("BOLT", "5", "2"))
    [row] = await world.rows("SELECT id FROM account WHERE company_id = $1 AND code = '1601'", AX)
    await done(world, issue(world, "BOLT", "2", account_id=row["id"]))
    [line] = await world.rows("SELECT sum(amount) AS amount FROM journal_line WHERE account_id = $1", row["id"])
    assert line["amount"] == Decimal(4)


async def test_an_issue_that_breaks_a_rule_is_refused_and_nothing_is_written(world: World):
    await valued(world, "GEAR", FIFO)
    await received(world, ("GEAR", "5", "100"))
    [other] = await world.rows("SELECT id FROM account WHERE company_id = $1 LIMIT 1", BX)
    cases = [
        (issue(world, "GEAR", "5.000001"), "INSUFFICIENT_STOCK"),
        (issue(world, "GEAR", "0"), "INVALID_VALUE"),
        (issue(world, "GEAR", "1", location=world[f"STORES{BX}"]), "NOT_FOUND"),
        (issue(world, "GEAR", "1", lot_number="NONE"), "NOT_FOUND"),
        (issue(world, "GEAR", "1", account_id=other["id"]), "NOT_FOUND"),
        (issue(world, "GEAR", "1", on=date(2025, 12, 31)), "PERIOD_CLOSED"),
        # Dated back to a day on which the goods were not there yet.
        (issue(world, "GEAR", "1", on=date(2026, 5, 19)), "INSUFFICIENT_STOCK"),
    ]
    for command, code in cases:
        # The first issue makes the counter-location; that is no part of the refusal.
        assert (await world.refusal(world.chief, AX, command)).code == code, command
    assert await world.findings() == []


async def test_a_refused_issue_of_a_batch_leaves_the_others_as_they_are(world: World):
    await valued(world, "GEAR", AVERAGE)
    await received(world, ("GEAR", "5", "100"))
    commands = [issue(world, "GEAR", quantity) for quantity in ("3", "3", "2")]
    performed = await world.act(world.chief, AX, *commands, policy=BatchPolicy.REJECT_ROW)
    assert [refusal.code for refusal in performed.refusals] == ["INSUFFICIENT_STOCK"]
    assert performed.refusals[0].values["available"] == Decimal(2)
    assert await pool(world, "GEAR") == (Decimal(0), Decimal(0))
    assert (await accounts(world))["COST_OF_SALES"] == Decimal(500)
    assert await world.findings() == []


@pytest.mark.parametrize("method", [FIFO, AVERAGE, ValuationMethod.STANDARD])
async def test_an_issue_that_is_taken_back_leaves_the_books_as_they_were(world: World, method: ValuationMethod):
    await valued(world, "GEAR", method)
    await received(world, ("GEAR", "5", "100"))
    await received(world, ("GEAR", "5", "133.33"))
    before = await accounts(world)
    [move] = await done(world, issue(world, "GEAR", "7"))
    [back] = await done(world, ReverseStockMove(stock_move_id=move))
    assert await accounts(world) == before
    [row] = await world.rows("SELECT kind, reverses_id FROM stock_move WHERE id = $1", back)
    assert (row["kind"], row["reverses_id"]) == ("REVERSAL", move)
    reversals = await world.rows("SELECT number FROM journal_entry WHERE reverses_id IS NOT NULL")
    assert len(reversals) == 1
    assert (await world.refusal(world.chief, AX, ReverseStockMove(stock_move_id=move))).code == "ALREADY_REVERSED"
    assert (await world.refusal(world.chief, AX, ReverseStockMove(stock_move_id=back))).code == "SOURCE_DOCUMENT_RULES"
    assert await world.findings() == []
