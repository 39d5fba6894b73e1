"""`python -m bench.watch`: one process, thousands of listeners, one real event at a time.

An event is an alert that somebody acknowledges through the graph, over HTTP; its time runs from the moment the mutation
is sent until the last listener has it, so the commit, the sequencer, the read and the fan-out are all in it. The server
runs on one core, PostgreSQL and the listeners on the other. Memory is the server's VmRSS. Strawberry's own handler
stands beside it, without a database and without permissions, at sizes it can bear.
"""

import asyncio
import json
import os
import resource
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any
from urllib.request import Request, urlopen

import asyncpg

from bench.processes import OTHER_CORE, SERVE, SERVER_CORE, cpu_seconds, reached, running, spread
from bench.watch.data import ACTING, ALERTS, LISTENERS, alert_id, fill, listener
from server.embedded import Embedded
from server.identity import issue_token
from server.signing import signing_key
from tests.memory import resident_mib

SIZES = [int(size) for size in os.environ.get("BENCH_LISTENERS", "1000,5000,10000").split(",")]
ORDINARY_SIZES = [int(size) for size in os.environ.get("BENCH_ORDINARY_LISTENERS", "1000").split(",")]
EVENTS = int(os.environ.get("BENCH_EVENTS", "5"))
GROUPS = 100
SECRET = "a secret of this benchmark, long enough"
PORT, ORDINARY_PORT = 8721, 8722

START_SECONDS_MAX = 180
CONNECT_SECONDS_MAX = 300
EVENT_SECONDS_MAX = 60
SETTLE_SECONDS = 1.5

# The goals: what one process may take, and when the last of ten thousand has an event.
RESIDENT_MIB_MAX = 500
SHARED_SECONDS_MAX = 0.5
GROUPS_SECONDS_MAX = 1.0
GOAL_LISTENERS = 10_000

DOCUMENT = "subscription {{ alerts {{ cursor kind alert {{ {key}number severity message messageZh }} }} }}"
ACKNOWLEDGE = "mutation($id: ID!) { acknowledgeAlert(input: {alert: {id: $id}}) { userErrors { code } } }"


@dataclass
class Measured:
    """What was found for one number of listeners of one kind."""

    name: str
    listeners: int
    kib_each: float = 0.0
    resident_mib: float = 0.0
    connect_cpu_ms: float = 0.0
    last_ms: dict[str, list[float]] = field(default_factory=dict)
    cpu_us: dict[str, list[float]] = field(default_factory=dict)


def bearer(name: str) -> str:
    """The credential of a user."""
    return f"Bearer {issue_token(signing_key(SECRET.encode()), name)}"


def documents(groups: int) -> list[str]:
    """As many different documents that ask for the same."""
    return [DOCUMENT.format(key="" if groups == 1 else f"n{number}: ") for number in range(groups)]


class Listeners:
    """A process full of listeners."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process

    def next_line(self, seconds: float) -> dict[str, Any]:
        """What it says next. Raises: SystemExit when it says nothing for so long."""
        assert self.process.stdout is not None
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            ready, _, _ = select.select([self.process.stdout], [], [], 0.5)
            if ready:
                line = self.process.stdout.readline()
                if not line:
                    raise SystemExit("the listeners ended")
                return json.loads(line)
        raise SystemExit(f"the listeners said nothing for {seconds} s")


@contextmanager
def listening(kind: str, port: int, count: int, told: Path) -> Iterator[Listeners]:
    """So many listeners, connected and heard by the server."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.watch.clients", kind, str(port), str(count), str(told)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        preexec_fn=lambda: os.sched_setaffinity(0, {OTHER_CORE}),  # noqa: PLW1509  no threads here
    )
    try:
        listeners = Listeners(process)
        listeners.next_line(CONNECT_SECONDS_MAX)
        time.sleep(SETTLE_SECONDS)
        yield listeners
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(30)


