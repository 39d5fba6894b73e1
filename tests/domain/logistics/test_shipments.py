"""From the confirmed order to proof of delivery: allocated, picked, packed, shipped, each quantity in its place."""

import asyncio
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.core.errors import Overloaded, RecordBusy
from domain.core.records import GROUP
from domain.core.work import Work
from domain.inventory import ReserveStock
from domain.inventory.models import Lot, LotStatus, ValuationMethod
from domain.logistics.commands import (
    CancelShipment,
    PackageContentInput,
    PackageInput,
    PackShipment,
    PickLineInput,
    PickSalesOrder,
    RecordDelivery,
    ShipShipment,
)
from domain.logistics.models import PackageNumbering
from domain.master_data.code_lists import CodeList, CodeValue
from domain.master_data.devices import CodeAssignment
from domain.master_data.items import LotPolicy
from domain.master_data.parties import Licence
from domain.sales.commands import (
    AllocateSalesOrder,
    AllocationLineInput,
    CancelSalesOrder,
    DeallocateSalesOrder,
)
from domain.sales.models import DateBasis, QualificationRule
from tests.domain.books import AX, TODAY, World
from tests.domain.inventory.goods import accounts, done, received, valued
from tests.domain.logistics.outbound import (
    allocated,
    gone,
    hospital,
    item,
    order,
    picked,
    quantities,
    shipped,
    status,
    stocked,
)

SOON, LATER = date(2027, 3, 31), date(2027, 12, 31)


@pytest.fixture
async def clinic(world: World) -> World:
    """The group, with a hospital that buys."""
    await hospital(world)
    return world


async def test_c2_an_order_gets_the_lots_that_last_for_its_customer(clinic: World) -> None:
    """L1 does not last 180 days beyond 2026-11-22; L2 40 + L3 80 do (case C2)."""
    await stocked(clinic, ("L1", "STENT", "50", SOON), ("L2", "STENT", "40", date(2027, 6, 30)),
                  ("L3", "STENT", "100", LATER))  # fmt: skip
    [id_] = await done(clinic, order(clinic, ("STENT", "120", "30"), due_on=date(2026, 11, 22), life_days_min=180))
    await done(clinic, AllocateSalesOrder(sales_order_id=id_))
    assert await quantities(clinic, id_) == ["120 120 0 0 0 0 0 0"]
    shipment = await picked(clinic, id_)
    assert await gone(clinic, shipment) == [("L2", Decimal(40)), ("L3", Decimal(80))]
    assert await clinic.findings() == []


async def test_a_part_is_shipped_and_the_rest_stays_open_until_stock_comes(clinic: World) -> None:
    await valued(clinic, "GEAR", ValuationMethod.FIFO)
    await received(clinic, ("GEAR", "4", "100"))
    await received(clinic, ("GEAR", "2", "130"))
    id_ = await allocated(clinic, ("GEAR", "10", "250"))
    assert await quantities(clinic, id_) == ["10 6 0 0 0 0 0 4"]
    first = await picked(clinic, id_, (1, "5"))
    assert await quantities(clinic, id_) == ["10 6 5 0 0 0 0 4"]
    await done(clinic, ShipShipment(shipment_id=first))
    assert (await quantities(clinic, id_), await status(clinic, id_)) == (["10 1 0 5 0 0 0 4"], "CONFIRMED")
    # 4 at 100 and 1 at 130: the cost of what left is what its layers cost.
    assert (await accounts(clinic))["COST_OF_SALES"] == Decimal(530)
    await received(clinic, ("GEAR", "9", "90"))
    await done(clinic, AllocateSalesOrder(sales_order_id=id_))
    await shipped(clinic, id_)
    assert (await quantities(clinic, id_), await status(clinic, id_)) == (["10 0 0 10 0 0 0 0"], "SHIPPED")
    assert (await accounts(clinic))["COST_OF_SALES"] == Decimal(530 + 130 + 4 * 90)
    again = await clinic.refusal(clinic.chief, AX, AllocateSalesOrder(sales_order_id=id_))
    assert again.code == "WRONG_STATE"
    assert await clinic.findings() == []


