"""Whether a rehearsal ties out: what the source says, what the documents come to and what the accounts hold, compared.

Figures that must be the same are compared to the last digit. What the ledger rounds is said beside them: a source keeps
amounts to four digits, a ledger to the currency's minor unit.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from domain.coexistence.rehearsal.acting import Rehearsing
from domain.coexistence.rehearsal.history import Extent
from domain.core.database import Connection
from domain.core.money import EXACT, ZERO, product, total

# Both companies' orders: the first one's history, the second one's live.
_ORDERS = """
SELECT count(*) AS orders, coalesce(sum(subtotal), 0) AS subtotal, coalesce(sum(tax), 0) AS tax,
       coalesce(sum(freight), 0) AS freight, coalesce(sum(total_due), 0) AS due,
       count(*) FILTER (WHERE status = 'COMPLETE') AS complete,
       count(*) FILTER (WHERE status IN ('PENDING', 'REJECTED')) AS undecided
FROM purchase_order WHERE company_id = $1 AND is_historical = $2
"""
_LINES = """
SELECT count(*) AS lines, coalesce(sum(ordered_quantity), 0) AS ordered,
       coalesce(sum(received_quantity), 0) AS received, coalesce(sum(rejected_quantity), 0) AS rejected,
       coalesce(sum(stocked_quantity), 0) AS stocked
FROM purchase_order_line WHERE company_id = $1 AND is_historical = $2
"""
_STOCK = """
SELECT b.item_id, l.code AS place, sum(b.quantity) AS quantity, max(b.standard_unit_cost) AS unit_cost
FROM stock_balance b JOIN location l ON l.company_id = b.company_id AND l.id = b.location_id
WHERE b.company_id = $1 AND b.owner_id IS NULL GROUP BY b.item_id, l.code
"""
_ROLES = """
SELECT a.role, coalesce(sum(l.amount), 0) AS amount
FROM account a LEFT JOIN journal_line l ON l.company_id = a.company_id AND l.account_id = a.id
WHERE a.company_id = $1 AND a.role IS NOT NULL GROUP BY a.role
"""
_LAYERS = "SELECT coalesce(sum(value), 0) FROM value_layer WHERE company_id = $1"
_CLEARING = """
SELECT (SELECT coalesce(sum(amount), 0) FROM supplier_invoice_match WHERE company_id = $1)
     - (SELECT coalesce(sum(owed_amount), 0) FROM goods_receipt_line WHERE company_id = $1)
     + (SELECT coalesce(sum(owed_amount), 0) FROM purchase_return_line WHERE company_id = $1)
"""
_NOT_COME = """
SELECT count(*) AS lines, coalesce(sum(ordered_quantity - stocked_quantity), 0) AS quantity
FROM purchase_order_line WHERE company_id = $1 AND ordered_quantity <> stocked_quantity
"""
_INVOICES = """
SELECT count(*) AS invoices, coalesce(sum(total), 0) AS total,
       count(*) FILTER (WHERE match_status = 'BLOCKED') AS blocked, coalesce(sum(held), 0) AS held
FROM supplier_invoice WHERE company_id = $1 AND status = 'POSTED'
"""
_ITEMS = "SELECT coalesce(sum(open_amount), 0) FROM open_item WHERE company_id = $1"
_DIFFERENCES = """
WITH moved AS (
    SELECT e.item_id, -sum(e.quantity) AS quantity
    FROM stock_entry e
    JOIN stock_move m ON m.company_id = e.company_id AND m.id = e.stock_move_id
    JOIN location l ON l.company_id = e.company_id AND l.id = e.location_id
    WHERE e.company_id = $1 AND m.kind = 'MIGRATION' AND l.kind IN ('STORAGE', 'QUARANTINE') GROUP BY e.item_id
)
SELECT count(*) FILTER (WHERE quantity > 0) AS consumed_items,
       coalesce(sum(quantity) FILTER (WHERE quantity > 0), 0) AS consumed,
       count(*) FILTER (WHERE quantity < 0) AS found_items,
       coalesce(-sum(quantity) FILTER (WHERE quantity < 0), 0) AS found
