"""Background work: an event's effect and the memory of it are one fact, whatever fails in between."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import asyncpg
import pytest

from domain.core.database import LIMITS, Connection, connect
from domain.core.handling import EVERY, Handling, Sweep
from domain.core.outbox import PublishedEvent
from domain.core.sequencer import sequence
from server import jobs as jobs_module
from server.jobs import Jobs, Listener, listeners, sweeps
from tests.server.conftest import fill, raise_alerts


class Recorder:
    """A handler that writes what it handles into a table, and fails when told to."""

    def __init__(self) -> None:
        self.fails_at: int | None = None
        self.calls = 0

    async def __call__(self, handling: Handling, events: Sequence[PublishedEvent]) -> None:
        self.calls += 1
        for event in events:
            await handling.connection.execute(
                "INSERT INTO handled VALUES ($1, $2)", handling.company_id, event.position
            )
            if event.position == self.fails_at:
                raise RuntimeError("the handler fails")


@pytest.fixture
async def database(fresh_database: str) -> str:
    """The sample group, and a table that a handler writes to."""
    await fill(fresh_database)
    raw = await asyncpg.connect(fresh_database)
    await raw.execute("CREATE TABLE handled (company_id int, position int PRIMARY KEY)")
    await raw.close()
    return fresh_database


@pytest.fixture
async def session(database: str) -> AsyncIterator[Connection]:
    """A session as the background work has one."""
    opened = await connect(database)
    yield opened
    await opened.close()


def jobs_of(url: str, recorder: Recorder, *sweeping: Sweep) -> Jobs:
    """Jobs with one handler of raised alerts."""
    listener = Listener("test.recorder", recorder, frozenset({"AlertRaised"}))
    return Jobs(url, listeners=[listener], sweeps=sweeping, limits=LIMITS, clock=lambda: datetime.now(UTC))


async def happened(url: str, session: Connection, *companies: int) -> None:
    """One alert raised in each of the companies, in order, with positions."""
    for number, company in enumerate(companies):
        await raise_alerts(url, [f"{number}-{company}-{asyncio.get_running_loop().time()}"], company_id=company)
    await sequence(session)


async def handled(session: Connection) -> list[tuple[int, int]]:
    """What the handler wrote and what was committed."""
    return [tuple(row) for row in await session.fetch("SELECT company_id, position FROM handled ORDER BY position")]


async def test_a_new_handler_begins_with_what_happens_from_now_on(database: str, session: Connection) -> None:
    recorder = Recorder()
    await happened(database, session, 1)
    await jobs_of(database, recorder).turn(session)
    await happened(database, session, 1, 2)
    await jobs_of(database, recorder).turn(session)
    assert await handled(session) == [(1, 2), (2, 3)]


async def test_each_event_is_handled_once_across_restarts(database: str, session: Connection) -> None:
    recorder = Recorder()
    await jobs_of(database, recorder).turn(session)
    for round_ in range(3):
        await happened(database, session, 1, 2, 1)
        for _ in range(2):
            await jobs_of(database, recorder).turn(session)
        assert len(await handled(session)) == 3 * (round_ + 1)
    assert [position for _, position in await handled(session)] == list(range(1, 10))


async def test_listeners_share_what_was_read_and_keep_their_place_when_they_did_something(
    database: str, session: Connection
) -> None:
    recorder = Recorder()
    others = [Listener(f"test.idle_{n}", Recorder(), frozenset({"NothingOfTheKind"})) for n in range(3)]
    busy = Listener("test.recorder", recorder, frozenset({"AlertRaised"}))
    jobs = Jobs(database, listeners=[*others, busy], sweeps=(), limits=LIMITS)
    await jobs.turn(session)
    await happened(database, session, 1, 2)
    before = await read_count(session)
    await jobs.turn(session)
    assert await read_count(session) - before == 1, "what is new; a part that was not full has nothing behind it"
    kept = await session.fetch("SELECT name, position FROM handler_position WHERE company_id = 0 ORDER BY name")
    assert [tuple(row) for row in kept] == [*((f"test.idle_{n}", 0) for n in range(3)), ("test.recorder", 2)]
    await jobs.turn(session)
    await Jobs(database, listeners=[*others, busy], sweeps=(), limits=LIMITS).turn(session)
    assert await handled(session) == [(1, 1), (2, 2)]


async def test_who_listens_to_everything_is_left_alone_by_what_nobody_asked_for(
    database: str, session: Connection
) -> None:
    wanted: set[str] = set()

    async def asked(_: Connection) -> frozenset[str]:
        return frozenset(wanted)

    recorder = Recorder()
    everything = Listener("test.recorder", recorder, frozenset({EVERY}), asked)
    jobs = Jobs(database, listeners=[everything], sweeps=(), limits=LIMITS)
    await jobs.turn(session)
    await happened(database, session, 1)
    await jobs.turn(session)
    assert (recorder.calls, await handled(session)) == (0, [])
    wanted.add("AlertRaised")
    await happened(database, session, 2)
    await jobs.turn(session)
    assert await handled(session) == [(2, 2)], "served from the next event on"


async def test_the_policy_is_read_again_when_it_moved(database: str, session: Connection) -> None:
    jobs = jobs_of(database, Recorder())
    await jobs.turn(session)
    before = await policy_reads(session)
    await jobs.turn(session)
    assert await policy_reads(session) == before
    await session.execute("UPDATE policy_version SET version = version + 1")
    await jobs.turn(session)
    assert await policy_reads(session) == before + 1


async def policy_reads(session: Connection) -> int:
    """How often this session read the lines of the policy."""
    return await session.fetchval(
        "SELECT coalesce(sum(generic_plans + custom_plans), 0)::int FROM pg_prepared_statements "
        "WHERE statement LIKE 'SELECT role, target%'"
    )


async def read_count(session: Connection) -> int:
    """How often this session read events."""
    return await session.fetchval(
        "SELECT coalesce(sum(generic_plans + custom_plans), 0)::int FROM pg_prepared_statements "
        "WHERE statement LIKE 'SELECT outbox_event.company_id%'"
    )


async def test_a_handler_that_fails_leaves_nothing_and_goes_on_where_it_was(
    database: str, session: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_module, "RETRY_SECONDS", 600.0)
    recorder = Recorder()
    await jobs_of(database, recorder).turn(session)
    await happened(database, session, 1, 2, 2)
    recorder.fails_at = 3
    jobs = jobs_of(database, recorder)
    await jobs.turn(session)
    # Company 1 is done; company 2 failed at its second event, and its first is undone with it.
    assert await handled(session) == [(1, 1)]
    calls = recorder.calls
    await jobs.turn(session)
    assert recorder.calls == calls, "a handler that failed is left alone for a while"
    recorder.fails_at = None
    await jobs_of(database, recorder).turn(session)
    assert await handled(session) == [(1, 1), (2, 2), (2, 3)]


async def test_one_failing_handler_does_not_stop_another(database: str, session: Connection) -> None:
    failing, working = Recorder(), Recorder()
    failing.fails_at = 1
    events = frozenset({"AlertRaised"})
    both = [Listener("test.failing", failing, events), Listener("test.working", working, events)]
    jobs = Jobs(database, listeners=both, sweeps=(), limits=LIMITS)
    await jobs.turn(session)
    await happened(database, session, 1)
    await jobs.turn(session)
    assert (failing.calls, working.calls) == (1, 1)
    assert await handled(session) == [(1, 1)]


async def test_a_sweep_runs_in_every_company_at_its_interval(database: str, session: Connection) -> None:
    swept: list[int] = []

    async def sweep(handling: Handling) -> None:
        swept.append(handling.company_id)

    jobs = jobs_of(database, Recorder(), Sweep("test.sweep", sweep, 3_600.0))
    await jobs.turn(session)
    await jobs.turn(session)
    assert swept == [1, 2]


async def test_one_process_at_a_time_works_and_another_takes_over(database: str) -> None:
    first, second = Recorder(), Recorder()
    stops = [asyncio.Event(), asyncio.Event()]
    session = await connect(database)
    tasks = [asyncio.create_task(jobs_of(database, first).run(stops[0]))]
    try:
        await waited(session, "SELECT count(*) FROM handler_position", 1)
        tasks.append(asyncio.create_task(jobs_of(database, second).run(stops[1])))
        await happened(database, session, 1)
        await waited(session, "SELECT count(*) FROM handled", 1)
        assert (first.calls, second.calls) == (1, 0)
        stops[0].set()
        await tasks[0]
        await happened(database, session, 1)
        await waited(session, "SELECT count(*) FROM handled", 2)
        assert (first.calls, second.calls) == (1, 1)
    finally:
        for stop in stops:
            stop.set()
        await asyncio.gather(*tasks)
        await session.close()


async def waited(session: Connection, question: str, count: int) -> None:
    """Return once the question has that answer."""
    async with asyncio.timeout(15):
        while await session.fetchval(question) != count:  # noqa: ASYNC110  # a database
            await asyncio.sleep(0.05)


def test_the_house_listens_to_stock_orders_and_time() -> None:
    found = {one.name: sorted(one.events) for one in listeners()}
    assert found["alerts.watch_stock"] == ["StockChanged"]
    assert found["alerts.watch_orders"] == [
        "GoodsReceived", "GoodsReturned", "PurchaseOrderApproved", "PurchaseOrderRejected",
    ]  # fmt: skip
    assert found["alerts.watch_excursions"] == ["ExcursionFound"]
    assert {sweep.name for sweep in sweeps()} >= {"alerts.reorder_points", "alerts.receipts"}
