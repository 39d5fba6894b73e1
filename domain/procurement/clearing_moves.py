"""Every move of GR/IR by purchasing as one list: what receipts took up, what invoices, returns and write-offs took off.

Each move is of the goods of one receipt line, or of what one invoice line charges for goods that have not come. What
they add up to is what GR/IR holds of them.
"""

from collections.abc import Callable

from sqlalchemy import FromClause, and_, case, false, null, select, union_all
from sqlalchemy import cast as sql_cast
from sqlalchemy.types import Uuid

from domain.core.records import Record
from domain.procurement.invoices import SupplierInvoiceMatch
from domain.procurement.models import GoodsReceipt, GoodsReceiptLine
from domain.procurement.returns import PurchaseReturn, PurchaseReturnLine
from domain.procurement.write_offs import ClearingWriteOffLine

# What the list is made of.
MOVED = (
    GoodsReceipt, GoodsReceiptLine, SupplierInvoiceMatch, PurchaseReturn, PurchaseReturnLine, ClearingWriteOffLine,
)  # fmt: skip

# What the moves of one thing have in common: goods have no charge, a charge without goods no goods.
KEYS = ("company_id", "line_id", "goods_id", "charge_id")


def clearing_moves(of: Callable[[type[Record]], FromClause]) -> FromClause:
    """The moves from the rows that `of` gives of each record: keys, day, quantity (accepted and not invoiced positive),
    and what GR/IR moved by, debit positive.
    """
    receipt, came, match = of(GoodsReceipt), of(GoodsReceiptLine), of(SupplierInvoiceMatch)
    returned, back, written = of(PurchaseReturn), of(PurchaseReturnLine), of(ClearingWriteOffLine)
    none = sql_cast(null(), Uuid())
    took_up = select(
        came.c.company_id, came.c.purchase_order_line_id.label("line_id"), came.c.id.label("goods_id"),
        none.label("charge_id"), receipt.c.received_on.label("day"), came.c.stocked_quantity.label("quantity"),
        (-came.c.owed_transaction_amount).label("transaction"), (-came.c.owed_amount).label("amount"),
    ).select_from(
        came.join(receipt, and_(receipt.c.company_id == came.c.company_id, receipt.c.id == came.c.goods_receipt_id))
    )  # fmt: skip
    cleared = select(
        match.c.company_id, match.c.purchase_order_line_id, match.c.goods_receipt_line_id,
        case((match.c.goods_receipt_line_id.is_(None), match.c.supplier_invoice_line_id), else_=none),
        match.c.occurred_on, -match.c.quantity, match.c.transaction_amount, match.c.amount,
    )  # fmt: skip
    sent_back = (
        select(
            back.c.company_id, back.c.purchase_order_line_id, back.c.goods_receipt_line_id, none,
            returned.c.returned_on, -back.c.quantity, back.c.owed_transaction_amount, back.c.owed_amount,
        )
        .select_from(
            back.join(
                returned, and_(returned.c.company_id == back.c.company_id, returned.c.id == back.c.purchase_return_id)
            )
        )
        .where(back.c.is_rejected == false())
    )  # fmt: skip
    written_off = select(
        written.c.company_id, written.c.purchase_order_line_id, written.c.goods_receipt_line_id,
        written.c.supplier_invoice_line_id, written.c.occurred_on, -written.c.quantity, written.c.transaction_amount,
        written.c.amount,
    )  # fmt: skip
    return union_all(took_up, cleared, sent_back, written_off).subquery("moved")


__all__ = ["KEYS", "MOVED", "clearing_moves"]
