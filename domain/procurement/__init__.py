"""Purchasing: orders, receipts, suppliers' invoices and how they match, approved suppliers and their terms.

From a need to an order: requisitions, requests for quotation, what suppliers answer, how their offers compare.

Emits: PurchaseRequisitionCreated, PurchaseRequisitionApproved, PurchaseRequisitionRejected (PurchaseRequisition),
QuotationsRequested, QuotationsAwarded, QuotationRequestCancelled (RequestForQuotation), QuotationAsked,
QuotationSubmitted, QuotationDeclined (SupplierQuotation), ApprovalDelegated, ApprovalDelegationEnded
(ApprovalDelegation), PurchaseAgreementCreated, PurchaseAgreementApproved, PurchaseAgreementClosed
(PurchaseAgreement), PurchaseOrderCreated, PurchaseOrderApproved, PurchaseOrderRejected, PurchaseOrderCancelled
(PurchaseOrder), PurchaseOrderConfirmed (PurchaseOrderConfirmation), ShippingNoticeSent, ShippingNoticeCancelled,
ShippingNoticeReceived (ShippingNotice), GoodsReceived (GoodsReceipt) and GoodsReturned
(PurchaseReturn) with the ids of the orders, SupplierInvoiceCreated, SupplierInvoiceCancelled, SupplierInvoicePosted,
SupplierInvoiceBlocked, SupplierInvoiceReleased, SupplierInvoiceCredited (SupplierInvoice), ClearingWrittenOff,
ClearingReopened (ClearingWriteOff).
"""

from collections.abc import Mapping
from typing import Any

from domain.core.actors import Action
from domain.core.commands import Handler
from domain.master_data.maintenance import events_of, maintained
from domain.procurement import invoice_checks, verify
from domain.procurement.agreements import AGREEMENT_RECORDS, PurchaseAgreement
from domain.procurement.approvals import ApprovalDelegation, ApprovalLimit
from domain.procurement.approved_suppliers import ApprovedSupplier
from domain.procurement.commands import (
    ApprovePurchaseAgreement,
    ApprovePurchaseOrder,
    ApprovePurchaseRequisition,
    AwardQuotations,
    CancelPurchaseOrderRest,
    CancelRequestForQuotation,
    CancelShippingNotice,
    CancelSupplierInvoice,
    ClosePurchaseAgreement,
    ConfirmPurchaseOrder,
    CreatePurchaseAgreement,
    CreatePurchaseOrder,
    CreatePurchaseRequisition,
    CreateSupplierInvoice,
    CreditSupplierInvoice,
    DeclineQuotation,
    DelegateApproval,
    EndApprovalDelegation,
    PostSupplierInvoice,
    ReceivePurchaseOrder,
    ReceiveShippingNotice,
    RejectPurchaseOrder,
    RejectPurchaseRequisition,
    ReleaseSupplierInvoice,
    RequestQuotations,
    ReturnToSupplier,
    ReverseClearingWriteOff,
    SendShippingNotice,
    SubmitQuotation,
    WriteOffClearing,
    approve_purchase_agreements,
    approve_purchase_orders,
    approve_purchase_requisitions,
    award_quotations,
    cancel_purchase_order_rests,
    cancel_requests_for_quotation,
    cancel_shipping_notices,
    cancel_supplier_invoices,
    close_purchase_agreements,
    confirm_purchase_orders,
    create_purchase_agreements,
    create_purchase_orders,
    create_purchase_requisitions,
    create_supplier_invoices,
    credit_supplier_invoices,
    decline_quotations,
    delegate_approvals,
    end_approval_delegations,
    post_supplier_invoices,
    receive_purchase_orders,
    receive_shipping_notices,
    reject_purchase_orders,
    reject_purchase_requisitions,
    release_supplier_invoices,
    request_quotations,
    return_purchases,
    reverse_clearing_write_offs,
    send_shipping_notices,
    submit_quotations,
    write_off_clearing,
)
from domain.procurement.comparison import QuotationComparisonLine, quotation_comparison
from domain.procurement.confirmations import CONFIRMATION_RECORDS, PurchaseOrderConfirmation
from domain.procurement.invoices import INVOICE_RECORDS, MatchTolerance, SupplierInvoice
from domain.procurement.models import (
    GoodsReceipt,
    GoodsReceiptLine,
    PurchaseOrder,
    PurchaseOrderLine,
    SupplierItem,
)
from domain.procurement.quotations import QUOTATION_RECORDS, RequestForQuotation, SupplierQuotation
from domain.procurement.receiving import RECEIVING_RECORDS, ReceivingRule, ShippingNotice
from domain.procurement.reports import OpenClearingLine, open_clearing
from domain.procurement.requisitions import REQUISITION_RECORDS, PurchaseRequisition
from domain.procurement.returns import RETURN_RECORDS, PurchaseReturn
from domain.procurement.scorecards import SupplierScorecardLine, supplier_scorecard
from domain.procurement.write_offs import WRITE_OFF_RECORDS, ClearingWriteOff

