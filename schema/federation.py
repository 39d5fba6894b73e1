"""The graph as a subgraph of a federated one (Apollo Federation 2): what a gateway must know, and how it names rows.

`_service` prints what the caller's audience sees, each type that has a global id with its keys; `_entities` finds rows
by these keys on the read road (see `resolvers.representations`). Both stand in the visible schema of everyone who has
one, built from it and never reviewed apart from it: what an audience does not see is in neither.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from graphql import (
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    FieldDefinitionNode,
    GraphQLObjectType,
    GraphQLSchema,
    NameNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    StringValueNode,
    parse,
    print_ast,
)

from resolvers.catalog import STORED
from resolvers.representations import key_fields

# The oldest version that knows every directive printed here, so that every gateway of version 2 composes it.
LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])'

_ROOTS = '''
extend type Query {
  """This graph as a subgraph: for a gateway that composes it with others."""
  _service: _Service!
  """Rows by the keys that a federated graph knows of them, in their order; null for what the reader cannot see."""
  _entities(
    """Each with its __typename and one of the type's keys; at most 1,000."""
    representations: [_Any!]!
  ): [_Entity]!
}

"""This graph as a subgraph."""
type _Service {
  """The schema that the reader sees, in GraphQL SDL, with the keys of its types."""
  sdl: String
}

"""A type's name with one of its keys."""
scalar _Any @specifiedBy(url: "https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec")
'''

Keys = Callable[[str], Sequence[str]]


def keys_of(name: str) -> tuple[str, ...]:
    """The selections that name one row of the type; empty for what has no rows."""
    entity = STORED.get(name)
    return key_fields(entity) if entity is not None else ()


def with_federation(definitions: Sequence[Any], keys: Keys = keys_of) -> DocumentNode:
    """The definitions with the roots of a subgraph; without them where no type has a key."""
    named = [one.name.value for one in definitions if isinstance(one, ObjectTypeDefinitionNode)]
    entities = [name for name in named if keys(name)]
    if not entities:
        return DocumentNode(definitions=tuple(definitions))
    added = parse(f'{_ROOTS}"""Anything with a key."""\nunion _Entity = {" | ".join(entities)}', no_location=True)
    query, *types = added.definitions
    assert isinstance(query, ObjectTypeExtensionNode)
    extended = [_extended(one, query.fields or ()) for one in definitions]
    return DocumentNode(definitions=(*extended, *types))


def serve_sdl(schema: GraphQLSchema, printing: Callable[[], str]) -> None:
    """Answer `_service` with what `printing` returns, called when a gateway first asks."""
    root = schema.query_type
    if root is None or "_service" not in root.fields:
        return
    printed = cache(printing)
    service = schema.get_type("_Service")
    assert isinstance(service, GraphQLObjectType)
    root.fields["_service"].resolve = lambda *_: service
    service.fields["sdl"].resolve = lambda *_: printed()


def subgraph_sdl(definitions: Sequence[Any], keys: Keys = keys_of) -> str:
    """The definitions in SDL for a gateway: each type that has a global id with its keys."""
    known = {one.name.value: one for one in definitions if isinstance(one, ObjectTypeDefinitionNode)}
    return "\n\n".join([LINK, *(print_ast(_keyed(one, known, keys)) for one in definitions)])


def _extended(definition: Any, fields: Sequence[FieldDefinitionNode]) -> Any:
    if not isinstance(definition, ObjectTypeDefinitionNode) or definition.name.value != "Query":
        return definition
    return _with(definition, fields=(*(definition.fields or ()), *fields))


def _keyed(definition: Any, known: dict[str, ObjectTypeDefinitionNode], keys: Keys) -> Any:
    if not isinstance(definition, ObjectTypeDefinitionNode):
        return definition
    name = definition.name.value
    selections = [one for one in keys(name) if _is_known(one.replace("{", " ").replace("}", " ").split(), name, known)]
    directives = (*(definition.directives or ()), *(_key(one) for one in selections))
    return _with(definition, directives=directives)


def _is_known(path: list[str], name: str, known: dict[str, ObjectTypeDefinitionNode]) -> bool:
    """Whether the type has the key's own fields, and where the key goes through its company, that has a code."""
    own, inner = path[:2], path[2:]
    fields = {one.name.value for one in known[name].fields or ()}
    company = known.get("Company")
    has_inner = not inner or (company is not None and inner[0] in {one.name.value for one in company.fields or ()})
    return set(own) <= fields and has_inner


def _key(selection: str) -> DirectiveNode:
    argument = ArgumentNode(name=NameNode(value="fields"), value=StringValueNode(value=selection))
    return DirectiveNode(name=NameNode(value="key"), arguments=(argument,))


def _with(node: Any, **changes: Any) -> Any:
    return type(node)(**{**{key: getattr(node, key) for key in node.keys if hasattr(node, key)}, **changes})
