"""A changed row and its audit entry are one statement: the change in a WITH, the entry inserted from what it returned.

Built once for each record and set of columns. The statements take arrays, one an input column, so that one row and ten
thousand cost one round trip. Personal values are kept apart from the rest of the entry, covered by a salted digest.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ClauseElement,
    Column,
    ColumnElement,
    FromClause,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    bindparam,
    case,
    cast,
    delete,
    extract,
    func,
    insert,
    literal,
    literal_column,
    null,
    or_,
    select,
    true,
    update,
)
from sqlalchemy import column as sql_column
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import TypeEngine, Uuid

from domain.core.columns import Tier, spec_of
from domain.core.models import AuditEntry
from domain.core.records import Record, is_sharded

# PostgreSQL takes 100 arguments a call: 45 names with their values, and room.
FIELDS_PER_OBJECT_MAX = 45

# Names under which an update returns what was and what is.
BEFORE, AFTER = "before_", "after_"

# Ids of entries are made where the rows are: the first half of a UUID of version 7, made in Python, gives the time and
# so the order on disk; the rest is random.
ENTRY_PREFIX_LENGTH = 15
_ENTRY_ID = cast(
    bindparam("entry_prefix", type_=Text())
    + func.substr(cast(func.gen_random_uuid(), Text()), ENTRY_PREFIX_LENGTH + 1),
    Uuid(),
)

ENTRY_COLUMNS = (
    "company_id", "id", "work_id", "actor_id", "actor_name", "command", "reason", "record_type", "record_id",
    "record_version", "before", "after", "personal", "salt",
)  # fmt: skip


def input_name(column_name: str) -> str:
    """The name of the array parameter that carries a column's values."""
    return f"in_{column_name}"


def travels_as_json(type_: TypeEngine[Any]) -> bool:
    """Whether values of the column type are sent as JSON text."""
    return isinstance(type_, ARRAY | JSONB)


@cache
def insert_statement(record: type[Record], columns: tuple[str, ...], audited: bool) -> ClauseElement:
    """INSERT of rows given as arrays, one a column, with an audit entry each."""
    table = record.table
    given = _given(record, columns)
    company = [bindparam("company_id", type_=SmallInteger())] if is_sharded(record) else []
    names = [*(["company_id"] if company else []), *columns]
    made = insert(table).from_select(
        names, select(*company, *(given.c[name] for name in columns)), include_defaults=False
    )
    if not audited:
        return made
    changed = made.returning(table).cte("changed")
    personal = _personal_names(record, [column.name for column in table.columns])
    return _entries(
        record, changed, before=null(), after=_whole(personal), personal=_personal(changed, {"after": personal})
    )


@cache
def update_statement(record: type[Record], fields: tuple[str, ...], audited: bool) -> ClauseElement:
    """UPDATE of rows given as arrays; a row whose version is not the expected one is left alone and not returned."""
    table = record.table
    given = _given(record, ("id", *fields), expects_version=True)
    of_company = _of_company(record)
    same = or_(given.c.expected_version.is_(None), table.c.version == given.c.expected_version)
    values: dict[str, Any] = {name: given.c[name] for name in fields}
    if not audited:
        statement = update(table).values(**values, version=table.c.version + 1)
        return statement.where(table.c.id == given.c.id, of_company, same).returning(table.c.id, table.c.version)
    previous = (
        select(
            table.c.id,
            *(table.c[name].label(BEFORE + name) for name in fields),
            *(given.c[name].label(AFTER + name) for name in fields),
        )
        .join(given, table.c.id == given.c.id)
        .where(of_company, same)
        .order_by(table.c.id)
        .with_for_update(of=table)
        .cte("previous")
    )
    # What was comes back with what is: joining the two afterwards would compare every row with every other.
    changing = (
        update(table)
        .values(**{name: previous.c[AFTER + name] for name in fields}, version=table.c.version + 1)
        .where(table.c.id == previous.c.id, of_company)
    )
    told: list[ColumnElement[Any]] = [table.c.id, table.c.version]
    told += [table.c[name].label(AFTER + name) for name in fields]
    told += [previous.c[BEFORE + name] for name in fields]
    # SQLAlchemy types `returning` by the number of its columns, which is known here only as it runs.
    changed: CTE = changing.returning(*told).cte("changed")  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    personal = _personal_names(record, fields)
    plain = [name for name in fields if name not in personal]
    return _entries(
        record, changed,
        before=_object(changed, plain, BEFORE), after=_object(changed, plain, AFTER),
        personal=_personal(changed, {"before": personal, "after": personal}, is_prefixed=True),
    )  # fmt: skip


