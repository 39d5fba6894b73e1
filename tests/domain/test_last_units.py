"""Sixty-four at once on the last units: sold, picked, carried, counted, issued, let go; a month closes meanwhile.

Each takes one step and none waits for another by arrangement. What is there is never promised or given twice, a refusal
is one of the business, and after the month is closed nothing more is dated in it.
"""

import asyncio
import random
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.finance.commands import ChangePeriodState
from domain.finance.models import PeriodState
from domain.inventory.commands import (
    CountStock,
    IssueReservation,
    ReleaseReservation,
    ReserveStock,
    ReverseStockMove,
)
from domain.inventory.models import ValuationArea, ValuationMethod
from domain.logistics.commands import PickSalesOrder, ShipShipment
from domain.master_data.items import LotPolicy
from domain.sales.commands import AllocateSalesOrder, CancelSalesOrder
from tests.domain.books import AX, World
from tests.domain.inventory.goods import done, issue, place, received, transfer, valued
from tests.domain.logistics.outbound import hospital, item, order, picked

CLIENTS = 64
THERE = 40
APRIL = date(2026, 4, 20)
REFUSALS = {
    "INSUFFICIENT_STOCK", "INVALID_VALUE", "NOT_FOUND", "WRONG_STATE", "PERIOD_CLOSED", "ALREADY_REVERSED",
    "NOTHING_OPEN", "NOT_ALLOCATED", "PICKED_ALREADY", "STALE_VERSION",
}  # fmt: skip


@dataclass
class Rush:
    """What they all want, and what came of it."""

    world: World
    far: UUID
    orders: list[UUID]
    shipments: list[UUID]
    promises: list[UUID]
    moves: list[UUID]
    done: dict[str, int] = field(default_factory=dict)

    async def tried(self, *commands: Any) -> None:
        """Perform one command; what is refused is refused by the business."""
        performed = await self.world.act(self.world.chief, AX, *commands)
        name = f"{type(commands[0]).__name__}{'' if performed.committed else ' refused'}"
        self.done[name] = self.done.get(name, 0) + 1
        assert {one.code for one in performed.refusals} <= REFUSALS, (name, performed.refusals[0].message())


@pytest.fixture(params=(ValuationArea.COMPANY, ValuationArea.LOCATION))
async def rush(world: World, request: pytest.FixtureRequest) -> Rush:
    """Forty pumps in two halls, more orders than those, some of them picked, some promised by hand."""
    await hospital(world)
    await item(world, "PUMP", LotPolicy.NONE)
    await valued(world, "PUMP", ValuationMethod.FIFO, request.param)
    far = await place(world, "FAR")
    await received(world, ("PUMP", str(THERE), "10"), on=date(2026, 4, 2))
    [gone] = await done(world, issue(world, "PUMP", "2", on=APRIL))
    await done(world, transfer(world, "PUMP", "8", far, on=APRIL))
    orders = [(await done(world, order(world, ("PUMP", "3", "25"))))[0] for _ in range(10)]
    await done(world, *(AllocateSalesOrder(sales_order_id=id_) for id_ in orders[:4]))
    shipments = [await picked(world, id_) for id_ in orders[:2]]
    promises = [
        (await done(world, ReserveStock(item_id=world["PUMP"], quantity=Decimal(2))))[0] for _ in range(3)
    ]  # fmt: skip
    return Rush(world, far, orders, shipments, promises, [gone])


def wish(rush: Rush, chance: random.Random) -> Any:
    """What one client wants."""
    world, stores, pump = rush.world, rush.world[f"STORES{AX}"], rush.world["PUMP"]
    here, there = chance.sample((stores, rush.far), 2)
    one = chance.choice(rush.orders)
    return chance.choice(
        (
            AllocateSalesOrder(sales_order_id=one), AllocateSalesOrder(sales_order_id=one),
            CancelSalesOrder(sales_order_id=one), PickSalesOrder(sales_order_id=one),
            ShipShipment(shipment_id=chance.choice(rush.shipments)),
            transfer(world, "PUMP", str(chance.randint(1, 6)), there, location=here),
            issue(world, "PUMP", str(chance.randint(1, 6)), location=here, on=chance.choice((None, APRIL))),
            CountStock(item_id=pump, location_id=here, counted=Decimal(chance.randint(0, THERE))),
            ReserveStock(item_id=pump, quantity=Decimal(chance.randint(1, 6))),
            ReleaseReservation(stock_reservation_id=chance.choice(rush.promises)),
            IssueReservation(stock_reservation_id=chance.choice(rush.promises)),
            ReverseStockMove(stock_move_id=rush.moves[0], reversed_on=APRIL),
        )
    )  # fmt: skip


async def close_april(rush: Rush) -> int:
    """How many vouchers and moves there are up to April once it is closed."""
    await asyncio.sleep(0.05)
    sql = "SELECT id FROM fiscal_period WHERE company_id = $1 AND sub_ledger = 'STOCK' AND code <= '2026-04' ORDER BY 1"
    for row in await rush.world.rows(sql, AX):
        await rush.tried(ChangePeriodState(fiscal_period_id=row["id"], state=PeriodState.HARD))
    return await dated_in_april(rush.world)


async def dated_in_april(world: World) -> int:
    """How many moves and vouchers of stock count up to its end."""
    sql = (
        "SELECT (SELECT count(*) FROM stock_move WHERE company_id = $1 AND occurred_on <= $2) + "
        "(SELECT count(*) FROM journal_entry WHERE company_id = $1 AND occurred_on <= $2 AND kind = 'STOCK') AS count"
    )
    [row] = await world.rows(sql, AX, date(2026, 4, 30))
    return row["count"]


async def test_sixty_four_on_the_last_units_never_give_them_twice(rush: Rush):
    chance = random.Random(20260420)
    clients = [rush.tried(wish(rush, chance)) for _ in range(CLIENTS)]
    closed, *_ = await asyncio.gather(close_april(rush), *clients)
    assert await dated_in_april(rush.world) == closed, "nothing was dated in April once it was closed"
    rows = await rush.world.rows("SELECT quantity, reserved_quantity FROM stock_balance")
    assert all(row["quantity"] >= row["reserved_quantity"] >= 0 for row in rows)
    assert await rush.world.findings() == [], rush.done
    assert sum(rush.done.values()) >= CLIENTS
    assert sum(count for name, count in rush.done.items() if "refused" not in name) > CLIENTS / 8
