"""What each report must answer, worked out row by row from the tables: the plain reading that the graph is held to."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from hashlib import md5
from typing import TYPE_CHECKING, Any
from uuid import UUID

import domain
from domain.coexistence.differences import MigrationDifferenceLine
from domain.consolidation.reports import ConsolidatedBalanceLine
from domain.core.errors import RequestError
from domain.core.records import Record
from domain.core.reports import Report, arguments_of
from domain.finance.aging import AgedItemLine
from domain.finance.budget_status import BudgetStatusLine
from domain.finance.forecast import CashForecastLine
from domain.finance.models import Account, JournalEntry, JournalLine
from domain.finance.reports import AccountLedgerLine, TrialBalanceLine
from domain.finance.statements import BalanceSheetLine, ProfitAndLossLine
from domain.finance.turnover import AccountTurnover
from domain.inventory.ageing import StockAgeLine
from domain.inventory.models import Lot, StockBalance, StockEntry, StockMove, ValueLayer
from domain.inventory.reports import StockMovementLine, StockOnHandLine, StockTieOutLine, StockValuationLine
from domain.inventory.tracing import LotTraceLine
from domain.inventory.value_movements import StockValueMovementLine
from domain.logistics.replenishment import ReplenishmentLine
from domain.logistics.reports import AvailableToPromiseLine, KitToPromiseLine
from domain.master_data.items import Item
from domain.master_data.places import ON_HAND, Location
from domain.procurement.comparison import QuotationComparisonLine
from domain.procurement.reports import OpenClearingLine
from domain.procurement.scorecards import SupplierScorecardLine
from domain.sales.explaining import OrderPriceLine, PriceExplanationLine
from resolvers.catalog import Entity, camel, entity_read
from tests.graph.plain_budgets import budget_status
from tests.graph.plain_clearing import open_clearing
from tests.graph.plain_consolidation import cash_forecast, consolidated_balances
from tests.graph.plain_differences import migration_differences
from tests.graph.plain_items import aged_items
from tests.graph.plain_planning import replenishment, stock_ages
from tests.graph.plain_prices import order_prices, price_explanation
from tests.graph.plain_promises import available_to_promise, kits_to_promise
from tests.graph.plain_sourcing import quotation_comparison, supplier_scorecard
from tests.graph.plain_traces import lot_trace
from tests.graph.plain_values import stock_value_movements
from tests.graph.wire import Refused, Row

if TYPE_CHECKING:
    from tests.graph.oracle import Eyes

ZERO = Decimal(0)
TENTH = Decimal(1).scaleb(-10)


class Book:
    """The rows that a reader sees of what a report reads, in the companies asked."""

    def __init__(self, eyes: "Eyes", narrow: frozenset[int] | None, asked: Mapping[str, Any]) -> None:
        self._eyes, self._narrow = eyes, narrow
        self.asked = asked

    def of(self, record: type[Record]) -> list[Row]:
        """The rows of a record."""
        entity = entity_read(record)
        rows = self._eyes.tables.rows[entity.name]
        return [row for row in rows if self._eyes.sees(entity, row, self._narrow)]

    def unknown(self, record: type[Record]) -> list[Row]:
        """The rows that were recorded after the instant asked for."""
        at = self.asked.get("as_known_at")
        return [row for row in self.of(record) if at is not None and row["recorded_at"] > at]


def report_rows(eyes: "Eyes", entity: Entity, narrow: frozenset[int] | None, given: Mapping[str, Any]) -> list[Row]:
    """All lines of a report for these arguments of the graph.

    Raises: Refused when they make no sense together.
    """
    assert issubclass(entity.record, Report)
    asked: dict[str, Any] = {}
    for one in arguments_of(entity.record):
        value = given.get(camel(one.name))
        asked[one.name] = one.default if value is None else one.type(value) if one.is_structural else value
    assert entity.report is not None
    try:
        entity.report.check(asked)
    except RequestError as refusal:
        raise Refused(refusal.code) from refusal
    return list(READINGS[entity.record](Book(eyes, narrow, asked)))


def is_before(row: Row, day: date) -> bool:
    """Whether a row of turnover is one of those that hold every day before the day."""
    month = day.replace(day=1)
    if row["grain"] == "MONTH":
        return bool(row["starts_on"] < month)
    return bool(month <= row["starts_on"] < day)


def next_day(day: date) -> date:
    return day + timedelta(days=1)


NONE = dict.fromkeys(("debit", "credit", "transaction", "group_debit", "group_credit"), ZERO)


def moved(
    book: Book, key: Callable[[Row], Any], day: date, *, with_closing: bool = True
) -> dict[Any, dict[str, Decimal]]:
    """By key, what each account moved before the day."""
    sums: dict[Any, dict[str, Decimal]] = {}

    def add(row: Row, **amounts: Decimal) -> None:
        if with_closing or not row["is_closing"]:
            held = sums.setdefault(key(row), dict(NONE))
            for name, amount in amounts.items():
                held[name] += amount

    for row in book.of(AccountTurnover):
        if is_before(row, day):
            transaction = row["transaction_debit"] - row["transaction_credit"]
            add(
                row, debit=row["debit"], credit=row["credit"], transaction=transaction,
                group_debit=row["group_debit"], group_credit=row["group_credit"],
            )  # fmt: skip
    for line in unknown_lines(book):
        if line["occurred_on"] < day:
            signed = {name: line[name] for name in ("amount", "group_amount")}
            add(
                line, debit=-max(signed["amount"], ZERO), credit=-max(-signed["amount"], ZERO),
                transaction=-line["transaction_amount"], group_debit=-max(signed["group_amount"], ZERO),
                group_credit=-max(-signed["group_amount"], ZERO),
            )  # fmt: skip
    return sums


def unknown_lines(book: Book) -> list[Row]:
    """The lines that were not yet known, with what their vouchers say of them."""
    found = book.unknown(JournalLine)
    entries = {(row["company_id"], row["id"]): row for row in book.of(JournalEntry)} if found else {}
    return [
        {
            **row, "currency": row["transaction_currency"], "group_currency": entry["group_currency"],
            "is_closing": entry["kind"] == "CLOSING",
        }
        for row in found
        for entry in [entries[row["company_id"], row["journal_entry_id"]]]
    ]  # fmt: skip


def touched(
    book: Book, key: Callable[[Row], Any], days: Iterable[date], *, with_closing: bool = True
) -> Mapping[Any, Decimal]:
    """The keys that have a line: those with a row of turnover that counts, of which something was known; with what
    debits and credits come to.
    """
    until = list(days)
    gross: dict[Any, Decimal] = {}
    for row in book.of(AccountTurnover):
        if any(is_before(row, day) for day in until) and (with_closing or not row["is_closing"]):
            gross[key(row)] = gross.get(key(row), ZERO) + row["debit"] + row["credit"]
    for row in unknown_lines(book):
        if any(row["occurred_on"] < day for day in until) and (with_closing or not row["is_closing"]):
            gross[key(row)] = gross.get(key(row), ZERO) - abs(row["amount"])
    return gross if book.asked["as_known_at"] is None else {one: amount for one, amount in gross.items() if amount}


def digest(*parts: Any) -> UUID:
    return UUID(md5("".join(str(part) for part in parts).encode()).hexdigest())


def trial_balance(book: Book) -> Iterable[Row]:
    by_currency = book.asked["view"].value == "CURRENCY"

    def key(row: Row) -> Any:
        return row["company_id"], row["account_id"], row["group_currency"], row["currency"] if by_currency else None

    start, end = book.asked["from_"], next_day(book.asked["to"])
    opening, closing = moved(book, key, start), moved(book, key, end)
    accounts = {(row["company_id"], row["id"]): row for row in book.of(Account)}
    for company, account_id, group_currency, currency in touched(book, key, (start, end)):
        account = accounts.get((company, account_id))
        if account is None:
            continue
        one = (company, account_id, group_currency, currency)
        first, last = opening.get(one, NONE), closing.get(one, NONE)
        yield {
            "company_id": company,
            "id": digest(account_id, group_currency, currency or ""),
            "account_id": account_id,
            "code": account["code"],
            "kind": account["kind"],
            "currency": currency,
            "opening": first["debit"] - first["credit"],
            "debit": last["debit"] - first["debit"],
            "credit": last["credit"] - first["credit"],
            "closing": last["debit"] - last["credit"],
            "transaction_closing": last["transaction"] if by_currency else None,
            "group_currency": group_currency,
            "group_opening": first["group_debit"] - first["group_credit"],
            "group_debit": last["group_debit"] - first["group_debit"],
            "group_credit": last["group_credit"] - first["group_credit"],
            "group_closing": last["group_debit"] - last["group_credit"],
        }


def account_ledger(book: Book) -> Iterable[Row]:
    accounts = [row for row in book.of(Account) if row["code"] == book.asked["account"]]
    if not accounts:
        return
    [account] = accounts
    unknown = {row["id"] for row in book.unknown(JournalLine)}
    lines = sorted(
        (
            row
            for row in book.of(JournalLine)
            if row["account_id"] == account["id"]
            and book.asked["from_"] <= row["occurred_on"] <= book.asked["to"]
            and row["id"] not in unknown
        ),
        key=lambda row: (row["occurred_on"], row["id"]),
    )
    held = moved(book, lambda row: row["account_id"], book.asked["from_"]).get(account["id"], {})
    balance = held.get("debit", ZERO) - held.get("credit", ZERO)
    for row in lines:
        balance += row["amount"]
        yield {
            **row,
            "line_id": row["id"],
            "entry_id": row["journal_entry_id"],
            "debit": max(row["amount"], ZERO),
            "credit": max(-row["amount"], ZERO),
            "balance": balance,
        }


def account_of(row: Row) -> tuple[int, UUID]:
    return row["company_id"], row["account_id"]


def holding(book: Book, day: date, *, with_closing: bool = True) -> dict[tuple[int, UUID], Decimal]:
    """What each account held before the day; an account that nothing counts for is absent."""
    found = moved(book, account_of, day, with_closing=with_closing)
    return {key: one["debit"] - one["credit"] for key, one in found.items()}


def balance_sheet(book: Book) -> Iterable[Row]:
    days = [next_day(one) for one in (book.asked["on"], book.asked["compare_on"]) if one is not None]
    held = [holding(book, day) for day in days]
    known = touched(book, account_of, days)
    lines: dict[tuple[Any, ...], list[Decimal]] = {}
    accounts = {(row["company_id"], row["id"]): row for row in book.of(Account)}
    for key in set().union(*held):
        account = accounts.get(key)
        if account is None or key not in known:
            continue
        section = {"ASSET": "ASSETS", "LIABILITY": "LIABILITIES"}.get(account["kind"], "EQUITY")
        is_result = account["kind"] in ("INCOME", "EXPENSE")
        place = f"{' ALE'.index(section[0])} {'~' if is_result else account['code']}"
        line = lines.setdefault((key[0], place, section, None if is_result else key[1]), [ZERO] * len(days))
        for number, one in enumerate(held):
            line[number] += one.get(key, ZERO) * (1 if section == "ASSETS" else -1)
    for (company, place, section, account_id), amounts in lines.items():
        yield {
            "company_id": company, "id": row_id(company, place), "place": place, "section": section,
            "account_id": account_id, "amount": amounts[0], "compared": amounts[1] if len(amounts) > 1 else None,
        }  # fmt: skip


def profit_and_loss(book: Book) -> Iterable[Row]:
    asked = book.asked
    days = [asked["from_"], next_day(asked["to"])]
    days += [asked["compare_from"], next_day(asked["compare_to"])] if asked["compare_to"] is not None else []
    held = [holding(book, day, with_closing=False) for day in days]
    known = touched(book, account_of, days, with_closing=False)
    accounts = {(row["company_id"], row["id"]): row for row in book.of(Account)}
    for key in set().union(*held):
        account = accounts.get(key)
        if account is None or account["kind"] not in ("INCOME", "EXPENSE") or key not in known:
            continue
        number = 1 if account["kind"] == "INCOME" else 2
        results = [held[place].get(key, ZERO) - held[place + 1].get(key, ZERO) for place in range(0, len(days), 2)]
        sign = 1 if number == 1 else -1
        yield {
            "company_id": key[0], "id": row_id(key[0], f"{number} {account['code']}"),
            "place": f"{number} {account['code']}", "section": "INCOME" if number == 1 else "EXPENSES",
            "account_id": key[1], "amount": sign * results[0], "result": results[0],
            "compared": sign * results[1] if len(results) > 1 else None,
            "compared_result": results[1] if len(results) > 1 else None,
        }  # fmt: skip


# --- goods ------------------------------------------------------------------------------------------------------------


class Held:
    """What is on hand by key: the balances, without what moved since."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.locations = {(row["company_id"], row["id"]): row for row in book.of(Location)}
        self.items = {row["id"]: row for row in book.of(Item)}
        self.lots = {(row["company_id"], row["id"]): row for row in book.of(Lot)}
        self.moves = {(row["company_id"], row["id"]): row for row in book.of(StockMove)} if MOVES in book.asked else {}

    def is_on_hand(self, row: Row) -> bool:
        location = self.locations.get((row["company_id"], row["location_id"]))
        return location is not None and location["kind"] in ON_HAND

    def entries(self, first: date) -> list[Row]:
        """The entries on hand that count from a day on, of which the report knows."""
        at = self.book.asked["as_known_at"]
        return [
            row for row in self.book.of(StockEntry)
            if self.is_on_hand(row) and row["occurred_on"] >= first and (at is None or row["recorded_at"] <= at)
        ]  # fmt: skip

    def now(self) -> list[tuple[Row, Decimal]]:
        """(row with a key, quantity) that add up to what is on hand, as it is known."""
        found = [(row, row["quantity"]) for row in self.book.of(StockBalance)]
        return found + [(row, -row["quantity"]) for row in self.book.unknown(StockEntry) if self.is_on_hand(row)]

    def named(self, row: Row, *, by_location: bool, by_lot: bool) -> str | None:
        """The place of the line; None where the reader does not see what it names."""
        item, location = self.items.get(row["item_id"]), self.locations.get((row["company_id"], row["location_id"]))
        if item is None or (by_location and location is None):
            return None
        lot = self.lots.get((row["company_id"], row["lot_id"])) if by_lot and row["lot_id"] else None
        parts = [item["code"], location["code"] if by_location and location else None, lot["number"] if lot else None]
        return " ".join(part for part in parts if part is not None)


