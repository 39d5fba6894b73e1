from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.core.errors import CurrencyMismatch
from domain.core.money import Money, allocate, minor_unit, to_minor_unit, to_scale


def test_amounts_of_two_currencies_never_meet():
    with pytest.raises(CurrencyMismatch) as refused:
        Money(Decimal(1), "EUR") + Money(Decimal(1), "USD")
    assert refused.value.code == "CURRENCY_MISMATCH"
    assert refused.value.values == {"what": "Amount", "currency": "USD", "expected": "EUR"}
    with pytest.raises(CurrencyMismatch):
        Money(Decimal(1), "EUR") - Money(Decimal(1), "USD")


def test_a_sum_keeps_every_digit():
    large, small = Decimal("12345678901234.123456"), Decimal("0.000001")
    assert (Money(large, "EUR") + Money(small, "EUR")).amount == Decimal("12345678901234.123457")


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("2.345", "EUR", "2.35"),
        ("-2.345", "EUR", "-2.35"),
        ("2.344999", "EUR", "2.34"),
        ("100.5", "JPY", "101"),
        ("1.0005", "KWD", "1.001"),
        ("1.00005", "CLF", "1.0001"),
    ],
)
def test_rounding_goes_to_the_minor_unit_half_away_from_zero(amount: str, currency: str, rounded: str):
    assert to_minor_unit(Decimal(amount), currency) == Decimal(rounded)


def test_a_document_amount_is_rounded_to_the_digits_named():
    assert to_scale(Decimal("1.2345675"), 6) == Decimal("1.234568")


def test_shares_follow_their_weights():
    cent = Decimal("0.01")
    assert allocate(Decimal("10.00"), [Decimal(1)] * 3, cent) == (Decimal("3.33"), Decimal("3.34"), Decimal("3.33"))
    assert allocate(Decimal("250"), [Decimal(10), Decimal(40)], cent) == (Decimal(50), Decimal(200))
    assert allocate(Decimal("-0.01"), [Decimal(1), Decimal(1)], cent) == (Decimal("-0.01"), Decimal(0))


@given(
    st.integers(-(10**12), 10**12),
    st.lists(st.decimals(0, 10**6, places=6), min_size=1, max_size=20).filter(lambda weights: sum(weights) > 0),
    st.sampled_from(["EUR", "JPY", "KWD"]),
)
def test_shares_sum_exactly_and_none_is_off_by_a_whole_unit(units: int, weights: list[Decimal], currency: str):
    unit = minor_unit(currency)
    amount = units * unit
    shares = allocate(amount, weights, unit)
    assert sum(shares, Decimal(0)) == amount
    assert all(share % unit == 0 for share in shares)
    whole = sum(weights, Decimal(0))
    assert all(abs(share - amount * weight / whole) <= unit for share, weight in zip(shares, weights, strict=True))


def test_shares_without_weight_are_refused():
    for weights in ([], [Decimal(0)], [Decimal(2), Decimal(-1)]):
        with pytest.raises(ValueError, match="weights"):
            allocate(Decimal(1), weights, Decimal("0.01"))
    with pytest.raises(ValueError, match="no multiple"):
        allocate(Decimal("0.005"), [Decimal(1)], Decimal("0.01"))
