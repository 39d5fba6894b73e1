"""What happens to a shipment on its way: its carrier tells of it, and some of it may never arrive."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.inventory.models import ValuationMethod
from domain.logistics.commands import (
    CreditReturn,
    MissingLineInput,
    RecordTracking,
    ReportMissing,
    TrackingEventInput,
)
from domain.logistics.tracking import TrackingKind
from domain.master_data.items import LotPolicy
from tests.domain.books import AX, NOW, World
from tests.domain.inventory.goods import accounts, done, valued
from tests.domain.logistics.outbound import (
    allocated,
    hospital,
    item,
    order,
    picked,
    quantities,
    shipped,
    status,
    stocked,
)
from tests.domain.logistics.test_direct_supplies import approved, sent
from tests.domain.logistics.test_invoices_and_returns import invoice

EVENTS = "SELECT kind, occurred_at, place FROM tracking_event ORDER BY occurred_at"


@pytest.fixture
async def clinic(world: World) -> World:
    """The group, with a hospital that buys, and ten stents that cost 10 each."""
    await hospital(world)
    await item(world, "STENT-A", LotPolicy.LOT)
    await valued(world, "STENT-A", ValuationMethod.FIFO)
    await stocked(world, ("L1", "STENT-A", "10", date(2029, 12, 31)))
    return world


def told(shipment: UUID, *events: tuple[TrackingKind, int, str]) -> RecordTracking:
    """(what, hour of the tests' day, where) told of a shipment."""
    return RecordTracking(
        shipment_id=shipment,
        events=tuple(
            TrackingEventInput(kind=kind, occurred_at=NOW.replace(hour=hour, minute=0, second=0), place=place)
            for kind, hour, place in events
        ),
    )


def missing(shipment: UUID, quantity: str, **more: Any) -> ReportMissing:
    line = {name: more.pop(name) for name in ("is_replaced", "position") if name in more}
    lines = (MissingLineInput(position=line.pop("position", 1), quantity=Decimal(quantity), **line),)
    return ReportMissing(shipment_id=shipment, lines=lines, reason=more.pop("reason", "1 box short"), **more)


async def test_a_carrier_that_tells_everything_again_adds_what_is_new(clinic: World) -> None:
    shipment = await shipped(clinic, await allocated(clinic, ("STENT-A", "10", "30")))
    first, second = (TrackingKind.COLLECTED, 1, "Berlin"), (TrackingKind.IN_TRANSIT, 2, "Leipzig")
    await done(clinic, told(shipment, first))
    await done(clinic, told(shipment, first, second, second))
    await done(clinic, told(shipment, second))
    rows = await clinic.rows(EVENTS)
    assert [(row["kind"], row["place"]) for row in rows] == [("COLLECTED", "Berlin"), ("IN_TRANSIT", "Leipzig")]
    told_of = await clinic.rows("SELECT count(*) AS n FROM outbox_event WHERE event = 'ShipmentTracked'")
    assert told_of[0]["n"] == 2


async def test_what_has_not_left_is_not_tracked_and_nothing_happens_ahead_of_time(clinic: World) -> None:
    order_id = await allocated(clinic, ("STENT-A", "10", "30"))
    waiting = await picked(clinic, order_id, (1, "4"))
    gone = await shipped(clinic, order_id)
    ahead = TrackingEventInput(kind=TrackingKind.IN_TRANSIT, occurred_at=datetime(2999, 1, 1, tzinfo=UTC))
    for command, code in (
        (told(waiting, (TrackingKind.COLLECTED, 1, "Berlin")), "WRONG_STATE"),
        (RecordTracking(shipment_id=gone, events=(ahead,)), "INVALID_VALUE"),
        (RecordTracking(shipment_id=gone, events=()), "INVALID_VALUE"),
        (told(UUID(int=1), (TrackingKind.COLLECTED, 1, "Berlin")), "NOT_FOUND"),
    ):
        assert (await clinic.refusal(clinic.chief, AX, command)).code == code
    assert await clinic.rows(EVENTS) == []


async def test_what_never_arrived_is_not_charged_and_its_cost_is_a_loss(clinic: World) -> None:
    order_id = await allocated(clinic, ("STENT-A", "10", "30"))
    shipment = await shipped(clinic, order_id)
    [return_] = await done(clinic, missing(shipment, "3"))
    await done(clinic, invoice(shipment))
    assert await quantities(clinic, order_id) == ["10 0 0 10 3 7 0 0"]
    assert await status(clinic, order_id) == "COMPLETE"
    assert await accounts(clinic) == {
        "COST_OF_SALES": Decimal(70), "GR_IR": Decimal(-100), "RECEIVABLE": Decimal(210), "REVENUE": Decimal(-210),
        "SCRAP": Decimal(30),
    }  # fmt: skip
    [row] = await clinic.rows(
        "SELECT r.kind, r.reason, l.scrapped_quantity, l.undecided_quantity, l.to_credit_quantity FROM goods_return r "
        "JOIN goods_return_line l ON l.goods_return_id = r.id WHERE r.id = $1", return_,
    )  # fmt: skip
    assert tuple(row.values()) == ("MISSING", "1 box short", 3, 0, 0)
    balances = await clinic.rows("SELECT quantity FROM stock_balance WHERE quantity <> 0")
    assert balances == []
    assert await clinic.findings() == []


async def test_what_never_arrived_after_it_was_charged_is_credited_or_shipped_again(clinic: World) -> None:
    order_id = await allocated(clinic, ("STENT-A", "8", "30"))
    shipment = await shipped(clinic, order_id)
    await done(clinic, invoice(shipment))
    [credited] = await done(clinic, missing(shipment, "2"))
    await done(clinic, CreditReturn(goods_return_id=credited))
    await done(clinic, missing(shipment, "1", is_replaced=True))
    # One is owed to the hospital again; two were credited of eight.
    assert await quantities(clinic, order_id) == ["8 0 0 8 3 6 0 1"]
    found = await accounts(clinic)
    assert (found["REVENUE"], found["SCRAP"], found["COST_OF_SALES"]) == (Decimal(-180), Decimal(30), Decimal(50))
    assert await clinic.findings() == []


async def test_what_a_supplier_shipped_straight_and_did_not_deliver_is_owed_to_it_no_more(clinic: World) -> None:
    [order_id] = await done(clinic, order(clinic, ("GEAR", "10", "150")))
    before = await accounts(clinic)
    [gone] = await done(clinic, sent(await approved(clinic, order_id, (1, "10", "95")), "10"))
    [return_] = await done(clinic, missing(gone, "2", reason="8 on the note"))
    after = await accounts(clinic)
    assert after["GR_IR"] - before["GR_IR"] == Decimal(-760)
    assert (after["COST_OF_SALES"], "SCRAP" in after, after["STOCK"]) == (Decimal(760), False, before["STOCK"])
    await done(clinic, invoice(gone))
    assert (await accounts(clinic))["REVENUE"] == Decimal(-1200)
    [row] = await clinic.rows("SELECT kind FROM goods_return WHERE id = $1", return_)
    assert row["kind"] == "MISSING"
    assert await clinic.findings() == []


async def test_no_more_is_missing_than_left_and_nothing_is_written_where_it_is_refused(clinic: World) -> None:
    order_id = await allocated(clinic, ("STENT-A", "10", "30"))
    waiting = await picked(clinic, order_id, (1, "4"))
    gone = await shipped(clinic, order_id)
    for command, code in (
        (missing(gone, "7"), "RETURN_EXCEEDS_SHIPMENT"),
        (missing(gone, "1", reason=" "), "INVALID_VALUE"),
        (missing(gone, "1", reported_on=date(2020, 1, 1)), "INVALID_VALUE"),
        (missing(waiting, "1"), "WRONG_STATE"),
        (missing(UUID(int=1), "1"), "NOT_FOUND"),
    ):
        assert (await clinic.refusal(clinic.chief, AX, command)).code == code
    assert await clinic.rows("SELECT id FROM goods_return") == []
