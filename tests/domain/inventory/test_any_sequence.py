"""Whatever people do to goods, in any order of days, the two ledgers agree and stock is worth what an oracle says.

Two companies and currencies, five ways of valuing, receipts, issues, transfers, returns, landed costs, revaluations,
reversals and closed periods, on days gone by as they come; `tests.domain.test_any_trade` does so by documents.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.core.errors import DomainError
from domain.core.money import Money
from domain.core.perform import Performed
from domain.core.verify import verify
from domain.finance.commands import ChangePeriodState
from domain.finance.models import PeriodState
from domain.finance.verify import VERIFIERS as MONEY_BOOK
from domain.inventory.commands import (
    AddLandedCost,
    ChangeStockStatus,
    CountStock,
    IssuePurpose,
    RevalueStock,
    ReverseStockMove,
    StatusLineInput,
)
from domain.inventory.models import LandedCostBasis, StockStatus, ValuationArea, ValuationMethod
from domain.inventory.verify import VERIFIERS as GOODS_BOOK
from tests.domain.books import AX, BX, CURRENCY_OF, World
from tests.domain.inventory.goods import issue, lot, place, received, sent_back, transfer, valued
from tests.domain.inventory.oracle import Event, work_out

FIRST = date(2026, 4, 1)
REFUSALS = {"INSUFFICIENT_STOCK", "INVALID_VALUE", "PERIOD_CLOSED", "ALREADY_REVERSED", "NOT_FOUND", "WRONG_STATE"}

# By company and item: method, area, whether it may go below zero. BOLT is at standard cost in BX.
WAYS = {
    (AX, "GEAR"): (ValuationMethod.FIFO, ValuationArea.COMPANY, False),
    (AX, "BOLT"): (ValuationMethod.AVERAGE, ValuationArea.LOCATION, False),
    (AX, "STENT"): (ValuationMethod.LOT, ValuationArea.COMPANY, False),
    (BX, "GEAR"): (ValuationMethod.AVERAGE, ValuationArea.COMPANY, True),
    (BX, "STENT"): (ValuationMethod.FIFO, ValuationArea.LOCATION, True),
    (BX, "BOLT"): (ValuationMethod.STANDARD, ValuationArea.COMPANY, False),
}

goods = st.sampled_from(sorted(WAYS))
days = st.integers(0, 45)
quantities = st.integers(1, 20).map(Decimal) | st.decimals("0.000001", "30", places=6)
prices = st.decimals("0", "99", places=2) | st.decimals("0.0001", "9", places=10)
halls = st.sampled_from(["STORES", "FAR"])
picks = st.integers(0, 7)

receipts = st.tuples(st.just("receipt"), goods, days, halls, quantities, prices, st.sampled_from(["own", "JPY"]))
issues = st.tuples(st.just("issue"), goods, days, halls, quantities, st.booleans())
others = st.one_of(
    st.tuples(st.just("transfer"), goods, days, halls, quantities),
    st.tuples(st.just("return"), goods, days, picks, quantities),
    st.tuples(st.just("late cost"), goods, days, picks, st.decimals("0.01", "500", places=2)),
    st.tuples(st.just("revalue"), goods, days, halls, prices),
    st.tuples(st.just("undo issue"), goods, days, picks),
    st.tuples(st.just("hold"), goods, days, halls, quantities),
    st.tuples(st.just("count"), goods, days, halls),
    st.tuples(st.just("close"), st.sampled_from([AX, BX])),
)
sequences = st.tuples(
    st.lists(receipts, min_size=2, max_size=5), st.lists(st.one_of(receipts, issues, issues, others), max_size=14)
).map(lambda parts: [*parts[0], *parts[1]])


@dataclass(repr=False)
class Books:
    """What was done so far, as the oracle takes it, beside the ids of what the code under test made of it."""

    world: World
    events: dict[tuple[int, str], list[Event]] = field(default_factory=dict)
    entries: dict[int, UUID] = field(default_factory=dict)
    moves: dict[int, UUID] = field(default_factory=dict)
    owed: dict[int, Fraction] = field(default_factory=dict)
    number: int = 0

    def of(self, kind: str, what: tuple[int, str], pick: int) -> Event | None:
        """One of the events of a kind and item, if there is any."""
        found = [one for one in self.events.get(what, []) if one.kind == kind]
        return found[pick % len(found)] if found else None

    def place(self, company: int, hall: str) -> UUID:
        return self.world[f"{hall}{company}"]

    def area(self, what: tuple[int, str], hall: str) -> str:
        if WAYS[what][0] is ValuationMethod.LOT:
            return f"lot of {hall}"
        return hall if WAYS[what][1] is ValuationArea.LOCATION else "company"

    def lot_of(self, what: tuple[int, str], hall: str) -> str | None:
        return f"L-{hall}" if WAYS[what][0] is ValuationMethod.LOT else None

    def note(self, what: tuple[int, str], event: Event) -> None:
        self.events.setdefault(what, []).append(event)


@pytest.fixture
async def books(world: World) -> Books:
    """Items valued in each way, two halls in each company, a lot for each hall."""
    for company in (AX, BX):
        world.ids[f"FAR{company}"] = await place(world, f"FAR-{company}", company=company)
    for hall in ("STORES", "FAR"):
        await lot(world, f"L-{hall}", "STENT")
    for (company, item), (method, area, may_be_negative) in WAYS.items():
        await valued(world, item, method, area, company=company, may_be_negative=may_be_negative)
    return Books(world)


@given(sequences)
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_sequence_keeps_the_ledgers_together_and_stock_worth_what_it_is(
    books: Books, sequence: list[tuple[Any, ...]]
):
    await done_to_both(books, sequence)


async def done_to_both(books: Books, sequence: list[tuple[Any, ...]]) -> None:
    """Each step done to the code under test and told to the oracle; after each the two agree.

    What examples do adds up: each goes on where the one before ended.
    """
    for step in sequence:
        await act(books, step)
        await agree(books)
    assert await books.world.findings() == []


async def agree(books: Books) -> None:
    """Every check of the two books holds, and each item is worth what the oracle says."""
    async with books.world.database.acquire() as connection:
        found = [one async for one in verify(connection, {**GOODS_BOOK, **MONEY_BOOK}) if one.is_breach]
    assert found == []
    for what, events in books.events.items():
        method, _, _ = WAYS[what]
        if method is ValuationMethod.STANDARD:
            continue
        expected = work_out(
            "FIFO" if method is ValuationMethod.FIFO else "AVERAGE", events, {"": await first_cost(books, what)}
        )
        assert await areas(books, what) == expected.areas, what
        assert await accounts(books, what) == expected.accounts, what


async def first_cost(books: Books, what: tuple[int, str]) -> Fraction:
    rows = await books.world.rows(
        "SELECT first_unit_cost FROM value_pool WHERE company_id = $1 AND item_id = $2 LIMIT 1",
        what[0], books.world[what[1]],
    )  # fmt: skip
    return Fraction(rows[0]["first_unit_cost"]) if rows else Fraction(0)


async def areas(books: Books, what: tuple[int, str]) -> dict[str, tuple[Decimal, Decimal]]:
    """Quantity and value of an item's areas that hold something."""
    company, item = what
    names: dict[Any, str] = {books.place(company, hall): hall for hall in ("STORES", "FAR")}
    names |= {books.world[f"L-{hall}"]: f"lot of {hall}" for hall in ("STORES", "FAR")} | {None: "company"}
    rows = await books.world.rows(
        "SELECT coalesce(lot_id, location_id) AS area, quantity, value FROM value_pool "
        "WHERE company_id = $1 AND item_id = $2 AND (quantity <> 0 OR value <> 0)",
        company, books.world[item],
    )  # fmt: skip
    return {names[row["area"]]: (row["quantity"], row["value"]) for row in rows}


