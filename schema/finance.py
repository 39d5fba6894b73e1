"""Finance in the graph."""

import strawberry

from domain import finance
from domain.finance.commands import (
    ChangePeriodState,
    CloseYear,
    CreateCostCentre,
    CreatePaymentTerms,
    CreateProfitCentre,
    CreateTaxCode,
    CreditCustomerInvoice,
    LoadFinancePack,
    MatchOpenItems,
    PostCustomerInvoice,
    PostJournal,
    RecordPayment,
    ReopenYear,
    RevalueForeignCurrency,
    ReverseJournal,
    UnmatchOpenItems,
)
from domain.finance.models import (
    Account,
    AccountBalance,
    CostCentre,
    CustomerInvoice,
    CustomerInvoiceLine,
    CustomerInvoiceTax,
    FiscalPeriod,
    JournalEntry,
    JournalLine,
    Matching,
    OpenItem,
    OpenItemEntry,
    Payment,
    PaymentTerms,
    PaymentTermsInstalment,
    ProfitCentre,
    TaxCode,
    TaxRule,
)
from schema.commands import performs
from schema.derive import graph_type, root_many, root_one

for _record in finance.RECORDS:
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


@strawberry.type
class FinanceMutation:
    change_period_state = performs(ChangePeriodState)
    load_finance_pack = performs(LoadFinancePack)
    create_cost_centre = performs(CreateCostCentre)
    create_profit_centre = performs(CreateProfitCentre)
    create_tax_code = performs(CreateTaxCode)
    create_payment_terms = performs(CreatePaymentTerms)
    post_journal = performs(PostJournal)
    reverse_journal = performs(ReverseJournal)
    post_customer_invoice = performs(PostCustomerInvoice)
    credit_customer_invoice = performs(CreditCustomerInvoice)
    record_payment = performs(RecordPayment)
    match_open_items = performs(MatchOpenItems)
    unmatch_open_items = performs(UnmatchOpenItems)
    revalue_foreign_currency = performs(RevalueForeignCurrency)
    close_year = performs(CloseYear)
    reopen_year = performs(ReopenYear)
