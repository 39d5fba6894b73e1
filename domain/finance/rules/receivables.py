"""Receivables, pure: what a customer may still be sold on credit, and which of its items are asked for.

A limit holds what is open and what is ordered, in the limit's own currency; amounts of other currencies are converted
before they come here. An item is dunned one level at a time, and only after the days that its next level says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.core.errors import DomainError
from domain.core.money import EXACT, ZERO


class CreditExceeded(DomainError):
    code = "CREDIT_EXCEEDED"
    zh = "{party} 的信用额度为 {limit} {currency}，已占用 {used}，本次 {asked} 超出。"
    en = "{party} has a credit limit of {limit} {currency}; {used} is used, {asked} more exceeds it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """What a party may owe and what it owes, in the currency of its limit; no limit is None."""

    party: str
    currency: str
    limit: Decimal | None
    open: Decimal
    overdue: Decimal = ZERO

    @property
    def available(self) -> Decimal | None:
        """What is left of the limit; negative where it is exceeded, None without one."""
        return None if self.limit is None else EXACT.subtract(self.limit, self.open)


def within_credit(credit: Credit, ordered: Decimal, asked: Decimal) -> None:
    """What is open, `ordered` already and `asked` now fit the limit. Raises: CreditExceeded."""
    used = EXACT.add(credit.open, ordered)
    if credit.limit is not None and EXACT.add(used, asked) > credit.limit:
        raise CreditExceeded(party=credit.party, limit=credit.limit, currency=credit.currency, used=used, asked=asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A dunning level: how many days overdue an item must be, and how many since it was asked for before."""

    level: int
    days_overdue: int
    days_between: int


def next_level(levels: Sequence[Level], reached: int, due_on: date, dunned_on: date | None, on: date) -> Level | None:
    """The level at which an item is asked for on the day; None where it is too early or the last was reached."""
    following = next((one for one in sorted(levels, key=lambda one: one.level) if one.level > reached), None)
    if following is None or (on - due_on).days < max(following.days_overdue, 1):
        return None
    if dunned_on is not None and (on - dunned_on).days < following.days_between:
        return None
    return following
