"""Queries against the sample group: what is answered, to the byte."""

from uuid import UUID

import pytest

from domain.master_data.items import Item
from domain.procurement.models import PurchaseOrder
from tests.factory import numbered
from tests.graph.conftest import Asker

THIRD = f"PurchaseOrder-2-{numbered(PurchaseOrder, 3)}"
FIRST_ITEM = f"Item-{numbered(Item, 1)}"


async def test_an_order_with_its_lines_is_answered_in_the_order_asked(ask: Asker) -> None:
    body = await ask.text(
        '{ purchaseOrder(number: "PO0003", company: "TUT") { number orderedOn status totalDue { amount currency }'
        " supplier { code name } lines { position orderedQuantity unitPrice { currency amount } item { code } } } }"
    )
    assert body.decode() == (
        '{"data":{"purchaseOrder":{"number":"PO0003","orderedOn":"2025-12-11","status":"COMPLETE",'
        '"totalDue":{"amount":"39.875","currency":"EUR"},"supplier":{"code":"S004","name":"Supplier 4"},"lines":['
        '{"position":1,"orderedQuantity":"4","unitPrice":{"currency":"EUR","amount":"1.375"},"item":{"code":"I005"}},'
        '{"position":2,"orderedQuantity":"5","unitPrice":{"currency":"EUR","amount":"2.375"},"item":{"code":"I006"}},'
        '{"position":3,"orderedQuantity":"6","unitPrice":{"currency":"EUR","amount":"3.375"},"item":{"code":"I007"}}]}}}'
    )


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (f'id: "{THIRD}"', "PO0003"), ('number: "PO0003"', "PO0003"), ('number: "PO0003", company: "TUT"', "PO0003"),
        ('number: "PO0003", company: "SH"', None), ('number: "PO0003", company: "XX"', None), ('number: "none"', None),
        ('legacyKey: {system: "aw", key: "4"}', "PO0004"), ('legacyKey: {system: "aw", key: "5"}', None),
        ('legacyKey: {system: "second", key: "34"}, company: "SH"', "PO0004"),
        (f'id: "PurchaseOrder-1-{numbered(PurchaseOrder, 3)}"', None),
        (f'id: "PurchaseOrder-2-{UUID(int=9)}"', None), (f'id: "{THIRD}", number: null', "PO0003"),
    ],
)  # fmt: skip
async def test_one_row_is_found_by_any_of_its_keys(ask: Asker, arguments: str, found: str | None) -> None:
    answer = await ask(f"{{ purchaseOrder({arguments}) {{ number }} }}")
    assert answer == {"data": {"purchaseOrder": found and {"number": found}}}


@pytest.mark.parametrize("key", ['code: "L0"', 'legacyKey: {system: "second", key: "34"}'])
async def test_a_key_of_two_companies_must_name_one(ask: Asker, key: str) -> None:
    root = "location" if "code" in key else "purchaseOrder"
    refusal = await ask.refusal(f"{{ one: {root}({key}) {{ id }} }}")
    assert (refusal.code, refusal.path) == ("AMBIGUOUS_KEY", ("one",))
    answer = await ask(f'{{ one: {root}({key}, company: "SH") {{ company {{ code }} }} }}')
    assert answer == {"data": {"one": {"company": {"code": "SH"}}}}
    # Whoever sees only one of them need not choose.
    answer = await ask(f"{{ one: {root}({key}) {{ company {{ code }} }} }}", who=ask.actor("buyer", companies=(2,)))
    assert answer == {"data": {"one": {"company": {"code": "TUT"}}}}


@pytest.mark.parametrize("arguments", ["", f'id: "{THIRD}", number: "PO0003"', 'company: "SH"'])
async def test_one_row_is_asked_for_by_exactly_one_key(ask: Asker, arguments: str) -> None:
    given = f"({arguments})" if arguments else ""
    assert (await ask.refusal(f"{{ purchaseOrder{given} {{ number }} }}")).code == "BAD_USER_INPUT"


FRAGMENTS = (
    " { __typename id ... on PurchaseOrder { number company { code } } ...I } } fragment I on Item { code unit {"
    " code } }"
)


