"""What an order and a receipt must be, pure: totals, the flow, who may approve, how much may arrive."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from domain.core.errors import (
    CurrencyMismatch,
    DomainError,
    NotFound,
    Path,
    Rejected,
    SegregationOfDuties,
    WrongState,
    trimmed,
)
from domain.core.flow import Flow, Transition
from domain.core.money import EXACT, ZERO, Money, UnitPrice, product, to_minor_unit, to_scale, total
from domain.core.quantity import AMOUNT, QUANTITY, RATE, in_scale, not_negative, positive
from domain.procurement.models import PurchaseOrderStatus

# Lines of one document: a plain list in the graph, so its length is bounded where it is written.
LINES_MAX: Final = 1_000

HUNDRED: Final = Decimal(100)


class DirectOrder(DomainError):
    """What a supplier ships straight to a customer never comes to us."""

    code = "DIRECT_ORDER"
    zh = "采购订单 {order} 由供应商直运客户，请登记直运发货。"
    en = "The supplier ships purchase order {order} straight to a customer: record the direct delivery."


class NoDirectOrder(DomainError):
    code = "NO_DIRECT_ORDER"
    zh = "采购订单 {order} 不是直运订单。"
    en = "Purchase order {order} is not shipped straight to a customer."


class OverReceipt(DomainError):
    """More arrives than was ordered, beyond the tolerance of the line."""

    code = "OVER_RECEIPT"
    zh = "采购订单 {order} 第 {position} 行：订购 {ordered}，已收 {received}，本次 {arriving}，超过允许的 {allowed}。"
    en = (
        "Purchase order {order} line {position}: {ordered} ordered, {received} received; "
        "{arriving} more exceed the {allowed} allowed."
    )


class HistoricalDocument(DomainError):
    code = "HISTORICAL_DOCUMENT"
    zh = "{what} {key} 由其他系统产生，仅供查询，不能再处理。"
    en = "{what} {key} was made by another system; it is kept to be read and moves no more."


APPROVE: Final = "be approved"
REJECT: Final = "be rejected"
RECEIVE: Final = "be received"
COMPLETE: Final = "be completed"
CANCEL: Final = "be cancelled"
CONFIRM: Final = "be confirmed"
INVOICE: Final = "be invoiced"
REOPEN: Final = "be reopened"

ORDER_FLOW: Final = Flow(
    document="Purchase order",
    initial=PurchaseOrderStatus.PENDING,
    transitions={
        APPROVE: Transition(frozenset({PurchaseOrderStatus.PENDING}), PurchaseOrderStatus.APPROVED),
        REJECT: Transition(frozenset({PurchaseOrderStatus.PENDING}), PurchaseOrderStatus.REJECTED),
        RECEIVE: Transition(frozenset({PurchaseOrderStatus.APPROVED}), PurchaseOrderStatus.APPROVED),
        COMPLETE: Transition(frozenset({PurchaseOrderStatus.APPROVED}), PurchaseOrderStatus.COMPLETE),
        REOPEN: Transition(frozenset({PurchaseOrderStatus.COMPLETE}), PurchaseOrderStatus.APPROVED),
        CONFIRM: Transition(frozenset({PurchaseOrderStatus.APPROVED}), PurchaseOrderStatus.APPROVED),
        CANCEL: Transition(
            frozenset({PurchaseOrderStatus.PENDING, PurchaseOrderStatus.APPROVED}), PurchaseOrderStatus.CANCELLED
        ),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A purchase order as the rules see it."""

    id: UUID
    number: str
    status: PurchaseOrderStatus
    supplier_id: UUID
    site_id: UUID | None
    currency: str
    total_due: Decimal
    requested_by: UUID | None
    is_historical: bool
    version: int
    is_direct: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """A line of an order as the rules see it, with what has arrived so far."""

    id: UUID
    position: int
    item_id: UUID
    ordered: Decimal
    received: Decimal
    rejected: Decimal
    stocked: Decimal
    returned: Decimal
    rejected_returned: Decimal
    to_replace: Decimal
    cancelled: Decimal
    invoiced: Decimal
    unit_price: Decimal
    over_receipt_percent: Decimal
    requisition_line_id: UUID | None = None
    agreement_line_id: UUID | None = None
    account_id: UUID | None = None
    cost_centre_id: UUID | None = None
    due_on: date | None = None
    said: UnitPrice | None = None

    @property
    def price(self) -> UnitPrice:
        """The price as a ratio, where it was said in another unit than the item's own."""
        return self.said or UnitPrice(self.unit_price)

    def owed(self, accepted: Decimal, currency: str) -> Decimal:
        """What is owed for goods accepted last, so that all that was accepted comes to its price: the difference of two
        sums, each rounded once.
        """
        before = EXACT.subtract(self.stocked, accepted)
        whole, earlier = (to_minor_unit(self.price.of(one), currency) for one in (self.stocked, before))
        return EXACT.subtract(whole, earlier)

    @property
    def is_fully_received(self) -> bool:
        """Whether nothing more is awaited, what went back to be replaced included."""
        return self.open == ZERO

    @property
    def wanted(self) -> Decimal:
        """What was ordered and not cancelled."""
        return EXACT.subtract(self.ordered, self.cancelled)

    @property
    def open(self) -> Decimal:
        """What is still awaited: ordered + over-received = received less to be replaced + open + cancelled."""
        return max(EXACT.subtract(self.wanted, self.net_received), ZERO)

    @property
    def net_received(self) -> Decimal:
        """What was received without what went back to be replaced."""
        return EXACT.subtract(self.received, self.to_replace)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What arrives of one line: `rejected` of `received` failed inspection, the rest goes to stock."""

    line_id: UUID
    received: Decimal
    rejected: Decimal

    @property
    def stocked(self) -> Decimal:
        """What goes to stock."""
        return EXACT.subtract(self.received, self.rejected)


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The amounts of an order, each with up to 6 digits."""

    line_totals: tuple[Decimal, ...]
    subtotal: Decimal
    tax: Decimal
    freight: Decimal
    total_due: Decimal


