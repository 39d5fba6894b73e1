"""Why a price is what it is: every rule that was considered for an item, a customer and a day, and what became of it.

The rule itself is `domain.sales.rules.prices`; these reports say the same of stored lists, contracts, tenders, own
prices and caps, in one statement. They read the lists as they stand now for the day that is asked: what an order was
charged stands on its lines, with the rule that was applied then.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Column as SqlColumn
from sqlalchemy import ColumnElement, FromClause, and_, case, cast, func, literal_column, null, or_, select, union_all
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Mapped
from sqlalchemy.types import Date, Integer, SmallInteger, Uuid

from domain.core import quantity as scales
from domain.core.columns import (
    QUANTITY,
    RATE,
    Tier,
    code_column,
    column,
    date_column,
    enum_column,
    price_column,
    quantity_column,
    rate_column,
    reference,
    text_column,
)
from domain.core.commands import argument, part
from domain.core.reports import Asked, Lines, Report, any_values
from domain.finance.statements import row_id, text_of
from domain.master_data.items import Item, ItemPrice
from domain.master_data.parties import Address, Party
from domain.master_data.units import ItemUnitConversion, UnitOfMeasure
from domain.sales.commands.new_orders import BY_HAND
from domain.sales.models import (
    CURRENCY_LENGTH,
    ITEM_UNIT,
    PriceCap,
    PriceList,
    PriceListLine,
    PriceOutcome,
    SalesOrder,
    SalesOrderKit,
    SalesOrderLine,
)
from domain.sales.reads import ITEM_LIST

ONE, NOTHING = literal_column("1", RATE), literal_column("0", QUANTITY)


class PriceRule(StrEnum):
    """What can set a price, in the order in which it binds, and what can only limit one: a cap."""

    BY_HAND = "BY_HAND"
    CONTRACT = "CONTRACT"
    TENDER = "TENDER"
    GENERAL = "GENERAL"
    ITEM = "ITEM"
    CAP = "CAP"


class ConsideredPrice:
    """What both reports say of a rule that was considered."""

    place: Mapped[str] = code_column(
        doc="Where the line stands: the order's line, then the rules in the order in which they bind.", zh="行次",
        tier=Tier.INTERNAL, order=True, length_max=100,
    )  # fmt: skip
    position: Mapped[int] = column(doc="Place of the line on the order; 1 where none was asked for.", zh="行号")
    customer_id: Mapped[UUID] = reference("party", doc="For whom.", zh="客户")
    item_id: Mapped[UUID] = reference("item", doc="What is priced.", zh="物料")
    quantity: Mapped[Decimal] = quantity_column(doc="For this quantity.", zh="数量", unit=ITEM_UNIT)
    unit_id: Mapped[UUID] = reference("unit_of_measure", doc="The unit that was asked for.", zh="计量单位")
    unit_factor: Mapped[Decimal] = rate_column(
        doc="The item's own units in one of that unit.", zh="换算系数", unit=ITEM_UNIT
    )
    priced_on: Mapped[date] = date_column(doc="The day on which the rules are looked at.", zh="定价日期")
    rule: Mapped[PriceRule] = enum_column(PriceRule, doc="What kind of rule it is.", zh="价格规则")
    source: Mapped[str] = text_column(doc="Code of the list, or who set the cap.", zh="依据")
    price_list_id: Mapped[UUID | None] = reference("price_list", doc="The list, where it is one.", zh="价目表")
    quantity_min: Mapped[Decimal] = quantity_column(
        doc="From this quantity on.", zh="起订数量", unit=ITEM_UNIT, tier=Tier.COMMERCIAL
    )
    currency: Mapped[str] = code_column(
        doc="Currency of the price.", zh="币种", length_max=CURRENCY_LENGTH, code_list="ISO4217", tier=Tier.COMMERCIAL
    )
    unit_price: Mapped[Decimal] = price_column(
        doc="Net price of one of the item's own units; the highest that a cap lets be asked.", zh="单价",
        unit="currency",
    )  # fmt: skip
    price_in_unit: Mapped[Decimal] = price_column(
        doc="Net price of one of the unit that was asked for.", zh="所询单位单价", unit="currency"
    )
    valid_from: Mapped[date | None] = date_column(doc="First day; none for a price given by hand.", zh="生效日期")
    valid_to: Mapped[date | None] = date_column(doc="Last day; none while it holds.", zh="失效日期")
    outcome: Mapped[PriceOutcome] = enum_column(PriceOutcome, doc="What became of it.", zh="结果")
    reason: Mapped[str] = text_column(doc="Why, in words.", zh="原因（英文）", tier=Tier.COMMERCIAL)
    reason_zh: Mapped[str] = text_column(doc="Why, in Chinese.", zh="原因", tier=Tier.COMMERCIAL)


@part
class PriceExplanationArguments:
    """A price that might be asked for."""

    customer: str = argument(doc="Code of the customer.", zh="客户代码")
    item: str = argument(doc="Code of the item.", zh="物料代码")
    quantity: Decimal = argument(doc="How much, in the unit.", zh="数量", number="quantity")
    currency: str = argument(doc="Currency of the price (ISO 4217).", zh="币种")
    on: date = argument(doc="Day of the order.", zh="日期")
    unit: str | None = argument(
        doc="Code of the unit: the item's own, one that the item converts, or another of the same dimension; its own "
        "unless given.", zh="计量单位", default=None,
    )  # fmt: skip
    territory: str | None = argument(doc="Where the goods go, for caps.", zh="地域", default=None)


def _asked_for_something(values: Mapping[str, Any]) -> None:
    """Nothing. Raises: Rejected for a quantity that is not above zero."""
    scales.positive(values["quantity"], scales.QUANTITY, "quantity", ("quantity",))


class PriceExplanationLine(
    ConsideredPrice, Report, zh="价格说明行", arguments=PriceExplanationArguments, order="place",
    check=_asked_for_something,
    reads=(Item, Party, UnitOfMeasure, ItemUnitConversion, PriceList, PriceListLine, ItemPrice, PriceCap),
):  # fmt: skip
    """A rule that was considered for a price that might be asked for, and why it sets the price or does not.

    Where no line has the outcome SETS_PRICE, an order would need a price given by hand.
    """

    __tablename__ = "price_explanation_line"


def price_explanation(asked: Asked) -> Lines:
    """A line for each price, contract, tender and cap of the item."""
    return _considered(asked, _might_be_wanted(asked))


@part
class OrderPriceArguments:
    """The order or quote whose prices are to be explained."""

    order: str = argument(doc="Number of the order or quote.", zh="销售订单号")


class OrderPriceLine(
    ConsideredPrice, Report, zh="订单价格说明行", arguments=OrderPriceArguments, order="place", check=any_values,
    reads=(Item, SalesOrder, SalesOrderLine, SalesOrderKit, Address, PriceList, PriceListLine, ItemPrice, PriceCap),
):  # fmt: skip
    """A rule that was considered for a line of an order or quote, on the order's day, and why it binds or does not.

    A kit is one line, at the place of its first component: its price is shared among the components. A cap is compared
    with what is charged, discounts taken off.
    """

    __tablename__ = "order_price_line"


def order_prices(asked: Asked) -> Lines:
    """A line for each price and cap of what stands on the order, and for each price that was given by hand."""
    return _considered(asked, _ordered(asked))


# --- what a price is wanted for ---------------------------------------------------------------------------------------


def _might_be_wanted(asked: Asked) -> FromClause:
    """One row a company: the item in the customer's quantity, in the item's own unit."""
    item, party, unit = asked.of(Item), asked.of(Party), asked.of(UnitOfMeasure)
    company = (
        func.unnest(asked.companies)
        .table_valued(SqlColumn("company_id", SmallInteger()))
        .render_derived(name="company")
    )
    factor = _factor(asked, item, unit)
    named = unit.c.id == item.c.unit_id if asked["unit"] is None else unit.c.code == asked["unit"]
    territory = cast(null(), SqlText()) if asked["territory"] is None else cast(asked["territory"], SqlText())
    return (
        select(
            company.c.company_id, literal_column("1", Integer()).label("position"), party.c.id.label("customer_id"),
            item.c.id.label("item_id"), cast(cast(asked["quantity"], QUANTITY) * factor, QUANTITY).label("quantity"),
            unit.c.id.label("unit_id"), factor.label("factor"), cast(asked["currency"], SqlText()).label("currency"),
            cast(asked["on"], Date()).label("day"), territory.label("territory"),
            cast(null(), RATE).label("given"), cast(null(), RATE).label("charged"),
        )
        .select_from(company.join(item, item.c.code == asked["item"]))
        .join(party, party.c.code == asked["customer"])
        .join(unit, named)
        .where(factor.is_not(None))
        .cte()
    )  # fmt: skip


def _factor(asked: Asked, item: FromClause, unit: FromClause) -> ColumnElement[Any]:
    """The item's own units in one of another: its own conversion, else that of the dimension; NULL where none is."""
    conversion, own = asked.of(ItemUnitConversion), asked.of(UnitOfMeasure)
    of_item = (
        select(cast(conversion.c.factor / conversion.c.per, RATE))
        .where(conversion.c.item_id == item.c.id, conversion.c.unit_id == unit.c.id, conversion.c.archived_at.is_(None))
        .scalar_subquery()
    )
    of_dimension = (
        select(cast(unit.c.base_factor / own.c.base_factor, RATE))
        .where(own.c.id == item.c.unit_id, own.c.dimension == unit.c.dimension)
        .scalar_subquery()
    )
    return case((unit.c.id == item.c.unit_id, ONE), else_=func.coalesce(of_item, of_dimension, type_=RATE))