RECORDS = (
    PurchaseOrder, PurchaseOrderLine, GoodsReceipt, GoodsReceiptLine, SupplierItem, ApprovalLimit, ApprovalDelegation,
    ApprovedSupplier, *AGREEMENT_RECORDS,
    *REQUISITION_RECORDS, *QUOTATION_RECORDS, *CONFIRMATION_RECORDS, *RECEIVING_RECORDS, *RETURN_RECORDS,
    *INVOICE_RECORDS, *WRITE_OFF_RECORDS,
)  # fmt: skip
MAINTAINED: Mapping[type[Any], Handler] = {
    **maintained(SupplierItem, fixed=("item_id", "supplier_id"), hidden=("on_order_quantity", "last_received_on")),
    **maintained(ApprovalLimit, fixed=("role", "currency", "item_type"), action=Action.ADMINISTER),
    **maintained(MatchTolerance, action=Action.ADMINISTER),
    **maintained(ApprovedSupplier, fixed=("item_id", "supplier_id", "site_id", "valid_from"), action=Action.ADMINISTER),
    **maintained(ReceivingRule, fixed=("item_id",), action=Action.ADMINISTER),
}
COMMANDS: Mapping[type[Any], Handler] = {
    **MAINTAINED,
    CreatePurchaseRequisition: create_purchase_requisitions,
    ApprovePurchaseRequisition: approve_purchase_requisitions,
    RejectPurchaseRequisition: reject_purchase_requisitions,
    RequestQuotations: request_quotations,
    SubmitQuotation: submit_quotations,
    DeclineQuotation: decline_quotations,
    AwardQuotations: award_quotations,
    CancelRequestForQuotation: cancel_requests_for_quotation,
    DelegateApproval: delegate_approvals,
    EndApprovalDelegation: end_approval_delegations,
    CreatePurchaseOrder: create_purchase_orders,
    ApprovePurchaseOrder: approve_purchase_orders,
    RejectPurchaseOrder: reject_purchase_orders,
    CreatePurchaseAgreement: create_purchase_agreements,
    ApprovePurchaseAgreement: approve_purchase_agreements,
    ClosePurchaseAgreement: close_purchase_agreements,
    ConfirmPurchaseOrder: confirm_purchase_orders,
    CancelPurchaseOrderRest: cancel_purchase_order_rests,
    ReceivePurchaseOrder: receive_purchase_orders,
    SendShippingNotice: send_shipping_notices,
    CancelShippingNotice: cancel_shipping_notices,
    ReceiveShippingNotice: receive_shipping_notices,
    ReturnToSupplier: return_purchases,
    CreateSupplierInvoice: create_supplier_invoices,
    CancelSupplierInvoice: cancel_supplier_invoices,
    PostSupplierInvoice: post_supplier_invoices,
    ReleaseSupplierInvoice: release_supplier_invoices,
    CreditSupplierInvoice: credit_supplier_invoices,
    WriteOffClearing: write_off_clearing,
    ReverseClearingWriteOff: reverse_clearing_write_offs,
}
REPORTS = {OpenClearingLine: open_clearing, QuotationComparisonLine: quotation_comparison,
    SupplierScorecardLine: supplier_scorecard}
HANDLERS = {}
EVENTS = {
    **events_of(MAINTAINED),
    "PurchaseRequisitionCreated": PurchaseRequisition,
    "PurchaseRequisitionApproved": PurchaseRequisition,
    "PurchaseRequisitionRejected": PurchaseRequisition,
    "QuotationsRequested": RequestForQuotation,
    "QuotationsAwarded": RequestForQuotation,
    "QuotationRequestCancelled": RequestForQuotation,
    "QuotationAsked": SupplierQuotation,
    "QuotationSubmitted": SupplierQuotation,
    "QuotationDeclined": SupplierQuotation,
    "ApprovalDelegated": ApprovalDelegation,
    "ApprovalDelegationEnded": ApprovalDelegation,
    "PurchaseOrderCreated": PurchaseOrder,
    "PurchaseOrderApproved": PurchaseOrder,
    "PurchaseOrderRejected": PurchaseOrder,
    "PurchaseOrderCancelled": PurchaseOrder,
    "PurchaseOrderConfirmed": PurchaseOrderConfirmation,
    "GoodsReceived": GoodsReceipt,
    "GoodsReturned": PurchaseReturn,
    "ShippingNoticeSent": ShippingNotice,
    "ShippingNoticeCancelled": ShippingNotice,
    "ShippingNoticeReceived": ShippingNotice,
    "PurchaseAgreementCreated": PurchaseAgreement,
    "PurchaseAgreementApproved": PurchaseAgreement,
    "PurchaseAgreementClosed": PurchaseAgreement,
    "SupplierInvoiceCreated": SupplierInvoice,
    "SupplierInvoiceCancelled": SupplierInvoice,
    "SupplierInvoicePosted": SupplierInvoice,
    "SupplierInvoiceBlocked": SupplierInvoice,
    "SupplierInvoiceReleased": SupplierInvoice,
    "SupplierInvoiceCredited": SupplierInvoice,
    "ClearingWrittenOff": ClearingWriteOff,
    "ClearingReopened": ClearingWriteOff,
}
VERIFIERS = {**verify.VERIFIERS, **invoice_checks.VERIFIERS}

__all__ = ["COMMANDS", "EVENTS", "HANDLERS", "RECORDS", "REPORTS", "VERIFIERS"]