async def accounts(books: Books, what: tuple[int, str]) -> dict[str, Decimal]:
    """What the accounts hold for an item, stock itself aside."""
    rows = await books.world.rows(
        "SELECT a.role, sum(l.amount) AS amount FROM journal_line l "
        "JOIN account a ON a.company_id = l.company_id AND a.id = l.account_id "
        "WHERE l.company_id = $1 AND l.item_id = $2 AND a.role <> 'STOCK' GROUP BY a.role HAVING sum(l.amount) <> 0",
        what[0], books.world[what[1]],
    )  # fmt: skip
    held = {row["role"]: row["amount"] for row in rows}
    late = sum((one.cost for one in books.events.get(what, []) if one.kind == "late cost"), Fraction(0))
    # The clearing account of landed costs names no item: a document is over several.
    return held | ({"LANDED_COST": -Decimal(late.numerator) / Decimal(late.denominator)} if late else {})


async def act(books: Books, step: tuple[Any, ...]) -> None:
    """One step done to both; nothing where it names what is not there."""
    kind, *arguments = step
    if kind == "close":
        await close(books, arguments[0])
        return
    what, day, *arguments = arguments
    books.number += 1
    await STEPS[kind](books, what, FIRST + timedelta(days=day), arguments)


async def tried(books: Books, company: int, command: Any) -> UUID | None:
    """What a command made; None where it was refused, and then nothing was written."""
    before = await books.world.state()
    performed: Performed = await books.world.act(books.world.chief, company, command)
    if performed.committed:
        return performed.ids[0]
    assert {refusal.code for refusal in performed.refusals} <= REFUSALS, performed.refusals
    assert await books.world.state() == before
    return None


