"""Logistics: shipments from what orders have allocated, picked, packed, shipped, delivered.

Emits: ShipmentPicked, ShipmentPacked, ShipmentShipped, ShipmentDelivered, ShipmentCancelled (Shipment).
"""

from collections.abc import Mapping
from typing import Any

from domain.core.actors import Action
from domain.core.commands import Handler
from domain.logistics.commands import (
    CancelShipment,
    PackShipment,
    PickSalesOrder,
    RecordDelivery,
    ShipShipment,
    cancel_shipments,
    pack_shipments,
    pick_sales_orders,
    record_deliveries,
    ship_shipments,
)
from domain.logistics.models import (
    PackageNumbering,
    Shipment,
    ShipmentLine,
    ShipmentPackage,
    ShipmentPackageLine,
    ShippedSerial,
)
from domain.logistics.rules import package_numbering
from domain.logistics.verify import VERIFIERS
from domain.master_data.maintenance import events_of, maintained

RECORDS = (PackageNumbering, Shipment, ShipmentLine, ShippedSerial, ShipmentPackage, ShipmentPackageLine)
MAINTAINED: Mapping[type[Any], Handler] = {
    **maintained(PackageNumbering, rule=package_numbering, action=Action.ADMINISTER)
}
COMMANDS: Mapping[type[Any], Handler] = {
    **MAINTAINED,
    PickSalesOrder: pick_sales_orders,
    PackShipment: pack_shipments,
    ShipShipment: ship_shipments,
    RecordDelivery: record_deliveries,
    CancelShipment: cancel_shipments,
}
HANDLERS = {}
EVENTS = {
    **events_of(MAINTAINED),
    "ShipmentPicked": Shipment,
    "ShipmentPacked": Shipment,
    "ShipmentShipped": Shipment,
    "ShipmentDelivered": Shipment,
    "ShipmentCancelled": Shipment,
}

__all__ = ["COMMANDS", "EVENTS", "HANDLERS", "RECORDS", "VERIFIERS"]
