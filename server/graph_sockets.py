"""graphql-transport-ws: queries, mutations and subscriptions over one socket.

The protocol of the graphql-ws library, by the letter: by its close codes clients decide whether to come back. Faults of
an operation (syntax, validation, permission) are `error` messages and the socket lives; faults of the protocol close
it. A listener that does not keep up is dropped with 1013, upon which clients connect again and resume.
"""

import asyncio
from collections.abc import Awaitable, Mapping
from contextlib import suppress
from typing import Any, cast

import orjson
from graphql import OperationType
from strawberry.http.websocket_origin import is_same_origin

from domain.core.errors import RequestError
from resolvers.events import Rendered
from resolvers.request import GraphRequest, MalformedRequest
from resolvers.watch import Hub, Subscription
from server.faults import error_entries, known_fault, trace_of
from server.gate import Gate
from server.graph_http import Receive, Scope, Send, read_request
from server.heartbeats import Heartbeats
from server.outgoing import Held, Outgoing
from server.sessions import Authority, BearerSession, address_of

SUBPROTOCOL = "graphql-transport-ws"

# What the protocol fixes, or clients expect.
INIT_SECONDS = 10.0
PING_SECONDS = 20.0
CLOSE_SECONDS = 5.0
FRAME_BYTES_MAX = 1_048_576
OPERATIONS_MAX = 100
REASON_BYTES_MAX = 123
# Repeated in every message of its operation; clients count, or name them by a UUID.
ID_LENGTH_MAX = 200

PING = '{"type":"ping"}'

GOING_AWAY = 1001
TOO_LARGE = 1009
INTERNAL = 1011
TRY_AGAIN = 1013
BAD_REQUEST = 4400
UNAUTHORIZED = 4401
FORBIDDEN = 4403
SUBPROTOCOL_REFUSED = 4406
INIT_TIMEOUT = 4408
SUBSCRIBER_EXISTS = 4409
TOO_MANY_INITS = 4429


class TooManyOperations(RequestError):
    """A socket carries so many operations at most."""

    code = "SUBSCRIPTION_LIMIT"
    zh = "一个连接最多同时运行 {limit} 个操作。"
    en = "A socket carries at most {limit} operations at once."


