"""Orders, pure: how an order lives, and what becomes of the quantities of its lines.

An order is priced like the invoice that will charge it (`finance.rules.invoices`): the two never part by a cent.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from domain.core.errors import DomainError, Rejected, trimmed
from domain.core.flow import Flow, Transition
from domain.core.money import EXACT, ZERO, total
from domain.core.quantity import QUANTITY, not_negative
from domain.sales.models import SalesOrderStatus

CONFIRM: Final = "be confirmed"
CANCEL: Final = "be cancelled"
CHANGE: Final = "be changed"
ALLOCATE: Final = "be allocated"
PICK: Final = "be picked"
SHIP: Final = "be shipped"
INVOICE: Final = "be invoiced"
TAKE_BACK: Final = "have goods come back"

_LIVING: Final = frozenset({SalesOrderStatus.CONFIRMED})
_SHIPPED: Final = frozenset({SalesOrderStatus.CONFIRMED, SalesOrderStatus.SHIPPED, SalesOrderStatus.COMPLETE})

ORDER_FLOW: Final = Flow(
    document="Sales order",
    initial=SalesOrderStatus.QUOTED,
    transitions={
        CONFIRM: Transition(frozenset({SalesOrderStatus.QUOTED}), SalesOrderStatus.CONFIRMED),
        CANCEL: Transition(
            frozenset({SalesOrderStatus.QUOTED, SalesOrderStatus.CONFIRMED}), SalesOrderStatus.CANCELLED
        ),
        CHANGE: Transition(_LIVING, SalesOrderStatus.CONFIRMED),
        # Where these lead follows from what the lines then say (`status_of`).
        ALLOCATE: Transition(_LIVING, SalesOrderStatus.CONFIRMED),
        PICK: Transition(_LIVING, SalesOrderStatus.CONFIRMED),
        SHIP: Transition(_LIVING, SalesOrderStatus.SHIPPED),
        INVOICE: Transition(_SHIPPED, SalesOrderStatus.COMPLETE),
        TAKE_BACK: Transition(_SHIPPED, SalesOrderStatus.SHIPPED),
    },
)


class QuoteExpired(DomainError):
    code = "QUOTE_EXPIRED"
    zh = "报价 {order} 已于 {day} 失效。"
    en = "Quote {order} could be confirmed until {day}."


class NoOrdersOnline(DomainError):
    code = "NO_ORDERS_ONLINE"
    zh = "该公司不接受此客户自助下单，请联系销售。"
    en = "This company takes no orders that the customer places itself; ask its sales."


class PickedAlready(DomainError):
    """What stands picked for a shipment is the shipment's until that is cancelled."""

    code = "PICKED_ALREADY"
    zh = "销售订单 {order} 第 {position} 行已拣 {picked}，请先取消发货单。"
    en = "Line {position} of sales order {order} has {picked} picked; cancel the shipment first."


class OnOrderAlready(DomainError):
    """What a supplier was asked to ship straight to the customer is given up there first."""

    code = "ON_ORDER_ALREADY"
    zh = "销售订单 {order} 第 {position} 行有 {quantity} 已向供应商直运采购，请先解除。"
    en = "Line {position} of sales order {order} has {quantity} on order with a supplier; release that first."


class NothingOpen(DomainError):
    code = "NOTHING_OPEN"
    zh = "销售订单 {order} 第 {position} 行未交数量为 {open}，申请 {asked}。"
    en = "Line {position} of sales order {order} has {open} open; {asked} was asked for."


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """A line as far as its quantities are concerned."""

    id: UUID
    position: int
    item_id: UUID
    ordered: Decimal
    allocated: Decimal = ZERO
    picked: Decimal = ZERO
    shipped: Decimal = ZERO
    returned: Decimal = ZERO
    replaced: Decimal = ZERO
    cancelled: Decimal = ZERO
    invoiced: Decimal = ZERO
    kit_id: UUID | None = None
    per_kit: Decimal | None = None
    direct: Decimal = ZERO

    @property
    def open(self) -> Decimal:
        """What is owed to the customer and not at hand: neither allocated nor on its way nor cancelled."""
        owed = EXACT.add(self.ordered, self.replaced)
        return EXACT.subtract(owed, total([self.allocated, self.direct, self.shipped, self.cancelled]))

    @property
    def unpicked(self) -> Decimal:
        """What is allocated and may still be picked or given up."""
        return EXACT.subtract(self.allocated, self.picked)

    @property
    def chargeable(self) -> Decimal:
        """What the customer keeps and was not charged; below zero, what is to be credited."""
        return EXACT.subtract(self.shipped, EXACT.add(self.returned, self.invoiced))


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order as the rules see it."""

    id: UUID
    number: str
    status: SalesOrderStatus
    quoted_until: date | None = None


def confirmed(order: Order, on: date) -> SalesOrderStatus:
    """The state of a quote that the customer took. Raises: WrongState, QuoteExpired."""
    status = ORDER_FLOW.advance(order.number, order.status, CONFIRM)
    if order.quoted_until is not None and on > order.quoted_until:
        raise QuoteExpired(order=order.number, day=order.quoted_until.isoformat())
    return status


def status_of(lines: Iterable[OrderLine]) -> SalesOrderStatus:
    """The state of a confirmed order by its lines: it closes itself once all is shipped and charged, or cancelled."""
    known = list(lines)
    if any(line.open or line.allocated or line.direct for line in known):
        return SalesOrderStatus.CONFIRMED
    if not any(line.shipped for line in known):
        return SalesOrderStatus.CANCELLED
    if any(line.chargeable for line in known):
        return SalesOrderStatus.SHIPPED
    return SalesOrderStatus.COMPLETE


def cancelled(order: Order, line: OrderLine) -> OrderLine:
    """The line with nothing open or allocated any more. Raises: PickedAlready, OnOrderAlready."""
    if line.picked:
        raise PickedAlready(order=order.number, position=line.position, picked=line.picked)
    if line.direct:
        raise OnOrderAlready(order=order.number, position=line.position, quantity=line.direct)
    return replace(line, allocated=ZERO, cancelled=EXACT.add(line.cancelled, EXACT.add(line.open, line.allocated)))


def reduced(order: Order, line: OrderLine, quantity: Decimal) -> OrderLine:
    """The line with no more than a quantity wanted of it in all. Raises: Rejected, NothingOpen."""
    wanted, value = EXACT.subtract(line.ordered, line.cancelled), not_negative(quantity, QUANTITY, "quantity")
    less = EXACT.subtract(wanted, value)
    reason: tuple[str, str] | None = None
    if line.kit_id is not None:
        reason = "it is part of a kit; cancel the rest of the order", "该行属于套件，请取消订单余量"
    elif less <= ZERO:
        reason = f"{trimmed(wanted)} are wanted; order what is more on another order", "增加数量请另下订单"
    if reason is not None:
        raise Rejected(("quantity",), what="quantity", value=quantity, reason=reason[0], reason_zh=reason[1])
    if less > line.open:
        raise NothingOpen(("quantity",), order=order.number, position=line.position, open=line.open, asked=less)
    return replace(line, cancelled=EXACT.add(line.cancelled, less))
