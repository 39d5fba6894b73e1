"""Orders are approved or rejected: within limits, from suppliers on the list, against budgets."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from domain.core.actors import Action
from domain.core.commands import Results, argument, command
from domain.core.database import Row
from domain.core.errors import DomainError
from domain.core.together import Together
from domain.core.work import Work
from domain.finance import Promise
from domain.finance.budgets import limits_of, tell_exceeded, write_commitments
from domain.finance.journal import company_currency, rates_to
from domain.finance.rules import RateMissing
from domain.master_data.items import ItemType
from domain.procurement import reads
from domain.procurement.approval_rules import Asked, another_asked, voice_for
from domain.procurement.approvals import limit_book, types_of, voices_of
from domain.procurement.approved_suppliers import approvals_of
from domain.procurement.calls import call_back
from domain.procurement.expenses import promises_of
from domain.procurement.models import PurchaseOrder, PurchaseOrderStatus
from domain.procurement.needs import give_back, requesters_of
from domain.procurement.rules import APPROVE, ORDER_FLOW, REJECT, Order, OrderLine, decide, live
from domain.procurement.sourcing_rules import Approval, qualified


@command(action=Action.APPROVE, record=PurchaseOrder, zh="批准采购订单")
class ApprovePurchaseOrder:
    """Let an order go to its supplier; only another person than the one who created it may."""

    purchase_order_id: UUID = argument(doc="The order.", zh="采购订单", reference="purchase_order")
    expected_version: int | None = argument(doc="The version you decided on.", zh="预期版本", default=None)


@command(action=Action.APPROVE, record=PurchaseOrder, zh="拒绝采购订单")
class RejectPurchaseOrder:
    """Refuse an order; it is kept and moves no more."""

    purchase_order_id: UUID = argument(doc="The order.", zh="采购订单", reference="purchase_order")
    reason: str | None = argument(doc="Why it is refused.", zh="拒绝原因", default=None)
    expected_version: int | None = argument(doc="The version you decided on.", zh="预期版本", default=None)


# What an approver is asked of an order, the order itself, and its lines.
Approved = tuple[Asked, Order, Sequence[OrderLine]]

# The state that a decision leads to, and whose limits it needed where not the approver's own.
Decision = tuple[PurchaseOrderStatus, UUID | None]


async def approve_purchase_orders(work: Work, commands: Sequence[ApprovePurchaseOrder]) -> Results[PurchaseOrder]:
    """The orders, APPROVED by another person than created them.

    What is not for stock is promised of its budgets. Raises per row: NotFound, HistoricalDocument, StaleVersion,
    WrongState, SegregationOfDuties, ApprovalLimitExceeded, SupplierNotApproved, BudgetExceeded, RateMissing. Emits:
    PurchaseOrderApproved, BudgetExceeded where lines warn.
    """
    asked = await _asked(work, [one.purchase_order_id for one in commands])
    together = Together(work)
    voiced = together.of(voices_of(together.work))
    limits = together.of(limit_book(together.work, [what for what, _, _ in asked.values()]))
    promised_of = together.of(_promises(together.work, asked))
    on_list = together.of(_listed(together.work, asked))
    await together.answered()
    voices, book, promises, listed = voiced.value, limits.value, promised_of.value, on_list.value
    told = [one for own in promises.values() if not isinstance(own, DomainError) for one in own]
    budgets = await limits_of(work, [one.spending for one in told])
    made: list[Promise] = []

    def approve(order: Order) -> Decision:
        state, (what, _, _) = decide(order, APPROVE, work.actor.id), asked[order.id]
        another_asked(what, work.actor.id, "ApprovePurchaseOrder", "CreatePurchaseRequisition")
        voice = voice_for(*book.measure(what), voices)
        listed.check(order, asked[order.id][2], work.now.date())
        promised = promises[order.id]
        if isinstance(promised, DomainError):
            raise promised
        budgets.spend([one.spending for one in promised])
        made.extend(promised)
        return state, voice.user_id

    results = await _decided(work, commands, approve, "PurchaseOrderApproved")
    tell_exceeded(work, budgets)
    await write_commitments(work, made)
    return results


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The approved supplier list, as far as a batch of orders needs it."""

    items: Mapping[UUID, Row]
    suppliers: Mapping[UUID, Row]
    approvals: Mapping[UUID, Sequence[Approval]]

    def check(self, order: Order, lines: Sequence[OrderLine], on: date) -> None:
        """Nothing; raises SupplierNotApproved for a line whose supplier is not on the list any more."""
        for line in (one for one in lines if one.item_id in self.approvals):
            item, supplier = self.items[line.item_id]["code"], self.suppliers[order.supplier_id]["code"]
            where = (order.supplier_id, order.site_id, on)
            qualified(item, supplier, self.approvals[line.item_id], where)


