"""What follows from the code and is brought up to date after every upgrade: guards, data dictionary, reference rows.

Running it again changes nothing and answers so. Rows are matched by business key, from which their ids follow, so that
two installations agree on them; a reference row that people changed since (its version is above 1) is left alone.
"""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import asyncpg
import orjson

from domain import RECORDS, REPORTS
from domain.core.dictionary import DataDictionaryEntry, dictionary_rows
from domain.core.records import Record
from migrations.guards import guard_statements

REFERENCE = Path(__file__).parent / "reference"

Connection = asyncpg.Connection
Row = Mapping[str, Any]


async def synchronise(connection: Connection) -> dict[str, int]:
    """Bring what follows from the code up to date, in one transaction; answers how many rows changed in each table."""
    async with connection.transaction():
        for statement in guard_statements():
            await connection.execute(statement)
        changed = {DataDictionaryEntry.table.name: await _synchronise_dictionary(connection)}
        for path in sorted(REFERENCE.glob("*.csv")):
            table = path.stem
            changed[table] = await _merge(connection, RECORDS[table], reference_rows(path), untouched_only=True)
    return changed


def reference_rows(path: Path) -> list[Row]:
    """The rows of one reference file, keyed by their business key; an empty cell is a missing value.

    Raises: KeyError when the file lacks the record's business key.
    """
    table = path.stem
    key = str(RECORDS[table].spec.key)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        {"id": uuid5(NAMESPACE_URL, f"skein:{table}:{row[key]}"), **{name: text or None for name, text in row.items()}}
        for row in rows
    ]


async def _synchronise_dictionary(connection: Connection) -> int:
    rows = dictionary_rows([*RECORDS.values(), *REPORTS])
    changed = await _merge(connection, DataDictionaryEntry, rows, untouched_only=False)
    gone = await connection.fetch(
        "UPDATE data_dictionary_entry SET archived_at = now(), version = version + 1 "
        "WHERE archived_at IS NULL AND id <> ALL($1::uuid[]) RETURNING id",
        [row["id"] for row in rows],
    )
    return changed + len(gone)


async def _merge(connection: Connection, record: type[Record], rows: Sequence[Row], *, untouched_only: bool) -> int:
    """Insert the rows that are missing and update those that differ; answers how many."""
    table = record.table.name
    names = [name for name in rows[0] if name != "id"]
    columns = ", ".join(f'"{name}"' for name in ["id", *names])
    taken = ", ".join(f'"{name}" = excluded."{name}"' for name in names)
    mine = ", ".join(f't."{name}"' for name in names)
    theirs = ", ".join(f'excluded."{name}"' for name in names)
    differs = f"ROW({mine}) IS DISTINCT FROM ROW({theirs})"
    if untouched_only:
        differs = f"t.version = 1 AND {differs}"
    else:
        taken = f"{taken}, archived_at = NULL, version = t.version + 1"
        differs = f"t.archived_at IS NOT NULL OR {differs}"
    changed = await connection.fetch(
        f"INSERT INTO {table} AS t ({columns}) SELECT {columns} FROM json_populate_recordset(NULL::{table}, $1::json) "
        f"ON CONFLICT ({record.spec.key}) DO UPDATE SET {taken} WHERE {differs} "
        "RETURNING t.id",
        orjson.dumps(list(rows)).decode(),
    )
    return len(changed)

