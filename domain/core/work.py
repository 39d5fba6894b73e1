"""A work: one transaction of one company, and the only way a command changes anything.

Every write is set-wise and carries its audit entry in the same statement. Events and the seal of the audit are written
when the work ends. Locks go header, lines, balances, ledger, by primary key within each: `lock` orders the keys, the
command the tables.
"""

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Context, Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ClauseElement, Numeric, SmallInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.actors import Actor, Grants
from domain.core.audit import (
    ENTRY_PREFIX_LENGTH,
    delete_statement,
    input_name,
    insert_statement,
    lock_statement,
    travels_as_json,
    update_statement,
)
from domain.core.database import Connection, Row, compiled, to_json
from domain.core.errors import NotFound, Rejected, StaleVersion
from domain.core.ids import new_id
from domain.core.models import AuditEntry, AuditSeal, OutboxEvent
from domain.core.numbering import NumberRanges, Series, draw
from domain.core.records import GROUP, GroupRecord, Record, SystemRecord
from domain.core.tokens import TokenIssuer

Values = Mapping[str, Any]

# Rows of one statement; more are sent in slices, so that memory stays flat.
ROWS_PER_STATEMENT_MAX = 5_000

# Records named by one event; a larger set becomes several events.
RECORDS_PER_EVENT_MAX = 1_000

# The plan that a session keeps is for a few rows of a table as small as it was then: an update of thousands that
# follows would compare every row with every other. Inserts need no such care, and would plan their foreign keys by row.
PLANNED_ANEW_MIN = 200

_EXACT = Context(prec=60)

_entry = AuditEntry.table
_CHANGES = select(_entry.c.record_id, _entry.c.before, _entry.c.after, _entry.c.record_version).where(
    _entry.c.company_id == bindparam("company_id", type_=SmallInteger()),
    _entry.c.record_id == func.any(bindparam("ids", type_=ARRAY(Uuid()))),
    _entry.c.before.is_not(None),
)


@dataclass(frozen=True, slots=True)
class Event:
    """What a work will tell watchers once it is committed."""

    name: str
    record_type: str
    record_ids: Sequence[UUID]
    data: Values


