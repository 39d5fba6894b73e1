"""Eight clients at once, in two companies, for as long as the soak may take: no deadlock surfaces, the books agree."""

import asyncio
import os
import random
import time
from decimal import Decimal

import pytest

from domain.procurement.commands import ApprovePurchaseOrder
from tests.domain.books import AX, BX, World

# A share of the soak's time: other long tests want theirs.
SECONDS = float(os.environ.get("SKEIN_SOAK_SECONDS", "60")) / 4
CLIENTS = 8
EXPECTED = {"OVER_RECEIPT", "WRONG_STATE"}


@pytest.mark.soak
async def test_clients_that_meet_everywhere_never_break_the_books(world: World):
    seed = random.SystemRandom().randrange(2**32)
    end = time.monotonic() + SECONDS
    codes = await asyncio.gather(*(client(world, random.Random(seed + place), end) for place in range(CLIENTS)))
    assert set().union(*codes) <= EXPECTED, f"seed {seed}"
    assert await world.findings() == [], f"seed {seed}"


async def client(world: World, chance: random.Random, end: float) -> set[str]:
    """The codes of the refusals that one client met."""
    codes: set[str] = set()
    while time.monotonic() < end:
        company, items = chance.choice([AX, BX]), ["GEAR", "BOLT", "STENT"]
        chance.shuffle(items)
        lines = [(item, str(chance.randrange(1, 20)), str(Decimal(chance.randrange(1, 9999)) / 100)) for item in items]
        order = await world.ordered(company, *lines, currency=chance.choice(["USD", "EUR", "JPY"]))
        await world.act(world.chief, company, ApprovePurchaseOrder(purchase_order_id=order))
        parts = [(place + 1, str(chance.randrange(1, 20)), "0") for place in range(len(items))]
        performed = await asyncio.gather(
            *(world.act(world.buyer, company, world.receipt(order, *chance.sample(parts, 2))) for _ in range(2))
        )
        codes |= {refusal.code for one in performed for refusal in one.refusals}
    return codes
