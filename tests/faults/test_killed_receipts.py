import asyncio
import signal
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from tests.domain.books import AX, World
from tests.faults.receive_stream import receive_pieces

ROOT = Path(__file__).parents[2]
PIECES = 12


@pytest.mark.parametrize("delay", [0.0, 0.011])
async def test_a_killed_stream_of_receipts_leaves_whole_postings_and_a_retry_has_one_effect(world: World, delay: float):
    order = await world.approved(AX, ("GEAR", "12", "150"), ("BOLT", "24", "2"))
    client = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.receive_stream", world.database.url, str(world.buyer.id), str(order),
        str(PIECES), cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert client.stdout is not None
    for _ in range(3):
        assert await client.stdout.readline()
    await asyncio.sleep(delay)
    client.send_signal(signal.SIGKILL)
    assert await client.wait() == -signal.SIGKILL
    # What the database still runs for the dead client ends before its rows are counted.
    replayed = await receive_pieces(world, order, PIECES)
    assert replayed[:3] == [True, True, True]
    assert sorted(replayed, reverse=True) == replayed
    vouchers = await world.rows("SELECT number FROM journal_entry ORDER BY number")
    assert [row["number"] for row in vouchers] == [f"STOCK-2026-05-{piece:06d}" for piece in range(1, PIECES + 1)]
    rows = await world.rows("SELECT received_quantity, stocked_quantity FROM purchase_order_line ORDER BY position")
    assert [tuple(row.values()) for row in rows] == [(Decimal(12), Decimal(12)), (Decimal(24), Decimal(12))]
    [state] = await world.rows("SELECT status FROM purchase_order")
    assert state["status"] == "COMPLETE"
    assert await world.findings() == []
