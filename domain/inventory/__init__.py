"""Goods: lots, moves, what is on hand, what it is worth and to whom it is promised.

Others take goods in with `receive_stock` and out with `issue_stock`, `issue_reservations` and `issue_promised`, bring
them back with `return_stock` (customers) and `return_to_suppliers`, promise them with `reserve_stock`, open a company's
stock with `open_stock`, and ask `on_hand`. A supplier's invoice says what its receipts really cost with
`share_late_costs`: the entries of a receipt are `received_entries`, the vouchers it answers are the invoice's to post,
its own legs added. What is still in stock is revalued, what is gone goes to its cost, goods at standard cost make a
variance. Goods bought that are ours while they travel come in with `buy_in_transit`.

Items are kept here, above masters and goods: how one is traced does not change under its stock.

Emits: StockChanged (StockBalance), TransferShipped, TransferReceived, TransferWrittenOff (StockTransfer),
StockReserved, ReservationReleased, ReservationFulfilled (StockReservation), LotStatusChanged (Lot), ItemValuationSet
(ItemValuation), LandedCostAdded, LandedCostCancelled (LandedCost), StockRevalued (StockRevaluation).
"""

from domain.inventory import cost_checks, verify
from domain.inventory.ageing import StockAgeLine, stock_ages
from domain.inventory.balances import counter_location, locations
from domain.inventory.bought_in_transit import LotBrought, Route, buy_in_transit, lots_brought, route_of
from domain.inventory.commands import (
    AddLandedCost,
    CancelLandedCost,
    ChangeLotStatus,
    ChangeStockStatus,
    ConvertStock,
    CountStock,
    IssueReservation,
    IssueStock,
    ReceiveTransfer,
    ReleaseReservation,
    ReserveStock,
    RevalueStock,
    ReverseStockMove,
    SetItemValuation,
    ShipTransfer,
    TransferStock,
    WriteOffTransfer,
    add_landed_costs,
    cancel_landed_costs,
    change_lot_statuses,
    change_stock_statuses,
    convert_stock,
    count_stock,
    hold_lots,
    issue_reservations,
    issue_stock,
    receive_transfers,
    release_reservations,
    reserve_stock,
    revalue_stock,
    reverse_stock_moves,
    set_item_valuations,
    ship_transfers,
    transfer_stock,
    write_off_transfers,
)
from domain.inventory.commands.counts import Against, post_counts
from domain.inventory.commands.item_changes import ITEMS, ApproveItemChange, approve_item_changes
from domain.inventory.costs import standard_costs
from domain.inventory.customer_returns import CustomerReturn, return_stock
from domain.inventory.documents import (
    LandedCost,
    LandedCostLine,
    StockAllocation,
    StockReservation,
    StockRevaluation,
    StockTransfer,
    StockTransferLine,
)
from domain.inventory.late_costs import CostShare, LateCostDocument, received_entries, share_late_costs
from domain.inventory.models import (
    ItemValuation,
    Lot,
    OpenLayer,
    StockBalance,
    StockEntry,
    StockMove,
    StockStatus,
    ValueLayer,
    ValuePool,
)
from domain.inventory.promised_issues import PromisedIssue, PromisedLine, issue_promised
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
from domain.inventory.stock import on_hand, open_stock, receive_stock
from domain.inventory.supplier_returns import (
    DirectReturnLine,
    Owed,
    RefusedReturnLine,
    SupplierReturn,
    SupplierReturnLine,
    return_to_suppliers,
)
from domain.inventory.tracing import LotTraceLine, lot_trace
from domain.inventory.turnover import SWEEPS, StockTurnover, ValueTurnover
from domain.inventory.value_movements import StockValueMovementLine, stock_value_movements
from domain.master_data.maintenance import events_of

RECORDS = (
    Lot,
    StockMove,
    StockEntry,
    StockBalance,
    ItemValuation,
    ValuePool,
    OpenLayer,
    ValueLayer,
    StockTransfer,
    StockTransferLine,
    LandedCost,
    LandedCostLine,
    StockRevaluation,
    StockReservation,
    StockAllocation,
    StockTurnover,
    ValueTurnover,
)
REPORTS = {
    StockOnHandLine: stock_on_hand,
    LotTraceLine: lot_trace,
    StockMovementLine: stock_movements,
    StockValuationLine: stock_valuation,
    StockValueMovementLine: stock_value_movements,
    StockTieOutLine: stock_tie_out,
    StockAgeLine: stock_ages,
}
COMMANDS = {
    **ITEMS,
    ApproveItemChange: approve_item_changes,
    CountStock: count_stock,
    SetItemValuation: set_item_valuations,
    IssueStock: issue_stock,
    ConvertStock: convert_stock,
    TransferStock: transfer_stock,
    ShipTransfer: ship_transfers,
    ReceiveTransfer: receive_transfers,
    WriteOffTransfer: write_off_transfers,
    ReverseStockMove: reverse_stock_moves,
    ChangeStockStatus: change_stock_statuses,
    ChangeLotStatus: change_lot_statuses,
    RevalueStock: revalue_stock,
    AddLandedCost: add_landed_costs,
    CancelLandedCost: cancel_landed_costs,
    ReserveStock: reserve_stock,
    ReleaseReservation: release_reservations,
    IssueReservation: issue_reservations,
}
HANDLERS = {}
EVENTS = {
    **events_of(ITEMS),
    "StockChanged": StockBalance,
    "TransferShipped": StockTransfer,
    "TransferReceived": StockTransfer,
    "TransferWrittenOff": StockTransfer,
    "ItemValuationSet": ItemValuation,
    "LandedCostAdded": LandedCost,
    "LandedCostCancelled": LandedCost,
    "StockRevalued": StockRevaluation,
    "StockReserved": StockReservation,
    "ReservationReleased": StockReservation,
    "ReservationFulfilled": StockReservation,
    "LotStatusChanged": Lot,
}
VERIFIERS = {**verify.VERIFIERS, **cost_checks.VERIFIERS}

__all__ = [
    "COMMANDS",
    "EVENTS",
    "HANDLERS",
    "RECORDS",
    "REPORTS",
    "SWEEPS",
    "VERIFIERS",
    "Against",
    "CostShare",
    "CountStock",
    "CustomerReturn",
    "DirectReturnLine",
    "Incoming",
    "IncomingLine",
    "IssueReservation",
    "IssueStock",
    "LateCostDocument",
    "LotBrought",
    "OpeningStock",
    "Owed",
    "PromisedIssue",
    "PromisedLine",
    "RefusedReturnLine",
    "ReleaseReservation",
    "ReserveStock",
    "Route",
    "StockStatus",
    "SupplierReturn",
    "SupplierReturnLine",
    "buy_in_transit",
    "counter_location",
    "hold_lots",
    "issue_promised",
    "issue_reservations",
    "issue_stock",
    "locations",
    "lots_brought",
    "on_hand",
    "open_stock",
    "post_counts",
    "receive_stock",
    "received_entries",
    "release_reservations",
    "reserve_stock",
    "return_stock",
    "return_to_suppliers",
    "route_of",
    "share_late_costs",
    "standard_costs",
]
