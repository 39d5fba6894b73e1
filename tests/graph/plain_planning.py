"""What the age of stock and what must be ordered again must answer, worked out row by row from the tables."""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from hashlib import md5
from typing import TYPE_CHECKING
from uuid import UUID

from domain.inventory.documents import StockTransfer, StockTransferLine
from domain.inventory.models import Lot, StockBalance
from domain.inventory.turnover import StockTurnover, ValueTurnover
from domain.master_data.companies import Site
from domain.master_data.items import Item, ItemPlanning
from domain.master_data.places import ON_HAND, Location
from domain.procurement.models import PurchaseOrder, PurchaseOrderLine
from domain.sales.models import SalesOrder, SalesOrderLine
from tests.graph.wire import Row

if TYPE_CHECKING:
    from tests.graph.plain_reports import Book

ZERO = Decimal(0)
SHARE = Decimal(1).scaleb(-6)
BANDS = (("UP_TO_30", 30), ("UP_TO_90", 90), ("UP_TO_180", 180), ("UP_TO_365", 365), ("OVER_365", 10**6))
Key = tuple[int, UUID]


def stock_ages(book: "Book") -> Iterable[Row]:
    """A line for each item and band of age of which something is on hand."""
    items = {row["id"]: row for row in book.of(Item)}
    for (company, item_id), aged in _aged(book).items():
        if item_id not in items:
            continue
        quantity, value = _valued(book, company, item_id)
        upto = ZERO
        for number in sorted(aged):
            held, oldest = aged[number]
            share = None
            if quantity:
                first, last = ((value * part / quantity).quantize(SHARE, ROUND_HALF_UP) for part in (upto, upto + held))
                share = last - first
            upto += held
            key = f"{company}|{item_id}|{number}"
            yield {
                "company_id": company, "id": UUID(md5(key.encode(), usedforsecurity=False).hexdigest()),
                "place": f"{items[item_id]['code']} {number}", "item_id": item_id,
                "band": BANDS[number][0] if number < len(BANDS) else "UNKNOWN", "quantity": held, "oldest_on": oldest,
                "value": share,
            }  # fmt: skip


def _aged(book: "Book") -> dict[Key, dict[int, tuple[Decimal, date | None]]]:
    """By item, the number of each band with what is there of it and when the oldest came."""
    on: date = book.asked["on"]
    places = {(row["company_id"], row["id"]): row for row in book.of(Location)}
    came: dict[Key, dict[date, Decimal]] = {}
    held: dict[Key, Decimal] = {}
    for row in book.of(StockTurnover):
        place = places.get((row["company_id"], row["location_id"]))
        is_there = place is not None and place["kind"] in ON_HAND and row["owner_id"] is None
        if is_there and row["grain"] == "DAY" and row["starts_on"] <= on:
            key = (row["company_id"], row["item_id"])
            held[key] = held.get(key, ZERO) + row["received"] - row["issued"] + row["transferred"]
            days = came.setdefault(key, {})
            days[row["starts_on"]] = days.get(row["starts_on"], ZERO) + row["received"]
    aged: dict[Key, dict[int, tuple[Decimal, date | None]]] = {}
    for key, whole_held in held.items():
        left = whole_held
        for day in sorted(came[key], reverse=True):
            taken = max(min(came[key][day], left), ZERO)
            if taken:
                number = next(place for place, (_, last) in enumerate(BANDS) if (on - day).days <= last)
                whole = aged.setdefault(key, {}).get(number, (ZERO, None))[0]
                aged[key][number] = (whole + taken, day)
                left -= taken
        if left > 0:
            aged.setdefault(key, {})[len(BANDS)] = (left, None)
    return aged


def _valued(book: "Book", company: int, item_id: UUID) -> tuple[Decimal, Decimal]:
    """Quantity and value of an item at the end of the day."""
    own = [
        row for row in book.of(ValueTurnover)
        if (row["company_id"], row["item_id"], row["grain"]) == (company, item_id, "DAY")
        and row["starts_on"] <= book.asked["on"]
    ]  # fmt: skip
    return sum((row["quantity"] for row in own), ZERO), sum((row["gained"] - row["lost"] for row in own), ZERO)


