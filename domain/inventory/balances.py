"""Balance rows: made, locked and changed, always in one order.

Every command that moves goods locks in this order, and within each step by key:

 1. the documents it is about: orders, reservations, moves that are reversed (`Work.lock`);
 2. the company's row: a counter-location at its first use (`counter_location`), claims of landed costs;
 3. items: those without a cost yet (`costs`), and every item against a change of its valuation (`pools.valuations`);
 4. the period of each day, shared (`finance.hold_periods`);
 5. balances (`lock_balances`), then pools of value (`pools.lock_pools`);
 6. gap-free numbers, as the last writes (`Work.number`).

`posting.open_places` takes 3 to 5; what belongs to 1 and 2 is asked for before it. A command that moves goods twice,
and a count, which looks at balances before it knows whether it moves any, come back to 3 and 4 with balances held. That
is harmless, since nobody who holds those two exclusively ever asks for a balance; the company is asked for before.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Date, SmallInteger, Text, bindparam, func, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.types import Uuid

from domain.core.database import Row
from domain.core.ids import new_id
from domain.core.money import ZERO
from domain.core.work import RECORDS_PER_EVENT_MAX, Work
from domain.inventory.models import StockBalance, StockEntry
from domain.inventory.rules import Balance, StockKey
from domain.master_data.companies import Company
from domain.master_data.places import Location, LocationKind

_balance = StockBalance.table
_company_id = bindparam("company_id", type_=SmallInteger())
_wanted = (
    func.unnest(
        bindparam("ids", type_=ARRAY(Uuid())),
        bindparam("items", type_=ARRAY(Uuid())),
        bindparam("locations", type_=ARRAY(Uuid())),
        bindparam("lots", type_=ARRAY(Uuid())),
        bindparam("statuses", type_=ARRAY(Text())),
        bindparam("owners", type_=ARRAY(Uuid())),
    )
    .table_valued("id", "item_id", "location_id", "lot_id", "status", "owner_id", with_ordinality="place")
    .render_derived(name="wanted")
)
_KEY = ("item_id", "location_id", "lot_id", "status", "owner_id")
_FIELDS = ("quantity", "standard_unit_cost", "storage_bin", "reserved_quantity")

_MAKE = (
    insert(_balance)
    .from_select(
        ["company_id", "id", *_KEY, "quantity", "standard_unit_cost"],
        select(
            _company_id, _wanted.c.id, *(_wanted.c[name] for name in _KEY), literal_column("0"), literal_column("0")
        ).order_by(_wanted.c.place),
        include_defaults=False,
    )
    .on_conflict_do_nothing(constraint="uq_stock_balance_place")
)
_LOCK = (
    select(*(_balance.c[name] for name in ("id", *_FIELDS)), _wanted.c.place)
    .join_from(
        _wanted,
        _balance,
        (_balance.c.company_id == _company_id)
        & (_balance.c.item_id == _wanted.c.item_id)
        & (_balance.c.location_id == _wanted.c.location_id)
        & _balance.c.lot_id.is_not_distinct_from(_wanted.c.lot_id)
        & (_balance.c.status == _wanted.c.status)
        & _balance.c.owner_id.is_not_distinct_from(_wanted.c.owner_id),
    )
    .order_by(_wanted.c.place)
    .with_for_update(of=_balance)
)


async def lock_balances(work: Work, keys: Iterable[StockKey]) -> dict[StockKey, Balance]:
    """The balance row of each key, made empty where there was none, locked until the work ends."""
    ordered = sorted(set(keys), key=StockKey.sort_key)
    held = await _locked(work, ordered)
    missing = [key for key in ordered if key not in held]
    if missing:
        # Who makes rows holds those that there were; two who make the same wait here, and the second finds them made.
        await work.fetch(_MAKE, **_asked(missing))
        held |= await _locked(work, missing)
    return held


def _asked(keys: Sequence[StockKey]) -> dict[str, list[Any]]:
    """The keys, one array a column."""
    return {
        "ids": [new_id() for _ in keys],
        "items": [key.item_id for key in keys],
        "locations": [key.location_id for key in keys],
        "lots": [key.lot_id for key in keys],
        "statuses": [key.status for key in keys],
        "owners": [key.owner_id for key in keys],
    }


async def _locked(work: Work, ordered: Sequence[StockKey]) -> dict[StockKey, Balance]:
    """The rows that there are, locked in the order of their keys."""
    if not ordered:
        return {}
    rows = await work.fetch(_LOCK, **_asked(ordered))
    return {
        ordered[row["place"] - 1]: Balance(
            id=row["id"],
            quantity=row["quantity"],
            unit_cost=row["standard_unit_cost"],
            storage_bin=row["storage_bin"],
            reserved=row["reserved_quantity"],
        )
        for row in rows
    }


_entry = StockEntry.table
_counted = (
    func.unnest(
        bindparam("items", type_=ARRAY(Uuid())),
        bindparam("locations", type_=ARRAY(Uuid())),
        bindparam("lots", type_=ARRAY(Uuid())),
        bindparam("statuses", type_=ARRAY(Text())),
        bindparam("days", type_=ARRAY(Date())),
    )
    .table_valued("item_id", "location_id", "lot_id", "status", "day", with_ordinality="place")
    .render_derived(name="counted")
)
_MOVED_AFTER = (
    select(_counted.c.place, func.sum(_entry.c.quantity).label("quantity"))
    .join_from(
        _counted,
        _entry,
        (_entry.c.company_id == _company_id)
        & (_entry.c.item_id == _counted.c.item_id)
        & (_entry.c.location_id == _counted.c.location_id)
        & _entry.c.lot_id.is_not_distinct_from(_counted.c.lot_id)
        & (_entry.c.status == _counted.c.status)
        & _entry.c.owner_id.is_(None)
        & (_entry.c.occurred_on > _counted.c.day),
    )
    .group_by(_counted.c.place)
)


async def moved_after(work: Work, places: Sequence[tuple[StockKey, date]]) -> list[Decimal]:
    """By how much each balance of ours changed after the end of a day, in the order asked."""
    rows = await work.fetch(
        _MOVED_AFTER,
        items=[key.item_id for key, _ in places],
        locations=[key.location_id for key, _ in places],
        lots=[key.lot_id for key, _ in places],
        statuses=[key.status for key, _ in places],
        days=[day for _, day in places],
    )
    moved = {row["place"]: row["quantity"] for row in rows}
    return [moved.get(place, ZERO) for place in range(1, len(places) + 1)]


async def write_balances(work: Work, balances: Mapping[StockKey, Balance]) -> None:
    """Write locked balances back.

    Not audited: the entries, which are, sum to them. Emits: StockChanged with item, location and quantity after.
    """
    ordered = sorted(balances, key=StockKey.sort_key)
    rows = [
        {
            "id": balances[key].id,
            "quantity": balances[key].quantity,
            "standard_unit_cost": balances[key].unit_cost,
            "storage_bin": balances[key].storage_bin,
            "reserved_quantity": balances[key].reserved,
        }
        for key in ordered
    ]
    await work.update(StockBalance, rows, _FIELDS, audited=False)
    for start in range(0, len(ordered), RECORDS_PER_EVENT_MAX):
        part = ordered[start : start + RECORDS_PER_EVENT_MAX]
        changes = [_change(key, balances[key]) for key in part]
        work.emit("StockChanged", StockBalance, [balances[key].id for key in part], changes=changes)


def _change(key: StockKey, balance: Balance) -> dict[str, Any]:
    return {
        "item": key.item_id,
        "location": key.location_id,
        "lot": key.lot_id,
        "status": key.status,
        "quantity": balance.quantity,
    }


_location = Location.table
_LOCATIONS = select(
    _location.c.id, _location.c.kind, _location.c.code, _location.c.site_id, _location.c.is_active
).where(_location.c.company_id == _company_id, _location.c.id == func.any(bindparam("ids", type_=ARRAY(Uuid()))))
_COUNTER_LOCATION = (
    select(_location.c.id)
    .where(_location.c.company_id == _company_id, _location.c.kind == bindparam("kind", type_=Text()))
    .order_by(_location.c.code)
    .limit(1)
)
_company = Company.table
# Whoever else needs the company's first counter-location of a kind waits here, and then finds it.
_HOLD_COMPANY = select(_company.c.id).where(_company.c.company_id == _company_id).with_for_update(key_share=True)


async def locations(work: Work, ids: Iterable[UUID]) -> dict[UUID, Row]:
    """The company's locations by id, with kind, code, site and whether they are in use; an unknown id is absent."""
    asked = sorted(set(ids))
    return {row["id"]: row for row in await work.fetch(_LOCATIONS, ids=asked)} if asked else {}


async def hold_counter_location(work: Work, kind: LocationKind) -> UUID | None:
    """The company's location of a kind that is beyond it (supplier, loss, opening), or None where it was never used:
    then the company is held, and whoever finds with balances locked that goods went there may make it.
    """
    known = await work.fetch(_COUNTER_LOCATION, kind=kind)
    if not known:
        await work.fetch(_HOLD_COMPANY)
        known = await work.fetch(_COUNTER_LOCATION, kind=kind)
    return known[0]["id"] if known else None


async def counter_location(work: Work, kind: LocationKind) -> UUID:
    """The company's location of a kind that is beyond it, made at its first use."""
    known = await hold_counter_location(work, kind)
    if known is not None:
        return known
    [made] = await work.insert(Location, [{"code": kind.value, "name": kind.value.capitalize(), "kind": kind}])
    return made
