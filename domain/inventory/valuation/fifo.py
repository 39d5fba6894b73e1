"""First in, first out: goods leave at the cost of the oldest layer that holds some (pure)."""

from decimal import Decimal
from uuid import UUID

from domain.core.money import EXACT, ZERO, product, to_minor_unit
from domain.inventory.valuation.pools import (
    Effect,
    Layer,
    Movement,
    Piece,
    Pool,
    share,
    uncovered_value,
    unit_cost_of,
)


def effect(pool: Pool, movement: Movement) -> Effect:
    """What the movement does to a pool of first in, first out."""
    if movement.unit_cost is not None:
        return _revalued(pool, movement.unit_cost)
    return _received(pool, movement) if movement.quantity > ZERO else _issued(pool, movement)


def _received(pool: Pool, movement: Movement) -> Effect:
    """Goods cover what went out before them, oldest first; what is left opens a layer."""
    pieces: list[Piece] = []
    quantity, cost, relieved = movement.quantity, movement.cost, ZERO
    for layer in pool.layers:
        if layer.quantity >= ZERO or not quantity:
            continue
        covered = min(quantity, -layer.quantity)
        value = share(-layer.value, covered, -layer.quantity, pool.currency)
        relieved = EXACT.add(relieved, EXACT.subtract(share(cost, covered, quantity, pool.currency), value))
        cost = EXACT.subtract(cost, share(cost, covered, quantity, pool.currency))
        quantity = EXACT.subtract(quantity, covered)
        pieces.append(Piece(layer_id=layer.id, quantity=covered, value=value))
    if quantity:
        pieces.append(Piece(layer_id=movement.id, quantity=quantity, value=cost))
    return Effect(pieces=tuple(pieces), correction=relieved)


def _issued(pool: Pool, movement: Movement) -> Effect:
    """Goods leave the layer that the movement names, then the oldest; what no layer holds goes at the last cost."""
    pieces: list[Piece] = []
    left, last_cost = -movement.quantity, pool.last_cost
    for layer in _in_turn(pool, movement.takes_from):
        if not left:
            break
        taken = min(left, layer.quantity)
        value = share(layer.value, taken, layer.quantity, pool.currency)
        pieces.append(Piece(layer_id=layer.id, quantity=-taken, value=-value))
        last_cost = unit_cost_of(value, taken)
        left = EXACT.subtract(left, taken)
    if left:
        value = uncovered_value(pool, left, last_cost)
        pieces.append(Piece(layer_id=movement.id, quantity=-left, value=-value))
    return Effect(pieces=tuple(pieces))


def _in_turn(pool: Pool, first: UUID | None) -> list[Layer]:
    """The layers that hold goods, in the order in which they are taken."""
    held = [layer for layer in pool.layers if layer.quantity > ZERO]
    return [layer for layer in held if layer.id == first] + [layer for layer in held if layer.id != first]


def _revalued(pool: Pool, unit_cost: Decimal) -> Effect:
    """Every layer that holds goods is worth the unit cost; the whole is rounded once, the last layer takes the rest."""
    held = [layer for layer in pool.layers if layer.quantity > ZERO]
    pieces: list[Piece] = []
    quantity, reached = ZERO, ZERO
    for layer in held:
        quantity = EXACT.add(quantity, layer.quantity)
        whole = to_minor_unit(product(quantity, unit_cost), pool.currency)
        change = EXACT.subtract(EXACT.subtract(whole, reached), layer.value)
        reached = whole
        if change:
            pieces.append(Piece(layer_id=layer.id, quantity=ZERO, value=change))
    return Effect(pieces=tuple(pieces))
