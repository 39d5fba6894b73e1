"""What is queued for whom, what became of it, and what is sent again."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, SmallInteger, Text, and_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.coexistence.ownership import TooMany, check_owner, sees_all
from domain.coexistence.webhooks.models import (
    EXCERPT_LENGTH_MAX,
    DeliveryStatus,
    SuspensionReason,
    WebhookDelivery,
    WebhookStatus,
    WebhookSubscription,
)
from domain.coexistence.webhooks.rules import ABANDONED, GONE, is_delivered, message_id, next_attempt_at, status_after
from domain.coexistence.webhooks.subscriptions import SUSPENDED, WHAT, administering
from domain.core.actors import Action
from domain.core.commands import Results, argument, command, part
from domain.core.database import Connection, Row
from domain.core.errors import DomainError, NotFound, Rejected, WrongState
from domain.core.handling import Handling
from domain.core.ids import new_id
from domain.core.models import OutboxEvent
from domain.core.outbox import PublishedEvent
from domain.core.perform import COMMANDS_MAX, perform
from domain.core.records import GROUP
from domain.core.work import Work

DIED = "WebhookDeliveryDied"

# Messages that wait for one subscription: beyond it nobody has looked for long, and it is suspended.
BACKLOG_MAX = 100_000
# Messages of one replay: what a receiver can be expected to have missed; a longer range is asked for in parts.
REPLAY_MAX = 10_000

_delivery, _subscription, _event = WebhookDelivery.table, WebhookSubscription.table, OutboxEvent.table
_events = bindparam("events", type_=ARRAY(Text()))
_is_served = and_(_subscription.c.archived_at.is_(None), _subscription.c.status != WebhookStatus.SUSPENDED.value)
_SERVED = select(_subscription.c.id, _subscription.c.event).where(
    _is_served, _subscription.c.event == func.any(_events)
)
_SUBSCRIBED = select(_subscription.c.event).distinct().where(_is_served)
_WAITING = (
    select(_delivery.c.subscription_id, func.count().label("count"))
    .where(
        _delivery.c.company_id == bindparam("company_id", type_=SmallInteger()),
        _delivery.c.subscription_id == func.any(bindparam("subscriptions", type_=ARRAY(Uuid()))),
        _delivery.c.status == DeliveryStatus.PENDING.value,
    )
    .group_by(_delivery.c.subscription_id)
)
_from, _to = bindparam("from_position", type_=BigInteger()), bindparam("to_position", type_=BigInteger())
_HAPPENED = (
    select(_event)
    .where(
        _event.c.event == bindparam("event", type_=Text()), _event.c.position >= _from, _event.c.position <= _to
    )
    .order_by(_event.c.position)
    .limit(REPLAY_MAX + 1)
)  # fmt: skip
_KNOWN = select(
    _delivery.c.id, _delivery.c.position, _delivery.c.place, _delivery.c.status, _delivery.c.replay_of_id
).where(
    _delivery.c.company_id == bindparam("company_id", type_=SmallInteger()),
    _delivery.c.subscription_id == bindparam("subscription_id", type_=Uuid()),
    _delivery.c.position >= _from,
    _delivery.c.position <= _to,
)
_MESSAGES = (
    select(_delivery)
    .where(
        _delivery.c.company_id == bindparam("company_id", type_=SmallInteger()),
        _delivery.c.subscription_id == func.any(bindparam("subscriptions", type_=ARRAY(Uuid()))),
        _delivery.c.message_id == func.any(bindparam("messages", type_=ARRAY(Text()))),
    )
    .order_by(_delivery.c.id)
    .with_for_update()
)


@part
class Happening:
    """One event as it is queued."""

    position: int
    company_number: int
    event: str
    record_type: str
    record_ids: tuple[UUID, ...]
    recorded_at: datetime


@command(action=Action.ADMINISTER, record=WebhookSubscription, zh="排队网络钩子消息")
class QueueWebhookMessages:
    """Queue what a subscription is to be told; sent by the handler of events."""

    subscription_id: UUID = argument(doc="The subscription.", zh="订阅", reference="webhook_subscription")
    happenings: tuple[Happening, ...] = argument(doc="The events, in order.", zh="事件")


async def queue_webhook_messages(work: Work, commands: Sequence[QueueWebhookMessages]) -> Results[WebhookSubscription]:
    """The subscriptions, a message queued for each record; one with too long a backlog is suspended instead.

    Emits: WebhookSubscriptionSuspended.
    """
    ids = [one.subscription_id for one in commands]
    waiting = {row["subscription_id"]: row["count"] for row in await work.fetch(_WAITING, subscriptions=ids)}
    rows: list[Mapping[str, Any]] = []
    full: list[UUID] = []
    for one in commands:
        if waiting.get(one.subscription_id, 0) >= BACKLOG_MAX:
            full.append(one.subscription_id)
        else:
            rows += (_message(work, one.subscription_id, *what) for what in _messages(one.happenings))
    await work.insert(WebhookDelivery, rows, audited=False)
    await _suspend(work, full, SuspensionReason.BACKLOG_TOO_LONG)
    return Results(ids)


def _messages(happenings: Iterable[Happening]) -> Iterator[tuple[Happening, int, UUID]]:
    """One message a record."""
    for one in happenings:
        for place, record_id in enumerate(one.record_ids):
            yield one, place, record_id


def _message(
    work: Work, subscription_id: UUID, one: Happening, place: int, record_id: UUID, *, replay_of: UUID | None = None
) -> Mapping[str, Any]:
    return {
        "id": new_id(), "subscription_id": subscription_id, "replay_of_id": replay_of,
        "message_id": message_id(subscription_id.hex, one.position, place), "event": one.event,
        "position": one.position, "place": place, "company_number": one.company_number,
        "record_type": one.record_type, "record_id": record_id, "occurred_at": one.recorded_at,
        "queued_at": work.now, "status": DeliveryStatus.PENDING.value, "is_shown": False, "attempt_count": 0,
        "next_attempt_at": work.now,
    }  # fmt: skip


async def subscribed_events(connection: Connection) -> frozenset[str]:
    """The events of which somebody is to be told: `queue_messages` has nothing to do about others."""
    return frozenset(row["event"] for row in await connection.fetch(_SUBSCRIBED))


async def queue_messages(handling: Handling, events: Sequence[PublishedEvent]) -> None:
    """Queue a message for each record of each event that a subscription wants; its position is the handler's."""
    served = await handling.connection.fetch(_SERVED, events=sorted({event.event for event in events}))
    commands = [
        QueueWebhookMessages(
            subscription_id=row["id"],
            happenings=tuple(
                Happening(
                    position=event.position, company_number=event.company_id, event=event.event,
                    record_type=event.record_type, record_ids=tuple(event.record_ids), recorded_at=event.recorded_at,
                )
                for event in events
                if event.event == row["event"]
            ),
        )
        for row in served
    ]  # fmt: skip
    for start in range(0, len(commands), COMMANDS_MAX):
        # In the handler's transaction; the log is the group's, as its subscriptions are.
        await perform(
            handling.connection, handling.actor, handling.grants, GROUP, commands[start : start + COMMANDS_MAX],
            reason="an event that is subscribed", clock=lambda: handling.now,
        )  # fmt: skip


