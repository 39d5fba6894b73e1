from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.core.errors import CurrencyMismatch, Rejected
from domain.core.money import Money
from domain.finance.models import InstalmentShare, InstalmentStart
from domain.finance.rules.terms import AT_ONCE, Instalment, Terms, check_terms, due_on, early_discount, schedule

PERCENT, FIXED, REMAINDER = InstalmentShare.PERCENT, InstalmentShare.FIXED, InstalmentShare.REMAINDER


def january(day: int) -> date:
    return date(2019, 1, day)


def test_f54_days_after_the_end_of_the_month():
    """Case F54: 45 days after the end of the month: 1, 15, 31 January 2019 -> 17 March."""
    one = Instalment(share=REMAINDER, start=InstalmentStart.END_OF_MONTH, days=45)
    assert [due_on(one, january(day)) for day in (1, 15, 31)] == [date(2019, 3, 17)] * 3


def test_f54_a_minimum_of_days_then_a_fixed_day():
    """Case F54: at least 31 days, then the 15th: 1 and 15 January -> 15 February, 31 January -> 15 March."""
    one = Instalment(share=REMAINDER, minimum_days=31, fixed_day=15)
    due = [due_on(one, january(day)) for day in (1, 15, 31)]
    assert due == [date(2019, 2, 15), date(2019, 2, 15), date(2019, 3, 15)]


def test_months_after_the_end_of_a_month_lead_to_the_end_of_a_month():
    """One and two months after that of 10 February 2019: 31 March, 30 April; in the leap year 29 February."""
    one, two = (Instalment(share=REMAINDER, start=InstalmentStart.END_OF_MONTH, months=count) for count in (1, 2))
    assert [due_on(each, date(2019, 2, 10)) for each in (one, two)] == [date(2019, 3, 31), date(2019, 4, 30)]
    assert [due_on(one, date(2020, 1, day)) for day in (1, 30, 31)] == [date(2020, 2, 29)] * 3
    assert due_on(two, date(2019, 12, 31)) == date(2020, 2, 29)


def test_months_end_where_they_are_shorter():
    assert due_on(Instalment(share=REMAINDER, months=1), january(31)) == date(2019, 2, 28)
    assert due_on(Instalment(share=REMAINDER, months=13), january(31)) == date(2020, 2, 29)
    assert due_on(Instalment(share=REMAINDER, days=30, fixed_day=31), january(29)) == date(2019, 2, 28)
    assert due_on(Instalment(share=REMAINDER, fixed_day=10), date(2019, 12, 11)) == date(2020, 1, 10)


def test_instalments_sum_to_the_amount_and_the_last_takes_what_is_left():
    thirds = Terms(
        instalments=(
            Instalment(share=PERCENT, value=Decimal("33.33")),
            Instalment(share=PERCENT, value=Decimal("33.33"), days=30),
            Instalment(share=REMAINDER, days=60),
        )
    )
    due = schedule(thirds, Money(Decimal("100.01"), "CNY"), january(1))
    assert [(one.due_on, str(one.amount)) for one in due] == [
        (date(2019, 1, 1), "33.33"), (date(2019, 1, 31), "33.33"), (date(2019, 3, 2), "33.35"),
    ]  # fmt: skip
    back = schedule(thirds, Money(Decimal("-100.01"), "CNY"), january(1))
    assert [str(one.amount) for one in back] == ["-33.33", "-33.33", "-33.35"]


def test_a_fixed_instalment_takes_no_more_than_there_is():
    terms = Terms(
        instalments=(Instalment(share=FIXED, value=Decimal(500), currency="CNY"), Instalment(share=REMAINDER, days=30))
    )
    assert [one.amount for one in schedule(terms, Money(Decimal(800), "CNY"), january(1))] == [500, 300]
    assert [one.amount for one in schedule(terms, Money(Decimal(400), "CNY"), january(1))] == [400]
    with pytest.raises(CurrencyMismatch):
        schedule(terms, Money(Decimal(800), "USD"), january(1))


def test_without_terms_all_is_due_at_once():
    [due] = schedule(AT_ONCE, Money(Decimal(5), "CNY"), january(7))
    assert (due.due_on, due.amount) == (january(7), Decimal(5))
    assert AT_ONCE.discount_until(january(7)) is None


def test_an_early_discount_has_a_last_day_and_is_rounded_once():
    terms = Terms(discount_percent=Decimal(2), discount_days=10)
    assert terms.discount_until(january(25)) == date(2019, 2, 4)
    assert early_discount(Decimal("99.75"), Decimal(2), "CNY") == Decimal("2.00")


@pytest.mark.parametrize(
    "instalments",
    [
        (),
        (Instalment(share=PERCENT, value=Decimal(99)),),
        (Instalment(share=PERCENT, value=Decimal(101)), Instalment(share=REMAINDER)),
        (Instalment(share=REMAINDER), Instalment(share=PERCENT, value=Decimal(100))),
        (Instalment(share=FIXED, value=Decimal(5), currency="CNY"),),
        (Instalment(share=PERCENT, value=Decimal(0)), Instalment(share=REMAINDER)),
    ],
)
def test_instalments_that_make_no_whole_are_refused(instalments: tuple[Instalment, ...]):
    with pytest.raises(Rejected):
        check_terms(instalments)


percents = st.lists(st.decimals("0.01", "30", places=2), max_size=3)


@given(st.decimals("-10000", "10000", places=2), percents)
def test_whatever_the_shares_they_sum(amount: Decimal, shares: list[Decimal]):
    instalments = (*(Instalment(share=PERCENT, value=one) for one in shares), Instalment(share=REMAINDER))
    check_terms(instalments)
    due = schedule(Terms(instalments=instalments), Money(amount, "CNY"), january(1))
    assert sum((one.amount for one in due), Decimal(0)) == amount
    assert all((one.amount > 0) == (amount > 0) for one in due)
