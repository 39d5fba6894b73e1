"""What goods are worth, pure: one file a method, and the history in which a late movement takes its place.

A pool is a state and a movement changes it; the effect says in which layers, by how much. A value is rounded once, to
the currency's minor unit, where it is split off, and the last piece of a layer takes what is left, so that what is
empty is worth exactly zero.

Goods that go out though nothing is there (where the item's setting allows it) go out at the last cost. Goods that come
in then cover them first: the part of their cost that exceeds it goes to cost of sales, not to stock.

A movement dated back takes its place among those that came after it: they are valued again from there, and each
difference is posted beside what was posted before, never in its place. Chosen over posting every later movement anew
(rows grow with the history, closed periods change) and over ignoring lateness (what was sold keeps a wrong cost). The
work is bounded by `MOVEMENTS_AFTER_MAX`: behind more later movements a late document takes its place at the end.
"""

from domain.inventory.valuation.history import MOVEMENTS_AFTER_MAX, Difference, History, Posted, difference, still_there
from domain.inventory.valuation.pools import Effect, Layer, Movement, Piece, Pool

__all__ = [
    "MOVEMENTS_AFTER_MAX", "Difference", "Effect", "History", "Layer", "Movement", "Piece", "Pool", "Posted",
    "difference", "still_there",
]  # fmt: skip
