"""What is done for other systems in the background, each part by one process at a time; and what its commands need
beside the domain.
"""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any

from domain.coexistence.exports import EVENTS as EXPORT_EVENTS
from domain.coexistence.exports import BulkExport, SignBulkExport
from domain.coexistence.mutations import EVENTS as MUTATION_EVENTS
from domain.coexistence.mutations import BulkMutation, CreateBulkUpload, SignBulkMutation
from domain.coexistence.printed_reports import PrintReport
from domain.coexistence.printing import PrintDocument
from domain.coexistence.webhooks import ChangeWebhookSubscription, CreateWebhookSubscription, RotateWebhookSecret
from domain.governance import DeployDocuments
from resolvers.stored import StoredQueries
from resolvers.write import Companion
from schema.graph import MUTATIONS
from server import bulk_mutations, exports, webhooks
from server.bulk_mutations import BulkMutations, MutationCompanion
from server.documents import DeployCompanion, Documents, Registered
from server.exports import ExportCompanion, Exports
from server.leading import Wakes, lead, together
from server.outbound import Outbound, Targets, parse_networks
from server.printed_reports import ReportCompanion
from server.printing import PrintCompanion
from server.roads import Roads, VisibleSchemas, open_roads
from server.settings import Settings
from server.storage import Storage
from server.webhooks import WebhookCompanion, Webhooks

# Sessions of this work, beside one for each lock.
SESSIONS = 5


def targets_of(settings: Settings) -> Targets:
    """The addresses that webhooks may be posted to."""
    return Targets(parse_networks(settings.webhook_networks), settings.webhook_plain_http)


def storage_of(settings: Settings) -> Storage:
    """Where files are kept."""
    return Storage(settings.storage_url or settings.data_dir / "files")


def companions_of(
    settings: Settings, roads: Roads, schemas: VisibleSchemas, documents: Documents
) -> Mapping[type[Any], Companion]:
    """What goes with the commands that need more than the domain."""
    secret, read = settings.signing_secret(), roads.read
    hooks = WebhookCompanion(read.database, StoredQueries(roads.dispatcher, read), targets_of(settings), secret)
    exports_ = ExportCompanion(roads.unlimited, read, secret)
    uploads = MutationCompanion(schemas, MUTATIONS, secret, "/uploads/{}.jsonl")
    results = MutationCompanion(schemas, MUTATIONS, secret, "/results/{}.jsonl")
    return {
        **dict.fromkeys((CreateWebhookSubscription, ChangeWebhookSubscription), Registered(documents, hooks)),
        RotateWebhookSecret: hooks,
        BulkExport: Registered(documents, exports_),
        SignBulkExport: exports_,
        CreateBulkUpload: uploads,
        **dict.fromkeys((BulkMutation, SignBulkMutation), results),
        DeployDocuments: DeployCompanion(roads.database),
        PrintDocument: PrintCompanion(roads.database, roads.unlimited, secret),
        PrintReport: ReportCompanion(roads.database, roads.unlimited, secret),
    }


async def run_integration(settings: Settings, stop: asyncio.Event) -> None:
    """All of it, until `stop` is set."""
    async with AsyncExitStack() as stack:
        roads = await open_roads(settings, SESSIONS, stack)
        outbound = Outbound(targets_of(settings))
        stack.push_async_callback(outbound.close)
        sender = Webhooks(roads, outbound, settings.signing_secrets())
        exporter = Exports(roads, roads.unlimited, storage_of(settings), settings.limits)
        mutator = BulkMutations(roads, storage_of(settings), MUTATIONS)
        url, limits = roads.database.url, settings.limits
        parts = (
            (webhooks.LOCK, sender.run, webhooks.WAKES),
            (exports.LOCK, exporter.run, Wakes(frozenset(EXPORT_EVENTS))),
            (bulk_mutations.LOCK, mutator.run, Wakes(frozenset(MUTATION_EVENTS))),
        )
        await together(*(lead(url, limits, lock, work, stop, wakes=wakes) for lock, work, wakes in parts))
