"""Changes of items in use that matter: what is reviewed, what someone wants changed, what a steward says to it.

Which columns matter is data (`ItemReviewField`). A change of one of them to an item in use does not take effect: it is
kept as wanted, beside what the item had, and another person approves it. The other columns of the same change take
effect at once. One change of an item waits at a time, so that whoever approves sees what the item will be. Who changes
an item, and who approves that, stand above the goods book (`inventory.commands.item_changes`), which has a say in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, Numeric, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped
from sqlalchemy.types import Date, Uuid

from domain.core.actors import Action
from domain.core.columns import (
    Tier,
    code_column,
    enum_column,
    instant_column,
    json_column,
    reference,
    text_column,
    texts_column,
    uuid_column,
)
from domain.core.commands import Handler, Results, argument, command
from domain.core.database import Row
from domain.core.errors import DomainError, NotFound
from domain.core.flow import Flow, Transition
from domain.core.ids import new_id
from domain.core.labels import camel
from domain.core.records import GroupRecord, Record, Scope
from domain.core.work import Work
from domain.master_data import rules
from domain.master_data.items import Item, ItemStatus


class ItemChangeStatus(StrEnum):
    """Where a change that was asked for is."""

    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"


CHANGE_FLOW: Final = Flow(
    document="Item change",
    initial=ItemChangeStatus.PROPOSED,
    transitions={
        "be approved": Transition(frozenset({ItemChangeStatus.PROPOSED}), ItemChangeStatus.APPROVED),
        "be rejected": Transition(frozenset({ItemChangeStatus.PROPOSED}), ItemChangeStatus.REJECTED),
    },
)


class ItemChangePending(DomainError):
    code = "ITEM_CHANGE_PENDING"
    zh = "物料 {item} 已有待批准的变更，须先批准或拒绝。"
    en = "A change of item {item} waits for approval already; approve or reject it first."


class ItemChangeOvertaken(DomainError):
    """The item is no longer what it was when the change was asked for."""

    code = "ITEM_CHANGE_OVERTAKEN"
    zh = "物料 {item} 的 {fields} 在提出变更后已改变。"
    en = "Item {item} has changed in {fields} since the change was asked for."


class ItemReviewField(GroupRecord, scope=Scope(), zh="物料评审字段", key="field", name="reason"):
    """A field of items of which a change needs approval once the item is in use."""

    __tablename__ = "item_review_field"

    field: Mapped[str] = code_column(
        doc="The field, as the graph names it: lotPolicy.", zh="字段", tier=Tier.INTERNAL, order=True
    )
    reason: Mapped[str] = text_column(doc="Why a change of it matters.", zh="原因")


class ItemChange(GroupRecord, scope=Scope(), zh="物料变更"):
    """A change that someone wants made to an item in use."""

    __tablename__ = "item_change"
    __table_args__ = (
        Index("uq_item_change_item_id_open", "item_id", unique=True, postgresql_where=text("status = 'PROPOSED'")),
        CheckConstraint("cardinality(fields) > 0", name="something_changes"),
    )

    item_id: Mapped[UUID] = reference("item", doc="The item.", zh="物料", many="changes")
    status: Mapped[ItemChangeStatus] = enum_column(
        ItemChangeStatus, doc="Where it is.", zh="状态", server_default="PROPOSED"
    )
    fields: Mapped[list[str]] = texts_column(doc="The fields that are to change.", zh="变更字段")
    before: Mapped[dict[str, Any]] = json_column(doc="What the item had, by field.", zh="变更前")
    after: Mapped[dict[str, Any]] = json_column(doc="What it is to have, by field.", zh="变更后")
    proposed_by: Mapped[UUID] = uuid_column(doc="Who wants it.", zh="提出人标识")
    decided_by: Mapped[UUID | None] = uuid_column(doc="Who approved or rejected it.", zh="决定人标识")
    decided_at: Mapped[datetime | None] = instant_column(doc="When that was.", zh="决定时间")


def review_field(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A field that is reviewed is one that people change."""
    if row["field"] not in _CHANGEABLE:
        raise rules.refused("field", row["field"], "it is no field of items that people change", "不是可修改的物料字段")
    return {}


_KEPT = frozenset({"id", "code", "status", "unit_id", "merged_into_id", "version", "recorded_at", "archived_at"})
# The columns of items that people change, by the name of their field.
_CHANGEABLE: Final[Mapping[str, str]] = {
    camel(name.removesuffix("_id")): name for name in (one.name for one in Item.table.columns) if name not in _KEPT
}


# --- when an item is changed --------------------------------------------------------------------------------------


_review, _change = ItemReviewField.table, ItemChange.table
_REVIEWED = select(_review.c.field).where(_review.c.archived_at.is_(None))
_WAITING = select(_change.c.item_id).where(
    _change.c.item_id == func.any(bindparam("ids", type_=ARRAY(Uuid()))),
    _change.c.status == ItemChangeStatus.PROPOSED.value,
)


