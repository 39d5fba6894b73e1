"""The money book: accounts, periods, vouchers and their lines, and the balances that closing a period stores.

One signed column holds an amount: debit is positive, credit negative. A balanced voucher is then a sum of zero, a
balance is a plain sum, a reversal is a change of sign, and no row can be debit and credit at once; the price, that a
report splits by sign, is paid in one place. Amounts stand three times on a line: in the currency of the transaction, in
the company's own and in the group's, with the rates between them and where they came from.

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
    small_column,
    text_column,
    uuid_column,
)
from domain.core.records import CompanyRecord, Scope
from domain.master_data.parties import ACCOUNT_NUMBER_LENGTH_MAX, BANK_CODE_LENGTH_MAX

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
    MIGRATION_DIFFERENCE = "MIGRATION_DIFFERENCE"
    ROUNDING = "ROUNDING"
    COST_OF_SALES = "COST_OF_SALES"
    WORK_IN_PROCESS = "WORK_IN_PROCESS"
    SCRAP = "SCRAP"
    LANDED_COST = "LANDED_COST"
    RECEIVABLE = "RECEIVABLE"
    PAYABLE = "PAYABLE"
    TAX_INPUT = "TAX_INPUT"
    TAX_OUTPUT = "TAX_OUTPUT"
    BANK = "BANK"
    REVENUE = "REVENUE"
    EXCHANGE_DIFFERENCE = "EXCHANGE_DIFFERENCE"
    RETAINED_EARNINGS = "RETAINED_EARNINGS"
    CUSTOMER_PREPAYMENT = "CUSTOMER_PREPAYMENT"
    SUPPLIER_PREPAYMENT = "SUPPLIER_PREPAYMENT"
    TAX_LEVY = "TAX_LEVY"
    TAX_WITHHELD_BY_CUSTOMERS = "TAX_WITHHELD_BY_CUSTOMERS"
    TAX_WITHHELD_FROM_SUPPLIERS = "TAX_WITHHELD_FROM_SUPPLIERS"
    DISCOUNT_GIVEN = "DISCOUNT_GIVEN"
    DISCOUNT_TAKEN = "DISCOUNT_TAKEN"
    PAYMENT_DIFFERENCE = "PAYMENT_DIFFERENCE"


# Accounts that only their sub-ledger posts to: a line by hand would part them from the items or the stock they sum.
CONTROL_ROLES = frozenset({
    AccountRole.STOCK, AccountRole.GR_IR, AccountRole.RECEIVABLE, AccountRole.PAYABLE,
    AccountRole.CUSTOMER_PREPAYMENT, AccountRole.SUPPLIER_PREPAYMENT,
})  # fmt: skip


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
    MATCHING = "MATCHING"
    REVALUATION = "REVALUATION"
    CLOSING = "CLOSING"


class RateKind(StrEnum):
    """Which rate an amount was converted at: one of a day's published rates, one given, or that of an earlier day."""

    SPOT = "SPOT"
    AVERAGE = "AVERAGE"
    CLOSING = "CLOSING"
    GIVEN = "GIVEN"
    HISTORIC = "HISTORIC"


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
    is_monetary: Mapped[bool] = column(
        doc="Whether it holds money, or claims to it, that period ends value at the closing rate.",
        zh="货币性项目", server_default="false",
    )  # fmt: skip
    is_liquid: Mapped[bool] = column(
        doc="Whether a monetary asset can be paid out at once: cash and banks, not notes, loans or claims. The cash "
        "forecast begins with what these hold.",
        zh="可随时支付", server_default="true",
    )  # fmt: skip
    bank_account_number: Mapped[str | None] = code_column(
        doc="IBAN or national number of the bank account it stands for.", zh="银行账号", tier=Tier.CONFIDENTIAL,
        length_max=ACCOUNT_NUMBER_LENGTH_MAX,
    )  # fmt: skip
    bank_code: Mapped[str | None] = code_column(
        doc="BIC or CNAPS code of the bank.", zh="银行代码", tier=Tier.CONFIDENTIAL, length_max=BANK_CODE_LENGTH_MAX
    )


