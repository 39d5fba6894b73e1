"""What stock is worth, worked out slowly and from nothing: every event again, in the order of its day.

Written apart from the code it judges: fractions instead of decimals, one pass over all events of an item, no state that
is kept. An event is what a person did; what it moved in money follows.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from types import MappingProxyType

# Goods on their way are kept apart by consignment, whatever the way of their item.
ROAD = "ROAD"


def rounded(value: Fraction, digits: int) -> Fraction:
    """To so many digits, half away from zero."""
    sign = -1 if value < 0 else 1
    return Fraction(sign * int(abs(value) * 10**digits + Fraction(1, 2)), 10**digits)


def ten_digits(value: Fraction) -> Fraction:
    scaled = abs(value) * 10**10
    whole = int(scaled + Fraction(1, 2))
    return Fraction(whole if value >= 0 else -whole, 10**10)


@dataclass
class Event:
    """One thing that happened to one item: `area` is where, `to` where goods go on to, `of` the event it refers to."""

    number: int
    on: date
    kind: str
    area: str
    quantity: Fraction = Fraction(0)
    cost: Fraction = Fraction(0)
    unit_cost: Fraction | None = None
    to: str | None = None
    of: int | None = None
    account: str | None = None
    is_undone: bool = False
    worth: Fraction = field(default=Fraction(0), compare=False)


@dataclass
class Layer:
    """Goods that one event brought."""

    of: int
    on: date
    quantity: Fraction
    value: Fraction


class Area:
    """The goods of one valuation area."""

    def __init__(self, method: str, first_cost: Fraction, digits: int) -> None:
        self.method = method
        self.digits = digits
        self.layers: list[Layer] = []
        self.last_cost = first_cost

    def cents(self, value: Fraction) -> Fraction:
        """To the smallest part of the company's currency."""
        return rounded(value, self.digits)

    @property
    def quantity(self) -> Fraction:
        return sum((layer.quantity for layer in self.layers), Fraction(0))

    @property
    def value(self) -> Fraction:
        return sum((layer.value for layer in self.layers), Fraction(0))

    def put(self, event: Event, quantity: Fraction, cost: Fraction) -> Fraction:
        """Goods come in; the part of their cost that belongs to goods that are gone."""
        given = cost
        if self.method == "AVERAGE":
            short = max(-self.quantity, Fraction(0))
            covering = min(short, quantity)
            relief, spent = Fraction(0), Fraction(0)
            if covering:
                spent = given if covering == quantity else self.cents(given * covering / quantity)
                relief = -self.value if covering == short else self.cents(-self.value * covering / short)
            self._merge(event, quantity, given - spent + relief)
            self.last_cost = ten_digits(abs((given - spent + relief) / quantity))
            return spent - relief
        wrong = Fraction(0)
        for layer in list(self.layers):
            if layer.quantity >= 0 or quantity == 0:
                continue
            short = -layer.quantity
            covering = min(quantity, short)
            relief = -layer.value if covering == short else self.cents(-layer.value * covering / short)
            spent = cost if covering == quantity else self.cents(cost * covering / quantity)
            wrong += spent - relief
            cost -= spent
            quantity -= covering
            layer.quantity += covering
            layer.value += relief
            self.last_cost = ten_digits(relief / covering)
        if quantity:
            self.layers.append(Layer(event.number, event.on, quantity, cost))
            self.last_cost = ten_digits(cost / quantity)
        self._tidy()
        return wrong

    def take(self, event: Event, quantity: Fraction, first: int | None = None) -> Fraction:
        """Goods go out; what they were worth."""
        worth = Fraction(0)
        if self.method == "AVERAGE":
            held = max(self.quantity, Fraction(0))
            covered = min(held, quantity)
            if covered:
                average = ten_digits(self.value / held)
                worth = self.value if covered == held else self.cents(self.value * covered / held)
            else:
                average = self.last_cost
            if quantity > covered:
                worth += self.cents((quantity - covered) * average)
            self._merge(event, -quantity, -worth)
            self.last_cost = ten_digits(worth / quantity)
            return worth
        for layer in sorted(self.layers, key=lambda one: (one.of != first, one.on, one.of)):
            if layer.quantity <= 0 or quantity == 0:
                continue
            taken = min(layer.quantity, quantity)
            value = layer.value if taken == layer.quantity else self.cents(layer.value * taken / layer.quantity)
            layer.quantity -= taken
            layer.value -= value
            worth += value
            quantity -= taken
            self.last_cost = ten_digits(value / taken)
        if quantity:
            value = self.cents(quantity * self.last_cost)
            self.layers.append(Layer(event.number, event.on, -quantity, -value))
            worth += value
            self.last_cost = ten_digits(value / quantity)
        self._tidy()
        return worth

    def make_worth(self, unit_cost: Fraction) -> Fraction:
        """Everything there is worth a unit cost; the change."""
        before, quantity, reached = self.value, Fraction(0), Fraction(0)
        if self.method == "AVERAGE":
            if self.quantity > 0:
                self.layers[0].value = self.cents(self.quantity * unit_cost)
            return self.value - before
        for layer in sorted(self.layers, key=lambda one: (one.on, one.of)):
            if layer.quantity > 0:
                quantity += layer.quantity
                layer.value = self.cents(quantity * unit_cost) - reached
                reached += layer.value
        return self.value - before

    def _merge(self, event: Event, quantity: Fraction, value: Fraction) -> None:
        single = self.layers[0] if self.layers else Layer(0, event.on, Fraction(0), Fraction(0))
        single.quantity += quantity
        single.value += value
        self.layers = [single]
        self._tidy()

    def _tidy(self) -> None:
        self.layers = sorted(
            (one for one in self.layers if one.quantity or one.value), key=lambda one: (one.on, one.of)
        )


