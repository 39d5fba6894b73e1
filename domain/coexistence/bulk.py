"""Rows of a register by the ten thousand: `CopyHistory` is `ImportHistory` for sources too large for it.

A regulator's register has millions of rows that say nothing of our business. They are copied in without an audit entry
each: the run, the digest of its input and the digest of every source row say who brought what and when, at a tenth of
the cost and size. What a later release changes is updated through the audit like any other change.
"""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.coexistence.models import LegacyKey
from domain.core.actors import Action
from domain.core.commands import Results, argument, command
from domain.core.database import Connection, Row, to_json
from domain.core.records import GROUP, Record
from domain.core.work import Work

Values = Mapping[str, Any]

_key = LegacyKey.table
# Joined, not `= ANY`: a generic plan of the latter may read all keys of the source and compare each with the array.
_wanted = func.unnest(bindparam("keys", type_=ARRAY(Text()))).table_valued("key").render_derived(name="wanted")
_KNOWN = select(_key.c.key, _key.c.id, _key.c.record_id, _key.c.digest).join_from(
    _wanted,
    _key,
    (_key.c.company_id == GROUP)
    & (_key.c.source_system_id == bindparam("source_system_id", type_=Uuid()))
    & (_key.c.record_type == bindparam("record_type", type_=Text()))
    & (_key.c.key == _wanted.c.key),
)
KEY_COLUMNS = ("company_id", "id", "source_system_id", "record_type", "key", "record_id", "source_table", "digest")


class Bulk(NamedTuple):
    """One row to be: its key in the source, the digest of the source row, its record's id and values.

    `key_id` is the legacy key's id where the row was imported before; the row is then a change.
    """

    key: str
    digest: int
    record_id: UUID
    values: Values
    key_id: UUID | None = None


def row_digest(edition: int, row: Sequence[Any]) -> int:
    """The digest of a source row, 64 bits; `edition` counts the changes of what rows are made into."""
    digest = blake2b(to_json(row), digest_size=8, salt=edition.to_bytes(4, "big")).digest()
    return int.from_bytes(digest, "big", signed=True)


async def known_keys(
    connection: Connection, source_system_id: UUID, record: type[Record], keys: Sequence[str]
) -> Mapping[str, Row]:
    """The group's legacy keys among `keys`, each with its `id`, `record_id` and `digest`."""
    rows = await connection.fetch(
        _KNOWN, source_system_id=source_system_id, record_type=record.table.name, keys=list(keys)
    )
    return {row["key"]: row for row in rows}


@command(action=Action.IMPORT, record=LegacyKey, zh="批量导入历史记录")
class CopyHistory:
    """Bring many rows of one table of a register over as they are: new masters of the group, or changes of known ones.

    Every row names the same columns. Ids are given, so that rows of one batch can name each other.
    """

    source_system_id: UUID = argument(doc="The source system.", zh="源系统")
    source_table: str = argument(doc="Table of the rows in the source.", zh="源表")
    record: type[Record] = argument(doc="The kind of record they become.", zh="记录类型")
    rows: tuple[Bulk, ...] = argument(doc="The rows.", zh="行")


async def copy_histories(work: Work, commands: Sequence[CopyHistory]) -> Results[LegacyKey]:
    """The source systems' ids, in order; afterwards every row has its record and its legacy key."""
    for one in commands:
        new = [row for row in one.rows if row.key_id is None]
        changed = [row for row in one.rows if row.key_id is not None]
        if new:
            await _copy(work, one, new)
        if changed:
            fields = tuple(changed[0].values)
            await work.update(one.record, [{**row.values, "id": row.record_id} for row in changed], fields)
            keys = [{"id": row.key_id, "digest": row.digest} for row in changed]
            await work.update(LegacyKey, keys, ("digest",), audited=False)
    return Results([one.source_system_id for one in commands])


async def _copy(work: Work, one: CopyHistory, rows: Sequence[Bulk]) -> None:
    """COPY the records and their legacy keys; a key takes its record's id, for a row has one of each."""
    raw, kind = work.connection.raw, one.record.table.name
    await raw.copy_records_to_table(
        kind,
        columns=["id", *rows[0].values],
        records=[(row.record_id, *row.values.values()) for row in rows],
    )
    await raw.copy_records_to_table(
        _key.name,
        columns=KEY_COLUMNS,
        records=[
            (GROUP, row.record_id, one.source_system_id, kind, row.key, row.record_id, one.source_table, row.digest)
            for row in rows
        ],
    )
