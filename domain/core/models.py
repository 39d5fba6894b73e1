"""The machinery's own tables: outbox, audit and its chain, idempotency keys, number series, the log of personal reads.

Each row is written in the transaction of the company it belongs to, so that what happened and the record of it are one
fact. None is in the graph: an audit row holds values of every tier, and the others mean nothing to a reader.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped
from sqlalchemy.types import Uuid

from domain.core.columns import (
    Tier,
    code_column,
    column,
    instant_column,
    json_column,
    text_column,
    texts_column,
    uuid_column,
)
from domain.core.records import NOBODY, Scope, SystemRecord

KEY_LENGTH_MAX = 200
REASON_LENGTH_MAX = 2_000


class OutboxEvent(SystemRecord, scope=Scope(partner=NOBODY), zh="发件箱事件", exposed=False, retention="90 days"):
    """What happened, for whoever watches: written with the change itself, given its place by the sequencer.

    `position` is null until the sequencer has seen the row committed; cursors and webhooks use it and nothing else.
    """

    __tablename__ = "outbox_event"
    __table_args__ = (
        Index("ix_outbox_event_waiting", "id", postgresql_where=text("position IS NULL")),
        Index("ix_outbox_event_position", "position", postgresql_where=text("position IS NOT NULL")),
    )

    event: Mapped[str] = code_column(doc="Name of the event, in the past tense.", zh="事件")
    record_type: Mapped[str] = code_column(doc="Type of the records it happened to.", zh="记录类型")
    record_ids: Mapped[list[UUID]] = column(ARRAY(Uuid()), doc="The records it happened to.", zh="记录标识")
    data: Mapped[dict[str, Any]] = json_column(
        doc="What else a watcher needs to know; never a personal value.", zh="数据"
    )
    work_id: Mapped[UUID] = uuid_column(doc="The transaction that wrote it.", zh="事务标识")
    position: Mapped[int | None] = column(BigInteger(), doc="Gapless place among all committed events.", zh="位置")


class AuditEntry(SystemRecord, scope=Scope(partner=NOBODY), zh="审计记录", append_only=True, exposed=False):
    """One change of one row: who, when, why, by which command, before and after.

    `digest` covers every other column except `personal` and `salt`: those are covered through `personal_digest`, so
    that personal values can be erased (both set to null) without breaking the chain.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_record", "company_id", "record_id"),
        Index("ix_audit_entry_work", "company_id", "work_id"),
    )

    work_id: Mapped[UUID] = uuid_column(doc="The transaction the change belongs to.", zh="事务标识")
    actor_id: Mapped[UUID] = uuid_column(doc="Who changed the row.", zh="操作人标识")
    actor_name: Mapped[str] = text_column(doc="Name of the one who changed it, as it was then.", zh="操作人")
    command: Mapped[str] = code_column(doc="The command that changed it.", zh="命令")
    reason: Mapped[str | None] = text_column(
        doc="Why, in the words of the actor.", zh="原因", length_max=REASON_LENGTH_MAX
    )
    record_type: Mapped[str] = code_column(doc="Table of the changed row.", zh="记录类型")
    record_id: Mapped[UUID] = uuid_column(doc="The changed row.", zh="记录标识")
    record_version: Mapped[int | None] = column(doc="Version of the row after the change.", zh="记录版本")
    before: Mapped[dict[str, Any] | None] = json_column(
        doc="Changed fields as they were; null when the row is new.", zh="变更前", tier=Tier.CONFIDENTIAL
    )
    after: Mapped[dict[str, Any] | None] = json_column(
        doc="Changed fields as they became; null when the row was removed.", zh="变更后", tier=Tier.CONFIDENTIAL
    )
    personal: Mapped[dict[str, Any] | None] = json_column(
        doc="Personal values before and after, kept apart so that they can be erased.",
        zh="个人数据",
        tier=Tier.PERSONAL,
    )
    salt: Mapped[UUID | None] = uuid_column(doc="Random salt of the personal digest, erased with it.", zh="盐值")
    personal_digest: Mapped[bytes | None] = column(
        LargeBinary(), doc="SHA-256 of salt and personal values.", zh="个人数据摘要"
    )
    digest: Mapped[bytes] = column(LargeBinary(), doc="SHA-256 of the entry.", zh="摘要")


