"""Revaluations: stock is made worth another cost of one unit, from a day on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import SmallInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.actors import Action
from domain.core.commands import Results, argument, command
from domain.core.errors import DomainError, NotFound, Rejected
from domain.core.ids import new_id
from domain.core.ledger import Source
from domain.core.money import ZERO, total
from domain.core.numbering import Series
from domain.core.quantity import RATE, not_negative
from domain.core.work import Work
from domain.finance.journal import post_vouchers
from domain.finance.models import AccountRole
from domain.finance.rules import PeriodClosed, Voucher
from domain.inventory.balances import write_balances
from domain.inventory.documents import StockRevaluation
from domain.inventory.entries import LateCost, Rows, effect_rows, late_vouchers, standard_revaluation
from domain.inventory.known import Known, known_of
from domain.inventory.models import StockBalance, StockStatus, ValuationArea, ValuationMethod
from domain.inventory.pools import Facts, HeldPool, trace, valuations, write_pools
from domain.inventory.posting import StockBook, open_places, settle
from domain.inventory.rules import StockKey, cost_changes, plain_legs
from domain.inventory.turnover import append_layers
from domain.inventory.valuation import Effect, Movement
from domain.master_data.items import ItemCost

NUMBERS = Series("stock_revaluation", prefix="RV-")

_company_id = bindparam("company_id", type_=SmallInteger())
_items = func.any(bindparam("items", type_=ARRAY(Uuid())))
_balance, _cost = StockBalance.table, ItemCost.table
_PLACES = select(
    _balance.c.item_id, _balance.c.location_id, _balance.c.lot_id, _balance.c.status, _balance.c.owner_id
).where(_balance.c.company_id == _company_id, _balance.c.item_id == _items, _balance.c.owner_id.is_(None))
_COSTS = select(_cost.c.id, _cost.c.item_id, _cost.c.valid_from).where(
    _cost.c.company_id == _company_id, _cost.c.item_id == _items
)


@command(action=Action.POST, record=StockRevaluation, zh="存货重估", key_required=True)
class RevalueStock:
    """Make all stock of an item, or of one valuation area or lot of it, worth another cost of one unit.

    For an item at standard cost this is its standard cost from the day on, and all its stock follows.
    """

    item_id: UUID = argument(doc="What is revalued.", zh="物料", reference="item")
    unit_cost: Decimal = argument(
        doc="What one unit is worth, in the company's currency.", zh="单位成本", number="money"
    )
    location_id: UUID | None = argument(
        doc="A place of the valuation area; needed where areas are valued apart.", zh="库位", reference="location",
        default=None,
    )  # fmt: skip
    lot_number: str | None = argument(doc="The lot; needed where lots are valued each.", zh="批号", default=None)
    revalued_on: date | None = argument(
        doc="The day the cost counts from; today unless given.", zh="重估日期", default=None
    )

    @property
    def quantity(self) -> Decimal:
        """A revaluation moves nothing."""
        return ZERO


@dataclass(slots=True, kw_only=True, eq=False)
class Revalued:
    """A revaluation worked out."""

    one: RevalueStock
    source: Source
    posting_id: UUID
    on: date
    location_id: UUID | None
    site_id: UUID | None
    lot_id: UUID | None
    value: Decimal = ZERO
    rows: Rows
    vouchers: list[Voucher]
    cost: LateCost | None = None


async def revalue_stock(work: Work, commands: Sequence[RevalueStock]) -> Results[StockRevaluation]:
    """The revaluations; a refusal stands in its own place.

    Posts: stock against revaluation, one voucher a document; for a day gone by, also the differences of the moves after
    it. Standard costs change today. Raises per row: NotFound, Rejected, PeriodClosed. Emits:
    StockRevalued, StockChanged.
    """
    known = await known_of(work, commands, [one.location_id for one in commands])
    items = sorted({one.item_id for one in commands})
    rows = await work.fetch(_PLACES, items=items)
    keys = [StockKey(row["item_id"], row["location_id"], row["lot_id"], StockStatus(row["status"])) for row in rows]
    today = work.now.date()
    book = await open_places(work, keys, {one.revalued_on or today for one in commands})
    # An item that was never in stock has a cost all the same.
    book.valuations |= await valuations(work, items)
    numbers = await work.number(NUMBERS, len(commands))
    done: list[Revalued | DomainError] = []
    for one, number in zip(commands, numbers, strict=True):
        try:
            done.append(await _revalue(book, known, one, number))
        except DomainError as refusal:
            done.append(refusal)
    made = [one for one in done if isinstance(one, Revalued)]
    if made:
        await _write(work, book, made)
        work.emit("StockRevalued", StockRevaluation, [one.source.id for one in made])
    return Results([one.source.id if isinstance(one, Revalued) else one for one in done])


async def _revalue(book: StockBook, known: Known, one: RevalueStock, number: str) -> Revalued:
    """One revaluation worked out. Raises: NotFound, Rejected, PeriodClosed."""
    known.item(one.item_id)
    not_negative(one.unit_cost, RATE, "unit cost", ("unitCost",))
    on = one.revalued_on or book.work.now.date()
    period = book.periods[on]
    if isinstance(period, PeriodClosed):
        raise period
    made = Revalued(
        one=one, source=Source(kind=StockRevaluation.__name__, id=new_id(), number=number), posting_id=new_id(), on=on,
        location_id=one.location_id and known.stock_place(one.location_id),
        site_id=known.locations[one.location_id]["site_id"] if one.location_id else None,
        lot_id=known.lot_of(one.item_id, one.lot_number), rows=[], vouchers=[],
    )  # fmt: skip
    if book.valuations[one.item_id].method is ValuationMethod.STANDARD:
        _at_standard(book, made)
    else:
        await _in_pools(book, made)
    return made


def _at_standard(book: StockBook, made: Revalued) -> None:
    """All balances of the item take the new standard cost. Raises: Rejected for a day gone by."""
    one = made.one
    if made.on != book.work.now.date():
        reason, reason_zh = "a standard cost changes today, neither earlier nor later", "标准成本只能于当日变更"
        raise Rejected(("revaluedOn",), what="date", value=made.on.isoformat(), reason=reason, reason_zh=reason_zh)
    own = {key: held for key, held in book.balances.items() if key.item_id == one.item_id}
    changes = cost_changes(own, {one.item_id: one.unit_cost}, book.currency)
    for key, held in own.items():
        book.balances[key] = replace(held, unit_cost=one.unit_cost)
        book.touched.add(key)
    book.costs[one.item_id] = one.unit_cost
    moving = [change for change in changes if change.value]
    made.value = total([change.value for change in moving])
    made.rows, made.vouchers = standard_revaluation(book, moving, made.posting_id, made.on)


async def _in_pools(book: StockBook, made: Revalued) -> None:
    """The pools of the item, or the one that place and lot name, take the new cost at their place in time.

    Raises: Rejected when place or lot must be named.
    """
    one, valuation = made.one, book.valuations[made.one.item_id]
    if valuation.area is not ValuationArea.COMPANY and made.location_id is None:
        reason, reason_zh = "areas of this item are valued apart", "该物料按区域计价，须指定库位"
        raise Rejected(("location",), what="location", value="", reason=reason, reason_zh=reason_zh)
    if valuation.method is ValuationMethod.LOT and made.lot_id is None:
        reason, reason_zh = "lots of this item are valued each", "该物料按批次计价，须指定批号"
        raise Rejected(("lotNumber",), what="lot", value="", reason=reason, reason_zh=reason_zh)
    pools = [pool for pool in book.pools.values() if _is_meant(book, pool, made)]
    if not pools:
        raise NotFound(what="stock", key=str(one.item_id))
    [pool] = pools
    account = book.own[AccountRole.STOCK_REVALUATION]
    if pool.last_moved_on is not None and pool.last_moved_on > made.on:
        await trace(book.work, pool, (made.on + timedelta(days=1), 0))
    id_ = new_id()
    pool.facts[id_] = Facts(stock_entry_id=None, lot_id=pool.key.lot_id, account_id=account)
    movement = Movement(id=id_, place=pool.next_place(made.on), quantity=ZERO, unit_cost=one.unit_cost)
    effect: Effect = pool.history.insert(movement)
    made.value = effect.value
    differences = await settle(book)
    pool.history.tell()
    # Written even where nothing changes: what comes late before it must still come to this cost.
    made.rows = effect_rows(made.posting_id, made.on, pool, movement, effect)
    amounts = (
        (book.own[AccountRole.STOCK], effect.value, one.item_id),
        (account, -effect.value, one.item_id),
    )
    made.cost = LateCost(
        posting_id=made.posting_id, occurred_on=made.on, source=made.source, differences=differences,
        legs=plain_legs(amounts, book.currency), description=None,
    )  # fmt: skip


def _is_meant(book: StockBook, pool: HeldPool, made: Revalued) -> bool:
    """Whether a pool is the one that a revaluation names."""
    if pool.key.item_id != made.one.item_id or pool.key.lot_id != made.lot_id:
        return False
    area = book.valuations[made.one.item_id].area
    if area is ValuationArea.COMPANY or made.location_id is None:
        return True
    if area is ValuationArea.LOCATION:
        return pool.key.location_id == made.location_id
    return pool.key.site_id == made.site_id


async def _write(work: Work, book: StockBook, made: Sequence[Revalued]) -> None:
    """The documents, the costs and balances they change, the layers and the vouchers."""
    await work.insert(
        StockRevaluation,
        [
            {
                "id": one.source.id, "number": one.source.number, "item_id": one.one.item_id,
                "location_id": one.location_id, "lot_id": one.lot_id, "unit_cost": one.one.unit_cost,
                "occurred_on": one.on, "value": one.value, "posting_id": one.posting_id,
            }
            for one in made
        ],
    )  # fmt: skip
    standard = {(one.one.item_id, one.on): one.one.unit_cost for one in made if one.cost is None}
    known = await work.fetch(_COSTS, items=sorted({item for item, _ in standard}))
    ids = {(row["item_id"], row["valid_from"]): row["id"] for row in known}
    changed = [{"id": ids[key], "standard_cost": cost} for key, cost in standard.items() if key in ids]
    new = [
        {"item_id": item, "valid_from": on, "standard_cost": cost}
        for (item, on), cost in standard.items()
        if (item, on) not in ids
    ]
    await work.update(ItemCost, changed, ("standard_cost",))
    await work.insert(ItemCost, new)
    await write_balances(work, {key: book.balances[key] for key in book.touched})
    await write_pools(work, book.pools.values())
    late, vouchers = await late_vouchers(work, book, [one.cost for one in made if one.cost is not None])
    # Balances that carried another cost than was in force come to that first.
    earlier, revaluation = standard_revaluation(book, book.cost_changes, new_id(), work.now.date())
    rows = [row for one in made for row in one.rows]
    await append_layers(work, [*earlier, *rows, *late])
    await post_vouchers(work, [*revaluation, *[voucher for one in made for voucher in one.vouchers], *vouchers])
