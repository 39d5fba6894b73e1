"""Servers killed with -9 and listeners cut off, at random, while alerts are raised and taken.

Each event is heard by each listener exactly once, in the one order that the database has.

What happened is asked of the database at the end and of nobody else, since whoever acts through a server that is killed
does not know whether it acted.
"""

import asyncio
import os
import random
import socket
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import orjson
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from authz.grants import compile_grants
from authz.tables import load_companies, load_policy
from domain.alerts.commands import RaiseAlert
from domain.alerts.models import AlertKind, AlertSeverity
from domain.core.actors import Grants
from domain.core.database import Database
from domain.core.perform import perform
from resolvers.events import EventCursor
from server.jobs import ACTOR
from tests.faults.serving import Reborn
from tests.server.conftest import PROTOCOL, RULE, bearer, fill

ALERTS = "subscription($after: Cursor) { alerts(after: $after) { cursor kind alert { number } } }"
ACKNOWLEDGE = "mutation($id: ID!) { acknowledgeAlert(input: {alert: {id: $id}}) { userErrors { code } } }"
BEGINNING = EventCursor(0, None).text()
AWAY: tuple[type[Exception], ...] = (OSError, ConnectionClosed, InvalidHandshake, httpx.HTTPError)

# The kinds of events as the graph shows them, by the name in the outbox.
KINDS = {"AlertRaised": "RAISED", "AlertAcknowledged": "ACKNOWLEDGED"}
CATCH_UP_SECONDS_MAX = 90

# Of the long run: servers killed and times that lines are cut, one or all of them; and how often it says how far it is.
KILLS, CUTS = 200, 200
FAULTS_A_WORD = 50

Heard = tuple[str, str]


@dataclass
class Listener:
    """A client that comes back whenever it is cut off, to either server, and resumes behind the last cursor it has."""

    ports: Sequence[int]
    chance: random.Random
    heard: list[Heard] = field(default_factory=list)
    cursor: str = BEGINNING
    # Whether the server has taken the line; how many such lines were cut.
    is_up: bool = False
    cuts: int = 0
    serving: "asyncio.Task[None] | None" = None

    async def run(self) -> None:
        """Listen for good."""
        try:
            while True:
                self.serving = asyncio.create_task(self.listen(self.chance.choice(self.ports)))
                await asyncio.wait([self.serving])
                self.is_up = False
                if not self.serving.cancelled() and (fault := self.serving.exception()) and not isinstance(fault, AWAY):
                    raise fault
                await asyncio.sleep(0.02)
        finally:
            if self.serving is not None:
                self.serving.cancel()
                await asyncio.wait([self.serving])

    def cut(self) -> None:
        """Lose the line, wherever the client is."""
        if self.serving is not None:
            self.cuts += self.is_up
            self.is_up = False
            self.serving.cancel()

    def take(self, result: Any) -> None:
        """One execution result: it is known before anything else happens."""
        event = result["data"]["alerts"]
        self.cursor = event["cursor"]
        self.heard.append((event["kind"], event["alert"]["number"]))

    async def listen(self, port: int) -> None:
        """One connection, until it breaks."""
        raise NotImplementedError


class SocketListener(Listener):
    """Over graphql-transport-ws; resumes by the argument."""

    async def listen(self, port: int) -> None:
        async with connect(f"ws://127.0.0.1:{port}/graphql", subprotocols=[PROTOCOL], close_timeout=0) as connection:

            async def send(**message: Any) -> None:
                await connection.send(orjson.dumps(message).decode())

            try:
                await send(type="connection_init", payload={"Authorization": bearer()})
                async for frame in connection:
                    message = orjson.loads(frame)
                    if message["type"] == "connection_ack":
                        self.is_up = True
                        payload = {"query": ALERTS, "variables": {"after": self.cursor}}
                        await connection.send(
                            orjson.dumps({"type": "subscribe", "id": "1", "payload": payload}).decode()
                        )
                    elif message["type"] == "next":
                        self.take(message["payload"])
                    else:
                        assert message["type"] == "ping", message
            finally:
                connection.transport.abort()


