"""What is still open of an order is wanted no more: a line's rest, or all of it."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from domain.core.actors import Action
from domain.core.commands import Results, argument, command
from domain.core.database import Row
from domain.core.errors import DomainError, NotFound
from domain.core.money import EXACT, ZERO
from domain.core.work import Work
from domain.procurement import reads
from domain.procurement.calls import call_back
from domain.procurement.expenses import Used, release_used
from domain.procurement.models import PurchaseOrder, PurchaseOrderLine
from domain.procurement.needs import give_back
from domain.procurement.rules import CANCEL, ORDER_FLOW, Order, OrderLine, cancel_rest, live, status_after_cancel


@command(action=Action.CHANGE, record=PurchaseOrder, zh="取消订单未交数量")
class CancelPurchaseOrderRest:
    """Want no more of what is open of an order's lines; what came of them stays."""

    purchase_order_id: UUID = argument(doc="The order.", zh="采购订单", reference="purchase_order")
    reason: str = argument(doc="Why it is wanted no more.", zh="取消原因")
    positions: tuple[int, ...] | None = argument(
        doc="The lines' places on the order; every line that is open unless given.", zh="订单行号", default=None
    )
    expected_version: int | None = argument(doc="The version of the order you saw.", zh="预期版本", default=None)


async def cancel_purchase_order_rests(
    work: Work, commands: Sequence[CancelPurchaseOrderRest]
) -> Results[PurchaseOrder]:
    """The orders without what was open of the lines: COMPLETE where nothing else is awaited, CANCELLED where nothing
    ever came.

    Raises per row: NotFound, HistoricalDocument, StaleVersion, WrongState, Rejected. Emits: PurchaseOrderCancelled.
    """
    rows = await work.lock(PurchaseOrder, [one.purchase_order_id for one in commands])
    stale = await work.stale(PurchaseOrder, rows, {one.purchase_order_id: one.expected_version for one in commands})
    orders = {id_: reads.order_of(row) for id_, row in rows.items()}
    lines = {id_: {line.position: line for line in own} for id_, own in (await reads.lines_of(work, orders)).items()}
    reasons: dict[UUID, str] = {}
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            order = live(orders.get(one.purchase_order_id), one.purchase_order_id)
            if order.id in stale:
                raise stale[order.id]
            left = _cancelled(order, lines[order.id], one)
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        after = lines[order.id] | left
        orders[order.id] = replace(order, status=status_after_cancel(order, list(after.values())))
        lines[order.id] = after
        reasons |= {line.id: one.reason for line in left.values()}
        outcomes.append(order.id)
    done = sorted({one for one in outcomes if isinstance(one, UUID)})
    if done:
        await work.update(
            PurchaseOrder, [{"id": id_, "status": orders[id_].status} for id_ in done], fields=("status",)
        )
        before = await work.lock(PurchaseOrderLine, reasons)
        changed = [
            _row(line, before[line.id], reasons[line.id])
            for id_ in done for line in lines[id_].values() if line.id in reasons
        ]  # fmt: skip
        await work.update(
            PurchaseOrderLine, changed, fields=("cancelled_quantity", "confirmed_quantity", "cancel_reason")
        )
        await give_back(
            work,
            [
                (line.requisition_line_id, EXACT.subtract(line.cancelled, before[line.id]["cancelled_quantity"]))
                for id_ in done for line in lines[id_].values() if line.id in reasons
            ],
        )  # fmt: skip
        await call_back(
            work,
            [
                (line.agreement_line_id, EXACT.subtract(line.cancelled, before[line.id]["cancelled_quantity"]))
                for id_ in done
                for line in lines[id_].values()
                if line.id in reasons
            ],
        )
        today = work.now.date()
        await release_used(
            work,
            [
                Used(order_id=id_, line=line, accepted=ZERO, on=today)
                for id_ in done for line in lines[id_].values() if line.id in reasons
            ],
        )  # fmt: skip
        work.emit("PurchaseOrderCancelled", PurchaseOrder, done)
    return Results(outcomes)


def _cancelled(order: Order, lines: dict[int, OrderLine], one: CancelPurchaseOrderRest) -> dict[int, OrderLine]:
    """The lines that are asked, nothing more of them wanted. Raises: WrongState, NotFound, Rejected."""
    ORDER_FLOW.advance(order.number, order.status, CANCEL)
    asked = one.positions
    if asked is None:
        asked = tuple(position for position, line in lines.items() if line.open)
    found: dict[int, OrderLine] = {}
    for place, position in enumerate(asked):
        line = found.get(position) or lines.get(position)
        try:
            if line is None:
                raise NotFound(what="PurchaseOrderLine", key=f"{order.number}/{position}")
            found[position] = cancel_rest(order, line)
        except DomainError as refusal:
            raise refusal.at("positions", place) from None
    return found


def _row(line: OrderLine, before: Row, reason: str) -> dict[str, object]:
    """What the order line becomes; nobody is held to what is wanted no more."""
    said = before["confirmed_quantity"]
    return {
        "id": line.id,
        "cancelled_quantity": line.cancelled,
        "confirmed_quantity": None if said is None else min(said, line.wanted),
        "cancel_reason": reason,
    }


__all__ = ["CancelPurchaseOrderRest", "cancel_purchase_order_rests"]
