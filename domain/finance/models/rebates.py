"""Rebates: what is given to a customer, or got from a supplier, for what it bought in all, or we did.

An agreement counts the lines of invoices and credit notes of one party in its span, in its currency, of one item, of
one class of items, or of all. What has been earned by now follows from what was turned over by now; each invoice books
the difference to what was booked before, so the accrual is right after each, and a tier that is reached counts at once.
It is settled by a credit note of ours, or a claim on the supplier; what is earned later is settled later. Once all is
settled it can be closed, whatever comes late counts no more. A rebate is earned without taxes; where its agreement has
a tax treatment, settling it takes back the tax of as much, as what it is a rebate of had charged it.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, Index, UniqueConstraint
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
    text_column,
    uuid_column,
)
from domain.core.records import CompanyRecord, Scope
from domain.finance.models.ledger import COMPANY_CURRENCY, CURRENCY_LENGTH
from domain.master_data.items import ItemType

AGREEMENT_CURRENCY = "rebate_agreement.currency"


class RebateSide(StrEnum):
    """GIVEN to a customer, or GOT from a supplier."""

    GIVEN = "GIVEN"
    GOT = "GOT"


class RebateBasis(StrEnum):
    """PERCENT of what was charged without taxes, or an amount PER_UNIT of the quantity."""

    PERCENT = "PERCENT"
    PER_UNIT = "PER_UNIT"


class RebateTiering(StrEnum):
    """RETROACTIVE: the rate that is reached holds from the first unit on; INCREMENTAL: each for its own part."""

    RETROACTIVE = "RETROACTIVE"
    INCREMENTAL = "INCREMENTAL"


class RebateStatus(StrEnum):
    """PENDING counts nothing yet, CLOSED nothing more."""

    PENDING = "PENDING"
    ACTIVE = "ACTIVE"
    CLOSED = "CLOSED"


class RebateEntryKind(StrEnum):
    """What happened to a rebate."""

    ACCRUED = "ACCRUED"
    SETTLED = "SETTLED"


class RebateAgreement(CompanyRecord, scope=Scope(), zh="返利协议", key="code", name="name"):
    """What is given back of what was turned over with a party in a span, and what has been earned of it so far."""

    __tablename__ = "rebate_agreement"
    __table_args__ = (
        CheckConstraint("valid_to >= valid_from", name="span_positive"),
        CheckConstraint("item_id IS NULL OR item_type IS NULL", name="item_or_class"),
        CheckConstraint("accrual_account_id <> result_account_id", name="accounts_differ"),
        CheckConstraint("approved_by IS NULL OR approved_by <> created_by", name="maker_is_not_approver"),
        CheckConstraint("(status = 'PENDING') = (approved_by IS NULL)", name="counting_was_approved"),
        CheckConstraint("(status = 'CLOSED') = (closed_on IS NOT NULL)", name="closed_on_a_day"),
        CheckConstraint("status <> 'CLOSED' OR accrued_amount = settled_amount", name="closed_with_nothing_open"),
    )

    code: Mapped[str] = code_column(doc="Code of the agreement.", zh="返利代码", order=True)
    name: Mapped[str] = text_column(doc="What it is called.", zh="名称")
    side: Mapped[str] = enum_column(RebateSide, doc="Given to a customer or got from a supplier.", zh="方向")
    status: Mapped[str] = enum_column(RebateStatus, doc="Whether it counts yet.", zh="状态", order=True)
    party_id: Mapped[UUID] = reference("party", doc="The customer or supplier.", zh="往来单位", tier=Tier.INTERNAL)
    basis: Mapped[str] = enum_column(RebateBasis, doc="Percent of turnover, or an amount per unit.", zh="计算基础")
    tiering: Mapped[str] = enum_column(RebateTiering, doc="What a tier that is reached holds for.", zh="阶梯方式")
    item_id: Mapped[UUID | None] = reference("item", doc="The only item that counts.", zh="物料", tier=Tier.INTERNAL)
    item_type: Mapped[str | None] = enum_column(ItemType, doc="The only class of items that counts.", zh="物料类型")
    valid_from: Mapped[date] = date_column(doc="First day whose documents count.", zh="开始日期", order=True)
    valid_to: Mapped[date] = date_column(doc="Last day whose documents count.", zh="结束日期")
    currency: Mapped[str] = code_column(
        doc="Currency of the rebate; documents in others do not count.", zh="币种", tier=Tier.INTERNAL,
        length_max=CURRENCY_LENGTH, code_list="ISO4217",
    )  # fmt: skip
    accrual_account_id: Mapped[UUID] = reference(
        "account", doc="Where what is earned and not settled stands.", zh="返利预提科目"
    )
    result_account_id: Mapped[UUID] = reference(
        "account", doc="What it costs when given, what it makes cheaper when got.", zh="返利损益科目"
    )
    tax_code_id: Mapped[UUID | None] = reference(
        "tax_code", doc="The tax that a settlement takes back with it; none for no tax.", zh="税码"
    )
    turnover: Mapped[Decimal] = quantity_column(
        doc="What was counted so far: an amount in the agreement's currency, or a quantity.", zh="累计基数",
        unit="basis", tier=Tier.COMMERCIAL, server_default="0",
    )  # fmt: skip
    accrued_amount: Mapped[Decimal] = amount_column(
        doc="What it came to so far.", zh="累计返利", unit="currency", server_default="0"
    )
    settled_amount: Mapped[Decimal] = amount_column(
        doc="What was settled of it.", zh="已结算返利", unit="currency", server_default="0"
    )
    open_amount: Mapped[Decimal] = amount_column(
        doc="What is not settled yet.", zh="未结算返利", unit="currency",
        server_default=Computed("accrued_amount - settled_amount", persisted=True),
    )  # fmt: skip
    closed_on: Mapped[date | None] = date_column(doc="Day from which nothing counts any more.", zh="关闭日期")
    created_by: Mapped[UUID] = uuid_column(doc="Who drew it up.", zh="创建人标识")
    approved_by: Mapped[UUID | None] = uuid_column(doc="Who let it count.", zh="批准人标识")


Index(
    "ix_rebate_agreement_counting", RebateAgreement.table.c.company_id, RebateAgreement.table.c.party_id,
    RebateAgreement.table.c.side, postgresql_where=RebateAgreement.table.c.status == RebateStatus.ACTIVE.value,
)  # fmt: skip


class RebateTier(CompanyRecord, scope=Scope(), zh="返利阶梯", append_only=True):
    """From how much on which rate holds."""

    __tablename__ = "rebate_tier"
    __table_args__ = (
        UniqueConstraint("company_id", "rebate_agreement_id", "position"),
        CheckConstraint("from_turnover >= 0 AND rate >= 0", name="not_negative"),
    )

    rebate_agreement_id: Mapped[UUID] = reference(
        "rebate_agreement", doc="The agreement.", zh="返利协议", lines="tiers", lines_order="position"
    )
    position: Mapped[int] = column(doc="1-based place, from the least on.", zh="级次")
    from_turnover: Mapped[Decimal] = quantity_column(
        doc="From this turnover or quantity on, itself included.", zh="起始基数", unit="rebate_agreement.basis",
        tier=Tier.COMMERCIAL,
    )  # fmt: skip
    rate: Mapped[Decimal] = rate_column(
        doc="Percent of the turnover, or the amount of one unit.", zh="返利率", unit="rebate_agreement.basis",
        tier=Tier.COMMERCIAL,
    )  # fmt: skip


class RebateEntry(CompanyRecord, scope=Scope(), zh="返利明细", append_only=True):
    """What one document turned over and earned, or a settlement."""

    __tablename__ = "rebate_entry"
    __table_args__ = (CheckConstraint("kind = 'ACCRUED' OR turnover = 0", name="settlement_turns_nothing_over"),)

    rebate_agreement_id: Mapped[UUID] = reference(
        "rebate_agreement", doc="The agreement.", zh="返利协议", many="entries", tier=Tier.INTERNAL
    )
    kind: Mapped[str] = enum_column(RebateEntryKind, doc="Earned or settled.", zh="类别")
    occurred_on: Mapped[date] = date_column(doc="Day from which it counts.", zh="业务日期", order=True)
    source_kind: Mapped[str] = code_column(doc="Type of the document that did it.", zh="来源类型", tier=Tier.INTERNAL)
    source_id: Mapped[UUID] = uuid_column(doc="Id of the document that did it.", zh="来源标识")
    source_number: Mapped[str] = code_column(
        doc="Number of the document that did it.", zh="来源单号", tier=Tier.INTERNAL
    )
    turnover: Mapped[Decimal] = quantity_column(
        doc="What the document turned over; what was missed before its own, too.", zh="基数",
        unit="rebate_agreement.basis", tier=Tier.COMMERCIAL,
    )  # fmt: skip
    transaction_amount: Mapped[Decimal] = amount_column(
        doc="What it earned, or settled (negative).", zh="返利金额", unit=AGREEMENT_CURRENCY
    )
    amount: Mapped[Decimal] = amount_column(
        doc="The same in the company's currency.", zh="本位币返利金额", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL
    )
    journal_entry_id: Mapped[UUID | None] = reference(
        "journal_entry", doc="The voucher it posted; none where it earned nothing.", zh="凭证"
    )


class RebateSettlement(CompanyRecord, scope=Scope(), zh="返利结算单", key="number", append_only=True):
    """What was earned up to a day, credited to the customer or claimed from the supplier."""

    __tablename__ = "rebate_settlement"

    number: Mapped[str] = code_column(doc="Number of the settlement.", zh="结算单号", order=True)
    rebate_agreement_id: Mapped[UUID] = reference(
        "rebate_agreement", doc="The agreement.", zh="返利协议", many="settlements", tier=Tier.INTERNAL
    )
    settled_on: Mapped[date] = date_column(doc="Day from which it counts.", zh="结算日期", order=True)
    amount: Mapped[Decimal] = amount_column(
        doc="What is credited or claimed, without taxes; negative where more was settled before than is earned now.",
        zh="结算金额", unit=AGREEMENT_CURRENCY,
    )  # fmt: skip
    tax: Mapped[Decimal] = amount_column(
        doc="Taxes on it, less what is withheld; of its sign.", zh="税额", unit=AGREEMENT_CURRENCY, server_default="0"
    )
    party_reference: Mapped[str | None] = text_column(doc="The party's own number for it.", zh="对方单号")
    open_item_id: Mapped[UUID] = reference("open_item", doc="What is owed for it.", zh="未清项", tier=Tier.INTERNAL)
    journal_entry_id: Mapped[UUID] = reference("journal_entry", doc="The voucher it posted.", zh="凭证")


REBATE_RECORDS = (RebateAgreement, RebateTier, RebateEntry, RebateSettlement)
