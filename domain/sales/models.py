"""Sales: what a customer asked for, at what price, by when, and what came of it.

An order is a promise. Goods move in `inventory`, money moves in `finance`; nothing here holds a balance. A quote is an
order that was not confirmed yet: the same document, one state earlier, so that nothing is copied when the customer says
yes.

Every quantity of a line rolls: ordered + to be replaced = allocated + ordered from suppliers who ship it straight +
shipped + open + cancelled. What is to be charged
is what the customer keeps: shipped less returned, whatever became of the returns.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
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
    texts_column,
    uuid_column,
)
from domain.core.records import ANYONE, CompanyRecord, GroupRecord, Scope
from domain.master_data.units import SAID_WHOLE, price_said, quantity_said, unit_said

CURRENCY_LENGTH = 3
COUNTRY_LENGTH = 2
ITEM_UNIT = "item.unit.code"
ORDER_CURRENCY = "sales_order.currency"


class SalesOrderStatus(StrEnum):
    """Where an order is in its flow."""

    QUOTED = "QUOTED"
    CONFIRMED = "CONFIRMED"
    SHIPPED = "SHIPPED"
    COMPLETE = "COMPLETE"
    CANCELLED = "CANCELLED"


class PriceListKind(StrEnum):
    """Whom a price list binds, in the order in which lists bind: a customer's contract goes before a tender, a tender
    before the general list, and that before the item's own list price.
    """

    CONTRACT = "CONTRACT"
    TENDER = "TENDER"
    GENERAL = "GENERAL"
    ITEM = "ITEM"


class PriceOutcome(StrEnum):
    """What became of a price that was considered: it sets the price, another goes before it, or why it does not count;
    of a cap, whether the price is within it.
    """

    SETS_PRICE = "SETS_PRICE"
    GOES_BEHIND = "GOES_BEHIND"
    OTHER_CUSTOMER = "OTHER_CUSTOMER"
    OTHER_CURRENCY = "OTHER_CURRENCY"
    OTHER_TERRITORY = "OTHER_TERRITORY"
    NOT_BEGUN = "NOT_BEGUN"
    ENDED = "ENDED"
    BELOW_QUANTITY = "BELOW_QUANTITY"
    WITHIN_CAP = "WITHIN_CAP"
    ABOVE_CAP = "ABOVE_CAP"


class DateBasis(StrEnum):
    """The day on which a jurisdiction asks whether a product was registered."""

    MADE = "MADE"
    SHIPPED = "SHIPPED"
    ORDERED = "ORDERED"


class PriceList(CompanyRecord, scope=Scope(partner="customer_id"), zh="价目表", key="code", name="name"):
    """Prices that hold during a time, for everyone or for one customer."""

    __tablename__ = "price_list"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="valid_period"),
        CheckConstraint("(kind = 'CONTRACT') = (customer_id IS NOT NULL)", name="contract_has_customer"),
        CheckConstraint("kind <> 'ITEM'", name="item_prices_stand_by_the_item"),
    )

    code: Mapped[str] = code_column(doc="Code of the list.", zh="价目表代码", order=True)
    name: Mapped[str] = text_column(doc="Name.", zh="名称", order=True)
    name_zh: Mapped[str | None] = text_column(doc="Name in Chinese.", zh="中文名称")
    kind: Mapped[PriceListKind] = enum_column(PriceListKind, doc="Whom the list binds.", zh="价目表类型")
    customer_id: Mapped[UUID | None] = reference(
        "party", many="price_lists", doc="The customer whose contract it is.", zh="客户"
    )
    currency: Mapped[str] = code_column(
        doc="Currency of the prices.", zh="币种", length_max=CURRENCY_LENGTH, code_list="ISO4217", tier=Tier.COMMERCIAL
    )
    valid_from: Mapped[date] = date_column(doc="First day.", zh="生效日期")
    valid_to: Mapped[date | None] = date_column(doc="Last day; none while it holds.", zh="失效日期")


class PriceListLine(CompanyRecord, scope=Scope(partner="price_list.customer_id"), zh="价目表行"):
    """The price of one unit of an item from a quantity on."""

    __tablename__ = "price_list_line"
    __table_args__ = (
        UniqueConstraint("company_id", "price_list_id", "item_id", "quantity_min", "valid_from"),
        CheckConstraint("quantity_min >= 0", name="quantity_min_not_negative"),
        CheckConstraint("unit_price >= 0", name="unit_price_not_negative"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="valid_period"),
    )

    price_list_id: Mapped[UUID] = reference("price_list", many="prices", doc="The list.", zh="价目表")
    item_id: Mapped[UUID] = reference("item", many="price_list_lines", doc="The item.", zh="物料")
    quantity_min: Mapped[Decimal] = quantity_column(
        doc="From this ordered quantity on.", zh="起订数量", unit=ITEM_UNIT, tier=Tier.COMMERCIAL, server_default="0"
    )
    currency: Mapped[str] = code_column(
        doc="Currency of the price: that of its list.", zh="币种", length_max=CURRENCY_LENGTH, code_list="ISO4217",
        tier=Tier.COMMERCIAL,
    )  # fmt: skip
    unit_price: Mapped[Decimal] = price_column(doc="Net price of one unit.", zh="单价", unit="currency")
    valid_from: Mapped[date] = date_column(doc="First day.", zh="生效日期")
    valid_to: Mapped[date | None] = date_column(doc="Last day; none while it holds.", zh="失效日期")


class PriceCap(CompanyRecord, scope=Scope(), zh="限价"):
    """The most that a tender or an authority lets an item be sold for in a territory; a price above it is refused."""

    __tablename__ = "price_cap"
    __table_args__ = (
        CheckConstraint("unit_price > 0", name="unit_price_positive"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="valid_period"),
    )

    item_id: Mapped[UUID] = reference("item", many="price_caps", doc="The item.", zh="物料")
    territory: Mapped[str | None] = text_column(doc="Where it holds; everywhere unless given.", zh="地域")
    source: Mapped[str] = text_column(doc="The tender or rule that sets it.", zh="依据")
    currency: Mapped[str] = code_column(
        doc="Currency of the cap.", zh="币种", length_max=CURRENCY_LENGTH, code_list="ISO4217", tier=Tier.COMMERCIAL
    )
    unit_price: Mapped[Decimal] = price_column(doc="The highest net price of one unit.", zh="限价", unit="currency")
    valid_from: Mapped[date] = date_column(doc="First day.", zh="生效日期")
    valid_to: Mapped[date | None] = date_column(doc="Last day; none while it holds.", zh="失效日期")


class ProductRegistration(GroupRecord, scope=Scope(partner=ANYONE), zh="产品注册证", key="number"):
    """A country's permission to sell an item there."""

    __tablename__ = "product_registration"
    __table_args__ = (CheckConstraint("valid_to >= valid_from", name="valid_period"),)

    number: Mapped[str] = code_column(doc="Number of the certificate.", zh="注册证号", order=True)
    item_id: Mapped[UUID] = reference("item", many="registrations", doc="What may be sold.", zh="物料")
    country: Mapped[str] = code_column(
        doc="Where it may be sold.", zh="国家", length_max=COUNTRY_LENGTH, code_list="ISO3166-1"
    )
    authority: Mapped[str] = text_column(doc="Who registered it.", zh="注册机关", tier=Tier.PUBLIC)
    valid_from: Mapped[date] = date_column(doc="First day.", zh="生效日期", tier=Tier.PUBLIC)
    valid_to: Mapped[date] = date_column(doc="Last day.", zh="失效日期", tier=Tier.PUBLIC, order=True)


