"""Logistics: what left for a customer, in which packages, with whom, whether it arrived, and what came back.

A shipment takes what an order has allocated: picked, packed where wanted, shipped, delivered. Until it is shipped it
can be cancelled and nothing has moved; shipping issues the goods and their cost in the same transaction. What a
customer sees of a shipment is PUBLIC: the lot's number and last day are repeated on the line, because lots themselves
are ours alone.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from domain.core.columns import (
    Tier,
    code_column,
    column,
    date_column,
    enum_column,
    quantity_column,
    reference,
    text_column,
    uuid_column,
)
from domain.core.records import CompanyRecord, Scope

ITEM_UNIT = "item.unit.code"
SSCC_LENGTH = 18
GS1_PREFIX_LENGTH_MAX = 12


class ShipmentStatus(StrEnum):
    """Where a shipment is in its flow."""

    PICKED = "PICKED"
    PACKED = "PACKED"
    SHIPPED = "SHIPPED"
    DELIVERED = "DELIVERED"
    CANCELLED = "CANCELLED"


class PackageNumbering(CompanyRecord, scope=Scope(), zh="包装编号设置"):
    """Under which GS1 company prefix a company numbers the packages that it sends (SSCC)."""

    __tablename__ = "package_numbering"
    __table_args__ = (UniqueConstraint("company_id"),)

    gs1_prefix: Mapped[str] = code_column(
        doc="GS1 company prefix, 4 to 12 digits.", zh="GS1厂商识别代码", length_max=GS1_PREFIX_LENGTH_MAX
    )


class Shipment(
    CompanyRecord, scope=Scope(partner="customer_id", site="site_id"), zh="发货单", key="number", name="number"
):
    """Goods of one order on their way to its customer."""

    __tablename__ = "shipment"
    __table_args__ = (
        CheckConstraint("status NOT IN ('SHIPPED', 'DELIVERED') OR shipped_on IS NOT NULL", name="shipped_on_a_day"),
        CheckConstraint("status <> 'DELIVERED' OR delivered_on IS NOT NULL", name="delivered_on_a_day"),
        CheckConstraint("delivered_on >= shipped_on", name="delivered_after_shipped"),
    )

    number: Mapped[str] = code_column(doc="Number of the shipment.", zh="发货单号", order=True)
    sales_order_id: Mapped[UUID] = reference(
        "sales_order", doc="The order that is shipped.", zh="销售订单", many="shipments"
    )
    customer_id: Mapped[UUID] = reference("party", doc="Who gets the goods.", zh="客户", many="shipments")
    ship_to_id: Mapped[UUID | None] = reference("address", doc="Where the goods go.", zh="送货地址")
    site_id: Mapped[UUID | None] = reference("site", doc="The site that ships.", zh="发货地点", many="shipments")
    status: Mapped[str] = enum_column(
        ShipmentStatus, doc="Where the shipment is in its flow.", zh="状态", tier=Tier.PUBLIC, order=True
    )
    picked_on: Mapped[date] = date_column(doc="Day the goods were picked.", zh="拣货日期", tier=Tier.PUBLIC, order=True)
    shipped_on: Mapped[date | None] = date_column(doc="Day the goods left.", zh="发货日期", tier=Tier.PUBLIC)
    delivered_on: Mapped[date | None] = date_column(doc="Day the customer took them.", zh="签收日期", tier=Tier.PUBLIC)
    carrier_id: Mapped[UUID | None] = reference("party", doc="Who carries the goods.", zh="承运商", tier=Tier.INTERNAL)
    carrier_name: Mapped[str | None] = text_column(
        doc="Name of the carrier when the goods left.", zh="承运商名称", tier=Tier.PUBLIC
    )
    tracking_number: Mapped[str | None] = code_column(doc="The carrier's number of the shipment.", zh="运单号")
    proof_of_delivery: Mapped[str | None] = text_column(
        doc="What proves that the goods arrived: number of the signed note, or of the carrier's record.",
        zh="签收凭证", tier=Tier.PUBLIC,
    )  # fmt: skip
    posting_id: Mapped[UUID | None] = uuid_column(
        doc="What the shipment shares with the move and the voucher that it made.", zh="过账标识"
    )


class ShipmentLine(CompanyRecord, scope=Scope(partner="shipment.customer_id", site="shipment.site_id"), zh="发货单行"):
    """Goods of one lot, taken from one place."""

    __tablename__ = "shipment_line"
    __table_args__ = (
        UniqueConstraint("company_id", "shipment_id", "position"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("returned_quantity >= 0 AND invoiced_quantity >= 0", name="quantities_not_negative"),
        CheckConstraint("returned_quantity <= quantity", name="returned_within_shipped"),
        CheckConstraint("invoiced_quantity <= quantity", name="invoiced_within_shipped"),
    )

    shipment_id: Mapped[UUID] = reference(
        "shipment", doc="The shipment the line belongs to.", zh="发货单", lines="lines", lines_order="position"
    )
    position: Mapped[int] = column(doc="1-based place on the shipment.", zh="行号", tier=Tier.PUBLIC)
    sales_order_line_id: Mapped[UUID] = reference(
        "sales_order_line", doc="The line of the order that it fulfils.", zh="销售订单行", many="shipment_lines"
    )
    item_id: Mapped[UUID] = reference("item", doc="What is shipped.", zh="物料", many="shipment_lines")
    quantity: Mapped[Decimal] = quantity_column(doc="How much.", zh="数量", unit=ITEM_UNIT, tier=Tier.PUBLIC)
    stock_allocation_id: Mapped[UUID | None] = reference(
        "stock_allocation", doc="The promise that it takes from; none for what a supplier shipped straight.",
        zh="库存分配", tier=Tier.INTERNAL,
    )  # fmt: skip
    location_id: Mapped[UUID] = reference("location", doc="Where it is taken from.", zh="库位", tier=Tier.INTERNAL)
    lot_id: Mapped[UUID | None] = reference("lot", doc="The lot.", zh="批次", tier=Tier.INTERNAL, many="shipment_lines")
    lot_number: Mapped[str | None] = code_column(doc="Number of the lot.", zh="批号")
    expires_on: Mapped[date | None] = date_column(doc="Last day the lot may be used.", zh="有效期至", tier=Tier.PUBLIC)
    stock_entry_id: Mapped[UUID | None] = reference(
        "stock_entry", doc="The entry by which it left stock.", zh="库存分录", tier=Tier.INTERNAL
    )
    returned_quantity: Mapped[Decimal] = quantity_column(
        doc="Came back.", zh="退货数量", unit=ITEM_UNIT, tier=Tier.PUBLIC, server_default="0"
    )
    invoiced_quantity: Mapped[Decimal] = quantity_column(
        doc="Invoiced, credit notes taken off.", zh="开票数量", unit=ITEM_UNIT, tier=Tier.PUBLIC, server_default="0"
    )


class ShippedSerial(
    CompanyRecord,
    scope=Scope(partner="shipment_line.shipment.customer_id", site="shipment_line.shipment.site_id"),
    zh="发货序列号",
):
    """One piece of a line, by its serial number; a piece is out once until it comes back."""

    __tablename__ = "shipped_serial"
    __table_args__ = (UniqueConstraint("company_id", "shipment_line_id", "number"),)

    shipment_line_id: Mapped[UUID] = reference(
        "shipment_line", doc="The line that the piece is of.", zh="发货单行", lines="serials", lines_order="number"
    )
    item_id: Mapped[UUID] = reference("item", doc="What it is.", zh="物料", many="shipped_serials")
    number: Mapped[str] = code_column(doc="Serial number of the piece.", zh="序列号")
    is_out: Mapped[bool] = column(
        doc="Whether the piece is with the customer, or picked for it.", zh="是否在外", tier=Tier.PUBLIC,
        server_default="true",
    )  # fmt: skip


Index(
    "uq_shipped_serial_out", ShippedSerial.table.c.company_id, ShippedSerial.table.c.item_id,
    ShippedSerial.table.c.number, unique=True, postgresql_where=ShippedSerial.table.c.is_out,
)  # fmt: skip


class ShipmentPackage(
    CompanyRecord, scope=Scope(partner="shipment.customer_id", site="shipment.site_id"), zh="发货包装"
):
    """One package, carton or pallet, under its serial shipping container code."""

    __tablename__ = "shipment_package"
    __table_args__ = (
        UniqueConstraint("company_id", "shipment_id", "position"),
        UniqueConstraint("company_id", "sscc"),
        CheckConstraint("weight_kg > 0", name="weight_positive"),
    )

    shipment_id: Mapped[UUID] = reference(
        "shipment", doc="The shipment the package belongs to.", zh="发货单", lines="packages", lines_order="position"
    )
    position: Mapped[int] = column(doc="1-based place on the shipment.", zh="序号", tier=Tier.PUBLIC)
    sscc: Mapped[str] = code_column(
        doc="Serial shipping container code, 18 digits with GS1 check digit (GS1 General Specifications, 2.2.1).",
        zh="系列货运包装箱代码", length_max=SSCC_LENGTH,
    )  # fmt: skip
    weight_kg: Mapped[Decimal | None] = quantity_column(doc="Gross weight.", zh="毛重", unit="kg", tier=Tier.PUBLIC)


class ShipmentPackageLine(
    CompanyRecord,
    scope=Scope(partner="shipment_package.shipment.customer_id", site="shipment_package.shipment.site_id"),
    zh="包装内容",
):
    """How much of one line of the shipment is in a package."""

    __tablename__ = "shipment_package_line"
    __table_args__ = (
        UniqueConstraint("company_id", "shipment_package_id", "shipment_line_id"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
    )

    shipment_package_id: Mapped[UUID] = reference(
        "shipment_package", doc="The package.", zh="包装", lines="contents", lines_order="id"
    )
    shipment_line_id: Mapped[UUID] = reference("shipment_line", doc="The line that is in it.", zh="发货单行")
    quantity: Mapped[Decimal] = quantity_column(
        doc="How much of it.", zh="数量", unit="shipment_line.item.unit.code", tier=Tier.PUBLIC
    )
