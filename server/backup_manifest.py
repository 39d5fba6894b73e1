"""The manifest that PostgreSQL writes with a base backup: every file with its size and SHA-256.

PostgreSQL's own `pg_verifybackup` does this too, but reads the tar files of 18 only, and the wheel's crashes at start.
"""

import hashlib
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import orjson

CHUNK_BYTES = 1024 * 1024


class BackupBroken(Exception):
    """The backup is not what PostgreSQL wrote; the message names the file."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The files of the cluster by path: size in bytes and SHA-256; and where the log must begin and end."""

    files: dict[str, tuple[int, str]]
    timeline: int
    start_lsn: str
    end_lsn: str

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(size for size, _ in self.files.values())


def read_manifest(content: bytes) -> Manifest:
    """The manifest, its own checksum checked (SHA-256 over all lines before the last).

    Raises: BackupBroken.
    """
    try:
        parsed = orjson.loads(content)
        body = content[: content.rstrip(b"\n").rindex(b"\n") + 1]
        ranges = parsed["WAL-Ranges"]
        files = {_path(one): (one["Size"], one["Checksum"]) for one in parsed["Files"]}
        algorithms = {one["Checksum-Algorithm"] for one in parsed["Files"]}
    except (ValueError, KeyError) as reason:
        raise BackupBroken(f"the manifest cannot be read: {reason}") from reason
    if hashlib.sha256(body).hexdigest() != parsed["Manifest-Checksum"]:
        raise BackupBroken("the manifest is not what was written: its checksum differs")
    if algorithms - {"SHA256"}:
        raise BackupBroken(f"the manifest has checksums of {', '.join(sorted(algorithms))}; only SHA256 is read")
    return Manifest(files, ranges[-1]["Timeline"], ranges[0]["Start-LSN"], ranges[-1]["End-LSN"])


def unpack(tar: Path, manifest: Manifest, folder: Path | None, told: Callable[[int], None]) -> None:
    """Check every file of a base backup against the manifest, and write it below `folder` unless that is None.

    `told` hears the bytes done. Raises: BackupBroken, naming the first file that differs, is missing or is too many.
    """
    missing, done = dict(manifest.files), 0
    try:
        with tarfile.open(tar, "r|gz") as members:
            for member in members:
                if folder is not None and member.isdir():
                    _inside(folder, member.name).mkdir(mode=0o700, parents=True, exist_ok=True)
                if not member.isfile():
                    continue
                expected = missing.pop(member.name.removeprefix("./"), None)
                source = members.extractfile(member)
                assert source is not None, "a regular file has content"
                found = _copied(source, None if folder is None else _inside(folder, member.name))
                if expected != found:
                    raise BackupBroken(f"{member.name} is not the file that PostgreSQL wrote")
                done += member.size
                told(done)
    except (tarfile.TarError, OSError, EOFError) as reason:
        raise BackupBroken(f"{tar.name} cannot be read: {reason}") from reason
    if missing:
        raise BackupBroken(f"{min(missing)} is missing")


def _copied(source: IO[bytes], target: Path | None) -> tuple[int, str]:
    """The size and digest of a stream, which is written to `target` unless that is None."""
    digest, size = hashlib.sha256(), 0
    written = None
    if target is not None:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        written = target.open("wb")
    try:
        while chunk := source.read(CHUNK_BYTES):
            digest.update(chunk)
            size += len(chunk)
            if written is not None:
                written.write(chunk)
    finally:
        if written is not None:
            written.close()
    return size, digest.hexdigest()


def _inside(folder: Path, name: str) -> Path:
    """The path of a member, which must not lead out of the folder. Raises: BackupBroken."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise BackupBroken(f"{name} leads out of the folder")
    return path


def _path(entry: dict[str, str]) -> str:
    """The path of an entry; one that is not UTF-8 is written in hexadecimal."""
    return entry["Path"] if "Path" in entry else bytes.fromhex(entry["Encoded-Path"]).decode("utf-8", "surrogateescape")
