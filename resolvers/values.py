"""Arguments as symbols: what shapes a statement is known when it is planned, what only fills it is bound when it runs.

The structure of an argument (which keys are present, which enum or boolean is given, what is null) decides the SQL;
leaf values never do. So variables become a symbolic tree in which leaves are `Sym`: the planner can read the structure
but not the value. `shape` is the part of the variables that the planner could see, and with it the key under which a
plan may be used again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLScalarType,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,  # pyright: ignore[reportUnknownVariableType]  # see InputType
    is_list_type,  # pyright: ignore[reportUnknownVariableType]  # see InputType
    is_non_null_type,  # pyright: ignore[reportUnknownVariableType]  # see InputType
)
from graphql.utilities import coerce_input_literal  # pyright: ignore[reportUnknownVariableType]  # see InputType

from domain.core.errors import InvalidInput

Path = tuple[str | int, ...]
# graphql-core leaves open what is inside its list and non-null types: to a strict checker such a type is anything.
InputType = Any
_nullable: Callable[[InputType], InputType] = cast(Any, get_nullable_type)
_is_list: Callable[[InputType], bool] = cast(Any, is_list_type)
_is_required: Callable[[InputType], bool] = cast(Any, is_non_null_type)
_named: Callable[[InputType], Any] = cast(Any, get_named_type)
_literal: Callable[[ValueNode, InputType], Any] = cast(Any, coerce_input_literal)


class Missing:
    """The type of `MISSING`."""

    def __bool__(self) -> bool:
        return False


MISSING: Final = Missing()


@dataclass(frozen=True, slots=True)
class Sym:
    """A value that is bound when the statement runs: a constant of the document, or a place in the variables."""

    path: Path = ()
    constant: Any = None
    parts: tuple["Sym", ...] = ()

    def value(self, variables: Mapping[str, Any]) -> Any:
        """The value under these coerced variables."""
        if self.parts:
            return [part.value(variables) for part in self.parts]
        if not self.path:
            return self.constant
        found: Any = variables
        for step in self.path:
            found = found[step]
        return found


@dataclass(frozen=True, slots=True)
class Bound:
    """A parameter to be: a symbol and what turns its value into what the database takes; `where` names it in errors."""

    sym: Sym
    convert: Callable[[Any], Any] | None = None
    where: str = ""

    def value(self, variables: Mapping[str, Any]) -> Any:
        """The database's value. Raises: RequestError of the converter."""
        raw = self.sym.value(variables)
        return raw if self.convert is None else self.convert(raw)


def _is_structural(type_: InputType) -> bool:
    """Whether the planner may look at values of the type: enums and booleans."""
    named = _named(type_)
    return isinstance(named, GraphQLEnumType) or (isinstance(named, GraphQLScalarType) and named.name == "Boolean")


def _items(value: Any) -> list[Any]:
    return list(cast(Sequence[Any], value)) if isinstance(value, list | tuple) else [value]


def symbolic(value: Any, type_: InputType, path: Path) -> Any:
    """The tree of a coerced variable value: dicts, lists of dicts, enums and booleans as they are, other leaves as
    `Sym`.
    """
    if value is None or _is_structural(type_):
        return value
    nullable = _nullable(type_)
    named = _named(type_)
    if isinstance(named, GraphQLInputObjectType):
        if _is_list(nullable):
            inner = nullable.of_type
            return [symbolic(item, inner, (*path, index)) for index, item in enumerate(_items(value))]
        return {key: symbolic(item, named.fields[key].type, (*path, key)) for key, item in value.items()}
    return Sym(path)


def shape(value: Any, type_: InputType) -> Any:
    """What the planner can see of a coerced variable value, hashable."""
    if value is None:
        return None
    if _is_structural(type_):
        return tuple(cast(list[Any], value)) if isinstance(value, list) else value
    nullable = _nullable(type_)
    named = _named(type_)
    if isinstance(named, GraphQLInputObjectType):
        if _is_list(nullable):
            return tuple(shape(item, nullable.of_type) for item in _items(value))
        return tuple((key, shape(item, named.fields[key].type)) for key, item in value.items())
    return "?"


def evaluate(node: ValueNode, type_: InputType, variables: Mapping[str, Any]) -> Any:
    """The symbolic tree of an argument as the document writes it; MISSING for a variable that was not given."""
    if isinstance(node, VariableNode):
        found = variables.get(node.name.value, MISSING)
        if found is None and _is_required(type_):
            # A variable with a default may stand where null may not, and null be sent for it all the same.
            name = f"${node.name.value}"
            raise InvalidInput(what=name, value="null", reason="a value is needed here", reason_zh="此处需要值")
        return found
    if isinstance(node, NullValueNode):
        return None
    nullable = _nullable(type_)
    if _is_list(nullable):
        nodes = list(node.values) if isinstance(node, ListValueNode) else [node]
        given = (evaluate(item, nullable.of_type, variables) for item in nodes)
        # A variable that was not sent is null in a list.
        items: list[Any] = [None if item is MISSING else item for item in given]
        if items and not _has_structure(nullable.of_type) and any(item is None for item in items):
            items = [Sym() if item is None else item for item in items]
        if items and all(isinstance(item, Sym) for item in items):
            if all(not item.path for item in items):
                return Sym(constant=tuple(item.constant for item in items))
            return Sym(parts=tuple(items))
        return Sym(constant=()) if not items and not _has_structure(nullable.of_type) else items
    if isinstance(nullable, GraphQLInputObjectType):
        assert isinstance(node, ObjectValueNode), "validated before"
        pairs = ((f.name.value, evaluate(f.value, nullable.fields[f.name.value].type, variables)) for f in node.fields)
        return {key: item for key, item in pairs if item is not MISSING}
    value = _literal(node, type_)
    return value if _is_structural(type_) else Sym(constant=value)


def _has_structure(type_: InputType) -> bool:
    return isinstance(_named(type_), GraphQLInputObjectType) or _is_structural(type_)
