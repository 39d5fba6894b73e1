"""Of each line: ordered + over-received = received, less what went back to be replaced, + open + cancelled; what a
supplier confirms, what is cancelled, what was refused and goes back.
"""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.core.actors import Actor, Audience
from domain.core.ids import new_id
from domain.inventory.commands import ChangeStockStatus
from domain.inventory.commands.statuses import StatusLineInput
from domain.inventory.models import StockStatus
from domain.procurement.commands import (
    CancelPurchaseOrderRest,
    ConfirmPurchaseOrder,
    PromisedLineInput,
    PurchaseReturnLineInput,
    ReturnToSupplier,
)
from domain.procurement.models import SupplierItem
from domain.procurement.returns import ReturnSettlement
from tests.domain.books import AX, World, staff
from tests.domain.inventory.goods import accounts
from tests.domain.procurement.billing import billed, done

RECEIVER = staff("rob", warehouse=AX)
D = Decimal
LINE = """
SELECT o.status, l.ordered_quantity AS ordered, l.received_quantity AS received, l.to_replace_quantity AS to_replace,
       l.rejected_returned_quantity AS refused, l.open_quantity AS open, l.over_received_quantity AS over,
       l.cancelled_quantity AS cancelled, l.confirmed_quantity AS confirmed, l.promised_on
FROM purchase_order_line l JOIN purchase_order o ON o.company_id = l.company_id AND o.id = l.purchase_order_id
WHERE o.id = $1 ORDER BY l.position
"""


def supplier(world: World, party: str = "ACME") -> Actor:
    """Someone who works for a party that delivers."""
    return Actor(
        id=new_id(), name=party.lower(), audience=Audience.SUPPLIER, roles={AX: frozenset({"supplier"})},
        partners=frozenset({world[party]}),
    )  # fmt: skip


async def told(world: World, order: UUID, *names: str) -> Any:
    """What the first line of an order says, by the names asked; every quantity adds up."""
    rows = await world.rows(LINE, order)
    for row in rows:
        assert row["ordered"] + row["over"] == row["received"] - row["to_replace"] + row["open"] + row["cancelled"], row
    return {name: int(value) if isinstance(value := rows[0][name], Decimal) else value for name in names}


def confirm(order: UUID, *lines: tuple[int, str, date]) -> ConfirmPurchaseOrder:
    """The command that promises (position, quantity, day) lines."""
    promised = tuple(PromisedLineInput(position=one, quantity=D(much), promised_on=day) for one, much, day in lines)
    return ConfirmPurchaseOrder(purchase_order_id=order, lines=promised)


def refused_back(
    world: World, receipt: UUID, quantity: str, settlement: ReturnSettlement = ReturnSettlement.REPLACE
) -> ReturnToSupplier:
    """The command that sends so much of what a receipt refused back."""
    line = PurchaseReturnLineInput(position=1, quantity=D(quantity), is_rejected=True)
    return ReturnToSupplier(goods_receipt_id=receipt, lines=(line,), settlement=settlement, reason="cracked")


async def the_receipt(world: World) -> UUID:
    [row] = await world.rows("SELECT id FROM goods_receipt ORDER BY id DESC LIMIT 1")
    return row["id"]


async def test_a_supplier_confirms_its_own_order_in_two_parts_and_less_than_was_asked(world: World):
    order = await world.approved(AX, ("BOLT", "10", "2"))
    first, last = date(2026, 6, 1), date(2026, 6, 15)
    assert await told(world, order, "confirmed", "open") == {"confirmed": None, "open": 10}
    await done(world, confirm(order, (1, "6", last), (1, "3", first)), by=supplier(world))
    assert await told(world, order, "status", "confirmed", "promised_on", "open") == {
        "status": "APPROVED", "confirmed": 9, "promised_on": last, "open": 10,
    }  # fmt: skip
    rows = await world.rows("SELECT quantity, promised_on FROM purchase_order_confirmation_line ORDER BY position")
    assert [(int(row["quantity"]), row["promised_on"]) for row in rows] == [(6, last), (3, first)]
    await done(world, confirm(order, (1, "10", last)), by=supplier(world))
    assert (await told(world, order, "confirmed"))["confirmed"] == 10


async def test_nobody_confirms_more_than_was_ordered_nor_what_waits_for_approval_nor_anothers_order(world: World):
    pending = await world.ordered(AX, ("BOLT", "10", "2"))
    day = date(2026, 6, 1)
    assert (await world.refusal(supplier(world), AX, confirm(pending, (1, "1", day)))).code == "WRONG_STATE"
    order = await world.approved(AX, ("BOLT", "10", "2"))
    other = await world.refusal(supplier(world, "HOSPITAL"), AX, confirm(order, (1, "10", day)))
    assert (other.code, other.path) == ("NOT_FOUND", ("purchaseOrder",))
    over = await world.refusal(supplier(world), AX, confirm(order, (1, "6", day), (1, "5", day)))
    assert (over.code, over.path) == ("INVALID_VALUE", ("lines", 1, "quantity"))
    unknown = await world.refusal(supplier(world), AX, confirm(order, (2, "1", day)))
    assert (unknown.code, unknown.path) == ("NOT_FOUND", ("lines", 0, "position"))


