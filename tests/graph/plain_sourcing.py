"""What the reports of offers and of suppliers must answer, worked out row by row from the tables."""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from hashlib import md5
from typing import TYPE_CHECKING, Any
from uuid import UUID

from domain.procurement.confirmations import PurchaseOrderConfirmation
from domain.procurement.models import GoodsReceipt, GoodsReceiptLine, PurchaseOrder, PurchaseOrderLine
from domain.procurement.quotations import RequestForQuotation, SupplierQuotation, SupplierQuotationLine
from tests.graph.wire import Row

if TYPE_CHECKING:
    from tests.graph.plain_reports import Book

ZERO = Decimal(0)
RATE, AMOUNT, CENT = Decimal("1e-10"), Decimal("1e-6"), Decimal("0.01")


def row_id(*keys: Any) -> UUID:
    return UUID(md5("|".join(str(key) for key in keys).encode(), usedforsecurity=False).hexdigest())


def quotation_comparison(book: "Book") -> Iterable[Row]:
    """A line for each line of the request and supplier."""
    requests = {
        (row["company_id"], row["id"]) for row in book.of(RequestForQuotation) if row["number"] == book.asked["request"]
    }
    quotations = {
        (row["company_id"], row["id"]): row
        for row in book.of(SupplierQuotation)
        if (row["company_id"], row["request_for_quotation_id"]) in requests
    }
    offers: dict[tuple[int, UUID], list[tuple[Row, Row, Decimal | None]]] = {}
    for line in book.of(SupplierQuotationLine):
        quotation = quotations.get((line["company_id"], line["supplier_quotation_id"]))
        if quotation is not None:
            price = None
            if line["unit_price"] is not None and quotation["rate"] is not None:
                price = (line["unit_price"] * quotation["rate"]).quantize(RATE, ROUND_HALF_UP)
            key = (line["company_id"], line["request_for_quotation_line_id"])
            offers.setdefault(key, []).append((line, quotation, price))
    for rivals in offers.values():
        yield from _compared(rivals)


def _compared(rivals: list[tuple[Row, Row, Decimal | None]]) -> Iterable[Row]:
    prices = sorted(price for _, _, price in rivals if price is not None)
    days = sorted(line["delivery_on"] for line, _, _ in rivals if line["delivery_on"] is not None)
    for line, quotation, price in rivals:
        # Offers without a price share the rank behind all others.
        rank = 1 + (len(prices) if price is None else sum(other < price for other in prices))
        delivery, needed = line["delivery_on"], line["needed_on"]
        yield {
            "company_id": line["company_id"],
            "id": row_id(line["company_id"], line["id"]),
            "place": f"{_padded(line['position'])}/{_padded(rank)}/{quotation['number']}",
            "position": line["position"],
            "item_id": line["item_id"],
            "quantity": line["quantity"],
            "needed_on": needed,
            "supplier_quotation_id": quotation["id"],
            "supplier_id": quotation["supplier_id"],
            "currency": quotation["currency"],
            "unit_price": line["unit_price"],
            "company_unit_price": price,
            "amount": None if price is None else (line["quantity"] * price).quantize(AMOUNT, ROUND_HALF_UP),
            "price_rank": None if price is None else rank,
            "is_best_price": price is not None and price == prices[0],
            "delivery_on": delivery,
            "late_days": None if delivery is None or needed is None else (delivery - needed).days,
            "is_earliest": delivery is not None and delivery == days[0],
        }


def _padded(number: int) -> str:
    return str(number).rjust(4, "0")[:4]


def supplier_scorecard(book: "Book") -> Iterable[Row]:
    """A line for each supplier of which anything came or was answered in the span."""
    sums: dict[tuple[int, UUID], dict[str, Any]] = {}

    def count(company: int, supplier: UUID, **amounts: Any) -> None:
        held = sums.setdefault(
            (company, supplier), {"due": 0, "on_time": 0, "received": ZERO, "refused": ZERO, "answers": 0, "days": 0}
        )
        for name, amount in amounts.items():
            held[name] += amount

    _receipts(book, count)
    _answers(book, count)
    for (company, supplier), held in sums.items():
        yield {
            "company_id": company,
            "id": row_id(company, supplier),
            "place": str(supplier),
            "supplier_id": supplier,
            "due_lines": held["due"],
            "on_time_lines": held["on_time"],
            "on_time_percent": _share(held["on_time"] * 100, held["due"]),
            "received_quantity": held["received"],
            "refused_quantity": held["refused"],
            "refused_ppm": _share(held["refused"] * 1_000_000, held["received"]),
            "answers": held["answers"],
            "answer_days": _share(held["days"], held["answers"]),
        }


def _share(part: Any, whole: Any) -> Decimal | None:
    return (Decimal(part) / Decimal(whole)).quantize(CENT, ROUND_HALF_UP) if whole else None


def _in_span(book: "Book", day: date | None) -> bool:
    return day is not None and book.asked["from_"] <= day <= book.asked["to"]


def _receipts(book: "Book", count: Any) -> None:
    orders = {(row["company_id"], row["id"]): row for row in book.of(PurchaseOrder)}
    lines = {(row["company_id"], row["id"]): row for row in book.of(PurchaseOrderLine)}
    receipts = {(row["company_id"], row["id"]): row for row in book.of(GoodsReceipt)}
    for row in book.of(GoodsReceiptLine):
        company = row["company_id"]
        receipt = receipts.get((company, row["goods_receipt_id"]))
        line = lines.get((company, row["purchase_order_line_id"]))
        order = orders.get((company, line["purchase_order_id"])) if line is not None else None
        if receipt is None or line is None or order is None or not _in_span(book, receipt["received_on"]):
            continue
        due_on = line["due_on"] or line["promised_on"]
        count(
            company, order["supplier_id"], due=int(due_on is not None),
            on_time=int(due_on is not None and receipt["received_on"] <= due_on), received=row["received_quantity"],
            refused=row["rejected_quantity"] + row["returned_quantity"],
        )  # fmt: skip


def _answers(book: "Book", count: Any) -> None:
    orders = {(row["company_id"], row["id"]): row for row in book.of(PurchaseOrder)}
    first: dict[tuple[int, UUID], date] = {}
    for row in book.of(PurchaseOrderConfirmation):
        key = (row["company_id"], row["purchase_order_id"])
        first[key] = min(first.get(key, row["confirmed_on"]), row["confirmed_on"])
    for key, day in first.items():
        order = orders.get(key)
        if order is not None and order["approved_on"] is not None and _in_span(book, day):
            count(key[0], order["supplier_id"], answers=1, days=(day - order["approved_on"]).days)
    for row in book.of(SupplierQuotation):
        if _in_span(book, row["answered_on"]):
            days = (row["answered_on"] - row["asked_on"]).days
            count(row["company_id"], row["supplier_id"], answers=1, days=days)
