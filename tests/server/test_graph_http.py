"""GraphQL over HTTP: statuses, media types and refusals, over a real connection."""

import asyncio
import base64
import time
from typing import Any

import asyncpg
import httpx
import orjson
import pytest

from resolvers.request import Answer
from server.federated_tracing import traced
from server.graph_http import json_media, takes_events
from tests.server.conftest import Serving

GRAPHQL = "application/graphql-response+json"


def code(response: httpx.Response) -> str:
    """The code of the one error, each of which must be traceable."""
    (error,) = response.json()["errors"]
    assert len(error["extensions"]["traceId"]) == 32
    return error["extensions"]["code"]


async def test_an_operation_is_answered_in_the_media_type_asked_for(serving: Serving) -> None:
    body = {"query": "{ viewer { name } }"}
    for accept, media in (("", "application/json"), ("*/*", "application/json"), (GRAPHQL, GRAPHQL)):
        response = await serving.post(body, accept=accept)
        assert (response.status_code, response.headers["content-type"]) == (200, f"{media}; charset=utf-8")
        assert response.content.endswith(b',"data":{"viewer":{"name":"admin"}}}')


@pytest.mark.parametrize("body", [b"5", b'"x"', b"null", b"{", b"", b"[]", b"[" * 100_000, b'{"query": "\xff"}'])
async def test_a_body_that_is_no_json_object_is_refused_with_a_coded_error(serving: Serving, body: bytes) -> None:
    response = await serving.post(body)
    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize("field", ["query", "operationName", "variables", "extensions"])
@pytest.mark.parametrize("value", [0, False, ["array"]])
async def test_a_parameter_of_the_wrong_type_is_refused(serving: Serving, field: str, value: Any) -> None:
    response = await serving.post({"query": "{__typename}", field: value})
    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    "media",
    [
        "application/x-www-form-urlencoded",
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/json; charset=latin1",
        "",
    ],
)
async def test_only_json_in_utf_8_is_taken(serving: Serving, media: str) -> None:
    response = await serving.post({"query": "{__typename}"}, content_type=media)
    assert (response.status_code, code(response)) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_a_body_over_one_mebibyte_is_refused_before_it_is_sent(serving: Serving) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", serving.port)
    head = "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 10485760\r\n\r\n"
    writer.write(head.encode())
    async with asyncio.timeout(5):
        status = await reader.readline()
    assert status == b"HTTP/1.1 413 Request Entity Too Large\r\n" or status.startswith(b"HTTP/1.1 413 ")
    writer.close()


async def test_a_chunked_body_is_refused_where_it_exceeds_the_limit(serving: Serving) -> None:
    async def endless() -> Any:
        for _ in range(40):
            yield b"x" * 65_536

    async with httpx.AsyncClient() as client:
        response = await client.post(serving.url, content=endless(), headers={"content-type": "application/json"})
    assert (response.status_code, code(response)) == (413, "PAYLOAD_TOO_LARGE")


async def test_get_reads_and_never_changes(serving: Serving) -> None:
    async with httpx.AsyncClient() as client:
        read = await client.get(serving.url, params={"query": "{__typename}"})
        changed = await client.get(serving.url, params={"query": "mutation {__typename}"}, headers={"accept": GRAPHQL})
    assert (read.status_code, read.json()["data"]) == (200, {"__typename": "Query"})
    assert (changed.status_code, code(changed), changed.headers["allow"]) == (405, "METHOD_NOT_ALLOWED", "POST")


async def test_faults_of_a_document_are_200_for_json_and_400_for_graphql_response_json(serving: Serving) -> None:
    faults = {
        "{": "GRAPHQL_PARSE_FAILED",
        "{ nothingOfTheKind }": "GRAPHQL_VALIDATION_FAILED",
        "query($id: ID!) {node(id: $id) {id}}": "BAD_USER_INPUT",
    }
    for query, expected in faults.items():
        for accept, status in (("application/json", 200), (GRAPHQL, 400)):
            response = await serving.post({"query": query}, accept=accept)
            assert (response.status_code, code(response)) == (status, expected)
            assert "data" not in response.json()


