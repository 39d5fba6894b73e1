"""What is done for other systems in the background, each part by one process at a time; and what its commands need
beside the domain.
"""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any

import structlog

from domain.coexistence.webhooks import ChangeWebhookSubscription, CreateWebhookSubscription, RotateWebhookSecret
from domain.core.database import TooManyConnections
from domain.core.errors import Overloaded
from domain.core.sequencer import LOST
from resolvers.operation import Dispatcher
from resolvers.read import ReadRoad
from resolvers.stored import StoredQueries
from resolvers.write import Companion
from server import webhooks
from server.leading import lead, pause
from server.outbound import Outbound, Targets, parse_networks
from server.roads import open_roads
from server.settings import Settings
from server.webhooks import WebhookCompanion, Webhooks

log = structlog.get_logger("integration")

# Sessions of this work, beside one for each lock.
SESSIONS = 3
REOPEN_SECONDS = 1.0


def targets_of(settings: Settings) -> Targets:
    """The addresses that webhooks may be posted to."""
    return Targets(parse_networks(settings.webhook_networks), settings.webhook_plain_http)


def companions_of(settings: Settings, dispatcher: Dispatcher, read: ReadRoad) -> Mapping[type[Any], Companion]:
    """What goes with the commands that need more than the domain."""
    queries = StoredQueries(dispatcher, read)
    hooks = WebhookCompanion(read.database, queries, targets_of(settings), settings.signing_secret())
    return dict.fromkeys((CreateWebhookSubscription, ChangeWebhookSubscription, RotateWebhookSecret), hooks)


async def run_integration(settings: Settings, stop: asyncio.Event) -> None:
    """All of it, until `stop` is set; while the database is away it is begun again and again."""
    while not stop.is_set():
        try:
            await _run(settings, stop)
        except (*LOST, Overloaded, TooManyConnections) as passing:
            log.warning("integration_waits", reason=type(passing).__name__)
            await pause(stop, REOPEN_SECONDS)


async def _run(settings: Settings, stop: asyncio.Event) -> None:
    async with AsyncExitStack() as stack:
        roads = await open_roads(settings, SESSIONS, stack)
        outbound = Outbound(targets_of(settings))
        stack.push_async_callback(outbound.close)
        sender = Webhooks(roads, outbound, settings.signing_secret())
        assert settings.database_url is not None, "the roads are open"
        await lead(
            settings.database_url, settings.limits, webhooks.LOCK,
            lambda connection, wake: sender.run(connection, wake, stop), stop,
        )  # fmt: skip