@dataclass(slots=True, kw_only=True, eq=False)
class Review:
    """Which changes of a batch wait for approval; what is new of them is written at its end."""

    reviewed: frozenset[str]
    waiting: set[UUID]
    proposed: list[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])

    def now(self, current: Mapping[str, Any], changed: Mapping[str, Any], by: UUID) -> dict[str, Any]:
        """What of a change takes effect at once; the rest is kept as wanted. Raises: ItemChangePending."""
        later = {name: value for name, value in changed.items() if name in self.reviewed}
        if current["status"] != ItemStatus.ACTIVE or not later:
            return dict(changed)
        if current["id"] in self.waiting:
            raise ItemChangePending(item=current["code"])
        self.waiting.add(current["id"])
        fields = {camel(name.removesuffix("_id")): name for name in sorted(later)}
        self.proposed.append({
            "id": new_id(), "item_id": current["id"], "status": CHANGE_FLOW.initial, "fields": list(fields),
            "before": {told: _told(current[name]) for told, name in fields.items()},
            "after": {told: _told(later[name]) for told, name in fields.items()}, "proposed_by": by,
        })  # fmt: skip
        return {name: value for name, value in changed.items() if name not in later}

    async def write(self, work: Work) -> None:
        """What is wanted is kept. Emits: ItemChangeProposed."""
        if self.proposed:
            work.emit("ItemChangeProposed", ItemChange, await work.insert(ItemChange, self.proposed))


async def review(work: Work, ids: Sequence[UUID]) -> Review:
    """What waits for approval before some items are changed."""
    reviewed = frozenset(_CHANGEABLE[row["field"]] for row in await work.fetch(_REVIEWED))
    waiting = {row["item_id"] for row in await work.fetch(_WAITING, ids=list(ids))} if reviewed else set[UUID]()
    return Review(reviewed=reviewed, waiting=waiting)


def _told(value: Any) -> Any:
    """A value of a column as JSON holds it."""
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, Decimal) or hasattr(value, "isoformat") or isinstance(value, UUID) else value


def _typed(name: str, value: Any) -> Any:
    """A value from JSON as its column holds it."""
    column: Column[Any] = Item.table.c[name]
    if value is None:
        return None
    if isinstance(column.type, Uuid):
        return UUID(value)
    if isinstance(column.type, Numeric):
        return Decimal(value)
    return datetime.fromisoformat(value).date() if isinstance(column.type, Date) else value


# --- what a steward says ------------------------------------------------------------------------------------------


@command(action=Action.APPROVE, record=ItemChange, zh="拒绝物料变更")
class RejectItemChange:
    """Leave an item as it is."""

    item_change_id: UUID = argument(doc="The change.", zh="物料变更", reference="item_change")


async def reject_item_changes(work: Work, commands: Sequence[RejectItemChange]) -> Results[ItemChange]:
    """The changes, REJECTED. Raises per row: NotFound, WrongState. Emits: ItemChangeRejected."""
    return await decided(work, [one.item_change_id for one in commands], "be rejected", {})


async def decided(
    work: Work, ids: Sequence[UUID], transition: str, unfit: Mapping[UUID, DomainError]
) -> Results[ItemChange]:
    """The changes, APPROVED with their items changed, or REJECTED; `unfit` are refused for what stands above masters.

    Raises per row: NotFound, WrongState, ItemChangeOvertaken, Rejected. Emits: ItemChangeApproved or
    ItemChangeRejected, ItemChanged.
    """
    rows = await work.lock(ItemChange, ids)
    items = await work.lock(Item, [row["item_id"] for row in rows.values()])
    states = {id_: ItemChangeStatus(row["status"]) for id_, row in rows.items()}
    outcomes: list[UUID | DomainError] = []
    changed: list[Mapping[str, Any]] = []
    for id_ in ids:
        try:
            if id_ not in rows:
                raise NotFound(("itemChange",), what="item change", key=str(id_))
            item = items[rows[id_]["item_id"]]
            status = CHANGE_FLOW.advance(item["code"], states[id_], transition)
            if id_ in unfit:
                raise unfit[id_]
            if status is ItemChangeStatus.APPROVED:
                changed.append(_changed(item, rows[id_]))
            states[id_] = status
            outcomes.append(id_)
        except DomainError as refusal:
            outcomes.append(refusal)
    for row in changed:
        await work.update(Item, [row], fields=tuple(name for name in row if name != "id"))
    done = [id_ for id_, status in states.items() if status != rows[id_]["status"]]
    if done:
        told = [{"id": id_, "status": states[id_], "decided_by": work.actor.id, "decided_at": work.now} for id_ in done]
        await work.update(ItemChange, told, fields=("status", "decided_by", "decided_at"))
        work.emit("ItemChangeApproved" if transition == "be approved" else "ItemChangeRejected", ItemChange, done)
    if changed:
        names = sorted({name for row in changed for name in row if name != "id"})
        work.emit("ItemChanged", Item, [row["id"] for row in changed], fields=names)
    return Results(outcomes)


def _changed(item: Row, change: Row) -> Mapping[str, Any]:
    """The columns of an item as the change wants them. Raises: ItemChangeOvertaken, and what its rule refuses."""
    names = {told: _CHANGEABLE[told] for told in change["fields"]}
    late = [told for told, name in names.items() if _told(item[name]) != change["before"][told]]
    if late or item["status"] != ItemStatus.ACTIVE or item["archived_at"] is not None:
        raise ItemChangeOvertaken(item=item["code"], fields=", ".join(late or ["status"]))
    wanted = {name: _typed(name, change["after"][told]) for told, name in names.items()}
    rules.item({**{one.name: item[one.name] for one in Item.table.columns}, **wanted})
    return {"id": item["id"], **wanted}


COMMANDS: Mapping[type[Any], Handler] = {RejectItemChange: reject_item_changes}
EVENTS: Mapping[str, type[Record]] = {
    "ItemChangeProposed": ItemChange,
    "ItemChangeApproved": ItemChange,
    "ItemChangeRejected": ItemChange,
}
