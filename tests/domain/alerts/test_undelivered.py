"""A webhook whose messages die is an alert for its owner, in the company that the messages tell of."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.alerts.conditions import WEBHOOKS
from domain.alerts.models import AlertKind, AlertRule, AlertSeverity
from domain.alerts.watching import check
from domain.coexistence.webhooks import (
    AbandonWebhookMessage,
    ArchiveWebhookSubscription,
    CreateWebhookSubscription,
    QueueWebhookMessages,
    RecordWebhookAttempt,
    ReplayWebhookMessage,
    SuspendWebhookSubscription,
)
from domain.coexistence.webhooks.deliveries import Happening
from domain.coexistence.webhooks.models import SuspensionReason
from domain.core.accounts import UserAccount
from domain.core.actors import Audience
from domain.core.handling import Handling
from domain.core.records import GROUP
from tests.domain.books import AX, BX, NOW, World, staff

DOCUMENT = "query($id: ID!) { purchaseOrder(id: $id) { number } }"
# A message is given up a day after it was queued.
LATER = NOW + timedelta(hours=25)
OPEN = "SELECT company_id, message, message_zh, severity FROM alert WHERE status = 'OPEN' ORDER BY company_id, number"


@pytest.fixture
async def webhook(world: World) -> UUID:
    """A webhook of the buyer's account, and the rule."""
    rule = {
        "code": "HOOK", "name": "HOOK", "name_zh": "HOOK", "kind": AlertKind.WEBHOOK_UNDELIVERED,
        "severity": AlertSeverity.WARNING, "threshold": Decimal(0), "hysteresis": Decimal(0), "threshold_unit": "day",
        "window_days": 90, "owner_role": "integration",
    }  # fmt: skip
    account = {
        "id": world.buyer.id, "name": "buyer", "display_name": "Mei", "audience": Audience.STAFF, "locale": "en",
        "is_active": True,
    }  # fmt: skip
    await world.works(GROUP, lambda work: work.insert(UserAccount, [account]))
    await world.works(GROUP, lambda work: work.insert(AlertRule, [rule]))
    command = CreateWebhookSubscription(
        name="orders", event="PurchaseOrderApproved", url="https://there.example/hook", document=DOCUMENT
    )
    return (await world.act(world.buyer, GROUP, command)).ids[0]


async def queued(world: World, webhook: UUID, *companies: int, first: int = 1) -> list[tuple[UUID, str]]:
    """Key and message id of a message queued for an event of each company."""
    happenings = tuple(
        Happening(
            position=position, company_number=company, event="PurchaseOrderApproved", record_type="PurchaseOrder",
            record_ids=(UUID(int=position),), recorded_at=NOW,
        )
        for position, company in enumerate(companies, first)
    )  # fmt: skip
    command = QueueWebhookMessages(subscription_id=webhook, happenings=happenings)
    assert (await world.act(staff("jobs"), GROUP, command)).committed
    rows = await world.rows(
        "SELECT id, message_id FROM webhook_delivery WHERE position >= $1 AND replay_of_id IS NULL ORDER BY position",
        first,
    )
    return [(row["id"], row["message_id"]) for row in rows]


async def die(world: World, deliveries: Sequence[UUID]) -> None:
    """The last attempt of each message fails, a day after it was queued."""
    aged = "UPDATE webhook_delivery SET queued_at = queued_at - interval '25 hours' WHERE id = ANY($1)"
    async with world.database.acquire() as connection:
        await connection.execute(aged, list(deliveries))
    commands = [RecordWebhookAttempt(delivery_id=one, response_code=503) for one in deliveries]
    assert (await world.act(staff("jobs"), GROUP, *commands)).committed


async def look(world: World, now: datetime = NOW) -> list[dict[str, Any]]:
    """The open alerts after both companies were looked at, as the sweep does it."""
    for company in (AX, BX):
        async with world.database.acquire() as connection, connection.raw.transaction():
            actor = staff("jobs")
            handling = Handling(connection=connection, actor=actor, grants=world.grants, company_id=company, now=now)
            await check(handling, WEBHOOKS)
    return await world.rows(OPEN)


async def test_messages_that_died_are_one_alert_in_the_company_they_tell_of_and_are_over_when_sent_again(
    world: World, webhook: UUID
) -> None:
    (first, _), (second, message), (other, _) = await queued(world, webhook, AX, AX, BX)
    assert await look(world) == []
    await die(world, [first, second])
    [alert] = await look(world)
    assert (alert["company_id"], alert["severity"]) == (AX, "WARNING")
    assert alert["message"] == f"Webhook orders of Mei: 2 messages were not delivered since {NOW:%Y-%m-%d}."
    assert alert["message_zh"] == f"Mei 的网络钩子 orders：自 {NOW:%Y-%m-%d} 起有 2 条消息未送达。"
    [owned] = await world.rows(
        "SELECT s.user_id FROM alert a JOIN webhook_subscription s ON s.id = a.webhook_subscription_id"
    )
    assert owned["user_id"] == world.buyer.id
    assert len(await look(world)) == 1
    for message_id in (message, (await message_of(world, first))):
        replay = ReplayWebhookMessage(subscription_id=webhook, message_id=message_id)
        assert (await world.act(world.buyer, GROUP, replay)).committed
    assert await look(world) == []
    again = await world.rows("SELECT id FROM webhook_delivery WHERE replay_of_id IS NOT NULL")
    await die(world, [row["id"] for row in again])
    assert [one["company_id"] for one in await look(world)] == [AX]
    await die(world, [other])
    assert [one["company_id"] for one in await look(world)] == [AX, BX]


async def message_of(world: World, delivery: UUID) -> str:
    """The message id of a delivery."""
    [row] = await world.rows("SELECT message_id FROM webhook_delivery WHERE id = $1", delivery)
    return row["message_id"]


async def test_a_message_that_was_given_up_by_hand_and_an_archived_webhook_are_no_alert(
    world: World, webhook: UUID
) -> None:
    (tried, message), (late, _) = await queued(world, webhook, AX, AX)
    attempt = RecordWebhookAttempt(delivery_id=tried, response_code=503)
    assert (await world.act(staff("jobs"), GROUP, attempt)).committed
    abandon = AbandonWebhookMessage(subscription_id=webhook, message_id=message)
    assert (await world.act(world.buyer, GROUP, abandon)).committed
    assert await look(world) == []
    await die(world, [late])
    assert len(await look(world)) == 1
    archive = ArchiveWebhookSubscription(subscription_id=webhook)
    assert (await world.act(world.buyer, GROUP, archive)).committed
    assert await look(world) == []


async def test_messages_that_wait_for_a_suspended_webhook_are_an_alert_that_says_why(
    world: World, webhook: UUID
) -> None:
    # What happened in the group is told in its first company.
    await queued(world, webhook, GROUP)
    suspend = SuspendWebhookSubscription(subscription_id=webhook, suspension_reason=SuspensionReason.RECEIVER_GONE)
    assert (await world.act(staff("jobs"), GROUP, suspend)).committed
    [alert] = await look(world)
    assert alert["company_id"] == AX
    assert alert["message"] == (
        f"Webhook orders of Mei: 1 message was not delivered since {NOW:%Y-%m-%d}; it is suspended: RECEIVER_GONE."
    )
