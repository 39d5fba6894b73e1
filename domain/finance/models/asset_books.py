"""Further books of fixed assets: how the tax office, or another standard, writes an asset off beside the ledger.

The asset itself is the leading book: what it loses is posted. A further book has its own method, life and residual
value, and its own value after every entry; it posts nothing. What the two differ by is the base of deferred tax.
"""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
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
from domain.finance.models.assets import AssetEntryKind, DepreciationMethod
from domain.finance.models.ledger import COMPANY_CURRENCY


class DepreciationBook(CompanyRecord, scope=Scope(), zh="折旧账簿", key="code", name="name"):
    """A further way in which assets are written off, such as by the rules of a tax."""

    __tablename__ = "depreciation_book"

    code: Mapped[str] = code_column(doc="Short code, such as TAX.", zh="账簿代码", tier=Tier.INTERNAL, order=True)
    name: Mapped[str] = text_column(doc="Name of the book.", zh="名称")
    name_zh: Mapped[str | None] = text_column(doc="Chinese name of the book.", zh="中文名称")


class AssetBook(CompanyRecord, scope=Scope(), zh="资产折旧账簿"):
    """One asset in one further book: how it is written off there, and what it is worth there now."""

    __tablename__ = "asset_book"
    __table_args__ = (
        UniqueConstraint("company_id", "fixed_asset_id", "depreciation_book_id"),
        CheckConstraint("months_total >= 1 AND months_done BETWEEN 0 AND months_total", name="months_of_its_life"),
        CheckConstraint("residual >= 0", name="residual_not_negative"),
        CheckConstraint("method <> 'UNITS'", name="months_write_it_off"),
        CheckConstraint("(method = 'DECLINING') = (percent IS NOT NULL)", name="declining_has_a_percentage"),
        CheckConstraint("(method = 'DAYS') = (capacity IS NOT NULL)", name="days_have_a_capacity"),
        CheckConstraint("used BETWEEN 0 AND coalesce(capacity, 0)", name="used_within_capacity"),
    )

    fixed_asset_id: Mapped[UUID] = reference("fixed_asset", doc="The asset.", zh="固定资产", many="books")
    depreciation_book_id: Mapped[UUID] = reference("depreciation_book", doc="The book.", zh="折旧账簿", many="assets")
    in_service_on: Mapped[date] = date_column(doc="First day in service, as the book counts.", zh="启用日期")
    method: Mapped[str] = enum_column(DepreciationMethod, doc="How it is written off.", zh="折旧方法")
    percent: Mapped[Decimal | None] = rate_column(
        doc="What of the value left a month writes off; declining assets only.", zh="月折旧率", unit="%"
    )
    capacity: Mapped[Decimal | None] = quantity_column(
        doc="Days over which its basis is written off.", zh="总天数", unit="day"
    )
    used: Mapped[Decimal] = quantity_column(
        doc="Days written off of that so far.", zh="已用天数", unit="day", server_default="0"
    )
    basis: Mapped[Decimal] = amount_column(
        doc="What it was worth when its days began to count.", zh="折旧基数", unit=COMPANY_CURRENCY,
        tier=Tier.CONFIDENTIAL,
    )  # fmt: skip
    residual: Mapped[Decimal] = amount_column(
        doc="What it will be worth at the end.", zh="残值", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL
    )
    months_total: Mapped[int] = small_column(doc="Months over which it is written off.", zh="折旧月数", unit="month")
    months_done: Mapped[int] = small_column(
        doc="Months written off so far.", zh="已折旧月数", unit="month", server_default="0"
    )
    monthly_amount: Mapped[Decimal] = amount_column(
        doc="What each month writes off until the last, which takes the rest.", zh="月折旧额", unit=COMPANY_CURRENCY,
        tier=Tier.CONFIDENTIAL,
    )  # fmt: skip
    book_value: Mapped[Decimal] = amount_column(
        doc="What it is worth in this book now.", zh="账面净值", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL
    )


class AssetBookEntry(CompanyRecord, scope=Scope(), zh="资产折旧账簿明细", append_only=True):
    """One change of what an asset is worth in a further book: up positive, down negative; no voucher stands behind."""

    __tablename__ = "asset_book_entry"
    __table_args__ = (CheckConstraint("amount <> 0", name="amount_moves"),)

    asset_book_id: Mapped[UUID] = reference("asset_book", doc="The asset in its book.", zh="资产账簿", many="entries")
    kind: Mapped[str] = enum_column(AssetEntryKind, doc="What changed it.", zh="类别")
    occurred_on: Mapped[date] = date_column(doc="Day it counts from.", zh="业务日期")
    amount: Mapped[Decimal] = amount_column(
        doc="Change of its value.", zh="金额", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL
    )


Index(
    "uq_asset_book_entry_month", AssetBookEntry.table.c.company_id, AssetBookEntry.table.c.asset_book_id,
    AssetBookEntry.table.c.occurred_on, unique=True,
    postgresql_where=AssetBookEntry.table.c.kind == AssetEntryKind.DEPRECIATION.value,
)  # fmt: skip
