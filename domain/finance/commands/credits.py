"""Red letters: customer invoices taken back, whole or by line, never beyond what they charged."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import SmallInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, part
from domain.core.database import Row
from domain.core.errors import DomainError, NotFound, Rejected, WrongState
from domain.core.ids import new_id
from domain.core.ledger import Source
from domain.core.money import EXACT, ZERO, total
from domain.core.numbering import Series
from domain.core.work import Work
from domain.finance.billing import Bill, BillLine, post_bills, sales_taxes
from domain.finance.crediting import credit_match, post_matches
from domain.finance.journal import hold_periods
from domain.finance.models import (
    AccountRole,
    CustomerInvoice,
    CustomerInvoiceLine,
    CustomerInvoiceTax,
    InvoiceKind,
    OpenItemKind,
    RateKind,
    RebateSide,
    SubLedger,
    TaxKind,
    TaxMethod,
    TaxRule,
)
from domain.finance.open_items import Match, item_of, lock_items_of, paired_documents
from domain.finance.rates import company_currency
from domain.finance.rebates import accrue_rebates, earning_of, sold
from domain.finance.rules import PeriodClosed, Quote
from domain.finance.rules.invoices import (
    BlueLine,
    BlueTax,
    LineAmounts,
    Priced,
    TakenBack,
    check_digital_number,
    take_back,
    taxes_taken_back,
)
from domain.finance.rules.journals import line_count
from domain.finance.rules.open_items import Item, PairedItem
from domain.finance.rules.taxes import Charged, Tax
from domain.master_data.measures import part_said

CREDIT_NUMBERS = Series("customer_credit_note", prefix="CRN-", gap_free=True)


@part
class CreditLineInput:
    """How much of one line is taken back."""

    position: int = argument(doc="Place of the line on the invoice.", zh="行号")
    quantity: Decimal = argument(doc="How much of it.", zh="数量", number="quantity")


@command(action=Action.POST, record=CustomerInvoice, zh="开具红字发票", key_required=True)
class CreditCustomerInvoice:
    """Take back an invoice, whole or some of its lines, with a red letter that names it."""

    customer_invoice_id: UUID = argument(doc="The blue-letter invoice.", zh="蓝字发票", reference="customer_invoice")
    reason: str = argument(doc="Why it is taken back.", zh="红字原因")
    lines: tuple[CreditLineInput, ...] = argument(
        doc="What is taken back; all that is left unless given.", zh="红冲行", default=()
    )
    credited_on: date | None = argument(doc="Day of the red letter; today unless given.", zh="开票日期", default=None)
    digital_number: str | None = argument(
        doc="Number of the red digital tax invoice, 20 digits (China).", zh="数电票号码", default=None
    )
    match: bool = argument(
        doc="Whether it is matched at once with what is open of its invoice.", zh="自动核销", default=True
    )


_company_id = bindparam("company_id", type_=SmallInteger())
_ids = func.any(bindparam("ids", type_=ARRAY(Uuid())))
_line = CustomerInvoiceLine.table
_red = _line.alias("red")
_BLUE_LINES = (
    select(
        _line,
        func.coalesce(func.sum(_red.c.quantity), 0).label("red_quantity"),
        func.coalesce(func.sum(_red.c.net), 0).label("red_net"),
        func.coalesce(func.sum(_red.c.tax), 0).label("red_tax"),
    )
    .join_from(_line, _red, (_red.c.company_id == _line.c.company_id) & (_red.c.credits_id == _line.c.id), isouter=True)
    .where(_line.c.company_id == _company_id, _line.c.customer_invoice_id == _ids)
    .group_by(_line.c.company_id, _line.c.id)
    .order_by(_line.c.customer_invoice_id, _line.c.position)
)
_tax, _rule, _invoice = CustomerInvoiceTax.table, TaxRule.table, CustomerInvoice.table
_BLUE_TAXES = (
    select(
        func.coalesce(_invoice.c.credits_id, _invoice.c.id).label("invoice_id"),
        _rule.c.id,
        _rule.c.tax_code_id,
        _rule.c.kind,
        _rule.c.method,
        _rule.c.sales_role,
        func.sum(_tax.c.tax).filter(_invoice.c.credits_id.is_(None)).label("charged"),
        func.coalesce(-func.sum(_tax.c.tax).filter(_invoice.c.credits_id.is_not(None)), 0).label("credited"),
    )
    .join_from(
        _invoice,
        _tax,
        (_tax.c.company_id == _invoice.c.company_id) & (_tax.c.customer_invoice_id == _invoice.c.id),
    )
    .join(_rule, (_rule.c.company_id == _tax.c.company_id) & (_rule.c.id == _tax.c.tax_rule_id))
    .where(_invoice.c.company_id == _company_id, func.coalesce(_invoice.c.credits_id, _invoice.c.id) == _ids)
    .group_by(func.coalesce(_invoice.c.credits_id, _invoice.c.id), _rule.c.company_id, _rule.c.id)
)


@dataclass(slots=True, kw_only=True)
class Blue:
    """An invoice as red letters see it; a red letter of the batch is known to the next."""

    row: Row
    lines: dict[int, BlueLine]
    rows: Mapping[int, Row]
    taxes: list[BlueTax]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A red letter, every rule checked, that lacks only its number; amounts positive."""

    id: UUID
    asked: CreditCustomerInvoice
    blue: Blue
    on: date
    lines: tuple[tuple[BlueLine, Decimal, LineAmounts], ...]
    priced: Priced


