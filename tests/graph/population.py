"""Rows in every exposed table: random values, real references, hostile texts, the same keys in both companies."""

import random
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import asyncpg
from sqlalchemy import Boolean, Column, Date, DateTime, Numeric
from sqlalchemy.types import Integer, Uuid

import domain
from domain.coexistence.models import LegacyKey
from domain.core.columns import spec_of
from domain.core.records import MERGED_INTO, Record
from domain.finance import turnover as finance
from domain.finance.models import CustomerInvoice, JournalLine, LeaseLine, OpenItemEntry
from domain.inventory import turnover as inventory
from domain.inventory.models import StockBalance, StockEntry, ValueLayer
from domain.master_data.companies import Company
from domain.master_data.currencies import Currency
from domain.master_data.item_changes import ItemChange
from domain.procurement.invoices import SupplierInvoice
from domain.procurement.models import GoodsReceiptLine
from domain.procurement.quotations import SupplierQuotation
from domain.sales.models import SalesOrder, SalesOrderKit
from tests.factory import DAY, INSTANT, insert, is_group, numbered, row

CURRENCIES = ("CNY", "EUR", "USD")
COMPANIES = {1: ("SH", "CNY"), 2: ("TUT", "EUR")}
ROWS = 16
KIT_PLACES = 100
# What reports sum: enough that several rows count in one line.
SUMMED = (JournalLine, OpenItemEntry, StockEntry, ValueLayer, StockBalance)
ROWS_SUMMED = 60
RECOUNTS = (finance.RECOUNT, *inventory.RECOUNTS)
TRIES = 12
TEXTS = (
    "plain",
    'quote " and \\ slash',
    "tab\tline\nend\r",
    "控制 字符 \x01\x1f",
    "供应商",
    "Ä Straße",
    "",
    "a|b|c",
    "100%",
    ":x $1",
    "PLAIN",
    "zebra",
)
NULL_SHARE = 0.25