@command(action=Action.ADMINISTER, record=WebhookDelivery, zh="记录网络钩子投递")
class RecordWebhookAttempt:
    """Write down what came of sending one message; sent by the deliveries themselves.

    `shortened_per_mille` is the random part of the pause before the next attempt.
    """

    delivery_id: UUID = argument(doc="The message.", zh="投递")
    is_visible: bool = argument(doc="Whether the owner may see the record.", zh="是否可见", default=True)
    response_code: int | None = argument(doc="HTTP status of the answer.", zh="响应码", default=None)
    duration_ms: int = argument(doc="How long it took.", zh="耗时", unit="ms", default=0)
    failure: str | None = argument(doc="Why it failed: a stable code.", zh="失败原因", default=None)
    excerpt: str | None = argument(doc="Beginning of the answer.", zh="响应摘要", default=None)
    shortened_per_mille: int = argument(doc="Random part of the next pause.", zh="随机缩短", default=0)


async def record_webhook_attempts(work: Work, commands: Sequence[RecordWebhookAttempt]) -> Results[WebhookDelivery]:
    """The messages, with what came of them; one that no longer waits stays as it is.

    Raises: NotFound (per row). Emits: WebhookDeliveryDied, WebhookSubscriptionSuspended where a receiver is gone.
    """
    rows = await work.lock(WebhookDelivery, [one.delivery_id for one in commands])
    outcomes: list[UUID | DomainError] = []
    written: dict[UUID, Mapping[str, Any]] = {}
    gone: list[UUID] = []
    for one in commands:
        row = rows.get(one.delivery_id)
        if row is None:
            outcomes.append(NotFound(what="Webhook delivery", key=str(one.delivery_id)))
            continue
        outcomes.append(one.delivery_id)
        if row["status"] == DeliveryStatus.PENDING:
            written[one.delivery_id] = _attempted(work.now, row, one)
            if one.response_code == GONE:
                gone.append(row["subscription_id"])
    if written:
        fields = [name for name in next(iter(written.values())) if name != "id"]
        await work.update(WebhookDelivery, list(written.values()), fields=fields, audited=False)
        died = [id_ for id_, row in written.items() if row["status"] == DeliveryStatus.DEAD]
        if died:
            work.emit(DIED, WebhookDelivery, died)
    await _suspend(work, gone, SuspensionReason.RECEIVER_GONE)
    return Results(outcomes)


