"""Alerts: what needs attention, raised by events and sweeps, acknowledged by people."""

from domain.alerts.models import Alert, AlertRule

RECORDS = (AlertRule, Alert)
COMMANDS = {}
HANDLERS = {}