FIGURES = ("on_hand", "reserved", "demand", "incoming")


def replenishment(book: "Book") -> Iterable[Row]:
    """A line for each item that a company or one of its sites plans."""
    items, moves = {row["id"]: row for row in book.of(Item)}, list(_moves(book))
    sites = {(row["company_id"], row["id"]): row for row in book.of(Site)}
    for row in book.of(ItemPlanning):
        if row["item_id"] not in items:
            continue
        own = dict.fromkeys(FIGURES, ZERO)
        for company, item_id, site_id, name, quantity in moves:
            if (company, item_id) == (row["company_id"], row["item_id"]) and row["site_id"] in (None, site_id):
                own[name] += quantity
        site = sites.get((row["company_id"], row["site_id"]))
        projected = own["on_hand"] - own["reserved"] - own["demand"] + own["incoming"]
        yield {
            **{name: row[name] for name in (
                "company_id", "id", "item_id", "site_id", "reorder_point", "safety_stock", "lead_days")},
            **own, "place": " ".join([items[row["item_id"]]["code"], *([site["code"]] if site else [])]),
            "projected": projected, "shortfall": max(row["reorder_point"] - projected, ZERO),
            "safety_shortfall": max(row["safety_stock"] - projected, ZERO),
        }  # fmt: skip


def _moves(book: "Book") -> Iterable[tuple[int, UUID, UUID | None, str, Decimal]]:
    """(company, item, site, figure, quantity) of what is there, comes and is due up to the day."""
    on: date = book.asked["on"]
    places = {(row["company_id"], row["id"]): row for row in book.of(Location)}
    lots = {(row["company_id"], row["id"]): row for row in book.of(Lot)}
    for row in book.of(StockBalance):
        place, lot = places.get((row["company_id"], row["location_id"])), lots.get((row["company_id"], row["lot_id"]))
        usable = row["lot_id"] is None or (
            lot is not None and lot["status"] == "RELEASED" and (lot["expires_on"] is None or lot["expires_on"] >= on)
        )
        if place is not None and place["kind"] == "STORAGE" and usable:
            at = (row["company_id"], row["item_id"], place["site_id"])
            yield (*at, "on_hand", row["available_quantity"] + row["reserved_quantity"])
            yield (*at, "reserved", row["reserved_quantity"])
    bought = {(row["company_id"], row["id"]): row for row in book.of(PurchaseOrder)}
    for row in book.of(PurchaseOrderLine):
        order = bought.get((row["company_id"], row["purchase_order_id"]))
        day = row["promised_on"] or row["due_on"]
        is_awaited = day is not None and day <= on and row["open_quantity"] > 0
        if order is not None and order["status"] == "APPROVED" and is_awaited:
            yield row["company_id"], row["item_id"], order["site_id"], "incoming", row["open_quantity"]
    sold = {(row["company_id"], row["id"]): row for row in book.of(SalesOrder)}
    for row in book.of(SalesOrderLine):
        order = sold.get((row["company_id"], row["sales_order_id"]))
        if order is None or order["status"] != "CONFIRMED" or row["open_quantity"] <= 0:
            continue
        if (row["due_on"] or order["ship_on"] or on) <= on:
            yield row["company_id"], row["item_id"], order["site_id"], "demand", row["open_quantity"]
    transfers = {(row["company_id"], row["id"]): row for row in book.of(StockTransfer)}
    for row in book.of(StockTransferLine):
        transfer = transfers.get((row["company_id"], row["stock_transfer_id"]))
        target = None if transfer is None else places.get((row["company_id"], transfer["target_id"]))
        left = row["in_transit_quantity"]
        if target is not None and left > 0 and row["status"] == "RELEASED":
            yield row["company_id"], row["item_id"], target["site_id"], "incoming", left
