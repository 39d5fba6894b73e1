"""Documents of stock: what was sent from place to place, what a late cost was shared over, what was revalued.

Goods and their value move in `models`; a document says who asked for what, and leads to the moves and vouchers by the
posting id it shares with them.
"""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, Index, UniqueConstraint
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
from domain.inventory.models import (
    COMPANY_CURRENCY,
    ITEM_UNIT,
    LandedCostBasis,
    ReservationStatus,
    StockStatus,
    TransferStatus,
)

CURRENCY_LENGTH = 3


class StockTransfer(CompanyRecord, scope=Scope(site="target.site_id"), zh="库存调拨单", key="number", name="number"):
    """Goods on their way from one place of the company to another; until they arrive they are in transit."""

    __tablename__ = "stock_transfer"

    number: Mapped[str] = code_column(doc="Number of the transfer.", zh="调拨单号", order=True)
    status: Mapped[str] = enum_column(TransferStatus, doc="Where the transfer is in its flow.", zh="状态", order=True)
    transit_id: Mapped[UUID] = reference("location", doc="Where the goods are until they arrive.", zh="在途库位")
    target_id: Mapped[UUID] = reference("location", doc="Where the goods go.", zh="目标库位", many="transfers")
    shipped_on: Mapped[date] = date_column(doc="Day the goods left.", zh="发出日期", order=True)
    received_on: Mapped[date | None] = date_column(doc="Day the last of them arrived.", zh="接收日期")
    loss_reason: Mapped[str | None] = text_column(
        doc="What became of what was lost on the way, if some was.", zh="在途损失原因"
    )
    stock_move_id: Mapped[UUID] = reference("stock_move", doc="The move into transit.", zh="发出移动")


class StockTransferLine(CompanyRecord, scope=Scope(site="stock_transfer.target.site_id"), zh="库存调拨行"):
    """What was sent of one item, and how much of it arrived."""

    __tablename__ = "stock_transfer_line"
    __table_args__ = (
        CheckConstraint("received_quantity >= 0 AND lost_quantity >= 0", name="received_not_negative"),
        CheckConstraint("received_quantity + lost_quantity <= shipped_quantity", name="received_within_shipped"),
        UniqueConstraint("company_id", "stock_transfer_id", "position"),
    )

    stock_transfer_id: Mapped[UUID] = reference(
        "stock_transfer", doc="The transfer the line belongs to.", zh="调拨单", lines="lines", lines_order="position"
    )
    position: Mapped[int] = column(doc="1-based place on the transfer.", zh="行号")
    item_id: Mapped[UUID] = reference("item", doc="What was sent.", zh="物料")
    lot_id: Mapped[UUID | None] = reference("lot", doc="The lot that was sent.", zh="批次")
    status: Mapped[str] = enum_column(StockStatus, doc="Status of the goods.", zh="库存状态")
    shipped_quantity: Mapped[Decimal] = quantity_column(doc="Sent.", zh="发出数量", unit=ITEM_UNIT)
    received_quantity: Mapped[Decimal] = quantity_column(
        doc="Arrived so far.", zh="到货数量", unit=ITEM_UNIT, server_default="0"
    )
    lost_quantity: Mapped[Decimal] = quantity_column(
        doc="Lost on the way and written off.", zh="在途损失数量", unit=ITEM_UNIT, server_default="0"
    )
    in_transit_quantity: Mapped[Decimal] = quantity_column(
        doc="Still on the way: sent, neither arrived nor lost.", zh="在途数量", unit=ITEM_UNIT,
        server_default=Computed("shipped_quantity - received_quantity - lost_quantity", persisted=True),
    )  # fmt: skip
    stock_entry_id: Mapped[UUID] = reference(
        "stock_entry", doc="The entry that put the goods in transit; what arrives takes its value.", zh="在途分录"
    )


class LandedCost(CompanyRecord, scope=Scope(), zh="到岸费用单", key="number", name="number"):
    """A cost of getting goods here, found after they came: shared over what was received, at its basis."""

    __tablename__ = "landed_cost"
    __table_args__ = (CheckConstraint("amount <> 0", name="amount_moves"),)

    number: Mapped[str] = code_column(doc="Number of the document.", zh="单号", order=True)
    basis: Mapped[str] = enum_column(LandedCostBasis, doc="By what the cost is shared.", zh="分摊依据")
    supplier_id: Mapped[UUID | None] = reference("party", doc="Who charges the cost.", zh="供应商", many="landed_costs")
    invoice_number: Mapped[str | None] = code_column(
        doc="The supplier's invoice that the cost stands on.", zh="发票号", tier=Tier.INTERNAL
    )
    amount: Mapped[Decimal] = amount_column(
        doc="The cost in the currency it is charged in; negative where it takes back another.", zh="金额",
        unit="currency",
    )  # fmt: skip
    currency: Mapped[str] = code_column(
        doc="Currency of the cost.", zh="币种", length_max=CURRENCY_LENGTH, code_list="ISO4217"
    )
    rate: Mapped[Decimal] = rate_column(doc="Units of the company's currency for one of the cost's.", zh="汇率")
    occurred_on: Mapped[date] = date_column(doc="The day the cost counts from.", zh="业务日期", order=True)
    posting_id: Mapped[UUID] = uuid_column(doc="What the document shares with its layers and voucher.", zh="过账标识")
    reverses_id: Mapped[UUID | None] = reference(
        "landed_cost", doc="The document that this one takes back.", zh="冲销的单据"
    )


