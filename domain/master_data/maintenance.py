"""Masters kept by people: the commands that make, change and archive one follow from its record.

A master has no story of its own: what a person may set are its columns, and what must hold stands in the columns
(length, list, scale, reference), in the table's constraints and in one pure rule of the record. So a master is declared
once, and `maintained` answers its commands with their functions, ready for the register. Whatever does have a story (an
item's way from draft to retirement, a stock move) has a command of its own beside these.

Refused: a generic `save(type, values)`. It would hide from the schema what can be set, and from the policy what is
done.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any, Protocol, cast
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Numeric,
    Select,
    SmallInteger,
    Table,
    Text,
    bindparam,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import Uuid

from domain.core.actors import Action
from domain.core.columns import ColumnSpec, spec_of
from domain.core.commands import UNSET, Handler, Results, argument, command
from domain.core.errors import CurrencyMismatch, DomainError, NotFound, WrongState
from domain.core.ids import new_id
from domain.core.labels import camel
from domain.core.money import Money
from domain.core.records import Record
from domain.core.work import Work
from domain.master_data.known_values import Known, known_values
from domain.master_data.rules import refused

Values = Mapping[str, Any]

# What a record adds to, or refuses of, the whole row that it is to have: pure, it raises DomainError.
Rule = Callable[[Values], Values]




class Kept(Protocol):
    """What of a batch of changes waits for approval."""

    def now(self, current: Values, changed: Values, by: UUID, /) -> dict[str, Any]:
        """What of one change takes effect at once. Raises: DomainError."""
        ...

    async def write(self, work: Work, /) -> None:
        """What waits is kept."""
        ...


# Asked before some rows are changed.
Reviewing = Callable[[Work, Sequence[UUID]], Awaitable[Kept]]

# Asked before some rows are made: the refusals, by id; it may fill columns of those that it lets in.
Admitting = Callable[[Work, Sequence[dict[str, Any]]], Awaitable[Mapping[UUID, DomainError]]]

# Levels of a tree of masters; a longer way up is a loop, or as good as one.
TREE_DEPTH_MAX = 64

_KEPT_BY_THE_HOUSE = frozenset({"id", "company_id", "version", "recorded_at", "archived_at"})
_OWN_CURRENCY, _COMPANY_CURRENCY = "currency", "company.currency"


@dataclass(frozen=True, slots=True, kw_only=True)
class Master:
    """How people keep one record: `columns` they set, those `fixed` once set, and the `rule` of the whole row.

    `action` is what the policy must grant, where it is not CREATE and CHANGE. A `review` keeps back what of a change
    needs approval first; what is `admitted` of new rows is told by the rows there are.
    """

    record: type[Record]
    columns: Mapping[str, Column[Any]]
    fixed: frozenset[str]
    rule: Rule
    action: Action | None
    review: Reviewing | None
    admitted: Admitting | None

    @property
    def own(self) -> str:
        """The argument that names a row of the record."""
        return f"{self.record.table.name}_id"

    @property
    def is_archivable(self) -> bool:
        """Whether a row can be hidden from lists."""
        return "archived_at" in self.record.table.c

    def key_of(self, row: Values) -> str:
        """How people know a row."""
        return str(row[self.record.spec.key] if self.record.spec.key else row["id"])


def _anything(row: Values) -> Values:
    """The rule of a master that has none of its own."""
    return {}


def maintained(
    record: type[Record],
    *,
    fixed: Iterable[str] = (),
    hidden: Iterable[str] = (),
    rule: Rule = _anything,
    action: Action | None = None,
    review: Reviewing | None = None,
    admitted: Admitting | None = None,
) -> Mapping[type[Any], Handler]:
    """The commands Create..., Change... and, for a record that can be archived, Archive..., each with its function.

    `fixed` columns, and the business key, are set when a row is made and never changed; `hidden` ones are never set by
    people: the rule or the database fills them. `action` is what the policy must grant instead of CREATE and CHANGE.
    """
    left_out = _KEPT_BY_THE_HOUSE | frozenset(hidden)
    columns = {
        one.name: one
        for one in record.table.columns
        if one.name not in left_out and one.computed is None and spec_of(one).exposed
    }
    keys = {record.spec.key} if record.spec.key else set[str]()
    master = Master(
        record=record, columns=columns, fixed=frozenset(fixed) | keys, rule=rule, action=action, review=review,
        admitted=admitted,
    )  # fmt: skip
    made: dict[type[Any], Handler] = {
        _create_command(master): _creates(master),
        _change_command(master): _changes(master),
    }
    if master.is_archivable:
        made[_archive_command(master)] = _archives(master)
    return made


# What people do to a master: the action that the policy grants, and the verb in Chinese. The event is its past tense.
_VERBS: Mapping[str, tuple[Action, str]] = {
    "Create": (Action.CREATE, "新建"),
    "Change": (Action.CHANGE, "修改"),
    "Archive": (Action.CHANGE, "归档"),
}


def events_of(commands: Iterable[Any]) -> Mapping[str, type[Record]]:
    """The event that each of the commands of `maintained` tells, with its record."""
    return {
        f"{command.spec.record.__name__}{verb}d": command.spec.record
        for command in commands
        for verb in _VERBS
        if command.spec.name == f"{verb}{command.spec.record.__name__}"
    }

# --- the commands -------------------------------------------------------------------------------------------------


def _create_command(master: Master) -> type[Any]:
    given = [(name, *_input(one, is_needed=_is_needed(one))) for name, one in master.columns.items()]
    doc = f"Make a new {master.record.spec.en.lower()}: {_about(master)}"
    return _command(master, "Create", doc, given)


def _change_command(master: Master) -> type[Any]:
    given: list[tuple[str, Any, Any]] = [_row_argument(master)]
    given += [(n, *_input(one, is_needed=False)) for n, one in master.columns.items() if n not in master.fixed]
    if "version" in master.record.table.c:
        seen = argument(doc="The version you saw.", zh="预期版本", default=None)
        given.append(("expected_version", int | None, seen))
    doc = f"Change {_one(master)}. What is not sent stays as it is; null empties a value."
    return _command(master, "Change", doc, given)


def _archive_command(master: Master) -> type[Any]:
    wanted = argument(doc="True hides it, false brings it back.", zh="是否归档", default=True)
    doc = f"Hide {_one(master)} from lists and new documents, or bring it back; whatever names it keeps doing so."
    given = [_row_argument(master), ("is_archived", bool | None, wanted)]
    return _command(master, "Archive", doc, given)


def _one(master: Master) -> str:
    en = master.record.spec.en.lower()
    return f"an {en}" if en[0] in "aeio" else f"a {en}"


def _about(master: Master) -> str:
    doc = master.record.spec.doc.split("\n")[0]
    return doc[:1].lower() + doc[1:]


def _command(master: Master, verb: str, doc: str, given: Sequence[tuple[str, Any, Any]]) -> type[Any]:
    """The command as if it stood in the record's own module."""
    record = master.record
    action, zh = _VERBS[verb]
    hints = {name: type_ for name, type_, _ in given}
    body = {"__module__": record.__module__, "__doc__": doc, "__annotations__": hints}
    cls = type(f"{verb}{record.__name__}", (), body | {name: made for name, _, made in given})
    return command(action=master.action or action, record=record, zh=f"{zh}{record.spec.zh}")(cls)


