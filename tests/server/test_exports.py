"""Bulk exports end to end: asked for through the graph, run in the background, downloaded at the signed address."""

import asyncio
import hashlib
from collections.abc import Callable
from typing import Any

import asyncpg
import httpx
import orjson
import pytest

from server.downloads import RangeNotSatisfiable, Span, asked_span
from tests.conftest import run_apart
from tests.server.conftest import Serving, fill, serving_at
from tests.server.test_webhooks import INTEGRATES

EXPORT = """mutation($input: BulkExportInput!, $key: String) { bulkExport(input: $input, idempotencyKey: $key) {
  downloadUrl replayed userErrors { code message } exportRun { id status } } }"""
RUN = """query($id: ID!) { exportRun(id: $id) {
  status rowCount fileKib digest withheld failure attemptCount expiresAt } }"""
ORDERS = """{ purchaseOrders(filter: {number: {startsWith: "PO"}}, orderBy: {field: NUMBER, direction: DESC}) {
  nodes { number totalDue { amount currency } lines { position orderedQuantity } } } }"""


@pytest.fixture(scope="module")
def exporting(clone_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A server with the background work over the sample group; the buyer's account may export."""
    url = clone_database()
    run_apart(fill(url))

    async def integrate() -> None:
        raw = await asyncpg.connect(url)
        await raw.execute(INTEGRATES)
        await raw.close()

    run_apart(integrate())
    with serving_at(url, tmp_path_factory.mktemp("exporting")) as made:
        yield made


async def asked(serving: Serving, document: str, who: str = "admin", **more: Any) -> tuple[str, str]:
    """An export that was asked for: its id and address."""
    answer = await serving.ask(EXPORT, who=who, input={"document": document, **more})
    payload = answer["data"]["bulkExport"]
    assert payload["userErrors"] == []
    return payload["exportRun"]["id"], payload["downloadUrl"]


async def ended(serving: Serving, run: str, seconds: float = 20) -> Any:
    """The run once it has ended."""
    async with asyncio.timeout(seconds):
        while True:
            found = (await serving.ask(RUN, id=run))["data"]["exportRun"]
            if found["status"] not in ("QUEUED", "RUNNING"):
                return found
            await asyncio.sleep(0.05)


async def download(serving: Serving, address: str, method: str = "GET", **headers: str) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return await client.request(method, f"http://127.0.0.1:{serving.port}{address}", headers=sent)


async def exported(serving: Serving, document: str, who: str = "admin", **more: Any) -> tuple[Any, list[Any]]:
    """A finished run and its lines."""
    run, address = await asked(serving, document, who, **more)
    found = await ended(serving, run)
    assert found["status"] == "SUCCEEDED", found
    body = (await download(serving, address)).content
    assert found["digest"] == hashlib.sha256(body).hexdigest()
    lines = [orjson.loads(line) for line in body.splitlines()]
    assert found["rowCount"] == len(lines)
    return found, lines


async def test_a_query_is_run_to_its_end_in_its_order(exporting: Serving) -> None:
    found, lines = await exported(exporting, ORDERS)
    assert [line["number"] for line in lines] == [f"PO{n:04}" for n in range(30, 0, -1)]
    page = await exporting.ask(ORDERS)
    assert lines == page["data"]["purchaseOrders"]["nodes"]
    assert (found["withheld"], found["failure"], found["attemptCount"]) == ([], None, 1)


async def test_an_auditor_exports_what_it_may_read_but_sends_nothing_out_and_changes_nothing(
    exporting: Serving,
) -> None:
    _, lines = await exported(exporting, ORDERS, "auditor")
    assert [line["number"] for line in lines] == [f"PO{n:04}" for n in range(30, 0, -1)]
    upload = 'mutation { createBulkUpload(input: {name: "orders"}) { uploadUrl } }'
    hook = """mutation { createWebhookSubscription(input: {
        name: "n", event: "AlertRaised", url: "https://there.example/"
        document: "query($id: ID!) { alert(id: $id) { id } }"
    }) { secret } }"""
    for document in (upload, hook):
        answer = await exporting.ask(document, who="auditor")
        assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN", answer
    raw = await asyncpg.connect(exporting.database_url)
    assert await raw.fetchval("SELECT count(*) FROM bulk_upload") == 0
    assert await raw.fetchval("SELECT count(*) FROM webhook_subscription") == 0
    await raw.close()


async def test_nodes_below_are_lines_behind_their_parent(exporting: Serving) -> None:
    document = """query($codes: [String!]) { items(filter: {code: {in: $codes}}) { edges { node {
      code lots: purchaseOrderLines { nodes { ...Line } } } } } }
      fragment Line on PurchaseOrderLine { position purchaseOrder { number } }"""
    _, lines = await exported(exporting, document, variables=orjson.dumps({"codes": ["I001", "I002"]}).decode())
    page = await exporting.ask(
        """{ items(filter: {code: {in: ["I001", "I002"]}}) { nodes { id code
          purchaseOrderLines { nodes { position purchaseOrder { number } } } } } }"""
    )
    expected: list[Any] = []
    for item in page["data"]["items"]["nodes"]:
        expected.append({"code": item["code"]})
        expected += [{**line, "__parentId": item["id"]} for line in item["purchaseOrderLines"]["nodes"]]
    assert lines == expected
    assert len(lines) > 4


async def test_more_than_a_page_is_read_on_at_the_root_and_below(exporting: Serving) -> None:
    raw = await asyncpg.connect(exporting.database_url)
    await raw.execute(
        """INSERT INTO role_assignment (id, user_id, role, company_number, valid_from_at, valid_to_at)
           SELECT gen_random_uuid(), u.id, 'planner', n, now() - interval '2 hours', now() - interval '1 hour'
           FROM user_account u, generate_series(1, 250) n WHERE u.name = 'auditor'"""
    )
    counts = dict(await raw.fetch("SELECT user_id::text, count(*) FROM role_assignment GROUP BY user_id"))
    await raw.close()
    document = "{ userAccounts { nodes { name held: roleAssignments { nodes { id companyNumber } } } } }"
    _, lines = await exported(exporting, document)
    names = [line["name"] for line in lines if "__parentId" not in line]
    assert sorted(names) == ["admin", "auditor", "buyer"]
    below: dict[str, set[str]] = {}
    for line in lines:
        if "__parentId" in line:
            below.setdefault(line["__parentId"].removeprefix("UserAccount-"), set()).add(line["id"])
    assert {user: len(ids) for user, ids in below.items()} == counts
    _, roots = await exported(exporting, "{ roleAssignments { nodes { id } } }")
    assert len({line["id"] for line in roots}) == sum(counts.values()) == len(roots)


async def test_what_the_account_may_not_read_is_null_and_named_and_personal_reads_are_logged(
    exporting: Serving,
) -> None:
    document = "{ stockBalances { nodes { quantity standardValue { amount } } } }"
    found, lines = await exported(exporting, document, who="buyer")
    assert len(lines) == 30
    assert {line["standardValue"] for line in lines} == {None}
    assert found["withheld"] == [
        {
            "coordinate": "StockBalance.standardValue", "path": ["nodes", "standardValue"],
            "requires": "inventory:CONFIDENTIAL",
        }
    ]  # fmt: skip
    raw = await asyncpg.connect(exporting.database_url)
    before = await raw.fetchval("SELECT count(*) FROM access_log_entry")
    await exported(exporting, "{ userAccounts { nodes { name email } } }")
    row = await raw.fetchrow("SELECT * FROM access_log_entry ORDER BY id DESC LIMIT 1")
    assert await raw.fetchval("SELECT count(*) FROM access_log_entry") == before + 1
    assert (row["actor_name"], row["coordinates"], row["row_count"]) == ("admin", ["UserAccount.email"], 3)
    await raw.close()


@pytest.mark.parametrize(
    "document",
    [
        "{",
        "{ viewer { name } }",
        "{ item(code: \"I001\") { code } }",
        "{ items { nodes { code } } parties { nodes { code } } }",
        "{ items(first: 5) { nodes { code } } }",
        "{ items { nodes { code purchaseOrderLines(first: 5) { nodes { position } } } } }",
        "{ items { totalCount } }",
        "{ items { nodes { code } pageInfo { hasNextPage } } }",
        "{ items { nodes { _bulk1: code } } }",
        "{ items { nodes { nothing } } }",
        "mutation { resolveAlert(input: {alert: {id: \"x\"}}) { replayed } }",
    ],
)  # fmt: skip
async def test_what_cannot_be_run_to_its_end_is_refused_at_once(exporting: Serving, document: str) -> None:
    answer = await exporting.ask(EXPORT, input={"document": document})
    payload = answer["data"]["bulkExport"]
    assert [error["code"] for error in payload["userErrors"]] == ["DOCUMENT_REFUSED"]
    assert (payload["exportRun"], payload["downloadUrl"]) == (None, None)


async def test_rows_that_may_not_be_read_at_all_and_bad_variables_are_refused(exporting: Serving) -> None:
    answer = await exporting.ask(EXPORT, who="buyer", input={"document": "{ employees { nodes { number } } }"})
    assert [one["code"] for one in answer["data"]["bulkExport"]["userErrors"]] == ["NOT_PERMITTED"]
    for variables in ("[]", "{", "x"):
        answer = await exporting.ask(EXPORT, input={"document": ORDERS, "variables": variables})
        assert [one["code"] for one in answer["data"]["bulkExport"]["userErrors"]] == ["INVALID_VALUE"]


async def test_a_download_goes_on_where_it_broke_and_is_never_cached(exporting: Serving) -> None:
    run, address = await asked(exporting, ORDERS)
    await ended(exporting, run)
    whole = await download(exporting, address)
    assert whole.status_code == 200
    assert whole.headers["cache-control"] == "private, no-store"
    assert whole.headers["content-type"] == "application/jsonl"
    assert whole.headers["content-disposition"].startswith('attachment; filename="export-')
    head = await download(exporting, address, "HEAD")
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(whole.content)))
    tag = whole.headers["etag"]
    rest = await download(exporting, address, range="bytes=100-", if_range=tag)
    assert (rest.status_code, rest.content) == (206, whole.content[100:])
    assert rest.headers["content-range"] == f"bytes 100-{len(whole.content) - 1}/{len(whole.content)}"
    assert (await download(exporting, address, range="bytes=0-9")).content == whole.content[:10]
    assert (await download(exporting, address, range="bytes=-7")).content == whole.content[-7:]
    assert (await download(exporting, address, range="bytes=0-9", if_range='"x"')).status_code == 200
    assert (await download(exporting, address, range=f"bytes={len(whole.content)}-")).status_code == 416


