"""What people do with shipments, one file a step."""

from domain.logistics.commands.packing import PackageContentInput, PackageInput, PackShipment, pack_shipments
from domain.logistics.commands.picking import (
    CancelShipment,
    PickLineInput,
    PickSalesOrder,
    cancel_shipments,
    pick_sales_orders,
)
from domain.logistics.commands.shipping import RecordDelivery, ShipShipment, record_deliveries, ship_shipments

__all__ = [
    "CancelShipment",
    "PackShipment",
    "PackageContentInput",
    "PackageInput",
    "PickLineInput",
    "PickSalesOrder",
    "RecordDelivery",
    "ShipShipment",
    "cancel_shipments",
    "pack_shipments",
    "pick_sales_orders",
    "record_deliveries",
    "ship_shipments",
]
