"""A complete legacy ERP in one database and one graph: every fact of the data's README, to the last digit.

The import is killed twice, resumed to its end, and only then asked: what it says after the kills is what it would have
said without. Its purchases are then rehearsed as live business in a second company, which is asked too. Expected
figures are the README's, or are summed here from the files with nothing of the importer's.
"""

import asyncio
import json
import signal
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from domain import VERIFIERS
from domain.core.database import Database, connect
from domain.core.verify import verify
from resolvers.read import ReadRoad
from tests.conftest import run_apart
from tests.scenarios.adventureworks import SECOND, SOURCE, Graph, money, rows_of, usd
from tests.scenarios.data import data_folder

ROOT = Path(__file__).parents[2]
# Rows mapped: a source row that feeds two kinds of record counts twice.
MAPPED = 295_396
# The peak does not grow with the files.
MEGABYTES_MAX = 400

KILLED_AFTER = (
    "import Customer -> party_role 10000 ",
    "import WorkOrder -> work_order 35000 ",
)


async def importing(url: str, directory: Path) -> asyncio.subprocess.Process:
    """A process that imports; its output is the progress, then the report."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.scenarios.import_adventureworks", url, str(directory), cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def imported_by(url: str, directory: Path) -> dict[str, Any]:
    """The report of a process that was left alone."""
    process = await importing(url, directory)
    output, _ = await process.communicate()
    assert process.returncode == 0
    return json.loads(output.splitlines()[-1])


async def kill_after(url: str, directory: Path, line: str) -> None:
    """Import until the progress says `line`, then kill -9."""
    process = await importing(url, directory)
    assert process.stdout is not None
    async for said in process.stdout:
        if said.decode().startswith(line):
            process.send_signal(signal.SIGKILL)
            break
    assert await process.wait() == -signal.SIGKILL


@pytest.fixture(scope="module")
def imported(clone_database: Callable[[], str]) -> tuple[str, dict[str, Any]]:
    """The database after the kills and one run to the end, and that run's report."""
    url, directory = clone_database(), data_folder(SOURCE)
    for line in KILLED_AFTER:
        run_apart(kill_after(url, directory, line))
    return url, run_apart(imported_by(url, directory))


async def asked(url: str, statement: str) -> list[tuple[Any, ...]]:
    """The rows of one statement."""
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(statement)]
    finally:
        await connection.close()


@pytest.fixture
async def graph(imported: tuple[str, dict[str, Any]]) -> AsyncIterator[Graph]:
    """The graph over the imported company."""
    database = await Database.open(imported[0], 2)
    yield Graph(ReadRoad(database))
    await database.close()


def test_the_import_ends_complete_after_kills_and_within_its_memory(imported: tuple[str, dict[str, Any]]) -> None:
    url, report = imported
    assert (report["status"], report["refused"], report["updated"]) == ("SUCCEEDED", 0, 0)
    assert report["created"] > 0
    assert report["created"] + report["unchanged"] == MAPPED
    assert report["megabytes"] < MEGABYTES_MAX
    statuses = "SELECT status, count(*) FROM import_run GROUP BY status ORDER BY status"
    assert run_apart(asked(url, statuses)) == [("INTERRUPTED", len(KILLED_AFTER)), ("SUCCEEDED", 1)]
    assert run_apart(asked(url, "SELECT count(*) FROM legacy_key")) == [(MAPPED,)]


