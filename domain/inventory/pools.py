"""Pools of value in the database: found, locked, their later movements read, and written back."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Integer, SmallInteger, Text, bindparam, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on, insert
from sqlalchemy.types import Uuid

from domain.core.columns import RATE
from domain.core.database import Row
from domain.core.ids import new_id
from domain.core.money import ZERO
from domain.core.work import Work
from domain.inventory.models import (
    ItemValuation,
    OpenLayer,
    StockEntry,
    StockMove,
    ValuationArea,
    ValuationMethod,
    ValueLayer,
    ValuePool,
)
from domain.inventory.rules import PoolKey, Valuation
from domain.inventory.valuation import MOVEMENTS_AFTER_MAX, Effect, History, Layer, Movement, Piece, Pool
from domain.inventory.valuation.history import Posted
from domain.inventory.valuation.pools import Place, unit_cost_of
from domain.master_data.items import Item

_company_id = bindparam("company_id", type_=SmallInteger())
_ids = func.any(bindparam("ids", type_=ARRAY(Uuid())))
_item, _setting, _pool, _open, _layer, _entry, _move = (
    record.table for record in (Item, ItemValuation, ValuePool, OpenLayer, ValueLayer, StockEntry, StockMove)
)

# The items are held as an entry that names them would hold them: who changes how one is valued waits for the postings
# under way, and they for it.
_SETTINGS = (
    select(_item.c.id.label("item_id"), _setting.c.method, _setting.c.area, _setting.c.may_be_negative)
    .join_from(
        _item, _setting, (_setting.c.company_id == _company_id) & (_setting.c.item_id == _item.c.id), isouter=True
    )
    .where(_item.c.id == _ids)
    .order_by(_item.c.id)
    .with_for_update(read=True, key_share=True, of=_item)
)
_KEY = ("item_id", "site_id", "location_id", "lot_id")
_wanted = (
    func.unnest(
        bindparam("pools", type_=ARRAY(Uuid())),
        bindparam("items", type_=ARRAY(Uuid())),
        bindparam("sites", type_=ARRAY(Uuid())),
        bindparam("locations", type_=ARRAY(Uuid())),
        bindparam("lots", type_=ARRAY(Uuid())),
        bindparam("methods", type_=ARRAY(Text())),
        bindparam("costs", type_=ARRAY(RATE)),
    )
    .table_valued("id", *_KEY, "method", "cost", with_ordinality="place")
    .render_derived(name="wanted")
)
_MAKE = (
    insert(_pool)
    .from_select(
        ["company_id", "id", *_KEY, "method", "last_unit_cost", "first_unit_cost"],
        select(
            _company_id, _wanted.c.id, *(_wanted.c[name] for name in _KEY), _wanted.c.method, _wanted.c.cost,
            _wanted.c.cost,
        ).order_by(_wanted.c.place),
        include_defaults=False,
    )
    .on_conflict_do_nothing(constraint="uq_value_pool_area")
)  # fmt: skip
_LOCK = (
    select(_pool, _wanted.c.place)
    .join_from(
        _wanted,
        _pool,
        (_pool.c.company_id == _company_id)
        & (_pool.c.item_id == _wanted.c.item_id)
        & _pool.c.site_id.is_not_distinct_from(_wanted.c.site_id)
        & _pool.c.location_id.is_not_distinct_from(_wanted.c.location_id)
        & _pool.c.lot_id.is_not_distinct_from(_wanted.c.lot_id),
    )
    .order_by(_wanted.c.place)
    .with_for_update(of=_pool)
)
_LOCK_BY_ID = (
    select(_pool)
    .where(_pool.c.company_id == _company_id, _pool.c.id == _ids)
    .order_by(*(_pool.c[name].nulls_first() for name in _KEY))
    .with_for_update()
)
_OPEN = select(_open.c.id, _open.c.pool_id, _open.c.opened_on, _open.c.sequence, _open.c.quantity, _open.c.value).where(
    _open.c.company_id == _company_id, _open.c.pool_id == _ids, _open.c.quantity != 0
)
_LAYERS = select(_open.c.id, _open.c.opened_on, _open.c.sequence, _open.c.quantity, _open.c.value).where(
    _open.c.company_id == _company_id, _open.c.id == _ids
)

# The movements of a pool from a place on, at most one more than are valued again.
_place = tuple_(_layer.c.moved_on, _layer.c.sequence)
_since = tuple_(bindparam("since_on", type_=Date()), bindparam("since", type_=Integer()))
_of_pool = (_layer.c.company_id == _company_id, _layer.c.pool_id == bindparam("pool_id", type_=Uuid()))
_COUNT_AFTER = (
    select(_layer.c.moved_on, _layer.c.sequence)
    .where(*_of_pool, _place >= _since)
    .group_by(_layer.c.moved_on, _layer.c.sequence)
    .order_by(_layer.c.moved_on, _layer.c.sequence)
    .limit(MOVEMENTS_AFTER_MAX + 1)
)
# The place from which on as many movements stand as are valued again.
_FARTHEST = (
    select(_layer.c.moved_on, _layer.c.sequence)
    .where(*_of_pool)
    .group_by(_layer.c.moved_on, _layer.c.sequence)
    .order_by(_layer.c.moved_on.desc(), _layer.c.sequence.desc())
    .offset(MOVEMENTS_AFTER_MAX - 1)
    .limit(1)
)
_FACTS = (
    _layer.c.movement_id, _layer.c.stock_entry_id, _layer.c.moved_on, _layer.c.sequence, _layer.c.takes_from_id,
    _layer.c.unit_cost, _layer.c.account_id, _layer.c.lot_id, _layer.c.layer_id,
)  # fmt: skip
_SUMS = (
    func.sum(_layer.c.quantity).label("quantity"),
    func.sum(_layer.c.value).label("value"),
    func.sum(_layer.c.correction).label("correction"),
    func.min(_layer.c.id.cast(Text())).label("first"),
)
_AFTER = (
    select(*_FACTS, *_SUMS)
    .where(*_of_pool, _place >= _since)
    .group_by(*_FACTS)
    .order_by(_layer.c.moved_on, _layer.c.sequence, func.min(_layer.c.id.cast(Text())))
)
# What moved last before a place: its last piece tells the last cost.
_BEFORE = (
    select(func.sum(_layer.c.quantity).label("quantity"), func.sum(_layer.c.value).label("value"))
    .where(*_of_pool, _place < _since)
    .group_by(_layer.c.moved_on, _layer.c.sequence, _layer.c.layer_id)
    .having(func.sum(_layer.c.quantity) != 0)
    .order_by(_layer.c.moved_on.desc(), _layer.c.sequence.desc(), func.min(_layer.c.id.cast(Text())).desc())
    .limit(1)
)
_MOVEMENTS = (
    select(_layer.c.pool_id, _layer.c.item_id, *_FACTS, *_SUMS)
    .where(_layer.c.company_id == _company_id, _layer.c.movement_id == _ids)
    .group_by(_layer.c.pool_id, _layer.c.item_id, *_FACTS)
)


_POOL_FIELDS = ("quantity", "value", "last_unit_cost", "last_moved_on", "movement_count")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What every row of a movement repeats: its entry, its lot, and the account that takes its corrections."""

    stock_entry_id: UUID | None
    lot_id: UUID | None
    account_id: UUID | None


