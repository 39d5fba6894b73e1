"""A client that receives one order piece by piece, each with a key of its own, until it is killed.

Run as `python -m tests.faults.receive_stream URL ACTOR ORDER PIECES`; prints one line a receipt that was committed.
"""

import asyncio
import sys
from dataclasses import replace
from uuid import UUID

from domain.core.database import Database
from tests.domain.books import AX, World


def key_of(piece: int) -> str:
    """The idempotency key of a piece."""
    return f"piece-{piece}"


async def receive_pieces(world: World, order: UUID, pieces: int) -> list[bool]:
    """Whether each piece had been received before: a replay."""
    replayed: list[bool] = []
    for piece in range(pieces):
        receipt = world.receipt(order, (1, "1", "0"), (2, "2", "1"))
        performed = await world.act(world.buyer, AX, receipt, idempotency_key=key_of(piece))
        assert performed.committed, performed.refusals
        replayed.append(performed.replayed)
        print(piece, flush=True)
    return replayed


async def main(url: str, actor: str, order: str, pieces: str) -> None:
    database = await Database.open(url, 2)
    world = World(database)
    world.buyer = replace(world.buyer, id=UUID(actor))
    await receive_pieces(world, UUID(order), int(pieces))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
