"""Direct supplies: a customer's order is bought from a supplier who ships it straight to the customer.

The goods are never ours in stock: they go from the supplier's place to the customer's in one move, whose cost is that
of sales at the purchase order's price against GR/IR; what the supplier's invoice says otherwise follows there. Whether
the goods may go to the customer is asked when they are bought and when they leave, as for goods of our own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, part
from domain.core.database import Row
from domain.core.errors import DomainError, NotFound, Rejected
from domain.core.ids import new_id
from domain.core.money import EXACT, ZERO, Money
from domain.core.quantity import QUANTITY, positive
from domain.core.work import Work
from domain.finance.rules.journals import line_count
from domain.inventory.balances import counter_location
from domain.logistics import reads
from domain.logistics.commands.picking import SHIPMENT_NUMBERS
from domain.logistics.direct import DirectSupply
from domain.logistics.models import Shipment, ShipmentLine, ShipmentStatus, ShippedSerial
from domain.logistics.rules import LifeTooShort, SerialAlreadyOut, check_serials
from domain.master_data.items import LotPolicy
from domain.master_data.places import LocationKind
from domain.procurement.commands import (
    CreatePurchaseOrder,
    GoodsReceiptLineInput,
    PurchaseOrderLineInput,
    ReceivePurchaseOrder,
    create_purchase_orders,
    receive_direct,
)
from domain.procurement.models import PurchaseOrder
from domain.sales import (
    Act,
    HeldOrders,
    QualificationBook,
    hold_orders,
    qualification_book,
    qualified_line,
    write_orders,
)
from domain.sales.rules.orders import ALLOCATE, ORDER_FLOW, NothingOpen, Order, OrderLine
from domain.sales.rules.qualification import Stage


@part
class DirectLineInput:
    """What a supplier is asked to ship of one line of the order."""

    position: int = argument(doc="The line's place on the order.", zh="订单行号")
    unit_price: Money = argument(doc="The supplier's net price of one unit.", zh="单价")
    quantity: Decimal | None = argument(
        doc="How much; all that is open unless given.", zh="数量", number="quantity", default=None
    )
    due_on: date | None = argument(
        doc="Day the goods are due; that of the order's line unless given.", zh="到货期限", default=None
    )


@command(action=Action.CREATE, record=PurchaseOrder, zh="直运采购")
class OrderDirectSupply:
    """Ask a supplier to ship what is open of an order straight to its customer; the purchase order awaits approval."""

    sales_order_id: UUID = argument(doc="The customer's order.", zh="销售订单", reference="sales_order")
    supplier_id: UUID = argument(doc="Who ships.", zh="供应商", reference="party")
    currency: str = argument(doc="Currency of the supplier's prices (ISO 4217).", zh="币种")
    lines: tuple[DirectLineInput, ...] = argument(doc="What is asked for.", zh="订单行")
    expected_version: int | None = argument(doc="The version of the order you saw.", zh="预期版本", default=None)


@part
class DirectDeliveryLineInput:
    """What the supplier shipped of one line of the purchase order."""

    position: int = argument(doc="The line's place on the purchase order.", zh="采购订单行号")
    quantity: Decimal = argument(doc="How much.", zh="数量", number="quantity")
    lot_number: str | None = argument(
        doc="Our number of the lot; drawn for an item traced by lot unless given.", zh="批号", default=None
    )
    supplier_lot: str | None = argument(doc="The supplier's lot.", zh="供应商批号", default=None)
    made_on: date | None = argument(doc="Day of manufacture of the lot.", zh="生产日期", default=None)
    expires_on: date | None = argument(doc="Last day the lot may be used.", zh="有效期至", default=None)
    serial_numbers: tuple[str, ...] = argument(
        doc="One a piece, for an item that is traced piece by piece.", zh="序列号", default=()
    )


@command(action=Action.POST, record=Shipment, zh="登记直运发货", key_required=True)
class RecordDirectDelivery:
    """Say what a supplier shipped straight to the customer: received and shipped in one act, stock untouched."""

    purchase_order_id: UUID = argument(doc="The purchase order.", zh="采购订单", reference="purchase_order")
    lines: tuple[DirectDeliveryLineInput, ...] = argument(doc="What was shipped.", zh="发货行")
    shipped_on: date | None = argument(doc="Day the goods left; today unless given.", zh="发货日期", default=None)
    delivery_note: str | None = argument(doc="The supplier's delivery note.", zh="送货单号", default=None)
    carrier_id: UUID | None = argument(doc="Who carries them.", zh="承运商", reference="party", default=None)
    tracking_number: str | None = argument(doc="The carrier's number of the shipment.", zh="运单号", default=None)


@command(action=Action.CHANGE, record=PurchaseOrder, zh="解除直运采购")
class ReleaseDirectSupply:
    """Say that what the supplier has not shipped of a purchase order is to come another way: the customer's lines are
    open for it again.
    """

    purchase_order_id: UUID = argument(doc="The purchase order.", zh="采购订单", reference="purchase_order")


# --- asked for --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A purchase order to be made, and the lines of the customer's order that it is for."""

    order: CreatePurchaseOrder
    deliver_to: str
    order_id: UUID
    lines: Sequence[tuple[OrderLine, Decimal]]


