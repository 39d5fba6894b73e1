"""Orders in boxes: bought, received and sold in parts of them, charged in either unit; stock stays in pieces."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.core.money import Money
from domain.core.records import GROUP
from domain.finance.commands import CreditCustomerInvoice, CreditLineInput
from domain.inventory.models import ValuationMethod
from domain.logistics.commands import InvoicedShipmentInput, InvoiceShipments
from domain.master_data.units import ItemUnitConversion
from domain.procurement.commands import (
    ApprovePurchaseOrder,
    CreateSupplierInvoice,
    CreditSupplierInvoice,
    PostSupplierInvoice,
    SupplierCreditLineInput,
    SupplierInvoiceLineInput,
)
from domain.sales.commands import AllocateSalesOrder
from domain.sales.models import PriceList, PriceListKind, PriceListLine
from tests.domain.books import AX, TODAY, World, staff
from tests.domain.inventory.goods import accounts, done, pool, received, valued
from tests.domain.logistics.outbound import hospital, order, shipped
from tests.domain.procurement.billing import done as done_by

RECEIVER = staff("rob", warehouse=AX)
D = Decimal


def plain(row: dict[str, Any]) -> list[str | None]:
    """The values of a row as people write numbers."""
    return [None if value is None else f"{value.normalize():f}" if isinstance(value, D) else value
            for value in row.values()]  # fmt: skip


async def lines(world: World, table: str, columns: str) -> list[list[str | None]]:
    return [plain(row) for row in await world.rows(f"SELECT {columns} FROM {table} ORDER BY id")]


def in_boxes(command: Any, world: World) -> Any:
    """The same command, each line in boxes of seven."""
    return replace(command, lines=tuple(replace(line, unit_id=world["BOX"]) for line in command.lines))


async def ordered(world: World, boxes: str, price: str) -> UUID:
    """An approved order of so many boxes of GEAR."""
    command = in_boxes(world.order(AX, ("GEAR", boxes, price)), world)
    id_ = await done_by(world, command, by=world.buyer)
    return await done_by(world, ApprovePurchaseOrder(purchase_order_id=id_), by=world.chief)


def billed(world: World, order_id: UUID, number: str, *said: tuple[str, str, UUID | None]) -> CreateSupplierInvoice:
    """An invoice over (quantity, price, unit) of an order's first line."""
    return CreateSupplierInvoice(
        supplier_id=world["ACME"], supplier_number=number, currency="USD", invoiced_on=TODAY,
        lines=tuple(
            SupplierInvoiceLineInput(
                purchase_order_id=order_id, order_position=1, quantity=D(quantity), unit_price=Money(D(price), "USD"),
                unit_id=unit,
            )
            for quantity, price, unit in said
        ),
    )  # fmt: skip


async def posted(world: World, draft: CreateSupplierInvoice) -> UUID:
    id_ = await done_by(world, draft)
    return await done_by(world, PostSupplierInvoice(supplier_invoice_id=id_))


async def test_a_box_that_comes_in_parts_is_worth_its_price_and_its_invoice_matches(world: World):
    """A box of 7 at 100.00 in 3 + 2 + 2 pieces: 42.86, 28.57, 28.57; charged as one box, GR/IR holds nothing."""
    await valued(world, "GEAR", ValuationMethod.FIFO)
    id_ = await ordered(world, "1", "100")
    said = "ordered_quantity, unit_quantity, price_in_unit, unit_price, line_total"
    assert await lines(world, "purchase_order_line", said) == [["7", "1", "100", "14.2857142857", "100"]]
    for part in ("3", "2", "2"):
        await done_by(world, world.receipt(id_, (1, part, "0")), by=RECEIVER)
    owed = await lines(world, "goods_receipt_line", "owed_transaction_amount")
    assert (owed, await pool(world, "GEAR")) == ([["42.86"], ["28.57"], ["28.57"]], (D(7), D(100)))
    paper = await posted(world, billed(world, id_, "A-1", ("1", "100", world["BOX"])))
    told = "quantity, unit_quantity, price_in_unit, unit_price, net, price_difference"
    assert await lines(world, "supplier_invoice_line", told) == [["7", "1", "100", "14.2857142857", "100", "0"]]
    [row] = await world.rows("SELECT match_status FROM supplier_invoice WHERE id = $1", paper)
    assert row["match_status"] == "MATCHED"
    assert (await accounts(world), await pool(world, "GEAR")) == (
        {"PAYABLE": D(-100), "STOCK": D(100)}, (D(7), D(100))
    )  # fmt: skip
    assert await world.findings() == []


