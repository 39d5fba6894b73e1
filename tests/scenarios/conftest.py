"""The demonstration group, loaded once a test run; every test that writes has a copy of its own.

Stories begin with its masters and purchases alone, so that what they sell and pay is all that there is; README.md, the
documentation and its own test look at the whole, with the trade of the last months.
"""

import asyncio
import fcntl
import json
import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

import domain
from authz.tables import load_baseline
from domain.core.database import connect
from domain.core.verify import verify
from migrations.synchronise import synchronise
from tests.conftest import RUN_VARIABLE, TEMPLATE, renamed, run_apart
from tests.server.conftest import Serving, serving_at

ROOT = Path(__file__).parents[2]
PURCHASES, WHOLE = "skein_purchases", "skein_demonstration"


@dataclass(frozen=True)
class Demonstration:
    """A database that holds the demonstration, or its purchases, and nothing else, to be copied and left as it is; what
    its load said.
    """

    url: str
    report: dict[str, Any]


async def prepared(url: str) -> None:
    """What `skein migrate` puts into a database beside the tables: reference rows and the policy."""
    connection = await connect(url)
    await synchronise(connection.raw)
    await load_baseline(connection)
    await connection.close()


async def loading(url: str, *parts: str) -> asyncio.subprocess.Process:
    """A process that loads the demonstration, or the `purchases` of it."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.scenarios.import_demo", url, *parts, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )


async def loaded(url: str, *parts: str) -> dict[str, Any]:
    """The counts of a process that was left alone."""
    process = await loading(url, *parts)
    output, _ = await process.communicate()
    assert process.returncode == 0
    return json.loads(output.splitlines()[-1])


async def breaches(url: str) -> list[str]:
    """What `verify` finds wrong."""
    connection = await connect(url)
    found = [
        f"{one.check} {one.subject} {one.message}"
        async for one in verify(connection, domain.VERIFIERS)
        if one.is_breach
    ]
    await connection.close()
    return found


async def _copied(server: str, name: str, template: str) -> str:
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    finally:
        await connection.close()
    return renamed(server, name)


async def _dropped(server: str, names: list[str]) -> None:
    connection = await asyncpg.connect(server)
    for name in names:
        await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await connection.close()


async def _purchases(server: str) -> dict[str, Any]:
    await _dropped(server, [PURCHASES])
    url = await _copied(server, PURCHASES, TEMPLATE)
    await prepared(url)
    return await loaded(url, "purchases")


async def _whole(server: str) -> dict[str, Any]:
    await _dropped(server, [WHOLE])
    return await loaded(await _copied(server, WHOLE, PURCHASES))


def _once(server: str, name: str, make: Callable[[str], Awaitable[dict[str, Any]]]) -> Demonstration:
    """A database made by the first worker that asks; the others wait for it."""
    run = Path(os.environ[RUN_VARIABLE])
    with (run / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = run / f"{name}.json"
        if not known.exists():
            known.write_text(json.dumps(run_apart(make(server))))
    return Demonstration(renamed(server, name), json.loads(known.read_text()))


@contextmanager
def _copies(server: str, template: str) -> Iterator[Callable[[], str]]:
    made: list[str] = []

    def copy() -> str:
        name = f"skein_{uuid4().hex}"
        url = run_apart(_copied(server, name, template))
        made.append(name)
        return url

    yield copy
    run_apart(_dropped(server, made))


@pytest.fixture(scope="session")
def purchases(_server_url: str) -> Demonstration:
    """The masters and purchases of the demonstration."""
    return _once(_server_url, PURCHASES, _purchases)


@pytest.fixture(scope="session")
def demonstration(_server_url: str, purchases: Demonstration) -> Demonstration:
    """The whole demonstration."""
    return _once(_server_url, WHOLE, _whole)


@pytest.fixture(scope="session")
def copy_purchases(_server_url: str, purchases: Demonstration) -> Iterator[Callable[[], str]]:
    """Makes a database that holds the purchases and answers its URL; dropped at the end of the session."""
    with _copies(_server_url, PURCHASES) as copy:
        yield copy


@pytest.fixture(scope="session")
def copy_demonstration(_server_url: str, demonstration: Demonstration) -> Iterator[Callable[[], str]]:
    """The same of the whole demonstration."""
    with _copies(_server_url, WHOLE) as copy:
        yield copy


@pytest.fixture(scope="module")
def demo_server(copy_demonstration: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """The demonstration served over HTTP and sockets to the tests of one file, background work included."""
    with serving_at(copy_demonstration(), tmp_path_factory.mktemp("demonstration")) as serving:
        yield serving
