"""Units of measure, and how many of one unit of an item make another."""

from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from domain.core.columns import Tier, code_column, enum_column, rate_column, reference, text_column
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
    __table_args__ = (CheckConstraint("base_factor > 0", name="base_factor_positive"),)

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


class ItemUnitConversion(GroupRecord, scope=Scope(partner=ANYONE), zh="物料单位换算"):
    """How many of an item's own unit one of another unit holds: one box of gloves is 100 pieces, of syringes 50."""

    __tablename__ = "item_unit_conversion"
    __table_args__ = (
        UniqueConstraint("item_id", "unit_id"),
        CheckConstraint("factor > 0", name="factor_positive"),
    )

    item_id: Mapped[UUID] = reference("item", lines="unit_conversions", doc="The item the factor holds for.", zh="物料")
    unit_id: Mapped[UUID] = reference("unit_of_measure", doc="The other unit.", zh="计量单位")
    factor: Mapped[Decimal] = rate_column(
        doc="The item's own units in one of the other unit.", zh="换算系数", unit="item.unit.code", tier=Tier.PUBLIC
    )
