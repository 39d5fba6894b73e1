"""The money book through the graph, with the shipped policy: charged, collected, taken back, valued."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from domain.core.actors import Actor, Grants
from domain.core.database import Database
from domain.core.errors import Forbidden, IdempotencyKeyRequired
from resolvers.operation import Dispatcher
from resolvers.read import ReadRoad
from resolvers.write import WriteRoad
from schema.graph import MUTATIONS, visible
from tests.domain.books import AX, World, a_world
from tests.graph.conftest import VIEWS, Asker

SETTINGS = """
mutation {
  createTaxCode(input: {company: {code: "AX"}, code: "T20", name: "20 %", rules: [{name: "VAT", percent: "20"}]}) {
    taxCode { code rules { position name percent } } userErrors { code }
  }
  createCostCentre(input: {company: {code: "AX"}, code: "CC1", name: "Assembly"}) {
    costCentre { code } userErrors { code }
  }
}
"""
CHARGE = """
mutation($input: PostCustomerInvoiceInput!, $key: String) {
  postCustomerInvoice(input: $input, idempotencyKey: $key) {
    customerInvoice {
      id number net { amount } tax { amount } total { amount currency }
      lines { position net { amount } } taxes { base { amount } tax { amount } }
      journalEntry { number lines { account { code } amount { amount currency } groupAmount { amount } } }
    }
    userErrors { code message path }
  }
}
"""
COLLECT = """
mutation($input: RecordPaymentInput!, $key: String) {
  recordPayment(input: $input, idempotencyKey: $key) {
    payment { number amount { amount } journalEntry { number } } userErrors { code path }
  }
}
"""
ITEMS = """
{ openItems(companies: ["AX"]) { nodes { id kind party { code } openTransactionAmount { amount currency }
    entries { nodes { kind transactionAmount { amount } matching { number } } } } } }
