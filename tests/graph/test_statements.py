"""What an answer costs: one statement whatever the rows, few renders whatever the values, index scans whatever the
depth.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import asyncpg
import pytest

from domain.core.database import connect
from resolvers.nodes import Withheld
from resolvers.plan_cache import PlanCache, Prepared, Shaped
from resolvers.request import GraphRequest
from resolvers.sql import Statement
from tests.conftest import run_apart
from tests.graph import bulk
from tests.graph.conftest import Asker, asker

ORDERS = 6_000

DOCUMENTS = {
    "page": (
        "query($f: Int) { purchaseOrders(first: $f, orderBy: [{field: ORDERED_ON}]) { nodes { id number"
        " totalDue { amount currency }"
        " supplier { code name } company { code } lines { position unitPrice { amount currency }"
        " item { code unit { code } } } }"
        " pageInfo { hasNextPage endCursor } totalCount } }"
    ),
    "nested pages": (
        "query($f: Int) { parties(first: $f) { nodes { code legacyKeys { key } purchaseOrders(first: 3) { totalCount"
        " edges { cursor node { number lines { item { code } } } } } } } }"
    ),
    "figures": (
        "query($f: Int) { purchaseOrders(first: $f) { nodes { number } aggregate(groupBy: [SUPPLIER, STATUS]) { count"
        " groups { key { supplier { code } status } count sum { totalDue { amount currency } } } } } }"
    ),
    "many roots": (
        "query($f: Int) { items(first: $f) { nodes { code } } parties(first: $f) { nodes { code } }"
        " companies { totalCount }"
        ' purchaseOrder(number: "PO000001") { number } viewer { name } }'
    ),
}


@pytest.fixture(scope="session")
def bulk_url(clone_database: Callable[[], str]) -> str:
    """A database with thousands of orders; read only."""
    url = clone_database()

    async def fill() -> None:
        connection = await asyncpg.connect(url)
        try:
            await bulk.load(connection, ORDERS)
        finally:
            await connection.close()

    run_apart(fill())
    return url


@pytest.fixture
async def many(bulk_url: str) -> AsyncIterator[Asker]:
    """The graph over thousands of orders."""
    async with asker(bulk_url) as found:
        yield found


class Log:
    """The statements that a connection ran."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def __call__(self, record: Any) -> None:
        self.statements.append(record.query)


async def _statements(ask: Asker, query: str, variables: dict[str, Any]) -> list[str]:
    """The statements that one request ran, in a process that has answered it before."""
    await ask.text(query, variables)
    log = Log()
    async with ask.road.database.acquire() as connection:
        connection.raw.add_query_logger(log)  # type: ignore[attr-defined]  # asyncpg's own, which the house does not use
    try:
        await ask.text(query, variables)
        # asyncpg tells its loggers in the next turn of the loop.
        await asyncio.sleep(0)
    finally:
        async with ask.road.database.acquire() as connection:
            connection.raw.remove_query_logger(log)  # type: ignore[attr-defined]
    return log.statements


@pytest.mark.parametrize("name", DOCUMENTS)
async def test_a_planned_query_is_one_statement_at_1_10_and_100_rows(many: Asker, name: str) -> None:
    for rows in (1, 10, 100):
        assert len(await _statements(many, DOCUMENTS[name], {"f": rows})) == 1
    assert many.road.plans.renders == 1


async def test_a_thousand_requests_with_other_values_are_rendered_once(many: Asker) -> None:
    query = (
        "query($n: String!, $f: Int!, $days: DateRange, $codes: [String!]) { purchaseOrders(first: $f,"
        " filter: {number: {gt: $n},"
        " orderedOn: {between: $days}, supplier: {code: {in: $codes}}}) { nodes { number } } }"
    )
    for n in range(1_000):
        values = {
            "n": f"PO{n:06}",
            "f": 1 + n % 100,
            "days": {"from": "2020-01-01", "to": f"2021-0{1 + n % 9}-01"},
            "codes": [f"S{one:03}" for one in range(n % 5)],
        }
        await many.text(query, values)
    assert (many.road.plans.renders, many.road.plans.count) == (1, 1)


async def test_each_shape_and_each_signature_is_rendered_once(many: Asker) -> None:
    query = (
        "query($f: PurchaseOrderFilter, $o: [PurchaseOrderOrder!]) { purchaseOrders(first: 1, filter: $f,"
        " orderBy: $o) { nodes { totalDue { amount } } } }"
    )
    shapes: list[dict[str, Any]] = [
        {}, {"f": None}, {"f": {}}, {"f": {"number": {"eq": "PO000001"}}}, {"f": {"number": {"in": ["PO000001"]}}},
        {"f": {"status": {"eq": "PENDING"}}}, {"f": {"status": {"eq": "APPROVED"}}}, {"o": [{"field": "NUMBER"}]},
        {"o": [{"field": "NUMBER", "direction": "DESC"}]},
    ]  # fmt: skip
    readers = [many.actor("auditor"), many.actor("warehouse"), many.mixed({1: "buyer", 2: "warehouse"})]
    for _ in range(3):
        for shape in shapes:
            for who in readers:
                await many.text(query, shape, who)
    # A controller of all companies has an auditor's signature here: nothing new is rendered.
    await many.text(query, {}, many.actor("controller"))
    assert many.road.plans.renders == len(shapes) * len(readers)


def _prepared(size: int) -> Prepared:
    return Prepared(Statement("x" * size, ()), b"", (), tuple[Withheld]())