async def test_two_operations_need_a_name_to_choose_by(serving: Serving) -> None:
    query = "query A {__typename} query B {viewer {name}}"
    unnamed = await serving.post({"query": query})
    unknown = await serving.post({"query": query, "operationName": "C"})
    named = await serving.post({"query": query, "operationName": "B"})
    assert (unnamed.status_code, code(unnamed)) == (400, "OPERATION_RESOLUTION_FAILURE")
    assert (unknown.status_code, code(unknown)) == (400, "OPERATION_RESOLUTION_FAILURE")
    assert named.json()["data"] == {"viewer": {"name": "admin"}}


async def test_a_credential_that_stands_for_nobody_is_401(serving: Serving) -> None:
    response = await serving.post({"query": "{__typename}"}, who=None, authorization="Bearer nonsense")
    assert (response.status_code, code(response)) == (401, "UNAUTHENTICATED")
    assert response.headers["www-authenticate"] == "Bearer"


async def test_the_anonymous_caller_learns_nothing_of_the_schema(serving: Serving) -> None:
    introspection = await serving.post({"query": "{__schema {types {name}}}"}, who=None)
    hidden = await serving.post({"query": "{purchaseOrders {totalCount}}"}, who=None)
    unknown = await serving.post({"query": "{purchaseOrderz {totalCount}}"}, who=None)
    assert code(introspection) == "GRAPHQL_VALIDATION_FAILED"
    assert hidden.json()["errors"][0]["message"] == "Cannot query field 'purchaseOrders' on type 'Query'."
    assert unknown.json()["errors"][0]["message"] == "Cannot query field 'purchaseOrderz' on type 'Query'."


async def test_a_request_that_takes_too_long_is_answered_and_its_statement_cancelled(
    live: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    await live.ask("{ items { totalCount } }")
    assert live.app.services is not None
    monkeypatch.setattr(live.app.services.gate.deadlines, "seconds", 1.0)
    holder = await asyncpg.connect(live.database_url)
    async with holder.transaction():
        await holder.execute("LOCK TABLE item IN ACCESS EXCLUSIVE MODE")
        response = await live.post({"query": "{ items { totalCount } }"})
        assert (response.status_code, code(response)) == (504, "TIMEOUT")
        monkeypatch.undo()
        async with asyncio.timeout(5):
            while await holder.fetchval(  # noqa: ASYNC110  # a database
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'item'::regclass"
            ):
                await asyncio.sleep(0.02)
    await holder.close()
    assert await live.ask("{ items { totalCount } }") == {"data": {"items": {"totalCount": 8}}}


@pytest.mark.parametrize(
    "query",
    [
        "{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }",
        "{ " + "__typename " * 500 + "}",
        "{ " + " ".join(f"a{n}: __typename" for n in range(101)) + " }",
        "{ __typename " + "@aa" * 10 + " }",
        "query { ...A } fragment A on Query { __typename ...B } fragment B on Query { __typename ...A }",
    ],
)
async def test_documents_that_overload_a_server_are_refused(serving: Serving, query: str) -> None:
    answer = await serving.ask(query)
    assert "data" not in answer
    assert {len(error["extensions"]["traceId"]) for error in answer["errors"]} == {32}


async def test_several_operations_in_one_body_are_refused(serving: Serving) -> None:
    response = await serving.post([{"query": "{__typename}"}] * 10)
    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


async def test_a_browser_gets_the_page_and_a_foreign_page_gets_nothing(serving: Serving) -> None:
    async with httpx.AsyncClient() as client:
        page = await client.get(serving.url, headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
        foreign = await client.options(serving.url, headers={"origin": "https://evil.example"})
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "<title>Skein</title>" in page.text
    assert "access-control-allow-origin" not in foreign.headers


async def test_the_callers_trace_is_in_the_error(serving: Serving) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    response = await serving.post({"query": "{"}, traceparent=f"00-{trace}-b7ad6b7169203331-01")
    assert response.json()["errors"][0]["extensions"]["traceId"] == trace


async def test_other_paths_and_methods_answer_coded_json(serving: Serving) -> None:
    base = serving.url.removesuffix("/graphql")
    async with httpx.AsyncClient() as client:
        missing, refused = await client.get(f"{base}/nothing"), await client.put(serving.url)
        live, ready = await client.get(f"{base}/health/live"), await client.get(f"{base}/health/ready")
    assert (missing.status_code, code(missing)) == (404, "NO_SUCH_PATH")
    assert (refused.status_code, code(refused)) == (405, "METHOD_NOT_ALLOWED")
    assert (live.json(), ready.json()["status"]) == ({"status": "live"}, "ready")


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        # The defaults of Apollo Client, urql and Relay.
        (f"{GRAPHQL},application/json;q=0.9", GRAPHQL),
        (f"{GRAPHQL}, application/graphql+json, application/json, text/event-stream, multipart/mixed", GRAPHQL),
        ("application/json", "application/json"),
        (f"application/json, {GRAPHQL};q=0.5", "application/json"),
        ("text/event-stream", "text/event-stream"),
        ("*/*", "application/json"),
    ],
)
def test_accept_is_negotiated_by_weight(accept: str, media: str) -> None:
    assert json_media(accept.encode()) == media