async def order_direct_supplies(work: Work, commands: Sequence[OrderDirectSupply]) -> Results[PurchaseOrder]:
    """The purchase orders, PENDING; a refusal stands at its own place.

    Raises per row: NotFound, StaleVersion, WrongState, NothingOpen, NotQualified with check and day, and what
    `create_purchase_orders` refuses. Emits: PurchaseOrderCreated.
    """
    held = await hold_orders(work, {one.sales_order_id: one.expected_version for one in commands})
    book = await qualification_book(work, list(held.rows.values()), held.line_rows)
    places = await reads.places_of_customers(work, list(held.rows.values()))
    planned: list[Asked | DomainError] = []
    for one in commands:
        try:
            asked = _asked(one, held, book, places, work.now.date())
        except DomainError as refusal:
            planned.append(refusal)
            continue
        own = {line.id: quantity for line, quantity in asked.lines}
        held.change(asked.order_id, [_more_direct(line, own) for line in held.lines[asked.order_id] if line.id in own])
        planned.append(asked)
    accepted = [one for one in planned if isinstance(one, Asked)]
    if not accepted:
        return Results([one for one in planned if isinstance(one, DomainError)])
    made = await create_purchase_orders(work, [one.order for one in accepted], [one.deliver_to for one in accepted])
    told = iter(made.outcomes)
    outcomes = [one if isinstance(one, DomainError) else next(told) for one in planned]
    if made.refusals:
        # Nothing of a batch stands where a purchase order in it is refused: its lines were counted already.
        return Results([made.refusals[0] if isinstance(one, UUID) else one for one in outcomes])
    await write_orders(work, held)
    lines = await reads.purchase_lines(work, made.ids)
    rows = [
        {
            "sales_order_line_id": line.id, "purchase_order_line_id": lines[id_, place]["id"], "quantity": quantity,
        }
        for id_, one in zip(made.ids, accepted, strict=True)
        for place, (line, quantity) in enumerate(one.lines, start=1)
    ]  # fmt: skip
    await work.insert(DirectSupply, rows)
    return Results(outcomes)


def _more_direct(line: OrderLine, more: Mapping[UUID, Decimal]) -> OrderLine:
    return replace(line, direct=EXACT.add(line.direct, more[line.id]))


def _asked(
    one: OrderDirectSupply, held: HeldOrders, book: QualificationBook, places: Mapping[UUID, str], today: date
) -> Asked:
    order = held.live(one.sales_order_id)
    ORDER_FLOW.advance(order.number, order.status, ALLOCATE)
    line_count(len(one.lines))
    row, rows = held.rows[order.id], {line["id"]: line for line in held.line_rows[order.id]}
    taken: dict[UUID, Decimal] = {}
    lines: list[tuple[OrderLine, Decimal]] = []
    bought: list[PurchaseOrderLineInput] = []
    for place, want in enumerate(one.lines):
        try:
            line = held.at(order, want.position)
            quantity = _open(order, line, want, taken)
            qualified_line(book, row, line.item_id, Act(stage=Stage.ORDER, today=today))
        except DomainError as refusal:
            raise refusal.at("lines", place) from None
        taken[line.id] = EXACT.add(taken.get(line.id, ZERO), quantity)
        lines.append((line, quantity))
        bought.append(
            PurchaseOrderLineInput(
                item_id=line.item_id, quantity=quantity, unit_price=want.unit_price,
                due_on=want.due_on or rows[line.id]["due_on"] or row["ship_on"],
            )
        )  # fmt: skip
    return Asked(
        order=CreatePurchaseOrder(supplier_id=one.supplier_id, currency=one.currency, lines=tuple(bought)),
        deliver_to=places[order.id], order_id=order.id, lines=lines,
    )  # fmt: skip