async def test_anything_is_found_by_its_global_id(ask: Asker) -> None:
    order = {"__typename": "PurchaseOrder", "id": THIRD, "number": "PO0003", "company": {"code": "TUT"}}
    item = {"__typename": "Item", "id": FIRST_ITEM, "code": "I001", "unit": {"code": "EA"}}
    assert await ask(f'{{ node(id: "{THIRD}"){FRAGMENTS}') == {"data": {"node": order}}
    assert await ask(f"query($i: ID!) {{ node(id: $i){FRAGMENTS}", {"i": FIRST_ITEM}) == {"data": {"node": item}}
    missing = f"Item-{UUID(int=5)}"
    many = [FIRST_ITEM, THIRD, missing, FIRST_ITEM]
    query = f"query($i: [ID!]!) {{ nodes(ids: $i){FRAGMENTS}"
    assert await ask(query, {"i": many}) == {"data": {"nodes": [item, order, None, item]}}
    assert await ask(query, {"i": [THIRD]}) == {"data": {"nodes": [order]}}
    assert await ask(query, {"i": []}) == {"data": {"nodes": []}}
    query = f'query($i: ID!) {{ nodes(ids: ["{THIRD}", $i]){FRAGMENTS}'
    assert await ask(query, {"i": FIRST_ITEM}) == {"data": {"nodes": [order, item]}}


async def test_one_node_field_serves_ids_of_any_type(ask: Asker) -> None:
    query = "query($i: ID!) { node(id: $i) { ... on Node { id } } }"
    for id_ in (THIRD, FIRST_ITEM, THIRD):
        assert await ask(query, {"i": id_}) == {"data": {"node": {"id": id_}}}


@pytest.mark.parametrize(
    "id_", ["", "x", "Item", "Item-", "Item-1", "Nothing-1", THIRD.upper(), THIRD.replace("-2-", "-02-"), f"{THIRD} ",
            f"PurchaseOrder-40000-{UUID(int=1)}", f"PurchaseOrder--1-{UUID(int=1)}", "SourceSystem\u0000"],
)  # fmt: skip
async def test_a_text_that_is_no_id_is_refused(ask: Asker, id_: str) -> None:
    refusal = await ask.refusal("query($i: ID!) { node(id: $i) { id } }", {"i": id_})
    assert (refusal.code, refusal.values["what"], refusal.values["value"]) == ("BAD_USER_INPUT", "id", repr(id_))


async def test_at_most_a_hundred_ids_are_asked_for_at_once(ask: Asker) -> None:
    query = "query($i: [ID!]!) { nodes(ids: $i) { id } }"
    assert (await ask.refusal(query, {"i": [FIRST_ITEM] * 101})).code == "PAGE_LIMIT"


async def test_aliases_fragments_and_directives_shape_the_answer(ask: Asker) -> None:
    query = """
    query Q($yes: Boolean!, $no: Boolean! = false) {
      a: purchaseOrder(number: "PO0001") { ...Head ...Head ... @include(if: $no) { status } b: number }
      purchaseOrder(number: "PO0002") @skip(if: $yes) { number }
      empty: purchaseOrder(number: "PO0003") { number @include(if: $no) }
      ... on Query @include(if: $yes) {
        c: purchaseOrder(number: "PO0004") { __typename lines { position @skip(if: $yes) } } }
    }
    fragment Head on PurchaseOrder { number ... on Node { id } ...More @skip(if: $no) }
    fragment More on PurchaseOrder { currency status @include(if: $yes) @skip(if: $no) }
    """
    body = await ask.text(query, {"yes": True})
    assert body.decode() == (
        f'{{"data":{{"a":{{"number":"PO0001","id":"PurchaseOrder-2-{numbered(PurchaseOrder, 1)}","currency":"EUR",'
        '"status":"APPROVED","b":"PO0001"},"empty":{},"c":{"__typename":"PurchaseOrder","lines":[]}}}'
    )
    body = await ask.text(query, {"yes": False, "no": True})
    assert body.decode() == (
        f'{{"data":{{"a":{{"number":"PO0001","id":"PurchaseOrder-2-{numbered(PurchaseOrder, 1)}","status":"APPROVED",'
        '"b":"PO0001"},"purchaseOrder":{"number":"PO0002"},"empty":{"number":"PO0003"}}}'
    )


