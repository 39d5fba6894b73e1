"""From a need to goods put away, told through the graph by those who do it.

Ax Inc keeps its books in USD. A planner needs 10 stents, the controller approves; the buyer asks two suppliers, one of
which answers in EUR at 1.10. The dearer one is ordered as it comes in time, with the reason; it confirms in two parts,
announces two lots in two packages, and sees no more than its own. Quality asks for the lot, its last day and its UDI.
Two stents are refused and go back; others come for them. A calibration is a cost of the laboratory, within its budget.
"""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from domain.core.records import GROUP
from domain.master_data.parties import Party, PartyRole, PartyRoleKind
from tests.graph.office import RECEIVE, Office, opened
from tests.graph.test_supplier_invoices import POST

STEPS = {
    "needed": """mutation { createPurchaseRequisition(input: {company: {code: "AX"}, purpose: "stent trial",
      site: {code: "MAIN"}, lines: [{item: {code: "STENT"}, quantity: "10", neededOn: "2099-06-20",
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
    "rule": """mutation { createReceivingRule(input: {company: {code: "AX"}, item: {code: "STENT"},
      needsSupplierLot: true, needsExpiresOn: true, needsUdi: true}) { userErrors { code message } } }""",
    "announced": """mutation($id: ID!, $lines: [ShippingNoticeLineInput!]!) { sendShippingNotice(input: {
      purchaseOrder: {id: $id}, deliveryNote: "DN-5", carrier: "DHL", lines: $lines}) {
      userErrors { code message path } shippingNotice { id number status packages { sscc } lines { position quantity
        supplierLot expiresOn udi shippingNoticePackage { sscc } } } } }""",
    "received": """mutation($id: ID!, $key: String!, $lines: [NoticeArrivalInput!]) { receiveShippingNotice(
      idempotencyKey: $key, input: {shippingNotice: {id: $id}, lines: $lines, receivedOn: "2026-05-20"}) {
      userErrors { code message path } shippingNotice { status goodsReceipt { id number deliveryNote lines {
        receivedQuantity rejectedQuantity lot { number supplierLot expiresOn udi manufacturer } } } } } }""",
    "sent back": """mutation($id: ID!) { returnToSupplier(idempotencyKey: "back", input: {goodsReceipt: {id: $id},
      settlement: REPLACE, reason: "coating torn", lines: [{position: 2, quantity: "2", isRejected: true}]}) {
      userErrors { code message } purchaseReturn { number lines { quantity isRejected } } } }""",
}
COSTS = {
    "centre": """mutation { createCostCentre(input: {company: {code: "AX"}, code: "LAB", name: "Laboratory"}) {
      userErrors { code message } } }""",
    "budget": """mutation { createBudget(input: {company: {code: "AX"}, code: "B26", name: "2026", control: STOP,
      startsOn: "2026-01-01", endsOn: "2026-12-31"}) { userErrors { code message } } }""",
    "drafted": """mutation($amount: Decimal!) { draftBudgetVersion(input: {company: {code: "AX"}, budget: {code: "B26"},
      lines: [{account: {code: "660202"}, costCentre: {code: "LAB"}, amount: {amount: $amount, currency: "USD"}}]}) {
      userErrors { code message } budgetVersion { id } } }""",
    "released": """mutation($id: ID!) { releaseBudgetVersion(input: {budgetVersion: {id: $id}}) {
      userErrors { code message } } }""",
    "needed": """mutation { createPurchaseRequisition(input: {company: {code: "AX"}, purpose: "calibration",
      lines: [{item: {code: "GEAR"}, quantity: "4", expectedPrice: {amount: "100", currency: "USD"},
        account: {code: "660202"}, costCentre: {code: "LAB"}}]}) { userErrors { code message }
      purchaseRequisition { id lines { id } } } }""",
    "ordered": """mutation($line: ID!) { createPurchaseOrder(input: {company: {code: "AX"}, supplier: {code: "ACME"},
      currency: "USD", lines: [{item: {code: "GEAR"}, quantity: "4", dueOn: "2026-06-30", requisitionLine: {id: $line},
        unitPrice: {amount: "100", currency: "USD"}}]}) { userErrors { code message }
      purchaseOrder { id } } }""",
}
CHARGED = """query($id: ID!) { purchaseOrder(id: $id) { lines { account { code } costCentre { code } } } }"""
HELD = """{ commitments(companies: ["AX"]) { nodes { sourceNumber sourcePosition amount { amount } openAmount { amount }
  costCentre { code } entries { nodes { amount { amount } journalEntry { sourceKind } } } } } }"""
SPENT = """{ journalLines(companies: ["AX"], filter: {account: {code: {eq: "660202"}}}) { nodes {
  amount { amount currency } costCentre { code } journalEntry { sourceKind } } } }"""
PORTAL = """{ supplierQuotations { nodes { id number status supplier { code } answerBy currency
  lines { position item { code } quantity neededOn unitPrice { amount } } } } }"""
COMPARED = """query($number: String!) { quotationComparison(companies: ["AX"], request: $number) { nodes {
  place supplier { code } currency unitPrice { amount } companyUnitPrice { amount currency } amount { amount } priceRank
  isBestPrice deliveryOn lateDays isEarliest } } }"""
SCORES = """{ supplierScorecard(companies: ["AX"], from: "2026-01-01", to: "2099-12-31") { nodes { supplier { code }
  dueLines onTimeLines onTimePercent receivedQuantity refusedQuantity refusedPpm answers answerDays } } }"""
LINES = """query($id: ID!) { purchaseOrder(id: $id) { status lines { orderedQuantity
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
            "lines": [{"position": 1, "item": {"code": "STENT"}, "quantity": "10", "neededOn": "2099-06-20",
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
    scores = (await office(SCORES, "buyer"))["supplierScorecard"]["nodes"]
    assert sorted(scores, key=lambda one: one["supplier"]["code"]) == [
        {"supplier": {"code": "ACME"}, "dueLines": 3, "onTimeLines": 3, "onTimePercent": "100",
         "receivedQuantity": "12", "refusedQuantity": "2", "refusedPpm": "166666.67", "answers": 2, "answerDays": "0"},
        {"supplier": {"code": "ZAHN"}, "dueLines": 0, "onTimeLines": 0, "onTimePercent": None,
         "receivedQuantity": "0", "refusedQuantity": "0", "refusedPpm": None, "answers": 1, "answerDays": "0"},
    ]  # fmt: skip
    assert await office.world.findings() == []


def announced(quantity: str, lot: str, **more: str) -> dict[str, Any]:
    """So many stents of one lot of the supplier, with all that quality asks for."""
    return {"position": 1, "quantity": quantity, "supplierLot": lot, "expiresOn": "2049-12-31",
            "udi": f"(01)02900001000291(17)491231(10){lot}"} | more  # fmt: skip


BOX, OTHER_BOX = "123456789012345675", "006141411234567890"


async def put_away(office: Office, order: str) -> None:
    """What the supplier announced comes, two are refused and sent back, others come for them."""
    ruled = await office(STEPS["rule"], "quality")
    assert ruled["createReceivingRule"]["userErrors"] == []
    bare = await partner(office, "announced", "ACME", id=order, lines=[{"position": 1, "quantity": "10"}])
    assert bare["userErrors"] == [
        {"code": "LOT_DATA_MISSING", "path": ["input", "lines", "0", "supplierLot"],
         "message": "Item STENT cannot be taken in without supplierLot, expiresOn, udi."},
    ]  # fmt: skip
    lines = [announced("6", "A1", sscc=BOX), announced("4", "A2", sscc=OTHER_BOX)]
    over = await partner(office, "announced", "ACME", id=order, lines=[*lines, announced("1", "A3")])
    assert [(one["code"], one["path"]) for one in over["userErrors"]] == [("OVER_RECEIPT", ["input", "lines", "2"])]
    notice = (await partner(office, "announced", "ACME", id=order, lines=lines))["shippingNotice"]
    assert (notice["status"], [one["sscc"] for one in notice["packages"]]) == ("SENT", [BOX, OTHER_BOX])
    assert notice["lines"][1] == {
        "position": 2, "quantity": "4", "supplierLot": "A2", "expiresOn": "2049-12-31",
        "udi": "(01)02900001000291(17)491231(10)A2", "shippingNoticePackage": {"sscc": OTHER_BOX},
    }  # fmt: skip
    bad = [{"position": 2, "rejected": "2"}]
    received = (await step(office, "received", "warehouse", id=notice["id"], key="n1", lines=bad))["shippingNotice"]
    receipt = received["goodsReceipt"]
    assert (received["status"], receipt["deliveryNote"]) == ("RECEIVED", "DN-5")
    assert [
        (one["receivedQuantity"], one["rejectedQuantity"], one["lot"]["supplierLot"], one["lot"]["expiresOn"])
        for one in receipt["lines"]
    ] == [("6", "0", "A1", "2049-12-31"), ("4", "2", "A2", "2049-12-31")]
    again = (await office(STEPS["received"], "warehouse", id=notice["id"], key="n2"))["receiveShippingNotice"]
    assert [one["code"] for one in again["userErrors"]] == ["WRONG_STATE"]
    back = (await step(office, "sent back", "warehouse", id=receipt["id"]))["purchaseReturn"]
    assert back["lines"] == [{"quantity": "2", "isRejected": True}]
    second = (await partner(office, "announced", "ACME", id=order, lines=[announced("2", "A4")]))["shippingNotice"]
    await step(office, "received", "warehouse", id=second["id"], key="n3")
    seen = (await office(LINES, "buyer", id=order))["purchaseOrder"]
    assert seen["status"] == "COMPLETE"
    assert seen["lines"] == [
        {"orderedQuantity": "10", "receivedQuantity": "12", "rejectedQuantity": "2", "rejectedReturnedQuantity": "2",
         "toReplaceQuantity": "2", "openQuantity": "0", "overReceivedQuantity": "0", "cancelledQuantity": "0",
         "confirmedQuantity": "10", "promisedOn": "2099-06-18",
         "requisitionLine": {"purchaseRequisition": {"number": "PR-000001", "status": "ORDERED"}}},
    ]  # fmt: skip


async def cost(office: Office, name: str, role: str, **variables: Any) -> Any:
    """What a mutation answers that must be accepted."""
    [payload] = (await office(COSTS[name], role, **variables)).values()
    assert payload.pop("userErrors") == [], (name, payload)
    return payload


async def budgeted(office: Office, amount: str) -> None:
    """An edition of the laboratory's budget, drawn up by one and released by another."""
    drafted = await cost(office, "drafted", "accountant", amount=amount)
    await cost(office, "released", "controller", id=drafted["budgetVersion"]["id"])


async def test_a_service_is_promised_of_its_budget_and_spent_when_it_is_done(office: Office):
    await office.world.rows("UPDATE item SET kind = 'SERVICE' WHERE id = $1 RETURNING id", office.world["GEAR"])
    await cost(office, "centre", "controller")
    await cost(office, "budget", "controller")
    await budgeted(office, "399.99")
    needed = (await cost(office, "needed", "requester"))["purchaseRequisition"]
    await step(office, "approved", "controller", id=needed["id"])
    made = (await cost(office, "ordered", "buyer", line=needed["lines"][0]["id"]))["purchaseOrder"]
    # Who buys needs not know the books: the order is charged where its requisition says.
    charged = (await office(CHARGED, "controller", id=made["id"]))["purchaseOrder"]
    assert charged["lines"] == [{"account": {"code": "660202"}, "costCentre": {"code": "LAB"}}]
    stopped = (await office(STEPS["order approved"], "controller", id=made["id"]))["approvePurchaseOrder"]
    assert [one["code"] for one in stopped["userErrors"]] == ["BUDGET_EXCEEDED"]
    assert (await office(HELD, "controller"))["commitments"]["nodes"] == []
    await budgeted(office, "400")
    await step(office, "order approved", "controller", id=made["id"])
    done = await office(RECEIVE, "warehouse", id=made["id"], lines=[{"position": 1, "received": "1"}], key="done")
    assert done["receivePurchaseOrder"]["userErrors"] == []
    assert (await office(HELD, "controller"))["commitments"]["nodes"] == [
        {"sourceNumber": "PO-000001", "sourcePosition": 1, "amount": {"amount": "400"}, "openAmount": {"amount": "300"},
         "costCentre": {"code": "LAB"}, "entries": {"nodes": [
             {"amount": {"amount": "400"}, "journalEntry": None},
             {"amount": {"amount": "-100"}, "journalEntry": {"sourceKind": "GoodsReceipt"}}]}},
    ]  # fmt: skip
    draft = (await office.registered(made["id"], (1, "1", "110")))["supplierInvoice"]
    posted = await office(POST, "accountant", id=draft["id"], key="post")
    assert posted["postSupplierInvoice"]["userErrors"] == []
    assert (await office(SPENT, "controller"))["journalLines"]["nodes"] == [
        {"amount": {"amount": amount, "currency": "USD"}, "costCentre": {"code": "LAB"},
         "journalEntry": {"sourceKind": kind}}
        for amount, kind in (("100", "GoodsReceipt"), ("10", "SupplierInvoice"))
    ]  # fmt: skip
    [held] = (await office(HELD, "controller"))["commitments"]["nodes"]
    assert held["openAmount"] == {"amount": "300"}
    assert await office.world.findings() == []
