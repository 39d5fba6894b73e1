"""Coexistence: legacy systems, their keys, and the imports that bring their data over."""

from domain.coexistence.books import FoundBooks, found_books
from domain.coexistence.bulk import CopyHistory, copy_histories
from domain.coexistence.commands import (
    CloseImportRun,
    ImportHistory,
    OpenHistoricalStock,
    OpenImportRun,
    close_import_runs,
    import_history,
    open_historical_stock,
    open_import_runs,
)
from domain.coexistence.models import ImportIssue, ImportRun, LegacyKey, SourceSystem
from domain.coexistence.verify import VERIFIERS

RECORDS = (SourceSystem, LegacyKey, ImportRun, ImportIssue)
COMMANDS = {
    OpenImportRun: open_import_runs,
    CloseImportRun: close_import_runs,
    ImportHistory: import_history,
    OpenHistoricalStock: open_historical_stock,
    CopyHistory: copy_histories,
    FoundBooks: found_books,
}
HANDLERS = {}

__all__ = ["COMMANDS", "HANDLERS", "RECORDS", "VERIFIERS"]
