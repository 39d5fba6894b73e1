"""Budgets: what may be spent on an account in a span, what is promised already, and how much of it is left.

A budget has editions, of which one is released; its lines limit an account, or an account of one cost centre. What is
promised is a commitment, kept entry by entry: made by a document that will cost something, released by the entry that
posts the cost. Spent is what the ledger says.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from domain.core.columns import (
    Tier,
    amount_column,
    code_column,
    date_column,
    enum_column,
    reference,
    small_column,
    text_column,
    uuid_column,
)
from domain.core.records import CompanyRecord, Scope
from domain.finance.models.ledger import COMPANY_CURRENCY


class BudgetControl(StrEnum):
    """What happens where more would be spent or promised than was released: it is refused, or told."""

    STOP = "STOP"
    WARN = "WARN"


class BudgetStatus(StrEnum):
    """A DRAFT limits nothing; of the editions of a budget one is RELEASED."""

    DRAFT = "DRAFT"
    RELEASED = "RELEASED"
    REPLACED = "REPLACED"


class Budget(CompanyRecord, scope=Scope(), zh="预算", key="code", name="name"):
    """A span of days and what happens when more is spent in it than was released."""

    __tablename__ = "budget"
    __table_args__ = (CheckConstraint("ends_on >= starts_on", name="span_positive"),)

    code: Mapped[str] = code_column(doc="Short code of the budget.", zh="预算代码", tier=Tier.INTERNAL, order=True)
    name: Mapped[str] = text_column(doc="Name of the budget.", zh="名称")
    name_zh: Mapped[str | None] = text_column(doc="Chinese name of the budget.", zh="中文名称")
    starts_on: Mapped[date] = date_column(doc="First day that it is for.", zh="开始日期")
    ends_on: Mapped[date] = date_column(doc="Last day that it is for.", zh="结束日期")
    control: Mapped[str] = enum_column(BudgetControl, doc="What happens when more would be spent.", zh="控制方式")


class BudgetVersion(CompanyRecord, scope=Scope(), zh="预算版本"):
    """An edition of a budget: its lines, and whether they hold."""

    __tablename__ = "budget_version"
    __table_args__ = (UniqueConstraint("company_id", "budget_id", "edition"),)

    budget_id: Mapped[UUID] = reference("budget", doc="The budget.", zh="预算", many="versions")
    edition: Mapped[int] = small_column(doc="Counts the editions of the budget.", zh="版次")
    status: Mapped[str] = enum_column(BudgetStatus, doc="Whether its lines hold.", zh="状态")
    description: Mapped[str | None] = text_column(doc="Why it was made.", zh="说明")


Index(
    "uq_budget_version_released", BudgetVersion.table.c.company_id, BudgetVersion.table.c.budget_id, unique=True,
    postgresql_where=BudgetVersion.table.c.status == BudgetStatus.RELEASED.value,
)  # fmt: skip


class BudgetLine(CompanyRecord, scope=Scope(), zh="预算明细", append_only=True):
    """What may be spent on an account over the span of the budget, by one cost centre or by all together."""

    __tablename__ = "budget_line"
    __table_args__ = (
        UniqueConstraint("company_id", "budget_version_id", "position"),
        CheckConstraint("amount >= 0", name="amount_not_negative"),
    )

    budget_version_id: Mapped[UUID] = reference(
        "budget_version", lines="lines", lines_order="position", doc="The edition.", zh="预算版本"
    )
    position: Mapped[int] = small_column(doc="1-based place in the edition.", zh="行号")
    account_id: Mapped[UUID] = reference("account", doc="The account.", zh="科目")
    cost_centre_id: Mapped[UUID | None] = reference(
        "cost_centre", doc="The cost centre; all together where there is none.", zh="成本中心"
    )
    amount: Mapped[Decimal] = amount_column(
        doc="What may be spent.", zh="预算金额", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL
    )


class Commitment(CompanyRecord, scope=Scope(), zh="预算占用", key="number"):
    """Money promised by a document and not spent yet."""

    __tablename__ = "commitment"
    __table_args__ = (
        UniqueConstraint("company_id", "source_id", "source_position"),
        CheckConstraint("open_amount BETWEEN 0 AND amount", name="open_part_of_the_whole"),
    )

    number: Mapped[str] = code_column(doc="Number of the commitment.", zh="占用编号", tier=Tier.INTERNAL, order=True)
    account_id: Mapped[UUID] = reference("account", doc="The account it will be spent on.", zh="科目")
    cost_centre_id: Mapped[UUID | None] = reference(
        "cost_centre", doc="The cost centre that will bear it.", zh="成本中心"
    )
    committed_on: Mapped[date] = date_column(doc="Day it counts from, and in whose budget.", zh="占用日期", order=True)
    description: Mapped[str] = text_column(doc="What was promised.", zh="摘要")
    amount: Mapped[Decimal] = amount_column(
        doc="What was promised.", zh="占用金额", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL
    )
    open_amount: Mapped[Decimal] = amount_column(
        doc="What of it is not spent yet.", zh="未释放金额", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL
    )
    source_kind: Mapped[str | None] = code_column(
        doc="Type of the document that promised it; none where a person did.", zh="来源类型", tier=Tier.INTERNAL
    )
    source_id: Mapped[UUID | None] = uuid_column(doc="Id of that document.", zh="来源标识")
    source_position: Mapped[int | None] = small_column(doc="Line of that document.", zh="来源行号")
    source_number: Mapped[str | None] = code_column(doc="Number of that document.", zh="来源单号", tier=Tier.INTERNAL)


class CommitmentEntry(CompanyRecord, scope=Scope(), zh="预算占用明细", append_only=True):
    """One change of a commitment: promised positive, released negative."""

    __tablename__ = "commitment_entry"
    __table_args__ = (CheckConstraint("amount <> 0", name="amount_moves"),)

    commitment_id: Mapped[UUID] = reference("commitment", doc="The commitment.", zh="预算占用", many="entries")
    occurred_on: Mapped[date] = date_column(doc="Day it counts from.", zh="业务日期")
    amount: Mapped[Decimal] = amount_column(
        doc="Change of what is promised.", zh="金额", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL
    )
    journal_entry_id: Mapped[UUID | None] = reference(
        "journal_entry", doc="The voucher that posted the cost; none where nothing was posted.", zh="凭证"
    )
