"""The engines that need no document: allocation, deferral, depreciation, leases, translation, variances."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.core.errors import DomainError, Rejected
from domain.core.ledger import Unbalanced
from domain.finance.models import AccountKind
from domain.finance.rules import months
from domain.finance.rules.allocation import (
    PercentagesNotWhole,
    allocate_by_percent,
    defer_by_days,
    defer_by_months,
)
from domain.finance.rules.depreciation import (
    Basis,
    NotDepreciable,
    by_days,
    by_units,
    by_whole_months,
    days_of_service,
    declining,
    double_declining,
    straight_line,
)
from domain.finance.rules.leases import Lease, LeaseInvalid, amortisation, present_value
from domain.finance.rules.translation import LocalBalance, TranslationRateMissing, translate
from domain.finance.rules.variances import Input, Overhead, variances


def money(*texts: str) -> list[Decimal]:
    return [Decimal(text) for text in texts]


def basis(value: str, residual: str = "0", currency: str = "CNY") -> Basis:
    return Basis(value=Decimal(value), residual=Decimal(residual), currency=currency)


def test_f45_a_straight_line_and_what_changes_after_three_months():
    """Case F45: 1000, residual 100, 24 months -> 37.50 each; after 3 months +100 -> 42.26 x 20 + 42.30."""
    amounts = straight_line(basis("1000", "100"), 24)
    assert amounts == tuple(money("37.50") * 24)
    left = Decimal(1000) - sum(amounts[:3]) + Decimal(100)
    changed = straight_line(basis(str(left), "100"), 21)
    assert changed == (*money("42.26") * 20, Decimal("42.30"))
    assert left - sum(changed) == 100


def test_f46_pro_rata_by_days():
    """Case F46: 100,000, residual 10,000, 3 years from 2030-01-30 -> 27,616.44, 30,000, 30,000, 2,383.56."""
    assert by_days(basis("100000", "10000"), 3, date(2030, 1, 30)) == (
        (2030, Decimal("27616.44")), (2031, Decimal("30000.00")), (2032, Decimal("30000.00")),
        (2033, Decimal("2383.56")),
    )  # fmt: skip


@pytest.mark.parametrize("in_service_on", [date(2028, 1, 30), date(2028, 2, 29), date(2028, 3, 1), date(2027, 1, 30)])
def test_f46_a_leap_day_is_no_day_of_its_own_in_either_way_of_counting(in_service_on: date):
    """Case F46, "336 days, divisor 365": the same in a leap year, by the year and month by month."""
    worth, days = basis("100000", "10000"), days_of_service(in_service_on, date(in_service_on.year, 12, 31))
    assert days == {1: 336, 2: 306, 3: 306}[in_service_on.month]
    by_year = dict(by_days(worth, 3, in_service_on))
    used, by_month = 0, dict.fromkeys(by_year, Decimal(0))
    for _, starts_on, ends_on in months(in_service_on, date(in_service_on.year + 3, in_service_on.month, 28)):
        counted = min(days_of_service(max(in_service_on, starts_on), ends_on), 3 * 365 - used)
        by_month[ends_on.year] += by_units(worth, Decimal(counted), Decimal(used), Decimal(3 * 365))
        used += counted
    assert (used, by_month) == (3 * 365, by_year)


def test_f46_by_whole_months_from_the_month_after():
    """Case F46, China's CAS 4 book: eleven months of the first year, one of the last."""
    assert by_whole_months(basis("100000", "10000"), 3, date(2030, 1, 30)) == (
        (2030, Decimal("27500.00")), (2031, Decimal("30000.00")), (2032, Decimal("30000.00")),
        (2033, Decimal("2500.00")),
    )  # fmt: skip
    assert by_whole_months(basis("1000"), 1, date(2030, 12, 1)) == ((2031, Decimal("1000.00")),)


def test_a_whole_calendar_year_is_no_more_than_a_year():
    assert by_days(basis("900"), 3, date(2032, 1, 1)) == (
        (2032, Decimal("300.00")), (2033, Decimal("300.00")), (2034, Decimal("300.00")),
    )  # fmt: skip


