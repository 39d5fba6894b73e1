"""A real server over a real database, for tests that speak HTTP and sockets."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import orjson
import pytest
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from authz.grants import compile_grants
from authz.tables import load_baseline, load_companies, load_policy
from domain.alerts.commands import RaiseAlert
from domain.alerts.models import AlertKind, AlertRule, AlertSeverity
from domain.core.actors import Audience
from domain.core.database import Connection, Database
from domain.core.perform import perform
from server.asgi import Application, create_app
from server.identity import issue_token
from server.jobs import ACTOR
from server.serve import uvicorn_config
from server.settings import Settings
from server.signing import signing_key
from tests.conftest import run_apart
from tests.factory import insert, numbered, row
from tests.graph import sample

SECRET = "a secret of these tests, long enough to sign"
USERS = {"admin": "group_admin", "buyer": "buyer", "auditor": "auditor"}
RULE = numbered(AlertRule, 1)

PROTOCOL = Subprotocol("graphql-transport-ws")


async def fill(url: str) -> None:
    """The sample group, the shipped policy, its users, and one alert rule."""
    raw = await asyncpg.connect(url)
    try:
        await sample.load(raw)
        await load_baseline(Connection(raw))
        for name, role in USERS.items():
            user = uuid4()
            await raw.execute(
                "INSERT INTO user_account (id, name, display_name, audience, locale) VALUES ($1, $2, $2, $3, 'en')",
                user, name, Audience.STAFF.value,
            )  # fmt: skip
            await raw.execute(
                "INSERT INTO role_assignment (id, user_id, role, company_number, valid_from_at)"
                " VALUES ($1, $2, $3, 0, now() - interval '1 hour')",
                uuid4(), user, role,
            )  # fmt: skip
        # Inactive, so that only what a test raises is raised.
        await insert(raw, AlertRule, [row(AlertRule, 1, code="TEST", threshold_unit="day", active=False)])
    finally:
        await raw.close()


def settings_for(url: str, folder: Path, **more: Any) -> Settings:
    """The settings of a server in a test."""
    return Settings(database_url=url, data_dir=folder, secret=SECRET, port=0, pool_size=6, **more)


def bearer(name: str = "admin") -> str:
    """The Authorization header of a user."""
    return f"Bearer {issue_token(signing_key(SECRET.encode()), name)}"


async def raise_alerts(url: str, fingerprints: Sequence[str], company_id: int = 1) -> list[UUID]:
    """The alerts of new causes, in one transaction."""
    database = await Database.open(url, 2)
    try:
        async with database.acquire() as connection:
            grants = compile_grants(await load_policy(connection), ACTOR, await load_companies(connection))
        commands = [
            RaiseAlert(
                rule_id=RULE, kind=AlertKind.RECEIPT_OVERDUE, severity=AlertSeverity.WARNING, fingerprint=one,
                subject_type="PurchaseOrder", subject_id=UUID(int=1), owner_role="buyer", message=f"cause {one}",
                message_zh=f"原因 {one}",
            )
            for one in fingerprints
        ]  # fmt: skip
        return (await perform(database, ACTOR, grants, company_id, commands)).ids
    finally:
        await database.close()


@dataclass
class Serving:
    """A running server, and ways to ask it."""

    app: Application
    port: int
    database_url: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/graphql"

    @property
    def socket_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/graphql"

    async def post(self, body: Any, *, who: str | None = "admin", **headers: str) -> httpx.Response:
        """The response to a POST of JSON, or of bytes as they are."""
        content = body if isinstance(body, bytes) else orjson.dumps(body)
        sent = {"content-type": "application/json", "accept": "application/json", **_dashed(headers)}
        if who is not None:
            sent["authorization"] = bearer(who)
        async with httpx.AsyncClient(timeout=20) as client:
            return await client.post(self.url, content=content, headers={k: v for k, v in sent.items() if v})

    async def ask(self, query: str, *, who: str | None = "admin", **variables: Any) -> Any:
        """The parsed answer to an operation, without what it cost."""
        return uncosted((await self.post({"query": query, "variables": variables}, who=who)).json())

    @asynccontextmanager
    async def socket(
        self, who: str | None = "admin", *, init: bool = True, small: bool = False, **more: Any
    ) -> AsyncIterator["Socket"]:
        """A socket, initialised unless `init` is false; a `small` one buffers next to nothing."""
        if small:
            more["sock"] = socket.socket()
            more["sock"].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            more["sock"].connect(("127.0.0.1", self.port))
        async with connect(self.socket_url, subprotocols=[PROTOCOL], max_size=None, **more) as connection:
            opened = Socket(connection)
            if init:
                payload = {"Authorization": bearer(who)} if who else {}
                await opened.send(type="connection_init", payload=payload)
                assert await opened.receive() == {"type": "connection_ack"}
            yield opened


def uncosted(answer: Any) -> Any:
    """A parsed answer without what it cost, which the tests of the gate look at."""
    extensions = answer.get("extensions", {})
    extensions.pop("cost", None)
    return {name: one for name, one in answer.items() if name != "extensions" or extensions}


def _dashed(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


class Socket:
    """One client socket."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def send(self, **message: Any) -> None:
        """Send a message."""
        await self.connection.send(orjson.dumps(message).decode())

    async def subscribe(self, query: str, id_: str = "1", **variables: Any) -> None:
        """Begin an operation."""
        await self.send(id=id_, type="subscribe", payload={"query": query, "variables": variables})

    async def receive(self, seconds: float = 10) -> Any:
        """The next message, without what it cost; the server's own pings are passed over."""
        while True:
            async with asyncio.timeout(seconds):
                message = orjson.loads(await self.connection.recv())
            if message.get("type") == "next":
                message["payload"] = uncosted(message["payload"])
            if message != {"type": "ping"}:
                return message

    async def closed_with(self, seconds: float = 10) -> int | None:
        """The close code, after whatever else is sent."""
        async with asyncio.timeout(seconds):
            with suppress(ConnectionClosed):
                while True:
                    await self.connection.recv()
        return self.connection.close_code


@contextmanager
def serving_at(url: str, folder: Path, **more: Any) -> Iterator[Serving]:
    """A server in a thread of this process, on a port of its own."""
    settings = settings_for(url, folder, **more)
    app = create_app(settings)
    listening = socket.create_server(("127.0.0.1", 0))
    # A small buffer, so that a peer that takes nothing is felt after kilobytes and not after megabytes.
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16_384)
    server = uvicorn.Server(uvicorn_config(settings, app))
    thread = Thread(target=server.run, args=([listening],))
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server has started"
        time.sleep(0.01)
    try:
        yield Serving(app, listening.getsockname()[1], url)
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


@pytest.fixture(scope="session")
def filled_url(clone_database: Callable[[], str]) -> str:
    """A database with the sample group, shared by tests that only read."""
    url = clone_database()
    run_apart(fill(url))
    return url


@pytest.fixture(scope="session")
def serving(filled_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server over the shared database."""
    with serving_at(filled_url, tmp_path_factory.mktemp("serving"), background=False) as made:
        yield made


@pytest.fixture
def live(fresh_database: str, tmp_path: Path) -> Iterator[Serving]:
    """A server over a database of its own, with the background work."""
    run_apart(fill(fresh_database))
    with serving_at(fresh_database, tmp_path) as made:
        yield made
