"""One PostgreSQL per test run, one database per worker, an own database for a test that commits.

The first test that needs a database starts the server and makes the template; every other database is a clone of it,
which costs tens of milliseconds where the server's files are in memory and a second where they are on a disk.
`SKEIN_TEST_DATABASE_URL` uses another server (16 or newer) instead of the embedded one.
"""

import asyncio
import fcntl
import os
import random
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import asyncpg
import hypothesis
import pytest

from server.embedded import VOLATILE, Embedded

T = TypeVar("T")
Connection = asyncpg.Connection

RUN_VARIABLE = "SKEIN_TEST_RUN"
TEMPLATE = "skein_template"
SEED = 20260101

# A clone is 1,500 files: the server's folder is in memory where the machine has this much of it to spare.
MEMORY_FOLDER = Path("/dev/shm")
SPARE_BYTES_MIN = 8 << 30

# Kept until the process ends: a child process that still runs must not be collected.
STARTED = pytest.StashKey[Embedded]()

hypothesis.settings.register_profile("fast", derandomize=True, max_examples=50, deadline=None, database=None)
hypothesis.settings.register_profile("soak", max_examples=1_000, deadline=None, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("SKEIN_TEST_PROFILE", "fast"))


def run_apart(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine run on a loop of its own, whatever loop the test uses."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def pytest_configure(config: pytest.Config) -> None:
    """Name one folder for the run; workers inherit it by environment."""
    if not hasattr(config, "workerinput"):
        _remove_left_behind()
        os.environ[RUN_VARIABLE] = tempfile.mkdtemp(prefix=f"skein-test-{os.getpid()}-", dir=_run_parent())


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server after the last worker has ended, and remove its folder."""
    if not hasattr(config, "workerinput"):
        _remove(Path(os.environ[RUN_VARIABLE]))


def _run_parent() -> Path:
    """Where the run's folder is made: in memory, or with the other temporary files where there is too little."""
    with suppress(OSError, StopIteration):
        lines = Path("/proc/meminfo").read_text().splitlines()
        available = next(int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable:"))
        if min(available, shutil.disk_usage(MEMORY_FOLDER).free) >= SPARE_BYTES_MIN:
            return MEMORY_FOLDER
    return Path(tempfile.gettempdir())


def _remove(folder: Path) -> None:
    if (folder / "server" / "postgres" / "postmaster.pid").exists():
        with Embedded(folder / "server", settings=VOLATILE):
            """Taken over from the worker that started it, so that leaving the block stops it."""
    shutil.rmtree(folder, ignore_errors=True)


def _remove_left_behind() -> None:
    """Clean up after runs that were killed."""
    parents = {Path(tempfile.gettempdir()), MEMORY_FOLDER}
    for folder in (found for parent in parents for found in parent.glob("skein-test-*-*")):
        owner = folder.name.split("-")[2]
        # Another run that begins or ends at this moment may have removed it already.
        with suppress(FileNotFoundError):
            if folder.stat().st_uid == os.geteuid() and owner.isdigit() and not Path(f"/proc/{owner}").exists():
                _remove(folder)


def renamed(url: str, database: str) -> str:
    """The same server, another database."""
    address, mark, query = url.partition("?")
    return f"{address.rpartition('/')[0]}/{database}{mark}{query}"


async def _execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def _server_url(pytestconfig: pytest.Config) -> str:
    """The maintenance database of the run's server, whose template database holds the schema."""
    run = Path(os.environ[RUN_VARIABLE])
    with (run / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = run / "url"
        if known.exists():
            return known.read_text()
        url = os.environ.get("SKEIN_TEST_DATABASE_URL") or _embedded_url(run / "server", pytestconfig)
        template = renamed(url, TEMPLATE)
        run_apart(_execute(url, f"DROP DATABASE IF EXISTS {TEMPLATE}", f"CREATE DATABASE {TEMPLATE}"))
        run_apart(_execute(template, "BEGIN", *_schema(), "COMMIT"))
        known.write_text(url)
        return url


def _schema() -> list[str]:
    """The schema's statements, imported late: a test that needs no database runs while the register is broken."""
    from migrations.guards import guard_statements
    from migrations.tables import create_statements

    return [*create_statements(), *guard_statements()]


def _embedded_url(folder: Path, config: pytest.Config) -> str:
    """The started server's maintenance database; the run's first process takes it over at the end and stops it."""
    server = Embedded(folder, settings=VOLATILE)
    server.start()
    server.disown()
    config.stash[STARTED] = server
    return server.url("postgres")


@pytest.fixture(scope="session")
def clone_database(_server_url: str) -> Iterator[Callable[[], str]]:
    """Makes a database with the schema and no rows and answers its URL; gone at the end of the run."""
    made: list[str] = []

    def clone() -> str:
        name = f"skein_{uuid4().hex}"
        run_apart(_execute(_server_url, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY"))
        made.append(name)
        return renamed(_server_url, name)

    yield clone
    # The embedded server goes with everything in it.
    if "SKEIN_TEST_DATABASE_URL" in os.environ:
        run_apart(_execute(_server_url, *(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in made)))


@pytest.fixture(scope="session")
def database_url(clone_database: Callable[[], str]) -> str:
    """The worker's own database, shared by its tests: write to it only inside a transaction that rolls back."""
    return clone_database()


@pytest.fixture
def fresh_database(_server_url: str, clone_database: Callable[[], str]) -> Iterator[str]:
    """A database of the test's own, with the schema and no rows, for tests that commit; dropped after it.

    Dropped at once, its pages are never written to disk; hundreds of databases kept to the end would be gigabytes.
    """
    url = clone_database()
    yield url
    name = url.partition("?")[0].rpartition("/")[2]
    run_apart(_execute(_server_url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[Connection]:
    """A raw connection to the worker's database inside a transaction that is rolled back at the end.

    `connection.transaction()` within it is a savepoint; a test that must really commit takes `fresh_connection`.
    """
    opened = await asyncpg.connect(database_url)
    transaction = opened.transaction()
    await transaction.start()
    try:
        yield opened
    finally:
        await transaction.rollback()
        await opened.close()


@pytest.fixture
async def fresh_connection(fresh_database: str) -> AsyncIterator[Connection]:
    """A raw connection to `fresh_database`, without an open transaction."""
    opened = await asyncpg.connect(fresh_database)
    try:
        yield opened
    finally:
        await opened.close()


@pytest.fixture(autouse=True)
def _same_chance() -> None:
    """Every test starts from the same random numbers."""
    random.seed(SEED)
