"""Kits: sold as one at one price, promised, shipped, charged and credited as their components."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from domain.core.records import GROUP
from domain.core.work import Work
from domain.logistics.commands import (
    CreditReturn,
    InvoicedShipmentInput,
    InvoiceShipments,
    PickLineInput,
    PickSalesOrder,
    ReceiveCustomerReturn,
    ReturnLineInput,
)
from domain.master_data.items import ItemPrice, ItemType, KitComponent, LotPolicy
from domain.sales.commands import AllocateSalesOrder, CreateSalesOrder, SalesOrderLineInput
from domain.sales.rules.kits import (
    Alone,
    Component,
    KitIncomplete,
    KitShareMissing,
    leaves_whole,
    unit_prices,
    weights_of,
)
from domain.sales.rules.orders import OrderLine
from tests.domain.books import AX, World
from tests.domain.inventory.goods import accounts, done, received
from tests.domain.logistics.outbound import hospital, item, order, picked, quantities, shipped, status, stocked

A, B, KIT = UUID(int=1), UUID(int=2), UUID(int=3)


def part(item_id: UUID, quantity: str, weight: str | None = None) -> Component:
    return Component(
        item_id=item_id, quantity=Decimal(quantity), weight=None if weight is None else Decimal(weight),
        valid_from=date(2026, 1, 1), valid_to=None,
    )  # fmt: skip


def test_components_share_a_kit_s_price_by_what_they_cost_alone_or_by_weights_to_the_last_digit() -> None:
    parts = [part(A, "1"), part(B, "3")]
    alone = {A: Alone(code="A", price=Decimal(100)), B: Alone(code="B", price=Decimal(50))}
    weights = weights_of("K", parts, alone, "USD")
    assert weights == [Decimal(100), Decimal(150)]
    # 99.99 by 2 : 3 is 40.00 and 59.99; a third of 59.99 has the ten digits of a price.
    assert unit_prices(Decimal("99.99"), parts, weights, "USD") == [Decimal("40.00"), Decimal("19.9966666667")]
    assert weights_of("K", [part(A, "1", "3"), part(B, "3", "1")], {}, "USD") == [Decimal(3), Decimal(1)]
    # A price with more digits than the currency is shared in its own.
    assert unit_prices(Decimal("10.0001"), [part(A, "1"), part(B, "1")], [Decimal(1), Decimal(1)], "USD") == [
        Decimal("5.0001"), Decimal("5.0000"),
    ]  # fmt: skip
    with pytest.raises(KitShareMissing) as missing:
        weights_of("K", parts, {A: alone[A], B: Alone(code="B", price=None)}, "USD")
    assert missing.value.values == {"kit": "K", "item": "B", "currency": "USD"}


def of_kit(position: int, per: str, **done_: str) -> OrderLine:
    return OrderLine(
        id=UUID(int=position), position=position, item_id=A, ordered=Decimal(10), kit_id=KIT, per_kit=Decimal(per),
        **{name: Decimal(value) for name, value in done_.items()},
    )


def test_a_kit_leaves_whole_and_what_replaces_a_component_alone() -> None:
    nothing = [of_kit(1, "1"), of_kit(2, "3")]
    leaves_whole("SO-1", nothing, [of_kit(1, "1", picked="2"), of_kit(2, "3", picked="6")])
    with pytest.raises(KitIncomplete) as short:
        leaves_whole("SO-1", nothing, [of_kit(1, "1", picked="2"), of_kit(2, "3", picked="5")])
    assert short.value.values == {"order": "SO-1", "position": 1, "part": 2, "kits": Decimal(2)}
    gone = [of_kit(1, "1", shipped="2"), of_kit(2, "3", shipped="6", replaced="1")]
    leaves_whole("SO-1", gone, [gone[0], of_kit(2, "3", shipped="6", replaced="1", picked="1")])


async def kit(world: World) -> None:
    """KIT holds 2 GEAR and 1 STENT; until March it held 1 GEAR. A gear costs 30 by the lists, a stent 40."""
    await hospital(world)
    await item(world, "KIT", LotPolicy.NONE, ItemType.KIT)

    async def act(work: Work) -> None:
        rows = [("GEAR", "1", date(2026, 1, 1), date(2026, 3, 31)), ("GEAR", "2", date(2026, 4, 1), None),
                ("STENT", "1", date(2026, 1, 1), None)]  # fmt: skip
        await work.insert(
            KitComponent,
            [
                {"kit_id": world["KIT"], "component_id": world[code], "quantity": Decimal(quantity),
                 "valid_from": first, "valid_to": last}
                for code, quantity, first, last in rows
            ],
        )  # fmt: skip

    await world.works(GROUP, act)

    async def prices(work: Work) -> None:
        rows = [("GEAR", "30"), ("STENT", "40"), ("KIT", "90")]
        await work.insert(
            ItemPrice,
            [{"item_id": world[code], "currency": "USD", "list_price": Decimal(price), "valid_from": date(2026, 1, 1)}
             for code, price in rows],
        )  # fmt: skip

    await world.works(AX, prices)


def of_lists(world: World, quantity: str, **more: object) -> CreateSalesOrder:
    """So many kits at the price of the lists."""
    line = SalesOrderLineInput(item_id=world["KIT"], quantity=Decimal(quantity), **more)
    return CreateSalesOrder(customer_id=world["HOSPITAL"], currency="USD", lines=(line,), confirm=True)


LINES = """
SELECT i.code, l.position, l.ordered_quantity, l.unit_price, l.line_total, l.quantity_per_kit
FROM sales_order_line l JOIN item i ON i.id = l.item_id WHERE l.sales_order_id = $1 ORDER BY l.position
"""


async def lines(world: World, id_: UUID) -> list[str]:
    return [
        " ".join(f"{value.normalize():f}" if isinstance(value, Decimal) else str(value) for value in row.values())
        for row in await world.rows(LINES, id_)
    ]


async def kits(world: World, id_: UUID) -> list[tuple[Decimal, ...]]:
    rows = await world.rows(
        "SELECT ordered_quantity, unit_price, line_total, shipped_quantity FROM sales_order_kit "
        "WHERE sales_order_id = $1 ORDER BY position", id_,
    )  # fmt: skip
    return [tuple(row.values()) for row in rows]


async def test_a_kit_is_one_price_and_the_lines_of_what_it_held_on_the_day(world: World) -> None:
    await kit(world)
    line = SalesOrderLineInput(item_id=world["KIT"], quantity=Decimal(3))
    command = CreateSalesOrder(
        customer_id=world["HOSPITAL"], currency="USD", lines=(line,), ordered_on=date(2026, 3, 31)
    )
    now, before, plain = await done(world, of_lists(world, "3"), command, order(world, ("BOLT", "1", "5")))
    # 90 by 60 : 40 is 54 and 36; a gear of the two is 27.
    assert await lines(world, now) == ["GEAR 1 6 27 162 2", "STENT 2 3 36 108 1"]
    assert await kits(world, now) == [(Decimal(3), Decimal(90), Decimal(270), Decimal(0))]
    # In March one gear: 90 by 30 : 40 is 38.57 and 51.43.
    assert await lines(world, before) == ["GEAR 1 3 38.57 115.71 1", "STENT 2 3 51.43 154.29 1"]
    assert await kits(world, plain) == []
    [whole] = await world.rows("SELECT subtotal FROM sales_order WHERE id = $1", now)
    assert whole["subtotal"] == Decimal(270)


async def test_a_component_without_a_price_or_weight_has_no_share(world: World) -> None:
    await kit(world)
    await world.rows("DELETE FROM item_price WHERE item_id = $1", world["STENT"])
    refused = await world.refusal(world.chief, AX, of_lists(world, "1"))
    assert (refused.code, refused.path) == ("KIT_SHARE_MISSING", ("lines", 0, "item"))


async def test_a_kit_from_stock_is_an_item_like_another(world: World) -> None:
    await kit(world)
    [id_] = await done(world, of_lists(world, "3", is_assembled=True))
    assert await lines(world, id_) == ["KIT 1 3 90 270 None"]


async def test_kits_are_shipped_whole_charged_at_their_price_and_credited_by_component(world: World) -> None:
    await kit(world)
    await received(world, ("GEAR", "5", "100"))
    await stocked(world, ("L1", "STENT", "3", date(2027, 12, 31)))
    [id_] = await done(world, of_lists(world, "3"))
    await done(world, AllocateSalesOrder(sales_order_id=id_))
    # Five gears are two kits and a half: of all that is allocated two kits leave.
    broken = PickSalesOrder(
        sales_order_id=id_, lines=(PickLineInput(position=1), PickLineInput(position=2, quantity=Decimal(2)))
    )
    refused = await world.refusal(world.chief, AX, broken)
    assert (refused.code, refused.values["part"]) == ("KIT_INCOMPLETE", 2)
    shipment = await shipped(world, id_)
    assert await quantities(world, id_) == ["6 1 0 4 0 0 0 1", "3 1 0 2 0 0 0 0"]
    assert (await kits(world, id_))[0][-1] == Decimal(2)
    await done(world, InvoiceShipments(shipments=(InvoicedShipmentInput(shipment_id=shipment),)))
    assert (await accounts(world))["REVENUE"] == Decimal(-180)
    back = ReceiveCustomerReturn(
        shipment_id=shipment, location_id=world[f"STORES{AX}"], reason="broken",
        lines=(ReturnLineInput(position=1, quantity=Decimal(1)),),
    )  # fmt: skip
    [returned] = await done(world, back)
    await done(world, CreditReturn(goods_return_id=returned))
    assert (await accounts(world))["REVENUE"] == Decimal(-153)
    again = ReceiveCustomerReturn(
        shipment_id=shipment, location_id=world[f"STORES{AX}"], reason="broken",
        lines=(ReturnLineInput(position=1, quantity=Decimal(1), is_replaced=True),),
    )  # fmt: skip
    await done(world, again)
    await received(world, ("GEAR", "2", "100"))
    await done(world, AllocateSalesOrder(sales_order_id=id_))
    # The last kit and what replaces one gear leave together.
    await picked(world, id_, (1, "3"), (2, "1"))
    assert await status(world, id_) == "CONFIRMED"
    assert await world.findings() == []
