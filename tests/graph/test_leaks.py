"""Nothing that an actor may not read leaves the graph, whatever road is tried.

Generated from the catalog: for each actor every road to every field is walked (selection, nested path, node, key,
filter, nested filter, order, aggregate, group), and the whole answer, errors included, is searched for values that
Casbin does not let the actor read. A use of a field that is not readable in every row's company is refused as such.

A road is written as a root field; those that must be answered are asked several at a time, those that must be refused
each alone.
"""

import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from uuid import UUID

import asyncpg
import orjson
import pytest
from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_required_argument,
)

from authz.audiences import views
from authz.grants import compile_grants
from authz.policy import baseline
from domain.core.actors import Actor, Audience, Grants
from domain.core.columns import GUARDED_TIERS
from domain.core.database import Database
from domain.core.errors import Refusal
from resolvers.catalog import CATALOG, STORED, Entity, Leaf, MoneyLeaf, Source, ToMany, ToOne
from resolvers.global_ids import encode_id
from resolvers.operation import Dispatcher, Invalid
from resolvers.read import ReadRoad, RowAsked
from resolvers.request import GraphRequest
from schema.derive import group_fields, upper
from schema.graph import SCHEMA, visible
from server.faults import fault_answer
from tests.conftest import run_apart
from tests.factory import numbered
from tests.graph.canaries import OWN_ROW, ROWS, Canary, may_read, plant, reads_its_own, text_of
from tests.graph.conftest import NoWriteRoad

POLICY = baseline()
VIEWS = views(POLICY)
TRACE = "0" * 32
# Twenty roots are allowed in a document; planning a long one costs no less than planning its parts.
ROADS_PER_DOCUMENT = 8
PARTY = numbered(CATALOG["Party"].record, OWN_ROW)

# A value of a scalar that no row holds, as a literal.
LITERALS = {
    "String": '"q99999z"', "Int": "7", "Decimal": '"7"', "Date": '"2001-01-01"', "DateTime": '"2001-01-01T00:00:00Z"',
    "Boolean": "true", "ID": '"x"',
}  # fmt: skip


def someone(name: str, *held: tuple[str, int]) -> Actor:
    """An actor who holds these (role, company) pairs; a partner acts for the party of row 1."""
    audience = POLICY.audiences[held[0][0]]
    roles: dict[int, frozenset[str]] = {}
    for role, company in held:
        roles[company] = roles.get(company, frozenset()) | {role}
    partners = frozenset() if audience is Audience.STAFF else frozenset({PARTY})
    return Actor(id=UUID(int=1), name=name, audience=audience, roles=roles, partners=partners)


# Staff who read fields in all, one or none of their companies, and a partner; every role alone is for the long run.
FAST = [
    someone("buyer in 1, warehouse in 2", ("buyer", 1), ("warehouse", 2)),
    someone("supplier", ("supplier", 0)),
]
SLOW = [
    *(someone(f"{role} in {company}", (role, company)) for role in sorted(POLICY.audiences) for company in (0, 1)),
    someone("controller in 1, quality in 2", ("controller", 1), ("quality", 2)),
    someone("hr in 1, group_admin in 2", ("hr", 1), ("group_admin", 2)),
    someone("sales in 2, auditor in 1", ("sales", 2), ("auditor", 1)),
]
ACTORS = [
    *(pytest.param(one, id=one.name) for one in FAST),
    *(pytest.param(one, id=one.name, marks=pytest.mark.soak) for one in SLOW),
]


