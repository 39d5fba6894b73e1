"""Direct supplies: bought of a supplier who ships straight to the customer; never our stock, held to every rule."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.core.money import Money
from domain.core.records import GROUP
from domain.logistics.commands import (
    DirectDeliveryLineInput,
    DirectLineInput,
    InvoicedShipmentInput,
    InvoiceShipments,
    OrderDirectSupply,
    RecordDirectDelivery,
    ReleaseDirectSupply,
)
from domain.master_data.items import LotPolicy
from domain.master_data.parties import Address, AddressKind
from domain.procurement.commands import ApprovePurchaseOrder, RejectPurchaseOrder
from domain.sales.commands import AllocateSalesOrder, CancelSalesOrder
from domain.sales.models import DateBasis, QualificationRule
from tests.domain.books import AX, TODAY, World
from tests.domain.inventory.goods import accounts, done, received
from tests.domain.logistics.outbound import gone, hospital, item, order, quantities, status
from tests.domain.procurement.billing import billed


def asked(world: World, order_id: UUID, *lines: tuple[int, str, str], **more: Any) -> OrderDirectSupply:
    """The command that asks ACME for (position, quantity, price) lines."""
    return OrderDirectSupply(
        sales_order_id=order_id, supplier_id=world["ACME"], currency=more.pop("currency", "USD"),
        lines=tuple(
            DirectLineInput(position=position, quantity=Decimal(quantity), unit_price=Money(Decimal(price), "USD"))
            for position, quantity, price in lines
        ),
    )  # fmt: skip


async def approved(world: World, order_id: UUID, *lines: tuple[int, str, str]) -> UUID:
    """A purchase order that the supplier may ship."""
    made = await world.act(world.buyer, AX, asked(world, order_id, *lines))
    assert made.committed, made.refusals
    await done(world, ApprovePurchaseOrder(purchase_order_id=made.ids[0]))
    return made.ids[0]


def sent(purchase: UUID, quantity: str, position: int = 1, **more: Any) -> RecordDirectDelivery:
    """The command that says so much of a line was shipped."""
    of_line = {name: more.pop(name) for name in ("lot_number", "made_on", "expires_on", "serial_numbers")
               if name in more}  # fmt: skip
    line = DirectDeliveryLineInput(position=position, quantity=Decimal(quantity), **of_line)
    return RecordDirectDelivery(purchase_order_id=purchase, lines=(line,), **more)


async def direct(world: World, order_id: UUID) -> list[str]:
    rows = await world.rows("SELECT direct_quantity FROM sales_order_line WHERE sales_order_id = $1", order_id)
    return [f"{row['direct_quantity'].normalize():f}" for row in rows]


async def test_what_a_supplier_ships_straight_is_shipped_and_owed_and_never_in_stock(world: World) -> None:
    await hospital(world)
    where = {"party_id": world["HOSPITAL"], "kind": AddressKind.SHIPPING, "line_1": "Bahnhofstr. 1", "city": "Ulm",
             "country": "DE"}  # fmt: skip
    [address] = await world.works(GROUP, lambda work: work.insert(Address, [where]))
    await received(world, ("GEAR", "3", "90"))
    [id_] = await done(world, order(world, ("GEAR", "10", "150"), ship_to_id=address))
    await done(world, AllocateSalesOrder(sales_order_id=id_))
    before = await accounts(world)
    purchase = await approved(world, id_, (1, "7", "95"))
    assert (await direct(world, id_), await quantities(world, id_)) == (["7"], ["10 3 0 0 0 0 0 0"])
    [row] = await world.rows("SELECT deliver_to FROM purchase_order WHERE id = $1", purchase)
    assert row["deliver_to"] == "Hospital, Bahnhofstr. 1, Ulm, DE"
    [shipment] = await done(world, sent(purchase, "5"))
    assert (await direct(world, id_), await quantities(world, id_)) == (["2"], ["10 3 0 5 0 0 0 0"])
    after = await accounts(world)
    assert after["STOCK"] == before["STOCK"]
    assert after["COST_OF_SALES"] - before.get("COST_OF_SALES", Decimal(0)) == Decimal(475)
    assert after["GR_IR"] - before["GR_IR"] == Decimal(-475)
    [row] = await world.rows("SELECT sum(quantity) AS held FROM stock_balance WHERE item_id = $1", world["GEAR"])
    assert row["held"] == Decimal(3)
    # The supplier charges 1 more a piece: the difference is of what was sold, nothing of stock.
    await billed(world, (purchase, 1, "5", "96"))
    charged = await accounts(world)
    assert charged["COST_OF_SALES"] - after["COST_OF_SALES"] == Decimal(5)
    assert (charged["STOCK"], charged["GR_IR"] - before["GR_IR"]) == (before["STOCK"], Decimal(0))
    await done(world, InvoiceShipments(shipments=(InvoicedShipmentInput(shipment_id=shipment),)))
    assert (await accounts(world))["REVENUE"] == Decimal(-750)
    assert await world.findings() == []


async def test_lots_are_traced_and_a_life_that_is_too_short_is_refused(world: World) -> None:
    await hospital(world)
    [id_] = await done(world, order(world, ("STENT", "4", "100"), life_days_min=180))
    purchase = await approved(world, id_, (1, "4", "60"))
    early = sent(purchase, "4", lot_number="D1", expires_on=TODAY + timedelta(days=179))
    refused = await world.refusal(world.chief, AX, early)
    assert (refused.code, refused.path) == ("LIFE_TOO_SHORT", ("lines", 0, "expiresOn"))
    [shipment] = await done(world, sent(purchase, "4", lot_number="D1", expires_on=TODAY + timedelta(days=180)))
    assert await gone(world, shipment) == [("D1", Decimal(4))]
    [row] = await world.rows("SELECT tracking_number, status FROM shipment WHERE id = $1", shipment)
    assert row["status"] == "SHIPPED"
    assert await status(world, id_) == "SHIPPED"
    assert await world.findings() == []


async def test_pieces_are_named_once_and_only_what_is_left_can_be_shipped(world: World) -> None:
    await hospital(world)
    await item(world, "PUMP", LotPolicy.SERIAL)
    [id_] = await done(world, order(world, ("PUMP", "2", "900")))
    purchase = await approved(world, id_, (1, "2", "700"))
    assert (await world.refusal(world.chief, AX, sent(purchase, "2"))).code == "SERIALS_REQUIRED"
    await done(world, sent(purchase, "1", serial_numbers=("P-1",)))
    again = await world.refusal(world.chief, AX, sent(purchase, "1", serial_numbers=("P-1",)))
    assert (again.code, again.values["serial"]) == ("SERIAL_ALREADY_OUT", "P-1")
    more = await world.refusal(world.chief, AX, sent(purchase, "2", serial_numbers=("P-2", "P-3")))
    assert (more.code, more.path) == ("INVALID_VALUE", ("lines", 0, "quantity"))


async def test_what_may_not_go_to_the_customer_is_neither_bought_for_it_nor_shipped(world: World) -> None:
    await hospital(world)
    [id_] = await done(world, order(world, ("STENT", "4", "100")))
    purchase = await approved(world, id_, (1, "2", "60"))
    law = {"country": "DE", "needs_registration": True, "registration_basis": DateBasis.SHIPPED,
           "needs_licence": False, "source": "MDR", "valid_from": date(2020, 1, 1)}  # fmt: skip
    await world.works(GROUP, lambda work: work.insert(QualificationRule, [law]))
    assert (await world.refusal(world.chief, AX, sent(purchase, "2", lot_number="D1"))).code == "NOT_QUALIFIED"
    refused = await world.refusal(world.buyer, AX, asked(world, id_, (1, "1", "60")))
    assert (refused.code, refused.path) == ("NOT_QUALIFIED", ("lines", 0))


async def test_a_direct_order_is_not_received_and_an_ordinary_one_not_shipped_straight(world: World) -> None:
    await hospital(world)
    [id_] = await done(world, order(world, ("GEAR", "2", "150")))
    purchase = await approved(world, id_, (1, "2", "95"))
    assert (await world.refusal(world.chief, AX, world.receipt(purchase, (1, "1", "0")))).code == "DIRECT_ORDER"
    plain = await world.approved(AX, ("GEAR", "2", "95"))
    assert (await world.refusal(world.chief, AX, sent(plain, "1"))).code == "NOT_FOUND"
    over = await world.refusal(world.buyer, AX, asked(world, id_, (1, "1", "95")))
    assert (over.code, over.path) == ("NOTHING_OPEN", ("lines", 0, "quantity"))


async def test_what_is_on_order_is_given_up_before_the_customer_s_order_is(world: World) -> None:
    await hospital(world)
    [id_] = await done(world, order(world, ("GEAR", "2", "150")))
    made = await world.act(world.buyer, AX, asked(world, id_, (1, "2", "95")))
    cancel = CancelSalesOrder(sales_order_id=id_)
    assert (await world.refusal(world.chief, AX, cancel)).code == "ON_ORDER_ALREADY"
    await done(world, RejectPurchaseOrder(purchase_order_id=made.ids[0], reason="too dear"))
    await done(world, ReleaseDirectSupply(purchase_order_id=made.ids[0]))
    again = await world.refusal(world.chief, AX, ReleaseDirectSupply(purchase_order_id=made.ids[0]))
    assert again.code == "NOT_FOUND"
    assert await quantities(world, id_) == ["2 0 0 0 0 0 0 2"]
    await done(world, cancel)
    assert await status(world, id_) == "CANCELLED"
    assert await world.findings() == []


async def test_nothing_stands_where_the_purchase_order_is_refused(world: World) -> None:
    await hospital(world)
    [id_] = await done(world, order(world, ("GEAR", "2", "150")))
    refused = await world.refusal(world.buyer, AX, asked(world, id_, (1, "1", "95"), currency="ZZZ"))
    assert refused.code == "NOT_FOUND"
    assert await direct(world, id_) == ["0"]


