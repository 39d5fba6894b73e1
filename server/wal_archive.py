"""The log, kept as it is written: what makes any instant between two backups one that can be restored.

`pg_receivewal` streams the log of the server, embedded or elsewhere, into a folder of this process; a replication slot
makes the server keep what was not received yet, also while no process archives. Every few seconds what came is packed
and kept beside the backups, the segment that is still being written too, so that the loss of a machine costs seconds.
One process at a time archives; another takes over within a second when it ends.
"""

import asyncio
import gzip
import re
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import structlog
from obstore.exceptions import BaseError

from domain.core.database import Connection
from server.backup import Source, source_of
from server.backup_store import Archive, BackupStore, store_of
from server.leading import lead, pause
from server.postgres_programs import connection_of, program, running, told_lines
from server.preflight import Refused
from server.settings import Settings

log = structlog.get_logger("archive")

# Whoever holds this advisory lock archives ("walA" in ASCII).
LOCK = 0x77616C41
SLOT = "skein_archive"
SHIP_SECONDS = 5.0
RETRY_SECONDS = 5.0
LOOK_SECONDS = 0.1
# Shorter than what a process has to end in order.
LAST_SECONDS = 3.0
# Positions that wait until their log is received; when it takes longer, fewer instants are told apart.
MARKS_MAX = 100
# Speed over size: the log is packed while the database works.
PACKED_LEVEL = 1

_WHOLE = re.compile(r"[0-9A-F]{24}|[0-9A-F]{8}\.history")
_PARTIAL = re.compile(r"[0-9A-F]{24}\.partial")

_MARK = "SELECT clock_timestamp() AS instant, pg_current_wal_flush_lsn()::text AS lsn"
_RECEIVED = """
SELECT r.active, r.wal_status, r.active_pid, (s.write_lsn)::text AS lsn
FROM pg_replication_slots r LEFT JOIN pg_stat_replication s ON s.pid = r.active_pid WHERE r.slot_name = $1
"""


@dataclass
class Shipping:
    """What came of the log, and how much of it is kept."""

    store: BackupStore
    source: Source
    folder: Path
    marks: deque[tuple[int, datetime]] = field(default_factory=lambda: deque(maxlen=MARKS_MAX))
    partial: tuple[str, int] | None = None

    async def ship(self, connection: Connection, *, wait_seconds: float = 0.0) -> None:
        """Keep what came since the last time, and say until when the log is complete.

        `wait_seconds`: how long at most what was committed until now is waited for.
        """
        [row] = await connection.fetch(_MARK)
        self.marks.append((position(row["lsn"]), row["instant"]))
        received = await _received(connection)
        waited = 0.0
        while received < self.marks[-1][0] and waited < wait_seconds:
            await asyncio.sleep(LOOK_SECONDS)
            waited += LOOK_SECONDS
            received = await _received(connection)
        await self.keep()
        complete: datetime | None = None
        while self.marks and self.marks[0][0] <= received:
            complete = self.marks.popleft()[1]
        if complete is not None:
            await self.store.record(Archive(system_identifier=self.source.system_identifier, complete_until=complete))

    async def keep(self) -> None:
        """Keep the segments in the folder: whole ones go, the one being written stays."""
        names = sorted(path.name for path in self.folder.iterdir())
        for name in filter(_WHOLE.fullmatch, names):
            await self._pack(name)
            await self.store.storage.delete(f"wal/{name}.partial.gz")
            (self.folder / name).unlink()
        for name in filter(_PARTIAL.fullmatch, names):
            # Finished between the look into the folder and now: the next time finds it whole.
            with suppress(FileNotFoundError):
                written = (name, (self.folder / name).stat().st_mtime_ns)
                if written != self.partial:
                    await self._pack(name)
                    self.partial = written

    async def _pack(self, name: str) -> None:
        content = await asyncio.to_thread((self.folder / name).read_bytes)
        await self.store.write(f"wal/{name}.gz", await asyncio.to_thread(gzip.compress, content, PACKED_LEVEL, mtime=0))