def _row_argument(master: Master) -> tuple[str, Any, Any]:
    record = master.record
    made = argument(doc=f"The {record.spec.en.lower()}.", zh=record.spec.zh, reference=record.table.name)
    return master.own, UUID, made


def _is_needed(column: Column[Any]) -> bool:
    return not column.nullable and column.server_default is None


def _input(column: Column[Any], *, is_needed: bool) -> tuple[Any, Any]:
    """The type of a column's argument, and the argument itself."""
    spec = spec_of(column)
    type_ = _type(column, spec)
    unit = None if type_ is Money else spec.unit
    more: dict[str, Any] = {"doc": spec.doc, "zh": spec.zh, "unit": unit, "number": spec.number}
    if spec.reference is not None:
        more["reference"] = spec.reference.target
    return (type_, argument(**more)) if is_needed else (type_ | None, argument(**more, default=UNSET))


def _type(column: Column[Any], spec: ColumnSpec) -> Any:
    """The Python type of a column's values.

    Raises: TypeError for a column that no person can set.
    """
    if spec.enum is not None:
        return spec.enum
    if spec.number == "money":
        if spec.unit not in (_OWN_CURRENCY, _COMPANY_CURRENCY):
            raise TypeError(f"{column.table.name}.{column.name} is in a currency of another record")
        return Money
    known: Sequence[tuple[type, Any]] = (
        (Boolean, bool), (SmallInteger, int), (Integer, int), (Numeric, Decimal), (Date, date), (DateTime, datetime),
        (ARRAY, tuple[str, ...]), (Text, str),
    )  # fmt: skip
    if isinstance(column.type, JSONB):
        raise TypeError(f"{column.table.name}.{column.name} has no form that people set")
    return next((python for sql, python in known if isinstance(column.type, sql)), UUID)


# --- the functions ------------------------------------------------------------------------------------------------

Function = Callable[[Work, Sequence[Any]], Awaitable[Results[Any]]]