@dataclass(slots=True, kw_only=True, eq=False)
class Work:
    """One transaction of one company, for one command by one actor.

    `now` is the instant every row of the work may use; `reason` is the actor's own why, kept in the audit. `versions`
    holds the version of each record the work wrote, `entry_count` the audit entries so far, `kept` what was settled and
    need not be asked again. `address` is where the
    request came from, `issuer` makes tokens where people sign in, `revealed` is shown to the caller and kept nowhere.
    """

    connection: Connection
    actor: Actor
    grants: Grants
    company_id: int
    command: str
    now: datetime
    reason: str | None = None
    ranges: NumberRanges | None = None
    address: str | None = None
    issuer: TokenIssuer | None = None
    id: UUID = field(default_factory=new_id)
    entry_count: int = 0
    versions: dict[UUID, int] = field(default_factory=dict[UUID, int])
    events: list[Event] = field(default_factory=list[Event])
    revealed: dict[UUID, Values] = field(default_factory=dict[UUID, Values])
    beside_it: dict[int, "Work"] = field(default_factory=dict[int, "Work"])
    kept: dict[ClauseElement, list[Row]] = field(default_factory=dict[ClauseElement, list[Row]])

    async def fetch(self, statement: ClauseElement, **params: Any) -> list[Row]:
        """The rows of a Core statement; its parameter `company_id`, if it has one, is this work's unless given."""
        if "company_id" not in params and "company_id" in compiled(statement).names:
            params["company_id"] = self.company_id
        return await self.connection.fetch(statement, **params)

    async def settled(self, statement: ClauseElement) -> list[Row]:
        """The rows of a statement, of no other parameter, that no command changes before it reads them: asked once."""
        if statement not in self.kept:
            self.kept[statement] = await self.fetch(statement)
        return self.kept[statement]

    async def lock(self, record: type[Record], ids: Iterable[UUID]) -> dict[UUID, Row]:
        """The rows by id, locked until the work ends, in primary-key order; an id that does not exist is absent."""
        rows = await self.fetch(lock_statement(record), ids=sorted(set(ids)))
        return {row["id"]: row for row in rows}

    async def insert(self, record: type[Record], rows: Sequence[Values], *, audited: bool = True) -> list[UUID]:
        """The ids of the new rows, in order; `id` and `company_id` are filled in.

        A column that no row names takes its default; one that some rows name is null in the others. `audited=False` is
        for rows that can be recomputed from audited ones, such as balances.
        """
        self._check_home(record)
        ids = [row.get("id") or new_id() for row in rows]
        # A group record may have a column of that name: `company` itself.
        filled = ("id",) if issubclass(record, GroupRecord) else ("id", "company_id")
        columns = {name: None for row in rows for name in row if name not in filled}
        statement = insert_statement(record, ("id", *columns), audited)
        for start in range(0, len(rows), ROWS_PER_STATEMENT_MAX):
            part = rows[start : start + ROWS_PER_STATEMENT_MAX]
            inputs = _arrays(record, part, tuple(columns))
            inputs[input_name("id")] = ids[start : start + ROWS_PER_STATEMENT_MAX]
            await self._write(statement, inputs)
        self.versions.update(dict.fromkeys(ids, 1))
        if audited:
            self.entry_count += len(rows)
        return ids

    async def update(
        self, record: type[Record], rows: Sequence[Values], fields: Sequence[str], *, audited: bool = True
    ) -> dict[UUID, int]:
        """The new version of each row by id; the rows' `fields` are written, of their other keys only `id` and
        `version` read.

        Raises: StaleVersion when a row names a `version` that is no longer current, NotFound when it does not exist.
        """
        self._check_home(record)
        if record.spec.append_only:
            raise TypeError(f"{record.__name__} is append-only")
        statement = update_statement(record, tuple(fields), audited)
        versions: dict[UUID, int] = {}
        for start in range(0, len(rows), ROWS_PER_STATEMENT_MAX):
            part = rows[start : start + ROWS_PER_STATEMENT_MAX]
            inputs = _arrays(record, part, tuple(fields))
            inputs[input_name("id")] = [row["id"] for row in part]
            inputs[input_name("expected_version")] = [row.get("version") for row in part]
            async with self._planned_for(len(part)):
                written = await self._write(statement, inputs)
            versions.update((row[0], row[1]) for row in written)
        if len(versions) < len(rows):
            await self._explain(record, {row["id"]: row.get("version") for row in rows if row["id"] not in versions})
        self.versions.update(versions)
        if audited:
            self.entry_count += len(versions)
        return versions

    async def delete(self, record: type[Record], ids: Sequence[UUID]) -> None:
        """The rows are gone; the audit keeps what they were. Only for rows that no document or ledger ever names."""
        self._check_home(record)
        if record.spec.append_only:
            raise TypeError(f"{record.__name__} is append-only")
        gone = await self._write(delete_statement(record), {input_name("id"): list(ids)})
        self.entry_count += len(gone)

    async def stale(
        self, record: type[Record], rows: Mapping[UUID, Row], expected: Mapping[UUID, int | None]
    ) -> dict[UUID, StaleVersion]:
        """The refusals of those locked `rows` whose version is not the expected one, with the fields changed since."""
        late = {
            id_: version
            for id_, version in expected.items()
            if version is not None and id_ in rows and rows[id_]["version"] != version
        }
        if not late:
            return {}
        changed = await self.fetch(_CHANGES, ids=list(late))
        return {
            id_: StaleVersion(
                what=record.__name__,
                key=str(rows[id_][record.spec.key] if record.spec.key else id_),
                current_version=rows[id_]["version"],
                expected_version=version,
                changed_fields=_changed_fields(changed, id_, version),
            )
            for id_, version in late.items()
        }

    def beside(self, company_id: int) -> "Work":
        """The work of another company in the same transaction, for what must be true in both or in neither.

        It has an audit and events of its own and ends with this one; whoever asks for it has checked that the actor
        may do there what the command does. A work of the group may have those of companies beside it, none of them
        that of the group.
        """
        if company_id in (GROUP, self.company_id):
            raise TypeError(f"company {company_id} cannot work beside company {self.company_id}")
        if company_id not in self.beside_it:
            self.beside_it[company_id] = replace(
                self, company_id=company_id, id=new_id(), entry_count=0, versions={}, events=[], revealed={},
                beside_it={}, kept={},
            )  # fmt: skip
        return self.beside_it[company_id]

    def emit(self, event: str, record_type: type[Record], ids: Sequence[UUID], **data: Any) -> None:
        """Tell watchers, once committed, that `event` happened to the records."""
        for start in range(0, len(ids), RECORDS_PER_EVENT_MAX):
            part = list(ids[start : start + RECORDS_PER_EVENT_MAX])
            self.events.append(Event(event, record_type.__name__, part, data))

    def reveal(self, record_id: UUID, values: Values) -> None:
        """Show values once, under the names that the command `reveals`, to whoever sent the command that made the
        record; they are neither stored nor logged.
        """
        self.revealed[record_id] = values

    async def number(self, series: Series, count: int) -> list[str]:
        """The next `count` numbers of the series, in order.

        A gap-free series is locked from here to the end of the work: draw it last, just before the document's own
        insert.
        """
        if series.gap_free or self.ranges is None:
            return (await draw(self.connection, self.company_id, series, count)).take(count)
        return await self.ranges.take(self.company_id, series, count)

    async def finish(self) -> None:
        """Write the events and the seal of the audit, of works beside it too; nothing may be written after."""
        for other in self.beside_it.values():
            await other.finish()
        if self.events:
            events, self.events = self.events, []
            await self._write(insert_statement(OutboxEvent, EVENT_COLUMNS, False), event_arrays(self, events))
        if self.entry_count:
            await self.insert(AuditSeal, [{"id": self.id, "entry_count": self.entry_count}], audited=False)

    def _check_home(self, record: type[Record]) -> None:
        """A group record is written by a work of the group, a company's by a work of that company."""
        if issubclass(record, SystemRecord):
            return
        if issubclass(record, GroupRecord) != (self.company_id == GROUP):
            raise TypeError(f"{record.__name__} cannot be written by a work of company {self.company_id}")

    @asynccontextmanager
    async def _planned_for(self, count: int) -> AsyncGenerator[None]:
        """The block's statement is planned for its own size when it is large."""
        if count < PLANNED_ANEW_MIN:
            yield
            return
        await self.connection.raw.execute("SET LOCAL plan_cache_mode = force_custom_plan")
        yield
        # What fails ends the transaction, and with it the setting.
        await self.connection.raw.execute("SET LOCAL plan_cache_mode TO DEFAULT")

    async def _write(self, statement: ClauseElement, inputs: dict[str, Any]) -> list[Row]:
        known = {
            "company_id": self.company_id, "work_id": self.id, "actor_id": self.actor.id, "actor_name": self.actor.name,
            "command": self.command, "reason": self.reason, "entry_prefix": str(new_id())[:ENTRY_PREFIX_LENGTH],
        }  # fmt: skip
        names = compiled(statement).values
        return await self.connection.fetch(
            statement, **inputs, **{name: known[name] for name in known if name in names}
        )

    async def _explain(self, record: type[Record], missing: Mapping[UUID, int | None]) -> None:
        """Raise why rows were not updated."""
        rows = await self.lock(record, missing)
        for refusal in (await self.stale(record, rows, missing)).values():
            raise refusal
        for id_ in missing:
            if id_ not in rows:
                raise NotFound(what=record.__name__, key=str(id_))


