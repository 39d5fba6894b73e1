"""Search through the graph: what is found and in which order, under the reader's rows, fields and filters."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from authz.grants import compile_grants
from domain.core.actors import Actor, Audience, Grants
from domain.core.policy import Line
from domain.core.search import MATCHES_MAX
from domain.master_data.devices import DeviceIdentifier
from domain.master_data.items import Item, ItemCategory
from domain.master_data.parties import Party, PartyIdentifier
from domain.master_data.units import UnitOfMeasure
from tests.conftest import run_apart
from tests.factory import insert, numbered, row
from tests.graph.conftest import COMPANIES, POLICY, Asker, asker

ITEMS = [
    ("SC-1508", "Cortical screw 1.5 x 8 mm", "皮质骨螺钉 1.5 x 8 mm", None),
    ("SC-2012", "Cortical screw 2.0 x 12 mm", "皮质骨螺钉 2.0 x 12 mm", None),
    ("PL-08", "Locking plate, 8 holes", "锁定接骨板 8 孔", "Takes screws of 1.5 mm"),
    ("SCREW", "Driver", "螺丝刀", None),
    ("SD-1", "Screwdriver", "螺丝刀手柄", None),
]
PARTIES = [("S001", "上海瑞铂钛业有限公司", "Ruibo Titanium"), ("C001", "华山医院", "Huashan Hospital")]
MANY = 150
FIND = """query($q: String, $first: Int, $after: Cursor, $filter: ItemFilter) {
  items(search: $q, first: $first, after: $after, filter: $filter) {
    totalCount nodes { code } edges { cursor } pageInfo { hasNextPage endCursor } } }"""


async def _fill(connection: asyncpg.Connection) -> None:
    await insert(connection, UnitOfMeasure, [row(UnitOfMeasure, 1, code="EA", name="Each")])
    await insert(connection, ItemCategory, [row(ItemCategory, 1, code="IMPLANT", name="Implants")])
    unit, of = numbered(UnitOfMeasure, 1), numbered(ItemCategory, 1)
    items = [
        row(Item, n, code=code, name=name, name_zh=zh, description=more, unit_id=unit, category_id=of, archived_at=None)
        for n, (code, name, zh, more) in enumerate(ITEMS, 1)
    ]
    items.append(row(
        Item, 90, code="OLD", name="Cortical screw, old", name_zh=None, description=None, unit_id=unit, category_id=of,
        archived_at=datetime(2026, 1, 31, tzinfo=UTC),
    ))  # fmt: skip
    items += [
        row(Item, 1_000 + n, code=f"GL-{n:03}", name=f"Glove {n:03}", name_zh=None, description=None, unit_id=unit,
            category_id=None, archived_at=None)
        for n in range(MANY)
    ]  # fmt: skip
    await insert(connection, Item, items)
    value = {"normal_value": "02900001000291", "value": "02900001000291"}
    await insert(connection, DeviceIdentifier, [row(DeviceIdentifier, 1, item_id=numbered(Item, 3), **value)])
    parties = [row(Party, n, code=code, name=en, name_zh=zh) for n, (code, zh, en) in enumerate(PARTIES, 1)]
    await insert(connection, Party, parties)
    number = row(PartyIdentifier, 1, party_id=numbered(Party, 2), scheme="DUNS", value="123456789")
    await insert(connection, PartyIdentifier, [number])


@pytest.fixture(scope="module")
def url(clone_database: Callable[[], str]) -> str:
    made = clone_database()

    async def fill() -> None:
        connection = await asyncpg.connect(made)
        try:
            await _fill(connection)
        finally:
            await connection.close()

    run_apart(fill())
    return made


@pytest.fixture
async def ask(url: str) -> AsyncIterator[Asker]:
    async with asker(url) as found:
        yield found


async def found(ask: Asker, text: str | None, **more: Any) -> list[str]:
    answer = await ask(FIND, {"q": text, **more})
    return [one["code"] for one in answer["data"]["items"]["nodes"]]


@pytest.mark.parametrize(("text", "codes"), [
    ("SC-1508", ["SC-1508"]),
    ("sc1508", ["SC-1508"]),
    ("508", ["SC-1508"]),
    ("cortical SCREW", ["SC-1508", "SC-2012"]),
    ("screw", ["SCREW", "SD-1", "SC-1508", "SC-2012", "PL-08"]),
    ("screw 1.5", ["SC-1508", "PL-08"]),
    ("cortcal scrwe", ["SC-1508", "SC-2012"]),
    ("皮质骨", ["SC-1508", "SC-2012"]),
    ("皮质骨罗钉", ["SC-1508", "SC-2012"]),
    ("螺丝刀", ["SCREW", "SD-1"]),
    ("02900001000291", ["PL-08"]),
    ("2900001000291", ["PL-08"]),
    ("髓内钉", []),
    ("?!", []),
])  # fmt: skip
async def test_items_are_found_the_nearest_first(ask: Asker, text: str, codes: list[str]) -> None:
    assert await found(ask, text) == codes


async def test_a_search_keeps_to_its_filter_and_to_what_is_not_archived(ask: Asker) -> None:
    assert await found(ask, "cortical", filter={"code": {"ne": "SC-1508"}}) == ["SC-2012"]
    assert await found(ask, "glove", filter={"category": {"isNull": False}}) == []
    answer = await ask('{ items(search: "cortical", includeArchived: true) { totalCount nodes { code } } }')
    nodes = [{"code": code} for code in ("OLD", "SC-1508", "SC-2012")]
    assert answer["data"]["items"] == {"totalCount": 3, "nodes": nodes}


async def test_a_filter_holds_before_the_best_are_taken(ask: Asker) -> None:
    last = f"GL-{MANY - 1}"
    assert await found(ask, "glove", filter={"code": {"eq": last}}) == [last]
    counted = await ask(FIND, {"q": "glove", "first": 1})
    assert counted["data"]["items"]["totalCount"] == MATCHES_MAX


async def test_the_pages_of_a_search_follow_each_other(ask: Asker) -> None:
    seen: list[str] = []
    after, more = None, True
    while more:
        page = (await ask(FIND, {"q": "screw", "first": 2, "after": after}))["data"]["items"]
        seen += [one["code"] for one in page["nodes"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert seen == ["SCREW", "SD-1", "SC-1508", "SC-2012", "PL-08"]
    last = await ask('{ items(search: "screw", last: 2) { nodes { code } } }')
    assert last["data"]["items"]["nodes"] == [{"code": "SC-2012"}, {"code": "PL-08"}]


async def test_figures_are_over_what_is_found(ask: Asker) -> None:
    figures = "aggregate(groupBy: [CATEGORY]) { count groups { key { category { code } } } }"
    query = f'{{ items(search: "screw") {{ {figures} }} }}'
    groups = [{"key": {"category": {"code": "IMPLANT"}}}]
    assert (await ask(query))["data"]["items"]["aggregate"] == {"count": 5, "groups": groups}


async def test_null_searches_nothing_and_an_empty_text_is_refused(ask: Asker) -> None:
    assert (await ask(FIND, {"q": None, "first": 1}))["data"]["items"]["totalCount"] == len(ITEMS) + MANY
    for text in ("", "  ", "x" * 201, "a\0b"):
        refusal = await ask.refusal(FIND, {"q": text})
        assert (refusal.code, refusal.values["what"]) == ("BAD_USER_INPUT", "search")
    both = '{ items(search: "screw", orderBy: [{field: CODE}]) { totalCount } }'
    assert (await ask.refusal(both)).values["what"] == "orderBy"


PARTY = "query($q: String) { parties(search: $q) { nodes { code } } }"


def denied(ask: Asker, *coordinates: str) -> tuple[Actor, Grants]:
    """An auditor who may not read some fields."""
    actor, _ = ask.actor("auditor")
    lines = tuple(Line("auditor", one, "*", "READ", "deny") for one in coordinates)
    policy = replace(POLICY, lines=(*POLICY.lines, *lines))
    return actor, compile_grants(policy, actor, COMPANIES)


async def test_parties_are_found_by_names_and_the_numbers_of_registers(ask: Asker) -> None:
    for text, code in (("瑞铂", "S001"), ("titanum", "S001"), ("123456789", "C001"), ("华山医院", "C001")):
        assert (await ask(PARTY, {"q": text}))["data"]["parties"]["nodes"] == [{"code": code}], text


async def test_a_partner_finds_only_itself(ask: Asker) -> None:
    who = ask.actor("supplier", audience=Audience.SUPPLIER, partners=frozenset({numbered(Party, 1)}))
    assert (await ask(PARTY, {"q": "titanium"}, who))["data"]["parties"]["nodes"] == [{"code": "S001"}]
    for text in ("华山医院", "hospital", "123456789", "C001"):
        assert (await ask(PARTY, {"q": text}, who))["data"]["parties"]["nodes"] == []


async def test_a_field_that_is_hidden_finds_nothing_and_takes_no_place(ask: Asker) -> None:
    who = denied(ask, "Item.nameZh", "Item.description")
    assert await codes(ask, "皮质骨", who) == await codes(ask, "皮质骨罗钉", who) == []
    assert await codes(ask, "takes", who) == []
    assert await codes(ask, "screw", who) == ["SCREW", "SD-1", "SC-1508", "SC-2012"]
    assert await codes(ask, "cortical 皮质骨", who) == []
    assert await codes(ask, "02900001000291", denied(ask, "DeviceIdentifier.normalValue")) == []
    assert await codes(ask, "SC-1508", denied(ask, "DeviceIdentifier.normalValue")) == ["SC-1508"]


async def test_who_may_read_nothing_of_what_is_searched_is_told_so(ask: Asker) -> None:
    every = ("code", "name", "nameZh", "model", "description")
    refusal = await ask.refusal(FIND, {"q": "screw"}, denied(ask, *(f"Item.{one}" for one in every)))
    assert (refusal.code, refusal.values) == ("FIELD_NOT_READABLE", {"coordinate": "Item.code", "use": "search"})


async def codes(ask: Asker, text: str, who: tuple[Actor, Grants]) -> list[str]:
    """The codes of what someone finds."""
    answer = await ask("query($q: String) { items(search: $q) { nodes { code } } }", {"q": text}, who)
    return [one["code"] for one in answer["data"]["items"]["nodes"]]
