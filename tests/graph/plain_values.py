"""What the report of stock in money over a span must answer, worked out layer by layer."""

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from domain.inventory.models import ValueLayer
from domain.master_data.items import Item
from tests.graph.plain_items import row_id
from tests.graph.wire import Row

if TYPE_CHECKING:
    from tests.graph.plain_reports import Book

ZERO = Decimal(0)


def stock_value_movements(book: "Book") -> Iterable[Row]:
    items, start, end = {row["id"]: row for row in book.of(Item)}, book.asked["from_"], book.asked["to"]
    names = ("opening", "opening_value", "gained", "lost", "closing", "closing_value")
    sums: dict[tuple[int, UUID], dict[str, Decimal]] = {}
    for row in book.of(ValueLayer):
        if row["occurred_on"] > end:
            continue
        one = sums.setdefault((row["company_id"], row["item_id"]), dict.fromkeys(names, ZERO))
        value, is_before = row["value"], row["occurred_on"] < start
        changes = {"closing": row["quantity"], "closing_value": value}
        changes |= {"opening": row["quantity"], "opening_value": value} if is_before else {
            "gained": max(value, ZERO), "lost": max(-value, ZERO)
        }  # fmt: skip
        for name, amount in changes.items():
            one[name] += amount
    for (company, item_id), one in sums.items():
        if any(one.values()):
            yield {
                "company_id": company, "id": row_id(company, item_id), "code": items[item_id]["code"],
                "item_id": item_id, **one,
            }  # fmt: skip
