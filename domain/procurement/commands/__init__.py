"""What people make of orders, receipts and invoices, one file a document."""

from domain.procurement.commands.cancellations import CancelPurchaseOrderRest, cancel_purchase_order_rests
from domain.procurement.commands.confirmations import (
    ConfirmPurchaseOrder,
    PromisedLineInput,
    confirm_purchase_orders,
)
from domain.procurement.commands.invoice_credits import (
    CreditSupplierInvoice,
    SupplierCreditLineInput,
    credit_supplier_invoices,
)
from domain.procurement.commands.invoice_postings import PostSupplierInvoice, post_supplier_invoices
from domain.procurement.commands.invoice_releases import ReleaseSupplierInvoice, release_supplier_invoices
from domain.procurement.commands.invoices import (
    CancelSupplierInvoice,
    CreateSupplierInvoice,
    SupplierInvoiceLineInput,
    cancel_supplier_invoices,
    create_supplier_invoices,
)
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
from domain.procurement.commands.returns import PurchaseReturnLineInput, ReturnToSupplier, return_purchases

__all__ = [
    "ApprovePurchaseOrder",
    "CancelPurchaseOrderRest",
    "CancelSupplierInvoice",
    "ConfirmPurchaseOrder",
    "CreatePurchaseOrder",
    "CreateSupplierInvoice",
    "CreditSupplierInvoice",
    "GoodsReceiptLineInput",
    "PostSupplierInvoice",
    "PromisedLineInput",
    "PurchaseOrderLineInput",
    "PurchaseReturnLineInput",
    "ReceivePurchaseOrder",
    "RejectPurchaseOrder",
    "ReleaseSupplierInvoice",
    "ReturnToSupplier",
    "SupplierCreditLineInput",
    "SupplierInvoiceLineInput",
    "approve_purchase_orders",
    "cancel_purchase_order_rests",
    "cancel_supplier_invoices",
    "confirm_purchase_orders",
    "create_purchase_orders",
    "create_supplier_invoices",
    "credit_supplier_invoices",
    "post_supplier_invoices",
    "receive_purchase_orders",
    "reject_purchase_orders",
    "release_supplier_invoices",
    "return_purchases",
]
