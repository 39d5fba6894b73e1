"""Credit, as orders are counted against it: what a customer owes, what it ordered before, and what it orders now.

What is owed is finance's to know (`finance.credit_of`); what is ordered and not invoiced yet is added here, all in the
currency of the customer's limit. A customer with a limit is held until the work ends, so that two orders do not both
fit the last of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.core.database import CompanyReader
from domain.core.money import EXACT, ZERO, Money
from domain.core.work import Work
from domain.finance import credit_of, rates_to
from domain.finance.rules import RateMissing, in_company_currency
from domain.finance.rules.receivables import Credit, within_credit
from domain.sales import reads

Rates = Mapping[tuple[str, str], Decimal | RateMissing]


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What a customer may owe, and what it owes and has ordered, in the currency of its limit."""

    limit: Decimal
    used: Decimal


class CreditBook:
    """What the customers of a batch may still order."""

    def __init__(self, credits: Mapping[UUID, Credit | RateMissing], rates: Rates) -> None:
        self._credits = dict(credits)
        self._rates = rates
        self._ordered = dict.fromkeys(credits, ZERO)

    def count(self, customer_id: UUID, amount: Money) -> None:
        """Count what was ordered before; a customer of whom it cannot be told stands for the rate that is missing."""
        credit = self._credits.get(customer_id)
        if isinstance(credit, Credit):
            value = self._valued(credit, amount)
            if isinstance(value, RateMissing):
                self._credits[customer_id] = value
            else:
                self._ordered[customer_id] = EXACT.add(self._ordered[customer_id], value)

    def of(self, customer_id: UUID) -> Credit | RateMissing:
        """What a customer owes and may, or the rate without which that cannot be told."""
        return self._credits[customer_id]

    @property
    def customers(self) -> Sequence[UUID]:
        """Who stands in it."""
        return list(self._credits)

    def ordered(self, customer_id: UUID) -> Decimal:
        """What a customer with a limit has ordered and was not charged, in the currency of the limit."""
        return self._ordered[customer_id]

    def spend(self, customer_id: UUID, amount: Money) -> None:
        """Count an order that is to be confirmed. Raises: CreditExceeded, RateMissing."""
        credit = self._credits.get(customer_id)
        if credit is None:
            return
        # Each order has a refusal of its own: where it stands in its batch is added to it.
        if isinstance(credit, RateMissing):
            raise RateMissing(**credit.values)
        asked = self._valued(credit, amount)
        if isinstance(asked, RateMissing):
            raise RateMissing(**asked.values)
        within_credit(credit, self._ordered[customer_id], asked)
        self._ordered[customer_id] = EXACT.add(self._ordered[customer_id], asked)

    def _valued(self, credit: Credit, amount: Money) -> Decimal | RateMissing:
        """An amount in the currency of the customer's limit."""
        rate = self._rates[amount.currency, credit.currency]
        return rate if isinstance(rate, RateMissing) else in_company_currency(amount, rate, credit.currency)


async def credit_book(work: Work, customer_ids: Iterable[UUID], currencies: Iterable[str], on: date) -> CreditBook:
    """The book of customers who have a limit, for orders in these currencies."""
    held = await reads.hold_limited(work, customer_ids)
    return await _book(work, held, currencies, on) if held else CreditBook({}, {})


async def credit_uses(
    reader: CompanyReader, customer_ids: Iterable[UUID], on: date
) -> dict[UUID, Use | RateMissing]:
    """What each of the customers uses of its limit, or the rate without which that cannot be told; one without a limit
    is absent.
    """
    customers = sorted(set(customer_ids))
    book = await _book(reader, customers, (), on)
    found: dict[UUID, Use | RateMissing] = {}
    for id_ in book.customers:
        one = book.of(id_)
        if isinstance(one, RateMissing):
            found[id_] = one
        elif one.limit is not None:
            found[id_] = Use(limit=one.limit, used=EXACT.add(one.open, book.ordered(id_)))
    return found


async def _book(
    reader: CompanyReader, customers: Sequence[UUID], currencies: Iterable[str], on: date
) -> CreditBook:
    """The book with what was ordered before counted."""
    credits = await credit_of(reader, customers, on)
    ordered = await reads.ordered_by(reader, customers)
    wanted = sorted({*currencies, *(amount.currency for _, amount in ordered)})
    rates: dict[tuple[str, str], Decimal | RateMissing] = {}
    for target in sorted({one.currency for one in credits.values() if isinstance(one, Credit)}):
        found = await rates_to(reader, wanted, target, on)
        rates |= {(base, target): rate for base, rate in found.items()}
    book = CreditBook(credits, rates)
    for customer_id, amount in ordered:
        book.count(customer_id, amount)
    return book
