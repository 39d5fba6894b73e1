"""Goods of an order that go back: what is owed, awaited anew, credited, and what GR/IR holds meanwhile."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.core.money import Money
from domain.inventory.commands import AddLandedCost, RevalueStock, ReverseStockMove
from domain.inventory.models import LandedCostBasis, StockStatus, ValuationMethod
from domain.procurement.commands import (
    CreditSupplierInvoice,
    PurchaseReturnLineInput,
    ReturnToSupplier,
    SupplierCreditLineInput,
)
from domain.procurement.returns import ReturnSettlement
from tests.domain.books import AX, World, staff
from tests.domain.inventory.goods import accounts, pool, valued
from tests.domain.inventory.goods import done as done_by_chief
from tests.domain.procurement.billing import billed, done, owed

RECEIVER = staff("rob", warehouse=AX)
CREDIT, REPLACE = ReturnSettlement.CREDIT, ReturnSettlement.REPLACE
D = Decimal


def back(world: World, receipt: UUID, quantity: str, settlement: ReturnSettlement = CREDIT) -> ReturnToSupplier:
    """The command that sends so much of a receipt's first line back."""
    line = PurchaseReturnLineInput(position=1, quantity=D(quantity), location_id=world[f"STORES{AX}"])
    return ReturnToSupplier(goods_receipt_id=receipt, lines=(line,), settlement=settlement, reason="scratched")


async def received(world: World, order: UUID, quantity: str) -> UUID:
    """The receipt that took in so much of an order's first line."""
    await done(world, world.receipt(order, (1, quantity, "0")), by=RECEIVER)
    [row] = await world.rows("SELECT id FROM goods_receipt ORDER BY id DESC LIMIT 1")
    return row["id"]


async def the_line(world: World, order: UUID) -> dict[str, Any]:
    [row] = await world.rows(
        "SELECT o.status, l.received_quantity AS received, l.returned_quantity AS returned, "
        "l.to_replace_quantity AS to_replace, l.invoiced_quantity AS invoiced FROM purchase_order_line l "
        "JOIN purchase_order o ON o.company_id = l.company_id AND o.id = l.purchase_order_id WHERE o.id = $1",
        order,
    )  # fmt: skip
    return {name: value if isinstance(value, str) else int(value) for name, value in row.items()}


def credit(invoice: UUID, quantity: str) -> CreditSupplierInvoice:
    """The supplier's credit note over so much of an invoice's first line."""
    line = SupplierCreditLineInput(position=1, quantity=D(quantity))
    return CreditSupplierInvoice(supplier_invoice_id=invoice, supplier_number="AC-1", reason="sent back", lines=(line,))


async def test_v13_a_landed_cost_after_a_return_and_the_refund(world: World):
    """In 5 @100; return 2 = -200; landed cost 50 -> the return becomes -220; stock left 3 @110 = 330. The supplier
    refunds 200; the other 20 goes to cost (V13).
    """
    await valued(world, "GEAR", ValuationMethod.AVERAGE)
    order = await world.approved(AX, ("GEAR", "5", "100"))
    receipt = await received(world, order, "5")
    invoice = await billed(world, (order, 1, "5", "100"))
    await done(world, back(world, receipt, "2"), by=RECEIVER)
    assert await accounts(world) == {"GR_IR": D(200), "PAYABLE": D(-500), "STOCK": D(300)}
    assert await the_line(world, order) == {
        "status": "COMPLETE", "received": 5, "returned": 2, "to_replace": 0, "invoiced": 5,
    }  # fmt: skip
    [entry] = await world.rows("SELECT id FROM stock_entry WHERE quantity = 5")
    cost = AddLandedCost(stock_entries=(entry["id"],), basis=LandedCostBasis.EQUAL, amount=Money(D(50), "USD"))
    await done_by_chief(world, cost)
    assert await pool(world, "GEAR") == (D(3), D(330))
    await done(world, credit(invoice, "2"))
    assert await accounts(world) == {
        "COST_OF_SALES": D(20), "LANDED_COST": D(-50), "PAYABLE": D(-300), "STOCK": D(330),
    }  # fmt: skip
    assert await owed(world) == [("0.00", None), ("-300.00", None)]
    assert (await the_line(world, order))["invoiced"] == 3
    assert await world.findings() == []


