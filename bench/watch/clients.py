"""Thousands of listeners in one process: `python -m bench.watch.clients KIND PORT COUNT TOLD.json`.

KIND is `socket` or `events`; TOLD.json holds `{"bearers": [...], "queries": [...], "path": ...}`, taken in turn. Prints
a JSON line once all are connected, and one for each event that has reached all of them: the seconds of the system's
monotonic clock at which the first, the middle and the last had it. Ends when its input ends.
"""

import asyncio
import json
import resource
import socket
import struct
import sys
import time
from pathlib import Path
from typing import Any

import uvloop

# Listeners that connect at once: a burst, but one that fits the backlog of every contender.
AT_ONCE = 100
HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)
POST = (
    "POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nAccept: text/event-stream\r\n"
    "Authorization: {bearer}\r\nContent-Length: {length}\r\n\r\n{body}"
)


def frame(message: dict[str, Any]) -> bytes:
    """A masked text frame; the mask is zero, which the protocol allows and costs nothing."""
    payload = json.dumps(message).encode()
    size = len(payload)
    head = bytes([0x81, 0x80 | size]) if size < 126 else struct.pack("!BBH", 0x81, 0x80 | 126, size)
    return head + bytes(4) + payload


class Audience:
    """All listeners of the process, and the times at which the current event reached them."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.heard: list[list[float]] = []

    def hear(self, event: int) -> None:
        """One listener has the event of this number, counted from 0."""
        if event == len(self.heard):
            self.heard.append([])
        times = self.heard[event]
        times.append(time.monotonic())
        if len(times) == self.count:
            found = {"first": times[0], "middle": times[len(times) // 2], "last": times[-1]}
            print(json.dumps({"event": event, **found}), flush=True)


class Listener(asyncio.Protocol):
    """What sockets and event streams have in common: a place, a transport, a count."""

    def __init__(self, audience: Audience, first: bytes) -> None:
        self.audience = audience
        self.first = first
        self.events = 0
        self.buffer = b""
        self.connected: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        # Closed by reset, so that ten thousand addresses do not linger.
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport = transport
        transport.write(self.first)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.connected.done():
            self.connected.set_exception(ConnectionError("refused"))

    def told(self) -> None:
        """An event has come."""
        self.audience.hear(self.events)
        self.events += 1

    def ready(self) -> None:
        """The server listens to us."""
        if not self.connected.done():
            self.connected.set_result(None)


class Socket(Listener):
    """A listener over graphql-transport-ws."""

    def __init__(self, audience: Audience, first: bytes, opening: bytes) -> None:
        super().__init__(audience, first)
        self.opening = opening
        self.is_upgraded = False

    def data_received(self, data: bytes) -> None:
        data = self.buffer + data if self.buffer else data
        if not self.is_upgraded:
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self.buffer = data
                return
            assert data.startswith(b"HTTP/1.1 101"), data[:200]
            self.is_upgraded = True
            data = data[end + 4 :]
            self.transport.write(self.opening)
        at = 0
        while len(data) - at >= 2:
            size, head = data[at + 1], 2
            if size == 126:
                if len(data) - at < 4:
                    break
                size, head = int.from_bytes(data[at + 2 : at + 4], "big"), 4
            if len(data) - at < head + size:
                break
            self.message(data[at + head : at + head + size])
            at += head + size
        self.buffer = data[at:]

    def message(self, payload: bytes) -> None:
        """One message of the server."""
        if b'"next"' in payload:
            self.told()
        elif b'"pong"' in payload:
            # Answered in order: the subscription before it has been taken.
            self.ready()
        elif b'"error"' in payload:
            raise SystemExit(payload.decode())


class Events(Listener):
    """A listener to server-sent events."""

    def data_received(self, data: bytes) -> None:
        data = self.buffer + data if self.buffer else data
        if data.startswith(b"HTTP/1.1 200"):
            self.ready()
        parts = data.split(b"\n\n")
        self.buffer = parts.pop()
        for part in parts:
            if b"event: next" in part:
                if b'"errors"' in part:
                    raise SystemExit(part.decode())
                self.told()


def listener(kind: str, audience: Audience, port: int, bearer: str, told: dict[str, str]) -> Listener:
    """A listener that is not connected yet."""
    path, query = told["path"], told["query"]
    if kind == "events":
        body = json.dumps({"query": query})
        return Events(audience, POST.format(path=path, port=port, bearer=bearer, length=len(body), body=body).encode())
    opening = [
        {"type": "connection_init", "payload": {"Authorization": bearer}},
        {"type": "subscribe", "id": "1", "payload": {"query": query}},
        {"type": "ping"},
    ]
    return Socket(audience, HANDSHAKE.format(path=path, port=port).encode(), b"".join(map(frame, opening)))


async def main(kind: str, port: int, count: int, told: dict[str, Any]) -> None:
    """Connect, report, listen until the input ends."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    loop = asyncio.get_running_loop()
    audience = Audience(count)
    bearers, queries = told["bearers"], told["queries"]
    everyone: list[Listener] = []
    for start in range(0, count, AT_ONCE):
        made = [
            listener(
                kind, audience, port, bearers[n % len(bearers)],
                {"path": told["path"], "query": queries[n % len(queries)]},
            )
            for n in range(start, min(start + AT_ONCE, count))
        ]  # fmt: skip
        await asyncio.gather(*(loop.create_connection(lambda one=one: one, "127.0.0.1", port) for one in made))
        await asyncio.gather(*(one.connected for one in made))
        everyone += made
    print(json.dumps({"connected": len(everyone), "limit": soft}), flush=True)
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()
    for one in everyone:
        one.transport.abort()
    await asyncio.sleep(0.1)


if __name__ == "__main__":
    given = json.loads(Path(sys.argv[4]).read_text())
    uvloop.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), given))
