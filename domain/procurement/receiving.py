"""What suppliers announce before it comes, and what must be known of goods that come.

A shipping notice tells what left the supplier: how much of which lines, of which lots, in which packages. Receipt
against it takes over what it says; what differs is told then. What must be known of a lot, whoever tells it, is a rule
of the item.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from domain.core.columns import (
    Tier,
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

SSCC_LENGTH = 18
UDI_LENGTH_MAX = 200
NOTICE_PARTNER = "shipping_notice.purchase_order.supplier_id"
NOTICE_SITE = "shipping_notice.purchase_order.site_id"


class NoticeStatus(StrEnum):
    """Where a shipping notice is in its flow."""

    SENT = "SENT"
    RECEIVED = "RECEIVED"
    CANCELLED = "CANCELLED"


class ReceivingRule(CompanyRecord, scope=Scope(), zh="收货规则"):
    """What must be known of a new lot of an item before it may be taken in."""

    __tablename__ = "receiving_rule"
    __table_args__ = (UniqueConstraint("company_id", "item_id"),)

    item_id: Mapped[UUID] = reference("item", doc="The item.", zh="物料", many="receiving_rules")
    needs_supplier_lot: Mapped[bool] = column(
        doc="Whether the supplier's lot must be known.", zh="须填供应商批号", server_default="false"
    )
    needs_manufacturer: Mapped[bool] = column(
        doc="Whether who made it must be known.", zh="须填制造商", server_default="false"
    )
    needs_made_on: Mapped[bool] = column(
        doc="Whether the day of manufacture must be known.", zh="须填生产日期", server_default="false"
    )
    needs_expires_on: Mapped[bool] = column(
        doc="Whether the last day of use must be known.", zh="须填有效期", server_default="false"
    )
    needs_udi: Mapped[bool] = column(
        doc="Whether the device identifier on the label must be known.", zh="须填 UDI", server_default="false"
    )


class ShippingNotice(
    CompanyRecord,
    scope=Scope(partner="purchase_order.supplier_id", site="purchase_order.site_id"),
    zh="供应商发货通知",
    key="number",
    name="number",
):
    """What of one order left the supplier, on one day."""

    __tablename__ = "shipping_notice"
    __table_args__ = (
        CheckConstraint("expected_on >= shipped_on", name="expected_after_shipped"),
        CheckConstraint("(status = 'RECEIVED') = (goods_receipt_id IS NOT NULL)", name="received_with_a_receipt"),
    )

    number: Mapped[str] = code_column(doc="Number of the notice.", zh="发货通知号", order=True)
    purchase_order_id: Mapped[UUID] = reference(
        "purchase_order", doc="The order that it is of.", zh="采购订单", many="shipping_notices"
    )
    status: Mapped[str] = enum_column(
        NoticeStatus, doc="Where it is in its flow.", zh="状态", tier=Tier.PUBLIC, order=True
    )
    delivery_note: Mapped[str | None] = code_column(doc="The supplier's delivery note.", zh="送货单号")
    shipped_on: Mapped[date] = date_column(doc="Day it left.", zh="发货日期", tier=Tier.PUBLIC, order=True)
    expected_on: Mapped[date | None] = date_column(doc="Day it is to arrive.", zh="预计到货日", tier=Tier.PUBLIC)
    carrier: Mapped[str | None] = text_column(doc="Who brings it.", zh="承运人", tier=Tier.PUBLIC)
    tracking_number: Mapped[str | None] = code_column(doc="The carrier's number of it.", zh="运单号")
    sent_by: Mapped[UUID] = uuid_column(doc="The user who entered it.", zh="录入用户")
    goods_receipt_id: Mapped[UUID | None] = reference(
        "goods_receipt", doc="The receipt that took it in.", zh="收货单", many="shipping_notices"
    )


class ShippingNoticePackage(CompanyRecord, scope=Scope(partner=NOTICE_PARTNER, site=NOTICE_SITE), zh="发货通知包装"):
    """One package, carton or pallet, under its serial shipping container code."""

    __tablename__ = "shipping_notice_package"
    __table_args__ = (
        UniqueConstraint("company_id", "shipping_notice_id", "position"),
        UniqueConstraint("company_id", "shipping_notice_id", "sscc"),
    )

    shipping_notice_id: Mapped[UUID] = reference(
        "shipping_notice", doc="The notice.", zh="发货通知", lines="packages", lines_order="position"
    )
    position: Mapped[int] = column(doc="1-based place on the notice.", zh="序号", tier=Tier.PUBLIC)
    sscc: Mapped[str] = code_column(
        doc="Serial shipping container code, 18 digits with GS1 check digit (GS1 General Specifications, 2.2.1).",
        zh="系列货运包装箱代码", length_max=SSCC_LENGTH,
    )  # fmt: skip


class ShippingNoticeLine(CompanyRecord, scope=Scope(partner=NOTICE_PARTNER, site=NOTICE_SITE), zh="发货通知行"):
    """So much of one order line, of one lot, in one package."""

    __tablename__ = "shipping_notice_line"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("expires_on IS NULL OR made_on IS NULL OR expires_on >= made_on", name="expires_after_made"),
        UniqueConstraint("company_id", "shipping_notice_id", "position"),
    )

    shipping_notice_id: Mapped[UUID] = reference(
        "shipping_notice", doc="The notice.", zh="发货通知", lines="lines", lines_order="position"
    )
    position: Mapped[int] = column(doc="1-based place on the notice.", zh="行号", tier=Tier.PUBLIC)
    purchase_order_line_id: Mapped[UUID] = reference(
        "purchase_order_line", doc="The order line.", zh="采购订单行", many="shipping_notice_lines"
    )
    quantity: Mapped[Decimal] = quantity_column(
        doc="How much is on its way.", zh="发货数量", unit="purchase_order_line.item.unit.code", tier=Tier.PUBLIC
    )
    supplier_lot: Mapped[str | None] = code_column(doc="The supplier's number of the lot.", zh="供应商批号")
    manufacturer: Mapped[str | None] = text_column(doc="Who made the lot.", zh="制造商", tier=Tier.PUBLIC)
    made_on: Mapped[date | None] = date_column(doc="Day of manufacture.", zh="生产日期", tier=Tier.PUBLIC)
    expires_on: Mapped[date | None] = date_column(doc="Last day the lot may be used.", zh="有效期至", tier=Tier.PUBLIC)
    udi: Mapped[str | None] = code_column(
        doc="Unique device identifier, as on the label.", zh="UDI", length_max=UDI_LENGTH_MAX
    )
    shipping_notice_package_id: Mapped[UUID | None] = reference(
        "shipping_notice_package", doc="The package that it is in.", zh="包装", many="lines"
    )


RECEIVING_RECORDS = (ReceivingRule, ShippingNotice, ShippingNoticePackage, ShippingNoticeLine)
__all__ = [
    "RECEIVING_RECORDS",
    "NoticeStatus",
    "ReceivingRule",
    "ShippingNotice",
    "ShippingNoticeLine",
    "ShippingNoticePackage",
]
