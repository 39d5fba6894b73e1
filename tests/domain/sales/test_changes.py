"""Orders that change while they are open, also after a part of them has shipped."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.master_data.items import LotPolicy
from domain.sales.commands import (
    AllocateSalesOrder,
    CancelSalesOrder,
    ChangeSalesOrder,
    DeallocateSalesOrder,
    SalesOrderLineChangeInput,
)
from tests.domain.books import AX, World
from tests.domain.inventory.goods import done
from tests.domain.logistics.outbound import allocated, hospital, item, order, quantities, shipped, status, stocked
from tests.domain.logistics.test_invoices_and_returns import invoice

DUE = date(2026, 11, 22)


@pytest.fixture
async def clinic(world: World) -> World:
    """The group, with a hospital that buys, and ten stents."""
    await hospital(world)
    await item(world, "STENT-A", LotPolicy.LOT)
    await stocked(world, ("L1", "STENT-A", "10", date(2029, 12, 31)))
    return world


def change(order_id: UUID, *lines: tuple[int, str | None, date | None], **more: Any) -> ChangeSalesOrder:
    """(position, quantity, day) lines of an order become so."""
    return ChangeSalesOrder(
        sales_order_id=order_id,
        lines=tuple(
            SalesOrderLineChangeInput(position=at, quantity=None if much is None else Decimal(much), due_on=day)
            for at, much, day in lines
        ),
        **more,
    )


async def test_less_is_wanted_of_a_line_of_which_a_part_has_shipped(clinic: World) -> None:
    id_ = await allocated(clinic, ("STENT-A", "15", "30"), due_on=DUE)
    shipment = await shipped(clinic, id_, (1, "4"))
    assert await quantities(clinic, id_) == ["15 6 0 4 0 0 0 5"]
    refused = await clinic.refusal(clinic.chief, AX, change(id_, (1, "9", None)))
    assert (refused.code, refused.values["open"], refused.path) == (
        "NOTHING_OPEN", Decimal(5), ("lines", 0, "quantity")
    )  # fmt: skip
    later = date(2026, 12, 24)
    await done(clinic, change(id_, (1, "12", later), ship_on=date(2026, 12, 20), customer_reference="H-8"))
    await done(clinic, change(id_, (1, "10", None)))
    assert await quantities(clinic, id_) == ["15 6 0 4 0 0 5 0"]
    [row] = await clinic.rows(
        "SELECT o.ship_on, o.customer_reference, l.due_on FROM sales_order o JOIN sales_order_line l "
        "ON l.sales_order_id = o.id"
    )
    assert tuple(row.values()) == (date(2026, 12, 20), "H-8", later)
    # What is allocated is set free before it is given up; the order then closes itself once all is charged.
    await done(clinic, DeallocateSalesOrder(sales_order_id=id_))
    await done(clinic, change(id_, (1, "4", None)))
    assert (await quantities(clinic, id_), await status(clinic, id_)) == (["15 0 0 4 0 0 11 0"], "SHIPPED")
    await done(clinic, invoice(shipment))
    assert await status(clinic, id_) == "COMPLETE"
    told = await clinic.rows("SELECT count(*) AS n FROM outbox_event WHERE event = 'SalesOrderChanged'")
    assert told[0]["n"] == 3
    assert await clinic.findings() == []


async def test_lots_that_were_chosen_to_last_for_a_day_are_chosen_again_for_another(clinic: World) -> None:
    id_ = await allocated(clinic, ("STENT-A", "5", "30"), due_on=DUE, life_days_min=180)
    refused = await clinic.refusal(clinic.chief, AX, change(id_, (1, None, date(2029, 11, 1))))
    assert (refused.code, refused.path) == ("INVALID_VALUE", ("lines", 0, "dueOn"))
    await done(clinic, DeallocateSalesOrder(sales_order_id=id_))
    await done(clinic, change(id_, (1, None, date(2029, 11, 1))))
    # On that day L1 has 60 days left.
    refused = await clinic.refusal(clinic.chief, AX, AllocateSalesOrder(sales_order_id=id_))
    assert refused.code == "INSUFFICIENT_STOCK"


async def test_a_change_that_breaks_a_rule_is_refused_and_nothing_of_it_is_written(clinic: World) -> None:
    id_ = await allocated(clinic, ("STENT-A", "15", "30"))
    [quote] = await done(clinic, order(clinic, ("STENT-A", "1", "30")))
    await done(clinic, CancelSalesOrder(sales_order_id=quote))
    before = await clinic.state()
    for command, code in (
        (change(id_, (1, "16", None)), "INVALID_VALUE"),
        (change(id_, (1, "-1", None)), "INVALID_VALUE"),
        (change(id_, (1, "14", None), (2, "1", None)), "NOT_FOUND"),
        (change(id_, customer_reference="X", expected_version=99), "STALE_VERSION"),
        (change(quote, customer_reference="X"), "WRONG_STATE"),
        (change(UUID(int=1), customer_reference="X"), "NOT_FOUND"),
    ):
        assert (await clinic.refusal(clinic.chief, AX, command)).code == code
    assert await clinic.state() == before
