"""Customer invoices: posted, and taken back by red letters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, part
from domain.core.database import Row
from domain.core.errors import DomainError, NotFound, Rejected
from domain.core.ids import new_id
from domain.core.ledger import Source
from domain.core.money import ZERO, Money
from domain.core.numbering import Series
from domain.core.quantity import QUANTITY, RATE, in_scale
from domain.core.work import Work
from domain.finance import masters
from domain.finance.billing import Bill, BillLine, post_bills, sales_taxes
from domain.finance.journal import Books, books_of, hold_periods, open_days
from domain.finance.models import (
    AccountRole,
    CostCentre,
    CustomerInvoice,
    CustomerInvoiceLine,
    CustomerInvoiceTax,
    InvoiceKind,
    OpenItemKind,
    ProfitCentre,
    RebateSide,
    SubLedger,
)
from domain.finance.rates import Quotes, quotes_on
from domain.finance.rebates import accrue_rebates, earning_of, sold
from domain.finance.rules import Period, PeriodClosed, Quote
from domain.finance.rules.invoices import Line, Priced, check_digital_number, price
from domain.finance.rules.journals import LedgerAccount, by_hand, line_count, line_quote
from domain.finance.rules.taxes import in_force
from domain.finance.rules.terms import AT_ONCE, Terms
from domain.master_data.measures import Measured, Measures, measures_of, unit_argument

INVOICE_NUMBERS = Series("customer_invoice", prefix="INV-", gap_free=True)

ONE_UNIT = Decimal(1)


@part
class CustomerInvoiceLineInput:
    """One thing charged: an item, or anything described in words."""

    unit_price: Money = argument(doc="Price of one, in the invoice's currency.", zh="单价")
    quantity: Decimal = argument(doc="How much.", zh="数量", number="quantity", default=ONE_UNIT)
    unit_id: UUID | None = unit_argument()
    item_id: UUID | None = argument(doc="The item sold.", zh="物料", reference="item", default=None)
    description: str | None = argument(doc="What is charged; the item's name unless given.", zh="摘要", default=None)
    tax_code_id: UUID | None = argument(
        doc="Its tax treatment; none for no tax.", zh="税码", reference="tax_code", default=None
    )
    account_id: UUID | None = argument(
        doc="The income it counts as; sales unless given.", zh="科目", reference="account", default=None
    )
    cost_centre_id: UUID | None = argument(
        doc="The cost centre that bears it.", zh="成本中心", reference="cost_centre", default=None
    )
    profit_centre_id: UUID | None = argument(
        doc="The profit centre that earns it.", zh="利润中心", reference="profit_centre", default=None
    )
    project_code: str | None = argument(doc="Code of the project it belongs to.", zh="项目代码", default=None)


@command(action=Action.POST, record=CustomerInvoice, zh="过账销售发票", key_required=True)
class PostCustomerInvoice:
    """Charge a customer: the invoice gets the next number, its voucher, and an open item an instalment."""

    customer_id: UUID = argument(doc="Who owes it.", zh="客户", reference="party")
    currency: str = argument(doc="Currency of every price (ISO 4217).", zh="币种")
    lines: tuple[CustomerInvoiceLineInput, ...] = argument(doc="What is charged, 1 to 1,000 lines.", zh="发票行")
    invoiced_on: date | None = argument(doc="Day of the invoice; today unless given.", zh="开票日期", default=None)
    payment_terms_id: UUID | None = argument(
        doc="Terms of payment; those agreed with the customer unless given, else at once.",
        zh="付款条件", reference="payment_terms", default=None,
    )  # fmt: skip
    rate: Decimal | None = argument(
        doc="Units of the company's currency for one of the invoice's; the day's rate unless given.",
        zh="汇率", number="rate", default=None,
    )  # fmt: skip
    digital_number: str | None = argument(
        doc="Number of the digital tax invoice, 20 digits (China).", zh="数电票号码", default=None
    )
    customer_reference: str | None = argument(doc="The customer's own reference.", zh="客户参考号", default=None)
    into_open_period: bool = argument(
        doc="Whether, where the day's period is closed, it is an invoice of the first day of the first open one.",
        zh="转入首个开放期间", default=False,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a batch of invoices names, fetched once."""

    books: Books
    customers: Mapping[UUID, Row]
    currencies: frozenset[str]
    items: Mapping[UUID, Row]
    accounts: Mapping[UUID, LedgerAccount]
    treatments: Mapping[UUID, masters.TaxTreatment]
    terms: Mapping[UUID, Terms]
    agreed: Mapping[UUID, UUID]
    cost_centres: Mapping[UUID, Row]
    profit_centres: Mapping[UUID, Row]
    quotes: Quotes
    measures: Measures
    periods: Mapping[date, Period | PeriodClosed]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An invoice, every rule checked, that lacks only its number."""

    id: UUID
    asked: PostCustomerInvoice
    invoiced_on: date
    quote: Quote
    priced: Priced
    terms_id: UUID | None
    terms: Terms
    accounts: tuple[UUID, ...]
    descriptions: tuple[str, ...]
    measured: tuple[Measured, ...]


async def post_customer_invoices(
    work: Work, commands: Sequence[PostCustomerInvoice], sources: Sequence[Source | None] | None = None,
    measured: Sequence[Sequence[Measured]] | None = None,
) -> Results[CustomerInvoice]:  # fmt: skip
    """The invoices; a refusal stands in its own place. `sources` are the documents invoiced, where others call, and
    `measured` how much each line is, where that follows from them: its unit price is that of the unit said there.

    Posts: the customer's account against income line by line and taxes rule by rule; what it earns of rebates. Raises
    per row: NotFound,
    UnusableMaster, Rejected, CurrencyMismatch, RateMissing, PeriodClosed, TaxNotInForce, TaxNotInvertible,
    ControlAccount. Emits: CustomerInvoicePosted.
    """
    commands = await _dated(work, commands)
    known = await _known(work, commands)
    today, follows = work.now.date(), measured or [None] * len(commands)
    drafts = [_draft_or_refusal(one, much, known, today) for one, much in zip(commands, follows, strict=True)]
    accepted = [draft for draft in drafts if isinstance(draft, Draft)]
    if accepted:
        origins = dict(zip([id(one) for one in commands], sources or [None] * len(commands), strict=True))
        await _post(work, accepted, [origins[id(draft.asked)] for draft in accepted], known.books)
        work.emit("CustomerInvoicePosted", CustomerInvoice, [draft.id for draft in accepted])
    return Results([draft.id if isinstance(draft, Draft) else draft for draft in drafts])


async def _dated(work: Work, commands: Sequence[PostCustomerInvoice]) -> list[PostCustomerInvoice]:
    """The invoices, those that may leave a closed period on the day that takes them; where none does, as they were."""
    today = work.now.date()
    late = [one.invoiced_on or today for one in commands if one.into_open_period]
    days = await open_days(work, SubLedger.RECEIVABLES, late)
    return [
        replace(one, invoiced_on=day)
        if one.into_open_period and isinstance(day := days[one.invoiced_on or today], date)
        else one
        for one in commands
    ]


async def _known(work: Work, commands: Sequence[PostCustomerInvoice]) -> Known:
    today = work.now.date()
    lines = [line for one in commands for line in one.lines]
    books = await books_of(work)
    books.need(AccountRole.REVENUE)
    agreed = await masters.agreed_terms(work, [one.customer_id for one in commands])
    wanted = [(one.currency, one.invoiced_on or today) for one in commands]
    return Known(
        books=books,
        customers=await masters.parties_by_id(work, [one.customer_id for one in commands]),
        currencies=await masters.known_currencies(work, [one.currency for one in commands]),
        items=await masters.items_by_id(work, [line.item_id for line in lines]),
        accounts=await masters.ledger_accounts(work, [line.account_id for line in lines if line.account_id]),
        treatments=await masters.tax_treatments(work, [line.tax_code_id for line in lines]),
        terms=await masters.terms_by_id(work, [*(one.payment_terms_id for one in commands), *agreed.values()]),
        agreed=agreed,
        cost_centres=await masters.centres(work, CostCentre, [line.cost_centre_id for line in lines]),
        profit_centres=await masters.centres(work, ProfitCentre, [line.profit_centre_id for line in lines]),
        quotes=await quotes_on(work, wanted, books.currencies.company),
        measures=await measures_of(work, [(line.item_id, line.unit_id) for line in lines]),
        periods=await hold_periods(work, SubLedger.RECEIVABLES, [on for _, on in wanted]),
    )


def _draft_or_refusal(
    one: PostCustomerInvoice, measured: Sequence[Measured] | None, known: Known, today: date
) -> Draft | DomainError:  # fmt: skip
    try:
        return _draft(one, measured, known, one.invoiced_on or today)
    except DomainError as refusal:
        return refusal


def _draft(one: PostCustomerInvoice, measured: Sequence[Measured] | None, known: Known, on: date) -> Draft:
    period = known.periods[on]
    if isinstance(period, PeriodClosed):
        raise period
    masters.live_party(one.customer_id, known.customers, ("customer",))
    if one.currency not in known.currencies:
        raise NotFound(("currency",), what="currency", key=one.currency)
    line_count(len(one.lines))
    if one.digital_number is not None:
        check_digital_number(one.digital_number, on)
    quote = line_quote(one.currency, known.books.currencies.company, one.rate, known.quotes[one.currency, on])
    lines: list[tuple[Line, UUID, str, Measured]] = []
    for place, line in enumerate(one.lines):
        try:
            much = _measured(line, known) if measured is None else measured[place]
            priced_line = _line(line, much, one.currency, on, known)
            told = (priced_line, _account(line, known), _description(line, known), much)
        except DomainError as refusal:
            raise refusal.at("lines", place) from None
        lines.append(told)
    priced = price([line for line, *_ in lines], one.currency)
    if priced.payable <= ZERO:
        raise Rejected(
            ("lines",), what="total", value=priced.payable, reason="an invoice charges more than nothing",
            reason_zh="发票金额必须大于零",
        )  # fmt: skip
    terms_id = one.payment_terms_id or known.agreed.get(one.customer_id)
    if terms_id is not None and terms_id not in known.terms:
        raise NotFound(("paymentTerms",), what="payment terms", key=str(terms_id))
    return Draft(
        id=new_id(),
        asked=one,
        invoiced_on=on,
        quote=quote,
        priced=priced,
        terms_id=terms_id,
        terms=known.terms[terms_id] if terms_id else AT_ONCE,
        accounts=tuple(account_id for _, account_id, *_ in lines),
        descriptions=tuple(description for *_, description, _ in lines),
        measured=tuple(much for *_, much in lines),
    )


def _measured(line: CustomerInvoiceLineInput, known: Known) -> Measured:
    """How much is charged. Raises: Rejected, NotFound, NoUnitConversion, UnitQuantityInexact."""
    if line.unit_id is None:
        return Measured(quantity=line.quantity)
    if line.item_id is None:
        reason, reason_zh = "only an item has units", "仅物料行可指定单位"
        raise Rejected(("unit",), what="unit", value=str(line.unit_id), reason=reason, reason_zh=reason_zh)
    return known.measures.measured(line.item_id, line.unit_id, line.quantity)


def _line(line: CustomerInvoiceLineInput, measured: Measured, currency: str, on: date, known: Known) -> Line:
    in_scale(line.quantity, QUANTITY, "quantity", ("quantity",))
    in_scale(line.unit_price.in_currency(currency, "Price").amount, RATE, "unitPrice", ("unitPrice",))
    if not line.quantity:
        raise Rejected(
            ("quantity",), what="quantity", value=line.quantity, reason="it must not be zero", reason_zh="不能为零"
        )
    masters.usable("cost centre", line.cost_centre_id, known.cost_centres, ("costCentre",))
    masters.usable("profit centre", line.profit_centre_id, known.profit_centres, ("profitCentre",))
    said = measured.price(line.unit_price.amount)
    plain = Line(quantity=measured.quantity, unit_price=said.amount, per=said.per)
    if line.tax_code_id is None:
        return plain
    treatment = known.treatments.get(line.tax_code_id)
    if treatment is None:
        raise NotFound(("taxCode",), what="tax code", key=str(line.tax_code_id))
    return replace(
        plain,
        code=line.tax_code_id,
        taxes=in_force(treatment.rules, on, treatment.code),
        includes_tax=treatment.includes_tax,
    )


def _account(line: CustomerInvoiceLineInput, known: Known) -> UUID:
    if line.account_id is None:
        return known.books.accounts[AccountRole.REVENUE]
    return by_hand(known.accounts.get(line.account_id), line.account_id, ("account",)).id


def _description(line: CustomerInvoiceLineInput, known: Known) -> str:
    if line.item_id is not None and line.item_id not in known.items:
        raise NotFound(("item",), what="item", key=str(line.item_id))
    if line.description:
        return line.description
    if line.item_id is None:
        raise Rejected(
            ("description",), what="description", value="", reason="a line names an item or says what it charges",
            reason_zh="发票行须指定物料或填写摘要",
        )  # fmt: skip
    return known.items[line.item_id]["name"]


async def _post(work: Work, drafts: Sequence[Draft], origins: Sequence[Source | None], books: Books) -> None:
    """Number, post and write checked invoices; the vouchers stand before the invoices that name them."""
    numbers = await work.number(INVOICE_NUMBERS, len(drafts))
    bills = [_bill(draft, number) for draft, number in zip(drafts, numbers, strict=True)]
    opened = await post_bills(work, bills, books=books)
    assert all(opened), "an invoice over more than nothing opens an item"
    await work.insert(
        CustomerInvoice,
        [_invoice_row(draft, bill, origin) for draft, bill, origin in zip(drafts, bills, origins, strict=True)],
    )
    await work.insert(CustomerInvoiceLine, [row for draft in drafts for row in _line_rows(draft)])
    taxes = [row for draft in drafts for row in tax_rows(draft.id, draft.priced)]
    if taxes:
        await work.insert(CustomerInvoiceTax, taxes)
    await accrue_rebates(work, RebateSide.GIVEN, [earning_of(bill) for bill in bills], sold)


def _bill(draft: Draft, number: str) -> Bill:
    asked = draft.asked
    return Bill(
        source=Source(kind=CustomerInvoice.__name__, id=draft.id, number=number),
        sub_ledger=SubLedger.RECEIVABLES,
        kind=OpenItemKind.INVOICE,
        party_id=asked.customer_id,
        on=draft.invoiced_on,
        currency=asked.currency,
        payable=draft.priced.payable,
        quote=draft.quote,
        lines=[
            BillLine(
                account_id=account_id,
                transaction=-amounts.net,
                item_id=line.item_id,
                cost_centre_id=line.cost_centre_id,
                profit_centre_id=line.profit_centre_id,
                project_code=line.project_code,
            )
            for line, amounts, account_id in zip(asked.lines, draft.priced.lines, draft.accounts, strict=True)
        ],
        taxes=sales_taxes(draft.priced.charged),
        terms=draft.terms,
        partner_reference=asked.customer_reference,
    )


def _invoice_row(draft: Draft, bill: Bill, origin: Source | None) -> dict[str, object]:
    return {
        "id": draft.id,
        "number": bill.source.number,
        "kind": InvoiceKind.INVOICE,
        "customer_id": bill.party_id,
        "invoiced_on": bill.on,
        "currency": bill.currency,
        "net": draft.priced.net,
        "tax": draft.priced.tax,
        "total": draft.priced.total,
        "withheld": draft.priced.withheld,
        "rate": bill.quote.rate,
        "rate_type": bill.quote.kind,
        "payment_terms_id": draft.terms_id,
        "digital_number": draft.asked.digital_number,
        "customer_reference": draft.asked.customer_reference,
        "source_kind": origin.kind if origin else None,
        "source_id": origin.id if origin else None,
        "journal_entry_id": bill.entry_id,
    }


def _line_rows(draft: Draft) -> list[dict[str, object]]:
    return [
        {
            "customer_invoice_id": draft.id,
            "position": place + 1,
            "description": draft.descriptions[place],
            "account_id": draft.accounts[place],
            "item_id": line.item_id,
            "quantity": draft.measured[place].quantity,
            "unit_price": draft.measured[place].own_price(line.unit_price.amount),
            **draft.measured[place].said(line.unit_price.amount),
            "tax_code_id": line.tax_code_id,
            "net": draft.priced.lines[place].net,
            "tax": draft.priced.lines[place].tax,
            "cost_centre_id": line.cost_centre_id,
            "profit_centre_id": line.profit_centre_id,
            "project_code": line.project_code,
        }
        for place, line in enumerate(draft.asked.lines)
    ]


def tax_rows(invoice_id: UUID, priced: Priced) -> list[dict[str, object]]:
    """The rows of what each rule came to."""
    return [
        {
            "customer_invoice_id": invoice_id,
            "tax_rule_id": one.tax.id,
            "base": one.base,
            "tax": one.amount,
        }
        for one in priced.charged
    ]
