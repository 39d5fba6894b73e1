"""Suppliers' invoices as drafts: registered as they came in, matched at once, given up where they were wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import SmallInteger, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, part
from domain.core.database import Row
from domain.core.errors import AlreadyExists, CurrencyMismatch, DomainError, NotFound, Path, Rejected
from domain.core.ids import new_id
from domain.core.money import EXACT, ZERO, Money
from domain.core.numbering import Series
from domain.core.quantity import QUANTITY, RATE, in_scale, not_negative
from domain.core.together import Together
from domain.core.work import Work
from domain.finance import company_currency, masters
from domain.finance.models import CostCentre, InvoiceKind
from domain.finance.rates import Quotes, quotes_on
from domain.finance.rules import Quote
from domain.finance.rules.invoices import Line, Priced, check_digital_number, price
from domain.finance.rules.journals import LedgerAccount, by_hand, line_count, line_quote
from domain.finance.rules.taxes import in_force
from domain.master_data.measures import Measured, Measures, measures_of, price_of_line, ratio_of_line, unit_argument
from domain.master_data.standing import standing_behind, stands_for
from domain.procurement import reads
from domain.procurement.clearing import order_lines_by_place, tolerance_of
from domain.procurement.invoices import (
    SupplierInvoice,
    SupplierInvoiceLine,
    SupplierInvoiceStatus,
    SupplierInvoiceTax,
)
from domain.procurement.matching import (
    CANCEL,
    INVOICE_FLOW,
    InvoiceTotalDiffers,
    Ordered,
    Tolerance,
    Verdict,
    blocks,
    judge,
    match_status,
)
from domain.procurement.models import GoodsReceipt, PurchaseOrderStatus
from domain.procurement.rules import invoiceable

INVOICE_NUMBERS = Series("supplier_invoice", prefix="SI-")


@part
class SupplierInvoiceLineInput:
    """One thing charged: goods of an order line, or anything described in words on an account."""

    quantity: Decimal = argument(doc="How much.", zh="数量", number="quantity")
    unit_price: Money = argument(doc="Price of one, in the invoice's currency.", zh="单价")
    unit_id: UUID | None = unit_argument()
    purchase_order_id: UUID | None = argument(
        doc="The order that is invoiced.", zh="采购订单", reference="purchase_order", default=None
    )
    order_position: int | None = argument(doc="The line's place on the order.", zh="订单行号", default=None)
    goods_receipt_id: UUID | None = argument(
        doc="The receipt that is invoiced; the oldest not invoiced unless given.", zh="收货单",
        reference="goods_receipt", default=None,
    )  # fmt: skip
    account_id: UUID | None = argument(
        doc="The cost it counts as, where it is not goods of an order.", zh="科目", reference="account", default=None
    )
    description: str | None = argument(doc="What is charged; the item's name unless given.", zh="摘要", default=None)
    tax_code_id: UUID | None = argument(
        doc="Its tax treatment; none for no tax.", zh="税码", reference="tax_code", default=None
    )
    cost_centre_id: UUID | None = argument(
        doc="The cost centre that bears it.", zh="成本中心", reference="cost_centre", default=None
    )
    project_code: str | None = argument(doc="Code of the project it belongs to.", zh="项目代码", default=None)


@command(action=Action.CREATE, record=SupplierInvoice, zh="登记采购发票")
class CreateSupplierInvoice:
    """Register a supplier's invoice as a draft and match it against orders and receipts; nothing is posted yet."""

    supplier_id: UUID = argument(doc="Who charges.", zh="供应商", reference="party")
    supplier_number: str = argument(doc="The supplier's number of the invoice.", zh="供应商发票号")
    currency: str = argument(doc="Currency of every price (ISO 4217).", zh="币种")
    invoiced_on: date = argument(doc="Day of the invoice.", zh="发票日期")
    lines: tuple[SupplierInvoiceLineInput, ...] = argument(doc="What is charged, 1 to 1,000 lines.", zh="发票行")
    total: Money | None = argument(
        doc="What the invoice says in all, taxes included; refused where lines and taxes come to another.",
        zh="价税合计", default=None,
    )  # fmt: skip
    payment_terms_id: UUID | None = argument(
        doc="Terms of payment; those agreed with the supplier unless given, else at once.",
        zh="付款条件", reference="payment_terms", default=None,
    )  # fmt: skip
    rate: Decimal | None = argument(
        doc="Units of the company's currency for one of the invoice's; that of the day it is posted unless given.",
        zh="汇率", number="rate", default=None,
    )  # fmt: skip
    digital_number: str | None = argument(
        doc="Number of the digital tax invoice, 20 digits (China).", zh="数电票号码", default=None
    )


