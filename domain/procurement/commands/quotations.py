"""Suppliers are asked for quotations, and answer them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from domain.core.actors import PARTNERS, Action
from domain.core.commands import Results, argument, command, part
from domain.core.database import Row
from domain.core.errors import CurrencyMismatch, DomainError, NotFound, Rejected
from domain.core.ids import new_id
from domain.core.money import Money
from domain.core.numbering import Series
from domain.core.quantity import QUANTITY, RATE, not_negative, positive
from domain.core.work import Work
from domain.finance.journal import company_currency, rates_to
from domain.finance.rules import RateMissing
from domain.procurement import reads
from domain.procurement.commands.orders import check_item
from domain.procurement.needs import Needed, needed_by
from domain.procurement.quotations import (
    QuotationStatus,
    RequestForQuotation,
    RequestForQuotationLine,
    SupplierQuotation,
    SupplierQuotationLine,
)
from domain.procurement.rules import line_count
from domain.procurement.sourcing_rules import (
    DECLINE,
    QUOTATION_FLOW,
    REQUEST_FLOW,
    may_answer,
    still_needed,
)

REQUEST_NUMBERS = Series("request_for_quotation", prefix="RQ-")
QUOTATION_NUMBERS = Series("supplier_quotation", prefix="SQ-")

# Suppliers of one request: a comparison is read by people.
SUPPLIERS_MAX: Final = 50


@part
class QuotationRequestLineInput:
    """One item that is asked for: a line of a requisition, or an item with its quantity."""

    requisition_line_id: UUID | None = argument(
        doc="The line of an approved requisition that it is for.", zh="采购申请行",
        reference="purchase_requisition_line", default=None,
    )  # fmt: skip
    item_id: UUID | None = argument(
        doc="What is asked for; that of the requisition unless given.", zh="物料", reference="item", default=None
    )
    quantity: Decimal | None = argument(
        doc="How much; what is not on order of the requisition unless given.", zh="数量", number="quantity",
        default=None,
    )  # fmt: skip
    needed_on: date | None = argument(
        doc="Day by which it is needed; that of the requisition unless given.", zh="需求日期", default=None
    )


@command(action=Action.CREATE, record=RequestForQuotation, zh="询价")
class RequestQuotations:
    """Ask suppliers what they would deliver something for; each answers for itself and sees no other."""

    suppliers: tuple[UUID, ...] = argument(doc="Who is asked.", zh="供应商", reference="party")
    lines: tuple[QuotationRequestLineInput, ...] = argument(doc="What is asked for.", zh="询价行")
    answer_by: date = argument(doc="Last day for an answer.", zh="报价截止日")
    site_id: UUID | None = argument(
        doc="The site that the goods are for.", zh="收货地点", reference="site", default=None
    )


@part
class QuotationLineInput:
    """What is offered for one line."""

    position: int = argument(doc="The line's place on the quotation.", zh="行号")
    unit_price: Money = argument(doc="Net price of one unit, in the quotation's currency.", zh="单价")
    delivery_on: date | None = argument(doc="Day on which it would arrive.", zh="可交货日", default=None)


@command(action=Action.ACKNOWLEDGE, record=SupplierQuotation, zh="提交报价")
class SubmitQuotation:
    """Offer prices and days; until the last day for an answer another takes its place."""

    supplier_quotation_id: UUID = argument(doc="The quotation.", zh="报价单", reference="supplier_quotation")
    currency: str = argument(doc="Currency of every price (ISO 4217).", zh="币种")
    lines: tuple[QuotationLineInput, ...] = argument(
        doc="What is offered; a line that is left out is not.", zh="报价行"
    )
    valid_until: date | None = argument(doc="Last day on which the offer holds.", zh="报价有效期", default=None)
    supplier_number: str | None = argument(doc="The supplier's own number.", zh="供应商单号", default=None)


@command(action=Action.ACKNOWLEDGE, record=SupplierQuotation, zh="放弃报价")
class DeclineQuotation:
    """Offer nothing, and say why."""

    supplier_quotation_id: UUID = argument(doc="The quotation.", zh="报价单", reference="supplier_quotation")
    reason: str = argument(doc="Why nothing is offered.", zh="不报价原因")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One line of a request, checked."""

    item_id: UUID
    quantity: Decimal
    needed_on: date | None
    requisition_line_id: UUID | None


