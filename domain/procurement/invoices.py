"""Suppliers' invoices and credit notes, how each line matched what was received, and how far one may be off.

A draft is registered as it came in and matched against what has been received so far, so that it can be put right
before it counts. Posting matches it again and keeps the answer. What is off is not refused: it is posted, because it is
owed until it is settled, and its payment is blocked for the reasons found. A price block is lifted by a person who did
not make the invoice, or by a credit note that brings the price within tolerance; a block for quantity only by goods, or
by a credit note.

`SupplierInvoiceMatch` is the invoices' side of GR/IR: each row says what of an invoice line cleared which goods, and
for what amounts. Those of a line that name no goods are what was invoiced and has not come. With what receipts owe
(`goods_receipt_line.owed_amount`) they come to the GR/IR account, line by line of the orders.
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
    price_column,
    quantity_column,
    rate_column,
    reference,
    text_column,
    texts_column,
    uuid_column,
)
from domain.core.records import CompanyRecord, Scope
from domain.finance.models import InvoiceKind, RateKind
from domain.master_data.units import SAID_IN_PART, price_said, quantity_said, unit_said
from domain.procurement.models import CURRENCY_LENGTH, ITEM_UNIT

DIGITAL_NUMBER_LENGTH = 20
COMPANY_CURRENCY = "company.currency"
INVOICE_CURRENCY = "supplier_invoice.currency"
LINE_CURRENCY = "supplier_invoice_line.supplier_invoice.currency"


class SupplierInvoiceStatus(StrEnum):
    """Where a supplier's invoice is in its flow; the last two are final."""

    DRAFT = "DRAFT"
    POSTED = "POSTED"
    CANCELLED = "CANCELLED"


class MatchStatus(StrEnum):
    """MATCHED is within tolerance, BLOCKED must not be paid yet, RELEASED was blocked and may be paid."""

    MATCHED = "MATCHED"
    BLOCKED = "BLOCKED"
    RELEASED = "RELEASED"


class MatchReason(StrEnum):
    """Why an invoice must not be paid yet."""

    PRICE = "PRICE"
    QUANTITY_OVER = "QUANTITY_OVER"


class MatchKind(StrEnum):
    """What changed the match of an invoice: it was posted or credited, its goods arrived, or others came for those that
    were sent back.
    """

    INVOICED = "INVOICED"
    CREDITED = "CREDITED"
    ARRIVED = "ARRIVED"
    REPLACED = "REPLACED"


class MatchTolerance(CompanyRecord, scope=Scope(), zh="发票匹配容差"):
    """How far invoices may be off orders and receipts and still be paid; a company without one takes no difference."""

    __tablename__ = "match_tolerance"
    __table_args__ = (
        UniqueConstraint("company_id"),
        CheckConstraint(
            "quantity_percent >= 0 AND price_percent >= 0 AND price_amount >= 0 AND write_off_amount >= 0",
            name="tolerances_not_negative",
        ),
    )

    quantity_percent: Mapped[Decimal] = rate_column(
        doc="How much more than was accepted may be invoiced, in percent of it.", zh="数量容差", unit="%",
        server_default="0",
    )  # fmt: skip
    price_percent: Mapped[Decimal] = rate_column(
        doc="How far a price may be from the order's, in percent of it.", zh="价格容差比例", unit="%",
        server_default="0",
    )  # fmt: skip
    price_amount: Mapped[Decimal] = amount_column(
        doc="How much the price of a line may be off in all; both limits must hold.", zh="价格容差金额",
        unit=COMPANY_CURRENCY, tier=Tier.INTERNAL, server_default="0",
    )  # fmt: skip
    write_off_amount: Mapped[Decimal] = amount_column(
        doc="The largest rest of an order line in GR/IR that may be written off; none unless set.", zh="暂估核销限额",
        unit=COMPANY_CURRENCY, tier=Tier.INTERNAL, server_default="0",
    )  # fmt: skip


