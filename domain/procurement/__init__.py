"""Purchasing: orders, receipts, approved suppliers and their terms."""

from domain.procurement.models import (
    ApprovalLimit,
    GoodsReceipt,
    GoodsReceiptLine,
    PurchaseOrder,
    PurchaseOrderLine,
    SupplierItem,
)

RECORDS = (PurchaseOrder, PurchaseOrderLine, GoodsReceipt, GoodsReceiptLine, SupplierItem, ApprovalLimit)
COMMANDS = {}
HANDLERS = {}
