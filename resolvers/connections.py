"""Connections as SQL: one bounded index scan per company, merged."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    SmallInteger,
    case,
    cast,
    func,
    literal_column,
    select,
    true,
    tuple_,
)
from sqlalchemy import Text as SqlText
from sqlalchemy.dialects.postgresql import aggregate_order_by

from resolvers.aggregates import AggregateNode
from resolvers.catalog import Entity
from resolvers.fragments import MARK, Frame, Piece, concat, members, quoted, text_literal, whole
from resolvers.nodes import ConnectionNode, EdgesPart, NodesPart, PageInfoPart, RowNode, Text, TotalPart
from resolvers.paging import cursor_prefix, page_sizes
from resolvers.reports import rows_from
from resolvers.tallies import aggregate

if TYPE_CHECKING:
    from resolvers.sql import Renderer


def connection(renderer: "Renderer", node: ConnectionNode, parent: Frame | None) -> ColumnElement[str]:
    """The JSON object of a connection."""
    page = _Page(renderer, node, parent) if any(_reads_page(part) for _, part in node.parts) else None
    shown: list[tuple[str, list[Piece]]] = []
    for key, part in node.parts:
        match part:
            case Text():
                shown.append((key, [part.json]))
            case TotalPart():
                shown.append((key, [MARK, _total(renderer, node, parent)]))
            case AggregateNode():
                shown.append((key, aggregate(renderer, part, node, parent)))
            case _:
                assert page is not None
                shown.append((key, page.part(part)))
    text = concat(members(shown))
    return text if page is None else page.select(text)


def _reads_page(part: object) -> bool:
    return isinstance(part, NodesPart | EdgesPart | PageInfoPart)


def _total(renderer: "Renderer", node: ConnectionNode, parent: Frame | None) -> ColumnElement[Any]:
    entity = node.scope.entity
    frame = Frame(rows_from(renderer, node), entity, parent, node.link)
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
        numbered = select(rows, number).order_by(*self._order(rows)).correlate_except(*self._sources)
        self.page = self._limited(numbered).subquery()
        self.frame = Frame(self.page, entity, parent, node.link)
        self._within = self.page.c.row_ <= self._size if self._looks_ahead else None

    def _rows(self, entity: Entity, parent: Frame | None) -> FromClause:
        """At most one row more than the page, per company where rows of several are merged.

        A report makes the lines of all companies at once.
        """
        node, renderer = self.node, self.renderer
        inner = Frame(rows_from(renderer, node, is_page=True), entity, parent, node.link)
        is_of_group = parent is None or not parent.entity.is_sharded
        is_merged = entity.is_sharded and is_of_group and node.derivation is None
        conditions = [*renderer.rows_of(node, inner, with_company=not is_merged), *self._beyond(inner)]
        query = select(inner.alias).order_by(*self._order(inner.alias)).correlate_except(inner.alias)
        if not is_merged:
            rows = self._limited(query.where(*conditions)).subquery()
            self._sources: list[FromClause] = [rows]
            return rows
        companies = (
            func.unnest(renderer.companies(node.scope)).table_valued("company_id", name="company").render_derived()
        )
        conditions.append(inner.column("company_id") == cast(companies.c.company_id, SmallInteger()))
        rows = self._limited(query.where(*conditions)).lateral()
        merged = select(rows).select_from(companies.join(rows, true())).correlate_except(companies, rows).subquery()
        self._sources = [merged]
        return merged

    def _limited(self, query: Select[Any]) -> Select[Any]:
        """The first rows of the query, one more where the page tells whether there are more.

        Of a size that comes as a parameter a generic plan knows nothing and expects a tenth of the table: the limit
        that no page exceeds stands below it, so that it looks up what a page refers to instead of reading it all.
        """
        limit = self._size + whole(1) if self._looks_ahead else self._size
        if not self.node.window.size.sym.path:
            return query.limit(limit)
        _, largest = page_sizes(self.node.scope.entity)
        most = query.limit(whole(largest + 1)).subquery()
        return select(most).order_by(*self._order(most)).limit(limit).correlate_except(most)

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
            other = tuple_(
                *(self.renderer.bind(bound, column.type) for bound, column in zip(place, columns, strict=True))
            )
            conditions.append(own > other if is_after is not order.is_descending else own < other)
        return conditions

    def select(self, shown: ColumnElement[str]) -> ColumnElement[str]:
        """The finished text of the page."""
        # HAVING makes one row of the page even when nothing of it is gathered, such as hasPreviousPage alone.
        query = select(shown).select_from(self.frame.source()).having(true())
        return query.correlate_except(*self.frame.aliases()).scalar_subquery()

    def part(self, part: NodesPart | EdgesPart | PageInfoPart) -> list[Piece]:
        """The JSON of nodes, edges or pageInfo."""
        match part:
            case NodesPart():
                return self._listed(self.renderer.row(self.frame, part.row))
            case EdgesPart():
                return self._listed(members((key, self._edge(shown)) for key, shown in part.fields))
            case PageInfoPart():
                return self._page_info(part)

    def _edge(self, shown: RowNode | Text | str) -> list[Piece]:
        """The JSON of one field of an edge."""
        match shown:
            case RowNode():
                return self.renderer.row(self.frame, shown)
            case Text():
                return [shown.json]
            case _:
                return quoted(self._cursor(self.page.c.id, self._sort_value))

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
        shown: dict[str, Piece] = {
            "hasNextPage": behind if window.is_backward else more,
            "hasPreviousPage": more if window.is_backward else behind,
            "__typename": '"PageInfo"',
        }
        for name in ("startCursor", "endCursor"):
            if any(field == name for _, field in part.fields):
                shown[name] = self._edge_cursor(is_last=(name == "endCursor") is not window.is_backward)
        return members((key, [shown[name]]) for key, name in part.fields)

    def _edge_cursor(self, *, is_last: bool) -> ColumnElement[str]:
        """The cursor of the first or last row of the scan; null on an empty page."""
        number = self.page.c.row_.desc() if is_last else self.page.c.row_
        found: list[ColumnElement[Any]] = []
        for column in [self.page.c.id, *([self._sort_value] if self._sort_value is not None else [])]:
            gathered = func.array_agg(aggregate_order_by(column, number), type_=ARRAY(column.type))
            found.append((gathered if self._within is None else gathered.filter(self._within))[whole(1)])
        cursor = self._cursor(found[0], found[1] if len(found) > 1 else None)
        return case((func.count() == whole(0), text_literal("null")), else_=concat(quoted(cursor)))

    def _cursor(self, id_: ColumnElement[Any], value: ColumnElement[Any] | None) -> ColumnElement[str]:
        """A cursor as `resolvers.paging` reads it; base64 of PostgreSQL breaks lines, ours does not."""
        pieces: list[Piece] = [cursor_prefix(self.node.scope.entity, self.node.window.order), id_, "|"]
        if value is not None:
            pieces.append(value)
        encoded = func.encode(func.convert_to(concat(pieces), text_literal("UTF8")), text_literal("base64"))
        return func.translate(encoded, literal_column("E'\\n'", SqlText()), text_literal(""))
