"""What people make of the books, one file a document."""

from collections.abc import Mapping
from typing import Any

from domain.core.commands import Handler
from domain.finance.commands.allocations import (
    CreateAllocationCycle,
    ReceiverInput,
    RunAllocation,
    create_allocation_cycles,
    run_allocations,
)
from domain.finance.commands.asset_books import DepreciateBook, OpenAssetBook, depreciate_books, open_asset_books
from domain.finance.commands.asset_changes import (
    RevalueFixedAsset,
    SplitFixedAsset,
    revalue_fixed_assets,
    split_fixed_assets,
)
from domain.finance.commands.asset_ends import (
    DepreciateByUnits,
    DisposeFixedAsset,
    depreciate_by_units,
    dispose_fixed_assets,
)
from domain.finance.commands.assets import (
    AcquireFixedAsset,
    ChangeAssetValue,
    DepreciateAssets,
    acquire_fixed_assets,
    change_asset_values,
    depreciate_assets,
)
from domain.finance.commands.budgets import (
    BudgetLineInput,
    CommitBudget,
    DraftBudgetVersion,
    ReleaseBudgetVersion,
    ReleaseCommitment,
    commit_budgets,
    draft_budget_versions,
    release_budget_versions,
    release_commitments_by_hand,
)
from domain.finance.commands.credits import CreditCustomerInvoice, CreditLineInput, credit_customer_invoices
from domain.finance.commands.deferrals import DeferAmount, ReleaseDeferrals, defer_amounts, release_deferrals
from domain.finance.commands.dunning import RunDunning, run_dunning
from domain.finance.commands.invoices import (
    CustomerInvoiceLineInput,
    PostCustomerInvoice,
    post_customer_invoices,
)
from domain.finance.commands.journals import (
    JournalLineInput,
    PostJournal,
    ReverseJournal,
    post_journals,
    reverse_journals,
)
from domain.finance.commands.lease_changes import RemeasureLease, remeasure_leases
from domain.finance.commands.leases import PayLeases, RecordLease, pay_leases, record_leases
from domain.finance.commands.matchings import (
    MatchInput,
    MatchOpenItems,
    UnmatchOpenItems,
    match_open_items,
    unmatch_open_items,
)
from domain.finance.commands.payments import PaymentMatchInput, RecordPayment, record_payments
from domain.finance.commands.periods import (
    ChangePeriodState,
    OpenFiscalYear,
    change_period_states,
    open_fiscal_years,
)
from domain.finance.commands.proposals import (
    ApprovePaymentProposal,
    CancelPaymentProposal,
    ExecutePaymentProposal,
    ProposePayments,
    approve_payment_proposals,
    cancel_payment_proposals,
    execute_payment_proposals,
    propose_payments,
)
from domain.finance.commands.rebates import (
    ApproveRebateAgreement,
    CloseRebateAgreement,
    CreateRebateAgreement,
    RebateTierInput,
    SettleRebate,
    approve_rebate_agreements,
    close_rebate_agreements,
    create_rebate_agreements,
    settle_rebates,
)
from domain.finance.commands.settings import (
    CreatePaymentTerms,
    CreateTaxCode,
    InstalmentInput,
    LoadFinancePack,
    TaxRuleInput,
    create_payment_terms,
    create_tax_codes,
    load_finance_packs,
)
from domain.finance.commands.statements import (
    ImportBankStatement,
    MatchBankStatement,
    MatchBankStatementLine,
    UnmatchBankStatementLine,
    import_bank_statements,
    match_bank_statement_lines,
    match_bank_statements,
    unmatch_bank_statement_lines,
)
from domain.finance.commands.valuation import (
    CloseYear,
    ReopenYear,
    RevalueForeignCurrency,
    close_years,
    reopen_years,
    revalue_foreign_currency,
)
from domain.finance.models import Account, Budget, CostCentre, DepreciationBook, DunningLevel, ProfitCentre
from domain.master_data.maintenance import maintained

