"""One run of an import over many transactions: its row, its findings, and how it ended, whatever ended it.

A dry run is the same work inside one transaction that is taken back, so that its counts are exact.
"""

import hashlib
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Text, bindparam, exists, select
from sqlalchemy.types import Uuid

from domain.coexistence.bulk import Bulk, CopyHistory, Values, known_keys
from domain.coexistence.commands import CloseImportRun, OpenImportRun
from domain.coexistence.imports import ImportReport, Progress, Tally
from domain.coexistence.models import ImportRun, ImportStatus, LegacyKey, SourceSystem
from domain.core.actors import Actor, Grants
from domain.core.database import Connection, Row
from domain.core.errors import DomainError
from domain.core.ids import new_id
from domain.core.perform import perform
from domain.core.records import GROUP, Record

# Bytes of a file read at a time for its digest.
DIGEST_BYTES = 1 << 20
# Advisory locks of imports share this first half of the key ("SKIM").
LOCK_CLASS = 0x534B_494D
# Tables of which so many rows changed are looked at anew by the planner.
MANY = 1_000
_CHANGED = """
SELECT format('%I.%I', schemaname, relname) AS name FROM pg_stat_user_tables
WHERE n_mod_since_analyze >= $1 ORDER BY name
"""


class ImportRunning(DomainError):
    """Another process imports from the same source system right now."""

    code = "IMPORT_RUNNING"
    zh = "源系统 {system} 的另一个导入正在运行。"
    en = "Another import of {system} is running."


@dataclass(frozen=True, slots=True)
class Importer:
    """Who imports, over which connection."""

    connection: Connection
    actor: Actor
    grants: Grants

    async def perform(self, one: Any) -> UUID:
        """The id that the command answers, performed in the group. Raises: its refusal."""
        performed = await perform(self.connection, self.actor, self.grants, GROUP, [one])
        for refusal in performed.refusals:
            raise refusal
        return performed.ids[0]


class Keyed(NamedTuple):
    """One row as read: its key in the source, its digest, and the values of the record it becomes."""

    key: str
    digest: int
    values: Values


@dataclass(slots=True)
class Growth:
    """How many legacy keys a run has added, and how many of them the planner knows of."""

    added: int = 0
    known: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """An import at work; `is_first` says that the group's masters held nothing of the source when it began."""

    by: Importer
    id: UUID
    system_id: UUID
    report: ImportReport
    progress: Progress
    is_first: bool
    growth: Growth = field(default_factory=Growth)

    def tally(self, source_table: str, record: type[Record]) -> Tally:
        """A new count for the rows of one table that become one kind of record."""
        tally = Tally(source_table=source_table, record_type=record.table.name)
        self.report.tallies.append(tally)
        return tally

    async def ids(self, record: type[Record], keys: Sequence[str]) -> dict[str, UUID]:
        """The records that are known by these keys."""
        known = await known_keys(self.by.connection, self.system_id, record, keys)
        return {key: row["record_id"] for key, row in known.items()}

    async def put(self, record: type[Record], tally: Tally, rows: Sequence[Keyed]) -> dict[str, UUID]:
        """The id of each row's record by key, the record now as the row says: made, changed or left alone.

        A run puts each key once, so the first run of a source need not ask which of them it knows.
        """
        known: Mapping[str, Row] = {}
        if not self.is_first:
            known = await known_keys(self.by.connection, self.system_id, record, [row.key for row in rows])
        ids = {row.key: known[row.key]["record_id"] if row.key in known else new_id() for row in rows}
        bulk = [
            Bulk(row.key, row.digest, ids[row.key], row.values, known[row.key]["id"] if row.key in known else None)
            for row in rows
            if row.key not in known or known[row.key]["digest"] != row.digest
        ]
        if bulk:
            await self.by.perform(
                CopyHistory(
                    source_system_id=self.system_id, source_table=tally.source_table, record=record, rows=tuple(bulk)
                )
            )  # fmt: skip
        created = sum(row.key_id is None for row in bulk)
        await self._grew(created)
        tally.read += len(rows)
        tally.created += created
        tally.updated += len(bulk) - created
        tally.unchanged += len(rows) - len(bulk)
        return ids

    async def _grew(self, added: int) -> None:
        """Let the planner look at the keys again when they have doubled.

        Of a table filled since it last looked it believes that almost no row belongs to the source, and would read all
        of the source's keys for each batch instead of those asked for.
        """
        growth = self.growth
        growth.added += added
        if growth.added > 2 * growth.known:
            await self.by.connection.execute(f"ANALYZE {LegacyKey.table.name}")
            growth.known = growth.added


