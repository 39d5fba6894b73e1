"""Any sequence of receipts, invoices, credit notes, returns, write-offs and issues keeps the books agreeing.

One order in each of two currencies over goods of four valuations and one cost, with a rate that changes daily. Whatever
is tried, what is refused leaves nothing behind; what stands adds up, and at the end `verify` finds nothing.
"""

import os
import random
import time
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.core.actors import Actor
from domain.core.money import Money
from domain.core.records import GROUP
from domain.finance.models import CostCentre
from domain.inventory.models import ValuationMethod
from domain.master_data.currencies import CurrencyRate
from domain.procurement.commands import (
    ApprovePurchaseOrder,
    CancelPurchaseOrderRest,
    CreateSupplierInvoice,
    CreditSupplierInvoice,
    PostSupplierInvoice,
    PurchaseReturnLineInput,
    ReleaseSupplierInvoice,
    ReturnToSupplier,
    ReverseClearingWriteOff,
    SupplierCreditLineInput,
    SupplierInvoiceLineInput,
    WriteOffClearing,
)
from domain.procurement.invoices import MatchTolerance
from domain.procurement.returns import ReturnSettlement
from tests.domain.books import AX, World
from tests.domain.finance.money import account
from tests.domain.inventory.goods import issue, valued
from tests.domain.procurement.billing import CLERK, done
from tests.domain.procurement.test_invoices import RECEIVER

FIRST = date(2026, 5, 1)
# Days with a rate.
RATES = 31
STEPS = 24
# A share of the soak's time: other long tests want theirs.
SECONDS = float(os.environ.get("SKEIN_SOAK_SECONDS", "60")) / 4
GOODS = {"BOLT": None, "GEAR": ValuationMethod.FIFO, "STENT": ValuationMethod.LOT}
# What an invoice's price is off by.
OFF = (Decimal(0), Decimal(0), Decimal("0.07"), Decimal("-0.1"), Decimal("1.2345"))
REFUSALS = {
    "OVER_RECEIPT", "WRONG_STATE", "INSUFFICIENT_STOCK", "INVALID_VALUE", "CREDIT_EXCEEDS_INVOICE", "NOT_BLOCKED",
    "HELD_FOR_GOODS", "NOTHING_OPEN", "NOT_WRITTEN_OFF", "WRITE_OFF_LIMIT_EXCEEDED",
}  # fmt: skip


@dataclass
class Trade:
    """What was made so far, and the day it is."""

    world: World
    chance: random.Random
    day: date = FIRST
    orders: list[tuple[UUID, str]] = field(default_factory=list)
    receipts: list[UUID] = field(default_factory=list)
    invoices: list[UUID] = field(default_factory=list)
    write_offs: list[UUID] = field(default_factory=list)
    numbers: int = 0

    def some(self, most: int = 12) -> Decimal:
        """A quantity, now and then a broken one."""
        return Decimal(self.chance.randint(1, most * 4)) / self.chance.choice((4, 4, 8, 1000))

    async def tried(self, command: Any, by: Actor) -> UUID | None:
        """What a command made; None where it was refused, and then nothing was written."""
        before = await self.world.state()
        performed = await self.world.act(by, AX, command)
        if performed.committed:
            return performed.ids[0]
        assert {one.code for one in performed.refusals} <= REFUSALS, (command, performed.refusals)
        assert await self.world.state() == before
        return None


async def begun(world: World, seed: int) -> Trade:
    """Two orders of three lines, and a rate of the euro for each of the days."""
    trade = Trade(world, random.Random(seed))
    rates = [
        {"base_currency": "EUR", "quote_currency": "USD", "valid_on": FIRST + timedelta(days=number), "source": "ECB",
         "spot_rate": Decimal(trade.chance.randint(9_000, 13_000)) / 10_000}
        for number in range(RATES)
    ]  # fmt: skip
    await world.works(GROUP, lambda work: work.insert(CurrencyRate, rates))
    for item, method in GOODS.items():
        if method is not None:
            await valued(world, item, method)
    limit = {"write_off_amount": Decimal(300)}
    await world.works(AX, lambda work: work.insert(MatchTolerance, [limit]))
    centre = {"code": "CUT", "name": "Cut"}
    [world.ids["CUT"]] = await world.works(AX, lambda work: work.insert(CostCentre, [centre]))
    await ordered(trade)
    return trade


async def ordered(trade: Trade) -> None:
    """An order in each currency: three lines of goods, and one that is a cost of a cost centre."""
    world, office = trade.world, await account(trade.world, "660202")
    for currency in ("USD", "EUR"):
        lines = [
            (item, "30", str(Decimal(trade.chance.randint(100, 9_999)) / 300)[:8]) for item in (*GOODS, "BOLT")
        ]  # fmt: skip
        command = world.order(AX, *lines, currency=currency)
        cost = replace(command.lines[-1], account_id=office, cost_centre_id=world["CUT"])
        order = await done(world, replace(command, lines=(*command.lines[:-1], cost)), by=world.buyer)
        await done(world, ApprovePurchaseOrder(purchase_order_id=order), by=world.chief)
        trade.orders.append((order, currency))


async def receive(trade: Trade) -> None:
    order, _ = trade.chance.choice(trade.orders)
    lines: list[tuple[int, str, str]] = []
    for place in trade.chance.sample((1, 2, 3, 4), 2):
        arrived = trade.some()
        lines.append((place, str(arrived), str(arrived / 4 if trade.chance.random() < 0.4 else 0)))
    if await trade.tried(trade.world.receipt(order, *lines, received_on=trade.day), RECEIVER):
        [row] = await trade.world.rows("SELECT id FROM goods_receipt ORDER BY id DESC LIMIT 1")
        trade.receipts.append(row["id"])


