"""What loggers read on the way: within the limits of the goods, or an excursion that puts their lots on hold."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from domain.core.records import GROUP
from domain.core.work import Work
from domain.inventory.commands import ChangeLotStatus
from domain.inventory.models import LotStatus
from domain.logistics.cold_chain import StorageCondition
from domain.logistics.commands import ReadingInput, RecordReadings
from domain.logistics.rules import Limits
from domain.master_data.items import StorageClass
from tests.domain.books import AX, NOW, World
from tests.domain.inventory.goods import done, received
from tests.domain.logistics.outbound import allocated, hospital, picked, shipped, stocked

LATER = date(2027, 12, 31)
SEEN = NOW - timedelta(hours=1)


def test_both_limits_are_within() -> None:
    limits = Limits(Decimal(2), Decimal(8))
    within = {text: limits.hold(Decimal(text)) for text in ("1.999999", "2", "5", "8", "8.000001", "-5")}
    assert within == {"1.999999": False, "2": True, "5": True, "8": True, "8.000001": False, "-5": False}


@pytest.fixture
async def cold(world: World) -> World:
    """A hospital that buys, and 2 to 8 °C for goods of the class AMBIENT, which those of these tests are."""
    await hospital(world)

    async def act(work: Work) -> None:
        limits = {"temperature_min": Decimal(2), "temperature_max": Decimal(8), "source": "label"}
        await work.insert(StorageCondition, [limits | {"storage_class": StorageClass.AMBIENT}])

    await world.works(GROUP, act)
    return world


def read(shipment: UUID, *temperatures: str, at: datetime = SEEN) -> RecordReadings:
    return RecordReadings(
        shipment_id=shipment,
        readings=tuple(
            ReadingInput(logger="T-1", read_at=at + timedelta(minutes=place), temperature=Decimal(one))
            for place, one in enumerate(temperatures)
        ),
    )


async def test_an_excursion_puts_the_lots_of_the_shipment_on_hold_until_quality_decides(cold: World) -> None:
    await stocked(cold, ("L1", "STENT", "10", LATER), ("L2", "STENT", "10", LATER))
    await received(cold, ("GEAR", "3", "100"))
    id_ = await allocated(cold, ("STENT", "8", "30"), ("GEAR", "1", "5"))
    shipment = await shipped(cold, id_, (1, "5"), (2, "1"))
    await done(cold, read(shipment, "2", "7.9", "8"))
    states = "SELECT number, status FROM lot ORDER BY number"
    assert [tuple(row.values()) for row in await cold.rows(states)] == [("L1", "RELEASED"), ("L2", "RELEASED")]
    await done(cold, read(shipment, "6", "8.5", at=SEEN + timedelta(minutes=10)))
    assert [tuple(row.values()) for row in await cold.rows(states)] == [("L1", "ON_HOLD"), ("L2", "RELEASED")]
    rows = await cold.rows("SELECT temperature, is_excursion FROM cold_chain_reading ORDER BY read_at")
    assert [(str(row["temperature"].normalize()), row["is_excursion"]) for row in rows] == [
        ("2", False), ("7.9", False), ("8", False), ("6", False), ("8.5", True),
    ]  # fmt: skip
    events = await cold.rows("SELECT event FROM outbox_event WHERE event IN ('ExcursionFound', 'LotStatusChanged')")
    assert sorted(row["event"] for row in events) == ["ExcursionFound", "LotStatusChanged"]
    # What is left of the lot in stock is not picked before quality lets it.
    release = ChangeLotStatus(lot_id=cold["L1"], to_status=LotStatus.RELEASED)
    await done(cold, release)
    assert (await cold.refusal(cold.chief, AX, release)).code == "INVALID_VALUE"
    await picked(cold, id_)
    assert await cold.findings() == []


async def test_readings_that_cannot_be_are_refused_and_write_nothing(cold: World) -> None:
    await received(cold, ("GEAR", "3", "100"))
    id_ = await allocated(cold, ("GEAR", "3", "5"))
    early = await picked(cold, id_, (1, "1"))
    shipment = await shipped(cold, id_, (1, "2"))
    await done(cold, read(shipment, "5"))
    cases = [
        (read(early, "5"), "WRONG_STATE"), (read(shipment), "INVALID_VALUE"), (read(shipment, "5"), "ALREADY_EXISTS"),
        (read(shipment, "5", at=datetime(2026, 5, 20, 9, 1, tzinfo=UTC)), "INVALID_VALUE"),
        (read(shipment, "5.1234567", at=NOW), "INVALID_VALUE"), (read(cold["GEAR"], "5"), "NOT_FOUND"),
    ]  # fmt: skip
    for command, code in cases:
        assert (await cold.refusal(cold.chief, AX, command)).code == code
