"""Leases, pure: the present value of payments, and the schedule that brings it to exactly zero (IFRS 16.26, 16.36).

Interest is rounded to the minor unit each period; the last period takes the remainder as interest, so that the
liability ends at 0.00. Rates are per period.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from domain.core.errors import DomainError
from domain.core.money import EXACT, ROUNDING, ZERO, product, to_minor_unit
from domain.finance.rules.depreciation import PERIODS_MAX

ONE: Final = Decimal(1)
HUNDRED: Final = Decimal(100)


class LeaseInvalid(DomainError):
    code = "LEASE_INVALID"
    zh = "租赁条件无效：{reason_zh}。"
    en = "These are no terms of a lease: {reason}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Equal payments at the end of each period, or at its begin where `in_advance`; `percent` is a period's rate."""

    payment: Decimal
    periods: int
    percent: Decimal
    currency: str
    in_advance: bool = False

    def checked(self) -> "Lease":
        """Itself. Raises: LeaseInvalid."""
        if not 1 <= self.periods <= PERIODS_MAX or self.payment <= ZERO or self.percent < ZERO:
            raise LeaseInvalid(
                reason=f"{self.periods} payments of {self.payment} at {self.percent} %",
                reason_zh=f"{self.periods} 期，每期 {self.payment}，利率 {self.percent} %",
            )
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class LeasePeriod:
    """One period: what is paid, which part is interest and which principal, and what is owed after it."""

    number: int
    payment: Decimal
    interest: Decimal
    principal: Decimal
    closing: Decimal


def present_value(lease: Lease) -> Decimal:
    """What the payments are worth at the begin, rounded once. Raises: LeaseInvalid."""
    lease.checked()
    factor = EXACT.add(ONE, EXACT.divide(lease.percent, HUNDRED))
    discount, worth = ONE, ZERO
    for _ in range(lease.periods):
        if not lease.in_advance:
            discount = ROUNDING.divide(discount, factor)
        worth = ROUNDING.add(worth, ROUNDING.multiply(lease.payment, discount))
        if lease.in_advance:
            discount = ROUNDING.divide(discount, factor)
    return to_minor_unit(worth, lease.currency)


def amortisation(lease: Lease) -> tuple[LeasePeriod, ...]:
    """The periods, from the present value down to 0.00. Raises: LeaseInvalid."""
    owed = present_value(lease)
    rate = EXACT.divide(lease.percent, HUNDRED)
    periods: list[LeasePeriod] = []
    for number in range(1, lease.periods + 1):
        bearing = EXACT.subtract(owed, lease.payment) if lease.in_advance else owed
        interest = to_minor_unit(product(bearing, rate), lease.currency)
        if number == lease.periods:
            interest = EXACT.subtract(lease.payment, owed)
        principal = EXACT.subtract(lease.payment, interest)
        owed = EXACT.subtract(owed, principal)
        periods.append(
            LeasePeriod(number=number, payment=lease.payment, interest=interest, principal=principal, closing=owed)
        )
    return tuple(periods)


def shared(change: Decimal, book_value: Decimal) -> tuple[Decimal, Decimal]:
    """What of a change of the liability changes the right of use, down to nothing, and what is left for the result.

    Both with the sign of the change: what is owed less than the right was worth is income (IFRS 16.39).
    """
    of_right = max(change, -book_value)
    return of_right, EXACT.subtract(change, of_right)
