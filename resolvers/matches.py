"""Search as SQL: the rows that are nearest to what is sought, found in up to four ways, each looser than the last."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, FromClause, cast, func, select, union_all
from sqlalchemy import Text as SqlText
from sqlalchemy.dialects.postgresql import TSQUERY

from domain.core.search import FOUND_FEW, MATCHES_MAX, MISSPELT_RANK, is_prose, rank, searched
from resolvers.fragments import Frame, whole
from resolvers.nodes import ConnectionNode
from resolvers.paging import RANK
from resolvers.search import Search

if TYPE_CHECKING:
    from resolvers.sql import Renderer


def matches(renderer: "Renderer", node: ConnectionNode) -> FromClause:
    """The rows of a search with how far each is from what is sought, the best of them and at most so many.

    Each looser way of finding is tried only as far as the ones before it found too little.
    """
    search, entity = node.search, node.scope.entity
    assert search is not None
    found = renderer.derived.get(("search", id(node)))
    if found is not None:
        return found.alias()
    ways = _Ways(renderer, node, search)
    beginning = ways.rows("beginning")
    words = ways.rows("words", _count(beginning) < whole(MATCHES_MAX))
    few = _count(beginning) + _count(words) < whole(FOUND_FEW)
    misspelt = ways.rows("misspelt", few)
    every = [select(one.c.id, one.c[RANK]) for one in (ways.known(), beginning, words, misspelt)]
    rows = union_all(*every).subquery()
    best = (
        select(rows.c.id, func.min(rows.c[RANK]).label(RANK)).group_by(rows.c.id)
        .order_by(func.min(rows.c[RANK]), rows.c.id).limit(whole(MATCHES_MAX)).subquery()
    )  # fmt: skip
    table = entity.table.alias()
    query = select(table, best.c[RANK]).join_from(table, best, best.c.id == table.c.id)
    found = renderer.derived["search", id(node)] = query.cte(f"search_{len(renderer.derived)}")
    return found.alias()


def _count(rows: FromClause) -> ColumnElement[int]:
    return select(func.count()).select_from(rows).scalar_subquery()


@dataclass(frozen=True, slots=True)
class _Ways:
    """The ways in which rows are found; each answers at most as many as a search ranks."""

    renderer: "Renderer"
    node: ConnectionNode
    search: Search

    def rows(self, way: str, *gate: ColumnElement[bool]) -> FromClause:
        """The rows that the index finds in one way."""
        frame = self._frame()
        table = frame.entity.table
        every = [name for name in frame.entity.record.spec.search if name in table.c]
        query = cast(self.renderer.bind(self.search.bound(way), SqlText()), TSQUERY())
        conditions = [_searched(frame, every).bool_op("@@")(query)]
        if len(self.search.columns) < len(every):
            conditions.append(_searched(frame, self.search.columns).bool_op("@@")(query))
        names = [frame.column(name) for name in self.search.columns if not is_prose(table.c[name])]
        far = rank(self.renderer.bind(self.search.bound("squeezed"), SqlText()), names)
        if way == "misspelt":
            far = far + whole(MISSPELT_RANK)
        return self._limited(frame, [*gate, *conditions], far, way)

    def known(self) -> FromClause:
        """The rows of which a list holds the code that is sought."""
        frame = self._frame()
        return self._limited(frame, [self.renderer.condition(frame, self.search.known)], whole(0), "known")

    def _frame(self) -> Frame:
        entity = self.node.scope.entity
        return Frame(entity.table.alias(), entity)

    def _limited(
        self, frame: Frame, conditions: list[ColumnElement[bool]], far: ColumnElement[int], way: str
    ) -> FromClause:
        rows = select(frame.column("id"), far.label(RANK)).where(*conditions, *self.renderer.rows_of(self.node, frame))
        return rows.limit(whole(MATCHES_MAX)).cte(f"{way}_{len(self.renderer.derived)}")


def _searched(frame: Frame, names: Sequence[str]) -> ColumnElement[Any]:
    """What is indexed of these columns: of all of them it is the expression of the index."""
    table = frame.entity.table
    prose = next((frame.column(name) for name in names if is_prose(table.c[name])), None)
    return searched(prose, [frame.column(name) for name in names if not is_prose(table.c[name])])
