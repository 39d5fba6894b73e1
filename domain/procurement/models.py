"""Purchasing: what was ordered from a supplier, at what price, by when, and what came of it.

An order is a promise. Of each line, at any time: ordered + over-received = received, less what was sent back to be
replaced, + open + cancelled; what is open and what came beyond the order follow from the others and are computed.
Goods move in `inventory`, money moves in `finance`; nothing here holds a balance. A document
that another system made (`is_historical`) keeps that system's state and quantities, however odd: it posts nothing and
moves no more.

Goods that fail inspection stay the supplier's (`owner` on their stock, value zero) until they go back: only accepted
goods are owed for, so GR/IR counts the stocked quantity. Refused goods that go back were never owed for: they may be
awaited again, and move no money.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from domain.core.columns import (
    TEXT_LENGTH_MAX,
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
from domain.master_data.units import SAID_WHOLE, price_said, quantity_said, unit_said

CURRENCY_LENGTH = 3
ITEM_UNIT = "item.unit.code"


class PurchaseOrderStatus(StrEnum):
    """Where an order is in its flow."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    COMPLETE = "COMPLETE"
    CANCELLED = "CANCELLED"


class PurchaseOrder(
    CompanyRecord, scope=Scope(partner="supplier_id", site="site_id"), zh="采购订单", key="number", name="number"
):
    """What one supplier was asked to deliver, with its totals."""

    __tablename__ = "purchase_order"
    __table_args__ = (
        CheckConstraint("is_historical OR total_due = subtotal + tax + freight", name="total_due_sums"),
        CheckConstraint("is_historical OR (subtotal >= 0 AND tax >= 0 AND freight >= 0)", name="amounts_not_negative"),
        CheckConstraint(
            "is_historical OR approved_by IS NULL OR approved_by <> requested_by", name="requester_is_not_approver"
        ),
        CheckConstraint("is_historical OR status <> 'APPROVED' OR approved_by IS NOT NULL", name="approved_by_someone"),
    )  # fmt: skip

    number: Mapped[str] = code_column(doc="Number of the order.", zh="采购订单号", order=True)
    supplier_id: Mapped[UUID] = reference("party", doc="Who delivers.", zh="供应商", many="purchase_orders")
    site_id: Mapped[UUID | None] = reference(
        "site", doc="The site that the goods are for.", zh="收货地点", many="purchase_orders"
    )
    status: Mapped[str] = enum_column(
        PurchaseOrderStatus, doc="Where the order is in its flow.", zh="状态", tier=Tier.PUBLIC, order=True
    )
    revision: Mapped[int] = column(doc="Revision of the document.", zh="修订号", tier=Tier.PUBLIC, server_default="0")
    ordered_on: Mapped[date] = date_column(doc="Day of the order.", zh="订购日期", tier=Tier.PUBLIC, order=True)
    ship_on: Mapped[date | None] = date_column(
        doc="Day the goods are to leave the supplier.", zh="发货日期", tier=Tier.PUBLIC
    )
    currency: Mapped[str] = code_column(
        doc="Currency of every price and amount of the order.",
        zh="币种",
        length_max=CURRENCY_LENGTH,
        code_list="ISO4217",
    )
    subtotal: Mapped[Decimal] = amount_column(doc="Sum of the lines.", zh="小计", unit="currency")
    tax: Mapped[Decimal] = amount_column(doc="Tax on the order.", zh="税额", unit="currency")
    freight: Mapped[Decimal] = amount_column(doc="Freight on the order.", zh="运费", unit="currency")
    total_due: Mapped[Decimal] = amount_column(
        doc="Subtotal, tax and freight.", zh="应付总额", unit="currency", order=True
    )
    deliver_to: Mapped[str | None] = text_column(
        doc="The customer and address that the supplier ships to straight; none where the goods come to us.",
        zh="直运收货方", tier=Tier.PUBLIC, length_max=TEXT_LENGTH_MAX,
    )  # fmt: skip
    requester_id: Mapped[UUID | None] = reference("employee", doc="The employee who asked for the goods.", zh="申请人")
    approver_id: Mapped[UUID | None] = reference("employee", doc="The employee who approved the order.", zh="审批人")
    requested_by: Mapped[UUID | None] = uuid_column(doc="The user who created the order.", zh="创建用户")
    approved_by: Mapped[UUID | None] = uuid_column(doc="The user who approved or rejected the order.", zh="审批用户")
    approved_for: Mapped[UUID | None] = uuid_column(
        doc="The user whose limits were lent to who approved it.", zh="被代理审批用户"
    )
    approved_on: Mapped[date | None] = date_column(doc="Day of approval or rejection.", zh="审批日期")
    reason: Mapped[str | None] = text_column(doc="Why the order was rejected.", zh="拒绝原因")
    is_historical: Mapped[bool] = column(
        doc="Whether another system made the order; it posts nothing and its quantities are that system's.",
        zh="历史单据",
        tier=Tier.PUBLIC,
        server_default="false",
    )


