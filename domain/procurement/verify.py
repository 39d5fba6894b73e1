"""What must hold between orders, receipts and GR/IR; each check names its first breach."""

from collections.abc import AsyncIterator, Mapping

from sqlalchemy import Integer, Numeric, and_, case, cast, func, select

from domain.core.database import Connection
from domain.core.money import DIGITS_USUAL, MINOR_UNIT_DIGITS
from domain.core.verify import Finding, Verifier
from domain.finance.models import Account, AccountRole, JournalEntry, JournalLine
from domain.procurement.models import GoodsReceipt, GoodsReceiptLine, PurchaseOrder, PurchaseOrderLine

# The lines of orders that are not history, against their receipts; a complete order awaits nothing.
_WRONG_LINE = """
SELECT o.company_id, o.number, l.position, l.received_quantity AS stored, coalesce(r.received, 0) AS counted
FROM purchase_order o
JOIN purchase_order_line l ON l.company_id = o.company_id AND l.purchase_order_id = o.id
LEFT JOIN (
    SELECT company_id, purchase_order_line_id, sum(received_quantity) AS received, sum(rejected_quantity) AS rejected,
           sum(stocked_quantity) AS stocked
    FROM goods_receipt_line GROUP BY company_id, purchase_order_line_id
) AS r ON r.company_id = l.company_id AND r.purchase_order_line_id = l.id
LEFT JOIN (
    SELECT s.company_id, s.purchase_order_line_id,
           sum(s.quantity) FILTER (WHERE NOT s.is_rejected) AS returned,
           sum(s.quantity) FILTER (WHERE s.is_rejected) AS rejected_returned,
           sum(s.quantity) FILTER (WHERE d.settlement = 'REPLACE') AS to_replace
    FROM purchase_return_line s
    JOIN purchase_return d ON d.company_id = s.company_id AND d.id = s.purchase_return_id
    GROUP BY s.company_id, s.purchase_order_line_id
) AS b ON b.company_id = l.company_id AND b.purchase_order_line_id = l.id
WHERE NOT o.is_historical AND (
    (l.received_quantity, l.rejected_quantity, l.stocked_quantity)
        <> (coalesce(r.received, 0), coalesce(r.rejected, 0), coalesce(r.stocked, 0))
    OR (l.returned_quantity, l.rejected_returned_quantity, l.to_replace_quantity)
        <> (coalesce(b.returned, 0), coalesce(b.rejected_returned, 0), coalesce(b.to_replace, 0))
    OR (o.status IN ('COMPLETE', 'CANCELLED') AND l.open_quantity <> 0)
    OR (o.status IN ('PENDING', 'REJECTED', 'CANCELLED') AND l.received_quantity <> 0)
    OR (o.status = 'CANCELLED' AND l.cancelled_quantity <> l.ordered_quantity)
)
ORDER BY o.company_id, o.number, l.position LIMIT 1
"""

# An order that is not history is the sum of its lines.
_WRONG_TOTAL = """
SELECT o.company_id, o.number, o.subtotal AS said, coalesce(sum(l.line_total), 0) AS counted
FROM purchase_order o
LEFT JOIN purchase_order_line l ON l.company_id = o.company_id AND l.purchase_order_id = o.id
WHERE NOT o.is_historical
GROUP BY o.company_id, o.id, o.number, o.subtotal HAVING o.subtotal <> coalesce(sum(l.line_total), 0)
ORDER BY o.company_id, o.number LIMIT 1
"""

# A requisition line has on order what orders that were not rejected want of it; a requisition is ORDERED when all is.
_WRONG_NEED = """
SELECT r.company_id, r.number, r.status, n.position, n.ordered_quantity AS stored, coalesce(w.wanted, 0) AS counted
FROM purchase_requisition r
JOIN purchase_requisition_line n ON n.company_id = r.company_id AND n.purchase_requisition_id = r.id
LEFT JOIN (
    SELECT l.company_id, l.requisition_line_id, sum(l.ordered_quantity - l.cancelled_quantity) AS wanted
    FROM purchase_order_line l
    JOIN purchase_order o ON o.company_id = l.company_id AND o.id = l.purchase_order_id
    WHERE o.status <> 'REJECTED' AND l.requisition_line_id IS NOT NULL
    GROUP BY l.company_id, l.requisition_line_id
) AS w ON w.company_id = n.company_id AND w.requisition_line_id = n.id
WHERE n.ordered_quantity <> coalesce(w.wanted, 0)
   OR (r.status IN ('PENDING', 'REJECTED') AND n.ordered_quantity <> 0)
   OR (r.status = 'ORDERED' AND n.ordered_quantity < n.quantity)
ORDER BY r.company_id, r.number, n.position LIMIT 1
"""

