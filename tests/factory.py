"""One factory for every record: rows with a plausible value in each column that must have one.

Values follow from the declaration (type, enum, length), so a new record needs no factory of its own; a test says only
what it is about. Ids and values are deterministic.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import Boolean, Column, Date, DateTime, Numeric
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import Integer, LargeBinary, SmallInteger, Uuid

import domain
from domain.core.columns import spec_of
from domain.core.database import to_json
from domain.core.records import CompanyRecord, GroupRecord, Record

DAY = date(2026, 3, 2)
INSTANT = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)


def numbered(record: type[Record], number: int) -> UUID:
    """The id of the `number`-th made row of a record; ids of one record sort by number."""
    return UUID(f"{sorted(domain.RECORDS).index(record.table.name):08x}-0000-7000-8000-{number:012x}")


def _value(column: Column[Any], record: type[Record], number: int) -> Any:
    spec = spec_of(column)
    kind = column.type
    if spec.enum is not None:
        return next(iter(spec.enum)).value
    simple: Sequence[tuple[type, Any]] = (
        (Boolean, False),
        (SmallInteger, number),
        (Integer, number),
        (Numeric, Decimal(number)),
        (Date, DAY + timedelta(days=number)),
        (DateTime, INSTANT + timedelta(minutes=number)),
        (ARRAY, []),
        (JSONB, {}),
        (LargeBinary, b""),
    )
    for type_, made in simple:
        if isinstance(kind, type_):
            return made
    if isinstance(kind, Uuid):
        return numbered(record, number)
    if spec.code_list == "ISO4217":
        return "CNY"
    text = f"{column.name}-{number}"
    return text[: spec.length_max] if spec.length_max and spec.length_max < len(text) else text


def row(record: type[Record], number: int, /, **given: Any) -> dict[str, Any]:
    """The `number`-th row of a record: what was given, and a value for each other column that must have one."""
    values: dict[str, Any] = {}
    for column in record.table.columns:
        if column.name in given:
            values[column.name] = given[column.name]
        elif column.name == "id":
            values["id"] = numbered(record, number)
        elif column.name == "company_id" and issubclass(record, CompanyRecord):
            values["company_id"] = 1
        elif column.computed is None and not column.nullable and column.server_default is None:
            values[column.name] = _value(column, record, number)
    unknown = given.keys() - values.keys()
    assert not unknown, f"{record.__name__} has no {unknown}"
    return values


async def insert(connection: asyncpg.Connection, record: type[Record], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the rows, which must have the same columns."""
    columns = list(rows[0])
    places = ", ".join(f"${place}" for place in range(1, len(columns) + 1))
    names = ", ".join(f'"{name}"' for name in columns)
    await connection.executemany(
        f'INSERT INTO "{record.table.name}" ({names}) VALUES ({places})',
        [[_sent(record.table.c[name], one[name]) for name in columns] for one in rows],
    )


def _sent(column: Column[Any], value: Any) -> Any:
    return to_json(value).decode() if isinstance(column.type, JSONB) else value


def is_group(record: type[Record]) -> bool:
    """Whether the record is shared by the group."""
    return issubclass(record, GroupRecord)