async def test_an_order_that_takes_no_part_gets_all_or_nothing(clinic: World) -> None:
    await received(clinic, ("GEAR", "10", "100"), ("BOLT", "5", "2"))
    [id_] = await done(clinic, order(clinic, ("GEAR", "10", "250"), ("BOLT", "6", "3")))
    whole = AllocateSalesOrder(sales_order_id=id_, is_partial=False)
    refused = await clinic.refusal(clinic.chief, AX, whole)
    assert (refused.code, refused.path[-2:], refused.values["available"]) == (
        "INSUFFICIENT_STOCK", ("lines", 1), Decimal(5)
    )  # fmt: skip
    other = order(clinic, ("BOLT", "5", "3"))
    [other_id] = await done(clinic, other)
    performed = await clinic.act(
        clinic.chief, AX, whole, AllocateSalesOrder(sales_order_id=other_id), policy="REJECT_ROW"
    )
    assert performed.committed and performed.ids == [other_id]
    assert await quantities(clinic, id_) == ["10 0 0 0 0 0 0 10", "6 0 0 0 0 0 0 6"]
    assert await quantities(clinic, other_id) == ["5 5 0 0 0 0 0 0"]
    assert await clinic.findings() == []


async def test_what_a_line_does_not_have_is_neither_allocated_nor_picked(clinic: World) -> None:
    await received(clinic, ("GEAR", "10", "100"))
    id_ = await allocated(clinic, ("GEAR", "6", "250"))

    def line(quantity: str, **more: Any) -> AllocateSalesOrder:
        lines = (AllocationLineInput(position=1, quantity=Decimal(quantity)),)
        return AllocateSalesOrder(sales_order_id=id_, **{"lines": lines} | more)

    def pick(quantity: str | None, position: int = 1, **more: Any) -> PickSalesOrder:
        asked = PickLineInput(position=position, quantity=Decimal(quantity) if quantity else None, **more)
        return PickSalesOrder(sales_order_id=id_, lines=(asked,))

    cases = [
        (line("1"), "NOTHING_OPEN"), (line("-1"), "INVALID_VALUE"), (line("1", lines=()), "NOTHING_OPEN"),
        (pick("7"), "NOT_ALLOCATED"), (pick("0"), "INVALID_VALUE"), (pick("1", 2), "NOT_FOUND"),
        (pick(None, lot_number="NONE"), "NOT_ALLOCATED"), (pick("1", serial_numbers=("A",)), "SERIALS_REQUIRED"),
        (PickSalesOrder(sales_order_id=clinic["GEAR"]), "NOT_FOUND"),
        (PickSalesOrder(sales_order_id=id_, expected_version=1), "STALE_VERSION"),
    ]  # fmt: skip
    for command, code in cases:
        assert (await clinic.refusal(clinic.chief, AX, command)).code == code
    await picked(clinic, id_)
    assert (await clinic.refusal(clinic.chief, AX, PickSalesOrder(sales_order_id=id_))).code == "NOT_ALLOCATED"


async def test_a_shipment_is_cancelled_before_it_leaves_and_never_after(clinic: World) -> None:
    await received(clinic, ("GEAR", "10", "100"))
    id_ = await allocated(clinic, ("GEAR", "6", "250"))
    first = await picked(clinic, id_, (1, "4"))
    for command in (CancelSalesOrder(sales_order_id=id_), DeallocateSalesOrder(sales_order_id=id_)):
        assert (await clinic.refusal(clinic.chief, AX, command)).code == "PICKED_ALREADY"
    await done(clinic, CancelShipment(shipment_id=first))
    assert await quantities(clinic, id_) == ["6 6 0 0 0 0 0 0"]
    for command in (CancelShipment(shipment_id=first), ShipShipment(shipment_id=first)):
        assert (await clinic.refusal(clinic.chief, AX, command)).code == "WRONG_STATE"
    second = await shipped(clinic, id_, (1, "4"))
    for command in (CancelShipment(shipment_id=second), ShipShipment(shipment_id=second)):
        assert (await clinic.refusal(clinic.chief, AX, command)).code == "WRONG_STATE"
    await done(clinic, DeallocateSalesOrder(sales_order_id=id_))
    assert await quantities(clinic, id_) == ["6 0 0 4 0 0 0 2"]
    await done(clinic, AllocateSalesOrder(sales_order_id=id_))
    await done(clinic, CancelSalesOrder(sales_order_id=id_))
    assert (await quantities(clinic, id_), await status(clinic, id_)) == (["6 0 0 4 0 0 2 0"], "SHIPPED")
    [row] = await clinic.rows("SELECT sum(reserved_quantity) AS promised, sum(quantity) AS there FROM stock_balance")
    assert (row["promised"], row["there"]) == (Decimal(0), Decimal(6))
    assert await clinic.findings() == []


