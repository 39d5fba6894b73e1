from pathlib import Path
from typing import Any

import pytest

import domain
from domain.core.database import Connection, Database
from domain.core.models import AuditEntry
from domain.core.perform import perform
from domain.core.records import GROUP
from domain.core.sequencer import seal, sequence
from domain.core.verify import Finding, head_agrees, verify
from domain.core.work import Work
from domain.master_data.units import Dimension, UnitOfMeasure
from tests.domain.core.units import RegisterUnit, RenameUnit, all_grants, an_actor, an_instant

CHECKS = {name: domain.VERIFIERS[name] for name in ("audit chain", "outbox positions", "idempotency keys")}


async def findings(connection: Connection) -> list[Finding]:
    return [finding async for finding in verify(connection, CHECKS)]


async def breaches(connection: Connection) -> list[tuple[str, str]]:
    return [(one.subject, one.message) for one in await findings(connection) if one.is_breach]


async def registered(database: Database, *codes: str) -> list[Any]:
    made: list[Any] = []
    for code in codes:
        made += (
            await perform(database, an_actor(), all_grants(), GROUP, [RegisterUnit(code=code)], idempotency_key=code)
        ).ids
    return made


async def unguarded(connection: Connection, sql: str, *args: Any) -> None:
    """Change append-only rows as someone with all rights in the database could."""
    await connection.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
    await connection.execute(sql, *args)
    await connection.execute("ALTER TABLE audit_entry ENABLE TRIGGER USER")


async def test_a_sound_database_has_no_findings(database: Database):
    units = await registered(database, "A", "B", "C")
    rename = [RenameUnit(unit_id=units[0], name="each")]
    await perform(database, an_actor(), all_grants(), GROUP, rename, idempotency_key="rename")
    async with database.acquire() as connection:
        await sequence(connection)
        await seal(connection)
        assert await findings(connection) == []


async def test_what_is_not_sealed_yet_is_said_and_is_no_breach(database: Database):
    await registered(database, "A")
    async with database.acquire() as connection:
        await seal(connection)
        await registered(database, "B", "C")
        [tail] = await findings(connection)
    assert (tail.is_breach, tail.message) == (False, "2 transactions after position 1 are not sealed yet")


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit_entry SET actor_name = 'nobody' WHERE record_id = ANY($1)",
        'UPDATE audit_entry SET after = after || \'{"code": "X"}\' WHERE record_id = ANY($1)',
        "UPDATE audit_entry SET recorded_at = recorded_at - interval '1 day' WHERE record_id = ANY($1)",
        "UPDATE audit_entry SET command = 'Other' WHERE record_id = ANY($1)",
    ],
)
async def test_the_first_tampered_row_is_named(database: Database, tampering: str):
    units = await registered(database, "A", "B", "C")
    async with database.acquire() as connection:
        await seal(connection)
        await unguarded(connection, tampering, units[1:])
        [(subject, message)] = await breaches(connection)
    assert subject == f"unit_of_measure {units[1]}"
    assert message.endswith("was changed")


async def test_a_row_changed_together_with_its_digest_breaks_its_link(database: Database):
    await registered(database, "A", "B")
    async with database.acquire() as connection:
        await seal(connection)
        works = [row["id"] for row in await connection.fetch("SELECT id FROM audit_seal ORDER BY position")]
        await unguarded(connection, "UPDATE audit_entry SET command = 'Other' WHERE work_id = $1", works[1])
        await unguarded(connection, "UPDATE audit_entry e SET digest = d FROM (" + _REDIGEST + ") x WHERE e.id = x.id")
        assert await breaches(connection) == [(f"transaction {works[1]}", "link 2 does not fit its entries")]


# The digest as `domain.core.audit` computes it, for one who knows the rule and hides a change.
_REDIGEST = """
SELECT id, sha256(convert_to(jsonb_build_array(company_id, id, (extract(epoch FROM recorded_at) * 1000000)::bigint,
    work_id, actor_id, actor_name, command, reason, record_type, record_id, record_version, before, after,
    encode(personal_digest, 'hex'))::text, 'UTF8')) AS d FROM audit_entry
"""