def test_a_declining_balance_never_falls_below_the_residual_value():
    assert declining(basis("1000", "100"), Decimal(50), 5) == tuple(
        money("500.00", "250.00", "125.00", "25.00", "0.00")
    )
    assert double_declining(basis("1000"), 5) == tuple(money("400.00", "240.00", "144.00", "108.00", "108.00"))


def test_units_of_production_sum_exactly():
    parts = [by_units(basis("100"), Decimal(1), Decimal(before), Decimal(3)) for before in range(3)]
    assert parts == money("33.33", "33.34", "33.33")
    with pytest.raises(NotDepreciable):
        by_units(basis("100"), Decimal(2), Decimal(2), Decimal(3))


@pytest.mark.parametrize(("value", "residual", "months"), [("100", "101", 5), ("100", "-1", 5), ("100", "0", 0)])
def test_what_cannot_be_depreciated_is_refused(value: str, residual: str, months: int):
    with pytest.raises(NotDepreciable):
        straight_line(basis(value, residual), months)


@given(st.decimals("0", "99999", places=2), st.integers(1, 400))
def test_a_straight_line_always_ends_at_the_residual_value(value: Decimal, months: int):
    amounts = straight_line(basis(str(value)), months)
    assert (len(amounts), sum(amounts)) == (months, value)
    assert min(amounts) >= 0


def test_f52_a_lease_in_arrears():
    """Case F52: 36 x 10,000 at 0.5 % -> 328,710.16; month 1 1,643.55 and 8,356.45; month 36 49.78; ends at 0.00."""
    lease = Lease(payment=Decimal(10_000), periods=36, percent=Decimal("0.5"), currency="CNY")
    periods = amortisation(lease)
    assert present_value(lease) == Decimal("328710.16")
    assert (periods[0].interest, periods[0].principal) == (Decimal("1643.55"), Decimal("8356.45"))
    assert (periods[35].interest, periods[35].closing) == (Decimal("49.78"), Decimal("0.00"))
    assert sum(one.interest for one in periods) == Decimal("31289.84")


def test_a_lease_in_advance_bears_interest_on_what_is_left_after_each_payment():
    lease = Lease(payment=Decimal(100), periods=3, percent=Decimal(10), currency="CNY", in_advance=True)
    periods = amortisation(lease)
    assert present_value(lease) == Decimal("273.55")
    assert [one.interest for one in periods] == money("17.36", "9.09", "0.00")
    assert periods[-1].closing == 0
    with pytest.raises(LeaseInvalid):
        amortisation(Lease(payment=Decimal(0), periods=3, percent=Decimal(10), currency="CNY"))


def local(account: str, kind: AccountKind, amount: str, historical: str | None = None) -> LocalBalance:
    rate = None if historical is None else Decimal(historical)
    return LocalBalance(account=account, kind=kind, amount=Decimal(amount), historical=rate)


def test_f43_income_at_the_average_rate_leaves_an_adjustment():
    """Case F43: cash 80, sales 100, expense 20; closing 2, average 1.5 -> 160, 150, 30; adjustment 40."""
    source = [
        local("cash", AccountKind.ASSET, "80"), local("sales", AccountKind.INCOME, "-100"),
        local("expense", AccountKind.EXPENSE, "20"),
    ]  # fmt: skip
    found = translate(source, Decimal(2), Decimal("1.5"), "EUR")
    assert (list(found.amounts), found.adjustment) == (money("160", "-150", "30"), Decimal(-40))


def test_f43_equity_at_its_historical_rate_leaves_an_adjustment():
    """Case F43: cash 80, payables 30, capital 50; closing 2, historical 1.5 -> 160, 60, 75; adjustment 25."""
    source = [
        local("cash", AccountKind.ASSET, "80"), local("payables", AccountKind.LIABILITY, "-30"),
        local("capital", AccountKind.EQUITY, "-50", "1.5"),
    ]  # fmt: skip
    found = translate(source, Decimal(2), None, "EUR")
    assert (list(found.amounts), found.adjustment) == (money("160", "-60", "-75"), Decimal(-25))


