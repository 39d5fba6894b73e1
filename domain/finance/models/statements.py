"""Bank statements: what the bank says moved on an account, line by line, each matched once."""

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
    reference,
    text_column,
)
from domain.core.records import CompanyRecord, Scope
from domain.finance.models.ledger import CURRENCY_LENGTH

STATEMENT_CURRENCY = "bank_statement.currency"


class StatementFormat(StrEnum):
    """The forms in which banks tell statements."""

    CSV = "CSV"
    CAMT_053 = "CAMT_053"


class BankStatement(CompanyRecord, scope=Scope(), zh="银行对账单", key="number", append_only=True):
    """What one statement of a bank says: opening and closing balance, and what lies between."""

    __tablename__ = "bank_statement"
    __table_args__ = (
        UniqueConstraint("company_id", "account_id", "bank_reference"),
        CheckConstraint("last_on >= first_on", name="span_positive"),
    )

    number: Mapped[str] = code_column(doc="Our number of the statement.", zh="单号", tier=Tier.INTERNAL, order=True)
    account_id: Mapped[UUID] = reference("account", doc="The bank account.", zh="银行科目")
    bank_reference: Mapped[str] = code_column(
        doc="The bank's own identification of the statement.", zh="银行单号", tier=Tier.INTERNAL
    )
    format: Mapped[str] = enum_column(StatementFormat, doc="The form it came in.", zh="格式")
    first_on: Mapped[date] = date_column(doc="First day it covers.", zh="起始日期")
    last_on: Mapped[date] = date_column(doc="Last day it covers.", zh="截止日期", order=True)
    currency: Mapped[str] = code_column(
        doc="Currency of the account.",
        zh="币种",
        tier=Tier.INTERNAL,
        length_max=CURRENCY_LENGTH,
        code_list="ISO4217",
    )
    opening: Mapped[Decimal] = amount_column(
        doc="Balance before.", zh="期初余额", unit="currency", tier=Tier.CONFIDENTIAL
    )
    closing: Mapped[Decimal] = amount_column(
        doc="Balance after.", zh="期末余额", unit="currency", tier=Tier.CONFIDENTIAL
    )


class BankStatementLine(CompanyRecord, scope=Scope(), zh="银行对账单行"):
    """One movement that the bank tells: money in positive, out negative."""

    __tablename__ = "bank_statement_line"
    __table_args__ = (
        UniqueConstraint("company_id", "bank_statement_id", "position"),
        CheckConstraint("amount <> 0", name="amount_moves"),
    )

    bank_statement_id: Mapped[UUID] = reference(
        "bank_statement", lines="lines", lines_order="position", doc="The statement.", zh="对账单"
    )
    position: Mapped[int] = column(doc="1-based place on the statement.", zh="行号")
    booked_on: Mapped[date] = date_column(doc="Day the bank booked it.", zh="入账日期")
    amount: Mapped[Decimal] = amount_column(
        doc="How much: in positive, out negative.", zh="金额", unit=STATEMENT_CURRENCY, tier=Tier.CONFIDENTIAL
    )
    reference_text: Mapped[str | None] = text_column(
        doc="The reference that came with it, such as our end-to-end id.", zh="参考号"
    )
    counterparty: Mapped[str | None] = text_column(doc="Name of the other side.", zh="对方户名")
    counterparty_account: Mapped[str | None] = code_column(
        doc="Account of the other side.", zh="对方账号", tier=Tier.CONFIDENTIAL
    )
    remittance: Mapped[str | None] = text_column(doc="What it was paid for, in words.", zh="附言", length_max=2_000)
    payment_id: Mapped[UUID | None] = reference(
        "payment", doc="The payment it is; none while it is not matched.", zh="收付款"
    )


Index(
    "uq_bank_statement_line_payment_once", BankStatementLine.table.c.company_id, BankStatementLine.table.c.payment_id,
    unique=True, postgresql_where=BankStatementLine.table.c.payment_id.is_not(None),
)  # fmt: skip
