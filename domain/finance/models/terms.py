"""Payment terms as data: when which part of an invoice falls due, and what paying early is worth."""

from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from domain.core.columns import (
    Tier,
    amount_column,
    code_column,
    enum_column,
    rate_column,
    reference,
    small_column,
    text_column,
)
from domain.core.records import ANYONE, CompanyRecord, Scope
from domain.finance.models.ledger import CURRENCY_LENGTH
from domain.master_data.calendars import DayMove


class InstalmentShare(StrEnum):
    """Which part of an invoice an instalment is: a percentage of the whole, a fixed amount, or what is left."""

    PERCENT = "PERCENT"
    FIXED = "FIXED"
    REMAINDER = "REMAINDER"


class InstalmentStart(StrEnum):
    """From when days are counted."""

    INVOICE_DATE = "INVOICE_DATE"
    END_OF_MONTH = "END_OF_MONTH"


class PaymentTerms(CompanyRecord, scope=Scope(partner=ANYONE), zh="付款条件", key="code", name="name"):
    """When an invoice is to be paid, in one or several instalments."""

    __tablename__ = "payment_terms"
    __table_args__ = (
        CheckConstraint("discount_percent > 0 AND discount_percent < 100", name="discount_is_a_share"),
        CheckConstraint("(discount_percent IS NULL) = (discount_days IS NULL)", name="discount_has_days"),
        CheckConstraint("discount_days >= 0", name="discount_days_not_negative"),
        CheckConstraint("(calendar_id IS NULL) = (day_move IS NULL)", name="calendar_says_where_days_move"),
    )

    code: Mapped[str] = code_column(doc="Short code of the terms, such as N30.", zh="代码", order=True)
    name: Mapped[str] = text_column(doc="Name of the terms.", zh="名称", tier=Tier.PUBLIC)
    name_zh: Mapped[str | None] = text_column(doc="Chinese name of the terms.", zh="中文名称", tier=Tier.PUBLIC)
    discount_percent: Mapped[Decimal | None] = rate_column(
        doc="What is taken off for paying early.", zh="现金折扣率", unit="%"
    )
    discount_days: Mapped[int | None] = small_column(
        doc="Days after the invoice within which paying is early.", zh="折扣天数", unit="day"
    )
    calendar_id: Mapped[UUID | None] = reference(
        "work_calendar", doc="The calendar on whose working days payments fall due; any day is one unless given.",
        zh="工作日历", tier=Tier.INTERNAL,
    )  # fmt: skip
    day_move: Mapped[DayMove | None] = enum_column(
        DayMove, doc="To which working day a due day moves that is none.", zh="非工作日顺延方式"
    )


class PaymentTermsInstalment(CompanyRecord, scope=Scope(), zh="付款分期"):
    """One instalment of payment terms."""

    __tablename__ = "payment_terms_instalment"
    __table_args__ = (
        UniqueConstraint("company_id", "payment_terms_id", "position"),
        CheckConstraint("(share = 'PERCENT') = (percent IS NOT NULL)", name="percent_of_a_share"),
        CheckConstraint(
            "(share = 'FIXED') = (fixed_amount IS NOT NULL) AND (fixed_amount IS NULL) = (currency IS NULL)",
            name="amount_of_a_fixed_instalment",
        ),
        CheckConstraint("fixed_day BETWEEN 1 AND 31", name="fixed_day_of_a_month"),
        CheckConstraint("least(months, days, minimum_days) >= 0", name="spans_not_negative"),
    )

    payment_terms_id: Mapped[UUID] = reference(
        "payment_terms", lines="instalments", lines_order="position", doc="The terms.", zh="付款条件"
    )
    position: Mapped[int] = small_column(doc="Order of the instalment, from 1.", zh="顺序")
    share: Mapped[str] = enum_column(InstalmentShare, doc="Which part of the invoice it is.", zh="份额方式")
    percent: Mapped[Decimal | None] = rate_column(doc="Percentage of the whole.", zh="百分比", unit="%")
    fixed_amount: Mapped[Decimal | None] = amount_column(
        doc="Fixed amount.", zh="固定金额", unit="currency", tier=Tier.COMMERCIAL
    )
    currency: Mapped[str | None] = code_column(
        doc="Currency of the fixed amount.",
        zh="币种",
        tier=Tier.INTERNAL,
        length_max=CURRENCY_LENGTH,
        code_list="ISO4217",
    )
    start: Mapped[str] = enum_column(
        InstalmentStart, doc="From when days are counted.", zh="起算日", server_default="INVOICE_DATE"
    )
    months: Mapped[int] = small_column(doc="Months added first.", zh="加月数", unit="month", server_default="0")
    days: Mapped[int] = small_column(doc="Days added then.", zh="加天数", unit="day", server_default="0")
    fixed_day: Mapped[int | None] = small_column(
        doc="Day of the month on which it falls due, the next one reached; 31 is the last.", zh="固定付款日"
    )
    minimum_days: Mapped[int] = small_column(
        doc="Days after the invoice that must pass at least.", zh="最短天数", unit="day", server_default="0"
    )
