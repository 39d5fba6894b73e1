"""The peer: Tryton 8.2, installed into a cache folder, seeded once, served by gunicorn over the same PostgreSQL."""

import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import asyncpg

from bench.processes import SERVER_CORE
from server.embedded import Embedded, programs

CACHE = Path(os.environ.get("BENCH_TRYTON", ".cache/bench/tryton"))
PEER = Path(__file__).parent.parent / "peers" / "tryton"
PASSWORD = "bench of the works"
PORT = 8765
START_SECONDS_MAX = 120
BASE, BENCH = "ttbase", "ttbench"
CONFIGURATION = """
[database]
uri = postgresql://postgres@/?host={sockets}
[web]
listen = 127.0.0.1:{port}
root = {folder}/www
[session]
timeout = 86400
max_attempt = 1000
"""


def installed() -> bool:
    """Whether Tryton is there, after installing it where it is not; without a package index it is left out."""
    python = CACHE / "venv" / "bin" / "python"
    if python.exists() and (CACHE / "installed").exists():
        return True
    CACHE.mkdir(parents=True, exist_ok=True)
    print("installing Tryton 8.2 into", CACHE, flush=True)
    subprocess.run([sys.executable, "-m", "venv", str(CACHE / "venv")], check=True)
    done = subprocess.run(
        [str(python), "-m", "pip", "install", "--quiet", "--no-deps", "-r", str(PEER / "requirements.txt")], check=False
    )
    if done.returncode == 0:
        (CACHE / "installed").touch()
    return done.returncode == 0


def run(folder: Path, server: Embedded, *command: str) -> None:
    """A program of Tryton's environment or of PostgreSQL, its output kept in a log."""
    environment = {
        **os.environ, "TRYTOND_CONFIG": str(folder / "trytond.conf"), "TRYTONPASSFILE": str(folder / "password"),
        "XDG_RUNTIME_DIR": str(folder), "PGHOST": str(server.sockets), "PGUSER": "postgres",
    }  # fmt: skip
    with (folder / "prepare.log").open("ab") as log:
        subprocess.run(command, cwd=folder, env=environment, stdout=log, stderr=log, check=True)


async def _databases(server: Embedded) -> set[str]:
    """The names of the databases there are."""
    connection = await asyncpg.connect(server.url("postgres"))
    try:
        return {row["datname"] for row in await connection.fetch("SELECT datname FROM pg_database")}
    finally:
        await connection.close()


def prepare(server: Embedded) -> None:
    """The company of the works with its history, in a database that this run may change."""
    folder, binaries = CACHE.resolve(), CACHE.resolve() / "venv" / "bin"
    (folder / "www").mkdir(exist_ok=True)
    (folder / "password").write_text(PASSWORD)
    conf = CONFIGURATION.format(sockets=server.sockets, port=PORT, folder=folder)
    (folder / "trytond.conf").write_text(conf)
    known = asyncio.run(_databases(server))
    for name in ("seed.py", "history.sql"):
        shutil.copy(PEER / name, folder / name)
    if BASE not in known:
        print("making Tryton's company (some minutes, once)", flush=True)
        making = f"{BASE}_new"
        if making in known:
            run(folder, server, str(programs() / "dropdb"), making)
        run(folder, server, str(programs() / "createdb"), "-T", "template0", "-E", "UTF8", making)
        admin = str(binaries / "trytond-admin")
        run(folder, server, admin, "-d", making, "--all", "--email", "admin@example.com")
        modules = (PEER / "modules.txt").read_text().split()
        run(folder, server, admin, "-d", making, "-u", *modules, "--activate-dependencies")
        run(folder, server, str(binaries / "python"), "seed.py", making, str(folder / "trytond.conf"))
        run(folder, server, str(programs() / "psql"), "-q", "-f", "history.sql", making)
        rename = f"ALTER DATABASE {making} RENAME TO {BASE}"
        run(folder, server, str(programs() / "psql"), "-q", "-c", rename, "postgres")
    if BENCH in known:
        run(folder, server, str(programs() / "dropdb"), BENCH)
    run(folder, server, str(programs() / "createdb"), "-T", BASE, BENCH)
    run(folder, server, str(programs() / "psql"), "-q", "-c", "VACUUM ANALYZE", BENCH)


@contextmanager
def serving(workers: int) -> Iterator[int]:
    """gunicorn with so many processes, from the moment it answers; its process id."""
    folder, binaries = CACHE.resolve(), CACHE.resolve() / "venv" / "bin"
    command = [str(binaries / "gunicorn"), "-w", str(workers), "-b", f"127.0.0.1:{PORT}", "--timeout", "600",
               "trytond.application:app"]  # fmt: skip
    environment = {**os.environ, "TRYTOND_CONFIG": str(folder / "trytond.conf"), "TRYTOND_DATABASE_NAMES": BENCH,
                   "XDG_RUNTIME_DIR": str(folder)}  # fmt: skip
    with (folder / "gunicorn.log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=log, stderr=log,
            preexec_fn=lambda: os.sched_setaffinity(0, {SERVER_CORE}),  # noqa: PLW1509  no threads here
        )  # fmt: skip
    try:
        until = time.monotonic() + START_SECONDS_MAX
        while True:
            try:
                urlopen(f"http://127.0.0.1:{PORT}/", timeout=30).close()
                break
            except (URLError, OSError) as reason:
                if getattr(reason, "code", None) is not None:
                    break
                if time.monotonic() > until or process.poll() is not None:
                    raise
                time.sleep(0.5)
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)