def line_count(count: int) -> None:
    """Raises Rejected for a document without lines or with more than `LINES_MAX`."""
    if not 1 <= count <= LINES_MAX:
        raise Rejected(
            ("lines",),
            what="lines",
            value=count,
            reason=f"a document has 1 to {LINES_MAX} lines",
            reason_zh=f"单据须有 1 至 {LINES_MAX} 行",
        )


def order_totals(
    currency: str,
    lines: Sequence[tuple[Decimal, Money]],
    tax: Money | None,
    freight: Money | None,
    *,
    price: str = "unitPrice",
) -> Totals:
    """The totals of an order of (quantity, unit price) lines, all in one currency; `price` is what the input calls it.

    Raises: CurrencyMismatch, Rejected with the path of the input that is at fault.
    """
    line_count(len(lines))
    line_totals: list[Decimal] = []
    for place, (quantity, unit_price) in enumerate(lines):
        line_totals.append(_line_total(currency, quantity, unit_price, ("lines", place, price)))
    charges = [_charge(currency, charge, name) for charge, name in ((tax, "tax"), (freight, "freight"))]
    subtotal = in_scale(total(line_totals), AMOUNT, "subtotal")
    due = in_scale(total([subtotal, *charges]), AMOUNT, "totalDue")
    return Totals(line_totals=tuple(line_totals), subtotal=subtotal, tax=charges[0], freight=charges[1], total_due=due)


def _line_total(currency: str, quantity: Decimal, price: Money, path: Path) -> Decimal:
    positive(quantity, QUANTITY, "quantity", (*path[:-1], "quantity"))
    not_negative(_own(price, currency, str(path[-1]), path), RATE, str(path[-1]), path)
    return in_scale(to_scale(product(quantity, price.amount), AMOUNT.after_point), AMOUNT, "lineTotal", path)


def _charge(currency: str, charge: Money | None, name: str) -> Decimal:
    return ZERO if charge is None else not_negative(_own(charge, currency, name, (name,)), AMOUNT, name, (name,))


