"""Masters that may be one thing recorded twice, and what a steward says to that.

A pair is kept once, with how alike the two are and why. It is found when a master is made or changed, when someone asks
about one, and by a search over all that runs in the background. Finding it again changes nothing: a pair that a
steward dismissed, with a reason, stays dismissed, and one whose masters were mended is withdrawn.

A party and an item are different masters, so the pairs of each are a record of their own, with real references; the
work is the same and stands once (`Kind`).
"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from domain.core.columns import (
    Tier,
    column,
    enum_column,
    instant_column,
    reference,
    small_column,
    text_column,
    texts_column,
    uuid_column,
)
from domain.core.records import GroupRecord, Scope


class DuplicateStatus(StrEnum):
    """What became of a pair."""

    OPEN = "OPEN"
    DISMISSED = "DISMISSED"
    WITHDRAWN = "WITHDRAWN"
    MERGED = "MERGED"


class DuplicateKind(StrEnum):
    """Which masters are compared."""

    PARTY = "PARTY"
    ITEM = "ITEM"


class DuplicateSearchStatus(StrEnum):
    """Where a search over all masters of a kind is."""

    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"


def _pair_arguments() -> tuple[Any, ...]:
    return (
        UniqueConstraint("earlier_id", "later_id"),
        CheckConstraint("earlier_id < later_id", name="earlier_before_later"),
        CheckConstraint("score BETWEEN 1 AND 100", name="score_is_a_percentage"),
        CheckConstraint("(status = 'DISMISSED') = (dismissal IS NOT NULL)", name="dismissed_with_a_reason"),
    )


class PartyDuplicate(GroupRecord, scope=Scope(), zh="疑似重复往来单位"):
    """Two parties that may be one."""

    __tablename__ = "party_duplicate"
    __table_args__ = _pair_arguments()

    earlier_id: Mapped[UUID] = reference("party", doc="The party recorded first.", zh="单位一", many="duplicates")
    later_id: Mapped[UUID] = reference("party", doc="The party recorded later.", zh="单位二", many="duplicate_of")
    score: Mapped[int] = small_column(doc="How alike they are.", zh="相似度", unit="%", order=True)
    reasons: Mapped[list[str]] = texts_column(
        doc="Why, the weightiest first: EQUAL_CREDIT_CODE, EQUAL_IDENTIFIER, EQUAL_CODE, EQUAL_NAME, SIMILAR_NAME or "
        "EQUAL_CHANNEL.", zh="原因",
    )  # fmt: skip
    status: Mapped[DuplicateStatus] = enum_column(
        DuplicateStatus, doc="What became of it.", zh="状态", server_default="OPEN"
    )
    dismissal: Mapped[str | None] = text_column(doc="Why they are two, in the steward's words.", zh="排除理由")


class ItemDuplicate(GroupRecord, scope=Scope(), zh="疑似重复物料"):
    """Two items that may be one."""

    __tablename__ = "item_duplicate"
    __table_args__ = _pair_arguments()

    earlier_id: Mapped[UUID] = reference("item", doc="The item recorded first.", zh="物料一", many="duplicates")
    later_id: Mapped[UUID] = reference("item", doc="The item recorded later.", zh="物料二", many="duplicate_of")
    score: Mapped[int] = small_column(doc="How alike they are.", zh="相似度", unit="%", order=True)
    reasons: Mapped[list[str]] = texts_column(
        doc="Why, the weightiest first: EQUAL_IDENTIFIER, EQUAL_CODE, EQUAL_NAME, SIMILAR_NAME or EQUAL_MODEL.",
        zh="原因",
    )  # fmt: skip
    status: Mapped[DuplicateStatus] = enum_column(
        DuplicateStatus, doc="What became of it.", zh="状态", server_default="OPEN"
    )
    dismissal: Mapped[str | None] = text_column(doc="Why they are two, in the steward's words.", zh="排除理由")


class DuplicateSearch(GroupRecord, scope=Scope(), zh="重复数据查找"):
    """A search for duplicates among all masters of one kind, slice by slice in the background."""

    __tablename__ = "duplicate_search"

    kind: Mapped[DuplicateKind] = enum_column(DuplicateKind, doc="Which masters.", zh="主数据类别")
    status: Mapped[DuplicateSearchStatus] = enum_column(
        DuplicateSearchStatus, doc="Where it is.", zh="状态", server_default="RUNNING"
    )
    started_at: Mapped[datetime] = instant_column(doc="When it began.", zh="开始时间", order=True)
    completed_at: Mapped[datetime | None] = instant_column(doc="When it had looked at all.", zh="完成时间")
    total_count: Mapped[int] = column(doc="Masters there were when it began.", zh="总数")
    checked_count: Mapped[int] = column(doc="Masters it has looked at.", zh="已检查数", server_default="0")
    found_count: Mapped[int] = column(doc="New pairs it has found.", zh="新发现对数", server_default="0")
    last_id: Mapped[UUID | None] = uuid_column(
        doc="The last master it has looked at; it goes on behind.", zh="断点", tier=Tier.INTERNAL, exposed=False
    )


PairRecord = type[PartyDuplicate] | type[ItemDuplicate]
