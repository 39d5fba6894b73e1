"""What a document may ask at most: measured in one pass after parsing, before validation.

Every measure is linear in the document: each fragment is weighed once and its weight added wherever it is spread, so
that 200 fragments which double each other are 200 additions of whole numbers and not 2 to the power of 200 visits.
The page sizes of `first` and `last` are known only with the variables; the cost is therefore a second, equally linear
pass, which walks the visible schema to know what is a list.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)
from graphql.type import GraphQLInterfaceType, GraphQLList, GraphQLObjectType

from domain.core.errors import RequestError


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The most that one document may contain; the defaults hold for every client."""

    tokens: int = 5_000
    depth: int = 12
    # The introspection query of GraphiQL nests `ofType` nine times below `args`: 15 levels, with some room for tools.
    introspection_depth: int = 20
    aliases: int = 50
    root_fields: int = 20
    mutations: int = 5
    directives: int = 20
    # Fields after every fragment is expanded where it is spread: what a planner must walk.
    selections: int = 10_000
    cost: int = 10_000
    # Pairs of fields with one response key, and of fragments, in one place: what validation compares with each other.
    # Twenty thousand take it some tens of milliseconds.
    overlaps: int = 20_000
    validation_errors: int = 5


# Characters of a document for each token that it may have: comments and long literals are no tokens, but are read too,
# a megabyte in a second. What is long belongs into variables.
CHARACTERS_PER_TOKEN = 40

# What the search for overlaps looks at in one document before it gives up: the document is then mostly circles.
OVERLAP_VISITS_MAX = 50_000

# Page of a connection that names no size, and the size assumed of a plain list: documents own a few lines, and the
# largest page of the largest documents must stay askable.
PAGE_DEFAULT = 50
LIST_ASSUMED = 10

_INTROSPECTION = frozenset({"__schema", "__type"})
_PAGE_ARGUMENTS = frozenset({"first", "last"})
# Arguments whose length is the number of rows asked for.
_KEY_ARGUMENTS = frozenset({"ids", "representations"})
_PAGED_FIELDS = frozenset({"nodes", "edges"})


class LimitExceeded(RequestError):
    """A document asks more than one document may; the common root of the limits below."""


class TooManyTokens(LimitExceeded):
    code = "TOO_MANY_TOKENS"
    zh = "文档超过 {limit} 个词法单元。"
    en = "The document has more than {limit} tokens."


class DocumentTooLong(LimitExceeded):
    code = "DOCUMENT_LIMIT"
    zh = "文档超过 {limit} 个字符。"
    en = "The document is longer than {limit} characters."


class DepthLimit(LimitExceeded):
    code = "DEPTH_LIMIT"
    zh = "文档嵌套超过 {limit} 层。"
    en = "The document nests deeper than {limit} levels."


class AliasLimit(LimitExceeded):
    code = "ALIAS_LIMIT"
    zh = "文档使用的别名超过 {limit} 个。"
    en = "The document uses more than {limit} aliases."


class OperationLimit(LimitExceeded):
    code = "OPERATION_LIMIT"
    zh = "一个操作最多可有 {limit} 个根字段。"
    en = "The operation has more than {limit} root fields."


class DirectiveLimit(LimitExceeded):
    code = "DIRECTIVE_LIMIT"
    zh = "文档使用的指令超过 {limit} 个。"
    en = "The document uses more than {limit} directives."


class OverlapLimit(LimitExceeded):
    code = "OVERLAP_LIMIT"
    zh = "文档在同一处重复选择相同字段或片段过多，比较次数超过 {limit}。"
    en = "The document selects the same fields, or spreads fragments, in one place too often: more than {limit} pairs."


class CostLimit(LimitExceeded):
    code = "COST_LIMIT"
    zh = "查询成本超过上限 {limit}。"
    en = "The operation costs more than {limit}; ask for smaller pages or fewer nested lists."


@dataclass(frozen=True, slots=True)
class Weight:
    """What a selection set amounts to with its fragments expanded.

    `depth` counts levels of fields; those below `__schema` and `__type` count in `introspection_depth` instead.
    """

    depth: int = 0
    introspection_depth: int = 0
    aliases: int = 0
    directives: int = 0
    selections: int = 0
    roots: int = 0


_EMPTY = Weight()


