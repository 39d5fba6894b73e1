"""What the money book stores, one file a document; see `ledger` for the book itself."""

from domain.finance.models.allocation import AllocationCycle, AllocationReceiver
from domain.finance.models.asset_books import AssetBook, AssetBookEntry, DepreciationBook
from domain.finance.models.assets import AssetEntryKind, DepreciationMethod, FixedAsset, FixedAssetEntry
from domain.finance.models.budgets import (
    Budget,
    BudgetControl,
    BudgetLine,
    BudgetStatus,
    BudgetVersion,
    Commitment,
    CommitmentEntry,
)
from domain.finance.models.dimensions import CostCentre, ProfitCentre
from domain.finance.models.dunning import DunningLevel, DunningNotice, DunningNoticeLine
from domain.finance.models.invoices import CustomerInvoice, CustomerInvoiceLine, CustomerInvoiceTax, InvoiceKind
from domain.finance.models.ledger import (
    COMPANY_CURRENCY,
    CONTROL_ROLES,
    CURRENCY_LENGTH,
    Account,
    AccountBalance,
    AccountKind,
    AccountRole,
    FiscalPeriod,
    JournalEntry,
    JournalKind,
    JournalLine,
    PeriodState,
    RateKind,
    SubLedger,
)
from domain.finance.models.open_items import Matching, OpenItem, OpenItemEntry, OpenItemEntryKind, OpenItemKind
from domain.finance.models.payments import Payment, PaymentDirection
from domain.finance.models.proposals import PaymentProposal, PaymentProposalLine, ProposalStatus
from domain.finance.models.rebates import (
    REBATE_RECORDS,
    RebateAgreement,
    RebateBasis,
    RebateEntry,
    RebateEntryKind,
    RebateSettlement,
    RebateSide,
    RebateStatus,
    RebateTier,
    RebateTiering,
)
from domain.finance.models.schedules import Deferral, DeferralLine, DeferralMethod, Lease, LeaseLine
from domain.finance.models.statements import BankStatement, BankStatementLine, StatementFormat
from domain.finance.models.taxes import TaxCode, TaxKind, TaxMethod, TaxRule
from domain.finance.models.terms import InstalmentShare, InstalmentStart, PaymentTerms, PaymentTermsInstalment

RECORDS = (
    CostCentre, ProfitCentre, Account, FiscalPeriod, JournalEntry, JournalLine, AccountBalance, TaxCode, TaxRule,
    PaymentTerms, PaymentTermsInstalment, CustomerInvoice, CustomerInvoiceLine, CustomerInvoiceTax, Matching, OpenItem,
    OpenItemEntry, Payment, PaymentProposal, PaymentProposalLine,
    BankStatement, BankStatementLine,
    DunningLevel, DunningNotice, DunningNoticeLine, AllocationCycle, AllocationReceiver, FixedAsset, FixedAssetEntry,
    DepreciationBook, AssetBook, AssetBookEntry,
    Deferral, DeferralLine, Lease, LeaseLine, Budget, BudgetVersion, BudgetLine, Commitment, CommitmentEntry,
    *REBATE_RECORDS,
)  # fmt: skip

__all__ = [
    "COMPANY_CURRENCY", "CONTROL_ROLES", "CURRENCY_LENGTH", "REBATE_RECORDS", "RECORDS", "Account", "AccountBalance",
    "AccountKind", "AccountRole", "AllocationCycle", "AllocationReceiver", "AssetBook", "AssetBookEntry",
    "AssetEntryKind", "BankStatement", "BankStatementLine", "Budget", "BudgetControl", "BudgetLine", "BudgetStatus",
    "BudgetVersion", "Commitment", "CommitmentEntry", "CostCentre", "CustomerInvoice", "CustomerInvoiceLine",
    "CustomerInvoiceTax", "Deferral", "DeferralLine", "DeferralMethod", "DepreciationBook", "DepreciationMethod",
    "DunningLevel", "DunningNotice", "DunningNoticeLine", "FiscalPeriod", "FixedAsset", "FixedAssetEntry",
    "InstalmentShare", "InstalmentStart", "InvoiceKind", "JournalEntry", "JournalKind", "JournalLine", "Lease",
    "LeaseLine", "Matching", "OpenItem", "OpenItemEntry", "OpenItemEntryKind", "OpenItemKind", "Payment",
    "PaymentDirection", "PaymentProposal", "PaymentProposalLine", "PaymentTerms", "PaymentTermsInstalment",
    "PeriodState", "ProfitCentre", "ProposalStatus", "RateKind", "RebateAgreement", "RebateBasis", "RebateEntry",
    "RebateEntryKind", "RebateSettlement", "RebateSide", "RebateStatus", "RebateTier", "RebateTiering",
    "StatementFormat", "SubLedger", "TaxCode", "TaxKind", "TaxMethod", "TaxRule",
]  # fmt: skip
