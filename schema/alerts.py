"""Alerts in the graph."""

import strawberry

from domain import alerts
from domain.alerts.commands import AcknowledgeAlert, ChangeAlertRule, ResolveAlert
from domain.alerts.models import Alert, AlertRule
from schema.commands import performs
from schema.derive import graph_type, root_many, root_one

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
