"""What people make of the books, one file a document."""

from domain.finance.commands.journals import (
    JournalLineInput,
    PostJournal,
    ReverseJournal,
    post_journals,
    reverse_journals,
)
from domain.finance.commands.periods import ChangePeriodState, change_period_states
from domain.finance.commands.settings import (
    CreateCostCentre,
    CreatePaymentTerms,
    CreateProfitCentre,
    CreateTaxCode,
    InstalmentInput,
    LoadFinancePack,
    TaxRuleInput,
    create_cost_centres,
    create_payment_terms,
    create_profit_centres,
    create_tax_codes,
    load_finance_packs,
)

COMMANDS = {
    ChangePeriodState: change_period_states,
    LoadFinancePack: load_finance_packs,
    CreateCostCentre: create_cost_centres,
    CreateProfitCentre: create_profit_centres,
    CreateTaxCode: create_tax_codes,
    CreatePaymentTerms: create_payment_terms,
    PostJournal: post_journals,
    ReverseJournal: reverse_journals,
}

__all__ = [
    "COMMANDS",
    "ChangePeriodState",
    "CreateCostCentre",
    "CreatePaymentTerms",
    "CreateProfitCentre",
    "CreateTaxCode",
    "InstalmentInput",
    "JournalLineInput",
    "LoadFinancePack",
    "PostJournal",
    "ReverseJournal",
    "TaxRuleInput",
]
