"""Masters kept through the graph: made, changed, archived; refused by the column; stale and looping changes too."""

from dataclasses import fields
from typing import Any

import pytest

import domain
from authz.tables import shipped_duties
from domain.core.accounts import DutyConflict
from domain.core.errors import Forbidden
from domain.core.records import GROUP
from tests.domain.books import AX
from tests.factory import insert, row
from tests.graph.test_write import Desk, Who, desk

__all__ = ["desk"]

CREATE_PARTY = """
mutation($input: CreatePartyInput!, $key: String) {
  createParty(input: $input, idempotencyKey: $key) {
    party { id code name creditCode isActive isPerson version } userErrors { code path message } replayed
  }
}
"""
CHANGE_PARTY = """
mutation($input: ChangePartyInput!) {
  changeParty(input: $input) { party { code name nameZh website version } userErrors { code path values } }
}
"""


@pytest.fixture
def steward(desk: Desk) -> Who:
    return desk.staff("group_admin", company=GROUP)


async def done(desk: Desk, who: Who, field: str, record: str, selection: str, **given: Any) -> Any:
    """The record after one mutation without refusals."""
    name = field[0].upper() + field[1:]
    shown = f"{record} {{ {selection} }} userErrors {{ code path }}"
    query = f"mutation($i: {name}Input!) {{ {field}(input: $i) {{ {shown} }} }}"
    payload = (await desk(query, who, i=given))["data"][field]
    assert payload["userErrors"] == []
    return payload[record]


async def refused(desk: Desk, who: Who, field: str, **given: Any) -> list[tuple[str, list[str]]]:
    """The codes and paths of one mutation that wrote nothing."""
    name = field[0].upper() + field[1:]
    before = await desk.count("audit_entry")
    query = f"mutation($i: {name}Input!) {{ {field}(input: $i) {{ userErrors {{ code path }} }} }}"
    payload = (await desk(query, who, i=given))["data"][field]
    assert await desk.count("audit_entry") == before
    return [(one["code"], one["path"]) for one in payload["userErrors"]]


async def test_a_party_is_made_once_with_the_defaults_of_its_columns(desk: Desk, steward: Who) -> None:
    given = {"code": "H001", "name": "First Hospital", "creditCode": "91110000600037341L"}
    first = (await desk(CREATE_PARTY, steward, input=given, key="p1"))["data"]["createParty"]
    party = first["party"]
    assert first["userErrors"] == []
    assert {name: party[name] for name in ("code", "isActive", "isPerson", "version")} == {
        "code": "H001", "isActive": True, "isPerson": False, "version": 1,
    }  # fmt: skip
    again = (await desk(CREATE_PARTY, steward, input=given, key="p1"))["data"]["createParty"]
    assert (again["replayed"], again["party"]["id"]) == (True, party["id"])
    [error] = (await desk(CREATE_PARTY, steward, input=given, key="p2"))["data"]["createParty"]["userErrors"]
    assert error["code"] == "ALREADY_EXISTS"


async def test_a_wrong_value_is_refused_by_its_column(desk: Desk, steward: Who) -> None:
    wrong = {"code": "H002", "name": "Second Hospital"}
    assert await refused(desk, steward, "createParty", **wrong | {"creditCode": "91110000600037341M"}) == [
        ("INVALID_VALUE", ["input", "creditCode"])
    ]
    blank = wrong | {"name": " "}
    assert await refused(desk, steward, "createParty", **blank) == [("INVALID_VALUE", ["input", "name"])]
    too_long = wrong | {"code": "X" * 65}
    assert await refused(desk, steward, "createParty", **too_long) == [("INVALID_VALUE", ["input", "code"])]
    rate = {"baseCurrency": "USD", "quoteCurrency": "XXQ", "validOn": "2026-03-01", "source": "ECB", "spotRate": "1"}
    assert await refused(desk, steward, "createCurrencyRate", **rate) == [("INVALID_VALUE", ["input", "quoteCurrency"])]


async def test_a_change_keeps_what_is_not_sent_and_empties_what_is_null(desk: Desk, steward: Who) -> None:
    await done(desk, steward, "createParty", "party", "id", code="H003", name="Third", nameZh="第三医院", website="w")
    own = {"party": {"code": "H003"}}
    changed = await done(desk, steward, "changeParty", "party", "name nameZh website version", **own, name="3rd")
    assert changed == {"name": "3rd", "nameZh": "第三医院", "website": "w", "version": 2}
    changed = await done(desk, steward, "changeParty", "party", "name website version", **own, website=None)
    assert changed == {"name": "3rd", "website": None, "version": 3}
    same = await done(desk, steward, "changeParty", "party", "version", **own, name="3rd")
    assert same == {"version": 3}
    [stale] = (await desk(CHANGE_PARTY, steward, input=own | {"name": "x", "expectedVersion": 1}))["data"][
        "changeParty"
    ]["userErrors"]
    assert stale["code"] == "STALE_VERSION"
    assert sorted(stale["values"]["changedFields"]) == ["name", "website"]
    assert await refused(desk, steward, "changeParty", **own, name=None) == [("INVALID_VALUE", ["input", "name"])]


