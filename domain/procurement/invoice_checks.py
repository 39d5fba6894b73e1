"""What must hold between suppliers' invoices, what they owe, and GR/IR; each check names its first breach."""

from collections.abc import AsyncIterator, Mapping

from sqlalchemy import Integer, Numeric, and_, case, cast, func, literal, select

from domain.core.database import Connection
from domain.core.money import DIGITS_USUAL, MINOR_UNIT_DIGITS
from domain.core.verify import Finding, Verifier
from domain.procurement.invoices import MatchReason, SupplierInvoice, SupplierInvoiceLine

# An invoice is the sum of its lines and of its taxes; posted, its items come to what is to be paid.
_INVOICE = """
SELECT i.company_id, i.number, i.net, i.tax, l.net AS line_net, l.tax AS line_tax, t.tax AS rule_tax,
       i.total - i.withheld AS payable, o.opened
FROM supplier_invoice i
CROSS JOIN LATERAL (
    SELECT coalesce(sum(l.net), 0) AS net, coalesce(sum(l.tax), 0) AS tax FROM supplier_invoice_line l
    WHERE l.company_id = i.company_id AND l.supplier_invoice_id = i.id
) AS l
CROSS JOIN LATERAL (
    SELECT coalesce(sum(t.tax) FILTER (WHERE r.kind <> 'WITHHOLDING'), 0) AS tax,
           coalesce(sum(t.tax) FILTER (WHERE r.kind = 'WITHHOLDING'), 0) AS withheld
    FROM supplier_invoice_tax t JOIN tax_rule r ON r.company_id = t.company_id AND r.id = t.tax_rule_id
    WHERE t.company_id = i.company_id AND t.supplier_invoice_id = i.id
) AS t
CROSS JOIN LATERAL (
    SELECT -coalesce(sum(o.transaction_amount), 0) AS opened FROM open_item o
    WHERE o.company_id = i.company_id AND o.source_id = i.id
) AS o
WHERE (i.net, i.tax, i.tax, i.withheld) <> (l.net, l.tax, t.tax, t.withheld)
   OR o.opened <> CASE i.status WHEN 'POSTED' THEN i.total - i.withheld ELSE 0 END
ORDER BY i.company_id, i.number LIMIT 1
"""

# What of an invoice was held when it was posted is what its lines charge for goods that had not come, each rounded
# once, without the part of it that is withheld.
_invoice, _charge = SupplierInvoice.table, SupplierInvoiceLine.table
_digits = cast(case(dict(MINOR_UNIT_DIGITS), value=_invoice.c.currency, else_=DIGITS_USUAL), Integer)
_over = (_charge.c.net + _charge.c.tax) * _charge.c.over_quantity / _charge.c.quantity
_waiting = (
    select(
        _invoice.c.company_id, _invoice.c.id, _digits.label("digits"),
        func.coalesce(
            func.sum(func.round(cast(_over, Numeric()), _digits)).filter(
                literal(MatchReason.QUANTITY_OVER.value) == func.any(_charge.c.block_reasons),
                _invoice.c.posted_on.is_not(None),
            ),
            0,
        ).label("charged"),
    )
    .join_from(
        _invoice, _charge,
        and_(_charge.c.company_id == _invoice.c.company_id, _charge.c.supplier_invoice_id == _invoice.c.id),
        isouter=True,
    )
    .group_by(_invoice.c.company_id, _invoice.c.id)
    .subquery("waiting")
)  # fmt: skip
_part = _waiting.c.charged * (_invoice.c.total - _invoice.c.withheld) / func.nullif(_invoice.c.total, 0)
_counted = case(
    (_invoice.c.withheld == 0, _waiting.c.charged), else_=func.round(cast(_part, Numeric()), _waiting.c.digits)
)
_HELD = (
    select(_invoice.c.company_id, _invoice.c.number, _invoice.c.held, _counted.label("counted"))
    .join_from(_invoice, _waiting, and_(_waiting.c.company_id == _invoice.c.company_id, _waiting.c.id == _invoice.c.id))
    .where(_invoice.c.held.is_distinct_from(_counted))
    .order_by(_invoice.c.company_id, _invoice.c.number)
    .limit(1)
)

