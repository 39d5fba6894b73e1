"""Two companies trade in opposite ways at once, over HTTP: who locks which company first is the same for both.

Each side charges the other, settles what it was charged, and credits what it charged, while customers pay the invoices
that somebody else takes back. A refusal of the business is fine; a deadlock, a record that stays busy, or a fault is
not, and the books of both agree at the end.
"""

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import asyncpg
import pytest

from tests.conftest import run_apart
from tests.scenarios.group import ThreeCompanies, three_companies
from tests.scenarios.test_consolidation import mapped

SECONDS = float(os.environ.get("SKEIN_SOAK_SECONDS", "60")) / 4
CLIENTS, ROUNDS = 6, 2
TRADE = """mutation($input: TradeBetweenCompaniesInput!, $key: String) {
  tradeBetweenCompanies(input: $input, idempotencyKey: $key) { userErrors { code message }
    intercompanyTrade { id total { amount currency } customerInvoice { id number } } } }"""
SETTLE = """mutation($input: SettleIntercompanyTradeInput!, $key: String) {
  settleIntercompanyTrade(input: $input, idempotencyKey: $key) { userErrors { code message } } }"""
INVOICE = """mutation($input: PostCustomerInvoiceInput!, $key: String) {
  postCustomerInvoice(input: $input, idempotencyKey: $key) { userErrors { code message }
    customerInvoice { id number total { amount currency } } } }"""
ITEM = """query($number: String!) { openItems(companies: ["HQ"], filter: {sourceNumber: {eq: $number}}) {
  nodes { id openTransactionAmount { amount currency } } } }"""
PAY = """mutation($input: RecordPaymentInput!, $key: String) {
  recordPayment(input: $input, idempotencyKey: $key) { userErrors { code } } }"""
CREDIT = """mutation($input: CreditCustomerInvoiceInput!, $key: String) {
  creditCustomerInvoice(input: $input, idempotencyKey: $key) { userErrors { code } } }"""
# What who pays an invoice that was taken back meanwhile is told; who takes back one that was paid owes the customer.
REFUSALS = {"EXCEEDS_OPEN_AMOUNT"}


@pytest.fixture
def group(clone_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[ThreeCompanies]:
    """The group with its chart and rates, before anyone traded."""
    with three_companies(clone_database(), tmp_path_factory.mktemp("group")) as made:
        run_apart(prepared(made))
        yield made


async def prepared(group: ThreeCompanies) -> None:
    await mapped(group)
    await group.rate("EUR", "2026-01-02", spotRate="7.5")
    await group.rate("USD", "2026-01-02", spotRate="7")


async def charged(group: ThreeCompanies, seller: str, buyer: str, amount: str) -> None:
    """One charges the other, and what is charged is settled at once by whoever comes first."""
    currency = "USD" if "US" in (seller, buyer) else "EUR"
    line = {"description": "Audit", "unitPrice": {"amount": amount, "currency": currency}, "buyerAccount": "6602"}
    made = await group.done(
        TRADE, company={"code": seller}, buyer={"code": buyer}, currency=currency, tradedOn="2026-06-10", lines=[line]
    )
    trade = made["intercompanyTrade"]
    told = await asyncio.gather(*(
        group.do(SETTLE, company={"code": seller}, intercompanyTrade={"id": trade["id"]}, paidOn="2026-06-11")
        for _ in range(2)
    ))  # fmt: skip
    codes = Counter(one["code"] for payload in told for one in payload["userErrors"])
    assert sum(codes.values()) == 1, codes


async def contested(group: ThreeCompanies, amount: str) -> Counter[str]:
    """An invoice that is paid and taken back at once; what the loser of the race was told."""
    price = {"amount": amount, "currency": "CNY"}
    made = await group.done(
        INVOICE, company={"code": "HQ"}, customer={"code": "DE"}, currency="CNY", invoicedOn="2026-06-12",
        lines=[{"description": "Service", "quantity": "1", "unitPrice": price}],
    )  # fmt: skip
    invoice = made["customerInvoice"]
    [item] = (await group.ask(ITEM, number=invoice["number"]))["openItems"]["nodes"]
    whole = item["openTransactionAmount"]
    pay = group.do(
        PAY, company={"code": "HQ"}, direction="IN", party={"code": "DE"}, amount=whole, paidOn="2026-06-13",
        matches=[{"openItem": {"id": item["id"]}, "amount": whole}],
    )  # fmt: skip
    credit = group.do(
        CREDIT, company={"code": "HQ"}, customerInvoice={"id": invoice["id"]}, creditedOn="2026-06-13", reason="Race"
    )
    told = await asyncio.gather(pay, credit)
    return Counter(one["code"] for payload in told for one in payload["userErrors"])


async def client(group: ThreeCompanies, chance: random.Random, goes_on: Callable[[int], bool]) -> Counter[str]:
    codes: Counter[str] = Counter()
    taken = 0
    while goes_on(taken):
        taken += 1
        amount = f"{chance.randrange(1, 9_999)}.{chance.randrange(100):02d}"
        pair = chance.choice([("HQ", "DE"), ("DE", "HQ"), ("HQ", "US"), ("US", "HQ")])
        await charged(group, *pair, amount)
        codes += await contested(group, amount)
    return codes


async def traded(group: ThreeCompanies, seed: int, goes_on: Callable[[int], bool]) -> Any:
    """Everybody trades until each has done what he may: refusals are the business's, and the books agree."""
    clients = (client(group, random.Random(seed + number), goes_on) for number in range(CLIENTS))
    codes: Counter[str] = sum(await asyncio.gather(*clients), Counter())
    assert set(codes) <= REFUSALS, (seed, codes)
    assert await group.breaches() == [], f"seed {seed}"
    connection = await asyncpg.connect(group.serving.database_url)
    [row] = await connection.fetch("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    await connection.close()
    return codes, row["deadlocks"]


async def test_two_companies_that_trade_both_ways_at_once_never_stand_in_each_others_way(group: ThreeCompanies) -> None:
    _, deadlocks = await traded(group, 20260610, lambda taken: taken < ROUNDS)
    assert deadlocks == 0


@pytest.mark.soak
async def test_trades_both_ways_for_long(group: ThreeCompanies) -> None:
    end = time.monotonic() + SECONDS
    print(await traded(group, random.SystemRandom().randrange(2**32), lambda _: time.monotonic() < end))
