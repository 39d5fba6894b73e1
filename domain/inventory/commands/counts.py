"""Counts: what is really there, against the book."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import SmallInteger, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.actors import Action
from domain.core.commands import Results, argument, command
from domain.core.database import Row
from domain.core.errors import DomainError, NotFound, Rejected
from domain.core.ids import new_id
from domain.core.ledger import Source
from domain.core.money import EXACT, ZERO
from domain.core.quantity import QUANTITY, not_negative
from domain.core.work import Work
from domain.finance.journal import accounts, hold_periods
from domain.finance.models import AccountRole, SubLedger
from domain.finance.rules import ONE, PeriodClosed
from domain.inventory.balances import counter_location, hold_counter_location, locations, lock_balances, moved_after
from domain.inventory.entries import write_book
from domain.inventory.models import Lot, MoveKind, StockBalance, StockStatus
from domain.inventory.posting import apply_acts, open_book, present_value
from domain.inventory.rules import Act, Balance, Line, StockKey
from domain.inventory.stock import whole
from domain.master_data.items import Item
from domain.master_data.places import ON_HAND, LocationKind

_item, _lot = Item.table, Lot.table
_ITEMS = select(_item.c.id).where(_item.c.id == func.any(bindparam("ids", type_=ARRAY(Uuid()))))
_LOTS = select(_lot.c.id, _lot.c.number, _lot.c.item_id).where(
    _lot.c.company_id == bindparam("company_id", type_=SmallInteger()),
    _lot.c.number == func.any(bindparam("numbers", type_=ARRAY(Text()))),
)


@command(action=Action.POST, record=StockBalance, zh="盘点", key_required=True)
class CountStock:
    """State what was counted at a place; the difference from the book of that day posts to stock differences."""

    item_id: UUID = argument(doc="What was counted.", zh="物料", reference="item")
    location_id: UUID = argument(doc="Where it was counted.", zh="库位", reference="location")
    counted: Decimal = argument(doc="How much is there.", zh="实盘数量", number="quantity")
    lot_number: str | None = argument(doc="The lot that was counted.", zh="批号", default=None)
    status: StockStatus = argument(doc="Status of what was counted.", zh="库存状态", default=StockStatus.RELEASED)
    counted_on: date | None = argument(doc="Day of the count; today unless given.", zh="盘点日期", default=None)


@dataclass(frozen=True, slots=True)
class Against:
    """What takes the difference of a count: the account that plays the role, and why goods moved."""

    role: AccountRole
    kind: MoveKind


COUNTED = Against(AccountRole.STOCK_ADJUSTMENT, MoveKind.ADJUSTMENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a batch of counts names, fetched once."""

    items: frozenset[UUID]
    locations: Mapping[UUID, Row]
    lots: Mapping[str, Row]
    periods: Mapping[date, object]


async def count_stock(work: Work, commands: Sequence[CountStock]) -> Results[StockBalance]:
    """The balances, each holding what was counted; a refusal stands in its own place.

    The count is compared with the book at the end of its day: what moved since is left out. A later count of the same
    place in one batch is compared with what the earlier one left; what is promised to documents is not counted away:
    InsufficientStock says so. Posts: the difference at standard cost against stock differences, one voucher a count.
    Raises per row: NotFound, Rejected, PeriodClosed. Emits: StockChanged.
    """
    return await post_counts(work, commands, COUNTED)


async def post_counts(work: Work, commands: Sequence[CountStock], against: Against) -> Results[StockBalance]:
    """The balances, each holding what was counted, the differences taken by `against`; see `count_stock`."""
    today = work.now.date()
    known = await _known(work, commands, today)
    keys = [_key_or_refusal(one, known, today) for one in commands]
    accepted = [(one, key) for one, key in zip(commands, keys, strict=True) if isinstance(key, StockKey)]
    balances: dict[StockKey, Balance] = {}
    if accepted:
        balances = await _post(work, accepted, against, today)
    return Results([balances[key].id if isinstance(key, StockKey) else key for key in keys])


