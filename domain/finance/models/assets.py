"""Fixed assets: what each cost, what it is worth now, and every entry that led there."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped

from domain.core.columns import (
    Tier,
    amount_column,
    code_column,
    date_column,
    enum_column,
    quantity_column,
    rate_column,
    reference,
    small_column,
    text_column,
)
from domain.core.records import CompanyRecord, Scope
from domain.finance.models.ledger import COMPANY_CURRENCY


class AssetEntryKind(StrEnum):
    """What changed the value of an asset."""

    ACQUISITION = "ACQUISITION"
    VALUE_CHANGE = "VALUE_CHANGE"
    DEPRECIATION = "DEPRECIATION"
    REVALUATION = "REVALUATION"
    SPLIT = "SPLIT"
    DISPOSAL = "DISPOSAL"


class DepreciationMethod(StrEnum):
    """How an asset is written off.

    STRAIGHT_LINE: the same each whole month, from the month after it is in service (CAS 4). DAYS: by days of years of
    365, the first day included. DECLINING: a percentage of what is left each month. DOUBLE_DECLINING: twice the
    straight line's share of what is left, the straight line over the rest once that is more. UNITS: by what it makes.
    """

    STRAIGHT_LINE = "STRAIGHT_LINE"
    DAYS = "DAYS"
    DECLINING = "DECLINING"
    DOUBLE_DECLINING = "DOUBLE_DECLINING"
    UNITS = "UNITS"


class FixedAsset(CompanyRecord, scope=Scope(), zh="固定资产", key="number", name="name"):
    """A thing used for years, written off month by month, or by what it makes, down to what it will be worth.

    What stands here is the leading book, whose entries are posted; `books` are the others.
    """

    __tablename__ = "fixed_asset"
    __table_args__ = (
        CheckConstraint("months_total >= 1 AND months_done BETWEEN 0 AND months_total", name="months_of_its_life"),
        CheckConstraint("residual >= 0", name="residual_not_negative"),
        CheckConstraint("(method = 'DECLINING') = (percent IS NOT NULL)", name="declining_has_a_percentage"),
        CheckConstraint("(method IN ('DAYS', 'UNITS')) = (capacity IS NOT NULL)", name="shares_have_a_capacity"),
        CheckConstraint("used BETWEEN 0 AND coalesce(capacity, 0)", name="used_within_capacity"),
        CheckConstraint("least(accumulated, surplus, loss) >= 0", name="sums_not_negative"),
    )

    number: Mapped[str] = code_column(doc="Number of the asset.", zh="资产编号", tier=Tier.INTERNAL, order=True)
    name: Mapped[str] = text_column(doc="What it is.", zh="名称")
    name_zh: Mapped[str | None] = text_column(doc="What it is, in Chinese.", zh="中文名称")
    account_id: Mapped[UUID] = reference("account", doc="The account its cost stands on.", zh="资产科目")
    accumulated_account_id: Mapped[UUID] = reference(
        "account", doc="The account that collects its depreciation.", zh="累计折旧科目"
    )
    expense_account_id: Mapped[UUID] = reference("account", doc="The expense its depreciation is.", zh="折旧费用科目")
    cost_centre_id: Mapped[UUID | None] = reference(
        "cost_centre", doc="The cost centre that bears its depreciation.", zh="成本中心"
    )
    in_service_on: Mapped[date] = date_column(doc="First day in service.", zh="启用日期")
    method: Mapped[str] = enum_column(
        DepreciationMethod, doc="How it is written off.", zh="折旧方法", server_default="STRAIGHT_LINE"
    )
    percent: Mapped[Decimal | None] = rate_column(
        doc="What of the value left a month writes off; declining assets only.", zh="月折旧率", unit="%"
    )
    capacity: Mapped[Decimal | None] = quantity_column(
        doc="Units, or days, over which its basis is written off.", zh="总工作量", unit="unit"
    )
    used: Mapped[Decimal] = quantity_column(
        doc="Units, or days, written off of that so far.", zh="已用工作量", unit="unit", server_default="0"
    )
    basis: Mapped[Decimal] = amount_column(
        doc="What it was worth when its capacity began to count: its cost, or its value after the last change.",
        zh="折旧基数", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL,
    )  # fmt: skip
    disposed_on: Mapped[date | None] = date_column(doc="Day it was sold or scrapped.", zh="处置日期")
    residual: Mapped[Decimal] = amount_column(
        doc="What it will be worth at the end.", zh="残值", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL
    )
    months_total: Mapped[int] = small_column(doc="Months over which it is written off.", zh="折旧月数", unit="month")
    months_done: Mapped[int] = small_column(
        doc="Months written off so far.", zh="已折旧月数", unit="month", server_default="0"
    )
    monthly_amount: Mapped[Decimal] = amount_column(
        doc="What each month writes off until the last, which takes the rest.", zh="月折旧额",
        unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL,
    )  # fmt: skip
    book_value: Mapped[Decimal] = amount_column(
        doc="What it is worth in the books now.", zh="账面净值", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL
    )
    accumulated: Mapped[Decimal] = amount_column(
        doc="What the account of its depreciation holds for it; its cost is that and its value.", zh="累计折旧",
        unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL, server_default="0",
    )  # fmt: skip
    surplus: Mapped[Decimal] = amount_column(
        doc="What of its revaluations stands in equity.", zh="重估增值", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL,
        server_default="0",
    )  # fmt: skip
    loss: Mapped[Decimal] = amount_column(
        doc="What of its revaluations was an expense and not taken back.", zh="重估损失", unit=COMPANY_CURRENCY,
        tier=Tier.CONFIDENTIAL, server_default="0",
    )  # fmt: skip
    split_from_id: Mapped[UUID | None] = reference(
        "fixed_asset", doc="The asset that it was a part of.", zh="拆分来源资产", many="parts"
    )


class FixedAssetEntry(CompanyRecord, scope=Scope(), zh="固定资产明细", append_only=True):
    """One change of an asset's value, as posted: up positive, down negative.

    Parting an asset in two moves no account, so it has no voucher.
    """

    __tablename__ = "fixed_asset_entry"
    __table_args__ = (
        CheckConstraint("amount <> 0", name="amount_moves"),
        CheckConstraint("(kind = 'SPLIT') = (journal_entry_id IS NULL)", name="posted_unless_split"),
    )

    fixed_asset_id: Mapped[UUID] = reference("fixed_asset", doc="The asset.", zh="固定资产", many="entries")
    kind: Mapped[str] = enum_column(AssetEntryKind, doc="What changed it.", zh="类别")
    occurred_on: Mapped[date] = date_column(doc="Day it counts from.", zh="业务日期")
    amount: Mapped[Decimal] = amount_column(
        doc="Change of its value.", zh="金额", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL
    )
    journal_entry_id: Mapped[UUID | None] = reference(
        "journal_entry", doc="The voucher it stands in; none of a split.", zh="凭证"
    )


Index(
    "uq_fixed_asset_entry_month", FixedAssetEntry.table.c.company_id, FixedAssetEntry.table.c.fixed_asset_id,
    FixedAssetEntry.table.c.occurred_on, unique=True,
    postgresql_where=FixedAssetEntry.table.c.kind == AssetEntryKind.DEPRECIATION.value,
)  # fmt: skip
