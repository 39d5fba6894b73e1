"""What may still be promised of each item, day by day: what is free, what is on its way, what was promised before."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, and_, cast, func, literal_column, or_, select, union_all
from sqlalchemy import Text as SqlText
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Mapped
from sqlalchemy.types import Date

from domain.core.columns import QUANTITY, Tier, code_column, date_column, quantity_column, reference
from domain.core.commands import argument, part
from domain.core.reports import Asked, Lines, Report, any_values
from domain.finance.statements import row_id, text_of
from domain.inventory.models import Lot, LotStatus, StockBalance
from domain.logistics.models import ITEM_UNIT
from domain.master_data.items import Item, KitComponent
from domain.master_data.places import Location, LocationKind
from domain.procurement.models import PurchaseOrder, PurchaseOrderLine, PurchaseOrderStatus
from domain.sales.models import SalesOrder, SalesOrderLine, SalesOrderStatus

NOTHING = literal_column("0", QUANTITY)


@part
class AvailableToPromiseArguments:
    """The day from which a list of what may be promised counts."""

    on: date = argument(doc="From this day on; what is due before counts as due on it.", zh="日期")


class AvailableToPromiseLine(
    Report, zh="可承诺量行", arguments=AvailableToPromiseArguments, order="place", check=any_values,
    reads=(Item, Location, Lot, StockBalance, PurchaseOrder, PurchaseOrderLine, SalesOrder, SalesOrderLine),
):  # fmt: skip
    """What may be promised of an item for a day on which something of it comes, or is due.

    Purchase order lines without a due day are not counted on: nobody said when they come.
    """

    __tablename__ = "available_to_promise_line"

    place: Mapped[str] = code_column(
        doc="Where the line stands: code of the item, then the day.", zh="行次", tier=Tier.INTERNAL, order=True,
        length_max=100,
    )  # fmt: skip
    item_id: Mapped[UUID] = reference("item", doc="What may be promised.", zh="物料")
    day: Mapped[date] = date_column(doc="The day.", zh="日期")
    available: Mapped[Decimal] = quantity_column(
        doc="Released, in store and promised to nobody: on the first day.", zh="可用数量", unit=ITEM_UNIT
    )
    incoming: Mapped[Decimal] = quantity_column(
        doc="Ordered from suppliers, approved, and due that day.", zh="在途采购数量", unit=ITEM_UNIT
    )
    demand: Mapped[Decimal] = quantity_column(
        doc="Confirmed to customers for that day and not allocated yet.", zh="未分配需求", unit=ITEM_UNIT
    )
    projected: Mapped[Decimal] = quantity_column(
        doc="What is left at the end of the day if all of it happens.", zh="预计可用数量", unit=ITEM_UNIT
    )
    promisable: Mapped[Decimal] = quantity_column(
        doc="What may be promised for the day without taking from what is confirmed for a later one.", zh="可承诺数量",
        unit=ITEM_UNIT,
    )  # fmt: skip


def available_to_promise(asked: Asked) -> Lines:
    """A line for each item and day on which something is free, comes or is due."""
    moves = union_all(free_moves(asked), coming_moves(asked), due_moves(asked)).subquery("moves")
    keys = (moves.c.company_id, moves.c.item_id, moves.c.day)
    names = ("available", "incoming", "demand")
    days = (
        select(*keys, *(func.sum(moves.c[name]).label(name) for name in names))
        .where(or_(*(moves.c[name] != NOTHING for name in names)))
        .group_by(*keys)
        .subquery("days")
    )
    own = (days.c.company_id, days.c.item_id)
    left = func.sum(days.c.available + days.c.incoming - days.c.demand).over(partition_by=own, order_by=days.c.day)
    running = select(days, left.label("projected")).subquery("running")
    own = (running.c.company_id, running.c.item_id)
    lowest = func.min(running.c.projected).over(partition_by=own, order_by=running.c.day, rows=(0, None))
    item = asked.of(Item)
    return select(
        running.c.company_id,
        row_id(running.c.company_id, running.c.item_id, running.c.day).label("id"),
        func.concat_ws(text_of(" "), item.c.code, running.c.day, type_=SqlText()).label("place"),
        running.c.item_id, running.c.day, running.c.available, running.c.incoming, running.c.demand,
        running.c.projected, func.greatest(lowest, NOTHING, type_=QUANTITY).label("promisable"),
    ).select_from(running.join(item, item.c.id == running.c.item_id))  # fmt: skip


def a_move(row: FromClause, site: ColumnElement[Any], day: ColumnElement[Any], **figures: ColumnElement[Any]) -> Lines:
    """One move at a site: figures that are not named are nothing."""
    names = ("available", "reserved", "incoming", "demand")
    return select(
        row.c.company_id, row.c.item_id, site.label("site_id"), day.label("day"),
        *(figures.get(name, NOTHING).label(name) for name in names),
    )  # fmt: skip


def _first(asked: Asked) -> ColumnElement[Any]:
    return cast(asked["on"], Date())


def free_moves(asked: Asked) -> Lines:
    """What is in store, released, of a lot that may be used: promised to nobody, and promised."""
    balance, location, lot = asked.of(StockBalance), asked.of(Location), asked.of(Lot)
    usable = and_(
        lot.c.status == text_of(LotStatus.RELEASED),
        or_(lot.c.expires_on.is_(None), lot.c.expires_on >= _first(asked)),
    )
    return (
        a_move(
            balance, location.c.site_id, _first(asked), available=balance.c.available_quantity,
            reserved=balance.c.reserved_quantity,
        )
        .select_from(
            balance.join(
                location, and_(location.c.company_id == balance.c.company_id, location.c.id == balance.c.location_id)
            ).outerjoin(lot, and_(lot.c.company_id == balance.c.company_id, lot.c.id == balance.c.lot_id))
        )
        .where(
            location.c.kind == text_of(LocationKind.STORAGE),
            or_(balance.c.available_quantity != NOTHING, balance.c.reserved_quantity != NOTHING),
            or_(balance.c.lot_id.is_(None), usable),
        )
    )  # fmt: skip


def coming_moves(asked: Asked) -> Lines:
    """What suppliers still owe of approved orders, on the day that they promised, else on the day that it is due."""
    order, line = asked.of(PurchaseOrder), asked.of(PurchaseOrderLine)
    day = func.coalesce(line.c.promised_on, line.c.due_on, type_=Date())
    return (
        a_move(line, order.c.site_id, func.greatest(day, _first(asked), type_=Date()), incoming=line.c.open_quantity)
        .select_from(
            line.join(order, and_(order.c.company_id == line.c.company_id, order.c.id == line.c.purchase_order_id))
        )
        .where(
            order.c.status == text_of(PurchaseOrderStatus.APPROVED), day.is_not(None), line.c.open_quantity > NOTHING,
        )
    )  # fmt: skip


def due_moves(asked: Asked) -> Lines:
    """What is confirmed to customers and neither allocated nor shipped, on the day that they want it."""
    order, line = asked.of(SalesOrder), asked.of(SalesOrderLine)
    wanted = func.coalesce(line.c.due_on, order.c.ship_on, _first(asked), type_=Date())
    return (
        a_move(line, order.c.site_id, func.greatest(wanted, _first(asked), type_=Date()), demand=line.c.open_quantity)
        .select_from(
            line.join(order, and_(order.c.company_id == line.c.company_id, order.c.id == line.c.sales_order_id))
        )
        .where(order.c.status == text_of(SalesOrderStatus.CONFIRMED), line.c.open_quantity > NOTHING)
    )


class KitToPromiseLine(
    Report, zh="套件可承诺量行", arguments=AvailableToPromiseArguments, order="place", check=any_values,
    reads=(*AvailableToPromiseLine.report.reads, KitComponent),
):  # fmt: skip
    """How many of a kit may be promised for a day: as many as its scarcest component allows.

    Each kit is looked at by itself: two that hold the same component cannot both be promised all of it.
    """

    __tablename__ = "kit_to_promise_line"

    place: Mapped[str] = code_column(
        doc="Where the line stands: code of the kit, then the day.", zh="行次", tier=Tier.INTERNAL, order=True,
        length_max=100,
    )  # fmt: skip
    item_id: Mapped[UUID] = reference("item", doc="The kit.", zh="套件")
    day: Mapped[date] = date_column(doc="The day.", zh="日期")
    promisable: Mapped[Decimal] = quantity_column(
        doc="How many whole kits may be promised for the day.", zh="可承诺套数", unit=ITEM_UNIT
    )
    scarcest_id: Mapped[UUID] = reference("item", doc="The component that allows no more.", zh="短缺组件")


def kits_to_promise(asked: Asked) -> Lines:
    """A line for each kit and day on which what may be promised of a component of it changes."""
    promised = available_to_promise(asked).cte()
    part, kit = asked.of(KitComponent), asked.of(Item)
    in_force = (
        select(part.c.kit_id, part.c.component_id, part.c.quantity)
        .where(
            part.c.archived_at.is_(None), part.c.valid_from <= _first(asked),
            or_(part.c.valid_to.is_(None), part.c.valid_to >= _first(asked)),
        )
        .cte()
    )  # fmt: skip
    days = (
        select(promised.c.company_id, in_force.c.kit_id, promised.c.day)
        .join_from(promised, in_force, in_force.c.component_id == promised.c.item_id)
        .distinct()
        .subquery("days")
    )
    last = (
        select(promised.c.promisable)
        .where(
            promised.c.company_id == days.c.company_id, promised.c.item_id == in_force.c.component_id,
            promised.c.day <= days.c.day,
        )
        .order_by(promised.c.day.desc())
        .limit(literal_column("1"))
        .scalar_subquery()
    )  # fmt: skip
    kits = func.floor(func.coalesce(last, NOTHING, type_=QUANTITY) / in_force.c.quantity, type_=QUANTITY)
    parts = (
        select(days.c.company_id, days.c.kit_id, days.c.day, in_force.c.component_id, kits.label("kits"))
        .join_from(days, in_force, in_force.c.kit_id == days.c.kit_id)
        .subquery("parts")
    )
    own = (parts.c.company_id, parts.c.kit_id, parts.c.day)
    scarcest = (
        select(parts).ext(distinct_on(*own)).order_by(*own, parts.c.kits, parts.c.component_id).subquery("scarcest")
    )
    return select(
        scarcest.c.company_id,
        row_id(scarcest.c.company_id, scarcest.c.kit_id, scarcest.c.day).label("id"),
        func.concat_ws(text_of(" "), kit.c.code, scarcest.c.day, type_=SqlText()).label("place"),
        scarcest.c.kit_id.label("item_id"), scarcest.c.day, scarcest.c.kits.label("promisable"),
        scarcest.c.component_id.label("scarcest_id"),
    ).select_from(scarcest.join(kit, kit.c.id == scarcest.c.kit_id))  # fmt: skip


__all__ = [
    "AvailableToPromiseLine",
    "KitToPromiseLine",
    "a_move",
    "available_to_promise",
    "coming_moves",
    "due_moves",
    "free_moves",
    "kits_to_promise",
]
