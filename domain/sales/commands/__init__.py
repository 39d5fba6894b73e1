"""What people do with sales documents, one file a document."""

from domain.sales.commands.orders import (
    CancelSalesOrder,
    ConfirmSalesOrder,
    CreateSalesOrder,
    cancel_sales_orders,
    confirm_sales_orders,
    create_sales_orders,
)

__all__ = [
    "CancelSalesOrder",
    "ConfirmSalesOrder",
    "CreateSalesOrder",
    "cancel_sales_orders",
    "confirm_sales_orders",
    "create_sales_orders",
]
