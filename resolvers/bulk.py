"""A query that is run to its end: one connection at the root, read page after page, and everything below it.

The document is rewritten once. The root and each connection below get a page size and tell whether more follows; an
object that has connections tells its id. Every page is then a planned read like any other, so scope, masks and withheld
fields are those of the read road. A node is a line; the nodes of a connection below it are lines of their own behind
it, with `__parentId`, and a connection with more than a page is read on from its cursor. So memory holds a page,
whatever the number of rows.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, Protocol, cast

import orjson
from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    NamedTypeNode,
    NameNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    VariableDefinitionNode,
    VariableNode,
    get_named_type,
    print_ast,
)

from domain.core.actors import Actor, Grants
from domain.core.database import Connection
from domain.core.errors import RequestError
from resolvers.limits import LimitExceeded
from resolvers.nodes import Withheld
from resolvers.operation import Dispatcher, Invalid
from resolvers.paging import PAGE_MAX
from resolvers.read import PageAnswer
from resolvers.request import Document, GraphRequest, Operation
from resolvers.stored import DocumentRefused

# Response keys that the rewritten document adds; a document that uses such a key itself is refused.
MARK = "_bulk"
ID_KEY, AFTER, OF = f"{MARK}Id", f"{MARK}After", f"{MARK}Of"
ROWS = f"{MARK}Rows"

PARENT_KEY = "__parentId"

# Nodes that one statement answers at most along one path: connections in connections multiply, memory must not.
NODES_PER_STATEMENT = 5_000
LINES_PER_BATCH = 1_000

# What is inside a list or non-null type; graphql-core leaves its type open.
_named: Callable[[Any], Any] = cast(Any, get_named_type)

_PAGING = frozenset({"first", "last", "after", "before"})


class Pages(Protocol):
    """The read road, as far as bulk reads need it."""

    async def page(self, connection: Connection, operation: Operation, actor: Actor, grants: Grants) -> PageAnswer: ...


@dataclass(frozen=True, slots=True)
class BulkQuery:
    """A query that can be run to its end: the root's page, and for each connection below what reads on."""

    root: Operation
    following: Sequence[Operation]

    @property
    def is_flat(self) -> bool:
        """Whether every line is a node of the root."""
        return not self.following


@dataclass(frozen=True, slots=True)
class BulkPage:
    """Some of the lines, in order."""

    lines: bytes
    count: int
    version: int | None


@dataclass(slots=True)
class BulkReader:
    """Reads a bulk query for one reader on one connection, whose transaction makes the pages one moment.

    `withheld` and `personal` grow as the pages are planned.
    """

    pages: Pages
    connection: Connection
    query: BulkQuery
    reader: tuple[Actor, Grants]
    withheld: dict[Withheld, None] = field(default_factory=dict[Withheld, None])
    personal: dict[str, None] = field(default_factory=dict[str, None])

    async def read(self) -> AsyncIterator[BulkPage]:
        """The lines, in the query's order. Raises: what the read road raises."""
        after: str | None = None
        while True:
            answer = await self._answer(self.query.root, {} if after is None else {AFTER: after})
            rows = orjson.loads(answer.json)[ROWS]
            if rows is None:
                yield BulkPage(b"", 0, answer.version)
                return
            nodes: list[dict[str, Any]] = rows["nodes"]
            if self.query.is_flat:
                yield BulkPage(b"".join(map(_line, nodes)), len(nodes), answer.version)
            else:
                batch: list[bytes] = []
                async for line in self._lines(nodes, None):
                    batch.append(_line(line))
                    if len(batch) == LINES_PER_BATCH:
                        yield BulkPage(b"".join(batch), len(batch), answer.version)
                        batch.clear()
                yield BulkPage(b"".join(batch), len(batch), answer.version)
            if not rows[MARK]["hasNextPage"]:
                return
            after = rows[MARK]["endCursor"]

    async def _answer(self, operation: Operation, more: dict[str, Any]) -> PageAnswer:
        variables = {**operation.request.variables, **more}
        asked = replace(operation, request=replace(operation.request, variables=variables))
        answer = await self.pages.page(self.connection, asked, *self.reader)
        self.withheld.update(dict.fromkeys(answer.withheld))
        self.personal.update(dict.fromkeys(answer.personal))
        return answer

    async def _lines(self, nodes: Sequence[dict[str, Any]], parent: str | None) -> AsyncIterator[dict[str, Any]]:
        """The lines of some nodes: each, then what is below it."""
        for node in nodes:
            below = list(_taken_out(node))
            yield node if parent is None else {**node, PARENT_KEY: parent}
            for one in below:
                async for line in self._below(one):
                    yield line

    async def _below(self, below: "_Below") -> AsyncIterator[dict[str, Any]]:
        """The lines of one connection below a node, read on to its end."""
        found = below
        while True:
            async for line in self._lines(found.nodes, below.parent):
                yield line
            if not found.has_more:
                return
            more = {OF: below.parent, AFTER: found.end}
            answer = await self._answer(self.query.following[below.number], more)
            node = orjson.loads(answer.json)["node"]
            found = next(one for one in _taken_out(node) if one.number == below.number)