def post(port: int, path: str, body: dict[str, Any], **headers: str) -> Any:
    """The parsed answer to a POST."""
    given = {"content-type": "application/json", **headers}
    request = Request(f"http://127.0.0.1:{port}{path}", json.dumps(body).encode(), given)
    with urlopen(request, timeout=EVENT_SECONDS_MAX) as answer:
        return json.load(answer)


class Acknowledging:
    """Makes events happen in the graph: the next open alert is acknowledged."""

    def __init__(self) -> None:
        self._next = 0
        self._bearer = bearer(ACTING)

    def __call__(self) -> None:
        body = {"query": ACKNOWLEDGE, "variables": {"id": alert_id(self._next)}}
        self._next += 1
        assert self._next < ALERTS, "there are alerts left"
        answer = post(PORT, "/graphql", body, authorization=self._bearer)
        if answer.get("errors") or answer["data"]["acknowledgeAlert"]["userErrors"]:
            raise SystemExit(f"an alert cannot be acknowledged: {answer}")


def tell_ordinary() -> None:
    """Make an event happen in the ordinary handler."""
    post(ORDINARY_PORT, "/tell?number=AL-000001", {})


def measure(found: Measured, what: str, listeners: Listeners, pid: int, happen: Callable[[], None]) -> None:
    """The times of some events, after one that warms caches and shows that everyone is there."""
    happen()
    listeners.next_line(EVENT_SECONDS_MAX)
    for _ in range(EVENTS):
        time.sleep(0.3)
        cpu, began = cpu_seconds([pid]), time.monotonic()
        happen()
        last = listeners.next_line(EVENT_SECONDS_MAX)["last"]
        found.last_ms.setdefault(what, []).append((last - began) * 1e3)
        found.cpu_us.setdefault(what, []).append((cpu_seconds([pid]) - cpu) * 1e6 / found.listeners)


def connected(found: Measured, pid: int, before: tuple[float, float]) -> None:
    """What the connections took, beyond the memory and the CPU that were used before."""
    found.resident_mib = resident_mib(pid)
    found.kib_each = (found.resident_mib - before[0]) * 1_024 / found.listeners
    found.connect_cpu_ms = (cpu_seconds([pid]) - before[1]) * 1e3 / found.listeners


def ours(kind: str, count: int, url: str, folder: Path, happen: Acknowledging) -> Measured:
    """One process of ours: everyone with one document, then a hundred groups."""
    found = Measured(f"skein, {kind}", count)
    own = {"SKEIN_DATABASE_URL": url, "SKEIN_SECRET": SECRET, "SKEIN_PORT": str(PORT), "SKEIN_DATA_DIR": str(folder)}
    with running([sys.executable, "-c", SERVE], SERVER_CORE, **own) as server:
        wait_for(server, PORT, "/health/ready")
        happen()
        before = resident_mib(server.pid), cpu_seconds([server.pid])
        for groups, what in ((1, "shared"), (GROUPS, "groups")):
            told = folder / "told.json"
            bearers = [bearer(listener(number)) for number in range(LISTENERS)]
            told.write_text(json.dumps({"bearers": bearers, "queries": documents(groups), "path": "/graphql"}))
            with listening(kind, PORT, count, told) as listeners:
                if groups == 1:
                    connected(found, server.pid, before)
                measure(found, what, listeners, server.pid, happen)
                found.resident_mib = max(found.resident_mib, resident_mib(server.pid))
    return found


def ordinary(count: int, folder: Path) -> Measured:
    """Strawberry's own handler."""
    found = Measured("strawberry, socket", count)
    command = [
        sys.executable, "-m", "uvicorn", "--loop", "uvloop", "--http", "httptools", "--ws", "websockets",
        "--no-access-log", "--log-level", "warning", "--backlog", "4096",
        "--port", str(ORDINARY_PORT), "bench.watch.ordinary:app",
    ]  # fmt: skip
    with running(command, SERVER_CORE) as server:
        wait_for(server, ORDINARY_PORT, "/none")
        before = resident_mib(server.pid), cpu_seconds([server.pid])
        told = folder / "told.json"
        told.write_text(json.dumps({"bearers": [""], "queries": documents(1), "path": "/graphql"}))
        with listening("socket", ORDINARY_PORT, count, told) as listeners:
            connected(found, server.pid, before)
            measure(found, "shared", listeners, server.pid, tell_ordinary)
            found.resident_mib = max(found.resident_mib, resident_mib(server.pid))
    return found


