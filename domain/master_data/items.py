"""Items: what is bought, made, stored and sold.

The item itself is shared by the group and is catalogue data that any partner with a grant may see. What differs by
company (planning, standard cost, list price) stands in company records beside it.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from domain.core.columns import (
    TEXT_LENGTH_MAX,
    Tier,
    code_column,
    column,
    date_column,
    enum_column,
    price_column,
    quantity_column,
    rate_column,
    reference,
    small_column,
    text_column,
)
from domain.core.records import ANYONE, CompanyRecord, GroupRecord, Scope


class ItemType(StrEnum):
    """What kind of thing an item is."""

    DEVICE = "DEVICE"
    COMPONENT = "COMPONENT"
    RAW_MATERIAL = "RAW_MATERIAL"
    CONSUMABLE = "CONSUMABLE"
    SPARE_PART = "SPARE_PART"
    SERVICE = "SERVICE"
    SOFTWARE = "SOFTWARE"
    KIT = "KIT"
    FINISHED_GOOD = "FINISHED_GOOD"


class ItemStatus(StrEnum):
    """Where an item stands in the steward's hands."""

    DRAFT = "DRAFT"
    REVIEW = "REVIEW"
    ACTIVE = "ACTIVE"
    RETIRED = "RETIRED"


class MakeOrBuy(StrEnum):
    """Whether we make an item or buy it."""

    MAKE = "MAKE"
    BUY = "BUY"


class LotPolicy(StrEnum):
    """How exactly an item is traced."""

    NONE = "NONE"
    LOT = "LOT"
    SERIAL = "SERIAL"
    LOT_AND_SERIAL = "LOT_AND_SERIAL"


class StorageClass(StrEnum):
    """In which conditions an item is kept."""

    AMBIENT = "AMBIENT"
    COOL = "COOL"
    REFRIGERATED = "REFRIGERATED"
    FROZEN = "FROZEN"
    HAZARDOUS = "HAZARDOUS"


class DeviceClass(StrEnum):
    """Risk class of a medical device, as its main market classifies it."""

    NOT_A_DEVICE = "NOT_A_DEVICE"
    CLASS_I = "CLASS_I"
    CLASS_IIA = "CLASS_IIA"
    CLASS_II = "CLASS_II"
    CLASS_IIB = "CLASS_IIB"
    CLASS_III = "CLASS_III"
    UNCLASSIFIED = "UNCLASSIFIED"


class ItemCategory(GroupRecord, scope=Scope(partner=ANYONE), zh="物料类别", key="code", name="name"):
    """A node of the tree that groups items."""

    __tablename__ = "item_category"

    code: Mapped[str] = code_column(doc="Short code of the category.", zh="类别代码", order=True)
    name: Mapped[str] = text_column(doc="Name.", zh="名称", tier=Tier.PUBLIC, order=True)
    name_zh: Mapped[str | None] = text_column(doc="Name in Chinese.", zh="中文名称", tier=Tier.PUBLIC)
    parent_id: Mapped[UUID | None] = reference(
        "item_category", many="children", doc="The broader category.", zh="上级类别"
    )


