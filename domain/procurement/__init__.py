"""Purchasing: orders, receipts, approved suppliers and their terms.

Emits: PurchaseOrderCreated, PurchaseOrderApproved, PurchaseOrderRejected (PurchaseOrder), GoodsReceived (GoodsReceipt,
with the ids of the orders).
"""

from collections.abc import Mapping
from typing import Any

from domain.core.actors import Action
from domain.core.commands import Handler
from domain.master_data.maintenance import events_of, maintained
from domain.procurement.commands import (
    ApprovePurchaseOrder,
    CreatePurchaseOrder,
    ReceivePurchaseOrder,
    RejectPurchaseOrder,
    approve_purchase_orders,
    create_purchase_orders,
    receive_purchase_orders,
    reject_purchase_orders,
)
from domain.procurement.models import (
    ApprovalLimit,
    GoodsReceipt,
    GoodsReceiptLine,
    PurchaseOrder,
    PurchaseOrderLine,
    SupplierItem,
)
from domain.procurement.verify import VERIFIERS

RECORDS = (PurchaseOrder, PurchaseOrderLine, GoodsReceipt, GoodsReceiptLine, SupplierItem, ApprovalLimit)
MAINTAINED: Mapping[type[Any], Handler] = {
    **maintained(SupplierItem, fixed=("item_id", "supplier_id"), hidden=("on_order_quantity", "last_received_on")),
    **maintained(ApprovalLimit, fixed=("role", "currency"), action=Action.ADMINISTER),
}
COMMANDS: Mapping[type[Any], Handler] = {
    **MAINTAINED,
    CreatePurchaseOrder: create_purchase_orders,
    ApprovePurchaseOrder: approve_purchase_orders,
    RejectPurchaseOrder: reject_purchase_orders,
    ReceivePurchaseOrder: receive_purchase_orders,
}
HANDLERS = {}
EVENTS = {
    **events_of(MAINTAINED),
    "PurchaseOrderCreated": PurchaseOrder,
    "PurchaseOrderApproved": PurchaseOrder,
    "PurchaseOrderRejected": PurchaseOrder,
    "GoodsReceived": GoodsReceipt,
}

__all__ = ["COMMANDS", "EVENTS", "HANDLERS", "RECORDS", "VERIFIERS"]
