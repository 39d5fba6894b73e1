"""What the report of what may be promised must answer, worked out row by row from the tables."""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from hashlib import md5
from typing import TYPE_CHECKING
from uuid import UUID

from domain.inventory.models import Lot, StockBalance
from domain.master_data.items import Item, KitComponent
from domain.master_data.places import Location
from domain.procurement.models import PurchaseOrder, PurchaseOrderLine
from domain.sales.models import SalesOrder, SalesOrderLine
from tests.graph.wire import Row

if TYPE_CHECKING:
    from tests.graph.plain_reports import Book

ZERO = Decimal(0)
Days = dict[date, list[Decimal]]


def available_to_promise(book: "Book") -> Iterable[Row]:
    """A line for each item and day on which something is free, comes or is due."""
    items = {row["id"]: row for row in book.of(Item)}
    for (company, item_id), days in _moved(book).items():
        if item_id not in items:
            continue
        left, projected = ZERO, {}
        for day in sorted(days):
            available, incoming, demand = days[day]
            left += available + incoming - demand
            projected[day] = left
        for day, (available, incoming, demand) in days.items():
            lowest = min(amount for later, amount in projected.items() if later >= day)
            key = f"{company}|{item_id}|{day}"
            yield {
                "company_id": company,
                "id": UUID(md5(key.encode(), usedforsecurity=False).hexdigest()),
                "place": f"{items[item_id]['code']} {day}",
                "item_id": item_id,
                "day": day,
                "available": available,
                "incoming": incoming,
                "demand": demand,
                "projected": projected[day],
                "promisable": max(lowest, ZERO),
            }


def kits_to_promise(book: "Book") -> Iterable[Row]:
    """A line for each kit and day on which what may be promised of a component of it changes."""
    on: date = book.asked["on"]
    items = {row["id"]: row for row in book.of(Item)}
    promised: dict[tuple[int, UUID], dict[date, Decimal]] = {}
    for line in available_to_promise(book):
        promised.setdefault((line["company_id"], line["item_id"]), {})[line["day"]] = line["promisable"]
    kits: dict[UUID, list[Row]] = {}
    for row in book.of(KitComponent):
        if row["archived_at"] is None and row["valid_from"] <= on and (row["valid_to"] or on) >= on:
            kits.setdefault(row["kit_id"], []).append(row)
    for kit, parts in kits.items():
        for company in {company for company, _ in promised} if kit in items else ():
            of_parts = {part["id"]: promised.get((company, part["component_id"]), {}) for part in parts}
            for day in sorted({day for days in of_parts.values() for day in days}):
                counted: list[tuple[Decimal, UUID]] = []
                for part in parts:
                    before = [known for known in of_parts[part["id"]] if known <= day]
                    there = of_parts[part["id"]][max(before)] if before else ZERO
                    counted.append(((there / part["quantity"]).to_integral_value(ROUND_FLOOR), part["component_id"]))
                fewest, scarcest = min(counted)
                key = f"{company}|{kit}|{day}"
                yield {
                    "company_id": company, "id": UUID(md5(key.encode(), usedforsecurity=False).hexdigest()),
                    "place": f"{items[kit]['code']} {day}", "item_id": kit, "day": day, "promisable": fewest,
                    "scarcest_id": scarcest,
                }  # fmt: skip


def _moved(book: "Book") -> dict[tuple[int, UUID], Days]:
    on: date = book.asked["on"]
    found: dict[tuple[int, UUID], Days] = {}

    def add(row: Row, day: date, place: int, quantity: Decimal) -> None:
        of_day = found.setdefault((row["company_id"], row["item_id"]), {}).setdefault(max(day, on), [ZERO] * 3)
        of_day[place] += quantity

    places = {(row["company_id"], row["id"]): row for row in book.of(Location)}
    lots = {(row["company_id"], row["id"]): row for row in book.of(Lot)}
    for row in book.of(StockBalance):
        place = places.get((row["company_id"], row["location_id"]))
        lot = lots.get((row["company_id"], row["lot_id"]))
        usable = row["lot_id"] is None or (
            lot is not None and lot["status"] == "RELEASED" and (lot["expires_on"] is None or lot["expires_on"] >= on)
        )
        if place is not None and place["kind"] == "STORAGE" and usable and row["available_quantity"]:
            add(row, on, 0, row["available_quantity"])
    bought = {(row["company_id"], row["id"]): row for row in book.of(PurchaseOrder)}
    for row in book.of(PurchaseOrderLine):
        order = bought.get((row["company_id"], row["purchase_order_id"]))
        day = row["promised_on"] or row["due_on"]
        if order is not None and order["status"] == "APPROVED" and day is not None and row["open_quantity"] > 0:
            add(row, day, 1, row["open_quantity"])
    sold = {(row["company_id"], row["id"]): row for row in book.of(SalesOrder)}
    for row in book.of(SalesOrderLine):
        order = sold.get((row["company_id"], row["sales_order_id"]))
        if order is not None and order["status"] == "CONFIRMED" and row["open_quantity"] > 0:
            add(row, row["due_on"] or order["ship_on"] or on, 2, row["open_quantity"])
    return found