async def receive(books: Books, what: tuple[int, str], on: date, arguments: list[Any]) -> None:
    hall, quantity, price, currency = arguments
    company, item = what
    own = CURRENCY_OF[company]
    money = own if currency == "own" else currency
    rate = Decimal(1) if money == own else Decimal("0.00625")
    number = books.lot_of(what, hall)
    try:
        entries = await received(
            books.world, (item, str(quantity), str(price)), company=company, on=on, location=books.place(company, hall),
            currency=money, rate=str(rate), lot_id=books.world[number] if number else None,
        )  # fmt: skip
    except Exception as refused:
        assert getattr(refused, "code", "") in REFUSALS, refused
        return
    digits = 0 if money == "JPY" else 2
    owed = rounded(Fraction(quantity) * Fraction(price), digits)
    cost = rounded(owed * Fraction(rate), 2)
    books.note(what, Event(books.number, on, "receipt", books.area(what, hall), Fraction(quantity), cost))
    books.entries[books.number] = entries[item]


def rounded(value: Fraction, digits: int) -> Fraction:
    return Fraction(int(value * 10**digits + Fraction(1, 2)), 10**digits)


async def give_out(books: Books, what: tuple[int, str], on: date, arguments: list[Any]) -> None:
    hall, quantity, is_sale = arguments
    company, item = what
    command = issue(
        books.world, item, str(quantity), company=company, on=on, location=books.place(company, hall),
        lot_number=books.lot_of(what, hall), purpose=IssuePurpose.SALES if is_sale else IssuePurpose.PRODUCTION,
    )  # fmt: skip
    move = await tried(books, company, command)
    if move is not None:
        account = "COST_OF_SALES" if is_sale else "WORK_IN_PROCESS"
        area = books.area(what, hall)
        books.note(what, Event(books.number, on, "issue", area, Fraction(quantity), account=account))
        books.moves[books.number] = move


async def carry(books: Books, what: tuple[int, str], on: date, arguments: list[Any]) -> None:
    hall, quantity = arguments
    other = "FAR" if hall == "STORES" else "STORES"
    company, item = what
    command = transfer(
        books.world, item, str(quantity), books.place(company, other), company=company, on=on,
        location=books.place(company, hall), lot_number=books.lot_of(what, hall),
    )  # fmt: skip
    if await tried(books, company, command) and WAYS[what][1] is ValuationArea.LOCATION:
        books.note(what, Event(books.number, on, "transfer", hall, Fraction(quantity), to=other))


