"""What the reports of a group, and of cash to come, must answer, worked out row by row."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from hashlib import md5
from typing import TYPE_CHECKING, Any
from uuid import UUID

from domain.consolidation.models import ConsolidationLine, ConsolidationRun, GroupAccount
from domain.core.turnover import Grain
from domain.finance.models import CONTROL_ROLES, Account, JournalLine, OpenItem, OpenItemEntry
from domain.finance.turnover import AccountTurnover
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


def cash_forecast(book: "Book") -> Iterable[Row]:
    first, last, at = book.asked["from_"], book.asked["to"], book.asked["as_known_at"]
    controls = {role.value for role in CONTROL_ROLES}
    banks = {
        (row["company_id"], row["id"])
        for row in book.of(Account)
        if row["is_monetary"] and row["is_liquid"] and row["kind"] == "ASSET" and row["role"] not in controls
    }
    days: dict[tuple[Any, Any], list[Decimal]] = {}

    def moved(row: Row, day: date, sign: int, debit: Decimal, credit: Decimal) -> None:
        if (row["company_id"], row["account_id"]) in banks:
            one = days.setdefault((row["company_id"], max(day, first)), [Decimal(0)] * 3)
            if day < first:
                one[0] += sign * (debit - credit)
            else:
                one[1] += sign * debit
                one[2] += sign * credit

    for row in book.of(AccountTurnover):
        begins, month = row["starts_on"], first.replace(day=1)
        is_month = row["grain"] == Grain.MONTH
        if (begins < month) if is_month else (month <= begins < first or first <= begins <= last):
            moved(row, begins, 1, row["debit"], row["credit"])
    for row in book.unknown(JournalLine):
        if row["occurred_on"] <= last:
            moved(row, row["occurred_on"], -1, max(row["amount"], Decimal(0)), max(-row["amount"], Decimal(0)))
    unknown: dict[tuple[Any, Any], Decimal] = {}
    for row in book.of(OpenItemEntry):
        if at is not None and row["recorded_at"] > at and row["kind"] != "REVALUATION":
            key = (row["company_id"], row["open_item_id"])
            unknown[key] = unknown.get(key, Decimal(0)) + row["amount"]
    for row in book.of(OpenItem):
        day = max(row["due_on"], first)
        amount = row["open_amount"] if row["open_transaction_amount"] else Decimal(0)
        amount -= unknown.get((row["company_id"], row["id"]), Decimal(0))
        if amount and day <= last:
            one = days.setdefault((row["company_id"], day), [Decimal(0)] * 3)
            one[1 if amount > 0 else 2] += abs(amount)
    held: dict[Any, Decimal] = {}
    for company, day in sorted(days):
        before, inflow, outflow = days[company, day]
        held[company] = held.get(company, Decimal(0)) + before + inflow - outflow
        key = md5(f"{company}|{day.isoformat()}".encode()).hexdigest()
        yield {
            "company_id": company, "id": UUID(key), "due_on": day, "inflow": inflow, "outflow": outflow,
            "balance": held[company],
        }  # fmt: skip