MOVES = "from_"
PLACE = ("item_id", "location_id", "lot_id", "status", "owner_id")


def row_id(*parts: Any) -> UUID:
    return UUID(md5("|".join(str(part) for part in parts if part is not None).encode()).hexdigest())


def stock_on_hand(book: Book) -> Iterable[Row]:
    view, on, held = book.asked["by"].value, book.asked["on"], Held(book)
    width = {"ITEM": 1, "LOCATION": 2, "LOT": 5}[view]
    rows = held.now()
    if on is not None:
        rows += [(row, -row["quantity"]) for row in held.entries(next_day(on))]
    sums: dict[tuple[Any, ...], list[Decimal]] = {}
    for row, moved in rows:
        place = held.named(row, by_location=width > 1, by_lot=width > 2)
        if place is None:
            continue
        key = (row["company_id"], place, *(row[name] for name in PLACE[:width]))
        one = sums.setdefault(key, [ZERO, ZERO, ZERO])
        one[0] += moved
        one[1] += moved if row["owner_id"] is None and row["status"] == "RELEASED" else ZERO
        one[2] += moved if row["owner_id"] is not None else ZERO
    for (company, place, *parts), (whole, available, consigned) in sums.items():
        if whole or available:
            named = dict(zip(PLACE, [*parts, *[None] * (5 - width)], strict=True))
            yield {
                "company_id": company, "id": apart(company, parts), "place": place, **named,
                "quantity": whole, "available": available, "consigned": consigned,
            }  # fmt: skip