COMMANDS: Mapping[type[Any], Handler] = {
    **maintained(Account, fixed=("kind", "role", "is_monetary")),
    **maintained(CostCentre),
    **maintained(DepreciationBook),
    **maintained(ProfitCentre),
    **maintained(DunningLevel, fixed=("level",)),
    **maintained(Budget, fixed=("starts_on", "ends_on")),
    DraftBudgetVersion: draft_budget_versions,
    ReleaseBudgetVersion: release_budget_versions,
    CommitBudget: commit_budgets,
    ReleaseCommitment: release_commitments_by_hand,
    ChangePeriodState: change_period_states,
    OpenFiscalYear: open_fiscal_years,
    LoadFinancePack: load_finance_packs,
    CreateTaxCode: create_tax_codes,
    CreatePaymentTerms: create_payment_terms,
    PostJournal: post_journals,
    ReverseJournal: reverse_journals,
    PostCustomerInvoice: post_customer_invoices,
    CreditCustomerInvoice: credit_customer_invoices,
    RecordPayment: record_payments,
    MatchOpenItems: match_open_items,
    UnmatchOpenItems: unmatch_open_items,
    RevalueForeignCurrency: revalue_foreign_currency,
    CloseYear: close_years,
    ReopenYear: reopen_years,
    ProposePayments: propose_payments,
    ApprovePaymentProposal: approve_payment_proposals,
    ExecutePaymentProposal: execute_payment_proposals,
    CancelPaymentProposal: cancel_payment_proposals,
    RunDunning: run_dunning,
    AcquireFixedAsset: acquire_fixed_assets,
    ChangeAssetValue: change_asset_values,
    DepreciateAssets: depreciate_assets,
    DepreciateByUnits: depreciate_by_units,
    OpenAssetBook: open_asset_books,
    DepreciateBook: depreciate_books,
    RevalueFixedAsset: revalue_fixed_assets,
    SplitFixedAsset: split_fixed_assets,
    DisposeFixedAsset: dispose_fixed_assets,
    DeferAmount: defer_amounts,
    ReleaseDeferrals: release_deferrals,
    RecordLease: record_leases,
    PayLeases: pay_leases,
    RemeasureLease: remeasure_leases,
    CreateAllocationCycle: create_allocation_cycles,
    RunAllocation: run_allocations,
    ImportBankStatement: import_bank_statements,
    MatchBankStatement: match_bank_statements,
    MatchBankStatementLine: match_bank_statement_lines,
    UnmatchBankStatementLine: unmatch_bank_statement_lines,
    CreateRebateAgreement: create_rebate_agreements,
    ApproveRebateAgreement: approve_rebate_agreements,
    CloseRebateAgreement: close_rebate_agreements,
    SettleRebate: settle_rebates,
}

__all__ = [
    "COMMANDS", "AcquireFixedAsset", "ApprovePaymentProposal", "ApproveRebateAgreement", "BudgetLineInput",
    "CancelPaymentProposal", "ChangeAssetValue", "ChangePeriodState", "CloseRebateAgreement", "CloseYear",
    "CommitBudget", "CreateAllocationCycle", "CreatePaymentTerms", "CreateRebateAgreement", "CreateTaxCode",
    "CreditCustomerInvoice",
    "CreditLineInput", "CustomerInvoiceLineInput", "DeferAmount", "DepreciateAssets", "DepreciateBook",
    "DepreciateByUnits", "DisposeFixedAsset", "DraftBudgetVersion", "ExecutePaymentProposal", "ImportBankStatement",
    "InstalmentInput", "JournalLineInput", "LoadFinancePack", "MatchBankStatement", "MatchBankStatementLine",
    "MatchInput", "MatchOpenItems", "OpenAssetBook", "OpenFiscalYear", "PayLeases", "PaymentMatchInput",
    "PostCustomerInvoice",
    "PostJournal", "ProposePayments", "RebateTierInput", "ReceiverInput", "RecordLease", "RecordPayment",
    "ReleaseBudgetVersion", "ReleaseCommitment", "ReleaseDeferrals", "RemeasureLease", "ReopenYear",
    "RevalueFixedAsset", "RevalueForeignCurrency", "ReverseJournal", "RunAllocation", "RunDunning", "SettleRebate",
    "SplitFixedAsset", "TaxRuleInput", "UnmatchBankStatementLine", "UnmatchOpenItems",
]  # fmt: skip
