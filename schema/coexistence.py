"""Coexistence with other systems in the graph: those of before, and those of today."""

import strawberry

from domain import coexistence
from domain.coexistence.differences import MigrationDifferenceLine, PostMigrationDifference
from domain.coexistence.exports import BulkExport, CancelBulkExport, ExportRun, SignBulkExport
from domain.coexistence.models import ImportIssue, ImportRun, LegacyKey, SourceSystem
from domain.coexistence.mutations import (
    BulkMutation,
    BulkUpload,
    CancelBulkMutation,
    CreateBulkUpload,
    MutationRun,
    SignBulkMutation,
)
from domain.coexistence.printed_reports import PrintedReport, PrintReport
from domain.coexistence.printing import PrintDocument, PrintedDocument
from domain.coexistence.webhooks import (
    AbandonWebhookMessage,
    ArchiveWebhookSubscription,
    ChangeWebhookSubscription,
    CreateWebhookSubscription,
    PauseWebhookSubscription,
    ReplayWebhookMessage,
    ReplayWebhookRange,
    ResumeWebhookSubscription,
    RotateWebhookSecret,
    WebhookDelivery,
    WebhookSubscription,
)
from schema.commands import performs
from schema.derive import graph_type, root_many, root_one

for _record in (*coexistence.RECORDS, *coexistence.REPORTS):
    if _record.spec.exposed:
        graph_type(_record)


@strawberry.type
class CoexistenceQuery:
    source_systems = root_many(SourceSystem)
    legacy_keys = root_many(LegacyKey)
    import_runs = root_many(ImportRun)
    import_issues = root_many(ImportIssue)
    webhook_subscription = root_one(WebhookSubscription)
    webhook_subscriptions = root_many(WebhookSubscription)
    webhook_deliveries = root_many(WebhookDelivery)
    export_run = root_one(ExportRun)
    export_runs = root_many(ExportRun)
    bulk_uploads = root_many(BulkUpload)
    mutation_run = root_one(MutationRun)
    mutation_runs = root_many(MutationRun)
    printed_documents = root_many(PrintedDocument)
    printed_reports = root_many(PrintedReport)
    migration_differences = root_many(MigrationDifferenceLine)


@strawberry.type
class CoexistenceMutation:
    create_webhook_subscription = performs(CreateWebhookSubscription)
    change_webhook_subscription = performs(ChangeWebhookSubscription)
    rotate_webhook_secret = performs(RotateWebhookSecret)
    pause_webhook_subscription = performs(PauseWebhookSubscription)
    resume_webhook_subscription = performs(ResumeWebhookSubscription)
    archive_webhook_subscription = performs(ArchiveWebhookSubscription)
    replay_webhook_message = performs(ReplayWebhookMessage)
    replay_webhook_range = performs(ReplayWebhookRange)
    abandon_webhook_message = performs(AbandonWebhookMessage)
    bulk_export = performs(BulkExport)
    sign_bulk_export = performs(SignBulkExport)
    print_document = performs(PrintDocument)
    print_report = performs(PrintReport)
    cancel_bulk_export = performs(CancelBulkExport)
    create_bulk_upload = performs(CreateBulkUpload)
    bulk_mutation = performs(BulkMutation)
    sign_bulk_mutation = performs(SignBulkMutation)
    cancel_bulk_mutation = performs(CancelBulkMutation)
    post_migration_difference = performs(PostMigrationDifference)
