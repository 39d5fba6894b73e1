"""Payments: money received or sent, set against open items, the rest kept on account or as a prepayment."""

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
from domain.core.ledger import Posting, Source
from domain.core.money import EXACT, ZERO, Money
from domain.core.numbering import Series
from domain.core.work import Work
from domain.finance import masters
from domain.finance.journal import Books, books_of, hold_periods, post_vouchers
from domain.finance.models import (
    CONTROL_ROLES,
    AccountRole,
    JournalKind,
    OpenItemKind,
    Payment,
    PaymentDirection,
    SubLedger,
)
from domain.finance.open_items import (
    MATCHING_NUMBERS,
    Match,
    NewItem,
    lock_items,
    match_voucher,
    open_items,
    write_matches,
)
from domain.finance.rates import Quotes, quotes_on
from domain.finance.rules import Leg, Period, PeriodClosed, Quote, Voucher, in_company_currency, moving
from domain.finance.rules.journals import LedgerAccount, in_minor_units, line_count, line_quote
from domain.finance.rules.open_items import Item, control_role, settle, take
from domain.finance.rules.payments import Applied, Paying, Wish, apply

PAYMENT_NUMBERS = Series("payment", prefix="PAY-")


@part
class PaymentMatchInput:
    """An open item that a payment settles, whole or in part."""

    open_item_id: UUID = argument(doc="The item.", zh="未清项", reference="open_item")
    amount: Money | None = argument(
        doc="How much of the payment goes to it; all it can take unless given.", zh="核销金额", default=None
    )
    take_discount: bool = argument(
        doc="Whether its discount for paying early is taken, of a part that is paid the part's; refused once it has "
        "expired.",
        zh="享受现金折扣",
        default=False,
    )
    written_off: Money | None = argument(
        doc="A small difference that is given up, at most 5 % of the item.", zh="尾差核销", default=None
    )


