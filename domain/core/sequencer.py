"""The sequencer: gives each committed event its position, and seals the audit. One at a time, any process takes over.

A number drawn inside a transaction would be lost to readers that have already passed it when the transaction commits
late. So the position is given afterwards, to rows that are committed, by the one session that holds the advisory lock.
"""

import asyncio
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from domain.core.database import LIMITS, LOST, Connection, Limits, Row, connect
from domain.core.outbox import CHANNEL, NAMES_BYTES_MAX

# Whoever holds this advisory lock is the sequencer of the database ("skein" in ASCII).
LOCK = 0x736B65696E

EVENTS_PER_BATCH_MAX = 1_000
SEALS_PER_BATCH_MAX = 500
# Entries digested in one batch, the last transaction's beyond; an import must not keep events waiting for its seal.
ENTRIES_PER_BATCH_MAX = 20_000

# How often committed rows are looked for when nobody wakes the sequencer, and how often another tries to take over.
POLL_SECONDS = 0.1
# What commits right behind a batch waits so long for the next: under load one batch does for many commits.
SPACING_SECONDS = 0.05
TAKE_OVER_SECONDS = 1.0
SEAL_SECONDS = 2.0
RECONNECT_SECONDS = 1.0

# What the first link of the chain follows.
GENESIS = bytes(32)

# One statement is one transaction: what was positioned is said in the same, as position and names of the events, or
# without names where they would be longer than a notification may be.
_SEQUENCE = """
WITH waiting AS (
    SELECT company_id, id FROM outbox_event WHERE position IS NULL ORDER BY id LIMIT $1
), placed AS (
    SELECT company_id, id, row_number() OVER (ORDER BY id) + coalesce((SELECT max(position) FROM outbox_event), 0) AS
    place FROM waiting
), moved AS (
    UPDATE outbox_event SET position = placed.place FROM placed
    WHERE outbox_event.company_id = placed.company_id AND outbox_event.id = placed.id
    RETURNING outbox_event.position, outbox_event.event
), news AS (
    SELECT count(*) AS count, max(position)::text AS last, string_agg(DISTINCT event, ' ') AS names FROM moved
)
SELECT count, CASE WHEN count > 0 THEN pg_notify($2, CASE WHEN octet_length(names) < $3 THEN last || ' ' || names ELSE
       last END) END FROM news
"""
_HEAD = "SELECT position, digest FROM audit_seal WHERE position IS NOT NULL ORDER BY position DESC LIMIT 1"
_FOUND = """
SELECT s.company_id, s.id, s.entry_count, s.position, s.sealed_at, s.previous_digest, s.entries_digest, s.digest,
       e.found_count, e.found_digest
FROM {seals} s CROSS JOIN LATERAL (
    SELECT count(*) AS found_count,
           sha256(coalesce(string_agg(digest, ''::bytea ORDER BY id), ''::bytea)) AS found_digest
    FROM audit_entry WHERE audit_entry.company_id = s.company_id AND audit_entry.work_id = s.id
) e
"""
LINKS = _FOUND.format(seals="audit_seal")
_WAITING = """(
    SELECT *, sum(entry_count) OVER (ORDER BY id) - entry_count AS entries_before
    FROM (SELECT * FROM audit_seal WHERE position IS NULL ORDER BY id LIMIT $1) w
)"""
_UNSEALED = f"{_FOUND.format(seals=_WAITING)} WHERE s.entries_before < $2 ORDER BY s.id"
# Whether a batch has left behind what waited before it: then the next batch follows at once.
_IS_UNSEALED_LONG = """
SELECT EXISTS (
    SELECT FROM audit_seal WHERE position IS NULL AND recorded_at < now() - make_interval(secs => $1)
)
"""
_SEAL = """
UPDATE audit_seal SET position = link.position, sealed_at = $7, previous_digest = link.previous,
       entries_digest = link.entries, digest = link.digest
FROM unnest($1::smallint[], $2::uuid[], $3::bigint[], $4::bytea[], $5::bytea[], $6::bytea[])
     AS link (company_id, id, position, previous, entries, digest)
WHERE audit_seal.company_id = link.company_id AND audit_seal.id = link.id
"""


