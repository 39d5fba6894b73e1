"""A process that does things in bulk is killed in the middle: each line has one effect, no half file is ever had."""

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
import orjson

from tests.conftest import run_apart
from tests.faults.test_killed_processes import free_port, skein_serve
from tests.server import test_bulk_mutations as bulk
from tests.server import test_exports as export
from tests.server.conftest import Serving, fill

LINES = 3_000
ROWS = 20_000


async def when(url: str, question: str, seconds: float = 30) -> None:
    """Return once the question is answered with true."""
    raw = await asyncpg.connect(url)
    try:
        async with asyncio.timeout(seconds):
            while not await raw.fetchval(question):  # noqa: ASYNC110  # a database
                await asyncio.sleep(0.01)
    finally:
        await raw.close()


async def execute(url: str, statement: str) -> Any:
    raw = await asyncpg.connect(url)
    try:
        return await raw.fetchval(statement)
    finally:
        await raw.close()


async def test_bulk_work_that_is_killed_is_done_once_and_whole(fresh_database: str, tmp_path: Path) -> None:
    url, port = fresh_database, free_port()
    run_apart(fill(url))
    run_apart(bulk.ordering(url))
    await execute(
        url,
        f"""INSERT INTO role_assignment (id, user_id, role, company_number, valid_from_at, valid_to_at)
            SELECT gen_random_uuid(), u.id, 'planner', 1, now() - interval '2 hours', now() - interval '1 hour'
            FROM user_account u, generate_series(1, {ROWS}) n WHERE u.name = 'auditor'""",
    )
    serving = Serving(None, port, url)  # type: ignore[arg-type]  # only asked over HTTP
    async with skein_serve(url, tmp_path, port) as process:
        upload = await bulk.uploaded(serving, bulk.file_of([bulk.order()] * LINES))
        run, result = await bulk.asked(serving, upload, "createPurchaseOrder", "REJECT_ROW")
        exporting, file = await export.asked(serving, "{ roleAssignments { nodes { id role } } }")
        await when(url, "SELECT count(*) > 1 FROM mutation_chunk")
        await when(url, "SELECT bool_and(row_count > 0) FROM export_run")
        process.kill()
        await process.wait()
    done_before = await execute(url, "SELECT count(*) FROM purchase_order WHERE NOT is_historical")
    assert 0 < done_before < LINES
    async with skein_serve(url, tmp_path, port):
        for address in (result, file):
            assert (await export.download(serving, address)).status_code in (200, 404)
        found = await bulk.ended(serving, run, 90)
        assert (found["status"], found["acceptedCount"], found["refusedCount"]) == ("SUCCEEDED", LINES, 0)
        lines = [orjson.loads(line) for line in (await export.download(serving, result)).content.splitlines()]
        assert [one["line"] for one in lines] == list(range(1, LINES + 1))
        assert len({one["id"] for one in lines}) == LINES
        exported = await export.ended(serving, exporting, 60)
        assert (exported["status"], exported["attemptCount"]) == ("SUCCEEDED", 2)
        assert len((await export.download(serving, file)).content.splitlines()) == exported["rowCount"] == ROWS + 4
    assert await execute(url, "SELECT count(*) FROM purchase_order WHERE NOT is_historical") == LINES
    left = sorted(path.name for path in (tmp_path / "files" / "exports").iterdir())
    assert left == [f"{exporting.removeprefix('ExportRun-')}-2.jsonl"]
