"""Lots as a whole: held, released, rejected, recalled; a lot that is not released is neither promised nor shipped."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from domain.core.actors import Action
from domain.core.commands import Results, argument, command
from domain.core.errors import DomainError, NotFound, Rejected
from domain.core.work import Work
from domain.inventory.models import Lot, LotStatus


@command(action=Action.CHANGE, record=Lot, zh="更改批次状态")
class ChangeLotStatus:
    """Give a lot as a whole another status, wherever its goods are; what is on hand keeps its own status."""

    lot_id: UUID = argument(doc="The lot.", zh="批次", reference="lot")
    to_status: LotStatus = argument(doc="The status it is to have.", zh="目标状态")
    expected_version: int | None = argument(doc="The version you saw.", zh="预期版本", default=None)


async def change_lot_statuses(work: Work, commands: Sequence[ChangeLotStatus]) -> Results[Lot]:
    """The lots, in their new status; a refusal stands in its own place.

    Raises per row: NotFound, StaleVersion, Rejected where the lot has the status already. Emits: LotStatusChanged.
    """
    rows = await work.lock(Lot, [one.lot_id for one in commands])
    stale = await work.stale(Lot, rows, {one.lot_id: one.expected_version for one in commands})
    states = {id_: LotStatus(row["status"]) for id_, row in rows.items()}
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            if one.lot_id not in rows:
                raise NotFound(("lot",), what="lot", key=str(one.lot_id))
            if one.lot_id in stale:
                raise stale[one.lot_id]
            if states[one.lot_id] is one.to_status:
                reason, reason_zh = "the lot has it already", "批次已处于该状态"
                raise Rejected(("toStatus",), what="status", value=one.to_status, reason=reason, reason_zh=reason_zh)
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        states[one.lot_id] = one.to_status
        outcomes.append(one.lot_id)
    changed = list(dict.fromkeys(one for one in outcomes if isinstance(one, UUID)))
    if changed:
        await work.update(Lot, [{"id": id_, "status": states[id_]} for id_ in changed], ("status",))
        work.emit("LotStatusChanged", Lot, changed)
    return Results(outcomes)


async def hold_lots(work: Work, lot_ids: Iterable[UUID]) -> list[UUID]:
    """Those of the lots that were released, now ON_HOLD until quality decides. Emits: LotStatusChanged."""
    rows = await work.lock(Lot, lot_ids)
    held = [id_ for id_, row in rows.items() if row["status"] == LotStatus.RELEASED]
    if held:
        await work.update(Lot, [{"id": id_, "status": LotStatus.ON_HOLD} for id_ in held], ("status",))
        work.emit("LotStatusChanged", Lot, held)
    return held