# An item is blocked for reasons of its invoice only; while the price is not accepted, none of them may be paid.
_BLOCK = """
SELECT i.company_id, i.number, i.payment_blocks, o.blocks, o.free
FROM supplier_invoice i
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(DISTINCT o.blocked_reason ORDER BY o.blocked_reason)
                    FILTER (WHERE o.blocked_reason IS NOT NULL), '{}') AS blocks,
           count(*) FILTER (WHERE o.open_transaction_amount <> 0 AND o.blocked_reason IS NULL) AS free
    FROM open_item o WHERE o.company_id = i.company_id AND o.source_id = i.id
) AS o
WHERE i.status = 'POSTED' AND (NOT o.blocks <@ i.payment_blocks OR ('PRICE' = ANY (i.payment_blocks) AND o.free > 0))
ORDER BY i.company_id, i.number LIMIT 1
"""

# An order line is invoiced by what its matches come to, and by what its posted invoices charge.
_LINE = """
SELECT o.company_id, o.number, l.position, l.invoiced_quantity, coalesce(m.quantity, 0) AS matched,
       coalesce(c.quantity, 0) AS charged
FROM purchase_order o
JOIN purchase_order_line l ON l.company_id = o.company_id AND l.purchase_order_id = o.id
LEFT JOIN (
    SELECT company_id, purchase_order_line_id, sum(quantity) AS quantity
    FROM supplier_invoice_match GROUP BY company_id, purchase_order_line_id
) AS m ON m.company_id = l.company_id AND m.purchase_order_line_id = l.id
LEFT JOIN (
    SELECT il.company_id, il.purchase_order_line_id, sum(il.quantity) AS quantity
    FROM supplier_invoice_line il
    JOIN supplier_invoice i ON i.company_id = il.company_id AND i.id = il.supplier_invoice_id
    WHERE i.status = 'POSTED' AND il.purchase_order_line_id IS NOT NULL
    GROUP BY il.company_id, il.purchase_order_line_id
) AS c ON c.company_id = l.company_id AND c.purchase_order_line_id = l.id
WHERE NOT o.is_historical
  AND (l.invoiced_quantity <> coalesce(m.quantity, 0) OR l.invoiced_quantity <> coalesce(c.quantity, 0))
ORDER BY o.company_id, o.number, l.position LIMIT 1
"""

# What documents of purchasing moved in GR/IR is what receipts took up, matches cleared and write-offs closed, in each
# currency.
_CLEARING = """
WITH ledger AS (
    SELECT e.company_id, l.transaction_currency AS currency, sum(l.transaction_amount) AS transaction,
           sum(l.amount) AS amount
    FROM journal_entry e
    JOIN journal_line l ON l.company_id = e.company_id AND l.journal_entry_id = e.id
    JOIN account a ON a.company_id = l.company_id AND a.id = l.account_id
    WHERE a.role = 'GR_IR'
      AND e.source_kind IN ('GoodsReceipt', 'PurchaseReturn', 'SupplierInvoice', 'ClearingWriteOff')
    GROUP BY 1, 2
), moved AS (
    SELECT r.company_id, r.purchase_order_line_id AS line_id, -r.owed_transaction_amount AS transaction,
           -r.owed_amount AS amount
    FROM goods_receipt_line r
    UNION ALL
    SELECT company_id, purchase_order_line_id, owed_transaction_amount, owed_amount FROM purchase_return_line
    UNION ALL
    SELECT company_id, purchase_order_line_id, transaction_amount, amount FROM supplier_invoice_match
    UNION ALL
    SELECT company_id, purchase_order_line_id, transaction_amount, amount FROM clearing_write_off_line
), lines AS (
    SELECT m.company_id, o.currency, sum(m.transaction) AS transaction, sum(m.amount) AS amount
    FROM moved m
    JOIN purchase_order_line l ON l.company_id = m.company_id AND l.id = m.line_id
    JOIN purchase_order o ON o.company_id = l.company_id AND o.id = l.purchase_order_id
    GROUP BY 1, 2
)
SELECT company_id, currency, coalesce(g.transaction, 0) AS ledger_transaction, coalesce(g.amount, 0) AS ledger_amount,
       coalesce(s.transaction, 0) AS line_transaction, coalesce(s.amount, 0) AS line_amount
FROM ledger g FULL JOIN lines s USING (company_id, currency)
WHERE (coalesce(g.transaction, 0), coalesce(g.amount, 0)) <> (coalesce(s.transaction, 0), coalesce(s.amount, 0))
ORDER BY company_id, currency LIMIT 1
"""

