"""A history that is told of late costs one by one comes to what it would be had they been known at once."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from domain.core.ids import new_id
from domain.inventory.models import ValuationMethod
from domain.inventory.valuation import History, Movement, Pool

FIRST = date(2026, 1, 1)
AMOUNTS = st.integers(1, 5_000).map(lambda cents: Decimal(cents).scaleb(-2))
# (quantity, cost): what comes has a cost, what goes has none; half of all sequences only receive.
MOVES = st.lists(st.tuples(st.sampled_from((-3, -1, 1, 4, 10)), AMOUNTS), min_size=1, max_size=12)
RECEIPTS = st.lists(st.tuples(st.sampled_from((1, 4, 10)), AMOUNTS), min_size=1, max_size=12)
RAISES = st.lists(st.tuples(st.integers(0, 11), AMOUNTS), max_size=8)


def empty(method: ValuationMethod) -> History:
    return History(Pool(id=new_id(), method=method, currency="USD"))


def movements(moves: list[tuple[int, Decimal]]) -> list[Movement]:
    """The moves that find goods, in their places."""
    held, made = 0, list[Movement]()
    for number, (quantity, cost) in enumerate(moves):
        if held + quantity >= 0:
            held += quantity
            place = (FIRST + timedelta(days=number), number)
            brought = cost if quantity > 0 else Decimal(0)
            made.append(Movement(id=new_id(), place=place, quantity=Decimal(quantity), cost=brought))
    return made


@given(
    method=st.sampled_from((ValuationMethod.AVERAGE, ValuationMethod.FIFO)),
    moves=st.one_of(MOVES, RECEIPTS), raises=RAISES, is_told=st.booleans(),
)  # fmt: skip
def test_costs_that_come_late_one_by_one_make_what_they_would_have_made_at_once(
    method: ValuationMethod, moves: list[tuple[int, Decimal]], raises: list[tuple[int, Decimal]], is_told: bool
):
    late, made = empty(method), movements(moves)
    for one in made:
        late.insert(one)
    late.tell()
    costs = {one.id: one.cost for one in made}
    receipts = [one for one in made if one.quantity > 0]
    told = {one.id: late.effect_of(one.id).value for one in made}
    for place, amount in raises if receipts else ():
        receipt = receipts[place % len(receipts)]
        costs[receipt.id] += amount
        late.cost_more(receipt.id, amount)
        if is_told:
            for found in late.differences():
                told[found.movement.id] += found.effect.value
            late.tell()
    if not is_told:
        for found in late.differences():
            told[found.movement.id] += found.effect.value
    known = empty(method)
    for one in made:
        raised = Movement(id=one.id, place=one.place, quantity=one.quantity, cost=costs[one.id])
        known.insert(raised)
    assert (late.settled().quantity, late.settled().value) == (known.settled().quantity, known.settled().value)
    assert late.settled().last_cost == known.settled().last_cost
    assert {one.id: late.effect_of(one.id).value for one in made} == told
    assert told == {one.id: known.effect_of(one.id).value for one in made}
