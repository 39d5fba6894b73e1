"""What becomes of each of the 55 tables, in the order that references need."""

from collections.abc import Callable, Iterator

from domain.coexistence.adventureworks import documents, masters, people
from domain.coexistence.adventureworks.checks import Checks
from domain.coexistence.adventureworks.parties import Parties
from domain.coexistence.adventureworks.readers import Source, SourceRow
from domain.coexistence.adventureworks.stock import Stock
from domain.coexistence.feeds import Plan
from domain.coexistence.imports import Feed, Finding, Mapped
from domain.core.records import Record
from domain.manufacturing.bills import BillOfMaterial, BillOfMaterialLine
from domain.manufacturing.orders import ScrapReason, WorkCentre, WorkOrder, WorkOrderOperation
from domain.master_data.companies import Company
from domain.master_data.currencies import Currency, CurrencyRate
from domain.master_data.items import Item, ItemCategory, ItemCost, ItemPlanning, ItemPrice
from domain.master_data.parties import Address, Party, PartyChannel, PartyContact, PartyRole
from domain.master_data.places import Location
from domain.master_data.units import UnitOfMeasure
from domain.people.employees import Department, Employee, EmployeeAddress, EmployeeAssignment, EmployeePayRate
from domain.procurement.models import PurchaseOrder, PurchaseOrderLine, SupplierItem

SYSTEM = "adventureworks"
COMPANY = "ADVENTUREWORKS"

# Tables whose values other records carry: texts, look-ups, links.
FOLDED = (
    "AddressType",
    "ContactType",
    "Culture",
    "PhoneNumberType",
    "ProductDescription",
    "ProductModel",
    "ProductModelProductDescriptionCulture",
    "Shift",
    "StateProvince",
)

Rule = Callable[[SourceRow], Mapped | None]


def plan(source: Source, company_id: int, digest: str) -> Plan:
    """The plan of a source that becomes the company of that number. Raises: UnreadableFile."""
    parties, stock = Parties(source), Stock(source)
    feeds = (
        _company(company_id),
        *_masters(source),
        *_people(source, parties),
        *_parties(source, parties),
        *_documents(source),
    )
    homes = {feed.source_table for feed in (*feeds, stock.feed())} | set(FOLDED)
    return Plan(
        system=SYSTEM,
        name="AdventureWorks",
        company_id=company_id,
        input_digest=digest,
        cut_over_on=stock.cut_over_on,
        feeds=feeds,
        stock=stock.feed(),
        check=Checks(source).said,
        without_home=tuple(table for table in source.tables() if table not in homes),
        folded=FOLDED,
    )


def _feed(
    source: Source,
    table: str,
    record: type[Record],
    rule: Callable[[], Rule],
    *,
    adopts: bool = False,
    aliases: bool = False,
) -> Feed:
    """A feed whose rule is made anew for each pass, because some count as they go."""

    def rows() -> Iterator[Mapped | Finding]:
        return source.mapped(table, rule())

    return Feed(file=source.file(table), source_table=table, record=record, rows=rows, adopts=adopts, aliases=aliases)


def _company(company_id: int) -> Feed:
    """The one company of the source, which the source itself does not name."""
    values = {
        "company_id": company_id,
        "code": COMPANY,
        "name": "Adventure Works Cycles",
        "name_zh": None,
        "currency": masters.CURRENCY,
        "country": "US",
        "is_group": False,
    }

    def rows() -> Iterator[Mapped | Finding]:
        yield Mapped("1", 1, values)

    return Feed(file="(company)", source_table="(company)", record=Company, rows=rows, adopts=True)


def _masters(source: Source) -> tuple[Feed, ...]:
    return (
        _feed(source, "Currency", Currency, lambda: masters.currency, adopts=True),
        _feed(source, "CurrencyRate", CurrencyRate, lambda: masters.currency_rate),
        _feed(source, "UnitMeasure", UnitOfMeasure, lambda: masters.unit, adopts=True),
        _feed(source, "ProductCategory", ItemCategory, lambda: masters.category),
        _feed(source, "ProductSubcategory", ItemCategory, lambda: masters.subcategory),
        _feed(source, "Product", Item, lambda: masters.Items(source).item),
        _feed(source, "Product", ItemPlanning, lambda: masters.planning),
        _feed(source, "ProductCostHistory", ItemCost, lambda: masters.dated_cost),
        _feed(source, "Product", ItemCost, lambda: masters.Costs(source, "ProductCostHistory").cost),
        _feed(source, "ProductListPriceHistory", ItemPrice, lambda: masters.dated_price),
        _feed(source, "Product", ItemPrice, lambda: masters.Prices(source, "ProductListPriceHistory").price),
        _feed(source, "Location", Location, lambda: masters.location),
        _feed(source, "Location", WorkCentre, lambda: masters.work_centre),
    )


def _people(source: Source, parties: Parties) -> tuple[Feed, ...]:
    return (
        _feed(source, "Department", Department, lambda: people.department),
        _feed(source, "Employee", Employee, lambda: people.Employees(source).employee),
        _feed(source, "BusinessEntity", Employee, lambda: parties.employee_entity, aliases=True),
        _feed(source, "EmployeePayHistory", EmployeePayRate, lambda: people.pay_rate),
        _feed(source, "EmployeeDepartmentHistory", EmployeeAssignment, lambda: people.Employees(source).assignment),
        _feed(source, "Address", EmployeeAddress, lambda: parties.employee_address),
        _feed(source, "BusinessEntityAddress", EmployeeAddress, lambda: parties.employee_address_link, aliases=True),
        _feed(source, "EmailAddress", Employee, lambda: parties.employee_email, aliases=True),
        _feed(source, "PersonPhone", Employee, lambda: parties.employee_phone, aliases=True),
    )


def _parties(source: Source, parties: Parties) -> tuple[Feed, ...]:
    return (
        _feed(source, "BusinessEntity", Party, lambda: parties.organisation),
        _feed(source, "BusinessEntity", Party, lambda: parties.person),
        _feed(source, "Store", Party, lambda: parties.store, aliases=True),
        _feed(source, "Vendor", PartyRole, lambda: parties.supplier),
        _feed(source, "Customer", PartyRole, lambda: parties.customer),
        _feed(source, "Address", Address, lambda: parties.party_address),
        _feed(source, "BusinessEntityAddress", Address, lambda: parties.party_address_link, aliases=True),
        _feed(source, "BusinessEntityContact", PartyContact, lambda: parties.contact),
        _feed(source, "EmailAddress", PartyChannel, lambda: parties.email),
        _feed(source, "PersonPhone", PartyChannel, lambda: parties.phone),
    )


def _documents(source: Source) -> tuple[Feed, ...]:
    return (
        _feed(source, "ProductVendor", SupplierItem, lambda: documents.supplier_item),
        _feed(source, "PurchaseOrderHeader", PurchaseOrder, lambda: documents.purchase_order),
        _feed(source, "PurchaseOrderDetail", PurchaseOrderLine, lambda: documents.OrderLines().line),
        _feed(source, "BillOfMaterials", BillOfMaterial, lambda: documents.Bills(source).bill),
        _feed(source, "BillOfMaterials", BillOfMaterialLine, lambda: documents.bill_line),
        _feed(source, "ScrapReason", ScrapReason, lambda: documents.scrap_reason),
        _feed(source, "WorkOrder", WorkOrder, lambda: documents.work_order),
        _feed(source, "WorkOrderRouting", WorkOrderOperation, lambda: documents.operation),
    )


__all__ = ["COMPANY", "FOLDED", "SYSTEM", "plan"]