class SupplierInvoice(CompanyRecord, scope=Scope(partner="supplier_id"), zh="采购发票", key="number"):
    """What a supplier charges us, or takes back; amounts of a credit note are negative."""

    __tablename__ = "supplier_invoice"
    __table_args__ = (
        CheckConstraint("(kind = 'CREDIT_NOTE') = (credits_id IS NOT NULL)", name="credit_note_names_its_invoice"),
        CheckConstraint("total = net + tax", name="total_is_net_and_tax"),
        CheckConstraint("digital_number ~ '^[0-9]{20}$'", name="digital_number_of_20_digits"),
        CheckConstraint("(status = 'POSTED') = (journal_entry_id IS NOT NULL)", name="posted_has_a_voucher"),
        CheckConstraint("(status = 'POSTED') = (posted_on IS NOT NULL)", name="posted_has_a_day"),
        CheckConstraint(
            "released_by IS NULL OR (released_by <> created_by AND released_by <> posted_by)",
            name="maker_is_not_releaser",
        ),
        CheckConstraint("(match_status = 'BLOCKED') = (cardinality(payment_blocks) > 0)", name="blocked_for_a_reason"),
    )

    number: Mapped[str] = code_column(doc="Our number of the invoice.", zh="发票登记号", order=True)
    kind: Mapped[str] = enum_column(InvoiceKind, doc="Invoice or credit note.", zh="发票类别", tier=Tier.PUBLIC)
    status: Mapped[str] = enum_column(
        SupplierInvoiceStatus, doc="Where the invoice is in its flow.", zh="状态", tier=Tier.PUBLIC, order=True
    )
    supplier_id: Mapped[UUID] = reference("party", doc="Who charges.", zh="供应商", many="supplier_invoices")
    supplier_number: Mapped[str] = code_column(doc="The supplier's number of the invoice.", zh="供应商发票号")
    invoiced_on: Mapped[date] = date_column(
        doc="Day of the invoice, from which its terms run.", zh="发票日期", tier=Tier.PUBLIC, order=True
    )
    posted_on: Mapped[date | None] = date_column(doc="Day from which it counts in the books.", zh="过账日期")
    currency: Mapped[str] = code_column(
        doc="Currency of the invoice.", zh="币种", length_max=CURRENCY_LENGTH, code_list="ISO4217"
    )
    net: Mapped[Decimal] = amount_column(doc="Amount without taxes.", zh="不含税金额", unit="currency")
    tax: Mapped[Decimal] = amount_column(doc="Taxes on it.", zh="税额", unit="currency")
    total: Mapped[Decimal] = amount_column(doc="Amount with taxes.", zh="价税合计", unit="currency")
    withheld: Mapped[Decimal] = amount_column(
        doc="Part of the total that we pay to the tax office for the supplier.", zh="代扣税额", unit="currency"
    )
    held: Mapped[Decimal] = amount_column(
        doc="Part of the total for goods that had not come when it was posted.", zh="未到货金额", unit="currency",
        server_default="0",
    )  # fmt: skip
    rate: Mapped[Decimal | None] = rate_column(
        doc="Units of the company's currency for one of the invoice's; that of the day it is posted unless given.",
        zh="汇率",
    )
    rate_type: Mapped[str | None] = enum_column(
        RateKind, doc="Which rate it is; none in the company's currency.", zh="汇率类型"
    )
    payment_terms_id: Mapped[UUID | None] = reference("payment_terms", doc="Terms of payment.", zh="付款条件")
    digital_number: Mapped[str | None] = code_column(
        doc="Number of the digital tax invoice, 20 digits (China).", zh="数电票号码", length_max=DIGITAL_NUMBER_LENGTH
    )
    match_status: Mapped[str] = enum_column(
        MatchStatus, doc="Whether it matches orders and receipts, or may be paid all the same.", zh="匹配状态",
        tier=Tier.PUBLIC,
    )  # fmt: skip
    payment_blocks: Mapped[list[str]] = texts_column(
        doc="Why it must not be paid yet: PRICE, QUANTITY_OVER.", zh="付款冻结原因", tier=Tier.PUBLIC,
        server_default="{}",
    )  # fmt: skip
    credits_id: Mapped[UUID | None] = reference(
        "supplier_invoice", doc="The invoice that a credit note takes back.", zh="对应发票", many="credit_notes"
    )
    reason: Mapped[str | None] = text_column(doc="Why it was credited, released or cancelled.", zh="原因")
    open_item_id: Mapped[UUID | None] = reference(
        "open_item", doc="What is owed for it: the first of the items it opened.", zh="未清项", tier=Tier.INTERNAL
    )
    held_item_id: Mapped[UUID | None] = reference(
        "open_item", doc="What is owed for goods that had not come: the first of the items held for them.",
        zh="暂缓付款的未清项", tier=Tier.INTERNAL,
    )  # fmt: skip
    journal_entry_id: Mapped[UUID | None] = reference(
        "journal_entry", doc="The voucher it posted.", zh="凭证", tier=Tier.INTERNAL
    )
    created_by: Mapped[UUID] = uuid_column(doc="Who registered it.", zh="登记人标识")
    posted_by: Mapped[UUID | None] = uuid_column(doc="Who posted it.", zh="过账人标识")
    released_by: Mapped[UUID | None] = uuid_column(doc="Who released its payment.", zh="解除冻结人标识")


