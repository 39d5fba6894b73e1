"""What the report of a budget's status must answer, worked out row by row from the tables."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from hashlib import md5
from typing import TYPE_CHECKING, Any
from uuid import UUID

from domain.core.turnover import Grain
from domain.finance.models import Account, CostCentre, JournalEntry, JournalLine
from domain.finance.models.budgets import Budget, BudgetLine, BudgetVersion, Commitment, CommitmentEntry
from domain.finance.turnover import AccountTurnover
from tests.graph.wire import Row

if TYPE_CHECKING:
    from tests.graph.plain_reports import Book

ZERO = Decimal(0)


def budget_status(book: "Book") -> Iterable[Row]:
    """A line for each line of the edition, and each month of its span where that is asked."""
    by_month = book.asked["by"].value == "MONTH"
    accounts = {(row["company_id"], row["id"]): row for row in book.of(Account)}
    centres = {(row["company_id"], row["id"]): row["code"] for row in book.of(CostCentre)}
    for line, version, budget in lines(book):
        company = line["company_id"]
        if (company, line["account_id"]) not in accounts:
            continue
        found = list(figures(book, line, budget))
        used = ZERO
        for starts_on, ends_on in months(budget) if by_month else [(budget["starts_on"], budget["ends_on"])]:
            own = [one for one in found if not by_month or starts_on <= one[0] <= ends_on]
            actual, committed = (sum((one[place] for one in own), ZERO) for place in (1, 2))
            used += actual + committed
            centre = centres.get((company, line["cost_centre_id"]))
            account = accounts[company, line["account_id"]]["code"]
            parts = [f"{version['edition']:05d}", account, *([centre] if centre else []), starts_on.isoformat()]
            key = md5(f"{company}|{line['id']}|{starts_on}".encode()).hexdigest()
            yield {
                "company_id": company, "id": UUID(key), "place": " ".join(parts), "budget_version_id": version["id"],
                "edition": version["edition"], "status": version["status"], "account_id": line["account_id"],
                "cost_centre_id": line["cost_centre_id"], "starts_on": starts_on, "ends_on": ends_on,
                "released": line["amount"], "actual": actual, "committed": committed,
                "available": line["amount"] - used,
            }  # fmt: skip


def lines(book: "Book") -> Iterator[tuple[Row, Row, Row]]:
    """The lines of the edition that is asked for, with it and its budget."""
    versions = {(row["company_id"], row["id"]): row for row in book.of(BudgetVersion)}
    budgets = {(row["company_id"], row["id"]): row for row in book.of(Budget)}
    edition = book.asked["edition"]
    for line in book.of(BudgetLine):
        version = versions.get((line["company_id"], line["budget_version_id"]))
        budget = version and budgets.get((line["company_id"], version["budget_id"]))
        if version is None or budget is None or budget["code"] != book.asked["budget"]:
            continue
        if version["status"] == "RELEASED" if edition is None else version["edition"] == edition:
            yield line, version, budget


def figures(book: "Book", line: Row, budget: Row) -> Iterator[tuple[date, Decimal, Decimal]]:
    """(day it counts on within the span, spent, promised) of a line of a budget."""
    first, last, centre = budget["starts_on"], budget["ends_on"], line["cost_centre_id"]
    company, account = line["company_id"], line["account_id"]
    until, at = book.asked["on"] or date.max, book.asked["as_known_at"]

    def spends(row: Row, day: date) -> bool:
        return (row["company_id"], row["account_id"]) == (company, account) and first <= day <= min(last, until)

    entries = {(row["company_id"], row["id"]): row for row in book.of(JournalEntry)}
    for row in book.of(AccountTurnover) if centre is None else ():
        if spends(row, row["starts_on"]) and row["grain"] == Grain.DAY and not row["is_closing"]:
            yield row["starts_on"], row["debit"] - row["credit"], ZERO
    for row in book.of(JournalLine):
        entry = entries.get((row["company_id"], row["journal_entry_id"]))
        if not spends(row, row["occurred_on"]) or entry is None or entry["kind"] == "CLOSING":
            continue
        is_late = at is not None and row["recorded_at"] > at
        if centre is None and is_late:
            yield row["occurred_on"], -row["amount"], ZERO
        if centre is not None and row["cost_centre_id"] == centre and not is_late:
            yield row["occurred_on"], row["amount"], ZERO
    promised = {
        row["id"] for row in book.of(Commitment)
        if (row["company_id"], row["account_id"]) == (company, account) and first <= row["committed_on"] <= last
        and centre in (None, row["cost_centre_id"])
    }  # fmt: skip
    for row in book.of(CommitmentEntry):
        is_its = row["company_id"] == company and row["commitment_id"] in promised
        if is_its and row["occurred_on"] <= until and (at is None or row["recorded_at"] <= at):
            yield min(row["occurred_on"], last), ZERO, row["amount"]


def months(budget: Row) -> Iterator[tuple[Any, Any]]:
    """The months of a span, the first and last as far as it covers them."""
    month = budget["starts_on"].replace(day=1)
    while month <= budget["ends_on"]:
        following = (month + timedelta(days=32)).replace(day=1)
        yield max(month, budget["starts_on"]), min(following - timedelta(days=1), budget["ends_on"])
        month = following
