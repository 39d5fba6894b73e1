"""Alerts: what needs attention, raised by events and sweeps, acknowledged by people.

Emits: AlertRaised, AlertAcknowledged, AlertEscalated, AlertResolved (Alert), AlertRuleChanged (AlertRule).
"""

from domain.alerts.commands import (
    AcknowledgeAlert,
    ChangeAlertRule,
    EscalateAlert,
    RaiseAlert,
    ResolveAlert,
    acknowledge_alerts,
    change_alert_rules,
    escalate_alerts,
    raise_alerts,
    resolve_alerts,
)
from domain.alerts.models import Alert, AlertRule
from domain.alerts.watching import ASKED, HANDLERS, SWEEPS

RECORDS = (AlertRule, Alert)
COMMANDS = {
    RaiseAlert: raise_alerts,
    EscalateAlert: escalate_alerts,
    AcknowledgeAlert: acknowledge_alerts,
    ResolveAlert: resolve_alerts,
    ChangeAlertRule: change_alert_rules,
}
EVENTS = {
    "AlertRaised": Alert,
    "AlertAcknowledged": Alert,
    "AlertEscalated": Alert,
    "AlertResolved": Alert,
    "AlertRuleChanged": AlertRule,
}

__all__ = ["ASKED", "COMMANDS", "EVENTS", "HANDLERS", "RECORDS", "SWEEPS"]
