"""Direct supplies: what a supplier ships straight to a customer of ours, between the two orders that it is on."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from domain.core.columns import quantity_column, reference
from domain.core.records import CompanyRecord, Scope

LINE_UNIT = "sales_order_line.item.unit.code"


class DirectSupply(CompanyRecord, scope=Scope(), zh="直运供应"):
    """How much of a customer's line a supplier was asked to ship straight to it, and what came of that."""

    __tablename__ = "direct_supply"
    __table_args__ = (
        UniqueConstraint("company_id", "purchase_order_line_id"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("delivered_quantity >= 0 AND released_quantity >= 0", name="quantities_not_negative"),
        CheckConstraint("delivered_quantity + released_quantity <= quantity", name="delivered_within_ordered"),
    )

    sales_order_line_id: Mapped[UUID] = reference(
        "sales_order_line", doc="What the customer ordered.", zh="销售订单行", many="direct_supplies"
    )
    purchase_order_line_id: Mapped[UUID] = reference(
        "purchase_order_line", doc="What the supplier was asked for.", zh="采购订单行", many="direct_supplies"
    )
    quantity: Mapped[Decimal] = quantity_column(doc="Asked for.", zh="数量", unit=LINE_UNIT)
    delivered_quantity: Mapped[Decimal] = quantity_column(
        doc="Shipped by the supplier.", zh="已发数量", unit=LINE_UNIT, server_default="0"
    )
    released_quantity: Mapped[Decimal] = quantity_column(
        doc="Will not be shipped so; the customer's line is open for it again.", zh="解除数量", unit=LINE_UNIT,
        server_default="0",
    )  # fmt: skip
