"""Suppliers' credit notes: an invoice taken back, whole, by quantity or in its price, never beyond what it charged."""

from collections import defaultdict
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
from domain.core.errors import AlreadyExists, DomainError, NotFound, Rejected, WrongState
from domain.core.ids import new_id
from domain.core.money import EXACT, ZERO, Money, total
from domain.core.work import Work
from domain.finance import BillLine, Books, books_of
from domain.finance.journal import hold_periods
from domain.finance.models import AccountRole, InvoiceKind, SubLedger, TaxRule
from domain.finance.open_items import item_of, lock_items_of
from domain.finance.rules import Period, PeriodClosed
from domain.finance.rules.invoices import (
    BlueLine,
    BlueTax,
    CreditExceedsInvoice,
    LineAmounts,
    TakenBack,
    take_back,
    taxes_taken_back,
)
from domain.finance.rules.journals import in_minor_units, line_count
from domain.finance.rules.open_items import Item
from domain.finance.rules.taxes import Charged
from domain.inventory.models import ValuationMethod
from domain.inventory.pools import valuations
from domain.procurement.clearing import bins_of, holdings_of, order_lines_by_id
from domain.procurement.commands.credit_postings import CreditLine, Opened, Planned, credit_legs, post_credits
from domain.procurement.commands.invoice_postings import charged, line_costs
from domain.procurement.crediting import give_back, lower_price
from domain.procurement.invoices import (
    MatchReason,
    SupplierInvoice,
    SupplierInvoiceLine,
    SupplierInvoiceStatus,
    SupplierInvoiceTax,
)
from domain.procurement.matching import Bin, Charge, Holding, part_of
from domain.procurement.models import PurchaseOrder, PurchaseOrderLine


@part
class SupplierCreditLineInput:
    """What is taken back of one line: a quantity at its price, or an amount off its price."""

    position: int = argument(doc="Place of the line on the invoice.", zh="行号")
    quantity: Decimal | None = argument(doc="How much of it.", zh="数量", number="quantity", default=None)
    amount: Money | None = argument(
        doc="Net amount off its price, where the quantity stays.", zh="折让金额", default=None
    )


@command(action=Action.POST, record=SupplierInvoice, zh="登记供应商红字发票", key_required=True)
class CreditSupplierInvoice:
    """Post a supplier's credit note for an invoice; it is matched at once with what is open of the invoice."""

    supplier_invoice_id: UUID = argument(doc="The invoice.", zh="采购发票", reference="supplier_invoice")
    supplier_number: str = argument(doc="The supplier's number of the credit note.", zh="红字发票号")
    reason: str = argument(doc="Why it is taken back.", zh="原因")
    lines: tuple[SupplierCreditLineInput, ...] = argument(
        doc="What is taken back; all that is left unless given.", zh="红冲行", default=()
    )
    credited_on: date | None = argument(doc="Day of the credit note; today unless given.", zh="开票日期", default=None)


_company_id = bindparam("company_id", type_=SmallInteger())
_ids = func.any(bindparam("ids", type_=ARRAY(Uuid())))
_invoice, _line, _tax, _rule = (
    record.table for record in (SupplierInvoice, SupplierInvoiceLine, SupplierInvoiceTax, TaxRule)
)
_red, _ordered = _line.alias("red"), PurchaseOrderLine.table
_LINES = (
    select(
        _line,
        _ordered.c.purchase_order_id,
        func.coalesce(func.sum(_red.c.quantity), 0).label("red_quantity"),
        func.coalesce(func.sum(_red.c.net), 0).label("red_net"),
        func.coalesce(func.sum(_red.c.tax), 0).label("red_tax"),
    )
    .join_from(_line, _red, (_red.c.company_id == _line.c.company_id) & (_red.c.credits_id == _line.c.id), isouter=True)
    .join(
        _ordered,
        (_ordered.c.company_id == _line.c.company_id) & (_ordered.c.id == _line.c.purchase_order_line_id), isouter=True,
    )
    .where(_line.c.company_id == _company_id, _line.c.supplier_invoice_id == _ids)
    .group_by(_line.c.company_id, _line.c.id, _ordered.c.purchase_order_id)
    .order_by(_line.c.supplier_invoice_id, _line.c.position)
)  # fmt: skip
_of = func.coalesce(_invoice.c.credits_id, _invoice.c.id)
_TAXES = (
    select(
        _of.label("invoice_id"), _rule.c.id.label("tax_rule_id"), _rule.c.tax_code_id, _rule.c.kind, _rule.c.method,
        _rule.c.sales_role, _rule.c.purchase_role,
        func.sum(_tax.c.base).label("base"),
        func.sum(_tax.c.tax).filter(_invoice.c.credits_id.is_(None)).label("tax"),
        func.coalesce(-func.sum(_tax.c.tax).filter(_invoice.c.credits_id.is_not(None)), 0).label("credited"),
    )
    .join_from(_invoice, _tax, (_tax.c.company_id == _invoice.c.company_id)
               & (_tax.c.supplier_invoice_id == _invoice.c.id))
    .join(_rule, (_rule.c.company_id == _tax.c.company_id) & (_rule.c.id == _tax.c.tax_rule_id))
    .where(_invoice.c.company_id == _company_id, _of == _ids)
    .group_by(_of, _rule.c.company_id, _rule.c.id)
)  # fmt: skip
_KNOWN_NUMBERS = select(_invoice.c.supplier_id, _invoice.c.supplier_number).where(
    _invoice.c.company_id == _company_id, _invoice.c.kind == InvoiceKind.CREDIT_NOTE.value,
    _invoice.c.supplier_number == func.any(bindparam("numbers", type_=ARRAY(Text()))),
)  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Known:
    """What credit notes refer to, fetched once; what one takes the next does not find."""

    books: Books
    invoices: Mapping[UUID, Row]
    rows: Mapping[UUID, Mapping[int, Row]]
    lines: dict[UUID, dict[int, BlueLine]]
    taxes: dict[UUID, list[BlueTax]]
    order_lines: Mapping[UUID, Row]
    methods: Mapping[UUID, ValuationMethod]
    holdings: dict[UUID, list[Holding]]
    bins: dict[UUID, Bin]
    items: dict[UUID, list[Item]]
    periods: Mapping[date, Period | PeriodClosed]
    stock_periods: Mapping[date, Period | PeriodClosed]
    numbers: set[tuple[UUID, str]]


