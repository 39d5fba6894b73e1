"""What suppliers announce: sent, taken back, received."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import SmallInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.actors import PARTNERS, Action
from domain.core.commands import Results, argument, command, part
from domain.core.database import Row
from domain.core.errors import DomainError, NotFound, Rejected
from domain.core.ids import new_id
from domain.core.money import EXACT, ZERO
from domain.core.numbering import Series
from domain.core.work import Work
from domain.procurement import reads
from domain.procurement.commands.receipts import GoodsReceiptLineInput, Planned, ReceivePurchaseOrder, take_in
from domain.procurement.lots import TRACED_BY_LOT, rules_by_item
from domain.procurement.models import PurchaseOrder, PurchaseOrderLine
from domain.procurement.receiving import (
    NoticeStatus,
    ShippingNotice,
    ShippingNoticeLine,
    ShippingNoticePackage,
)
from domain.procurement.receiving_rules import CANCEL, NOTICE_FLOW, RECEIVE, Announced, all_told, announce, check_sscc
from domain.procurement.rules import ORDER_FLOW, Order, OrderLine, expires_after_made, line_count, live
from domain.procurement.rules import RECEIVE as RECEIVE_ORDER

NOTICE_NUMBERS = Series("shipping_notice", prefix="SN-")

_company_id = bindparam("company_id", type_=SmallInteger())
_ids = func.any(bindparam("ids", type_=ARRAY(Uuid())))
_notice, _line, _ordered = ShippingNotice.table, ShippingNoticeLine.table, PurchaseOrderLine.table
_of_order = (_ordered.c.company_id == _line.c.company_id) & (_ordered.c.id == _line.c.purchase_order_line_id)
_LINES = (
    select(_line, _ordered.c.position.label("order_position"))
    .join_from(_line, _ordered, _of_order)
    .where(_line.c.company_id == _company_id, _line.c.shipping_notice_id == _ids)
    .order_by(_line.c.shipping_notice_id, _line.c.position)
)
# What is on its way of each line of the orders.
_COMING = (
    select(_ordered.c.purchase_order_id, _ordered.c.position, func.sum(_line.c.quantity).label("quantity"))
    .join_from(_line, _notice, (_notice.c.company_id == _line.c.company_id)
               & (_notice.c.id == _line.c.shipping_notice_id))
    .join(_ordered, _of_order)
    .where(
        _line.c.company_id == _company_id, _ordered.c.purchase_order_id == _ids,
        _notice.c.status == NoticeStatus.SENT.value,
    )
    .group_by(_ordered.c.purchase_order_id, _ordered.c.position)
)  # fmt: skip


@part
class ShippingNoticeLineInput:
    """So much of one order line, of one lot, in one package."""

    position: int = argument(doc="The line's place on the order.", zh="订单行号")
    quantity: Decimal = argument(doc="How much is on its way.", zh="发货数量", number="quantity")
    supplier_lot: str | None = argument(doc="The supplier's number of the lot.", zh="供应商批号", default=None)
    manufacturer: str | None = argument(doc="Who made the lot.", zh="制造商", default=None)
    made_on: date | None = argument(doc="Day of manufacture.", zh="生产日期", default=None)
    expires_on: date | None = argument(doc="Last day the lot may be used.", zh="有效期至", default=None)
    udi: str | None = argument(doc="Unique device identifier, as on the label.", zh="UDI", default=None)
    sscc: str | None = argument(doc="The package that it is in.", zh="系列货运包装箱代码", default=None)


@command(action=Action.ACKNOWLEDGE, record=ShippingNotice, zh="发送发货通知")
class SendShippingNotice:
    """Announce what of an order is on its way; a supplier announces its own orders only."""

    purchase_order_id: UUID = argument(doc="The order.", zh="采购订单", reference="purchase_order")
    lines: tuple[ShippingNoticeLineInput, ...] = argument(doc="What is on its way.", zh="发货行")
    shipped_on: date | None = argument(doc="Day it left; today unless given.", zh="发货日期", default=None)
    expected_on: date | None = argument(doc="Day it is to arrive.", zh="预计到货日", default=None)
    delivery_note: str | None = argument(doc="The supplier's delivery note.", zh="送货单号", default=None)
    carrier: str | None = argument(doc="Who brings it.", zh="承运人", default=None)
    tracking_number: str | None = argument(doc="The carrier's number of it.", zh="运单号", default=None)


@command(action=Action.ACKNOWLEDGE, record=ShippingNotice, zh="撤回发货通知")
class CancelShippingNotice:
    """Take a notice back that nothing was received against."""

    shipping_notice_id: UUID = argument(doc="The notice.", zh="发货通知", reference="shipping_notice")


@part
class NoticeArrivalInput:
    """What arrived of one line of a notice, where it is not all of it or not all good."""

    position: int = argument(doc="The line's place on the notice.", zh="行号")
    received: Decimal | None = argument(
        doc="What arrived, 0 for nothing; what was announced unless given.", zh="收货数量", number="quantity",
        default=None,
    )  # fmt: skip
    rejected: Decimal | None = argument(doc="What failed inspection.", zh="拒收数量", number="quantity", default=None)
    location_id: UUID | None = argument(
        doc="Where it is put; as with a receipt unless given.", zh="库位", reference="location", default=None
    )
    lot_number: str | None = argument(
        doc="Our lot; drawn for an item traced by lot unless given.", zh="批号", default=None
    )


@command(action=Action.POST, record=ShippingNotice, zh="按发货通知收货", key_required=True)
class ReceiveShippingNotice:
    """Take in what was announced, with what it says of lots; a line that is not named arrived as it was announced."""

    shipping_notice_id: UUID = argument(doc="The notice.", zh="发货通知", reference="shipping_notice")
    lines: tuple[NoticeArrivalInput, ...] = argument(doc="What arrived otherwise.", zh="差异行", default=())
    received_on: date | None = argument(doc="Day the goods arrived; today unless given.", zh="收货日期", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What notices refer to, fetched once; `coming` grows with each that is accepted."""

    orders: Mapping[UUID, Order]
    lines: Mapping[UUID, Mapping[int, OrderLine]]
    items: Mapping[UUID, Row]
    rules: Mapping[UUID, Mapping[str, bool]]
    coming: dict[UUID, dict[int, Decimal]]