class SocketClosed(Exception):
    """The socket is to be closed with this code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason.encode()[:REASON_BYTES_MAX].decode(errors="ignore")


class SocketEndpoint:
    """The ASGI application at /graphql for sockets."""

    def __init__(self, gate: Gate, authority: Authority, hub: Hub, *, origins: frozenset[str] = frozenset()) -> None:
        self.gate = gate
        self.authority = authority
        self.hub = hub
        self.heartbeats = Heartbeats(lambda: PING_SECONDS)
        self.held = Held()
        self._origins = origins
        # Sockets open now.
        self.count = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        headers: Mapping[bytes, bytes] = dict(scope["headers"])
        if not self._is_welcome(headers):
            # Before the handshake: the browser of a foreign page sees 403 and no socket.
            await send({"type": "websocket.close", "code": FORBIDDEN, "reason": "foreign origin"})
            return
        offered = SUBPROTOCOL in scope.get("subprotocols", ())
        await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL if offered else None})
        if not offered:
            await send({"type": "websocket.close", "code": SUBPROTOCOL_REFUSED, "reason": "Subprotocol not acceptable"})
            return
        socket = _Socket(self, scope, receive, send)
        # Those who called wait for the end and hold it so long; nobody looks into it again.
        scope.clear()
        self.count += 1
        try:
            await socket.run()
        finally:
            self.count -= 1

    def _is_welcome(self, headers: Mapping[bytes, bytes]) -> bool:
        """Whether the handshake comes from no browser, from our own pages, or from an allowed origin."""
        origin = headers.get(b"origin", b"").decode("latin-1")
        host = headers.get(b"host", b"").decode("latin-1")
        return not origin or origin in self._origins or is_same_origin(origin, host)


class _Socket:
    """One accepted socket."""

    __slots__ = (
        "_address", "_authorization", "_closing", "_deadline", "_endpoint", "_is_initialised", "_operations",
        "_outgoing", "_receive", "_send", "_session", "_trace_id",
    )  # fmt: skip

    def __init__(self, endpoint: SocketEndpoint, scope: Scope, receive: Receive, send: Send) -> None:
        headers: Mapping[bytes, bytes] = dict(scope["headers"])
        self._endpoint = endpoint
        self._address = address_of(scope)
        self._receive = receive
        self._send = send
        authorization = headers.get(b"authorization")
        self._authorization = authorization.decode("latin-1") if authorization else None
        self._trace_id = trace_of(headers.get(b"traceparent"))
        self._session: BearerSession | None = None
        self._is_initialised = False
        self._operations: dict[str, _Stream] = {}
        self._outgoing = Outgoing[str](self._send_text, self._too_slow, endpoint.held)
        self._outgoing.begin()
        self._closing: SocketClosed | None = None
        # Ends the reading: at first when nothing is initialised in time, later when we close.
        self._deadline: asyncio.Timeout | None = None

    async def run(self) -> None:
        """Serve until either side closes."""
        self._endpoint.heartbeats.add(self._ping)
        closing: SocketClosed | None = None
        try:
            async with asyncio.timeout(INIT_SECONDS) as self._deadline:
                await self._read()
        except SocketClosed as fault:
            closing = fault
        except OSError as fault:
            # A time-out is one of these: ours, unless it came from below.
            if self._deadline is not None and self._deadline.expired():
                closing = SocketClosed(INIT_TIMEOUT, "Connection initialisation timeout")
            elif isinstance(fault, TimeoutError):
                closing = self._failed(fault)
        except Exception as fault:
            closing = self._failed(fault)
        finally:
            self._deadline = None
            self._endpoint.heartbeats.remove(self._ping)
            self._outgoing.stop()
            for stream in list(self._operations.values()):
                stream.cancel()
        closing = self._closing or closing
        if closing is not None:
            # A peer that takes nothing must not hold the task: the transport then ends with the connection.
            with suppress(TimeoutError, OSError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await self._send({"type": "websocket.close", "code": closing.code, "reason": closing.reason})

    def _failed(self, fault: Exception) -> SocketClosed:
        known_fault(fault, self._trace_id)
        return SocketClosed(INTERNAL, "internal error")

    # --- outgoing -------------------------------------------------------------------------------------------------

    def post(self, frame: str) -> bool:
        """Send a frame; False when the listener has fallen too far behind, and is then dropped."""
        return self._outgoing.post(frame)

    async def drained(self) -> None:
        """Return once less than half of what may wait is waiting."""
        await self._outgoing.drained()

    def close(self, closing: SocketClosed) -> None:
        """Close the socket without sending what waits."""
        if self._closing is None:
            self._closing = closing
            self._outgoing.stop()
            if self._deadline is not None:
                self._deadline.reschedule(asyncio.get_running_loop().time())

    def _send_text(self, frame: str) -> Awaitable[None]:
        return self._send({"type": "websocket.send", "text": frame})

    def _too_slow(self) -> None:
        self.close(SocketClosed(TRY_AGAIN, "SLOW_CONSUMER"))

    def _ping(self) -> None:
        """Keep the socket alive through proxies, and learn when its peer is gone."""
        if self._is_initialised:
            self.post(PING)

    # --- incoming -------------------------------------------------------------------------------------------------

    async def _read(self) -> None:
        # No name is given to a message: it would be kept until the next one comes.
        while await self._take_from(await self._receive()):
            continue

    async def _take_from(self, received: Mapping[str, Any]) -> bool:
        """Take what was received; False when the peer is gone."""
        if received["type"] == "websocket.disconnect":
            return False
        await self._take(_message(received.get("text")))
        return True

    async def _take(self, message: dict[str, Any]) -> None:
        match message.get("type"):
            case "connection_init":
                await self._begin(_payload(message))
            case "ping":
                echo = _payload(message)
                self.post(
                    '{"type":"pong"}' if echo is None else orjson.dumps({"type": "pong", "payload": echo}).decode()
                )
            case "pong":
                _payload(message)
            case "subscribe":
                self._subscribe(message)
            case "complete":
                stream = self._operations.get(_id(message))
                if stream is not None:
                    stream.cancel()
            case other:
                raise SocketClosed(BAD_REQUEST, f"Invalid message type {other!r}")

    async def _begin(self, payload: dict[str, Any] | None) -> None:
        if self._is_initialised:
            raise SocketClosed(TOO_MANY_INITS, "Too many initialisation requests")
        self._is_initialised = True
        if self._deadline is not None and self._closing is None:
            self._deadline.reschedule(None)
        given = next((value for key, value in (payload or {}).items() if key.lower() == "authorization"), None)
        if given is not None and not isinstance(given, str):
            raise SocketClosed(BAD_REQUEST, "authorization is not a string")
        try:
            self._session = await BearerSession.begin(
                self._endpoint.authority, given or self._authorization, self._address
            )
        except RequestError as refused:
            raise SocketClosed(FORBIDDEN, refused.code) from refused
        self.post('{"type":"connection_ack"}')

    def _subscribe(self, message: dict[str, Any]) -> None:
        id_, payload = _id(message), _payload(message)
        if self._session is None:
            raise SocketClosed(UNAUTHORIZED, "Unauthorized")
        if id_ in self._operations:
            raise SocketClosed(SUBSCRIBER_EXISTS, f"Subscriber for {id_} already exists")
        try:
            request = read_request(payload, self._trace_id)
        except MalformedRequest as fault:
            raise SocketClosed(BAD_REQUEST, fault.message()) from fault
        if len(self._operations) >= OPERATIONS_MAX:
            self._fault(id_, TooManyOperations(limit=OPERATIONS_MAX))
            return
        stream = self._operations[id_] = _Stream(self, id_)
        stream.task = asyncio.create_task(self._serve(stream, request, self._session))

    async def _serve(self, stream: "_Stream", request: GraphRequest, session: BearerSession) -> None:
        """Answer one operation, or begin its stream; a fault becomes its `error` message."""
        endpoint = self._endpoint
        try:
            await session.refresh()
            operation = endpoint.gate.prepare(request, session)
            if operation.node.operation is OperationType.SUBSCRIPTION:
                await endpoint.gate.admit(operation, session)
                stream.requested = operation.cost
                stream.subscription = await endpoint.hub.subscribe(operation, session, stream)
                stream.task = None
                return
            answer = await endpoint.gate.answer(operation, session)
            stream.answer(answer.body)
            stream.complete()
        except Exception as fault:
            stream.end(fault)

    def forget(self, id_: str) -> None:
        """The operation has ended; its id may be used again."""
        self._operations.pop(id_, None)

    def _fault(self, id_: str, fault: BaseException) -> None:
        locale = self._session.actor.locale if self._session else "en"
        entries = error_entries(known_fault(fault, self._trace_id), self._trace_id, locale)
        self.post(orjson.dumps({"id": id_, "type": "error", "payload": entries}).decode())

    def told(self, rendered: Rendered, requested: int) -> str:
        """An event's result with what its client paid."""
        assert self._session is not None, "a stream begins after the init"
        return self._endpoint.gate.told(rendered, self._session, requested)

    def hub_cancel(self, subscription: Subscription) -> None:
        """Stop a stream at its source."""
        self._endpoint.hub.cancel(subscription)

    def fail(self, id_: str, fault: Exception) -> None:
        """Tell the client why an operation ended; a credential that no longer holds ends the socket too."""
        known = known_fault(fault, self._trace_id)
        if isinstance(known, RequestError) and known.code == "UNAUTHENTICATED":
            self.close(SocketClosed(FORBIDDEN, known.code))
            return
        self._fault(id_, fault)