@cache
def delete_statement(record: type[Record]) -> ClauseElement:
    """DELETE of rows by id, with what they were."""
    table = record.table
    given = _given(record, ("id",))
    gone = delete(table).where(table.c.id == given.c.id, _of_company(record)).returning(table).cte("changed")
    personal = _personal_names(record, [column.name for column in table.columns])
    return _entries(record, gone, before=_whole(personal), after=null(), personal=_personal(gone, {"before": personal}))


@cache
def lock_statement(record: type[Record]) -> ClauseElement:
    """The rows of the ids, locked in primary-key order."""
    table = record.table
    wanted = table.c.id == func.any(bindparam("ids", type_=ARRAY(Uuid())))
    return select(table).where(wanted, _of_company(record)).order_by(table.c.id).with_for_update()


def digest_of(entry: FromClause) -> ColumnElement[bytes]:
    """The digest of an audit entry from its own columns; `verify` computes the same from the stored row."""
    c = entry.c
    recorded = cast(extract("epoch", c.recorded_at) * 1_000_000, BigInteger())
    covered = func.jsonb_build_array(
        c.company_id, c.id, recorded, c.work_id, c.actor_id, c.actor_name, c.command, c.reason, c.record_type,
        c.record_id, c.record_version, c.before, c.after, func.encode(c.personal_digest, "hex"),
    )  # fmt: skip
    return _sha256(cast(covered, Text()))


def personal_digest_of(entry: FromClause) -> ColumnElement[bytes]:
    """The digest of an entry's personal values with their salt; null where it has none."""
    text = cast(entry.c.salt, Text()) + cast(entry.c.personal, Text())
    return case((entry.c.personal.is_(null()), null()), else_=_sha256(text))


def _sha256(text: ColumnElement[str]) -> ColumnElement[bytes]:
    return func.sha256(func.convert_to(text, "UTF8"), type_=LargeBinary())


def _of_company(record: type[Record]) -> ColumnElement[bool]:
    if not is_sharded(record):
        return true()
    return record.table.c.company_id == bindparam("company_id", type_=SmallInteger())


def _given(record: type[Record], columns: Sequence[str], *, expects_version: bool = False) -> CTE:
    """The input rows: each column an array parameter."""
    table = record.table
    types: dict[str, TypeEngine[Any]] = {name: table.c[name].type for name in columns}
    if expects_version:
        types["expected_version"] = Integer()
    # An array of arrays would have to be rectangular, so lists and JSON travel as JSON text.
    sent: dict[str, TypeEngine[Any]] = {
        name: Text() if travels_as_json(type_) else type_ for name, type_ in types.items()
    }
    arrays = [bindparam(input_name(name), type_=ARRAY(type_)) for name, type_ in sent.items()]
    rows = func.unnest(*arrays).table_valued(*(sql_column(name, type_) for name, type_ in sent.items()))
    rows = rows.render_derived(name="rows")
    return select(*(_received(rows.c[name], type_).label(name) for name, type_ in types.items())).cte("given")


def _received(value: ColumnElement[Any], type_: TypeEngine[Any]) -> ColumnElement[Any]:
    """The input value as its column's type."""
    if isinstance(type_, ARRAY):
        return _array_from_json(cast(value, JSONB()), type_)  # pyright: ignore[reportUnknownArgumentType]
    return cast(value, JSONB()) if isinstance(type_, JSONB) else value


