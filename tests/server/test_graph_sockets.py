"""graphql-transport-ws, point by point, with the client library of the websockets project."""

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin, Subprotocol

import server.graph_sockets as sockets
import server.outgoing as outgoing
from tests.server.conftest import PROTOCOL, Serving, raise_alerts, serving_at

ALERTS = "subscription($after: Cursor) { alerts(after: $after) { cursor kind alert { message } } }"


async def test_queries_are_answered_over_a_socket(serving: Serving) -> None:
    async with serving.socket() as socket:
        await socket.subscribe("{ viewer { name } }")
        assert await socket.receive() == {"id": "1", "type": "next", "payload": {"data": {"viewer": {"name": "admin"}}}}
        assert await socket.receive() == {"id": "1", "type": "complete"}


async def test_a_socket_that_never_begins_is_closed(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "INIT_SECONDS", 0.2)
    async with serving.socket(init=False) as socket:
        assert await socket.closed_with() == 4408


async def test_beginning_twice_closes(serving: Serving) -> None:
    async with serving.socket() as socket:
        await socket.send(type="connection_init")
        assert await socket.closed_with() == 4429


async def test_subscribing_before_beginning_closes(serving: Serving) -> None:
    async with serving.socket(init=False) as socket:
        await socket.subscribe("{__typename}")
        assert await socket.closed_with() == 4401


async def test_a_bad_credential_closes(serving: Serving) -> None:
    async with serving.socket(init=False) as socket:
        await socket.send(type="connection_init", payload={"authorization": "Bearer nonsense"})
        assert await socket.closed_with() == 4403


async def test_an_id_in_use_closes(serving: Serving) -> None:
    async with serving.socket() as socket:
        await socket.subscribe(ALERTS)
        await socket.subscribe(ALERTS)
        assert await socket.closed_with() == 4409


async def test_an_id_may_be_used_again_after_completion(serving: Serving) -> None:
    async with serving.socket() as socket:
        await socket.subscribe(ALERTS)
        await socket.send(id="1", type="complete")
        await socket.subscribe("{__typename}")
        assert (await socket.receive())["payload"] == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize(
    "frame",
    [
        "{", "5", "null", "[]", '"x"', '{"type": 5}', "{}", '{"type": "start"}',
        '{"type": "ping", "payload": 5}', '{"type": "pong", "payload": []}',
        '{"type": "subscribe", "id": "1", "payload": "x"}', '{"type": "subscribe", "id": "1", "payload": {"query": 5}}',
        '{"type": "subscribe", "id": 1, "payload": {"query": "{a}"}}',
        '{"type": "subscribe", "payload": {"query": "{a}"}}',
        '{"type": "subscribe", "id": "1"}', '{"type": "complete"}', b"\x00",
    ],
)  # fmt: skip
async def test_a_frame_that_is_no_message_closes(serving: Serving, frame: str | bytes) -> None:
    async with serving.socket() as socket:
        await socket.connection.send(frame)
        assert await socket.closed_with() == 4400


async def test_an_id_that_every_message_would_repeat_is_short(serving: Serving) -> None:
    async with serving.socket() as socket:
        await socket.subscribe("{__typename}", "x" * 200)
        assert (await socket.receive())["id"] == "x" * 200
    async with serving.socket() as socket:
        await socket.subscribe(ALERTS, "x" * 201)
        assert await socket.closed_with() == 4400


async def test_what_an_open_stream_keeps_of_its_request_is_bounded(serving: Serving) -> None:
    async with serving.socket() as socket:
        await socket.subscribe(ALERTS, unused="x" * 65_536)
        refused = await socket.receive()
        assert (refused["type"], refused["payload"][0]["extensions"]["code"]) == ("error", "PAYLOAD_TOO_LARGE")
        await socket.subscribe("{__typename}")
        assert (await socket.receive())["type"] == "next"


async def test_an_init_payload_that_is_no_object_closes(serving: Serving) -> None:
    async with serving.socket(init=False) as socket:
        await socket.send(type="connection_init", payload=["x"])
        assert await socket.closed_with() == 4400


async def test_a_ping_is_answered_with_its_payload(serving: Serving) -> None:
    async with serving.socket(init=False) as socket:
        await socket.send(type="ping", payload={"n": [1]})
        assert await socket.receive() == {"type": "pong", "payload": {"n": [1]}}
        await socket.send(type="ping")
        assert await socket.receive() == {"type": "pong"}


async def test_the_server_pings(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "INIT_SECONDS", 0.1)
    monkeypatch.setattr(sockets, "PING_SECONDS", 0.1)
    async with serving.socket() as socket:
        async with asyncio.timeout(5):
            assert await socket.connection.recv() == '{"type":"ping"}'


async def test_a_frame_over_one_mebibyte_closes(serving: Serving) -> None:
    async with serving.socket() as socket:
        await socket.connection.send("x" * 1_048_577)
        assert await socket.closed_with() == 1009


