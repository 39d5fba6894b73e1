"""Webhooks: who is told of what, where, and what became of each message.

Emits: WebhookSubscriptionCreated, WebhookSubscriptionChanged, WebhookSubscriptionSuspended (WebhookSubscription),
WebhookDeliveryDied (WebhookDelivery). `queue_messages` handles every event; the messages are sent by
`server.webhooks`, in the order and with the pauses of `rules`.
"""

from domain.coexistence.webhooks.deliveries import (
    DIED,
    AbandonWebhookMessage,
    QueueWebhookMessages,
    RecordWebhookAttempt,
    ReplayWebhookMessage,
    ReplayWebhookRange,
    abandon_webhook_messages,
    queue_messages,
    queue_webhook_messages,
    record_webhook_attempts,
    replay_webhook_messages,
    replay_webhook_ranges,
    subscribed_events,
)
from domain.coexistence.webhooks.models import WebhookDelivery, WebhookSubscription
from domain.coexistence.webhooks.subscriptions import (
    CHANGED,
    CREATED,
    SUSPENDED,
    ArchiveWebhookSubscription,
    ChangeWebhookSubscription,
    CreateWebhookSubscription,
    PauseWebhookSubscription,
    ResumeWebhookSubscription,
    RotateWebhookSecret,
    SuspendWebhookSubscription,
    archive_webhook_subscriptions,
    change_webhook_subscriptions,
    create_webhook_subscriptions,
    pause_webhook_subscriptions,
    resume_webhook_subscriptions,
    rotate_webhook_secrets,
    suspend_webhook_subscriptions,
)

RECORDS = (WebhookSubscription, WebhookDelivery)
COMMANDS = {
    CreateWebhookSubscription: create_webhook_subscriptions,
    ChangeWebhookSubscription: change_webhook_subscriptions,
    RotateWebhookSecret: rotate_webhook_secrets,
    PauseWebhookSubscription: pause_webhook_subscriptions,
    ResumeWebhookSubscription: resume_webhook_subscriptions,
    ArchiveWebhookSubscription: archive_webhook_subscriptions,
    SuspendWebhookSubscription: suspend_webhook_subscriptions,
    QueueWebhookMessages: queue_webhook_messages,
    RecordWebhookAttempt: record_webhook_attempts,
    ReplayWebhookMessage: replay_webhook_messages,
    ReplayWebhookRange: replay_webhook_ranges,
    AbandonWebhookMessage: abandon_webhook_messages,
}
EVENTS = {
    CREATED: WebhookSubscription,
    CHANGED: WebhookSubscription,
    SUSPENDED: WebhookSubscription,
    DIED: WebhookDelivery,
}

__all__ = [
    "COMMANDS",
    "EVENTS",
    "RECORDS",
    "AbandonWebhookMessage",
    "ArchiveWebhookSubscription",
    "ChangeWebhookSubscription",
    "CreateWebhookSubscription",
    "PauseWebhookSubscription",
    "QueueWebhookMessages",
    "RecordWebhookAttempt",
    "ReplayWebhookMessage",
    "ReplayWebhookRange",
    "ResumeWebhookSubscription",
    "RotateWebhookSecret",
    "SuspendWebhookSubscription",
    "WebhookDelivery",
    "WebhookSubscription",
    "queue_messages",
    "subscribed_events",
]