class Population:
    """Fills one database from one seed, so many rows a table where its keys allow them."""

    def __init__(self, seed: int, rows: int = ROWS) -> None:
        self._rows = rows
        self._random = random.Random(seed)
        self._made: dict[str, list[dict[str, Any]]] = {}

    async def load(self, connection: asyncpg.Connection) -> None:
        """Write the rows of every exposed record, referenced ones first, and what sums them up."""
        await connection.execute("SET session_replication_role = replica")
        exposed = [record for record in domain.RECORDS.values() if record.spec.exposed]
        for record in sorted(exposed, key=lambda one: (one is LegacyKey, _depth(one))):
            await self._fill(connection, record)
        for statement in RECOUNTS:
            await connection.execute(statement)
        await connection.execute("SET session_replication_role = origin")

    async def _fill(self, connection: asyncpg.Connection, record: type[Record]) -> None:
        rows = self._made[record.table.name] = []
        count = max(self._rows, ROWS_SUMMED) if record in SUMMED else self._rows
        for number in range(1, count + 1):
            if record is Company and number not in COMPANIES:
                continue
            for attempt in range(TRIES):
                made = self._row(record, number, attempt)
                try:
                    async with connection.transaction():
                        await insert(connection, record, [made])
                except (asyncpg.CheckViolationError, asyncpg.UniqueViolationError):
                    continue
                rows.append(made)
                break

    def _row(self, record: type[Record], number: int, attempt: int) -> dict[str, Any]:
        company = 1 + number % 2
        given: dict[str, Any] = {}
        if record is Company:
            code, currency = COMPANIES[number]
            given = {"company_id": number, "code": code, "currency": currency}
        elif not is_group(record):
            given["company_id"] = company
        if record is LegacyKey:
            given |= self._legacy(number)
        if "is_historical" in record.table.c:
            # What a legacy system held need not meet our rules, so more rows differ from each other.
            given["is_historical"] = True
        if record is Currency:
            given["code"] = CURRENCIES[number % len(CURRENCIES)]
        if record is GoodsReceiptLine:
            rejected, stocked = Decimal(self._random.randint(0, 3)), Decimal(self._random.randint(1, 8)) / 8
            given |= {
                "rejected_quantity": rejected,
                "stocked_quantity": stocked,
                "received_quantity": rejected + stocked,
            }
        if record is CustomerInvoice:
            net, tax = (Decimal(self._random.randint(1, 900)) / 8 for _ in range(2))
            given |= {"kind": "INVOICE", "credits_id": None, "net": net, "tax": tax, "total": net + tax}
        if record is LeaseLine:
            interest, principal = (Decimal(self._random.randint(1, 900)) / 8 for _ in range(2))
            given |= {"interest": interest, "principal": principal, "payment": interest + principal}
        if record is SupplierInvoice:
            net, tax = (Decimal(self._random.randint(1, 900)) / 8 for _ in range(2))
            given |= {"kind": "INVOICE", "credits_id": None, "net": net, "tax": tax, "total": net + tax}
            given |= {"status": "DRAFT", "posted_on": None, "journal_entry_id": None, "released_by": None}
            given |= (
                {"match_status": "BLOCKED", "payment_blocks": ["PRICE"]} if number % 3 else {"match_status": "MATCHED"}
            )
        if record is ItemChange:
            given["fields"] = ["model"]
        if record is SupplierQuotation:
            # Who offers prices says in which currency.
            given["currency"] = self._random.choice(CURRENCIES)
        if MERGED_INTO in record.table.c:
            # Whose key answers with whom is told by tests of merges; here every row answers for itself.
            given[MERGED_INTO] = None
        if record is SalesOrder:
            subtotal, tax = (Decimal(self._random.randint(1, 900)) / 8 for _ in range(2))
            given |= {"subtotal": subtotal, "tax": tax, "total_due": subtotal + tax, "confirmed_on": DAY}
        for column in record.table.columns:
            # Each further attempt leaves more to the factory's plausible values, which no rule refuses.
            is_left = attempt and self._random.random() < attempt / TRIES
            if column.name in ("id", "company_id", "version") or column.name in given or column.computed is not None:
                continue
            if spec_of(column).reference is not None:
                given[column.name] = self._referenced(column, company)
            elif column.nullable and (is_left or self._random.random() < NULL_SHARE):
                given[column.name] = None
            elif not is_left and not isinstance(column.server_default, type(None)) and column.name != "recorded_at":
                continue
            elif not is_left and (value := self._value(column, record, number)) is not None:
                given[column.name] = value
        if record is SalesOrderKit:
            # A kit stands at a place where no other line does.
            given["position"] = KIT_PLACES + number
        return row(record, number, **given)

    def _referenced(self, column: Column[Any], company: int) -> Any:
        link = spec_of(column).reference
        assert link is not None
        known = [one["id"] for one in self._made.get(link.target, []) if one.get("company_id", company) == company]
        if column.nullable and (not known or self._random.random() < NULL_SHARE):
            return None
        return self._random.choice(known) if known else numbered(domain.RECORDS[link.target], 1)

    def _value(self, column: Column[Any], record: type[Record], number: int) -> Any:
        spec, chance = spec_of(column), self._random
        if spec.enum is not None:
            return chance.choice(list(spec.enum)).value
        if column.name == record.spec.key:
            # Rows 1 and 2, of company 1 and 2, share a key; so do 3 and 4.
            return None if is_group(record) else f"K{(number + 1) // 2:03}"
        if spec.code_list == "ISO4217":
            return chance.choice(("CNY", "EUR", "USD"))
        kind = column.type
        if isinstance(kind, Boolean):
            return chance.random() < 0.5
        if isinstance(kind, Integer):
            return chance.randint(1, 6)
        if isinstance(kind, Numeric):
            return Decimal(chance.randint(1, 60)) / chance.choice((1, 1, 8, 1000))
        if isinstance(kind, Date):
            return DAY + timedelta(days=chance.randint(-400, 400))
        if isinstance(kind, DateTime):
            return INSTANT + timedelta(seconds=chance.randint(0, 5), microseconds=chance.choice((0, 120_000, 345_678)))
        if isinstance(kind, Uuid):
            return numbered(record, chance.randint(1, 3))
        if str(kind) == "TEXT":
            text = chance.choice(TEXTS)
            return text[: spec.length_max] if spec.length_max else text
        return None

    def _legacy(self, number: int) -> dict[str, Any]:
        table = self._random.choice([name for name, rows in self._made.items() if rows])
        target = self._random.choice(self._made[table])
        return {
            "company_id": target.get("company_id", 0) if not is_group(domain.RECORDS[table]) else 0,
            "record_type": table, "record_id": target["id"], "key": f"L{number % 3}",
        }  # fmt: skip


def _depth(record: type[Record], seen: Sequence[str] = ()) -> int:
    """How many references lead on from the record, itself and circles left out."""
    name = record.table.name
    if name in seen:
        return 0
    links = {spec_of(column).reference.target for column in record.table.columns if spec_of(column).reference}  # type: ignore[union-attr]  # asked just now
    own = {"company"} if not is_group(record) else set()
    return max((1 + _depth(domain.RECORDS[link], (*seen, name)) for link in links | own if link != name), default=0)
