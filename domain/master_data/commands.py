"""Commands on masters that have a story: an item's way from draft to retirement, the approval of a bank account.

Everything else that people do to a master follows from its record (`maintenance`).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from domain.core.actors import Action
from domain.core.commands import Results, argument, command
from domain.core.errors import DomainError, NotFound, WrongState
from domain.core.work import Work
from domain.master_data.items import Item, ItemStatus
from domain.master_data.parties import BankAccount
from domain.master_data.rules import ITEM_FLOW, refused


@command(action=Action.APPROVE, record=Item, zh="更改物料状态")
class ChangeItemStatus:
    """Lead an item from draft to review, back to draft, or to retirement; into use it comes by its approval."""

    item_id: UUID = argument(doc="The item.", zh="物料", reference="item")
    status: ItemStatus = argument(doc="Where it is to stand.", zh="状态")
    expected_version: int | None = argument(doc="The version you saw.", zh="预期版本", default=None)


async def change_item_status(work: Work, commands: Sequence[ChangeItemStatus]) -> Results[Item]:
    """The items in the states asked for.

    Raises per row: NotFound, StaleVersion, WrongState, Rejected (ACTIVE is not asked for). Emits: ItemStatusChanged.
    """
    return await _led(work, commands, lambda one: _step_to(one.status))


def _step_to(status: ItemStatus) -> str:
    """The transition to a state. Raises: Rejected for the one that another person approves."""
    if status is ItemStatus.ACTIVE:
        raise refused("status", status, "an item comes into use when another approves it", "物料须经他人批准后方可启用")
    return f"become {status.value}"


@command(action=Action.APPROVE, record=Item, zh="批准物料")
class ApproveItem:
    """Take an item that was reviewed into use; whoever made, changed or submitted it is not who approves it."""

    item_id: UUID = argument(doc="The item.", zh="物料", reference="item")
    expected_version: int | None = argument(doc="The version you saw.", zh="预期版本", default=None)


async def approve_items(work: Work, commands: Sequence[ApproveItem]) -> Results[Item]:
    """The items, in use.

    Raises per row: NotFound, StaleVersion, WrongState. Emits: ItemStatusChanged.
    """
    return await _led(work, commands, lambda _: "be approved")


async def _led(work: Work, commands: Sequence[Any], step: Callable[[Any], str]) -> Results[Item]:
    """The items, each led by the step that its command asks for."""
    rows = await work.lock(Item, [one.item_id for one in commands])
    stale = await work.stale(Item, rows, {one.item_id: one.expected_version for one in commands})
    states = {id_: ItemStatus(row["status"]) for id_, row in rows.items()}
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            if one.item_id not in rows:
                raise NotFound(("item",), what="item", key=str(one.item_id))
            if one.item_id in stale:
                raise stale[one.item_id]
            code, state = rows[one.item_id]["code"], states[one.item_id]
            states[one.item_id] = ITEM_FLOW.advance(code, state, step(one))
            outcomes.append(one.item_id)
        except DomainError as refusal:
            outcomes.append(refusal)
    changed: list[Mapping[str, Any]] = [
        {"id": id_, "status": state} for id_, state in states.items() if state != rows[id_]["status"]
    ]
    if changed:
        await work.update(Item, changed, fields=("status",))
        work.emit("ItemStatusChanged", Item, [row["id"] for row in changed])
    return Results(outcomes)


@command(action=Action.APPROVE, record=BankAccount, zh="批准银行账户")
class ApproveBankAccount:
    """Allow payments to a bank account; any change of the account takes the approval back."""

    bank_account_id: UUID = argument(doc="The account.", zh="银行账户", reference="bank_account")
    expected_version: int | None = argument(doc="The version you saw.", zh="预期版本", default=None)


async def approve_bank_accounts(work: Work, commands: Sequence[ApproveBankAccount]) -> Results[BankAccount]:
    """The accounts, open for payments.

    Raises per row: NotFound, StaleVersion, WrongState. Emits: BankAccountApproved.
    """
    rows = await work.lock(BankAccount, [one.bank_account_id for one in commands])
    stale = await work.stale(BankAccount, rows, {one.bank_account_id: one.expected_version for one in commands})
    outcomes: list[UUID | DomainError] = []
    approved: dict[UUID, Mapping[str, Any]] = {}
    for one in commands:
        id_ = one.bank_account_id
        row = rows.get(id_)
        if row is None:
            outcomes.append(NotFound(("bankAccount",), what="bank account", key=str(id_)))
        elif id_ in stale:
            outcomes.append(stale[id_])
        elif row["is_approved"] or id_ in approved or row["archived_at"] is not None:
            state = "ARCHIVED" if row["archived_at"] is not None else "APPROVED"
            key = row["account_number"]
            outcomes.append(WrongState(what="Bank account", key=key, state=state, transition="be approved"))
        else:
            approved[id_] = {"id": id_, "is_approved": True}
            outcomes.append(id_)
    if approved:
        await work.update(BankAccount, list(approved.values()), fields=("is_approved",))
        work.emit("BankAccountApproved", BankAccount, list(approved))
    return Results(outcomes)
