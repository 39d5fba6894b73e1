"""Inventory in the graph."""

import strawberry

from domain import inventory
from domain.inventory.commands import CountStock
from domain.inventory.models import Lot, StockBalance, StockEntry, StockMove, ValueLayer
from domain.inventory.reports import StockMovementLine, StockOnHandLine, StockTieOutLine, StockValuationLine
from schema.commands import performs
from schema.derive import graph_type, root_many, root_one

for _record in (*inventory.RECORDS, *inventory.REPORTS):
    if _record.spec.exposed:
        graph_type(_record)


@strawberry.type
class InventoryQuery:
    lot = root_one(Lot)
    lots = root_many(Lot)
    stock_moves = root_many(StockMove)
    stock_entries = root_many(StockEntry)
    stock_balances = root_many(StockBalance)
    value_layers = root_many(ValueLayer)
    stock_on_hand = root_many(StockOnHandLine)
    stock_movements = root_many(StockMovementLine)
    stock_valuation = root_many(StockValuationLine)
    stock_tie_out = root_many(StockTieOutLine)


@strawberry.type
class InventoryMutation:
    count_stock = performs(CountStock)
