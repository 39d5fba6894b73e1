"""What the report of GR/IR by order line must answer, worked out row by row from the tables."""

from collections.abc import Iterable
from decimal import Decimal
from hashlib import md5
from typing import TYPE_CHECKING, Any
from uuid import UUID

from domain.procurement.invoices import SupplierInvoiceMatch
from domain.procurement.models import GoodsReceipt, GoodsReceiptLine, PurchaseOrder, PurchaseOrderLine
from domain.procurement.returns import PurchaseReturn, PurchaseReturnLine
from domain.procurement.write_offs import ClearingWriteOffLine
from tests.graph.wire import Row

if TYPE_CHECKING:
    from tests.graph.plain_reports import Book

ZERO = Decimal(0)

# Company, order line, receipt line, and of what has no goods the invoice line.
Key = tuple[int, UUID, UUID | None, UUID | None]


def open_clearing(book: "Book") -> Iterable[Row]:
    """A line for each order line of which GR/IR holds something."""
    on = book.asked["on"]
    goods: dict[Key, list[Any]] = {}

    def moved(key: Key, day: Any, *amounts: Decimal) -> None:
        held = goods.setdefault(key, [day, ZERO, ZERO, ZERO])
        held[0] = min(held[0], day)
        held[1:] = [one + amount for one, amount in zip(held[1:], amounts, strict=True)]

    receipts = {(row["company_id"], row["id"]): row for row in book.of(GoodsReceipt)}
    for row in book.of(GoodsReceiptLine):
        receipt = receipts.get((row["company_id"], row["goods_receipt_id"]))
        if receipt is not None and receipt["received_on"] <= on:
            moved(
                (row["company_id"], row["purchase_order_line_id"], row["id"], None), receipt["received_on"],
                row["stocked_quantity"], -row["owed_transaction_amount"], -row["owed_amount"],
            )  # fmt: skip
    for row in book.of(SupplierInvoiceMatch):
        if row["occurred_on"] <= on:
            of = row["goods_receipt_line_id"]
            moved(
                (row["company_id"], row["purchase_order_line_id"], of, None if of else row["supplier_invoice_line_id"]),
                row["occurred_on"], -row["quantity"], row["transaction_amount"], row["amount"],
            )  # fmt: skip
    returns = {(row["company_id"], row["id"]): row for row in book.of(PurchaseReturn)}
    for row in book.of(PurchaseReturnLine):
        back = returns.get((row["company_id"], row["purchase_return_id"]))
        if back is not None and back["returned_on"] <= on and not row["is_rejected"]:
            moved(
                (row["company_id"], row["purchase_order_line_id"], row["goods_receipt_line_id"], None),
                back["returned_on"], -row["quantity"], row["owed_transaction_amount"], row["owed_amount"],
            )  # fmt: skip
    for row in book.of(ClearingWriteOffLine):
        if row["occurred_on"] <= on:
            moved(
                (row["company_id"], row["purchase_order_line_id"], row["goods_receipt_line_id"],
                 row["supplier_invoice_line_id"]),
                row["occurred_on"], -row["quantity"], row["transaction_amount"], row["amount"],
            )  # fmt: skip
    yield from _lines(book, goods)


def _lines(book: "Book", goods: dict[Key, list[Any]]) -> Iterable[Row]:
    by_line: dict[tuple[int, UUID], list[list[Any]]] = {}
    for (company, line_id, _, _), held in goods.items():
        if any(held[1:]):
            by_line.setdefault((company, line_id), []).append(held)
    orders = {(row["company_id"], row["id"]): row for row in book.of(PurchaseOrder)}
    lines = {(row["company_id"], row["id"]): row for row in book.of(PurchaseOrderLine)}
    for (company, line_id), parts in by_line.items():
        line = lines.get((company, line_id))
        order = orders.get((company, line["purchase_order_id"])) if line else None
        if line is None or order is None:
            continue
        since = min(day for day, *_ in parts)
        yield {
            "company_id": company,
            "id": UUID(md5(f"{company}|{line_id}".encode(), usedforsecurity=False).hexdigest()),
            "place": f"{order['number']}/{line['position']}",
            "purchase_order_id": order["id"],
            "purchase_order_line_id": line_id,
            "supplier_id": order["supplier_id"],
            "item_id": line["item_id"],
            "since_on": since,
            "age_days": (book.asked["on"] - since).days,
            "received_quantity": sum((max(quantity, ZERO) for _, quantity, _, _ in parts), ZERO),
            "invoiced_quantity": sum((max(-quantity, ZERO) for _, quantity, _, _ in parts), ZERO),
            "currency": order["currency"],
            "transaction_amount": sum((transaction for _, _, transaction, _ in parts), ZERO),
            "amount": sum((amount for _, _, _, amount in parts), ZERO),
        }
