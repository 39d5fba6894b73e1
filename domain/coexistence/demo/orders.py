"""Purchase orders through the live commands: created, approved, received, so that ledgers, audit and outbox are real.

Orders are planned first, from the seed alone; then each month's are performed in the order in which they would have
happened, by the people whose business it is, with the month's last day as the clock.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from itertools import groupby
from random import Random
from typing import Any
from uuid import UUID

from domain.coexistence.demo.catalogue import Good
from domain.coexistence.demo.entity import CENT, bought, is_short, reorder_point, store_of
from domain.coexistence.demo.world import BOOKS_FROM, TODAY, Entity, random_of
from domain.core.money import Money
from domain.procurement import ApprovePurchaseOrder, CreatePurchaseOrder, ReceivePurchaseOrder, RejectPurchaseOrder
from domain.procurement.commands import GoodsReceiptLineInput, PurchaseOrderLineInput

LINES_MAX = 5
TAX_PERCENT = {"CNY": 13, "EUR": 19}
FIRST_ORDER_ON = BOOKS_FROM + timedelta(days=12)
# Days from order to delivery, at least and at most.
LEAD_DAYS = (18, 35)
# Deliveries that are late on the demonstration's day are at most so many days late; older orders are settled.
LATE_DAYS_MAX = 45


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLine:
    """One good on a planned order, and how much of it arrived."""

    good: Good
    quantity: Decimal
    price: Decimal
    received: Decimal
    rejected: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedOrder:
    """An order to be: what becomes of it is PENDING, REJECTED, or approved and received on a day."""

    key: str
    supplier: str
    currency: str
    ordered_on: date
    due_on: date
    fate: str
    received_on: date | None
    lines: tuple[PlannedLine, ...]

    @property
    def month(self) -> date:
        """First day of the month of the order."""
        return self.ordered_on.replace(day=1)


@dataclass(frozen=True, slots=True)
class Codes:
    """Ids of masters by their code: items and parties of the group, sites and locations of the entity."""

    items: Mapping[str, UUID]
    parties: Mapping[str, UUID]
    sites: Mapping[str, UUID]
    locations: Mapping[str, UUID]


@cache
def planned_orders(entity: Entity) -> tuple[PlannedOrder, ...]:
    """Every order of the entity, the oldest first."""
    return tuple(_planned(entity, number) for number in range(entity.orders))


def by_month(entity: Entity) -> Iterator[tuple[date, Sequence[PlannedOrder]]]:
    """The orders of each month with the month's last day, no day after the demonstration's."""
    for month, orders in groupby(planned_orders(entity), key=lambda order: order.month):
        following = (month + timedelta(days=32)).replace(day=1)
        yield min(following - timedelta(days=1), TODAY), list(orders)


def _planned(entity: Entity, number: int) -> PlannedOrder:
    random = random_of(f"order:{entity.code}:{number}")
    span = (TODAY - FIRST_ORDER_ON).days
    ordered_on = FIRST_ORDER_ON + timedelta(days=number * span // entity.orders)
    due_on = ordered_on + timedelta(days=random.randint(*LEAD_DAYS))
    fate = _fate(ordered_on, due_on, _percent(random))
    supplier = random.choice(sorted({supplier.code for _, supplier, _ in bought(entity)}))
    offers = [(good, offer, price) for good, offer, price in bought(entity) if offer.code == supplier]
    lasting = [offer for offer in offers if not is_short(offer[0])]
    chosen = random.sample(lasting or offers, min(len(lasting or offers), random.randint(1, LINES_MAX)))
    lines: list[PlannedLine] = []
    for good, _, price in chosen:
        quantity = reorder_point(good) * random.randint(1, 4)
        received, rejected = _arrival(fate, quantity, _percent(random))
        line_price = (price * random.randint(98, 104) / 100).quantize(CENT)
        lines.append(PlannedLine(good=good, quantity=quantity, price=line_price, received=received, rejected=rejected))
    received_on = min(due_on + timedelta(days=random.randint(-4, 6)), TODAY) if fate in ("WHOLE", "PART") else None
    return PlannedOrder(
        key=f"{entity.code}:{number + 1:05d}", supplier=supplier, currency=chosen[0][1].currency,
        ordered_on=ordered_on, due_on=due_on, fate=fate, received_on=received_on, lines=tuple(lines),
    )  # fmt: skip


def _percent(random: Random) -> int:
    """0 to 99 by chance. Drawn as a fraction: another way to draw would change every figure of the demonstration."""
    return int(random.random() * 100)


def _fate(ordered_on: date, due_on: date, chance: int) -> str:
    """PENDING, REJECTED, OPEN (approved), PART or WHOLE (received); `chance` is a percentage."""
    if chance < 3:
        return "REJECTED"
    if (TODAY - ordered_on).days < 14:
        return "PENDING" if chance < 60 else "OPEN"
    if due_on > TODAY:
        return "OPEN"
    is_recent = (TODAY - due_on).days < LATE_DAYS_MAX
    return "OPEN" if is_recent and chance < 15 else "PART" if chance < 22 and is_recent else "WHOLE"


def _arrival(fate: str, quantity: Decimal, chance: int) -> tuple[Decimal, Decimal]:
    """(received, rejected) of one line; `chance` is a percentage."""
    received = {"WHOLE": quantity, "PART": (quantity / 2).quantize(Decimal(1))}.get(fate, Decimal(0))
    rejected = (received / 20).quantize(Decimal(1)) if chance < 8 else Decimal(0)
    return received, rejected


def creation(entity: Entity, order: PlannedOrder, codes: Codes) -> CreatePurchaseOrder:
    """The command that creates the order."""
    subtotal = sum((line.quantity * line.price for line in order.lines), Decimal(0))
    tax = (subtotal * TAX_PERCENT[order.currency] / 100).quantize(CENT)
    return CreatePurchaseOrder(
        supplier_id=codes.parties[order.supplier],
        currency=order.currency,
        ordered_on=order.ordered_on,
        ship_on=order.due_on - timedelta(days=5),
        site_id=codes.sites[entity.places[0].code],
        tax=Money(tax, order.currency),
        freight=Money((subtotal / 100).quantize(CENT), order.currency),
        lines=tuple(
            PurchaseOrderLineInput(
                item_id=codes.items[line.good.code],
                quantity=line.quantity,
                unit_price=Money(line.price, order.currency),
                due_on=order.due_on,
            )
            for line in order.lines
        ),
    )


def receipt(entity: Entity, order: PlannedOrder, order_id: UUID, codes: Codes) -> ReceivePurchaseOrder:
    """The command that receives what arrived of the order."""
    return ReceivePurchaseOrder(
        purchase_order_id=order_id,
        received_on=order.received_on,
        delivery_note=f"DN-{order.key}",
        lines=tuple(
            GoodsReceiptLineInput(
                position=position,
                received=line.received,
                rejected=line.rejected,
                location_id=codes.locations[store_of(entity, line.good)],
                **_life(line.good, order.received_on),
            )
            for position, line in enumerate(order.lines, 1)
            if line.received
        ),
    )


def _life(good: Good, received_on: date | None) -> Mapping[str, Any]:
    """Days of making and expiry for goods that expire."""
    if good.shelf_life_days is None or received_on is None:
        return {}
    made_on = received_on - timedelta(days=30)
    return {"made_on": made_on, "expires_on": made_on + timedelta(days=good.shelf_life_days)}


def approvals(orders: Sequence[PlannedOrder], ids: Sequence[UUID]) -> list[ApprovePurchaseOrder]:
    """The commands that approve what is to be approved."""
    return [
        ApprovePurchaseOrder(purchase_order_id=id_)
        for order, id_ in zip(orders, ids, strict=True)
        if order.fate in ("OPEN", "PART", "WHOLE")
    ]


def rejections(orders: Sequence[PlannedOrder], ids: Sequence[UUID]) -> list[RejectPurchaseOrder]:
    """The commands that refuse what is to be refused."""
    return [
        RejectPurchaseOrder(purchase_order_id=id_, reason="Over budget")
        for order, id_ in zip(orders, ids, strict=True)
        if order.fate == "REJECTED"
    ]


def instant(day: date) -> datetime:
    """Nine in the morning, UTC."""
    return datetime.combine(day, time(9), UTC)
