"""What an audience may never read does not exist for it; to ask for it is answered like asking for nothing at all."""

import re
from collections.abc import AsyncIterator, Iterator

import pytest
from graphql import GraphQLEnumType, GraphQLFieldMap, GraphQLInputObjectType, GraphQLObjectType, GraphQLSchema

from authz.audiences import views
from authz.grants import compile_grants
from authz.policy import baseline
from domain.core.actors import Actor, Audience, Grants
from domain.core.columns import Tier
from domain.core.database import Database
from domain.core.records import Partners
from resolvers.catalog import CATALOG, STORED, Entity, Leaf, MoneyLeaf, ToMany
from resolvers.global_ids import encode_id
from resolvers.operation import Dispatcher
from resolvers.read import ReadRoad
from schema.derive import upper
from schema.graph import SCHEMA, visible
from tests.authz.coordinates import enforced
from tests.factory import numbered
from tests.graph.conftest import NoWriteRoad
from tests.graph.test_leaks import Graph, called, lists, mark, members, roots, someone

POLICY = baseline()
VIEWS = views(POLICY)
SCHEMAS = {audience: visible(VIEWS[audience]) for audience in Audience}
WHOLE: GraphQLSchema = SCHEMA._schema
PARTNERS = [Audience.SUPPLIER, Audience.CUSTOMER]


def readable(audience: Audience, entity: Entity, coordinate: str, tier: Tier) -> bool:
    """Whether Casbin lets some role of the audience read the field of a row that it can see."""
    record = entity.record
    scope = record.spec.scope
    if audience in PARTNERS and scope.partner is Partners.NOBODY and scope.owner is None:
        return False
    of_row = Tier.PUBLIC if audience in PARTNERS else Tier.INTERNAL
    return any(
        enforced(role, entity.module, coordinate, tier.value, "READ")
        and enforced(role, entity.module, entity.name, of_row.value, "READ")
        for role, its in POLICY.audiences.items()
        if its is audience
    )


@pytest.mark.parametrize("audience", list(Audience))
def test_a_value_exists_for_an_audience_exactly_when_one_of_its_roles_may_read_it(audience: Audience) -> None:
    schema = SCHEMAS[audience]
    wrong: list[str] = []
    for entity in CATALOG.values():
        places = [(entity.name, str), (f"{entity.name}Filter", str), (f"{entity.name}Numbers", str),
                  (f"{entity.name}Bounds", str), (f"{entity.name}GroupKey", str), (f"{entity.name}GroupBy", upper),
                  (f"{entity.name}OrderField", upper)]  # fmt: skip
        for source in entity.fields.values():
            if isinstance(source, Leaf | MoneyLeaf):
                expected = readable(audience, entity, entity.coordinate(source.name), source.spec.tier)
                for type_name, spelled in places:
                    offered = spelled(source.name) in members(WHOLE, type_name)
                    shown = spelled(source.name) in members(schema, type_name)
                    # A type that no visible root leads to is left out whole.
                    if (shown and not expected) or (offered and expected and not shown and members(schema, type_name)):
                        wrong.append(f"{type_name}.{source.name}")
    assert wrong == []


def test_nothing_but_the_viewer_and_logging_in_exists_without_credentials() -> None:
    schema = SCHEMAS[Audience.ANONYMOUS]
    assert schema.query_type is not None and schema.mutation_type is not None
    assert (set(schema.query_type.fields), set(schema.mutation_type.fields)) == ({"viewer"}, {"logIn"})
    assert schema.subscription_type is None
    own = {name for name in schema.type_map if not name.startswith("__")} - {"Boolean", "ID", "Int", "Float", "String"}
    assert own == {
        "DateTime", "ErrorCode", "JSON", "LogInInput", "LogInPayload", "Mutation", "Query", "Rejected", "SignInPaused",
        "SignInRefused", "UserError", "Viewer", "ViewerKind", "ViewerRoles", "ViewerSession", "CredentialKind",
    }  # fmt: skip


@pytest.mark.parametrize("audience", PARTNERS)
def test_a_partner_s_schema_names_no_hidden_type(audience: Audience) -> None:
    schema = SCHEMAS[audience]
    hidden = {entity.name for entity in CATALOG.values() if not readable(audience, entity, entity.name, Tier.PUBLIC)}
    stems = {name for name in schema.type_map for entity in hidden if name == entity or name in family(entity)}
    assert hidden and stems == set()


