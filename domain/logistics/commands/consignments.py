"""Consignments: goods of ours on a customer's premises, and what the customer used of them.

Goods in a consignment are on hand and ours, and promised to nobody else. What was used is sold in one act: the report
makes an order at the customer's price, takes the goods from the consignment, ships and charges them.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import SmallInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, part
from domain.core.database import Row
from domain.core.errors import DomainError, NotFound, Rejected
from domain.core.money import Money
from domain.core.records import Record
from domain.core.work import Work
from domain.finance.rules.journals import line_count
from domain.inventory import counter_location
from domain.inventory.commands import TransferLineInput, TransferStock, transfer_stock
from domain.inventory.models import StockMove
from domain.logistics import reads
from domain.logistics.commands.invoicing import InvoicedShipmentInput, InvoiceShipments, invoice_shipments
from domain.logistics.commands.picking import PickLineInput, PickSalesOrder, pick_sales_orders
from domain.logistics.commands.shipping import RecordDelivery, ShipShipment, record_deliveries, ship_shipments
from domain.logistics.models import Shipment
from domain.master_data.places import Location, LocationKind
from domain.sales import Act, QualificationBook, customer_book, qualified_goods
from domain.sales.commands import (
    AllocateSalesOrder,
    AllocationLineInput,
    CreateSalesOrder,
    SalesOrderLineInput,
    allocate_sales_orders,
    create_sales_orders,
)
from domain.sales.rules.qualification import Stage

_location = Location.table
_CONSIGNMENTS = select(_location.c.id, _location.c.code, _location.c.kind, _location.c.customer_id).where(
    _location.c.company_id == bindparam("company_id", type_=SmallInteger()),
    _location.c.id == func.any(bindparam("ids", type_=ARRAY(Uuid()))),
)

R = TypeVar("R", bound=Record)


@part
class ConsignmentLineInput:
    """Goods that go from a store of ours to a customer's premises."""

    item_id: UUID = argument(doc="What goes there.", zh="物料", reference="item")
    location_id: UUID = argument(doc="Where it is now.", zh="库位", reference="location")
    quantity: Decimal = argument(doc="How much.", zh="数量", number="quantity")
    lot_number: str | None = argument(doc="The lot.", zh="批号", default=None)


@command(action=Action.POST, record=StockMove, zh="寄售补货", key_required=True)
class FillConsignment:
    """Bring goods to a customer's premises; they stay ours until the customer uses them."""

    consignment_id: UUID = argument(doc="The consignment.", zh="寄售库位", reference="location")
    lines: tuple[ConsignmentLineInput, ...] = argument(doc="What is brought.", zh="补货行")
    filled_on: date | None = argument(doc="Day it is brought; today unless given.", zh="补货日期", default=None)


@part
class ConsumptionLineInput:
    """What a customer used of one item."""

    item_id: UUID = argument(doc="What was used.", zh="物料", reference="item")
    quantity: Decimal = argument(doc="How much.", zh="数量", number="quantity")
    lot_number: str | None = argument(doc="The lot; what expires first unless given.", zh="批号", default=None)
    serial_numbers: tuple[str, ...] = argument(
        doc="One a piece, for an item that is traced piece by piece.", zh="序列号", default=()
    )
    unit_price: Money | None = argument(
        doc="Net price of one unit; that of the price lists unless given.", zh="单价", default=None
    )
    tax_code_id: UUID | None = argument(
        doc="Its tax treatment; that of the report unless given.", zh="税码", reference="tax_code", default=None
    )


@command(action=Action.POST, record=Shipment, zh="寄售消耗报告", key_required=True)
class ReportConsumption:
    """Sell what a customer used of its consignment: order, issue and invoice in one act."""

    consignment_id: UUID = argument(doc="The consignment.", zh="寄售库位", reference="location")
    currency: str = argument(doc="Currency of every price (ISO 4217).", zh="币种")
    lines: tuple[ConsumptionLineInput, ...] = argument(doc="What was used.", zh="消耗行")
    report_reference: str = argument(doc="The customer's own number of the report.", zh="消耗报告编号")
    consumed_on: date | None = argument(doc="Day of use; today unless given.", zh="消耗日期", default=None)
    tax_code_id: UUID | None = argument(
        doc="Tax treatment of lines that name none.", zh="税码", reference="tax_code", default=None
    )
    is_invoiced: bool = argument(doc="Whether it is charged in the same act.", zh="立即开票", default=True)