def test_f43_what_does_not_balance_or_has_no_rate_is_refused():
    with pytest.raises(Unbalanced):
        translate([local("cash", AccountKind.ASSET, "1")], Decimal(2), Decimal(2), "EUR")
    balanced = [local("cash", AccountKind.ASSET, "1"), local("capital", AccountKind.EQUITY, "-1")]
    with pytest.raises(TranslationRateMissing) as refused:
        translate(balanced, Decimal(2), Decimal(2), "EUR")
    assert refused.value.values == {"account": "capital", "rate_type": "historical"}


def test_f63_seven_variances_explain_actual_less_standard():
    """Case F63: 24,000 units; sum -1,650 = 622,350 - 624,000."""
    found = variances(
        Input(
            standard_quantity=Decimal(10_000), standard_price=Decimal(15),
            actual_quantity=Decimal(9_800), actual_price=Decimal(16),
        ),
        Input(
            standard_quantity=Decimal(12_000), standard_price=Decimal(20),
            actual_quantity=Decimal(12_200), actual_price=Decimal(19),
        ),
        Overhead(
            variable_rate=Decimal(12), fixed_rate=Decimal("7.5"), budgeted_hours=Decimal(12_500),
            actual_variable=Decimal(140_000), actual_fixed=Decimal(93_750),
        ),
    )  # fmt: skip
    assert (found.material_price, found.material_quantity) == (9_800, -3_000)
    assert (found.labour_rate, found.labour_efficiency) == (-12_200, 4_000)
    assert (found.overhead_spending, found.overhead_efficiency, found.overhead_volume) == (-6_400, 2_400, 3_750)
    assert (found.sum, found.actual, found.standard) == (-1_650, 622_350, 624_000)


quantities = st.decimals("0", "100000", places=3)


@given(st.lists(quantities, min_size=13, max_size=13))
def test_variances_always_sum_to_the_difference(given_: list[Decimal]):
    material, labour = (
        Input(
            standard_quantity=given_[at], standard_price=given_[at + 1],
            actual_quantity=given_[at + 2], actual_price=given_[at + 3],
        )
        for at in (0, 4)
    )  # fmt: skip
    overhead = Overhead(
        variable_rate=given_[8], fixed_rate=given_[9], budgeted_hours=given_[10], actual_variable=given_[11],
        actual_fixed=given_[12],
    )  # fmt: skip
    found = variances(material, labour, overhead)
    assert found.sum == found.actual - found.standard


def test_the_last_receiver_takes_the_remainder():
    assert allocate_by_percent(Decimal("100.00"), money("33.33", "33.33", "33.34"), "CNY") == tuple(
        money("33.33", "33.33", "33.34")
    )
    assert allocate_by_percent(Decimal("0.01"), money("50", "50"), "CNY") == tuple(money("0.01", "0.00"))
    with pytest.raises(PercentagesNotWhole) as refused:
        allocate_by_percent(Decimal(1), money("50", "49.99"), "CNY")
    assert refused.value.values == {"percent": Decimal("99.99")}
    with pytest.raises(Rejected):
        allocate_by_percent(Decimal(1), money("150", "-50"), "CNY")


def test_a_deferral_sums_exactly():
    by_day = defer_by_days(Decimal("1000.00"), date(2026, 1, 16), date(2026, 4, 15), "CNY")
    assert by_day == (
        ("2026-01", Decimal("177.78")), ("2026-02", Decimal("311.11")), ("2026-03", Decimal("344.44")),
        ("2026-04", Decimal("166.67")),
    )  # fmt: skip
    by_month = defer_by_months(Decimal("100.00"), date(2026, 1, 16), date(2026, 3, 1), "CNY")
    assert [amount for _, amount in by_month] == money("33.33", "33.34", "33.33")
    with pytest.raises(DomainError):
        defer_by_days(Decimal(1), date(2026, 1, 2), date(2026, 1, 1), "CNY")


@given(st.decimals("-9999", "9999", places=2), st.integers(0, 900), st.integers(0, 900))
def test_whatever_the_span_a_deferral_sums(amount: Decimal, start: int, days: int):
    first = date.fromordinal(date(2026, 1, 1).toordinal() + start)
    last = date.fromordinal(first.toordinal() + days)
    for defer in (defer_by_days, defer_by_months):
        assert sum((one for _, one in defer(amount, first, last, "CNY")), Decimal(0)) == amount
