"""The schema as one audience sees it: what no role of the audience may ever read or do does not exist.

The whole schema is printed, the hidden coordinates are taken out of its syntax tree, and what is left is built anew:
so a hidden field is unknown to validation, introspection and suggestions alike, and no second set of types has to be
kept.
"""

from collections import defaultdict
from collections.abc import Callable
from functools import cache
from typing import Any

from graphql import (
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    GraphQLScalarType,
    GraphQLSchema,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    NamedTypeNode,
    ObjectTypeDefinitionNode,
    TypeDefinitionNode,
    TypeNode,
    build_ast_schema,
    parse,
)

from schema.federation import serve_sdl, subgraph_sdl, with_federation

# (type name, field, argument-free) -> whether the audience knows it.
IsVisible = Callable[[str, str], bool]

_ROOTS = frozenset({"Query", "Mutation", "Subscription"})


def visible_schema(sdl: str, whole: GraphQLSchema, is_visible: IsVisible) -> GraphQLSchema:
    """The part of the schema that `is_visible` leaves, with everything that nothing refers to any more taken out too.

    `is_visible` is asked for the fields of objects, the fields of filters, and the values of enums that name fields.
    """
    definitions = [_pruned(one, is_visible) for one in _parsed(sdl).definitions]
    kept = _reachable([one for one in definitions if one is not None])
    schema = build_ast_schema(with_federation(kept), assume_valid=True)
    serve_sdl(schema, lambda: subgraph_sdl(kept))
    for name, type_ in schema.type_map.items():
        original = whole.type_map.get(name)
        if (
            isinstance(type_, GraphQLScalarType)
            and isinstance(original, GraphQLScalarType)
            and not name.startswith("__")
        ):
            type_.coerce_input_value = original.coerce_input_value
            type_.coerce_input_literal = original.coerce_input_literal
            type_.coerce_output_value = original.coerce_output_value
    return schema


@cache
def _parsed(sdl: str) -> DocumentNode:
    """The syntax tree of the whole schema, of which every audience sees a part; nothing in it is changed."""
    return parse(sdl, no_location=True)


def _pruned(definition: Any, is_visible: IsVisible) -> Any:
    """The definition without its hidden fields; None when none is left."""
    if isinstance(definition, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode | InputObjectTypeDefinitionNode):
        name = definition.name.value
        fields = tuple(one for one in definition.fields or () if is_visible(name, one.name.value))
        return _with(definition, fields=fields) if fields else None
    if isinstance(definition, EnumTypeDefinitionNode):
        values = tuple(one for one in definition.values or () if is_visible(definition.name.value, one.name.value))
        return _with(definition, values=values) if values else None
    return definition


def _with(node: Any, **changes: Any) -> Any:
    return type(node)(**{**{key: getattr(node, key) for key in node.keys if hasattr(node, key)}, **changes})


def _named(type_: TypeNode) -> str:
    while not isinstance(type_, NamedTypeNode):
        type_ = type_.type  # type: ignore[attr-defined]  # list and non-null nodes wrap a type
    return type_.name.value


def _reachable(definitions: list[Any]) -> list[Any]:
    """The definitions that the roots still lead to; members whose type is gone are taken out first, until nothing
    changes.
    """
    named = {one.name.value: one for one in definitions if isinstance(one, TypeDefinitionNode)}
    others = [one for one in definitions if not isinstance(one, TypeDefinitionNode)]
    builtin = {"String", "Int", "Float", "Boolean", "ID"}
    changed = True
    while changed:
        changed = False
        for name, one in list(named.items()):
            kept = _without_missing(one, named.keys() | builtin)
            if kept is None:
                del named[name]
            elif kept is not one:
                named[name] = kept
            changed = changed or kept is not one
    implemented: dict[str, list[str]] = defaultdict(list)
    for name, one in named.items():
        for interface in _interfaces(one):
            implemented[interface].append(name)
    wanted: set[str] = set()
    pending = [name for name in _ROOTS if name in named]
    while pending:
        name = pending.pop()
        if name in wanted or name not in named:
            continue
        wanted.add(name)
        pending += _references(named[name])
        if name != "Node":
            # What implements an interface is met through it; nodes are met by their own roots, or not at all.
            pending += implemented[name]
    return [*others, *(one for name, one in named.items() if name in wanted)]


def _without_missing(definition: Any, known: Any) -> Any:
    if not hasattr(definition, "fields"):
        return definition
    fields: list[Any] = []
    for one in definition.fields or ():
        if _named(one.type) not in known:
            continue
        if isinstance(one, FieldDefinitionNode):
            arguments = tuple(a for a in one.arguments or () if _named(a.type) in known)
            if len(arguments) != len(one.arguments or ()):
                fields.append(_with(one, arguments=arguments))
                continue
        fields.append(one)
    if not fields:
        return None
    if len(fields) == len(definition.fields or ()) and all(
        a is b for a, b in zip(fields, definition.fields, strict=True)
    ):
        return definition
    return _with(definition, fields=tuple(fields))


def _interfaces(definition: Any) -> list[str]:
    return [one.name.value for one in getattr(definition, "interfaces", None) or ()]


def _references(definition: Any) -> list[str]:
    names = _interfaces(definition)
    for one in getattr(definition, "fields", None) or ():
        names.append(_named(one.type))
        if isinstance(one, FieldDefinitionNode):
            names += [
                _named(argument.type)
                for argument in one.arguments or ()
                if isinstance(argument, InputValueDefinitionNode)
            ]
    return names
