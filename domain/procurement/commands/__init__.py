"""What people make of orders and receipts, one file a document."""

from domain.procurement.commands.orders import (
    ApprovePurchaseOrder,
    CreatePurchaseOrder,
    PurchaseOrderLineInput,
    RejectPurchaseOrder,
    approve_purchase_orders,
    create_purchase_orders,
    reject_purchase_orders,
)
from domain.procurement.commands.receipts import (
    GoodsReceiptLineInput,
    ReceivePurchaseOrder,
    receive_purchase_orders,
)

__all__ = [
    "ApprovePurchaseOrder",
    "CreatePurchaseOrder",
    "GoodsReceiptLineInput",
    "PurchaseOrderLineInput",
    "ReceivePurchaseOrder",
    "RejectPurchaseOrder",
    "approve_purchase_orders",
    "create_purchase_orders",
    "receive_purchase_orders",
    "reject_purchase_orders",
]