async def test_pieces_of_boxes_are_charged_in_either_unit_and_only_what_differs_is_blocked(world: World):
    """Two boxes at 99.96 are 14 at 14.28: one in pieces agrees, one box at 99.97 is off by 0.01 and not accepted."""
    id_ = await ordered(world, "2", "99.96")
    await done_by(world, world.receipt(id_, (1, "14", "0")), by=RECEIVER)
    draft = billed(world, id_, "A-1", ("7", "14.28", None), ("0.5", "99.96", world["BOX"]))
    await posted(world, draft)
    await posted(world, billed(world, id_, "A-2", ("0.5", "99.97", world["BOX"])))
    told = "quantity, unit_quantity, price_difference, array_to_string(block_reasons, ' ')"
    assert await lines(world, "supplier_invoice_line", told) == [
        ["7", None, "0", ""], ["3.5", "0.5", "0", ""], ["3.5", "0.5", "0.0014285714", "PRICE"],
    ]  # fmt: skip
    [row] = await world.rows("SELECT id FROM supplier_invoice ORDER BY id OFFSET 1")
    line = SupplierCreditLineInput(position=1, quantity=D(7) / 2)
    credit = CreditSupplierInvoice(
        supplier_invoice_id=row["id"], supplier_number="C-1", lines=(line,), reason="never ordered so"
    )
    await done_by(world, credit)
    red = "quantity, unit_quantity, net"
    assert (await lines(world, "supplier_invoice_line", red))[-1] == ["-3.5", "-0.5", "-49.99"]
    assert await world.findings() == []


async def test_a_conversion_that_changes_changes_no_order(world: World):
    id_ = await ordered(world, "2", "70")

    async def change(work: Any) -> None:
        [row] = await world.rows("SELECT id FROM item_unit_conversion WHERE item_id = $1", world["GEAR"])
        await work.update(ItemUnitConversion, [{"id": row["id"], "factor": D(10)}], ("factor",))

    await world.works(GROUP, change)
    await done_by(world, world.receipt(id_, (1, "14", "0")), by=RECEIVER)
    await posted(world, billed(world, id_, "A-1", ("2", "70", world["BOX"])))
    assert await accounts(world) == {"PAYABLE": D(-140), "STOCK": D(1400), "PURCHASE_PRICE_VARIANCE": D(-1260)}
    later = await ordered(world, "2", "70")
    [row] = await world.rows("SELECT ordered_quantity FROM purchase_order_line WHERE purchase_order_id = $1", later)
    assert row["ordered_quantity"] == D(20)
    assert await world.findings() == []


async def test_what_cannot_be_converted_is_refused_and_nothing_is_written(world: World):
    before = await world.state()
    for boxes, code, path in (("0.3333333", "INVALID_VALUE", "quantity"), ("99999999999999", "UNIT_QUANTITY_INEXACT",
                               "quantity")):  # fmt: skip
        performed = await world.act(world.buyer, AX, in_boxes(world.order(AX, ("GEAR", boxes, "1")), world))
        [refusal] = performed.refusals
        assert (refusal.code, refusal.path) == (code, ("lines", 0, path))
    await hospital(world)
    sold = await world.act(world.chief, AX, in_boxes(order(world, ("GEAR", "0.3333333", "1")), world))
    assert [(one.code, one.path) for one in sold.refusals] == [("INVALID_VALUE", ("lines", 0, "quantity"))]
    after = await world.state()
    assert after | {"party_role": 0, "audit_entry": 0} == before | {"party_role": 0, "audit_entry": 0}


