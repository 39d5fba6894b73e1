"""What people of the company need to have bought, before anyone asks a supplier for it.

A requisition is asked for by one person and approved by another. Its lines are ordered, whole or in parts, by orders
that name them: what is on order is counted on the line, and given back when an order is rejected or its rest cancelled.
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
    price_column,
    quantity_column,
    reference,
    text_column,
    uuid_column,
)
from domain.core.records import CompanyRecord, Scope
from domain.master_data.units import SAID_WHOLE, price_said, quantity_said, unit_said

COMPANY_CURRENCY = "company.currency"


class RequisitionStatus(StrEnum):
    """Where a requisition is in its flow."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    ORDERED = "ORDERED"


class PurchaseRequisition(CompanyRecord, scope=Scope(site="site_id"), zh="采购申请", key="number", name="number"):
    """Goods and services that someone of the company needs."""

    __tablename__ = "purchase_requisition"
    __table_args__ = (
        CheckConstraint("approved_by IS NULL OR approved_by <> requested_by", name="requester_is_not_approver"),
        CheckConstraint("status IN ('PENDING') OR approved_by IS NOT NULL", name="decided_by_someone"),
    )

    number: Mapped[str] = code_column(doc="Number of the requisition.", zh="采购申请号", tier=Tier.INTERNAL, order=True)
    site_id: Mapped[UUID | None] = reference("site", doc="The site that needs them.", zh="需求地点")
    status: Mapped[str] = enum_column(RequisitionStatus, doc="Where it is in its flow.", zh="状态", order=True)
    requested_on: Mapped[date] = date_column(doc="Day of the requisition.", zh="申请日期", order=True)
    purpose: Mapped[str] = text_column(doc="What the goods are needed for.", zh="用途")
    total: Mapped[Decimal] = amount_column(
        doc="What it is expected to cost.", zh="预计总额", unit=COMPANY_CURRENCY, tier=Tier.INTERNAL
    )
    requested_by: Mapped[UUID] = uuid_column(doc="The user who asks for them.", zh="申请用户")
    approved_by: Mapped[UUID | None] = uuid_column(doc="The user who approved or rejected it.", zh="审批用户")
    approved_for: Mapped[UUID | None] = uuid_column(
        doc="The user whose limits were lent to who approved it.", zh="被代理审批用户"
    )
    approved_on: Mapped[date | None] = date_column(doc="Day of approval or rejection.", zh="审批日期")
    reason: Mapped[str | None] = text_column(doc="Why it was rejected.", zh="拒绝原因")


class PurchaseRequisitionLine(CompanyRecord, scope=Scope(site="purchase_requisition.site_id"), zh="采购申请行"):
    """One item that is needed."""

    __tablename__ = "purchase_requisition_line"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("ordered_quantity >= 0", name="ordered_not_negative"),
        CheckConstraint("expected_price >= 0", name="price_not_negative"),
        CheckConstraint("cost_centre_id IS NULL OR account_id IS NOT NULL", name="cost_centre_of_a_cost"),
        CheckConstraint(SAID_WHOLE, name="said_whole"),
        UniqueConstraint("company_id", "purchase_requisition_id", "position"),
    )

    purchase_requisition_id: Mapped[UUID] = reference(
        "purchase_requisition", doc="The requisition.", zh="采购申请", lines="lines", lines_order="position"
    )
    position: Mapped[int] = column(doc="1-based place on the requisition.", zh="行号")
    item_id: Mapped[UUID] = reference("item", doc="What is needed.", zh="物料", many="requisition_lines")
    quantity: Mapped[Decimal] = quantity_column(doc="How much is needed.", zh="需求数量", unit="item.unit.code")
    ordered_quantity: Mapped[Decimal] = quantity_column(
        doc="On order: what orders that were not rejected want of it.", zh="已订购数量", unit="item.unit.code",
        server_default="0",
    )  # fmt: skip
    needed_on: Mapped[date | None] = date_column(doc="Day by which it is needed.", zh="需求日期")
    account_id: Mapped[UUID | None] = reference(
        "account", doc="The cost it counts as, where it is not goods for stock.", zh="费用科目"
    )
    cost_centre_id: Mapped[UUID | None] = reference("cost_centre", doc="The cost centre that bears it.", zh="成本中心")
    expected_price: Mapped[Decimal] = price_column(
        doc="What one unit is expected to cost, as who asks thinks.",
        zh="预计单价",
        unit=COMPANY_CURRENCY,
        tier=Tier.INTERNAL,
    )
    unit_id: Mapped[UUID | None] = unit_said()
    unit_quantity: Mapped[Decimal | None] = quantity_said()
    price_in_unit: Mapped[Decimal | None] = price_said(COMPANY_CURRENCY)


REQUISITION_RECORDS = (PurchaseRequisition, PurchaseRequisitionLine)
__all__ = ["REQUISITION_RECORDS", "PurchaseRequisition", "PurchaseRequisitionLine", "RequisitionStatus"]
