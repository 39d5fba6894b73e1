"""Reports on the read road: the arguments become a derivation (pure), the derivation the source of a connection.

A report is read like a record because it becomes one in the statement: its function's select stands where a table
would. The permission of its lines is the report's own; the permission of what they are made of holds inside, where each
record that the function reads is limited to the reader's rows. Parts of one connection share the select, as a common
table that the database makes once or, where one part alone needs it, not at all.

Refused: functions that return rows to an executor with loaders. They would need a second implementation of masks,
filters, figures, pages and of the check of the policy's version, a second round trip for each reference, and a splice
of two kinds of JSON; here each is the one that the oracle and the leak tests hold, in one statement.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import FromClause, select

import domain
from domain.core.records import Record
from domain.core.reports import Asked, Report, ReportArgument, arguments_of
from resolvers.catalog import Entity, camel, entity_read
from resolvers.filters import FilterReader, plain
from resolvers.fragments import COMPANIES, CompaniesParameter, Frame
from resolvers.matches import matches
from resolvers.nodes import ConnectionNode, Derivation
from resolvers.reader import Narrow
from resolvers.values import Bound, Sym

if TYPE_CHECKING:
    from resolvers.sql import Renderer


def companies_asked(entity: Entity, arguments: Mapping[str, Any]) -> Narrow:
    """The argument that limits the companies of a node: a list, or the one company of a report."""
    if entity.report is not None and entity.report.of_one_company:
        return Sym(parts=(arguments["company"],))
    return arguments.get("companies")


def derivation_of(entity: Entity, arguments: Mapping[str, Any], reader: FilterReader) -> Derivation:
    """How the lines of the report are made from these arguments.

    The parameters are bound together, so that a check over several of them is made once, when the first is.
    """
    record = entity.record
    assert entity.report is not None and issubclass(record, Report)
    specs = arguments_of(record)
    given = {one.name: _given(one, arguments.get(camel(one.name))) for one in specs}
    bound = [(name, value) for name, value in given.items() if isinstance(value, Sym)]
    together = Sym(parts=tuple(value for _, value in bound))
    names = tuple(name for name, _ in bound)
    for place, name in enumerate(names):
        given[name] = Bound(together, partial(_checked, record, names, place), camel(name))
    reads = tuple(reader.scoped(entity_read(one)) for one in entity.report.reads)
    return Derivation(tuple(given.items()), reads)


def _given(spec: ReportArgument, value: Any) -> Any:
    """A symbol, or what shapes the select: an enum arrives as its name."""
    if value is None:
        return spec.default
    if spec.is_structural and issubclass(spec.type, StrEnum):
        return spec.type(value)
    return value


def _checked(record: type[Report], names: Sequence[str], place: int, values: Sequence[Any]) -> Any:
    """The value at a place among those that were given. Raises: RequestError of the report's own check."""
    found = {name: plain(camel(name), value) for name, value in zip(names, values, strict=True)}
    if place == 0:
        record.report.check(found)
    return found[names[place]]


def rows_from(renderer: "Renderer", node: ConnectionNode, *, is_page: bool = False) -> FromClause:
    """What the rows of a connection are read from: the entity's table, its search, or the select of its report.

    Figures are over all lines of a report; a page tells it between which places its lines stand.
    """
    entity = node.scope.entity
    if node.search is not None:
        return matches(renderer, node)
    if node.derivation is None:
        return entity.table.alias()
    asked = _asked(renderer, node, node.derivation, is_page=is_page)
    key = (node.derivation, node.scope.narrow, asked.after is None, asked.before is None, asked.is_from_end)
    known = renderer.derived.get(key)
    if known is None:
        assert issubclass(entity.record, Report)
        query = domain.REPORTS[entity.record](asked)
        known = renderer.derived[key] = query.cte(f"report_{len(renderer.derived)}")
    return known.alias()


def _asked(renderer: "Renderer", node: ConnectionNode, derivation: Derivation, *, is_page: bool) -> Asked:
    specs = {one.name: one for one in arguments_of(node.scope.entity.record)}  # type: ignore[arg-type]  # a report's
    values = {
        name: renderer.bind(value, specs[name].sql_type) if isinstance(value, Bound) else value
        for name, value in derivation.arguments
    }
    scopes = {scoped.entity.record: scoped for scoped in derivation.reads}

    def source(record: type[Record]) -> FromClause:
        scoped = scopes[record]
        frame = Frame(record.table.alias(), scoped.entity)
        return select(frame.alias).where(*renderer.in_scope(frame, scoped)).subquery()

    companies = renderer.bind(CompaniesParameter(node.scope.entity, node.scope.narrow), COMPANIES)
    asked = Asked(companies, values, source)
    if not is_page:
        return asked
    window, column = node.window, node.scope.entity.table.c[str(node.window.order.column)]
    id_type = node.scope.entity.table.c.id.type
    after, before = (
        (renderer.bind(place[0], column.type), renderer.bind(place[1], id_type)) if place else None
        for place in (window.after, window.before)
    )
    return Asked(companies, values, source, after, before, window.is_backward)