def _ordered(asked: Asked) -> FromClause:
    """The lines of the order and its kits, without the kits' components."""
    order, item, address = asked.of(SalesOrder), asked.of(Item), asked.of(Address)
    line, kit = asked.of(SalesOrderLine), asked.of(SalesOrderKit)
    return union_all(
        *(
            select(
                row.c.company_id, row.c.position, order.c.customer_id, row.c.item_id,
                row.c.ordered_quantity.label("quantity"), item.c.unit_id, ONE.label("factor"), order.c.currency,
                order.c.ordered_on.label("day"), address.c.region.label("territory"),
                case((row.c.price_source == text_of(BY_HAND), row.c.unit_price)).label("given"),
                row.c.unit_price.label("charged"),
            )
            .select_from(
                row.join(order, and_(order.c.company_id == row.c.company_id, order.c.id == row.c.sales_order_id))
                .join(item, item.c.id == row.c.item_id)
                .outerjoin(address, address.c.id == order.c.ship_to_id)
            )
            .where(order.c.number == asked["order"], *is_sold)
            for row, is_sold in ((line, (line.c.sales_order_kit_id.is_(None),)), (kit, ()))
        )
    ).cte()  # fmt: skip


# --- what is considered -----------------------------------------------------------------------------------------------


def _considered(asked: Asked, wanted: FromClause) -> Lines:
    """The rules for what is wanted, those that hold first and in the order in which they bind, caps last."""
    prices = _prices(asked, wanted)
    winner = (
        select(prices.c.company_id, prices.c.position, prices.c.unit_price)
        .where(_is(prices.c.outcome, PriceOutcome.SETS_PRICE))
        .subquery("winner")
    )
    rules = union_all(select(prices), _caps(asked, wanted, winner)).subquery("rules")
    return _lines(rules)