async def credit_supplier_invoices(work: Work, commands: Sequence[CreditSupplierInvoice]) -> Results[SupplierInvoice]:
    """The credit notes; a refusal stands in its own place.

    Posts: the supplier's account and input tax at the invoice's own rate, against GR/IR for goods that had not come,
    were sent back or are not invoiced any more; what is off the price against the goods. Raises per row: NotFound,
    WrongState, AlreadyExists, PeriodClosed, CreditExceedsInvoice, Rejected. Emits: SupplierInvoiceCredited,
    SupplierInvoiceReleased.
    """
    known = await _known(work, commands)
    outcomes: list[Planned | DomainError] = []
    for one in commands:
        before = (dict(known.lines), dict(known.taxes), dict(known.holdings), dict(known.bins))
        try:
            outcomes.append(_plan(one, known, one.credited_on or work.now.date()))
        except DomainError as refusal:
            known.lines, known.taxes, known.holdings, known.bins = before
            outcomes.append(refusal)
    planned = [one for one in outcomes if isinstance(one, Planned)]
    if planned:
        settled = {id_ for id_, own in known.lines.items() if not any(line.remaining_quantity for line in own.values())}
        await post_credits(work, planned, Opened(books=known.books, items=known.items, settled=frozenset(settled)))
    return Results([one.id if isinstance(one, Planned) else one for one in outcomes])


async def _known(work: Work, commands: Sequence[CreditSupplierInvoice]) -> Known:
    """What the credit notes refer to; orders are locked before invoices, as receipts do, then what is open."""
    ids = sorted({one.supplier_invoice_id for one in commands})
    found = await work.fetch(_LINES, ids=ids)
    await work.lock(PurchaseOrder, [row["purchase_order_id"] for row in found if row["purchase_order_id"]])
    invoices = await work.lock(SupplierInvoice, ids)
    rows: defaultdict[UUID, dict[int, Row]] = defaultdict(dict)
    lines: defaultdict[UUID, dict[int, BlueLine]] = defaultdict(dict)
    for row in await work.fetch(_LINES, ids=ids):
        rows[row["supplier_invoice_id"]][row["position"]] = row
        lines[row["supplier_invoice_id"]][row["position"]] = _blue_line(row, invoices[row["supplier_invoice_id"]])
    taxes: defaultdict[UUID, list[BlueTax]] = defaultdict(list)
    for row in await work.fetch(_TAXES, ids=ids):
        own = charged(row)
        taxes[row["invoice_id"]].append(
            BlueTax(tax=own.tax, code=row["tax_code_id"], amount=own.amount, credited=row["credited"])
        )
    ordered = await order_lines_by_id(work, [row["purchase_order_line_id"] for row in found
                                             if row["purchase_order_line_id"]])  # fmt: skip
    holdings: defaultdict[UUID, list[Holding]] = defaultdict(list)
    for own in (await holdings_of(work, ordered)).values():
        for holding in own:
            holdings[holding.invoice_line_id].append(holding)
    items: defaultdict[UUID, list[Item]] = defaultdict(list)
    # What is held for goods is credited first, then what is due first.
    opened = (await lock_items_of(work, ids)).values()
    for row in sorted(opened, key=lambda row: (row["blocked_reason"] != HELD, row["due_on"], row["instalment"])):
        items[row["source_id"]].append(item_of(row))
    days = [one.credited_on or work.now.date() for one in commands]
    taken = await work.fetch(_KNOWN_NUMBERS, numbers=sorted({one.supplier_number for one in commands}))
    books = await books_of(work)
    books.need(AccountRole.GR_IR, AccountRole.EXCHANGE_DIFFERENCE, *DIFFERENCE_ROLES)
    return Known(
        books=books, invoices=invoices, rows=rows, lines=dict(lines), taxes=dict(taxes), order_lines=ordered,
        methods={
            item: one.method for item, one in (await valuations(work, [row["item_id"] for row in ordered.values()]))
            .items()
        },
        holdings=dict(holdings),
        bins={one.receipt_line_id: one for own in (await bins_of(work, ordered)).values() for one in own},
        items=items,
        periods=await hold_periods(work, SubLedger.PAYABLES, days),
        stock_periods=await hold_periods(work, SubLedger.STOCK, days),
        numbers={(row["supplier_id"], row["supplier_number"]) for row in taken},
    )  # fmt: skip