async def test_a_deleted_row_and_a_deleted_transaction_are_found(database: Database):
    units = await registered(database, "A", "B", "C")
    async with database.acquire() as connection:
        await seal(connection)
        links = await connection.fetch("SELECT id FROM audit_seal ORDER BY position")
        await unguarded(connection, "DELETE FROM audit_entry WHERE record_id = $1", units[1])
        assert await breaches(connection) == [
            (f"transaction {links[1]['id']}", "link 2 was sealed over 1 entries, 0 are there")
        ]
        await connection.execute("DELETE FROM audit_seal WHERE position = 2")
        assert await breaches(connection) == [
            (f"transaction {links[2]['id']}", "the link at position 2 is missing: the next is 3")
        ]


async def test_an_entry_added_behind_the_back_of_the_chain_is_found(database: Database):
    [unit] = await registered(database, "A")
    async with database.acquire() as connection:
        await seal(connection)
        columns = ", ".join(column.name for column in AuditEntry.table.columns if column.name not in ("id", "work_id"))
        await connection.execute(
            f"INSERT INTO audit_entry (id, work_id, {columns})"
            f" SELECT gen_random_uuid(), gen_random_uuid(), {columns} FROM audit_entry"
        )
        [(subject, message)] = await breaches(connection)
    assert subject == f"unit_of_measure {unit}"
    assert message.endswith("belongs to no transaction of the chain")


async def test_personal_values_can_be_erased_without_breaking_the_chain(database: Database):
    """Pay is personal; its digest stays, so that what was erased can no longer be told, nor forged."""
    async with database.acquire() as connection:
        await connection.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
        work = Work(
            connection=connection,
            actor=an_actor(),
            grants=all_grants(),
            company_id=GROUP,
            command="Try",
            now=an_instant(),
        )
        async with connection.raw.transaction():
            row = {"code": "P", "name": "p", "dimension": Dimension.OTHER}
            await work.insert(UnitOfMeasure, [row])
            await connection.execute(_MAKE_PERSONAL)
            await work.finish()
        await seal(connection)
        assert await breaches(connection) == []
        await connection.execute('UPDATE audit_entry SET personal = \'{"after": {"pay": 2}}\'')
        assert len(await breaches(connection)) == 1
        await connection.execute("UPDATE audit_entry SET personal = NULL, salt = NULL")
        assert await breaches(connection) == []


_MAKE_PERSONAL = (
    'WITH made AS (SELECT id, gen_random_uuid() AS salt, \'{"after": {"pay": 1}}\'::jsonb AS personal FROM audit_entry)'
    " UPDATE audit_entry e SET salt = made.salt, personal = made.personal,"
    " personal_digest = sha256(convert_to(made.salt::text || made.personal::text, 'UTF8'))"
    " FROM made WHERE e.id = made.id;"
    f" UPDATE audit_entry e SET digest = d FROM ({_REDIGEST}) x WHERE e.id = x.id"
)


async def test_a_hole_in_the_positions_of_events_is_found(database: Database):
    await registered(database, "A", "B", "C")
    async with database.acquire() as connection:
        await sequence(connection)
        await seal(connection)
        await connection.execute("DELETE FROM outbox_event WHERE position = 2")
        assert await breaches(connection) == [("outbox_event", "position 3 follows 1")]


async def test_a_key_whose_record_is_gone_is_found(database: Database):
    units = await registered(database, "A", "B")
    async with database.acquire() as connection:
        await seal(connection)
        await connection.execute("DELETE FROM unit_of_measure WHERE id = $1", units[0])
        message = f"key A of test names unit_of_measure {units[0]}, which is gone"
        assert await breaches(connection) == [("A", message)]


async def test_a_chain_rewritten_as_a_whole_disagrees_with_the_head_kept_outside(database: Database, tmp_path: Path):
    await registered(database, "A", "B")
    head_file = tmp_path / "head.json"
    async with database.acquire() as connection:
        await seal(connection, head_file)
        assert [one async for one in head_agrees(head_file)(connection)] == []
        await unguarded(connection, "UPDATE audit_entry SET command = 'Other'")
        await unguarded(connection, f"UPDATE audit_entry e SET digest = d FROM ({_REDIGEST}) x WHERE e.id = x.id")
        await connection.execute("UPDATE audit_seal SET position = NULL, digest = NULL")
        await seal(connection)
        assert await breaches(connection) == []
        [finding] = [one async for one in head_agrees(head_file)(connection)]
    assert finding.message == "link 2 is not the one written to head.json"