def apart(company: int, parts: Sequence[Any]) -> UUID:
    """What tells lines of equal place apart: the company by item, the location by location, all of it by lot."""
    match len(parts):
        case 1:
            return UUID(f"{company:032}")
        case 2:
            return parts[1]
        case _:
            return row_id(company, *parts)


def digest_of(held: Held, company: int, named: Mapping[str, Any], width: int) -> UUID:
    """The line's id: its keys and the names beside them, in the order of the report's key."""
    parts = [company, named["item_id"], held.items[named["item_id"]]["code"]]
    if width > 1:
        parts += [named["location_id"], held.locations[company, named["location_id"]]["code"]]
    return row_id(*parts)


def stock_movements(book: Book) -> Iterable[Row]:
    held, start, end = Held(book), book.asked["from_"], next_day(book.asked["to"])
    width = {"ITEM": 1, "LOCATION": 2}[book.asked["by"].value]
    names = ("held", "since_start", "since_end", "received", "issued", "transferred")
    sums: dict[tuple[Any, ...], dict[str, Decimal]] = {}

    def add(row: Row, **amounts: Decimal) -> None:
        place = held.named(row, by_location=width > 1, by_lot=False)
        if place is not None:
            key = (row["company_id"], place, *(row[name] for name in PLACE[:width]))
            one = sums.setdefault(key, dict.fromkeys(names, ZERO))
            for name, amount in amounts.items():
                one[name] += amount

    for row, moved in held.now():
        add(row, held=moved)
    for row in held.entries(start):
        quantity = row["quantity"]
        add(row, since_start=quantity, since_end=quantity if row["occurred_on"] >= end else ZERO)
        if row["occurred_on"] < end:
            if held.moves[row["company_id"], row["stock_move_id"]]["kind"] in ("TRANSFER", "STATUS_CHANGE"):
                add(row, transferred=quantity)
            else:
                add(row, received=max(quantity, ZERO), issued=max(-quantity, ZERO))
    for (company, place, *parts), one in sums.items():
        opening, closing = one["held"] - one["since_start"], one["held"] - one["since_end"]
        if opening or closing or one["received"] or one["issued"] or one["transferred"]:
            named = dict(zip(PLACE, [*parts, *[None] * (5 - width)], strict=True))
            yield {
                "company_id": company, "id": digest_of(held, company, named, width), "place": place,
                "item_id": named["item_id"], "location_id": named["location_id"], "opening": opening,
                "received": one["received"], "issued": one["issued"], "transferred": one["transferred"],
                "closing": closing,
            }  # fmt: skip


