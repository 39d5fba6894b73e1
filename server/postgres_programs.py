"""PostgreSQL's own programs: which one to run against a server, and how it is run.

The wheel has those of 18, which speak with 16 and 17 too, but without TLS: they come first for a server on a local
socket, the machine's own come first for a server elsewhere.
"""

import asyncio
import os
import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from server.embedded import EmbeddedError, programs
from server.preflight import Refused

# Where Debian and others put the programs of each version, beside the path.
VERSIONED = Path("/usr/lib/postgresql")
STOP_SECONDS_MAX = 10
# A program's last lines say why it ended.
LINES_KEPT = 20
READ_BYTES = 4_096


def program(name: str, server_major: int, url: str) -> Path:
    """A program that can speak with the server at `url`, which is of that version.

    Raises: Refused, saying which version was found and what to install.
    """
    found: list[tuple[int, Path]] = []
    for path in _candidates(name, is_local=not urlsplit(url).hostname):
        major = _major_of(path)
        if major is not None:
            found.append((major, path))
            if major >= server_major:
                return path
    have = f"only that of PostgreSQL {max(found)[0]} is here" if found else "it is not here"
    raise Refused(
        f"a PostgreSQL {server_major} server needs {name} of {server_major} or newer, and {have}: "
        f"install the client programs (Debian: postgresql-client-{server_major})"
    )


def _candidates(name: str, *, is_local: bool) -> list[Path]:
    paths = sorted(VERSIONED.glob(f"*/bin/{name}"), key=lambda path: path.parts[-3].zfill(4), reverse=True)
    if on_path := shutil.which(name):
        paths.insert(0, Path(on_path))
    try:
        wheel = [programs() / name]
    except EmbeddedError:
        wheel = []
    return [*wheel, *paths] if is_local else [*paths, *wheel]


@lru_cache(maxsize=64)
def _major_of(path: Path) -> int | None:
    """The version that a program says it has; None when it cannot even say that."""
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False, timeout=10)
    except OSError:
        return None
    match = re.search(r"(\d+)(\.\d+)?", said.stdout)
    return int(match[1]) if match and said.returncode == 0 else None


def connection_of(url: str) -> tuple[str, dict[str, str]]:
    """The URL without its password, and the environment that carries it: a command line can be read by anybody."""
    parts = urlsplit(url)
    environment = {**os.environ, "LC_ALL": "C"}
    if parts.password is None:
        return url, environment
    user, _, _ = parts.netloc.rpartition("@")[0].partition(":")
    bare = parts._replace(netloc=f"{user}@{parts.netloc.rpartition('@')[2]}")
    return urlunsplit(bare), {**environment, "PGPASSWORD": unquote(parts.password)}


@asynccontextmanager
async def running(command: list[str], environment: dict[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    """A program for as long as the block; one that still runs is told to end, then ended."""
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), STOP_SECONDS_MAX)
            except TimeoutError:
                process.kill()
                await process.wait()


async def told_lines(process: asyncio.subprocess.Process, hear: Callable[[str], None]) -> list[str]:
    """Hear every line that a program writes to its error stream until it ends; answers the last ones."""
    assert process.stderr is not None, "it is piped"
    kept: list[str] = []
    rest = ""
    # Progress is written over itself, with a carriage return instead of a new line.
    while chunk := await process.stderr.read(READ_BYTES):
        *whole, rest = re.split(r"[\r\n]+", rest + chunk.decode("utf-8", "replace"))
        for line in filter(str.strip, whole):
            hear(line)
            kept = [*kept, line][-LINES_KEPT:]
    await process.wait()
    return [*kept, rest] if rest.strip() else kept
