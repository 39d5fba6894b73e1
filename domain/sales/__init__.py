"""Sales: price lists and caps, what countries ask before devices are sold there, quotes and orders.

What becomes of an order is counted on its lines. Who ships, charges or takes back holds the orders first
(`hold_orders`, `write_orders`), and asks `qualified_line` again before goods move.

Emits: SalesOrderCreated, SalesOrderConfirmed, SalesOrderAllocated, SalesOrderDeallocated, SalesOrderChanged,
SalesOrderCancelled (SalesOrder).
"""

from collections.abc import Mapping
from typing import Any

from domain.core.actors import Action
from domain.core.commands import Handler
from domain.master_data.maintenance import events_of, maintained
from domain.master_data.rules import valid_period
from domain.sales.commands import (
    AllocateSalesOrder,
    CancelSalesOrder,
    ChangeSalesOrder,
    ConfirmSalesOrder,
    CreateSalesOrder,
    DeallocateSalesOrder,
    PlaceSalesOrder,
    allocate_sales_orders,
    cancel_sales_orders,
    change_sales_orders,
    confirm_sales_orders,
    create_sales_orders,
    deallocate_sales_orders,
    place_sales_orders,
)
from domain.sales.credit import credit_uses
from domain.sales.explaining import OrderPriceLine, PriceExplanationLine, order_prices, price_explanation
from domain.sales.fulfilment import LINE_SOURCE, HeldOrders, hold_orders, write_orders
from domain.sales.models import (
    CustomerTerms,
    PriceCap,
    PriceList,
    PriceListLine,
    ProductRegistration,
    QualificationRule,
    SalesOrder,
    SalesOrderKit,
    SalesOrderLine,
)
from domain.sales.qualifying import (
    Act,
    QualificationBook,
    customer_book,
    qualification_book,
    qualified_goods,
    qualified_line,
)

RECORDS = (
    CustomerTerms,
    PriceList,
    PriceListLine,
    PriceCap,
    ProductRegistration,
    QualificationRule,
    SalesOrder,
    SalesOrderKit,
    SalesOrderLine,
)
MAINTAINED: Mapping[type[Any], Handler] = {
    **maintained(CustomerTerms, fixed=("customer_id",)),
    **maintained(PriceList, fixed=("kind", "customer_id", "currency"), rule=valid_period),
    **maintained(
        PriceListLine, fixed=("price_list_id", "item_id", "quantity_min", "currency", "valid_from"), rule=valid_period
    ),
    **maintained(PriceCap, fixed=("item_id", "currency"), rule=valid_period),
    **maintained(ProductRegistration, fixed=("item_id", "country"), rule=valid_period, action=Action.ADMINISTER),
    **maintained(QualificationRule, fixed=("country", "valid_from"), rule=valid_period, action=Action.ADMINISTER),
}
COMMANDS: Mapping[type[Any], Handler] = {
    **MAINTAINED,
    CreateSalesOrder: create_sales_orders,
    PlaceSalesOrder: place_sales_orders,
    ConfirmSalesOrder: confirm_sales_orders,
    ChangeSalesOrder: change_sales_orders,
    CancelSalesOrder: cancel_sales_orders,
    AllocateSalesOrder: allocate_sales_orders,
    DeallocateSalesOrder: deallocate_sales_orders,
}
REPORTS = {PriceExplanationLine: price_explanation, OrderPriceLine: order_prices}
HANDLERS = {}
EVENTS = {
    **events_of(MAINTAINED),
    "SalesOrderCreated": SalesOrder,
    "SalesOrderConfirmed": SalesOrder,
    "SalesOrderAllocated": SalesOrder,
    "SalesOrderDeallocated": SalesOrder,
    "SalesOrderChanged": SalesOrder,
    "SalesOrderCancelled": SalesOrder,
}

__all__ = [
    "COMMANDS",
    "EVENTS",
    "HANDLERS",
    "LINE_SOURCE",
    "RECORDS",
    "REPORTS",
    "Act",
    "HeldOrders",
    "QualificationBook",
    "credit_uses",
    "customer_book",
    "hold_orders",
    "qualification_book",
    "qualified_goods",
    "qualified_line",
    "write_orders",
]
