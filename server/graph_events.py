"""Server-sent events: the `graphql-sse` protocol in its distinct mode, one stream an operation.

A stream resumes by itself: every event carries its cursor as `id`, a browser sends the last one back in Last-Event-ID,
and that goes before the subscription's `after`. Lines end with LF. A comment every few seconds keeps proxies from
cutting the line.
"""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress

import orjson
from graphql import OperationType

from resolvers.events import Rendered
from resolvers.request import Operation
from resolvers.watch import Hub
from server.faults import error_entries, known_fault
from server.gate import Gate
from server.graph_http import EVENTS, Exchange
from server.heartbeats import Heartbeats
from server.outgoing import Held, Outgoing
from server.sessions import BearerSession

KEEP_ALIVE_SECONDS = 15.0
COMMENT = b":\n\n"


class EventStreams:
    """Answers operations as streams of server-sent events."""

    def __init__(self, gate: Gate, hub: Hub) -> None:
        self.gate = gate
        self._hub = hub
        self.heartbeats = Heartbeats(lambda: KEEP_ALIVE_SECONDS)
        self.held = Held()

    async def __call__(self, exchange: Exchange, operation: Operation, session: BearerSession) -> None:
        """Send the whole stream.

        Raises: what preparing the operation raises, before anything was sent.
        """
        stream = _Stream(self, exchange, session, operation.cost)
        if operation.node.operation is not OperationType.SUBSCRIPTION:
            answer = await self.gate.answer(operation, session)
            stream.answer(answer.body)
            stream.complete()
            await stream.run()
            return
        await self.gate.admit(operation, session)
        last = exchange.headers.get(b"last-event-id", b"").decode("latin-1")
        subscription = await self._hub.subscribe(operation, session, stream, resume=last or None)
        try:
            await stream.run()
        finally:
            self._hub.cancel(subscription)


class _Stream:
    """One open stream, as the sink of its results."""

    __slots__ = (
        "_endpoint", "_exchange", "_is_dropped", "_is_ended", "_outgoing", "_reading", "_requested", "_session",
    )  # fmt: skip

    def __init__(self, endpoint: EventStreams, exchange: Exchange, session: BearerSession, requested: int) -> None:
        self._requested = requested
        self._endpoint = endpoint
        self._exchange = exchange
        self._session = session
        self._outgoing = Outgoing[bytes](self._send, self._too_slow, endpoint.held)
        self._reading: asyncio.Timeout | None = None
        self._is_ended = False
        self._is_dropped = False

    def offer(self, cursor: str, rendered: Rendered) -> bool:
        """Queue the result of one event."""
        payload = self._endpoint.gate.told(rendered, self._session, self._requested)
        return self._outgoing.post(f"event: next\nid: {cursor}\ndata: {payload}\n\n".encode())

    def answer(self, body: bytes) -> None:
        """Queue the answer of an operation that is none of events."""
        self._outgoing.post(b"event: next\ndata: %b\n\n" % body)

    async def drained(self) -> None:
        """Return once less than half of what may wait is waiting."""
        await self._outgoing.drained()

    def complete(self) -> None:
        """Say that there is no more to come."""
        self._outgoing.post(b"event: complete\ndata:\n\n")
        self.stop()

    def end(self, fault: Exception) -> None:
        """Say what ended the operation."""
        trace_id = self._exchange.trace_id
        entries = error_entries(known_fault(fault, trace_id), trace_id, self._session.actor.locale)
        self._outgoing.post(b"event: next\ndata: " + orjson.dumps({"errors": entries}) + b"\n\n")
        self.complete()

    def stop(self) -> None:
        """End the response without completing the operation: the client connects again and resumes."""
        self._is_ended = True
        self._stop_reading()

    async def run(self) -> None:
        """Send until the stream ends or the client is gone."""
        exchange, heartbeats = self._exchange, self._endpoint.heartbeats
        headers = exchange.shared_headers()
        headers.append((b"content-type", f"{EVENTS}; charset=utf-8".encode()))
        headers.append((b"x-accel-buffering", b"no"))
        exchange.started = True
        await exchange.send({"type": "http.response.start", "status": 200, "headers": headers})
        self._outgoing.begin()
        heartbeats.add(self._comment)
        try:
            if not (self._is_ended or self._is_dropped):
                with suppress(TimeoutError):
                    async with asyncio.timeout(None) as self._reading:
                        await _disconnected(exchange)
            if self._is_ended:
                await self._outgoing.flushed()
        finally:
            self._reading = None
            heartbeats.remove(self._comment)
            self._outgoing.stop()
        if not self._is_dropped:
            with suppress(OSError):
                await exchange.send({"type": "http.response.body", "body": b""})

    def _send(self, event: bytes) -> Awaitable[None]:
        return self._exchange.send({"type": "http.response.body", "body": event, "more_body": True})

    def _too_slow(self) -> None:
        """The response ends in the middle, which its client sees as a broken line: it comes back and resumes."""
        self._is_dropped = True
        self._stop_reading()

    def _comment(self) -> None:
        self._outgoing.post(COMMENT)

    def _stop_reading(self) -> None:
        if self._reading is not None:
            self._reading.reschedule(asyncio.get_running_loop().time())
            self._reading = None


async def _disconnected(exchange: Exchange) -> None:
    """Return when the client is gone."""
    while (await exchange.receive())["type"] != "http.disconnect":
        continue