def check_length(text: str, limits: Limits) -> None:
    """Refuse a text before it is read. Raises: DocumentTooLong."""
    most = CHARACTERS_PER_TOKEN * limits.tokens
    if len(text) > most:
        raise DocumentTooLong(limit=most)


def measure(document: DocumentNode, limits: Limits) -> None:
    """Refuse a document any of whose operations is too deep, too wide or too often expanded.

    Raises: DepthLimit, AliasLimit, OperationLimit, DirectiveLimit, CostLimit, OverlapLimit.
    """
    fragments = _fragments(document)
    weights: dict[str, Weight] = {}
    for name in _innermost_first(fragments):
        weights[name] = _weigh(fragments[name].selection_set, weights, len(fragments[name].directives or ()))
    for operation in _operations(document):
        directives = len(operation.directives or ())
        directives += sum(len(variable.directives or ()) for variable in operation.variable_definitions or ())
        weight = _weigh(operation.selection_set, weights, directives)
        _refuse(weight, operation.operation, limits)
    # A fragment that nothing spreads is refused by validation, whose work it must not multiply before that.
    for weight in weights.values():
        _refuse_shape(weight, limits)
    visits = 0
    for definition in (*_operations(document), *fragments.values()):
        visits = _compare(definition.selection_set, fragments, limits, visits)


def cost(
    document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any], schema: GraphQLSchema
) -> int:
    """The most objects that the operation can answer, given its page sizes.

    Each object counts 1; a connection counts its page, a plain list `LIST_ASSUMED`, however long it is.
    """
    fragments = _fragments(document)
    pages = _Pages(operation, variables)
    costs: dict[str, tuple[int, int]] = {}
    for name in _innermost_first(fragments):
        condition = schema.get_type(fragments[name].type_condition.name.value)
        costs[name] = _cost(fragments[name].selection_set, condition, _Costing(schema, pages, costs))
    root = schema.get_root_type(operation.operation)
    fixed, paged = _cost(operation.selection_set, root, _Costing(schema, pages, costs))
    return fixed + paged * PAGE_DEFAULT


def page_variables(document: DocumentNode) -> frozenset[str]:
    """The names of the variables on which the cost of the document depends."""
    names: set[str] = set()
    pending: list[SelectionNode] = []
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode):
            pending.extend(definition.selection_set.selections)
    while pending:
        selection = pending.pop()
        if isinstance(selection, FieldNode):
            for argument in selection.arguments or ():
                sized = argument.name.value in _PAGE_ARGUMENTS or argument.name.value in _KEY_ARGUMENTS
                if sized and isinstance(argument.value, VariableNode):
                    names.add(argument.value.name.value)
        if isinstance(selection, FieldNode | InlineFragmentNode) and selection.selection_set:
            pending.extend(selection.selection_set.selections)
    return frozenset(names)


def _fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    found = (definition for definition in document.definitions if isinstance(definition, FragmentDefinitionNode))
    return {fragment.name.value: fragment for fragment in found}


def _operations(document: DocumentNode) -> Iterator[OperationDefinitionNode]:
    return (definition for definition in document.definitions if isinstance(definition, OperationDefinitionNode))


def _spreads(selection_set: SelectionSetNode) -> set[str]:
    """The names of the fragments spread anywhere below, without entering them."""
    names: set[str] = set()
    pending = list(selection_set.selections)
    while pending:
        selection = pending.pop()
        if isinstance(selection, FragmentSpreadNode):
            names.add(selection.name.value)
        elif isinstance(selection, FieldNode | InlineFragmentNode) and selection.selection_set:
            pending.extend(selection.selection_set.selections)
    return names


def _innermost_first(fragments: Mapping[str, FragmentDefinitionNode]) -> list[str]:
    """The fragments, each after those it spreads; a cycle is cut where it closes, validation will name it.

    The stack is explicit: a chain may be longer than the interpreter's recursion limit.
    """
    spreads = {name: _spreads(fragment.selection_set) & fragments.keys() for name, fragment in fragments.items()}
    ordered: list[str] = []
    seen: set[str] = set()
    for start in fragments:
        stack: list[tuple[str, Iterator[str]]] = []
        if start not in seen:
            seen.add(start)
            stack.append((start, iter(spreads[start])))
        while stack:
            name, remaining = stack[-1]
            following = next((candidate for candidate in remaining if candidate not in seen), None)
            if following is None:
                stack.pop()
                ordered.append(name)
            else:
                seen.add(following)
                stack.append((following, iter(spreads[following])))
    return ordered


