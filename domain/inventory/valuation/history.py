"""The movements of a pool in the order in which they count, and what a late one changes of those behind it (pure)."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from domain.core.money import EXACT, ZERO
from domain.inventory.models import ValuationMethod
from domain.inventory.valuation import average, fifo
from domain.inventory.valuation.pools import Effect, Layer, Movement, Piece, Place, Pool, moved, opened, unit_cost_of

# Movements behind a late one that are valued again: more would make the cost of a late document grow with the history.
MOVEMENTS_AFTER_MAX: Final = 1_000

_EFFECTS = {
    ValuationMethod.FIFO: fifo.effect,
    ValuationMethod.AVERAGE: average.effect,
    ValuationMethod.LOT: average.effect,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A movement as it stands in the ledger: what its rows, the corrections among them, sum to by layer."""

    movement: Movement
    effect: Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """By how much a posted movement is worth more now than its rows say, in which layers."""

    movement: Movement
    effect: Effect


class History:
    """A pool before some day, and the movements since; new ones are put in their place.

    It mutates itself and nothing else. What was told of a movement is kept, so that `differences` tells what is new. A
    receipt behind which nothing was taken or revalued changes nothing but itself when it turns out to cost more: only
    what something was taken from is valued anew, from there on.
    """

    def __init__(self, current: Pool) -> None:
        """`current` is the pool as stored; its history begins now."""
        self._current = self._start = self._pool = current
        self._movements: list[Movement] = []
        self._by_id: dict[UUID, Movement] = {}
        self._effects: dict[UUID, Effect] = {}
        self._told: dict[UUID, Effect] = {}
        self._new: dict[UUID, Movement] = {}
        self._raised: defaultdict[UUID, Decimal] = defaultdict(lambda: ZERO)
        # Valued anew since everything was told.
        self._changed: set[UUID] = set()
        # What took goods, or revalued them, last; whether goods ever went out that were not there.
        self._last_taken: Place | None = None
        self._was_short = False
        self._is_stale = self._is_late = False

    def reach_back(self, posted: Sequence[Posted], places: Mapping[UUID, Layer], last_cost: Decimal) -> None:
        """The history begins before the `posted` movements, the last ones stored, when goods had last moved at
        `last_cost`; `places` are the layers they touched, whatever is left of them.
        """
        self._start = replace(_undone(self._current, posted, places), last_cost=last_cost)
        self._told = {one.movement.id: one.effect for one in posted} | self._told
        movements = {one.movement.id: one.movement for one in posted} | self._new
        for movement_id, amount in self._raised.items():
            raised = movements[movement_id]
            movements[movement_id] = replace(raised, cost=EXACT.add(raised.cost, amount))
        self._movements = sorted(movements.values(), key=_place_of)
        self._by_id = movements
        self._is_stale = True

    def insert(self, movement: Movement) -> Effect:
        """What a new movement does at its place; those behind it are valued anew."""
        self._new[movement.id] = self._by_id[movement.id] = movement
        if self._movements and self._movements[-1].place > movement.place:
            self._movements.insert(bisect_right(self._movements, movement.place, key=_place_of), movement)
            self._is_stale = self._is_late = True
        else:
            self._refresh()
            self._movements.append(movement)
            self._apply(movement)
        self._refresh()
        return self._effects[movement.id]

    def remove(self, movement_id: UUID) -> None:
        """A movement that was inserted is gone again."""
        self._movements = [one for one in self._movements if one.id != movement_id]
        del self._new[movement_id], self._by_id[movement_id], self._effects[movement_id]
        self._changed.discard(movement_id)
        self._is_stale = True

    def cost_more(self, movement_id: UUID, amount: Decimal) -> None:
        """The goods that a movement brought cost so much more; those behind it are valued anew."""
        known = self._by_id[movement_id]
        at = bisect_left(self._movements, known.place, key=_place_of)
        while self._movements[at].id != movement_id:
            at += 1
        raised = replace(known, cost=EXACT.add(known.cost, amount))
        self._movements[at] = self._by_id[movement_id] = raised
        if movement_id in self._new:
            self._new[movement_id] = raised
        else:
            self._raised[movement_id] = EXACT.add(self._raised[movement_id], amount)
        self._is_late = True
        if self._is_stale or not self._stands_alone(raised):
            self._is_stale = True
        else:
            self._raise_alone(raised, amount, is_last=at == len(self._movements) - 1)

    def _stands_alone(self, movement: Movement) -> bool:
        """Whether nothing was taken from the pool, or revalued, since the goods of a movement came."""
        return not self._was_short and (self._last_taken is None or self._last_taken < movement.place)

    def _raise_alone(self, movement: Movement, amount: Decimal, *, is_last: bool) -> None:
        """The goods of a movement, all of them there, are worth so much more, and no others."""
        [piece] = self._effects[movement.id].pieces
        dearer = replace(piece, value=EXACT.add(piece.value, amount))
        self._effects[movement.id] = Effect(pieces=(dearer,))
        self._pool = opened(self._pool, piece.layer_id, movement.place, ZERO, amount)
        if is_last:
            self._pool = replace(self._pool, last_cost=unit_cost_of(dearer.value, dearer.quantity))
        self._changed.add(movement.id)

    @property
    def was_short(self) -> bool:
        """Whether goods of this history ever went out that were not there."""
        self._refresh()
        return self._was_short or self._pool.quantity < ZERO

    @property
    def is_late(self) -> bool:
        """Whether something has changed that stands before what was told."""
        return self._is_late

    def add_value(self, layer: Layer, value: Decimal) -> None:
        """A layer, as it is at the end, is worth so much more; no movement is valued anew."""
        self._start = opened(self._start, layer.id, layer.place, ZERO, value)
        self._pool = opened(self._pool, layer.id, layer.place, ZERO, value)

    def holds(self, movement_id: UUID) -> bool:
        """Whether the movement is part of this history."""
        return movement_id in self._by_id

    def movement(self, movement_id: UUID) -> Movement:
        """The movement as things now stand."""
        return self._by_id[movement_id]

    def is_last(self, movement_id: UUID) -> bool:
        """Whether no movement stands behind this one."""
        return self._movements[-1].id == movement_id

    def effect_of(self, movement_id: UUID) -> Effect:
        """What a movement does as things now stand."""
        self._refresh()
        return self._effects[movement_id]

    def told_of(self, movement_id: UUID) -> Effect:
        """What a movement was last told to do."""
        return self._told[movement_id]

    def lowest(self, since: Place) -> Decimal:
        """The smallest quantity that the pool holds after any movement from a place on."""
        quantity, lowest = self._start.quantity, None
        for one in self._movements:
            quantity = EXACT.add(quantity, one.quantity)
            if one.place >= since:
                lowest = quantity if lowest is None else min(lowest, quantity)
        return quantity if lowest is None else lowest

    def settled(self) -> Pool:
        """The pool after every movement."""
        self._refresh()
        return self._pool

    def opened_layers(self) -> dict[UUID, Place]:
        """The layers that movements of this history opened."""
        self._refresh()
        return {
            one.id: one.place
            for one in self._movements
            if any(piece.layer_id == one.id for piece in self._effects[one.id].pieces)
        }

    def differences(self) -> list[Difference]:
        """By how much movements that were told are now worth more than was told, in their order."""
        self._refresh()
        if not self._is_late:
            return []
        found: list[Difference] = []
        for movement in sorted((self._by_id[id_] for id_ in self._changed), key=_place_of):
            before = self._told.get(movement.id)
            if before is not None:
                change = difference(self._effects[movement.id], before)
                if change.pieces or change.correction:
                    found.append(Difference(movement=movement, effect=change))
        return found

    def tell(self) -> None:
        """Everything is told as it now stands."""
        self._refresh()
        told = self._changed if self._is_late else self._new.keys() - self._told.keys()
        self._told |= {id_: self._effects[id_] for id_ in told}
        if self._is_late:
            self._changed.clear()
            self._is_late = False

    def _refresh(self) -> None:
        if self._is_stale:
            self._pool, self._last_taken, self._was_short = self._start, None, False
            for movement in self._movements:
                self._apply(movement)
            self._is_stale = False

    def _apply(self, movement: Movement) -> None:
        effect = _EFFECTS[self._pool.method](self._pool, movement)
        self._was_short = self._was_short or self._pool.quantity < ZERO
        if movement.quantity <= ZERO:
            self._last_taken = movement.place
        self._pool = moved(self._pool, movement, effect.pieces)
        self._effects[movement.id] = effect
        self._changed.add(movement.id)


