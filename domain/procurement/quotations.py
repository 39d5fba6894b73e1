"""Requests for quotation and what suppliers answer.

A request is the buyer's: what is wanted, by when an answer is. Each supplier that is asked has a quotation of its own
from the first day, which holds a copy of the lines: that is all it sees, neither the request nor who else is asked. It
fills in its prices and days. What it offers is worth, in the company's currency, what it was on the day of its answer.
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
    price_column,
    quantity_column,
    rate_column,
    reference,
    text_column,
    uuid_column,
)
from domain.core.records import CompanyRecord, Scope

CURRENCY_LENGTH = 3
ITEM_UNIT = "item.unit.code"


class RequestStatus(StrEnum):
    """Where a request is in its flow."""

    OPEN = "OPEN"
    AWARDED = "AWARDED"
    CANCELLED = "CANCELLED"


class QuotationStatus(StrEnum):
    """Where a supplier's answer is in its flow."""

    INVITED = "INVITED"
    SUBMITTED = "SUBMITTED"
    DECLINED = "DECLINED"
    AWARDED = "AWARDED"
    LOST = "LOST"


class RequestForQuotation(CompanyRecord, scope=Scope(site="site_id"), zh="询价单", key="number", name="number"):
    """What several suppliers are asked to offer."""

    __tablename__ = "request_for_quotation"
    __table_args__ = (CheckConstraint("answer_by >= requested_on", name="answer_after_request"),)

    number: Mapped[str] = code_column(doc="Number of the request.", zh="询价单号", tier=Tier.INTERNAL, order=True)
    status: Mapped[str] = enum_column(RequestStatus, doc="Where it is in its flow.", zh="状态", order=True)
    site_id: Mapped[UUID | None] = reference("site", doc="The site that the goods are for.", zh="收货地点")
    requested_on: Mapped[date] = date_column(doc="Day of the request.", zh="询价日期", order=True)
    answer_by: Mapped[date] = date_column(doc="Last day for an answer.", zh="报价截止日")
    requested_by: Mapped[UUID] = uuid_column(doc="The user who asks.", zh="询价用户")
    awarded_by: Mapped[UUID | None] = uuid_column(doc="The user who chose.", zh="定价用户")
    award_reason: Mapped[str | None] = text_column(
        doc="Why these offers were taken; always said where a dearer one was.", zh="定价原因", tier=Tier.COMMERCIAL
    )


class RequestForQuotationLine(CompanyRecord, scope=Scope(site="request_for_quotation.site_id"), zh="询价单行"):
    """One item that is asked for."""

    __tablename__ = "request_for_quotation_line"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        UniqueConstraint("company_id", "request_for_quotation_id", "position"),
    )

    request_for_quotation_id: Mapped[UUID] = reference(
        "request_for_quotation", doc="The request.", zh="询价单", lines="lines", lines_order="position"
    )
    position: Mapped[int] = column(doc="1-based place on the request.", zh="行号")
    item_id: Mapped[UUID] = reference("item", doc="What is asked for.", zh="物料", many="quotation_request_lines")
    quantity: Mapped[Decimal] = quantity_column(doc="How much is asked for.", zh="询价数量", unit=ITEM_UNIT)
    needed_on: Mapped[date | None] = date_column(doc="Day by which it is needed.", zh="需求日期")
    requisition_line_id: Mapped[UUID | None] = reference(
        "purchase_requisition_line", doc="The requisition line that it is for.", zh="采购申请行",
        many="quotation_request_lines",
    )  # fmt: skip


