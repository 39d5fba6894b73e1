"""Purchase orders, supplier terms, bills of material, work orders and stock: the documents, as they were left.

Derived columns (LineTotal, StockedQty, TotalDue) are kept as stored, and compared with their own arithmetic in
`checks`.
"""

from collections import Counter
from collections.abc import Mapping

from domain.coexistence.adventureworks.masters import CURRENCY
from domain.coexistence.adventureworks.readers import Source, SourceRow
from domain.coexistence.imports import Mapped, Ref, key_of
from domain.manufacturing.bills import BillOfMaterial
from domain.manufacturing.orders import ScrapReason, WorkCentre, WorkOrder, WorkOrderStatus
from domain.master_data.items import Item
from domain.master_data.parties import Party
from domain.master_data.units import UnitOfMeasure
from domain.people.employees import Employee
from domain.procurement.models import PurchaseOrder, PurchaseOrderStatus

ORDER_STATUSES: Mapping[str, PurchaseOrderStatus] = {
    "1": PurchaseOrderStatus.PENDING,
    "2": PurchaseOrderStatus.APPROVED,
    "3": PurchaseOrderStatus.REJECTED,
    "4": PurchaseOrderStatus.COMPLETE,
}


def supplier_item(row: SourceRow) -> Mapped:
    """On what terms a vendor offers a product."""
    item, supplier = row.ref(Item, "ProductID"), row.ref(Party, "BusinessEntityID")
    values = {
        "item_id": item,
        "supplier_id": supplier,
        "lead_days": row.whole("AverageLeadTime"),
        "order_quantity_min": row.not_negative("MinOrderQty"),
        "order_quantity_max": row.not_negative("MaxOrderQty"),
        "on_order_quantity": row.not_negative("OnOrderQty") if row.raw("OnOrderQty") else None,
        "unit": row.code("UnitMeasureCode"),
        "currency": CURRENCY,
        "standard_price": row.rate_not_negative("StandardPrice"),
        "last_price": row.rate_not_negative("LastReceiptCost") if row.raw("LastReceiptCost") else None,
        "last_received_on": row.optional_day("LastReceiptDate"),
    }
    return Mapped(key_of(item.key, supplier.key), row.line, values)


def purchase_order(row: SourceRow) -> Mapped:
    """A purchase order in its legacy state."""
    number = row.code("PurchaseOrderID")
    values = {
        "number": number,
        "supplier_id": row.ref(Party, "VendorID"),
        "status": row.one_of("Status", ORDER_STATUSES).value,
        "revision": row.whole("RevisionNumber"),
        "ordered_on": row.day("OrderDate"),
        "ship_on": row.optional_day("ShipDate"),
        "currency": CURRENCY,
        "subtotal": row.amount("SubTotal"),
        "tax": row.amount("TaxAmt"),
        "freight": row.amount("Freight"),
        "total_due": row.amount("TotalDue"),
        "requester_id": row.ref(Employee, "EmployeeID"),
        "is_historical": True,
    }
    return Mapped(number, row.line, values)


class OrderLines:
    """Lines of purchase orders, counted from 1 within their order: the source numbers them across all orders."""

    def __init__(self) -> None:
        self.positions: Counter[str] = Counter()

    def line(self, row: SourceRow) -> Mapped:
        """A line with its legacy quantities."""
        order = row.ref(PurchaseOrder, "PurchaseOrderID")
        self.positions[order.key] += 1
        values = {
            "purchase_order_id": order,
            "position": self.positions[order.key],
            "item_id": row.ref(Item, "ProductID"),
            "ordered_quantity": row.amount("OrderQty"),
            "received_quantity": row.amount("ReceivedQty"),
            "rejected_quantity": row.amount("RejectedQty"),
            "stocked_quantity": row.amount("StockedQty"),
            "unit_price": row.rate("UnitPrice"),
            "line_total": row.amount("LineTotal"),
            "due_on": row.day("DueDate"),
            "is_historical": True,
        }
        return Mapped(key_of(order.key, row.text("PurchaseOrderDetailID")), row.line, values)


class Bills:
    """Bills of material: the source has lines only, so each assembly that lines name becomes one bill."""

    def __init__(self, source: Source) -> None:
        self.codes = {row.raw("ProductID"): row.raw("ProductNumber") for row in source.good_rows("Product")}
        self.seen: set[str] = set()

    def bill(self, row: SourceRow) -> Mapped | None:
        """The bill of an assembly, at its first line."""
        assembly = row.raw("ProductAssemblyID")
        if not assembly or assembly in self.seen:
            return None
        self.seen.add(assembly)
        values = {
            "code": row.one_of("ProductAssemblyID", self.codes),
            "item_id": row.ref(Item, "ProductAssemblyID"),
            "is_historical": True,
        }
        return Mapped(key_of("ProductAssembly", assembly), row.line, values)


def bill_line(row: SourceRow) -> Mapped:
    """A component of an assembly, or a product at the top where there is no assembly."""
    assembly = row.raw("ProductAssemblyID")
    bill = Ref(BillOfMaterial, key_of("ProductAssembly", assembly), "ProductAssemblyID") if assembly else None
    values = {
        "bill_id": bill,
        "component_id": row.ref(Item, "ComponentID"),
        "quantity": row.positive("PerAssemblyQty"),
        "unit_id": row.ref(UnitOfMeasure, "UnitMeasureCode"),
        "level": row.whole("BOMLevel"),
        "valid_from": row.day("StartDate"),
        "valid_to": row.optional_day("EndDate"),
    }
    return Mapped(row.text("BillOfMaterialsID"), row.line, values)


def scrap_reason(row: SourceRow) -> Mapped:
    """Why pieces were scrapped."""
    key = row.text("ScrapReasonID")
    return Mapped(key, row.line, {"code": key, "name": row.text("Name")})


def work_order(row: SourceRow) -> Mapped:
    """A work order in its legacy state: closed once it has an end."""
    number, ended = row.code("WorkOrderID"), row.optional_day("EndDate")
    values = {
        "number": number,
        "item_id": row.ref(Item, "ProductID"),
        "status": (WorkOrderStatus.STARTED if ended is None else WorkOrderStatus.CLOSED).value,
        "ordered_quantity": row.positive("OrderQty"),
        "stocked_quantity": row.not_negative("StockedQty"),
        "scrapped_quantity": row.not_negative("ScrappedQty"),
        "scrap_reason_id": row.optional_ref(ScrapReason, "ScrapReasonID"),
        "started_on": row.day("StartDate"),
        "ended_on": ended,
        "due_on": row.day("DueDate"),
        "is_historical": True,
    }
    return Mapped(number, row.line, values)


def operation(row: SourceRow) -> Mapped:
    """A routing step; the source plans its cost, not its hours."""
    order, sequence = row.ref(WorkOrder, "WorkOrderID"), row.whole("OperationSequence")
    values = {
        "work_order_id": order,
        "sequence": sequence,
        "work_centre_id": row.ref(WorkCentre, "LocationID"),
        "planned_hours": None,
        "actual_hours": row.not_negative("ActualResourceHrs") if row.raw("ActualResourceHrs") else None,
        "planned_cost": row.amount("PlannedCost"),
        "actual_cost": row.amount("ActualCost") if row.raw("ActualCost") else None,
        "planned_start_on": row.day("ScheduledStartDate"),
        "planned_end_on": row.day("ScheduledEndDate"),
        "started_on": row.optional_day("ActualStartDate"),
        "ended_on": row.optional_day("ActualEndDate"),
    }
    return Mapped(key_of(order.key, row.text("ProductID"), str(sequence)), row.line, values)
