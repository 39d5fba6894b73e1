"""The kernel: records, actors, the transaction, commands, ledgers. It knows no module above it."""

from domain.core import accounts, models
from domain.core.dictionary import DataDictionaryEntry

RECORDS = (*models.RECORDS, *accounts.RECORDS, DataDictionaryEntry)
COMMANDS = {}
HANDLERS = {}