HELD = MatchReason.QUANTITY_OVER.value
DIFFERENCE_ROLES = (AccountRole.PURCHASE_PRICE_VARIANCE, AccountRole.COST_OF_SALES)


def _blue_line(row: Row, invoice: Row) -> BlueLine:
    return BlueLine(
        id=row["id"], invoice=invoice["number"], position=row["position"], quantity=row["quantity"], net=row["net"],
        tax=row["tax"], credited_quantity=-row["red_quantity"], credited_net=-row["red_net"],
        credited_tax=-row["red_tax"],
    )  # fmt: skip


def _plan(one: CreditSupplierInvoice, known: Known, on: date) -> Planned:
    """The credit note, every rule checked; what it takes is counted."""
    invoice = known.invoices.get(one.supplier_invoice_id)
    if invoice is None:
        raise NotFound(("supplierInvoice",), what="supplier invoice", key=str(one.supplier_invoice_id))
    period = known.periods[on]
    if isinstance(period, PeriodClosed):
        raise period
    if invoice["status"] != SupplierInvoiceStatus.POSTED or invoice["kind"] != InvoiceKind.INVOICE:
        state = invoice["status"] if invoice["kind"] == InvoiceKind.INVOICE else invoice["kind"]
        raise WrongState(what="supplier invoice", key=invoice["number"], state=state, transition="be taken back")
    if (invoice["supplier_id"], one.supplier_number) in known.numbers:
        raise AlreadyExists(("supplierNumber",), what="supplier invoice", key=one.supplier_number)
    if on < invoice["posted_on"]:
        reason, reason_zh = f"the invoice counts from {invoice['posted_on']}", f"发票自 {invoice['posted_on']} 起生效"
        raise Rejected(("creditedOn",), what="day", value=on.isoformat(), reason=reason, reason_zh=reason_zh)
    id_ = invoice["id"]
    asked = one.lines or tuple(
        SupplierCreditLineInput(position=place, quantity=line.remaining_quantity)
        for place, line in known.lines[id_].items()
        if line.remaining_quantity
    )
    line_count(len(asked))
    taken: list[tuple[int, Decimal, LineAmounts]] = []
    for place, line in enumerate(asked):
        try:
            taken.append((line.position, *_taken(line, invoice, known)))
        except DomainError as refusal:
            raise refusal.at("lines", place) from None
    taxes = _taxes(id_, taken, known, invoice["currency"])
    rows = known.rows[id_]
    costs = line_costs(
        [own.net for _, _, own in taken], [rows[position]["tax_code_id"] for position, _, _ in taken], taxes,
        invoice["currency"],
    )  # fmt: skip
    lines = tuple(
        _credit_line(rows[position], (quantity, amounts, cost), invoice, known)
        for (position, quantity, amounts), cost in zip(taken, costs, strict=True)
    )
    goods = known.stock_periods[on]
    if isinstance(goods, PeriodClosed) and any(part.price for line in lines for part in line.given):
        raise goods
    known.numbers.add((invoice["supplier_id"], one.supplier_number))
    return Planned(
        id=new_id(), asked=one, invoice=invoice, on=on, lines=lines, charged=tuple(own for own, _ in taxes),
        posting_id=new_id(), entry_id=new_id(),
    )  # fmt: skip


