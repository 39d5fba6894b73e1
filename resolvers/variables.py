"""The variables of an operation: what it declares of them is found out once, their values are read for each request."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from typing import Any, cast

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    ListValueNode,
    Node,
    NonNullTypeNode,
    SelectionSetNode,
    VariableNode,
    Visitor,
    type_from_ast,  # pyright: ignore[reportUnknownVariableType]  # see resolvers.values.InputType
    visit,
)
from graphql.execution.values import get_variable_values

from resolvers.global_ids import type_of_id
from resolvers.operation import Invalid
from resolvers.representations import kinds_of
from resolvers.request import Operation, VariablesInvalid
from resolvers.values import shape, symbolic

# Operations whose declarations are kept; each is a few references.
DECLARATIONS_MAX = 2_000

# The roots that find rows of any type.
_NODE_ROOTS = frozenset({"node", "nodes"})
_ENTITY_ROOTS = frozenset({"_entities"})

# The scalars whose value is the text that the client sent.
_TEXTS = frozenset({"ID", "String"})


@dataclass(frozen=True, slots=True, eq=False)
class Declared:
    """What one operation declares; compared by identity, since it is found out once.

    `texts` names all its variables when each is a text that must be there: their values need no reading. `node_names`
    are the variables given to the roots `node` and `nodes`, whose ids name the type to plan for; `entity_names` those
    given to `_entities`, whose representations name types and keys. `text_shape` is the shape of the variables when
    it is always the same: all are texts, and none names a type.
    """

    types: Mapping[str, Any]
    texts: tuple[str, ...]
    node_names: tuple[str, ...]
    entity_names: tuple[str, ...]
    text_shape: tuple[tuple[str, Any], ...]
    fragments: Mapping[str, FragmentDefinitionNode]

    def only(self, names: Set[str]) -> "Declared":
        """What of it is about these variables: all that the plan of a part may depend on that uses no others."""
        return replace(
            self,
            types={name: type_ for name, type_ in self.types.items() if name in names},
            texts=tuple(name for name in self.texts if name in names),
            node_names=tuple(name for name in self.node_names if name in names),
            entity_names=tuple(name for name in self.entity_names if name in names),
            text_shape=tuple(one for one in self.text_shape if one[0] in names),
        )


class Declarations:
    """What operations declare, by visible schema and document; the longest unused is forgotten first."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[GraphQLSchema, str, str | None], tuple[Declared, Declared]] = OrderedDict()

    def of(self, operation: Operation, *, below_roots: bool = False) -> Declared:
        """What the operation declares, found out once; `below_roots` only what is used below its root fields.

        A payload is planned by the latter: what a command is given says nothing about what is shown of its record.
        """
        node = operation.node
        key = (operation.schema, operation.document.digest, node.name.value if node.name else None)
        found = self._known.get(key)
        if found is None:
            declared = _declared(operation)
            found = self._known[key] = declared, declared.only(_used_below_roots(operation))
            if len(self._known) > DECLARATIONS_MAX:
                self._known.popitem(last=False)
        return found[below_roots]


def _declared(operation: Operation) -> Declared:
    definitions = operation.node.variable_definitions or ()
    types = {one.variable.name.value: type_from_ast(operation.schema, one.type) for one in definitions}
    are_texts = all(isinstance(one.type, NonNullTypeNode) and one.default_value is None for one in definitions) and all(
        str(type_).rstrip("!") in _TEXTS for type_ in types.values()
    )
    nodes = operation.document.node.definitions
    fragments = {one.name.value: one for one in nodes if isinstance(one, FragmentDefinitionNode)}
    node_names = _variables_of(operation, dict(fragments), _NODE_ROOTS)
    entity_names = _variables_of(operation, dict(fragments), _ENTITY_ROOTS)
    is_plain = are_texts and not node_names and not entity_names
    text_shape = tuple((name, shape("", type_)) for name, type_ in types.items()) if is_plain else ()
    return Declared(types, tuple(types) if are_texts else (), node_names, entity_names, text_shape, fragments)


def coerced_variables(operation: Operation, declared: Declared) -> Mapping[str, Any]:
    """The variables as their types read them. Raises: Invalid with every fault."""
    if not declared.types:
        return {}
    given = operation.request.variables
    if declared.texts:
        values = {name: given.get(name) for name in declared.texts}
        if all(type(value) is str for value in values.values()):
            return values
    definitions = operation.node.variable_definitions or ()
    if len(declared.types) < len(definitions):
        definitions = tuple(one for one in definitions if one.variable.name.value in declared.types)
    found = get_variable_values(operation.schema, definitions, dict(given), hide_suggestions=True)
    if isinstance(found, list):
        raise Invalid(VariablesInvalid, found)
    return found.coerced


def symbols(declared: Declared, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The variables as the planner may see them."""
    return {name: symbolic(value, declared.types[name], (name,)) for name, value in variables.items()}


def variables_shape(declared: Declared, variables: Mapping[str, Any]) -> object:
    """What a plan may depend on: structure, enums, booleans and nulls, the types that `node(id:)` names, and the types
    and keys that representations name.
    """
    if not variables:
        return ()
    if declared.text_shape:
        return declared.text_shape
    shapes: list[object] = [(name, shape(value, declared.types[name])) for name, value in variables.items()]
    for name in declared.node_names:
        value = variables.get(name)
        ids = cast(list[Any], value) if isinstance(value, list) else [value]
        shapes.append(tuple(type_of_id(one) for one in ids))
    shapes += [kinds_of(variables.get(name)) for name in declared.entity_names]
    return tuple(shapes)


class _Variables(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.names.add(node.name.value)


def variables_in(nodes: Iterable[Node]) -> set[str]:
    """The names of the variables used below the nodes: what an answer can depend on."""
    found = _Variables()
    for node in nodes:
        visit(node, found)
    return found.names


def _used_below_roots(operation: Operation) -> set[str]:
    """The variables used anywhere but in the arguments of a root field; those of fragments are all counted."""
    nodes: list[Node] = [one for one in operation.document.node.definitions if isinstance(one, FragmentDefinitionNode)]
    for root in operation.node.selection_set.selections:
        if isinstance(root, FieldNode):
            nodes += [*(root.directives or ()), *([root.selection_set] if root.selection_set else [])]
        else:
            nodes.append(root)
    return variables_in(nodes)


def _variables_of(
    operation: Operation, fragments: dict[str, FragmentDefinitionNode], roots: frozenset[str]
) -> tuple[str, ...]:
    """The variables given to these roots, alone or in a list."""
    names: set[str] = set()
    pending: list[SelectionSetNode] = [operation.node.selection_set]
    while pending:
        for node in pending.pop().selections:
            if isinstance(node, InlineFragmentNode):
                pending.append(node.selection_set)
            elif isinstance(node, FragmentSpreadNode):
                followed = fragments.pop(node.name.value, None)
                if followed is not None:
                    pending.append(followed.selection_set)
            elif isinstance(node, FieldNode) and node.name.value in roots:
                for argument in node.arguments or ():
                    values = argument.value.values if isinstance(argument.value, ListValueNode) else [argument.value]
                    names.update(value.name.value for value in values if isinstance(value, VariableNode))
    return tuple(sorted(names))
