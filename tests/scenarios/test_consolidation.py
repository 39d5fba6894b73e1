"""Three companies added up, over HTTP: case F43 twice, dealings with each other taken off, a fifth owned by others.

DE sold for 100 EUR and paid 20 to HQ for a service; US began with 50 USD of HQ's capital and a loan of 60 CNY. The
figures are those of case F43: closing 2, average 1.5, capital at 1.5.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.conftest import run_apart
from tests.scenarios.group import ThreeCompanies, line, three_companies

CHART = "mutation { loadGroupChart(input: {}) { userErrors { code } } }"
MAP = """mutation($input: MapAccountsByCodeInput!) {
  mapAccountsByCode(input: $input) { userErrors { code } } }"""
MEMBER = """mutation($input: CreateGroupMemberInput!) {
  createGroupMember(input: $input) { groupMember { percent } userErrors { code } } }"""
RUN = """mutation($input: RunConsolidationInput!, $key: String) {
  runConsolidation(input: $input, idempotencyKey: $key) {
    consolidationRun { id number edition status currency replaces { number status }
      members { member { code } currency percent closingRate } }
    userErrors { code message } } }"""
WITHDRAW = """mutation($input: WithdrawConsolidationInput!, $key: String) {
  withdrawConsolidation(input: $input, idempotencyKey: $key) {
    consolidationRun { status } userErrors { code message } } }"""
BALANCES = """query($run: String!) { consolidatedBalances(companies: ["HQ"], run: $run) { nodes {
  section groupAccount { code } translated { amount } adjusted { amount } eliminated { amount } minority { amount }
  amount { amount currency } } } }"""
LINES = """query($run: String!, $account: String!) { consolidationLines(companies: ["HQ"], filter: {
  consolidationRun: {number: {eq: $run}}, groupAccount: {code: {eq: $account}}}) { nodes {
  kind memberCode partnerCode accountCode localAmount { amount currency } rate translation
  amount { amount } } } }"""
LEDGER = """{ accountLedger(company: "DE", account: "6602", from: "2026-01-01", to: "2026-06-30") { nodes {
  entry { number } debit { amount currency } } } }"""
RUNS = '{ consolidationRuns(companies: ["HQ"]) { totalCount } }'
FIRST_HALF = {"company": {"code": "HQ"}, "startsOn": "2026-01-01", "endsOn": "2026-06-30"}


async def mapped(group: ThreeCompanies) -> None:
    """The group's chart, the accounts of each company on it, and the members."""
    await group.ask(CHART)
    for code, percent in (("DE", "80"), ("US", "100"), ("HQ", "100")):
        await group.done(MAP, company={"code": code}, validFrom="2026-01-01")
        await group.done(MEMBER, member={"code": code}, party={"code": code}, percent=percent, validFrom="2026-01-01")


async def traded(group: ThreeCompanies) -> None:
    """What the companies did in the first half of the year."""
    for currency in ("EUR", "USD"):
        await group.rate(currency, "2026-01-02", spotRate="1.5")
    await group.post("HQ", "2026-01-05", line("1002", "500", "CNY"), line("4001", "-500", "CNY"))
    await group.post(
        "HQ", "2026-01-05", line("1511", "75", "CNY", "US"), line("1221", "60", "CNY", "US"),
        line("1002", "-135", "CNY"),
    )  # fmt: skip
    await group.post("US", "2026-01-05", line("1002", "50", "USD"), line("4001", "-50", "USD", "HQ"))
    loan = line("2241", "-60", "CNY", "HQ", rate="0.5")
    await group.post("US", "2026-01-05", line("1002", "30", "USD"), loan)
    await group.post("DE", "2026-06-10", line("1002", "100", "EUR"), line("6001", "-100", "EUR"))
    await group.post("DE", "2026-06-10", line("6602", "20", "EUR", "HQ"), line("1002", "-20", "EUR"))
    await group.post("HQ", "2026-06-10", line("1002", "30", "CNY"), line("6051", "-30", "CNY", "DE"))


