"""Bulk exports: one query of an account, run to its end into a file, and what became of it.

The file holds what the account could see as it ran, so its address is told to that account alone and ends; the run
itself, which others may see, shows counts and no value.
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
)
from domain.core.records import GroupRecord, Scope

DOCUMENT_LENGTH_MAX = 16_000
VARIABLES_LENGTH_MAX = 64_000


class ExportStatus(StrEnum):
    """Where an export stands; there is a file while it is SUCCEEDED."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


class ExportRun(GroupRecord, scope=Scope(owner="user_id"), zh="导出运行", retention="90 days"):
    """One bulk export: what was asked, how far it is, and until when its file can be had."""

    __tablename__ = "export_run"
    __table_args__ = (
        Index("ix_export_run_open", "queued_at", "id", postgresql_where=text("status IN ('QUEUED', 'RUNNING')")),
        Index("ix_export_run_file", "expires_at", postgresql_where=text("status = 'SUCCEEDED'")),
        CheckConstraint("status <> 'FAILED' OR failure IS NOT NULL", name="failed_with_reason"),
        CheckConstraint("status <> 'SUCCEEDED' OR file IS NOT NULL", name="succeeded_with_file"),
    )

    user_id: Mapped[UUID] = reference(
        "user_account", doc="Under whose grants it runs; the file is for this account.", zh="所有者",
        many="export_runs", tier=Tier.INTERNAL,
    )  # fmt: skip
    document: Mapped[str] = text_column(
        doc="The query.", zh="查询文档", tier=Tier.CONFIDENTIAL, length_max=DOCUMENT_LENGTH_MAX
    )
    variables: Mapped[str | None] = text_column(
        doc="Its variables, as JSON.", zh="变量", tier=Tier.CONFIDENTIAL, length_max=VARIABLES_LENGTH_MAX
    )
    scopes: Mapped[list[str]] = texts_column(
        doc="The roles its owner used to ask for it: no others count for it.", zh="角色范围", tier=Tier.CONFIDENTIAL
    )
    status: Mapped[ExportStatus] = enum_column(ExportStatus, doc="Where it stands.", zh="状态")
    queued_at: Mapped[datetime] = instant_column(doc="When it was asked for.", zh="排队时间", order=True)
    started_at: Mapped[datetime | None] = instant_column(doc="When it last began.", zh="开始时间")
    finished_at: Mapped[datetime | None] = instant_column(doc="When it ended.", zh="结束时间")
    expires_at: Mapped[datetime | None] = instant_column(doc="Until when its file is kept.", zh="到期时间")
    attempt_count: Mapped[int] = column(doc="How often it was begun.", zh="尝试次数", server_default="0")
    row_count: Mapped[int] = column(doc="Lines written.", zh="行数", unit="line", server_default="0")
    file_kib: Mapped[int] = column(doc="Size of what was written.", zh="大小", unit="KiB", server_default="0")
    digest: Mapped[str | None] = code_column(doc="SHA-256 of the file.", zh="文件摘要", tier=Tier.INTERNAL)
    withheld: Mapped[list[dict[str, Any]]] = json_column(
        doc="The fields that are null for want of permission: coordinate, path, what it requires.", zh="隐去字段",
        server_default=text("'[]'::jsonb"),
    )  # fmt: skip
    failure: Mapped[str | None] = code_column(doc="Why it failed: a stable code.", zh="失败原因", tier=Tier.INTERNAL)
    failure_message: Mapped[str | None] = text_column(doc="Why, in words.", zh="失败说明", length_max=TEXT_LENGTH_MAX)
    file: Mapped[str | None] = text_column(doc="Name of the file in the store.", zh="文件", exposed=False)
    sight: Mapped[str | None] = text_column(
        doc="Digest of what its owner could see as the file was written; it is had while that is so.",
        zh="可见范围摘要", exposed=False,
    )  # fmt: skip
