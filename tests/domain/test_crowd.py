"""Eight people do everything at once to the same goods, customers and periods: none waits for ever, the books agree.

Each step picks among what the others left. A refusal of the business is fine; a deadlock that surfaces, a record that
stays busy, or any other fault is not.
"""

import asyncio
import os
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.core.money import Money
from domain.finance.commands import (
    AcquireFixedAsset,
    ChangePeriodState,
    CreditCustomerInvoice,
    CreditLineInput,
    DepreciateAssets,
    MatchInput,
    MatchOpenItems,
    PaymentMatchInput,
    PostCustomerInvoice,
    PostJournal,
    RevalueForeignCurrency,
    ReverseJournal,
    UnmatchOpenItems,
)
from domain.finance.models import PeriodState
from domain.inventory.commands import (
    AddLandedCost,
    ChangeStockStatus,
    ConvertStock,
    CountStock,
    IssueLineInput,
    IssueReservation,
    ProductInput,
    ReceiveTransfer,
    ReleaseReservation,
    ReserveStock,
    RevalueStock,
    ReverseStockMove,
    ShipTransfer,
    StatusLineInput,
    TransferLineInput,
)
from domain.inventory.models import LandedCostBasis, StockStatus, ValuationMethod
from domain.master_data.places import LocationKind
from domain.procurement.commands import ApprovePurchaseOrder, PurchaseReturnLineInput, ReturnToSupplier
from domain.procurement.returns import ReturnSettlement
from tests.domain.books import AX, TODAY, World
from tests.domain.finance.money import a_journal, a_payment, account, an_invoice, rate, tax_code
from tests.domain.inventory.goods import issue, place, transfer, valued

CLIENTS = 8
# A share of the soak's time: other long tests want theirs.
SECONDS = float(os.environ.get("SKEIN_SOAK_SECONDS", "60")) / 4
GOODS = ("GEAR", "BOLT")

# What may come of racing with others; anything else is a fault of ours.
EXPECTED = {
    "INSUFFICIENT_STOCK", "INVALID_VALUE", "ALREADY_REVERSED", "NOT_FOUND", "WRONG_STATE", "PERIOD_CLOSED",
    "OVER_RECEIPT", "EXCEEDS_OPEN_AMOUNT", "PAYMENT_EXCEEDED", "MATCHING_UNBALANCED", "CURRENCY_MISMATCH",
    "CREDIT_EXCEEDS_INVOICE", "NOTHING_TO_POST", "STALE_VERSION", "VOUCHER_OF_DOCUMENT", "ALREADY_EXISTS",
}  # fmt: skip


@dataclass
class Crowd:
    """The world that they share, and how often each step was taken and refused."""

    world: World
    invoice: PostCustomerInvoice
    journal: PostJournal
    asset: AcquireFixedAsset
    done: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)

    async def one_of(self, chance: random.Random, sql: str) -> Any:
        """One of the first column's values, the newest forty at most; None where there is none."""
        rows = await self.world.rows(f"{sql} ORDER BY id DESC LIMIT 40")
        return next(iter(chance.choice(rows).values())) if rows else None

    async def tried(self, command: Any) -> None:
        """Perform a command, which may be refused for what others did."""
        performed = await self.world.act(self.world.chief, AX, command)
        counts = self.done if performed.committed else self.refused
        name = type(command).__name__
        counts[name] = counts.get(name, 0) + 1
        assert {one.code for one in performed.refusals} <= EXPECTED, (name, performed.refusals[0].message())