async def fill_consignments(work: Work, commands: Sequence[FillConsignment]) -> Results[StockMove]:
    """The moves that brought the goods there; whether they may go there is checked as for a shipment.

    Raises per row: NotFound, Rejected, NotQualified, InsufficientStock, PeriodClosed. Emits: StockChanged.
    """
    places = await _consignments(work, [one.consignment_id for one in commands])
    items = [line.item_id for one in commands for line in one.lines]
    book = await customer_book(work, [row["customer_id"] for row in places.values() if row["customer_id"]], items)
    made_on = await reads.lots_made_on(work, [line.lot_number for one in commands for line in one.lines])
    planned: list[TransferStock | DomainError] = []
    for one in commands:
        try:
            planned.append(_filling(one, places, book, (made_on, work.now.date())))
        except DomainError as refusal:
            planned.append(refusal)
    moves = [one for one in planned if isinstance(one, TransferStock)]
    told = iter((await transfer_stock(work, moves)).outcomes if moves else [])
    return Results([one if isinstance(one, DomainError) else next(told) for one in planned])


async def _consignments(work: Work, ids: Sequence[UUID]) -> dict[UUID, Row]:
    return {row["id"]: row for row in await work.fetch(_CONSIGNMENTS, ids=sorted(set(ids)))}


def _consignment(id_: UUID, places: Mapping[UUID, Row]) -> Row:
    """The consignment. Raises: NotFound, Rejected for a place that is none."""
    place = places.get(id_)
    if place is None:
        raise NotFound(("consignment",), what="location", key=str(id_))
    if place["kind"] != LocationKind.CONSIGNMENT:
        reason, reason_zh = f"it is {place['kind']}, not CONSIGNMENT", "该库位不是寄售库位"
        raise Rejected(("consignment",), what="location", value=place["code"], reason=reason, reason_zh=reason_zh)
    return place


def _filling(
    one: FillConsignment,
    places: Mapping[UUID, Row],
    book: QualificationBook,
    known: tuple[Mapping[str, date | None], date],
) -> TransferStock:
    """The move, checked; `known` is on which day each lot was made, and today. Raises: NotFound, Rejected,
    NotQualified."""
    made_on, today = known
    place = _consignment(one.consignment_id, places)
    line_count(len(one.lines))
    on = one.filled_on or today
    for number, line in enumerate(one.lines):
        try:
            if line.item_id not in book.items:
                raise NotFound(("item",), what="item", key=str(line.item_id))
            made = made_on.get(line.lot_number) if line.lot_number else None
            act = Act(stage=Stage.SHIP, today=today, on=on, made_on=made)
            qualified_goods(book, place["customer_id"], line.item_id, act)
        except DomainError as refusal:
            raise refusal.at("lines", number) from None
    return TransferStock(
        transferred_on=on,
        lines=tuple(
            TransferLineInput(
                item_id=line.item_id, location_id=line.location_id, target_id=place["id"], quantity=line.quantity,
                lot_number=line.lot_number,
            )
            for line in one.lines
        ),
    )  # fmt: skip