async def test_only_the_signed_address_of_now_leads_to_the_file(exporting: Serving) -> None:
    run, address = await asked(exporting, ORDERS)
    await ended(exporting, run)
    other, _ = await asked(exporting, ORDERS)
    await ended(exporting, other)
    path, _, query = address.partition("?")
    until_, _, signature = query.removeprefix("until=").partition("&signature=")
    wrong = [
        path,
        f"{path}?until={int(until_) + 1}&signature={signature}",
        f"{path}?until={until_}&signature={signature[:-1]}",
        f"{path}?until=1&signature={signature}",
        f"{path}?until=x&signature=%C3%A9",
        f"/exports/{other.removeprefix('ExportRun-')}.jsonl?{query}",
        "/exports/x.jsonl",
    ]
    for one in wrong:
        answer = await download(exporting, one)
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (404, "NO_SUCH_PATH"), one
    sign = """mutation($input: SignBulkExportInput!) { signBulkExport(input: $input) {
      downloadUrl userErrors { code } } }"""
    given = {"exportRun": {"id": run}}
    signed = (await exporting.ask(sign, input=given))["data"]["signBulkExport"]
    assert (await download(exporting, signed["downloadUrl"])).status_code == 200
    refused = (await exporting.ask(sign, who="buyer", input=given))["data"]["signBulkExport"]
    assert refused == {"downloadUrl": None, "userErrors": [{"code": "NOT_OWNER"}]}


