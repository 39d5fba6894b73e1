"""The last statement of a work: its events, the seal of its audit, what it made under its key, in one round trip."""

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ClauseElement, Integer, bindparam, insert
from sqlalchemy import SmallInteger as Small
from sqlalchemy.types import Uuid

from domain.core.audit import insert_statement
from domain.core.idempotency import COMPLETE, versions_of
from domain.core.models import AuditSeal, OutboxEvent
from domain.core.work import EVENT_COLUMNS, Work, event_arrays


async def close(work: Work, key_id: UUID | None, record_ids: Sequence[UUID]) -> None:
    """Write what ends the work, and works beside it; nothing may be written after.

    `record_ids` are what it made, kept under the key that it holds.
    """
    for other in work.beside_it.values():
        await other.finish()
    events, work.events = work.events, []
    given: dict[str, Any] = {}
    if events:
        given |= event_arrays(work, events)
    if work.entry_count:
        given |= {"seal_id": work.id, "entry_count": work.entry_count}
    if events or work.entry_count:
        given["company_id"] = work.company_id
    if key_id is not None:
        given |= {"of_company": work.company_id, "of_key": key_id, "made": list(record_ids)}
        given["made_versions"] = versions_of(work, record_ids)
    if given:
        await work.connection.fetch(_statement(bool(events), bool(work.entry_count), key_id is not None), **given)


@cache
def _statement(has_events: bool, has_seal: bool, has_key: bool) -> ClauseElement:
    """The parts that there are, the last of them carrying the others."""
    parts: list[Any] = []
    if has_events:
        parts.append(insert_statement(OutboxEvent, EVENT_COLUMNS, False))
    if has_seal:
        values = {
            "company_id": bindparam("company_id", type_=Small()), "id": bindparam("seal_id", type_=Uuid()),
            "entry_count": bindparam("entry_count", type_=Integer()),
        }  # fmt: skip
        parts.append(insert(AuditSeal.table).values(values))
    if has_key:
        parts.append(COMPLETE)
    *others, last = parts
    return last.add_cte(*(one.cte(f"part_{place}") for place, one in enumerate(others)))
