"""The kernel: records, actors, the transaction, commands, ledgers. It knows no module above it."""

from domain.core import accounts, client_tiers, handling, models
from domain.core.dictionary import DataDictionaryEntry
from domain.core.verify import VERIFIERS as KERNEL_VERIFIERS

RECORDS = (*models.RECORDS, *handling.RECORDS, *client_tiers.RECORDS, *accounts.RECORDS, DataDictionaryEntry)
COMMANDS = {}
HANDLERS = {}
VERIFIERS = KERNEL_VERIFIERS