async def send_shipping_notices(work: Work, commands: Sequence[SendShippingNotice]) -> Results[ShippingNotice]:
    """The notices, SENT; a refusal stands in its own place.

    Raises per row: NotFound, HistoricalDocument, WrongState, Rejected, OverReceipt, LotDataMissing. Emits:
    ShippingNoticeSent.
    """
    known = await _known(work, [one.purchase_order_id for one in commands])
    outcomes: list[UUID | DomainError] = []
    planned: list[tuple[UUID, SendShippingNotice]] = []
    for one in commands:
        try:
            _check(work, one, known)
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        planned.append((new_id(), one))
        outcomes.append(planned[-1][0])
    if planned:
        await _write(work, planned, known)
    return Results(outcomes)


async def _known(work: Work, order_ids: Sequence[UUID]) -> Known:
    """The orders, locked, with what is on its way of them."""
    rows = await work.lock(PurchaseOrder, order_ids)
    orders = {id_: reads.order_of(row) for id_, row in rows.items()}
    lines = {id_: {line.position: line for line in own} for id_, own in (await reads.lines_of(work, orders)).items()}
    items = [line.item_id for own in lines.values() for line in own.values()]
    coming: dict[UUID, dict[int, Decimal]] = {}
    for row in await work.fetch(_COMING, ids=sorted(orders)):
        coming.setdefault(row["purchase_order_id"], {})[row["position"]] = row["quantity"]
    return Known(
        orders=orders, lines=lines, items=await reads.items_by_id(work, items), rules=await rules_by_item(work, items),
        coming=coming,
    )  # fmt: skip


