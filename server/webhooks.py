"""Sends webhooks: the oldest waiting message of each subscription, one after the other, until it is taken or dead.

One process sends. Before each attempt the owner's grants are compiled anew, the payload read under them, and the
message signed; afterwards what came of it is written down. A process killed in between sends the message again under
the same id: at least once, never skipped, in order. What the owner may not see is not sent; an owner who may no longer
sign in, subscribe or see any record of the kind has its subscription suspended, with the reason.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import asyncpg
import structlog

from authz.grants import system_actor
from domain.coexistence.webhooks import (
    EVENTS,
    ChangeWebhookSubscription,
    CreateWebhookSubscription,
    RecordWebhookAttempt,
    SuspendWebhookSubscription,
)
from domain.coexistence.webhooks.models import SuspensionReason
from domain.coexistence.webhooks.rules import JITTER_PER_MILLE
from domain.core.actors import Actor, Grants
from domain.core.commands import CommandSpec
from domain.core.database import LOST, Connection, Database, Row, to_json
from domain.core.errors import Overloaded, Rejected
from domain.core.perform import perform
from domain.core.records import GROUP
from resolvers.request import PolicyMoved
from resolvers.stored import DocumentRefused, NotPermitted, StoredQueries, StoredQuery, entity_of
from server.derived import secret_text, webhook_key, webhook_signature
from server.leading import Wakes, woken
from server.outbound import Outbound, Reached, Targets
from server.roads import Roads

log = structlog.get_logger("webhooks")

# Whoever holds this advisory lock sends webhooks ("hooks" in ASCII).
LOCK = 0x686F6F6B73

# The handler of events that queues messages.
QUEUE = "coexistence.queue_messages"
WAKES = Wakes(frozenset(EVENTS), QUEUE)

POLL_SECONDS = 1.0
# Subscriptions that are sent to at once: a receiver that answers slowly takes one place.
SUBSCRIPTIONS_AT_ONCE = 16
# Of which one account has so many: it must not take the places of all others with receivers that answer slowly.
SUBSCRIPTIONS_OF_ONE = 4
# Messages of one subscription before others get its place.
MESSAGES_PER_TURN = 50
# A policy that moves during each of so many tries is being edited in bulk: the message waits for the next turn.
POLICY_TRIES = 3
# What a message that is being sent is given to end when the process stops.
STOP_SECONDS = 3.0

ACTOR = system_actor("webhooks", UUID("00000000-0000-7000-8000-686f6f6b7300"))

# The first waiting message of each served subscription. A company's events are queued together, so those of other
# companies are known only up to where the handler is done with all of them.
_NEXT = f"""
SELECT d.id, d.message_id, d.event, d.position, d.company_number, d.record_id, d.occurred_at, d.attempt_count,
       d.next_attempt_at,
       s.id AS subscription_id, s.url, s.document, s.scopes, s.secret_generation, s.previous_secret_until_at, s.user_id,
       u.name
FROM webhook_subscription s
JOIN user_account u ON u.id = s.user_id
CROSS JOIN LATERAL (
    SELECT * FROM webhook_delivery w
    WHERE w.company_id = 0 AND w.subscription_id = s.id AND w.status = 'PENDING'
    ORDER BY w.position, w.place, w.id LIMIT 1
) d
WHERE s.archived_at IS NULL AND s.status = 'ACTIVE' AND d.next_attempt_at <= $1
  AND d.position <= (
      SELECT position FROM handler_position WHERE company_id = 0 AND name = '{QUEUE}'
  )