async def test_the_rest_of_a_line_is_cancelled_and_no_more_of_it_may_come(world: World):
    order = await world.approved(AX, ("BOLT", "10", "2"), ("GEAR", "5", "100"))
    await done(world, confirm(order, (1, "10", date(2026, 6, 1))), by=supplier(world))
    await done(world, world.receipt(order, (1, "4", "0")), by=RECEIVER)
    rest = CancelPurchaseOrderRest(purchase_order_id=order, positions=(1,), reason="design changed")
    await done(world, rest, by=world.buyer)
    assert await told(world, order, "status", "open", "cancelled", "confirmed") == {
        "status": "APPROVED", "open": 0, "cancelled": 6, "confirmed": 4,
    }  # fmt: skip
    again = await world.refusal(world.buyer, AX, rest)
    assert (again.code, again.path) == ("INVALID_VALUE", ("positions", 0))
    assert (await world.refusal(RECEIVER, AX, world.receipt(order, (1, "1", "0")))).code == "OVER_RECEIPT"
    await done(world, CancelPurchaseOrderRest(purchase_order_id=order, reason="design changed"), by=world.buyer)
    assert (await told(world, order, "status"))["status"] == "COMPLETE"
    assert await world.findings() == []


async def test_an_order_of_which_nothing_came_is_cancelled_as_a_whole(world: World):
    order = await world.approved(AX, ("BOLT", "10", "2"), ("GEAR", "5", "100"))
    await done(world, CancelPurchaseOrderRest(purchase_order_id=order, reason="project stopped"), by=world.buyer)
    assert await told(world, order, "status", "cancelled") == {"status": "CANCELLED", "cancelled": 10}
    for command, by in (
        (world.receipt(order, (1, "1", "0")), RECEIVER),
        (confirm(order, (1, "1", date(2026, 6, 1))), supplier(world)),
        (CancelPurchaseOrderRest(purchase_order_id=order, reason="again"), world.buyer),
    ):
        assert (await world.refusal(by, AX, command)).code == "WRONG_STATE"
    assert await world.findings() == []


async def test_what_comes_beyond_the_order_is_shown_apart(world: World):
    terms = {
        "item_id": world["BOLT"], "supplier_id": world["ACME"], "lead_days": 5, "over_receipt_percent": D(20),
        "unit": "EA", "currency": "USD", "standard_price": D(2),
    }  # fmt: skip
    await world.works(AX, lambda work: work.insert(SupplierItem, [terms]))
    order = await world.approved(AX, ("BOLT", "10", "2"))
    await done(world, world.receipt(order, (1, "12", "0")), by=RECEIVER)
    assert await told(world, order, "status", "open", "over") == {"status": "COMPLETE", "open": 0, "over": 2}
    assert await world.findings() == []


async def test_refused_goods_go_back_without_money_and_are_awaited_again(world: World):
    order = await world.approved(AX, ("STENT", "10", "12.50"))
    await done(world, world.receipt(order, (1, "10", "4")), by=RECEIVER)
    held = await accounts(world)
    receipt = await the_receipt(world)
    await done(world, refused_back(world, receipt, "3"), by=RECEIVER)
    assert await accounts(world) == held
    assert await told(world, order, "status", "refused", "to_replace", "open") == {
        "status": "APPROVED", "refused": 3, "to_replace": 3, "open": 3,
    }  # fmt: skip
    rows = await world.rows("SELECT quantity FROM stock_balance WHERE status = 'REJECTED' AND owner_id IS NOT NULL")
    assert [int(row["quantity"]) for row in rows] == [1]
    over = await world.refusal(RECEIVER, AX, refused_back(world, receipt, "2"))
    assert (over.code, over.path) == ("INVALID_VALUE", ("lines", 0, "quantity"))
    await done(world, refused_back(world, receipt, "1", ReturnSettlement.CREDIT), by=RECEIVER)
    await done(world, world.receipt(order, (1, "3", "0")), by=RECEIVER)
    await billed(world, (order, 1, "9", "12.50"))
    assert (await accounts(world)).get("GR_IR") is None
    assert await told(world, order, "status", "refused", "open") == {"status": "COMPLETE", "refused": 4, "open": 0}
    assert await world.findings() == []


async def test_goods_refused_after_they_were_accepted_go_back_at_their_value(world: World):
    order = await world.approved(AX, ("GEAR", "10", "100"))
    await done(world, world.receipt(order, (1, "10", "0")), by=RECEIVER)
    place = world[f"STORES{AX}"]
    bad = StatusLineInput(item_id=world["GEAR"], location_id=place, quantity=D(2), status=StockStatus.RELEASED)
    await done(world, ChangeStockStatus(lines=(bad,), to_status=StockStatus.REJECTED), by=world.chief)
    line = PurchaseReturnLineInput(position=1, quantity=D(2), status=StockStatus.REJECTED)
    back = ReturnToSupplier(
        goods_receipt_id=await the_receipt(world), lines=(line,), settlement=ReturnSettlement.REPLACE, reason="rust"
    )
    await done(world, back, by=RECEIVER)
    assert await accounts(world) == {"GR_IR": D(-800), "STOCK": D(800)}
    assert await told(world, order, "status", "to_replace", "refused", "open") == {
        "status": "APPROVED", "to_replace": 2, "refused": 0, "open": 2,
    }  # fmt: skip
    assert await world.findings() == []
