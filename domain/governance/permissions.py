"""Commands that change who may what: roles of users, lines of the policy. Each raises the policy version."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.accounts import Effect, Origin, PolicyRule, RoleAssignment, UserAccount
from domain.core.actors import Action, Audience
from domain.core.commands import Results, argument, command
from domain.core.database import Row
from domain.core.errors import AlreadyExists, DomainError, NotFound, Rejected, SegregationOfDuties, WrongState
from domain.core.ids import new_id
from domain.core.policy import Line, problem_of
from domain.core.records import GROUP
from domain.core.work import Work
from domain.governance.policy import hold_policy, line_of, open_assignments, raise_version, rulebook
from domain.governance.rules import Rulebook, first_new_conflict, held_in

# The role of processes; no person may hold it.
SYSTEM_ROLE = "system"

# Company numbers are small integers.
COMPANY_NUMBER_MAX = 32_767

_user = UserAccount.table
_USERS = select(_user.c.id, _user.c.name, _user.c.audience, _user.c.is_active).where(
    _user.c.id == func.any(bindparam("ids", type_=ARRAY(Uuid())))
)


@command(action=Action.ADMINISTER, record=RoleAssignment, zh="授予角色")
class GrantRole:
    """Let a user hold a role in one company, or in the group and every company.

    Refused when it would unite conflicting duties in one company, and for one's own account.
    """

    user_id: UUID = argument(doc="Who shall hold the role.", zh="用户", reference="user_account")
    role: str = argument(doc="The role, as the policy names it.", zh="角色")
    company_number: int = argument(doc="Company where it holds; 0: the group and every company.", zh="公司编号")
    valid_to_at: datetime | None = argument(doc="When it ends; never unless given.", zh="失效时间", default=None)


async def grant_role(work: Work, commands: Sequence[GrantRole]) -> Results[RoleAssignment]:
    """The assignments made.

    Raises: NotFound, Rejected, AlreadyExists, SegregationOfDuties (per row). Emits: RoleGranted.
    """
    await hold_policy(work)
    ids = [one.user_id for one in commands]
    users = {row["id"]: row for row in await work.fetch(_USERS, ids=ids)}
    held = await open_assignments(work, ids)
    book = await rulebook(work, {GrantRole: grant_role, AddPolicyRule: add_policy_rule})
    outcomes: list[UUID | DomainError] = []
    rows: list[Mapping[str, Any]] = []
    for one in commands:
        own = held.setdefault(one.user_id, [])
        refusal = _grant_refused(work, one, users.get(one.user_id), own, book)
        if refusal is not None:
            outcomes.append(refusal)
            continue
        own.append((one.company_number, one.role))
        rows.append(
            {
                "id": new_id(), "user_id": one.user_id, "role": one.role, "company_number": one.company_number,
                "valid_from_at": work.now, "valid_to_at": one.valid_to_at,
            }
        )  # fmt: skip
        outcomes.append(rows[-1]["id"])
    if rows:
        work.emit("RoleGranted", RoleAssignment, await work.insert(RoleAssignment, rows))
        await raise_version(work)
    return Results(outcomes)


def _grant_refused(
    work: Work, one: GrantRole, user: Row | None, held: Sequence[tuple[int, str]], book: Rulebook
) -> DomainError | None:
    """Why the role cannot be granted, or None."""
    if user is None:
        return NotFound(("user",), what="user", key=str(one.user_id))
    if one.user_id == work.actor.id:
        reason, reason_zh = "nobody grants a role to oneself", "不能授予自己角色"
        return Rejected(("user",), what="user", value=user["name"], reason=reason, reason_zh=reason_zh)
    if one.role == SYSTEM_ROLE or one.role not in book.audiences:
        reason, reason_zh = "there is no such role for a user", "没有可授予用户的此角色"
        return Rejected(("role",), what="role", value=one.role, reason=reason, reason_zh=reason_zh)
    if book.audiences[one.role] is not Audience(user["audience"]):
        reason, reason_zh = f"it is no role of {user['audience']}", f"该角色不属于 {user['audience']}"
        return Rejected(("role",), what="role", value=one.role, reason=reason, reason_zh=reason_zh)
    if not GROUP <= one.company_number <= COMPANY_NUMBER_MAX:
        reason, reason_zh = "there is no such company", "没有此公司"
        return Rejected(
            ("companyNumber",), what="companyNumber", value=one.company_number, reason=reason, reason_zh=reason_zh
        )
    if one.valid_to_at is not None and one.valid_to_at <= work.now:
        reason, reason_zh = "it lies in the past", "时间已过"
        value = one.valid_to_at.isoformat()
        return Rejected(("validToAt",), what="validToAt", value=value, reason=reason, reason_zh=reason_zh)
    if (one.company_number, one.role) in held:
        return AlreadyExists(what="role assignment", key=f"{user['name']} {one.role} {one.company_number}")
    before, after = held_in(held), held_in([*held, (one.company_number, one.role)])
    changes = [(before.get(company, before[GROUP]), roles) for company, roles in after.items()]
    pair = first_new_conflict(book, book, changes)
    return None if pair is None else SegregationOfDuties(("role",), duty=pair[0], conflicting=pair[1])


@command(action=Action.ADMINISTER, record=RoleAssignment, zh="收回角色")
class RevokeRole:
    """End a role assignment now; the next read of its user refuses."""

    assignment_id: UUID = argument(doc="The assignment that ends.", zh="角色分配", reference="role_assignment")


async def revoke_role(work: Work, commands: Sequence[RevokeRole]) -> Results[RoleAssignment]:
    """The assignments, ended.

    Raises: NotFound, WrongState (per row). Emits: RoleRevoked.
    """
    await hold_policy(work)
    rows = await work.lock(RoleAssignment, [one.assignment_id for one in commands])
    outcomes: list[UUID | DomainError] = []
    ended: dict[UUID, Mapping[str, Any]] = {}
    for one in commands:
        row, key = rows.get(one.assignment_id), str(one.assignment_id)
        if row is None:
            outcomes.append(NotFound(("assignment",), what="role assignment", key=key))
        elif one.assignment_id in ended or (row["valid_to_at"] is not None and row["valid_to_at"] <= work.now):
            outcomes.append(WrongState(what="Role assignment", key=key, state="ENDED", transition="be revoked"))
        else:
            ended[row["id"]] = {"id": row["id"], "valid_to_at": max(work.now, row["valid_from_at"])}
            outcomes.append(row["id"])
    if ended:
        await work.update(RoleAssignment, list(ended.values()), fields=("valid_to_at",))
        work.emit("RoleRevoked", RoleAssignment, list(ended))
        await raise_version(work)
    return Results(outcomes)


@command(action=Action.ADMINISTER, record=PolicyRule, zh="新增权限规则")
class AddPolicyRule:
    """Grant or deny something to a role. Refused when it would unite conflicting duties in someone's hands."""

    role: str = argument(doc="The role or audience.", zh="角色")
    target: str = argument(doc="A module, a field (Type.field) or a command.", zh="对象")
    tier: str = argument(doc="The tier read up to, or *.", zh="保密级别")
    action: str = argument(doc="READ, an action, or *.", zh="操作")
    effect: Effect = argument(doc="Whether the rule grants or denies.", zh="效果")


