import asyncio
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.core.actors import Audience, Grants
from domain.core.database import Connection, Database
from domain.core.errors import (
    Forbidden,
    IdempotencyKeyRequired,
    IdempotencyKeyReused,
    InvalidInput,
    SegregationOfDuties,
    StaleVersion,
)
from domain.core.ids import new_id
from domain.core.perform import BatchPolicy, Performed, perform
from domain.core.records import GROUP
from tests.domain.core.units import RegisterUnit, RenameUnit, all_grants, an_actor


async def scalar(database: Database, sql: str, *args: Any) -> Any:
    async with database.acquire() as connection:
        return await connection.fetchval(sql, *args)


async def rows(database: Database, sql: str, *args: Any) -> list[dict[str, Any]]:
    async with database.acquire() as connection:
        return [dict(row) for row in await connection.fetch(sql, *args)]


async def counts(database: Database) -> tuple[int, int, int, int]:
    """Units, audit entries, seals, events."""
    tables = ("unit_of_measure", "audit_entry", "audit_seal", "outbox_event")
    first, second, third, fourth = [await scalar(database, f"SELECT count(*) FROM {table}") for table in tables]
    return first, second, third, fourth


async def registered(database: Database, code: str = "EA") -> UUID:
    done = await perform(database, an_actor(), all_grants(), GROUP, [RegisterUnit(code=code)])
    return done.ids[0]


async def test_a_command_writes_its_row_its_audit_entry_its_seal_and_its_event(database: Database):
    ann = an_actor()
    done = await perform(database, ann, all_grants(), GROUP, [RegisterUnit(code="EA")], reason="new catalogue")
    assert (done.committed, done.replayed, len(done.ids)) == (True, False, 1)
    assert await counts(database) == (1, 1, 1, 1)
    [entry] = await rows(database, "SELECT * FROM audit_entry")
    who = (entry["actor_id"], entry["actor_name"], entry["command"], entry["reason"], entry["record_type"])
    assert who == (ann.id, "ann", "RegisterUnit", "new catalogue", "unit_of_measure")
    assert (entry["record_id"], entry["record_version"], entry["before"]) == (done.ids[0], 1, None)
    assert (entry["after"]["code"], entry["work_id"]) == ("EA", done.work_id)
    [event] = await rows(database, "SELECT event, record_type, record_ids, position FROM outbox_event")
    assert event == {
        "event": "UnitRegistered", "record_type": "UnitOfMeasure", "record_ids": done.ids, "position": None,
    }  # fmt: skip


async def test_an_update_is_audited_with_what_changed_and_raises_the_version(database: Database):
    unit = await registered(database)
    await perform(
        database, an_actor(), all_grants(), GROUP, [RenameUnit(unit_id=unit, name="each")], idempotency_key="k"
    )
    [entry] = await rows(database, "SELECT before, after, record_version FROM audit_entry WHERE command = 'RenameUnit'")
    assert entry == {"before": {"name": "EA"}, "after": {"name": "each"}, "record_version": 2}
    assert await scalar(database, "SELECT version FROM unit_of_measure") == 2


async def test_without_a_grant_nothing_is_written(database: Database):
    nothing = Grants(version=1, audience=Audience.STAFF, companies=(), tiers={})
    with pytest.raises(Forbidden):
        await perform(database, an_actor(), nothing, GROUP, [RegisterUnit(code="EA")])
    with pytest.raises(Forbidden):
        await perform(database, an_actor(), all_grants(), 1, [RegisterUnit(code="EA")])
    assert await counts(database) == (0, 0, 0, 0)


async def test_a_posting_needs_a_key_and_a_dry_run_does_not(database: Database):
    unit = await registered(database)
    rename = [RenameUnit(unit_id=unit, name="each")]
    with pytest.raises(IdempotencyKeyRequired):
        await perform(database, an_actor(), all_grants(), GROUP, rename)
    tried = await perform(database, an_actor(), all_grants(), GROUP, rename, policy=BatchPolicy.DRY_RUN)
    assert (tried.ids, tried.committed) == ([unit], False)
    assert await scalar(database, "SELECT name FROM unit_of_measure") == "EA"


@pytest.mark.parametrize("key", ["", "  ", "x" * 201, "a\x00b"])
async def test_a_key_that_cannot_be_stored_is_refused(database: Database, key: str):
    with pytest.raises(InvalidInput):
        await perform(database, an_actor(), all_grants(), GROUP, [RegisterUnit(code="EA")], idempotency_key=key)


async def test_one_refusal_rejects_all_and_writes_nothing(database: Database):
    commands = [RegisterUnit(code="EA"), RegisterUnit(code="1A"), RegisterUnit(code="KG")]
    done = await perform(database, an_actor(), all_grants(), GROUP, commands)
    assert [refusal.code for refusal in done.refusals] == ["INVALID_VALUE"]
    assert done.committed is False
    assert await counts(database) == (0, 0, 0, 0)


