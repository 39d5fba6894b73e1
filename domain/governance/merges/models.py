"""The merge of two parties, or of two items: who is to stand for whom, why, who decided, and what it moved."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped

from domain.core.columns import (
    TEXT_LENGTH_MAX,
    column,
    enum_column,
    instant_column,
    json_column,
    reference,
    text_column,
    uuid_column,
)
from domain.core.records import GroupRecord, Scope


class MergeStatus(StrEnum):
    """Where a merge is."""

    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    UNDONE = "UNDONE"


_LIVE = text("status IN ('PROPOSED', 'APPROVED')")


class PartyMerge(GroupRecord, scope=Scope(), zh="往来单位合并"):
    """Two parties that are one: the survivor stands for the other."""

    __tablename__ = "party_merge"
    __table_args__ = (
        Index("uq_party_merge_merged_id_live", "merged_id", unique=True, postgresql_where=_LIVE),
        CheckConstraint("survivor_id <> merged_id", name="two_parties"),
    )

    survivor_id: Mapped[UUID] = reference("party", doc="Who stands for both.", zh="存续单位", many="merges")
    merged_id: Mapped[UUID] = reference("party", doc="Who is no more on its own.", zh="被并单位", many="merged_by")
    status: Mapped[MergeStatus] = enum_column(MergeStatus, doc="Where it is.", zh="状态", server_default="PROPOSED")
    reason: Mapped[str] = text_column(doc="Why they are one.", zh="理由", length_max=TEXT_LENGTH_MAX)
    proposed_by: Mapped[UUID] = uuid_column(doc="Who proposed it.", zh="提议人标识")
    decided_by: Mapped[UUID | None] = uuid_column(doc="Who approved, rejected or undid it.", zh="决定人标识")
    decided_at: Mapped[datetime | None] = instant_column(doc="When that was.", zh="决定时间")
    moved_count: Mapped[int] = column(doc="Rows that it moved to the survivor.", zh="转移行数", server_default="0")
    moved: Mapped[list[Any]] = json_column(
        doc="What it changed, row by row, so that it can be undone.", zh="变更明细", exposed=False, server_default="[]"
    )


class ItemMerge(GroupRecord, scope=Scope(), zh="物料合并"):
    """Two items that are one: the survivor stands for the other."""

    __tablename__ = "item_merge"
    __table_args__ = (
        Index("uq_item_merge_merged_id_live", "merged_id", unique=True, postgresql_where=_LIVE),
        CheckConstraint("survivor_id <> merged_id", name="two_items"),
    )

    survivor_id: Mapped[UUID] = reference("item", doc="What stands for both.", zh="存续物料", many="merges")
    merged_id: Mapped[UUID] = reference("item", doc="What is no more on its own.", zh="被并物料", many="merged_by")
    status: Mapped[MergeStatus] = enum_column(MergeStatus, doc="Where it is.", zh="状态", server_default="PROPOSED")
    reason: Mapped[str] = text_column(doc="Why they are one.", zh="理由", length_max=TEXT_LENGTH_MAX)
    proposed_by: Mapped[UUID] = uuid_column(doc="Who proposed it.", zh="提议人标识")
    decided_by: Mapped[UUID | None] = uuid_column(doc="Who approved, rejected or undid it.", zh="决定人标识")
    decided_at: Mapped[datetime | None] = instant_column(doc="When that was.", zh="决定时间")
    moved_count: Mapped[int] = column(doc="Rows that it moved to the survivor.", zh="转移行数", server_default="0")
    moved: Mapped[list[Any]] = json_column(
        doc="What it changed, row by row, so that it can be undone.", zh="变更明细", exposed=False, server_default="[]"
    )
