"""How old stock is and what must be ordered again, through the graph under the permissions of its people."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from domain.core.work import Work
from domain.inventory.commands import ReceiveTransfer, TransferArrivalInput, WriteOffTransfer
from domain.inventory.models import ValuationMethod
from domain.master_data.items import ItemPlanning
from domain.master_data.places import LocationKind
from tests.domain.books import AX
from tests.domain.inventory.goods import done as performed
from tests.domain.inventory.goods import issue, place, received, transfer, valued
from tests.domain.inventory.test_transfers import shipment
from tests.graph.test_masters import done
from tests.graph.test_promises import bought, ordered, sales
from tests.graph.test_write import Desk, Who, desk

__all__ = ["desk", "sales"]

AGES = """query($on: Date!) { stockAges(companies: ["AX"], on: $on) {
  nodes { place item { code } band quantity oldestOn value { amount } }
  aggregate(groupBy: [BAND]) { groups { key { band } sum { value { amount } } } } } }"""
LACKING = """query($on: Date!) { replenishment(companies: ["AX"], on: $on, filter: {shortfall: {gt: "0"}}) {
  nodes { place onHand reserved demand incoming projected reorderPoint shortfall safetyShortfall leadDays } } }"""


# The last day of the books that are open.
END = date(2026, 12, 31)


def before(days: int) -> date:
    return END - timedelta(days=days)


def lines(answer: Any, root: str) -> list[tuple[Any, ...]]:
    return [tuple(node.values()) for node in answer["data"][root]["nodes"]]


async def test_what_is_on_hand_came_last_and_a_transfer_makes_it_no_younger(desk: Desk) -> None:
    world = desk.world
    await valued(world, "BOLT", ValuationMethod.AVERAGE)
    await place(world, "FAR")
    for days, price in ((330, "1"), (200, "2"), (31, "3"), (30, "4")):
        await received(world, ("BOLT", "10", price), on=before(days))
    await performed(world, issue(world, "BOLT", "12", on=END))
    await performed(world, transfer(world, "BOLT", "20", world["FAR"], on=END))
    answer = await desk(AGES, desk.staff("controller"), on=END.isoformat())
    bolt = {"code": "BOLT"}
    # 40 cost 100 and 12 went out at 2.50 each: 28 are worth 70, 2.50 each whatever their age.
    assert lines(answer, "stockAges") == [
        ("BOLT 0", bolt, "UP_TO_30", "10", before(30).isoformat(), {"amount": "25"}),
        ("BOLT 1", bolt, "UP_TO_90", "10", before(31).isoformat(), {"amount": "25"}),
        ("BOLT 3", bolt, "UP_TO_365", "8", before(200).isoformat(), {"amount": "20"}),
    ]
    groups = answer["data"]["stockAges"]["aggregate"]["groups"]
    assert [(one["key"]["band"], one["sum"]["value"]) for one in groups] == [
        ("UP_TO_30", [{"amount": "25"}]), ("UP_TO_365", [{"amount": "20"}]), ("UP_TO_90", [{"amount": "25"}]),
    ]  # fmt: skip
    # At a past day what had come by then is on hand; the warehouse counts it and sees no value.
    counted = AGES.partition("aggregate")[0] + "} }"
    past = await desk(counted, desk.staff("warehouse"), on=before(200).isoformat())
    assert lines(past, "stockAges") == [
        ("BOLT 0", bolt, "UP_TO_30", "10", before(200).isoformat(), None),
        ("BOLT 2", bolt, "UP_TO_180", "10", before(330).isoformat(), None),
    ]


async def test_shares_of_a_value_add_up_to_it_where_no_share_is_exact(desk: Desk) -> None:
    world = desk.world
    await valued(world, "BOLT", ValuationMethod.AVERAGE)
    for days in (100, 40, 1):
        await received(world, ("BOLT", "1", "3.3333333333"), on=before(days))
    answer = await desk(AGES, desk.staff("controller"), on=END.isoformat())
    shares = [Decimal(node["value"]["amount"]) for node in answer["data"]["stockAges"]["nodes"]]
    [row] = await world.rows("SELECT value FROM value_pool")
    assert len(shares) == 3 and sum(shares) == row["value"]


async def test_what_lacks_to_the_reorder_point_counts_what_comes_and_what_is_due_by_the_day(
    desk: Desk, sales: Who
) -> None:
    world = desk.world
    await place(world, "FAR")
    await place(world, "ROAD", LocationKind.TRANSIT)
    planned = {"item_id": world["BOLT"], "reorder_point": Decimal(40), "safety_stock": Decimal(5), "lead_days": 7}

    async def plan(work: Work) -> None:
        await work.insert(ItemPlanning, [planned])

    await world.works(AX, plan)
    await received(world, ("BOLT", "20", "2"))
    await bought(desk, "30", "2027-01-10")
    first = await ordered(desk, sales, "6", "2026-12-01")
    await ordered(desk, sales, "9", "2027-01-20")
    query = (
        'mutation($i: AllocateSalesOrderInput!) { allocateSalesOrder(idempotencyKey: "a", input: $i) '
        "{ userErrors { code } } }"
    )
    await desk(query, sales, i={"salesOrder": {"number": first["number"]}})
    [sent] = await performed(world, shipment(world, ("BOLT", "4")))
    planner = desk.staff("planner")
    for on, line in (
        ("2026-12-15", ("BOLT", "16", "6", "0", "4", "14", "40", "26", "0", 7)),
        ("2027-01-20", ("BOLT", "16", "6", "9", "34", "35", "40", "5", "0", 7)),
    ):
        assert lines(await desk(LACKING, planner, on=on), "replenishment") == [line]
    # What was lost on the way comes no more.
    arrived = (TransferArrivalInput(position=1, quantity=Decimal(1)),)
    await performed(world, ReceiveTransfer(stock_transfer_id=sent, lines=arrived))
    await performed(world, WriteOffTransfer(stock_transfer_id=sent, reason="stolen"))
    told = lines(await desk(LACKING, planner, on="2026-12-15"), "replenishment")
    assert told == [("BOLT", "17", "6", "0", "0", "11", "40", "29", "0", 7)]
    await done(desk, planner, "changeItemPlanning", "itemPlanning", "reorderPoint",
               itemPlanning={"id": (await _planning(desk, planner))}, reorderPoint="11")  # fmt: skip
    assert lines(await desk(LACKING, planner, on="2026-12-15"), "replenishment") == []
    assert await world.findings() == []


async def _planning(desk: Desk, who: Who) -> str:
    shown = '{ items(filter: {code: {eq: "BOLT"}}) { nodes { planning { nodes { id } } } } }'
    [item] = (await desk(shown, who))["data"]["items"]["nodes"]
    return item["planning"]["nodes"][0]["id"]
