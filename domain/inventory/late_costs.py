"""Costs of goods that are found after they came in: freight, duty, the price on the invoice.

What was received is worth more (or less) from the day it came. The part still in stock revalues it; the part that was
used or sold goes where its cost went, which is found by valuing the movements behind it again. Goods at standard cost
stay at it: the whole is purchase price variance at once.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import groupby
from uuid import UUID

from sqlalchemy import SmallInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.database import Row
from domain.core.errors import NotFound, Rejected
from domain.core.ids import new_id
from domain.core.ledger import Source
from domain.core.money import ZERO
from domain.core.work import Work
from domain.finance.journal import post_vouchers
from domain.finance.models import AccountRole
from domain.finance.rules import Leg, PeriodClosed, Voucher
from domain.inventory.entries import LateCost, late_vouchers
from domain.inventory.known import not_before
from domain.inventory.models import StockEntry, StockMove
from domain.inventory.pools import HeldPool, facts_of, movements, trace, trace_as_far, write_pools
from domain.inventory.posting import StockBook, held_pools, open_places, raise_cost, settle
from domain.inventory.rules import plain_legs
from domain.inventory.turnover import append_layers
from domain.inventory.valuation import Difference, Effect, Piece, Posted, difference
from domain.inventory.valuation.pools import Place
from domain.master_data.places import ON_HAND, Location, LocationKind

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
    documents = await _without_direct(book, documents, known)
    pools = await held_pools(book, {row["pool_id"] for row, _ in known.values() if row["pool_id"] is not None})
    for pool_id, first in _reached(known).items():
        await trace_as_far(work, pools[pool_id], first)
    costs: list[LateCost] = []
    for _, of_day in groupby(sorted(documents, key=_day_of), key=_day_of):
        costs += await _late_costs(book, list(of_day), known)
    await write_pools(work, book.pools.values())
    rows, vouchers = await late_vouchers(work, book, costs)
    await append_layers(work, rows)
    ids = {one.posting_id for one in documents}
    own = {voucher.posting.id: voucher for voucher in vouchers if voucher.posting.id in ids}
    return own, [voucher for voucher in vouchers if voucher.posting.id not in ids]


async def _without_direct(
    book: StockBook, documents: Sequence[LateCostDocument], known: Mapping[UUID, tuple[Row, Posted]]
) -> list[LateCostDocument]:
    """The documents, what they say of goods that went from a supplier straight to a customer as legs of their own.

    Such goods were no stock of ours: what they cost otherwise is cost of sales, as what they cost was.
    """
    unvalued = {share.stock_entry_id for one in documents for share in one.shares} - known.keys()
    entries = await incoming_entries(book.work, sorted(unvalued))
    direct = {id_: row for id_, row in entries.items() if row["location_kind"] == LocationKind.CUSTOMER.value}
    sold = book.own[AccountRole.COST_OF_SALES]
    return [
        replace(
            one,
            shares=tuple(share for share in one.shares if share.stock_entry_id not in direct),
            legs=(
                *plain_legs(
                    (
                        (sold, share.amount, direct[share.stock_entry_id]["item_id"])
                        for share in one.shares
                        if share.stock_entry_id in direct
                    ),
                    book.currency,
                ),
                *one.legs,
            ),
        )
        for one in documents
    ]


def _reached(known: Mapping[UUID, tuple[Row, Posted]]) -> dict[UUID, Place]:
    """How far back each pool is asked for by more than one movement, so that its history is read once for all."""
    places: defaultdict[UUID, list[Place]] = defaultdict(list)
    for row, posted in known.values():
        if row["pool_id"] is not None:
            places[row["pool_id"]].append(posted.movement.place)
    return {pool_id: min(own) for pool_id, own in places.items() if len(own) > 1}


async def _late_costs(
    book: StockBook, documents: Sequence[LateCostDocument], known: Mapping[UUID, tuple[Row, Posted]]
) -> list[LateCost]:
    """The differences that documents of one day make.

    Several together value what was taken since only once: each has the goods it is about, and what that makes of the
    movements behind them stands beside them all, in a voucher of its own. Where goods went out before they came, what a
    document makes of them depends on those before it, and each is settled alone.
    """
    for document in documents:
        for share in document.shares:
            await _reach(book, document, known[share.stock_entry_id])
    pools = {row["pool_id"] for one in documents for row, _ in (known[share.stock_entry_id] for share in one.shares)}
    histories = [pool.history for pool in book.pools.values() if pool.id in pools]
    if len(documents) == 1 or any(history.was_short for history in histories):
        return [await _settled_alone(book, one, known) for one in documents]
    costs = [_raised(book, one, known) for one in documents]
    told = _summed(one for cost in costs for _, one in cost.differences)
    behind = [(pool, rest) for pool, one in await settle(book) if (rest := _without(one, told)) is not None]
    if behind:
        costs.append(LateCost(posting_id=new_id(), occurred_on=documents[0].occurred_on, differences=behind))
    return costs


async def _reach(book: StockBook, document: LateCostDocument, known: tuple[Row, Posted]) -> None:
    """The pool of goods that cost more is read back to when they came. Raises: Rejected for a day before that."""
    row, posted = known
    if row["pool_id"] is not None:
        pool = (await held_pools(book, [row["pool_id"]]))[row["pool_id"]]
        pool.facts.setdefault(posted.movement.id, facts_of(row))
        not_before(document.occurred_on, posted.movement.place[0], ("occurredOn",))
        await trace(book.work, pool, posted.movement.place)


def _raised(book: StockBook, document: LateCostDocument, known: Mapping[UUID, tuple[Row, Posted]]) -> LateCost:
    """What a document makes of the goods it is about, before anything behind them is valued anew."""
    differences: list[tuple[HeldPool, Difference]] = []
    pools = {pool.id: pool for pool in book.pools.values()}
    for share in document.shares:
        row, posted = known[share.stock_entry_id]
        if row["pool_id"] is None:
            continue
        pool, movement = pools[row["pool_id"]], posted.movement
        raise_cost(book, pool, movement, share.amount)
        if pool.history.holds(movement.id):
            layer_id = posted.effect.pieces[0].layer_id
            dearer = Effect(pieces=(Piece(layer_id=layer_id, quantity=ZERO, value=share.amount),))
            differences.append((pool, Difference(movement=movement, effect=dearer)))
    differences += book.covered
    book.covered = []
    return _cost_of(book, document, known, differences)


async def _settled_alone(
    book: StockBook, document: LateCostDocument, known: Mapping[UUID, tuple[Row, Posted]]
) -> LateCost:
    """The differences that a document makes, those of movements behind its goods among them."""
    pools = {pool.id: pool for pool in book.pools.values()}
    for share in document.shares:
        row, posted = known[share.stock_entry_id]
        if row["pool_id"] is not None:
            raise_cost(book, pools[row["pool_id"]], posted.movement, share.amount)
    return _cost_of(book, document, known, await settle(book))


def _cost_of(
    book: StockBook, document: LateCostDocument, known: Mapping[UUID, tuple[Row, Posted]],
    differences: Sequence[tuple[HeldPool, Difference]],
) -> LateCost:  # fmt: skip
    """The document with its differences, and with the variances of its goods at standard cost."""
    variance = book.own[AccountRole.PURCHASE_PRICE_VARIANCE]
    at_standard = [
        (variance, share.amount, known[share.stock_entry_id][0]["item_id"])
        for share in document.shares
        if known[share.stock_entry_id][0]["pool_id"] is None
    ]
    return LateCost(
        posting_id=document.posting_id,
        occurred_on=document.occurred_on,
        source=document.source,
        differences=differences,
        legs=(*plain_legs(at_standard, book.currency), *document.legs),
        reverses_id=document.reverses_id,
        description=None,
    )


def _summed(differences: Iterable[Difference]) -> dict[UUID, Effect]:
    """By movement, what several differences of it come to."""
    sums: dict[UUID, Effect] = {}
    for one in differences:
        pieces = (*(sums[one.movement.id].pieces if one.movement.id in sums else ()), *one.effect.pieces)
        sums[one.movement.id] = Effect(pieces=pieces)
    return sums


def _without(one: Difference, told: Mapping[UUID, Effect]) -> Difference | None:
    """A difference without what documents have told of it; None where they have told it all."""
    rest = difference(one.effect, told[one.movement.id]) if one.movement.id in told else one.effect
    return replace(one, effect=rest) if rest.pieces or rest.correction else None


def _day_of(document: LateCostDocument) -> date:
    return document.occurred_on