def test_the_run_says_what_it_found_and_what_has_no_home(imported: tuple[str, dict[str, Any]]) -> None:
    report = imported[1]
    assert [remark for remark in report["remarks"] if "differ" in remark] == [
        "PurchaseOrderHeader.TotalDue: 0 of 4,012 differ from their own arithmetic.",
        "PurchaseOrderDetail.LineTotal: 0 of 8,845 differ from their own arithmetic.",
        "PurchaseOrderDetail.StockedQty: 0 of 8,845 differ from their own arithmetic.",
        "WorkOrder.StockedQty: 0 of 72,591 differ from their own arithmetic.",
        "PurchaseOrderHeader.SubTotal: 0 of 4,012 differ from the sum of their lines.",
        "ProductCostHistory.StandardCost: 0 of 195 open rows differ from Product.StandardCost.",
    ]
    assert any(remark.startswith("Leaf-cost roll-up over the open bills: 220 of 238") for remark in report["remarks"])
    assert report["without_home"] == [
        "CountryRegion", "CountryRegionCurrency", "ProductDocument", "ProductModelIllustration", "ProductReview",
        "SalesOrderHeaderSalesReason", "SalesPerson", "SalesPersonQuotaHistory", "SalesReason", "SalesTaxRate",
        "SalesTerritory", "SalesTerritoryHistory", "ShipMethod", "ShoppingCartItem", "SpecialOffer",
        "SpecialOfferProduct",
    ]  # fmt: skip


def test_a_run_after_the_last_changes_nothing(imported: tuple[str, dict[str, Any]]) -> None:
    url = imported[0]
    audit = "SELECT count(*), max(version) FROM audit_entry a, purchase_order o WHERE a.record_id = o.id"
    before = run_apart(asked(url, audit))
    again = run_apart(imported_by(url, data_folder(SOURCE)))
    assert (again["created"], again["updated"], again["unchanged"], again["refused"]) == (0, 0, MAPPED, 0)
    assert run_apart(asked(url, audit)) == before


async def test_purchase_orders_sum_to_the_last_digit(graph: Graph) -> None:
    data = await graph("""{
        purchaseOrders { totalCount aggregate { count sum {
            subtotal { amount currency } tax { amount currency } freight { amount currency }
            totalDue { amount currency }
        } } }
        purchaseOrderLines { totalCount aggregate { sum {
            orderedQuantity receivedQuantity rejectedQuantity stockedQuantity
        } } }
    }""")
    orders, lines = data["purchaseOrders"], data["purchaseOrderLines"]
    assert (orders["totalCount"], orders["aggregate"]["count"], lines["totalCount"]) == (4_012, 4_012, 8_845)
    assert {name: money(sums) for name, sums in orders["aggregate"]["sum"].items()} == {
        "subtotal": usd("63791994.8380"),
        "tax": usd("5103359.5740"),
        "freight": usd("1583978.2263"),
        "totalDue": usd("70479332.6383"),
    }
    assert {name: Decimal(value) for name, value in lines["aggregate"]["sum"].items()} == {
        "orderedQuantity": 2_348_637,
        "receivedQuantity": 2_327_299,
        "rejectedQuantity": 72_700,
        "stockedQuantity": 2_254_599,
    }


async def test_what_is_due_by_year_status_and_supplier(graph: Graph) -> None:
    data = await graph("""{ purchaseOrders {
        year: aggregate(groupBy: [ORDERED_ON_YEAR]) { groups {
            key { orderedOnYear } sum { totalDue { amount currency } }
        } }
        status: aggregate(groupBy: [STATUS]) { groups { key { status } count sum { totalDue { amount currency } } } }
        supplier: aggregate(groupBy: [SUPPLIER]) { groups {
            key { supplier { code } } sum { totalDue { amount currency } }
        } }
    } }""")
    orders = data["purchaseOrders"]
    assert {one["key"]["orderedOnYear"]: money(one["sum"]["totalDue"]) for one in orders["year"]["groups"]} == {
        2011: usd("445465.0635"),
        2012: usd("4339216.8191"),
        2013: usd("22171106.1576"),
        2014: usd("43523544.5981"),
    }
    names = {"1": "PENDING", "2": "APPROVED", "3": "REJECTED", "4": "COMPLETE"}
    codes = {row["BusinessEntityID"]: row["AccountNumber"] for row in rows_of("Vendor")}
    by_status: defaultdict[str, Decimal] = defaultdict(Decimal)
    by_supplier: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in rows_of("PurchaseOrderHeader"):
        by_status[names[row["Status"]]] += Decimal(row["TotalDue"])
        by_supplier[codes[row["VendorID"]]] += Decimal(row["TotalDue"])
    counts = {one["key"]["status"]: one["count"] for one in orders["status"]["groups"]}
    assert counts == {"PENDING": 225, "APPROVED": 12, "REJECTED": 86, "COMPLETE": 3_689}
    assert {one["key"]["status"]: money(one["sum"]["totalDue"]) for one in orders["status"]["groups"]} == {
        status: usd(due) for status, due in by_status.items()
    }
    assert {one["key"]["supplier"]["code"]: money(one["sum"]["totalDue"]) for one in orders["supplier"]["groups"]} == {
        code: usd(due) for code, due in by_supplier.items()
    }


