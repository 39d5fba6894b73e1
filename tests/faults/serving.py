"""Server processes that tests kill."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx

from tests.server.conftest import SECRET

ROOT = Path(__file__).parents[2]
# A server starts in seconds; a machine that does much else at once takes longer.
START_SECONDS_MAX = 180

# `skein serve` without its question whether the tables are this release's: those of tests carry no release.
SERVE = "from server.serve import serve; from server.settings import Settings; serve(Settings(), print)"


# A process that has imported a server and knows nothing else; each server is a copy of it. It says the number of each
# copy, and how the copy ended. What follows from the shipped policy alone is computed before.
COPIES = """
import gc, os, sys
import server.asgi, server.serve
from authz.audiences import views
from authz.policy import baseline
from schema.graph import visible
from server.settings import Settings
for view in views(baseline()).values():
    visible(view)
gc.freeze()
print("ready", flush=True)
while sys.stdin.readline():
    copy = os.fork()
    if copy == 0:
        os.dup2(os.open(os.devnull, os.O_RDWR), 0)
        server.serve.serve(Settings(), lambda said: None)
        os._exit(0)
    print(copy, flush=True)
    print(os.waitpid(copy, 0)[1], flush=True)
"""


def environment(url: str, folder: Path, port: int, **more: str) -> dict[str, str]:
    """What a server that tests kill is told; `more` are further settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SKEIN_")}
    settings = {"DATABASE_URL": url, "DATA_DIR": str(folder), "PORT": str(port), "SECRET": SECRET, "POOL_SIZE": "4"}
    return {**kept, **{f"SKEIN_{name}": value for name, value in (settings | more).items()}}


async def answers(port: int) -> None:
    """Return once the server at this port answers."""
    async with asyncio.timeout(START_SECONDS_MAX), httpx.AsyncClient() as client:
        while True:
            with suppress(httpx.TransportError):
                if (await client.get(f"http://127.0.0.1:{port}/health/ready")).status_code == 200:
                    return
            await asyncio.sleep(0.05)


class Process:
    """`skein serve` as a process that can be killed; it comes back on the same port.

    `before` is code that it runs first; `more` are further settings.
    """

    def __init__(self, url: str, folder: Path, port: int, *, before: str = "", **more: str) -> None:
        self.port = port
        self._code = before + SERVE
        self._environment = environment(url, folder, port, **more)
        self.errors = folder / f"errors-{port}"
        self.running: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it, and return once it answers."""
        with self.errors.open("ab") as errors:
            self.running = await asyncio.create_subprocess_exec(
                sys.executable, "-c", self._code, env=self._environment, cwd=ROOT,
                stdout=asyncio.subprocess.DEVNULL, stderr=errors,
            )  # fmt: skip
        await answers(self.port)

    async def end(self, number: signal.Signals) -> None:
        """Send it a signal, and return once it has ended."""
        if self.running is not None:
            with suppress(ProcessLookupError):
                self.running.send_signal(number)
            await self.running.wait()

    async def ended(self) -> int:
        """How it ended, once it has."""
        assert self.running is not None
        return await self.running.wait()

    async def kill(self) -> None:
        """End it as a power failure would."""
        await self.end(signal.SIGKILL)


class Reborn:
    """A server that is killed hundreds of times: each one is a copy of a process that has imported and done no more.

    What a server knows, holds and has open is its own and dies with it, as with `Process`; only the seconds that
    importing takes are spent once.
    """

    def __init__(self, url: str, folder: Path, port: int) -> None:
        self.port = port
        self.kills = 0
        self._environment = environment(url, folder, port)
        self._errors = folder / f"errors-{port}"
        self._parent: asyncio.subprocess.Process | None = None
        self._copy: int | None = None

    async def start(self) -> None:
        """Start one, and return once it answers."""
        if self._parent is None:
            with self._errors.open("ab") as errors:
                self._parent = await asyncio.create_subprocess_exec(
                    sys.executable, "-c", COPIES, env=self._environment, cwd=ROOT,
                    stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=errors,
                )  # fmt: skip
            assert await self._said() == "ready"
        assert self._parent.stdin is not None
        self._parent.stdin.write(b"\n")
        self._copy = int(await self._said())
        await answers(self.port)

    async def kill(self) -> None:
        """End the one that runs as a power failure would, and count it."""
        await self._end_copy()
        self.kills += 1

    async def end(self) -> None:
        """End the one that runs, and the process whose copies they were."""
        if self._copy is not None:
            await self._end_copy()
        if self._parent is not None:
            assert self._parent.stdin is not None
            self._parent.stdin.close()
            await self._parent.wait()

    async def _end_copy(self) -> None:
        assert self._copy is not None
        os.kill(self._copy, signal.SIGKILL)
        self._copy = None
        assert os.WTERMSIG(int(await self._said())) == signal.SIGKILL, "it ran until then"

    async def _said(self) -> str:
        """The next line that the parent says."""
        assert self._parent is not None
        assert self._parent.stdout is not None
        async with asyncio.timeout(START_SECONDS_MAX):
            return (await self._parent.stdout.readline()).decode().strip()


@asynccontextmanager
async def skein_serve(url: str, folder: Path, port: int, **more: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that serves, from the moment it answers; ended at the end if it still runs."""
    server = Process(url, folder, port, **more)
    try:
        await server.start()
        assert server.running is not None
        yield server.running
    finally:
        await server.end(signal.SIGTERM)
