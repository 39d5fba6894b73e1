"""The age of stock: since when what is on hand has been there.

Goods are taken to leave in the order in which they came, so that what is on hand came last. A transfer or a change of
status makes nothing younger; what a customer sent back counts from the day it came back.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Date, FromClause, case, cast, func, literal_column, null, select, union_all
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Mapped
from sqlalchemy.types import Integer

from domain.core.columns import AMOUNT, QUANTITY, Tier, amount_column, date_column, enum_column, reference
from domain.core.commands import argument, part
from domain.core.reports import Asked, Lines, Report, any_values
from domain.core.turnover import Grain, before, following
from domain.inventory.models import COMPANY_CURRENCY
from domain.inventory.reports import NOTHING, goods_figure, is_on_hand, line_id, place_column
from domain.inventory.turnover import StockTurnover, ValueTurnover
from domain.master_data.items import Item
from domain.master_data.places import Location

# A share of a value is told to as many digits as an amount has; the shares of an item add up to its value.
SHARE_DIGITS = literal_column("6", Integer())


class AgeBand(StrEnum):
    """How long ago goods came, in days; UNKNOWN is what came from a site that the reader does not see."""

    UP_TO_30 = "UP_TO_30"
    UP_TO_90 = "UP_TO_90"
    UP_TO_180 = "UP_TO_180"
    UP_TO_365 = "UP_TO_365"
    OVER_365 = "OVER_365"
    UNKNOWN = "UNKNOWN"


# The last day of each band; what is older stands in OVER_365.
AGE_DAYS_MAX = {AgeBand.UP_TO_30: 30, AgeBand.UP_TO_90: 90, AgeBand.UP_TO_180: 180, AgeBand.UP_TO_365: 365}


@part
class StockAgeArguments:
    """The day from which ages are counted back."""

    on: date = argument(doc="At the end of this day.", zh="日期")


class StockAgeLine(
    Report, zh="库龄行", arguments=StockAgeArguments, order="place", check=any_values, totals=("value",),
    reads=(StockTurnover, ValueTurnover, Item, Location),
):  # fmt: skip
    """What of an item's stock is of one age, and what it is worth at the item's value of one unit."""

    __tablename__ = "stock_age_line"

    place: Mapped[str] = place_column("Where the line stands: code of the item, then the band, the youngest first.")
    item_id: Mapped[UUID] = reference("item", doc="What is on hand.", zh="物料")
    band: Mapped[str] = enum_column(AgeBand, doc="How long it has been there.", zh="库龄段")
    quantity: Mapped[Decimal] = goods_figure("On hand and ours, whatever its status.", "数量")
    oldest_on: Mapped[date | None] = date_column(doc="The day on which the oldest of it came.", zh="最早入库日期")
    value: Mapped[Decimal | None] = amount_column(
        doc="Its share of the item's value in the books, to 6 decimals.", zh="金额", unit=COMPANY_CURRENCY,
        tier=Tier.CONFIDENTIAL,
    )  # fmt: skip


def stock_ages(asked: Asked) -> Lines:
    """A line for each item and band of age of which something is on hand."""
    aged, value, item = _aged(asked), _value(asked), asked.of(Item)
    own = (aged.c.company_id, aged.c.item_id)
    upto = func.sum(aged.c.quantity).over(partition_by=own, order_by=aged.c.band)

    def worth(quantity: Any) -> Any:
        of_all = value.c.value * quantity / func.nullif(value.c.quantity, NOTHING)
        return func.round(of_all, SHARE_DIGITS, type_=AMOUNT)

    names = {number: band.value for number, band in enumerate(AgeBand)}
    band = case(
        *(
            (aged.c.band == literal_column(str(number)), literal_column(f"'{name}'", SqlText()))
            for number, name in names.items()
        )
    )
    return select(
        aged.c.company_id,
        line_id([aged.c.company_id, aged.c.item_id, aged.c.band]).label("id"),
        func.concat_ws(literal_column("' '"), item.c.code, aged.c.band, type_=SqlText()).label("place"),
        aged.c.item_id, band.label("band"), aged.c.quantity, aged.c.oldest_on,
        (worth(upto) - worth(upto - aged.c.quantity)).label("value"),
    ).select_from(
        aged.join(item, item.c.id == aged.c.item_id).outerjoin(
            value, (value.c.company_id == aged.c.company_id) & (value.c.item_id == aged.c.item_id)
        )
    )  # fmt: skip


def _value(asked: Asked) -> FromClause:
    """What each item is worth at the end of the day, and the quantity that is valued."""
    turned = asked.of(ValueTurnover)
    return (
        select(
            turned.c.company_id, turned.c.item_id, func.sum(turned.c.quantity).label("quantity"),
            func.sum(turned.c.gained - turned.c.lost).label("value"),
        )
        .where(before(turned, following(asked["on"])))
        .group_by(turned.c.company_id, turned.c.item_id)
        .subquery("worth")
    )  # fmt: skip


def _aged(asked: Asked) -> FromClause:
    """By item and number of a band: what is on hand of it, and the day on which the oldest came."""
    taken = _taken(asked)
    keys = (taken.c.company_id, taken.c.item_id)
    days = cast(asked["on"], Date()) - taken.c.day
    bands = case(
        *(
            (days <= literal_column(str(last)), literal_column(str(number), Integer()))
            for number, last in enumerate(AGE_DAYS_MAX.values())
        ),
        else_=literal_column(str(len(AGE_DAYS_MAX)), Integer()),
    )
    whole = func.sum(taken.c.quantity)
    known = (
        select(*keys, bands.label("band"), whole.label("quantity"), func.min(taken.c.day).label("oldest_on"))
        .where(taken.c.quantity > NOTHING)
        .group_by(*keys, bands)
    )
    rest = func.max(taken.c.held) - whole
    unknown = (
        select(
            *keys, literal_column(str(len(AGE_DAYS_MAX) + 1), Integer()).label("band"), rest.label("quantity"),
            cast(null(), Date()).label("oldest_on"),
        )
        .group_by(*keys)
        .having(rest > NOTHING)
    )  # fmt: skip
    return union_all(known, unknown).subquery("aged")


def _taken(asked: Asked) -> FromClause:
    """By item and day on which some of it came: how much of that is still there, and what is on hand in all."""
    turned = asked.of(StockTurnover)
    keys = (turned.c.company_id, turned.c.item_id, turned.c.starts_on)
    net = turned.c.received - turned.c.issued + turned.c.transferred
    days = (
        select(*keys, func.sum(turned.c.received).label("received"), func.sum(net).label("net"))
        .where(
            turned.c.grain == literal_column(f"'{Grain.DAY.value}'"), turned.c.starts_on <= asked["on"],
            turned.c.owner_id.is_(None), is_on_hand(asked, turned),
        )
        .group_by(*keys)
        .subquery("days")
    )  # fmt: skip
    own = (days.c.company_id, days.c.item_id)
    running = select(
        *own, days.c.starts_on.label("day"), days.c.received, func.sum(days.c.net).over(partition_by=own).label("held"),
        func.sum(days.c.received).over(partition_by=own, order_by=days.c.starts_on.desc()).label("upto"),
    ).subquery("running")  # fmt: skip
    younger = running.c.upto - running.c.received
    left = func.greatest(func.least(running.c.received, running.c.held - younger, type_=QUANTITY), NOTHING,
                         type_=QUANTITY)  # fmt: skip
    return (
        select(running.c.company_id, running.c.item_id, running.c.day, running.c.held, left.label("quantity"))
        .where(running.c.held > NOTHING)
        .subquery("taken")
    )