class QualificationRule(GroupRecord, scope=Scope(), zh="资质规则"):
    """What a country asks before devices are sold there, during a time: rows, because laws change."""

    __tablename__ = "qualification_rule"
    __table_args__ = (
        UniqueConstraint("country", "valid_from"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="valid_period"),
    )

    country: Mapped[str] = code_column(
        doc="The destination.", zh="国家", length_max=COUNTRY_LENGTH, code_list="ISO3166-1"
    )
    needs_registration: Mapped[bool] = column(
        doc="Whether the item must be registered there.", zh="是否要求产品注册", server_default="true"
    )
    registration_basis: Mapped[DateBasis] = enum_column(
        DateBasis, doc="The day on which the registration must hold.", zh="注册判定日期"
    )
    needs_licence: Mapped[bool] = column(
        doc="Whether the customer must hold a licence whose scope covers the item.", zh="是否要求经营许可",
        server_default="true",
    )  # fmt: skip
    scope_catalogue: Mapped[str | None] = code_column(
        doc="The catalogue edition whose codes a licence's scope uses, such as NMPA-2017.", zh="分类目录版本"
    )
    source: Mapped[str] = text_column(doc="The law and its clause.", zh="依据")
    valid_from: Mapped[date] = date_column(doc="First day the rule holds.", zh="生效日期")
    valid_to: Mapped[date | None] = date_column(doc="Last day; none while it holds.", zh="失效日期")


