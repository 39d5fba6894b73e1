"""Every answer tells what it cost; a client that has spent what it may is told so, on every transport."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import pytest

from domain.core.client_tiers import ClientTier
from server import tiers
from tests.conftest import run_apart
from tests.factory import insert, numbered, row
from tests.server.conftest import Serving, fill, raise_alerts, serving_at

GENEROUS = {
    "tokens": 5_000, "depth": 12, "aliases": 50, "root_fields": 20, "mutations": 5, "directives": 20, "cost": 10_000,
    "bucket": 100_000, "restore_rate": 5_000,
}  # fmt: skip
TIERS: dict[str, dict[str, int]] = {
    "DEFAULT": {},
    "SMALL": {"cost": 60, "bucket": 100, "restore_rate": 1},
    "SHALLOW": {"depth": 2, "aliases": 1, "tokens": 40},
    "ANONYMOUS": {"cost": 5, "bucket": 20, "restore_rate": 1},
}
PAGE = "{ items(first: 5) { nodes { code } } }"


async def tiered(url: str) -> None:
    """The sample group, and clients of several tiers: the buyer's is small, the auditor's shallow."""
    await fill(url)
    connection = await asyncpg.connect(url)
    try:
        rows = [row(ClientTier, n, code=code, **{**GENEROUS, **own}) for n, (code, own) in enumerate(TIERS.items())]
        await insert(connection, ClientTier, rows)
        for name, number in (("buyer", 1), ("auditor", 2)):
            sql = "UPDATE user_account SET client_tier_id = $2 WHERE name = $1"
            await connection.execute(sql, name, numbered(ClientTier, number))
    finally:
        await connection.close()


@pytest.fixture
def limited(fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    """A server whose clients have these tiers, and that looks for changes all the time."""
    monkeypatch.setattr(tiers, "POLL_SECONDS", 0.05)
    run_apart(tiered(fresh_database))
    with serving_at(fresh_database, tmp_path) as made:
        yield made


def cost(answer: Any) -> Any:
    """What an answer says that it cost."""
    return answer["extensions"]["cost"]


def codes(answer: Any) -> list[str]:
    """The codes of an answer's errors."""
    return [error["extensions"]["code"] for error in answer["errors"]]


async def test_an_answer_tells_what_it_was_said_to_cost_and_what_it_did(serving: Serving) -> None:
    answer = (await serving.post({"query": "{ items(first: 50) { nodes { code } totalCount } }"})).json()
    rows = len(answer["data"]["items"]["nodes"])
    assert rows < 50
    told = cost(answer)
    assert (told["requestedQueryCost"], told["actualQueryCost"]) == (1 + 50 + 1, 1 + rows + 1)
    status = told["throttleStatus"]
    assert (status["maximumAvailable"], status["restoreRate"]) == (100_000, 5_000)
    assert 90_000 < status["currentlyAvailable"] <= 100_000


async def test_the_cost_stands_beside_what_was_withheld(serving: Serving) -> None:
    document = "{ stockBalances(first: 1) { nodes { quantity standardValue { amount } } } }"
    for headers in ({}, {"skein_withheld": "errors"}):
        answer = (await serving.post({"query": document}, who="buyer", **headers)).json()
        assert set(answer["extensions"]) == {"cost", "withheld"}
        assert (cost(answer)["requestedQueryCost"], cost(answer)["actualQueryCost"]) == (1 + 1 + 1, 1 + 1)


async def test_a_mutation_tells_its_cost_done_or_refused(live: Serving) -> None:
    query = """mutation($code: String!) { createUser(input: {name: $code, displayName: "X", audience: STAFF}) {
        userErrors { code } userAccount { name } } }"""
    done, refused = [(await live.post({"query": query, "variables": {"code": one}})).json() for one in ("mei", "Mei!")]
    assert done["data"]["createUser"]["userAccount"] == {"name": "mei"}
    assert refused["data"]["createUser"]["userErrors"] == [{"code": "INVALID_VALUE"}]
    for answer in (done, refused):
        assert (cost(answer)["requestedQueryCost"], cost(answer)["actualQueryCost"]) == (1 + 10 + 1, 2)


async def test_introspection_tells_its_cost(serving: Serving) -> None:
    answer = (await serving.post({"query": "{ __schema { queryType { name } } viewer { name } }"})).json()
    assert (cost(answer)["requestedQueryCost"], cost(answer)["actualQueryCost"]) == (2, 2)


async def test_an_event_tells_what_it_cost_its_listener(live: Serving) -> None:
    alerts = "subscription { alerts { cursor alert { number rule { code } } } }"
    async with live.socket("buyer") as socket:
        await socket.subscribe(alerts)
        async with asyncio.timeout(10):
            while live.app.services is None or live.app.services.hub.count < 1:  # noqa: ASYNC110  # another thread
                await asyncio.sleep(0.01)
        await raise_alerts(live.database_url, ["a", "b"])
        told: list[Any] = []
        while len(told) < 2:
            message = orjson.loads(await socket.connection.recv())
            told += [cost(message["payload"])] if message["type"] == "next" else []
    for one in told:
        # The event, its alert, and the alert's rule; the opening was paid for by the price of one event.
        assert (one["requestedQueryCost"], one["actualQueryCost"]) == (3, 3)
        assert (one["throttleStatus"]["maximumAvailable"], one["throttleStatus"]["restoreRate"]) == (100_000, 5_000)


