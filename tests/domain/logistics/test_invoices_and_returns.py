"""What left is charged, what comes back is credited, never beyond what was charged; orders close themselves."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.core.work import Work
from domain.finance.commands import CreditCustomerInvoice, CreditLineInput
from domain.finance.models import PeriodState
from domain.inventory.models import ValuationMethod
from domain.logistics.commands import (
    CreditReturn,
    DecideReturn,
    DecisionLineInput,
    InvoicedShipmentInput,
    InvoiceShipments,
    PickLineInput,
    PickSalesOrder,
    ReceiveCustomerReturn,
    ReturnLineInput,
    ShipShipment,
)
from domain.master_data.items import ItemCost, LotPolicy
from domain.master_data.parties import PartyTerms
from domain.master_data.places import LocationKind
from domain.sales.commands import AllocateSalesOrder
from domain.sales.credit import credit_book
from tests.domain.books import AX, TODAY, World
from tests.domain.finance.money import close, tax_code
from tests.domain.inventory.goods import accounts, done, place, received, valued
from tests.domain.logistics.outbound import allocated, hospital, item, picked, quantities, shipped, status

# The months up to the tests' own, in the order in which they are closed.
MONTHS = tuple(f"2026-0{month}" for month in range(1, 6))


@pytest.fixture
async def clinic(world: World) -> World:
    """The group, with a hospital that buys."""
    await hospital(world)
    return world


def invoice(*shipments: UUID, **more: Any) -> InvoiceShipments:
    return InvoiceShipments(shipments=tuple(InvoicedShipmentInput(shipment_id=id_) for id_ in shipments), **more)


def back(world: World, shipment: UUID, *lines: tuple[int, str], replaced: bool = False) -> ReceiveCustomerReturn:
    """(position, quantity) lines come back to the stores."""
    return ReceiveCustomerReturn(
        shipment_id=shipment,
        location_id=world[f"STORES{AX}"],
        reason="Wrong size",
        lines=tuple(
            ReturnLineInput(position=position, quantity=Decimal(quantity), is_replaced=replaced)
            for position, quantity in lines
        ),
    )


async def charged(world: World) -> list[tuple[str, ...]]:
    """Each invoice and red letter: kind, net, tax."""
    rows = await world.rows("SELECT kind, net, tax FROM customer_invoice ORDER BY id")
    return [(row["kind"], f"{row['net'].normalize():f}", f"{row['tax'].normalize():f}") for row in rows]


async def exposure(world: World) -> Decimal:
    """What the hospital has ordered and was not charged, as the next order is held against it."""

    async def act(work: Work) -> Decimal:
        book = await credit_book(work, [world["HOSPITAL"]], ["USD"], TODAY)
        return book.ordered(world["HOSPITAL"])

    return await world.works(AX, act)


async def test_v16_the_sale_of_goods_at_standard_and_at_average(clinic: World) -> None:
    """Sell 2 A + 3 B at 10: revenue 50, cost of sales 22, stock 18 (the last sentence of case V16)."""
    for code in ("A", "B"):
        await item(clinic, code, LotPolicy.NONE)

    async def cost(work: Work) -> None:
        row = {"item_id": clinic["A"], "standard_cost": Decimal(5), "valid_from": date(2026, 1, 1)}
        await work.insert(ItemCost, [row])

    await clinic.works(AX, cost)
    await valued(clinic, "B", ValuationMethod.AVERAGE)
    await received(clinic, ("A", "4", "4"), ("B", "5", "4"))
    id_ = await allocated(clinic, ("A", "2", "10"), ("B", "3", "10"))
    await done(clinic, invoice(await shipped(clinic, id_)))
    held = await accounts(clinic)
    assert (held["REVENUE"], held["COST_OF_SALES"], held["STOCK"]) == (Decimal(-50), Decimal(22), Decimal(18))
    assert await status(clinic, id_) == "COMPLETE"
    assert await clinic.findings() == []


async def test_f61_what_comes_back_is_credited_up_to_what_was_charged(clinic: World) -> None:
    """3 x 33.3333 at 13 %: 100.00 + 13.00; one comes back: -33.33 / -4.33; the cap left is 66.67 / 8.67 (case F61)."""
    tax = await tax_code(clinic, "13")
    await received(clinic, ("GEAR", "3", "100"))
    id_ = await allocated(clinic, ("GEAR", "3", "33.3333"), tax_code_id=tax)
    shipment = await shipped(clinic, id_)
    [paper] = await done(clinic, invoice(shipment))
    [first] = await done(clinic, back(clinic, shipment, (1, "1")))
    assert (await quantities(clinic, id_), await status(clinic, id_)) == (["3 0 0 3 1 3 0 0"], "SHIPPED")
    await done(clinic, CreditReturn(goods_return_id=first))
    assert (await quantities(clinic, id_), await status(clinic, id_)) == (["3 0 0 3 1 2 0 0"], "COMPLETE")
    again = await clinic.refusal(clinic.chief, AX, CreditReturn(goods_return_id=first))
    assert again.code == "NOTHING_TO_CREDIT"
    too_much = CreditCustomerInvoice(
        customer_invoice_id=paper, reason="all", lines=(CreditLineInput(position=1, quantity=Decimal(3)),)
    )
    assert (await clinic.refusal(clinic.chief, AX, too_much)).code == "CREDIT_EXCEEDS_INVOICE"
    [rest] = await done(clinic, back(clinic, shipment, (1, "2")))
    await done(clinic, CreditReturn(goods_return_id=rest))
    assert await charged(clinic) == [
        ("INVOICE", "100", "13"), ("CREDIT_NOTE", "-33.33", "-4.33"), ("CREDIT_NOTE", "-66.67", "-8.67"),
    ]  # fmt: skip
    assert (await clinic.refusal(clinic.chief, AX, back(clinic, shipment, (1, "1")))).code == "RETURN_EXCEEDS_SHIPMENT"
    [row] = await clinic.rows(
        "SELECT count(*) AS n FROM return_credit c JOIN customer_invoice i ON i.id = c.credit_note_id "
        "WHERE i.credits_id = $1",
        paper,
    )
    assert row["n"] == 2
    assert await clinic.findings() == []


async def test_several_shipments_go_on_one_invoice_a_line_for_each_line_of_an_order(clinic: World) -> None:
    await received(clinic, ("GEAR", "9", "100"), ("BOLT", "10", "2"))
    one = await allocated(clinic, ("GEAR", "5", "250"), ("BOLT", "10", "3"), customer_reference="PO-A")
    other = await allocated(clinic, ("GEAR", "4", "240"), customer_reference="PO-B")
    first = await shipped(clinic, one, (1, "2"), (2, "10"))
    second, third = await shipped(clinic, one), await shipped(clinic, other)
    twice = await clinic.refusal(clinic.chief, AX, invoice(first, first))
    assert (twice.code, twice.path[-3:]) == ("INVALID_VALUE", ("shipments", 1, "shipment"))
    await done(clinic, invoice(first, second, third))
    rows = await clinic.rows("SELECT position, quantity, net FROM customer_invoice_line ORDER BY position")
    assert [tuple(row.values()) for row in rows] == [
        (1, Decimal(5), Decimal(1250)), (2, Decimal(10), Decimal(30)), (3, Decimal(4), Decimal(960)),
    ]  # fmt: skip
    [row] = await clinic.rows("SELECT customer_reference FROM customer_invoice")
    assert row["customer_reference"] == "PO-A, PO-B"
    assert (await status(clinic, one), await status(clinic, other)) == ("COMPLETE", "COMPLETE")
    assert (await clinic.refusal(clinic.chief, AX, invoice(second))).code == "NOTHING_TO_INVOICE"
    assert await clinic.findings() == []


async def test_what_cannot_be_charged_is_refused_and_writes_nothing(clinic: World) -> None:
    await received(clinic, ("GEAR", "9", "100"))
    dollars = await allocated(clinic, ("GEAR", "5", "250"))
    early = await picked(clinic, dollars, (1, "2"))
    left = await shipped(clinic, dollars, (1, "3"))
    await close(clinic, PeriodState.SOFT, *MONTHS, sub_ledger="RECEIVABLES")
    cases = [
        (invoice(early), "WRONG_STATE"), (invoice(), "INVALID_VALUE"), (invoice(clinic["GEAR"]), "NOT_FOUND"),
        (invoice(left, digital_number="123"), "PERIOD_CLOSED"),
    ]  # fmt: skip
    for command, code in cases:
        assert (await clinic.refusal(clinic.chief, AX, command)).code == code
    assert await quantities(clinic, dollars) == ["5 2 2 3 0 0 0 0"]


async def test_credit_is_used_by_what_is_ordered_until_it_is_charged(clinic: World) -> None:
    async def limit(work: Work) -> None:
        terms = {"party_id": clinic["HOSPITAL"], "currency": "USD", "credit_limit": Decimal(5000)}
        await work.insert(PartyTerms, [terms])

    await clinic.works(AX, limit)
    await received(clinic, ("GEAR", "9", "100"))
    id_ = await allocated(clinic, ("GEAR", "8", "250"))
    assert await exposure(clinic) == Decimal(2000)
    first = await shipped(clinic, id_, (1, "6"))
    await done(clinic, invoice(first))
    assert await exposure(clinic) == Decimal(500)
    [returned] = await done(clinic, back(clinic, first, (1, "2")))
    await done(clinic, CreditReturn(goods_return_id=returned))
    # 2 came back for good: they are neither owed nor ordered.
    assert await exposure(clinic) == Decimal(500)


async def test_what_was_not_charged_comes_back_without_a_credit_note(clinic: World) -> None:
    await received(clinic, ("GEAR", "9", "100"))
    id_ = await allocated(clinic, ("GEAR", "8", "250"))
    shipment = await shipped(clinic, id_)
    [returned] = await done(clinic, back(clinic, shipment, (1, "3")))
    assert (await clinic.refusal(clinic.chief, AX, CreditReturn(goods_return_id=returned))).code == "NOTHING_TO_CREDIT"
    await done(clinic, invoice(shipment))
    assert await charged(clinic) == [("INVOICE", "1250", "0")]
    assert (await quantities(clinic, id_), await status(clinic, id_)) == (["8 0 0 8 3 5 0 0"], "COMPLETE")
    assert await clinic.findings() == []


async def test_what_is_replaced_is_shipped_again_and_charged_once(clinic: World) -> None:
    await valued(clinic, "GEAR", ValuationMethod.FIFO)
    await received(clinic, ("GEAR", "10", "100"))
    id_ = await allocated(clinic, ("GEAR", "8", "250"))
    shipment = await shipped(clinic, id_)
    await done(clinic, invoice(shipment))
    [returned] = await done(clinic, back(clinic, shipment, (1, "2"), replaced=True))
    assert (await quantities(clinic, id_), await status(clinic, id_)) == (["8 0 0 8 2 8 0 2"], "CONFIRMED")
    assert (await clinic.refusal(clinic.chief, AX, CreditReturn(goods_return_id=returned))).code == "NOTHING_TO_CREDIT"
    await done(clinic, AllocateSalesOrder(sales_order_id=id_))
    again = await shipped(clinic, id_)
    assert (await quantities(clinic, id_), await status(clinic, id_)) == (["8 0 0 10 2 8 0 0"], "COMPLETE")
    assert (await clinic.refusal(clinic.chief, AX, invoice(again))).code == "NOTHING_TO_INVOICE"
    assert (await accounts(clinic))["COST_OF_SALES"] == Decimal(800)
    assert await clinic.findings() == []


async def test_returned_goods_stand_in_quarantine_until_they_are_released_or_scrapped(clinic: World) -> None:
    """They come back at the cost they left with: 4 at 100 and 1 at 130, two of five are worth 212."""
    await valued(clinic, "GEAR", ValuationMethod.FIFO)
    await received(clinic, ("GEAR", "4", "100"))
    await received(clinic, ("GEAR", "6", "130"))
    shipment = await shipped(clinic, await allocated(clinic, ("GEAR", "5", "250")))
    assert (await accounts(clinic))["COST_OF_SALES"] == Decimal(530)
    [returned] = await done(clinic, back(clinic, shipment, (1, "2")))
    assert (await accounts(clinic))["COST_OF_SALES"] == Decimal(530 - 212)

    def decide(restock: str, scrap: str) -> DecideReturn:
        line = DecisionLineInput(position=1, restock=Decimal(restock), scrap=Decimal(scrap))
        return DecideReturn(goods_return_id=returned, lines=(line,))

    for restock, scrap in (("2", "1"), ("0", "0"), ("-1", "1")):
        assert (await clinic.refusal(clinic.chief, AX, decide(restock, scrap))).code == "INVALID_VALUE"
    await done(clinic, decide("1", "0"))
    await done(clinic, decide("0", "1"))
    rows = await clinic.rows(
        "SELECT status, sum(quantity) AS quantity FROM stock_balance GROUP BY status HAVING sum(quantity) <> 0"
    )
    assert [(row["status"], row["quantity"]) for row in rows] == [("RELEASED", Decimal(6))]
    assert (await clinic.refusal(clinic.chief, AX, decide("1", "0"))).code == "INVALID_VALUE"
    held = await accounts(clinic)
    assert held["COST_OF_SALES"] + held["SCRAP"] + held["STOCK"] == Decimal(4 * 100 + 6 * 130)
    assert await clinic.findings() == []


async def test_pieces_come_back_by_their_serial_numbers_and_go_out_again(clinic: World) -> None:
    await item(clinic, "PUMP", LotPolicy.SERIAL)
    await received(clinic, ("PUMP", "3", "900"))
    id_ = await allocated(clinic, ("PUMP", "3", "2000"))
    pick = PickLineInput(position=1, quantity=Decimal(2), serial_numbers=("A", "B"))
    [shipment] = await done(clinic, PickSalesOrder(sales_order_id=id_, lines=(pick,)))
    await done(clinic, ShipShipment(shipment_id=shipment))

    def returned(*serials: str) -> ReceiveCustomerReturn:
        line = ReturnLineInput(position=1, quantity=Decimal(1), serial_numbers=serials)
        return ReceiveCustomerReturn(
            shipment_id=shipment, location_id=clinic[f"STORES{AX}"], reason="Broken", lines=(line,)
        )

    for command, code in ((returned(), "SERIALS_REQUIRED"), (returned("C"), "NOT_FOUND")):
        assert (await clinic.refusal(clinic.chief, AX, command)).code == code
    await done(clinic, returned("A"))
    assert (await clinic.refusal(clinic.chief, AX, returned("A"))).code == "NOT_FOUND"
    again = PickLineInput(position=1, quantity=Decimal(1), serial_numbers=("A",))
    await done(clinic, PickSalesOrder(sales_order_id=id_, lines=(again,)))


async def test_a_return_that_breaks_a_rule_writes_nothing(clinic: World) -> None:
    await received(clinic, ("GEAR", "9", "100"))
    id_ = await allocated(clinic, ("GEAR", "5", "250"))
    early = await picked(clinic, id_, (1, "1"))
    shipment = await shipped(clinic, id_, (1, "4"))
    far = await place(clinic, "AWAY", LocationKind.LOSS)
    good = back(clinic, shipment, (1, "1"))
    cases = [
        (back(clinic, shipment, (1, "5")), "RETURN_EXCEEDS_SHIPMENT"), (back(clinic, shipment, (2, "1")), "NOT_FOUND"),
        (back(clinic, shipment, (1, "1"), (1, "1")), "INVALID_VALUE"), (back(clinic, shipment), "INVALID_VALUE"),
        (back(clinic, early, (1, "1")), "WRONG_STATE"), (back(clinic, clinic["GEAR"], (1, "1")), "NOT_FOUND"),
    ]  # fmt: skip
    cases += [
        (replace(good, location_id=far), "NOT_FOUND"), (replace(good, reason=" "), "INVALID_VALUE"),
        (replace(good, returned_on=date(2026, 5, 19)), "INVALID_VALUE"),
    ]  # fmt: skip
    for command, code in cases:
        assert (await clinic.refusal(clinic.chief, AX, command)).code == code
    await close(clinic, PeriodState.SOFT, *MONTHS, sub_ledger="STOCK")
    assert (await clinic.refusal(clinic.chief, AX, good)).code == "PERIOD_CLOSED"