@dataclass(frozen=True, slots=True)
class _Below:
    """A connection as it was found in an answer."""

    number: int
    parent: str
    nodes: list[dict[str, Any]]
    has_more: bool
    end: str | None


def _line(node: dict[str, Any]) -> bytes:
    return orjson.dumps(node, option=orjson.OPT_APPEND_NEWLINE)


def _taken_out(node: dict[str, Any]) -> Iterator[_Below]:
    """The connections in an object and the objects inside it, taken out of it, with the ids that were added."""
    parent = node.pop(ID_KEY, None)
    for key, value in list(node.items()):
        if isinstance(value, list):
            for item in cast(list[Any], value):
                if isinstance(item, dict):
                    yield from _taken_out(cast(dict[str, Any], item))
        elif isinstance(value, dict):
            inner = cast(dict[str, Any], value)
            mark = next((name for name in inner if name.startswith(MARK) and name[len(MARK) :].isdigit()), None)
            if mark is None:
                yield from _taken_out(inner)
                continue
            del node[key]
            page = inner[mark]
            yield _Below(int(mark[len(MARK) :]), parent, inner["nodes"], page["hasNextPage"], page["endCursor"])


def bulk_query(dispatcher: Dispatcher, request: GraphRequest, reader: tuple[Actor, Grants]) -> BulkQuery:
    """The query in a form that can be run to its end. Raises: DocumentRefused."""
    actor, grants = reader
    try:
        operation = dispatcher.prepare(request, grants)
    except (Invalid, LimitExceeded, RequestError) as fault:
        refusal = fault.refusals[0] if isinstance(fault, Invalid) else fault
        raise DocumentRefused(("document",), reason=refusal.message(actor.locale)) from fault
    if len(operation.document.operations) != 1 or operation.node.operation is not OperationType.QUERY:
        raise _refused("it is one query and nothing else.")
    return _Rewriting(operation).query()


def _refused(reason: str) -> DocumentRefused:
    return DocumentRefused(("document",), reason=reason)


