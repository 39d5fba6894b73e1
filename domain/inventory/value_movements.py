"""The goods book in money: what each item was worth before a span, what it gained and lost in it, and after."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Mapped

from domain.core.columns import QUANTITY, Tier, amount_column, code_column, reference
from domain.core.commands import argument, part
from domain.core.reports import Asked, Lines, Report, span_in_order
from domain.core.turnover import before, following
from domain.finance.models import COMPANY_CURRENCY
from domain.inventory.reports import NOTHING, goods_figure, line_id
from domain.inventory.turnover import ValueTurnover
from domain.master_data.items import Item


@part
class StockValueMovementArguments:
    """The span of a list of what stock was worth."""

    from_: date = argument(doc="First day of the span.", zh="开始日期")
    to: date = argument(doc="Last day of the span.", zh="结束日期")


def _worth(doc: str, zh: str) -> Any:
    return amount_column(doc=doc, zh=zh, unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL)


class StockValueMovementLine(
    Report, zh="收发存金额行", arguments=StockValueMovementArguments, order="code", check=span_in_order,
    totals=("opening_value", "gained", "lost", "closing_value"), reads=(ValueTurnover, Item),
):  # fmt: skip
    """What an item's stock was worth before a span, what it gained and lost in it, and what it was worth after.

    Opening and gained without lost make closing; what is gained or lost without goods is a late cost, a revaluation or
    a difference.
    """

    __tablename__ = "stock_value_movement_line"

    code: Mapped[str] = code_column(doc="Code of the item.", zh="物料代码", tier=Tier.INTERNAL, order=True)
    item_id: Mapped[UUID] = reference("item", doc="What is valued.", zh="物料")
    opening: Mapped[Decimal] = goods_figure("Valued before the span: on hand and ours.", "期初数量")
    opening_value: Mapped[Decimal] = _worth("What that was worth in the books.", "期初金额")
    gained: Mapped[Decimal] = _worth("Value that came in the span.", "本期增加金额")
    lost: Mapped[Decimal] = _worth("Value that went in the span, as a positive amount.", "本期减少金额")
    closing: Mapped[Decimal] = goods_figure("Valued after the span.", "期末数量")
    closing_value: Mapped[Decimal] = _worth("What that is worth in the books.", "期末金额")


def stock_value_movements(asked: Asked) -> Lines:
    """A line an item that was held or worth something before or after the span, or gained or lost in it."""
    turned, item = asked.of(ValueTurnover), asked.of(Item)
    is_opening, is_closing = before(turned, asked["from_"]), before(turned, following(asked["to"]))

    def until(figure: ColumnElement[Any], is_in: ColumnElement[bool]) -> ColumnElement[Any]:
        return func.coalesce(func.sum(figure).filter(is_in), NOTHING, type_=QUANTITY)

    c = turned.c
    gained, lost = (until(c[name], is_closing) - until(c[name], is_opening) for name in ("gained", "lost"))
    figures = {
        "opening": until(c.quantity, is_opening),
        "opening_value": until(c.gained - c.lost, is_opening),
        "gained": gained,
        "lost": lost,
        "closing": until(c.quantity, is_closing),
        "closing_value": until(c.gained - c.lost, is_closing),
    }
    return (
        select(
            c.company_id, line_id([c.company_id, item.c.id]).label("id"), item.c.code, item.c.id.label("item_id"),
            *(one.label(name) for name, one in figures.items()),
        )
        .select_from(turned.join(item, item.c.id == c.item_id))
        .where(or_(is_opening, is_closing))
        .group_by(c.company_id, item.c.id, item.c.code)
        .having(or_(*(one != NOTHING for one in figures.values())))
    )  # fmt: skip
