"""Performs bulk mutations: chunk after chunk of lines, each once, whatever dies in between.

A chunk is read, its references found together, its commands performed together in each company they are for. What the
lines did is written in the transaction that did it; a run that is begun again knows those lines by that and performs
the others. The result file is written anew by each attempt and appears when it is whole.

 - REJECT_ROW: a chunk is one transaction a company; where the command refuses the whole of it, halves are tried until
   the line is found.
 - REJECT_ALL: one transaction for the whole file, so at most COMMANDS_MAX lines; every refusal is told, nothing stands.
   How far it is stands beside it, told by another session while it lasts.
 - DRY_RUN: like REJECT_ROW, taken back each time; a line does not see what those before it would have done.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
import structlog
from sqlalchemy import bindparam, insert

from authz.grants import system_actor
from domain.coexistence.exports.commands import address_ends_at
from domain.coexistence.mutations import (
    BeginMutationRun,
    BulkMutation,
    ExpireBulkUpload,
    ExpireMutationRun,
    FinishMutationRun,
    MutationChunk,
    MutationStatus,
    RecordMutationProgress,
)
from domain.core.actors import Actor, Grants
from domain.core.commands import CommandSpec
from domain.core.database import Connection, Row
from domain.core.errors import DomainError, Overloaded, RecordBusy, Refusal, RequestError
from domain.core.ids import new_id
from domain.core.perform import COMMANDS_MAX, RETRIED, BatchPolicy, Outcome, Performed, perform
from domain.core.records import GROUP, is_sharded
from resolvers.batch import BulkTarget, FileRefused, Line, Ready, Refused, bulk_target, commands_of
from resolvers.catalog import CATALOG
from resolvers.global_ids import encode_id
from resolvers.request import PolicyMoved
from resolvers.write import told_refusal
from server.derived import signed_address
from server.lines import chunks_of, lines_of
from server.roads import Roads, VisibleSchemas
from server.running import Runs
from server.storage import Storage, Writer

log = structlog.get_logger("bulk_mutations")

# Whoever holds this advisory lock performs bulk mutations ("bulk" in ASCII).
LOCK = 0x62756C6B

# Lines of one transaction: enough to be quick, few enough that its locks are short.
CHUNK_LINES = 500
PROGRESS_SECONDS = 1.0
# A chunk that meets a held lock, a full house or a moving policy is tried again so often.
TRIES = 5
PAUSE_SECONDS = 0.5

ACTOR = system_actor("bulk mutations", UUID("00000000-0000-7000-8000-62756c6b0000"))

_OPEN = """
SELECT r.*, u.name, b.file AS upload
FROM mutation_run r JOIN user_account u ON u.id = r.user_id JOIN bulk_upload b ON b.id = r.upload_id
WHERE r.status IN ('QUEUED', 'RUNNING') AND r.id <> ALL($1::uuid[]) ORDER BY r.queued_at, r.id LIMIT $2
"""
_ATTEMPT = "SELECT status, attempt_count FROM mutation_run WHERE id = $1"
_DONE = """
SELECT results FROM mutation_chunk WHERE run_id = $1 AND first_line BETWEEN $2 AND $3
"""
_ENDED_RUNS = "SELECT id, file FROM mutation_run WHERE file IS NOT NULL AND expires_at <= $1 LIMIT 100"
_ENDED_UPLOADS = "SELECT id, file FROM bulk_upload WHERE status <> 'EXPIRED' AND expires_at <= $1 LIMIT 100"
_POLICY_VERSION = "SELECT max(version) FROM policy_version"

_chunk = MutationChunk.table
_WRITE_CHUNK = insert(_chunk).values(
    company_id=bindparam("company_id", type_=_chunk.c.company_id.type), id=bindparam("id", type_=_chunk.c.id.type),
    run_id=bindparam("run_id", type_=_chunk.c.run_id.type), results=bindparam("results", type_=_chunk.c.results.type),
    first_line=bindparam("first_line", type_=_chunk.c.first_line.type),
)  # fmt: skip

Result = Mapping[str, Any]


def _now() -> datetime:
    return datetime.now(UTC)


def result_name(run_id: UUID, attempt: int) -> str:
    """The result of one attempt at a run."""
    return f"results/{run_id}-{attempt}.jsonl"


class Revoked(Exception):
    """The owner may no longer sign in."""


class _TakenBack(Exception):
    """Leaves the transaction of a whole file so that nothing of it stands."""


@dataclass(slots=True)
class Attempt:
    """One try at one run."""

    run: Row
    number: int
    writer: Writer
    accepted: int = 0
    refused: int = 0
    digest: Any = field(default_factory=sha256)
    told_at: float = 0.0

    async def write(self, results: Sequence[Result]) -> None:
        """Add the results of some lines to the file and the counts."""
        data = b"".join(orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE) for one in results)
        self.digest.update(data)
        await self.writer.write(data)
        refused = sum("errors" in one for one in results)
        self.refused += refused
        self.accepted += len(results) - refused


class BulkMutations:
    """The runner; `run` it while leading. `commands` are the mutations of the graph by field."""

    def __init__(
        self, roads: Roads, storage: Storage, commands: Mapping[str, type[Any]],
        *, clock: Callable[[], datetime] = _now,
    ) -> None:  # fmt: skip
        self._roads = roads
        self._schemas = VisibleSchemas(roads.identity)
        self._storage = storage
        self._commands = commands
        self._clock = clock
        runs = Runs(kind="bulk_mutation", open_runs=_OPEN, perform=self._perform_run, sweep=self._sweep)
        self.run = runs.run

    async def _sweep(self, connection: Connection) -> None:
        """Remove the files whose time is over."""
        for row in await connection.fetch(_ENDED_RUNS, self._clock()):
            await self._tell(ExpireMutationRun(mutation_run_id=row["id"]))
            await self._storage.delete(row["file"])
        for row in await connection.fetch(_ENDED_UPLOADS, self._clock()):
            await self._tell(ExpireBulkUpload(bulk_upload_id=row["id"]))
            if row["file"] is not None:
                await self._storage.delete(row["file"])

    async def _tell(self, command: Any) -> None:
        """Make a command of the runner true. Raises: its refusal."""
        grants = self._roads.system(ACTOR)
        done = await perform(self._roads.database, ACTOR, grants, GROUP, [command], clock=self._clock)
        for refusal in done.refusals:
            raise refusal

    async def _perform_run(self, row: Row) -> None:
        await self._tell(BeginMutationRun(mutation_run_id=row["id"]))
        async with self._roads.database.acquire() as connection:
            begun = await connection.fetchrow(_ATTEMPT, row["id"])
        if begun is None or begun["status"] != MutationStatus.RUNNING:
            return
        number: int = begun["attempt_count"]
        for earlier in range(1, number):
            await self._storage.delete(result_name(row["id"], earlier))
        attempt = Attempt(row, number, self._storage.writer(result_name(row["id"], number)))
        failure: tuple[str, str] | None = None
        if row["upload"] is None:
            await self._finish(attempt, ("NOT_FOUND", "The uploaded file is gone."))
            return
        try:
            if row["policy"] == BatchPolicy.REJECT_ALL:
                await self._whole_file(attempt)
            else:
                async for chunk in chunks_of(lines_of(self._storage.read(row["upload"])), CHUNK_LINES):
                    await attempt.write(await self._chunk(attempt, chunk))
                    await self._progress(attempt)
        except Revoked:
            failure = ("OWNER_INACTIVE", "")
        except Overloaded:
            raise
        except (DomainError, RequestError) as refusal:
            failure = (refusal.code, refusal.message())
        await attempt.writer.close()
        await self._finish(attempt, failure)

    async def _finish(self, attempt: Attempt, failure: tuple[str, str] | None) -> None:
        code, message = failure or (None, None)
        await self._tell(
            FinishMutationRun(
                mutation_run_id=attempt.run["id"], attempt=attempt.number, accepted_count=attempt.accepted,
                refused_count=attempt.refused, digest=attempt.digest.hexdigest(),
                file=result_name(attempt.run["id"], attempt.number), failure=code, failure_message=message,
            )
        )  # fmt: skip

    async def _progress(self, attempt: Attempt, accepted: int | None = None, refused: int = 0) -> None:
        """Tell now and then how far the attempt is: what it has written, or what is given of lines still undecided."""
        now = asyncio.get_running_loop().time()
        if now - attempt.told_at >= PROGRESS_SECONDS:
            attempt.told_at = now
            counts = (attempt.accepted, attempt.refused) if accepted is None else (accepted, refused)
            command = RecordMutationProgress(
                mutation_run_id=attempt.run["id"], attempt=attempt.number, accepted_count=counts[0],
                refused_count=counts[1],
            )  # fmt: skip
            await self._tell(command)

    # --- lines ----------------------------------------------------------------------------------------------------

    async def _target(self, row: Row) -> tuple[BulkTarget, Actor, Grants]:
        """The mutation for the owner, under its grants of now. Raises: Revoked, NotInBulk."""
        acting = await self._roads.acting(row["name"], row["scopes"], "bulk")
        if acting is None:
            raise Revoked()
        schema = self._schemas(acting[1])
        return bulk_target(row["mutation"], self._commands, schema, acting), *acting

    async def _chunk(self, attempt: Attempt, lines: Sequence[Line]) -> list[Result]:
        """The results of a chunk, in the order of its lines; those that an earlier attempt did are known."""
        run = attempt.run
        async with self._roads.database.acquire() as connection:
            rows = await connection.fetch(_DONE, run["id"], lines[0].number, lines[-1].number)
        results: dict[int, Result] = {one["line"]: one for row in rows for one in row["results"]}
        waiting = [line for line in lines if line.number not in results]
        for try_ in range(TRIES):
            try:
                for one in await self._performed(run, waiting) if waiting else ():
                    results[one["line"]] = one
                break
            except (PolicyMoved, RecordBusy, Overloaded):
                if try_ + 1 == TRIES:
                    raise
                await asyncio.sleep(PAUSE_SECONDS)
                async with self._roads.database.acquire() as connection:
                    rows = await connection.fetch(_DONE, run["id"], lines[0].number, lines[-1].number)
                results.update({one["line"]: one for row in rows for one in row["results"]})
                waiting = [line for line in lines if line.number not in results]
        return [results[line.number] for line in lines]

    async def _performed(self, run: Row, lines: Sequence[Line]) -> list[Result]:
        """Perform the lines, a transaction for each company they are for. Raises: PolicyMoved, RecordBusy, Revoked."""
        target, actor, grants = await self._target(run)
        reader = await self._roads.read.reader(actor, grants)
        async with self._roads.database.acquire() as connection:
            prepared = await commands_of(connection, target, reader, lines)
        results = [
            _refusals(one.number, one.refusals, actor, target.spec) for one in prepared if isinstance(one, Refused)
        ]
        for company_id, group in _by_company(prepared).items():
            results += await self._group(_Group(run, target.spec, actor, grants, company_id), group)
        return results

    async def _group(self, group: "_Group", ready: Sequence[Ready]) -> list[Result]:
        """The results of some lines of one company; a refusal of them all is followed to the lines it is about."""
        policy = BatchPolicy(group.run["policy"])

        async def keep(connection: Connection, outcomes: Sequence[Outcome]) -> None:
            results = group.results(ready, outcomes)
            await connection.execute(
                _WRITE_CHUNK, company_id=group.company_id, id=new_id(), run_id=group.run["id"],
                first_line=ready[0].number, results=[dict(one) for one in results],
            )  # fmt: skip

        def still_granted(version: int | None) -> None:
            if version is not None and version != group.grants.version:
                raise PolicyMoved(version)

        done = await perform(
            self._roads.database, group.actor, group.grants, group.company_id, [one.command for one in ready],
            policy=policy, idempotency_key=group.key(ready), reason=f"bulk mutation {group.run['id']}",
            guard=still_granted, answer=keep, clock=self._clock,
        )  # fmt: skip
        if len(ready) > 1 and done.work_id is None and _is_one_refusal(done):
            middle = len(ready) // 2
            return [*await self._group(group, ready[:middle]), *await self._group(group, ready[middle:])]
        return group.results(ready, done.outcomes)

    # --- all or nothing -------------------------------------------------------------------------------------------

    async def _whole_file(self, attempt: Attempt) -> None:
        """Perform every line in one transaction, or none. Raises: FileRefused, Revoked, RecordBusy."""
        run = attempt.run
        parts = [part async for part in chunks_of(lines_of(self._storage.read(run["upload"])), CHUNK_LINES)]
        lines = [line for part in parts for line in part]
        if len(lines) > COMMANDS_MAX:
            reason = f"all or nothing takes at most {COMMANDS_MAX} lines"
            reason_zh = f"全部执行或全部拒绝时最多 {COMMANDS_MAX} 行"
            raise FileRefused(line=lines[COMMANDS_MAX].number, reason=reason, reason_zh=reason_zh)
        results = await self._known(run, lines)
        for try_ in range(TRIES if not results else 0):
            try:
                results = await self._at_once(attempt, parts)
                break
            except (PolicyMoved, RecordBusy, Overloaded, *RETRIED):
                if try_ + 1 == TRIES:
                    raise RecordBusy() from None
                await asyncio.sleep(PAUSE_SECONDS)
        for start in range(0, len(results), CHUNK_LINES):
            await attempt.write(results[start : start + CHUNK_LINES])

    async def _known(self, run: Row, lines: Sequence[Line]) -> list[Result]:
        """What an attempt before this one did, which then is everything."""
        if not lines:
            return []
        async with self._roads.database.acquire() as connection:
            rows = await connection.fetch(_DONE, run["id"], lines[0].number, lines[-1].number)
        return sorted((one for row in rows for one in row["results"]), key=lambda one: one["line"])

    async def _at_once(self, attempt: Attempt, parts: Sequence[Sequence[Line]]) -> list[Result]:
        """The results of the lines, in their order, performed part by part in one transaction."""
        run = attempt.run
        target, actor, grants = await self._target(run)
        reader = await self._roads.read.reader(actor, grants)
        results: dict[int, Result] = {}
        async with self._roads.database.acquire() as connection:
            try:
                async with connection.raw.transaction():
                    for part in parts:
                        prepared = await commands_of(connection, target, reader, part)
                        results |= {
                            one.number: _refusals(one.number, one.refusals, actor, target.spec)
                            for one in prepared
                            if isinstance(one, Refused)
                        }
                        for company_id, ready in _by_company(prepared).items():
                            group = _Group(run, target.spec, actor, grants, company_id)
                            own = await self._together(connection, group, ready)
                            results |= {one["line"]: one for one in own}
                        refused = sum("errors" in one for one in results.values())
                        await self._progress(attempt, len(results) - refused, refused)
                    if any("errors" in one for one in results.values()):
                        raise _TakenBack()
            except _TakenBack:
                for number, one in results.items():
                    if "errors" not in one:
                        results[number] = {"line": number, "errors": [_TOGETHER]}
            else:
                self._roads.database.committed.set()
        return [results[line.number] for part in parts for line in part]

    async def _together(self, connection: Connection, group: "_Group", ready: Sequence[Ready]) -> list[Result]:
        """The results of some lines of one company, performed in the open transaction; a refusal of them all is
        followed to the lines it is about.
        """
        version = await connection.fetchval(_POLICY_VERSION)
        if version is not None and version != group.grants.version:
            raise PolicyMoved(version)
        done = await perform(
            connection, group.actor, group.grants, group.company_id, [one.command for one in ready],
            policy=BatchPolicy.REJECT_ROW, idempotency_key=group.key(ready),
            reason=f"bulk mutation {group.run['id']}", clock=self._clock,
        )  # fmt: skip
        if len(ready) > 1 and done.work_id is None and _is_one_refusal(done):
            middle = len(ready) // 2
            halves = (ready[:middle], ready[middle:])
            return [one for half in halves for one in await self._together(connection, group, half)]
        results = group.results(ready, done.outcomes)
        await connection.execute(
            _WRITE_CHUNK, company_id=group.company_id, id=new_id(), run_id=group.run["id"],
            first_line=ready[0].number, results=[dict(one) for one in results],
        )  # fmt: skip
        return results


# What is told of a line that was fine, in a file of which another was not.
_TOGETHER: Mapping[str, Any] = {"code": "NOT_WRITTEN", "message": "Another line of the file was refused.", "path": []}


@dataclass(frozen=True, slots=True)
class _Group:
    """Lines that are performed together: in one company, by one account."""

    run: Row
    spec: CommandSpec
    actor: Actor
    grants: Grants
    company_id: int

    def key(self, ready: Sequence[Ready]) -> str:
        """The idempotency key of these lines."""
        return f"bulk:{self.run['id']}:{self.company_id}:{ready[0].number}-{ready[-1].number}:{len(ready)}"

    def results(self, ready: Sequence[Ready], outcomes: Sequence[Outcome]) -> list[Result]:
        """What the result file tells of the lines."""
        return [
            {"line": one.number, "id": self._id(outcome)}
            if isinstance(outcome, UUID)
            else _refusals(one.number, [outcome], self.actor, self.spec)
            for one, outcome in zip(ready, outcomes, strict=True)
        ]

    def _id(self, record_id: UUID) -> str | None:
        """The global id of what the line made; none of it is there after a dry run."""
        if self.run["policy"] == BatchPolicy.DRY_RUN:
            return None
        entity = CATALOG[self.spec.record.__name__]
        return encode_id(entity, self.company_id if is_sharded(self.spec.record) else None, record_id)


def _by_company(prepared: Sequence[Ready | Refused]) -> Mapping[int, list[Ready]]:
    groups: dict[int, list[Ready]] = defaultdict(list)
    for one in prepared:
        if isinstance(one, Ready):
            groups[one.company_id].append(one)
    return groups


def _refusals(number: int, refusals: Sequence[Refusal], actor: Actor, spec: CommandSpec) -> Result:
    return {"line": number, "errors": [told_refusal(one, actor.locale, spec.name) for one in refusals]}


def _is_one_refusal(done: Performed) -> bool:
    """Whether one refusal stands for all of the commands, which then says nothing of each."""
    first = done.outcomes[0]
    return isinstance(first, DomainError) and all(one is first for one in done.outcomes)


class MutationCompanion:
    """What the commands on bulk mutations need beside the domain: the graph for the mutation, addresses to tell."""

    def __init__(self, schemas: VisibleSchemas, commands: Mapping[str, type[Any]], secret: bytes, path: str) -> None:
        self._schemas = schemas
        self._commands = commands
        self._secret = secret
        self._path = path

    async def check(self, command: Any, actor: Actor, grants: Grants) -> None:
        """Make sure that the mutation is there for the account and can be performed in bulk. Raises: NotInBulk."""
        if isinstance(command, BulkMutation):
            bulk_target(command.mutation, self._commands, self._schemas(grants), (actor, grants))

    async def reveal(self, connection: Connection, record_id: UUID) -> str:
        """The address of the upload or result."""
        return signed_address(self._secret, self._path.format(record_id), address_ends_at(_now()))


__all__ = ["LOCK", "BulkMutations", "MutationCompanion", "result_name"]
