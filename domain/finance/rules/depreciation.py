"""Depreciation, pure: schedules of fixed assets that end exactly at the residual value.

Straight line over months: each month the same rounded amount, the last takes the remainder; after a change of value or
life what is left is spread over the months left (IAS 16.51, prospectively). Straight line over years, pro rata: the
first day in service counts, a year has 365 days whatever the calendar says, the part year comes back at the end.
China's CAS 4 (article 18): depreciation begins the month after the asset is in service, by whole months.
Declining balance takes a constant share of what is left, never below the residual value; units of production a share of
what the asset will ever make.
"""

from calendar import isleap
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from domain.core.errors import DomainError
from domain.core.money import EXACT, ROUNDING, ZERO, product, to_minor_unit, total
from domain.finance.rules.terms import add_months

DAYS_OF_A_YEAR: Final = 365
MONTHS_OF_A_YEAR: Final = 12
HUNDRED: Final = Decimal(100)

# A century by months: what lasts longer is land.
PERIODS_MAX: Final = 1_200


class NotDepreciable(DomainError):
    code = "NOT_DEPRECIABLE"
    zh = "无法计提折旧：{reason_zh}。"
    en = "Nothing can be depreciated: {reason}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What an asset is worth now and must be worth at the end, in one currency."""

    value: Decimal
    residual: Decimal
    currency: str

    @property
    def depreciable(self) -> Decimal:
        """What is to be written off. Raises: NotDepreciable when the residual value is negative or above the value."""
        if self.residual < ZERO or self.residual > self.value:
            raise NotDepreciable(
                reason=f"the residual value {self.residual} is not within the value {self.value}",
                reason_zh=f"残值 {self.residual} 超出价值 {self.value}",
            )
        return EXACT.subtract(self.value, self.residual)


def _check_periods(count: int) -> int:
    if not 1 <= count <= PERIODS_MAX:
        raise NotDepreciable(
            reason=f"{count} periods are not within 1 to {PERIODS_MAX}",
            reason_zh=f"期数 {count} 须在 1 至 {PERIODS_MAX} 之间",
        )
    return count


def straight_line(basis: Basis, months: int) -> tuple[Decimal, ...]:
    """The amount of each of the months left; all are the same but the last, which takes the remainder.

    A change of value or life is a new basis over the months left. Raises: NotDepreciable.
    """
    depreciable = basis.depreciable
    each = to_minor_unit(ROUNDING.divide(depreciable, Decimal(_check_periods(months))), basis.currency)
    # Where rounding up would write off too much, the last months take nothing instead of giving back.
    amounts: list[Decimal] = []
    left = depreciable
    for _ in range(months - 1):
        amounts.append(min(each, left))
        left = EXACT.subtract(left, amounts[-1])
    return (*amounts, left)


def by_days(basis: Basis, years: int, in_service_on: date) -> tuple[tuple[int, Decimal], ...]:
    """(calendar year, amount) over `years` years from the first day in service, pro rata by days of 365.

    Raises: NotDepreciable.
    """
    depreciable, span = basis.depreciable, Decimal(_check_periods(years) * DAYS_OF_A_YEAR)
    first = days_of_service(in_service_on, date(in_service_on.year, 12, 31))
    amounts = [
        to_minor_unit(ROUNDING.divide(product(depreciable, Decimal(days)), span), basis.currency)
        for days in (first, *([DAYS_OF_A_YEAR] * (years - 1)))
    ]
    rest = EXACT.subtract(depreciable, total(amounts))
    return tuple((in_service_on.year + place, amount) for place, amount in enumerate((*amounts, rest)) if amount)


