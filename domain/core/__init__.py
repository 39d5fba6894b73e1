"""The kernel: records, actors, the transaction, commands, ledgers. It knows no module above it."""

from domain.core import accounts, handling, models
from domain.core.dictionary import DataDictionaryEntry
from domain.core.verify import VERIFIERS as KERNEL_VERIFIERS

RECORDS = (*models.RECORDS, *handling.RECORDS, *accounts.RECORDS, DataDictionaryEntry)
COMMANDS = {}
HANDLERS = {}
VERIFIERS = KERNEL_VERIFIERS
