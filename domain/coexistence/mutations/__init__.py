"""Bulk mutations: one mutation with each line of a file.

Emits: BulkUploadReceived (BulkUpload), MutationRunQueued, MutationRunProgressed, MutationRunFinished (MutationRun). The
work is done by `server.bulk_mutations`.
"""

from domain.coexistence.mutations.commands import (
    FINISHED,
    PROGRESSED,
    QUEUED,
    RECEIVED,
    BeginMutationRun,
    BulkMutation,
    CancelBulkMutation,
    CreateBulkUpload,
    ExpireBulkUpload,
    ExpireMutationRun,
    FinishMutationRun,
    ReceiveBulkUpload,
    RecordMutationProgress,
    SignBulkMutation,
    begin_mutation_runs,
    bulk_mutation,
    cancel_bulk_mutations,
    create_bulk_uploads,
    expire_bulk_uploads,
    expire_mutation_runs,
    finish_mutation_runs,
    receive_bulk_uploads,
    record_mutation_progress,
    sign_bulk_mutations,
)
from domain.coexistence.mutations.models import BulkUpload, MutationChunk, MutationRun, MutationStatus, UploadStatus

RECORDS = (BulkUpload, MutationRun, MutationChunk)
COMMANDS = {
    CreateBulkUpload: create_bulk_uploads,
    ReceiveBulkUpload: receive_bulk_uploads,
    BulkMutation: bulk_mutation,
    SignBulkMutation: sign_bulk_mutations,
    CancelBulkMutation: cancel_bulk_mutations,
    BeginMutationRun: begin_mutation_runs,
    RecordMutationProgress: record_mutation_progress,
    FinishMutationRun: finish_mutation_runs,
    ExpireMutationRun: expire_mutation_runs,
    ExpireBulkUpload: expire_bulk_uploads,
}
EVENTS = {RECEIVED: BulkUpload, QUEUED: MutationRun, PROGRESSED: MutationRun, FINISHED: MutationRun}

__all__ = [
    "COMMANDS",
    "EVENTS",
    "RECORDS",
    "BeginMutationRun",
    "BulkMutation",
    "BulkUpload",
    "CancelBulkMutation",
    "CreateBulkUpload",
    "ExpireBulkUpload",
    "ExpireMutationRun",
    "FinishMutationRun",
    "MutationChunk",
    "MutationRun",
    "MutationStatus",
    "ReceiveBulkUpload",
    "RecordMutationProgress",
    "SignBulkMutation",
    "UploadStatus",
]
