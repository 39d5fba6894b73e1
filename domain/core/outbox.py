"""What happened, in the one order every watcher sees: committed events by their gapless position."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Integer, bindparam, func, select

from domain.core.database import Connection
from domain.core.models import OutboxEvent

# The channel on which the sequencer says that positions were given; the payload is the last of them and the names of
# the events, or the last of them alone where the names are many.
CHANNEL = "skein_outbox"
# A notification holds less than 8,000 bytes.
NAMES_BYTES_MAX = 7_000

# The channel on which a handler that did something is named, once its position is committed.
HANDLED = "skein_handled"

# Events of one read: enough to catch up quickly, few enough to keep memory flat.
EVENTS_PER_READ_MAX = 1_000

_event = OutboxEvent.table
_READ = (
    select(_event)
    .where(_event.c.position > bindparam("after_position", type_=BigInteger()))
    .order_by(_event.c.position)
    .limit(bindparam("count", type_=Integer()))
)
_BOUNDS = select(func.min(_event.c.position), func.max(_event.c.position))


@dataclass(frozen=True, slots=True)
class PublishedEvent:
    """A committed event with its place."""

    position: int
    company_id: int
    event: str
    record_type: str
    record_ids: Sequence[UUID]
    data: dict[str, Any]
    recorded_at: datetime


async def read_events(
    connection: Connection, after_position: int, limit: int = EVENTS_PER_READ_MAX
) -> list[PublishedEvent]:
    """The events after a position, in order, at most `limit`; 0 is before the first."""
    rows = await connection.fetch(_READ, after_position=after_position, count=min(limit, EVENTS_PER_READ_MAX))
    return [
        PublishedEvent(
            position=row["position"], company_id=row["company_id"], event=row["event"], record_type=row["record_type"],
            record_ids=row["record_ids"], data=row["data"], recorded_at=row["recorded_at"],
        )
        for row in rows
    ]  # fmt: skip


def is_told_of(payload: str, events: Container[str]) -> bool:
    """Whether a notification is about one of the events, or may be."""
    _, *names = payload.split(" ")
    return not names or any(name in events for name in names)


async def bounds(connection: Connection) -> tuple[int, int]:
    """The positions of the oldest event kept and of the newest; (1, 0) when there is none yet.

    A watcher whose position is below the oldest minus one has missed events and must begin anew.
    """
    row = await connection.fetchrow(_BOUNDS)
    return (1, 0) if row is None or row[0] is None else (row[0], row[1])
