"""The bucket that all processes share: what it admits, what it writes, and by how much it can err."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import asyncpg
import pytest

from domain.core.database import Database
from resolvers.limits import Limits
from server.throttle import IDLE_SECONDS, REFUSAL_SECONDS, Throttle, Throttled
from server.tiers import Client, ClientTier

# A point takes a second to leak, so that what leaks while a test runs is a few points.
SLOW = ClientTier(code="SLOW", limits=Limits(), bucket=1_000, restore_rate=1)
# A lease is 100 points, and a tenth of the bucket.
BRISK = ClientTier(code="BRISK", limits=Limits(), bucket=1_000, restore_rate=100)
PROCESSES = 4


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def processes(url: str, count: int = 1, clock: Clock | None = None) -> AsyncIterator[list[Throttle]]:
    """So many processes' throttles, each with a pool of its own over the one database."""
    databases = [await Database.open(url, 2) for _ in range(count)]
    try:
        yield [Throttle(one, clock) if clock else Throttle(one) for one in databases]
    finally:
        for one in databases:
            await one.close()


async def spend(throttle: Throttle, client: Client, cost: int) -> int:
    """The points that can be spent in requests of that cost until one is refused."""
    spent = 0
    while True:
        try:
            await throttle.take(client, cost)
        except Throttled:
            return spent
        spent += cost


async def leak(connection: asyncpg.Connection, seconds: float) -> None:
    """Let time pass in the table."""
    await connection.execute("UPDATE client_bucket SET drained_at = drained_at - $1 * interval '1 second'", seconds)


async def test_a_bucket_admits_what_it_holds_and_then_says_when_to_come_back(fresh_database: str) -> None:
    async with processes(fresh_database) as [throttle]:
        client = Client(uuid4(), SLOW)
        assert 1_000 <= await spend(throttle, client, 10) <= 1_010
        with pytest.raises(Throttled) as refused:
            await throttle.take(client, 100)
        assert 90 <= refused.value.values["retry_after_seconds"] <= 101
        # Another client's bucket is its own.
        await throttle.take(Client(uuid4(), SLOW), 1_000)


async def test_processes_that_begin_together_admit_one_bucket_between_them(fresh_database: str) -> None:
    async with processes(fresh_database, PROCESSES) as throttles:
        client = Client(uuid4(), SLOW)
        begun = asyncio.get_running_loop().time()
        spent = sum(await asyncio.gather(*(spend(one, client, 7) for one in throttles)))
        leaked = asyncio.get_running_loop().time() - begun
        assert 1_000 - PROCESSES * (7 + SLOW.lease) <= spent <= 1_000 + leaked + 1


async def test_what_processes_hold_when_the_bucket_has_leaked_is_the_whole_error(
    fresh_database: str, fresh_connection: asyncpg.Connection
) -> None:
    async with processes(fresh_database, PROCESSES) as throttles:
        client = Client(uuid4(), BRISK)
        for one in throttles:
            await one.take(client, 1)
        await leak(fresh_connection, 60)
        begun = asyncio.get_running_loop().time()
        spent = sum(await asyncio.gather(*(spend(one, client, 1) for one in throttles)))
        leaked = (asyncio.get_running_loop().time() - begun) * BRISK.restore_rate
        # The bucket, and of each process the lease that it held without the one point it had spent.
        assert spent <= BRISK.bucket + leaked + PROCESSES * (BRISK.lease - 1)
        assert spent >= BRISK.bucket + PROCESSES * (BRISK.lease - 1) - 1


async def test_requests_are_served_from_a_lease_and_not_written_one_by_one(fresh_database: str) -> None:
    async with processes(fresh_database) as [throttle]:
        client = Client(uuid4(), BRISK)
        for _ in range(500):
            await throttle.take(client, 1)
        assert throttle.writes == 5


async def test_requests_at_once_share_one_lease(fresh_database: str) -> None:
    async with processes(fresh_database) as [throttle]:
        client = Client(uuid4(), BRISK)
        await asyncio.gather(*(throttle.take(client, 1) for _ in range(100)))
        assert throttle.writes == 1


