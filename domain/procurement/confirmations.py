"""What suppliers say of orders: how much of each line comes, and by when.

A confirmation is kept as it was given; a later one of the same order takes its place for the lines it names. The order
line carries what was said last.
"""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from domain.core.columns import Tier, code_column, column, date_column, quantity_column, reference, uuid_column
from domain.core.records import CompanyRecord, Scope


class PurchaseOrderConfirmation(
    CompanyRecord,
    scope=Scope(partner="purchase_order.supplier_id", site="purchase_order.site_id"),
    zh="采购订单确认",
    key="number",
    name="number",
    append_only=True,
):
    """A supplier's answer to an order, on one day."""

    __tablename__ = "purchase_order_confirmation"

    number: Mapped[str] = code_column(doc="Number of the confirmation.", zh="确认单号", order=True)
    purchase_order_id: Mapped[UUID] = reference(
        "purchase_order", doc="The order that is confirmed.", zh="采购订单", many="confirmations"
    )
    confirmed_on: Mapped[date] = date_column(doc="Day of the answer.", zh="确认日期", tier=Tier.PUBLIC, order=True)
    supplier_number: Mapped[str | None] = code_column(doc="The supplier's own number of the order.", zh="供应商单号")
    confirmed_by: Mapped[UUID] = uuid_column(doc="The user who entered it.", zh="录入用户")


class PurchaseOrderConfirmationLine(
    CompanyRecord,
    scope=Scope(
        partner="purchase_order_confirmation.purchase_order.supplier_id",
        site="purchase_order_confirmation.purchase_order.site_id",
    ),
    zh="采购订单确认行",
    append_only=True,
):
    """So much of one order line, by one day; a line may be split over several."""

    __tablename__ = "purchase_order_confirmation_line"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        UniqueConstraint("company_id", "purchase_order_confirmation_id", "position"),
    )

    purchase_order_confirmation_id: Mapped[UUID] = reference(
        "purchase_order_confirmation", doc="The confirmation.", zh="确认单", lines="lines", lines_order="position"
    )
    position: Mapped[int] = column(doc="1-based place on the confirmation.", zh="行号", tier=Tier.PUBLIC)
    purchase_order_line_id: Mapped[UUID] = reference(
        "purchase_order_line", doc="The order line.", zh="采购订单行", many="confirmation_lines"
    )
    quantity: Mapped[Decimal] = quantity_column(
        doc="How much comes.", zh="确认数量", unit="purchase_order_line.item.unit.code", tier=Tier.PUBLIC
    )
    promised_on: Mapped[date] = date_column(doc="Day by which it arrives.", zh="承诺到货日", tier=Tier.PUBLIC)


CONFIRMATION_RECORDS = (PurchaseOrderConfirmation, PurchaseOrderConfirmationLine)
__all__ = ["CONFIRMATION_RECORDS", "PurchaseOrderConfirmation", "PurchaseOrderConfirmationLine"]
