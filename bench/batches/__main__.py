"""`python -m bench.batches`: large batches in one request each, through the public graph, all or nothing.

A file of JSON lines is uploaded, one `bulkMutation` performs a command with each of them in one transaction, and
`mutationRun` is asked how far it is until it has ended: what a client does. Commits are durable; permission, audit,
idempotency and turnover are on. Measured are 10,000 receipts (BENCH_RECEIPTS) and 100,000 journal lines, as 100
vouchers of 1,000 lines and as 10,000 of 10; memory is the most that the process took, the graph included.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import orjson

from authz.tables import load_baseline
from bench.processes import children, cpu_seconds
from domain.core.actors import Audience
from domain.core.database import Database
from domain.core.numbering import ranges_of
from domain.core.records import GROUP
from domain.governance import CreateUser, GrantRole
from domain.procurement.commands import ApprovePurchaseOrder
from migrations.guards import guard_statements
from migrations.synchronise import synchronise
from migrations.tables import create_statements
from server.embedded import Embedded
from tests.domain.books import AX, World, a_world
from tests.memory import peak_mib
from tests.server.conftest import Serving, serving_at
from tests.server.test_exports import download

RECEIPTS = int(os.environ.get("BENCH_RECEIPTS", "10000"))
JOURNAL_LINES = int(os.environ.get("BENCH_JOURNAL_LINES", "100000"))
# Who may do both would receive what he credits.
ROLES = {"accountant": AX, "warehouse": AX}
ORDERS_AT_ONCE = 1_000
POLL_SECONDS = 0.2
ENDED_SECONDS = 600

UPLOAD = """mutation { createBulkUpload(input: {name: "batch"}) { uploadUrl userErrors { code }
  bulkUpload { id } } }"""
BULK = """mutation($input: BulkMutationInput!) { bulkMutation(input: $input) {
  resultUrl userErrors { code message } mutationRun { id } } }"""
RUN = "query($id: ID!) { mutationRun(id: $id) { status lineCount acceptedCount refusedCount failureMessage } }"

Inputs = Iterable[Mapping[str, Any]]


async def prepared(url: str) -> list[str]:
    """The numbers of approved orders to be received; the database holds a group, its policy and two users."""
    raw = await asyncpg.connect(url)
    for statement in (*create_statements(), *guard_statements()):
        await raw.execute(statement)
    await raw.close()
    database = await Database.open(url, 2)
    try:
        world = await a_world(database)
        raw = await asyncpg.connect(url)
        await synchronise(raw)
        await raw.close()
        async with database.acquire() as connection:
            await load_baseline(connection)
        users = [CreateUser(name=role, display_name=role, audience=Audience.STAFF) for role in ROLES]
        made = await world.act(world.chief, GROUP, *users)
        granted = await world.act(world.chief, GROUP, *[
            GrantRole(user_id=id_, role=role, company_number=company)
            for id_, (own, where) in zip(made.ids, ROLES.items(), strict=True)
            for role, company in ((own, where), ("integration", GROUP))
        ])  # fmt: skip
        assert granted.committed, granted.refusals
        return await _orders(world)
    finally:
        await ranges_of(database).close()
        await database.close()


async def _orders(world: World) -> list[str]:
    for _ in range(RECEIPTS // ORDERS_AT_ONCE):
        ordered = await world.act(world.buyer, AX, *[world.order(AX)] * ORDERS_AT_ONCE)
        approvals = [ApprovePurchaseOrder(purchase_order_id=id_) for id_ in ordered.ids]
        assert (await world.act(world.chief, AX, *approvals)).committed
    return [row["number"] for row in await world.rows("SELECT number FROM purchase_order ORDER BY number")]


def receipts(numbers: Iterable[str]) -> Inputs:
    """A receipt of every order."""
    for number in numbers:
        yield {
            "purchaseOrder": {"number": number}, "receivedOn": "2026-05-20",
            "lines": [{"position": 1, "received": "10"}],
        }  # fmt: skip


def journals(lines: int, each: int) -> Inputs:
    """Vouchers of so many lines each, that come to so many in all."""
    for number in range(lines // each):
        pairs = [
            {"account": {"code": code}, side: {"amount": str(1 + place), "currency": "USD"}}
            for place in range(each // 2)
            for code, side in (("6602", "debit"), ("2241", "credit"))
        ]
        day = date(2026, 1 + number % 12, 10).isoformat()
        yield {"company": {"code": "AX"}, "description": f"batch {number}", "occurredOn": day, "lines": pairs}


async def performed(serving: Serving, who: str, mutation: str, inputs: Inputs) -> tuple[Any, list[int]]:
    """The run once it has ended, and the counts of lines that were seen meanwhile."""
    opened = (await serving.ask(UPLOAD, who=who))["data"]["createBulkUpload"]
    body = b"".join(orjson.dumps({"input": one}, option=orjson.OPT_APPEND_NEWLINE) for one in inputs)
    async with httpx.AsyncClient(timeout=60) as client:
        sent = await client.post(f"http://127.0.0.1:{serving.port}{opened['uploadUrl']}", content=body)
    assert sent.status_code == 201, sent.text
    given = {"mutation": mutation, "upload": {"id": opened["bulkUpload"]["id"]}, "policy": "REJECT_ALL"}
    asked = (await serving.ask(BULK, who=who, input=given))["data"]["bulkMutation"]
    assert not asked["userErrors"], asked["userErrors"]
    seen: list[int] = []
    async with asyncio.timeout(ENDED_SECONDS):
        while True:
            run = (await serving.ask(RUN, who=who, id=asked["mutationRun"]["id"]))["data"]["mutationRun"]
            if run["status"] not in ("QUEUED", "RUNNING"):
                break
            if run["lineCount"] and run["lineCount"] not in seen:
                seen.append(run["lineCount"])
            await asyncio.sleep(POLL_SECONDS)
    result = await download(serving, asked["resultUrl"])
    refused = [line for line in result.content.splitlines() if b'"errors"' in line]
    assert (run["status"], refused[:1]) == ("SUCCEEDED", []), (run, refused[:1])
    return run, seen


async def compare(serving: Serving, server_pid: int, numbers: list[str]) -> None:
    """Print a line for each batch."""
    batches: Mapping[str, tuple[Inputs, int]] = {
        f"{len(numbers):,} receipts": (receipts(numbers), len(numbers)),
        f"{JOURNAL_LINES:,} journal lines, 1,000 a voucher": (journals(JOURNAL_LINES, 1_000), JOURNAL_LINES),
        f"{JOURNAL_LINES:,} journal lines, 10 a voucher": (journals(JOURNAL_LINES, 10), JOURNAL_LINES),
    }
    print(f"{'':44}{'seconds':>9}{'a second':>10}{'CPU s':>8}{'seen':>6}{'peak MiB':>10}")
    for name, (inputs, rows) in batches.items():
        who, mutation = ("warehouse", "receivePurchaseOrder") if "receipts" in name else ("accountant", "postJournal")
        pids = [os.getpid(), *children(server_pid)]
        before, began = cpu_seconds(pids), time.perf_counter()
        run, seen = await performed(serving, who, mutation, inputs)
        elapsed = time.perf_counter() - began
        assert run["acceptedCount"] > 0, run
        cpu = cpu_seconds([os.getpid(), *children(server_pid)]) - before
        print(f"{name:44}{elapsed:9.1f}{rows / elapsed:10,.0f}{cpu:8.1f}{len(seen):6}{peak_mib():10.0f}", flush=True)


def main() -> None:
    """Prepare, run each batch, print."""
    with tempfile.TemporaryDirectory(prefix="skein-bench-") as folder, Embedded(Path(folder) / "server") as server:
        url, pid = server.url("postgres"), server.pid
        assert pid is not None, "the server runs"
        numbers = asyncio.run(prepared(url))
        with serving_at(url, Path(folder)) as serving:
            asyncio.run(compare(serving, pid, numbers))


if __name__ == "__main__":
    main()
