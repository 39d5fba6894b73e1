"""Alerts: what needs a person's attention, why, and who took it.

A rule is data: which condition, how strict, how severe, whose. An alert is one cause found once: while it is open, its
fingerprint is unique in the company, so a condition that is seen a thousand times is still one alert.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, Index, text
from sqlalchemy.orm import Mapped

from domain.core.columns import (
    Tier,
    code_column,
    column,
    date_column,
    enum_column,
    instant_column,
    quantity_column,
    rate_column,
    reference,
    text_column,
    uuid_column,
)
from domain.core.records import CompanyRecord, GroupRecord, Scope


class AlertKind(StrEnum):
    """The conditions that are watched."""

    RECEIPT_OVERDUE = "RECEIPT_OVERDUE"
    BELOW_REORDER_POINT = "BELOW_REORDER_POINT"
    LOT_EXPIRING = "LOT_EXPIRING"
    MATCH_BLOCKED = "MATCH_BLOCKED"
    LICENCE_EXPIRING = "LICENCE_EXPIRING"
    WEBHOOK_UNDELIVERED = "WEBHOOK_UNDELIVERED"
    EXCURSION = "EXCURSION"
    REGISTRATION_EXPIRING = "REGISTRATION_EXPIRING"
    CREDIT_EXCEEDED = "CREDIT_EXCEEDED"
    BUDGET_EXCEEDED = "BUDGET_EXCEEDED"
    PRICE_OUTSIDE_BAND = "PRICE_OUTSIDE_BAND"
    NEGATIVE_MARGIN = "NEGATIVE_MARGIN"
    RATE_MISSING = "RATE_MISSING"


class AlertSeverity(StrEnum):
    """How soon somebody must look."""

    INFO = "INFO"
    WARNING = "WARNING"
    CRITICAL = "CRITICAL"


class AlertStatus(StrEnum):
    """Where an alert stands; RESOLVED is final, the same cause later is a new alert."""

    OPEN = "OPEN"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    RESOLVED = "RESOLVED"


class AlertRule(GroupRecord, scope=Scope(), zh="预警规则", key="code", name="name"):
    """A condition that is watched, with its threshold as data."""

    __tablename__ = "alert_rule"
    __table_args__ = (
        CheckConstraint("threshold >= 0", name="threshold_not_negative"),
        CheckConstraint("hysteresis >= 0", name="hysteresis_not_negative"),
        CheckConstraint("window_days > 0", name="window_days_positive"),
        CheckConstraint("escalate_after_hours > 0", name="escalate_after_hours_positive"),
        CheckConstraint("(escalate_after_hours IS NULL) = (escalation_role IS NULL)", name="escalates_to_somebody"),
    )

    code: Mapped[str] = code_column(doc="Code of the rule.", zh="规则代码")
    name: Mapped[str] = text_column(doc="Name of the rule in English.", zh="英文名称")
    name_zh: Mapped[str] = text_column(doc="Name of the rule in Chinese.", zh="中文名称")
    kind: Mapped[AlertKind] = enum_column(AlertKind, doc="The condition that the rule watches.", zh="条件类型")
    severity: Mapped[AlertSeverity] = enum_column(AlertSeverity, doc="Severity of the alerts it raises.", zh="严重程度")
    threshold: Mapped[Decimal] = rate_column(
        unit="threshold_unit", zh="阈值",
        doc="Where the condition begins: days after the due date, days before expiry, days blocked, on hold or without "
        "a rate, percent of the reorder point, of the credit limit, of the budget, off the usual price, or of margin.",
    )  # fmt: skip
    hysteresis: Mapped[Decimal] = rate_column(
        unit="threshold_unit", server_default="0", zh="回差",
        doc="How far beyond the threshold the value must recover before the alert resolves itself.",
    )  # fmt: skip
    threshold_unit: Mapped[str] = code_column(doc="Unit of threshold and hysteresis: day or %.", zh="阈值单位")
    window_days: Mapped[int] = column(
        unit="day", zh="窗口天数", doc="Causes older than this many days are history and raise nothing.",
    )  # fmt: skip
    owner_role: Mapped[str] = code_column(doc="Role that is expected to act.", zh="责任角色", tier=Tier.INTERNAL)
    escalate_after_hours: Mapped[int | None] = column(
        unit="h", zh="升级时限",
        doc="An alert that nobody took for so many hours becomes the matter of another role; never without.",
    )  # fmt: skip
    escalation_role: Mapped[str | None] = code_column(
        doc="Role that is expected to act from then on.", zh="升级角色", tier=Tier.INTERNAL
    )
    active: Mapped[bool] = column(server_default=text("true"), doc="Whether the rule raises alerts.", zh="启用")


class Alert(CompanyRecord, scope=Scope(site="site_id"), zh="预警", key="number"):
    """One cause that needs attention, from the moment it was seen until it was resolved."""

    __tablename__ = "alert"
    __table_args__ = (
        # One cause is one alert while it is open.
        Index(
            "uq_alert_open_fingerprint", "company_id", "fingerprint", unique=True,
            postgresql_where=text("status <> 'RESOLVED'"),
        ),
        CheckConstraint("(status = 'RESOLVED') = (resolved_at IS NOT NULL)", name="resolved_has_instant"),
        CheckConstraint("status <> 'ACKNOWLEDGED' OR acknowledged_at IS NOT NULL", name="acknowledged_has_instant"),
    )  # fmt: skip

    number: Mapped[str] = code_column(doc="Number of the alert.", zh="预警编号")
    rule_id: Mapped[UUID] = reference("alert_rule", many="alerts", doc="The rule that raised the alert.", zh="规则")
    kind: Mapped[AlertKind] = enum_column(AlertKind, doc="The condition that was met.", zh="条件类型")
    severity: Mapped[AlertSeverity] = enum_column(AlertSeverity, doc="How soon somebody must look.", zh="严重程度")
    status: Mapped[AlertStatus] = enum_column(AlertStatus, order=True, doc="Where the alert stands.", zh="状态")
    fingerprint: Mapped[str] = code_column(
        exposed=False, length_max=200, doc="Names the cause; unique in the company while the alert is open.", zh="指纹",
    )  # fmt: skip
    subject_type: Mapped[str] = code_column(doc="Type of the record that the alert is about.", zh="对象类型")
    subject_id: Mapped[UUID] = uuid_column(doc="Key of the record that the alert is about.", zh="对象标识")
    item_id: Mapped[UUID | None] = reference("item", many="alerts", doc="The item concerned, if one is.", zh="物料")
    purchase_order_id: Mapped[UUID | None] = reference(
        "purchase_order", many="alerts", doc="The purchase order concerned, if one is.", zh="采购订单",
    )  # fmt: skip
    supplier_invoice_id: Mapped[UUID | None] = reference(
        "supplier_invoice", many="alerts", doc="The supplier's invoice concerned, if one is.", zh="采购发票",
    )  # fmt: skip
    party_id: Mapped[UUID | None] = reference(
        "party", many="alerts", doc="The party concerned, if one is.", zh="往来单位",
    )  # fmt: skip
    webhook_subscription_id: Mapped[UUID | None] = reference(
        "webhook_subscription", many="alerts", doc="The webhook concerned, if one is; its owner is to act.",
        zh="网络钩子订阅",
    )  # fmt: skip
    sales_order_id: Mapped[UUID | None] = reference(
        "sales_order", many="alerts", doc="The sales order concerned, if one is.", zh="销售订单",
    )  # fmt: skip
    budget_line_id: Mapped[UUID | None] = reference(
        "budget_line", many="alerts", doc="The line of a budget concerned, if one is.", zh="预算明细",
    )  # fmt: skip
    shipment_id: Mapped[UUID | None] = reference(
        "shipment", many="alerts", doc="The shipment concerned, if one is.", zh="发货单",
    )  # fmt: skip
    site_id: Mapped[UUID | None] = reference("site", doc="The site concerned, if one is.", zh="场所")
    message: Mapped[str] = text_column(doc="What was found, in English.", zh="英文消息")
    message_zh: Mapped[str] = text_column(doc="What was found, in Chinese.", zh="中文消息")
    measured: Mapped[Decimal | None] = quantity_column(
        unit="measured_unit", doc="The value that met the condition.", zh="实测值",
    )  # fmt: skip
    measured_limit: Mapped[Decimal | None] = quantity_column(
        unit="measured_unit", doc="The limit that the value crossed.", zh="限值",
    )  # fmt: skip
    measured_unit: Mapped[str | None] = code_column(doc="Unit of the value and its limit.", zh="实测单位")
    measured_percent: Mapped[Decimal | None] = rate_column(
        unit="%", zh="实测百分比", tier=Tier.CONFIDENTIAL,
        doc="What met the condition where it is about money: how much of the limit or budget is used, how far the "
        "price is off, what the margin is.",
    )  # fmt: skip
    due_on: Mapped[date | None] = date_column(
        doc="The day that was missed, where the cause is a missed day.", zh="应到日期"
    )
    raised_at: Mapped[datetime] = instant_column(order=True, doc="When the cause was first seen.", zh="触发时间")
    owner_role: Mapped[str] = code_column(doc="Role that is expected to act now.", zh="责任角色", tier=Tier.INTERNAL)
    escalated_at: Mapped[datetime | None] = instant_column(
        doc="When it became the matter of another role, because nobody had taken it.", zh="升级时间"
    )
    acknowledged_at: Mapped[datetime | None] = instant_column(doc="When somebody took it.", zh="确认时间")
    acknowledged_by: Mapped[str | None] = text_column(doc="Account that took it.", zh="确认人")
    note: Mapped[str | None] = text_column(
        doc="What the person who took or resolved it wrote.", zh="备注", length_max=2000
    )
    resolved_at: Mapped[datetime | None] = instant_column(doc="When the cause was gone or dealt with.", zh="解除时间")
    resolved_by: Mapped[str | None] = text_column(doc="Account or process that resolved it.", zh="解除人")
    response_seconds: Mapped[int | None] = column(
        unit="s", zh="响应时长", doc="How long it took until somebody took it.",
        server_default=Computed("extract(epoch FROM acknowledged_at - raised_at)::integer", persisted=True),
    )  # fmt: skip
    resolution_seconds: Mapped[int | None] = column(
        unit="s", zh="解除时长", doc="How long it took until the cause was gone or dealt with.",
        server_default=Computed("extract(epoch FROM resolved_at - raised_at)::integer", persisted=True),
    )  # fmt: skip
