"""The map of the house: the modules in import order, lowest first.

A module uses a lower module's records and what its `__init__` exports. Downward: call. Upward: event. The registers
below are what the graph, the policy, the data dictionary and the migrations are derived from.
"""

from collections.abc import Mapping
from types import ModuleType
from typing import Any

from domain import (
    alerts,
    coexistence,
    consolidation,
    core,
    finance,
    governance,
    inventory,
    logistics,
    manufacturing,
    master_data,
    people,
    procurement,
    sales,
)
from domain.core.commands import Handler
from domain.core.errors import Label
from domain.core.labels import link_labels
from domain.core.perform import link_commands
from domain.core.records import Record, link_references
from domain.core.reports import Report, ReportFunction, link_reports
from domain.core.verify import Verifier, idempotency_records

LADDER: tuple[ModuleType, ...] = (
    core,
    master_data,
    people,
    finance,
    inventory,
    procurement,
    sales,
    consolidation,
    logistics,
    manufacturing,
    governance,
    coexistence,
    alerts,
)

# Every record by table name, foreign keys linked.
RECORDS: Mapping[str, type[Record]] = link_references(record for module in LADDER for record in module.RECORDS)

# Every report with the function that makes its rows; a module without reports exports none.
REPORTS: Mapping[type[Report], ReportFunction] = link_reports(
    {report: rows for module in LADDER for report, rows in getattr(module, "REPORTS", {}).items()}, RECORDS.values()
)

# Every command class with the function that performs it.
COMMANDS: Mapping[type[Any], Handler] = link_commands(
    {command: run for module in LADDER for command, run in module.COMMANDS.items()}
)

# Every event that can be subscribed, with the record whose ids it names; a module that tells of nothing has none.
EVENTS: Mapping[str, type[Record]] = {
    name: record for module in LADDER for name, record in getattr(module, "EVENTS", {}).items()
}

# What code calls a thing -> what people call it; messages of refusals use them.
LABELS: Mapping[str, Label] = link_labels([*RECORDS.values(), *REPORTS], COMMANDS)

# Every check of `skein verify`, lowest module first; a module without checks exports none.
VERIFIERS: Mapping[str, Verifier] = {
    **{name: check for module in LADDER for name, check in getattr(module, "VERIFIERS", {}).items()},
    "idempotency keys": idempotency_records(RECORDS),
}
