"""Picking: what is allocated to an order is taken to be shipped, or put back as long as it has not left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, part
from domain.core.errors import DomainError
from domain.core.ids import new_id
from domain.core.money import EXACT, ZERO, total
from domain.core.numbering import Series
from domain.core.quantity import QUANTITY, positive
from domain.core.work import Work
from domain.finance.rules.journals import line_count
from domain.inventory.allocation import lot_released_before_shipment
from domain.logistics import reads
from domain.logistics.models import Shipment, ShipmentLine, ShipmentStatus, ShippedSerial
from domain.logistics.reads import Pickable
from domain.logistics.rules import (
    CANCEL,
    SHIPMENT_FLOW,
    NotAllocated,
    SerialAlreadyOut,
    check_serials,
    check_trace,
    spread_serials,
    taken,
)
from domain.master_data.items import LotPolicy
from domain.sales import (
    Act,
    HeldOrders,
    QualificationBook,
    hold_orders,
    qualification_book,
    qualified_line,
    write_orders,
)
from domain.sales.rules.kits import by_kit, leaves_whole, whole_kits
from domain.sales.rules.orders import ORDER_FLOW, PICK, Order, OrderLine
from domain.sales.rules.qualification import Stage

SHIPMENT_NUMBERS = Series("shipment", prefix="SH-")


@part
class PickLineInput:
    """What is picked of one line of the order."""

    position: int = argument(doc="The line's place on the order.", zh="订单行号")
    quantity: Decimal | None = argument(
        doc="How much; all that is allocated and not picked unless given.", zh="数量", number="quantity", default=None
    )
    lot_number: str | None = argument(doc="The lot; any that is allocated unless given.", zh="批号", default=None)
    serial_numbers: tuple[str, ...] = argument(
        doc="One a piece, for an item that is traced piece by piece.", zh="序列号", default=()
    )


@command(action=Action.CREATE, record=Shipment, zh="拣货")
class PickSalesOrder:
    """Take what is allocated to an order into a new shipment; whether it may go there is checked again."""

    sales_order_id: UUID = argument(doc="The order.", zh="销售订单", reference="sales_order")
    lines: tuple[PickLineInput, ...] = argument(
        doc="What is picked; all that is allocated unless given.", zh="拣货行", default=()
    )
    picked_on: date | None = argument(doc="Day of picking; today unless given.", zh="拣货日期", default=None)
    expected_version: int | None = argument(doc="The version of the order you saw.", zh="预期版本", default=None)


@command(action=Action.CHANGE, record=Shipment, zh="取消发货单")
class CancelShipment:
    """Put back what was picked for a shipment that has not left; it stays allocated to the order."""

    shipment_id: UUID = argument(doc="The shipment.", zh="发货单", reference="shipment")
    expected_version: int | None = argument(doc="The version you saw.", zh="预期版本", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PickedLine:
    """Goods of one lot at one place, picked for a line of the order."""

    id: UUID
    line: OrderLine
    place: Pickable
    quantity: Decimal
    serials: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """A shipment, every rule checked, that lacks only its number."""

    id: UUID
    order_id: UUID
    on: date
    lines: Sequence[PickedLine]


@dataclass(slots=True, kw_only=True)
class Known:
    """What a batch of picks stands on; what one command takes is gone for the next."""

    held: HeldOrders
    pickable: dict[UUID, list[Pickable]]
    items: Mapping[UUID, tuple[str, LotPolicy]]
    book: QualificationBook
    out: set[tuple[UUID, str]]
    today: date


async def pick_sales_orders(work: Work, commands: Sequence[PickSalesOrder]) -> Results[Shipment]:
    """The shipments, PICKED; a refusal stands at its own place.

    Raises per row: NotFound, StaleVersion, WrongState, NotAllocated, KitIncomplete, Rejected, NotQualified with check
    and day, LotNotUsable, LotRequired, SerialsRequired, SerialAlreadyOut. Emits: ShipmentPicked.
    """
    known = await _known(work, commands)
    outcomes: list[UUID | DomainError] = []
    made: list[Picked] = []
    for one in commands:
        try:
            picked = _picked(one, known)
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        _keep(picked, known)
        made.append(picked)
        outcomes.append(picked.id)
    if made:
        await write_orders(work, known.held)
        await _write(work, made, known.held)
        work.emit("ShipmentPicked", Shipment, [one.id for one in made])
    return Results(outcomes)


async def _known(work: Work, commands: Sequence[PickSalesOrder]) -> Known:
    held = await hold_orders(work, {one.sales_order_id: one.expected_version for one in commands})
    lines = [line for own in held.lines.values() for line in own]
    items = {line.item_id for line in lines}
    serials = [number for one in commands for line in one.lines for number in line.serial_numbers]
    return Known(
        held=held,
        pickable=await reads.pickable_by_line(work, [line.id for line in lines]),
        items=await reads.items_by_id(work, items),
        book=await qualification_book(work, list(held.rows.values()), held.line_rows),
        out=await reads.serials_out(work, items, serials),
        today=work.now.date(),
    )


def _picked(one: PickSalesOrder, known: Known) -> Picked:
    order = known.held.live(one.sales_order_id)
    ORDER_FLOW.advance(order.number, order.status, PICK)
    on = one.picked_on or known.today
    own = known.held.lines[order.id]
    given = one.lines or all_that_may_leave(own)
    if not given:
        raise NotAllocated(order=order.number, position=own[0].position, available=ZERO, asked=own[0].open)
    line_count(len(given))
    lines: list[PickedLine] = []
    for place, want in enumerate(given):
        try:
            lines += _picked_lines(order, known.held.at(order, want.position), want, known, lines)
        except DomainError as refusal:
            raise refusal.at("lines", place) from None
    leaves_whole(order.number, own, _after(own, lines))
    for line in lines:
        act = Act(stage=Stage.PICK, today=known.today, on=on, made_on=line.place.made_on)
        qualified_line(known.book, known.held.rows[order.id], line.line.item_id, act)
        lot_released_before_shipment(line.place.lot, line.place.lot_status, line.place.expires_on, on)
    return Picked(id=new_id(), order_id=order.id, on=on, lines=lines)


def all_that_may_leave(lines: Sequence[OrderLine]) -> list[PickLineInput]:
    """All that is allocated and not picked; of kits as many as are there whole."""
    given = [PickLineInput(position=line.position) for line in lines if line.unpicked and line.kit_id is None]
    for parts in by_kit(lines).values():
        kits = whole_kits((line.unpicked, line.per_kit) for line in parts)
        if kits:
            given += [
                PickLineInput(position=line.position, quantity=EXACT.multiply(kits, line.per_kit or ZERO))
                for line in parts
            ]
    return given


def _after(own: Sequence[OrderLine], picked: Sequence[PickedLine]) -> list[OrderLine]:
    """The order's lines with what is picked counted."""
    more = reads.by_order_line((one.line.id, one.quantity) for one in picked)
    return [replace(line, picked=EXACT.add(line.picked, more.get(line.id, ZERO))) for line in own]


