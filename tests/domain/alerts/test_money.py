"""Alerts about money against PostgreSQL: credit, budgets, prices off the usual, goods below their cost; escalation."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.alerts.commands import AcknowledgeAlert, ChangeAlertRule, EscalateAlert
from domain.alerts.conditions import BUDGETS, CREDITS, MARGINS, PRICES, RATES, REGISTRATIONS, STOCK
from domain.alerts.models import AlertKind
from domain.alerts.watching import escalate, watch_bought_prices, watch_budgets, watch_prices
from domain.core.money import Money
from domain.core.outbox import PublishedEvent
from domain.core.records import GROUP
from domain.core.work import Work
from domain.finance.models import BudgetControl
from domain.master_data.currencies import Currency
from domain.master_data.items import ItemPlanning, ItemPrice
from domain.master_data.parties import Party, PartyTerms
from domain.procurement.models import SupplierItem
from domain.sales.commands import CancelSalesOrder
from domain.sales.models import ProductRegistration
from tests.domain.alerts.looking import a_rule, look
from tests.domain.books import AX, BX, NOW, TODAY, World
from tests.domain.finance import test_budgets as budgets
from tests.domain.finance.money import an_invoice, rate
from tests.domain.finance.money import done as posted
from tests.domain.inventory.goods import received
from tests.domain.logistics.outbound import allocated, done, hospital, order, shipped


async def told(world: World) -> list[tuple[Any, ...]]:
    """(kind, status, percent) of every alert, in the order they were raised."""
    rows = await world.rows("SELECT kind, status, measured_percent FROM alert ORDER BY number")
    return [tuple(row.values()) for row in rows]


def happened(event: str, record: str, ids: Sequence[UUID]) -> list[PublishedEvent]:
    """One event that named these records."""
    return [
        PublishedEvent(position=1, company_id=AX, event=event, record_type=record, record_ids=list(ids), data={},
                       recorded_at=NOW)
    ]  # fmt: skip


async def limited(world: World, limit: str) -> None:
    """HOSPITAL may owe so much, in EUR."""
    terms = {"party_id": world["HOSPITAL"], "currency": "EUR", "credit_limit": Decimal(limit)}
    await world.works(AX, lambda work: work.insert(PartyTerms, [terms]))


async def test_a_customer_that_owes_and_ordered_more_than_its_limit_is_told_until_it_is_well_below(world: World):
    await hospital(world)
    await world.works(GROUP, lambda work: work.update(
        Party, [{"id": world["HOSPITAL"], "name_zh": "市医院"}], ("name_zh",)))  # fmt: skip
    await limited(world, "100")
    await a_rule(world, AlertKind.CREDIT_EXCEEDED, "100", "10")
    [id_] = await done(world, order(world, ("STENT", "1", "110")))
    # 110 USD are 100.00 EUR: at the limit is not beyond it.
    await look(world, CREDITS)
    assert await told(world) == []
    await world.rows("UPDATE party_terms SET credit_limit = 80")
    for _ in range(2):
        await look(world, CREDITS)
    await look(world, CREDITS, company=BX)
    assert await told(world) == [("CREDIT_EXCEEDED", "OPEN", Decimal(125))]
    [row] = await world.rows("SELECT message, message_zh, party_id, owner_role, measured FROM alert")
    assert tuple(row.values()) == (
        "Hospital owes and has ordered more than 100 % of its credit limit.",
        "市医院 的欠款及在途订单已超过信用额度的 100%。",
        world["HOSPITAL"], "sales", None,
    )  # fmt: skip
    await world.rows("UPDATE party_terms SET credit_limit = 105")
    await look(world, CREDITS)
    assert [status for _, status, _ in await told(world)] == ["OPEN"]
    await done(world, CancelSalesOrder(sales_order_id=id_))
    await look(world, CREDITS)
    assert [status for _, status, _ in await told(world)] == ["RESOLVED"]


async def test_of_two_limits_that_are_exceeded_the_stricter_is_told_alone(world: World):
    await hospital(world)
    await limited(world, "105")
    await a_rule(world, AlertKind.CREDIT_EXCEEDED, "90", "5", code="NEARLY")
    await a_rule(world, AlertKind.CREDIT_EXCEEDED, "100", "5", code="EXCEEDED")
    await done(world, order(world, ("STENT", "1", "110")))
    # 100 EUR of 105, of 90, of 104 and of 120: a use between threshold and recovery keeps what is open.
    for limit, open_rules in (
        ("105", ["NEARLY"]), ("90", ["EXCEEDED"]), ("104", ["EXCEEDED", "NEARLY"]), ("106", ["NEARLY"]), ("120", []),
    ):  # fmt: skip
        await world.rows(f"UPDATE party_terms SET credit_limit = {limit}")
        await look(world, CREDITS)
        rows = await world.rows(
            "SELECT r.code FROM alert a JOIN alert_rule r ON r.id = a.rule_id WHERE a.status = 'OPEN' ORDER BY r.code"
        )
        assert [row["code"] for row in rows] == open_rules, limit


async def test_a_missing_rate_of_one_customer_is_told_and_hides_no_other(world: World):
    """CLINIC owes dollars against a limit in pounds, without a rate: it is told so, and HOSPITAL's use all the same."""
    await hospital(world)
    await limited(world, "100")
    await a_rule(world, AlertKind.CREDIT_EXCEEDED, "100", "10")
    await a_rule(world, AlertKind.RATE_MISSING, "0")
    await done(world, order(world, ("STENT", "1", "110")))
    await world.rows("UPDATE party_terms SET credit_limit = 80")
    clinic = {"code": "CLINIC", "name": "Clinic"}
    [id_] = await world.works(GROUP, lambda work: work.insert(Party, [clinic]))
    terms = {"party_id": id_, "currency": "GBP", "credit_limit": Decimal(90_000)}
    await world.works(AX, lambda work: work.insert(PartyTerms, [terms]))
    bill = replace(an_invoice(world, ("1", "25")), customer_id=id_)
    await posted(world, bill)
    for _ in range(2):
        await look(world, CREDITS)
        await look(world, RATES)
    assert await told(world) == [("CREDIT_EXCEEDED", "OPEN", Decimal(125)), ("RATE_MISSING", "OPEN", None)]
    [row] = await world.rows("SELECT message, message_zh, party_id FROM alert WHERE kind = 'RATE_MISSING'")
    assert tuple(row.values()) == (
        "Clinic: without a rate from USD to GBP its use of the credit limit is unknown.",
        "Clinic：缺少 USD 对 GBP 的汇率，无法计算信用额度占用。", id_,
    )  # fmt: skip
    await rate(world, "USD", "GBP", date(2026, 5, 1), "0.8")
    await look(world, RATES)
    assert await told(world) == [("CREDIT_EXCEEDED", "OPEN", Decimal(125)), ("RATE_MISSING", "RESOLVED", None)]


