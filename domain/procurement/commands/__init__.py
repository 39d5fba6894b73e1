"""What people make of orders, receipts and invoices, one file a document."""

from domain.procurement.commands.agreements import (
    AgreementLineInput,
    ApprovePurchaseAgreement,
    ClosePurchaseAgreement,
    CreatePurchaseAgreement,
    approve_purchase_agreements,
    close_purchase_agreements,
    create_purchase_agreements,
)
from domain.procurement.commands.awards import (
    AwardInput,
    AwardQuotations,
    CancelRequestForQuotation,
    award_quotations,
    cancel_requests_for_quotation,
)
from domain.procurement.commands.cancellations import CancelPurchaseOrderRest, cancel_purchase_order_rests
from domain.procurement.commands.confirmations import (
    ConfirmPurchaseOrder,
    PromisedLineInput,
    confirm_purchase_orders,
)
from domain.procurement.commands.delegations import (
    DelegateApproval,
    EndApprovalDelegation,
    delegate_approvals,
    end_approval_delegations,
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
from domain.procurement.commands.order_decisions import (
    ApprovePurchaseOrder,
    RejectPurchaseOrder,
    approve_purchase_orders,
    reject_purchase_orders,
)
from domain.procurement.commands.orders import (
    CreatePurchaseOrder,
    PurchaseOrderLineInput,
    create_purchase_orders,
)
from domain.procurement.commands.quotations import (
    DeclineQuotation,
    QuotationLineInput,
    QuotationRequestLineInput,
    RequestQuotations,
    SubmitQuotation,
    decline_quotations,
    request_quotations,
    submit_quotations,
)
from domain.procurement.commands.receipts import (
    GoodsReceiptLineInput,
    ReceivePurchaseOrder,
    receive_direct,
    receive_purchase_orders,
)
from domain.procurement.commands.requisitions import (
    ApprovePurchaseRequisition,
    CreatePurchaseRequisition,
    RejectPurchaseRequisition,
    RequisitionLineInput,
    approve_purchase_requisitions,
    create_purchase_requisitions,
    reject_purchase_requisitions,
)
from domain.procurement.commands.returns import PurchaseReturnLineInput, ReturnToSupplier, return_purchases
from domain.procurement.commands.shipping_notices import (
    CancelShippingNotice,
    NoticeArrivalInput,
    ReceiveShippingNotice,
    SendShippingNotice,
    ShippingNoticeLineInput,
    cancel_shipping_notices,
    receive_shipping_notices,
    send_shipping_notices,
)
from domain.procurement.commands.write_offs import (
    ReverseClearingWriteOff,
    WriteOffClearing,
    reverse_clearing_write_offs,
    write_off_clearing,
)

__all__ = [
    "AgreementLineInput",
    "ApprovePurchaseAgreement",
    "ApprovePurchaseOrder",
    "ApprovePurchaseRequisition",
    "AwardInput",
    "AwardQuotations",
    "CancelPurchaseOrderRest",
    "CancelRequestForQuotation",
    "CancelShippingNotice",
    "CancelSupplierInvoice",
    "ClosePurchaseAgreement",
    "ConfirmPurchaseOrder",
    "CreatePurchaseAgreement",
    "CreatePurchaseOrder",
    "CreatePurchaseRequisition",
    "CreateSupplierInvoice",
    "CreditSupplierInvoice",
    "DeclineQuotation",
    "DelegateApproval",
    "EndApprovalDelegation",
    "GoodsReceiptLineInput",
    "NoticeArrivalInput",
    "PostSupplierInvoice",
    "PromisedLineInput",
    "PurchaseOrderLineInput",
    "PurchaseReturnLineInput",
    "QuotationLineInput",
    "QuotationRequestLineInput",
    "ReceivePurchaseOrder",
    "ReceiveShippingNotice",
    "RejectPurchaseOrder",
    "RejectPurchaseRequisition",
    "ReleaseSupplierInvoice",
    "RequestQuotations",
    "RequisitionLineInput",
    "ReturnToSupplier",
    "ReverseClearingWriteOff",
    "SendShippingNotice",
    "ShippingNoticeLineInput",
    "SubmitQuotation",
    "SupplierCreditLineInput",
    "SupplierInvoiceLineInput",
    "WriteOffClearing",
    "approve_purchase_agreements",
    "approve_purchase_orders",
    "approve_purchase_requisitions",
    "award_quotations",
    "cancel_purchase_order_rests",
    "cancel_requests_for_quotation",
    "cancel_shipping_notices",
    "cancel_supplier_invoices",
    "close_purchase_agreements",
    "confirm_purchase_orders",
    "create_purchase_agreements",
    "create_purchase_orders",
    "create_purchase_requisitions",
    "create_supplier_invoices",
    "credit_supplier_invoices",
    "decline_quotations",
    "delegate_approvals",
    "end_approval_delegations",
    "post_supplier_invoices",
    "receive_direct",
    "receive_purchase_orders",
    "receive_shipping_notices",
    "reject_purchase_orders",
    "reject_purchase_requisitions",
    "release_supplier_invoices",
    "request_quotations",
    "return_purchases",
    "reverse_clearing_write_offs",
    "send_shipping_notices",
    "submit_quotations",
    "write_off_clearing",
]
