"""Orders as they are fulfilled: held by their headers, their lines rolled in memory, written back set-wise.

Whoever changes what becomes of an order (allocation, cancellation, and above this module shipments, invoices and
returns) holds it here first: the lock of the header guards its lines, and everyone counts on the same numbers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import SmallInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.database import Row
from domain.core.errors import DomainError, NotFound
from domain.core.work import Work
from domain.inventory.commands import ReleaseReservation, release_reservations
from domain.inventory.documents import StockReservation
from domain.inventory.models import ReservationStatus
from domain.sales import reads
from domain.sales.models import SalesOrder, SalesOrderKit, SalesOrderLine
from domain.sales.rules.kits import by_kit, gone, whole_kits
from domain.sales.rules.orders import Order, OrderLine, status_of

# What a reservation names as its source: the line of an order.
LINE_SOURCE = SalesOrderLine.__name__

_reservation = StockReservation.table
_ACTIVE = (
    select(_reservation.c.id)
    .where(
        _reservation.c.company_id == bindparam("company_id", type_=SmallInteger()),
        _reservation.c.source_id == func.any(bindparam("ids", type_=ARRAY(Uuid()))),
        _reservation.c.source_kind == LINE_SOURCE,
        _reservation.c.status == ReservationStatus.ACTIVE.value,
    )
    .order_by(_reservation.c.id)
)


@dataclass(slots=True, kw_only=True)
class HeldOrders:
    """Locked orders with their lines, as they become command by command; `rows` and `line_rows` are as they were."""

    rows: Mapping[UUID, Row]
    line_rows: Mapping[UUID, Sequence[Row]]
    stale: Mapping[UUID, DomainError]
    lines: dict[UUID, tuple[OrderLine, ...]]
    orders: dict[UUID, Order]
    changed: set[UUID] = field(default_factory=set[UUID])

    def live(self, id_: UUID) -> Order:
        """The order. Raises: NotFound, StaleVersion."""
        if id_ not in self.orders:
            raise NotFound(("salesOrder",), what="sales order", key=str(id_))
        if id_ in self.stale:
            raise self.stale[id_]
        return self.orders[id_]

    def at(self, order: Order, position: int) -> OrderLine:
        """The line at a place of the order. Raises: NotFound."""
        for line in self.lines[order.id]:
            if line.position == position:
                return line
        raise NotFound(("position",), what="SalesOrderLine", key=f"{order.number}/{position}")

    def by_id(self, order_id: UUID, line_id: UUID) -> OrderLine:
        """A line of the order, as it now is."""
        return next(line for line in self.lines[order_id] if line.id == line_id)

    def change(self, id_: UUID, lines: Iterable[OrderLine]) -> None:
        """The lines given are the order's from now on, by id; its state follows from all of them."""
        new = {line.id: line for line in lines}
        self.lines[id_] = tuple(new.get(line.id, line) for line in self.lines[id_])
        order = self.orders[id_]
        self.orders[id_] = Order(
            id=id_, number=order.number, status=status_of(self.lines[id_]), quoted_until=order.quoted_until
        )
        self.changed.add(id_)


async def hold_orders(work: Work, expected: Mapping[UUID, int | None]) -> HeldOrders:
    """The orders, locked until the work ends; `expected` is the version that the caller saw of each, or None."""
    rows = await work.lock(SalesOrder, expected)
    lines = await reads.lines_of(work, rows)
    return HeldOrders(
        rows=rows,
        line_rows=lines,
        stale=await work.stale(SalesOrder, rows, expected),
        lines={id_: tuple(reads.line_of(line) for line in lines[id_]) for id_ in rows},
        orders={id_: reads.order_of(row) for id_, row in rows.items()},
    )


_ROLLED = (
    "allocated_quantity", "picked_quantity", "shipped_quantity", "returned_quantity", "replaced_quantity",
    "cancelled_quantity", "invoiced_quantity", "direct_quantity",
)  # fmt: skip


async def write_orders(work: Work, held: HeldOrders) -> None:
    """The orders that changed, written: header, then the lines whose quantities moved."""
    before = {row["id"]: row for rows in held.line_rows.values() for row in rows}
    rows = [_line_row(line) for id_ in sorted(held.changed) for line in held.lines[id_]]
    moved = [row for row in rows if any(row[name] != before[row["id"]][name] for name in _ROLLED)]
    states = [{"id": id_, "status": held.orders[id_].status} for id_ in sorted(held.changed)]
    if states:
        await work.update(SalesOrder, states, fields=("status",))
    if moved:
        await work.update(SalesOrderLine, moved, fields=_ROLLED)
    kits = [kit for id_ in sorted(held.changed) for kit in _kit_rows(held, id_)]
    if kits:
        await work.update(SalesOrderKit, kits, fields=("shipped_quantity",))


def _kit_rows(held: HeldOrders, order_id: UUID) -> list[dict[str, object]]:
    """The kits of which another number has left whole than before."""
    before = by_kit(reads.line_of(row) for row in held.line_rows[order_id])
    counted = {id_: whole_kits((gone(one), one.per_kit) for one in lines) for id_, lines in before.items()}
    now = by_kit(held.lines[order_id])
    return [
        {"id": id_, "shipped_quantity": kits}
        for id_, lines in now.items()
        if (kits := whole_kits((gone(one), one.per_kit) for one in lines)) != counted[id_]
    ]


def _line_row(line: OrderLine) -> dict[str, object]:
    return {
        "id": line.id,
        "allocated_quantity": line.allocated,
        "picked_quantity": line.picked,
        "shipped_quantity": line.shipped,
        "returned_quantity": line.returned,
        "replaced_quantity": line.replaced,
        "cancelled_quantity": line.cancelled,
        "invoiced_quantity": line.invoiced,
        "direct_quantity": line.direct,
    }


async def release_lines(work: Work, line_ids: Sequence[UUID]) -> None:
    """Everything still promised to the lines is free again. Emits: ReservationReleased, StockChanged."""
    active = [row["id"] for row in await work.fetch(_ACTIVE, ids=sorted(line_ids))]
    if active:
        released = await release_reservations(work, [ReleaseReservation(stock_reservation_id=id_) for id_ in active])
        for refusal in released.refusals:
            raise refusal
