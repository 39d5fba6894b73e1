"""The kernel: records, actors, the transaction, commands, ledgers. It knows no module above it."""

from domain.core import accounts
from domain.core.dictionary import DataDictionaryEntry

RECORDS = (*accounts.RECORDS, DataDictionaryEntry)
COMMANDS = {}
HANDLERS = {}