async def report_consumptions(work: Work, commands: Sequence[ReportConsumption]) -> Results[Shipment]:
    """The shipments, DELIVERED where they stand, charged where asked; a refusal stands in its own place.

    Posts: the cost of the goods to cost of sales, and the invoice. Raises per row: NotFound, Rejected and what the
    order is refused for (`create_sales_orders`); for the whole batch: what allocation, picking, shipping and invoicing
    are refused for. Emits: SalesOrderConfirmed, ShipmentShipped, ShipmentDelivered, CustomerInvoicePosted.
    """
    places = await _consignments(work, [one.consignment_id for one in commands])
    today = work.now.date()
    planned: list[CreateSalesOrder | DomainError] = []
    for one in commands:
        try:
            planned.append(_order(one, _consignment(one.consignment_id, places), today))
        except DomainError as refusal:
            planned.append(refusal)
    orders = [one for one in planned if isinstance(one, CreateSalesOrder)]
    if orders:
        # Where the goods leave to, before allocation locks what they leave from.
        await counter_location(work, LocationKind.CUSTOMER)
    told = iter((await create_sales_orders(work, orders)).outcomes if orders else [])
    outcomes = [one if isinstance(one, DomainError) else next(told) for one in planned]
    sold = [(one, id_) for one, id_ in zip(commands, outcomes, strict=True) if isinstance(id_, UUID)]
    shipments = iter(await _deliver(work, sold, today) if sold else [])
    return Results([one if isinstance(one, DomainError) else next(shipments) for one in outcomes])


def _order(one: ReportConsumption, place: Row, today: date) -> CreateSalesOrder:
    on = one.consumed_on or today
    return CreateSalesOrder(
        customer_id=place["customer_id"],
        currency=one.currency,
        ordered_on=on,
        ship_on=on,
        tax_code_id=one.tax_code_id,
        customer_reference=one.report_reference,
        confirm=True,
        lines=tuple(
            SalesOrderLineInput(
                item_id=line.item_id, quantity=line.quantity, unit_price=line.unit_price, tax_code_id=line.tax_code_id
            )
            for line in one.lines
        ),
    )


async def _deliver(work: Work, sold: Sequence[tuple[ReportConsumption, UUID]], today: date) -> list[UUID]:
    """What was sold, taken out of the consignments, delivered, and charged where asked. Raises: the first refusal."""
    _whole(await allocate_sales_orders(work, [_allocation(one, id_, today) for one, id_ in sold]))
    shipments = _whole(
        await pick_sales_orders(
            work,
            [
                PickSalesOrder(
                    sales_order_id=id_, picked_on=one.consumed_on or today,
                    lines=tuple(
                        PickLineInput(
                            position=place, quantity=line.quantity, lot_number=line.lot_number,
                            serial_numbers=line.serial_numbers,
                        )
                        for place, line in enumerate(one.lines, start=1)
                    ),
                )
                for one, id_ in sold
            ],
        )
    )  # fmt: skip
    reports = [one for one, _ in sold]
    leaving: list[Any] = [
        ShipShipment(shipment_id=id_, shipped_on=one.consumed_on or today)
        for one, id_ in zip(reports, shipments, strict=True)
    ]
    _whole(await ship_shipments(work, leaving))
    arrived = [
        RecordDelivery(shipment_id=id_, delivered_on=one.consumed_on or today, proof_of_delivery=one.report_reference)
        for one, id_ in zip(reports, shipments, strict=True)
    ]
    _whole(await record_deliveries(work, arrived))
    charged = [
        InvoiceShipments(shipments=(InvoicedShipmentInput(shipment_id=id_),), invoiced_on=one.consumed_on or today)
        for one, id_ in zip(reports, shipments, strict=True)
        if one.is_invoiced
    ]
    if charged:
        _whole(await invoice_shipments(work, charged))
    return shipments


def _allocation(one: ReportConsumption, order_id: UUID, today: date) -> AllocateSalesOrder:
    return AllocateSalesOrder(
        sales_order_id=order_id,
        delivery_on=one.consumed_on or today,
        is_partial=False,
        lines=tuple(
            AllocationLineInput(
                position=place, quantity=line.quantity, lot_number=line.lot_number, location_id=one.consignment_id
            )
            for place, line in enumerate(one.lines, start=1)
        ),
    )


def _whole(results: Results[R]) -> list[UUID]:
    """The records of commands that stand or fall together. Raises: the first refusal."""
    for refusal in results.refusals:
        raise refusal
    return results.ids
