"""Runs bulk exports: a snapshot, page after page into a file, and the file to whoever has its signed address.

One process runs them, a few at a time, each on a session of its own whose transaction sees one moment (REPEATABLE
READ). Every second the owner is looked at again: one that lost a grant gets no file. A process that is killed leaves a
run RUNNING without a file; the next one begins it again from its first line, under the next attempt's name, so no half
file is ever had.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import structlog

from authz.grants import system_actor
from domain.coexistence.exports import (
    BeginExport,
    BulkExport,
    ExpireExport,
    ExportStatus,
    FinishExport,
    RecordExportProgress,
    SignBulkExport,
)
from domain.coexistence.exports.commands import address_ends_at
from domain.core.actors import Actor, Grants
from domain.core.database import Connection, Limits, Row, connect
from domain.core.errors import DomainError, Overloaded, RequestError
from domain.core.perform import perform
from domain.core.records import GROUP
from resolvers.bulk import BulkReader, bulk_query
from resolvers.nodes import Withheld
from resolvers.operation import Dispatcher, Invalid
from resolvers.request import GraphRequest
from resolvers.stored import NotPermitted
from server.derived import signed_address
from server.roads import Roads, sight_of
from server.running import Runs
from server.storage import Storage

log = structlog.get_logger("exports")

# Whoever holds this advisory lock runs exports ("export" in ASCII).
LOCK = 0x6578706F7274

# How often progress is written down and the owner looked at.
PROGRESS_SECONDS = 1.0
# An export that runs longer would keep the database from forgetting what changed since.
RUN_SECONDS_MAX = 7_200.0
STOP_SECONDS = 3.0

ACTOR = system_actor("exports", UUID("00000000-0000-7000-8000-6578706f7274"))

_OPEN = """
SELECT r.*, u.name FROM export_run r JOIN user_account u ON u.id = r.user_id
WHERE r.status IN ('QUEUED', 'RUNNING') AND r.id <> ALL($1::uuid[]) ORDER BY r.queued_at, r.id LIMIT $2
"""
_ENDED = "SELECT id, file FROM export_run WHERE status = 'SUCCEEDED' AND expires_at <= $1 ORDER BY expires_at LIMIT 100"
_ATTEMPT = "SELECT status, attempt_count FROM export_run WHERE id = $1"


def _now() -> datetime:
    return datetime.now(UTC)


class Stopped(Exception):
    """The run was cancelled, or another process has it."""


class Revoked(Exception):
    """The owner lost what the export was begun with."""


@dataclass(slots=True)
class Attempt:
    """One try at one export."""

    run: Row
    number: int
    acting: tuple[Actor, Grants]
    sight: str
    rows: int = 0
    size: int = 0
    digest: Any = field(default_factory=sha256)
    looked_at: float = 0.0

    @property
    def file(self) -> str:
        return file_name(self.run["id"], self.number)

    @property
    def kib(self) -> int:
        """The size so far, in KiB, begun ones counted."""
        return -(-self.size // 1_024)


def file_name(run_id: UUID, attempt: int) -> str:
    """The file of one attempt at a run."""
    return f"exports/{run_id}-{attempt}.jsonl"


class Exports:
    """The runner; `run` it while leading."""

    def __init__(
        self, roads: Roads, dispatcher: Dispatcher, storage: Storage, limits: Limits,
        *, clock: Callable[[], datetime] = _now,
    ) -> None:  # fmt: skip
        self._roads = roads
        self._dispatcher = dispatcher
        self._storage = storage
        self._limits = limits
        self._clock = clock
        runs = Runs(kind="export", open_runs=_OPEN, perform=self._export, sweep=self._sweep)
        self.run = runs.run

    async def _sweep(self, connection: Connection) -> None:
        """Remove the files whose time is over."""
        for row in await connection.fetch(_ENDED, self._clock()):
            # The row first: an address must not lead to a file that is half gone.
            await self._perform(ExpireExport(export_run_id=row["id"]))
            await self._storage.delete(row["file"])

    async def _export(self, row: Row) -> None:
        await self._perform(BeginExport(export_run_id=row["id"]))
        async with self._roads.database.acquire() as connection:
            begun = await connection.fetchrow(_ATTEMPT, row["id"])
        if begun is None or begun["status"] != ExportStatus.RUNNING:
            return
        number: int = begun["attempt_count"]
        for earlier in range(1, number):
            await self._storage.delete(file_name(row["id"], earlier))
        acting = await self._roads.acting(row["name"], row["scopes"], "export")
        if acting is None:
            await self._failed(row, number, "OWNER_INACTIVE", "")
            return
        attempt = Attempt(row, number, acting, sight_of(*acting))
        try:
            async with asyncio.timeout(RUN_SECONDS_MAX):
                finish = await self._written(attempt)
        except Stopped:
            return
        except Revoked:
            await self._failed(row, number, "NOT_PERMITTED", "")
        except (TimeoutError, asyncpg.QueryCanceledError):
            await self._failed(row, number, "TIMEOUT", "")
        except Overloaded:
            raise
        except (DomainError, RequestError, Invalid) as fault:
            refusal = fault.refusals[0] if isinstance(fault, Invalid) else fault
            await self._failed(row, number, refusal.code, refusal.message(acting[0].locale))
        else:
            try:
                await self._perform(finish)
            except DomainError:
                # It was cancelled as its last page was written.
                await self._storage.delete(attempt.file)

    async def _failed(self, row: Row, number: int, code: str, message: str) -> None:
        finish = FinishExport(export_run_id=row["id"], attempt=number, failure=code, failure_message=message)
        await self._perform(finish)

    async def _perform(self, command: Any) -> None:
        """Make the command true. Raises: its refusal."""
        grants = self._roads.system(ACTOR)
        done = await perform(
            self._roads.database, ACTOR, grants, GROUP, [command], reason="a bulk export", clock=self._clock
        )
        for refusal in done.refusals:
            raise refusal

    async def _written(self, attempt: Attempt) -> FinishExport:
        """Write the file; the command that says so.

        Raises: Stopped, Revoked, and what reading raises.
        """
        row = attempt.run
        variables = orjson.loads(row["variables"]) if row["variables"] else {}
        request = GraphRequest(query=row["document"], variables=variables)
        query = bulk_query(self._dispatcher, request, attempt.acting)
        connection = await connect(self._roads.database.url, self._limits)
        writer = self._storage.writer(attempt.file)
        try:
            async with connection.raw.transaction(isolation="repeatable_read", readonly=True):
                reader = BulkReader(self._roads.read, connection, query, attempt.acting)
                async for page in reader.read():
                    if page.version is not None and page.version != attempt.acting[1].version:
                        await self._look(attempt)
                    if page.lines:
                        await writer.write(page.lines)
                        attempt.digest.update(page.lines)
                    attempt.rows += page.count
                    attempt.size += len(page.lines)
                    await self._progress(attempt)
            await self._look(attempt)
            await writer.close()
        finally:
            connection.raw.terminate()
        return FinishExport(
            export_run_id=row["id"], attempt=attempt.number, row_count=attempt.rows, file_kib=attempt.kib,
            digest=attempt.digest.hexdigest(), file=attempt.file, sight=attempt.sight,
            withheld=tuple(map(_told, reader.withheld)),
            personal=tuple(reader.personal), reader=attempt.acting[0].name,
        )  # fmt: skip

    async def _look(self, attempt: Attempt) -> None:
        """Make sure that the owner may still what it could as the export began. Raises: Revoked."""
        acting = await self._roads.acting(attempt.run["name"], attempt.run["scopes"], "export")
        if acting is None or sight_of(*acting) != attempt.sight:
            raise Revoked()

    async def _progress(self, attempt: Attempt) -> None:
        """Now and then: write down how far it is, and look at the owner. Raises: Stopped, Revoked."""
        now = asyncio.get_running_loop().time()
        if now - attempt.looked_at < PROGRESS_SECONDS:
            return
        attempt.looked_at = now
        await self._look(attempt)
        command = RecordExportProgress(
            export_run_id=attempt.run["id"], attempt=attempt.number, row_count=attempt.rows, file_kib=attempt.kib
        )
        try:
            await self._perform(command)
        except DomainError as over:
            raise Stopped() from over


def _told(one: Withheld) -> dict[str, Any]:
    """A withheld field as the run names it; the path without what the rewriting added."""
    path = [step for step in one.path if not step.startswith("_bulk")]
    return {"coordinate": one.coordinate, "path": path, "requires": one.requires}


class ExportCompanion:
    """What the commands on exports need beside the domain: the graph for the document, the address to tell."""

    def __init__(self, dispatcher: Dispatcher, roads_read: Any, secret: bytes) -> None:
        self._dispatcher = dispatcher
        self._read = roads_read
        self._secret = secret

    async def check(self, command: Any, actor: Actor, grants: Grants) -> None:
        """Make sure that the query can be run to its end. Raises: DocumentRefused, NotPermitted."""
        if isinstance(command, BulkExport):
            request = GraphRequest(query=command.document, variables=_variables(command.variables))
            query = bulk_query(self._dispatcher, request, (actor, grants))
            async with self._read.database.acquire() as connection:
                answer = await self._read.page(connection, query.root, actor, grants)
            if orjson.loads(answer.json)["_bulkRows"] is None:
                raise NotPermitted(("document",), what=answer.withheld[0].coordinate)

    async def reveal(self, connection: Connection, record_id: UUID) -> str:
        """The address of the run's file, good for a day."""
        return signed_address(self._secret, f"/exports/{record_id}.jsonl", address_ends_at(_now()))


def _variables(text: str | None) -> dict[str, Any]:
    """The variables, or none where the domain will refuse the text."""
    try:
        given = orjson.loads(text) if text else {}
    except orjson.JSONDecodeError:
        return {}
    return given if isinstance(given, dict) else {}


__all__ = ["LOCK", "ExportCompanion", "Exports", "SignBulkExport", "file_name"]