async def test_a_spent_client_is_refused_with_429_on_every_media_type_and_others_are_not(limited: Serving) -> None:
    for _ in range(20):
        response = await limited.post({"query": PAGE}, who="buyer")
        if response.status_code != 200:
            break
    for accept in ("application/json", "application/graphql-response+json"):
        response = await limited.post({"query": PAGE}, who="buyer", accept=accept)
        assert (response.status_code, codes(response.json())) == (429, ["THROTTLED"])
        assert 1 <= int(response.headers["retry-after"]) <= 6
        [error] = response.json()["errors"]
        assert error["extensions"]["values"] == {"retryAfterSeconds": int(response.headers["retry-after"])}
    assert (await limited.post({"query": PAGE}, who="admin")).status_code == 200


async def test_a_spent_client_comes_back_when_it_was_told_to(limited: Serving) -> None:
    while (response := await limited.post({"query": PAGE}, who="buyer")).status_code == 200:
        pass
    # A client with nothing at all is sent away before its price is known; the next refusal knows it.
    for _ in range(2):
        await asyncio.sleep(int(response.headers["retry-after"]))
        response = await limited.post({"query": PAGE}, who="buyer")
        if response.status_code == 200:
            break
    assert response.status_code == 200


async def test_a_spent_client_is_told_by_an_error_message_and_the_socket_lives(limited: Serving) -> None:
    async with limited.socket("buyer") as socket:
        for number in range(20):
            await socket.subscribe(PAGE, str(number))
            message = await socket.receive()
            if message["type"] == "error":
                break
            assert await socket.receive() == {"id": str(number), "type": "complete"}
        assert [one["extensions"]["code"] for one in message["payload"]] == ["THROTTLED"]
        # A stream begins for the price of one event; a page's price may be missing while that is still there.
        for number in range(6):
            await socket.subscribe("subscription { alerts { cursor alert { number } } }", f"s{number}")
        refused = await socket.receive()
        assert (refused["id"][0], refused["type"]) == ("s", "error")
        assert codes({"errors": refused["payload"]}) == ["THROTTLED"]
        await socket.send(type="ping", payload={"n": 1})
        while (message := await socket.receive())["type"] == "error":
            pass
        assert message == {"type": "pong", "payload": {"n": 1}}


async def test_documents_that_are_refused_are_paid_for(limited: Serving) -> None:
    statuses = [(await limited.post({"query": "{ nothing }"}, who="buyer")).status_code for _ in range(12)]
    # A point a second leaks meanwhile, so that the last one may fit again.
    assert (statuses[0], set(statuses)) == (200, {200, 429})


async def test_a_tier_limits_the_documents_of_its_clients_and_of_nobody_else(limited: Serving) -> None:
    deep = "{ items(first: 1) { nodes { unit { code } } } }"
    aliased = "{ a: __typename b: __typename }"
    wordy = "{" + " __typename" * 39 + "}"
    for query, code in ((deep, "DEPTH_LIMIT"), (aliased, "ALIAS_LIMIT"), (wordy, "TOO_MANY_TOKENS")):
        # In this order the document is known already when the shallow client sends it.
        assert codes(await limited.ask(query, who="auditor")) == [code]
        allowed = await limited.ask(query, who="admin")
        assert "data" in allowed or codes(allowed) == ["OPERATION_LIMIT"]
        assert codes(await limited.ask(query, who="auditor")) == [code]
    assert codes(await limited.ask("{ items(first: 60) { nodes { code } } }", who="buyer")) == ["COST_LIMIT"]


async def test_anonymous_callers_have_a_bucket_an_address(limited: Serving) -> None:
    first = await limited.post({"query": "{ __typename }"}, who=None)
    assert first.status_code == 200
    assert cost(first.json())["throttleStatus"]["maximumAvailable"] == 20
    # A point leaks back each second, so a slow machine takes some more to come to the end of the bucket.
    statuses: list[int] = []
    while 429 not in statuses and len(statuses) < 200:
        statuses.append((await limited.post({"query": "{ __typename }"}, who=None)).status_code)
    assert set(statuses[:-1]) == {200} and statuses[-1] == 429
    connection = await asyncpg.connect(limited.database_url)
    [bucket] = await connection.fetch("SELECT id FROM client_bucket")
    await connection.close()
    # The anonymous actor is one, its callers are not.
    assert bucket["id"] != UUID(int=0)


async def test_a_tier_is_assigned_and_changed_through_the_graph_and_holds_in_seconds(limited: Serving) -> None:
    assign = """mutation { assignUserTier(input: {user: {name: "buyer"}, tier: {code: "DEFAULT"}}) {
        userErrors { code } userAccount { clientTier { code bucket } } } }"""
    answer = await limited.ask(assign)
    tier = {"code": "DEFAULT", "bucket": 100_000}
    assert answer["data"]["assignUserTier"] == {"userErrors": [], "userAccount": {"clientTier": tier}}
    await reaches(limited, 100_000)
    change = """mutation { changeClientTier(input: {tier: {code: "DEFAULT"}, bucket: 70000, expectedVersion: 1}) {
        userErrors { code } clientTier { bucket restoreRate version } } }"""
    answer = await limited.ask(change)
    changed = {"bucket": 70_000, "restoreRate": 5_000, "version": 2}
    assert answer["data"]["changeClientTier"] == {"userErrors": [], "clientTier": changed}
    await reaches(limited, 70_000)
    again = await limited.ask(change.replace("70000", "80000"))
    assert again["data"]["changeClientTier"] == {"userErrors": [{"code": "STALE_VERSION"}], "clientTier": None}


async def reaches(limited: Serving, bucket: int) -> None:
    """Wait until the buyer is told of this bucket."""
    async with asyncio.timeout(10):
        while True:
            answer = (await limited.post({"query": "{ __typename }"}, who="buyer")).json()
            if "data" in answer and cost(answer)["throttleStatus"]["maximumAvailable"] == bucket:
                return
            await asyncio.sleep(0.05)