def _is(value: ColumnElement[Any], *outcomes: StrEnum) -> ColumnElement[bool]:
    return or_(*(value == text_of(one) for one in outcomes))


def _rule(wanted: FromClause, keys: Mapping[str, Any], price: ColumnElement[Any], outcome: ColumnElement[Any]) -> Lines:
    """One rule beside what it is considered for."""
    names = ("company_id", "position", "customer_id", "item_id", "quantity", "unit_id", "factor", "day")
    return select(
        *(wanted.c[name] for name in names), *(one.label(name) for name, one in keys.items()),
        cast(price, RATE).label("unit_price"), outcome.label("outcome"),
    )  # fmt: skip


def _keys(rule: PriceRule, source: ColumnElement[Any]) -> dict[str, ColumnElement[Any]]:
    """What tells rules apart, for one that has no list, tier or end."""
    return {
        "key": cast(null(), Uuid()), "rule": text_of(rule), "source": source, "price_list_id": cast(null(), Uuid()),
        "territory": cast(null(), SqlText()), "quantity_min": NOTHING, "valid_from": cast(null(), Date()),
        "valid_to": cast(null(), Date()),
    }  # fmt: skip


def _prices(asked: Asked, wanted: FromClause) -> FromClause:
    """Every price of what is wanted: of those that hold the first sets it."""
    listed, own = _of_lists(asked, wanted), _of_items(asked, wanted)
    by_hand = (
        _rule(
            wanted, _keys(PriceRule.BY_HAND, text_of(BY_HAND)) | {"currency": wanted.c.currency}, wanted.c.given,
            text_of(PriceOutcome.GOES_BEHIND),
        )
        .where(wanted.c.given.is_not(None))
    )  # fmt: skip
    found = union_all(listed, own, by_hand).subquery("found")
    holds = _is(found.c.outcome, PriceOutcome.GOES_BEHIND)
    place = func.row_number().over(partition_by=(found.c.company_id, found.c.position, holds), order_by=_order(found))
    first = and_(holds, place == literal_column("1"))
    kept: list[ColumnElement[Any]] = [one for one in found.c if one.name != "outcome"]
    outcome: ColumnElement[Any] = case((first, text_of(PriceOutcome.SETS_PRICE)), else_=found.c.outcome)
    return select(*kept, outcome.label("outcome")).cte()


