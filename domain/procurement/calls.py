"""Agreement lines as orders use them: locked, called off, given back when it is not wanted."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from uuid import UUID

from sqlalchemy import SmallInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.errors import DomainError
from domain.core.money import EXACT, Money
from domain.core.work import Work
from domain.master_data.measures import Measured, Ratio
from domain.master_data.standing import standing, survivors_of
from domain.procurement.agreement_rules import Agreed, Call, call_off
from domain.procurement.agreements import AgreementStatus, PurchaseAgreement, PurchaseAgreementLine

_line = PurchaseAgreementLine.table
_OF_LINES = (
    select(_line.c.purchase_agreement_id)
    .where(
        _line.c.company_id == bindparam("company_id", type_=SmallInteger()),
        _line.c.id == func.any(bindparam("ids", type_=ARRAY(Uuid()))),
    )
    .group_by(_line.c.purchase_agreement_id)
)


@dataclass(slots=True, kw_only=True)
class Calls:
    """The agreement lines that a batch of orders names, locked through their agreements; what one calls off the next
    finds called.
    """

    agreed: dict[UUID, Agreed]
    changed: set[UUID] = field(default_factory=set[UUID])

    def price(self, agreed_id: UUID | None, measured: Measured) -> Money | None:
        """The price that was agreed of one of the unit in which something is ordered, if anything was."""
        one = self.agreed.get(agreed_id) if agreed_id is not None else None
        if one is None:
            return None
        if one.price_in_unit is not None and one.unit_id == measured.unit_id:
            return Money(one.price_in_unit, one.currency)
        return Money(measured.said_price(one.unit_price), one.currency)

    def ratio(self, agreed_id: UUID | None, unit_id: UUID | None) -> Ratio | None:
        """The ratio to which the agreement holds, where it is about that unit."""
        one = self.agreed.get(agreed_id) if agreed_id is not None else None
        if one is None or one.unit_quantity is None or one.unit_id != unit_id:
            return None
        return Ratio(one.agreed, one.unit_quantity)

    def call(self, calls: Sequence[Call | None]) -> None:
        """Count the calls of one order by line, all or none. Raises: what `call_off` raises."""
        before, changed = dict(self.agreed), set(self.changed)
        for place, one in enumerate(calls):
            if one is None:
                continue
            try:
                called = call_off(self.agreed.get(one.agreed_id), one)
            except DomainError as refusal:
                self.agreed, self.changed = before, changed
                raise refusal.at("lines", place) from None
            self.agreed[one.agreed_id] = replace(self.agreed[one.agreed_id], called=called)
            self.changed.add(one.agreed_id)

    async def write(self, work: Work) -> None:
        """The lines as they now are."""
        rows = [{"id": id_, "called_quantity": self.agreed[id_].called} for id_ in sorted(self.changed)]
        await work.update(PurchaseAgreementLine, rows, fields=("called_quantity",))


async def calls_on(work: Work, ids: Iterable[UUID | None]) -> Calls:
    """The agreement lines that are named; an unknown id is absent."""
    asked = sorted({id_ for id_ in ids if id_ is not None})
    if not asked:
        return Calls(agreed={})
    found = [row["purchase_agreement_id"] for row in await work.fetch(_OF_LINES, ids=asked)]
    heads = await work.lock(PurchaseAgreement, found)
    rows = await work.lock(PurchaseAgreementLine, asked)
    survivors = await survivors_of(work, [head["supplier_id"] for head in heads.values()])
    return Calls(
        agreed={
            id_: Agreed(
                id=id_, agreement=head["number"], status=AgreementStatus(head["status"]),
                supplier_id=standing(survivors, head["supplier_id"]), position=row["position"],
                item_id=row["item_id"],
                currency=head["currency"], unit_price=row["unit_price"], valid_from=head["valid_from"],
                valid_to=head["valid_to"], agreed=row["agreed_quantity"], called=row["called_quantity"],
                unit_id=row["unit_id"], unit_quantity=row["unit_quantity"], price_in_unit=row["price_in_unit"],
            )
            for id_, row in rows.items()
            for head in [heads[row["purchase_agreement_id"]]]
        }
    )  # fmt: skip


async def call_back(work: Work, lines: Iterable[tuple[UUID | None, Decimal]]) -> None:
    """So much of each (agreement line, quantity) is no longer called off."""
    less: defaultdict[UUID, Decimal] = defaultdict(Decimal)
    for id_, quantity in lines:
        if id_ is not None and quantity:
            less[id_] = EXACT.add(less[id_], quantity)
    calls = await calls_on(work, less)
    for id_, quantity in less.items():
        calls.agreed[id_] = replace(calls.agreed[id_], called=EXACT.subtract(calls.agreed[id_].called, quantity))
        calls.changed.add(id_)
    await calls.write(work)
