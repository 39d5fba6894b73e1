"""`verify`: every invariant recomputed from the rows themselves, the first breach named.

Each module exports its checks in `VERIFIERS`. All run in one REPEATABLE READ snapshot, so that what they compare
belongs together, and they trust no stored sum: a check that reads the number it should confirm confirms nothing.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import orjson
from sqlalchemy import SmallInteger, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.audit import digest_of, personal_digest_of
from domain.core.database import Connection, Row
from domain.core.models import AuditEntry, IdempotencyKey, OutboxEvent
from domain.core.records import Record, is_sharded
from domain.core.sequencer import GENESIS, LINKS, link_digest

# Rows read at once by a check that walks a whole table.
ROWS_PER_READ = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check has to say: a breach, or a fact that a reader must know to judge the rest."""

    check: str
    subject: str
    message: str
    is_breach: bool = True

    @classmethod
    def of_company(cls, check: str, company_id: int, subject: str, message: str) -> Self:
        """A breach in the books of one company."""
        return cls(check=check, subject=f"company {company_id}, {subject}", message=message)


Verifier = Callable[[Connection], AsyncIterator[Finding]]


async def verify(connection: Connection, verifiers: Mapping[str, Verifier]) -> AsyncIterator[Finding]:
    """The findings of every check, in the register's order, over one snapshot; none when all is well."""
    async with connection.raw.transaction(isolation="repeatable_read", readonly=True):
        # A check reads whole ledgers; the time-out of a request is not for it.
        await connection.execute("SET LOCAL statement_timeout = 0")
        for check in verifiers.values():
            async for finding in check(connection):
                yield finding


# --- The audit chain ----------------------------------------------------------------------------------------------

_SEALED = f"{LINKS} WHERE s.position > $1 ORDER BY s.position LIMIT {ROWS_PER_READ}"
_UNSEALED_COUNT = "SELECT count(*) FROM audit_seal WHERE position IS NULL"
_STRAY = """
SELECT e.record_type, e.record_id, e.id FROM audit_entry e
WHERE NOT EXISTS (SELECT FROM audit_seal s WHERE s.company_id = e.company_id AND s.id = e.work_id)
ORDER BY e.id LIMIT 1
"""
_entry = AuditEntry.table
_is_erased = _entry.c.personal.is_(None)
_TAMPERED = (
    select(_entry.c.id, _entry.c.record_type, _entry.c.record_id, _entry.c.command, _entry.c.recorded_at)
    .where(
        _entry.c.company_id == bindparam("company_id", type_=SmallInteger()),
        _entry.c.work_id == func.any(bindparam("works", type_=ARRAY(Uuid()))),
        or_(
            _entry.c.digest.is_distinct_from(digest_of(_entry)),
            ~_is_erased & _entry.c.personal_digest.is_distinct_from(personal_digest_of(_entry)),
        ),
    )
    .order_by(_entry.c.work_id, _entry.c.id)
    .limit(1)
)
AUDIT_CHAIN = "audit chain"


async def audit_chain(connection: Connection) -> AsyncIterator[Finding]:
    """The first audit row that is not what was sealed, and how many transactions are not sealed yet."""
    position, previous = 0, GENESIS
    while True:
        links = await connection.fetch(_SEALED, position)
        if not links:
            break
        breach = await _first_tampered(connection, links) or _first_broken(links, position, previous)
        if breach is not None:
            yield breach
            return
        position, previous = links[-1]["position"], links[-1]["digest"]
    stray = await connection.fetchrow(_STRAY)
    if stray is not None:
        message = f"audit entry {stray['id']} belongs to no transaction of the chain"
        yield Finding(check=AUDIT_CHAIN, subject=f"{stray['record_type']} {stray['record_id']}", message=message)
    unsealed = await connection.fetchval(_UNSEALED_COUNT)
    if unsealed:
        message = f"{unsealed} transactions after position {position} are not sealed yet"
        yield Finding(check=AUDIT_CHAIN, subject="tail", message=message, is_breach=False)


