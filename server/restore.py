"""`skein restore`: the database as it was at an instant, in a folder of its own.

The last backup that ended before the instant is unpacked, file by file against its manifest, and PostgreSQL replays the
log up to the last commit until then. The work is done in a folder inside the one to be, and gets its place at the very
end: a restore that was cut off never looks like a database. The running database is not touched.
"""

import asyncio
import gzip
import hashlib
import re
import shlex
import shutil
import tarfile
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import asyncpg

from server.backup_manifest import BackupBroken, read_manifest, unpack
from server.backup_store import BASE_TAR, MANIFEST, WAL_TAR, Backup, BackupStore, Segment, chain
from server.embedded import Embedded, EmbeddedError, give_to_server, programs
from server.preflight import DATABASE, Refused
from server.progress import Report

# Replaying the log of a fortnight takes hours.
REPLAY_SECONDS_MAX = 86_400
LOOK_SECONDS = 0.2

# PostgreSQL cannot know that nothing was committed between the log's last commit and the instant; the archive does.
_TARGET_NOT_REACHED = "recovery ended before configured recovery target was reached"
_LAST_COMMIT = re.compile(r"last completed transaction was at log time (.+)")
_RESTORED = re.compile(r"restored log file \"[0-9A-F]{24}\" from archive")

# Those of the server that was backed up may name files and libraries that are not here.
_CONFIGURATION = {"postgresql.conf": "", "postgresql.auto.conf": "", "pg_ident.conf": "",
                  "pg_hba.conf": "local all all trust\nlocal replication all trust\n"}  # fmt: skip

# Asked about the restored database, by its URL, before it gets its place.
Check = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where to restore, until when (None: all that was kept), and from which backup (None: the best one)."""

    folder: Path
    until: datetime | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A backup and the log after it; `is_all` unless a segment is missing before the end of the archive."""

    backup: Backup
    until: datetime | None
    segments: Sequence[Segment]
    histories: Sequence[str]
    is_all: bool


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of it; the last commit as PostgreSQL's log names its time, None where nothing was replayed."""

    backup: Backup
    segments: int
    last_commit: str | None


async def restore(store: BackupStore, wanted: Wanted, report: Report, check: Check) -> Restored:
    """Make the folder hold the database.

    Raises: Refused when that cannot be done; BackupBroken when what is kept is not what PostgreSQL wrote.
    """
    folder = wanted.folder.absolute()
    if folder.exists() and any(folder.iterdir()):
        raise Refused(f"{folder} is not empty: a database is restored into a folder of its own")
    if shutil.which("gzip") is None:
        raise Refused("gzip is not installed, which PostgreSQL unpacks the log with")
    plan = await planned(store, wanted)
    working = folder / "restoring"
    (working / "wal").mkdir(mode=0o700, parents=True)
    await _unpacked(store, plan.backup, working, report)
    await _fetched(store, plan, working / "wal", report)
    last_commit = await _replayed(plan, working, report, check)
    for name in ("postgres", "postgres.log"):
        (working / name).rename(folder / name)
    await asyncio.to_thread(shutil.rmtree, working)
    return Restored(plan.backup, len(plan.segments), last_commit)


async def planned(store: BackupStore, wanted: Wanted) -> Plan:
    """What to restore from. Raises: Refused when what is wanted was not kept."""
    backups, archive, until = await store.backups(), await store.archive(), wanted.until
    if wanted.name is not None:
        backups = [one for one in backups if one.name == wanted.name]
    if not backups:
        raise Refused(f"there is no backup {wanted.name or ''}at {store.shown}".replace("  ", " "))
    usable = [one for one in backups if until is None or one.ended_at <= until]
    if not usable:
        raise Refused(f"no backup ended until {until}; the first instant to restore is {backups[0].ended_at}")
    if until is not None and (archive is None or until > archive.complete_until):
        known = f"is complete until {archive.complete_until}" if archive else "was not archived"
        raise Refused(f"{until} cannot be restored: the log {known}; without --until all that was kept is")
    major = await asyncio.to_thread(_embedded_major)
    backup = usable[-1]
    if backup.major != major:
        raise Refused(
            f"{backup.name} is of PostgreSQL {backup.major}, and the programs here are of {major}: unpack its "
            "base.tar.gz and pg_wal.tar.gz and let that version's server replay wal/ (restore_command)"
        )
    linked, histories, is_all = chain(backup, await store.segment_paths())
    return Plan(backup, until, linked, histories, is_all)


def _embedded_major() -> int:
    try:
        folder = programs()
    except EmbeddedError as reason:
        raise Refused(str(reason)) from reason
    return int(folder.parent.name.removeprefix("pginstall"))