async def _listed(work: Work, asked: Mapping[UUID, Approved]) -> Listed:
    approvals = await approvals_of(work, [line.item_id for _, _, lines in asked.values() for line in lines])
    if not approvals:
        return Listed(items={}, suppliers={}, approvals={})
    return Listed(
        items=await reads.items_by_id(work, approvals),
        suppliers=await reads.suppliers_by_id(work, [order.supplier_id for _, order, _ in asked.values()]),
        approvals=approvals,
    )


async def _promises(work: Work, asked: Mapping[UUID, Approved]) -> dict[UUID, list[Promise] | RateMissing]:
    """What each order promises of budgets, at the rate of the day."""
    today, currency = work.now.date(), await company_currency(work)
    charged = {id_: one for id_, one in asked.items() if any(line.account_id for line in one[2])}
    rates = await rates_to(work, {order.currency for _, order, _ in charged.values()}, currency, today)
    found: dict[UUID, list[Promise] | RateMissing] = {id_: [] for id_ in asked}
    for id_, (_, order, lines) in charged.items():
        rate = rates[order.currency]
        found[id_] = rate if isinstance(rate, RateMissing) else promises_of(order, lines, rate, today, currency)
    return found


async def reject_purchase_orders(work: Work, commands: Sequence[RejectPurchaseOrder]) -> Results[PurchaseOrder]:
    """The orders, REJECTED by another person than created them.

    Raises per row: NotFound, HistoricalDocument, StaleVersion, WrongState, SegregationOfDuties. Emits:
    PurchaseOrderRejected.
    """

    def reject(order: Order) -> Decision:
        return decide(order, REJECT, work.actor.id), None

    results = await _decided(work, commands, reject, "PurchaseOrderRejected")
    lines = [line for own in (await reads.lines_of(work, results.ids)).values() for line in own]
    await give_back(work, [(line.requisition_line_id, line.wanted) for line in lines])
    await call_back(work, [(line.agreement_line_id, line.wanted) for line in lines])
    return results


async def _asked(work: Work, ids: Sequence[UUID]) -> dict[UUID, Approved]:
    """What an approver is asked of each order: its whole amount, its classes of items, who asked for it."""
    orders = {id_: reads.order_of(row) for id_, row in (await work.lock(PurchaseOrder, ids)).items()}
    lines = await reads.lines_of(work, orders)
    types = await types_of(work, [line.item_id for own in lines.values() for line in own])
    needed = [line.requisition_line_id for own in lines.values() for line in own if line.requisition_line_id]
    requesters = await requesters_of(work, needed)
    return {
        id_: (_asked_of(order, lines.get(id_, ()), types, requesters), order, lines.get(id_, ()))
        for id_, order in orders.items()
    }


def _asked_of(
    order: Order, lines: Sequence[OrderLine], types: Mapping[UUID, ItemType], requesters: Mapping[UUID, UUID]
) -> Asked:
    asked_by = {requesters[line.requisition_line_id] for line in lines if line.requisition_line_id}
    return Asked(
        what=ORDER_FLOW.document, number=order.number, total=order.total_due, currency=order.currency,
        item_types=frozenset(types[line.item_id] for line in lines),
        asked_by=frozenset(asked_by | ({order.requested_by} if order.requested_by else set())),
    )  # fmt: skip


async def _decided(
    work: Work,
    commands: Sequence[ApprovePurchaseOrder | RejectPurchaseOrder],
    decision: Callable[[Order], Decision],
    event: str,
) -> Results[PurchaseOrder]:
    """The orders in the state that the decision leads to; a refusal stands in its own place."""
    rows = await work.lock(PurchaseOrder, [one.purchase_order_id for one in commands])
    stale = await work.stale(PurchaseOrder, rows, {one.purchase_order_id: one.expected_version for one in commands})
    orders = {id_: reads.order_of(row) for id_, row in rows.items()}
    changed: dict[UUID, dict[str, object]] = {}
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            order = live(orders.get(one.purchase_order_id), one.purchase_order_id)
            if order.id in stale:
                raise stale[order.id]
            status, approved_for = decision(order)
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        orders[order.id] = replace(order, status=status)
        changed[order.id] = {
            "id": order.id,
            "status": status,
            "approved_by": work.actor.id,
            "approved_for": approved_for,
            "approved_on": work.now.date(),
            "reason": one.reason if isinstance(one, RejectPurchaseOrder) else None,
        }
        outcomes.append(order.id)
    if changed:
        fields = ("status", "approved_by", "approved_for", "approved_on", "reason")
        await work.update(PurchaseOrder, list(changed.values()), fields=fields)
        work.emit(event, PurchaseOrder, list(changed))
    return Results(outcomes)
