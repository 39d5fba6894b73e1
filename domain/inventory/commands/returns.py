"""Returns to suppliers: goods go back as they came, and are no longer owed for."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import SmallInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.actors import Action
from domain.core.commands import Results, argument, command
from domain.core.database import Row
from domain.core.errors import DomainError, NotFound, Rejected, trimmed
from domain.core.ids import new_id
from domain.core.ledger import Source
from domain.core.money import EXACT, ZERO, Money
from domain.core.quantity import QUANTITY, positive
from domain.core.work import Work
from domain.finance.journal import accounts, company_currency
from domain.finance.models import Account, AccountRole, JournalEntry, JournalLine
from domain.finance.rules import Leg
from domain.inventory.balances import counter_location, locations
from domain.inventory.commands.issues import perform_acts
from domain.inventory.known import not_before
from domain.inventory.late_costs import came_in, incoming_entries
from domain.inventory.models import MoveKind, StockEntry, StockMove, StockStatus
from domain.inventory.rules import Act, Line, StockKey
from domain.inventory.valuation.pools import share
from domain.master_data.places import LocationKind

_company_id = bindparam("company_id", type_=SmallInteger())
_ids = func.any(bindparam("ids", type_=ARRAY(Uuid())))
_entry, _line, _account, _journal = StockEntry.table, JournalLine.table, Account.table, JournalEntry.table
_move, _back = StockMove.table, StockMove.table.alias("back")
# What was owed for the goods of a posting, by item and currency, and how much of the item it was for.
_OWED = (
    select(
        _journal.c.posting_id,
        _line.c.item_id,
        _line.c.party_id,
        _line.c.site_id,
        _line.c.transaction_currency,
        _line.c.rate,
        func.sum(_line.c.transaction_amount).label("transaction"),
        func.sum(_line.c.amount).label("amount"),
    )
    .join_from(
        _journal, _line, (_line.c.company_id == _journal.c.company_id) & (_line.c.journal_entry_id == _journal.c.id)
    )
    .join(_account, (_account.c.company_id == _line.c.company_id) & (_account.c.id == _line.c.account_id))
    .where(
        _journal.c.company_id == _company_id,
        _journal.c.posting_id == _ids,
        _account.c.role == AccountRole.GR_IR.value,
    )
    .group_by(
        _journal.c.posting_id, _line.c.item_id, _line.c.party_id, _line.c.site_id, _line.c.transaction_currency,
        _line.c.rate,
    )
)  # fmt: skip
_BROUGHT = (
    select(_move.c.posting_id, _entry.c.item_id, func.sum(_entry.c.quantity).label("quantity"))
    .join_from(_move, _entry, (_entry.c.company_id == _move.c.company_id) & (_entry.c.stock_move_id == _move.c.id))
    .where(
        _move.c.company_id == _company_id,
        _move.c.posting_id == _ids,
        _move.c.kind == MoveKind.RECEIPT.value,
        _entry.c.quantity > 0,
        _entry.c.owner_id.is_(None),
    )
    .group_by(_move.c.posting_id, _entry.c.item_id)
)
# What went back before: each return names the entry that brought the goods by the source of its move.
_RETURNED = (
    select(_move.c.source_id, (-func.sum(_entry.c.quantity)).label("quantity"))
    .join_from(_move, _entry, (_entry.c.company_id == _move.c.company_id) & (_entry.c.stock_move_id == _move.c.id))
    .where(
        _move.c.company_id == _company_id,
        _move.c.kind == MoveKind.RETURN.value,
        _move.c.source_id == _ids,
        _entry.c.quantity < 0,
        ~select(1).where(_back.c.company_id == _move.c.company_id, _back.c.reverses_id == _move.c.id).exists(),
    )
    .group_by(_move.c.source_id)
)
_HOLD = (
    select(_entry.c.id)
    .where(_entry.c.company_id == _company_id, _entry.c.id == _ids)
    .order_by(_entry.c.id)
    .with_for_update(key_share=True)
)


@command(action=Action.POST, record=StockMove, zh="采购退货", key_required=True)
class ReturnToSupplier:
    """Send goods of a receipt back to their supplier; what was owed for them is owed no more."""

    stock_entry_id: UUID = argument(doc="The entry by which the goods came in.", zh="入库分录", reference="stock_entry")
    quantity: Decimal = argument(doc="How much goes back.", zh="退货数量", number="quantity")
    location_id: UUID | None = argument(
        doc="Where the goods are; where they came to unless given.", zh="库位", reference="location", default=None
    )
    status: StockStatus = argument(doc="Status of the goods.", zh="库存状态", default=StockStatus.RELEASED)
    returned_on: date | None = argument(doc="Day of the return; today unless given.", zh="退货日期", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What returns refer to, fetched once; `returned` is counted on as returns of the batch follow each other."""

    entries: Mapping[UUID, Row]
    locations: Mapping[UUID, Row]
    owed: Mapping[tuple[UUID, UUID], Row]
    brought: Mapping[tuple[UUID, UUID], Decimal]
    returned: dict[UUID, Decimal]
    own: Mapping[AccountRole, UUID]
    currency: str
    outside_id: UUID


