"""A merge proposed, approved by another person, rejected, undone."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.accounts import PartnerLink
from domain.core.actors import Action
from domain.core.commands import Results, argument, command
from domain.core.database import Row
from domain.core.errors import DomainError, NotFound, Rejected
from domain.core.ids import new_id
from domain.core.work import Work
from domain.governance.merges.conflicts import conflicts_of, merged_already
from domain.governance.merges.models import ItemMerge, MergeStatus, PartyMerge
from domain.governance.merges.moving import fill, move, undo
from domain.governance.merges.rules import MERGE_FLOW
from domain.governance.policy import hold_policy, raise_version
from domain.master_data.duplicates import DuplicateStatus, ItemDuplicate, PairRecord, PartyDuplicate
from domain.master_data.items import Item
from domain.master_data.parties import Party


@dataclass(frozen=True, slots=True)
class Kind:
    """What is merged: its record, its merges, and the pairs that may be one."""

    master: type[Party] | type[Item]
    merge: type[PartyMerge] | type[ItemMerge]
    pairs: PairRecord

    @property
    def table(self) -> str:
        """The name of the master's table."""
        return self.master.table.name

    @property
    def own(self) -> str:
        """The argument that names a merge."""
        return f"{self.merge.table.name}_id"


_link, _party = PartnerLink.table, Party.table
_named = func.any(bindparam("ids", type_=ARRAY(Uuid())))
_LINKED = (
    select(_link.c.id)
    .join_from(_link, _party, _party.c.id == _link.c.party_id)
    .where(_link.c.archived_at.is_(None), or_(_party.c.id == _named, _party.c.merged_into_id == _named))
    .limit(1)
)

PARTIES = Kind(Party, PartyMerge, PartyDuplicate)
ITEMS = Kind(Item, ItemMerge, ItemDuplicate)


@command(action=Action.ADMINISTER, record=PartyMerge, zh="提议合并往来单位")
class ProposePartyMerge:
    """Propose that two parties are one: the survivor is to stand for the other."""

    survivor_id: UUID = argument(doc="Who stands for both.", zh="存续单位", reference="party")
    merged_id: UUID = argument(doc="Who is no more on its own.", zh="被并单位", reference="party")
    reason: str = argument(doc="Why they are one.", zh="理由")


@command(action=Action.APPROVE, record=PartyMerge, zh="批准合并往来单位")
class ApprovePartyMerge:
    """Make two parties one, as another person than proposed it."""

    party_merge_id: UUID = argument(doc="The merge.", zh="往来单位合并", reference="party_merge")
    expected_version: int | None = argument(doc="The version you saw.", zh="预期版本", default=None)


@command(action=Action.APPROVE, record=PartyMerge, zh="拒绝合并往来单位")
class RejectPartyMerge:
    """Leave two parties two."""

    party_merge_id: UUID = argument(doc="The merge.", zh="往来单位合并", reference="party_merge")


@command(action=Action.APPROVE, record=PartyMerge, zh="撤销合并往来单位")
class UndoPartyMerge:
    """Make of one party two again, each with what it had."""

    party_merge_id: UUID = argument(doc="The merge.", zh="往来单位合并", reference="party_merge")


@command(action=Action.ADMINISTER, record=ItemMerge, zh="提议合并物料")
class ProposeItemMerge:
    """Propose that two items are one: the survivor is to stand for the other."""

    survivor_id: UUID = argument(doc="What stands for both.", zh="存续物料", reference="item")
    merged_id: UUID = argument(doc="What is no more on its own.", zh="被并物料", reference="item")
    reason: str = argument(doc="Why they are one.", zh="理由")


@command(action=Action.APPROVE, record=ItemMerge, zh="批准合并物料")
class ApproveItemMerge:
    """Make two items one, as another person than proposed it."""

    item_merge_id: UUID = argument(doc="The merge.", zh="物料合并", reference="item_merge")
    expected_version: int | None = argument(doc="The version you saw.", zh="预期版本", default=None)


@command(action=Action.APPROVE, record=ItemMerge, zh="拒绝合并物料")
class RejectItemMerge:
    """Leave two items two."""

    item_merge_id: UUID = argument(doc="The merge.", zh="物料合并", reference="item_merge")


@command(action=Action.APPROVE, record=ItemMerge, zh="撤销合并物料")
class UndoItemMerge:
    """Make of one item two again, each with what it had."""

    item_merge_id: UUID = argument(doc="The merge.", zh="物料合并", reference="item_merge")


async def propose_party_merges(work: Work, commands: Sequence[ProposePartyMerge]) -> Results[PartyMerge]:
    """The merges, PROPOSED. Raises per row: NotFound, Rejected, MergeConflict. Emits: PartyMergeProposed."""
    return await _proposed(work, PARTIES, commands)


