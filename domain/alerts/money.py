"""What the conditions about money look at: credit that is used, budgets, prices off the usual, orders below their cost.

An alert is read by everyone who reads alerts, so what is told of money is how much in percent, and only to whom margins
are open (`Alert.measuredPercent`); the messages name no amount.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Date, Text, and_, bindparam, case, func, literal, or_, select, union_all
from sqlalchemy.types import Uuid

from domain.alerts.reads import COMPANY_ID, Among, asked, zh_item, zh_name
from domain.alerts.rules import BudgetUse, CreditUse, MissingRate, OrderMargin, PriceOff
from domain.core.columns import AMOUNT, RATE
from domain.core.database import Row
from domain.core.errors import DomainError
from domain.core.handling import Handling
from domain.core.money import EXACT, ZERO, Money
from domain.core.records import Record
from domain.finance import company_currency, rates_to, spent_of
from domain.finance.models import Account, Budget, BudgetLine, BudgetStatus, BudgetVersion
from domain.finance.rules import RateMissing, in_company_currency
from domain.inventory.models import ValueLayer, ValuePool
from domain.logistics.models import ShipmentLine
from domain.master_data.items import Item, ItemCost
from domain.master_data.parties import Party, PartyTerms
from domain.master_data.units import ItemUnitConversion, UnitOfMeasure
from domain.procurement.models import PurchaseOrder, PurchaseOrderLine, PurchaseOrderStatus, SupplierItem
from domain.sales import credit_uses
from domain.sales.models import SalesOrder, SalesOrderLine, SalesOrderStatus

_party, _terms, _item = Party.table, PartyTerms.table, Item.table
_LIMITED = (
    select(_terms.c.party_id, _party.c.name.label("party"), zh_name(_party).label("party_zh"))
    .join_from(_terms, _party, _party.c.id == _terms.c.party_id)
    .where(_terms.c.company_id == COMPANY_ID, _terms.c.credit_limit.is_not(None), asked(_terms.c.party_id))
    .order_by(_terms.c.party_id)
)

_budget, _version, _limit, _account = Budget.table, BudgetVersion.table, BudgetLine.table, Account.table


def _of(line: Any, record: type[Record], key: Any) -> ColumnElement[bool]:
    """The row of the same company that a column names."""
    return and_(record.table.c.company_id == line.c.company_id, record.table.c.id == key)


_BUDGETS = (
    select(
        _limit.c.id.label("line_id"),
        _budget.c.code.label("budget"),
        _budget.c.name,
        zh_name(_budget).label("name_zh"),
        _account.c.code.label("account"),
        _limit.c.amount.label("released"),
    )
    .join_from(_limit, _version, _of(_limit, BudgetVersion, _limit.c.budget_version_id))
    .join(_budget, _of(_version, Budget, _version.c.budget_id))
    .join(_account, _of(_limit, Account, _limit.c.account_id))
    .where(
        _limit.c.company_id == COMPANY_ID,
        _version.c.status == BudgetStatus.RELEASED.value,
        _budget.c.ends_on >= bindparam("since", type_=Date()),
        asked(_limit.c.id),
    )
    .order_by(_limit.c.id)
)

_order, _line = SalesOrder.table, SalesOrderLine.table
_purchase, _bought, _offered = PurchaseOrder.table, PurchaseOrderLine.table, SupplierItem.table
# An order whose prices can still be put right: not charged in full, not given up.
_OPEN_ORDERS = or_(
    *(
        _order.c.status == status.value
        for status in (SalesOrderStatus.QUOTED, SalesOrderStatus.CONFIRMED, SalesOrderStatus.SHIPPED)
    )
)
# A supplier's usual price is of the unit it sells in; of an item's own where that is it, or a factor leads from it.
_own_unit, _sold_in, _factor = UnitOfMeasure.table.alias("own_unit"), UnitOfMeasure.table, ItemUnitConversion.table
_usual = case(
    (_offered.c.unit == _own_unit.c.code, _offered.c.standard_price),
    else_=select(func.round(_offered.c.standard_price * _factor.c.per / _factor.c.factor, RATE.scale))
    .join_from(_factor, _sold_in, _sold_in.c.id == _factor.c.unit_id)
    .where(
        _factor.c.item_id == _bought.c.item_id, _sold_in.c.code == _offered.c.unit, _factor.c.archived_at.is_(None)
    )
    .scalar_subquery(),
)
_PRICES = union_all(
    select(
        _line.c.id.label("line_id"), _line.c.position, _item.c.code.label("item"), zh_item(_item).label("item_zh"),
        _order.c.number, _order.c.site_id, _line.c.item_id, _line.c.unit_price, _line.c.list_price.label("usual"),
        _order.c.id.label("sales_order_id"), literal(None, Uuid()).label("purchase_order_id"),
    )
    .join_from(_line, _order, _of(_line, SalesOrder, _line.c.sales_order_id))
    .join(_item, _item.c.id == _line.c.item_id)
    .where(
        _line.c.company_id == COMPANY_ID, _OPEN_ORDERS, _line.c.list_price != _line.c.unit_price,
        _order.c.ordered_on >= bindparam("since", type_=Date()), asked(_order.c.id),
    ),
    select(
        _bought.c.id, _bought.c.position, _item.c.code, zh_item(_item), _purchase.c.number, _purchase.c.site_id,
        _bought.c.item_id, _bought.c.unit_price, _usual, literal(None, Uuid()), _purchase.c.id,
    )
    .join_from(_bought, _purchase, _of(_bought, PurchaseOrder, _bought.c.purchase_order_id))
    .join(_item, _item.c.id == _bought.c.item_id)
    .join(_own_unit, _own_unit.c.id == _item.c.unit_id)
    .join(
        _offered,
        and_(
            _offered.c.company_id == _bought.c.company_id, _offered.c.item_id == _bought.c.item_id,
            _offered.c.supplier_id == _purchase.c.supplier_id, _offered.c.currency == _purchase.c.currency,
        ),
    )
    .where(
        _bought.c.company_id == COMPANY_ID, ~_purchase.c.is_historical,
        or_(
            _purchase.c.status == PurchaseOrderStatus.PENDING.value,
            _purchase.c.status == PurchaseOrderStatus.APPROVED.value,
        ),
        _usual != _bought.c.unit_price,
        _purchase.c.ordered_on >= bindparam("since", type_=Date()), asked(_purchase.c.id),
    ),
)  # fmt: skip

_sent, _layer, _pool, _cost = ShipmentLine.table, ValueLayer.table, ValuePool.table, ItemCost.table
# What one unit cost: that of what left; before anything did, of what is in stock; else the standard.
_LEFT_AT = (
    select(func.sum(_layer.c.value) / func.nullif(func.sum(_layer.c.quantity), 0))
    .join_from(
        _sent, _layer, and_(_layer.c.company_id == _sent.c.company_id, _layer.c.movement_id == _sent.c.stock_entry_id)
    )
    .where(_sent.c.company_id == _line.c.company_id, _sent.c.sales_order_line_id == _line.c.id)
    .scalar_subquery()
)
_KEPT_AT = (
    select(func.sum(_pool.c.value) / func.nullif(func.sum(_pool.c.quantity), 0))
    .where(_pool.c.company_id == _line.c.company_id, _pool.c.item_id == _line.c.item_id, _pool.c.quantity > 0)
    .scalar_subquery()
)
_STANDARD = (
    select(_cost.c.standard_cost)
    .where(
        _cost.c.company_id == _line.c.company_id,
        _cost.c.item_id == _line.c.item_id,
        _cost.c.valid_from <= bindparam("today", type_=Date()),
    )
    .order_by(_cost.c.valid_from.desc())
    .limit(1)
    .scalar_subquery()
)
_sold = _line.c.ordered_quantity - _line.c.cancelled_quantity
_MARGINS = (
    select(
        _line.c.id.label("line_id"), _line.c.position, _line.c.item_id, _item.c.code.label("item"),
        zh_item(_item).label("item_zh"), _order.c.id.label("sales_order_id"), _order.c.number, _order.c.site_id,
        _order.c.currency,
        func.round(_line.c.line_total * _sold / _line.c.ordered_quantity, 6, type_=AMOUNT).label("revenue"),
        func.round(func.coalesce(_LEFT_AT, _KEPT_AT, _STANDARD) * _sold, 6, type_=AMOUNT).label("cost"),
    )
    .join_from(_line, _order, _of(_line, SalesOrder, _line.c.sales_order_id))
    .join(_item, _item.c.id == _line.c.item_id)
    .where(
        _line.c.company_id == COMPANY_ID,
        or_(
            _order.c.status == SalesOrderStatus.CONFIRMED.value, _order.c.status == SalesOrderStatus.SHIPPED.value
        ),
        _sold > 0,
        _order.c.ordered_on >= bindparam("since", type_=Date()),
        asked(_order.c.id),
    )
    .order_by(_line.c.id)
)  # fmt: skip
_FOREIGN = (
    select(
        _order.c.id.label("sales_order_id"), _order.c.number, _order.c.site_id, _order.c.currency.label("base"),
        _order.c.customer_id.label("party_id"), _party.c.name.label("party"), zh_name(_party).label("party_zh"),
    )
    .join_from(_order, _party, _party.c.id == _order.c.customer_id)
    .where(
        _order.c.company_id == COMPANY_ID,
        or_(
            _order.c.status == SalesOrderStatus.CONFIRMED.value, _order.c.status == SalesOrderStatus.SHIPPED.value
        ),
        _order.c.currency != bindparam("own", type_=Text()),
        _order.c.ordered_on >= bindparam("since", type_=Date()),
        asked(_order.c.id),
    )
    .order_by(_order.c.id)
)  # fmt: skip


async def credits_used(handling: Handling, among: Among) -> list[CreditUse]:
    """What the customers with a limit use of it; those of whom a missing rate leaves it unknown are `rates_missing`."""
    rows = {row["party_id"]: row for row in await handling.fetch(_LIMITED, **among.parameters())}
    uses = await credit_uses(handling, rows, handling.today)
    return [
        CreditUse(**dict(rows[id_]), limit=use.limit, used=use.used)
        for id_, use in uses.items()
        if not isinstance(use, RateMissing)
    ]


async def rates_missing(handling: Handling, among: Among, since: date) -> list[MissingRate]:
    """The customers with a limit of whom nobody can tell what they use of it, each with the first rate that is missing:
    no order of theirs can be confirmed, and no alert tells that they owe too much. And the orders of which nobody can
    tell whether they bring what their goods cost.
    """
    rows = {row["party_id"]: row for row in await handling.fetch(_LIMITED, **among.parameters())}
    uses = await credit_uses(handling, rows, handling.today)
    of_customers = [
        MissingRate(**dict(rows[id_]), base=use.values["base"], quote=use.values["quote"])
        for id_, use in uses.items()
        if isinstance(use, RateMissing)
    ]
    return [*of_customers, *await _orders_without_a_rate(handling, among, since)]


async def _orders_without_a_rate(handling: Handling, among: Among, since: date) -> list[MissingRate]:
    """The orders whose currency has no rate to the company's: `order_margins` leaves them out."""
    own = await company_currency(handling)
    rows = await handling.fetch(_FOREIGN, own=own, since=since, **among.parameters())
    rates = await rates_to(handling, sorted({row["base"] for row in rows}), own, handling.today)
    return [MissingRate(**dict(row), quote=own) for row in rows if isinstance(rates[row["base"]], DomainError)]