def _creates(master: Master) -> Function:
    async def create(work: Work, commands: Sequence[Any]) -> Results[Any]:
        """The new rows. Raises per row: Rejected, CurrencyMismatch and what the record's rule refuses."""
        known = await known_values(work, master.record, master.columns, commands)
        outcomes: list[UUID | DomainError] = []
        rows: list[dict[str, Any]] = []
        for one in commands:
            try:
                rows.append(_new_row(master, _given(master, one, known)))
                outcomes.append(rows[-1]["id"])
            except DomainError as refusal:
                outcomes.append(refusal)
        if rows and master.admitted is not None:
            turned_away = await master.admitted(work, rows)
            outcomes = [turned_away.get(one, one) if isinstance(one, UUID) else one for one in outcomes]
            rows = [row for row in rows if row["id"] not in turned_away]
        if rows:
            ids = await work.insert(master.record, rows)
            work.emit(f"{master.record.__name__}Created", master.record, ids)
        return Results(outcomes)

    return create


def _changes(master: Master) -> Function:
    async def change(work: Work, commands: Sequence[Any]) -> Results[Any]:
        """The rows, changed; one that is as wanted already is left alone.

        Raises per row: NotFound, StaleVersion, WrongState (archived), and what creating raises.
        """
        known = await known_values(work, master.record, master.columns, commands)
        rows = await work.lock(master.record, [getattr(one, master.own) for one in commands])
        stale = await work.stale(master.record, rows, _expected(master, commands))
        kept = None if master.review is None else await master.review(work, list(rows))
        current: dict[UUID, Values] = {id_: dict(row) for id_, row in rows.items()}
        outcomes: list[UUID | DomainError] = []
        written: dict[UUID, set[str]] = {}
        for one in commands:
            id_ = getattr(one, master.own)
            try:
                _check_there(master, id_, current.get(id_), stale.get(id_))
                changed = _changed(master, current[id_], _given(master, one, known))
                if kept is not None:
                    changed = kept.now(current[id_], changed, work.actor.id)
                current[id_] = {**current[id_], **changed}
                if changed:
                    written.setdefault(id_, set()).update(changed)
                outcomes.append(id_)
            except DomainError as refusal:
                outcomes.append(refusal)
        await _write(work, master, current, written)
        if kept is not None:
            await kept.write(work)
        return Results(outcomes)

    return change


def _archives(master: Master) -> Function:
    async def archive(work: Work, commands: Sequence[Any]) -> Results[Any]:
        """The rows, hidden or back. Raises per row: NotFound."""
        rows = await work.lock(master.record, [getattr(one, master.own) for one in commands])
        outcomes: list[UUID | DomainError] = []
        wanted: dict[UUID, datetime | None] = {}
        for one in commands:
            id_ = getattr(one, master.own)
            if id_ not in rows:
                outcomes.append(_missing(master, id_))
                continue
            wanted[id_] = None if one.is_archived is False else rows[id_]["archived_at"] or work.now
            outcomes.append(id_)
        changed = [id_ for id_, at in wanted.items() if rows[id_]["archived_at"] != at]
        if changed:
            written = [{"id": id_, "archived_at": wanted[id_]} for id_ in changed]
            await work.update(master.record, written, fields=("archived_at",))
            work.emit(f"{master.record.__name__}Archived", master.record, changed)
        return Results(outcomes)

    return archive


def _given(master: Master, one: Any, known: Known) -> dict[str, Any]:
    """The columns that a command sets, checked one by one. Raises: Rejected, CurrencyMismatch."""
    given: dict[str, Any] = {}
    for name, column in master.columns.items():
        value = getattr(one, name, UNSET)
        if value is UNSET or (value is None and not column.nullable and column.server_default is not None):
            continue
        given[name] = _checked(master, name, value, known)
    return given


def _checked(master: Master, name: str, value: Any, known: Known) -> Any:
    """One value, as its column may hold it; an amount stays Money until its currency is known."""
    column = master.columns[name]
    spec = spec_of(column)
    if value is None:
        if not column.nullable:
            raise refused(name, "null", "a value is needed here", "此处需要值")
        return None
    if isinstance(value, Money) and spec.unit == _COMPANY_CURRENCY and known.currency is not None:
        return _amount(name, value, known.currency)
    if isinstance(value, str) and not isinstance(value, Enum):
        if not value.strip():
            raise refused(name, "", "it is empty", "不能为空")
        if spec.length_max is not None and len(value) > spec.length_max:
            most = spec.length_max
            raise refused(name, value[:80], f"at most {most} characters are kept", f"最多 {most} 个字符")
        codes = known.codes.get(spec.code_list or "")
        if codes is not None and value not in codes:
            raise refused(name, value, f"it is no code of {spec.code_list}", f"不在代码表 {spec.code_list} 中")
    return list(cast(tuple[str, ...], value)) if isinstance(value, tuple) else value


