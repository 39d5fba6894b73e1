"""Currencies and their rates.

A rate row is what one source published for one pair and day, with each kind of rate it knows in a column of its own
(spot, average, closing), not one row a kind. The choice: a legacy or bank file gives all its kinds in one row, its row
count and its key stay ours (13,532 source rows are 13,532 rows), and a correction of a day replaces one row. Refused:
a row a kind with a `rate_type` column, which doubles the table and splits one legacy key over two rows. Postings name
the kind they used (`RateType`).
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from domain.core.columns import Tier, code_column, date_column, rate_column, small_column, text_column
from domain.core.records import ANYONE, GroupRecord, Scope


class RateType(StrEnum):
    """Which of a day's rates a posting or report uses."""

    SPOT = "SPOT"
    AVERAGE = "AVERAGE"
    CLOSING = "CLOSING"


class Currency(GroupRecord, scope=Scope(partner=ANYONE), zh="货币", key="code", name="name"):
    """A currency that amounts can be in (ISO 4217); withdrawn currencies stay, for old documents."""

    __tablename__ = "currency"

    code: Mapped[str] = code_column(
        doc="Alphabetic code.", zh="货币代码", length_max=3, order=True, code_list="ISO4217"
    )
    numeric_code: Mapped[str | None] = code_column(doc="Numeric code, three digits.", zh="数字代码", length_max=3)
    name: Mapped[str] = text_column(doc="Name.", zh="名称", tier=Tier.PUBLIC, order=True)
    name_zh: Mapped[str | None] = text_column(doc="Name in Chinese.", zh="中文名称", tier=Tier.PUBLIC)
    minor_unit: Mapped[int] = small_column(
        doc="Decimals of the smallest unit: 2 for USD, 0 for JPY; ledger amounts are rounded to it.",
        zh="小数位数", unit="decimal", tier=Tier.PUBLIC, server_default="2",
    )  # fmt: skip


class CurrencyRate(GroupRecord, scope=Scope(), zh="汇率"):
    """What one source published for one pair of currencies on one day: units of quote currency for one unit of base."""

    __tablename__ = "currency_rate"
    __table_args__ = (
        UniqueConstraint("base_currency", "quote_currency", "valid_on", "source"),
        CheckConstraint(
            "coalesce(spot_rate, average_rate, closing_rate) IS NOT NULL", name="some_rate_given"
        ),
        CheckConstraint(
            "least(spot_rate, average_rate, closing_rate) > 0", name="rates_positive"
        ),
    )  # fmt: skip

    base_currency: Mapped[str] = code_column(
        doc="The currency one unit of which is priced.", zh="基准货币", length_max=3, code_list="ISO4217"
    )
    quote_currency: Mapped[str] = code_column(
        doc="The currency the price is in.", zh="标价货币", length_max=3, code_list="ISO4217"
    )
    valid_on: Mapped[date] = date_column(doc="The day the rates hold for.", zh="日期", order=True)
    source: Mapped[str] = code_column(doc="Who published the rates, such as ECB.", zh="来源", tier=Tier.INTERNAL)
    spot_rate: Mapped[Decimal | None] = rate_column(
        doc="Rate of a deal on the day, or the day's reference rate.", zh="即期汇率", unit="quote_currency"
    )
    average_rate: Mapped[Decimal | None] = rate_column(
        doc="Average over the day or the period that ends on it.", zh="平均汇率", unit="quote_currency"
    )
    closing_rate: Mapped[Decimal | None] = rate_column(
        doc="Rate at the end of the day.", zh="期末汇率", unit="quote_currency"
    )
