"""Which days are worked, where others lead: China's National Day of 2026, and the Saturday that makes up for it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from domain.core.money import Money
from domain.finance.models import InstalmentShare
from domain.finance.rules.terms import Instalment, Terms, schedule
from domain.master_data.calendars import DayMove
from domain.master_data.working_days import DayRule, NoWorkingDay, WorkingDays

# 1 to 7 October 2026 are off, Thursday to Wednesday; Saturday 10 October is worked.
GOLDEN_WEEK = WorkingDays(
    calendar="CN",
    weekdays=frozenset(range(1, 6)),
    exceptions={date(2026, 10, day): False for day in range(1, 8)} | {date(2026, 10, 10): True},
)


def october(day: int) -> date:
    return date(2026, 10, day)


def test_an_exception_wins_over_the_week():
    worked = [day for day in range(1, 19) if GOLDEN_WEEK.is_worked(october(day))]
    assert worked == [8, 9, 10, 12, 13, 14, 15, 16]


@pytest.mark.parametrize(
    ("day", "following", "before"),
    [(8, october(8), october(8)), (4, october(8), date(2026, 9, 30)), (10, october(10), october(10)),
     (11, october(12), october(10)), (17, october(19), october(16))],
)  # fmt: skip
def test_a_day_that_is_not_worked_moves_to_the_next_or_to_the_one_before(day: int, following: date, before: date):
    assert GOLDEN_WEEK.moved(october(day), DayMove.NEXT) == following
    assert GOLDEN_WEEK.moved(october(day), DayMove.PREVIOUS) == before


def test_nothing_falls_due_before_its_invoice():
    rule = DayRule(GOLDEN_WEEK, DayMove.PREVIOUS)
    assert rule.moved(october(4), october(2)) == october(8)
    assert rule.moved(october(4), date(2026, 9, 30)) == date(2026, 9, 30)


def test_a_calendar_without_a_working_day_is_refused():
    never = WorkingDays(calendar="NONE", weekdays=frozenset(), exceptions={})
    with pytest.raises(NoWorkingDay) as refusal:
        never.moved(october(1), DayMove.NEXT)
    assert refusal.value.message() == "Calendar NONE has no working day within a year of 2026-10-01."
    for day, move in ((date.max, DayMove.NEXT), (date.min, DayMove.PREVIOUS)):
        with pytest.raises(NoWorkingDay):
            never.moved(day, move)


def test_instalments_and_discounts_fall_on_working_days_where_the_terms_say_so():
    """Invoiced on 21 September: 14 days are Monday 5 October, 30 days are Wednesday the 21st, 10 days the 1st."""
    half = Instalment(share=InstalmentShare.PERCENT, value=Decimal(50), days=14)
    rest = Instalment(share=InstalmentShare.REMAINDER, days=30)
    terms = Terms(
        instalments=(half, rest), discount_percent=Decimal(2), discount_days=10,
        day_rule=DayRule(GOLDEN_WEEK, DayMove.NEXT),
    )  # fmt: skip
    invoiced = date(2026, 9, 21)
    assert [one.due_on for one in schedule(terms, Money(Decimal(100), "CNY"), invoiced)] == [october(8), october(21)]
    assert terms.discount_until(invoiced) == october(8)
    plain = Terms(instalments=(half, rest), discount_percent=Decimal(2), discount_days=10)
    assert [one.due_on for one in schedule(plain, Money(Decimal(100), "CNY"), invoiced)] == [october(5), october(21)]
    assert plain.discount_until(invoiced) == invoiced + timedelta(days=10)
