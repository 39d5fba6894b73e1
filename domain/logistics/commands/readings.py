"""Readings of the cold chain: recorded as the loggers tell them; an excursion puts the lots it harmed on hold."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, part
from domain.core.database import Row
from domain.core.errors import DomainError, Rejected
from domain.core.quantity import QUANTITY, in_scale
from domain.core.work import Work
from domain.finance.rules.journals import line_count
from domain.inventory import hold_lots
from domain.logistics import reads
from domain.logistics.cold_chain import ColdChainReading
from domain.logistics.models import Shipment
from domain.logistics.reads import HeldShipments
from domain.logistics.rules import READ, Limits, after_leaving


@part
class ReadingInput:
    """What one logger read at one instant."""

    logger: str = argument(doc="Serial number of the logger.", zh="记录仪编号")
    read_at: datetime = argument(doc="When it was read.", zh="读取时间")
    temperature: Decimal = argument(doc="What it read.", zh="温度", unit="°C", number="quantity")


@command(action=Action.CREATE, record=Shipment, zh="登记冷链读数")
class RecordReadings:
    """Record what loggers read on the way of a shipment; lots of goods that were outside their limits go on hold."""

    shipment_id: UUID = argument(doc="The shipment.", zh="发货单", reference="shipment")
    readings: tuple[ReadingInput, ...] = argument(doc="What they read, 1 to 1,000 readings.", zh="读数")


async def record_readings(work: Work, commands: Sequence[RecordReadings]) -> Results[Shipment]:
    """The shipments with their readings; a refusal stands in its own place.

    Raises per row: NotFound, WrongState, Rejected; a reading told twice is AlreadyExists. Emits: ReadingsRecorded, and
    ExcursionFound, LotStatusChanged where goods were outside the limits of their storage class.
    """
    held = await reads.hold_shipments(work, {one.shipment_id: None for one in commands})
    limits = await reads.limits_by_item(work, [line["item_id"] for own in held.lines.values() for line in own])
    outcomes: list[UUID | DomainError] = []
    rows: list[dict[str, object]] = []
    harmed: dict[UUID, set[UUID]] = {}
    for one in commands:
        try:
            made, lots = _readings(one, held, limits, work.now)
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        rows += made
        if any(row["is_excursion"] for row in made):
            harmed.setdefault(one.shipment_id, set()).update(lots)
        outcomes.append(one.shipment_id)
    if rows:
        await work.insert(ColdChainReading, rows)
        work.emit("ReadingsRecorded", Shipment, [one for one in outcomes if isinstance(one, UUID)])
    if harmed:
        await hold_lots(work, {id_ for lots in harmed.values() for id_ in lots})
        work.emit("ExcursionFound", Shipment, sorted(harmed))
    return Results(outcomes)


def _readings(
    one: RecordReadings, held: HeldShipments, limits: Mapping[UUID, Limits], now: datetime
) -> tuple[list[dict[str, object]], set[UUID]]:
    """The rows of the readings, and the lots of goods that were outside their limits. Raises: NotFound, WrongState,
    Rejected."""
    row = held.live(one.shipment_id)
    after_leaving(row["number"], held.status[row["id"]], READ)
    line_count(len(one.readings))
    rows: list[dict[str, object]] = []
    lots: set[UUID] = set()
    for place, reading in enumerate(one.readings):
        try:
            in_scale(reading.temperature, QUANTITY, "temperature", ("temperature",))
            if reading.read_at > now:
                reason, reason_zh = "it lies ahead", "晚于当前时间"
                value = reading.read_at.isoformat()
                raise Rejected(("readAt",), what="readAt", value=value, reason=reason, reason_zh=reason_zh)
        except DomainError as refusal:
            raise refusal.at("readings", place) from None
        outside = _outside(held.lines[row["id"]], reading.temperature, limits)
        lots |= {line["lot_id"] for line in outside if line["lot_id"] is not None}
        rows.append(
            {
                "shipment_id": row["id"], "logger": reading.logger, "read_at": reading.read_at,
                "temperature": reading.temperature, "is_excursion": bool(outside),
            }
        )  # fmt: skip
    return rows, lots


def _outside(lines: Sequence[Row], temperature: Decimal, limits: Mapping[UUID, Limits]) -> list[Row]:
    """The lines whose goods do not bear a temperature."""
    return [line for line in lines if line["item_id"] in limits and not limits[line["item_id"]].hold(temperature)]