@dataclass
class Graph:
    """The graph over the planted rows, asked as over the wire."""

    database: Database
    road: ReadRoad
    dispatcher: Dispatcher
    planted: list[Canary]

    async def ask(self, query: str, actor: Actor, grants: Grants) -> str:
        """The body as text, refusals included."""
        request = GraphRequest(query=query, trace_id=TRACE)
        try:
            return (await self.dispatcher.answer(request, actor, grants)).body.decode()
        except (Refusal, Invalid) as error:
            return fault_answer(error, TRACE, actor.locale).body.decode()

    async def row(self, entity: Entity, number: int, query: str, who: tuple[Actor, Grants]) -> str | None:
        """One row as payloads and events show it: `query` selects from its only root field."""
        operation = self.dispatcher.prepare(GraphRequest(query=query, trace_id=TRACE), who[1])
        nodes = [one for one in operation.node.selection_set.selections if isinstance(one, FieldNode)]
        asked = RowAsked(
            operation=operation, entity=entity, nodes=nodes, path=("payload",), actor=who[0], grants=who[1]
        )
        key = (number if entity.is_sharded else 0, numbered(entity.record, number))
        async with self.database.acquire() as connection:
            return (await self.road.row(connection, asked, key)).json


@pytest.fixture(scope="session")
def planted(clone_database: Callable[[], str]) -> tuple[str, list[Canary]]:
    """A database with the canaries; read only."""
    url = clone_database()

    async def fill() -> list[Canary]:
        connection = await asyncpg.connect(url)
        try:
            return await plant(connection)
        finally:
            await connection.close()

    return url, run_apart(fill())


@pytest.fixture
async def graph(planted: tuple[str, list[Canary]]) -> AsyncIterator[Graph]:
    """The graph, with its visible schemas."""
    database = await Database.open(planted[0], 2)
    road = ReadRoad(database)
    dispatcher = Dispatcher(lambda grants: visible(VIEWS[grants.audience]), read=road, write=NoWriteRoad())
    yield Graph(database, road, dispatcher, planted[1])
    await database.close()


# --- the roads, as documents ------------------------------------------------------------------------------------------


def members(schema: GraphQLSchema, name: str) -> frozenset[str]:
    """The fields or values that a type of the visible schema has; none when it does not exist."""
    type_ = schema.get_type(name)
    if isinstance(type_, GraphQLObjectType | GraphQLInputObjectType):
        return frozenset(type_.fields)
    return frozenset(type_.values) if isinstance(type_, GraphQLEnumType) else frozenset()


def roots(schema: GraphQLSchema) -> Iterator[tuple[str, str]]:
    """(root field, name of its type)."""
    assert schema.query_type is not None
    for name, field in schema.query_type.fields.items():
        yield name, get_named_type(field.type).name


# What reports are asked with: all of time, for row 1.
REQUIRED = {
    "from": "1900-01-01", "to": "3000-12-31", "on": "3000-12-31", "company": text_of("Company", "code", 1),
    "account": text_of("Account", "code", 1), "side": "RECEIVABLE",
    "run": text_of("ConsolidationRun", "number", 1), "budget": text_of("Budget", "code", 1),
    "request": text_of("RequestForQuotation", "number", 1), "item": text_of("Item", "code", 1),
    "lot": text_of("Lot", "number", 1), "direction": "FORWARD",
    "customer": text_of("Party", "code", 1), "quantity": "1", "currency": "USD",
    "order": text_of("SalesOrder", "number", 1),
}  # fmt: skip


def called(root: str, *given: str) -> str:
    """The root with these arguments, and those without which it cannot be asked."""
    query = SCHEMA._schema.query_type
    assert query is not None
    needed = {name: one for name, one in query.fields[root].args.items() if is_required_argument(one)}
    together = ", ".join((*(f"{name}: {written(one, REQUIRED[name])}" for name, one in needed.items()), *given))
    return f"{root}({together})" if together else root


def written(argument: GraphQLArgument, value: str) -> str:
    """The value as the document says it: an enum's without quotes."""
    return value if isinstance(get_named_type(argument.type), GraphQLEnumType) else f'"{value}"'


def mark(entity: Entity) -> str:
    """A field that every row of the entity answers."""
    return "id" if entity.report is None else "__typename"