def by_whole_months(basis: Basis, years: int, in_service_on: date) -> tuple[tuple[int, Decimal], ...]:
    """(calendar year, amount) over `years` years of whole months from the month after service began (CAS 4).

    Raises: NotDepreciable.
    """
    begins, depreciable = add_months(in_service_on.replace(day=1), 1), basis.depreciable
    count = _check_periods(years * MONTHS_OF_A_YEAR)
    reached: dict[int, Decimal] = {}
    for place in range(count):
        share = ROUNDING.divide(product(depreciable, Decimal(place + 1)), Decimal(count))
        reached[add_months(begins, place).year] = to_minor_unit(share, basis.currency)
    before = [ZERO, *reached.values()]
    return tuple((year, EXACT.subtract(sum_, was)) for (year, sum_), was in zip(reached.items(), before, strict=False))


def declining(basis: Basis, percent: Decimal, periods: int) -> tuple[Decimal, ...]:
    """The amount of each period: `percent` of what is left, never below the residual value; the last period closes.

    `percent` is of one period. Raises: NotDepreciable.
    """
    left = basis.depreciable
    book = basis.value
    amounts: list[Decimal] = []
    for _ in range(_check_periods(periods) - 1):
        amount = min(to_minor_unit(ROUNDING.divide(product(book, percent), HUNDRED), basis.currency), left)
        amounts.append(amount)
        left, book = EXACT.subtract(left, amount), EXACT.subtract(book, amount)
    return (*amounts, left)


def double_declining(basis: Basis, periods: int) -> tuple[Decimal, ...]:
    """Twice the straight line's share of what is left, and the straight line over the rest once that is more.

    China's CAS 4 prescribes the change for the last two years; it is where the straight line overtakes.
    Raises: NotDepreciable.
    """
    left = basis.depreciable
    book = basis.value
    amounts: list[Decimal] = []
    for place in range(_check_periods(periods) - 1):
        twice = ROUNDING.divide(product(book, Decimal(2)), Decimal(periods))
        even = ROUNDING.divide(left, Decimal(periods - place))
        amount = min(to_minor_unit(max(twice, even), basis.currency), left)
        amounts.append(amount)
        left, book = EXACT.subtract(left, amount), EXACT.subtract(book, amount)
    return (*amounts, left)


def in_month(basis: Basis, percent: Decimal) -> Decimal:
    """What one month of the declining balance writes off: `percent` of the value, never below the residual value.

    Raises: NotDepreciable.
    """
    amount = to_minor_unit(ROUNDING.divide(product(basis.value, percent), HUNDRED), basis.currency)
    return min(amount, basis.depreciable)


def in_month_doubled(basis: Basis, months_total: int, months_left: int) -> Decimal:
    """What the next of `months_left` months writes off by the double declining balance. Raises: NotDepreciable."""
    left = basis.depreciable
    twice = ROUNDING.divide(product(basis.value, Decimal(2)), Decimal(_check_periods(months_total)))
    even = ROUNDING.divide(left, Decimal(_check_periods(months_left)))
    return min(to_minor_unit(max(twice, even), basis.currency), left)


def days_of_service(first_on: date, last_on: date) -> int:
    """The days from one to the other, both included, as a calendar of 365 days a year counts them.

    29 February is no day of its own: a year has 365 days whatever the calendar says.
    """
    years = [year for year in range(first_on.year, last_on.year + 1) if isleap(year)]
    leap = sum(first_on <= date(year, 2, 29) <= last_on for year in years)
    return max((last_on - first_on).days + 1 - leap, 0)


def by_units(basis: Basis, made: Decimal, made_before: Decimal, capacity: Decimal) -> Decimal:
    """The amount of a period in which `made` units came off an asset that will make `capacity`; sums exactly.

    Raises: NotDepreciable for more units than the asset can make.
    """
    after = EXACT.add(made_before, made)
    if min(made, made_before) < ZERO or capacity <= ZERO or after > capacity:
        raise NotDepreciable(
            reason=f"{after} units are not within the capacity of {capacity}",
            reason_zh=f"产量 {after} 超出总产能 {capacity}",
        )
    depreciable = basis.depreciable
    reached, before = (
        to_minor_unit(ROUNDING.divide(product(depreciable, units), capacity), basis.currency)
        for units in (after, made_before)
    )
    return EXACT.subtract(reached, before)
