"""Invoicing: what left is charged at the prices of its order, several shipments on one invoice where asked."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, part
from domain.core.database import Row
from domain.core.errors import DomainError, Rejected
from domain.core.ledger import Source
from domain.core.money import EXACT, ZERO, Money
from domain.core.work import Work
from domain.finance import post_customer_invoices
from domain.finance.commands import CustomerInvoiceLineInput, PostCustomerInvoice
from domain.finance.models import CustomerInvoice
from domain.finance.rules.journals import line_count
from domain.logistics import reads
from domain.logistics.after_sales import ShipmentCharge
from domain.logistics.models import Shipment, ShipmentLine
from domain.logistics.reads import HeldShipments
from domain.logistics.rules import INVOICE, NothingToInvoice, after_leaving, chargeable
from domain.master_data.measures import Measured, part_of_line
from domain.sales import HeldOrders, hold_orders, write_orders
from domain.sales.rules.orders import OrderLine


@part
class InvoicedShipmentInput:
    """One shipment to be charged."""

    shipment_id: UUID = argument(doc="The shipment.", zh="发货单", reference="shipment")


@command(action=Action.POST, record=CustomerInvoice, zh="按发货开票", key_required=True)
class InvoiceShipments:
    """Charge a customer for what left: one invoice for all shipments named, a line for each line of an order."""

    shipments: tuple[InvoicedShipmentInput, ...] = argument(
        doc="The shipments, of one customer and one currency.", zh="发货单"
    )
    invoiced_on: date | None = argument(doc="Day of the invoice; today unless given.", zh="开票日期", default=None)
    payment_terms_id: UUID | None = argument(
        doc="Terms of payment; those agreed with the customer unless given.", zh="付款条件", reference="payment_terms",
        default=None,
    )  # fmt: skip
    digital_number: str | None = argument(
        doc="Number of the digital tax invoice, 20 digits (China).", zh="数电票号码", default=None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An invoice of shipments: the command of finance, and the quantities by shipment line behind each of its lines."""

    invoice: PostCustomerInvoice
    source: Source
    shipments: Sequence[UUID]
    charged: Sequence[tuple[OrderLine, UUID, Sequence[tuple[Row, Decimal]]]]
    measured: Sequence[Measured]


@dataclass(slots=True, kw_only=True)
class Known:
    """What a batch of invoices stands on; what one takes is claimed for the next, by shipment and order line."""

    shipments: HeldShipments
    held: HeldOrders
    awaiting_credit: Mapping[UUID, Decimal]
    claimed: set[UUID] = field(default_factory=set[UUID])
    claims: defaultdict[UUID, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))


async def invoice_shipments(work: Work, commands: Sequence[InvoiceShipments]) -> Results[CustomerInvoice]:
    """The invoices; a refusal stands in its own place. Orders that are shipped and charged close themselves.

    What is charged is what left and did not come back, at the price and tax of the order. Posts: the customer's account
    against income and taxes. Raises per row: NotFound, WrongState, Rejected, NothingToInvoice, and what
    `post_customer_invoices` refuses. Emits: ShipmentInvoiced, CustomerInvoicePosted.
    """
    ids = {one.shipment_id: None for asked in commands for one in asked.shipments}
    shipments = await reads.hold_shipments(work, ids)
    held = await hold_orders(work, shipments.order_ids)
    lines = [line.id for own in held.lines.values() for line in own]
    known = Known(shipments=shipments, held=held, awaiting_credit=await reads.awaiting_credit(work, lines))
    planned: list[Draft | DomainError] = []
    for one in commands:
        try:
            planned.append(_draft(one, known))
        except DomainError as refusal:
            planned.append(refusal)
    drafts = [one for one in planned if isinstance(one, Draft)]
    if not drafts:
        return Results([one for one in planned if isinstance(one, DomainError)])
    posted = await post_customer_invoices(
        work, [one.invoice for one in drafts], [one.source for one in drafts], [one.measured for one in drafts]
    )
    told = dict(zip([id(one) for one in drafts], posted.outcomes, strict=True))
    made = [(one, outcome) for one in drafts if isinstance(outcome := told[id(one)], UUID)]
    if made:
        await _write(work, made, held)
        work.emit("ShipmentInvoiced", Shipment, [id_ for draft, _ in made for id_ in draft.shipments])
    return Results([one if isinstance(one, DomainError) else told[id(one)] for one in planned])