def leaves(schema: GraphQLSchema, entity: Entity) -> str:
    """A selection of every visible value of the entity."""
    shown = members(schema, entity.name)
    parts = [mark(entity)]
    for source in entity.fields.values():
        if source.name in shown and isinstance(source, Leaf):
            parts.append(source.name)
        elif source.name in shown and isinstance(source, MoneyLeaf):
            parts.append(f"{source.name} {{ amount currency }}")
    return " ".join(parts)


def related(schema: GraphQLSchema, source: ToOne | ToMany) -> str:
    """A selection of the values behind a relation."""
    inner = leaves(schema, CATALOG[source.target])
    if isinstance(source, ToMany) and not source.is_list:
        return f"{source.name}(first: 5) {{ totalCount nodes {{ {inner} }} }}"
    return f"{source.name} {{ {inner} }}"


def lists(schema: GraphQLSchema) -> Iterator[tuple[str, Entity]]:
    """(root field, entity) of the root connections."""
    for root, type_name in roots(schema):
        entity = CATALOG.get(type_name.removesuffix("Connection"))
        if entity is not None and type_name != entity.name:
            yield root, entity


def reading(schema: GraphQLSchema) -> Iterator[str]:
    """Roads that only select: lists, edges, nested paths, nodes."""
    for root, entity in lists(schema):
        values, shown = leaves(schema, entity), members(schema, entity.name)
        yield f"{called(root, 'first: 5')} {{ totalCount edges {{ node {{ {values} }} }} nodes {{ {values} }} }}"
        for source in entity.fields.values():
            if source.name in shown and isinstance(source, ToOne | ToMany):
                yield f"{called(root, 'first: 5')} {{ nodes {{ {mark(entity)} {related(schema, source)} }} }}"
    for entity in STORED.values():
        if schema.get_type(entity.name) is not None:
            for number in ROWS:
                id_ = encode_id(entity, number, numbered(entity.record, number))
                yield f'node(id: "{id_}") {{ ... on {entity.name} {{ {leaves(schema, entity)} }} }}'


def finding(schema: GraphQLSchema, planted: list[Canary]) -> Iterator[tuple[str, Canary]]:
    """Roads that find the row that is not the partner's own by its business key."""
    keys = {(one.entity.name, one.field): one for one in planted if one.number != OWN_ROW}
    for root, type_name in roots(schema):
        entity = CATALOG.get(type_name)
        key = entity.key_field if entity else None
        if entity is not None and key is not None and (entity.name, key) in keys:
            canary = keys[entity.name, key]
            yield f'{root}({key}: "{canary.text}") {{ {leaves(schema, entity)} }}', canary


def condition(source: Source) -> str:
    """A condition on the field."""
    if isinstance(source, MoneyLeaf):
        return '{ amount: { gt: "1" } }'
    if isinstance(source, Leaf) and source.scalar.value in LITERALS:
        return f"{{ eq: {LITERALS[source.scalar.value]} }}"
    return "{ isNull: false }"


def filtering(schema: GraphQLSchema, root: str, entity: Entity, source: Source) -> Iterator[str]:
    """Roads that filter by the field."""
    if source.name in members(schema, f"{entity.name}Filter") and not isinstance(source, ToMany):
        met = f"{{ {source.name}: {condition(source)} }}"
        yield f"{called(root, f'filter: {met}')} {{ totalCount }}"
        yield f"{called(root, f'filter: {{ not: {{ or: [{met}] }} }}')} {{ nodes {{ {mark(entity)} }} }}"


def ordering(schema: GraphQLSchema, root: str, entity: Entity, source: Source) -> Iterator[str]:
    """Roads that order by the field."""
    if upper(source.name) in members(schema, f"{entity.name}OrderField"):
        yield f"{root}(orderBy: [{{ field: {upper(source.name)} }}]) {{ nodes {{ id }} }}"


