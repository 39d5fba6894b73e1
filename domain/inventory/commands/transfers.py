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
from domain.finance.models import AccountRole
from domain.inventory.balances import counter_location
from domain.inventory.commands.issues import outgoing, perform_acts
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


@part
class TransferLossInput:
    """What was lost of one line of a transfer."""

    position: int = argument(doc="The line's place on the transfer.", zh="行号")
    quantity: Decimal = argument(doc="What was lost.", zh="损失数量", number="quantity")


@command(action=Action.POST, record=StockTransfer, zh="调拨接收", key_required=True)
class ReceiveTransfer:
    """Take in what arrived of a transfer: everything that is still in transit unless lines are given."""

    stock_transfer_id: UUID = argument(doc="The transfer.", zh="调拨单", reference="stock_transfer")
    lines: tuple[TransferArrivalInput, ...] | None = argument(doc="What arrived.", zh="到货行", default=None)
    received_on: date | None = argument(doc="Day it arrived; today unless given.", zh="接收日期", default=None)


@command(action=Action.POST, record=StockTransfer, zh="调拨在途损失", key_required=True)
class WriteOffTransfer:
    """Give up what a transfer lost on the way: everything that is still in transit unless lines are given."""

    stock_transfer_id: UUID = argument(doc="The transfer.", zh="调拨单", reference="stock_transfer")
    reason: str = argument(doc="What became of the goods.", zh="原因")
    lines: tuple[TransferLossInput, ...] | None = argument(doc="What is lost.", zh="损失行", default=None)
    written_off_on: date | None = argument(doc="Day of the loss; today unless given.", zh="损失日期", default=None)


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
class Left:
    """What of some lines of a transfer leaves transit: it arrives, or is lost."""

    transfer_id: UUID
    asked: Sequence[TransferArrivalInput | TransferLossInput] | None
    on: date
    day: str
    loss: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """What leaves the transit of a transfer, checked."""

    left: Left
    act: Act
    status: TransferStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """Where goods go that leave transit: to their target, or to the place of losses at an account."""

    own: Accounts
    lost_id: UUID | None = None


async def receive_transfers(work: Work, commands: Sequence[ReceiveTransfer]) -> Results[StockTransfer]:
    """The transfers with what arrived counted, RECEIVED where nothing is left in transit.

    What arrives is worth what it was worth when it left, to the cent. Raises per row: NotFound, WrongState, Rejected,
    InsufficientStock, PeriodClosed. Emits: StockChanged, TransferReceived.
    """
    today = work.now.date()
    wanted = [
        Left(transfer_id=one.stock_transfer_id, asked=one.lines, on=one.received_on or today, day="receivedOn")
        for one in commands
    ]
    return await _leave_transit(work, wanted, Ends(own=await accounts(work, *CARRYING)))


async def write_off_transfers(work: Work, commands: Sequence[WriteOffTransfer]) -> Results[StockTransfer]:
    """The transfers with what was lost counted, RECEIVED where nothing is left in transit.

    Posts: what the lost goods were worth when they left, to stock differences, one voucher a transfer. Raises per row:
    NotFound, WrongState, Rejected, InsufficientStock, PeriodClosed. Emits: StockChanged, TransferWrittenOff.
    """
    today = work.now.date()
    wanted = [
        Left(transfer_id=one.stock_transfer_id, asked=one.lines, on=one.written_off_on or today, day="writtenOffOn",
             loss=one.reason.strip())
        for one in commands
    ]  # fmt: skip
    own = await accounts(work, AccountRole.STOCK_ADJUSTMENT)
    return await _leave_transit(work, wanted, Ends(own=own, lost_id=await counter_location(work, LocationKind.LOSS)))


async def _leave_transit(work: Work, wanted: Sequence[Left], ends: Ends) -> Results[StockTransfer]:
    transfers = await work.lock(StockTransfer, [one.transfer_id for one in wanted])
    lines: defaultdict[UUID, list[Row]] = defaultdict(list)
    for row in await work.fetch(_LINES, ids=list(transfers)):
        lines[row["stock_transfer_id"]].append(row)
    planned: list[Departure | DomainError] = []
    in_transit: dict[UUID, Decimal] = {row["id"]: row["in_transit_quantity"] for own in lines.values() for row in own}
    states = {id_: TransferStatus(row["status"]) for id_, row in transfers.items()}
    for one in wanted:
        id_ = one.transfer_id
        try:
            if id_ not in transfers:
                raise NotFound(what="stock transfer", key=str(id_))
            not_before(one.on, transfers[id_]["shipped_on"], (one.day,))
            TRANSFER_FLOW.advance(transfers[id_]["number"], states[id_], RECEIVE)
            leaving = _leaving(one, transfers[id_], lines[id_], in_transit)
            act = _departure(transfers[id_], lines[id_], leaving, ends, one.on)
        except DomainError as refusal:
            planned.append(refusal)
            continue
        in_transit |= {line_id: EXACT.subtract(in_transit[line_id], gone) for line_id, gone in leaving.items()}
        states[id_] = transfer_status_after(in_transit[row["id"]] for row in lines[id_])
        planned.append(Departure(left=one, act=act, status=states[id_]))
    return Results(await _depart(work, planned, in_transit))


