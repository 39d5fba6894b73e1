"""What is known to hurt graph servers, sent to a real one: nothing succeeds, nothing takes long, nothing is told."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from server.asgi import create_app
from tests.server.conftest import Serving, settings_for

GRAPHQL = "application/graphql-response+json"


def chained(links: int) -> str:
    """Fragments of which each spreads the next one twice."""
    chain = " ".join(f"fragment F{n} on Viewer {{ ...F{n + 1} ...F{n + 1} }}" for n in range(links))
    return f"{{ viewer {{ ...F0 }} }} {chain} fragment F{links} on Viewer {{ name }}"


def side_by_side(count: int) -> str:
    """Fragments spread in one place."""
    spreads = " ".join(f"...F{n}" for n in range(count))
    return f"{{ viewer {{ {spreads} }} }}" + "".join(f" fragment F{n} on Viewer {{ name }}" for n in range(count))


def nested(depth: int) -> Any:
    """A filter so many levels deep."""
    return {} if depth == 0 else {"not": nested(depth - 1)}


DOCUMENTS = {
    "alias overloading": ("{" + " ".join(f"a{n}: __typename" for n in range(101)) + "}", "OPERATION_LIMIT"),
    "alias overloading below": ("{ viewer {" + " ".join(f"a{n}: name" for n in range(101)) + "} }", "ALIAS_LIMIT"),
    "field duplication": ("{" + "__typename " * 500 + "}", "OPERATION_LIMIT"),
    "field duplication below": ("{ viewer {" + "name " * 4_900 + "} }", "OVERLAP_LIMIT"),
    "directive overloading": ("{ viewer { name " + "@skip(if: false) " * 21 + "} }", "DIRECTIVE_LIMIT"),
    "unknown directives": ("{ viewer { name " + "@aa" * 100 + "} }", "DIRECTIVE_LIMIT"),
    "mutations in one document": (
        "mutation {" + " ".join(f"a{n}: __typename" for n in range(6)) + "}", "OPERATION_LIMIT"
    ),
    "circular fragments": (
        "{ viewer { ...A } } fragment A on Viewer { ...B } fragment B on Viewer { ...A }", "GRAPHQL_VALIDATION_FAILED",
    ),
    "25 doubling fragments": (chained(25), "COST_LIMIT"),
    "200 doubling fragments": (chained(200), "COST_LIMIT"),
    "fragments side by side": (side_by_side(400), "OVERLAP_LIMIT"),
    "circular introspection": (
        "{ __schema { types { fields { type {" + " fields { type {" * 8 + " name" + "} }" * 8 + "} } } } }",
        "DEPTH_LIMIT",
    ),
    "a deep selection": ("{ viewer " * 1_600 + "}" * 1_600, "GRAPHQL_PARSE_FAILED"),
    "a deep list": ("{ items(first: " + "[" * 2_400 + "]" * 2_400 + ") { totalCount } }", "GRAPHQL_PARSE_FAILED"),
    "tokens": ("{ viewer {" + " name" * 5_000 + "} }", "TOO_MANY_TOKENS"),
    "comment": ("#" + "x" * 200_000 + "\n{ __typename }", "DOCUMENT_LIMIT"),
    "commas": ("{ __typename }" + "," * 200_000, "DOCUMENT_LIMIT"),
    "literal": ('{ item(code: "' + "x" * 200_000 + '") { id } }', "DOCUMENT_LIMIT"),
    "comments": ("#\n" * 5_001 + "{ __typename }", "TOO_MANY_TOKENS"),
    "pages within pages": (
        "{ items(first: 100) { nodes { deviceIdentifiers(first: 100) { nodes { value } } } } }", "COST_LIMIT"
    ),
}  # fmt: skip


def codes(response: httpx.Response) -> Sequence[str]:
    """The codes of the errors, each of which must be traceable; with no data beside them."""
    answer = response.json()
    assert "data" not in answer
    for error in answer["errors"]:
        assert len(error["extensions"]["traceId"]) == 32
    return [error["extensions"]["code"] for error in answer["errors"]]


@pytest.mark.parametrize("name", DOCUMENTS)
async def test_documents_made_to_hurt_are_refused_at_once(serving: Serving, name: str) -> None:
    document, code = DOCUMENTS[name]
    await serving.post({"query": "{ viewer { name } }"})
    begun = time.process_time()
    response = await serving.post({"query": document}, accept=GRAPHQL)
    assert time.process_time() - begun < 1
    assert response.status_code == 400
    told = codes(response)
    assert set(told) == {code} and len(told) <= 5


@pytest.mark.parametrize("depth", [9, 200])
async def test_variables_made_to_hurt_are_refused(serving: Serving, depth: int) -> None:
    query = "query($f: ItemFilter) { items(filter: $f) { totalCount } }"
    response = await serving.post({"query": query, "variables": {"f": nested(depth)}}, accept=GRAPHQL)
    assert (response.status_code, codes(response)) == (400, ["BAD_USER_INPUT"])


async def test_json_nested_beyond_reason_is_no_json(serving: Serving) -> None:
    inner = b'{"not":' * 5_000 + b"{}" + b"}" * 5_000
    body = b'{"query": "{__typename}", "variables": {"f": ' + inner + b"}}"
    response = await serving.post(body)
    assert (response.status_code, codes(response)) == (400, ["BAD_REQUEST"])


async def test_a_message_is_no_second_copy_of_a_long_name(serving: Serving) -> None:
    answer = await serving.post({"query": "{ " + "x" * 190_000 + " }"})
    assert answer.json()["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert len(answer.content) < 2_000


async def test_a_batch_of_operations_is_refused(serving: Serving) -> None:
    response = await serving.post([{"query": "{__typename}"}] * 10)
    assert (response.status_code, codes(response)) == (400, ["BAD_REQUEST"])


async def test_the_anonymous_cannot_introspect(serving: Serving) -> None:
    queries = (
        "{ __schema { types { name } } }",
        '{ __type(name: "Query") { name } }',
        "{ ...F } fragment F on Query { __schema { types { name } } }",
    )
    for query in queries:
        response = await serving.post({"query": query}, who=None, accept=GRAPHQL)
        assert (response.status_code, codes(response)) == (400, ["GRAPHQL_VALIDATION_FAILED"])


@pytest.mark.parametrize("who", [None, "buyer", "admin"])
async def test_no_message_suggests_a_name(serving: Serving, who: str | None) -> None:
    queries = (
        "{ viewr { name } }",
        "{ viewer { nam } }",
        "{ items(frst: 1) { totalCount } }",
        "query($x: Strng) { __typename }",
        "{ items(orderBy: {field: COD}) { totalCount } }",
    )
    for query in queries:
        response = await serving.post({"query": query}, who=who)
        assert codes(response)
        assert "did you mean" not in response.text.lower()


async def test_a_mutation_by_get_is_not_allowed(serving: Serving) -> None:
    async with httpx.AsyncClient() as client:
        for query in ("mutation { __typename }", "query Q { __typename } mutation M { __typename }"):
            given = {"query": query, "operationName": "M"} if "M {" in query else {"query": query}
            response = await client.get(serving.url, params=given)
            assert (response.status_code, codes(response)) == (405, ["METHOD_NOT_ALLOWED"])


@pytest.mark.parametrize(
    "media", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x", ""]
)
async def test_no_form_of_a_foreign_page_can_post(serving: Serving, media: str) -> None:
    bodies = [
        b"query=mutation%20%7B__typename%7D",
        orjson.dumps({"query": "mutation {__typename}"}),
        b'--x\r\ncontent-disposition: form-data; name="query"\r\n\r\nmutation {__typename}\r\n--x--\r\n',
    ]
    for body in bodies:
        response = await serving.post(body, content_type=media)
        assert (response.status_code, codes(response)) == (415, ["UNSUPPORTED_MEDIA_TYPE"])


async def test_every_refusal_of_the_server_is_json_with_a_code(serving: Serving) -> None:
    base = serving.url.removesuffix("/graphql")
    json = {"content-type": "application/json"}
    async with httpx.AsyncClient() as client:
        responses = [
            await client.get(f"{base}/nothing"),
            await client.post(f"{base}/health/live"),
            await client.put(serving.url),
            await client.delete(serving.url),
            await client.post(serving.url, content=b"x" * 1_100_000, headers=json),
            await client.post(serving.url, content=b"{}", headers={**json, "accept": "a/b"}),
            await client.get(serving.url, params={"query": "{__typename}", "variables": "["}),
        ]
    assert [(response.status_code, codes(response)) for response in responses] == [
        (404, ["NO_SUCH_PATH"]), (405, ["METHOD_NOT_ALLOWED"]), (405, ["METHOD_NOT_ALLOWED"]),
        (405, ["METHOD_NOT_ALLOWED"]), (413, ["PAYLOAD_TOO_LARGE"]), (406, ["NOT_ACCEPTABLE"]), (400, ["BAD_REQUEST"]),
    ]  # fmt: skip
    assert {response.headers["content-type"].split(";")[0] for response in responses} == {"application/json"}


async def test_what_breaks_outside_the_graph_is_json_too_and_tells_nothing(tmp_path: Path) -> None:
    # An application that was never started has nothing to be ready with.
    app = create_app(settings_for("postgresql://nowhere/secret_name", tmp_path))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        response = await client.get("/health/ready")
    assert (response.status_code, codes(response)) == (500, ["INTERNAL_ERROR"])
    assert "secret_name" not in response.text and "assert" not in response.text.lower()
