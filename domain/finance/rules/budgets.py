"""Budgets, pure: whether actual + committed + this is within what was released.

A line limits an account, or an account of one cost centre; an amount must be within every line that it falls under.
What is credited back is never refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.core.errors import DomainError, Path, Rejected
from domain.core.money import EXACT, ZERO
from domain.finance.models.budgets import BudgetControl


class BudgetExceeded(DomainError):
    code = "BUDGET_EXCEEDED"
    zh = "预算 {budget} 科目 {account} 可用 {available}，已用 {actual}，已占用 {committed}，本次 {asked}。"
    en = (
        "Budget {budget} has {available} left on account {account} ({actual} spent, {committed} promised);"
        " {asked} is too much."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """An amount that is to be spent or promised, in the company's currency."""

    account_id: UUID
    cost_centre_id: UUID | None
    on: date
    amount: Decimal
    path: Path = ()


@dataclass(slots=True, kw_only=True)
class Limit:
    """A line of a released edition, with what was spent and promised against it; a batch adds to `taken`."""

    id: UUID
    budget: str
    control: BudgetControl
    account: str
    account_id: UUID
    cost_centre_id: UUID | None
    starts_on: date
    ends_on: date
    released: Decimal
    actual: Decimal = ZERO
    committed: Decimal = ZERO
    taken: Decimal = ZERO

    def holds(self, one: Spending) -> bool:
        """Whether the amount falls under the line."""
        return (
            self.account_id == one.account_id
            and self.starts_on <= one.on <= self.ends_on
            and self.cost_centre_id in (None, one.cost_centre_id)
        )

    @property
    def available(self) -> Decimal:
        """What is left."""
        return self.released - self.actual - self.committed - self.taken


@dataclass(slots=True)
class Limits:
    """The lines that a batch may fall under; `exceeded` are those that only warn, and were."""

    lines: Sequence[Limit]
    exceeded: set[UUID]

    def spend(self, spendings: Sequence[Spending]) -> None:
        """Take all of the amounts, or none. Raises: BudgetExceeded for the first that a line stops."""
        taken = [one.taken for one in self.lines]
        warned: set[UUID] = set()
        for one in spendings:
            for limit in self.lines:
                if not limit.holds(one):
                    continue
                if one.amount > ZERO and one.amount > limit.available:
                    if limit.control is BudgetControl.STOP:
                        refusal = BudgetExceeded(
                            one.path, budget=limit.budget, account=limit.account, available=limit.available,
                            actual=limit.actual, committed=EXACT.add(limit.committed, limit.taken), asked=one.amount,
                        )  # fmt: skip
                        for line, before in zip(self.lines, taken, strict=True):
                            line.taken = before
                        raise refusal
                    warned.add(limit.id)
                limit.taken = EXACT.add(limit.taken, one.amount)
        self.exceeded |= warned


def released_part(open_amount: Decimal, asked: Decimal | None) -> Decimal:
    """What of a commitment is released: all that is open, or as much as is asked of it, never more than is open.

    Raises: Rejected for an amount that is not above zero, or where nothing is open.
    """
    if open_amount <= ZERO or (asked is not None and asked <= ZERO):
        raise Rejected(
            ("amount",), what="amount", value=asked, reason=f"{open_amount} is open", reason_zh=f"未释放 {open_amount}"
        )
    return open_amount if asked is None else min(asked, open_amount)
