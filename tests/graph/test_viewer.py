"""A caller is told who it is, and where it may do what; nothing is told of what it may not know."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from domain.core.actors import Actor, Audience, CredentialKind, Grants, Session
from resolvers.catalog import STORED, Leaf, MoneyLeaf, ToMany, ToOne
from schema.graph import SCHEMA
from tests.graph.conftest import Asker

WHOLE = """{ viewer {
  name displayName kind audience roles roleSets { company roles } companies partners isRestrictedToSites locale client
  session { id kind issuer expiresAt signedInAt }
} }"""
KEY = Session(id=UUID(int=9), kind=CredentialKind.KEY, issuer="skein", expires_at=datetime(2027, 1, 1, tzinfo=UTC))


async def test_a_person_is_told_everything_about_itself(ask: Asker) -> None:
    actor, grants = ask.mixed({0: "auditor", 1: "buyer"})
    answer = await ask(WHOLE, who=(replace(actor, display_name="Mei Li", locale="zh"), grants))
    assert answer["data"]["viewer"] == {
        "name": "mixed", "displayName": "Mei Li", "kind": "PERSON", "audience": "STAFF", "roles": ["auditor", "buyer"],
        "roleSets": [{"company": None, "roles": ["auditor"]}, {"company": "SH", "roles": ["buyer"]}],
        "companies": ["SH", "TUT"], "partners": [], "isRestrictedToSites": False, "locale": "zh", "client": "default",
        "session": None,
    }  # fmt: skip


async def test_a_program_is_told_its_key_and_its_partners(ask: Asker) -> None:
    party = UUID(int=77)
    actor, grants = ask.actor("supplier", audience=Audience.SUPPLIER, partners=frozenset({party}))
    answer = await ask(WHOLE, who=(replace(actor, session=KEY, client="portal"), grants))
    told = answer["data"]["viewer"]
    assert (told["kind"], told["client"], told["partners"]) == ("CLIENT", "portal", [f"Party-{party}"])
    assert told["session"] == {
        "id": str(UUID(int=9)), "kind": "KEY", "issuer": "skein", "expiresAt": "2027-01-01T00:00:00+00:00",
        "signedInAt": None,
    }  # fmt: skip


async def test_without_credentials_one_is_nobody(ask: Asker) -> None:
    answer = await ask("{ viewer { __typename name kind companies session { __typename } } }", who=nobody(ask))
    assert answer["data"]["viewer"] == {
        "__typename": "Viewer", "name": "anonymous", "kind": "ANONYMOUS", "companies": [], "session": None,
    }  # fmt: skip
    refused = await ask.invalid('{ viewerCan(field: "Item.code") { extent } }', who=nobody(ask))
    assert refused == [("GRAPHQL_VALIDATION_FAILED", "Cannot query field 'viewerCan' on type 'Query'.")]


def nobody(ask: Asker) -> tuple[Actor, Grants]:
    """The caller without credentials."""
    return ask.actor(audience=Audience.ANONYMOUS)


async def can(ask: Asker, who: Any, **what: str) -> tuple[str, list[str]]:
    """What the caller may: the extent and the companies."""
    asked = "viewerCan(field: $field, command: $command) { __typename extent companies }"
    query = f"query ($field: String, $command: String) {{ {asked} }}"
    told = (await ask(query, what, who))["data"]["viewerCan"]
    assert told.pop("__typename") == "ViewerPermission"
    return told["extent"], told["companies"]


@pytest.mark.parametrize("what, expected", [
    ({"field": "PurchaseOrder.totalDue"}, ("SOME", ["SH"])),
    ({"field": "PurchaseOrder.number"}, ("ALL", ["SH", "TUT"])),
    ({"field": "PurchaseOrder.id"}, ("ALL", ["SH", "TUT"])),
    ({"field": "StockBalance.standardValue"}, ("NONE", [])),
    ({"field": "Item.code"}, ("ALL", ["SH", "TUT"])),
    ({"field": "PurchaseOrder.lines"}, ("ALL", ["SH", "TUT"])),
    ({"command": "createPurchaseOrder"}, ("SOME", ["SH"])),
    ({"command": "CreatePurchaseOrder"}, ("SOME", ["SH"])),
    ({"command": "approvePurchaseOrder"}, ("NONE", [])),
    ({"command": "logOut"}, ("ALL", ["SH", "TUT"])),
    ({"command": "grantRole"}, ("NONE", [])),
    ({"field": "PurchaseOrder.nothing"}, ("NONE", [])), ({"field": "Nothing.number"}, ("NONE", [])),
    ({"field": ""}, ("NONE", [])), ({"command": ""}, ("NONE", [])), ({"command": "raiseAlert"}, ("NONE", [])),
])  # fmt: skip
async def test_what_one_may_depends_on_the_company(ask: Asker, what: dict[str, str], expected: Any) -> None:
    who = ask.mixed({1: "buyer", 2: "warehouse"})
    assert await can(ask, who, **what) == expected


async def test_what_is_hidden_from_an_audience_is_answered_like_what_is_not_there(ask: Asker) -> None:
    who = ask.actor("customer", audience=Audience.CUSTOMER, partners=frozenset({UUID(int=77)}))
    hidden = ("PurchaseOrder.number", "UserAccount.name", "Item.xxxx", "Xxxx.code", "Item.standardCost", "ApiKey.id")
    assert [await can(ask, who, field=name) for name in hidden] == [("NONE", [])] * len(hidden)
    assert await can(ask, who, command="createPurchaseOrder") == await can(ask, who, command="xxxx") == ("NONE", [])


@pytest.mark.parametrize("arguments", ["", '(field: "Item.code", command: "logIn")', "(field: null)"])
async def test_exactly_one_thing_is_asked_about(ask: Asker, arguments: str) -> None:
    refusal = await ask.refusal(f"{{ viewerCan{arguments} {{ extent }} }}")
    assert (refusal.code, refusal.values["reason"]) == ("BAD_USER_INPUT", "give exactly one of field and command")


async def test_it_says_what_a_read_would_answer(ask: Asker) -> None:
    """For every field of every entity: what is said in advance agrees with what the read road withholds."""
    who = ask.mixed({1: "buyer", 2: "warehouse"})
    wrong: list[str] = []
    for entity in STORED.values():
        root = _root_of(entity.name)
        leaves = [one for one in entity.fields.values() if isinstance(one, Leaf | MoneyLeaf | ToOne | ToMany)]
        for source in leaves if root else ():
            inner = _inner(source)
            answer = await ask(f"{{ {root}(first: 1) {{ nodes {{ {source.name}{inner} }} }} }}", who=who)
            withheld = {one["coordinate"] for one in answer.get("extensions", {}).get("withheld", ())}
            is_open = not withheld & {entity.coordinate(source.name), f"Query.{root}"}
            extent, _ = await can(ask, who, field=entity.coordinate(source.name))
            # Rows of a company in which nothing of the kind may be read are not there to be withheld from.
            if extent == ("NONE" if is_open else "ALL"):
                wrong.append(f"{entity.coordinate(source.name)}: {extent}, withheld {sorted(withheld)}")
    assert wrong == []


def _inner(source: Any) -> str:
    match source:
        case MoneyLeaf():
            return " { amount }"
        case ToOne():
            return " { id }"
        case ToMany():
            return " { id }" if source.is_list else "(first: 1) { nodes { id } }"
        case _:
            return ""


def _root_of(name: str) -> str | None:
    whole: Any = SCHEMA._schema
    for root, field in whole.type_map["Query"].fields.items():
        if str(field.type).rstrip("!") == f"{name}Connection":
            return root
    return None
