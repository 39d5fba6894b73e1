"""A search finds a row by the values that the actor may read, and by no other, whatever role asks."""

from collections.abc import Iterator

import orjson
import pytest

from authz.grants import compile_grants
from domain.core.actors import Actor
from resolvers.catalog import Entity, Leaf
from schema.graph import visible
from tests.graph.canaries import ROWS, Canary
from tests.graph.test_leaks import (
    ACTORS,
    POLICY,
    VIEWS,
    Graph,
    called,
    graph,
    leaked,
    lists,
    planted,
    reads_everywhere,
    sees_row,
)

__all__ = ["graph", "planted"]


def searches(actor: Actor, canaries: list[Canary]) -> Iterator[tuple[str, Entity, Canary]]:
    """(road, entity, canary) of every search that the actor is offered, for a value that stands in one column."""
    for root, entity in lists(visible(VIEWS[actor.audience])):
        for canary in canaries:
            source = entity.fields.get(canary.field) if canary.entity is entity else None
            sought = f'search: "{canary.text}"'
            if isinstance(source, Leaf) and source.column in entity.record.spec.search:
                yield f"{called(root, sought)} {{ totalCount nodes {{ id }} }}", entity, canary


@pytest.mark.parametrize("actor", ACTORS)
async def test_a_search_finds_by_what_the_actor_reads_and_by_nothing_else(graph: Graph, actor: Actor) -> None:
    grants = compile_grants(POLICY, actor, ROWS)
    tried = 0
    wrong: dict[str, str] = {}
    for road, entity, canary in searches(actor, graph.planted):
        text = await graph.ask(f"{{ {road} }}", actor, grants)
        answer = orjson.loads(text)
        codes = [error["extensions"]["code"] for error in answer.get("errors", ())]
        count = 0 if codes else next(iter(answer["data"].values()))["totalCount"]
        is_due = sees_row(actor, entity, canary.number) and reads_everywhere(actor, entity, entity.fields[canary.field])
        if count != int(is_due) or set(codes) - {"FIELD_NOT_READABLE"} or leaked(text, actor, graph.planted):
            wrong[road] = text[:500]
        tried += 1
    assert wrong == {}
    assert tried >= 2 * len(ROWS), "the test searches at all"
