"""Where goods in stock came from, pure: what is left of each trade within the group, in whose stock.

The movements of all companies are gone through in the order in which they count. A layer is a mixture of goods by the
trades that brought them. What leaves a layer takes of each trade what its share of the layer is: of a FIFO layer, which
one receipt opened, that is exactly the goods of that receipt; of a pool of moving average, of a lot, or of goods at
standard cost, all of whose units are alike, it is the same part of each. Goods that change places or companies take
along what they are, so goods sold on twice still hold the profit of both sellers.

Goods that went out uncovered are of no trade, and so are those that production made and that a customer brought back.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.core.money import EXACT, ROUNDING, ZERO, to_scale
from domain.core.quantity import QUANTITY

# What of a mixture each trade has, by the line of goods on its buyer's side.
Parts = dict[UUID, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one movement does to one layer of a company's stock; `follows` is the movement from which goods that come in
    have come, `line` the goods of a trade that it is.
    """

    company_id: int
    movement_id: UUID
    pool_id: UUID
    layer_id: UUID
    quantity: Decimal
    moved_on: date
    order: str
    follows: UUID | None = None
    line: UUID | None = None


@dataclass(slots=True)
class _Layer:
    quantity: Decimal = ZERO
    parts: Parts = field(default_factory=dict[UUID, Decimal])


def in_order(steps: Iterable[Step]) -> list[Step]:
    """The steps as they count: by day, then as they were recorded; none before the one it follows."""
    made = list(steps)
    moved_on = {step.movement_id: step.moved_on for step in made}

    def place(step: Step) -> tuple[date, str]:
        before = step.moved_on if step.follows is None else moved_on.get(step.follows, step.moved_on)
        return max(step.moved_on, before), step.order

    return sorted(made, key=place)


def left_of_trades(steps: Iterable[Step]) -> dict[int, Parts]:
    """By company the quantity of each trade's line that it still has, rounded to the scale of quantities."""
    layers: defaultdict[tuple[int, UUID, UUID], _Layer] = defaultdict(_Layer)
    # What each movement took out, and how much of that there was.
    taken: defaultdict[UUID, _Layer] = defaultdict(_Layer)
    for step in in_order(steps):
        layer = layers[step.company_id, step.pool_id, step.layer_id]
        if step.quantity < ZERO:
            gone = _share(layer.parts, min(-step.quantity, max(layer.quantity, ZERO)), layer.quantity)
            _add(layer.parts, {line: -part for line, part in gone.items()})
            _add(taken[step.movement_id].parts, gone)
            taken[step.movement_id].quantity = EXACT.subtract(taken[step.movement_id].quantity, step.quantity)
            layer.quantity = EXACT.add(layer.quantity, step.quantity)
            continue
        # Of goods that come in, those that had gone out uncovered before are gone already.
        stays = min(step.quantity, max(EXACT.add(layer.quantity, step.quantity), ZERO))
        layer.quantity = EXACT.add(layer.quantity, step.quantity)
        if step.line is not None:
            _add(layer.parts, {step.line: stays})
        if step.follows is not None and step.follows in taken:
            source = taken[step.follows]
            _add(layer.parts, _share(source.parts, stays, source.quantity))
    left: defaultdict[int, Parts] = defaultdict(dict)
    for (company_id, _, _), layer in layers.items():
        _add(left[company_id], layer.parts)
    return {company_id: _rounded(parts) for company_id, parts in left.items()}


def _share(parts: Mapping[UUID, Decimal], quantity: Decimal, whole: Decimal) -> Parts:
    """Of each part what `quantity` of the `whole` is; multiplied before it is divided, so that all of it is all."""
    if whole <= ZERO or not quantity:
        return {}
    return {line: ROUNDING.divide(ROUNDING.multiply(part, quantity), whole) for line, part in parts.items()}


def _add(parts: Parts, more: Mapping[UUID, Decimal]) -> None:
    for line, quantity in more.items():
        now = ROUNDING.add(parts.get(line, ZERO), quantity)
        if now:
            parts[line] = now
        else:
            parts.pop(line, None)


def _rounded(parts: Mapping[UUID, Decimal]) -> Parts:
    rounded = {line: to_scale(part, QUANTITY.after_point) for line, part in parts.items()}
    return {line: part for line, part in rounded.items() if part}
