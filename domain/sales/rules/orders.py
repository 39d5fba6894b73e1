"""Orders, pure: what lines come to, how an order lives, and how much a customer may still owe.

An order is priced like the invoice that will charge it (`finance.rules.invoices`): the two never part by a cent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from domain.core.errors import DomainError
from domain.core.flow import Flow, Transition
from domain.core.money import EXACT, ZERO
from domain.sales.models import SalesOrderStatus

CONFIRM: Final = "be confirmed"
SHIP: Final = "be shipped"
SHIP_LAST: Final = "be shipped in full"
INVOICE_LAST: Final = "be completed"
CANCEL: Final = "be cancelled"

ORDER_FLOW: Final = Flow(
    document="Sales order",
    initial=SalesOrderStatus.QUOTED,
    transitions={
        CONFIRM: Transition(frozenset({SalesOrderStatus.QUOTED}), SalesOrderStatus.CONFIRMED),
        SHIP: Transition(frozenset({SalesOrderStatus.CONFIRMED}), SalesOrderStatus.CONFIRMED),
        SHIP_LAST: Transition(frozenset({SalesOrderStatus.CONFIRMED}), SalesOrderStatus.SHIPPED),
        INVOICE_LAST: Transition(frozenset({SalesOrderStatus.SHIPPED}), SalesOrderStatus.COMPLETE),
        CANCEL: Transition(
            frozenset({SalesOrderStatus.QUOTED, SalesOrderStatus.CONFIRMED}), SalesOrderStatus.CANCELLED
        ),
    },
)


class CreditExceeded(DomainError):
    code = "CREDIT_EXCEEDED"
    zh = "客户 {customer} 的信用额度为 {limit} {currency}：已欠 {owed}，在途订单 {ordered}，本单 {order_total}。"
    en = "{customer} may owe {limit} {currency}: {owed} is open, {ordered} is ordered, this order adds {order_total}."


class QuoteExpired(DomainError):
    code = "QUOTE_EXPIRED"
    zh = "报价 {order} 已于 {day} 失效。"
    en = "Quote {order} could be confirmed until {day}."


class OverShipment(DomainError):
    code = "OVER_SHIPMENT"
    zh = "订单 {order} 第 {position} 行剩余 {open} 未发，不能发货 {asked}。"
    en = "Line {position} of order {order} has {open} left to ship; {asked} was asked for."


class OverReturn(DomainError):
    code = "OVER_RETURN"
    zh = "订单 {order} 第 {position} 行可退 {kept}，申请退货 {asked}。"
    en = "The customer kept {kept} of line {position} of order {order}; {asked} cannot come back."


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """A line as far as its quantities are concerned."""

    id: UUID
    position: int
    item_id: UUID
    ordered: Decimal
    shipped: Decimal = ZERO
    returned: Decimal = ZERO
    cancelled: Decimal = ZERO
    invoiced: Decimal = ZERO

    @property
    def open(self) -> Decimal:
        """What is still to be shipped."""
        return EXACT.subtract(self.ordered, EXACT.add(self.shipped, self.cancelled))

    @property
    def kept(self) -> Decimal:
        """What the customer has and did not send back."""
        return EXACT.subtract(self.shipped, self.returned)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order as the rules see it."""

    id: UUID
    number: str
    status: SalesOrderStatus
    quoted_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """What a customer may owe and already does, in one currency; `limit` is None where there is none."""

    customer: str
    currency: str
    limit: Decimal | None
    owed: Decimal
    ordered: Decimal


def confirmed(order: Order, on: date) -> SalesOrderStatus:
    """The state of a quote that the customer took. Raises: WrongState, QuoteExpired."""
    status = ORDER_FLOW.advance(order.number, order.status, CONFIRM)
    if order.quoted_until is not None and on > order.quoted_until:
        raise QuoteExpired(order=order.number, day=order.quoted_until.isoformat())
    return status


def within_credit(credit: Credit, order_total: Decimal) -> None:
    """Nothing; raises CreditExceeded when what is owed, what is ordered and this order together pass the limit."""
    if credit.limit is None:
        return
    after = EXACT.add(EXACT.add(credit.owed, credit.ordered), order_total)
    if after > credit.limit:
        raise CreditExceeded(
            customer=credit.customer, limit=credit.limit, currency=credit.currency, owed=credit.owed,
            ordered=credit.ordered, order_total=order_total,
        )  # fmt: skip


def ship(order: Order, line: OrderLine, quantity: Decimal) -> OrderLine:
    """The line after a part of it left. Raises: OverShipment."""
    if quantity > line.open:
        raise OverShipment(order=order.number, position=line.position, open=line.open, asked=quantity)
    return _with(line, shipped=EXACT.add(line.shipped, quantity))


def take_back(order: Order, line: OrderLine, quantity: Decimal) -> OrderLine:
    """The line after a part of it came back. Raises: OverReturn."""
    if quantity > line.kept:
        raise OverReturn(order=order.number, position=line.position, kept=line.kept, asked=quantity)
    return _with(line, returned=EXACT.add(line.returned, quantity))


def status_after_shipping(order: Order, lines: Sequence[OrderLine]) -> SalesOrderStatus:
    """SHIPPED once nothing is open, CONFIRMED until then. Raises: WrongState."""
    is_last = all(line.open == ZERO for line in lines)
    return ORDER_FLOW.advance(order.number, order.status, SHIP_LAST if is_last else SHIP)


def _with(line: OrderLine, *, shipped: Decimal | None = None, returned: Decimal | None = None) -> OrderLine:
    return OrderLine(
        id=line.id, position=line.position, item_id=line.item_id, ordered=line.ordered,
        shipped=line.shipped if shipped is None else shipped,
        returned=line.returned if returned is None else returned,
        cancelled=line.cancelled, invoiced=line.invoiced,
    )  # fmt: skip
