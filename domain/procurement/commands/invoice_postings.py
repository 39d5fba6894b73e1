"""Suppliers' invoices in the books, posted with what they match."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import SmallInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.actors import Action
from domain.core.commands import Results, argument, command
from domain.core.database import Row
from domain.core.errors import DomainError, NotFound, Rejected
from domain.core.ids import new_id
from domain.core.ledger import Source
from domain.core.money import EXACT, ZERO, total
from domain.core.work import Work
from domain.finance import (
    Bill,
    BillLine,
    BillTax,
    Books,
    accrue_rebates,
    books_of,
    earning_of,
    masters,
    post_bills,
    purchase_taxes,
)
from domain.finance.journal import hold_periods
from domain.finance.models import AccountRole, OpenItemKind, RebateSide, SubLedger, TaxKind, TaxMethod, TaxRule
from domain.finance.open_items import NewItem
from domain.finance.rates import Quotes, quotes_on
from domain.finance.rules import Leg, Period, PeriodClosed, Quote
from domain.finance.rules.journals import line_quote
from domain.finance.rules.taxes import Charged, Tax
from domain.finance.rules.terms import AT_ONCE, Terms
from domain.master_data.measures import price_of_line
from domain.procurement.clearing import (
    Differences,
    bins_of,
    order_lines_by_id,
    share_differences,
    tolerance_of,
)
from domain.procurement.commands.invoices import told
from domain.procurement.invoices import (
    MatchKind,
    MatchReason,
    SupplierInvoice,
    SupplierInvoiceLine,
    SupplierInvoiceMatch,
    SupplierInvoiceStatus,
    SupplierInvoiceTax,
)
from domain.procurement.matching import (
    INVOICE_FLOW,
    POST,
    Bin,
    Charge,
    Cleared,
    Ordered,
    Tolerance,
    Verdict,
    blocks,
    clear,
    held_part,
    judge,
    match_status,
    part_of,
    undeducted,
)
from domain.procurement.models import PurchaseOrder, PurchaseOrderLine
from domain.procurement.rebates import bought
from domain.procurement.reopening import cleared_late, open_again

_company_id = bindparam("company_id", type_=SmallInteger())
_ids = func.any(bindparam("ids", type_=ARRAY(Uuid())))
_line, _tax, _rule, _ordered = (
    record.table for record in (SupplierInvoiceLine, SupplierInvoiceTax, TaxRule, PurchaseOrderLine)
)
_LINES = (
    select(_line, _ordered.c.purchase_order_id)
    .join_from(
        _line, _ordered,
        (_ordered.c.company_id == _line.c.company_id) & (_ordered.c.id == _line.c.purchase_order_line_id), isouter=True,
    )
    .where(_line.c.company_id == _company_id, _line.c.supplier_invoice_id == _ids)
    .order_by(_line.c.supplier_invoice_id, _line.c.position)
)  # fmt: skip
_TAXES = (
    select(_tax, _rule.c.tax_code_id, _rule.c.kind, _rule.c.method, _rule.c.sales_role, _rule.c.purchase_role)
    .join_from(_tax, _rule, (_rule.c.company_id == _tax.c.company_id) & (_rule.c.id == _tax.c.tax_rule_id))
    .where(_tax.c.company_id == _company_id, _tax.c.supplier_invoice_id == _ids)
    .order_by(_tax.c.supplier_invoice_id, _tax.c.id)
)


@command(action=Action.POST, record=SupplierInvoice, zh="过账采购发票", key_required=True)
class PostSupplierInvoice:
    """Take a draft into the books, matched again: what is outside tolerance is posted and blocked for payment."""

    supplier_invoice_id: UUID = argument(doc="The draft.", zh="采购发票", reference="supplier_invoice")
    posted_on: date | None = argument(doc="Day from which it counts; today unless given.", zh="过账日期", default=None)
    expected_version: int | None = argument(doc="The version you saw.", zh="预期版本", default=None)


@dataclass(slots=True, kw_only=True)
class Known:
    """What a batch of invoices refers to, fetched once; order lines and bins are counted on as the batch goes."""

    books: Books
    lines: Mapping[UUID, Sequence[Row]]
    taxes: Mapping[UUID, Sequence[tuple[Charged, UUID]]]
    terms: Mapping[UUID, Terms]
    order_lines: Mapping[UUID, Row]
    invoiced: dict[UUID, Decimal]
    bins: dict[UUID, list[Bin]]
    quotes: Quotes
    periods: Mapping[date, Period | PeriodClosed]
    stock_periods: Mapping[date, Period | PeriodClosed]
    tolerance: Tolerance


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """A line with how it matched and what it clears."""

    row: Row
    verdict: Verdict | None
    cleared: tuple[Cleared, ...]
    legs: tuple[BillLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """An invoice that breaks no rule, before anything is written."""

    row: Row
    on: date
    quote: Quote
    lines: tuple[Matched, ...]
    taxes: tuple[BillTax, ...]
    terms: Terms
    reasons: tuple[MatchReason, ...]
    held: Decimal
    entry_id: UUID
    posting_id: UUID

    @property
    def source(self) -> Source:
        """The invoice as the document of its postings."""
        return Source(kind=SupplierInvoice.__name__, id=self.row["id"], number=self.row["number"])


async def post_supplier_invoices(work: Work, commands: Sequence[PostSupplierInvoice]) -> Results[SupplierInvoice]:
    """The invoices, POSTED; a refusal stands in its own place.

    Posts: the supplier's account and input tax against GR/IR at the value of the receipts. A difference of the price
    goes to the goods: what is in stock is worth more, what is gone went to its cost, goods at standard cost make a
    variance; one of the rate is an exchange difference. What is over stays in GR/IR. Goods that were written off are
    owed again before they are cleared. Raises per row: NotFound,
    StaleVersion, WrongState, PeriodClosed, RateMissing, Rejected for a day before the goods came. Emits:
    SupplierInvoicePosted, SupplierInvoiceBlocked, ClearingReopened.
    """
    ids = [one.supplier_invoice_id for one in commands]
    rows = await work.lock(SupplierInvoice, ids)
    stale = await work.stale(SupplierInvoice, rows, {one.supplier_invoice_id: one.expected_version for one in commands})
    known = await _known(work, commands, rows)
    planned: dict[UUID, Planned] = {}
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        id_ = one.supplier_invoice_id
        try:
            if id_ not in rows:
                raise NotFound(("supplierInvoice",), what="supplier invoice", key=str(id_))
            if id_ in stale:
                raise stale[id_]
            state = SupplierInvoiceStatus.POSTED if id_ in planned else SupplierInvoiceStatus(rows[id_]["status"])
            INVOICE_FLOW.advance(rows[id_]["number"], state, POST)
            planned[id_] = _plan(rows[id_], known, one.posted_on or work.now.date())
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        outcomes.append(id_)
    if planned:
        await _write(work, list(planned.values()), known)
    return Results(outcomes)


async def _known(work: Work, commands: Sequence[PostSupplierInvoice], rows: Mapping[UUID, Row]) -> Known:
    """What the invoices refer to; their orders are locked, the periods held open."""
    today, ids = work.now.date(), sorted(rows)
    lines: defaultdict[UUID, list[Row]] = defaultdict(list)
    for row in await work.fetch(_LINES, ids=ids):
        lines[row["supplier_invoice_id"]].append(row)
    every = [row for own in lines.values() for row in own]
    taxes: defaultdict[UUID, list[tuple[Charged, UUID]]] = defaultdict(list)
    for row in await work.fetch(_TAXES, ids=ids):
        taxes[row["supplier_invoice_id"]].append((charged(row), row["tax_code_id"]))
    await work.lock(PurchaseOrder, [row["purchase_order_id"] for row in every if row["purchase_order_id"]])
    order_lines = await order_lines_by_id(
        work, [row["purchase_order_line_id"] for row in every if row["purchase_order_line_id"]]
    )
    books = await books_of(work)
    books.need(AccountRole.GR_IR, AccountRole.EXCHANGE_DIFFERENCE)
    days = {one.supplier_invoice_id: one.posted_on or today for one in commands}
    wanted = [(row["currency"], days[id_]) for id_, row in rows.items()]
    return Known(
        books=books,
        lines=lines,
        taxes=taxes,
        terms=await masters.terms_by_id(work, [row["payment_terms_id"] for row in rows.values()]),
        order_lines=order_lines,
        invoiced={id_: row["invoiced_quantity"] for id_, row in order_lines.items()},
        bins=await bins_of(work, order_lines),
        quotes=await quotes_on(work, wanted, books.currencies.company),
        periods=await hold_periods(work, SubLedger.PAYABLES, days.values()),
        stock_periods=await hold_periods(work, SubLedger.STOCK, days.values()),
        tolerance=await tolerance_of(work),
    )


def charged(row: Row) -> Charged:
    """What a rule came to on an invoice, with what says where it is posted."""
    tax = Tax(
        id=row["tax_rule_id"], kind=TaxKind(row["kind"]), method=TaxMethod(row["method"]), value=ZERO,
        sales_role=AccountRole(row["sales_role"]),
        purchase_role=AccountRole(row["purchase_role"]) if row["purchase_role"] else None,
    )  # fmt: skip
    return Charged(tax=tax, base=row["base"], amount=row["tax"])


def _plan(row: Row, known: Known, on: date) -> Planned:
    """The invoice, matched. Raises: PeriodClosed, RateMissing, Rejected."""
    period = known.periods[on]
    if isinstance(period, PeriodClosed):
        raise period
    company = known.books.currencies.company
    quote = line_quote(row["currency"], company, row["rate"], known.quotes[row["currency"], on])
    lines, taxes = known.lines[row["id"]], known.taxes[row["id"]]
    costs = line_costs([one["net"] for one in lines], [one["tax_code_id"] for one in lines], taxes, row["currency"])
    deducted, _ = purchase_taxes(one for one, _ in taxes)
    before = (dict(known.invoiced), dict(known.bins))
    matched: list[Matched] = []
    try:
        for line, cost in zip(lines, costs, strict=True):
            matched.append(_match(line, cost, row, known, Context(on=on, quote=quote)))
        goods = known.stock_periods[on]
        if isinstance(goods, PeriodClosed) and any(part.price for one in matched for part in one.cleared):
            raise goods
    except DomainError:
        known.invoiced, known.bins = before
        raise
    verdicts = [one.verdict for one in matched if one.verdict is not None]
    held = _held(matched, row)
    return Planned(
        row=row, on=on, quote=quote, lines=tuple(matched), taxes=tuple(deducted),
        terms=known.terms[row["payment_terms_id"]] if row["payment_terms_id"] else AT_ONCE,
        reasons=blocks(verdicts), held=held, entry_id=new_id(), posting_id=new_id(),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Context:
    """The day an invoice counts from, and its rate."""

    on: date
    quote: Quote


def _held(matched: Sequence[Matched], row: Row) -> Decimal:
    """What of the invoice is held for goods, taxes included, without what is withheld of it."""
    parts = [
        held_part(
            one.verdict, one.row["quantity"], EXACT.add(one.row["net"], one.row["tax"]), row["currency"]
        )
        for one in matched
        if one.verdict is not None
    ]  # fmt: skip
    held, payable = total(parts), EXACT.subtract(row["total"], row["withheld"])
    return held if payable == row["total"] else part_of(held, payable, row["total"], row["currency"])


def line_costs(
    nets: Sequence[Decimal], codes: Sequence[UUID | None], taxes: Iterable[tuple[Charged, UUID]], currency: str
) -> list[Decimal]:
    """What each line costs us: its net amount, and its part of the taxes that are not deducted, by their codes."""
    costs = list(nets)
    for one, code in taxes:
        if one.tax.purchase_role is None:
            shares = undeducted(nets, [own == code for own in codes], one.amount, currency)
            costs = [EXACT.add(cost, share) for cost, share in zip(costs, shares, strict=True)]
    return costs


def _match(line: Row, cost: Decimal, row: Row, known: Known, context: Context) -> Matched:
    """A line with what it clears; order line and bins are counted on."""
    id_ = line["purchase_order_line_id"]
    if id_ is None:
        leg = BillLine(
            account_id=line["account_id"], transaction=cost, cost_centre_id=line["cost_centre_id"],
            project_code=line["project_code"],
        )  # fmt: skip
        return Matched(row=line, verdict=None, cleared=(), legs=(leg,))
    ordered, company = known.order_lines[id_], known.books.currencies.company
    verdict = judge(
        Ordered(
            price=price_of_line(ordered, "ordered_quantity"),
            accepted=EXACT.subtract(ordered["stocked_quantity"], ordered["returned_quantity"]),
            invoiced=known.invoiced[id_],
        ),
        line["quantity"], price_of_line(line, "quantity"), known.tolerance, context.quote.rate,
    )  # fmt: skip
    bins = known.bins.get(id_, [])
    wanted = [one for one in bins if line["goods_receipt_id"] in (None, one.receipt_id)]
    charge = Charge(
        quantity=line["quantity"], cost=cost, currency=row["currency"], rate=context.quote.rate, company=company
    )
    cleared, left = clear(wanted, charge)
    for one in cleared:
        if one.bin is not None and one.bin.received_on > context.on:
            reason, reason_zh = f"the goods came on {one.bin.received_on}", f"货物于 {one.bin.received_on} 收到"
            raise Rejected(("postedOn",), what="day", value=context.on.isoformat(), reason=reason, reason_zh=reason_zh)
    after = {one.receipt_line_id: one for one in left}
    known.bins[id_] = [after.get(one.receipt_line_id, one) for one in bins]
    known.invoiced[id_] = EXACT.add(known.invoiced[id_], line["quantity"])
    legs = tuple(leg for one in cleared for leg in clearing_legs(one, ordered, known.books))
    return Matched(row=line, verdict=verdict, cleared=tuple(cleared), legs=legs)


def clearing_legs(cleared: Cleared, ordered: Row, books: Books) -> list[BillLine]:
    """What some of an order line moves GR/IR by, and what the rate made of it since."""
    own = books.accounts
    legs = [
        BillLine(
            account_id=own[AccountRole.GR_IR], transaction=cleared.transaction, amount=cleared.amount,
            item_id=ordered["item_id"], site_id=ordered["site_id"],
        )
    ]  # fmt: skip
    if cleared.exchange:
        legs.append(
            BillLine(account_id=own[AccountRole.EXCHANGE_DIFFERENCE], transaction=ZERO, amount=cleared.exchange)
        )
    return legs


async def _write(work: Work, planned: Sequence[Planned], known: Known) -> None:
    """Differences of the goods first, then vouchers and items, then the invoices that name them."""
    documents = [
        Differences(
            posting_id=one.posting_id, occurred_on=one.on, source=one.source,
            cleared=[part for line in one.lines for part in line.cleared],
        )
        for one in planned
    ]  # fmt: skip
    late = [cleared_late(line.cleared, one.on) for one in planned for line in one.lines]
    await open_again(work, {id_: day for found in reversed(late) for id_, day in found.items()})
    own, later = await share_differences(work, documents)
    invoiced = [
        {"id": id_, "invoiced_quantity": quantity}
        for id_, quantity in known.invoiced.items()
        if quantity != known.order_lines[id_]["invoiced_quantity"]
    ]
    await work.update(PurchaseOrderLine, invoiced, fields=("invoiced_quantity",))
    bills = [_bill(one, own[one.posting_id].posting.entries if one.posting_id in own else ()) for one in planned]
    opened = await post_bills(work, bills, books=known.books, vouchers=later)
    await work.update(
        SupplierInvoice,
        [_posted_row(work, one, items) for one, items in zip(planned, opened, strict=True)],
        fields=(
            "status", "posted_on", "rate", "rate_type", "held", "match_status", "payment_blocks", "open_item_id",
            "held_item_id", "journal_entry_id", "posted_by",
        ),
    )  # fmt: skip
    lines = [{"id": line.row["id"], **told(line.verdict)} for one in planned for line in one.lines]
    await work.update(SupplierInvoiceLine, lines, fields=("price_difference", "over_quantity", "block_reasons"))
    matches = [row for one in planned for line in one.lines for row in match_rows(line.row, line.cleared, one)]
    if matches:
        await work.insert(SupplierInvoiceMatch, matches)
    await accrue_rebates(work, RebateSide.GOT, [earning_of(bill) for bill in bills], bought)
    work.emit("SupplierInvoicePosted", SupplierInvoice, [one.row["id"] for one in planned])
    blocked = [one.row["id"] for one in planned if one.reasons]
    if blocked:
        work.emit("SupplierInvoiceBlocked", SupplierInvoice, blocked)


def _bill(one: Planned, legs: Sequence[Leg]) -> Bill:
    is_price_blocked = MatchReason.PRICE in one.reasons
    return Bill(
        source=one.source,
        sub_ledger=SubLedger.PAYABLES,
        kind=OpenItemKind.INVOICE,
        party_id=one.row["supplier_id"],
        on=one.on,
        dated_on=one.row["invoiced_on"],
        currency=one.row["currency"],
        payable=-EXACT.subtract(one.row["total"], one.row["withheld"]),
        quote=one.quote,
        lines=[leg for line in one.lines for leg in line.legs],
        taxes=one.taxes,
        legs=legs,
        terms=one.terms,
        blocked_reason=MatchReason.PRICE.value if is_price_blocked else None,
        held=-one.held,
        held_reason=MatchReason.QUANTITY_OVER.value,
        partner_reference=one.row["supplier_number"],
        entry_id=one.entry_id,
        posting_id=one.posting_id,
    )


def _posted_row(work: Work, one: Planned, items: Sequence[NewItem]) -> dict[str, object]:
    held = [item.id for item in items if item.blocked_reason == MatchReason.QUANTITY_OVER.value]
    free = [item.id for item in items if item.id not in held]
    return {
        "id": one.row["id"],
        "status": SupplierInvoiceStatus.POSTED,
        "posted_on": one.on,
        "rate": one.quote.rate,
        "rate_type": one.quote.kind,
        "held": one.held,
        "match_status": match_status(one.reasons),
        "payment_blocks": list(one.reasons),
        "open_item_id": free[0] if free else None,
        "held_item_id": held[0] if held else None,
        "journal_entry_id": one.entry_id,
        "posted_by": work.actor.id,
    }


def match_rows(line: Row, cleared: Sequence[Cleared], one: Planned) -> list[dict[str, object]]:
    """The rows of what a line cleared."""
    return [
        {
            "supplier_invoice_line_id": line["id"],
            "purchase_order_line_id": line["purchase_order_line_id"],
            "goods_receipt_line_id": part.bin.receipt_line_id if part.bin else None,
            "kind": MatchKind.INVOICED,
            "occurred_on": one.on,
            "quantity": part.quantity,
            "transaction_amount": part.transaction,
            "amount": part.amount,
            "price_difference": part.price,
            "exchange_difference": part.exchange,
            "journal_entry_id": one.entry_id,
        }
        for part in cleared
    ]
