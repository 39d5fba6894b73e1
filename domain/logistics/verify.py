"""What must hold between orders, promises of stock and shipments; each check names its first breach."""

from collections.abc import AsyncIterator, Mapping

from domain.core.database import Connection
from domain.core.verify import Finding, Verifier

# What the lines of orders say, against reservations and shipments.
_WRONG_LINE = """
SELECT o.company_id, o.number, l.position, l.allocated_quantity, l.picked_quantity, l.shipped_quantity,
       coalesce(r.promised, 0) AS promised, coalesce(s.picked, 0) AS picked, coalesce(s.shipped, 0) AS shipped
FROM sales_order o
JOIN sales_order_line l ON l.company_id = o.company_id AND l.sales_order_id = o.id
LEFT JOIN (
    SELECT company_id, source_id, sum(quantity - fulfilled_quantity) AS promised FROM stock_reservation
    WHERE status = 'ACTIVE' AND source_kind = 'SalesOrderLine' GROUP BY company_id, source_id
) AS r ON r.company_id = l.company_id AND r.source_id = l.id
LEFT JOIN (
    SELECT d.company_id, d.sales_order_line_id,
           sum(d.quantity) FILTER (WHERE h.status IN ('PICKED', 'PACKED')) AS picked,
           sum(d.quantity) FILTER (WHERE h.status IN ('SHIPPED', 'DELIVERED')) AS shipped
    FROM shipment_line d JOIN shipment h ON h.company_id = d.company_id AND h.id = d.shipment_id
    GROUP BY d.company_id, d.sales_order_line_id
) AS s ON s.company_id = l.company_id AND s.sales_order_line_id = l.id
WHERE (l.allocated_quantity, l.picked_quantity, l.shipped_quantity)
    <> (coalesce(r.promised, 0), coalesce(s.picked, 0), coalesce(s.shipped, 0))
ORDER BY o.company_id, o.number, l.position LIMIT 1
"""
# A line that left has its entry, of the same goods in the same quantity; one that did not has none.
_WRONG_ENTRY = """
SELECT h.company_id, h.number, d.position, d.quantity, -e.quantity AS issued
FROM shipment h
JOIN shipment_line d ON d.company_id = h.company_id AND d.shipment_id = h.id
LEFT JOIN stock_entry e ON e.company_id = d.company_id AND e.id = d.stock_entry_id
WHERE CASE WHEN h.status IN ('SHIPPED', 'DELIVERED')
    THEN (e.item_id, e.lot_id, e.location_id, -e.quantity)
        IS DISTINCT FROM (d.item_id, d.lot_id, d.location_id, d.quantity)
    ELSE d.stock_entry_id IS NOT NULL END
ORDER BY h.company_id, h.number, d.position LIMIT 1
"""

SALES_QUANTITIES = "sales order quantities"
SHIPPED_GOODS = "shipped goods"


async def sales_quantities(connection: Connection) -> AsyncIterator[Finding]:
    """The first order line whose quantities are not those of its promises and shipments."""
    for row in await connection.fetch(_WRONG_LINE):
        subject = f"company {row['company_id']}, sales order {row['number']} line {row['position']}"
        said = (
            f"{row['allocated_quantity']} allocated, {row['picked_quantity']} picked, {row['shipped_quantity']} shipped"
        )
        counted = f"{row['promised']}, {row['picked']}, {row['shipped']}"
        yield Finding(check=SALES_QUANTITIES, subject=subject, message=f"the line says {said}; counted: {counted}")


async def shipped_goods(connection: Connection) -> AsyncIterator[Finding]:
    """The first shipment line that did not take out of stock what it says."""
    for row in await connection.fetch(_WRONG_ENTRY):
        subject = f"company {row['company_id']}, shipment {row['number']} line {row['position']}"
        message = f"the line says {row['quantity']}, stock gave {row['issued']}"
        yield Finding(check=SHIPPED_GOODS, subject=subject, message=message)


VERIFIERS: Mapping[str, Verifier] = {SALES_QUANTITIES: sales_quantities, SHIPPED_GOODS: shipped_goods}