async def test_packages_hold_the_shipment_and_are_numbered_under_the_companys_prefix(clinic: World) -> None:
    await received(clinic, ("GEAR", "10", "100"), ("BOLT", "20", "2"))
    id_ = await allocated(clinic, ("GEAR", "6", "250"), ("BOLT", "20", "3"))
    shipment = await picked(clinic, id_)

    def pack(*packages: tuple[tuple[int, str], ...], sscc: str | None = None) -> PackShipment:
        return PackShipment(
            shipment_id=shipment,
            packages=tuple(
                PackageInput(
                    sscc=sscc, weight_kg=Decimal("12.5"),
                    contents=tuple(PackageContentInput(position=one, quantity=Decimal(much)) for one, much in contents),
                )
                for contents in packages
            ),
        )  # fmt: skip

    everything = ((1, "6"), (2, "20"))
    assert (await clinic.refusal(clinic.chief, AX, pack(everything))).code == "PACKAGE_NUMBERS_MISSING"
    wrong_digit = await clinic.refusal(clinic.chief, AX, pack(everything, sscc="106141412345678907"))
    assert (wrong_digit.code, wrong_digit.path[-3:]) == ("INVALID_VALUE", ("packages", 0, "sscc"))

    async def numbered(work: Work) -> None:
        await work.insert(PackageNumbering, [{"gs1_prefix": "4012345"}])

    await clinic.works(AX, numbered)
    cases = [
        (pack(((1, "6"), (2, "19"))), "PACKED_OTHERWISE"), (pack(((1, "6"), (1, "6"), (2, "20"))), "INVALID_VALUE"),
        (pack(), "INVALID_VALUE"), (pack(()), "INVALID_VALUE"), (pack(((3, "1"),)), "NOT_FOUND"),
    ]  # fmt: skip
    for command, code in cases:
        assert (await clinic.refusal(clinic.chief, AX, command)).code == code
    await done(clinic, pack(((1, "6"), (2, "5")), ((2, "15"),)))
    rows = await clinic.rows("SELECT sscc FROM shipment_package ORDER BY position")
    assert [row["sscc"] for row in rows] == ["040123450000000016", "040123450000000023"]
    assert (await clinic.refusal(clinic.chief, AX, pack(everything))).code == "WRONG_STATE"
    await done(clinic, ShipShipment(shipment_id=shipment, carrier_id=clinic["ACME"], tracking_number="1Z999"))
    early = RecordDelivery(shipment_id=shipment, proof_of_delivery="POD-1", delivered_on=date(2026, 5, 19))
    assert (await clinic.refusal(clinic.chief, AX, early)).code == "INVALID_VALUE"
    await done(clinic, RecordDelivery(shipment_id=shipment, proof_of_delivery="POD-1"))
    [row] = await clinic.rows("SELECT status, carrier_name, delivered_on, proof_of_delivery FROM shipment")
    assert tuple(row.values()) == ("DELIVERED", "Acme", TODAY, "POD-1")
    assert await clinic.findings() == []


