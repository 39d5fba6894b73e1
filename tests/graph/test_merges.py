"""Two masters become one, and two again: what moves, what stays as it was posted, what refuses it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

import domain
from authz.tables import load_account, policy_version, shipped_duties
from domain.core.accounts import POLICY_VERSION_ID, PartnerLink, PolicyVersion, UserAccount
from domain.core.actors import Audience
from domain.core.columns import spec_of
from domain.core.errors import Forbidden
from domain.core.records import GROUP
from domain.governance.merges.references import KEPT, MOVED
from domain.master_data.items import Item
from domain.master_data.parties import Address, BankAccount, Party, PartyIdentifier, PartyRole, PartyTerms
from tests.domain.books import AX
from tests.graph.office import ORDER, RECEIVE, Office, opened

PROPOSE = """mutation($survivor: String!, $merged: String!) { proposePartyMerge(input: {survivor: {code: $survivor},
  merged: {code: $merged}, reason: "one firm"}) { partyMerge { id status } userErrors { code message values } } }"""
DECIDE = """mutation($id: ID!) { %sPartyMerge(input: {partyMerge: {id: $id}}) { partyMerge { status movedCount
  survivor { code } merged { code archivedAt } } userErrors { code message } } }"""
PROPOSE_ITEMS = PROPOSE.replace("Party", "Item").replace("partyMerge", "itemMerge")
DECIDE_ITEMS = DECIDE.replace("Party", "Item").replace("partyMerge", "itemMerge")
POST = """mutation($id: ID!) { postSupplierInvoice(idempotencyKey: "post", input: {company: {code: "AX"},
  supplierInvoice: {id: $id}, postedOn: "2026-05-20"}) { userErrors { code message } } }"""
PAY = """mutation($input: RecordPaymentInput!) { recordPayment(input: $input, idempotencyKey: "pay") {
  payment { party { code } journalEntry { lines { account { role } amount { amount } } } }
  userErrors { code message } } }"""
OLD_ITEM = '{ items(filter: {code: {eq: "BOLT-2"}}, includeArchived: true) { nodes { id } } }'
CONVERT = """mutation($old: ID!) { convertStock(idempotencyKey: "convert", input: {company: {code: "AX"}, lines: [{
  item: {id: $old}, location: {code: "STORES"}, quantity: "4"}], product: {item: {code: "BOLT"}, quantity: "4",
  location: {code: "STORES"}}}) { userErrors { code message path } } }"""
OPEN_ITEMS = """{ openItems { nodes { id party { code } openTransactionAmount { amount } } } }"""
# What a merge may not leave as it found it.
MASTERS = (
    "party", "party_role", "party_identifier", "address", "party_terms", "bank_account", "item", "item_price",
    "device_identifier",
)  # fmt: skip


@pytest.fixture
async def office(fresh_database: str) -> AsyncIterator[Office]:
    async with opened(fresh_database) as made:
        await made.world.works(GROUP, lambda work: _more(made, work))
        await made.world.works(AX, lambda work: work.insert(PartyTerms, [_terms(made, "USD", "N30")]))
        yield made


async def _more(office: Office, work: Any) -> None:
    """ACME once more, as APEX, each with some of what describes it."""
    [apex] = await work.insert(Party, [{"code": "APEX", "name": "Acme Ltd", "website": "acme.example"}])
    world = office.world
    world.ids["APEX"] = apex
    await work.insert(PolicyVersion, [{"id": POLICY_VERSION_ID}])
    acme = world["ACME"]
    await work.insert(PartyRole, [{"party_id": apex, "role": "SUPPLIER"}, {"party_id": acme, "role": "CARRIER"}])
    place = {"kind": "BILLING", "line_1": "1 High Street", "city": "Leeds", "country": "GB"}
    await work.insert(
        Address, [{"party_id": acme, **place}, {"party_id": acme, **place, "city": "York"}, {"party_id": apex, **place}]
    )
    await work.insert(PartyIdentifier, [{"party_id": acme, "scheme": "DUNS", "value": "315369934"}])
    await work.insert(
        BankAccount,
        [{"party_id": acme, "account_number": "GB1", "currency": "USD", "is_approved": True}],
    )


def _terms(office: Office, currency: str, terms: str, party: str = "ACME") -> dict[str, Any]:
    return {"party_id": office.world[party], "currency": currency, "payment_terms": terms}


async def masters(office: Office) -> dict[str, list[dict[str, Any]]]:
    """Every row of the masters, without what counts its changes."""
    kept: dict[str, list[dict[str, Any]]] = {}
    for table in MASTERS:
        rows = await office.world.rows(f"SELECT * FROM {table} ORDER BY id")
        kept[table] = [{name: value for name, value in row.items() if name != "version"} for row in rows]
    return kept


async def ledgers(office: Office) -> dict[str, list[dict[str, Any]]]:
    """Every row of both ledgers and their balances."""
    tables = ("journal_line", "open_item", "open_item_entry", "stock_entry", "stock_balance", "value_layer")
    return {table: await office.world.rows(f"SELECT * FROM {table} ORDER BY id") for table in tables}


async def merged(office: Office, *, survivor: str = "APEX", other: str = "ACME") -> str:
    """The id of a merge that one proposed and another approved."""
    made = (await office.group(PROPOSE, "group_admin", survivor=survivor, merged=other))["proposePartyMerge"]
    assert made["userErrors"] == []
    id_ = made["partyMerge"]["id"]
    done = (await office.group(DECIDE % "approve", "controller", id=id_))["approvePartyMerge"]
    assert done["userErrors"] == []
    assert done["partyMerge"]["status"] == "APPROVED"
    return id_


async def conflict(office: Office, *, survivor: str = "APEX", other: str = "ACME") -> tuple[str, str, str, str]:
    """(rule, company, value of the merged, value of the survivor) of a merge that is refused."""
    before = await office.world.state()
    made = (await office.group(PROPOSE, "group_admin", survivor=survivor, merged=other))["proposePartyMerge"]
    assert await office.world.state() == before
    [error] = made["userErrors"]
    assert error["code"] == "MERGE_CONFLICT"
    told = error["values"]
    return told["rule"], told["company"], told["mergedValue"], told["survivorValue"]


async def owed(office: Office) -> str:
    """The id of an open item of ACME over 25.00, from an order that was received and invoiced."""
    order = await office.ordered(("BOLT", "10", "2.50"))
    await office(RECEIVE, "warehouse", id=order, lines=[{"position": 1, "received": "10"}], key="r1")
    draft = (await office.registered(order, (1, "10", "2.50")))["supplierInvoice"]
    assert (await office(POST, "accountant", id=draft["id"]))["postSupplierInvoice"]["userErrors"] == []
    [item] = (await office(OPEN_ITEMS, "accountant"))["openItems"]["nodes"]
    assert (item["party"], item["openTransactionAmount"]) == ({"code": "ACME"}, {"amount": "-25"})
    return item["id"]


def test_every_reference_to_a_party_or_item_moves_with_a_merge_or_stays() -> None:
    for master in ("party", "item"):
        there = {
            f"{record.table.name}.{column.name}"
            for record in domain.RECORDS.values()
            for column in record.table.columns
            for link in [spec_of(column).reference]
            if link is not None and link.target == master
        }
        assert set(MOVED[master]) | KEPT[master] == there
        assert set(MOVED[master]) & KEPT[master] == set()


async def test_what_describes_a_party_moves_once_and_its_code_and_id_answer_with_the_survivor(office: Office) -> None:
    old = (await office.group('{ party(code: "ACME") { id } }', "buyer"))["party"]["id"]
    await merged(office)
    seen = """{ party(code: "ACME") { code website roles { role } identifiers { value } paymentTerms
      addresses(orderBy: [{field: CITY}]) { nodes { city } } bankAccounts { nodes { accountNumber isApproved } }
      terms { nodes { paymentTerms } } mergedFrom(includeArchived: true) { nodes { code } } } }"""
    party = (await office.group(seen, "accountant"))["party"]
    assert party["code"] == "APEX" and party["website"] == "acme.example"
    assert sorted(role["role"] for role in party["roles"]) == ["CARRIER", "SUPPLIER"]
    assert [node["city"] for node in party["addresses"]["nodes"]] == ["Leeds", "York"]
    assert party["identifiers"] == [{"value": "315369934"}]
    # An account that changes its owner is approved again.
    assert party["bankAccounts"]["nodes"] == [{"accountNumber": "GB1", "isApproved": False}]
    assert party["terms"]["nodes"] == [{"paymentTerms": "N30"}]
    assert party["mergedFrom"]["nodes"] == [{"code": "ACME"}]
    node = "query($id: ID!) { node(id: $id) { ... on Party { code } } nodes(ids: [$id]) { ... on Party { code } } }"
    assert await office.group(node, "buyer", id=old) == {"node": {"code": "APEX"}, "nodes": [{"code": "APEX"}]}
    listed = """{ parties(filter: {code: {eq: "ACME"}}) { totalCount }
      kept: parties(filter: {code: {eq: "ACME"}}, includeArchived: true) { nodes { code mergedInto { code } } } }"""
    assert await office.group(listed, "buyer") == {
        "parties": {"totalCount": 0}, "kept": {"nodes": [{"code": "ACME", "mergedInto": {"code": "APEX"}}]},
    }  # fmt: skip


async def test_documents_and_postings_stay_as_they_were_and_go_on_with_the_survivor(office: Office) -> None:
    item = await owed(office)
    pending = await office.ordered(("GEAR", "1", "100"))
    before = await ledgers(office)
    await merged(office)
    assert await ledgers(office) == before
    told = '{ purchaseOrders(filter: {supplier: {code: {eq: "ACME"}}}) { totalCount } }'
    assert (await office(told, "buyer"))["purchaseOrders"]["totalCount"] == 2
    # The open order is received, and the survivor charges for it; one number of an invoice stands for one invoice.
    await office(RECEIVE, "warehouse", id=pending, lines=[{"position": 1, "received": "1"}], key="r2")
    twice = await office.registered(pending, (1, "1", "100"), supplier={"code": "APEX"})
    assert [error["code"] for error in twice["userErrors"]] == ["ALREADY_EXISTS"]
    charged = await office.registered(pending, (1, "1", "100"), supplier={"code": "APEX"}, supplierNumber="A-2")
    assert charged["userErrors"] == [] and charged["supplierInvoice"]["matchStatus"] == "MATCHED"
    payment = {
        "company": {"code": "AX"}, "direction": "OUT", "paidOn": "2026-05-21", "party": {"code": "APEX"},
        "amount": {"amount": "25", "currency": "USD"}, "matches": [{"openItem": {"id": item}}],
    }  # fmt: skip
    paid = (await office(PAY, "accountant", input=payment))["recordPayment"]
    assert paid["userErrors"] == []
    assert paid["payment"]["party"] == {"code": "APEX"}
    assert {line["account"]["role"]: line["amount"]["amount"] for line in paid["payment"]["journalEntry"]["lines"]} == {
        "PAYABLE": "25", "BANK": "-25",
    }  # fmt: skip
    assert await office.world.findings() == []


AGED = """{ agedItems(companies: ["AX"], on: "2026-05-21", side: PAYABLE) { nodes {
  party { code } openTotal { amount } amount { amount } } } }"""


async def aged(office: Office) -> list[tuple[str, str, str]]:
    """What is owed to each party, in the currency of the documents and in the company's."""
    nodes = (await office(AGED, "controller"))["agedItems"]["nodes"]
    return [(one["party"]["code"], one["openTotal"]["amount"], one["amount"]["amount"]) for one in nodes]


