"""The one life of what a runner works at for an account, such as an export: it waits, is tried, and ends.

The account asks for it, has its address told again and may end it; the runner begins it, says how far it is and how it
ended. A process that dies begins it again, so often and no more; one that was thought dead changes nothing any more.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.types import Uuid

from domain.coexistence.ownership import check_owner
from domain.core.commands import CommandSpec, Results
from domain.core.database import Row
from domain.core.errors import DomainError, NotFound, WrongState
from domain.core.flow import Flow
from domain.core.labels import camel
from domain.core.records import Record
from domain.core.work import Work

# The transitions that every life has.
START, SUCCEED, FAIL, CANCEL = "start", "succeed", "fail", "be cancelled"
QUEUED, RUNNING = "QUEUED", "RUNNING"
BEGUN = ("status", "started_at", "attempt_count", "failure", "finished_at")


@dataclass(frozen=True, slots=True)
class Life:
    """One kind of run: its record, its flow with the statuses, how often it is tried, the events that tell of it."""

    record: type[Record]
    flow: Flow[Any]
    statuses: type[StrEnum]
    attempts_max: int
    progressed: str
    finished: str

    @property
    def what(self) -> str:
        """What a refusal calls it."""
        return self.flow.document

    @property
    def key(self) -> str:
        """The argument that names one."""
        return f"{self.record.table.name}_id"

    async def open_count(self, work: Work) -> int:
        """How many of the actor's wait or run."""
        run = self.record.table
        waiting = select(func.count()).where(
            run.c.user_id == bindparam("user_id", type_=Uuid()), or_(run.c.status == QUEUED, run.c.status == RUNNING)
        )
        count: int = (await work.fetch(waiting, user_id=work.actor.id))[0][0]
        return count

    def known(self, rows: Mapping[UUID, Row], id_: UUID) -> Row:
        """The locked row. Raises: NotFound."""
        if id_ not in rows:
            raise NotFound((camel(self.record.table.name),), what=self.what, key=str(id_))
        return rows[id_]

    def advanced(self, row: Row, transition: str) -> str:
        """The status after a transition. Raises: WrongState."""
        status: StrEnum = self.flow.advance(str(row["id"]), self.statuses(row["status"]), transition)
        return status.value

    def check_attempt(self, row: Row, attempt: int) -> None:
        """Make sure that the attempt is the one that runs: a process that was thought dead changes nothing.

        Raises: WrongState.
        """
        if row["status"] != RUNNING or row["attempt_count"] != attempt:
            raise WrongState(what=self.what, key=str(row["id"]), state=row["status"], transition="go on")

    async def signed(self, work: Work, commands: Sequence[Any]) -> Results[Any]:
        """The runs, unchanged, for their owner. Raises: NotFound, NotOwner (per row)."""
        rows = await work.lock(self.record, [getattr(one, self.key) for one in commands])
        outcomes: list[UUID | DomainError] = []
        for one in commands:
            id_ = getattr(one, self.key)
            try:
                check_owner(work, self.known(rows, id_), self.what)
            except DomainError as refusal:
                outcomes.append(refusal)
                continue
            outcomes.append(id_)
        return Results(outcomes)

    async def cancelled(self, work: Work, commands: Sequence[Any], administers: type[Any]) -> Results[Any]:
        """The runs, CANCELLED by their owner or by who may perform `administers`.

        Raises: NotFound, NotOwner, WrongState (per row).
        """
        spec: CommandSpec = cast(Any, administers).spec

        def ended(_: Any, row: Row) -> Mapping[str, Any]:
            check_owner(work, row, self.what, administers=spec)
            return {"status": self.advanced(row, CANCEL), "finished_at": work.now}

        return await self.changed(work, commands, ended, ("status", "finished_at"), self.finished)

    async def begun(self, work: Work, commands: Sequence[Any], afresh: Mapping[str, Any]) -> Results[Any]:
        """The runs, RUNNING, with what is set `afresh` at each attempt; one that was interrupted too often has FAILED.

        Raises: NotFound, WrongState (per row).
        """
        fields = (*BEGUN, *afresh)

        def begin(_: Any, row: Row) -> Mapping[str, Any]:
            if row["attempt_count"] >= self.attempts_max:
                ended = {"status": self.advanced(row, FAIL), "failure": "INTERRUPTED", "finished_at": work.now}
                return {**{name: row[name] for name in fields}, **ended}
            return {
                "status": self.advanced(row, START), "started_at": work.now, "attempt_count": row["attempt_count"] + 1,
                "failure": None, "finished_at": None, **afresh,
            }  # fmt: skip

        return await self.changed(work, commands, begin, fields, self.progressed)

    async def changed(
        self,
        work: Work,
        commands: Sequence[Any],
        change: Callable[[Any, Row], Mapping[str, Any]],
        fields: Sequence[str],
        event: str,
    ) -> Results[Any]:
        """The runs with what `change` makes of each; it may refuse. Emits the event."""
        rows = await work.lock(self.record, [getattr(one, self.key) for one in commands])
        changed: dict[UUID, Mapping[str, Any]] = {}
        outcomes: list[UUID | DomainError] = []
        for one in commands:
            id_ = getattr(one, self.key)
            try:
                changed[id_] = {**change(one, self.known(rows, id_)), "id": id_}
            except DomainError as refusal:
                outcomes.append(refusal)
                continue
            outcomes.append(id_)
        if changed:
            await work.update(self.record, list(changed.values()), fields=fields)
            work.emit(event, self.record, list(changed))
        return Results(outcomes)
