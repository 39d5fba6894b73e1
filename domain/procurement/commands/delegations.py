"""Approvers lend their limits to others while they are away."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.accounts import UserAccount
from domain.core.actors import Action
from domain.core.commands import Results, argument, command
from domain.core.errors import DomainError, NotFound, Rejected
from domain.core.ids import new_id
from domain.core.work import Work
from domain.procurement.approvals import ApprovalDelegation

_user = UserAccount.table
_USERS = select(_user.c.id).where(
    _user.c.id == func.any(bindparam("ids", type_=ARRAY(Uuid()))), _user.c.is_active, _user.c.archived_at.is_(None)
)


@command(action=Action.APPROVE, record=ApprovalDelegation, zh="委托审批")
class DelegateApproval:
    """Let another approver use your limits for some days; whoever may not approve at all is not helped by them."""

    delegate_id: UUID = argument(doc="Who may use them.", zh="受托人", reference="user_account")
    valid_from: date = argument(doc="First day.", zh="开始日期")
    valid_to: date = argument(doc="Last day.", zh="结束日期")
    reason: str = argument(doc="Why.", zh="原因")


@command(action=Action.APPROVE, record=ApprovalDelegation, zh="结束审批委托")
class EndApprovalDelegation:
    """Take your limits back from a day on."""

    approval_delegation_id: UUID = argument(doc="The delegation.", zh="审批委托", reference="approval_delegation")
    last_on: date | None = argument(doc="Last day that it holds; today unless given.", zh="结束日期", default=None)


async def delegate_approvals(work: Work, commands: Sequence[DelegateApproval]) -> Results[ApprovalDelegation]:
    """The delegations by the one who acts; a refusal stands in its own place.

    Raises per row: NotFound, Rejected. Emits: ApprovalDelegated.
    """
    asked = sorted({one.delegate_id for one in commands})
    known = {row["id"] for row in await work.fetch(_USERS, ids=asked)}
    rows: list[dict[str, object]] = []
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            if one.delegate_id not in known:
                raise NotFound(("delegate",), what="user account", key=str(one.delegate_id))
            if one.delegate_id == work.actor.id:
                raise Rejected(("delegate",), what="delegate", value=work.actor.name, reason="it is yourself",
                               reason_zh="不能委托给自己")  # fmt: skip
            _in_order(one.valid_from, one.valid_to, "validTo")
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        id_ = new_id()
        rows.append({
            "id": id_, "delegator_id": work.actor.id, "delegate_id": one.delegate_id, "valid_from": one.valid_from,
            "valid_to": one.valid_to, "reason": one.reason,
        })  # fmt: skip
        outcomes.append(id_)
    if rows:
        made = await work.insert(ApprovalDelegation, rows)
        work.emit("ApprovalDelegated", ApprovalDelegation, made)
    return Results(outcomes)


async def end_approval_delegations(
    work: Work, commands: Sequence[EndApprovalDelegation]
) -> Results[ApprovalDelegation]:
    """The delegations with their last day, by the one who made them; it never holds longer than it was to.

    Raises per row: NotFound, Rejected. Emits: ApprovalDelegationEnded.
    """
    rows = await work.lock(ApprovalDelegation, [one.approval_delegation_id for one in commands])
    ended: dict[UUID, dict[str, object]] = {}
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        id_, last_on = one.approval_delegation_id, one.last_on or work.now.date()
        row = rows.get(id_)
        try:
            if row is None or row["delegator_id"] != work.actor.id:
                raise NotFound(("approvalDelegation",), what="approval delegation", key=str(id_))
            _in_order(row["valid_from"], last_on, "lastOn")
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        ended[id_] = {"id": id_, "valid_to": min(last_on, row["valid_to"])}
        outcomes.append(id_)
    if ended:
        await work.update(ApprovalDelegation, list(ended.values()), fields=("valid_to",))
        work.emit("ApprovalDelegationEnded", ApprovalDelegation, list(ended))
    return Results(outcomes)


def _in_order(first: date, last: date, name: str) -> None:
    """Nothing; raises Rejected for a span that ends before it begins."""
    if last < first:
        raise Rejected((name,), what=name, value=last.isoformat(), reason=f"it is before {first}",
                       reason_zh=f"早于 {first}")  # fmt: skip
