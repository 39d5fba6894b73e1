"""The embedded server: started, stopped, killed, left behind and taken over, with real processes."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from server.embedded import VOLATILE, Embedded, EmbeddedError

ROOT = Path(__file__).parents[2]

OWNER = """
import sys, time
from pathlib import Path
from server.embedded import VOLATILE, Embedded, EmbeddedError
server = Embedded(Path(sys.argv[1]), settings=VOLATILE)
server.start()
print(server.pid, flush=True)
time.sleep(60)
"""


async def ask(server: Embedded, statement: str) -> object:
    connection = await asyncpg.connect(server.url("postgres"))
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


async def ended(pid: int) -> None:
    """Return once the process is gone; one that is not our child ends a moment after its last file."""
    for _ in range(600):
        if not is_alive(pid):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"process {pid} still runs")


async def test_what_was_written_is_there_after_a_stop_and_a_start(tmp_path: Path) -> None:
    said: list[str] = []
    with Embedded(tmp_path, settings=VOLATILE, say=said.append) as server:
        pid = server.pid
        await ask(server, "CREATE TABLE kept AS SELECT 7 AS number")
    assert pid is not None
    assert not is_alive(pid)
    assert server.pid is None
    with Embedded(tmp_path, settings=VOLATILE, say=said.append) as server:
        assert await ask(server, "SELECT number FROM kept") == 7
    making = f"making a database cluster in {server.data}"
    assert [line for line in said if "chmod" not in line] == [
        making,
        *("starting the embedded PostgreSQL", "stopping the embedded PostgreSQL"),
        *("starting the embedded PostgreSQL", "stopping the embedded PostgreSQL"),
    ]


async def test_text_is_utf8_in_code_point_order_and_days_are_utc(tmp_path: Path) -> None:
    with Embedded(tmp_path, settings=VOLATILE) as server:
        asked = "SELECT concat_ws(' ', current_setting('server_encoding'), 'a' > 'B', current_setting('timezone'))"
        assert await ask(server, asked) == "UTF8 t UTC"


async def test_nothing_listens_on_the_network(tmp_path: Path) -> None:
    with Embedded(tmp_path, settings=VOLATILE) as server:
        assert await ask(server, "SHOW listen_addresses") == ""


async def test_a_second_owner_only_connects_and_stops_nothing(tmp_path: Path) -> None:
    with Embedded(tmp_path, settings=VOLATILE) as first:
        with Embedded(tmp_path, settings=VOLATILE) as second:
            assert (first.owned, second.owned) == (True, False)
            assert second.pid == first.pid
        assert await ask(first, "SELECT 1") == 1


def left_by_a_killed_owner(folder: Path) -> int:
    """The process id of a server whose owner was killed."""
    owner = subprocess.Popen([sys.executable, "-c", OWNER, folder], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    with owner.stdout:
        left = int(owner.stdout.readline())
    owner.kill()
    owner.wait()
    return left


async def test_a_server_that_a_killed_owner_left_is_taken_over_and_stopped(tmp_path: Path) -> None:
    left = await asyncio.to_thread(left_by_a_killed_owner, tmp_path)
    assert is_alive(left)
    said: list[str] = []
    with Embedded(tmp_path, settings=VOLATILE, say=said.append) as server:
        assert server.owned
        assert server.pid == left
        assert await ask(server, "SELECT 1") == 1
    assert said[0] == "taking over the embedded PostgreSQL that a killed process left"
    await ended(left)


async def test_a_killed_server_recovers_what_was_committed(tmp_path: Path) -> None:
    settings = {"autovacuum": "off"}
    server = Embedded(tmp_path, settings=settings)
    server.start()
    await ask(server, "CREATE TABLE kept AS SELECT 7 AS number")
    pid = server.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    server.stop()
    with Embedded(tmp_path, settings=settings) as again:
        assert again.pid != pid
        assert await ask(again, "SELECT number FROM kept") == 7


async def test_a_path_too_long_for_a_socket_gets_a_short_one(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 25)
    with Embedded(folder, settings=VOLATILE) as server:
        assert server.sockets.parent != folder
        assert (server.sockets.stat().st_mode & 0o077) == 0
        assert await ask(server, "SELECT 1") == 1
    server.sockets.rmdir()


async def test_a_worker_has_the_tables_and_no_rows(fresh_connection: asyncpg.Connection) -> None:
    assert await fresh_connection.fetchval("SELECT count(*) FROM company") == 0


def test_a_failed_start_names_the_log_and_frees_the_lock(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match="did not start") as refused:
        Embedded(tmp_path, settings={**VOLATILE, "shared_buffers": "nonsense"}).start()
    assert "shared_buffers" in str(refused.value)
    with Embedded(tmp_path, settings=VOLATILE) as server:
        assert server.owned
