"""The servers that the suites ask: ours over the demonstration group, and stock strawberry beside it.

Both are processes of their own on ports of their own. Ours is started as `make run` starts it, in a folder that is gone
afterwards; nothing in it is set up for the suites.
"""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
SKEIN = Path(sys.executable).with_name("skein")

# A cold or busy machine makes a database cluster and loads 18,000 rows before it answers.
START_SECONDS = 600.0
STOP_SECONDS = 20.0

_ADDRESS = re.compile(rb"(http://[\d.]+:\d+)/graphql")


@dataclass
class Ground:
    """A server to ask. `tokens` are the credentials of the demonstration's users; stock strawberry knows none."""

    url: str
    environment: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def socket_url(self) -> str:
        """Where sockets are opened."""
        return self.url.replace("http://", "ws://", 1)

    @property
    def is_ours(self) -> bool:
        """Whether this is the server under test."""
        return bool(self.environment)

    async def token(self, user: str = "admin") -> str:
        """The bearer token of a user of the demonstration; made once."""
        if user not in self.tokens:
            self.tokens[user] = await _printed(self.environment, "token", "--user", user)
        return self.tokens[user]

    async def bearer(self, user: str = "admin") -> dict[str, str]:
        """The header that names a user; none where nobody is known."""
        return {"authorization": f"Bearer {await self.token(user)}"} if self.is_ours else {}


async def _printed(environment: dict[str, str], *arguments: str) -> str:
    """What a `skein` command prints."""
    process = await asyncio.create_subprocess_exec(
        SKEIN, *arguments, env={**os.environ, **environment}, cwd=ROOT,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, complaints = await process.communicate()
    assert process.returncode == 0, complaints.decode()
    return output.decode().strip()


@asynccontextmanager
async def ours(folder: Path) -> AsyncIterator[Ground]:
    """Our server over the demonstration group, in a folder of its own."""
    environment = {"SKEIN_DATA_DIR": str(folder), "SKEIN_PORT": "0", "SKEIN_LOG_LEVEL": "warning"}
    async with serving([str(SKEIN), "serve", "--prepare"], environment) as url:
        yield Ground(url, environment)


@asynccontextmanager
async def stock() -> AsyncIterator[Ground]:
    """Stock strawberry on starlette, as its documentation sets it up."""
    async with serving([sys.executable, "-m", "tests.conformance.stock"], {}) as url:
        yield Ground(url)


@asynccontextmanager
async def serving(command: list[str], environment: dict[str, str]) -> AsyncIterator[str]:
    """A process that says where it listens, ended at the end."""
    process = await asyncio.create_subprocess_exec(
        *command, env={**os.environ, **environment}, cwd=ROOT,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    draining: asyncio.Task[None] | None = None
    try:
        async with asyncio.timeout(START_SECONDS):
            url = await _announced(process)
        draining = asyncio.create_task(_drain(process, is_told="SKEIN_DATA_DIR" in environment))
        yield url
    finally:
        if process.returncode is None:
            process.terminate()
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
        if draining is not None:
            await draining


async def _announced(process: asyncio.subprocess.Process) -> str:
    """The address in the first line that names one. Raises: RuntimeError when the process ends before."""
    assert process.stdout is not None
    said: list[str] = []
    while line := await process.stdout.readline():
        said.append(line.decode(errors="replace"))
        if found := _ADDRESS.search(line):
            return f"{found[1].decode()}/graphql"
    raise RuntimeError("the server did not start:\n" + "".join(said))


async def _drain(process: asyncio.subprocess.Process, *, is_told: bool) -> None:
    """Read what the process still says, so that its pipe never fills; what our server complains of is told."""
    assert process.stdout is not None
    while line := await process.stdout.readline():
        if is_told:
            print(line.decode(errors="replace").rstrip(), file=sys.stderr)