class _Rewriting:
    """One document on its way to a bulk query."""

    def __init__(self, operation: Operation) -> None:
        self._operation = operation
        self._schema: GraphQLSchema = operation.schema
        # Each connection below the root by its parent's type and response key: equal ones are one.
        self._numbers: dict[tuple[str, str], int] = {}
        self._fields: dict[int, list[FieldNode]] = {}
        definitions = operation.document.node.definitions
        fragments = {one.name.value: one for one in definitions if isinstance(one, FragmentDefinitionNode)}
        depth = _depth(operation.node.selection_set, fragments, {})
        self._size = max(min(PAGE_MAX, int(NODES_PER_STATEMENT ** (1 / max(depth, 1)))), 2)

    def query(self) -> BulkQuery:
        """The rewritten query. Raises: DocumentRefused."""
        operation = self._operation
        fragments = [
            replace_node(one, selection_set=self._set(self._type(one.type_condition.name.value), one.selection_set))
            for one in operation.document.node.definitions
            if isinstance(one, FragmentDefinitionNode)
        ]
        root = self._root()
        definitions = (*(operation.node.variable_definitions or ()), _definition(AFTER, "Cursor"))
        top = self._made((root,), definitions, fragments)
        of = NonNullTypeNode(type=NamedTypeNode(name=NameNode(value="ID")))
        named = VariableDefinitionNode(variable=_variable(OF), type=of, default_value=None, directives=())
        parents = {number: type_name for (type_name, _), number in self._numbers.items()}
        following = [
            self._made(
                (_following(parents[number], self._fields[number]),), (*definitions, named), fragments
            )
            for number in sorted(self._fields)
        ]  # fmt: skip
        return BulkQuery(top, following)

    def _made(
        self,
        selections: tuple[SelectionNode, ...],
        definitions: tuple[VariableDefinitionNode, ...],
        fragments: Sequence[FragmentDefinitionNode],
    ) -> Operation:
        node = OperationDefinitionNode(
            operation=OperationType.QUERY, name=None, directives=(), variable_definitions=definitions,
            selection_set=SelectionSetNode(selections=selections),
        )  # fmt: skip
        document = DocumentNode(definitions=(node, *fragments))
        text = print_ast(document)
        digest = sha256(text.encode()).hexdigest()
        request = replace(self._operation.request, query=text, operation_name=None)
        made = Document(digest=digest, node=document, operations={None: node})
        return replace(self._operation, request=request, document=made, node=node)

    def _type(self, name: str) -> GraphQLNamedType | None:
        return self._schema.get_type(name)

    def _root(self) -> FieldNode:
        selections = self._operation.node.selection_set.selections
        root_type = self._schema.query_type
        assert root_type is not None, "every schema has a query"
        node = selections[0]
        if len(selections) != 1 or not isinstance(node, FieldNode) or node.name.value.startswith("__"):
            raise _refused("its root is one connection.")
        type_ = _named(root_type.fields[node.name.value].type)
        if not _is_connection(type_):
            raise _refused("its root is one connection.")
        return self._paged(node, cast(GraphQLObjectType, type_), ROWS, MARK)

    def _set(self, type_: Any, given: SelectionSetNode) -> SelectionSetNode:
        """The selection on an object or interface, its connections rewritten."""
        selections: list[SelectionNode] = []
        has_connections = False
        for node in given.selections:
            if isinstance(node, InlineFragmentNode):
                inner = self._type(node.type_condition.name.value) if node.type_condition else type_
                selections.append(replace_node(node, selection_set=self._set(inner, node.selection_set)))
                continue
            if not isinstance(node, FieldNode) or node.selection_set is None:
                _check_key(node)
                selections.append(node)
                continue
            _check_key(node)
            inner = _named(type_.fields[node.name.value].type)
            if _is_connection(inner):
                has_connections = True
                selections.append(self._connection(type_.name, node, cast(GraphQLObjectType, inner)))
            else:
                selections.append(replace_node(node, selection_set=self._set(inner, node.selection_set)))
        if has_connections:
            selections.append(_leaf("id", ID_KEY))
        return SelectionSetNode(selections=tuple(selections))

    def _connection(self, parent: str, node: FieldNode, type_: GraphQLObjectType) -> FieldNode:
        key = node.alias.value if node.alias else node.name.value
        number = self._numbers.setdefault((parent, key), len(self._numbers))
        made = self._paged(node, type_, key, f"{MARK}{number}")
        self._fields.setdefault(number, []).append(made)
        return made

    def _paged(self, node: FieldNode, type_: GraphQLObjectType, key: str, mark: str) -> FieldNode:
        """A connection that answers a page of nodes, and under `mark` whether more follows."""
        if any(one.name.value in _PAGING for one in node.arguments or ()):
            raise _refused(f"{node.name.value} is read to its end, so it takes no page.")
        rows = self._set(_named(type_.fields["nodes"].type), _nodes_of(node))
        size = ArgumentNode(name=NameNode(value="first"), value=IntValueNode(value=str(self._size)))
        begin = (ArgumentNode(name=NameNode(value="after"), value=_variable(AFTER)),) if key == ROWS else ()
        info = SelectionSetNode(selections=(_leaf("hasNextPage"), _leaf("endCursor")))
        page = FieldNode(
            alias=NameNode(value=mark), name=NameNode(value="pageInfo"), arguments=(), directives=(), selection_set=info
        )
        nodes = FieldNode(name=NameNode(value="nodes"), arguments=(), directives=(), selection_set=rows)
        return FieldNode(
            alias=NameNode(value=key), name=node.name, arguments=(*(node.arguments or ()), size, *begin),
            directives=node.directives, selection_set=SelectionSetNode(selections=(page, nodes)),
        )  # fmt: skip


