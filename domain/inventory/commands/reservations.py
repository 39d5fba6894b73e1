"""Reservations: goods are promised to a line of a document, go out for it, or are set free again.

Whoever reserves locks the balances it takes from, in the one order of balances, and counts what it promises on them:
two who want the last piece wait for each other, and the second finds it gone. What it takes is chosen from all that may
give as they were read; was any of it gone by the time it was locked, all that may give are locked, and it is chosen
again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import SmallInteger, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.actors import Action
from domain.core.commands import Results, argument, command
from domain.core.database import Row
from domain.core.errors import DomainError, NotFound, Rejected, trimmed
from domain.core.ids import new_id
from domain.core.ledger import Source
from domain.core.money import EXACT, ZERO
from domain.core.numbering import Series
from domain.core.quantity import QUANTITY, positive
from domain.core.together import Together
from domain.core.work import Work
from domain.finance.journal import accounts
from domain.finance.models import AccountRole
from domain.inventory.allocation import (
    COMPLETE,
    FULFIL,
    RELEASE,
    RESERVATION_FLOW,
    Candidate,
    Need,
    first_expired_first_out,
    promised,
    taken_from,
)
from domain.inventory.balances import counter_location, lock_balances, write_balances
from domain.inventory.commands.issues import outgoing
from domain.inventory.documents import StockAllocation, StockReservation
from domain.inventory.entries import write_book
from domain.inventory.known import Known, known_of
from domain.inventory.models import Lot, LotStatus, MoveKind, ReservationStatus, StockBalance, StockStatus
from domain.inventory.posting import apply_acts, open_book
from domain.inventory.rules import Act, Balance, InsufficientStock, StockKey
from domain.inventory.stock import whole
from domain.master_data.places import Location, LocationKind

NUMBERS = Series("stock_reservation", prefix="RS-")

_company_id = bindparam("company_id", type_=SmallInteger())
_balance, _location, _lot = StockBalance.table, Location.table, Lot.table
_reservation, _allocation = StockReservation.table, StockAllocation.table
_CANDIDATES = (
    select(
        _balance.c.item_id, _balance.c.location_id, _balance.c.lot_id, _location.c.site_id, _location.c.kind,
        _lot.c.number, _lot.c.expires_on, _lot.c.status.label("lot_status"),
        (_balance.c.quantity - _balance.c.reserved_quantity).label("available"),
    )
    .join_from(
        _balance,
        _location,
        (_location.c.company_id == _balance.c.company_id) & (_location.c.id == _balance.c.location_id),
    )
    .join(_lot, (_lot.c.company_id == _balance.c.company_id) & (_lot.c.id == _balance.c.lot_id), isouter=True)
    .where(
        _balance.c.company_id == _company_id,
        _balance.c.item_id == func.any(bindparam("items", type_=ARRAY(Uuid()))),
        _balance.c.status == StockStatus.RELEASED.value,
        _balance.c.owner_id.is_(None),
        _balance.c.quantity > 0,
        or_(
            _location.c.kind == LocationKind.STORAGE.value,
            # What is at a customer's is promised only to those who name the place.
            (_location.c.kind == LocationKind.CONSIGNMENT.value)
            & (_location.c.id == func.any(bindparam("named", type_=ARRAY(Uuid())))),
        ),
    )
)  # fmt: skip
_ALLOCATIONS = (
    select(_allocation)
    .where(
        _allocation.c.company_id == _company_id,
        _allocation.c.stock_reservation_id == func.any(bindparam("ids", type_=ARRAY(Uuid()))),
    )
    .order_by(_allocation.c.stock_reservation_id, _allocation.c.position)
)


@command(action=Action.CREATE, record=StockReservation, zh="预留库存", key_required=True)
class ReserveStock:
    """Promise goods to a line of a document: what expires first, as long as it lasts for the customer."""

    item_id: UUID = argument(doc="What is promised.", zh="物料", reference="item")
    quantity: Decimal = argument(doc="How much.", zh="数量", number="quantity")
    delivery_on: date | None = argument(doc="Day of delivery; today unless given.", zh="交付日期", default=None)
    remaining_days_min: int = argument(
        doc="Days that the goods must still be usable on that day.", zh="最短剩余效期", unit="day", default=0
    )
    site_id: UUID | None = argument(
        doc="The site that delivers; any unless given.", zh="发货地点", reference="site", default=None
    )
    location_id: UUID | None = argument(
        doc="The place that delivers; any unless given.", zh="库位", reference="location", default=None
    )
    lot_number: str | None = argument(doc="The lot to take; any that lasts unless given.", zh="批号", default=None)
    source_kind: str | None = argument(doc="Type of the document line it is for.", zh="来源类型", default=None)
    source_id: UUID | None = argument(doc="Id of the document line it is for.", zh="来源标识", default=None)
    source_number: str | None = argument(doc="Number of the document it is for.", zh="来源单号", default=None)
    is_partial: bool = argument(
        doc="Whether less than asked is promised where not all is there.", zh="允许部分预留", default=False
    )


@command(action=Action.CHANGE, record=StockReservation, zh="释放预留")
class ReleaseReservation:
    """Set free what a reservation still holds."""

    stock_reservation_id: UUID = argument(doc="The reservation.", zh="预留单", reference="stock_reservation")
    expected_version: int | None = argument(doc="The version you saw.", zh="预期版本", default=None)


@command(action=Action.POST, record=StockReservation, zh="按预留发货", key_required=True)
class IssueReservation:
    """Take goods out of stock for the customer they are promised to; their cost goes to cost of sales."""

    stock_reservation_id: UUID = argument(doc="The reservation.", zh="预留单", reference="stock_reservation")
    quantity: Decimal | None = argument(
        doc="How much goes out; all that is left unless given.", zh="数量", number="quantity", default=None
    )
    issued_on: date | None = argument(doc="Day of the issue; today unless given.", zh="发货日期", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A reservation that is kept."""

    id: UUID
    one: ReserveStock
    need: Need
    given: list[tuple[StockKey, Decimal]]


