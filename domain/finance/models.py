"""The money book: accounts, periods, vouchers and their lines, and the balances that closing a period stores.

One signed column holds an amount: debit is positive, credit negative. A balanced voucher is then a sum of zero, a
balance is a plain sum, a reversal is a change of sign, and no row can be debit and credit at once; the price, that a
report splits by sign, is paid in one place. Amounts stand twice on a line: in the currency of the transaction and in
the company's own.

No balance row is written by a posting, so that postings to one account never wait for each other: closing a period
stores its balances, and a read adds the tail of the open periods.
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
    text_column,
    uuid_column,
)
from domain.core.records import CompanyRecord, Scope

CURRENCY_LENGTH = 3
COMPANY_CURRENCY = "company.currency"


class AccountKind(StrEnum):
    """The five kinds of account; the first three stand in the balance sheet."""

    ASSET = "ASSET"
    LIABILITY = "LIABILITY"
    EQUITY = "EQUITY"
    INCOME = "INCOME"
    EXPENSE = "EXPENSE"


class AccountRole(StrEnum):
    """What automatic postings use an account for; at most one account of a company plays a role."""

    STOCK = "STOCK"
    GR_IR = "GR_IR"
    PURCHASE_PRICE_VARIANCE = "PURCHASE_PRICE_VARIANCE"
    STOCK_REVALUATION = "STOCK_REVALUATION"
    STOCK_ADJUSTMENT = "STOCK_ADJUSTMENT"
    OPENING_BALANCE = "OPENING_BALANCE"
    ROUNDING = "ROUNDING"
    COST_OF_SALES = "COST_OF_SALES"
    RECEIVABLE = "RECEIVABLE"
    PAYABLE = "PAYABLE"
    TAX_INPUT = "TAX_INPUT"
    TAX_OUTPUT = "TAX_OUTPUT"
    BANK = "BANK"
    REVENUE = "REVENUE"
    EXCHANGE_DIFFERENCE = "EXCHANGE_DIFFERENCE"
    RETAINED_EARNINGS = "RETAINED_EARNINGS"


class SubLedger(StrEnum):
    """The ledgers that open and close their periods on their own; GENERAL closed closes all."""

    GENERAL = "GENERAL"
    STOCK = "STOCK"
    PAYABLES = "PAYABLES"
    RECEIVABLES = "RECEIVABLES"


class PeriodState(StrEnum):
    """OPEN takes every posting, SOFT only adjustments, HARD none for ever."""

    OPEN = "OPEN"
    SOFT = "SOFT"
    HARD = "HARD"


class JournalKind(StrEnum):
    """The series of vouchers; each counts without a gap in each period."""

    GENERAL = "GENERAL"
    STOCK = "STOCK"
    PURCHASE = "PURCHASE"
    SALES = "SALES"
    BANK = "BANK"
    OPENING = "OPENING"


class Account(CompanyRecord, scope=Scope(), zh="会计科目", key="code", name="name"):
    """An account of one company's chart."""

    __tablename__ = "account"

    code: Mapped[str] = code_column(
        doc="Number of the account in the company's chart.", zh="科目代码", tier=Tier.INTERNAL, order=True
    )
    name: Mapped[str] = text_column(doc="Name of the account.", zh="科目名称")
    name_zh: Mapped[str | None] = text_column(doc="Chinese name of the account.", zh="科目中文名称")
    kind: Mapped[str] = enum_column(AccountKind, doc="Asset, liability, equity, income or expense.", zh="科目类别")
    role: Mapped[str | None] = enum_column(
        AccountRole, doc="What automatic postings use the account for.", zh="自动过账用途"
    )


Index(
    "uq_account_role", Account.table.c.company_id, Account.table.c.role,
    unique=True, postgresql_where=Account.table.c.role.is_not(None),
)  # fmt: skip


class FiscalPeriod(CompanyRecord, scope=Scope(), zh="会计期间", name="code"):
    """A month (or other span) of one sub-ledger, open or closed for postings."""

    __tablename__ = "fiscal_period"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="span_positive"),
        UniqueConstraint("company_id", "sub_ledger", "starts_on"),
        UniqueConstraint("company_id", "sub_ledger", "code"),
    )

    sub_ledger: Mapped[str] = enum_column(SubLedger, doc="The ledger that the period opens or closes.", zh="子分类账")
    code: Mapped[str] = code_column(doc="Name of the period, such as 2026-11.", zh="期间", tier=Tier.INTERNAL)
    starts_on: Mapped[date] = date_column(doc="First day of the period.", zh="开始日期", order=True)
    ends_on: Mapped[date] = date_column(doc="Last day of the period.", zh="结束日期")
    state: Mapped[str] = enum_column(
        PeriodState, doc="Whether the period takes postings.", zh="状态", server_default="OPEN"
    )


