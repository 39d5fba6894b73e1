"""Open items, pure: what a part of one is worth, what matching realises, what a period end values.

A part of an item carries its share of the amount that stands in the company's currency; the part that closes the item
takes all that is left, so that an item is closed in both currencies at once. What items lose together in the company's
currency that payments, discounts and write-offs do not explain is the change of the rate: it is realised then, and only
on what was paid (IAS 21.28). A discount or write-off counts at the rate of its own item. A prepayment is no money claim
and keeps the rate of its day (IFRIC 22).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.core.errors import DomainError
from domain.core.money import EXACT, ROUNDING, ZERO, Money, allocate, minor_unit, product, to_minor_unit, total
from domain.finance.models import AccountRole, SubLedger


class ExceedsOpenAmount(DomainError):
    code = "EXCEEDS_OPEN_AMOUNT"
    zh = "未清项 {item} 尚余 {open_amount}，不能核销 {asked}。"
    en = "Open item {item} has {open_amount} left; {asked} cannot be matched."


class MatchingUnbalanced(DomainError):
    code = "MATCHING_UNBALANCED"
    zh = "核销的借贷不相等，差额 {difference} {currency}。"
    en = "The items matched do not come to zero: {difference} {currency} is left over."


class PairedItem(DomainError):
    code = "PAIRED_BETWEEN_COMPANIES"
    zh = "{document} 在集团另一家公司有对应方，两边须同时处理。"
    en = "{document} has its other side in another company of the group; both are changed at once."


class AnotherParty(DomainError):
    code = "ANOTHER_PARTY"
    zh = "未清项 {item} 不属于该往来单位。"
    en = "Open item {item} belongs to another party."


class MatchedBeforeItem(DomainError):
    code = "MATCHED_BEFORE_ITEM"
    zh = "核销日期 {day} 早于未清项 {item} 的日期 {occurred_on}。"
    en = "Open item {item} counts from {occurred_on}; it cannot be matched on {day}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An open item as the rules see it; amounts have the signs of the ledger."""

    id: UUID
    number: str
    party_id: UUID
    account_id: UUID
    currency: str
    occurred_on: date
    open_transaction: Decimal
    open_amount: Decimal
    rate: Decimal
    is_monetary: bool = True
    is_paired: bool = False
    discount_percent: Decimal | None = None
    discount_until: date | None = None
    blocked_reason: str | None = None
    survivor_id: UUID | None = None

    def is_of(self, party_id: UUID) -> bool:
        """Whether a party stands for the item: its own, or the one that it was merged into."""
        return party_id in (self.party_id, self.survivor_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What is taken of an item: positive of a receivable, negative of a payable; `amount` in the company's currency."""

    item: Item
    transaction: Decimal
    amount: Decimal

    @property
    def after(self) -> Item:
        """The item without the part."""
        return replace(
            self.item,
            open_transaction=EXACT.subtract(self.item.open_transaction, self.transaction),
            open_amount=EXACT.subtract(self.item.open_amount, self.amount),
        )


def take(item: Item, transaction: Decimal, company_currency: str) -> Part:
    """A part of an item with its share of the company's amount; the whole takes the whole.

    Raises: ExceedsOpenAmount for more than is open, nothing, or the other sign.
    """
    is_within = transaction and (transaction > ZERO) == (item.open_transaction > ZERO)
    if not is_within or abs(transaction) > abs(item.open_transaction):
        raise ExceedsOpenAmount(item=item.number, open_amount=item.open_transaction, asked=transaction)
    if transaction == item.open_transaction:
        return Part(item=item, transaction=transaction, amount=item.open_amount)
    share = ROUNDING.divide(product(item.open_amount, transaction), item.open_transaction)
    return Part(item=item, transaction=transaction, amount=to_minor_unit(share, company_currency))


def check_matchable(item: Item, party_id: UUID, currency: str, on: date) -> Item:
    """The item, if it can be matched for the party in the currency on the day.

    Raises: PairedItem, AnotherParty, CurrencyMismatch, MatchedBeforeItem.
    """
    if item.is_paired:
        raise PairedItem(document=item.number)
    if not item.is_of(party_id):
        raise AnotherParty(item=item.number)
    Money(item.open_transaction, item.currency).in_currency(currency, f"Open item {item.number}")
    if on < item.occurred_on:
        raise MatchedBeforeItem(item=item.number, occurred_on=item.occurred_on.isoformat(), day=on.isoformat())
    return item


@dataclass(frozen=True, slots=True, kw_only=True)
class Reduction:
    """What is given up of an item instead of being paid, and on which account it lands."""

    role: AccountRole
    transaction: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What a matching takes of each item, what was given up, and what the change of the rate came to.

    `exchange` is debit positive: a loss. Accounts move by `moved`, in (transaction, company) amounts.
    """

    parts: tuple[Part, ...]
    reductions: tuple[Reduction, ...]
    exchange: Decimal

    @property
    def moved(self) -> Mapping[tuple[UUID, UUID], tuple[Decimal, Decimal]]:
        """By control account and party what the matching changes; where its items met exactly it is absent.

        What a survivor settles for a party that was merged into it moves from the one to the other: then the account of
        each party is its own items, whatever becomes of the merge.
        """
        sums: defaultdict[tuple[UUID, UUID], tuple[Decimal, Decimal]] = defaultdict(lambda: (ZERO, ZERO))
        for part in self.parts:
            key = part.item.account_id, part.item.party_id
            transaction, amount = sums[key]
            sums[key] = EXACT.subtract(transaction, part.transaction), EXACT.subtract(amount, part.amount)
        return {key: moved for key, moved in sums.items() if any(moved)}


def settle(parts: Sequence[Part], reductions: Sequence[Reduction], currency: str) -> Settlement:
    """The parts against each other: in their currency they come to what is given up, in the company's the rest is the
    rate's.

    Raises: MatchingUnbalanced.
    """
    given_up = total([one.transaction for one in reductions])
    difference = EXACT.subtract(total([part.transaction for part in parts]), given_up)
    if difference:
        raise MatchingUnbalanced(difference=difference, currency=currency)
    company = EXACT.subtract(total([part.amount for part in parts]), total([one.amount for one in reductions]))
    return Settlement(parts=tuple(parts), reductions=tuple(reductions), exchange=company)


def valued(dues: Sequence[Decimal], amount: Decimal, company_currency: str) -> tuple[Decimal, ...]:
    """What instalments of one document are worth in the company's currency; they sum to `amount`, all of its sign."""
    sign = -1 if amount < ZERO else 1
    shares = allocate(abs(amount), [abs(due) for due in dues], minor_unit(company_currency))
    return tuple(share * sign for share in shares)


def control_role(sub_ledger: SubLedger, *, is_prepayment: bool) -> AccountRole:
    """The role of the account that items of a sub-ledger are part of."""
    if sub_ledger is SubLedger.RECEIVABLES:
        return AccountRole.CUSTOMER_PREPAYMENT if is_prepayment else AccountRole.RECEIVABLE
    return AccountRole.SUPPLIER_PREPAYMENT if is_prepayment else AccountRole.PAYABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What is to be valued at a period end: an item, or a bank account in a currency, with all it carries so far."""

    id: UUID
    account_id: UUID
    currency: str
    transaction: Decimal
    carried: Decimal
    party_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Valued:
    """The change that brings something held to the closing rate."""

    held: Held
    change: Decimal


def revalue(held: Iterable[Held], rates: Mapping[str, Decimal], company_currency: str) -> tuple[Valued, ...]:
    """What changes at the closing rates (units of the company's currency for one), each rounded once.

    What is held in the company's own currency and what does not change is absent. IAS 21.23 (a): monetary items only;
    who calls leaves the others out.
    """
    found = [
        Valued(
            held=one, change=EXACT.subtract(_at(one.transaction, rates[one.currency], company_currency), one.carried)
        )
        for one in held
        if one.currency != company_currency
    ]
    return tuple(one for one in found if one.change)


def _at(transaction: Decimal, rate: Decimal, currency: str) -> Decimal:
    return to_minor_unit(product(transaction, rate), currency)


@dataclass(frozen=True, slots=True)
class Cleared:
    """Why a supplier's invoice differs from the receipt it clears, debit positive."""

    exchange: Decimal
    price: Decimal


def clearing_difference(
    received: Money, received_value: Money, billed: Money, billed_value: Money, *, rate: Decimal
) -> Cleared:
    """The difference of an invoice from goods received, split into the rate's part and the price's.

    `received_value` and `billed_value` are in the company's currency, `rate` is the invoice's. The price difference is
    what the documents differ by in their own currency, at the invoice's rate; the rest is exchange.
    Raises: CurrencyMismatch.
    """
    by_price = to_minor_unit(product((billed - received).amount, rate), billed_value.currency)
    whole = (billed_value - received_value).amount
    return Cleared(exchange=EXACT.subtract(whole, by_price), price=by_price)
