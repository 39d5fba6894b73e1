"""The database that every contender reads: one company, orders of five lines, with items and suppliers."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import asyncpg

from authz.tables import load_baseline
from domain.core.client_tiers import ClientTier
from domain.core.database import Connection
from domain.master_data.companies import Company
from domain.master_data.items import Item
from domain.master_data.parties import Party
from domain.master_data.units import UnitOfMeasure
from domain.procurement.models import PurchaseOrder, PurchaseOrderLine
from migrations.tables import create_statements
from tests.factory import numbered, row

ORDERS, LINES, SUPPLIERS, ITEMS = 5_000, 5, 200, 1_000
FIRST_DAY = date(2024, 1, 1)
# A client that asks for a million objects a second.
LIMITS = {
    "tokens": 5_000, "depth": 12, "aliases": 50, "root_fields": 20, "mutations": 5, "directives": 20, "cost": 10_000,
    "bucket": 1_000_000_000, "restore_rate": 1_000_000,
}  # fmt: skip
STATUSES = ("PENDING", "APPROVED", "REJECTED", "COMPLETE")


def key(kind: int, number: int) -> UUID:
    """The id of a row."""
    return UUID(f"{kind:08x}-0000-7000-8000-{number:012x}")


async def _copy(connection: asyncpg.Connection, table: str, rows: list[dict[str, Any]]) -> None:
    columns = list(rows[0])
    await connection.copy_records_to_table(table, records=[list(row.values()) for row in rows], columns=columns)


async def fill(url: str) -> None:
    """Create the tables, load the policy, write the rows, gather statistics."""
    connection = await asyncpg.connect(url)
    try:
        for statement in create_statements():
            await connection.execute(statement)
        await load_baseline(Connection(connection))
        await _masters(connection)
        await _orders(connection)
        await _copy(connection, "client_tier", [row(ClientTier, 1, id=key(9, 3), code="BENCH", **LIMITS)])
        await connection.execute(
            "INSERT INTO user_account (id, name, display_name, audience, locale, client_tier_id)"
            " VALUES ($1, 'bench', 'Bench', 'STAFF', 'en', $2)",
            key(9, 1),
            key(9, 3),
        )
        await connection.execute(
            "INSERT INTO role_assignment (id, user_id, role, company_number, valid_from_at)"
            " VALUES ($1, $2, 'auditor', 0, '2020-01-01')",
            key(9, 2),
            key(9, 1),
        )
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


async def _masters(connection: asyncpg.Connection) -> None:
    await _copy(
        connection, "company", [row(Company, 1, company_id=1, code="ONE", name="One", currency="EUR", country="DE")]
    )
    await _copy(connection, "unit_of_measure", [row(UnitOfMeasure, 1, code="EA")])
    suppliers = [row(Party, n, id=key(3, n), code=f"S{n:04}", name=f"Supplier {n}") for n in range(SUPPLIERS)]
    await _copy(connection, "party", suppliers)
    unit = {"unit_id": numbered(UnitOfMeasure, 1)}
    items = [row(Item, n, id=key(4, n), code=f"I{n:05}", name=f"Item {n}", **unit) for n in range(ITEMS)]
    await _copy(connection, "item", items)


async def _orders(connection: asyncpg.Connection) -> None:
    random = Random(7)
    orders: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    for n in range(ORDERS):
        subtotal = Decimal(0)
        for position in range(1, LINES + 1):
            quantity, price = Decimal(random.randint(1, 500)), Decimal(random.randint(100, 99_999)) / 100
            subtotal += quantity * price
            line = row(
                PurchaseOrderLine,
                n,
                id=key(6, n * LINES + position),
                purchase_order_id=key(5, n),
                position=position,
                item_id=key(4, random.randrange(ITEMS)),
                ordered_quantity=quantity,
                unit_price=price,
                line_total=quantity * price,
            )
            lines.append(line)
        order = row(
            PurchaseOrder,
            n,
            id=key(5, n),
            number=f"PO{n:06}",
            supplier_id=key(3, random.randrange(SUPPLIERS)),
            status=STATUSES[n % 4],
            ordered_on=FIRST_DAY + timedelta(days=n % 900),
            currency="EUR",
            subtotal=subtotal,
            tax=Decimal(0),
            freight=Decimal(0),
            total_due=subtotal,
            is_historical=True,
        )
        orders.append(order)
    await _copy(connection, "purchase_order", orders)
    await _copy(connection, "purchase_order_line", lines)