def _open(order: Order, line: OrderLine, want: DirectLineInput, taken: Mapping[UUID, Decimal]) -> Decimal:
    left = EXACT.subtract(line.open, taken.get(line.id, ZERO))
    quantity = left if want.quantity is None else positive(want.quantity, QUANTITY, "quantity", ("quantity",))
    if quantity > left or not quantity:
        raise NothingOpen(("quantity",), order=order.number, position=line.position, open=left, asked=quantity)
    return quantity


# --- shipped ----------------------------------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class Supplies:
    """Locked supplies of some purchase orders by their line's place; `delivered` is as the commands before left it."""

    rows: Mapping[tuple[UUID, int], Mapping[str, Any]]
    delivered: dict[UUID, Decimal]

    def at(self, order_id: UUID, position: int) -> Mapping[str, Any]:
        """The supply of a line of a purchase order. Raises: NotFound."""
        row = self.rows.get((order_id, position))
        if row is None:
            raise NotFound(("position",), what="DirectSupply", key=str(position))
        return row

    def left(self, row: Mapping[str, Any]) -> Decimal:
        """What of a supply is neither shipped nor released."""
        return EXACT.subtract(row["quantity"], EXACT.add(self.delivered[row["id"]], row["released_quantity"]))


@dataclass(slots=True, kw_only=True)
class Known:
    """What a batch of deliveries stands on."""

    supplies: Supplies
    held: HeldOrders
    book: QualificationBook
    items: Mapping[UUID, tuple[str, LotPolicy]]
    carriers: Mapping[UUID, Row]
    out: set[tuple[UUID, str]]
    today: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What a supplier shipped, checked; each line with its supply and the customer's line that it fulfils."""

    id: UUID
    one: RecordDirectDelivery
    on: date
    order_id: UUID
    lines: Sequence[tuple[DirectDeliveryLineInput, Mapping[str, Any], OrderLine]]


async def record_direct_deliveries(work: Work, commands: Sequence[RecordDirectDelivery]) -> Results[Shipment]:
    """The shipments, SHIPPED, received of the supplier in the same act; a refusal stands at its own place.

    Posts: cost of sales against GR/IR at the purchase order's price. Raises per row: NotFound, WrongState, Rejected,
    NotQualified with check and day, LifeTooShort, SerialsRequired, SerialAlreadyOut, PeriodClosed, RateMissing. Emits:
    GoodsReceived, ShipmentShipped.
    """
    known = await _known(work, commands)
    planned: list[Delivery | DomainError] = []
    for one in commands:
        try:
            delivery = _delivery(one, known)
        except DomainError as refusal:
            planned.append(refusal)
            continue
        _keep(delivery, known)
        planned.append(delivery)
    made = [one for one in planned if isinstance(one, Delivery)]
    if not made:
        return Results([one for one in planned if isinstance(one, DomainError)])
    customers = await counter_location(work, LocationKind.CUSTOMER)
    posted = await receive_direct(work, [_receipt(one) for one in made], customers)
    refused = next((one for one in posted if isinstance(one, DomainError)), None)
    if refused is not None:
        # The deliveries before it were counted on the same lines.
        return Results([refused if isinstance(one, Delivery) else one for one in planned])
    await _write(work, [(one, id_) for one, id_ in zip(made, posted, strict=True) if isinstance(id_, UUID)], known)
    work.emit("ShipmentShipped", Shipment, [one.id for one in made])
    return Results([one.id if isinstance(one, Delivery) else one for one in planned])


async def _known(work: Work, commands: Sequence[RecordDirectDelivery]) -> Known:
    supplies = await _hold_supplies(work, [one.purchase_order_id for one in commands])
    held = await hold_orders(work, {row["sales_order_id"]: None for row in supplies.rows.values()})
    items = {row["item_id"] for row in supplies.rows.values()}
    serials = [number for one in commands for line in one.lines for number in line.serial_numbers]
    return Known(
        supplies=supplies,
        held=held,
        book=await qualification_book(work, list(held.rows.values()), held.line_rows),
        items=await reads.items_by_id(work, items),
        carriers=await reads.carriers_by_id(work, [one.carrier_id for one in commands]),
        out=await reads.serials_out(work, items, serials),
        today=work.now.date(),
    )


