"""Coexistence: legacy systems, their keys, and the imports that bring their data over."""

from domain.coexistence.models import ImportIssue, ImportRun, LegacyKey, SourceSystem

RECORDS = (SourceSystem, LegacyKey, ImportRun, ImportIssue)
COMMANDS = {}
HANDLERS = {}

__all__ = ["COMMANDS", "HANDLERS", "RECORDS"]