async def test_a_role_that_is_taken_away_closes_the_files_made_with_it(exporting: Serving) -> None:
    run, address = await asked(exporting, ORDERS, who="buyer")
    await ended(exporting, run)
    assert (await download(exporting, address)).status_code == 200
    raw = await asyncpg.connect(exporting.database_url)
    await raw.execute("UPDATE role_assignment SET valid_to_at = now() WHERE role = 'buyer'")
    assert (await download(exporting, address)).status_code == 404
    await raw.execute("UPDATE role_assignment SET valid_to_at = NULL WHERE role = 'buyer'")
    await raw.close()


async def test_progress_is_told_by_subscription(exporting: Serving) -> None:
    async with exporting.socket() as socket:
        await socket.subscribe("subscription { exportRuns { kind exportRun { id status rowCount } } }")
        await asyncio.sleep(0.5)
        run, _ = await asked(exporting, ORDERS)
        kinds: list[str] = []
        while "FINISHED" not in kinds:
            event = (await socket.receive())["payload"]["data"]["exportRuns"]
            # Runs of other tests share the server; the end of one may be told after this stream began.
            if event["exportRun"]["id"] == run:
                kinds.append(event["kind"])
    assert kinds[0] == "QUEUED"
    assert set(kinds) == {"QUEUED", "PROGRESSED", "FINISHED"}
    assert event["exportRun"] == {"id": run, "status": "SUCCEEDED", "rowCount": 30}


