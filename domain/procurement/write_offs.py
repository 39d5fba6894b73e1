"""What GR/IR held of order lines and will hold no more: rests that neither goods, nor an invoice, nor a credit note
will settle, closed to an account with a reason.

A line closes what the goods of one receipt line hold, or what an invoice line holds of goods that never came, whole. It
counts as long as nothing happens to them. What comes late all the same - an invoice, goods, a return, a credit note -
first takes the line back, at its own rate and by a voucher that names the first, and then does what it always does: so
the account keeps the difference and nothing is posted twice. What is then still open may be written off again.
"""

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
    quantity_column,
    reference,
    text_column,
    uuid_column,
)
from domain.core.errors import DomainError
from domain.core.records import CompanyRecord, Scope


class ClearingWriteOff(CompanyRecord, scope=Scope(), zh="暂估核销单", key="number", name="number", append_only=True):
    """Rests of GR/IR that were closed to one account, on one day, for one reason."""

    __tablename__ = "clearing_write_off"

    number: Mapped[str] = code_column(doc="Number of the write-off.", zh="核销单号", order=True)
    written_off_on: Mapped[date] = date_column(doc="Day from which it counts.", zh="核销日期", order=True)
    account_id: Mapped[UUID] = reference("account", doc="What the rests are closed to.", zh="科目")
    cost_centre_id: Mapped[UUID | None] = reference(
        "cost_centre", doc="The cost centre that bears them.", zh="成本中心"
    )
    reason: Mapped[str] = text_column(doc="Why nothing is expected any more.", zh="核销原因")
    written_off_by: Mapped[UUID] = uuid_column(doc="Who decided it.", zh="核销人标识")


class ClearingWriteOffLine(CompanyRecord, scope=Scope(), zh="暂估核销行", append_only=True):
    """A rest that was closed, or opened again (`reverses_id`)."""

    __tablename__ = "clearing_write_off_line"
    __table_args__ = (
        CheckConstraint(
            "(goods_receipt_line_id IS NULL) <> (supplier_invoice_line_id IS NULL)", name="goods_or_charge"
        ),
        UniqueConstraint("company_id", "clearing_write_off_id", "position"),
        UniqueConstraint("company_id", "reverses_id"),
    )

    clearing_write_off_id: Mapped[UUID] = reference(
        "clearing_write_off", doc="The write-off.", zh="核销单", lines="lines", lines_order="position"
    )
    position: Mapped[int] = column(doc="1-based place on the write-off; what is opened again stands behind.", zh="行号")
    purchase_order_line_id: Mapped[UUID] = reference(
        "purchase_order_line", doc="The order line that is settled.", zh="采购订单行", many="clearing_write_offs",
        tier=Tier.INTERNAL,
    )  # fmt: skip
    goods_receipt_line_id: Mapped[UUID | None] = reference(
        "goods_receipt_line", doc="The goods that will not be invoiced, or went back and will not be credited.",
        zh="收货行",
    )  # fmt: skip
    supplier_invoice_line_id: Mapped[UUID | None] = reference(
        "supplier_invoice_line", doc="The charge whose goods will not come.", zh="发票行"
    )
    occurred_on: Mapped[date] = date_column(doc="Day from which it counts.", zh="业务日期")
    quantity: Mapped[Decimal] = quantity_column(
        doc="Accepted and never invoiced (positive), or invoiced and never had.", zh="数量",
        unit="purchase_order_line.item.unit.code",
    )  # fmt: skip
    transaction_amount: Mapped[Decimal] = amount_column(
        doc="What it moves GR/IR by in the order's currency, debit positive.", zh="原币暂估金额",
        unit="purchase_order_line.purchase_order.currency",
    )  # fmt: skip
    amount: Mapped[Decimal] = amount_column(
        doc="What it moves GR/IR by, debit positive.", zh="暂估金额", unit="company.currency", tier=Tier.CONFIDENTIAL
    )
    journal_entry_id: Mapped[UUID | None] = reference(
        "journal_entry", doc="The voucher it posted; none where the goods cost nothing.", zh="凭证"
    )
    reverses_id: Mapped[UUID | None] = reference(
        "clearing_write_off_line", doc="The line that is taken back: the rest is open again.", zh="冲销的核销行"
    )


class NothingOpen(DomainError):
    code = "NOTHING_OPEN"
    zh = "{what} 没有可核销的暂估余额。"
    en = "{what} has nothing open in GR/IR that could be written off."


class WriteOffLimitExceeded(DomainError):
    """The rest is larger than the company lets anyone write off (`MatchTolerance.writeOffAmount`)."""

    code = "WRITE_OFF_LIMIT_EXCEEDED"
    zh = "{what} 为 {amount} {currency}，超过暂估核销限额 {limit} {currency}。"
    en = "{what} is {amount} {currency}, above the {limit} {currency} of GR/IR that may be written off."


class NotWrittenOff(DomainError):
    code = "NOT_WRITTEN_OFF"
    zh = "核销单 {number} 的各行均已冲销。"
    en = "Every line of write-off {number} has been taken back."


WRITE_OFF_RECORDS = (ClearingWriteOff, ClearingWriteOffLine)
__all__ = [
    "WRITE_OFF_RECORDS", "ClearingWriteOff", "ClearingWriteOffLine", "NotWrittenOff", "NothingOpen",
    "WriteOffLimitExceeded",
]  # fmt: skip