@dataclass
class Answer:
    """Quantity and value by area, amounts by account."""

    areas: dict[str, tuple[Decimal, Decimal]]
    accounts: dict[str, Decimal]
    worth: dict[int, Fraction]
    state: "Areas"

    def present(self, area: str, quantity: Fraction) -> Fraction:
        """What goods are worth that are found in an area: as much as those that are there, or that were there last."""
        there = self.state[area]
        unit_cost = there.value / there.quantity if there.quantity > 0 else there.last_cost
        return there.cents(quantity * unit_cost)


class Areas(dict[str, Area]):
    """The areas of one item, each made when it is first asked for."""

    def __init__(self, method: str, first_costs: Mapping[str, Fraction], digits: int) -> None:
        super().__init__()
        self._made = (method, first_costs, digits)

    def __missing__(self, name: str) -> Area:
        method, first_costs, digits = self._made
        first = first_costs.get(name, first_costs.get("", Fraction(0)))
        self[name] = Area("FIFO" if name.startswith(ROAD) else method, first, digits)
        return self[name]


def work_out(
    method: str, events: list[Event], first_costs: Mapping[str, Fraction] = MappingProxyType({}), digits: int = 2
) -> Answer:
    """What all events of one item come to; `first_costs` are what goods cost by area before any came, "" in others."""
    areas = Areas(method, first_costs, digits)
    accounts: defaultdict[str, Fraction] = defaultdict(Fraction)
    worth: dict[int, Fraction] = {}
    extra: defaultdict[int, Fraction] = defaultdict(Fraction)
    for event in events:
        if event.kind == "late cost" and event.of is not None:
            extra[event.of] += event.cost
            accounts[event.account or "LANDED_COST"] -= event.cost
    for event in sorted(events, key=lambda one: (one.on, one.number)):
        area = areas[event.area]
        match event.kind:
            case "receipt":
                accounts["GR_IR"] -= event.cost
                accounts["COST_OF_SALES"] += area.put(event, event.quantity, event.cost + extra[event.number])
            case "issue":
                worth[event.number] = area.take(event, event.quantity)
                accounts[event.account or ""] += worth[event.number]
            case "undo issue":
                assert event.of is not None
                accounts[event.account or ""] += area.put(event, event.quantity, worth[event.of])
                accounts[event.account or ""] -= worth[event.of]
            case "return":
                value = area.take(event, event.quantity, first=event.of)
                accounts["GR_IR"] += event.cost
                accounts["COST_OF_SALES"] += value - event.cost
            case "found":
                accounts[event.account or ""] -= event.cost
                accounts[event.account or ""] += area.put(event, event.quantity, event.cost)
            case "undo found":
                accounts[event.account or ""] += area.take(event, event.quantity, first=event.of)
            case "transfer":
                assert event.to is not None
                value = area.take(event, event.quantity, first=event.of)
                accounts["COST_OF_SALES"] += areas[event.to].put(event, event.quantity, value)
            case "cleared":
                accounts["GR_IR"] += event.cost
            case "revalue":
                assert event.unit_cost is not None
                accounts["STOCK_REVALUATION"] -= area.make_worth(event.unit_cost)
            case _:
                assert event.kind in ("late cost", "within")
    return Answer(
        areas={name: (decimal(area.quantity), decimal(area.value)) for name, area in areas.items() if area.layers},
        accounts={name: decimal(amount) for name, amount in accounts.items() if amount},
        worth=worth,
        state=areas,
    )


class Standard:
    """One item at standard cost: what every place holds of it is worth its quantity at the cost, rounded once."""

    def __init__(self, digits: int) -> None:
        self.digits = digits
        self.cost: Fraction | None = None
        self.held: defaultdict[object, Fraction] = defaultdict(Fraction)
        self.accounts: defaultdict[str, Fraction] = defaultdict(Fraction)

    @property
    def value(self) -> Fraction:
        """What all of it is worth."""
        return sum((self._worth(quantity) for quantity in self.held.values()), Fraction(0))

    def move(self, place: object, quantity: Fraction, account: str, other: Fraction = Fraction(0)) -> Fraction:
        """Goods come or leave, `other` of their value is told elsewhere, the account takes the rest; their value."""
        before = self._worth(self.held[place])
        self.held[place] += quantity
        change = self._worth(self.held[place]) - before
        self.accounts[account] -= change + other
        return change

    def make_worth(self, cost: Fraction) -> None:
        """The cost changes; what all of it was worth before is made up for."""
        before = self.value
        self.cost = cost
        self.accounts["STOCK_REVALUATION"] -= self.value - before

    def _worth(self, quantity: Fraction) -> Fraction:
        return rounded(quantity * (self.cost or Fraction(0)), self.digits)


def decimal(value: Fraction) -> Decimal:
    """A fraction that is a decimal number of at most six digits."""
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal("0.000001"), ROUND_HALF_UP)
