"""Plan: a validated operation and a reader's answers become nodes that `resolvers.sql` renders to one statement (pure).

The nodes are in `resolvers.nodes`; the planner walks the selection and asks `Permissions` for each record and field it
meets.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal, get_args

from graphql import (
    FieldNode,
    GraphQLObjectType,
    SelectionSetNode,
    get_named_type,
)

from domain.core.columns import Tier
from domain.core.errors import FieldNotReadable, InvalidInput
from resolvers.aggregates import (
    GROUPS_MAX,
    AggregateNode,
    CountFigure,
    Figure,
    GroupCountFigure,
    GroupsFigure,
    GroupTerm,
    KeyFigure,
    Measure,
    MoneyShape,
    Operation,
    ReferencePart,
    ReferenceTerm,
    StatisticFigure,
    TypenameFigure,
    ValuePart,
    ValueTerm,
)
from resolvers.catalog import CATALOG, Entity, Leaf, MoneyLeaf, ToMany, ToOne, camel
from resolvers.filters import FilterReader, Predicate, Scoped, field_mask, plain
from resolvers.global_ids import decode_id, no_id, type_of_id
from resolvers.nodes import (
    ConnectionNode,
    ConnectionPart,
    EdgesPart,
    IdValue,
    Introspection,
    LeafValue,
    LegacyKeys,
    ListValue,
    LocalField,
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
from resolvers.reports import companies_asked, derivation_of
from resolvers.representations import plan_entities
from resolvers.search import search_of
from resolvers.selection import Selections
from resolvers.values import Bound, Sym
from resolvers.viewer import LOCAL_ROOTS

# Roots that the visible schema answers itself.
INTROSPECTION = frozenset({"__schema", "__type", "_service"})

# What is inside a list or non-null type; graphql-core leaves its type open.
_named: Callable[[Any], Any] = get_named_type

# Ids in one nodes(ids:).
NODES_MAX = 100


@dataclass
class Planner:
    """Plans one operation for one shape of variables and one permission signature.

    Raises: RequestError subclasses for arguments that no plan can serve.
    """

    selections: Selections
    raw_variables: Mapping[str, Any]
    permissions: Permissions
    withheld: dict[Withheld, None] = field(default_factory=dict[Withheld, None])

    def plan(self, selection: SelectionSetNode) -> Plan:
        """The plan of a query's selection."""
        root = self.selections.schema.query_type
        assert root is not None, "every schema has a query"
        roots = tuple(
            (key, self._root(root, key, nodes)) for key, nodes in self.selections.collect(root, [selection]).items()
        )
        return Plan(roots, tuple(self.withheld), tuple(self.permissions.personal))

    # --- roots ---------------------------------------------------------------------------------------------------

    def _root(self, root: GraphQLObjectType, key: str, nodes: list[FieldNode]) -> RootValue:
        node = nodes[0]
        name = node.name.value
        if name == "__typename":
            return Text(f'"{root.name}"')
        if name in INTROSPECTION:
            return Introspection(key, tuple(nodes))
        arguments = self.selections.arguments(root, node)
        target: str = _named(root.fields[name].type).name
        if name in LOCAL_ROOTS:
            given = tuple((argument, sym) for argument, sym in arguments.items() if isinstance(sym, Sym))
            return LocalValue(name, given, self._local(_named(root.fields[name].type), nodes))
        if name in ("node", "nodes"):
            return self._by_ids(name, arguments, nodes, (key,))
        if name == "_entities":
            return plan_entities(self, arguments["representations"], nodes, (key,))
        entity = CATALOG.get(target.removesuffix("Connection"))
        assert entity is not None, f"{name} is not planned"
        if target.endswith("Connection"):
            return self._connection(entity, None, arguments, nodes=nodes, path=(key,), coordinate=f"{root.name}.{name}")
        return self._one(entity, arguments, nodes, (key,), name)

    def _local(self, type_: Any, nodes: Sequence[FieldNode]) -> LocalSelection:
        if not isinstance(type_, GraphQLObjectType):
            return ()
        selection: list[LocalField] = []
        for key, found in self.selections.fields(type_, nodes).items():
            name = found[0].name.value
            inner = _named(type_.fields[name].type) if name in type_.fields else None
            selection.append(LocalField(key, name, type_.name, self._local(inner, found)))
        return tuple(selection)

    def _one(
        self, entity: Entity, arguments: dict[str, Any], nodes: list[FieldNode], path: ResponsePath, name: str
    ) -> RootValue:
        scope = self._scoped(entity, None)
        given = [key for key, value in arguments.items() if key != "company" and value is not None]
        if len(given) != 1:
            raise InvalidInput(
                what=name,
                value=", ".join(given) or "nothing",
                reason="give exactly one key",
                reason_zh="请只给出一个键",
            )
        lookup = self._lookup(entity, given[0], arguments)
        if scope.nothing:
            return self._null(f"Query.{name}", path, entity, Tier.INTERNAL)
        return RootRow(self._row(entity, None, nodes, path), lookup)

    def _lookup(self, entity: Entity, key: str, arguments: Mapping[str, Any]) -> Lookup:
        if key == "id":
            return _by_id(entity, arguments["id"])
        company = arguments.get("company")
        columns: list[tuple[str, Bound]] = []
        if entity.is_sharded and company is not None:
            columns.append(("company", Bound(company, partial(plain, "company"), "company")))
        if key == "legacyKey":
            system, text = arguments["legacyKey"]["system"], arguments["legacyKey"]["key"]
            legacy = Bound(system, partial(plain, "legacyKey.system")), Bound(text, partial(plain, "legacyKey.key"))
            return Lookup(tuple(columns), legacy, is_unique=not entity.is_sharded or bool(columns))
        column = entity.record.spec.key
        assert column is not None
        return Lookup(
            (*columns, (column, Bound(arguments[key], partial(plain, key), key))),
            None,
            is_unique=not entity.is_sharded or bool(columns),
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
        text = sym.value(self.raw_variables)
        type_name = type_of_id(text)
        if not type_name or self.selections.schema.get_type(type_name) is None:
            raise no_id(text, "id")
        entity = CATALOG[type_name]
        if self._scoped(entity, None).nothing:
            decode_id(text)
            return None
        return RootRow(self._row(entity, None, nodes, path), _by_id(entity, sym))

    # --- rows ----------------------------------------------------------------------------------------------------

    def plan_row(self, entity: Entity, nodes: Sequence[FieldNode], path: ResponsePath) -> Plan:
        """The plan of what is shown of one row: for payloads and events, which already know the row."""
        row = self._row(entity, None, nodes, path)
        return Plan((), tuple(self.withheld), tuple(self.permissions.personal), row)

    def _scoped(self, entity: Entity, narrow: Narrow) -> Scoped:
        return FilterReader(self.permissions, narrow).scoped(entity)

    def _row(self, entity: Entity, narrow: Narrow, nodes: Sequence[FieldNode], path: ResponsePath) -> RowNode:
        type_ = self.selections.object(entity.name)
        selection = tuple(
            (key, self._value(entity, narrow, found, (*path, key)))
            for key, found in self.selections.fields(type_, nodes).items()
        )
        return RowNode(self._scoped(entity, narrow), selection)

    def _null(self, coordinate: str, path: ResponsePath, entity: Entity, tier: Tier) -> Text:
        self.withheld[Withheld(coordinate, path, f"{entity.module}:{tier.value}")] = None
        return Text("null")

    def _value(self, entity: Entity, narrow: Narrow, nodes: list[FieldNode], path: ResponsePath) -> Value:
        name = nodes[0].name.value
        if name == "__typename":
            return Text(f'"{entity.name}"')
        if name == "id":
            return IdValue()
        if name == "legacyKeys":
            return LegacyKeys(self.selections.parts("SourceKey", nodes))
        source = entity.fields[name]
        mask = field_mask(self.permissions, entity, source, narrow)
        if isinstance(source, ToMany):
            if mask is not Mask.ALL:
                return self._null(entity.coordinate(name), path, CATALOG[source.target], source.spec.tier)
            return self._many(entity, source, narrow, nodes, path)
        if mask is not Mask.ALL:
            null = self._null(entity.coordinate(name), path, entity, source.spec.tier)
            if mask is Mask.NONE:
                return null
        if source.spec.tier is Tier.PERSONAL:
            self.permissions.touch(entity.coordinate(name))
        is_masked = mask is Mask.SOME
        match source:
            case Leaf():
                return LeafValue(source, is_masked, narrow)
            case MoneyLeaf():
                return MoneyValue(source, MoneyShape(self.selections.parts("Money", nodes)), is_masked, narrow)
            case ToOne():
                target = CATALOG[source.target]
                if self._scoped(target, narrow).nothing:
                    return self._null(entity.coordinate(name), path, target, Tier.INTERNAL)
                return OneValue(source, self._row(target, narrow, nodes, path), is_masked, narrow)

    def _many(
        self, entity: Entity, source: ToMany, narrow: Narrow, nodes: list[FieldNode], path: ResponsePath
    ) -> Value:
        target = CATALOG[source.target]
        if source.spec.tier is Tier.PERSONAL:
            self.permissions.touch(entity.coordinate(source.name))
        arguments = {} if source.is_list else self.selections.arguments(self.selections.object(entity.name), nodes[0])
        inner = arguments.get("companies") or narrow
        self.permissions.note(inner)
        if self.permissions.mask(target, source.spec.tier, source.reference, inner) is not Mask.ALL:
            null = self._null(entity.coordinate(source.name), path, target, source.spec.tier)
            return Text("[]") if source.is_list else null
        if not source.is_list:
            given = {**arguments, "companies": inner}
            coordinate = entity.coordinate(source.name)
            return self._connection(target, source, given, nodes=nodes, path=path, coordinate=coordinate)
        if self._scoped(target, narrow).nothing:
            self._null(entity.coordinate(source.name), path, target, Tier.INTERNAL)
            return Text("[]")
        return ListValue(source, self._row(target, narrow, nodes, path))

    # --- connections ---------------------------------------------------------------------------------------------

    def _connection(
        self,
        entity: Entity,
        link: ToMany | None,
        arguments: dict[str, Any],
        *,
        nodes: list[FieldNode],
        path: ResponsePath,
        coordinate: str,
    ) -> ConnectionNode | Text:
        narrow = companies_asked(entity, arguments)
        self.permissions.note(narrow)
        reader = FilterReader(self.permissions, narrow)
        scope = reader.scoped(entity)
        derivation = derivation_of(entity, arguments, reader) if entity.report is not None else None
        unseen = [one for one in (scope, *(derivation.reads if derivation else ())) if one.nothing]
        if unseen:
            return self._null(coordinate, path, unseen[0].entity, Tier.INTERNAL)
        where = reader.predicate(entity, arguments.get("filter"))
        window = read_window(entity, arguments)
        search = search_of(entity, arguments, reader)
        if search is None and window.order.column is not None:
            reader.require(entity, entity.fields[camel(window.order.column.removesuffix("_id"))], "order")
        with_archived = bool(arguments.get("includeArchived"))
        type_ = self.selections.object(f"{entity.name}Connection")
        parts: list[tuple[str, ConnectionPart]] = []
        for key, found in self.selections.fields(type_, nodes).items():
            name = found[0].name.value
            match name:
                case "__typename":
                    part: ConnectionPart = Text(f'"{type_.name}"')
                case "nodes":
                    part = NodesPart(self._row(entity, narrow, found, (*path, key)))
                case "edges":
                    part = self._edges(entity, narrow, found, (*path, key))
                case "pageInfo":
                    part = PageInfoPart(self.selections.parts("PageInfo", found))
                case "totalCount":
                    part = TotalPart()
                case _:
                    part = self._aggregate(
                        scope, where, with_archived=with_archived, reader=reader, nodes=found, path=(*path, key)
                    )
            parts.append((key, part))
        return ConnectionNode(scope, link, where, with_archived, window, tuple(parts), derivation, search)

    def _edges(self, entity: Entity, narrow: Narrow, nodes: list[FieldNode], path: ResponsePath) -> EdgesPart:
        type_ = self.selections.object(f"{entity.name}Edge")
        fields: list[tuple[str, RowNode | Text | Literal["cursor"]]] = []
        for key, found in self.selections.fields(type_, nodes).items():
            match found[0].name.value:
                case "node":
                    fields.append((key, self._row(entity, narrow, found, (*path, key))))
                case "cursor":
                    fields.append((key, "cursor"))
                case _:
                    fields.append((key, Text(f'"{type_.name}"')))
        return EdgesPart(tuple(fields))

    # --- aggregates ----------------------------------------------------------------------------------------------

    def _aggregate(
        self, scope: Scoped, where: Predicate, *, with_archived: bool, reader: FilterReader, nodes: list[FieldNode],
        path: ResponsePath,
    ) -> AggregateNode:  # fmt: skip
        entity = scope.entity
        arguments = self.selections.arguments(self.selections.object(f"{entity.name}Connection"), nodes[0])
        terms = tuple(_group_term(entity, value, reader) for value in dict.fromkeys(arguments.get("groupBy") or ()))
        tallied = _Tallied(entity, reader, terms)
        figures = self._figures(tallied, f"{entity.name}Aggregate", nodes, path)
        return AggregateNode(scope, where, with_archived, terms, figures)

    def _figures(
        self, tallied: "_Tallied", type_name: str, nodes: Sequence[FieldNode], path: ResponsePath
    ) -> tuple[tuple[str, Figure], ...]:
        type_ = self.selections.object(type_name)
        selected = self.selections.fields(type_, nodes)
        return tuple((key, self._figure(tallied, type_, found, (*path, key))) for key, found in selected.items())

    def _figure(
        self, tallied: "_Tallied", type_: GraphQLObjectType, nodes: list[FieldNode], path: ResponsePath
    ) -> Figure:
        name = nodes[0].name.value
        match name:
            case "__typename":
                return TypenameFigure(type_.name)
            case "count":
                return CountFigure()
            case "groupCount":
                return GroupCountFigure()
            case "key":
                return self._key(tallied, nodes, path)
            case "groups":
                first = self.selections.arguments(type_, nodes[0]).get("first")
                bound = Bound(first if isinstance(first, Sym) else Sym(constant=GROUPS_MAX), _group_limit)
                return GroupsFigure(bound, self._figures(tallied, f"{tallied.entity.name}Group", nodes, path))
            case _:
                operation: Operation = next(one for one in get_args(Operation) if one == name)
                return self._statistic(tallied, operation, nodes)

    def _statistic(self, tallied: "_Tallied", operation: Operation, nodes: Sequence[FieldNode]) -> StatisticFigure:
        entity = tallied.entity
        type_ = self.selections.object(f"{entity.name}{'Numbers' if operation in ('sum', 'avg') else 'Bounds'}")
        measures: list[tuple[str, Measure | str]] = []
        for key, found in self.selections.fields(type_, nodes).items():
            name = found[0].name.value
            if name == "__typename":
                measures.append((key, type_.name))
                continue
            source = entity.fields[name]
            assert isinstance(source, Leaf | MoneyLeaf)
            tallied.reader.require(entity, source, "aggregate")
            money = MoneyShape(self.selections.parts("Money", found)) if isinstance(source, MoneyLeaf) else None
            measures.append((key, Measure(source, money)))
        return StatisticFigure(operation, tuple(measures))

    def _key(self, tallied: "_Tallied", nodes: Sequence[FieldNode], path: ResponsePath) -> KeyFigure:
        by_key = {term.key: term for term in tallied.terms}
        fields: list[tuple[str, ValuePart | ReferencePart | str | None]] = []
        type_ = self.selections.object(f"{tallied.entity.name}GroupKey")
        for key, found in self.selections.fields(type_, nodes).items():
            name = found[0].name.value
            match by_key.get(name):
                case ReferenceTerm() as term:
                    fields.append((key, ReferencePart(term, self._reference_key(term, found, (*path, key)))))
                case ValueTerm() as term:
                    fields.append((key, ValuePart(term)))
                case None:
                    fields.append((key, type_.name if name == "__typename" else None))
        return KeyFigure(tuple(fields))

    def _reference_key(self, term: ReferenceTerm, nodes: Sequence[FieldNode], path: ResponsePath) -> RowNode:
        """What a group's key shows of the referenced record: each part as guarded as the column it comes from."""
        target, narrow = term.scope.entity, term.scope.narrow
        columns = {"code": target.record.spec.key, "name": target.record.spec.name}
        selection: list[tuple[str, Value]] = []
        for key, name in self.selections.parts("ReferenceKey", nodes):
            if name in columns:
                source = next((one for one in target.fields.values() if one.column == columns[name]), None)
                shown = self._leaf(target, source, narrow, (*path, key)) if isinstance(source, Leaf) else Text("null")
                selection.append((key, shown))
            else:
                selection.append((key, IdValue() if name == "id" else Text('"ReferenceKey"')))
        return RowNode(term.scope, tuple(selection))

    def _leaf(self, entity: Entity, source: Leaf, narrow: Narrow, path: ResponsePath) -> Value:
        """A column outside of its own type's selection."""
        mask = field_mask(self.permissions, entity, source, narrow)
        null = Text("null")
        if mask is not Mask.ALL:
            null = self._null(entity.coordinate(source.name), path, entity, source.spec.tier)
        if mask is Mask.NONE:
            return null
        if source.spec.tier is Tier.PERSONAL:
            self.permissions.touch(entity.coordinate(source.name))
        return LeafValue(source, mask is Mask.SOME, narrow)


@dataclass(frozen=True, slots=True)
class _Tallied:
    """What an aggregate counts and by what."""

    entity: Entity
    reader: FilterReader
    terms: tuple[GroupTerm, ...]


def _group_term(entity: Entity, value: str, reader: FilterReader) -> GroupTerm:
    """The term that a GroupBy value names: ORDERED_ON, ORDERED_ON_YEAR, SUPPLIER.

    Raises: FieldNotReadable, also for a reference to records of which the reader may see none.
    """
    name = camel(value.lower())
    kind: Literal["value", "year", "month"] = "value"
    source = entity.fields.get(name)
    if source is None:
        kind = "year" if value.endswith("_YEAR") else "month"
        source = entity.fields[name.removesuffix(kind.capitalize())]
    reader.require(entity, source, "group")
    if isinstance(source, ToOne):
        target = CATALOG[source.target]
        scope = reader.scoped(target)
        if scope.nothing:
            raise FieldNotReadable(coordinate=entity.coordinate(source.name), use="group")
        key = next((one for one in target.fields.values() if one.column == target.record.spec.key), None)
        is_key_readable = (
            isinstance(key, Leaf) and field_mask(reader.permissions, target, key, reader.narrow) is Mask.ALL
        )
        return ReferenceTerm(name, source, scope, is_key_readable)
    assert isinstance(source, Leaf)
    return ValueTerm(name, source, kind)


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
        raise no_id(text, "id")
    return decoded.company_id if part == "company_id" else decoded.id
