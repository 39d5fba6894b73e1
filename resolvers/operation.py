"""From a request to the road that answers it: parse, weigh, validate, choose.

Each step is done once and remembered: a document is parsed and weighed once, validated once per visible schema, costed
once per combination of page sizes. A warm request is a few dictionary look-ups before its road. All caches are bounded.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any, cast
from weakref import WeakKeyDictionary

import orjson
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    execute_sync,  # pyright: ignore[reportUnknownVariableType]  # graphql-core leaves its middleware untyped
    parse,
    validate,
)

from domain.core.actors import Actor, Audience, Grants
from domain.core.database import to_json
from domain.core.errors import Refusal
from resolvers.limits import (
    CostLimit,
    LimitExceeded,
    Limits,
    TooManyTokens,
    check_length,
    cost,
    measure,
    page_variables,
)
from resolvers.request import (
    Answer,
    Document,
    GraphRequest,
    Operation,
    OperationUnresolved,
    ParseFailed,
    Road,
    ValidationFailed,
    VariablesInvalid,
)

# A thousand documents are more than the clients of one installation use; a parsed token takes about 600 bytes, so the
# second limit keeps the largest documents that strangers can send below 60 MB in all.
DOCUMENTS_MAX = 1_000
TOKENS_MAX = 100_000
# Combinations of page sizes, and introspection answers, remembered per document and schema.
COSTS_MAX = 64
INTROSPECTIONS_MAX = 8
# Limits that a document is known to keep.
LIMITS_MAX = 32
# A message names what is wrong; it is no second copy of it.
MESSAGE_LENGTH_MAX = 400
# Variables longer than this are not worth remembering an introspection for.
INTROSPECTION_KEY_MAX = 200

# Roots that the visible schema answers itself; `_service` is the schema for a federated graph.
_INTROSPECTION = frozenset({"__schema", "__type", "__typename", "_service"})
_REVEALING = frozenset({"__schema", "__type", "_service"})

VisibleSchema = Callable[[Grants], GraphQLSchema]


class _Seen:
    """What one visible schema makes of a document."""

    __slots__ = ("answers", "costs", "errors")

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        self.errors = errors
        self.costs: OrderedDict[tuple[Any, ...], int] = OrderedDict()
        self.answers: OrderedDict[tuple[Any, ...], bytes] = OrderedDict()


class _Prepared:
    """A document with what was found out about it."""

    __slots__ = ("document", "page_variables", "roots", "seen", "within")

    def __init__(self, document: Document, limits: Limits) -> None:
        self.document = document
        # The limits that it was found to keep, by their identity: they are few, and live as long as a tier.
        self.within = {id(limits): limits}
        self.page_variables = sorted(page_variables(document.node))
        self.seen: WeakKeyDictionary[GraphQLSchema, _Seen] = WeakKeyDictionary()
        fragments = {
            definition.name.value: definition
            for definition in document.node.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self.roots = {name: _root_names(node, fragments) for name, node in document.operations.items()}


class Dispatcher:
    """Prepares operations and sends each down its road.

    `visible` gives the schema that the holder of some grants can see; the same object for the same view.
    """

    def __init__(self, visible: VisibleSchema, *, read: Road, write: Road, limits: Limits | None = None) -> None:
        self._visible = visible
        self._roads = {OperationType.QUERY: read, OperationType.MUTATION: write}
        self.limits = limits or Limits()
        self._documents: OrderedDict[str, _Prepared] = OrderedDict()
        self._tokens = 0

    @property
    def remembered(self) -> int:
        """How many documents are remembered."""
        return len(self._documents)

    def schema_for(self, grants: Grants) -> GraphQLSchema:
        """The schema that the holder of the grants can see."""
        return self._visible(grants)

    async def answer(self, request: GraphRequest, actor: Actor, grants: Grants) -> Answer:
        """The answer to a query or mutation.

        Raises: LimitExceeded, ParseFailed, Invalid, OperationUnresolved, and what the road raises.
        """
        operation = self.prepare(request, grants)
        return await self.run(operation, actor, grants)

    async def run(self, operation: Operation, actor: Actor, grants: Grants) -> Answer:
        """The answer to a prepared query or mutation."""
        prepared = self._documents.get(operation.document.digest) or self._document(operation.request)
        if prepared.roots[_name(operation.node)] <= _INTROSPECTION:
            return _introspect(operation, prepared.seen[operation.schema])
        return await self._roads[operation.node.operation].answer(operation, actor, grants)

    def kind(self, request: GraphRequest) -> OperationType:
        """What a request asks to do, before anything is known of who asks.

        Raises: LimitExceeded, Invalid (syntax), OperationUnresolved.
        """
        return _named(self._document(request).document, request.operation_name).operation

    def prepare(self, request: GraphRequest, grants: Grants) -> Operation:
        """The operation that a request names, within the limits and valid for the reader.

        Raises: LimitExceeded, ParseFailed, Invalid, OperationUnresolved.
        """
        prepared = self._document(request)
        request.stages.end("parse")
        schema = self._visible(grants)
        self._validate(prepared, schema, grants)
        node = _named(prepared.document, request.operation_name)
        spent = _cost(prepared, node, request, schema)
        request.stages.end("validate")
        limits = request.limits or self.limits
        if spent > limits.cost:
            raise CostLimit(limit=limits.cost)
        return Operation(request=request, document=prepared.document, node=node, schema=schema, cost=spent)

    def _document(self, request: GraphRequest) -> _Prepared:
        text, limits = request.query, request.limits or self.limits
        digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        known = self._documents.get(digest)
        if known is not None:
            self._documents.move_to_end(digest)
            if id(limits) not in known.within:
                _check(known.document.node, limits)
                if len(known.within) >= LIMITS_MAX:
                    known.within.clear()
                known.within[id(limits)] = limits
            return known
        check_length(text, limits)
        try:
            node = parse(text, max_tokens=limits.tokens)
        except GraphQLSyntaxError as error:
            if f"more than {limits.tokens} tokens" in error.message:
                raise TooManyTokens(limit=limits.tokens) from None
            raise Invalid(ParseFailed, [error]) from None
        measure(node, limits)
        operations: dict[str | None, OperationDefinitionNode] = {}
        for definition in node.definitions:
            if isinstance(definition, OperationDefinitionNode):
                operations.setdefault(_name(definition), definition)
        prepared = _Prepared(Document(digest=digest, node=node, operations=operations), limits)
        self._remember(prepared)
        return prepared

    def _remember(self, prepared: _Prepared) -> None:
        self._documents[prepared.document.digest] = prepared
        self._tokens += prepared.document.node.token_count or 0
        while len(self._documents) > DOCUMENTS_MAX or self._tokens > TOKENS_MAX:
            _, forgotten = self._documents.popitem(last=False)
            self._tokens -= forgotten.document.node.token_count or 0

    def _validate(self, prepared: _Prepared, schema: GraphQLSchema, grants: Grants) -> None:
        seen = prepared.seen.get(schema)
        if seen is None:
            most = self.limits.validation_errors
            errors = validate(schema, prepared.document.node, max_errors=most, hide_suggestions=True)[:most]
            seen = prepared.seen[schema] = _Seen(errors)
        if seen.errors:
            raise Invalid(ValidationFailed, seen.errors)
        if grants.audience is Audience.ANONYMOUS and any(roots & _REVEALING for roots in prepared.roots.values()):
            raise Invalid(ValidationFailed, [GraphQLError("Introspection needs a credential.")])


def faults_of(text: str, schema: GraphQLSchema, limits: Limits) -> list[str]:
    """What keeps a document from running for whoever sees the schema, whatever its variables; nothing if it runs."""
    try:
        check_length(text, limits)
        node = parse(text, max_tokens=limits.tokens)
        measure(node, limits)
    except (GraphQLSyntaxError, LimitExceeded) as fault:
        return [fault.message if isinstance(fault, GraphQLSyntaxError) else fault.message()]
    errors = validate(schema, node, max_errors=limits.validation_errors, hide_suggestions=True)
    if errors:
        return [error.message for error in errors]
    operations = [one for one in node.definitions if isinstance(one, OperationDefinitionNode)]
    is_too_costly = any(cost(node, one, {}, schema) > limits.cost for one in operations)
    return [CostLimit(limit=limits.cost).message()] if is_too_costly else []


def _check(node: DocumentNode, limits: Limits) -> None:
    """Refuse a parsed document that a client of other limits sent before. Raises: LimitExceeded."""
    if (node.token_count or 0) > limits.tokens:
        raise TooManyTokens(limit=limits.tokens)
    measure(node, limits)


def _cost(prepared: _Prepared, node: OperationDefinitionNode, request: GraphRequest, schema: GraphQLSchema) -> int:
    costs = prepared.seen[schema].costs
    key = (_name(node), *(_sized(request.variables.get(name)) for name in prepared.page_variables))
    found = costs.get(key)
    if found is None:
        found = costs[key] = cost(prepared.document.node, node, request.variables, schema)
        if len(costs) > COSTS_MAX:
            costs.popitem(last=False)
    return found


def _introspect(operation: Operation, seen: _Seen) -> Answer:
    """What the visible schema says of itself; the bytes are kept."""
    request = operation.request
    key = (_name(operation.node), to_json(dict(request.variables)))
    known = seen.answers.get(key)
    if known is None:
        result = execute_sync(
            operation.schema, operation.document.node, variable_values=dict(request.variables),
            operation_name=_name(operation.node), hide_suggestions=True,
        )  # fmt: skip
        if result.errors:
            raise Invalid(VariablesInvalid, result.errors)
        known = orjson.dumps({"data": result.data})
        if len(key[1]) <= INTROSPECTION_KEY_MAX:
            seen.answers[key] = known
        if len(seen.answers) > INTROSPECTIONS_MAX:
            seen.answers.popitem(last=False)
    return Answer(status=200, body=known, cost=operation.cost)


class Invalid(Exception):
    """A document that cannot run, with every fault that was found, at most five."""

    def __init__(self, kind: type[Refusal], errors: Sequence[GraphQLError]) -> None:
        super().__init__(kind.code, [error.message for error in errors])
        self.refusals = [kind(reason=_shortened(error.message)) for error in errors]
        self.locations = [[(place.line, place.column) for place in error.locations or ()] for error in errors]


def _shortened(message: str) -> str:
    """The message, cut in the middle where it repeats a long name or value of the document."""
    if len(message) <= MESSAGE_LENGTH_MAX:
        return message
    half = MESSAGE_LENGTH_MAX // 2
    return f"{message[:half]}…{message[-half:]}"


def _name(node: OperationDefinitionNode) -> str | None:
    return node.name.value if node.name else None


def _named(document: Document, name: str | None) -> OperationDefinitionNode:
    """The operation to run. Raises: OperationUnresolved."""
    if name is not None:
        found = document.operations.get(name)
    else:
        found = next(iter(document.operations.values())) if len(document.operations) == 1 else None
    if found is None:
        raise OperationUnresolved()
    return found


def _root_names(node: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]) -> frozenset[str]:
    """The names of the root fields, fragments followed once each."""
    names: set[str] = set()
    followed: set[str] = set()
    pending: list[SelectionNode] = list(node.selection_set.selections)
    while pending:
        selection = pending.pop()
        if isinstance(selection, FieldNode):
            names.add(selection.name.value)
        elif isinstance(selection, InlineFragmentNode):
            pending.extend(selection.selection_set.selections)
        elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in followed:
            followed.add(selection.name.value)
            if selection.name.value in fragments:
                pending.extend(_selections(fragments[selection.name.value].selection_set))
    return frozenset(names)


def _selections(selection_set: SelectionSetNode) -> tuple[SelectionNode, ...]:
    return tuple(selection_set.selections)


def _sized(value: Any) -> Any:
    """What of a variable the cost can see: a whole number, or the length of a list."""
    if isinstance(value, list):
        return ("list", len(cast(list[Any], value)))
    return value if isinstance(value, int) else None
