"""Payments: money received from a party, or sent to it."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped

from domain.core.columns import (
    Tier,
    amount_column,
    code_column,
    date_column,
    enum_column,
    rate_column,
    reference,
    text_column,
)
from domain.core.records import CompanyRecord, Scope
from domain.finance.models.ledger import CURRENCY_LENGTH, RateKind


class PaymentDirection(StrEnum):
    """Which way the money went."""

    IN = "IN"
    OUT = "OUT"


class Payment(CompanyRecord, scope=Scope(partner="party_id"), zh="收付款", key="number", append_only=True):
    """Money that came in or went out at a bank account, as posted."""

    __tablename__ = "payment"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("prepaid >= 0 AND prepaid <= amount", name="prepaid_part_of_the_whole"),
    )

    number: Mapped[str] = code_column(doc="Number of the payment.", zh="收付款单号", order=True)
    direction: Mapped[str] = enum_column(PaymentDirection, doc="Received or sent.", zh="收付方向", tier=Tier.PUBLIC)
    party_id: Mapped[UUID] = reference("party", doc="Who paid, or was paid.", zh="往来单位")
    paid_on: Mapped[date] = date_column(doc="Day the money moved.", zh="收付日期", tier=Tier.PUBLIC, order=True)
    account_id: Mapped[UUID] = reference(
        "account", doc="The bank or cash account it moved on.", zh="银行科目", tier=Tier.INTERNAL
    )
    currency: Mapped[str] = code_column(
        doc="Currency of the payment.", zh="币种", length_max=CURRENCY_LENGTH, code_list="ISO4217"
    )
    amount: Mapped[Decimal] = amount_column(doc="How much.", zh="金额", unit="currency")
    prepaid: Mapped[Decimal] = amount_column(
        doc="Part paid before there was an invoice; it keeps the rate of its day.", zh="预付部分", unit="currency",
        server_default="0",
    )  # fmt: skip
    rate: Mapped[Decimal] = rate_column(doc="Units of the company's currency for one of the payment's.", zh="汇率")
    rate_type: Mapped[str | None] = enum_column(
        RateKind, doc="Which rate it is; none in the company's currency.", zh="汇率类型"
    )
    bank_reference: Mapped[str | None] = text_column(doc="The bank's own reference.", zh="银行流水号")
    journal_entry_id: Mapped[UUID] = reference(
        "journal_entry", doc="The voucher it posted.", zh="凭证", tier=Tier.INTERNAL
    )
