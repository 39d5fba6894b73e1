"""Shipping: goods leave, and arrive; what leaves is issued from stock with its cost in the same transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from domain.core.actors import Action
from domain.core.commands import Results, argument, command
from domain.core.database import Row
from domain.core.errors import DomainError, NotFound, Rejected
from domain.core.ids import new_id
from domain.core.ledger import Source
from domain.core.money import EXACT
from domain.core.work import Work
from domain.inventory import PromisedIssue, PromisedLine, issue_promised
from domain.inventory.known import not_before
from domain.logistics import reads
from domain.logistics.models import Shipment, ShipmentLine, ShipmentStatus
from domain.logistics.reads import HeldShipments
from domain.logistics.rules import DELIVER, SHIP, SHIPMENT_FLOW
from domain.sales import (
    Act,
    HeldOrders,
    QualificationBook,
    hold_orders,
    qualification_book,
    qualified_line,
    write_orders,
)
from domain.sales.rules.qualification import Stage


@command(action=Action.POST, record=Shipment, zh="发货", key_required=True)
class ShipShipment:
    """Let a shipment leave: whether it may go there is checked once more, stock and cost of sales post together."""

    shipment_id: UUID = argument(doc="The shipment.", zh="发货单", reference="shipment")
    shipped_on: date | None = argument(doc="Day the goods leave; today unless given.", zh="发货日期", default=None)
    carrier_id: UUID | None = argument(doc="Who carries them.", zh="承运商", reference="party", default=None)
    tracking_number: str | None = argument(doc="The carrier's number of the shipment.", zh="运单号", default=None)
    expected_version: int | None = argument(doc="The version you saw.", zh="预期版本", default=None)


@command(action=Action.CHANGE, record=Shipment, zh="登记签收")
class RecordDelivery:
    """Say that a shipment arrived, with what proves it."""

    shipment_id: UUID = argument(doc="The shipment.", zh="发货单", reference="shipment")
    proof_of_delivery: str = argument(
        doc="What proves it: number of the signed note, or of the carrier's record.", zh="签收凭证"
    )
    delivered_on: date | None = argument(doc="Day it arrived; today unless given.", zh="签收日期", default=None)
    expected_version: int | None = argument(doc="The version you saw.", zh="预期版本", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """A shipment that may leave, as stock is asked for it."""

    one: ShipShipment
    row: Row
    lines: Sequence[Row]
    issue: PromisedIssue
    carrier_name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a batch of shipments stands on."""

    shipments: HeldShipments
    held: HeldOrders
    book: QualificationBook
    carriers: Mapping[UUID, Row]
    today: date


async def ship_shipments(work: Work, commands: Sequence[ShipShipment]) -> Results[Shipment]:
    """The shipments, SHIPPED, their goods out of stock; a refusal stands at its own place.

    Posts: the cost of the goods, as their layers or standard say, to cost of sales, one voucher a shipment. Raises per
    row: NotFound, StaleVersion, WrongState, Rejected, NotQualified with check and day, LotNotUsable, InsufficientStock,
    PeriodClosed. Emits: ShipmentShipped, ReservationFulfilled, StockChanged.
    """
    known = await _known(work, commands)
    planned: list[Leaving | DomainError] = []
    for one in commands:
        try:
            planned.append(_leaving(one, known))
        except DomainError as refusal:
            planned.append(refusal)
    leaving = [one for one in planned if isinstance(one, Leaving)]
    told = iter(await issue_promised(work, [one.issue for one in leaving]) if leaving else [])
    outcomes = [one if isinstance(one, DomainError) else next(told) for one in planned]
    gone = [
        (one, entries)
        for one, entries in zip(planned, outcomes, strict=True)
        if isinstance(one, Leaving) and not isinstance(entries, DomainError)
    ]
    if gone:
        await _write(work, gone)
        for one, _ in gone:
            _roll(one, known.held)
        await write_orders(work, known.held)
        work.emit("ShipmentShipped", Shipment, [one.row["id"] for one, _ in gone])
    return Results([
        entries if isinstance(entries, DomainError) else one.shipment_id
        for one, entries in zip(commands, outcomes, strict=True)
    ])  # fmt: skip


async def _known(work: Work, commands: Sequence[ShipShipment]) -> Known:
    shipments = await reads.hold_shipments(work, {one.shipment_id: one.expected_version for one in commands})
    held = await hold_orders(work, shipments.order_ids)
    return Known(
        shipments=shipments,
        held=held,
        book=await qualification_book(work, list(held.rows.values()), held.line_rows),
        carriers=await reads.carriers_by_id(work, [one.carrier_id for one in commands]),
        today=work.now.date(),
    )