"""
JOURNAL = """
mutation($input: PostJournalInput!, $key: String) {
  postJournal(input: $input, idempotencyKey: $key) {
    journalEntry { id number lines { costCentre { code } amount { amount } } } userErrors { code path values }
  }
}
"""
REVERSE = """
mutation($input: ReverseJournalInput!) {
  reverseJournal(input: $input, idempotencyKey: "back") {
    journalEntry { number reverses { number } } userErrors { code }
  }
}
"""

Who = tuple[Actor, Grants]


@dataclass
class Office:
    """The graph over a small group, and the controller who works in it."""

    world: World
    asker: Asker

    async def __call__(self, document: str, who: Who | None = None, **variables: Any) -> Any:
        return await self.asker(document, variables, who or self.asker.actor("controller", companies=(AX,)))


@pytest.fixture
async def office(fresh_database: str) -> AsyncIterator[Office]:
    database = await Database.open(fresh_database, 4)
    road = ReadRoad(database)
    write = WriteRoad(database, road, tuple(MUTATIONS.values()))
    dispatcher = Dispatcher(lambda grants: visible(VIEWS[grants.audience]), read=road, write=write)
    yield Office(await a_world(database), Asker(road, dispatcher))
    await database.close()


def an_input(**changes: Any) -> dict[str, Any]:
    line = {"description": "Work", "quantity": "3", "unitPrice": {"amount": "11.00", "currency": "USD"}}
    given = {
        "company": {"code": "AX"}, "customer": {"code": "HOSPITAL"}, "currency": "USD",
        "invoicedOn": "2026-05-20",
        "lines": [line | {"taxCode": {"code": "T20"}}] * 10,
    }  # fmt: skip
    return given | changes


async def test_an_invoice_is_posted_and_collected_through_the_graph(office: Office):
    made = (await office(SETTINGS))["data"]
    assert made["createTaxCode"]["taxCode"]["rules"] == [{"position": 1, "name": "VAT", "percent": "20"}]
    body = (await office(CHARGE, input=an_input(), key="i1"))["data"]["postCustomerInvoice"]
    assert body["userErrors"] == []
    invoice = body["customerInvoice"]
    assert (invoice["number"], invoice["net"], invoice["tax"]) == ("INV-000001", {"amount": "330"}, {"amount": "66"})
    assert invoice["total"] == {"amount": "396", "currency": "USD"}
    assert invoice["taxes"] == [{"base": {"amount": "330"}, "tax": {"amount": "66"}}]
    entry = invoice["journalEntry"]
    assert (entry["number"], len(entry["lines"])) == ("SALES-2026-05-000001", 12)
    assert entry["lines"][0] == {
        "account": {"code": "1122"}, "amount": {"amount": "396", "currency": "USD"}, "groupAmount": {"amount": "396"},
    }  # fmt: skip
    [item] = (await office(ITEMS))["data"]["openItems"]["nodes"]
    payment = {
        "company": {"code": "AX"}, "direction": "IN", "paidOn": "2026-05-21", "party": {"code": "HOSPITAL"},
        "amount": {"amount": "396", "currency": "USD"}, "matches": [{"openItem": {"id": item["id"]}}],
    }  # fmt: skip
    paid = (await office(COLLECT, input=payment, key="p1"))["data"]["recordPayment"]
    assert paid == {
        "payment": {"number": "PAY-000001", "amount": {"amount": "396"},
                    "journalEntry": {"number": "BANK-2026-05-000001"}},
        "userErrors": [],
    }  # fmt: skip
    nodes = (await office(ITEMS))["data"]["openItems"]["nodes"]
    assert [(one["kind"], one["openTransactionAmount"]["amount"]) for one in nodes] == [
        ("INVOICE", "0"),
        ("PAYMENT", "0"),
    ]
    assert nodes[0]["entries"]["nodes"] == [
        {"kind": "ORIGIN", "transactionAmount": {"amount": "396"}, "matching": None},
        {"kind": "MATCHING", "transactionAmount": {"amount": "-396"}, "matching": {"number": "MT-000001"}},
    ]
    assert await office.world.findings() == []


async def test_a_journal_is_posted_and_taken_back_through_the_graph(office: Office):
    await office(SETTINGS)
    money = {"amount": "100", "currency": "USD"}
    given = {
        "company": {"code": "AX"}, "description": "Rent", "occurredOn": "2026-05-20",
        "lines": [
            {"account": {"code": "6602"}, "debit": money, "costCentre": {"code": "CC1"}},
            {"account": {"code": "1002"}, "credit": money},
        ],
    }  # fmt: skip
    entry = (await office(JOURNAL, input=given, key="j1"))["data"]["postJournal"]["journalEntry"]
    assert (entry["number"], entry["lines"]) == (
        "GENERAL-2026-05-000001",
        [
            {"costCentre": {"code": "CC1"}, "amount": {"amount": "100"}},
            {"costCentre": None, "amount": {"amount": "-100"}},
        ],
    )
    back = (await office(REVERSE, input={"journalEntry": {"id": entry["id"]}, "occurredOn": "2026-05-31"}))["data"][
        "reverseJournal"
    ]
    assert back["journalEntry"] == {
        "number": "GENERAL-2026-05-000002",
        "reverses": {"number": "GENERAL-2026-05-000001"},
    }
    given["lines"][1]["account"] = {"code": "1122"}
    [refused] = (await office(JOURNAL, input=given, key="j2"))["data"]["postJournal"]["userErrors"]
    assert refused == {
        "code": "CONTROL_ACCOUNT", "path": ["input", "lines", "1", "account"], "values": {"account": "1122"},
    }  # fmt: skip
    with pytest.raises(IdempotencyKeyRequired):
        await office(JOURNAL, input=given)
    with pytest.raises(Forbidden):
        await office(JOURNAL, office.asker.actor("buyer", companies=(AX,)), input=given, key="j3")
    rows = await office.world.rows("SELECT count(*) AS vouchers FROM journal_entry")
    assert rows[0]["vouchers"] == 2
    assert await office.world.findings() == []


REBATE = """
mutation($input: CreateRebateAgreementInput!) {
  createRebateAgreement(input: $input) { rebateAgreement { id status tiers { fromTurnover rate } } userErrors { code } }
}
"""
LET = """
mutation($id: ID!) {
  approveRebateAgreement(input: {company: {code: "AX"}, rebateAgreement: {id: $id}}) {
    rebateAgreement { status } userErrors { code }
  }
}
"""
END = """
mutation($id: ID!) {
  closeRebateAgreement(input: {company: {code: "AX"}, rebateAgreement: {id: $id}}) {
    rebateAgreement { status } userErrors { code message }
  }
}
"""
SETTLE = """
mutation($id: ID!) {
  settleRebate(idempotencyKey: "s1", input: {
    company: {code: "AX"}, rebateAgreement: {id: $id}, settledOn: "2026-05-31"
  }) {
    rebateSettlement { number amount { amount currency } tax { amount } openItem { openTransactionAmount { amount } } }
    userErrors { code }
  }
}
"""
STATEMENT = """
{ rebateAgreement(code: "R26", company: "AX") {
    turnover accruedAmount { amount } settledAmount { amount } openAmount { amount currency }
    entries { nodes { kind sourceNumber turnover transactionAmount { amount }
      journalEntry { lines { account { code } amount { amount } } } } } } }
