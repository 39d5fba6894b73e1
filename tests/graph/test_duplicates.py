"""Duplicate candidates through the graph: found for one, found as masters change, found in all; dismissed for good."""

from typing import Any
from uuid import UUID

import pytest

from domain.core.errors import Forbidden
from domain.core.handling import Handling
from domain.core.outbox import PublishedEvent
from domain.core.records import GROUP
from domain.master_data.duplicate_commands import AT_ONCE_MAX, SLICE, go_on, look_at_items, look_at_parties
from domain.master_data.items import Item, ItemStatus, ItemType, MakeOrBuy
from domain.master_data.parties import Party, PartyIdentifier
from tests.domain.books import NOW
from tests.graph.test_masters import done, refused
from tests.graph.test_write import Desk, Who, desk

__all__ = ["desk"]

PAIRS = """
query($code: String!) {
  partyDuplicates(filter: {or: [{earlier: {code: {eq: $code}}}, {later: {code: {eq: $code}}}]}) {
    nodes { id earlier { code } later { code } score reasons status dismissal version }
  }
}
"""


@pytest.fixture
def steward(desk: Desk) -> Who:
    return desk.staff("group_admin", company=GROUP)


async def parties(desk: Desk, *rows: dict[str, Any]) -> list[UUID]:
    return await desk.world.works(GROUP, lambda work: work.insert(Party, rows))


async def pairs(desk: Desk, who: Who, code: str) -> list[dict[str, Any]]:
    nodes = (await desk(PAIRS, who, code=code))["data"]["partyDuplicates"]["nodes"]
    return [{**node, "earlier": node["earlier"]["code"], "later": node["later"]["code"]} for node in nodes]


async def find(desk: Desk, steward: Who, code: str) -> None:
    await done(desk, steward, "findPartyDuplicates", "party", "code", party={"code": code})


async def handled(desk: Desk, handler: Any, record: type[Any], *events: tuple[str, list[UUID]]) -> None:
    """What a handler does about events of masters."""
    told = [
        PublishedEvent(place, GROUP, event, record.__name__, ids, {}, NOW) for place, (event, ids) in enumerate(events)
    ]
    async with desk.world.database.acquire() as connection, connection.raw.transaction():
        await handler(_handling(desk, connection), told)


def _handling(desk: Desk, connection: Any) -> Handling:
    world = desk.world
    return Handling(connection=connection, actor=world.chief, grants=world.grants, company_id=GROUP, now=NOW)


async def test_the_duplicates_of_a_party_are_found_in_both_scripts_with_their_reasons(desk: Desk, steward: Who) -> None:
    ids = await parties(
        desk,
        {"code": "S1", "name": "Ruibo Titanium Co., Ltd.", "name_zh": "上海瑞铂钛业有限公司"},
        {"code": "S2", "name": "RUIBO TITANUM CO LTD"},
        {"code": "S3", "name": "Ruibo", "name_zh": "上海瑞鉑鈦業股份有限公司"},
        {"code": "S4", "name": "Ruibo Titanium Trading"},
        {"code": "S5", "name": "Quite another"},
    )
    await desk.world.works(
        GROUP,
        lambda work: work.insert(
            PartyIdentifier,
            [{"party_id": ids[place], "scheme": "DUNS", "value": "315369934"} for place in (0, 4)],
        ),
    )
    await find(desk, steward, "S1")
    found = sorted(await pairs(desk, steward, "S1"), key=lambda pair: pair["later"])
    assert [(pair["later"], pair["score"], pair["reasons"], pair["status"]) for pair in found] == [
        ("S2", 88, ["SIMILAR_NAME"], "OPEN"),
        ("S3", 92, ["EQUAL_NAME"], "OPEN"),
        ("S5", 98, ["EQUAL_IDENTIFIER"], "OPEN"),
    ]
    nested = (
        '{ party(code: "S1") { duplicates(orderBy: [{field: SCORE, direction: DESC}]) { nodes { later { code } } } } }'
    )
    told = (await desk(nested, desk.staff("buyer")))["data"]["party"]["duplicates"]["nodes"]
    assert [node["later"]["code"] for node in told] == ["S5", "S3", "S2"]


