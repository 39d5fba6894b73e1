"""What people make of stock, one file a document."""

from domain.inventory.commands.counts import CountStock, count_stock

__all__ = ["CountStock", "count_stock"]
