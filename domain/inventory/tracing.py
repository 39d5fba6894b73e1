"""The trace of a lot: forward to whom it went and what was made of it, back to where it came from and what is in it.

A move of kind PRODUCTION uses goods up and makes others: its entries at the production location are what went in, those
on hand what came out. That is the only link between lots; whoever makes goods posts such a move. The lots are found
level by level, each once, by the indexes of entries; nothing is stored but the entries. A production that was taken
back links nothing.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, and_, literal_column, or_, select, union
from sqlalchemy.orm import Mapped

from domain.core.columns import date_column, quantity_column, reference
from domain.core.commands import argument, part
from domain.core.reports import Asked, Lines, Report, any_values
from domain.inventory.models import ITEM_UNIT, Lot, MoveKind, StockEntry, StockMove
from domain.master_data.items import Item
from domain.master_data.places import ON_HAND, Location, LocationKind


class TraceDirection(StrEnum):
    """FORWARD: every arrival of the lot and of all lots made of it, at customers too. BACK: the arrivals of the lot and
    of all lots in it, and what was used for them.
    """

    FORWARD = "FORWARD"
    BACK = "BACK"


@part
class LotTraceArguments:
    """The lot and the way."""

    item: str = argument(doc="Code of the item.", zh="物料代码")
    lot: str = argument(doc="Number of the lot.", zh="批号")
    direction: TraceDirection = argument(doc="Which way it is followed.", zh="追溯方向")


class LotTraceLine(
    Report, zh="批次追溯行", arguments=LotTraceArguments, order="occurred_on", check=any_values, of_one_company=True,
    reads=(StockEntry, StockMove, Lot, Item, Location),
):  # fmt: skip
    """Goods that arrived somewhere in one move, on the way of a lot: on hand, in a production, at a customer."""

    __tablename__ = "lot_trace_line"

    entry_id: Mapped[UUID] = reference("stock_entry", doc="The entry by which they arrived.", zh="库存分录")
    move_id: Mapped[UUID] = reference("stock_move", doc="The move; it names its source document.", zh="库存移动")
    item_id: Mapped[UUID] = reference("item", doc="What moved.", zh="物料")
    lot_id: Mapped[UUID | None] = reference("lot", doc="The lot that moved, if it has one.", zh="批次")
    location_id: Mapped[UUID] = reference("location", doc="Where they arrived.", zh="库位")
    occurred_on: Mapped[date] = date_column(doc="The move's day.", zh="业务日期", order=True)
    quantity: Mapped[Decimal] = quantity_column(doc="How much arrived.", zh="数量", unit=ITEM_UNIT)


def lot_trace(asked: Asked) -> Lines:
    """A line for each arrival on the way of the lot."""
    lot, item = asked.of(Lot), asked.of(Item)
    first = (
        select(lot.c.id.label("lot_id"))
        .join_from(lot, item, item.c.id == lot.c.item_id)
        .where(lot.c.company_id == asked.company, item.c.code == asked["item"], lot.c.number == asked["lot"])
    )
    is_back = asked["direction"] is TraceDirection.BACK
    found = first.cte(recursive=True)
    linked, there = _linked(asked, found, is_back=is_back)
    lots = found.union(linked.add_columns(there.c.lot_id).where(there.c.lot_id.is_not(None)))
    return _lines(asked, _back(asked, lots) if is_back else _forward(asked, lots))


def _arrived(asked: Asked) -> tuple[FromClause, FromClause, FromClause, FromClause]:
    """Entries by which goods arrived, with their moves and places, and the three joined."""
    entry, move, location = asked.of(StockEntry), asked.of(StockMove), asked.of(Location)
    joined = entry.join(move, and_(move.c.company_id == entry.c.company_id, move.c.id == entry.c.stock_move_id))
    is_place = and_(location.c.company_id == entry.c.company_id, location.c.id == entry.c.location_id)
    joined = joined.join(location, is_place)
    return entry, move, location, joined


def _is(column: ColumnElement[Any], value: StrEnum) -> ColumnElement[bool]:
    return column == literal_column(f"'{value.value}'")


def _linked(asked: Asked, lots: FromClause, *, is_back: bool) -> tuple[Lines, FromClause]:
    """What stands on the other side of the productions that the lots went into or, back, came out of: a select without
    columns, and its entries. The move is looked up once, by the entry of the lot that is known.
    """
    here, move, location, joined = _arrived(asked)
    there, place, taken_back = asked.of(StockEntry), asked.of(Location), asked.of(StockMove)
    sides = (place, location) if is_back else (location, place)
    goes_in, came_out = (_is(one.c.kind, LocationKind.PRODUCTION) for one in sides)
    stands = ~(
        select(taken_back.c.id)
        .where(taken_back.c.company_id == move.c.company_id, taken_back.c.reverses_id == move.c.id)
        .exists()
    )
    others = joined.join(lots, lots.c.lot_id == here.c.lot_id).join(
        there, and_(there.c.company_id == here.c.company_id, there.c.stock_move_id == here.c.stock_move_id)
    )
    others = others.join(place, and_(place.c.company_id == there.c.company_id, place.c.id == there.c.location_id))
    found = select().select_from(others).where(
        here.c.company_id == asked.company, here.c.quantity > literal_column("0"),
        there.c.quantity > literal_column("0"), _is(move.c.kind, MoveKind.PRODUCTION), goes_in, ~came_out, stands,
    )  # fmt: skip
    return found, there


def _forward(asked: Asked, lots: FromClause) -> FromClause:
    """Every arrival of the lots, and what has no lot and was made of them."""
    entry = asked.of(StockEntry)
    own = (
        select(entry.c.id)
        .join_from(lots, entry, entry.c.lot_id == lots.c.lot_id)
        .where(entry.c.company_id == asked.company, entry.c.quantity > literal_column("0"))
    )
    linked, made = _linked(asked, lots, is_back=False)
    loose = linked.add_columns(made.c.id).where(made.c.lot_id.is_(None))
    return union(own, loose).subquery("way")


def _back(asked: Asked, lots: FromClause) -> FromClause:
    """The arrivals of the lots on hand, but from one place of ours to another, and what was used to make them."""
    entry, move, location, joined = _arrived(asked)
    came = (
        select(entry.c.id)
        .select_from(joined.join(lots, lots.c.lot_id == entry.c.lot_id))
        .where(
            entry.c.company_id == asked.company, entry.c.quantity > literal_column("0"),
            or_(*(_is(location.c.kind, kind) for kind in sorted(ON_HAND))),
            ~_is(move.c.kind, MoveKind.TRANSFER), ~_is(move.c.kind, MoveKind.STATUS_CHANGE),
        )
    )  # fmt: skip
    linked, used = _linked(asked, lots, is_back=True)
    in_it = linked.add_columns(used.c.id)
    return union(came, in_it).subquery("way")


def _lines(asked: Asked, way: FromClause) -> Lines:
    entry = asked.of(StockEntry)
    return select(
        entry.c.company_id, entry.c.id, entry.c.id.label("entry_id"), entry.c.stock_move_id.label("move_id"),
        entry.c.item_id, entry.c.lot_id, entry.c.location_id, entry.c.occurred_on, entry.c.quantity,
    ).join_from(way, entry, and_(entry.c.company_id == asked.company, entry.c.id == way.c.id))  # fmt: skip