async def test_rejecting_the_row_keeps_the_others_in_their_places(database: Database):
    commands = [RegisterUnit(code="EA"), RegisterUnit(code="1A"), RegisterUnit(code="KG")]
    done = await perform(database, an_actor(), all_grants(), GROUP, commands, policy=BatchPolicy.REJECT_ROW)
    assert [isinstance(outcome, UUID) for outcome in done.outcomes] == [True, False, True]
    assert await counts(database) == (2, 2, 1, 1)


async def test_a_broken_constraint_is_a_refusal_and_writes_nothing(database: Database):
    await registered(database, "EA")
    again = await perform(database, an_actor(), all_grants(), GROUP, [RegisterUnit(code="EA")])
    assert [(one.code, one.values) for one in again.refusals] == [
        ("ALREADY_EXISTS", {"what": "Unit of measure", "key": "EA"})
    ]
    negative = await perform(database, an_actor(), all_grants(), GROUP, [RegisterUnit(code="B", factor=Decimal(-1))])
    assert [(one.code, one.values["rule"]) for one in negative.refusals] == [("INVALID_VALUE", "base_factor_positive")]
    assert await counts(database) == (1, 1, 1, 1)


async def test_a_number_beyond_the_scale_of_its_column_is_refused_and_trailing_zeros_are_not(database: Database):
    excess = await perform(
        database, an_actor(), all_grants(), GROUP, [RegisterUnit(code="A", factor=Decimal("1.00000000001"))]
    )
    assert [one.code for one in excess.refusals] == ["INVALID_VALUE"]
    endless = await perform(database, an_actor(), all_grants(), GROUP, [RegisterUnit(code="A", factor=Decimal("NaN"))])
    assert [one.code for one in endless.refusals] == ["INVALID_VALUE"]
    padded = await perform(
        database, an_actor(), all_grants(), GROUP, [RegisterUnit(code="A", factor=Decimal("1.500000000000"))]
    )
    assert padded.committed
    assert await scalar(database, "SELECT base_factor FROM unit_of_measure") == Decimal("1.5")


async def test_one_hundred_parallel_requests_with_one_key_have_one_effect(database: Database):
    ann = an_actor()

    async def post() -> Performed:
        return await perform(database, ann, all_grants(), GROUP, [RegisterUnit(code="EA")], idempotency_key="one")

    done = await asyncio.gather(*(post() for _ in range(100)))
    assert await counts(database) == (1, 1, 1, 1)
    assert {tuple(one.ids) for one in done} == {tuple(done[0].ids)}
    assert sorted(one.replayed for one in done) == [False, *[True] * 99]


async def test_one_key_has_one_effect_across_processes_too(fresh_database: str):
    """Each list of connections stands for a process: what they share is the database alone."""
    processes = [await Database.open(fresh_database, 2) for _ in range(5)]
    ann = an_actor()
    done = await asyncio.gather(*(
        perform(process, ann, all_grants(), GROUP, [RegisterUnit(code="EA")], idempotency_key="one")
        for process in processes
        for _ in range(10)
    ))  # fmt: skip
    assert await counts(processes[0]) == (1, 1, 1, 1)
    assert sum(not one.replayed for one in done) == 1
    for process in processes:
        await process.close()


async def test_another_input_under_the_same_key_is_refused(database: Database):
    ann = an_actor()
    await perform(database, ann, all_grants(), GROUP, [RegisterUnit(code="EA")], idempotency_key="one")
    with pytest.raises(IdempotencyKeyReused):
        await perform(database, ann, all_grants(), GROUP, [RegisterUnit(code="KG")], idempotency_key="one")
    with pytest.raises(IdempotencyKeyReused):
        await perform(database, an_actor(), all_grants(), GROUP, [RegisterUnit(code="EA")], idempotency_key="one")
    other = an_actor(client="another application")
    assert not (
        await perform(database, other, all_grants(), GROUP, [RegisterUnit(code="KG")], idempotency_key="one")
    ).replayed


async def test_a_refusal_is_not_kept_under_its_key(database: Database):
    ann = an_actor()
    await registered(database, "EA")
    refused = await perform(database, ann, all_grants(), GROUP, [RegisterUnit(code="EA")], idempotency_key="one")
    assert refused.committed is False
    done = await perform(database, ann, all_grants(), GROUP, [RegisterUnit(code="KG")], idempotency_key="one")
    assert (done.committed, done.replayed) == (True, False)


