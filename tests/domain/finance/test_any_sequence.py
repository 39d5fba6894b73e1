"""Whatever is charged, credited, paid, matched, parted, valued and closed: items, accounts and a slow oracle agree.

The oracle keeps, per item, the list of everything that ever happened to it, by day and in both currencies, in its own
arithmetic; after every step the database must say the same. Each example has a customer of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.core.ids import new_id
from domain.core.money import Money
from domain.core.perform import Performed
from domain.core.records import GROUP
from domain.finance.commands import (
    CreditCustomerInvoice,
    CreditLineInput,
    MatchInput,
    MatchOpenItems,
    PaymentMatchInput,
    RevalueForeignCurrency,
    ReverseJournal,
    UnmatchOpenItems,
)
from domain.finance.models import PeriodState
from domain.master_data.parties import Party
from tests.domain.books import AX, World
from tests.domain.finance.money import a_journal, a_payment, an_invoice, close, rate, tax_code

CENT = Decimal("0.01")
EXPECTED = {
    "EXCEEDS_OPEN_AMOUNT", "PAYMENT_EXCEEDED", "MATCHING_UNBALANCED", "CURRENCY_MISMATCH", "INVALID_VALUE",
    "CREDIT_EXCEEDS_INVOICE", "WRONG_STATE", "NOTHING_TO_POST", "ALREADY_REVERSED", "PERIOD_CLOSED",
}  # fmt: skip
RATES = {month: Decimal(text) for month, text in enumerate(
    ["1.1", "1.0712", "1.13337", "1.2", "0.98765", "1.05", "1.3", "1.111111", "0.9", "1.07", "1.23457", "1"], start=1
)}  # fmt: skip


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


@dataclass
class Known:
    """One item as the oracle knows it: (day, change, change in the company's currency) of all that happened."""

    currency: str
    is_monetary: bool
    history: list[tuple[date, Decimal, Decimal]] = field(default_factory=list)

    def open(self, on: date = date.max) -> tuple[Decimal, Decimal]:
        past = [one for one in self.history if one[0] <= on]
        return sum((one[1] for one in past), Decimal(0)), sum((one[2] for one in past), Decimal(0))

    def take(self, on: date, part: Decimal) -> Decimal:
        whole, worth = self.open()
        share = worth if part == whole else cents(worth * part / whole)
        self.history.append((on, -part, -share))
        return share


@dataclass
class Oracle:
    """One customer's account, kept slowly."""

    party: UUID
    tax: UUID
    day: date
    items: dict[UUID, Known] = field(default_factory=dict)
    invoices: list[UUID] = field(default_factory=list)
    matchings: list[tuple[UUID, date, list[tuple[UUID, Decimal, Decimal]]]] = field(default_factory=list)
    journals: list[UUID] = field(default_factory=list)

    def rate(self, currency: str) -> Decimal:
        return Decimal(1) if currency == "USD" else RATES[self.day.month]

    def opened(self, id_: UUID, currency: str, transaction: Decimal, *, is_monetary: bool = True) -> None:
        worth = cents(transaction * self.rate(currency))
        self.items[id_] = Known(currency, is_monetary, [(self.day, transaction, worth)])


amounts = st.integers(1, 99_999).map(lambda number: Decimal(number) / 100)
currencies = st.sampled_from(["USD", "EUR", "EUR"])
places = st.integers(0, 7)
shares = st.sampled_from([Decimal("0.1"), Decimal("0.3333"), Decimal("0.5"), Decimal(1), Decimal("1.2")])
invoices = st.tuples(st.just("invoice"), currencies, st.integers(1, 9), amounts)
payments = st.tuples(
    st.just("pay"), places, shares, st.sampled_from([Decimal(0), Decimal(0), Decimal("12.34")]), st.booleans()
)
steps = st.one_of(
    invoices, payments, payments,
    st.tuples(st.just("prepay"), currencies, amounts),
    st.tuples(st.just("credit"), places, st.integers(1, 3), st.booleans()),
    st.tuples(st.just("match"), places, places, shares),
    st.tuples(st.just("unmatch"), places),
    st.tuples(st.just("wait"), st.integers(1, 12)),
    st.tuples(st.just("value")),
    st.tuples(st.just("journal")),
    st.tuples(st.just("reverse"), places),
    st.tuples(st.just("late")),
)  # fmt: skip
sequences = st.tuples(st.lists(invoices, min_size=1, max_size=3), st.lists(steps, min_size=4, max_size=12)).map(
    lambda parts: [*parts[0], *parts[1]]
)
quiet = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]


