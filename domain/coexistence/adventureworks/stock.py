"""Stock on hand: one opening posting per product and location, at the product's standard cost, on the cut-over day."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from domain.coexistence.adventureworks.readers import BadCell, Source, SourceRow
from domain.coexistence.imports import Feed, Finding, Mapped, key_of
from domain.inventory.models import StockBalance
from domain.master_data.items import Item
from domain.master_data.places import Location

TABLE = "ProductInventory"
NO_SHELF = "N/A"


class Stock:
    """The rows of the stock table with the costs of their products.

    The cut-over day is the last day on which the source touched a stock row.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.costs = {row.raw("ProductID"): row for row in source.good_rows("Product")}
        self.cut_over_on = max((day for row in source.good_rows(TABLE) if (day := _touched(row))), default=date.min)

    def feed(self) -> Feed:
        """The feed of opening balances."""
        return Feed(file=self.source.file(TABLE), source_table=TABLE, record=StockBalance, rows=self.rows)

    def rows(self) -> Iterator[Mapped | Finding]:
        """What each row of stock opens."""
        return self.source.mapped(TABLE, self.opening)

    def opening(self, row: SourceRow) -> Mapped:
        """The quantity of one product at one location."""
        item, location = row.ref(Item, "ProductID"), row.ref(Location, "LocationID")
        shelf, bin_ = row.text("Shelf"), row.text("Bin")
        row.moment_day("ModifiedDate")
        values = {
            "item": item,
            "location": location,
            "storage_bin": None if shelf == NO_SHELF else f"{shelf}-{bin_}",
            "quantity": row.not_negative("Quantity"),
            "unit_cost": self._cost(row),
        }
        return Mapped(key_of(item.key, location.key), row.line, values)

    def _cost(self, row: SourceRow) -> Decimal:
        product = self.costs.get(row.raw("ProductID"))
        if product is None:
            raise row.bad("ProductID", "names no product of the source", "REFERENCE_MISSING")
        return product.rate_not_negative("StandardCost")


def _touched(row: SourceRow) -> date | None:
    """The day the row was touched; a row where it cannot be read is reported when it is imported."""
    try:
        return row.moment_day("ModifiedDate")
    except BadCell:
        return None
