"""Inventory in the graph."""

import strawberry

from domain import inventory
from domain.inventory.ageing import StockAgeLine
from domain.inventory.documents import (
    LandedCost,
    LandedCostLine,
    StockAllocation,
    StockReservation,
    StockRevaluation,
    StockTransfer,
    StockTransferLine,
)
from domain.inventory.models import (
    ItemValuation,
    Lot,
    OpenLayer,
    StockBalance,
    StockEntry,
    StockMove,
    ValueLayer,
    ValuePool,
)
from domain.inventory.reports import StockMovementLine, StockOnHandLine, StockTieOutLine, StockValuationLine
from domain.inventory.tracing import LotTraceLine
from domain.inventory.value_movements import StockValueMovementLine
from schema.commands import mutations
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
    item_valuations = root_many(ItemValuation)
    value_pools = root_many(ValuePool)
    open_layers = root_many(OpenLayer)
    value_layers = root_many(ValueLayer)
    stock_on_hand = root_many(StockOnHandLine)
    lot_trace = root_many(LotTraceLine)
    stock_movements = root_many(StockMovementLine)
    stock_valuation = root_many(StockValuationLine)
    stock_value_movements = root_many(StockValueMovementLine)
    stock_tie_out = root_many(StockTieOutLine)
    stock_ages = root_many(StockAgeLine)
    stock_transfer = root_one(StockTransfer)
    stock_transfers = root_many(StockTransfer)
    stock_transfer_lines = root_many(StockTransferLine)
    landed_cost = root_one(LandedCost)
    landed_costs = root_many(LandedCost)
    landed_cost_lines = root_many(LandedCostLine)
    stock_revaluation = root_one(StockRevaluation)
    stock_revaluations = root_many(StockRevaluation)
    stock_reservation = root_one(StockReservation)
    stock_reservations = root_many(StockReservation)
    stock_allocations = root_many(StockAllocation)


InventoryMutation = mutations("InventoryMutation", inventory.COMMANDS)