def wait_for(server: "subprocess.Popen[bytes]", port: int, path: str) -> None:
    """Return once the server answers anything."""
    until = time.monotonic() + START_SECONDS_MAX
    while True:
        try:
            with urlopen(f"http://127.0.0.1:{port}{path}", timeout=5):
                return
        except OSError as reason:
            if getattr(reason, "code", 0) == 404:
                return
            if time.monotonic() > until or server.poll() is not None:
                raise
            time.sleep(0.2)


def report(all_found: list[Measured]) -> None:
    """The table, the ratios, and the goals beside what was reached."""
    print(f"\none event to all listeners, ms until the last has it: medians [range] of {EVENTS} events")
    for one in all_found:
        print(
            f"  {one.name:19} {one.listeners:6} listeners: {one.resident_mib:6.1f} MiB, {one.kib_each:5.1f} KiB and"
            f" {one.connect_cpu_ms:.2f} ms CPU to connect each"
        )
        for what, values in one.last_ms.items():
            print(f"      {what:7} last after {spread(values)} ms   CPU a delivery {spread(one.cpu_us[what])} us")
    compare(all_found)
    for one in all_found:
        if one.listeners == GOAL_LISTENERS and one.name.startswith("skein"):
            goals(one)


def compare(all_found: list[Measured]) -> None:
    """Strawberry's handler beside ours at the same size."""
    for other in all_found:
        mine = next(
            (one for one in all_found if one.name == "skein, socket" and one.listeners == other.listeners), None
        )
        if other.name.startswith("strawberry") and mine is not None:
            later = median(other.last_ms["shared"]) / median(mine.last_ms["shared"])
            dearer = median(other.cpu_us["shared"]) / median(mine.cpu_us["shared"])
            memory, connect = other.kib_each / mine.kib_each, other.connect_cpu_ms / mine.connect_cpu_ms
            print(
                f"  strawberry / skein at {other.listeners}: memory each {memory:.1f} x, CPU to connect {connect:.1f}"
                f" x, last {later:.1f} x, CPU a delivery {dearer:.1f} x"
            )


def goals(one: Measured) -> None:
    """The goals of the ten thousand."""
    shared, groups = median(one.last_ms["shared"]) / 1e3, median(one.last_ms["groups"]) / 1e3
    for what, value, most, unit in (
        (f"{one.listeners} listeners", one.resident_mib, RESIDENT_MIB_MAX, "MiB"),
        ("one event to all of one group", shared, SHARED_SECONDS_MAX, "s"),
        (f"one event to all of {GROUPS} groups", groups, GROUPS_SECONDS_MAX, "s"),
    ):
        print(f"  goal, {one.name}: {what} within {most} {unit}: {value:.3f} {unit} {reached(value <= most)}")


def main() -> None:
    """Run everything and print."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    all_found: list[Measured] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="skein-bench-")))
        os.sched_setaffinity(0, {OTHER_CORE})
        server = stack.enter_context(Embedded(folder / "server"))
        asyncio.run(_create(server))
        asyncio.run(fill(server.url("bench")))
        happen = Acknowledging()
        for count in SIZES:
            for kind in ("socket", "events"):
                print(f"{count} listeners, {kind} ...", flush=True)
                all_found.append(ours(kind, count, server.url("bench"), folder, happen))
        for count in ORDINARY_SIZES:
            print(f"{count} listeners, strawberry's handler ...", flush=True)
            all_found.append(ordinary(count, folder))
    report(all_found)


async def _create(server: Embedded) -> None:
    connection = await asyncpg.connect(server.url("postgres"))
    await connection.execute("CREATE DATABASE bench")
    await connection.close()


if __name__ == "__main__":
    main()