async def approve_party_merges(work: Work, commands: Sequence[ApprovePartyMerge]) -> Results[PartyMerge]:
    """The merges, APPROVED, the survivors standing for the others.

    Raises per row: NotFound, StaleVersion, WrongState, MergeConflict; MergeTooLarge, Forbidden for all. Emits:
    PartyMergeApproved, PartyChanged.
    """
    return await _decided(work, PARTIES, commands, ("be approved", "Approved", _merge))


async def reject_party_merges(work: Work, commands: Sequence[RejectPartyMerge]) -> Results[PartyMerge]:
    """The merges, REJECTED. Raises per row: NotFound, WrongState. Emits: PartyMergeRejected."""
    return await _decided(work, PARTIES, commands, ("be rejected", "Rejected", _leave))


async def undo_party_merges(work: Work, commands: Sequence[UndoPartyMerge]) -> Results[PartyMerge]:
    """The merges, UNDONE, both parties with what they had.

    Raises per row: NotFound, WrongState, MergeConflict where the survivor was merged itself since. Emits:
    PartyMergeUndone, PartyChanged.
    """
    return await _decided(work, PARTIES, commands, ("be undone", "Undone", _part))


async def propose_item_merges(work: Work, commands: Sequence[ProposeItemMerge]) -> Results[ItemMerge]:
    """The merges, PROPOSED. Raises per row: NotFound, Rejected, MergeConflict. Emits: ItemMergeProposed."""
    return await _proposed(work, ITEMS, commands)


async def approve_item_merges(work: Work, commands: Sequence[ApproveItemMerge]) -> Results[ItemMerge]:
    """The merges, APPROVED, the survivors standing for the others; as `approve_party_merges`. Emits:
    ItemMergeApproved, ItemChanged.
    """
    return await _decided(work, ITEMS, commands, ("be approved", "Approved", _merge))


async def reject_item_merges(work: Work, commands: Sequence[RejectItemMerge]) -> Results[ItemMerge]:
    """The merges, REJECTED. Raises per row: NotFound, WrongState. Emits: ItemMergeRejected."""
    return await _decided(work, ITEMS, commands, ("be rejected", "Rejected", _leave))


async def undo_item_merges(work: Work, commands: Sequence[UndoItemMerge]) -> Results[ItemMerge]:
    """The merges, UNDONE, both items with what they had; as `undo_party_merges`. Emits: ItemMergeUndone,
    ItemChanged.
    """
    return await _decided(work, ITEMS, commands, ("be undone", "Undone", _part))


async def _proposed(work: Work, kind: Kind, commands: Sequence[Any]) -> Results[Any]:
    masters = await work.lock(kind.master, [id_ for one in commands for id_ in (one.survivor_id, one.merged_id)])
    outcomes: list[UUID | DomainError] = []
    new: list[Mapping[str, Any]] = []
    for one in commands:
        try:
            for name in ("survivor", "merged"):
                if getattr(one, f"{name}_id") not in masters:
                    raise NotFound((name,), what=kind.table, key=str(getattr(one, f"{name}_id")))
            if not one.reason.strip():
                reason, reason_zh = "say why they are one", "须说明理由"
                raise Rejected(("reason",), what="reason", value="", reason=reason, reason_zh=reason_zh)
            await _check(work, kind, masters[one.merged_id], masters[one.survivor_id])
            new.append({
                "id": new_id(), "survivor_id": one.survivor_id, "merged_id": one.merged_id,
                "status": MergeStatus.PROPOSED, "reason": one.reason.strip(), "proposed_by": work.actor.id,
            })  # fmt: skip
            outcomes.append(new[-1]["id"])
        except DomainError as refusal:
            outcomes.append(refusal)
    if new:
        await work.insert(kind.merge, new)
        work.emit(f"{kind.merge.__name__}Proposed", kind.merge, [row["id"] for row in new])
    return Results(outcomes)


async def _check(work: Work, kind: Kind, merged: Row, survivor: Row) -> None:
    """Nothing; raises MergeConflict for the first thing that keeps the two from being one."""
    for conflict in await conflicts_of(work, kind.table, merged, survivor):
        raise conflict.refusal(merged["code"], survivor["code"])


# What deciding a merge does to the two masters: (work, kind, merge, merged, survivor) -> what the merge remembers.
Step = Callable[[Work, Kind, Row, tuple[Row, Row]], Awaitable[Mapping[str, Any]]]