def _array_from_json(value: ColumnElement[Any], type_: "ARRAY[Any]") -> ColumnElement[Any]:
    elements = func.jsonb_array_elements_text(value).table_valued("element").render_derived(name="elements")
    listed = select(cast(elements.c.element, type_.item_type)).correlate_except(elements).scalar_subquery()
    return case((value.is_(null()), null()), else_=func.array(listed, type_=type_))


def _personal_names(record: type[Record], names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in names if spec_of(record.table.c[name]).tier is Tier.PERSONAL)


def _whole(personal: Sequence[str]) -> ColumnElement[Any]:
    """The changed row as JSON, without its personal values."""
    row = literal_column("to_jsonb(changed)", JSONB())
    return row.op("-", return_type=JSONB())(cast(list(personal), ARRAY(Text()))) if personal else row


def _object(source: FromClause, names: Sequence[str], prefix: str = "") -> ColumnElement[Any]:
    """The columns `names` of `source`, there called with `prefix`, as one JSON object."""
    parts: list[Any] = []
    for start in range(0, len(names), FIELDS_PER_OBJECT_MAX):
        pairs: list[Any] = []
        for name in names[start : start + FIELDS_PER_OBJECT_MAX]:
            pairs += [literal_column(f"'{name}'", Text()), source.c[prefix + name]]
        parts.append(func.jsonb_build_object(*pairs, type_=JSONB()))
    if not parts:
        return literal_column("'{}'::jsonb", JSONB())
    whole = parts[0]
    for part in parts[1:]:
        whole = whole.op("||", return_type=JSONB())(part)
    return whole


def _personal(
    source: FromClause, images: Mapping[str, Sequence[str]], *, is_prefixed: bool = False
) -> ColumnElement[Any]:
    """The personal values of each image (before, after) that has any."""
    pairs: list[Any] = []
    for image, names in images.items():
        if names:
            prefix = {"before": BEFORE, "after": AFTER}[image] if is_prefixed else ""
            pairs += [literal_column(f"'{image}'", Text()), _object(source, names, prefix)]
    return func.jsonb_build_object(*pairs, type_=JSONB()) if pairs else null()


def _entries(record: type[Record], changed: FromClause, **images: ColumnElement[Any]) -> ClauseElement:
    """INSERT of the audit entries from the changed rows; returns record_id and record_version."""
    version: Column[Any] | None = record.table.columns.get("version")
    raw = (
        select(
            bindparam("company_id", type_=SmallInteger()).label("company_id"),
            _ENTRY_ID.label("id"),
            bindparam("work_id", type_=Uuid()).label("work_id"),
            bindparam("actor_id", type_=Uuid()).label("actor_id"),
            bindparam("actor_name", type_=Text()).label("actor_name"),
            bindparam("command", type_=Text()).label("command"),
            bindparam("reason", type_=Text()).label("reason"),
            literal(record.table.name, Text()).label("record_type"),
            changed.c.id.label("record_id"),
            cast(null() if version is None else changed.c.version, Integer()).label("record_version"),
            cast(images["before"], JSONB()).label("before"),
            cast(images["after"], JSONB()).label("after"),
            cast(images["personal"], JSONB()).label("personal"),
            case((images["personal"].is_(null()), null()), else_=func.gen_random_uuid()).label("salt"),
            func.now().label("recorded_at"),
        )
        .select_from(changed)
        .cte("raw")
    )
    salted = select(*raw.c, personal_digest_of(raw).label("personal_digest")).cte("salted")
    names = [*ENTRY_COLUMNS, "recorded_at", "personal_digest", "digest"]
    chosen = select(*(salted.c[name] for name in names[:-1]), digest_of(salted))
    entry = AuditEntry.table
    made = insert(entry).from_select(names, chosen, include_defaults=False)
    return made.returning(entry.c.record_id, entry.c.record_version)


__all__ = [
    "delete_statement", "digest_of", "input_name", "insert_statement", "lock_statement", "personal_digest_of",
    "travels_as_json", "update_statement",
]  # fmt: skip
