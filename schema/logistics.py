"""Logistics in the graph."""

import strawberry

from domain import logistics
from domain.logistics.after_sales import GoodsReturn, GoodsReturnLine, ReturnCredit, ShipmentCharge
from domain.logistics.cold_chain import ColdChainReading, StorageCondition
from domain.logistics.direct import DirectSupply
from domain.logistics.models import (
    PackageNumbering,
    Shipment,
    ShipmentLine,
    ShipmentPackage,
    ShipmentPackageLine,
    ShippedSerial,
)
from domain.logistics.replenishment import ReplenishmentLine
from domain.logistics.reports import AvailableToPromiseLine, KitToPromiseLine
from domain.logistics.tracking import TrackingEvent
from schema.commands import mutations
from schema.derive import graph_type, root_many, root_one

for _record in (*logistics.RECORDS, *logistics.REPORTS):
    if _record.spec.exposed:
        graph_type(_record)


@strawberry.type
class LogisticsQuery:
    shipment = root_one(Shipment)
    shipments = root_many(Shipment)
    shipment_lines = root_many(ShipmentLine)
    shipped_serials = root_many(ShippedSerial)
    shipment_packages = root_many(ShipmentPackage)
    shipment_package_lines = root_many(ShipmentPackageLine)
    shipment_charges = root_many(ShipmentCharge)
    goods_return = root_one(GoodsReturn)
    goods_returns = root_many(GoodsReturn)
    goods_return_lines = root_many(GoodsReturnLine)
    return_credits = root_many(ReturnCredit)
    cold_chain_readings = root_many(ColdChainReading)
    tracking_events = root_many(TrackingEvent)
    storage_conditions = root_many(StorageCondition)
    direct_supplies = root_many(DirectSupply)
    available_to_promise = root_many(AvailableToPromiseLine)
    kits_to_promise = root_many(KitToPromiseLine)
    replenishment = root_many(ReplenishmentLine)
    package_numberings = root_many(PackageNumbering)


LogisticsMutation = mutations("LogisticsMutation", logistics.COMMANDS)