def family(entity: str) -> set[str]:
    """The types that are made for an entity."""
    parts = (
        "Connection", "Edge", "Filter", "ListFilter", "Order", "OrderField", "GroupBy", "GroupKey", "Group",
        "Aggregate", "Numbers", "Bounds", "Reference",
    )  # fmt: skip
    return {f"{entity}{part}" for part in parts}


# --- answers ----------------------------------------------------------------------------------------------------------


def unknown(name: str) -> str:
    """A name as long as the given one that nothing has, spelled in its manner."""
    return name[0].translate(_X) + "".join(
        "X" if letter.isupper() else "x" if letter != "_" else "_" for letter in name[1:]
    )


_X = {**{ord(letter): "x" for letter in "abcdefghijklmnopqrstuvwxyz"}, **dict.fromkeys(range(65, 91), "X")}


def renamed(text: str, name: str, other: str) -> str:
    """The text with another name in place of this one, and of the types made for it."""
    return re.sub(rf"\b{name}(?=Filter\b|\b)", other, text)


def hidden_members(schema: GraphQLSchema, type_name: str) -> list[str]:
    """What the whole schema has in a type and the audience's has not."""
    shown = members(schema, type_name)
    return sorted(members(WHOLE, type_name) - shown) if shown else []


def of_fields(schema: GraphQLSchema) -> Iterator[tuple[str, str]]:
    """(document, the hidden name in it): fields, filters, orders, groups and measures of visible types."""
    for root, entity in lists(schema):
        name = entity.name
        for field in hidden_members(schema, name):
            yield f"{{ {called(root)} {{ nodes {{ {mark(entity)} {field} }} }} }}", field
            yield f"{{ {called(root)} {{ nodes {{ {mark(entity)} {field} {{ id }} }} }} }}", field
        for field in hidden_members(schema, f"{name}Filter"):
            yield f"{{ {called(root, f'filter: {{ {field}: {{ isNull: true }} }}')} {{ totalCount }} }}", field
        for value in hidden_members(schema, f"{name}OrderField"):
            yield f"{{ {called(root, f'orderBy: [{{ field: {value} }}]')} {{ totalCount }} }}", value
        for value in hidden_members(schema, f"{name}GroupBy"):
            yield f"{{ {called(root)} {{ aggregate(groupBy: [{value}]) {{ count }} }} }}", value
        for field in hidden_members(schema, f"{name}Bounds"):
            yield f"{{ {called(root)} {{ aggregate {{ min {{ {field} }} }} }} }}", field
        for field in hidden_members(schema, f"{name}GroupKey"):
            yield f"{{ {called(root)} {{ aggregate {{ groups {{ key {{ {field} }} }} }} }} }}", field


def of_types(schema: GraphQLSchema) -> Iterator[tuple[str, str]]:
    """(document, the hidden name in it): roots, types, inputs, ids and mutations."""
    known = {name for name, _ in roots(schema)}
    for root, _ in roots(WHOLE):
        if root not in known:
            yield f"{{ {root} {{ id }} }}", root
    for entity in STORED.values():
        if entity.name not in schema.type_map:
            ids = encode_id(entity, 1, numbered(entity.record, 1))
            yield f"{{ viewer {{ ... on {entity.name} {{ id }} }} }}", entity.name
            yield f"query ($f: {entity.name}Filter) {{ viewer {{ name }} }}", entity.name
            yield f'{{ node(id: "{ids}") {{ id }} }}', entity.name
            yield f'{{ nodes(ids: ["{ids}"]) {{ id }} }}', entity.name
            yield f'{{ items(filter: {{ id: {{ eq: "{ids}" }} }}) {{ totalCount }} }}', entity.name
            yield f'{{ item(id: "{ids}") {{ id }} }}', entity.name
            yield f'{{ __type(name: "{entity.name}") {{ name fields {{ name }} }} }}', entity.name
    assert WHOLE.mutation_type is not None
    for mutation in sorted(WHOLE.mutation_type.fields):
        if schema.mutation_type is None or mutation not in schema.mutation_type.fields:
            yield f"mutation {{ {mutation} {{ replayed }} }}", mutation


