"""Exports, uploads and backups over the S3 protocol. Run by `tests.conformance`, which names the store: not collected
with the other tests.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from server.storage import LIST_CHUNK, PART_BYTES, Storage
from tests.conftest import run_apart
from tests.server.conftest import Serving, fill, serving_at
from tests.server.test_bulk_mutations import uploaded
from tests.server.test_cli import installation, skein
from tests.server.test_exports import ORDERS, download, exported
from tests.server.test_webhooks import INTEGRATES

__all__ = ["installation"]

STORE = os.environ["SKEIN_TEST_STORE"]


def place() -> str:
    """A part of the bucket that nothing is in."""
    return f"{STORE}/{uuid4().hex}"


async def content(storage: Storage, name: str, *span: int) -> bytes:
    """The bytes of a file, or of a part of it."""
    return b"".join([chunk async for chunk in storage.read(name, *span)])


async def test_a_file_of_several_parts_is_there_when_it_is_whole_and_is_read_from_anywhere() -> None:
    storage, body = Storage(place()), os.urandom(2 * PART_BYTES + 12_345)
    writer = storage.writer("folder/file")
    await writer.write(body)
    assert (await storage.size("folder/file"), await storage.names("folder")) == (None, [])
    await writer.close()
    assert await storage.size("folder/file") == len(body)
    assert await content(storage, "folder/file") == body
    assert (
        await content(storage, "folder/file", PART_BYTES - 3, PART_BYTES + 3) == body[PART_BYTES - 3 : PART_BYTES + 3]
    )
    assert await content(storage, "folder/file", 2 * PART_BYTES) == body[2 * PART_BYTES :]
    await storage.delete("folder/file")
    await storage.delete("folder/file")
    assert await storage.size("folder/file") is None
    with pytest.raises(FileNotFoundError):
        await content(storage, "folder/file")


async def test_a_folder_of_more_files_than_one_answer_holds_is_listed_whole_and_in_order() -> None:
    storage = Storage(place())
    wanted = [f"wal/{number:05}" for number in range(LIST_CHUNK + 50)]
    for name in (*reversed(wanted), "walnut/1"):
        writer = storage.writer(name)
        await writer.write(b"x")
        await writer.close()
    assert await storage.names("wal") == wanted


@pytest.fixture
def serving(clone_database: Callable[[], str], tmp_path: Path) -> Any:
    """A server whose files are in the store; the buyer's account may export and upload."""
    url = clone_database()
    run_apart(fill(url))

    async def integrate() -> None:
        raw = await asyncpg.connect(url)
        await raw.execute(INTEGRATES)
        await raw.close()

    run_apart(integrate())
    with serving_at(url, tmp_path, storage_url=place()) as made:
        yield made


async def test_an_export_is_downloaded_from_the_store_whole_and_in_part(serving: Serving) -> None:
    query = "mutation($input: SignBulkExportInput!) { signBulkExport(input: $input) { downloadUrl } }"
    _, lines = await exported(serving, ORDERS)
    assert [line["number"] for line in lines] == [f"PO{n:04}" for n in range(30, 0, -1)]
    runs = (await serving.ask("{ exportRuns { nodes { id } } }"))["data"]["exportRuns"]["nodes"]
    signed = await serving.ask(query, input={"exportRun": {"id": runs[0]["id"]}})
    address = signed["data"]["signBulkExport"]["downloadUrl"]
    whole = await download(serving, address)
    part = await download(serving, address, range="bytes=100-199")
    assert (whole.status_code, part.status_code, part.content) == (200, 206, whole.content[100:200])


async def test_an_upload_is_kept_in_the_store(serving: Serving) -> None:
    assert await uploaded(serving, b'{"input": {}}\n' * 3)


def test_a_backup_is_made_listed_checked_and_restored(installation: Path, tmp_path: Path) -> None:
    where = {"SKEIN_BACKUP_URL": place()}
    made = skein("backup", data=installation, **where)
    assert made.returncode == 0, made.stderr
    name = made.stdout.partition(":")[0]
    listed = skein("backups", "--check", data=installation, **where)
    assert re.match(rf"{re.escape(name)}  ended .*as it was kept\n", listed.stdout), listed.stdout + listed.stderr
    restored = skein("restore", str(tmp_path / "new"), data=installation, **where)
    assert restored.returncode == 0, restored.stderr
    assert " 0 breaches: " in restored.stdout
