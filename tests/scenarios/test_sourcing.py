"""From a need to goods put away, told through the graph by those who do it.

Ax Inc keeps its books in USD. A planner needs 10 gears, the controller approves; the buyer asks two suppliers, one of
which answers in EUR at 1.10. The cheaper one is ordered; it confirms in two parts, and sees no more than its own.
"""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from domain.core.records import GROUP
from domain.master_data.parties import Party, PartyRole, PartyRoleKind
from tests.graph.office import RECEIVE, Office, opened

STEPS = {
    "needed": """mutation { createPurchaseRequisition(input: {company: {code: "AX"}, purpose: "gearbox line",
      site: {code: "MAIN"}, lines: [{item: {code: "GEAR"}, quantity: "10", neededOn: "2099-06-20",
        expectedPrice: {amount: "100", currency: "USD"}}]}) { userErrors { code message }
      purchaseRequisition { id number status total { amount currency } lines { id } } } }""",
    "approved": """mutation($id: ID!) { approvePurchaseRequisition(input: {purchaseRequisition: {id: $id}}) {
      userErrors { code message } purchaseRequisition { status } } }""",
    "asked": """mutation($line: ID!) { requestQuotations(input: {company: {code: "AX"}, site: {code: "MAIN"},
      suppliers: [{code: "ACME"}, {code: "ZAHN"}], answerBy: "2099-06-01",
      lines: [{requisitionLine: {id: $line}, neededOn: "2099-06-20"}]}) { userErrors { code message path }
      requestForQuotation { id number status } } }""",
    "offered": """mutation($id: ID!, $currency: String!, $price: Decimal!, $on: Date!) { submitQuotation(input: {
      supplierQuotation: {id: $id}, currency: $currency, validUntil: "2099-12-31",
      lines: [{position: 1, unitPrice: {amount: $price, currency: $currency}, deliveryOn: $on}]}) {
      userErrors { code message } supplierQuotation { status lines { unitPrice { amount currency } } } } }""",
    "awarded": """mutation($id: ID!, $quotation: ID!, $reason: String) { awardQuotations(input: {
      requestForQuotation: {id: $id}, reason: $reason, awards: [{supplierQuotation: {id: $quotation}, position: 1}]}) {
      userErrors { code message path } requestForQuotation { status quotations { nodes { status supplier { code }
        lines { awardedQuantity purchaseOrder { id number status totalDue { amount currency } } } } } } } }""",
    "order approved": """mutation($id: ID!) { approvePurchaseOrder(input: {purchaseOrder: {id: $id}}) {
      userErrors { code message } purchaseOrder { status } } }""",
    "confirmed": """mutation($id: ID!) { confirmPurchaseOrder(input: {purchaseOrder: {id: $id}, supplierNumber: "Z-88",
      lines: [{position: 1, quantity: "6", promisedOn: "2099-06-10"},
              {position: 1, quantity: "4", promisedOn: "2099-06-18"}]}) { userErrors { code message }
      purchaseOrderConfirmation { number purchaseOrder { number lines { confirmedQuantity promisedOn } } } } }""",
    "sent back": """mutation($id: ID!) { returnToSupplier(idempotencyKey: "back", input: {goodsReceipt: {id: $id},
      settlement: REPLACE, reason: "teeth broken", lines: [{position: 1, quantity: "2", isRejected: true}]}) {
      userErrors { code message } purchaseReturn { number lines { quantity isRejected } } } }""",
}
PORTAL = """{ supplierQuotations { nodes { id number status supplier { code } answerBy currency
  lines { position item { code } quantity neededOn unitPrice { amount } } } } }"""
COMPARED = """query($number: String!) { quotationComparison(companies: ["AX"], request: $number) { nodes {
  place supplier { code } currency unitPrice { amount } companyUnitPrice { amount currency } amount { amount } priceRank
  isBestPrice deliveryOn lateDays isEarliest } } }"""
LINES = """query($id: ID!) { purchaseOrder(id: $id) { status receipts { nodes { id } } lines { orderedQuantity
  receivedQuantity rejectedQuantity rejectedReturnedQuantity toReplaceQuantity openQuantity overReceivedQuantity
  cancelledQuantity confirmedQuantity promisedOn requisitionLine { purchaseRequisition { number status } } } } }"""


@pytest.fixture
async def office(fresh_database: str) -> AsyncIterator[Office]:
    async with opened(fresh_database) as made:
        yield made


async def second_supplier(office: Office) -> None:
    """ZAHN delivers too."""

    async def write(work: Any) -> None:
        [party] = await work.insert(Party, [{"code": "ZAHN", "name": "Zahn GmbH"}])
        await work.insert(PartyRole, [{"party_id": party, "role": PartyRoleKind.SUPPLIER}])
        office.world.ids["ZAHN"] = party

    await office.world.works(GROUP, write)


async def step(office: Office, name: str, role: str, **variables: Any) -> Any:
    """What a mutation answers that must be accepted."""
    [payload] = (await office(STEPS[name], role, **variables)).values()
    assert payload.pop("userErrors") == [], (name, payload)
    return payload


async def partner(office: Office, name: str, party: str, **variables: Any) -> Any:
    """What a mutation answers to a supplier, refused or not."""
    [payload] = (await office.supplier(STEPS[name], party, **variables)).values()
    return payload