def _check(work: Work, one: SendShippingNotice, known: Known) -> None:
    """Nothing; what is announced counts as on its way. Raises: what the command is refused for."""
    order = live(known.orders.get(one.purchase_order_id), one.purchase_order_id)
    reads.check_own(work, order)
    ORDER_FLOW.advance(order.number, order.status, RECEIVE_ORDER)
    line_count(len(one.lines))
    shipped_on = one.shipped_on or work.now.date()
    if one.expected_on is not None and one.expected_on < shipped_on:
        raise Rejected(("expectedOn",), what="expectedOn", value=one.expected_on.isoformat(),
                       reason=f"it left on {shipped_on}", reason_zh=f"发货日期为 {shipped_on}")  # fmt: skip
    lines, coming = known.lines[order.id], known.coming.get(order.id, {})
    announce(order, lines, coming, [Announced(position=own.position, quantity=own.quantity) for own in one.lines])
    for place, own in enumerate(one.lines):
        try:
            item = known.items[lines[own.position].item_id]
            expires_after_made(own.supplier_lot or "", own.made_on, own.expires_on)
            if item["lot_policy"] in TRACED_BY_LOT:
                all_told(item["code"], known.rules.get(item["id"], {}), own, item["shelf_life_days"])
            if own.sscc is not None:
                check_sscc(own.sscc)
        except DomainError as refusal:
            raise refusal.at("lines", place) from None
    for own in one.lines:
        coming = known.coming.setdefault(order.id, {})
        coming[own.position] = EXACT.add(coming.get(own.position, ZERO), own.quantity)


async def _write(work: Work, planned: Sequence[tuple[UUID, SendShippingNotice]], known: Known) -> None:
    """The notices with their packages and lines. Emits: ShippingNoticeSent."""
    numbers = await work.number(NOTICE_NUMBERS, len(planned))
    await work.insert(
        ShippingNotice,
        [
            {
                "id": id_, "number": number, "purchase_order_id": one.purchase_order_id, "status": NOTICE_FLOW.initial,
                "delivery_note": one.delivery_note, "shipped_on": one.shipped_on or work.now.date(),
                "expected_on": one.expected_on, "carrier": one.carrier, "tracking_number": one.tracking_number,
                "sent_by": work.actor.id,
            }
            for number, (id_, one) in zip(numbers, planned, strict=True)
        ],
    )  # fmt: skip
    packages = [
        {"id": new_id(), "shipping_notice_id": id_, "position": place, "sscc": sscc}
        for id_, one in planned
        for place, sscc in enumerate(dict.fromkeys(line.sscc for line in one.lines if line.sscc), start=1)
    ]
    if packages:
        await work.insert(ShippingNoticePackage, packages)
    boxes: dict[object, object] = {(row["shipping_notice_id"], row["sscc"]): row["id"] for row in packages}
    await work.insert(
        ShippingNoticeLine,
        [
            {
                "shipping_notice_id": id_, "position": place,
                "purchase_order_line_id": known.lines[one.purchase_order_id][line.position].id,
                "quantity": line.quantity, "supplier_lot": line.supplier_lot, "manufacturer": line.manufacturer,
                "made_on": line.made_on, "expires_on": line.expires_on, "udi": line.udi,
                "shipping_notice_package_id": boxes.get((id_, line.sscc)),
            }
            for id_, one in planned
            for place, line in enumerate(one.lines, start=1)
        ],
    )  # fmt: skip
    work.emit("ShippingNoticeSent", ShippingNotice, [id_ for id_, _ in planned])


async def cancel_shipping_notices(work: Work, commands: Sequence[CancelShippingNotice]) -> Results[ShippingNotice]:
    """The notices, CANCELLED; a refusal stands in its own place. Raises per row: NotFound, WrongState. Emits:
    ShippingNoticeCancelled.
    """
    rows = await work.lock(ShippingNotice, [one.shipping_notice_id for one in commands])
    orders = {
        id_: reads.order_of(row)
        for id_, row in (await work.lock(PurchaseOrder, [row["purchase_order_id"] for row in rows.values()])).items()
    }
    changed: dict[UUID, dict[str, object]] = {}
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            row = _notice_of(rows, one.shipping_notice_id)
            if work.actor.audience in PARTNERS and orders[row["purchase_order_id"]].supplier_id not in (
                work.actor.partners
            ):
                raise NotFound(("shippingNotice",), what="shipping notice", key=str(row["id"]))
            state = NoticeStatus.CANCELLED if row["id"] in changed else NoticeStatus(row["status"])
            changed[row["id"]] = {"id": row["id"], "status": NOTICE_FLOW.advance(row["number"], state, CANCEL)}
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        outcomes.append(row["id"])
    if changed:
        await work.update(ShippingNotice, list(changed.values()), fields=("status",))
        work.emit("ShippingNoticeCancelled", ShippingNotice, list(changed))
    return Results(outcomes)


