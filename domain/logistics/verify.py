"""What must hold between orders, promises of stock and shipments; each check names its first breach."""

from collections.abc import AsyncIterator, Mapping

from domain.core.database import Connection
from domain.core.verify import Finding, Verifier

# What the lines of orders say, against reservations, shipments, returns and charges.
_WRONG_LINE = """
SELECT o.company_id, o.number, l.position,
       (l.allocated_quantity, l.direct_quantity, l.picked_quantity, l.shipped_quantity, l.returned_quantity,
        l.replaced_quantity, l.invoiced_quantity)::text AS said,
       (coalesce(r.promised, 0), coalesce(v.on_order, 0), coalesce(s.picked, 0), coalesce(s.shipped, 0),
        coalesce(b.returned, 0), coalesce(b.replaced, 0), coalesce(c.charged, 0))::text AS counted
FROM sales_order o
JOIN sales_order_line l ON l.company_id = o.company_id AND l.sales_order_id = o.id
LEFT JOIN (
    SELECT company_id, source_id, sum(quantity - fulfilled_quantity) AS promised FROM stock_reservation
    WHERE status = 'ACTIVE' AND source_kind = 'SalesOrderLine' GROUP BY company_id, source_id
) AS r ON r.company_id = l.company_id AND r.source_id = l.id
LEFT JOIN (
    SELECT company_id, sales_order_line_id, sum(quantity - delivered_quantity - released_quantity) AS on_order
    FROM direct_supply GROUP BY company_id, sales_order_line_id
) AS v ON v.company_id = l.company_id AND v.sales_order_line_id = l.id
LEFT JOIN (
    SELECT d.company_id, d.sales_order_line_id,
           sum(d.quantity) FILTER (WHERE h.status IN ('PICKED', 'PACKED')) AS picked,
           sum(d.quantity) FILTER (WHERE h.status IN ('SHIPPED', 'DELIVERED')) AS shipped
    FROM shipment_line d JOIN shipment h ON h.company_id = d.company_id AND h.id = d.shipment_id
    GROUP BY d.company_id, d.sales_order_line_id
) AS s ON s.company_id = l.company_id AND s.sales_order_line_id = l.id
LEFT JOIN (
    SELECT d.company_id, d.sales_order_line_id, sum(g.quantity) AS returned,
           sum(g.quantity) FILTER (WHERE g.is_replaced) AS replaced
    FROM goods_return_line g JOIN shipment_line d ON d.company_id = g.company_id AND d.id = g.shipment_line_id
    GROUP BY d.company_id, d.sales_order_line_id
) AS b ON b.company_id = l.company_id AND b.sales_order_line_id = l.id
LEFT JOIN (
    SELECT d.company_id, d.sales_order_line_id, sum(c.quantity - c.credited_quantity) AS charged
    FROM shipment_charge c JOIN shipment_line d ON d.company_id = c.company_id AND d.id = c.shipment_line_id
    GROUP BY d.company_id, d.sales_order_line_id
) AS c ON c.company_id = l.company_id AND c.sales_order_line_id = l.id
WHERE (l.allocated_quantity, l.direct_quantity, l.picked_quantity, l.shipped_quantity, l.returned_quantity,
       l.replaced_quantity, l.invoiced_quantity)
    <> (coalesce(r.promised, 0), coalesce(v.on_order, 0), coalesce(s.picked, 0), coalesce(s.shipped, 0),
        coalesce(b.returned, 0), coalesce(b.replaced, 0), coalesce(c.charged, 0))
ORDER BY o.company_id, o.number, l.position LIMIT 1
"""
# An order is the sum of its lines, before and after taxes.
_WRONG_TOTAL = """
SELECT o.company_id, o.number, (o.subtotal, o.tax)::text AS said,
       (coalesce(sum(l.line_total), 0), coalesce(sum(l.tax), 0))::text AS counted
FROM sales_order o LEFT JOIN sales_order_line l ON l.company_id = o.company_id AND l.sales_order_id = o.id
GROUP BY o.company_id, o.id, o.number, o.subtotal, o.tax
HAVING (o.subtotal, o.tax) <> (coalesce(sum(l.line_total), 0), coalesce(sum(l.tax), 0))
ORDER BY o.company_id, o.number LIMIT 1
"""
# What the lines of shipments say came back and was charged, against the documents that say so.
_WRONG_SHIPMENT_LINE = """
SELECT h.company_id, h.number, d.position, (d.returned_quantity, d.invoiced_quantity)::text AS said,
       (coalesce(g.returned, 0), coalesce(c.charged, 0))::text AS counted
FROM shipment h
JOIN shipment_line d ON d.company_id = h.company_id AND d.shipment_id = h.id
LEFT JOIN (
    SELECT company_id, shipment_line_id, sum(quantity) AS returned FROM goods_return_line
    GROUP BY company_id, shipment_line_id
) AS g ON g.company_id = d.company_id AND g.shipment_line_id = d.id
LEFT JOIN (
    SELECT company_id, shipment_line_id, sum(quantity - credited_quantity) AS charged FROM shipment_charge
    GROUP BY company_id, shipment_line_id
) AS c ON c.company_id = d.company_id AND c.shipment_line_id = d.id
WHERE (d.returned_quantity, d.invoiced_quantity) <> (coalesce(g.returned, 0), coalesce(c.charged, 0))
ORDER BY h.company_id, h.number, d.position LIMIT 1
"""
# What a return says became of its goods, by item: used again and scrapped, against the moves that name it; credited,
# against the lines that its red letters take back.
_WRONG_DECISION = """
SELECT g.company_id, g.number, min(l.position) AS position,
       (sum(l.restocked_quantity), sum(l.scrapped_quantity), sum(l.credited_quantity))::text AS said,
       (coalesce(max(m.restocked), 0), coalesce(max(m.scrapped), 0), coalesce(max(c.credited), 0))::text AS counted
FROM goods_return g
JOIN goods_return_line l ON l.company_id = g.company_id AND l.goods_return_id = g.id
LEFT JOIN (
    SELECT v.company_id, v.source_id, e.item_id,
           sum(e.quantity) FILTER (WHERE v.kind = 'STATUS_CHANGE' AND e.status = 'RELEASED') AS restocked,
           -sum(e.quantity) FILTER (WHERE v.kind = 'ISSUE' AND e.quantity < 0) AS scrapped
    FROM stock_move v JOIN stock_entry e ON e.company_id = v.company_id AND e.stock_move_id = v.id
    WHERE v.source_kind = 'GoodsReturn' GROUP BY v.company_id, v.source_id, e.item_id
) AS m ON m.company_id = g.company_id AND m.source_id = g.id AND m.item_id = l.item_id
LEFT JOIN (
    SELECT r.company_id, r.goods_return_id, n.item_id, -sum(n.quantity) AS credited
    FROM return_credit r
    JOIN customer_invoice_line n ON n.company_id = r.company_id AND n.customer_invoice_id = r.credit_note_id
    GROUP BY r.company_id, r.goods_return_id, n.item_id
) AS c ON c.company_id = g.company_id AND c.goods_return_id = g.id AND c.item_id = l.item_id
GROUP BY g.company_id, g.id, g.number, l.item_id
HAVING (sum(l.restocked_quantity), sum(l.scrapped_quantity), sum(l.credited_quantity))
    <> (coalesce(max(m.restocked), 0), coalesce(max(m.scrapped), 0), coalesce(max(c.credited), 0))
ORDER BY g.company_id, g.number, position LIMIT 1
"""
# An invoice charges for an order's line what its charges say, line by line.
_WRONG_CHARGE = """
SELECT i.company_id, i.number, l.position, l.quantity AS said, sum(c.quantity) AS counted
FROM customer_invoice i
JOIN customer_invoice_line l ON l.company_id = i.company_id AND l.customer_invoice_id = i.id
JOIN shipment_charge c ON c.company_id = l.company_id AND c.customer_invoice_id = i.id
    AND c.invoice_position = l.position
GROUP BY i.company_id, i.number, l.position, l.quantity
HAVING l.quantity <> sum(c.quantity)
ORDER BY i.company_id, i.number, l.position LIMIT 1
"""
# What suppliers shipped straight is what was received of them, at no place of ours.
_WRONG_SUPPLY = """
SELECT o.company_id, o.number, p.position, (v.delivered_quantity, p.ordered_quantity)::text AS said,
       (p.stocked_quantity, v.quantity)::text AS counted
FROM purchase_order o
JOIN purchase_order_line p ON p.company_id = o.company_id AND p.purchase_order_id = o.id
LEFT JOIN direct_supply v ON v.company_id = p.company_id AND v.purchase_order_line_id = p.id
WHERE (o.deliver_to IS NOT NULL) <> (v.id IS NOT NULL)
    OR (v.delivered_quantity, p.ordered_quantity) <> (p.stocked_quantity, v.quantity)
ORDER BY o.company_id, o.number, p.position LIMIT 1
"""
# What went straight back to a supplier is the same on both returns, line by line, and shares their posting.
_WRONG_STRAIGHT = """
SELECT g.company_id, g.number, coalesce(l.position, p.position) AS position,
       (l.quantity, l.item_id, l.posting_id, l.location_id)::text AS said,
       (p.quantity, o.item_id, r.posting_id, NULL::uuid)::text AS counted
FROM goods_return g
LEFT JOIN goods_return_line l ON l.company_id = g.company_id AND l.goods_return_id = g.id
LEFT JOIN purchase_return r ON r.company_id = g.company_id AND r.id = g.purchase_return_id
LEFT JOIN purchase_return_line p ON p.company_id = g.company_id AND p.purchase_return_id = r.id
    AND p.position = l.position
LEFT JOIN purchase_order_line o ON o.company_id = p.company_id AND o.id = p.purchase_order_line_id
WHERE (g.purchase_return_id IS NOT NULL OR l.location_id IS NULL)
  AND (l.quantity, l.item_id, l.posting_id, l.location_id)
      IS DISTINCT FROM (p.quantity, o.item_id, r.posting_id, NULL::uuid)
ORDER BY g.company_id, g.number, 3 LIMIT 1
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

# A kit is what its components are: as many of each as it holds, at prices that sum to its own, as many gone as whole.
_WRONG_KIT = """
SELECT o.company_id, o.number, k.position, (k.line_total, k.tax, k.shipped_quantity)::text AS said,
       (coalesce(sum(l.line_total), 0), coalesce(sum(l.tax), 0),
        coalesce(min(floor(greatest(l.shipped_quantity - l.replaced_quantity, 0) / l.quantity_per_kit)), 0))::text
           AS counted