async def quoted(office: Office) -> tuple[dict[str, Any], dict[str, str]]:
    """A request that both suppliers answered, and their quotations: each sees its own alone."""
    needed = (await step(office, "needed", "planner"))["purchaseRequisition"]
    assert (needed["status"], needed["total"]) == ("PENDING", {"amount": "1000", "currency": "USD"})
    await step(office, "approved", "controller", id=needed["id"])
    request = (await step(office, "asked", "buyer", line=needed["lines"][0]["id"]))["requestForQuotation"]
    seen: dict[str, str] = {}
    for party in ("ACME", "ZAHN"):
        [own] = (await office.supplier(PORTAL, party))["supplierQuotations"]["nodes"]
        seen[party] = own.pop("id")
        assert own | {"number": ""} == {
            "number": "", "status": "INVITED", "supplier": {"code": party}, "answerBy": "2099-06-01", "currency": None,
            "lines": [{"position": 1, "item": {"code": "GEAR"}, "quantity": "10", "neededOn": "2099-06-20",
                       "unitPrice": None}],
        }  # fmt: skip
    offers = {"ACME": ("USD", "99.50", "2099-06-15"), "ZAHN": ("EUR", "88", "2099-06-22")}
    for party, (currency, price, day) in offers.items():
        given = {"id": seen[party], "currency": currency, "price": price, "on": day}
        answered = await partner(office, "offered", party, **given)
        assert answered["supplierQuotation"] == {
            "status": "SUBMITTED", "lines": [{"unitPrice": {"amount": price.rstrip("0").rstrip("."),
                                                            "currency": currency}}],
        }  # fmt: skip
    return request, seen


async def test_a_need_is_quoted_compared_ordered_confirmed_and_put_away(office: Office):
    await second_supplier(office)
    request, seen = await quoted(office)
    other = await office.supplier(STEPS["offered"], "ACME", id=seen["ZAHN"], currency="USD", price="1", on="2099-06-01")
    assert [one["code"] for one in other["submitQuotation"]["userErrors"]] == ["NOT_FOUND"]
    compared = (await office(COMPARED, "buyer", number=request["number"]))["quotationComparison"]["nodes"]
    assert compared == [
        {"place": "0001/0001/SQ-000002", "supplier": {"code": "ZAHN"}, "currency": "EUR",
         "unitPrice": {"amount": "88"}, "companyUnitPrice": {"amount": "96.8", "currency": "USD"},
         "amount": {"amount": "968"}, "priceRank": 1, "isBestPrice": True, "deliveryOn": "2099-06-22", "lateDays": 2,
         "isEarliest": False},
        {"place": "0001/0002/SQ-000001", "supplier": {"code": "ACME"}, "currency": "USD",
         "unitPrice": {"amount": "99.5"}, "companyUnitPrice": {"amount": "99.5", "currency": "USD"},
         "amount": {"amount": "995"}, "priceRank": 2, "isBestPrice": False, "deliveryOn": "2099-06-15", "lateDays": -5,
         "isEarliest": True},
    ]  # fmt: skip
    silent = (await office(STEPS["awarded"], "buyer", id=request["id"], quotation=seen["ACME"]))["awardQuotations"]
    assert [one["code"] for one in silent["userErrors"]] == ["AWARD_UNEXPLAINED"]
    taken = await step(office, "awarded", "buyer", id=request["id"], quotation=seen["ACME"], reason="arrives in time")
    decided = {one["supplier"]["code"]: one for one in taken["requestForQuotation"]["quotations"]["nodes"]}
    assert (decided["ZAHN"]["status"], decided["ZAHN"]["lines"]) == (
        "LOST", [{"awardedQuantity": None, "purchaseOrder": None}],
    )  # fmt: skip
    [line] = decided["ACME"]["lines"]
    order = line["purchaseOrder"]["id"]
    assert line["purchaseOrder"] | {"id": ""} == {
        "id": "", "number": "PO-000001", "status": "PENDING", "totalDue": {"amount": "995", "currency": "USD"},
    }  # fmt: skip
    early = await partner(office, "confirmed", "ACME", id=order)
    assert [one["code"] for one in early["userErrors"]] == ["WRONG_STATE"]
    await step(office, "order approved", "controller", id=order)
    stranger = await partner(office, "confirmed", "ZAHN", id=order)
    assert [one["code"] for one in stranger["userErrors"]] == ["NOT_FOUND"]
    confirmed = await partner(office, "confirmed", "ACME", id=order)
    assert confirmed["purchaseOrderConfirmation"]["purchaseOrder"] == {
        "number": "PO-000001", "lines": [{"confirmedQuantity": "10", "promisedOn": "2099-06-18"}],
    }  # fmt: skip
    await put_away(office, order)
    assert await office.world.findings() == []


async def put_away(office: Office, order: str) -> None:
    """Goods come, two are refused and sent back, others come for them."""
    for key, received, rejected in (("r1", "10", "2"), ("r2", "2", "0")):
        lines = [{"position": 1, "received": received, "rejected": rejected}]
        answer = await office(RECEIVE, "warehouse", id=order, lines=lines, key=key)
        assert answer["receivePurchaseOrder"]["userErrors"] == []
        if key == "r1":
            seen = (await office(LINES, "buyer", id=order))["purchaseOrder"]
            [receipt] = seen["receipts"]["nodes"]
            back = (await step(office, "sent back", "warehouse", id=receipt["id"]))["purchaseReturn"]
            assert back["lines"] == [{"quantity": "2", "isRejected": True}]
    seen = (await office(LINES, "buyer", id=order))["purchaseOrder"]
    assert seen["status"] == "COMPLETE"
    assert seen["lines"] == [
        {"orderedQuantity": "10", "receivedQuantity": "12", "rejectedQuantity": "2", "rejectedReturnedQuantity": "2",
         "toReplaceQuantity": "2", "openQuantity": "0", "overReceivedQuantity": "0", "cancelledQuantity": "0",
         "confirmedQuantity": "10", "promisedOn": "2099-06-18",
         "requisitionLine": {"purchaseRequisition": {"number": "PR-000001", "status": "ORDERED"}}},
    ]  # fmt: skip