def _draft(one: InvoiceShipments, known: Known) -> Draft:
    line_count(len(one.shipments))
    rows = [_shipment(asked.shipment_id, place, known) for place, asked in enumerate(one.shipments)]
    orders = [known.held.rows[row["sales_order_id"]] for row in rows]
    _same(rows, orders)
    by_line: dict[UUID, list[tuple[Row, Decimal]]] = {}
    places: dict[UUID, tuple[OrderLine, Row, UUID]] = {}
    taken: defaultdict[UUID, Decimal] = defaultdict(lambda: ZERO)
    for row, order in zip(rows, orders, strict=True):
        own = {line.id: line for line in known.held.lines[order["id"]]}
        prices = {line["id"]: line for line in known.held.line_rows[order["id"]]}
        for line in known.shipments.lines[row["id"]]:
            of_order = own[line["sales_order_line_id"]]
            awaiting = known.awaiting_credit.get(of_order.id, ZERO)
            claimed = EXACT.add(known.claims[of_order.id], taken[of_order.id])
            quantity = min(chargeable(line), EXACT.subtract(EXACT.add(of_order.chargeable, awaiting), claimed))
            if quantity > ZERO:
                by_line.setdefault(of_order.id, []).append((line, quantity))
                places[of_order.id] = of_order, prices[of_order.id], order["id"]
                taken[of_order.id] = EXACT.add(taken[of_order.id], quantity)
    if not by_line:
        raise NothingToInvoice(shipment=", ".join(row["number"] for row in rows))
    known.claimed |= {row["id"] for row in rows}
    for id_, quantity in taken.items():
        known.claims[id_] = EXACT.add(known.claims[id_], quantity)
    charged = [(places[id_][0], places[id_][2], parts) for id_, parts in by_line.items()]
    currency: str = orders[0]["currency"]
    return Draft(
        invoice=PostCustomerInvoice(
            customer_id=rows[0]["customer_id"],
            currency=currency,
            lines=tuple(_line(places[id_][1], taken[id_], currency) for id_ in by_line),
            invoiced_on=one.invoiced_on,
            payment_terms_id=one.payment_terms_id,
            digital_number=one.digital_number,
            customer_reference=_reference(orders),
        ),
        source=Source(kind=Shipment.__name__, id=rows[0]["id"], number=rows[0]["number"]),
        shipments=[row["id"] for row in rows],
        charged=charged,
        measured=[part_of_line(places[id_][1], "ordered_quantity", taken[id_]) for id_ in by_line],
    )


def _shipment(id_: UUID, place: int, known: Known) -> Row:
    """A shipment that may be charged. Raises: NotFound, WrongState, Rejected."""
    try:
        row = known.shipments.live(id_)
        after_leaving(row["number"], known.shipments.status[id_], INVOICE)
        if id_ in known.claimed:
            reason, reason_zh = "it is named twice", "重复指定"
            raise Rejected(("shipment",), what="shipment", value=row["number"], reason=reason, reason_zh=reason_zh)
    except DomainError as refusal:
        raise refusal.at("shipments", place) from None
    return row


def _same(rows: Sequence[Row], orders: Sequence[Row]) -> None:
    """Nothing; raises Rejected for shipments that no single invoice can charge, or one named twice."""
    reason, reason_zh = "one invoice is for one customer and one currency", "一张发票只能对应一个客户和一种币种"
    for place, (row, order) in enumerate(zip(rows, orders, strict=True)):
        if (row["customer_id"], order["currency"]) != (rows[0]["customer_id"], orders[0]["currency"]):
            raise Rejected(
                ("shipments", place, "shipment"), what="shipment", value=row["number"], reason=reason,
                reason_zh=reason_zh,
            )  # fmt: skip
        if row["id"] in {before["id"] for before in rows[:place]}:
            raise Rejected(
                ("shipments", place, "shipment"), what="shipment", value=row["number"], reason="it is named twice",
                reason_zh="重复指定",
            )  # fmt: skip


def _line(priced: Row, quantity: Decimal, currency: str) -> CustomerInvoiceLineInput:
    return CustomerInvoiceLineInput(
        unit_price=Money(priced["unit_price"] if priced["unit_id"] is None else priced["price_in_unit"], currency),
        quantity=quantity,
        item_id=priced["item_id"],
        tax_code_id=priced["tax_code_id"],
    )


def _reference(orders: Sequence[Row]) -> str | None:
    """The customer's own numbers of the orders, each once."""
    own = dict.fromkeys(order["customer_reference"] for order in orders if order["customer_reference"])
    return ", ".join(own) or None


async def _write(work: Work, made: Sequence[tuple[Draft, UUID]], held: HeldOrders) -> None:
    """What was charged, counted on orders and shipments."""
    charges: list[dict[str, object]] = []
    counted: dict[UUID, Decimal] = {}
    for draft, invoice_id in made:
        for position, (of_order, order_id, parts) in enumerate(draft.charged, start=1):
            for line, quantity in parts:
                counted[line["id"]] = EXACT.add(line["invoiced_quantity"], quantity)
                charges.append(
                    {
                        "shipment_line_id": line["id"],
                        "customer_invoice_id": invoice_id,
                        "invoice_position": position,
                        "quantity": quantity,
                    }
                )
            now = held.by_id(order_id, of_order.id)
            more = reads.by_order_line((of_order.id, quantity) for _, quantity in parts)[of_order.id]
            held.change(order_id, [replace(now, invoiced=EXACT.add(now.invoiced, more))])
    await write_orders(work, held)
    rows = [{"id": id_, "invoiced_quantity": quantity} for id_, quantity in counted.items()]
    await work.update(ShipmentLine, rows, ("invoiced_quantity",))
    await work.insert(ShipmentCharge, charges)
