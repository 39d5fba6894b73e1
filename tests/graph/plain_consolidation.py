"""What the reports of a group must answer, worked out row by row."""

from collections.abc import Iterable
from decimal import Decimal
from hashlib import md5
from typing import TYPE_CHECKING, Any
from uuid import UUID

from domain.consolidation.models import ConsolidationLine, ConsolidationRun, GroupAccount
from tests.graph.wire import Row

if TYPE_CHECKING:
    from tests.graph.plain_reports import Book

SECTIONS = {
    "ASSET": ("1", "ASSETS"), "LIABILITY": ("2", "LIABILITIES"), "EQUITY": ("3", "EQUITY"),
    "INCOME": ("4", "INCOME"), "EXPENSE": ("5", "EXPENSES"),
}  # fmt: skip
STEPS = {
    "TRANSLATION": "translated", "ADJUSTMENT": "adjusted", "ELIMINATION": "eliminated",
    "UNREALISED_PROFIT": "unrealised_profit", "MINORITY": "minority",
}  # fmt: skip


def consolidated_balances(book: "Book") -> Iterable[Row]:
    runs = {(row["company_id"], row["id"]): row for row in book.of(ConsolidationRun)}
    accounts = {row["id"]: row for row in book.of(GroupAccount)}
    found: dict[tuple[Any, Any, Any], dict[str, Any]] = {}
    for line in book.of(ConsolidationLine):
        run = runs.get((line["company_id"], line["consolidation_run_id"]))
        account = accounts.get(line["group_account_id"])
        if run is None or account is None or run["number"] != book.asked["run"]:
            continue
        number, section = SECTIONS[account["kind"]]
        key = line["company_id"], run["id"], account["id"]
        one = found.setdefault(key, {
            "company_id": line["company_id"], "id": UUID(md5("|".join(map(str, key)).encode()).hexdigest()),
            "place": f"{number} {account['code']}", "section": section, "consolidation_run_id": run["id"],
            "group_account_id": account["id"], "currency": run["currency"], "amount": Decimal(0),
            **dict.fromkeys(STEPS.values(), Decimal(0)),
        })  # fmt: skip
        one[STEPS[line["kind"]]] += line["amount"]
        one["amount"] += line["amount"]
    return found.values()