async def _hold_supplies(work: Work, purchase_order_ids: Sequence[UUID]) -> Supplies:
    """The supplies of the purchase orders, locked until the work ends; the customers' orders are locked after them."""
    rows = await reads.supplies_of(work, purchase_order_ids)
    locked = await work.lock(DirectSupply, [row["id"] for row in rows])
    return Supplies(
        rows={
            (row["purchase_order_id"], row["position"]): {
                **row,
                "released_quantity": locked[row["id"]]["released_quantity"],
            }
            for row in rows
        },
        delivered={id_: row["delivered_quantity"] for id_, row in locked.items()},
    )


def _delivery(one: RecordDirectDelivery, known: Known) -> Delivery:
    on = one.shipped_on or known.today
    line_count(len(one.lines))
    if one.carrier_id is not None and one.carrier_id not in known.carriers:
        raise NotFound(("carrier",), what="party", key=str(one.carrier_id))
    lines: list[tuple[DirectDeliveryLineInput, Mapping[str, Any], OrderLine]] = []
    for place, asked in enumerate(one.lines):
        try:
            supply = known.supplies.at(one.purchase_order_id, asked.position)
            if supply["id"] in {before["id"] for _, before, _ in lines}:
                reason, reason_zh = "the delivery names it twice", "同一发货内重复"
                raise Rejected(("position",), what="position", value=asked.position, reason=reason, reason_zh=reason_zh)
            lines.append((asked, supply, _delivered_line(asked, supply, known, on)))
        except DomainError as refusal:
            raise refusal.at("lines", place) from None
    return Delivery(id=new_id(), one=one, on=on, order_id=lines[0][1]["sales_order_id"], lines=lines)


def _delivered_line(asked: DirectDeliveryLineInput, supply: Mapping[str, Any], known: Known, on: date) -> OrderLine:
    """The customer's line that is fulfilled. Raises: Rejected, NotQualified, LifeTooShort, SerialsRequired."""
    quantity = positive(asked.quantity, QUANTITY, "quantity", ("quantity",))
    left = known.supplies.left(supply)
    if quantity > left:
        reason, reason_zh = f"{left.normalize():f} are left to be shipped", f"待发 {left.normalize():f}"
        raise Rejected(("quantity",), what="quantity", value=quantity, reason=reason, reason_zh=reason_zh)
    item, policy = known.items[supply["item_id"]]
    check_serials(item, policy, quantity, asked.serial_numbers)
    for number in asked.serial_numbers:
        if (supply["item_id"], number) in known.out:
            raise SerialAlreadyOut(("serialNumbers",), item=item, serial=number)
    days = supply["life_days_min"] or 0
    if asked.expires_on is not None and (asked.expires_on - on).days < days:
        raise LifeTooShort(("expiresOn",), item=item, expires_on=asked.expires_on.isoformat(), days=days)
    order_id: UUID = supply["sales_order_id"]
    act = Act(stage=Stage.SHIP, today=known.today, on=on, made_on=asked.made_on)
    qualified_line(known.book, known.held.rows[order_id], supply["item_id"], act)
    return known.held.by_id(order_id, supply["sales_order_line_id"])


def _keep(delivery: Delivery, known: Known) -> None:
    """What was shipped is counted on the customer's order, and for the next command."""
    for asked, supply, line in delivery.lines:
        known.supplies.delivered[supply["id"]] = EXACT.add(known.supplies.delivered[supply["id"]], asked.quantity)
        known.out |= {(supply["item_id"], number) for number in asked.serial_numbers}
        now = known.held.by_id(delivery.order_id, line.id)
        changed = replace(
            now, direct=EXACT.subtract(now.direct, asked.quantity), shipped=EXACT.add(now.shipped, asked.quantity)
        )
        known.held.change(delivery.order_id, [changed])


def _receipt(delivery: Delivery) -> ReceivePurchaseOrder:
    return ReceivePurchaseOrder(
        purchase_order_id=delivery.one.purchase_order_id,
        received_on=delivery.on,
        delivery_note=delivery.one.delivery_note,
        lines=tuple(
            GoodsReceiptLineInput(
                position=asked.position, received=asked.quantity, lot_number=asked.lot_number,
                supplier_lot=asked.supplier_lot, made_on=asked.made_on, expires_on=asked.expires_on,
            )
            for asked, _, _ in delivery.lines
        ),
    )  # fmt: skip


