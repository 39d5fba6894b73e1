"""The cold chain: what each storage class allows, and what loggers read on the way of a shipment."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from domain.core.columns import (
    Tier,
    code_column,
    column,
    enum_column,
    instant_column,
    quantity_column,
    reference,
    text_column,
)
from domain.core.records import CompanyRecord, GroupRecord, Scope
from domain.master_data.items import StorageClass

CELSIUS = "°C"


class StorageCondition(GroupRecord, scope=Scope(), zh="储存条件"):
    """Between which temperatures goods of a storage class are kept; a class without a row has no limits."""

    __tablename__ = "storage_condition"
    __table_args__ = (
        UniqueConstraint("storage_class"),
        CheckConstraint("temperature_max >= temperature_min", name="limits_in_order"),
    )

    storage_class: Mapped[StorageClass] = enum_column(StorageClass, doc="The storage class.", zh="储存类别")
    temperature_min: Mapped[Decimal] = quantity_column(
        doc="The lowest temperature allowed.", zh="最低温度", unit=CELSIUS
    )
    temperature_max: Mapped[Decimal] = quantity_column(
        doc="The highest temperature allowed.", zh="最高温度", unit=CELSIUS
    )
    source: Mapped[str] = text_column(doc="The standard or label that sets them.", zh="依据")


class ColdChainReading(
    CompanyRecord,
    scope=Scope(partner="shipment.customer_id", site="shipment.site_id"),
    zh="冷链读数",
    append_only=True,
):
    """What one logger read at one instant on the way of a shipment."""

    __tablename__ = "cold_chain_reading"
    __table_args__ = (UniqueConstraint("company_id", "shipment_id", "logger", "read_at"),)

    shipment_id: Mapped[UUID] = reference("shipment", doc="The shipment it went with.", zh="发货单", many="readings")
    logger: Mapped[str] = code_column(doc="Serial number of the logger.", zh="记录仪编号")
    read_at: Mapped[datetime] = instant_column(doc="When it was read.", zh="读取时间", tier=Tier.PUBLIC, order=True)
    temperature: Mapped[Decimal] = quantity_column(doc="What it read.", zh="温度", unit=CELSIUS, tier=Tier.PUBLIC)
    is_excursion: Mapped[bool] = column(
        doc="Whether it was outside of what some goods of the shipment allow.", zh="是否超温", tier=Tier.PUBLIC
    )
