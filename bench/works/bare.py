"""The bare SQL that writes what a work of ours wrote: the same rows with new keys, in one transaction, nothing else.

What the work made is found by the transaction ids of its rows. Rows that it changed are written again as they are; rows
that it made are inserted, a statement a table. No permission, no check, no answer: the price of the rows is left.
"""

import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

import domain
from bench.processes import cpu_seconds
from domain.core.ids import new_id

# Numbers and keys that must differ from those that stand there; what the sequencer gives is left to it.
RENAMED = {"number", "key", "supplier_number"}
LEFT_OUT = {
    "outbox_event": {"position"},
    "audit_seal": {"position", "digest", "previous_digest", "entries_digest", "sealed_at"},
}


@dataclass
class Written:
    """The rows of one table: those that were made, and the ids of those that were changed."""

    table: str
    columns: list[str]
    made: list[list[Any]]
    changed: list[UUID]


async def ids_of(connection: asyncpg.Connection) -> dict[str, set[UUID]]:
    """The keys of every table that a work may update."""
    return {
        name: {row["id"] for row in await connection.fetch(f'SELECT id FROM "{name}"')}
        for name, record in domain.RECORDS.items()
        if not record.spec.append_only and "id" in record.table.c
    }


async def written_since(connection: asyncpg.Connection, xid: int, known: dict[str, set[UUID]]) -> list[Written]:
    """What was written by transactions after `xid`."""
    found: list[Written] = []
    for name, record in domain.RECORDS.items():
        left_out = LEFT_OUT.get(name, set())
        columns = [c.name for c in record.table.columns if c.computed is None and c.name not in left_out]
        listed = ", ".join(f'"{one}"' for one in columns)
        rows = await connection.fetch(f'SELECT {listed} FROM "{name}" WHERE xmin::text::bigint > $1', xid)
        if rows:
            before = known.get(name, set())
            made = [list(row.values()) for row in rows if row["id"] not in before]
            changed = [row["id"] for row in rows if row["id"] in before]
            found.append(Written(name, columns, made, changed))
    return found


class Bare:
    """Writes the rows of a work again and again."""

    def __init__(self, connection: asyncpg.Connection, rows: list[Written]) -> None:
        self._connection = connection
        self._rows = rows
        self._made = {row[one.columns.index("id")] for one in rows for row in one.made}
        self._count = 0
        self.rows = sum(len(one.made) + len(one.changed) for one in rows)

    async def once(self) -> None:
        """All of it, committed."""
        self._count += 1
        fresh = {id_: new_id() for id_ in sorted(self._made)}
        async with self._connection.transaction():
            for one in self._rows:
                if one.changed:
                    await self._connection.execute(
                        f'UPDATE "{one.table}" SET id = id WHERE id = ANY($1::uuid[])', one.changed
                    )
                if one.made:
                    await self._insert(one, fresh)

    async def _insert(self, one: Written, fresh: dict[UUID, UUID]) -> None:
        renamed = [place for place, name in enumerate(one.columns) if name in RENAMED]
        values: list[Any] = []
        for row in one.made:
            copy = [self._again(value, fresh) for value in row]
            for place in renamed:
                if isinstance(copy[place], str):
                    copy[place] = f"{copy[place]}.{self._count}"
            values += copy
        width = len(one.columns)
        places = ", ".join(
            f"({', '.join(f'${start + column}' for column in range(1, width + 1))})"
            for start in range(0, len(values), width)
        )
        listed = ", ".join(f'"{name}"' for name in one.columns)
        await self._connection.execute(f'INSERT INTO "{one.table}" ({listed}) VALUES {places}', *values)

    def _again(self, value: Any, fresh: dict[UUID, UUID]) -> Any:
        if isinstance(value, UUID):
            return fresh.get(value, value)
        if isinstance(value, list):
            return [self._again(one, fresh) for one in value]
        return value


async def price(bare: Bare, rounds: int, database: list[int]) -> tuple[list[float], float]:
    """Milliseconds of each, and CPU milliseconds of one: this process and PostgreSQL."""
    for _ in range(3):
        await bare.once()
    wall: list[float] = []
    before = time.process_time() + cpu_seconds(database)
    for _ in range(rounds):
        began = time.perf_counter()
        await bare.once()
        wall.append((time.perf_counter() - began) * 1e3)
    return wall, (time.process_time() + cpu_seconds(database) - before) * 1e3 / rounds