def _depth(given: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode], known: dict[str, int]) -> int:
    """How many connections stand in one another, at most; each selects `nodes` or `edges`."""
    most = 0
    for node in given.selections:
        if isinstance(node, FragmentSpreadNode):
            name = node.name.value
            if name not in known:
                known[name] = _depth(fragments[name].selection_set, fragments, known)
            most = max(most, known[name])
        elif isinstance(node, InlineFragmentNode):
            most = max(most, _depth(node.selection_set, fragments, known))
        elif isinstance(node, FieldNode) and node.selection_set is not None:
            own = node.name.value in ("nodes", "edges")
            most = max(most, _depth(node.selection_set, fragments, known) + own)
    return most


def _nodes_of(node: FieldNode) -> SelectionSetNode:
    """What a connection selects of its nodes, by `nodes` or `edges { node }`. Raises: DocumentRefused."""
    selections: list[SelectionNode] = []
    pending: list[tuple[SelectionNode, frozenset[str]]] = [
        (one, frozenset({"nodes", "edges"})) for one in (node.selection_set.selections if node.selection_set else ())
    ]
    for one, allowed in pending:
        if not isinstance(one, FieldNode) or one.name.value not in allowed or one.directives:
            raise _refused(f"{node.name.value} selects nodes, and nothing of the page.")
        assert one.selection_set is not None, "validated: nodes and edges are objects"
        if one.name.value == "edges":
            pending += ((inner, frozenset({"node"})) for inner in one.selection_set.selections)
        else:
            selections += one.selection_set.selections
    return SelectionSetNode(selections=tuple(selections))


def _following(parent: str, fields: Sequence[FieldNode]) -> FieldNode:
    """The root that reads one connection of one parent on from a cursor."""
    after = ArgumentNode(name=NameNode(value="after"), value=_variable(AFTER))
    paged = tuple(replace_node(one, arguments=(*(one.arguments or ()), after)) for one in fields)
    condition = InlineFragmentNode(
        type_condition=NamedTypeNode(name=NameNode(value=parent)), directives=(),
        selection_set=SelectionSetNode(selections=(*paged, _leaf("id", ID_KEY))),
    )  # fmt: skip
    of = ArgumentNode(name=NameNode(value="id"), value=_variable(OF))
    return FieldNode(
        name=NameNode(value="node"),
        arguments=(of,),
        directives=(),
        selection_set=SelectionSetNode(selections=(condition,)),
    )


def replace_node(node: Any, **more: Any) -> Any:
    """The syntax node with other parts."""
    kept = {name: getattr(node, name) for name in node.keys if name != "loc"}
    return type(node)(**{**kept, **more})


def _check_key(node: SelectionNode) -> None:
    if isinstance(node, FieldNode) and node.alias is not None and node.alias.value.startswith(MARK):
        raise _refused(f"{node.alias.value} is no alias for it.")


def _is_connection(type_: Any) -> bool:
    return isinstance(type_, GraphQLObjectType) and type_.name.endswith("Connection") and "nodes" in type_.fields


def _leaf(name: str, alias: str | None = None) -> FieldNode:
    return FieldNode(
        alias=NameNode(value=alias) if alias else None, name=NameNode(value=name), arguments=(), directives=(),
        selection_set=None,
    )  # fmt: skip


def _variable(name: str) -> VariableNode:
    return VariableNode(name=NameNode(value=name))


def _definition(name: str, type_name: str) -> VariableDefinitionNode:
    type_ = NamedTypeNode(name=NameNode(value=type_name))
    return VariableDefinitionNode(variable=_variable(name), type=type_, default_value=None, directives=())