EVENT_COLUMNS = ("id", "event", "record_type", "record_ids", "data", "work_id")


def event_arrays(work: Work, events: Sequence[Event]) -> dict[str, Any]:
    """The rows of the outbox for the work's events, one array a column."""
    rows = [
        {
            "id": new_id(), "event": event.name, "record_type": event.record_type, "record_ids": event.record_ids,
            "data": event.data, "work_id": work.id,
        }
        for event in events
    ]  # fmt: skip
    return _arrays(OutboxEvent, rows, EVENT_COLUMNS)


def _arrays(record: type[Record], rows: Sequence[Values], columns: Sequence[str]) -> dict[str, Any]:
    """One array a column, in the order of the rows.

    Raises: Rejected for a number with more digits after the point than its column keeps.
    """
    arrays: dict[str, Any] = {}
    for name in columns:
        values = [row.get(name) for row in rows]
        type_ = record.table.c[name].type
        if isinstance(type_, Numeric) and type_.scale is not None:
            for value in values:
                if value is not None:
                    _check_scale(name, value, type_.scale)
        elif travels_as_json(type_):
            values = [None if value is None else to_json(value).decode() for value in values]
        arrays[input_name(name)] = values
    return arrays


def _check_scale(name: str, value: Decimal | int, scale: int) -> None:
    """Raises: Rejected when the column would have to round `value`, TypeError for a float."""
    if isinstance(value, int):
        return
    if not isinstance(value, Decimal):  # pyright: ignore[reportUnnecessaryIsInstance]  # a float must not slip in
        raise TypeError(f"{name} is a {type(value).__name__}, not a Decimal")
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int):
        raise Rejected(what=name, value=str(value), reason="not a number", reason_zh="不是数字")
    if -exponent > scale and value != value.quantize(Decimal(1).scaleb(-scale), context=_EXACT):
        reason = f"more than {scale} digits after the point"
        raise Rejected(what=name, value=str(value), reason=reason, reason_zh=f"小数位超过 {scale} 位")


def _changed_fields(changes: Sequence[Row], record_id: UUID, since_version: int) -> list[str]:
    """Names of the fields that changes after `since_version` left different."""
    names: set[str] = set()
    for change in changes:
        if change["record_id"] == record_id and (change["record_version"] or 0) > since_version:
            after: dict[str, Any] = change["after"] or {}
            names.update(name for name, value in after.items() if change["before"].get(name) != value)
    return sorted(names)


__all__ = ["Event", "Series", "Work"]