def _order(rules: FromClause) -> tuple[ColumnElement[Any], ...]:
    """`precedence` of the rules of prices; the id last, so that there is one order."""
    rank = case(*(
        (rules.c.rule == text_of(one), literal_column(str(place), Integer())) for place, one in enumerate(PriceRule)
    ))  # fmt: skip
    return rank, rules.c.quantity_min.desc(), rules.c.valid_from.desc(), rules.c.source.collate("C"), rules.c.key


def _of_lists(asked: Asked, wanted: FromClause) -> Lines:
    """The prices of lists, contracts and tenders."""
    line, of = asked.of(PriceListLine), asked.of(PriceList)
    valid_from = func.greatest(line.c.valid_from, of.c.valid_from, type_=Date())
    valid_to = func.least(line.c.valid_to, of.c.valid_to, type_=Date())
    keys = {
        "key": line.c.id, "rule": of.c.kind, "source": of.c.code, "price_list_id": of.c.id,
        "quantity_min": line.c.quantity_min, "valid_from": valid_from, "valid_to": valid_to,
        "currency": line.c.currency,
    }  # fmt: skip
    outcome = _outcome(wanted, {**keys, "customer_id": of.c.customer_id})
    return _rule(wanted, _keys(PriceRule.GENERAL, of.c.code) | keys, line.c.unit_price, outcome).select_from(
        wanted.join(line, and_(line.c.company_id == wanted.c.company_id, line.c.item_id == wanted.c.item_id)).join(
            of, and_(of.c.company_id == line.c.company_id, of.c.id == line.c.price_list_id)
        )
    )


