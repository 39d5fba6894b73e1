"""Agreements with suppliers: so much of an item, at a price, over some days; orders call it off.

An agreement is made by one person and approved by another. Order lines that name one of its lines take its price and
count against its quantity; what is rejected or no longer wanted is given back.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, UniqueConstraint
from sqlalchemy.orm import Mapped

from domain.core.columns import (
    Tier,
    code_column,
    column,
    date_column,
    enum_column,
    price_column,
    quantity_column,
    reference,
    uuid_column,
)
from domain.core.records import CompanyRecord, Scope
from domain.master_data.units import SAID_WHOLE, price_said, quantity_said, unit_said

CURRENCY_LENGTH = 3
ITEM_UNIT = "item.unit.code"


class AgreementStatus(StrEnum):
    """Where an agreement is in its flow."""

    PENDING = "PENDING"
    ACTIVE = "ACTIVE"
    CLOSED = "CLOSED"


class PurchaseAgreement(
    CompanyRecord, scope=Scope(partner="supplier_id"), zh="采购框架协议", key="number", name="number"
):
    """What one supplier will deliver at agreed prices over some days."""

    __tablename__ = "purchase_agreement"
    __table_args__ = (
        CheckConstraint("valid_to >= valid_from", name="span_positive"),
        CheckConstraint("approved_by IS NULL OR approved_by <> created_by", name="maker_is_not_approver"),
        CheckConstraint("status <> 'ACTIVE' OR approved_by IS NOT NULL", name="approved_by_someone"),
    )

    number: Mapped[str] = code_column(doc="Number of the agreement.", zh="协议编号", order=True)
    supplier_id: Mapped[UUID] = reference("party", doc="Who delivers.", zh="供应商", many="purchase_agreements")
    status: Mapped[str] = enum_column(
        AgreementStatus, doc="Where it is in its flow.", zh="状态", tier=Tier.PUBLIC, order=True
    )
    currency: Mapped[str] = code_column(
        doc="Currency of the prices.", zh="币种", length_max=CURRENCY_LENGTH, code_list="ISO4217"
    )
    valid_from: Mapped[date] = date_column(doc="First day of an order.", zh="生效日期", tier=Tier.PUBLIC, order=True)
    valid_to: Mapped[date] = date_column(doc="Last day of an order.", zh="失效日期", tier=Tier.PUBLIC)
    created_by: Mapped[UUID] = uuid_column(doc="The user who made it.", zh="创建用户")
    approved_by: Mapped[UUID | None] = uuid_column(doc="The user who approved it.", zh="审批用户")


class PurchaseAgreementLine(CompanyRecord, scope=Scope(partner="purchase_agreement.supplier_id"), zh="采购框架协议行"):
    """So much of one item at one price."""

    __tablename__ = "purchase_agreement_line"
    __table_args__ = (
        CheckConstraint("agreed_quantity > 0", name="agreed_positive"),
        CheckConstraint("called_quantity BETWEEN 0 AND agreed_quantity", name="called_was_agreed"),
        CheckConstraint("unit_price >= 0", name="unit_price_not_negative"),
        CheckConstraint(SAID_WHOLE, name="said_whole"),
        UniqueConstraint("company_id", "purchase_agreement_id", "position"),
    )

    purchase_agreement_id: Mapped[UUID] = reference(
        "purchase_agreement", doc="The agreement.", zh="协议", lines="lines", lines_order="position"
    )
    position: Mapped[int] = column(doc="1-based place on the agreement.", zh="行号", tier=Tier.PUBLIC)
    item_id: Mapped[UUID] = reference("item", doc="What is agreed.", zh="物料", many="agreement_lines")
    agreed_quantity: Mapped[Decimal] = quantity_column(
        doc="How much in all.", zh="协议数量", unit=ITEM_UNIT, tier=Tier.PUBLIC
    )
    called_quantity: Mapped[Decimal] = quantity_column(
        doc="What orders that were not rejected want of it.", zh="已调用数量", unit=ITEM_UNIT, tier=Tier.PUBLIC,
        server_default="0",
    )  # fmt: skip
    remaining_quantity: Mapped[Decimal] = quantity_column(
        doc="What may still be called off.", zh="剩余数量", unit=ITEM_UNIT, tier=Tier.PUBLIC,
        server_default=Computed("agreed_quantity - called_quantity", persisted=True),
    )  # fmt: skip
    unit_price: Mapped[Decimal] = price_column(
        doc="Net price of one unit.", zh="单价", unit="purchase_agreement.currency"
    )
    unit_id: Mapped[UUID | None] = unit_said()
    unit_quantity: Mapped[Decimal | None] = quantity_said()
    price_in_unit: Mapped[Decimal | None] = price_said("purchase_agreement.currency")


AGREEMENT_RECORDS = (PurchaseAgreement, PurchaseAgreementLine)
__all__ = ["AGREEMENT_RECORDS", "AgreementStatus", "PurchaseAgreement", "PurchaseAgreementLine"]
