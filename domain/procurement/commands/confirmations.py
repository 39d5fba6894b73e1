"""Orders are confirmed by their suppliers, or by the buyer who was told on the telephone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, part
from domain.core.errors import DomainError
from domain.core.ids import new_id
from domain.core.numbering import Series
from domain.core.work import Work
from domain.master_data.day_rules import day_rules_of_sites
from domain.procurement import reads
from domain.procurement.confirmations import PurchaseOrderConfirmation, PurchaseOrderConfirmationLine
from domain.procurement.models import PurchaseOrder, PurchaseOrderLine
from domain.procurement.rules import OrderLine, Promised, confirmed, live

CONFIRMATION_NUMBERS = Series("purchase_order_confirmation", prefix="OC-")


@part
class PromisedLineInput:
    """So much of one line, by one day."""

    position: int = argument(doc="The line's place on the order.", zh="订单行号")
    quantity: Decimal = argument(doc="How much comes.", zh="确认数量", number="quantity")
    promised_on: date = argument(doc="Day by which it arrives.", zh="承诺到货日")


@command(action=Action.ACKNOWLEDGE, record=PurchaseOrderConfirmation, zh="确认采购订单")
class ConfirmPurchaseOrder:
    """Say how much of an order comes, and by when; a supplier answers for its own orders only."""

    purchase_order_id: UUID = argument(doc="The order.", zh="采购订单", reference="purchase_order")
    lines: tuple[PromisedLineInput, ...] = argument(doc="What comes; a line may be named once a day.", zh="确认行")
    supplier_number: str | None = argument(doc="The supplier's own number of the order.", zh="供应商单号", default=None)
    confirmed_on: date | None = argument(doc="Day of the answer; today unless given.", zh="确认日期", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A confirmation that breaks no rule: the lines it names, and what the order is told by position."""

    id: UUID
    asked: ConfirmPurchaseOrder
    lines: Mapping[int, OrderLine]
    told: Mapping[int, Promised]


async def confirm_purchase_orders(
    work: Work, commands: Sequence[ConfirmPurchaseOrder]
) -> Results[PurchaseOrderConfirmation]:
    """The confirmations, as they were said; the order lines carry what was said last, on a day on which the site works
    where it says so.

    Raises per row: NotFound, HistoricalDocument, WrongState, Rejected. Emits: PurchaseOrderConfirmed.
    """
    rows = await work.lock(PurchaseOrder, [one.purchase_order_id for one in commands])
    orders = {id_: reads.order_of(row) for id_, row in rows.items()}
    lines = {id_: {line.position: line for line in own} for id_, own in (await reads.lines_of(work, orders)).items()}
    day_rules = await day_rules_of_sites(work, [order.site_id for order in orders.values()])
    outcomes: list[UUID | DomainError] = []
    planned: list[Planned] = []
    for one in commands:
        try:
            order = live(orders.get(one.purchase_order_id), one.purchase_order_id)
            reads.check_own(work, order)
            rule = day_rules.get(order.site_id) if order.site_id is not None else None
            promised = [
                Promised(
                    position=line.position, quantity=line.quantity,
                    promised_on=line.promised_on if rule is None else rule.moved(line.promised_on),
                )
                for line in one.lines
            ]  # fmt: skip
            told = confirmed(order, lines[order.id], promised)
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        planned.append(Planned(id=new_id(), asked=one, lines=lines[order.id], told=told))
        outcomes.append(planned[-1].id)
    if planned:
        await _write(work, planned)
    return Results(outcomes)


async def _write(work: Work, planned: Sequence[Planned]) -> None:
    """The documents, and what they make of the order lines: the last answer of a batch counts."""
    said = {
        plan.lines[position].id: {
            "id": plan.lines[position].id, "confirmed_quantity": one.quantity, "promised_on": one.promised_on
        }
        for plan in planned
        for position, one in plan.told.items()
    }  # fmt: skip
    await work.update(PurchaseOrderLine, list(said.values()), fields=("confirmed_quantity", "promised_on"))
    numbers = await work.number(CONFIRMATION_NUMBERS, len(planned))
    await work.insert(
        PurchaseOrderConfirmation,
        [
            {
                "id": plan.id,
                "number": number,
                "purchase_order_id": plan.asked.purchase_order_id,
                "confirmed_on": plan.asked.confirmed_on or work.now.date(),
                "supplier_number": plan.asked.supplier_number,
                "confirmed_by": work.actor.id,
            }
            for plan, number in zip(planned, numbers, strict=True)
        ],
    )
    await work.insert(
        PurchaseOrderConfirmationLine,
        [
            {
                "purchase_order_confirmation_id": plan.id,
                "position": place,
                "purchase_order_line_id": plan.lines[line.position].id,
                "quantity": line.quantity,
                "promised_on": line.promised_on,
            }
            for plan in planned
            for place, line in enumerate(plan.asked.lines, start=1)
        ],
    )
    work.emit(
        "PurchaseOrderConfirmed", PurchaseOrderConfirmation, [plan.id for plan in planned],
        orders=[plan.asked.purchase_order_id for plan in planned],
    )  # fmt: skip