class CustomerTerms(CompanyRecord, scope=Scope(partner="customer_id"), zh="客户销售条件"):
    """On what terms a company takes a customer's orders, as far as an order says nothing else."""

    __tablename__ = "customer_terms"
    __table_args__ = (UniqueConstraint("company_id", "customer_id"),)

    customer_id: Mapped[UUID] = reference("party", doc="The customer.", zh="客户", many="customer_terms")
    currency: Mapped[str] = code_column(
        doc="Currency of the orders that it places itself.", zh="币种", length_max=CURRENCY_LENGTH, code_list="ISO4217"
    )
    tax_code_id: Mapped[UUID | None] = reference(
        "tax_code", doc="Tax treatment of its orders; no tax without one.", zh="税码", tier=Tier.INTERNAL
    )
    site_id: Mapped[UUID | None] = reference(
        "site", doc="The site that ships to it.", zh="发货地点", tier=Tier.INTERNAL
    )
    may_place_orders: Mapped[bool] = column(
        doc="Whether it may place orders itself, at the prices of the lists.", zh="是否可自助下单", tier=Tier.PUBLIC,
        server_default="false",
    )  # fmt: skip


class SalesOrder(
    CompanyRecord, scope=Scope(partner="customer_id", site="site_id"), zh="销售订单", key="number", name="number"
):
    """What one customer was promised, with its totals."""

    __tablename__ = "sales_order"
    __table_args__ = (
        CheckConstraint("total_due = subtotal + tax", name="total_due_sums"),
        CheckConstraint(
            "status NOT IN ('CONFIRMED', 'SHIPPED', 'COMPLETE') OR confirmed_on IS NOT NULL", name="confirmed_once"
        ),
    )  # fmt: skip

    number: Mapped[str] = code_column(doc="Number of the order.", zh="销售订单号", order=True)
    customer_id: Mapped[UUID] = reference("party", doc="Who buys.", zh="客户", many="sales_orders")
    ship_to_id: Mapped[UUID | None] = reference("address", doc="Where the goods go.", zh="送货地址")
    site_id: Mapped[UUID | None] = reference(
        "site", doc="The site that ships.", zh="发货地点", many="sales_orders"
    )
    status: Mapped[str] = enum_column(
        SalesOrderStatus, doc="Where the order is in its flow.", zh="状态", tier=Tier.PUBLIC, order=True
    )
    customer_reference: Mapped[str | None] = code_column(doc="The customer's own number.", zh="客户单号")
    ordered_on: Mapped[date] = date_column(
        doc="Day of the order or quote.", zh="订单日期", tier=Tier.PUBLIC, order=True
    )
    ship_on: Mapped[date | None] = date_column(doc="Day the goods are to leave.", zh="计划发货日期", tier=Tier.PUBLIC)
    quoted_until: Mapped[date | None] = date_column(
        doc="Last day the quote can be confirmed.", zh="报价有效期", tier=Tier.PUBLIC
    )
    confirmed_on: Mapped[date | None] = date_column(doc="Day of confirmation.", zh="确认日期", tier=Tier.PUBLIC)
    currency: Mapped[str] = code_column(
        doc="Currency of every price and amount of the order.", zh="币种", length_max=CURRENCY_LENGTH,
        code_list="ISO4217",
    )  # fmt: skip
    subtotal: Mapped[Decimal] = amount_column(doc="Sum of the lines, net.", zh="小计", unit="currency")
    tax: Mapped[Decimal] = amount_column(doc="Tax on the order.", zh="税额", unit="currency")
    total_due: Mapped[Decimal] = amount_column(doc="Subtotal and tax.", zh="应付总额", unit="currency", order=True)
    warnings: Mapped[list[str]] = texts_column(
        doc="What the checks let pass but want to be seen, such as a licence that ends before shipping.",
        zh="警告", server_default="{}",
    )  # fmt: skip
    created_by: Mapped[UUID | None] = uuid_column(doc="The user who made the order.", zh="创建用户")
    confirmed_by: Mapped[UUID | None] = uuid_column(doc="The user who confirmed the order.", zh="确认用户")


