"""Transfers: goods change places at once, or wait in transit until they arrive."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import SmallInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, part
from domain.core.database import Row
from domain.core.errors import DomainError, NotFound, Rejected, trimmed
from domain.core.ids import new_id
from domain.core.ledger import Source
from domain.core.money import EXACT, ZERO
from domain.core.numbering import Series
from domain.core.quantity import QUANTITY, positive
from domain.core.work import Work
from domain.finance.journal import accounts
from domain.inventory.commands.issues import perform_acts
from domain.inventory.documents import StockTransfer, StockTransferLine
from domain.inventory.entries import write_book
from domain.inventory.known import Known, known_of, line_count, not_before
from domain.inventory.models import (
    MoveKind,
    StockMove,
    StockStatus,
    TransferStatus,
)
from domain.inventory.posting import Draft, apply_acts, open_book
from domain.inventory.rules import (
    CARRYING,
    RECEIVE,
    TRANSFER_FLOW,
    Accounts,
    Act,
    Line,
    StockKey,
    carried,
    transfer_status_after,
)
from domain.inventory.stock import whole
from domain.master_data.places import LocationKind

TRANSFER_NUMBERS = Series("stock_transfer", prefix="ST-")

_line = StockTransferLine.table
_LINES = (
    select(_line)
    .where(
        _line.c.company_id == bindparam("company_id", type_=SmallInteger()),
        _line.c.stock_transfer_id == func.any(bindparam("ids", type_=ARRAY(Uuid()))),
    )
    .order_by(_line.c.stock_transfer_id, _line.c.position)
)


@part
class TransferLineInput:
    """Goods that change places."""

    item_id: UUID = argument(doc="What moves.", zh="物料", reference="item")
    location_id: UUID = argument(doc="Where it is.", zh="库位", reference="location")
    target_id: UUID = argument(doc="Where it goes.", zh="目标库位", reference="location")
    quantity: Decimal = argument(doc="How much moves.", zh="数量", number="quantity")
    lot_number: str | None = argument(doc="The lot that moves.", zh="批号", default=None)
    status: StockStatus = argument(doc="Status of the goods.", zh="库存状态", default=StockStatus.RELEASED)


@command(action=Action.POST, record=StockMove, zh="调拨", key_required=True)
class TransferStock:
    """Move goods from one place to another at once."""

    lines: tuple[TransferLineInput, ...] = argument(doc="What moves.", zh="调拨行")
    transferred_on: date | None = argument(doc="Day of the move; today unless given.", zh="调拨日期", default=None)


@command(action=Action.POST, record=StockTransfer, zh="调拨发出", key_required=True)
class ShipTransfer:
    """Send goods on their way to another place; until they arrive they are in transit, and the company's."""

    lines: tuple[TransferLineInput, ...] = argument(doc="What is sent; all lines go to one place.", zh="调拨行")
    transit_id: UUID = argument(doc="Where it is counted until it arrives.", zh="在途库位", reference="location")
    shipped_on: date | None = argument(doc="Day it is sent; today unless given.", zh="发出日期", default=None)


@part
class TransferArrivalInput:
    """What arrived of one line of a transfer."""

    position: int = argument(doc="The line's place on the transfer.", zh="行号")
    quantity: Decimal = argument(doc="What arrived.", zh="到货数量", number="quantity")


@command(action=Action.POST, record=StockTransfer, zh="调拨接收", key_required=True)
class ReceiveTransfer:
    """Take in what arrived of a transfer: everything that is still in transit unless lines are given."""

    stock_transfer_id: UUID = argument(doc="The transfer.", zh="调拨单", reference="stock_transfer")
    lines: tuple[TransferArrivalInput, ...] | None = argument(doc="What arrived.", zh="到货行", default=None)
    received_on: date | None = argument(doc="Day it arrived; today unless given.", zh="接收日期", default=None)


async def transfer_stock(work: Work, commands: Sequence[TransferStock]) -> Results[StockMove]:
    """The moves; a refusal stands in its own place.

    Goods that change their valuation area take their value along, to the cent. Raises per row: NotFound, Rejected,
    InsufficientStock, PeriodClosed. Emits: StockChanged.
    """
    known, own = await _known(work, [line for one in commands for line in one.lines], ())
    planned: list[Act | DomainError] = []
    for one in commands:
        try:
            line_count(len(one.lines))
            lines = _lines(one.lines, [line.target_id for line in one.lines], known, own)
            on = one.transferred_on or work.now.date()
            planned.append(Act(id=new_id(), kind=MoveKind.TRANSFER, occurred_on=on, lines=lines))
        except DomainError as refusal:
            planned.append(refusal)
    return Results(await perform_acts(work, planned))


async def _known(work: Work, lines: Sequence[TransferLineInput], more: Sequence[UUID]) -> tuple[Known, Accounts]:
    places = [id_ for line in lines for id_ in (line.location_id, line.target_id)]
    own = await accounts(work, *CARRYING)
    return await known_of(work, lines, [*places, *more]), own


