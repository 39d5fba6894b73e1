"""Alerts in the graph."""

import strawberry

from domain import alerts
from domain.alerts.commands import AcknowledgeAlert, ChangeAlertRule, ResolveAlert
from domain.alerts.models import Alert, AlertRule
from schema.commands import performs
from schema.derive import Field, graph_type, make, make_enum, root_many, root_one, watches

for _record in alerts.RECORDS:
    if _record.spec.exposed:
        graph_type(_record)


@strawberry.type
class AlertsQuery:
    alert_rules = root_many(AlertRule)
    alert = root_one(Alert)
    alerts = root_many(Alert)


@strawberry.type
class AlertsMutation:
    acknowledge_alert = performs(AcknowledgeAlert)
    resolve_alert = performs(ResolveAlert)
    change_alert_rule = performs(ChangeAlertRule)


make_enum("AlertEventKind", "What happened to an alert.", {
    "RAISED": "Its cause was found.",
    "ACKNOWLEDGED": "Somebody took it.",
    "RESOLVED": "Its cause is gone or dealt with.",
})  # fmt: skip
make(strawberry.type, "AlertEvent", "Something that happened to an alert.", [
    Field("cursor", "Cursor", "The event's place in the stream; resume with after."),
    Field("kind", "AlertEventKind", "What happened."),
    Field("alert", "Alert", "The alert as it now is."),
])  # fmt: skip


@strawberry.type
class AlertsSubscription:
    alerts = watches("AlertEvent", "What happens to alerts the reader may see: what was missed since after, then live.")
