"""Goods: lots, moves, what is on hand and what it is worth.

Others take goods in with `receive_stock`, open a company's stock with `open_stock`, and ask `on_hand`.
"""

from domain.inventory.balances import locations
from domain.inventory.commands import CountStock, count_stock
from domain.inventory.models import Lot, StockBalance, StockEntry, StockMove, StockStatus, ValueLayer
from domain.inventory.rules import Incoming, IncomingLine, OpeningStock
from domain.inventory.stock import on_hand, open_stock, receive_stock, standard_costs
from domain.inventory.verify import VERIFIERS

RECORDS = (Lot, StockMove, StockEntry, StockBalance, ValueLayer)
COMMANDS = {CountStock: count_stock}
HANDLERS = {}
EVENTS = {"StockChanged": StockBalance}

__all__ = [
    "COMMANDS",
    "EVENTS",
    "HANDLERS",
    "RECORDS",
    "VERIFIERS",
    "Incoming",
    "IncomingLine",
    "OpeningStock",
    "StockStatus",
    "locations",
    "on_hand",
    "open_stock",
    "receive_stock",
    "standard_costs",
]
