"""Aggregates as SQL: figures over all rows that the filter meets, in all or by group.

Where money is measured the rows are counted in two steps: by group and currency, then by group. The first step keeps
currencies apart, the second gathers them into arrays from which each money figure makes its list.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Numeric,
    Select,
    and_,
    case,
    cast,
    exists,
    extract,
    func,
    literal_column,
    select,
)
from sqlalchemy import Text as SqlText
from sqlalchemy.dialects.postgresql import aggregate_order_by

from resolvers.aggregates import (
    AggregateNode,
    CountFigure,
    Figure,
    GroupCountFigure,
    GroupsFigure,
    GroupTerm,
    KeyFigure,
    Measure,
    ReferencePart,
    ReferenceTerm,
    StatisticFigure,
    TypenameFigure,
    ValuePart,
    ValueTerm,
)
from resolvers.catalog import CATALOG, Leaf, MoneyLeaf, Scalar
from resolvers.fragments import (
    Frame,
    Piece,
    concat,
    join_condition,
    members,
    money_pieces,
    or_null,
    text_literal,
    whole,
)
from resolvers.nodes import ConnectionNode
from resolvers.reports import rows_from

if TYPE_CHECKING:
    from resolvers.sql import Renderer

NUMERIC = Numeric()
# Digits behind the point while an average is worked out: enough that the last of the 10 shown is right.
AVERAGE_WORKING_SCALE = 20
AVERAGE_SCALE = 10

# How partial figures of one group are put together.
_TOTALS = {"sum": func.sum, "count": func.sum, "min": func.min, "max": func.max}
_PARTIALS = {"sum": func.sum, "count": func.count, "min": func.min, "max": func.max}


def aggregate(renderer: "Renderer", part: AggregateNode, node: ConnectionNode, parent: Frame | None) -> list[Piece]:
    """The JSON object of an aggregate: totals from one pass, groups from another."""
    tally = _Tally(renderer, part, node, parent, ())
    shown: list[tuple[str, list[Piece]]] = []
    for key, figure in part.figures:
        match figure:
            case GroupsFigure():
                shown.append((key, _Tally(renderer, part, node, parent, part.terms).groups(figure)))
            case GroupCountFigure():
                shown.append((key, [_Tally(renderer, part, node, parent, part.terms).group_count()]))
            case _:
                shown.append((key, tally.figure(figure)))
    pieces = members(shown)
    return [tally.total(concat(pieces))] if tally.is_used else pieces


@dataclass(frozen=True, slots=True)
class _Join:
    """A referenced record joined to the groups."""

    frame: Frame
    condition: ColumnElement[bool]


class _Tally:
    """Rows counted and measured by group.

    The figures are written against the columns of the grouped rows before these are known: each figure registers what
    it needs and names it; `_grouped` then selects all that was registered.
    """

    def __init__(
        self, renderer: "Renderer", part: AggregateNode, node: ConnectionNode, parent: Frame | None,
        terms: tuple[GroupTerm, ...],
    ) -> None:  # fmt: skip
        self.renderer, self.part, self.terms = renderer, part, terms
        entity = part.scope.entity
        self.frame = Frame(rows_from(renderer, node), entity, parent, node.link)
        self.conditions = renderer.rows_of(part, self.frame)
        self.is_used = False
        self._keys: dict[str, ColumnElement[Any]] = {}
        for index, term in enumerate(terms):
            self._keys.update(self._key_columns(f"k{index}", term))
        self._joins: dict[int, _Join] = {}
        self._currencies: dict[tuple[str, ...], str] = {}
        self._partials: dict[tuple[str, str], str] = {}
        self._listed: dict[str, None] = {}

    def figure(self, figure: Figure) -> list[Piece]:
        """The JSON of one figure."""
        match figure:
            case TypenameFigure():
                return [f'"{figure.name}"']
            case CountFigure():
                self.is_used = True
                return [literal_column("g.n", BigInteger())]
            case StatisticFigure():
                self.is_used = True
                return self._statistic(figure)
            case KeyFigure():
                return self._key(figure)
            case GroupsFigure() | GroupCountFigure():
                raise TypeError("groups do not nest")

    def total(self, shown: ColumnElement[str]) -> ColumnElement[str]:
        """The text over all rows."""
        grouped = self._grouped().alias("g")
        return select(shown).select_from(grouped).correlate_except(grouped).scalar_subquery()

    def group_count(self) -> ColumnElement[Any]:
        """The number of groups."""
        grouped = self._grouped().alias("g")
        return select(func.count()).select_from(grouped).correlate_except(grouped).scalar_subquery()

    def groups(self, figure: GroupsFigure) -> list[Piece]:
        """The JSON list of the first groups in the order of their keys."""
        order = [column for index, term in enumerate(self.terms) for column in self._order_of(index, term)]
        shown = concat(members([(key, self.figure(inner)) for key, inner in figure.figures]))
        rows: FromClause = self._grouped().alias("g")
        sources = [rows]
        for join in self._joins.values():
            rows = rows.outerjoin(join.frame.source(), join.condition)
            sources += join.frame.aliases()
        place = func.row_number().over(order_by=order or None).label("place")
        limit = self.renderer.bind(figure.first, BigInteger())
        limited = select(shown.label("text"), place).select_from(rows).order_by(place).limit(limit)
        listed = limited.correlate_except(*sources).subquery()
        text = func.string_agg(listed.c.text, aggregate_order_by(text_literal(","), listed.c.place))
        return ["[", select(text).select_from(listed).correlate_except(listed).scalar_subquery(), "]"]

    # --- what is counted -----------------------------------------------------------------------------------------

    def _partial(self, operation: str, column: str) -> str:
        return self._partials.setdefault((operation, column), f"m{len(self._partials)}")

    def _currency(self, source: MoneyLeaf) -> str:
        return self._currencies.setdefault(source.currency_path, f"c{len(self._currencies)}")

    def _grouped(self) -> Select[Any]:
        """One row a group: keys, n, the partials, and for money an array of each by currency."""
        frame = self.frame
        currencies = {name: self.renderer.path_column(frame, path) for path, name in self._currencies.items()}
        apart = {**self._keys, **currencies}
        partials = [_PARTIALS[how](frame.column(column)).label(name) for (how, column), name in self._partials.items()]
        columns = [column.label(name) for name, column in apart.items()]
        query = select(*columns, func.count().label("n"), *partials).select_from(frame.source()).where(*self.conditions)
        # Without anything to group by there is one row even when no row meets the filter, as totals need.
        query = (query.group_by(*apart.values()) if apart else query).correlate_except(*frame.aliases())
        return self._without_currencies(query.subquery()) if currencies else query

    def _without_currencies(self, rows: FromClause) -> Select[Any]:
        """Groups from groups by currency."""
        columns: list[ColumnElement[Any]] = [rows.c[name].label(name) for name in self._keys]
        columns.append(cast(func.coalesce(func.sum(rows.c.n), whole(0)), BigInteger()).label("n"))
        columns += [_TOTALS[how](rows.c[name]).label(name) for (how, _), name in self._partials.items()]
        columns += [
            func.array_agg(rows.c[name]).label(f"{name}s") for name in (*self._listed, *self._currencies.values())
        ]
        grouped = select(*columns).select_from(rows)
        return grouped.group_by(*(rows.c[name] for name in self._keys)) if self._keys else grouped

    def _key_columns(self, name: str, term: GroupTerm) -> dict[str, ColumnElement[Any]]:
        column = self.frame.column(term.source.column)
        if isinstance(term, ReferenceTerm):
            seen = self._seen(term)
            key: ColumnElement[Any] = column if seen is None else case((seen, column))
            # Rows without a reference are one group, whatever their companies.
            if not CATALOG[term.source.target].is_sharded:
                return {name: key}
            return {name: key, f"{name}_company": case((key.is_not(None), self.frame.column("company_id")))}
        match term.kind:
            case "year":
                return {name: cast(extract("year", column), Integer())}
            case "month":
                return {name: func.to_char(column, text_literal("YYYY-MM"))}
            case "value":
                return {name: column}

    def _seen(self, term: ReferenceTerm) -> ColumnElement[bool] | None:
        """Whether the referenced record is in scope; None where every one is."""
        target, scope = CATALOG[term.source.target], term.scope
        is_looked_up = target.is_company and term.source.column != "company_id"
        if (scope.partner, scope.site, scope.owner) != (None, None, None) or is_looked_up:
            inner = Frame(target.table.alias(), target)
            conditions = [join_condition(self.frame, inner.alias, term.source), *self.renderer.in_scope(inner, scope)]
            return exists().where(*conditions).correlate_except(inner.alias)
        if target.is_sharded or target.is_company:
            return self.frame.column("company_id") == func.any(self.renderer.companies(scope))
        return None

    # --- what is shown -------------------------------------------------------------------------------------------

    def _statistic(self, figure: StatisticFigure) -> list[Piece]:
        return members([(key, self._measure(figure.operation, measure)) for key, measure in figure.measures])

    def _measure(self, operation: str, measure: Measure | str) -> list[Piece]:
        if isinstance(measure, str):
            return [f'"{measure}"']
        if isinstance(measure.source, MoneyLeaf):
            return self._money(operation, measure, measure.source)
        return [self._number(operation, measure.source)]

    def _number(self, operation: str, source: Leaf) -> ColumnElement[str]:
        """The JSON of a number, day or instant over the group."""
        if operation == "avg":
            total, count = self._partial("sum", source.column), self._partial("count", source.column)
            return _string_or_null(_average(literal_column(f"g.{total}"), literal_column(f"g.{count}")))
        column: ColumnElement[Any] = literal_column(f"g.{self._partial(operation, source.column)}")
        if operation == "sum" or source.scalar is Scalar.DECIMAL:
            return _string_or_null(func.trim_scale(cast(column, NUMERIC)))
        if source.scalar is Scalar.INT:
            return or_null(cast(column, SqlText()))
        return or_null(cast(func.to_json(column), SqlText()))

    def _money(self, operation: str, measure: Measure, source: MoneyLeaf) -> list[Piece]:
        """The JSON list of Money, one a currency in the order of their codes."""
        assert measure.money is not None
        names = ["sum", "count"] if operation == "avg" else [operation]
        lists = [self._partial(name, source.column) for name in names]
        self._listed.update(dict.fromkeys(lists))
        arrays: list[ColumnElement[Any]] = [literal_column(f"g.{name}s") for name in (self._currency(source), *lists)]
        table = func.unnest(*arrays).table_valued("currency", *names, name="u").render_derived()
        columns = [_TOTALS[name](table.c[name]).label(name) for name in names]
        by_currency = (
            select(table.c.currency, *columns).select_from(table).where(table.c[names[0]].is_not(None))
            .group_by(table.c.currency).subquery()
        )  # fmt: skip
        if operation == "avg":
            amount = _average(by_currency.c["sum"], by_currency.c["count"])
        else:
            amount = func.trim_scale(cast(by_currency.c[operation], NUMERIC))
        shown = concat(money_pieces(measure.money.parts, amount, by_currency.c.currency))
        text = func.string_agg(shown, aggregate_order_by(text_literal(","), by_currency.c.currency))
        return ["[", select(text).select_from(by_currency).scalar_subquery(), "]"]

    def _key(self, figure: KeyFigure) -> list[Piece]:
        shown: list[tuple[str, list[Piece]]] = []
        for key, part in figure.fields:
            match part:
                case None:
                    shown.append((key, ["null"]))
                case str():
                    shown.append((key, [f'"{part}"']))
                case ValuePart():
                    shown.append((key, [self._key_value(part.term)]))
                case ReferencePart():
                    shown.append((key, [self._key_reference(part)]))
        return members(shown)

    def _key_value(self, term: ValueTerm) -> ColumnElement[str]:
        column: ColumnElement[Any] = literal_column(f"g.k{self.terms.index(term)}")
        return or_null(cast(column if term.kind == "year" else func.to_json(column), SqlText()))

    def _key_reference(self, part: ReferencePart) -> ColumnElement[str]:
        target = self._joined(self.terms.index(part.term), part.term).frame
        shown = concat(self.renderer.row(target, part.row))
        return case((target.column("id").is_(None), text_literal("null")), else_=shown)

    def _order_of(self, index: int, term: GroupTerm) -> list[ColumnElement[Any]]:
        """Groups by a reference come in the order of its business key, others in the order of the value."""
        own: list[ColumnElement[Any]] = [literal_column(f"g.{name}") for name in self._keys if _belongs(name, index)]
        if isinstance(term, ReferenceTerm):
            key = CATALOG[term.source.target].record.spec.key
            if key is not None and term.is_key_readable:
                own.insert(0, self._joined(index, term).frame.column(key))
        return [column.asc().nulls_last() for column in own]

    def _joined(self, index: int, term: ReferenceTerm) -> _Join:
        """The referenced record of a group, joined once; the group's key is null where it is out of scope."""
        if index not in self._joins:
            target = CATALOG[term.source.target]
            frame = Frame(target.table.alias(), target)
            key = frame.column("company_id") if term.source.column == "company_id" else frame.column("id")
            condition = [key == literal_column(f"g.k{index}")]
            if target.is_sharded:
                condition.append(frame.column("company_id") == literal_column(f"g.k{index}_company"))
            self._joins[index] = _Join(frame, and_(*condition))
        return self._joins[index]


def _belongs(name: str, index: int) -> bool:
    """Whether a key column is of the term."""
    return name in (f"k{index}", f"k{index}_company")


def _average(total: ColumnElement[Any], count: ColumnElement[Any]) -> ColumnElement[Any]:
    """To 10 decimals, half away from zero; NULL over no values."""
    exact = func.round(cast(total, NUMERIC), whole(AVERAGE_WORKING_SCALE)) / func.nullif(cast(count, NUMERIC), whole(0))
    return func.trim_scale(func.round(exact, whole(AVERAGE_SCALE)))


def _string_or_null(value: ColumnElement[Any]) -> ColumnElement[str]:
    return or_null(text_literal('"').op("||")(cast(value, SqlText())).op("||")(text_literal('"')))
