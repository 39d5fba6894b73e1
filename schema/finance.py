"""Finance in the graph."""

import strawberry

from domain import finance
from domain.finance.aging import AgedItemLine
from domain.finance.budget_status import BudgetStatusLine
from domain.finance.forecast import CashForecastLine
from domain.finance.models import (
    Account,
    AccountBalance,
    AllocationCycle,
    AllocationReceiver,
    AssetBook,
    AssetBookEntry,
    BankStatement,
    BankStatementLine,
    Budget,
    BudgetLine,
    BudgetVersion,
    Commitment,
    CommitmentEntry,
    CostCentre,
    CustomerInvoice,
    CustomerInvoiceLine,
    CustomerInvoiceTax,
    Deferral,
    DeferralLine,
    DepreciationBook,
    DunningLevel,
    DunningNotice,
    DunningNoticeLine,
    FiscalPeriod,
    FixedAsset,
    FixedAssetEntry,
    JournalEntry,
    JournalLine,
    Lease,
    LeaseLine,
    Matching,
    OpenItem,
    OpenItemEntry,
    Payment,
    PaymentProposal,
    PaymentProposalLine,
    PaymentTerms,
    PaymentTermsInstalment,
    ProfitCentre,
    RebateAgreement,
    RebateEntry,
    RebateSettlement,
    RebateTier,
    TaxCode,
    TaxRule,
)
from domain.finance.reports import AccountLedgerLine, TrialBalanceLine
from domain.finance.statements import BalanceSheetLine, ProfitAndLossLine
from schema.commands import mutations
from schema.derive import graph_type, root_many, root_one

for _record in (*finance.RECORDS, *finance.REPORTS):
    if _record.spec.exposed:
        graph_type(_record)


@strawberry.type
class FinanceQuery:
    account = root_one(Account)
    accounts = root_many(Account)
    cost_centre = root_one(CostCentre)
    cost_centres = root_many(CostCentre)
    profit_centre = root_one(ProfitCentre)
    profit_centres = root_many(ProfitCentre)
    fiscal_periods = root_many(FiscalPeriod)
    journal_entry = root_one(JournalEntry)
    journal_entries = root_many(JournalEntry)
    journal_lines = root_many(JournalLine)
    account_balances = root_many(AccountBalance)
    tax_code = root_one(TaxCode)
    tax_codes = root_many(TaxCode)
    tax_rules = root_many(TaxRule)
    payment_term = root_one(PaymentTerms)
    payment_terms = root_many(PaymentTerms)
    payment_terms_instalments = root_many(PaymentTermsInstalment)
    customer_invoice = root_one(CustomerInvoice)
    customer_invoices = root_many(CustomerInvoice)
    customer_invoice_lines = root_many(CustomerInvoiceLine)
    customer_invoice_taxes = root_many(CustomerInvoiceTax)
    open_items = root_many(OpenItem)
    open_item_entries = root_many(OpenItemEntry)
    matching = root_one(Matching)
    matchings = root_many(Matching)
    payment = root_one(Payment)
    payments = root_many(Payment)
    trial_balance = root_many(TrialBalanceLine)
    account_ledger = root_many(AccountLedgerLine)
    balance_sheet = root_many(BalanceSheetLine)
    profit_and_loss = root_many(ProfitAndLossLine)
    payment_proposal = root_one(PaymentProposal)
    payment_proposals = root_many(PaymentProposal)
    payment_proposal_lines = root_many(PaymentProposalLine)
    allocation_cycle = root_one(AllocationCycle)
    allocation_cycles = root_many(AllocationCycle)
    allocation_receivers = root_many(AllocationReceiver)
    fixed_asset = root_one(FixedAsset)
    fixed_assets = root_many(FixedAsset)
    fixed_asset_entries = root_many(FixedAssetEntry)
    depreciation_book = root_one(DepreciationBook)
    depreciation_books = root_many(DepreciationBook)
    asset_books = root_many(AssetBook)
    asset_book_entries = root_many(AssetBookEntry)
    budget = root_one(Budget)
    budgets = root_many(Budget)
    budget_versions = root_many(BudgetVersion)
    budget_lines = root_many(BudgetLine)
    commitment = root_one(Commitment)
    commitments = root_many(Commitment)
    commitment_entries = root_many(CommitmentEntry)
    deferral = root_one(Deferral)
    deferrals = root_many(Deferral)
    deferral_lines = root_many(DeferralLine)
    lease = root_one(Lease)
    leases = root_many(Lease)
    lease_lines = root_many(LeaseLine)
    dunning_levels = root_many(DunningLevel)
    dunning_notice = root_one(DunningNotice)
    dunning_notices = root_many(DunningNotice)
    dunning_notice_lines = root_many(DunningNoticeLine)
    bank_statement = root_one(BankStatement)
    bank_statements = root_many(BankStatement)
    bank_statement_lines = root_many(BankStatementLine)
    aged_items = root_many(AgedItemLine)
    cash_forecast = root_many(CashForecastLine)
    budget_status = root_many(BudgetStatusLine)
    rebate_agreement = root_one(RebateAgreement)
    rebate_agreements = root_many(RebateAgreement)
    rebate_tiers = root_many(RebateTier)
    rebate_entries = root_many(RebateEntry)
    rebate_settlement = root_one(RebateSettlement)
    rebate_settlements = root_many(RebateSettlement)


FinanceMutation = mutations("FinanceMutation", finance.COMMANDS)
