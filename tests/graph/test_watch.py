"""Streams of what happened: nothing lost, nothing twice, in order, live and through replays."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import orjson
import pytest
from websockets.asyncio.client import connect

from domain.core.errors import InvalidInput
from domain.core.outbox import CHANNEL
from resolvers.events import EventCursor, parse_cursor
from tests.conftest import run_apart
from tests.faults.serving import Process
from tests.server.conftest import (
    PROTOCOL,
    Serving,
    bearer,
    fill,
    raise_alerts,
    serving_at,
    uncosted,
)

ALERTS = "subscription($after: Cursor) { alerts(after: $after) { cursor kind alert { message } } }"


@pytest.fixture
def live(fresh_database: str, tmp_path: Path) -> Any:
    """A server over a database of its own, with the background work."""
    run_apart(fill(fresh_database))
    with serving_at(fresh_database, tmp_path) as made:
        yield made


def told(message: Any) -> tuple[str, str]:
    """The cursor and the alert's message of a `next`."""
    event = message["payload"]["data"]["alerts"]
    return event["cursor"], event["alert"]["message"]


async def positions(url: str, count: int) -> None:
    """Return once so many events have a position."""
    raw = await asyncpg.connect(url)
    try:
        async with asyncio.timeout(10):
            while await raw.fetchval("SELECT count(position) FROM outbox_event") < count:  # noqa: ASYNC110  # a database
                await asyncio.sleep(0.02)
    finally:
        await raw.close()


async def test_an_event_is_told_live_with_its_record_and_a_cursor(live: Serving) -> None:
    async with live.socket() as socket:
        await socket.subscribe(ALERTS)
        await asyncio.sleep(0.5)
        await raise_alerts(live.database_url, ["a"])
        message = await socket.receive()
        cursor = message["payload"]["data"]["alerts"].pop("cursor")
        expected = {"data": {"alerts": {"kind": "RAISED", "alert": {"message": "cause a"}}}}
        assert message == {"id": "1", "type": "next", "payload": expected}
        assert parse_cursor(cursor).place == 0


async def test_a_replay_goes_on_behind_each_cursor_and_then_live(live: Serving) -> None:
    await raise_alerts(live.database_url, ["a", "b", "c"])
    await raise_alerts(live.database_url, ["d"])
    await positions(live.database_url, 2)
    async with live.socket() as socket:
        await socket.subscribe(ALERTS, after=EventCursor(0, None).text())
        all_told = [told(await socket.receive()) for _ in range(4)]
        assert [message for _, message in all_told] == ["cause a", "cause b", "cause c", "cause d"]
        for place, (cursor, _) in enumerate(all_told):
            await socket.subscribe(ALERTS, f"after-{place}", after=cursor)
        await raise_alerts(live.database_url, ["e"])
        heard: dict[str, list[str]] = {"1": [], **{f"after-{place}": [] for place in range(4)}}
        for _ in range(1 + 4 + 3 + 2 + 1):
            message = await socket.receive()
            heard[message["id"]].append(told(message)[1][-1])
        assert {id_: "".join(letters) for id_, letters in heard.items()} == {
            "1": "e", "after-0": "bcde", "after-1": "cde", "after-2": "de", "after-3": "e",
        }  # fmt: skip


async def test_a_cursor_that_is_too_old_or_too_new_asks_to_begin_anew(live: Serving) -> None:
    for name in "abc":
        await raise_alerts(live.database_url, [name])
    await positions(live.database_url, 3)
    raw = await asyncpg.connect(live.database_url)
    await raw.execute("DELETE FROM outbox_event WHERE position <= 1")
    await raw.close()
    async with live.socket() as socket:
        for position, expected in ((0, "RESYNC_REQUIRED"), (4, "RESYNC_REQUIRED")):
            await socket.subscribe(ALERTS, after=EventCursor(position, None).text())
            message = await socket.receive()
            assert (message["type"], message["payload"][0]["extensions"]["code"]) == ("error", expected)
        await socket.subscribe(ALERTS, after=EventCursor(1, None).text())
        assert [told(await socket.receive())[1] for _ in range(2)] == ["cause b", "cause c"]


