"""Goods of ours at a customer's: on hand and ours until used, promised to nobody else, sold in one act by a report."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from domain.core.money import Money
from domain.core.work import Work
from domain.logistics.commands import ConsignmentLineInput, ConsumptionLineInput, FillConsignment, ReportConsumption
from domain.master_data.places import Location, LocationKind
from domain.sales.commands import AllocateSalesOrder
from tests.domain.books import AX, TODAY, World
from tests.domain.inventory.goods import accounts, done, received
from tests.domain.logistics.outbound import hospital, order, quantities, status, stocked
from tests.domain.logistics.test_shipments import licensed

SOON, LATER = date(2027, 3, 31), date(2027, 12, 31)


@pytest.fixture
async def clinic(world: World) -> World:
    """The group, with a hospital that buys and has a shelf of ours."""
    await hospital(world)

    async def act(work: Work) -> list[UUID]:
        shelf = {"code": "SHELF", "name": "Shelf at Hospital", "kind": LocationKind.CONSIGNMENT}
        return await work.insert(Location, [shelf | {"customer_id": world["HOSPITAL"]}])

    [world.ids["SHELF"]] = await world.works(AX, act)
    return world


def fill(world: World, *lines: tuple[str, str, str | None]) -> FillConsignment:
    return FillConsignment(
        consignment_id=world["SHELF"],
        lines=tuple(
            ConsignmentLineInput(
                item_id=world[code], location_id=world[f"STORES{AX}"], quantity=Decimal(quantity), lot_number=lot
            )
            for code, quantity, lot in lines
        ),
    )


def used(world: World, *lines: tuple[str, str, str | None], **more: bool) -> ReportConsumption:
    return ReportConsumption(
        consignment_id=world["SHELF"],
        currency="USD",
        report_reference="OR-17",
        lines=tuple(
            ConsumptionLineInput(
                item_id=world[code], quantity=Decimal(quantity), lot_number=lot, unit_price=Money(Decimal(30), "USD")
            )
            for code, quantity, lot in lines
        ),
        **more,
    )


async def held(world: World) -> list[tuple[str, str | None, Decimal]]:
    """(place, lot, quantity) of everything on hand."""
    rows = await world.rows(
        "SELECT p.code, t.number, b.quantity FROM stock_balance b JOIN location p ON p.id = b.location_id "
        "LEFT JOIN lot t ON t.id = b.lot_id WHERE b.quantity <> 0 ORDER BY 1, 2"
    )
    return [(row["code"], row["number"], row["quantity"]) for row in rows]


async def test_what_a_customer_uses_is_issued_and_charged_and_the_rest_stays_ours(clinic: World) -> None:
    await stocked(clinic, ("L1", "STENT", "10", LATER), ("L2", "STENT", "10", SOON))
    await done(clinic, fill(clinic, ("STENT", "6", "L1"), ("STENT", "4", "L2")))
    assert await held(clinic) == [
        ("SHELF", "L1", Decimal(6)), ("SHELF", "L2", Decimal(4)), ("STORES", "L1", Decimal(4)),
        ("STORES", "L2", Decimal(6)),
    ]  # fmt: skip
    # Nothing is sold yet: 20 at the standard cost of 12.3456, what is at each place rounded once.
    books = await accounts(clinic)
    assert (books["STOCK"], books.get("COST_OF_SALES")) == (Decimal("246.90"), None)
    # Another order is not promised what is at the hospital.
    [id_] = await done(clinic, order(clinic, ("STENT", "15", "30")))
    await done(clinic, AllocateSalesOrder(sales_order_id=id_))
    assert await quantities(clinic, id_) == ["15 10 0 0 0 0 0 5"]
    [shipment] = await done(clinic, used(clinic, ("STENT", "5", None)))
    assert await held(clinic) == [
        ("SHELF", "L1", Decimal(5)), ("STORES", "L1", Decimal(4)), ("STORES", "L2", Decimal(6)),
    ]  # fmt: skip
    [row] = await clinic.rows("SELECT sales_order_id, status, proof_of_delivery, shipped_on FROM shipment")
    assert (row["status"], row["proof_of_delivery"], row["shipped_on"]) == ("DELIVERED", "OR-17", TODAY)
    assert (await quantities(clinic, row["sales_order_id"]), await status(clinic, row["sales_order_id"])) == (
        ["5 0 0 5 0 5 0 0"], "COMPLETE"
    )  # fmt: skip
    books = await accounts(clinic)
    assert (books["REVENUE"], books["COST_OF_SALES"]) == (Decimal(-150), Decimal("61.72"))
    charged = await clinic.rows(
        "SELECT c.quantity FROM shipment_charge c JOIN shipment_line l ON l.id = c.shipment_line_id "
        "WHERE l.shipment_id = $1",
        shipment,
    )
    assert {row["quantity"] for row in charged} == {4, 1}
    assert await clinic.findings() == []


async def test_a_report_that_breaks_a_rule_sells_nothing(clinic: World) -> None:
    await stocked(clinic, ("L1", "STENT", "10", LATER))
    await received(clinic, ("GEAR", "3", "100"))
    await done(clinic, fill(clinic, ("STENT", "6", "L1")))
    good = used(clinic, ("STENT", "5", None))
    cases = [
        (used(clinic, ("STENT", "7", None)), "INSUFFICIENT_STOCK"),
        (used(clinic, ("GEAR", "1", None)), "INSUFFICIENT_STOCK"),
        (used(clinic, ("STENT", "1", "L9")), "NOT_FOUND"), (used(clinic), "INVALID_VALUE"),
        (replace(good, consignment_id=clinic[f"STORES{AX}"]), "INVALID_VALUE"),
        (replace(good, consignment_id=clinic["GEAR"]), "NOT_FOUND"), (replace(good, currency="XXQ"), "NOT_FOUND"),
        (fill(clinic, ("STENT", "5", "L1")), "INSUFFICIENT_STOCK"), (fill(clinic), "INVALID_VALUE"),
        (replace(fill(clinic, ("STENT", "1", "L1")), consignment_id=clinic[f"STORES{AX}"]), "INVALID_VALUE"),
    ]  # fmt: skip
    for command, code in cases:
        assert (await clinic.refusal(clinic.chief, AX, command)).code == code
    await done(clinic, used(clinic, ("STENT", "5", "L1"), is_invoiced=False))
    [row] = await clinic.rows("SELECT status FROM sales_order")
    assert row["status"] == "SHIPPED"
    assert await clinic.findings() == []


async def test_goods_go_to_a_customers_premises_only_with_its_licence(clinic: World) -> None:
    await stocked(clinic, ("L1", "STENT", "10", LATER))
    await licensed(clinic, date(2026, 5, 19))
    refused = await clinic.refusal(clinic.chief, AX, fill(clinic, ("STENT", "6", "L1")))
    assert (refused.code, refused.values["check"], refused.values["day"]) == (
        "NOT_QUALIFIED", "licence", TODAY.isoformat()
    )  # fmt: skip