def _of_items(asked: Asked, wanted: FromClause) -> Lines:
    """The items' own list prices."""
    own = asked.of(ItemPrice)
    keys = {
        "key": own.c.id, "valid_from": own.c.valid_from, "valid_to": own.c.valid_to, "currency": own.c.currency,
        "quantity_min": NOTHING,
    }  # fmt: skip
    outcome = _outcome(wanted, {**keys, "customer_id": cast(null(), Uuid())})
    return _rule(wanted, _keys(PriceRule.ITEM, text_of(ITEM_LIST)) | keys, own.c.list_price, outcome).select_from(
        wanted.join(own, and_(own.c.company_id == wanted.c.company_id, own.c.item_id == wanted.c.item_id))
    )


def _outcome(wanted: FromClause, of: Mapping[str, ColumnElement[Any]]) -> ColumnElement[Any]:
    """Why a price does not count; GOES_BEHIND where it does, until it is known which is the first."""
    return case(
        (of["customer_id"] != wanted.c.customer_id, text_of(PriceOutcome.OTHER_CUSTOMER)),
        (of["currency"] != wanted.c.currency, text_of(PriceOutcome.OTHER_CURRENCY)),
        (wanted.c.day < of["valid_from"], text_of(PriceOutcome.NOT_BEGUN)),
        (wanted.c.day > of["valid_to"], text_of(PriceOutcome.ENDED)),
        (wanted.c.quantity < of["quantity_min"], text_of(PriceOutcome.BELOW_QUANTITY)),
        else_=text_of(PriceOutcome.GOES_BEHIND),
    )


def _caps(asked: Asked, wanted: FromClause, winner: FromClause) -> Lines:
    """The caps on what is wanted, beside the price that is charged or would be."""
    cap = asked.of(PriceCap)
    keys = {
        "key": cap.c.id, "territory": cap.c.territory, "valid_from": cap.c.valid_from, "valid_to": cap.c.valid_to,
        "currency": cap.c.currency,
    }  # fmt: skip
    price = func.coalesce(wanted.c.charged, winner.c.unit_price, type_=RATE)
    outcome = case(
        (cap.c.currency != wanted.c.currency, text_of(PriceOutcome.OTHER_CURRENCY)),
        (
            and_(cap.c.territory.is_not(None), cap.c.territory.is_distinct_from(wanted.c.territory)),
            text_of(PriceOutcome.OTHER_TERRITORY),
        ),
        (wanted.c.day < cap.c.valid_from, text_of(PriceOutcome.NOT_BEGUN)),
        (wanted.c.day > cap.c.valid_to, text_of(PriceOutcome.ENDED)),
        (price > cap.c.unit_price, text_of(PriceOutcome.ABOVE_CAP)),
        else_=text_of(PriceOutcome.WITHIN_CAP),
    )
    is_line = and_(winner.c.company_id == wanted.c.company_id, winner.c.position == wanted.c.position)
    return _rule(wanted, _keys(PriceRule.CAP, cap.c.source) | keys, cap.c.unit_price, outcome).select_from(
        wanted.join(cap, and_(cap.c.company_id == wanted.c.company_id, cap.c.item_id == wanted.c.item_id)).outerjoin(
            winner, is_line
        )
    )


# --- in words ---------------------------------------------------------------------------------------------------------


