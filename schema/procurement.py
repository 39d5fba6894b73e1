"""Procurement in the graph."""

import strawberry

from domain import procurement
from domain.procurement.models import (
    ApprovalLimit,
    GoodsReceipt,
    GoodsReceiptLine,
    PurchaseOrder,
    PurchaseOrderLine,
    SupplierItem,
)
from schema.commands import mutations
from schema.derive import graph_type, root_many, root_one

for _record in procurement.RECORDS:
    if _record.spec.exposed:
        graph_type(_record)


@strawberry.type
class ProcurementQuery:
    purchase_order = root_one(PurchaseOrder)
    purchase_orders = root_many(PurchaseOrder)
    purchase_order_lines = root_many(PurchaseOrderLine)
    goods_receipt = root_one(GoodsReceipt)
    goods_receipts = root_many(GoodsReceipt)
    goods_receipt_lines = root_many(GoodsReceiptLine)
    supplier_items = root_many(SupplierItem)
    approval_limits = root_many(ApprovalLimit)


ProcurementMutation = mutations("ProcurementMutation", procurement.COMMANDS)