def _leaving(one: Left, transfer: Row, lines: Sequence[Row], in_transit: Mapping[UUID, Decimal]) -> dict[UUID, Decimal]:
    """What leaves transit by line. Raises: NotFound, Rejected."""
    if one.loss == "":
        reason, reason_zh = "say what became of the goods", "须说明货物去向"
        raise Rejected(("reason",), what="reason", value="", reason=reason, reason_zh=reason_zh)
    there = {row["position"]: (row["id"], in_transit[row["id"]]) for row in lines}
    if one.asked is None:
        return {id_: quantity for id_, quantity in there.values() if quantity}
    line_count(len(one.asked))
    leaving: dict[UUID, Decimal] = {}
    for place, asked in enumerate(one.asked):
        if asked.position not in there:
            key = f"{transfer['number']}/{asked.position}"
            raise NotFound(("lines", place, "position"), what="StockTransferLine", key=key)
        id_, open_quantity = there[asked.position]
        positive(asked.quantity, QUANTITY, "quantity", ("lines", place, "quantity"))
        leaving[id_] = EXACT.add(leaving.get(id_, ZERO), asked.quantity)
        if leaving[id_] > open_quantity:
            raise Rejected(
                ("lines", place, "quantity"), what="quantity", value=asked.quantity,
                reason=f"only {trimmed(open_quantity)} are in transit", reason_zh=f"在途仅 {trimmed(open_quantity)}",
            )  # fmt: skip
    return leaving


def _departure(transfer: Row, lines: Sequence[Row], leaving: Mapping[UUID, Decimal], ends: Ends, on: date) -> Act:
    """The move out of transit: each line takes what its own consignment left there."""
    made: list[Line] = []
    for row in lines:
        if row["id"] not in leaving:
            continue
        key = StockKey(row["item_id"], transfer["transit_id"], row["lot_id"], StockStatus(row["status"]))
        quantity, consignment = leaving[row["id"]], row["stock_entry_id"]
        if ends.lost_id is None:
            target = replace(key, location_id=transfer["target_id"])
            made.append(carried(key, target, quantity, ends.own, consignment))
        else:
            lost = outgoing(key, quantity, ends.lost_id, ends.own[AccountRole.STOCK_ADJUSTMENT])
            made.append(replace(lost, takes_from=consignment))
    kind = MoveKind.TRANSFER if ends.lost_id is None else MoveKind.ADJUSTMENT
    source = _source(transfer["id"], transfer["number"])
    return Act(id=new_id(), kind=kind, occurred_on=on, lines=tuple(made), source=source)


async def _depart(
    work: Work, planned: Sequence[Departure | DomainError], in_transit: Mapping[UUID, Decimal]
) -> list[UUID | DomainError]:
    """The transfers, with what left transit posted and counted."""
    acts = [one.act for one in planned if isinstance(one, Departure)]
    if not acts:
        return [one for one in planned if isinstance(one, DomainError)]
    book = await open_book(work, acts)
    whole(await apply_acts(book, acts))
    await write_book(work, book)
    gone = {one.left.transfer_id: one for one in planned if isinstance(one, Departure)}
    is_loss = any(one.left.loss is not None for one in gone.values())
    counted = "lost_quantity" if is_loss else "received_quantity"
    ended = [
        {"id": id_, "status": one.status, "received_on": one.act.occurred_on, "loss_reason": one.left.loss}
        for id_, one in gone.items()
    ]
    await work.update(StockTransfer, ended, fields=("status", "loss_reason" if is_loss else "received_on"))
    rows = await work.fetch(_LINES, ids=list(gone))
    changed = [
        {"id": row["id"], counted: EXACT.add(row[counted], EXACT.subtract(row["in_transit_quantity"], left))}
        for row in rows
        for left in [in_transit[row["id"]]]
    ]
    await work.update(StockTransferLine, changed, fields=(counted,))
    work.emit("TransferWrittenOff" if is_loss else "TransferReceived", StockTransfer, list(gone))
    return [one if isinstance(one, DomainError) else one.left.transfer_id for one in planned]
