"""Pools of value, the movements that change them, and what a movement does to the layers (pure)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from domain.core.money import EXACT, ROUNDING, ZERO, product, to_minor_unit, to_scale
from domain.inventory.models import ValuationMethod

COST_DIGITS: Final = 10

# A movement's place among those of its pool.
Place = tuple[date, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """What is left of the goods that one movement brought; below zero, goods that went out before they came."""

    id: UUID
    place: Place
    quantity: Decimal
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Goods that are valued together.

    `layers` hold them in order of place; a pool of moving average has one at most, named by the pool. `last_cost` is
    that of one unit of the goods that last moved.
    """

    id: UUID
    method: ValuationMethod
    currency: str
    layers: tuple[Layer, ...] = ()
    last_cost: Decimal = ZERO

    @property
    def quantity(self) -> Decimal:
        """Goods in the pool, those that went out uncovered counted against the others."""
        return _sum(layer.quantity for layer in self.layers)

    @property
    def value(self) -> Decimal:
        """What they are worth."""
        return _sum(layer.value for layer in self.layers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """Goods that come into a pool (quantity above zero) or leave it, or a new value of all that is in it (zero).

    `cost` is what incoming goods cost, `unit_cost` what a revaluation makes one unit worth, `takes_from` the layer that
    outgoing goods are taken from first.
    """

    id: UUID
    place: Place
    quantity: Decimal
    cost: Decimal = ZERO
    takes_from: UUID | None = None
    unit_cost: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What a movement changed of one layer."""

    layer_id: UUID
    quantity: Decimal
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a movement does: its pieces, and the part of its cost that belongs to goods gone before (`correction`)."""

    pieces: tuple[Piece, ...]
    correction: Decimal = ZERO

    @property
    def value(self) -> Decimal:
        """By how much the pool's value changes."""
        return _sum(piece.value for piece in self.pieces)


def share(value: Decimal, part: Decimal, whole: Decimal, currency: str) -> Decimal:
    """`part` of `whole` of a value, rounded once to the minor unit; the whole of it when nothing is left over."""
    if part == whole:
        return value
    return to_minor_unit(ROUNDING.divide(product(value, part), whole), currency)


def unit_cost_of(value: Decimal, quantity: Decimal) -> Decimal:
    """Cost of one unit, to 10 digits."""
    return to_scale(ROUNDING.divide(value, quantity), COST_DIGITS)


def opened(pool: Pool, layer_id: UUID, place: Place, quantity: Decimal, value: Decimal) -> Pool:
    """The pool with a quantity and its value added to a layer, which is made where it is missing, in order."""
    layers = [layer for layer in pool.layers if layer.id != layer_id]
    known = next((layer for layer in pool.layers if layer.id == layer_id), None)
    known = known or Layer(id=layer_id, place=place, quantity=ZERO, value=ZERO)
    changed = replace(known, quantity=EXACT.add(known.quantity, quantity), value=EXACT.add(known.value, value))
    if changed.quantity or changed.value:
        index = next((at for at, layer in enumerate(layers) if layer.place > changed.place), len(layers))
        layers.insert(index, changed)
    return replace(pool, layers=tuple(layers))


def moved(pool: Pool, movement: Movement, pieces: Iterable[Piece]) -> Pool:
    """The pool after the pieces of a movement; the last of them with a quantity sets the last cost."""
    for piece in pieces:
        pool = opened(pool, piece.layer_id, movement.place, piece.quantity, piece.value)
        if piece.quantity:
            pool = replace(pool, last_cost=unit_cost_of(piece.value, piece.quantity))
    return pool


def uncovered_value(pool: Pool, quantity: Decimal, last_cost: Decimal) -> Decimal:
    """What goods that are not there go out at."""
    return to_minor_unit(product(quantity, last_cost), pool.currency)


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    result = ZERO
    for amount in amounts:
        result = EXACT.add(result, amount)
    return result
