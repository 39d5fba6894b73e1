"""Money: the chart of accounts, periods, vouchers and balances; taxes, terms, invoices, payments and open items.

Others post with `post_vouchers`, last in their work; a document that makes a party owe us, or us owe it, is a `Bill`
for `post_bills`, which opens its items too. A company begins with `found_books`: the starting chart and open periods.
"""

from domain.finance import item_checks, models, rebate_checks, schedule_checks, verify
from domain.finance.aging import AgedItemLine, aged_items
from domain.finance.balances import account_balances_on
from domain.finance.billing import Bill, BillLine, BillTax, post_bills, purchase_taxes, sales_taxes
from domain.finance.budget_status import BudgetStatusLine, budget_status
from domain.finance.budgets import Promise, Release, commit, commitments_of, release_commitments, spent_of
from domain.finance.chart import accounts_by_role, found_books, load_taxes_and_terms
from domain.finance.commands import COMMANDS
from domain.finance.commands.invoices import post_customer_invoices
from domain.finance.credit import credit_of
from domain.finance.forecast import CashForecastLine, cash_forecast
from domain.finance.journal import Books, accounts, books_of, hold_periods, post_vouchers
from domain.finance.models import (
    AllocationCycle,
    AssetBook,
    BankStatement,
    BankStatementLine,
    BudgetLine,
    BudgetVersion,
    Commitment,
    CustomerInvoice,
    Deferral,
    DepreciationBook,
    DunningNotice,
    FiscalPeriod,
    FixedAsset,
    JournalEntry,
    Lease,
    Matching,
    Payment,
    PaymentProposal,
    RebateAgreement,
    RebateSettlement,
)
from domain.finance.open_items import block_items, pair_items, release_items
from domain.finance.rates import company_currency, quotes_on, rates_to
from domain.finance.rebates import accrue_rebates, earning_of, turnover_of
from domain.finance.reports import AccountLedgerLine, TrialBalanceLine, account_ledger, trial_balance
from domain.finance.statements import BalanceSheetLine, ProfitAndLossLine, balance_sheet, profit_and_loss
from domain.finance.turnover import SWEEPS, AccountTurnover

RECORDS = (*models.RECORDS, AccountTurnover)
REPORTS = {
    TrialBalanceLine: trial_balance,
    AccountLedgerLine: account_ledger,
    BalanceSheetLine: balance_sheet,
    ProfitAndLossLine: profit_and_loss,
    AgedItemLine: aged_items,
    CashForecastLine: cash_forecast,
    BudgetStatusLine: budget_status,
}
HANDLERS = {}
EVENTS = {
    "PeriodStateChanged": FiscalPeriod,
    "FiscalYearOpened": FiscalPeriod,
    "CustomerInvoicePosted": CustomerInvoice,
    "CustomerInvoiceCredited": CustomerInvoice,
    "PaymentRecorded": Payment,
    "OpenItemsMatched": Matching,
    "OpenItemsUnmatched": Matching,
    "PaymentsProposed": PaymentProposal,
    "PaymentsApproved": PaymentProposal,
    "PaymentsExecuted": PaymentProposal,
    "PaymentsCancelled": PaymentProposal,
    "FixedAssetDisposed": FixedAsset,
    "BudgetReleased": BudgetVersion,
    "BudgetExceeded": BudgetLine,
    "CustomersDunned": DunningNotice,
    "JournalPosted": JournalEntry,
    "JournalReversed": JournalEntry,
    "ForeignCurrencyRevalued": JournalEntry,
    "YearClosed": JournalEntry,
    "YearReopened": JournalEntry,
    "FixedAssetAcquired": FixedAsset,
    "FixedAssetValueChanged": FixedAsset,
    "FixedAssetsDepreciated": JournalEntry,
    "AssetBookOpened": AssetBook,
    "AssetBooksDepreciated": DepreciationBook,
    "FixedAssetRevalued": FixedAsset,
    "FixedAssetSplit": FixedAsset,
    "LeaseRecorded": Lease,
    "LeasesPaid": Lease,
    "LeaseRemeasured": Lease,
    "AmountDeferred": Deferral,
    "DeferralsReleased": JournalEntry,
    "AllocationCycleCreated": AllocationCycle,
    "AllocationRun": JournalEntry,
    "BankStatementImported": BankStatement,
    "BankStatementLineMatched": BankStatementLine,
    "BankStatementLineUnmatched": BankStatementLine,
    "BudgetVersionDrafted": BudgetVersion,
    "CommitmentReleased": Commitment,
    "RebateAgreementCreated": RebateAgreement,
    "RebateAgreementApproved": RebateAgreement,
    "RebateAgreementClosed": RebateAgreement,
    "RebateSettled": RebateSettlement,
}
VERIFIERS = {
    **verify.VERIFIERS, **item_checks.VERIFIERS, **schedule_checks.VERIFIERS, **rebate_checks.VERIFIERS
}  # fmt: skip

__all__ = [
    "COMMANDS",
    "EVENTS",
    "HANDLERS",
    "RECORDS",
    "REPORTS",
    "SWEEPS",
    "VERIFIERS",
    "Bill",
    "BillLine",
    "BillTax",
    "Books",
    "Promise",
    "Release",
    "account_balances_on",
    "accounts",
    "accounts_by_role",
    "accrue_rebates",
    "block_items",
    "books_of",
    "commit",
    "commitments_of",
    "company_currency",
    "credit_of",
    "earning_of",
    "found_books",
    "hold_periods",
    "load_taxes_and_terms",
    "pair_items",
    "post_bills",
    "post_customer_invoices",
    "post_vouchers",
    "purchase_taxes",
    "quotes_on",
    "rates_to",
    "release_commitments",
    "release_items",
    "sales_taxes",
    "spent_of",
    "turnover_of",
]
