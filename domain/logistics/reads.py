"""What the commands of logistics need to know, fetched set-wise: what may be picked, shipments and their lines."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import SmallInteger, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.types import Uuid

from domain.core.database import Row
from domain.core.errors import DomainError, NotFound
from domain.core.money import total
from domain.core.work import Work
from domain.inventory.documents import StockAllocation, StockReservation
from domain.inventory.models import Lot, ReservationStatus, StockEntry, StockMove
from domain.logistics.after_sales import GoodsReturnLine, ShipmentCharge
from domain.logistics.cold_chain import StorageCondition
from domain.logistics.direct import DirectSupply
from domain.logistics.models import (
    PackageNumbering,
    Shipment,
    ShipmentLine,
    ShipmentStatus,
    ShippedSerial,
)
from domain.logistics.rules import Limits, delivery_place
from domain.master_data.items import Item, LotPolicy
from domain.master_data.parties import Address, Party
from domain.master_data.places import Location
from domain.procurement.models import PurchaseOrderLine
from domain.sales import LINE_SOURCE
from domain.sales.models import SalesOrderLine

_company_id = bindparam("company_id", type_=SmallInteger())
_ids = func.any(bindparam("ids", type_=ARRAY(Uuid())))
_reservation, _allocation, _lot = StockReservation.table, StockAllocation.table, Lot.table
_item, _location, _party = Item.table, Location.table, Party.table
_shipment, _line, _serial, _numbering = (
    Shipment.table, ShipmentLine.table, ShippedSerial.table, PackageNumbering.table,
)  # fmt: skip

# Shipments that hold what they picked: not shipped yet, not cancelled.
_HOLDING = func.any(array([ShipmentStatus.PICKED.value, ShipmentStatus.PACKED.value]))
_picked = (
    select(func.coalesce(func.sum(_line.c.quantity), 0))
    .join_from(
        _line, _shipment, (_shipment.c.company_id == _line.c.company_id) & (_shipment.c.id == _line.c.shipment_id)
    )
    .where(
        _line.c.company_id == _allocation.c.company_id,
        _line.c.stock_allocation_id == _allocation.c.id,
        _shipment.c.status == _HOLDING,
    )
    .correlate(_allocation)
    .scalar_subquery()
)
_PICKABLE = (
    select(
        _reservation.c.source_id.label("line_id"), _allocation.c.id, _allocation.c.location_id, _allocation.c.lot_id,
        (_allocation.c.quantity - _allocation.c.fulfilled_quantity - _picked).label("available"),
        _location.c.code.label("location"), _lot.c.number.label("lot"), _lot.c.status.label("lot_status"),
        _lot.c.made_on, _lot.c.expires_on,
    )
    .join_from(
        _reservation, _allocation,
        (_allocation.c.company_id == _reservation.c.company_id)
        & (_allocation.c.stock_reservation_id == _reservation.c.id),
    )
    .join(
        _location,
        (_location.c.company_id == _allocation.c.company_id) & (_location.c.id == _allocation.c.location_id),
    )
    .join(_lot, (_lot.c.company_id == _allocation.c.company_id) & (_lot.c.id == _allocation.c.lot_id), isouter=True)
    .where(
        _reservation.c.company_id == _company_id,
        _reservation.c.source_id == _ids,
        _reservation.c.source_kind == LINE_SOURCE,
        _reservation.c.status == ReservationStatus.ACTIVE.value,
    )
    .order_by(
        _reservation.c.source_id, _lot.c.expires_on.asc().nulls_last(), _reservation.c.id, _allocation.c.position
    )
)  # fmt: skip
_ITEMS = select(_item.c.id, _item.c.code, _item.c.lot_policy).where(_item.c.id == _ids)
_LINES = (
    select(_line, _lot.c.made_on, _lot.c.status.label("lot_status"))
    .join_from(_line, _lot, (_lot.c.company_id == _line.c.company_id) & (_lot.c.id == _line.c.lot_id), isouter=True)
    .where(_line.c.company_id == _company_id, _line.c.shipment_id == _ids)
    .order_by(_line.c.shipment_id, _line.c.position)
)
_OUT = select(_serial.c.item_id, _serial.c.number).where(
    _serial.c.company_id == _company_id,
    _serial.c.item_id == _ids,
    _serial.c.number == func.any(bindparam("numbers", type_=ARRAY(Text()))),
    _serial.c.is_out,
)
_SERIALS_OF = select(_serial.c.id, _serial.c.shipment_line_id, _serial.c.number).where(
    _serial.c.company_id == _company_id, _serial.c.shipment_line_id == _ids, _serial.c.is_out
)
_return_line, _charge = GoodsReturnLine.table, ShipmentCharge.table
_AWAITING = (
    select(
        _line.c.sales_order_line_id,
        func.sum(_return_line.c.to_credit_quantity - _return_line.c.credited_quantity).label("awaiting"),
    )
    .join_from(
        _line,
        _return_line,
        (_return_line.c.company_id == _line.c.company_id) & (_return_line.c.shipment_line_id == _line.c.id),
    )
    .where(_line.c.company_id == _company_id, _line.c.sales_order_line_id == _ids)
    .group_by(_line.c.sales_order_line_id)
)
_RETURN_LINES = (
    select(_return_line)
    .where(_return_line.c.company_id == _company_id, _return_line.c.goods_return_id == _ids)
    .order_by(_return_line.c.goods_return_id, _return_line.c.position)
)
_CHARGES = (
    select(_charge)
    .where(_charge.c.company_id == _company_id, _charge.c.shipment_line_id == _ids)
    .order_by(_charge.c.shipment_line_id, _charge.c.id)
)
_condition = StorageCondition.table
_LIMITS = (
    select(_item.c.id, _condition.c.temperature_min, _condition.c.temperature_max)
    .join_from(_item, _condition, _condition.c.storage_class == _item.c.storage_class)
    .where(_item.c.id == _ids, _condition.c.archived_at.is_(None))
)
_MADE = select(_lot.c.number, _lot.c.made_on).where(
    _lot.c.company_id == _company_id, _lot.c.number == func.any(bindparam("numbers", type_=ARRAY(Text())))
)
_NUMBERING = select(_numbering.c.gs1_prefix).where(_numbering.c.company_id == _company_id)
_CARRIERS = select(_party.c.id, _party.c.code, _party.c.name, _party.c.is_active).where(_party.c.id == _ids)


_supply, _sold = DirectSupply.table, SalesOrderLine.table
_bought, _entry, _move, _address = PurchaseOrderLine.table, StockEntry.table, StockMove.table, Address.table
_SUPPLIES = (
    select(
        _supply, _bought.c.purchase_order_id, _bought.c.position, _sold.c.sales_order_id, _sold.c.item_id,
        _sold.c.life_days_min,
    )
    .join_from(
        _supply, _bought,
        (_bought.c.company_id == _supply.c.company_id) & (_bought.c.id == _supply.c.purchase_order_line_id),
    )
    .join(_sold, (_sold.c.company_id == _supply.c.company_id) & (_sold.c.id == _supply.c.sales_order_line_id))
    .where(_supply.c.company_id == _company_id, _bought.c.purchase_order_id == _ids)
    .order_by(_bought.c.purchase_order_id, _bought.c.position)
)  # fmt: skip
_PURCHASE_LINES = select(_bought.c.id, _bought.c.purchase_order_id, _bought.c.position).where(
    _bought.c.company_id == _company_id, _bought.c.purchase_order_id == _ids
)
_LEFT = (
    select(
        _move.c.posting_id, _entry.c.id, _entry.c.location_id, _entry.c.lot_id, _lot.c.number.label("lot_number"),
        _lot.c.expires_on,
    )
    .join_from(_move, _entry, (_entry.c.company_id == _move.c.company_id) & (_entry.c.stock_move_id == _move.c.id))
    .join(_lot, (_lot.c.company_id == _entry.c.company_id) & (_lot.c.id == _entry.c.lot_id), isouter=True)
    .where(_move.c.company_id == _company_id, _move.c.posting_id == _ids, _entry.c.quantity < 0)
    .order_by(_move.c.posting_id, _entry.c.position)
)
_PLACES = select(
    _address.c.id, _address.c.line_1, _address.c.line_2, _address.c.city, _address.c.region, _address.c.postal_code,
    _address.c.country,
).where(_address.c.id == _ids)  # fmt: skip
_NAMES = select(_party.c.id, _party.c.name, _party.c.name_zh).where(_party.c.id == _ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pickable:
    """What one promise of stock may still give to a shipment: a lot at a place."""

    allocation_id: UUID
    location_id: UUID
    location: str
    lot_id: UUID | None
    lot: str | None
    lot_status: str | None
    made_on: date | None
    expires_on: date | None
    available: Decimal


async def pickable_by_line(work: Work, line_ids: Iterable[UUID]) -> dict[UUID, list[Pickable]]:
    """What is allocated to each order line and not picked, what expires first ahead; the order's lock guards it."""
    found: defaultdict[UUID, list[Pickable]] = defaultdict(list)
    for row in await work.fetch(_PICKABLE, ids=sorted(set(line_ids))):
        if row["available"] > 0:
            found[row["line_id"]].append(
                Pickable(
                    allocation_id=row["id"], location_id=row["location_id"], location=row["location"],
                    lot_id=row["lot_id"], lot=row["lot"], lot_status=row["lot_status"], made_on=row["made_on"],
                    expires_on=row["expires_on"], available=row["available"],
                )
            )  # fmt: skip
    return found