def _picked_lines(
    order: Order, line: OrderLine, want: PickLineInput, known: Known, before: Sequence[PickedLine]
) -> list[PickedLine]:
    """What is picked for one line, a part a lot and place; `before` is what the same command picked already."""
    item, policy = known.items[line.item_id]
    gone = reads.by_order_line((one.place.allocation_id, one.quantity) for one in before)
    places = [
        replace(one, available=EXACT.subtract(one.available, gone.get(one.allocation_id, ZERO)))
        for one in known.pickable.get(line.id, [])
        if want.lot_number in (None, one.lot)
    ]
    available = total([one.available for one in places])
    quantity = available if want.quantity is None else positive(want.quantity, QUANTITY, "quantity", ("quantity",))
    if not quantity or quantity > available:
        raise NotAllocated(
            ("quantity",), order=order.number, position=line.position, available=available, asked=quantity
        )
    given = taken([one.available for one in places], quantity)
    parts = [(place, much) for place, much in zip(places, given, strict=True) if much]
    for place, much in parts:
        check_trace(item, policy, (place.location, place.lot), much)
    check_serials(item, policy, quantity, want.serial_numbers)
    earlier = {(one.line.item_id, number) for one in before for number in one.serials}
    for number in want.serial_numbers:
        if (line.item_id, number) in known.out | earlier:
            raise SerialAlreadyOut(("serialNumbers",), item=item, serial=number)
    dealt = spread_serials([much for _, much in parts] if want.serial_numbers else [], want.serial_numbers)
    return [
        PickedLine(id=new_id(), line=line, place=place, quantity=much, serials=dealt[number] if dealt else ())
        for number, (place, much) in enumerate(parts)
    ]


