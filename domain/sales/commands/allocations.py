"""Allocations: what is open of an order is promised to it from stock, or set free again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, part
from domain.core.errors import DomainError
from domain.core.money import EXACT, ZERO
from domain.core.quantity import QUANTITY, positive
from domain.core.work import Work
from domain.finance.rules.journals import line_count
from domain.inventory.commands import Promise, ReleaseReservation, ReserveStock, promise_stock, release_reservations
from domain.inventory.rules import InsufficientStock
from domain.sales.fulfilment import LINE_SOURCE, HeldOrders, hold_orders, release_lines, write_orders
from domain.sales.models import SalesOrder
from domain.sales.rules.orders import ALLOCATE, ORDER_FLOW, NothingOpen, Order, OrderLine, PickedAlready


@part
class AllocationLineInput:
    """How much of one line is to be promised from stock."""

    position: int = argument(doc="The line's place on the order.", zh="订单行号")
    quantity: Decimal | None = argument(
        doc="How much; all that is open unless given.", zh="数量", number="quantity", default=None
    )
    lot_number: str | None = argument(
        doc="The lot to take; what expires first and lasts for the customer unless given.", zh="批号", default=None
    )
    location_id: UUID | None = argument(
        doc="The place to take it from; any store of the order's site unless given.", zh="库位", reference="location",
        default=None,
    )  # fmt: skip


@command(action=Action.CHANGE, record=SalesOrder, zh="分配销售订单", key_required=True)
class AllocateSalesOrder:
    """Promise stock to what is open of an order: what expires first, as long as it lasts for the customer.

    A lot lasts when on the day of delivery it has the days of life left that the order line asks for.
    """

    sales_order_id: UUID = argument(doc="The order.", zh="销售订单", reference="sales_order")
    lines: tuple[AllocationLineInput, ...] = argument(
        doc="The lines to allocate; every line that is open unless given.", zh="分配行", default=()
    )
    delivery_on: date | None = argument(
        doc="Day of delivery; the line's due day, else the order's day of shipping, else today, unless given.",
        zh="交付日期", default=None,
    )  # fmt: skip
    is_partial: bool = argument(
        doc="Whether less is taken where not all is there; the rest stays open.", zh="允许部分分配", default=True
    )
    expected_version: int | None = argument(doc="The version you saw.", zh="预期版本", default=None)


@command(action=Action.CHANGE, record=SalesOrder, zh="取消分配")
class DeallocateSalesOrder:
    """Set free everything that is promised to an order and not picked; it is open again."""

    sales_order_id: UUID = argument(doc="The order.", zh="销售订单", reference="sales_order")
    expected_version: int | None = argument(doc="The version you saw.", zh="预期版本", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What one line of an order asks of stock, and where it stands in its command."""

    command: int
    path: tuple[str | int, ...]
    order: Order
    line: OrderLine
    reserve: ReserveStock


async def allocate_sales_orders(work: Work, commands: Sequence[AllocateSalesOrder]) -> Results[SalesOrder]:
    """The orders with stock promised to them; a refusal stands at its own place.

    Raises per row: NotFound, StaleVersion, WrongState, NothingOpen, Rejected, InsufficientStock where nothing is there,
    or not all and the order takes no part. Emits: SalesOrderAllocated, StockReserved, StockChanged.
    """
    held = await hold_orders(work, {one.sales_order_id: one.expected_version for one in commands})
    refused: dict[int, DomainError] = {}
    wishes: list[Wish] = []
    asked: dict[UUID, Decimal] = {}
    for place, one in enumerate(commands):
        try:
            wishes += _wishes(place, one, held, asked, work.now.date())
        except DomainError as refusal:
            refused[place] = refusal
    promises = await promise_stock(work, [wish.reserve for wish in wishes]) if wishes else []
    refused |= _refusals(commands, wishes, promises)
    undone: list[UUID] = []
    for wish, promise in zip(wishes, promises, strict=True):
        if isinstance(promise, DomainError):
            continue
        if wish.command in refused:
            undone.append(promise.id)
            continue
        line = held.at(wish.order, wish.line.position)
        held.change(wish.order.id, [replace(line, allocated=EXACT.add(line.allocated, promise.need.quantity))])
    await _undo(work, undone)
    if held.changed:
        await write_orders(work, held)
        work.emit("SalesOrderAllocated", SalesOrder, sorted(held.changed))
    return Results([refused.get(place, one.sales_order_id) for place, one in enumerate(commands)])


