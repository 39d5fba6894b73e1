import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from domain.core.actors import Actor, Audience, Grants
from domain.core.database import Database
from domain.core.errors import Forbidden, IdempotencyKeyRequired, IdempotencyKeyReused, InvalidInput
from domain.core.ids import new_id
from resolvers.operation import Dispatcher, Invalid
from resolvers.read import Ambiguous, ReadRoad
from resolvers.request import PolicyMoved
from resolvers.write import WriteRoad
from schema.graph import MUTATIONS, visible
from tests.domain.books import AX, BX, World, a_world
from tests.graph.conftest import VIEWS, Asker

Who = tuple[Actor, Grants]


@dataclass
class Desk:
    """The graph over a small group, with people to act in it."""

    world: World
    asker: Asker

    async def __call__(self, query: str, who: Who, **variables: Any) -> Any:
        return await self.asker(query, variables, who)

    def staff(self, *roles: str, company: int = AX) -> Who:
        return self.asker.actor(*roles, companies=(company,))

    async def create(self, who: Who, key: str | None = None, **changes: Any) -> Any:
        given = {
            "supplier": {"code": "ACME"}, "currency": "USD", "company": {"code": "AX"},
            "lines": [{"item": {"code": "BOLT"}, "quantity": "10", "unitPrice": {"amount": "2.50", "currency": "USD"}}],
        }  # fmt: skip
        return await self(CREATE, who, input=given | changes, key=key)

    async def count(self, table: str) -> int:
        return (await self.world.rows(f"SELECT count(*) AS n FROM {table}"))[0]["n"]


CREATE = """
mutation($input: CreatePurchaseOrderInput!, $key: String) {
  createPurchaseOrder(input: $input, idempotencyKey: $key) {
    purchaseOrder { id number status currency totalDue { amount currency } lines { position item { code }
    orderedQuantity } } userErrors { code message path values }
    replayed
  }
}
"""
APPROVE = """
mutation($input: ApprovePurchaseOrderInput!) {
  approvePurchaseOrder(input: $input) { purchaseOrder { number status version } userErrors { code path } replayed }
}
"""
RECEIVE = """
mutation($input: ReceivePurchaseOrderInput!, $key: String) {
  receivePurchaseOrder(input: $input, idempotencyKey: $key) {
    purchaseOrder { number status lines { receivedQuantity } } userErrors { code path } replayed
  }
}
"""


@pytest.fixture
async def desk(fresh_database: str) -> AsyncIterator[Desk]:
    database = await Database.open(fresh_database, 6)
    road = ReadRoad(database)
    write = WriteRoad(database, road, tuple(MUTATIONS.values()))
    dispatcher = Dispatcher(lambda grants: visible(VIEWS[grants.audience]), read=road, write=write)
    yield Desk(await a_world(database), Asker(road, dispatcher))
    await database.close()


async def test_an_order_is_created_approved_and_received_through_the_graph(desk: Desk):
    buyer, controller, warehouse = desk.staff("buyer"), desk.staff("controller"), desk.staff("warehouse")
    made = (await desk.create(buyer))["data"]["createPurchaseOrder"]
    order = made["purchaseOrder"]
    assert made["userErrors"] == [] and made["replayed"] is False
    assert (order["status"], order["totalDue"]) == ("PENDING", {"amount": "25", "currency": "USD"})
    assert order["lines"] == [{"position": 1, "item": {"code": "BOLT"}, "orderedQuantity": "10"}]
    approved = await desk(APPROVE, controller, input={"purchaseOrder": {"number": order["number"]}})
    assert approved["data"]["approvePurchaseOrder"] == {
        "purchaseOrder": {"number": order["number"], "status": "APPROVED", "version": 2},
        "userErrors": [],
        "replayed": False,
    }
    receipt = {"purchaseOrder": {"id": order["id"]}, "lines": [{"position": 1, "received": "4"}]}
    received = await desk(RECEIVE, warehouse, input=receipt, key="r1")
    assert received["data"]["receivePurchaseOrder"]["purchaseOrder"]["lines"] == [{"receivedQuantity": "4"}]
    assert await desk.world.findings() == []


async def test_a_replay_answers_the_current_selection(desk: Desk):
    buyer = desk.staff("buyer")
    first = (await desk.create(buyer, key="k"))["data"]["createPurchaseOrder"]
    number = first["purchaseOrder"]["number"]
    await desk(APPROVE, desk.staff("controller"), input={"purchaseOrder": {"number": number}})
    again = (await desk.create(buyer, key="k"))["data"]["createPurchaseOrder"]
    assert (again["replayed"], again["purchaseOrder"]["id"]) == (True, first["purchaseOrder"]["id"])
    assert (first["purchaseOrder"]["status"], again["purchaseOrder"]["status"]) == ("PENDING", "APPROVED")
    with pytest.raises(IdempotencyKeyReused):
        await desk.create(buyer, key="k", currency="EUR")
    assert await desk.count("purchase_order") == 1


