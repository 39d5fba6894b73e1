"""Goods: lots, moves, what is on hand and what it is worth."""

from domain.inventory.models import ItemValuation, Lot, StockBalance, StockEntry, StockMove, ValueLayer

RECORDS = (Lot, ItemValuation, StockMove, StockEntry, StockBalance, ValueLayer)
COMMANDS = {}
HANDLERS = {}
