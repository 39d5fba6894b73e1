"""Tracking: what carriers tell of shipments is recorded as they tell it, as often as they tell it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import SmallInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, part
from domain.core.errors import DomainError, Rejected
from domain.core.work import Work
from domain.finance.rules.journals import line_count
from domain.logistics import reads
from domain.logistics.models import Shipment
from domain.logistics.reads import HeldShipments
from domain.logistics.rules import TRACK, after_leaving
from domain.logistics.tracking import TrackingEvent, TrackingKind

_event = TrackingEvent.table
_TOLD = select(_event.c.shipment_id, _event.c.occurred_at, _event.c.kind).where(
    _event.c.company_id == bindparam("company_id", type_=SmallInteger()),
    _event.c.shipment_id == func.any(bindparam("ids", type_=ARRAY(Uuid()))),
)


@part
class TrackingEventInput:
    """What happened to a shipment at one instant."""

    kind: TrackingKind = argument(doc="What happened.", zh="轨迹类型")
    occurred_at: datetime = argument(doc="When it happened.", zh="发生时间")
    place: str | None = argument(doc="Where it happened.", zh="地点", default=None)
    note: str | None = argument(doc="What else the carrier says.", zh="说明", default=None)


@command(action=Action.CREATE, record=Shipment, zh="登记物流轨迹")
class RecordTracking:
    """Record what a carrier tells of a shipment that has left; what it told before may be told again.

    An event is known by its instant and kind: a carrier that sends its whole list each time adds what is new of it.
    """

    shipment_id: UUID = argument(doc="The shipment.", zh="发货单", reference="shipment")
    events: tuple[TrackingEventInput, ...] = argument(doc="What happened, 1 to 1,000 events.", zh="轨迹")


async def record_tracking(work: Work, commands: Sequence[RecordTracking]) -> Results[Shipment]:
    """The shipments with what is new of their tracking; a refusal stands in its own place.

    Raises per row: NotFound, WrongState, Rejected. Emits: ShipmentTracked for those of which something is new.
    """
    held = await reads.hold_shipments(work, {one.shipment_id: None for one in commands})
    told = {(row["shipment_id"], row["occurred_at"], row["kind"]) for row in await work.fetch(_TOLD, ids=[*held.rows])}
    outcomes: list[UUID | DomainError] = []
    rows: dict[tuple[UUID, datetime, str], dict[str, Any]] = {}
    for one in commands:
        try:
            made = _events(one, held, work.now)
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        rows |= {(row["shipment_id"], row["occurred_at"], row["kind"]): row for row in made}
        outcomes.append(one.shipment_id)
    new = [row for key, row in rows.items() if key not in told]
    if new:
        await work.insert(TrackingEvent, new)
        work.emit("ShipmentTracked", Shipment, list(dict.fromkeys(row["shipment_id"] for row in new)))
    return Results(outcomes)


def _events(one: RecordTracking, held: HeldShipments, now: datetime) -> list[dict[str, Any]]:
    """The rows of the events. Raises: NotFound, WrongState, Rejected."""
    row = held.live(one.shipment_id)
    after_leaving(row["number"], held.status[row["id"]], TRACK)
    line_count(len(one.events))
    for place, event in enumerate(one.events):
        if event.occurred_at > now:
            reason, reason_zh = "it lies ahead", "晚于当前时间"
            raise Rejected(
                ("events", place, "occurredAt"), what="occurredAt", value=event.occurred_at.isoformat(), reason=reason,
                reason_zh=reason_zh,
            )  # fmt: skip
    return [
        {
            "shipment_id": row["id"], "kind": event.kind.value, "occurred_at": event.occurred_at, "place": event.place,
            "note": event.note,
        }
        for event in one.events
    ]  # fmt: skip
