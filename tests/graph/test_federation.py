"""Our graph as a subgraph: rows named by their keys, on the read road, within scope and masks, in one statement."""

from typing import Any

import pytest
from graphql import build_schema, parse

from domain.core.actors import Audience
from domain.master_data.parties import Party
from resolvers.representations import REPRESENTATIONS_MAX
from schema.graph import visible
from tests.factory import numbered
from tests.graph.conftest import VIEWS, Asker
from tests.graph.test_statements import _statements

ENTITIES = (
    "query($given: [_Any!]!) { _entities(representations: $given) { __typename ... on Item { id code name }"
    " ... on PurchaseOrder { number company { code } totalDue { amount } lines { position } } ... on Party { code } } }"
)


def order(number: str, company: str) -> dict[str, Any]:
    return {"__typename": "PurchaseOrder", "number": number, "company": {"code": company}}


async def entities(ask: Asker, given: list[Any], who: Any = None) -> list[Any]:
    return (await ask(ENTITIES, {"given": given}, who))["data"]["_entities"]


async def test_rows_of_several_types_and_keys_come_in_the_order_they_were_named(ask: Asker) -> None:
    (item,) = await entities(ask, [{"__typename": "Item", "code": "I002"}])
    given = [
        order("PO0003", "TUT"),
        {"__typename": "Item", "id": item["id"]},
        {"__typename": "Item", "code": "I001"},
        {"__typename": "Party", "code": "S001"},
        order("PO0002", "SH"),
        {"__typename": "Item", "code": "I002"},
    ]
    found = await entities(ask, given)
    assert [(one["__typename"], one.get("number") or one["code"]) for one in found] == [
        ("PurchaseOrder", "PO0003"), ("Item", "I002"), ("Item", "I001"), ("Party", "S001"), ("PurchaseOrder", "PO0002"),
        ("Item", "I002"),
    ]  # fmt: skip
    assert found[0] == {
        "__typename": "PurchaseOrder", "number": "PO0003", "company": {"code": "TUT"},
        "totalDue": {"amount": "39.875"}, "lines": [{"position": 1}, {"position": 2}, {"position": 3}],
    }  # fmt: skip


async def test_what_is_not_there_is_null_in_its_place(ask: Asker) -> None:
    given = [
        {"__typename": "Item", "code": "nothing"},
        {"__typename": "Item", "code": "I001"},
        {"__typename": "Item", "id": "Item-nothing"},
        {"__typename": "Item", "id": f"Party-{numbered(Party, 1)}"},
        order("PO0003", "SH"),
        order("PO0003", "nowhere"),
    ]
    assert [one and one["code"] for one in await entities(ask, given)] == [None, "I001", None, None, None, None]


async def test_a_supplier_resolves_its_own_rows_and_no_other(ask: Asker) -> None:
    mine = frozenset({numbered(Party, 4)})
    who = ask.actor("supplier", audience=Audience.SUPPLIER, partners=mine)
    query = "query($given: [_Any!]!) { _entities(representations: $given) { ... on PurchaseOrder { number } } }"
    companies = {1: "SH", 2: "TUT"}
    given = [order(f"PO{n:04}", companies[1 + n % 2]) for n in range(1, 11)]
    found = (await ask(query, {"given": given}, who))["data"]["_entities"]
    assert found == [{"number": f"PO{n:04}"} if n % 5 == 3 else None for n in range(1, 11)]


async def test_a_field_that_the_reader_lacks_is_null_and_named(ask: Asker) -> None:
    answer = await ask(ENTITIES, {"given": [order("PO0003", "TUT")]}, ask.actor("warehouse"))
    assert answer["data"]["_entities"][0]["totalDue"] is None
    assert {"coordinate": "PurchaseOrder.totalDue", "path": ["_entities", "totalDue"],
            "requires": "procurement:COMMERCIAL"} in answer["extensions"]["withheld"]  # fmt: skip