@asynccontextmanager
async def running(by: Importer, opened: OpenImportRun, progress: Progress) -> AsyncGenerator[Run]:
    """A run of the source system, recorded as it began and as it ended; a killed one before it as interrupted.

    Raises: ImportRunning when another process imports from the same system.
    """
    connection, code = by.connection, opened.system
    if not await connection.fetchval("SELECT pg_try_advisory_lock($1, hashtext($2))", LOCK_CLASS, code):
        raise ImportRunning(system=code)
    try:
        await _close_left_open(by, code)
        run_id = await by.perform(opened)
        system_id = await connection.fetchval(_SYSTEM_OF, run_id=run_id)
        report = ImportReport(source=code, is_dry_run=opened.is_dry_run, input_digest=opened.input_digest)
        is_first = not await connection.fetchval(_HAS_KEYS, system_id=system_id)
        run = Run(
            by=by, id=run_id, system_id=system_id, report=report, progress=progress, is_first=is_first
        )  # fmt: skip
        async with _closed(run):
            if opened.is_dry_run:
                async with taken_back(connection):
                    yield run
            else:
                yield run
        await _told_to_planner(connection)
    finally:
        if not connection.raw.is_closed():
            await connection.fetchval("SELECT pg_advisory_unlock($1, hashtext($2))", LOCK_CLASS, code)


async def _told_to_planner(connection: Connection) -> None:
    """Let the planner look at what a run filled: the first reports come sooner than autovacuum, and would be planned as
    if the tables were all but empty.
    """
    for row in await connection.fetch(_CHANGED, MANY):
        await connection.execute(f"ANALYZE {row['name']}")


@asynccontextmanager
async def _closed(run: Run) -> AsyncGenerator[None]:
    """The run's end is written down, whatever it is, as long as the database answers."""
    started, report = monotonic(), run.report
    report.status = ImportStatus.INTERRUPTED.value
    try:
        yield
        report.status = (ImportStatus.REFUSED if report.refused else ImportStatus.SUCCEEDED).value
    except DomainError:
        report.status = ImportStatus.REFUSED.value
        raise
    finally:
        report.seconds = monotonic() - started
        if not run.by.connection.raw.is_closed():
            await run.by.perform(closing(run.id, report))


def closing(run_id: UUID, report: ImportReport) -> CloseImportRun:
    """The command that writes down what a report says."""
    counts = {
        "rows_read": report.rows_read,
        "created_count": report.created,
        "updated_count": report.updated,
        "unchanged_count": report.unchanged,
        "refused_count": report.refused,
    }
    return CloseImportRun(
        run_id=run_id, status=ImportStatus(report.status), counts=counts, report="\n".join(report.lines()),
        findings=tuple(report.findings),
    )  # fmt: skip


async def _close_left_open(by: Importer, code: str) -> None:
    """Runs that a killed process left open are interrupted: nobody else holds the lock."""
    for row in await by.connection.fetch(_LEFT_OPEN, code=code):
        report = ImportReport(source=code, is_dry_run=row["is_dry_run"], status=ImportStatus.INTERRUPTED.value)
        await by.perform(closing(row["id"], report))


class TakenBack(Exception):
    """Ends a transaction whose work is to be undone although it went well."""


@asynccontextmanager
async def taken_back(connection: Connection) -> AsyncGenerator[None]:
    """What happens in the block happens, and is then undone."""
    try:
        async with connection.raw.transaction():
            yield
            raise TakenBack
    except TakenBack:
        return


def files_digest(files: Iterable[Path]) -> str:
    """SHA-256 over the names and contents of the files."""
    whole = hashlib.sha256()
    for path in files:
        whole.update(path.name.encode())
        with path.open("rb") as opened:
            while block := opened.read(DIGEST_BYTES):
                whole.update(block)
    return whole.hexdigest()


_run = ImportRun.table
_SYSTEM_OF = select(_run.c.source_system_id).where(
    _run.c.company_id == GROUP, _run.c.id == bindparam("run_id", type_=Uuid())
)
_key = LegacyKey.table
_HAS_KEYS = select(
    exists().where(_key.c.company_id == GROUP, _key.c.source_system_id == bindparam("system_id", type_=Uuid()))
)
_system = SourceSystem.table
_LEFT_OPEN = (
    select(_run.c.id, _run.c.is_dry_run)
    .join(_system, _system.c.id == _run.c.source_system_id)
    .where(_run.c.status == ImportStatus.RUNNING.value, _system.c.code == bindparam("code", type_=Text()))
)