# What matches say prices and rates made of goods is what vouchers of purchasing moved: on the goods, where they are and
# where they went, and on exchange differences.
_DIFFERENCE = """
WITH ledger AS (
    SELECT e.company_id, sum(l.amount) FILTER (WHERE a.role IS DISTINCT FROM 'EXCHANGE_DIFFERENCE') AS price,
           sum(l.amount) FILTER (WHERE a.role = 'EXCHANGE_DIFFERENCE') AS exchange
    FROM journal_entry e
    JOIN journal_line l ON l.company_id = e.company_id AND l.journal_entry_id = e.id
    JOIN account a ON a.company_id = l.company_id AND a.id = l.account_id
    WHERE e.source_kind = 'SupplierInvoice' AND (a.role = 'EXCHANGE_DIFFERENCE' OR (
        l.item_id IS NOT NULL AND a.role IS DISTINCT FROM 'GR_IR'))
    GROUP BY 1
), said AS (
    SELECT company_id, sum(price_difference) AS price, sum(exchange_difference) AS exchange
    FROM supplier_invoice_match GROUP BY 1
)
SELECT company_id, coalesce(s.price, 0) AS price, coalesce(s.exchange, 0) AS exchange,
       coalesce(g.price, 0) AS posted_price, coalesce(g.exchange, 0) AS posted_exchange
FROM ledger g FULL JOIN said s USING (company_id)
WHERE (coalesce(s.price, 0), coalesce(s.exchange, 0)) <> (coalesce(g.price, 0), coalesce(g.exchange, 0))
ORDER BY company_id LIMIT 1
"""

# Goods of a receipt of which all that was not sent back is invoiced hold nothing in GR/IR.
_EMPTY = """
WITH back AS (
    SELECT company_id, goods_receipt_line_id, sum(quantity) AS quantity, sum(owed_transaction_amount) AS transaction,
           sum(owed_amount) AS amount
    FROM purchase_return_line WHERE NOT is_rejected GROUP BY 1, 2
), cleared AS (
    SELECT company_id, goods_receipt_line_id, sum(quantity) AS quantity, sum(transaction_amount) AS transaction,
           sum(amount) AS amount
    FROM supplier_invoice_match WHERE goods_receipt_line_id IS NOT NULL GROUP BY 1, 2
), goods AS (
    SELECT r.company_id, r.goods_receipt_id, r.position, r.returned_quantity, coalesce(b.quantity, 0) AS sent_back,
           r.stocked_quantity - coalesce(b.quantity, 0) - coalesce(m.quantity, 0) AS open,
           coalesce(m.transaction, 0) + coalesce(b.transaction, 0) - r.owed_transaction_amount AS left_over,
           coalesce(m.amount, 0) + coalesce(b.amount, 0) - r.owed_amount AS amount_left_over
    FROM goods_receipt_line r
    LEFT JOIN back b ON b.company_id = r.company_id AND b.goods_receipt_line_id = r.id
    LEFT JOIN cleared m ON m.company_id = r.company_id AND m.goods_receipt_line_id = r.id
)
SELECT o.company_id, o.number, g.position, g.returned_quantity, g.sent_back, g.left_over, g.amount_left_over
FROM goods g JOIN goods_receipt o ON o.company_id = g.company_id AND o.id = g.goods_receipt_id
WHERE g.returned_quantity <> g.sent_back OR (g.open = 0 AND (g.left_over, g.amount_left_over) <> (0, 0))
ORDER BY o.company_id, o.number, g.position LIMIT 1
"""

