"""Customer invoices and the red-letter invoices that take them back, as posted; none is ever changed.

An invoice is its own posting: it exists from the moment it has a number and a voucher. What a red letter may still take
back of a line is the line less the red letters that name it.
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
    uuid_column,
)
from domain.core.records import CompanyRecord, Scope
from domain.finance.models.ledger import CURRENCY_LENGTH, RateKind
from domain.master_data.units import SAID_IN_PART, price_said, quantity_said, unit_said

DIGITAL_NUMBER_LENGTH = 20
INVOICE_CURRENCY = "customer_invoice.currency"


class InvoiceKind(StrEnum):
    """Blue letters charge, red letters take back."""

    INVOICE = "INVOICE"
    CREDIT_NOTE = "CREDIT_NOTE"


class CustomerInvoice(CompanyRecord, scope=Scope(partner="customer_id"), zh="销售发票", key="number", append_only=True):
    """What a customer owes for, or what is taken back of it; amounts of a red letter are negative."""

    __tablename__ = "customer_invoice"
    __table_args__ = (
        CheckConstraint("(kind = 'CREDIT_NOTE') = (credits_id IS NOT NULL)", name="credit_note_names_its_invoice"),
        CheckConstraint("total = net + tax", name="total_is_net_and_tax"),
        CheckConstraint("digital_number ~ '^[0-9]{20}$'", name="digital_number_of_20_digits"),
    )

    number: Mapped[str] = code_column(doc="Invoice number, without a gap in the company.", zh="发票号", order=True)
    kind: Mapped[str] = enum_column(InvoiceKind, doc="Blue or red letter.", zh="发票类别", tier=Tier.PUBLIC)
    customer_id: Mapped[UUID] = reference("party", doc="Who owes it.", zh="客户")
    invoiced_on: Mapped[date] = date_column(doc="Day of the invoice.", zh="开票日期", tier=Tier.PUBLIC, order=True)
    currency: Mapped[str] = code_column(
        doc="Currency of the invoice.", zh="币种", length_max=CURRENCY_LENGTH, code_list="ISO4217"
    )
    net: Mapped[Decimal] = amount_column(doc="Amount without taxes.", zh="不含税金额", unit="currency")
    tax: Mapped[Decimal] = amount_column(doc="Taxes on it.", zh="税额", unit="currency")
    total: Mapped[Decimal] = amount_column(doc="Amount with taxes.", zh="价税合计", unit="currency")
    withheld: Mapped[Decimal] = amount_column(
        doc="Part of the total that the customer pays to its tax office for us.", zh="代扣税额", unit="currency"
    )
    rate: Mapped[Decimal] = rate_column(doc="Units of the company's currency for one of the invoice's.", zh="汇率")
    rate_type: Mapped[str | None] = enum_column(
        RateKind, doc="Which rate it is; none in the company's currency.", zh="汇率类型"
    )
    payment_terms_id: Mapped[UUID | None] = reference("payment_terms", doc="Terms of payment.", zh="付款条件")
    digital_number: Mapped[str | None] = code_column(
        doc="Number of the digital tax invoice, 20 digits (China).", zh="数电票号码", length_max=DIGITAL_NUMBER_LENGTH
    )
    credits_id: Mapped[UUID | None] = reference(
        "customer_invoice", doc="The blue-letter invoice that a red letter takes back.", zh="对应蓝字发票",
        many="credit_notes",
    )  # fmt: skip
    reason: Mapped[str | None] = text_column(doc="Why a red letter was issued.", zh="红字原因", tier=Tier.PUBLIC)
    customer_reference: Mapped[str | None] = text_column(
        doc="The customer's own reference, such as its order number.", zh="客户参考号", tier=Tier.PUBLIC
    )
    source_kind: Mapped[str | None] = code_column(
        doc="Type of the document that is invoiced.", zh="来源类型", tier=Tier.INTERNAL
    )
    source_id: Mapped[UUID | None] = uuid_column(doc="Id of the document that is invoiced.", zh="来源标识")
    journal_entry_id: Mapped[UUID] = reference("journal_entry", doc="The voucher it posted.", zh="凭证")


Index(
    "uq_customer_invoice_digital_number", CustomerInvoice.table.c.company_id, CustomerInvoice.table.c.digital_number,
    unique=True, postgresql_where=CustomerInvoice.table.c.digital_number.is_not(None),
)  # fmt: skip


class CustomerInvoiceLine(
    CompanyRecord, scope=Scope(partner="customer_invoice.customer_id"), zh="销售发票行", append_only=True
):
    """One thing on an invoice; of a red letter with negative quantity and amounts."""

    __tablename__ = "customer_invoice_line"
    __table_args__ = (
        CheckConstraint(SAID_IN_PART, name="said_in_part"),
        UniqueConstraint("company_id", "customer_invoice_id", "position"),
    )

    customer_invoice_id: Mapped[UUID] = reference(
        "customer_invoice", lines="lines", lines_order="position", doc="The invoice.", zh="发票"
    )
    position: Mapped[int] = column(doc="1-based place on the invoice.", zh="行号", tier=Tier.PUBLIC)
    description: Mapped[str] = text_column(doc="What is charged.", zh="摘要", tier=Tier.PUBLIC)
    account_id: Mapped[UUID] = reference("account", doc="The income it counts as.", zh="科目", tier=Tier.INTERNAL)
    item_id: Mapped[UUID | None] = reference("item", doc="The item sold.", zh="物料")
    quantity: Mapped[Decimal] = quantity_column(doc="How much.", zh="数量", unit="item.unit", tier=Tier.PUBLIC)
    unit_price: Mapped[Decimal] = price_column(doc="Price of one.", zh="单价", unit=INVOICE_CURRENCY)
    unit_id: Mapped[UUID | None] = unit_said()
    unit_quantity: Mapped[Decimal | None] = quantity_said()
    price_in_unit: Mapped[Decimal | None] = price_said(INVOICE_CURRENCY)
    tax_code_id: Mapped[UUID | None] = reference("tax_code", doc="Its tax treatment.", zh="税码", tier=Tier.INTERNAL)
    net: Mapped[Decimal] = amount_column(doc="Amount without taxes.", zh="不含税金额", unit=INVOICE_CURRENCY)
    tax: Mapped[Decimal] = amount_column(
        doc="Its share of the taxes; what is withheld not counted.", zh="税额", unit=INVOICE_CURRENCY
    )
    credits_id: Mapped[UUID | None] = reference(
        "customer_invoice_line", doc="The blue line that a red line takes back.", zh="对应蓝字发票行"
    )
    cost_centre_id: Mapped[UUID | None] = reference(
        "cost_centre", doc="The cost centre that bears the amount.", zh="成本中心", tier=Tier.INTERNAL
    )
    profit_centre_id: Mapped[UUID | None] = reference(
        "profit_centre", doc="The profit centre that earns the amount.", zh="利润中心", tier=Tier.INTERNAL
    )
    project_code: Mapped[str | None] = code_column(
        doc="Code of the project the amount belongs to.", zh="项目代码", tier=Tier.INTERNAL
    )


class CustomerInvoiceTax(
    CompanyRecord, scope=Scope(partner="customer_invoice.customer_id"), zh="销售发票税额", append_only=True
):
    """What one tax rule came to on an invoice, rounded once."""

    __tablename__ = "customer_invoice_tax"
    __table_args__ = (UniqueConstraint("company_id", "customer_invoice_id", "tax_rule_id"),)

    customer_invoice_id: Mapped[UUID] = reference("customer_invoice", lines="taxes", doc="The invoice.", zh="发票")
    tax_rule_id: Mapped[UUID] = reference("tax_rule", doc="The rule.", zh="税则")
    base: Mapped[Decimal] = amount_column(
        doc="Net amount of the lines it applies to.", zh="计税依据", unit=INVOICE_CURRENCY
    )
    tax: Mapped[Decimal] = amount_column(doc="The tax.", zh="税额", unit=INVOICE_CURRENCY)
