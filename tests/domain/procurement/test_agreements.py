"""Who may deliver what, and what was agreed with suppliers and is called off."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.core.money import Money
from domain.procurement.approved_suppliers import ApprovedSupplier
from domain.procurement.commands import (
    AgreementLineInput,
    ApprovePurchaseAgreement,
    ApprovePurchaseOrder,
    CancelPurchaseOrderRest,
    ClosePurchaseAgreement,
    CreatePurchaseAgreement,
    CreatePurchaseOrder,
    PurchaseOrderLineInput,
    RejectPurchaseOrder,
)
from tests.domain.books import AX, World
from tests.domain.procurement.billing import done

D = Decimal


async def listed(world: World, **more: Any) -> UUID:
    """A supplier on the list of GEAR: ACME for every site from the first of the year unless told otherwise."""
    row = {
        "item_id": world["GEAR"], "supplier_id": world["ACME"], "valid_from": date(2026, 1, 1),
        "evidence": "ISO 13485 certificate 4711 of 2026-01-01",
    } | more  # fmt: skip
    [id_] = await world.works(AX, lambda work: work.insert(ApprovedSupplier, [row]))
    return id_


def gears(world: World, **more: Any) -> CreatePurchaseOrder:
    return replace(world.order(AX, ("GEAR", "1", "100")), **more)


async def test_an_item_on_the_list_is_bought_from_those_on_it_there_and_then(world: World):
    await done(world, gears(world), by=world.buyer)
    await listed(world, supplier_id=world["HOSPITAL"])
    other = await world.refusal(world.buyer, AX, gears(world))
    assert (other.code, other.path) == ("SUPPLIER_NOT_APPROVED", ("lines", 0, "item"))
    assert other.message() == "Supplier ACME is not on the approved list of item GEAR on 2026-05-20."
    main = world[f"MAIN{AX}"]
    await listed(world, site_id=main, valid_to=date(2026, 6, 30))
    assert (await world.refusal(world.buyer, AX, gears(world))).code == "SUPPLIER_NOT_APPROVED"
    await done(world, gears(world, site_id=main), by=world.buyer)
    late = await world.refusal(world.buyer, AX, gears(world, site_id=main, ordered_on=date(2026, 7, 1)))
    assert (late.code, late.values["on"]) == ("SUPPLIER_NOT_APPROVED", "2026-07-01")
    # What does not stand on the list is free.
    await done(world, world.order(AX, ("BOLT", "1", "2")), by=world.buyer)


async def test_a_supplier_that_left_the_list_before_approval_is_asked_again(world: World):
    on_list = await listed(world)
    order = await done(world, gears(world), by=world.buyer)
    row = {"id": on_list, "valid_to": date(2026, 5, 19)}
    await world.works(AX, lambda work: work.update(ApprovedSupplier, [row], fields=("valid_to",)))
    refusal = await world.refusal(world.chief, AX, ApprovePurchaseOrder(purchase_order_id=order))
    assert refusal.code == "SUPPLIER_NOT_APPROVED"


def agreement(world: World, quantity: str = "100", **more: Any) -> CreatePurchaseAgreement:
    """The command that agrees on gears at 90 for the half year."""
    line = AgreementLineInput(item_id=world["GEAR"], quantity=D(quantity), unit_price=Money(D(90), "USD"))
    made = CreatePurchaseAgreement(
        supplier_id=world["ACME"], currency="USD", valid_from=date(2026, 1, 1), valid_to=date(2026, 6, 30),
        lines=(line,),
    )  # fmt: skip
    return replace(made, **more)


async def agreed(world: World, quantity: str = "100") -> UUID:
    """The line of an active agreement."""
    made = await done(world, agreement(world, quantity), by=world.buyer)
    await done(world, ApprovePurchaseAgreement(purchase_agreement_id=made), by=world.chief)
    [row] = await world.rows("SELECT id FROM purchase_agreement_line WHERE purchase_agreement_id = $1", made)
    return row["id"]


def call(world: World, line: UUID, quantity: str, **more: Any) -> CreatePurchaseOrder:
    """The order that calls so much off, at the agreed price unless told otherwise."""
    item = more.pop("item", "GEAR")
    asked = PurchaseOrderLineInput(
        item_id=world[item], quantity=D(quantity), agreement_line_id=line, unit_price=more.pop("unit_price", None)
    )
    return replace(world.order(AX), lines=(asked,), **more)


async def called(world: World) -> tuple[int, int]:
    [row] = await world.rows("SELECT called_quantity, remaining_quantity FROM purchase_agreement_line")
    return int(row["called_quantity"]), int(row["remaining_quantity"])


async def test_orders_call_off_at_the_agreed_price_until_it_is_used_up(world: World):
    line = await agreed(world)
    order = await done(world, call(world, line, "60"), by=world.buyer)
    prices = "SELECT unit_price, line_total FROM purchase_order_line WHERE purchase_order_id = $1"
    [row] = await world.rows(prices, order)
    assert (row["unit_price"], row["line_total"]) == (D(90), D(5400))
    assert await called(world) == (60, 40)
    over = await world.refusal(world.buyer, AX, call(world, line, "41"))
    assert (over.code, over.path, over.values["remaining"]) == (
        "AGREEMENT_EXCEEDED", ("lines", 0, "quantity"), D(40),
    )  # fmt: skip
    await done(world, call(world, line, "40", unit_price=Money(D(90), "USD")), by=world.buyer)
    await done(world, RejectPurchaseOrder(purchase_order_id=order), by=world.chief)
    assert await called(world) == (40, 60)
    assert await world.findings() == []


async def test_what_is_wanted_no_more_is_given_back(world: World):
    line = await agreed(world)
    order = await done(world, call(world, line, "60"), by=world.buyer)
    await done(world, CancelPurchaseOrderRest(purchase_order_id=order, reason="enough"), by=world.buyer)
    assert await called(world) == (0, 100)
    assert await world.findings() == []


async def test_what_was_not_agreed_is_not_called_off(world: World):
    line = await agreed(world)
    for command, code, path in (
        (call(world, line, "1", unit_price=Money(D(91), "USD")), "INVALID_VALUE", ("lines", 0, "unitPrice")),
        (call(world, line, "1", item="BOLT"), "INVALID_VALUE", ("lines", 0, "agreementLine")),
        (call(world, line, "1", currency="EUR"), "CURRENCY_MISMATCH", ("lines", 0, "unitPrice")),
        (call(world, line, "1", ordered_on=date(2026, 7, 1)), "OUTSIDE_AGREEMENT", ("lines", 0, "agreementLine")),
    ):
        refusal = await world.refusal(world.buyer, AX, command)
        assert (refusal.code, refusal.path) == (code, path)
    bare = replace(world.order(AX), lines=(PurchaseOrderLineInput(item_id=world["GEAR"], quantity=D(1)),))
    assert (await world.refusal(world.buyer, AX, bare)).path == ("lines", 0, "unitPrice")
    [row] = await world.rows("SELECT id FROM purchase_agreement")
    await done(world, ClosePurchaseAgreement(purchase_agreement_id=row["id"]), by=world.buyer)
    assert (await world.refusal(world.buyer, AX, call(world, line, "1"))).code == "WRONG_STATE"


async def test_who_made_an_agreement_does_not_approve_it(world: World):
    made = await done(world, agreement(world), by=world.buyer)
    own = await world.refusal(world.buyer, AX, ApprovePurchaseAgreement(purchase_agreement_id=made))
    assert own.code == "SEGREGATION_OF_DUTIES"
    backwards = await world.refusal(world.buyer, AX, agreement(world, valid_to=date(2025, 1, 1)))
    assert (backwards.code, backwards.path) == ("INVALID_VALUE", ("validTo",))


async def test_an_agreement_about_boxes_is_called_off_in_boxes_at_its_price_and_in_pieces_at_its_part(world: World):
    """Ten boxes of 7 at 100.00: three boxes come to 300.00, 7 pieces at 14.2857142857 to 100.00; 42 are left."""
    asked = agreement(world, "10")
    line = replace(asked.lines[0], unit_id=world["BOX"], unit_price=Money(D(100), "USD"))
    made = await done(world, replace(asked, lines=(line,)), by=world.buyer)
    await done(world, ApprovePurchaseAgreement(purchase_agreement_id=made), by=world.chief)
    [row] = await world.rows("SELECT id, agreed_quantity, unit_price, price_in_unit FROM purchase_agreement_line")
    assert (row["agreed_quantity"], row["unit_price"], row["price_in_unit"]) == (D(70), D("14.2857142857"), D(100))
    boxes = call(world, row["id"], "3")
    boxes = replace(boxes, lines=(replace(boxes.lines[0], unit_id=world["BOX"]),))
    for command in (boxes, call(world, row["id"], "7")):
        await done(world, command, by=world.buyer)
    rows = await world.rows("SELECT ordered_quantity, price_in_unit, line_total FROM purchase_order_line ORDER BY id")
    assert [tuple(one.values()) for one in rows] == [(D(21), D(100), D(300)), (D(7), None, D(100))]
    assert await called(world) == (28, 42)
    over = replace(boxes.lines[0], unit_price=Money(D("99.99"), "USD"))
    refusal = await world.refusal(world.buyer, AX, replace(boxes, lines=(over,)))
    assert (refusal.code, refusal.path) == ("INVALID_VALUE", ("lines", 0, "unitPrice"))
    assert await called(world) == (28, 42)
    assert await world.findings() == []
