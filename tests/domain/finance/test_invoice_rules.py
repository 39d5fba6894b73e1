from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.core.errors import Rejected
from domain.finance.models import AccountRole, TaxKind, TaxMethod
from domain.finance.rules.invoices import (
    BlueLine,
    CreditExceedsInvoice,
    Line,
    LineAmounts,
    Priced,
    check_digital_number,
    price,
    take_back,
)
from domain.finance.rules.taxes import Tax


def vat(percent: str, kind: TaxKind = TaxKind.VAT) -> Tax:
    return Tax(
        id=UUID(int=1), kind=kind, method=TaxMethod.PERCENT, value=Decimal(percent), sales_role=AccountRole.TAX_OUTPUT
    )


def line(quantity: str, unit_price: str, percent: str = "13", **more: bool) -> Line:
    code = UUID(int=int(Decimal(percent) * 100))
    return Line(quantity=Decimal(quantity), unit_price=Decimal(unit_price), code=code, taxes=(vat(percent),), **more)


def sums(priced: Priced) -> tuple[str, str, str]:
    return str(priced.net), str(priced.tax), str(priced.total)


def test_w3_ten_lines_of_three_at_eleven():
    """Work W3: 10 lines x 3 @ 11.00 at 20 % -> 330.00 + 66.00 = 396.00."""
    priced = price([line("3", "11.00", "20")] * 10, "USD")
    assert sums(priced) == ("330.00", "66.00", "396.00")
    assert {one.tax for one in priced.lines} == {Decimal("6.60")}
    assert len(priced.charged) == 1


def test_f61_a_line_is_rounded_then_its_tax():
    """Case F61: 3 x 33.3333 = 100.00 net, 13 % = 13.00."""
    assert sums(price([line("3", "33.3333")], "CNY")) == ("100.00", "13.00", "113.00")


def blue(quantity: str = "3", net: str = "100.00", tax: str = "13.00") -> BlueLine:
    return BlueLine(
        id=UUID(int=5), invoice="INV-1", position=1, quantity=Decimal(quantity), net=Decimal(net), tax=Decimal(tax)
    )


def after(one: BlueLine, quantity: Decimal, amounts: LineAmounts) -> BlueLine:
    return replace(
        one,
        credited_quantity=one.credited_quantity + quantity,
        credited_net=one.credited_net + amounts.net,
        credited_tax=one.credited_tax + amounts.tax,
    )


def test_f61_a_red_letter_leaves_a_cap():
    """Case F61: red letter of 1 of 3 -> 33.33 / 4.33; remaining cap 66.67 / 8.67; the last takes what is left."""
    taken = take_back(blue(), Decimal(1), "CNY")
    assert (taken.net, taken.tax) == (Decimal("33.33"), Decimal("4.33"))
    left = after(blue(), Decimal(1), taken)
    assert (left.remaining.net, left.remaining.tax) == (Decimal("66.67"), Decimal("8.67"))
    rest = take_back(left, Decimal(2), "CNY")
    assert (rest.net, rest.tax) == (Decimal("66.67"), Decimal("8.67"))


def test_more_than_is_left_cannot_be_taken_back():
    with pytest.raises(CreditExceedsInvoice) as refused:
        take_back(blue(), Decimal("3.000001"), "CNY")
    assert refused.value.values["remaining"] == Decimal(3)
    for quantity in ("0", "-1"):
        with pytest.raises(Rejected):
            take_back(blue(), Decimal(quantity), "CNY")


def test_a_tax_is_rounded_once_over_all_lines_of_its_code():
    priced = price([line("1", "0.04")] * 3 + [line("1", "10", "9")], "CNY")
    assert [str(one.amount) for one in priced.charged] == ["0.02", "0.90"]
    assert [str(one.tax) for one in priced.lines] == ["0.00", "0.01", "0.01", "0.90"]
    assert sums(priced) == ("10.12", "0.92", "11.04")


def test_what_rounding_leaves_over_is_spread_a_cent_a_line():
    priced = price([line("1", "0.04", "15")] * 100, "CNY")
    assert sums(priced) == ("4.00", "0.60", "4.60")
    assert {str(one.tax) for one in priced.lines} == {"0.00", "0.01"}


def test_prices_that_include_taxes_keep_their_total():
    priced = price([line("1", "11.30", includes_tax=True), line("3", "0.99", includes_tax=True)], "CNY")
    assert sums(priced) == ("12.63", "1.64", "14.27")
    assert [str(one.net + one.tax) for one in priced.lines] == ["11.30", "2.97"]


lines = st.lists(
    st.builds(
        line,
        st.decimals("0.000001", "1000", places=6).map(str),
        st.decimals("0", "1000", places=4).map(str),
        st.sampled_from(["0", "6", "13"]),
    ),
    min_size=1,
    max_size=8,
)


@given(lines)
def test_lines_and_taxes_always_come_to_the_total(given_lines: list[Line]):
    priced = price(given_lines, "CNY")
    assert sum((one.net for one in priced.lines), Decimal(0)) == priced.net
    assert sum((one.tax for one in priced.lines), Decimal(0)) == priced.tax
    assert sum((one.amount for one in priced.charged), Decimal(0)) == priced.tax


@given(st.lists(st.integers(1, 5), min_size=1, max_size=6), st.decimals("0.01", "999", places=2))
def test_red_letters_together_come_to_the_blue_letter(parts: list[int], net: Decimal):
    tax = (net * Decimal("0.13")).quantize(Decimal("0.01"))
    left = blue(str(sum(parts)), str(net), str(tax))
    for part in parts:
        left = after(left, Decimal(part), take_back(left, Decimal(part), "CNY"))
    assert (left.remaining_quantity, left.remaining.net, left.remaining.tax) == (0, 0, 0)


def test_a_digital_number_has_twenty_digits_and_the_year():
    on = date(2026, 5, 20)
    assert check_digital_number("26317000000123456789", on) == "26317000000123456789"
    for number in ("2631700000012345678", "263170000001234567890", "2631700000012345678X", "25317000000123456789",
                   "２６317000000123456789"):  # fmt: skip
        with pytest.raises(Rejected):
            check_digital_number(number, on)
