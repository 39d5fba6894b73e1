"""Orders, pure: how an order lives, and what becomes of the quantities of its lines.

An order is priced like the invoice that will charge it (`finance.rules.invoices`): the two never part by a cent.
"""

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
CANCEL: Final = "be cancelled"

ORDER_FLOW: Final = Flow(
    document="Sales order",
    initial=SalesOrderStatus.QUOTED,
    transitions={
        CONFIRM: Transition(frozenset({SalesOrderStatus.QUOTED}), SalesOrderStatus.CONFIRMED),
        CANCEL: Transition(
            frozenset({SalesOrderStatus.QUOTED, SalesOrderStatus.CONFIRMED}), SalesOrderStatus.CANCELLED
        ),
    },
)


class QuoteExpired(DomainError):
    code = "QUOTE_EXPIRED"
    zh = "报价 {order} 已于 {day} 失效。"
    en = "Quote {order} could be confirmed until {day}."


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
