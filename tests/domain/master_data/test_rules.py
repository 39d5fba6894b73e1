"""Rules of masters, with literals."""

from datetime import date
from typing import Any

import pytest

from domain.core.errors import Rejected, WrongState
from domain.master_data import rules
from domain.master_data.items import ItemStatus

IDENTIFIER: dict[str, Any] = {"contained_id": None, "package_quantity": None}


def refusal(rule: Any, **row: Any) -> tuple[str, str]:
    """The column and the reason of what the rule refuses."""
    with pytest.raises(Rejected) as refused:
        rule(row)
    return refused.value.path[0], refused.value.values["reason"]


def test_a_credit_code_is_checked_modulo_31() -> None:
    assert rules.party({"credit_code": "91110000600037341L"}) == {}
    assert rules.party({"credit_code": None}) == {}
    assert refusal(rules.party, credit_code="91110000600037341M") == ("creditCode", "its check character is wrong")


@pytest.mark.parametrize(
    ("scheme", "value", "country"),
    [("VAT", "DE136695976", "DE"), ("VAT", "anything", "US"), ("GLN", "1234567890128", None), ("DUNS", "1", None)],
)
def test_a_right_number_of_a_register_is_taken(scheme: str, value: str, country: str | None) -> None:
    assert rules.party_identifier({"scheme": scheme, "value": value, "country": country}) == {}


@pytest.mark.parametrize(
    ("scheme", "value", "country"),
    [("VAT", "DE136695978", "DE"), ("GLN", "1234567890129", None), ("GLN", "02345673", None), ("LEI", "X", None)],
)
def test_a_wrong_number_of_a_register_is_refused(scheme: str, value: str, country: str | None) -> None:
    column, reason = refusal(rules.party_identifier, scheme=scheme, value=value, country=country)
    assert (column, reason) == ("value", f"it is no {scheme} number: a check digit is wrong")


def test_an_iban_is_checked_and_every_change_needs_a_new_approval() -> None:
    right = {"account_number": "DE89 3704 0044 0532 0130 00"}
    assert rules.bank_account(right) == {"account_number": "DE89370400440532013000", "is_approved": False}
    assert rules.bank_account({"account_number": "6222020200112233445"})["is_approved"] is False
    assert refusal(rules.bank_account, account_number="DE88370400440532013000")[0] == "accountNumber"


def test_what_a_person_registers_has_the_right_check_digit_and_14_digits() -> None:
    made = rules.device_identifier({"agency": "GS1", "value": " 12345678901231 ", **IDENTIFIER})
    assert made == {
        "value": "12345678901231", "normal_value": "12345678901231", "check_digit_valid": True, "is_well_formed": True,
    }  # fmt: skip
    assert refusal(rules.device_identifier, agency="GS1", value="12345678901232", **IDENTIFIER)[0] == "value"
    assert refusal(rules.device_identifier, agency="GS1", value="1234567890128", **IDENTIFIER) == (
        "value", "a GTIN is registered with 14 digits",
    )  # fmt: skip
    other = rules.device_identifier({"agency": "HIBCC", "value": "b066000325011", **IDENTIFIER})
    assert (other["normal_value"], other["check_digit_valid"]) == ("B066000325011", None)


def test_a_package_says_what_it_contains_and_how_many() -> None:
    half = {"agency": "HIBCC", "value": "B1", "contained_id": None, "package_quantity": 10}
    assert refusal(rules.device_identifier, **half)[0] == "packageQuantity"


def test_a_period_does_not_end_before_it_begins() -> None:
    assert rules.valid_period({"valid_from": date(2026, 1, 1), "valid_to": date(2026, 1, 1)}) == {}
    assert rules.valid_period({"valid_from": date(2026, 1, 1), "valid_to": None}) == {}
    assert refusal(rules.valid_period, valid_from=date(2026, 1, 2), valid_to=date(2026, 1, 1)) == (
        "validTo", "it is before 2026-01-02",
    )  # fmt: skip


def test_a_rate_leads_from_one_currency_to_another() -> None:
    assert refusal(rules.currency_rate, base_currency="USD", quote_currency="USD")[0] == "quoteCurrency"


def test_a_calendar_has_a_time_zone_that_exists() -> None:
    assert rules.work_calendar({"time_zone": "Asia/Shanghai"}) == {}
    assert refusal(rules.work_calendar, time_zone="Asia/Beijing")[0] == "timeZone"


def test_an_item_goes_from_draft_through_review_into_use_and_out_of_it() -> None:
    assert rules.ITEM_FLOW.reachable() == frozenset(ItemStatus)
    with pytest.raises(WrongState):
        rules.ITEM_FLOW.advance("X", ItemStatus.DRAFT, "be approved")
    assert rules.item({"sold_from": None, "sold_to": None}) == {"status": ItemStatus.DRAFT}
    assert rules.item({"sold_from": None, "sold_to": None, "status": "ACTIVE"}) == {"status": "ACTIVE"}
