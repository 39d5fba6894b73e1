"""Manufacturing in the graph."""

import strawberry

from domain import manufacturing
from domain.manufacturing.bills import BillOfMaterial, BillOfMaterialLine
from domain.manufacturing.orders import ScrapReason, WorkCentre, WorkOrder, WorkOrderOperation
from schema.commands import mutations
from schema.derive import graph_type, root_many, root_one

for _record in manufacturing.RECORDS:
    if _record.spec.exposed:
        graph_type(_record)


@strawberry.type
class ManufacturingQuery:
    work_centre = root_one(WorkCentre)
    work_centres = root_many(WorkCentre)
    scrap_reasons = root_many(ScrapReason)
    bill_of_material = root_one(BillOfMaterial)
    bills_of_material = root_many(BillOfMaterial)
    bill_of_material_lines = root_many(BillOfMaterialLine)
    work_order = root_one(WorkOrder)
    work_orders = root_many(WorkOrder)
    work_order_operations = root_many(WorkOrderOperation)


ManufacturingMutation = mutations("ManufacturingMutation", manufacturing.COMMANDS)
