"""Where backups are kept: a folder or an object store, and what stands in it.

    base/<name>/base.tar.gz, pg_wal.tar.gz, backup_manifest    a base backup as PostgreSQL made it, with its own log
    base/<name>/backup.json                                    what it is; written last, so that half a backup is none
    wal/<segment>.gz, <segment>.partial.gz, <timeline>.history.gz    the log since, segment by segment
    archive.json                                               until when the log is complete

Everything that the database holds can be read there: a folder is made for its owner alone.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from server.preflight import Refused
from server.settings import Settings
from server.storage import Storage

ARCHIVE = "archive.json"
DESCRIPTION = "backup.json"
MANIFEST = "backup_manifest"
BASE_TAR, WAL_TAR = "base.tar.gz", "pg_wal.tar.gz"

_SEGMENT = re.compile(r"wal/([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})(\.partial)?\.gz")
_HISTORY = re.compile(r"wal/([0-9A-F]{8})\.history\.gz")


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of a backup."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A base backup. Its instants are the database's; a state between them is restored only as of `ended_at`."""

    name: str
    started_at: datetime
    ended_at: datetime
    server_version: int
    system_identifier: str
    database: str
    timeline: int
    first_segment: int
    segment_bytes: int
    files: tuple[Kept, ...]

    @property
    def major(self) -> int:
        """PostgreSQL's major version: the one that can read the backup."""
        return self.server_version // 10_000

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(one.bytes for one in self.files)

    def path(self, name: str) -> str:
        """Where a file of the backup stands."""
        return f"base/{self.name}/{name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """How far the log is: every commit that was answered until `complete_until` is in it."""

    system_identifier: str
    complete_until: datetime


@dataclass(frozen=True, slots=True, order=True)
class Segment:
    """A piece of the log, by its place in it; `partial` while the database still writes to it."""

    number: int
    timeline: int
    partial: bool
    path: str


def segment_number(lsn: str, segment_bytes: int) -> int:
    """The segment that holds a position of the log such as '1/4A000028'."""
    high, _, low = lsn.partition("/")
    return ((int(high, 16) << 32) + int(low, 16)) // segment_bytes


def segments(paths: Iterable[str], segment_bytes: int) -> list[Segment]:
    """The segments among the paths, in their order in the log."""
    found: list[Segment] = []
    per_file = (1 << 32) // segment_bytes
    for path in paths:
        if match := _SEGMENT.fullmatch(path):
            timeline, high, low = (int(part, 16) for part in match.groups()[:3])
            found.append(Segment(high * per_file + low, timeline, match[4] is not None, path))
    return sorted(found)


def chain(backup: Backup, paths: Sequence[str]) -> tuple[list[Segment], list[str], bool]:
    """The segments that follow a backup without a gap, the histories of timelines, and whether they are all there are.

    A partial segment counts where the whole one is not there.
    """
    following = [
        one
        for one in segments(paths, backup.segment_bytes)
        if one.number >= backup.first_segment and one.timeline >= backup.timeline
    ]
    whole = {(one.number, one.timeline) for one in following if not one.partial}
    usable = [one for one in following if not one.partial or (one.number, one.timeline) not in whole]
    linked: list[Segment] = []
    expected = backup.first_segment
    for one in usable:
        if one.number > expected:
            break
        linked.append(one)
        expected = one.number + 1
    histories = [path for path in paths if (match := _HISTORY.fullmatch(path)) and int(match[1], 16) > backup.timeline]
    return linked, histories, len(linked) == len(usable)


def superseded(backups: Sequence[Backup], oldest_instant: datetime) -> list[Backup]:
    """The backups that no instant from `oldest_instant` on needs: all before the last one that ended until then."""
    before = [one for one in backups if one.ended_at <= oldest_instant]
    return sorted(before, key=lambda one: one.ended_at)[:-1]


class BackupStore:
    """The backups of one database at one place."""

    def __init__(self, url: str) -> None:
        self.shown = url
        if "://" in url:
            self.storage = Storage(url)
        else:
            folder = Path(url).expanduser()
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.storage = Storage(folder)

    async def backups(self) -> list[Backup]:
        """Every whole backup, oldest first."""
        names = await self.storage.names("base")
        found = [_backup(await self.read(name)) for name in names if name.endswith(f"/{DESCRIPTION}")]
        return sorted(found, key=lambda one: one.ended_at)

    async def archive(self) -> Archive | None:
        """How far the log is; None when none was ever kept here."""
        if await self.storage.size(ARCHIVE) is None:
            return None
        text = orjson.loads(await self.read(ARCHIVE))
        return Archive(
            system_identifier=text["system_identifier"], complete_until=datetime.fromisoformat(text["complete_until"])
        )

    async def check_owner(self, system_identifier: str) -> None:
        """Make sure that no other database keeps its backups here. Raises: Refused."""
        archive = await self.archive()
        known = {one.system_identifier for one in await self.backups()}
        if archive is not None:
            known.add(archive.system_identifier)
        if known - {system_identifier}:
            raise Refused(f"{self.shown} holds the backups of another database: give each database a place of its own")

    async def segment_paths(self) -> list[str]:
        """The paths of the log's files."""
        return await self.storage.names("wal")

    async def read(self, path: str) -> bytes:
        """A small file. Raises: FileNotFoundError."""
        return b"".join([chunk async for chunk in self.storage.read(path)])

    async def write(self, path: str, content: bytes) -> None:
        """Keep a small file."""
        writer = self.storage.writer(path)
        await writer.write(content)
        await writer.close()

    async def describe(self, backup: Backup) -> None:
        """Make a backup whose files are all there a whole one."""
        await self.write(backup.path(DESCRIPTION), orjson.dumps(asdict(backup), option=orjson.OPT_INDENT_2))

    async def record(self, archive: Archive) -> None:
        """Say how far the log is."""
        await self.write(ARCHIVE, orjson.dumps(asdict(archive)))

    async def breach(self, backup: Backup) -> str | None:
        """The first file of a backup that is not what was kept, as a sentence; None when all are."""
        for one in backup.files:
            digest, size = hashlib.sha256(), 0
            try:
                async for chunk in self.storage.read(backup.path(one.name)):
                    digest.update(chunk)
                    size += len(chunk)
            except FileNotFoundError:
                return f"{one.name} is not there"
            if (size, digest.hexdigest()) != (one.bytes, one.sha256):
                return f"{one.name} is not the file that was kept: {size:,} bytes instead of {one.bytes:,}, or others"
        return None

    async def prune(self, keep_days: int, now: datetime | None = None) -> list[str]:
        """Delete what no instant of the last `keep_days` days needs; answers the names of the backups that went."""
        backups = await self.backups()
        gone = superseded(backups, (now or datetime.now(UTC)) - timedelta(days=keep_days))
        for backup in gone:
            # The description first: what is left of a backup half deleted is then no backup.
            for name in (DESCRIPTION, *(one.name for one in backup.files)):
                await self.storage.delete(backup.path(name))
        left = [one for one in backups if one not in gone]
        if left:
            first = min(one.first_segment for one in left)
            for one in segments(await self.segment_paths(), left[0].segment_bytes):
                if one.number < first:
                    await self.storage.delete(one.path)
        return [one.name for one in gone]


def store_of(settings: Settings, given: str | None = None) -> BackupStore:
    """The place that was given or set. Raises: Refused when there is none."""
    url = given or settings.backup_url
    if url is None:
        raise Refused("no place for backups is set: SKEIN_BACKUP_URL is a folder or object store (s3://..., az://...)")
    try:
        return BackupStore(url)
    except (OSError, ValueError) as reason:
        raise Refused(f"backups cannot be kept at {url}: {reason}") from reason


def _backup(text: bytes) -> Backup:
    values: Mapping[str, Any] = orjson.loads(text)
    files = tuple(Kept(**one) for one in values["files"])
    instants = {name: datetime.fromisoformat(values[name]) for name in ("started_at", "ended_at")}
    return replace(Backup(**{**values, "files": files}), **instants)
