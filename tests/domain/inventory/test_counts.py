from datetime import date
from decimal import Decimal
from typing import Any

from domain.core.ids import new_id
from domain.core.perform import BatchPolicy
from domain.inventory.commands import CountStock, ReserveStock
from domain.inventory.models import StockStatus, ValuationMethod
from tests.domain.books import AX, BX, World
from tests.domain.inventory.goods import done, issue, pool, received, valued

ACCOUNTS = """
SELECT a.role, sum(l.amount) AS amount FROM journal_line l
JOIN account a ON a.company_id = l.company_id AND a.id = l.account_id GROUP BY a.role ORDER BY a.role
"""


async def accounts(world: World) -> dict[str, Decimal]:
    return {row["role"]: row["amount"] for row in await world.rows(ACCOUNTS)}


def count(world: World, counted: str, item: str = "GEAR", **more: Any) -> CountStock:
    place = more.pop("location_id", world[f"STORES{AX}"])
    return CountStock(item_id=world[item], location_id=place, counted=Decimal(counted), **more)


async def ten_gears(world: World) -> None:
    order = await world.approved(AX, ("GEAR", "10", "100"))
    assert (await world.act(world.buyer, AX, world.receipt(order, (1, "10", "0")))).committed


async def test_v14_a_count_below_the_book_posts_the_difference(world: World):
    """Standard 100: count 10 -> 8 at 100 -> 800, adjustment 200 (case V14)."""
    await ten_gears(world)
    performed = await world.act(world.chief, AX, count(world, "8"))
    [balance] = await world.rows("SELECT id, quantity, standard_value FROM stock_balance")
    assert performed.ids == [balance["id"]]
    assert (balance["quantity"], balance["standard_value"]) == (Decimal(8), Decimal(800))
    assert await accounts(world) == {"GR_IR": Decimal(-1000), "STOCK": Decimal(800), "STOCK_ADJUSTMENT": Decimal(200)}
    moves = await world.rows("SELECT kind FROM stock_move ORDER BY id")
    assert [move["kind"] for move in moves] == ["RECEIPT", "ADJUSTMENT"]
    assert await world.findings() == []


async def test_a_count_finds_what_the_book_did_not_know(world: World):
    assert (await world.act(world.chief, AX, count(world, "3", item="BOLT"))).committed
    assert await accounts(world) == {"STOCK": Decimal(6), "STOCK_ADJUSTMENT": Decimal(-6)}
    assert await world.findings() == []


async def test_a_count_that_agrees_posts_nothing(world: World):
    await ten_gears(world)
    before = await world.state()
    assert (await world.act(world.chief, AX, count(world, "10"))).committed
    after = await world.state()
    assert {name: after[name] - before[name] for name in after if after[name] != before[name]} == {"idempotency_key": 1}


async def test_a_later_count_of_a_batch_is_compared_with_the_earlier(world: World):
    await ten_gears(world)
    performed = await world.act(world.chief, AX, count(world, "8"), count(world, "9"), policy=BatchPolicy.REJECT_ROW)
    assert performed.committed
    assert await accounts(world) == {"GR_IR": Decimal(-1000), "STOCK": Decimal(900), "STOCK_ADJUSTMENT": Decimal(100)}
    assert await world.findings() == []


async def test_a_count_that_breaks_a_rule_is_refused_and_nothing_is_written(world: World):
    await ten_gears(world)
    [outside] = await world.rows("SELECT id FROM location WHERE kind = 'SUPPLIER'")
    cases = [
        (count(world, "-1"), "INVALID_VALUE"),
        (count(world, "0.0000001"), "INVALID_VALUE"),
        (count(world, "1", location_id=world[f"STORES{BX}"]), "NOT_FOUND"),
        (count(world, "1", location_id=outside["id"]), "INVALID_VALUE"),
        (count(world, "1", lot_number="NONE"), "NOT_FOUND"),
        (count(world, "1", counted_on=date(2025, 1, 1)), "PERIOD_CLOSED"),
        (CountStock(item_id=new_id(), location_id=world[f"STORES{AX}"], counted=Decimal(1)), "NOT_FOUND"),
    ]
    for command, code in cases:
        assert (await world.refusal(world.chief, AX, command)).code == code


async def test_goods_are_counted_by_status(world: World):
    await ten_gears(world)
    assert (await world.act(world.chief, AX, count(world, "2", status=StockStatus.QUARANTINE))).committed
    rows = await world.rows("SELECT status, quantity FROM stock_balance ORDER BY status")
    assert [tuple(row.values()) for row in rows] == [("QUARANTINE", Decimal(2)), ("RELEASED", Decimal(10))]


async def test_what_moved_after_a_count_is_no_part_of_it(world: World):
    """Ten are there on the 18th, 8 are counted; 3 leave on the 20th: 5 are left, the difference is 2."""
    await received(world, ("GEAR", "10", "100"), on=date(2026, 5, 18))
    await done(world, issue(world, "GEAR", "3"))
    await done(world, count(world, "8", counted_on=date(2026, 5, 18)))
    [balance] = await world.rows("SELECT quantity FROM stock_balance")
    assert balance["quantity"] == Decimal(5)
    assert (await accounts(world))["STOCK_ADJUSTMENT"] == Decimal(200)
    before = await world.state()
    await done(world, count(world, "8", counted_on=date(2026, 5, 18)), count(world, "5"))
    assert (await world.state())["stock_move"] == before["stock_move"]
    assert await world.findings() == []


async def test_found_goods_are_worth_what_those_already_there_are(world: World):
    await valued(world, "GEAR", ValuationMethod.AVERAGE)
    await received(world, ("GEAR", "3", "100"))
    await done(world, count(world, "4"))
    assert await pool(world, "GEAR") == (Decimal(4), Decimal(400))
    await done(world, count(world, "1"))
    assert await pool(world, "GEAR") == (Decimal(1), Decimal(100))
    assert (await accounts(world))["STOCK_ADJUSTMENT"] == Decimal(200)
    assert await world.findings() == []


async def test_what_is_promised_is_not_counted_away(world: World):
    await ten_gears(world)
    await done(world, ReserveStock(item_id=world["GEAR"], quantity=Decimal(9)))
    refused = await world.refusal(world.chief, AX, count(world, "8"))
    assert (refused.code, refused.values["available"]) == ("INSUFFICIENT_STOCK", Decimal(1))
