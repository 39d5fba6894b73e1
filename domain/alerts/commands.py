"""What becomes of alerts: raised by the system, taken and resolved by people, their rules tuned."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import SmallInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from domain.alerts.models import Alert, AlertKind, AlertRule, AlertSeverity, AlertStatus
from domain.alerts.rules import ACKNOWLEDGE, ALERT_FLOW, ESCALATE, RESOLVE
from domain.core.actors import Action
from domain.core.commands import Results, argument, command
from domain.core.database import Row
from domain.core.errors import DomainError, NotFound, Rejected, StaleVersion, WrongState
from domain.core.ids import new_id
from domain.core.labels import camel
from domain.core.numbering import Series
from domain.core.work import Work

ALERT_NUMBERS = Series("alert", prefix="AL-")

RAISED = "AlertRaised"
ACKNOWLEDGED = "AlertAcknowledged"
RESOLVED = "AlertResolved"
ESCALATED = "AlertEscalated"

_alert = Alert.table
_OPEN = select(_alert.c.id, _alert.c.fingerprint).where(
    _alert.c.company_id == bindparam("company_id", type_=SmallInteger()),
    _alert.c.fingerprint == func.any(bindparam("fingerprints", type_=ARRAY(Text()))),
    _alert.c.status != AlertStatus.RESOLVED.value,
)


@command(action=Action.CREATE, record=Alert, zh="触发预警")
class RaiseAlert:
    """Say that something needs attention; a cause whose alert is still open is not raised again."""

    rule_id: UUID = argument(doc="The rule whose condition holds.", zh="规则", reference="alert_rule")
    kind: AlertKind = argument(doc="The condition that was met.", zh="条件类型")
    severity: AlertSeverity = argument(doc="How soon somebody must look.", zh="严重程度")
    fingerprint: str = argument(doc="Names the cause.", zh="指纹")
    subject_type: str = argument(doc="Type of the record it is about.", zh="对象类型")
    subject_id: UUID = argument(doc="Key of the record it is about.", zh="对象标识")
    owner_role: str = argument(doc="Role that is expected to act.", zh="责任角色")
    message: str = argument(doc="What was found, in English.", zh="英文消息")
    message_zh: str = argument(doc="What was found, in Chinese.", zh="中文消息")
    item_id: UUID | None = argument(doc="The item concerned.", zh="物料", reference="item", default=None)
    purchase_order_id: UUID | None = argument(
        doc="The purchase order concerned.", zh="采购订单", reference="purchase_order", default=None
    )
    supplier_invoice_id: UUID | None = argument(
        doc="The supplier's invoice concerned.", zh="采购发票", reference="supplier_invoice", default=None
    )
    sales_order_id: UUID | None = argument(
        doc="The sales order concerned.", zh="销售订单", reference="sales_order", default=None
    )
    budget_line_id: UUID | None = argument(
        doc="The line of a budget concerned.", zh="预算明细", reference="budget_line", default=None
    )
    party_id: UUID | None = argument(doc="The party concerned.", zh="往来单位", reference="party", default=None)
    webhook_subscription_id: UUID | None = argument(
        doc="The webhook concerned.", zh="网络钩子订阅", reference="webhook_subscription", default=None
    )
    shipment_id: UUID | None = argument(doc="The shipment concerned.", zh="发货单", reference="shipment", default=None)
    site_id: UUID | None = argument(doc="The site concerned.", zh="场所", reference="site", default=None)
    measured: Decimal | None = argument(doc="The value that met the condition.", zh="实测值", default=None)
    measured_limit: Decimal | None = argument(doc="The limit that it crossed.", zh="限值", default=None)
    measured_unit: str | None = argument(doc="Unit of both.", zh="实测单位", default=None)
    measured_percent: Decimal | None = argument(
        doc="What met the condition, where it is about money.", zh="实测百分比", unit="%", number="rate", default=None
    )
    due_on: date | None = argument(doc="The day that was missed.", zh="应到日期", default=None)


@command(action=Action.ACKNOWLEDGE, record=Alert, zh="确认预警")
class AcknowledgeAlert:
    """Take an alert: others see that somebody looks after it."""

    alert_id: UUID = argument(doc="The alert.", zh="预警", reference="alert")
    note: str | None = argument(doc="What you will do about it.", zh="备注", default=None)
    expected_version: int | None = argument(doc="The version you decided on.", zh="预期版本", default=None)


@command(action=Action.ACKNOWLEDGE, record=Alert, zh="解除预警")
class ResolveAlert:
    """Close an alert whose cause is gone or dealt with; the same cause later is a new alert."""

    alert_id: UUID = argument(doc="The alert.", zh="预警", reference="alert")
    note: str | None = argument(doc="What was done.", zh="备注", default=None)
    expected_version: int | None = argument(doc="The version you decided on.", zh="预期版本", default=None)


@command(action=Action.CHANGE, record=Alert, zh="升级预警")
class EscalateAlert:
    """Make an alert that nobody took the matter of the role that its rule names for that."""

    alert_id: UUID = argument(doc="The alert.", zh="预警", reference="alert")
    owner_role: str = argument(doc="Role that is expected to act from now on.", zh="责任角色")


@command(action=Action.ADMINISTER, record=AlertRule, zh="调整预警规则")
class ChangeAlertRule:
    """Make a rule stricter or milder, or switch it off; its open alerts then stay until a person resolves them."""

    alert_rule_id: UUID = argument(doc="The rule.", zh="规则", reference="alert_rule")
    severity: AlertSeverity | None = argument(doc="New severity.", zh="严重程度", default=None)
    threshold: Decimal | None = argument(doc="New threshold.", zh="阈值", default=None)
    hysteresis: Decimal | None = argument(doc="New hysteresis.", zh="回差", default=None)
    window_days: int | None = argument(doc="New window, in days.", zh="窗口天数", default=None)
    owner_role: str | None = argument(doc="Role that is expected to act.", zh="责任角色", default=None)
    escalate_after_hours: int | None = argument(
        doc="Hours after which an alert that nobody took becomes the matter of another role.", zh="升级时限",
        unit="h", default=None,
    )  # fmt: skip
    escalation_role: str | None = argument(
        doc="That role; the rule has one, or it is given with the hours.", zh="升级角色", default=None
    )
    active: bool | None = argument(doc="Whether the rule raises alerts.", zh="启用", default=None)
    expected_version: int | None = argument(doc="The version you decided on.", zh="预期版本", default=None)


async def raise_alerts(work: Work, commands: Sequence[RaiseAlert]) -> Results[Alert]:
    """The alerts of the causes, OPEN where they are new; a cause whose alert is open answers that one.

    Emits: AlertRaised for the new ones.
    """
    prints = sorted({one.fingerprint for one in commands})
    known: dict[str, UUID] = {row["fingerprint"]: row["id"] for row in await work.fetch(_OPEN, fingerprints=prints)}
    fresh = {one.fingerprint: one for one in commands if one.fingerprint not in known}
    if fresh:
        numbers = await work.number(ALERT_NUMBERS, len(fresh))
        rows = [_row(work, number, one) for number, one in zip(numbers, fresh.values(), strict=True)]
        ids = await work.insert(Alert, rows)
        known.update(zip(fresh, ids, strict=True))
        work.emit(RAISED, Alert, ids)
    return Results([known[one.fingerprint] for one in commands])


def _row(work: Work, number: str, one: RaiseAlert) -> dict[str, Any]:
    return {
        "id": new_id(), "number": number, "rule_id": one.rule_id, "kind": one.kind, "severity": one.severity,
        "status": ALERT_FLOW.initial, "fingerprint": one.fingerprint, "subject_type": one.subject_type,
        "subject_id": one.subject_id, "item_id": one.item_id, "purchase_order_id": one.purchase_order_id,
        "supplier_invoice_id": one.supplier_invoice_id, "sales_order_id": one.sales_order_id,
        "budget_line_id": one.budget_line_id, "party_id": one.party_id, "shipment_id": one.shipment_id,
        "webhook_subscription_id": one.webhook_subscription_id,
        "site_id": one.site_id, "message": one.message, "message_zh": one.message_zh, "measured": one.measured,
        "measured_limit": one.measured_limit, "measured_unit": one.measured_unit,
        "measured_percent": one.measured_percent, "due_on": one.due_on, "owner_role": one.owner_role,
        "raised_at": work.now,
    }  # fmt: skip


async def acknowledge_alerts(work: Work, commands: Sequence[AcknowledgeAlert]) -> Results[Alert]:
    """The alerts, ACKNOWLEDGED by the actor.

    Raises per row: NotFound, WrongState, StaleVersion. Emits: AlertAcknowledged.
    """
    return await _advance(work, commands, ACKNOWLEDGE, "acknowledged", ACKNOWLEDGED)


async def resolve_alerts(work: Work, commands: Sequence[ResolveAlert]) -> Results[Alert]:
    """The alerts, RESOLVED by the actor.

    Raises per row: NotFound, WrongState, StaleVersion. Emits: AlertResolved.
    """
    return await _advance(work, commands, RESOLVE, "resolved", RESOLVED)


async def escalate_alerts(work: Work, commands: Sequence[EscalateAlert]) -> Results[Alert]:
    """The alerts, each the matter of the role given; once, and while nobody has taken it.

    Raises per row: NotFound, WrongState. Emits: AlertEscalated.
    """
    rows = await work.lock(Alert, [one.alert_id for one in commands])
    changed: dict[UUID, dict[str, Any]] = {}
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        row = rows.get(one.alert_id)
        if row is None:
            outcomes.append(NotFound(what="Alert", key=str(one.alert_id)))
        elif row["status"] != AlertStatus.OPEN or row["escalated_at"] is not None or one.alert_id in changed:
            state = AlertStatus(row["status"])
            outcomes.append(WrongState(what="Alert", key=row["number"], state=state, transition=ESCALATE))
        else:
            changed[one.alert_id] = {"id": one.alert_id, "owner_role": one.owner_role, "escalated_at": work.now}
            outcomes.append(one.alert_id)
    if changed:
        await work.update(Alert, list(changed.values()), fields=("owner_role", "escalated_at"))
        work.emit(ESCALATED, Alert, list(changed))
    return Results(outcomes)


async def _advance(
    work: Work, commands: Sequence[AcknowledgeAlert | ResolveAlert], transition: str, what: str, event: str
) -> Results[Alert]:
    rows = await work.lock(Alert, [one.alert_id for one in commands])
    stale = await work.stale(Alert, rows, {one.alert_id: one.expected_version for one in commands})
    changed: dict[UUID, dict[str, Any]] = {}
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            row = _current(rows, stale, one.alert_id)
            status = AlertStatus(changed.get(one.alert_id, row)["status"])
            target = ALERT_FLOW.advance(row["number"], status, transition)
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        changed[one.alert_id] = {
            "id": one.alert_id, "status": target, "note": row["note"] if one.note is None else one.note,
            f"{what}_at": work.now, f"{what}_by": work.actor.name,
        }  # fmt: skip
        outcomes.append(one.alert_id)
    if changed:
        await work.update(Alert, list(changed.values()), fields=("status", "note", f"{what}_at", f"{what}_by"))
        work.emit(event, Alert, list(changed))
    return Results(outcomes)


def _current(rows: dict[UUID, Row], stale: dict[UUID, StaleVersion], id_: UUID) -> Row:
    """The locked row. Raises: NotFound, StaleVersion."""
    if id_ not in rows:
        raise NotFound(what="Alert", key=str(id_))
    if id_ in stale:
        raise stale[id_]
    return rows[id_]


async def change_alert_rules(work: Work, commands: Sequence[ChangeAlertRule]) -> Results[AlertRule]:
    """The rules with what was given changed.

    Raises per row: NotFound, Rejected, StaleVersion. Emits: AlertRuleChanged.
    """
    rows = await work.lock(AlertRule, [one.alert_rule_id for one in commands])
    stale = await work.stale(AlertRule, rows, {one.alert_rule_id: one.expected_version for one in commands})
    fields = (
        "severity", "threshold", "hysteresis", "window_days", "owner_role", "escalate_after_hours", "escalation_role",
        "active",
    )  # fmt: skip
    changed: dict[UUID, dict[str, Any]] = {}
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        id_ = one.alert_rule_id
        refusal = stale.get(id_) or (_refusal(one, rows[id_]) if id_ in rows else None)
        if id_ not in rows:
            refusal = NotFound(what="Alert rule", key=str(id_))
        if refusal is not None:
            outcomes.append(refusal)
            continue
        before = changed.get(id_) or {name: rows[id_][name] for name in fields}
        given = {name: getattr(one, name) for name in fields if getattr(one, name) is not None}
        changed[id_] = {**before, **given, "id": id_}
        outcomes.append(id_)
    if changed:
        await work.update(AlertRule, list(changed.values()), fields=fields)
        work.emit("AlertRuleChanged", AlertRule, list(changed))
    return Results(outcomes)


def _refusal(one: ChangeAlertRule, row: Row) -> Rejected | None:
    for name in ("threshold", "hysteresis", "window_days", "escalate_after_hours"):
        value = getattr(one, name)
        if value is not None and (value < 0 or (name in ("window_days", "escalate_after_hours") and value == 0)):
            path = (camel(name),)
            return Rejected(path=path, what=name, value=str(value), reason="it is too small", reason_zh="数值过小")
    hours = one.escalate_after_hours or row["escalate_after_hours"]
    role = one.escalation_role or row["escalation_role"]
    if (hours is None) != (role is None):
        reason, reason_zh = "the hours and the role are given together", "升级时限和升级角色须同时给出"
        return Rejected(path=("escalationRole",), what="escalationRole", value=role, reason=reason, reason_zh=reason_zh)
    return None