def _taken(asked: SupplierCreditLineInput, invoice: Row, known: Known) -> tuple[Decimal, LineAmounts]:
    """What is taken back of a line; the line knows it from now on. Raises: NotFound, Rejected, CreditExceedsInvoice."""
    line = known.lines[invoice["id"]].get(asked.position)
    currency = invoice["currency"]
    if line is None:
        raise NotFound(("position",), what="line", key=f"{invoice['number']}/{asked.position}")
    if (asked.quantity is None) == (asked.amount is None):
        reason, reason_zh = "a line is credited by a quantity or by an amount", "红冲行须填写数量或折让金额之一"
        raise Rejected(("quantity",), what="quantity", value=asked.quantity, reason=reason, reason_zh=reason_zh)
    if asked.amount is not None:
        quantity, amounts = ZERO, _off_price(line, asked.amount.in_currency(currency, "amount"))
    else:
        assert asked.quantity is not None, "one of the two is given"
        quantity, amounts = asked.quantity, take_back(line, asked.quantity, currency)
    known.lines[invoice["id"]] = known.lines[invoice["id"]] | {
        asked.position: replace(
            line,
            credited_quantity=EXACT.add(line.credited_quantity, quantity),
            credited_net=EXACT.add(line.credited_net, amounts.net),
            credited_tax=EXACT.add(line.credited_tax, amounts.tax),
        )
    }
    return quantity, amounts


def _off_price(line: BlueLine, amount: Money) -> LineAmounts:
    """An amount off the price of a line, with its part of the taxes. Raises: Rejected, CreditExceedsInvoice."""
    in_minor_units(amount, "amount", ("amount",))
    left = line.remaining
    if amount.amount <= ZERO:
        reason, reason_zh = "it must be above zero", "必须大于零"
        raise Rejected(("amount",), what="amount", value=amount.amount, reason=reason, reason_zh=reason_zh)
    if amount.amount >= left.net:
        raise CreditExceedsInvoice(
            ("amount",), invoice=line.invoice, position=line.position, remaining=left.net, asked=amount.amount
        )
    return LineAmounts(net=amount.amount, tax=part_of(left.tax, amount.amount, left.net, amount.currency))


def _taxes(
    id_: UUID, taken: Sequence[tuple[int, Decimal, LineAmounts]], known: Known, currency: str
) -> list[tuple[Charged, UUID]]:
    """What each rule gives back, with its code; the rules know it from now on."""
    rows, taxes = known.rows[id_], known.taxes.get(id_, [])
    found: list[tuple[Charged, UUID]] = []
    for code in dict.fromkeys(rows[position]["tax_code_id"] for position, _, _ in taken):
        if code is None:
            continue
        own = [amounts for position, _, amounts in taken if rows[position]["tax_code_id"] == code]
        of_code = [line for place, line in known.lines[id_].items() if rows[place]["tax_code_id"] == code]
        back = TakenBack(
            code=code,
            net=total([one.net for one in own]),
            tax=total([one.tax for one in own]),
            whole_net=total([line.net for line in of_code]),
            closes=not any(line.remaining_quantity for line in of_code),
        )
        found += [(one, code) for one in taxes_taken_back(back, taxes, currency)]
    given = {one.tax.id: one.amount for one, _ in found}
    known.taxes[id_] = [replace(one, credited=EXACT.add(one.credited, given.get(one.tax.id, ZERO))) for one in taxes]
    return found


def _credit_line(row: Row, taken: tuple[Decimal, LineAmounts, Decimal], invoice: Row, known: Known) -> CreditLine:
    """A line with what its goods give back; holdings and bins are counted on."""
    quantity, amounts, cost = taken
    if row["purchase_order_line_id"] is None:
        leg = BillLine(
            account_id=row["account_id"], transaction=-cost, cost_centre_id=row["cost_centre_id"],
            project_code=row["project_code"],
        )  # fmt: skip
        return CreditLine(row=row, quantity=quantity, amounts=amounts, given=(), legs=(leg,))
    ordered, held = known.order_lines[row["purchase_order_line_id"]], known.holdings.get(row["id"], [])
    charge = Charge(
        quantity=quantity, cost=cost, currency=invoice["currency"], rate=invoice["rate"],
        company=known.books.currencies.company,
    )  # fmt: skip
    given = give_back(held, known.bins, charge) if quantity else lower_price(held, known.bins, charge)
    after = {(one.invoice_line_id, one.receipt_line_id): one for one in held}
    for one in given:
        key = (one.holding.invoice_line_id, one.holding.receipt_line_id)
        after[key] = after[key].without(one.gone)
        if one.bin is not None:
            id_ = one.bin.receipt_line_id
            known.bins[id_] = known.bins[id_].without(-one.quantity, one.transaction, one.amount)
    known.holdings[row["id"]] = [one for one in after.values() if one.quantity]
    is_standard = known.methods[ordered["item_id"]] is ValuationMethod.STANDARD
    legs = tuple(leg for one in given for leg in credit_legs(one, ordered, known.books, is_standard=is_standard))
    return CreditLine(row=row, quantity=quantity, amounts=amounts, given=tuple(given), legs=legs)