async def test_what_is_owed_by_age_is_told_of_whom_it_was_owed_to_and_verified_while_merged_and_after(
    office: Office,
) -> None:
    item = await owed(office)
    assert await aged(office) == [("ACME", "25", "25")]
    id_ = await merged(office)
    assert await aged(office) == [("ACME", "25", "25")]
    payment = {
        "company": {"code": "AX"}, "direction": "OUT", "paidOn": "2026-05-21", "party": {"code": "APEX"},
        "amount": {"amount": "30", "currency": "USD"},
        "matches": [{"openItem": {"id": item}, "amount": {"amount": "15", "currency": "USD"}}],
    }  # fmt: skip
    assert (await office(PAY, "accountant", input=payment))["recordPayment"]["userErrors"] == []
    told = [("ACME", "10", "10"), ("APEX", "-15", "-15")]
    assert await aged(office) == told
    assert await office.world.findings() == []
    await office.group(DECIDE % "undo", "controller", id=id_)
    assert await aged(office) == told
    assert await office.world.findings() == []


@pytest.mark.parametrize("linked", ["ACME", "APEX"])
async def test_whoever_signs_in_for_either_of_two_parties_sees_the_rows_of_both_while_they_are_one(
    office: Office, linked: str
) -> None:
    await office.ordered(("BOLT", "10", "2.50"))
    acme, apex = office.world["ACME"], office.world["APEX"]

    async def act(work: Any) -> None:
        account = {"name": "portal", "display_name": "Portal", "audience": Audience.SUPPLIER, "locale": "en"}
        [user] = await work.insert(UserAccount, [account])
        await work.insert(PartnerLink, [{"user_id": user, "party_id": office.world[linked]}])

    await office.world.works(GROUP, act)
    partners, version = await _of_portal(office)
    assert partners == {office.world[linked]}
    id_ = await merged(office)
    # A process that compiled the policy before compiles it anew: nobody goes on with what was seen before.
    assert await _of_portal(office) == ({acme, apex}, version + 1)
    supplier, sees = office.asker.actor(
        "supplier", companies=(AX,), audience=Audience.SUPPLIER, partners=frozenset({acme, apex})
    )
    shown = "{ purchaseOrders { nodes { supplier { code } } } parties(includeArchived: true) { nodes { code } } }"
    told = (await office.asker(shown, {}, (supplier, replace(sees, version=version + 1))))["data"]
    assert told["purchaseOrders"]["nodes"] == [{"supplier": {"code": "ACME"}}]
    assert {one["code"] for one in told["parties"]["nodes"]} == {"ACME", "APEX"}
    controller, grants = office.asker.actor("controller", companies=(GROUP,))
    undone = await office.asker(DECIDE % "undo", {"id": id_}, (controller, replace(grants, version=version + 1)))
    assert undone["data"]["undoPartyMerge"]["userErrors"] == []
    assert await _of_portal(office) == ({office.world[linked]}, version + 2)


