"""What a mutation answers shows no more than a read would: in its payload, its refusals and its replays."""

import re
from typing import Any

import orjson
import pytest

from domain.core.errors import Forbidden
from server.faults import fault_answer
from tests.domain.books import AX
from tests.graph.test_write import Desk, desk

__all__ = ["desk"]

RECEIVE = """
mutation($input: ReceivePurchaseOrderInput!, $key: String) {
  receivePurchaseOrder(input: $input, idempotencyKey: $key) {
    purchaseOrder {
      number subtotal { amount currency } totalDue { amount currency }
      supplier { code paymentTerms creditRating }
      lines { position unitPrice { amount currency } lineTotal { amount currency } receivedQuantity
              item { code purchaseOrderLines { nodes { unitPrice { amount } } } } }
    }
    userErrors { code message path values } replayed
  }
}
"""
# 100 at 7310.19: the price, and what it makes of the order.
PRICE = re.compile(r"7310\.?19|73101\.9|731019")


async def an_approved_order(desk: Desk) -> Any:
    """An order of 100 at 7310.19, bought and approved by those who may."""
    line = {"item": {"code": "BOLT"}, "quantity": "100", "unitPrice": {"amount": "7310.19", "currency": "USD"}}
    made = await desk.create(desk.staff("buyer"), lines=[line])
    order = made["data"]["createPurchaseOrder"]["purchaseOrder"]
    assert order["totalDue"] == {"amount": "731019", "currency": "USD"}
    approve = "mutation($input: ApprovePurchaseOrderInput!) { approvePurchaseOrder(input: $input) { replayed } }"
    await desk(approve, desk.staff("controller"), input={"purchaseOrder": {"id": order["id"]}})
    return order


async def test_the_payload_of_a_receipt_withholds_prices_from_the_warehouse(desk: Desk) -> None:
    order, warehouse = await an_approved_order(desk), desk.staff("warehouse")
    given = {"purchaseOrder": {"number": order["number"]}, "lines": [{"position": 1, "received": "40"}]}
    for is_replay in (False, True):
        answer = await desk(RECEIVE, warehouse, input=given, key="r1")
        payload = answer["data"]["receivePurchaseOrder"]
        shown = payload["purchaseOrder"]
        assert (payload["userErrors"], payload["replayed"]) == ([], is_replay)
        assert (shown["subtotal"], shown["totalDue"], shown["supplier"]["paymentTerms"]) == (None, None, None)
        assert [line["receivedQuantity"] for line in shown["lines"]] == ["40"]
        assert [line["unitPrice"] for line in shown["lines"]] == [None]
        withheld = {(one["coordinate"], one["requires"]) for one in answer["extensions"]["withheld"]}
        assert ("PurchaseOrder.totalDue", "procurement:COMMERCIAL") in withheld
        assert ("PurchaseOrderLine.unitPrice", "procurement:COMMERCIAL") in withheld
        assert PRICE.search(orjson.dumps(answer).decode()) is None


@pytest.mark.parametrize("line, code", [
    ({"position": 1, "received": "4000"}, "OVER_RECEIPT"),
    ({"position": 9, "received": "1"}, "NOT_FOUND"),
    ({"position": 1, "received": "-1"}, "INVALID_VALUE"),
])  # fmt: skip
async def test_a_refusal_tells_the_warehouse_no_price(desk: Desk, line: dict[str, Any], code: str) -> None:
    order, warehouse = await an_approved_order(desk), desk.staff("warehouse")
    given = {"purchaseOrder": {"number": order["number"]}, "lines": [line]}
    answer = await desk(RECEIVE, warehouse, input=given, key="r1")
    payload = answer["data"]["receivePurchaseOrder"]
    assert (payload["purchaseOrder"], [error["code"] for error in payload["userErrors"]]) == (None, [code])
    assert PRICE.search(orjson.dumps(answer).decode()) is None


async def test_who_may_not_perform_is_told_nothing_of_the_record(desk: Desk) -> None:
    order = await an_approved_order(desk)
    given = {"purchaseOrder": {"number": order["number"]}, "lines": [{"position": 1, "received": "1"}]}
    unknown = {"purchaseOrder": {"number": "NO-SUCH-ORDER"}, "lines": [{"position": 1, "received": "1"}]}
    told: list[bytes] = []
    for asked in (given, unknown):
        with pytest.raises(Forbidden) as refused:
            await desk(RECEIVE, desk.staff("auditor"), input=asked, key="r1")
        told.append(fault_answer(refused.value, "0" * 32).body)
    assert told[0] == told[1]


async def test_an_order_of_another_company_is_refused_like_one_that_does_not_exist(desk: Desk) -> None:
    order = await an_approved_order(desk)
    elsewhere = desk.staff("warehouse", company=AX + 1)
    told: list[Any] = []
    for number in (order["number"], "X" * len(order["number"])):
        given = {"purchaseOrder": {"number": number}, "lines": [{"position": 1, "received": "1"}]}
        answer = await desk(RECEIVE, elsewhere, input=given, key=number)
        told.append(orjson.loads(orjson.dumps(answer).decode().replace(number, "N")))
    assert told[0] == told[1]
    assert [error["code"] for error in told[0]["data"]["receivePurchaseOrder"]["userErrors"]] == ["NOT_FOUND"]
