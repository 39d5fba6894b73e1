"""Plan -> one statement whose one row is the JSON of `data`.

JSON is written as text: `concat` of literals and columns costs a third of `jsonb_build_object` and keeps the order of
the selection. `concat` drops NULL, so whatever may be NULL says 'null' itself; it takes at most 100 arguments, so
longer rows are nested. Statements are SQLAlchemy expressions: identifiers are quoted and values bound by it, never by
us.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Label,
    Select,
    SmallInteger,
    String,
    and_,
    bindparam,
    case,
    cast,
    exists,
    false,
    func,
    literal_column,
    null,
    or_,
    select,
    true,
)
from sqlalchemy import Text as SqlText
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.dialects.postgresql import asyncpg as asyncpg_dialect
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.types import TypeEngine, Uuid

import domain
from resolvers.aggregates import AggregateNode
from resolvers.catalog import CATALOG, Entity, Leaf, MoneyLeaf, Scalar, ToOne
from resolvers.connections import connection
from resolvers.filters import All, Any_, Compare, FromSource, Not, Null, Predicate, Quantified, Related, Scoped
from resolvers.fragments import (
    COMPANIES,
    IDS,
    CompaniesParameter,
    Frame,
    LocalParameter,
    OwnerParameter,
    Parameter,
    PartnersParameter,
    Piece,
    ReadableParameter,
    SitesParameter,
    concat,
    is_named,
    join_condition,
    members,
    money_pieces,
    or_null,
    quoted,
    text_literal,
    whole,
)
from resolvers.nodes import (
    ConnectionNode,
    IdValue,
    Introspection,
    LeafValue,
    LegacyKeys,
    ListValue,
    LocalValue,
    Lookup,
    MoneyValue,
    OneValue,
    RootEntities,
    RootRow,
    RootRows,
    RootValue,
    RowNode,
    Text,
    Value,
)
from resolvers.representations import entities
from resolvers.values import Bound, Sym

DIALECT = asyncpg_dialect.dialect()


class Renderer:
    """Renders the nodes of one plan; collects the parameters."""

    def __init__(self) -> None:
        self.parameters: dict[str, Parameter] = {}
        self._names: dict[Parameter, BindParameter[Any]] = {}
        self.faults: list[ColumnElement[Any]] = []
        self.derived: dict[object, CTE] = {}

    # --- parameters and scope ------------------------------------------------------------------------------------

    def bind(self, parameter: Parameter, type_: TypeEngine[Any]) -> BindParameter[Any]:
        """The statement's parameter; scope parameters are shared by all nodes that need them."""
        if not isinstance(parameter, Bound) and parameter in self._names:
            return self._names[parameter]
        name = f"p{len(self.parameters)}"
        self.parameters[name] = parameter
        made = bindparam(name, type_=type_)
        if not isinstance(parameter, Bound):
            self._names[parameter] = made
        return made

    def companies(self, scope: Scoped) -> BindParameter[Any]:
        return self.bind(CompaniesParameter(scope.entity, scope.narrow), COMPANIES)

    def in_scope(self, frame: Frame, scope: Scoped, *, with_company: bool = True) -> list[ColumnElement[bool]]:
        """The conditions of the row's scope: company, partner, site, owner."""
        conditions: list[ColumnElement[bool]] = []
        if scope.nothing:
            return [false()]
        if with_company and (frame.entity.is_sharded or frame.entity.is_company):
            conditions.append(frame.column("company_id") == func.any(self.companies(scope)))
        if scope.partner is not None:
            conditions.append(self._path_value(frame, scope.partner) == func.any(self.bind(PartnersParameter(), IDS)))
        if scope.site is not None:
            conditions.append(self._path_value(frame, scope.site) == func.any(self.bind(SitesParameter(), IDS)))
        if scope.owner is not None:
            conditions.append(self._path_value(frame, scope.owner) == self.bind(OwnerParameter(), Uuid()))
            if (shown := frame.entity.record.spec.scope.shown) is not None:
                conditions.append(frame.column(shown))
        return conditions

    def _path_value(self, frame: Frame, path: str) -> ColumnElement[Any]:
        """The column a scope path ends at, by scalar subqueries so that it can stand in a join's condition."""
        step, _, rest = path.partition(".")
        if not rest:
            return frame.column(step)
        source = self._step(frame.entity, step)
        if frame.parent is not None and frame.link is not None and frame.link.column == source.column:
            return self._path_value(frame.parent, rest)
        target = Frame(CATALOG[source.target].table.alias(), CATALOG[source.target])
        value = select(self._path_value(target, rest)).where(join_condition(frame, target.alias, source))
        return value.correlate_except(target.alias).scalar_subquery()

    @staticmethod
    def _step(entity: Entity, step: str) -> ToOne:
        column = "company_id" if step == "company" else f"{step}_id"
        return next(s for s in entity.fields.values() if isinstance(s, ToOne) and s.column == column)

    def path_column(self, frame: Frame, path: Sequence[str]) -> ColumnElement[Any]:
        """The column a unit path ends at, joined once per path."""
        step, *rest = path
        if not rest:
            return frame.column(step)
        source = self._step(frame.entity, step)
        if frame.parent is not None and frame.link is not None and frame.link.column == source.column:
            return self.path_column(frame.parent, rest)
        if step not in frame.steps:
            target = CATALOG[source.target]
            alias = target.table.alias()
            frame.joins.append((alias, join_condition(frame, alias, source)))
            frame.steps[step] = Frame(alias, target)
        inner = frame.steps[step]
        if len(rest) == 1:
            return inner.column(rest[0])
        nested = Frame(inner.alias, inner.entity, joins=frame.joins, steps={})
        return self.path_column(nested, rest)

    # --- rows ----------------------------------------------------------------------------------------------------

    def row(self, frame: Frame, row: RowNode) -> list[Piece]:
        """The JSON object of one row."""
        return members([(key, self.value(frame, value)) for key, value in row.selection])

    def value(self, frame: Frame, value: Value) -> list[Piece]:
        """The JSON of one field of a row."""
        match value:
            case Text():
                return [value.json]
            case IdValue():
                return self.global_id(frame)
            case LeafValue():
                return self._masked(frame, value, self.leaf(frame.column(value.source.column), value.source))
            case MoneyValue():
                return self._masked(frame, value, self.money(frame, value))
            case LegacyKeys():
                return self._legacy_keys(frame, value)
            case OneValue():
                return self._masked(frame, value, self._one(frame, value))
            case ListValue():
                return self._list(frame, value)
            case ConnectionNode():
                return [self.connection(value, frame)]

    def global_id(self, frame: Frame) -> list[Piece]:
        if frame.entity.is_sharded:
            return [f'"{frame.entity.name}-', frame.column("company_id"), "-", frame.column("id"), '"']
        return [f'"{frame.entity.name}-', frame.column("id"), '"']

    def _masked(self, frame: Frame, value: LeafValue | MoneyValue | OneValue, pieces: list[Piece]) -> list[Piece]:
        if not value.is_masked:
            return pieces
        parameter = ReadableParameter(frame.entity, value.source.spec.tier, value.source.name)
        is_readable = frame.column("company_id") == func.any(self.bind(parameter, COMPANIES))
        return [case((is_readable, concat(pieces)), else_=text_literal("null"))]

    def leaf(self, column: ColumnElement[Any], source: Leaf) -> list[Piece]:
        """The JSON of a scalar column."""
        nullable = source.nullable
        match source.scalar:
            case Scalar.INT:
                return [or_null(cast(column, SqlText()))] if nullable else [column]
            case Scalar.BOOLEAN:
                text = case(
                    (column, text_literal("true")), (~column, text_literal("false")), else_=text_literal("null")
                )
                return [text]
            case Scalar.STRING if not isinstance(column.type, Uuid):
                text = cast(func.to_json(column), SqlText())
                return [or_null(text)] if nullable else [text]
            case Scalar.DATETIME | Scalar.TEXTS | Scalar.JSON:
                text = cast(func.to_json(column), SqlText())
                return [or_null(text)] if nullable else [text]
            case Scalar.DECIMAL:
                return self._text_or_null(func.trim_scale(column), nullable)
            case _:
                return self._text_or_null(column, nullable)

    @staticmethod
    def _text_or_null(value: ColumnElement[Any], nullable: bool) -> list[Piece]:
        """A value whose text needs no escaping, quoted; `||` keeps NULL where `concat` would drop it."""
        if not nullable:
            return quoted(value)
        text = text_literal('"').op("||")(cast(value, SqlText())).op("||")(text_literal('"'))
        return [or_null(text)]

    def money(self, frame: Frame, value: MoneyValue) -> list[Piece]:
        """The JSON of Money; null where there is no amount."""
        amount = frame.column(value.source.column)
        currency = self.path_column(frame, value.source.currency_path)
        pieces = money_pieces(value.money.parts, func.trim_scale(amount), currency)
        if not value.source.nullable:
            return pieces
        return [case((amount.is_(None), text_literal("null")), else_=concat(pieces))]

    def _legacy_keys(self, frame: Frame, value: LegacyKeys) -> list[Piece]:
        legacy, system = domain.RECORDS["legacy_key"].table.alias(), domain.RECORDS["source_system"].table.alias()
        parts = {
            "system": cast(func.to_json(system.c.code), SqlText()),
            "key": cast(func.to_json(legacy.c.key), SqlText()),
        }
        shown = members((key, ['"SourceKey"' if name == "__typename" else parts[name]]) for key, name in value.parts)
        listed = func.string_agg(concat(shown), aggregate_order_by(text_literal(","), system.c.code, legacy.c.key))
        query = (
            select(listed)
            .where(self._legacy_link(frame, legacy), system.c.id == legacy.c.source_system_id)
            .correlate_except(legacy, system)
        )
        return ["[", query.scalar_subquery(), "]"]

    @staticmethod
    def _legacy_link(frame: Frame, legacy: FromClause) -> ColumnElement[bool]:
        company = frame.column("company_id") if frame.entity.is_sharded else literal_column("0", SmallInteger())
        return and_(
            legacy.c.company_id == company,
            legacy.c.record_type == text_literal(frame.entity.table.name),
            legacy.c.record_id == frame.column("id"),
        )

    def _one(self, frame: Frame, value: OneValue) -> list[Piece]:
        target = CATALOG[value.source.target]
        inner = Frame(target.table.alias(), target)
        condition = and_(join_condition(frame, inner.alias, value.source), *self.in_scope(inner, value.row.scope))
        frame.joins.append((inner.alias, condition))
        inner.joins = frame.joins
        pieces = self.row(inner, value.row)
        return [case((inner.column("id").is_(None), text_literal("null")), else_=concat(pieces))]

    def _list(self, frame: Frame, value: ListValue) -> list[Piece]:
        target = CATALOG[value.source.target]
        inner = Frame(target.table.alias(), target, frame, value.source)
        pieces = self.row(inner, value.row)
        order = [inner.column(value.source.order_column)] if value.source.order_column else []
        listed = func.string_agg(concat(pieces), aggregate_order_by(text_literal(","), *order, inner.column("id")))
        # A row has its parent's company; where the parent has none, or is of another module, the grants may differ.
        is_alike = frame.entity.is_sharded and frame.entity.module == target.module
        conditions = [self.linked(inner), *self.in_scope(inner, value.row.scope, with_company=not is_alike)]
        query = select(listed).select_from(inner.source()).where(*conditions).correlate_except(*inner.aliases())
        return ["[", query.scalar_subquery(), "]"]

    def linked(self, frame: Frame) -> ColumnElement[bool]:
        """That a row hangs on its parent."""
        assert frame.parent is not None and frame.link is not None
        equal = frame.column(frame.link.column) == frame.parent.column("id")
        if frame.parent.entity.is_sharded:
            return and_(frame.column("company_id") == frame.parent.column("company_id"), equal)
        return equal

    # --- conditions ----------------------------------------------------------------------------------------------

    def condition(self, frame: Frame, part: Predicate) -> ColumnElement[bool]:
        """A predicate as SQL."""
        match part:
            case All():
                return and_(true(), *(self.condition(frame, one) for one in part.parts))
            case Any_():
                return or_(false(), *(self.condition(frame, one) for one in part.parts))
            case Not():
                # What is unknown (a comparison with NULL) does not hold, so its negation does.
                return func.coalesce(self.condition(frame, part.part), false()).is_(false())
            case Null():
                column = frame.column(part.source.column)
                return column.is_(None) if part.expected else column.is_not(None)
            case Compare():
                return self._compare(frame, part)
            case Related():
                return self._related(frame, part)
            case Quantified():
                return self._quantified(frame, part)
            case FromSource():
                return self._from_source(frame, part)

    def _compare(self, frame: Frame, part: Compare) -> ColumnElement[bool]:
        if part.source == "id":
            column = frame.column("id")
        elif part.is_currency and isinstance(part.source, MoneyLeaf):
            column = self._path_value(frame, ".".join(part.source.currency_path))
        else:
            column = frame.column(part.source.column)
        return self._operator(column, part.operator, part.value)

    def _operator(self, column: ColumnElement[Any], operator: str, value: Bound) -> ColumnElement[bool]:
        # Whatever a whole number of the graph holds can be compared with a small column.
        type_ = Integer() if isinstance(column.type, SmallInteger) else column.type
        if operator in ("in", "notIn"):
            values = self.bind(value, ARRAY(type_))
            return column == func.any(values) if operator == "in" else column != func.all(values)
        if operator in ("contains", "startsWith"):
            text = cast(column, SqlText()) if isinstance(type_, Uuid) else column
            if operator == "startsWith":
                return func.starts_with(text, self.bind(value, SqlText()))
            return func.strpos(func.lower(text), func.lower(self.bind(value, SqlText()))) > whole(0)
        operand = self.bind(value, type_)
        operations: Mapping[str, Callable[[], ColumnElement[bool]]] = {
            "eq": lambda: column == operand, "ne": lambda: column != operand, "lt": lambda: column < operand,
            "lte": lambda: column <= operand, "gt": lambda: column > operand, "gte": lambda: column >= operand,
        }  # fmt: skip
        return operations[operator]()

    def _related(self, frame: Frame, part: Related) -> ColumnElement[bool]:
        target = CATALOG[part.source.target]
        inner = Frame(target.table.alias(), target)
        conditions = [join_condition(frame, inner.alias, part.source), *self.in_scope(inner, part.scope)]
        conditions.append(self.condition(inner, part.part))
        return exists().where(*conditions).correlate_except(inner.alias)

    def _quantified(self, frame: Frame, part: Quantified) -> ColumnElement[bool]:
        target = CATALOG[part.source.target]
        inner = Frame(target.table.alias(), target, frame, part.source)
        met = self.condition(inner, part.part)
        if part.quantifier == "every":
            met = func.coalesce(met, false()).is_(false())
        conditions = [self.linked(inner), *self.in_scope(inner, part.scope), met]
        found = exists().where(*conditions).correlate_except(inner.alias)
        return found if part.quantifier == "some" else ~found

    def _from_source(self, frame: Frame, part: FromSource) -> ColumnElement[bool]:
        legacy, system = domain.RECORDS["legacy_key"].table.alias(), domain.RECORDS["source_system"].table.alias()
        columns = {"system": system.c.code, "key": legacy.c.key}
        conditions = [self._operator(columns[name], operator, value) for name, operator, value in part.parts]
        return (
            exists()
            .where(self._legacy_link(frame, legacy), system.c.id == legacy.c.source_system_id, *conditions)
            .correlate_except(legacy, system)
        )

    # --- connections ---------------------------------------------------------------------------------------------

    def connection(self, node: ConnectionNode, parent: Frame | None) -> ColumnElement[str]:
        """The JSON object of a connection, as a scalar subquery."""
        return connection(self, node, parent)

    def rows_of(
        self, node: ConnectionNode | AggregateNode, frame: Frame, *, with_company: bool = True
    ) -> list[ColumnElement[bool]]:
        """The conditions of the rows of a connection: parent, scope, archive, filter."""
        conditions = [self.linked(frame)] if frame.parent is not None else []
        conditions += self.in_scope(frame, node.scope, with_company=with_company)
        if frame.entity.is_archivable and not node.with_archived:
            conditions.append(frame.column("archived_at").is_(None))
        conditions.append(self.condition(frame, node.where))
        return conditions

    # --- roots ---------------------------------------------------------------------------------------------------

    def root(self, key: str, value: RootValue) -> list[Piece]:
        """The JSON of a root field."""
        match value:
            case Text():
                return [value.json]
            case ConnectionNode():
                return [self.connection(value, None)]
            case LocalValue() | Introspection():
                return [self.bind(LocalParameter(value), SqlText())]
            case RootRow():
                return [self._root_row(key, value)]
            case RootRows():
                pieces: list[Piece] = ["["]
                for index, row in enumerate(value.rows):
                    pieces += ["," if index else "", self._root_row(key, row) if row else "null"]
                return [*pieces, "]"]
            case RootEntities():
                return entities(self, value)

    def _root_row(self, key: str, value: RootRow) -> ColumnElement[str]:
        entity = value.row.scope.entity
        frame = Frame(entity.table.alias(), entity)
        shown = concat(self.row(frame, value.row))
        conditions = [*self.in_scope(frame, value.row.scope), *self.found_by(frame, value.lookup)]
        query = select(shown).select_from(frame.source()).where(*conditions)
        if not value.lookup.is_unique:
            other = Frame(entity.table.alias(), entity)
            counted = (
                select(func.count())
                .select_from(other.alias)
                .where(*self.in_scope(other, value.row.scope), *self.found_by(other, value.lookup))
            )
            is_ambiguous = counted.correlate_except(other.alias).scalar_subquery() > whole(1)
            self.faults.append(case((is_ambiguous, text_literal(key)), else_=null()))
            query = query.limit(whole(1))
        return or_null(query.correlate_except(*frame.aliases()).scalar_subquery())

    def found_by(self, frame: Frame, lookup: Lookup) -> list[ColumnElement[bool]]:
        """The conditions of a look-up."""
        conditions: list[ColumnElement[bool]] = []
        for name, bound in lookup.columns:
            if name == "company":
                company = domain.RECORDS["company"].table.alias()
                number = select(company.c.company_id).where(company.c.code == self.bind(bound, String()))
                conditions.append(frame.column("company_id") == number.scalar_subquery())
            else:
                conditions.append(is_named(frame, name, self.bind(bound, frame.column(name).type)))
        if lookup.legacy is not None:
            system, key = lookup.legacy
            conditions.append(self._from_source(frame, FromSource((("system", "eq", system), ("key", "eq", key)))))
        return conditions


