"""Orders are created: priced by hand or by agreement, for a need or of themselves, for stock or as a cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from domain.core.together import Together
from domain.core.work import Work
from domain.master_data.day_rules import day_rules_of_sites
from domain.master_data.items import ItemStatus, ItemType
from domain.master_data.measures import Measured, Measures, measures_of, unit_argument
from domain.master_data.working_days import DayRule
from domain.procurement import reads
from domain.procurement.agreement_rules import Call
from domain.procurement.approved_suppliers import approvals_of
from domain.procurement.calls import Calls, calls_on
from domain.procurement.expenses import Chargeable, Charged, chargeable, stocked_or_charged
from domain.procurement.models import PurchaseOrder, PurchaseOrderLine
from domain.procurement.needs import Needed, needed_by
from domain.procurement.rules import (
    ORDER_FLOW,
    Totals,
    line_count,
    order_totals,
)
from domain.procurement.sourcing_rules import Approval, qualified

ORDER_NUMBERS = Series("purchase_order", prefix="PO-")


@part
class PurchaseOrderLineInput:
    """One item to be ordered."""

    item_id: UUID = argument(doc="What is ordered.", zh="物料", reference="item")
    quantity: Decimal = argument(doc="How much.", zh="数量", number="quantity")
    unit_id: UUID | None = unit_argument()
    unit_price: Money | None = argument(
        doc="Net price of one of the unit, in the order's currency; needed unless an agreement has one.", zh="单价",
        default=None,
    )  # fmt: skip
    due_on: date | None = argument(doc="Day the goods are due.", zh="到货期限", default=None)
    requisition_line_id: UUID | None = argument(
        doc="The line of an approved requisition that it is ordered for.", zh="采购申请行",
        reference="purchase_requisition_line", default=None,
    )  # fmt: skip
    agreement_line_id: UUID | None = argument(
        doc="The line of an active agreement that it calls off, at its price.", zh="框架协议行",
        reference="purchase_agreement_line", default=None,
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
    calls: Calls
    approvals: Mapping[UUID, Sequence[Approval]]
    chargeable: Chargeable
    measures: Measures
    day_rules: Mapping[UUID, DayRule]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """An order without fault: how much each line is, at which price of the unit it was said in, and when it is due; and
    the totals.
    """

    measured: tuple[Measured, ...]
    prices: tuple[Money, ...]
    due: tuple[date | None, ...]
    totals: Totals


async def create_purchase_orders(
    work: Work, commands: Sequence[CreatePurchaseOrder], deliver_to: Sequence[str] = ()
) -> Results[PurchaseOrder]:
    """The orders, PENDING; a refusal stands at its own place in the results.

    `deliver_to` says of each where the supplier ships it straight to; none of them comes to us then. Raises per row:
    NotFound, Rejected, CurrencyMismatch, NoWorkingDay, SupplierNotApproved, WrongState, OutsideAgreement,
    AgreementExceeded. Emits: PurchaseOrderCreated.
    """
    masters = await _masters(work, commands)
    checked = [_checked(one, masters, work.now.date()) for one in commands]
    places = deliver_to or [None] * len(commands)
    accepted = [(one, found) for one, found in zip(commands, checked, strict=True) if isinstance(found, Checked)]
    direct = [place for place, found in zip(places, checked, strict=True) if isinstance(found, Checked)]
    ids = [new_id() for _ in accepted]
    if accepted:
        numbers = await work.number(ORDER_NUMBERS, len(accepted))
        orders = [
            _order_row(work, id_, number, one, found.totals) | {"deliver_to": place}
            for id_, number, (one, found), place in zip(ids, numbers, accepted, direct, strict=True)
        ]
        await work.insert(PurchaseOrder, orders)
        lines = [
            row
            for id_, (one, found) in zip(ids, accepted, strict=True)
            for row in _line_rows(id_, one, found, masters)
        ]
        await work.insert(PurchaseOrderLine, lines)
        await masters.needed.write(work)
        await masters.calls.write(work)
        work.emit("PurchaseOrderCreated", PurchaseOrder, ids)
    made = iter(ids)
    return Results([next(made) if isinstance(found, Checked) else found for found in checked])


async def _masters(work: Work, commands: Sequence[CreatePurchaseOrder]) -> Masters:
    suppliers = {one.supplier_id for one in commands}
    requesters = {one.requester_id for one in commands if one.requester_id}
    item_ids = [line.item_id for one in commands for line in one.lines]
    needed = await needed_by(work, [line.requisition_line_id for one in commands for line in one.lines])
    calls = await calls_on(work, [line.agreement_line_id for one in commands for line in one.lines])
    asked = Together(work)
    items = asked.of(reads.items_by_id(asked.work, item_ids))
    known_suppliers = asked.of(reads.suppliers_by_id(asked.work, suppliers))
    currencies = asked.of(reads.known_currencies(asked.work, [one.currency for one in commands]))
    sites = asked.of(reads.known_sites(asked.work, [one.site_id for one in commands if one.site_id]))
    employees = asked.of(reads.known_employees(asked.work, requesters))
    tolerances = asked.of(reads.tolerances(asked.work, suppliers))
    approvals = asked.of(approvals_of(asked.work, item_ids))
    lines = [(line.item_id, line.unit_id) for one in commands for line in one.lines]
    measures = asked.of(measures_of(asked.work, lines))
    day_rules = asked.of(day_rules_of_sites(asked.work, [one.site_id for one in commands]))
    await asked.answered()
    return Masters(
        items=items.value,
        suppliers=known_suppliers.value,
        currencies=frozenset(currencies.value),
        sites=frozenset(sites.value),
        employees=frozenset(employees.value),
        tolerances=tolerances.value,
        needed=needed,
        calls=calls,
        approvals=approvals.value,
        measures=measures.value,
        day_rules=day_rules.value,
        chargeable=await chargeable(work, [charged_to(line, needed) for one in commands for line in one.lines]),
    )


def _checked(one: CreatePurchaseOrder, masters: Masters, today: date) -> Checked | DomainError:
    """The order, or the first reason to refuse it."""
    try:
        if one.currency not in masters.currencies:
            raise NotFound(("currency",), what="currency", key=one.currency)
        reads.check_supplier(one.supplier_id, masters.suppliers.get(one.supplier_id))
        if one.site_id is not None and one.site_id not in masters.sites:
            raise NotFound(("site",), what="site", key=str(one.site_id))
        if one.requester_id is not None and one.requester_id not in masters.employees:
            raise NotFound(("requester",), what="employee", key=str(one.requester_id))
        line_count(len(one.lines))
        measured = [_measured(line, masters, place) for place, line in enumerate(one.lines)]
        prices = [_price(line, measured[place], masters, place) for place, line in enumerate(one.lines)]
        priced = [(line.quantity, price) for line, price in zip(one.lines, prices, strict=True)]
        totals = order_totals(one.currency, priced, one.tax, one.freight)
        for place, line in enumerate(one.lines):
            check_item(line.item_id, masters.items.get(line.item_id), place)
            _check_charged(line, masters, place)
            item, supplier = masters.items[line.item_id], masters.suppliers[one.supplier_id]
            where = (one.supplier_id, one.site_id, one.ordered_on or today)
            try:
                qualified(item["code"], supplier["code"], masters.approvals.get(line.item_id, ()), where)
            except DomainError as refusal:
                raise refusal.at("lines", place) from None
        due = [_worked(line.due_on, one, masters, today) for line in one.lines]
        _count(one, measured, masters, one.ordered_on or today)
    except DomainError as refusal:
        return refusal
    return Checked(measured=tuple(measured), prices=tuple(prices), due=tuple(due), totals=totals)


def _measured(line: PurchaseOrderLineInput, masters: Masters, place: int) -> Measured:
    """How much the line is. Raises: what `Measures.measured` refuses."""
    try:
        known = masters.calls.ratio(line.agreement_line_id, line.unit_id)
        return masters.measures.measured(line.item_id, line.unit_id, line.quantity, known)
    except DomainError as refusal:
        raise refusal.at("lines", place) from None


def _price(line: PurchaseOrderLineInput, measured: Measured, masters: Masters, place: int) -> Money:
    """The price of one of the line's unit: as it says, else as was agreed. Raises: Rejected for a line that has none.
    """
    price = line.unit_price or masters.calls.price(line.agreement_line_id, measured)
    if price is None:
        reason, reason_zh = "a line has a price, or an agreement that does", "须填写单价或框架协议行"
        raise Rejected(("lines", place, "unitPrice"), what="unitPrice", value="", reason=reason, reason_zh=reason_zh)
    return price


def _count(one: CreatePurchaseOrder, measured: Sequence[Measured], masters: Masters, on: date) -> None:
    """What the order takes of requisitions and agreements, both or neither. Raises: what the two refuse."""
    needs, changed = dict(masters.needed.needs), set(masters.needed.changed)
    lines = list(zip(one.lines, measured, strict=True))
    masters.needed.order([(line.requisition_line_id, line.item_id, much.quantity) for line, much in lines])
    try:
        masters.calls.call([
            None if line.agreement_line_id is None else Call(
                agreed_id=line.agreement_line_id, supplier_id=one.supplier_id, item_id=line.item_id,
                quantity=much.quantity, currency=one.currency, on=on,
                price=None if line.unit_price is None else _own_price(line.unit_price, much),
            )
            for line, much in lines
        ])  # fmt: skip
    except DomainError:
        masters.needed.needs, masters.needed.changed = needs, changed
        raise


def _own_price(price: Money, measured: Measured) -> Money:
    return Money(measured.own_price(price.amount), price.currency)


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


def _worked(day: date | None, one: CreatePurchaseOrder, masters: Masters, today: date) -> date | None:
    """The day on which the site works, where it says so. Raises: NoWorkingDay."""
    rule = masters.day_rules.get(one.site_id) if one.site_id is not None else None
    return day if day is None or rule is None else rule.moved(day, one.ordered_on or today)


def _line_rows(order_id: UUID, one: CreatePurchaseOrder, found: Checked, masters: Masters) -> list[dict[str, object]]:
    lines = zip(one.lines, found.measured, found.prices, found.due, found.totals.line_totals, strict=True)
    return [
        {
            "purchase_order_id": order_id,
            "position": position,
            "item_id": line.item_id,
            "ordered_quantity": much.quantity,
            "unit_price": much.own_price(price.amount),
            **much.said(price.amount),
            "agreement_line_id": line.agreement_line_id,
            "line_total": line_total,
            "over_receipt_percent": masters.tolerances.get((one.supplier_id, line.item_id), ZERO),
            "due_on": due_on,
            "requisition_line_id": line.requisition_line_id,
            "account_id": charged_to(line, masters.needed).account_id,
            "cost_centre_id": charged_to(line, masters.needed).cost_centre_id,
        }
        for position, (line, much, price, due_on, line_total) in enumerate(lines, start=1)
    ]
