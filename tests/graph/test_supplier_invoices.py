"""Three-way match through the graph, with the shipped policy: cases F60 and V16, who may do what, who sees what."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from domain.core.errors import Forbidden
from tests.graph.office import RECEIVE, Office, opened

POST = """mutation($id: ID!, $key: String!) {
  postSupplierInvoice(idempotencyKey: $key,
                      input: {company: {code: "AX"}, supplierInvoice: {id: $id}, postedOn: "2026-05-20"}) {
    supplierInvoice {
      status matchStatus paymentBlocks held { amount } total { amount }
      lines { position quantity overQuantity blockReasons priceDifference { amount } orderLine: purchaseOrderLine {
        orderedQuantity stockedQuantity invoicedQuantity } matches { quantity amount { amount }
        priceDifference { amount } goodsReceiptLine { stockedQuantity } } }
      openItem { openTransactionAmount { amount } blockedReason }
      heldItem { openTransactionAmount { amount } blockedReason }
      journalEntry { number sourceNumber lines { account { role } amount { amount } } }
    } userErrors { code message path } } }"""
RELEASE = """mutation($id: ID!) { releaseSupplierInvoice(input: {company: {code: "AX"}, supplierInvoice: {id: $id},
  reason: "the market's price"}) { supplierInvoice { matchStatus paymentBlocks
    openItem { openTransactionAmount { amount } blockedReason } heldItem { blockedReason } } userErrors { code } } }"""
CREDIT = """mutation($id: ID!, $lines: [SupplierCreditLineInput!]) { creditSupplierInvoice(idempotencyKey: "credit",
  input: {company: {code: "AX"}, supplierInvoice: {id: $id}, supplierNumber: "AC-1", reason: "never came",
          lines: $lines, creditedOn: "2026-05-20"}) {
  supplierInvoice { kind total { amount } credits { paymentBlocks matchStatus heldItem { openAmount { amount } } }
    journalEntry { lines { account { role } amount { amount } } } } userErrors { code message } } }"""
SEEN = """{ supplierInvoices { nodes { number supplierNumber total { amount } paymentBlocks lines { quantity
  unitPrice { amount } purchaseOrderLine { purchaseOrder { number } } } } } }"""


@pytest.fixture
async def office(fresh_database: str) -> AsyncIterator[Office]:
    async with opened(fresh_database) as made:
        yield made


def by_role(entry: dict[str, Any]) -> dict[str, str]:
    """The lines of a voucher by the roles of their accounts."""
    return {line["account"]["role"]: line["amount"]["amount"] for line in entry["lines"]}


CLEARING = """{ openClearing(on: "2026-05-31") { nodes { place purchaseOrder { number } sinceOn ageDays receivedQuantity
  invoicedQuantity amount { amount currency } } } }"""
TOLERANCE = """mutation { createMatchTolerance(input: {company: {code: "AX"}, quantityPercent: "0", pricePercent: "1",
  priceAmount: {amount: "200", currency: "USD"}}) { matchTolerance { pricePercent } userErrors { code message } } }"""
STANDARD = """mutation { revalueStock(idempotencyKey: "standard", input: {company: {code: "AX"}, item: {code: "BOLT"},
  unitCost: "%s"}) { userErrors { code message } } }"""


async def test_f60_through_the_graph(office: Office):
    made = await office(TOLERANCE, "group_admin")
    assert made["createMatchTolerance"]["userErrors"] == []
    await office(STANDARD % "50", "controller")
    order = await office.ordered(("BOLT", "100", "50"))
    lines = [{"position": 1, "received": "100", "rejected": "2"}]
    await office(RECEIVE, "warehouse", id=order, lines=lines, key="r1")
    draft = (await office.registered(order, (1, "100", "51"), total={"amount": "5100", "currency": "USD"}))[
        "supplierInvoice"
    ]
    assert draft == {
        "id": draft["id"], "number": "SI-000001", "status": "DRAFT", "matchStatus": "BLOCKED",
        "paymentBlocks": ["PRICE", "QUANTITY_OVER"], "total": {"amount": "5100", "currency": "USD"},
        "journalEntry": None,
    }  # fmt: skip
    body = (await office(POST, "accountant", id=draft["id"], key="p1"))["postSupplierInvoice"]
    assert body["userErrors"] == []
    posted = body["supplierInvoice"]
    assert (posted["status"], posted["matchStatus"], posted["held"]) == ("POSTED", "BLOCKED", {"amount": "102"})
    assert posted["lines"] == [
        {"position": 1, "quantity": "100", "overQuantity": "2", "blockReasons": ["PRICE", "QUANTITY_OVER"],
         "priceDifference": {"amount": "1"},
         "orderLine": {"orderedQuantity": "100", "stockedQuantity": "98", "invoicedQuantity": "100"},
         "matches": [
             {"quantity": "98", "amount": {"amount": "4900"}, "priceDifference": {"amount": "98"},
              "goodsReceiptLine": {"stockedQuantity": "98"}},
             {"quantity": "2", "amount": {"amount": "102"}, "priceDifference": {"amount": "0"},
              "goodsReceiptLine": None},
         ]}
    ]  # fmt: skip
    assert [line["amount"]["amount"] for line in posted["journalEntry"]["lines"]] == ["-5100", "4900", "102", "98"]
    assert posted["openItem"] == {"openTransactionAmount": {"amount": "-4998"}, "blockedReason": "PRICE"}
    assert posted["heldItem"] == {"openTransactionAmount": {"amount": "-102"}, "blockedReason": "QUANTITY_OVER"}
    clearing = (await office(CLEARING, "controller"))["openClearing"]
    assert clearing["nodes"] == [
        {"place": "PO-000001/1", "purchaseOrder": {"number": "PO-000001"}, "sinceOn": "2026-05-20", "ageDays": 11,
         "receivedQuantity": "0", "invoicedQuantity": "2", "amount": {"amount": "102", "currency": "USD"}},
    ]  # fmt: skip
    released = (await office(RELEASE, "controller", id=draft["id"]))["releaseSupplierInvoice"]["supplierInvoice"]
    assert released == {
        "matchStatus": "BLOCKED", "paymentBlocks": ["QUANTITY_OVER"],
        "openItem": {"openTransactionAmount": {"amount": "-4998"}, "blockedReason": None},
        "heldItem": {"blockedReason": "QUANTITY_OVER"},
    }  # fmt: skip
    credited = (await office(CREDIT, "accountant", id=draft["id"], lines=[{"position": 1, "quantity": "2"}]))[
        "creditSupplierInvoice"
    ]["supplierInvoice"]
    assert by_role(credited["journalEntry"]) == {"PAYABLE": "102", "GR_IR": "-102"}
    assert credited["credits"] == {
        "paymentBlocks": [], "matchStatus": "RELEASED", "heldItem": {"openAmount": {"amount": "0"}},
    }  # fmt: skip
    assert (await office(CLEARING, "controller"))["openClearing"]["nodes"] == []
    assert await office.world.findings() == []


async def test_v16_through_the_graph(office: Office):
    await office(STANDARD % "5", "controller")
    await office(
        'mutation { setItemValuation(input: {company: {code: "AX"}, item: {code: "GEAR"}, method: AVERAGE}) '
        "{ userErrors { code } } }",
        "controller",
    )
    order = await office.ordered(("BOLT", "4", "4"), ("GEAR", "5", "6"))
    lines = [{"position": 1, "received": "4"}, {"position": 2, "received": "5"}]
    await office(RECEIVE, "warehouse", id=order, lines=lines, key="r1")
    draft = (await office.registered(order, (1, "4", "6"), (2, "5", "4")))["supplierInvoice"]
    posted = (await office(POST, "accountant", id=draft["id"], key="p1"))["postSupplierInvoice"]["supplierInvoice"]
    assert posted["total"] == {"amount": "44"}
    roles = [(line["account"]["role"], line["amount"]["amount"]) for line in posted["journalEntry"]["lines"]]
    assert roles == [
        ("PAYABLE", "-44"), ("GR_IR", "16"), ("GR_IR", "30"), ("PURCHASE_PRICE_VARIANCE", "8"), ("STOCK", "-10"),
    ]  # fmt: skip
    tied = await office('{ stockTieOut(on: "2026-05-20") { nodes { layers { amount } difference { amount } } } }',
                        "controller")  # fmt: skip
    assert tied["stockTieOut"]["nodes"] == [{"layers": {"amount": "40"}, "difference": {"amount": "0"}}]
    assert await office.world.findings() == []


async def test_each_role_does_its_own_part_and_a_supplier_sees_its_invoices(office: Office):
    order = await office.ordered(("BOLT", "10", "2"))
    await office(RECEIVE, "warehouse", id=order, lines=[{"position": 1, "received": "10"}], key="r1")
    draft = (await office.registered(order, (1, "10", "2")))["supplierInvoice"]
    for role in ("buyer", "warehouse", "controller", "auditor"):
        with pytest.raises(Forbidden):
            await office(POST, role, id=draft["id"], key=f"p-{role}")
    for role in ("buyer", "warehouse", "accountant"):
        with pytest.raises(Forbidden):
            await office(RELEASE, role, id=draft["id"])

    assert (await office.supplier(SEEN))["supplierInvoices"]["nodes"] == [
        {"number": "SI-000001", "supplierNumber": "A-1", "total": {"amount": "20"}, "paymentBlocks": [],
         "lines": [{"quantity": "10", "unitPrice": {"amount": "2"},
                    "purchaseOrderLine": {"purchaseOrder": {"number": "PO-000001"}}}]}
    ]  # fmt: skip
    assert (await office.supplier(SEEN, "HOSPITAL"))["supplierInvoices"]["nodes"] == []


async def test_a_draft_that_cannot_be_is_refused_with_its_place(office: Office):
    order = await office.ordered(("BOLT", "10", "2"))
    stated = await office.registered(order, (1, "10", "2"), total={"amount": "21", "currency": "USD"})
    assert (stated["userErrors"][0]["code"], stated["userErrors"][0]["path"]) == (
        "INVOICE_TOTAL_DIFFERS", ["input", "total"],
    )  # fmt: skip
    unknown = await office.registered(order, (2, "10", "2"))
    assert (unknown["userErrors"][0]["code"], unknown["userErrors"][0]["path"]) == (
        "NOT_FOUND", ["input", "lines", "0", "orderPosition"],
    )  # fmt: skip
    assert (await office.registered(order, (1, "10", "2")))["userErrors"] == []
    again = await office.registered(order, (1, "10", "2"))
    assert again["userErrors"][0]["code"] == "ALREADY_EXISTS"
    [row] = await office.world.rows("SELECT count(*) AS drafts FROM supplier_invoice")
    assert row["drafts"] == 1


LIMIT = """mutation { createMatchTolerance(input: {company: {code: "AX"}, quantityPercent: "5", pricePercent: "0",
  priceAmount: {amount: "0", currency: "USD"}, writeOffAmount: {amount: "50", currency: "USD"}}) {
  userErrors { code message } } }"""
WRITE_OFF = """mutation($key: String!, $amount: Decimal!) { writeOffClearing(idempotencyKey: $key, input: {
  company: {code: "AX"}, account: {code: "6301"}, reason: "closed by year's end", ageDaysMin: 0,
  amountMax: {amount: $amount, currency: "USD"}, writtenOffOn: "2026-05-20"}) {
  userErrors { code message path } clearingWriteOff { id number reason
    lines { position quantity amount { amount } purchaseOrderLine { position purchaseOrder { number } }
      journalEntry { number lines { account { code } amount { amount } } } reverses { position } } } } }"""
OPEN_AGAIN = """mutation($id: ID!) { reverseClearingWriteOff(idempotencyKey: "back", input: {company: {code: "AX"},
  clearingWriteOff: {id: $id}, reason: "it was charged after all", reversedOn: "2026-05-20"})
  { userErrors { code } clearingWriteOff {
    lines { position amount { amount } reverses { position } journalEntry { reverses { number } } } } } }"""


async def test_the_controller_closes_a_rest_of_gr_ir_and_opens_it_again(office: Office):
    assert (await office(LIMIT, "group_admin"))["createMatchTolerance"]["userErrors"] == []
    order = await office.ordered(("BOLT", "10", "20"))
    await office(RECEIVE, "warehouse", id=order, lines=[{"position": 1, "received": "10"}], key="r1")
    draft = (await office.registered(order, (1, "8", "20")))["supplierInvoice"]
    await office(POST, "accountant", id=draft["id"], key="p1")
    for role in ("buyer", "warehouse", "accountant", "auditor"):
        with pytest.raises(Forbidden):
            await office(WRITE_OFF, role, key=f"w-{role}", amount="50")
    over = (await office(WRITE_OFF, "controller", key="w0", amount="50.01"))["writeOffClearing"]
    assert over["userErrors"] == [
        {"code": "WRITE_OFF_LIMIT_EXCEEDED", "path": ["input", "amountMax"],
         "message": "Amount max is 50.01 USD, above the 50 USD of GR/IR that may be written off."}
    ]  # fmt: skip
    made = (await office(WRITE_OFF, "controller", key="w1", amount="50"))["writeOffClearing"]["clearingWriteOff"]
    [line] = made["lines"]
    assert (made["number"], line) == ("GW-000001", {
        "position": 1, "quantity": "2", "amount": {"amount": "40"},
        "purchaseOrderLine": {"position": 1, "purchaseOrder": {"number": "PO-000001"}},
        "journalEntry": {"number": line["journalEntry"]["number"], "lines": [
            {"account": {"code": "220202"}, "amount": {"amount": "40"}},
            {"account": {"code": "6301"}, "amount": {"amount": "-40"}},
        ]}, "reverses": None,
    })  # fmt: skip
    assert (await office(CLEARING, "controller"))["openClearing"]["nodes"] == []
    back = (await office(OPEN_AGAIN, "controller", id=made["id"]))["reverseClearingWriteOff"]["clearingWriteOff"]
    assert back["lines"][1] == {
        "position": 2, "amount": {"amount": "-40"}, "reverses": {"position": 1},
        "journalEntry": {"reverses": {"number": line["journalEntry"]["number"]}},
    }  # fmt: skip
    [open_] = (await office(CLEARING, "controller"))["openClearing"]["nodes"]
    assert (open_["receivedQuantity"], open_["amount"]) == ("2", {"amount": "-40", "currency": "USD"})
    assert await office.world.findings() == []
