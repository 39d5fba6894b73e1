"""Finance in the graph."""

import strawberry

from domain import finance
from domain.finance.commands import ChangePeriodState
from domain.finance.models import Account, AccountBalance, FiscalPeriod, JournalEntry, JournalLine
from schema.commands import performs
from schema.derive import graph_type, root_many, root_one

for _record in finance.RECORDS:
    if _record.spec.exposed:
        graph_type(_record)


@strawberry.type
class FinanceQuery:
    account = root_one(Account)
    accounts = root_many(Account)
    fiscal_periods = root_many(FiscalPeriod)
    journal_entry = root_one(JournalEntry)
    journal_entries = root_many(JournalEntry)
    journal_lines = root_many(JournalLine)
    account_balances = root_many(AccountBalance)


@strawberry.type
class FinanceMutation:
    change_period_state = performs(ChangePeriodState)
