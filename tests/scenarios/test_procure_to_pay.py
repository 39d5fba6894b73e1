"""From an order in another currency to the line on the bank's statement, told by those who do it.

Ax Inc keeps its books in USD and orders 10 gears at 100.00 EUR from Acme. One is refused at inspection; freight comes
later; the invoice is over 10 at 102.00 and the euro has risen from 1.10 to 1.20. It is blocked for both, its price is
accepted by another person, the gear that never came is credited, and what is left is paid by a run that one makes and
another approves.
"""

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.core.records import GROUP
from domain.master_data.currencies import CurrencyRate
from tests.domain.inventory.goods import accounts
from tests.graph.office import RECEIVE, Office, opened

IBAN = "DE89370400440532013000"
STEPS = {
    "tolerance": """mutation { createMatchTolerance(input: {company: {code: "AX"}, pricePercent: "1",
      quantityPercent: "0", priceAmount: {amount: "200", currency: "USD"}}) { userErrors { code message } } }""",
    "valuation": """mutation { setItemValuation(input: {company: {code: "AX"}, item: {code: "GEAR"}, method: FIFO}) {
      userErrors { code message } } }""",
    "account": """mutation($iban: String!) { createBankAccount(input: {party: {code: "ACME"}, accountNumber: $iban,
      currency: "EUR"}) { bankAccount { id } userErrors { code message } } }""",
    "account approved": """mutation($id: ID!) { approveBankAccount(input: {bankAccount: {id: $id}}) {
      userErrors { code message } } }""",
    "landed cost": """mutation($entry: ID!) { addLandedCost(idempotencyKey: "freight", input: {company: {code: "AX"},
      stockEntries: [{id: $entry}], basis: QUANTITY, amount: {amount: "45", currency: "USD"}, occurredOn: "2026-05-19"
    }) { userErrors { code message } } }""",
    "posted": """mutation($id: ID!) { postSupplierInvoice(idempotencyKey: "post", input: {company: {code: "AX"},
      supplierInvoice: {id: $id}, postedOn: "2026-05-20"}) { userErrors { code message } supplierInvoice {
        paymentBlocks held { amount currency } journalEntry { lines { account { role } amount { amount } } } } } }""",
    "released": """mutation($id: ID!) { releaseSupplierInvoice(input: {company: {code: "AX"},
      supplierInvoice: {id: $id}, reason: "the new list"}) { userErrors { code message }
        supplierInvoice { paymentBlocks } } }""",
    "credited": """mutation($id: ID!) { creditSupplierInvoice(idempotencyKey: "credit", input: {company: {code: "AX"},
      supplierInvoice: {id: $id}, supplierNumber: "AC-9", reason: "refused at inspection", creditedOn: "2026-05-25",
      lines: [{position: 1, quantity: "1"}]}) { userErrors { code message } supplierInvoice { total { amount }
        credits { matchStatus paymentBlocks } } } }""",
    "proposed": """mutation($bank: String!) { proposePayments(input: {company: {code: "AX"}, account: {code: $bank},
      currency: "EUR", payOn: "2026-06-01", dueUntil: "2026-06-01"}) { userErrors { code } paymentProposal { id status
        total { amount currency } } } }""",
    "run approved": """mutation($id: ID!) { approvePaymentProposal(input: {company: {code: "AX"},
      paymentProposal: {id: $id}}) { userErrors { code message } paymentProposal { status } } }""",
    "paid": """mutation($id: ID!) { executePaymentProposal(idempotencyKey: "pay", input: {company: {code: "AX"},
      paymentProposal: {id: $id}}) { userErrors { code message } paymentProposal { status paymentFile } } }""",
    "statement": """mutation($bank: String!, $content: String!) { importBankStatement(input: {company: {code: "AX"},
      account: {code: $bank}, format: CSV, content: $content, bankReference: "2026-06",
      opening: {amount: "1000", currency: "EUR"}, closing: {amount: "82", currency: "EUR"}}) {
        userErrors { code message } bankStatement { id } } }""",
    "matched": """mutation($id: ID!) { matchBankStatement(idempotencyKey: "match", input: {company: {code: "AX"},
      bankStatement: {id: $id}}) { userErrors { code message } bankStatement { lines { amount { amount }
        payment { amount { amount } } } } } }""",
}
BANK = """{ accounts(companies: ["AX"], filter: {role: {eq: BANK}}) { nodes { code } } }"""
ENTRY = """{ stockEntries(companies: ["AX"], filter: {quantity: {eq: "9"}}) { nodes { id } } }"""
PORTAL = """{ supplierInvoices { nodes { supplierNumber matchStatus paymentBlocks total { amount currency } lines {
  quantity overQuantity purchaseOrderLine { orderedQuantity stockedQuantity invoicedQuantity } } } } }"""
CLOSED = """{ openClearing(on: "2026-06-30") { totalCount }
  agedItems(on: "2026-06-30", side: PAYABLE) { totalCount }
  stockTieOut(on: "2026-06-30") { nodes { layers { amount } balance { amount } difference { amount } } } }"""


@pytest.fixture
async def office(fresh_database: str) -> AsyncIterator[Office]:
    async with opened(fresh_database) as made:
        yield made


async def step(office: Office, name: str, role: str, **variables: Any) -> Any:
    """What a mutation answers that must be accepted."""
    [payload] = (await office(STEPS[name], role, **variables)).values()
    assert payload.pop("userErrors") == [], (name, payload)
    return payload


