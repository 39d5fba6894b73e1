"""Upgrades against PostgreSQL: from nothing, again, twice at once, and from a database of another release."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from domain import RECORDS, REPORTS
from domain.core.dictionary import dictionary_rows
from migrations import upgrade as upgrades
from migrations.synchronise import REFERENCE, reference_rows, synchronise
from migrations.tables import create_statements
from migrations.upgrade import SchemaMismatch, check_schema, current_revision, head, upgrade

COLUMNS = """
SELECT c.relname || '.' || a.attname AS name,
  concat_ws(' ', format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'NOT NULL' END,
            pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum)) AS definition
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> 'alembic_version'
"""
CONSTRAINTS = """
SELECT c.relname || '.' || k.conname AS name, pg_get_constraintdef(k.oid) AS definition
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
WHERE c.relnamespace = 'public'::regnamespace AND c.relname <> 'alembic_version'
"""
INDEXES = """
SELECT indexname AS name, indexdef AS definition FROM pg_indexes
WHERE schemaname = 'public' AND tablename <> 'alembic_version'
"""


@pytest.fixture
async def empty(fresh_connection: asyncpg.Connection) -> asyncpg.Connection:
    """A connection to a database without any table."""
    await fresh_connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    return fresh_connection


async def catalogue(connection: asyncpg.Connection) -> dict[str, str]:
    """Every column, constraint and index with its definition."""
    return {
        row["name"]: row["definition"]
        for question in (COLUMNS, CONSTRAINTS, INDEXES)
        for row in await connection.fetch(question)
    }


async def test_the_migrations_make_the_tables_that_the_records_declare(empty: asyncpg.Connection) -> None:
    await upgrade(empty)
    migrated = await catalogue(empty)
    await empty.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    for statement in create_statements():
        await empty.execute(statement)
    declared = await catalogue(empty)
    assert {name: declared.get(name) for name, text in migrated.items() if declared.get(name) != text} == {}
    assert {name: text for name, text in declared.items() if name not in migrated} == {}


async def test_a_second_upgrade_applies_nothing(empty: asyncpg.Connection) -> None:
    said: list[str] = []
    first = await upgrade(empty, said.append)
    assert first[-1] == head()
    assert said == [f"migrating to {revision}" for revision in first]
    assert await upgrade(empty, said.append) == []
    assert await current_revision(empty) == head()
    await check_schema(empty)


async def test_two_processes_that_upgrade_at_once_apply_each_revision_once(
    empty: asyncpg.Connection, fresh_database: str
) -> None:
    other = await asyncpg.connect(fresh_database)
    try:
        applied = await asyncio.gather(upgrade(empty), upgrade(other))
    finally:
        await other.close()
    assert sorted(applied, key=len)[0] == []
    assert sorted(applied, key=len)[1] == upgrades.revisions_after(None)


async def test_a_database_without_tables_is_not_served(empty: asyncpg.Connection) -> None:
    with pytest.raises(SchemaMismatch, match="the database has no Skein schema; run `skein migrate`"):
        await check_schema(empty)


async def test_a_database_of_a_newer_release_is_neither_served_nor_upgraded(empty: asyncpg.Connection) -> None:
    await upgrade(empty)
    await empty.execute("UPDATE alembic_version SET version_num = '9999'")
    sentence = rf"the schema is at 9999, newer than this release \({head()}\); install the release that made it"
    with pytest.raises(SchemaMismatch, match=sentence):
        await check_schema(empty)
    with pytest.raises(SchemaMismatch, match=sentence):
        await upgrade(empty)
    assert await current_revision(empty) == "9999"


async def test_a_failed_revision_leaves_nothing_behind(empty: asyncpg.Connection) -> None:
    await empty.execute("CREATE TABLE purchase_order (id int)")
    with pytest.raises(asyncpg.DuplicateTableError):
        await upgrade(empty)
    tables = await empty.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    assert [row["tablename"] for row in tables] == ["purchase_order"]


async def test_what_follows_from_the_code_is_written_once(fresh_connection: asyncpg.Connection) -> None:
    changed = await synchronise(fresh_connection)
    files = {path.stem: len(reference_rows(path)) for path in REFERENCE.glob("*.csv")}
    assert changed == {"data_dictionary_entry": len(dictionary_rows([*RECORDS.values(), *REPORTS])), **files}
    assert set((await synchronise(fresh_connection)).values()) == {0}


async def test_a_reference_row_that_was_changed_here_stays_changed(fresh_connection: asyncpg.Connection) -> None:
    await synchronise(fresh_connection)
    await fresh_connection.execute("UPDATE currency SET name = 'Dollar', version = 2 WHERE code = 'USD'")
    await fresh_connection.execute("UPDATE currency SET name = 'Old name' WHERE code = 'EUR'")
    assert (await synchronise(fresh_connection))["currency"] == 1
    names = await fresh_connection.fetch("SELECT code, name FROM currency WHERE code IN ('USD', 'EUR') ORDER BY code")
    assert [tuple(row) for row in names] == [("EUR", "Euro"), ("USD", "Dollar")]


async def test_a_column_that_is_gone_is_archived_in_the_dictionary(fresh_connection: asyncpg.Connection) -> None:
    await synchronise(fresh_connection)
    await fresh_connection.execute(
        "UPDATE data_dictionary_entry SET id = gen_random_uuid(), coordinate = 'item.gone' "
        "WHERE coordinate = 'item.name'"
    )
    assert (await synchronise(fresh_connection))["data_dictionary_entry"] == 2
    rows = await fresh_connection.fetch(
        "SELECT coordinate, archived_at IS NULL AS live FROM data_dictionary_entry "
        "WHERE coordinate IN ('item.gone', 'item.name') ORDER BY 1"
    )
    assert [tuple(row) for row in rows] == [("item.gone", False), ("item.name", True)]


@pytest.mark.parametrize("path", sorted(REFERENCE.glob("*.csv")), ids=lambda path: path.stem)
def test_every_reference_row_has_its_key_once(path: Path) -> None:
    key = str(RECORDS[path.stem].spec.key)
    keys = [row[key] for row in reference_rows(path)]
    assert len(keys) == len(set(keys))
    assert all(keys)


def test_currencies_have_the_minor_units_of_iso_4217() -> None:
    digits = {str(row["code"]): row["minor_unit"] for row in reference_rows(REFERENCE / "currency.csv")}
    assert [digits[code] for code in ("USD", "CNY", "JPY", "KWD", "CLP", "TND")] == ["2", "2", "0", "3", "0", "3"]
    assert len(digits) == 180


@pytest.mark.parametrize(
    ("statement", "operation"),
    [
        ("UPDATE access_log_entry SET actor_name = 'nobody'", "UPDATE"),
        ("DELETE FROM access_log_entry", "DELETE"),
        ("TRUNCATE access_log_entry", "TRUNCATE"),
    ],
)
async def test_an_append_only_row_refuses_to_change(
    connection: asyncpg.Connection, statement: str, operation: str
) -> None:
    await connection.execute(
        "INSERT INTO access_log_entry (company_id, id, actor_id, actor_name, document_hash, coordinates, row_count) "
        "VALUES (0, gen_random_uuid(), gen_random_uuid(), 'ann', 'abc', '{Employee.birthOn}', 1)"
    )
    with pytest.raises(
        asyncpg.RestrictViolationError, match=f"access_log_entry is append-only: {operation} is refused"
    ):
        async with connection.transaction():
            await connection.execute(statement)
    assert await connection.fetchval("SELECT actor_name FROM access_log_entry") == "ann"
