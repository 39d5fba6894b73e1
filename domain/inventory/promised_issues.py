"""Promised goods that leave for a customer in one act: what a shipment took of its allocations goes out of stock.

`issue_reservations` lets one reservation go, its first lots first; a shipment knows which lots it picked, and has many
lines under one posting.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import SmallInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.database import Row
from domain.core.errors import DomainError, NotFound, Rejected, trimmed
from domain.core.ledger import Source
from domain.core.money import EXACT, ZERO, total
from domain.core.work import Work
from domain.finance.journal import accounts
from domain.finance.models import AccountRole
from domain.inventory.allocation import COMPLETE, FULFIL, RESERVATION_FLOW, lot_released_before_shipment
from domain.inventory.balances import counter_location
from domain.inventory.commands.issues import outgoing
from domain.inventory.documents import StockAllocation, StockReservation
from domain.inventory.entries import write_book
from domain.inventory.models import Lot, MoveKind, ReservationStatus
from domain.inventory.posting import apply_acts, open_book
from domain.inventory.rules import Act, Line, StockKey
from domain.master_data.places import LocationKind

_company_id = bindparam("company_id", type_=SmallInteger())
_ids = func.any(bindparam("ids", type_=ARRAY(Uuid())))
_allocation, _lot = StockAllocation.table, Lot.table
_RESERVATIONS = (
    select(_allocation.c.stock_reservation_id)
    .distinct()
    .where(_allocation.c.company_id == _company_id, _allocation.c.id == _ids)
)
_ALLOCATIONS = (
    select(_allocation, _lot.c.number.label("lot"), _lot.c.status.label("lot_status"), _lot.c.expires_on)
    .join_from(
        _allocation,
        _lot,
        (_lot.c.company_id == _allocation.c.company_id) & (_lot.c.id == _allocation.c.lot_id),
        isouter=True,
    )
    .where(_allocation.c.company_id == _company_id, _allocation.c.stock_reservation_id == _ids)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromisedLine:
    """How much of one allocation leaves."""

    allocation_id: UUID
    quantity: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PromisedIssue:
    """Goods of several allocations that leave for one customer in one act."""

    posting_id: UUID
    occurred_on: date
    source: Source
    party_id: UUID
    lines: tuple[PromisedLine, ...]


@dataclass(slots=True, kw_only=True)
class _Promises:
    """Locked reservations with their allocations, as they become act by act."""

    reservations: Mapping[UUID, Row]
    allocations: Mapping[UUID, Row]
    gone: dict[UUID, Decimal]


async def issue_promised(work: Work, issues: Sequence[PromisedIssue]) -> list[tuple[UUID, ...] | DomainError]:
    """The ids of the stock entries by which the goods left, one a line, or the refusal in its place.

    Posts: the cost of the goods to cost of sales, one voucher an issue. Refuses: NotFound, WrongState, Rejected,
    LotNotUsable, InsufficientStock, PeriodClosed. Emits: ReservationFulfilled, StockChanged.
    """
    held = await _hold(work, [line.allocation_id for one in issues for line in one.lines])
    account = (await accounts(work, AccountRole.COST_OF_SALES))[AccountRole.COST_OF_SALES]
    outside = await counter_location(work, LocationKind.CUSTOMER)
    planned: list[Act | DomainError] = []
    for one in issues:
        try:
            planned.append(_act(one, held, outside, account))
        except DomainError as refusal:
            planned.append(refusal)
    acts = [one for one in planned if isinstance(one, Act)]
    if not acts:
        return [one for one in planned if isinstance(one, DomainError)]
    book = await open_book(work, acts)
    outcomes = await apply_acts(book, acts)
    left = {draft.move_id: tuple(leg.id for leg in draft.legs if leg.quantity < ZERO) for draft in book.drafts}
    told = {act.id: left[one] if isinstance(one, UUID) else one for act, one in zip(acts, outcomes, strict=True)}
    if book.drafts:
        issued = [one for one in issues if isinstance(told.get(one.posting_id), tuple)]
        await _write_promises(work, held, [line for one in issued for line in one.lines])
        await write_book(work, book)
    return [one if isinstance(one, DomainError) else told[one.id] for one in planned]


async def _hold(work: Work, allocation_ids: Sequence[UUID]) -> _Promises:
    found = await work.fetch(_RESERVATIONS, ids=sorted(set(allocation_ids)))
    reservations = await work.lock(StockReservation, [row["stock_reservation_id"] for row in found])
    rows = await work.fetch(_ALLOCATIONS, ids=sorted(reservations))
    return _Promises(
        reservations=reservations,
        allocations={row["id"]: row for row in rows},
        gone={row["id"]: row["fulfilled_quantity"] for row in rows},
    )


def _act(one: PromisedIssue, held: _Promises, outside_id: UUID, account_id: UUID) -> Act:
    """The issue, checked. Raises: NotFound, WrongState, Rejected, LotNotUsable."""
    lines: list[Line] = []
    before = dict(held.gone)
    for place, line in enumerate(one.lines):
        try:
            row = _usable(line, held, one.occurred_on)
        except DomainError as refusal:
            held.gone = before
            raise refusal.at("lines", place) from None
        held.gone[row["id"]] = EXACT.add(held.gone[row["id"]], line.quantity)
        item_id = held.reservations[row["stock_reservation_id"]]["item_id"]
        key = StockKey(item_id, row["location_id"], row["lot_id"])
        lines.append(replace(outgoing(key, line.quantity, outside_id, account_id), fulfils=line.quantity))
    return Act(
        id=one.posting_id, kind=MoveKind.ISSUE, occurred_on=one.occurred_on, lines=tuple(lines), source=one.source,
        party_id=one.party_id,
    )  # fmt: skip


def _usable(line: PromisedLine, held: _Promises, on: date) -> Row:
    """The allocation that gives. Raises: NotFound, WrongState, Rejected, LotNotUsable."""
    row = held.allocations.get(line.allocation_id)
    if row is None:
        raise NotFound(what="stock allocation", key=str(line.allocation_id))
    reservation = held.reservations[row["stock_reservation_id"]]
    RESERVATION_FLOW.advance(reservation["number"], ReservationStatus(reservation["status"]), FULFIL)
    left = EXACT.subtract(row["quantity"], held.gone[row["id"]])
    if line.quantity > left:
        reason, reason_zh = f"only {trimmed(left)} are left", f"仅剩 {trimmed(left)}"
        raise Rejected(("quantity",), what="quantity", value=line.quantity, reason=reason, reason_zh=reason_zh)
    lot_released_before_shipment(row["lot"], row["lot_status"], row["expires_on"], on)
    return row


async def _write_promises(work: Work, held: _Promises, lines: Sequence[PromisedLine]) -> None:
    """What is left of the promises that gave."""
    gave = {line.allocation_id for line in lines}
    touched = sorted({held.allocations[id_]["stock_reservation_id"] for id_ in gave})
    own: dict[UUID, list[Row]] = {id_: [] for id_ in touched}
    for row in held.allocations.values():
        if row["stock_reservation_id"] in own:
            own[row["stock_reservation_id"]].append(row)
    changed: list[dict[str, object]] = []
    for id_, rows in own.items():
        reservation = held.reservations[id_]
        is_complete = all(held.gone[row["id"]] == row["quantity"] for row in rows)
        status = RESERVATION_FLOW.advance(
            reservation["number"], ReservationStatus(reservation["status"]), COMPLETE if is_complete else FULFIL
        )
        fulfilled = total([held.gone[row["id"]] for row in rows])
        changed.append({"id": id_, "status": status, "fulfilled_quantity": fulfilled})
    await work.update(StockReservation, changed, ("status", "fulfilled_quantity"))
    parts = [{"id": id_, "fulfilled_quantity": held.gone[id_]} for id_ in sorted(gave)]
    await work.update(StockAllocation, parts, ("fulfilled_quantity",))
    work.emit("ReservationFulfilled", StockReservation, touched)
