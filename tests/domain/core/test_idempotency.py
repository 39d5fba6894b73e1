import asyncio
import signal
import sys
from pathlib import Path
from uuid import UUID

import pytest

from domain.core.database import Database, Limits
from domain.core.errors import IdempotencyInProgress
from domain.core.idempotency import KeysInFlight, input_digest
from domain.core.perform import perform
from domain.core.records import GROUP
from tests.domain.core.units import RegisterUnit, all_grants, an_actor

REPOSITORY = Path(__file__).parents[3]
ANN = an_actor("ann")

# Registers a unit as Ann and dies by SIGKILL: after the commit and before any reply, or within the transaction.
DYING = """
import asyncio, os, signal, sys
from dataclasses import replace
from uuid import UUID
from domain.core.database import Database
from domain.core.perform import perform
from tests.domain.core.units import RegisterUnit, all_grants, an_actor

async def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

async def main(url, actor_id, when):
    database = await Database.open(url, 1)
    ann = replace(an_actor("ann"), id=UUID(actor_id))
    answer = die if when == "before commit" else None
    await perform(database, ann, all_grants(), 0, [RegisterUnit(code="EA")], idempotency_key="k", answer=answer)
    await die()

asyncio.run(main(*sys.argv[1:]))
"""


async def killed(url: str, when: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", DYING, url, str(ANN.id), when, cwd=REPOSITORY, env={"PYTHONPATH": str(REPOSITORY)}
    )
    assert await process.wait() == -signal.SIGKILL


@pytest.mark.parametrize(("when", "is_replay"), [("after commit", True), ("before commit", False)])
async def test_a_process_killed_around_the_commit_leaves_one_effect_after_a_retry(
    database: Database, when: str, is_replay: bool
):
    await killed(database.url, when)
    retried = await perform(database, ANN, all_grants(), GROUP, [RegisterUnit(code="EA")], idempotency_key="k")
    assert (retried.committed, retried.replayed) == (True, is_replay)
    async with database.acquire() as connection:
        assert [row["id"] for row in await connection.fetch("SELECT id FROM unit_of_measure")] == retried.ids
        assert await connection.fetchval("SELECT count(*) FROM outbox_event") == 1


async def test_a_key_that_another_session_holds_too_long_is_in_progress(fresh_database: str):
    """The other process is an open transaction that has claimed the key and does not end."""
    database = await Database.open(fresh_database, 2, limits=Limits(lock_ms=100))
    async with database.acquire() as other:
        await other.execute("BEGIN")
        await other.execute(
            "INSERT INTO idempotency_key (company_id, id, client, key, input_digest, command, record_type, record_ids,"
            " versions, work_id)"
            " VALUES (0, gen_random_uuid(), 'test', 'k', '', 'X', 'x', '{}', '{}', gen_random_uuid())"
        )
        with pytest.raises(IdempotencyInProgress):
            await perform(database, ANN, all_grants(), GROUP, [RegisterUnit(code="EA")], idempotency_key="k")
        await other.execute("ROLLBACK")
    done = await perform(database, ANN, all_grants(), GROUP, [RegisterUnit(code="EA")], idempotency_key="k")
    assert (done.committed, done.replayed) == (True, False)
    await database.close()


async def test_those_who_wait_follow_the_first_together_or_lead_in_turn():
    keys, order = KeysInFlight(), list[str]()

    async def request(name: str, kept: bool) -> None:
        async with keys.turn("app", "k") as turn:
            order.append(f"{name} begins")
            await asyncio.sleep(0.01)
            turn.kept = kept
            order.append(f"{name} ends")

    await asyncio.gather(request("a", False), request("b", True), request("c", True), request("d", True))
    assert order[:4] == ["a begins", "a ends", "b begins", "b ends"]
    assert order[4:] == ["c begins", "d begins", "c ends", "d ends"]


def test_the_digest_is_of_the_input_the_actor_the_company_and_the_way():
    actor, other = UUID(int=1), UUID(int=2)
    one = input_digest(actor, 1, [RegisterUnit(code="EA")], "REJECT_ALL")
    assert one == input_digest(actor, 1, [RegisterUnit(code="EA")], "REJECT_ALL")
    different = [
        input_digest(other, 1, [RegisterUnit(code="EA")], "REJECT_ALL"),
        input_digest(actor, 2, [RegisterUnit(code="EA")], "REJECT_ALL"),
        input_digest(actor, 1, [RegisterUnit(code="KG")], "REJECT_ALL"),
        input_digest(actor, 1, [RegisterUnit(code="EA")], "REJECT_ROW"),
        input_digest(actor, 1, [RegisterUnit(code="EA")] * 2, "REJECT_ALL"),
    ]
    assert len({one, *different}) == 6
