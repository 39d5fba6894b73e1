"""A change that matters to an item in use waits for another person; whatever else changes takes effect at once."""

from typing import Any

import pytest

from authz.tables import shipped_duties
from domain.core.errors import Forbidden
from domain.core.records import GROUP
from tests.domain.inventory.goods import done as performed
from tests.domain.inventory.goods import issue, lot, received
from tests.graph.test_masters import done, refused
from tests.graph.test_write import Desk, Who, desk

__all__ = ["desk"]

WAITING = """{ itemChanges { nodes { id item { code } status fields before after } } }"""
REVIEW = "mutation($i: CreateItemReviewFieldInput!) { createItemReviewField(input: $i) { userErrors { code } } }"
BOLT = {"item": {"code": "BOLT"}}


@pytest.fixture
async def steward(desk: Desk) -> Who:
    who = desk.staff("group_admin", company=GROUP)
    for field in ("lotPolicy", "shelfLifeDays"):
        assert await reviewed(desk, who, field) == []
    return who


@pytest.fixture
def quality(desk: Desk) -> Who:
    return desk.staff("quality", company=GROUP)


async def reviewed(desk: Desk, who: Who, field: str) -> list[str]:
    """The refusals of a field that is to be reviewed from now on."""
    made = (await desk(REVIEW, who, i={"field": field, "reason": "it matters"}))["data"]["createItemReviewField"]
    return [error["code"] for error in made["userErrors"]]


async def waiting(desk: Desk, who: Who) -> list[dict[str, Any]]:
    return (await desk(WAITING, who))["data"]["itemChanges"]["nodes"]


async def asked(desk: Desk, steward: Who, **given: Any) -> dict[str, Any]:
    shown = "name lotPolicy shelfLifeDays version"
    return await done(desk, steward, "changeItem", "item", shown, **BOLT, **given)


async def test_what_matters_waits_and_the_rest_takes_effect_at_once(desk: Desk, steward: Who, quality: Who) -> None:
    assert await asked(desk, steward, name="Bolt M8", lotPolicy="LOT", shelfLifeDays=730) == {
        "name": "Bolt M8", "lotPolicy": "NONE", "shelfLifeDays": None, "version": 2,
    }  # fmt: skip
    [change] = await waiting(desk, quality)
    assert change == {
        "id": change["id"], "item": {"code": "BOLT"}, "status": "PROPOSED", "fields": ["lotPolicy", "shelfLifeDays"],
        "before": {"lotPolicy": "NONE", "shelfLifeDays": None}, "after": {"lotPolicy": "LOT", "shelfLifeDays": 730},
    }  # fmt: skip
    own = {"itemChange": {"id": change["id"]}}
    assert await refused(desk, steward, "changeItem", **BOLT, lotPolicy="SERIAL") == [
        ("ITEM_CHANGE_PENDING", ["input"])
    ]
    with pytest.raises(Forbidden):
        await done(desk, steward, "approveItemChange", "itemChange", "status", **own)
    assert ("ChangeItem", "ApproveItemChange") in {(one[0], one[1]) for one in shipped_duties()}
    shown = "status item { lotPolicy shelfLifeDays version }"
    assert await done(desk, quality, "approveItemChange", "itemChange", shown, **own) == {
        "status": "APPROVED", "item": {"lotPolicy": "LOT", "shelfLifeDays": 730, "version": 3},
    }  # fmt: skip
    assert await refused(desk, quality, "approveItemChange", **own) == [("WRONG_STATE", ["input"])]
    assert await desk.world.findings() == []


async def test_a_rejected_change_leaves_the_item_and_the_next_may_be_asked_for(
    desk: Desk, steward: Who, quality: Who
) -> None:
    await asked(desk, steward, lotPolicy="LOT")
    [change] = await waiting(desk, quality)
    own = {"itemChange": {"id": change["id"]}}
    told = await done(desk, quality, "rejectItemChange", "itemChange", "status item { lotPolicy }", **own)
    assert told == {"status": "REJECTED", "item": {"lotPolicy": "NONE"}}
    await asked(desk, steward, lotPolicy="SERIAL")
    assert [one["status"] for one in await waiting(desk, quality)] == ["REJECTED", "PROPOSED"]


async def test_a_change_that_was_overtaken_is_not_approved(desk: Desk, steward: Who, quality: Who) -> None:
    await asked(desk, steward, lotPolicy="LOT")
    [change] = await waiting(desk, quality)
    await done(desk, steward, "changeItemStatus", "item", "status", **BOLT, status="RETIRED")
    await done(desk, steward, "changeItem", "item", "lotPolicy", **BOLT, lotPolicy="SERIAL")
    own = {"itemChange": {"id": change["id"]}}
    assert await refused(desk, quality, "approveItemChange", **own) == [("ITEM_CHANGE_OVERTAKEN", ["input"])]


async def test_an_item_that_is_not_in_use_and_a_field_that_is_not_reviewed_change_at_once(
    desk: Desk, steward: Who, quality: Who
) -> None:
    assert (await asked(desk, steward, name="Bolt M9"))["name"] == "Bolt M9"
    await done(desk, steward, "changeItemStatus", "item", "status", **BOLT, status="RETIRED")
    assert (await asked(desk, steward, lotPolicy="LOT"))["lotPolicy"] == "LOT"
    assert await waiting(desk, quality) == []
    assert await reviewed(desk, steward, "unit") == ["INVALID_VALUE"]


async def test_how_an_item_is_traced_does_not_change_under_goods_that_are_there(
    desk: Desk, steward: Who, quality: Who
) -> None:
    world = desk.world
    await received(world, ("BOLT", "5", "2"))
    await asked(desk, steward, lotPolicy="LOT")
    [change] = await waiting(desk, quality)
    own = {"itemChange": {"id": change["id"]}}
    document = "mutation($i: ApproveItemChangeInput!) { approveItemChange(input: $i) { userErrors { message } } }"
    told = (await desk(document, quality, i=own))["data"]["approveItemChange"]["userErrors"]
    assert told == [{
        "message": "BOLT is in stock without lots in AX: it cannot become LOT until that is issued or counted out."
    }]  # fmt: skip
    assert await refused(desk, quality, "approveItemChange", **own) == [("TRACED_OTHERWISE", ["input", "lotPolicy"])]
    await performed(world, issue(world, "BOLT", "5"))
    assert (await done(desk, quality, "approveItemChange", "itemChange", "status", **own)) == {"status": "APPROVED"}
    # What came with a lot keeps it, whatever the state of the item: what is not in use changes at once.
    await received(world, ("BOLT", "5", "2"), lot_id=await lot(world, "L1", "BOLT"))
    await done(desk, steward, "changeItemStatus", "item", "status", **BOLT, status="RETIRED")
    assert await refused(desk, steward, "changeItem", **BOLT, lotPolicy="NONE") == [
        ("TRACED_OTHERWISE", ["input", "lotPolicy"])
    ]
    assert (await asked(desk, steward, lotPolicy="LOT_AND_SERIAL", name="Bolt M8"))["lotPolicy"] == "LOT_AND_SERIAL"
    assert await world.findings() == []
