"""Working days, pure: which days of a calendar are worked, and where a day that is not one leads.

A weekday with a shift is worked; an exception wins over the week: a holiday is not, a day that makes up for another is.
Whoever names a calendar says whether a day that falls on one that is not worked moves to the next working day or to the
one before: terms of payment for what falls due, a site for what arrives there and leaves it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from domain.core.errors import DomainError
from domain.master_data.calendars import DayMove

# A calendar in which no day of a year is worked is not in use.
SEARCHED_DAYS_MAX: Final = 366
ONE_DAY: Final = timedelta(days=1)


class NoWorkingDay(DomainError):
    """A calendar without a working day within a year leads nowhere."""

    code = "NO_WORKING_DAY"
    zh = "工作日历 {calendar} 在 {day} 前后一年内没有工作日。"
    en = "Calendar {calendar} has no working day within a year of {day}."


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingDays:
    """The days of a calendar: weekdays (ISO, Monday is 1) that are worked, and days that differ from them."""

    calendar: str
    weekdays: frozenset[int]
    exceptions: Mapping[date, bool]

    def is_worked(self, day: date) -> bool:
        """Whether the day is worked."""
        return self.exceptions.get(day, day.isoweekday() in self.weekdays)

    def moved(self, day: date, move: DayMove) -> date:
        """The day itself, or the working day to which it moves. Raises: NoWorkingDay."""
        step, end = (ONE_DAY, date.max) if move is DayMove.NEXT else (-ONE_DAY, date.min)
        found = day
        for _ in range(SEARCHED_DAYS_MAX):
            if self.is_worked(found):
                return found
            if found == end:
                break
            found += step
        raise NoWorkingDay(calendar=self.calendar, day=day.isoformat())


@dataclass(frozen=True, slots=True)
class DayRule:
    """The working days that hold somewhere, and where other days lead."""

    days: WorkingDays
    move: DayMove

    def moved(self, day: date, not_before: date | None = None) -> date:
        """The working day that counts: the next where the one before would be too early. Raises: NoWorkingDay."""
        found = self.days.moved(day, self.move)
        return self.days.moved(day, DayMove.NEXT) if not_before is not None and found < not_before else found