def _keep(picked: Picked, known: Known) -> None:
    """What the shipment took is no longer there for the next command."""
    gone = reads.by_order_line((one.place.allocation_id, one.quantity) for one in picked.lines)
    by_line = reads.by_order_line((one.line.id, one.quantity) for one in picked.lines)
    for line_id in by_line:
        known.pickable[line_id] = [
            replace(one, available=EXACT.subtract(one.available, gone.get(one.allocation_id, ZERO)))
            for one in known.pickable[line_id]
        ]
    known.out |= {(one.line.item_id, number) for one in picked.lines for number in one.serials}
    known.held.change(
        picked.order_id,
        [
            replace(line, picked=EXACT.add(line.picked, by_line[line.id]))
            for line in known.held.lines[picked.order_id]
            if line.id in by_line
        ],
    )


async def _write(work: Work, made: Sequence[Picked], held: HeldOrders) -> None:
    numbers = await work.number(SHIPMENT_NUMBERS, len(made))
    await work.insert(
        Shipment,
        [
            {
                "id": one.id,
                "number": number,
                "sales_order_id": one.order_id,
                "customer_id": held.rows[one.order_id]["customer_id"],
                "ship_to_id": held.rows[one.order_id]["ship_to_id"],
                "site_id": held.rows[one.order_id]["site_id"],
                "status": ShipmentStatus.PICKED,
                "picked_on": one.on,
            }
            for one, number in zip(made, numbers, strict=True)
        ],
    )
    await work.insert(ShipmentLine, [row for one in made for row in _line_rows(one)])
    serials = [
        {"shipment_line_id": line.id, "item_id": line.line.item_id, "number": number, "is_out": True}
        for one in made
        for line in one.lines
        for number in line.serials
    ]
    if serials:
        await work.insert(ShippedSerial, serials)


def _line_rows(one: Picked) -> list[dict[str, object]]:
    return [
        {
            "id": line.id,
            "shipment_id": one.id,
            "position": place,
            "sales_order_line_id": line.line.id,
            "item_id": line.line.item_id,
            "quantity": line.quantity,
            "stock_allocation_id": line.place.allocation_id,
            "location_id": line.place.location_id,
            "lot_id": line.place.lot_id,
            "lot_number": line.place.lot,
            "expires_on": line.place.expires_on,
        }
        for place, line in enumerate(one.lines, start=1)
    ]


async def cancel_shipments(work: Work, commands: Sequence[CancelShipment]) -> Results[Shipment]:
    """The shipments, CANCELLED; what they held is allocated and may be picked again.

    Raises per row: NotFound, StaleVersion, WrongState. Emits: ShipmentCancelled.
    """
    shipments = await reads.hold_shipments(work, {one.shipment_id: one.expected_version for one in commands})
    held = await hold_orders(work, shipments.order_ids)
    outcomes: list[UUID | DomainError] = []
    gone: list[UUID] = []
    for one in commands:
        try:
            row = shipments.live(one.shipment_id)
            id_: UUID = row["id"]
            shipments.status[id_] = SHIPMENT_FLOW.advance(row["number"], shipments.status[id_], CANCEL)
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        back = reads.by_order_line((line["sales_order_line_id"], line["quantity"]) for line in shipments.lines[id_])
        order_id: UUID = row["sales_order_id"]
        own = [line for line in held.lines[order_id] if line.id in back]
        held.change(order_id, [replace(line, picked=EXACT.subtract(line.picked, back[line.id])) for line in own])
        gone.append(id_)
        outcomes.append(id_)
    if gone:
        await work.update(Shipment, [{"id": id_, "status": ShipmentStatus.CANCELLED} for id_ in gone], ("status",))
        await write_orders(work, held)
        found = await reads.serials_of(work, [line["id"] for id_ in gone for line in shipments.lines[id_]])
        await bring_back(work, [serial for of_line in found.values() for serial in of_line.values()])
        work.emit("ShipmentCancelled", Shipment, gone)
    return Results(outcomes)


async def bring_back(work: Work, serial_ids: Sequence[UUID]) -> None:
    """The pieces are with us again and may go out anew."""
    if serial_ids:
        await work.update(ShippedSerial, [{"id": id_, "is_out": False} for id_ in serial_ids], ("is_out",))