async def licensed(world: World, valid_to: date) -> None:
    """China asks for a licence; the hospital, now in China, has one up to a day."""

    async def act(work: Work) -> None:
        await work.insert(
            QualificationRule,
            [
                {
                    "country": "DE",
                    "needs_registration": False,
                    "registration_basis": DateBasis.MADE,
                    "needs_licence": True,
                    "source": "a law",
                    "valid_from": date(2021, 6, 1),
                }
            ],
        )
        await work.insert(
            Licence,
            [{"party_id": world["HOSPITAL"], "number": "L-1", "kind": "DEVICE_USE", "authority": "NMPA",
              "scope_codes": ["6846"], "valid_from": date(2022, 1, 1), "valid_to": valid_to}],
        )  # fmt: skip

    await world.works(GROUP, act)


async def scoped(world: World, code: str) -> None:
    """The item is of a category."""

    async def act(work: Work) -> None:
        [list_id] = await work.insert(CodeList, [{"code": "NMPA-2002", "name": "NMPA 2002"}])
        [value] = await work.insert(
            CodeValue, [{"list_id": list_id, "code": "6846", "name": "Implants", "valid_from": date(2002, 1, 1)}]
        )
        await work.insert(CodeAssignment, [{"item_id": world[code], "code_value_id": value}])

    await world.works(GROUP, act)


async def test_c3_the_pick_is_blocked_from_the_day_after_the_licence_ends(clinic: World) -> None:
    """Licence to 2026-12-31, ordered 2026-12-20 to ship 2027-01-05: accepted with a warning (case C3)."""
    await received(clinic, ("GEAR", "10", "100"))
    await licensed(clinic, date(2026, 12, 31))
    await scoped(clinic, "GEAR")
    id_ = await allocated(clinic, ("GEAR", "6", "250"), ordered_on=date(2026, 12, 20), ship_on=date(2027, 1, 5))
    [row] = await clinic.rows("SELECT warnings FROM sales_order")
    assert ["licence check fails on 2027-01-05" in one for one in row["warnings"]] == [True]
    late = PickSalesOrder(sales_order_id=id_, picked_on=date(2027, 1, 1))
    refused = await clinic.refusal(clinic.chief, AX, late)
    assert (refused.code, refused.values["check"], refused.values["day"]) == ("NOT_QUALIFIED", "licence", "2027-01-01")
    shipment = await picked(clinic, id_, picked_on=date(2026, 12, 31))
    late_ship = ShipShipment(shipment_id=shipment, shipped_on=date(2027, 1, 1))
    refused = await clinic.refusal(clinic.chief, AX, late_ship)
    assert (refused.code, refused.values["check"], refused.values["day"]) == ("NOT_QUALIFIED", "licence", "2027-01-01")
    await done(clinic, ShipShipment(shipment_id=shipment, shipped_on=date(2026, 12, 31)))
    assert await clinic.findings() == []


async def test_a_lot_that_is_held_or_has_expired_does_not_leave(clinic: World) -> None:
    await stocked(clinic, ("L1", "STENT", "50", date(2026, 6, 30)))
    id_ = await allocated(clinic, ("STENT", "5", "30"))
    shipment = await picked(clinic, id_, (1, "2"))

    async def held(work: Work) -> None:
        await work.update(Lot, [{"id": clinic["L1"], "status": LotStatus.ON_HOLD}], ("status",))

    await clinic.works(AX, held)
    for command in (ShipShipment(shipment_id=shipment), PickSalesOrder(sales_order_id=id_)):
        refused = await clinic.refusal(clinic.chief, AX, command)
        assert (refused.code, refused.values["state"]) == ("LOT_NOT_USABLE", "ON_HOLD")

    async def released(work: Work) -> None:
        await work.update(Lot, [{"id": clinic["L1"], "status": LotStatus.RELEASED}], ("status",))

    await clinic.works(AX, released)
    late = ShipShipment(shipment_id=shipment, shipped_on=date(2026, 7, 1))
    assert (await clinic.refusal(clinic.chief, AX, late)).values["state"] == "EXPIRED"
    await done(clinic, ShipShipment(shipment_id=shipment, shipped_on=date(2026, 6, 30)))


