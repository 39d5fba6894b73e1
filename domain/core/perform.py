"""The one way in for a change: permission, duties, the idempotency key, the transaction, the audit, the events, the
answer.

GraphQL mutations, the command line, jobs and imports all call `perform` with a named actor. It runs the command's
function in one transaction and, before the commit, lets the caller read its answer on the same connection. Retries of
serialization failures and deadlocks happen here and nowhere else; they repeat the whole command, which has left nothing
behind.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

import asyncpg  # pyright: ignore[reportMissingTypeStubs]

from domain.core.actors import Actor, Grants
from domain.core.closing import close
from domain.core.commands import CommandSpec, Handler, Results
from domain.core.constraints import BROKEN, refusal_of
from domain.core.database import Connection, Database
from domain.core.errors import (
    BatchTooLarge,
    DomainError,
    Forbidden,
    IdempotencyKeyRequired,
    RecordBusy,
    SegregationOfDuties,
)
from domain.core.idempotency import check_key, input_digest, keys_in_flight
from domain.core.lanes import lane_of
from domain.core.numbering import NumberRanges, ranges_of
from domain.core.opening import Key, opened
from domain.core.tokens import TokenIssuer
from domain.core.work import Work

# Commands of one transaction: more would hold its locks and its memory too long; an import sends several batches.
COMMANDS_MAX = 10_000

# A command that loses against others this often meets a load that waiting will not mend.
ATTEMPTS_MAX = 6
FIRST_PAUSE_SECONDS = 0.01

# The transaction failed and left nothing behind; the same command may succeed when run again. The last two are a
# prepared statement made stale by a migration.
RETRIED: tuple[type[Exception], ...] = (
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.InvalidCachedStatementError,
    asyncpg.OutdatedSchemaCacheError,
)

Outcome = UUID | DomainError


class BatchPolicy(StrEnum):
    """What a refusal of one command means for the others of its batch."""

    REJECT_ALL = "REJECT_ALL"
    REJECT_ROW = "REJECT_ROW"
    DRY_RUN = "DRY_RUN"


@dataclass(frozen=True, slots=True)
class Performed:
    """What became of the commands: one outcome each, in order.

    `committed` is false when nothing was written: a dry run, or a refusal that rejected all; ids in `outcomes` then
    name rows that never were. `answer` is what the caller's reader made of them before the commit, `revealed` what each
    record's command shows this once.
    """

    outcomes: Sequence[Outcome]
    committed: bool
    replayed: bool = False
    work_id: UUID | None = None
    answer: Any = None
    revealed: Mapping[UUID, Mapping[str, Any]] = field(default_factory=dict[UUID, Mapping[str, Any]])

    @property
    def ids(self) -> list[UUID]:
        """The records of the commands that were not refused, in order."""
        return [outcome for outcome in self.outcomes if isinstance(outcome, UUID)]

    @property
    def refusals(self) -> list[DomainError]:
        """The refusals, in order."""
        return [outcome for outcome in self.outcomes if isinstance(outcome, DomainError)]


# Reads the answer on the command's own connection, before the commit.
Reader = Callable[[Connection, Sequence[Outcome]], Awaitable[Any]]

# Told first in the transaction which version the policy is at; what it raises undoes everything.
Guard = Callable[[int | None], None]


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How commands are performed: everything but who, where and what. `address` is where the request came from."""

    idempotency_key: str | None = None
    policy: BatchPolicy = BatchPolicy.REJECT_ALL
    reason: str | None = None
    guard: Guard | None = None
    answer: Reader | None = None
    address: str | None = None
    issuer: TokenIssuer | None = None
    clock: Callable[[], datetime] = field(default=_now)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """One call of `perform`, checked."""

    spec: CommandSpec
    handler: Handler
    actor: Actor
    grants: Grants
    company_id: int
    commands: Sequence[Any]
    terms: Terms
    ranges: NumberRanges | None


def link_commands(commands: Mapping[type[Any], Handler]) -> Mapping[type[Any], Handler]:
    """The register itself, each command class now knowing the function that performs it."""
    for command, handler in commands.items():
        command.handler = staticmethod(handler)
    return commands


