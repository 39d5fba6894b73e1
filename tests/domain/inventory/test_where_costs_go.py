"""What goods turn out to be worth otherwise goes to the account that took their cost, each item's by itself."""

from datetime import date
from decimal import Decimal

from domain.inventory.commands import CountStock, IssuePurpose, RevalueStock, ReverseStockMove
from domain.inventory.models import ValuationArea, ValuationMethod
from domain.master_data.places import LocationKind
from tests.domain.books import World
from tests.domain.inventory.goods import accounts, done, issue, place, pool, received, transfer, valued


async def test_a_transfer_to_where_goods_had_gone_at_too_little_costs_sales_not_rounding(world: World):
    await valued(world, "GEAR", ValuationMethod.FIFO, ValuationArea.LOCATION, may_be_negative=True)
    far = await place(world, "FAR")
    await received(world, ("GEAR", "10", "130"))
    # Nothing ever was there: what goes out goes at the standard cost of 100, and five for thirty each are missing.
    await done(world, issue(world, "GEAR", "5", location=far))
    await done(world, transfer(world, "GEAR", "5", far))
    assert await accounts(world) == {
        "COST_OF_SALES": Decimal(650), "GR_IR": Decimal(-1300), "STOCK": Decimal(650),
    }  # fmt: skip
    assert await world.findings() == []


async def test_goods_at_standard_cost_that_come_back_at_another_leave_the_account_that_took_them(world: World):
    await received(world, ("BOLT", "10", "2"))
    [gone] = await done(world, issue(world, "BOLT", "4", purpose=IssuePurpose.SCRAP))
    await done(world, RevalueStock(item_id=world["BOLT"], unit_cost=Decimal(3)))
    await done(world, ReverseStockMove(stock_move_id=gone))
    # Eight went to scrap, twelve came back.
    assert await accounts(world) == {
        "GR_IR": Decimal(-20), "SCRAP": Decimal(-4), "STOCK": Decimal(30), "STOCK_REVALUATION": Decimal(-6),
    }  # fmt: skip
    assert await world.findings() == []


async def test_a_revaluation_by_site_may_name_any_place_of_it_stocked_or_not(world: World):
    await valued(world, "GEAR", ValuationMethod.AVERAGE, ValuationArea.SITE)
    empty = await place(world, "ROAD", LocationKind.TRANSIT)
    await received(world, ("GEAR", "2", "10"))
    refusal = await world.refusal(
        world.chief, 1, RevalueStock(item_id=world["GEAR"], unit_cost=Decimal(11), location_id=empty)
    )
    assert refusal.code == "NOT_FOUND"
    await done(world, RevalueStock(item_id=world["GEAR"], unit_cost=Decimal(11), location_id=world["STORES1"]))
    assert (await accounts(world))["STOCK"] == Decimal(22)


async def test_a_move_of_two_items_taken_back_charges_each_with_its_own_difference(world: World):
    await received(world, ("BOLT", "10", "2"), ("GEAR", "10", "100"))
    both = issue(world, "BOLT", "4", purpose=IssuePurpose.PRODUCTION)
    gear = issue(world, "GEAR", "1").lines
    [gone] = await done(world, type(both)(lines=(*both.lines, *gear), purpose=both.purpose))
    await done(world, RevalueStock(item_id=world["BOLT"], unit_cost=Decimal(3)))
    await done(world, RevalueStock(item_id=world["GEAR"], unit_cost=Decimal(90)))
    await done(world, ReverseStockMove(stock_move_id=gone))
    rows = await world.rows(
        "SELECT i.code, sum(l.amount) AS amount FROM journal_line l JOIN item i ON i.id = l.item_id JOIN account a "
        "ON a.company_id = l.company_id AND a.id = l.account_id WHERE a.role = 'WORK_IN_PROCESS' GROUP BY 1 ORDER BY 1"
    )
    assert [(row["code"], row["amount"]) for row in rows] == [("BOLT", Decimal(-4)), ("GEAR", Decimal(10))]
    assert await world.findings() == []


async def test_what_comes_back_behind_a_late_count_brings_a_later_transfer_to_what_it_was(world: World):
    await valued(world, "GEAR", ValuationMethod.AVERAGE, ValuationArea.LOCATION)
    far = await place(world, "FAR")
    await received(world, ("GEAR", "4", "10"), on=date(2026, 4, 12))
    [gone] = await done(world, issue(world, "GEAR", "2", purpose=IssuePurpose.SCRAP))
    await received(world, ("GEAR", "4", "20"))
    await done(world, ReverseStockMove(stock_move_id=gone))
    await done(world, transfer(world, "GEAR", "1", far))
    # Found at 15 among four at 10: the scrap was worth 22 and came back at that, so the transfer still took 15.
    count = CountStock(
        item_id=world["GEAR"], location_id=world["STORES1"], counted=Decimal(5), counted_on=date(2026, 4, 15)
    )
    await done(world, count)
    assert await pool(world, "GEAR", world["STORES1"]) == (Decimal(8), Decimal(120))
    assert await pool(world, "GEAR", far) == (Decimal(1), Decimal(15))
    assert await world.findings() == []