async def _decided(work: Work, kind: Kind, commands: Sequence[Any], how: tuple[str, str, Step]) -> Results[Any]:
    """The merges, one after the other: what one moves, the next finds moved."""
    transition, told, step = how
    # Whose rows a partner's users see follows the parties that are one: where they are linked, permission changes.
    if kind is PARTIES and step is not _leave:
        await hold_policy(work)
    rows = await work.lock(kind.merge, [getattr(one, kind.own) for one in commands])
    expected = {getattr(one, kind.own): getattr(one, "expected_version", None) for one in commands}
    stale = await work.stale(kind.merge, rows, expected)
    outcomes: list[UUID | DomainError] = []
    done: list[UUID] = []
    for one in commands:
        id_ = getattr(one, kind.own)
        try:
            if id_ not in rows:
                raise NotFound(what=kind.merge.spec.en.lower(), key=str(id_))
            if id_ in stale:
                raise stale[id_]
            row = rows[id_]
            status = MERGE_FLOW.advance(str(id_), MergeStatus(row["status"]), transition)
            if id_ in done:
                MERGE_FLOW.advance(str(id_), status, transition)
            masters = await work.lock(kind.master, [row["merged_id"], row["survivor_id"]])
            two = (masters[row["merged_id"]], masters[row["survivor_id"]])
            remembered = await step(work, kind, row, two)
            decided = {"id": id_, "status": status, "decided_by": work.actor.id, "decided_at": work.now, **remembered}
            await work.update(kind.merge, [decided], fields=tuple(name for name in decided if name != "id"))
            done.append(id_)
            outcomes.append(id_)
        except DomainError as refusal:
            outcomes.append(refusal)
    if done:
        if kind is PARTIES and step is not _leave and await _is_linked(work, [rows[id_] for id_ in done]):
            await raise_version(work)
        work.emit(f"{kind.merge.__name__}{told}", kind.merge, done)
    return Results(outcomes)


async def _is_linked(work: Work, merges: Sequence[Row]) -> bool:
    """Whether someone signs in for one of the parties, or for one that became one of them before."""
    ids = [id_ for row in merges for id_ in (row["merged_id"], row["survivor_id"])]
    return bool(await work.fetch(_LINKED, ids=ids))


async def _leave(work: Work, kind: Kind, row: Row, two: tuple[Row, Row]) -> Mapping[str, Any]:
    return {}


async def _merge(work: Work, kind: Kind, row: Row, two: tuple[Row, Row]) -> Mapping[str, Any]:
    """The survivor stands for the other from now on. Raises: MergeConflict, MergeTooLarge, Forbidden."""
    merged, survivor = two
    await _check(work, kind, merged, survivor)
    gone = {"id": merged["id"], "archived_at": work.now, "merged_into_id": survivor["id"]}
    await work.update(kind.master, [gone], fields=("archived_at", "merged_into_id"))
    moved = await move(work, kind.table, merged["id"], survivor["id"])
    filled = await fill(work, kind.table, merged, survivor)
    await _pair(work, kind, two, (DuplicateStatus.OPEN, DuplicateStatus.MERGED))
    work.emit(f"{kind.master.__name__}Changed", kind.master, [survivor["id"], merged["id"]])
    return {"moved": [*moved, *filled], "moved_count": sum(len(one["ids"]) for one in moved)}


async def _part(work: Work, kind: Kind, row: Row, two: tuple[Row, Row]) -> Mapping[str, Any]:
    """Both have what they had. Raises: MergeConflict while the survivor is merged itself, Forbidden."""
    merged, survivor = two
    if survivor["merged_into_id"] is not None:
        conflict = await merged_already(work, kind.table, merged, survivor)
        raise conflict.refusal(merged["code"], survivor["code"])
    await undo(work, row["moved"])
    back = {"id": merged["id"], "archived_at": None, "merged_into_id": None}
    await work.update(kind.master, [back], fields=("archived_at", "merged_into_id"))
    await _pair(work, kind, two, (DuplicateStatus.MERGED, DuplicateStatus.OPEN))
    work.emit(f"{kind.master.__name__}Changed", kind.master, [survivor["id"], merged["id"]])
    return {"moved": []}


async def _pair(work: Work, kind: Kind, two: tuple[Row, Row], statuses: tuple[str, str]) -> None:
    """The pair of the two, if there is one, follows."""
    pair = kind.pairs.table
    earlier, later = sorted((two[0]["id"], two[1]["id"]))
    statement = select(pair.c.id).where(
        pair.c.earlier_id == bindparam("earlier", type_=Uuid()), pair.c.later_id == bindparam("later", type_=Uuid()),
        pair.c.status == bindparam("status", type_=pair.c.status.type),
    )  # fmt: skip
    found = await work.fetch(statement, earlier=earlier, later=later, status=statuses[0])
    if found:
        await work.update(kind.pairs, [{"id": found[0]["id"], "status": statuses[1]}], fields=("status",))