async def return_to_suppliers(work: Work, commands: Sequence[ReturnToSupplier]) -> Results[StockMove]:
    """The moves that took the goods back; a refusal stands in its own place.

    The goods leave at what those of their receipt are worth. Posts: GR/IR at the price of the receipt, what differs
    from it to cost of sales, for goods at standard cost to purchase price variance; one voucher a return. Raises per
    row: NotFound, Rejected, InsufficientStock, PeriodClosed. Emits: StockChanged.
    """
    known = await _known(work, commands)
    planned: list[Act | DomainError] = []
    for one in commands:
        try:
            planned.append(_act(one, known, one.returned_on or work.now.date()))
            known.returned[one.stock_entry_id] += one.quantity
        except DomainError as refusal:
            planned.append(refusal)
    return Results(await perform_acts(work, planned))


async def _known(work: Work, commands: Sequence[ReturnToSupplier]) -> Known:
    ids = sorted({one.stock_entry_id for one in commands})
    await work.fetch(_HOLD, ids=ids)
    entries = await incoming_entries(work, ids)
    postings = sorted({row["posting_id"] for row in entries.values()})
    brought = await work.fetch(_BROUGHT, ids=postings)
    returned: defaultdict[UUID, Decimal] = defaultdict(lambda: ZERO)
    returned.update({row["source_id"]: row["quantity"] for row in await work.fetch(_RETURNED, ids=ids)})
    return Known(
        entries=entries,
        locations=await locations(work, [one.location_id for one in commands if one.location_id]),
        owed={(row["posting_id"], row["item_id"]): row for row in await work.fetch(_OWED, ids=postings)},
        brought={(row["posting_id"], row["item_id"]): row["quantity"] for row in brought},
        returned=returned,
        own=await accounts(work, AccountRole.GR_IR, AccountRole.COST_OF_SALES, AccountRole.PURCHASE_PRICE_VARIANCE),
        currency=await company_currency(work),
        outside_id=await counter_location(work, LocationKind.SUPPLIER),
    )


def _act(one: ReturnToSupplier, known: Known, on: date) -> Act:
    """The return, checked. Raises: NotFound, Rejected."""
    entry = came_in(known.entries.get(one.stock_entry_id), one.stock_entry_id)
    positive(one.quantity, QUANTITY, "quantity", ("quantity",))
    name = (entry["posting_id"], entry["item_id"])
    if entry["kind"] != MoveKind.RECEIPT or name not in known.owed:
        reason, reason_zh = "it is no receipt from a supplier", "该分录不是采购收货"
        raise Rejected(("stockEntry",), what="stock entry", value=str(entry["id"]), reason=reason, reason_zh=reason_zh)
    left = EXACT.subtract(entry["quantity"], known.returned[entry["id"]])
    if one.quantity > left:
        reason, reason_zh = f"only {trimmed(left)} of the receipt are left to return", f"可退数量仅 {trimmed(left)}"
        raise Rejected(("quantity",), what="quantity", value=one.quantity, reason=reason, reason_zh=reason_zh)
    not_before(on, entry["occurred_on"], ("returnedOn",))
    if one.location_id is not None and one.location_id not in known.locations:
        raise NotFound(("location",), what="location", key=str(one.location_id))
    key = StockKey(entry["item_id"], one.location_id or entry["location_id"], entry["lot_id"], one.status)
    line = Line(
        source=key,
        target=StockKey(key.item_id, known.outside_id, key.lot_id),
        quantity=one.quantity,
        counter=_owed_no_more(one, known, name, left),
        account_id=known.own[AccountRole.COST_OF_SALES],
        variance_id=known.own[AccountRole.PURCHASE_PRICE_VARIANCE],
        correction_id=known.own[AccountRole.COST_OF_SALES],
        takes_from=entry["id"],
    )
    source = Source(kind=StockEntry.__name__, id=entry["id"], number=str(entry["id"]))
    return Act(
        id=new_id(), kind=MoveKind.RETURN, occurred_on=on, lines=(line,), source=source,
        site_id=known.owed[name]["site_id"], party_id=known.owed[name]["party_id"],
    )  # fmt: skip


def _owed_no_more(one: ReturnToSupplier, known: Known, name: tuple[UUID, UUID], left: Decimal) -> tuple[Leg, ...]:
    """The part of what was owed that goes back with the goods, as the difference of two rounded totals."""
    owed, whole = known.owed[name], known.brought[name]
    gone = EXACT.subtract(known.entries[one.stock_entry_id]["quantity"], left)
    currency = owed["transaction_currency"]

    def part(amount: Decimal, of: str) -> Decimal:
        before, after = share(amount, gone, whole, of), share(amount, EXACT.add(gone, one.quantity), whole, of)
        return EXACT.subtract(before, after)

    leg = Leg(
        account_id=known.own[AccountRole.GR_IR],
        amount=part(owed["amount"], known.currency),
        transaction=Money(part(owed["transaction"], currency), currency),
        rate=owed["rate"],
        site_id=owed["site_id"],
        item_id=name[1],
        party_id=owed["party_id"],
    )
    return (leg,)
