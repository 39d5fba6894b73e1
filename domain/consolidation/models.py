"""The group as one: its chart, which companies it holds and how much of each, and the runs that add them up.

A run is kept with every line that it is made of. Each line names the company and the account that it comes from, so a
figure of the group leads back to the entries of a company; what the run adds itself (the adjustment of translation,
what is eliminated, what others own) is a line of its own kind. Another run of the same span replaces it.
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
    quantity_column,
    rate_column,
    reference,
    small_column,
    text_column,
    uuid_column,
)
from domain.core.records import CompanyRecord, GroupRecord, Scope
from domain.finance.models import CURRENCY_LENGTH, AccountKind

RUN_CURRENCY = "consolidation_run.currency"


class Translation(StrEnum):
    """The rate at which a group account is translated."""

    CLOSING = "CLOSING"
    AVERAGE = "AVERAGE"
    HISTORICAL = "HISTORICAL"


class GroupRole(StrEnum):
    """What a run uses a group account for; at most one account plays a role."""

    RETAINED_EARNINGS = "RETAINED_EARNINGS"
    TRANSLATION_ADJUSTMENT = "TRANSLATION_ADJUSTMENT"
    ELIMINATION_DIFFERENCE = "ELIMINATION_DIFFERENCE"
    MINORITY_INTEREST = "MINORITY_INTEREST"
    MINORITY_RESULT = "MINORITY_RESULT"
    COST_OF_SALES = "COST_OF_SALES"
    STOCK = "STOCK"
    UNREALISED_PROFIT = "UNREALISED_PROFIT"


class ConsolidationLineKind(StrEnum):
    """What a line of a run does."""

    TRANSLATION = "TRANSLATION"
    ADJUSTMENT = "ADJUSTMENT"
    ELIMINATION = "ELIMINATION"
    UNREALISED_PROFIT = "UNREALISED_PROFIT"
    MINORITY = "MINORITY"


class RunStatus(StrEnum):
    """CURRENT is the last run of its span; a REPLACED one is kept as it was, as is one that was taken back."""

    CURRENT = "CURRENT"
    REPLACED = "REPLACED"
    WITHDRAWN = "WITHDRAWN"


class GroupAccount(GroupRecord, scope=Scope(), zh="集团科目", key="code", name="name"):
    """An account of the group's chart, onto which those of the companies are mapped."""

    __tablename__ = "group_account"

    code: Mapped[str] = code_column(
        doc="Number of the account in the group's chart.", zh="集团科目代码", tier=Tier.INTERNAL, order=True
    )
    name: Mapped[str] = text_column(doc="Name of the account.", zh="科目名称")
    name_zh: Mapped[str | None] = text_column(doc="Chinese name of the account.", zh="科目中文名称")
    kind: Mapped[str] = enum_column(AccountKind, doc="Asset, liability, equity, income or expense.", zh="科目类别")
    translation: Mapped[str] = enum_column(
        Translation, doc="The rate at which it is translated from the currency of a company.", zh="折算汇率"
    )
    role: Mapped[str | None] = enum_column(GroupRole, doc="What consolidation uses the account for.", zh="合并用途")
    is_eliminated: Mapped[bool] = column(
        doc="Whether what it holds with another company of the group is no business of the group.", zh="内部抵销",
        server_default="false",
    )  # fmt: skip


Index("uq_group_account_role", GroupAccount.table.c.role, unique=True,
      postgresql_where=GroupAccount.table.c.role.is_not(None))  # fmt: skip


class GroupMember(GroupRecord, scope=Scope(), zh="集团成员"):
    """How much of a company the group owns from a day on, and the party that the company is to the others."""

    __tablename__ = "group_member"
    __table_args__ = (
        UniqueConstraint("member_id", "valid_from"),
        CheckConstraint("percent > 0 AND percent <= 100", name="percent_is_a_share"),
    )

    member_id: Mapped[UUID] = reference("company", doc="The company.", zh="公司")
    party_id: Mapped[UUID | None] = reference(
        "party", doc="The customer or supplier that the company is in the books of the others.", zh="对应往来单位"
    )
    percent: Mapped[Decimal] = rate_column(doc="The group's share of the company, in percent.", zh="持股比例", unit="%")
    valid_from: Mapped[date] = date_column(doc="First day of the share.", zh="生效日期", order=True)