class AuditSeal(SystemRecord, scope=Scope(partner=NOBODY), zh="审计封印", exposed=False):
    """One transaction's link in the audit chain; `id` is the transaction's own id.

    Written with the entries, without a position; the sequencer gives it its place and the digest that covers its
    entries and the link before it.
    """

    __tablename__ = "audit_seal"
    __table_args__ = (
        Index("ix_audit_seal_waiting", "id", postgresql_where=text("position IS NULL")),
        Index("ix_audit_seal_position", "position", postgresql_where=text("position IS NOT NULL")),
    )

    entry_count: Mapped[int] = column(doc="Number of audit entries of the transaction.", zh="记录数")
    position: Mapped[int | None] = column(BigInteger(), doc="Gapless place in the chain.", zh="位置")
    sealed_at: Mapped[datetime | None] = instant_column(doc="When the link was sealed.", zh="封印时间")
    previous_digest: Mapped[bytes | None] = column(LargeBinary(), doc="Digest of the link before.", zh="前一摘要")
    entries_digest: Mapped[bytes | None] = column(
        LargeBinary(), doc="SHA-256 of the entries' digests in id order.", zh="记录摘要"
    )
    digest: Mapped[bytes | None] = column(
        LargeBinary(), doc="SHA-256 of this link; the last one is the head.", zh="摘要"
    )


class IdempotencyKey(SystemRecord, scope=Scope(partner=NOBODY), zh="幂等键", exposed=False, retention="30 days"):
    """A client's key for one mutation, and what that mutation made: a retry answers the same records.

    No response is kept: a replay reads the current rows under the current grants.
    """

    __tablename__ = "idempotency_key"
    __table_args__ = (
        UniqueConstraint("company_id", "client", "key"),
        Index("ix_idempotency_key_client_key", "client", "key"),
    )

    client: Mapped[str] = code_column(doc="The application that chose the key.", zh="客户端", length_max=KEY_LENGTH_MAX)
    key: Mapped[str] = code_column(doc="The key, unique within the client.", zh="键", length_max=KEY_LENGTH_MAX)
    input_digest: Mapped[bytes] = column(LargeBinary(), doc="SHA-256 of the canonical input.", zh="输入摘要")
    command: Mapped[str] = code_column(doc="The command performed.", zh="命令")
    record_type: Mapped[str] = code_column(doc="Table of the records made or changed.", zh="记录类型")
    record_ids: Mapped[list[UUID]] = column(
        ARRAY(Uuid()), doc="The records made or changed, in the input's order.", zh="记录标识"
    )
    versions: Mapped[dict[str, int]] = json_column(doc="Version of each record when the command ended.", zh="版本")
    work_id: Mapped[UUID] = uuid_column(doc="The transaction, and through its events the position.", zh="事务标识")


class NumberSeries(SystemRecord, scope=Scope(partner=NOBODY), zh="编号序列", exposed=False):
    """Where the numbers of a kind of document stand in one company."""

    __tablename__ = "number_series"
    __table_args__ = (UniqueConstraint("company_id", "name"),)

    name: Mapped[str] = code_column(doc="What is numbered, such as purchase_order.", zh="名称")
    prefix: Mapped[str] = code_column(doc="Text before the number.", zh="前缀")
    digits: Mapped[int] = column(doc="Least number of digits; shorter numbers are padded with zeros.", zh="位数")
    next_number: Mapped[int] = column(BigInteger(), doc="The next number that nobody has drawn.", zh="下一编号")
    gap_free: Mapped[bool] = column(
        Boolean(),
        doc="Whether the law asks for numbers without gaps; each is then drawn in its own transaction.",
        zh="连续编号",
    )


class AccessLogEntry(
    SystemRecord, scope=Scope(partner=NOBODY), zh="访问日志", append_only=True, exposed=False, retention="3 years"
):
    """One read that touched personal values; written before the bytes leave."""

    __tablename__ = "access_log_entry"
    __table_args__ = (Index("ix_access_log_entry_actor", "company_id", "actor_id", "recorded_at"),)

    actor_id: Mapped[UUID] = uuid_column(doc="Who read.", zh="读取人标识")
    actor_name: Mapped[str] = text_column(doc="Name of the reader, as it was then.", zh="读取人")
    document_hash: Mapped[str] = code_column(doc="SHA-256 of the document that asked.", zh="文档摘要")
    coordinates: Mapped[list[str]] = texts_column(doc="The personal fields that were read.", zh="字段")
    row_count: Mapped[int] = column(BigInteger(), doc="Number of rows answered.", zh="行数")


RECORDS = (OutboxEvent, AuditEntry, AuditSeal, IdempotencyKey, NumberSeries, AccessLogEntry)
