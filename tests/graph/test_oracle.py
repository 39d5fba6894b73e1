"""Planned answers and executed ones are the same bytes, for many kinds of reader."""

import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import pytest
from graphql import get_named_type

from authz.grants import compile_grants
from domain.core.actors import Actor, Audience, Grants
from domain.core.database import Database
from domain.core.errors import RequestError
from domain.master_data.companies import Site
from domain.master_data.parties import Party
from resolvers.catalog import CATALOG
from resolvers.limits import Limits
from resolvers.operation import Dispatcher
from resolvers.read import ReadRoad
from resolvers.request import GraphRequest
from schema.graph import SCHEMA, visible
from tests.conftest import SEED, run_apart
from tests.factory import numbered
from tests.graph.conftest import COMPANIES, POLICY, VIEWS, NoWriteRoad
from tests.graph.operations import Maker
from tests.graph.oracle import Eyes, Tables, judge
from tests.graph.population import Population

CASES = 60
SOAK_CASES = 1_500
UNLIMITED = Limits(tokens=100_000, depth=40, aliases=1_000, directives=1_000, selections=100_000, cost=10**12)


def _actor(roles: dict[int, str], **more: Any) -> Actor:
    held = {company: frozenset({role}) for company, role in roles.items()}
    return Actor(id=UUID(int=1), name="reader", audience=more.pop("audience", Audience.STAFF), roles=held, **more)


PARTIES = frozenset(numbered(Party, number) for number in (1, 2, 3, 4))
READERS = {
    "auditor": _actor({0: "auditor"}),
    "controller of company 1": _actor({1: "controller"}),
    "buyer of company 2": _actor({2: "buyer"}),
    "hr": _actor({0: "hr"}),
    "hr of company 1, warehouse of company 2": _actor({1: "hr", 2: "warehouse"}),
    "supplier": _actor({0: "supplier"}, audience=Audience.SUPPLIER, partners=PARTIES),
    "customer": _actor({0: "customer"}, audience=Audience.CUSTOMER, partners=PARTIES),
    "warehouse of one site": _actor({0: "warehouse"}, sites=frozenset({numbered(Site, 2)})),
    "buyer of company 1, warehouse of company 2": _actor({1: "buyer", 2: "warehouse"}),
}


@dataclass
class Bench:
    """The populated database, its tables in memory, and the read road over it."""

    url: str
    tables: Tables


@pytest.fixture(scope="session")
def bench(clone_database: Callable[[], str]) -> Bench:
    """A database with random rows in every exposed table; read only."""
    url = clone_database()

    async def fill() -> Tables:
        connection = await asyncpg.connect(url)
        try:
            await Population(SEED).load(connection)
            return await Tables.read(connection)
        finally:
            await connection.close()

    return Bench(url, run_apart(fill()))


def test_the_population_has_rows_in_every_table(bench: Bench) -> None:
    assert {name for name, rows in bench.tables.rows.items() if len(rows) < 2} == set()


async def _compare(bench: Bench, actor: Actor, seeds: range, roots: tuple[str, ...] = ()) -> int:
    """The number of answers compared; fails at the first difference, naming the seed and the query."""
    database = await Database.open(bench.url, 1)
    grants: Grants = compile_grants(POLICY, actor, COMPANIES)
    schema = visible(VIEWS[grants.audience])
    dispatcher = Dispatcher(lambda _: schema, read=ReadRoad(database), write=NoWriteRoad(), limits=UNLIMITED)
    compared = 0
    try:
        for seed in seeds:
            query, variables = Maker(random.Random(seed), schema, Eyes(bench.tables, actor, grants), roots).operation()
            verdict = judge(schema, bench.tables, (actor, grants), query, variables)
            case = f"seed {seed}: {query}\n{orjson.dumps(variables).decode()}"
            try:
                answer = await dispatcher.answer(GraphRequest(query=query, variables=variables), actor, grants)
            except asyncpg.PostgresError as error:
                raise AssertionError(case) from error
            except RequestError as error:
                _is_justified(error, verdict.codes, bench, actor, grants, case)
                continue
            assert not verdict.codes, case
            assert answer.body.endswith(b'"data":' + verdict.data + b"}"), _difference(answer.body, verdict.data, case)
            told = orjson.loads(answer.body).get("extensions", {}).get("withheld", [])
            assert verdict.withheld <= {(one["coordinate"], tuple(one["path"])) for one in told}, case
            compared += 1
    finally:
        await database.close()
    return compared


def _is_justified(
    error: RequestError, codes: frozenset[str], bench: Bench, actor: Actor, grants: Grants, case: str
) -> None:
    """A refusal is the oracle's too, or names a field below rows that the oracle never came to."""
    if error.code in codes:
        return
    assert error.code in ("FIELD_NOT_READABLE", "NOT_FOUND"), (error, case)
    if error.code == "FIELD_NOT_READABLE":
        type_name, _, name = error.values["coordinate"].partition(".")
        entity = CATALOG[type_name]
        source = entity.fields[name]
        eyes = Eyes(bench.tables, actor, grants)
        target = getattr(source, "target", None)
        assert not eyes.reads_everywhere(entity, source, None) or (target and eyes.has_none(CATALOG[target])), (
            error,
            case,
        )


def _difference(body: bytes, data: bytes, case: str) -> str:
    got = body.partition(b'"data":')[2]
    place = next((index for index, (one, two) in enumerate(zip(got, data, strict=False)) if one != two), 0)
    start = max(0, place - 120)
    return f"{case}\nplanned  …{got[start : place + 120]!r}\nexecuted …{data[start : place + 120]!r}"


@pytest.mark.parametrize("name", READERS)
async def test_planned_answers_are_the_bytes_of_executed_ones(bench: Bench, name: str) -> None:
    start = sorted(READERS).index(name) * 1_000_000
    assert await _compare(bench, READERS[name], range(start, start + CASES)) > CASES // 2


REPORTS = tuple(
    name
    for name, field in SCHEMA._schema.query_type.fields.items()
    if (entity := CATALOG.get(get_named_type(field.type).name.removesuffix("Connection"))) and entity.report
)


@pytest.mark.parametrize("name", [name for name in READERS if name not in ("supplier", "customer")])
async def test_planned_reports_are_the_bytes_of_executed_ones(bench: Bench, name: str) -> None:
    start = sorted(READERS).index(name) * 1_000_000 + 500_000
    assert await _compare(bench, READERS[name], range(start, start + CASES), REPORTS) > CASES // 2


@pytest.mark.soak
@pytest.mark.parametrize("name", READERS)
async def test_a_flood_of_planned_answers_are_the_bytes_of_executed_ones(
    bench: Bench, name: str, record_property: Callable[[str, object], None]
) -> None:
    start = random.SystemRandom().randrange(10**9)
    cases = int(os.environ.get("SKEIN_ORACLE_CASES", SOAK_CASES))
    compared = await _compare(bench, READERS[name], range(start, start + cases))
    assert compared > cases // 2
    known = tuple(root for root in REPORTS if root in visible(VIEWS[READERS[name].audience]).query_type.fields)
    reports = await _compare(bench, READERS[name], range(start, start + cases), known) if known else 0
    assert not known or reports > cases // 2
    told = f"{compared} answers of {cases} operations and {reports} of reports are the same bytes"
    record_property("figure", f"{name}: {told}, the rest refused alike")