async def test_stock_on_hand_and_its_value_equal_the_source(graph: Graph) -> None:
    data = await graph("""{ stockBalances {
        aggregate { sum { quantity standardValue { amount currency } } }
        item: aggregate(groupBy: [ITEM]) { groups { key { item { code } } sum { quantity } } }
        location: aggregate(groupBy: [LOCATION]) { groups {
            key { location { code name } } sum { quantity standardValue { amount currency } }
        } }
    } }""")
    stock = data["stockBalances"]
    assert Decimal(stock["aggregate"]["sum"]["quantity"]) == 335_974
    assert money(stock["aggregate"]["sum"]["standardValue"]) == usd("20092679.1712")
    held = [Decimal(one["sum"]["quantity"]) for one in stock["item"]["groups"]]
    assert (len(held), sum(quantity > 0 for quantity in held), len(stock["location"]["groups"])) == (432, 428, 14)
    costs = {row["ProductID"]: Decimal(row["StandardCost"]) for row in rows_of("Product")}
    quantities: defaultdict[str, Decimal] = defaultdict(Decimal)
    values: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in rows_of("ProductInventory"):
        quantities[row["LocationID"]] += Decimal(row["Quantity"])
        values[row["LocationID"]] += Decimal(row["Quantity"]) * costs[row["ProductID"]]
    for one in stock["location"]["groups"]:
        code = one["key"]["location"]["code"]
        assert Decimal(one["sum"]["quantity"]) == quantities[code]
        assert money(one["sum"]["standardValue"]) == usd(values[code])


async def test_items_parties_and_addresses_are_all_there(graph: Graph) -> None:
    data = await graph("""{
        items { totalCount }
        vendors: parties(filter: {roles: {some: {role: {eq: SUPPLIER}}}}) { totalCount }
        customers: parties(filter: {roles: {some: {role: {eq: CUSTOMER}}}}) { totalCount }
        addresses { totalCount }
        employeeAddresses { totalCount }
        employees { totalCount }
        employeePayRates { totalCount }
    }""")
    counts = {name: one["totalCount"] for name, one in data.items()}
    assert counts.pop("addresses") + counts.pop("employeeAddresses") == 19_614
    assert counts == {
        "items": 504, "vendors": 104, "customers": 19_820, "employees": 290, "employeePayRates": 316,
    }  # fmt: skip


async def test_bills_of_material_keep_every_line(graph: Graph) -> None:
    data = await graph("""{
        all: billOfMaterialLines { totalCount }
        open: billOfMaterialLines(filter: {validTo: {isNull: true}}) { totalCount }
        top: billOfMaterialLines(filter: {bill: {isNull: true}}) { totalCount }
        openTop: billOfMaterialLines(filter: {bill: {isNull: true}, validTo: {isNull: true}}) {
            totalCount aggregate(groupBy: [COMPONENT]) { groups { count } }
        }
        levels: billOfMaterialLines { aggregate { max { level } } }
        billsOfMaterial { totalCount }
    }""")
    assert [data[name]["totalCount"] for name in ("all", "open", "top", "openTop")] == [2_679, 2_480, 103, 97]
    assert len(data["openTop"]["aggregate"]["groups"]) == 97
    assert data["levels"]["aggregate"]["max"]["level"] == 4
    assert data["billsOfMaterial"]["totalCount"] == 238


