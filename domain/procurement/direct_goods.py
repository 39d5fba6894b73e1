"""Goods that suppliers shipped straight to customers, as those ask for them who take them back."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import SmallInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.work import Work
from domain.procurement.invoices import SupplierInvoiceMatch
from domain.procurement.models import GoodsReceipt, GoodsReceiptLine

_receipt, _line, _match = GoodsReceipt.table, GoodsReceiptLine.table, SupplierInvoiceMatch.table
_differences = (
    select(func.coalesce(func.sum(_match.c.price_difference), 0))
    .where(_match.c.company_id == _line.c.company_id, _match.c.goods_receipt_line_id == _line.c.id)
    .scalar_subquery()
)
_GOODS = (
    select(
        _receipt.c.posting_id, _receipt.c.id.label("receipt_id"), _line.c.position,
        (_line.c.owed_amount + _differences).label("worth"),
    )
    .join_from(_receipt, _line, (_line.c.company_id == _receipt.c.company_id)
               & (_line.c.goods_receipt_id == _receipt.c.id))
    .where(
        _receipt.c.company_id == bindparam("company_id", type_=SmallInteger()),
        _receipt.c.posting_id == func.any(bindparam("postings", type_=ARRAY(Uuid()))),
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectGoods:
    """What a line of a receipt brought a customer, and what its goods cost us by now, differences of their invoices
    included.
    """

    receipt_id: UUID
    position: int
    worth: Decimal


async def direct_goods(work: Work, postings: Collection[UUID]) -> dict[tuple[UUID, int], DirectGoods]:
    """The goods by the posting that their receipt shares with their shipment, and the place of the line on both."""
    rows = await work.fetch(_GOODS, postings=sorted(set(postings))) if postings else []
    return {
        (row["posting_id"], row["position"]): DirectGoods(
            receipt_id=row["receipt_id"], position=row["position"], worth=row["worth"]
        )
        for row in rows
    }
