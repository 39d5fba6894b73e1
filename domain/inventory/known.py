"""What a batch of stock commands names, fetched once, and the places in stock that its lines mean."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from sqlalchemy import SmallInteger, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.database import Row
from domain.core.errors import NotFound, Path, Rejected
from domain.core.quantity import QUANTITY, positive
from domain.core.work import Work
from domain.inventory.balances import locations
from domain.inventory.models import Lot, StockStatus
from domain.inventory.rules import StockKey
from domain.master_data.items import Item
from domain.master_data.places import ON_HAND

# Lines of one document: a plain list in the graph, so its length is bounded where it is written.
LINES_MAX = 1_000

_item, _lot = Item.table, Lot.table
_ITEMS = select(_item.c.id, _item.c.code).where(_item.c.id == func.any(bindparam("ids", type_=ARRAY(Uuid()))))
_LOTS = select(_lot.c.id, _lot.c.number, _lot.c.item_id, _lot.c.expires_on).where(
    _lot.c.company_id == bindparam("company_id", type_=SmallInteger()),
    _lot.c.number == func.any(bindparam("numbers", type_=ARRAY(Text()))),
)


class GoodsNamed(Protocol):
    """A line of a command that names goods at a place."""

    @property
    def item_id(self) -> UUID: ...
    @property
    def quantity(self) -> Decimal: ...
    @property
    def lot_number(self) -> str | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Items, locations and lots by what the commands call them; an unknown one is absent."""

    items: Mapping[UUID, Row]
    locations: Mapping[UUID, Row]
    lots: Mapping[str, Row]

    def lot_of(self, item_id: UUID, number: str | None) -> UUID | None:
        """The lot by its number. Raises: NotFound, also for a lot of another item."""
        if number is None:
            return None
        lot = self.lots.get(number)
        if lot is None or lot["item_id"] != item_id:
            raise NotFound(("lotNumber",), what="lot", key=number)
        return lot["id"]

    def item(self, item_id: UUID) -> UUID:
        """The item itself. Raises: NotFound."""
        if item_id not in self.items:
            raise NotFound(("item",), what="item", key=str(item_id))
        return item_id

    def stock_place(self, location_id: UUID, path: Path = ("location",), *, is_new: bool = False) -> UUID:
        """The location itself, which holds stock, and takes more where `is_new`. Raises: NotFound, Rejected."""
        location = self.locations.get(location_id)
        if location is None:
            raise NotFound(path, what="location", key=str(location_id))
        if location["kind"] not in ON_HAND:
            reason, reason_zh = f"it is {location['kind']} and holds no stock", "该库位不存放库存"
            raise Rejected(path, what="location", value=location["code"], reason=reason, reason_zh=reason_zh)
        if is_new and not location["is_active"]:
            raise Rejected(
                path, what="location", value=location["code"], reason="it is not active", reason_zh="该库位已停用"
            )
        return location_id

    def key(self, line: GoodsNamed, location_id: UUID, status: StockStatus, owner_id: UUID | None = None) -> StockKey:
        """The place in stock that a line means. Raises: NotFound, Rejected."""
        positive(line.quantity, QUANTITY, "quantity", ("quantity",))
        lot_id = self.lot_of(self.item(line.item_id), line.lot_number)
        return StockKey(line.item_id, self.stock_place(location_id), lot_id, status, owner_id)


async def known_of(work: Work, lines: Iterable[GoodsNamed], location_ids: Iterable[UUID | None]) -> Known:
    """What the lines name."""
    named = list(lines)
    numbers = sorted({one.lot_number for one in named if one.lot_number})
    items = sorted({one.item_id for one in named})
    return Known(
        items={row["id"]: row for row in await work.fetch(_ITEMS, ids=items)} if items else {},
        locations=await locations(work, [id_ for id_ in location_ids if id_ is not None]),
        lots={row["number"]: row for row in await work.fetch(_LOTS, numbers=numbers)} if numbers else {},
    )


def line_count(count: int) -> None:
    """Nothing; raises Rejected for a document without lines or with too many."""
    if not 1 <= count <= LINES_MAX:
        reason, reason_zh = f"it has 1 to {LINES_MAX} lines", f"须有 1 至 {LINES_MAX} 行"
        raise Rejected(("lines",), what="lines", value=str(count), reason=reason, reason_zh=reason_zh)


def not_before(on: date, since: date, path: Path) -> date:
    """The day itself. Raises: Rejected for a day before what it refers to."""
    if on < since:
        reason, reason_zh = f"what it refers to counts from {since}", f"其所依据的业务自 {since} 起生效"
        raise Rejected(path, what="date", value=on.isoformat(), reason=reason, reason_zh=reason_zh)
    return on
