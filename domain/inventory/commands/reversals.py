"""Reversals: a move is taken back by its opposite, which names it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import SmallInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.actors import Action
from domain.core.commands import Results, argument, command
from domain.core.database import Row
from domain.core.errors import DomainError, NotFound
from domain.core.ids import new_id
from domain.core.ledger import Source
from domain.core.money import ZERO, Money
from domain.core.work import Work
from domain.finance.journal import accounts
from domain.finance.models import Account, AccountRole, JournalEntry, JournalLine
from domain.finance.rules import Leg
from domain.inventory.commands.issues import perform_acts
from domain.inventory.known import not_before
from domain.inventory.models import MoveKind, StockBalance, StockEntry, StockMove, StockStatus, ValueLayer
from domain.inventory.rules import Act, AlreadyReversed, Line, SourceDocumentRules, StockKey
from domain.master_data.places import ON_HAND, Location

# Moves of these sources may be taken back by themselves; those of other documents only with the document.
OWN_SOURCES = frozenset({None, StockBalance.__name__, StockEntry.__name__})

_company_id = bindparam("company_id", type_=SmallInteger())
_ids = func.any(bindparam("ids", type_=ARRAY(Uuid())))
_move, _entry, _location, _layer = StockMove.table, StockEntry.table, Location.table, ValueLayer.table
_journal, _line, _account = JournalEntry.table, JournalLine.table, Account.table
# A move that is taken back is held, so that it is taken back once.
_MOVES = (
    select(_move)
    .where(_move.c.company_id == _company_id, _move.c.id == _ids)
    .order_by(_move.c.id)
    .with_for_update(key_share=True, of=_move)
)
_REVERSED = select(_move.c.reverses_id).where(_move.c.company_id == _company_id, _move.c.reverses_id == _ids)
_worth = (
    select(func.sum(_layer.c.value))
    .where(_layer.c.company_id == _entry.c.company_id, _layer.c.movement_id == _entry.c.id)
    .scalar_subquery()
)
# The account that takes corrections of an entry takes those of its reversal too.
_account_of = (
    select(_layer.c.account_id)
    .where(_layer.c.company_id == _entry.c.company_id, _layer.c.movement_id == _entry.c.id)
    .limit(1)
    .scalar_subquery()
)
_ENTRIES = (
    select(
        _entry,
        _location.c.kind.label("location_kind"),
        func.coalesce(_worth, 0).label("worth"),
        _account_of.label("account_id"),
    )
    .join_from(
        _entry, _location, (_location.c.company_id == _entry.c.company_id) & (_location.c.id == _entry.c.location_id)
    )
    .where(_entry.c.company_id == _company_id, _entry.c.stock_move_id == _ids)
    .order_by(_entry.c.stock_move_id, _entry.c.position)
)
_LEGS = (
    select(_line, _journal.c.posting_id, _account.c.role)
    .join_from(
        _journal, _line, (_line.c.company_id == _journal.c.company_id) & (_line.c.journal_entry_id == _journal.c.id)
    )
    .join(_account, (_account.c.company_id == _line.c.company_id) & (_account.c.id == _line.c.account_id))
    .where(_journal.c.company_id == _company_id, _journal.c.posting_id == _ids)
    .order_by(_line.c.journal_entry_id, _line.c.position)
)


@command(action=Action.POST, record=StockMove, zh="冲销库存移动", key_required=True)
class ReverseStockMove:
    """Take a move back: the goods go where they came from, and their value with them."""

    stock_move_id: UUID = argument(doc="The move to take back.", zh="库存移动", reference="stock_move")
    reversed_on: date | None = argument(doc="Day of the reversal; today unless given.", zh="冲销日期", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What reversals refer to, fetched once."""

    moves: Mapping[UUID, Row]
    entries: Mapping[UUID, Sequence[Row]]
    legs: Mapping[UUID, Sequence[Row]]
    reversed: set[UUID]
    own: Mapping[AccountRole, UUID]