async def _of_portal(office: Office) -> tuple[frozenset[UUID], int]:
    """Whose rows the portal's account sees, and the version of the policy."""
    async with office.world.database.acquire() as connection:
        account = await load_account(connection, "portal")
        version = await policy_version(connection)
    assert account is not None
    return account.partners, version


async def test_a_new_document_does_not_name_a_merged_party(office: Office) -> None:
    await merged(office)
    line = {"item": {"code": "BOLT"}, "quantity": "1", "unitPrice": {"amount": "2", "currency": "USD"}}
    given = {"company": {"code": "AX"}, "supplier": {"code": "ACME"}, "currency": "USD", "lines": [line]}
    before = await office.world.state()
    made = (await office(ORDER, "buyer", input=given))["createPurchaseOrder"]
    assert [error["code"] for error in made["userErrors"]] == ["INVALID_VALUE"]
    assert await office.world.state() == before


async def test_an_undone_merge_leaves_everything_as_it_was(office: Office) -> None:
    await owed(office)
    before, booked = await masters(office), await ledgers(office)
    id_ = await merged(office)
    assert await masters(office) != before
    undone = (await office.group(DECIDE % "undo", "controller", id=id_))["undoPartyMerge"]
    assert undone["userErrors"] == [] and undone["partyMerge"]["status"] == "UNDONE"
    assert await masters(office) == before
    assert await ledgers(office) == booked
    assert await office.world.findings() == []
    again = (await office.group(DECIDE % "undo", "controller", id=id_))["undoPartyMerge"]
    assert [error["code"] for error in again["userErrors"]] == ["WRONG_STATE"]
    await merged(office, survivor="ACME", other="APEX")