def _attempted(now: datetime, row: Row, one: RecordWebhookAttempt) -> Mapping[str, Any]:
    """The message after the attempt."""
    count = row["attempt_count"] + 1
    due_at: datetime | None = None
    if not one.is_visible:
        status = DeliveryStatus.NOT_VISIBLE
    else:
        if not is_delivered(one.response_code):
            due_at = next_attempt_at(row["queued_at"], now, count, one.shortened_per_mille)
        status = status_after(one.response_code, due_at)
    return {
        "id": row["id"], "status": status.value, "is_shown": row["is_shown"] or one.is_visible,
        "attempt_count": count, "next_attempt_at": due_at,
        "attempted_at": now, "response_code": one.response_code, "duration_ms": one.duration_ms,
        "failure": one.failure, "response_excerpt": one.excerpt[:EXCERPT_LENGTH_MAX] if one.excerpt else None,
    }  # fmt: skip


async def _suspend(work: Work, ids: Sequence[UUID], reason: SuspensionReason) -> None:
    """Suspend those of the subscriptions that are served."""
    rows = await work.lock(WebhookSubscription, ids) if ids else {}
    served = [id_ for id_, row in rows.items() if row["status"] != WebhookStatus.SUSPENDED]
    if served:
        values = {
            "status": WebhookStatus.SUSPENDED.value, "suspension_reason": reason.value, "suspended_at": work.now,
        }  # fmt: skip
        await work.update(WebhookSubscription, [{"id": id_, **values} for id_ in served], fields=tuple(values))
        work.emit(SUSPENDED, WebhookSubscription, served)


@command(action=Action.CHANGE, record=WebhookSubscription, zh="重放网络钩子消息", own=True)
class ReplayWebhookMessage:
    """Send one message again under the same id, read anew; the owner may, and an administrator."""

    subscription_id: UUID = argument(doc="The subscription.", zh="订阅", reference="webhook_subscription")
    message_id: str = argument(doc="The message's id (header webhook-id).", zh="消息标识")


async def replay_webhook_messages(work: Work, commands: Sequence[ReplayWebhookMessage]) -> Results[WebhookSubscription]:
    """The subscriptions, the messages queued again; one that waits already is not queued twice.

    Raises: NotFound, NotOwner (per row).
    """
    found = await _found(work, commands)
    outcomes: list[UUID | DomainError] = []
    rows: dict[str, Mapping[str, Any]] = {}
    for one in commands:
        known = found[one.subscription_id, one.message_id]
        if isinstance(known, DomainError):
            outcomes.append(known)
            continue
        outcomes.append(one.subscription_id)
        original = next(row for row in known if row["replay_of_id"] is None)
        if all(row["status"] != DeliveryStatus.PENDING for row in known):
            happening = _happening(original)
            rows[one.message_id] = _message(
                work, one.subscription_id, happening, original["place"], original["record_id"],
                replay_of=original["id"],
            )  # fmt: skip
    await work.insert(WebhookDelivery, list(rows.values()))
    return Results(outcomes)


@command(action=Action.CHANGE, record=WebhookSubscription, zh="放弃网络钩子消息", own=True)
class AbandonWebhookMessage:
    """Give up a message that waits, so that those behind it are sent; the owner may, and an administrator."""

    subscription_id: UUID = argument(doc="The subscription.", zh="订阅", reference="webhook_subscription")
    message_id: str = argument(doc="The message's id (header webhook-id).", zh="消息标识")


async def abandon_webhook_messages(
    work: Work, commands: Sequence[AbandonWebhookMessage]
) -> Results[WebhookSubscription]:
    """The subscriptions, the messages DEAD.

    Raises: NotFound, NotOwner, WrongState (per row). Emits: WebhookDeliveryDied.
    """
    found = await _found(work, commands)
    outcomes: list[UUID | DomainError] = []
    dead: dict[UUID, Mapping[str, Any]] = {}
    for one in commands:
        known = found[one.subscription_id, one.message_id]
        if isinstance(known, DomainError):
            outcomes.append(known)
            continue
        waiting = [row for row in known if row["status"] == DeliveryStatus.PENDING]
        if not waiting:
            state, key = known[-1]["status"], one.message_id
            outcomes.append(WrongState(what="Webhook delivery", key=key, state=state, transition="be abandoned"))
            continue
        outcomes.append(one.subscription_id)
        for row in waiting:
            values = {"status": DeliveryStatus.DEAD.value, "next_attempt_at": None, "failure": ABANDONED}
            dead[row["id"]] = {"id": row["id"], **values}
    if dead:
        await work.update(WebhookDelivery, list(dead.values()), fields=("status", "next_attempt_at", "failure"))
        work.emit(DIED, WebhookDelivery, list(dead))
    return Results(outcomes)