def _lines(rules: FromClause) -> Lines:
    """The lines of a report, numbered within what they are for."""
    holds = _is(rules.c.outcome, PriceOutcome.SETS_PRICE, PriceOutcome.GOES_BEHIND)
    section = case(
        (rules.c.rule == text_of(PriceRule.CAP), literal_column("2", Integer())),
        (holds, literal_column("0", Integer())),
        else_=literal_column("1", Integer()),
    )
    own, order = (rules.c.company_id, rules.c.position), (section, *_order(rules))
    numbered = select(
        rules, func.row_number().over(partition_by=own, order_by=order).label("number"),
        func.first_value(rules.c.source, type_=SqlText()).over(partition_by=own, order_by=order).label("first"),
    ).subquery("numbered")  # fmt: skip
    row = numbered.c
    digits = text_of("FM0000")
    en, zh = _reasons(row)
    return select(
        row.company_id,
        row_id(row.company_id, row.position, row.number).label("id"),
        func.concat_ws(
            text_of(" "), func.to_char(row.position, digits), func.to_char(row.number, digits), type_=SqlText()
        ).label("place"),
        row.position, row.customer_id, row.item_id, row.quantity, row.unit_id, row.factor.label("unit_factor"),
        row.day.label("priced_on"), row.rule, row.source, row.price_list_id, row.quantity_min, row.currency,
        row.unit_price, cast(row.unit_price * row.factor, RATE).label("price_in_unit"), row.valid_from, row.valid_to,
        row.outcome, en.label("reason"), zh.label("reason_zh"),
    )  # fmt: skip


# Why a rule sets the price, English and Chinese.
BINDS: Mapping[PriceRule, tuple[str, str]] = {
    PriceRule.BY_HAND: ("the price was given by hand", "手工录入的价格"),
    PriceRule.CONTRACT: ("a contract with the customer goes before all lists", "客户合同价优先于其他价目表"),
    PriceRule.TENDER: ("a tender goes before general lists", "中标价优先于通用价目表"),
    PriceRule.GENERAL: (
        "the general list holds, for want of a contract or tender",
        "无合同或中标价时适用通用价目表",
    ),
    PriceRule.ITEM: ("no list has the item, so its own list price holds", "无价目表时适用物料目录价"),
}
# Why another does not: what stands before and behind the value of a column.
BINDS_NOT: Mapping[PriceOutcome, tuple[tuple[str, str, str], tuple[str, str, str]]] = {
    PriceOutcome.GOES_BEHIND: (("", "first", " goes before it"), ("", "first", "优先")),
    PriceOutcome.OTHER_CURRENCY: (("it is in ", "currency", ""), ("币种为", "currency", "")),
    PriceOutcome.OTHER_TERRITORY: (("it holds in ", "territory", ""), ("仅适用于", "territory", "")),
    PriceOutcome.NOT_BEGUN: (("it begins on ", "valid_from", ""), ("自", "valid_from", "起生效")),
    PriceOutcome.ENDED: (("it ended on ", "valid_to", ""), ("已于", "valid_to", "失效")),
    PriceOutcome.BELOW_QUANTITY: (
        ("it holds from quantity ", "quantity_min", " on"),
        ("起订数量为", "quantity_min", ""),
    ),
}
# Those that need no value.
PLAIN: Mapping[PriceOutcome, tuple[str, str]] = {
    PriceOutcome.OTHER_CUSTOMER: ("it is a contract with another customer", "属于其他客户的合同"),
    PriceOutcome.WITHIN_CAP: ("the price is within the cap", "价格未超过限价"),
    PriceOutcome.ABOVE_CAP: ("the price is above the cap and an order is refused", "价格超过限价，订单将被拒绝"),
}


def _reasons(row: Any) -> tuple[ColumnElement[str], ColumnElement[str]]:
    """Why a rule sets the price or does not, in English and Chinese."""

    def shown(name: str) -> ColumnElement[Any]:
        return func.trim_scale(row[name]) if name == "quantity_min" else row[name]

    def whens(place: int) -> list[tuple[ColumnElement[bool], ColumnElement[Any]]]:
        sets = row.outcome == text_of(PriceOutcome.SETS_PRICE)
        found = [(and_(sets, row.rule == text_of(rule)), text_of(words[place])) for rule, words in BINDS.items()]
        found += [(row.outcome == text_of(one), text_of(words[place])) for one, words in PLAIN.items()]
        for one, words in BINDS_NOT.items():
            before, name, behind = words[place]
            text = func.concat(text_of(before), shown(name), text_of(behind), type_=SqlText())
            found.append((row.outcome == text_of(one), text))
        return found

    return case(*whens(0)), case(*whens(1))