def _weigh(selection_set: SelectionSetNode, weights: Mapping[str, Weight], directives: int = 0) -> Weight:
    """The weight of a selection set whose fragments are already weighed; the parser bounds the recursion."""
    depth = introspection_depth = aliases = selections = roots = 0
    for selection in selection_set.selections:
        directives += len(selection.directives or ())
        own = 0
        if isinstance(selection, FieldNode):
            inner = _weigh(selection.selection_set, weights) if selection.selection_set else _EMPTY
            aliases += 1 if selection.alias else 0
            selections += 1
            roots += 1
            own = 1
            if selection.name.value in _INTROSPECTION:
                introspection_depth = max(introspection_depth, inner.depth + 1)
                inner_depth = 0
            else:
                inner_depth = inner.depth
        else:
            if isinstance(selection, FragmentSpreadNode):
                inner = weights.get(selection.name.value, _EMPTY)
            elif isinstance(selection, InlineFragmentNode):
                inner = _weigh(selection.selection_set, weights)
            else:
                continue
            roots += inner.roots
            inner_depth = inner.depth
        depth = max(depth, inner_depth + own)
        introspection_depth = max(introspection_depth, inner.introspection_depth)
        aliases += inner.aliases
        directives += inner.directives
        selections += inner.selections
    return Weight(depth, introspection_depth, aliases, directives, selections, roots)


def _refuse(weight: Weight, kind: OperationType, limits: Limits) -> None:
    roots_max = limits.mutations if kind is OperationType.MUTATION else limits.root_fields
    if weight.roots > roots_max:
        raise OperationLimit(limit=roots_max)
    if weight.depth > limits.depth:
        raise DepthLimit(limit=limits.depth)
    _refuse_shape(weight, limits)


def _refuse_shape(weight: Weight, limits: Limits) -> None:
    """Refuse what is too much in any place; a fragment for introspection may be as deep as introspection itself."""
    if max(weight.introspection_depth, weight.depth) > limits.introspection_depth:
        raise DepthLimit(limit=limits.depth)
    if weight.aliases > limits.aliases:
        raise AliasLimit(limit=limits.aliases)
    if weight.directives > limits.directives:
        raise DirectiveLimit(limit=limits.directives)
    if weight.selections > limits.selections:
        raise CostLimit(limit=limits.cost)


