"""Coexistence: legacy systems, their keys, and the imports that bring their data over; other systems of today, and what
they are told.
"""

from collections.abc import Mapping
from typing import Any

from domain.coexistence import differences, exports, mutations, verify, webhooks
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
from domain.coexistence.differences import (
    MigrationDifferenceLine,
    PostMigrationDifference,
    migration_differences,
    post_migration_differences,
)
from domain.coexistence.models import ImportIssue, ImportRun, LegacyKey, SourceSystem
from domain.coexistence.printed_reports import PrintedReport, PrintReport, print_reports
from domain.coexistence.printing import PrintDocument, PrintedDocument, print_documents
from domain.core.commands import Handler
from domain.core.handling import EVERY

RECORDS = (
    SourceSystem,
    LegacyKey,
    ImportRun,
    ImportIssue,
    *webhooks.RECORDS,
    *exports.RECORDS,
    *mutations.RECORDS,
    PrintedDocument,
    PrintedReport,
)
COMMANDS: Mapping[type[Any], Handler] = {
    OpenImportRun: open_import_runs,
    CloseImportRun: close_import_runs,
    ImportHistory: import_history,
    OpenHistoricalStock: open_historical_stock,
    CopyHistory: copy_histories,
    FoundBooks: found_books,
    PostMigrationDifference: post_migration_differences,
    **webhooks.COMMANDS,
    **exports.COMMANDS,
    **mutations.COMMANDS,
    PrintDocument: print_documents,
    PrintReport: print_reports,
}
REPORTS = {MigrationDifferenceLine: migration_differences}
HANDLERS = {EVERY: (webhooks.queue_messages,)}
ASKED = {webhooks.queue_messages: webhooks.subscribed_events}
EVENTS = {**webhooks.EVENTS, **exports.EVENTS, **mutations.EVENTS}
VERIFIERS = {**verify.VERIFIERS, **differences.VERIFIERS}

__all__ = ["ASKED", "COMMANDS", "EVENTS", "HANDLERS", "RECORDS", "REPORTS", "VERIFIERS"]
