"""Plan: a validated operation and a reader's answers become nodes that `resolvers.sql` renders to one statement (pure).

The nodes are in `resolvers.nodes`; the planner walks the selection and asks `Permissions` for each record and field it meets.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal, get_args

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
)

from domain.core.columns import Tier
from domain.core.errors import InvalidInput
from resolvers.aggregates import (
    GROUPS_MAX,
    AggregateNode,
    CountFigure,
    Figure,
    GroupCountFigure,
    GroupsFigure,
    GroupTerm,
    KeyFigure,
    KeyPart,
    Measure,
    MoneyShape,
    Operation,
    StatisticFigure,
    TypenameFigure,
)
from resolvers.catalog import CATALOG, Entity, Leaf, MoneyLeaf, ToMany, ToOne, camel
from resolvers.filters import FilterReader, Predicate, Scoped
from resolvers.global_ids import decode_id, type_of_id
from resolvers.nodes import (
    ConnectionNode,
    ConnectionPart,
    EdgesPart,
    IdValue,
    LeafValue,
    LegacyKeys,
    ListValue,
    LocalSelection,
    LocalValue,
    Lookup,
    MoneyValue,
    NodesPart,
    OneValue,
    PageInfoPart,
    Plan,
    ResponsePath,
    RootRow,
    RootRows,
    RootValue,
    RowNode,
    Text,
    TotalPart,
    Value,
    Withheld,
)
from resolvers.paging import PageLimit, read_window
from resolvers.reader import Mask, Narrow, Permissions
from resolvers.values import MISSING, Bound, Sym, evaluate

# Roots that the process answers from what it holds about the caller.
LOCAL_ROOTS = frozenset({"viewer"})

# Ids in one nodes(ids:).
NODES_MAX = 100


@dataclass
class Planner:
    """Plans one operation for one shape of variables and one permission signature.

    Raises: RequestError subclasses for arguments that no plan can serve.
    """

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]
    raw_variables: Mapping[str, Any]
    permissions: Permissions
    withheld: list[Withheld] = field(default_factory=list)
    personal: dict[str, None] = field(default_factory=dict)

    def plan(self, selection: SelectionSetNode) -> Plan:
        """The plan of a query's selection."""
        root = self.schema.query_type
        assert root is not None, "every schema has a query"
        roots = tuple((key, self._root(root, key, nodes)) for key, nodes in self.collect(root, [selection]).items())
        return Plan(roots, tuple(self.withheld), tuple(self.personal))

    # --- selections ----------------------------------------------------------------------------------------------

    def collect(self, type_: GraphQLObjectType, sets: Sequence[SelectionSetNode]) -> dict[str, list[FieldNode]]:
        """The fields selected on an object type, merged by response key, in order; @skip and @include applied."""
        found: dict[str, list[FieldNode]] = {}
        for one in sets:
            for node in self._flat(type_, one.selections):
                found.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
        return found

    def _flat(self, type_: GraphQLObjectType, selections: Sequence[SelectionNode]) -> Iterator[FieldNode]:
        for node in selections:
            if not self._is_included(node):
                continue
            if isinstance(node, FieldNode):
                yield node
                continue
            if isinstance(node, FragmentSpreadNode):
                fragment = self.fragments[node.name.value]
                condition, inner = fragment.type_condition.name.value, fragment.selection_set
            else:
                assert isinstance(node, InlineFragmentNode)
                condition = node.type_condition.name.value if node.type_condition else type_.name
                inner = node.selection_set
            if self._applies(condition, type_):
                yield from self._flat(type_, inner.selections)

    def _applies(self, condition: str, type_: GraphQLObjectType) -> bool:
        other = self.schema.get_type(condition)
        return other is type_ or (is_abstract_type(other) and self.schema.is_sub_type(other, type_))

    def _is_included(self, node: SelectionNode) -> bool:
        for directive in node.directives or ():
            if directive.name.value in ("skip", "include"):
                value = directive.arguments[0].value
                given = self.variables[value.name.value] if hasattr(value, "name") else value.value  # type: ignore[union-attr]  # validated: a variable or a Boolean literal
                if given is (directive.name.value == "skip"):
                    return False
        return True

    def _sets(self, nodes: Sequence[FieldNode]) -> list[SelectionSetNode]:
        return [node.selection_set for node in nodes if node.selection_set is not None]

    def _object(self, name: str) -> GraphQLObjectType:
        type_ = self.schema.get_type(name)
        assert isinstance(type_, GraphQLObjectType), name
        return type_

    def _arguments(self, type_: GraphQLObjectType, node: FieldNode) -> dict[str, Any]:
        definitions = type_.fields[node.name.value].args
        given = ((one.name.value, evaluate(one.value, definitions[one.name.value].type, self.variables)) for one in node.arguments or ())
        return {name: value for name, value in given if value is not MISSING}

    # --- roots ---------------------------------------------------------------------------------------------------

    def _root(self, root: GraphQLObjectType, key: str, nodes: list[FieldNode]) -> RootValue:
        node = nodes[0]
        name = node.name.value
        if name == "__typename":
            return Text(f'"{root.name}"')
        arguments = self._arguments(root, node)
        target = get_named_type(root.fields[name].type).name
        if name in LOCAL_ROOTS:
            return LocalValue(name, self._local(get_named_type(root.fields[name].type), nodes))
        if name in ("node", "nodes"):
            return self._by_ids(name, arguments, nodes, (key,))
        entity = CATALOG.get(target.removesuffix("Connection"))
        assert entity is not None, f"{name} is not planned"
        if target.endswith("Connection"):
            return self._connection(entity, None, arguments, nodes, (key,), f"{root.name}.{name}")
        return self._one(entity, arguments, nodes, (key,), name)

    def _local(self, type_: Any, nodes: Sequence[FieldNode]) -> LocalSelection:
        if not isinstance(type_, GraphQLObjectType):
            return ()
        selection: list[tuple[str, str, LocalSelection]] = []
        for key, found in self.collect(type_, self._sets(nodes)).items():
            name = found[0].name.value
            inner = get_named_type(type_.fields[name].type) if name in type_.fields else None
            selection.append((key, name, self._local(inner, found)))
        return tuple(selection)

    def _one(self, entity: Entity, arguments: dict[str, Any], nodes: list[FieldNode], path: ResponsePath, name: str) -> RootValue:
        scope = self._scoped(entity, None)
        given = [key for key, value in arguments.items() if key != "company" and value is not None]
        if len(given) != 1:
            raise InvalidInput(what=name, value=", ".join(given) or "nothing", reason="give exactly one key", reason_zh="请只给出一个键")
        lookup = self._lookup(entity, given[0], arguments)
        if scope.nothing:
            return self._null(f"Query.{name}", path, entity, Tier.INTERNAL)
        return RootRow(self._row(entity, None, self._sets(nodes), path), lookup)

    def _lookup(self, entity: Entity, key: str, arguments: Mapping[str, Any]) -> Lookup:
        if key == "id":
            return _by_id(entity, arguments["id"])
        company = arguments.get("company")
        columns: list[tuple[str, Bound]] = []
        if entity.is_sharded and company is not None:
            columns.append(("company", Bound(company, None, "company")))
        if key == "legacyKey":
            system, text = arguments["legacyKey"]["system"], arguments["legacyKey"]["key"]
            return Lookup(tuple(columns), (Bound(system), Bound(text)), is_unique=not entity.is_sharded or bool(columns))
        column = entity.record.spec.key
        assert column is not None
        return Lookup(
            (*columns, (column, Bound(arguments[key], None, key))), None, is_unique=not entity.is_sharded or bool(columns)
        )

    def _by_ids(self, name: str, arguments: Mapping[str, Any], nodes: list[FieldNode], path: ResponsePath) -> RootValue:
        if name == "node":
            return self._by_global_id(arguments["id"], nodes, path) or Text("null")
        ids: Sym = arguments["ids"]
        values = ids.value(self.raw_variables)
        if len(values) > NODES_MAX:
            raise PageLimit(what="ids", value=len(values), limit=NODES_MAX)
        syms = [_item(ids, index) for index in range(len(values))]
        return RootRows(tuple(self._by_global_id(sym, nodes, path) for sym in syms))

    def _by_global_id(self, sym: Sym, nodes: list[FieldNode], path: ResponsePath) -> RootRow | None:
        """The row that an id names; the type that the id carries is part of the shape, its key is not."""
        type_name = type_of_id(sym.value(self.raw_variables))
        if not type_name:
            decode_id(sym.value(self.raw_variables))
        entity = CATALOG[type_name]
        if self.schema.get_type(type_name) is None or self._scoped(entity, None).nothing:
            return None
        return RootRow(self._row(entity, None, self._sets(nodes), path), _by_id(entity, sym))

    # --- rows ----------------------------------------------------------------------------------------------------

    def plan_row(self, entity: Entity, nodes: Sequence[FieldNode], path: ResponsePath) -> Plan:
        """The plan of what is shown of one row: for payloads and events, which already know the row."""
        row = self._row(entity, None, self._sets(nodes), path)
        return Plan((), tuple(self.withheld), tuple(self.personal), row)

    def _scoped(self, entity: Entity, narrow: Narrow) -> Scoped:
        return FilterReader(self.permissions, narrow).scoped(entity)

    def _row(self, entity: Entity, narrow: Narrow, sets: Sequence[SelectionSetNode], path: ResponsePath) -> RowNode:
        type_ = self._object(entity.name)
        selection = tuple(
            (key, self._value(entity, narrow, nodes, (*path, key))) for key, nodes in self.collect(type_, sets).items()
        )
        return RowNode(self._scoped(entity, narrow), selection)

    def _null(self, coordinate: str, path: ResponsePath, entity: Entity, tier: Tier) -> Text:
        self.withheld.append(Withheld(coordinate, path, f"{entity.module}:{tier.value}"))
        return Text("null")

    def _value(self, entity: Entity, narrow: Narrow, nodes: list[FieldNode], path: ResponsePath) -> Value:
        name = nodes[0].name.value
        if name == "__typename":
            return Text(f'"{entity.name}"')
        if name == "id":
            return IdValue()
        if name == "legacyKeys":
            return LegacyKeys(self._parts("SourceKey", nodes))
        source = entity.fields[name]
        if isinstance(source, ToMany):
            return self._many(entity, source, narrow, nodes, path)
        mask = self.permissions.mask(entity, source.spec.tier, name, narrow)
        if mask is not Mask.ALL:
            null = self._null(entity.coordinate(name), path, entity, source.spec.tier)
            if mask is Mask.NONE:
                return null
        if source.spec.tier is Tier.PERSONAL:
            self.personal[entity.coordinate(name)] = None
        is_masked = mask is Mask.SOME
        match source:
            case Leaf():
                return LeafValue(source, is_masked, narrow)
            case MoneyLeaf():
                return MoneyValue(source, MoneyShape(self._parts("Money", nodes)), is_masked, narrow)
            case ToOne():
                target = CATALOG[source.target]
                if self._scoped(target, narrow).nothing:
                    return self._null(entity.coordinate(name), path, target, Tier.INTERNAL)
                return OneValue(source, self._row(target, narrow, self._sets(nodes), path), is_masked, narrow)

    def _many(self, entity: Entity, source: ToMany, narrow: Narrow, nodes: list[FieldNode], path: ResponsePath) -> Value:
        target = CATALOG[source.target]
        if not source.is_list:
            arguments = self._arguments(self._object(entity.name), nodes[0])
            inner = arguments.get("companies") or narrow
            return self._connection(target, source, {**arguments, "companies": inner}, nodes, path, entity.coordinate(source.name))
        if self._scoped(target, narrow).nothing:
            self._null(entity.coordinate(source.name), path, target, Tier.INTERNAL)
            return Text("[]")
        return ListValue(source, self._row(target, narrow, self._sets(nodes), path))

    def _parts(self, type_name: str, nodes: Sequence[FieldNode]) -> tuple[tuple[str, str], ...]:
        """The selected fields of a small object: (response key, field name)."""
        fields = self.collect(self._object(type_name), self._sets(nodes))
        return tuple((key, found[0].name.value) for key, found in fields.items())

    # --- connections ---------------------------------------------------------------------------------------------

    def _connection(
        self, entity: Entity, link: ToMany | None, arguments: dict[str, Any], nodes: list[FieldNode], path: ResponsePath, coordinate: str
    ) -> ConnectionNode | Text:
        narrow = arguments.get("companies")
        self.permissions.note(narrow)
        reader = FilterReader(self.permissions, narrow)
        scope = reader.scoped(entity)
        if scope.nothing:
            return self._null(coordinate, path, entity, Tier.INTERNAL)
        where = reader.predicate(entity, arguments.get("filter"))
        window = read_window(entity, arguments)
        if window.order.column is not None:
            key = window.order.column
            source = entity.fields[camel(key.removesuffix("_id"))]
            reader.require(entity, source, "order")
        with_archived = bool(arguments.get("includeArchived"))
        type_ = self._object(f"{entity.name}Connection")
        parts: list[tuple[str, ConnectionPart]] = []
        for key, found in self.collect(type_, self._sets(nodes)).items():
            name = found[0].name.value
            match name:
                case "__typename":
                    part: ConnectionPart = Text(f'"{type_.name}"')
                case "nodes":
                    part = NodesPart(self._row(entity, narrow, self._sets(found), (*path, key)))
                case "edges":
                    part = self._edges(entity, narrow, found, (*path, key))
                case "pageInfo":
                    part = PageInfoPart(self._parts("PageInfo", found))
                case "totalCount":
                    part = TotalPart()
                case _:
                    part = self._aggregate(scope, where, with_archived, reader, found)
            parts.append((key, part))
        return ConnectionNode(scope, link, where, with_archived, window, tuple(parts))

    def _edges(self, entity: Entity, narrow: Narrow, nodes: list[FieldNode], path: ResponsePath) -> EdgesPart:
        type_ = self._object(f"{entity.name}Edge")
        fields: list[tuple[str, RowNode | Text | Literal["cursor"]]] = []
        for key, found in self.collect(type_, self._sets(nodes)).items():
            match found[0].name.value:
                case "node":
                    fields.append((key, self._row(entity, narrow, self._sets(found), (*path, key))))
                case "cursor":
                    fields.append((key, "cursor"))
                case _:
                    fields.append((key, Text(f'"{type_.name}"')))
        return EdgesPart(tuple(fields))

    # --- aggregates ----------------------------------------------------------------------------------------------

    def _aggregate(
        self, scope: Scoped, where: Predicate, with_archived: bool, reader: FilterReader, nodes: list[FieldNode]
    ) -> AggregateNode:
        entity = scope.entity
        arguments = self._arguments(self._object(f"{entity.name}Connection"), nodes[0])
        terms = tuple(_group_term(entity, value, reader) for value in dict.fromkeys(arguments.get("groupBy") or ()))
        for term in terms:
            reader.require(entity, term.source, "group")
        figures = self._figures(entity, f"{entity.name}Aggregate", terms, reader, nodes)
        return AggregateNode(scope, where, with_archived, terms, figures)

    def _figures(
        self, entity: Entity, type_name: str, terms: tuple[GroupTerm, ...], reader: FilterReader, nodes: Sequence[FieldNode]
    ) -> tuple[tuple[str, Figure], ...]:
        type_ = self._object(type_name)
        figures: list[tuple[str, Figure]] = []
        for key, found in self.collect(type_, self._sets(nodes)).items():
            name = found[0].name.value
            match name:
                case "__typename":
                    figure: Figure = TypenameFigure(type_.name)
                case "count":
                    figure = CountFigure()
                case "groupCount":
                    figure = GroupCountFigure()
                case "key":
                    figure = self._key(entity, terms, found)
                case "groups":
                    first = self._arguments(type_, found[0]).get("first")
                    bound = Bound(first if isinstance(first, Sym) else Sym(constant=GROUPS_MAX), _group_limit)
                    figure = GroupsFigure(bound, self._figures(entity, f"{entity.name}Group", terms, reader, found))
                case _:
                    operation: Operation = next(one for one in get_args(Operation) if one == name)
                    figure = self._statistic(entity, operation, reader, found)
            figures.append((key, figure))
        return tuple(figures)

    def _statistic(self, entity: Entity, operation: Operation, reader: FilterReader, nodes: Sequence[FieldNode]) -> StatisticFigure:
        type_ = self._object(f"{entity.name}{'Numbers' if operation in ('sum', 'avg') else 'Bounds'}")
        measures: list[tuple[str, Measure | str]] = []
        for key, found in self.collect(type_, self._sets(nodes)).items():
            name = found[0].name.value
            if name == "__typename":
                measures.append((key, type_.name))
                continue
            source = entity.fields[name]
            assert isinstance(source, Leaf | MoneyLeaf)
            reader.require(entity, source, "aggregate")
            money = MoneyShape(self._parts("Money", found)) if isinstance(source, MoneyLeaf) else None
            measures.append((key, Measure(source, money)))
        return StatisticFigure(operation, tuple(measures))

    def _key(self, entity: Entity, terms: tuple[GroupTerm, ...], nodes: Sequence[FieldNode]) -> KeyFigure:
        by_key = {term.key: term for term in terms}
        fields: list[tuple[str, KeyPart | str | None]] = []
        type_ = self._object(f"{entity.name}GroupKey")
        for key, found in self.collect(type_, self._sets(nodes)).items():
            name = found[0].name.value
            term = by_key.get(name)
            if name == "__typename":
                fields.append((key, type_.name))
            elif term is None:
                fields.append((key, None))
            else:
                parts = self._parts("ReferenceKey", found) if term.kind == "reference" else ()
                fields.append((key, KeyPart(term, parts)))
        return KeyFigure(tuple(fields))