async def send_back(books: Books, what: tuple[int, str], on: date, arguments: list[Any]) -> None:
    pick, quantity = arguments
    receipt = books.of("receipt", what, pick)
    if receipt is None:
        return
    outcome = await sent_back(books.world, books.entries[receipt.number], quantity, on, what[0])
    if isinstance(outcome, DomainError):
        assert outcome.code in REFUSALS, outcome
    else:
        gone = sum(
            (one.quantity for one in books.events[what] if one.kind == "return" and one.of == receipt.number),
            Fraction(0),
        )
        after, before = (
            receipt.cost * part / receipt.quantity if part != receipt.quantity else receipt.cost
            for part in (gone + Fraction(quantity), gone)
        )
        owed = rounded(after, 2) - rounded(before, 2)
        books.note(what, Event(books.number, on, "return", receipt.area, Fraction(quantity), owed, of=receipt.number))


async def cost_more(books: Books, what: tuple[int, str], on: date, arguments: list[Any]) -> None:
    pick, amount = arguments
    receipt = books.of("receipt", what, pick)
    if receipt is None:
        return
    command = AddLandedCost(
        stock_entries=(books.entries[receipt.number],), basis=LandedCostBasis.EQUAL,
        amount=Money(amount, CURRENCY_OF[what[0]]), occurred_on=on,
    )  # fmt: skip
    if await tried(books, what[0], command):
        books.note(what, Event(books.number, on, "late cost", receipt.area, cost=Fraction(amount), of=receipt.number))


async def make_worth(books: Books, what: tuple[int, str], on: date, arguments: list[Any]) -> None:
    hall, unit_cost = arguments
    company, item = what
    command = RevalueStock(
        item_id=books.world[item], unit_cost=unit_cost, revalued_on=on, lot_number=books.lot_of(what, hall),
        location_id=books.place(company, hall) if WAYS[what][1] is ValuationArea.LOCATION else None,
    )  # fmt: skip
    if await tried(books, company, command):
        books.note(what, Event(books.number, on, "revalue", books.area(what, hall), unit_cost=Fraction(unit_cost)))


async def undo(books: Books, what: tuple[int, str], on: date, arguments: list[Any]) -> None:
    issued = books.of("issue", what, arguments[0])
    if issued is None:
        return
    if await tried(books, what[0], ReverseStockMove(stock_move_id=books.moves[issued.number], reversed_on=on)):
        books.note(
            what,
            Event(
                books.number, on, "undo issue", issued.area, issued.quantity, of=issued.number, account=issued.account
            ),
        )


async def hold(books: Books, what: tuple[int, str], on: date, arguments: list[Any]) -> None:
    """A status changes no value."""
    hall, quantity = arguments
    company, item = what
    line = StatusLineInput(
        item_id=books.world[item], location_id=books.place(company, hall), quantity=quantity,
        status=StockStatus.RELEASED, lot_number=books.lot_of(what, hall),
    )  # fmt: skip
    await tried(books, company, ChangeStockStatus(lines=(line,), to_status=StockStatus.ON_HOLD, changed_on=on))


async def count(books: Books, what: tuple[int, str], on: date, arguments: list[Any]) -> None:
    """A count that agrees with the book changes nothing."""
    company, item = what
    hall = arguments[0]
    rows = await books.world.rows(
        "SELECT coalesce(sum(quantity), 0) AS quantity FROM stock_balance "
        "WHERE company_id = $1 AND item_id = $2 AND location_id = $3 AND status = 'RELEASED' AND owner_id IS NULL",
        company, books.world[item], books.place(company, hall),
    )  # fmt: skip
    if rows[0]["quantity"] >= 0:
        command = CountStock(
            item_id=books.world[item], location_id=books.place(company, hall), counted=rows[0]["quantity"],
            lot_number=books.lot_of(what, hall),
        )  # fmt: skip
        await tried(books, company, command)


async def close(books: Books, company: int) -> None:
    """The first open period of stock up to April is closed for ever."""
    rows = await books.world.rows(
        "SELECT id FROM fiscal_period WHERE company_id = $1 AND sub_ledger = 'STOCK' AND state = 'OPEN' "
        "AND code <= '2026-04' ORDER BY code LIMIT 1",
        company,
    )
    for row in rows:
        await tried(books, company, ChangePeriodState(fiscal_period_id=row["id"], state=PeriodState.HARD))


STEPS = {
    "receipt": receive, "issue": give_out, "transfer": carry, "return": send_back, "late cost": cost_more,
    "revalue": make_worth, "undo issue": undo, "hold": hold, "count": count,
}  # fmt: skip