async def items_by_id(work: Work, ids: Iterable[UUID]) -> dict[UUID, tuple[str, LotPolicy]]:
    """(code, lot policy) of each item."""
    rows = await work.fetch(_ITEMS, ids=sorted(set(ids)))
    return {row["id"]: (row["code"], LotPolicy(row["lot_policy"])) for row in rows}


async def serials_out(work: Work, item_ids: Iterable[UUID], numbers: Iterable[str]) -> set[tuple[UUID, str]]:
    """Those of the (item, serial number) pairs that are with a customer, or picked for one."""
    asked = sorted(set(numbers))
    if not asked:
        return set()
    rows = await work.fetch(_OUT, ids=sorted(set(item_ids)), numbers=asked)
    return {(row["item_id"], row["number"]) for row in rows}


async def serials_of(work: Work, line_ids: Iterable[UUID]) -> dict[UUID, dict[str, UUID]]:
    """The pieces of each shipment line that are out: serial number -> id of its row."""
    found: defaultdict[UUID, dict[str, UUID]] = defaultdict(dict)
    for row in await work.fetch(_SERIALS_OF, ids=sorted(set(line_ids))):
        found[row["shipment_line_id"]][row["number"]] = row["id"]
    return found


async def gs1_prefix(work: Work) -> str | None:
    """The prefix under which the company numbers its packages, if it has one."""
    rows = await work.fetch(_NUMBERING)
    return rows[0]["gs1_prefix"] if rows else None


