"""kill -9 of the server, and of its database, in the middle of a stream of receipts over HTTP.

A client that hears nothing sends the same again: each piece has a key of its own, so each has one effect.
"""

import asyncio
import os
import signal
import socket
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from authz.tables import load_baseline
from domain.core.actors import Audience
from domain.core.database import Connection
from domain.core.ids import new_id
from server.embedded import VOLATILE, Embedded
from tests.domain.books import AX, World
from tests.faults.serving import START_SECONDS_MAX, skein_serve
from tests.faults.worlds import own_world, world_of
from tests.server.conftest import bearer, serving_at

PIECES = 12
KILLED_AT = 4
RECEIVE = """mutation($order: ID!, $key: String!) { receivePurchaseOrder(idempotencyKey: $key, input: {
  purchaseOrder: {id: $order}, receivedOn: "2026-05-20"
  lines: [{position: 1, received: "1"}, {position: 2, received: "2", rejected: "1"}]
}) { replayed userErrors { code message } purchaseOrder { status } } }"""


async def with_warehouse(world: World) -> None:
    """The shipped policy, and a user who may receive."""
    async with world.database.acquire() as connection:
        raw = connection.raw
        await load_baseline(Connection(raw))
        user = new_id()
        await raw.execute(
            "INSERT INTO user_account (id, name, display_name, audience, locale) VALUES ($1, $2, $2, $3, 'en')",
            user, "warehouse", Audience.STAFF.value,
        )  # fmt: skip
        await raw.execute(
            "INSERT INTO role_assignment (id, user_id, role, company_number, valid_from_at)"
            " VALUES ($1, $2, 'warehouse', 0, now() - interval '1 hour')",
            new_id(), user,
        )  # fmt: skip


async def approved_order(world: World) -> UUID:
    await with_warehouse(world)
    return await world.approved(AX, ("GEAR", "12", "150"), ("BOLT", "24", "2"))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


async def received(client: httpx.AsyncClient, port: int, order: UUID, piece: int) -> bool | None:
    """Whether a piece had been received before; None where no answer came, or only that the database is away."""
    body = {"query": RECEIVE, "variables": {"order": f"PurchaseOrder-{AX}-{order}", "key": f"piece-{piece}"}}
    headers = {"authorization": bearer("warehouse")}
    try:
        answer = await client.post(f"http://127.0.0.1:{port}/graphql", json=body, headers=headers)
    except httpx.TransportError:
        return None
    if answer.status_code == 503:
        assert [one["extensions"]["code"] for one in answer.json()["errors"]] == ["UNAVAILABLE"]
        return None
    payload = answer.json()["data"]["receivePurchaseOrder"]
    assert payload["userErrors"] == []
    return payload["replayed"]


async def stream_until_killed(port: int, order: UUID, kill: Callable[[], Any], delay: float) -> int:
    """How many pieces were answered, of a stream that is killed some moments into a piece."""
    async with httpx.AsyncClient(timeout=20) as client:
        for piece in range(PIECES):
            if piece == KILLED_AT:
                asyncio.get_running_loop().call_later(delay, kill)
            if await received(client, port, order, piece) is None:
                return piece
        return PIECES


async def sent_again(port: int, order: UUID, known: int) -> None:
    """Every piece is sent again until it is answered; those that were answered before are replays."""
    replayed: list[bool] = []
    async with asyncio.timeout(START_SECONDS_MAX), httpx.AsyncClient(timeout=20) as client:
        while len(replayed) < PIECES:
            found = await received(client, port, order, len(replayed))
            if found is None:
                await asyncio.sleep(0.1)
            else:
                replayed.append(found)
    assert known >= KILLED_AT
    assert replayed[:known] == [True] * known
    assert sorted(replayed, reverse=True) == replayed


async def one_effect_each(world: World) -> None:
    """Twelve receipts, twelve vouchers without a gap, the order complete, every invariant whole."""
    vouchers = await world.rows("SELECT number FROM journal_entry ORDER BY number")
    assert [row["number"] for row in vouchers] == [f"STOCK-2026-05-{piece:06d}" for piece in range(1, PIECES + 1)]
    rows = await world.rows("SELECT received_quantity, stocked_quantity FROM purchase_order_line ORDER BY position")
    assert [tuple(row.values()) for row in rows] == [(Decimal(12), Decimal(12)), (Decimal(24), Decimal(12))]
    [counts] = await world.rows(
        "SELECT (SELECT count(*) FROM goods_receipt) AS receipts, (SELECT status FROM purchase_order) AS status"
    )
    assert counts == {"receipts": PIECES, "status": "COMPLETE"}
    assert await world.findings() == []


async def server_killed(world: World, folder: Path, delay: float) -> None:
    order, port = await approved_order(world), free_port()
    async with skein_serve(world.database.url, folder, port) as process:
        known = await stream_until_killed(port, order, process.kill, delay)
        assert await process.wait() == -signal.SIGKILL
    async with skein_serve(world.database.url, folder, port):
        await sent_again(port, order, known)
    await one_effect_each(world)


async def test_a_killed_server_leaves_whole_postings_and_a_retry_has_one_effect(world: World, tmp_path: Path) -> None:
    await server_killed(world, tmp_path, 0.004)


async def database_killed(folder: Path, delay: float) -> None:
    settings = {**VOLATILE, "fsync": "on", "full_page_writes": "on"}
    server = Embedded(folder, settings=settings)
    await asyncio.to_thread(server.start)
    try:
        pid = server.pid
        assert pid is not None
        async with own_world(server) as world:
            order = await approved_order(world)
        with serving_at(server.url(), folder) as serving:
            known = await stream_until_killed(serving.port, order, lambda: os.kill(pid, signal.SIGKILL), delay)
            await asyncio.to_thread(server.stop)
            await asyncio.to_thread(server.start)
            assert server.pid != pid
            await sent_again(serving.port, order, known)
        async with world_of(server) as world:
            await one_effect_each(world)
    finally:
        await asyncio.to_thread(server.stop)


async def test_a_killed_database_leaves_whole_postings_and_the_server_goes_on_by_itself(tmp_path: Path) -> None:
    await database_killed(tmp_path, 0.006)


@pytest.mark.soak
@pytest.mark.parametrize("delay", [0.0, 0.002, 0.008, 0.012, 0.02, 0.035])
async def test_a_server_killed_at_any_moment(world: World, tmp_path: Path, delay: float) -> None:
    await server_killed(world, tmp_path, delay)


@pytest.mark.soak
@pytest.mark.parametrize("delay", [0.0, 0.002, 0.008, 0.012, 0.02, 0.035])
async def test_a_database_killed_at_any_moment(tmp_path: Path, delay: float) -> None:
    await database_killed(tmp_path, delay)
