"""A backup while people post, and every instant after it restored exactly: no posting more, none less."""

import asyncio
import hashlib
import os
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import domain
from domain.core.database import Connection, Database
from domain.core.sequencer import seal, sequence
from domain.core.verify import verify
from server.backup import back_up
from server.backup_manifest import BackupBroken
from server.backup_store import Backup, BackupStore, chain
from server.embedded import VOLATILE, Embedded
from server.preflight import Refused
from server.restore import Restored, Wanted, restore
from server.wal_archive import run_archive
from tests.domain.books import AX, World
from tests.faults.worlds import own_world
from tests.server.conftest import settings_for

ROOT = Path(__file__).parents[2]
CLIENTS = 4
# What a server needs that is copied; a crash of the machine may still lose it.
COPIED = {**VOLATILE, "wal_level": "replica", "max_wal_senders": "10", "track_commit_timestamp": "on"}


def unheard(step: str, done: int, total: int) -> None:
    """Progress that nobody looks at."""


@dataclass
class Load:
    """People who order and receive without a pause, unless the gate is closed."""

    world: World
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    ended: bool = False
    posted: int = 0
    busy: int = 0

    async def client(self) -> None:
        while not self.ended:
            await self.gate.wait()
            self.busy += 1
            order = await self.world.approved(AX, ("GEAR", "12", "150"), ("BOLT", "24", "2"))
            done = await self.world.act(self.world.chief, AX, self.world.receipt(order, (1, "3", "1"), (2, "24", "0")))
            assert done.committed, done.refusals
            async with self.changed:
                self.posted += 1
                self.busy -= 1
                self.changed.notify_all()

    async def more(self, count: int) -> None:
        """Let so many more be posted."""
        until = self.posted + count
        async with self.changed:
            await self.changed.wait_for(lambda: self.posted >= until)

    @asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        """The block runs while nothing is posted."""
        self.gate.clear()
        async with self.changed:
            await self.changed.wait_for(lambda: self.busy == 0)
        yield
        self.gate.set()


async def contents(connection: Connection) -> dict[str, tuple[int, str]]:
    """Every table: how many rows, and the digest of all their values."""
    found: dict[str, tuple[int, str]] = {}
    for table in sorted(domain.RECORDS):
        rows = [row[0] for row in await connection.fetch(f'SELECT t::text FROM "{table}" t ORDER BY 1')]
        found[table] = len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


@dataclass
class Story:
    """What was kept, and what was true at three instants: nobody posted at the first, everybody at the second, and
    after the third nothing was."""

    store: BackupStore
    backup: Backup
    quiet_at: datetime
    quiet: dict[str, tuple[int, str]]
    busy_at: datetime
    busy: list[str]
    end_at: datetime
    end: dict[str, tuple[int, str]]


async def told(folder: Path) -> Story:
    """A server that is backed up, archived and worked with at once, and then is gone."""
    server = Embedded(folder / "data", settings=COPIED)
    await asyncio.to_thread(server.start)
    stop = asyncio.Event()
    store = BackupStore(str(folder / "kept"))
    try:
        async with own_world(server) as world:
            archiving = asyncio.create_task(
                run_archive(settings_for(server.url(), folder / "data", backup_url=str(folder / "kept")), stop)
            )
            load = Load(world)
            load.gate.set()
            clients = [asyncio.create_task(load.client()) for _ in range(CLIENTS)]
            await load.more(CLIENTS)
            before = load.posted
            backup = await back_up(server.url(), store, folder / "work", unheard)
            assert load.posted > before, "people posted while the backup was made"
            await load.more(CLIENTS)
            async with load.paused(), world.database.acquire() as connection:
                await sequence(connection)
                await seal(connection)
                quiet = await contents(connection)
                quiet_at = await connection.fetchval("SELECT clock_timestamp()")
            await load.more(2 * CLIENTS)
            busy_at = (await world.rows("SELECT clock_timestamp() AS now"))[0]["now"]
            await load.more(2 * CLIENTS)
            load.ended = True
            await asyncio.gather(*clients)
            busy = await world.rows(
                "SELECT number FROM journal_entry WHERE pg_xact_commit_timestamp(xmin) <= $1 ORDER BY number", busy_at
            )
            async with world.database.acquire() as connection:
                end = await contents(connection)
                end_at = await connection.fetchval("SELECT clock_timestamp()")
            stop.set()
            await archiving
    finally:
        stop.set()
        await asyncio.to_thread(server.stop)
    return Story(store, backup, quiet_at, quiet, busy_at, [row["number"] for row in busy], end_at, end)


