"""Fiscal calendars, pure: the periods of a year, by months or by weeks.

A year of weeks has 52, or 53 where a leap week keeps it near the same day of the calendar; its last period has it. Each
quarter has thirteen weeks, in three periods (4-4-5, 4-5-4, 5-4-4).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final

from domain.core.errors import DomainError, Rejected
from domain.finance.rules.terms import add_months

PERIODS_OF_A_YEAR: Final = 12
QUARTERS: Final = 4

# From the 29th on not every month has the day.
DAY_MAX: Final = 28


class FiscalPattern(StrEnum):
    """MONTHS from the year's first day on, or weeks in quarters."""

    MONTHS = "MONTHS"
    WEEKS_4_4_5 = "WEEKS_4_4_5"
    WEEKS_4_5_4 = "WEEKS_4_5_4"
    WEEKS_5_4_4 = "WEEKS_5_4_4"


WEEKS: Final = {
    FiscalPattern.WEEKS_4_4_5: (4, 4, 5), FiscalPattern.WEEKS_4_5_4: (4, 5, 4), FiscalPattern.WEEKS_5_4_4: (5, 4, 4),
}  # fmt: skip


class FiscalYearApart(DomainError):
    code = "FISCAL_YEAR_APART"
    zh = "会计年度 {year} 须自 {expected} 开始，即现有期间结束的次日；所给日期为 {begins_on}。"
    en = "Fiscal year {year} must begin on {expected}, the day after the periods that there are; not on {begins_on}."


@dataclass(frozen=True, slots=True)
class YearPeriod:
    """A period of a year, `position` 1-based."""

    position: int
    code: str
    starts_on: date
    ends_on: date


def year_periods(
    year: str, begins_on: date, pattern: FiscalPattern, *, has_leap_week: bool = False
) -> tuple[YearPeriod, ...]:
    """The twelve periods of a year, without a day between them.

    A calendar month is named by year and month, any other period by its year and place. Raises: Rejected.
    """
    if pattern is FiscalPattern.MONTHS:
        if has_leap_week:
            reason, reason_zh = "a year of months has no leap week", "按月的年度没有闰周"
            raise Rejected(("hasLeapWeek",), what="leap week", value=True, reason=reason, reason_zh=reason_zh)
        if begins_on.day > DAY_MAX:
            reason, reason_zh = f"not every month has a day {begins_on.day}", f"并非每月都有 {begins_on.day} 日"
            raise Rejected(
                ("beginsOn",), what="first day", value=begins_on.isoformat(), reason=reason, reason_zh=reason_zh
            )
        starts = [add_months(begins_on, place) for place in range(PERIODS_OF_A_YEAR + 1)]
    else:
        starts = [begins_on]
        for weeks in WEEKS[pattern] * QUARTERS:
            starts.append(starts[-1] + timedelta(weeks=weeks))
        starts[-1] += timedelta(weeks=int(has_leap_week))
    is_calendar = pattern is FiscalPattern.MONTHS and begins_on.day == 1
    return tuple(
        YearPeriod(
            position=place, code=f"{start:%Y-%m}" if is_calendar else f"{year}-P{place:02}", starts_on=start,
            ends_on=following - timedelta(days=1),
        )
        for place, (start, following) in enumerate(pairwise(starts), start=1)
    )  # fmt: skip


def follows(year: str, begins_on: date, ends: Sequence[date]) -> None:
    """Nothing; raises FiscalYearApart unless the year begins the day after the last of the periods that there are."""
    if ends and begins_on != (expected := max(ends) + timedelta(days=1)):
        raise FiscalYearApart(("beginsOn",), year=year, expected=expected.isoformat(), begins_on=begins_on.isoformat())
