"""Server-sent events: the `graphql-sse` protocol in its distinct mode, one stream an operation.

A stream resumes by itself: every event carries its cursor as `id`, a browser sends the last one back in Last-Event-ID,
and that goes before the subscription's `after`. Lines end with LF. A comment every few seconds keeps proxies from
cutting the line.
"""

import asyncio
from collections import deque
from contextlib import suppress

import orjson
from graphql import OperationType

from resolvers.request import Operation
from resolvers.watch import Hub
from server.faults import error_entries, known_fault
from server.gate import Gate
from server.graph_http import EVENTS, Exchange
from server.sessions import BearerSession

KEEP_ALIVE_SECONDS = 15.0

# What may wait for a listener before it counts as too slow; a replay goes on when half of it is taken.
PENDING_BYTES_MAX = 4_194_304
PENDING_EVENTS_MAX = 2_000
# A listener that takes nothing at all for so long is gone, or as good as gone.
STALL_SECONDS = 30.0


class EventStreams:
    """Answers operations as streams of server-sent events."""

    def __init__(self, gate: Gate, hub: Hub) -> None:
        self._gate = gate
        self._hub = hub

    async def __call__(self, exchange: Exchange, operation: Operation, session: BearerSession) -> None:
        """Send the whole stream.

        Raises: what preparing the operation raises, before anything was sent.
        """
        stream = _Stream(exchange, session)
        if operation.node.operation is not OperationType.SUBSCRIPTION:
            answer = await self._gate.answer(operation, session)
            stream.offer("", answer.body.decode())
            stream.complete()
            await stream.run()
            return
        await self._gate.admit(operation, session)
        last = exchange.headers.get(b"last-event-id", b"").decode("latin-1")
        subscription = await self._hub.subscribe(operation, session, stream, resume=last or None)
        try:
            await stream.run()
        finally:
            self._hub.cancel(subscription)


class _Stream:
    """One open stream, as the sink of its results."""

    def __init__(self, exchange: Exchange, session: BearerSession) -> None:
        self._exchange = exchange
        self._session = session
        self._outgoing: deque[bytes] = deque()
        self._pending_bytes = 0
        self._wake = asyncio.Event()
        self._drained = asyncio.Event()
        self._drained.set()
        self._is_ended = False
        self._is_dropped = asyncio.Event()

    def offer(self, cursor: str, payload: str) -> bool:
        """Queue one execution result."""
        identifier = f"id: {cursor}\n" if cursor else ""
        return self._post(f"event: next\n{identifier}data: {payload}\n\n".encode())

    async def drained(self) -> None:
        """Return once less than half of what may wait is waiting."""
        await self._drained.wait()

    def complete(self) -> None:
        """Say that there is no more to come."""
        self._post(b"event: complete\ndata:\n\n")
        self._is_ended = True

    def end(self, fault: Exception) -> None:
        """Say what ended the operation."""
        trace_id = self._exchange.trace_id
        entries = error_entries(known_fault(fault, trace_id), trace_id, self._session.actor.locale)
        self._post(b"event: next\ndata: " + orjson.dumps({"errors": entries}) + b"\n\n")
        self.complete()

    def stop(self) -> None:
        """End the response without completing the operation: the client connects again and resumes."""
        self._is_ended = True
        self._wake.set()

    async def run(self) -> None:
        """Send until the stream ends or the client is gone."""
        exchange = self._exchange
        headers = exchange.shared_headers()
        headers.append((b"content-type", f"{EVENTS}; charset=utf-8".encode()))
        headers.append((b"x-accel-buffering", b"no"))
        exchange.started = True
        await exchange.send({"type": "http.response.start", "status": 200, "headers": headers})
        tasks = [
            asyncio.ensure_future(one) for one in (self._write(), _disconnected(exchange), self._is_dropped.wait())
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if not self._is_dropped.is_set():
            with suppress(OSError):
                await exchange.send({"type": "http.response.body", "body": b""})

    def _post(self, event: bytes) -> bool:
        self._outgoing.append(event)
        self._pending_bytes += len(event)
        if self._pending_bytes > PENDING_BYTES_MAX or len(self._outgoing) > PENDING_EVENTS_MAX:
            self._is_dropped.set()
            return False
        if self._pending_bytes > PENDING_BYTES_MAX // 2 or len(self._outgoing) > PENDING_EVENTS_MAX // 2:
            self._drained.clear()
        self._wake.set()
        return True

    async def _write(self) -> None:
        """Send what is queued, a comment when nothing is for a while; return after the completion."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(KEEP_ALIVE_SECONDS):
                    await self._wake.wait()
            self._wake.clear()
            if not self._outgoing:
                self._outgoing.append(b":\n\n")
                self._pending_bytes += 3
            while self._outgoing:
                event = self._outgoing.popleft()
                try:
                    async with asyncio.timeout(STALL_SECONDS):
                        await self._exchange.send({"type": "http.response.body", "body": event, "more_body": True})
                except TimeoutError:
                    self._is_dropped.set()
                    return
                self._pending_bytes -= len(event)
                if self._pending_bytes <= PENDING_BYTES_MAX // 2 and len(self._outgoing) <= PENDING_EVENTS_MAX // 2:
                    self._drained.set()
            if self._is_ended:
                return


async def _disconnected(exchange: Exchange) -> None:
    """Return when the client is gone."""
    while (await exchange.receive())["type"] != "http.disconnect":
        continue