async def test_an_archived_master_is_hidden_and_cannot_be_changed_until_it_is_back(desk: Desk, steward: Who) -> None:
    await done(desk, steward, "createItemCategory", "itemCategory", "id", code="C1", name="One")
    own = {"itemCategory": {"code": "C1"}}
    listed = '{ itemCategories(filter: {code: {eq: "C1"}}) { totalCount } }'
    await done(desk, steward, "archiveItemCategory", "itemCategory", "archivedAt", **own)
    assert (await desk(listed, steward))["data"]["itemCategories"]["totalCount"] == 0
    assert await refused(desk, steward, "changeItemCategory", **own, name="Two") == [("WRONG_STATE", ["input"])]
    await done(desk, steward, "archiveItemCategory", "itemCategory", "archivedAt", **own, isArchived=False)
    assert (await desk(listed, steward))["data"]["itemCategories"]["totalCount"] == 1


async def test_a_tree_never_hangs_below_itself(desk: Desk, steward: Who) -> None:
    await done(desk, steward, "createItemCategory", "itemCategory", "id", code="A", name="A")
    await done(desk, steward, "createItemCategory", "itemCategory", "id", code="B", name="B", parent={"code": "A"})
    await done(desk, steward, "createItemCategory", "itemCategory", "id", code="C", name="C", parent={"code": "B"})
    loop = {"itemCategory": {"code": "A"}, "parent": {"code": "C"}}
    assert await refused(desk, steward, "changeItemCategory", **loop) == [("INVALID_VALUE", ["input", "parent"])]


async def test_an_item_is_released_in_steps_and_its_unit_never_changes(desk: Desk, steward: Who) -> None:
    item = {"code": "N1", "name": "New", "kind": "DEVICE", "makeOrBuy": "BUY", "unit": {"code": "EA"}}
    assert (await done(desk, steward, "createItem", "item", "status", **item)) == {"status": "DRAFT"}
    own, other = {"item": {"code": "N1"}}, desk.staff("quality", company=GROUP)
    assert await refused(desk, steward, "changeItemStatus", **own, status="RETIRED") == [("WRONG_STATE", ["input"])]
    assert await refused(desk, other, "approveItem", **own) == [("WRONG_STATE", ["input"])]
    await led(desk, steward, "REVIEW")
    assert await refused(desk, steward, "changeItemStatus", **own, status="ACTIVE") == [
        ("INVALID_VALUE", ["input", "status"])
    ]
    assert await done(desk, other, "approveItem", "item", "status", **own) == {"status": "ACTIVE"}
    await led(desk, steward, "RETIRED")
    await led(desk, steward, "REVIEW")
    await led(desk, steward, "DRAFT")
    assert "unit" not in [field.name for field in domain_fields("ChangeItem")]


async def led(desk: Desk, who: Who, status: str) -> None:
    """The item N1 in a status that someone gave it."""
    given = {"item": {"code": "N1"}, "status": status}
    assert await done(desk, who, "changeItemStatus", "item", "status", **given) == {"status": status}


async def test_who_changed_or_submitted_an_item_does_not_approve_it(desk: Desk, steward: Who) -> None:
    item = {"code": "N1", "name": "New", "kind": "DEVICE", "makeOrBuy": "BUY", "unit": {"code": "EA"}}
    own = {"item": {"code": "N1"}}
    await done(desk, steward, "createItem", "item", "status", **item)
    await led(desk, steward, "REVIEW")
    with pytest.raises(Forbidden):
        await done(desk, steward, "approveItem", "item", "status", **own)
    duties = [
        row(DutyConflict, place, duty=duty, conflicting=conflicting, reason=reason, origin="BASELINE")
        for place, (duty, conflicting, reason) in enumerate(shipped_duties())
        if conflicting == "ApproveItem"
    ]
    async with desk.world.database.acquire() as connection:
        await insert(connection.raw, DutyConflict, duties)
    both = desk.staff("quality", "group_admin", company=GROUP)
    assert await done(desk, desk.staff("quality", company=GROUP), "approveItem", "item", "status", **own) == {
        "status": "ACTIVE"
    }
    acts = (("N2", "changeItem", {"name": "Newer"}), ("N3", "changeItemStatus", {"status": "REVIEW"}))
    for n, command, given in acts:
        await done(desk, steward, "createItem", "item", "status", **item | {"code": n})
        if n == "N2":
            await done(desk, steward, "changeItemStatus", "item", "status", item={"code": n}, status="REVIEW")
        await done(desk, both, command, "item", "status", item={"code": n}, **given)
        refusals = await refused(desk, both, "approveItem", item={"code": n})
        assert [code for code, _ in refusals] == ["SEGREGATION_OF_DUTIES"]


