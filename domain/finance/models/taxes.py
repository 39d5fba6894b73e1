"""Taxes as data: codes that a document line names, and the rules behind each, valid over some days.

A code is what people choose ("VAT13"); its rules say what is charged, in which order, on what, and on which account it
lands. A change of rate is a new rule with a later first day: old documents keep theirs.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
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
)
from domain.core.records import ANYONE, CompanyRecord, Scope
from domain.finance.models.ledger import CURRENCY_LENGTH, AccountRole


class TaxKind(StrEnum):
    """What a tax is before the law: VAT is deducted by its payer, a LEVY and an EXCISE are not, a WITHHOLDING is held
    back from the payment.
    """

    VAT = "VAT"
    LEVY = "LEVY"
    EXCISE = "EXCISE"
    WITHHOLDING = "WITHHOLDING"


class TaxMethod(StrEnum):
    """How a rule computes: a share of the net price, a share of net and the taxes before it, or an amount a unit."""

    PERCENT = "PERCENT"
    COMPOUND = "COMPOUND"
    FIXED_PER_UNIT = "FIXED_PER_UNIT"


class TaxCode(CompanyRecord, scope=Scope(), zh="税码", key="code", name="name"):
    """A treatment that document lines name, such as 13 % VAT."""

    __tablename__ = "tax_code"

    code: Mapped[str] = code_column(doc="Short code of the treatment.", zh="税码", tier=Tier.INTERNAL, order=True)
    name: Mapped[str] = text_column(doc="Name of the treatment.", zh="名称")
    name_zh: Mapped[str | None] = text_column(doc="Chinese name of the treatment.", zh="中文名称")
    country: Mapped[str | None] = code_column(
        doc="Country whose law it follows.", zh="国家", tier=Tier.INTERNAL, length_max=2, code_list="ISO3166-1"
    )
    price_includes_tax: Mapped[bool] = column(
        doc="Whether prices on lines with this code include its taxes.", zh="价格含税", server_default="false"
    )


class TaxRule(CompanyRecord, scope=Scope(partner=ANYONE), zh="税则"):
    """One tax of a code, over the days it holds."""

    __tablename__ = "tax_rule"
    __table_args__ = (
        UniqueConstraint("company_id", "tax_code_id", "position", "valid_from"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="span_positive"),
        CheckConstraint(
            "(method = 'FIXED_PER_UNIT') = (unit_amount IS NOT NULL) AND (unit_amount IS NULL) = (currency IS NULL)",
            name="unit_amount_of_fixed_tax",
        ),
        CheckConstraint("(method = 'FIXED_PER_UNIT') = (percent IS NULL)", name="percent_of_other_tax"),
    )

    tax_code_id: Mapped[UUID] = reference(
        "tax_code", lines="rules", lines_order="position", doc="The code the rule belongs to.", zh="税码"
    )
    position: Mapped[int] = small_column(doc="Order of computing within the code, from 1.", zh="顺序")
    name: Mapped[str] = text_column(doc="Name of the tax.", zh="名称", tier=Tier.PUBLIC)
    kind: Mapped[str] = enum_column(TaxKind, doc="What the tax is before the law.", zh="税种性质")
    method: Mapped[str] = enum_column(TaxMethod, doc="How it is computed.", zh="计税方法")
    percent: Mapped[Decimal | None] = rate_column(
        doc="Share in percent; may be negative.", zh="税率", unit="%", tier=Tier.PUBLIC
    )
    unit_amount: Mapped[Decimal | None] = amount_column(
        doc="Amount for one unit.", zh="单位税额", unit="currency", tier=Tier.INTERNAL
    )
    currency: Mapped[str | None] = code_column(
        doc="Currency of the amount for one unit.",
        zh="币种",
        tier=Tier.INTERNAL,
        length_max=CURRENCY_LENGTH,
        code_list="ISO4217",
    )
    sales_role: Mapped[str] = enum_column(AccountRole, doc="The account it lands on when we sell.", zh="销项科目用途")
    purchase_role: Mapped[str | None] = enum_column(
        AccountRole,
        doc="The account it is deducted on when we buy; none where it becomes part of the cost.",
        zh="进项科目用途",
    )
    valid_from: Mapped[date] = date_column(doc="First day it holds.", zh="生效日期")
    valid_to: Mapped[date | None] = date_column(doc="Last day it holds.", zh="失效日期")
