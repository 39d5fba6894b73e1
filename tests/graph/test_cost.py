"""What an answer cost: counted to the object, and never more than the operation was said to cost before it ran."""

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
)

from authz.grants import compile_grants
from domain.core.database import Database
from domain.core.errors import RequestError
from resolvers.limits import LIST_ASSUMED
from resolvers.operation import Dispatcher
from resolvers.read import ReadRoad, counted
from resolvers.request import GraphRequest
from schema.graph import visible
from tests.graph.conftest import COMPANIES, POLICY, VIEWS, Asker, NoWriteRoad
from tests.graph.operations import Maker
from tests.graph.oracle import Eyes
from tests.graph.test_oracle import READERS, UNLIMITED, Bench, bench

__all__ = ["bench"]

CASES = 30

Fragments = Mapping[str, FragmentDefinitionNode]


def fields(sets: Sequence[SelectionSetNode], fragments: Fragments) -> Iterator[FieldNode]:
    """The fields selected, fragments followed."""
    for node in (node for one in sets for node in one.selections):
        match node:
            case FieldNode():
                yield node
            case InlineFragmentNode():
                yield from fields([node.selection_set], fragments)
            case FragmentSpreadNode():
                yield from fields([fragments[node.name.value].selection_set], fragments)


def answered(sets: Sequence[SelectionSetNode], data: Any, fragments: Fragments, lengths: list[int]) -> int:
    """The objects and counts of rows below `data`; the lengths of its lists that have no page go to `lengths`."""
    by_key: dict[str, list[FieldNode]] = {}
    for node in fields(sets, fragments):
        by_key.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
    found = 0
    for key, nodes in by_key.items():
        value, name = data.get(key), nodes[0].name.value
        found += name == "totalCount" and value is not None
        inner = [node.selection_set for node in nodes if node.selection_set]
        if inner and isinstance(value, list) and name not in ("nodes", "edges"):
            lengths.append(len(value))
        for one in value if isinstance(value, list) else [value]:
            if inner and one is not None:
                found += 1 + answered(inner, one, fragments, lengths)
    return found


def counts(document: DocumentNode, body: bytes) -> tuple[int, int]:
    """(objects and counts in the answer, length of its longest list without a page)."""
    definitions = document.definitions
    fragments = {one.name.value: one for one in definitions if isinstance(one, FragmentDefinitionNode)}
    [operation] = [one for one in definitions if isinstance(one, OperationDefinitionNode)]
    lengths = [0]
    found = answered([operation.selection_set], orjson.loads(body)["data"], fragments, lengths)
    return found, max(lengths)


@pytest.mark.parametrize("name", READERS)
async def test_an_answer_costs_its_objects_and_no_more_than_was_said(bench: Bench, name: str) -> None:
    actor = READERS[name]
    database = await Database.open(bench.url, 1)
    grants = compile_grants(POLICY, actor, COMPANIES)
    schema = visible(VIEWS[grants.audience])
    dispatcher = Dispatcher(lambda _: schema, read=ReadRoad(database), write=NoWriteRoad(), limits=UNLIMITED)
    start, compared, within = sorted(READERS).index(name) * 1_000_000 + 500_000, 0, 0
    try:
        for seed in range(start, start + CASES):
            query, variables = Maker(random.Random(seed), schema, Eyes(bench.tables, actor, grants)).operation()
            try:
                operation = dispatcher.prepare(GraphRequest(query=query, variables=variables), grants)
                answer = await dispatcher.run(operation, actor, grants)
            except RequestError:
                continue
            found, longest = counts(parse(query), answer.body)
            assert answer.cost == found, f"seed {seed}: {query}"
            compared += 1
            if longest <= LIST_ASSUMED:
                within += 1
                assert answer.cost <= operation.cost, f"seed {seed}: {query}"
    finally:
        await database.close()
    assert compared > CASES // 2
    assert within > compared // 2


async def test_a_page_costs_its_rows_and_what_they_hold(ask: Asker) -> None:
    actor, grants = ask.actor("auditor")
    queries = {
        "{ items(first: 3) { nodes { code } } }": 1 + 3,
        "{ items(first: 3) { edges { node { code } cursor } totalCount } }": 1 + 3 * 2 + 1,
        "{ items(first: 3) { nodes { code unit { code } } pageInfo { hasNextPage } } }": 1 + 3 * 2 + 1,
        "{ items { aggregate { count } } }": 2,
        "{ viewer { name } }": 1,
        "{ __typename }": 0,
        "{ __schema { queryType { name } } }": 1,
        '{ item(code: "none of ours") { code } }': 0,
    }
    found: dict[str, int] = {}
    for query in queries:
        answer = await ask.dispatcher.answer(GraphRequest(query=query), actor, grants)
        assert b"\n" not in answer.body
        found[query] = answer.cost
    assert found == queries


async def test_a_line_break_in_a_text_is_no_object(ask: Asker) -> None:
    actor, grants = ask.actor("auditor")
    query = "{ items(first: 1, orderBy: {field: CODE}) { nodes { name } } }"
    operation = ask.dispatcher.prepare(GraphRequest(query=query), grants)
    sql, values = await ask.road.statement(operation, actor, grants)
    async with ask.road.database.acquire() as connection:
        written = connection.raw.transaction()
        await written.start()
        await connection.raw.execute("UPDATE item SET name = E'one\\ntwo {\"three'")
        row = await connection.raw.fetchrow(sql, *values)
        await written.rollback()
    assert row is not None
    text, marks = counted(row["data"])
    assert (orjson.loads(text)["items"]["nodes"], marks) == ([{"name": 'one\ntwo {"three'}], 1 + 2)