def _own(amount: Money, currency: str, what: str, path: Path) -> Decimal:
    """The amount; raises CurrencyMismatch unless it is in the order's currency."""
    if amount.currency != currency:
        raise CurrencyMismatch(path, what=what, currency=amount.currency, expected=currency)
    return amount.amount


def live(order: Order | None, id_: UUID) -> Order:
    """The order itself; raises NotFound for none and HistoricalDocument for one that another system made."""
    if order is None:
        raise NotFound(what="purchase order", key=str(id_))
    if order.is_historical:
        raise HistoricalDocument(what=ORDER_FLOW.document, key=order.number)
    return order


def invoiceable(number: str, status: PurchaseOrderStatus, *, is_historical: bool) -> None:
    """Nothing; raises HistoricalDocument, WrongState for an order that nothing may be charged for.

    An invoice may come before the goods, and leaves the order in the state it is in.
    """
    if is_historical:
        raise HistoricalDocument(what=ORDER_FLOW.document, key=number)
    if status not in (PurchaseOrderStatus.APPROVED, PurchaseOrderStatus.COMPLETE):
        raise WrongState(what=ORDER_FLOW.document, key=number, state=status.value, transition=INVOICE)


def decide(order: Order, transition: str, by: UUID) -> PurchaseOrderStatus:
    """The state after approval or rejection `by` a user, who must not be the one who asked for the goods.

    Raises: WrongState, SegregationOfDuties.
    """
    state = ORDER_FLOW.advance(order.number, order.status, transition)
    if order.requested_by == by:
        raise SegregationOfDuties(duty="ApprovePurchaseOrder", conflicting="CreatePurchaseOrder")
    return state


def arrival(line: OrderLine, received: Decimal, rejected: Decimal | None, stocked: Decimal | None) -> Arrival:
    """What arrives of a line, checked: what is received is rejected or stocked; one of the two follows from the other.

    Raises: Rejected.
    """
    positive(received, QUANTITY, "received", ("received",))
    if stocked is not None:
        not_negative(stocked, QUANTITY, "stocked", ("stocked",))
    if rejected is None:
        rejected = ZERO if stocked is None else max(EXACT.subtract(received, stocked), ZERO)
    not_negative(rejected, QUANTITY, "rejected", ("rejected",))
    if rejected > received:
        raise Rejected(
            ("rejected",),
            what="rejected",
            value=rejected,
            reason=f"only {trimmed(received)} were received",
            reason_zh=f"仅收到 {trimmed(received)}",
        )
    checked = Arrival(line_id=line.id, received=received, rejected=rejected)
    if stocked is not None and stocked != checked.stocked:
        raise Rejected(
            ("stocked",),
            what="stocked",
            value=stocked,
            reason=f"received {trimmed(received)} less rejected {trimmed(rejected)} is {trimmed(checked.stocked)}",
            reason_zh=f"收货 {trimmed(received)} 减拒收 {trimmed(rejected)} 应为 {trimmed(checked.stocked)}",
        )
    return checked


def receive(order: Order, line: OrderLine, arriving: Arrival) -> OrderLine:
    """The line after the arrival; raises OverReceipt beyond the tolerance of what is wanted of the line."""
    allowed = EXACT.divide(product(line.wanted, EXACT.add(HUNDRED, line.over_receipt_percent)), HUNDRED)
    received = EXACT.add(line.received, arriving.received)
    if EXACT.subtract(received, line.to_replace) > allowed:
        raise OverReceipt(
            order=order.number,
            position=line.position,
            ordered=line.wanted,
            received=line.net_received,
            arriving=arriving.received,
            allowed=allowed,
        )
    return replace(
        line,
        received=received,
        rejected=EXACT.add(line.rejected, arriving.rejected),
        stocked=EXACT.add(line.stocked, arriving.stocked),
    )


def status_after_receipt(order: Order, lines: Sequence[OrderLine]) -> PurchaseOrderStatus:
    """COMPLETE once every line is fully received, APPROVED until then."""
    done = all(line.is_fully_received for line in lines)
    return ORDER_FLOW.advance(order.number, order.status, COMPLETE if done else RECEIVE)


