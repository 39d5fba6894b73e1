"""Costs of goods that are found after they came in: freight, duty, the price on the invoice.

What was received is worth more (or less) from the day it came. The part still in stock revalues it; the part that was
used or sold goes where its cost went, which is found by valuing the movements behind it again. Goods at standard cost
stay at it: the whole is purchase price variance at once.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import SmallInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.database import Row
from domain.core.errors import NotFound, Rejected
from domain.core.ledger import Source
from domain.core.work import Work
from domain.finance.journal import post_vouchers
from domain.finance.models import AccountRole
from domain.finance.rules import Leg, PeriodClosed, Voucher
from domain.inventory.entries import LateCost, late_vouchers
from domain.inventory.known import not_before
from domain.inventory.models import StockEntry, StockMove
from domain.inventory.pools import facts_of, movements, trace, write_pools
from domain.inventory.posting import StockBook, held_pools, open_places, raise_cost, settle
from domain.inventory.rules import plain_legs
from domain.inventory.turnover import append_layers
from domain.inventory.valuation import Posted
from domain.master_data.places import ON_HAND, Location

_entry, _move, _location = StockEntry.table, StockMove.table, Location.table
_ENTRIES = (
    select(_entry, _move.c.posting_id, _move.c.kind, _location.c.kind.label("location_kind"))
    .join_from(_entry, _move, (_move.c.company_id == _entry.c.company_id) & (_move.c.id == _entry.c.stock_move_id))
    .join(_location, (_location.c.company_id == _entry.c.company_id) & (_location.c.id == _entry.c.location_id))
    .where(
        _entry.c.company_id == bindparam("company_id", type_=SmallInteger()),
        _entry.c.id == func.any(bindparam("ids", type_=ARRAY(Uuid()))),
    )
)


_RECEIVED = (
    select(_move.c.posting_id, _entry.c.id, _entry.c.item_id, _entry.c.location_id, _entry.c.lot_id, _entry.c.quantity)
    .join_from(_move, _entry, (_entry.c.company_id == _move.c.company_id) & (_entry.c.stock_move_id == _move.c.id))
    .where(
        _move.c.company_id == bindparam("company_id", type_=SmallInteger()),
        _move.c.posting_id == func.any(bindparam("postings", type_=ARRAY(Uuid()))),
        _entry.c.quantity > 0,
        _entry.c.owner_id.is_(None),
    )
    .order_by(_move.c.posting_id, _entry.c.position)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CostShare:
    """By how much goods that came in with one entry cost more, in the company's currency."""

    stock_entry_id: UUID
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class LateCostDocument:
    """A document that says what goods cost after they came, with the legs of its other side.

    The shares and the legs sum to zero. Its layers share its posting id.
    """

    posting_id: UUID
    occurred_on: date
    source: Source
    shares: tuple[CostShare, ...]
    legs: tuple[Leg, ...] = ()
    reverses_id: UUID | None = None


async def received_entries(work: Work, postings: Collection[UUID]) -> list[Row]:
    """The entries by which goods of ours came in with these postings: id, posting_id, item, location, lot, quantity.

    In the order of the documents' lines, so that a receipt's accepted lines and these go side by side.
    """
    return await work.fetch(_RECEIVED, postings=sorted(postings)) if postings else []


async def incoming_entries(work: Work, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """The entries by id, with posting and kind of their moves, kind of their location; an unknown id is absent."""
    return {row["id"]: row for row in await work.fetch(_ENTRIES, ids=sorted(set(ids)))} if ids else {}


def came_in(entry: Row | None, id_: UUID) -> Row:
    """The entry itself, by which goods of ours came in. Raises: NotFound, Rejected."""
    if entry is None:
        raise NotFound(("stockEntry",), what="stock entry", key=str(id_))
    if entry["quantity"] <= 0 or entry["owner_id"] is not None or entry["location_kind"] not in ON_HAND:
        raise Rejected(
            ("stockEntry",), what="stock entry", value=str(id_), reason="no goods of ours came in with it",
            reason_zh="该分录不是本公司货物的入库",
        )  # fmt: skip
    return entry


async def post_late_costs(work: Work, documents: Sequence[LateCostDocument]) -> None:
    """The goods cost what the documents say; each has one voucher on its day, and one a later period that changes.

    Raises: PeriodClosed.
    """
    own, later = await share_late_costs(work, documents)
    await post_vouchers(work, [*own.values(), *later])


async def share_late_costs(
    work: Work, documents: Sequence[LateCostDocument]
) -> tuple[Mapping[UUID, Voucher], list[Voucher]]:
    """The vouchers to post: by posting id the one of each document, and those of later periods.

    A module that posts a voucher of its own for the document adds the legs of the first to it, and posts the others
    with it. Pools and layers are written. Raises: PeriodClosed,
    Rejected for a day before the goods came.
    """
    days = {one.occurred_on for one in documents}
    book = await open_places(work, (), days, (AccountRole.PURCHASE_PRICE_VARIANCE,))
    for period in book.periods.values():
        if isinstance(period, PeriodClosed):
            raise period
    known = await movements(work, {share.stock_entry_id for one in documents for share in one.shares})
    await held_pools(book, {row["pool_id"] for row, _ in known.values() if row["pool_id"] is not None})
    costs = [await _late_cost(book, one, known) for one in documents]
    await write_pools(work, book.pools.values())
    rows, vouchers = await late_vouchers(work, book, costs)
    await append_layers(work, rows)
    ids = {one.posting_id for one in documents}
    own = {voucher.posting.id: voucher for voucher in vouchers if voucher.posting.id in ids}
    return own, [voucher for voucher in vouchers if voucher.posting.id not in ids]


async def _late_cost(book: StockBook, document: LateCostDocument, known: Mapping[UUID, tuple[Row, Posted]]) -> LateCost:
    """The differences that a document makes."""
    variances: list[tuple[UUID, Decimal, UUID]] = []
    variance = book.own[AccountRole.PURCHASE_PRICE_VARIANCE]
    for share in document.shares:
        row, _ = known[share.stock_entry_id]
        if row["pool_id"] is None:
            variances.append((variance, share.amount, row["item_id"]))
            continue
        pool = (await held_pools(book, [row["pool_id"]]))[row["pool_id"]]
        pool.facts.setdefault(share.stock_entry_id, facts_of(row))
        posted = known[share.stock_entry_id][1]
        not_before(document.occurred_on, posted.movement.place[0], ("occurredOn",))
        await trace(book.work, pool, posted.movement.place)
        raise_cost(book, pool, posted.movement, share.amount)
    differences = await settle(book)
    return LateCost(
        posting_id=document.posting_id,
        occurred_on=document.occurred_on,
        source=document.source,
        differences=differences,
        legs=(*plain_legs(variances, book.currency), *document.legs),
        reverses_id=document.reverses_id,
        description=None,
    )
