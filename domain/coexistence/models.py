"""Source systems, legacy keys and import runs: what came from where, and under which key it was known there.

Every row of a source is mapped, documents and lines alike, so that an import can be repeated and anyone who knows the
old key finds the record. A source row that feeds several records has one key a record; two source tables that feed
one kind of record keep their keys apart by the table's name ("ProductSubcategory:3").
"""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from domain.core.columns import (
    TEXT_LENGTH_MAX,
    Tier,
    code_column,
    column,
    date_column,
    enum_column,
    instant_column,
    reference,
    text_column,
    uuid_column,
)
from domain.core.records import GroupRecord, Scope, SystemRecord


class ImportStatus(StrEnum):
    """How an import run stands."""

    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    REFUSED = "REFUSED"
    INTERRUPTED = "INTERRUPTED"


class SourceSystem(GroupRecord, scope=Scope(), zh="源系统", key="code", name="name"):
    """A system that data comes from."""

    __tablename__ = "source_system"

    code: Mapped[str] = code_column(
        doc="Short code, such as adventureworks.", zh="系统代码", tier=Tier.INTERNAL, order=True
    )
    name: Mapped[str] = text_column(doc="Name.", zh="名称", order=True)
    cut_over_on: Mapped[date | None] = date_column(doc="Day on which its open balances were taken over.", zh="切换日期")


class LegacyKey(SystemRecord, scope=Scope(), zh="旧系统主键"):
    """The key under which a source system knows a record."""

    __tablename__ = "legacy_key"
    __table_args__ = (
        UniqueConstraint("company_id", "source_system_id", "record_type", "key"),
        Index("ix_legacy_key_record", "company_id", "record_type", "record_id"),
    )

    source_system_id: Mapped[UUID] = reference("source_system", doc="The system.", zh="源系统", tier=Tier.INTERNAL)
    record_type: Mapped[str] = code_column(
        doc="Table of the record, such as purchase_order.", zh="记录类型", tier=Tier.INTERNAL
    )
    key: Mapped[str] = code_column(
        doc="Primary key in the source, as text; parts joined with ':'.", zh="主键", tier=Tier.INTERNAL, length_max=200
    )
    record_id: Mapped[UUID] = uuid_column(doc="The record.", zh="记录")
    source_table: Mapped[str] = code_column(doc="Table or file in the source.", zh="源表", tier=Tier.INTERNAL)
    digest: Mapped[int | None] = column(
        BigInteger(), doc="Digest of the source row as last imported; a re-run skips rows whose digest is the same.",
        zh="摘要", exposed=False,
    )  # fmt: skip


class ImportRun(SystemRecord, scope=Scope(), zh="导入运行"):
    """One run of an import: what it read and what it made of it."""

    __tablename__ = "import_run"

    source_system_id: Mapped[UUID] = reference(
        "source_system", many="import_runs", doc="The system imported from.", zh="源系统", tier=Tier.INTERNAL
    )
    status: Mapped[ImportStatus] = enum_column(ImportStatus, doc="How the run stands.", zh="状态")
    is_dry_run: Mapped[bool] = column(doc="Whether nothing was to be kept.", zh="是否试运行")
    started_at: Mapped[datetime] = instant_column(doc="When it began.", zh="开始时间", order=True)
    finished_at: Mapped[datetime | None] = instant_column(doc="When it ended.", zh="结束时间")
    input_digest: Mapped[str] = code_column(
        doc="SHA-256 over names and contents of the files read.", zh="输入摘要", tier=Tier.INTERNAL
    )
    rows_read: Mapped[int] = column(doc="Source rows read.", zh="读取行数", unit="row", server_default="0")
    created_count: Mapped[int] = column(doc="Records created.", zh="新建数", unit="row", server_default="0")
    updated_count: Mapped[int] = column(doc="Records updated.", zh="更新数", unit="row", server_default="0")
    unchanged_count: Mapped[int] = column(
        doc="Source rows whose records were there already, unchanged.", zh="未变数", unit="row", server_default="0"
    )
    refused_count: Mapped[int] = column(doc="Source rows refused.", zh="拒绝数", unit="row", server_default="0")
    report: Mapped[str | None] = text_column(
        doc="What the run found, in words: tables without a home, derived values that differ.", zh="报告",
        length_max=TEXT_LENGTH_MAX,
    )  # fmt: skip


class ImportIssue(SystemRecord, scope=Scope(), zh="导入问题"):
    """A value that an import refused or remarked on, with its place in the source."""

    __tablename__ = "import_issue"

    import_run_id: Mapped[UUID] = reference(
        "import_run", many="issues", doc="The run.", zh="导入运行", tier=Tier.INTERNAL
    )
    file: Mapped[str] = text_column(doc="Name of the file.", zh="文件")
    line: Mapped[int | None] = column(doc="1-based line of the file.", zh="行号")
    column_name: Mapped[str | None] = text_column(doc="Name of the column.", zh="列")
    value: Mapped[str | None] = text_column(
        doc="The value, shortened.", zh="值", tier=Tier.PERSONAL, length_max=TEXT_LENGTH_MAX
    )
    code: Mapped[str] = code_column(doc="Stable code of the refusal or remark.", zh="代码", tier=Tier.INTERNAL)
    message: Mapped[str] = text_column(doc="What is wrong, in words.", zh="说明", length_max=TEXT_LENGTH_MAX)
    is_refusal: Mapped[bool] = column(doc="Whether it stopped the row; a remark did not.", zh="是否拒绝")