async def test_pieces_traced_by_serial_number_go_out_once(clinic: World) -> None:
    await item(clinic, "PUMP", LotPolicy.SERIAL)
    await received(clinic, ("PUMP", "5", "900"))
    id_ = await allocated(clinic, ("PUMP", "4", "2000"))

    def pick(quantity: str, *serials: str) -> PickSalesOrder:
        line = PickLineInput(position=1, quantity=Decimal(quantity), serial_numbers=serials)
        return PickSalesOrder(sales_order_id=id_, lines=(line,))

    for command in (pick("2"), pick("2", "A"), pick("2", "A", "A"), PickSalesOrder(sales_order_id=id_)):
        assert (await clinic.refusal(clinic.chief, AX, command)).code == "SERIALS_REQUIRED"
    [first] = await done(clinic, pick("2", "A", "B"))
    assert (await clinic.refusal(clinic.chief, AX, pick("1", "B"))).code == "SERIAL_ALREADY_OUT"
    await done(clinic, CancelShipment(shipment_id=first))
    await done(clinic, pick("2", "B", "C"))
    rows = await clinic.rows("SELECT number FROM shipped_serial WHERE is_out ORDER BY number")
    assert [row["number"] for row in rows] == ["B", "C"]


async def test_goods_of_a_lot_item_without_a_lot_are_not_picked(clinic: World) -> None:
    await received(clinic, ("STENT", "5", "10"))
    id_ = await allocated(clinic, ("STENT", "4", "20"))
    refused = await clinic.refusal(clinic.chief, AX, PickSalesOrder(sales_order_id=id_))
    assert (refused.code, refused.values) == ("LOT_REQUIRED", {"item": "STENT", "location": "STORES"})


async def test_allocation_leaves_what_others_were_promised(clinic: World) -> None:
    await received(clinic, ("GEAR", "10", "100"))
    await done(clinic, ReserveStock(item_id=clinic["GEAR"], quantity=Decimal(7)))
    id_ = await allocated(clinic, ("GEAR", "6", "250"))
    assert await quantities(clinic, id_) == ["6 3 0 0 0 0 0 3"]
    assert (await clinic.refusal(clinic.chief, AX, AllocateSalesOrder(sales_order_id=id_))).code == "INSUFFICIENT_STOCK"


CLIENTS, PIECES = 64, 40


async def test_64_clients_that_allocate_and_ship_never_sell_the_last_pieces_twice(clinic: World) -> None:
    """40 pieces in two lots, 64 orders of one each: 40 are shipped, 24 are told that nothing is there."""
    await stocked(clinic, ("L1", "STENT", "25", SOON), ("L2", "STENT", "15", LATER))
    orders = await done(clinic, *(order(clinic, ("STENT", "1", "30")) for _ in range(CLIENTS)))

    async def sent(command: Any) -> Any:
        while True:
            try:
                return await clinic.act(clinic.chief, AX, command)
            except (Overloaded, RecordBusy):
                await asyncio.sleep(0.05)

    async def client(id_: Any) -> str:
        allocation = await sent(AllocateSalesOrder(sales_order_id=id_))
        if not allocation.committed:
            [refusal] = allocation.refusals
            return refusal.code
        shipment = (await sent(PickSalesOrder(sales_order_id=id_))).ids[0]
        performed = await sent(ShipShipment(shipment_id=shipment))
        assert performed.committed, performed.refusals
        return "shipped"

    async with asyncio.timeout(120):
        outcomes = await asyncio.gather(*(client(id_) for id_ in orders))
    assert (outcomes.count("shipped"), outcomes.count("INSUFFICIENT_STOCK")) == (PIECES, CLIENTS - PIECES)
    [row] = await clinic.rows("SELECT sum(quantity) AS there, sum(reserved_quantity) AS promised FROM stock_balance")
    assert (row["there"], row["promised"]) == (Decimal(0), Decimal(0))
    [row] = await clinic.rows("SELECT sum(quantity) AS gone FROM shipment_line")
    assert row["gone"] == PIECES
    assert await clinic.findings() == []