@command(action=Action.CHANGE, record=SupplierInvoice, zh="作废采购发票草稿")
class CancelSupplierInvoice:
    """Give up a draft; its number may come again on another."""

    supplier_invoice_id: UUID = argument(doc="The draft.", zh="采购发票", reference="supplier_invoice")
    reason: str | None = argument(doc="Why it is given up.", zh="原因", default=None)
    expected_version: int | None = argument(doc="The version you saw.", zh="预期版本", default=None)


_company_id = bindparam("company_id", type_=SmallInteger())
_invoice, _receipt = SupplierInvoice.table, GoodsReceipt.table
_suppliers = standing_behind(func.any(bindparam("ids", type_=ARRAY(Uuid()))))
_KNOWN_NUMBERS = select(stands_for(_invoice.c.supplier_id).label("supplier_id"), _invoice.c.supplier_number).where(
    _invoice.c.company_id == _company_id,
    _invoice.c.supplier_id == func.any(_suppliers),
    _invoice.c.supplier_number == func.any(bindparam("numbers", type_=ARRAY(Text()))),
    _invoice.c.kind == InvoiceKind.INVOICE.value,
    _invoice.c.status != SupplierInvoiceStatus.CANCELLED.value,
)
_RECEIPTS = select(_receipt.c.id, _receipt.c.number, _receipt.c.purchase_order_id).where(
    _receipt.c.company_id == _company_id, _receipt.c.id == func.any(bindparam("ids", type_=ARRAY(Uuid())))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a batch of invoices names, fetched once; `numbers` are counted on as the batch goes."""

    company: str
    suppliers: Mapping[UUID, Row]
    currencies: frozenset[str]
    order_lines: Mapping[tuple[UUID, int], Row]
    receipts: Mapping[UUID, Row]
    items: Mapping[UUID, Row]
    accounts: Mapping[UUID, LedgerAccount]
    treatments: Mapping[UUID, masters.TaxTreatment]
    terms: Mapping[UUID, object]
    agreed: Mapping[UUID, UUID]
    cost_centres: Mapping[UUID, Row]
    quotes: Quotes
    tolerance: Tolerance
    measures: Measures
    numbers: set[tuple[UUID, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLine:
    """A line, checked: what it is for and how it matches."""

    asked: SupplierInvoiceLineInput
    measured: Measured
    line: Line
    order_line: Row | None
    account_id: UUID | None
    description: str
    verdict: Verdict | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An invoice, every rule checked, that lacks only its number."""

    id: UUID
    asked: CreateSupplierInvoice
    priced: Priced
    terms_id: UUID | None
    lines: tuple[DraftLine, ...]


async def create_supplier_invoices(work: Work, commands: Sequence[CreateSupplierInvoice]) -> Results[SupplierInvoice]:
    """The drafts, each with how it matches what has been received so far; a refusal stands in its own place.

    Raises per row: NotFound, Rejected, UnusableMaster, AlreadyExists, CurrencyMismatch, WrongState, HistoricalDocument,
    TaxNotInForce, TaxNotInvertible, ControlAccount, InvoiceTotalDiffers, RateMissing. Emits: SupplierInvoiceCreated.
    """
    known = await _known(work, commands)
    outcomes: list[Draft | DomainError] = []
    for one in commands:
        try:
            draft = _draft(one, known)
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        known.numbers.add((one.supplier_id, one.supplier_number))
        outcomes.append(draft)
    drafts = [one for one in outcomes if isinstance(one, Draft)]
    if drafts:
        numbers = await work.number(INVOICE_NUMBERS, len(drafts))
        rows = [_row(work, draft, number) for draft, number in zip(drafts, numbers, strict=True)]
        await work.insert(SupplierInvoice, rows)
        await work.insert(SupplierInvoiceLine, [row for draft in drafts for row in _line_rows(draft)])
        taxes = [row for draft in drafts for row in _tax_rows(draft)]
        if taxes:
            await work.insert(SupplierInvoiceTax, taxes)
        work.emit("SupplierInvoiceCreated", SupplierInvoice, [draft.id for draft in drafts])
    return Results([one.id if isinstance(one, Draft) else one for one in outcomes])


async def cancel_supplier_invoices(work: Work, commands: Sequence[CancelSupplierInvoice]) -> Results[SupplierInvoice]:
    """The drafts, CANCELLED; a refusal stands in its own place.

    Raises per row: NotFound, StaleVersion, WrongState. Emits: SupplierInvoiceCancelled.
    """
    rows = await work.lock(SupplierInvoice, [one.supplier_invoice_id for one in commands])
    stale = await work.stale(SupplierInvoice, rows, {one.supplier_invoice_id: one.expected_version for one in commands})
    changed: dict[UUID, dict[str, object]] = {}
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        id_ = one.supplier_invoice_id
        try:
            if id_ not in rows:
                raise NotFound(("supplierInvoice",), what="supplier invoice", key=str(id_))
            if id_ in stale:
                raise stale[id_]
            state = SupplierInvoiceStatus.CANCELLED if id_ in changed else SupplierInvoiceStatus(rows[id_]["status"])
            after = INVOICE_FLOW.advance(rows[id_]["number"], state, CANCEL)
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        changed[id_] = {"id": id_, "status": after, "reason": one.reason}
        outcomes.append(id_)
    if changed:
        await work.update(SupplierInvoice, list(changed.values()), fields=("status", "reason"))
        work.emit("SupplierInvoiceCancelled", SupplierInvoice, list(changed))
    return Results(outcomes)


async def _known(work: Work, commands: Sequence[CreateSupplierInvoice]) -> Known:
    lines = [line for one in commands for line in one.lines]
    suppliers = sorted({one.supplier_id for one in commands})
    receipts = sorted({line.goods_receipt_id for line in lines if line.goods_receipt_id})
    numbers = sorted({one.supplier_number for one in commands})
    first = Together(work)
    own = first.of(company_currency(first.work))
    agreed = first.of(masters.agreed_terms(first.work, suppliers))
    ordered = [line.purchase_order_id for line in lines if line.purchase_order_id]
    order_lines = first.of(order_lines_by_place(first.work, ordered))
    taken = first.of(first.work.fetch(_KNOWN_NUMBERS, ids=suppliers, numbers=numbers))
    known_suppliers = first.of(reads.suppliers_by_id(first.work, suppliers))
    currencies = first.of(masters.known_currencies(first.work, [one.currency for one in commands]))
    tolerance = first.of(tolerance_of(first.work))
    await first.answered()
    company, places = own.value, order_lines.value
    then = Together(work)
    items = then.of(masters.items_by_id(then.work, [row["item_id"] for row in places.values()]))
    accounts = then.of(masters.ledger_accounts(then.work, [line.account_id for line in lines if line.account_id]))
    treatments = then.of(masters.tax_treatments(then.work, [line.tax_code_id for line in lines]))
    of_terms = [*(one.payment_terms_id for one in commands), *agreed.value.values()]
    terms = then.of(masters.terms_by_id(then.work, of_terms))
    centres = then.of(masters.centres(then.work, CostCentre, [line.cost_centre_id for line in lines]))
    named = [(_item_of(line, places), line.unit_id) for line in lines]
    measures = then.of(measures_of(then.work, named))
    quotes = then.of(quotes_on(then.work, [(one.currency, one.invoiced_on) for one in commands], company))
    await then.answered()
    return Known(
        company=company,
        suppliers=known_suppliers.value,
        currencies=currencies.value,
        order_lines=places,
        receipts={row["id"]: row for row in await work.fetch(_RECEIPTS, ids=receipts)} if receipts else {},
        items=items.value,
        accounts=accounts.value,
        treatments=treatments.value,
        terms=terms.value,
        agreed=agreed.value,
        cost_centres=centres.value,
        quotes=quotes.value,
        tolerance=tolerance.value,
        measures=measures.value,
        numbers={(row["supplier_id"], row["supplier_number"]) for row in taken.value},
    )


def _draft(one: CreateSupplierInvoice, known: Known) -> Draft:
    """The invoice, every rule checked."""
    reads.check_supplier(one.supplier_id, known.suppliers.get(one.supplier_id))
    if one.currency not in known.currencies:
        raise NotFound(("currency",), what="currency", key=one.currency)
    if not one.supplier_number.strip():
        reason, reason_zh = "the supplier's number tells one invoice from another", "供应商发票号不能为空"
        raise Rejected(("supplierNumber",), what="supplierNumber", value="", reason=reason, reason_zh=reason_zh)
    if (one.supplier_id, one.supplier_number) in known.numbers:
        raise AlreadyExists(("supplierNumber",), what="supplier invoice", key=one.supplier_number)
    line_count(len(one.lines))
    if one.digital_number is not None:
        check_digital_number(one.digital_number, one.invoiced_on)
    quote = line_quote(one.currency, known.company, one.rate, known.quotes[one.currency, one.invoiced_on])
    lines: list[DraftLine] = []
    invoiced: dict[UUID, Decimal] = {}
    for place, asked in enumerate(one.lines):
        try:
            lines.append(_line(asked, one, known, quote, invoiced))
        except DomainError as refusal:
            raise refusal.at("lines", place) from None
    priced = price([line.line for line in lines], one.currency)
    _check_total(one, priced)
    terms_id = one.payment_terms_id or known.agreed.get(one.supplier_id)
    if terms_id is not None and terms_id not in known.terms:
        raise NotFound(("paymentTerms",), what="payment terms", key=str(terms_id))
    return Draft(id=new_id(), asked=one, priced=priced, terms_id=terms_id, lines=tuple(lines))


def _check_total(one: CreateSupplierInvoice, priced: Priced) -> None:
    """Nothing. Raises: Rejected, CurrencyMismatch, InvoiceTotalDiffers."""
    if priced.payable <= ZERO:
        reason, reason_zh = "an invoice charges more than nothing", "发票金额必须大于零"
        raise Rejected(("lines",), what="total", value=priced.payable, reason=reason, reason_zh=reason_zh)
    if one.total is not None and one.total.in_currency(one.currency, "total").amount != priced.total:
        raise InvoiceTotalDiffers(
            ("total",), invoice=one.supplier_number, stated=one.total.amount, total=priced.total, currency=one.currency
        )


def _line(
    asked: SupplierInvoiceLineInput, one: CreateSupplierInvoice, known: Known, quote: Quote,
    invoiced: dict[UUID, Decimal],
) -> DraftLine:  # fmt: skip
    """A line, every rule checked; `invoiced` counts what earlier lines of the invoice take of an order line."""
    in_scale(asked.unit_price.in_currency(one.currency, "Price").amount, RATE, "unitPrice", ("unitPrice",))
    masters.usable("cost centre", asked.cost_centre_id, known.cost_centres, ("costCentre",))
    if asked.purchase_order_id is None:
        account_id, description = _on_account(asked, known)
        measured = Measured(quantity=asked.quantity)
        return DraftLine(
            asked=asked, measured=measured, line=_taxed_line(asked, measured, one.invoiced_on, known), order_line=None,
            account_id=account_id, description=description, verdict=None,
        )  # fmt: skip
    ordered = _order_line(asked, one, known)
    measured = known.measures.measured(
        ordered["item_id"], asked.unit_id, asked.quantity, ratio_of_line(ordered, "ordered_quantity", asked.unit_id)
    )
    not_negative(asked.unit_price.amount, RATE, "unitPrice", ("unitPrice",))
    verdict = judge(
        Ordered(
            price=price_of_line(ordered, "ordered_quantity"),
            accepted=EXACT.subtract(ordered["stocked_quantity"], ordered["returned_quantity"]),
            invoiced=EXACT.add(ordered["invoiced_quantity"], invoiced.get(ordered["id"], ZERO)),
        ),
        measured.quantity, measured.price(asked.unit_price.amount), known.tolerance, quote.rate,
    )  # fmt: skip
    invoiced[ordered["id"]] = EXACT.add(invoiced.get(ordered["id"], ZERO), measured.quantity)
    description = asked.description or known.items[ordered["item_id"]]["name"]
    return DraftLine(
        asked=asked, measured=measured, line=_taxed_line(asked, measured, one.invoiced_on, known), order_line=ordered,
        account_id=None, description=description, verdict=verdict,
    )  # fmt: skip


def _item_of(line: SupplierInvoiceLineInput, places: Mapping[tuple[UUID, int], Row]) -> UUID | None:
    """The item of the order line that is invoiced, if it is known."""
    if line.purchase_order_id is None or line.unit_id is None:
        return None
    row = places.get((line.purchase_order_id, line.order_position or 0))
    return None if row is None else row["item_id"]


def _on_account(asked: SupplierInvoiceLineInput, known: Known) -> tuple[UUID, str]:
    """Account and description of a line that is not goods of an order. Raises: Rejected, NotFound, ControlAccount."""
    if asked.account_id is None:
        reason, reason_zh = "a line names an order or an account", "发票行须指定采购订单或科目"
        raise Rejected(("account",), what="account", value="", reason=reason, reason_zh=reason_zh)
    of_goods = (
        (asked.order_position, "orderPosition"), (asked.goods_receipt_id, "goodsReceipt"), (asked.unit_id, "unit"),
    )  # fmt: skip
    for value, name in of_goods:
        if value is not None:
            _refuse_both(name, str(value))
    if not asked.description:
        reason, reason_zh = "a line on an account says what it charges", "科目行须填写摘要"
        raise Rejected(("description",), what="description", value="", reason=reason, reason_zh=reason_zh)
    in_scale(asked.quantity, QUANTITY, "quantity", ("quantity",))
    if not asked.quantity:
        reason, reason_zh = "it must not be zero", "不能为零"
        raise Rejected(("quantity",), what="quantity", value=asked.quantity, reason=reason, reason_zh=reason_zh)
    return by_hand(known.accounts.get(asked.account_id), asked.account_id, ("account",)).id, asked.description


def _refuse_both(name: str, value: str) -> None:
    reason, reason_zh = "a line is goods of an order or a cost on an account, not both", "发票行不能同时指定订单与科目"
    raise Rejected((name,), what=name, value=value, reason=reason, reason_zh=reason_zh)


def _order_line(asked: SupplierInvoiceLineInput, one: CreateSupplierInvoice, known: Known) -> Row:
    """The order line that is invoiced. Raises: NotFound, Rejected, CurrencyMismatch, WrongState, HistoricalDocument."""
    if asked.account_id is not None:
        _refuse_both("account", str(asked.account_id))
    assert asked.purchase_order_id is not None, "the caller has asked"
    row = known.order_lines.get((asked.purchase_order_id, asked.order_position or 0))
    if row is None:
        key = f"{asked.purchase_order_id}/{asked.order_position}"
        raise NotFound(("orderPosition",), what="purchase order line", key=key)
    path: Path = ("purchaseOrder",)
    status = PurchaseOrderStatus(row["order_status"])
    invoiceable(row["order_number"], status, is_historical=row["order_is_historical"])
    if one.supplier_id not in (row["supplier_id"], row["standing_supplier_id"]):
        reason, reason_zh = "it is an order of another supplier", "该订单属于另一供应商"
        raise Rejected(path, what="purchase order", value=row["order_number"], reason=reason, reason_zh=reason_zh)
    if row["currency"] != one.currency:
        raise CurrencyMismatch(path, what="currency", currency=one.currency, expected=row["currency"])
    if asked.goods_receipt_id is not None:
        receipt = known.receipts.get(asked.goods_receipt_id)
        if receipt is None or receipt["purchase_order_id"] != asked.purchase_order_id:
            raise NotFound(("goodsReceipt",), what="goods receipt", key=str(asked.goods_receipt_id))
    return row


def _taxed_line(asked: SupplierInvoiceLineInput, measured: Measured, on: date, known: Known) -> Line:
    said = measured.price(asked.unit_price.amount)
    plain = Line(quantity=measured.quantity, unit_price=said.amount, per=said.per)
    if asked.tax_code_id is None:
        return plain
    treatment = known.treatments.get(asked.tax_code_id)
    if treatment is None:
        raise NotFound(("taxCode",), what="tax code", key=str(asked.tax_code_id))
    taxes = in_force(treatment.rules, on, treatment.code)
    return replace(plain, code=asked.tax_code_id, taxes=taxes, includes_tax=treatment.includes_tax)


def _row(work: Work, draft: Draft, number: str) -> dict[str, object]:
    asked, priced = draft.asked, draft.priced
    reasons = blocks(line.verdict for line in draft.lines if line.verdict is not None)
    return {
        "id": draft.id,
        "number": number,
        "kind": InvoiceKind.INVOICE,
        "status": INVOICE_FLOW.initial,
        "supplier_id": asked.supplier_id,
        "supplier_number": asked.supplier_number,
        "invoiced_on": asked.invoiced_on,
        "currency": asked.currency,
        "net": priced.net,
        "tax": priced.tax,
        "total": priced.total,
        "withheld": priced.withheld,
        "held": ZERO,
        "rate": asked.rate,
        "payment_terms_id": draft.terms_id,
        "digital_number": asked.digital_number,
        "match_status": match_status(reasons),
        "payment_blocks": list(reasons),
        "created_by": work.actor.id,
    }


def _line_rows(draft: Draft) -> list[dict[str, object]]:
    return [
        {
            "supplier_invoice_id": draft.id,
            "position": place,
            "purchase_order_line_id": line.order_line["id"] if line.order_line is not None else None,
            "goods_receipt_id": line.asked.goods_receipt_id,
            "account_id": line.account_id,
            "item_id": line.order_line["item_id"] if line.order_line is not None else None,
            "description": line.description,
            "quantity": line.measured.quantity,
            "unit_price": line.measured.own_price(line.asked.unit_price.amount),
            **line.measured.said(line.asked.unit_price.amount),
            "tax_code_id": line.asked.tax_code_id,
            "net": amounts.net,
            "tax": amounts.tax,
            **told(line.verdict),
            "cost_centre_id": line.asked.cost_centre_id,
            "project_code": line.asked.project_code,
        }
        for place, (line, amounts) in enumerate(zip(draft.lines, draft.priced.lines, strict=True), start=1)
    ]


def told(verdict: Verdict | None) -> dict[str, object]:
    """How a line matched, as its row says."""
    return {
        "price_difference": verdict.price_difference if verdict else ZERO,
        "over_quantity": verdict.over if verdict else ZERO,
        "block_reasons": list(verdict.reasons) if verdict else [],
    }


def _tax_rows(draft: Draft) -> list[dict[str, object]]:
    return [
        {"supplier_invoice_id": draft.id, "tax_rule_id": one.tax.id, "base": one.base, "tax": one.amount}
        for one in draft.priced.charged
    ]
