"""Whatever people do to orders in two companies and two currencies, the two books agree after every step."""

import os
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.core.perform import Performed
from domain.procurement.commands import ApprovePurchaseOrder, RejectPurchaseOrder
from tests.domain.books import AX, BX, World

EXPECTED = {
    "INVALID_VALUE", "WRONG_STATE", "OVER_RECEIPT", "SEGREGATION_OF_DUTIES",
}  # fmt: skip
STATES = {
    ("PENDING", "APPROVED"), ("PENDING", "REJECTED"), ("APPROVED", "COMPLETE"),
}  # fmt: skip

companies = st.sampled_from([AX, BX])
currencies = st.sampled_from(["USD", "EUR", "JPY"])
quantities = st.integers(1, 50).map(Decimal) | st.decimals("0.000001", "1000", places=6)
prices = st.decimals("0", "100", places=2) | st.decimals("0", "10000", places=10)
a_line = st.tuples(st.sampled_from(["BOLT", "GEAR", "STENT"]), quantities.map(str), prices.map(str))
places = st.integers(0, 9)
shares = st.sampled_from([Decimal("0.25"), Decimal("0.5"), Decimal(1), Decimal("1.5"), Decimal(-1)])

creations = st.tuples(st.just("create"), companies, currencies, st.lists(a_line, min_size=1, max_size=3))
decisions = st.tuples(st.sampled_from(["approve", "reject"]), places, st.booleans())
receipts = st.tuples(st.just("receive"), places, st.integers(1, 3), shares, st.sampled_from([0, 1, 2]))
halves = st.sampled_from([Decimal("0.5"), Decimal(1)])
deliveries = st.tuples(st.just("receive"), places, st.just(1), halves, st.just(0))
steps = st.one_of(creations, decisions, receipts, receipts, deliveries, deliveries)


@st.composite
def sequences(draw: st.DrawFn) -> list[tuple[Any, ...]]:
    """Some orders, most of them approved by another, then whatever comes."""
    begun = draw(st.lists(creations, min_size=1, max_size=4))
    approved = [("approve", place, True) for place in range(len(begun)) if draw(st.integers(0, 3))]
    return [*begun, *approved, *draw(st.lists(steps, min_size=3, max_size=10))]


# An example takes about a second: half of the time of the soak, 300 in a whole one.
LONG = max(8, int(float(os.environ.get("SKEIN_SOAK_SECONDS", "60")) / 2))
quiet = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]


@given(sequences())
@settings(max_examples=8, suppress_health_check=quiet)
async def test_any_sequence_of_orders_and_receipts_keeps_the_books_right(world: World, sequence: list[tuple[Any, ...]]):
    await hold(world, sequence)


@pytest.mark.soak
@given(sequences())
@settings(max_examples=LONG, suppress_health_check=quiet)
async def test_any_sequence_for_long(world: World, sequence: list[tuple[Any, ...]]):
    await hold(world, sequence)


async def hold(world: World, sequence: list[tuple[Any, ...]]) -> None:
    """Do the steps; what is refused leaves nothing behind, and every check holds at the end."""
    orders: list[tuple[int, UUID]] = []
    for step in sequence:
        before, states = await world.state(), await states_of(world)
        performed = await act(world, orders, step)
        if performed is None:
            continue
        codes = {refusal.code for refusal in performed.refusals}
        assert codes <= EXPECTED, (step, codes)
        if performed.refusals:
            assert await world.state() == before
            assert await states_of(world) == states
        after = await states_of(world)
        assert {(states[id_], after[id_]) for id_ in states if states[id_] != after[id_]} <= STATES
    assert await world.findings() == []


async def states_of(world: World) -> dict[UUID, str]:
    return {row["id"]: row["status"] for row in await world.rows("SELECT id, status FROM purchase_order")}


async def act(world: World, orders: list[tuple[int, UUID]], step: tuple[Any, ...]) -> Performed | None:
    """What one step came to; None where it names an order that does not exist yet."""
    kind, *arguments = step
    if kind == "create":
        company, currency, lines = arguments
        performed = await world.act(world.buyer, company, world.order(company, *lines, currency=currency))
        orders += [(company, id_) for id_ in performed.ids]
        return performed
    company, order = orders[arguments[0] % len(orders)]
    if kind in ("approve", "reject"):
        command = ApprovePurchaseOrder if kind == "approve" else RejectPurchaseOrder
        return await world.act(world.chief if arguments[1] else world.buyer, company, command(purchase_order_id=order))
    _, position, share, rejected = arguments
    lines = await world.rows(
        "SELECT ordered_quantity, received_quantity FROM purchase_order_line "
        "WHERE purchase_order_id = $1 AND position = $2",
        order, position,
    )  # fmt: skip
    if not lines:
        return None
    open_quantity = lines[0]["ordered_quantity"] - lines[0]["received_quantity"]
    received = (max(open_quantity, Decimal("0.000001")) * share).quantize(Decimal("0.000001"))
    refused = received * rejected / 2
    receipt = world.receipt(order, (position, str(received), str(refused.quantize(Decimal("0.000001")))))
    return await world.act(world.buyer, company, receipt)