def _wishes(
    place: int, one: AllocateSalesOrder, held: HeldOrders, asked: dict[UUID, Decimal], today: date
) -> list[Wish]:
    """What a command asks of stock; `asked` is what commands before it ask for, by line, and grows.

    Raises: NotFound, StaleVersion, WrongState, NothingOpen, Rejected.
    """
    order = held.live(one.sales_order_id)
    ORDER_FLOW.advance(order.number, order.status, ALLOCATE)
    row, rows = held.rows[order.id], {line["id"]: line for line in held.line_rows[order.id]}
    given = one.lines or [AllocationLineInput(position=line.position) for line in held.lines[order.id] if line.open]
    if not given:
        raise NothingOpen(order=order.number, position=1, open=ZERO, asked=ZERO)
    line_count(len(given))
    wishes: list[Wish] = []
    for number, want in enumerate(given):
        try:
            line = held.at(order, want.position)
            left = EXACT.subtract(line.open, asked.get(line.id, ZERO))
            quantity = left if want.quantity is None else positive(want.quantity, QUANTITY, "quantity", ("quantity",))
            if quantity > left or not quantity:
                raise NothingOpen(("quantity",), order=order.number, position=line.position, open=left, asked=quantity)
        except DomainError as refusal:
            raise refusal.at("lines", number) from None
        asked[line.id] = EXACT.add(asked.get(line.id, ZERO), quantity)
        reserve = ReserveStock(
            item_id=line.item_id, quantity=quantity, site_id=row["site_id"] if want.location_id is None else None,
            location_id=want.location_id, lot_number=want.lot_number,
            delivery_on=one.delivery_on or rows[line.id]["due_on"] or row["ship_on"] or today,
            remaining_days_min=rows[line.id]["life_days_min"] or 0, source_kind=LINE_SOURCE, source_id=line.id,
            source_number=order.number, is_partial=one.is_partial,
        )  # fmt: skip
        wishes.append(Wish(command=place, path=("lines", number), order=order, line=line, reserve=reserve))
    return wishes


def _refusals(
    commands: Sequence[AllocateSalesOrder], wishes: Sequence[Wish], reserved: Sequence[Promise | DomainError]
) -> dict[int, DomainError]:
    """The commands of which nothing stands: no line found stock, or one did not and the order takes no part."""
    refused: dict[int, DomainError] = {}
    for place, one in enumerate(commands):
        own = [(wish, found) for wish, found in zip(wishes, reserved, strict=True) if wish.command == place]
        missing = [(wish, found) for wish, found in own if isinstance(found, DomainError)]
        # A lot or place that does not exist is the caller's fault, not a want of stock.
        wrong = [(wish, found) for wish, found in missing if not isinstance(found, InsufficientStock)]
        if missing and (wrong or not one.is_partial or len(missing) == len(own)):
            wish, found = (wrong or missing)[0]
            refused[place] = _at(found, wish)
    return refused


def _at(refusal: DomainError, wish: Wish) -> DomainError:
    refusal.at(*wish.path)
    return refusal


async def _undo(work: Work, reservation_ids: Sequence[UUID]) -> None:
    """What was promised to orders that are refused as a whole is free again."""
    if reservation_ids:
        await release_reservations(work, [ReleaseReservation(stock_reservation_id=id_) for id_ in reservation_ids])


async def deallocate_sales_orders(work: Work, commands: Sequence[DeallocateSalesOrder]) -> Results[SalesOrder]:
    """The orders, everything that was allocated open again; a refusal stands at its own place.

    Raises per row: NotFound, StaleVersion, WrongState, PickedAlready. Emits: SalesOrderDeallocated,
    ReservationReleased, StockChanged.
    """
    held = await hold_orders(work, {one.sales_order_id: one.expected_version for one in commands})
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            order = held.live(one.sales_order_id)
            ORDER_FLOW.advance(order.number, order.status, ALLOCATE)
            held.change(order.id, [_open_again(order, line) for line in held.lines[order.id]])
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        outcomes.append(order.id)
    if held.changed:
        await release_lines(work, [line.id for id_ in held.changed for line in held.lines[id_]])
        await write_orders(work, held)
        work.emit("SalesOrderDeallocated", SalesOrder, sorted(held.changed))
    return Results(outcomes)


def _open_again(order: Order, line: OrderLine) -> OrderLine:
    if line.picked:
        raise PickedAlready(order=order.number, position=line.position, picked=line.picked)
    return replace(line, allocated=ZERO)