async def test_a_budget_that_only_warns_is_told_when_more_is_spent_and_over_with_a_larger_edition(world: World):
    await a_rule(world, AlertKind.BUDGET_EXCEEDED, "100")
    await budgets.a_budget(world, "100", BudgetControl.WARN)
    await posted(world, await budgets.promise(world, "60"))
    await posted(world, await budgets.bought(world, "40"))
    await look(world, BUDGETS)
    assert await told(world) == []
    await posted(world, await budgets.bought(world, "20"))
    [line] = await world.rows("SELECT id FROM budget_line")
    await look(world, lambda handling: watch_budgets(handling, happened("BudgetExceeded", "BudgetLine", [line["id"]])))
    assert await told(world) == [("BUDGET_EXCEEDED", "OPEN", Decimal(120))]
    [row] = await world.rows("SELECT message, message_zh, budget_line_id FROM alert")
    assert tuple(row.values()) == (
        "Budget B26 (2026): more than 100 % of account 660202 is spent or promised.",
        "预算 B26（2026）科目 660202 的实际与占用已超过 100%。",
        line["id"],
    )
    await budgets.an_edition(world, "150")
    await look(world, BUDGETS)
    assert await told(world) == [("BUDGET_EXCEEDED", "RESOLVED", Decimal(120))]


async def listed(world: World, item: str, price: str) -> None:
    """The item's own list price."""
    row = {"item_id": world[item], "currency": "USD", "list_price": Decimal(price), "valid_from": date(2026, 1, 1)}
    await world.works(AX, lambda work: work.insert(ItemPrice, [row]))


