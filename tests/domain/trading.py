"""Two companies that buy, store, carry, use and send back goods through commands, told to an oracle as they go.

Each seed draws how every item is valued, where, whether it may fall below zero, and in what currency a company keeps
its books. A step is done to the books and, where they took it, noted for `tests.domain.inventory.oracle`, which works
out from nothing what stock is worth and what every account holds.
"""

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from domain.core.actors import Actor
from domain.core.database import Database
from domain.core.money import minor_unit_digits
from domain.core.records import GROUP
from domain.inventory.models import ValuationArea, ValuationMethod
from domain.master_data.currencies import CurrencyRate
from domain.master_data.items import ItemCost
from domain.master_data.places import Location, LocationKind
from tests.domain.books import AX, BX, TODAY, World, a_world, staff
from tests.domain.inventory.goods import valued
from tests.domain.inventory.oracle import ROAD, Answer, Event, Standard, rounded, work_out

FIRST = date(2026, 4, 1)
DAYS = (TODAY - FIRST).days + 1
CURRENCIES = ("USD", "EUR", "JPY", "KWD")
METHODS = {
    "GEAR": (ValuationMethod.FIFO, ValuationMethod.AVERAGE),
    "BOLT": (ValuationMethod.AVERAGE, ValuationMethod.STANDARD, ValuationMethod.FIFO),
    "STENT": (ValuationMethod.LOT, ValuationMethod.FIFO, ValuationMethod.LOT),
}
HALLS = {
    "STORES": LocationKind.STORAGE, "FAR": LocationKind.STORAGE, "WARD": LocationKind.CONSIGNMENT,
    ROAD: LocationKind.TRANSIT,
}  # fmt: skip
STORING = ("STORES", "FAR", "WARD")
LOTS = ("L1", "L2")
REFUSALS = {
    "INSUFFICIENT_STOCK", "INVALID_VALUE", "PERIOD_CLOSED", "ALREADY_REVERSED", "NOT_FOUND", "WRONG_STATE",
    "CLAIM_EXCEEDS_INVOICE",
}  # fmt: skip

# Who does what: duties keep one person from doing two of these.
RECEIVER, CLERK = staff("rosa", warehouse=AX), staff("clara", accountant=AX)

What = tuple[int, str]


@dataclass(frozen=True)
class Way:
    """How a company values an item."""

    method: ValuationMethod
    area: ValuationArea
    may_be_negative: bool

    @property
    def is_standard(self) -> bool:
        return self.method is ValuationMethod.STANDARD


@dataclass
class Received:
    """One receipt: its event, its document, the entry that brought the goods, and what became of it."""

    number: int
    what: What
    on: date
    hall: str
    lot: str | None
    quantity: Decimal
    owed: Fraction
    cost: Fraction
    rate: Fraction
    currency: str
    price: Decimal
    order: UUID
    receipt: UUID
    entry: UUID
    is_boxed: bool
    returned: Decimal = Decimal(0)
    invoiced: Decimal = Decimal(0)


@dataclass
class Moved:
    """A move that can be taken back, with its event."""

    move: UUID
    what: What
    event: Event
    lot: str | None = None