async def test_work_orders_and_their_steps_sum_by_work_centre(graph: Graph) -> None:
    data = await graph("""{
        workOrders { totalCount aggregate { sum { orderedQuantity stockedQuantity scrappedQuantity } } }
        workOrderOperations { totalCount aggregate(groupBy: [WORK_CENTRE]) { groups {
            key { workCentre { id code name } } count sum { actualHours actualCost { amount currency } }
        } } }
    }""")
    orders = data["workOrders"]
    assert orders["totalCount"] == 72_591
    assert {name: Decimal(value) for name, value in orders["aggregate"]["sum"].items()} == {
        "orderedQuantity": 4_507_721,
        "stockedQuantity": 4_507_721 - 10_651,
        "scrappedQuantity": 10_651,
    }
    assert data["workOrderOperations"]["totalCount"] == 67_131
    steps: defaultdict[str, int] = defaultdict(int)
    hours: defaultdict[str, Decimal] = defaultdict(Decimal)
    costs: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in rows_of("WorkOrderRouting"):
        steps[row["LocationID"]] += 1
        hours[row["LocationID"]] += Decimal(row["ActualResourceHrs"])
        costs[row["LocationID"]] += Decimal(row["ActualCost"])
    groups = data["workOrderOperations"]["aggregate"]["groups"]
    assert {one["key"]["workCentre"]["code"]: one["count"] for one in groups} == steps
    for one in groups:
        code = one["key"]["workCentre"]["code"]
        assert Decimal(one["sum"]["actualHours"]) == hours[code]
        assert money(one["sum"]["actualCost"]) == usd(costs[code])


async def test_currency_rates_keep_their_rows(graph: Graph) -> None:
    data = await graph("""{
        currencyRates { totalCount aggregate { min { validOn } max { validOn } } }
        keyed: currencyRates(filter: {legacyKey: {system: {eq: "adventureworks"}}}) { totalCount }
        pairs: currencyRates { aggregate(groupBy: [QUOTE_CURRENCY]) { groups { key { quoteCurrency } count } } }
        own: currencyRates(filter: {baseCurrency: {eq: "USD"}, quoteCurrency: {eq: "USD"}}) { totalCount }
    }""")
    rates = data["currencyRates"]
    assert (rates["totalCount"], data["keyed"]["totalCount"], data["own"]["totalCount"]) == (13_532, 13_532, 1_097)
    assert (rates["aggregate"]["min"]["validOn"], rates["aggregate"]["max"]["validOn"]) == ("2011-05-31", "2014-05-31")
    counts = {one["key"]["quoteCurrency"]: one["count"] for one in data["pairs"]["aggregate"]["groups"]}
    assert len(counts) == 14
    assert {code for code, count in counts.items() if count == 184} == {"DEM", "FRF"}


async def test_a_record_is_found_by_the_key_it_had(graph: Graph) -> None:
    data = await graph("""{
        purchaseOrder(legacyKey: {system: "adventureworks", key: "4012"}) {
            number status orderedOn isHistorical supplier { code } totalDue { amount currency }
            lines { position item { code } orderedQuantity receivedQuantity rejectedQuantity stockedQuantity
                unitPrice { amount currency } lineTotal { amount currency } }
        }
        party(legacyKey: {system: "adventureworks", key: "1492"}) { code name }
        item(legacyKey: {system: "adventureworks", key: "999"}) { code name category { name parent { name } } }
        workOrder(legacyKey: {system: "adventureworks", key: "13"}) {
            number operations { sequence workCentre { code } }
        }
    }""")
    order = data["purchaseOrder"]
    assert (order["number"], order["status"], order["orderedOn"], order["isHistorical"]) == (
        "4012", "APPROVED", "2014-06-24", True,
    )  # fmt: skip
    assert money([order["totalDue"]]) == usd("1097448")
    assert sum(Decimal(line["lineTotal"]["amount"]) for line in order["lines"]) == Decimal("997680")
    assert [line["position"] for line in order["lines"]] == list(range(1, len(order["lines"]) + 1))
    assert data["party"] == {"code": "AUSTRALI0001", "name": "Australia Bike Retailer"}
    assert data["item"] == {
        "code": "BK-R19B-52",
        "name": "Road-750 Black, 52",
        "category": {"name": "Road Bikes", "parent": {"name": "Bikes"}},
    }
    steps = data["workOrder"]["operations"]
    assert (data["workOrder"]["number"], steps[0]) == ("13", {"sequence": 1, "workCentre": {"code": "10"}})


