"""Money: the chart of accounts, periods, vouchers and balances.

Others post with `post_vouchers`, last in their work. A company begins with `found_books`: the starting chart and open
periods.
"""

from domain.finance.chart import accounts_by_role, found_books
from domain.finance.journal import accounts, company_currency, hold_periods, post_vouchers, rates_to
from domain.finance.models import Account, AccountBalance, FiscalPeriod, JournalEntry, JournalLine
from domain.finance.verify import VERIFIERS

RECORDS = (Account, FiscalPeriod, JournalEntry, JournalLine, AccountBalance)
COMMANDS = {}
HANDLERS = {}

__all__ = [
    "COMMANDS",
    "HANDLERS",
    "RECORDS",
    "VERIFIERS",
    "accounts",
    "accounts_by_role",
    "company_currency",
    "found_books",
    "hold_periods",
    "post_vouchers",
    "rates_to",
]
