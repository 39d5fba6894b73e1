"""Manufacturing: bills of material, work centres, work orders and their operations."""

from collections.abc import Mapping
from typing import Any

from domain.core.commands import Handler
from domain.manufacturing.bills import BillOfMaterial, BillOfMaterialLine
from domain.manufacturing.orders import ScrapReason, WorkCentre, WorkOrder, WorkOrderOperation
from domain.master_data.maintenance import events_of, maintained

RECORDS = (WorkCentre, ScrapReason, BillOfMaterial, BillOfMaterialLine, WorkOrder, WorkOrderOperation)
COMMANDS: Mapping[type[Any], Handler] = {**maintained(WorkCentre), **maintained(ScrapReason)}
HANDLERS = {}
EVENTS = events_of(COMMANDS)

__all__ = ["COMMANDS", "EVENTS", "HANDLERS", "RECORDS"]