"""
# Of each account the first few, so that every account's turn comes.
_DUE = f"""
SELECT * FROM (
    SELECT n.*, row_number() OVER (PARTITION BY user_id ORDER BY next_attempt_at, subscription_id) AS turn
    FROM ({_NEXT} AND s.id <> ALL($2::uuid[])) n
) m
WHERE turn <= {SUBSCRIPTIONS_OF_ONE} - (SELECT count(*) FROM unnest($4::uuid[]) busy WHERE busy = user_id)
ORDER BY next_attempt_at LIMIT $3
"""
_DUE_OF = f"{_NEXT} AND s.id = $2"


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Letter:
    """A message ready to be posted."""

    headers: dict[str, str]
    body: bytes


class Webhooks:
    """The sender; `run` it while leading."""

    def __init__(
        self, roads: Roads, outbound: Outbound, secrets: Sequence[bytes], *, clock: Callable[[], datetime] = _now
    ) -> None:
        self._roads = roads
        self._queries = StoredQueries(roads.dispatcher, roads.read)
        self._outbound = outbound
        self._secrets = secrets
        self._clock = clock
        self._serving: dict[UUID, asyncio.Task[None]] = {}
        self._owners: dict[UUID, UUID] = {}

    async def run(self, connection: Connection, wake: asyncio.Event, stop: asyncio.Event) -> None:
        """Send what is due until `stop` is set."""
        try:
            while not stop.is_set():
                wake.clear()
                await self._begin_due(connection, wake)
                await woken(wake, POLL_SECONDS)
            if self._serving:
                await asyncio.wait(self._serving.values(), timeout=STOP_SECONDS)
        finally:
            for task in self._serving.values():
                task.cancel()
            await asyncio.gather(*self._serving.values(), return_exceptions=True)

    async def _begin_due(self, connection: Connection, wake: asyncio.Event) -> None:
        free = SUBSCRIPTIONS_AT_ONCE - len(self._serving)
        if free <= 0:
            return
        owners = list(self._owners.values())
        for row in await connection.fetch(_DUE, self._clock(), list(self._serving), free, owners):
            self._owners[row["subscription_id"]] = row["user_id"]
            task = asyncio.create_task(self._serve(row))
            self._serving[row["subscription_id"]] = task
            task.add_done_callback(lambda done, id_=row["subscription_id"]: self._ended(id_, done, wake))

    def _ended(self, subscription_id: UUID, task: asyncio.Task[None], wake: asyncio.Event) -> None:
        del self._serving[subscription_id], self._owners[subscription_id]
        if task.cancelled():
            return
        fault = task.exception()
        if fault is None:
            wake.set()
        else:
            # Nothing was written down, so the message waits; it is looked at again at the next poll.
            log.error("webhook_failed", subscription=str(subscription_id), exc_info=fault)

    async def _serve(self, row: Row) -> None:
        """Send the waiting messages of one subscription, as long as they are taken."""
        message: Row | None = row
        sent = 0
        while message is not None and sent < MESSAGES_PER_TURN:
            try:
                await self._send(message)
            except (Overloaded, PolicyMoved, *LOST) as passing:
                log.warning("webhook_waits", reason=type(passing).__name__)
                await asyncio.sleep(POLL_SECONDS)
                return
            sent += 1
            async with self._roads.database.acquire() as connection:
                message = await connection.fetchrow(_DUE_OF, self._clock(), row["subscription_id"])

    async def _send(self, message: Row) -> None:
        """One attempt, and what came of it."""
        try:
            letter = await self._letter(message)
        except _Suspended as suspended:
            command = SuspendWebhookSubscription(
                subscription_id=message["subscription_id"], suspension_reason=suspended.reason
            )
            await self._perform(command, str(suspended))
            return
        except asyncpg.QueryCanceledError:
            attempt = RecordWebhookAttempt(
                delivery_id=message["id"], failure="PAYLOAD_TIMEOUT", shortened_per_mille=_jitter()
            )
        else:
            if letter is None:
                attempt = RecordWebhookAttempt(delivery_id=message["id"], is_visible=False)
            else:
                attempt = _attempt(message, await self._outbound.post(message["url"], letter.headers, letter.body))
        await self._perform(attempt, "an attempt to deliver")

    async def _perform(self, command: Any, reason: str) -> None:
        grants = self._roads.system(ACTOR)
        await perform(self._roads.database, ACTOR, grants, GROUP, [command], reason=reason, clock=self._clock)

    async def _letter(self, message: Row) -> Letter | None:
        """The signed message under the owner's grants of now; None where it may not see the record.

        Raises: _Suspended, PolicyMoved, Overloaded.
        """
        for _ in range(POLICY_TRIES):
            try:
                payload = await self._payload(message)
            except PolicyMoved:
                continue
            return None if payload is None else self._signed(message, payload)
        raise PolicyMoved(self._roads.identity.version)

    async def _payload(self, message: Row) -> bytes | None:
        acting = await self._roads.acting(message["name"], message["scopes"], "webhook")
        if acting is None:
            raise _Suspended(SuspensionReason.OWNER_INACTIVE, "its owner may no longer sign in")
        actor, grants = acting
        spec: CommandSpec = cast(Any, CreateWebhookSubscription).spec
        if not spec.performed_in(GROUP, grants):
            raise _Suspended(SuspensionReason.NOT_PERMITTED, "its owner may no longer subscribe")
        query = StoredQuery(message["document"], entity_of(message["event"]), actor, grants)
        try:
            return await self._queries.payload(query, (message["company_number"], message["record_id"]))
        except NotPermitted as refusal:
            raise _Suspended(SuspensionReason.NOT_PERMITTED, refusal.message()) from refusal
        except DocumentRefused as refusal:
            raise _Suspended(SuspensionReason.DOCUMENT_REFUSED, refusal.message()) from refusal

    def _signed(self, message: Row, answer: bytes) -> Letter:
        about = {"type": message["event"], "timestamp": message["occurred_at"], "position": message["position"]}
        # The answer is an object; what the message is about stands before its members.
        body = to_json(about)[:-1] + b"," + answer[1:]
        now = self._clock()
        timestamp = int(now.timestamp())
        generation, until = message["secret_generation"], message["previous_secret_until_at"]
        generations = [generation]
        if generation > 1 and until is not None and now < until:
            generations.append(generation - 1)
        of = message["subscription_id"]
        keys = [webhook_key(secret, of, one) for secret in self._secrets for one in generations]
        headers = {
            "content-type": "application/json",
            "user-agent": "Skein-Webhooks/1",
            "accept-encoding": "identity",
            "webhook-id": message["message_id"],
            "webhook-timestamp": str(timestamp),
            "webhook-signature": " ".join(
                webhook_signature(key, message["message_id"], timestamp, body) for key in keys
            ),
        }  # fmt: skip
        return Letter(headers, body)


class _Suspended(Exception):
    """The subscription cannot be served any more."""

    def __init__(self, reason: SuspensionReason, why: str) -> None:
        super().__init__(why)
        self.reason = reason


def _attempt(message: Row, reached: Reached) -> RecordWebhookAttempt:
    return RecordWebhookAttempt(
        delivery_id=message["id"], response_code=reached.status, duration_ms=reached.duration_ms,
        failure=reached.failure, excerpt=reached.excerpt, shortened_per_mille=_jitter(),
    )  # fmt: skip


def _jitter() -> int:
    return random.randint(0, JITTER_PER_MILLE)


_EVENT_OF = "SELECT event FROM webhook_subscription WHERE id = $1"
_GENERATION_OF = "SELECT secret_generation FROM webhook_subscription WHERE id = $1"


class WebhookCompanion:
    """What the commands on subscriptions need beside the domain: the graph for the document, the secret to tell."""

    def __init__(self, database: Database, queries: StoredQueries, targets: Targets, secret: bytes) -> None:
        self._database = database
        self._queries = queries
        self._targets = targets
        self._secret = secret

    async def check(self, command: Any, actor: Actor, grants: Grants) -> None:
        """Make sure that the address may be named and that the document runs. Raises: Rejected, DocumentRefused,
        NotPermitted.
        """
        if isinstance(command, CreateWebhookSubscription | ChangeWebhookSubscription):
            problem = self._targets.problem(command.url) if command.url is not None else ""
            if problem:
                raise Rejected(
                    ("url",), what="url", value=(command.url or "")[:200], reason=problem, reason_zh="不允许的地址"
                )
            if command.document is not None:
                entity = self._queries.known_entity(await self._event(command), grants)
                await self._queries.check(StoredQuery(command.document, entity, actor, grants))

    async def _event(self, command: CreateWebhookSubscription | ChangeWebhookSubscription) -> str:
        if isinstance(command, CreateWebhookSubscription):
            return command.event
        async with self._database.acquire() as connection:
            return await connection.fetchval(_EVENT_OF, command.subscription_id)

    async def reveal(self, connection: Connection, record_id: UUID) -> str:
        """The secret of the subscription's generation of now."""
        generation = await connection.fetchval(_GENERATION_OF, record_id)
        return secret_text(webhook_key(self._secret, record_id, generation))
