"""Counts: what is really there, against the book."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import SmallInteger, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.actors import Action
from domain.core.commands import Results, argument, command
from domain.core.database import Row
from domain.core.errors import DomainError, NotFound, Rejected
from domain.core.ids import new_id
from domain.core.ledger import Posting, Source
from domain.core.money import EXACT
from domain.core.quantity import QUANTITY, not_negative
from domain.core.work import Work
from domain.finance.journal import accounts, company_currency, hold_periods, post_vouchers
from domain.finance.models import AccountRole, JournalKind, SubLedger
from domain.finance.rules import PeriodClosed
from domain.inventory.balances import counter_location, locations, lock_balances, write_balances
from domain.inventory.models import Lot, MoveKind, StockBalance, StockStatus
from domain.inventory.rules import (
    Balance,
    GoodsLeg,
    StockKey,
    adjustment_money,
    after,
    cost_changes,
    count_legs,
    revaluation_money,
)
from domain.inventory.stock import post_goods, revalue, standard_costs, voucher_of
from domain.master_data.items import Item
from domain.master_data.places import ON_HAND, LocationKind

COUNT_ROLES = (AccountRole.STOCK, AccountRole.STOCK_ADJUSTMENT, AccountRole.STOCK_REVALUATION)

_item, _lot = Item.table, Lot.table
_ITEMS = select(_item.c.id).where(_item.c.id == func.any(bindparam("ids", type_=ARRAY(Uuid()))))
_LOTS = select(_lot.c.id, _lot.c.number, _lot.c.item_id).where(
    _lot.c.company_id == bindparam("company_id", type_=SmallInteger()),
    _lot.c.number == func.any(bindparam("numbers", type_=ARRAY(Text()))),
)


@command(action=Action.POST, record=StockBalance, zh="盘点", key_required=True)
class CountStock:
    """State what was counted at a place; the difference from the book posts to stock differences."""

    item_id: UUID = argument(doc="What was counted.", zh="物料", reference="item")
    location_id: UUID = argument(doc="Where it was counted.", zh="库位", reference="location")
    counted: Decimal = argument(doc="How much is there.", zh="实盘数量", number="quantity")
    lot_number: str | None = argument(doc="The lot that was counted.", zh="批号", default=None)
    status: StockStatus = argument(doc="Status of what was counted.", zh="库存状态", default=StockStatus.RELEASED)
    counted_on: date | None = argument(doc="Day of the count; today unless given.", zh="盘点日期", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a batch of counts names, fetched once."""

    items: frozenset[UUID]
    locations: Mapping[UUID, Row]
    lots: Mapping[str, Row]
    periods: Mapping[date, object]


async def count_stock(work: Work, commands: Sequence[CountStock]) -> Results[StockBalance]:
    """The balances, each holding what was counted; a refusal stands in its own place.

    A later count of the same place in one batch is compared with what the earlier one left. Posts: the difference at
    standard cost against stock differences, one voucher a count. Raises per row: NotFound, Rejected, PeriodClosed.
    Emits: StockChanged.
    """
    today = work.now.date()
    known = await _known(work, commands, today)
    keys = [_key_or_refusal(one, known, today) for one in commands]
    accepted = [(one, key) for one, key in zip(commands, keys, strict=True) if isinstance(key, StockKey)]
    balances: dict[StockKey, Balance] = {}
    if accepted:
        balances = await _post(work, accepted, today)
    return Results([balances[key].id if isinstance(key, StockKey) else key for key in keys])


async def _known(work: Work, commands: Sequence[CountStock], today: date) -> Known:
    numbers = sorted({one.lot_number for one in commands if one.lot_number})
    return Known(
        items=frozenset(row["id"] for row in await work.fetch(_ITEMS, ids=sorted({one.item_id for one in commands}))),
        locations=await locations(work, [one.location_id for one in commands]),
        lots={row["number"]: row for row in await work.fetch(_LOTS, numbers=numbers)},
        periods=await hold_periods(work, SubLedger.STOCK, [one.counted_on or today for one in commands]),
    )


def _key_or_refusal(one: CountStock, known: Known, today: date) -> StockKey | DomainError:
    """The balance row that a count is of, or the first reason to refuse it."""
    try:
        not_negative(one.counted, QUANTITY, "counted")
        if one.item_id not in known.items:
            raise NotFound(("item",), what="item", key=str(one.item_id))
        location = known.locations.get(one.location_id)
        if location is None:
            raise NotFound(("location",), what="location", key=str(one.location_id))
        if location["kind"] not in ON_HAND:
            raise Rejected(
                ("location",),
                what="location",
                value=location["code"],
                reason=f"it is {location['kind']} and holds no stock",
                reason_zh="该库位不存放库存",
            )
        period = known.periods[one.counted_on or today]
        if isinstance(period, PeriodClosed):
            raise period
        return StockKey(one.item_id, one.location_id, _lot_of(one, known), one.status)
    except DomainError as refusal:
        return refusal


def _lot_of(one: CountStock, known: Known) -> UUID | None:
    if one.lot_number is None:
        return None
    lot = known.lots.get(one.lot_number)
    if lot is None or lot["item_id"] != one.item_id:
        raise NotFound(("lotNumber",), what="lot", key=one.lot_number)
    return lot["id"]


async def _post(work: Work, counts: Sequence[tuple[CountStock, StockKey]], today: date) -> dict[StockKey, Balance]:
    """The balances after the counts, posted."""
    currency = await company_currency(work)
    own = await accounts(work, *COUNT_ROLES)
    balances = await lock_balances(work, [key for _, key in counts])
    if all(one.counted == balances[key].quantity for one, key in counts):
        return balances
    outside = await counter_location(work, LocationKind.LOSS)
    last_on = max(one.counted_on or today for one, _ in counts)
    costs = await standard_costs(work, [key.item_id for _, key in counts], max(today, last_on))
    changes = cost_changes(balances, costs, currency)
    goods: list[Posting[GoodsLeg]] = []
    result = dict(balances)
    for one, key in counts:
        difference = EXACT.subtract(one.counted, result[key].quantity)
        if difference:
            cost = costs.get(key.item_id, result[key].unit_cost)
            legs = count_legs(key, difference, cost, currency, outside)
            source = Source(kind=StockBalance.__name__, id=balances[key].id, number=str(balances[key].id))
            goods.append(Posting(id=new_id(), occurred_on=one.counted_on or today, source=source, entries=legs))
            result = after(result, legs)
    moved = {key: held for key, held in result.items() if held != balances[key]}
    for change in changes:
        moved[change.key] = replace(result[change.key], unit_cost=costs[change.key.item_id])
    await write_balances(work, moved)
    await post_goods(work, MoveKind.ADJUSTMENT, goods)
    vouchers = await revalue(work, changes, last_on, revaluation_money(changes, currency, own))
    for posting in goods:
        vouchers += voucher_of(JournalKind.STOCK, posting, adjustment_money(posting.entries, currency, own))
    await post_vouchers(work, vouchers)
    return result
