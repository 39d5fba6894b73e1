"""What a supplier shipped straight comes back: to our stock at what it cost, or straight to the supplier again."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.inventory.models import StockStatus, ValuationMethod
from domain.logistics.commands import (
    CreditReturn,
    DecideReturn,
    DecisionLineInput,
    InvoicedShipmentInput,
    InvoiceShipments,
    ReceiveCustomerReturn,
    ReturnLineInput,
)
from domain.procurement.commands import (
    CreditSupplierInvoice,
    PurchaseReturnLineInput,
    ReturnToSupplier,
    SupplierCreditLineInput,
)
from domain.procurement.returns import ReturnSettlement
from tests.domain.books import AX, World, staff
from tests.domain.inventory.goods import accounts, done, pool, received, valued
from tests.domain.logistics.outbound import allocated, hospital, order, quantities, shipped, status
from tests.domain.logistics.test_direct_supplies import approved, sent
from tests.domain.procurement.billing import CLERK, billed
from tests.domain.procurement.billing import done as done_by

D = Decimal
RECEIVER = staff("rob", warehouse=AX)


async def delivered(world: World) -> tuple[UUID, UUID, UUID]:
    """(sales order, shipment, supplier's invoice): 5 bought at 95, charged at 96, sold at 150, nothing in stock."""
    await hospital(world)
    await valued(world, "GEAR", ValuationMethod.FIFO)
    [sale] = await done(world, order(world, ("GEAR", "5", "150")))
    purchase = await approved(world, sale, (1, "5", "95"))
    [shipment] = await done(world, sent(purchase, "5"))
    paper = await billed(world, (purchase, 1, "5", "96"))
    await done(world, InvoiceShipments(shipments=(InvoicedShipmentInput(shipment_id=shipment),)))
    return sale, shipment, paper


def back(shipment: UUID, quantity: str, place: UUID | None, *, replaced: bool = False) -> ReceiveCustomerReturn:
    line = ReturnLineInput(position=1, quantity=D(quantity), is_replaced=replaced)
    return ReceiveCustomerReturn(shipment_id=shipment, location_id=place, reason="Wrong size", lines=(line,))


async def moved(world: World, before: dict[str, Decimal]) -> dict[str, Decimal]:
    """What each account gained since."""
    after = await accounts(world)
    gained = {name: after.get(name, D(0)) - before.get(name, D(0)) for name in {*after, *before}}
    return {name: amount for name, amount in sorted(gained.items()) if amount}


async def sent_back(world: World, **more: Any) -> ReturnToSupplier:
    """The command that sends 2 of the receipt back."""
    [row] = await world.rows("SELECT id FROM goods_receipt ORDER BY id DESC LIMIT 1")
    settlement = more.pop("settlement", ReturnSettlement.CREDIT)
    line = PurchaseReturnLineInput(position=1, quantity=D(2), status=StockStatus.QUARANTINE, **more)
    return ReturnToSupplier(goods_receipt_id=row["id"], lines=(line,), settlement=settlement, reason="Wrong size")


async def test_goods_that_were_never_ours_come_back_at_what_they_cost_and_go_to_the_supplier_later(world: World):
    """2 of 5 that cost 475 and 5 more by their invoice come into stock at 192; GR/IR gives up 190 for them."""
    _, shipment, paper = await delivered(world)
    stores, before = world[f"STORES{AX}"], await accounts(world)
    [return_] = await done(world, back(shipment, "2", stores))
    assert (await moved(world, before), await pool(world, "GEAR")) == (
        {"COST_OF_SALES": D(-192), "STOCK": D(192)}, (D(2), D(192))
    )  # fmt: skip
    await done(world, CreditReturn(goods_return_id=return_))
    assert await world.findings() == []
    before = await accounts(world)
    await done_by(world, await sent_back(world, location_id=stores), by=RECEIVER)
    assert (await moved(world, before), await pool(world, "GEAR")) == (
        {"COST_OF_SALES": D(2), "GR_IR": D(190), "STOCK": D(-192)}, (D(0), D(0))
    )  # fmt: skip
    line = SupplierCreditLineInput(position=1, quantity=D(2))
    credit = CreditSupplierInvoice(supplier_invoice_id=paper, supplier_number="C-1", lines=(line,), reason="Back")
    await done_by(world, credit, by=CLERK)
    assert await accounts(world) == {
        "COST_OF_SALES": D(288), "PAYABLE": D(-288), "RECEIVABLE": D(450), "REVENUE": D(-450)
    }  # fmt: skip
    assert await world.findings() == []


async def test_goods_that_go_straight_back_to_their_supplier_touch_no_stock_and_are_owed_no_more(world: World):
    """3 of 5 go back: GR/IR gives up 285; what the supplier charged for them is credited on both sides."""
    sale, shipment, paper = await delivered(world)
    before = await accounts(world)
    [return_, _] = await done(world, back(shipment, "2", None), back(shipment, "1", None, replaced=True))
    assert await moved(world, before) == {"COST_OF_SALES": D(-285), "GR_IR": D(285)}
    # Ordered, allocated, picked, shipped, returned, invoiced, cancelled, open: one is to be shipped again.
    assert await quantities(world, sale) == ["5 0 0 5 3 5 0 1"]
    rows = await world.rows(
        "SELECT g.location_id, g.undecided_quantity, p.quantity, p.owed_amount, g.posting_id = r.posting_id AS shared "
        "FROM goods_return_line g JOIN goods_return h ON h.id = g.goods_return_id "
        "JOIN purchase_return r ON r.id = h.purchase_return_id "
        "JOIN purchase_return_line p ON p.purchase_return_id = r.id ORDER BY g.id"
    )
    assert [tuple(row.values()) for row in rows] == [(None, D(0), D(2), D(190), True), (None, D(0), D(1), D(95), True)]
    await done(world, CreditReturn(goods_return_id=return_))
    line = SupplierCreditLineInput(position=1, quantity=D(3))
    credit = CreditSupplierInvoice(supplier_invoice_id=paper, supplier_number="C-1", lines=(line,), reason="Back")
    await done_by(world, credit, by=CLERK)
    assert await accounts(world) == {
        "COST_OF_SALES": D(192), "PAYABLE": D(-192), "RECEIVABLE": D(450), "REVENUE": D(-450)
    }  # fmt: skip
    [row] = await world.rows("SELECT status, returned_quantity FROM purchase_order o JOIN purchase_order_line l "
                             "ON l.purchase_order_id = o.id")  # fmt: skip
    assert (row["status"], row["returned_quantity"], await status(world, sale)) == ("COMPLETE", D(3), "CONFIRMED")
    assert await world.findings() == []
    decided = DecideReturn(goods_return_id=return_, lines=(DecisionLineInput(position=1, restock=D(1)),))
    assert (await world.refusal(world.chief, AX, decided)).code == "INVALID_VALUE"


async def test_what_may_not_go_back_so_is_refused_and_nothing_is_written(world: World):
    _, shipment, _ = await delivered(world)
    await received(world, ("GEAR", "1", "100"))
    own = await shipped(world, await allocated(world, ("GEAR", "1", "150")))
    before = await world.state()
    stores = world[f"STORES{AX}"]
    cases = (
        (back(own, "1", None), "NO_DIRECT_RETURN", ("lines", 0)),
        (back(shipment, "6", None), "RETURN_EXCEEDS_SHIPMENT", ("lines", 0, "quantity")),
        (await sent_back(world), "INVALID_VALUE", ("lines", 0, "location")),
        (await sent_back(world, location_id=stores, settlement=ReturnSettlement.REPLACE), "INVALID_VALUE",
         ("settlement",)),
        (await sent_back(world, location_id=stores), "INSUFFICIENT_STOCK", ()),
    )  # fmt: skip
    for command, code, path in cases:
        refusal = await world.refusal(world.chief, AX, command)
        assert (refusal.code, refusal.path) == (code, path), command
    assert await world.state() == before
    assert await world.findings() == []


@pytest.mark.parametrize("method", (ValuationMethod.STANDARD, ValuationMethod.AVERAGE))
async def test_goods_at_standard_or_average_join_what_is_there(world: World, method: ValuationMethod):
    """At standard 100 two are worth 200, the 8 beyond their cost is variance; at average they are worth their cost."""
    await hospital(world)
    await valued(world, "GEAR", method)
    [sale] = await done(world, order(world, ("GEAR", "5", "150")))
    purchase = await approved(world, sale, (1, "5", "96"))
    [shipment] = await done(world, sent(purchase, "5"))
    await done(world, back(shipment, "2", world[f"STORES{AX}"]))
    held = await accounts(world)
    stock = D(200) if method is ValuationMethod.STANDARD else D(192)
    assert (held["STOCK"], held["COST_OF_SALES"] + held.get("PURCHASE_PRICE_VARIANCE", D(0))) == (stock, D(480) - stock)
    assert await world.findings() == []