@pytest.fixture
async def crowd(world: World) -> Crowd:
    """Two items valued in two ways, two halls, a customer, a machine."""
    await valued(world, "GEAR", ValuationMethod.FIFO)
    await valued(world, "BOLT", ValuationMethod.AVERAGE)
    await place(world, "FAR")
    await place(world, "ROAD", LocationKind.TRANSIT)
    tax = await tax_code(world)
    for month in range(1, 13):
        await rate(world, "EUR", "USD", date(2026, month, 1), f"1.{month:02}")
    asset = AcquireFixedAsset(
        name="Mill", cost=Money(Decimal(1000), "USD"), months=24, in_service_on=date(2026, 1, 10),
        account_id=await account(world, "1601"), accumulated_account_id=await account(world, "1602"),
        expense_account_id=await account(world, "660201"), offset_account_id=await account(world, "1604"),
    )  # fmt: skip
    return Crowd(world, an_invoice(world, *[("3", "11")] * 3, tax=tax), await a_journal(world), asset)


Step = Callable[[Crowd, random.Random], Awaitable[None]]


async def buy(crowd: Crowd, chance: random.Random) -> None:
    world, items = crowd.world, list(GOODS)
    chance.shuffle(items)
    lines = [(item, str(chance.randrange(5, 40)), str(Decimal(chance.randrange(1, 9999)) / 100)) for item in items]
    order = await world.ordered(AX, *lines)
    await world.act(world.chief, AX, ApprovePurchaseOrder(purchase_order_id=order))
    parts = [(position, str(chance.randrange(1, 20)), "0") for position in (1, 2)]
    await asyncio.gather(*(crowd.tried(world.receipt(order, *chance.sample(parts, 2))) for _ in range(2)))


async def give_out(crowd: Crowd, chance: random.Random) -> None:
    on = TODAY - timedelta(days=chance.randrange(20))
    await crowd.tried(issue(crowd.world, chance.choice(GOODS), str(chance.randrange(1, 5)), on=on))


async def carry(crowd: Crowd, chance: random.Random) -> None:
    world, there = crowd.world, chance.random() < 0.5
    here, target = (world[f"STORES{AX}"], world["FAR"]) if there else (world["FAR"], world[f"STORES{AX}"])
    await crowd.tried(transfer(world, chance.choice(GOODS), "2", target, location=here))


async def send(crowd: Crowd, chance: random.Random) -> None:
    line = TransferLineInput(
        item_id=crowd.world[chance.choice(GOODS)], location_id=crowd.world[f"STORES{AX}"],
        target_id=crowd.world["FAR"], quantity=Decimal(1),
    )  # fmt: skip
    await crowd.tried(ShipTransfer(lines=(line,), transit_id=crowd.world["ROAD"]))
    if sent := await crowd.one_of(chance, "SELECT id FROM stock_transfer WHERE status <> 'RECEIVED'"):
        await crowd.tried(ReceiveTransfer(stock_transfer_id=sent))


async def make(crowd: Crowd, chance: random.Random) -> None:
    world, stores = crowd.world, crowd.world[f"STORES{AX}"]
    used, made = chance.sample(GOODS, 2)
    line = IssueLineInput(item_id=world[used], location_id=stores, quantity=Decimal(1))
    product = ProductInput(item_id=world[made], location_id=stores, quantity=Decimal(2))
    await crowd.tried(ConvertStock(lines=(line,), product=product))


async def entry(crowd: Crowd, chance: random.Random) -> UUID | None:
    return await crowd.one_of(
        chance,
        "SELECT e.id FROM stock_entry e JOIN stock_move m ON m.company_id = e.company_id AND m.id = e.stock_move_id "
        "WHERE m.kind = 'RECEIPT' AND e.quantity > 0",
    )


async def send_back(crowd: Crowd, chance: random.Random) -> None:
    if receipt := await crowd.one_of(chance, "SELECT id FROM goods_receipt"):
        line = PurchaseReturnLineInput(position=1, quantity=Decimal(1))
        settlement = chance.choice(list(ReturnSettlement))
        await crowd.tried(
            ReturnToSupplier(goods_receipt_id=receipt, lines=(line,), settlement=settlement, reason="Broken")
        )


async def cost_more(crowd: Crowd, chance: random.Random) -> None:
    if received := await entry(crowd, chance):
        money = Money(Decimal(chance.randrange(1, 5000)) / 100, "USD")
        await crowd.tried(AddLandedCost(stock_entries=(received,), basis=LandedCostBasis.EQUAL, amount=money))