"""


async def test_a_rebate_is_agreed_earned_and_settled_and_its_statement_leads_to_the_vouchers(office: Office):
    await office(SETTINGS)
    accountant = office.asker.actor("accountant", companies=(AX,))
    given = {
        "company": {"code": "AX"}, "code": "R26", "name": "Bonus", "side": "GIVEN", "party": {"code": "HOSPITAL"},
        "basis": "PERCENT", "tiers": [{"fromTurnover": "0", "rate": "2"}, {"fromTurnover": "300", "rate": "5"}],
        "currency": "USD", "validFrom": "2026-01-01", "validTo": "2026-12-31", "accrualAccount": {"code": "2241"},
        "resultAccount": {"code": "6601"},
    }  # fmt: skip
    with pytest.raises(Forbidden):
        await office(REBATE, input=given)
    body = (await office(REBATE, who=accountant, input=given))["data"]["createRebateAgreement"]
    agreement = body["rebateAgreement"]
    assert (agreement["status"], agreement["tiers"][1]) == ("PENDING", {"fromTurnover": "300", "rate": "5"})
    with pytest.raises(Forbidden):
        await office(LET, who=accountant, id=agreement["id"])
    assert (await office(LET, id=agreement["id"]))["data"]["approveRebateAgreement"]["rebateAgreement"] == {
        "status": "ACTIVE"
    }
    await office(CHARGE, input=an_input(), key="i1")
    [open_] = (await office(END, id=agreement["id"]))["data"]["closeRebateAgreement"]["userErrors"]
    assert open_ == {
        "code": "REBATE_UNSETTLED",
        "message": "Rebate agreement R26 has 16.5 USD that is not settled; it cannot be closed.",
    }
    settled = (await office(SETTLE, id=agreement["id"]))["data"]["settleRebate"]["rebateSettlement"]
    assert settled == {
        "number": "RB-000001", "amount": {"amount": "16.5", "currency": "USD"}, "tax": {"amount": "0"},
        "openItem": {"openTransactionAmount": {"amount": "-16.5"}},
    }  # fmt: skip
    told = (await office(STATEMENT))["data"]["rebateAgreement"]
    assert [told[name] for name in ("turnover", "accruedAmount", "settledAmount", "openAmount")] == [
        "330", {"amount": "16.5"}, {"amount": "16.5"}, {"amount": "0", "currency": "USD"},
    ]  # fmt: skip
    assert told["entries"]["nodes"] == [
        {"kind": "ACCRUED", "sourceNumber": "INV-000001", "turnover": "330", "transactionAmount": {"amount": "16.5"},
         "journalEntry": {"lines": [{"account": {"code": "6601"}, "amount": {"amount": "16.5"}},
                                    {"account": {"code": "2241"}, "amount": {"amount": "-16.5"}}]}},
        {"kind": "SETTLED", "sourceNumber": "RB-000001", "turnover": "0", "transactionAmount": {"amount": "-16.5"},
         "journalEntry": {"lines": [{"account": {"code": "1122"}, "amount": {"amount": "-16.5"}},
                                    {"account": {"code": "2241"}, "amount": {"amount": "16.5"}}]}},
    ]  # fmt: skip
    ended = (await office(END, id=agreement["id"]))["data"]["closeRebateAgreement"]
    assert ended == {"rebateAgreement": {"status": "CLOSED"}, "userErrors": []}
    assert await office.world.findings() == []