def measuring(schema: GraphQLSchema, root: str, entity: Entity, source: Source) -> Iterator[str]:
    """Roads that aggregate the field."""
    money = " { amount currency }" if isinstance(source, MoneyLeaf) else ""
    for operation, kind in (("sum", "Numbers"), ("avg", "Numbers"), ("min", "Bounds"), ("max", "Bounds")):
        if source.name in members(schema, f"{entity.name}{kind}"):
            yield f"{called(root)} {{ aggregate {{ {operation} {{ {source.name}{money} }} }} }}"


def grouping(schema: GraphQLSchema, root: str, entity: Entity, source: Source) -> Iterator[str]:
    """Roads that group by the field; a reference shows the code and name of what it refers to."""
    for value, (key, type_, _) in group_fields(entity).items():
        is_its = key in (source.name, f"{source.name}Year", f"{source.name}Month")
        if is_its and value in members(schema, f"{entity.name}GroupBy"):
            inner = " { id code name }" if type_.startswith("ReferenceKey") else ""
            yield f"{called(root)} {{ aggregate(groupBy: [{value}]) {{ groups {{ count key {{ {key}{inner} }} }} }} }}"


def filtering_through(schema: GraphQLSchema, root: str, entity: Entity) -> Iterator[tuple[str, Entity, Source]]:
    """Roads that filter by a guarded field of a related record, and that field."""
    for source in entity.fields.values():
        if isinstance(source, ToOne | ToMany) and source.name in members(schema, f"{entity.name}Filter"):
            target = CATALOG[source.target]
            for far in target.fields.values():
                is_offered = far.name in members(schema, f"{target.name}Filter") and not isinstance(far, ToMany)
                if far.spec.tier in GUARDED_TIERS and is_offered:
                    met = f"{{ {far.name}: {condition(far)} }}"
                    met = f"{{ some: {met} }}" if isinstance(source, ToMany) else met
                    yield f"{called(root, f'filter: {{ {source.name}: {met} }}')} {{ totalCount }}", target, far


def backwards(schema: GraphQLSchema) -> Iterator[tuple[str, Entity, Source]]:
    """Roads that follow a reference from the record it points at, and the reference."""
    for root, entity in lists(schema):
        for source in entity.fields.values():
            if isinstance(source, ToMany) and source.name in members(schema, entity.name):
                target = CATALOG[source.target]
                inner = "{ id }" if source.is_list else "{ totalCount nodes { id } }"
                yield f"{root} {{ nodes {{ {source.name} {inner} }} }}", target, target.fields[source.reference]


def using(schema: GraphQLSchema) -> Iterator[tuple[str, Entity, Source]]:
    """Roads that use a guarded field without selecting it, and the field."""
    for root, entity in lists(schema):
        for source in entity.fields.values():
            if source.spec.tier in GUARDED_TIERS:
                for use in (filtering, ordering, measuring, grouping):
                    yield from ((road, entity, source) for road in use(schema, root, entity, source))
            if isinstance(source, ToMany) and source.name in members(schema, f"{entity.name}Filter"):
                target = CATALOG[source.target]
                if source.spec.tier in GUARDED_TIERS:
                    for quantifier in ("some", "none", "every"):
                        road = f"{root}(filter: {{ {source.name}: {{ {quantifier}: {{}} }} }}) {{ totalCount }}"
                        yield road, target, target.fields[source.reference]
        yield from filtering_through(schema, root, entity)


def grouping_by_references(schema: GraphQLSchema) -> Iterator[tuple[str, Entity, Source]]:
    """Roads whose group keys show the code and name of a referenced record, and the reference."""
    for root, entity in lists(schema):
        for source in entity.fields.values():
            if isinstance(source, ToOne):
                yield from ((road, entity, source) for road in grouping(schema, root, entity, source))


