"""What was written off of GR/IR, opened again: by a person, or because something happened to it after all."""

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import SmallInteger, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.database import Row
from domain.core.ids import new_id
from domain.core.ledger import Source
from domain.core.work import Work
from domain.finance import post_vouchers
from domain.finance.journal import open_days
from domain.finance.models import SubLedger
from domain.finance.reversals import Reversal, reversal_vouchers
from domain.finance.rules import PeriodClosed
from domain.procurement.crediting import GivenBack, Where
from domain.procurement.matching import Arrived, Cleared
from domain.procurement.write_offs import ClearingWriteOff, ClearingWriteOffLine

_ids = func.any(bindparam("ids", type_=ARRAY(Uuid())))
_line, _document = ClearingWriteOffLine.table, ClearingWriteOff.table
_back = _line.alias("back")
_last = (
    select(func.max(_back.c.position))
    .where(_back.c.company_id == _line.c.company_id, _back.c.clearing_write_off_id == _line.c.clearing_write_off_id)
    .scalar_subquery()
)
# The lines that count still, with their document's number and its last place.
_STANDING = (
    select(_line, _document.c.number, _last.label("last_position"))
    .join_from(_line, _document, (_document.c.company_id == _line.c.company_id)
               & (_document.c.id == _line.c.clearing_write_off_id))
    .where(
        _line.c.company_id == bindparam("company_id", type_=SmallInteger()),
        _line.c.reverses_id.is_(None),
        ~select(1).where(_back.c.company_id == _line.c.company_id, _back.c.reverses_id == _line.c.id).exists(),
    )
    .order_by(_line.c.clearing_write_off_id, _line.c.position)
)  # fmt: skip
_OF_THINGS = _STANDING.where(or_(_line.c.goods_receipt_line_id == _ids, _line.c.supplier_invoice_line_id == _ids))
_OF_DOCUMENTS = _STANDING.where(_line.c.clearing_write_off_id == _ids)

# By receipt line, or by invoice line whose goods have not come, the day on which something happens to it.
Touched = Mapping[UUID, date]


def cleared_late(cleared: Iterable[Cleared], on: date) -> dict[UUID, date]:
    """What of the goods that an invoice clears was written off."""
    return {one.bin.receipt_line_id: on for one in cleared if one.bin is not None and one.bin.is_written_off}


def arrived_late(arrived: Iterable[Arrived], on: date) -> dict[UUID, date]:
    """What was written off of goods that came, or went back, and of charges that waited for them."""
    found: dict[UUID, date] = {}
    for one in arrived:
        found |= cleared_late([one.cleared], on)
        if one.given_up.is_written_off:
            found[one.given_up.receipt_line_id or one.given_up.invoice_line_id] = on
    return found


def credited_late(given: Iterable[GivenBack], on: date) -> dict[UUID, date]:
    """What of that which a credit note gives back was written off; one off the price of goods that are here does
    nothing to what GR/IR holds of them.
    """
    found: dict[UUID, date] = {}
    for one in given:
        if one.where is Where.NOT_COME and one.holding.is_written_off:
            found[one.holding.invoice_line_id] = on
        elif one.bin is not None and one.bin.is_written_off and one.quantity:
            found[one.bin.receipt_line_id] = on
    return found


async def open_again(work: Work, touched: Touched) -> None:
    """What of the things was written off is open again, before what happens to them is posted.

    Posts: the opposite of the write-off's voucher at its own rates, on the day of what happens or that of the write-off
    if it is later, in the first open period. Emits: ClearingReopened. Raises: PeriodClosed.
    """
    if not touched:
        return
    rows = await work.fetch(_OF_THINGS, ids=sorted(touched))
    days = {row["id"]: touched[row["goods_receipt_line_id"] or row["supplier_invoice_line_id"]] for row in rows}
    await take_back(work, rows, days)


async def standing_lines(work: Work, document_ids: Iterable[UUID]) -> list[Row]:
    """The lines of write-offs that have not been taken back."""
    return await work.fetch(_OF_DOCUMENTS, ids=sorted(set(document_ids)))


async def take_back(
    work: Work, rows: Iterable[Row], days: Mapping[UUID, date], reasons: Mapping[UUID, str] | None = None
) -> None:
    """The lines are taken back, each on its day at the earliest that it counts; `reasons` by write-off.

    Raises: PeriodClosed.
    """
    lines, why = list(rows), reasons or {}
    if not lines:
        return
    wanted = {row["id"]: max(days[row["id"]], row["occurred_on"]) for row in lines}
    opened = await open_days(work, SubLedger.PAYABLES, wanted.values())
    on: dict[UUID, date] = {}
    for id_, day in wanted.items():
        found = opened[day]
        if isinstance(found, PeriodClosed):
            raise found
        on[id_] = found
    entry_ids = {row["id"]: new_id() for row in lines if row["journal_entry_id"] is not None}
    vouchers = await reversal_vouchers(
        work,
        [
            _reversal(row, on[row["id"]], why.get(row["clearing_write_off_id"]))
            for row in lines
            if row["id"] in entry_ids
        ],
    )
    await post_vouchers(work, vouchers, ids=list(entry_ids.values()))
    places: dict[UUID, int] = {}
    made: list[dict[str, object]] = []
    for row in lines:
        document = row["clearing_write_off_id"]
        places.setdefault(document, row["last_position"])
        places[document] += 1
        made.append(_opposite(row, places[document], on[row["id"]], entry_ids.get(row["id"])))
    await work.insert(ClearingWriteOffLine, made)
    work.emit("ClearingReopened", ClearingWriteOff, list(places))


def _reversal(row: Row, on: date, reason: str | None) -> Reversal:
    return Reversal(
        entry_id=row["journal_entry_id"], on=on, sub_ledger=SubLedger.PAYABLES, description=reason,
        source=Source(kind=ClearingWriteOff.__name__, id=row["clearing_write_off_id"], number=row["number"]),
    )  # fmt: skip


def _opposite(row: Row, position: int, on: date, entry_id: UUID | None) -> dict[str, object]:
    kept = (
        "clearing_write_off_id", "purchase_order_line_id", "goods_receipt_line_id", "supplier_invoice_line_id",
    )  # fmt: skip
    return {
        **{name: row[name] for name in kept},
        "position": position,
        "occurred_on": on,
        "quantity": -row["quantity"],
        "transaction_amount": -row["transaction_amount"],
        "amount": -row["amount"],
        "journal_entry_id": entry_id,
        "reverses_id": row["id"],
    }
