"""The first statement of a work: what has to be known before a command runs, in one round trip.

The version of the policy that holds; the idempotency key, claimed for this work or with what it made before; and the
commands by which this actor has changed the records that the commands name, where a duty forbids one person both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
from sqlalchemy import (
    BigInteger,
    ClauseElement,
    LargeBinary,
    SmallInteger,
    Text,
    and_,
    bindparam,
    cast,
    func,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.accounts import DutyConflict, PolicyVersion
from domain.core.errors import IdempotencyInProgress
from domain.core.idempotency import CLAIMED, IS_SAME_KEY, Stored, made_before
from domain.core.ids import new_id
from domain.core.models import AuditEntry, IdempotencyKey
from domain.core.work import Work

_entry, _duty, _key = AuditEntry.table, DutyConflict.table, IdempotencyKey.table
_command = bindparam("command", type_=Text())
_conflicts = (
    select(_entry.c.record_id, _entry.c.command)
    .distinct()
    .join_from(
        _entry,
        _duty,
        or_(
            and_(_duty.c.duty == _command, _duty.c.conflicting == _entry.c.command),
            and_(_duty.c.conflicting == _command, _duty.c.duty == _entry.c.command),
        ),
    )
    .where(
        _duty.c.archived_at.is_(None),
        _entry.c.company_id == bindparam("company_id", type_=SmallInteger()),
        _entry.c.record_id == func.any(bindparam("ids", type_=ARRAY(Uuid()))),
        _entry.c.actor_id == bindparam("actor_id", type_=Uuid()),
    )
    .subquery("conflicts")
)

# Rows of four kinds, each with columns of its own; the others are null.
_COLUMNS: Mapping[str, Any] = {
    "version": BigInteger(), "claimed": Uuid(), "company_id": SmallInteger(), "input_digest": LargeBinary(),
    "record_ids": ARRAY(Uuid()), "record_id": Uuid(), "command": Text(),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """The idempotency key of a request: what the client chose, the digest of the input, the table of what is made."""

    text: str
    digest: bytes
    record_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What was found: the policy's version, if there is one; the row of the key that this work holds, or what the key
    made `before`; and by record the conflicting command that the actor has performed on it.
    """

    policy_version: int | None
    key_id: UUID | None
    before: Sequence[UUID] | None
    conflicts: Mapping[UUID, str]


async def opened(work: Work, key: Key | None, ids: Sequence[UUID]) -> Opening:
    """What holds for a work that claims the key, where there is one, and names these records.

    Raises: IdempotencyKeyReused for another input, IdempotencyInProgress when another process holds it too long.
    """
    given: dict[str, Any] = {}
    if ids:
        given |= {"company_id": work.company_id, "command": work.command, "actor_id": work.actor.id, "ids": ids}
    if key is not None:
        given |= {
            "company_id": work.company_id, "id": new_id(), "client": work.actor.client, "key": key.text,
            "input_digest": key.digest, "command": work.command, "record_type": key.record_type, "work_id": work.id,
        }  # fmt: skip
    try:
        rows = await work.connection.fetch(_statement(key is not None, bool(ids)), **given)
    except asyncpg.LockNotAvailableError as held:
        if key is None:
            raise
        raise IdempotencyInProgress(key=key.text) from held
    stored = [Stored(*(row[name] for name in Stored._fields)) for row in rows if row["input_digest"] is not None]
    held_id = next((row["claimed"] for row in rows if row["claimed"] is not None), None)
    is_used = key is not None and (held_id is None or bool(stored))
    return Opening(
        policy_version=next((row["version"] for row in rows if row["version"] is not None), None),
        key_id=held_id,
        before=await made_before(work, key.text, key.digest, stored) if key is not None and is_used else None,
        conflicts={row["record_id"]: row["command"] for row in rows if row["record_id"] is not None},
    )


@cache
def _statement(has_key: bool, has_ids: bool) -> ClauseElement:
    """A row with the policy's version; one for the claim, if it was made, and one for each row stored under the key
    before, in any company; and one for each conflict.
    """
    parts = [_part(version=func.max(PolicyVersion.table.c.version)).select_from(PolicyVersion.table)]
    if has_key:
        parts.append(_part(claimed=CLAIMED.c.id))
        stored = _part(company_id=_key.c.company_id, input_digest=_key.c.input_digest, record_ids=_key.c.record_ids)
        parts.append(stored.where(IS_SAME_KEY))
    if has_ids:
        parts.append(_part(record_id=_conflicts.c.record_id, command=_conflicts.c.command))
    return union_all(*parts) if len(parts) > 1 else parts[0]


def _part(**known: Any) -> Any:
    """The row of one kind."""
    return select(*(cast(known.get(name, null()), type_).label(name) for name, type_ in _COLUMNS.items()))