class Item(
    GroupRecord, scope=Scope(partner=ANYONE), zh="物料", key="code", name="name",
    search=("code", "name", "name_zh", "model", "description", "device_identifiers.normal_value"),
):  # fmt: skip
    """A thing or service that is bought, made, stored or sold."""

    __tablename__ = "item"
    __table_args__ = (CheckConstraint("shelf_life_days > 0", name="shelf_life_positive"),)

    code: Mapped[str] = code_column(doc="Code of the item, unique in the group.", zh="物料代码", order=True)
    name: Mapped[str] = text_column(doc="Name.", zh="名称", tier=Tier.PUBLIC, order=True)
    name_zh: Mapped[str | None] = text_column(doc="Name in Chinese.", zh="中文名称", tier=Tier.PUBLIC)
    description: Mapped[str | None] = text_column(
        doc="What it is, in more words.", zh="描述", tier=Tier.PUBLIC, length_max=TEXT_LENGTH_MAX
    )
    kind: Mapped[ItemType] = enum_column(
        ItemType, doc="What kind of thing it is.", zh="物料类型", tier=Tier.PUBLIC
    )
    status: Mapped[ItemStatus] = enum_column(
        ItemStatus, doc="Where it stands in the steward's hands.", zh="状态", tier=Tier.PUBLIC
    )
    unit_id: Mapped[UUID] = reference("unit_of_measure", doc="The unit its stock is counted in.", zh="计量单位")
    category_id: Mapped[UUID | None] = reference(
        "item_category", many="items", doc="Its place in the category tree.", zh="物料类别"
    )
    manufacturer_id: Mapped[UUID | None] = reference(
        "party", many="manufactured_items", doc="Who makes or labels it; none if we do.", zh="制造商"
    )
    make_or_buy: Mapped[MakeOrBuy] = enum_column(MakeOrBuy, doc="Whether we make it or buy it.", zh="自制或外购")
    lot_policy: Mapped[LotPolicy] = enum_column(
        LotPolicy, doc="How exactly it is traced.", zh="批次/序列号策略", tier=Tier.PUBLIC, server_default="NONE"
    )
    shelf_life_days: Mapped[int | None] = column(
        doc="Days from making to expiry.", zh="有效期天数", unit="day", tier=Tier.PUBLIC
    )
    storage_class: Mapped[StorageClass] = enum_column(
        StorageClass, doc="In which conditions it is kept.", zh="储存条件", tier=Tier.PUBLIC, server_default="AMBIENT"
    )
    device_class: Mapped[DeviceClass] = enum_column(
        DeviceClass, doc="Risk class as a medical device.", zh="器械类别", tier=Tier.PUBLIC,
        server_default="NOT_A_DEVICE",
    )  # fmt: skip
    is_sold: Mapped[bool] = column(
        doc="Whether customers can buy it.", zh="是否可销售", tier=Tier.PUBLIC, server_default="false"
    )
    colour: Mapped[str | None] = text_column(doc="Colour.", zh="颜色", tier=Tier.PUBLIC)
    size: Mapped[str | None] = text_column(doc="Size, as labelled.", zh="规格", tier=Tier.PUBLIC)
    size_unit_id: Mapped[UUID | None] = reference("unit_of_measure", doc="Unit of the size.", zh="规格单位")
    weight: Mapped[Decimal | None] = quantity_column(
        doc="Weight of one.", zh="重量", unit="weight_unit.code", tier=Tier.PUBLIC
    )
    weight_unit_id: Mapped[UUID | None] = reference("unit_of_measure", doc="Unit of the weight.", zh="重量单位")
    volume: Mapped[Decimal | None] = quantity_column(
        doc="Volume of one.", zh="体积", unit="volume_unit.code", tier=Tier.PUBLIC
    )
    volume_unit_id: Mapped[UUID | None] = reference("unit_of_measure", doc="Unit of the volume.", zh="体积单位")
    product_line: Mapped[str | None] = code_column(doc="Product line it belongs to.", zh="产品线")
    grade: Mapped[str | None] = code_column(doc="Grade within its line, such as H for high.", zh="等级")
    style: Mapped[str | None] = code_column(doc="Whom it is styled for, such as W for women.", zh="款式")
    model: Mapped[str | None] = text_column(doc="Name or number of the model.", zh="型号", tier=Tier.PUBLIC)
    sold_from: Mapped[date | None] = date_column(doc="First day of sale.", zh="开始销售日期", tier=Tier.PUBLIC)
    sold_to: Mapped[date | None] = date_column(doc="Last day of sale.", zh="停止销售日期", tier=Tier.PUBLIC)
    merged_into_id: Mapped[UUID | None] = reference(
        "item", many="merged_from", doc="The item that now stands for it; its code and id answer with that one.",
        zh="已并入物料", tier=Tier.INTERNAL,
    )  # fmt: skip


class ItemRevision(GroupRecord, scope=Scope(partner=ANYONE), zh="物料版本"):
    """A released revision of an item, with the days it is effective."""

    __tablename__ = "item_revision"
    __table_args__ = (UniqueConstraint("item_id", "revision"),)

    item_id: Mapped[UUID] = reference("item", many="revisions", doc="The item.", zh="物料")
    revision: Mapped[str] = code_column(doc="Revision, such as B.", zh="版本号", order=True)
    valid_from: Mapped[date] = date_column(doc="First day it is effective.", zh="生效日期", tier=Tier.PUBLIC)
    valid_to: Mapped[date | None] = date_column(doc="Last day it is effective.", zh="失效日期", tier=Tier.PUBLIC)
    change_note: Mapped[str | None] = text_column(doc="What changed.", zh="变更说明", length_max=TEXT_LENGTH_MAX)