class EventListener(Listener):
    """Over server-sent events; resumes by Last-Event-ID, as a browser does."""

    async def listen(self, port: int) -> None:
        headers = {"accept": "text/event-stream", "authorization": bearer(), "last-event-id": self.cursor}
        async with (
            httpx.AsyncClient(timeout=None) as client,
            client.stream(
                "POST", f"http://127.0.0.1:{port}/graphql", json={"query": ALERTS}, headers=headers
            ) as stream,
        ):
            assert stream.status_code in (200, 503), stream.status_code
            self.is_up = stream.status_code == 200
            async for line in stream.aiter_lines():
                if line.startswith("data: "):
                    self.take(orjson.loads(line.removeprefix("data: ")))


@dataclass
class Writer:
    """Raises alerts by itself, and takes some of them through a server that may be killed meanwhile."""

    database: Database
    grants: Grants
    ports: Sequence[int]
    chance: random.Random
    raised: int = 0

    async def run(self) -> None:
        """Write for good."""
        async with httpx.AsyncClient(timeout=2, headers={"authorization": bearer()}) as client:
            while True:
                ids = await self.raise_some()
                if self.chance.random() < 0.5:
                    await self.acknowledge(client, self.chance.choice(ids))
                await asyncio.sleep(self.chance.random() * 0.1)

    async def raise_some(self) -> list[UUID]:
        commands = [
            RaiseAlert(
                rule_id=RULE, kind=AlertKind.RECEIPT_OVERDUE, severity=AlertSeverity.WARNING,
                fingerprint=f"cause {self.raised + place}", subject_type="PurchaseOrder", subject_id=UUID(int=1),
                message="x", message_zh="x", owner_role="buyer",
            )
            for place in range(self.chance.randint(1, 4))
        ]  # fmt: skip
        self.raised += len(commands)
        return (await perform(self.database, ACTOR, self.grants, 1, commands)).ids

    async def acknowledge(self, client: httpx.AsyncClient, id_: UUID) -> None:
        """Take an alert; when no answer comes, nobody knows whether it was taken."""
        body = {"query": ACKNOWLEDGE, "variables": {"id": f"Alert-1-{id_}"}}
        with suppress(httpx.HTTPError):
            answer = await client.post(f"http://127.0.0.1:{self.chance.choice(self.ports)}/graphql", json=body)
            if answer.status_code != 503:
                assert answer.json()["data"]["acknowledgeAlert"]["userErrors"] == []


@asynccontextmanager
async def writing(url: str, ports: Sequence[int], chance: random.Random) -> AsyncIterator[Writer]:
    """A writer with a database session of its own; it stops before the block ends."""
    database = await Database.open(url, 2)
    try:
        async with database.acquire() as connection:
            grants = compile_grants(await load_policy(connection), ACTOR, await load_companies(connection))
        writer = Writer(database, grants, ports, chance)
        running = asyncio.create_task(writer.run())
        yield writer
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        if not running.cancelled():
            running.result()
    finally:
        await database.close()


async def happened(url: str) -> list[Heard]:
    """What the database says that happened, once everything has its position."""
    raw = await asyncpg.connect(url)
    try:
        async with asyncio.timeout(CATCH_UP_SECONDS_MAX):
            while await raw.fetchval("SELECT count(*) FROM outbox_event WHERE position IS NULL"):  # noqa: ASYNC110  # a database
                await asyncio.sleep(0.05)
        rows = await raw.fetch(
            "SELECT e.event, a.number FROM outbox_event e"
            " CROSS JOIN LATERAL unnest(e.record_ids) WITH ORDINALITY AS r (id, place)"
            " JOIN alert a ON a.company_id = e.company_id AND a.id = r.id"
            " WHERE e.event = ANY($1) ORDER BY e.position, r.place",
            list(KINDS),
        )
        return [(KINDS[row["event"]], row["number"]) for row in rows]
    finally:
        await raw.close()


async def caught_up(listeners: Sequence[Listener], count: int) -> None:
    """Return once everyone has heard so many, or one never will."""
    with suppress(TimeoutError):
        async with asyncio.timeout(CATCH_UP_SECONDS_MAX):
            while any(len(one.heard) < count for one in listeners):  # noqa: ASYNC110  # other processes
                await asyncio.sleep(0.05)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