async def charge(trade: Trade) -> None:
    order, currency = trade.chance.choice(trade.orders)
    prices = await trade.world.rows(
        "SELECT position, unit_price FROM purchase_order_line WHERE purchase_order_id = $1", order
    )
    trade.numbers += 1
    lines = tuple(
        SupplierInvoiceLineInput(
            purchase_order_id=order, order_position=row["position"], quantity=trade.some(),
            unit_price=Money(row["unit_price"] + trade.chance.choice(OFF), currency),
        )
        for row in trade.chance.sample(prices, 2)
    )  # fmt: skip
    draft = await trade.tried(
        CreateSupplierInvoice(
            supplier_id=trade.world["ACME"], supplier_number=f"A-{trade.numbers}", currency=currency,
            invoiced_on=trade.day, lines=lines,
        ),
        CLERK,
    )  # fmt: skip
    if draft is not None and await trade.tried(
        PostSupplierInvoice(supplier_invoice_id=draft, posted_on=trade.day), CLERK
    ):
        trade.invoices.append(draft)


async def take_back(trade: Trade) -> None:
    if not trade.invoices:
        return
    trade.numbers += 1
    [row] = await trade.world.rows(
        "SELECT currency FROM supplier_invoice WHERE id = $1", invoice := trade.chance.choice(trade.invoices)
    )
    place = trade.chance.randint(1, 2)
    line = SupplierCreditLineInput(position=place, quantity=trade.some(4))
    if trade.chance.random() < 0.3:
        amount = Money(Decimal(trade.chance.randint(1, 300)) / 100, row["currency"])
        line = SupplierCreditLineInput(position=place, amount=amount)
    command = CreditSupplierInvoice(
        supplier_invoice_id=invoice, supplier_number=f"C-{trade.numbers}", reason="as agreed", credited_on=trade.day,
        lines=(line,) if trade.chance.random() < 0.8 else (),
    )  # fmt: skip
    await trade.tried(command, CLERK)


async def send_back(trade: Trade) -> None:
    if trade.receipts:
        line = PurchaseReturnLineInput(
            position=trade.chance.randint(1, 2), quantity=trade.some(4), is_rejected=trade.chance.random() < 0.4
        )
        settlement = trade.chance.choice(list(ReturnSettlement))
        command = ReturnToSupplier(
            goods_receipt_id=trade.chance.choice(trade.receipts), lines=(line,), settlement=settlement,
            reason="scratched", returned_on=trade.day,
        )  # fmt: skip
        await trade.tried(command, RECEIVER)


async def cancel(trade: Trade) -> None:
    order, _ = trade.chance.choice(trade.orders)
    if trade.chance.random() < 0.4:
        command = CancelPurchaseOrderRest(
            purchase_order_id=order, positions=(trade.chance.randint(1, 4),), reason="enough"
        )
        await trade.tried(command, trade.world.buyer)


async def use(trade: Trade) -> None:
    item = trade.chance.choice(("BOLT", "GEAR"))
    await trade.tried(issue(trade.world, item, str(trade.some(3)), on=trade.day), trade.world.chief)


async def release(trade: Trade) -> None:
    if trade.invoices:
        command = ReleaseSupplierInvoice(supplier_invoice_id=trade.chance.choice(trade.invoices), reason="agreed")
        await trade.tried(command, trade.world.chief)


async def write_off(trade: Trade) -> None:
    """What one order line holds, or all that is small, is closed; the day is the last on which anything happened."""
    order, _ = trade.chance.choice(trade.orders)
    lines = await trade.world.rows("SELECT id FROM purchase_order_line WHERE purchase_order_id = $1", order)
    command = WriteOffClearing(
        account_id=await account(trade.world, "6711"), reason="nothing will come", written_off_on=trade.day,
        order_lines=(trade.chance.choice(lines)["id"],),
    )  # fmt: skip
    if trade.chance.random() < 0.3:
        command = replace(command, order_lines=None, age_days_min=1, amount_max=Money(Decimal(40), "USD"))
    if made := await trade.tried(command, trade.world.chief):
        trade.write_offs.append(made)


async def open_again(trade: Trade) -> None:
    if trade.write_offs:
        command = ReverseClearingWriteOff(
            clearing_write_off_id=trade.chance.choice(trade.write_offs), reason="it came", reversed_on=trade.day
        )
        await trade.tried(command, trade.world.chief)


ACTS = (
    receive, receive, receive, charge, charge, take_back, send_back, send_back, cancel, use, release, write_off,
    write_off, open_again,
)  # fmt: skip


async def traded(trade: Trade, seed: int) -> None:
    """A sequence of steps, a day now and then between them while there are rates; the books agree at its end."""
    for _ in range(STEPS):
        await trade.chance.choice(ACTS)(trade)
        trade.day = min(trade.day + timedelta(days=trade.chance.choice((0, 0, 1))), FIRST + timedelta(days=RATES - 1))
    assert await trade.world.findings() == [], f"seed {seed}"


@pytest.mark.parametrize("seed", (3, 100))
async def test_any_sequence_of_purchases_keeps_the_books_right(world: World, seed: int):
    await traded(await begun(world, seed), seed)


@pytest.mark.soak
async def test_any_sequence_of_purchases_keeps_the_books_right_for_long(world: World):
    until, seed = time.monotonic() + SECONDS, random.randrange(10**9)
    trade = await begun(world, seed)
    while time.monotonic() < until:
        await traded(trade, seed)
        await ordered(trade)