async def perform(
    source: Database | Connection,
    actor: Actor,
    grants: Grants,
    company_id: int,
    commands: Sequence[Any],
    **terms: Any,
) -> Performed:
    """Make the commands, all of one class, true in one company; see `Terms` for the keywords.

    On a `Connection` it runs there, inside the caller's transaction if there is one, and numbers are drawn there too.
    Raises: Forbidden, IdempotencyKeyRequired, IdempotencyKeyReused, IdempotencyInProgress, BatchTooLarge, RecordBusy,
    Overloaded.
    """
    ranges = ranges_of(source) if isinstance(source, Database) else None
    request = _checked(actor, grants, (company_id, commands), Terms(**terms), ranges)
    key = request.terms.idempotency_key
    if key is not None and isinstance(source, Database):
        async with keys_in_flight(source).turn(actor.client, key) as turn:
            performed = await _retried(source, request)
            turn.kept = performed.committed
            return performed
    if request.spec.costly and isinstance(source, Database):
        async with lane_of(source).turn():
            return await _retried(source, request)
    return await _retried(source, request)


def _checked(
    actor: Actor, grants: Grants, asked: tuple[int, Sequence[Any]], terms: Terms, ranges: NumberRanges | None
) -> _Request:
    """The request, if it may be tried at all: `asked` is the company and its commands."""
    company_id, commands = asked
    kinds: set[type[Any]] = {type(command) for command in commands}
    if len(kinds) != 1:
        raise TypeError(f"perform takes commands of one class, not {sorted(kind.__name__ for kind in kinds)}")
    kind: Any = kinds.pop()
    spec: CommandSpec = kind.spec
    if not spec.performed_in(company_id, grants):
        raise Forbidden(what=spec.name)
    if len(commands) > COMMANDS_MAX:
        raise BatchTooLarge(count=len(commands), limit=COMMANDS_MAX)
    if terms.idempotency_key is not None and not spec.takes_key:
        raise TypeError(f"{spec.name} takes no idempotency key: it takes a secret")
    if terms.idempotency_key is not None:
        check_key(terms.idempotency_key)
    elif spec.key_required and terms.policy is not BatchPolicy.DRY_RUN:
        raise IdempotencyKeyRequired(command=spec.name)
    return _Request(
        spec=spec, handler=kind.handler, actor=actor, grants=grants, company_id=company_id, commands=commands,
        terms=terms, ranges=ranges,
    )  # fmt: skip


async def _retried(source: Database | Connection, request: _Request) -> Performed:
    """The outcome, the transaction repeated while it loses against others."""
    is_own = isinstance(source, Database) or not source.raw.is_in_transaction()
    for attempt in range(ATTEMPTS_MAX):
        try:
            if isinstance(source, Connection):
                return await _in_transaction(source, request)
            async with source.acquire() as connection:
                performed = await _in_transaction(connection, request)
            if performed.committed:
                source.committed.set()
            return performed
        except RETRIED as lost:
            if not is_own:
                raise
            if attempt + 1 == ATTEMPTS_MAX:
                raise RecordBusy() from lost
        # Those that lost together must not meet again at the same moment.
        await asyncio.sleep(FIRST_PAUSE_SECONDS * 2**attempt * (0.5 + random.random()))
    raise AssertionError("the loop returns or raises")


class _NothingWritten(Exception):
    """Leaves the transaction so that it is rolled back, with the result of what it tried."""

    def __init__(self, performed: Performed) -> None:
        super().__init__()
        self.performed = performed


async def _in_transaction(connection: Connection, request: _Request) -> Performed:
    try:
        async with connection.raw.transaction():
            return await _once(connection, request)
    except _NothingWritten as undone:
        return undone.performed
    except asyncpg.LockNotAvailableError as held:
        raise RecordBusy() from held
    except BROKEN as broken:
        refusal = refusal_of(broken)
        if refusal is None:
            raise
        return Performed([refusal] * len(request.commands), committed=False)


