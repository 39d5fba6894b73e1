"""Items, as far as goods of them are there: how an item is traced does not change under its stock.

An item is master data, and only the goods book knows whether a change of it would break a trace: stock without a lot of
an item that is traced by lot could never leave, and stock with one would lose it. So the commands that change an item
stand here, above both. An item is locked before its stock is looked at, and whoever moves goods holds the item against
that: what is found stays true until the change is made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.actors import Action
from domain.core.commands import Handler, Results, argument, command
from domain.core.errors import DomainError
from domain.core.work import Work
from domain.inventory.models import StockBalance
from domain.master_data import item_changes, rules
from domain.master_data.companies import Company
from domain.master_data.item_changes import ItemChange, Review
from domain.master_data.items import Item, ItemStatus, LotPolicy
from domain.master_data.maintenance import maintained

BY_LOT: Final = frozenset({LotPolicy.LOT, LotPolicy.LOT_AND_SERIAL})

_balance, _company = StockBalance.table, Company.table
# In which companies goods of some items are, with or without a lot.
_THERE = (
    select(_balance.c.item_id, _company.c.code, _balance.c.lot_id.is_not(None).label("has_lot"))
    .join_from(_company, _balance, _balance.c.company_id == _company.c.company_id)
    .where(_balance.c.item_id == func.any(bindparam("ids", type_=ARRAY(Uuid()))), _balance.c.quantity != 0)
    .distinct()
    .order_by(_balance.c.item_id, _company.c.code)
)


class TracedOtherwise(DomainError):
    """Goods are there that a new way of tracing would not fit."""

    code = "TRACED_OTHERWISE"
    zh = "物料 {item} 在 {companies} 尚有{zh_lots}批号的库存，追溯方式不能改为 {policy}；请先将其盘出或发出。"
    en = "{item} is in stock {lots} lots in {companies}: it cannot become {policy} until that is issued or counted out."


# By item, the companies that hold goods of it, and whether those have lots.
There = Mapping[UUID, Sequence[tuple[str, bool]]]


async def stock_there(work: Work, ids: Sequence[UUID]) -> There:
    """Where goods of locked items are, in every company."""
    found: dict[UUID, list[tuple[str, bool]]] = {}
    for row in await work.fetch(_THERE, ids=list(ids)) if ids else ():
        found.setdefault(row["item_id"], []).append((row["code"], row["has_lot"]))
    return found


def fits_stock(code: str, policy: LotPolicy, there: Sequence[tuple[str, bool]]) -> None:
    """Nothing; raises TracedOtherwise where goods that are there lack a lot, or have one, against the policy."""
    needed = policy in BY_LOT
    companies = list(dict.fromkeys(company for company, has_lot in there if has_lot != needed))
    if companies:
        told = ("without", "无") if needed else ("with", "有")
        raise TracedOtherwise(
            ("lotPolicy",), item=code, policy=policy, companies=", ".join(companies), lots=told[0], zh_lots=told[1]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StockReview:
    """Which changes of a batch wait for approval, and which the stock does not bear at once."""

    kept: Review
    there: There

    def now(self, current: Mapping[str, Any], changed: Mapping[str, Any], by: UUID) -> dict[str, Any]:
        """What of a change takes effect at once. Raises: ItemChangePending, TracedOtherwise."""
        waits = current["status"] == ItemStatus.ACTIVE and "lot_policy" in self.kept.reviewed
        if "lot_policy" in changed and not waits:
            fits_stock(current["code"], LotPolicy(changed["lot_policy"]), self.there.get(current["id"], ()))
        return self.kept.now(current, changed, by)

    async def write(self, work: Work) -> None:
        """What is wanted is kept. Emits: ItemChangeProposed."""
        await self.kept.write(work)


async def review(work: Work, ids: Sequence[UUID]) -> StockReview:
    """What is to be known of locked items before they are changed."""
    return StockReview(kept=await item_changes.review(work, ids), there=await stock_there(work, ids))


# How people keep items.
ITEMS: Mapping[type[Any], Handler] = maintained(
    Item, fixed=("unit_id",), hidden=("status", "merged_into_id"), rule=rules.item, review=review
)


@command(action=Action.APPROVE, record=ItemChange, zh="批准物料变更")
class ApproveItemChange:
    """Let a change of an item in use take effect, as another person than asked for it."""

    item_change_id: UUID = argument(doc="The change.", zh="物料变更", reference="item_change")


async def approve_item_changes(work: Work, commands: Sequence[ApproveItemChange]) -> Results[ItemChange]:
    """The changes, APPROVED, the items changed.

    Raises per row: NotFound, WrongState, ItemChangeOvertaken, TracedOtherwise, Rejected. Emits: ItemChangeApproved,
    ItemChanged.
    """
    ids = [one.item_change_id for one in commands]
    rows = await work.lock(ItemChange, ids)
    traced = {row["item_id"]: id_ for id_, row in rows.items() if "lotPolicy" in row["fields"]}
    items = await work.lock(Item, traced)
    there = await stock_there(work, sorted(items))
    unfit: dict[UUID, DomainError] = {}
    for item_id, id_ in traced.items():
        try:
            policy = LotPolicy(rows[id_]["after"]["lotPolicy"])
            fits_stock(items[item_id]["code"], policy, there.get(item_id, ()))
        except TracedOtherwise as refusal:
            unfit[id_] = refusal
    return await item_changes.decided(work, ids, "be approved", unfit)