# What an order promised of budgets by its lines on accounts is promised no more once nothing of them is awaited.
_WRONG_PROMISE = """
SELECT o.company_id, o.number, l.position, o.status, l.open_quantity, c.open_amount
FROM purchase_order o
JOIN purchase_order_line l ON l.company_id = o.company_id AND l.purchase_order_id = o.id
LEFT JOIN commitment c ON c.company_id = l.company_id AND c.source_id = o.id AND c.source_position = l.position
WHERE NOT o.is_historical AND (
    (l.account_id IS NULL AND c.id IS NOT NULL)
    OR (l.open_quantity = 0 AND c.open_amount <> 0)
    OR (o.status IN ('PENDING', 'REJECTED') AND c.id IS NOT NULL)
)
ORDER BY o.company_id, o.number, l.position LIMIT 1
"""

# What was called off an agreement line is what orders that were not rejected want of it.
_WRONG_CALL = """
SELECT a.company_id, a.number, n.position, n.called_quantity AS stored, coalesce(w.wanted, 0) AS counted
FROM purchase_agreement a
JOIN purchase_agreement_line n ON n.company_id = a.company_id AND n.purchase_agreement_id = a.id
LEFT JOIN (
    SELECT l.company_id, l.agreement_line_id, sum(l.ordered_quantity - l.cancelled_quantity) AS wanted
    FROM purchase_order_line l
    JOIN purchase_order o ON o.company_id = l.company_id AND o.id = l.purchase_order_id
    WHERE o.status <> 'REJECTED' AND l.agreement_line_id IS NOT NULL
    GROUP BY l.company_id, l.agreement_line_id
) AS w ON w.company_id = n.company_id AND w.agreement_line_id = n.id
WHERE n.called_quantity <> coalesce(w.wanted, 0) OR (a.status = 'PENDING' AND n.called_quantity <> 0)
ORDER BY a.company_id, a.number, n.position LIMIT 1
"""

_receipt, _receipt_line = GoodsReceipt.table, GoodsReceiptLine.table
_order, _order_line = PurchaseOrder.table, PurchaseOrderLine.table
_entry, _line, _account = JournalEntry.table, JournalLine.table, Account.table

_digits = case(dict(MINOR_UNIT_DIGITS), value=_order.c.currency, else_=DIGITS_USUAL)
_owed = (
    select(
        _receipt.c.company_id, _receipt.c.id, _receipt.c.number,
        func.sum(_receipt_line.c.owed_transaction_amount).label("owed"),
    )
    .join_from(
        _receipt,
        _receipt_line,
        and_(_receipt_line.c.company_id == _receipt.c.company_id, _receipt_line.c.goods_receipt_id == _receipt.c.id),
    )
    .group_by(_receipt.c.company_id, _receipt.c.id, _receipt.c.number)
    .cte("owed")
)  # fmt: skip
# What was said comes to so much for all of a line: so much of it is its part.
_said = _order_line.c.price_in_unit * _order_line.c.unit_quantity
_stocked = func.sum(_receipt_line.c.stocked_quantity)
_cost = case(
    (_said.is_not(None), _stocked * _said / _order_line.c.ordered_quantity), else_=_stocked * _order_line.c.unit_price
)
_taken_up = func.sum(_receipt_line.c.owed_transaction_amount)
_WRONG_OWED = (
    select(
        _order.c.company_id, _order.c.number, _order_line.c.position, _taken_up.label("owed"),
        func.round(cast(_cost, Numeric()), cast(_digits, Integer)).label("cost"),
    )
    .join_from(
        _order_line, _order,
        and_(_order.c.company_id == _order_line.c.company_id, _order.c.id == _order_line.c.purchase_order_id),
    )
    .join(
        _receipt_line,
        and_(
            _receipt_line.c.company_id == _order_line.c.company_id,
            _receipt_line.c.purchase_order_line_id == _order_line.c.id,
        ),
    )
    .group_by(_order.c.company_id, _order.c.id, _order_line.c.company_id, _order_line.c.id)
    .having(_taken_up != func.round(cast(_cost, Numeric()), cast(_digits, Integer)))
    .order_by(_order.c.company_id, _order.c.number, _order_line.c.position)
    .limit(1)
)  # fmt: skip
_posted = (
    select(_entry.c.company_id, _entry.c.source_id, (-func.sum(_line.c.transaction_amount)).label("posted"))
    .join_from(_entry, _line, and_(_line.c.company_id == _entry.c.company_id, _line.c.journal_entry_id == _entry.c.id))
    .join(_account, and_(_account.c.company_id == _line.c.company_id, _account.c.id == _line.c.account_id))
    .where(_account.c.role == AccountRole.GR_IR.value, _entry.c.source_kind == GoodsReceipt.__name__)
    .group_by(_entry.c.company_id, _entry.c.source_id)
    .cte("posted")
)
_counted = func.coalesce(_posted.c.posted, 0)
_WRONG_CLEARING = (
    select(_owed.c.company_id, _owed.c.number, _owed.c.owed, _counted.label("posted"))
    .join_from(
        _owed,
        _posted,
        and_(_posted.c.company_id == _owed.c.company_id, _posted.c.source_id == _owed.c.id),
        isouter=True,
    )
    .where(_owed.c.owed != _counted)
    .order_by(_owed.c.company_id, _owed.c.number)
    .limit(1)
)