@pytest.mark.parametrize(
    "given",
    [
        5, "Item", {}, {"__typename": "Item"}, {"__typename": "Item", "name": "Item 1"},
        {"__typename": 5, "code": "I001"}, {"__typename": "Nothing", "id": "1"},
        {"__typename": "PurchaseOrder", "number": "PO0003"},
        {"__typename": "PurchaseOrder", "number": "PO0003", "company": "TUT"}, {"__typename": "Item", "code": 5},
        {"__typename": "Query", "id": "1"},
    ],
)  # fmt: skip
async def test_what_names_no_key_of_a_type_is_refused(ask: Asker, given: Any) -> None:
    refusal = await ask.refusal(ENTITIES, {"given": [given]})
    assert refusal.code == "BAD_USER_INPUT"


async def test_a_hidden_type_is_refused_like_an_unknown_one(ask: Asker) -> None:
    who = ask.actor("supplier", audience=Audience.SUPPLIER, partners=frozenset({numbered(Party, 4)}))
    query = "query($given: [_Any!]!) { _entities(representations: $given) { __typename } }"
    told = []
    for name in ("Employee", "Emploiee"):
        refusal = await ask.refusal(query, {"given": [{"__typename": name, "id": f"{name}-1"}]}, who)
        told.append((refusal.code, refusal.message().replace(name, "?")))
    assert told[0] == told[1]


async def test_a_thousand_representations_are_answered_and_one_more_is_refused(ask: Asker) -> None:
    query = "query($given: [_Any!]!) { _entities(representations: $given) { __typename } }"
    given = [{"__typename": "Item", "code": f"I{n % 10:03}"} for n in range(REPRESENTATIONS_MAX)]
    found = (await ask(query, {"given": given}))["data"]["_entities"]
    assert [one is None for one in found] == [n % 10 in (0, 9) for n in range(REPRESENTATIONS_MAX)]
    assert (await ask.refusal(query, {"given": [*given, given[0]]})).code == "PAGE_LIMIT"


async def test_many_representations_are_one_statement_that_was_rendered_once(ask: Asker) -> None:
    for count in (1, 10, 100):
        items = [{"__typename": "Item", "code": f"I{n % 8:03}"} for n in range(count)]
        orders = [order(f"PO{n % 30:04}", "SH") for n in range(count)]
        assert len(await _statements(ask, ENTITIES, {"given": [*items, *orders]})) == 1
    assert ask.road.plans.renders == 1


async def test_representations_may_stand_in_the_document(ask: Asker) -> None:
    query = '{ _entities(representations: [{__typename: "Item", code: "I001"}]) { ... on Item { name } } }'
    assert (await ask(query))["data"] == {"_entities": [{"name": "Item 1"}]}
    assert (await ask("{ _entities(representations: []) { __typename } }"))["data"] == {"_entities": []}


async def test_the_service_is_what_the_audience_sees_with_keys(ask: Asker) -> None:
    supplier = ask.actor("supplier", audience=Audience.SUPPLIER, partners=frozenset({numbered(Party, 4)}))
    texts = {}
    for name, who in (("staff", ask.actor("auditor")), ("supplier", supplier)):
        texts[name] = (await ask("{ _service { sdl } }", {}, who))["data"]["_service"]["sdl"]
    assert 'type Item implements Node @key(fields: "id") @key(fields: "code") {' in texts["staff"]
    assert '@key(fields: "id") @key(fields: "number company { code }") {' in texts["supplier"]
    for audience, name in ((Audience.STAFF, "staff"), (Audience.SUPPLIER, "supplier")):
        served = set(visible(VIEWS[audience]).type_map) - {"_Any", "_Service", "_Entity"}
        printed = build_schema(texts[name].partition("\n")[2].replace("@key", "@unknown"), assume_valid=True)
        assert set(printed.type_map) == served
        assert "_entities" not in texts[name]
    assert "Employee" in texts["staff"]
    assert "Employee" not in texts["supplier"]
    assert len(parse(texts["supplier"]).definitions) > 100


async def test_the_anonymous_caller_has_no_subgraph(ask: Asker) -> None:
    nobody = ask.actor(audience=Audience.ANONYMOUS)
    faults = [await ask.invalid(f"{{ {name} }}", {}, nobody) for name in ("_service { sdl }", "_nothing { sdl }")]
    assert [[(code, text.replace("_nothing", "_service")) for code, text in one] for one in faults] == [
        [("GRAPHQL_VALIDATION_FAILED", "Cannot query field '_service' on type 'Query'.")]
    ] * 2
