"""Orders changed while they are open: less of a line, another day, the customer's number.

What the customer wants more of, or at another price, is priced, checked and confirmed as an order of its own: an order
that was confirmed keeps what was promised at its price.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, part
from domain.core.database import Row
from domain.core.errors import DomainError, Rejected
from domain.core.work import Work
from domain.sales.fulfilment import HeldOrders, hold_orders, write_orders
from domain.sales.models import SalesOrder, SalesOrderLine
from domain.sales.rules.orders import CHANGE, ORDER_FLOW, Order, OrderLine, reduced


@part
class SalesOrderLineChangeInput:
    """What is other than agreed of one line."""

    position: int = argument(doc="The line's place on the order.", zh="订单行号")
    quantity: Decimal | None = argument(
        doc="How much the customer wants of it in all, less than before; what is neither allocated nor shipped is "
        "given up.",
        zh="数量", number="quantity", default=None,
    )  # fmt: skip
    due_on: date | None = argument(doc="Day the customer wants it.", zh="要求到货日期", default=None)


@command(action=Action.CHANGE, record=SalesOrder, zh="变更销售订单")
class ChangeSalesOrder:
    """Change an order as far as it is open: less of a line, another day, the customer's number. What is not given stays
    as it is.
    """

    sales_order_id: UUID = argument(doc="The order.", zh="销售订单", reference="sales_order")
    lines: tuple[SalesOrderLineChangeInput, ...] = argument(doc="The lines that change.", zh="变更行", default=())
    ship_on: date | None = argument(doc="Day the goods are to leave.", zh="计划发货日期", default=None)
    customer_reference: str | None = argument(doc="The customer's own number.", zh="客户单号", default=None)
    expected_version: int | None = argument(doc="The version you decided on.", zh="预期版本", default=None)


async def change_sales_orders(work: Work, commands: Sequence[ChangeSalesOrder]) -> Results[SalesOrder]:
    """The orders, changed; a refusal stands at its own place, and nothing of that order changes.

    Raises per row: NotFound, StaleVersion, WrongState, NothingOpen, Rejected. Emits: SalesOrderChanged.
    """
    held = await hold_orders(work, {one.sales_order_id: one.expected_version for one in commands})
    headers: dict[UUID, dict[str, Any]] = {}
    days: dict[UUID, date] = {}
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            order = held.live(one.sales_order_id)
            ORDER_FLOW.advance(order.number, order.status, CHANGE)
            lines, due = _changed(one, order, held)
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        held.change(order.id, lines)
        days |= due
        row = headers.get(order.id) or held.rows[order.id]
        given = {"ship_on": one.ship_on, "customer_reference": one.customer_reference}
        headers[order.id] = {"id": order.id} | {name: value or row[name] for name, value in given.items()}
        outcomes.append(order.id)
    if headers:
        await write_orders(work, held)
        await work.update(SalesOrder, list(headers.values()), fields=("ship_on", "customer_reference"))
        moved = [{"id": id_, "due_on": day} for id_, day in days.items()]
        await work.update(SalesOrderLine, moved, fields=("due_on",))
        work.emit("SalesOrderChanged", SalesOrder, list(headers))
    return Results(outcomes)


def _changed(one: ChangeSalesOrder, order: Order, held: HeldOrders) -> tuple[list[OrderLine], Mapping[UUID, date]]:
    """The lines as they become, and the days of those that get another. Raises: NotFound, NothingOpen, Rejected."""
    rows = {row["id"]: row for row in held.line_rows[order.id]}
    lines: dict[UUID, OrderLine] = {}
    days: dict[UUID, date] = {}
    for place, asked in enumerate(one.lines):
        try:
            line = held.at(order, asked.position)
            line = lines.get(line.id, line)
            if asked.quantity is not None:
                lines[line.id] = reduced(order, line, asked.quantity)
            if asked.due_on is not None:
                _lasts(line, rows[line.id])
                days[line.id] = asked.due_on
        except DomainError as refusal:
            raise refusal.at("lines", place) from None
    return list(lines.values()), days


def _lasts(line: OrderLine, row: Row) -> None:
    """Nothing; raises Rejected where lots were chosen to last for the day that was agreed."""
    if line.allocated and row["life_days_min"]:
        reason, reason_zh = (
            "its lots were chosen for the day before; deallocate first",
            "批次按原日期分配，请先取消分配",
        )
        raise Rejected(("dueOn",), what="dueOn", value=line.position, reason=reason, reason_zh=reason_zh)
