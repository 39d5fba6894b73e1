"""Orders: created, approved or rejected."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, part
from domain.core.database import Row
from domain.core.errors import DomainError, NotFound, Rejected
from domain.core.ids import new_id
from domain.core.money import ZERO, Money
from domain.core.numbering import Series
from domain.core.work import Work
from domain.finance import Promise
from domain.finance.budgets import limits_of, tell_exceeded, write_commitments
from domain.finance.journal import company_currency, rates_to
from domain.finance.rules import RateMissing
from domain.master_data.items import ItemStatus, ItemType
from domain.procurement import reads
from domain.procurement.approval_rules import Asked, another_asked, voice_for
from domain.procurement.approvals import limits_by_currency, types_of, voices_of
from domain.procurement.expenses import Chargeable, Charged, chargeable, promises_of, stocked_or_charged
from domain.procurement.models import PurchaseOrder, PurchaseOrderLine, PurchaseOrderStatus
from domain.procurement.needs import Needed, give_back, needed_by, requesters_of
from domain.procurement.rules import (
    APPROVE,
    ORDER_FLOW,
    REJECT,
    Order,
    OrderLine,
    Totals,
    decide,
    live,
    order_totals,
)

ORDER_NUMBERS = Series("purchase_order", prefix="PO-")


@part
class PurchaseOrderLineInput:
    """One item to be ordered."""

    item_id: UUID = argument(doc="What is ordered.", zh="物料", reference="item")
    quantity: Decimal = argument(doc="How much, in the item's unit.", zh="数量", number="quantity")
    unit_price: Money = argument(doc="Net price of one unit, in the order's currency.", zh="单价")
    due_on: date | None = argument(doc="Day the goods are due.", zh="到货期限", default=None)
    requisition_line_id: UUID | None = argument(
        doc="The line of an approved requisition that it is ordered for.", zh="采购申请行",
        reference="purchase_requisition_line", default=None,
    )  # fmt: skip
    account_id: UUID | None = argument(
        doc="The cost it counts as, where it is not goods for stock; that of the requisition unless given.",
        zh="费用科目", reference="account", default=None,
    )  # fmt: skip
    cost_centre_id: UUID | None = argument(
        doc="The cost centre that bears it; that of the requisition unless given.", zh="成本中心",
        reference="cost_centre", default=None,
    )  # fmt: skip


@command(action=Action.CREATE, record=PurchaseOrder, zh="创建采购订单")
class CreatePurchaseOrder:
    """Ask a supplier for goods; the order waits for approval."""

    supplier_id: UUID = argument(doc="Who delivers.", zh="供应商", reference="party")
    currency: str = argument(doc="Currency of every price (ISO 4217).", zh="币种")
    lines: tuple[PurchaseOrderLineInput, ...] = argument(doc="What is ordered.", zh="订单行")
    ordered_on: date | None = argument(doc="Day of the order; today unless given.", zh="订购日期", default=None)
    ship_on: date | None = argument(doc="Day the goods are to leave the supplier.", zh="发货日期", default=None)
    site_id: UUID | None = argument(
        doc="The site that the goods are for.", zh="收货地点", reference="site", default=None
    )
    tax: Money | None = argument(doc="Tax on the order, in its currency.", zh="税额", default=None)
    freight: Money | None = argument(doc="Freight on the order, in its currency.", zh="运费", default=None)
    requester_id: UUID | None = argument(
        doc="The employee who asks for the goods.", zh="申请人", reference="employee", default=None
    )


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Masters:
    """The masters that a batch of orders names, fetched once."""

    items: Mapping[UUID, Row]
    suppliers: Mapping[UUID, Row]
    currencies: frozenset[str]
    sites: frozenset[UUID]
    employees: frozenset[UUID]
    tolerances: Mapping[tuple[UUID, UUID], Decimal]
    needed: Needed
    chargeable: Chargeable


async def create_purchase_orders(work: Work, commands: Sequence[CreatePurchaseOrder]) -> Results[PurchaseOrder]:
    """The orders, PENDING; a refusal stands at its own place in the results.

    Raises per row: NotFound, Rejected, CurrencyMismatch. Emits: PurchaseOrderCreated.
    """
    masters = await _masters(work, commands)
    checked = [_checked(one, masters) for one in commands]
    accepted = [(one, totals) for one, totals in zip(commands, checked, strict=True) if isinstance(totals, Totals)]
    ids = [new_id() for _ in accepted]
    if accepted:
        numbers = await work.number(ORDER_NUMBERS, len(accepted))
        orders = [
            _order_row(work, id_, number, one, totals)
            for id_, number, (one, totals) in zip(ids, numbers, accepted, strict=True)
        ]
        await work.insert(PurchaseOrder, orders)
        lines = [
            row
            for id_, (one, totals) in zip(ids, accepted, strict=True)
            for row in _line_rows(id_, one, totals, masters)
        ]
        await work.insert(PurchaseOrderLine, lines)
        await masters.needed.write(work)
        work.emit("PurchaseOrderCreated", PurchaseOrder, ids)
    made = iter(ids)
    return Results([next(made) if isinstance(totals, Totals) else totals for totals in checked])


async def approve_purchase_orders(work: Work, commands: Sequence[ApprovePurchaseOrder]) -> Results[PurchaseOrder]:
    """The orders, APPROVED by another person than created them.

    What is not for stock is promised of its budgets. Raises per row: NotFound, HistoricalDocument, StaleVersion,
    WrongState, SegregationOfDuties, ApprovalLimitExceeded, BudgetExceeded, RateMissing. Emits: PurchaseOrderApproved,
    BudgetExceeded where lines warn.
    """
    limits, voices = await limits_by_currency(work), await voices_of(work)
    asked = await _asked(work, [one.purchase_order_id for one in commands])
    promises = await _promises(work, asked)
    told = [one for own in promises.values() if not isinstance(own, DomainError) for one in own]
    budgets = await limits_of(work, [one.spending for one in told])
    made: list[Promise] = []

    def approve(order: Order) -> Decision:
        state, (what, _, _) = decide(order, APPROVE, work.actor.id), asked[order.id]
        another_asked(what, work.actor.id, "ApprovePurchaseOrder", "CreatePurchaseRequisition")
        voice = voice_for(what, limits.get(order.currency), voices)
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


async def _masters(work: Work, commands: Sequence[CreatePurchaseOrder]) -> Masters:
    suppliers = {one.supplier_id for one in commands}
    requesters = {one.requester_id for one in commands if one.requester_id}
    needed = await needed_by(work, [line.requisition_line_id for one in commands for line in one.lines])
    return Masters(
        items=await reads.items_by_id(work, [line.item_id for one in commands for line in one.lines]),
        suppliers=await reads.suppliers_by_id(work, suppliers),
        currencies=frozenset(await reads.known_currencies(work, [one.currency for one in commands])),
        sites=frozenset(await reads.known_sites(work, [one.site_id for one in commands if one.site_id])),
        employees=frozenset(await reads.known_employees(work, requesters)),
        tolerances=await reads.tolerances(work, suppliers),
        needed=needed,
        chargeable=await chargeable(work, [charged_to(line, needed) for one in commands for line in one.lines]),
    )


def _checked(one: CreatePurchaseOrder, masters: Masters) -> Totals | DomainError:
    """The order's totals, or the first reason to refuse it."""
    try:
        if one.currency not in masters.currencies:
            raise NotFound(("currency",), what="currency", key=one.currency)
        reads.check_supplier(one.supplier_id, masters.suppliers.get(one.supplier_id))
        if one.site_id is not None and one.site_id not in masters.sites:
            raise NotFound(("site",), what="site", key=str(one.site_id))
        if one.requester_id is not None and one.requester_id not in masters.employees:
            raise NotFound(("requester",), what="employee", key=str(one.requester_id))
        totals = order_totals(
            one.currency, [(line.quantity, line.unit_price) for line in one.lines], one.tax, one.freight
        )
        for place, line in enumerate(one.lines):
            check_item(line.item_id, masters.items.get(line.item_id), place)
            _check_charged(line, masters, place)
        masters.needed.order([(line.requisition_line_id, line.item_id, line.quantity) for line in one.lines])
    except DomainError as refusal:
        return refusal
    return totals