async def test_pay_is_there_for_those_who_may_see_it(graph: Graph) -> None:
    data = await graph("""{
        employees(filter: {number: {eq: "4"}}) { nodes { number jobTitle hiredOn payRates {
            validFrom rate { amount currency } frequency
        } } }
    }""")
    (employee,) = data["employees"]["nodes"]
    expected = [
        (row["RateChangeDate"][:10], Decimal(row["Rate"]))
        for row in rows_of("EmployeePayHistory")
        if row["BusinessEntityID"] == "4"
    ]
    assert [(one["validFrom"], Decimal(one["rate"]["amount"])) for one in employee["payRates"]] == expected


# --- rehearsed as live business in a second company -------------------------------------------------------------------


async def rehearsed_by(url: str) -> dict[str, Any]:
    """The report of a process that rehearses."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.scenarios.rehearse_adventureworks", url, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    assert process.returncode == 0
    return json.loads(output.splitlines()[-1])


@pytest.fixture(scope="module")
def rehearsed(imported: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """The report of a rehearsal; the database then holds a second company."""
    return run_apart(rehearsed_by(imported[0]))


@pytest.fixture
async def second(imported: tuple[str, dict[str, Any]], rehearsed: dict[str, Any]) -> AsyncIterator[Graph]:
    """The graph over the second company."""
    database = await Database.open(imported[0], 2)
    yield Graph(ReadRoad(database), SECOND)
    await database.close()


def test_a_rehearsal_ties_out_within_its_memory(rehearsed: dict[str, Any]) -> None:
    assert (rehearsed["status"], rehearsed["refused"]) == ("SUCCEEDED", 0)
    assert rehearsed["megabytes"] < MEGABYTES_MAX
    assert "purchase orders, due: 70,479,332.6383" in rehearsed["remarks"]
    assert "received less on hand, units: 1,918,625" in rehearsed["remarks"]


async def test_what_no_document_explains_is_listed_for_each_item(second: Graph) -> None:
    listed = """{ migrationDifferences(on: "2014-12-31", first: 1000) {
        totalCount aggregate { sum { receivedQuantity differenceQuantity onHandQuantity amount { amount currency } } }
        nodes { code receivedQuantity otherQuantity differenceQuantity onHandQuantity amount { amount } }
    } }"""
    report = (await second(listed))["migrationDifferences"]
    codes = {row["ProductID"]: row["ProductNumber"] for row in rows_of("Product")}
    costs = {row["ProductNumber"]: Decimal(row["StandardCost"]) for row in rows_of("Product")}
    received: defaultdict[str, Decimal] = defaultdict(Decimal)
    held: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in rows_of("PurchaseOrderDetail"):
        received[codes[row["ProductID"]]] += Decimal(row["StockedQty"])
    for row in rows_of("ProductInventory"):
        held[codes[row["ProductID"]]] += Decimal(row["Quantity"])
    assert report["totalCount"] == 432
    for node in report["nodes"]:
        code = node["code"]
        assert (Decimal(node["receivedQuantity"]), Decimal(node["onHandQuantity"])) == (received[code], held[code])
        assert Decimal(node["differenceQuantity"]) == received[code] - held[code]
        assert Decimal(node["otherQuantity"]) == 0
        # Each place is rounded once: at most half a cent for each of the few places of an item.
        assert abs(Decimal(node["amount"]["amount"]) - (received[code] - held[code]) * costs[code]) < Decimal("0.05")
    sums = report["aggregate"]["sum"]
    assert [Decimal(sums[name]) for name in ("receivedQuantity", "differenceQuantity", "onHandQuantity")] == [
        2_254_599, 1_918_625, 335_974,
    ]  # fmt: skip
    assert money(sums["amount"]) == usd("23932.52")


async def test_stock_clearing_and_payables_of_the_rehearsal_are_what_the_files_come_to(second: Graph) -> None:
    data = await second("""{
        stockTieOut(on: "2014-12-31") { nodes { layers { amount } balance { amount } difference { amount } } }
        openClearing(on: "2014-12-31") { totalCount aggregate { sum { invoicedQuantity receivedQuantity
            amount { amount currency } } } }
        supplierInvoices { aggregate { count sum { net { amount currency } total { amount currency } } } }
        trialBalance(from: "2011-01-01", to: "2014-12-31") { nodes { account { role } closing { amount } } }
        purchaseOrders { aggregate { count sum { totalDue { amount currency } } } }
    }""")
    cent = Decimal("0.01")
    lines: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows_of("PurchaseOrderDetail"):
        lines[row["PurchaseOrderID"]].append(row)
    waiting, charged, missing = Decimal(), Decimal(), Decimal()
    for order in rows_of("PurchaseOrderHeader"):
        net = Decimal()
        for line in lines[order["PurchaseOrderID"]]:
            ordered, stocked = Decimal(line["OrderQty"]), Decimal(line["StockedQty"])
            cost = (ordered * Decimal(line["UnitPrice"])).quantize(cent, ROUND_HALF_UP)
            net += cost
            waiting += cost - (cost * stocked / ordered).quantize(cent, ROUND_HALF_UP)
            missing += ordered - stocked
        tax = (net * Decimal("0.08")).quantize(cent, ROUND_HALF_UP)
        charged += net + tax + Decimal(order["Freight"]).quantize(cent, ROUND_HALF_UP)
    held = {one["account"]["role"]: Decimal(one["closing"]["amount"]) for one in data["trialBalance"]["nodes"]}
    assert (held["GR_IR"], held["PAYABLE"]) == (waiting, -charged)
    clearing = data["openClearing"]["aggregate"]["sum"]
    assert money(clearing["amount"]) == usd(waiting)
    assert (Decimal(clearing["invoicedQuantity"]), Decimal(clearing["receivedQuantity"])) == (missing, 0)
    invoices = data["supplierInvoices"]["aggregate"]
    assert (invoices["count"], money(invoices["sum"]["total"])) == (4_012, usd(charged))
    assert money(data["purchaseOrders"]["aggregate"]["sum"]["totalDue"]) == usd("70479332.6383")
    [tied] = data["stockTieOut"]["nodes"]
    costs = {row["ProductID"]: Decimal(row["StandardCost"]) for row in rows_of("Product")}
    worth = sum(
        (Decimal(row["Quantity"]) * costs[row["ProductID"]]).quantize(cent, ROUND_HALF_UP)
        for row in rows_of("ProductInventory")
    )
    assert {name: Decimal(one["amount"]) for name, one in tied.items()} == {
        "layers": worth, "balance": worth, "difference": 0,
    }  # fmt: skip


def test_every_invariant_holds_after_kills_and_rehearsal(
    imported: tuple[str, dict[str, Any]], rehearsed: dict[str, Any]
) -> None:
    async def breaches() -> list[Any]:
        connection = await connect(imported[0])
        try:
            return [finding async for finding in verify(connection, VERIFIERS) if finding.is_breach]
        finally:
            await connection.close()

    assert run_apart(breaches()) == []