# The same invoice is not taken in twice.
Index(
    "uq_supplier_invoice_supplier_number", SupplierInvoice.table.c.company_id, SupplierInvoice.table.c.supplier_id,
    SupplierInvoice.table.c.supplier_number, SupplierInvoice.table.c.kind,
    unique=True, postgresql_where=SupplierInvoice.table.c.status != SupplierInvoiceStatus.CANCELLED.value,
)  # fmt: skip


class SupplierInvoiceLine(CompanyRecord, scope=Scope(partner="supplier_invoice.supplier_id"), zh="采购发票行"):
    """One thing charged: goods of an order line, or anything described in words on an account."""

    __tablename__ = "supplier_invoice_line"
    __table_args__ = (
        CheckConstraint("(purchase_order_line_id IS NULL) <> (account_id IS NULL)", name="goods_or_account"),
        CheckConstraint(SAID_IN_PART, name="said_in_part"),
        UniqueConstraint("company_id", "supplier_invoice_id", "position"),
    )

    supplier_invoice_id: Mapped[UUID] = reference(
        "supplier_invoice", lines="lines", lines_order="position", doc="The invoice.", zh="发票"
    )
    position: Mapped[int] = column(doc="1-based place on the invoice.", zh="行号", tier=Tier.PUBLIC)
    purchase_order_line_id: Mapped[UUID | None] = reference(
        "purchase_order_line", doc="The order line that is invoiced.", zh="采购订单行", many="invoice_lines"
    )
    goods_receipt_id: Mapped[UUID | None] = reference(
        "goods_receipt", doc="The receipt that is invoiced; the oldest not invoiced unless named.", zh="收货单"
    )
    account_id: Mapped[UUID | None] = reference(
        "account", doc="The cost it counts as, where it is not goods of an order.", zh="科目", tier=Tier.INTERNAL
    )
    item_id: Mapped[UUID | None] = reference("item", doc="What was bought.", zh="物料")
    description: Mapped[str] = text_column(doc="What is charged.", zh="摘要", tier=Tier.PUBLIC)
    quantity: Mapped[Decimal] = quantity_column(
        doc="How much; 0 where only the price is credited.", zh="数量", unit=ITEM_UNIT, tier=Tier.PUBLIC
    )
    unit_price: Mapped[Decimal] = price_column(doc="Price of one.", zh="单价", unit=INVOICE_CURRENCY)
    unit_id: Mapped[UUID | None] = unit_said()
    unit_quantity: Mapped[Decimal | None] = quantity_said()
    price_in_unit: Mapped[Decimal | None] = price_said(INVOICE_CURRENCY)
    tax_code_id: Mapped[UUID | None] = reference("tax_code", doc="Its tax treatment.", zh="税码", tier=Tier.INTERNAL)
    net: Mapped[Decimal] = amount_column(doc="Amount without taxes.", zh="不含税金额", unit=INVOICE_CURRENCY)
    tax: Mapped[Decimal] = amount_column(doc="Its share of the taxes.", zh="税额", unit=INVOICE_CURRENCY)
    price_difference: Mapped[Decimal] = price_column(
        doc="By how much the price of one is above the order's.", zh="单价差异", unit=INVOICE_CURRENCY,
        server_default="0",
    )  # fmt: skip
    over_quantity: Mapped[Decimal] = quantity_column(
        doc="How much of it had not been accepted.", zh="超收货数量", unit=ITEM_UNIT, tier=Tier.PUBLIC,
        server_default="0",
    )  # fmt: skip
    block_reasons: Mapped[list[str]] = texts_column(
        doc="Why it is outside tolerance: PRICE, QUANTITY_OVER.", zh="匹配差异原因", tier=Tier.PUBLIC,
        server_default="{}",
    )  # fmt: skip
    credits_id: Mapped[UUID | None] = reference(
        "supplier_invoice_line", doc="The line that a credit note takes back.", zh="对应发票行"
    )
    cost_centre_id: Mapped[UUID | None] = reference(
        "cost_centre", doc="The cost centre that bears the amount.", zh="成本中心", tier=Tier.INTERNAL
    )
    project_code: Mapped[str | None] = code_column(
        doc="Code of the project the amount belongs to.", zh="项目代码", tier=Tier.INTERNAL
    )