@dataclass(frozen=True, slots=True)
class Statement:
    """A rendered plan: SQL with $n, and what each parameter is."""

    sql: str
    parameters: tuple[Parameter, ...]


def statement(columns: Sequence[Label[Any]], renderer: Renderer) -> Statement:
    """Compile the select of these columns."""
    query: Select[Any] = select(*columns)
    compiled = query.compile(dialect=DIALECT)
    # What is no parameter of ours is a value that a report's select carries itself.
    carried = {name: Bound(Sym(constant=value)) for name, value in compiled.params.items()}
    known = {**carried, **renderer.parameters}
    return Statement(str(compiled), tuple(known[name] for name in compiled.positiontup or ()))


def render(roots: Sequence[tuple[str, RootValue]]) -> Statement:
    """One statement for a plan's roots: (data, version, faults)."""
    renderer = Renderer()
    data = concat(members([(key, renderer.root(key, value)) for key, value in roots]))
    faults = func.concat_ws(text_literal(","), *renderer.faults) if renderer.faults else text_literal("")
    return statement([data.label("data"), policy_version().label("version"), faults.label("faults")], renderer)


def render_row(row: RowNode) -> Statement:
    """A statement for one row known by its key: ($company, $id) are the parameters named first."""
    renderer = Renderer()
    entity = row.scope.entity
    frame = Frame(entity.table.alias(), entity)
    shown = concat(renderer.row(frame, row))
    conditions = [*renderer.in_scope(frame, row.scope), frame.column("id") == bindparam("row_id", type_=Uuid())]
    if entity.is_sharded:
        conditions.append(frame.column("company_id") == bindparam("row_company", type_=Integer()))
    query = select(shown.label("data")).select_from(frame.source()).where(*conditions)
    compiled = query.compile(dialect=DIALECT)
    names = compiled.positiontup or []
    known: Mapping[str, Any] = {"row_id": "row_id", "row_company": "row_company"}
    return Statement(str(compiled), tuple(known.get(name) or renderer.parameters[name] for name in names))


def policy_version() -> ColumnElement[Any]:
    """The version of the policy that is in force as the statement reads."""
    record = domain.RECORDS.get("policy_version")
    if record is None:
        return literal_column("0", BigInteger())
    return select(func.max(record.table.c.version)).scalar_subquery()
