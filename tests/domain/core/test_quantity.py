from decimal import Decimal

import pytest

from domain.core.errors import Rejected
from domain.core.quantity import AMOUNT, QUANTITY, RATE, in_scale, not_negative, positive


@pytest.mark.parametrize(
    "value", ["0", "0.000001", "-0.000001", "99999999999999.999999", "1.0000000000000000000000000000000000000", "1E+13"]
)
def test_a_value_within_the_scale_passes_unchanged(value: str):
    assert in_scale(Decimal(value), QUANTITY, "quantity") == Decimal(value)


@pytest.mark.parametrize("value", ["0.0000001", "100000000000000", "1E+14", "1E-7", "NaN", "Infinity", "-Infinity"])
def test_a_value_beyond_the_scale_is_refused_never_rounded(value: str):
    with pytest.raises(Rejected) as refused:
        in_scale(Decimal(value), AMOUNT, "amount")
    assert refused.value.code == "INVALID_VALUE"
    assert refused.value.values["what"] == "amount"


def test_many_digits_are_counted_all():
    with pytest.raises(Rejected):
        in_scale(Decimal("0." + "0" * 60 + "1"), QUANTITY, "quantity")


def test_a_rate_takes_ten_digits():
    assert in_scale(Decimal("0.0000000001"), RATE, "rate") == Decimal("0.0000000001")
    with pytest.raises(Rejected):
        in_scale(Decimal("0.00000000001"), RATE, "rate")


@pytest.mark.parametrize("value", ["0", "-1"])
def test_an_ordered_quantity_is_above_zero(value: str):
    with pytest.raises(Rejected, match="INVALID_VALUE"):
        positive(Decimal(value), QUANTITY, "quantity")


def test_a_price_may_be_zero_but_not_negative():
    assert not_negative(Decimal(0), RATE, "unitPrice") == Decimal(0)
    with pytest.raises(Rejected) as refused:
        not_negative(Decimal("-0.01"), RATE, "unitPrice")
    assert refused.value.message("en") == "Unit price -0.01 is refused: it must not be negative."
    assert refused.value.message("zh") == "单价的值 -0.01 不被接受：不能为负数。"
