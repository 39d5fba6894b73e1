"""Dunning: asking for what is overdue, level by level, with a notice for each time."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from domain.core.columns import (
    Tier,
    amount_column,
    code_column,
    column,
    date_column,
    reference,
    small_column,
    text_column,
)
from domain.core.records import CompanyRecord, Scope
from domain.finance.models.ledger import CURRENCY_LENGTH

NOTICE_CURRENCY = "dunning_notice.currency"


class DunningLevel(CompanyRecord, scope=Scope(), zh="催款级别", name="name"):
    """From when a customer is asked how: days overdue, and days since it was asked before."""

    __tablename__ = "dunning_level"
    __table_args__ = (
        UniqueConstraint("company_id", "level"),
        CheckConstraint("level BETWEEN 1 AND 9", name="level_known"),
        CheckConstraint("days_overdue >= 0 AND days_between >= 0", name="days_not_negative"),
    )

    level: Mapped[int] = small_column(doc="1 for the first time.", zh="级别")
    name: Mapped[str] = text_column(doc="Name of the level, such as Reminder.", zh="名称")
    name_zh: Mapped[str | None] = text_column(doc="Chinese name of the level.", zh="中文名称")
    days_overdue: Mapped[int] = small_column(doc="Days after the due day.", zh="逾期天数", unit="day")
    days_between: Mapped[int] = small_column(
        doc="Days since payment was asked for before.", zh="间隔天数", unit="day", server_default="0"
    )


class DunningNotice(CompanyRecord, scope=Scope(partner="party_id"), zh="催款单", key="number", append_only=True):
    """One letter to one customer over what it owes in one currency, at the highest level among it."""

    __tablename__ = "dunning_notice"

    number: Mapped[str] = code_column(doc="Number of the notice.", zh="催款单号", order=True)
    party_id: Mapped[UUID] = reference("party", doc="Who is asked.", zh="客户")
    dunned_on: Mapped[date] = date_column(doc="Day of the notice.", zh="催款日期", tier=Tier.PUBLIC, order=True)
    level: Mapped[int] = small_column(doc="Highest level of its lines.", zh="级别", tier=Tier.PUBLIC)
    currency: Mapped[str] = code_column(
        doc="Currency of what is asked for.", zh="币种", length_max=CURRENCY_LENGTH, code_list="ISO4217"
    )
    total: Mapped[Decimal] = amount_column(doc="What is asked for.", zh="合计", unit="currency")


class DunningNoticeLine(CompanyRecord, scope=Scope(partner="dunning_notice.party_id"), zh="催款单行", append_only=True):
    """One overdue item on a notice."""

    __tablename__ = "dunning_notice_line"
    __table_args__ = (UniqueConstraint("company_id", "dunning_notice_id", "open_item_id"),)

    dunning_notice_id: Mapped[UUID] = reference(
        "dunning_notice", lines="lines", lines_order="position", doc="The notice.", zh="催款单"
    )
    position: Mapped[int] = column(doc="1-based place on the notice.", zh="行号", tier=Tier.PUBLIC)
    open_item_id: Mapped[UUID] = reference("open_item", doc="What is overdue.", zh="未清项")
    level: Mapped[int] = small_column(doc="How often it was asked for with this notice.", zh="级别", tier=Tier.PUBLIC)
    days_overdue: Mapped[int] = column(doc="Days since it was due.", zh="逾期天数", unit="day", tier=Tier.PUBLIC)
    amount: Mapped[Decimal] = amount_column(doc="What is open of it.", zh="未清金额", unit=NOTICE_CURRENCY)