class KitComponent(GroupRecord, scope=Scope(partner=ANYONE), zh="套件组成"):
    """What one kit holds of an item, during a time: a kit is sold as one and leaves as its components."""

    __tablename__ = "kit_component"
    __table_args__ = (
        UniqueConstraint("kit_id", "component_id", "valid_from"),
        CheckConstraint("kit_id <> component_id", name="component_is_another"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("revenue_weight >= 0", name="revenue_weight_not_negative"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="valid_period"),
    )

    kit_id: Mapped[UUID] = reference("item", many="components", doc="The kit.", zh="套件")
    component_id: Mapped[UUID] = reference("item", many="in_kits", doc="What is in it.", zh="组件")
    quantity: Mapped[Decimal] = quantity_column(
        doc="How much of it one kit holds.", zh="单套数量", unit="component.unit.code", tier=Tier.PUBLIC
    )
    revenue_weight: Mapped[Decimal | None] = rate_column(
        doc="In which proportion to the others it shares the kit's price; by its own list price unless given.",
        zh="收入权重", tier=Tier.COMMERCIAL,
    )  # fmt: skip
    valid_from: Mapped[date] = date_column(doc="First day.", zh="生效日期", tier=Tier.PUBLIC)
    valid_to: Mapped[date | None] = date_column(
        doc="Last day; none while it holds.", zh="失效日期", tier=Tier.PUBLIC
    )


class ItemPlanning(CompanyRecord, scope=Scope(site="site_id"), zh="物料计划参数"):
    """How one company, or one of its sites, plans an item."""

    __tablename__ = "item_planning"
    __table_args__ = (
        UniqueConstraint("company_id", "item_id", "site_id", postgresql_nulls_not_distinct=True),
        CheckConstraint("reorder_point >= 0 AND safety_stock >= 0 AND lead_days >= 0", name="parameters_not_negative"),
    )

    item_id: Mapped[UUID] = reference("item", many="planning", doc="The item.", zh="物料")
    site_id: Mapped[UUID | None] = reference("site", doc="The site; none for the whole company.", zh="场所")
    reorder_point: Mapped[Decimal] = quantity_column(
        doc="Stock below which it is ordered again.", zh="再订货点", unit="item.unit.code"
    )
    safety_stock: Mapped[Decimal] = quantity_column(
        doc="Stock kept against the unforeseen.", zh="安全库存", unit="item.unit.code"
    )
    lead_days: Mapped[int] = small_column(doc="Days to make or buy it.", zh="提前期", unit="day", server_default="0")


class ItemCost(CompanyRecord, scope=Scope(), zh="物料标准成本"):
    """Standard cost of one unit of an item in one company, during a time."""

    __tablename__ = "item_cost"
    __table_args__ = (
        UniqueConstraint("company_id", "item_id", "valid_from"),
        CheckConstraint("standard_cost >= 0", name="standard_cost_not_negative"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="valid_period"),
    )

    item_id: Mapped[UUID] = reference("item", many="costs", doc="The item.", zh="物料")
    standard_cost: Mapped[Decimal] = price_column(
        doc="Standard cost of one unit.", zh="标准成本", unit="company.currency", tier=Tier.CONFIDENTIAL
    )
    valid_from: Mapped[date] = date_column(doc="First day of the cost.", zh="生效日期", order=True)
    valid_to: Mapped[date | None] = date_column(doc="Last day of the cost; none while it holds.", zh="失效日期")


class ItemPrice(CompanyRecord, scope=Scope(), zh="物料目录价"):
    """List price of one unit of an item in one company, during a time."""

    __tablename__ = "item_price"
    __table_args__ = (
        UniqueConstraint("company_id", "item_id", "currency", "valid_from"),
        CheckConstraint("list_price >= 0", name="list_price_not_negative"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="valid_period"),
    )

    item_id: Mapped[UUID] = reference("item", many="prices", doc="The item.", zh="物料")
    currency: Mapped[str] = code_column(
        doc="Currency of the price.", zh="货币", length_max=3, code_list="ISO4217", tier=Tier.INTERNAL
    )
    list_price: Mapped[Decimal] = price_column(doc="Price of one unit.", zh="目录价", unit="currency")
    valid_from: Mapped[date] = date_column(doc="First day of the price.", zh="生效日期", order=True)
    valid_to: Mapped[date | None] = date_column(doc="Last day of the price; none while it holds.", zh="失效日期")
