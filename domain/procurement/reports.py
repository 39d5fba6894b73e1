"""GR/IR by order line on any day: what was received and not invoiced, or invoiced and not received, and since when.

What was written off is not listed from its day on, and listed again once it is opened again.
"""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import FromClause, and_, cast, func, literal_column, select
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Mapped
from sqlalchemy.types import Date, Integer

from domain.core.columns import (
    AMOUNT,
    QUANTITY,
    Tier,
    amount_column,
    code_column,
    column,
    date_column,
    quantity_column,
    reference,
)
from domain.core.commands import argument, part
from domain.core.reports import Asked, Lines, Report, any_values
from domain.finance.statements import row_id, text_of
from domain.procurement.clearing_moves import KEYS, MOVED, clearing_moves
from domain.procurement.models import CURRENCY_LENGTH, ITEM_UNIT, PurchaseOrder, PurchaseOrderLine

NOTHING = literal_column("0", AMOUNT)


@part
class OpenClearingArguments:
    """The day of a list of what GR/IR holds."""

    on: date = argument(doc="At the end of this day.", zh="日期")


class OpenClearingLine(
    Report, zh="暂估应付明细行", arguments=OpenClearingArguments, order="place", check=any_values,
    totals=("amount",), reads=(PurchaseOrder, PurchaseOrderLine, *MOVED),
):  # fmt: skip
    """What GR/IR holds of an order line: goods that are not invoiced (negative), or what was invoiced without them."""

    __tablename__ = "open_clearing_line"

    place: Mapped[str] = code_column(
        doc="Where the line stands: number of the order, then its position.", zh="行次", tier=Tier.INTERNAL, order=True,
        length_max=100,
    )  # fmt: skip
    purchase_order_id: Mapped[UUID] = reference("purchase_order", doc="The order.", zh="采购订单")
    purchase_order_line_id: Mapped[UUID] = reference("purchase_order_line", doc="The order line.", zh="采购订单行")
    supplier_id: Mapped[UUID] = reference("party", doc="Who delivers and charges.", zh="供应商")
    item_id: Mapped[UUID] = reference("item", doc="What was ordered.", zh="物料")
    since_on: Mapped[date] = date_column(
        doc="Day of the oldest goods that are not invoiced, or of the oldest charge that waits for goods.",
        zh="起始日期",
    )
    age_days: Mapped[int] = column(doc="Days since then.", zh="账龄", unit="day")
    received_quantity: Mapped[Decimal] = quantity_column(
        doc="Accepted, not sent back and not invoiced.", zh="未开票数量", unit=ITEM_UNIT
    )
    invoiced_quantity: Mapped[Decimal] = quantity_column(
        doc="Invoiced, and not accepted or sent back.", zh="未收货数量", unit=ITEM_UNIT
    )
    currency: Mapped[str] = code_column(
        doc="Currency of the order.", zh="币种", tier=Tier.INTERNAL, length_max=CURRENCY_LENGTH, code_list="ISO4217"
    )
    transaction_amount: Mapped[Decimal] = amount_column(
        doc="What GR/IR holds in the order's currency, debit positive.", zh="原币暂估金额", unit="currency"
    )
    amount: Mapped[Decimal] = amount_column(
        doc="What GR/IR holds, debit positive.", zh="暂估金额", unit="company.currency", tier=Tier.CONFIDENTIAL
    )


def open_clearing(asked: Asked) -> Lines:
    """A line for each order line of which GR/IR holds something at the end of the day."""
    order, line = asked.of(PurchaseOrder), asked.of(PurchaseOrderLine)
    goods = _by_goods(asked)
    zero = literal_column("0", QUANTITY)
    since = func.min(goods.c.since_on)
    lines = (
        select(
            goods.c.company_id, goods.c.line_id, since.label("since_on"),
            func.sum(func.greatest(goods.c.quantity, zero, type_=QUANTITY)).label("received"),
            func.sum(func.greatest(-goods.c.quantity, zero, type_=QUANTITY)).label("invoiced"),
            func.sum(goods.c.transaction).label("transaction"), func.sum(goods.c.amount).label("amount"),
        )
        .group_by(goods.c.company_id, goods.c.line_id)
        .subquery("lines")
    )  # fmt: skip
    return select(
        lines.c.company_id, row_id(lines.c.company_id, lines.c.line_id).label("id"),
        func.concat_ws(text_of("/"), order.c.number, line.c.position, type_=SqlText()).label("place"),
        order.c.id.label("purchase_order_id"), line.c.id.label("purchase_order_line_id"), order.c.supplier_id,
        line.c.item_id, lines.c.since_on,
        cast(cast(asked["on"], Date()) - lines.c.since_on, Integer()).label("age_days"),
        lines.c.received.label("received_quantity"), lines.c.invoiced.label("invoiced_quantity"), order.c.currency,
        lines.c.transaction.label("transaction_amount"), lines.c.amount,
    ).select_from(
        lines.join(line, and_(line.c.company_id == lines.c.company_id, line.c.id == lines.c.line_id)).join(
            order, and_(order.c.company_id == line.c.company_id, order.c.id == line.c.purchase_order_id)
        )
    )  # fmt: skip


def _by_goods(asked: Asked) -> FromClause:
    """What GR/IR holds of each receipt line, and of each charge without goods, where it holds anything."""
    moved = clearing_moves(asked.of)
    keys = [moved.c[name] for name in KEYS]
    quantity, transaction, amount = (func.sum(moved.c[name]) for name in ("quantity", "transaction", "amount"))
    return (
        select(
            *keys, func.min(moved.c.day).label("since_on"), quantity.label("quantity"),
            transaction.label("transaction"), amount.label("amount"),
        )
        .where(moved.c.day <= asked["on"])
        .group_by(*keys)
        .having((quantity != NOTHING) | (transaction != NOTHING) | (amount != NOTHING))
        .subquery("goods")
    )  # fmt: skip


__all__ = ["OpenClearingLine", "open_clearing"]