async def add_policy_rule(work: Work, commands: Sequence[AddPolicyRule]) -> Results[PolicyRule]:
    """The rules, in force from the commit on.

    Raises: Rejected, AlreadyExists, SegregationOfDuties (per row). Emits: PolicyChanged.
    """
    await hold_policy(work)
    book = await rulebook(work, {GrantRole: grant_role, AddPolicyRule: add_policy_rule})
    hands = await _hands(work, book)
    outcomes: list[UUID | DomainError] = []
    rows: list[Mapping[str, Any]] = []
    for one in commands:
        line = Line(one.role, one.target, one.tier, one.action, one.effect.value.lower())
        refusal = _rule_refused(line, book) or _unites_duties(book, book.with_line(line), hands)
        if refusal is not None:
            outcomes.append(refusal)
            continue
        book = book.with_line(line)
        rows.append(
            {
                "id": new_id(), "role": one.role, "target": one.target, "tier": one.tier, "action": one.action,
                "effect": one.effect.value, "origin": Origin.LOCAL.value,
            }
        )  # fmt: skip
        outcomes.append(rows[-1]["id"])
    if rows:
        work.emit("PolicyChanged", PolicyRule, await work.insert(PolicyRule, rows))
        await raise_version(work)
    return Results(outcomes)


def _rule_refused(line: Line, book: Rulebook) -> DomainError | None:
    """Why the line is none, or None."""
    problem = problem_of(line)
    if problem:
        return Rejected(what="policy rule", value=_text(line), reason=problem, reason_zh=f"规则无效（{problem}）")
    if line.role not in book.audiences and line.role not in set(book.audiences.values()):
        reason, reason_zh = "there is no such role", "没有此角色"
        return Rejected(("role",), what="role", value=line.role, reason=reason, reason_zh=reason_zh)
    return AlreadyExists(what="policy rule", key=_text(line)) if line in book.lines else None


