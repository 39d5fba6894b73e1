"""Buying and selling in boxes through the graph: each role says boxes, stock and books count pieces."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.domain.inventory.goods import accounts
from tests.graph.office import APPROVE, ORDER, RECEIVE, REGISTER, Office, opened

AX = {"company": {"code": "AX"}}
BOX = {"unit": {"code": "BOX"}}
LINE = """lines { position orderedQuantity unit { code } unitQuantity unitPrice { amount } priceInUnit { amount }
  lineTotal { amount } receivedQuantity invoicedQuantity item { unit { code } } }"""
ORDERED = f"query($id: ID!) {{ purchaseOrder(id: $id) {{ status totalDue {{ amount }} {LINE} }} }}"
POST = """mutation($id: ID!) { postSupplierInvoice(idempotencyKey: "post", input: {company: {code: "AX"},
  supplierInvoice: {id: $id}, postedOn: "2026-05-20"}) { userErrors { code message }
  supplierInvoice { status matchStatus lines { quantity unit { code } unitQuantity priceInUnit { amount } net { amount }
    priceDifference { amount } } } } }"""
SELL = """mutation($input: CreateSalesOrderInput!) { createSalesOrder(input: $input) { userErrors { code message path }
  salesOrder { id number totalDue { amount } lines { orderedQuantity unit { code } unitQuantity unitPrice { amount }
    priceInUnit { amount } lineTotal { amount } } } } }"""
CHARGE = """mutation($input: PostCustomerInvoiceInput!) { postCustomerInvoice(idempotencyKey: "inv", input: $input) {
  userErrors { code message path } customerInvoice { net { amount } lines { quantity unit { code } unitQuantity
    unitPrice { amount } priceInUnit { amount } net { amount } } } } }"""


@pytest.fixture
async def office(fresh_database: str) -> AsyncIterator[Office]:
    async with opened(fresh_database) as made:
        yield made


def goods(quantity: str, price: str, **more: Any) -> dict[str, Any]:
    return {"item": {"code": "GEAR"}, "quantity": quantity, "unitPrice": {"amount": price, "currency": "USD"}} | more


async def test_ten_boxes_are_ordered_received_in_parts_and_charged_as_boxes(office: Office) -> None:
    """A steward says that a box holds ten; 10 boxes at 240.05 are 100 pieces and 2,400.50."""
    known = await office('{ item(code: "GEAR") { unitConversions { id } } }', "buyer")
    [factor] = known["item"]["unitConversions"]
    change = """mutation($id: ID!) { changeItemUnitConversion(input: {itemUnitConversion: {id: $id}, factor: "10"}) {
      itemUnitConversion { factor per unit { code } item { code unit { code } } } userErrors { code } } }"""
    told = (await office.group(change, "group_admin", id=factor["id"]))["changeItemUnitConversion"]
    assert told["itemUnitConversion"] == {
        "factor": "10", "per": "1", "unit": {"code": "BOX"}, "item": {"code": "GEAR", "unit": {"code": "EA"}}
    }  # fmt: skip
    given = AX | {"supplier": {"code": "ACME"}, "currency": "USD", "lines": [goods("10", "240.05", **BOX)]}
    made = (await office(ORDER, "buyer", input=given))["createPurchaseOrder"]
    assert made["userErrors"] == []
    id_ = made["purchaseOrder"]["id"]
    assert (await office(APPROVE, "controller", id=id_))["approvePurchaseOrder"] == {"userErrors": []}
    for key, part in enumerate(("33", "33", "34")):
        arrived = {"id": id_, "lines": [{"position": 1, "received": part}], "key": str(key)}
        assert (await office(RECEIVE, "warehouse", **arrived))["receivePurchaseOrder"] == {"userErrors": []}
    charged = {"purchaseOrder": {"id": id_}, "orderPosition": 1} | goods("10", "240.05", **BOX)
    charged.pop("item")
    bill = AX | {"supplier": {"code": "ACME"}, "supplierNumber": "A-1", "currency": "USD", "invoicedOn": "2026-05-19",
                 "lines": [charged], "total": {"amount": "2400.50", "currency": "USD"}}  # fmt: skip
    draft = (await office(REGISTER, "accountant", input=bill))["createSupplierInvoice"]
    assert (draft["userErrors"], draft["supplierInvoice"]["matchStatus"]) == ([], "MATCHED")
    posted = (await office(POST, "accountant", id=draft["supplierInvoice"]["id"]))["postSupplierInvoice"]
    assert posted == {"userErrors": [], "supplierInvoice": {"status": "POSTED", "matchStatus": "MATCHED", "lines": [{
        "quantity": "100", "unit": {"code": "BOX"}, "unitQuantity": "10", "priceInUnit": {"amount": "240.05"},
        "net": {"amount": "2400.5"}, "priceDifference": {"amount": "0"}}]}}  # fmt: skip
    expected = {"position": 1, "orderedQuantity": "100", "unit": {"code": "BOX"}, "unitQuantity": "10",
                "unitPrice": {"amount": "24.005"}, "priceInUnit": {"amount": "240.05"},
                "lineTotal": {"amount": "2400.5"}, "receivedQuantity": "100", "invoicedQuantity": "100",
                "item": {"unit": {"code": "EA"}}}  # fmt: skip
    assert (await office(ORDERED, "buyer", id=id_))["purchaseOrder"] == {
        "status": "COMPLETE", "totalDue": {"amount": "2400.5"}, "lines": [expected]
    }  # fmt: skip
    # The supplier reads the price of its box as it reads that of a piece.
    assert (await office.supplier(ORDERED.replace("item { unit { code } }", ""), id=id_))["purchaseOrder"]["lines"] == [
        {name: value for name, value in expected.items() if name != "item"}
    ]
    held = {name: f"{amount:f}".rstrip("0").rstrip(".") for name, amount in (await accounts(office.world)).items()}
    assert held == {"PAYABLE": "-2400.5", "STOCK": "10000", "PURCHASE_PRICE_VARIANCE": "-7599.5"}
    assert await office.world.findings() == []


async def test_boxes_are_quoted_and_charged_and_what_is_no_quantity_of_pieces_is_refused(office: Office) -> None:
    """Three boxes of seven at 100.00: 21 pieces at 14.2857142857, 300.00 in all."""
    await office.world.rows(
        "INSERT INTO party_role (id, party_id, role) SELECT gen_random_uuid(), id, 'HOSPITAL' FROM party "
        "WHERE code = 'HOSPITAL' RETURNING id"
    )
    given = AX | {"customer": {"code": "HOSPITAL"}, "currency": "USD"}
    sold = (await office(SELL, "sales", input=given | {"lines": [goods("3", "100", **BOX)]}))["createSalesOrder"]
    line = {"unit": {"code": "BOX"}, "unitQuantity": "3", "unitPrice": {"amount": "14.2857142857"},
            "priceInUnit": {"amount": "100"}}  # fmt: skip
    assert sold["userErrors"] == []
    assert sold["salesOrder"]["lines"] == [{"orderedQuantity": "21", **line, "lineTotal": {"amount": "300"}}]
    charged = await office(CHARGE, "accountant", input=given | {"lines": [goods("3", "100", **BOX)]})
    assert charged["postCustomerInvoice"] == {"userErrors": [], "customerInvoice": {
        "net": {"amount": "300"}, "lines": [{"quantity": "21", **line, "net": {"amount": "300"}}]}}  # fmt: skip
    await office.world.rows("UPDATE unit_of_measure SET digits = 0 WHERE code = 'EA' RETURNING id")
    half = (await office(SELL, "sales", input=given | {"lines": [goods("0.5", "100", **BOX)]}))["createSalesOrder"]
    message = "0.5 BOX of GEAR is no quantity of EA with at most 0 digits after the point."
    refusal = {"code": "UNIT_QUANTITY_INEXACT", "message": message, "path": ["input", "lines", "0", "quantity"]}
    assert half == {"salesOrder": None, "userErrors": [refusal]}
    await office.world.rows("DELETE FROM item_unit_conversion RETURNING id")
    none = (await office(SELL, "sales", input=given | {"lines": [goods("1", "100", **BOX)]}))["createSalesOrder"]
    assert none == {"salesOrder": None, "userErrors": [{
        "code": "NO_UNIT_CONVERSION", "message": "Nothing says how many EA of GEAR one BOX is.",
        "path": ["input", "lines", "0", "unit"]}]}  # fmt: skip
    assert len(await office.world.rows("SELECT id FROM sales_order")) == 1
    assert await office.world.findings() == []