class SalesOrderKit(
    CompanyRecord, scope=Scope(partner="sales_order.customer_id", site="sales_order.site_id"), zh="销售订单套件"
):
    """A kit on an order, sold as one at one price; its components are lines of the order and share that price."""

    __tablename__ = "sales_order_kit"
    __table_args__ = (
        UniqueConstraint("company_id", "sales_order_id", "position"),
        CheckConstraint("ordered_quantity > 0", name="ordered_quantity_positive"),
        CheckConstraint("shipped_quantity >= 0", name="shipped_quantity_not_negative"),
        CheckConstraint("unit_price >= 0", name="unit_price_not_negative"),
    )

    sales_order_id: Mapped[UUID] = reference(
        "sales_order", doc="The order the kit is on.", zh="销售订单", lines="kits", lines_order="position"
    )
    position: Mapped[int] = column(doc="Place of its first component on the order.", zh="行号", tier=Tier.PUBLIC)
    item_id: Mapped[UUID] = reference("item", doc="The kit.", zh="套件", many="sales_order_kits")
    ordered_quantity: Mapped[Decimal] = quantity_column(doc="Ordered.", zh="订购数量", unit=ITEM_UNIT, tier=Tier.PUBLIC)
    shipped_quantity: Mapped[Decimal] = quantity_column(
        doc="How many have left whole.", zh="发货数量", unit=ITEM_UNIT, tier=Tier.PUBLIC, server_default="0"
    )
    unit_price: Mapped[Decimal] = price_column(doc="Net price of one.", zh="单价", unit=ORDER_CURRENCY)
    price_source: Mapped[str] = text_column(
        doc="The rule that set the price.", zh="价格来源", tier=Tier.COMMERCIAL
    )
    list_price: Mapped[Decimal | None] = price_column(
        doc="What the price lists say one costs this customer; none where no list has it.", zh="价目表价格",
        unit=ORDER_CURRENCY,
    )  # fmt: skip
    discount_percent: Mapped[Decimal] = rate_column(
        doc="Taken off the price of the list.", zh="折扣", unit="%", tier=Tier.COMMERCIAL, server_default="0"
    )
    line_total: Mapped[Decimal] = amount_column(doc="What its components come to.", zh="行金额", unit=ORDER_CURRENCY)
    tax: Mapped[Decimal] = amount_column(doc="Tax on them.", zh="行税额", unit=ORDER_CURRENCY)


