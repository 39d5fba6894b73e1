"""Check digits by the cases of the specification and by their laws."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.master_data.device_rules import (
    GTIN_LENGTHS,
    HIBC_CHARACTERS,
    check_digit_valid,
    gs1_check_digit,
    gs1_check_digit_valid,
    hibc_check_character,
    hibc_check_character_valid,
    is_normal_length,
    normal_gtin,
    normal_identifier,
)

DIGITS = st.text("0123456789", min_size=7, max_size=13).filter(lambda body: len(body) + 1 in GTIN_LENGTHS)


@pytest.mark.parametrize("key", ["02345673", "416000336108", "1234567890128", "12345678901231", "123456789012345675"])
def test_a_right_check_digit_passes(key: str) -> None:
    assert gs1_check_digit_valid(key) is True


@pytest.mark.parametrize("key", ["12345673", "416000336109", "1234567890129", "12345678901232"])
def test_a_wrong_check_digit_fails(key: str) -> None:
    assert gs1_check_digit_valid(key) is False


@pytest.mark.parametrize("text", ["", "7", "1234567890", "1234567890128 ", "0234567X", "٠٢٣٤٥٦٧٣", "²2345673"])
def test_what_is_no_gs1_key_has_no_right_check_digit(text: str) -> None:
    assert gs1_check_digit_valid(text) is False


@given(DIGITS)
def test_exactly_one_of_ten_digits_closes_a_body(body: str) -> None:
    closing = [digit for digit in "0123456789" if gs1_check_digit_valid(body + digit)]
    assert closing == [gs1_check_digit(body)]


@given(DIGITS)
def test_padding_keeps_the_check_digit(body: str) -> None:
    key = body + gs1_check_digit(body)
    assert gs1_check_digit_valid(normal_gtin(key)) is True
    assert len(normal_gtin(key)) == 14


@given(DIGITS, st.integers(min_value=0, max_value=12), st.integers(min_value=1, max_value=9))
def test_one_changed_digit_is_always_noticed(body: str, place: int, step: int) -> None:
    place %= len(body)
    changed = body[:place] + str((int(body[place]) + step) % 10) + body[place + 1 :]
    assert gs1_check_digit_valid(changed + gs1_check_digit(body)) is False


def test_a_body_that_is_not_digits_is_refused_by_value() -> None:
    with pytest.raises(ValueError, match="'12A'"):
        gs1_check_digit("12A")


def test_a_gtin_of_eleven_digits_has_no_normal_form() -> None:
    with pytest.raises(ValueError, match="12345678901"):
        normal_gtin("12345678901")


@pytest.mark.parametrize(
    ("body", "character"), [("+A123BJC5D6E71", "G"), ("+A123BJC5D6E71/$$52001510X3", "C"), ("+", "+"), ("0", "0")]
)
def test_the_hibc_character_is_the_sum_modulo_43(body: str, character: str) -> None:
    assert hibc_check_character(body) == character
    assert hibc_check_character_valid(body + character) is True


def test_another_hibc_character_does_not_close_the_text() -> None:
    closing = [letter for letter in HIBC_CHARACTERS if hibc_check_character_valid("+A123BJC5D6E71" + letter)]
    assert closing == ["G"]


@pytest.mark.parametrize("text", ["", "G", "+a123", "+Ä1G"])
def test_what_is_no_hibc_text_is_not_valid(text: str) -> None:
    assert hibc_check_character_valid(text) is False


def test_a_character_outside_the_hibc_set_is_refused_by_value() -> None:
    with pytest.raises(ValueError, match="a123"):
        hibc_check_character("+a123")


def test_only_gs1_identifiers_carry_a_check_digit() -> None:
    assert check_digit_valid("GS1", "06931718175589") is True
    assert check_digit_valid("GS1", "00860003321765") is False
    assert check_digit_valid("HIBCC", "B268Y52281") is None


def test_a_thirteen_digit_identifier_is_found_in_fourteen() -> None:
    assert normal_identifier("GS1", "5056389638957") == "05056389638957"
    assert is_normal_length("GS1", "5056389638957") is False
    assert is_normal_length("HIBCC", "B268Y52281") is True


def test_other_codes_are_found_in_capitals() -> None:
    assert normal_identifier("HIBCC", " b268Y52281 ") == "B268Y52281"
    assert normal_identifier("GS1", "not a number") == "NOT A NUMBER"
