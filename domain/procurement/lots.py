"""The lots of goods that come: the company's by its number, one for all of one supplier's lot, else a new one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol
from uuid import UUID

from sqlalchemy import SmallInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.ids import new_id
from domain.core.numbering import Series
from domain.core.work import Work
from domain.inventory.models import Lot, LotStatus
from domain.master_data.items import LotPolicy
from domain.procurement import reads
from domain.procurement.receiving import ReceivingRule
from domain.procurement.receiving_rules import ASKED, Told, last_day

LOT_NUMBERS = Series("lot", prefix="L-", digits=8)

# Policies under which goods are traced by lot: a receipt without a lot number is given one of ours.
TRACED_BY_LOT: Final = frozenset({LotPolicy.LOT, LotPolicy.LOT_AND_SERIAL})

_rule = ReceivingRule.table
_RULES = select(_rule).where(
    _rule.c.company_id == bindparam("company_id", type_=SmallInteger()),
    _rule.c.item_id == func.any(bindparam("ids", type_=ARRAY(Uuid()))),
)


class Labelled(Told, Protocol):
    """What is told of goods that come."""

    @property
    def lot_number(self) -> str | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LotLine:
    """Goods of one line of a receipt: `place` is the receipt and the line's place on it."""

    place: tuple[UUID, int]
    item_id: UUID
    supplier_id: UUID
    told: Labelled
    is_traced: bool
    shelf_life_days: int | None

    @property
    def same_as(self) -> tuple[UUID, UUID, str, date | None] | None:
        """What makes goods of one receipt one lot of ours, where it has no number: the supplier's lot."""
        if self.told.supplier_lot is None or self.told.lot_number is not None:
            return None
        return self.place[0], self.item_id, self.told.supplier_lot, self.told.expires_on


async def rules_by_item(work: Work, item_ids: Iterable[UUID]) -> dict[UUID, Mapping[str, bool]]:
    """What must be known of the lots of each item that has a rule, by name of `ASKED`."""
    rows = await work.fetch(_RULES, ids=sorted(set(item_ids)))
    return {row["item_id"]: {name: row[f"needs_{name}"] for name in ASKED} for row in rows}


async def lots_of(work: Work, lines: Sequence[LotLine]) -> Mapping[tuple[UUID, int], UUID]:
    """The lot of each line that has one, by its place; what is not there yet is made."""
    given = sorted({line.told.lot_number for line in lines if line.told.lot_number})
    ids = {number: row["id"] for number, row in (await reads.lots_by_number(work, given)).items()}
    unnumbered = [line for line in lines if line.is_traced and line.told.lot_number is None]
    drawn = len({line.same_as for line in unnumbered if line.same_as}) + sum(not line.same_as for line in unnumbered)
    free = iter(await work.number(LOT_NUMBERS, drawn) if drawn else [])
    shared: dict[object, str] = {}
    new: list[dict[str, object]] = []
    found: dict[tuple[UUID, int], UUID] = {}
    for line in lines:
        number = line.told.lot_number
        if number is None and line.is_traced:
            number = shared.get(line.same_as) or next(free)
            if line.same_as is not None:
                shared[line.same_as] = number
        if number is None:
            continue
        if number not in ids:
            ids[number] = new_id()
            new.append(_row(ids[number], number, line))
        found[line.place] = ids[number]
    if new:
        await work.insert(Lot, new)
    return found


def _row(id_: UUID, number: str, line: LotLine) -> dict[str, object]:
    return {
        "id": id_,
        "number": number,
        "item_id": line.item_id,
        "supplier_lot": line.told.supplier_lot,
        "supplier_id": line.supplier_id,
        "manufacturer": line.told.manufacturer,
        "made_on": line.told.made_on,
        "expires_on": last_day(line.told, line.shelf_life_days),
        "udi": line.told.udi,
        "status": LotStatus.RELEASED,
    }