async def _received(connection: Connection) -> int:
    """The position until which the log came, as the receiver said within the last second."""
    state = await connection.fetchrow(_RECEIVED, SLOT)
    return position(state["lsn"]) if state is not None and state["lsn"] else 0


def position(lsn: str) -> int:
    """A position of the log such as '1/4A000028', as a number."""
    high, _, low = lsn.partition("/")
    return (int(high, 16) << 32) + int(low, 16)


async def run_archive(settings: Settings, stop: asyncio.Event) -> None:
    """Archive whenever this process holds the lock, until `stop` is set; nothing where no place for backups is set."""
    if settings.backup_url is None:
        return
    assert settings.database_url is not None, "the caller found the database"
    archiver = Archiver(settings, store_of(settings))
    await lead(settings.database_url, settings.limits, LOCK, archiver.run, stop)


class Archiver:
    """The log of one server, received and kept on the leader's session."""

    def __init__(self, settings: Settings, store: BackupStore) -> None:
        assert settings.database_url is not None, "the caller found the database"
        self._url = settings.database_url
        self._store = store
        self._folder = settings.data_dir / "archive"

    async def run(self, connection: Connection, wake: asyncio.Event, stop: asyncio.Event) -> None:
        """Receive and keep until `stop` is set; what an operator must mend is logged and tried again."""
        while not stop.is_set():
            try:
                source = await source_of(connection.raw.fetchrow, self._url)
                await self._store.check_owner(source.system_identifier)
                await self._receive(connection, source, stop)
            except (Refused, OSError, BaseError) as reason:
                log.error("archive_waits", reason=str(reason), retry_seconds=RETRY_SECONDS)
                await pause(stop, RETRY_SECONDS)

    async def _receive(self, connection: Connection, source: Source, stop: asyncio.Event) -> None:
        await _free_slot(connection)
        folder = self._folder / source.system_identifier
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        shipping = Shipping(self._store, source, folder)
        bare, environment = connection_of(self._url)
        command = [
            str(program("pg_receivewal", source.major, self._url)), "--dbname", bare,
            "--directory", str(folder), "--slot", SLOT, "--no-loop", "--no-password", "--status-interval=1",
        ]  # fmt: skip
        async with running(command, {**environment, "PGAPPNAME": SLOT}) as process:
            hearing = asyncio.create_task(told_lines(process, lambda _: None))
            ended = asyncio.create_task(_stopped(stop, process))
            try:
                while not ended.done():
                    await shipping.ship(connection)
                    await asyncio.wait({ended}, timeout=SHIP_SECONDS)
                if process.returncode is None:
                    # In order: what was committed until now is kept before this process ends.
                    await shipping.ship(connection, wait_seconds=LAST_SECONDS)
                    process.terminate()
                said = await hearing
            finally:
                for task in (hearing, ended):
                    task.cancel()
        # What came until the end; the database may be gone by now, the folder is not.
        await shipping.keep()
        if not stop.is_set():
            raise Refused(f"pg_receivewal ended: {' '.join(said[-1:]) or f'exit code {process.returncode}'}")


async def _free_slot(connection: Connection) -> None:
    """Make the slot where there is none, and end the receiver of a process that was killed.

    A slot that fell so far behind that the server let its log go is made anew; a backup is due then, and that is said.
    """
    state = await connection.fetchrow(_RECEIVED, SLOT)
    if state is not None and state["wal_status"] == "lost":
        log.error("archive_gap", reason="the server no longer has the log that was missing: run `skein backup`")
        await connection.fetchval("SELECT pg_drop_replication_slot($1)", SLOT)
        state = None
    if state is None:
        await connection.fetchval("SELECT pg_create_physical_replication_slot($1, true)", SLOT)
    elif state["active"]:
        await connection.fetchval("SELECT pg_terminate_backend($1, 5000)", state["active_pid"])


async def _stopped(stop: asyncio.Event, process: asyncio.subprocess.Process) -> None:
    """Return when the process has ended or is to end."""
    waiting = [asyncio.create_task(stop.wait()), asyncio.create_task(process.wait())]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