Index(
    "uq_account_role", Account.table.c.company_id, Account.table.c.role,
    unique=True, postgresql_where=Account.table.c.role.is_not(None),
)  # fmt: skip


class FiscalPeriod(CompanyRecord, scope=Scope(), zh="会计期间", name="code"):
    """A month (or other span) of one sub-ledger and fiscal year, open or closed for postings."""

    __tablename__ = "fiscal_period"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="span_positive"),
        UniqueConstraint("company_id", "sub_ledger", "starts_on"),
        UniqueConstraint("company_id", "sub_ledger", "code"),
    )

    sub_ledger: Mapped[str] = enum_column(SubLedger, doc="The ledger that the period opens or closes.", zh="子分类账")
    code: Mapped[str] = code_column(doc="Name of the period, such as 2026-11.", zh="期间", tier=Tier.INTERNAL)
    fiscal_year: Mapped[str] = code_column(
        doc="Name of its fiscal year, such as 2026.", zh="会计年度", tier=Tier.INTERNAL
    )
    position: Mapped[int] = small_column(doc="1-based place in its year.", zh="年内期次")
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
    group_currency: Mapped[str] = code_column(
        doc="Currency of the group's books.",
        zh="集团币种",
        tier=Tier.INTERNAL,
        length_max=CURRENCY_LENGTH,
        code_list="ISO4217",
    )
    group_rate: Mapped[Decimal] = rate_column(
        doc="Units of the group's currency for one of the company's.", zh="集团汇率"
    )
    group_rate_type: Mapped[str | None] = enum_column(
        RateKind, doc="Which rate led to the group's currency; none where it is the company's own.", zh="集团汇率类型"
    )
    group_rate_source: Mapped[str | None] = code_column(
        doc="Who published the rate to the group's currency.", zh="集团汇率来源", tier=Tier.INTERNAL
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
        CheckConstraint("NOT is_rounding OR transaction_amount = 0", name="rounding_moves_no_transaction"),
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
    rate_type: Mapped[str | None] = enum_column(
        RateKind, doc="Which rate it is; none where the transaction is in the company's currency.", zh="汇率类型"
    )
    rate_source: Mapped[str | None] = code_column(doc="Who published the rate.", zh="汇率来源", tier=Tier.INTERNAL)
    group_amount: Mapped[Decimal] = amount_column(
        doc="Amount in the group's currency; debit positive, credit negative.", zh="集团币金额",
        unit="journal_entry.group_currency", tier=Tier.CONFIDENTIAL,
    )  # fmt: skip
    is_rounding: Mapped[bool] = column(
        doc="Whether the line takes what rounding left over; a voucher has at most one.",
        zh="尾差行", server_default="false",
    )  # fmt: skip
    site_id: Mapped[UUID | None] = reference("site", doc="The site the amount belongs to.", zh="地点")
    item_id: Mapped[UUID | None] = reference("item", doc="The item the amount belongs to.", zh="物料")
    party_id: Mapped[UUID | None] = reference(
        "party", doc="The customer or supplier the amount belongs to.", zh="往来单位"
    )
    cost_centre_id: Mapped[UUID | None] = reference(
        "cost_centre", doc="The cost centre that bears the amount.", zh="成本中心"
    )
    profit_centre_id: Mapped[UUID | None] = reference(
        "profit_centre", doc="The profit centre that earns the amount.", zh="利润中心"
    )
    project_code: Mapped[str | None] = code_column(
        doc="Code of the project the amount belongs to.", zh="项目代码", tier=Tier.INTERNAL
    )


Index(
    "ix_journal_line_account_day",
    JournalLine.table.c.company_id,
    JournalLine.table.c.account_id,
    JournalLine.table.c.occurred_on,
    postgresql_include=["amount"],
)
Index(
    "uq_journal_line_rounded_once", JournalLine.table.c.company_id, JournalLine.table.c.journal_entry_id,
    unique=True, postgresql_where=JournalLine.table.c.is_rounding,
)  # fmt: skip
# Lines are recorded in the order of time, so a few summaries of blocks tell where those since an instant stand.
Index(
    "ix_journal_line_recorded", JournalLine.table.c.company_id, JournalLine.table.c.recorded_at, postgresql_using="brin"
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
