"""Money: the chart of accounts, periods, vouchers and balances."""

from domain.finance.models import Account, AccountBalance, FiscalPeriod, JournalEntry, JournalLine

RECORDS = (Account, FiscalPeriod, JournalEntry, JournalLine, AccountBalance)
COMMANDS = {}
HANDLERS = {}
