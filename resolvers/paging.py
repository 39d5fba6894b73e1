"""Page arguments become windows (pure): size, direction, and the place that a cursor names.

A cursor is text of this graph: version, type, order, direction, the row's id and its sort value. It is no secret: a
forged one only moves within the caller's own rows. It is bound to type and order, and parsed strictly.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Date, DateTime, Numeric
from sqlalchemy.types import Integer, SmallInteger

from domain.core.errors import InvalidInput, RequestError
from domain.core.reports import REPORT_PAGE_MAX
from resolvers.catalog import Entity
from resolvers.values import Bound, Sym

PAGE_DEFAULT = 50
PAGE_MAX = 100
CURSOR_VERSION = "1"

# What a column can hold: a cursor of our own never carries more.
NUMBER = re.compile(r"-?\d{1,20}(\.\d{1,10})?", re.ASCII)
SMALL_MAX = 32_767
INTEGER_MAX = 2_147_483_647

# How far a row is from what is sought: the order of a search, a column that no table has.
RANK = "search_rank"


class PageLimit(RequestError):
    code = "PAGE_LIMIT"
    zh = "{what} 为 {value}，每页应为 1 至 {limit} 行。"
    en = "{what} is {value}; a page has 1 to {limit} rows."


class OrderNotSupported(RequestError):
    code = "ORDER_NOT_SUPPORTED"
    zh = "{what} 只支持一个排序字段。"
    en = "{what} takes one field; no index supports ordering by several."


@dataclass(frozen=True, slots=True)
class Order:
    """One indexed column and a direction, ties broken by id; by id alone when `column` is None."""

    column: str | None
    is_descending: bool


@dataclass(frozen=True, slots=True)
class Window:
    """Which rows of the ordered list: at most `size` after or before a place, from the end when `is_backward`."""

    size: Bound
    order: Order
    is_backward: bool
    after: tuple[Bound, ...]
    before: tuple[Bound, ...]


def read_order(entity: Entity, given: Any) -> Order:
    """The order an `orderBy` argument asks for; a report has one of its own.

    Raises: OrderNotSupported for more than one field.
    """
    if entity.report is not None:
        return Order(entity.report.order, is_descending=False)
    entries: list[Mapping[str, Any]] = list(given or ())
    if len(entries) > 1:
        raise OrderNotSupported(what=f"orderBy of {entity.name}")
    if not entries:
        return Order(None, is_descending=False)
    columns = {column.upper(): column for column in entity.orders}
    return Order(columns[entries[0]["field"]], is_descending=entries[0].get("direction") == "DESC")


def read_window(entity: Entity, arguments: Mapping[str, Any]) -> Window:
    """The window that first, after, last, before and orderBy describe.

    Raises: OrderNotSupported; InvalidInput when both first and last are given.
    """
    first, last = arguments.get("first"), arguments.get("last")
    if first is not None and last is not None:
        raise InvalidInput(
            what="first", value="…", reason="give either first or last", reason_zh="first 与 last 只能给出一个"
        )
    is_search = arguments.get("search") is not None
    order = Order(RANK, is_descending=False) if is_search else read_order(entity, arguments.get("orderBy"))
    name, size = ("last", last) if last is not None else ("first", first)
    default, most = page_sizes(entity)
    bound = Bound(size if isinstance(size, Sym) else Sym(constant=default), partial(_page_size, name, most))
    return Window(
        size=bound, order=order, is_backward=last is not None,
        after=_place(entity, order, "after", arguments.get("after")),
        before=_place(entity, order, "before", arguments.get("before")),
    )  # fmt: skip


def page_sizes(entity: Entity) -> tuple[int, int]:
    """The rows of a page for which none are named, and the most that may be named."""
    return (PAGE_DEFAULT, PAGE_MAX) if entity.report is None else (entity.report.page, REPORT_PAGE_MAX)


def _page_size(name: str, most: int, value: int) -> int:
    if not 1 <= value <= most:
        raise PageLimit(what=name, value=value, limit=most)
    return value


def _place(entity: Entity, order: Order, name: str, cursor: Any) -> tuple[Bound, ...]:
    if not isinstance(cursor, Sym):
        return ()
    parts = ("id",) if order.column is None else ("value", "id")
    return tuple(Bound(cursor, partial(_cursor_part, entity, order, name, part)) for part in parts)


def cursor_prefix(entity: Entity, order: Order) -> str:
    """What every cursor of this type and order begins with."""
    return f"{CURSOR_VERSION}|{entity.name}|{order.column or ''}|{'D' if order.is_descending else 'A'}|"


def _cursor_part(entity: Entity, order: Order, name: str, part: str, text: str) -> Any:
    """The id or the sort value that a cursor carries. Raises: InvalidInput for any text this graph did not write so."""
    try:
        content = b64decode(text, validate=True).decode()
        prefix = cursor_prefix(entity, order)
        if content.startswith(prefix) and b64encode(content.encode()).decode() == text:
            id_, _, value = content[len(prefix) :].partition("|")
            row = UUID(id_)
            if str(row) != id_:
                raise ValueError(id_)
            if part == "id":
                return row
            return _sort_value(entity, order, value)
    except (ValueError, Base64Error):
        pass  # Refused below, like every other text that is no cursor of this list.
    raise InvalidInput(
        what=name,
        value=repr(text[:40]),
        reason=f"it is no cursor of {entity.name} in this order",
        reason_zh="不是此列表此排序的游标",
    )


def _sort_value(entity: Entity, order: Order, text: str) -> Any:
    """Raises: ValueError for what no column of the type can hold."""
    type_ = Integer() if order.column == RANK else entity.table.c[order.column or "id"].type
    if isinstance(type_, DateTime):
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is None:
            raise ValueError(text)
        return instant
    if isinstance(type_, Date):
        return date.fromisoformat(text)
    if isinstance(type_, Numeric):
        if not NUMBER.fullmatch(text):
            raise ValueError(text)
        return Decimal(text)
    if isinstance(type_, Integer):
        number = int(text)
        if abs(number) > (SMALL_MAX if isinstance(type_, SmallInteger) else INTEGER_MAX):
            raise ValueError(text)
        return number
    if "\0" in text:
        raise ValueError(text)
    return text
