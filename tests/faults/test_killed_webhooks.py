"""A process that sends webhooks is killed at any moment: every message arrives, in order, under the same id."""

import asyncio
import random
from pathlib import Path

import pytest
from standardwebhooks.webhooks import Webhook

from tests.conftest import run_apart
from tests.faults.serving import skein_serve
from tests.faults.test_killed_processes import free_port
from tests.server.conftest import Serving, fill, raise_alerts
from tests.server.receiver import Posted, receiving, response
from tests.server.test_webhooks import delivered, subscribed

ALLOWED = {"WEBHOOK_NETWORKS": "127.0.0.0/8", "WEBHOOK_PLAIN_HTTP": "true"}
MESSAGES = 40


async def killed_while_sending(url: str, folder: Path, kills: int, seed: int) -> None:
    """Messages while a server is killed `kills` times, each time some messages further."""
    chance = random.Random(seed)
    port = free_port()
    serving = Serving(None, port, url)  # type: ignore[arg-type]  # only asked over HTTP
    async with receiving() as receiver:
        killed_at = sorted(chance.sample(range(2, MESSAGES), kills))
        victim: list[asyncio.subprocess.Process] = []

        def answer(posted: Posted) -> bytes:
            # Killed after the receiver took a message and before the sender knows: the worst moment there is.
            if killed_at and len({one.headers["webhook-id"] for one in receiver.posted}) >= killed_at[0]:
                killed_at.pop(0)
                victim[0].kill()
            return response(204)

        receiver.answer = answer
        async with skein_serve(url, folder, port, **ALLOWED) as process:
            victim[:] = [process]
            _, secret = await subscribed(serving, receiver.url)
            for first in range(0, MESSAGES, 8):
                await raise_alerts(url, [f"{number:02}" for number in range(first, first + 8)])
            if kills:
                await process.wait()
        for _ in range(kills - 1):
            async with skein_serve(url, folder, port, **ALLOWED) as process:
                victim[:] = [process]
                await process.wait()
        async with skein_serve(url, folder, port, **ALLOWED):
            await delivered(serving, MESSAGES)
        heard = [Webhook(secret).verify(one.body, one.headers)["data"]["alert"]["message"] for one in receiver.posted]
        ids = [one.headers["webhook-id"] for one in receiver.posted]
    assert list(dict.fromkeys(heard)) == [f"cause {number:02}" for number in range(MESSAGES)]
    # A message comes again only where the sender died over it, right behind itself, and under its own id.
    assert sum(ids.count(one) - 1 for one in set(ids)) <= kills
    assert [one for place, one in enumerate(ids) if place == 0 or ids[place - 1] != one] == list(dict.fromkeys(ids))


async def test_a_killed_sender_loses_no_message_and_keeps_their_order(fresh_database: str, tmp_path: Path) -> None:
    run_apart(fill(fresh_database))
    await killed_while_sending(fresh_database, tmp_path, 1, 7)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(5))
async def test_a_sender_killed_many_times(fresh_database: str, tmp_path: Path, seed: int) -> None:
    run_apart(fill(fresh_database))
    await killed_while_sending(fresh_database, tmp_path, 8, seed)