async def _write(work: Work, made: Sequence[tuple[Delivery, UUID]], known: Known) -> None:
    """Supplies and orders as they are now, and the shipments with the entries by which the goods left the suppliers."""
    touched = {supply["id"] for one, _ in made for _, supply, _ in one.lines}
    rows = [{"id": id_, "delivered_quantity": known.supplies.delivered[id_]} for id_ in sorted(touched)]
    await work.update(DirectSupply, rows, ("delivered_quantity",))
    await write_orders(work, known.held)
    entries = await reads.entries_left(work, [posting for _, posting in made])
    numbers = await work.number(SHIPMENT_NUMBERS, len(made))
    shipments = [
        _shipment_row(one, posting, number, known) for (one, posting), number in zip(made, numbers, strict=True)
    ]
    await work.insert(Shipment, shipments)
    lines = [row for one, posting in made for row in _line_rows(one, entries[posting])]
    await work.insert(ShipmentLine, lines)
    ids = {(row["shipment_id"], row["position"]): row["id"] for row in lines}
    serials = [
        {"shipment_line_id": ids[one.id, place], "item_id": supply["item_id"], "number": number, "is_out": True}
        for one, _ in made
        for place, (asked, supply, _) in enumerate(one.lines, start=1)
        for number in asked.serial_numbers
    ]
    if serials:
        await work.insert(ShippedSerial, serials)


def _shipment_row(one: Delivery, posting_id: UUID, number: str, known: Known) -> dict[str, Any]:
    order = known.held.rows[one.order_id]
    carrier_id = one.one.carrier_id
    return {
        "id": one.id, "number": number, "sales_order_id": one.order_id, "customer_id": order["customer_id"],
        "ship_to_id": order["ship_to_id"], "site_id": order["site_id"], "status": ShipmentStatus.SHIPPED,
        "picked_on": one.on, "shipped_on": one.on, "carrier_id": carrier_id,
        "carrier_name": known.carriers[carrier_id]["name"] if carrier_id else None,
        "tracking_number": one.one.tracking_number, "posting_id": posting_id,
    }  # fmt: skip


def _line_rows(one: Delivery, entries: Sequence[Row]) -> list[dict[str, Any]]:
    return [
        {
            "id": new_id(), "shipment_id": one.id, "position": place, "sales_order_line_id": line.id,
            "item_id": line.item_id, "quantity": asked.quantity, "location_id": entry["location_id"],
            "lot_id": entry["lot_id"], "lot_number": entry["lot_number"], "expires_on": entry["expires_on"],
            "stock_entry_id": entry["id"],
        }
        for place, ((asked, _, line), entry) in enumerate(zip(one.lines, entries, strict=True), start=1)
    ]  # fmt: skip


# --- released ---------------------------------------------------------------------------------------------------------


async def release_direct_supplies(work: Work, commands: Sequence[ReleaseDirectSupply]) -> Results[PurchaseOrder]:
    """The purchase orders, what was not shipped of them open again on the customers' orders; a refusal stands at its
    own place.

    Raises per row: NotFound, where the order is no direct one or nothing of it is left. Emits: DirectSupplyReleased.
    """
    supplies = await _hold_supplies(work, [one.purchase_order_id for one in commands])
    held = await hold_orders(work, {row["sales_order_id"]: None for row in supplies.rows.values()})
    outcomes: list[UUID | DomainError] = []
    released: dict[UUID, Decimal] = {}
    for one in commands:
        own = [row for (order_id, _), row in supplies.rows.items() if order_id == one.purchase_order_id]
        left = [(row, supplies.left(row)) for row in own if supplies.left(row) and row["id"] not in released]
        if not left:
            outcomes.append(NotFound(("purchaseOrder",), what="DirectSupply", key=str(one.purchase_order_id)))
            continue
        for row, quantity in left:
            released[row["id"]] = EXACT.add(row["released_quantity"], quantity)
            now = held.by_id(row["sales_order_id"], row["sales_order_line_id"])
            held.change(row["sales_order_id"], [replace(now, direct=EXACT.subtract(now.direct, quantity))])
        outcomes.append(one.purchase_order_id)
    if released:
        rows = [{"id": id_, "released_quantity": quantity} for id_, quantity in released.items()]
        await work.update(DirectSupply, rows, ("released_quantity",))
        await write_orders(work, held)
        work.emit("DirectSupplyReleased", DirectSupply, sorted(released))
    return Results(outcomes)
