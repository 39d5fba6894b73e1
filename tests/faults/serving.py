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


class Process:
    """`skein serve` as a process that can be killed; it comes back on the same port.

    `before` is code that it runs first; `more` are further settings.
    """

    def __init__(self, url: str, folder: Path, port: int, *, before: str = "", **more: str) -> None:
        self.port = port
        self._code = before + SERVE
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SKEIN_")}
        settings = {"DATABASE_URL": url, "DATA_DIR": str(folder), "PORT": str(port), "SECRET": SECRET, "POOL_SIZE": "4"}
        self._environment = {**kept, **{f"SKEIN_{name}": value for name, value in (settings | more).items()}}
        self.errors = folder / f"errors-{port}"
        self.running: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it, and return once it answers."""
        with self.errors.open("ab") as errors:
            self.running = await asyncio.create_subprocess_exec(
                sys.executable, "-c", self._code, env=self._environment, cwd=ROOT,
                stdout=asyncio.subprocess.DEVNULL, stderr=errors,
            )  # fmt: skip
        async with asyncio.timeout(START_SECONDS_MAX), httpx.AsyncClient() as client:
            while True:
                with suppress(httpx.TransportError):
                    if (await client.get(f"http://127.0.0.1:{self.port}/health/ready")).status_code == 200:
                        return
                await asyncio.sleep(0.05)

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