def _text(line: Line) -> str:
    """The line as the CSV writes it."""
    return f"{line.role}, {line.target}, {line.tier}, {line.action}, {line.effect}"


async def _hands(work: Work, book: Rulebook) -> list[frozenset[str]]:
    """Every set of roles that is held together in a company, and every role alone; the system's own role left out."""
    held = await open_assignments(work)
    sets = {roles for pairs in held.values() for roles in held_in(pairs).values()}
    alone = {frozenset({role}) for role in book.audiences if role != SYSTEM_ROLE}
    return sorted(sets | alone, key=sorted)


def _unites_duties(before: Rulebook, after: Rulebook, hands: Sequence[frozenset[str]]) -> DomainError | None:
    """The conflict of duties that the new rules bring to someone, or None."""
    pair = first_new_conflict(before, after, [(roles, roles) for roles in hands])
    return None if pair is None else SegregationOfDuties(duty=pair[0], conflicting=pair[1])


@command(action=Action.ADMINISTER, record=PolicyRule, zh="移除权限规则")
class RemovePolicyRule:
    """Take a rule out of force; it stays readable, archived."""

    rule_id: UUID = argument(doc="The rule that ends.", zh="权限规则", reference="policy_rule")


async def remove_policy_rule(work: Work, commands: Sequence[RemovePolicyRule]) -> Results[PolicyRule]:
    """The rules, archived.

    Raises: NotFound, WrongState, SegregationOfDuties where a denial kept duties apart (per row). Emits: PolicyChanged.
    """
    await hold_policy(work)
    rows = await work.lock(PolicyRule, [one.rule_id for one in commands])
    book = await rulebook(work, {GrantRole: grant_role, AddPolicyRule: add_policy_rule})
    hands = await _hands(work, book)
    outcomes: list[UUID | DomainError] = []
    removed: dict[UUID, Mapping[str, Any]] = {}
    for one in commands:
        row, key = rows.get(one.rule_id), str(one.rule_id)
        if row is None:
            outcomes.append(NotFound(("rule",), what="policy rule", key=key))
        elif row["archived_at"] is not None or row["id"] in removed:
            outcomes.append(WrongState(what="Policy rule", key=key, state="ARCHIVED", transition="be removed"))
        elif (refusal := _unites_duties(book, book.without_line(line_of(row)), hands)) is not None:
            outcomes.append(refusal)
        else:
            book = book.without_line(line_of(row))
            removed[row["id"]] = {"id": row["id"], "archived_at": work.now, "origin": Origin.LOCAL.value}
            outcomes.append(row["id"])
    if removed:
        await work.update(PolicyRule, list(removed.values()), fields=("archived_at", "origin"))
        work.emit("PolicyChanged", PolicyRule, list(removed))
        await raise_version(work)
    return Results(outcomes)
