"""The one road on which goods and their value are posted: acts in, one move and one voucher an act out.

Locked in this order: balances, pools, ledger; within each by key. Everything an act does is worked out in memory on
what is locked and written set-wise at the end, so ten thousand acts cost as many statements as one. Pools that a late
act reaches only through a transfer are locked as they are met; two such works that meet are told apart by the database
and the loser runs again (`perform`).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from domain.core.database import Row
from domain.core.errors import DomainError
from domain.core.ids import new_id
from domain.core.ledger import Posting, Source
from domain.core.money import EXACT, ZERO, total
from domain.core.together import Together
from domain.core.work import Work
from domain.finance.journal import accounts, company_currency, hold_periods
from domain.finance.models import AccountRole, SubLedger
from domain.finance.rules import Period, PeriodClosed
from domain.inventory.balances import locations, lock_balances
from domain.inventory.costs import standard_costs
from domain.inventory.models import ValuationMethod
from domain.inventory.pools import (
    Facts,
    HeldPool,
    facts_of,
    followers_of,
    lock_pools,
    lock_pools_by_id,
    movements,
    trace,
    valuations,
)
from domain.inventory.rules import (
    GOODS,
    Act,
    Balance,
    CostChange,
    GoodsLeg,
    InsufficientStock,
    Line,
    PoolKey,
    StockKey,
    Valuation,
    after_line,
    cost_changes,
    enough,
    method_in,
    pool_of,
)
from domain.inventory.valuation import Difference, Effect, Movement, Piece, still_there
from domain.inventory.valuation.pools import share, uncovered_value, unit_cost_of
from domain.inventory.valuation.standard import change_of_value
from domain.master_data.places import ON_HAND, LocationKind

# Times that a difference may travel on, from one pool to the next; each step goes forward in time.
FOLLOWED_MAX = 1_000

NEEDED = (AccountRole.STOCK, AccountRole.STOCK_REVALUATION, AccountRole.ROUNDING, AccountRole.COST_OF_SALES)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLeg:
    """One entry to be written: a movement of a pool, a change at standard cost, or goods without a value of ours."""

    id: UUID
    key: StockKey
    quantity: Decimal
    pool: HeldPool | None = None
    is_standard: bool = False
    unit_cost: Decimal = ZERO
    value: Decimal = ZERO


@dataclass(slots=True, kw_only=True, eq=False)
class Draft:
    """An act that breaks no rule, with the differences it makes of what was posted before."""

    act: Act
    move_id: UUID
    legs: list[DraftLeg] = field(default_factory=list[DraftLeg])
    differences: list[tuple[HeldPool, Difference]] = field(default_factory=list[tuple[HeldPool, Difference]])
    # What each of its movements of a pool does, as the act left it.
    effects: dict[UUID, Effect] = field(default_factory=dict[UUID, Effect])


@dataclass(slots=True, kw_only=True, eq=False)
class StockBook:
    """What is locked of the goods book in one work, as it becomes act by act."""

    work: Work
    currency: str
    own: Mapping[AccountRole, UUID]
    valuations: dict[UUID, Valuation]
    places: dict[UUID, Row]
    costs: dict[UUID, Decimal]
    balances: dict[StockKey, Balance]
    pools: dict[PoolKey, HeldPool]
    periods: Mapping[date, Period | PeriodClosed]
    cost_changes: tuple[CostChange, ...] = ()
    drafts: list[Draft] = field(default_factory=list[Draft])
    touched: set[StockKey] = field(default_factory=set[StockKey])
    # Where the value of goods that change places goes on: by the movement that leaves, the pool and movement that gain.
    followers: dict[UUID, tuple[HeldPool, Movement]] = field(default_factory=dict[UUID, tuple[HeldPool, Movement]])
    # What each of those has handed on.
    handed: dict[UUID, Decimal] = field(default_factory=dict[UUID, Decimal])
    # Movements by which goods came back that had gone for good: their days may lie apart, so each has its own money.
    came_back: set[UUID] = field(default_factory=set[UUID])
    # Movements whose follower was looked for.
    asked: set[UUID] = field(default_factory=set[UUID])
    # What late costs did to pools whose history is too long to value it anew.
    covered: list[tuple[HeldPool, Difference]] = field(default_factory=list[tuple[HeldPool, Difference]])

    def pool_at(self, key: StockKey) -> HeldPool | None:
        """The pool in which goods of ours at a place are valued; None at standard cost and beyond the company."""
        pool_key = self._pool_key(key)
        return None if pool_key is None else self.pools[pool_key]

    def _pool_key(self, key: StockKey) -> PoolKey | None:
        if not self.is_valued(key):
            return None
        return pool_of(key, self.valuations[key.item_id], self.places[key.location_id]["site_id"])

    def is_valued(self, key: StockKey) -> bool:
        """Whether goods at a place are on hand and ours."""
        return key.owner_id is None and self.places[key.location_id]["kind"] in ON_HAND


async def open_book(
    work: Work,
    acts: Sequence[Act],
    roles: Iterable[AccountRole] = (),
    costs: Mapping[UUID, Decimal] | None = None,
) -> StockBook:
    """The part of the goods book that the acts touch, locked; `costs` overrule the standard costs in force.

    Raises: AccountMissing.
    """
    keys = {key for act in acts for line in act.lines for key in (line.source, line.target)}
    return await open_places(work, keys, {act.occurred_on for act in acts}, roles, costs)


async def open_places(
    work: Work,
    keys: Collection[StockKey],
    days: Collection[date],
    roles: Iterable[AccountRole] = (),
    costs: Mapping[UUID, Decimal] | None = None,
) -> StockBook:
    """The goods book with these places locked, held open for postings of the days. Raises: AccountMissing."""
    items = {key.item_id for key in keys}
    asked = Together(work)
    named = asked.of(locations(asked.work, [key.location_id for key in keys]))
    standard = asked.of(standard_costs(asked.work, items, max({work.now.date(), *days})))
    currency = asked.of(company_currency(asked.work))
    own = asked.of(accounts(asked.work, *NEEDED, *roles))
    valued = asked.of(valuations(asked.work, items))
    await asked.answered()
    places, in_force = named.value, standard.value | dict(costs or {})
    book = StockBook(
        work=work,
        currency=currency.value,
        own=own.value,
        valuations=valued.value,
        places=places,
        costs=in_force,
        balances={},
        pools={},
        periods=await hold_periods(work, SubLedger.STOCK, days),
    )
    held = [key for key in keys if places[key.location_id]["kind"] in ON_HAND]
    book.balances = await lock_balances(work, held)
    book.cost_changes = cost_changes(
        {key: one for key, one in book.balances.items() if _is_standard(book, key)}, in_force, book.currency
    )
    for change in book.cost_changes:
        book.balances[change.key] = replace(book.balances[change.key], unit_cost=change.unit_cost)
        book.touched.add(change.key)
    book.pools = await lock_pools(work, _methods(book, held), in_force, book.currency)
    return book


def _is_standard(book: StockBook, key: StockKey) -> bool:
    return book.valuations[key.item_id].method is ValuationMethod.STANDARD


def _methods(book: StockBook, keys: Iterable[StockKey]) -> dict[PoolKey, ValuationMethod]:
    """The pools of the places, each with the way it values goods."""
    found: dict[PoolKey, ValuationMethod] = {}
    for key in keys:
        place, valuation = book.places[key.location_id], book.valuations[key.item_id]
        pool_key = pool_of(key, valuation, place["site_id"]) if book.is_valued(key) else None
        if pool_key is not None:
            found[pool_key] = method_in(valuation, LocationKind(place["kind"]))
    return found


async def apply_acts(book: StockBook, acts: Sequence[Act]) -> list[UUID | DomainError]:
    """The id of the move of each act, or the refusal in its place; nothing is written yet."""
    return [await _apply(book, act) for act in acts]


async def _apply(book: StockBook, act: Act) -> UUID | DomainError:
    period = book.periods[act.occurred_on]
    if isinstance(period, PeriodClosed):
        return period
    for pool in _pools_of(book, act):
        if pool.last_moved_on is not None and pool.last_moved_on > act.occurred_on:
            await trace(book.work, pool, (act.occurred_on + timedelta(days=1), 0))
    draft = Draft(act=act, move_id=new_id())
    before: dict[StockKey, Balance] = {}
    try:
        for line in act.lines:
            _apply_line(book, draft, line, before)
    except DomainError as refusal:
        book.balances.update(before)
        for leg in reversed(draft.legs):
            if leg.pool is not None:
                leg.pool.history.remove(leg.id)
                book.followers.pop(leg.id, None)
        return refusal
    draft.differences = await settle(book, draft.legs)
    draft.effects = {leg.id: leg.pool.history.effect_of(leg.id) for leg in draft.legs if leg.pool is not None}
    draft.legs = [_told(leg, draft.effects) for leg in draft.legs]
    GOODS.check(posting_of(draft))
    book.drafts.append(draft)
    return draft.move_id


def _pools_of(book: StockBook, act: Act) -> list[HeldPool]:
    found = {key: pool for line in act.lines for key in (line.source, line.target) if (pool := book.pool_at(key))}
    return list({pool.id: pool for pool in found.values()}.values())


def _apply_line(book: StockBook, draft: Draft, line: Line, before: dict[StockKey, Balance]) -> None:
    """One line worked out: balances, movements of pools. Raises: InsufficientStock."""
    key, act = line.source, draft.act
    may_be_negative = book.valuations[key.item_id].may_be_negative and key.owner_id is None
    if key in book.balances:
        enough(line, book.balances[key], may_be_negative)
    changed = after_line(book.balances, line)
    source, target = book.pool_at(line.source), book.pool_at(line.target)
    if source is not None and source is target:
        legs = [_plain(line.source, -line.quantity), _plain(line.target, line.quantity)]
    else:
        legs = [
            _leave(book, act, line, source) if source else _standard_leg(book, line, line.source),
            _plain(line.target, line.quantity),
        ]
        draft.legs.append(legs[0])
        _check_lowest(act, line, source, legs[0], may_be_negative)
        draft.legs.pop()
        legs[1] = _enter(book, draft, line, legs[0]) if target else _standard_leg(book, line, line.target)
    draft.legs += legs
    for one, balance in changed.items():
        before.setdefault(one, book.balances[one])
        cost = _standard_cost(book, line, balance) if _values_at_standard(book, one) else balance.unit_cost
        book.balances[one] = replace(balance, unit_cost=cost)
        book.touched.add(one)


def _values_at_standard(book: StockBook, key: StockKey) -> bool:
    return book.is_valued(key) and _is_standard(book, key)


def _plain(key: StockKey, quantity: Decimal) -> DraftLeg:
    return DraftLeg(id=new_id(), key=key, quantity=quantity)


def _standard_leg(book: StockBook, line: Line, key: StockKey) -> DraftLeg:
    """An entry at standard cost where the goods are ours and on hand, else without a value."""
    quantity = -line.quantity if key == line.source else line.quantity
    if not _values_at_standard(book, key):
        return _plain(key, quantity)
    held = book.balances[key]
    cost = _standard_cost(book, line, held)
    value = change_of_value(held.quantity, quantity, cost, book.currency)
    return DraftLeg(id=new_id(), key=key, quantity=quantity, is_standard=True, unit_cost=cost, value=value)


def _standard_cost(book: StockBook, line: Line, held: Balance) -> Decimal:
    """The cost that the line names, else the one in force, else what the balance was last worth."""
    return book.costs.get(line.source.item_id, held.unit_cost) if line.unit_cost is None else line.unit_cost


def _leave(book: StockBook, act: Act, line: Line, pool: HeldPool) -> DraftLeg:
    """Goods leave a pool."""
    leg = DraftLeg(id=new_id(), key=line.source, quantity=-line.quantity, pool=pool)
    place = pool.next_place(act.occurred_on)
    pool.facts[leg.id] = Facts(stock_entry_id=leg.id, lot_id=line.source.lot_id, account_id=line.correction_id)
    pool.history.insert(Movement(id=leg.id, place=place, quantity=leg.quantity, takes_from=line.takes_from))
    return leg


def _enter(book: StockBook, draft: Draft, line: Line, gone: DraftLeg) -> DraftLeg:
    """Goods come into a pool, with the value they left another with or at their own cost."""
    pool = book.pool_at(line.target)
    assert pool is not None, "the caller has asked"
    leg = DraftLeg(id=new_id(), key=line.target, quantity=line.quantity, pool=pool)
    brought = {gone.id: gone} if gone.pool is not None else {}
    cost = ZERO if brought else line.cost
    if draft.act.is_conversion:
        brought = {used.id: used for used in draft.legs if used.pool is not None and used.quantity < ZERO}
        cost = EXACT.subtract(cost, total([used.value for used in draft.legs]))
    values = {id_: -used.pool.history.effect_of(id_).value for id_, used in brought.items() if used.pool is not None}
    place = pool.next_place(draft.act.occurred_on)
    movement = Movement(id=leg.id, place=place, quantity=leg.quantity, cost=EXACT.add(cost, total([*values.values()])))
    for id_, value in values.items():
        book.followers[id_], book.handed[id_] = (pool, movement), value
        book.asked.add(id_)
    pool.facts[leg.id] = Facts(stock_entry_id=leg.id, lot_id=line.target.lot_id, account_id=line.correction_id)
    pool.history.insert(movement)
    return leg


def _check_lowest(act: Act, line: Line, pool: HeldPool | None, leg: DraftLeg, may_be_negative: bool) -> None:
    """Nothing; raises InsufficientStock when goods dated back were not there then, or are missed by what came after."""
    if pool is None or may_be_negative or pool.history.is_last(leg.id):
        return
    lowest = pool.history.lowest((act.occurred_on, 0))
    if lowest < ZERO:
        raise InsufficientStock(
            item=str(line.source.item_id), location=str(line.source.location_id),
            available=max(EXACT.add(line.quantity, lowest), ZERO), requested=line.quantity,
        )  # fmt: skip


def present_value(book: StockBook, key: StockKey, quantity: Decimal) -> Decimal:
    """What goods of ours at a place are worth that are found, not bought: as much as those already there."""
    pool = book.pool_at(key)
    if pool is None:
        return ZERO
    now = pool.history.settled()
    if now.quantity > ZERO:
        return share(now.value, quantity, now.quantity, book.currency)
    return uncovered_value(now, quantity, now.last_cost)


async def settle(book: StockBook, legs: Sequence[DraftLeg] = ()) -> list[tuple[HeldPool, Difference]]:
    """What was posted before and is now worth something else, once every change of value has been handed on.

    `legs` are those of the act that was just applied; only what is late has anything to settle.
    """
    own = {leg.pool.id: leg.pool for leg in legs if leg.pool is not None}
    if any(pool.history.is_late for pool in own.values()) or not legs:
        met: dict[UUID, HeldPool] = {}
        for _ in range(FOLLOWED_MAX):
            due = await _due(book, legs, met)
            if not due:
                break
            for movement_id, amount in due:
                raise_cost(book, *book.followers[movement_id], amount)
                book.handed[movement_id] = EXACT.add(book.handed[movement_id], amount)
        else:
            raise AssertionError("a difference goes forward in time and so comes to an end")
        own |= {pool.id: pool for pool in book.pools.values() if pool.history.is_late}
    found = [(pool, one) for pool in own.values() for one in pool.history.differences()]
    for pool in own.values():
        pool.history.tell()
    found += book.covered
    book.covered = []
    return found


def raise_cost(book: StockBook, pool: HeldPool, movement: Movement, amount: Decimal) -> None:
    """The goods that a movement brought cost so much more.

    Those behind it are valued anew; behind too many, as much of the amount stays in stock as goods of the movement can
    still be there, and the rest is a correction.
    """
    if pool.history.holds(movement.id):
        pool.history.cost_more(movement.id, amount)
        return
    layer, there = still_there(pool.history.settled(), movement)
    kept = share(amount, there, movement.quantity, book.currency)
    if kept:
        pool.history.add_value(layer, kept)
    pieces = (Piece(layer_id=layer.id, quantity=ZERO, value=kept),)
    effect = Effect(pieces=pieces, correction=EXACT.subtract(amount, kept))
    book.covered.append((pool, Difference(movement=movement, effect=effect)))


async def _due(book: StockBook, legs: Sequence[DraftLeg], met: dict[UUID, HeldPool]) -> list[tuple[UUID, Decimal]]:
    """What movements that leave have to hand on to those that gain by them.

    `met` are those that differed before: what comes back to the same pool may bring one to what it was, and what it has
    handed on is then due back.
    """
    values: dict[UUID, Decimal] = {
        leg.id: -leg.pool.history.effect_of(leg.id).value
        for leg in legs
        if leg.pool is not None and leg.id in book.followers
    }
    before: dict[UUID, Decimal] = {}
    for pool in [pool for pool in book.pools.values() if pool.history.is_late]:
        for one in pool.history.differences():
            if one.movement.quantity < ZERO and one.effect.value:
                met[one.movement.id] = pool
                before[one.movement.id] = -pool.history.told_of(one.movement.id).value
    values |= {id_: -pool.history.effect_of(id_).value for id_, pool in met.items()}
    await _find_followers(book, [id_ for id_ in values if id_ not in book.asked])
    for id_, value in before.items():
        if id_ in book.followers:
            book.handed.setdefault(id_, value)
    return [
        (id_, change)
        for id_, value in values.items()
        if id_ in book.followers and (change := EXACT.subtract(value, book.handed[id_]))
    ]


async def _find_followers(book: StockBook, ids: Sequence[UUID]) -> None:
    """Learn where the value of posted movements goes on; the pools are locked and reach back that far."""
    book.asked.update(ids)
    found = await followers_of(book.work, ids)
    known = await movements(book.work, {gaining for gaining, _ in found.values()})
    for leaving, (gaining, came_back) in found.items():
        row, posted = known[gaining]
        pool = await held_pool(book, row["pool_id"])
        pool.facts.setdefault(gaining, facts_of(row))
        await trace(book.work, pool, posted.movement.place)
        book.followers[leaving] = (pool, posted.movement)
        if came_back:
            book.came_back.add(gaining)


async def held_pool(book: StockBook, pool_id: UUID) -> HeldPool:
    """A pool by its id, locked now unless it was."""
    return (await held_pools(book, [pool_id]))[pool_id]


async def held_pools(book: StockBook, ids: Iterable[UUID]) -> dict[UUID, HeldPool]:
    """Pools by their ids, locked now unless they were."""
    wanted = set(ids)
    known = {pool.id: pool for pool in book.pools.values() if pool.id in wanted}
    for pool in await lock_pools_by_id(book.work, wanted - known.keys(), book.currency):
        known[pool.id] = book.pools[pool.key] = pool
    return known


def goes_on(book: StockBook, movement_id: UUID) -> bool:
    """Whether the value of a movement that leaves goes on in the same act, so that no account takes it."""
    follower = book.followers.get(movement_id)
    return follower is not None and follower[1].id not in book.came_back


def _told(leg: DraftLeg, effects: Mapping[UUID, Effect]) -> DraftLeg:
    """The entry with the value that its movement turned out to have."""
    if leg.pool is None:
        return leg
    value = effects[leg.id].value
    return replace(leg, value=value, unit_cost=unit_cost_of(value, leg.quantity))


def posting_of(draft: Draft) -> Posting[GoodsLeg]:
    """The goods that an act moves."""
    legs = tuple(
        GoodsLeg(
            key=leg.key, quantity=leg.quantity, unit_cost=leg.unit_cost, value=leg.value,
            valued=leg.pool is not None or leg.is_standard,
        )
        for leg in draft.legs
    )  # fmt: skip
    act = draft.act
    return Posting(id=act.id, occurred_on=act.occurred_on, source=act.source, reverses_id=act.reverses_id, entries=legs)


__all__ = ["Draft", "DraftLeg", "Source", "StockBook", "apply_acts", "open_book", "posting_of", "settle"]