@dataclass(slots=True, kw_only=True, eq=False)
class HeldPool:
    """A pool locked by this work, with the part of its history that the work needs."""

    row: Row
    key: PoolKey
    history: History
    movement_count: int
    last_moved_on: date | None
    since: Place | None = None
    is_traced: bool = True
    facts: dict[UUID, Facts] = field(default_factory=dict[UUID, Facts])
    before: dict[UUID, Layer] = field(default_factory=dict[UUID, Layer])

    @property
    def id(self) -> UUID:
        """The pool's key."""
        return self.row["id"]

    @property
    def method(self) -> ValuationMethod:
        """How it values goods."""
        return ValuationMethod(self.row["method"])

    def next_place(self, on: date) -> Place:
        """Where a new movement of that day stands: at the end, if more came after it than are valued again."""
        day = on if self.is_traced or self.last_moved_on is None else max(on, self.last_moved_on)
        self.movement_count += 1
        self.last_moved_on = day if self.last_moved_on is None else max(day, self.last_moved_on)
        return day, self.movement_count


async def valuations(work: Work, items: Iterable[UUID]) -> dict[UUID, Valuation]:
    """How the company values each item; standard cost, company-wide, where nothing is set."""
    asked = sorted(set(items))
    rows = {row["item_id"]: row for row in await work.fetch(_SETTINGS, ids=asked)} if asked else {}
    return {item: _valuation(rows.get(item)) for item in asked}


def _valuation(row: Row | None) -> Valuation:
    if row is None or row["method"] is None:
        return Valuation()
    return Valuation(
        method=ValuationMethod(row["method"]),
        area=ValuationArea(row["area"]),
        may_be_negative=row["may_be_negative"],
    )


async def lock_pools(
    work: Work, keys: Mapping[PoolKey, ValuationMethod], costs: Mapping[UUID, Decimal], currency: str
) -> dict[PoolKey, HeldPool]:
    """The pool of each key, made empty where there was none, locked until the work ends."""
    ordered = sorted(keys, key=PoolKey.sort_key)
    if not ordered:
        return {}
    wanted: dict[str, list[Any]] = {
        "pools": [new_id() for _ in ordered],
        "items": [key.item_id for key in ordered],
        "sites": [key.site_id for key in ordered],
        "locations": [key.location_id for key in ordered],
        "lots": [key.lot_id for key in ordered],
        "methods": [keys[key] for key in ordered],
        "costs": [costs.get(key.item_id, ZERO) for key in ordered],
    }
    await work.fetch(_MAKE, **wanted)
    rows = await work.fetch(_LOCK, **wanted)
    return {pool.key: pool for pool in await _held(work, rows, currency)}