class SalesOrderLine(
    CompanyRecord, scope=Scope(partner="sales_order.customer_id", site="sales_order.site_id"), zh="销售订单行"
):
    """One item on one order."""

    __tablename__ = "sales_order_line"
    __table_args__ = (
        CheckConstraint("ordered_quantity > 0", name="ordered_quantity_positive"),
        CheckConstraint(
            "allocated_quantity >= 0 AND picked_quantity >= 0 AND shipped_quantity >= 0 AND returned_quantity >= 0 "
            "AND replaced_quantity >= 0 AND cancelled_quantity >= 0 AND invoiced_quantity >= 0 "
            "AND direct_quantity >= 0",
            name="quantities_not_negative",
        ),
        CheckConstraint(
            "allocated_quantity + direct_quantity + shipped_quantity + cancelled_quantity "
            "<= ordered_quantity + replaced_quantity",
            name="shipped_within_ordered",
        ),
        CheckConstraint("picked_quantity <= allocated_quantity", name="picked_within_allocated"),
        CheckConstraint("returned_quantity <= shipped_quantity", name="returned_within_shipped"),
        CheckConstraint("replaced_quantity <= returned_quantity", name="replaced_within_returned"),
        CheckConstraint("invoiced_quantity <= shipped_quantity", name="invoiced_within_shipped"),
        CheckConstraint("unit_price >= 0", name="unit_price_not_negative"),
        CheckConstraint("quantity_per_kit > 0", name="quantity_per_kit_positive"),
        CheckConstraint("(sales_order_kit_id IS NULL) = (quantity_per_kit IS NULL)", name="component_of_a_kit"),
        CheckConstraint(SAID_WHOLE, name="said_whole"),
        UniqueConstraint("company_id", "sales_order_id", "position"),
    )  # fmt: skip

    sales_order_id: Mapped[UUID] = reference(
        "sales_order", doc="The order the line belongs to.", zh="销售订单", lines="lines", lines_order="position"
    )
    position: Mapped[int] = column(doc="1-based place on the order.", zh="行号", tier=Tier.PUBLIC)
    item_id: Mapped[UUID] = reference("item", doc="What is sold.", zh="物料", many="sales_order_lines")
    sales_order_kit_id: Mapped[UUID | None] = reference(
        "sales_order_kit", doc="The kit that it is a component of, if it is one.", zh="套件", many="components"
    )
    quantity_per_kit: Mapped[Decimal | None] = quantity_column(
        doc="How much of it one kit holds.", zh="单套数量", unit=ITEM_UNIT, tier=Tier.PUBLIC
    )
    ordered_quantity: Mapped[Decimal] = quantity_column(doc="Ordered.", zh="订购数量", unit=ITEM_UNIT, tier=Tier.PUBLIC)
    allocated_quantity: Mapped[Decimal] = quantity_column(
        doc="Promised from stock and not shipped yet.", zh="已分配数量", unit=ITEM_UNIT, tier=Tier.PUBLIC,
        server_default="0",
    )  # fmt: skip
    direct_quantity: Mapped[Decimal] = quantity_column(
        doc="Ordered from a supplier who ships it straight to the customer, and not shipped yet.", zh="直运在途数量",
        unit=ITEM_UNIT, tier=Tier.PUBLIC, server_default="0",
    )  # fmt: skip
    picked_quantity: Mapped[Decimal] = quantity_column(
        doc="Of what is allocated, what is picked for shipments that have not left.", zh="已拣数量", unit=ITEM_UNIT,
        tier=Tier.PUBLIC, server_default="0",
    )  # fmt: skip
    shipped_quantity: Mapped[Decimal] = quantity_column(
        doc="Left for the customer.", zh="发货数量", unit=ITEM_UNIT, tier=Tier.PUBLIC, server_default="0"
    )
    returned_quantity: Mapped[Decimal] = quantity_column(
        doc="Came back.", zh="退货数量", unit=ITEM_UNIT, tier=Tier.PUBLIC, server_default="0"
    )
    replaced_quantity: Mapped[Decimal] = quantity_column(
        doc="Of what came back, what is to be shipped again.", zh="换货数量", unit=ITEM_UNIT, tier=Tier.PUBLIC,
        server_default="0",
    )  # fmt: skip
    cancelled_quantity: Mapped[Decimal] = quantity_column(
        doc="Will not be shipped.", zh="取消数量", unit=ITEM_UNIT, tier=Tier.PUBLIC, server_default="0"
    )
    open_quantity: Mapped[Decimal] = quantity_column(
        doc="Neither allocated nor on its way nor cancelled: what is owed to the customer and not at hand.",
        zh="未交数量", unit=ITEM_UNIT, tier=Tier.PUBLIC,
        server_default=Computed(
            "ordered_quantity + replaced_quantity - allocated_quantity - direct_quantity - shipped_quantity "
            "- cancelled_quantity",
            persisted=True,
        ),
    )  # fmt: skip
    invoiced_quantity: Mapped[Decimal] = quantity_column(
        doc="Invoiced, credit notes taken off.", zh="开票数量", unit=ITEM_UNIT, tier=Tier.PUBLIC, server_default="0"
    )
    unit_price: Mapped[Decimal] = price_column(doc="Net price of one own unit.", zh="单价", unit=ORDER_CURRENCY)
    unit_id: Mapped[UUID | None] = unit_said()
    unit_quantity: Mapped[Decimal | None] = quantity_said()
    price_in_unit: Mapped[Decimal | None] = price_said(ORDER_CURRENCY)
    price_source: Mapped[str] = text_column(
        doc="The rule that set the price: a list with its line, or whoever gave it by hand.", zh="价格来源",
        tier=Tier.COMMERCIAL,
    )  # fmt: skip
    list_price: Mapped[Decimal | None] = price_column(
        doc="What the price lists say one unit costs this customer; none where no list has it.", zh="价目表价格",
        unit=ORDER_CURRENCY,
    )  # fmt: skip
    tax_code_id: Mapped[UUID | None] = reference(
        "tax_code", doc="Its tax treatment; none for no tax.", zh="税码", tier=Tier.INTERNAL
    )
    line_total: Mapped[Decimal] = amount_column(doc="Quantity at the unit price.", zh="行金额", unit=ORDER_CURRENCY)
    tax: Mapped[Decimal] = amount_column(doc="Tax on the line.", zh="行税额", unit=ORDER_CURRENCY)
    due_on: Mapped[date | None] = date_column(doc="Day the customer wants it.", zh="要求到货日期", tier=Tier.PUBLIC)
    life_days_min: Mapped[int | None] = column(
        doc="Days of life that a lot must have left at delivery.", zh="最短剩余效期", unit="day", tier=Tier.PUBLIC
    )
    discount_percent: Mapped[Decimal] = rate_column(
        doc="Taken off the price of the list.", zh="折扣", unit="%", tier=Tier.COMMERCIAL, server_default="0"
    )


Index("ix_sales_order_line_due", SalesOrderLine.table.c.company_id, SalesOrderLine.table.c.due_on)