async def test_boxes_that_leave_in_parts_are_charged_at_the_price_of_a_box(world: World):
    """Three boxes at 100.00: 14 pieces are 2 boxes, 200.00; the other 7 go as 3 and 4, 42.86 and 57.14, no number of
    boxes; one box comes back on a red letter."""
    await hospital(world)
    await received(world, ("GEAR", "21", "10"))
    [id_] = await done(world, in_boxes(order(world, ("GEAR", "3", "100")), world))
    await done(world, AllocateSalesOrder(sales_order_id=id_))
    said = "ordered_quantity, unit_quantity, price_in_unit, unit_price, line_total"
    assert await lines(world, "sales_order_line", said) == [["21", "3", "100", "14.2857142857", "300"]]
    papers: list[UUID] = []
    for part in ("14", "3", "4"):
        named = InvoicedShipmentInput(shipment_id=await shipped(world, id_, (1, part)))
        papers += await done(world, InvoiceShipments(shipments=(named,)))
    told = "quantity, unit_quantity, price_in_unit, unit_price, net"
    assert await lines(world, "customer_invoice_line", told) == [
        ["14", "2", "100", "14.2857142857", "200"], ["3", None, "100", "14.2857142857", "42.86"],
        ["4", None, "100", "14.2857142857", "57.14"],
    ]  # fmt: skip
    line = CreditLineInput(position=1, quantity=D(7))
    await done(world, CreditCustomerInvoice(customer_invoice_id=papers[0], reason="One too many", lines=(line,)))
    assert (await lines(world, "customer_invoice_line", told))[-1] == ["-7", "-1", "100", "14.2857142857", "-100"]
    [row] = await world.rows("SELECT status FROM sales_order WHERE id = $1", id_)
    assert row["status"] == "COMPLETE"
    assert await world.findings() == []


async def test_a_list_price_of_a_piece_makes_that_of_a_box_and_tiers_count_pieces(world: World):
    """From 14 pieces on one costs 14.30: two boxes at 100.10 each, one at 15.00 a piece is 105.00, 5 % off 99.75."""
    await hospital(world)

    async def listed(work: Any) -> None:
        of_list = {"code": "L", "name": "List", "kind": PriceListKind.GENERAL, "currency": "USD",
                   "valid_from": date(2026, 1, 1)}  # fmt: skip
        [id_] = await work.insert(PriceList, [of_list])
        tiers = [
            {"price_list_id": id_, "item_id": world["GEAR"], "currency": "USD", "quantity_min": D(least),
             "unit_price": D(price), "valid_from": date(2026, 1, 1)}
            for least, price in (("0", "15"), ("14", "14.30"))
        ]  # fmt: skip
        await work.insert(PriceListLine, tiers)

    await world.works(AX, listed)
    asked = in_boxes(order(world, ("GEAR", "2", "1"), ("GEAR", "1", "1")), world)
    asked = replace(asked, lines=tuple(replace(line, unit_price=None) for line in asked.lines))
    await done(world, asked)
    await done(world, replace(asked, lines=(replace(asked.lines[1], discount_percent=D(5)),)))
    said = "ordered_quantity, unit_quantity, price_in_unit, unit_price, list_price, line_total"
    assert await lines(world, "sales_order_line", said) == [
        ["14", "2", "100.1", "14.3", "14.3", "200.2"], ["7", "1", "105", "15", "15", "105"],
        ["7", "1", "99.75", "14.25", "15", "99.75"],
    ]  # fmt: skip
    assert await world.findings() == []