# What was received, less what was sent back to be replaced, and what is no longer wanted.
_SETTLED = "received_quantity - to_replace_quantity + cancelled_quantity"
OPEN_QUANTITY = f"greatest(ordered_quantity - ({_SETTLED}), 0)"
OVER_RECEIVED_QUANTITY = f"greatest({_SETTLED} - ordered_quantity, 0)"


class PurchaseOrderLine(
    CompanyRecord, scope=Scope(partner="purchase_order.supplier_id", site="purchase_order.site_id"), zh="采购订单行"
):
    """One item on one order."""

    __tablename__ = "purchase_order_line"
    __table_args__ = (
        CheckConstraint("is_historical OR ordered_quantity > 0", name="ordered_quantity_positive"),
        CheckConstraint(SAID_WHOLE, name="said_whole"),
        CheckConstraint(
            "is_historical OR (received_quantity >= 0 AND rejected_quantity >= 0 AND stocked_quantity >= 0)",
            name="quantities_not_negative",
        ),
        CheckConstraint(
            "is_historical OR received_quantity = rejected_quantity + stocked_quantity",
            name="received_is_rejected_and_stocked",
        ),
        CheckConstraint("is_historical OR unit_price >= 0", name="unit_price_not_negative"),
        CheckConstraint("over_receipt_percent >= 0", name="over_receipt_percent_not_negative"),
        CheckConstraint(
            "is_historical OR (received_quantity - to_replace_quantity) * 100 "
            "<= (ordered_quantity - cancelled_quantity) * (100 + over_receipt_percent)",
            name="received_within_tolerance",
        ),
        CheckConstraint(
            "is_historical OR (invoiced_quantity >= 0 AND returned_quantity BETWEEN 0 AND stocked_quantity "
            "AND rejected_returned_quantity BETWEEN 0 AND rejected_quantity)",
            name="returned_was_received",
        ),
        CheckConstraint(
            "is_historical OR to_replace_quantity BETWEEN 0 AND returned_quantity + rejected_returned_quantity",
            name="to_replace_was_returned",
        ),
        CheckConstraint(
            "is_historical OR cancelled_quantity BETWEEN 0 AND ordered_quantity", name="cancelled_was_ordered"
        ),
        CheckConstraint(
            "is_historical OR confirmed_quantity BETWEEN 0 AND ordered_quantity - cancelled_quantity",
            name="confirmed_is_wanted",
        ),
        CheckConstraint("cost_centre_id IS NULL OR account_id IS NOT NULL", name="cost_centre_of_a_cost"),
        UniqueConstraint("company_id", "purchase_order_id", "position"),
    )

    purchase_order_id: Mapped[UUID] = reference(
        "purchase_order", doc="The order the line belongs to.", zh="采购订单", lines="lines", lines_order="position"
    )
    position: Mapped[int] = column(doc="1-based place on the order.", zh="行号", tier=Tier.PUBLIC)
    item_id: Mapped[UUID] = reference("item", doc="What is ordered.", zh="物料", many="purchase_order_lines")
    ordered_quantity: Mapped[Decimal] = quantity_column(doc="Ordered.", zh="订购数量", unit=ITEM_UNIT, tier=Tier.PUBLIC)
    received_quantity: Mapped[Decimal] = quantity_column(
        doc="Received, accepted or not.", zh="收货数量", unit=ITEM_UNIT, tier=Tier.PUBLIC, server_default="0"
    )
    rejected_quantity: Mapped[Decimal] = quantity_column(
        doc="Received and refused at inspection.", zh="拒收数量", unit=ITEM_UNIT, tier=Tier.PUBLIC, server_default="0"
    )
    stocked_quantity: Mapped[Decimal] = quantity_column(
        doc="Received and taken to stock.", zh="入库数量", unit=ITEM_UNIT, tier=Tier.PUBLIC, server_default="0"
    )
    returned_quantity: Mapped[Decimal] = quantity_column(
        doc="Taken to stock and sent back since.", zh="退货数量", unit=ITEM_UNIT, tier=Tier.PUBLIC, server_default="0"
    )
    rejected_returned_quantity: Mapped[Decimal] = quantity_column(
        doc="Refused at inspection and sent back since.", zh="拒收退回数量", unit=ITEM_UNIT, tier=Tier.PUBLIC,
        server_default="0",
    )  # fmt: skip
    to_replace_quantity: Mapped[Decimal] = quantity_column(
        doc="Sent back to be replaced.", zh="待补货数量", unit=ITEM_UNIT, tier=Tier.PUBLIC, server_default="0"
    )
    cancelled_quantity: Mapped[Decimal] = quantity_column(
        doc="Ordered and no longer wanted.", zh="取消数量", unit=ITEM_UNIT, tier=Tier.PUBLIC, server_default="0"
    )
    open_quantity: Mapped[Decimal] = quantity_column(
        doc="Still awaited: ordered, not cancelled and not received, what is to be replaced included.",
        zh="未交数量", unit=ITEM_UNIT, tier=Tier.PUBLIC,
        server_default=Computed(OPEN_QUANTITY, persisted=True),
    )  # fmt: skip
    over_received_quantity: Mapped[Decimal] = quantity_column(
        doc="Received beyond what was ordered.", zh="超收数量", unit=ITEM_UNIT, tier=Tier.PUBLIC,
        server_default=Computed(OVER_RECEIVED_QUANTITY, persisted=True),
    )  # fmt: skip
    confirmed_quantity: Mapped[Decimal | None] = quantity_column(
        doc="What the supplier last said it delivers; none while it has not answered.", zh="供应商确认数量",
        unit=ITEM_UNIT, tier=Tier.PUBLIC,
    )  # fmt: skip
    invoiced_quantity: Mapped[Decimal] = quantity_column(
        doc="Invoiced, less what was credited.", zh="已开票数量", unit=ITEM_UNIT, tier=Tier.PUBLIC, server_default="0"
    )
    requisition_line_id: Mapped[UUID | None] = reference(
        "purchase_requisition_line", doc="The requisition line that asked for it.", zh="采购申请行", many="order_lines",
        tier=Tier.INTERNAL,
    )  # fmt: skip
    agreement_line_id: Mapped[UUID | None] = reference(
        "purchase_agreement_line", doc="The agreement line that it calls off.", zh="框架协议行", many="order_lines"
    )
    account_id: Mapped[UUID | None] = reference(
        "account", doc="The cost it counts as, where it is not goods for stock.", zh="费用科目", tier=Tier.INTERNAL
    )
    cost_centre_id: Mapped[UUID | None] = reference(
        "cost_centre", doc="The cost centre that bears it.", zh="成本中心", tier=Tier.INTERNAL
    )
    unit_price: Mapped[Decimal] = price_column(
        doc="Net price of one own unit.", zh="单价", unit="purchase_order.currency"
    )
    line_total: Mapped[Decimal] = amount_column(
        doc="Quantity at the unit price.", zh="行金额", unit="purchase_order.currency"
    )
    unit_id: Mapped[UUID | None] = unit_said()
    unit_quantity: Mapped[Decimal | None] = quantity_said()
    price_in_unit: Mapped[Decimal | None] = price_said("purchase_order.currency")
    over_receipt_percent: Mapped[Decimal] = rate_column(
        doc="How much more than ordered may be received, in percent of the order.",
        zh="超收容差",
        unit="%",
        tier=Tier.COMMERCIAL,
        server_default="0",
    )
    due_on: Mapped[date | None] = date_column(doc="Day the goods are due.", zh="到货期限", tier=Tier.PUBLIC)
    promised_on: Mapped[date | None] = date_column(
        doc="Day by which the supplier last said that all it confirmed arrives.",
        zh="供应商承诺到货日",
        tier=Tier.PUBLIC,
    )
    cancel_reason: Mapped[str | None] = text_column(doc="Why the rest was cancelled.", zh="取消原因", tier=Tier.PUBLIC)
    is_historical: Mapped[bool] = column(
        doc="Whether another system made the line.", zh="历史单据", tier=Tier.PUBLIC, server_default="false"
    )


