"""Many orders in two companies, written by the database itself: for plans and statement counts that depend on size."""

import asyncpg
from sqlalchemy import Column

from domain.core.records import Record
from domain.master_data.companies import Company
from domain.master_data.items import Item, ItemCategory
from domain.master_data.parties import Party
from domain.master_data.units import UnitOfMeasure
from domain.procurement.models import PurchaseOrder, PurchaseOrderLine
from tests.factory import insert, numbered, row

LINES = 5
PARTIES = 40
ITEMS = 60


def _id(record: type[Record], number: str) -> str:
    """SQL of the id that `numbered` gives."""
    return f"('{str(numbered(record, 0))[:24]}' || lpad(to_hex({number}), 12, '0'))::uuid"


async def load(connection: asyncpg.Connection, orders: int) -> None:
    """Write `orders` orders, alternately of company 1 and 2, of five lines each."""
    companies = [
        row(Company, 1, company_id=1, code="SH", name="Shanghai Devices", currency="CNY", country="CN"),
        row(Company, 2, company_id=2, code="TUT", name="Tuttlingen Instruments", currency="EUR", country="DE"),
    ]
    await insert(connection, Company, companies)
    await insert(connection, UnitOfMeasure, [row(UnitOfMeasure, 1, code="EA", name="Each")])
    await insert(connection, ItemCategory, [row(ItemCategory, 1)])
    await insert(connection, Party, [row(Party, n, code=f"S{n:03}", name=f"Supplier {n}") for n in range(PARTIES)])
    category, unit = numbered(ItemCategory, 1), numbered(UnitOfMeasure, 1)
    items = [row(Item, n, code=f"I{n:03}", name=f"Item {n}", category_id=category, unit_id=unit) for n in range(ITEMS)]
    await insert(connection, Item, items)
    await connection.execute("SET session_replication_role = replica")
    order = {
        "company_id": "1 + n % 2",
        "id": _id(PurchaseOrder, "n"),
        "number": "'PO' || lpad(n::text, 6, '0')",
        "supplier_id": _id(Party, f"n % {PARTIES}"),
        "status": "(ARRAY['PENDING','APPROVED','REJECTED','COMPLETE'])[1 + n % 4]",
        "ordered_on": "date '2020-01-01' + (n % 700)",
        "currency": "CASE n % 2 WHEN 0 THEN 'CNY' ELSE 'EUR' END",
        "subtotal": "n",
        "tax": "0",
        "freight": "0",
        "total_due": "n",
        "is_historical": "true",
    }
    await _generate(connection, PurchaseOrder, order, f"generate_series(1, {orders}) n")
    line = {
        "company_id": "1 + n % 2",
        "id": _id(PurchaseOrderLine, "n * 10 + p"),
        "purchase_order_id": _id(PurchaseOrder, "n"),
        "position": "p",
        "item_id": _id(Item, f"(n + p) % {ITEMS}"),
        "ordered_quantity": "p",
        "unit_price": "n / 8.0",
        "line_total": "n * p / 8.0",
        "is_historical": "true",
    }
    await _generate(
        connection, PurchaseOrderLine, line, f"generate_series(1, {orders}) n, generate_series(1, {LINES}) p"
    )
    await connection.execute("SET session_replication_role = origin")
    await connection.execute("ANALYZE")


async def _generate(connection: asyncpg.Connection, record: type[Record], values: dict[str, str], source: str) -> None:
    needed = [column for column in record.table.columns if _is_needed(column) and column.name not in values]
    filled = {**values, **{column.name: "1" if "INT" in str(column.type) else "0" for column in needed}}
    columns = ", ".join(f'"{name}"' for name in filled)
    await connection.execute(
        f'INSERT INTO "{record.table.name}" ({columns}) SELECT {", ".join(filled.values())} FROM {source}'
    )


def _is_needed(column: Column[object]) -> bool:
    return column.computed is None and not column.nullable and column.server_default is None
