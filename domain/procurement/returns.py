"""Goods of an order that went back to their supplier, to be replaced or to be credited.

What is to be replaced is awaited again: its order is open until it comes. What is to be credited is not; a credit note
comes for it. Goods that were refused when they came are the supplier's still: they go back too, and move no money, as
nothing was owed for them. Goods that had been invoiced leave what was paid for them in GR/IR until one of the two has
come.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from domain.core.columns import (
    Tier,
    amount_column,
    code_column,
    column,
    date_column,
    enum_column,
    quantity_column,
    reference,
    text_column,
    uuid_column,
)
from domain.core.records import CompanyRecord, Scope


class ReturnSettlement(StrEnum):
    """What the supplier is to do for goods that it got back."""

    REPLACE = "REPLACE"
    CREDIT = "CREDIT"


class PurchaseReturn(
    CompanyRecord,
    scope=Scope(partner="purchase_order.supplier_id", site="purchase_order.site_id"),
    zh="采购退货单",
    key="number",
    name="number",
    append_only=True,
):
    """Goods of one receipt that went back to their supplier, on one day."""

    __tablename__ = "purchase_return"

    number: Mapped[str] = code_column(doc="Number of the return.", zh="退货单号", order=True)
    goods_receipt_id: Mapped[UUID] = reference(
        "goods_receipt", doc="The receipt that brought the goods.", zh="收货单", many="returns"
    )
    purchase_order_id: Mapped[UUID] = reference(
        "purchase_order", doc="The order they were received against.", zh="采购订单", many="returns"
    )
    settlement: Mapped[str] = enum_column(
        ReturnSettlement, doc="Whether they are to be replaced or credited.", zh="处理方式", tier=Tier.PUBLIC
    )
    reason: Mapped[str] = text_column(doc="Why they went back.", zh="退货原因", tier=Tier.PUBLIC)
    returned_on: Mapped[date] = date_column(doc="Day they left.", zh="退货日期", tier=Tier.PUBLIC, order=True)
    posting_id: Mapped[UUID] = uuid_column(doc="What goods and money posted for the return share.", zh="过账标识")


class PurchaseReturnLine(
    CompanyRecord,
    scope=Scope(partner="purchase_return.purchase_order.supplier_id", site="purchase_return.purchase_order.site_id"),
    zh="采购退货行",
    append_only=True,
):
    """What went back of one line of a receipt."""

    __tablename__ = "purchase_return_line"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint(
            "NOT is_rejected OR (owed_transaction_amount = 0 AND owed_amount = 0)", name="rejected_was_not_owed"
        ),
        UniqueConstraint("company_id", "purchase_return_id", "position"),
    )

    purchase_return_id: Mapped[UUID] = reference(
        "purchase_return", doc="The return the line belongs to.", zh="退货单", lines="lines", lines_order="position"
    )
    position: Mapped[int] = column(doc="1-based place on the return.", zh="行号", tier=Tier.PUBLIC)
    goods_receipt_line_id: Mapped[UUID] = reference(
        "goods_receipt_line", doc="The receipt line that brought the goods.", zh="收货行", many="return_lines"
    )
    purchase_order_line_id: Mapped[UUID] = reference(
        "purchase_order_line", doc="The order line.", zh="采购订单行", many="return_lines"
    )
    quantity: Mapped[Decimal] = quantity_column(
        doc="How much went back.", zh="退货数量", unit="purchase_order_line.item.unit.code", tier=Tier.PUBLIC
    )
    is_rejected: Mapped[bool] = column(
        doc="Whether the goods were refused at inspection and never ours.", zh="是否拒收货物", tier=Tier.PUBLIC,
        server_default="false",
    )  # fmt: skip
    owed_transaction_amount: Mapped[Decimal] = amount_column(
        doc="What GR/IR gave up for it, in the order's currency.", zh="原币冲减暂估",
        unit="purchase_return.purchase_order.currency",
    )  # fmt: skip
    owed_amount: Mapped[Decimal] = amount_column(
        doc="What GR/IR gave up for it.", zh="冲减暂估", unit="company.currency", tier=Tier.CONFIDENTIAL
    )


RETURN_RECORDS = (PurchaseReturn, PurchaseReturnLine)
__all__ = ["RETURN_RECORDS", "PurchaseReturn", "PurchaseReturnLine", "ReturnSettlement"]