Index("ix_purchase_order_line_due", PurchaseOrderLine.table.c.company_id, PurchaseOrderLine.table.c.due_on)


class GoodsReceipt(
    CompanyRecord,
    scope=Scope(partner="purchase_order.supplier_id", site="purchase_order.site_id"),
    zh="收货单",
    key="number",
    name="number",
):
    """Goods that arrived against an order, on one day, with one delivery note."""

    __tablename__ = "goods_receipt"

    number: Mapped[str] = code_column(doc="Number of the receipt.", zh="收货单号", order=True)
    purchase_order_id: Mapped[UUID] = reference(
        "purchase_order", doc="The order received against.", zh="采购订单", many="receipts"
    )
    received_on: Mapped[date] = date_column(doc="Day the goods arrived.", zh="收货日期", tier=Tier.PUBLIC, order=True)
    delivery_note: Mapped[str | None] = code_column(doc="The supplier's delivery note.", zh="送货单号")
    rate: Mapped[Decimal] = rate_column(
        doc="Units of the company's currency for one of the order's, on the day.", zh="汇率"
    )
    posting_id: Mapped[UUID] = uuid_column(doc="What goods and money posted for the receipt share.", zh="过账标识")


class GoodsReceiptLine(
    CompanyRecord,
    scope=Scope(partner="goods_receipt.purchase_order.supplier_id", site="goods_receipt.purchase_order.site_id"),
    zh="收货单行",
):
    """What arrived of one order line: accepted to a location, the rest rejected."""

    __tablename__ = "goods_receipt_line"
    __table_args__ = (
        CheckConstraint("received_quantity > 0", name="received_quantity_positive"),
        CheckConstraint("rejected_quantity >= 0 AND stocked_quantity >= 0", name="quantities_not_negative"),
        CheckConstraint(
            "received_quantity = rejected_quantity + stocked_quantity", name="received_is_rejected_and_stocked"
        ),
        CheckConstraint("returned_quantity BETWEEN 0 AND stocked_quantity", name="returned_was_stocked"),
        CheckConstraint(
            "rejected_returned_quantity BETWEEN 0 AND rejected_quantity", name="rejected_returned_was_rejected"
        ),
        UniqueConstraint("company_id", "goods_receipt_id", "position"),
    )

    goods_receipt_id: Mapped[UUID] = reference(
        "goods_receipt", doc="The receipt the line belongs to.", zh="收货单", lines="lines", lines_order="position"
    )
    position: Mapped[int] = column(doc="1-based place on the receipt.", zh="行号", tier=Tier.PUBLIC)
    purchase_order_line_id: Mapped[UUID] = reference(
        "purchase_order_line", doc="The order line received.", zh="采购订单行", many="receipt_lines"
    )
    item_id: Mapped[UUID] = reference("item", doc="What arrived.", zh="物料")
    location_id: Mapped[UUID | None] = reference(
        "location", doc="Where it was put; nowhere where it is a cost and not goods for stock.", zh="库位"
    )
    lot_id: Mapped[UUID | None] = reference("lot", doc="Our lot.", zh="批次")
    received_quantity: Mapped[Decimal] = quantity_column(
        doc="Arrived.", zh="收货数量", unit=ITEM_UNIT, tier=Tier.PUBLIC
    )
    rejected_quantity: Mapped[Decimal] = quantity_column(
        doc="Refused at inspection.", zh="拒收数量", unit=ITEM_UNIT, tier=Tier.PUBLIC
    )
    stocked_quantity: Mapped[Decimal] = quantity_column(
        doc="Taken to stock.", zh="入库数量", unit=ITEM_UNIT, tier=Tier.PUBLIC
    )
    returned_quantity: Mapped[Decimal] = quantity_column(
        doc="Taken to stock and sent back since.", zh="退货数量", unit=ITEM_UNIT, tier=Tier.PUBLIC, server_default="0"
    )
    rejected_returned_quantity: Mapped[Decimal] = quantity_column(
        doc="Refused at inspection and sent back since.", zh="拒收退回数量", unit=ITEM_UNIT, tier=Tier.PUBLIC,
        server_default="0",
    )  # fmt: skip
    owed_transaction_amount: Mapped[Decimal] = amount_column(
        doc="What GR/IR took up for them, in the order's currency.", zh="原币暂估应付",
        unit="goods_receipt.purchase_order.currency",
    )  # fmt: skip
    owed_amount: Mapped[Decimal] = amount_column(
        doc="What GR/IR took up for them.", zh="暂估应付", unit="company.currency",
        tier=Tier.CONFIDENTIAL,
    )  # fmt: skip