class JournalEntry(CompanyRecord, scope=Scope(), zh="记账凭证", key="number", append_only=True):
    """A voucher: lines that sum to zero in the company's currency, never changed; a correction is another voucher."""

    __tablename__ = "journal_entry"

    number: Mapped[str] = code_column(
        doc="Voucher number, without a gap in its company, period and kind.",
        zh="凭证号",
        tier=Tier.INTERNAL,
        order=True,
    )
    kind: Mapped[str] = enum_column(JournalKind, doc="The series the voucher belongs to.", zh="凭证类别")
    period_id: Mapped[UUID] = reference(
        "fiscal_period", doc="The general-ledger period the voucher counts in.", zh="会计期间"
    )
    occurred_on: Mapped[date] = date_column(doc="The day the voucher counts from.", zh="业务日期", order=True)
    posting_id: Mapped[UUID] = uuid_column(
        doc="What the voucher shares with the goods posted in the same act.", zh="过账标识"
    )
    description: Mapped[str | None] = text_column(doc="What the voucher records, in words.", zh="摘要")
    source_kind: Mapped[str | None] = code_column(
        doc="Type of the document that caused it.", zh="来源类型", tier=Tier.INTERNAL
    )
    source_id: Mapped[UUID | None] = uuid_column(doc="Id of the document that caused it.", zh="来源标识")
    source_number: Mapped[str | None] = code_column(
        doc="Number of the document that caused it.", zh="来源单号", tier=Tier.INTERNAL
    )
    reverses_id: Mapped[UUID | None] = reference(
        "journal_entry", doc="The voucher that this one takes back.", zh="冲销的凭证"
    )


Index("ix_journal_entry_posting", JournalEntry.table.c.company_id, JournalEntry.table.c.posting_id)
Index("ix_journal_entry_source", JournalEntry.table.c.company_id, JournalEntry.table.c.source_id)
Index(
    "uq_journal_entry_reversed_once", JournalEntry.table.c.company_id, JournalEntry.table.c.reverses_id,
    unique=True, postgresql_where=JournalEntry.table.c.reverses_id.is_not(None),
)  # fmt: skip


class JournalLine(CompanyRecord, scope=Scope(), zh="凭证分录", append_only=True):
    """One account's share of a voucher: debit positive, credit negative."""

    __tablename__ = "journal_line"
    __table_args__ = (
        CheckConstraint("amount <> 0 OR transaction_amount <> 0", name="amount_moves"),
        CheckConstraint("sign(amount) * sign(transaction_amount) >= 0", name="amounts_agree_in_sign"),
        UniqueConstraint("company_id", "journal_entry_id", "position"),
    )

    journal_entry_id: Mapped[UUID] = reference(
        "journal_entry", doc="The voucher the line belongs to.", zh="凭证", lines="lines", lines_order="position"
    )
    position: Mapped[int] = column(doc="1-based place on the voucher.", zh="行号")
    account_id: Mapped[UUID] = reference("account", doc="The account that is debited or credited.", zh="科目")
    occurred_on: Mapped[date] = date_column(
        doc="The voucher's day, repeated so that an account is read in time order.", zh="业务日期"
    )
    transaction_amount: Mapped[Decimal] = amount_column(
        doc="Amount in the currency of the transaction; debit positive, credit negative.", zh="原币金额",
        unit="transaction_currency", tier=Tier.CONFIDENTIAL,
    )  # fmt: skip
    transaction_currency: Mapped[str] = code_column(
        doc="Currency of the transaction.",
        zh="原币",
        tier=Tier.INTERNAL,
        length_max=CURRENCY_LENGTH,
        code_list="ISO4217",
    )
    amount: Mapped[Decimal] = amount_column(
        doc="Amount in the company's currency; debit positive, credit negative.", zh="本位币金额",
        unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL,
    )  # fmt: skip
    rate: Mapped[Decimal] = rate_column(doc="Units of the company's currency for one of the transaction's.", zh="汇率")
    site_id: Mapped[UUID | None] = reference("site", doc="The site the amount belongs to.", zh="地点")
    item_id: Mapped[UUID | None] = reference("item", doc="The item the amount belongs to.", zh="物料")
    party_id: Mapped[UUID | None] = reference(
        "party", doc="The customer or supplier the amount belongs to.", zh="往来单位"
    )


Index(
    "ix_journal_line_account_day",
    JournalLine.table.c.company_id,
    JournalLine.table.c.account_id,
    JournalLine.table.c.occurred_on,
    postgresql_include=["amount"],
)


class AccountBalance(CompanyRecord, scope=Scope(), zh="科目余额"):
    """What an account held at the end of a closed period, by transaction currency; open periods have none."""

    __tablename__ = "account_balance"
    __table_args__ = (UniqueConstraint("company_id", "account_id", "period_id", "currency"),)

    account_id: Mapped[UUID] = reference("account", doc="The account.", zh="科目")
    period_id: Mapped[UUID] = reference("fiscal_period", doc="The closed general-ledger period.", zh="会计期间")
    currency: Mapped[str] = code_column(
        doc="Currency of the transactions summed.",
        zh="原币",
        tier=Tier.INTERNAL,
        length_max=CURRENCY_LENGTH,
        code_list="ISO4217",
    )
    debit: Mapped[Decimal] = amount_column(
        doc="Debits of the period in the company's currency.",
        zh="借方发生额",
        unit=COMPANY_CURRENCY,
        tier=Tier.CONFIDENTIAL,
    )
    credit: Mapped[Decimal] = amount_column(
        doc="Credits of the period in the company's currency, as a positive amount.", zh="贷方发生额",
        unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL,
    )  # fmt: skip
    closing: Mapped[Decimal] = amount_column(
        doc="Balance at the end of the period in the company's currency.",
        zh="期末余额",
        unit=COMPANY_CURRENCY,
        tier=Tier.CONFIDENTIAL,
    )
    transaction_closing: Mapped[Decimal] = amount_column(
        doc="Balance at the end of the period in the currency of the transactions.", zh="原币期末余额",
        unit="currency", tier=Tier.CONFIDENTIAL,
    )  # fmt: skip