async def test_a_posting_without_a_key_is_refused(desk: Desk):
    with pytest.raises(IdempotencyKeyRequired):
        await desk(RECEIVE, desk.staff("warehouse"), input={"purchaseOrder": {"number": "x"}, "lines": []})


async def test_who_may_not_is_told_so_and_nothing_is_written(desk: Desk):
    with pytest.raises(Forbidden):
        await desk.create(desk.staff("warehouse"))
    [error] = (await desk.create(desk.staff("buyer", company=BX)))["data"]["createPurchaseOrder"]["userErrors"]
    assert (error["code"], error["path"]) == ("NOT_FOUND", ["input", "company"])
    assert (
        await desk.count("purchase_order"),
        await desk.count("audit_entry WHERE command = 'CreatePurchaseOrder'"),
    ) == (0, 0)


async def test_what_is_unknown_is_named_with_its_place_in_the_input(desk: Desk):
    buyer = desk.staff("buyer")
    made = (await desk.create(buyer, supplier={"code": "NOBODY"}))["data"]["createPurchaseOrder"]
    assert made["purchaseOrder"] is None
    assert made["userErrors"] == [
        {
            "code": "NOT_FOUND", "message": "There is no party NOBODY.", "path": ["input", "supplier"],
            "values": {"what": "party", "key": "NOBODY"},
        }
    ]  # fmt: skip
    line = {
        "item": {"legacyKey": {"system": "old", "key": "7"}},
        "quantity": "1",
        "unitPrice": {"amount": "1", "currency": "USD"},
    }
    made = (await desk.create(buyer, lines=[line]))["data"]["createPurchaseOrder"]
    assert [one["path"] for one in made["userErrors"]] == [["input", "lines", "0", "item"]]
    gone = {"purchaseOrder": {"id": f"PurchaseOrder-{AX}-{new_id()}"}}
    [error] = (await desk(APPROVE, desk.staff("controller"), input=gone))["data"]["approvePurchaseOrder"]["userErrors"]
    assert error == {"code": "NOT_FOUND", "path": ["input", "purchaseOrder"]}
    assert await desk.count("purchase_order") == 0


async def test_a_document_of_another_company_is_out_of_reach(desk: Desk):
    """Its id tells nothing to who may not see it; who may see but not approve there is told that."""
    made = await desk.create(desk.staff("buyer"))
    order = {"purchaseOrder": {"id": made["data"]["createPurchaseOrder"]["purchaseOrder"]["id"]}}
    [error] = (await desk(APPROVE, desk.staff("controller", company=BX), input=order))["data"]["approvePurchaseOrder"][
        "userErrors"
    ]
    assert error["code"] == "NOT_FOUND"
    [state] = await desk.world.rows("SELECT status, version FROM purchase_order")
    assert state == {"status": "PENDING", "version": 1}