def together(roads: Iterable[str]) -> Iterator[str]:
    """Documents of several roads each, under aliases."""
    waiting = list(roads)
    for start in range(0, len(waiting), ROADS_PER_DOCUMENT):
        part = waiting[start : start + ROADS_PER_DOCUMENT]
        yield "{ " + " ".join(f"r{place}: {road}" for place, road in enumerate(part)) + " }"


# --- what is forbidden ------------------------------------------------------------------------------------------------


@cache
def verdict(actor_name: str, coordinate: str, number: int) -> bool:
    """Whether the actor may read the field of a row, as Casbin says."""
    type_name, field = coordinate.split(".")
    entity = CATALOG[type_name]
    source = entity.fields[field]
    actor = next(one for one in (*FAST, *SLOW) if one.name == actor_name)
    return may_read(actor, entity.record, source.spec.tier, coordinate, number)


def sees_row(actor: Actor, entity: Entity, number: int) -> bool:
    """Whether the actor sees row `number` at all: its id is an open field of every row."""
    tier = CATALOG["Item"].fields["version"].spec.tier
    return may_read(actor, entity.record, tier, f"{entity.name}.version", number)


def reads_everywhere(actor: Actor, entity: Entity, source: Source) -> bool:
    """Whether the actor sees rows, and the field is readable in every one of them."""
    seen = [number for number in ROWS if sees_row(actor, entity, number)]
    return bool(seen) and all(verdict(actor.name, entity.coordinate(source.name), number) for number in seen)


def sees_some(actor: Actor, source: Source) -> bool:
    """Whether the actor sees any row that the reference can point at."""
    return isinstance(source, ToOne) and any(sees_row(actor, CATALOG[source.target], number) for number in ROWS)


CANARY = re.compile(r"q\d{5}z|731\d{6}|2[12]\d\d-\d\d-\d\d|00000000-0000-0000-0000-0731\d{8}")


def leaked(text: str, actor: Actor, planted: list[Canary]) -> set[str]:
    """The fields whose values stand in the text although the actor may not read them."""
    known = {one.text: one for one in planted}
    return {
        f"{one.coordinate} of row {one.number}"
        for found in set(CANARY.findall(text))
        if (one := known.get(found)) is not None and not verdict(actor.name, one.coordinate, one.number)
    }


@pytest.mark.parametrize("actor", ACTORS)
async def test_no_selection_shows_what_the_actor_may_not_read(graph: Graph, actor: Actor) -> None:
    grants = compile_grants(POLICY, actor, ROWS)
    found: dict[str, object] = {}
    shown: set[str] = set()
    for query in together(reading(visible(VIEWS[actor.audience]))):
        text = await graph.ask(query, actor, grants)
        shown |= set(CANARY.findall(text))
        if '"errors"' in text or (leaks := leaked(text, actor, graph.planted)):
            found[query] = text[:500] if '"errors"' in text else leaks
    assert found == {}
    assert len(shown) > 20, "the test sees values at all"


@pytest.mark.parametrize("actor", ACTORS)
async def test_a_reference_that_the_actor_may_not_read_is_not_followed_backwards(graph: Graph, actor: Actor) -> None:
    grants = compile_grants(POLICY, actor, ROWS)
    found: dict[str, str] = {}
    for road, target, reference in backwards(visible(VIEWS[actor.audience])):
        is_owned = target.record.spec.scope.owner is not None  # What is followed are its own rows: none of these.
        if not is_owned and not any(verdict(actor.name, target.coordinate(reference.name), one) for one in ROWS):
            text = await graph.ask(f"{{ {road} }}", actor, grants)
            if f'"{target.name}-' in text or "totalCount" in text:
                found[road] = text[:500]
    assert found == {}