async def test_who_proposed_a_merge_does_not_approve_it(office: Office) -> None:
    assert ("ProposePartyMerge", "ApprovePartyMerge") in {(one[0], one[1]) for one in shipped_duties()}
    made = (await office.group(PROPOSE, "group_admin", survivor="APEX", merged="ACME"))["proposePartyMerge"]
    with pytest.raises(Forbidden):
        await office.group(DECIDE % "approve", "group_admin", id=made["partyMerge"]["id"])
    # A controller of one company does not move what the others hold.
    with pytest.raises(Forbidden):
        await office(DECIDE % "approve", "controller", id=made["partyMerge"]["id"])
    rejected = (await office.group(DECIDE % "reject", "controller", id=made["partyMerge"]["id"]))["rejectPartyMerge"]
    assert rejected["partyMerge"]["status"] == "REJECTED"
    await merged(office)


async def test_what_registers_and_ledgers_would_not_bear_refuses_a_merge(office: Office) -> None:
    world = office.world
    assert await conflict(office, survivor="ACME") == ("TWO_MASTERS", "", "ACME", "ACME")
    code, other = "91110000600037341L", "91310000607378352R"
    change = """mutation($code: String!, $credit: String, $country: String) { changeParty(input: {party: {code: $code},
      creditCode: $credit, country: $country}) { userErrors { code } } }"""
    await office.group(change, "group_admin", code="ACME", credit=code, country="DE")
    await office.group(change, "group_admin", code="APEX", credit=None, country="CN")
    assert await conflict(office) == ("COUNTRY", "", "DE", "CN")
    assert other != code
    await office.group(change, "group_admin", code="ACME", credit=None, country="CN")

    duns = {"party_id": world["APEX"], "scheme": "DUNS", "value": "804735132"}
    [number] = await world.works(GROUP, lambda work: work.insert(PartyIdentifier, [duns]))
    assert await conflict(office) == ("REGISTERED_NUMBER", "", "315369934", "804735132")
    await world.works(GROUP, lambda work: work.delete(PartyIdentifier, [number]))

    [terms] = await world.works(AX, lambda work: work.insert(PartyTerms, [_terms(office, "EUR", "N60", "APEX")]))
    assert await conflict(office) == ("TERMS_CURRENCY", "AX", "USD", "EUR")
    await world.works(AX, lambda work: work.delete(PartyTerms, [terms]))
    await merged(office)