async def test_a_price_far_off_the_lists_is_told_until_the_order_is_given_up(world: World):
    await hospital(world)
    await a_rule(world, AlertKind.PRICE_OUTSIDE_BAND, "20")
    await listed(world, "GEAR", "100")
    [fair, dear, free] = await done(
        world, order(world, ("GEAR", "1", "80")), order(world, ("GEAR", "1", "120.01")),
        order(world, ("BOLT", "1", "9")),
    )  # fmt: skip
    [kept] = await world.rows("SELECT list_price FROM sales_order_line WHERE sales_order_id = $1", fair)
    [none] = await world.rows("SELECT list_price FROM sales_order_line WHERE sales_order_id = $1", free)
    assert (kept["list_price"], none["list_price"]) == (Decimal(100), None)
    made = happened("SalesOrderCreated", "SalesOrder", [fair, dear, free])
    await look(world, lambda handling: watch_prices(handling, made))
    assert await told(world) == [("PRICE_OUTSIDE_BAND", "OPEN", Decimal("20.01"))]
    [row] = await world.rows("SELECT message, sales_order_id, item_id FROM alert")
    assert tuple(row.values()) == (
        "SO-000002 line 1: the price of GEAR is more than 20 % off the usual one.", dear, world["GEAR"],
    )  # fmt: skip
    await done(world, CancelSalesOrder(sales_order_id=dear))
    await look(world, PRICES)
    assert await told(world) == [("PRICE_OUTSIDE_BAND", "RESOLVED", Decimal("20.01"))]


async def test_a_purchase_far_off_what_the_supplier_offered_is_told(world: World):
    await a_rule(world, AlertKind.PRICE_OUTSIDE_BAND, "20")
    offer = {
        "item_id": world["GEAR"], "supplier_id": world["ACME"], "lead_days": 5, "unit": "EA", "currency": "USD",
        "standard_price": Decimal(50),
    }  # fmt: skip
    await world.works(AX, lambda work: work.insert(SupplierItem, [offer]))
    id_ = await world.ordered(AX, ("GEAR", "1", "35"))
    made = happened("PurchaseOrderCreated", "PurchaseOrder", [id_])
    await look(world, lambda handling: watch_bought_prices(handling, made))
    assert await told(world) == [("PRICE_OUTSIDE_BAND", "OPEN", Decimal(30))]
    [row] = await world.rows("SELECT message_zh, purchase_order_id FROM alert")
    assert tuple(row.values()) == ("采购订单 PO-000001 第 1 行：GEAR 的单价偏离常规价格超过 20%。", id_)


async def test_a_price_of_a_piece_is_held_against_that_of_the_box_in_which_its_supplier_sells(world: World):
    """Seven to a box at 350.00 are 50 each: one at 350.00 is as usual, at 245.00 or 35 a piece it is 30 % off."""
    await a_rule(world, AlertKind.PRICE_OUTSIDE_BAND, "20")
    offer = {"item_id": world["GEAR"], "supplier_id": world["ACME"], "lead_days": 5, "unit": "BOX", "currency": "USD",
             "standard_price": Decimal(350)}  # fmt: skip
    await world.works(AX, lambda work: work.insert(SupplierItem, [offer]))
    ids: list[UUID] = []
    for price, unit in (("350", world["BOX"]), ("245", world["BOX"]), ("35", None)):
        asked = world.order(AX, ("GEAR", "1", price))
        command = replace(asked, lines=(replace(asked.lines[0], unit_id=unit),))
        ids += (await world.act(world.buyer, AX, command)).ids
    made = happened("PurchaseOrderCreated", "PurchaseOrder", ids)
    await look(world, lambda handling: watch_bought_prices(handling, made))
    rows = await world.rows("SELECT purchase_order_id, measured_percent FROM alert ORDER BY purchase_order_id")
    assert [tuple(row.values()) for row in rows] == [(ids[1], Decimal(30)), (ids[2], Decimal(30))]


async def test_goods_sold_below_their_cost_are_told_by_what_stock_says_then_by_what_left(world: World):
    await hospital(world)
    await a_rule(world, AlertKind.NEGATIVE_MARGIN, "0", "2")
    await received(world, ("GEAR", "10", "100"))
    good, bad = await allocated(world, ("GEAR", "2", "100")), await allocated(world, ("GEAR", "2", "80"))
    await look(world, MARGINS)
    assert await told(world) == [("NEGATIVE_MARGIN", "OPEN", Decimal(-25))]
    [row] = await world.rows("SELECT message, message_zh, sales_order_id FROM alert")
    assert tuple(row.values()) == (
        "SO-000002 line 1: GEAR is sold below its cost.", "销售订单 SO-000002 第 1 行：GEAR 售价低于成本。", bad,
    )  # fmt: skip
    await shipped(world, good, (1, "2"))
    await world.rows("UPDATE item_cost SET standard_cost = 200 WHERE item_id = $1", world["GEAR"])
    await look(world, MARGINS)
    # What left at 100 stays at 100.
    assert len(await told(world)) == 1


