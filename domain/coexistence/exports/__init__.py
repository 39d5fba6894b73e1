"""Bulk exports: a query of an account, run to its end into a file.

Emits: ExportRunQueued, ExportRunProgressed, ExportRunFinished (ExportRun). The work is done by `server.exports`.
"""

from domain.coexistence.exports.commands import (
    FINISHED,
    PROGRESSED,
    QUEUED,
    BeginExport,
    BulkExport,
    CancelBulkExport,
    ExpireExport,
    FinishExport,
    RecordExportProgress,
    SignBulkExport,
    begin_exports,
    bulk_export,
    cancel_bulk_exports,
    expire_exports,
    finish_exports,
    record_export_progress,
    sign_bulk_exports,
)
from domain.coexistence.exports.models import ExportRun, ExportStatus

RECORDS = (ExportRun,)
COMMANDS = {
    BulkExport: bulk_export,
    SignBulkExport: sign_bulk_exports,
    CancelBulkExport: cancel_bulk_exports,
    BeginExport: begin_exports,
    RecordExportProgress: record_export_progress,
    FinishExport: finish_exports,
    ExpireExport: expire_exports,
}
EVENTS = {QUEUED: ExportRun, PROGRESSED: ExportRun, FINISHED: ExportRun}

__all__ = [
    "COMMANDS",
    "EVENTS",
    "RECORDS",
    "BeginExport",
    "BulkExport",
    "CancelBulkExport",
    "ExpireExport",
    "ExportRun",
    "ExportStatus",
    "FinishExport",
    "RecordExportProgress",
    "SignBulkExport",
]