async def make_worth(crowd: Crowd, chance: random.Random) -> None:
    worth = Decimal(chance.randrange(1, 999)) / 10
    await crowd.tried(RevalueStock(item_id=crowd.world[chance.choice(GOODS)], unit_cost=worth))


async def undo(crowd: Crowd, chance: random.Random) -> None:
    if move := await crowd.one_of(chance, "SELECT id FROM stock_move WHERE kind = 'ISSUE'"):
        await crowd.tried(ReverseStockMove(stock_move_id=move))


async def count(crowd: Crowd, chance: random.Random) -> None:
    stores, counted = crowd.world[f"STORES{AX}"], Decimal(chance.randrange(20, 90))
    await crowd.tried(CountStock(item_id=crowd.world[chance.choice(GOODS)], location_id=stores, counted=counted))


async def hold(crowd: Crowd, chance: random.Random) -> None:
    before, after = chance.sample([StockStatus.RELEASED, StockStatus.ON_HOLD], 2)
    line = StatusLineInput(
        item_id=crowd.world[chance.choice(GOODS)], location_id=crowd.world[f"STORES{AX}"], quantity=Decimal(1),
        status=before,
    )  # fmt: skip
    await crowd.tried(ChangeStockStatus(lines=(line,), to_status=after))


async def promise(crowd: Crowd, chance: random.Random) -> None:
    await crowd.tried(ReserveStock(item_id=crowd.world[chance.choice(GOODS)], quantity=Decimal(3)))
    if kept := await crowd.one_of(chance, "SELECT id FROM stock_reservation WHERE status = 'RESERVED'"):
        kind = chance.choice([ReleaseReservation, IssueReservation])
        await crowd.tried(kind(stock_reservation_id=kept))


async def charge(crowd: Crowd, chance: random.Random) -> None:
    currency = chance.choice(["USD", "USD", "EUR"])
    lines = tuple(
        replace(line, unit_price=Money(Decimal(chance.randrange(1, 9999)) / 100, currency))
        for line in crowd.invoice.lines
    )
    await crowd.tried(replace(crowd.invoice, currency=currency, lines=lines))


async def credit(crowd: Crowd, chance: random.Random) -> None:
    if blue := await crowd.one_of(chance, "SELECT id FROM customer_invoice WHERE kind = 'INVOICE'"):
        line = CreditLineInput(position=1, quantity=Decimal(1))
        await crowd.tried(CreditCustomerInvoice(customer_invoice_id=blue, reason="Returned", lines=(line,)))


async def pay(crowd: Crowd, chance: random.Random) -> None:
    rows = await crowd.world.rows(
        "SELECT id, open_transaction_amount AS left, transaction_currency AS currency FROM open_item "
        "WHERE open_transaction_amount > 0 ORDER BY id DESC LIMIT 20"
    )
    if rows:
        item = chance.choice(rows)
        part = max((item["left"] / chance.choice([1, 2, 3])).quantize(Decimal("0.01")), Decimal("0.01"))
        wish = PaymentMatchInput(open_item_id=item["id"], amount=Money(part, item["currency"]))
        more = chance.choice([Decimal(0), Decimal("5.50")])
        await crowd.tried(a_payment(crowd.world, str(part + more), wish, currency=item["currency"]))


async def match(crowd: Crowd, chance: random.Random) -> None:
    rows = await crowd.world.rows(
        "SELECT id, open_transaction_amount AS left FROM open_item WHERE transaction_currency = 'USD' "
        "AND open_transaction_amount <> 0 ORDER BY id DESC LIMIT 60"
    )
    owed, paid = ([row for row in rows if (row["left"] > 0) == is_owed] for is_owed in (True, False))
    if owed and paid:
        debit, against = chance.choice(owed), chance.choice(paid)
        part = Money(min(debit["left"], -against["left"]), "USD")
        both = tuple(MatchInput(open_item_id=one["id"], amount=part) for one in (debit, against))
        await crowd.tried(MatchOpenItems(party_id=crowd.world["HOSPITAL"], items=both))