@pytest.fixture(scope="module")
def group(clone_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[ThreeCompanies]:
    """The story up to the end of June, before anything was added up."""
    with three_companies(clone_database(), tmp_path_factory.mktemp("group")) as made:
        run_apart(traded(made))
        yield made


def steps(answer: Any) -> list[tuple[str, ...]]:
    """Each line: its account, what was translated, adjusted, eliminated, what others own, and what it comes to."""
    figures = ("translated", "adjusted", "eliminated", "minority", "amount")
    return [
        (one["groupAccount"]["code"], *(one[figure]["amount"] for figure in figures))
        for one in answer["consolidatedBalances"]["nodes"]
    ]


def gaps(payload: Any) -> list[str]:
    """What a run is refused for, each thing that lacks."""
    [error] = payload["userErrors"]
    assert (error["code"], payload["consolidationRun"]) == ("CONSOLIDATION_INCOMPLETE", None)
    return error["message"].removeprefix("The companies cannot be added up: ").removesuffix(".").split("; ")


async def test_the_group_is_added_up_once_nothing_lacks_and_every_figure_leads_to_an_entry(group: ThreeCompanies):
    lacking = gaps(await group.do(RUN, **FIRST_HALF))
    assert lacking == [
        f"account {code} of company HQ has no group account" for code in ("1002", "1221", "1511", "4001", "6051")
    ]
    alone = {**FIRST_HALF, "companies": [{"code": "DE"}]}
    assert gaps(await group.do(RUN, **alone)) == ["company DE is no member of the group"]
    await mapped(group)
    assert gaps(await group.do(RUN, **FIRST_HALF)) == ["there is no rate EUR/CNY AVERAGE 2026-06-30 for company DE"]
    assert (await group.ask(RUNS))["consolidationRuns"]["totalCount"] == 0
    for currency in ("EUR", "USD"):
        await group.rate(currency, "2026-06-30", closingRate="2", averageRate="1.5")
    run = (await group.done(RUN, **FIRST_HALF))["consolidationRun"]
    assert (run["edition"], run["status"], run["currency"]) == (1, "CURRENT", "CNY")
    assert [(one["member"]["code"], one["percent"], one["closingRate"]) for one in run["members"]] == [
        ("HQ", "100", "1"), ("DE", "80", "2"), ("US", "100", "2"),
    ]  # fmt: skip
    # DE: 160 - 150 + 30 - 40 of case F43, of which others own a fifth; US: 160 - 60 - 75 - 25 of the same case.
    assert steps(await group.ask(BALANCES, "auditor", run=run["number"])) == [
        ("1002", "715", "0", "0", "0", "715"),
        ("1221", "60", "0", "-60", "0", "0"),
        ("1511", "75", "0", "-75", "0", "0"),
        ("2241", "-60", "0", "60", "0", "0"),
        ("4001", "-575", "0", "75", "0", "-500"),
        ("4301", "0", "-65", "0", "8", "-57"),
        ("4303", "0", "0", "0", "-32", "-32"),
        ("6001", "-150", "0", "0", "0", "-150"),
        ("6051", "-30", "0", "30", "0", "0"),
        ("6602", "30", "0", "-30", "0", "0"),
        ("6902", "0", "0", "0", "24", "24"),
    ]
    [spent, off] = (await group.ask(LINES, run=run["number"], account="6602"))["consolidationLines"]["nodes"]
    assert spent == {
        "kind": "TRANSLATION", "memberCode": "DE", "partnerCode": None, "accountCode": "6602",
        "localAmount": {"amount": "20", "currency": "EUR"}, "rate": "1.5", "translation": "AVERAGE",
        "amount": {"amount": "30"},
    }  # fmt: skip
    assert (off["kind"], off["partnerCode"], off["localAmount"], off["amount"]) == (
        "ELIMINATION", "HQ", None, {"amount": "-30"},
    )  # fmt: skip
    [entry] = (await group.ask(LEDGER))["accountLedger"]["nodes"]
    assert entry["debit"] == {"amount": "20", "currency": "EUR"}
    assert await group.breaches() == []


async def test_a_run_is_replaced_by_the_next_of_its_span_and_can_be_taken_back(group: ThreeCompanies):
    await group.post("HQ", "2026-06-11", line("1002", "1", "CNY"), line("6001", "-1", "CNY"))
    again = (await group.done(RUN, **FIRST_HALF))["consolidationRun"]
    assert (again["edition"], again["replaces"]) == (2, {"number": "CON-000001", "status": "REPLACED"})
    given = {**FIRST_HALF, "rates": [{"currency": "EUR", "closing": "3", "average": "2"}]}
    third = (await group.done(RUN, **given))["consolidationRun"]
    figures = {code: amount for code, *_, amount in steps(await group.ask(BALANCES, run=third["number"]))}
    # 80 EUR at 3; sales of 100 EUR at 2 and one CNY; 20 EUR at 2 are 40, of which HQ knows 30.
    assert [figures[code] for code in ("1002", "6001", "6602", "4302")] == ["796", "-201", "0", "10"]
    withdrawn = await group.done(WITHDRAW, consolidationRun={"id": third["id"]})
    assert withdrawn["consolidationRun"] == {"status": "WITHDRAWN"}
    refused = await group.do(WITHDRAW, consolidationRun={"id": third["id"]})
    assert [error["code"] for error in refused["userErrors"]] == ["WRONG_STATE"]
    assert await group.breaches() == []


async def test_profit_in_the_stock_of_another_is_taken_off_where_it_is_known(group: ThreeCompanies):
    profit = {"seller": {"code": "HQ"}, "holder": {"code": "DE"}, "amount": {"amount": "40", "currency": "CNY"}}
    for wrong, code in (
        ({"amount": {"amount": "40", "currency": "EUR"}}, "CURRENCY_MISMATCH"),
        ({"amount": {"amount": "0", "currency": "CNY"}}, "INVALID_VALUE"),
        ({"holder": {"code": "HQ"}}, "INVALID_VALUE"),
    ):
        refused = await group.do(RUN, **FIRST_HALF, stockProfits=[{**profit, **wrong}])
        assert [error["code"] for error in refused["userErrors"]] == [code]
    run = (await group.done(RUN, **FIRST_HALF, stockProfits=[profit]))["consolidationRun"]
    figures = {code: amount for code, *_, amount in steps(await group.ask(BALANCES, run=run["number"]))}
    assert (figures["1405"], figures["640299"]) == ("-40", "40")
    assert await group.breaches() == []


async def test_who_may_not_post_in_every_company_or_reads_too_little_adds_nothing_up(group: ThreeCompanies):
    before = await group.ask(RUNS)
    for who in ("local", "keeper", "auditor"):
        variables = {"input": FIRST_HALF, "key": f"by-{who}"}
        answer = await group.serving.ask(RUN, who=who, **variables)
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
    part = {**FIRST_HALF, "endsOn": "2026-06-29"}
    refused = await group.do(RUN, **part)
    assert [error["code"] for error in refused["userErrors"]] == ["INVALID_VALUE"]
    assert await group.ask(RUNS) == before
    keeper = await group.serving.ask(BALANCES, who="keeper", run="CON-000001")
    assert keeper["data"] == {"consolidatedBalances": None}
