"""Six reports of money as they were known: asked later for an instant, each answers what it answered then.

And on every day, as known at every instant, the open items of each side come to their control accounts.
"""

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.core.money import Money
from domain.finance.commands import (
    MatchInput,
    MatchOpenItems,
    PaymentMatchInput,
    RevalueForeignCurrency,
    UnmatchOpenItems,
)
from domain.finance.models import PaymentDirection
from tests.domain.books import World
from tests.domain.finance.money import (
    a_journal,
    a_line,
    a_payment,
    a_supplier_invoice,
    an_invoice,
    done,
    item_ids,
    rate,
)
from tests.graph.test_finance_written import Office, office

__all__ = ["office"]

SPAN = 'from: "2026-05-01", to: "2026-06-30"'
REPORTS = """query($at: DateTime) {
  trialBalance(first: 50, companies: ["AX"], $SPAN, view: CURRENCY, asKnownAt: $at) { nodes {
    code currency opening { amount } debit { amount } credit { amount } closing { amount } } }
  balanceSheet(first: 50, companies: ["AX"], on: "2026-06-30", asKnownAt: $at) { nodes { place amount { amount } } }
  profitAndLoss(first: 50, companies: ["AX"], $SPAN, asKnownAt: $at)
    { nodes { place amount { amount } result { amount } } }
  accountLedger(first: 50, company: "AX", account: "1122", $SPAN, asKnownAt: $at) { nodes {
    occurredOn debit { amount } credit { amount } balance { amount } } }
  owedToUs: agedItems(first: 50, companies: ["AX"], on: "2026-06-30", side: RECEIVABLE, by: ITEM, asKnownAt: $at)
    { nodes {
    place openTotal { amount } notDue { amount } amount { amount } } }
  owedByUs: agedItems(first: 50, companies: ["AX"], on: "2026-06-30", side: PAYABLE, asKnownAt: $at) { nodes {
    place openTotal { amount } amount { amount } } }
  cashForecast(first: 50, companies: ["AX"], $SPAN, asKnownAt: $at) { nodes {
    dueOn inflow { amount } outflow { amount } balance { amount } } }
}""".replace("$SPAN", SPAN)
SIDES = """query($on: Date!, $at: DateTime) {
  trialBalance(first: 50, companies: ["AX"], from: "2026-01-01", to: $on, asKnownAt: $at)
    { nodes { code closing { amount } } }
  owedToUs: agedItems(first: 50, companies: ["AX"], on: $on, side: RECEIVABLE, asKnownAt: $at)
    { nodes { amount { amount } } }
  owedByUs: agedItems(first: 50, companies: ["AX"], on: $on, side: PAYABLE, asKnownAt: $at)
    { nodes { amount { amount } } }
}"""
# Control accounts: trade receivables and payments on account to suppliers; trade payables and those of customers.
OWED_TO_US, OWED_BY_US = ("1122", "1123"), ("2202", "2203")
DAYS = ("2026-05-19", "2026-05-20", "2026-05-25", "2026-05-31", "2026-06-01", "2026-06-10", "2026-06-30")


async def instant(world: World) -> str:
    [row] = await world.rows("SELECT clock_timestamp() AS at")
    return str(row["at"].isoformat())


async def charged(world: World) -> None:
    await done(world, an_invoice(world, ("1", "250")), an_invoice(world, ("1", "80"), currency="EUR"))
    await a_supplier_invoice(world, "90")


async def collected(world: World) -> None:
    [first, *_] = await item_ids(world)
    part = PaymentMatchInput(open_item_id=first, amount=Money(Decimal(100), "USD"))
    await done(world, a_payment(world, "120", part, paid_on=date(2026, 5, 25)))
    await done(world, a_payment(world, "30", is_prepayment=True, paid_on=date(2026, 6, 10)))


async def paid(world: World) -> None:
    out = {"direction": PaymentDirection.OUT, "party_id": world["ACME"], "paid_on": date(2026, 6, 1)}
    await done(world, a_payment(world, "40", **out), a_payment(world, "15", is_prepayment=True, **out))


async def valued(world: World) -> None:
    await rate(world, "EUR", "USD", date(2026, 5, 31), "1.3", "1.35")
    await done(world, RevalueForeignCurrency(revalued_on=date(2026, 5, 31)))


async def matched(world: World) -> None:
    rows = await world.rows("SELECT id FROM open_item WHERE party_id = $1 AND kind <> 'PREPAYMENT' ORDER BY id",
                            world["ACME"])  # fmt: skip
    bill, payment = (MatchInput(open_item_id=row["id"], amount=Money(Decimal(40), "USD")) for row in rows)
    await done(world, MatchOpenItems(party_id=world["ACME"], items=(bill, payment), matched_on=date(2026, 6, 1)))


async def unmatched(world: World) -> None:
    [row] = await world.rows("SELECT id FROM matching ORDER BY id LIMIT 1")
    await done(world, UnmatchOpenItems(matching_id=row["id"], undone_on=date(2026, 6, 10)))


async def spent(world: World) -> None:
    lines = [await a_line(world, "6602", "12.5"), await a_line(world, "1002", "-12.5")]
    await done(world, await a_journal(world, *lines, occurred_on=date(2026, 5, 19)))


STEPS = (charged, collected, paid, valued, matched, unmatched, spent)


@pytest.fixture
async def told(office: Office) -> AsyncIterator[list[tuple[str, Any]]]:
    """An instant after each step with what the reports answered then."""
    answers: list[tuple[str, Any]] = []
    for step in STEPS:
        await step(office.world)
        answers.append((await instant(office.world), (await office(REPORTS))["data"]))
    yield answers


async def test_reports_of_what_was_known_answer_what_they_answered_then(office: Office, told: list[tuple[str, Any]]):
    for step, (at, answer) in zip(STEPS, told, strict=True):
        again = (await office(REPORTS, at=at))["data"]
        for name, then in answer.items():
            assert again[name] == then, (step.__name__, name)
    # A valuation moves no cash.
    assert len({str(answer["cashForecast"]) for _, answer in told}) == len(STEPS) - 1
    assert await office.world.findings() == []


async def test_on_every_day_as_known_at_every_instant_open_items_are_their_control_accounts(
    office: Office, told: list[tuple[str, Any]]
):
    seen: set[tuple[Decimal, Decimal]] = set()
    for at in (*(at for at, _ in told), None):
        for on in DAYS:
            answer = (await office(SIDES, on=on, at=at))["data"]
            held = {one["code"]: Decimal(one["closing"]["amount"]) for one in answer["trialBalance"]["nodes"]}
            for side, codes, sign in (("owedToUs", OWED_TO_US, 1), ("owedByUs", OWED_BY_US, -1)):
                items = sum((Decimal(one["amount"]["amount"]) for one in answer[side]["nodes"]), Decimal(0))
                assert items == sign * sum(held.get(code, Decimal(0)) for code in codes), (side, on, at)
                seen.add((Decimal(side == "owedToUs"), items))
    assert len(seen) > len(DAYS), "the days and instants differ"
