"""Bulk mutations: a file of JSON lines that an account uploads, and one mutation performed with each of them.

What a line did is written in the very transaction that did it (`MutationChunk`): a process that dies in between leaves
neither or both, so a run that is begun again does each line once. Keys of idempotency alone would not do: which lines
go together may look different the second time.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped

from domain.core.columns import (
    TEXT_LENGTH_MAX,
    Tier,
    code_column,
    column,
    enum_column,
    instant_column,
    json_column,
    reference,
    text_column,
    texts_column,
    uuid_column,
)
from domain.core.perform import BatchPolicy
from domain.core.records import NOBODY, GroupRecord, Scope, SystemRecord


class UploadStatus(StrEnum):
    """Whether the file is there."""

    OPEN = "OPEN"
    RECEIVED = "RECEIVED"
    EXPIRED = "EXPIRED"


class MutationStatus(StrEnum):
    """Where a bulk mutation stands; lines may have been refused in one that SUCCEEDED."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class BulkUpload(GroupRecord, scope=Scope(owner="user_id"), zh="批量上传", retention="90 days"):
    """A file that an account sends once to a signed address, for bulk mutations of its own."""

    __tablename__ = "bulk_upload"
    __table_args__ = (
        Index("ix_bulk_upload_kept", "expires_at", postgresql_where=text("status <> 'EXPIRED'")),
        CheckConstraint("status <> 'RECEIVED' OR file IS NOT NULL", name="received_with_file"),
    )

    user_id: Mapped[UUID] = reference(
        "user_account", doc="Who sends it, and may use it.", zh="所有者", many="bulk_uploads", tier=Tier.INTERNAL
    )
    name: Mapped[str] = text_column(doc="What the file is.", zh="名称")
    status: Mapped[UploadStatus] = enum_column(UploadStatus, doc="Whether the file is there.", zh="状态")
    opened_at: Mapped[datetime] = instant_column(doc="When the address was asked for.", zh="开启时间", order=True)
    received_at: Mapped[datetime | None] = instant_column(doc="When the file was there.", zh="接收时间")
    expires_at: Mapped[datetime] = instant_column(doc="Until when the file is kept.", zh="到期时间")
    file_kib: Mapped[int] = column(doc="Size of the file.", zh="大小", unit="KiB", server_default="0")
    digest: Mapped[str | None] = code_column(doc="SHA-256 of the file.", zh="文件摘要", tier=Tier.INTERNAL)
    file: Mapped[str | None] = text_column(doc="Name of the file in the store.", zh="文件", exposed=False)


class MutationRun(GroupRecord, scope=Scope(owner="user_id"), zh="批量变更运行", retention="90 days"):
    """One bulk mutation: which, over which file, how refusals are met, and what became of the lines."""

    __tablename__ = "mutation_run"
    __table_args__ = (
        Index("ix_mutation_run_open", "queued_at", "id", postgresql_where=text("status IN ('QUEUED', 'RUNNING')")),
        Index("ix_mutation_run_file", "expires_at", postgresql_where=text("file IS NOT NULL")),
        CheckConstraint("status <> 'FAILED' OR failure IS NOT NULL", name="failed_with_reason"),
    )

    user_id: Mapped[UUID] = reference(
        "user_account", doc="Who performs it; the result is for this account.", zh="所有者", many="mutation_runs",
        tier=Tier.INTERNAL,
    )  # fmt: skip
    upload_id: Mapped[UUID] = reference(
        "bulk_upload", doc="The file of lines.", zh="上传文件", many="mutation_runs", tier=Tier.INTERNAL
    )
    mutation: Mapped[str] = code_column(doc="The mutation field performed with each line.", zh="变更", length_max=200)
    policy: Mapped[BatchPolicy] = enum_column(BatchPolicy, doc="What a refused line means for the others.", zh="策略")
    scopes: Mapped[list[str]] = texts_column(
        doc="The roles its owner used to ask for it: no others count for it.", zh="角色范围", tier=Tier.CONFIDENTIAL
    )
    status: Mapped[MutationStatus] = enum_column(MutationStatus, doc="Where it stands.", zh="状态")
    queued_at: Mapped[datetime] = instant_column(doc="When it was asked for.", zh="排队时间", order=True)
    started_at: Mapped[datetime | None] = instant_column(doc="When it last began.", zh="开始时间")
    finished_at: Mapped[datetime | None] = instant_column(doc="When it ended.", zh="结束时间")
    expires_at: Mapped[datetime | None] = instant_column(doc="Until when its result is kept.", zh="到期时间")
    attempt_count: Mapped[int] = column(doc="How often it was begun.", zh="尝试次数", server_default="0")
    line_count: Mapped[int] = column(doc="Lines dealt with.", zh="行数", unit="line", server_default="0")
    accepted_count: Mapped[int] = column(
        doc="Lines whose command was performed, or would be.", zh="接受数", unit="line", server_default="0"
    )
    refused_count: Mapped[int] = column(doc="Lines refused.", zh="拒绝数", unit="line", server_default="0")
    digest: Mapped[str | None] = code_column(doc="SHA-256 of the result.", zh="结果摘要", tier=Tier.INTERNAL)
    failure: Mapped[str | None] = code_column(doc="Why it failed: a stable code.", zh="失败原因", tier=Tier.INTERNAL)
    failure_message: Mapped[str | None] = text_column(doc="Why, in words.", zh="失败说明", length_max=TEXT_LENGTH_MAX)
    file: Mapped[str | None] = text_column(doc="Name of the result in the store.", zh="结果文件", exposed=False)


class MutationChunk(SystemRecord, scope=Scope(partner=NOBODY), zh="批量变更分块", exposed=False, retention="90 days"):
    """What some lines of a run did, written in the transaction that did it."""

    __tablename__ = "mutation_chunk"
    __table_args__ = (Index("ix_mutation_chunk_run_id_first_line", "run_id", "first_line"),)

    run_id: Mapped[UUID] = uuid_column(doc="The run.", zh="批量变更运行")
    first_line: Mapped[int] = column(doc="Number of the first of the lines, from 1.", zh="首行")
    results: Mapped[list[dict[str, Any]]] = json_column(
        doc="What became of each line, as the result file tells it.", zh="结果", tier=Tier.CONFIDENTIAL
    )
