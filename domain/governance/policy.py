"""Reading the policy inside a work, and raising its version: what every command of this module shares.

The one row of `policy_version` is locked first, so changes of permission stand in line: each is checked against the
policy that it will meet.
"""

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import DateTime, Uuid

from domain import (
    consolidation,
    finance,
    inventory,
    logistics,
    manufacturing,
    master_data,
    people,
    procurement,
    sales,
)
from domain.core.accounts import (
    POLICY_VERSION_ID,
    DutyConflict,
    PolicyRule,
    PolicyVersion,
    RoleAssignment,
    RoleParent,
    UserAccount,
)
from domain.core.commands import CommandSpec
from domain.core.database import Row
from domain.core.policy import Line
from domain.core.work import Work
from domain.governance.rules import Rulebook

# Whose commands the duties may name: every module below this one, and this one (given by its register).
BELOW: tuple[ModuleType, ...] = (
    master_data, people, finance, inventory, procurement, sales, consolidation, logistics, manufacturing,
)  # fmt: skip

_rule, _parent, _duty = PolicyRule.table, RoleParent.table, DutyConflict.table
_assignment, _user = RoleAssignment.table, UserAccount.table

RULES = select(_rule.c.role, _rule.c.target, _rule.c.tier, _rule.c.action, _rule.c.effect).where(
    _rule.c.archived_at.is_(None)
)
PARENTS = select(_parent.c.role, _parent.c.parent).where(_parent.c.archived_at.is_(None))
DUTIES = select(_duty.c.duty, _duty.c.conflicting).where(_duty.c.archived_at.is_(None))
_OPEN = select(_assignment.c.user_id, _assignment.c.company_number, _assignment.c.role).where(
    _assignment.c.archived_at.is_(None),
    or_(
        _assignment.c.valid_to_at.is_(None),
        _assignment.c.valid_to_at > bindparam("now", type_=DateTime(timezone=True)),
    ),
)
OF_USERS = _OPEN.where(_assignment.c.user_id == func.any(bindparam("ids", type_=ARRAY(Uuid()))))


def commands_below(own: Mapping[type[Any], Any]) -> Mapping[str, CommandSpec]:
    """The commands that duties may name, by name."""
    registers = [*(module.COMMANDS for module in BELOW), own]
    return {command.__name__: command.spec for register in registers for command in register}


async def hold_policy(work: Work) -> None:
    """Lock the policy, before anything else: whoever changes it next waits for this work to end."""
    await work.lock(PolicyVersion, [POLICY_VERSION_ID])


async def raise_version(work: Work) -> None:
    """Every process compiles its grants anew from the commit on."""
    await work.update(PolicyVersion, [{"id": POLICY_VERSION_ID}], fields=(), audited=False)


async def rulebook(work: Work, own: Mapping[type[Any], Any]) -> Rulebook:
    """The policy that holds."""
    return Rulebook(
        lines=frozenset(line_of(row) for row in await work.fetch(RULES)),
        inherits=frozenset((row["role"], row["parent"]) for row in await work.fetch(PARENTS)),
        duties=frozenset((row["duty"], row["conflicting"]) for row in await work.fetch(DUTIES)),
        commands=commands_below(own),
    )


def line_of(row: Row | Mapping[str, Any]) -> Line:
    """A row of the table as a line; the CSV writes effects in lower case."""
    return Line(row["role"], row["target"], row["tier"], row["action"], str(row["effect"]).lower())


async def open_assignments(work: Work, users: Sequence[UUID] | None = None) -> dict[UUID, list[tuple[int, str]]]:
    """The (company, role) pairs that users hold or will hold; of every user when none are named."""
    if users is None:
        rows = await work.fetch(_OPEN, now=work.now)
    else:
        rows = await work.fetch(OF_USERS, now=work.now, ids=list(users))
    held: dict[UUID, list[tuple[int, str]]] = {}
    for row in rows:
        held.setdefault(row["user_id"], []).append((row["company_number"], row["role"]))
    return held
