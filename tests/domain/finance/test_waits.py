"""Who waits for whom: postings to the same accounts wait for a gap-free series at most, and a killed session leaves no
gap in it."""

import asyncio
import os
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import date

import pytest

from domain.core.database import LOST
from domain.core.perform import Performed, perform
from domain.finance.commands import PostCustomerInvoice
from tests.domain.books import AX, World, clock
from tests.domain.finance.money import a_journal, an_invoice, balance, done, tax_code

CLIENTS = 8
# Longer than a posting takes, or none would ever get through.
KILL_SECONDS = 0.15
# A share of the soak's time: other long tests want theirs.
SECONDS = float(os.environ.get("SKEIN_SOAK_SECONDS", "60")) / 6

# The statements of the sessions that wait for a lock of another, by the table that they write or lock.
WAITING = """
SELECT coalesce(substring(query FROM '(?:INSERT INTO|UPDATE|FROM) (\\w+)'), query) AS "table", count(*) AS sessions
FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database() GROUP BY 1
"""


@asynccontextmanager
async def uncommitted(world: World, command: object) -> AsyncIterator[None]:
    """The block runs while somebody has posted and not yet committed."""
    async with world.database.acquire() as connection, connection.raw.transaction():
        performed = await perform(
            connection, world.buyer, world.grants, AX, [command], clock=clock, idempotency_key="the one held open"
        )
        assert performed.committed, performed.refusals
        yield


async def test_postings_of_another_series_to_the_same_accounts_wait_for_nobody(world: World) -> None:
    journal = await a_journal(world)
    async with uncommitted(world, journal):
        april = [done(world, replace(journal, occurred_on=date(2026, 4, 20))) for _ in range(3)]
        async with asyncio.timeout(4):
            await asyncio.gather(*april, done(world, an_invoice(world)))
    rows = await world.rows("SELECT number FROM journal_entry ORDER BY number")
    assert [row["number"] for row in rows] == [
        *(f"GENERAL-2026-04-00000{number}" for number in (1, 2, 3)), "GENERAL-2026-05-000001", "SALES-2026-05-000001",
    ]  # fmt: skip
    assert [await balance(world, code) for code in ("6602", "1002")] == ["400", "-400"]


async def test_eight_clients_on_the_same_accounts_wait_for_the_series_and_for_nothing_else(world: World) -> None:
    journal = await a_journal(world)
    await done(world, journal)
    # One session looks on, one holds its posting open.
    clients = CLIENTS - 2
    async with uncommitted(world, journal):
        posting = [asyncio.create_task(done(world, journal)) for _ in range(clients)]
        waiting = await until_waiting(world, clients)
    await asyncio.gather(*posting)
    assert waiting == [{"table": "number_series", "sessions": clients}]
    rows = await world.rows("SELECT number FROM journal_entry ORDER BY number")
    assert [row["number"] for row in rows] == [f"GENERAL-2026-05-{place:06}" for place in range(1, clients + 3)]
    assert await balance(world, "6602") == f"{100 * (clients + 2)}"
    assert await world.findings() == []


async def until_waiting(world: World, sessions: int) -> list[dict[str, object]]:
    """For what others wait, once so many do."""
    async with asyncio.timeout(4):
        while True:
            waiting = await world.rows(WAITING)
            if sum(row["sessions"] for row in waiting) >= sessions:
                return waiting
            await asyncio.sleep(0.02)


async def posted(world: World, invoice: PostCustomerInvoice, key: str) -> bool:
    """Post once, sent again until it is answered; whether an earlier try had got through."""
    for _ in range(100):
        try:
            performed: Performed = await world.act(world.chief, AX, invoice, idempotency_key=key)
            assert performed.committed, performed.refusals
            return performed.replayed
        except LOST:
            await asyncio.sleep(0.02)
    raise AssertionError("a client never got through")


async def killed(world: World, chance: random.Random) -> None:
    """One of the sessions that work at this moment is gone, as after a kill -9 of its process."""
    await world.rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid() AND state <> 'idle' AND backend_type = 'client backend' "
        "ORDER BY md5(pid::text || $1) LIMIT 1", str(chance.random()),
    )  # fmt: skip


async def invoiced_under_kills(world: World, chance: random.Random, goes_on: Callable[[int], bool]) -> tuple[int, int]:
    """How many invoices eight clients posted, and how many had got through though nobody heard of it."""
    invoice = an_invoice(world, *[("3", "11.00")] * 10, tax=await tax_code(world))
    counts, replays, working = [0] * CLIENTS, 0, True

    async def client(place: int) -> None:
        nonlocal replays
        while goes_on(counts[place]):
            replays += await posted(world, invoice, f"{place}/{counts[place]}")
            counts[place] += 1

    async def killer() -> None:
        while working:
            with suppress(*LOST):
                await killed(world, chance)
            await asyncio.sleep(KILL_SECONDS)

    killing = asyncio.create_task(killer())
    await asyncio.gather(*(client(place) for place in range(CLIENTS)))
    working = False
    await killing
    return sum(counts), replays


async def no_gap(world: World, count: int) -> None:
    """So many invoices and vouchers, numbered without a gap or a repeat, each whole."""
    rows = await world.rows("SELECT number FROM customer_invoice ORDER BY number")
    assert [row["number"] for row in rows] == [f"INV-{number:06}" for number in range(1, count + 1)]
    rows = await world.rows("SELECT number FROM journal_entry ORDER BY number")
    assert [row["number"] for row in rows] == [f"SALES-2026-05-{number:06}" for number in range(1, count + 1)]
    assert await balance(world, "RECEIVABLE") == f"{396 * count}"
    assert await world.findings() == []


async def test_invoices_keep_their_numbers_without_a_gap_while_sessions_are_killed(world: World) -> None:
    count, _ = await invoiced_under_kills(world, random.Random(8), lambda taken: taken < 4)
    assert count == 4 * CLIENTS
    await no_gap(world, count)


@pytest.mark.soak
async def test_invoices_keep_their_numbers_for_long(world: World) -> None:
    end, seed = time.monotonic() + SECONDS, random.SystemRandom().randrange(2**32)
    count, replays = await invoiced_under_kills(world, random.Random(seed), lambda _: time.monotonic() < end)
    print(f"{count} invoices, {replays} of them committed by a session that was killed before it said so, seed {seed}")
    await no_gap(world, count)