# --- value ------------------------------------------------------------------------------------------------------------


def valued(book: Book) -> dict[tuple[int, UUID], tuple[Decimal, Decimal]]:
    """By company and item, quantity and value at the end of the day."""
    sums: dict[tuple[int, UUID], tuple[Decimal, Decimal]] = {}
    for row in book.of(ValueLayer):
        if row["occurred_on"] <= book.asked["on"]:
            quantity, value = sums.get((row["company_id"], row["item_id"]), (ZERO, ZERO))
            sums[row["company_id"], row["item_id"]] = (quantity + row["quantity"], value + row["value"])
    return sums


def stock_valuation(book: Book) -> Iterable[Row]:
    items = {row["id"]: row for row in book.of(Item)}
    for (company, item_id), (quantity, value) in valued(book).items():
        if quantity or value:
            yield {
                "company_id": company, "id": row_id(company, item_id), "code": items[item_id]["code"],
                "item_id": item_id, "quantity": quantity, "value": value,
                "unit_value": (value / quantity).quantize(TENTH, ROUND_HALF_UP) if quantity else None,
            }  # fmt: skip


def stock_tie_out(book: Book) -> Iterable[Row]:
    end = next_day(book.asked["on"])
    held = moved(book, lambda row: (row["company_id"], row["account_id"]), end)
    for account in book.of(Account):
        if account["role"] != "STOCK":
            continue
        company = account["company_id"]
        layers = sum((value for (of, _), (_, value) in valued(book).items() if of == company), ZERO)
        one = held.get((company, account["id"]), {})
        balance = one.get("debit", ZERO) - one.get("credit", ZERO)
        yield {
            "company_id": company, "id": account["id"], "code": account["code"], "account_id": account["id"],
            "layers": layers, "balance": balance, "difference": layers - balance,
        }  # fmt: skip