@dataclass(repr=False)
class Trade:
    """What was done so far, as the oracle takes it, beside the ids of what the books made of it."""

    world: World
    chance: random.Random
    currency_of: dict[int, str]
    ways: dict[What, Way]
    events: defaultdict[What, list[Event]] = field(default_factory=lambda: defaultdict(list))
    standard: dict[What, Standard] = field(default_factory=dict)
    receipts: list[Received] = field(default_factory=list)
    moves: list[Moved] = field(default_factory=list)
    sent: list[tuple[UUID, Moved, str, str]] = field(default_factory=list)
    landed: list[tuple[UUID, int, date, list[tuple[Received, Fraction]]]] = field(default_factory=list)
    # What control accounts hold by company, credit negative.
    totals: defaultdict[tuple[int, str], Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    number: int = 0
    told: list[str] = field(default_factory=list)

    def digits(self, company: int) -> int:
        return minor_unit_digits(self.currency_of[company])

    def hall(self, company: int, hall: str) -> UUID:
        return self.world[f"{hall}{company}"]

    def area(self, what: What, hall: str, lot: str | None) -> str:
        """The name of the area in which goods at a place are valued."""
        way = self.ways[what]
        own = {
            ValuationArea.COMPANY: "", ValuationArea.LOCATION: hall,
            ValuationArea.SITE: "MAIN" if hall == "STORES" else "elsewhere",
        }[way.area]  # fmt: skip
        return f"{own}|{lot}" if way.method is ValuationMethod.LOT else own

    def note(self, what: What, **event: Any) -> Event:
        """An event as the oracle takes it, of the number of this step."""
        made = Event(self.number, event.pop("on"), event.pop("kind"), **event)
        self.events[what].append(made)
        return made

    def day(self, since: date = FIRST) -> date:
        """A day from `since` to today, today as often as any other three."""
        span = (TODAY - since).days
        return TODAY if self.chance.random() < 0.25 else since + timedelta(days=self.chance.randint(0, span))

    def some(self, most: int = 20) -> Decimal:
        """A quantity, whole, in quarters or with every decimal there is."""
        whole = Decimal(self.chance.randint(1, most))
        parts = (whole, whole / 4, Decimal(self.chance.randint(1, most * 10**6)).scaleb(-6))
        return self.chance.choice((whole, *parts))

    def price(self) -> Decimal:
        cents = Decimal(self.chance.randint(0, 9900)).scaleb(-2)
        return self.chance.choice((cents, cents, Decimal(self.chance.randint(1, 9 * 10**10)).scaleb(-10)))

    def some_item(self) -> What:
        return self.chance.choice(sorted(self.ways))

    def some_lot(self, what: What) -> str | None:
        return self.chance.choice(LOTS) if what[1] == "STENT" else None

    async def tried(self, company: int, command: Any, by: Actor | None = None) -> UUID | None:
        """What a command made; None where it was refused by name, and then nothing was written."""
        before = await self.world.state()
        performed = await self.world.act(by or self.world.chief, company, command)
        if performed.committed:
            self.told.append(f"{self.number}: {company} {command}")
            return performed.ids[0]
        codes = {refusal.code for refusal in performed.refusals}
        assert codes <= REFUSALS, (command, [one.message() for one in performed.refusals])
        assert await self.world.state() == before, command
        return None

    async def value(self, sql: str, *args: Any) -> Any:
        """The one value that a query answers."""
        [row] = await self.world.rows(sql, *args)
        [found] = row.values()
        return found


async def begun(database: Database, seed: int) -> Trade:
    """A group in currencies of 0, 2 and 3 decimals, rates that change by day, items valued as the seed draws."""
    chance = random.Random(seed)
    currency_of: dict[int, str] = dict(zip((AX, BX), chance.sample(CURRENCIES, 2), strict=True))
    world = await a_world(database, currency_of)
    rates = [
        {"base_currency": "EUR", "quote_currency": quote, "valid_on": FIRST + timedelta(days=day), "source": "ECB",
         "spot_rate": (Decimal(chance.randint(900_000, 1_100_000)) * worth).scaleb(-6)}
        for day in range(DAYS) for quote, worth in (("USD", Decimal("1.1")), ("JPY", 160), ("KWD", Decimal("0.33")))
    ]  # fmt: skip
    await world.works(GROUP, lambda work: work.insert(CurrencyRate, rates))
    ways: dict[What, Way] = {}
    for company in (AX, BX):
        for hall, kind in list(HALLS.items())[1:]:
            world.ids[f"{hall}{company}"] = await hall_of(world, f"{hall}-{company}", kind, company)
        for item, methods in METHODS.items():
            method = chance.choice(methods)
            area = chance.choice(list(ValuationArea))
            negative = method is not ValuationMethod.LOT and chance.random() < 0.4
            ways[company, item] = Way(method, area, negative)
            await valued(world, item, method, area, company=company, may_be_negative=negative)
    # A first price that makes the cost of what was there before is another story.
    first = {"item_id": world["BOLT"], "standard_cost": Decimal("3.3333"), "valid_from": date(2026, 1, 1)}
    await world.works(BX, lambda work: work.insert(ItemCost, [first]))
    trade = Trade(world, chance, currency_of, ways)
    for what, way in ways.items():
        if way.is_standard:
            trade.standard[what] = Standard(trade.digits(what[0]))
    return trade


async def hall_of(world: World, code: str, kind: LocationKind, company: int) -> UUID:
    """A place of a kind; goods on consignment stand at a customer."""
    row = {"code": code, "name": code, "kind": kind}
    if kind is LocationKind.CONSIGNMENT:
        row["customer_id"] = world["HOSPITAL"]
    [made] = await world.works(company, lambda work: work.insert(Location, [row]))
    return made


def exact(value: Decimal | Fraction) -> Fraction:
    return Fraction(value)


def near(value: Fraction, expected: Fraction, digits: int) -> bool:
    """Whether a part is its share, give or take the last digit."""
    return abs(value - expected) <= Fraction(1, 10**digits)


# What one cost before any came: by pool, and in an area that has none yet.
FIRST_COSTS = """
SELECT standard_cost AS first, NULL AS site_id, NULL AS location_id, NULL AS lot, false AS is_pool
FROM item_cost WHERE company_id = $1 AND item_id = $2
UNION ALL
SELECT p.first_unit_cost, p.site_id, p.location_id, l.number, true
FROM value_pool p LEFT JOIN lot l ON l.company_id = p.company_id AND l.id = p.lot_id
WHERE p.company_id = $1 AND p.item_id = $2
"""


async def work_out_of(trade: Trade, what: What) -> Answer:
    """What the oracle makes of an item's events."""
    rows = await trade.world.rows(FIRST_COSTS, what[0], trade.world[what[1]])
    first = {area_of(trade, what, row) if row["is_pool"] else "": exact(row["first"]) for row in rows}
    method = "FIFO" if trade.ways[what].method is ValuationMethod.FIFO else "AVERAGE"
    return work_out(method, trade.events[what], first, trade.digits(what[0]))


def area_of(trade: Trade, what: What, row: dict[str, Any]) -> str:
    """The name of the area that a pool is of."""
    places = {id_: name[:-1] for name, id_ in trade.world.ids.items() if name[:-1] in (*STORING, ROAD)}
    hall = places.get(row["location_id"], "STORES" if row["site_id"] else "FAR")
    return trade.area(what, hall, row["lot"])


Step = Callable[[Trade], Any]

__all__ = [
    "AX", "BX", "CLERK", "FIRST", "RECEIVER", "ROAD", "STORING", "Moved", "Received", "Step", "Trade", "Way", "What",
    "area_of", "begun", "exact", "near", "rounded", "work_out_of",
]  # fmt: skip