async def reverse_stock_moves(work: Work, commands: Sequence[ReverseStockMove]) -> Results[StockMove]:
    """The moves that take others back; a refusal stands in its own place.

    Goods that had left come back at what they were worth when they left, late costs included; goods that had come leave
    at what those of their receipt are worth now; what differs goes where the cost went. A cost that is found later
    still follows goods that came back. Raises per row: NotFound, AlreadyReversed, SourceDocumentRules,
    Rejected for a day before the move, InsufficientStock, PeriodClosed. Emits: StockChanged.
    """
    known = await _known(work, sorted({one.stock_move_id for one in commands}))
    planned: list[Act | DomainError] = []
    for one in commands:
        try:
            planned.append(_act(one.stock_move_id, known, one.reversed_on or work.now.date()))
            known.reversed.add(one.stock_move_id)
        except DomainError as refusal:
            planned.append(refusal)
    return Results(await perform_acts(work, planned))


async def _known(work: Work, ids: Sequence[UUID]) -> Known:
    moves = {row["id"]: row for row in await work.fetch(_MOVES, ids=ids)}
    entries: dict[UUID, list[Row]] = {}
    for row in await work.fetch(_ENTRIES, ids=ids):
        entries.setdefault(row["stock_move_id"], []).append(row)
    legs: dict[UUID, list[Row]] = {}
    for row in await work.fetch(_LEGS, ids=sorted({row["posting_id"] for row in moves.values()})):
        legs.setdefault(row["posting_id"], []).append(row)
    return Known(
        moves=moves,
        entries=entries,
        legs=legs,
        reversed={row["reverses_id"] for row in await work.fetch(_REVERSED, ids=ids)},
        own=await accounts(work, AccountRole.COST_OF_SALES, AccountRole.ROUNDING, AccountRole.STOCK),
    )


def _act(move_id: UUID, known: Known, on: date) -> Act:
    """The opposite of a move. Raises: NotFound, AlreadyReversed, SourceDocumentRules, Rejected."""
    move = known.moves.get(move_id)
    if move is None:
        raise NotFound(what="stock move", key=str(move_id))
    if move_id in known.reversed:
        raise AlreadyReversed(move=str(move_id))
    if move["source_kind"] not in OWN_SOURCES:
        raise SourceDocumentRules(source=move["source_kind"], number=move["source_number"])
    not_before(on, move["occurred_on"], ("reversedOn",))
    entries, legs = known.entries[move_id], known.legs.get(move["posting_id"], ())
    took = {leg["item_id"]: leg["account_id"] for leg in legs if leg["role"] != AccountRole.STOCK}
    lines = tuple(
        _line_back(gone, come, took.get(gone["item_id"]), known.own)
        for gone, come in zip(entries[::2], entries[1::2], strict=True)
    )
    return Act(
        id=new_id(),
        kind=MoveKind.REVERSAL,
        occurred_on=on,
        lines=lines,
        source=Source(kind=StockMove.__name__, id=move_id, number=str(move_id)),
        reverses_id=move_id,
        reverses_voucher_id=legs[0]["journal_entry_id"] if legs else None,
        counter=tuple(_opposite(leg) for leg in legs if leg["role"] != AccountRole.STOCK),
    )


def _line_back(gone: Row, come: Row, took_id: UUID | None, own: Mapping[AccountRole, UUID]) -> Line:
    """The goods of two entries go back from where they came to where they left.

    What they are worth otherwise now goes to the account that took their cost; at standard cost, goods that only
    changed places differ by what was rounded.
    """
    is_from_stock, is_to_stock = (row["location_kind"] in ON_HAND and row["owner_id"] is None for row in (gone, come))
    account_id = own[AccountRole.COST_OF_SALES]
    variance_id = own[AccountRole.ROUNDING] if is_from_stock and is_to_stock else took_id
    return Line(
        source=_key(come),
        target=_key(gone),
        quantity=come["quantity"],
        account_id=gone["account_id"] or come["account_id"] or account_id,
        variance_id=variance_id,
        cost=-gone["worth"] if is_from_stock else ZERO,
        takes_from=come["id"],
        correction_id=None if is_from_stock and is_to_stock else gone["account_id"] or come["account_id"] or account_id,
    )


def _key(entry: Row) -> StockKey:
    return StockKey(
        entry["item_id"], entry["location_id"], entry["lot_id"], StockStatus(entry["status"]), entry["owner_id"]
    )


def _opposite(leg: Row) -> Leg:
    return Leg(
        account_id=leg["account_id"],
        amount=-leg["amount"],
        transaction=Money(-leg["transaction_amount"], leg["transaction_currency"]),
        rate=leg["rate"],
        site_id=leg["site_id"],
        item_id=leg["item_id"],
        party_id=leg["party_id"],
    )