READINGS: Mapping[type[Record], Callable[[Book], Iterable[Row]]] = {
    TrialBalanceLine: trial_balance,
    AccountLedgerLine: account_ledger,
    BalanceSheetLine: balance_sheet,
    ProfitAndLossLine: profit_and_loss,
    AgedItemLine: aged_items,
    ConsolidatedBalanceLine: consolidated_balances,
    CashForecastLine: cash_forecast,
    BudgetStatusLine: budget_status,
    StockOnHandLine: stock_on_hand,
    LotTraceLine: lot_trace,
    StockMovementLine: stock_movements,
    StockValuationLine: stock_valuation,
    StockValueMovementLine: stock_value_movements,
    StockTieOutLine: stock_tie_out,
    OpenClearingLine: open_clearing,
    AvailableToPromiseLine: available_to_promise,
    QuotationComparisonLine: quotation_comparison,
    SupplierScorecardLine: supplier_scorecard,
    MigrationDifferenceLine: migration_differences,
    KitToPromiseLine: kits_to_promise,
    PriceExplanationLine: price_explanation,
    OrderPriceLine: order_prices,
    StockAgeLine: stock_ages,
    ReplenishmentLine: replenishment,
}

assert READINGS.keys() == domain.REPORTS.keys(), "every report has its plain reading"