async def heard_by_all(url: str, listeners: Sequence[Listener]) -> list[Heard]:
    """What happened, once all have heard as much and the database says no more than before.

    A command that was cut off from its client may still be committed after the last look.
    """
    expected = await happened(url)
    while True:
        await caught_up(listeners, len(expected))
        # What comes late, or twice, comes now.
        await asyncio.sleep(0.5)
        known, expected = expected, await happened(url)
        if known == expected:
            return expected


async def killed(servers: Sequence[Reborn], restarts: dict[int, "asyncio.Task[None]"], chance: random.Random) -> None:
    """Kill a server that is up, and start it again meanwhile; wait for one where all are still starting."""
    while not (up := [place for place in range(len(servers)) if place not in restarts or restarts[place].done()]):
        await asyncio.wait(restarts.values(), return_when=asyncio.FIRST_COMPLETED)
    place = chance.choice(up)
    await servers[place].kill()
    restarts[place] = asyncio.create_task(servers[place].start())


@dataclass
class Told:
    """What happened and what was done meanwhile: servers killed, lines cut that were up."""

    heard: list[Heard]
    kills: int
    cuts: int


async def lost_and_found(
    url: str, servers: Sequence[Reborn], faults: Sequence[str], seed: int, say: Callable[[str], None] = str
) -> Told:
    """What happened while the faults did, in their order: `kill` a server, or `cut` one listener or all of them.

    Every listener has heard exactly that.
    """
    await fill(url)
    chance = random.Random(seed)
    ports = [server.port for server in servers]
    await asyncio.gather(*(server.start() for server in servers))
    kinds = (SocketListener, SocketListener, EventListener, EventListener)
    listeners = [kind(ports, random.Random(seed + place)) for place, kind in enumerate(kinds)]
    tasks = [asyncio.create_task(listener.run()) for listener in listeners]
    restarts: dict[int, asyncio.Task[None]] = {}
    try:
        async with writing(url, ports, random.Random(seed)):
            for number, fault in enumerate(faults, 1):
                await asyncio.sleep(chance.random() * 0.4)
                if fault == "kill":
                    await killed(servers, restarts, chance)
                else:
                    for listener in listeners if chance.random() < 0.3 else [chance.choice(listeners)]:
                        listener.cut()
                if number % FAULTS_A_WORD == 0:
                    say(f"{number} of {len(faults)} faults, {min(len(one.heard) for one in listeners)} events heard")
            await asyncio.gather(*restarts.values())
        expected = await heard_by_all(url, listeners)
    finally:
        for task in tasks:
            task.cancel()
        outcomes = await asyncio.gather(*tasks, *restarts.values(), return_exceptions=True)
        for server in servers:
            await server.end()
    assert [one for one in outcomes if isinstance(one, Exception)] == [], f"seed {seed}"
    for listener in listeners:
        assert listener.heard == expected, f"seed {seed}"
    return Told(expected, sum(server.kills for server in servers), sum(listener.cuts for listener in listeners))


async def test_killed_servers_and_cut_listeners_lose_nothing(fresh_database: str, tmp_path: Path) -> None:
    servers = [Reborn(fresh_database, tmp_path, port) for port in free_ports(1)]
    faults = ["cut", "cut", "kill", "cut", "cut", "cut"]
    told = await lost_and_found(fresh_database, servers, faults, seed=7)
    assert told.kills == 1
    assert {kind for kind, _ in told.heard} == {"RAISED", "ACKNOWLEDGED"}


@pytest.mark.soak
async def test_two_hundred_kills_and_as_many_cuts_lose_nothing(
    fresh_database: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    record_property: Callable[[str, object], None],
) -> None:
    servers = [Reborn(fresh_database, tmp_path, port) for port in free_ports(2)]
    seed = int(os.environ.get("SKEIN_SEED", random.SystemRandom().randrange(2**32)))
    faults = random.Random(seed).sample(["kill"] * KILLS + ["cut"] * CUTS, KILLS + CUTS)

    def say(what: str) -> None:
        with capsys.disabled():
            print(f"\n  {what}", end="", file=sys.stderr, flush=True)

    told = await lost_and_found(fresh_database, servers, faults, seed, say)
    assert told.kills == KILLS
    # Something happened between any two kills.
    assert len(told.heard) > KILLS
    record_property(
        "figure",
        f"{told.kills} servers killed, {told.cuts} lines cut while they were up: each of 4 listeners heard"
        f" {len(told.heard)} events once, in order (seed {seed})",
    )