async def test_open_items_on_other_control_accounts_refuse_a_merge(office: Office) -> None:
    await owed(office)
    rows = await office.world.rows("SELECT * FROM open_item")
    accounts = await office.world.rows("SELECT id, code FROM account WHERE company_id = 1 ORDER BY code")
    stood = next(one["code"] for one in accounts if one["id"] == rows[0]["account_id"])
    another = next(one for one in accounts if one["id"] != rows[0]["account_id"])
    async with office.world.database.acquire() as connection:
        await connection.execute(
            "INSERT INTO open_item SELECT (r).* FROM (SELECT jsonb_populate_record(o, jsonb_build_object("
            "'id', gen_random_uuid(), 'source_id', gen_random_uuid(), 'party_id', $1::text, "
            "'account_id', $2::text)) AS r FROM open_item o) AS x",
            str(office.world["APEX"]),
            str(another["id"]),
        )
    assert await conflict(office) == ("CONTROL_ACCOUNT", "AX", stood, another["code"])


async def _item(office: Office, **more: Any) -> UUID:
    [bolt] = await office.world.rows("SELECT * FROM item WHERE code = 'BOLT'")
    given = {
        "code": "BOLT-2", "name": "Bolt two", "kind": bolt["kind"], "status": bolt["status"],
        "unit_id": bolt["unit_id"], "make_or_buy": bolt["make_or_buy"],
    }  # fmt: skip
    [made] = await office.world.works(GROUP, lambda work: work.insert(Item, [given | more]))
    office.world.ids["BOLT-2"] = made
    return made


