"""Profit of one company in the stock of another, pure: of each layer, and the lines of a run that take it off.

A run shows the end of its span and what happened in it. So the profit in stock at its end comes off stock; what of that
was there before it began comes off the equity that the group began with, and only the change off the result of the
span: what is sold on later is earned then. A loss is kept out of stock as a profit is (IFRS 10.B86c).

What the seller earned and what the goods had cost it are taken at the rate of the day of the trade, so that no later
rate makes or ends a profit (ASC 830-10-45-10). Goods that the buyer has at standard cost hold what the standard took in
of the price; the rest became a variance at once, and with it realised.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.consolidation.models import ConsolidationLineKind, GroupRole
from domain.consolidation.rules import Group, Line, Member
from domain.core.money import EXACT, ROUNDING, ZERO, product, to_minor_unit


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldGoods:
    """Goods of one line of a trade: `earned` and `cost` are of all of the `quantity`, in the seller's currency, `rate`
    the group's units for one of it; `layer_id` is the entry by which they came to the buyer.
    """

    item_id: UUID
    trade_number: str
    traded_on: date
    layer_id: UUID
    lot_number: str | None
    quantity: Decimal
    earned: Decimal
    cost: Decimal
    rate: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class StockProfit:
    """What one company earned on goods that another of the group had in stock on a day, in the group's currency.

    `remaining` is how much of the goods that is; without goods the amount was given.
    """

    seller: Member
    holder: Member
    held_on: date
    amount: Decimal
    goods: SoldGoods | None = None
    remaining: Decimal | None = None


def taken_in(earned: Decimal, stocked: Decimal, paid: Decimal, currency: str) -> Decimal:
    """What of the seller's earnings went into stock that took in `stocked` of the `paid` price."""
    if stocked == paid or not paid:
        return earned
    return to_minor_unit(ROUNDING.divide(product(earned, stocked), paid), currency)


def profit_of(goods: SoldGoods, remaining: Decimal, currency: str) -> Decimal:
    """The profit in what remains of the goods, rounded once to the group's minor unit."""
    whole = product(EXACT.subtract(goods.earned, goods.cost), goods.rate)
    return to_minor_unit(ROUNDING.divide(ROUNDING.multiply(whole, remaining), goods.quantity), currency)


def unrealised_of(group: Group, profits: Sequence[StockProfit]) -> list[Line]:
    """The lines that take such profit off stock, off what the span began with, and off its result.

    Profits held on the last day of the span are those of its end, any others those it began with.
    """
    ended, began = _by_pair(group, profits, is_end=True), _by_pair(group, profits, is_end=False)
    members = {one.seller.id: one.seller for one in profits} | {one.holder.id: one.holder for one in profits}
    lines: list[Line] = []
    for seller, holder in sorted({*ended, *began}, key=str):
        now, before = ended.get((seller, holder), ZERO), began.get((seller, holder), ZERO)
        for role, of, partner, amount in (
            (GroupRole.UNREALISED_PROFIT, seller, holder, EXACT.subtract(now, before)),
            (GroupRole.RETAINED_EARNINGS, seller, holder, before),
            (GroupRole.STOCK, holder, seller, -now),
        ):
            target = group.need(role) if amount else None
            if target is not None:
                lines.append(
                    Line(
                        kind=ConsolidationLineKind.UNREALISED_PROFIT, target=target, member=members[of],
                        partner=partner, amount=amount,
                    )
                )  # fmt: skip
    return lines


def _by_pair(group: Group, profits: Iterable[StockProfit], *, is_end: bool) -> Mapping[tuple[UUID, UUID], Decimal]:
    sums: defaultdict[tuple[UUID, UUID], Decimal] = defaultdict(lambda: ZERO)
    for one in profits:
        if (one.held_on == group.span.ends_on) is is_end:
            pair = (one.seller.id, one.holder.id)
            sums[pair] = EXACT.add(sums[pair], one.amount)
    return sums