def _notice_of(rows: Mapping[UUID, Row], id_: UUID) -> Row:
    """The notice itself. Raises: NotFound."""
    if id_ not in rows:
        raise NotFound(("shippingNotice",), what="shipping notice", key=str(id_))
    return rows[id_]


async def receive_shipping_notices(work: Work, commands: Sequence[ReceiveShippingNotice]) -> Results[ShippingNotice]:
    """The notices, RECEIVED with the receipt that took them in; a refusal stands in its own place.

    Posts: what a receipt of the order posts. Raises per row: NotFound, WrongState, Rejected, and what a receipt is
    refused for. Emits: ShippingNoticeReceived, GoodsReceived, StockChanged.
    """
    rows = await work.lock(ShippingNotice, [one.shipping_notice_id for one in commands])
    lines: dict[UUID, list[Row]] = {}
    for row in await work.fetch(_LINES, ids=sorted(rows)):
        lines.setdefault(row["shipping_notice_id"], []).append(row)
    asked: list[tuple[UUID, ReceivePurchaseOrder] | DomainError] = []
    taken: set[UUID] = set()
    for one in commands:
        try:
            row = _notice_of(rows, one.shipping_notice_id)
            state = NoticeStatus.RECEIVED if row["id"] in taken else NoticeStatus(row["status"])
            NOTICE_FLOW.advance(row["number"], state, RECEIVE)
            asked.append((row["id"], _receipt(one, row, lines[row["id"]])))
        except DomainError as refusal:
            asked.append(refusal)
            continue
        taken.add(row["id"])
    made = iter(await take_in(work, [one[1] for one in asked if not isinstance(one, DomainError)]))
    received: list[dict[str, Any]] = []
    outcomes: list[UUID | DomainError] = []
    for one in asked:
        done = one if isinstance(one, DomainError) else next(made)
        if isinstance(done, Planned) and not isinstance(one, DomainError):
            received.append({"id": one[0], "status": NoticeStatus.RECEIVED, "goods_receipt_id": done.id})
            outcomes.append(one[0])
        elif isinstance(done, DomainError):
            outcomes.append(done)
    if received:
        await work.update(ShippingNotice, received, fields=("status", "goods_receipt_id"))
        work.emit("ShippingNoticeReceived", ShippingNotice, [one["id"] for one in received])
    return Results(outcomes)


def _receipt(one: ReceiveShippingNotice, notice: Row, lines: Sequence[Row]) -> ReceivePurchaseOrder:
    """The receipt that takes in what arrived. Raises: NotFound for a line that was not announced, Rejected where
    nothing arrived.
    """
    told = {line.position: line for line in one.lines}
    for place, line in enumerate(one.lines):
        if line.position > len(lines) or line.position < 1:
            key = f"{notice['number']}/{line.position}"
            raise NotFound(("lines", place, "position"), what="shipping notice line", key=key)
    arrived: list[GoodsReceiptLineInput] = []
    for row in lines:
        other = told.get(row["position"])
        received = row["quantity"] if other is None or other.received is None else other.received
        if received != ZERO:
            arrived.append(
                GoodsReceiptLineInput(
                    position=row["order_position"], received=received,
                    rejected=other.rejected if other else None, location_id=other.location_id if other else None,
                    lot_number=other.lot_number if other else None, supplier_lot=row["supplier_lot"],
                    manufacturer=row["manufacturer"], made_on=row["made_on"], expires_on=row["expires_on"],
                    udi=row["udi"],
                )
            )  # fmt: skip
    if not arrived:
        raise Rejected(("lines",), what="lines", value=0, reason="nothing arrived", reason_zh="没有到货")
    return ReceivePurchaseOrder(
        purchase_order_id=notice["purchase_order_id"], lines=tuple(arrived), received_on=one.received_on,
        delivery_note=notice["delivery_note"],
    )  # fmt: skip
