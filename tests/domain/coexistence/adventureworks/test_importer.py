"""The small source as one company: every value, every refusal, and what a second run does."""

from collections.abc import AsyncIterator, Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from domain.coexistence.adventureworks import import_adventureworks
from domain.coexistence.adventureworks.checks import leaf_cost
from domain.coexistence.imports import ImportReport, UnreadableFile
from domain.coexistence.runs import LOCK_CLASS, ImportRunning
from domain.core.database import Connection, connect
from tests.conftest import run_apart
from tests.domain.coexistence.adventureworks.sources import ROWS, replaced, write_source

TABLES = (
    "company", "currency", "currency_rate", "unit_of_measure", "item_category", "item", "item_planning", "item_cost",
    "item_price", "location", "work_centre", "department", "employee", "employee_pay_rate", "employee_assignment",
    "employee_address", "party", "party_role", "address", "party_contact", "party_channel", "supplier_item",
    "purchase_order", "purchase_order_line", "bill_of_material", "bill_of_material_line", "scrap_reason", "work_order",
    "work_order_operation", "stock_balance", "stock_move", "journal_entry", "legacy_key", "audit_entry", "outbox_event",
)  # fmt: skip


@pytest.fixture
async def database(fresh_database: str) -> AsyncIterator[Connection]:
    """A connection to a database without rows."""
    connection = await connect(fresh_database)
    yield connection
    await connection.close()