def _new_row(master: Master, given: Mapping[str, Any]) -> dict[str, Any]:
    """The whole new row. Raises: what the record's rule refuses."""
    row = {name: given.get(name, _default(column)) for name, column in master.columns.items()}
    row = _in_own_currency(row)
    return {"id": new_id(), **row, **master.rule(row)}


def _changed(master: Master, current: Values, given: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that become other than they are. Raises: what the record's rule refuses."""
    row = _in_own_currency({**current, **given})
    if all(row[name] == current[name] for name in given):
        return {}
    whole = {**row, **master.rule(row)}
    return {name: value for name, value in whole.items() if name in current and current[name] != value}


def _in_own_currency(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with its amounts as numbers. Raises: CurrencyMismatch for one in another currency than the row's."""
    return {
        name: _amount(name, value, row[_OWN_CURRENCY]) if isinstance(value, Money) else value
        for name, value in row.items()
    }


def _amount(name: str, value: Money, currency: str) -> Decimal:
    if value.currency != currency:
        what = camel(name)
        raise CurrencyMismatch((what,), what=what, currency=value.currency, expected=currency)
    return value.amount


def _default(column: Column[Any]) -> Any:
    """What the database would set: work with a whole row needs it before."""
    default: Any = column.server_default
    if default is None:
        return None
    text = str(default.arg)
    match column.type:
        case Boolean():
            return text == "true"
        case Integer() | SmallInteger():
            return int(text)
        case Numeric():
            return Decimal(text)
        case ARRAY():
            return list[str]()
        case _:
            return text


def _expected(master: Master, commands: Sequence[Any]) -> dict[UUID, int | None]:
    return {getattr(one, master.own): getattr(one, "expected_version", None) for one in commands}


def _check_there(master: Master, id_: UUID, row: Values | None, stale: DomainError | None) -> None:
    """Nothing; raises NotFound, StaleVersion, WrongState."""
    record = master.record
    if row is None:
        raise _missing(master, id_)
    if stale is not None:
        raise stale
    if master.is_archivable and row["archived_at"] is not None:
        raise WrongState(what=record.spec.en, key=master.key_of(row), state="ARCHIVED", transition="be changed")


def _missing(master: Master, id_: UUID) -> NotFound:
    return NotFound((camel(master.record.table.name),), what=master.record.spec.en.lower(), key=str(id_))


async def _write(
    work: Work, master: Master, current: Mapping[UUID, Values], written: Mapping[UUID, set[str]]
) -> None:
    """Write the changed rows, those that change the same columns in one statement."""
    groups: dict[tuple[str, ...], list[Values]] = {}
    for id_, names in written.items():
        fields = tuple(sorted(names))
        groups.setdefault(fields, []).append({"id": id_, **{name: current[id_][name] for name in fields}})
    for fields, rows in groups.items():
        await work.update(master.record, rows, fields=fields)
        await _check_trees(work, master, rows, fields)
        work.emit(f"{master.record.__name__}Changed", master.record, [row["id"] for row in rows], fields=list(fields))


@lru_cache(maxsize=64)
def _loop(table: Table, column: str) -> Select[Any]:
    """The first of some rows from which the column leads back to itself."""
    is_own = "company_id" in table.c and "company_id" in table.primary_key.columns
    start, parent = table.alias("start"), table.alias("parent")
    company = bindparam("company_id", type_=SmallInteger())
    ids = func.any(bindparam("ids", type_=ARRAY(Uuid())))
    depth: ColumnElement[int] = literal_column("1", Integer())
    begun = select(start.c.id.label("origin"), start.c[column].label("at"), depth.label("depth")).where(
        start.c.id == ids, *([start.c.company_id == company] if is_own else [])
    )
    path = begun.cte("path", recursive=True)
    onward = select(path.c.origin, parent.c[column], path.c.depth + 1).where(
        parent.c.id == path.c.at, path.c.at != path.c.origin, path.c.depth < TREE_DEPTH_MAX,
        *([parent.c.company_id == company] if is_own else []),
    )  # fmt: skip
    path = path.union_all(onward)
    return select(path.c.origin).where((path.c.at == path.c.origin) | (path.c.depth == TREE_DEPTH_MAX)).limit(1)


async def _check_trees(work: Work, master: Master, rows: Sequence[Values], fields: Iterable[str]) -> None:
    """Nothing; raises Rejected when a row would hang below itself, or deeper than any tree of masters does."""
    for name in fields:
        link = spec_of(master.record.table.c[name]).reference
        if link is None or link.target != master.record.table.name:
            continue
        found = await work.fetch(_loop(master.record.table, name), ids=[row["id"] for row in rows])
        if found:
            value = str(found[0]["origin"])
            raise refused(name, value, "it would hang below itself", "不能挂在自身之下")
