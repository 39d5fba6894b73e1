"""Connections and aggregates as SQL: one bounded index scan per company, merged; figures over all rows that the filter meets."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Numeric,
    Select,
    SmallInteger,
    and_,
    case,
    cast,
    extract,
    func,
    literal_column,
    select,
    true,
    tuple_,
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
    KeyPart,
    Measure,
    StatisticFigure,
    TypenameFigure,
)
from resolvers.catalog import CATALOG, Entity, Leaf, MoneyLeaf, ToOne
from resolvers.fragments import Frame, Piece, concat, money_pieces, or_null, quoted, text_literal
from resolvers.nodes import ConnectionNode, EdgesPart, NodesPart, PageInfoPart, RowNode, Text, TotalPart
from resolvers.paging import cursor_prefix

if TYPE_CHECKING:
    from resolvers.sql import Renderer

NUMERIC = Numeric()


def connection(renderer: "Renderer", node: ConnectionNode, parent: Frame | None) -> ColumnElement[str]:
    """The JSON object of a connection."""
    page = _Page(renderer, node, parent) if any(_reads_page(part) for _, part in node.parts) else None
    pieces: list[Piece] = []
    for key, part in node.parts:
        pieces.append(f',"{key}":' if pieces else f'{{"{key}":')
        match part:
            case Text():
                pieces.append(part.json)
            case TotalPart():
                pieces.append(_total(renderer, node, parent))
            case AggregateNode():
                pieces += aggregate(renderer, part, node, parent)
            case _:
                assert page is not None
                pieces += page.part(part)
    shown = concat([*pieces, "}"])
    return shown if page is None else page.select(shown)


def _reads_page(part: object) -> bool:
    return isinstance(part, NodesPart | EdgesPart | PageInfoPart)


def _total(renderer: "Renderer", node: ConnectionNode, parent: Frame | None) -> ColumnElement[Any]:
    entity = node.scope.entity
    frame = Frame(entity.table.alias(), entity, parent, node.link)
    query = select(func.count()).select_from(frame.alias).where(*renderer.rows_of(node, frame))
    return query.correlate_except(frame.alias).scalar_subquery()


class _Page:
    """The rows of one page, numbered, and what is shown of them."""

    def __init__(self, renderer: "Renderer", node: ConnectionNode, parent: Frame | None) -> None:
        self.renderer, self.node = renderer, node
        entity = node.scope.entity
        self._looks_ahead = any(isinstance(part, PageInfoPart) for _, part in node.parts)
        size = node.window.size
        self._size: ColumnElement[Any] = (
            renderer.bind(size, BigInteger()) if size.sym.path else literal_column(str(size.value({})), BigInteger())
        )
        rows = self._rows(entity, parent)
        number = func.row_number().over(order_by=self._order(rows)).label("row_")
        limit = self._size + 1 if self._looks_ahead else self._size
        numbered = select(rows, number).order_by(*self._order(rows)).limit(limit).correlate_except(*self._sources)
        self.page = numbered.subquery()
        self.frame = Frame(self.page, entity, parent, node.link)
        self._within = self.page.c.row_ <= self._size if self._looks_ahead else None

    def _rows(self, entity: Entity, parent: Frame | None) -> FromClause:
        """At most one row more than the page, per company where rows of several are merged."""
        node, renderer = self.node, self.renderer
        inner = Frame(entity.table.alias(), entity, parent, node.link)
        is_merged = entity.is_sharded and (parent is None or not parent.entity.is_sharded)
        conditions = [*renderer.rows_of(node, inner, with_company=not is_merged), *self._beyond(inner)]
        limit = self._size + 1 if self._looks_ahead else self._size
        query = select(inner.alias).order_by(*self._order(inner.alias)).limit(limit)
        if not is_merged:
            rows = query.where(*conditions).correlate_except(inner.alias).subquery()
            self._sources: list[FromClause] = [rows]
            return rows
        companies = func.unnest(renderer.companies(node.scope)).table_valued("company_id", name="company").render_derived()
        conditions.append(inner.column("company_id") == cast(companies.c.company_id, SmallInteger()))
        rows = query.where(*conditions).correlate_except(inner.alias).lateral()
        merged = select(rows).select_from(companies.join(rows, true())).correlate_except(companies, rows).subquery()
        self._sources = [merged]
        return merged

    def _order(self, rows: FromClause) -> list[ColumnElement[Any]]:
        """The scan's order: the declared one, turned round when the page is counted from the end."""
        order = self.node.window.order
        columns = [rows.c[order.column]] if order.column else []
        is_descending = order.is_descending is not self.node.window.is_backward
        return [column.desc() if is_descending else column for column in [*columns, rows.c.id]]

    def _beyond(self, frame: Frame) -> list[ColumnElement[bool]]:
        """The rows after and before the cursors, compared as rows so that an index serves."""
        order = self.node.window.order
        columns = [frame.column(order.column)] if order.column else []
        columns.append(frame.column("id"))
        conditions: list[ColumnElement[bool]] = []
        for place, is_after in ((self.node.window.after, True), (self.node.window.before, False)):
            if not place:
                continue
            own = tuple_(*columns)
            other = tuple_(*(self.renderer.bind(bound, column.type) for bound, column in zip(place, columns, strict=True)))
            conditions.append(own > other if is_after is not order.is_descending else own < other)
        return conditions

    def select(self, shown: ColumnElement[str]) -> ColumnElement[str]:
        """The finished text of the page."""
        query = select(shown).select_from(self.frame.source())
        return query.correlate_except(*self.frame.aliases()).scalar_subquery()

    def part(self, part: NodesPart | EdgesPart | PageInfoPart) -> list[Piece]:
        """The JSON of nodes, edges or pageInfo."""
        match part:
            case NodesPart():
                return self._listed(self.renderer.row(self.frame, part.row))
            case EdgesPart():
                pieces: list[Piece] = []
                for key, shown in part.fields:
                    pieces.append(f',"{key}":' if pieces else f'{{"{key}":')
                    match shown:
                        case RowNode():
                            pieces += self.renderer.row(self.frame, shown)
                        case Text():
                            pieces.append(shown.json)
                        case _:
                            pieces += quoted(self._cursor(self.page.c.id, self._sort_value))
                return self._listed([*pieces, "}"])
            case PageInfoPart():
                return self._page_info(part)

    def _listed(self, pieces: list[Piece]) -> list[Piece]:
        number = self.page.c.row_.desc() if self.node.window.is_backward else self.page.c.row_
        listed = func.string_agg(concat(pieces), aggregate_order_by(text_literal(","), number))
        return ["[", listed if self._within is None else listed.filter(self._within), "]"]

    @property
    def _sort_value(self) -> ColumnElement[Any] | None:
        column = self.node.window.order.column
        return self.page.c[column] if column else None

    def _page_info(self, part: PageInfoPart) -> list[Piece]:
        window = self.node.window
        more = case((func.count() > self._size, text_literal("true")), else_=text_literal("false"))
        behind = "true" if (window.before if window.is_backward else window.after) else "false"
        pieces: list[Piece] = []
        for key, name in part.fields:
            pieces.append(f',"{key}":' if pieces else f'{{"{key}":')
            match name:
                case "hasNextPage":
                    pieces.append(behind if window.is_backward else more)
                case "hasPreviousPage":
                    pieces.append(more if window.is_backward else behind)
                case "startCursor" | "endCursor":
                    pieces.append(self._edge_cursor(is_last=(name == "endCursor") is not window.is_backward))
                case _:
                    pieces.append('"PageInfo"')
        return [*pieces, "}"]

    def _edge_cursor(self, *, is_last: bool) -> ColumnElement[str]:
        """The cursor of the first or last row of the scan; null on an empty page."""
        number = self.page.c.row_.desc() if is_last else self.page.c.row_
        found: list[ColumnElement[Any]] = []
        for column in [self.page.c.id, *([self._sort_value] if self._sort_value is not None else [])]:
            gathered = func.array_agg(aggregate_order_by(column, number), type_=ARRAY(column.type))
            found.append((gathered if self._within is None else gathered.filter(self._within))[1])
        cursor = self._cursor(found[0], found[1] if len(found) > 1 else None)
        return case((func.count() == 0, text_literal("null")), else_=concat(quoted(cursor)))

    def _cursor(self, id_: ColumnElement[Any], value: ColumnElement[Any] | None) -> ColumnElement[str]:
        """A cursor as `resolvers.paging` reads it; base64 of PostgreSQL breaks lines, ours does not."""
        pieces: list[Piece] = [cursor_prefix(self.node.scope.entity, self.node.window.order), id_, "|"]
        if value is not None:
            pieces.append(value)
        encoded = func.encode(func.convert_to(concat(pieces), text_literal("UTF8")), text_literal("base64"))
        return func.translate(encoded, literal_column("E'\\n'", SqlText()), text_literal(""))