async def test_an_order_whose_margin_nobody_can_tell_for_want_of_a_rate_is_told(world: World):
    """Sold in pounds, of which nobody knows what they are worth: not left out in silence."""
    await hospital(world)
    await a_rule(world, AlertKind.NEGATIVE_MARGIN, "0", "2")
    await a_rule(world, AlertKind.RATE_MISSING, "0")
    pound = {"code": "GBP", "name": "Pound sterling", "minor_unit": 2}
    await world.works(GROUP, lambda work: work.insert(Currency, [pound]))
    await received(world, ("GEAR", "10", "100"))
    await done(world, order(world, ("GEAR", "2", "200")))
    asked = order(world, ("GEAR", "2", "40"))
    line = replace(asked.lines[0], unit_price=Money(Decimal(40), "GBP"))
    [id_] = await done(world, replace(asked, currency="GBP", lines=(line,)))
    made = happened("SalesOrderConfirmed", "SalesOrder", [id_])
    for _ in range(2):
        await look(world, lambda handling: watch_prices(handling, made))
    await look(world, RATES)
    assert await told(world) == [("RATE_MISSING", "OPEN", None)]
    [row] = await world.rows("SELECT message, message_zh, subject_id, sales_order_id, party_id FROM alert")
    assert tuple(row.values()) == (
        "SO-000002: without a rate from GBP to USD its margin is unknown.",
        "销售订单 SO-000002：缺少 GBP 对 USD 的汇率，无法计算毛利。", id_, id_, world["HOSPITAL"],
    )  # fmt: skip
    await rate(world, "GBP", "USD", date(2026, 5, 1), "1.25")
    await look(world, lambda handling: watch_prices(handling, made))
    assert await told(world) == [("RATE_MISSING", "RESOLVED", None), ("NEGATIVE_MARGIN", "OPEN", Decimal(-100))]


async def test_a_registration_that_expires_is_told_where_the_item_is_dealt_with(world: World):
    await a_rule(world, AlertKind.REGISTRATION_EXPIRING, "60", threshold_unit="day")
    last = TODAY + timedelta(days=59)
    row = {
        "number": "R-1", "item_id": world["GEAR"], "country": "DE", "authority": "BfArM",
        "valid_from": date(2020, 1, 1), "valid_to": last,
    }  # fmt: skip
    await world.works(GROUP, lambda work: work.insert(ProductRegistration, [row]))
    await received(world, ("GEAR", "1", "100"))
    for company in (AX, BX):
        await look(world, REGISTRATIONS, company=company)
    rows = await world.rows("SELECT company_id, message FROM alert")
    assert [tuple(row.values()) for row in rows] == [
        (AX, f"Registration R-1 of GEAR in DE expires on {last}, 59 days left.")
    ]


async def test_what_nobody_takes_in_time_becomes_the_matter_of_another_role_once(world: World):
    rule = await a_rule(
        world, AlertKind.BELOW_REORDER_POINT, "100", escalate_after_hours=4, escalation_role="controller"
    )

    async def plan(work: Work) -> list[UUID]:
        low = {"reorder_point": Decimal(5), "safety_stock": Decimal(0), "lead_days": 1}
        return await work.insert(ItemPlanning, [low | {"item_id": world[item]} for item in ("BOLT", "GEAR")])

    await world.works(AX, plan)
    await look(world, STOCK)
    rows = await world.rows("SELECT id FROM alert WHERE item_id = $1", world["BOLT"])
    await done(world, AcknowledgeAlert(alert_id=rows[0]["id"]))
    await look(world, escalate, now=NOW + timedelta(hours=4) - timedelta(seconds=1))
    assert await world.rows("SELECT id FROM alert WHERE escalated_at IS NOT NULL") == []
    late = NOW + timedelta(hours=4)
    for now in (late, late + timedelta(hours=1)):
        await look(world, escalate, now=now)
    rows = await world.rows("SELECT item_id, owner_role, escalated_at, response_seconds FROM alert ORDER BY owner_role")
    assert [tuple(row.values()) for row in rows] == [
        (world["GEAR"], "controller", late, None), (world["BOLT"], "sales", None, 0),
    ]  # fmt: skip
    rows = await world.rows("SELECT record_ids FROM outbox_event WHERE event = 'AlertEscalated'")
    assert [len(row["record_ids"]) for row in rows] == [1]
    [gear] = await world.rows("SELECT id FROM alert WHERE item_id = $1", world["GEAR"])
    again = await world.refusal(world.chief, AX, EscalateAlert(alert_id=gear["id"], owner_role="sales"))
    assert again.code == "WRONG_STATE"
    tuned = ChangeAlertRule(alert_rule_id=rule, escalate_after_hours=0)
    assert (await world.refusal(world.chief, GROUP, tuned)).path == ("escalateAfterHours",)
