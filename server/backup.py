"""`skein backup`: a base backup of the running database, checked file by file before it counts.

PostgreSQL's `pg_basebackup` copies the cluster with the log that was written meanwhile, so that a backup is whole even
where no log is archived; nobody who works with the database waits. Every file is compared with the manifest, kept, and
read again from where it is kept.
"""

import asyncio
import hashlib
import re
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from server.backup_manifest import CHUNK_BYTES, BackupBroken, Manifest, read_manifest, unpack
from server.backup_store import BASE_TAR, MANIFEST, WAL_TAR, Backup, BackupStore, Kept, segment_number
from server.postgres_programs import connection_of, program, running, told_lines
from server.preflight import Connection, Refused, reached
from server.progress import Report

FILES = (BASE_TAR, WAL_TAR, MANIFEST)

_PROGRESS = re.compile(r"\s*(\d+)/(\d+) kB")

_FACTS = """
SELECT current_setting('server_version_num')::int AS version, current_setting('wal_level') AS wal_level,
       current_setting('max_wal_senders')::int AS senders, current_user::text AS "user",
       current_database()::text AS database, pg_size_bytes(current_setting('wal_segment_size')) AS segment_bytes,
       (SELECT system_identifier::text FROM pg_control_system()) AS system_identifier,
       (SELECT rolsuper OR rolreplication FROM pg_roles WHERE rolname = current_user) AS replicates,
       (SELECT count(*) FROM pg_tablespace WHERE spcname NOT IN ('pg_default', 'pg_global')) AS tablespaces
"""


@dataclass(frozen=True, slots=True)
class Source:
    """The server that is backed up."""

    url: str
    version: int
    system_identifier: str
    database: str
    segment_bytes: int

    @property
    def major(self) -> int:
        """PostgreSQL's major version."""
        return self.version // 10_000


async def source_of(fetch_row: Callable[[str], Awaitable[Any]], url: str) -> Source:
    """What the server says of itself. Raises: Refused when it cannot be copied, saying what to change."""
    facts = await fetch_row(_FACTS)
    if facts["wal_level"] == "minimal" or not facts["senders"]:
        raise Refused("the server writes too little log to be copied: set wal_level = replica and max_wal_senders = 10")
    if not facts["replicates"]:
        raise Refused(
            f'the user {facts["user"]} may not copy the server: ALTER ROLE "{facts["user"]}" REPLICATION, '
            "and a line `replication` in pg_hba.conf"
        )
    if facts["tablespaces"]:
        raise Refused("the server has tablespaces of its own, which are not backed up")
    return Source(url, facts["version"], facts["system_identifier"], facts["database"], facts["segment_bytes"])


async def back_up(url: str, store: BackupStore, folder: Path, report: Report) -> Backup:
    """The backup, once it is kept and was read again; `folder` holds it until then.

    Raises: Refused when it cannot be made; BackupBroken when it is not what PostgreSQL wrote.
    """
    async with reached(url) as connection:
        source = await source_of(connection.fetchrow, url)
        await store.check_owner(source.system_identifier)
        made = await asyncio.to_thread(_working_folder, folder)
        try:
            started = await _now(connection)
            await _copy(source, made / "cluster", report)
            ended = await _now(connection)
            manifest = await _checked(made / "cluster", report)
            backup = _described(source, manifest, started, ended)
            return await _keep(store, backup, made / "cluster", report)
        finally:
            await asyncio.to_thread(shutil.rmtree, made, ignore_errors=True)


def _working_folder(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix="backup-", dir=folder))


async def _now(connection: Connection) -> datetime:
    """The database's clock."""
    now = await connection.fetchval("SELECT clock_timestamp()")
    assert isinstance(now, datetime)
    return now


def _described(source: Source, manifest: Manifest, started: datetime, ended: datetime) -> Backup:
    return Backup(
        name=f"{started.astimezone(UTC):%Y%m%dT%H%M%S%fZ}", started_at=started, ended_at=ended,
        server_version=source.version, system_identifier=source.system_identifier, database=source.database,
        timeline=manifest.timeline, first_segment=segment_number(manifest.start_lsn, source.segment_bytes),
        segment_bytes=source.segment_bytes, files=(),
    )  # fmt: skip


async def _copy(source: Source, into: Path, report: Report) -> None:
    bare, environment = connection_of(source.url)
    command = [
        str(program("pg_basebackup", source.major, source.url)), "--dbname", bare,
        "--pgdata", str(into), "--format=tar", "--gzip", "--compress=1", "--wal-method=stream", "--checkpoint=fast",
        "--manifest-checksums=SHA256", "--no-password", "--progress", "--label=skein",
    ]  # fmt: skip

    def hear(line: str) -> None:
        if match := _PROGRESS.match(line):
            report("copying the database (kB)", int(match[1]), int(match[2]))

    async with running(command, environment) as process:
        said = await told_lines(process, hear)
    if process.returncode:
        why = next((line for line in reversed(said) if "error" in line.lower()), " ".join(said[-1:]))
        raise Refused(f"pg_basebackup failed: {why}")


async def _checked(cluster: Path, report: Report) -> Manifest:
    manifest = read_manifest((cluster / MANIFEST).read_bytes())
    total = manifest.size // 1_024

    def told(done: int) -> None:
        report("checking every file (kB)", done // 1_024, total)

    await asyncio.to_thread(unpack, cluster / BASE_TAR, manifest, None, told)
    return manifest


async def _keep(store: BackupStore, backup: Backup, cluster: Path, report: Report) -> Backup:
    kept: list[Kept] = []
    total = sum((cluster / name).stat().st_size for name in FILES) // 1_024
    done = 0
    for name in FILES:
        digest, size = hashlib.sha256(), 0
        writer = store.storage.writer(backup.path(name))
        with (cluster / name).open("rb") as source:
            while chunk := await asyncio.to_thread(source.read, CHUNK_BYTES):
                digest.update(chunk)
                size += len(chunk)
                await writer.write(chunk)
                report("keeping it (kB)", (done + size) // 1_024, total)
        await writer.close()
        done += size
        kept.append(Kept(name, size, digest.hexdigest()))
    whole = replace(backup, files=tuple(kept))
    report("reading it again", 0, 0)
    if breach := await store.breach(whole):
        raise BackupBroken(breach)
    await store.describe(whole)
    return whole
