"""Procurement in the graph."""

import strawberry

from domain import procurement
from domain.procurement.agreements import PurchaseAgreement, PurchaseAgreementLine
from domain.procurement.approvals import ApprovalDelegation, ApprovalLimit
from domain.procurement.approved_suppliers import ApprovedSupplier
from domain.procurement.comparison import QuotationComparisonLine
from domain.procurement.confirmations import PurchaseOrderConfirmation, PurchaseOrderConfirmationLine
from domain.procurement.invoices import (
    MatchTolerance,
    SupplierInvoice,
    SupplierInvoiceLine,
    SupplierInvoiceMatch,
    SupplierInvoiceTax,
)
from domain.procurement.models import (
    GoodsReceipt,
    GoodsReceiptLine,
    PurchaseOrder,
    PurchaseOrderLine,
    SupplierItem,
)
from domain.procurement.quotations import (
    RequestForQuotation,
    RequestForQuotationLine,
    SupplierQuotation,
    SupplierQuotationLine,
)
from domain.procurement.receiving import (
    ReceivingRule,
    ShippingNotice,
    ShippingNoticeLine,
    ShippingNoticePackage,
)
from domain.procurement.reports import OpenClearingLine
from domain.procurement.requisitions import PurchaseRequisition, PurchaseRequisitionLine
from domain.procurement.returns import PurchaseReturn, PurchaseReturnLine
from domain.procurement.scorecards import SupplierScorecardLine
from domain.procurement.write_offs import ClearingWriteOff, ClearingWriteOffLine
from schema.commands import mutations
from schema.derive import graph_type, root_many, root_one

for _record in (*procurement.RECORDS, *procurement.REPORTS):
    if _record.spec.exposed:
        graph_type(_record)


@strawberry.type
class ProcurementQuery:
    purchase_requisition = root_one(PurchaseRequisition)
    purchase_requisitions = root_many(PurchaseRequisition)
    purchase_requisition_lines = root_many(PurchaseRequisitionLine)
    request_for_quotation = root_one(RequestForQuotation)
    request_for_quotations = root_many(RequestForQuotation)
    request_for_quotation_lines = root_many(RequestForQuotationLine)
    supplier_quotation = root_one(SupplierQuotation)
    supplier_quotations = root_many(SupplierQuotation)
    supplier_quotation_lines = root_many(SupplierQuotationLine)
    quotation_comparison = root_many(QuotationComparisonLine)
    approved_suppliers = root_many(ApprovedSupplier)
    supplier_scorecard = root_many(SupplierScorecardLine)
    purchase_agreement = root_one(PurchaseAgreement)
    purchase_agreements = root_many(PurchaseAgreement)
    purchase_agreement_lines = root_many(PurchaseAgreementLine)
    purchase_order = root_one(PurchaseOrder)
    purchase_orders = root_many(PurchaseOrder)
    purchase_order_lines = root_many(PurchaseOrderLine)
    purchase_order_confirmation = root_one(PurchaseOrderConfirmation)
    purchase_order_confirmations = root_many(PurchaseOrderConfirmation)
    purchase_order_confirmation_lines = root_many(PurchaseOrderConfirmationLine)
    receiving_rules = root_many(ReceivingRule)
    shipping_notice = root_one(ShippingNotice)
    shipping_notices = root_many(ShippingNotice)
    shipping_notice_lines = root_many(ShippingNoticeLine)
    shipping_notice_packages = root_many(ShippingNoticePackage)
    goods_receipt = root_one(GoodsReceipt)
    goods_receipts = root_many(GoodsReceipt)
    goods_receipt_lines = root_many(GoodsReceiptLine)
    purchase_return = root_one(PurchaseReturn)
    purchase_returns = root_many(PurchaseReturn)
    purchase_return_lines = root_many(PurchaseReturnLine)
    supplier_items = root_many(SupplierItem)
    approval_limits = root_many(ApprovalLimit)
    approval_delegations = root_many(ApprovalDelegation)
    match_tolerances = root_many(MatchTolerance)
    supplier_invoice = root_one(SupplierInvoice)
    supplier_invoices = root_many(SupplierInvoice)
    supplier_invoice_lines = root_many(SupplierInvoiceLine)
    supplier_invoice_taxes = root_many(SupplierInvoiceTax)
    supplier_invoice_matches = root_many(SupplierInvoiceMatch)
    open_clearing = root_many(OpenClearingLine)
    clearing_write_off = root_one(ClearingWriteOff)
    clearing_write_offs = root_many(ClearingWriteOff)
    clearing_write_off_lines = root_many(ClearingWriteOffLine)


ProcurementMutation = mutations("ProcurementMutation", procurement.COMMANDS)