async def test_a_dismissed_pair_stays_dismissed_and_a_mended_one_is_withdrawn(desk: Desk, steward: Who) -> None:
    await parties(desk, {"code": "A1", "name": "Anser GmbH"}, {"code": "A2", "name": "Anser AG"})
    await find(desk, steward, "A1")
    [pair] = await pairs(desk, steward, "A1")
    own = {"partyDuplicate": {"id": pair["id"]}}
    assert await refused(desk, steward, "dismissPartyDuplicate", **own, dismissal=" ") == [
        ("INVALID_VALUE", ["input", "dismissal"])
    ]
    told = await done(
        desk, steward, "dismissPartyDuplicate", "partyDuplicate", "status dismissal", **own, dismissal="two firms"
    )
    assert told == {"status": "DISMISSED", "dismissal": "two firms"}
    assert await refused(desk, steward, "dismissPartyDuplicate", **own, dismissal="again") == [
        ("WRONG_STATE", ["input"])
    ]
    await find(desk, steward, "A2")
    assert [(one["status"], one["version"]) for one in await pairs(desk, steward, "A1")] == [("DISMISSED", 2)]

    await parties(desk, {"code": "B1", "name": "Besser GmbH"}, {"code": "B2", "name": "Besser AG"})
    await find(desk, steward, "B1")
    await find(desk, steward, "B1")
    assert [(one["status"], one["version"]) for one in await pairs(desk, steward, "B1")] == [("OPEN", 1)]
    await done(desk, steward, "changeParty", "party", "name", party={"code": "B2"}, name="Gut")
    await find(desk, steward, "B2")
    assert [one["status"] for one in await pairs(desk, steward, "B1")] == ["WITHDRAWN"]


async def test_who_only_reads_masters_neither_looks_for_duplicates_nor_dismisses_one(desk: Desk) -> None:
    with pytest.raises(Forbidden):
        await find(desk, desk.staff("buyer"), "ACME")


async def test_a_master_that_is_made_or_changed_is_looked_at(desk: Desk, steward: Who) -> None:
    ids = await parties(desk, {"code": "C1", "name": "Carat GmbH"}, {"code": "C2", "name": "Carat Ltd"})
    await handled(desk, look_at_parties, Party, ("PartyCreated", ids[1:]))
    assert [pair["score"] for pair in await pairs(desk, steward, "C1")] == [92]
    numbers = await desk.world.works(
        GROUP, lambda work: work.insert(PartyIdentifier, [{"party_id": ids[0], "scheme": "LEI", "value": "X"}])
    )
    await done(desk, steward, "changeParty", "party", "name", party={"code": "C1"}, name="Karat of old")
    await handled(desk, look_at_parties, PartyIdentifier, ("PartyIdentifierCreated", numbers))
    assert [pair["status"] for pair in await pairs(desk, steward, "C1")] == ["WITHDRAWN"]


SEARCHES = "{ duplicateSearches { nodes { kind status totalCount checkedCount foundCount completedAt } } }"


async def test_a_search_over_all_items_goes_on_slice_by_slice_and_tells_how_far_it_is(desk: Desk, steward: Who) -> None:
    [unit] = await desk.world.rows("SELECT id FROM unit_of_measure LIMIT 1")

    def item(number: int) -> dict[str, Any]:
        return {
            "code": f"N{number:04}", "name": "Screw", "model": f"M-{number % SLICE}", "kind": ItemType.DEVICE,
            "status": ItemStatus.ACTIVE, "unit_id": unit["id"], "make_or_buy": MakeOrBuy.BUY,
        }  # fmt: skip

    made = await desk.world.works(GROUP, lambda work: work.insert(Item, [item(number) for number in range(SLICE + 10)]))
    assert len(made) <= AT_ONCE_MAX
    started = await done(desk, steward, "startDuplicateSearch", "duplicateSearch", "id status", kind="ITEM")
    again = await done(desk, steward, "startDuplicateSearch", "duplicateSearch", "id status", kind="ITEM")
    assert again == started
    states: list[tuple[str, int, int, int]] = []
    for _ in range(2):
        async with desk.world.database.acquire() as connection, connection.raw.transaction():
            await go_on(_handling(desk, connection))
        [node] = (await desk(SEARCHES, steward))["data"]["duplicateSearches"]["nodes"]
        states.append((node["status"], node["totalCount"], node["checkedCount"], node["foundCount"]))
    # Three items are of the small group itself; ten numbers stand twice among the screws.
    total = SLICE + 13
    assert states == [("RUNNING", total, SLICE, 10), ("COMPLETED", total, total, 10)]
    async with desk.world.database.acquire() as connection, connection.raw.transaction():
        await go_on(_handling(desk, connection))
    assert await desk.count("item_duplicate") == 10
    await handled(desk, look_at_items, Item, ("ItemChanged", made * 3))
    assert await desk.count("duplicate_search") == 1