class SupplierQuotation(
    CompanyRecord, scope=Scope(partner="supplier_id"), zh="供应商报价", key="number", name="number"
):
    """One supplier's answer to a request, from the day it is asked."""

    __tablename__ = "supplier_quotation"
    __table_args__ = (
        CheckConstraint("status IN ('INVITED', 'DECLINED', 'LOST') OR currency IS NOT NULL", name="answer_in_currency"),
        CheckConstraint("(currency IS NULL) = (rate IS NULL)", name="currency_has_rate"),
        CheckConstraint("rate > 0", name="rate_positive"),
        CheckConstraint("valid_until >= answered_on", name="valid_after_answer"),
        UniqueConstraint("company_id", "request_for_quotation_id", "supplier_id"),
    )

    number: Mapped[str] = code_column(doc="Number of the quotation.", zh="报价单号", order=True)
    request_for_quotation_id: Mapped[UUID] = reference(
        "request_for_quotation", doc="The request that it answers.", zh="询价单", many="quotations", tier=Tier.INTERNAL
    )
    supplier_id: Mapped[UUID] = reference("party", doc="Who is asked.", zh="供应商", many="quotations")
    status: Mapped[str] = enum_column(
        QuotationStatus, doc="Where the answer is in its flow.", zh="状态", tier=Tier.PUBLIC, order=True
    )
    asked_on: Mapped[date] = date_column(doc="Day it was asked.", zh="询价日期", tier=Tier.PUBLIC, order=True)
    answer_by: Mapped[date] = date_column(doc="Last day for an answer.", zh="报价截止日", tier=Tier.PUBLIC)
    answered_on: Mapped[date | None] = date_column(doc="Day of the last answer.", zh="报价日期", tier=Tier.PUBLIC)
    valid_until: Mapped[date | None] = date_column(
        doc="Last day on which the offer holds.", zh="报价有效期", tier=Tier.PUBLIC
    )
    supplier_number: Mapped[str | None] = code_column(doc="The supplier's own number.", zh="供应商单号")
    currency: Mapped[str | None] = code_column(
        doc="Currency of the prices.", zh="币种", length_max=CURRENCY_LENGTH, code_list="ISO4217"
    )
    rate: Mapped[Decimal | None] = rate_column(
        doc="Units of the company's currency for one of its own, on the day of the answer.", zh="汇率"
    )
    reason: Mapped[str | None] = text_column(doc="Why the supplier does not offer.", zh="不报价原因", tier=Tier.PUBLIC)


class SupplierQuotationLine(CompanyRecord, scope=Scope(partner="supplier_quotation.supplier_id"), zh="供应商报价行"):
    """What one supplier offers for one item; without a price it offers nothing for it."""

    __tablename__ = "supplier_quotation_line"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("unit_price >= 0", name="unit_price_not_negative"),
        CheckConstraint("awarded_quantity > 0", name="awarded_positive"),
        CheckConstraint("(awarded_quantity IS NULL) = (purchase_order_id IS NULL)", name="awarded_is_ordered"),
        UniqueConstraint("company_id", "supplier_quotation_id", "position"),
    )

    supplier_quotation_id: Mapped[UUID] = reference(
        "supplier_quotation", doc="The quotation.", zh="报价单", lines="lines", lines_order="position"
    )
    position: Mapped[int] = column(doc="1-based place, that of the request.", zh="行号", tier=Tier.PUBLIC)
    request_for_quotation_line_id: Mapped[UUID] = reference(
        "request_for_quotation_line", doc="The line of the request.", zh="询价单行", many="offers", tier=Tier.INTERNAL
    )
    item_id: Mapped[UUID] = reference("item", doc="What is asked for.", zh="物料")
    quantity: Mapped[Decimal] = quantity_column(
        doc="How much is asked for.", zh="询价数量", unit=ITEM_UNIT, tier=Tier.PUBLIC
    )
    needed_on: Mapped[date | None] = date_column(doc="Day by which it is needed.", zh="需求日期", tier=Tier.PUBLIC)
    unit_price: Mapped[Decimal | None] = price_column(
        doc="Net price of one unit.", zh="单价", unit="supplier_quotation.currency"
    )
    delivery_on: Mapped[date | None] = date_column(doc="Day on which it would arrive.", zh="可交货日", tier=Tier.PUBLIC)
    awarded_quantity: Mapped[Decimal | None] = quantity_column(
        doc="How much was ordered of it.", zh="定标数量", unit=ITEM_UNIT, tier=Tier.PUBLIC
    )
    purchase_order_id: Mapped[UUID | None] = reference(
        "purchase_order", doc="The order that followed.", zh="采购订单", many="quotation_lines"
    )


QUOTATION_RECORDS = (RequestForQuotation, RequestForQuotationLine, SupplierQuotation, SupplierQuotationLine)
__all__ = [
    "QUOTATION_RECORDS",
    "QuotationStatus",
    "RequestForQuotation",
    "RequestForQuotationLine",
    "RequestStatus",
    "SupplierQuotation",
    "SupplierQuotationLine",
]
