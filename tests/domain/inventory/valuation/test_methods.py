"""What goods are worth by each method: the cases of the specification, and what must hold of any movements."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from domain.core.money import minor_unit
from domain.inventory.models import ValuationMethod
from domain.inventory.valuation import History, Layer, Movement, Pool
from domain.inventory.valuation.standard import change_of_value, ledger_value

DAY = date(2026, 4, 1)
POOL = UUID(int=999)
FIFO, AVERAGE, LOT = ValuationMethod.FIFO, ValuationMethod.AVERAGE, ValuationMethod.LOT


class Story:
    """A pool to which things happen, one a day."""

    def __init__(self, method: ValuationMethod, currency: str = "USD", last_cost: str = "0") -> None:
        self.history = History(Pool(id=POOL, method=method, currency=currency, last_cost=Decimal(last_cost)))
        self.number = 0

    def comes(self, quantity: str, cost: str) -> Decimal:
        """Goods come in at a unit cost; the change of value."""
        whole = Decimal(quantity) * Decimal(cost)
        return self.happens(quantity=Decimal(quantity), cost=whole.quantize(Decimal("0.01")))

    def goes(self, quantity: str, takes_from: int | None = None) -> Decimal:
        """Goods leave; what they were worth."""
        first = None if takes_from is None else UUID(int=takes_from)
        return -self.happens(quantity=-Decimal(quantity), takes_from=first)

    def happens(self, day: int | None = None, **what: object) -> Decimal:
        self.number += 1
        on = DAY + timedelta(days=self.number if day is None else day)
        movement = Movement(id=UUID(int=self.number), place=(on, self.number), **what)  # pyright: ignore[reportArgumentType]
        effect = self.history.insert(movement)
        return effect.value

    @property
    def left(self) -> tuple[Decimal, Decimal]:
        """Quantity and value."""
        pool = self.history.settled()
        return pool.quantity, pool.value


def test_v1_first_in_first_out():
    """In 68 @15.00, in 140 @15.50, out 94 = 1423.00, in 40 @16.00, in 78 @16.50, out 116 = 1799.00, ... (case V1)."""
    story = Story(FIFO)
    story.comes("68", "15.00")
    story.comes("140", "15.50")
    assert story.goes("94") == Decimal("1423.00")
    story.comes("40", "16.00")
    story.comes("78", "16.50")
    assert [story.goes("116"), story.goes("62"), story.goes("10")] == [
        Decimal("1799.00"), Decimal("1004.00"), Decimal("165.00"),
    ]  # fmt: skip
    assert story.left == (Decimal(44), Decimal("726.00"))


def test_v3_moving_average():
    """In 1 @100 -> 100; in 1 @200 -> 150; in 2 @200 -> 175 (case V3)."""
    story = Story(AVERAGE)
    averages: list[Decimal] = []
    for quantity, cost in (("1", "100"), ("1", "200"), ("2", "200")):
        story.comes(quantity, cost)
        held, value = story.left
        averages.append(value / held)
    assert averages == [Decimal(100), Decimal(150), Decimal(175)]


def test_v5_goods_that_go_out_uncovered_are_corrected_when_they_come():
    """In 10 @10; out 15 -> -5, -50; out 5 -> -10, -100; in 15 @15 -> 5 @15, value change +175 (case V5)."""
    for method in (FIFO, AVERAGE, LOT):
        story = Story(method)
        story.comes("10", "10")
        assert story.goes("15") == Decimal(150)
        assert story.left == (Decimal(-5), Decimal(-50))
        assert story.goes("5") == Decimal(50)
        assert story.left == (Decimal(-10), Decimal(-100))
        assert story.comes("15", "15") == Decimal(175)
        assert story.history.effect_of(UUID(int=4)).correction == Decimal(50)
        assert story.left == (Decimal(5), Decimal(75))


def test_goods_that_never_came_go_out_at_the_first_cost():
    story = Story(AVERAGE, last_cost="3.3333333333")
    assert story.goes("3") == Decimal("10.00")
    assert story.comes("3", "4") == Decimal("10.00")
    assert story.left == (Decimal(0), Decimal(0))


def test_v13_a_return_takes_the_goods_of_its_receipt_and_its_late_costs():
    """In 5 @100; return 2 = -200; landed cost 50 -> the return becomes -220; stock left 3 @110 = 330 (case V13)."""
    for method in (FIFO, AVERAGE):
        story = Story(method)
        story.comes("5", "100")
        assert story.goes("2", takes_from=1) == Decimal(200)
        story.history.tell()
        story.history.cost_more(UUID(int=1), Decimal(50))
        assert story.left == (Decimal(3), Decimal(330))
        changes = {one.movement.id.int: one.effect.value for one in story.history.differences()}
        assert changes == {1: Decimal(50), 2: Decimal(-20)}


def test_a_return_takes_its_own_layer_though_older_ones_are_there():
    story = Story(FIFO)
    story.comes("5", "100")
    story.comes("5", "120")
    assert story.goes("2", takes_from=2) == Decimal(240)
    assert story.goes("6") == Decimal(620)


def test_v8_a_revaluation_dated_back_changes_what_left_after_it():
    """Stores 50 @100, revalued to 150 on an earlier day: 10 that left after it were worth 1500 (V8, first step)."""
    for method in (FIFO, AVERAGE):
        story = Story(method)
        story.happens(day=10, quantity=Decimal(50), cost=Decimal(5000))
        assert story.happens(day=30, quantity=Decimal(-10)) == Decimal(-1000)
        story.history.tell()
        assert story.happens(day=12, quantity=Decimal(0), unit_cost=Decimal(150)) == Decimal(2500)
        [difference] = story.history.differences()
        assert (difference.movement.id.int, difference.effect.value) == (2, Decimal(-500))
        assert story.left == (Decimal(40), Decimal(6000))


def test_a_receipt_dated_back_changes_the_average_of_what_left_after_it():
    story = Story(AVERAGE)
    story.happens(day=1, quantity=Decimal(10), cost=Decimal(100))
    story.happens(day=10, quantity=Decimal(-5))
    story.history.tell()
    story.happens(day=5, quantity=Decimal(10), cost=Decimal(200))
    [difference] = story.history.differences()
    assert difference.effect.value == Decimal(-25)
    assert story.left == (Decimal(15), Decimal(225))


def test_a_receipt_dated_back_is_taken_before_what_came_after_it():
    story = Story(FIFO)
    story.happens(day=1, quantity=Decimal(5), cost=Decimal(50))
    story.happens(day=8, quantity=Decimal(5), cost=Decimal(100))
    assert story.happens(day=10, quantity=Decimal(-8)) == Decimal(-110)
    story.history.tell()
    story.happens(day=5, quantity=Decimal(2), cost=Decimal(30))
    [difference] = story.history.differences()
    # 5 @10, 2 @15 and 1 @20 instead of 5 @10 and 3 @20.
    assert difference.effect.value == Decimal(10)
    assert story.left == (Decimal(4), Decimal(80))


def test_v18_the_unit_cost_is_never_rounded():
    """20,000 kg at 156,526 a tonne; 1,728 kg leave at 270,476.93; 18,272 kg stay at 2,860,043.07 (case V18)."""
    story = Story(AVERAGE)
    story.happens(quantity=Decimal(20000), cost=Decimal("3130520.00"))
    assert story.goes("1728") == Decimal("270476.93")
    assert story.left == (Decimal(18272), Decimal("2860043.07"))


def test_a_revaluation_is_rounded_once_over_all_layers():
    story = Story(FIFO)
    for _ in range(3):
        story.comes("1", "10.00")
    assert story.happens(quantity=Decimal(0), unit_cost=Decimal("10.005")) == Decimal("0.02")
    assert [story.goes("1") for _ in range(3)] == [Decimal("10.01"), Decimal("10.00"), Decimal("10.01")]


def test_a_balance_at_standard_cost_is_rounded_as_a_whole():
    cost = Decimal("0.0049")
    changes = [change_of_value(Decimal(held), Decimal(1), cost, "USD") for held in range(1000)]
    assert sum(changes) == ledger_value(Decimal(1000), cost, "USD") == Decimal("4.90")
    assert change_of_value(Decimal(1000), Decimal(-1000), cost, "USD") == Decimal("-4.90")


quantities = st.integers(1, 40).map(Decimal) | st.decimals("0.000001", "50", places=6)
events = st.tuples(st.integers(0, 12), st.booleans(), quantities, st.decimals("0", "500", places=2))


@given(st.sampled_from([FIFO, AVERAGE]), st.lists(events, min_size=1, max_size=14), st.sampled_from(["USD", "JPY"]))
def test_whatever_the_order_of_recording_the_movements_are_worth_what_they_are_in_the_order_of_their_days(
    method: ValuationMethod, movements: list[tuple[int, bool, Decimal, Decimal]], currency: str
):
    """Recorded in any order, differences included, the ledger ends where it would had all been recorded in time."""
    unit = minor_unit(currency)
    late, ordered = Story(method, currency), Story(method, currency)
    worth: dict[int, Decimal] = {}
    made: list[Movement] = []
    for number, (day, is_in, quantity, cost) in enumerate(movements, start=1):
        movement = Movement(
            id=UUID(int=number), place=(DAY + timedelta(days=day), number),
            quantity=quantity if is_in else -quantity, cost=cost.quantize(unit) if is_in else Decimal(0),
        )  # fmt: skip
        made.append(movement)
        worth[number] = late.history.insert(movement).value
        for difference in late.history.differences():
            worth[difference.movement.id.int] += difference.effect.value
        late.history.tell()
    for movement in sorted(made, key=lambda one: one.place):
        ordered.history.insert(movement)
    assert worth == {one.id.int: ordered.history.effect_of(one.id).value for one in made}
    assert late.history.settled() == ordered.history.settled()
    quantity, value = late.left
    assert value == sum(worth.values())
    assert quantity or not value
    assert all(isinstance(layer, Layer) and layer.quantity for layer in late.history.settled().layers)