async def test_a_foreign_origin_gets_no_socket(serving: Serving, filled_url: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await connect(serving.socket_url, subprotocols=[PROTOCOL], origin=Origin("https://evil.example"))
    assert refused.value.response.status_code == 403
    own = Origin(f"http://127.0.0.1:{serving.port}")
    async with serving.socket(origin=own) as socket:
        await socket.subscribe("{__typename}")
        assert (await socket.receive())["type"] == "next"
    with serving_at(filled_url, tmp_path, background=False, allowed_origins="https://portal.example") as allowing:
        async with allowing.socket(origin=Origin("https://portal.example")) as socket:
            await socket.subscribe("{__typename}")
            assert (await socket.receive())["type"] == "next"


async def test_the_legacy_protocol_is_not_spoken(serving: Serving) -> None:
    async with connect(serving.socket_url, subprotocols=[Subprotocol("graphql-ws")]) as connection:
        await connection.wait_closed()
        assert (connection.subprotocol, connection.close_code) == (None, 4406)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothingOfTheKind }", "GRAPHQL_VALIDATION_FAILED"),
        ("query A {__typename} query B {__typename}", "OPERATION_RESOLUTION_FAILURE"),
        ("subscription { alerts(after: \"x\") { cursor } }", "BAD_USER_INPUT"),
        ("{" + "a " * 21 + "}", "OPERATION_LIMIT"),
        ("subscription { alerts { " + " ".join(f"a{n}: alert {{ id }}" for n in range(5)) + " } }", "COST_LIMIT"),
    ],
)  # fmt: skip
async def test_a_fault_of_an_operation_is_a_message_and_the_socket_lives(
    serving: Serving, query: str, code: str
) -> None:
    async with serving.socket() as socket:
        await socket.subscribe(query)
        message: Any = await socket.receive()
        assert (message["id"], message["type"]) == ("1", "error")
        assert [error["extensions"]["code"] for error in message["payload"]] == [code]
        await socket.subscribe("{__typename}")
        assert (await socket.receive())["payload"] == {"data": {"__typename": "Query"}}


async def test_a_socket_carries_a_hundred_operations(serving: Serving) -> None:
    async with serving.socket() as socket:
        for number in range(101):
            await socket.subscribe(ALERTS, str(number))
        message = await socket.receive()
        assert (message["id"], message["type"]) == ("100", "error")
        assert message["payload"][0]["extensions"]["code"] == "SUBSCRIPTION_LIMIT"


async def test_a_listener_that_takes_nothing_is_dropped_and_others_do_not_wait(
    live: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "PENDING_BYTES_MAX", 20_000)
    monkeypatch.setattr(outgoing, "STALL_SECONDS", 1.0)
    monkeypatch.setattr(sockets, "CLOSE_SECONDS", 0.2)
    # The transport buffers some 60 kilobytes before a stalled peer is felt: the events are large.
    heavy = "subscription { alerts { alert { " + " ".join(f"a{n}: message" for n in range(49)) + " } } }"
    async with live.socket(small=True, max_queue=1) as stalled, live.socket() as quick:
        stalled.connection.transport.pause_reading()
        await stalled.subscribe(heavy)
        await quick.subscribe(ALERTS)
        await until_streams(live, 2)
        assert live.app.services is not None
        held = live.app.services.sockets.held
        await raise_alerts(live.database_url, [f"{n}-{'x' * 150}" for n in range(40)])
        told = [(await quick.receive())["payload"]["data"]["alerts"]["alert"]["message"][:8] for _ in range(40)]
        assert told == [f"cause {n}-"[:8] for n in range(40)]
        await until_streams(live, 1)
        # What waited for it is forgotten with it.
        assert held.count == 0
        stalled.connection.transport.resume_reading()
        assert await stalled.closed_with() == 1013
        await raise_alerts(live.database_url, ["after"])
        assert (await quick.receive())["payload"]["data"]["alerts"]["alert"] == {"message": "cause after"}


async def until_streams(serving: Serving, count: int) -> None:
    """Return once so many streams are open."""
    async with asyncio.timeout(10):
        while serving.app.services is None or serving.app.services.hub.count != count:  # noqa: ASYNC110  # another loop
            await asyncio.sleep(0.01)


async def test_revoking_a_role_ends_its_streams_within_five_seconds(live: Serving) -> None:

    async with live.socket("buyer") as socket, live.socket("admin") as other:
        await socket.subscribe(ALERTS)
        await other.subscribe(ALERTS)
        await until_streams(live, 2)
        raw = await asyncpg.connect(live.database_url)
        await raw.execute("UPDATE role_assignment SET archived_at = now() WHERE role = 'buyer'")
        await raw.execute("UPDATE policy_version SET version = version + 1")
        await raw.close()
        await asyncio.sleep(3)
        await raise_alerts(live.database_url, ["secret"])
        assert (await other.receive())["payload"]["data"]["alerts"]["kind"] == "RAISED"
        with pytest.raises(TimeoutError):
            await socket.receive(2)


async def test_ending_an_account_closes_its_sockets_within_five_seconds(live: Serving) -> None:

    async with live.socket("buyer") as socket:
        await socket.subscribe(ALERTS)
        await until_streams(live, 1)
        raw = await asyncpg.connect(live.database_url)
        await raw.execute("UPDATE user_account SET is_active = false WHERE name = 'buyer'")
        await raw.execute("UPDATE policy_version SET version = version + 1")
        await raw.close()
        assert await socket.closed_with(5) == 4403