FROM moved
"""
_UNCOSTED = """
SELECT count(DISTINCT l.item_id) AS items, coalesce(sum(l.owed_amount), 0) AS amount
FROM goods_receipt_line l
JOIN item_cost c ON c.company_id = l.company_id AND c.item_id = l.item_id AND c.standard_cost = 0
WHERE l.company_id = $1 AND l.stocked_quantity > 0
"""

# What both companies' orders must come to.
COMPARED = (
    "orders", "lines", "subtotal", "tax", "freight", "due", "ordered", "received", "rejected", "stocked",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tie:
    """Two figures that must be the same: what it is, what it must come to, what it comes to."""

    what: str
    wanted: Decimal
    found: Decimal

    @property
    def is_tied(self) -> bool:
        """Whether they are the same, to the last digit."""
        return self.wanted == self.found

    def __str__(self) -> str:
        return f"{self.what}: {shown(self.found)}" + ("" if self.is_tied else f", not {shown(self.wanted)}")


async def ties(rehearsing: Rehearsing, extent: Extent) -> list[Tie]:
    """Every pair of figures that must be the same, the documents' first, then the books'."""
    connection, first, second = rehearsing.connection, rehearsing.first_id, rehearsing.second_id
    old, new = [
        {**await _row(connection, _ORDERS, company, is_old), **await _row(connection, _LINES, company, is_old)}
        for company, is_old in ((first, True), (second, False))
    ]
    found = [Tie(f"purchase orders, {name}", old[name], new[name]) for name in COMPARED]
    book = {(row["item_id"], row["place"]): row["quantity"] for row in await connection.fetch(_STOCK, second)}
    wanted = {(item, place): quantity for item, held in extent.held.items() for place, quantity in held.places.items()}
    astray = sum(book.get(key, ZERO) != wanted.get(key, ZERO) for key in {*book, *wanted})
    explained = await _row(connection, _DIFFERENCES, second)
    gone = EXACT.subtract(explained["consumed"], explained["found"])
    roles = {row["role"]: row["amount"] for row in await connection.fetch(_ROLES, second)}
    invoices = await _row(connection, _INVOICES, second)
    return [
        *found,
        Tie("stock on hand, units", total([*wanted.values()]), total([*book.values()])),
        Tie("places that hold another quantity than the source", ZERO, Decimal(astray)),
        Tie("received less on hand, units", EXACT.subtract(new["stocked"], total([*wanted.values()])), gone),
        Tie("stock account and its layers of value", await connection.fetchval(_LAYERS, second), roles["STOCK"]),
        Tie("GR/IR account and its order lines", await connection.fetchval(_CLEARING, second), roles["GR_IR"]),
        Tie("payables account and the invoices", -invoices["total"], roles["PAYABLE"]),
        Tie("payables account and its open items", await connection.fetchval(_ITEMS, second), roles["PAYABLE"]),
    ]


async def remarks(rehearsing: Rehearsing, extent: Extent) -> list[str]:
    """What a reader must know to judge the figures."""
    connection, second = rehearsing.connection, rehearsing.second_id
    old = await _row(connection, _ORDERS, rehearsing.first_id, True)
    new = await _row(connection, _ORDERS, second, False)
    invoices, uncosted = await _row(connection, _INVOICES, second), await _row(connection, _UNCOSTED, second)
    waiting, differed = await _row(connection, _NOT_COME, second), await _row(connection, _DIFFERENCES, second)
    roles = {row["role"]: row["amount"] for row in await connection.fetch(_ROLES, second)}
    held = [row for row in await connection.fetch(_STOCK, second) if row["quantity"]]
    exact = total([product(row["quantity"], row["unit_cost"]) for row in held])
    rounded = EXACT.subtract(invoices["total"], old["due"])
    gr_ir, stock, variance, difference = (
        shown(roles[role]) for role in ("GR_IR", "STOCK", "PURCHASE_PRICE_VARIANCE", "MIGRATION_DIFFERENCE")
    )
    return [
        f"{old['undecided']:,} orders that the source left pending or rejected had goods received: approved here; "
        f"{new['complete']:,} were received in full, {new['orders'] - new['complete']:,} stay open.",
        f"{invoices['invoices']:,} invoices of {shown(invoices['total'])}, by rounding {shown(rounded)} more than the "
        f"source's {shown(old['due'])}; {invoices['blocked']:,} are blocked, {shown(invoices['held'])} held for goods.",
        f"GR/IR holds {gr_ir} for {shown(waiting['quantity'])} units on {waiting['lines']:,} order lines that were "
        "invoiced and never accepted.",
        f"Stock is worth {stock} in the books, {shown(exact)} before rounding; purchase price variance {variance}.",
        f"{uncosted['items']:,} items were received at a standard cost of 0: their whole price, "
        f"{shown(uncosted['amount'])}, is purchase price variance.",
        f"Migration differences of {difference}: {shown(differed['consumed'])} units of "
        f"{differed['consumed_items']:,} items consumed, {shown(differed['found'])} units of "
        f"{differed['found_items']:,} items held beyond what came in, as of {extent.held_on}; the report "
        "migrationDifferences lists each.",
    ]


async def _row(connection: Connection, statement: str, *args: Any) -> dict[str, Any]:
    """The only row of a statement of sums."""
    rows = await connection.fetch(statement, *args)
    return dict(rows[0])


def shown(figure: Decimal) -> str:
    """A figure as people read it, without zeros that say nothing."""
    return f"{Decimal(figure).normalize():,f}"