# What is written off still holds what it did: whatever happens to it opens it again first. What opens is the opposite.
_WRITTEN_OFF = """
WITH closed AS (
    SELECT company_id, goods_receipt_line_id AS goods_id, supplier_invoice_line_id AS charge_id,
           min(clearing_write_off_id::text) AS document_id, sum(quantity) AS quantity,
           sum(transaction_amount) AS transaction, sum(amount) AS amount
    FROM clearing_write_off_line GROUP BY 1, 2, 3
    HAVING (sum(quantity), sum(transaction_amount), sum(amount)) <> (0, 0, 0)
), moved AS (
    SELECT r.company_id, r.id AS goods_id, NULL::uuid AS charge_id, r.stocked_quantity AS quantity,
           -r.owed_transaction_amount AS transaction, -r.owed_amount AS amount
    FROM goods_receipt_line r JOIN closed c ON c.company_id = r.company_id AND c.goods_id = r.id
    UNION ALL
    SELECT b.company_id, b.goods_receipt_line_id, NULL, -b.quantity, b.owed_transaction_amount, b.owed_amount
    FROM purchase_return_line b JOIN closed c ON c.company_id = b.company_id AND c.goods_id = b.goods_receipt_line_id
    WHERE NOT b.is_rejected
    UNION ALL
    SELECT m.company_id, m.goods_receipt_line_id, NULL, -m.quantity, m.transaction_amount, m.amount
    FROM supplier_invoice_match m
    JOIN closed c ON c.company_id = m.company_id AND c.goods_id = m.goods_receipt_line_id
    UNION ALL
    SELECT m.company_id, NULL, m.supplier_invoice_line_id, -m.quantity, m.transaction_amount, m.amount
    FROM supplier_invoice_match m
    JOIN closed c ON c.company_id = m.company_id AND c.charge_id = m.supplier_invoice_line_id
    WHERE m.goods_receipt_line_id IS NULL
), held AS (
    SELECT company_id, goods_id, charge_id, sum(quantity) AS quantity, sum(transaction) AS transaction,
           sum(amount) AS amount
    FROM moved GROUP BY 1, 2, 3
)
SELECT c.company_id, d.number, c.quantity, -c.transaction AS transaction, -c.amount AS amount,
       h.quantity AS held_quantity, h.transaction AS held_transaction, h.amount AS held_amount
FROM closed c
JOIN clearing_write_off d ON d.company_id = c.company_id AND d.id::text = c.document_id
LEFT JOIN held h ON h.company_id = c.company_id AND h.goods_id IS NOT DISTINCT FROM c.goods_id
                AND h.charge_id IS NOT DISTINCT FROM c.charge_id
WHERE (c.quantity, -c.transaction, -c.amount) IS DISTINCT FROM (h.quantity, h.transaction, h.amount)
ORDER BY c.company_id, d.number LIMIT 1
"""
_TAKEN_BACK = """
SELECT b.company_id, d.number, b.position
FROM clearing_write_off_line b
JOIN clearing_write_off d ON d.company_id = b.company_id AND d.id = b.clearing_write_off_id
JOIN clearing_write_off_line l ON l.company_id = b.company_id AND l.id = b.reverses_id
WHERE l.reverses_id IS NOT NULL OR b.occurred_on < l.occurred_on
   OR (b.clearing_write_off_id, b.quantity, b.transaction_amount, b.amount, b.goods_receipt_line_id,
       b.supplier_invoice_line_id)
      IS DISTINCT FROM (l.clearing_write_off_id, -l.quantity, -l.transaction_amount, -l.amount, l.goods_receipt_line_id,
                        l.supplier_invoice_line_id)
ORDER BY b.company_id, d.number, b.position LIMIT 1
"""