@given(sequences)
@settings(max_examples=8, suppress_health_check=quiet)
async def test_any_sequence_keeps_items_accounts_and_oracle_together(world: World, sequence: list[tuple[Any, ...]]):
    await hold(world, sequence)


@pytest.mark.soak
@given(sequences)
@settings(suppress_health_check=quiet)
async def test_any_sequence_for_long(world: World, sequence: list[tuple[Any, ...]]):
    await hold(world, sequence)


async def hold(world: World, sequence: Sequence[tuple[Any, ...]]) -> None:
    oracle = await begin(world)
    for step in sequence:
        before = await world.state()
        performed = await act(world, oracle, step)
        if performed is not None and performed.refusals:
            assert {one.code for one in performed.refusals} <= EXPECTED, (step, performed.refusals[0].message())
            assert await world.state() == before
        await agree(world, oracle, date(2026, 12, 31))
    assert await world.findings() == []


async def begin(world: World) -> Oracle:
    """A new customer; rates and a tax code once a database."""
    if not await world.rows("SELECT 1 FROM tax_code"):
        await tax_code(world, "13")
        for month, spot in RATES.items():
            await rate(world, "EUR", "USD", date(2026, month, 1), str(spot))
    party = new_id()
    row = {"id": party, "code": f"C{party.hex[-12:]}", "name": "Customer"}
    await world.works(GROUP, lambda work: work.insert(Party, [row]))
    [code] = await world.rows("SELECT id FROM tax_code")
    return Oracle(party=party, tax=code["id"], day=date(2026, 2, 3))


async def act(world: World, oracle: Oracle, step: tuple[Any, ...]) -> Performed | None:
    """What one step came to, the oracle told of what was done; None where there is nothing to do it to."""
    kind, *arguments = step
    return await STEPS[kind](world, oracle, *arguments)


async def invoice(world: World, oracle: Oracle, currency: str, quantity: int, price: Decimal) -> Performed:
    command = an_invoice(
        world, (str(quantity), str(price)), tax=oracle.tax, currency=currency, customer_id=oracle.party,
        invoiced_on=oracle.day,
    )  # fmt: skip
    performed = await world.act(world.chief, AX, command)
    net = quantity * price
    for id_ in await new_items(world, oracle):
        oracle.opened(id_, currency, net + cents(net * Decimal("0.13")))
    oracle.invoices += performed.ids
    return performed


async def new_items(world: World, oracle: Oracle) -> list[UUID]:
    rows = await world.rows("SELECT id FROM open_item WHERE party_id = $1 ORDER BY id", oracle.party)
    return [row["id"] for row in rows if row["id"] not in oracle.items]


async def pay(
    world: World, oracle: Oracle, place: int, share: Decimal, more: Decimal, is_prepayment: bool
) -> Performed | None:
    """Part of an item, and something beyond it."""
    owed = [(id_, one) for id_, one in oracle.items.items() if one.open()[0] > 0]
    if not owed:
        return None
    id_, item = owed[place % len(owed)]
    part = max(cents(item.open()[0] * share), CENT)
    wish = PaymentMatchInput(open_item_id=id_, amount=Money(part, item.currency))
    command = a_payment(
        world, str(part + more), wish, currency=item.currency, party_id=oracle.party, paid_on=oracle.day,
        is_prepayment=is_prepayment,
    )  # fmt: skip
    performed = await world.act(world.chief, AX, command)
    if performed.committed:
        whole = cents((part + more) * oracle.rate(item.currency))
        paid, *prepaid = await new_items(world, oracle)
        on_account = part if prepaid else part + more
        worth = cents(on_account * oracle.rate(item.currency)) if prepaid else whole
        oracle.items[paid] = Known(item.currency, True, [(oracle.day, -on_account, -worth)])
        if prepaid:
            oracle.items[prepaid[0]] = Known(item.currency, False, [(oracle.day, -more, worth - whole)])
        await remember(world, oracle, [(id_, part), (paid, -part)])
    return performed