@pytest.fixture
async def graph(fresh_database: str) -> AsyncIterator[Graph]:
    """The graph over an empty database: what differs here is what the graph itself tells."""
    database = await Database.open(fresh_database, 2)
    road = ReadRoad(database)
    dispatcher = Dispatcher(lambda grants: SCHEMAS[grants.audience], read=road, write=NoWriteRoad())
    yield Graph(database, road, dispatcher, [])
    await database.close()


def caller(audience: Audience) -> tuple[Actor, Grants]:
    """Somebody of the audience."""
    if audience is Audience.ANONYMOUS:
        actor = Actor(id=someone("x", ("supplier", 0)).id, name="anonymous", audience=audience, roles={})
    else:
        actor = someone(audience.value, (audience.value.lower(), 0))
    return actor, compile_grants(POLICY, actor, (1, 2))


@pytest.mark.parametrize("audience", [*PARTNERS, Audience.ANONYMOUS])
async def test_a_hidden_name_is_answered_like_an_unknown_one(graph: Graph, audience: Audience) -> None:
    actor, grants = caller(audience)
    schema = SCHEMAS[audience]
    asked = 0
    different: dict[str, tuple[str, str]] = {}
    for query, name in [*of_fields(schema), *of_types(schema)]:
        stranger = unknown(name)
        hidden = await graph.ask(query, actor, grants)
        nothing = await graph.ask(renamed(query, name, stranger), actor, grants)
        asked += 1
        if renamed(hidden, name, stranger) != renamed(nothing, name, stranger):
            different[query] = (hidden[:300], nothing[:300])
    assert different == {}
    assert asked > 100


@pytest.mark.parametrize("audience", PARTNERS)
def test_every_kind_of_name_that_is_hidden_is_asked_for(audience: Audience) -> None:
    """Arguments are hidden of no field that is shown, inputs only in filters, and enums where they name fields; the
    codes of errors are only ever answered.
    """
    schema = SCHEMAS[audience]
    arguments = {
        f"{name}.{field}"
        for name, type_ in schema.type_map.items()
        if isinstance(type_, GraphQLObjectType) and not name.startswith("_")
        for field, shown in type_.fields.items()
        if not field.startswith("_")
        if shown.args.keys() != fields_of(WHOLE, name)[field].args.keys()
    }
    others = {
        name
        for name, type_ in schema.type_map.items()
        if isinstance(type_, GraphQLInputObjectType | GraphQLEnumType) and not name.startswith("__")
        and hidden_members(schema, name) and not name.endswith(("Filter", "OrderField", "GroupBy"))
    }  # fmt: skip
    assert (arguments, others) == (set(), {"ErrorCode"})


def fields_of(schema: GraphQLSchema, name: str) -> GraphQLFieldMap:
    """The fields of an object type."""
    type_ = schema.type_map[name]
    assert isinstance(type_, GraphQLObjectType)
    return type_.fields


def test_the_manner_of_a_name_is_kept() -> None:
    assert (unknown("totalDue"), unknown("SUPPLIER_ID"), unknown("PurchaseOrder")) == (
        "xxxxxXxx",
        "XXXXXXXX_XX",
        "XxxxxxxxXxxxx",
    )


def test_only_lists_lead_to_types_that_are_hidden() -> None:
    """Every type of a partner's schema is reachable, so that nothing hides in one that is left over."""
    for audience in PARTNERS:
        schema = SCHEMAS[audience]
        kinds = (GraphQLObjectType, GraphQLInputObjectType, GraphQLEnumType)
        named = {
            name for name, type_ in schema.type_map.items() if isinstance(type_, kinds) and not name.startswith("__")
        }
        assert {
            name for name in named if name in CATALOG and not readable(audience, CATALOG[name], name, Tier.PUBLIC)
        } == set()


def test_the_many_side_of_a_hidden_record_is_hidden() -> None:
    for audience in PARTNERS:
        for entity in CATALOG.values():
            for source in entity.fields.values():
                if not isinstance(source, ToMany):
                    continue
                target = CATALOG[source.target]
                if not readable(audience, target, target.name, Tier.PUBLIC):
                    assert source.name not in members(SCHEMAS[audience], entity.name), (
                        audience,
                        entity.name,
                        source.name,
                    )
