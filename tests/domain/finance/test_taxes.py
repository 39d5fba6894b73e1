from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.finance.models import AccountRole, TaxKind, TaxMethod
from domain.finance.rules.taxes import Tax, Taxed, TaxNotInForce, TaxNotInvertible, in_force, on_gross, on_net

PERCENT, COMPOUND, FIXED = TaxMethod.PERCENT, TaxMethod.COMPOUND, TaxMethod.FIXED_PER_UNIT


def tax(value: str, method: TaxMethod = PERCENT, kind: TaxKind = TaxKind.VAT, **more: date) -> Tax:
    return Tax(
        id=UUID(int=1), kind=kind, method=method, value=Decimal(value), sales_role=AccountRole.TAX_OUTPUT, **more
    )


def amounts(taxed: Taxed) -> list[str]:
    return [str(one.amount) for one in taxed.charged]


def net(taxes: list[Tax], amount: str, quantity: str = "1", currency: str = "CNY") -> Taxed:
    return on_net(taxes, Decimal(amount), Decimal(quantity), currency)


def gross(taxes: list[Tax], amount: str, quantity: str = "1", currency: str = "CNY") -> Taxed:
    return on_gross(taxes, Decimal(amount), Decimal(quantity), currency)


def test_f55_a_share_and_a_fixed_amount_a_unit():
    """Case F55: unit 100 x 2, 20 % and 10 a unit -> 40 and 20; gross 130 -> net 100."""
    rules = [tax("20"), tax("10", FIXED)]
    assert amounts(net(rules, "200", "2")) == ["40.00", "20.00"]
    found = gross(rules, "130")
    assert (found.net, amounts(found)) == (Decimal("100.00"), ["20.00", "10.00"])


def test_f55_three_taxes_of_one_price():
    """Case F55: 10 %, 5 a unit and 20 % on 100 -> 10, 5, 20; 135 -> 100."""
    rules = [tax("10"), tax("5", FIXED), tax("20")]
    assert amounts(net(rules, "100")) == ["10.00", "5.00", "20.00"]
    assert gross(rules, "135").net == Decimal("100.00")


def test_a_compound_tax_counts_the_taxes_before_it():
    rules = [tax("5"), tax("9.5", COMPOUND)]
    assert amounts(net(rules, "100")) == ["5.00", "9.98"]
    found = gross(rules, "114.98")
    assert (found.net, amounts(found)) == (Decimal("100.00"), ["5.00", "9.98"])
    assert amounts(net([tax("2", FIXED), tax("10", COMPOUND)], "100", "3")) == ["6.00", "10.60"]


def test_a_negative_rate_keeps_the_entered_amount_and_the_largest_tax_takes_the_remainder():
    rules = [tax("-10"), tax("13")]
    found = gross(rules, "100")
    assert (found.net, amounts(found), found.gross) == (Decimal("97.09"), ["-9.71", "12.62"], Decimal("100.00"))
    # Unrounded 97.087; rounded, the taxes come to 2.91, which with the net is 100.00: nothing is left over here.
    found = gross([tax("7"), tax("3.3"), tax("1.1")], "10.01")
    assert (found.net, found.gross) == (Decimal("8.99"), Decimal("10.01"))
    assert amounts(found) == ["0.62", "0.30", "0.10"]


def test_what_rounding_leaves_over_goes_to_the_largest_tax():
    found = gross([tax("5"), tax("5"), tax("5")], "1.00")
    assert (found.net, amounts(found)) == (Decimal("0.87"), ["0.05", "0.04", "0.04"])
    assert found.gross == Decimal("1.00")


def test_a_withholding_is_no_part_of_the_price():
    rules = [tax("13"), tax("10", kind=TaxKind.WITHHOLDING)]
    found = net(rules, "1000")
    assert (found.gross, found.withheld, found.payable) == (Decimal("1130.00"), Decimal("100.00"), Decimal("1030.00"))
    back = gross(rules, "1130")
    assert (back.net, back.withheld, back.payable) == (Decimal("1000.00"), Decimal("100.00"), Decimal("1030.00"))
    assert net(rules, "-1000", "-1").withheld == Decimal("-100.00")


def test_a_currency_without_cents_is_rounded_to_whole_units():
    assert amounts(net([tax("10")], "105", currency="JPY")) == ["11"]
    assert gross([tax("10")], "105", currency="JPY").net == Decimal("95")


def test_taxes_that_leave_no_price_are_refused():
    with pytest.raises(TaxNotInvertible) as refused:
        gross([tax("-60"), tax("-40")], "10")
    assert refused.value.values == {"percent": Decimal(-100)}


def test_a_code_charges_the_rules_of_the_day():
    old = tax("16", valid_from=date(2018, 5, 1), valid_to=date(2019, 3, 31))
    new = tax("13", valid_from=date(2019, 4, 1))
    assert in_force([old, new], date(2019, 3, 31), "VAT13") == (old,)
    assert in_force([old, new], date(2019, 4, 1), "VAT13") == (new,)
    with pytest.raises(TaxNotInForce) as refused:
        in_force([old, new], date(2018, 4, 30), "VAT13")
    assert refused.value.values == {"tax_code": "VAT13", "day": "2018-04-30"}
    assert in_force([], date(2018, 4, 30), "NONE") == ()


cents = st.decimals("-100000", "100000", places=2)
rates = st.decimals("0.01", "400", places=2)


@given(cents, rates)
def test_one_positive_rate_leads_from_net_to_gross_and_back(amount: Decimal, rate: Decimal):
    rules = [tax(str(rate))]
    charged = on_net(rules, amount, Decimal(1), "CNY")
    back = on_gross(rules, charged.gross, Decimal(1), "CNY")
    assert back.net == charged.net


several = st.lists(
    st.tuples(st.decimals("-20", "60", places=2), st.sampled_from([PERCENT, COMPOUND, FIXED])), min_size=1, max_size=4
)


@given(cents, several, st.sampled_from(["CNY", "JPY"]))
def test_the_entered_gross_amount_is_always_kept(
    amount: Decimal, rules: list[tuple[Decimal, TaxMethod]], currency: str
):
    entered = amount.quantize(Decimal(1)) if currency == "JPY" else amount
    taxes = [tax(str(value), method) for value, method in rules]
    found = on_gross(taxes, entered, Decimal(1), currency)
    assert found.gross == entered
    assert found.tax == entered - found.net