async def part(crowd: Crowd, chance: random.Random) -> None:
    if made := await crowd.one_of(chance, "SELECT id FROM matching"):
        await crowd.tried(UnmatchOpenItems(matching_id=made))


async def note(crowd: Crowd, chance: random.Random) -> None:
    await crowd.tried(replace(crowd.journal, occurred_on=TODAY - timedelta(days=chance.choice([0, 0, 1, 20, 130]))))
    if made := await crowd.one_of(chance, "SELECT id FROM journal_entry WHERE number LIKE 'GENERAL%'"):
        await crowd.tried(ReverseJournal(journal_entry_id=made))


async def close(crowd: Crowd, chance: random.Random) -> None:
    """January closes for a moment, in one of the books."""
    book = chance.choice(["GENERAL", "STOCK", "RECEIVABLES"])
    sql = f"SELECT id FROM fiscal_period WHERE company_id = {AX} AND code = '2026-01' AND sub_ledger = '{book}'"
    period = await crowd.one_of(chance, sql)
    for state in (PeriodState.SOFT, PeriodState.OPEN):
        await crowd.tried(ChangePeriodState(fiscal_period_id=period, state=state))


async def value(crowd: Crowd, chance: random.Random) -> None:
    await crowd.tried(RevalueForeignCurrency(revalued_on=date(2026, chance.choice([5, 6]), 30)))


async def own(crowd: Crowd, chance: random.Random) -> None:
    await crowd.tried(crowd.asset)
    await crowd.tried(DepreciateAssets(ends_on=chance.choice([date(2026, 2, 28), date(2026, 3, 31)])))


STEPS: tuple[Step, ...] = (
    buy, buy, give_out, give_out, carry, send, make, send_back, cost_more, make_worth, undo, count, hold, promise,
    charge, charge, credit, pay, pay, match, part, note, close, value, own,
)  # fmt: skip


async def client(crowd: Crowd, chance: random.Random, goes_on: Callable[[int], bool]) -> None:
    taken = 0
    while goes_on(taken):
        await chance.choice(STEPS)(crowd, chance)
        taken += 1


async def together(crowd: Crowd, seed: int, goes_on: Callable[[int], bool]) -> str:
    """Everybody works until each has done what he may; what was done is told in one line."""
    clients = (client(crowd, random.Random(seed + number), goes_on) for number in range(CLIENTS))
    await asyncio.gather(*clients)
    [row] = await crowd.world.rows("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    assert await crowd.world.findings() == [], f"seed {seed}"
    assert await crowd.world.rows(_GAPS, AX) == [], f"seed {seed}"
    steps = ", ".join(f"{name} {crowd.done[name]}" for name in sorted(crowd.done))
    refused = sum(crowd.refused.values())
    return f"{sum(crowd.done.values())} done ({steps}), {refused} refused, {row['deadlocks']} deadlocks run again"


# Series of vouchers in which a number is missing.
_GAPS = """
SELECT substring(number FROM '^.*-') AS series, count(*) AS n, max(substring(number FROM '[0-9]+$')::int) AS last
FROM journal_entry WHERE company_id = $1 GROUP BY 1 HAVING count(*) <> max(substring(number FROM '[0-9]+$')::int)
"""


async def test_a_crowd_that_does_everything_at_once_keeps_the_books(crowd: Crowd) -> None:
    await together(crowd, 20260520, lambda taken: taken < 6)


@pytest.mark.soak
async def test_a_crowd_for_long(crowd: Crowd, record_property: Callable[[str, object], None]) -> None:
    end = time.monotonic() + SECONDS
    figure = await together(crowd, random.SystemRandom().randrange(2**32), lambda _: time.monotonic() < end)
    record_property("figure", figure)
    print(figure)