class _Taken(Exception):
    """What was chosen has been promised to another meanwhile."""


async def reserve_stock(work: Work, commands: Sequence[ReserveStock]) -> Results[StockReservation]:
    """The reservations; a refusal stands in its own place.

    Raises per row: NotFound, Rejected, InsufficientStock with what is available. Emits: StockReserved, StockChanged.
    """
    promises = await promise_stock(work, commands)
    return Results([one.id if isinstance(one, Promise) else one for one in promises])


async def promise_stock(work: Work, commands: Sequence[ReserveStock]) -> list[Promise | DomainError]:
    """The reservations as `reserve_stock` makes them, each with what it promises."""
    named = sorted({one.location_id for one in commands if one.location_id})
    together = Together(work)
    known = together.of(known_of(together.work, commands, [one.location_id for one in commands]))
    wanted = sorted({one.item_id for one in commands})
    rows = together.of(together.work.fetch(_CANDIDATES, items=wanted, named=named))
    await together.answered()
    places = {StockKey(row["item_id"], row["location_id"], row["lot_id"]): row for row in rows.value}
    offered = _Offered(known.value, places, {key: row["available"] for key, row in places.items()}, work.now.date())
    promises = offered.promises(commands)
    balances = await _held(work, _given(promises), len(places))
    if balances is None:
        balances = await lock_balances(work, places)
        offered.free = {key: _available(balance) for key, balance in balances.items()}
        promises = offered.promises(commands)
    kept = [one for one in promises if isinstance(one, Promise)]
    if kept:
        await _write(work, kept, balances)
    return promises


def _given(promises: Iterable[Promise | DomainError]) -> dict[StockKey, Decimal]:
    """How much each place gives in all."""
    given: dict[StockKey, Decimal] = {}
    for one in promises:
        for key, quantity in one.given if isinstance(one, Promise) else ():
            given[key] = EXACT.add(given.get(key, ZERO), quantity)
    return given


