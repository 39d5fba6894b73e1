"""The products subgraph of Apollo's compatibility suite, over our server: `python -m tests.conformance.products FILE`.

What is ours is what a gateway talks to: the HTTP endpoint, the dispatcher with its limits, federated tracing, and the
roots of a subgraph (`schema.federation`). The schema is the suite's own, read from its package, and the handful of rows
that its tests name stand below; graphql-core executes them, because they are no records of ours. That rows of *our*
records are resolved by the read road is shown by tests/graph/test_federation.py and by the gateway over our own graph.
"""

import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import uvicorn
from graphql import (
    DefinitionNode,
    GraphQLResolveInfo,
    GraphQLSchema,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    StringValueNode,
    build_ast_schema,
    execute_sync,
    parse,
)

from domain.core.actors import Actor, Audience, Grants
from domain.core.database import to_json
from resolvers.operation import Dispatcher
from resolvers.request import Answer, GraphRequest, Operation
from schema.federation import serve_sdl, with_federation
from server.gate import Gate
from server.graph_http import GraphEndpoint
from server.identity import Caller
from server.metrics import Metrics
from server.observe import Observer
from server.sessions import BearerSession

Row = dict[str, Any]

SUPPORT: Row = {
    "__typename": "User", "email": "support@apollographql.com", "name": "Jane Smith", "totalProductsCreated": 1_337,
    "yearsOfEmployment": 10,
}  # fmt: skip
STUDIES = [
    {"__typename": "ProductResearch", "study": {"caseNumber": "1234", "description": "Federation Study"}},
    {"__typename": "ProductResearch", "study": {"caseNumber": "1235", "description": "Studio Study"}},
]
DEPRECATED: Row = {
    "__typename": "DeprecatedProduct", "sku": "apollo-federation-v1", "package": "@apollo/federation-v1",
    "reason": "Migrate to Federation V2", "createdBy": SUPPORT,
}  # fmt: skip
PRODUCTS: list[Row] = [
    {
        "__typename": "Product", "id": f"apollo-{sku}", "sku": sku, "package": package, "variation": {"id": variation},
        "dimensions": {"size": "small", "weight": 1.0, "unit": "kg"}, "createdBy": SUPPORT, "research": [study],
    }
    for (sku, package, variation), study in zip(
        (("federation", "@apollo/federation", "OSS"), ("studio", "", "platform")), STUDIES, strict=True
    )
]  # fmt: skip
INVENTORY: Row = {"__typename": "Inventory", "id": "apollo-oss", "deprecatedProducts": [DEPRECATED]}
ROWS: list[Row] = [SUPPORT, DEPRECATED, INVENTORY, *STUDIES, *PRODUCTS]

# The actor of every request: the suite sends no credential.
GATEWAY = Actor(id=UUID(int=1), name="gateway", audience=Audience.STAFF, roles={})


class Everyone:
    """Takes every caller for the gateway."""

    async def caller(self, authorization: str | None, /) -> Caller:
        """The gateway, for ever."""
        grants = Grants(version=1, audience=Audience.STAFF, companies=(), tiers={})
        return Caller(GATEWAY, grants, until=float("inf"), generation=1)

    async def refresh(self) -> int:
        """The one version there is."""
        return 1


class Executing:
    """A road that executes the suite's schema over its rows."""

    async def answer(self, operation: Operation, actor: Actor, grants: Grants) -> Answer:
        """What graphql-core answers."""
        result = execute_sync(
            operation.schema, operation.document.node, variable_values=dict(operation.request.variables),
            operation_name=operation.request.operation_name, field_resolver=_resolve, type_resolver=_type_name,
        )  # fmt: skip
        return Answer(status=200, body=to_json(result.formatted))


def _type_name(value: Row, info: GraphQLResolveInfo, type_: Any) -> str:
    return value["__typename"]


def _resolve(source: Row | None, info: GraphQLResolveInfo, /, **given: Any) -> Any:
    """The value of a field; the roots find rows."""
    name = info.field_name
    if name == "_entities":
        return [_entity(one) for one in given["representations"]]
    if source is None:
        wanted = {"__typename": name[:1].upper() + name[1:], **given}
        return next((row for row in ROWS if _meets(row, wanted)), None)
    if name == "averageProductsCreatedPerYear":
        return round(source["totalProductsCreated"] / source["yearsOfEmployment"])
    return source.get(name)


def _entity(given: Row) -> Row | None:
    """The row that a representation names; what the gateway fetched for @requires goes before our own values."""
    keys = KEYS_GIVEN.get(given["__typename"], tuple(given))
    row = next((row for row in ROWS if _meets(row, {name: given[name] for name in keys})), None)
    return None if row is None else {**row, **{name: value for name, value in given.items() if name not in keys}}


# Of a user the gateway also sends fields that @requires names: only its e-mail address finds it.
KEYS_GIVEN: Mapping[str, tuple[str, ...]] = {"User": ("__typename", "email")}


def _meets(row: Row, wanted: Row) -> bool:
    return all(
        _meets(row.get(name) or {}, one) if isinstance(one, dict) else row.get(name) == one
        for name, one in wanted.items()
    )


def products_schema(sdl: str) -> GraphQLSchema:
    """The suite's schema with the roots of a subgraph; it prints itself as it was written."""
    definitions = [defined for one in parse(sdl).definitions if (defined := _defined(one)) is not None]
    keys = {one.name.value: _keys(one) for one in definitions if isinstance(one, ObjectTypeDefinitionNode)}
    document = with_federation(definitions, lambda name: keys.get(name, ()))
    schema = build_ast_schema(document, assume_valid=True)
    serve_sdl(schema, lambda: sdl)
    return schema


def _defined(definition: DefinitionNode) -> DefinitionNode | None:
    """The definition, an extension of a type that others define being the definition of it here."""
    if isinstance(definition, ObjectTypeExtensionNode):
        return ObjectTypeDefinitionNode(
            name=definition.name, fields=definition.fields, directives=definition.directives, interfaces=()
        )
    return None if definition.kind.startswith("schema") else definition


def _keys(definition: ObjectTypeDefinitionNode) -> list[str]:
    arguments = [one.arguments for one in definition.directives or () if one.name.value == "key"]
    values = [given[0].value for given in arguments if given]
    return [value.value for value in values if isinstance(value, StringValueNode)]


class Ungated(Gate):
    """Lets every operation pass: the suite's tests compare whole answers, which the gate's cost would stand in."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self.dispatcher = dispatcher
        self.observer = Observer(Metrics(), logs_requests=False)

    def prepare(self, request: GraphRequest, session: BearerSession, *, only_reads: bool = False) -> Operation:
        """The operation that a request names."""
        return self.dispatcher.prepare(request, session.grants)

    async def answer(self, operation: Operation, session: BearerSession) -> Answer:
        """The answer, without its cost."""
        return await session.answer(self.dispatcher, operation)


async def no_events(*_: Any) -> None:
    """The suite subscribes to nothing."""


def main(path: str) -> None:
    """Serve the schema of that file on a port of the system's choice and say which."""
    schema = products_schema(Path(path).read_text(encoding="utf-8"))
    dispatcher = Dispatcher(lambda _: schema, read=Executing(), write=Executing())
    endpoint = GraphEndpoint(Ungated(dispatcher), Everyone(), events=no_events, page=b"")
    listening = socket.create_server(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listening.getsockname()[1]}/graphql", flush=True)
    uvicorn.Server(uvicorn.Config(endpoint, log_level="warning", lifespan="off")).run([listening])  # type: ignore[arg-type]  # ASGI 3


if __name__ == "__main__":
    main(sys.argv[1])
