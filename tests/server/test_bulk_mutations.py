"""Bulk mutations end to end: a file posted to its signed address, a mutation with each line, the result downloaded."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

import asyncpg
import httpx
import orjson
import pytest

from domain.master_data.currencies import Currency
from resolvers.batch import FileRefused, Line
from server import lines as lines_module
from server.lines import chunks_of, lines_of
from tests.conftest import run_apart
from tests.factory import insert, row
from tests.server.conftest import Serving, fill, serving_at
from tests.server.test_exports import download
from tests.server.test_webhooks import INTEGRATES

UPLOAD = """mutation($input: CreateBulkUploadInput!) { createBulkUpload(input: $input) {
  uploadUrl userErrors { code } bulkUpload { id status } } }"""
BULK = """mutation($input: BulkMutationInput!, $key: String) { bulkMutation(input: $input, idempotencyKey: $key) {
  resultUrl replayed userErrors { code message } mutationRun { id } } }"""
RUN = """query($id: ID!) { mutationRun(id: $id) {
  status lineCount acceptedCount refusedCount failure failureMessage attemptCount } }"""


async def ordering(url: str) -> None:
    """Let the buyer's account order in bulk: its role, a currency, and suppliers that are suppliers."""
    raw = await asyncpg.connect(url)
    await raw.execute(INTEGRATES)
    await insert(raw, Currency, [row(Currency, 1, code="CNY", name="Yuan", minor_unit=2)])
    await raw.execute("UPDATE party_role SET role = 'SUPPLIER'")
    await raw.close()