async def test_stock_of_both_items_stays_at_every_day_and_what_is_left_is_converted_at_its_value(
    office: Office,
) -> None:
    await _item(office)
    await office.ordered(("BOLT", "10", "2.50"))
    order = await office.ordered(("BOLT", "10", "2"), ("BOLT-2", "4", "2"))
    lines = [{"position": 1, "received": "10"}, {"position": 2, "received": "4"}]
    await office(RECEIVE, "warehouse", id=order, lines=lines, key="r1")
    before, booked = await masters(office), await ledgers(office)
    made = (await office.group(PROPOSE_ITEMS, "group_admin", survivor="BOLT", merged="BOLT-2"))["proposeItemMerge"]
    assert made["userErrors"] == []
    id_ = made["itemMerge"]["id"]
    done = (await office.group(DECIDE_ITEMS % "approve", "controller", id=id_))["approveItemMerge"]
    assert done["userErrors"] == []
    assert await ledgers(office) == booked
    held = """{ item(code: "BOLT-2") { code mergedFrom(includeArchived: true) { nodes { code
      stockBalances { nodes { quantity } } } } } }"""
    assert (await office(held, "warehouse"))["item"] == {
        "code": "BOLT",
        "mergedFrom": {"nodes": [{"code": "BOLT-2", "stockBalances": {"nodes": [{"quantity": "4"}]}}]},
    }
    undone = (await office.group(DECIDE_ITEMS % "undo", "controller", id=id_))["undoItemMerge"]
    assert undone["userErrors"] == []
    assert (await masters(office), await ledgers(office)) == (before, booked)
    # Merged for good, what is left of the one becomes the other.
    made = (await office.group(PROPOSE_ITEMS, "group_admin", survivor="BOLT", merged="BOLT-2"))["proposeItemMerge"]
    await office.group(DECIDE_ITEMS % "approve", "controller", id=made["itemMerge"]["id"])
    old = (await office.group(OLD_ITEM, "buyer"))["items"]["nodes"][0]["id"]
    assert (await office(CONVERT, "warehouse", old=old))["convertStock"]["userErrors"] == []
    on_hand = await office.world.rows(
        "SELECT i.code, b.quantity FROM stock_balance b JOIN item i ON i.id = b.item_id ORDER BY i.code"
    )
    assert [(row["code"], int(row["quantity"])) for row in on_hand] == [("BOLT", 14), ("BOLT-2", 0)]
    assert await office.world.findings() == []


@pytest.mark.parametrize(
    ("more", "rule", "values"),
    [
        ({"kind": "DEVICE"}, "ITEM_TYPE", ("DEVICE", "COMPONENT")),
        ({"device_class": "CLASS_III"}, "DEVICE_CLASS", ("CLASS_III", "NOT_A_DEVICE")),
        ({"lot_policy": "LOT"}, "LOT_POLICY", ("LOT", "NONE")),
    ],
)
async def test_items_that_are_counted_or_traced_otherwise_are_not_merged(
    office: Office, more: dict[str, Any], rule: str, values: tuple[str, str]
) -> None:
    await _item(office, **more)
    order = await office.ordered(("BOLT", "10", "2.50"))
    await office(RECEIVE, "warehouse", id=order, lines=[{"position": 1, "received": "10"}], key="r1")
    made = (await office.group(PROPOSE_ITEMS, "group_admin", survivor="BOLT", merged="BOLT-2"))["proposeItemMerge"]
    [error] = made["userErrors"]
    told = error["values"]
    assert error["code"] == "MERGE_CONFLICT"
    assert (told["rule"], told["mergedValue"], told["survivorValue"]) == (rule, *values)
