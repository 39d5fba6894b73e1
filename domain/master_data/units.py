"""Units of measure, and how many of one unit of an item make another."""

from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, MappedColumn

from domain.core.columns import (
    Tier,
    code_column,
    enum_column,
    price_column,
    quantity_column,
    rate_column,
    reference,
    small_column,
    text_column,
)
from domain.core.records import ANYONE, GroupRecord, Scope


class Dimension(StrEnum):
    """What a unit measures; only units of one dimension convert without an item's own factor."""

    COUNT = "COUNT"
    PACKAGE = "PACKAGE"
    MASS = "MASS"
    LENGTH = "LENGTH"
    AREA = "AREA"
    VOLUME = "VOLUME"
    TIME = "TIME"
    TEMPERATURE = "TEMPERATURE"
    ENERGY = "ENERGY"
    OTHER = "OTHER"


class UnitOfMeasure(GroupRecord, scope=Scope(partner=ANYONE), zh="计量单位", key="code", name="name"):
    """A unit that quantities are counted or measured in."""

    __tablename__ = "unit_of_measure"
    __table_args__ = (
        CheckConstraint("base_factor > 0", name="base_factor_positive"),
        CheckConstraint("digits BETWEEN 0 AND 6", name="digits_of_a_quantity"),
    )

    code: Mapped[str] = code_column(doc="Short code, such as EA or KG.", zh="单位代码", order=True)
    name: Mapped[str] = text_column(doc="Name.", zh="名称", tier=Tier.PUBLIC, order=True)
    name_zh: Mapped[str | None] = text_column(doc="Name in Chinese.", zh="中文名称", tier=Tier.PUBLIC)
    dimension: Mapped[Dimension] = enum_column(Dimension, doc="What the unit measures.", zh="量纲", tier=Tier.PUBLIC)
    ucum_code: Mapped[str | None] = code_column(
        doc="Code in the Unified Code for Units of Measure, where it has one.", zh="UCUM 代码", code_list="UCUM"
    )
    base_factor: Mapped[Decimal | None] = rate_column(
        doc="Base units of the dimension (kg, m, m2, l, s) in one of it; none for counts, packages and temperatures.",
        zh="换算系数", tier=Tier.PUBLIC,
    )  # fmt: skip
    digits: Mapped[int] = small_column(
        doc="Digits after the point of a quantity said in it or converted into it, at most: 0 for what is never cut.",
        zh="小数位数", tier=Tier.PUBLIC, server_default="6",
    )  # fmt: skip


class ItemUnitConversion(GroupRecord, scope=Scope(partner=ANYONE), zh="物料单位换算"):
    """How many of an item's own unit another unit holds: one box of gloves is 100 pieces, of syringes 50.

    The factor is a ratio, so that it is exact either way: of an item kept in boxes, 1 of them is 12 pieces.
    """

    __tablename__ = "item_unit_conversion"
    __table_args__ = (
        UniqueConstraint("item_id", "unit_id"),
        CheckConstraint("factor > 0 AND per > 0", name="factor_positive"),
    )

    item_id: Mapped[UUID] = reference("item", lines="unit_conversions", doc="The item the factor holds for.", zh="物料")
    unit_id: Mapped[UUID] = reference("unit_of_measure", doc="The other unit.", zh="计量单位")
    factor: Mapped[Decimal] = rate_column(
        doc="The item's own units in `per` of the other unit.", zh="换算系数", unit="item.unit.code", tier=Tier.PUBLIC
    )
    per: Mapped[Decimal] = rate_column(
        doc="In how many of the other unit; one unless given.", zh="对应数量", unit="unit.code", tier=Tier.PUBLIC,
        server_default="1",
    )  # fmt: skip


# What a line of a document says where it does not speak of the item's own unit.


def unit_said() -> MappedColumn[Any]:
    """The unit in which a line was said."""
    return reference(
        "unit_of_measure", doc="The unit in which it was said; none where that is the item's own.", zh="单据单位"
    )


def quantity_said() -> MappedColumn[Any]:
    """How much of that unit."""
    return quantity_column(
        doc="How much of that unit it is; amounts come from this and the price of one.", zh="单据单位数量",
        unit="unit.code", tier=Tier.PUBLIC,
    )  # fmt: skip


def price_said(currency: str) -> MappedColumn[Any]:
    """The price of one of it, in the currency whose column is named."""
    return price_column(
        doc="Price of one of that unit, as it was said; that of the item's own unit follows from it, rounded.",
        zh="单据单位单价", unit=currency,
    )  # fmt: skip


# Of an order all three or none are there. A part of what was ordered may be no number of units: then an invoice for it
# says only at which price of which.
SAID_WHOLE = "num_nulls(unit_id, unit_quantity, price_in_unit) IN (0, 3) AND unit_quantity <> 0"
SAID_IN_PART = "num_nulls(unit_id, price_in_unit) IN (0, 2) AND (unit_id IS NOT NULL OR unit_quantity IS NULL)"