def test_a_wildcard_is_no_wish_for_a_stream() -> None:
    assert (takes_events(b"*/*"), takes_events(b"text/event-stream;q=0"), takes_events(b"text/event-stream")) == (
        False, False, True,
    )  # fmt: skip


async def test_a_client_that_prefers_errors_gets_one_a_withheld_field(serving: Serving) -> None:
    document = "{ stockBalances(first: 1) { nodes { quantity standardValue { amount } } } }"
    plain = (await serving.post({"query": document}, who="buyer")).json()
    response = await serving.post({"query": document}, who="buyer", skein_withheld="errors")
    told = response.json()
    [error] = told.pop("errors")
    for answer in (plain, told):
        # What is left in the bucket depends on when one asks.
        del answer["extensions"]["cost"]["throttleStatus"]
    assert (response.status_code, told) == (200, plain)
    path, requires = ["stockBalances", "nodes", "standardValue"], "inventory:CONFIDENTIAL"
    assert error == {
        "message": "You may not read StockBalance.standardValue: it requires inventory:CONFIDENTIAL.",
        "path": path,
        "extensions": {
            "code": "FORBIDDEN", "traceId": error["extensions"]["traceId"],
            "values": {"coordinate": "StockBalance.standardValue", "requires": requires},
        },
    }  # fmt: skip
    assert plain["extensions"]["withheld"] == [
        {"coordinate": "StockBalance.standardValue", "path": path, "requires": requires}
    ]
    # Who may read the field hears of nothing.
    assert "errors" not in (await serving.post({"query": document}, who="auditor", skein_withheld="errors")).json()


async def test_a_gateway_that_asks_for_a_trace_gets_one_and_nobody_else(serving: Serving) -> None:
    asked = {"apollo_federation_include_trace": "ftv1"}
    body = {"query": "{ viewer { name } }"}
    before = time.time_ns()
    answer = (await serving.post(body, **asked)).json()
    assert answer["data"] == {"viewer": {"name": "admin"}}
    trace = base64.b64decode(answer["extensions"]["ftv1"])
    # Field 3, a timestamp of the second in which the answer was made; field 14, a root without children, at the end.
    assert trace[0] == 3 << 3 | 2 and trace[-2:] == b"\x72\x00"
    seconds = sum((byte & 0x7F) << 7 * place for place, byte in enumerate(trace[3:8]))
    assert before // 10**9 <= seconds <= time.time_ns() // 10**9
    assert "ftv1" not in (await serving.post(body)).json()["extensions"]
    refused = (await serving.post({"query": "{ nothing }"}, **asked)).json()
    assert list(refused) == ["errors"]


def test_a_trace_stands_beside_what_the_answer_tells_already() -> None:
    told = traced(Answer(status=200, body=b'{"extensions":{"withheld":[]},"data":{"a":1}}'), time.time_ns())
    assert list(orjson.loads(told.body)) == ["extensions", "data"]
    assert list(orjson.loads(told.body)["extensions"]) == ["ftv1", "withheld"]