# --- aggregates ---------------------------------------------------------------------------------------------------


def aggregate(renderer: "Renderer", part: AggregateNode, node: ConnectionNode, parent: Frame | None) -> list[Piece]:
    """The JSON object of an aggregate: totals from one pass, groups from another."""
    tally = _Tally(renderer, part, node, parent, ())
    pieces: list[Piece] = []
    for key, figure in part.figures:
        pieces.append(f',"{key}":' if pieces else f'{{"{key}":')
        match figure:
            case GroupsFigure():
                pieces += _Tally(renderer, part, node, parent, part.terms).groups(figure)
            case GroupCountFigure():
                pieces.append(_Tally(renderer, part, node, parent, part.terms).group_count())
            case _:
                pieces += tally.figure(figure)
    return [tally.total(concat([*pieces, "}"]))] if tally.is_used else [*pieces, "}"]


class _Tally:
    """Rows counted and measured by group, in two steps: by group and currency, then by group.

    The first step keeps currencies apart, the second gathers them into arrays from which each money figure makes its list.
    """

    def __init__(
        self, renderer: "Renderer", part: AggregateNode, node: ConnectionNode, parent: Frame | None, terms: tuple[GroupTerm, ...]
    ) -> None:
        self.renderer, self.part, self.terms = renderer, part, terms
        entity = part.scope.entity
        self.frame = Frame(entity.table.alias(), entity, parent, node.link)
        self.conditions = renderer.rows_of(part, self.frame)
        self.is_used = False
        self._keys: dict[str, ColumnElement[Any]] = {}
        for index, term in enumerate(terms):
            self._keys.update(_key_columns(f"k{index}", term, self.frame))
        self._currencies: dict[tuple[str, ...], str] = {}
        self._partials: dict[tuple[str, str], str] = {}

    # The figures are written against the columns of the grouped rows before these are known: each figure registers what
    # it needs and names it; `_grouped` then selects all that was registered.

    def figure(self, figure: Figure, joins: "list[_Join] | None" = None) -> list[Piece]:
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
                assert joins is not None
                return self._key(figure, joins)
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
        joins: list[_Join] = []
        order = [self._order_of(index, term, joins) for index, term in enumerate(self.terms)]
        pieces: list[Piece] = []
        for key, inner in figure.figures:
            pieces += [f',"{key}":' if pieces else f'{{"{key}":', *self.figure(inner, joins)]
        rows: FromClause = self._grouped().alias("g")
        sources = [rows, *(join.target for join in joins)]
        for join in joins:
            rows = rows.outerjoin(join.target, join.condition)
        place = func.row_number().over(order_by=order or None).label("place")
        limit = self.renderer.bind(figure.first, BigInteger())
        limited = select(concat([*pieces, "}"]).label("text"), place).select_from(rows).order_by(place).limit(limit)
        listed = limited.correlate_except(*sources).subquery()
        text = func.string_agg(listed.c.text, aggregate_order_by(text_literal(","), listed.c.place))
        return ["[", select(text).select_from(listed).correlate_except(listed).scalar_subquery(), "]"]

    # --- what is counted -----------------------------------------------------------------------------------------

    def _partial(self, operation: str, column: str) -> str:
        return self._partials.setdefault((operation, column), f"m{len(self._partials)}")

    def _currency(self, source: MoneyLeaf) -> str:
        return self._currencies.setdefault(source.currency_path, f"c{len(self._currencies)}")

    def _grouped(self) -> Select[Any]:
        """One row a group: keys, n, and for each partial its total and its array by currency."""
        frame = self.frame
        keys = [column.label(name) for name, column in self._keys.items()]
        currencies = [self.renderer.path_column(frame, path).label(name) for path, name in self._currencies.items()]
        functions = {"sum": func.sum, "count": func.count, "min": func.min, "max": func.max}
        partials = [functions[operation](frame.column(column)).label(name) for (operation, column), name in self._partials.items()]
        apart = [*self._keys.values(), *(self.renderer.path_column(frame, path) for path in self._currencies)]
        query = select(*keys, *currencies, func.count().label("n"), *partials).select_from(frame.source()).where(*self.conditions)
        # Without anything to group by there is one row even when no row meets the filter, as totals need.
        inner = (query.group_by(*apart) if apart else query).correlate_except(*frame.aliases()).subquery()
        columns: list[ColumnElement[Any]] = [inner.c[name].label(name) for name in self._keys]
        columns.append(cast(func.coalesce(func.sum(inner.c.n), 0), BigInteger()).label("n"))
        for (operation, _), name in self._partials.items():
            total = {"sum": func.sum, "count": func.sum, "min": func.min, "max": func.max}[operation]
            columns += [total(inner.c[name]).label(name), func.array_agg(inner.c[name]).label(f"{name}s")]
        columns += [func.array_agg(inner.c[name]).label(f"{name}s") for name in self._currencies.values()]
        grouped = select(*columns).select_from(inner)
        return grouped.group_by(*(inner.c[name] for name in self._keys)) if self._keys else grouped

    # --- what is shown -------------------------------------------------------------------------------------------

    def _statistic(self, figure: StatisticFigure) -> list[Piece]:
        pieces: list[Piece] = []
        for key, measure in figure.measures:
            pieces.append(f',"{key}":' if pieces else f'{{"{key}":')
            if isinstance(measure, str):
                pieces.append(f'"{measure}"')
            elif isinstance(measure.source, MoneyLeaf):
                pieces += self._money(figure.operation, measure, measure.source)
            else:
                pieces.append(self._number(figure.operation, measure.source))
        return [*pieces, "}"]

    def _number(self, operation: str, source: Leaf) -> ColumnElement[str]:
        """The JSON of a number, day or instant over the group."""
        if operation == "avg":
            total, count = self._partial("sum", source.column), self._partial("count", source.column)
            value = _average(literal_column(f"g.{total}"), literal_column(f"g.{count}"))
            return _string_or_null(value)
        column = literal_column(f"g.{self._partial(operation, source.column)}")
        if operation == "sum" or source.scalar.value == "Decimal":
            return _string_or_null(func.trim_scale(cast(column, NUMERIC)))
        if source.scalar.value == "Int":
            return or_null(cast(column, SqlText()))
        return or_null(cast(func.to_json(column), SqlText()))

    def _money(self, operation: str, measure: Measure, source: MoneyLeaf) -> list[Piece]:
        """The JSON list of Money, one a currency in the order of their codes."""
        assert measure.money is not None
        currency = self._currency(source)
        names = ["sum", "count"] if operation == "avg" else [operation]
        arrays = [f"{self._partial(name, source.column)}s" for name in names]
        listed = ", ".join(f"g.{name}" for name in (f"{currency}s", *arrays))
        unnested = func.unnest(*(literal_column(part) for part in listed.split(", ")))
        table = unnested.table_valued("currency", *names, name="u").render_derived()
        totals = {"sum": func.sum, "count": func.sum, "min": func.min, "max": func.max}
        columns = [totals[name](table.c[name]).label(name) for name in names]
        by_currency = (
            select(table.c.currency, *columns).select_from(table).where(table.c[names[0]].is_not(None))
            .group_by(table.c.currency).subquery()
        )  # fmt: skip
        value = by_currency.c[names[0]] if operation != "avg" else None
        amount = _average(by_currency.c.sum, by_currency.c.count) if value is None else func.trim_scale(cast(value, NUMERIC))
        shown = concat(money_pieces(measure.money.parts, amount, by_currency.c.currency))
        text = func.string_agg(shown, aggregate_order_by(text_literal(","), by_currency.c.currency))
        return ["[", select(text).select_from(by_currency).scalar_subquery(), "]"]

    def _key(self, figure: KeyFigure, joins: "list[_Join]") -> list[Piece]:
        pieces: list[Piece] = []
        for key, part in figure.fields:
            pieces.append(f',"{key}":' if pieces else f'{{"{key}":')
            if part is None:
                pieces.append("null")
            elif isinstance(part, str):
                pieces.append(f'"{part}"')
            else:
                pieces += self._key_part(part, joins)
        return [*pieces, "}"]

    def _key_part(self, part: KeyPart, joins: "list[_Join]") -> list[Piece]:
        index = self.terms.index(part.term)
        column = literal_column(f"g.k{index}")
        if part.term.kind == "year":
            return [or_null(cast(column, SqlText()))]
        if isinstance(part.term.source, Leaf):
            return [or_null(cast(func.to_json(column), SqlText()))]
        join = self._joined(index, part.term.source, joins)
        target = join.frame
        shown: dict[str, list[Piece]] = {
            "id": self.renderer.global_id(target),
            "code": [_text_column(target, target.entity.record.spec.key)],
            "name": [_text_column(target, target.entity.record.spec.name)],
            "__typename": ['"ReferenceKey"'],
        }
        pieces: list[Piece] = []
        for key, name in part.reference:
            pieces += [f',"{key}":' if pieces else f'{{"{key}":', *shown[name]]
        return [case((target.column("id").is_(None), text_literal("null")), else_=concat([*pieces, "}"]))]

    def _order_of(self, index: int, term: GroupTerm, joins: "list[_Join]") -> ColumnElement[Any]:
        """Groups by a reference come in the order of its business key, others in the order of the value."""
        if isinstance(term.source, ToOne):
            target = self._joined(index, term.source, joins).frame
            key = target.entity.record.spec.key or "id"
            return target.column(key).asc().nulls_last()
        return literal_column(f"g.k{index}").asc().nulls_last()

    def _joined(self, index: int, source: ToOne, joins: "list[_Join]") -> "_Join":
        """The referenced record of a group, joined once, null where out of scope."""
        found = next((join for join in joins if join.index == index), None)
        if found is None:
            target = CATALOG[source.target]
            frame = Frame(target.table.alias(), target)
            scope = self.terms[index].scope
            assert scope is not None
            key = frame.column("company_id") if source.column == "company_id" else frame.column("id")
            condition = [key == literal_column(f"g.k{index}"), *self.renderer.in_scope(frame, scope)]
            if target.is_sharded:
                condition.append(frame.column("company_id") == literal_column(f"g.k{index}_company"))
            found = _Join(index, frame, and_(*condition))
            joins.append(found)
        return found


