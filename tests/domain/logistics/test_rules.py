from decimal import Decimal

import pytest

from domain.core.errors import Rejected
from domain.logistics.rules import (
    LotRequired,
    PackedOtherwise,
    SerialsRequired,
    check_serials,
    check_sscc,
    check_trace,
    package_numbering,
    packed_whole,
    spread_serials,
    sscc,
    taken,
)
from domain.master_data.device_rules import gs1_check_digit_valid
from domain.master_data.items import LotPolicy

ONE, TWO, FIVE = Decimal(1), Decimal(2), Decimal(5)


def test_a_package_number_ends_in_its_check_digit_and_holds_prefix_and_counter() -> None:
    """The example of the GS1 General Specifications' family of keys: 10614141 1234567890 -> check digit 8."""
    assert sscc("0614141", 1_234_567_890) == "106141412345678908"
    assert sscc("4012345", 1) == "040123450000000016"
    assert gs1_check_digit_valid(sscc("4012345", 1))
    assert check_sscc("106141412345678908") == "106141412345678908"
    with pytest.raises(ValueError, match="no package number"):
        sscc("0614141", 10**10)


@pytest.mark.parametrize("code", ["106141412345678907", "10614141234567890", "1061414123456789o8", ""])
def test_a_code_that_is_no_package_number_is_refused(code: str) -> None:
    with pytest.raises(Rejected):
        check_sscc(code)


@pytest.mark.parametrize("prefix", ["123", "1234567890123", "12a4567", "１２３４５６７"])
def test_a_prefix_is_4_to_12_digits(prefix: str) -> None:
    with pytest.raises(Rejected):
        package_numbering({"gs1_prefix": prefix})
    assert package_numbering({"gs1_prefix": "4012345"}) == {}


def test_each_policy_asks_for_its_trace() -> None:
    here, nowhere = ("FG", "L1"), ("FG", None)
    check_trace("PUMP", LotPolicy.LOT, here, ONE)
    check_trace("PUMP", LotPolicy.SERIAL, nowhere, TWO)
    for policy in (LotPolicy.LOT, LotPolicy.LOT_AND_SERIAL):
        with pytest.raises(LotRequired):
            check_trace("PUMP", policy, nowhere, ONE)
    with pytest.raises(SerialsRequired):
        check_trace("PUMP", LotPolicy.SERIAL, nowhere, Decimal("1.5"))
    check_serials("PUMP", LotPolicy.SERIAL, TWO, ("A", "B"))
    check_serials("BOLT", LotPolicy.NONE, TWO, ())
    for policy, serials in (
        (LotPolicy.SERIAL, ("A",)), (LotPolicy.SERIAL, ("A", "A")), (LotPolicy.SERIAL, ("A", "B", "B")),
        (LotPolicy.LOT_AND_SERIAL, ()), (LotPolicy.LOT, ("A", "B")),
    ):  # fmt: skip
        with pytest.raises(SerialsRequired):
            check_serials("PUMP", policy, TWO, serials)


def test_packages_hold_each_line_exactly() -> None:
    packed_whole("SH-1", {1: FIVE, 2: ONE}, [(1, TWO), (2, ONE), (1, Decimal(3))])
    for packed in ([(1, FIVE)], [(1, FIVE), (2, TWO)], []):
        with pytest.raises(PackedOtherwise):
            packed_whole("SH-1", {1: FIVE, 2: ONE}, packed)


def test_what_is_wanted_is_taken_in_order_and_serials_are_dealt_in_order() -> None:
    assert taken([TWO, FIVE, ONE], Decimal(4)) == [TWO, TWO, Decimal(0)]
    assert spread_serials([TWO, ONE], ["A", "B", "C"]) == [["A", "B"], ["C"]]
