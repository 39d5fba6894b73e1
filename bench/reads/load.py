"""A closed-loop load over keep-alive connections; drains before it counts, so that no request is left to the next
sample.

`python -m bench.reads.load PORT CONNECTIONS SECONDS BODIES.json` prints one JSON line.
"""

import asyncio
import json
import re
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvloop

# The slowest contender takes seconds for one answer; more than this is a fault.
DRAIN_SECONDS = 60

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


@dataclass
class Run:
    """What all connections share."""

    requests: list[bytes]
    until: float
    sent: int = 0
    faults: int = 0
    open: int = 0
    times: list[float] = field(default_factory=list)
    done: asyncio.Event = field(default_factory=asyncio.Event)


class Client(asyncio.Protocol):
    """One connection that sends its next request when the last is answered."""

    def __init__(self, run: Run) -> None:
        self.run = run

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.run.open += 1
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        self.run.open -= 1
        if self.run.open == 0:
            self.run.done.set()

    def _send(self) -> None:
        if time.perf_counter() >= self.run.until:
            self.transport.close()
            return
        self.buffer, self.wanted = b"", 0
        self.began = time.perf_counter()
        self.transport.write(self.run.requests[self.run.sent % len(self.run.requests)])
        self.run.sent += 1

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.wanted:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            found = LENGTH.search(self.buffer, 0, end)
            assert found is not None, "every contender sends a length"
            self.wanted = end + 4 + int(found[1])
        if len(self.buffer) >= self.wanted:
            self.run.times.append(time.perf_counter() - self.began)
            self.run.faults += not self.buffer.startswith(b"HTTP/1.1 200") or b'"errors"' in self.buffer
            self._send()


async def load(
    port: int, connections: int, seconds: float, bodies: list[dict[str, object]], headers: dict[str, str]
) -> dict[str, float]:
    """Requests per second, latencies in milliseconds, and the number of faulty answers."""
    more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    requests: list[bytes] = []
    for body in bodies:
        text = json.dumps(body).encode()
        head = "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        head += f"{more}Content-Length: {len(text)}\r\n\r\n"
        requests.append(head.encode() + text)
    began = time.perf_counter()
    run = Run(requests, began + seconds)
    loop = asyncio.get_running_loop()
    for _ in range(connections):
        await loop.create_connection(lambda: Client(run), "127.0.0.1", port)
    async with asyncio.timeout(seconds + DRAIN_SECONDS):
        await run.done.wait()
    took = time.perf_counter() - began
    times = sorted(run.times)
    return {
        "count": len(times),
        "rps": len(times) / took,
        "p50": times[len(times) // 2] * 1e3,
        "p99": times[int(len(times) * 0.99)] * 1e3,
        "faults": run.faults,
    }


if __name__ == "__main__":
    given = json.loads(Path(sys.argv[4]).read_text())
    print(
        json.dumps(
            uvloop.run(load(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), given["bodies"], given["headers"]))
        )
    )
