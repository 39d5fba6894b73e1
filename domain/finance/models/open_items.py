"""The sub-ledger of receivables and payables: what each party owes, or is owed, item by item.

An open item is one instalment of an invoice, a credit note, a payment or a prepayment. What happens to it is appended:
where it came from, what it was matched with, how period ends valued it. On every day the entries of an account's items
sum to the account itself, in the transaction's currency and in the company's: `skein verify` says so. Signs are those
of the ledger: what we are owed is positive.
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
from domain.finance.models.ledger import COMPANY_CURRENCY, CURRENCY_LENGTH

ITEM_CURRENCY = "open_item.transaction_currency"


class OpenItemKind(StrEnum):
    """What an open item comes from."""

    INVOICE = "INVOICE"
    CREDIT_NOTE = "CREDIT_NOTE"
    PAYMENT = "PAYMENT"
    PREPAYMENT = "PREPAYMENT"


class OpenItemEntryKind(StrEnum):
    """What happened to an open item."""

    ORIGIN = "ORIGIN"
    MATCHING = "MATCHING"
    REVALUATION = "REVALUATION"


class Matching(CompanyRecord, scope=Scope(partner="party_id"), zh="核销", key="number"):
    """Open items of one party set against each other, in one currency; undone as a whole."""

    __tablename__ = "matching"
    __table_args__ = (CheckConstraint("(undone_on IS NULL) = (undone_by IS NULL)", name="undone_by_someone"),)

    number: Mapped[str] = code_column(doc="Number of the matching.", zh="核销号", tier=Tier.INTERNAL, order=True)
    party_id: Mapped[UUID] = reference("party", doc="Whose items they are.", zh="往来单位")
    matched_on: Mapped[date] = date_column(doc="Day from which it counts.", zh="核销日期", order=True)
    currency: Mapped[str] = code_column(
        doc="Currency of the items.",
        zh="币种",
        tier=Tier.INTERNAL,
        length_max=CURRENCY_LENGTH,
        code_list="ISO4217",
    )
    discount: Mapped[Decimal] = amount_column(
        doc="What was taken off for paying early.", zh="现金折扣", unit="currency", server_default="0"
    )
    written_off: Mapped[Decimal] = amount_column(
        doc="What was given up as a difference.", zh="尾差核销", unit="currency", server_default="0"
    )
    exchange_difference: Mapped[Decimal] = amount_column(
        doc="What the change of the rate cost (debit positive) or brought.", zh="已实现汇兑差额",
        unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL, server_default="0",
    )  # fmt: skip
    journal_entry_id: Mapped[UUID | None] = reference(
        "journal_entry", doc="The voucher of the differences; none where nothing differed.", zh="差额凭证"
    )
    undone_on: Mapped[date | None] = date_column(doc="Day from which it counts no more.", zh="取消核销日期")
    undone_by: Mapped[UUID | None] = uuid_column(doc="Who undid it.", zh="取消人标识")


class OpenItem(CompanyRecord, scope=Scope(partner="party_id"), zh="未清项"):
    """One amount that a party owes us (positive) or we owe it (negative), until it is matched."""

    __tablename__ = "open_item"
    __table_args__ = (
        UniqueConstraint("company_id", "source_id", "instalment"),
        CheckConstraint(
            "sign(transaction_amount) * open_transaction_amount BETWEEN 0 AND abs(transaction_amount)",
            name="open_part_of_the_whole",
        ),
        CheckConstraint("transaction_amount <> 0", name="amount_moves"),
        CheckConstraint("open_transaction_amount <> 0 OR open_amount = 0", name="closed_in_both_currencies"),
    )

    kind: Mapped[str] = enum_column(OpenItemKind, doc="What it comes from.", zh="类别")
    party_id: Mapped[UUID] = reference("party", doc="Who owes, or is owed.", zh="往来单位")
    account_id: Mapped[UUID] = reference("account", doc="The control account it is part of.", zh="统驭科目")
    source_kind: Mapped[str] = code_column(doc="Type of the document it comes from.", zh="来源类型", tier=Tier.INTERNAL)
    source_id: Mapped[UUID] = uuid_column(doc="Id of the document it comes from.", zh="来源标识")
    source_number: Mapped[str] = code_column(
        doc="Number of the document it comes from.", zh="来源单号", tier=Tier.INTERNAL, order=True
    )
    instalment: Mapped[int] = small_column(doc="Which instalment of the document, from 1.", zh="期次")
    occurred_on: Mapped[date] = date_column(doc="Day from which it counts.", zh="业务日期", order=True)
    due_on: Mapped[date] = date_column(doc="Day on which it is due.", zh="到期日", order=True)
    transaction_currency: Mapped[str] = code_column(
        doc="Currency of the document.",
        zh="原币",
        tier=Tier.INTERNAL,
        length_max=CURRENCY_LENGTH,
        code_list="ISO4217",
    )
    transaction_amount: Mapped[Decimal] = amount_column(
        doc="The whole amount in the document's currency.", zh="原币金额", unit="transaction_currency"
    )
    amount: Mapped[Decimal] = amount_column(
        doc="The whole amount in the company's currency, at the rate of its day.", zh="本位币金额",
        unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL,
    )  # fmt: skip
    rate: Mapped[Decimal] = rate_column(doc="Units of the company's currency for one of the document's.", zh="汇率")
    open_transaction_amount: Mapped[Decimal] = amount_column(
        doc="The part not matched yet.", zh="原币未清金额", unit="transaction_currency"
    )
    open_amount: Mapped[Decimal] = amount_column(
        doc="The part not matched yet in the company's currency, at the rate of its day; valuations not counted.",
        zh="本位币未清金额", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL,
    )  # fmt: skip
    is_monetary: Mapped[bool] = column(
        doc="Whether period ends value it at the closing rate; a prepayment keeps the rate of its day.",
        zh="货币性项目", server_default="true",
    )  # fmt: skip
    discount_percent: Mapped[Decimal | None] = rate_column(
        doc="What may be taken off for paying early.", zh="现金折扣率", unit="%"
    )
    discount_until: Mapped[date | None] = date_column(doc="Last day on which paying is early.", zh="折扣截止日")
    blocked_reason: Mapped[str | None] = text_column(
        doc="Why it must not be paid yet; none where it may be.", zh="冻结付款原因"
    )
    dunning_level: Mapped[int] = small_column(
        doc="How often payment was asked for; 0 not yet.", zh="催款级别", server_default="0"
    )
    dunned_on: Mapped[date | None] = date_column(doc="Day payment was last asked for.", zh="最近催款日期")
    pair_id: Mapped[UUID | None] = uuid_column(
        doc="What it shares with the item in the books of the other company of the group; both change at once.",
        zh="内部往来配对",
    )  # fmt: skip
    partner_reference: Mapped[str | None] = text_column(
        doc="The party's own number for the document, such as the supplier's invoice number.", zh="对方单号"
    )


Index(
    "ix_open_item_party_open", OpenItem.table.c.company_id, OpenItem.table.c.party_id, OpenItem.table.c.due_on,
    postgresql_where=OpenItem.table.c.open_transaction_amount != 0,
)  # fmt: skip
Index(
    "ix_open_item_open", OpenItem.table.c.company_id, OpenItem.table.c.account_id, OpenItem.table.c.due_on,
    postgresql_where=OpenItem.table.c.open_transaction_amount != 0,
)  # fmt: skip
Index(
    "ix_open_item_pair", OpenItem.table.c.company_id, OpenItem.table.c.pair_id,
    postgresql_where=OpenItem.table.c.pair_id.is_not(None),
)  # fmt: skip


class OpenItemEntry(CompanyRecord, scope=Scope(partner="open_item.party_id"), zh="未清项明细", append_only=True):
    """One thing that happened to an open item: the mirror of its control account, line by line."""

    __tablename__ = "open_item_entry"
    __table_args__ = (
        CheckConstraint("amount <> 0 OR transaction_amount <> 0", name="amount_moves"),
        CheckConstraint("(kind = 'MATCHING') = (matching_id IS NOT NULL)", name="matching_is_named"),
    )

    open_item_id: Mapped[UUID] = reference("open_item", doc="The item.", zh="未清项", many="entries")
    kind: Mapped[str] = enum_column(OpenItemEntryKind, doc="What happened.", zh="类别")
    matching_id: Mapped[UUID | None] = reference(
        "matching", doc="The matching that did it, or was undone.", zh="核销", many="entries"
    )
    journal_entry_id: Mapped[UUID | None] = reference(
        "journal_entry", doc="The voucher it stands in; none where items of one account met exactly.", zh="凭证"
    )
    occurred_on: Mapped[date] = date_column(doc="Day from which it counts.", zh="业务日期")
    transaction_amount: Mapped[Decimal] = amount_column(
        doc="Change in the document's currency.", zh="原币金额", unit=ITEM_CURRENCY
    )
    amount: Mapped[Decimal] = amount_column(
        doc="Change in the company's currency.", zh="本位币金额", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL
    )


# What was recorded since an instant stands together: a few summaries of blocks tell where.
Index(
    "ix_open_item_entry_recorded", OpenItemEntry.table.c.company_id, OpenItemEntry.table.c.recorded_at,
    postgresql_using="brin",
)  # fmt: skip
Index(
    "ix_open_item_entry_day", OpenItemEntry.table.c.company_id, OpenItemEntry.table.c.occurred_on,
    OpenItemEntry.table.c.open_item_id,
)  # fmt: skip
