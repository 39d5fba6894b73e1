"""Selections as the planner reads them: fields merged by response key, fragments followed, @skip and @include applied
(pure).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLBoolean,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    is_abstract_type,
)

from resolvers.values import MISSING, evaluate

# The type of the condition of @skip and @include.
CONDITION = GraphQLNonNull(GraphQLBoolean)


@dataclass(frozen=True, slots=True)
class Selections:
    """The selections of one operation under one shape of its variables."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]

    def fields(self, type_: GraphQLObjectType, nodes: Sequence[FieldNode]) -> dict[str, list[FieldNode]]:
        """The fields selected below some nodes of an object type, in order."""
        return self.collect(type_, [node.selection_set for node in nodes if node.selection_set is not None])

    def collect(self, type_: GraphQLObjectType, sets: Sequence[SelectionSetNode]) -> dict[str, list[FieldNode]]:
        """The fields selected on an object type, merged by response key, in order.

        A fragment is followed once, so that chained fragments cost what they are long.
        """
        found: dict[str, list[FieldNode]] = {}
        followed: set[str] = set()
        for one in sets:
            for node in self._flat(type_, one.selections, followed):
                found.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
        return found

    def parts(self, type_name: str, nodes: Sequence[FieldNode]) -> tuple[tuple[str, str], ...]:
        """The selected fields of a small object: (response key, field name)."""
        return tuple((key, found[0].name.value) for key, found in self.fields(self.object(type_name), nodes).items())

    def object(self, name: str) -> GraphQLObjectType:
        """The object type of that name, which the schema has."""
        type_ = self.schema.get_type(name)
        assert isinstance(type_, GraphQLObjectType), name
        return type_

    def arguments(self, type_: GraphQLObjectType, node: FieldNode) -> dict[str, Any]:
        """The arguments given to a field, as symbols."""
        definitions = type_.fields[node.name.value].args
        given = (
            (one.name.value, evaluate(one.value, definitions[one.name.value].type, self.variables))
            for one in node.arguments or ()
        )
        return {name: value for name, value in given if value is not MISSING}

    def _flat(
        self, type_: GraphQLObjectType, selections: Sequence[SelectionNode], followed: set[str]
    ) -> Iterator[FieldNode]:
        for node in selections:
            if not self._is_included(node):
                continue
            if isinstance(node, FieldNode):
                yield node
                continue
            if isinstance(node, FragmentSpreadNode):
                if node.name.value in followed:
                    continue
                followed.add(node.name.value)
                fragment = self.fragments[node.name.value]
                condition, inner = fragment.type_condition.name.value, fragment.selection_set
            else:
                assert isinstance(node, InlineFragmentNode)
                condition = node.type_condition.name.value if node.type_condition else type_.name
                inner = node.selection_set
            if self._applies(condition, type_):
                yield from self._flat(type_, inner.selections, followed)

    def _applies(self, condition: str, type_: GraphQLObjectType) -> bool:
        other = self.schema.get_type(condition)
        return other is type_ or (is_abstract_type(other) and self.schema.is_sub_type(other, type_))

    def _is_included(self, node: SelectionNode) -> bool:
        for directive in node.directives or ():
            if directive.name.value in ("skip", "include") and directive.arguments:
                given = evaluate(directive.arguments[0].value, CONDITION, self.variables)
                if given is (directive.name.value == "skip"):
                    return False
        return True
