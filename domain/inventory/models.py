"""The goods book: lots, moves and their signed entries, the balances a posting locks, and the layers of value.

Goods balance over locations: what leaves one enters another. Supplier, customer, production, loss and opening are
counter-locations (`master_data.LocationKind`), so that the entries of a move sum to zero by item. Only locations whose
goods are on hand hold a balance row; it is the one row that a posting of stock locks, found by item, location, lot,
status and owner. Value stands on the entries of goods that are on hand and ours, nowhere else.

Value layers are appended, never updated: a movement that brings goods opens a layer, one that takes goods, a late cost
or a revaluation appends its delta to the layer it consumes or corrects (`layer_id`). Their sum is the stock account at
every commit. Each row names the movement whose value it makes or corrects (`movement_id`) and the posting that wrote it
(`posting_id`): what a movement is worth is the sum of its rows, whenever they were written.

Goods at standard cost are valued by balance row: its ledger value is its quantity at standard cost, rounded once, so
two receipts never wait for each other. All others are valued in pools (`ValuePool`): one row an item and valuation
area, which a posting locks after the balances. A pool counts its movements, so that their order is that of the day they
count from and, within a day, of the lock. `OpenLayer` holds what is left of each layer of a FIFO pool; a pool of moving
average, or of one lot, is a single layer.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, Index, UniqueConstraint, text
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
    reference,
    text_column,
    uuid_column,
)
from domain.core.records import CompanyRecord, Scope

COMPANY_CURRENCY = "company.currency"
ITEM_UNIT = "item.unit.code"
UDI_LENGTH_MAX = 200


class LotStatus(StrEnum):
    """Whether a lot as a whole may be used."""

    QUARANTINE = "QUARANTINE"
    RELEASED = "RELEASED"
    ON_HOLD = "ON_HOLD"
    REJECTED = "REJECTED"
    RECALLED = "RECALLED"
    EXPIRED = "EXPIRED"


class StockStatus(StrEnum):
    """Whether a quantity may be used; available means RELEASED."""

    QUARANTINE = "QUARANTINE"
    RELEASED = "RELEASED"
    ON_HOLD = "ON_HOLD"
    REJECTED = "REJECTED"
    RECALLED = "RECALLED"
    EXPIRED = "EXPIRED"


class MoveKind(StrEnum):
    """Why goods moved; MIGRATION is what a legacy system's documents do not tell of what it held."""

    OPENING = "OPENING"
    MIGRATION = "MIGRATION"
    RECEIPT = "RECEIPT"
    ISSUE = "ISSUE"
    TRANSFER = "TRANSFER"
    PRODUCTION = "PRODUCTION"
    ADJUSTMENT = "ADJUSTMENT"
    RETURN = "RETURN"
    STATUS_CHANGE = "STATUS_CHANGE"
    REVERSAL = "REVERSAL"


class ValuationMethod(StrEnum):
    """How the value of what leaves is found."""

    STANDARD = "STANDARD"
    AVERAGE = "AVERAGE"
    FIFO = "FIFO"
    LOT = "LOT"


class ValuationArea(StrEnum):
    """Which places share one value of an item."""

    COMPANY = "COMPANY"
    SITE = "SITE"
    LOCATION = "LOCATION"


class LandedCostBasis(StrEnum):
    """By what a late cost is shared over the goods it belongs to."""

    EQUAL = "EQUAL"
    QUANTITY = "QUANTITY"
    WEIGHT = "WEIGHT"
    VOLUME = "VOLUME"
    VALUE = "VALUE"


class ReservationStatus(StrEnum):
    """Where a reservation is in its flow; the last two are final."""

    ACTIVE = "ACTIVE"
    FULFILLED = "FULFILLED"
    RELEASED = "RELEASED"


class TransferStatus(StrEnum):
    """Where a transfer is in its flow."""

    IN_TRANSIT = "IN_TRANSIT"
    RECEIVED = "RECEIVED"


class Lot(CompanyRecord, scope=Scope(), zh="批次", key="number", name="number"):
    """A quantity of one item made or received together, traced as one."""

    __tablename__ = "lot"
    __table_args__ = (
        CheckConstraint("expires_on IS NULL OR made_on IS NULL OR expires_on >= made_on", name="expires_after_made"),
    )

    number: Mapped[str] = code_column(doc="Our number of the lot.", zh="批号", order=True)
    item_id: Mapped[UUID] = reference("item", doc="What the lot is of.", zh="物料", many="lots")
    supplier_lot: Mapped[str | None] = code_column(doc="The supplier's number of the lot.", zh="供应商批号")
    supplier_id: Mapped[UUID | None] = reference("party", doc="Who supplied the lot.", zh="供应商")
    manufacturer: Mapped[str | None] = text_column(doc="Who made the lot.", zh="制造商")
    made_on: Mapped[date | None] = date_column(doc="Day of manufacture.", zh="生产日期")
    expires_on: Mapped[date | None] = date_column(doc="Last day the lot may be used.", zh="有效期至")
    udi: Mapped[str | None] = code_column(
        doc="Unique device identifier, as on the label.", zh="UDI", length_max=UDI_LENGTH_MAX
    )
    status: Mapped[str] = enum_column(
        LotStatus, doc="Whether the lot may be used.", zh="批次状态", server_default="RELEASED"
    )


