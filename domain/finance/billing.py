"""Posting what a document owes: the voucher of an invoice, and the items it opens; both directions share it.

`Bill` is a document priced and taxed, in whatever module it was born; sales and procurement hand theirs over.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.core.ids import new_id
from domain.core.ledger import Posting, Source
from domain.core.money import ZERO, Money
from domain.core.work import Work
from domain.finance.journal import Books, books_of, post_vouchers
from domain.finance.models import AccountRole, JournalKind, OpenItemKind, SubLedger, TaxKind
from domain.finance.open_items import NewItem, open_items
from domain.finance.rules import Leg, Quote, Voucher, in_company_currency, moving, rounded
from domain.finance.rules.open_items import control_role, valued
from domain.finance.rules.taxes import Charged
from domain.finance.rules.terms import AT_ONCE, Terms, schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class BillLine:
    """What one line of a document moves beside the party's account: an amount in the document's currency, debit
    positive.

    `amount` says what it comes to in the company's currency where that is known already, such as goods received at an
    earlier rate; otherwise it is converted at the document's.
    """

    account_id: UUID
    transaction: Decimal
    amount: Decimal | None = None
    rate: Decimal | None = None
    item_id: UUID | None = None
    site_id: UUID | None = None
    cost_centre_id: UUID | None = None
    profit_centre_id: UUID | None = None
    project_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """A document that makes a party owe us (RECEIVABLES) or us owe it (PAYABLES).

    `payable` is what the party's account moves by, debit positive: an invoice to a customer is positive, one from a
    supplier negative, credit notes the other way. Lines, taxes, withholdings and `legs`, which are in the company's
    currency, are the rest of the voucher. `held` of it opens items of its own, blocked for `held_reason`. Terms run
    from `dated_on` where the document is older than its posting.
    """

    source: Source
    sub_ledger: SubLedger
    kind: OpenItemKind
    party_id: UUID
    on: date
    currency: str
    payable: Decimal
    quote: Quote
    lines: Sequence[BillLine]
    taxes: Sequence["BillTax"] = ()
    terms: Terms = AT_ONCE
    description: str | None = None
    blocked_reason: str | None = None
    held: Decimal = ZERO
    held_reason: str | None = None
    partner_reference: str | None = None
    dated_on: date | None = None
    legs: Sequence[Leg] = ()
    entry_id: UUID = field(default_factory=new_id)
    posting_id: UUID = field(default_factory=new_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class BillTax:
    """What one tax rule moves, debit positive, on the account of its role."""

    role: AccountRole
    transaction: Decimal


def sales_taxes(charged: Iterable[Charged], sign: int = 1) -> list[BillTax]:
    """The taxes of a document of ours: credited, a withholding debited; `sign` is -1 for a credit note."""
    return [
        BillTax(
            role=one.tax.sales_role,
            transaction=one.amount * (sign if one.tax.kind is TaxKind.WITHHOLDING else -sign),
        )
        for one in charged
    ]


def purchase_taxes(charged: Iterable[Charged], sign: int = 1) -> tuple[list[BillTax], Decimal]:
    """The taxes of a supplier's document, debited where they are deducted and a withholding credited; and what is not
    deducted, which is part of the cost and belongs on the document's lines.

    `sign` is -1 for a credit note.
    """
    deducted: list[BillTax] = []
    cost = ZERO
    for one in charged:
        if one.tax.purchase_role is None:
            cost += one.amount * sign
        else:
            withheld = one.tax.kind is TaxKind.WITHHOLDING
            deducted.append(BillTax(role=one.tax.purchase_role, transaction=one.amount * (-sign if withheld else sign)))
    return deducted, cost


async def post_bills(
    work: Work, bills: Sequence[Bill], *, books: Books | None = None, vouchers: Sequence[Voucher] = ()
) -> list[list[NewItem]]:
    """The items that each document opened, in order, one an instalment; call it last, its numbers lock their series.

    Posts: the party's account against lines and taxes, with a rounding line where converting them left something over;
    with them the `vouchers`, which the documents made besides.
    Raises: AccountMissing, Unbalanced, PeriodClosed, RateMissing.
    """
    if not bills:
        return []
    known = books or await books_of(work)
    currency = known.currencies.company
    roles = {tax.role for bill in bills for tax in bill.taxes} | {AccountRole.ROUNDING}
    roles |= {control_role(bill.sub_ledger, is_prepayment=False) for bill in bills}
    own = known.need(*sorted(roles))
    made = [_voucher(bill, own, currency) for bill in bills]
    ids = [*(bill.entry_id for bill in bills), *(new_id() for _ in vouchers)]
    await post_vouchers(work, [*made, *vouchers], ids=ids, books=known)
    opened = [_items(bill, own, currency) for bill in bills]
    await open_items(work, [item for items in opened for item in items])
    return opened


def _voucher(bill: Bill, own: Mapping[AccountRole, UUID], currency: str) -> Voucher:
    control = own[control_role(bill.sub_ledger, is_prepayment=False)]
    legs = [_leg(bill, currency, BillLine(account_id=control, transaction=bill.payable), party_id=bill.party_id)]
    # Lines name the party too, so that what is earned from one company of a group and spent by another can be told.
    legs += [_leg(bill, currency, line, party_id=bill.party_id) for line in bill.lines]
    legs += [
        _leg(bill, currency, BillLine(account_id=own[tax.role], transaction=tax.transaction)) for tax in bill.taxes
    ]
    entries = rounded(moving([*legs, *bill.legs]), own[AccountRole.ROUNDING], currency)
    posting = Posting(id=bill.posting_id, occurred_on=bill.on, entries=entries, source=bill.source)
    kind = JournalKind.SALES if bill.sub_ledger is SubLedger.RECEIVABLES else JournalKind.PURCHASE
    return Voucher(kind=kind, sub_ledger=bill.sub_ledger, posting=posting, description=bill.description)


def _leg(bill: Bill, currency: str, line: BillLine, party_id: UUID | None = None) -> Leg:
    transaction = Money(line.transaction, bill.currency)
    rate = bill.quote.rate if line.rate is None else line.rate
    return Leg(
        account_id=line.account_id,
        amount=in_company_currency(transaction, rate, currency) if line.amount is None else line.amount,
        transaction=transaction,
        rate=rate,
        rate_kind=bill.quote.kind,
        rate_source=bill.quote.source,
        party_id=party_id,
        item_id=line.item_id,
        site_id=line.site_id,
        cost_centre_id=line.cost_centre_id,
        profit_centre_id=line.profit_centre_id,
        project_code=line.project_code,
    )


def _items(bill: Bill, own: Mapping[AccountRole, UUID], currency: str) -> list[NewItem]:
    """An item an instalment; what is held comes after them, in instalments of its own."""
    dated_on = bill.dated_on or bill.on
    free = Money(bill.payable - bill.held, bill.currency)
    parts = [(due, bill.blocked_reason) for due in schedule(bill.terms, free, dated_on)]
    if bill.held:
        parts += [(due, bill.held_reason) for due in schedule(bill.terms, Money(bill.held, bill.currency), dated_on)]
    if not parts:
        return []
    whole = in_company_currency(Money(bill.payable, bill.currency), bill.quote.rate, currency)
    amounts = valued([due.amount for due, _ in parts], whole, currency)
    return [
        NewItem(
            kind=bill.kind,
            party_id=bill.party_id,
            account_id=own[control_role(bill.sub_ledger, is_prepayment=False)],
            source=bill.source,
            occurred_on=bill.on,
            due_on=due.due_on,
            transaction=Money(due.amount, bill.currency),
            amount=amount,
            rate=bill.quote.rate,
            journal_entry_id=bill.entry_id,
            instalment=place,
            discount_percent=bill.terms.discount_percent,
            discount_until=bill.terms.discount_until(dated_on),
            blocked_reason=blocked_reason,
            partner_reference=bill.partner_reference,
        )
        for place, ((due, blocked_reason), amount) in enumerate(zip(parts, amounts, strict=True), start=1)
    ]
