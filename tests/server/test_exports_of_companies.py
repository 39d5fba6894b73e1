"""Bulk exports of accounts whose roles are held in single companies: their own rows, runs and files."""

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg
import orjson
import pytest

from tests.conftest import run_apart
from tests.server.conftest import Serving, fill, serving_at
from tests.server.test_exports import EXPORT, ORDERS, RUN, asked, download, ended

# Accounts whose roles are held in single companies.
HELD = """
WITH held (name, role, company) AS (VALUES
  ('buyer-two', 'buyer', 2), ('quality-one', 'quality', 1), ('controller-both', 'controller', 1),
  ('controller-both', 'controller', 2), ('warehouse-one', 'warehouse', 1)
), made AS (
  INSERT INTO user_account (id, name, display_name, audience, locale)
  SELECT DISTINCT ON (name) gen_random_uuid(), name, name, 'STAFF', 'en' FROM held RETURNING id, name
)
INSERT INTO role_assignment (id, user_id, role, company_number, valid_from_at)
SELECT gen_random_uuid(), made.id, role, company, now() - interval '1 hour' FROM held JOIN made USING (name)
"""
MINE = "{ exportRuns { nodes { id status user { name } document } } }"


@pytest.fixture(scope="module")
def companies(clone_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A server with the background work over the sample group."""
    url = clone_database()
    run_apart(fill(url))

    async def hold() -> None:
        raw = await asyncpg.connect(url)
        await raw.execute(HELD)
        await raw.close()

    run_apart(hold())
    with serving_at(url, tmp_path_factory.mktemp("companies")) as made:
        yield made


@pytest.mark.parametrize(
    "who, document",
    [
        ("buyer-two", "{ purchaseOrders { nodes { id number totalDue { amount currency } supplier { code } } } }"),
        ("quality-one", "{ purchaseOrders { nodes { id totalDue { amount } lines { unitPrice { amount } } } } }"),
        ("controller-both", "{ stockBalances { nodes { id item { code } standardValue { amount currency } } } }"),
        ("buyer-two", "{ stockBalances { nodes { id item { code } standardValue { amount currency } } } }"),
    ],
)  # fmt: skip
async def test_a_role_held_in_a_company_exports_what_a_query_shows_it_there_and_no_more(
    companies: Serving, who: str, document: str
) -> None:
    run, address = await asked(companies, document, who)
    async with asyncio.timeout(20):
        while (state := (await companies.ask(RUN, who=who, id=run))["data"]["exportRun"])["status"] != "SUCCEEDED":
            assert state["status"] in ("QUEUED", "RUNNING"), state
            await asyncio.sleep(0.05)
    lines = [orjson.loads(line) for line in (await download(companies, address)).content.splitlines()]
    name = document.split()[1]
    shown: list[Any] = []
    after = None
    while True:
        first = "first: 100" if after is None else f'first: 100, after: "{after}"'
        page = await companies.ask(
            document.replace(name, f"{name}({first})").replace("nodes", "pageInfo { hasNextPage endCursor } nodes", 1),
            who=who,
        )
        found = page["data"][name]
        shown += found["nodes"]
        if not found["pageInfo"]["hasNextPage"]:
            break
        after = found["pageInfo"]["endCursor"]
    assert lines == shown
    assert lines, "a comparison of nothing shows nothing"
    assert [one["coordinate"] for one in state["withheld"]] == [
        one["coordinate"] for one in page.get("extensions", {}).get("withheld", [])
    ]


async def test_a_run_of_a_role_held_in_a_company_is_its_owners_alone(companies: Serving) -> None:
    run, address = await asked(companies, ORDERS, "buyer-two")
    for other in ("quality-one", "controller-both"):
        assert (await companies.ask(RUN, who=other, id=run))["data"]["exportRun"] is None
        mine = (await companies.ask(MINE, who=other))["data"]["exportRuns"]["nodes"]
        assert {one["user"]["name"] for one in mine if one["user"]} <= {other}
        assert run not in [one["id"] for one in mine]
        counted = await companies.ask("{ exportRuns { totalCount } }", who=other)
        assert counted["data"]["exportRuns"]["totalCount"] == len(mine)
        for field in ("signBulkExport", "cancelBulkExport"):
            refused = await companies.ask(
                f"mutation($id: ID!) {{ {field}(input: {{exportRun: {{id: $id}}}}) {{ userErrors {{ code }} }} }}",
                who=other, id=run,
            )  # fmt: skip
            assert refused["data"][field]["userErrors"] == [{"code": "NOT_FOUND"}]
    answer = await companies.ask(EXPORT, who="warehouse-one", input={"document": ORDERS})
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    await ended(companies, run)
    assert (await download(companies, address)).status_code == 200
    assert (await companies.ask(RUN, id=run))["data"]["exportRun"]["status"] == "SUCCEEDED"


async def test_events_of_runs_reach_their_owner_and_no_one_else_of_the_same_role(companies: Serving) -> None:
    watch = "subscription { exportRuns { kind exportRun { id status } } }"
    async with companies.socket("controller-both") as other, companies.socket("buyer-two") as own:
        for socket in (other, own):
            await socket.subscribe(watch)
        await asyncio.sleep(0.5)
        run, _ = await asked(companies, ORDERS, "buyer-two")
        told = [(await own.receive())["payload"]["data"]["exportRuns"] for _ in range(2)]
        assert [one["exportRun"]["id"] for one in told] == [run, run]
        its, _ = await asked(companies, ORDERS, "controller-both")
        assert (await other.receive())["payload"]["data"]["exportRuns"]["exportRun"]["id"] == its
    await ended(companies, run)
    await ended(companies, its)


async def test_a_role_lost_in_one_company_closes_the_files_written_with_it_though_it_is_kept_in_another(
    companies: Serving,
) -> None:
    run, address = await asked(companies, ORDERS, "controller-both")
    await ended(companies, run)
    assert (await download(companies, address)).status_code == 200
    raw = await asyncpg.connect(companies.database_url)
    role = "role = 'controller' AND company_number = 1"
    await raw.execute(f"UPDATE role_assignment SET valid_to_at = now() WHERE {role}")
    assert (await download(companies, address)).status_code == 404
    again, narrower = await asked(companies, ORDERS, "controller-both")
    await ended(companies, again)
    assert (await download(companies, narrower)).status_code == 200
    await raw.execute(f"UPDATE role_assignment SET valid_to_at = NULL WHERE {role}")
    assert (await download(companies, narrower)).status_code == 404
    assert (await download(companies, address)).status_code == 200
    await raw.close()


async def test_a_line_taken_out_of_the_policy_closes_the_files_written_under_it(companies: Serving) -> None:
    run, address = await asked(companies, ORDERS, "buyer-two")
    await ended(companies, run)
    assert (await download(companies, address)).status_code == 200
    raw = await asyncpg.connect(companies.database_url)
    line = "role = 'buyer' AND target = 'procurement' AND action = 'READ'"
    for tier, status in (("INTERNAL", 404), ("COMMERCIAL", 200)):
        await raw.execute(f"UPDATE policy_rule SET tier = '{tier}' WHERE {line}")
        await raw.execute("UPDATE policy_version SET version = version + 1")
        assert (await download(companies, address)).status_code == status
    await raw.close()
