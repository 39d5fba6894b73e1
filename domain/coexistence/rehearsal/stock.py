"""The stock of the second company made what the first one held: goods go on to their places, the rest is a difference.

An item has differences of one sign only: what is held elsewhere comes first from where there is too much.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.coexistence.differences import PostMigrationDifference
from domain.coexistence.rehearsal.acting import RECEIVER, Rehearsing
from domain.coexistence.rehearsal.books import Books
from domain.coexistence.rehearsal.history import Extent, Held
from domain.core.money import EXACT, ZERO
from domain.inventory.commands import TransferLineInput, TransferStock

# Differences of one transaction.
CHUNK_PLACES = 5_000

_BOOK = """
SELECT b.item_id, l.code, sum(b.quantity) AS quantity
FROM stock_balance b JOIN location l ON l.company_id = b.company_id AND l.id = b.location_id
WHERE b.company_id = $1 AND b.owner_id IS NULL GROUP BY b.item_id, l.code
"""
_POSTED = "SELECT EXISTS (SELECT FROM stock_move WHERE company_id = $1 AND kind = 'MIGRATION')"


@dataclass(frozen=True, slots=True)
class Moves:
    """What brings an item to its places: (from, to, how much), and by place what is to be held there then."""

    transfers: list[tuple[str, str, Decimal]] = field(default_factory=list[tuple[str, str, Decimal]])
    differing: dict[str, Decimal] = field(default_factory=dict[str, Decimal])


def moves_to(book: Mapping[str, Decimal], wanted: Mapping[str, Decimal]) -> Moves:
    """What makes the book hold what is wanted, place by place (pure); places in the order of their codes."""
    places = sorted({*book, *wanted})
    over = {place: EXACT.subtract(book.get(place, ZERO), wanted.get(place, ZERO)) for place in places}
    moves = Moves()
    givers = [place for place in places if over[place] > ZERO]
    for target in [place for place in places if over[place] < ZERO]:
        while givers and over[target] < ZERO:
            source = givers[0]
            quantity = min(over[source], -over[target])
            moves.transfers.append((source, target, quantity))
            over[source] = EXACT.subtract(over[source], quantity)
            over[target] = EXACT.add(over[target], quantity)
            if not over[source]:
                givers.pop(0)
    moves.differing.update({place: wanted.get(place, ZERO) for place in places if over[place]})
    return moves


async def is_settled(rehearsing: Rehearsing) -> bool:
    """Whether differences were posted before."""
    return await rehearsing.connection.fetchval(_POSTED, rehearsing.second_id)


async def settle_stock(rehearsing: Rehearsing, books: Books, extent: Extent) -> int:
    """How many places differed, all in one transaction. Raises: NotMade, with nothing made."""
    book: defaultdict[UUID, dict[str, Decimal]] = defaultdict(dict)
    for row in await rehearsing.connection.fetch(_BOOK, rehearsing.second_id):
        book[row["item_id"]][row["code"]] = row["quantity"]
    nowhere = Held(item_id=rehearsing.run.id, places={})
    moves = {
        item: moves_to(book.get(item, {}), extent.held.get(item, nowhere).places)
        for item in sorted({*book, *extent.held})
    }
    on, key = extent.held_on, f"{rehearsing.run.id}"
    transfers = [_transfer(item, one, books, on) for item, one in moves.items() if one.transfers]
    differences = [
        PostMigrationDifference(item_id=item, location_id=books.places[place], counted=counted, counted_on=on)
        for item, one in moves.items()
        for place, counted in one.differing.items()
    ]
    async with rehearsing.connection.raw.transaction():
        await rehearsing.made(RECEIVER, transfers, key=f"{key}:transfers")
        for start in range(0, len(differences), CHUNK_PLACES):
            part = differences[start : start + CHUNK_PLACES]
            await rehearsing.made(RECEIVER, part, key=f"{key}:differences:{start}")
    return len(differences)


def _transfer(item_id: UUID, moves: Moves, books: Books, on: date) -> TransferStock:
    """The command by which the goods of an item go on to their places."""
    return TransferStock(
        transferred_on=on,
        lines=tuple(
            TransferLineInput(
                item_id=item_id, location_id=books.places[source], target_id=books.places[target], quantity=quantity
            )
            for source, target, quantity in moves.transfers
        ),
    )
