"""Goods: lots, moves, what is on hand and what it is worth."""

from domain.inventory.models import Lot, StockBalance, StockEntry, StockMove, ValueLayer

RECORDS = (Lot, StockMove, StockEntry, StockBalance, ValueLayer)
COMMANDS = {}
HANDLERS = {}