async def _unpacked(store: BackupStore, backup: Backup, working: Path, report: Report) -> None:
    """Lay out the cluster as it was copied, its files checked once as kept and once as PostgreSQL wrote them."""
    cluster, packed = working / "postgres", working / "packed"
    packed.mkdir()
    total = backup.size // 1_024
    done = 0
    for kept in backup.files:
        digest = hashlib.sha256()
        with (packed / kept.name).open("wb") as target:
            async for chunk in store.storage.read(backup.path(kept.name)):
                digest.update(chunk)
                await asyncio.to_thread(target.write, chunk)
                done += len(chunk)
                report("fetching the backup (kB)", done // 1_024, total)
        if digest.hexdigest() != kept.sha256:
            raise BackupBroken(f"{kept.name} of {backup.name} is not the file that was kept")
    manifest = read_manifest((packed / MANIFEST).read_bytes())

    def told(done: int) -> None:
        report("unpacking the database (kB)", done // 1_024, manifest.size // 1_024)

    await asyncio.to_thread(unpack, packed / BASE_TAR, manifest, cluster, told)
    await asyncio.to_thread(_unpack_log, packed / WAL_TAR, cluster / "pg_wal")
    for name, content in _CONFIGURATION.items():
        (cluster / name).write_text(content)
    (cluster / "recovery.signal").touch()
    await asyncio.to_thread(shutil.rmtree, packed)


def _unpack_log(tar: Path, folder: Path) -> None:
    """The log that was written while the backup was made."""
    folder.mkdir(mode=0o700, exist_ok=True)
    with tarfile.open(tar, "r:gz") as members:
        members.extractall(folder, filter="data")


async def _fetched(store: BackupStore, plan: Plan, folder: Path, report: Report) -> None:
    """The packed log in a folder, each segment whole."""
    for path in plan.histories:
        (folder / path.removeprefix("wal/")).write_bytes(await store.read(path))
    for place, one in enumerate(plan.segments, 1):
        content = await store.read(one.path)
        try:
            size = len(await asyncio.to_thread(gzip.decompress, content))
        except (OSError, EOFError) as reason:
            raise BackupBroken(f"{one.path} cannot be read: {reason}") from reason
        if size != plan.backup.segment_bytes:
            raise BackupBroken(f"{one.path} has {size:,} bytes instead of {plan.backup.segment_bytes:,}")
        (folder / one.path.removeprefix("wal/").replace(".partial", "")).write_bytes(content)
        report("fetching the log (segments)", place, len(plan.segments))


async def _replayed(plan: Plan, working: Path, report: Report, check: Check) -> str | None:
    """Let PostgreSQL replay the log, and answer when the last commit was."""
    await asyncio.to_thread(give_to_server, working)
    try:
        await _served(plan, working, _targets(plan.until), report, check)
    except EmbeddedError as reason:
        if _TARGET_NOT_REACHED not in _log_of(working):
            raise Refused(f"the log cannot be replayed: {reason}") from reason
        if not plan.is_all:
            raise Refused(
                f"the log has a gap after {plan.segments[-1].path}: {plan.until} cannot be restored from this backup"
            ) from reason
        # All that was committed until the instant is replayed; there was nothing more.
        await _served(plan, working, {}, report, check)
    found = _LAST_COMMIT.findall(_log_of(working))
    return found[-1] if found else None


def _targets(until: datetime | None) -> dict[str, str]:
    if until is None:
        return {}
    return {"recovery_target_time": until.isoformat(sep=" "), "recovery_target_action": "promote"}


async def _served(plan: Plan, working: Path, targets: dict[str, str], report: Report, check: Check) -> None:
    """Start the server, wait until it has replayed, ask `check`, and stop it. Raises: EmbeddedError."""
    wal = shlex.quote(str(working / "wal")).replace("%", "%%")
    settings = {
        **targets, "restore_command": f"test -f {wal}/%f.gz && gzip -dc < {wal}/%f.gz > '%p'",
        # Nobody may look before the end; so the server needs no more than it had when it was backed up.
        "hot_standby": "off",
    }  # fmt: skip
    server = Embedded(working, settings=settings, start_seconds=REPLAY_SECONDS_MAX)
    starting = asyncio.create_task(asyncio.to_thread(server.start))
    try:
        while not (await asyncio.wait({starting}, timeout=LOOK_SECONDS))[0]:
            replayed = len(_RESTORED.findall(_log_of(working)))
            report("replaying the log (segments)", min(replayed, len(plan.segments)), len(plan.segments))
        await starting
        await _named(server, plan.backup.database)
        await check(server.url(DATABASE))
    finally:
        await asyncio.to_thread(server.stop)
        with suppress(EmbeddedError):
            await starting


async def _named(server: Embedded, database: str) -> None:
    """Give the database the name that the embedded server's has."""
    if database == DATABASE:
        return
    connection = await asyncpg.connect(server.url("postgres"))
    try:
        rename = "SELECT format('ALTER DATABASE %I RENAME TO %I', $1::text, $2::text)"
        await connection.execute(await connection.fetchval(rename, database, DATABASE))
    finally:
        await connection.close()


def _log_of(working: Path) -> str:
    try:
        return (working / "postgres.log").read_text(errors="replace")
    except FileNotFoundError:
        return ""
