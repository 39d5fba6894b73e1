import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest

import domain.core.sequencer as sequencer_module
from domain.core.database import Connection, Database, connect
from domain.core.outbox import CHANNEL, bounds, is_told_of, read_events
from domain.core.perform import perform
from domain.core.records import GROUP
from domain.core.sequencer import run_sequencer, seal, sequence
from domain.core.work import Work
from domain.master_data.units import Dimension, UnitOfMeasure
from tests.domain.core.units import RegisterUnit, all_grants, an_actor, an_instant

REPOSITORY = Path(__file__).parents[3]


async def register(database: Database, *codes: str) -> None:
    for code in codes:
        done = await perform(database, an_actor(), all_grants(), GROUP, [RegisterUnit(code=code)])
        assert done.committed


@asynccontextmanager
async def sequencing(url: str, **more: Any) -> AsyncIterator[asyncio.Task[None]]:
    stop = asyncio.Event()
    task = asyncio.create_task(run_sequencer(url, stop, **more))
    yield task
    stop.set()
    await asyncio.wait_for(task, 5)


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    """Return once it is so, asked 50 times a second for 20 seconds."""
    for _ in range(1_000):
        if await is_so():
            return
        await asyncio.sleep(0.02)
    raise TimeoutError


async def positions(connection: Connection) -> list[int]:
    return [event.position for event in await read_events(connection, 0)]


async def test_committed_events_get_gapless_positions_in_order(database: Database):
    await register(database, "A", "B", "C")
    async with database.acquire() as connection:
        assert await bounds(connection) == (1, 0)
        assert await sequence(connection) == 3
        assert await sequence(connection) == 0
        events = await read_events(connection, 0)
        assert [event.position for event in events] == [1, 2, 3]
        codes = [
            await connection.fetchval("SELECT code FROM unit_of_measure WHERE id = $1", event.record_ids[0])
            for event in events
        ]
        assert codes == ["A", "B", "C"]
        assert [event.position for event in await read_events(connection, 1, limit=1)] == [2]
        assert await bounds(connection) == (1, 3)


async def test_a_row_that_commits_late_is_never_skipped(database: Database):
    """Its event is older than those already numbered; a cursor that has passed them still meets it."""
    late = await connect(database.url)
    transaction: Any = late.raw.transaction()
    await transaction.start()
    work = Work(
        connection=late,
        actor=an_actor(),
        grants=all_grants(),
        company_id=GROUP,
        command="RegisterUnit",
        now=an_instant(),
    )
    ids = await work.insert(UnitOfMeasure, [{"code": "LATE", "name": "late", "dimension": Dimension.OTHER}])
    work.emit("UnitRegistered", UnitOfMeasure, ids)
    await work.finish()
    await register(database, "EARLY")
    async with database.acquire() as connection:
        assert await sequence(connection) == 1
        cursor = (await bounds(connection))[1]
        await transaction.commit()
        assert await sequence(connection) == 1
        [event] = await read_events(connection, cursor)
        assert (event.position, event.record_ids) == (2, ids)
    await late.close()


async def test_one_notification_a_batch_says_the_last_position_and_what_happened(database: Database):
    heard: list[str] = []
    listener = await connect(database.url)
    await listener.raw.add_listener(CHANNEL, lambda *said: heard.append(said[3]))
    await register(database, "A", "B", "C")
    async with database.acquire() as connection:
        await sequence(connection)
        await sequence(connection)

    async def is_heard() -> bool:
        return bool(heard)

    await until(is_heard)
    assert heard == ["3 UnitRegistered"]
    assert is_told_of(heard[0], {"UnitRegistered", "Another"})
    assert not is_told_of(heard[0], {"Another"})
    await listener.close()


async def test_a_notification_without_room_for_names_is_about_any_event(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    listener = await connect(database.url)
    await listener.raw.add_listener(CHANNEL, lambda *said: heard.append(said[3]))
    await register(database, "A")
    monkeypatch.setattr(sequencer_module, "NAMES_BYTES_MAX", 5)
    async with database.acquire() as connection:
        assert await sequence(connection) == 1

    async def is_heard() -> bool:
        return bool(heard)

    await until(is_heard)
    assert heard == ["1"]
    assert is_told_of(heard[0], {"Another"})
    await listener.close()


async def test_the_sequencer_numbers_what_is_committed_while_it_runs(database: Database):
    async with sequencing(database.url, committed=database.committed), database.acquire() as connection:
        for code in ("A", "B", "C"):
            await register(database, code)

        async def is_numbered() -> bool:
            return await positions(connection) == [1, 2, 3]

        await until(is_numbered)


async def test_of_several_sequencers_one_works_and_another_takes_over_when_its_session_dies(database: Database):
    async with (
        sequencing(database.url), sequencing(database.url), sequencing(database.url), database.acquire() as connection,
    ):  # fmt: skip

        async def is_numbered() -> bool:
            return await connection.fetchval("SELECT count(*) FROM outbox_event WHERE position IS NULL") == 0

        for turn in range(3):
            await register(database, f"A{turn}")
            await until(is_numbered)
            holders = await connection.fetch(
                "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
            assert len(holders) == 1
            await connection.fetchval("SELECT pg_terminate_backend($1)", holders[0]["pid"])
        await register(database, "LAST")
        await until(is_numbered)
        assert await positions(connection) == [1, 2, 3, 4]


WORKER = """
import asyncio, sys
from domain.core.sequencer import run_sequencer
asyncio.run(run_sequencer(sys.argv[1], asyncio.Event()))
"""


async def test_a_killed_sequencer_leaves_no_gap_and_no_repetition(database: Database):
    async with database.acquire() as connection:
        for turn in range(2):
            worker = await asyncio.create_subprocess_exec(sys.executable, "-c", WORKER, database.url, cwd=REPOSITORY)
            try:
                await register(database, *(f"K{turn}/{number}" for number in range(10)))
                seen = 10 * turn

                async def is_at_work(seen: int = seen) -> bool:
                    return (await bounds(connection))[1] > seen

                await until(is_at_work)
                await register(database, *(f"K{turn}+{number}" for number in range(10)))
            finally:
                worker.kill()
                await worker.wait()

        async def is_numbered() -> bool:
            return await connection.fetchval("SELECT count(*) FROM outbox_event WHERE position IS NULL") == 0

        async with sequencing(database.url):
            await until(is_numbered)
        assert await positions(connection) == list(range(1, 41))
        assert await connection.fetchval("SELECT count(DISTINCT id) FROM outbox_event") == 40


async def test_the_audit_is_sealed_into_a_chain_and_the_head_written_outside(database: Database, tmp_path: Path):
    await register(database, "A", "B")
    head_file = tmp_path / "chain" / "head.json"
    async with database.acquire() as connection:
        assert await seal(connection, head_file) == 2
        assert await seal(connection, head_file) == 0
        links = await connection.fetch("SELECT position, previous_digest, digest FROM audit_seal ORDER BY position")
    assert [link["position"] for link in links] == [1, 2]
    assert links[0]["previous_digest"] == sequencer_module.GENESIS
    assert links[1]["previous_digest"] == links[0]["digest"]
    assert orjson.loads(head_file.read_bytes()) == {"position": 2, "digest": links[1]["digest"].hex()}
