"""What Shanghai sells: four months of orders of hospitals and distributors, in every state that an order can be in.

Planned from the seed alone, like the purchases; performed month by month by the people whose business it is. Old orders
are shipped, charged and mostly paid, a few are overdue; the newest are still quoted, promised, or on their way out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, partial
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import SmallInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.coexistence.demo.catalogue import Good, goods
from domain.coexistence.demo.entity import CENT, cost_in, is_short
from domain.coexistence.demo.loading import Acts
from domain.coexistence.demo.orders import planned_orders
from domain.coexistence.demo.partners import Partner, partners
from domain.coexistence.demo.world import SHANGHAI, TODAY, random_of
from domain.core.money import Money
from domain.finance.commands import PaymentMatchInput, RecordPayment, RunDunning
from domain.finance.models import OpenItem, PaymentDirection
from domain.logistics.commands import (
    CreditReturn,
    DecideReturn,
    DecisionLineInput,
    InvoicedShipmentInput,
    InvoiceShipments,
    PackageContentInput,
    PackageInput,
    PackShipment,
    PickSalesOrder,
    ReceiveCustomerReturn,
    RecordDelivery,
    ReturnLineInput,
    ShipShipment,
)
from domain.sales.commands import AllocateSalesOrder, CreateSalesOrder, SalesOrderLineInput

SALES = 60
FIRST_SALE_ON = date(2026, 8, 3)
LINES_MAX = 5
# What is sold is this much of its cost.
MARK_UP = Decimal("2.6")
# Each so many orders is one of a German customer, priced in euro and free of tax.
EXPORT_EVERY, EXPORT_TAX, HOME_TAX, TERMS = 8, "VAT0", "VAT13", "N30"
# An order of this age, in days, is at least allocated, picked, shipped.
ALLOCATED_AFTER, PICKED_AFTER, SHIPPED_AFTER = 9, 14, 18
QUOTED_BEFORE = 5
# Customers are asked for what is overdue at the ends of months from this day on.
DUNNED_FROM = date(2026, 10, 1)
# The distributor that orders every screw there is: a document of many pages.
WHOLE_RANGE_BY, WHOLE_RANGE_AT, WHOLE_RANGE_PIECES = "D0002", 12, Decimal(10)
# Of a good that is sold at least so much had come in one delivery.
RECEIVED_MIN = Decimal(20)
# A delivery that came back in part.
RETURNED_AT, RETURNED_PIECES = 5, Decimal(2)
CARRIER = {"CN": "C0002", "DE": "C0003"}

_item = OpenItem.table
_ITEMS = select(_item.c.id, _item.c.source_id, _item.c.open_transaction_amount, _item.c.transaction_currency).where(
    _item.c.company_id == bindparam("company_id", type_=SmallInteger()),
    _item.c.source_id == func.any(bindparam("sources", type_=ARRAY(Uuid()))),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """An order to be, with the days on which it goes on; a day after the demonstration's does not come."""

    place: int
    customer: Partner
    ordered_on: date
    lines: tuple[tuple[Good, Decimal], ...]
    picked_on: date
    shipped_on: date
    paid_on: date

    @property
    def age(self) -> int:
        """Days since the order."""
        return (TODAY - self.ordered_on).days


@cache
def planned_sales() -> tuple[Sale, ...]:
    """Every order, the oldest first."""
    return tuple(_planned(place) for place in range(SALES))


