"""When two masters may be one: names as people read them, numbers that must agree, codes that weigh more than names."""

from typing import Any
from uuid import UUID

import pytest

from domain.master_data.duplicate_rules import (
    DuplicateReason,
    ItemFacts,
    Likeness,
    PartyFacts,
    comparable,
    item_likeness,
    name_likeness,
    party_likeness,
)

UNIT, MAKER, OTHER_MAKER = UUID(int=7), UUID(int=8), UUID(int=9)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Anser Medical Co., Ltd.", "ANSER MEDICAL CO.,LTD"),
        ("Anser Medical GmbH & Co. KG", "Anser Medical"),
        ("Ånser  Médical B.V.", "Anser-Medical BV"),
        ("ＡＮＳＥＲ Ｍｅｄｉｃａｌ Inc.", "Anser Medical, Inc"),
        ("上海瑞铂钛业有限公司", "上海瑞鉑鈦業股份有限公司"),
        ("瑞铂（上海）钛业有限公司", "瑞铂(上海)钛业"),
        ("Medical Anser", "Anser Medicals"),
    ],
)
def test_names_that_people_read_as_one(one: str, other: str) -> None:
    assert name_likeness(one, other) == name_likeness(other, one)
    assert name_likeness(one, other) >= 90


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("上海市第一人民医院", "上海市第二人民医院"),
        ("Cortical screw 1.5 x 8 mm", "Cortical screw 1.5 x 10 mm"),
        ("Anser Medical", "安瑟医疗"),
        ("GmbH", "Ltd"),
    ],
)
def test_names_that_are_alike_and_name_two_things(one: str, other: str) -> None:
    assert name_likeness(one, other) == 0


def test_a_name_that_is_nothing_but_a_form_keeps_it() -> None:
    assert (comparable("GmbH").text, comparable("公司").text) == ("gmbh", "公司")


def party(number: int, name: str, **more: Any) -> PartyFacts:
    known: dict[str, Any] = {
        "code": f"P{number}", "credit_code": None, "country": None, "is_person": False, "identifiers": frozenset(),
        "channels": frozenset(),
    }  # fmt: skip
    return PartyFacts(id=UUID(int=number), names=(name,), **known | more)


def item(number: int, name: str, **more: Any) -> ItemFacts:
    known: dict[str, Any] = {
        "code": f"I{number}", "model": None, "size": None, "manufacturer_id": MAKER, "unit_id": UNIT, "kind": "DEVICE",
        "identifiers": frozenset(),
    }  # fmt: skip
    return ItemFacts(id=UUID(int=number), names=(name,), **known | more)


def test_parties_are_alike_by_name_code_number_and_credit_code() -> None:
    assert party_likeness(party(1, "Anser GmbH"), party(2, "Anser Ltd")) == Likeness(92, (DuplicateReason.EQUAL_NAME,))
    vat = {"identifiers": frozenset({("VAT", "DE811220642")})}
    assert party_likeness(party(1, "Anser", **vat), party(2, "Something else", **vat)) == Likeness(
        98, (DuplicateReason.EQUAL_IDENTIFIER,)
    )
    code = "91110000600037341L"
    national = {"identifiers": frozenset({("NATIONAL", code)})}
    assert party_likeness(party(1, "Anser", credit_code=code), party(2, "Anser", **national)) == Likeness(
        100, (DuplicateReason.EQUAL_CREDIT_CODE, DuplicateReason.EQUAL_NAME)
    )
    assert party_likeness(party(1, "A", code="S-0001"), party(2, "B", code="s 0001")) == Likeness(
        75, (DuplicateReason.EQUAL_CODE,)
    )


def test_two_credit_codes_a_firm_and_a_person_and_two_countries_are_no_candidates() -> None:
    one = party(1, "Anser", credit_code="91110000600037341L")
    assert party_likeness(one, party(2, "Anser", credit_code="91310000607378352R")) is None
    assert party_likeness(one, party(2, "Anser", is_person=True)) is None
    assert party_likeness(party(1, "Anser", country="DE"), party(2, "Anser", country="CN")) is None


def test_people_of_one_name_are_candidates_where_they_are_reached_alike() -> None:
    mail = {"channels": frozenset({"annexamplecom"})}
    one, other = party(1, "Ann Lee", is_person=True, **mail), party(2, "Ann Lee", is_person=True)
    assert party_likeness(one, other) is None
    assert party_likeness(one, party(3, "Ann Lee", is_person=True, **mail)) == Likeness(
        95, (DuplicateReason.EQUAL_NAME, DuplicateReason.EQUAL_CHANNEL)
    )


def test_items_of_one_name_are_alike_where_maker_model_and_size_agree() -> None:
    one = item(1, "Bone plate, titanium", model="BP-100")
    assert item_likeness(one, item(2, "Bone plate titanium", model="BP 100")) == Likeness(
        95, (DuplicateReason.EQUAL_NAME, DuplicateReason.EQUAL_MODEL)
    )
    assert item_likeness(one, item(2, "Titanium bone plate", model="BP 100")) == Likeness(
        94, (DuplicateReason.SIMILAR_NAME, DuplicateReason.EQUAL_MODEL)
    )
    assert item_likeness(one, item(2, "Bone plate, titanium", model="BP-200")) is None
    assert item_likeness(one, item(2, "Bone plate, titanium", model="BP-100", manufacturer_id=OTHER_MAKER)) is None
    assert item_likeness(one, item(2, "Bone plate, titanium", model="BP-100", size="L")) is None


def test_items_of_one_identifier_are_alike_whatever_their_names() -> None:
    gtin = {"identifiers": frozenset({("GS1", "02900001000291")})}
    assert item_likeness(item(1, "Screw", **gtin), item(2, "Schraube", **gtin)) == Likeness(
        98, (DuplicateReason.EQUAL_IDENTIFIER,)
    )