class StockMove(CompanyRecord, scope=Scope(), zh="库存移动", append_only=True):
    """One act that moved goods: entries that sum to zero by item; a correction is another move that names it."""

    __tablename__ = "stock_move"

    posting_id: Mapped[UUID] = uuid_column(
        doc="What the move shares with the voucher posted in the same act.", zh="过账标识"
    )
    kind: Mapped[str] = enum_column(MoveKind, doc="Why goods moved.", zh="移动类别")
    occurred_on: Mapped[date] = date_column(doc="The day the move counts from.", zh="业务日期", order=True)
    source_kind: Mapped[str | None] = code_column(
        doc="Type of the document that caused it.", zh="来源类型", tier=Tier.INTERNAL
    )
    source_id: Mapped[UUID | None] = uuid_column(doc="Id of the document that caused it.", zh="来源标识")
    source_number: Mapped[str | None] = code_column(
        doc="Number of the document that caused it.", zh="来源单号", tier=Tier.INTERNAL
    )
    reverses_id: Mapped[UUID | None] = reference(
        "stock_move", doc="The move that this one takes back.", zh="冲销的移动"
    )


Index("ix_stock_move_posting", StockMove.table.c.company_id, StockMove.table.c.posting_id)
Index("ix_stock_move_source", StockMove.table.c.company_id, StockMove.table.c.source_id)
Index(
    "uq_stock_move_reversed_once", StockMove.table.c.company_id, StockMove.table.c.reverses_id,
    unique=True, postgresql_where=StockMove.table.c.reverses_id.is_not(None),
)  # fmt: skip


class StockEntry(CompanyRecord, scope=Scope(site="location.site_id"), zh="库存分录", append_only=True):
    """What one place gained (positive) or lost (negative) in a move."""

    __tablename__ = "stock_entry"
    __table_args__ = (
        CheckConstraint("quantity <> 0", name="quantity_moves"),
        UniqueConstraint("company_id", "stock_move_id", "position"),
    )

    stock_move_id: Mapped[UUID] = reference(
        "stock_move", doc="The move the entry belongs to.", zh="库存移动", lines="entries", lines_order="position"
    )
    position: Mapped[int] = column(doc="1-based place in the move.", zh="行号")
    occurred_on: Mapped[date] = date_column(
        doc="The move's day, repeated so that an item is read in time order.", zh="业务日期"
    )
    item_id: Mapped[UUID] = reference("item", doc="What moved.", zh="物料", many="stock_entries")
    location_id: Mapped[UUID] = reference("location", doc="The location that gained or lost.", zh="库位")
    lot_id: Mapped[UUID | None] = reference("lot", doc="The lot that moved.", zh="批次")
    status: Mapped[str] = enum_column(
        StockStatus, doc="Whether the quantity may be used.", zh="库存状态", server_default="RELEASED"
    )
    owner_id: Mapped[UUID | None] = reference("party", doc="Whose goods they are, if not ours.", zh="货主")
    quantity: Mapped[Decimal] = quantity_column(doc="Gained (positive) or lost (negative).", zh="数量", unit=ITEM_UNIT)
    unit_cost: Mapped[Decimal] = price_column(
        doc="Cost of one unit that the value was found with.",
        zh="单位成本",
        unit=COMPANY_CURRENCY,
        tier=Tier.CONFIDENTIAL,
    )
    value: Mapped[Decimal] = amount_column(
        doc="Ledger value gained or lost, rounded once to the company's currency.", zh="金额",
        unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL,
    )  # fmt: skip


# Entries are recorded in the order of time, and count nearly so: a few summaries of blocks tell where those since a day
# or an instant stand.
Index(
    "ix_stock_entry_recorded", StockEntry.table.c.company_id, StockEntry.table.c.recorded_at,
    StockEntry.table.c.occurred_on, postgresql_using="brin",
)  # fmt: skip