@pytest.mark.parametrize(
    "text", ["", "x", "ZXZlbnQ6MTowMTo", "ZXZlbnQ6MTotMTo", "ZXZlbnQ6MTox", "ZXZlbnQ6MTo5OTk5OTk5OTk5OTk5OTk5OTk5Og"]
)
def test_a_cursor_is_parsed_strictly(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_cursor(text)


def test_cursors_are_ordered_by_event_and_place() -> None:
    places = [EventCursor(1, 0), EventCursor(1, 1), EventCursor(1, None), EventCursor(2, 0), EventCursor(2, None)]
    for number, place in enumerate(places):
        assert parse_cursor(place.text()) == place
        assert [place.is_after(other) for other in places] == [number > index for index in range(5)]


async def test_equal_subscriptions_are_rendered_once(live: Serving) -> None:
    assert live.app.services is not None
    hub = live.app.services.hub
    async with live.socket() as first, live.socket() as second, live.socket("auditor") as third:
        for number in range(5):
            await first.subscribe(ALERTS, str(number))
            await second.subscribe(ALERTS, str(number))
        await third.subscribe(ALERTS)
        async with asyncio.timeout(5):
            while hub.count < 11:  # noqa: ASYNC110  # another thread's loop
                await asyncio.sleep(0.01)
        before = hub.renders
        await raise_alerts(live.database_url, ["a"])
        for socket, count in ((first, 5), (second, 5), (third, 1)):
            assert [told(await socket.receive())[1] for _ in range(count)] == ["cause a"] * count
        # One for the administrators, one for the auditor, whose grants differ.
        assert hub.renders - before == 2


async def test_what_a_reader_may_not_see_is_not_told_at_all(live: Serving) -> None:
    raw = await asyncpg.connect(live.database_url)
    await raw.execute("UPDATE role_assignment SET company_number = 2 WHERE role = 'buyer'")
    await raw.execute("UPDATE policy_version SET version = version + 1")
    await raw.close()
    await asyncio.sleep(1.5)
    async with live.socket("buyer") as socket:
        await socket.subscribe(ALERTS)
        await socket.subscribe("subscription { alerts { cursor kind } }", "2")
        await asyncio.sleep(0.5)
        await raise_alerts(live.database_url, ["of one"], company_id=1)
        await raise_alerts(live.database_url, ["of two"], company_id=2)
        messages = {message["id"]: message for message in [await socket.receive() for _ in range(2)]}
        assert told(messages["1"])[1] == "cause of two"
        assert messages["2"]["payload"]["data"]["alerts"]["kind"] == "RAISED"
        with pytest.raises(TimeoutError):
            await socket.receive(1)


async def test_what_happens_to_any_record_is_told_with_what_the_reader_may_see_of_it(live: Serving) -> None:
    async with live.socket() as admin, live.socket("buyer") as buyer:
        for socket in (admin, buyer):
            await socket.subscribe("subscription { parties { kind party { code nameZh creditCode } } }")
        await asyncio.sleep(0.5)
        made = await live.ask(
            'mutation { createParty(input: {code: "P-NEW", name: "New", nameZh: "新"}) { userErrors { code } } }'
        )
        assert made["data"]["createParty"]["userErrors"] == []
        party = {"code": "P-NEW", "nameZh": "新", "creditCode": None}
        for socket in (admin, buyer):
            assert (await socket.receive())["payload"] == {"data": {"parties": {"kind": "CREATED", "party": party}}}


async def test_a_stream_outlives_the_loss_of_every_database_session(live: Serving) -> None:
    raw = await asyncpg.connect(live.database_url)
    async with live.socket() as socket:
        await socket.subscribe(ALERTS)
        await asyncio.sleep(0.5)
        await raw.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await raise_alerts(live.database_url, ["a", "b"])
        assert [told(await socket.receive(15))[1] for _ in range(2)] == ["cause a", "cause b"]
    await raw.close()


async def test_a_lost_notification_costs_a_second(live: Serving) -> None:
    raw = await asyncpg.connect(live.database_url)
    async with live.socket() as socket:
        await socket.subscribe(ALERTS)
        await asyncio.sleep(0.5)
        # Whoever listens loses its session, and with it the notification.
        await raw.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ILIKE $1 AND pid <> pg_backend_pid()",
            f'LISTEN "{CHANNEL}"%',
        )
        await raise_alerts(live.database_url, ["a"])
        assert told(await socket.receive(5))[1] == "cause a"
    await raw.close()


