"""Logistics: shipments from what orders have allocated, picked, packed, shipped, delivered, charged; and what returns.

Emits: ShipmentPicked, ShipmentPacked, ShipmentShipped, ShipmentDelivered, ShipmentCancelled, ShipmentInvoiced,
ReadingsRecorded, ExcursionFound, ShipmentTracked (Shipment), CustomerReturnReceived, GoodsMissing,
CustomerReturnDecided, CustomerReturnCredited (GoodsReturn), DirectSupplyReleased (DirectSupply).
"""

from collections.abc import Mapping
from typing import Any

from domain.core.actors import Action
from domain.core.commands import Handler
from domain.logistics.after_sales import GoodsReturn, GoodsReturnLine, ReturnCredit, ShipmentCharge
from domain.logistics.cold_chain import ColdChainReading, StorageCondition
from domain.logistics.commands import (
    CancelShipment,
    CreditReturn,
    DecideReturn,
    FillConsignment,
    InvoiceShipments,
    OrderDirectSupply,
    PackShipment,
    PickSalesOrder,
    ReceiveCustomerReturn,
    RecordDelivery,
    RecordDirectDelivery,
    RecordReadings,
    RecordTracking,
    ReleaseDirectSupply,
    ReportConsumption,
    ReportMissing,
    ShipShipment,
    cancel_shipments,
    credit_returns,
    decide_returns,
    fill_consignments,
    invoice_shipments,
    order_direct_supplies,
    pack_shipments,
    pick_sales_orders,
    receive_customer_returns,
    record_deliveries,
    record_direct_deliveries,
    record_readings,
    record_tracking,
    release_direct_supplies,
    report_consumptions,
    report_missing,
    ship_shipments,
)
from domain.logistics.direct import DirectSupply
from domain.logistics.models import (
    PackageNumbering,
    Shipment,
    ShipmentLine,
    ShipmentPackage,
    ShipmentPackageLine,
    ShippedSerial,
)
from domain.logistics.replenishment import ReplenishmentLine, replenishment
from domain.logistics.reports import AvailableToPromiseLine, KitToPromiseLine, available_to_promise, kits_to_promise
from domain.logistics.rules import package_numbering
from domain.logistics.tracking import TrackingEvent
from domain.logistics.verify import VERIFIERS
from domain.master_data.maintenance import events_of, maintained

RECORDS = (
    PackageNumbering,
    Shipment,
    ShipmentLine,
    ShippedSerial,
    ShipmentPackage,
    ShipmentPackageLine,
    ShipmentCharge,
    GoodsReturn,
    GoodsReturnLine,
    ReturnCredit,
    StorageCondition,
    ColdChainReading,
    TrackingEvent,
    DirectSupply,
)
MAINTAINED: Mapping[type[Any], Handler] = {
    **maintained(PackageNumbering, rule=package_numbering, action=Action.ADMINISTER),
    **maintained(StorageCondition, fixed=("storage_class",), action=Action.ADMINISTER),
}
COMMANDS: Mapping[type[Any], Handler] = {
    **MAINTAINED,
    PickSalesOrder: pick_sales_orders,
    PackShipment: pack_shipments,
    ShipShipment: ship_shipments,
    RecordDelivery: record_deliveries,
    RecordReadings: record_readings,
    RecordTracking: record_tracking,
    CancelShipment: cancel_shipments,
    InvoiceShipments: invoice_shipments,
    OrderDirectSupply: order_direct_supplies,
    RecordDirectDelivery: record_direct_deliveries,
    ReleaseDirectSupply: release_direct_supplies,
    ReceiveCustomerReturn: receive_customer_returns,
    ReportMissing: report_missing,
    DecideReturn: decide_returns,
    CreditReturn: credit_returns,
    FillConsignment: fill_consignments,
    ReportConsumption: report_consumptions,
}
REPORTS = {
    AvailableToPromiseLine: available_to_promise,
    KitToPromiseLine: kits_to_promise,
    ReplenishmentLine: replenishment,
}
HANDLERS = {}
EVENTS = {
    **events_of(MAINTAINED),
    "ShipmentPicked": Shipment,
    "ShipmentPacked": Shipment,
    "ShipmentShipped": Shipment,
    "ShipmentDelivered": Shipment,
    "ShipmentCancelled": Shipment,
    "ShipmentInvoiced": Shipment,
    "ReadingsRecorded": Shipment,
    "ExcursionFound": Shipment,
    "ShipmentTracked": Shipment,
    "CustomerReturnReceived": GoodsReturn,
    "GoodsMissing": GoodsReturn,
    "CustomerReturnDecided": GoodsReturn,
    "CustomerReturnCredited": GoodsReturn,
    "DirectSupplyReleased": DirectSupply,
}

__all__ = ["COMMANDS", "EVENTS", "HANDLERS", "RECORDS", "REPORTS", "VERIFIERS"]
