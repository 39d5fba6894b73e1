"""The source against its own arithmetic: derived columns it stores, sums, and costs rolled up from the leaves.

What differs is kept as the source has it and said: each difference a finding, each kind of difference one sentence.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from domain.coexistence.adventureworks.readers import BadCell, Source, SourceRow
from domain.coexistence.imports import Finding
from domain.core.money import ZERO

Rule = Callable[[SourceRow], Decimal]
# Levels of the deepest bill that a roll-up follows; a deeper one is a cycle.
LEVELS_MAX = 50


@dataclass(frozen=True, slots=True)
class Derived:
    """A stored column and how it follows from others of its row."""

    table: str
    column: str
    rule: Rule


DERIVED = (
    Derived(
        "PurchaseOrderHeader",
        "TotalDue",
        lambda row: row.amount("SubTotal") + row.amount("TaxAmt") + row.amount("Freight"),
    ),
    Derived("PurchaseOrderDetail", "LineTotal", lambda row: row.amount("OrderQty") * row.rate("UnitPrice")),
    Derived("PurchaseOrderDetail", "StockedQty", lambda row: row.amount("ReceivedQty") - row.amount("RejectedQty")),
    Derived("WorkOrder", "StockedQty", lambda row: row.amount("OrderQty") - row.amount("ScrappedQty")),
)


class Checks:
    """What is to say about a source as a whole, beside its rows."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def said(self) -> Iterator[str | Finding]:
        """Sentences, and a finding for each stored value that differs."""
        for derived in DERIVED:
            yield from self._derived(derived)
        yield from self._subtotals()
        yield from self._standard_costs()
        yield self._rolled_up()
        yield "Person is not among the files: persons and employees have no names, an account or number stands instead."
        yield "Address.SpatialLocation and the rowguid and ModifiedDate columns are not imported."

    def _derived(self, derived: Derived) -> Iterator[str | Finding]:
        rows = differing = 0
        for row in self.source.good_rows(derived.table):
            try:
                stored, computed = row.amount(derived.column), derived.rule(row)
            except BadCell:
                continue
            rows += 1
            if stored != computed:
                differing += 1
                yield self._differs(derived.table, row, derived.column, computed)
        yield f"{derived.table}.{derived.column}: {differing:,} of {rows:,} differ from their own arithmetic."

    def _subtotals(self) -> Iterator[str | Finding]:
        """Subtotals of purchase orders against the sum of their lines."""
        sums: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
        for row in self.source.good_rows("PurchaseOrderDetail"):
            sums[row.raw("PurchaseOrderID")] += _amount(row, "LineTotal")
        rows = differing = 0
        for row in self.source.good_rows("PurchaseOrderHeader"):
            rows += 1
            total = sums[row.raw("PurchaseOrderID")]
            if _amount(row, "SubTotal") != total:
                differing += 1
                yield self._differs("PurchaseOrderHeader", row, "SubTotal", total)
        yield f"PurchaseOrderHeader.SubTotal: {differing:,} of {rows:,} differ from the sum of their lines."

    def _standard_costs(self) -> Iterator[str | Finding]:
        """Standard costs on the product against the open row of its history."""
        costs = {row.raw("ProductID"): _amount(row, "StandardCost") for row in self.source.good_rows("Product")}
        rows = differing = 0
        for row in self.source.good_rows("ProductCostHistory"):
            if row.raw("EndDate"):
                continue
            rows += 1
            cost = costs.get(row.raw("ProductID"), ZERO)
            if _amount(row, "StandardCost") != cost:
                differing += 1
                yield self._differs("ProductCostHistory", row, "StandardCost", cost)
        yield f"ProductCostHistory.StandardCost: {differing:,} of {rows:,} open rows differ from Product.StandardCost."

    def _rolled_up(self) -> str:
        """How many assemblies cost what the standard costs of their leaves come to."""
        costs = {row.raw("ProductID"): _amount(row, "StandardCost") for row in self.source.good_rows("Product")}
        parts: defaultdict[str, list[tuple[str, Decimal]]] = defaultdict(list)
        for row in self.source.good_rows("BillOfMaterials"):
            if row.raw("ProductAssemblyID") and not row.raw("EndDate"):
                parts[row.raw("ProductAssemblyID")].append((row.raw("ComponentID"), _amount(row, "PerAssemblyQty")))
        known: dict[str, Decimal] = {}
        rolled = {assembly: leaf_cost(assembly, parts, costs, known) for assembly in parts}
        differing = sum(cost != costs.get(assembly, ZERO) for assembly, cost in rolled.items())
        return (
            f"Leaf-cost roll-up over the open bills: {differing:,} of {len(rolled):,} assemblies do not give their "
            "StandardCost (bought parts often cost 0); standard costs are imported as stored."
        )

    def _differs(self, table: str, row: SourceRow, column: str, computed: Decimal) -> Finding:
        return Finding(
            file=self.source.file(table),
            line=row.line,
            column=column,
            value=row.raw(column),
            code="DERIVED_VALUE_DIFFERS",
            message=f"its own arithmetic gives {computed.normalize():f}; kept as stored",
            is_refusal=False,
        )


def leaf_cost(
    item: str,
    parts: Mapping[str, list[tuple[str, Decimal]]],
    costs: Mapping[str, Decimal],
    known: dict[str, Decimal],
    level: int = 0,
) -> Decimal:
    """Cost of one unit of an item: the sum of its components' over all levels, its own cost where it has none.

    `parts` maps an assembly to its components and quantities, `costs` an item to its own cost, `known` keeps results.
    Raises: ValueError for a bill that contains itself.
    """
    if level > LEVELS_MAX:
        raise ValueError(f"the bill of {item} contains itself")
    if item not in parts:
        return costs.get(item, ZERO)
    if item not in known:
        known[item] = sum(
            (leaf_cost(part, parts, costs, known, level + 1) * quantity for part, quantity in parts[item]), ZERO
        )
    return known[item]


def _amount(row: SourceRow, column: str) -> Decimal:
    """The cell as a number; one that is none was reported by its feed and counts as 0 here."""
    try:
        return row.amount(column)
    except BadCell:
        return ZERO
