"""Statuses: goods are put into quarantine, released, held, rejected or recalled where they stand."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, part
from domain.core.errors import DomainError, Rejected
from domain.core.ids import new_id
from domain.core.ledger import Source
from domain.core.work import Work
from domain.finance.journal import accounts
from domain.inventory.commands.issues import perform_acts
from domain.inventory.known import Known, known_of, line_count
from domain.inventory.models import MoveKind, StockMove, StockStatus
from domain.inventory.rules import CARRYING, Accounts, Act, Line, StockKey, carried


@part
class StatusLineInput:
    """Goods at one place."""

    item_id: UUID = argument(doc="What it is.", zh="物料", reference="item")
    location_id: UUID = argument(doc="Where it is.", zh="库位", reference="location")
    quantity: Decimal = argument(doc="How much of it.", zh="数量", number="quantity")
    status: StockStatus = argument(doc="Status it has now.", zh="当前状态")
    lot_number: str | None = argument(doc="The lot.", zh="批号", default=None)


@command(action=Action.CHANGE, record=StockMove, zh="更改库存状态", key_required=True)
class ChangeStockStatus:
    """Give goods another status where they stand; only released goods are available."""

    lines: tuple[StatusLineInput, ...] = argument(doc="The goods.", zh="库存行")
    to_status: StockStatus = argument(doc="The status they are to have.", zh="目标状态")
    changed_on: date | None = argument(doc="Day of the change; today unless given.", zh="更改日期", default=None)


async def change_stock_statuses(
    work: Work, commands: Sequence[ChangeStockStatus], sources: Sequence[Source] | None = None
) -> Results[StockMove]:
    """The moves that changed the goods' status; a refusal stands in its own place. `sources` are the documents that
    asked for each.

    Their value stays what it is. Raises per row: NotFound, Rejected, InsufficientStock, also where released goods are
    promised to a document, PeriodClosed. Emits: StockChanged.
    """
    lines = [line for one in commands for line in one.lines]
    known = await known_of(work, lines, [line.location_id for line in lines])
    own = await accounts(work, *CARRYING)
    planned: list[Act | DomainError] = []
    for one, source in zip(commands, sources or [None] * len(commands), strict=True):
        try:
            line_count(len(one.lines))
            on = one.changed_on or work.now.date()
            made = tuple(_line(one, place, known, own) for place in range(len(one.lines)))
            planned.append(Act(id=new_id(), kind=MoveKind.STATUS_CHANGE, occurred_on=on, lines=made, source=source))
        except DomainError as refusal:
            planned.append(refusal)
    return Results(await perform_acts(work, planned))


def _line(one: ChangeStockStatus, place: int, known: Known, own: Accounts) -> Line:
    """One line, checked. Raises: NotFound, Rejected."""
    asked = one.lines[place]
    try:
        key = known.key(asked, asked.location_id, asked.status)
        if asked.status is one.to_status:
            reason, reason_zh = "the goods have it already", "库存已处于该状态"
            raise Rejected(("status",), what="status", value=asked.status, reason=reason, reason_zh=reason_zh)
    except DomainError as refusal:
        raise refusal.at("lines", place) from None
    target = StockKey(key.item_id, key.location_id, key.lot_id, one.to_status)
    return carried(key, target, asked.quantity, own)