def link_digest(previous: bytes, position: int, company_id: int, work_id: UUID, entries: tuple[int, bytes]) -> bytes:
    """The digest of one link: of the link before it, its place, its transaction, and how many entries with what
    digest."""
    count, digest = entries
    place = position.to_bytes(8, "big") + company_id.to_bytes(2, "big") + work_id.bytes + count.to_bytes(8, "big")
    return sha256(previous + place + digest).digest()


async def sequence(connection: Connection) -> int:
    """Give positions to a batch of committed events, and say so once; the number of events."""
    return await connection.fetchval(_SEQUENCE, EVENTS_PER_BATCH_MAX, CHANNEL, NAMES_BYTES_MAX)


async def seal(connection: Connection, head_file: Path | None = None) -> int:
    """Append a batch of transactions to the audit chain, the head written to `head_file` too; the number of links."""
    async with connection.raw.transaction():
        rows = await connection.fetch(_UNSEALED, SEALS_PER_BATCH_MAX, ENTRIES_PER_BATCH_MAX)
        if not rows:
            return 0
        head = await connection.fetchrow(_HEAD)
        position, previous = (0, GENESIS) if head is None else (head["position"], head["digest"])
        links = _links(rows, position, previous)
        await connection.fetch(_SEAL, *(list(values) for values in zip(*links, strict=True)), datetime.now(UTC))
    if head_file is not None:
        await asyncio.to_thread(_write_head, head_file, links[-1][2], links[-1][5])
    return len(links)


def _links(rows: Sequence[Row], position: int, previous: bytes) -> list[tuple[Any, ...]]:
    links: list[tuple[Any, ...]] = []
    for row in rows:
        position += 1
        entries = (row["found_count"], row["found_digest"])
        digest = link_digest(previous, position, row["company_id"], row["id"], entries)
        links.append((row["company_id"], row["id"], position, previous, row["found_digest"], digest))
        previous = digest
    return links


def _write_head(path: Path, position: int, digest: bytes) -> None:
    """Replace the file in one step, on disk when this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.new")
    with fresh.open("wb") as file:
        file.write(orjson.dumps({"position": position, "digest": digest.hex()}))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


async def run_sequencer(
    url: str,
    stop: asyncio.Event,
    *,
    head_file: Path | None = None,
    committed: asyncio.Event | None = None,
    limits: Limits = LIMITS,
) -> None:
    """Sequence and seal until `stop` is set; `committed` wakes it at once after a commit of this process."""
    while not stop.is_set():
        connection: Connection | None = None
        try:
            # Sealing a large import takes longer than a request may.
            connection = await connect(url, replace(limits, statement_ms=0))
            await _lead(connection, stop, committed or asyncio.Event(), head_file)
        except LOST:
            await _pause(stop, RECONNECT_SECONDS)
        finally:
            if connection is not None:
                connection.raw.terminate()


async def _lead(connection: Connection, stop: asyncio.Event, committed: asyncio.Event, head_file: Path | None) -> None:
    """Wait for the lock, then do the work until `stop`."""
    while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
        if await _pause(stop, TAKE_OVER_SECONDS):
            return
    loop = asyncio.get_running_loop()
    seal_at = next_at = loop.time()
    while not stop.is_set():
        committed.clear()
        while (count := await sequence(connection)) == EVENTS_PER_BATCH_MAX:
            pass
        if count:
            next_at = loop.time() + SPACING_SECONDS
        if loop.time() >= seal_at:
            await seal(connection, head_file)
            if await connection.fetchval(_IS_UNSEALED_LONG, SEAL_SECONDS):
                continue
            seal_at = loop.time() + SEAL_SECONDS
        await _wait_for_any(stop, committed)
        if (early := next_at - loop.time()) > 0:
            await _pause(stop, early)


async def _wait_for_any(stop: asyncio.Event, committed: asyncio.Event) -> None:
    """Return when either is set, or at the next poll."""
    waits = [asyncio.ensure_future(stop.wait()), asyncio.ensure_future(committed.wait())]
    try:
        await asyncio.wait(waits, timeout=POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


async def _pause(stop: asyncio.Event, seconds: float) -> bool:
    """Whether `stop` was set within so many seconds."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
    return stop.is_set()
