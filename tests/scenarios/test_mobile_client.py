"""The mobile example, compiled and run as it stands: it goes on behind its last cursor across kills and lost lines.

Its packages come from npm into a cache folder, as its lock names them; without npm, or without a way to it, the test is
skipped and says so.
"""

import asyncio
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path

import pytest

from resolvers.events import EventCursor
from tests.faults.serving import Process
from tests.server.conftest import bearer, fill, raise_alerts

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "client_examples" / "mobile"
PLACE = ROOT / ".cache" / "mobile"
INSTALL = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
INSTALL_SECONDS = 300
HEARD_SECONDS = 30


@pytest.fixture(scope="module")
def built() -> Path:
    """The folder with the compiled example."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        pytest.skip("npm is not installed: the mobile example is not run")
    shutil.copytree(SOURCE, PLACE, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules", "dist"))
    stamp, wanted = PLACE / ".installed", sha256((PLACE / "package-lock.json").read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != wanted:
        done = subprocess.run(INSTALL, cwd=PLACE, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
        if done.returncode != 0:
            pytest.skip(f"npm cannot install what the lock of the mobile example names: {done.stderr[-300:]}")
        stamp.write_text(wanted)
    compiled = subprocess.run(
        ["node", "node_modules/typescript/bin/tsc"], cwd=PLACE, capture_output=True, text=True, check=False
    )
    assert compiled.returncode == 0, compiled.stdout
    return PLACE


@asynccontextmanager
async def app(built: Path, port: int, journal: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """The example as a process, ended as a phone ends an app: without a word."""
    environment = {
        **os.environ, "SKEIN_URL": f"ws://127.0.0.1:{port}/graphql", "SKEIN_JOURNAL": str(journal),
        "SKEIN_TOKEN": bearer().removeprefix("Bearer "),
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        "node", "dist/main.js", cwd=built, env=environment, stdout=asyncio.subprocess.PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        await process.wait()


async def said(process: asyncio.subprocess.Process, count: int) -> list[str]:
    """The next lines that the app prints, the numbers of the alerts left out."""
    assert process.stdout is not None
    lines: list[str] = []
    async with asyncio.timeout(HEARD_SECONDS):
        for _ in range(count):
            words = (await process.stdout.readline()).decode().split()
            lines.append(" ".join([words[0], *words[2:]]))
    return lines


async def test_the_app_hears_each_alert_once_across_its_own_end_and_the_servers(
    built: Path, fresh_database: str, tmp_path: Path, unused_tcp_port: int
) -> None:
    await fill(fresh_database)
    journal = tmp_path / "journal"
    journal.write_text(f"{EventCursor(0, None).text()} BEGINNING\n")
    server = Process(fresh_database, tmp_path, unused_tcp_port)
    await server.start()
    try:
        await raise_alerts(fresh_database, ["a", "b"])
        async with app(built, unused_tcp_port, journal) as first:
            assert await said(first, 2) == ["RAISED cause a", "RAISED cause b"]
            await raise_alerts(fresh_database, ["c"])
            assert await said(first, 1) == ["RAISED cause c"]
        # While the app is closed, and then while the server is away.
        await raise_alerts(fresh_database, ["d"])
        async with app(built, unused_tcp_port, journal) as second:
            assert await said(second, 1) == ["RAISED cause d"]
            await server.kill()
            await raise_alerts(fresh_database, ["e", "f"])
            await server.start()
            assert await said(second, 2) == ["RAISED cause e", "RAISED cause f"]
        kept = [line.split()[1:] for line in journal.read_text().splitlines()]
        assert [words[-1] for words in kept] == ["BEGINNING", "a", "b", "c", "d", "e", "f"]
        # A place that the server does not know: everything is to be read again, then the stream goes on.
        journal.write_text(f"{EventCursor(10**6, None).text()} ELSEWHERE\n")
        async with app(built, unused_tcp_port, journal) as third:
            assert await said(third, 1) == ["RESYNC"]
    finally:
        await server.kill()
