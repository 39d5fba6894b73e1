"""Webhook subscriptions and the log of what was delivered.

A subscription belongs to the account that made it, and what is sent is read under that account's grants at the moment
of sending, never under more roles than the account used when it subscribed (`scopes`: a program with a narrowed key
cannot subscribe to more than its key opens).

No secret stands here. A subscription's secret follows from the installation's own secret, the subscription's id and
`secret_generation` (`server.derived`), so the database alone, a dump of it included, signs nothing; it is told once, in
the answer to the command that made it. Encrypting a random secret would need the same key and keep more.

The payload is not stored either: a delivery that is tried again or replayed is read again, under the grants of then.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped
from sqlalchemy.types import BigInteger

from domain.core.columns import (
    Tier,
    code_column,
    column,
    enum_column,
    instant_column,
    reference,
    small_column,
    text_column,
    texts_column,
    uuid_column,
)
from domain.core.records import GroupRecord, Scope, SystemRecord

URL_LENGTH_MAX = 2_000
DOCUMENT_LENGTH_MAX = 16_000
# What is kept of a receiver's answer: enough to see what is wrong there.
EXCERPT_LENGTH_MAX = 500


class WebhookStatus(StrEnum):
    """Whether a subscription is served: PAUSED by a person, SUSPENDED by the system until its cause is mended."""

    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    SUSPENDED = "SUSPENDED"


class SuspensionReason(StrEnum):
    """Why the system stopped sending; nothing is sent meanwhile."""

    OWNER_INACTIVE = "OWNER_INACTIVE"
    NOT_PERMITTED = "NOT_PERMITTED"
    DOCUMENT_REFUSED = "DOCUMENT_REFUSED"
    RECEIVER_GONE = "RECEIVER_GONE"
    BACKLOG_TOO_LONG = "BACKLOG_TOO_LONG"


class DeliveryStatus(StrEnum):
    """Where a message stands. NOT_VISIBLE: the owner may not see the record, so nothing was sent."""

    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    NOT_VISIBLE = "NOT_VISIBLE"
    DEAD = "DEAD"


class WebhookSubscription(GroupRecord, scope=Scope(owner="user_id"), zh="网络钩子订阅", name="name"):
    """An address that is told of each record that an event names, with what a stored query answers about it."""

    __tablename__ = "webhook_subscription"
    __table_args__ = (
        Index(
            "ix_webhook_subscription_served", "event",
            postgresql_where=text("archived_at IS NULL AND status <> 'SUSPENDED'"),
        ),
        CheckConstraint("secret_generation > 0", name="secret_generation_positive"),
        CheckConstraint(
            "(status = 'SUSPENDED') = (suspension_reason IS NOT NULL)", name="suspended_with_reason"
        ),
    )  # fmt: skip

    user_id: Mapped[UUID] = reference(
        "user_account", doc="Whose grants decide what is sent.", zh="所有者", many="webhook_subscriptions",
        tier=Tier.INTERNAL,
    )  # fmt: skip
    name: Mapped[str] = text_column(doc="What the subscription is for.", zh="名称")
    event: Mapped[str] = code_column(doc="The event that is told, such as PurchaseOrderApproved.", zh="事件")
    url: Mapped[str] = text_column(
        doc="Where messages are posted.", zh="地址", tier=Tier.CONFIDENTIAL, length_max=URL_LENGTH_MAX
    )
    document: Mapped[str] = text_column(
        doc="The query that reads each message's payload; $id is the record.", zh="查询文档", tier=Tier.CONFIDENTIAL,
        length_max=DOCUMENT_LENGTH_MAX,
    )  # fmt: skip
    scopes: Mapped[list[str]] = texts_column(
        doc="The roles its owner used to make it: no others count for it.", zh="角色范围", tier=Tier.CONFIDENTIAL
    )
    status: Mapped[WebhookStatus] = enum_column(WebhookStatus, doc="Whether it is served.", zh="状态")
    suspension_reason: Mapped[SuspensionReason | None] = enum_column(
        SuspensionReason, doc="Why the system stopped sending.", zh="中止原因"
    )
    suspended_at: Mapped[datetime | None] = instant_column(doc="When the system stopped sending.", zh="中止时间")
    secret_generation: Mapped[int] = column(
        doc="Counts the secrets: the current one follows from this number.", zh="密钥代次", server_default="1"
    )
    previous_secret_until_at: Mapped[datetime | None] = instant_column(
        doc="Until when messages are signed with the secret before, too.", zh="旧密钥有效期"
    )


class WebhookDelivery(
    SystemRecord,
    scope=Scope(owner="subscription.user_id", shown="is_shown"),
    zh="网络钩子投递",
    retention="90 days",
):
    """One message to one subscription: which record of which event, and what became of it.

    `message_id` stays the same through attempts, replays and restarts; a receiver that remembers it acts once.
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        Index(
            "ix_webhook_delivery_waiting", "company_id", "subscription_id", "position", "place", "id",
            postgresql_where=text("status = 'PENDING'"),
        ),
        Index(
            "ix_webhook_delivery_dead", "company_id", "subscription_id", "position", "place", "id",
            postgresql_where=text("status = 'DEAD'"),
        ),
        Index(
            "uq_webhook_delivery_original", "company_id", "subscription_id", "position", "place",
            unique=True, postgresql_where=text("replay_of_id IS NULL"),
        ),
        CheckConstraint("attempt_count >= 0", name="attempt_count_not_negative"),
    )  # fmt: skip

    subscription_id: Mapped[UUID] = reference(
        "webhook_subscription", doc="The subscription.", zh="订阅", many="deliveries", tier=Tier.INTERNAL
    )
    message_id: Mapped[str] = code_column(
        doc="The header webhook-id: the same at every attempt and replay.", zh="消息标识", tier=Tier.INTERNAL,
        length_max=200,
    )  # fmt: skip
    replay_of_id: Mapped[UUID | None] = uuid_column(doc="The delivery that this one repeats.", zh="重放来源")
    event: Mapped[str] = code_column(doc="Name of the event.", zh="事件", tier=Tier.INTERNAL)
    position: Mapped[int] = column(BigInteger(), doc="Position of the event among all events.", zh="位置")
    place: Mapped[int] = small_column(doc="Place of the record among those the event names.", zh="序号")
    company_number: Mapped[int] = small_column(doc="Company of the event, 0 for the group.", zh="公司编号")
    record_type: Mapped[str] = code_column(doc="Type of the record.", zh="记录类型", tier=Tier.INTERNAL)
    record_id: Mapped[UUID] = uuid_column(doc="Key of the record.", zh="记录标识")
    occurred_at: Mapped[datetime] = instant_column(doc="When the event was recorded.", zh="发生时间")
    queued_at: Mapped[datetime] = instant_column(doc="When it was queued.", zh="排队时间", order=True)
    status: Mapped[DeliveryStatus] = enum_column(DeliveryStatus, doc="Where the message stands.", zh="状态")
    is_shown: Mapped[bool] = column(
        doc="Whether its owner was found to see the record; who sees no deliveries but its own is not told of others.",
        zh="所有者可见", server_default="false",
    )  # fmt: skip
    attempt_count: Mapped[int] = column(doc="Attempts so far.", zh="尝试次数", server_default="0")
    next_attempt_at: Mapped[datetime | None] = instant_column(doc="When it is tried next.", zh="下次尝试时间")
    attempted_at: Mapped[datetime | None] = instant_column(doc="When it was tried last.", zh="最近尝试时间")
    response_code: Mapped[int | None] = small_column(doc="HTTP status of the last answer.", zh="响应码")
    duration_ms: Mapped[int | None] = column(doc="How long the last attempt took.", zh="耗时", unit="ms")
    failure: Mapped[str | None] = text_column(
        doc="Why the last attempt failed: a stable code.", zh="失败原因", length_max=64
    )
    response_excerpt: Mapped[str | None] = text_column(
        doc="Beginning of the last answer.", zh="响应摘要", tier=Tier.CONFIDENTIAL, length_max=EXCERPT_LENGTH_MAX
    )