async def test_a_run_can_be_cancelled_and_an_ended_file_is_removed(exporting: Serving) -> None:
    cancel = """mutation($input: CancelBulkExportInput!) { cancelBulkExport(input: $input) {
      userErrors { code } exportRun { status } } }"""
    run, address = await asked(exporting, ORDERS)
    await ended(exporting, run)
    refused = await exporting.ask(cancel, input={"exportRun": {"id": run}})
    assert refused["data"]["cancelBulkExport"]["userErrors"] == [{"code": "WRONG_STATE"}]
    raw = await asyncpg.connect(exporting.database_url)
    identity = run.removeprefix("ExportRun-")
    await raw.execute("UPDATE export_run SET expires_at = now() WHERE id = $1", identity)
    assert (await download(exporting, address)).status_code == 404
    # A run that waits is cancelled before it begins, unless the runner was faster.
    await raw.execute(
        """INSERT INTO export_run (id, user_id, document, scopes, status, queued_at)
           SELECT gen_random_uuid(), user_id, document, scopes, 'QUEUED', now() + interval '1 hour' FROM export_run
           WHERE id = $1""",
        identity,
    )
    await raw.close()
    nodes = await exporting.ask(
        "{ exportRuns(orderBy: {field: QUEUED_AT, direction: DESC}, first: 1) { nodes { id } } }"
    )
    waiting = nodes["data"]["exportRuns"]["nodes"][0]["id"]
    answer = await exporting.ask(cancel, input={"exportRun": {"id": waiting}})
    assert answer["data"]["cancelBulkExport"] in (
        {"userErrors": [], "exportRun": {"status": "CANCELLED"}},
        {"userErrors": [{"code": "WRONG_STATE"}], "exportRun": None},
    )


@pytest.mark.parametrize(
    ("header", "span"),
    [(None, None), ("bytes=0-0", Span(0, 1)), ("bytes=5-", Span(5, 10)), ("bytes=-3", Span(7, 10)),
     ("bytes=-99", Span(0, 10)), ("bytes=2-99", Span(2, 10)), ("bytes=-", None), ("lines=0-1", None),
     ("bytes=0-1,3-4", None)],
)  # fmt: skip
def test_a_range_is_read_as_the_specification_says(header: str | None, span: Span | None) -> None:
    assert asked_span(header, 10) == span


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=5-4", "bytes=-0"])
def test_a_range_that_the_file_does_not_have_is_told(header: str) -> None:
    with pytest.raises(RangeNotSatisfiable):
        asked_span(header, 10)