def _compare(
    selection_set: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode], limits: Limits, visits: int
) -> int:
    """Refuse what validation would compare too often: every pair of fields that answer under one key in one place.

    Its work is quadratic there, and for the pairs of fragments spread in one place. This walks the places once; the
    answer is `visits` and the selections it looked at, which are limited for the whole document.
    """
    pairs = 0
    places = [([selection_set], 1)]
    while places:
        pending, level = places.pop()
        counts: dict[str, int] = {}
        below: dict[str, list[SelectionSetNode]] = {}
        spread: set[str] = set()
        while pending:
            for selection in pending.pop().selections:
                visits += 1
                if isinstance(selection, FieldNode):
                    key = selection.alias.value if selection.alias else selection.name.value
                    counts[key] = counts.get(key, 0) + 1
                    if selection.selection_set:
                        below.setdefault(key, []).append(selection.selection_set)
                elif isinstance(selection, InlineFragmentNode):
                    pending.append(selection.selection_set)
                elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in spread:
                    spread.add(selection.name.value)
                    if selection.name.value in fragments:
                        pending.append(fragments[selection.name.value].selection_set)
        pairs += sum(count * (count - 1) // 2 for count in (*counts.values(), len(spread)))
        if pairs > limits.overlaps or visits > OVERLAP_VISITS_MAX:
            raise OverlapLimit(limit=limits.overlaps)
        # Deeper is refused already, but for circles, which validation names.
        if level <= limits.introspection_depth:
            places += [(sets, level + 1) for sets in below.values()]
    return visits


class _Pages:
    """The sizes that arguments ask for, with the variables of one request."""

    def __init__(self, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> None:
        self._variables = variables
        self._defaults = {
            definition.variable.name.value: definition.default_value
            for definition in operation.variable_definitions or ()
        }

    def size(self, field: FieldNode) -> int | None:
        """The page or list size that a field's arguments name, None where they name none."""
        sizes: list[int | None] = []
        for argument in field.arguments or ():
            if argument.name.value in _PAGE_ARGUMENTS:
                sizes.append(self._whole(argument.value))
            elif argument.name.value in _KEY_ARGUMENTS:
                sizes.append(self._length(argument.value))
        return max((size for size in sizes if size is not None), default=None)

    def _whole(self, value: ValueNode | None) -> int | None:
        if isinstance(value, VariableNode):
            name = value.name.value
            if name not in self._variables:
                return self._whole(self._defaults.get(name))
            given = self._variables[name]
            return max(given, 0) if isinstance(given, int) else None
        # Ten digits are more than any page: a longer literal must not become a number of its own length.
        return max(int(value.value[:10]), 0) if isinstance(value, IntValueNode) else None

    def _length(self, value: ValueNode | None) -> int:
        if isinstance(value, VariableNode):
            given = self._variables.get(value.name.value)
            return len(given) if isinstance(given, list) else 1  # pyright: ignore[reportUnknownArgumentType]  # JSON
        return len(value.values) if isinstance(value, ListValueNode) else 1


@dataclass(frozen=True, slots=True)
class _Costing:
    schema: GraphQLSchema
    pages: _Pages
    costs: Mapping[str, tuple[int, int]]


def _cost(selection_set: SelectionSetNode, parent: GraphQLNamedType | None, costing: _Costing) -> tuple[int, int]:
    """The cost as (what is there once, what is there once for each row of the page around it)."""
    fixed = paged = 0
    for selection in selection_set.selections:
        if isinstance(selection, FieldNode):
            own_fixed, own_paged = _field_cost(selection, parent, costing)
        elif isinstance(selection, FragmentSpreadNode):
            own_fixed, own_paged = costing.costs.get(selection.name.value, (0, 0))
        elif isinstance(selection, InlineFragmentNode):
            condition = selection.type_condition
            inside = costing.schema.get_type(condition.name.value) if condition else parent
            own_fixed, own_paged = _cost(selection.selection_set, inside, costing)
        else:
            continue
        fixed += own_fixed
        paged += own_paged
    return fixed, paged


def _field_cost(field: FieldNode, parent: GraphQLNamedType | None, costing: _Costing) -> tuple[int, int]:
    name = field.name.value
    if not field.selection_set or name in _INTROSPECTION:
        # A column costs nothing beside its row; counting all rows is a statement's work of its own.
        return (1 if name in ("totalCount", "__schema", "__type") else 0), 0
    target, is_list = _answers(parent, name)
    fixed, paged = _cost(field.selection_set, target, costing)
    size = costing.pages.size(field)
    size = _size_declared(parent, name) if size is None else size
    if is_list and size is None and name in _PAGED_FIELDS:
        return 0, 1 + fixed + paged * PAGE_DEFAULT
    if is_list:
        return (LIST_ASSUMED if size is None else size) * (1 + fixed + paged * PAGE_DEFAULT), 0
    return 1 + fixed + paged * (PAGE_DEFAULT if size is None else size), 0


def _size_declared(parent: GraphQLNamedType | None, name: str) -> int | None:
    """The page that a field answers when none is named, where the schema says so: reports have longer ones."""
    definition = parent.fields.get(name) if isinstance(parent, GraphQLObjectType) else None
    first = definition.args.get("first") if definition is not None else None
    default = first.default if first is not None else None
    literal = default.literal if default is not None else None
    return int(literal.value) if isinstance(literal, IntValueNode) else None


def _answers(parent: GraphQLNamedType | None, name: str) -> tuple[GraphQLNamedType | None, bool]:
    """The type that a field answers, and whether it answers a list of it; an unknown field is left to validation."""
    if not isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) or name not in parent.fields:
        return None, False
    type_: Any = parent.fields[name].type
    wrapper: type[GraphQLList[Any]] = GraphQLList
    is_list = False
    while (inner := getattr(type_, "of_type", None)) is not None:
        is_list = is_list or type(type_) is wrapper
        type_ = inner
    return type_, is_list