class AccountMapping(CompanyRecord, scope=Scope(), zh="科目映射"):
    """The group account that an account of a company counts as from a day on."""

    __tablename__ = "account_mapping"
    __table_args__ = (
        UniqueConstraint("company_id", "account_id", "valid_from"),
        CheckConstraint("historical_rate > 0", name="historical_rate_positive"),
    )

    account_id: Mapped[UUID] = reference("account", doc="The account of the company.", zh="公司科目")
    group_account_id: Mapped[UUID] = reference("group_account", doc="The account of the group.", zh="集团科目")
    valid_from: Mapped[date] = date_column(doc="First day it counts as that.", zh="生效日期", order=True)
    historical_rate: Mapped[Decimal | None] = rate_column(
        doc="Units of the group's currency for one of the company's at which a historical account is translated; "
        "the rates of the days of its entries unless given.",
        zh="历史汇率",
    )


class ConsolidationRun(CompanyRecord, scope=Scope(), zh="合并报表", key="number"):
    """The companies of a group added up over a span, in the currency of its head."""

    __tablename__ = "consolidation_run"
    __table_args__ = (
        UniqueConstraint("company_id", "starts_on", "ends_on", "edition"),
        CheckConstraint("ends_on >= starts_on", name="span_positive"),
    )

    number: Mapped[str] = code_column(doc="Number of the run.", zh="合并编号", tier=Tier.INTERNAL, order=True)
    starts_on: Mapped[date] = date_column(doc="First day of the span of income and expense.", zh="开始日期")
    ends_on: Mapped[date] = date_column(
        doc="Last day of the span, at whose end balances are.", zh="结束日期", order=True
    )
    currency: Mapped[str] = code_column(
        doc="Currency of the group.", zh="集团币种", tier=Tier.INTERNAL, length_max=CURRENCY_LENGTH, code_list="ISO4217"
    )
    edition: Mapped[int] = small_column(doc="How often the span was run, this time included.", zh="版次")
    status: Mapped[str] = enum_column(RunStatus, doc="Whether it is the last run of its span.", zh="状态")
    replaces_id: Mapped[UUID | None] = reference(
        "consolidation_run", doc="The run of the same span that it replaced.", zh="替代的合并"
    )


Index(
    "uq_consolidation_run_current", ConsolidationRun.table.c.company_id, ConsolidationRun.table.c.starts_on,
    ConsolidationRun.table.c.ends_on, unique=True,
    postgresql_where=ConsolidationRun.table.c.status == RunStatus.CURRENT.value,
)  # fmt: skip


class ConsolidationMember(CompanyRecord, scope=Scope(), zh="合并范围", append_only=True):
    """A company of a run: the rates its balances were translated at, and the group's share of it."""

    __tablename__ = "consolidation_member"
    __table_args__ = (UniqueConstraint("company_id", "consolidation_run_id", "member_id"),)

    consolidation_run_id: Mapped[UUID] = reference("consolidation_run", lines="members", doc="The run.", zh="合并报表")
    member_id: Mapped[UUID] = reference("company", doc="The company.", zh="公司")
    member_code: Mapped[str] = code_column(doc="Code of the company.", zh="公司代码", tier=Tier.INTERNAL)
    currency: Mapped[str] = code_column(
        doc="Currency of the company's books.", zh="本位币", tier=Tier.INTERNAL, length_max=CURRENCY_LENGTH,
        code_list="ISO4217",
    )  # fmt: skip
    percent: Mapped[Decimal] = rate_column(doc="The group's share of it, in percent.", zh="持股比例", unit="%")
    closing_rate: Mapped[Decimal] = rate_column(
        doc="Units of the group's currency for one of its own on the last day.", zh="期末汇率"
    )


