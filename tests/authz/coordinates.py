"""Every field and command that the policy can be asked about, from the registers."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from authz.policy import baseline
from domain import COMMANDS, RECORDS
from domain.core.columns import Tier, spec_of
from domain.core.policy import type_of
from domain.core.records import Record


@dataclass(frozen=True)
class Coordinate:
    """One exposed column as the graph names it."""

    record: type[Record]
    module: str
    tier: Tier
    name: str


def camel(name: str) -> str:
    """'total_due' -> 'totalDue'."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def coordinates() -> list[Coordinate]:
    """Every exposed column of every record, by name."""
    found: list[Coordinate] = []
    for record in RECORDS.values():
        for column in record.table.columns:
            spec = spec_of(column)
            if spec.exposed:
                field = camel(column.name.removesuffix("_id") if spec.reference else column.name)
                found.append(Coordinate(record, record.spec.module, spec.tier, f"{record.__name__}.{field}"))
    return sorted(found, key=lambda each: each.name)


def commands() -> list[Any]:
    """The specification of every command, by name."""
    return sorted((command.spec for command in COMMANDS), key=lambda each: each.name)


POLICY = baseline()
NAMED = frozenset(line.target for line in POLICY.lines)
# Stands for any name that no line names.
UNNAMED = "?"


def alike(name: str) -> str:
    """What stands for a name before Casbin: the name itself where a line of the policy names it, else its type, where
    one names that, else any name.

    The matcher compares a name with what lines name, and so its type, and knows nothing else of it (`model.conf`).
    """
    if name in NAMED:
        return name
    return f"{type_of(name)}.{UNNAMED}" if type_of(name) in NAMED else UNNAMED


@cache
def _asked(role: str, module: str, name: str, tier: str, action: str) -> bool:
    return bool(POLICY.enforcer.enforce(role, module, name, tier, action))


def enforced(role: str, module: str, name: str, tier: str, action: str) -> bool:
    """What Casbin itself says of the shipped policy; three milliseconds a question, so each is asked once."""
    return _asked(role, module, alike(name), tier, action)