async def _first_tampered(connection: Connection, links: Sequence[Row]) -> Finding | None:
    """The first entry of these links whose own digest no longer fits it."""
    order = {link["id"]: link["position"] for link in links}
    found: list[Row] = []
    for company_id in sorted({link["company_id"] for link in links}):
        works = [link["id"] for link in links if link["company_id"] == company_id]
        for row in await connection.fetch(_TAMPERED, company_id=company_id, works=works):
            found.append(row)
    if not found:
        return None
    works_of = await connection.fetch(
        "SELECT id, work_id FROM audit_entry WHERE id = ANY($1)", [row["id"] for row in found]
    )
    place = {row["id"]: order[row["work_id"]] for row in works_of}
    first = min(found, key=lambda row: place[row["id"]])
    message = f"audit entry {first['id']} of {first['command']} at {first['recorded_at']} was changed"
    return Finding(check=AUDIT_CHAIN, subject=f"{first['record_type']} {first['record_id']}", message=message)


def _first_broken(links: Sequence[Row], position: int, previous: bytes) -> Finding | None:
    """The first link whose entries, place or digest are not what the chain says."""
    for link in links:
        position += 1
        subject = f"transaction {link['id']}"
        if link["position"] != position:
            message = f"the link at position {position} is missing: the next is {link['position']}"
            return Finding(check=AUDIT_CHAIN, subject=subject, message=message)
        if link["found_count"] != link["entry_count"]:
            message = f"link {position} was sealed over {link['entry_count']} entries, {link['found_count']} are there"
            return Finding(check=AUDIT_CHAIN, subject=subject, message=message)
        entries = (link["found_count"], link["found_digest"])
        expected = link_digest(previous, position, link["company_id"], link["id"], entries)
        if (link["previous_digest"], link["entries_digest"], link["digest"]) != (
            previous,
            link["found_digest"],
            expected,
        ):
            return Finding(check=AUDIT_CHAIN, subject=subject, message=f"link {position} does not fit its entries")
        previous = link["digest"]
    return None


def head_agrees(head_file: Path) -> Verifier:
    """The check that the chain still holds the link whose digest was written outside the database."""

    async def check(connection: Connection) -> AsyncIterator[Finding]:
        head: Any = orjson.loads(await asyncio.to_thread(head_file.read_bytes))
        digest = await connection.fetchval("SELECT digest FROM audit_seal WHERE position = $1", head["position"])
        if digest is None or digest.hex() != head["digest"]:
            message = f"link {head['position']} is not the one written to {head_file.name}"
            yield Finding(check=AUDIT_CHAIN, subject=f"position {head['position']}", message=message)

    return check


# --- The outbox and the idempotency keys --------------------------------------------------------------------------

_GAPS = """
SELECT position, before FROM (
    SELECT position, lag(position) OVER (ORDER BY position) AS before FROM outbox_event WHERE position IS NOT NULL
) p WHERE before IS NOT NULL AND position <> before + 1 ORDER BY position LIMIT 1
"""


async def outbox_positions(connection: Connection) -> AsyncIterator[Finding]:
    """The first hole or repetition in the positions of the events kept."""
    gap = await connection.fetchrow(_GAPS)
    if gap is not None:
        message = f"position {gap['position']} follows {gap['before']}"
        yield Finding(check="outbox positions", subject=OutboxEvent.__tablename__, message=message)


def idempotency_records(records: Mapping[str, type[Record]]) -> Verifier:
    """The check that every record an idempotency key promises exists."""

    async def check(connection: Connection) -> AsyncIterator[Finding]:
        kinds = await connection.fetch(f"SELECT DISTINCT record_type FROM {IdempotencyKey.__tablename__} ORDER BY 1")
        for kind in kinds:
            record = records.get(kind["record_type"])
            if record is None:
                yield Finding(check="idempotency keys", subject=kind["record_type"], message="there is no such table")
                continue
            for lost in await connection.fetch(_promised(record)):
                what = f"{kind['record_type']} {lost['record_id']}"
                message = f"key {lost['key']} of {lost['client']} names {what}, which is gone"
                yield Finding(check="idempotency keys", subject=lost["key"], message=message)

    return check


def _promised(record: type[Record]) -> Any:
    key, table = IdempotencyKey.table, record.table
    promised = func.unnest(key.c.record_ids).table_valued("record_id").render_derived(name="promised")
    same = [table.c.id == promised.c.record_id]
    if is_sharded(record):
        same.append(table.c.company_id == key.c.company_id)
    return (
        select(key.c.client, key.c.key, promised.c.record_id)
        .select_from(key.join(promised, key.c.record_type == table.name))
        .where(~select(table.c.id).where(*same).exists())
        .order_by(key.c.id)
        .limit(ROWS_PER_READ)
    )


VERIFIERS: Mapping[str, Verifier] = {"audit chain": audit_chain, "outbox positions": outbox_positions}