FROM sales_order o
JOIN sales_order_kit k ON k.company_id = o.company_id AND k.sales_order_id = o.id
LEFT JOIN sales_order_line l ON l.company_id = k.company_id AND l.sales_order_kit_id = k.id
GROUP BY o.company_id, o.number, k.id, k.position, k.line_total, k.tax, k.shipped_quantity, k.ordered_quantity,
    k.unit_price
HAVING (k.line_total, k.tax, k.shipped_quantity)
    IS DISTINCT FROM (sum(l.line_total), sum(l.tax),
        min(floor(greatest(l.shipped_quantity - l.replaced_quantity, 0) / l.quantity_per_kit)))
    OR bool_or(l.ordered_quantity <> k.ordered_quantity * l.quantity_per_kit)
    OR abs(k.unit_price - sum(l.unit_price * l.quantity_per_kit)) > 0.000001
ORDER BY o.company_id, o.number, k.position LIMIT 1
"""

# The price of an item's own unit is what was said comes to, and an order that was said in a unit comes to that.
_WRONG_UNIT = """
SELECT company_id, document, number, position, said::text, counted::text FROM (
    SELECT l.company_id, 'purchase order' AS document, o.number, l.position, (l.unit_price, l.line_total) AS said,
           (round(l.price_in_unit * l.unit_quantity / l.ordered_quantity, 10),
            round(l.price_in_unit * l.unit_quantity, 6)) AS counted
    FROM purchase_order_line l
    JOIN purchase_order o ON o.company_id = l.company_id AND o.id = l.purchase_order_id
    WHERE l.unit_id IS NOT NULL
    UNION ALL
    SELECT l.company_id, 'purchase requisition', o.number, l.position, (l.expected_price, 0),
           (round(l.price_in_unit * l.unit_quantity / l.quantity, 10), 0)
    FROM purchase_requisition_line l
    JOIN purchase_requisition o ON o.company_id = l.company_id AND o.id = l.purchase_requisition_id
    WHERE l.unit_id IS NOT NULL
    UNION ALL
    SELECT l.company_id, 'purchase agreement', o.number, l.position, (l.unit_price, 0),
           (round(l.price_in_unit * l.unit_quantity / l.agreed_quantity, 10), 0)
    FROM purchase_agreement_line l
    JOIN purchase_agreement o ON o.company_id = l.company_id AND o.id = l.purchase_agreement_id
    WHERE l.unit_id IS NOT NULL
    UNION ALL
    SELECT l.company_id, 'sales order', o.number, l.position, (l.unit_price, 0),
           (round(l.price_in_unit * l.unit_quantity / l.ordered_quantity, 10), 0)
    FROM sales_order_line l
    JOIN sales_order o ON o.company_id = l.company_id AND o.id = l.sales_order_id
    WHERE l.unit_id IS NOT NULL
    UNION ALL
    SELECT l.company_id, 'supplier invoice', i.number, l.position, (l.unit_price, 0),
           (round(l.price_in_unit * l.unit_quantity / l.quantity, 10), 0)
    FROM supplier_invoice_line l
    JOIN supplier_invoice i ON i.company_id = l.company_id AND i.id = l.supplier_invoice_id
    WHERE l.unit_quantity <> 0
    UNION ALL
    SELECT l.company_id, 'customer invoice', i.number, l.position, (l.unit_price, 0),
           (round(l.price_in_unit * l.unit_quantity / l.quantity, 10), 0)
    FROM customer_invoice_line l
    JOIN customer_invoice i ON i.company_id = l.company_id AND i.id = l.customer_invoice_id
    WHERE l.unit_quantity <> 0
) AS line
WHERE said <> counted ORDER BY company_id, document, number, position LIMIT 1
"""

SALES_QUANTITIES = "sales order quantities"
DOCUMENT_UNITS = "units of documents"
SHIPPED_GOODS = "shipped goods"


async def sales_quantities(connection: Connection) -> AsyncIterator[Finding]:
    """The first line of an order, a shipment, a return and an invoice whose quantities are not those of its documents,
    and the first order that is not the sum of its lines.

    Of an order: allocated, picked, shipped, returned, replaced, invoiced; of a shipment: returned, invoiced; of a
    return: used again, scrapped, credited.
    """
    kinds = (
        ("sales order", _WRONG_LINE), ("sales order kit at", _WRONG_KIT),
        ("purchase order", _WRONG_SUPPLY), ("shipment", _WRONG_SHIPMENT_LINE), ("goods return", _WRONG_DECISION),
        ("customer invoice", _WRONG_CHARGE), ("goods return", _WRONG_STRAIGHT),
    )  # fmt: skip
    for document, statement in kinds:
        for row in await connection.fetch(statement):
            subject = f"{document} {row['number']} line {row['position']}"
            message = f"the line says {row['said']}, its documents {row['counted']}"
            yield Finding.of_company(SALES_QUANTITIES, row["company_id"], subject, message)
    for row in await connection.fetch(_WRONG_TOTAL):
        message = f"it says {row['said']} net and of taxes, its lines {row['counted']}"
        yield Finding.of_company(SALES_QUANTITIES, row["company_id"], f"sales order {row['number']}", message)


async def shipped_goods(connection: Connection) -> AsyncIterator[Finding]:
    """The first shipment line that did not take out of stock what it says."""
    for row in await connection.fetch(_WRONG_ENTRY):
        subject = f"shipment {row['number']} line {row['position']}"
        message = f"the line says {row['quantity']}, stock gave {row['issued']}"
        yield Finding.of_company(SHIPPED_GOODS, row["company_id"], subject, message)


async def document_units(connection: Connection) -> AsyncIterator[Finding]:
    """The first line that was said in another unit than its item's own and does not come to the same in that."""
    for row in await connection.fetch(_WRONG_UNIT):
        subject = f"{row['document']} {row['number']} line {row['position']}"
        message = f"in its item's unit the line says {row['said']}, what was said comes to {row['counted']}"
        yield Finding.of_company(DOCUMENT_UNITS, row["company_id"], subject, message)


VERIFIERS: Mapping[str, Verifier] = {
    SALES_QUANTITIES: sales_quantities,
    SHIPPED_GOODS: shipped_goods,
    DOCUMENT_UNITS: document_units,
}
