"""Probes of graphql-transport-ws over real sockets: the handshake, every close code, pings, limits, operations.

Each probe is a sentence that its name says; it opens sockets of its own, so that all run at once and the long waits of
the protocol (10 s for an init, 20 s for a ping) are waited once. The document to watch differs between our server and
stock strawberry, nothing else does.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin, Subprotocol

from tests.conformance.ground import Ground
from tests.conformance.suites import Check, Outcome

PROTOCOL = "graphql-transport-ws"
LEGACY = "graphql-ws"
WAIT_SECONDS = 5.0
FRAME_BYTES_MAX = 1_048_576
OPERATIONS_MAX = 100

# What every probe that asks for something is answered.
TYPENAME = {"__typename": "Query"}

Message = dict[str, Any]
Probe = Callable[["Target"], Awaitable[None]]
PROBES: dict[str, Probe] = {}


class Wrong(Exception):
    """What a probe found instead of what the protocol asks for."""


class Target:
    """The server that is probed, and the one subscription it is asked for."""

    def __init__(self, url: str, credential: Message, watching: str) -> None:
        self.url = url
        self.credential = credential
        self.watching = watching

    @asynccontextmanager
    async def opened(self, *protocols: str, origin: str | None = None, init: bool = False) -> AsyncIterator["Socket"]:
        """A socket with these subprotocols offered, by default the one protocol; initialised when asked for."""
        offered = [Subprotocol(one) for one in protocols or (PROTOCOL,)]
        came_from = Origin(origin) if origin else None
        async with connect(self.url, subprotocols=offered, origin=came_from, max_size=None) as connection:
            socket = Socket(connection)
            if init:
                await socket.send(type="connection_init", payload=self.credential)
                await socket.expects({"type": "connection_ack"})
            yield socket


class Socket:
    """One client socket."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def send(self, **message: Any) -> None:
        """Send a message; a socket that is closed meanwhile shows it when it is read."""
        await self.say(orjson.dumps(message).decode())

    async def say(self, frame: str | bytes) -> None:
        """Send a frame as it is."""
        with suppress(ConnectionClosed):
            await self.connection.send(frame)

    async def subscribe(self, query: Any, id_: Any = "1", **more: Any) -> None:
        """Begin an operation."""
        await self.send(id=id_, type="subscribe", payload={"query": query, **more})

    async def receive(self, seconds: float = WAIT_SECONDS) -> Message:
        """The next message but pings. Raises: Wrong when the socket is closed or silent."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    message = orjson.loads(await self.connection.recv())
                    if message.get("type") != "ping":
                        return message
        except TimeoutError:
            raise Wrong(f"nothing came in {seconds:.0f} s") from None
        except ConnectionClosed:
            raise Wrong(f"closed with {self.connection.close_code}") from None

    async def expects(self, message: Message) -> None:
        """Take the next message, which is this one."""
        found = await self.receive()
        if found != message:
            raise Wrong(f"{found} came instead of {message}")

    async def answered(self, id_: str) -> None:
        """Take the next message, which is the result of { __typename }; what else the answer tells is the server's."""
        found = await self.receive()
        if (found.get("id"), found.get("type")) != (id_, "next") or found["payload"].get("data") != TYPENAME:
            raise Wrong(f"{found} came instead of the result")

    async def fails(self, id_: str = "1") -> Message:
        """Take the next message, which is an `error` of the operation; its first entry."""
        found = await self.receive()
        if found.get("type") != "error" or found.get("id") != id_:
            raise Wrong(f"{found} came instead of an error")
        entries = found.get("payload")
        if not isinstance(entries, list) or not entries or not isinstance(entries[0].get("message"), str):
            raise Wrong(f"the payload {entries!r} is no list of errors")
        return entries[0]

    async def lives(self) -> None:
        """Make sure that the socket still answers."""
        await self.subscribe("{ __typename }", "still there")
        await self.answered("still there")
        await self.expects({"id": "still there", "type": "complete"})

    async def closes(self, code: int, seconds: float = WAIT_SECONDS) -> None:
        """Make sure that the server closes with this code, whatever else it sends before."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    await self.connection.recv()
        except ConnectionClosed:
            pass
        except TimeoutError:
            raise Wrong(f"still open after {seconds:.0f} s") from None
        if self.connection.close_code != code:
            raise Wrong(f"closed with {self.connection.close_code} instead of {code}")


def probe_that(sentence: str) -> Callable[[Probe], Probe]:
    """Register a probe under what it shows."""

    def register(made: Probe) -> Probe:
        PROBES[sentence] = made
        return made

    return register


async def probe(ground: Ground) -> Outcome:
    """What the probes find at a server."""
    watching = "subscription { alerts { cursor } }" if ground.is_ours else "subscription { ticks }"
    target = Target(ground.socket_url, dict(await ground.bearer()), watching)
    # The refusals of the house that stock strawberry cannot know are probed where there are credentials.
    probes = {name: one for name, one in PROBES.items() if ground.is_ours or not name.startswith("a credential")}
    return Outcome(tuple(await asyncio.gather(*(_tried(name, one, target) for name, one in probes.items()))))


async def _tried(name: str, probing: Probe, target: Target) -> Check:
    """One probe, with what went wrong."""
    try:
        await probing(target)
    except (Wrong, OSError, InvalidStatus, ConnectionClosed) as fault:
        return Check(name, f"{type(fault).__name__}: {fault}" if not isinstance(fault, Wrong) else str(fault))
    return Check(name)


# --- the handshake ------------------------------------------------------------------------------------------------


@probe_that("the protocol that is offered is spoken")
async def _(target: Target) -> None:
    async with target.opened() as socket:
        if socket.connection.subprotocol != PROTOCOL:
            raise Wrong(f"{socket.connection.subprotocol} is spoken")


@probe_that("of the legacy protocol and the new one the new one is spoken")
async def _(target: Target) -> None:
    async with target.opened(LEGACY, PROTOCOL) as socket:
        if socket.connection.subprotocol != PROTOCOL:
            raise Wrong(f"{socket.connection.subprotocol} is spoken")


@probe_that("the legacy protocol alone is refused with 4406")
async def _(target: Target) -> None:
    async with target.opened(LEGACY) as socket:
        if socket.connection.subprotocol is not None:
            raise Wrong(f"{socket.connection.subprotocol} is spoken")
        await socket.closes(4406)


@probe_that("a socket without a protocol is refused with 4406")
async def _(target: Target) -> None:
    async with connect(target.url) as connection:
        await Socket(connection).closes(4406)


@probe_that("a page of a foreign origin gets no socket")
async def _(target: Target) -> None:
    try:
        async with target.opened(origin="https://elsewhere.example") as socket:
            await socket.send(type="connection_init", payload=target.credential)
            raise Wrong(f"it got {await socket.receive()}")
    except InvalidStatus as refused:
        if refused.response.status_code != 403:
            raise Wrong(f"it got {refused.response.status_code}") from None


@probe_that("a page of our own origin gets a socket")
async def _(target: Target) -> None:
    origin = target.url.replace("ws://", "http://", 1).removesuffix("/graphql")
    async with target.opened(origin=origin, init=True) as socket:
        await socket.lives()


# --- the beginning ------------------------------------------------------------------------------------------------


@probe_that("an init is acknowledged")
async def _(target: Target) -> None:
    async with target.opened(init=True):
        """Opening with an init is the probe."""


@probe_that("no init within 10 s closes with 4408, and not sooner")
async def _(target: Target) -> None:
    async with target.opened() as socket:
        begun = time.monotonic()
        await socket.closes(4408, 14)
        if time.monotonic() - begun < 9:
            raise Wrong(f"closed after {time.monotonic() - begun:.1f} s")


@probe_that("a second init closes with 4429")
async def _(target: Target) -> None:
    async with target.opened(init=True) as socket:
        await socket.send(type="connection_init")
        await socket.closes(4429)


@probe_that("two inits at once close with 4429")
async def _(target: Target) -> None:
    async with target.opened() as socket:
        await socket.send(type="connection_init", payload=target.credential)
        await socket.send(type="connection_init", payload=target.credential)
        await socket.closes(4429)


@probe_that("subscribing before the init closes with 4401")
async def _(target: Target) -> None:
    async with target.opened() as socket:
        await socket.subscribe("{ __typename }")
        await socket.closes(4401)


@probe_that("a credential that stands for nobody closes with 4403")
async def _(target: Target) -> None:
    async with target.opened() as socket:
        await socket.send(type="connection_init", payload={"authorization": "Bearer nonsense"})
        await socket.closes(4403)


def _closes_before_init(sentence: str, payload: Any) -> None:
    @probe_that(sentence)
    async def _(target: Target) -> None:
        async with target.opened() as socket:
            await socket.send(type="connection_init", payload=payload)
            await socket.closes(4400)


_closes_before_init("an init payload that is a text closes with 4400", "text")
_closes_before_init("an init payload that is a list closes with 4400", [])


# --- frames that are no messages ----------------------------------------------------------------------------------


def _closes_with_4400(what: str, frame: str | bytes) -> None:
    @probe_that(f"{what} closes with 4400")
    async def _(target: Target) -> None:
        async with target.opened(init=True) as socket:
            await socket.say(frame)
            await socket.closes(4400)


for _what, _frame in {
    "a frame that is no JSON": "{",
    "a frame that is a list": "[]",
    "a frame that is a text": '"ping"',
    "a frame that is a number": "5",
    "a frame that is null": "null",
    "a frame nested 10,000 deep": "[" * 10_000,
    "a binary frame": b'{"type":"ping"}',
    "a message without a type": '{"id":"1"}',
    "a message whose type is no text": '{"type":5}',
    "a message of an unknown type": '{"type":"start","id":"1","payload":{"query":"{ __typename }"}}',
    "a subscribe without an id": '{"type":"subscribe","payload":{"query":"{ __typename }"}}',
    "a subscribe whose id is a number": '{"type":"subscribe","id":1,"payload":{"query":"{ __typename }"}}',
    "a subscribe without a payload": '{"type":"subscribe","id":"1"}',
    "a subscribe whose payload is a text": '{"type":"subscribe","id":"1","payload":"{ __typename }"}',
    "a subscribe without a query": '{"type":"subscribe","id":"1","payload":{}}',
    "a subscribe whose query is a number": '{"type":"subscribe","id":"1","payload":{"query":5}}',
    "a subscribe whose variables are a list":
        '{"type":"subscribe","id":"1","payload":{"query":"{ __typename }","variables":[]}}',
    "a subscribe whose operationName is a number":
        '{"type":"subscribe","id":"1","payload":{"query":"{ __typename }","operationName":5}}',
    "a ping whose payload is a text": '{"type":"ping","payload":"text"}',
    "a complete without an id": '{"type":"complete"}',
}.items():  # fmt: skip
    _closes_with_4400(_what, _frame)


@probe_that("a frame over 1 MiB closes with 1009")
async def _(target: Target) -> None:
    async with target.opened(init=True) as socket:
        await socket.say('{"type":"ping","payload":{"text":"' + "x" * FRAME_BYTES_MAX + '"}}')
        await socket.closes(1009)


# --- pings --------------------------------------------------------------------------------------------------------


@probe_that("a ping is answered with its payload")
async def _(target: Target) -> None:
    async with target.opened(init=True) as socket:
        await socket.send(type="ping", payload={"sent": 12, "中": ["文"]})
        await socket.expects({"type": "pong", "payload": {"sent": 12, "中": ["文"]}})


@probe_that("a ping is answered before the init")
async def _(target: Target) -> None:
    async with target.opened() as socket:
        await socket.send(type="ping")
        await socket.expects({"type": "pong"})


@probe_that("a pong that nobody asked for is taken")
async def _(target: Target) -> None:
    async with target.opened(init=True) as socket:
        await socket.send(type="pong", payload={})
        await socket.lives()


@probe_that("the server pings every 20 s")
async def _(target: Target) -> None:
    async with target.opened(init=True) as socket:
        begun = time.monotonic()
        try:
            async with asyncio.timeout(24):
                message = orjson.loads(await socket.connection.recv())
        except TimeoutError:
            raise Wrong("none came in 24 s") from None
        if message != {"type": "ping"} or time.monotonic() - begun < 16:
            raise Wrong(f"{message} came after {time.monotonic() - begun:.1f} s")


# --- operations ---------------------------------------------------------------------------------------------------


@probe_that("a query is answered and completed")
async def _(target: Target) -> None:
    async with target.opened(init=True) as socket:
        await socket.lives()


@probe_that("operations of one socket do not wait for each other")
async def _(target: Target) -> None:
    async with target.opened(init=True) as socket:
        await socket.subscribe(target.watching, "stream")
        await socket.subscribe("{ __typename }", "query")
        while (message := await socket.receive())["id"] == "stream":
            continue
        if (message["id"], message["payload"].get("data")) != ("query", TYPENAME):
            raise Wrong(f"{message} came")


@probe_that("an id in use closes with 4409")
async def _(target: Target) -> None:
    async with target.opened(init=True) as socket:
        await socket.subscribe(target.watching)
        await socket.subscribe(target.watching)
        await socket.closes(4409)


@probe_that("an id may be used again after the server has completed it")
async def _(target: Target) -> None:
    async with target.opened(init=True) as socket:
        await socket.lives()
        await socket.lives()


@probe_that("an id may be used again after the client has completed it")
async def _(target: Target) -> None:
    async with target.opened(init=True) as socket:
        await socket.subscribe(target.watching, "again")
        await socket.send(id="again", type="complete")
        await socket.subscribe("{ __typename }", "again")
        for _ in range(20):
            message = await socket.receive()
            if (message.get("payload") or {}).get("data") == TYPENAME:
                return
        raise Wrong("the second operation was not answered")


@probe_that("completing what is not there is no fault")
async def _(target: Target) -> None:
    async with target.opened(init=True) as socket:
        await socket.send(id="nothing", type="complete")
        await socket.lives()


def _is_told(sentence: str, query: str, **more: Any) -> None:
    @probe_that(f"{sentence} is an error and the socket lives")
    async def _(target: Target) -> None:
        async with target.opened(init=True) as socket:
            await socket.subscribe(query, **more)
            await socket.fails()
            await socket.lives()


_is_told("a fault of syntax", "{")
_is_told("a fault of validation", "{ nothingOfTheKind }")
_is_told("an operationName that is not there", "query A { __typename }", operationName="B")
_is_told("a document of two operations without a name", "query A { __typename } query B { __typename }")
_is_told("a subscription that is not there", "subscription { nothingOfTheKind }")


@probe_that("a socket carries 100 operations; one more is refused and the socket lives")
async def _(target: Target) -> None:
    async with target.opened(init=True) as socket:
        for number in range(OPERATIONS_MAX):
            await socket.subscribe(target.watching, str(number))
        await socket.subscribe(target.watching, "one more")
        for _ in range(10_000):
            message = await socket.receive()
            if message.get("id") == "one more":
                break
        if message.get("type") != "error":
            raise Wrong(f"{message} came")
        await socket.send(id="0", type="complete")
        await socket.send(type="ping")
        while (await socket.receive()).get("type") != "pong":
            continue