async def credit_customer_invoices(work: Work, commands: Sequence[CreditCustomerInvoice]) -> Results[CustomerInvoice]:
    """The red letters; a refusal stands in its own place.

    Posts: the opposite of what is taken back, at the invoice's own rate. Raises per row: NotFound, WrongState,
    PairedItem, PeriodClosed, CreditExceedsInvoice, Rejected. Emits: CustomerInvoiceCredited.
    """
    currency = await company_currency(work)
    blues = await _blues(work, [one.customer_invoice_id for one in commands])
    paired = await paired_documents(work, blues)
    today = work.now.date()
    periods = await hold_periods(work, SubLedger.RECEIVABLES, [one.credited_on or today for one in commands])
    drafts: list[Draft | DomainError] = []
    for one in commands:
        try:
            on = one.credited_on or today
            period = periods[on]
            if isinstance(period, PeriodClosed):
                raise period
            if one.customer_invoice_id in paired:
                raise PairedItem(("customerInvoice",), document=blues[one.customer_invoice_id].row["number"])
            drafts.append(_draft(one, blues.get(one.customer_invoice_id), on))
        except DomainError as refusal:
            drafts.append(refusal)
    accepted = [draft for draft in drafts if isinstance(draft, Draft)]
    if accepted:
        await _post(work, accepted, currency)
        work.emit("CustomerInvoiceCredited", CustomerInvoice, [draft.id for draft in accepted])
    return Results([draft.id if isinstance(draft, Draft) else draft for draft in drafts])


async def _blues(work: Work, ids: Sequence[UUID]) -> dict[UUID, Blue]:
    """The invoices, locked: two red letters of one invoice stand in line."""
    rows = await work.lock(CustomerInvoice, ids)
    found = {id_: Blue(row=row, lines={}, rows={}, taxes=[]) for id_, row in rows.items()}
    by_invoice: defaultdict[UUID, dict[int, Row]] = defaultdict(dict)
    for row in await work.fetch(_BLUE_LINES, ids=sorted(rows)):
        by_invoice[row["customer_invoice_id"]][row["position"]] = row
    for id_, lines in by_invoice.items():
        found[id_].rows = lines
        found[id_].lines = {place: _blue_line(row, rows[id_]["number"]) for place, row in lines.items()}
    for row in await work.fetch(_BLUE_TAXES, ids=sorted(rows)):
        found[row["invoice_id"]].taxes.append(_blue_tax(row))
    return found


def _blue_line(row: Row, number: str) -> BlueLine:
    return BlueLine(
        id=row["id"],
        invoice=number,
        position=row["position"],
        quantity=row["quantity"],
        net=row["net"],
        tax=row["tax"],
        credited_quantity=-row["red_quantity"],
        credited_net=-row["red_net"],
        credited_tax=-row["red_tax"],
    )


