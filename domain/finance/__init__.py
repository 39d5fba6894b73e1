"""Money: the chart of accounts, periods, vouchers and balances.

Others post with `post_vouchers`, last in their work. A company begins with `found_books`: the starting chart and open
periods.
"""

from domain.finance.balances import account_balances_on
from domain.finance.chart import accounts_by_role, found_books
from domain.finance.commands import ChangePeriodState, change_period_states
from domain.finance.journal import accounts, company_currency, hold_periods, post_vouchers, rates_to
from domain.finance.models import Account, AccountBalance, FiscalPeriod, JournalEntry, JournalLine
from domain.finance.verify import VERIFIERS

RECORDS = (Account, FiscalPeriod, JournalEntry, JournalLine, AccountBalance)
COMMANDS = {ChangePeriodState: change_period_states}
HANDLERS = {}
EVENTS = {"PeriodStateChanged": FiscalPeriod}

__all__ = [
    "COMMANDS",
    "EVENTS",
    "HANDLERS",
    "RECORDS",
    "VERIFIERS",
    "account_balances_on",
    "accounts",
    "accounts_by_role",
    "company_currency",
    "found_books",
    "hold_periods",
    "post_vouchers",
    "rates_to",
]