def _group_term(entity: Entity, value: str, reader: FilterReader) -> GroupTerm:
    """The term that a GroupBy value names: ORDERED_ON, ORDERED_ON_YEAR, SUPPLIER."""
    name = camel(value.lower())
    source = entity.fields.get(name)
    if isinstance(source, ToOne):
        return GroupTerm(name, source, "reference", reader.scoped(CATALOG[source.target]))
    if isinstance(source, Leaf):
        return GroupTerm(name, source, "value")
    kind: Literal["year", "month"] = "year" if value.endswith("_YEAR") else "month"
    source = entity.fields[name.removesuffix(kind.capitalize())]
    assert isinstance(source, Leaf)
    return GroupTerm(name, source, kind)


def _group_limit(value: int) -> int:
    if not 1 <= value <= GROUPS_MAX:
        raise PageLimit(what="first", value=value, limit=GROUPS_MAX)
    return value


def _item(ids: Sym, index: int) -> Sym:
    """The symbol of one item of a list symbol."""
    if ids.parts:
        return ids.parts[index]
    return Sym((*ids.path, index)) if ids.path else Sym(constant=ids.constant[index])


def _by_id(entity: Entity, sym: Sym) -> Lookup:
    columns: list[tuple[str, Bound]] = [("id", Bound(sym, partial(_id_part, entity, "id"), "id"))]
    if entity.is_sharded:
        columns.insert(0, ("company_id", Bound(sym, partial(_id_part, entity, "company_id"), "id")))
    return Lookup(tuple(columns), None, is_unique=True)


def _id_part(entity: Entity, part: str, text: str) -> Any:
    decoded = decode_id(text)
    if decoded.entity is not entity:
        raise InvalidInput(what="id", value=repr(text[:80]), reason=f"it is no id of {entity.name}", reason_zh=f"不是 {entity.name} 的标识")
    return decoded.company_id if part == "company_id" else decoded.id