@pytest.fixture(scope="module")
def imported_url(clone_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database into which the small source was imported once; the tests that take it only read."""
    url = clone_database()
    report = run_apart(import_adventureworks(url, write_source(tmp_path_factory.mktemp("source"))))
    assert (report.status, report.refused, report.created) == ("SUCCEEDED", 0, report.rows_read)
    return url


@pytest.fixture
async def imported(imported_url: str) -> AsyncIterator[Connection]:
    """A connection to the imported source."""
    connection = await connect(imported_url)
    yield connection
    await connection.close()


@pytest.fixture(scope="module")
def refusing_url(clone_database: Callable[[], str]) -> str:
    """A database into which only sources that are refused are imported."""
    return clone_database()


@pytest.fixture
async def refusing(refusing_url: str) -> AsyncIterator[Connection]:
    """A connection to the database that stays empty."""
    connection = await connect(refusing_url)
    yield connection
    await connection.close()


async def counts(database: Connection) -> dict[str, int]:
    """How many rows each table has."""
    return {table: await database.fetchval(f"SELECT count(*) FROM {table}") for table in TABLES}


async def asked(database: Connection, statement: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await database.fetch(statement)]


def findings(report: ImportReport) -> list[tuple[str, int | None, str | None, str | None, str]]:
    """Where each finding points, and its code."""
    return [(one.file, one.line, one.column, one.value, one.code) for one in report.findings]


async def test_orders_are_kept_as_they_were_left(imported: Connection) -> None:
    orders = """
        SELECT o.number, o.status, o.revision, o.ordered_on, o.currency, o.subtotal, o.tax, o.freight, o.total_due,
            p.code, e.number, o.is_historical
        FROM purchase_order o JOIN party p ON p.id = o.supplier_id JOIN employee e ON e.id = o.requester_id
    """
    assert await asked(imported, orders) == [
        (
            "4", "PENDING", 2, date(2014, 6, 1), "USD", Decimal("202.04"), Decimal("16.1632"), Decimal("5.051"),
            Decimal("223.2542"), "BOLTS0001", "1", True,
        )
    ]  # fmt: skip
    lines = """
        SELECT l.position, i.code, l.ordered_quantity, l.received_quantity, l.rejected_quantity, l.stocked_quantity,
            l.unit_price, l.line_total FROM purchase_order_line l JOIN item i ON i.id = l.item_id ORDER BY 1
    """
    assert await asked(imported, lines) == [
        (1, "BO-701", Decimal(4), Decimal(3), Decimal(1), Decimal(2), Decimal("50.26"), Decimal("201.04")),
        (2, "FR-700", Decimal(2), Decimal(0), Decimal(0), Decimal(0), Decimal("0.5"), Decimal(1)),
    ]


async def test_stock_is_opened_by_one_balanced_posting_a_row(imported: Connection) -> None:
    balances = """
        SELECT i.code, l.code, b.quantity, b.standard_value, b.storage_bin
        FROM stock_balance b JOIN item i ON i.id = b.item_id JOIN location l ON l.id = b.location_id ORDER BY 1, 2
    """
    assert await asked(imported, balances) == [
        ("BO-701", "1", Decimal(100), Decimal(125), None),
        ("BO-701", "10", Decimal(0), Decimal(0), "B-5"),
        ("FR-700", "1", Decimal(7), Decimal("283.5"), "A-1"),
    ]
    moves = "SELECT kind, occurred_on, count(*) FROM stock_move GROUP BY 1, 2"
    assert await asked(imported, moves) == [("OPENING", date(2014, 8, 12), 2)]
    accounts = """
        SELECT a.role, sum(l.amount) FROM journal_line l JOIN account a ON a.id = l.account_id GROUP BY 1 ORDER BY 1
    """
    assert await asked(imported, accounts) == [("OPENING_BALANCE", Decimal("-408.5")), ("STOCK", Decimal("408.5"))]


async def test_masters_keep_their_values_without_the_quirks(imported: Connection) -> None:
    items = """
        SELECT i.code, i.description, i.model, u.code, s.code, c.code, i.make_or_buy, i.is_sold, i.weight
        FROM item i JOIN unit_of_measure u ON u.id = i.unit_id LEFT JOIN unit_of_measure s ON s.id = i.size_unit_id
            LEFT JOIN item_category c ON c.id = i.category_id ORDER BY 1 DESC
    """
    assert await asked(imported, items) == [
        ("FR-700", 'Light "frame"\nfor racing', "Racer", "EA", "CM", "AW-3-3", "MAKE", True, Decimal("2.3")),
        ("BO-701", None, None, "EA", None, None, "BUY", False, None),
    ]
    costs = """
        SELECT i.code, c.standard_cost, c.valid_from, c.valid_to FROM item_cost c JOIN item i ON i.id = c.item_id
        ORDER BY 1, 3
    """
    assert await asked(imported, costs) == [
        ("BO-701", Decimal("1.25"), date(2008, 4, 30), None),
        ("FR-700", Decimal(38), date(2012, 5, 30), date(2013, 5, 29)),
        ("FR-700", Decimal("40.5"), date(2013, 5, 30), None),
    ]
    rates = "SELECT base_currency, quote_currency, average_rate, closing_rate, spot_rate FROM currency_rate"
    assert await asked(imported, rates) == [("USD", "JPY", Decimal("99.1234"), Decimal("99.5"), None)]
    assert await asked(imported, "SELECT code, minor_unit FROM currency ORDER BY 1") == [("JPY", 0), ("USD", 2)]


async def test_each_customer_is_one_party_and_homes_of_employees_are_apart(imported: Connection) -> None:
    parties = """
        SELECT p.code, p.name, p.is_person, e.code, r.role FROM party p LEFT JOIN party e ON e.id = p.employer_id
            LEFT JOIN party_role r ON r.party_id = p.id ORDER BY 1
    """
    assert await asked(imported, parties) == [
        ("AW-P33", "AW-P33", True, None, None),
        ("AW00000005", "Next-Door Bike Store", False, None, "CUSTOMER"),
        ("AW00000006", "AW00000006", True, "AW00000005", "CUSTOMER"),
        ("AW00000007", "AW00000007", True, None, "CUSTOMER"),
        ("BOLTS0001", "Bolts & Co", False, None, "SUPPLIER"),
    ]
    addresses = "SELECT line_1, city, region, region_code, country, kind FROM address ORDER BY 1"
    assert await asked(imported, addresses) == [
        ("3 Shop Road", "Bothell", "Washington", "WA", "US", "MAIN_OFFICE"),
        ("Rue de l'Élysée 5", "Orléans", "Loiret", "45", "FR", "MAIN_OFFICE"),
    ]
    assert await asked(imported, "SELECT line_1, line_2 FROM employee_address") == [("1 Home Street", "Flat 2")]
    channels = "SELECT kind, value FROM party_channel ORDER BY 1"
    assert await asked(imported, channels) == [("EMAIL", "jo@example.com"), ("PHONE", "819-555-0175")]
    assert await asked(imported, "SELECT email, phone FROM employee") == [("ken0@example.com", "697-555-0142")]


async def test_a_bill_line_without_assembly_keeps_no_bill(imported: Connection) -> None:
    lines = """
        SELECT b.code, c.code, l.quantity, l.level, l.valid_to FROM bill_of_material_line l JOIN item c
            ON c.id = l.component_id LEFT JOIN bill_of_material b ON b.id = l.bill_id ORDER BY 3
    """
    assert await asked(imported, lines) == [
        (None, "FR-700", Decimal(1), 0, None),
        ("FR-700", "BO-701", Decimal(2), 1, None),
        ("FR-700", "BO-701", Decimal(3), 1, date(2013, 5, 29)),
    ]


async def test_every_row_with_a_home_is_known_by_its_legacy_key(database: Connection, tmp_path: Path) -> None:
    report = await import_adventureworks(database, write_source(tmp_path))
    keyed = dict(await asked(database, "SELECT source_table, count(DISTINCT key) FROM legacy_key GROUP BY 1"))
    homeless = {*report.folded, *report.without_home}
    assert {table: keyed.get(table) for table in ROWS if table not in homeless} == {
        # The bill itself has a key beside those of its lines, the product beside those of its cost.
        table: len(rows) + {"BillOfMaterials": 1, "Product": 1}.get(table, 0)
        for table, rows in ROWS.items()
        if table not in homeless
    }
    assert report.without_home == ("SalesReason",)
    operation = "SELECT key FROM legacy_key WHERE record_type = 'work_order_operation'"
    assert await asked(database, operation) == [("13:700:1",)]


async def test_a_second_run_changes_nothing_and_says_so(database: Connection, tmp_path: Path) -> None:
    first = await import_adventureworks(database, write_source(tmp_path))
    before = await counts(database)
    second = await import_adventureworks(database, tmp_path)
    assert (second.created, second.updated, second.unchanged) == (0, 0, first.created)
    after = await counts(database)
    # The run itself is opened and closed, each an audited change.
    assert after == {**before, "audit_entry": before["audit_entry"] + 2}


async def test_a_dry_run_counts_and_writes_nothing(database: Connection, tmp_path: Path) -> None:
    dry = await import_adventureworks(database, write_source(tmp_path), dry_run=True)
    kept = {table: count for table, count in (await counts(database)).items() if count}
    assert kept == {"audit_entry": 3}
    assert await asked(database, "SELECT status, is_dry_run, created_count FROM import_run") == [
        ("SUCCEEDED", True, dry.created)
    ]
    assert (await import_adventureworks(database, tmp_path)).created == dry.created


async def test_a_changed_row_changes_its_record_through_the_audit(database: Connection, tmp_path: Path) -> None:
    first = await import_adventureworks(database, write_source(tmp_path))
    vendors = replaced("Vendor", 0, "Name", "Bolts, Nuts & Co")
    second = await import_adventureworks(database, write_source(tmp_path, Vendor=vendors))
    assert (second.created, second.updated, second.unchanged) == (0, 1, first.created - 1)
    party = "SELECT name, version FROM party WHERE code = 'BOLTS0001'"
    assert await asked(database, party) == [("Bolts, Nuts & Co", 2)]
    third = await import_adventureworks(database, tmp_path)
    assert (third.updated, third.unchanged) == (0, first.created)


REFUSED = [
    ("PurchaseOrderHeader", 0, "TotalDue", "12,5", 1, "INVALID_VALUE"),
    ("PurchaseOrderHeader", 0, "Status", "9", 1, "INVALID_VALUE"),
    ("PurchaseOrderHeader", 0, "VendorID", "99", 1, "REFERENCE_MISSING"),
    ("PurchaseOrderDetail", 1, "UnitPrice", "0.00000000001", 2, "INVALID_VALUE"),
    ("WorkOrder", 0, "OrderQty", "-8", 1, "INVALID_VALUE"),
    ("ProductInventory", 2, "Quantity", "-1", 3, "INVALID_VALUE"),
    ("Vendor", 0, "Name", "", 1, "MISSING_VALUE"),
    ("Employee", 0, "HireDate", "14.01.2009", 1, "INVALID_VALUE"),
    ("Address", 1, "StateProvinceID", "5", 2, "INVALID_VALUE"),
]


@pytest.mark.parametrize(("table", "place", "column", "value", "line", "code"), REFUSED)
async def test_a_row_that_is_not_fit_is_named_and_nothing_is_imported(
    refusing: Connection, tmp_path: Path, table: str, place: int, column: str, value: str, line: int, code: str
) -> None:
    source = write_source(tmp_path, **{table: replaced(table, place, column, value)})
    report = await import_adventureworks(refusing, source)
    assert report.status == "REFUSED"
    assert (f"{table}.csv", line, column, value, code) in findings(report)
    kept = {table: count for table, count in (await counts(refusing)).items() if count}
    assert kept.keys() == {"audit_entry"}
    issue = """
        SELECT file, line, column_name, value, code FROM import_issue
        WHERE import_run_id = (SELECT id FROM import_run ORDER BY id DESC LIMIT 1)
    """
    assert (f"{table}.csv", line, column, value, code) in await asked(refusing, issue)


async def test_a_key_or_code_that_occurs_twice_is_refused(database: Connection, tmp_path: Path) -> None:
    twice = (*ROWS["Currency"], ROWS["Currency"][0])
    report = await import_adventureworks(database, write_source(tmp_path, Currency=twice))
    assert findings(report) == [("Currency.csv", 3, None, "USD", "DUPLICATE_KEY")]
    codes = replaced("Product", 1, "ProductNumber", "FR-700")
    report = await import_adventureworks(database, write_source(tmp_path, Product=codes))
    assert ("Product.csv", 2, "code", "FR-700", "CODE_TAKEN") in findings(report)


async def test_a_unit_that_exists_is_taken_over_and_an_item_is_not(database: Connection, tmp_path: Path) -> None:
    unit = "01900000-0000-7000-8000-000000000001"
    await database.execute(
        f"INSERT INTO unit_of_measure (id, code, name, dimension) VALUES ('{unit}', 'EA', 'Piece', 'COUNT')"
    )
    await database.execute(
        "INSERT INTO item (id, code, name, kind, status, unit_id, make_or_buy) VALUES "
        f"('{unit}', 'BO-701', 'Another bolt', 'COMPONENT', 'ACTIVE', '{unit}', 'BUY')"
    )
    report = await import_adventureworks(database, write_source(tmp_path))
    assert findings(report) == [("Product.csv", 2, "code", "BO-701", "CODE_TAKEN")]
    await database.execute("DELETE FROM item")
    assert (await import_adventureworks(database, tmp_path)).status == "SUCCEEDED"
    assert await asked(database, "SELECT id::text, name FROM unit_of_measure WHERE code = 'EA'") == [(unit, "Piece")]


async def test_stock_that_was_opened_is_not_opened_again(database: Connection, tmp_path: Path) -> None:
    await import_adventureworks(database, write_source(tmp_path))
    stock = replaced("ProductInventory", 0, "Quantity", "8")
    report = await import_adventureworks(database, write_source(tmp_path, ProductInventory=stock))
    assert findings(report) == [("ProductInventory.csv", 1, None, "700:1", "STOCK_ALREADY_OPEN")]
    assert await asked(database, "SELECT sum(quantity) FROM stock_balance") == [(Decimal(107),)]


async def test_a_derived_value_that_differs_is_kept_and_said(database: Connection, tmp_path: Path) -> None:
    due = replaced("PurchaseOrderHeader", 0, "TotalDue", "223.26")
    report = await import_adventureworks(database, write_source(tmp_path, PurchaseOrderHeader=due))
    assert report.status == "SUCCEEDED"
    assert findings(report) == [("PurchaseOrderHeader.csv", 1, "TotalDue", "223.26", "DERIVED_VALUE_DIFFERS")]
    assert "PurchaseOrderHeader.TotalDue: 1 of 1 differ from their own arithmetic." in report.remarks
    assert await asked(database, "SELECT total_due FROM purchase_order") == [(Decimal("223.26"),)]


async def test_a_leaf_cost_that_is_not_the_standard_cost_is_counted(database: Connection, tmp_path: Path) -> None:
    report = await import_adventureworks(database, write_source(tmp_path), dry_run=True)
    assert [remark for remark in report.remarks if remark.startswith("Leaf-cost")] == [
        "Leaf-cost roll-up over the open bills: 1 of 1 assemblies do not give their StandardCost (bought parts often "
        "cost 0); standard costs are imported as stored."
    ]


def test_leaf_costs_roll_up_over_all_levels_and_refuse_a_cycle() -> None:
    parts = {"bike": [("frame", Decimal(1)), ("bolt", Decimal(4))], "frame": [("tube", Decimal("2.5"))]}
    costs = {"bike": Decimal(99), "frame": Decimal(50), "tube": Decimal(3), "bolt": Decimal("0.25")}
    assert leaf_cost("bike", parts, costs, {}) == Decimal("8.5")
    assert leaf_cost("tube", parts, costs, {}) == Decimal(3)
    with pytest.raises(ValueError, match="contains itself"):
        leaf_cost("a", {"a": [("b", Decimal(1))], "b": [("a", Decimal(1))]}, costs, {})


async def test_two_runs_of_one_source_never_interleave(
    database: Connection, fresh_database: str, tmp_path: Path
) -> None:
    other = await connect(fresh_database)
    await other.fetchval("SELECT pg_advisory_lock($1, hashtext($2))", LOCK_CLASS, "adventureworks")
    with pytest.raises(ImportRunning):
        await import_adventureworks(database, write_source(tmp_path))
    await other.close()
    assert (await import_adventureworks(database, tmp_path)).status == "SUCCEEDED"


async def test_a_missing_file_is_refused_before_anything_is_written(database: Connection, tmp_path: Path) -> None:
    source = write_source(tmp_path)
    (source / "WorkOrder.csv").unlink()
    with pytest.raises(UnreadableFile):
        await import_adventureworks(database, source)
    assert not any((await counts(database)).values())