async def test_a_replay_reads_the_rows_as_they_are_now(database: Database):
    ann = an_actor()

    async def names(connection: Connection, outcomes: Any) -> list[str]:
        found = await connection.fetch("SELECT name FROM unit_of_measure WHERE id = ANY($1)", list(outcomes))
        return [row["name"] for row in found]

    terms = {"idempotency_key": "one", "answer": names}
    first = await perform(database, ann, all_grants(), GROUP, [RegisterUnit(code="EA")], **terms)
    await perform(
        database, ann, all_grants(), GROUP, [RenameUnit(unit_id=first.ids[0], name="each")], idempotency_key="2"
    )
    again = await perform(database, ann, all_grants(), GROUP, [RegisterUnit(code="EA")], **terms)
    assert (first.answer, again.answer, again.replayed) == (["EA"], ["each"], True)


async def test_an_answer_that_fails_undoes_the_command(database: Database):
    async def fail(connection: Connection, outcomes: Any) -> None:
        raise ConnectionResetError("the reader went away")

    with pytest.raises(ConnectionResetError):
        await perform(database, an_actor(), all_grants(), GROUP, [RegisterUnit(code="EA")], answer=fail)
    assert await counts(database) == (0, 0, 0, 0)


async def test_a_stale_version_names_the_current_one_and_what_changed(database: Database):
    unit = await registered(database)
    rename = RenameUnit(unit_id=unit, name="each", expected_version=1)
    await perform(database, an_actor(), all_grants(), GROUP, [rename], idempotency_key="1")
    late = await perform(database, an_actor("bob"), all_grants(), GROUP, [rename], idempotency_key="2")
    [refusal] = late.refusals
    assert isinstance(refusal, StaleVersion)
    assert refusal.values == {
        "what": "UnitOfMeasure", "key": "EA", "current_version": 2, "expected_version": 1, "changed_fields": ["name"],
    }  # fmt: skip


@pytest.mark.parametrize("writes", [10, pytest.param(50, marks=pytest.mark.soak)])
async def test_no_update_is_lost_among_racing_writers(database: Database, writes: int):
    """Each writer reads the version, then writes against it; whoever is late reads again."""
    unit, writers = await registered(database), 20

    async def write(writer: int) -> None:
        actor = an_actor(str(writer))
        for turn in range(writes):
            committed = False
            while not committed:
                version = await scalar(database, "SELECT version FROM unit_of_measure WHERE id = $1", unit)
                command = RenameUnit(unit_id=unit, name=f"{writer}/{turn}", expected_version=version)
                done = await perform(database, actor, all_grants(), GROUP, [command], idempotency_key=str(new_id()))
                committed = done.committed
                assert committed or [refusal.code for refusal in done.refusals] == ["STALE_VERSION"]

    async with asyncio.timeout(60):
        await asyncio.gather(*(write(writer) for writer in range(writers)))
    assert await scalar(database, "SELECT version FROM unit_of_measure") == 1 + writers * writes
    names = await rows(database, "SELECT after ->> 'name' AS name FROM audit_entry WHERE command = 'RenameUnit'")
    assert len({row["name"] for row in names}) == writers * writes


async def test_a_deadlock_is_run_again_until_both_succeed(database: Database):
    """Two batches name the same units in opposite orders of their codes; locks are taken by key, so neither waits for
    long."""
    units = [await registered(database, code) for code in ("A", "B")]

    async def rename(order: list[UUID], name: str) -> Performed:
        commands = [RenameUnit(unit_id=unit, name=name) for unit in order]
        return await perform(database, an_actor(), all_grants(), GROUP, commands, idempotency_key=str(new_id()))

    done = await asyncio.gather(*(rename(units if turn % 2 else units[::-1], str(turn)) for turn in range(20)))
    assert [one.committed for one in done] == [True] * 20
    assert [row["version"] for row in await rows(database, "SELECT version FROM unit_of_measure")] == [21, 21]


async def test_conflicting_duties_on_one_document_need_two_people(database: Database):
    ann, bob = an_actor("ann"), an_actor("bob")
    await scalar(
        database,
        "INSERT INTO duty_conflict (id, duty, conflicting, reason, origin)"
        " VALUES ($1, 'RegisterUnit', 'RenameUnit', 'test', 'LOCAL')",
        new_id(),
    )
    done = await perform(database, ann, all_grants(), GROUP, [RegisterUnit(code="EA")])
    rename = [RenameUnit(unit_id=done.ids[0], name="each")]
    refused = await perform(database, ann, all_grants(), GROUP, rename, idempotency_key="1")
    [refusal] = refused.refusals
    assert isinstance(refusal, SegregationOfDuties)
    assert refusal.values == {"duty": "RenameUnit", "conflicting": "RegisterUnit"}
    assert await scalar(database, "SELECT name FROM unit_of_measure") == "EA"
    assert (await perform(database, bob, all_grants(), GROUP, rename, idempotency_key="2")).committed
