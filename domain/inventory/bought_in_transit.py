"""Goods bought that are ours from the day they leave the supplier: they wait in transit, and arrive like a transfer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy import SmallInteger, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.database import Row
from domain.core.errors import NotFound, Rejected
from domain.core.ids import new_id
from domain.core.work import Work
from domain.inventory.commands.transfers import TRANSFER_NUMBERS
from domain.inventory.documents import StockTransfer, StockTransferLine
from domain.inventory.models import Lot, StockEntry, TransferStatus
from domain.inventory.rules import Incoming
from domain.inventory.stock import receive_stock
from domain.master_data.places import ON_HAND, Location, LocationKind


@dataclass(frozen=True, slots=True, kw_only=True)
class LotBrought:
    """A lot as it comes from a company of the group: known here by the number it has there."""

    number: str
    item_id: UUID
    made_on: date | None
    expires_on: date | None
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where goods bought wait until they arrive, and where they then go."""

    transit_id: UUID
    target_id: UUID


_company_id = bindparam("company_id", type_=SmallInteger())
_location, _entry, _lot = Location.table, StockEntry.table, Lot.table
_BY_CODE = select(_location.c.id, _location.c.code, _location.c.kind, _location.c.is_active).where(
    _location.c.company_id == _company_id, _location.c.code == func.any(bindparam("codes", type_=ARRAY(Text())))
)
_CAME_IN = (
    select(_entry.c.id, _entry.c.item_id, _entry.c.lot_id, _entry.c.status, _entry.c.quantity, _entry.c.value)
    .where(
        _entry.c.company_id == _company_id,
        _entry.c.stock_move_id == bindparam("stock_move_id", type_=Uuid()),
        _entry.c.quantity > 0,
    )
    .order_by(_entry.c.position)
)
_LOTS = select(_lot.c.id, _lot.c.number, _lot.c.item_id).where(
    _lot.c.company_id == _company_id, _lot.c.number == func.any(bindparam("numbers", type_=ARRAY(Text())))
)


async def route_of(work: Work, transit: str, target: str) -> Route:
    """The two places by their codes. Raises: NotFound, Rejected."""
    rows = {row["code"]: row for row in await work.fetch(_BY_CODE, codes=[transit, target])}
    found: dict[str, UUID] = {}
    for path, code, kinds in (
        ("transit", transit, frozenset({LocationKind.TRANSIT})),
        ("target", target, ON_HAND - {LocationKind.TRANSIT}),
    ):
        row = rows.get(code)
        if row is None:
            raise NotFound((path,), what="location", key=code)
        if row["kind"] not in kinds or not row["is_active"]:
            reason = f"it is {row['kind'] if row['is_active'] else 'not active'}"
            raise Rejected((path,), what="location", value=code, reason=reason, reason_zh="该库位不可用于此处")
        found[path] = row["id"]
    return Route(transit_id=found["transit"], target_id=found["target"])


async def lots_brought(work: Work, lots: Sequence[LotBrought], supplier_id: UUID) -> dict[str, UUID]:
    """The company's own lot of each, by its number; one that it did not know is made. Raises: Rejected."""
    numbers = sorted({lot.number for lot in lots})
    known = {row["number"]: row for row in await work.fetch(_LOTS, numbers=numbers)} if numbers else {}
    ids = {number: row["id"] for number, row in known.items()}
    new: list[dict[str, object]] = []
    for lot in lots:
        if lot.number in known and known[lot.number]["item_id"] != lot.item_id:
            reason, reason_zh = "the company has a lot of another item with that number", "该批号已用于其他物料"
            raise Rejected(("lotNumber",), what="lot", value=lot.number, reason=reason, reason_zh=reason_zh)
        if lot.number not in ids:
            ids[lot.number] = new_id()
            new.append(
                {
                    "id": ids[lot.number], "number": lot.number, "item_id": lot.item_id, "supplier_lot": lot.number,
                    "supplier_id": supplier_id, "made_on": lot.made_on, "expires_on": lot.expires_on,
                    "status": lot.status,
                }
            )  # fmt: skip
    if new:
        await work.insert(Lot, new)
    return ids


async def buy_in_transit(work: Work, delivery: Incoming, route: Route) -> list[Row]:
    """The entries by which the goods came in, in order of the lines; a transfer is on its way to bring them in.

    Whatever place its lines name, they wait at the route's. Posts: stock and GR/IR as `receive_stock` does. Emits:
    StockChanged, TransferShipped. Raises: PeriodClosed, AccountMissing.
    """
    lines = tuple(replace(line, location_id=route.transit_id) for line in delivery.lines)
    [move_id] = await receive_stock(work, [replace(delivery, lines=lines)])
    entries = await work.fetch(_CAME_IN, stock_move_id=move_id)
    [number] = await work.number(TRANSFER_NUMBERS, 1)
    id_ = new_id()
    await work.insert(
        StockTransfer,
        [
            {
                "id": id_, "number": number, "status": TransferStatus.IN_TRANSIT, "transit_id": route.transit_id,
                "target_id": route.target_id, "shipped_on": delivery.occurred_on, "stock_move_id": move_id,
            }
        ],
    )  # fmt: skip
    await work.insert(
        StockTransferLine,
        [
            {
                "stock_transfer_id": id_, "position": position, "item_id": row["item_id"], "lot_id": row["lot_id"],
                "status": row["status"], "shipped_quantity": row["quantity"], "stock_entry_id": row["id"],
            }
            for position, row in enumerate(entries, start=1)
        ],
    )  # fmt: skip
    work.emit("TransferShipped", StockTransfer, [id_])
    return entries
