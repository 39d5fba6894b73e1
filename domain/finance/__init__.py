"""Money: the chart of accounts, periods, vouchers and balances; taxes, terms, invoices, payments and open items.

Others post with `post_vouchers`, last in their work. A company begins with `found_books`: the starting chart and open
periods.
"""

from domain.finance.balances import account_balances_on
from domain.finance.chart import accounts_by_role, found_books, load_taxes_and_terms
from domain.finance.commands import COMMANDS
from domain.finance.journal import accounts, hold_periods, post_vouchers
from domain.finance.models import RECORDS
from domain.finance.rates import company_currency, quotes_on, rates_to
from domain.finance.verify import VERIFIERS

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
    "load_taxes_and_terms",
    "post_vouchers",
    "quotes_on",
    "rates_to",
]