async def test_a_credit_code_is_of_one_party_at_a_time(desk: Desk, steward: Who) -> None:
    given = {"name": "First Hospital", "creditCode": "91110000600037341L"}
    await done(desk, steward, "createParty", "party", "id", code="H001", **given)
    assert await refused(desk, steward, "createParty", code="H002", **given) == [("ALREADY_EXISTS", ["input"])]
    await done(desk, steward, "archiveParty", "party", "id", party={"code": "H001"})
    await done(desk, steward, "createParty", "party", "id", code="H002", **given)
    back = {"party": {"code": "H001"}, "isArchived": False}
    assert await refused(desk, steward, "archiveParty", **back) == [("ALREADY_EXISTS", ["input"])]


def domain_fields(name: str) -> Any:
    """The arguments of a command of the register."""
    [command] = [one for one in domain.COMMANDS if one.__name__ == name]
    return fields(command)


async def test_a_changed_bank_account_must_be_approved_again_by_another(desk: Desk, steward: Who) -> None:
    chief = desk.staff("controller", company=GROUP)
    account = {"party": {"code": "ACME"}, "accountNumber": "DE89370400440532013000", "currency": "EUR"}
    made = await done(desk, steward, "createBankAccount", "bankAccount", "id isApproved", **account)
    assert made["isApproved"] is False
    own = {"bankAccount": {"id": made["id"]}}
    approved = await done(desk, chief, "approveBankAccount", "bankAccount", "isApproved", **own)
    assert approved == {"isApproved": True}
    changed = await done(desk, steward, "changeBankAccount", "bankAccount", "isApproved", **own, bankName="Other")
    assert changed == {"isApproved": False}
    with pytest.raises(Forbidden):
        await done(desk, steward, "approveBankAccount", "bankAccount", "isApproved", **own)


async def test_a_price_is_in_the_currency_of_its_row(desk: Desk) -> None:
    sales = desk.staff("sales", company=AX)
    price = {"company": {"code": "AX"}, "item": {"code": "BOLT"}, "currency": "USD", "validFrom": "2026-01-01"}
    amount = {"amount": "2.50", "currency": "EUR"}
    assert await refused(desk, sales, "createItemPrice", **price, listPrice=amount) == [
        ("CURRENCY_MISMATCH", ["input", "listPrice"])
    ]
    made = await done(
        desk, sales, "createItemPrice", "itemPrice", "listPrice { amount currency }",
        **price, listPrice=amount | {"currency": "USD"},
    )  # fmt: skip
    assert made == {"listPrice": {"amount": "2.5", "currency": "USD"}}


async def test_who_is_no_steward_changes_no_master(desk: Desk) -> None:
    with pytest.raises(Forbidden):
        await desk(CREATE_PARTY, desk.staff("warehouse", company=GROUP), input={"code": "Z", "name": "Z"})
    assert (await desk.world.rows("SELECT count(*) AS n FROM party WHERE code = 'Z'"))[0]["n"] == 0


async def test_an_identifier_of_one_item_is_never_anothers_and_one_of_two_scopes_is_flagged(
    desk: Desk, steward: Who
) -> None:
    own = {"item": {"code": "BOLT"}, "agency": "GS1", "value": "07035620052132"}
    await done(desk, steward, "createDeviceIdentifier", "deviceIdentifier", "id", **own, scope="PRIMARY")
    other = own | {"item": {"code": "GEAR"}, "scope": "SECONDARY"}
    assert await refused(desk, steward, "createDeviceIdentifier", **other) == [("ALREADY_EXISTS", ["input", "value"])]
    await done(desk, steward, "createDeviceIdentifier", "deviceIdentifier", "id", **other | {"scope": "UNIT_OF_USE"})
    await done(desk, steward, "createDeviceIdentifier", "deviceIdentifier", "id", **own, scope="SECONDARY")
    listed = '{ item(code: "BOLT") { deviceIdentifiers { nodes { scope sharedScope } } } }'
    nodes = (await desk(listed, steward))["data"]["item"]["deviceIdentifiers"]["nodes"]
    assert sorted((node["scope"], node["sharedScope"]) for node in nodes) == [("PRIMARY", True), ("SECONDARY", True)]
