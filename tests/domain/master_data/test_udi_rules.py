"""Scanned device identifiers of four agencies: what each form says, its days, and what cannot be read."""

from datetime import date

import pytest

from domain.master_data.device_rules import hibc_check_character
from domain.master_data.devices import IssuingAgency
from domain.master_data.udi_rules import GS, Udi, UdiUnreadable, century_of, is_scanned, ppn_check, read_udi

TODAY = date(2026, 5, 20)
FULL = Udi(
    agency=IssuingAgency.GS1, identifier="07035620052132", lot="13ABC", serial="X-1", made_on=date(2024, 12, 1),
    expires_on=date(2027, 2, 28), check_digit_valid=True,
)  # fmt: skip


@pytest.mark.parametrize(
    "scan",
    [
        f"01070356200521321124120117270200{'10'}13ABC{GS}21X-1",
        f"]d2{GS}010703562005213221X-1{GS}1124120117270228{'10'}13ABC",
        "(01)07035620052132(11)241201(17)270200(10)13ABC(21)X-1",
        "https://id.gs1.org/01/07035620052132/10/13ABC/21/X-1?11=241201&17=270200",
        "(01)7035620052132(11)241201(17)270228(10)13ABC(21)X-1",
    ],
)
def test_a_gs1_identifier_says_the_same_in_each_form(scan: str) -> None:
    assert is_scanned(scan)
    assert read_udi(scan, TODAY) == FULL


def test_brackets_within_a_lot_are_part_of_it() -> None:
    assert read_udi("(01)07035620052132(10)13(A)BC(1)", TODAY).lot == "13(A)BC(1)"


def test_a_wrong_check_digit_of_a_gtin_is_kept_and_flagged() -> None:
    assert read_udi("(01)07035620052139(10)A", TODAY).check_digit_valid is False


@pytest.mark.parametrize(
    ("digits", "year"), [(76, 2076), (77, 1977), (26, 2026), (0, 2000), (99, 1999)]
)  # 50 years ahead, 49 back
def test_two_digits_of_a_year_mean_the_nearest_hundred_years(digits: int, year: int) -> None:
    assert century_of(digits, TODAY) == year
    assert century_of(20, date(2080, 1, 1)) == 2120


def hibc(body: str) -> str:
    return f"+{body}{hibc_check_character('+' + body)}"


@pytest.mark.parametrize(
    ("secondary", "lot", "serial", "expires_on", "made_on"),
    [
        ("$$3200521LOT1/16D20250114", "LOT1", None, date(2020, 5, 21), date(2025, 1, 14)),
        ("$$0927LOT1", "LOT1", None, date(2027, 9, 30), None),
        ("$$2092127LOT1", "LOT1", None, date(2027, 9, 21), None),
        ("$$420051510LOT1", "LOT1", None, date(2020, 5, 15), None),
        ("$$527001LOT1", "LOT1", None, date(2027, 1, 1), None),
        ("$$8053270921LOT1", "LOT1", None, date(2027, 9, 21), None),
        ("$$7LOT1/SX9/14D20270930", "LOT1", "X9", date(2027, 9, 30), None),
        ("$$+7SER1", None, "SER1", None, None),
        ("$LOT1", "LOT1", None, None, None),
        ("$+SER1", None, "SER1", None, None),
        ("27365LOT1", "LOT1", None, date(2027, 12, 31), None),
    ],
)
def test_a_hibc_symbol_says_lot_serial_and_days_in_each_of_its_forms(
    secondary: str, lot: str | None, serial: str | None, expires_on: date | None, made_on: date | None
) -> None:
    udi = read_udi(hibc(f"A99912345XYZ1/{secondary}"), TODAY)
    assert (udi.agency, udi.identifier, udi.check_digit_valid) == (IssuingAgency.HIBCC, "A99912345XYZ1", True)
    assert (udi.lot, udi.serial, udi.expires_on, udi.made_on) == (lot, serial, expires_on, made_on)


def test_the_example_of_the_hibc_standard_is_read() -> None:
    # ANSI/HIBC 2.6, the worked example of the check character.
    assert read_udi("+A123BJC5D6E71G", TODAY).identifier == "A123BJC5D6E71"


def test_an_isbt_128_identifier_is_read() -> None:
    scan = "=/A9999XYZ100T0944=,000025=A99971312345600=>014032=}013032&,1000000000000XYZ123"
    assert read_udi(scan, TODAY) == Udi(
        agency=IssuingAgency.ICCBBA, identifier="A9999XYZ100T0944", lot="XYZ123", serial="000025",
        made_on=date(2013, 2, 1), expires_on=date(2014, 2, 1),
    )  # fmt: skip


def test_a_pharmacy_product_number_is_read_and_its_check_digits_hold() -> None:
    assert ppn_check("1103752864") == "14"
    scan = f"[)>\x1e06{GS}9N110375286414{GS}1T12345ABCD{GS}D270600{GS}S12345678\x1e\x04"
    assert read_udi(scan, TODAY) == Udi(
        agency=IssuingAgency.IFA, identifier="110375286414", lot="12345ABCD", serial="12345678",
        expires_on=date(2027, 6, 30), check_digit_valid=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("scan", "reason"),
    [
        ("MA.156.M0.100221", "it begins like no agency's form"),
        ("(17)270200", "it holds no GTIN (01)"),
        ("(01)07035620052132(17)270230", "there is no day 2027-02-30"),
        ("(01)07035620052132(17)27023", "(17) is a date YYMMDD"),
        (f"0107035620052132{'10'}{'A' * 21}", "(10) takes 20 characters"),
        ("+A123BJC5D6E71H", "its check character is wrong"),
        (hibc("$$7LOT1"), "it names no product, which stands in the primary symbol"),
        (hibc("A99912345/$$ABC"), "its expiry date has no form of HIBC 2.6"),
        (f"[)>\x1e06{GS}9N110375286415", "the check digits of its product number are wrong"),
        ("=/A9999", "it begins with no processor product code (=/)"),
        ("https://example.com/x", "it names no GTIN"),
    ],
)
def test_what_cannot_be_read_says_why(scan: str, reason: str) -> None:
    with pytest.raises(UdiUnreadable) as refused:
        read_udi(scan, TODAY)
    assert refused.value.values["reason"] == reason
