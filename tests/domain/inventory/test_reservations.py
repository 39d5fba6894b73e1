import asyncio
from datetime import date
from decimal import Decimal
from typing import Any

from domain.core.errors import Overloaded, RecordBusy
from domain.core.perform import Performed
from domain.inventory.commands import (
    ChangeStockStatus,
    IssueReservation,
    ReleaseReservation,
    ReserveStock,
    StatusLineInput,
)
from domain.inventory.models import StockStatus, ValuationMethod
from tests.domain.books import AX, World
from tests.domain.inventory.goods import accounts, done, issue, lot, place, received, transfer, valued

CLIENTS = 64


def reserve(world: World, item: str, quantity: str, **more: Any) -> ReserveStock:
    return ReserveStock(item_id=world[item], quantity=Decimal(quantity), **more)


async def allocations(world: World, reservation: Any) -> list[tuple[str | None, Decimal]]:
    rows = await world.rows(
        "SELECT t.number, a.quantity FROM stock_allocation a "
        "LEFT JOIN lot t ON t.company_id = a.company_id AND t.id = a.lot_id "
        "WHERE a.stock_reservation_id = $1 ORDER BY a.position",
        reservation,
    )
    return [(row["number"], row["quantity"]) for row in rows]


async def available(world: World) -> Decimal:
    [row] = await world.rows("SELECT sum(available_quantity) AS available FROM stock_balance")
    return row["available"]


async def test_c2_first_expired_first_out_through_the_books(world: World):
    """L2 40 + L3 80; L1 does not last, L4 is in quarantine (case C2)."""
    lots = {"L1": (date(2027, 3, 31), "50"), "L2": (date(2027, 6, 30), "40"), "L3": (date(2027, 12, 31), "100"),
            "L4": (date(2027, 9, 30), "60")}  # fmt: skip
    for number, (expires_on, quantity) in lots.items():
        await received(world, ("STENT", quantity, "1"), lot_id=await lot(world, number, "STENT", expires_on))
    line = StatusLineInput(
        item_id=world["STENT"], location_id=world[f"STORES{AX}"], quantity=Decimal(60), status=StockStatus.RELEASED,
        lot_number="L4",
    )  # fmt: skip
    await done(world, ChangeStockStatus(lines=(line,), to_status=StockStatus.QUARANTINE))
    command = reserve(world, "STENT", "120", delivery_on=date(2026, 11, 22), remaining_days_min=180)
    [reservation] = await done(world, command)
    assert await allocations(world, reservation) == [("L2", Decimal(40)), ("L3", Decimal(80))]
    refused = await world.refusal(world.chief, AX, command)
    assert (refused.code, refused.values["available"]) == ("INSUFFICIENT_STOCK", Decimal(20))
    assert await world.findings() == []


async def test_goods_that_are_promised_go_to_nobody_else(world: World):
    await received(world, ("GEAR", "10", "100"))
    far = await place(world, "FAR")
    [reservation] = await done(world, reserve(world, "GEAR", "8"))
    hold = StatusLineInput(
        item_id=world["GEAR"], location_id=world[f"STORES{AX}"], quantity=Decimal(3), status=StockStatus.RELEASED
    )
    for command in (
        issue(world, "GEAR", "3"),
        transfer(world, "GEAR", "3", far),
        reserve(world, "GEAR", "3"),
        ChangeStockStatus(lines=(hold,), to_status=StockStatus.ON_HOLD),
    ):
        refused = await world.refusal(world.chief, AX, command)
        assert (refused.code, refused.values["available"]) == ("INSUFFICIENT_STOCK", Decimal(2))
    await done(world, issue(world, "GEAR", "2"))
    await done(world, ReleaseReservation(stock_reservation_id=reservation))
    assert await available(world) == Decimal(8)
    again = await world.refusal(world.chief, AX, ReleaseReservation(stock_reservation_id=reservation))
    assert again.code == "WRONG_STATE"
    assert await world.findings() == []


async def test_a_reservation_goes_out_in_parts_until_it_is_fulfilled(world: World):
    await valued(world, "GEAR", ValuationMethod.FIFO)
    await received(world, ("GEAR", "10", "100"))
    [reservation] = await done(world, reserve(world, "GEAR", "8", source_kind="SalesOrderLine", source_number="SO-1"))
    await done(world, IssueReservation(stock_reservation_id=reservation, quantity=Decimal(3)))
    too_much = IssueReservation(stock_reservation_id=reservation, quantity=Decimal(6))
    assert (await world.refusal(world.chief, AX, too_much)).code == "INVALID_VALUE"
    await done(world, IssueReservation(stock_reservation_id=reservation))
    [row] = await world.rows("SELECT status, fulfilled_quantity FROM stock_reservation")
    assert tuple(row.values()) == ("FULFILLED", Decimal(8))
    assert await available(world) == Decimal(2)
    assert (await accounts(world))["COST_OF_SALES"] == Decimal(800)
    again = await world.refusal(world.chief, AX, IssueReservation(stock_reservation_id=reservation))
    assert again.code == "WRONG_STATE"
    assert await world.findings() == []


async def test_less_than_asked_is_promised_only_to_those_who_take_it(world: World):
    await received(world, ("GEAR", "5", "100"))
    assert (await world.refusal(world.chief, AX, reserve(world, "GEAR", "7"))).code == "INSUFFICIENT_STOCK"
    [reservation] = await done(world, reserve(world, "GEAR", "7", is_partial=True))
    assert await allocations(world, reservation) == [(None, Decimal(5))]
    assert (
        await world.refusal(world.chief, AX, reserve(world, "GEAR", "1", is_partial=True))
    ).code == "INSUFFICIENT_STOCK"
    cases = [
        (reserve(world, "GEAR", "-1"), "INVALID_VALUE"),
        (reserve(world, "GEAR", "1", remaining_days_min=-1), "INVALID_VALUE"),
        (reserve(world, "GEAR", "1", lot_number="NONE"), "NOT_FOUND"),
        (reserve(world, "GEAR", "1", location_id=world["GEAR"]), "NOT_FOUND"),
    ]
    for command, code in cases:
        assert (await world.refusal(world.chief, AX, command)).code == code


async def test_64_clients_never_promise_or_sell_the_last_pieces_twice(world: World):
    """40 pieces over two lots: half of the clients reserve 1, half issue 1 at once; exactly 40 succeed."""
    for number in ("L1", "L2"):
        await received(world, ("STENT", "20", "10"), lot_id=await lot(world, number, "STENT", date(2027, 1, 1)))

    async def client(place: int) -> str:
        number = f"L{place % 2 + 1}"
        command = reserve(world, "STENT", "1") if place % 4 < 2 else issue(world, "STENT", "1", lot_number=number)
        while True:
            try:
                performed: Performed = await world.act(world.chief, AX, command)
            except (Overloaded, RecordBusy):
                await asyncio.sleep(0.1)
                continue
            if performed.committed:
                return "done"
            [refusal] = performed.refusals
            assert refusal.code == "INSUFFICIENT_STOCK"
            return refusal.code

    outcomes = await asyncio.gather(*(client(place) for place in range(CLIENTS)))
    [row] = await world.rows("SELECT sum(quantity) AS there, sum(reserved_quantity) AS promised FROM stock_balance")
    assert outcomes.count("done") == 40 - (row["there"] - row["promised"])
    assert row["there"] == row["promised"]
    assert await available(world) == Decimal(0)
    assert await world.findings() == []
