"""A small group to ask about: two companies in two currencies, partners, items, orders, stock and people."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import asyncpg

from domain.coexistence.models import LegacyKey, SourceSystem
from domain.inventory.models import StockBalance
from domain.master_data.companies import Company, Site
from domain.master_data.items import Item, ItemCategory
from domain.master_data.parties import Party, PartyRole
from domain.master_data.places import Location
from domain.master_data.units import UnitOfMeasure
from domain.people.employees import Department, Employee, EmployeeAssignment, EmployeePayRate
from domain.procurement.models import PurchaseOrder, PurchaseOrderLine, PurchaseOrderStatus
from tests.factory import insert, numbered, row

CURRENCIES = {1: "CNY", 2: "EUR"}
STATUSES = [status.value for status in PurchaseOrderStatus]
ORDERS = 30
FIRST_DAY = date(2025, 11, 20)


async def load(connection: asyncpg.Connection) -> None:
    """Write the sample group."""
    await _masters(connection)
    await _orders(connection)
    await _stock(connection)
    await _people(connection)
    await _legacy(connection)


async def _masters(connection: asyncpg.Connection) -> None:
    companies = [
        row(
            Company,
            1,
            company_id=1,
            code="SH",
            name="Shanghai Devices",
            name_zh="上海器械",
            currency="CNY",
            country="CN",
        ),
        row(
            Company,
            2,
            company_id=2,
            code="TUT",
            name="Tuttlingen Instruments",
            name_zh="图特林根",
            currency="EUR",
            country="DE",
        ),
    ]
    await insert(connection, Company, companies)
    await insert(connection, UnitOfMeasure, [row(UnitOfMeasure, 1, code="EA", name="Each")])
    parties = [
        row(Party, number, code=f"S{number:03}", name=f"Supplier {number}", country="CN" if number % 2 else "DE")
        for number in range(1, 7)
    ]
    parties[2]["name"] = 'Quote " \\ back\tslash, 供应商'
    await insert(connection, Party, parties)
    closed = datetime(2026, 1, 31, tzinfo=UTC)
    await insert(connection, Party, [row(Party, 900, code="S900", name="Closed", archived_at=closed)])
    await insert(connection, PartyRole, [row(PartyRole, n, party_id=numbered(Party, n)) for n in range(1, 7)])
    await insert(connection, ItemCategory, [row(ItemCategory, 1, code="IMPLANT", name="Implants")])
    items = [
        row(
            Item,
            n,
            code=f"I{n:03}",
            name=f"Item {n}",
            category_id=numbered(ItemCategory, 1),
            unit_id=numbered(UnitOfMeasure, 1),
        )
        for n in range(1, 9)
    ]
    await insert(connection, Item, items)
    sites = [row(Site, c, company_id=c, code=f"P{c}", name=f"Plant {c}") for c in CURRENCIES]
    await insert(connection, Site, sites)
    locations = [
        row(Location, 10 * c + n, company_id=c, code=f"L{n}", name=f"Aisle {n}", site_id=numbered(Site, c))
        for c in CURRENCIES
        for n in range(3)
    ]
    await insert(connection, Location, locations)


async def _orders(connection: asyncpg.Connection) -> None:
    orders, lines = [], []
    for n in range(1, ORDERS + 1):
        company = 1 + n % 2
        subtotal = Decimal(0)
        for position in range(1, 1 + n % 4):
            quantity, price = Decimal(n + position), Decimal(position) + Decimal(n) / 8
            subtotal += quantity * price
            lines.append(
                row(
                    PurchaseOrderLine,
                    n * 10 + position,
                    company_id=company,
                    purchase_order_id=numbered(PurchaseOrder, n),
                    position=position,
                    item_id=numbered(Item, 1 + (n + position) % 8),
                    ordered_quantity=quantity,
                    unit_price=price,
                    line_total=quantity * price,
                    due_on=FIRST_DAY + timedelta(days=9 * n) if n % 3 else None,
                )
            )
        orders.append(
            row(
                PurchaseOrder,
                n,
                company_id=company,
                number=f"PO{n:04}",
                supplier_id=numbered(Party, 1 + n % 5),
                site_id=numbered(Site, company),
                ordered_on=FIRST_DAY + timedelta(days=7 * n),
                currency=CURRENCIES[company] if n % 5 else "USD",
                status=STATUSES[n % 4],
                subtotal=subtotal,
                tax=Decimal(n) / 4,
                freight=Decimal("1.5"),
                total_due=subtotal + Decimal(n) / 4 + Decimal("1.5"),
                is_historical=True,
                reason=None if n % 2 else f"reason {n}",
            )
        )
    await insert(connection, PurchaseOrder, orders)
    await insert(connection, PurchaseOrderLine, lines)


async def _stock(connection: asyncpg.Connection) -> None:
    balances = [
        row(
            StockBalance,
            100 * c + 10 * place + n,
            company_id=c,
            item_id=numbered(Item, n),
            location_id=numbered(Location, 10 * c + place),
            quantity=Decimal(n * 3 + place),
            standard_unit_cost=Decimal(n) + Decimal("0.125"),
        )
        for c in CURRENCIES
        for place in range(3)
        for n in range(1, 6)
    ]
    await insert(connection, StockBalance, balances)


async def _people(connection: asyncpg.Connection) -> None:
    await insert(
        connection, Department, [row(Department, c, company_id=c, code=f"D{c}", name="Assembly") for c in CURRENCIES]
    )
    employees = [
        row(Employee, 10 * c + n, company_id=c, number=f"E{c}{n}", job_title="Assembler")
        for c in CURRENCIES
        for n in range(1, 4)
    ]
    await insert(connection, Employee, employees)
    rates = [
        row(
            EmployeePayRate, 100 * c + 10 * n + r, company_id=c, employee_id=numbered(Employee, 10 * c + n),
            valid_from=date(2020 + r, 1, 1), rate=Decimal(20 + n + r),
        )
        for c in CURRENCIES
        for n in range(1, 4)
        for r in range(2)
    ]  # fmt: skip
    await insert(connection, EmployeePayRate, rates)
    assignments = [
        row(
            EmployeeAssignment,
            10 * c,
            company_id=c,
            employee_id=numbered(Employee, 10 * c + 1),
            department_id=numbered(Department, c),
        )
        for c in CURRENCIES
    ]
    await insert(connection, EmployeeAssignment, assignments)


async def _legacy(connection: asyncpg.Connection) -> None:
    """Orders 3 and 4 and item 1 came from a source system; both orders had the key 34 in another."""
    systems = [row(SourceSystem, n, code=code) for n, code in ((1, "aw"), (2, "second"))]
    await insert(connection, SourceSystem, systems)
    orders = [(n, n, str(n)) for n in (3, 4)] + [(10 + n, n, "34") for n in (3, 4)]
    keys = [
        row(
            LegacyKey, number, company_id=1 + n % 2, source_system_id=numbered(SourceSystem, 2 if number > 10 else 1),
            record_type="purchase_order", record_id=numbered(PurchaseOrder, n), key=key,
        )
        for number, n, key in orders
    ]  # fmt: skip
    system = numbered(SourceSystem, 1)
    keys.append(
        row(
            LegacyKey,
            1,
            company_id=0,
            source_system_id=system,
            record_type="item",
            record_id=numbered(Item, 1),
            key="1",
        )
    )
    await connection.execute("SET session_replication_role = replica")
    await insert(connection, LegacyKey, keys)
    await connection.execute("SET session_replication_role = origin")