async def _held(work: Work, given: Mapping[StockKey, Decimal], count: int) -> dict[StockKey, Balance] | None:
    """The balances that give, locked, of so many that may; None, and none locked, where one has less by now."""
    if len(given) == count:
        balances = await lock_balances(work, given)
        return balances if _is_there(balances, given) else None
    try:
        async with work.connection.raw.transaction():
            balances = await lock_balances(work, given)
            if not _is_there(balances, given):
                # Its locks go with it: all that may give are then locked in the one order.
                raise _Taken
            return balances
    except _Taken:
        return None


def _is_there(balances: Mapping[StockKey, Balance], given: Mapping[StockKey, Decimal]) -> bool:
    return all(_available(balances[key]) >= quantity for key, quantity in given.items())


def _available(balance: Balance) -> Decimal:
    return EXACT.subtract(balance.quantity, balance.reserved)


class _Offered:
    """What may be promised: the places that may give, and what each has left."""

    def __init__(
        self, known: Known, places: Mapping[StockKey, Row], free: dict[StockKey, Decimal], today: date
    ) -> None:  # fmt: skip
        self.free = free
        self._known = known
        self._today = today
        self._places: dict[UUID, list[tuple[StockKey, Row]]] = {}
        for key, row in places.items():
            self._places.setdefault(key.item_id, []).append((key, row))

    def promises(self, commands: Iterable[ReserveStock]) -> list[Promise | DomainError]:
        """What is promised to each, one after the other; `free` has less by it."""
        return [self._promise_or_refusal(one) for one in commands]

    def _promise_or_refusal(self, one: ReserveStock) -> Promise | DomainError:
        try:
            promise = _promise(one, self._known, lambda lot_id: self._candidates(one, lot_id), self._today)
        except DomainError as refusal:
            return refusal
        for key, quantity in promise.given:
            self.free[key] = EXACT.subtract(self.free[key], quantity)
        return promise

    def _candidates(self, one: ReserveStock, lot_id: UUID | None) -> Iterator[Candidate]:
        """The places that may give, as they stand now."""
        for key, row in self._places.get(one.item_id, ()):
            is_meant = (
                key.location_id == (one.location_id or key.location_id)
                and (row["kind"] == LocationKind.STORAGE or one.location_id is not None)
                and (one.site_id is None or row["site_id"] == one.site_id)
                and (lot_id is None or key.lot_id == lot_id)
            )
            if is_meant:
                yield Candidate(
                    key=key,
                    available=self.free[key],
                    lot_number=row["number"] or "",
                    lot_status=LotStatus(row["lot_status"] or LotStatus.RELEASED),
                    expires_on=row["expires_on"],
                )


def _promise(
    one: ReserveStock, known: Known, candidates: Callable[[UUID | None], Iterable[Candidate]], today: date
) -> Promise:
    """What is promised, checked. Raises: NotFound, Rejected, InsufficientStock."""
    positive(one.quantity, QUANTITY, "quantity", ("quantity",))
    lot_id = known.lot_of(known.item(one.item_id), one.lot_number)
    if one.location_id is not None:
        known.stock_place(one.location_id)
    if one.remaining_days_min < 0:
        reason, reason_zh = "it must not be negative", "不能为负数"
        raise Rejected(
            ("remainingDaysMin",), what="remaining days", value=one.remaining_days_min, reason=reason,
            reason_zh=reason_zh,
        )  # fmt: skip
    need = Need(quantity=one.quantity, delivery_on=one.delivery_on or today, remaining_days_min=one.remaining_days_min)
    given = first_expired_first_out(candidates(lot_id), need)
    there = promised(given)
    if not there or (there < one.quantity and not one.is_partial):
        place = known.locations[one.location_id]["code"] if one.location_id else "*"
        raise InsufficientStock(
            item=known.items[one.item_id]["code"], location=place, available=there, requested=one.quantity
        )
    return Promise(id=new_id(), one=one, need=replace(need, quantity=there), given=given)