# --- server-sent events ---------------------------------------------------------------------------------------------


@asynccontextmanager
async def event_lines(serving: Serving, query: str, **headers: str) -> AsyncIterator[AsyncIterator[str]]:
    """The lines of an event stream."""
    sent = {"accept": "text/event-stream", "authorization": bearer(), **headers}
    async with (
        httpx.AsyncClient(timeout=10) as client,
        client.stream("POST", serving.url, json={"query": query}, headers=sent) as response,
    ):
        assert (response.status_code, response.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
        yield response.aiter_lines()


async def next_event(lines: AsyncIterator[str]) -> dict[str, str]:
    """The fields of the next event; comments are passed over."""
    fields: dict[str, str] = {}
    async for line in lines:
        if not line and fields:
            return fields
        name, _, value = line.partition(":")
        if name:
            fields[name] = value.removeprefix(" ")
    return fields


async def test_a_stream_of_events_resumes_by_the_id_of_the_last(live: Serving) -> None:
    query = "subscription { alerts { alert { message } } }"
    async with event_lines(live, query) as lines:
        await asyncio.sleep(0.5)
        await raise_alerts(live.database_url, ["a", "b"])
        first = await next_event(lines)
        assert first["event"] == "next"
        assert uncosted(orjson.loads(first["data"])) == {"data": {"alerts": {"alert": {"message": "cause a"}}}}
    async with event_lines(live, query, **{"last-event-id": first["id"]}) as lines:
        assert orjson.loads((await next_event(lines))["data"])["data"]["alerts"]["alert"] == {"message": "cause b"}


async def test_a_query_is_a_stream_of_one_where_only_events_are_taken(live: Serving) -> None:
    async with event_lines(live, "{ viewer { name } }") as lines:
        told = await next_event(lines)
        assert told["event"] == "next"
        assert uncosted(orjson.loads(told["data"])) == {"data": {"viewer": {"name": "admin"}}}
        assert await next_event(lines) == {"event": "complete", "data": ""}


async def test_a_subscription_needs_a_client_that_takes_events(live: Serving) -> None:
    response = await live.post({"query": ALERTS}, accept="application/json")
    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (406, "NOT_ACCEPTABLE")


async def test_a_refused_document_is_told_in_the_stream_and_a_refused_credential_by_its_status(live: Serving) -> None:
    for query, code in (
        ('subscription { alerts(after: "x") { cursor } }', "BAD_USER_INPUT"),
        ("subscription { nothingOfTheKind }", "GRAPHQL_VALIDATION_FAILED"),
        ("{", "GRAPHQL_PARSE_FAILED"),
    ):
        async with event_lines(live, query) as lines:
            told = await next_event(lines)
            assert (told["event"], orjson.loads(told["data"])["errors"][0]["extensions"]["code"]) == ("next", code)
            assert await next_event(lines) == {"event": "complete", "data": ""}
    refused = await live.post({"query": ALERTS}, who=None, authorization="Bearer x", accept="text/event-stream")
    assert (refused.status_code, refused.headers["content-type"]) == (401, "application/json; charset=utf-8")


# --- the end --------------------------------------------------------------------------------------------------------


async def test_a_server_that_is_told_to_stop_sends_its_listeners_elsewhere(
    fresh_database: str, tmp_path: Path, unused_tcp_port: int
) -> None:
    await fill(fresh_database)
    server = Process(fresh_database, tmp_path, unused_tcp_port)
    await server.start()
    url = f"127.0.0.1:{unused_tcp_port}/graphql"
    headers = {"accept": "text/event-stream", "authorization": bearer()}
    async with (
        httpx.AsyncClient(timeout=20) as client,
        client.stream("POST", f"http://{url}", json={"query": ALERTS}, headers=headers) as stream,
        connect(f"ws://{url}", subprotocols=[PROTOCOL]) as socket,
    ):
        ending = asyncio.create_task(server.end(signal.SIGINT))
        # The stream ends as a response does, without the completion that would keep its client from resuming.
        assert "complete" not in "".join([line async for line in stream.aiter_lines()])
        await socket.wait_closed()
        assert socket.close_code in (1001, 1012)
        await ending
    told = [orjson.loads(line) for line in server.errors.read_text().splitlines()]
    assert [one for one in told if one["level"] != "info"] == []
