"""Orders: confirmed, cancelled."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from domain.core.actors import Action
from domain.core.commands import Results, argument, command
from domain.core.database import Row
from domain.core.errors import DomainError, NotFound
from domain.core.money import Money
from domain.core.work import Work
from domain.sales import reads
from domain.sales.credit import credit_book
from domain.sales.fulfilment import hold_orders, release_lines, write_orders
from domain.sales.models import SalesOrder, SalesOrderStatus
from domain.sales.qualifying import Act, qualification_book, qualified_line
from domain.sales.rules.orders import CANCEL, ORDER_FLOW, cancelled, confirmed
from domain.sales.rules.qualification import Stage


@command(action=Action.APPROVE, record=SalesOrder, zh="确认销售订单")
class ConfirmSalesOrder:
    """Turn a quote into a promise that both will keep: credit and qualification are checked now. A customer confirms
    its own.
    """

    sales_order_id: UUID = argument(doc="The order.", zh="销售订单", reference="sales_order")
    expected_version: int | None = argument(doc="The version you decided on.", zh="预期版本", default=None)


@command(action=Action.CHANGE, record=SalesOrder, zh="取消销售订单")
class CancelSalesOrder:
    """Give up what is still open of an order; what was shipped stays."""

    sales_order_id: UUID = argument(doc="The order.", zh="销售订单", reference="sales_order")
    expected_version: int | None = argument(doc="The version you decided on.", zh="预期版本", default=None)


async def confirm_sales_orders(work: Work, commands: Sequence[ConfirmSalesOrder]) -> Results[SalesOrder]:
    """The orders, CONFIRMED, with what the checks let pass as warnings; a refusal stands at its own place.

    Raises per row: NotFound, StaleVersion, WrongState, QuoteExpired, NotQualified, CreditExceeded. Emits:
    SalesOrderConfirmed.
    """
    rows = await work.lock(SalesOrder, [one.sales_order_id for one in commands])
    stale = await work.stale(SalesOrder, rows, {one.sales_order_id: one.expected_version for one in commands})
    lines = await reads.lines_of(work, rows)
    book = await qualification_book(work, list(rows.values()), lines)
    today = work.now.date()
    credit = await credit_book(work, book.customers, {row["currency"] for row in rows.values()}, today)
    changed: dict[UUID, dict[str, Any]] = {}
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            row = _live(work, rows, stale, one.sales_order_id)
            if row["id"] in changed:
                ORDER_FLOW.advance(row["number"], SalesOrderStatus.CONFIRMED, "be confirmed")
            status = confirmed(reads.order_of(row), today)
            warnings = [
                warning
                for line in lines[row["id"]]
                for warning in qualified_line(book, row, line["item_id"], Act(stage=Stage.ORDER, today=today))
            ]
            credit.spend(row["customer_id"], Money(row["total_due"], row["currency"]))
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        changed[row["id"]] = {
            "id": row["id"], "status": status, "confirmed_on": today, "confirmed_by": work.actor.id,
            "warnings": list(dict.fromkeys(warnings)),
        }  # fmt: skip
        outcomes.append(row["id"])
    if changed:
        fields = ("status", "confirmed_on", "confirmed_by", "warnings")
        await work.update(SalesOrder, list(changed.values()), fields=fields)
        work.emit("SalesOrderConfirmed", SalesOrder, list(changed))
    return Results(outcomes)


async def cancel_sales_orders(work: Work, commands: Sequence[CancelSalesOrder]) -> Results[SalesOrder]:
    """The orders with nothing open or allocated any more: CANCELLED where nothing was shipped, else as the rest stands.

    What was promised from stock is free again. Raises per row: NotFound, StaleVersion, WrongState, PickedAlready,
    OnOrderAlready.
    Emits: SalesOrderCancelled, ReservationReleased, StockChanged.
    """
    held = await hold_orders(work, {one.sales_order_id: one.expected_version for one in commands})
    gone: list[UUID] = []
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            order = held.live(one.sales_order_id)
            ORDER_FLOW.advance(order.number, order.status, CANCEL)
            held.change(order.id, [cancelled(order, line) for line in held.lines[order.id]])
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        gone.append(order.id)
        outcomes.append(order.id)
    if gone:
        await release_lines(work, [line.id for id_ in gone for line in held.lines[id_]])
        await write_orders(work, held)
        work.emit("SalesOrderCancelled", SalesOrder, gone)
    return Results(outcomes)


def _live(work: Work, rows: Mapping[UUID, Row], stale: Mapping[UUID, DomainError], id_: UUID) -> Row:
    """The locked order; a customer's own where a customer asks. Raises: NotFound, StaleVersion."""
    if id_ not in rows:
        raise NotFound(("salesOrder",), what="sales order", key=str(id_))
    reads.check_own(work, rows[id_]["customer_id"], "salesOrder")
    if id_ in stale:
        raise stale[id_]
    return rows[id_]
