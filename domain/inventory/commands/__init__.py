"""What people make of stock, one file a document."""

from domain.inventory.commands.conversions import ConvertStock, ProductInput, convert_stock
from domain.inventory.commands.counts import CountStock, count_stock
from domain.inventory.commands.issues import IssueLineInput, IssuePurpose, IssueStock, issue_stock
from domain.inventory.commands.landed_costs import (
    AddLandedCost,
    CancelLandedCost,
    add_landed_costs,
    cancel_landed_costs,
)
from domain.inventory.commands.lots import ChangeLotStatus, change_lot_statuses, hold_lots
from domain.inventory.commands.reservations import (
    IssueReservation,
    Promise,
    ReleaseReservation,
    ReserveStock,
    issue_reservations,
    promise_stock,
    release_reservations,
    reserve_stock,
)
from domain.inventory.commands.revaluations import RevalueStock, revalue_stock
from domain.inventory.commands.reversals import ReverseStockMove, reverse_stock_moves
from domain.inventory.commands.settings import SetItemValuation, set_item_valuations
from domain.inventory.commands.statuses import ChangeStockStatus, StatusLineInput, change_stock_statuses
from domain.inventory.commands.transfers import (
    ReceiveTransfer,
    ShipTransfer,
    TransferArrivalInput,
    TransferLineInput,
    TransferLossInput,
    TransferStock,
    WriteOffTransfer,
    receive_transfers,
    ship_transfers,
    transfer_stock,
    write_off_transfers,
)

__all__ = [
    "AddLandedCost", "CancelLandedCost", "ChangeLotStatus", "ChangeStockStatus", "ConvertStock", "CountStock",
    "IssueLineInput", "IssuePurpose", "IssueReservation", "IssueStock", "ProductInput", "Promise",
    "ReceiveTransfer", "ReleaseReservation", "ReserveStock", "RevalueStock", "ReverseStockMove",
    "SetItemValuation", "ShipTransfer", "StatusLineInput", "TransferArrivalInput", "TransferLineInput",
    "TransferLossInput", "TransferStock", "WriteOffTransfer",
    "add_landed_costs", "cancel_landed_costs", "change_lot_statuses", "change_stock_statuses",
    "convert_stock", "count_stock", "hold_lots", "issue_reservations", "issue_stock", "promise_stock",
    "receive_transfers", "release_reservations", "reserve_stock", "revalue_stock", "reverse_stock_moves",
    "set_item_valuations", "ship_transfers", "transfer_stock", "write_off_transfers",
]  # fmt: skip
