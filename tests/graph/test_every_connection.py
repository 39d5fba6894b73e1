"""Statements: one for each connection of the graph, whatever the rows, with what hangs on each row."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

import asyncpg
import pytest
from graphql import GraphQLObjectType, get_named_type, is_leaf_type, is_required_argument

from domain.core.actors import Audience
from resolvers.catalog import STORED
from resolvers.limits import Limits
from schema.graph import visible
from tests.conftest import SEED, run_apart
from tests.graph.conftest import VIEWS, Asker, asker
from tests.graph.population import Population
from tests.graph.test_statements import _statements

SIZES = (1, 10, 100)
UNLIMITED = Limits(tokens=100_000, aliases=1_000, selections=100_000, cost=10**12)
VIEWED = visible(VIEWS[Audience.STAFF])

# Rows a table: few show that rows do not count, many that they do not at a hundred either.
FEW, MANY = 16, 110


def population(clone_database: Callable[[], str], rows: int) -> str:
    """A database with so many random rows in every exposed table."""
    url = clone_database()

    async def fill() -> None:
        connection = await asyncpg.connect(url)
        try:
            await Population(SEED, rows).load(connection)
        finally:
            await connection.close()

    run_apart(fill())
    return url


@pytest.fixture(params=[FEW, pytest.param(MANY, marks=pytest.mark.soak)])
async def populated(request: pytest.FixtureRequest, clone_database: Callable[[], str]) -> AsyncIterator[Asker]:
    """The graph over random rows."""
    url = await asyncio.to_thread(population, clone_database, request.param)
    async with asker(url, UNLIMITED) as found:
        yield found


def documents() -> Iterator[tuple[str, str]]:
    """(root, query) of each connection at the root: the columns of its rows, what they point at, and what points at
    them.
    """
    query = VIEWED.query_type
    assert query is not None
    for name, root in query.fields.items():
        entity = STORED.get(get_named_type(root.type).name.removesuffix("Connection"))
        if entity is None or not get_named_type(root.type).name.endswith("Connection"):
            continue
        type_ = VIEWED.type_map[entity.name]
        assert isinstance(type_, GraphQLObjectType)
        yield name, f"query($f: Int) {{ {name}(first: $f) {{ totalCount nodes {{ {_shown(type_)} }} }} }}"


def _shown(type_: GraphQLObjectType) -> str:
    parts: list[str] = []
    for name, field in type_.fields.items():
        named = get_named_type(field.type)
        if is_leaf_type(named):
            parts.append(name)
        elif named.name.endswith("Connection"):
            parts.append(f"{name}(first: 2) {{ totalCount nodes {{ id }} }}")
        elif isinstance(named, GraphQLObjectType) and not any(map(is_required_argument, field.args.values())):
            inner = [one for one, about in named.fields.items() if is_leaf_type(get_named_type(about.type))]
            parts.append(f"{name} {{ {' '.join(inner[:4])} }}")
    return " ".join(parts)


async def test_every_connection_is_one_statement_at_1_10_and_100_rows(
    populated: Asker, record_property: Callable[[str, object], None]
) -> None:
    who = populated.actor("auditor")
    counts: dict[str, list[int]] = {}
    shown = 0
    for name, query in documents():
        for size in SIZES:
            counts.setdefault(name, []).append(len(await _statements(populated, query, {"f": size})))
        rows = len(((await populated(query, {"f": SIZES[-1]}, who))["data"][name] or {"nodes": []})["nodes"])
        shown = max(shown, rows)
    assert {name: found for name, found in counts.items() if set(found) != {1}} == {}
    assert len(counts) > 60 and shown >= FEW
    record_property("figure", f"{len(counts)} connections: 1 statement each at 1, 10 and {shown} rows")
