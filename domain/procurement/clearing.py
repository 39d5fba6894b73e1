"""GR/IR by order line, read from its two sides: what receipts took up, and what invoices cleared of it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import SmallInteger, bindparam, false, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.database import Row
from domain.core.ledger import Posting, Source
from domain.core.work import Work
from domain.finance.journal import company_currency
from domain.finance.models import JournalKind, SubLedger
from domain.finance.rules import Leg, Voucher
from domain.inventory import CostShare, LateCostDocument, received_entries, share_late_costs
from domain.master_data.standing import stands_for
from domain.procurement.expenses import Charged, legs_of_difference
from domain.procurement.invoices import (
    MatchKind,
    MatchTolerance,
    SupplierInvoice,
    SupplierInvoiceLine,
    SupplierInvoiceMatch,
)
from domain.procurement.matching import EXACT_MATCH, Bin, Cleared, Holding, Tolerance
from domain.procurement.models import GoodsReceipt, GoodsReceiptLine, PurchaseOrder, PurchaseOrderLine
from domain.procurement.returns import PurchaseReturn, PurchaseReturnLine, ReturnSettlement
from domain.procurement.write_offs import ClearingWriteOffLine

_company_id = bindparam("company_id", type_=SmallInteger())
_ids = func.any(bindparam("ids", type_=ARRAY(Uuid())))
_receipt, _line, _match = GoodsReceipt.table, GoodsReceiptLine.table, SupplierInvoiceMatch.table
_order, _ordered, _tolerance = PurchaseOrder.table, PurchaseOrderLine.table, MatchTolerance.table
_invoice, _billed = SupplierInvoice.table, SupplierInvoiceLine.table
_return, _back_line = PurchaseReturn.table, PurchaseReturnLine.table

_TOLERANCE = select(_tolerance).where(_tolerance.c.company_id == _company_id)
_ORDER_LINES = (
    select(
        _ordered, _order.c.number.label("order_number"), _order.c.supplier_id,
        stands_for(_order.c.supplier_id).label("standing_supplier_id"), _order.c.site_id, _order.c.currency,
        _order.c.status.label("order_status"), _order.c.is_historical.label("order_is_historical"),
    )
    .join_from(_ordered, _order, (_order.c.company_id == _ordered.c.company_id)
               & (_order.c.id == _ordered.c.purchase_order_id))
    .where(_ordered.c.company_id == _company_id)
)  # fmt: skip
_LINES_OF_ORDERS = _ORDER_LINES.where(_ordered.c.purchase_order_id == _ids)
_LINES_BY_ID = _ORDER_LINES.where(_ordered.c.id == _ids)

_cleared = (
    select(
        _match.c.goods_receipt_line_id,
        func.sum(_match.c.quantity).label("quantity"),
        func.sum(_match.c.transaction_amount).label("transaction"),
        func.sum(_match.c.amount).label("amount"),
    )
    .where(
        _match.c.company_id == _company_id, _match.c.purchase_order_line_id == _ids,
        _match.c.goods_receipt_line_id.is_not(None),
    )
    .group_by(_match.c.goods_receipt_line_id)
    .subquery("cleared")
)  # fmt: skip
_replaced = (
    select(_match.c.goods_receipt_line_id, (-func.sum(_match.c.quantity)).label("quantity"))
    .where(
        _match.c.company_id == _company_id, _match.c.purchase_order_line_id == _ids,
        _match.c.kind == MatchKind.REPLACED.value, _match.c.quantity < 0,
    )
    .group_by(_match.c.goods_receipt_line_id)
    .subquery("replaced")
)  # fmt: skip
_back = (
    select(
        _back_line.c.goods_receipt_line_id,
        func.sum(_back_line.c.owed_transaction_amount).label("transaction"),
        func.sum(_back_line.c.owed_amount).label("amount"),
        func.coalesce(
            func.sum(_back_line.c.quantity).filter(_return.c.settlement == ReturnSettlement.REPLACE.value), 0
        ).label("to_replace"),
    )
    .join_from(_back_line, _return, (_return.c.company_id == _back_line.c.company_id)
               & (_return.c.id == _back_line.c.purchase_return_id))
    .where(
        _back_line.c.company_id == _company_id, _back_line.c.purchase_order_line_id == _ids,
        _back_line.c.is_rejected == false(),
    )
    .group_by(_back_line.c.goods_receipt_line_id)
    .subquery("back")
)  # fmt: skip
_written = ClearingWriteOffLine.table
# What is written off and has not been opened again: of goods, and of charges without goods.
_closed, _given_up = (
    select(key)
    .where(_written.c.company_id == _company_id, _written.c.purchase_order_line_id == _ids, key.is_not(None))
    .group_by(key)
    .having(func.count().filter(_written.c.reverses_id.is_(None)) > func.count(_written.c.reverses_id))
    .subquery(name)
    for key, name in (
        (_written.c.goods_receipt_line_id, "closed"), (_written.c.supplier_invoice_line_id, "given_up"),
    )
)  # fmt: skip
_earlier = _line.alias("earlier")
# Which of the entries of its receipt a line is: those of accepted goods stand in the order of the lines.
_place = (
    select(func.count())
    .where(
        _earlier.c.company_id == _line.c.company_id, _earlier.c.goods_receipt_id == _line.c.goods_receipt_id,
        _earlier.c.stocked_quantity > 0, _earlier.c.location_id.is_not(None), _earlier.c.position <= _line.c.position,
    )
    .scalar_subquery()
)  # fmt: skip
_BINS = (
    select(
        _line.c.purchase_order_line_id,
        _line.c.id.label("receipt_line_id"),
        _receipt.c.id.label("receipt_id"),
        _receipt.c.posting_id,
        _place.label("place"),
        _receipt.c.received_on,
        _receipt.c.rate,
        _line.c.item_id,
        _ordered.c.account_id,
        _ordered.c.cost_centre_id,
        (
            _line.c.stocked_quantity - _line.c.returned_quantity - func.coalesce(_cleared.c.quantity, 0)
        ).label("quantity"),
        (
            func.coalesce(_cleared.c.transaction, 0) + func.coalesce(_back.c.transaction, 0)
            - _line.c.owed_transaction_amount
        ).label("transaction"),
        (func.coalesce(_cleared.c.amount, 0) + func.coalesce(_back.c.amount, 0) - _line.c.owed_amount).label("amount"),
        (func.coalesce(_back.c.to_replace, 0) - func.coalesce(_replaced.c.quantity, 0)).label("to_replace"),
        _closed.c.goods_receipt_line_id.is_not(None).label("is_written_off"),
    )
    .join_from(_line, _receipt, (_receipt.c.company_id == _line.c.company_id)
               & (_receipt.c.id == _line.c.goods_receipt_id))
    .join(_ordered, (_ordered.c.company_id == _line.c.company_id) & (_ordered.c.id == _line.c.purchase_order_line_id))
    .join(_cleared, _cleared.c.goods_receipt_line_id == _line.c.id, isouter=True)
    .join(_back, _back.c.goods_receipt_line_id == _line.c.id, isouter=True)
    .join(_replaced, _replaced.c.goods_receipt_line_id == _line.c.id, isouter=True)
    .join(_closed, _closed.c.goods_receipt_line_id == _line.c.id, isouter=True)
    .where(_line.c.company_id == _company_id, _line.c.purchase_order_line_id == _ids, _line.c.stocked_quantity > 0)
    .order_by(_line.c.purchase_order_line_id, _receipt.c.received_on, _line.c.id)
)  # fmt: skip
# What each invoice line holds of each receipt line, or of goods that have not come, the oldest invoice first.
_HOLDINGS = (
    select(
        _match.c.purchase_order_line_id,
        _match.c.supplier_invoice_line_id.label("invoice_line_id"),
        _match.c.goods_receipt_line_id.label("receipt_line_id"),
        _invoice.c.id.label("invoice_id"),
        _invoice.c.number,
        _invoice.c.posted_on,
        _invoice.c.rate,
        func.sum(_match.c.quantity).label("quantity"),
        func.sum(_match.c.transaction_amount).label("transaction"),
        func.sum(_match.c.amount).label("amount"),
        func.sum(_match.c.price_difference).label("price"),
        func.sum(_match.c.exchange_difference).label("exchange"),
        (_match.c.goods_receipt_line_id.is_(None) & _given_up.c.supplier_invoice_line_id.is_not(None))
        .label("is_written_off"),
    )
    .join_from(_match, _billed, (_billed.c.company_id == _match.c.company_id)
               & (_billed.c.id == _match.c.supplier_invoice_line_id))
    .join(_invoice, (_invoice.c.company_id == _billed.c.company_id) & (_invoice.c.id == _billed.c.supplier_invoice_id))
    .join(_given_up, _given_up.c.supplier_invoice_line_id == _match.c.supplier_invoice_line_id, isouter=True)
    .where(_match.c.company_id == _company_id, _match.c.purchase_order_line_id == _ids)
    .group_by(
        _match.c.purchase_order_line_id, _match.c.supplier_invoice_line_id, _match.c.goods_receipt_line_id,
        _invoice.c.company_id, _invoice.c.id, _given_up.c.supplier_invoice_line_id,
    )
    .having(func.sum(_match.c.quantity) != 0)
    .order_by(_match.c.purchase_order_line_id, _invoice.c.posted_on, _match.c.supplier_invoice_line_id,
              _match.c.goods_receipt_line_id)
)  # fmt: skip


async def tolerance_of(work: Work) -> Tolerance:
    """How far invoices of the company may be off; nothing where nothing is set."""
    for row in await work.fetch(_TOLERANCE):
        return Tolerance(
            quantity_percent=row["quantity_percent"], price_percent=row["price_percent"],
            price_amount=row["price_amount"], write_off_amount=row["write_off_amount"],
        )  # fmt: skip
    return EXACT_MATCH


async def order_lines_by_place(work: Work, order_ids: Iterable[UUID]) -> dict[tuple[UUID, int], Row]:
    """The lines of the orders by order and position, each with what its order says."""
    asked = sorted(set(order_ids))
    rows = await work.fetch(_LINES_OF_ORDERS, ids=asked) if asked else []
    return {(row["purchase_order_id"], row["position"]): row for row in rows}


async def order_lines_by_id(work: Work, ids: Iterable[UUID]) -> dict[UUID, Row]:
    """The order lines by id, each with what its order says."""
    asked = sorted(set(ids))
    return {row["id"]: row for row in await work.fetch(_LINES_BY_ID, ids=asked)} if asked else {}


async def bins_of(work: Work, order_line_ids: Iterable[UUID]) -> dict[UUID, list[Bin]]:
    """What GR/IR holds for the goods of each order line, the oldest first; the lock of their orders guards it."""
    asked = sorted(set(order_line_ids))
    found: defaultdict[UUID, list[Bin]] = defaultdict(list)
    for row in await work.fetch(_BINS, ids=asked) if asked else []:
        told = dict(row)
        found[told.pop("purchase_order_line_id")].append(Bin(**told))
    return found


async def holdings_of(work: Work, order_line_ids: Iterable[UUID]) -> dict[UUID, list[Holding]]:
    """By order line what invoice lines hold of it, the oldest invoice first; the lock of their orders guards it."""
    asked = sorted(set(order_line_ids))
    found: defaultdict[UUID, list[Holding]] = defaultdict(list)
    for row in await work.fetch(_HOLDINGS, ids=asked) if asked else []:
        told = dict(row)
        found[told.pop("purchase_order_line_id")].append(Holding(**told))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """A document by which goods cost other than they were received at, and what of them that is."""

    posting_id: UUID
    occurred_on: date
    source: Source
    cleared: Sequence[Cleared]


async def share_differences(
    work: Work, documents: Iterable[Differences]
) -> tuple[Mapping[UUID, Voucher], list[Voucher]]:
    """The vouchers of what goods cost more or less: by posting id the own one of each document, and those of later
    periods. Pools and layers are written. What is not goods for stock costs its account more. Raises: PeriodClosed.
    """
    every = list(documents)
    own, later = await _late_costs(work, every)
    return await _with_costs(work, every, own), later


async def _with_costs(
    work: Work, documents: Sequence[Differences], own: Mapping[UUID, Voucher]
) -> Mapping[UUID, Voucher]:
    """The vouchers with what differs of lines that are a cost."""
    found, currency = dict(own), await company_currency(work)
    for one in documents:
        charged = [
            (Charged(account_id=part.bin.account_id, cost_centre_id=part.bin.cost_centre_id), part.bin.item_id,
             part.price)
            for part in one.cleared if part.bin is not None and part.bin.account_id is not None
        ]  # fmt: skip
        if legs := legs_of_difference(charged, currency):
            before = found[one.posting_id].posting.entries if one.posting_id in found else ()
            posting = Posting[Leg](
                id=one.posting_id, occurred_on=one.occurred_on, entries=(*before, *legs), source=one.source
            )
            found[one.posting_id] = Voucher(kind=JournalKind.STOCK, sub_ledger=SubLedger.STOCK, posting=posting)
    return found


async def _late_costs(work: Work, documents: Iterable[Differences]) -> tuple[Mapping[UUID, Voucher], list[Voucher]]:
    """The vouchers of what goods for stock cost more or less."""
    moved = [
        (one, [part for part in one.cleared if part.price and part.bin and part.bin.account_id is None])
        for one in documents
    ]
    moved = [(one, parts) for one, parts in moved if parts]
    if not moved:
        return {}, []
    entries = await receipt_entries(work, {part.bin.posting_id for _, parts in moved for part in parts if part.bin})
    late = [
        LateCostDocument(
            posting_id=one.posting_id,
            occurred_on=one.occurred_on,
            source=one.source,
            shares=tuple(
                CostShare(stock_entry_id=entries[part.bin.posting_id, part.bin.place], amount=amount)
                for part, amount in _by_goods(parts)
                if part.bin is not None
            ),
        )
        for one, parts in moved
    ]
    return await share_late_costs(work, late)


def _by_goods(parts: Sequence[Cleared]) -> list[tuple[Cleared, Decimal]]:
    """The differences, those of the same goods in one; what comes to nothing is left out."""
    sums: dict[tuple[UUID, int], tuple[Cleared, Decimal]] = {}
    for part in parts:
        assert part.bin is not None, "only goods have a price difference"
        key = (part.bin.posting_id, part.bin.place)
        sums[key] = (part, sums[key][1] + part.price if key in sums else part.price)
    return [one for one in sums.values() if one[1]]


async def receipt_entries(work: Work, postings: Collection[UUID]) -> dict[tuple[UUID, int], UUID]:
    """The entry by which the goods of a receipt's line came in, by posting and its place among them."""
    found: dict[tuple[UUID, int], UUID] = {}
    counted: defaultdict[UUID, int] = defaultdict(int)
    for row in await received_entries(work, postings):
        counted[row["posting_id"]] += 1
        found[row["posting_id"], counted[row["posting_id"]]] = row["id"]
    return found