async def _once(connection: Connection, request: _Request) -> Performed:
    """One try, inside its transaction. Raises: _NothingWritten to have it rolled back."""
    terms = request.terms
    work = Work(
        connection=connection, actor=request.actor, grants=request.grants, company_id=request.company_id,
        command=request.spec.name, now=terms.clock(), reason=terms.reason, ranges=request.ranges,
        address=terms.address, issuer=terms.issuer,
    )  # fmt: skip
    touched = [referenced_ids(command) for command in request.commands]
    opening = await opened(work, _key_of(request), sorted({id_ for ids in touched for id_ in ids}))
    if terms.guard is not None:
        terms.guard(opening.policy_version)
    if opening.before is not None:
        answer = await _answer(request, connection, opening.before)
        return Performed(opening.before, committed=True, replayed=True, answer=answer)
    outcomes = await _outcomes(work, request, _conflicts(work, touched, opening.conflicts))
    is_kept = [isinstance(outcome, UUID) or outcome.is_recorded for outcome in outcomes]
    if not all(is_kept) and (terms.policy is BatchPolicy.REJECT_ALL or not any(is_kept)):
        raise _NothingWritten(Performed(outcomes, committed=False))
    await close(work, opening.key_id, [outcome for outcome in outcomes if isinstance(outcome, UUID)])
    answer = await _answer(request, connection, outcomes)
    if terms.policy is BatchPolicy.DRY_RUN:
        raise _NothingWritten(Performed(outcomes, committed=False, answer=answer))
    return Performed(outcomes, committed=True, work_id=work.id, answer=answer, revealed=work.revealed)


def _key_of(request: _Request) -> Key | None:
    text = request.terms.idempotency_key
    if text is None:
        return None
    digest = input_digest(request.actor.id, request.company_id, request.commands, request.terms.policy)
    return Key(text=text, digest=digest, record_type=request.spec.record.table.name)


def _conflicts(
    work: Work, touched: Sequence[Set[UUID]], done: Mapping[UUID, str]
) -> dict[int, SegregationOfDuties]:  # fmt: skip
    """By place, the commands on records to which this actor has done what conflicts with it."""
    return {
        place: SegregationOfDuties(duty=work.command, conflicting=done[id_])
        for place, own in enumerate(touched)
        for id_ in own
        if id_ in done
    }


async def _answer(request: _Request, connection: Connection, outcomes: Sequence[Outcome]) -> Any:
    return None if request.terms.answer is None else await request.terms.answer(connection, outcomes)


async def _outcomes(
    work: Work, request: _Request, conflicts: Mapping[int, SegregationOfDuties]
) -> list[Outcome]:  # fmt: skip
    """One outcome a command: duties first, then the command's function for those that may go on."""
    outcomes: list[Outcome | None] = [conflicts.get(place) for place in range(len(request.commands))]
    places = [place for place, outcome in enumerate(outcomes) if outcome is None]
    if places and (not conflicts or request.terms.policy is not BatchPolicy.REJECT_ALL):
        for place, outcome in zip(
            places, await _run(work, request, [request.commands[place] for place in places]), strict=True
        ):
            outcomes[place] = outcome
    return [outcome for outcome in outcomes if outcome is not None]


async def _run(work: Work, request: _Request, commands: Sequence[Any]) -> Sequence[Outcome]:
    """What the command's function makes of the commands; a refusal it raises stands for each of them."""
    try:
        results: Results[Any] = await request.handler(work, commands)
    except DomainError as refusal:
        # Rows may have been written before it was raised, so none of the batch can stand.
        raise _NothingWritten(Performed([refusal] * len(request.commands), committed=False)) from refusal
    return results.outcomes


def referenced_ids(command: Any) -> set[UUID]:
    """The records that a command names, in its arguments and those of its parts."""
    found: set[UUID] = set()
    for one in fields(command):
        value = getattr(command, one.name)
        spec = one.metadata.get("spec")
        if spec is not None and spec.reference is not None and isinstance(value, UUID):
            found.add(value)
        for inner in cast(Iterable[Any], value) if isinstance(value, tuple | list) else (value,):
            if is_dataclass(inner) and not isinstance(inner, type):
                found |= referenced_ids(inner)
            elif isinstance(inner, UUID) and spec is not None and spec.reference is not None:
                found.add(inner)
    return found