class ConsolidationLine(CompanyRecord, scope=Scope(), zh="合并明细", append_only=True):
    """One amount of a run on one group account, and where it comes from; the lines of a run sum to zero."""

    __tablename__ = "consolidation_line"
    __table_args__ = (UniqueConstraint("company_id", "consolidation_run_id", "position"),)

    consolidation_run_id: Mapped[UUID] = reference("consolidation_run", many="lines", doc="The run.", zh="合并报表")
    position: Mapped[int] = column(doc="1-based place in the run.", zh="行号")
    kind: Mapped[str] = enum_column(ConsolidationLineKind, doc="What the line does.", zh="类别")
    group_account_id: Mapped[UUID] = reference("group_account", doc="The account of the group.", zh="集团科目")
    member_id: Mapped[UUID] = reference("company", doc="The company whose books it comes from.", zh="公司")
    partner_id: Mapped[UUID | None] = reference(
        "company", doc="The other company, where it is between two of the group.", zh="对方公司"
    )
    member_code: Mapped[str] = code_column(
        doc="Code of the company whose books it comes from, for readers who may not see that company.", zh="公司代码",
        tier=Tier.INTERNAL,
    )  # fmt: skip
    partner_code: Mapped[str | None] = code_column(
        doc="Code of the other company.", zh="对方公司代码", tier=Tier.INTERNAL
    )
    account_code: Mapped[str | None] = code_column(
        doc="Number of the account in the company's chart; none where no account of a company is meant.",
        zh="公司科目代码", tier=Tier.INTERNAL,
    )  # fmt: skip
    local_currency: Mapped[str] = code_column(
        doc="Currency of the company's books.", zh="本位币", tier=Tier.INTERNAL, length_max=CURRENCY_LENGTH,
        code_list="ISO4217",
    )  # fmt: skip
    local_amount: Mapped[Decimal | None] = amount_column(
        doc="What the company's books say, debit positive; none of what the run adds.", zh="本位币金额",
        unit="local_currency", tier=Tier.CONFIDENTIAL,
    )  # fmt: skip
    translation: Mapped[str | None] = enum_column(
        Translation, doc="The kind of the rate it was translated at.", zh="折算汇率"
    )
    rate: Mapped[Decimal | None] = rate_column(
        doc="The rate it was translated at; none where each entry kept that of its own day.", zh="汇率"
    )
    amount: Mapped[Decimal] = amount_column(
        doc="Amount in the group's currency, debit positive.", zh="集团币金额", unit=RUN_CURRENCY,
        tier=Tier.CONFIDENTIAL,
    )  # fmt: skip


class TradeSide(StrEnum):
    """In whose books a trade between two companies stands."""

    SELLER = "SELLER"
    BUYER = "BUYER"


class IntercompanyTrade(CompanyRecord, scope=Scope(), zh="内部交易", key="number", append_only=True):
    """One side of what a company of the group charged another: both are made at once, with one key."""

    __tablename__ = "intercompany_trade"
    __table_args__ = (
        UniqueConstraint("company_id", "pair_id"),
        CheckConstraint("(side = 'SELLER') = (customer_invoice_id IS NOT NULL)", name="seller_has_the_invoice"),
    )

    number: Mapped[str] = code_column(doc="Number of this side.", zh="内部交易号", tier=Tier.INTERNAL, order=True)
    side: Mapped[str] = enum_column(TradeSide, doc="Whether the company sold or bought.", zh="交易方")
    pair_id: Mapped[UUID] = uuid_column(doc="What both sides share.", zh="配对标识")
    partner_id: Mapped[UUID] = reference("company", doc="The other company.", zh="对方公司")
    partner_code: Mapped[str] = code_column(doc="Code of the other company.", zh="对方公司代码", tier=Tier.INTERNAL)
    partner_number: Mapped[str] = code_column(doc="Number of the other side.", zh="对方交易号", tier=Tier.INTERNAL)
    party_id: Mapped[UUID] = reference("party", doc="The party that the other company is.", zh="往来单位")
    traded_on: Mapped[date] = date_column(doc="Day of the trade.", zh="交易日期", order=True)
    currency: Mapped[str] = code_column(
        doc="Currency of the trade.", zh="币种", tier=Tier.INTERNAL, length_max=CURRENCY_LENGTH, code_list="ISO4217"
    )
    total: Mapped[Decimal] = amount_column(
        doc="What one owes the other, taxes included.", zh="价税合计", unit="currency"
    )
    customer_invoice_id: Mapped[UUID | None] = reference(
        "customer_invoice", doc="The invoice of the seller; none on the buyer's side.", zh="销售发票"
    )
    journal_entry_id: Mapped[UUID] = reference("journal_entry", doc="The voucher it posted.", zh="凭证")