@pytest.fixture(scope="module")
def mutating(clone_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A server with the background work over the sample group; the buyer's account may do things in bulk."""
    url = clone_database()
    run_apart(fill(url))

    run_apart(ordering(url))
    with serving_at(url, tmp_path_factory.mktemp("mutating")) as made:
        yield made


def order(item: str = "I001", supplier: str = "S001", company: str = "SH", **more: Any) -> dict[str, Any]:
    """The input of a purchase order of one line."""
    line = {
        "item": {"code": item}, "quantity": "1", "unitPrice": {"amount": "2.5", "currency": "CNY"},
        "dueOn": "2026-12-01",
    }  # fmt: skip
    return {"company": {"code": company}, "supplier": {"code": supplier}, "currency": "CNY", "lines": [line], **more}


def file_of(inputs: Iterable[Any]) -> bytes:
    return b"".join(orjson.dumps({"input": one}, option=orjson.OPT_APPEND_NEWLINE) for one in inputs)


async def post(serving: Serving, address: str, body: bytes, method: str = "POST") -> httpx.Response:
    async with httpx.AsyncClient(timeout=20) as client:
        return await client.request(method, f"http://127.0.0.1:{serving.port}{address}", content=body)


async def uploaded(serving: Serving, body: bytes, who: str = "buyer") -> str:
    """The id of an upload whose file is there."""
    payload = (await serving.ask(UPLOAD, who=who, input={"name": "orders"}))["data"]["createBulkUpload"]
    assert payload["userErrors"] == []
    answer = await post(serving, payload["uploadUrl"], body)
    assert answer.status_code == 201, answer.text
    assert answer.json()["bytes"] == len(body)
    return payload["bulkUpload"]["id"]


async def asked(serving: Serving, upload: str, mutation: str, policy: str, who: str = "buyer") -> tuple[str, str]:
    """A run that was asked for: its id and the address of its result."""
    given = {"mutation": mutation, "upload": {"id": upload}, "policy": policy}
    payload = (await serving.ask(BULK, who=who, input=given))["data"]["bulkMutation"]
    assert payload["userErrors"] == []
    return payload["mutationRun"]["id"], payload["resultUrl"]


async def ended(serving: Serving, run: str, seconds: float = 30) -> Any:
    """The run once it has ended."""
    async with asyncio.timeout(seconds):
        while True:
            found = (await serving.ask(RUN, id=run))["data"]["mutationRun"]
            if found["status"] not in ("QUEUED", "RUNNING"):
                return found
            await asyncio.sleep(0.05)


async def performed(
    serving: Serving, body: bytes, policy: str, mutation: str = "createPurchaseOrder"
) -> tuple[Any, list[Any]]:
    """A finished run and its result lines."""
    run, address = await asked(serving, await uploaded(serving, body), mutation, policy)
    found = await ended(serving, run)
    answer = await download(serving, address)
    assert answer.status_code == 200
    return found, [orjson.loads(line) for line in answer.content.splitlines()]


async def orders(serving: Serving) -> int:
    raw = await asyncpg.connect(serving.database_url)
    try:
        return await raw.fetchval("SELECT count(*) FROM purchase_order")
    finally:
        await raw.close()


MIXED = [
    order(), order(company="TUT"), order(supplier="S999"), {"company": {"code": "SH"}}, order(quantity="1"),
    order(currency="XXX"), order(item="I002"),
]  # fmt: skip
CODES = [None, None, "NOT_FOUND", "BAD_USER_INPUT", "BAD_USER_INPUT", "NOT_FOUND", None]


def codes(result: list[Any]) -> list[str | None]:
    """The first code of each line; null where it was accepted."""
    return [one["errors"][0]["code"] if "errors" in one else None for one in result]


async def test_refused_lines_are_left_out_and_told_by_number(mutating: Serving) -> None:
    before = await orders(mutating)
    body = file_of(MIXED) + b"\n   \nnot json\n" + file_of([order()]).rstrip()
    found, result = await performed(mutating, body, "REJECT_ROW")
    assert [one["line"] for one in result] == [1, 2, 3, 4, 5, 6, 7, 10, 11]
    told = codes(result)
    assert told == [*CODES, "BAD_USER_INPUT", None]
    assert (found["status"], found["acceptedCount"], found["refusedCount"], found["lineCount"]) == (
        "SUCCEEDED", 4, 5, 9,
    )  # fmt: skip
    assert await orders(mutating) == before + 4
    question = "query($id: ID!) { node(id: $id) { ... on PurchaseOrder { currency lines { item { code } } } } }"
    node = (await mutating.ask(question, id=result[0]["id"]))["data"]["node"]
    assert node == {"currency": "CNY", "lines": [{"item": {"code": "I001"}}]}


async def test_all_or_nothing_writes_nothing_when_one_line_is_refused(mutating: Serving) -> None:
    before = await orders(mutating)
    found, result = await performed(mutating, file_of(MIXED), "REJECT_ALL")
    assert (found["status"], found["acceptedCount"], found["refusedCount"]) == ("SUCCEEDED", 0, 7)
    assert [code for code in codes(result) if code == "NOT_WRITTEN"] == ["NOT_WRITTEN"] * 3
    assert await orders(mutating) == before
    raw = await asyncpg.connect(mutating.database_url)
    assert await raw.fetchval("SELECT count(*) FROM mutation_chunk c JOIN mutation_run r ON r.id = c.run_id"
                              " WHERE r.policy = 'REJECT_ALL'") == 0  # fmt: skip
    await raw.close()
    found, result = await performed(mutating, file_of([order(), order(company="TUT")] * 300), "REJECT_ALL")
    assert (found["acceptedCount"], found["refusedCount"]) == (600, 0)
    assert await orders(mutating) == before + 600
    assert len({one["id"] for one in result}) == 600


async def test_all_or_nothing_tells_how_far_it_is_before_anything_stands(mutating: Serving) -> None:
    run, address = await asked(mutating, await uploaded(mutating, file_of([order()] * 1_001)),
                               "createPurchaseOrder", "REJECT_ALL")  # fmt: skip
    assert (await ended(mutating, run))["acceptedCount"] == 1_001
    assert len((await download(mutating, address)).content.splitlines()) == 1_001
    raw = await asyncpg.connect(mutating.database_url)
    told = await raw.fetch(
        "SELECT a.command, (a.after ->> 'line_count')::int AS lines FROM audit_entry a "
        "WHERE a.record_id = (SELECT id FROM mutation_run ORDER BY queued_at DESC LIMIT 1) ORDER BY a.id"
    )
    await raw.close()
    steps = [(row["command"], row["lines"]) for row in told]
    assert [command for command, _ in steps[:2]] == ["BulkMutation", "BeginMutationRun"]
    assert steps[2] == ("RecordMutationProgress", 500)
    assert steps[-1] == ("FinishMutationRun", 1_001)


async def test_a_dry_run_tells_the_same_and_writes_nothing(mutating: Serving) -> None:
    before = await orders(mutating)
    found, result = await performed(mutating, file_of(MIXED), "DRY_RUN")
    assert (found["acceptedCount"], found["refusedCount"]) == (3, 4)
    assert {one["id"] for one in result if "id" in one} == {None}
    assert await orders(mutating) == before
    raw = await asyncpg.connect(mutating.database_url)
    held = "SELECT count(*) FROM mutation_chunk c JOIN mutation_run r ON r.id = c.run_id WHERE r.policy = 'DRY_RUN'"
    assert await raw.fetchval(held) == 0
    await raw.close()


async def test_an_address_takes_one_file_and_only_its_owner_uses_it(mutating: Serving) -> None:
    payload = (await mutating.ask(UPLOAD, who="buyer", input={"name": "n"}))["data"]["createBulkUpload"]
    upload, address = payload["bulkUpload"]["id"], payload["uploadUrl"]
    given = {"mutation": "createPurchaseOrder", "upload": {"id": upload}}
    for who, code in (("buyer", "WRONG_STATE"), ("admin", "NOT_OWNER")):
        mutation = "createPurchaseOrder" if who == "buyer" else "createUser"
        answer = await mutating.ask(BULK, who=who, input={**given, "mutation": mutation})
        assert [one["code"] for one in answer["data"]["bulkMutation"]["userErrors"]] == [code]
    assert (await post(mutating, address[:-1], b"{}")).status_code == 404
    assert (await post(mutating, address, b"{}", "GET")).status_code == 405
    assert (await post(mutating, address, b"{}", "PUT")).status_code == 201
    assert (await post(mutating, address, b"other")).status_code == 404


@pytest.mark.parametrize("mutation", ["nothing", "createUser", "bulkExport", "createWebhookSubscription", "__typename"])
async def test_what_cannot_be_done_in_bulk_is_refused_at_once(mutating: Serving, mutation: str) -> None:
    upload = await uploaded(mutating, b"{}")
    given = {"mutation": mutation, "upload": {"id": upload}}
    payload = (await mutating.ask(BULK, who="buyer", input=given))["data"]["bulkMutation"]
    assert [one["code"] for one in payload["userErrors"]] == ["NOT_IN_BULK"]
    assert (payload["mutationRun"], payload["resultUrl"]) == (None, None)


async def test_a_file_over_the_limit_is_not_kept(mutating: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.uploads.UPLOAD_BYTES_MAX", 1_000)
    payload = (await mutating.ask(UPLOAD, who="buyer", input={"name": "n"}))["data"]["createBulkUpload"]
    answer = await post(mutating, payload["uploadUrl"], b"x" * 1_001)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (413, "PAYLOAD_TOO_LARGE")
    uploads = await mutating.ask(
        "{ bulkUploads(orderBy: {field: OPENED_AT, direction: DESC}, first: 1) { nodes { status } } }"
    )
    assert uploads["data"]["bulkUploads"]["nodes"] == [{"status": "OPEN"}]


async def streamed(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def test_lines_are_numbered_as_they_stand_however_they_arrive() -> None:
    found = [line async for line in lines_of(streamed(b"a\n", b"\nb", b"c\n\n", b"d"))]
    assert found == [Line(1, b"a"), Line(3, b"bc"), Line(5, b"d")]
    chunks = [chunk async for chunk in chunks_of(lines_of(streamed(b"1\n2\n3\n")), 2)]
    assert [[line.number for line in chunk] for chunk in chunks] == [[1, 2], [3]]


async def test_a_chunk_ends_where_its_lines_are_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines_module, "CHUNK_BYTES", 3)
    chunks = [chunk async for chunk in chunks_of(lines_of(streamed(b"1\n22\n3\n4444\n5\n")), 9)]
    assert [[line.number for line in chunk] for chunk in chunks] == [[1, 2], [3, 4], [5]]


async def test_a_file_that_cannot_be_taken_names_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines_module, "LINE_BYTES_MAX", 5)
    with pytest.raises(FileRefused, match="FILE_REFUSED") as caught:
        [line async for line in lines_of(streamed(b"a\n123", b"456", b"789"))]
    assert caught.value.values["line"] == 2
    monkeypatch.setattr(lines_module, "LINES_MAX", 1)
    with pytest.raises(FileRefused):
        [line async for line in lines_of(streamed(b"a\nb\n"))]
