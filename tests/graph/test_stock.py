"""The goods book through the graph: what a warehouse, a controller and sales do, and what each may see of it."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest

from domain.core.database import Database
from domain.core.errors import Forbidden
from domain.inventory.models import ValuationMethod
from resolvers.operation import Dispatcher
from resolvers.read import ReadRoad
from resolvers.write import WriteRoad
from schema.graph import MUTATIONS, visible
from tests.domain.books import AX, a_world
from tests.domain.inventory.goods import lot, received, valued
from tests.graph.conftest import VIEWS, Asker
from tests.graph.test_write import Desk

ISSUE = """
mutation($input: IssueStockInput!, $key: String!) {
  issueStock(input: $input, idempotencyKey: $key) {
    stockMove { id kind entries { quantity value { amount currency } } } userErrors { code message path } replayed
  }
}
"""
LANDED = """
mutation($input: AddLandedCostInput!, $key: String!) {
  addLandedCost(input: $input, idempotencyKey: $key) {
    landedCost { number basis amount { amount currency } lines { position item { code } amount { amount } } }
    userErrors { code path }
  }
}
"""
RESERVE = """
mutation($input: ReserveStockInput!, $key: String!) {
  reserveStock(input: $input, idempotencyKey: $key) {
    stockReservation { number status quantity allocations { position quantity } } userErrors { code values }
  }
}
"""
STOCK = """{
  stockBalances(filter: {item: {code: {eq: "GEAR"}}}) { nodes { quantity reservedQuantity availableQuantity } }
  valuePools { nodes { method quantity value { amount currency } layers { nodes { quantity } } } }
}"""


@pytest.fixture
async def desk(fresh_database: str) -> AsyncIterator[Desk]:
    database = await Database.open(fresh_database, 6)
    road = ReadRoad(database)
    write = WriteRoad(database, road, tuple(MUTATIONS.values()))
    dispatcher = Dispatcher(lambda grants: visible(VIEWS[grants.audience]), read=road, write=write)
    yield Desk(await a_world(database), Asker(road, dispatcher))
    await database.close()


def issue(quantity: str) -> dict[str, Any]:
    line = {"item": {"code": "GEAR"}, "location": {"code": "STORES"}, "quantity": quantity}
    return {"company": {"code": "AX"}, "purpose": "SALES", "lines": [line]}


async def test_goods_are_issued_costed_late_and_promised_through_the_graph(desk: Desk):
    warehouse, controller, sales = desk.staff("warehouse"), desk.staff("controller"), desk.staff("sales")
    await valued(desk.world, "GEAR", ValuationMethod.FIFO)
    entries = await received(desk.world, ("GEAR", "5", "100"))
    made = (await desk(ISSUE, warehouse, input=issue("2"), key="i1"))["data"]["issueStock"]
    assert made["userErrors"] == [] and made["stockMove"]["kind"] == "ISSUE"
    assert [(one["quantity"], one["value"]) for one in made["stockMove"]["entries"]] == [("-2", None), ("2", None)]
    again = (await desk(ISSUE, warehouse, input=issue("2"), key="i1"))["data"]["issueStock"]
    assert (again["replayed"], again["stockMove"]["id"]) == (True, made["stockMove"]["id"])
    [refusal] = (await desk(ISSUE, warehouse, input=issue("4"), key="i2"))["data"]["issueStock"]["userErrors"]
    assert refusal["code"] == "INSUFFICIENT_STOCK"
    cost = {
        "company": {"code": "AX"}, "stockEntries": [{"id": f"StockEntry-{AX}-{entries['GEAR']}"}], "basis": "VALUE",
        "amount": {"amount": "50", "currency": "USD"},
    }  # fmt: skip
    with pytest.raises(Forbidden):
        await desk(LANDED, warehouse, input=cost, key="l1")
    landed = (await desk(LANDED, controller, input=cost, key="l1"))["data"]["addLandedCost"]
    assert landed["userErrors"] == []
    assert landed["landedCost"]["lines"] == [{"position": 1, "item": {"code": "GEAR"}, "amount": {"amount": "50"}}]
    wanted = {"company": {"code": "AX"}, "item": {"code": "GEAR"}, "quantity": "2"}
    promised = (await desk(RESERVE, sales, input=wanted, key="r1"))["data"]["reserveStock"]
    assert promised["stockReservation"]["allocations"] == [{"position": 1, "quantity": "2"}]
    seen = (await desk(STOCK, controller))["data"]
    assert seen["stockBalances"]["nodes"] == [
        {"quantity": "3", "reservedQuantity": "2", "availableQuantity": "1"}
    ]  # fmt: skip
    assert seen["valuePools"]["nodes"] == [
        {"method": "FIFO", "quantity": "3", "value": {"amount": "330", "currency": "USD"},
         "layers": {"nodes": [{"quantity": "3"}]}}
    ]  # fmt: skip
    hidden = await desk(STOCK, warehouse)
    assert hidden["data"]["valuePools"]["nodes"][0]["value"] is None
    assert "ValuePool.value" in {one["coordinate"] for one in hidden["extensions"]["withheld"]}
    assert await desk.world.findings() == []


async def test_who_may_say_how_goods_are_valued_and_whether_they_may_be_used(desk: Desk):
    setting = {"company": {"code": "AX"}, "item": {"code": "GEAR"}, "method": "AVERAGE"}
    set_ = "mutation($input: SetItemValuationInput!) { setItemValuation(input: $input) { userErrors { code } } }"
    with pytest.raises(Forbidden):
        await desk(set_, desk.staff("warehouse"), input=setting)
    done = await desk(set_, desk.staff("controller"), input=setting)
    assert done["data"]["setItemValuation"]["userErrors"] == []
    await received(desk.world, ("GEAR", "5", "100"))
    line = {"item": {"code": "GEAR"}, "location": {"code": "STORES"}, "quantity": "2", "status": "RELEASED"}
    hold = {"company": {"code": "AX"}, "toStatus": "ON_HOLD", "lines": [line]}
    change = """mutation($input: ChangeStockStatusInput!, $key: String!) {
      changeStockStatus(input: $input, idempotencyKey: $key) { userErrors { code } }
    }"""
    with pytest.raises(Forbidden):
        await desk(change, desk.staff("warehouse"), input=hold, key="h1")
    done = await desk(change, desk.staff("quality"), input=hold, key="h1")
    assert done["data"]["changeStockStatus"]["userErrors"] == []
    [row] = await desk.world.rows("SELECT sum(available_quantity) AS available FROM stock_balance")
    assert row["available"] == Decimal(3)


TRACE = """
query($item: String!, $lot: String!, $way: TraceDirection!) {
  lotTrace(company: "AX", item: $item, lot: $lot, direction: $way) {
    nodes { occurredOn item { code } lot { number } location { kind } quantity move { kind sourceNumber } } totalCount
  }
}
"""
CONVERT = """
mutation($input: ConvertStockInput!, $key: String!) {
  convertStock(input: $input, idempotencyKey: $key) { stockMove { id } userErrors { code message } }
}
"""
REVERSE = """
mutation($input: ReverseStockMoveInput!, $key: String!) {
  reverseStockMove(input: $input, idempotencyKey: $key) { stockMove { id } userErrors { code message } }
}
"""


async def traced(desk: Desk, item: str, lot: str, way: str) -> list[tuple[str, ...]]:
    """(item, lot, kind of place, kind of move, quantity) of each arrival, in order."""
    found = await desk(TRACE, desk.staff("warehouse"), item=item, lot=lot, way=way)
    lines = found["data"]["lotTrace"]
    assert lines["totalCount"] == len(lines["nodes"])
    return [
        (one["item"]["code"], one["lot"] and one["lot"]["number"], one["location"]["kind"], one["move"]["kind"],
         one["quantity"])
        for one in lines["nodes"]
    ]  # fmt: skip


async def test_a_lot_is_traced_to_the_customers_of_what_was_made_of_it_and_back_to_its_receipt(desk: Desk):
    world, warehouse = desk.world, desk.staff("warehouse")
    stores = {"location": {"code": "STORES"}, "item": {"code": "STENT"}}
    for number in ("RAW", "OTHER", "FINE"):
        await lot(world, number, "STENT")
    for number in ("RAW", "OTHER"):
        await received(world, ("STENT", "10", "5"), lot_id=world[number])
    used = [{**stores, "quantity": "4", "lotNumber": "RAW"}, {**stores, "quantity": "1", "lotNumber": "OTHER"}]
    made = {
        "lines": used, "product": {**stores, "quantity": "2", "lotNumber": "FINE"}, "company": {"code": "AX"},
    }  # fmt: skip
    done = (await desk(CONVERT, warehouse, input=made, key="c1"))["data"]["convertStock"]
    assert done["userErrors"] == []
    sold = {"company": {"code": "AX"}, "purpose": "SALES", "lines": [{**stores, "quantity": "1", "lotNumber": "FINE"}]}
    assert (await desk(ISSUE, warehouse, input=sold, key="i1"))["data"]["issueStock"]["userErrors"] == []
    raw, fine = ("STENT", "RAW"), ("STENT", "FINE")
    assert await traced(desk, *raw, "FORWARD") == [
        (*raw, "STORAGE", "RECEIPT", "10"), (*raw, "PRODUCTION", "PRODUCTION", "4"),
        (*fine, "STORAGE", "PRODUCTION", "2"), (*fine, "CUSTOMER", "ISSUE", "1"),
    ]  # fmt: skip
    assert await traced(desk, *fine, "BACK") == [
        (*raw, "STORAGE", "RECEIPT", "10"), ("STENT", "OTHER", "STORAGE", "RECEIPT", "10"),
        (*raw, "PRODUCTION", "PRODUCTION", "4"), ("STENT", "OTHER", "PRODUCTION", "PRODUCTION", "1"),
        (*fine, "STORAGE", "PRODUCTION", "2"),
    ]  # fmt: skip
    assert await traced(desk, *raw, "BACK") == [(*raw, "STORAGE", "RECEIPT", "10")]
    assert await traced(desk, "GEAR", "RAW", "FORWARD") == []


async def test_a_production_that_was_taken_back_links_no_lots(desk: Desk):
    world, warehouse = desk.world, desk.staff("warehouse")
    stores = {"location": {"code": "STORES"}, "item": {"code": "STENT"}}
    for number in ("RAW", "FINE"):
        await lot(world, number, "STENT")
    await received(world, ("STENT", "10", "5"), lot_id=world["RAW"])
    made = {"lines": [{**stores, "quantity": "4", "lotNumber": "RAW"}],
            "product": {**stores, "quantity": "2", "lotNumber": "FINE"}, "company": {"code": "AX"}}  # fmt: skip
    move = (await desk(CONVERT, warehouse, input=made, key="c1"))["data"]["convertStock"]["stockMove"]["id"]
    assert {one[1] for one in await traced(desk, "STENT", "FINE", "BACK")} == {"RAW", "FINE"}
    given = {"stockMove": {"id": move}}
    undone = (await desk(REVERSE, desk.staff("controller"), input=given, key="r1"))["data"]["reverseStockMove"]
    assert undone["userErrors"] == []
    assert {one[1] for one in await traced(desk, "STENT", "FINE", "BACK")} == {"FINE"}
    assert {one[1] for one in await traced(desk, "STENT", "RAW", "FORWARD")} == {"RAW"}


async def test_two_traces_stand_side_by_side_in_one_document(desk: Desk):
    await lot(desk.world, "RAW", "STENT")
    await received(desk.world, ("STENT", "10", "5"), lot_id=desk.world["RAW"])
    one = 'lotTrace(company: "AX", item: "STENT", lot: "RAW", direction: %s) { totalCount }'
    both = await desk(f"{{ to: {one % 'FORWARD'} from: {one % 'BACK'} }}", desk.staff("warehouse"))
    assert both["data"] == {"to": {"totalCount": 1}, "from": {"totalCount": 1}}
