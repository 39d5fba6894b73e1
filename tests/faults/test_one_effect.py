"""One idempotency key, one effect: a hundred posts at once to two processes, and one that dies before it answers."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.domain.books import AX, World
from tests.faults.serving import Process, skein_serve
from tests.faults.test_killed_processes import approved_order, free_port
from tests.server.conftest import bearer

POSTS = 100

RECEIVE = """mutation($order: ID!, $key: String!, $received: Decimal!) {
  receivePurchaseOrder(idempotencyKey: $key, input: {
    purchaseOrder: {id: $order}, receivedOn: "2026-05-20", lines: [{position: 1, received: $received}]
  }) {
    replayed userErrors { code message }
    purchaseOrder { id status version lines { position receivedQuantity } }
  }
}"""

# What runs in the process before it serves: where the first answer of the graph would leave, the process is killed.
DIES_BEFORE_IT_ANSWERS = """
import os, signal
from server.graph_http import Exchange

async def die(*_): os.kill(os.getpid(), signal.SIGKILL)

Exchange.respond = die
"""


async def post(client: httpx.AsyncClient, port: int, order: UUID, received: str = "3") -> Any:
    """The parsed answer to a receipt under the key of this file; a server that has too much to do is asked again."""
    variables = {"order": f"PurchaseOrder-{AX}-{order}", "key": "one receipt", "received": received}
    headers = {"authorization": bearer("warehouse")}
    url = f"http://127.0.0.1:{port}/graphql"
    while True:
        answer = await client.post(url, json={"query": RECEIVE, "variables": variables}, headers=headers)
        if answer.status_code != 503:
            return answer.json()
        assert [error["extensions"]["code"] for error in answer.json()["errors"]] == ["OVERLOADED"]
        await asyncio.sleep(float(answer.headers["retry-after"]))


async def effects(world: World) -> Any:
    """How much was received, by how many receipts, documents of the ledger and keys."""
    [found] = await world.rows(
        "SELECT (SELECT count(*) FROM goods_receipt) AS receipts,"
        " (SELECT count(*) FROM journal_entry) AS vouchers,"
        " (SELECT count(*) FROM idempotency_key WHERE key = 'one receipt') AS keys,"
        " (SELECT string_agg(trim_scale(received_quantity)::text, ' ' ORDER BY position) FROM purchase_order_line)"
        " AS received"
    )
    return found


ONCE = {"receipts": 1, "vouchers": 1, "keys": 1, "received": "3 0"}


async def another_body_is_refused(client: httpx.AsyncClient, port: int, order: UUID) -> None:
    refused = await post(client, port, order, received="4")
    assert (refused.get("data") or {}).get("receivePurchaseOrder") is None
    assert [error["extensions"]["code"] for error in refused["errors"]] == ["IDEMPOTENCY_KEY_REUSED"]


async def test_a_hundred_posts_to_two_processes_have_one_effect(world: World, tmp_path: Path) -> None:
    order = await approved_order(world)
    ports = [free_port(), free_port()]
    url = world.database.url
    async with (
        skein_serve(url, tmp_path, ports[0]),
        skein_serve(url, tmp_path, ports[1]),
        httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=POSTS)) as client,
    ):
        answers = await asyncio.gather(*(post(client, ports[n % 2], order) for n in range(POSTS)))
        assert [answer for answer in answers if "errors" in answer] == []
        payloads = [answer["data"]["receivePurchaseOrder"] for answer in answers]
        assert Counter(payload.pop("replayed") for payload in payloads) == {False: 1, True: POSTS - 1}
        # The same record in the same state for everyone.
        assert payloads == [payloads[0]] * POSTS
        assert payloads[0]["userErrors"] == []
        assert payloads[0]["purchaseOrder"]["id"] == f"PurchaseOrder-{AX}-{order}"
        assert [line["receivedQuantity"] for line in payloads[0]["purchaseOrder"]["lines"]] == ["3", "0"]
        await another_body_is_refused(client, ports[1], order)
    assert await effects(world) == ONCE
    assert await world.findings() == []


async def test_a_process_killed_between_commit_and_answer_leaves_one_effect_to_replay(
    world: World, tmp_path: Path
) -> None:
    order, port = await approved_order(world), free_port()
    dying = Process(world.database.url, tmp_path, port, before=DIES_BEFORE_IT_ANSWERS)
    await dying.start()
    async with httpx.AsyncClient(timeout=20) as client:
        with pytest.raises(httpx.TransportError):
            await post(client, port, order)
        assert await dying.ended() == -9
        assert await effects(world) == ONCE
        async with skein_serve(world.database.url, tmp_path, port):
            again = (await post(client, port, order))["data"]["receivePurchaseOrder"]
            assert (again["replayed"], again["userErrors"]) == (True, [])
            assert again["purchaseOrder"]["id"] == f"PurchaseOrder-{AX}-{order}"
            assert [line["receivedQuantity"] for line in again["purchaseOrder"]["lines"]] == ["3", "0"]
            await another_body_is_refused(client, port, order)
    assert await effects(world) == ONCE
    assert await world.findings() == []
