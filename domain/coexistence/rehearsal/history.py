"""What is rehearsed: the historical orders of a company, and the stock it was opened with."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from uuid import UUID

from domain.core.database import Connection
from domain.core.money import ROUNDING, ZERO, product

# Orders of one transaction: each is created, approved, received, invoiced and posted in it.
CHUNK_ORDERS = 500
# Digits of a rate of tax, in percent, that an order's totals imply.
TAX_RATE_DIGITS = Decimal("0.0001")
HUNDRED = Decimal(100)

# Oldest first; an order that has been rehearsed has its number as a key in the second company.
_ORDERS = f"""
SELECT o.id, o.number, o.supplier_id, s.code AS site, o.ordered_on, o.ship_on, o.currency, o.subtotal, o.tax, o.freight
FROM purchase_order o
LEFT JOIN site s ON s.company_id = o.company_id AND s.id = o.site_id
WHERE o.company_id = $1 AND o.is_historical AND NOT EXISTS (
    SELECT FROM legacy_key k
    WHERE k.company_id = $2 AND k.source_system_id = $3 AND k.record_type = 'purchase_order' AND k.key = o.number
)
ORDER BY o.ordered_on, o.number LIMIT {CHUNK_ORDERS}
"""
_LINES = """
SELECT l.purchase_order_id, l.item_id, l.ordered_quantity, l.received_quantity, l.rejected_quantity, l.unit_price,
       l.due_on
FROM purchase_order_line l
WHERE l.company_id = $1 AND l.purchase_order_id = ANY($2::uuid[]) ORDER BY l.purchase_order_id, l.position
"""
_SPAN = """
SELECT count(DISTINCT o.id) AS orders, min(o.ordered_on) AS first_on,
       max(greatest(o.ordered_on, l.due_on, o.ship_on)) AS last_on
FROM purchase_order o
LEFT JOIN purchase_order_line l ON l.company_id = o.company_id AND l.purchase_order_id = o.id
WHERE o.company_id = $1 AND o.is_historical
"""
_RATES = """
SELECT DISTINCT round(tax * 100 / subtotal, 4) AS rate FROM purchase_order
WHERE company_id = $1 AND is_historical AND tax <> 0 AND subtotal <> 0 ORDER BY 1
"""
# By place: what the opening of the source's stock put there.
_HELD = """
SELECT e.item_id, l.code AS location, sum(e.quantity) AS quantity, max(e.occurred_on) AS opened_on
FROM stock_entry e
JOIN stock_move m ON m.company_id = e.company_id AND m.id = e.stock_move_id
JOIN location l ON l.company_id = e.company_id AND l.id = e.location_id
WHERE e.company_id = $1 AND m.kind = 'OPENING' AND l.kind <> 'OPENING'
GROUP BY e.item_id, l.code ORDER BY e.item_id, l.code
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OldLine:
    """A line of an order as the source left it."""

    item_id: UUID
    ordered: Decimal
    received: Decimal
    rejected: Decimal
    unit_price: Decimal
    due_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OldOrder:
    """An order as the source left it, its lines in their order."""

    number: str
    supplier_id: UUID
    site: str | None
    ordered_on: date
    ship_on: date | None
    currency: str
    subtotal: Decimal
    tax: Decimal
    freight: Decimal
    lines: tuple[OldLine, ...]

    @property
    def tax_rate(self) -> Decimal | None:
        """The rate of tax that its totals imply, in percent; none where there is no tax."""
        return tax_rate(self.subtotal, self.tax)

    def came_on(self, line: OldLine) -> date:
        """The day on which goods of a line came: when they were due, but not before they were ordered."""
        return max(line.due_on or self.ship_on or self.ordered_on, self.ordered_on)

    @property
    def deliveries(self) -> Sequence[tuple[date, Sequence[tuple[int, OldLine]]]]:
        """Goods that came, by day: each with its line's place on the order, from 1."""
        came = [(self.came_on(line), place, line) for place, line in enumerate(self.lines, 1) if line.received > ZERO]
        came.sort(key=lambda one: one[:2])
        return [
            (day, [(place, line) for _, place, line in of_day]) for day, of_day in groupby(came, key=lambda one: one[0])
        ]

    @property
    def invoiced_on(self) -> date:
        """The day of the invoice that its totals imply: that of the last goods."""
        return max((day for day, _ in self.deliveries), default=self.ordered_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What the source held of an item, by code of the place, in the order of their codes."""

    item_id: UUID
    places: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How much there is to rehearse, over which days, and at which rates of tax; `held_on` is when the stock was that.

    `held` has every item that the source was opened with.
    """

    orders: int
    first_on: date
    last_on: date
    held_on: date
    tax_rates: Sequence[Decimal]
    held: Mapping[UUID, Held]


def tax_rate(subtotal: Decimal, tax: Decimal) -> Decimal | None:
    """A tax in percent of what it is on, to 4 digits; none where either is nothing."""
    if not tax or not subtotal:
        return None
    return ROUNDING.divide(product(tax, HUNDRED), subtotal).quantize(TAX_RATE_DIGITS, context=ROUNDING)


async def extent(connection: Connection, company_id: int) -> Extent | None:
    """What there is to rehearse of a company; None where it has no historical order."""
    span = await connection.fetchrow(_SPAN, company_id)
    if span is None or not span["orders"]:
        return None
    places: defaultdict[UUID, dict[str, Decimal]] = defaultdict(dict)
    held_on = span["last_on"]
    for row in await connection.fetch(_HELD, company_id):
        places[row["item_id"]][row["location"]] = row["quantity"]
        held_on = max(held_on, row["opened_on"])
    return Extent(
        orders=span["orders"], first_on=span["first_on"], last_on=span["last_on"], held_on=held_on,
        tax_rates=[row["rate"] for row in await connection.fetch(_RATES, company_id)],
        held={item: Held(item_id=item, places=by_place) for item, by_place in places.items()},
    )  # fmt: skip


async def next_orders(
    connection: Connection, company_id: int, second_id: int, source_system_id: UUID
) -> list[OldOrder]:
    """The oldest orders that the second company has not rehearsed yet, a chunk of them."""
    rows = await connection.fetch(_ORDERS, company_id, second_id, source_system_id)
    lines: defaultdict[UUID, list[OldLine]] = defaultdict(list)
    for row in await connection.fetch(_LINES, company_id, [row["id"] for row in rows]):
        lines[row["purchase_order_id"]].append(
            OldLine(
                item_id=row["item_id"], ordered=row["ordered_quantity"], received=row["received_quantity"],
                rejected=row["rejected_quantity"], unit_price=row["unit_price"], due_on=row["due_on"],
            )
        )  # fmt: skip
    return [
        OldOrder(**{name: value for name, value in row.items() if name != "id"}, lines=tuple(lines[row["id"]]))
        for row in rows
    ]