async def _write(work: Work, promises: Sequence[Promise], balances: Mapping[StockKey, Balance]) -> None:
    numbers = await work.number(NUMBERS, len(promises))
    await work.insert(
        StockReservation,
        [
            {
                "id": one.id,
                "number": number,
                "item_id": one.one.item_id,
                "status": ReservationStatus.ACTIVE,
                "quantity": one.need.quantity,
                "delivery_on": one.need.delivery_on,
                "remaining_days_min": one.need.remaining_days_min,
                "source_kind": one.one.source_kind,
                "source_id": one.one.source_id,
                "source_number": one.one.source_number,
            }
            for one, number in zip(promises, numbers, strict=True)
        ],
    )
    await work.insert(
        StockAllocation,
        [
            {
                "stock_reservation_id": one.id,
                "position": position,
                "stock_balance_id": balances[key].id,
                "location_id": key.location_id,
                "lot_id": key.lot_id,
                "quantity": quantity,
            }
            for one in promises
            for position, (key, quantity) in enumerate(one.given, start=1)
        ],
    )
    taken = {
        key: replace(balances[key], reserved=EXACT.add(balances[key].reserved, quantity))
        for key, quantity in _given(promises).items()
    }
    await write_balances(work, taken)
    work.emit("StockReserved", StockReservation, [one.id for one in promises])


async def release_reservations(work: Work, commands: Sequence[ReleaseReservation]) -> Results[StockReservation]:
    """The reservations, RELEASED; what they still held is available again.

    Raises per row: NotFound, StaleVersion, WrongState. Emits: ReservationReleased, StockChanged.
    """
    rows = await work.lock(StockReservation, [one.stock_reservation_id for one in commands])
    stale = await work.stale(
        StockReservation, rows, {one.stock_reservation_id: one.expected_version for one in commands}
    )
    outcomes: list[UUID | DomainError] = []
    states = {id_: ReservationStatus(row["status"]) for id_, row in rows.items()}
    for one in commands:
        id_ = one.stock_reservation_id
        try:
            if id_ not in rows:
                raise NotFound(what="stock reservation", key=str(id_))
            if id_ in stale:
                raise stale[id_]
            states[id_] = RESERVATION_FLOW.advance(rows[id_]["number"], states[id_], RELEASE)
            outcomes.append(id_)
        except DomainError as refusal:
            outcomes.append(refusal)
    released = [outcome for outcome in outcomes if isinstance(outcome, UUID)]
    if released:
        await _set_free(work, rows, released)
    return Results(outcomes)


async def _set_free(work: Work, rows: Mapping[UUID, Row], released: Sequence[UUID]) -> None:
    allocations = await work.fetch(_ALLOCATIONS, ids=sorted(released))
    keys = [(_key(rows, row), EXACT.subtract(row["quantity"], row["fulfilled_quantity"])) for row in allocations]
    balances = await lock_balances(work, [key for key, _ in keys])
    for key, quantity in keys:
        balances[key] = replace(balances[key], reserved=EXACT.subtract(balances[key].reserved, quantity))
    changed = [{"id": id_, "status": ReservationStatus.RELEASED} for id_ in released]
    await work.update(StockReservation, changed, ("status",))
    await write_balances(work, balances)
    work.emit("ReservationReleased", StockReservation, released)


def _key(rows: Mapping[UUID, Row], allocation: Row) -> StockKey:
    item_id = rows[allocation["stock_reservation_id"]]["item_id"]
    return StockKey(item_id, allocation["location_id"], allocation["lot_id"])


