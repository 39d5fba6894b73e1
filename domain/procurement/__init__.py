"""Purchasing: orders, receipts, suppliers' invoices and how they match, approved suppliers and their terms.

Emits: PurchaseOrderCreated, PurchaseOrderApproved, PurchaseOrderRejected, PurchaseOrderCancelled (PurchaseOrder),
PurchaseOrderConfirmed (PurchaseOrderConfirmation), GoodsReceived (GoodsReceipt)
and GoodsReturned (PurchaseReturn) with the ids of the orders, SupplierInvoiceCreated, SupplierInvoiceCancelled,
SupplierInvoicePosted, SupplierInvoiceBlocked, SupplierInvoiceReleased, SupplierInvoiceCredited (SupplierInvoice).
"""

from collections.abc import Mapping
from typing import Any

from domain.core.actors import Action
from domain.core.commands import Handler
from domain.master_data.maintenance import events_of, maintained
from domain.procurement import invoice_checks, verify
from domain.procurement.commands import (
    ApprovePurchaseOrder,
    CancelPurchaseOrderRest,
    CancelSupplierInvoice,
    ConfirmPurchaseOrder,
    CreatePurchaseOrder,
    CreateSupplierInvoice,
    CreditSupplierInvoice,
    PostSupplierInvoice,
    ReceivePurchaseOrder,
    RejectPurchaseOrder,
    ReleaseSupplierInvoice,
    ReturnToSupplier,
    approve_purchase_orders,
    cancel_purchase_order_rests,
    cancel_supplier_invoices,
    confirm_purchase_orders,
    create_purchase_orders,
    create_supplier_invoices,
    credit_supplier_invoices,
    post_supplier_invoices,
    receive_purchase_orders,
    reject_purchase_orders,
    release_supplier_invoices,
    return_purchases,
)
from domain.procurement.confirmations import CONFIRMATION_RECORDS, PurchaseOrderConfirmation
from domain.procurement.invoices import INVOICE_RECORDS, MatchTolerance, SupplierInvoice
from domain.procurement.models import (
    ApprovalLimit,
    GoodsReceipt,
    GoodsReceiptLine,
    PurchaseOrder,
    PurchaseOrderLine,
    SupplierItem,
)
from domain.procurement.reports import OpenClearingLine, open_clearing
from domain.procurement.returns import RETURN_RECORDS, PurchaseReturn

RECORDS = (
    PurchaseOrder, PurchaseOrderLine, GoodsReceipt, GoodsReceiptLine, SupplierItem, ApprovalLimit,
    *CONFIRMATION_RECORDS, *RETURN_RECORDS, *INVOICE_RECORDS,
)  # fmt: skip
MAINTAINED: Mapping[type[Any], Handler] = {
    **maintained(SupplierItem, fixed=("item_id", "supplier_id"), hidden=("on_order_quantity", "last_received_on")),
    **maintained(ApprovalLimit, fixed=("role", "currency"), action=Action.ADMINISTER),
    **maintained(MatchTolerance, action=Action.ADMINISTER),
}
COMMANDS: Mapping[type[Any], Handler] = {
    **MAINTAINED,
    CreatePurchaseOrder: create_purchase_orders,
    ApprovePurchaseOrder: approve_purchase_orders,
    RejectPurchaseOrder: reject_purchase_orders,
    ConfirmPurchaseOrder: confirm_purchase_orders,
    CancelPurchaseOrderRest: cancel_purchase_order_rests,
    ReceivePurchaseOrder: receive_purchase_orders,
    ReturnToSupplier: return_purchases,
    CreateSupplierInvoice: create_supplier_invoices,
    CancelSupplierInvoice: cancel_supplier_invoices,
    PostSupplierInvoice: post_supplier_invoices,
    ReleaseSupplierInvoice: release_supplier_invoices,
    CreditSupplierInvoice: credit_supplier_invoices,
}
REPORTS = {OpenClearingLine: open_clearing}
HANDLERS = {}
EVENTS = {
    **events_of(MAINTAINED),
    "PurchaseOrderCreated": PurchaseOrder,
    "PurchaseOrderApproved": PurchaseOrder,
    "PurchaseOrderRejected": PurchaseOrder,
    "PurchaseOrderCancelled": PurchaseOrder,
    "PurchaseOrderConfirmed": PurchaseOrderConfirmation,
    "GoodsReceived": GoodsReceipt,
    "GoodsReturned": PurchaseReturn,
    "SupplierInvoiceCreated": SupplierInvoice,
    "SupplierInvoiceCancelled": SupplierInvoice,
    "SupplierInvoicePosted": SupplierInvoice,
    "SupplierInvoiceBlocked": SupplierInvoice,
    "SupplierInvoiceReleased": SupplierInvoice,
    "SupplierInvoiceCredited": SupplierInvoice,
}
VERIFIERS = {**verify.VERIFIERS, **invoice_checks.VERIFIERS}

__all__ = ["COMMANDS", "EVENTS", "HANDLERS", "RECORDS", "REPORTS", "VERIFIERS"]
