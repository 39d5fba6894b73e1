"""What must be ordered again: what there will be of each planned item against its reorder point and safety stock."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, FromClause, and_, cast, func, literal_column, or_, select, union_all
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Mapped

from domain.core.columns import QUANTITY, Tier, code_column, column, quantity_column, reference
from domain.core.commands import argument, part
from domain.core.reports import Asked, Lines, Report, any_values
from domain.finance.statements import text_of
from domain.inventory.documents import StockTransfer, StockTransferLine
from domain.inventory.models import StockStatus
from domain.logistics.models import ITEM_UNIT
from domain.logistics.reports import (
    NOTHING,
    AvailableToPromiseLine,
    a_move,
    coming_moves,
    due_moves,
    free_moves,
)
from domain.master_data.companies import Site
from domain.master_data.items import Item, ItemPlanning
from domain.master_data.places import Location


@part
class ReplenishmentArguments:
    """The day up to which a list of what must be ordered looks."""

    on: date = argument(doc="What comes and what is due up to this day counts.", zh="日期")


def _figure(doc: str, zh: str) -> Any:
    return quantity_column(doc=doc, zh=zh, unit=ITEM_UNIT)


class ReplenishmentLine(
    Report, zh="补货行", arguments=ReplenishmentArguments, order="place", check=any_values,
    reads=(*AvailableToPromiseLine.report.reads, ItemPlanning, Site, StockTransfer, StockTransferLine),
):  # fmt: skip
    """What there will be of an item that is planned, in a company or at one site, and what it lacks.

    A site's line counts what stands at the site and what orders and transfers name it; an order that names no site
    counts for the company alone.
    """

    __tablename__ = "replenishment_line"

    place: Mapped[str] = code_column(
        doc="Where the line stands: code of the item, then of the site.", zh="行次", tier=Tier.INTERNAL, order=True,
        length_max=100,
    )  # fmt: skip
    item_id: Mapped[UUID] = reference("item", doc="What is planned.", zh="物料")
    site_id: Mapped[UUID | None] = reference("site", doc="Where; none for the whole company.", zh="场所")
    on_hand: Mapped[Decimal] = _figure("In store, ours, released, of lots that last until the day.", "现存可用数量")
    reserved: Mapped[Decimal] = _figure("Of that, what is promised to documents.", "已预留数量")
    demand: Mapped[Decimal] = _figure("Confirmed to customers up to the day, not allocated yet.", "未分配需求")
    incoming: Mapped[Decimal] = _figure(
        "Ordered from suppliers, approved and awaited by the day, and on its way by transfer.", "在途数量"
    )
    projected: Mapped[Decimal] = _figure("What is left if all of it happens.", "预计可用数量")
    reorder_point: Mapped[Decimal] = _figure("Stock below which it is ordered again.", "再订货点")
    safety_stock: Mapped[Decimal] = _figure("Stock kept against the unforeseen.", "安全库存")
    shortfall: Mapped[Decimal] = _figure("What lacks to the reorder point; nothing where it is reached.", "补货缺口")
    safety_shortfall: Mapped[Decimal] = _figure("What lacks to the safety stock.", "安全库存缺口")
    lead_days: Mapped[int] = column(doc="Days to make or buy it.", zh="提前期", unit="day", tier=Tier.INTERNAL)


def replenishment(asked: Asked) -> Lines:
    """A line for each item that a company or one of its sites plans."""
    planning, item, site, moved = asked.of(ItemPlanning), asked.of(Item), asked.of(Site), _moved(asked)
    is_own = and_(
        moved.c.company_id == planning.c.company_id, moved.c.item_id == planning.c.item_id,
        or_(planning.c.site_id.is_(None), planning.c.site_id == moved.c.site_id),
    )  # fmt: skip
    figures = {
        name: func.coalesce(func.sum(moved.c[name]), NOTHING, type_=QUANTITY)
        for name in ("available", "reserved", "demand", "incoming")
    }
    points = ("item_id", "site_id", "reorder_point", "safety_stock", "lead_days")
    keys = (planning.c.company_id, planning.c.id, *(planning.c[name] for name in points))
    lines = (
        select(
            *keys, func.concat_ws(text_of(" "), item.c.code, site.c.code, type_=SqlText()).label("place"),
            *(figure.label(name) for name, figure in figures.items()),
            (figures["available"] - figures["demand"] + figures["incoming"]).label("projected"),
        )
        .select_from(
            planning.join(item, item.c.id == planning.c.item_id)
            .outerjoin(site, and_(site.c.company_id == planning.c.company_id, site.c.id == planning.c.site_id))
            .outerjoin(moved, is_own)
        )
        .group_by(*keys, item.c.code, site.c.code)
        .subquery("planned")
    )  # fmt: skip
    return select(
        lines.c.company_id, lines.c.id, lines.c.place, *(lines.c[name] for name in points),
        (lines.c.available + lines.c.reserved).label("on_hand"),
        *(lines.c[name] for name in ("reserved", "demand", "incoming", "projected")),
        _lacking(lines.c.reorder_point, lines.c.projected).label("shortfall"),
        _lacking(lines.c.safety_stock, lines.c.projected).label("safety_shortfall"),
    )  # fmt: skip


def _lacking(wanted: ColumnElement[Any], there: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.greatest(wanted - there, NOTHING, type_=QUANTITY)


def _moved(asked: Asked) -> FromClause:
    """By item and site, what is there, comes and is due up to the day."""
    moves = union_all(free_moves(asked), coming_moves(asked), due_moves(asked), _in_transit(asked)).subquery("moves")
    keys = (moves.c.company_id, moves.c.item_id, moves.c.site_id)
    names = ("available", "reserved", "demand", "incoming")
    return (
        select(*keys, *(func.sum(moves.c[name]).label(name) for name in names))
        # What comes or is due before the day counts as on it; what does later is left out.
        .where(moves.c.day == cast(asked["on"], Date()))
        .group_by(*keys)
        .subquery("moved")
    )


def _in_transit(asked: Asked) -> Lines:
    """What has left one place of the company and not arrived at the other yet; nobody says when it does."""
    line, transfer, target = asked.of(StockTransferLine), asked.of(StockTransfer), asked.of(Location)
    on_its_way = line.c.in_transit_quantity
    return (
        a_move(line, target.c.site_id, cast(asked["on"], Date()), incoming=on_its_way)
        .select_from(
            line.join(
                transfer, and_(transfer.c.company_id == line.c.company_id, transfer.c.id == line.c.stock_transfer_id)
            ).join(target, and_(target.c.company_id == transfer.c.company_id, target.c.id == transfer.c.target_id))
        )
        .where(on_its_way > NOTHING, line.c.status == literal_column(f"'{StockStatus.RELEASED.value}'"))
    )
