"""Payment proposals: what we mean to pay on a day, approved by another than proposed it, then sent to the bank."""

from datetime import date, datetime
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
    instant_column,
    reference,
    text_column,
    uuid_column,
)
from domain.core.records import CompanyRecord, Scope
from domain.finance.models.ledger import CURRENCY_LENGTH

PROPOSAL_CURRENCY = "payment_proposal.currency"

# A thousand transfers with their remittance texts.
PAYMENT_FILE_LENGTH_MAX = 4_000_000


class ProposalStatus(StrEnum):
    """The life of a proposal."""

    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    EXECUTED = "EXECUTED"
    CANCELLED = "CANCELLED"


class PaymentProposal(CompanyRecord, scope=Scope(), zh="付款建议", key="number"):
    """A run of payments from one bank account on one day, in one currency."""

    __tablename__ = "payment_proposal"

    number: Mapped[str] = code_column(doc="Number of the run.", zh="单号", tier=Tier.INTERNAL, order=True)
    status: Mapped[str] = enum_column(ProposalStatus, doc="Where the run stands.", zh="状态")
    account_id: Mapped[UUID] = reference("account", doc="The bank account that pays.", zh="银行科目")
    pay_on: Mapped[date] = date_column(doc="Day the bank is to pay.", zh="付款日期", order=True)
    currency: Mapped[str] = code_column(
        doc="Currency of the payments.",
        zh="币种",
        tier=Tier.INTERNAL,
        length_max=CURRENCY_LENGTH,
        code_list="ISO4217",
    )
    total: Mapped[Decimal] = amount_column(
        doc="What all payments come to.", zh="合计", unit="currency", tier=Tier.CONFIDENTIAL
    )
    proposed_by: Mapped[UUID] = uuid_column(doc="Who proposed it.", zh="建议人标识")
    approved_by: Mapped[UUID | None] = uuid_column(doc="Who approved it.", zh="批准人标识")
    approved_at: Mapped[datetime | None] = instant_column(doc="When it was approved.", zh="批准时间")
    payment_file: Mapped[str | None] = text_column(
        doc="The file for the bank, ISO 20022 pain.001, once it is executed.", zh="付款文件", tier=Tier.CONFIDENTIAL,
        length_max=PAYMENT_FILE_LENGTH_MAX,
    )  # fmt: skip


class PaymentProposalLine(CompanyRecord, scope=Scope(), zh="付款建议行"):
    """One open item that a run means to pay, and the account the money is to go to, as it was approved."""

    __tablename__ = "payment_proposal_line"
    __table_args__ = (
        UniqueConstraint("company_id", "payment_proposal_id", "position"),
        CheckConstraint("amount > 0 AND discount >= 0", name="amount_positive"),
    )

    payment_proposal_id: Mapped[UUID] = reference(
        "payment_proposal", lines="lines", lines_order="position", doc="The run.", zh="付款建议"
    )
    position: Mapped[int] = column(doc="1-based place in the run.", zh="行号")
    open_item_id: Mapped[UUID] = reference("open_item", doc="What is paid.", zh="未清项")
    party_id: Mapped[UUID] = reference("party", doc="Who is paid.", zh="收款单位")
    bank_account_id: Mapped[UUID] = reference("bank_account", doc="The account that is paid to.", zh="收款账户")
    bank_account_version: Mapped[int | None] = column(
        doc="Version of that account when the run was approved; another version needs approval again.",
        zh="收款账户版本",
    )
    amount: Mapped[Decimal] = amount_column(
        doc="What is paid.", zh="付款金额", unit=PROPOSAL_CURRENCY, tier=Tier.CONFIDENTIAL
    )
    discount: Mapped[Decimal] = amount_column(
        doc="What is taken off for paying early.", zh="现金折扣", unit=PROPOSAL_CURRENCY, tier=Tier.CONFIDENTIAL
    )
    is_open: Mapped[bool] = column(
        doc="Whether the run is still open; an item stands in one open run at most.", zh="是否在途",
        server_default="true",
    )  # fmt: skip


Index(
    "uq_payment_proposal_line_open_once", PaymentProposalLine.table.c.company_id,
    PaymentProposalLine.table.c.open_item_id, unique=True, postgresql_where=PaymentProposalLine.table.c.is_open,
)  # fmt: skip