@pytest.mark.parametrize("actor", ACTORS)
async def test_no_key_finds_a_row_that_the_actor_may_not_see(graph: Graph, actor: Actor) -> None:
    grants = compile_grants(POLICY, actor, ROWS)
    found: dict[str, str] = {}
    for road, canary in finding(visible(VIEWS[actor.audience]), graph.planted):
        text = await graph.ask(f"{{ {road} }}", actor, grants)
        answer = orjson.loads(text)
        is_found = "errors" not in answer and next(iter(answer["data"].values())) is not None
        readable = verdict(actor.name, canary.coordinate, canary.number)
        if is_found is not (readable and sees_row(actor, canary.entity, canary.number)):
            found[road] = text[:500]
    assert found == {}


@pytest.mark.parametrize("actor", ACTORS)
async def test_a_use_of_a_field_that_the_actor_may_not_read_is_refused(graph: Graph, actor: Actor) -> None:
    grants = compile_grants(POLICY, actor, ROWS)
    wrong: dict[str, str] = {}
    for road, entity, source in using(visible(VIEWS[actor.audience])):
        if reads_everywhere(actor, entity, source) or reads_its_own(grants, entity, source):
            continue
        text = await graph.ask(f"{{ {road} }}", actor, grants)
        answer = orjson.loads(text)
        codes = [error["extensions"]["code"] for error in answer.get("errors", ())]
        is_empty = not codes and set(answer["data"].values()) == {None}
        if not (is_empty or codes == ["FIELD_NOT_READABLE"]) or leaked(text, actor, graph.planted):
            wrong[road] = text[:500]
    assert wrong == {}


@pytest.mark.parametrize("actor", ACTORS)
async def test_a_use_of_a_field_that_the_actor_reads_is_answered(graph: Graph, actor: Actor) -> None:
    grants = compile_grants(POLICY, actor, ROWS)
    used = [(road, *what) for road, *what in using(visible(VIEWS[actor.audience]))]
    wrong: dict[str, str] = {}
    for query in together(road for road, entity, source in used if reads_everywhere(actor, entity, source)):
        text = await graph.ask(query, actor, grants)
        if '"errors"' in text or leaked(text, actor, graph.planted):
            wrong[query] = text[:500]
    assert wrong == {}


@pytest.mark.parametrize("actor", ACTORS)
async def test_no_group_key_names_what_the_actor_may_not_read(graph: Graph, actor: Actor) -> None:
    grants = compile_grants(POLICY, actor, ROWS)
    roads = [
        road
        for road, entity, source in grouping_by_references(visible(VIEWS[actor.audience]))
        if reads_everywhere(actor, entity, source) and sees_some(actor, source)
    ]
    found: dict[str, object] = {}
    for query in together(roads):
        text = await graph.ask(query, actor, grants)
        if '"errors"' in text or (leaks := leaked(text, actor, graph.planted)):
            found[query] = text[:500] if '"errors"' in text else leaks
    assert found == {}


@pytest.mark.parametrize("actor", ACTORS)
async def test_no_payload_or_event_shows_what_the_actor_may_not_read(graph: Graph, actor: Actor) -> None:
    grants = compile_grants(POLICY, actor, ROWS)
    schema = visible(VIEWS[actor.audience])
    wrong: dict[str, object] = {}
    for entity in STORED.values():
        if schema.get_type(entity.name) is None:
            continue
        shown = members(schema, entity.name)
        lists_ = [
            one for one in entity.fields.values() if isinstance(one, ToMany) and one.is_list and one.name in shown
        ]
        parts = [leaves(schema, entity), *(related(schema, one) for one in lists_)]
        for number in ROWS:
            id_ = encode_id(entity, number, numbered(entity.record, number))
            query = f'{{ node(id: "{id_}") {{ ... on {entity.name} {{ {" ".join(parts)} }} }} }}'
            text = await graph.row(entity, number, query, (actor, grants))
            if (text is not None) is not sees_row(actor, entity, number):
                wrong[id_] = text
            elif text is not None and (leaks := leaked(text, actor, graph.planted)):
                wrong[id_] = leaks
    assert wrong == {}
