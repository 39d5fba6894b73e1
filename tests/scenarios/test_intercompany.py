"""HQ charges DE for a service in euro: one command, two books, two currencies, settled on both sides on one day.

The rate is 1.5 CNY for a euro in June, 2 at its end: HQ is owed 106 EUR as 159 CNY, valued at 212; DE owes 106 EUR.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.conftest import run_apart
from tests.scenarios.group import ThreeCompanies, three_companies
from tests.scenarios.test_consolidation import BALANCES, FIRST_HALF, RUN, mapped, steps

TRADE = """mutation($input: TradeBetweenCompaniesInput!, $key: String) {
  tradeBetweenCompanies(input: $input, idempotencyKey: $key) { replayed userErrors { code message path }
    intercompanyTrade { id number side partnerCode partnerNumber total { amount currency } customerInvoice { id number }
      journalEntry { number lines { account { code } transactionAmount { amount } amount { amount currency }
        party { code } } } } } }"""
SETTLE = """mutation($input: SettleIntercompanyTradeInput!, $key: String) {
  settleIntercompanyTrade(input: $input, idempotencyKey: $key) { userErrors { code message } } }"""
SIDES = """{ intercompanyTrades(companies: ["HQ", "DE"]) { nodes { number side partnerCode partnerNumber
  journalEntry { lines { account { code } transactionAmount { amount } amount { amount currency } party { code } } }
} } }"""
ITEMS = """{ openItems(companies: ["HQ", "DE"]) { nodes { id sourceKind openTransactionAmount { amount currency }
  openAmount { amount currency } } } }"""
PAY = """mutation($input: RecordPaymentInput!, $key: String) {
  recordPayment(input: $input, idempotencyKey: $key) { userErrors { code } } }"""
CREDIT = """mutation($input: CreditCustomerInvoiceInput!, $key: String) {
  creditCustomerInvoice(input: $input, idempotencyKey: $key) { userErrors { code } } }"""
REVALUE = """mutation($input: RevalueForeignCurrencyInput!, $key: String) {
  revalueForeignCurrency(input: $input, idempotencyKey: $key) { userErrors { code } } }"""
PERIODS = """query($code: String!) { fiscalPeriods(companies: ["DE"], filter: {
  subLedger: {eq: PAYABLES}, code: {lte: $code}}, orderBy: {field: STARTS_ON}) { nodes { id } } }"""
CLOSE = """mutation($input: ChangePeriodStateInput!) { changePeriodState(input: $input) { userErrors { code } } }"""

SERVICE: dict[str, Any] = {
    "company": {"code": "HQ"}, "buyer": {"code": "DE"}, "currency": "EUR", "tradedOn": "2026-06-10",
    "lines": [
        {"description": "Quality audits", "unitPrice": {"amount": "50", "currency": "EUR"}, "quantity": "2",
         "taxCode": {"code": "VAT6"}, "buyerTaxCode": "VAT6", "buyerAccount": "6602"},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def group(clone_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[ThreeCompanies]:
    """The group with its chart and rates, before anyone traded."""
    with three_companies(clone_database(), tmp_path_factory.mktemp("group")) as made:
        run_apart(_prepared(made))
        yield made


async def _prepared(group: ThreeCompanies) -> None:
    await mapped(group)
    await group.rate("EUR", "2026-01-02", spotRate="1.5")
    await group.rate("EUR", "2026-06-30", closingRate="2", averageRate="1.5")
    await group.rate("USD", "2026-06-30", closingRate="2")


async def open_items(group: ThreeCompanies) -> list[tuple[str, ...]]:
    """What is open: in whose currency, in the trade's, and in the company's."""
    nodes = (await group.ask(ITEMS))["openItems"]["nodes"]
    return sorted(
        (one["openAmount"]["currency"], one["openTransactionAmount"]["amount"], one["openAmount"]["amount"])
        for one in nodes
        if one["openTransactionAmount"]["amount"] != "0"
    )


async def traded(group: ThreeCompanies) -> Any:
    """The trade of every test: asked for again with the same key, it is the same."""
    payload = (await group.ask(TRADE, input=SERVICE, key="service"))["tradeBetweenCompanies"]
    assert payload["userErrors"] == []
    return payload


async def test_one_command_makes_both_sides_or_neither(group: ThreeCompanies):
    wrong = [{**SERVICE["lines"][0], "buyerTaxCode": "VAT13"}]
    for more, code in (
        ({"lines": wrong}, "SIDES_DIFFER"),
        ({"lines": [{**SERVICE["lines"][0], "buyerAccount": "2202"}]}, "CONTROL_ACCOUNT"),
        ({"buyer": {"code": "HQ"}}, "INVALID_VALUE"),
        ({"tradedOn": "2028-01-31"}, "PERIOD_CLOSED"),
    ):
        payload = await group.do(TRADE, **{**SERVICE, **more})
        assert [error["code"] for error in payload["userErrors"]] == [code]
    unknown = await group.do(TRADE, "local", **SERVICE)
    assert [error["code"] for error in unknown["userErrors"]] == ["NOT_FOUND"]
    seen = await group.serving.ask(TRADE, who="visitor", input=SERVICE, key="seen")
    assert [error["extensions"]["code"] for error in seen["errors"]] == ["FORBIDDEN"]
    assert (await group.ask(SIDES))["intercompanyTrades"]["nodes"] == []
    assert await open_items(group) == []
    made, again = await traded(group), await traded(group)
    assert [made["replayed"], again["replayed"]] == [False, True]
    assert made["intercompanyTrade"]["total"] == {"amount": "106", "currency": "EUR"}
    sides = (await group.ask(SIDES))["intercompanyTrades"]["nodes"]
    lines = {
        one["side"]: [
            (line["account"]["code"], line["transactionAmount"]["amount"], line["amount"]["amount"])
            for line in one["journalEntry"]["lines"]
        ]
        for one in sides
    }
    assert lines == {
        "SELLER": [("1122", "106", "159"), ("6001", "-100", "-150"), ("22210102", "-6", "-9")],
        "BUYER": [("2202", "-106", "-106"), ("6602", "100", "100"), ("22210101", "6", "6")],
    }
    assert await open_items(group) == [("CNY", "106", "159"), ("EUR", "-106", "-106")]
    assert await group.breaches() == []


async def test_one_side_alone_cannot_be_paid_or_taken_back(group: ThreeCompanies):
    seller = (await traded(group))["intercompanyTrade"]
    nodes = (await group.ask(ITEMS))["openItems"]["nodes"]
    mine = next(one for one in nodes if one["sourceKind"] == "CustomerInvoice")
    money = {"amount": "106", "currency": "EUR"}
    payment = {"company": {"code": "HQ"}, "direction": "IN", "party": {"code": "DE"}, "amount": money}
    refused = await group.do(PAY, **payment, matches=[{"openItem": {"id": mine["id"]}}])
    assert [error["code"] for error in refused["userErrors"]] == ["PAIRED_BETWEEN_COMPANIES"]
    refused = await group.do(CREDIT, customerInvoice={"id": seller["customerInvoice"]["id"]}, reason="No")
    assert [error["code"] for error in refused["userErrors"]] == ["PAIRED_BETWEEN_COMPANIES"]
    assert await open_items(group) == [("CNY", "106", "159"), ("EUR", "-106", "-106")]


async def test_the_group_sees_nothing_of_it_once_it_is_valued(group: ThreeCompanies):
    await traded(group)
    await group.done(REVALUE, company={"code": "HQ"}, revaluedOn="2026-06-30")
    run = (await group.done(RUN, **FIRST_HALF))["consolidationRun"]
    figures = {code: (*_, amount) for code, *_, amount in steps(await group.ask(BALANCES, run=run["number"]))}
    assert [figures[code][2:] for code in ("1122", "2202", "6001", "6602")] == [
        ("-212", "0", "0"), ("212", "0", "0"), ("150", "0", "0"), ("-150", "0", "0"),
    ]  # fmt: skip
    assert "4302" not in figures
    assert await group.breaches() == []


async def test_it_is_settled_in_parts_on_both_sides_on_one_day(group: ThreeCompanies):
    trade = (await traded(group))["intercompanyTrade"]
    named = {"intercompanyTrade": {"id": trade["id"]}, "paidOn": "2026-07-10"}
    for amount in ("106.01", "0"):
        refused = await group.do(SETTLE, **named, amount={"amount": amount, "currency": "EUR"})
        assert [error["code"] for error in refused["userErrors"]] == ["INVALID_VALUE"]
    await group.done(SETTLE, **named, amount={"amount": "40", "currency": "EUR"})
    assert await open_items(group) == [("CNY", "66", "99"), ("EUR", "-66", "-66")]
    await group.done(SETTLE, **named)
    assert await open_items(group) == []
    assert await group.breaches() == []


async def test_a_closed_period_of_the_buyer_refuses_both_sides(group: ThreeCompanies):
    for period in (await group.ask(PERIODS, code="2026-06"))["fiscalPeriods"]["nodes"]:
        closed = await group.ask(CLOSE, input={"fiscalPeriod": {"id": period["id"]}, "state": "SOFT"})
        assert closed["changePeriodState"]["userErrors"] == []
    before = await group.ask(SIDES)
    payload = await group.do(TRADE, **SERVICE)
    assert [error["code"] for error in payload["userErrors"]] == ["PERIOD_CLOSED"]
    assert await group.ask(SIDES) == before
    assert await open_items(group) == []
