"""What may be promised, day by day, and a shipment through the graph under the permissions of its people."""

from typing import Any

import pytest

from domain.core.records import GROUP
from tests.domain.books import AX
from tests.domain.inventory.goods import received
from tests.graph.test_masters import done
from tests.graph.test_write import Desk, Who, desk

__all__ = ["desk"]

PROMISES = """query($on: Date!) { availableToPromise(companies: ["AX"], on: $on) {
  nodes { place day item { code } available incoming demand projected promisable } } }"""
COMPANY = {"company": {"code": "AX"}}


@pytest.fixture
async def sales(desk: Desk) -> Who:
    """A salesperson of AX; the hospital buys."""
    steward = desk.staff("group_admin", company=GROUP)
    await done(desk, steward, "createPartyRole", "partyRole", "id", party={"code": "HOSPITAL"}, role="HOSPITAL")
    return desk.staff("sales", company=AX)


async def ordered(desk: Desk, sales: Who, quantity: str, due_on: str, *, confirm: bool = True) -> Any:
    line = {
        "item": {"code": "BOLT"}, "quantity": quantity, "dueOn": due_on,
        "unitPrice": {"amount": "3", "currency": "USD"},
    }  # fmt: skip
    given = COMPANY | {"customer": {"code": "HOSPITAL"}, "currency": "USD", "confirm": confirm, "lines": [line]}
    return await done(desk, sales, "createSalesOrder", "salesOrder", "number", **given)


async def bought(desk: Desk, quantity: str, due_on: str | None, *, approve: bool = True) -> None:
    line = {"item": {"code": "BOLT"}, "quantity": quantity, "unitPrice": {"amount": "2", "currency": "USD"}}
    made = await desk.create(desk.staff("buyer"), lines=[line | ({"dueOn": due_on} if due_on else {})])
    order = {"purchaseOrder": {"id": made["data"]["createPurchaseOrder"]["purchaseOrder"]["id"]}}
    if approve:
        await done(desk, desk.staff("controller"), "approvePurchaseOrder", "purchaseOrder", "id", **order)


async def test_what_may_be_promised_takes_nothing_from_what_is_confirmed_for_later(desk: Desk, sales: Who) -> None:
    await received(desk.world, ("BOLT", "10", "2"))
    await bought(desk, "30", "2027-01-10")
    await bought(desk, "99", None)
    await bought(desk, "99", "2027-01-05", approve=False)
    await ordered(desk, sales, "8", "2027-01-01")
    await ordered(desk, sales, "25", "2027-01-20")
    await ordered(desk, sales, "99", "2027-01-20", confirm=False)
    late = await ordered(desk, sales, "1", "2026-12-01")
    answer = await desk(PROMISES, sales, on="2026-12-15")
    rows = [tuple(line.values())[1:] for line in answer["data"]["availableToPromise"]["nodes"]]
    bolt = {"code": "BOLT"}
    assert rows == [
        ("2026-12-15", bolt, "10", "0", "1", "9", "1"), ("2027-01-01", bolt, "0", "0", "8", "1", "1"),
        ("2027-01-10", bolt, "0", "30", "0", "31", "6"), ("2027-01-20", bolt, "0", "0", "25", "6", "6"),
    ]  # fmt: skip
    # What is allocated is no demand any more, nor free.
    query = (
        'mutation($i: AllocateSalesOrderInput!) { allocateSalesOrder(idempotencyKey: "a", input: $i) '
        "{ salesOrder { lines { allocatedQuantity } } userErrors { code } } }"
    )
    await desk(query, sales, i={"salesOrder": {"number": late["number"]}})
    again = (await desk(PROMISES, sales, on="2026-12-15"))["data"]["availableToPromise"]["nodes"][0]
    assert (again["available"], again["demand"], again["projected"], again["place"]) == (
        "9", "0", "9", "BOLT 2026-12-15"
    )  # fmt: skip


KITS = """query($on: Date!) { kitsToPromise(companies: ["AX"], on: $on) {
  nodes { place item { code } promisable scarcest { code } } } }"""


async def test_as_many_of_a_kit_may_be_promised_as_its_scarcest_component_allows(desk: Desk, sales: Who) -> None:
    steward = desk.staff("group_admin", company=GROUP)
    item = {"kind": "KIT", "unit": {"code": "EA"}, "makeOrBuy": "BUY", "lotPolicy": "NONE", "isSold": True}
    await done(desk, steward, "createItem", "item", "code", code="KIT", name="Kit", **item)
    held = {"kit": {"code": "KIT"}, "validFrom": "2026-01-01"}
    for code, quantity in (("BOLT", "4"), ("GEAR", "1")):
        part = {"component": {"code": code}, "quantity": quantity}
        await done(desk, steward, "createKitComponent", "kitComponent", "id", **held, **part)
    await received(desk.world, ("BOLT", "10", "2"), ("GEAR", "9", "100"))
    await bought(desk, "30", "2027-01-10")
    answer = await desk(KITS, sales, on="2026-12-15")
    rows = [tuple(line.values()) for line in answer["data"]["kitsToPromise"]["nodes"]]
    kit = {"code": "KIT"}
    assert rows == [
        ("KIT 2026-12-15", kit, "2", {"code": "BOLT"}), ("KIT 2027-01-10", kit, "9", {"code": "GEAR"}),
    ]  # fmt: skip
    # Before its composition begins there is no kit.
    assert (await desk(KITS, sales, on="2025-12-15"))["data"]["kitsToPromise"]["nodes"] == []


async def test_who_may_not_see_what_is_on_order_is_told_nothing(desk: Desk, sales: Who) -> None:
    await received(desk.world, ("BOLT", "10", "2"))
    answer = await desk(PROMISES, desk.staff("hr"), on="2026-12-15")
    assert answer["data"] == {"availableToPromise": None}
    [withheld] = answer["extensions"]["withheld"]
    assert (withheld["coordinate"], withheld["requires"]) == ("Query.availableToPromise", "logistics:INTERNAL")