async def test_what_is_to_be_replaced_is_awaited_again_and_clears_what_was_invoiced(world: World):
    await done_by_chief(world, RevalueStock(item_id=world["BOLT"], unit_cost=D(50)))
    order = await world.approved(AX, ("BOLT", "10", "50"))
    receipt = await received(world, order, "10")
    await billed(world, (order, 1, "10", "50"))
    await done(world, back(world, receipt, "4", REPLACE), by=RECEIVER)
    assert await the_line(world, order) == {
        "status": "APPROVED", "received": 10, "returned": 4, "to_replace": 4, "invoiced": 10,
    }  # fmt: skip
    assert await accounts(world) == {"GR_IR": D(200), "PAYABLE": D(-500), "STOCK": D(300)}
    await received(world, order, "3")
    assert await accounts(world) == {"GR_IR": D(50), "PAYABLE": D(-500), "STOCK": D(450)}
    over = await world.refusal(RECEIVER, AX, world.receipt(order, (1, "2", "0")))
    assert over.code == "OVER_RECEIPT"
    await received(world, order, "1")
    assert await accounts(world) == {"PAYABLE": D(-500), "STOCK": D(500)}
    assert await the_line(world, order) == {
        "status": "COMPLETE", "received": 14, "returned": 4, "to_replace": 4, "invoiced": 10,
    }  # fmt: skip
    assert await world.findings() == []


async def test_goods_that_went_back_before_they_were_invoiced_are_not_matched(world: World):
    await valued(world, "GEAR", ValuationMethod.FIFO)
    order = await world.approved(AX, ("GEAR", "10", "3.3333"))
    receipt = await received(world, order, "3")
    for _ in range(2):
        await done(world, back(world, receipt, "1"), by=RECEIVER)
    assert await accounts(world) == {"GR_IR": D("-3.33"), "STOCK": D("3.33")}
    invoice = await billed(world, (order, 1, "3", "3.3333"))
    [row] = await world.rows("SELECT payment_blocks, held FROM supplier_invoice WHERE id = $1", invoice)
    assert (row["payment_blocks"], row["held"]) == (["QUANTITY_OVER"], D("6.67"))
    await done(world, credit(invoice, "2"))
    held = await accounts(world)
    assert (held.get("GR_IR"), held["PAYABLE"], held["STOCK"]) == (None, D("-3.33"), D("3.33"))
    assert await world.findings() == []


async def test_a_return_beyond_its_receipt_or_its_stock_leaves_nothing_behind(world: World):
    order = await world.approved(AX, ("BOLT", "10", "2"))
    receipt = await received(world, order, "6")
    refusal = await world.refusal(RECEIVER, AX, back(world, receipt, "7"))
    assert (refusal.code, refusal.path) == ("INVALID_VALUE", ("lines", 0, "quantity"))
    elsewhere = PurchaseReturnLineInput(position=1, quantity=D(1), status=StockStatus.ON_HOLD)
    gone = ReturnToSupplier(goods_receipt_id=receipt, lines=(elsewhere,), settlement=CREDIT, reason="held")
    assert (await world.refusal(RECEIVER, AX, gone)).code == "INSUFFICIENT_STOCK"
    await done(world, back(world, receipt, "6"), by=RECEIVER)
    assert await accounts(world) == {}
    [move] = await world.rows("SELECT id FROM stock_move WHERE kind = 'RETURN'")
    taken = await world.refusal(world.chief, AX, ReverseStockMove(stock_move_id=move["id"]))
    assert taken.code == "SOURCE_DOCUMENT_RULES"
    assert await world.findings() == []