async def test_fields_of_one_key_are_merged(ask: Asker) -> None:
    answer = await ask(
        '{ o: purchaseOrder(number: "PO0001") { supplier { code } } o: purchaseOrder(number: "PO0001") {'
        " supplier { name } number } }"
    )
    assert answer == {"data": {"o": {"supplier": {"code": "S002", "name": "Supplier 2"}, "number": "PO0001"}}}


async def test_an_operation_may_select_nothing(ask: Asker) -> None:
    assert await ask.text("{ purchaseOrders @skip(if: true) { totalCount } }") == b'{"data":{}}'


async def test_null_for_a_condition_that_has_a_default_is_refused(ask: Asker) -> None:
    query = "query($c: Boolean = true) { purchaseOrders @include(if: $c) { totalCount } }"
    assert (await ask(query))["data"]["purchaseOrders"]["totalCount"] == 30
    assert (await ask.refusal(query, {"c": None})).code == "BAD_USER_INPUT"


async def test_hostile_texts_come_out_as_they_went_in(ask: Asker) -> None:
    body = await ask.text('{ party(code: "S003") { name } }')
    assert body.decode() == '{"data":{"party":{"name":"Quote \\" \\\\ back\\tslash, 供应商"}}}'


async def test_archived_masters_are_hidden_from_lists_unless_asked(ask: Asker) -> None:
    query = (
        "query($a: Boolean) { parties(includeArchived: $a, orderBy: [{field: CODE}]) { nodes { code } totalCount } }"
    )
    live = [{"code": f"S{n:03}"} for n in range(1, 7)]
    expected = {"nodes": live, "totalCount": 6}
    for given in ({}, {"a": None}, {"a": False}):
        assert (await ask(query, given))["data"]["parties"] == expected
    everyone = {"nodes": [*live, {"code": "S900"}], "totalCount": 7}
    assert (await ask(query, {"a": True}))["data"]["parties"] == everyone
    assert await ask('{ party(code: "S900") { name } }') == {"data": {"party": {"name": "Closed"}}}


async def test_legacy_keys_are_shown_in_the_order_of_their_systems(ask: Asker) -> None:
    answer = await ask(
        '{ purchaseOrder(number: "PO0003") { legacyKeys { system key __typename } } item(code: "I002") {'
        " legacyKeys { key } } }"
    )
    assert answer["data"] == {
        "purchaseOrder": {
            "legacyKeys": [
                {"system": "aw", "key": "3", "__typename": "SourceKey"},
                {"system": "second", "key": "34", "__typename": "SourceKey"},
            ]
        },
        "item": {"legacyKeys": []},
    }


async def test_rows_that_came_from_a_source_are_themselves_a_list(ask: Asker) -> None:
    query = (
        '{ legacyKeys(filter: {key: {eq: "34"}, recordType: {eq: "purchase_order"}}) { nodes { key sourceSystem {'
        " code } } } }"
    )
    expected = [{"key": "34", "sourceSystem": {"code": "second"}}] * 2
    assert (await ask(query))["data"]["legacyKeys"]["nodes"] == expected


async def test_what_the_schema_says_of_itself_stands_beside_rows(ask: Asker) -> None:
    query = (
        "query($t: String!) { __typename viewer { roles companies } t: __type(name: $t) { name kind }"
        " purchaseOrders { totalCount } }"
    )
    assert await ask(query, {"t": "Money"}) == {"data": {
        "__typename": "Query", "viewer": {"roles": ["auditor"], "companies": ["SH", "TUT"]},
        "t": {"name": "Money", "kind": "OBJECT"}, "purchaseOrders": {"totalCount": 30},
    }}  # fmt: skip
    assert (await ask(query, {"t": "Nothing"}))["data"]["t"] is None


async def test_chained_doubling_fragments_are_followed_once_each(ask: Asker) -> None:
    chain = " ".join(f"fragment F{n} on PurchaseOrder {{ number ...F{n + 1} ...F{n + 1} }}" for n in range(8))
    answer = await ask(
        f'{{ purchaseOrder(number: "PO0001") {{ ...F0 }} }} {chain} fragment F8 on PurchaseOrder {{ status }}'
    )
    assert answer == {"data": {"purchaseOrder": {"number": "PO0001", "status": "APPROVED"}}}