ORDER_QUANTITIES = "order quantities"
GOODS_RECEIVED = "goods received, not invoiced"
REQUISITION_QUANTITIES = "requisition quantities"
AGREEMENT_CALLS = "calls on agreements"
ORDER_PROMISES = "promises of orders"


async def order_quantities(connection: Connection) -> AsyncIterator[Finding]:
    """The first order line whose quantities are not those of its receipts, or do not fit the order's state; the first
    order that is not the sum of its lines.
    """
    for row in await connection.fetch(_WRONG_LINE):
        subject = f"purchase order {row['number']} line {row['position']}"
        message = f"the line says {row['stored']} received, its receipts {row['counted']}"
        yield Finding.of_company(ORDER_QUANTITIES, row["company_id"], subject, message)
    for row in await connection.fetch(_WRONG_TOTAL):
        message = f"it comes to {row['said']} before taxes, its lines to {row['counted']}"
        yield Finding.of_company(ORDER_QUANTITIES, row["company_id"], f"purchase order {row['number']}", message)


async def goods_received(connection: Connection) -> AsyncIterator[Finding]:
    """The first receipt whose GR/IR is not what it says, the first order line whose accepted goods did not come to its
    price.
    """
    for row in await connection.fetch(_WRONG_CLEARING):
        subject = f"goods receipt {row['number']}"
        message = f"GR/IR holds {row['posted']}, the receipt says {row['owed']}"
        yield Finding.of_company(GOODS_RECEIVED, row["company_id"], subject, message)
    for row in await connection.fetch(_WRONG_OWED):
        subject = f"purchase order {row['number']} line {row['position']}"
        message = f"its receipts took up {row['owed']}, the accepted goods cost {row['cost']}"
        yield Finding.of_company(GOODS_RECEIVED, row["company_id"], subject, message)


async def requisition_quantities(connection: Connection) -> AsyncIterator[Finding]:
    """The first requisition line that has not on order what orders want of it, or does not fit its state."""
    for row in await connection.fetch(_WRONG_NEED):
        subject = f"requisition {row['number']} line {row['position']}"
        message = f"{row['status']}, the line says {row['stored']} on order, the orders {row['counted']}"
        yield Finding.of_company(REQUISITION_QUANTITIES, row["company_id"], subject, message)


async def order_promises(connection: Connection) -> AsyncIterator[Finding]:
    """The first order line whose promise to spend does not fit what is awaited of it."""
    for row in await connection.fetch(_WRONG_PROMISE):
        subject = f"purchase order {row['number']} line {row['position']}"
        message = f"{row['status']}, {row['open_quantity']} are awaited, {row['open_amount']} are promised"
        yield Finding.of_company(ORDER_PROMISES, row["company_id"], subject, message)


async def agreement_calls(connection: Connection) -> AsyncIterator[Finding]:
    """The first agreement line of which orders want another quantity than was called off."""
    for row in await connection.fetch(_WRONG_CALL):
        subject = f"purchase agreement {row['number']} line {row['position']}"
        message = f"the line says {row['stored']} called off, the orders {row['counted']}"
        yield Finding.of_company(AGREEMENT_CALLS, row["company_id"], subject, message)


VERIFIERS: Mapping[str, Verifier] = {
    AGREEMENT_CALLS: agreement_calls,
    ORDER_PROMISES: order_promises,
    ORDER_QUANTITIES: order_quantities,
    GOODS_RECEIVED: goods_received,
    REQUISITION_QUANTITIES: requisition_quantities,
}