class LandedCostLine(CompanyRecord, scope=Scope(), zh="到岸费用行"):
    """The share that goods of one receipt have in a late cost."""

    __tablename__ = "landed_cost_line"
    __table_args__ = (UniqueConstraint("company_id", "landed_cost_id", "position"),)

    landed_cost_id: Mapped[UUID] = reference(
        "landed_cost", doc="The document the line belongs to.", zh="到岸费用单", lines="lines", lines_order="position"
    )
    position: Mapped[int] = column(doc="1-based place on the document.", zh="行号")
    stock_entry_id: Mapped[UUID] = reference("stock_entry", doc="The goods as they came in.", zh="入库分录")
    item_id: Mapped[UUID] = reference("item", doc="What came in.", zh="物料")
    weight: Mapped[Decimal] = rate_column(doc="What the share was found by, in the unit of the basis.", zh="分摊权重")
    amount: Mapped[Decimal] = amount_column(
        doc="The share in the company's currency.", zh="金额", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL
    )


class StockRevaluation(CompanyRecord, scope=Scope(), zh="存货重估单", key="number", name="number"):
    """All stock of an item, or of one valuation area or lot, made worth another cost of one unit."""

    __tablename__ = "stock_revaluation"

    number: Mapped[str] = code_column(doc="Number of the document.", zh="单号", order=True)
    item_id: Mapped[UUID] = reference("item", doc="What is revalued.", zh="物料", many="revaluations")
    location_id: Mapped[UUID | None] = reference(
        "location", doc="A place of the area, where areas are valued apart.", zh="库位"
    )
    lot_id: Mapped[UUID | None] = reference("lot", doc="The lot, where lots are valued each.", zh="批次")
    unit_cost: Mapped[Decimal] = price_column(
        doc="What one unit is worth from then on.", zh="单位成本", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL
    )
    occurred_on: Mapped[date] = date_column(doc="The day the new cost counts from.", zh="业务日期", order=True)
    value: Mapped[Decimal] = amount_column(
        doc="By how much the value of stock changed.", zh="金额", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL
    )
    posting_id: Mapped[UUID] = uuid_column(doc="What the document shares with its layers and voucher.", zh="过账标识")


class StockReservation(CompanyRecord, scope=Scope(), zh="库存预留", key="number", name="number"):
    """Goods that are promised to one line of a document, by the lots and places that will fulfil it."""

    __tablename__ = "stock_reservation"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("fulfilled_quantity >= 0", name="fulfilled_not_negative"),
        CheckConstraint("fulfilled_quantity <= quantity", name="fulfilled_within_reserved"),
        CheckConstraint("(status = 'FULFILLED') = (fulfilled_quantity = quantity)", name="fulfilled_is_all"),
    )

    number: Mapped[str] = code_column(doc="Number of the reservation.", zh="预留单号", order=True)
    item_id: Mapped[UUID] = reference("item", doc="What is promised.", zh="物料", many="reservations")
    status: Mapped[str] = enum_column(
        ReservationStatus, doc="Where the reservation is in its flow.", zh="状态", order=True
    )
    quantity: Mapped[Decimal] = quantity_column(doc="How much is promised.", zh="预留数量", unit=ITEM_UNIT)
    fulfilled_quantity: Mapped[Decimal] = quantity_column(
        doc="How much of it has gone out.", zh="已履行数量", unit=ITEM_UNIT, server_default="0"
    )
    delivery_on: Mapped[date] = date_column(doc="Day of delivery that it is promised for.", zh="交付日期", order=True)
    remaining_days_min: Mapped[int] = column(
        doc="Days that the goods must still be usable on the day of delivery.", zh="最短剩余效期", unit="day",
        server_default="0",
    )  # fmt: skip
    source_kind: Mapped[str | None] = code_column(
        doc="Type of the document line that it is for.", zh="来源类型", tier=Tier.INTERNAL
    )
    source_id: Mapped[UUID | None] = uuid_column(doc="Id of the document line that it is for.", zh="来源标识")
    source_number: Mapped[str | None] = code_column(
        doc="Number of the document that it is for.", zh="来源单号", tier=Tier.INTERNAL
    )


Index("ix_stock_reservation_source", StockReservation.table.c.company_id, StockReservation.table.c.source_id)


class StockAllocation(CompanyRecord, scope=Scope(site="location.site_id"), zh="库存分配"):
    """What one lot at one place gives to a reservation."""

    __tablename__ = "stock_allocation"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("fulfilled_quantity >= 0", name="fulfilled_not_negative"),
        CheckConstraint("fulfilled_quantity <= quantity", name="fulfilled_within_allocated"),
        UniqueConstraint("company_id", "stock_reservation_id", "position"),
    )

    stock_reservation_id: Mapped[UUID] = reference(
        "stock_reservation", doc="The reservation the goods are for.", zh="预留单", lines="allocations",
        lines_order="position",
    )  # fmt: skip
    position: Mapped[int] = column(doc="1-based place: what expires first goes first.", zh="行号")
    stock_balance_id: Mapped[UUID] = reference(
        "stock_balance", doc="The balance that gives.", zh="库存余额", many="allocations"
    )
    location_id: Mapped[UUID] = reference("location", doc="Where the goods are.", zh="库位")
    lot_id: Mapped[UUID | None] = reference("lot", doc="The lot.", zh="批次")
    quantity: Mapped[Decimal] = quantity_column(
        doc="How much it gives.", zh="分配数量", unit="stock_reservation.item.unit.code"
    )
    fulfilled_quantity: Mapped[Decimal] = quantity_column(
        doc="How much of it has gone out.", zh="已履行数量", unit="stock_reservation.item.unit.code",
        server_default="0",
    )  # fmt: skip