def _leaving(one: ShipShipment, known: Known) -> Leaving:
    row = known.shipments.live(one.shipment_id)
    id_: UUID = row["id"]
    status = SHIPMENT_FLOW.advance(row["number"], known.shipments.status[id_], SHIP)
    on = not_before(one.shipped_on or known.today, row["picked_on"], ("shippedOn",))
    carrier_name = None
    if one.carrier_id is not None:
        carrier = known.carriers.get(one.carrier_id)
        if carrier is None:
            raise NotFound(("carrier",), what="party", key=str(one.carrier_id))
        if not carrier["is_active"]:
            reason, reason_zh = "it is not active", "该单位已停用"
            raise Rejected(("carrier",), what="carrier", value=carrier["code"], reason=reason, reason_zh=reason_zh)
        carrier_name = carrier["name"]
    lines = known.shipments.lines[id_]
    for line in lines:
        act = Act(stage=Stage.SHIP, today=known.today, on=on, made_on=line["made_on"])
        qualified_line(known.book, known.held.rows[row["sales_order_id"]], line["item_id"], act)
    known.shipments.status[id_] = status
    issue = PromisedIssue(
        posting_id=new_id(),
        occurred_on=on,
        source=Source(kind=Shipment.__name__, id=id_, number=row["number"]),
        party_id=row["customer_id"],
        lines=tuple(
            PromisedLine(allocation_id=line["stock_allocation_id"], quantity=line["quantity"]) for line in lines
        ),
    )
    return Leaving(one=one, row=row, lines=lines, issue=issue, carrier_name=carrier_name)


async def _write(work: Work, gone: Sequence[tuple[Leaving, tuple[UUID, ...]]]) -> None:
    fields = ("status", "shipped_on", "carrier_id", "carrier_name", "tracking_number", "posting_id")
    await work.update(
        Shipment,
        [
            {
                "id": one.row["id"],
                "status": ShipmentStatus.SHIPPED,
                "shipped_on": one.issue.occurred_on,
                "carrier_id": one.one.carrier_id,
                "carrier_name": one.carrier_name,
                "tracking_number": one.one.tracking_number,
                "posting_id": one.issue.posting_id,
            }
            for one, _ in gone
        ],
        fields,
    )
    entries = [
        {"id": line["id"], "stock_entry_id": entry}
        for one, of_lines in gone
        for line, entry in zip(one.lines, of_lines, strict=True)
    ]
    await work.update(ShipmentLine, entries, ("stock_entry_id",))


def _roll(one: Leaving, held: HeldOrders) -> None:
    """What was allocated and picked of the order's lines is shipped."""
    left = reads.by_order_line((line["sales_order_line_id"], line["quantity"]) for line in one.lines)
    order_id: UUID = one.row["sales_order_id"]
    held.change(
        order_id,
        [
            replace(
                line,
                allocated=EXACT.subtract(line.allocated, left[line.id]),
                picked=EXACT.subtract(line.picked, left[line.id]),
                shipped=EXACT.add(line.shipped, left[line.id]),
            )
            for line in held.lines[order_id]
            if line.id in left
        ],
    )


async def record_deliveries(work: Work, commands: Sequence[RecordDelivery]) -> Results[Shipment]:
    """The shipments, DELIVERED; a refusal stands at its own place.

    Raises per row: NotFound, StaleVersion, WrongState, Rejected. Emits: ShipmentDelivered.
    """
    held = await reads.hold_shipments(work, {one.shipment_id: one.expected_version for one in commands})
    outcomes: list[UUID | DomainError] = []
    changed: list[dict[str, object]] = []
    for one in commands:
        try:
            row = held.live(one.shipment_id)
            status = SHIPMENT_FLOW.advance(row["number"], held.status[row["id"]], DELIVER)
            on = not_before(one.delivered_on or work.now.date(), row["shipped_on"], ("deliveredOn",))
            if not one.proof_of_delivery.strip():
                reason, reason_zh = "it names what proves the delivery", "须填写签收凭证"
                raise Rejected(
                    ("proofOfDelivery",), what="proofOfDelivery", value="", reason=reason, reason_zh=reason_zh
                )
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        held.status[row["id"]] = status
        changed.append(
            {"id": row["id"], "status": status, "delivered_on": on, "proof_of_delivery": one.proof_of_delivery}
        )
        outcomes.append(row["id"])
    if changed:
        await work.update(Shipment, changed, ("status", "delivered_on", "proof_of_delivery"))
        work.emit("ShipmentDelivered", Shipment, [one for one in outcomes if isinstance(one, UUID)])
    return Results(outcomes)