def test_the_plan_cache_is_bounded_by_count() -> None:
    cache = PlanCache(count_max=10, size_max=10_000)
    for number in range(100):
        shaped = cache.shaped(number, lambda: Shaped((), ()))
        cache.prepared(shaped, ((False, None, None),), lambda: _prepared(10))
    assert (len(cache), cache.count, cache.size, cache.renders) == (10, 10, 100, 100)
    # What was used last is still there.
    kept = cache.shaped(99, lambda: Shaped((), ()))
    cache.prepared(kept, ((False, None, None),), lambda: _prepared(10))
    assert cache.renders == 100


def test_the_plan_cache_is_bounded_by_size_and_by_the_plans_of_one_shape() -> None:
    cache = PlanCache(count_max=10, size_max=1_000)
    for number in range(8):
        shaped = cache.shaped(number, lambda: Shaped((), ()))
        cache.prepared(shaped, ((False, None, None),), lambda: _prepared(300))
    assert (cache.count, cache.size) == (3, 900)
    one = PlanCache(count_max=10, size_max=10_000)
    shaped = one.shaped("only", lambda: Shaped((), ()))
    for number in range(40):
        one.prepared(shaped, ((False, str(number), None),), lambda: _prepared(1))
    assert (len(one), one.count, len(shaped.plans)) == (1, 10, 10)


# --- what the database does with it -------------------------------------------------------------------------------


async def explain(ask: Asker, url: str, query: str, variables: dict[str, Any]) -> str:
    """How the database runs the statement of a query, under a generic plan as the house connects."""
    actor, grants = ask.actor("auditor")
    operation = ask.dispatcher.prepare(GraphRequest(query=query, variables=variables), grants)
    sql, values = await ask.road.statement(operation, actor, grants)
    connection = await connect(url)
    try:
        await connection.raw.execute(f"PREPARE q AS {sql}")
        given = ", ".join(f"'{{{','.join(map(str, one))}}}'" if isinstance(one, list) else f"'{one}'" for one in values)
        execute = f"EXECUTE q({given})" if given else "EXECUTE q"
        rows = await connection.raw.fetch(
            f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF) {execute}"
        )
        return "\n".join(row[0] for row in rows)
    finally:
        await connection.close()


def scans(plan: str, table: str) -> list[tuple[str, int, int]]:
    """How often each scan of a table ran, and how many rows it gave in all."""
    found = re.findall(rf"->  ([\w ]+?)(?: using \w+)? on {table} .*?rows=([\d.]+) loops=(\d+)", plan)
    return [(kind, round(float(rows) * int(loops)), int(loops)) for kind, rows, loops in found]


PAGE = (
    "query($f: Int, $c: Cursor) { purchaseOrders(first: $f, after: $c, orderBy: [{field: ORDERED_ON, direction: DESC}])"
    " { nodes { number supplier { code } lines { position item { code } } } pageInfo { hasNextPage endCursor } } }"
)


async def test_a_page_over_two_companies_is_one_bounded_index_scan_each(many: Asker, bulk_url: str) -> None:
    plan = await explain(many, bulk_url, PAGE, {"f": 20})
    assert scans(plan, "purchase_order") == [("Index Scan Backward", 42, 2)]
    assert "ix_purchase_order_company_id_ordered_on_id" in plan
    # Lines by their order's index, 20 orders of 5.
    assert scans(plan, "purchase_order_line") == [("Index Scan", 100, 20)]


async def test_a_page_after_a_deep_cursor_starts_there(many: Asker, bulk_url: str) -> None:
    query = (
        "query($c: Cursor) { purchaseOrders(first: 100, after: $c, orderBy: [{field: ORDERED_ON, direction:"
        " DESC}]) { pageInfo { endCursor } } }"
    )
    cursor = None
    for _ in range(30):
        cursor = (await many(query, {"c": cursor}))["data"]["purchaseOrders"]["pageInfo"]["endCursor"]
    plan = await explain(many, bulk_url, PAGE, {"f": 20, "c": cursor})
    assert scans(plan, "purchase_order") == [("Index Scan Backward", 42, 2)]
    condition = next(line for line in plan.splitlines() if "Index Cond" in line and "ordered_on" in line)
    assert "ROW(ordered_on, id) < ROW(" in condition
    assert "Rows Removed by Filter" not in plan


async def test_a_page_counted_from_the_end_reads_the_index_the_other_way(many: Asker, bulk_url: str) -> None:
    query = "query($f: Int) { purchaseOrders(last: $f, orderBy: [{field: NUMBER}]) { nodes { number } } }"
    plan = await explain(many, bulk_url, query, {"f": 20})
    assert scans(plan, "purchase_order") == [("Index Only Scan Backward", 40, 2)]


async def test_one_order_reads_one_order(many: Asker, bulk_url: str) -> None:
    query = (
        'query($n: String!) { purchaseOrder(number: $n, company: "SH") { number supplier { code } lines {'
        " position item { code } } } }"
    )
    plan = await explain(many, bulk_url, query, {"n": "PO000100"})
    assert scans(plan, "purchase_order") == [("Index Scan", 1, 1)]
    assert scans(plan, "purchase_order_line") == [("Index Scan", 5, 1)]


async def test_a_nested_page_is_a_bounded_scan_for_each_parent(many: Asker, bulk_url: str) -> None:
    query = "query($f: Int) { purchaseOrders(first: $f) { nodes { number receipts(first: 2) { nodes { number } } } } }"
    plan = await explain(many, bulk_url, query, {"f": 10})
    assert scans(plan, "goods_receipt")[0][1:] == (0, 10)
    assert scans(plan, "purchase_order") == [("Index Scan", 20, 2)]
