"""Amounts that belong to several periods: deferrals, released month by month, and leases, paid month by month.

Each is a document with a plan of lines made when it is recorded; a line that is posted names its voucher. The lines of
a deferral sum to it exactly, those of a lease bring what is owed to 0.00.
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
    column,
    date_column,
    enum_column,
    rate_column,
    reference,
    small_column,
    text_column,
)
from domain.core.records import CompanyRecord, Scope
from domain.finance.models.ledger import COMPANY_CURRENCY


class DeferralMethod(StrEnum):
    """BY_DAYS gives each month its days of the span, BY_MONTHS each month the same."""

    BY_DAYS = "BY_DAYS"
    BY_MONTHS = "BY_MONTHS"


class Deferral(CompanyRecord, scope=Scope(), zh="递延", key="number", name="name"):
    """An amount paid or earned for a span of days, kept on an account of the balance sheet until each month has its
    share.
    """

    __tablename__ = "deferral"
    __table_args__ = (
        CheckConstraint("last_on >= first_on", name="span_positive"),
        CheckConstraint("amount <> 0", name="amount_moves"),
    )

    number: Mapped[str] = code_column(doc="Number of the deferral.", zh="递延编号", tier=Tier.INTERNAL, order=True)
    name: Mapped[str] = text_column(doc="What was paid or earned.", zh="名称")
    account_id: Mapped[UUID] = reference("account", doc="The account it is kept on.", zh="递延科目")
    result_account_id: Mapped[UUID] = reference(
        "account", doc="The expense or income that it is released to.", zh="损益科目"
    )
    cost_centre_id: Mapped[UUID | None] = reference("cost_centre", doc="The cost centre that bears it.", zh="成本中心")
    method: Mapped[str] = enum_column(DeferralMethod, doc="How the months share it.", zh="分摊方法")
    deferred_on: Mapped[date] = date_column(doc="Day it was put on its account.", zh="递延日期", order=True)
    first_on: Mapped[date] = date_column(doc="First day it is for.", zh="受益开始日期")
    last_on: Mapped[date] = date_column(doc="Last day it is for.", zh="受益截止日期")
    amount: Mapped[Decimal] = amount_column(
        doc="What is deferred: an expense is positive, an income negative.", zh="金额", unit=COMPANY_CURRENCY,
        tier=Tier.CONFIDENTIAL,
    )  # fmt: skip
    journal_entry_id: Mapped[UUID] = reference("journal_entry", doc="The voucher that deferred it.", zh="凭证")


class DeferralLine(CompanyRecord, scope=Scope(), zh="递延明细"):
    """What one month releases of a deferral."""

    __tablename__ = "deferral_line"
    __table_args__ = (UniqueConstraint("company_id", "deferral_id", "position"),)

    deferral_id: Mapped[UUID] = reference(
        "deferral", lines="lines", lines_order="position", doc="The deferral.", zh="递延"
    )
    position: Mapped[int] = small_column(doc="1-based place in the plan.", zh="序号")
    due_on: Mapped[date] = date_column(doc="Last day of the month.", zh="到期日")
    amount: Mapped[Decimal] = amount_column(
        doc="What the month releases.", zh="金额", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL
    )
    journal_entry_id: Mapped[UUID | None] = reference(
        "journal_entry", doc="The voucher that released it; none before.", zh="凭证"
    )


class Lease(CompanyRecord, scope=Scope(), zh="租赁", key="number", name="name"):
    """A right to use a thing against monthly payments (IFRS 16): what is owed is their present value at the begin.

    The right itself is a fixed asset, written off like any other.
    """

    __tablename__ = "lease"
    __table_args__ = (
        CheckConstraint("months >= 1", name="months_positive"),
        CheckConstraint("liability >= 0", name="liability_not_negative"),
    )

    number: Mapped[str] = code_column(doc="Number of the lease.", zh="租赁编号", tier=Tier.INTERNAL, order=True)
    name: Mapped[str] = text_column(doc="What is leased.", zh="名称")
    party_id: Mapped[UUID | None] = reference("party", doc="The lessor.", zh="出租方")
    begins_on: Mapped[date] = date_column(doc="First day of the lease.", zh="租赁开始日", order=True)
    months: Mapped[int] = small_column(doc="Number of monthly payments.", zh="期数", unit="month")
    in_advance: Mapped[bool] = column(
        doc="Whether payments fall on the first day of each month of the lease, else on the last.", zh="先付"
    )
    percent: Mapped[Decimal] = rate_column(doc="Interest of one month.", zh="月利率", unit="%")
    payment: Mapped[Decimal] = amount_column(
        doc="What is paid each month.", zh="每期付款", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL
    )
    present_value: Mapped[Decimal] = amount_column(
        doc="What the payments are worth at the begin.", zh="现值", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL
    )
    remeasured: Mapped[Decimal] = amount_column(
        doc="What changes of its payments, term or rate have added to what is owed since, less what they took off.",
        zh="重新计量金额", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL, server_default="0",
    )  # fmt: skip
    liability: Mapped[Decimal] = amount_column(
        doc="What is owed now, interest to come not counted.", zh="租赁负债", unit=COMPANY_CURRENCY,
        tier=Tier.CONFIDENTIAL,
    )  # fmt: skip
    liability_account_id: Mapped[UUID] = reference("account", doc="The account of what is owed.", zh="租赁负债科目")
    interest_account_id: Mapped[UUID] = reference("account", doc="The expense its interest is.", zh="利息费用科目")
    payment_account_id: Mapped[UUID] = reference("account", doc="The account that payments leave.", zh="付款科目")
    fixed_asset_id: Mapped[UUID] = reference("fixed_asset", doc="The right of use.", zh="使用权资产")


class LeaseLine(CompanyRecord, scope=Scope(), zh="租赁明细"):
    """One payment of a lease: its interest, what it takes off the liability, and what is owed after it."""

    __tablename__ = "lease_line"
    __table_args__ = (
        UniqueConstraint("company_id", "lease_id", "position"),
        CheckConstraint("payment = interest + principal", name="payment_is_interest_and_principal"),
    )

    lease_id: Mapped[UUID] = reference("lease", lines="lines", lines_order="position", doc="The lease.", zh="租赁")
    position: Mapped[int] = small_column(doc="1-based number of the payment.", zh="期次")
    due_on: Mapped[date] = date_column(doc="Day of the payment.", zh="付款日")
    payment: Mapped[Decimal] = amount_column(
        doc="What is paid.", zh="付款额", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL
    )
    interest: Mapped[Decimal] = amount_column(
        doc="Interest of the month.", zh="利息", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL
    )
    principal: Mapped[Decimal] = amount_column(
        doc="What the payment takes off the liability.", zh="本金", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL
    )
    closing: Mapped[Decimal] = amount_column(
        doc="What is owed after it.", zh="期末负债", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL
    )
    journal_entry_id: Mapped[UUID | None] = reference(
        "journal_entry", doc="The voucher of the payment; none before.", zh="凭证"
    )


for _line in (DeferralLine.table, LeaseLine.table):
    Index(
        f"ix_{_line.name}_due", _line.c.company_id, _line.c.due_on, postgresql_where=_line.c.journal_entry_id.is_(None)
    )