async def lock_pools_by_id(work: Work, ids: Collection[UUID], currency: str) -> list[HeldPool]:
    """The pools, locked until the work ends."""
    return await _held(work, await work.fetch(_LOCK_BY_ID, ids=sorted(ids)), currency) if ids else []


async def _held(work: Work, rows: Sequence[Row], currency: str) -> list[HeldPool]:
    layered = [row["id"] for row in rows if row["method"] == ValuationMethod.FIFO]
    layers: defaultdict[UUID, list[Layer]] = defaultdict(list)
    for row in await work.fetch(_OPEN, ids=layered) if layered else ():
        layers[row["pool_id"]].append(_layer_of(row))
    return [
        HeldPool(
            row=row,
            key=PoolKey(row["item_id"], row["site_id"], row["location_id"], row["lot_id"]),
            history=History(_pool_of(row, layers[row["id"]], currency)),
            movement_count=row["movement_count"],
            last_moved_on=row["last_moved_on"],
            before={layer.id: layer for layer in layers[row["id"]]},
        )
        for row in rows
    ]


def _pool_of(row: Row, layers: Sequence[Layer], currency: str) -> Pool:
    """The pool as the rules see it; one without layers of its own is a single layer."""
    if row["method"] != ValuationMethod.FIFO:
        is_empty = not row["quantity"] and not row["value"]
        single = Layer(id=row["id"], place=(date.min, 0), quantity=row["quantity"], value=row["value"])
        layers = [] if is_empty else [single]
    return Pool(
        id=row["id"],
        method=ValuationMethod(row["method"]),
        currency=currency,
        layers=tuple(sorted(layers, key=lambda layer: layer.place)),
        last_cost=row["last_unit_cost"],
    )


def _layer_of(row: Row) -> Layer:
    return Layer(
        id=row["id"],
        place=(row["opened_on"], row["sequence"]),
        quantity=row["quantity"],
        value=row["value"],
    )


async def trace(work: Work, pool: HeldPool, since: Place) -> None:
    """The pool's history reaches back to a place, unless more movements came since than are valued again."""
    if not pool.is_traced or (pool.since is not None and pool.since <= since):
        return
    place = {"pool_id": pool.id, "since_on": since[0], "since": since[1]}
    if len(await work.fetch(_COUNT_AFTER, **place)) > MOVEMENTS_AFTER_MAX:
        pool.is_traced = False
        return
    rows = await work.fetch(_AFTER, **place)
    pool.since = since
    if not rows:
        return
    before = await work.fetch(_BEFORE, **place)
    touched = sorted({row["layer_id"] for row in rows} - pool.before.keys())
    if touched and pool.method is ValuationMethod.FIFO:
        found = await work.fetch(_LAYERS, ids=touched)
        pool.before.update({row["id"]: _layer_of(row) for row in found})
    pool.facts.update({row["movement_id"]: facts_of(row) for row in rows})
    pool.history.reach_back(posted_of(rows), pool.before, _last_cost(before, pool.row))


async def trace_as_far(work: Work, pool: HeldPool, since: Place) -> None:
    """The pool's history reaches back to a place, or as far as movements are valued again: once for many documents."""
    rows = await work.fetch(_FARTHEST, pool_id=pool.id)
    await trace(work, pool, max([since, *((row["moved_on"], row["sequence"]) for row in rows)]))


def facts_of(row: Row) -> Facts:
    """What the rows of the row's movement repeat."""
    return Facts(stock_entry_id=row["stock_entry_id"], lot_id=row["lot_id"], account_id=row["account_id"])


def _last_cost(before: Sequence[Row], pool: Row) -> Decimal:
    return unit_cost_of(before[0]["value"], before[0]["quantity"]) if before else pool["first_unit_cost"]


def posted_of(rows: Iterable[Row]) -> list[Posted]:
    """The movements that rows of (movement, layer) make, in their order."""
    by_movement: dict[UUID, list[Row]] = {}
    for row in rows:
        by_movement.setdefault(row["movement_id"], []).append(row)
    return [_posted(own) for own in by_movement.values()]