def _place_of(movement: Movement) -> Place:
    return movement.place


def still_there(pool: Pool, movement: Movement) -> tuple[Layer, Decimal]:
    """The layer that holds goods which a movement brought, and how many of them can still be there."""
    layer_id = movement.id if pool.method is ValuationMethod.FIFO else pool.id
    empty = Layer(id=layer_id, place=movement.place, quantity=ZERO, value=ZERO)
    layer = next((one for one in pool.layers if one.id == layer_id), empty)
    return layer, min(max(layer.quantity, ZERO), movement.quantity)


def difference(now: Effect, before: Effect) -> Effect:
    """What has to be added to one effect to make the other, by layer."""
    changes: defaultdict[UUID, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for sign, pieces in ((1, now.pieces), (-1, before.pieces)):
        for piece in pieces:
            change = changes[piece.layer_id]
            change[0] = EXACT.add(change[0], sign * piece.quantity)
            change[1] = EXACT.add(change[1], sign * piece.value)
    return Effect(
        pieces=tuple(
            Piece(layer_id=layer_id, quantity=quantity, value=value)
            for layer_id, (quantity, value) in changes.items()
            if quantity or value
        ),
        correction=EXACT.subtract(now.correction, before.correction),
    )


def _undone(current: Pool, posted: Sequence[Posted], places: Mapping[UUID, Layer]) -> Pool:
    """The pool as it was before the posted movements."""
    layers = {layer.id: layer for layer in (*places.values(), *current.layers)}
    held = {layer.id: [layer.quantity, layer.value] for layer in layers.values()}
    for one in posted:
        for piece in one.effect.pieces:
            if piece.layer_id not in layers:
                # The single layer of a pool that is empty now.
                layers[piece.layer_id] = Layer(id=piece.layer_id, place=(date.min, 0), quantity=ZERO, value=ZERO)
                held[piece.layer_id] = [ZERO, ZERO]
            left = held[piece.layer_id]
            left[0], left[1] = EXACT.subtract(left[0], piece.quantity), EXACT.subtract(left[1], piece.value)
    before = [
        replace(layers[id_], quantity=quantity, value=value)
        for id_, (quantity, value) in held.items()
        if quantity or value
    ]
    return replace(current, layers=tuple(sorted(before, key=lambda layer: layer.place)))
