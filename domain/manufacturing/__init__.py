"""Manufacturing: bills of material, work centres, work orders and their operations."""

from domain.manufacturing.bills import BillOfMaterial, BillOfMaterialLine
from domain.manufacturing.orders import ScrapReason, WorkCentre, WorkOrder, WorkOrderOperation

RECORDS = (WorkCentre, ScrapReason, BillOfMaterial, BillOfMaterialLine, WorkOrder, WorkOrderOperation)
COMMANDS = {}
HANDLERS = {}

__all__ = ["COMMANDS", "HANDLERS", "RECORDS"]