class _Stream:
    """One operation of a socket, as the sink of its results."""

    __slots__ = ("_head", "_id", "_socket", "requested", "subscription", "task")

    def __init__(self, socket: _Socket, id_: str) -> None:
        self._socket = socket
        self._id = id_
        self._head = f'{{"id":{orjson.dumps(id_).decode()},"type":"next","payload":'
        self.requested = 0
        self.task: asyncio.Task[None] | None = None
        self.subscription: Subscription | None = None

    def offer(self, cursor: str, rendered: Rendered) -> bool:
        """Send the result of one event."""
        return self._socket.post(f"{self._head}{self._socket.told(rendered, self.requested)}}}")

    def answer(self, body: bytes) -> None:
        """Send the answer of an operation that is none of events."""
        self._socket.post(f"{self._head}{body.decode()}}}")

    async def drained(self) -> None:
        """Return once the listener has taken most of what was offered."""
        await self._socket.drained()

    def complete(self) -> None:
        """Say that there is no more to come."""
        self._socket.forget(self._id)
        self._socket.post(orjson.dumps({"id": self._id, "type": "complete"}).decode())

    def end(self, fault: Exception) -> None:
        """Say what ended the operation."""
        self._socket.forget(self._id)
        self._socket.fail(self._id, fault)

    def stop(self) -> None:
        """Close the socket; its client connects again, elsewhere or later, and resumes."""
        self._socket.close(SocketClosed(GOING_AWAY, "the server stops"))

    def cancel(self) -> None:
        """The client wants no more of it."""
        self._socket.forget(self._id)
        if self.task is not None:
            self.task.cancel()
        if self.subscription is not None:
            self._socket.hub_cancel(self.subscription)


def _message(text: str | None) -> dict[str, Any]:
    """The JSON object in a frame. Raises: SocketClosed 4400, 1009."""
    if text is None:
        raise SocketClosed(BAD_REQUEST, "Messages are text frames")
    if len(text) > FRAME_BYTES_MAX:
        raise SocketClosed(TOO_LARGE, "Message too large")
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError:
        message = None
    if not isinstance(message, dict):
        raise SocketClosed(BAD_REQUEST, "Messages are JSON objects")
    return cast(dict[str, Any], message)


def _payload(message: dict[str, Any]) -> dict[str, Any] | None:
    payload = message.get("payload")
    if payload is not None and not isinstance(payload, dict):
        raise SocketClosed(BAD_REQUEST, "payload is not an object")
    return cast(dict[str, Any] | None, payload)


def _id(message: dict[str, Any]) -> str:
    id_ = message.get("id")
    if not isinstance(id_, str) or not id_:
        raise SocketClosed(BAD_REQUEST, "id is not a string")
    if len(id_) > ID_LENGTH_MAX:
        raise SocketClosed(BAD_REQUEST, f"id is longer than {ID_LENGTH_MAX} characters")
    return id_
