"""Orders to ship in tests of logistics: a hospital buys, stores hold lots, shipments are made of what is allocated."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.core.money import Money
from domain.core.records import GROUP
from domain.core.work import Work
from domain.logistics.commands import PickLineInput, PickSalesOrder, ShipShipment
from domain.master_data.items import Item, ItemStatus, ItemType, LotPolicy, MakeOrBuy
from domain.master_data.parties import Party, PartyRole, PartyRoleKind
from domain.sales.commands import AllocateSalesOrder, CreateSalesOrder, SalesOrderLineInput
from tests.domain.books import AX, World
from tests.domain.inventory.goods import done, lot, received

# How an order's line stands: ordered, allocated, picked, shipped, returned, invoiced, cancelled, open.
QUANTITIES = """
SELECT l.ordered_quantity, l.allocated_quantity, l.picked_quantity, l.shipped_quantity, l.returned_quantity,
       l.invoiced_quantity, l.cancelled_quantity, l.open_quantity
FROM sales_order_line l WHERE l.sales_order_id = $1 ORDER BY l.position
"""


async def hospital(world: World) -> None:
    """HOSPITAL buys, in Germany."""

    async def act(work: Work) -> None:
        await work.insert(PartyRole, [{"party_id": world["HOSPITAL"], "role": PartyRoleKind.HOSPITAL}])
        await work.update(Party, [{"id": world["HOSPITAL"], "country": "DE"}], ("country",))

    await world.works(GROUP, act)


async def item(world: World, code: str, policy: LotPolicy, kind: ItemType = ItemType.DEVICE) -> UUID:
    """A new item, traced so."""
    [row] = await world.rows("SELECT id FROM unit_of_measure WHERE code = 'EA'")
    made = {
        "code": code, "name": code.title(), "kind": kind, "status": ItemStatus.ACTIVE, "unit_id": row["id"],
        "make_or_buy": MakeOrBuy.BUY, "lot_policy": policy, "storage_class": "AMBIENT",
        "device_class": "NOT_A_DEVICE", "is_sold": True,
    }  # fmt: skip

    async def act(work: Work) -> list[UUID]:
        return await work.insert(Item, [made])

    [world.ids[code]] = await world.works(GROUP, act)
    return world[code]


async def stocked(world: World, *lots: tuple[str, str, str, date | None]) -> None:
    """(lot, item, quantity, last day) received at 10 each."""
    for number, code, quantity, expires_on in lots:
        await received(world, (code, quantity, "10"), lot_id=await lot(world, number, code, expires_on))


def order(world: World, *lines: tuple[str, str, str], **more: Any) -> CreateSalesOrder:
    """The command that orders (item, quantity, price) lines for the hospital, confirmed."""
    of_line = {name: more.pop(name) for name in ("due_on", "life_days_min", "tax_code_id") if name in more}
    return CreateSalesOrder(
        customer_id=more.pop("customer_id", world["HOSPITAL"]),
        currency="USD",
        confirm=True,
        lines=tuple(
            SalesOrderLineInput(
                item_id=world[code], quantity=Decimal(quantity), unit_price=Money(Decimal(price), "USD"), **of_line
            )
            for code, quantity, price in lines
        ),
        **more,
    )


async def allocated(world: World, *lines: tuple[str, str, str], **more: Any) -> UUID:
    """A confirmed order with all that is there allocated to it."""
    [id_] = await done(world, order(world, *lines, **more))
    await done(world, AllocateSalesOrder(sales_order_id=id_))
    return id_


async def picked(world: World, order_id: UUID, *lines: tuple[int, str], **more: Any) -> UUID:
    """A shipment of (position, quantity) lines, or of all that is allocated."""
    given = tuple(PickLineInput(position=position, quantity=Decimal(quantity)) for position, quantity in lines)
    [id_] = await done(world, PickSalesOrder(sales_order_id=order_id, lines=given, **more))
    return id_


async def shipped(world: World, order_id: UUID, *lines: tuple[int, str], **more: Any) -> UUID:
    """A shipment that has left."""
    id_ = await picked(world, order_id, *lines)
    await done(world, ShipShipment(shipment_id=id_, **more))
    return id_


async def quantities(world: World, order_id: UUID) -> list[str]:
    """The lines of an order as they stand: ordered, allocated, picked, shipped, returned, invoiced, cancelled, open."""
    rows = await world.rows(QUANTITIES, order_id)
    return [" ".join(f"{value.normalize():f}" for value in row.values()) for row in rows]


async def status(world: World, order_id: UUID) -> str:
    """The state of an order."""
    [row] = await world.rows("SELECT status FROM sales_order WHERE id = $1", order_id)
    return row["status"]


async def gone(world: World, shipment_id: UUID) -> list[tuple[str | None, Decimal]]:
    """(lot, quantity) of the lines of a shipment."""
    rows = await world.rows(
        "SELECT lot_number, quantity FROM shipment_line WHERE shipment_id = $1 ORDER BY position", shipment_id
    )
    return [(row["lot_number"], row["quantity"]) for row in rows]


__all__ = [
    "AX", "allocated", "done", "gone", "hospital", "item", "order", "picked", "quantities", "shipped", "status",
    "stocked",
]  # fmt: skip
