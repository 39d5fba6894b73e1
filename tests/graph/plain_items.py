"""What the report of open items by age must answer, worked out item by item."""

from collections.abc import Iterable
from decimal import Decimal
from hashlib import md5
from typing import TYPE_CHECKING, Any
from uuid import UUID

from domain.finance.models import Account, OpenItem, OpenItemEntry
from domain.master_data.parties import Party
from tests.graph.wire import Row

if TYPE_CHECKING:
    from tests.graph.plain_reports import Book

ZERO = Decimal(0)

ROLES = {
    "RECEIVABLE": ("RECEIVABLE", "SUPPLIER_PREPAYMENT"), "PAYABLE": ("PAYABLE", "CUSTOMER_PREPAYMENT"),
}  # fmt: skip


def row_id(*parts: Any) -> UUID:
    """The key of a line made from several values."""
    told = [str(part) for part in parts if part is not None]
    return UUID(md5("|".join(told).encode(), usedforsecurity=False).hexdigest())


def aged_items(book: "Book") -> Iterable[Row]:
    asked, by_item = book.asked, book.asked["by"].value == "ITEM"
    parties = {row["id"]: row for row in book.of(Party)}
    accounts = {(row["company_id"], row["id"]): row for row in book.of(Account)}
    entries = book.of(OpenItemEntry)
    at = asked["as_known_at"]
    changed = {
        (row["company_id"], row["open_item_id"]) for row in entries
        if row["occurred_on"] > asked["on"] or (at is not None and row["recorded_at"] > at)
    }  # fmt: skip
    known = [row for row in entries if at is None or row["recorded_at"] <= at]
    lines: dict[tuple[Any, ...], dict[str, Any]] = {}
    sign = 1 if asked["side"].value == "RECEIVABLE" else -1
    ages = [1, asked["days_first"], asked["days_second"], asked["days_third"]]
    for item in book.of(OpenItem):
        own = (item["company_id"], item["id"])
        account, party = accounts.get((item["company_id"], item["account_id"])), parties.get(item["party_id"])
        is_read = account is not None and party is not None and account["role"] in ROLES[asked["side"].value]
        if not is_read or not (item["open_transaction_amount"] or own in changed):
            continue
        currency = item["transaction_currency"]
        parts = [party["code"], currency]
        parts += [item["due_on"], item["source_number"], item["instalment"]] if by_item else []
        key = (item["company_id"], item["party_id"], currency, item["id"] if by_item else None)
        line = lines.setdefault(key, {
            "company_id": key[0], "id": row_id(*key), "place": " ".join(map(str, parts)), "party_id": key[1],
            "item_id": key[3], "due_on": item["due_on"] if by_item else None, "currency": currency,
            **dict.fromkeys((*AGES, "open_total", "amount"), ZERO),
        })  # fmt: skip
        overdue = (asked["on"] - item["due_on"]).days
        for entry in known:
            if (entry["company_id"], entry["open_item_id"]) == own and entry["occurred_on"] <= asked["on"]:
                line[AGES[sum(overdue >= age for age in ages)]] += sign * entry["transaction_amount"]
                line["open_total"] += sign * entry["transaction_amount"]
                line["amount"] += sign * entry["amount"]
    yield from (line for line in lines.values() if line["open_total"] or line["amount"])


AGES = ("not_due", "overdue_first", "overdue_second", "overdue_third", "overdue_last")