def _blue_tax(row: Row) -> BlueTax:
    tax = Tax(
        id=row["id"],
        kind=TaxKind(row["kind"]),
        method=TaxMethod(row["method"]),
        value=ZERO,
        sales_role=AccountRole(row["sales_role"]),
    )
    return BlueTax(tax=tax, code=row["tax_code_id"], amount=row["charged"], credited=row["credited"])


def _draft(one: CreditCustomerInvoice, blue: Blue | None, on: date) -> Draft:
    if blue is None:
        raise NotFound(("customerInvoice",), what="customer invoice", key=str(one.customer_invoice_id))
    if blue.row["kind"] != InvoiceKind.INVOICE:
        raise WrongState(
            what="customer invoice", key=blue.row["number"], state=blue.row["kind"], transition="be taken back"
        )
    if on < blue.row["invoiced_on"]:
        raise Rejected(
            ("creditedOn",), what="day", value=on.isoformat(),
            reason=f"it is before the invoice's, {blue.row['invoiced_on'].isoformat()}",
            reason_zh=f"早于蓝字发票日期 {blue.row['invoiced_on'].isoformat()}",
        )  # fmt: skip
    if one.digital_number is not None:
        check_digital_number(one.digital_number, on)
    asked = [(line.position, line.quantity) for line in one.lines] or [
        (place, line.remaining_quantity) for place, line in blue.lines.items() if line.remaining_quantity
    ]
    line_count(len(asked))
    currency = blue.row["currency"]
    before = dict(blue.lines)
    taken: list[tuple[BlueLine, Decimal, LineAmounts]] = []
    for place, (position, quantity) in enumerate(asked):
        line = blue.lines.get(position)
        if line is None:
            raise NotFound(("lines", place, "position"), what="line", key=f"{blue.row['number']}/{position}")
        try:
            amounts = take_back(line, quantity, currency)
        except DomainError as refusal:
            blue.lines = before
            raise refusal.at("lines", place) from None
        taken.append((line, quantity, amounts))
        blue.lines = blue.lines | {
            position: replace(
                line,
                credited_quantity=EXACT.add(line.credited_quantity, quantity),
                credited_net=EXACT.add(line.credited_net, amounts.net),
                credited_tax=EXACT.add(line.credited_tax, amounts.tax),
            )
        }
    priced = _priced(blue, taken, currency)
    return Draft(id=new_id(), asked=one, blue=blue, on=on, lines=tuple(taken), priced=priced)


def _priced(blue: Blue, taken: Sequence[tuple[BlueLine, Decimal, LineAmounts]], currency: str) -> Priced:
    """What the red letter takes back in all, rule by rule; the rules of the invoice know it from now on."""
    charged: list[Charged] = []
    codes = {line.position: blue.rows[line.position]["tax_code_id"] for line, _, _ in taken}
    for code in dict.fromkeys(code for code in codes.values() if code is not None):
        own = [amounts for line, _, amounts in taken if codes[line.position] == code]
        of_code = [line for place, line in blue.lines.items() if blue.rows[place]["tax_code_id"] == code]
        charged += taxes_taken_back(
            TakenBack(
                code=code,
                net=total([amounts.net for amounts in own]),
                tax=total([amounts.tax for amounts in own]),
                whole_net=total([line.net for line in of_code]),
                closes=not any(line.remaining_quantity for line in of_code),
            ),
            blue.taxes,
            currency,
        )
    given = {one.tax.id: one.amount for one in charged}
    blue.taxes = [replace(one, credited=EXACT.add(one.credited, given.get(one.tax.id, ZERO))) for one in blue.taxes]
    return Priced(
        lines=tuple(amounts for _, _, amounts in taken),
        charged=tuple(charged),
        net=total([amounts.net for _, _, amounts in taken]),
        tax=total([amounts.tax for _, _, amounts in taken]),
        withheld=total([one.amount for one in charged if one.tax.kind is TaxKind.WITHHOLDING]),
    )


