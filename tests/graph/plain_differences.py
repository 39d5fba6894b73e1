"""What the report of migration differences must answer, worked out row by row from the tables."""

from collections.abc import Iterable
from decimal import Decimal
from hashlib import md5
from typing import TYPE_CHECKING
from uuid import UUID

from domain.inventory.models import StockEntry, StockMove, ValueLayer
from domain.master_data.items import Item
from tests.graph.wire import Row

if TYPE_CHECKING:
    from tests.graph.plain_reports import Book

ZERO = Decimal(0)


def migration_differences(book: "Book") -> Iterable[Row]:
    """A line for each item of which a difference was posted."""
    on, items = book.asked["on"], {row["id"]: row for row in book.of(Item)}
    moves = {(row["company_id"], row["id"]): row["kind"] for row in book.of(StockMove)}
    entries = {(row["company_id"], row["id"]): row["stock_move_id"] for row in book.of(StockEntry)}
    sums: dict[tuple[int, UUID], dict[str, Decimal]] = {}
    worth: dict[tuple[int, UUID], Decimal] = {}
    for row in book.of(ValueLayer):
        company, key = row["company_id"], (row["company_id"], row["item_id"])
        kind = moves.get((company, entries.get((company, row["stock_entry_id"]))))
        if kind is None or row["occurred_on"] > on:
            continue
        held = sums.setdefault(key, {})
        held[kind] = held.get(kind, ZERO) + row["quantity"]
        if kind == "MIGRATION":
            worth[key] = worth.get(key, ZERO) - row["value"] - row["correction"]
    for (company, item_id), held in sums.items():
        if "MIGRATION" not in held or item_id not in items:
            continue
        received, there = held.get("RECEIPT", ZERO) + held.get("OPENING", ZERO), sum(held.values(), ZERO)
        yield {
            "company_id": company,
            "id": UUID(md5(f"{company}|{item_id}".encode(), usedforsecurity=False).hexdigest()),
            "code": items[item_id]["code"],
            "item_id": item_id,
            "received_quantity": received,
            "other_quantity": there - received - held["MIGRATION"],
            "difference_quantity": -held["MIGRATION"],
            "on_hand_quantity": there,
            "amount": worth.get((company, item_id), ZERO),
        }
