"""The register of alerts: what needs attention, raised by events and sweeps, acknowledged by people."""

from domain.alerts.models import AlertRule

RECORDS = (AlertRule,)
COMMANDS = {}
HANDLERS = {}