def _posted(rows: Sequence[Row]) -> Posted:
    first = rows[0]
    pieces = tuple(Piece(layer_id=row["layer_id"], quantity=row["quantity"], value=row["value"]) for row in rows)
    effect = Effect(pieces=pieces, correction=sum((row["correction"] for row in rows), ZERO))
    quantity = sum((row["quantity"] for row in rows), ZERO)
    movement = Movement(
        id=first["movement_id"],
        place=(first["moved_on"], first["sequence"]),
        quantity=quantity,
        cost=effect.value + effect.correction if quantity > ZERO else ZERO,
        takes_from=first["takes_from_id"],
        unit_cost=first["unit_cost"],
    )
    return Posted(movement=movement, effect=effect)


async def movements(work: Work, ids: Collection[UUID]) -> dict[UUID, tuple[Row, Posted]]:
    """Posted movements by id, each with its first row, which names pool and item; an unknown id is absent."""
    rows = await work.fetch(_MOVEMENTS, ids=sorted(ids)) if ids else []
    first = {row["movement_id"]: row for row in reversed(rows)}
    return {one.movement.id: (first[one.movement.id], one) for one in posted_of(rows)}


_left, _gained, _valued = _entry.alias("gone"), _entry.alias("come"), _layer.alias("valued")
_back = _move.alias("back")
_is_beside = _gained.c.position == _left.c.position + 1
_FOLLOWERS = (
    select(
        _left.c.id.label("leaving"),
        _gained.c.id.label("gaining"),
        (_gained.c.stock_move_id != _left.c.stock_move_id).label("came_back"),
    )
    .ext(distinct_on(_left.c.id))
    .select_from(_left)
    .join(
        _back,
        (_back.c.company_id == _left.c.company_id) & (_back.c.reverses_id == _left.c.stock_move_id),
        isouter=True,
    )
    .join(
        _gained,
        (_gained.c.company_id == _left.c.company_id)
        & or_(_gained.c.stock_move_id == _left.c.stock_move_id, (_gained.c.stock_move_id == _back.c.id) & _is_beside),
    )
    .where(
        _left.c.company_id == _company_id,
        _left.c.id == _ids,
        _gained.c.quantity > 0,
        select(1)
        .where(
            _valued.c.company_id == _gained.c.company_id,
            _valued.c.movement_id == _gained.c.id,
            _valued.c.pool_id.is_not(None),
        )
        .exists(),
    )
    .order_by(
        _left.c.id,
        ((_gained.c.stock_move_id == _left.c.stock_move_id) & _is_beside).desc(),
        (_gained.c.stock_move_id == _back.c.id).desc().nulls_last(),
    )
)


async def followers_of(work: Work, ids: Collection[UUID]) -> dict[UUID, tuple[UUID, bool]]:
    """For each entry of goods that leave a pool, the entry that gains their value, where one does.

    It is the one beside it, where goods change places; else the one by which they came back (true), where the move was
    taken back; else what the same move makes of them.
    """
    rows = await work.fetch(_FOLLOWERS, ids=sorted(ids)) if ids else []
    return {row["leaving"]: (row["gaining"], row["came_back"]) for row in rows}


async def write_pools(work: Work, pools: Iterable[HeldPool]) -> None:
    """Write locked pools back, and what is left of their layers. Not audited: the value layers sum to them."""
    rows: list[dict[str, object]] = []
    changed: list[dict[str, object]] = []
    made: list[dict[str, object]] = []
    for pool in sorted(pools, key=lambda one: one.key.sort_key()):
        now = pool.history.settled()
        rows.append(
            {
                "id": pool.id,
                "quantity": now.quantity,
                "value": now.value,
                "last_unit_cost": now.last_cost,
                "last_moved_on": pool.last_moved_on,
                "movement_count": pool.movement_count,
            }
        )
        if pool.method is ValuationMethod.FIFO:
            _sort_layers(pool, now, made, changed)
    await work.update(ValuePool, rows, fields=_POOL_FIELDS, audited=False)
    if changed:
        await work.update(OpenLayer, changed, fields=("quantity", "value"), audited=False)
    if made:
        await work.insert(OpenLayer, made, audited=False)


def _sort_layers(pool: HeldPool, now: Pool, made: list[dict[str, object]], changed: list[dict[str, object]]) -> None:
    """Put the rows of the pool's layers to those that are made or changed."""
    left = {layer.id: layer for layer in now.layers}
    for id_, place in pool.history.opened_layers().items():
        if id_ not in pool.before:
            layer = left.get(id_) or Layer(id=id_, place=place, quantity=ZERO, value=ZERO)
            made.append(
                {
                    "id": id_, "pool_id": pool.id, "opened_on": place[0], "sequence": place[1],
                    "quantity": layer.quantity, "value": layer.value,
                }
            )  # fmt: skip
    for id_, known in pool.before.items():
        layer = left.get(id_)
        quantity, value = (layer.quantity, layer.value) if layer else (ZERO, ZERO)
        if (quantity, value) != (known.quantity, known.value):
            changed.append({"id": id_, "quantity": quantity, "value": value})
