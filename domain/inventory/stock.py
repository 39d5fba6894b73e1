"""Posting goods and their value: receipts, the opening of stock, and what is on hand.

Goods and money post in one transaction with one posting id; balances are locked before the ledger is written, and the
vouchers come last, because their numbers lock a series.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Date, SmallInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.types import Uuid

from domain.core.ids import new_id
from domain.core.ledger import Posting
from domain.core.money import ZERO
from domain.core.work import Work
from domain.finance.journal import accounts, company_currency, post_vouchers
from domain.finance.models import AccountRole, JournalKind, SubLedger
from domain.finance.rules import Leg, Voucher
from domain.inventory.balances import counter_location, lock_balances, write_balances
from domain.inventory.models import (
    MoveKind,
    StockBalance,
    StockEntry,
    StockMove,
    StockStatus,
    ValuationMethod,
)
from domain.inventory.rules import (
    GOODS,
    CostChange,
    GoodsLeg,
    Incoming,
    OpeningStock,
    StockAlreadyOpen,
    StockKey,
    after,
    cost_changes,
    delivery_keys,
    first_cost,
    opening_difference,
    opening_legs,
    opening_money,
    receipt_legs,
    receipt_money,
    revaluation_money,
    rounding_money,
)
from domain.inventory.turnover import append_goods, append_layers
from domain.master_data.items import Item, ItemCost
from domain.master_data.places import LocationKind

RECEIPT_ROLES = (
    AccountRole.STOCK,
    AccountRole.GR_IR,
    AccountRole.PURCHASE_PRICE_VARIANCE,
    AccountRole.STOCK_REVALUATION,
)
OPENING_ROLES = (AccountRole.STOCK, AccountRole.OPENING_BALANCE, AccountRole.ROUNDING)

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
    rows = await work.fetch(_COSTS, items=sorted(set(items)), on=on)
    return {row["item_id"]: row["standard_cost"] for row in rows}


async def receive_stock(work: Work, deliveries: Sequence[Incoming]) -> list[UUID]:
    """The ids of the stock moves that took the deliveries in, in order.

    Accepted goods enter RELEASED at the standard cost in force; an item without one takes its first price as its cost.
    Rejected goods enter REJECTED, owned by the supplier, without value. Posts: stock, GR/IR and purchase price
    variance, one voucher a delivery; revaluation where a balance still carried another cost. Emits: StockChanged.
    Raises: PeriodClosed, AccountMissing.
    """
    currency = await company_currency(work)
    own = await accounts(work, *RECEIPT_ROLES)
    costs = await _costs_for(work, deliveries)
    outside = await counter_location(work, LocationKind.SUPPLIER)
    balances = await lock_balances(work, delivery_keys(deliveries))
    goods = [
        Posting(
            id=delivery.posting_id,
            occurred_on=delivery.occurred_on,
            source=delivery.source,
            entries=receipt_legs(delivery, costs, currency, outside),
        )
        for delivery in deliveries
    ]
    changes = cost_changes(balances, costs, currency)
    await write_balances(work, after(balances, [leg for posting in goods for leg in posting.entries]))
    moves = await post_goods(work, MoveKind.RECEIPT, goods)
    vouchers = await revalue(work, changes, deliveries[0].occurred_on, revaluation_money(changes, currency, own))
    for delivery, posting in zip(deliveries, goods, strict=True):
        vouchers += voucher_of(JournalKind.STOCK, posting, receipt_money(delivery, costs, currency, own))
    await post_vouchers(work, vouchers)
    return moves


async def open_stock(work: Work, rows: Sequence[OpeningStock], cut_over_on: date) -> list[UUID]:
    """The ids of the balances that now hold what a legacy system held, in order of the rows.

    Posts: goods out of the opening location and stock against opening balances, one posting a row, the ledger amount
    rounded once; what rounding each row makes off the whole goes to the rounding account in one voucher. The balance
    keeps the source's quantity and unit cost, so its value is the source's to the last digit. Rows of quantity 0 make a
    balance and post nothing. Emits: StockChanged. Raises: StockAlreadyOpen, PeriodClosed, AccountMissing.
    """
    currency = await company_currency(work)
    own = await accounts(work, *OPENING_ROLES)
    outside = await counter_location(work, LocationKind.OPENING)
    balances = await lock_balances(work, [row.key for row in rows])
    for row in rows:
        held = balances[row.key]
        if held.quantity:
            raise StockAlreadyOpen(item=str(row.item_id), location=str(row.location_id), quantity=held.quantity)
    opened = {
        row.key: replace(balances[row.key], quantity=row.quantity, unit_cost=row.unit_cost, storage_bin=row.storage_bin)
        for row in rows
    }
    await write_balances(work, opened)
    moving = [row for row in rows if row.quantity]
    goods = [
        Posting(id=new_id(), occurred_on=cut_over_on, entries=opening_legs(row, currency, outside)) for row in moving
    ]
    await post_goods(work, MoveKind.OPENING, goods)
    vouchers: list[Voucher] = []
    for row, posting in zip(moving, goods, strict=True):
        vouchers += voucher_of(JournalKind.OPENING, posting, opening_money(row, currency, own))
    whole = Posting[GoodsLeg](id=new_id(), occurred_on=cut_over_on, entries=())
    difference = opening_difference(moving, currency)
    vouchers += voucher_of(JournalKind.OPENING, whole, rounding_money(difference, currency, own))
    await post_vouchers(work, vouchers)
    return [opened[row.key].id for row in rows]


def voucher_of(kind: JournalKind, posting: Posting[GoodsLeg], legs: tuple[Leg, ...]) -> list[Voucher]:
    """The voucher of the money that a posting of goods moves, sharing its id; none when it moves none."""
    if not legs:
        return []
    money = Posting[Leg](id=posting.id, occurred_on=posting.occurred_on, source=posting.source, entries=legs)
    return [Voucher(kind=kind, sub_ledger=SubLedger.STOCK, posting=money)]


async def _costs_for(work: Work, deliveries: Sequence[Incoming]) -> dict[UUID, Decimal]:
    """The standard cost in force of each item delivered; the first price becomes the cost of an item without one.

    In force means on the latest of today and the deliveries' days: a receipt dated back brings no old cost back.
    """
    first: dict[UUID, tuple[date, Decimal]] = {}
    for delivery in deliveries:
        for line in delivery.lines:
            first.setdefault(line.item_id, (delivery.occurred_on, first_cost(line.unit_price, delivery.rate)))
    on = max(work.now.date(), *(delivery.occurred_on for delivery in deliveries))
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


async def post_goods(work: Work, kind: MoveKind, postings: Sequence[Posting[GoodsLeg]]) -> list[UUID]:
    """The ids of the moves appended, with their entries and, for goods that are ours, their layers of value."""
    moves = await work.insert(StockMove, [_move_row(kind, GOODS.check(posting)) for posting in postings])
    entries = [
        _entry_row(move, position, posting, leg)
        for move, posting in zip(moves, postings, strict=True)
        for position, leg in enumerate(posting.entries, start=1)
    ]
    await work.insert(StockEntry, entries)
    await append_goods(work, kind, postings)
    layers = [
        _layer_row(posting, leg.key, leg.quantity, leg.value)
        for posting in postings
        for leg in posting.entries
        if leg.valued
    ]
    await append_layers(work, layers)
    return moves


async def revalue(work: Work, changes: Sequence[CostChange], on: date, legs: tuple[Leg, ...]) -> list[Voucher]:
    """The voucher that brings stock to the costs in force, its layers appended; none when nothing changes."""
    if not changes:
        return []
    posting = Posting[GoodsLeg](id=new_id(), occurred_on=on, entries=())
    layers = [_layer_row(posting, change.key, ZERO, change.value) for change in changes]
    await append_layers(work, layers)
    return voucher_of(JournalKind.STOCK, posting, legs)


def _move_row(kind: MoveKind, posting: Posting[GoodsLeg]) -> dict[str, object]:
    source = posting.source
    return {
        "posting_id": posting.id,
        "kind": kind,
        "occurred_on": posting.occurred_on,
        "source_kind": source.kind if source else None,
        "source_id": source.id if source else None,
        "source_number": source.number if source else None,
        "reverses_id": posting.reverses_id,
    }


def _entry_row(move_id: UUID, position: int, posting: Posting[GoodsLeg], leg: GoodsLeg) -> dict[str, object]:
    return {
        "stock_move_id": move_id,
        "position": position,
        "occurred_on": posting.occurred_on,
        "item_id": leg.key.item_id,
        "location_id": leg.key.location_id,
        "lot_id": leg.key.lot_id,
        "status": leg.key.status,
        "owner_id": leg.key.owner_id,
        "quantity": leg.quantity,
        "unit_cost": leg.unit_cost,
        "value": leg.value,
    }


def _layer_row(posting: Posting[GoodsLeg], key: StockKey, quantity: Decimal, value: Decimal) -> dict[str, object]:
    """A layer of standard cost: each posting is its own."""
    id_ = new_id()
    return {
        "id": id_,
        "layer_id": id_,
        "posting_id": posting.id,
        "item_id": key.item_id,
        "lot_id": key.lot_id,
        "method": ValuationMethod.STANDARD,
        "occurred_on": posting.occurred_on,
        "quantity": quantity,
        "value": value,
    }


_balance = StockBalance.table
_ON_HAND = (
    select(_balance.c.item_id, func.sum(_balance.c.quantity).label("quantity"))
    .where(
        _balance.c.company_id == bindparam("company_id", type_=SmallInteger()),
        _balance.c.item_id == func.any(bindparam("items", type_=ARRAY(Uuid()))),
        _balance.c.status == StockStatus.RELEASED.value,
        _balance.c.owner_id.is_(None),
    )
    .group_by(_balance.c.item_id)
)


async def on_hand(work: Work, items: Iterable[UUID]) -> dict[UUID, Decimal]:
    """What is released and ours of each item, over all locations; an item without stock stands with 0."""
    asked = sorted(set(items))
    held = {row["item_id"]: row["quantity"] for row in await work.fetch(_ON_HAND, items=asked)}
    return {item: held.get(item, ZERO) for item in asked}
