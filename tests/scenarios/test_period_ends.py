"""A month end and a year end of HQ, over HTTP: valued, closed, an invoice that comes late, and the year carried over.

Case F62: USD 100,000 at 7.10 are 710,000 CNY; at 7.08 the loss is 2,000, taken back on the first day of July; collected
at 7.05 the loss is 5,000.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests.conftest import run_apart
from tests.scenarios.group import ThreeCompanies, line, three_companies
from tests.scenarios.test_intercompany import CLOSE, REVALUE

PARTY = 'mutation { createParty(input: {code: "CLINIC", name: "Clinic"}) { userErrors { code } } }'
CHARGE = """mutation($input: PostCustomerInvoiceInput!, $key: String) {
  postCustomerInvoice(input: $input, idempotencyKey: $key) {
    customerInvoice { number invoicedOn journalEntry { number occurredOn } } userErrors { code message } } }"""
COLLECT = """mutation($input: RecordPaymentInput!, $key: String) {
  recordPayment(input: $input, idempotencyKey: $key) { payment { number } userErrors { code } } }"""
CLOSE_YEAR = """mutation($input: CloseYearInput!, $key: String) {
  closeYear(input: $input, idempotencyKey: $key) {
    journalEntry { number lines { account { code } amount { amount } } } userErrors { code } } }"""
REOPEN_YEAR = """mutation($input: ReopenYearInput!, $key: String) {
  reopenYear(input: $input, idempotencyKey: $key) { userErrors { code } } }"""
PERIODS = """query($to: Date!) { fiscalPeriods(companies: ["HQ"], first: 100, filter: {endsOn: {lte: $to}},
  orderBy: {field: STARTS_ON}) { nodes { id code subLedger state } } }"""
ITEMS = """{ openItems(companies: ["HQ"]) { nodes { id openTransactionAmount { amount } } } }"""
TRIAL = """query($from: Date!, $to: Date!, $at: DateTime) {
  trialBalance(companies: ["HQ"], from: $from, to: $to, asKnownAt: $at) { nodes {
    code opening { amount } debit { amount } credit { amount } closing { amount } } } }"""
PROFIT = """query($from: Date!, $to: Date!) { profitAndLoss(companies: ["HQ"], from: $from, to: $to) {
  aggregate { sum { result { amount } } } } }"""
SHEET = """query($on: Date!) { balanceSheet(companies: ["HQ"], on: $on) {
  aggregate(groupBy: [SECTION]) { groups { key { section } sum { amount { amount } } } } } }"""
FORECAST = """{ cashForecast(companies: ["HQ"], from: "2026-07-05", to: "2026-12-31") { nodes {
  dueOn inflow { amount } outflow { amount } balance { amount currency } } } }"""
USD: dict[str, Any] = {
    "company": {"code": "HQ"}, "customer": {"code": "CLINIC"}, "currency": "USD", "invoicedOn": "2026-06-10",
    "lines": [{"description": "Stents", "unitPrice": {"amount": "100000", "currency": "USD"}}],
}  # fmt: skip
RODS = {"description": "Rods", "unitPrice": {"amount": "7", "currency": "CNY"}}
LATE: dict[str, Any] = {**USD, "invoicedOn": "2026-06-29", "currency": "CNY", "lines": [RODS]}
JUNE = {"from": "2026-06-01", "to": "2026-06-30"}
YEAR = {"from": "2026-01-01", "to": "2026-12-31"}


async def shut(group: ThreeCompanies, to: str, state: str) -> None:
    """Every period that ends by a day, closed in order."""
    for period in (await group.ask(PERIODS, to=to))["fiscalPeriods"]["nodes"]:
        if period["state"] != state:
            done = await group.ask(CLOSE, input={"fiscalPeriod": {"id": period["id"]}, "state": state})
            assert done["changePeriodState"]["userErrors"] == []


async def month_end(group: ThreeCompanies) -> dict[str, Any]:
    """June: charged, valued, closed; what the books said then."""
    await group.ask(PARTY, "admin")
    await group.rate("USD", "2026-06-01", spotRate="7.1")
    await group.rate("USD", "2026-06-30", closingRate="7.08")
    await group.rate("USD", "2026-07-10", spotRate="7.05")
    await group.done(CHARGE, **USD)
    await group.done(REVALUE, company={"code": "HQ"}, revaluedOn="2026-06-30")
    await shut(group, "2026-06-30", "SOFT")
    return await group.ask(TRIAL, **JUNE)


@pytest.fixture(scope="module")
def group(clone_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[ThreeCompanies]:
    """HQ with the first half of its year closed."""
    with three_companies(clone_database(), tmp_path_factory.mktemp("group")) as made:
        made.told = run_apart(month_end(made))
        yield made


def figures(answer: Any, *names: str) -> dict[str, tuple[str, ...]]:
    """By account the figures of a trial balance."""
    return {one["code"]: tuple(one[name]["amount"] for name in names) for one in answer["trialBalance"]["nodes"]}


async def test_a_month_is_valued_and_closed_and_what_comes_late_counts_in_the_next(group: ThreeCompanies):
    june = figures(group.told, "opening", "debit", "credit", "closing")
    assert june == {
        "1122": ("0", "710000", "2000", "708000"), "6001": ("0", "0", "710000", "-710000"),
        "6061": ("0", "2000", "0", "2000"),
    }  # fmt: skip
    refused = await group.do(CHARGE, **LATE)
    assert [error["code"] for error in refused["userErrors"]] == ["PERIOD_CLOSED"]
    assert await group.ask(TRIAL, **JUNE) == group.told
    late = (await group.done(CHARGE, **LATE, intoOpenPeriod=True))["customerInvoice"]
    assert (late["invoicedOn"], late["journalEntry"]["occurredOn"]) == ("2026-07-01", "2026-07-01")
    assert late["journalEntry"]["number"] == "SALES-2026-07-000001"
    [item, _] = (await group.ask(ITEMS))["openItems"]["nodes"]
    await group.done(
        COLLECT, company={"code": "HQ"}, direction="IN", party={"code": "CLINIC"}, paidOn="2026-07-10",
        amount={"amount": "100000", "currency": "USD"}, matches=[{"openItem": {"id": item["id"]}}],
    )  # fmt: skip
    # 705,000 were collected after the first day, on their own; what is overdue is expected on it: 7.
    assert (await group.ask(FORECAST))["cashForecast"]["nodes"] == [
        {
            "dueOn": "2026-07-05", "inflow": {"amount": "7"}, "outflow": {"amount": "0"},
            "balance": {"amount": "7", "currency": "CNY"},
        },
        {
            "dueOn": "2026-07-10", "inflow": {"amount": "705000"}, "outflow": {"amount": "0"},
            "balance": {"amount": "705007", "currency": "CNY"},
        },
    ]  # fmt: skip
    july = figures(await group.ask(TRIAL, **{"from": "2026-07-01", "to": "2026-07-31"}), "opening", "debit", "credit")
    # 2,000 come back on the first day, 5,000 are lost: 3,000 of July, 5,000 in all.
    assert july["6061"] == ("2000", "5000", "2000")
    assert await group.ask(TRIAL, **JUNE) == group.told
    assert await group.breaches() == []


OPEN_YEAR = """mutation($input: OpenFiscalYearInput!) { openFiscalYear(input: $input) {
  fiscalPeriod { code startsOn endsOn state } userErrors { code message } } }"""
WEEKS = """{ fiscalPeriods(companies: ["HQ"], first: 50, orderBy: [{field: STARTS_ON}], filter: {
  fiscalYear: {eq: "FY28"}, subLedger: {eq: GENERAL}}) { nodes { code position startsOn endsOn } } }"""


async def test_a_controller_opens_a_year_of_weeks_after_the_last_there_is(group: ThreeCompanies):
    year = {"company": {"code": "HQ"}, "year": "FY28", "pattern": "WEEKS_4_4_5"}
    [apart] = (await group.do(OPEN_YEAR, **year, beginsOn="2028-01-02"))["userErrors"]
    assert apart == {
        "code": "FISCAL_YEAR_APART",
        "message": "Fiscal year FY28 must begin on 2028-01-01, the day after the periods that there are; "
        "not on 2028-01-02.",
    }  # fmt: skip
    opened = await group.done(OPEN_YEAR, **year, beginsOn="2028-01-01")
    assert opened["fiscalPeriod"] == {
        "code": "FY28-P01", "startsOn": "2028-01-01", "endsOn": "2028-01-28", "state": "OPEN",
    }  # fmt: skip
    periods = (await group.ask(WEEKS))["fiscalPeriods"]["nodes"]
    assert [one["position"] for one in periods] == list(range(1, 13))
    assert periods[2] == {"code": "FY28-P03", "position": 3, "startsOn": "2028-02-26", "endsOn": "2028-03-31"}


async def test_a_year_is_carried_over_once_and_profit_and_loss_still_tells_it(group: ThreeCompanies):
    await group.post("HQ", "2026-12-30", line("6602", "500", "CNY"), line("1002", "-500", "CNY"))
    profit = await group.ask(PROFIT, **YEAR)
    result = profit["profitAndLoss"]["aggregate"]["sum"]["result"]
    closed = (await group.done(CLOSE_YEAR, company={"code": "HQ"}, endsOn="2026-12-31"))["journalEntry"]
    carried = [one["amount"]["amount"] for one in closed["lines"] if one["account"]["code"] == "4104"]
    assert [f"-{one['amount']}" for one in result] == carried
    assert await group.ask(PROFIT, **YEAR) == profit
    again = await group.do(CLOSE_YEAR, company={"code": "HQ"}, endsOn="2026-12-31")
    assert [error["code"] for error in again["userErrors"]] == ["YEAR_CLOSED"]
    groups = (await group.ask(SHEET, on="2026-12-31"))["balanceSheet"]["aggregate"]["groups"]
    sheet = {one["key"]["section"]: one["sum"]["amount"][0]["amount"] for one in groups}
    assert Decimal(sheet["ASSETS"]) == Decimal(sheet["EQUITY"])
    next_year = figures(await group.ask(TRIAL, **{"from": "2027-01-01", "to": "2027-01-31"}), "opening")
    assert (next_year["6001"], next_year["6602"], next_year["4104"]) == (("0",), ("0",), (carried[0],))
    await shut(group, "2026-12-31", "HARD")
    refused = await group.do(REOPEN_YEAR, company={"code": "HQ"}, endsOn="2026-12-31")
    assert [error["code"] for error in refused["userErrors"]] == ["PERIOD_CLOSED"]
    assert await group.breaches() == []