@command(action=Action.CHANGE, record=WebhookSubscription, zh="重放网络钩子区间", own=True)
class ReplayWebhookRange:
    """Send again what happened between two positions, also what was never sent; the owner may, and an administrator.

    Each message keeps its id and is read anew. At most 10,000 messages at once, of events that are still kept.
    """

    subscription_id: UUID = argument(doc="The subscription.", zh="订阅", reference="webhook_subscription")
    from_position: int = argument(doc="Position of the first event.", zh="起始位置")
    to_position: int = argument(doc="Position of the last event.", zh="结束位置")


async def replay_webhook_ranges(work: Work, commands: Sequence[ReplayWebhookRange]) -> Results[WebhookSubscription]:
    """The subscriptions, what happened in the ranges queued again; what waits already is not queued twice.

    Raises: NotFound, NotOwner, Rejected, TooMany (per row). Mended one at a time: a range is a statement of its own.
    """
    subscriptions = await work.lock(WebhookSubscription, [one.subscription_id for one in commands])
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            subscription = _live(work, subscriptions, one.subscription_id)
            if not 0 < one.from_position <= one.to_position:
                value = f"{one.from_position}..{one.to_position}"
                reason, reason_zh = "it is no range of positions", "不是有效的位置区间"
                raise Rejected(("fromPosition",), what="fromPosition", value=value, reason=reason, reason_zh=reason_zh)
            await _replay_range(work, subscription, one)
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        outcomes.append(one.subscription_id)
    return Results(outcomes)


async def _replay_range(work: Work, subscription: Row, one: ReplayWebhookRange) -> None:
    """Queue the range. Raises: TooMany."""
    bounds = {"from_position": one.from_position, "to_position": one.to_position}
    events = await work.connection.fetch(_HAPPENED, event=subscription["event"], **bounds)
    happenings = [_event_of(row) for row in events]
    if sum(len(happening.record_ids) for happening in happenings) > REPLAY_MAX:
        raise TooMany(("toPosition",), what="messages of one replay", limit=REPLAY_MAX)
    known = await work.fetch(_KNOWN, subscription_id=subscription["id"], **bounds)
    waiting = {(row["position"], row["place"]) for row in known if row["status"] == DeliveryStatus.PENDING}
    originals = {(row["position"], row["place"]): row["id"] for row in known if row["replay_of_id"] is None}
    rows = [
        _message(
            work, subscription["id"], happening, place, record_id, replay_of=originals.get((happening.position, place))
        )
        for happening, place, record_id in _messages(happenings)
        if (happening.position, place) not in waiting
    ]  # fmt: skip
    await work.insert(WebhookDelivery, rows)


def _event_of(row: Row) -> Happening:
    return Happening(
        position=row["position"], company_number=row["company_id"], event=row["event"],
        record_type=row["record_type"], record_ids=tuple(row["record_ids"]), recorded_at=row["recorded_at"],
    )  # fmt: skip


def _happening(row: Row) -> Happening:
    """The event of a message in the log."""
    return Happening(
        position=row["position"], company_number=row["company_number"], event=row["event"],
        record_type=row["record_type"], record_ids=(row["record_id"],), recorded_at=row["occurred_at"],
    )  # fmt: skip


def _live(work: Work, rows: Mapping[UUID, Row], id_: UUID) -> Row:
    """The locked subscription, which the actor may decide about. Raises: NotFound, NotOwner."""
    row = rows.get(id_)
    if row is None or row["archived_at"] is not None:
        raise NotFound(("subscription",), what=WHAT, key=str(id_))
    check_owner(work, row, WHAT, administers=administering())
    return row


async def _found(
    work: Work, commands: Sequence[ReplayWebhookMessage] | Sequence[AbandonWebhookMessage]
) -> Mapping[tuple[UUID, str], list[Row] | DomainError]:
    """For each message asked for, its deliveries, the original first; or why not."""
    subscriptions = await work.lock(WebhookSubscription, [one.subscription_id for one in commands])
    rows = await work.fetch(_MESSAGES, subscriptions=list(subscriptions), messages=[one.message_id for one in commands])
    found: dict[tuple[UUID, str], list[Row] | DomainError] = {}
    for one in commands:
        key = (one.subscription_id, one.message_id)
        try:
            _live(work, subscriptions, one.subscription_id)
            own = [row for row in rows if (row["subscription_id"], row["message_id"]) == key]
            if not sees_all(work) and not any(row["is_shown"] for row in own):
                # To know that there is one would be to know of a record that the owner does not see.
                own = []
            found[key] = own or NotFound(("messageId",), what="Webhook delivery", key=one.message_id)
        except DomainError as refusal:
            found[key] = refusal
    return found