def _lines(
    asked: Sequence[TransferLineInput], targets: Sequence[UUID], known: Known, own: Accounts
) -> tuple[Line, ...]:
    """The lines of a transfer, checked. Raises: NotFound, Rejected."""
    made: list[Line] = []
    for place, (line, target_id) in enumerate(zip(asked, targets, strict=True)):
        try:
            key = known.key(line, line.location_id, line.status)
            known.stock_place(target_id, ("target",), is_new=True)
            if target_id == line.location_id:
                code = known.locations[target_id]["code"]
                raise Rejected(
                    ("target",), what="location", value=code, reason="it is where the goods are",
                    reason_zh="目标库位与当前库位相同",
                )  # fmt: skip
        except DomainError as refusal:
            raise refusal.at("lines", place) from None
        target = StockKey(key.item_id, target_id, key.lot_id, key.status)
        made.append(carried(key, target, line.quantity, own))
    return tuple(made)


async def ship_transfers(work: Work, commands: Sequence[ShipTransfer]) -> Results[StockTransfer]:
    """The transfers on their way; a refusal stands in its own place.

    Raises per row: NotFound, Rejected, InsufficientStock, PeriodClosed. Emits: StockChanged, TransferShipped.
    """
    known, own = await _known(
        work, [line for one in commands for line in one.lines], [one.transit_id for one in commands]
    )
    ids = [new_id() for _ in commands]
    planned: list[Act | DomainError] = []
    numbers = await work.number(TRANSFER_NUMBERS, len(commands))
    for one, id_, number in zip(commands, ids, numbers, strict=True):
        try:
            planned.append(_shipment(one, known, own, one.shipped_on or work.now.date(), _source(id_, number)))
        except DomainError as refusal:
            planned.append(refusal)
    acts = [one for one in planned if isinstance(one, Act)]
    if not acts:
        return Results([one for one in planned if isinstance(one, DomainError)])
    book = await open_book(work, acts)
    moved = iter(await apply_acts(book, acts))
    outcomes = [one if isinstance(one, DomainError) else next(moved) for one in planned]
    drafts = {draft.move_id: draft for draft in book.drafts}
    shipped = [
        (id_, one, drafts[move])
        for id_, one, move in zip(ids, commands, outcomes, strict=True)
        if isinstance(move, UUID)
    ]
    if shipped:
        await write_book(work, book)
        await work.insert(StockTransfer, [_transfer_row(id_, one, draft) for id_, one, draft in shipped])
        await work.insert(StockTransferLine, [row for id_, _, draft in shipped for row in _line_rows(id_, draft)])
        work.emit("TransferShipped", StockTransfer, [id_ for id_, _, _ in shipped])
    return Results([id_ if isinstance(move, UUID) else move for id_, move in zip(ids, outcomes, strict=True)])


def _source(id_: UUID, number: str) -> Source:
    return Source(kind=StockTransfer.__name__, id=id_, number=number)


def _shipment(one: ShipTransfer, known: Known, own: Accounts, on: date, source: Source) -> Act:
    """The move into transit, checked. Raises: NotFound, Rejected."""
    line_count(len(one.lines))
    known.stock_place(one.transit_id, ("transit",), is_new=True)
    transit = known.locations[one.transit_id]
    if transit["kind"] != LocationKind.TRANSIT:
        reason, reason_zh = f"it is {transit['kind']}, not TRANSIT", "该库位不是在途库位"
        raise Rejected(("transit",), what="location", value=transit["code"], reason=reason, reason_zh=reason_zh)
    targets = {line.target_id for line in one.lines}
    if len(targets) > 1:
        reason, reason_zh = "all lines of a transfer go to one place", "一张调拨单只能有一个目标库位"
        raise Rejected(("lines",), what="lines", value=str(len(targets)), reason=reason, reason_zh=reason_zh)
    known.stock_place(targets.pop(), ("lines", 0, "target"), is_new=True)
    lines = _lines(one.lines, [one.transit_id] * len(one.lines), known, own)
    return Act(id=new_id(), kind=MoveKind.TRANSFER, occurred_on=on, lines=lines, source=source)


def _transfer_row(id_: UUID, one: ShipTransfer, draft: Draft) -> dict[str, object]:
    source = draft.act.source
    assert source is not None, "a shipment names its transfer"
    return {
        "id": id_,
        "number": source.number,
        "status": TransferStatus.IN_TRANSIT,
        "transit_id": one.transit_id,
        "target_id": one.lines[0].target_id,
        "shipped_on": draft.act.occurred_on,
        "stock_move_id": draft.move_id,
    }


