"""How a company values its items."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import SmallInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.actors import Action
from domain.core.commands import Results, argument, command
from domain.core.errors import DomainError, NotFound
from domain.core.ids import new_id
from domain.core.work import Work
from domain.inventory.models import ItemValuation, StockBalance, ValuationArea, ValuationMethod, ValuePool
from domain.inventory.rules import ItemHoldsStock
from domain.master_data.items import Item

_company_id = bindparam("company_id", type_=SmallInteger())
_items = func.any(bindparam("items", type_=ARRAY(Uuid())))
_item, _setting, _balance, _pool = Item.table, ItemValuation.table, StockBalance.table, ValuePool.table
# Whoever posts goods of the items waits here, and is waited for: see `pools.valuations`.
_HOLD = select(_item.c.id, _item.c.code).where(_item.c.id == _items).order_by(_item.c.id).with_for_update()
_KNOWN = select(_setting).where(_setting.c.company_id == _company_id, _setting.c.item_id == _items)
_HELD = (
    select(_balance.c.item_id, func.sum(func.abs(_balance.c.quantity)).label("quantity"))
    .where(
        _balance.c.company_id == _company_id,
        _balance.c.item_id == _items,
        _balance.c.owner_id.is_(None),
        _balance.c.quantity != 0,
    )
    .group_by(_balance.c.item_id)
)
_POOLS = select(_pool.c.id, _pool.c.item_id).where(_pool.c.company_id == _company_id, _pool.c.item_id == _items)
FIELDS = ("method", "area", "may_be_negative")


@command(action=Action.ADMINISTER, record=ItemValuation, zh="设置物料计价")
class SetItemValuation:
    """Say how the company values an item; method and area change only while it holds none of it."""

    item_id: UUID = argument(doc="The item.", zh="物料", reference="item")
    method: ValuationMethod = argument(doc="How the value of what leaves is found.", zh="计价方法")
    area: ValuationArea = argument(doc="Which places share one value.", zh="计价范围", default=ValuationArea.COMPANY)
    may_be_negative: bool = argument(doc="Whether more may go out than is there.", zh="允许负库存", default=False)


async def set_item_valuations(work: Work, commands: Sequence[SetItemValuation]) -> Results[ItemValuation]:
    """The settings; a refusal stands in its own place.

    Raises per row: NotFound, ItemHoldsStock. Emits: ItemValuationSet.
    """
    items = sorted({one.item_id for one in commands})
    codes = {row["id"]: row["code"] for row in await work.fetch(_HOLD, items=items)}
    known = {row["item_id"]: row for row in await work.fetch(_KNOWN, items=items)}
    held = {row["item_id"]: row["quantity"] for row in await work.fetch(_HELD, items=items)}
    outcomes: list[UUID | DomainError] = []
    wanted: dict[UUID, tuple[UUID, SetItemValuation]] = {}
    for one in commands:
        row = known.get(one.item_id)
        before = (row["method"], row["area"]) if row else (ValuationMethod.STANDARD, ValuationArea.COMPANY)
        if one.item_id not in codes:
            outcomes.append(NotFound(("item",), what="item", key=str(one.item_id)))
        elif one.item_id in held and before != (one.method, one.area):
            outcomes.append(ItemHoldsStock(item=codes[one.item_id], quantity=held[one.item_id]))
        else:
            id_ = row["id"] if row else wanted.get(one.item_id, (new_id(),))[0]
            wanted[one.item_id] = (id_, one)
            outcomes.append(id_)
    if wanted:
        await _write(work, wanted, {row["id"] for row in known.values()})
        work.emit("ItemValuationSet", ItemValuation, [id_ for id_, _ in wanted.values()])
    return Results(outcomes)


async def _write(work: Work, wanted: dict[UUID, tuple[UUID, SetItemValuation]], known: set[UUID]) -> None:
    """The settings, and the method of the pools that are there already, all of them empty."""
    rows = [
        {
            "id": id_, "item_id": one.item_id, "method": one.method, "area": one.area,
            "may_be_negative": one.may_be_negative,
        }
        for id_, one in wanted.values()
    ]  # fmt: skip
    await work.update(ItemValuation, [row for row in rows if row["id"] in known], FIELDS)
    await work.insert(ItemValuation, [row for row in rows if row["id"] not in known])
    pools = [
        {"id": row["id"], "method": wanted[row["item_id"]][1].method}
        for row in await work.fetch(_POOLS, items=sorted(wanted))
        if wanted[row["item_id"]][1].method is not ValuationMethod.STANDARD
    ]
    await work.update(ValuePool, pools, ("method",), audited=False)
