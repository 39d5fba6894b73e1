"""Sales in the graph."""

import strawberry

from domain import sales
from domain.sales.explaining import OrderPriceLine, PriceExplanationLine
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
from schema.commands import mutations
from schema.derive import graph_type, root_many, root_one

for _record in (*sales.RECORDS, *sales.REPORTS):
    if _record.spec.exposed:
        graph_type(_record)


@strawberry.type
class SalesQuery:
    sales_order = root_one(SalesOrder)
    sales_orders = root_many(SalesOrder)
    sales_order_lines = root_many(SalesOrderLine)
    sales_order_kits = root_many(SalesOrderKit)
    customer_terms = root_many(CustomerTerms)
    price_list = root_one(PriceList)
    price_lists = root_many(PriceList)
    price_list_lines = root_many(PriceListLine)
    price_caps = root_many(PriceCap)
    price_explanation = root_many(PriceExplanationLine)
    order_prices = root_many(OrderPriceLine)
    product_registrations = root_many(ProductRegistration)
    qualification_rules = root_many(QualificationRule)


SalesMutation = mutations("SalesMutation", sales.COMMANDS)