async def test_a_number_of_two_companies_must_be_told_apart(desk: Desk):
    both = desk.asker.actor("controller", companies=(AX, BX))
    for company in (AX, BX):
        await desk.create(desk.staff("buyer", company=company), company={"code": "AX" if company == AX else "BX"})
    await desk.world.rows("UPDATE purchase_order SET number = 'SAME' RETURNING 1")
    with pytest.raises(Ambiguous):
        await desk(APPROVE, both, input={"purchaseOrder": {"number": "SAME"}})
    named = await desk(APPROVE, both, input={"purchaseOrder": {"number": "SAME"}, "company": {"code": "BX"}})
    assert named["data"]["approvePurchaseOrder"]["purchaseOrder"]["status"] == "APPROVED"
    states = await desk.world.rows("SELECT status FROM purchase_order ORDER BY company_id")
    assert [one["status"] for one in states] == ["PENDING", "APPROVED"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e3", "1.12345678901", "", "1,5", 2.5])
async def test_what_is_no_exact_number_is_refused_before_anything_is_done(desk: Desk, number: Any):
    price = {"amount": number, "currency": "USD"}
    line = {"item": {"code": "BOLT"}, "quantity": "1", "unitPrice": price}
    with pytest.raises(Invalid) as refused:
        await desk.create(desk.staff("buyer"), lines=[line])
    assert [one.code for one in refused.value.refusals] == ["BAD_USER_INPUT"]
    assert await desk.count("purchase_order") == 0


async def test_excess_scale_names_the_place(desk: Desk):
    line = {"item": {"code": "BOLT"}, "quantity": "1.1234567", "unitPrice": {"amount": "1", "currency": "USD"}}
    with pytest.raises(InvalidInput) as refused:
        await desk.create(desk.staff("buyer"), lines=[line])
    assert (refused.value.path, refused.value.code) == (("input", "lines", 0, "quantity"), "BAD_USER_INPUT")


async def test_a_business_refusal_is_typed_and_in_the_readers_language(desk: Desk):
    line = {"item": {"code": "BOLT"}, "quantity": "-1", "unitPrice": {"amount": "1", "currency": "USD"}}
    buyer, grants = desk.staff("buyer")
    chinese = Actor(**{name: getattr(buyer, name) for name in buyer.__slots__} | {"locale": "zh"})
    made = (await desk.create((chinese, grants), lines=[line]))["data"]["createPurchaseOrder"]
    [error] = made["userErrors"]
    assert (error["code"], error["path"][:3]) == ("INVALID_VALUE", ["input", "lines", "0"])
    assert not error["message"].isascii()
    assert await desk.count("purchase_order") == 0


async def test_mutations_of_one_document_run_in_order_and_each_stands_alone(desk: Desk):
    document = """
    mutation($good: CreatePurchaseOrderInput!, $bad: CreatePurchaseOrderInput!) {
      first: createPurchaseOrder(input: $good) { purchaseOrder { status } userErrors { code } }
      second: createPurchaseOrder(input: $bad) { userErrors { code } }
      third: createPurchaseOrder(input: $good) { ...Made __typename }
    }
    fragment Made on CreatePurchaseOrderPayload { made: purchaseOrder { __typename } }
    """
    good = {
        "supplier": {"code": "ACME"}, "currency": "USD", "company": {"code": "AX"},
        "lines": [{"item": {"code": "BOLT"}, "quantity": "1", "unitPrice": {"amount": "1", "currency": "USD"}}],
    }  # fmt: skip
    bad = good | {"supplier": {"id": "Party-none"}}
    body = await desk(document, desk.staff("buyer"), good=good, bad=bad)
    assert body["data"] == {
        "first": {"purchaseOrder": {"status": "PENDING"}, "userErrors": []},
        "second": None,
        "third": {"made": {"__typename": "PurchaseOrder"}, "__typename": "CreatePurchaseOrderPayload"},
    }
    [error] = body["errors"]
    assert (error["path"], error["extensions"]["code"]) == (["second"], "BAD_USER_INPUT")
    assert await desk.count("purchase_order") == 2


async def test_a_payload_withholds_like_a_read(desk: Desk):
    """Whoever may create but not read prices gets the order without them, and is told."""
    buyer, grants = desk.staff("buyer")
    denied = {"PurchaseOrder.totalDue": frozenset(grants.companies)}
    blind = Grants(**{name: getattr(grants, name) for name in grants.__slots__} | {"denied": denied})
    body = await desk.create((buyer, blind))
    assert body["data"]["createPurchaseOrder"]["purchaseOrder"]["totalDue"] is None
    [withheld] = body["extensions"]["withheld"]
    assert withheld["coordinate"] == "PurchaseOrder.totalDue"
    assert withheld["path"] == ["createPurchaseOrder", "purchaseOrder", "totalDue"]


async def test_a_moved_policy_undoes_the_command(desk: Desk):
    await desk.world.rows(
        "INSERT INTO policy_version (id, version) VALUES ('00000000-0000-7000-8000-000000000001', 99) RETURNING 1"
    )
    with pytest.raises(PolicyMoved):
        await desk.create(desk.staff("buyer"))
    assert await desk.count("purchase_order") == 0


async def test_what_a_supplier_may_not_do_does_not_exist_for_it(desk: Desk):
    acme = frozenset({desk.world["ACME"]})
    supplier = desk.asker.actor("supplier", companies=(AX,), audience=Audience.SUPPLIER, partners=acme)
    with pytest.raises(Invalid):
        await desk.create(supplier)


async def test_a_stale_version_is_told_with_the_current_one_and_what_changed(desk: Desk):
    document = """
    mutation($input: RejectPurchaseOrderInput!) {
      rejectPurchaseOrder(input: $input) { purchaseOrder { id } userErrors { code values } }
    }
    """
    made = (await desk.create(desk.staff("buyer")))["data"]["createPurchaseOrder"]["purchaseOrder"]
    controller = desk.staff("controller")
    await desk(APPROVE, controller, input={"purchaseOrder": {"id": made["id"]}})
    late = {"purchaseOrder": {"id": made["id"]}, "expectedVersion": 1}
    [error] = (await desk(document, controller, input=late))["data"]["rejectPurchaseOrder"]["userErrors"]
    assert error["code"] == "STALE_VERSION"
    assert (error["values"]["currentVersion"], error["values"]["expectedVersion"]) == (2, 1)
    assert "status" in error["values"]["changedFields"]


async def test_parallel_posts_of_one_key_answer_the_same_record(desk: Desk):
    bodies = await asyncio.gather(*(desk.create(desk.staff("buyer"), key="k") for _ in range(20)))
    made = [body["data"]["createPurchaseOrder"] for body in bodies]
    assert len({one["purchaseOrder"]["id"] for one in made}) == 1
    assert sum(one["replayed"] for one in made) == 19
    assert await desk.count("purchase_order") == 1