def _line_rows(id_: UUID, draft: Draft) -> list[dict[str, object]]:
    arriving = draft.legs[1::2]
    return [
        {
            "stock_transfer_id": id_,
            "position": position,
            "item_id": leg.key.item_id,
            "lot_id": leg.key.lot_id,
            "status": leg.key.status,
            "shipped_quantity": leg.quantity,
            "stock_entry_id": leg.id,
        }
        for position, leg in enumerate(arriving, start=1)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What arrives of a transfer, checked."""

    transfer_id: UUID
    act: Act
    status: TransferStatus


async def receive_transfers(work: Work, commands: Sequence[ReceiveTransfer]) -> Results[StockTransfer]:
    """The transfers with what arrived counted, RECEIVED where nothing is left in transit.

    What arrives is worth what it was worth when it left, to the cent. Raises per row: NotFound, WrongState, Rejected,
    InsufficientStock, PeriodClosed. Emits: StockChanged, TransferReceived.
    """
    transfers = await work.lock(StockTransfer, [one.stock_transfer_id for one in commands])
    lines: defaultdict[UUID, list[Row]] = defaultdict(list)
    for row in await work.fetch(_LINES, ids=list(transfers)):
        lines[row["stock_transfer_id"]].append(row)
    own = await accounts(work, *CARRYING)
    planned: list[Arrival | DomainError] = []
    counted: dict[UUID, Decimal] = {row["id"]: row["received_quantity"] for own in lines.values() for row in own}
    states = {id_: TransferStatus(row["status"]) for id_, row in transfers.items()}
    for one in commands:
        try:
            wanted = one.stock_transfer_id
            if wanted not in transfers:
                raise NotFound(what="stock transfer", key=str(wanted))
            on = not_before(one.received_on or work.now.date(), transfers[wanted]["shipped_on"], ("receivedOn",))
            arrival = _arrival(one, {**transfers[wanted], "status": states[wanted]}, lines[wanted], counted)
            act = _arrival_act(transfers[wanted], lines[wanted], arrival, own, on)
        except DomainError as refusal:
            planned.append(refusal)
            continue
        counted |= {id_: EXACT.add(counted[id_], quantity) for id_, quantity in arrival.items()}
        states[wanted] = transfer_status_after((row["shipped_quantity"], counted[row["id"]]) for row in lines[wanted])
        planned.append(Arrival(transfer_id=wanted, act=act, status=states[wanted]))
    return Results(await _arrive(work, planned, counted))


def _arrival(
    one: ReceiveTransfer, transfer: Mapping[str, object], lines: Sequence[Row], counted: Mapping[UUID, Decimal]
) -> dict[UUID, Decimal]:
    """What arrives by line. Raises: WrongState, NotFound, Rejected."""
    TRANSFER_FLOW.advance(str(transfer["number"]), TransferStatus(str(transfer["status"])), RECEIVE)
    left = {row["position"]: (row["id"], EXACT.subtract(row["shipped_quantity"], counted[row["id"]])) for row in lines}
    if one.lines is None:
        return {id_: quantity for id_, quantity in left.values() if quantity}
    line_count(len(one.lines))
    arriving: dict[UUID, Decimal] = {}
    for place, asked in enumerate(one.lines):
        if asked.position not in left:
            key = f"{transfer['number']}/{asked.position}"
            raise NotFound(("lines", place, "position"), what="StockTransferLine", key=key)
        id_, open_quantity = left[asked.position]
        positive(asked.quantity, QUANTITY, "quantity", ("lines", place, "quantity"))
        arriving[id_] = EXACT.add(arriving.get(id_, ZERO), asked.quantity)
        if arriving[id_] > open_quantity:
            raise Rejected(
                ("lines", place, "quantity"), what="quantity", value=asked.quantity,
                reason=f"only {trimmed(open_quantity)} are in transit", reason_zh=f"在途仅 {trimmed(open_quantity)}",
            )  # fmt: skip
    return arriving


def _arrival_act(transfer: Row, lines: Sequence[Row], arriving: Mapping[UUID, Decimal], own: Accounts, on: date) -> Act:
    """The move out of transit: each line takes what its own consignment left there."""
    made: list[Line] = []
    for row in lines:
        if row["id"] in arriving:
            key = StockKey(row["item_id"], transfer["transit_id"], row["lot_id"], StockStatus(row["status"]))
            target = replace(key, location_id=transfer["target_id"])
            made.append(carried(key, target, arriving[row["id"]], own, row["stock_entry_id"]))
    source = _source(transfer["id"], transfer["number"])
    return Act(id=new_id(), kind=MoveKind.TRANSFER, occurred_on=on, lines=tuple(made), source=source)


async def _arrive(
    work: Work, planned: Sequence[Arrival | DomainError], counted: Mapping[UUID, Decimal]
) -> list[UUID | DomainError]:
    """The transfers, with what arrived posted and counted."""
    acts = [one.act for one in planned if isinstance(one, Arrival)]
    if not acts:
        return [one for one in planned if isinstance(one, DomainError)]
    book = await open_book(work, acts)
    whole(await apply_acts(book, acts))
    await write_book(work, book)
    arrived = {one.transfer_id: one for one in planned if isinstance(one, Arrival)}
    await work.update(
        StockTransfer,
        [
            {"id": id_, "status": one.status, "received_on": one.act.occurred_on}
            for id_, one in arrived.items()
        ],
        fields=("status", "received_on"),
    )  # fmt: skip
    rows = await work.fetch(_LINES, ids=list(arrived))
    await work.update(
        StockTransferLine,
        [{"id": row["id"], "received_quantity": counted[row["id"]]} for row in rows],
        fields=("received_quantity",),
    )
    work.emit("TransferReceived", StockTransfer, list(arrived))
    return [one if isinstance(one, DomainError) else one.transfer_id for one in planned]