class SupplierInvoiceTax(CompanyRecord, scope=Scope(partner="supplier_invoice.supplier_id"), zh="采购发票税额"):
    """What one tax rule came to on an invoice, rounded once."""

    __tablename__ = "supplier_invoice_tax"
    __table_args__ = (UniqueConstraint("company_id", "supplier_invoice_id", "tax_rule_id"),)

    supplier_invoice_id: Mapped[UUID] = reference("supplier_invoice", lines="taxes", doc="The invoice.", zh="发票")
    tax_rule_id: Mapped[UUID] = reference("tax_rule", doc="The rule.", zh="税则", tier=Tier.INTERNAL)
    base: Mapped[Decimal] = amount_column(
        doc="Net amount of the lines it applies to.", zh="计税依据", unit=INVOICE_CURRENCY
    )
    tax: Mapped[Decimal] = amount_column(doc="The tax.", zh="税额", unit=INVOICE_CURRENCY)


class SupplierInvoiceMatch(CompanyRecord, scope=Scope(), zh="发票收货匹配", append_only=True):
    """What of an invoice line cleared goods received, or stopped to (negative); without goods, what has not come."""

    __tablename__ = "supplier_invoice_match"

    supplier_invoice_line_id: Mapped[UUID] = reference(
        "supplier_invoice_line", lines="matches", doc="The invoice line.", zh="发票行"
    )
    purchase_order_line_id: Mapped[UUID] = reference(
        "purchase_order_line", doc="The order line whose GR/IR it moves.", zh="采购订单行", many="invoice_matches"
    )
    goods_receipt_line_id: Mapped[UUID | None] = reference(
        "goods_receipt_line", doc="The goods that it clears; none for what has not come.", zh="收货行", many="matches"
    )
    kind: Mapped[str] = enum_column(MatchKind, doc="What changed the match.", zh="匹配类别")
    occurred_on: Mapped[date] = date_column(doc="Day from which it counts.", zh="业务日期")
    quantity: Mapped[Decimal] = quantity_column(
        doc="How much is invoiced (positive) or taken back (negative).", zh="数量",
        unit="purchase_order_line.item.unit.code",
    )  # fmt: skip
    transaction_amount: Mapped[Decimal] = amount_column(
        doc="What it moves GR/IR by in the order's currency, debit positive.", zh="原币暂估金额", unit=LINE_CURRENCY
    )
    amount: Mapped[Decimal] = amount_column(
        doc="What it moves GR/IR by, debit positive.", zh="暂估金额", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL
    )
    price_difference: Mapped[Decimal] = amount_column(
        doc="What the goods cost more than they were received at.", zh="价格差异", unit=COMPANY_CURRENCY,
        tier=Tier.CONFIDENTIAL,
    )  # fmt: skip
    exchange_difference: Mapped[Decimal] = amount_column(
        doc="What the change of the rate since the receipt cost (debit positive) or brought.", zh="汇兑差额",
        unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL,
    )  # fmt: skip
    journal_entry_id: Mapped[UUID | None] = reference(
        "journal_entry", doc="The voucher that it is part of; none where nothing differed.", zh="凭证"
    )


INVOICE_RECORDS = (
    MatchTolerance, SupplierInvoice, SupplierInvoiceLine, SupplierInvoiceTax, SupplierInvoiceMatch,
)  # fmt: skip