async def carriers_by_id(work: Work, ids: Iterable[UUID | None]) -> dict[UUID, Row]:
    """Parties with code, name and activity; an unknown id is absent."""
    asked = sorted({id_ for id_ in ids if id_ is not None})
    return {row["id"]: row for row in await work.fetch(_CARRIERS, ids=asked)} if asked else {}


async def limits_by_item(work: Work, item_ids: Iterable[UUID]) -> dict[UUID, Limits]:
    """Between which temperatures each item is kept; an item whose storage class has no limits is absent."""
    rows = await work.fetch(_LIMITS, ids=sorted(set(item_ids)))
    return {row["id"]: Limits(row["temperature_min"], row["temperature_max"]) for row in rows}


async def lots_made_on(work: Work, numbers: Iterable[str | None]) -> dict[str, date | None]:
    """The day on which each lot was made, by its number."""
    asked = sorted({number for number in numbers if number is not None})
    rows = await work.fetch(_MADE, numbers=asked) if asked else []
    return {row["number"]: row["made_on"] for row in rows}


async def awaiting_credit(work: Work, line_ids: Iterable[UUID]) -> dict[UUID, Decimal]:
    """By order line, what came back, had been charged and was not credited yet."""
    rows = await work.fetch(_AWAITING, ids=sorted(set(line_ids)))
    return {row["sales_order_line_id"]: row["awaiting"] for row in rows}


async def return_lines(work: Work, return_ids: Iterable[UUID]) -> list[Row]:
    """The lines of the returns in their order; the returns' own locks guard them."""
    return await work.fetch(_RETURN_LINES, ids=sorted(set(return_ids)))


