"""The trace of a lot, read plainly: lot by lot, entry by entry."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from domain.inventory.models import Lot, StockEntry, StockMove
from domain.master_data.items import Item
from domain.master_data.places import ON_HAND, Location
from tests.graph.wire import Row

if TYPE_CHECKING:
    from tests.graph.plain_reports import Book


class Goods:
    """The entries of one company by which goods arrived, with the kind of their move and place."""

    def __init__(self, book: "Book") -> None:
        moves = {(row["company_id"], row["id"]): row for row in book.of(StockMove)}
        places = {(row["company_id"], row["id"]): row["kind"] for row in book.of(Location)}
        undone = {(row["company_id"], row["reverses_id"]) for row in moves.values() if row["reverses_id"]}
        self.arrivals = [
            {**row, "why": moves[row["company_id"], row["stock_move_id"]]["kind"],
             "where": places[row["company_id"], row["location_id"]],
             "stands": (row["company_id"], row["stock_move_id"]) not in undone}
            for row in book.of(StockEntry)
            if row["quantity"] > 0 and (row["company_id"], row["stock_move_id"]) in moves
            and (row["company_id"], row["location_id"]) in places
        ]  # fmt: skip

    def produced(self, *, goes_in: bool) -> Iterator[Row]:
        """What went into productions that stand, or came out of them."""
        for row in self.arrivals:
            if row["why"] == "PRODUCTION" and row["stands"] and (row["where"] == "PRODUCTION") == goes_in:
                yield row


def lot_trace(book: "Book") -> Iterable[Row]:
    goods, is_back = Goods(book), book.asked["direction"].value == "BACK"
    codes = {row["id"]: row["code"] for row in book.of(Item)}
    lots = {
        row["id"] for row in book.of(Lot)
        if row["number"] == book.asked["lot"] and codes.get(row["item_id"]) == book.asked["item"]
    }  # fmt: skip
    here, there = (list(goods.produced(goes_in=one)) for one in (not is_back, is_back))
    more = lots
    while more:
        moves = {row["stock_move_id"] for row in here if row["lot_id"] in more}
        more = {row["lot_id"] for row in there if row["stock_move_id"] in moves and row["lot_id"]} - lots
        lots = lots | more
    moves = {row["stock_move_id"] for row in here if row["lot_id"] in lots}
    for row in goods.arrivals:
        is_own, is_linked = row["lot_id"] in lots, any(one["id"] == row["id"] for one in there)
        came = row["where"] in ON_HAND and row["why"] not in {"TRANSFER", "STATUS_CHANGE"}
        is_shown = (is_own and came) if is_back else is_own
        if is_shown or (row["stock_move_id"] in moves and is_linked and (is_back or row["lot_id"] is None)):
            yield {
                "entry_id": row["id"], "move_id": row["stock_move_id"],
                **{name: row[name] for name in (
                    "company_id", "id", "item_id", "lot_id", "location_id", "occurred_on", "quantity",
                )},
            }  # fmt: skip