async def test_a_refused_client_that_hammers_is_refused_from_memory(fresh_database: str) -> None:
    clock = Clock()
    async with processes(fresh_database, clock=clock) as [throttle]:
        client = Client(uuid4(), SLOW)
        await throttle.take(client, 1_000)
        for _ in range(50):
            with pytest.raises(Throttled):
                await throttle.take(client, 500)
        assert throttle.writes == 1
        clock.now += REFUSAL_SECONDS
        with pytest.raises(Throttled):
            await throttle.take(client, 500)
        assert throttle.writes == 2


async def test_what_was_given_back_beyond_a_lease_returns_to_the_bucket_for_others(fresh_database: str) -> None:
    async with processes(fresh_database, 2) as [one, other]:
        client = Client(uuid4(), BRISK)
        await one.take(client, 1_000)
        one.give_back(client, 900)
        with pytest.raises(Throttled):
            await other.take(client, 700)
        await one.settle()
        await asyncio.sleep(REFUSAL_SECONDS)
        assert await spend(other, client, 100) >= 800
        assert await spend(one, client, 100) >= 100


async def test_an_unused_lease_is_poured_out_and_the_client_forgotten(
    fresh_database: str, fresh_connection: asyncpg.Connection
) -> None:
    clock = Clock()
    async with processes(fresh_database, clock=clock) as [throttle]:
        client = Client(uuid4(), BRISK)
        await throttle.take(client, 10)
        assert await filled(fresh_connection, client.id) > 0.9
        clock.now += IDLE_SECONDS + 0.1
        await throttle.settle()
        assert await filled(fresh_connection, client.id) < 0.11
        writes = throttle.writes
        await throttle.settle()
        await throttle.settle()
        assert throttle.writes == writes


async def test_an_ending_process_pours_out_everything(
    fresh_database: str, fresh_connection: asyncpg.Connection
) -> None:
    async with processes(fresh_database) as [throttle]:
        client = Client(uuid4(), BRISK)
        await throttle.take(client, 10)
        await throttle.settle(ending=True)
        assert await filled(fresh_connection, client.id) < 0.11


async def test_a_debt_is_written_down_and_refuses_before_anything_is_done(
    fresh_database: str, fresh_connection: asyncpg.Connection
) -> None:
    async with processes(fresh_database) as [throttle]:
        client = Client(uuid4(), SLOW)
        for _ in range(200):
            throttle.give_back(client, -10)
        with pytest.raises(Throttled):
            throttle.check(client)
        await throttle.settle()
        assert 1_990 < await filled(fresh_connection, client.id) <= 2_000
        with pytest.raises(Throttled) as refused:
            throttle.check(client)
        assert 999 <= refused.value.values["retry_after_seconds"] <= 1_003


async def filled(connection: asyncpg.Connection, client: UUID) -> float:
    """The seconds until the bucket has leaked empty."""
    sql = "SELECT extract(epoch FROM drained_at - clock_timestamp())::float8 FROM client_bucket WHERE id = $1"
    return await connection.fetchval(sql, client)


async def test_what_the_server_tells_by_itself_leaks_in_memory_and_only_the_rest_is_owed(
    fresh_database: str, fresh_connection: asyncpg.Connection
) -> None:
    clock = Clock()
    async with processes(fresh_database, clock=clock) as [throttle]:
        client = Client(uuid4(), BRISK)
        assert [throttle.charge(client, 40) for _ in range(2)] == [960, 920]
        await throttle.settle()
        assert (throttle.writes, await fresh_connection.fetchval("SELECT count(*) FROM client_bucket")) == (0, 0)
        clock.now += 0.8
        assert throttle.available(client) == 1_000
        # A second's leak is 100 points: of 350 at once 250 are owed to the bucket of all processes.
        throttle.charge(client, 350)
        await throttle.settle()
        assert throttle.writes == 1
        filled = "SELECT extract(epoch FROM drained_at - now()) FROM client_bucket"
        assert 2 < await fresh_connection.fetchval(filled) <= 2.5


async def test_a_client_that_was_told_more_than_its_bucket_holds_is_refused_what_it_asks_itself(
    fresh_database: str,
) -> None:
    async with processes(fresh_database) as [throttle]:
        client = Client(uuid4(), SLOW)
        assert throttle.charge(client, 1_100) == 0
        with pytest.raises(Throttled):
            throttle.check(client)