class StockBalance(CompanyRecord, scope=Scope(site="location.site_id"), zh="库存余额"):
    """What is on hand of an item at a location, by lot, status and owner; the one row that a posting of stock locks."""

    __tablename__ = "stock_balance"
    __table_args__ = (
        UniqueConstraint(
            "company_id", "item_id", "location_id", "lot_id", "status", "owner_id",
            name="uq_stock_balance_place", postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("reserved_quantity >= 0", name="reserved_not_negative"),
        CheckConstraint("reserved_quantity = 0 OR reserved_quantity <= quantity", name="reserved_is_there"),
        CheckConstraint(
            "reserved_quantity = 0 OR (status = 'RELEASED' AND owner_id IS NULL)", name="reserved_is_released_and_ours"
        ),
    )  # fmt: skip

    item_id: Mapped[UUID] = reference("item", doc="What is on hand.", zh="物料", many="stock_balances")
    location_id: Mapped[UUID] = reference("location", doc="Where it is.", zh="库位", many="stock_balances")
    lot_id: Mapped[UUID | None] = reference("lot", doc="Which lot it is of.", zh="批次")
    status: Mapped[str] = enum_column(
        StockStatus, doc="Whether it may be used.", zh="库存状态", server_default="RELEASED"
    )
    owner_id: Mapped[UUID | None] = reference("party", doc="Whose goods they are, if not ours.", zh="货主")
    storage_bin: Mapped[str | None] = text_column(doc="Shelf and bin within the location.", zh="货架储位")
    quantity: Mapped[Decimal] = quantity_column(doc="On hand.", zh="数量", unit=ITEM_UNIT, order=True)
    reserved_quantity: Mapped[Decimal] = quantity_column(
        doc="Promised to documents.", zh="已预留数量", unit=ITEM_UNIT, server_default="0"
    )
    available_quantity: Mapped[Decimal] = quantity_column(
        doc="What may still be promised: released and not reserved.", zh="可用数量", unit=ITEM_UNIT,
        server_default=Computed(
            "CASE WHEN status = 'RELEASED' AND owner_id IS NULL THEN quantity - reserved_quantity ELSE 0 END",
            persisted=True,
        ),
    )  # fmt: skip
    standard_unit_cost: Mapped[Decimal] = price_column(
        doc="Standard cost of one unit.", zh="标准单位成本", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL
    )
    standard_value: Mapped[Decimal] = amount_column(
        doc="Quantity at standard cost, exact; the ledger's value is rounded once a posting.", zh="标准成本金额",
        unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL,
        server_default=Computed("quantity * standard_unit_cost", persisted=True),
    )  # fmt: skip


class ItemValuation(CompanyRecord, scope=Scope(), zh="物料计价设置"):
    """How one company values an item; without one it is standard cost, and stock never goes below zero."""

    __tablename__ = "item_valuation"
    __table_args__ = (UniqueConstraint("company_id", "item_id"),)

    item_id: Mapped[UUID] = reference("item", doc="What is valued.", zh="物料", many="valuations")
    method: Mapped[str] = enum_column(ValuationMethod, doc="How the value of what leaves is found.", zh="计价方法")
    area: Mapped[str] = enum_column(
        ValuationArea, doc="Which places share one value.", zh="计价范围", server_default="COMPANY"
    )
    may_be_negative: Mapped[bool] = column(
        doc="Whether more may go out than is there.", zh="允许负库存", server_default="false"
    )


class ValuePool(CompanyRecord, scope=Scope(), zh="计价池"):
    """What an item is worth in one valuation area; the row that a posting of value locks. It sums its layers."""

    __tablename__ = "value_pool"
    __table_args__ = (
        UniqueConstraint(
            "company_id", "item_id", "site_id", "location_id", "lot_id",
            name="uq_value_pool_area", postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("method <> 'STANDARD'", name="method_has_pools"),
    )  # fmt: skip

    item_id: Mapped[UUID] = reference("item", doc="What is valued.", zh="物料", many="value_pools")
    site_id: Mapped[UUID | None] = reference("site", doc="The area, where it is a site.", zh="计价地点")
    location_id: Mapped[UUID | None] = reference("location", doc="The area, where it is a location.", zh="计价库位")
    lot_id: Mapped[UUID | None] = reference("lot", doc="The lot, where lots are valued each.", zh="批次")
    method: Mapped[str] = enum_column(ValuationMethod, doc="How the value of what leaves is found.", zh="计价方法")
    quantity: Mapped[Decimal] = quantity_column(
        doc="Goods in the area, ours.", zh="数量", unit=ITEM_UNIT, server_default="0"
    )
    value: Mapped[Decimal] = amount_column(
        doc="Ledger value of the goods.", zh="金额", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL, server_default="0"
    )
    last_unit_cost: Mapped[Decimal] = price_column(
        doc="Cost of one unit at which goods last moved; goods that are not covered go out at it.",
        zh="最近单位成本", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL, server_default="0",
    )  # fmt: skip
    first_unit_cost: Mapped[Decimal] = price_column(
        doc="Cost of one unit that goes out before any came in.",
        zh="初始单位成本", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL, server_default="0",
    )  # fmt: skip
    last_moved_on: Mapped[date | None] = date_column(doc="Latest day from which a movement counts.", zh="最近业务日期")
    movement_count: Mapped[int] = column(doc="Movements so far.", zh="移动次数", server_default="0")


class OpenLayer(CompanyRecord, scope=Scope(), zh="价值层余额"):
    """What is left of a layer; its id is the movement that opened it. Below zero: goods that went out uncovered."""

    __tablename__ = "open_layer"

    pool_id: Mapped[UUID] = reference("value_pool", doc="The pool the layer is in.", zh="计价池", many="layers")
    opened_on: Mapped[date] = date_column(doc="The day the layer counts from; the oldest goes first.", zh="开层日期")
    sequence: Mapped[int] = column(doc="Its movement's place in the pool, within the day.", zh="序号")
    quantity: Mapped[Decimal] = quantity_column(doc="What is left.", zh="剩余数量", unit="pool.item.unit.code")
    value: Mapped[Decimal] = amount_column(
        doc="What it is worth.", zh="剩余金额", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL
    )


Index(
    "ix_open_layer_left", OpenLayer.table.c.company_id, OpenLayer.table.c.pool_id, OpenLayer.table.c.opened_on,
    OpenLayer.table.c.sequence, postgresql_where=text("quantity <> 0"),
)  # fmt: skip


class ValueLayer(CompanyRecord, scope=Scope(), zh="价值层", append_only=True):
    """A change of the value of stock: makes or corrects the value of a movement, in the layer it opened or took."""

    __tablename__ = "value_layer"

    posting_id: Mapped[UUID] = uuid_column(doc="The posting that made the change.", zh="过账标识")
    movement_id: Mapped[UUID] = uuid_column(
        doc="The movement whose value it makes or corrects: a stock entry, or a revaluation of its own.", zh="移动标识"
    )
    stock_entry_id: Mapped[UUID | None] = reference(
        "stock_entry", doc="The stock entry that it values; none for a revaluation.", zh="库存分录", many="value_layers"
    )
    pool_id: Mapped[UUID | None] = reference(
        "value_pool", doc="The pool it changes; none for standard cost.", zh="计价池", many="changes"
    )
    layer_id: Mapped[UUID] = uuid_column(
        doc="The movement that opened the layer; the pool itself where it is one layer.", zh="价值层标识"
    )
    takes_from_id: Mapped[UUID | None] = uuid_column(
        doc="The layer that a movement takes from before any other.", zh="指定价值层"
    )
    item_id: Mapped[UUID] = reference("item", doc="What is valued.", zh="物料")
    site_id: Mapped[UUID | None] = reference(
        "site", doc="Valuation area where it is a site; empty where it is the company or a location.", zh="计价范围"
    )
    lot_id: Mapped[UUID | None] = reference("lot", doc="The lot that moved.", zh="批次")
    method: Mapped[str] = enum_column(ValuationMethod, doc="The method that found the value.", zh="计价方法")
    occurred_on: Mapped[date] = date_column(doc="The day the change counts from.", zh="业务日期")
    moved_on: Mapped[date] = date_column(doc="The day its movement counts from.", zh="移动日期")
    sequence: Mapped[int] = column(
        doc="The movement's place in its pool, within the day.", zh="序号", server_default="0"
    )
    quantity: Mapped[Decimal] = quantity_column(
        doc="Change of quantity; 0 for a late cost or revaluation.", zh="数量", unit=ITEM_UNIT
    )
    value: Mapped[Decimal] = amount_column(
        doc="Change of value, in the minor unit of the company's currency.",
        zh="金额",
        unit=COMPANY_CURRENCY,
        tier=Tier.CONFIDENTIAL,
    )
    correction: Mapped[Decimal] = amount_column(
        doc="Part of the cost of goods that came in which belongs to goods that had gone out uncovered.",
        zh="负库存差异", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL, server_default="0",
    )  # fmt: skip
    unit_cost: Mapped[Decimal | None] = price_column(
        doc="Cost of one unit that a revaluation set.", zh="重估单位成本", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL
    )
    account_id: Mapped[UUID | None] = reference(
        "account", doc="Where a later correction of the movement's value goes; none where it follows the goods.",
        zh="对方科目",
    )  # fmt: skip


Index("ix_value_layer_posting", ValueLayer.table.c.company_id, ValueLayer.table.c.posting_id)
Index("ix_value_layer_movement", ValueLayer.table.c.company_id, ValueLayer.table.c.movement_id)
Index(
    "ix_value_layer_moved", ValueLayer.table.c.company_id, ValueLayer.table.c.pool_id, ValueLayer.table.c.moved_on,
    ValueLayer.table.c.sequence,
)  # fmt: skip