SUPPLIER_INVOICES = "supplier invoices"
INVOICED_QUANTITIES = "invoiced quantities"
CLEARING = "GR/IR by order line"
WRITE_OFFS = "rests of GR/IR written off"


async def supplier_invoices(connection: Connection) -> AsyncIterator[Finding]:
    """The first invoice that is not the sum of its lines, taxes and items, the first that is held for other goods than
    its lines say, and the first whose block is not theirs.
    """
    for row in await connection.fetch(_INVOICE):
        message = (
            f"it says {row['net']} and {row['tax']} tax, its lines {row['line_net']} and {row['line_tax']}, its rules "
            f"{row['rule_tax']}; {row['payable']} is to be paid, its items came from {row['opened']}"
        )
        yield Finding.of_company(SUPPLIER_INVOICES, row["company_id"], row["number"], message)
    for row in await connection.fetch(_HELD):
        message = f"{row['held']} of it is said to wait for goods, its lines come to {row['counted']}"
        yield Finding.of_company(SUPPLIER_INVOICES, row["company_id"], row["number"], message)
    for row in await connection.fetch(_BLOCK):
        message = f"it is blocked for {row['payment_blocks']}, its items for {row['blocks']}; {row['free']} may be paid"
        yield Finding.of_company(SUPPLIER_INVOICES, row["company_id"], row["number"], message)


async def invoiced_quantities(connection: Connection) -> AsyncIterator[Finding]:
    """The first order line that is not invoiced by what its invoices charge and its matches come to."""
    for row in await connection.fetch(_LINE):
        message = (
            f"the line says {row['invoiced_quantity']} invoiced, its invoices {row['charged']}, "
            f"its matches {row['matched']}"
        )
        subject = f"{row['number']} line {row['position']}"
        yield Finding.of_company(INVOICED_QUANTITIES, row["company_id"], subject, message)


async def clearing(connection: Connection) -> AsyncIterator[Finding]:
    """The first currency in which GR/IR is not the sum of its order lines, the first company whose differences are not
    those of its matches, and the first goods that are invoiced and still hold something.
    """
    for row in await connection.fetch(_CLEARING):
        message = (
            f"the account moved {row['ledger_transaction']} ({row['ledger_amount']}), "
            f"its order lines {row['line_transaction']} ({row['line_amount']})"
        )
        yield Finding.of_company(CLEARING, row["company_id"], row["currency"], message)
    for row in await connection.fetch(_DIFFERENCE):
        message = (
            f"matches differ by {row['price']} in prices and {row['exchange']} in rates, vouchers by "
            f"{row['posted_price']} and {row['posted_exchange']}"
        )
        yield Finding.of_company(CLEARING, row["company_id"], "differences", message)
    for row in await connection.fetch(_EMPTY):
        message = (
            f"{row['returned_quantity']} is said to have gone back, its returns come to {row['sent_back']}; "
            f"GR/IR holds {row['left_over']} ({row['amount_left_over']}) of it"
        )
        yield Finding.of_company(CLEARING, row["company_id"], f"{row['number']} line {row['position']}", message)


async def write_offs(connection: Connection) -> AsyncIterator[Finding]:
    """The first rest that is written off and is not what GR/IR held, and the first that opened again as another."""
    for row in await connection.fetch(_WRITTEN_OFF):
        message = (
            f"{row['quantity']} at {row['transaction']} ({row['amount']}) are written off, GR/IR held "
            f"{row['held_quantity']} at {row['held_transaction']} ({row['held_amount']})"
        )
        yield Finding.of_company(WRITE_OFFS, row["company_id"], row["number"], message)
    for row in await connection.fetch(_TAKEN_BACK):
        subject = f"{row['number']} line {row['position']}"
        yield Finding.of_company(WRITE_OFFS, row["company_id"], subject, "it is not the opposite of what it takes back")


VERIFIERS: Mapping[str, Verifier] = {
    SUPPLIER_INVOICES: supplier_invoices,
    INVOICED_QUANTITIES: invoiced_quantities,
    CLEARING: clearing,
    WRITE_OFFS: write_offs,
}
