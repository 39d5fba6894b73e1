"""`python -m bench.search`: what a search of items costs at so many items (BENCH_ITEMS, 300,000 unless given).

Each answer is the whole road in this process: parsed, validated, planned (from the cache), one statement, the bytes;
HTTP is not measured. CPU is that of this process and of PostgreSQL, from /proc. The items are made up of words that
come as unevenly as those of a catalogue: a tenth of all names hold the commonest word, a few hundred the rarest.
"""

import asyncio
import os
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg

from authz.audiences import views
from authz.grants import compile_grants
from authz.policy import baseline
from bench.processes import children, cpu_seconds, reached
from domain.core.actors import Actor, Audience
from domain.core.database import Database
from domain.core.ids import new_id
from migrations.tables import create_statements
from resolvers.operation import Dispatcher
from resolvers.read import ReadRoad
from resolvers.request import Answer, GraphRequest
from schema.graph import visible
from server.embedded import VOLATILE, Embedded

ITEMS = int(os.environ.get("BENCH_ITEMS", "300000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "15"))
GOAL_MILLISECONDS = 20

WORDS = (
    ("screw", "螺钉"), ("plate", "接骨板"), ("cortical", "皮质骨"), ("locking", "锁定"), ("titanium", "钛合金"),
    ("sterile", "无菌"), ("catheter", "导管"), ("suture", "缝合线"), ("cannulated", "空心"), ("forceps", "止血钳"),
    ("retractor", "拉钩"), ("syringe", "注射器"), ("drainage", "引流"), ("absorbable", "可吸收"), ("guidewire", "导丝"),
    ("intramedullary", "髓内钉"), ("laparoscopic", "腹腔镜"), ("hemostatic", "止血"), ("anastomosis", "吻合器"),
    ("endotracheal", "气管插管"),
)  # fmt: skip
# The n-th word is 1/n as common as the first; sizes make names differ as those of a catalogue do.
_FILL = """
INSERT INTO item (id, code, name, name_zh, description, kind, status, unit_id, make_or_buy)
SELECT gen_random_uuid(), 'IT-' || lpad(n::text, 7, '0'),
       initcap(a.en) || ' ' || b.en || ' ' || (n % 90) / 10.0 || ' x ' || n % 130 || ' mm',
       b.zh || a.zh || ' ' || (n % 90) / 10.0 || ' x ' || n % 130 || ' mm',
       'Made for ' || c.en || ' work, one a pouch', 'DEVICE', 'ACTIVE', $3, 'BUY'
FROM generate_series(1, $4::int) AS n,
LATERAL (SELECT floor(21 ^ ((hashint8(n) & 65535) / 65536.0))::int AS one,
                floor(21 ^ ((hashint8(n + 7000000) & 65535) / 65536.0))::int AS two,
                floor(21 ^ ((hashint8(n + 9000000) & 65535) / 65536.0))::int AS three) AS drawn,
LATERAL (SELECT ($1::text[])[one] AS en, ($2::text[])[one] AS zh) AS a,
LATERAL (SELECT ($1::text[])[two] AS en, ($2::text[])[two] AS zh) AS b,
LATERAL (SELECT ($1::text[])[three] AS en) AS c
"""

SEARCHES = (
    "IT-0123456", "123456", "screw", "cannulated screw 4.5", "titanium", "guidewire", "cortcal scrwe", "endotrachael",
    "皮质骨螺钉", "空心螺钉 4.5", "髓内盯", "钉", "s", "nothing of this kind",
)  # fmt: skip
FIND = "query($q: String) { items(search: $q, first: 20) { totalCount nodes { id code name nameZh status } } }"


async def fill(url: str) -> float:
    """Seconds to write the items with their index."""
    connection = await asyncpg.connect(url)
    try:
        for statement in create_statements():
            await connection.execute(statement)
        unit = new_id()
        await connection.execute(
            "INSERT INTO unit_of_measure (id, code, name, dimension) VALUES ($1, 'EA', 'Each', 'COUNT')", unit
        )
        began = time.perf_counter()
        await connection.execute(_FILL, [en for en, _ in WORDS], [zh for _, zh in WORDS], unit, ITEMS, timeout=3600)
        spent = time.perf_counter() - began
        await connection.execute("VACUUM ANALYZE", timeout=600)
        size = await connection.fetchval("SELECT pg_relation_size('ix_item_search')")
        print(f"{ITEMS:,} items in {spent:.0f} s, the index is {size / 2**20:.0f} MiB")
        return spent
    finally:
        await connection.close()


async def measure(url: str) -> None:
    """Print the cost of each search."""
    database = await Database.open(url, 1)
    policy = baseline()
    roles = {0: frozenset({"auditor"})}
    actor = Actor(id=new_id(), name="bench", audience=Audience.STAFF, roles=roles)
    grants = compile_grants(policy, actor, (1,))
    road = ReadRoad(database)
    seen = views(policy)
    dispatcher = Dispatcher(lambda one: visible(seen[one.audience]), read=road, write=NothingWritten())
    pids = children(os.getpid())
    print(f"{'':24}{'rows':>6}{'median ms':>12}{'CPU ms':>10}")
    try:
        for text in SEARCHES:
            request = GraphRequest(query=FIND, variables={"q": text})
            answer = await dispatcher.answer(request, actor, grants)
            times: list[float] = []
            before = cpu_seconds(pids)
            for _ in range(ROUNDS):
                began = time.perf_counter()
                answer = await dispatcher.answer(request, actor, grants)
                times.append((time.perf_counter() - began) * 1e3)
            cpu = (cpu_seconds(pids) - before) * 1e3 / ROUNDS
            rows = answer.body.partition(b'"totalCount":')[2].partition(b",")[0].decode()
            print(f"{text:24}{rows:>6}{median(times):12.2f}{cpu:10.2f}  {reached(cpu < GOAL_MILLISECONDS)}")
    finally:
        await database.close()


class NothingWritten:
    """The write road of a bench that only reads."""

    async def answer(self, *_: Any) -> Answer:
        raise AssertionError("a search writes nothing")


async def _run(url: str) -> None:
    await fill(url)
    await measure(url)


def main() -> None:
    """Write the items, search them, print."""
    with (
        tempfile.TemporaryDirectory(prefix="skein-bench-") as folder,
        Embedded(Path(folder), settings=VOLATILE, say=print) as server,
    ):
        asyncio.run(_run(server.url("postgres")))


if __name__ == "__main__":
    main()
