"""Standard costs: what is in force, and the first cost of an item that never had one."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Date, SmallInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.types import Uuid

from domain.core.work import Work
from domain.master_data.items import Item, ItemCost

_cost = ItemCost.table
_COSTS = (
    select(_cost.c.item_id, _cost.c.standard_cost)
    .ext(distinct_on(_cost.c.item_id))
    .where(
        _cost.c.company_id == bindparam("company_id", type_=SmallInteger()),
        _cost.c.item_id == func.any(bindparam("items", type_=ARRAY(Uuid()))),
    )
    .order_by(_cost.c.item_id, (_cost.c.valid_from <= bindparam("on", type_=Date())).desc(), _cost.c.valid_from.desc())
)
_item = Item.table
_HOLD_ITEMS = (
    select(_item.c.id)
    .where(_item.c.id == func.any(bindparam("items", type_=ARRAY(Uuid()))))
    .order_by(_item.c.id)
    .with_for_update(key_share=True)
)


async def standard_costs(work: Work, items: Iterable[UUID], on: date) -> dict[UUID, Decimal]:
    """The standard cost in force on the day for each item; an item that never had one is absent."""
    asked = sorted(set(items))
    rows = await work.fetch(_COSTS, items=asked, on=on) if asked else []
    return {row["item_id"]: row["standard_cost"] for row in rows}


async def costs_with_first(work: Work, first: Mapping[UUID, tuple[date, Decimal]], on: date) -> dict[UUID, Decimal]:
    """The standard cost in force of each item; one without takes the first cost given, from its day on."""
    costs = await standard_costs(work, first, on)
    if len(costs) < len(first):
        # Whoever else receives such an item for the first time waits here, and then finds its cost.
        await work.fetch(_HOLD_ITEMS, items=sorted(first.keys() - costs.keys()))
        costs = await standard_costs(work, first, on)
        new = {item: first[item] for item in first if item not in costs}
        rows = [{"item_id": item, "standard_cost": cost, "valid_from": day} for item, (day, cost) in new.items()]
        await work.insert(ItemCost, rows)
        costs |= {item: cost for item, (_, cost) in new.items()}
    return costs