@command(action=Action.POST, record=Payment, zh="登记收付款", key_required=True)
class RecordPayment:
    """Record money that came in or went out, and what it settles."""

    direction: PaymentDirection = argument(doc="Received or sent.", zh="收付方向")
    party_id: UUID = argument(doc="Who paid, or was paid.", zh="往来单位", reference="party")
    amount: Money = argument(doc="How much.", zh="金额")
    paid_on: date | None = argument(doc="Day the money moved; today unless given.", zh="收付日期", default=None)
    account_id: UUID | None = argument(
        doc="The bank or cash account; the company's bank unless given.",
        zh="银行科目",
        reference="account",
        default=None,
    )
    rate: Decimal | None = argument(
        doc="Units of the company's currency for one of the payment's; the day's rate unless given.",
        zh="汇率", number="rate", default=None,
    )  # fmt: skip
    matches: tuple[PaymentMatchInput, ...] = argument(doc="What it settles, in order.", zh="核销明细", default=())
    is_prepayment: bool = argument(
        doc="Whether what settles nothing was paid before there was an invoice; else it stays on account.",
        zh="是否预付", default=False,
    )  # fmt: skip
    bank_reference: str | None = argument(doc="The bank's own reference.", zh="银行流水号", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a batch of payments names, fetched once; the items are locked, and change as the batch takes from them."""

    books: Books
    accounts: Mapping[UUID, LedgerAccount]
    parties: Mapping[UUID, Row]
    items: dict[UUID, Item]
    quotes: Quotes
    periods: Mapping[tuple[SubLedger, date], Period | PeriodClosed]

    @property
    def currency(self) -> str:
        """The currency the company's books are kept in."""
        return self.books.currencies.company


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A payment, every rule checked, that lacks only its number; `paid` and `prepaid` are magnitudes."""

    id: UUID
    entry_id: UUID
    asked: RecordPayment
    on: date
    account_id: UUID
    quote: Quote
    applied: Applied
    paid: Decimal
    prepaid: Decimal

    @property
    def sub_ledger(self) -> SubLedger:
        """Money received concerns receivables, money sent payables."""
        return sub_ledger_of(self.asked.direction)

    @property
    def sign(self) -> int:
        """The sign of the payment on the bank account."""
        return 1 if self.asked.direction is PaymentDirection.IN else -1


def sub_ledger_of(direction: PaymentDirection) -> SubLedger:
    """Money received concerns receivables, money sent payables."""
    return SubLedger.RECEIVABLES if direction is PaymentDirection.IN else SubLedger.PAYABLES


async def record_payments(
    work: Work, commands: Sequence[RecordPayment], pair_id: UUID | None = None
) -> Results[Payment]:
    """The payments; a refusal stands in its own place. `pair_id` is of the items that are settled on both sides.

    Posts: the bank against the party's account, and one voucher a payment for what it realises. Raises per row:
    NotFound, UnusableMaster, Rejected, PeriodClosed, RateMissing, PairedItem, AnotherParty, CurrencyMismatch,
    MatchedBeforeItem, ExceedsOpenAmount, DiscountExpired, PaymentExceeded. Emits: PaymentRecorded.
    """
    known = await _known(work, commands, pair_id)
    drafts: list[Draft | DomainError] = []
    for one in commands:
        try:
            drafts.append(_draft(one, known, one.paid_on or work.now.date()))
        except DomainError as refusal:
            drafts.append(refusal)
    accepted = [draft for draft in drafts if isinstance(draft, Draft)]
    if accepted:
        await _post(work, accepted, known)
        work.emit("PaymentRecorded", Payment, [draft.id for draft in accepted])
    return Results([draft.id if isinstance(draft, Draft) else draft for draft in drafts])


async def _known(work: Work, commands: Sequence[RecordPayment], pair_id: UUID | None) -> Known:
    today = work.now.date()
    books = await books_of(work)
    own = books.currencies
    periods: dict[tuple[SubLedger, date], Period | PeriodClosed] = {}
    for ledger in sorted({sub_ledger_of(one.direction) for one in commands}):
        days = [one.paid_on or today for one in commands if sub_ledger_of(one.direction) is ledger]
        periods |= {(ledger, day): period for day, period in (await hold_periods(work, ledger, days)).items()}
    named = [one.account_id for one in commands if one.account_id] + list(books.accounts.values())
    return Known(
        books=books,
        accounts=await masters.ledger_accounts(work, named),
        parties=await masters.parties_by_id(work, [one.party_id for one in commands]),
        quotes=await quotes_on(work, [(one.amount.currency, one.paid_on or today) for one in commands], own.company),
        periods=periods,
        items=await lock_items(work, [match.open_item_id for one in commands for match in one.matches], pair_id),
    )


def _draft(one: RecordPayment, known: Known, on: date) -> Draft:
    period = known.periods[sub_ledger_of(one.direction), on]
    if isinstance(period, PeriodClosed):
        raise period
    masters.live_party(one.party_id, known.parties, ("party",))
    in_minor_units(one.amount, "amount", ("amount",))
    if one.amount.amount <= ZERO:
        raise Rejected(
            ("amount",), what="amount", value=one.amount.amount, reason="it must be above zero", reason_zh="必须大于零"
        )
    if one.matches:
        line_count(len(one.matches))
    currency = one.amount.currency
    quote = line_quote(currency, known.currency, one.rate, known.quotes[currency, on])
    applied = apply(
        Paying(
            direction=one.direction,
            party_id=one.party_id,
            amount=one.amount.amount,
            currency=currency,
            on=on,
            company_currency=known.currency,
        ),
        [_wish(match, currency, place) for place, match in enumerate(one.matches)],
        known.items,
    )
    account_id = _bank(one, known)
    # From here on nothing is refused: what later payments of the batch find is what this one leaves.
    known.items.update((part.item.id, part.after) for part in applied.parts)
    rest = EXACT.subtract(one.amount.amount, applied.used)
    prepaid = rest if one.is_prepayment else ZERO
    return Draft(
        id=new_id(),
        entry_id=new_id(),
        asked=one,
        on=on,
        account_id=account_id,
        quote=quote,
        applied=applied,
        paid=EXACT.subtract(one.amount.amount, prepaid),
        prepaid=prepaid,
    )


def _wish(match: PaymentMatchInput, currency: str, place: int) -> Wish:
    for what, money in (("amount", match.amount), ("writtenOff", match.written_off)):
        if money is not None:
            in_minor_units(money.in_currency(currency, what), what, ("matches", place, what))
    return Wish(
        item_id=match.open_item_id,
        amount=match.amount.amount if match.amount else None,
        take_discount=match.take_discount,
        written_off=match.written_off.amount if match.written_off else ZERO,
    )


def _bank(one: RecordPayment, known: Known) -> UUID:
    """The account the money moved on. Raises: AccountMissing as NotFound, Rejected for one that holds no money."""
    wanted = one.account_id or known.books.accounts.get(AccountRole.BANK)
    account = known.accounts.get(wanted) if wanted else None
    if account is None:
        raise NotFound(("account",), what="account", key=str(wanted or AccountRole.BANK.value))
    if not account.is_monetary or account.role in CONTROL_ROLES:
        raise Rejected(
            ("account",), what="account", value=account.code, reason="it holds no money", reason_zh="不是货币资金科目"
        )
    return account.id


async def _post(work: Work, drafts: Sequence[Draft], known: Known) -> None:
    """Number, post and write checked payments, then what they settle."""
    roles = [AccountRole.EXCHANGE_DIFFERENCE]
    roles += [
        control_role(draft.sub_ledger, is_prepayment=is_prepayment)
        for draft in drafts
        for amount, is_prepayment in ((draft.paid, False), (draft.prepaid, True))
        if amount
    ]
    roles += [one.role for draft in drafts for one in draft.applied.reductions]
    own = known.books.need(*sorted(set(roles)))
    numbers = await work.number(PAYMENT_NUMBERS, len(drafts))
    sources = [
        Source(kind=Payment.__name__, id=draft.id, number=number) for draft, number in zip(drafts, numbers, strict=True)
    ]
    matched = [(draft, source) for draft, source in zip(drafts, sources, strict=True) if draft.applied.parts]
    items = {
        draft.id: _items(draft, source, own, known.currency) for draft, source in zip(drafts, sources, strict=True)
    }
    matches = [_match(draft, items[draft.id][0], known.currency) for draft, _ in matched]
    match_numbers = await work.number(MATCHING_NUMBERS, len(matches)) if matches else []
    differences = [
        (one.entry_id, voucher)
        for one, number in zip(matches, match_numbers, strict=True)
        for voucher in [match_voucher(one, number, own)]
        if voucher is not None
    ]
    vouchers = [_voucher(draft, source, items[draft.id]) for draft, source in zip(drafts, sources, strict=True)]
    await post_vouchers(
        work,
        [*vouchers, *(voucher for _, voucher in differences)],
        ids=[*(draft.entry_id for draft in drafts), *(id_ for id_, _ in differences)],
        books=known.books,
    )
    await work.insert(Payment, [_row(draft, source.number) for draft, source in zip(drafts, sources, strict=True)])
    await open_items(work, [item for own_items in items.values() for item in own_items])
    await write_matches(work, matches, match_numbers, frozenset(id_ for id_, _ in differences))


def _items(draft: Draft, source: Source, own: Mapping[AccountRole, UUID], currency: str) -> list[NewItem]:
    """The payment's own items: what is paid on the party's account, and what is prepaid apart from it.

    Together they come to what the bank moved in the company's currency; the prepaid part takes the remainder.
    """
    whole = in_company_currency(draft.asked.amount, draft.quote.rate, currency)
    paid = (
        in_company_currency(Money(draft.paid, draft.asked.amount.currency), draft.quote.rate, currency)
        if draft.prepaid
        else whole
    )
    parts = (
        (OpenItemKind.PAYMENT, draft.paid, paid),
        (OpenItemKind.PREPAYMENT, draft.prepaid, EXACT.subtract(whole, paid)),
    )
    return [
        NewItem(
            kind=kind,
            party_id=draft.asked.party_id,
            account_id=own[control_role(draft.sub_ledger, is_prepayment=kind is OpenItemKind.PREPAYMENT)],
            source=source,
            occurred_on=draft.on,
            due_on=draft.on,
            transaction=Money(-draft.sign * transaction, draft.asked.amount.currency),
            amount=-draft.sign * amount,
            rate=draft.quote.rate,
            journal_entry_id=draft.entry_id,
            instalment=place,
            partner_reference=draft.asked.bank_reference,
        )
        for place, (kind, transaction, amount) in enumerate(parts, start=1)
        if transaction
    ]


def _match(draft: Draft, paid: NewItem, currency: str) -> Match:
    """What the payment settles, as a matching of its own item with the others."""
    parts = list(draft.applied.parts)
    if draft.applied.used:
        parts.append(take(paid.item, -draft.sign * draft.applied.used, currency))
    return Match(
        party_id=draft.asked.party_id,
        matched_on=draft.on,
        currency=draft.asked.amount.currency,
        sub_ledger=draft.sub_ledger,
        settlement=settle(parts, draft.applied.reductions, draft.asked.amount.currency),
        discount=draft.applied.discount,
        written_off=draft.applied.written_off,
    )


def _voucher(draft: Draft, source: Source, items: Sequence[NewItem]) -> Voucher:
    amount = -sum((item.amount for item in items), ZERO)
    moved = draft.asked.amount if draft.sign > 0 else -draft.asked.amount
    legs = [_leg(draft, draft.account_id, moved, amount)]
    legs += [_leg(draft, item.account_id, item.transaction, item.amount) for item in items]
    posting = Posting(id=new_id(), occurred_on=draft.on, entries=moving(legs), source=source)
    return Voucher(
        kind=JournalKind.BANK,
        sub_ledger=draft.sub_ledger,
        posting=posting,
        description=draft.asked.bank_reference,
    )


def _leg(draft: Draft, account_id: UUID, transaction: Money, amount: Decimal) -> Leg:
    return Leg(
        account_id=account_id,
        amount=amount,
        transaction=transaction,
        rate=draft.quote.rate,
        rate_kind=draft.quote.kind,
        rate_source=draft.quote.source,
        party_id=draft.asked.party_id,
    )


def _row(draft: Draft, number: str) -> dict[str, object]:
    return {
        "id": draft.id,
        "number": number,
        "direction": draft.asked.direction,
        "party_id": draft.asked.party_id,
        "paid_on": draft.on,
        "account_id": draft.account_id,
        "currency": draft.asked.amount.currency,
        "amount": draft.asked.amount.amount,
        "prepaid": draft.prepaid,
        "rate": draft.quote.rate,
        "rate_type": draft.quote.kind,
        "bank_reference": draft.asked.bank_reference,
        "journal_entry_id": draft.entry_id,
    }
