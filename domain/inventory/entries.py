"""The rows of the goods book: moves, entries, value layers and the vouchers that go with them, written set-wise."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.core.ids import new_id
from domain.core.ledger import Posting, Source
from domain.core.money import ZERO
from domain.core.work import Work
from domain.finance.journal import hold_periods, post_vouchers
from domain.finance.models import AccountRole, JournalKind, SubLedger
from domain.finance.rules import Leg, PeriodClosed, Voucher, moving
from domain.inventory.balances import write_balances
from domain.inventory.models import StockEntry, StockMove, ValuationMethod
from domain.inventory.money import money_of
from domain.inventory.pools import HeldPool, write_pools
from domain.inventory.posting import Draft, DraftLeg, StockBook, goes_on, posting_of
from domain.inventory.rules import CostChange, plain_legs, revaluation_money
from domain.inventory.turnover import append_goods, append_layers
from domain.inventory.valuation import Difference, Effect, Movement

Rows = list[dict[str, object]]
DIFFERENCES = "Differences of movements after a late one"


@dataclass(frozen=True, slots=True, kw_only=True)
class LateCost:
    """Differences that one document made: those that count from its day share its posting and its legs."""

    posting_id: UUID
    occurred_on: date
    differences: Sequence[tuple[HeldPool, Difference]]
    source: Source | None = None
    legs: tuple[Leg, ...] = ()
    reverses_id: UUID | None = None
    description: str | None = DIFFERENCES


async def write_book(
    work: Work, book: StockBook, kind: JournalKind = JournalKind.STOCK, vouchers: Sequence[Voucher] = ()
) -> None:
    """Everything that the book's acts made, written: balances, pools, moves, layers, and the vouchers last.

    `vouchers` are posted with those of the acts. Emits: StockChanged. Raises: PeriodClosed.
    """
    drafts = book.drafts
    await write_balances(work, {key: book.balances[key] for key in book.touched})
    await write_pools(work, book.pools.values())
    await work.insert(StockMove, [_move_row(draft) for draft in drafts])
    await work.insert(StockEntry, [row for draft in drafts for row in _entry_rows(draft)])
    for kind_of_move in dict.fromkeys(draft.act.kind for draft in drafts):
        await append_goods(work, kind_of_move, [posting_of(one) for one in drafts if one.act.kind is kind_of_move])
    layers = [row for draft in drafts for leg in draft.legs for row in _layer_rows(draft, leg)]
    made = [_voucher(kind, draft, money_of(book, draft)) for draft in drafts]
    revalued, revaluation = _revaluation(book)
    late = [
        LateCost(
            posting_id=new_id(), occurred_on=draft.act.occurred_on, differences=draft.differences,
            source=draft.act.source,
        )
        for draft in drafts
        if draft.differences
    ]  # fmt: skip
    rows, later = await late_vouchers(work, book, late)
    await append_layers(work, [*revalued, *layers, *rows])
    await post_vouchers(work, [*revaluation, *[one for own in made for one in own], *later, *vouchers])


async def late_vouchers(work: Work, book: StockBook, costs: Sequence[LateCost]) -> tuple[Rows, list[Voucher]]:
    """The layers and vouchers of differences: one voucher a document and period in which movements changed.

    A difference counts from the day of its movement, but not before its document. The voucher of the document's own day
    stands first and has the document's legs. Raises: PeriodClosed.
    """
    days = [_day(cost, one) for cost in costs for _, one in cost.differences]
    periods = await hold_periods(work, SubLedger.STOCK, days)
    rows: Rows = []
    vouchers: list[Voucher] = []
    for cost in costs:
        own: list[tuple[HeldPool, Difference]] = []
        later: dict[UUID, list[tuple[HeldPool, Difference]]] = {}
        for pool, difference in cost.differences:
            day = _day(cost, difference)
            period = periods[day]
            if isinstance(period, PeriodClosed):
                raise period
            group = own if day == cost.occurred_on else later.setdefault(period.id, [])
            group.append((pool, difference))
        rows += _rows_of(cost.posting_id, cost.occurred_on, own)
        legs = moving((*cost.legs, *difference_money(book, own)))
        vouchers += _late_voucher(cost, cost.posting_id, cost.occurred_on, legs)
        for group in later.values():
            posting_id, on = new_id(), max(_day(cost, difference) for _, difference in group)
            rows += _rows_of(posting_id, on, group)
            vouchers += _late_voucher(cost, posting_id, on, difference_money(book, group))
    return rows, vouchers


def _rows_of(posting_id: UUID, on: date, group: Iterable[tuple[HeldPool, Difference]]) -> Rows:
    return [row for pool, one in group for row in effect_rows(posting_id, on, pool, one.movement, one.effect)]


def _late_voucher(cost: LateCost, posting_id: UUID, on: date, legs: tuple[Leg, ...]) -> list[Voucher]:
    if not legs:
        return []
    description = cost.description if posting_id == cost.posting_id else DIFFERENCES
    reverses = cost.reverses_id if posting_id == cost.posting_id else None
    posting = Posting[Leg](id=posting_id, occurred_on=on, source=cost.source, entries=legs, reverses_id=reverses)
    return [Voucher(kind=JournalKind.STOCK, sub_ledger=SubLedger.STOCK, posting=posting, description=description)]


def _day(cost: LateCost, difference: Difference) -> date:
    return max(cost.occurred_on, difference.movement.place[0])


def difference_money(book: StockBook, group: Iterable[tuple[HeldPool, Difference]]) -> tuple[Leg, ...]:
    """Stock gains what the movements are worth more; their accounts give it, where it did not follow the goods."""
    amounts: defaultdict[tuple[UUID, UUID], Decimal] = defaultdict(lambda: ZERO)
    for pool, one in group:
        item, id_ = pool.key.item_id, one.movement.id
        account = pool.facts[id_].account_id or book.own[AccountRole.COST_OF_SALES]
        amounts[book.own[AccountRole.STOCK], item] += one.effect.value
        if id_ in book.came_back:
            amounts[account, item] -= one.effect.value
        elif one.movement.quantity > ZERO:
            amounts[account, item] += one.effect.correction
        elif not goes_on(book, id_):
            amounts[account, item] -= one.effect.value
    return plain_legs(((account, amount, item) for (account, item), amount in amounts.items()), book.currency)


def _voucher(kind: JournalKind, draft: Draft, legs: tuple[Leg, ...]) -> list[Voucher]:
    """The voucher of the money that an act moves, sharing its id; none when it moves none."""
    if not legs:
        return []
    act = draft.act
    money = Posting[Leg](
        id=act.id, occurred_on=act.occurred_on, source=act.source, entries=legs, reverses_id=act.reverses_voucher_id
    )
    return [Voucher(kind=kind, sub_ledger=SubLedger.STOCK, posting=money)]


def _revaluation(book: StockBook) -> tuple[Rows, list[Voucher]]:
    """The layers and the voucher that bring balances to the standard costs in force; none when nothing changes."""
    days = [draft.act.occurred_on for draft in book.drafts] or [book.work.now.date()]
    return standard_revaluation(book, book.cost_changes, new_id(), max(days))


def standard_revaluation(
    book: StockBook, changes: Sequence[CostChange], posting_id: UUID, on: date
) -> tuple[Rows, list[Voucher]]:
    """The layers and the voucher of balances that change from one standard cost to another."""
    moving = [change for change in changes if change.value]
    if not moving:
        return [], []
    rows: Rows = []
    for change in moving:
        id_ = new_id()
        rows.append(
            {
                "id": id_, "layer_id": id_, "movement_id": id_, "posting_id": posting_id,
                "item_id": change.key.item_id, "lot_id": change.key.lot_id, "method": ValuationMethod.STANDARD,
                "occurred_on": on, "moved_on": on, "sequence": 0, "quantity": ZERO, "value": change.value,
                "correction": ZERO, "unit_cost": change.unit_cost,
            }
        )  # fmt: skip
    legs = revaluation_money(moving, book.currency, book.own)
    posting = Posting[Leg](id=posting_id, occurred_on=on, entries=legs)
    return rows, [Voucher(kind=JournalKind.STOCK, sub_ledger=SubLedger.STOCK, posting=posting)]


def _move_row(draft: Draft) -> dict[str, object]:
    act = draft.act
    return {
        "id": draft.move_id,
        "posting_id": act.id,
        "kind": act.kind,
        "occurred_on": act.occurred_on,
        "source_kind": act.source.kind if act.source else None,
        "source_id": act.source.id if act.source else None,
        "source_number": act.source.number if act.source else None,
        "reverses_id": act.reverses_id,
    }


def _entry_rows(draft: Draft) -> Rows:
    return [
        {
            "id": leg.id,
            "stock_move_id": draft.move_id,
            "position": position,
            "occurred_on": draft.act.occurred_on,
            "item_id": leg.key.item_id,
            "location_id": leg.key.location_id,
            "lot_id": leg.key.lot_id,
            "status": leg.key.status,
            "owner_id": leg.key.owner_id,
            "quantity": leg.quantity,
            "unit_cost": leg.unit_cost,
            "value": leg.value,
        }
        for position, leg in enumerate(draft.legs, start=1)
    ]


def _layer_rows(draft: Draft, leg: DraftLeg) -> Rows:
    """The layers that an entry of goods of ours makes or takes from."""
    if leg.pool is not None:
        movement = leg.pool.history.movement(leg.id)
        return effect_rows(draft.act.id, draft.act.occurred_on, leg.pool, movement, draft.effects[leg.id])
    if not leg.is_standard:
        return []
    return [
        {
            "id": new_id(), "layer_id": leg.id, "movement_id": leg.id, "stock_entry_id": leg.id,
            "posting_id": draft.act.id, "item_id": leg.key.item_id, "lot_id": leg.key.lot_id,
            "method": ValuationMethod.STANDARD, "occurred_on": draft.act.occurred_on,
            "moved_on": draft.act.occurred_on, "sequence": 0, "quantity": leg.quantity, "value": leg.value,
            "correction": ZERO,
        }
    ]  # fmt: skip


def effect_rows(posting_id: UUID, on: date, pool: HeldPool, movement: Movement, effect: Effect) -> Rows:
    """One row a layer; the first carries what belongs to goods gone before."""
    facts = pool.facts[movement.id]
    pieces = [(piece.layer_id, piece.quantity, piece.value) for piece in effect.pieces]
    return [
        {
            "id": new_id(),
            "posting_id": posting_id,
            "movement_id": movement.id,
            "stock_entry_id": facts.stock_entry_id,
            "pool_id": pool.id,
            "layer_id": layer_id,
            "takes_from_id": movement.takes_from,
            "item_id": pool.key.item_id,
            "site_id": pool.key.site_id,
            "lot_id": facts.lot_id,
            "method": pool.method,
            "occurred_on": on,
            "moved_on": movement.place[0],
            "sequence": movement.place[1],
            "quantity": quantity,
            "value": value,
            "correction": effect.correction if place == 0 else ZERO,
            "unit_cost": movement.unit_cost,
            "account_id": facts.account_id,
        }
        for place, (layer_id, quantity, value) in enumerate(pieces or [(movement.id, ZERO, ZERO)])
    ]
