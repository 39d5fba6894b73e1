"""Listeners that take nothing: dropped, within a bound of memory, and nobody else waits for them."""

import asyncio
import socket
import time
from contextlib import ExitStack
from pathlib import Path

import orjson
import pytest
from websockets.asyncio.client import connect

import server.outgoing as outgoing
from tests.faults.serving import Process
from tests.faults.test_killed_watch import free_ports
from tests.memory import resident_mib
from tests.server.conftest import PROTOCOL, Serving, Socket, bearer, fill, raise_alerts
from tests.server.test_graph_sockets import ALERTS, until_streams

# Some ten kilobytes an event.
HEAVY = "subscription { alerts { alert { " + " ".join(f"a{n}: message" for n in range(49)) + " } } }"
MIB = 1_048_576

# What may wait in all, and beside it what the server uses anyway: the plans and texts of a burst.
GROWTH_MIB_MAX = outgoing.PENDING_BYTES_ALL_MAX // MIB + 96
STALLED = 60
BURSTS, ALERTS_A_BURST = 10, 100


def posted(port: int, query: str, buffer: int = 4_096) -> socket.socket:
    """A line on which an event stream was asked for, and from which nothing is ever read."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    line.connect(("127.0.0.1", port))
    body = orjson.dumps({"query": query})
    head = f"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
    line.sendall(f"{head}accept: text/event-stream\r\nauthorization: {bearer()}\r\n\r\n".encode() + body)
    return line


async def test_an_event_stream_that_is_not_read_is_cut_off_and_others_do_not_wait(
    live: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "PENDING_BYTES_MAX", 20_000)
    with posted(live.port, HEAVY) as stalled:
        async with live.socket() as quick:
            await quick.subscribe(ALERTS)
            await until_streams(live, 2)
            await raise_alerts(live.database_url, [f"{n}-{'x' * 150}" for n in range(40)])
            told = [(await quick.receive())["payload"]["data"]["alerts"]["alert"]["message"] for _ in range(40)]
            assert told == [f"cause {n}-{'x' * 150}" for n in range(40)]
            await until_streams(live, 1)
        # The response ends in the middle of its chunks: a client sees a broken line, not the end of the operation.
        stalled.settimeout(10)
        heard = b""
        while part := stalled.recv(65_536):
            heard += part
        assert b"event: next" in heard
        assert not heard.endswith(b"0\r\n\r\n")
        assert b"event: complete" not in heard


async def delays(quick: Socket, url: str) -> list[float]:
    """The seconds from before each burst is raised until all of it was told."""
    found: list[float] = []
    for burst in range(BURSTS):
        began = time.monotonic()
        await raise_alerts(url, [f"{burst}-{n}-{'x' * 150}" for n in range(ALERTS_A_BURST)])
        for n in range(ALERTS_A_BURST):
            message = await quick.receive()
            told = message["payload"]["data"]["alerts"]["alert"]["message"]
            assert told.startswith(f"cause {burst}-{n}-")
        found.append(time.monotonic() - began)
    return found


@pytest.mark.soak
async def test_sixty_listeners_that_take_nothing_cost_a_bounded_memory(fresh_database: str, tmp_path: Path) -> None:
    await fill(fresh_database)
    (port,) = free_ports(1)
    server = Process(fresh_database, tmp_path, port)
    await server.start()
    try:
        assert server.running is not None
        pid = server.running.pid
        url = f"ws://127.0.0.1:{port}/graphql"
        with ExitStack() as stalled:
            async with connect(url, subprotocols=[PROTOCOL]) as connection:
                quick = Socket(connection)
                await quick.send(type="connection_init", payload={"Authorization": bearer()})
                assert await quick.receive() == {"type": "connection_ack"}
                await quick.subscribe(ALERTS)
                before = resident_mib(pid)
                for _ in range(STALLED):
                    stalled.enter_context(posted(port, HEAVY))
                await asyncio.sleep(2)
                most: list[float] = []
                watching = asyncio.create_task(watch(pid, most))
                took = await delays(quick, fresh_database)
                watching.cancel()
        assert max(most) - before < GROWTH_MIB_MAX
        assert max(took) < 10
    finally:
        await server.kill()


async def watch(pid: int, most: list[float]) -> None:
    """Look at the memory ten times a second, for good."""
    while True:
        most.append(resident_mib(pid))
        await asyncio.sleep(0.1)
