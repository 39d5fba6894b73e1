"""Moving average: all goods of a pool are worth the same, whichever leave (pure).

The average itself is never rounded: a pool keeps quantity and value, and an issue takes its share of the value. A pool
of one lot is valued the same way, so that a lot carries what it cost and nothing of its neighbours.
"""

from decimal import Decimal

from domain.core.money import EXACT, ZERO, product, to_minor_unit
from domain.inventory.valuation.pools import Effect, Movement, Piece, Pool, share, uncovered_value, unit_cost_of


def effect(pool: Pool, movement: Movement) -> Effect:
    """What the movement does to a pool of moving average."""
    if movement.unit_cost is not None:
        return _revalued(pool, movement.unit_cost)
    return _received(pool, movement) if movement.quantity > ZERO else _issued(pool, movement)


def _received(pool: Pool, movement: Movement) -> Effect:
    """Goods cover what went out before they came; what that had gone out at too little is a correction."""
    short = max(-pool.quantity, ZERO)
    covered = min(short, movement.quantity)
    correction = ZERO
    if covered:
        cost = share(movement.cost, covered, movement.quantity, pool.currency)
        correction = EXACT.subtract(cost, share(-pool.value, covered, short, pool.currency))
    value = EXACT.subtract(movement.cost, correction)
    return Effect(pieces=(Piece(layer_id=pool.id, quantity=movement.quantity, value=value),), correction=correction)


def _issued(pool: Pool, movement: Movement) -> Effect:
    """Goods take their share of the value; what is not there goes at the last cost."""
    wanted, held = -movement.quantity, max(pool.quantity, ZERO)
    covered = min(wanted, held)
    value, last_cost = ZERO, pool.last_cost
    if covered:
        value = share(pool.value, covered, held, pool.currency)
        last_cost = unit_cost_of(pool.value, held)
    uncovered = EXACT.subtract(wanted, covered)
    if uncovered:
        value = EXACT.add(value, uncovered_value(pool, uncovered, last_cost))
    return Effect(pieces=(Piece(layer_id=pool.id, quantity=-wanted, value=-value),))


def _revalued(pool: Pool, unit_cost: Decimal) -> Effect:
    """Everything in the pool is worth the unit cost."""
    if pool.quantity <= ZERO:
        return Effect(pieces=())
    value = to_minor_unit(product(pool.quantity, unit_cost), pool.currency)
    change = EXACT.subtract(value, pool.value)
    return Effect(pieces=(Piece(layer_id=pool.id, quantity=ZERO, value=change),) if change else ())
