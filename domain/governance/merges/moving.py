"""How rows move from the merged master to its survivor, and back.

What was changed is kept as data: table, column, company, ids, the value before and after. Undoing it is the same in the
other direction, so it is exact; a row that someone has changed since in that column keeps what it has.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    SmallInteger,
    UniqueConstraint,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.actors import Action
from domain.core.database import Row
from domain.core.errors import DomainError, Forbidden
from domain.core.records import GROUP, Record, is_sharded
from domain.core.work import Work
from domain.governance.merges.references import ALIKE, FILLED, MOVED

# Rows that one merge moves at most: they are kept with it, and all move in one transaction.
MOVED_MAX = 20_000

# One kind of change of some rows of one company (0: the group's).
Change = Mapping[str, Any]


class MergeTooLarge(DomainError):
    code = "MERGE_TOO_LARGE"
    zh = "{merged} 需转移 {count} 行数据，一次合并最多 {limit} 行。"
    en = "{merged} has {count} rows to move; a merge moves at most {limit}."


@lru_cache(maxsize=256)
def record_of(table: str) -> type[Record]:
    """The record of a table."""
    records = (cast(type[Record], one.class_) for one in Record.registry.mappers)
    return next(record for record in records if record.table.name == table)


async def move(work: Work, master: str, merged: UUID, survivor: UUID) -> list[Change]:
    """What describes the merged master now describes the survivor; what the survivor has already stays behind.

    Raises: Forbidden where the actor may not do this in a company that has such rows.
    """
    changes: list[Change] = []
    for place in MOVED[master]:
        table, _, column = place.partition(".")
        by_company: dict[int, list[UUID]] = {}
        for row in await work.fetch(_movable(table, column), merged=merged, survivor=survivor):
            by_company.setdefault(row["company_id"], []).append(row["id"])
        for company_id, ids in sorted(by_company.items()):
            changes.append(_change(table, column, company_id, ids, (str(merged), str(survivor))))
            if table == "bank_account":
                changes += await _reopened(work, ids)
    count = sum(len(one["ids"]) for one in changes)
    if count > MOVED_MAX:
        raise MergeTooLarge(merged=str(merged), count=count, limit=MOVED_MAX)
    for one in changes:
        await _write(work, one, one["ids"], one["after"])
    return changes


def _change(table: str, column: str, company_id: int, ids: Sequence[UUID], values: tuple[Any, Any]) -> Change:
    return {
        "table": table, "column": column, "company": company_id, "ids": [str(id_) for id_ in ids],
        "before": values[0], "after": values[1],
    }  # fmt: skip


async def _reopened(work: Work, ids: Sequence[UUID]) -> list[Change]:
    """An account that changes its owner is approved again, as after any change."""
    account = record_of("bank_account").table
    asked = func.any(bindparam("ids", type_=ARRAY(Uuid())))
    rows = await work.fetch(select(account.c.id).where(account.c.id == asked, account.c.is_approved), ids=list(ids))
    return [_change("bank_account", "is_approved", GROUP, [row["id"] for row in rows], (True, False))] if rows else []


async def fill(work: Work, master: str, merged: Row, survivor: Row) -> list[Change]:
    """The survivor takes of the other what it has not itself."""
    changes = [
        _change(master, name, GROUP, [survivor["id"]], (None, _plain(merged[name])))
        for name in FILLED[master]
        if survivor[name] is None and merged[name] is not None and merged[name] != survivor["id"]
    ]
    for one in changes:
        await _write(work, one, one["ids"], one["after"])
    return changes


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value


async def undo(work: Work, changes: Sequence[Change]) -> None:
    """Every row has what it had, where it still has what the merge gave it. Raises: Forbidden."""
    for one in reversed(changes):
        table = record_of(one["table"]).table
        column = cast(Column[Any], table.c[one["column"]])
        conditions = [table.c.id == func.any(bindparam("ids", type_=ARRAY(Uuid())))]
        if is_sharded(record_of(one["table"])):
            conditions.append(table.c.company_id == bindparam("company", type_=SmallInteger()))
        statement = select(table.c.id).where(*conditions, column == bindparam("after", type_=column.type))
        given = {"ids": [UUID(id_) for id_ in one["ids"]], "after": _typed(one, one["after"])}
        if is_sharded(record_of(one["table"])):
            given["company"] = one["company"]
        still = [row["id"] for row in await work.fetch(statement, **given)]
        await _write(work, one, still, one["before"])


def _typed(one: Change, value: Any) -> Any:
    """A value as its column holds it."""
    column = cast(Column[Any], record_of(one["table"]).table.c[one["column"]])
    is_id = isinstance(column.type, Uuid)
    return UUID(value) if is_id and value is not None else value


async def _write(work: Work, one: Change, ids: Sequence[Any], value: Any) -> None:
    if not ids:
        return
    own = work if one["company"] == GROUP else _beside(work, one["company"])
    rows = [{"id": UUID(str(id_)), one["column"]: _typed(one, value)} for id_ in ids]
    await own.update(record_of(one["table"]), rows, fields=(one["column"],))


def _beside(work: Work, company_id: int) -> Work:
    """The work of a company in which the actor may merge too. Raises: Forbidden."""
    if company_id not in work.grants.may("governance", Action.APPROVE, work.command):
        raise Forbidden(what=work.command)
    return work.beside(company_id)


@lru_cache(maxsize=64)
def _movable(table: str, column: str) -> Any:
    """(company_id, id): the rows of the merged master that the survivor has no counterpart of."""
    record = record_of(table)
    own, other = record.table.alias("own"), record.table.alias("other")
    survivor = bindparam("survivor", type_=Uuid())
    company = own.c.company_id if is_sharded(record) else literal_column("0", SmallInteger())
    keys = [names for names in _keys(record) if column in names]
    if table in ALIKE:
        keys.append(ALIKE[table])
    counterparts: list[ColumnElement[bool]] = []
    for names in keys:
        same = (own.c[name].is_not_distinct_from(other.c[name]) for name in names if name != column)
        counterparts.append(and_(other.c[column] == survivor, *same))
    query = select(company.label("company_id"), own.c.id).where(
        own.c[column] == bindparam("merged", type_=Uuid()), own.c.id != survivor
    )
    if counterparts:
        query = query.where(~select(1).select_from(other).where(or_(*counterparts)).exists())
    return query.order_by(own.c.id)


def _keys(record: type[Record]) -> list[tuple[str, ...]]:
    """The columns of each unique key of a table; of a partial one too, which is stricter than need be."""
    table = record.table
    keys = [tuple(one.columns.keys()) for one in table.constraints if isinstance(one, UniqueConstraint)]
    keys += [tuple(part.name for part in one.columns) for one in table.indexes if one.unique]
    return keys
