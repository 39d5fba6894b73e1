"""Goods that left and did not arrive: the customer is not charged for them, their cost is a loss.

On paper they come back and are written off in one act, at the value with which they left: what the customer owes, is
credited or gets again then follows as it does for goods that come back. What a supplier shipped straight and did not
deliver is owed to it no more instead: it was never our goods that were lost.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, part
from domain.core.errors import DomainError
from domain.core.work import Work
from domain.logistics import reads
from domain.logistics.after_sales import GoodsReturn, ReturnKind
from domain.logistics.commands.decisions import DecideReturn, DecisionLineInput, decide_returns
from domain.logistics.commands.returns import ReceiveCustomerReturn, ReturnLineInput, take_back


@part
class MissingLineInput:
    """What of one line of a shipment did not arrive."""

    position: int = argument(doc="The line's place on the shipment.", zh="发货单行号")
    quantity: Decimal = argument(doc="How much did not arrive.", zh="数量", number="quantity")
    serial_numbers: tuple[str, ...] = argument(
        doc="One a piece, for an item that is traced piece by piece.", zh="序列号", default=()
    )
    is_replaced: bool = argument(
        doc="Whether as much is to be shipped again; otherwise what was charged is to be credited.", zh="补发",
        default=False,
    )  # fmt: skip


@command(action=Action.POST, record=GoodsReturn, zh="登记短少", key_required=True)
class ReportMissing:
    """Say that goods of a shipment did not arrive: they are not charged, or credited, and their cost is a loss."""

    shipment_id: UUID = argument(doc="The shipment.", zh="发货单", reference="shipment")
    lines: tuple[MissingLineInput, ...] = argument(doc="What did not arrive.", zh="短少行")
    reason: str = argument(doc="What the delivery note or the carrier says of it.", zh="原因")
    reported_on: date | None = argument(doc="Day of the report; today unless given.", zh="报告日期", default=None)


async def report_missing(work: Work, commands: Sequence[ReportMissing]) -> Results[GoodsReturn]:
    """The returns of what did not arrive, written off; a refusal stands in its own place.

    Posts: the share of what the goods were worth when they left, from cost of sales to scrap; of what a supplier
    shipped straight, from cost of sales to what it is owed. Raises per row: NotFound, WrongState, Rejected,
    ReturnExceedsShipment, SerialsRequired; for the whole batch: PeriodClosed.
    Emits: GoodsMissing, CustomerReturnDecided, StockChanged.
    """
    held = await reads.hold_shipments(work, {one.shipment_id: None for one in commands})
    # Where the goods were taken from is where they come back to on paper; what came straight was taken from nowhere.
    places = {
        id_: None if lines[0]["stock_allocation_id"] is None else lines[0]["location_id"]
        for id_, lines in held.lines.items()
        if lines
    }
    asked = [
        ReceiveCustomerReturn(
            shipment_id=one.shipment_id,
            location_id=places.get(one.shipment_id, one.shipment_id),
            reason=one.reason,
            returned_on=one.reported_on,
            lines=tuple(
                ReturnLineInput(
                    position=line.position, quantity=line.quantity, serial_numbers=line.serial_numbers,
                    is_replaced=line.is_replaced,
                )
                for line in one.lines
            ),
        )
        for one in commands
    ]  # fmt: skip
    results = await take_back(work, asked, ReturnKind.MISSING)
    decisions = [
        DecideReturn(
            goods_return_id=id_,
            decided_on=one.reported_on,
            lines=tuple(
                DecisionLineInput(position=place, scrap=line.quantity) for place, line in enumerate(one.lines, start=1)
            ),
        )
        for one, id_ in zip(commands, results.outcomes, strict=True)
        if not isinstance(id_, DomainError) and places[one.shipment_id] is not None
    ]
    for refusal in (await decide_returns(work, decisions)).refusals if decisions else ():
        raise refusal
    return results