async def budgets_used(handling: Handling, among: Among, since: date) -> list[BudgetUse]:
    """What was spent and promised against the lines of budgets that are released and ended on a day at the earliest."""
    rows = await handling.fetch(_BUDGETS, since=since, **among.parameters())
    actual, committed = await spent_of(handling, [row["line_id"] for row in rows])
    return [
        BudgetUse(**dict(row), used=EXACT.add(actual.get(row["line_id"], ZERO), committed.get(row["line_id"], ZERO)))
        for row in rows
    ]


async def prices_off(handling: Handling, among: Among, since: date) -> list[PriceOff]:
    """The lines of open orders, sold and bought, whose price is not the usual one: that of the lists, or of the
    supplier's offer.
    """
    return [PriceOff(**dict(row)) for row in await handling.fetch(_PRICES, since=since, **among.parameters())]


async def order_margins(handling: Handling, among: Among, since: date) -> list[OrderMargin]:
    """What the lines of confirmed orders bring and cost, in the company's currency; goods whose cost nobody knows
    are left out, and orders in a currency without a rate, which are `rates_missing`.
    """
    rows = await handling.fetch(_MARGINS, since=since, today=handling.today, **among.parameters())
    own = await company_currency(handling)
    rates = await rates_to(handling, sorted({row["currency"] for row in rows}), own, handling.today)
    return [one for row in rows if (one := _margin(row, rates[row["currency"]], own)) is not None]


def _margin(row: Row, rate: Decimal | DomainError, own: str) -> OrderMargin | None:
    if row["cost"] is None or isinstance(rate, DomainError):
        return None
    values = {name: value for name, value in row.items() if name not in ("currency", "revenue")}
    revenue = in_company_currency(Money(row["revenue"], row["currency"]), rate, own)
    return OrderMargin(**values, revenue=revenue)


def percent_of(part: Decimal, whole: Decimal) -> Decimal | None:
    """A part in percent of a whole, to two digits; None of nothing, or where it says no more than that it is huge."""
    if whole <= ZERO or abs(part) > whole * PERCENT_MAX:
        return None
    return (part * 100 / whole).quantize(Decimal("0.01"))


# A hundred thousand percent says no more than any larger number.
PERCENT_MAX = 1_000

__all__ = ["budgets_used", "credits_used", "order_margins", "percent_of", "prices_off", "rates_missing"]