async def issue_reservations(work: Work, commands: Sequence[IssueReservation]) -> Results[StockReservation]:
    """The reservations, FULFILLED where all of it has gone out.

    Posts: the cost of the goods to cost of sales, one voucher a reservation. Raises per row: NotFound, WrongState,
    Rejected, PeriodClosed. Emits: ReservationFulfilled, StockChanged.
    """
    rows = await work.lock(StockReservation, [one.stock_reservation_id for one in commands])
    allocations: dict[UUID, list[Row]] = {}
    for row in await work.fetch(_ALLOCATIONS, ids=list(rows)):
        allocations.setdefault(row["stock_reservation_id"], []).append(row)
    gone = {row["id"]: row["fulfilled_quantity"] for own in allocations.values() for row in own}
    states = {id_: ReservationStatus(row["status"]) for id_, row in rows.items()}
    account = (await accounts(work, AccountRole.COST_OF_SALES))[AccountRole.COST_OF_SALES]
    outside = await counter_location(work, LocationKind.CUSTOMER)
    planned: list[tuple[UUID, Act] | DomainError] = []
    for one in commands:
        id_ = one.stock_reservation_id
        try:
            if id_ not in rows:
                raise NotFound(what="stock reservation", key=str(id_))
            RESERVATION_FLOW.advance(rows[id_]["number"], states[id_], FULFIL)
            parts = _parts(one, allocations[id_], gone)
        except DomainError as refusal:
            planned.append(refusal)
            continue
        lines = tuple(
            replace(outgoing(_key(rows, row), part, outside, account), fulfils=part)
            for row, part in zip(allocations[id_], parts, strict=True)
            if part
        )
        for row, part in zip(allocations[id_], parts, strict=True):
            gone[row["id"]] = EXACT.add(gone[row["id"]], part)
        if all(gone[row["id"]] == row["quantity"] for row in allocations[id_]):
            states[id_] = RESERVATION_FLOW.advance(rows[id_]["number"], states[id_], COMPLETE)
        source = Source(kind=StockReservation.__name__, id=id_, number=rows[id_]["number"])
        on = one.issued_on or work.now.date()
        planned.append((id_, Act(id=new_id(), kind=MoveKind.ISSUE, occurred_on=on, lines=lines, source=source)))
    issued = [one for one in planned if not isinstance(one, DomainError)]
    if issued:
        await _fulfil(work, [act for _, act in issued], {id_: allocations[id_] for id_, _ in issued}, gone, states)
    return Results([one if isinstance(one, DomainError) else one[0] for one in planned])


def _parts(one: IssueReservation, allocations: Sequence[Row], gone: Mapping[UUID, Decimal]) -> list[Decimal]:
    """What each allocation gives. Raises: Rejected when more is asked than is left."""
    held = [(row["quantity"], gone[row["id"]]) for row in allocations]
    left = sum((EXACT.subtract(quantity, fulfilled) for quantity, fulfilled in held), ZERO)
    wanted = left if one.quantity is None else positive(one.quantity, QUANTITY, "quantity", ("quantity",))
    if wanted > left:
        reason, reason_zh = f"only {trimmed(left)} are left", f"仅剩 {trimmed(left)}"
        raise Rejected(("quantity",), what="quantity", value=wanted, reason=reason, reason_zh=reason_zh)
    return taken_from(held, wanted)


async def _fulfil(
    work: Work,
    acts: Sequence[Act],
    allocations: Mapping[UUID, Sequence[Row]],
    gone: Mapping[UUID, Decimal],
    states: Mapping[UUID, ReservationStatus],
) -> None:
    """The goods gone out, and what is left of the promises."""
    book = await open_book(work, acts)
    whole(await apply_acts(book, acts))
    rows = [row for own in allocations.values() for row in own]
    await work.update(
        StockReservation,
        [
            {"id": id_, "status": states[id_], "fulfilled_quantity": sum((gone[row["id"]] for row in own), ZERO)}
            for id_, own in allocations.items()
        ],
        ("status", "fulfilled_quantity"),
    )
    changed = [{"id": row["id"], "fulfilled_quantity": gone[row["id"]]} for row in rows]
    await work.update(StockAllocation, changed, ("fulfilled_quantity",))
    await write_book(work, book)
    work.emit("ReservationFulfilled", StockReservation, list(allocations))
