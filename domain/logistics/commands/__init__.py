"""What people do with shipments, one file a step."""

from domain.logistics.commands.consignments import (
    ConsignmentLineInput,
    ConsumptionLineInput,
    FillConsignment,
    ReportConsumption,
    fill_consignments,
    report_consumptions,
)
from domain.logistics.commands.decisions import (
    CreditReturn,
    DecideReturn,
    DecisionLineInput,
    credit_returns,
    decide_returns,
)
from domain.logistics.commands.direct_supplies import (
    DirectDeliveryLineInput,
    DirectLineInput,
    OrderDirectSupply,
    RecordDirectDelivery,
    ReleaseDirectSupply,
    order_direct_supplies,
    record_direct_deliveries,
    release_direct_supplies,
)
from domain.logistics.commands.invoicing import InvoicedShipmentInput, InvoiceShipments, invoice_shipments
from domain.logistics.commands.missing import MissingLineInput, ReportMissing, report_missing
from domain.logistics.commands.packing import PackageContentInput, PackageInput, PackShipment, pack_shipments
from domain.logistics.commands.picking import (
    CancelShipment,
    PickLineInput,
    PickSalesOrder,
    cancel_shipments,
    pick_sales_orders,
)
from domain.logistics.commands.readings import ReadingInput, RecordReadings, record_readings
from domain.logistics.commands.returns import ReceiveCustomerReturn, ReturnLineInput, receive_customer_returns
from domain.logistics.commands.shipping import RecordDelivery, ShipShipment, record_deliveries, ship_shipments
from domain.logistics.commands.tracking import RecordTracking, TrackingEventInput, record_tracking

__all__ = [
    "CancelShipment",
    "ConsignmentLineInput",
    "ConsumptionLineInput",
    "CreditReturn",
    "DecideReturn",
    "DecisionLineInput",
    "DirectDeliveryLineInput",
    "DirectLineInput",
    "FillConsignment",
    "InvoiceShipments",
    "InvoicedShipmentInput",
    "MissingLineInput",
    "OrderDirectSupply",
    "PackShipment",
    "PackageContentInput",
    "PackageInput",
    "PickLineInput",
    "PickSalesOrder",
    "ReadingInput",
    "ReceiveCustomerReturn",
    "RecordDelivery",
    "RecordDirectDelivery",
    "RecordReadings",
    "RecordTracking",
    "ReleaseDirectSupply",
    "ReportConsumption",
    "ReportMissing",
    "ReturnLineInput",
    "ShipShipment",
    "TrackingEventInput",
    "cancel_shipments",
    "credit_returns",
    "decide_returns",
    "fill_consignments",
    "invoice_shipments",
    "order_direct_supplies",
    "pack_shipments",
    "pick_sales_orders",
    "receive_customer_returns",
    "record_deliveries",
    "record_direct_deliveries",
    "record_readings",
    "record_tracking",
    "release_direct_supplies",
    "report_consumptions",
    "report_missing",
    "ship_shipments",
]
