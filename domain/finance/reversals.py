"""Taking vouchers back: the same lines with the opposite signs, in all three currencies."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import SmallInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.database import Row
from domain.core.ids import new_id
from domain.core.ledger import Posting, Source
from domain.core.money import Money
from domain.core.work import Work
from domain.finance.models import JournalEntry, JournalKind, JournalLine, RateKind, SubLedger
from domain.finance.rules import MONEY, PAR, Leg, Quote, Voucher

_company_id = bindparam("company_id", type_=SmallInteger())
_ids = func.any(bindparam("ids", type_=ARRAY(Uuid())))
_entry, _line = JournalEntry.table, JournalLine.table
_ENTRIES = select(_entry).where(_entry.c.company_id == _company_id, _entry.c.id == _ids)
_LINES = (
    select(_line)
    .where(_line.c.company_id == _company_id, _line.c.journal_entry_id == _ids)
    .order_by(_line.c.journal_entry_id, _line.c.position)
)
_REVERSED = select(_entry.c.reverses_id).where(_entry.c.company_id == _company_id, _entry.c.reverses_id == _ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversal:
    """A voucher to be taken back on a day, in the period of a sub-ledger."""

    entry_id: UUID
    on: date
    sub_ledger: SubLedger
    description: str | None = None
    source: Source | None = None


async def reversed_ids(work: Work, entry_ids: Iterable[UUID]) -> list[UUID]:
    """Those of the vouchers that have been taken back."""
    return [row["reverses_id"] for row in await work.fetch(_REVERSED, ids=sorted(set(entry_ids)))]


async def reversal_vouchers(work: Work, reversals: Iterable[Reversal]) -> list[Voucher]:
    """The vouchers that take back those named, in order; each keeps the series and the rates of what it takes back."""
    asked = list(reversals)
    ids = sorted({one.entry_id for one in asked})
    entries = {row["id"]: row for row in await work.fetch(_ENTRIES, ids=ids)}
    legs: defaultdict[UUID, list[Leg]] = defaultdict(list)
    for row in await work.fetch(_LINES, ids=ids):
        legs[row["journal_entry_id"]].append(leg_of(row))
    return [_voucher(one, entries[one.entry_id], legs) for one in asked]


def _voucher(one: Reversal, entry: Row, legs: Mapping[UUID, list[Leg]]) -> Voucher:
    posted = Posting(id=entry["posting_id"], occurred_on=entry["occurred_on"], entries=tuple(legs[one.entry_id]))
    source = one.source
    if source is None and entry["source_id"] is not None:
        source = Source(kind=entry["source_kind"], id=entry["source_id"], number=entry["source_number"])
    opposite = MONEY.reversal(posted, one.entry_id, new_id(), one.on)
    posting = Posting(
        id=opposite.id, occurred_on=one.on, entries=opposite.entries, source=source, reverses_id=one.entry_id
    )
    is_own = entry["group_rate_type"] is None
    return Voucher(
        kind=JournalKind(entry["kind"]),
        sub_ledger=one.sub_ledger,
        posting=posting,
        description=one.description or entry["description"],
        group_quote=PAR
        if is_own
        else Quote(rate=entry["group_rate"], kind=RateKind.HISTORIC, source=entry["group_rate_source"]),
    )


def leg_of(row: Row) -> Leg:
    """A ledger line as the rules see it."""
    return Leg(
        account_id=row["account_id"],
        amount=row["amount"],
        transaction=Money(row["transaction_amount"], row["transaction_currency"]),
        rate=row["rate"],
        rate_kind=RateKind(row["rate_type"]) if row["rate_type"] else None,
        rate_source=row["rate_source"],
        is_rounding=row["is_rounding"],
        site_id=row["site_id"],
        item_id=row["item_id"],
        party_id=row["party_id"],
        cost_centre_id=row["cost_centre_id"],
        profit_centre_id=row["profit_centre_id"],
        project_code=row["project_code"],
    )
