"""Goods: lots, moves, what is on hand and what it is worth.

Others take goods in with `receive_stock`, open a company's stock with `open_stock`, and ask `on_hand`.
"""

from domain.inventory.balances import locations
from domain.inventory.commands import CountStock, count_stock
from domain.inventory.models import Lot, StockBalance, StockEntry, StockMove, StockStatus, ValueLayer
from domain.inventory.reports import (
    StockMovementLine,
    StockOnHandLine,
    StockTieOutLine,
    StockValuationLine,
    stock_movements,
    stock_on_hand,
    stock_tie_out,
    stock_valuation,
)
from domain.inventory.rules import Incoming, IncomingLine, OpeningStock
from domain.inventory.stock import on_hand, open_stock, receive_stock, standard_costs
from domain.inventory.turnover import SWEEPS, StockTurnover, ValueTurnover
from domain.inventory.verify import VERIFIERS

RECORDS = (Lot, StockMove, StockEntry, StockBalance, ValueLayer, StockTurnover, ValueTurnover)
REPORTS = {
    StockOnHandLine: stock_on_hand,
    StockMovementLine: stock_movements,
    StockValuationLine: stock_valuation,
    StockTieOutLine: stock_tie_out,
}
COMMANDS = {CountStock: count_stock}
HANDLERS = {}
EVENTS = {"StockChanged": StockBalance}

__all__ = [
    "COMMANDS",
    "EVENTS",
    "HANDLERS",
    "RECORDS",
    "REPORTS",
    "SWEEPS",
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
