from datetime import date
from decimal import Decimal

from domain.inventory.commands import (
    ChangeStockStatus,
    ReceiveTransfer,
    ShipTransfer,
    StatusLineInput,
    TransferArrivalInput,
    TransferLineInput,
    TransferLossInput,
    WriteOffTransfer,
)
from domain.inventory.models import StockStatus, ValuationArea, ValuationMethod
from domain.master_data.places import LocationKind
from tests.domain.books import AX, World
from tests.domain.inventory.goods import accounts, done, issue, place, pool, received, transfer, valued, worth

LOCATION = ValuationArea.LOCATION


def shipment(world: World, *lines: tuple[str, str], target: str = "FAR") -> ShipTransfer:
    return ShipTransfer(
        transit_id=world["ROAD"],
        lines=tuple(
            TransferLineInput(
                item_id=world[item], location_id=world[f"STORES{AX}"], target_id=world[target],
                quantity=Decimal(quantity),
            )
            for item, quantity in lines
        ),
    )  # fmt: skip


async def far_and_road(world: World) -> None:
    await place(world, "FAR")
    await place(world, "ROAD", LocationKind.TRANSIT)


async def test_v18_a_transfer_carries_its_value_to_the_cent(world: World):
    """20,000 kg at 156,526 a tonne: 1,728 kg take 270,476.93 along, 2,860,043.07 stay (case V18)."""
    await valued(world, "BOLT", ValuationMethod.AVERAGE, LOCATION)
    await far_and_road(world)
    await received(world, ("BOLT", "20000", "156.526"))
    [sent] = await done(world, shipment(world, ("BOLT", "1728")))
    assert await pool(world, "BOLT", world["ROAD"]) == (Decimal(1728), Decimal("270476.93"))
    assert await pool(world, "BOLT", world[f"STORES{AX}"]) == (Decimal(18272), Decimal("2860043.07"))
    arrived = [
        ReceiveTransfer(stock_transfer_id=sent, lines=(TransferArrivalInput(position=1, quantity=Decimal("1000")),)),
        ReceiveTransfer(stock_transfer_id=sent),
    ]
    await done(world, *arrived)
    assert await pool(world, "BOLT", world["FAR"]) == (Decimal(1728), Decimal("270476.93"))
    assert await pool(world, "BOLT", world["ROAD"]) == (Decimal(0), Decimal(0))
    [row] = await world.rows("SELECT status, received_on FROM stock_transfer")
    assert row["status"] == "RECEIVED" and row["received_on"] is not None
    assert await accounts(world) == {"GR_IR": Decimal("-3130520.00"), "STOCK": Decimal("3130520.00")}
    refused = await world.refusal(world.chief, AX, ReceiveTransfer(stock_transfer_id=sent))
    assert refused.code == "WRONG_STATE"
    assert await world.findings() == []


async def test_each_consignment_arrives_at_the_value_with_which_it_left(world: World):
    await valued(world, "BOLT", ValuationMethod.AVERAGE, LOCATION)
    await far_and_road(world)
    await received(world, ("BOLT", "10", "10"))
    [cheap] = await done(world, shipment(world, ("BOLT", "10")))
    await received(world, ("BOLT", "10", "30"))
    [dear] = await done(world, shipment(world, ("BOLT", "10")))
    await done(world, ReceiveTransfer(stock_transfer_id=dear))
    assert await pool(world, "BOLT", world["FAR"]) == (Decimal(10), Decimal(300))
    await done(world, ReceiveTransfer(stock_transfer_id=cheap))
    assert await pool(world, "BOLT", world["FAR"]) == (Decimal(20), Decimal(400))
    assert await world.findings() == []