async def charges_of(work: Work, line_ids: Iterable[UUID]) -> dict[UUID, list[Row]]:
    """What invoices charged of each shipment line, the first first."""
    found: defaultdict[UUID, list[Row]] = defaultdict(list)
    for row in await work.fetch(_CHARGES, ids=sorted(set(line_ids))):
        found[row["shipment_line_id"]].append(row)
    return found


async def supplies_of(work: Work, purchase_order_ids: Iterable[UUID]) -> list[Row]:
    """The direct supplies of the purchase orders, each with the lines that it is between."""
    return await work.fetch(_SUPPLIES, ids=sorted(set(purchase_order_ids)))


async def purchase_lines(work: Work, order_ids: Iterable[UUID]) -> dict[tuple[UUID, int], Row]:
    """The lines of the purchase orders, by order and place."""
    rows = await work.fetch(_PURCHASE_LINES, ids=sorted(set(order_ids)))
    return {(row["purchase_order_id"], row["position"]): row for row in rows}


async def entries_left(work: Work, postings: Iterable[UUID]) -> dict[UUID, list[Row]]:
    """The entries by which goods left a place, with number and last day of their lots, by posting, in their order."""
    found: defaultdict[UUID, list[Row]] = defaultdict(list)
    for row in await work.fetch(_LEFT, ids=sorted(set(postings))):
        found[row["posting_id"]].append(row)
    return found


async def places_of_customers(work: Work, orders: Sequence[Row]) -> dict[UUID, str]:
    """Where the goods of each order go, in words: the customer, and the address that the order names."""
    names = {row["id"]: row for row in await work.fetch(_NAMES, ids=sorted({one["customer_id"] for one in orders}))}
    asked = sorted({one["ship_to_id"] for one in orders if one["ship_to_id"]})
    places = {row["id"]: row for row in (await work.fetch(_PLACES, ids=asked) if asked else [])}
    return {one["id"]: delivery_place(names[one["customer_id"]], places.get(one["ship_to_id"])) for one in orders}


@dataclass(slots=True, kw_only=True)
class HeldShipments:
    """Locked shipments with their line rows, in order; `status` is theirs as it becomes, command by command."""

    rows: Mapping[UUID, Row]
    stale: Mapping[UUID, DomainError]
    lines: Mapping[UUID, Sequence[Row]]
    status: dict[UUID, ShipmentStatus] = field(default_factory=dict[UUID, ShipmentStatus])

    def live(self, id_: UUID) -> Row:
        """The shipment. Raises: NotFound, StaleVersion."""
        if id_ not in self.rows:
            raise NotFound(("shipment",), what="shipment", key=str(id_))
        if id_ in self.stale:
            raise self.stale[id_]
        return self.rows[id_]

    def at(self, row: Row, position: int) -> Row:
        """The line at a place of the shipment. Raises: NotFound."""
        for line in self.lines[row["id"]]:
            if line["position"] == position:
                return line
        raise NotFound(("position",), what="ShipmentLine", key=f"{row['number']}/{position}")

    @property
    def order_ids(self) -> dict[UUID, None]:
        """The orders that the shipments are of, as `hold_orders` takes them."""
        return {row["sales_order_id"]: None for row in self.rows.values()}


async def hold_shipments(work: Work, expected: Mapping[UUID, int | None]) -> HeldShipments:
    """The shipments, locked until the work ends; `expected` is the version that the caller saw of each, or None."""
    rows = await work.lock(Shipment, expected)
    lines: dict[UUID, list[Row]] = {id_: [] for id_ in rows}
    for line in await work.fetch(_LINES, ids=sorted(rows)):
        lines[line["shipment_id"]].append(line)
    return HeldShipments(
        rows=rows,
        stale=await work.stale(Shipment, rows, expected),
        lines=lines,
        status={id_: ShipmentStatus(row["status"]) for id_, row in rows.items()},
    )


def by_order_line(lines: Iterable[tuple[UUID, Decimal]]) -> dict[UUID, Decimal]:
    """(order line, quantity) pairs, summed by order line."""
    sums: defaultdict[UUID, list[Decimal]] = defaultdict(list)
    for line_id, quantity in lines:
        sums[line_id].append(quantity)
    return {line_id: total(parts) for line_id, parts in sums.items()}
