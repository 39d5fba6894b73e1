"""Requisition lines as orders use them: locked, counted when something is ordered, given back when it is not wanted."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from uuid import UUID

from sqlalchemy import SmallInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.errors import DomainError
from domain.core.money import EXACT
from domain.core.work import Work
from domain.procurement.requisitions import PurchaseRequisition, PurchaseRequisitionLine, RequisitionStatus
from domain.procurement.sourcing_rules import Need, ordered, status_of

_company_id = bindparam("company_id", type_=SmallInteger())
_ids = func.any(bindparam("ids", type_=ARRAY(Uuid())))
_head, _line = PurchaseRequisition.table, PurchaseRequisitionLine.table
_of = (_head.c.company_id == _line.c.company_id) & (_head.c.id == _line.c.purchase_requisition_id)
_REQUESTERS = (
    select(_line.c.id, _head.c.requested_by)
    .join_from(_line, _head, _of)
    .where(_line.c.company_id == _company_id, _line.c.id == _ids)
)
_HEADS = (
    select(_line.c.purchase_requisition_id)
    .where(_line.c.company_id == _company_id, _line.c.id == _ids)
    .group_by(_line.c.purchase_requisition_id)
)
_LINES = select(_line).where(_line.c.company_id == _company_id, _line.c.purchase_requisition_id == _ids)


@dataclass(slots=True, kw_only=True)
class Needed:
    """The lines that a batch of orders names, locked through their requisitions; what one orders the next finds on
    order. `siblings` are all lines of the requisitions by requisition.
    """

    needs: dict[UUID, Need]
    heads: dict[UUID, UUID]
    siblings: dict[UUID, list[UUID]]
    changed: set[UUID] = field(default_factory=set[UUID])

    def order(self, lines: Sequence[tuple[UUID | None, UUID, Decimal]]) -> None:
        """Count (line, item, quantity) of one order, all or none. Raises: NotFound, WrongState, Rejected."""
        before, changed = dict(self.needs), set(self.changed)
        for place, (id_, item_id, quantity) in enumerate(lines):
            if id_ is None:
                continue
            try:
                on_order = ordered(self.needs.get(id_), id_, item_id, quantity)
            except DomainError as refusal:
                self.needs, self.changed = before, changed
                raise refusal.at("lines", place) from None
            self.needs[id_] = replace(self.needs[id_], ordered=on_order)
            self.changed.add(id_)

    async def write(self, work: Work) -> None:
        """The lines and the states of their requisitions as they now are."""
        if not self.changed:
            return
        rows = [{"id": id_, "ordered_quantity": self.needs[id_].ordered} for id_ in sorted(self.changed)]
        await work.update(PurchaseRequisitionLine, rows, fields=("ordered_quantity",))
        states: list[dict[str, object]] = []
        for head in sorted({self.heads[id_] for id_ in self.changed}):
            own = [self.needs[id_] for id_ in self.siblings[head]]
            status = status_of(own[0].requisition, own[0].status, [(one.quantity, one.ordered) for one in own])
            if status is not own[0].status:
                states.append({"id": head, "status": status})
        await work.update(PurchaseRequisition, states, fields=("status",))


async def needed_by(work: Work, ids: Iterable[UUID | None]) -> Needed:
    """The requisition lines that are named, with all lines of their requisitions; an unknown id is absent."""
    asked = sorted({id_ for id_ in ids if id_ is not None})
    if not asked:
        return Needed(needs={}, heads={}, siblings={})
    found = [row["purchase_requisition_id"] for row in await work.fetch(_HEADS, ids=asked)]
    heads = await work.lock(PurchaseRequisition, found)
    made = Needed(needs={}, heads={}, siblings={})
    for row in await work.fetch(_LINES, ids=sorted(heads)):
        head = heads[row["purchase_requisition_id"]]
        made.needs[row["id"]] = Need(
            id=row["id"], requisition=head["number"], status=RequisitionStatus(head["status"]),
            position=row["position"], item_id=row["item_id"], quantity=row["quantity"],
            ordered=row["ordered_quantity"], account_id=row["account_id"], cost_centre_id=row["cost_centre_id"],
            needed_on=row["needed_on"],
        )  # fmt: skip
        made.heads[row["id"]] = head["id"]
        made.siblings.setdefault(head["id"], []).append(row["id"])
    return made


async def give_back(work: Work, lines: Iterable[tuple[UUID | None, Decimal]]) -> None:
    """So much of each (requisition line, quantity) is no longer on order."""
    less: defaultdict[UUID, Decimal] = defaultdict(Decimal)
    for id_, quantity in lines:
        if id_ is not None and quantity:
            less[id_] = EXACT.add(less[id_], quantity)
    needed = await needed_by(work, less)
    for id_, quantity in less.items():
        needed.needs[id_] = replace(needed.needs[id_], ordered=EXACT.subtract(needed.needs[id_].ordered, quantity))
        needed.changed.add(id_)
    await needed.write(work)


async def requesters_of(work: Work, ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Who asked for each requisition line."""
    asked = sorted(set(ids))
    return {row["id"]: row["requested_by"] for row in await work.fetch(_REQUESTERS, ids=asked)} if asked else {}