async def request_quotations(work: Work, commands: Sequence[RequestQuotations]) -> Results[RequestForQuotation]:
    """The requests, each with a quotation for every supplier; a refusal stands in its own place.

    Raises per row: NotFound, WrongState, Rejected. Emits: QuotationsRequested (RequestForQuotation), QuotationAsked
    (SupplierQuotation).
    """
    needed = await needed_by(work, [line.requisition_line_id for one in commands for line in one.lines])
    items = [line.item_id for one in commands for line in one.lines if line.item_id]
    items += [need.item_id for need in needed.needs.values()]
    masters = Masters(
        items=await reads.items_by_id(work, items),
        suppliers=await reads.suppliers_by_id(work, [id_ for one in commands for id_ in one.suppliers]),
        sites=frozenset(await reads.known_sites(work, [one.site_id for one in commands if one.site_id])),
        needed=needed,
    )
    outcomes: list[UUID | DomainError] = []
    planned: list[tuple[UUID, RequestQuotations, list[Wanted]]] = []
    for one in commands:
        try:
            wanted = _wanted(one, masters, work.now.date())
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        planned.append((new_id(), one, wanted))
        outcomes.append(planned[-1][0])
    if planned:
        await _write_requests(work, planned)
    return Results(outcomes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Masters:
    """What a batch of requests names, fetched once."""

    items: Mapping[UUID, Row]
    suppliers: Mapping[UUID, Row]
    sites: frozenset[UUID]
    needed: Needed


def _wanted(one: RequestQuotations, masters: Masters, today: date) -> list[Wanted]:
    """The lines of the request. Raises: NotFound, WrongState, Rejected."""
    line_count(len(one.lines))
    if not 1 <= len(set(one.suppliers)) == len(one.suppliers) <= SUPPLIERS_MAX:
        raise Rejected(
            ("suppliers",), what="suppliers", value=len(one.suppliers),
            reason=f"a request asks 1 to {SUPPLIERS_MAX} suppliers, each once",
            reason_zh=f"一张询价单可询 1 至 {SUPPLIERS_MAX} 家供应商，且不可重复",
        )  # fmt: skip
    for place, id_ in enumerate(one.suppliers):
        try:
            reads.check_supplier(id_, masters.suppliers.get(id_))
        except DomainError as refusal:
            refusal.path = ("suppliers", place)
            raise
    if one.answer_by < today:
        raise Rejected(("answerBy",), what="answerBy", value=one.answer_by.isoformat(), reason="it is past",
                       reason_zh="已过期")  # fmt: skip
    if one.site_id is not None and one.site_id not in masters.sites:
        raise NotFound(("site",), what="site", key=str(one.site_id))
    return [_line(line, place, masters) for place, line in enumerate(one.lines)]


def _line(line: QuotationRequestLineInput, place: int, masters: Masters) -> Wanted:
    """One line of a request. Raises: NotFound, WrongState, Rejected."""
    item_id, quantity, needed_on = line.item_id, line.quantity, line.needed_on
    try:
        if line.requisition_line_id is not None:
            need = masters.needed.needs.get(line.requisition_line_id)
            left = still_needed(need, line.requisition_line_id, item_id)
            assert need is not None, "its absence was refused"
            item_id, needed_on = need.item_id, needed_on or need.needed_on
            quantity = left if quantity is None else quantity
        if item_id is None:
            raise NotFound(("item",), what="item", key="")
        positive(quantity if quantity is not None else Decimal(0), QUANTITY, "quantity", ("quantity",))
    except DomainError as refusal:
        raise refusal.at("lines", place) from None
    check_item(item_id, masters.items.get(item_id), place)
    assert quantity is not None, "it is positive"
    return Wanted(
        item_id=item_id, quantity=quantity, needed_on=needed_on,
        requisition_line_id=line.requisition_line_id,
    )  # fmt: skip


async def _write_requests(work: Work, planned: Sequence[tuple[UUID, RequestQuotations, list[Wanted]]]) -> None:
    """The requests and the quotations of the suppliers, with their lines."""
    today = work.now.date()
    numbers = await work.number(REQUEST_NUMBERS, len(planned))
    await work.insert(
        RequestForQuotation,
        [
            {
                "id": id_, "number": number, "status": REQUEST_FLOW.initial, "site_id": one.site_id,
                "requested_on": today, "answer_by": one.answer_by, "requested_by": work.actor.id,
            }
            for number, (id_, one, _) in zip(numbers, planned, strict=True)
        ],
    )  # fmt: skip
    lines = [
        {
            "id": new_id(), "request_for_quotation_id": id_, "position": place, "item_id": line.item_id,
            "quantity": line.quantity, "needed_on": line.needed_on, "requisition_line_id": line.requisition_line_id,
        }
        for id_, _, wanted in planned
        for place, line in enumerate(wanted, start=1)
    ]  # fmt: skip
    await work.insert(RequestForQuotationLine, lines)
    asked: list[dict[str, Any]] = [
        {
            "id": new_id(), "request_for_quotation_id": id_, "supplier_id": supplier_id,
            "status": QUOTATION_FLOW.initial, "asked_on": today, "answer_by": one.answer_by,
        }
        for id_, one, _ in planned
        for supplier_id in one.suppliers
    ]  # fmt: skip
    drawn = await work.number(QUOTATION_NUMBERS, len(asked))
    await work.insert(SupplierQuotation, [row | {"number": number} for row, number in zip(asked, drawn, strict=True)])
    copies = [
        {
            "supplier_quotation_id": quotation["id"], "request_for_quotation_line_id": line["id"],
            **{name: line[name] for name in ("position", "item_id", "quantity", "needed_on")},
        }
        for quotation in asked
        for line in lines
        if line["request_for_quotation_id"] == quotation["request_for_quotation_id"]
    ]  # fmt: skip
    await work.insert(SupplierQuotationLine, copies)
    work.emit("QuotationsRequested", RequestForQuotation, [id_ for id_, _, _ in planned])
    work.emit("QuotationAsked", SupplierQuotation, [row["id"] for row in asked])


async def submit_quotations(work: Work, commands: Sequence[SubmitQuotation]) -> Results[SupplierQuotation]:
    """The quotations, SUBMITTED with what is offered; a refusal stands in its own place.

    Raises per row: NotFound, WrongState, TooLate, Rejected, CurrencyMismatch, RateMissing. Emits: QuotationSubmitted.
    """
    today = work.now.date()
    rows = await work.lock(SupplierQuotation, [one.supplier_quotation_id for one in commands])
    lines = await reads.quotation_lines_of(work, rows)
    known = await reads.known_currencies(work, [one.currency for one in commands])
    rates = await rates_to(work, known, await company_currency(work), today)
    heads: dict[UUID, dict[str, object]] = {}
    offers: dict[UUID, dict[str, object]] = {}
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            row = _own(work, rows, one.supplier_quotation_id)
            status = may_answer(row["number"], QuotationStatus(row["status"]), row["answer_by"], today)
            if one.currency not in rates:
                raise NotFound(("currency",), what="currency", key=one.currency)
            if isinstance(rate := rates[one.currency], RateMissing):
                raise rate
            if one.valid_until is not None and one.valid_until < today:
                raise Rejected(("validUntil",), what="validUntil", value=one.valid_until.isoformat(),
                               reason="it is past", reason_zh="已过期")  # fmt: skip
            told = _offered(one, lines.get(row["id"], {}))
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        heads[row["id"]] = {
            "id": row["id"], "status": status, "answered_on": today, "valid_until": one.valid_until,
            "supplier_number": one.supplier_number, "currency": one.currency, "rate": rate, "reason": None,
        }  # fmt: skip
        offers |= told
        outcomes.append(row["id"])
    await _write_answers(work, heads, offers, "QuotationSubmitted")
    return Results(outcomes)


def _own(work: Work, rows: Mapping[UUID, Row], id_: UUID) -> Row:
    """The quotation, which a partner must have been asked for itself. Raises: NotFound."""
    row = rows.get(id_)
    if row is None or (work.actor.audience in PARTNERS and row["supplier_id"] not in work.actor.partners):
        raise NotFound(("supplierQuotation",), what="supplier quotation", key=str(id_))
    return row


def _offered(one: SubmitQuotation, lines: Mapping[int, Row]) -> dict[UUID, dict[str, object]]:
    """By line what is offered for it, nothing for those that are left out. Raises: NotFound, Rejected,
    CurrencyMismatch.
    """
    line_count(len(one.lines))
    told: dict[UUID, dict[str, object]] = {
        row["id"]: {"id": row["id"], "unit_price": None, "delivery_on": None} for row in lines.values()
    }
    for place, line in enumerate(one.lines):
        row = lines.get(line.position)
        if row is None:
            raise NotFound(("lines", place, "position"), what="supplier quotation line", key=str(line.position))
        path = ("lines", place, "unitPrice")
        if line.unit_price.currency != one.currency:
            raise CurrencyMismatch(path, what="unitPrice", currency=line.unit_price.currency, expected=one.currency)
        not_negative(line.unit_price.amount, RATE, "unitPrice", path)
        told[row["id"]] |= {"unit_price": line.unit_price.amount, "delivery_on": line.delivery_on}
    return told


async def decline_quotations(work: Work, commands: Sequence[DeclineQuotation]) -> Results[SupplierQuotation]:
    """The quotations, DECLINED; what was offered before is withdrawn.

    Raises per row: NotFound, WrongState. Emits: QuotationDeclined.
    """
    rows = await work.lock(SupplierQuotation, [one.supplier_quotation_id for one in commands])
    lines = await reads.quotation_lines_of(work, rows)
    heads: dict[UUID, dict[str, object]] = {}
    offers: dict[UUID, dict[str, object]] = {}
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            row = _own(work, rows, one.supplier_quotation_id)
            status = QUOTATION_FLOW.advance(row["number"], QuotationStatus(row["status"]), DECLINE)
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        heads[row["id"]] = {
            "id": row["id"], "status": status, "answered_on": work.now.date(), "valid_until": None,
            "supplier_number": None, "currency": None, "rate": None, "reason": one.reason,
        }  # fmt: skip
        for line in lines.get(row["id"], {}).values():
            offers[line["id"]] = {"id": line["id"], "unit_price": None, "delivery_on": None}
        outcomes.append(row["id"])
    await _write_answers(work, heads, offers, "QuotationDeclined")
    return Results(outcomes)


async def _write_answers(
    work: Work, heads: Mapping[UUID, Mapping[str, object]], offers: Mapping[UUID, Mapping[str, object]], event: str
) -> None:
    """The quotations as they were answered."""
    if not heads:
        return
    fields = ("status", "answered_on", "valid_until", "supplier_number", "currency", "rate", "reason")
    await work.update(SupplierQuotation, list(heads.values()), fields=fields)
    await work.update(SupplierQuotationLine, list(offers.values()), fields=("unit_price", "delivery_on"))
    work.emit(event, SupplierQuotation, list(heads))
