"""What is bought and not for stock: promised of budgets at approval, a cost at receipt, its price at the invoice."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.core.money import Money
from domain.finance.models import BudgetControl
from domain.master_data.items import ItemType
from domain.procurement.commands import (
    ApprovePurchaseOrder,
    CancelPurchaseOrderRest,
    CreatePurchaseOrder,
    CreditSupplierInvoice,
    GoodsReceiptLineInput,
    PurchaseReturnLineInput,
    ReceivePurchaseOrder,
    ReturnToSupplier,
    SupplierCreditLineInput,
)
from domain.procurement.returns import ReturnSettlement
from tests.domain.books import AX, World
from tests.domain.finance.money import account
from tests.domain.finance.test_budgets import a_budget, an_edition, open_promises
from tests.domain.inventory.goods import accounts
from tests.domain.procurement.billing import billed, done
from tests.domain.procurement.test_order_quantities import RECEIVER, the_receipt

D = Decimal
OFFICE = "660202"
# What an account bore by its cost centre, and with which vouchers.
SPENT = """
SELECT c.code, sum(l.amount) AS amount FROM journal_line l
JOIN account a ON a.company_id = l.company_id AND a.id = l.account_id
LEFT JOIN cost_centre c ON c.company_id = l.company_id AND c.id = l.cost_centre_id
WHERE a.code = $1 GROUP BY c.code
"""


async def expense(
    world: World, *lines: tuple[str, str, str], currency: str = "USD", **more: Any
) -> CreatePurchaseOrder:
    """The command that orders (item, quantity, price) as office costs of the cost centre CUT."""
    made = world.order(AX, *lines, currency=currency)
    where = {"account_id": await account(world, OFFICE), "cost_centre_id": world["CUT"]} | more
    return replace(made, lines=tuple(replace(line, **where) for line in made.lines))


async def approved(world: World, command: CreatePurchaseOrder) -> UUID:
    order = await done(world, command, by=world.buyer)
    return await done(world, ApprovePurchaseOrder(purchase_order_id=order), by=world.chief)


async def spent(world: World) -> list[tuple[str | None, Decimal]]:
    return [(row["code"], row["amount"]) for row in await world.rows(SPENT, OFFICE) if row["amount"]]


async def test_an_order_promises_its_receipt_spends_and_its_invoice_moves_the_price_alone(world: World):
    await a_budget(world, "1000")
    order = await approved(world, await expense(world, ("GEAR", "4", "100"), ("BOLT", "10", "2")))
    assert await open_promises(world) == ["400", "20"]
    await done(world, world.receipt(order, (1, "1", "0"), (2, "10", "0")), by=RECEIVER)
    assert await open_promises(world) == ["300", "0"]
    assert await spent(world) == [("CUT", D(120))]
    assert (await accounts(world))["GR_IR"] == D(-120)
    assert await world.rows("SELECT id FROM stock_entry") == []
    [row] = await world.rows(
        "SELECT e.amount, j.source_kind FROM commitment_entry e JOIN journal_entry j "
        "ON j.company_id = e.company_id AND j.id = e.journal_entry_id WHERE e.amount = -100"
    )
    assert (row["amount"], row["source_kind"]) == (D(-100), "GoodsReceipt")
    await billed(world, (order, 1, "1", "105"), (order, 2, "10", "2"))
    assert await spent(world) == [("CUT", D(125))]
    assert (await accounts(world)).get("GR_IR") is None
    assert await open_promises(world) == ["300", "0"]
    await done(world, CancelPurchaseOrderRest(purchase_order_id=order, positions=(1,), reason="enough"), by=world.buyer)
    assert await open_promises(world) == ["0", "0"]
    assert await world.findings() == []


async def test_what_is_beyond_its_budget_is_not_approved_and_nothing_is_promised(world: World):
    await a_budget(world, "100")
    within = await done(world, await expense(world, ("BOLT", "40", "2")), by=world.buyer)
    beyond = await done(world, await expense(world, ("BOLT", "11", "2")), by=world.buyer)
    await done(world, ApprovePurchaseOrder(purchase_order_id=within), by=world.chief)
    refusal = await world.refusal(world.chief, AX, ApprovePurchaseOrder(purchase_order_id=beyond))
    assert (refusal.code, refusal.values["available"], refusal.values["asked"]) == ("BUDGET_EXCEEDED", D(20), D(22))
    assert await open_promises(world) == ["80"]
    # What was received is spent instead of promised: not counted twice, and no room is made.
    await done(world, world.receipt(within, (1, "40", "0")), by=RECEIVER)
    again = await world.refusal(world.chief, AX, ApprovePurchaseOrder(purchase_order_id=beyond))
    assert (again.values["actual"], again.values["committed"]) == (D(80), D(0))
    await an_edition(world, "102")
    await done(world, ApprovePurchaseOrder(purchase_order_id=beyond), by=world.chief)
    assert await world.findings() == []


async def test_a_budget_that_warns_lets_the_order_pass_and_tells(world: World):
    await a_budget(world, "10", BudgetControl.WARN)
    await approved(world, await expense(world, ("BOLT", "11", "2")))
    rows = await world.rows("SELECT event FROM outbox_event WHERE event = 'BudgetExceeded'")
    assert len(rows) == 1
    assert await open_promises(world) == ["22"]


async def test_a_promise_in_another_currency_counts_at_the_rate_of_its_approval(world: World):
    await a_budget(world, "1000")
    order = await approved(world, await expense(world, ("BOLT", "3", "33.33"), currency="EUR"))
    # 99.99 EUR at 1.10.
    assert await open_promises(world) == ["109.99"]
    await done(world, world.receipt(order, (1, "1", "0")), by=RECEIVER)
    assert await open_promises(world) == ["73.33"]
    await done(world, world.receipt(order, (1, "2", "0")), by=RECEIVER)
    assert await open_promises(world) == ["0"]
    await billed(world, (order, 1, "3", "33.33"), currency="EUR")
    assert (await accounts(world)).get("GR_IR") is None
    assert await world.findings() == []


async def test_goods_and_costs_of_one_order_go_their_own_ways(world: World):
    await a_budget(world, "1000")
    command = await expense(world, ("GEAR", "2", "100"), ("BOLT", "10", "3"))
    stocked = replace(command.lines[1], account_id=None, cost_centre_id=None)
    order = await approved(world, replace(command, lines=(command.lines[0], stocked)))
    await done(world, world.receipt(order, (1, "2", "0"), (2, "10", "0")), by=RECEIVER)
    held = await accounts(world)
    # BOLT has a standard cost of 2.
    assert (held["STOCK"], held["PURCHASE_PRICE_VARIANCE"], held["GR_IR"]) == (D(20), D(10), D(-230))
    invoice = await billed(world, (order, 1, "2", "110"), (order, 2, "10", "4"))
    assert await spent(world) == [("CUT", D(220))]
    held = await accounts(world)
    assert (held["STOCK"], held["PURCHASE_PRICE_VARIANCE"], held.get("GR_IR")) == (D(20), D(20), None)
    off = SupplierCreditLineInput(position=1, amount=Money(D(20), "USD"))
    credit = CreditSupplierInvoice(
        supplier_invoice_id=invoice, supplier_number="AC-1", reason="as agreed", lines=(off,)
    )
    await done(world, credit)
    assert await spent(world) == [("CUT", D(200))]
    back = ReturnToSupplier(
        goods_receipt_id=await the_receipt(world), lines=(PurchaseReturnLineInput(position=1, quantity=D(1)),),
        settlement=ReturnSettlement.CREDIT, reason="wrong",
    )  # fmt: skip
    refusal = await world.refusal(RECEIVER, AX, back)
    assert (refusal.code, refusal.path) == ("INVALID_VALUE", ("lines", 0, "position"))
    stock = replace(back, lines=(PurchaseReturnLineInput(position=2, quantity=D(1)),))
    await done(world, stock, by=RECEIVER)
    assert (await accounts(world))["STOCK"] == D(18)
    assert await world.findings() == []


async def test_a_cost_that_may_not_be_charged_there_is_refused_before_anything_is_ordered(world: World):
    await a_budget(world, "1000")
    stock = await account(world, "1405")
    control = await world.refusal(world.buyer, AX, await expense(world, account_id=stock))
    assert (control.code, control.path) == ("CONTROL_ACCOUNT", ("lines", 0, "account"))
    goods = await world.refusal(world.buyer, AX, await expense(world, account_id=None))
    assert (goods.code, goods.path) == ("INVALID_VALUE", ("lines", 0, "costCentre"))
    await world.rows("UPDATE item SET kind = $1 WHERE id = $2 RETURNING id", ItemType.SERVICE.value, world["GEAR"])
    service = await world.refusal(world.buyer, AX, world.order(AX, ("GEAR", "1", "5")))
    assert (service.code, service.path) == ("INVALID_VALUE", ("lines", 0, "account"))
    order = await approved(world, await expense(world, ("GEAR", "1", "5")))
    line = GoodsReceiptLineInput(position=1, received=D(1), location_id=world[f"STORES{AX}"])
    placed = await world.refusal(RECEIVER, AX, ReceivePurchaseOrder(purchase_order_id=order, lines=(line,)))
    assert (placed.code, placed.path) == ("INVALID_VALUE", ("lines", 0, "location"))
    assert await world.findings() == []


async def test_what_is_due_in_another_year_is_promised_of_that_years_budget(world: World):
    await a_budget(world, "1")
    command = await expense(world, ("BOLT", "10", "2"))
    later = replace(command, lines=tuple(replace(line, due_on=date(2027, 1, 5)) for line in command.lines))
    await approved(world, later)
    [row] = await world.rows("SELECT committed_on FROM commitment")
    assert row["committed_on"] == date(2027, 1, 5)