async def _known(work: Work, commands: Sequence[CountStock], today: date) -> Known:
    numbers = sorted({one.lot_number for one in commands if one.lot_number})
    return Known(
        items=frozenset(row["id"] for row in await work.fetch(_ITEMS, ids=sorted({one.item_id for one in commands}))),
        locations=await locations(work, [one.location_id for one in commands]),
        lots={row["number"]: row for row in await work.fetch(_LOTS, numbers=numbers)},
        periods=await hold_periods(work, SubLedger.STOCK, [one.counted_on or today for one in commands]),
    )


def _key_or_refusal(one: CountStock, known: Known, today: date) -> StockKey | DomainError:
    """The balance row that a count is of, or the first reason to refuse it."""
    try:
        not_negative(one.counted, QUANTITY, "counted")
        if one.item_id not in known.items:
            raise NotFound(("item",), what="item", key=str(one.item_id))
        location = known.locations.get(one.location_id)
        if location is None:
            raise NotFound(("location",), what="location", key=str(one.location_id))
        if location["kind"] not in ON_HAND:
            raise Rejected(
                ("location",),
                what="location",
                value=location["code"],
                reason=f"it is {location['kind']} and holds no stock",
                reason_zh="该库位不存放库存",
            )
        period = known.periods[one.counted_on or today]
        if isinstance(period, PeriodClosed):
            raise period
        return StockKey(one.item_id, one.location_id, _lot_of(one, known), one.status)
    except DomainError as refusal:
        return refusal


def _lot_of(one: CountStock, known: Known) -> UUID | None:
    if one.lot_number is None:
        return None
    lot = known.lots.get(one.lot_number)
    if lot is None or lot["item_id"] != one.item_id:
        raise NotFound(("lotNumber",), what="lot", key=one.lot_number)
    return lot["id"]


async def _post(
    work: Work, counts: Sequence[tuple[CountStock, StockKey]], against: Against, today: date
) -> dict[StockKey, Balance]:
    """The balances after the counts, posted."""
    await hold_counter_location(work, LocationKind.LOSS)
    balances = await lock_balances(work, [key for _, key in counts])
    # What moved after the count is no part of what was counted.
    later = await moved_after(work, [(key, one.counted_on or today) for one, key in counts])
    asked = [(one, key, EXACT.add(one.counted, moved)) for (one, key), moved in zip(counts, later, strict=True)]
    if all(wanted == balances[key].quantity for _, key, wanted in asked):
        return balances
    own = await accounts(work, against.role)
    account, outside = own[against.role], await counter_location(work, LocationKind.LOSS)
    shapes = [
        _count_act(against, one.counted_on or today, _count_line(key, outside, ONE, account)) for one, key in counts
    ]
    book = await open_book(work, shapes, (against.role,))
    for one, key, wanted in asked:
        held = book.balances[key]
        difference = EXACT.subtract(wanted, held.quantity)
        if difference:
            line = _count_line(key, outside, difference, account)
            line = replace(line, cost=present_value(book, key, difference) if difference > ZERO else ZERO)
            source = Source(kind=StockBalance.__name__, id=held.id, number=str(held.id))
            act = replace(_count_act(against, one.counted_on or today, line), source=source)
            whole(await apply_acts(book, [act]))
    await write_book(work, book)
    return book.balances


def _count_act(against: Against, on: date, line: Line) -> Act:
    """The act of one count."""
    return Act(id=new_id(), kind=against.kind, occurred_on=on, lines=(line,))


def _count_line(key: StockKey, outside_id: UUID, difference: Decimal, account_id: UUID) -> Line:
    """What was found more comes from the loss location, what is missing goes there, reserved or not."""
    outside = StockKey(key.item_id, outside_id, key.lot_id)
    source, target = (outside, key) if difference > ZERO else (key, outside)
    return Line(
        source=source, target=target, quantity=abs(difference), account_id=account_id, correction_id=account_id,
    )  # fmt: skip