async def test_what_is_lost_on_the_way_is_written_off_at_the_value_with_which_it_left(world: World):
    await valued(world, "BOLT", ValuationMethod.AVERAGE, LOCATION)
    await far_and_road(world)
    await received(world, ("BOLT", "10", "10"))
    [sent] = await done(world, shipment(world, ("BOLT", "10")))
    await received(world, ("BOLT", "10", "30"))
    [other] = await done(world, shipment(world, ("BOLT", "10")))
    arrived = (TransferArrivalInput(position=1, quantity=Decimal(7)),)
    await done(world, ReceiveTransfer(stock_transfer_id=sent, lines=arrived))
    lost = (TransferLossInput(position=1, quantity=Decimal(4)),)
    for command in (
        WriteOffTransfer(stock_transfer_id=sent, reason="fell off", lines=lost),
        WriteOffTransfer(stock_transfer_id=sent, reason=" "),
        WriteOffTransfer(stock_transfer_id=sent, reason="fell off", written_off_on=date(2020, 1, 1)),
    ):
        assert (await world.refusal(world.chief, AX, command)).code == "INVALID_VALUE"
    await done(world, WriteOffTransfer(stock_transfer_id=sent, reason="fell off the lorry"))
    # The consignment left at 10 each: 3 of it are lost, whatever the other one cost.
    assert await accounts(world) == {
        "GR_IR": Decimal(-400), "STOCK": Decimal(370), "STOCK_ADJUSTMENT": Decimal(30),
    }  # fmt: skip
    [row] = await world.rows(
        "SELECT t.status, t.received_on, t.loss_reason, l.received_quantity, l.lost_quantity, l.in_transit_quantity "
        "FROM stock_transfer t JOIN stock_transfer_line l ON l.stock_transfer_id = t.id WHERE t.id = $1", sent,
    )  # fmt: skip
    assert (row["status"], row["loss_reason"]) == ("RECEIVED", "fell off the lorry")
    assert (row["received_quantity"], row["lost_quantity"], row["in_transit_quantity"]) == (7, 3, 0)
    assert await pool(world, "BOLT", world["ROAD"]) == (Decimal(10), Decimal(300))
    again = WriteOffTransfer(stock_transfer_id=sent, reason="again")
    assert (await world.refusal(world.chief, AX, again)).code == "WRONG_STATE"
    await done(world, WriteOffTransfer(stock_transfer_id=other, reason="stolen"))
    assert await pool(world, "BOLT", world["ROAD"]) == (Decimal(0), Decimal(0))
    assert await world.findings() == []


async def test_v1_goods_in_transit_are_ours_and_change_no_value(world: World):
    """10 to transit: company-owned, value change 0 (case V1)."""
    await valued(world, "GEAR", ValuationMethod.FIFO)
    await far_and_road(world)
    await received(world, ("GEAR", "54", "16.50"))
    [sent] = await done(world, shipment(world, ("GEAR", "10")))
    [row] = await world.rows("SELECT stock_move_id FROM stock_transfer WHERE id = $1", sent)
    assert await worth(world, row["stock_move_id"]) == Decimal(0)
    [move] = await done(world, issue(world, "GEAR", "10"))
    assert await worth(world, move) == Decimal("-165.00")
    assert await pool(world, "GEAR") == (Decimal(44), Decimal("726.00"))
    assert await world.findings() == []


async def test_goods_at_standard_cost_change_places_and_a_cent_of_rounding_is_posted(world: World):
    await place(world, "FAR")
    await received(world, ("STENT", "3", "12.3456"))
    await done(world, transfer(world, "STENT", "1", world["FAR"]))
    # 37.04 in one place; 24.69 and 12.35 in two.
    assert (await accounts(world))["STOCK"] == Decimal("37.04")
    await done(world, transfer(world, "STENT", "1", world["FAR"]))
    assert (await accounts(world))["STOCK"] == Decimal("37.04")
    assert await world.findings() == []


async def test_a_transfer_that_breaks_a_rule_is_refused_and_nothing_is_written(world: World):
    await valued(world, "GEAR", ValuationMethod.FIFO, LOCATION)
    await far_and_road(world)
    await received(world, ("GEAR", "5", "100"))
    [sent] = await done(world, shipment(world, ("GEAR", "2")))
    stores = world[f"STORES{AX}"]
    too_much = ReceiveTransfer(
        stock_transfer_id=sent, lines=(TransferArrivalInput(position=1, quantity=Decimal("2.5")),)
    )
    cases = [
        (transfer(world, "GEAR", "4", world["FAR"]), "INSUFFICIENT_STOCK"),
        (transfer(world, "GEAR", "1", stores), "INVALID_VALUE"),
        (transfer(world, "GEAR", "1", world["ACME"]), "NOT_FOUND"),
        (ShipTransfer(transit_id=world["FAR"], lines=shipment(world, ("GEAR", "1")).lines), "INVALID_VALUE"),
        (too_much, "INVALID_VALUE"),
    ]
    for command, code in cases:
        assert (await world.refusal(world.chief, AX, command)).code == code, command


async def test_only_released_goods_are_available(world: World):
    await received(world, ("GEAR", "5", "100"))
    line = StatusLineInput(
        item_id=world["GEAR"], location_id=world[f"STORES{AX}"], quantity=Decimal(3), status=StockStatus.RELEASED
    )
    await done(world, ChangeStockStatus(lines=(line,), to_status=StockStatus.ON_HOLD))
    refused = await world.refusal(world.chief, AX, issue(world, "GEAR", "3"))
    assert (refused.code, refused.values["available"]) == ("INSUFFICIENT_STOCK", Decimal(2))
    again = ChangeStockStatus(lines=(line,), to_status=StockStatus.RELEASED)
    assert (await world.refusal(world.chief, AX, again)).code == "INVALID_VALUE"
    assert await accounts(world) == {"GR_IR": Decimal(-500), "STOCK": Decimal(500)}
    assert await world.findings() == []