def send_back(line: OrderLine, quantity: Decimal, *, is_replaced: bool, is_rejected: bool = False) -> OrderLine:
    """The line once goods of it went back, accepted ones or those refused; those to be replaced are awaited again."""
    to_replace = EXACT.add(line.to_replace, quantity) if is_replaced else line.to_replace
    if is_rejected:
        return replace(line, rejected_returned=EXACT.add(line.rejected_returned, quantity), to_replace=to_replace)
    return replace(line, returned=EXACT.add(line.returned, quantity), to_replace=to_replace)


def status_after_return(order: Order, lines: Sequence[OrderLine]) -> PurchaseOrderStatus:
    """APPROVED again where replacements are awaited, else as it was."""
    if order.status is PurchaseOrderStatus.COMPLETE and not all(line.is_fully_received for line in lines):
        return ORDER_FLOW.advance(order.number, order.status, REOPEN)
    return order.status


def cancel_rest(order: Order, line: OrderLine) -> OrderLine:
    """The line, nothing more of it wanted; raises Rejected where nothing is awaited."""
    if line.open == ZERO:
        raise Rejected(
            what="position",
            value=line.position,
            reason=f"nothing of it is open on order {order.number}",
            reason_zh=f"订单 {order.number} 该行没有未交数量",
        )
    return replace(line, cancelled=EXACT.add(line.cancelled, line.open))


def status_after_cancel(order: Order, lines: Sequence[OrderLine]) -> PurchaseOrderStatus:
    """CANCELLED once nothing of the order is wanted and nothing came or was charged of it, COMPLETE once no line awaits
    anything, else as it was.
    """
    if any(not line.is_fully_received for line in lines):
        return order.status
    if all(line.wanted == ZERO and line.received == ZERO and line.invoiced == ZERO for line in lines):
        return ORDER_FLOW.advance(order.number, order.status, CANCEL)
    return ORDER_FLOW.advance(order.number, order.status, COMPLETE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """What a supplier says of one line: so much of it arrives by a day."""

    position: int
    quantity: Decimal
    promised_on: date


def confirmed(order: Order, lines: Mapping[int, OrderLine], promised: Sequence[Promised]) -> dict[int, Promised]:
    """By position what the supplier confirms in all, and the day by which the last of it comes.

    A line may be split over days; less than is wanted may be confirmed, never more. Raises: WrongState, NotFound,
    Rejected.
    """
    ORDER_FLOW.advance(order.number, order.status, CONFIRM)
    line_count(len(promised))
    found: dict[int, Promised] = {}
    for place, one in enumerate(promised):
        line = lines.get(one.position)
        if line is None:
            raise NotFound(("lines", place, "position"), what="PurchaseOrderLine", key=f"{order.number}/{one.position}")
        positive(one.quantity, QUANTITY, "quantity", ("lines", place, "quantity"))
        before = found.get(one.position)
        quantity = EXACT.add(before.quantity if before else ZERO, one.quantity)
        if quantity > line.wanted:
            raise Rejected(
                ("lines", place, "quantity"),
                what="quantity",
                value=quantity,
                reason=f"only {trimmed(line.wanted)} are ordered",
                reason_zh=f"订购数量仅 {trimmed(line.wanted)}",
            )
        day = max(one.promised_on, before.promised_on) if before else one.promised_on
        found[one.position] = Promised(position=one.position, quantity=quantity, promised_on=day)
    return found


def lot_of_item(lot_number: str, lot_item_id: UUID, item_id: UUID) -> None:
    """Nothing; raises Rejected when the lot is of another item."""
    if lot_item_id != item_id:
        raise Rejected(
            what="lot", value=lot_number, reason="it is a lot of another item", reason_zh="该批次属于另一物料"
        )


def expires_after_made(lot_number: str, made_on: date | None, expires_on: date | None) -> None:
    """Nothing; raises Rejected when a lot would expire before it was made."""
    if made_on is not None and expires_on is not None and expires_on < made_on:
        raise Rejected(
            what="lot",
            value=lot_number,
            reason=f"it expires on {expires_on}, before it was made on {made_on}",
            reason_zh=f"有效期 {expires_on} 早于生产日期 {made_on}",
        )
