"""`python -m bench.reports`: reports against the size of the ledger, and the works W5 and W6.

`BENCH_REPORT_MILLIONS` names the sizes, in millions of journal lines and as many stock entries; 10 takes half an hour
to write and some gigabytes of disk. Each answer is the whole road in this process: parsed, validated, planned (from the
cache), one statement, the bytes; HTTP is not measured. CPU is that of this process and of PostgreSQL, from /proc.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from uuid import UUID

import orjson
from asyncpg import QueryCanceledError

from authz.audiences import views
from authz.grants import compile_grants
from authz.policy import Policy
from authz.tables import load_policy
from bench.reads.__main__ import children, cpu_seconds
from bench.reports.data import HEAVY, fill
from domain.core.actors import Actor, Audience
from domain.core.database import Database
from resolvers.operation import Dispatcher
from resolvers.read import ReadRoad
from resolvers.request import Answer, GraphRequest
from schema.graph import visible
from server.embedded import VOLATILE, Embedded

MILLIONS = [float(one) for one in os.environ.get("BENCH_REPORT_MILLIONS", "0.1,1").split(",")]
ROUNDS = int(os.environ.get("BENCH_REPORT_ROUNDS", "15"))
M = "{ amount currency }"
YEAR = 'from: "2026-01-01", to: "2026-12-31"'
MIDDLE = 'from: "2026-03-12", to: "2026-10-19"'
LEDGER = f'company: "ONE", account: "{HEAVY}", {YEAR}'
LINES = f"{{ nodes {{ occurredOn debit {M} credit {M} balance {M} entry {{ number }} }} }}"

TRIAL = f"{{ nodes {{ code account {{ name }} opening {M} debit {M} credit {M} closing {M} }} }}"
AGED = (
    f"{{ nodes {{ party {{ code }} openTotal {M} notDue {M} overdueFirst {M} overdueSecond {M} overdueThird {M} "
    f"overdueLast {M} }} }}"
)
ON_HAND = "nodes { item { code } quantity available }"
BY_BIN = "nodes { item { code } location { code } quantity } pageInfo { hasNextPage endCursor }"

QUESTIONS = {
    "trial balance, year": f"{{ trialBalance({YEAR}) {TRIAL} }}",
    "trial balance, from and to within months": f"{{ trialBalance({MIDDLE}) {TRIAL} }}",
    "ledger, first 100 lines": f"{{ accountLedger({LEDGER}, first: 100) {LINES} }}",
    "ledger, first 1,000 lines": f"{{ accountLedger({LEDGER}, first: 1000) {LINES} }}",
    "ledger, last 100 lines": f"{{ accountLedger({LEDGER}, last: 100) {LINES} }}",
    "ledger, 100 lines from the middle": f"{{ accountLedger({LEDGER}, first: 100, after: $CURSOR) {LINES} }}",
    "balance sheet": f'{{ balanceSheet(on: "2026-12-31", compareOn: "2026-06-30") {{ nodes {{ section amount {M} '
    f"compared {M} }} }} }}",
    "profit and loss": f"{{ profitAndLoss({MIDDLE}) {{ nodes {{ section amount {M} }} "
    f"aggregate {{ sum {{ result {M} }} }} }} }}",
    "on hand by item, now": f"{{ stockOnHand {{ {ON_HAND} }} }}",
    "on hand by item, 40 days ago": f'{{ stockOnHand(on: "2026-11-21") {{ {ON_HAND} }} }}',
    "on hand by item, 11 months ago": f'{{ stockOnHand(on: "2026-01-20") {{ {ON_HAND} }} }}',
    "aged items by party, now": f'{{ agedItems(on: "2027-01-31", side: RECEIVABLE) {AGED} }}',
    "aged items by party, 40 days ago": f'{{ agedItems(on: "2026-12-22", side: RECEIVABLE) {AGED} }}',
    "aged items by party, 10 months ago": f'{{ agedItems(on: "2026-03-31", side: RECEIVABLE) {AGED} }}',
    "stock movements of a month": '{ stockMovements(from: "2026-11-01", to: "2026-11-30") '
    "{ nodes { item { code } opening received issued closing } } }",
    "stock valuation": f'{{ stockValuation(on: "2026-12-10") {{ nodes {{ code quantity value {M} }} }} }}',
}
BY_BIN_NAME = "on hand by item and bin, 10,000 lines in 4 pages"
# CPU milliseconds of Tryton 8.2 over JSON-RPC for the same works, as measured by its own harness.
WORKS = (
    ("W5 trial balance of the year", "trial balance, year", 675),
    ("W5 1,000 lines with running balance", "ledger, first 1,000 lines", 2_430),
    ("W6 on hand per item", "on hand by item, now", 1_270),
    ("W6 on hand per item and bin", BY_BIN_NAME, 7_800),
)


@dataclass
class Sample:
    """Milliseconds of each answer, and CPU milliseconds of all of them together."""

    wall: list[float] = field(default_factory=list)
    cpu: float = 0.0

    @property
    def text(self) -> str:
        if not self.wall:
            return "no answer within the statement limit"
        first, _, last = quantiles(self.wall, n=4)
        return f"{median(self.wall):8.1f} ({first:.1f}-{last:.1f}) {self.cpu:7.1f}"


class Desk:
    """The graph over one database, asked in this process as an auditor."""

    def __init__(self, database: Database, policy: Policy) -> None:
        roles = {0: frozenset({"auditor"})}
        self._actor = Actor(id=UUID(int=1), name="bench", audience=Audience.STAFF, roles=roles)
        self._grants = compile_grants(policy, self._actor, (1,))
        schemas = views(policy)
        read = ReadRoad(database)
        self._dispatcher = Dispatcher(lambda grants: visible(schemas[grants.audience]), read=read, write=NoWrites())

    async def ask(self, query: str) -> bytes:
        answer = await self._dispatcher.answer(GraphRequest(query=query, variables={}), self._actor, self._grants)
        assert b'"errors"' not in answer.body[:200], answer.body[:500]
        return answer.body


class NoWrites:
    """The write road of a benchmark of reads."""

    async def answer(self, *_: Any) -> Answer:
        raise AssertionError("a benchmark of reads sent a mutation")


async def sample(work: Callable[[], Any], pids: list[int]) -> Sample:
    """A piece of work, once to warm up and then some rounds; none where it takes longer than a statement may."""
    found = Sample()
    try:
        await work()
    except QueryCanceledError:
        return found
    before = cpu_seconds(pids)
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await work()
        found.wall.append((time.perf_counter() - began) * 1e3)
    found.cpu = (cpu_seconds(pids) - before) * 1e3 / ROUNDS
    return found


async def middle_cursor(desk: Desk) -> str:
    """The cursor of a line of July."""
    text = await desk.ask(
        f'{{ accountLedger(company: "ONE", account: "{HEAVY}", from: "2026-07-01", to: "2026-12-31", first: 1) '
        "{ pageInfo { endCursor } } }"
    )
    return orjson.dumps(orjson.loads(text)["data"]["accountLedger"]["pageInfo"]["endCursor"]).decode()


async def by_bin(desk: Desk) -> int:
    """Every item in every bin, page by page; the number of lines."""
    count, after = 0, ""
    while True:
        page = orjson.loads(await desk.ask(f"{{ stockOnHand(by: LOCATION, first: 3300{after}) {{ {BY_BIN} }} }}"))
        shown = page["data"]["stockOnHand"]
        count += len(shown["nodes"])
        if not shown["pageInfo"]["hasNextPage"]:
            return count
        after = f', after: "{shown["pageInfo"]["endCursor"]}"'


async def measured(size: int) -> dict[str, Sample]:
    """Every question on books of that size."""
    with tempfile.TemporaryDirectory() as folder, Embedded(Path(folder), settings=VOLATILE) as server:
        began = time.perf_counter()
        await fill(server.url("postgres"), size)
        print(f"{size:>12,} lines written in {time.perf_counter() - began:.0f} s", flush=True)
        database = await Database.open(server.url("postgres"), 2)
        try:
            async with database.acquire() as connection:
                desk = Desk(database, await load_policy(connection))
            pids = children(os.getpid())
            cursor = await middle_cursor(desk)
            assert await by_bin(desk) == 10_000
            works = {
                name: lambda query=query: desk.ask(query.replace("$CURSOR", cursor))
                for name, query in QUESTIONS.items()
            } | {BY_BIN_NAME: lambda: by_bin(desk)}  # fmt: skip
            found: dict[str, Sample] = {}
            for name, work in works.items():
                found[name] = await sample(work, pids)
                print(f"{size:>12,} {name:52}", found[name].text, flush=True)
            return found
        finally:
            await database.close()


def main() -> None:
    """Print the curve."""
    sizes = [int(one * 1_000_000) for one in MILLIONS]
    columns: list[dict[str, Sample]] = []
    for size in sizes:
        columns.append(asyncio.run(measured(size)))
    print(f"\nmilliseconds: median (quartiles) and CPU of {ROUNDS} answers, warm, on ledgers of", end="")
    print(" and ".join(f" {size:,}" for size in sizes), "lines, and as many stock entries")
    for name in columns[0]:
        print(f"{name:52}", " | ".join(column[name].text for column in columns))
    for work, name, peer in WORKS:
        own = columns[0][name].cpu
        print(f"{work:40} {own:7.1f} ms CPU, the peer {peer:,}: {peer / own:.0f} times less")


if __name__ == "__main__":
    main()