def _planned(place: int) -> Sale:
    random = random_of(f"sale:{place}")
    ordered_on = FIRST_SALE_ON + timedelta(days=place * (TODAY - FIRST_SALE_ON).days // (SALES - 1))
    shipped_on = ordered_on + timedelta(days=random.randint(3, 6))
    return Sale(
        place=place, customer=_customer(place, random), ordered_on=ordered_on, lines=tuple(_lines(place, random)),
        picked_on=shipped_on - timedelta(days=1), shipped_on=shipped_on,
        paid_on=shipped_on + timedelta(days=random.choice((12, 25, 31, 33, 38, 400))),
    )  # fmt: skip


def _customer(place: int, random: Random) -> Partner:
    country = "DE" if place % EXPORT_EVERY == EXPORT_EVERY - 1 else "CN"
    if place in (RETURNED_AT, WHOLE_RANGE_AT):
        wanted = WHOLE_RANGE_BY if place == WHOLE_RANGE_AT else "H0001"
        return next(one for one in partners() if one.code == wanted)
    known = [one for one in partners() if one.is_distributor_like and one.country == country]
    # Every tenth order is of the hospital that signs in to the demonstration.
    own = [one for one in known if one.code == "H0001"]
    return own[0] if own and place % 10 == 0 else random.choice(known)


def _lines(place: int, random: Random) -> Iterator[tuple[Good, Decimal]]:
    if place == WHOLE_RANGE_AT:
        yield from ((good, WHOLE_RANGE_PIECES) for good in sellable() if good.category == "SC")
        return
    for good in random.sample(sellable(), random.randint(1, LINES_MAX)):
        yield good, Decimal(random.randint(2, 8 if good.cost > 60 else 20))


@cache
def sellable() -> tuple[Good, ...]:
    """What may be sold: instruments, and the screws and plates of which lots were received before the first sale.

    What was held at cut-over is of no lot: nobody could say which patients have it.
    """
    received = {
        line.good for order in planned_orders(SHANGHAI) if order.received_on and order.received_on < FIRST_SALE_ON
        for line in order.lines if line.received - line.rejected >= RECEIVED_MIN
    }  # fmt: skip
    return tuple(
        good for good in goods()
        if not is_short(good) and (good.category == "IN" or (good.category in ("SC", "PL") and good in received))
    )  # fmt: skip


def creation(acts: Acts, sale: Sale) -> CreateSalesOrder:
    """The command that makes the order: in yuan at the price of the list, in euro at what it comes to."""
    is_export = sale.customer.currency != SHANGHAI.currency
    return CreateSalesOrder(
        customer_id=acts.codes.parties[sale.customer.code], currency=sale.customer.currency,
        ordered_on=sale.ordered_on, ship_on=sale.shipped_on, site_id=acts.codes.sites[SHANGHAI.places[0].code],
        tax_code_id=acts.taxes[EXPORT_TAX if is_export else HOME_TAX],
        customer_reference=f"{sale.customer.code}-{sale.ordered_on:%y%m}-{sale.place + 1:03d}",
        quoted_until=sale.ordered_on + timedelta(days=30) if sale.age < QUOTED_BEFORE else None,
        confirm=sale.age >= QUOTED_BEFORE,
        lines=tuple(
            SalesOrderLineInput(
                item_id=acts.codes.items[good.code], quantity=quantity, due_on=sale.shipped_on + timedelta(days=2),
                unit_price=_price(good, sale.customer.currency) if is_export else None,
            )
            for good, quantity in sale.lines
        ),
    )  # fmt: skip


def _price(good: Good, currency: str) -> Money:
    return Money((cost_in(good, currency) * MARK_UP).quantize(CENT), currency)


async def load_sales(acts: Acts) -> UUID:
    """The first of the orders, which have gone as far as their days allow."""
    orders: dict[int, UUID] = {}
    shipments: dict[int, UUID] = {}
    invoices: dict[int, UUID] = {}
    for day in acts.month_ends(FIRST_SALE_ON):
        of_month = partial(_of_month, day)
        new = of_month("ordered_on", 0)
        do = partial(acts.perform, day=day)
        orders |= _by_place(new, await do("sales", [creation(acts, sale) for sale in new]))
        held = [sale for sale in new if sale.age >= ALLOCATED_AFTER]
        await do("sales", [AllocateSalesOrder(sales_order_id=orders[sale.place]) for sale in held])
        picked = of_month("picked_on", PICKED_AFTER)
        picks = [PickSalesOrder(sales_order_id=orders[sale.place], picked_on=sale.picked_on) for sale in picked]
        shipments |= _by_place(picked, await do("warehouse", picks))
        left = of_month("shipped_on", SHIPPED_AFTER)
        await do("warehouse", [_packed(shipments[sale.place], sale) for sale in left])
        await do("warehouse", [_shipped(acts, shipments[sale.place], sale) for sale in left])
        arrived = [sale for sale in left if sale.shipped_on + timedelta(days=2) <= day]
        await do("warehouse", [_delivered(shipments[sale.place], sale) for sale in arrived])
        charges = [_charged(acts, shipments[sale.place], sale) for sale in left]
        invoices |= _by_place(left, await do("accountant", charges))
        paid = [sale for sale in of_month("paid_on", SHIPPED_AFTER) if sale.place in invoices]
        await do("accountant", await _payments(acts, paid, invoices))
        if day >= DUNNED_FROM:
            await do("accountant", [RunDunning(dunned_on=day)])
    await _come_back(acts, shipments[RETURNED_AT])
    return orders[0]


def _of_month(day: date, name: str, age: int) -> list[Sale]:
    """The orders of which the day so named is in the month that ends on a day, if they are old enough."""
    return [
        sale for sale in planned_sales()
        if sale.age >= age and day.replace(day=1) <= getattr(sale, name) <= day
    ]  # fmt: skip


def _by_place(sales: Sequence[Sale], ids: Sequence[UUID]) -> dict[int, UUID]:
    return {sale.place: id_ for sale, id_ in zip(sales, ids, strict=True)}


def _packed(shipment_id: UUID, sale: Sale) -> PackShipment:
    """All in one package; a long delivery fills a package every twenty lines."""
    lines = list(enumerate(sale.lines, 1))
    return PackShipment(
        shipment_id=shipment_id,
        packages=tuple(
            PackageInput(
                contents=tuple(
                    PackageContentInput(position=position, quantity=quantity)
                    for position, (_, quantity) in lines[start : start + 20]
                ),
                weight_kg=Decimal("1.2") + len(lines[start : start + 20]) * Decimal("0.35"),
            )
            for start in range(0, len(lines), 20)
        ),
    )  # fmt: skip


def _shipped(acts: Acts, shipment_id: UUID, sale: Sale) -> ShipShipment:
    return ShipShipment(
        shipment_id=shipment_id, shipped_on=sale.shipped_on,
        carrier_id=acts.codes.parties[CARRIER[sale.customer.country]],
        tracking_number=f"YS{sale.shipped_on:%y%m%d}{sale.place:05d}",
    )  # fmt: skip


def _delivered(shipment_id: UUID, sale: Sale) -> RecordDelivery:
    arrived_on = sale.shipped_on + timedelta(days=2)
    return RecordDelivery(
        shipment_id=shipment_id, delivered_on=arrived_on, proof_of_delivery=f"POD {arrived_on:%y%m%d}-{sale.place:03d}"
    )


def _charged(acts: Acts, shipment_id: UUID, sale: Sale) -> InvoiceShipments:
    number = f"26312{sale.place:015d}" if sale.customer.country == "CN" else None
    return InvoiceShipments(
        shipments=(InvoicedShipmentInput(shipment_id=shipment_id),), invoiced_on=sale.shipped_on,
        payment_terms_id=acts.terms[TERMS], digital_number=number,
    )  # fmt: skip


async def _payments(acts: Acts, paid: Sequence[Sale], invoices: Mapping[int, UUID]) -> list[RecordPayment]:
    """One payment an invoice; every ninth customer pays the half first."""
    found = await acts.fetch(_ITEMS, sources=[invoices[sale.place] for sale in paid])
    items = {row["source_id"]: row for row in found}
    made: list[RecordPayment] = []
    for sale in paid:
        item: Any = items[invoices[sale.place]]
        share = Decimal(1) if sale.place % 9 else Decimal("0.5")
        amount = Money((item["open_transaction_amount"] * share).quantize(CENT), item["transaction_currency"])
        made.append(RecordPayment(
            direction=PaymentDirection.IN, party_id=acts.codes.parties[sale.customer.code], amount=amount,
            paid_on=sale.paid_on, bank_reference=f"CR{sale.paid_on:%y%m%d}{sale.place:04d}",
            matches=(PaymentMatchInput(open_item_id=item["id"], amount=amount),),
        ))  # fmt: skip
    return made


async def _come_back(acts: Acts, shipment_id: UUID) -> None:
    """Two pieces come back, are credited with a red letter, and one of them is used again."""
    back = ReceiveCustomerReturn(
        shipment_id=shipment_id, location_id=acts.codes.locations["SHD-QA"], reason="包装破损 Packaging damaged",
        lines=(ReturnLineInput(position=1, quantity=RETURNED_PIECES),), returned_on=TODAY - timedelta(days=9),
    )  # fmt: skip
    [returned] = await acts.perform("warehouse", [back], day=TODAY)
    await acts.perform("controller", [
        CreditReturn(goods_return_id=returned, credited_on=TODAY - timedelta(days=7), digital_number=f"26312{99:015d}")
    ], day=TODAY)  # fmt: skip
    decision = DecisionLineInput(position=1, restock=Decimal(1), scrap=RETURNED_PIECES - 1)
    await acts.perform("quality", [DecideReturn(goods_return_id=returned, lines=(decision,))], day=TODAY)