async def prepay(world: World, oracle: Oracle, currency: str, amount: Decimal) -> Performed:
    command = a_payment(
        world, str(amount), currency=currency, party_id=oracle.party, paid_on=oracle.day, is_prepayment=True
    )
    performed = await world.act(world.chief, AX, command)
    for id_ in await new_items(world, oracle):
        oracle.opened(id_, currency, -amount, is_monetary=False)
    return performed


async def remember(world: World, oracle: Oracle, taken: list[tuple[UUID, Decimal]]) -> None:
    """The matching that the last step made."""
    known = {id_ for id_, _, _ in oracle.matchings}
    rows = await world.rows("SELECT id FROM matching WHERE party_id = $1 ORDER BY id", oracle.party)
    [made] = [row["id"] for row in rows if row["id"] not in known]
    parts = [(id_, part, oracle.items[id_].take(oracle.day, part)) for id_, part in taken]
    oracle.matchings.append((made, oracle.day, parts))


async def credit(world: World, oracle: Oracle, place: int, quantity: int, match: bool) -> Performed | None:
    """Some of an invoice; what it comes to is read back, where it goes is computed."""
    if not oracle.invoices:
        return None
    invoice_id = oracle.invoices[place % len(oracle.invoices)]
    line = CreditLineInput(position=1, quantity=Decimal(quantity))
    command = CreditCustomerInvoice(
        customer_invoice_id=invoice_id, reason="Returned", lines=(line,), credited_on=oracle.day, match=match
    )
    performed = await world.act(world.chief, AX, command)
    if performed.committed:
        [red] = await world.rows(
            "SELECT r.total, r.currency, b.rate FROM customer_invoice r JOIN customer_invoice b ON b.id = r.credits_id "
            "WHERE r.id = $1", performed.ids[0],
        )  # fmt: skip
        [id_] = await new_items(world, oracle)
        worth = cents(red["total"] * red["rate"])
        oracle.items[id_] = Known(red["currency"], True, [(oracle.day, red["total"], worth)])
        [blue] = await world.rows("SELECT id FROM open_item WHERE source_id = $1", invoice_id)
        left = min(oracle.items[blue["id"]].open()[0], -red["total"])
        if match and left > 0:
            await remember(world, oracle, [(blue["id"], left), (id_, -left)])
    return performed


async def match(world: World, oracle: Oracle, first: int, second: int, share: Decimal) -> Performed | None:
    """Part of what is owed against as much of what was paid."""
    owed = [id_ for id_, one in oracle.items.items() if one.open()[0] > 0]
    paid = [id_ for id_, one in oracle.items.items() if one.open()[0] < 0]
    if not owed or not paid:
        return None
    debit, credited = owed[first % len(owed)], paid[second % len(paid)]
    currency = oracle.items[debit].currency
    part = max(cents(min(oracle.items[debit].open()[0], -oracle.items[credited].open()[0]) * share), CENT)
    wishes = tuple(MatchInput(open_item_id=id_, amount=Money(part, currency)) for id_ in (debit, credited))
    command = MatchOpenItems(party_id=oracle.party, items=wishes, matched_on=oracle.day)
    performed = await world.act(world.chief, AX, command)
    if performed.committed:
        await remember(world, oracle, [(debit, part), (credited, -part)])
    return performed


async def unmatch(world: World, oracle: Oracle, place: int) -> Performed | None:
    if not oracle.matchings:
        return None
    id_, _, parts = oracle.matchings[place % len(oracle.matchings)]
    performed = await world.act(world.chief, AX, UnmatchOpenItems(matching_id=id_, undone_on=oracle.day))
    if performed.committed:
        for item, part, share in parts:
            oracle.items[item].history.append((oracle.day, part, share))
    return performed