class IntercompanyGoods(CompanyRecord, scope=Scope(), zh="内部交易货物", append_only=True):
    """Goods of a trade, on one side of it: the seller's line names what left its stock, the buyer's the layer that came
    in, so that what is left of a layer leads to what the goods cost the seller.
    """

    __tablename__ = "intercompany_goods"
    __table_args__ = (
        UniqueConstraint("company_id", "intercompany_trade_id", "position"),
        UniqueConstraint("company_id", "stock_entry_id"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
    )

    intercompany_trade_id: Mapped[UUID] = reference(
        "intercompany_trade", lines="goods", lines_order="position", doc="The trade, on this side.", zh="内部交易"
    )
    position: Mapped[int] = column(doc="1-based place in the trade, the same on both sides.", zh="行号")
    item_id: Mapped[UUID] = reference("item", doc="What was sold.", zh="物料")
    lot_id: Mapped[UUID | None] = reference("lot", doc="The lot, as this company knows it.", zh="批次")
    quantity: Mapped[Decimal] = quantity_column(doc="How much.", zh="数量", unit="item.unit.code")
    stock_entry_id: Mapped[UUID] = reference(
        "stock_entry", doc="The entry that took the goods out, or brought them in.", zh="库存分录"
    )
    net: Mapped[Decimal] = amount_column(
        doc="Price of it all without taxes.", zh="不含税金额", unit="intercompany_trade.currency"
    )
    amount: Mapped[Decimal] = amount_column(
        doc="What the seller earned or, on the buyer's side, what the goods cost it; at the day's rate.",
        zh="本位币金额", unit="company.currency", tier=Tier.CONFIDENTIAL,
    )  # fmt: skip


class StockProfitLine(CompanyRecord, scope=Scope(), zh="存货内部利润明细", append_only=True):
    """What one layer of goods bought within the group still holds of its seller's profit, on a day of a run.

    The profit is (net amount - cost) at the rate of the day of the trade, for the part of the quantity that is left
    (ASC 830-10-45-10; the elimination itself IFRS 10.B86c). A line without a trade is an amount that the run was given.
    """

    __tablename__ = "stock_profit_line"
    __table_args__ = (
        UniqueConstraint("company_id", "consolidation_run_id", "position"),
        CheckConstraint("(trade_number IS NULL) = (item_id IS NULL)", name="trade_has_an_item"),
    )

    consolidation_run_id: Mapped[UUID] = reference(
        "consolidation_run", many="stock_profits", doc="The run.", zh="合并报表"
    )
    position: Mapped[int] = column(doc="1-based place in the run.", zh="行号")
    held_on: Mapped[date] = date_column(
        doc="The day whose stock it is of: the last of the span, or the last before it.", zh="库存日期", order=True
    )
    seller_id: Mapped[UUID] = reference("company", doc="The company that earned it.", zh="卖方公司")
    holder_id: Mapped[UUID] = reference("company", doc="The company that has the goods.", zh="持有公司")
    seller_code: Mapped[str] = code_column(doc="Code of the seller.", zh="卖方公司代码", tier=Tier.INTERNAL)
    holder_code: Mapped[str] = code_column(doc="Code of the holder.", zh="持有公司代码", tier=Tier.INTERNAL)
    item_id: Mapped[UUID | None] = reference("item", doc="What is held.", zh="物料")
    trade_number: Mapped[str | None] = code_column(
        doc="The trade it was sold with, as the seller numbers it.", zh="内部交易号", tier=Tier.INTERNAL
    )
    traded_on: Mapped[date | None] = date_column(doc="Day of the trade.", zh="交易日期")
    layer_id: Mapped[UUID | None] = uuid_column(
        doc="The stock entry by which it came to the buyer; its value layers are the buyer's.", zh="买方库存分录标识"
    )
    lot_number: Mapped[str | None] = code_column(doc="The lot.", zh="批号", tier=Tier.INTERNAL)
    quantity: Mapped[Decimal | None] = quantity_column(doc="What was sold.", zh="交易数量", unit="item.unit.code")
    remaining_quantity: Mapped[Decimal | None] = quantity_column(
        doc="What of it the holder has.", zh="剩余数量", unit="item.unit.code"
    )
    currency: Mapped[str] = code_column(
        doc="Currency of the seller's books.", zh="卖方本位币", tier=Tier.INTERNAL, length_max=CURRENCY_LENGTH,
        code_list="ISO4217",
    )  # fmt: skip
    net_amount: Mapped[Decimal | None] = amount_column(
        doc="What the seller earned for the quantity sold, as far as the buyer's stock took it in.", zh="卖方收入",
        unit="currency", tier=Tier.CONFIDENTIAL,
    )  # fmt: skip
    cost_amount: Mapped[Decimal | None] = amount_column(
        doc="What the quantity sold had cost the seller, late costs up to the day included.", zh="卖方成本",
        unit="currency", tier=Tier.CONFIDENTIAL,
    )  # fmt: skip
    rate: Mapped[Decimal | None] = rate_column(
        doc="Units of the group's currency for one of the seller's on the day of the trade.", zh="汇率"
    )
    amount: Mapped[Decimal] = amount_column(
        doc="The profit, in the group's currency.", zh="未实现利润", unit=RUN_CURRENCY, tier=Tier.CONFIDENTIAL
    )


RECORDS = (
    IntercompanyTrade, IntercompanyGoods, StockProfitLine,
    GroupAccount, GroupMember, AccountMapping, ConsolidationRun, ConsolidationMember, ConsolidationLine,
)  # fmt: skip