class SupplierItem(CompanyRecord, scope=Scope(partner="supplier_id"), zh="供应商物料"):
    """On what terms a supplier offers an item."""

    __tablename__ = "supplier_item"
    __table_args__ = (UniqueConstraint("company_id", "item_id", "supplier_id"),)

    item_id: Mapped[UUID] = reference("item", doc="What is offered.", zh="物料", many="supplier_items")
    supplier_id: Mapped[UUID] = reference("party", doc="Who offers it.", zh="供应商", many="supplier_items")
    lead_days: Mapped[int] = column(
        doc="Usual days from order to delivery.", zh="交货天数", unit="day", tier=Tier.COMMERCIAL
    )
    order_quantity_min: Mapped[Decimal | None] = quantity_column(
        doc="Smallest quantity of an order.", zh="最小订购量", unit="unit", tier=Tier.COMMERCIAL
    )
    order_quantity_max: Mapped[Decimal | None] = quantity_column(
        doc="Largest quantity of an order.", zh="最大订购量", unit="unit", tier=Tier.COMMERCIAL
    )
    on_order_quantity: Mapped[Decimal | None] = quantity_column(
        doc="Quantity on order when the terms were last brought up to date.",
        zh="在途数量",
        unit="unit",
        tier=Tier.COMMERCIAL,
    )
    over_receipt_percent: Mapped[Decimal] = rate_column(
        doc="How much more than ordered the supplier may deliver, in percent of the order.",
        zh="超收容差",
        unit="%",
        tier=Tier.COMMERCIAL,
        server_default="0",
    )
    unit: Mapped[str] = code_column(doc="Unit the supplier sells in.", zh="采购单位", code_list="unit")
    currency: Mapped[str] = code_column(
        doc="Currency of the prices.", zh="币种", length_max=CURRENCY_LENGTH, code_list="ISO4217"
    )
    standard_price: Mapped[Decimal] = price_column(doc="Usual price of one unit.", zh="标准采购价", unit="currency")
    last_price: Mapped[Decimal | None] = price_column(
        doc="Price of one unit at the last receipt.", zh="最近采购价", unit="currency"
    )
    last_received_on: Mapped[date | None] = date_column(
        doc="Day of the last receipt.", zh="最近收货日期", tier=Tier.COMMERCIAL
    )
