"""What people do with sales documents, one file a document."""

from domain.sales.commands.allocations import (
    AllocateSalesOrder,
    AllocationLineInput,
    DeallocateSalesOrder,
    allocate_sales_orders,
    deallocate_sales_orders,
)
from domain.sales.commands.changes import ChangeSalesOrder, SalesOrderLineChangeInput, change_sales_orders
from domain.sales.commands.new_orders import CreateSalesOrder, SalesOrderLineInput, create_sales_orders
from domain.sales.commands.online import PlacedLineInput, PlaceSalesOrder, place_sales_orders
from domain.sales.commands.orders import CancelSalesOrder, ConfirmSalesOrder, cancel_sales_orders, confirm_sales_orders

__all__ = [
    "AllocateSalesOrder",
    "AllocationLineInput",
    "CancelSalesOrder",
    "ChangeSalesOrder",
    "ConfirmSalesOrder",
    "CreateSalesOrder",
    "DeallocateSalesOrder",
    "PlaceSalesOrder",
    "PlacedLineInput",
    "SalesOrderLineChangeInput",
    "SalesOrderLineInput",
    "allocate_sales_orders",
    "cancel_sales_orders",
    "change_sales_orders",
    "confirm_sales_orders",
    "create_sales_orders",
    "deallocate_sales_orders",
    "place_sales_orders",
]