class _Join:
    """A referenced record joined to the groups."""

    def __init__(self, index: int, frame: Frame, condition: ColumnElement[bool]) -> None:
        self.index, self.frame, self.condition = index, frame, condition

    @property
    def target(self) -> FromClause:
        return self.frame.alias


def _key_columns(name: str, term: GroupTerm, frame: Frame) -> dict[str, ColumnElement[Any]]:
    column = frame.column(term.source.column)
    match term.kind:
        case "year":
            return {name: cast(extract("year", column), Integer())}
        case "month":
            return {name: func.to_char(column, text_literal("YYYY-MM"))}
        case "value":
            return {name: column}
        case "reference":
            assert isinstance(term.source, ToOne)
            company = {f"{name}_company": frame.column("company_id")} if CATALOG[term.source.target].is_sharded else {}
            return {name: column, **company}


def _text_column(frame: Frame, column: str | None) -> ColumnElement[str]:
    if column is None:
        return text_literal("null")
    return or_null(cast(func.to_json(frame.column(column)), SqlText()))


def _average(total: ColumnElement[Any], count: ColumnElement[Any]) -> ColumnElement[Any]:
    """To 10 decimals, half away from zero; NULL over no values."""
    return func.trim_scale(func.round(cast(total, NUMERIC) / func.nullif(cast(count, NUMERIC), 0), 10))


def _string_or_null(value: ColumnElement[Any]) -> ColumnElement[str]:
    return or_null(text_literal('"').op("||")(cast(value, SqlText())).op("||")(text_literal('"')))
