"""Work centres, work orders and their operations."""

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
    small_column,
    text_column,
)
from domain.core.records import CompanyRecord, Scope


class WorkOrderStatus(StrEnum):
    """Where a work order stands."""

    DRAFT = "DRAFT"
    RELEASED = "RELEASED"
    STARTED = "STARTED"
    COMPLETED = "COMPLETED"
    CLOSED = "CLOSED"


class WorkCentre(CompanyRecord, scope=Scope(site="site_id"), zh="工作中心", key="code", name="name"):
    """A place or group of machines where operations are done."""

    __tablename__ = "work_centre"

    code: Mapped[str] = code_column(doc="Short code.", zh="工作中心代码", tier=Tier.INTERNAL, order=True)
    name: Mapped[str] = text_column(doc="Name.", zh="名称", order=True)
    name_zh: Mapped[str | None] = text_column(doc="Name in Chinese.", zh="中文名称")
    site_id: Mapped[UUID | None] = reference("site", doc="Where it stands.", zh="场所", tier=Tier.INTERNAL)
    location_id: Mapped[UUID | None] = reference(
        "location", doc="Where goods in work are.", zh="库位", tier=Tier.INTERNAL
    )
    cost_rate: Mapped[Decimal] = price_column(
        doc="Cost of one hour.", zh="小时费率", unit="company.currency", tier=Tier.CONFIDENTIAL
    )
    weekly_hours: Mapped[Decimal | None] = quantity_column(
        doc="Hours it is available in a week.", zh="每周可用工时", unit="hour"
    )


class ScrapReason(CompanyRecord, scope=Scope(), zh="报废原因", key="code", name="name"):
    """Why pieces were scrapped."""

    __tablename__ = "scrap_reason"

    code: Mapped[str] = code_column(doc="Short code.", zh="原因代码", tier=Tier.INTERNAL, order=True)
    name: Mapped[str] = text_column(doc="The reason.", zh="名称", order=True)
    name_zh: Mapped[str | None] = text_column(doc="The reason in Chinese.", zh="中文名称")


class WorkOrder(CompanyRecord, scope=Scope(site="site_id"), zh="生产工单", key="number", name="number"):
    """An order to make a quantity of an item."""

    __tablename__ = "work_order"
    __table_args__ = (
        CheckConstraint("ordered_quantity > 0", name="ordered_quantity_positive"),
        CheckConstraint("stocked_quantity >= 0 AND scrapped_quantity >= 0", name="results_not_negative"),
    )

    number: Mapped[str] = code_column(doc="Number of the order.", zh="工单号", tier=Tier.INTERNAL, order=True)
    item_id: Mapped[UUID] = reference("item", many="work_orders", doc="What is made.", zh="物料", tier=Tier.INTERNAL)
    site_id: Mapped[UUID | None] = reference("site", doc="Where it is made.", zh="场所", tier=Tier.INTERNAL)
    status: Mapped[WorkOrderStatus] = enum_column(WorkOrderStatus, doc="Where it stands.", zh="状态")
    ordered_quantity: Mapped[Decimal] = quantity_column(doc="How many to make.", zh="订单数量", unit="item.unit.code")
    stocked_quantity: Mapped[Decimal] = quantity_column(
        doc="How many were made and taken to stock.", zh="入库数量", unit="item.unit.code", server_default="0"
    )
    scrapped_quantity: Mapped[Decimal] = quantity_column(
        doc="How many were scrapped.", zh="报废数量", unit="item.unit.code", server_default="0"
    )
    scrap_reason_id: Mapped[UUID | None] = reference(
        "scrap_reason", many="work_orders", doc="Why pieces were scrapped.", zh="报废原因", tier=Tier.INTERNAL
    )
    started_on: Mapped[date] = date_column(doc="Day work begins.", zh="开工日期", order=True)
    ended_on: Mapped[date | None] = date_column(doc="Day work ended.", zh="完工日期")
    due_on: Mapped[date] = date_column(doc="Day it is needed.", zh="需求日期", order=True)
    is_historical: Mapped[bool] = column(
        doc="Whether it was imported from a legacy system, posting nothing.", zh="是否历史数据", server_default="false"
    )


class WorkOrderOperation(CompanyRecord, scope=Scope(site="work_order.site_id"), zh="工单工序"):
    """One step of a work order at one work centre."""

    __tablename__ = "work_order_operation"
    __table_args__ = (
        UniqueConstraint("company_id", "work_order_id", "sequence"),
        CheckConstraint("sequence > 0", name="sequence_positive"),
    )

    work_order_id: Mapped[UUID] = reference(
        "work_order", lines="operations", lines_order="sequence", doc="The order it is a step of.", zh="生产工单",
        tier=Tier.INTERNAL,
    )  # fmt: skip
    sequence: Mapped[int] = small_column(doc="1-based place among the steps.", zh="工序号")
    work_centre_id: Mapped[UUID] = reference(
        "work_centre", many="operations", doc="Where it is done.", zh="工作中心", tier=Tier.INTERNAL
    )
    planned_hours: Mapped[Decimal | None] = quantity_column(
        doc="Hours planned; none where the source did not plan them.", zh="计划工时", unit="hour"
    )
    actual_hours: Mapped[Decimal | None] = quantity_column(doc="Hours worked.", zh="实际工时", unit="hour")
    planned_cost: Mapped[Decimal] = amount_column(
        doc="Cost planned.", zh="计划成本", unit="company.currency", tier=Tier.CONFIDENTIAL
    )
    actual_cost: Mapped[Decimal | None] = amount_column(
        doc="Cost incurred.", zh="实际成本", unit="company.currency", tier=Tier.CONFIDENTIAL
    )
    planned_start_on: Mapped[date] = date_column(doc="Day planned to begin.", zh="计划开始日期")
    planned_end_on: Mapped[date] = date_column(doc="Day planned to end.", zh="计划结束日期")
    started_on: Mapped[date | None] = date_column(doc="Day it began.", zh="实际开始日期")
    ended_on: Mapped[date | None] = date_column(doc="Day it ended.", zh="实际结束日期")