async def restored(story: Story, folder: Path, until: datetime | None) -> tuple[Restored, dict[str, tuple[int, str]]]:
    """The database as it was, every invariant checked, and all that stands in it."""
    found: dict[str, tuple[int, str]] = {}

    async def check(url: str) -> None:
        database = await Database.open(url, 2)
        try:
            async with database.acquire() as connection:
                assert [one async for one in verify(connection, domain.VERIFIERS) if one.is_breach] == []
                found.update(await contents(connection))
                rows = await connection.fetch("SELECT number FROM journal_entry ORDER BY number")
                numbers.extend(row["number"] for row in rows)
        finally:
            await database.close()

    numbers: list[str] = []
    done = await restore(story.store, Wanted(folder, until), unheard, check)
    if until == story.busy_at:
        assert numbers == story.busy
    return done, found


async def test_any_instant_after_a_backup_under_load_is_restored_to_the_last_posting(tmp_path: Path) -> None:
    story = await told(tmp_path)
    done, found = await restored(story, tmp_path / "quiet", story.quiet_at)
    assert done.backup == story.backup
    assert found == story.quiet
    assert (tmp_path / "quiet" / "postgres" / "PG_VERSION").read_text() == "18\n"
    assert not (tmp_path / "quiet" / "restoring").exists()
    await restored(story, tmp_path / "busy", story.busy_at)
    # Nothing was committed after it, which PostgreSQL cannot know.
    assert (await restored(story, tmp_path / "end", story.end_at))[1] == story.end
    await refusals(story, tmp_path)


async def refusals(story: Story, folder: Path) -> None:
    """What cannot be restored is refused before anything is written; what was touched since is found out."""
    with pytest.raises(Refused, match="is not empty: a database is restored into a folder of its own"):
        await restored(story, folder / "quiet", story.quiet_at)
    with pytest.raises(Refused, match="no backup ended until"):
        await restored(story, folder / "none", story.backup.started_at)
    with pytest.raises(Refused, match="cannot be restored: the log is complete until"):
        await restored(story, folder / "none", story.busy_at + timedelta(hours=1))
    assert not (folder / "none").exists()
    [*_, last] = await story.store.segment_paths()
    content = await story.store.read(last)
    await story.store.write(last, content[:-9] + bytes(9))
    with pytest.raises(BackupBroken, match=f"{last} cannot be read"):
        await restored(story, folder / "none", None)
    base = story.backup.path("base.tar.gz")
    content = await story.store.read(base)
    await story.store.write(base, content[:1_000] + bytes(8) + content[1_008:])
    assert await story.store.breach(story.backup) == (
        f"base.tar.gz is not the file that was kept: {len(content):,} bytes instead of {len(content):,}, or others"
    )


@pytest.mark.soak
async def test_an_archive_killed_again_and_again_has_no_gap(tmp_path: Path) -> None:
    server = Embedded(tmp_path / "data", settings=COPIED)
    await asyncio.to_thread(server.start)
    store, stop = BackupStore(str(tmp_path / "kept")), asyncio.Event()
    try:
        async with own_world(server) as world:
            backup = await back_up(server.url(), store, tmp_path / "work", unheard)
            for _ in range(5):
                await killed_while_archiving(server.url(), tmp_path, world)
            settings = settings_for(server.url(), tmp_path / "data", backup_url=str(tmp_path / "kept"))
            archiving = asyncio.create_task(run_archive(settings, stop))
            await posted(world, 3)
            async with world.database.acquire() as connection:
                end = await contents(connection)
                end_at = await connection.fetchval("SELECT clock_timestamp()")
            async with asyncio.timeout(60):
                while (archive := await store.archive()) is None or archive.complete_until < end_at:  # noqa: ASYNC110
                    await asyncio.sleep(0.5)
            stop.set()
            await archiving
    finally:
        await asyncio.to_thread(server.stop)
    linked, _, is_all = chain(backup, await store.segment_paths())
    assert is_all
    assert len(linked) > 5
    story = Story(store, backup, end_at, end, backup.ended_at, [], end_at, end)
    assert (await restored(story, tmp_path / "end", end_at))[1] == end


async def posted(world: World, count: int) -> None:
    """So many more postings, one after the other."""
    load = Load(world)
    load.gate.set()
    client = asyncio.create_task(load.client())
    await load.more(count)
    load.ended = True
    await client


async def killed_while_archiving(url: str, folder: Path, world: World) -> None:
    """`skein archive` in the middle of a stream of postings and new segments, ended as by a power failure."""
    settings = {"DATABASE_URL": url, "DATA_DIR": str(folder / "data"), "BACKUP_URL": str(folder / "kept")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "server.cli", "archive", cwd=ROOT, stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, **{f"SKEIN_{name}": value for name, value in settings.items()}},
    )  # fmt: skip
    for _ in range(3):
        await posted(world, 3)
        await world.rows("SELECT pg_switch_wal()")
        await asyncio.sleep(random.uniform(0.5, 2.5))
    process.kill()
    await process.wait()