async def wait(world: World, oracle: Oracle, days: int) -> None:
    oracle.day = min(oracle.day + timedelta(days=days), date(2026, 11, 1))


async def value(world: World, oracle: Oracle) -> Performed:
    """The month ends: what is held then is worth its closing rate, and nothing is left of that on the next day."""
    following = (oracle.day.replace(day=1) + timedelta(days=32)).replace(day=1)
    end = following - timedelta(days=1)
    performed = await world.act(world.chief, AX, RevalueForeignCurrency(revalued_on=end))
    [row] = await world.rows(
        "SELECT coalesce(sum(e.amount), 0) AS worth FROM open_item_entry e JOIN open_item i ON i.id = e.open_item_id "
        "WHERE i.party_id = $1 AND e.occurred_on <= $2", oracle.party, end,
    )  # fmt: skip
    assert row["worth"] == sum((worth_on(one, end) for one in oracle.items.values()), Decimal(0))
    oracle.day = min(following, date(2026, 11, 1))
    return performed


def worth_on(item: Known, end: date) -> Decimal:
    transaction, worth = item.open(end)
    is_valued = item.is_monetary and item.currency != "USD"
    return cents(transaction * RATES[end.month]) if is_valued else worth


async def journal(world: World, oracle: Oracle) -> Performed:
    performed = await world.act(world.chief, AX, await a_journal(world, occurred_on=oracle.day))
    oracle.journals += performed.ids
    return performed


async def reverse(world: World, oracle: Oracle, place: int) -> Performed | None:
    if not oracle.journals:
        return None
    command = ReverseJournal(journal_entry_id=oracle.journals[place % len(oracle.journals)], occurred_on=oracle.day)
    return await world.act(world.chief, AX, command)


async def late(world: World, oracle: Oracle) -> Performed:
    """January closes, takes no invoice, and opens again."""
    await close(world, PeriodState.SOFT, "2026-01", sub_ledger="RECEIVABLES")
    command = an_invoice(world, customer_id=oracle.party, invoiced_on=date(2026, 1, 20))
    performed = await world.act(world.chief, AX, command)
    assert [one.code for one in performed.refusals] == ["PERIOD_CLOSED"]
    await close(world, PeriodState.OPEN, "2026-01", sub_ledger="RECEIVABLES")
    return Performed([], committed=True)


STEPS: dict[str, Any] = {
    "invoice": invoice, "pay": pay, "prepay": prepay, "credit": credit, "match": match, "unmatch": unmatch,
    "wait": wait, "value": value, "journal": journal, "reverse": reverse, "late": late,
}  # fmt: skip

_ITEMS = "SELECT id, open_transaction_amount, open_amount FROM open_item WHERE party_id = $1"
_ACCOUNTS = """
SELECT l.transaction_currency AS currency, sum(l.transaction_amount) AS transaction, sum(l.amount) AS amount
FROM journal_line l JOIN account a ON a.company_id = l.company_id AND a.id = l.account_id
WHERE l.party_id = $1 AND l.occurred_on <= $2 AND a.role IN ('RECEIVABLE', 'CUSTOMER_PREPAYMENT')
GROUP BY l.transaction_currency
"""


async def agree(world: World, oracle: Oracle, on: date) -> None:
    """The items, the accounts and the oracle say the same, in both currencies."""
    said = {
        row["id"]: (row["open_transaction_amount"], row["open_amount"])
        for row in await world.rows(_ITEMS, oracle.party)
    }
    assert said == {id_: one.open() for id_, one in oracle.items.items()}
    held = {
        row["currency"]: (row["transaction"], row["amount"]) for row in await world.rows(_ACCOUNTS, oracle.party, on)
    }
    for currency in {one.currency for one in oracle.items.values()}:
        own = [one.open() for one in oracle.items.values() if one.currency == currency]
        sums = sum((one[0] for one in own), Decimal(0)), sum((one[1] for one in own), Decimal(0))
        assert held.get(currency, (Decimal(0), Decimal(0))) == sums