async def _post(work: Work, drafts: Sequence[Draft], currency: str) -> None:
    """Lock what is open of the invoices, then number, post, write, and match."""
    matched = [draft for draft in drafts if draft.asked.match]
    rows = await lock_items_of(work, [draft.blue.row["id"] for draft in matched])
    items: defaultdict[UUID, list[Item]] = defaultdict(list)
    for row in sorted(rows.values(), key=lambda row: (row["due_on"], row["instalment"])):
        items[row["source_id"]].append(item_of(row))
    numbers = await work.number(CREDIT_NUMBERS, len(drafts))
    bills = [_bill(draft, number) for draft, number in zip(drafts, numbers, strict=True)]
    opened = await post_bills(work, bills)
    await work.insert(CustomerInvoice, [_row(draft, bill) for draft, bill in zip(drafts, bills, strict=True)])
    await work.insert(CustomerInvoiceLine, [row for draft in drafts for row in _line_rows(draft)])
    taxes = [row for draft in drafts for row in _tax_rows(draft)]
    if taxes:
        await work.insert(CustomerInvoiceTax, taxes)
    await accrue_rebates(work, RebateSide.GIVEN, [earning_of(bill) for bill in bills], sold)
    matches: list[Match] = []
    for draft, new in zip(drafts, opened, strict=True):
        if draft.asked.match and new:
            source = draft.blue.row["id"]
            match, items[source] = credit_match(new[0].item, items[source], draft.on, SubLedger.RECEIVABLES, currency)
            matches += [match] if match else []
    await post_matches(work, matches)


def _bill(draft: Draft, number: str) -> Bill:
    blue = draft.blue.row
    return Bill(
        source=Source(kind=CustomerInvoice.__name__, id=draft.id, number=number),
        sub_ledger=SubLedger.RECEIVABLES,
        kind=OpenItemKind.CREDIT_NOTE,
        party_id=blue["customer_id"],
        on=draft.on,
        currency=blue["currency"],
        payable=-draft.priced.payable,
        quote=Quote(rate=blue["rate"], kind=RateKind.HISTORIC if blue["rate_type"] else None),
        lines=[_bill_line(draft.blue.rows[line.position], amounts) for line, _, amounts in draft.lines],
        taxes=sales_taxes(draft.priced.charged, -1),
        description=draft.asked.reason,
    )


def _bill_line(row: Row, amounts: LineAmounts) -> BillLine:
    return BillLine(
        account_id=row["account_id"],
        transaction=amounts.net,
        item_id=row["item_id"],
        cost_centre_id=row["cost_centre_id"],
        profit_centre_id=row["profit_centre_id"],
        project_code=row["project_code"],
    )


def _row(draft: Draft, bill: Bill) -> dict[str, object]:
    blue, priced = draft.blue.row, draft.priced
    return {
        "id": draft.id,
        "number": bill.source.number,
        "kind": InvoiceKind.CREDIT_NOTE,
        "customer_id": bill.party_id,
        "invoiced_on": bill.on,
        "currency": bill.currency,
        "net": -priced.net,
        "tax": -priced.tax,
        "total": -priced.total,
        "withheld": -priced.withheld,
        "rate": bill.quote.rate,
        "rate_type": bill.quote.kind,
        "digital_number": draft.asked.digital_number,
        "credits_id": blue["id"],
        "reason": draft.asked.reason,
        "customer_reference": blue["customer_reference"],
        "source_kind": blue["source_kind"],
        "source_id": blue["source_id"],
        "journal_entry_id": bill.entry_id,
    }


def _line_rows(draft: Draft) -> list[dict[str, object]]:
    copied = (
        "description", "account_id", "item_id", "unit_price", "unit_id", "price_in_unit", "tax_code_id",
        "cost_centre_id", "profit_centre_id", "project_code",
    )  # fmt: skip
    return [
        {
            **{name: draft.blue.rows[line.position][name] for name in copied},
            "customer_invoice_id": draft.id,
            "position": place,
            "quantity": -quantity,
            "unit_quantity": part_said(draft.blue.rows[line.position], -quantity),
            "net": -amounts.net,
            "tax": -amounts.tax,
            "credits_id": line.id,
        }
        for place, (line, quantity, amounts) in enumerate(draft.lines, start=1)
    ]


def _tax_rows(draft: Draft) -> list[dict[str, object]]:
    return [
        {"customer_invoice_id": draft.id, "tax_rule_id": one.tax.id, "base": -one.base, "tax": -one.amount}
        for one in draft.priced.charged
    ]