async def prepared(office: Office) -> None:
    """Tolerance, valuation, the supplier's account approved by another than entered it, and two rates of the euro."""
    await step(office, "tolerance", "group_admin")
    await step(office, "valuation", "controller")
    made = (await office.group(STEPS["account"], "group_admin", iban=IBAN))["createBankAccount"]
    approved = await office.group(STEPS["account approved"], "controller", id=made["bankAccount"]["id"])
    assert approved["approveBankAccount"] == {"userErrors": []}
    rate = {"base_currency": "EUR", "quote_currency": "USD", "valid_on": date(2026, 5, 20), "source": "ECB",
            "spot_rate": Decimal("1.20")}  # fmt: skip
    await office.world.works(GROUP, lambda work: work.insert(CurrencyRate, [rate]))


async def test_a_purchase_from_order_to_bank_statement(office: Office):
    await prepared(office)
    order = await office.ordered(("GEAR", "10", "100"), currency="EUR")
    lines = [{"position": 1, "received": "10", "rejected": "1"}]
    received = await office(RECEIVE.replace("2026-05-20", "2026-05-18"), "warehouse", id=order, lines=lines, key="r")
    assert received["receivePurchaseOrder"]["userErrors"] == []
    assert await accounts(office.world) == {"GR_IR": Decimal(-990), "STOCK": Decimal(990)}
    [entry] = (await office(ENTRY, "controller"))["stockEntries"]["nodes"]
    await step(office, "landed cost", "controller", entry=entry["id"])

    draft = await office.registered(order, (1, "10", "102"), currency="EUR", invoicedOn="2026-05-20")
    invoice = draft["supplierInvoice"]["id"]
    posted = (await step(office, "posted", "accountant", id=invoice))["supplierInvoice"]
    assert (posted["paymentBlocks"], posted["held"]) == (
        ["PRICE", "QUANTITY_OVER"], {"amount": "102", "currency": "EUR"},
    )  # fmt: skip
    # 918.00 EUR for 9 gears at 1.20 are 1,101.60: 990.00 as received, 21.60 for the price, 90.00 for the euro.
    assert [(one["account"]["role"], one["amount"]["amount"]) for one in posted["journalEntry"]["lines"]] == [
        ("PAYABLE", "-1224"), ("GR_IR", "990"), ("EXCHANGE_DIFFERENCE", "90"), ("GR_IR", "122.4"), ("STOCK", "21.6"),
    ]  # fmt: skip
    [bank] = (await office(BANK, "controller"))["accounts"]["nodes"]
    nothing = (await office(STEPS["proposed"], "accountant", bank=bank["code"]))["proposePayments"]
    assert nothing["userErrors"] == [{"code": "NOTHING_DUE"}]
    assert (await office.supplier(PORTAL))["supplierInvoices"]["nodes"] == [
        {"supplierNumber": "A-1", "matchStatus": "BLOCKED", "paymentBlocks": ["PRICE", "QUANTITY_OVER"],
         "total": {"amount": "1020", "currency": "EUR"},
         "lines": [{"quantity": "10", "overQuantity": "1", "purchaseOrderLine": {
             "orderedQuantity": "10", "stockedQuantity": "9", "invoicedQuantity": "10"}}]},
    ]  # fmt: skip

    released = (await step(office, "released", "controller", id=invoice))["supplierInvoice"]
    assert released["paymentBlocks"] == ["QUANTITY_OVER"]
    credit = (await step(office, "credited", "accountant", id=invoice))["supplierInvoice"]
    assert credit == {
        "total": {"amount": "-102"}, "credits": {"matchStatus": "RELEASED", "paymentBlocks": []},
    }  # fmt: skip
    await paid(office, bank["code"])
    closed = await office(CLOSED, "controller")
    assert (closed["openClearing"], closed["agedItems"]) == ({"totalCount": 0}, {"totalCount": 0})
    assert closed["stockTieOut"]["nodes"] == [
        {"layers": {"amount": "1056.6"}, "balance": {"amount": "1056.6"}, "difference": {"amount": "0"}}
    ]
    assert await accounts(office.world) == {
        "BANK": Decimal("-1101.6"), "EXCHANGE_DIFFERENCE": Decimal(90), "LANDED_COST": Decimal(-45),
        "STOCK": Decimal("1056.6"),
    }  # fmt: skip
    assert await office.world.findings() == []


async def paid(office: Office, bank: str) -> None:
    """A run that the accountant makes and the controller approves, its file, and the bank's statement of it."""
    run = (await step(office, "proposed", "accountant", bank=bank))["paymentProposal"]
    assert run["total"] == {"amount": "918", "currency": "EUR"}
    await step(office, "run approved", "controller", id=run["id"])
    done = (await step(office, "paid", "controller", id=run["id"]))["paymentProposal"]
    assert done["status"] == "EXECUTED"
    assert IBAN in done["paymentFile"] and "918.00" in done["paymentFile"] and "A-1" in done["paymentFile"]
    content = (
        "booked_on,amount,reference,counterparty,counterparty_account,remittance\n"
        f"2026-06-01,-918.00,PP-000001/1,Acme,{IBAN},A-1\n"
    )
    statement = (await step(office, "statement", "accountant", bank=bank, content=content))["bankStatement"]
    matched = (await step(office, "matched", "accountant", id=statement["id"]))["bankStatement"]
    assert matched["lines"] == [{"amount": {"amount": "-918"}, "payment": {"amount": {"amount": "918"}}}]
