"""What suppliers announce, what must be known of lots, and receipts against what was announced."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.procurement.commands import (
    CancelShippingNotice,
    GoodsReceiptLineInput,
    NoticeArrivalInput,
    ReceivePurchaseOrder,
    ReceiveShippingNotice,
    SendShippingNotice,
    ShippingNoticeLineInput,
)
from domain.procurement.receiving import ReceivingRule
from tests.domain.books import AX, World
from tests.domain.procurement.billing import done
from tests.domain.procurement.test_order_quantities import RECEIVER, supplier

D = Decimal


def notice(order: UUID, *lines: tuple[str, str | None], **more: Any) -> SendShippingNotice:
    """The command that announces (quantity, supplier's lot) of an order's first line."""
    told = tuple(
        ShippingNoticeLineInput(position=1, quantity=D(quantity), supplier_lot=lot, **more) for quantity, lot in lines
    )
    return SendShippingNotice(purchase_order_id=order, lines=told)


async def ruled(world: World, **needs: bool) -> None:
    """What must be known of a stent's lot."""
    row = {"item_id": world["STENT"], **{f"needs_{name}": value for name, value in needs.items()}}
    await world.works(AX, lambda work: work.insert(ReceivingRule, [row]))


async def test_packages_of_one_lot_of_the_supplier_become_one_lot_of_ours(world: World):
    order = await world.approved(AX, ("STENT", "10", "12.50"))
    sent = await done(world, notice(order, ("4", "A1"), ("4", "A1"), ("2", "B7")), by=supplier(world))
    some = NoticeArrivalInput(position=2, received=D(3))
    none = NoticeArrivalInput(position=3, received=D(0))
    await done(world, ReceiveShippingNotice(shipping_notice_id=sent, lines=(some, none)), by=RECEIVER)
    rows = await world.rows(
        "SELECT l.number, l.supplier_lot, sum(g.stocked_quantity) AS quantity FROM goods_receipt_line g "
        "JOIN lot l ON l.company_id = g.company_id AND l.id = g.lot_id GROUP BY 1, 2"
    )
    assert [(row["supplier_lot"], int(row["quantity"])) for row in rows] == [("A1", 7)]
    [row] = await world.rows("SELECT open_quantity FROM purchase_order_line")
    assert int(row["open_quantity"]) == 3
    assert await world.findings() == []


async def test_what_is_on_its_way_already_is_not_announced_again_until_it_is_taken_back(world: World):
    order = await world.approved(AX, ("BOLT", "10", "2"))
    sent = await done(world, notice(order, ("8", None)), by=supplier(world))
    over = await world.refusal(supplier(world), AX, notice(order, ("3", None)))
    assert (over.code, over.path) == ("OVER_RECEIPT", ("lines", 0))
    back = CancelShippingNotice(shipping_notice_id=sent)
    assert (await world.refusal(supplier(world, "HOSPITAL"), AX, back)).code == "NOT_FOUND"
    await done(world, back, by=supplier(world))
    gone = await world.refusal(RECEIVER, AX, ReceiveShippingNotice(shipping_notice_id=sent))
    assert gone.code == "WRONG_STATE"
    await done(world, notice(order, ("3", None)), by=supplier(world))
    stranger = await world.refusal(supplier(world, "HOSPITAL"), AX, notice(order, ("1", None)))
    assert (stranger.code, stranger.path) == ("NOT_FOUND", ("purchaseOrder",))


async def test_a_notice_that_makes_no_sense_leaves_nothing_behind(world: World):
    order = await world.approved(AX, ("BOLT", "10", "2"))
    late = replace(notice(order, ("1", None)), shipped_on=date(2026, 6, 2), expected_on=date(2026, 6, 1))
    assert (await world.refusal(supplier(world), AX, late)).path == ("expectedOn",)
    wrong = await world.refusal(supplier(world), AX, notice(order, ("1", None), sscc="123456789012345676"))
    assert (wrong.code, wrong.path) == ("INVALID_VALUE", ("lines", 0, "sscc"))
    sent = await done(world, notice(order, ("1", None)), by=supplier(world))
    nothing = NoticeArrivalInput(position=1, received=D(0))
    empty = ReceiveShippingNotice(shipping_notice_id=sent, lines=(nothing,))
    assert (await world.refusal(RECEIVER, AX, empty)).path == ("lines",)
    unknown = replace(empty, lines=(NoticeArrivalInput(position=2),))
    assert (await world.refusal(RECEIVER, AX, unknown)).path == ("lines", 0, "position")


async def test_a_new_lot_is_taken_in_only_with_all_that_its_rule_asks(world: World):
    await ruled(world, supplier_lot=True, manufacturer=True, expires_on=True)
    order = await world.approved(AX, ("STENT", "10", "12.50"))
    line = GoodsReceiptLineInput(position=1, received=D(2), supplier_lot="A1", lot_number="OUR-1")
    receipt = ReceivePurchaseOrder(purchase_order_id=order, lines=(line,))
    missing = await world.refusal(RECEIVER, AX, receipt)
    assert (missing.code, missing.values["missing"]) == ("LOT_DATA_MISSING", "manufacturer, expiresOn")
    whole = replace(line, manufacturer="Zahn GmbH", expires_on=date(2027, 5, 1))
    await done(world, replace(receipt, lines=(whole,)), by=RECEIVER)
    # The lot is known now: nothing must be said again, and nothing else may be.
    await done(world, replace(receipt, lines=(replace(line, supplier_lot=None),)), by=RECEIVER)
    other = await world.refusal(RECEIVER, AX, replace(receipt, lines=(replace(whole, supplier_lot="A2"),)))
    assert (other.code, other.path) == ("INVALID_VALUE", ("lines", 0, "supplierLot"))
    [lot] = await world.rows("SELECT supplier_lot, manufacturer, expires_on FROM lot")
    assert (lot["supplier_lot"], lot["manufacturer"], lot["expires_on"]) == ("A1", "Zahn GmbH", date(2027, 5, 1))


async def test_the_last_day_of_a_lot_follows_from_its_making_and_the_shelf_life(world: World):
    await ruled(world, expires_on=True)
    await world.rows("UPDATE item SET shelf_life_days = 365 WHERE id = $1 RETURNING id", world["STENT"])
    order = await world.approved(AX, ("STENT", "10", "12.50"))
    line = GoodsReceiptLineInput(position=1, received=D(2), made_on=date(2026, 3, 1))
    await done(world, ReceivePurchaseOrder(purchase_order_id=order, lines=(line,)), by=RECEIVER)
    [lot] = await world.rows("SELECT expires_on FROM lot")
    assert lot["expires_on"] == date(2027, 3, 1)