def charged_to(line: PurchaseOrderLineInput, needed: Needed) -> Charged:
    """Where the line is charged: as it says, else as its requisition does."""
    need = needed.needs.get(line.requisition_line_id) if line.requisition_line_id else None
    if line.account_id is not None or line.cost_centre_id is not None or need is None:
        return Charged(account_id=line.account_id, cost_centre_id=line.cost_centre_id)
    return Charged(account_id=need.account_id, cost_centre_id=need.cost_centre_id)


def _check_charged(line: PurchaseOrderLineInput, masters: Masters, place: int) -> None:
    """Nothing; raises NotFound, ControlAccount, UnusableMaster, Rejected for a cost that may not be charged there."""
    charged, item = charged_to(line, masters.needed), masters.items[line.item_id]
    try:
        masters.chargeable.check(charged)
        stocked_or_charged(item["code"], ItemType(item["kind"]), charged.account_id)
    except DomainError as refusal:
        raise refusal.at("lines", place) from None


def check_item(id_: UUID, item: Row | None, place: int) -> None:
    """Nothing; raises NotFound, Rejected for an item that may not be bought."""
    path = ("lines", place, "item")
    if item is None:
        raise NotFound(path, what="item", key=str(id_))
    if item["archived_at"] is not None or item["status"] == ItemStatus.RETIRED:
        raise Rejected(path, what="item", value=item["code"], reason="it is retired", reason_zh="已停用")


def _order_row(work: Work, id_: UUID, number: str, one: CreatePurchaseOrder, totals: Totals) -> dict[str, object]:
    return {
        "id": id_,
        "number": number,
        "supplier_id": one.supplier_id,
        "site_id": one.site_id,
        "status": ORDER_FLOW.initial,
        "ordered_on": one.ordered_on or work.now.date(),
        "ship_on": one.ship_on,
        "currency": one.currency,
        "subtotal": totals.subtotal,
        "tax": totals.tax,
        "freight": totals.freight,
        "total_due": totals.total_due,
        "requester_id": one.requester_id,
        "requested_by": work.actor.id,
    }


def _line_rows(order_id: UUID, one: CreatePurchaseOrder, totals: Totals, masters: Masters) -> list[dict[str, object]]:
    return [
        {
            "purchase_order_id": order_id,
            "position": position,
            "item_id": line.item_id,
            "ordered_quantity": line.quantity,
            "unit_price": line.unit_price.amount,
            "line_total": line_total,
            "over_receipt_percent": masters.tolerances.get((one.supplier_id, line.item_id), ZERO),
            "due_on": line.due_on,
            "requisition_line_id": line.requisition_line_id,
            "account_id": charged_to(line, masters.needed).account_id,
            "cost_centre_id": charged_to(line, masters.needed).cost_centre_id,
        }
        for position, (line, line_total) in enumerate(zip(one.lines, totals.line_totals, strict=True), start=1)
    ]
