"""A rehearsal of a company small enough to be worked out by hand, and what the books refuse of one."""

from datetime import date
from decimal import Decimal
from typing import Any

from domain import inventory
from domain.coexistence.differences import PostMigrationDifference
from domain.coexistence.imports import ImportReport
from domain.coexistence.rehearsal import rehearse_purchases
from domain.coexistence.rehearsal.history import tax_rate
from domain.coexistence.rehearsal.stock import moves_to
from domain.core.errors import AlreadyExists, NotFound, Rejected
from domain.core.money import Money
from domain.core.records import GROUP
from domain.core.work import Work
from domain.inventory import OpeningStock
from domain.inventory.commands import AddLandedCost
from domain.inventory.models import LandedCostBasis, ValuationMethod
from domain.master_data.parties import Party
from domain.master_data.places import Location, LocationKind
from domain.procurement.models import PurchaseOrder, PurchaseOrderLine, PurchaseOrderStatus
from tests.domain.books import AX, World
from tests.domain.inventory.goods import accounts, received, valued

D = Decimal
SECOND = 3


def quiet(_label: str, _done: int, _total: int) -> None:
    """Progress that nobody watches."""


async def history(
    world: World, number: str, status: str, totals: tuple[str, str, str], *lines: tuple[Any, ...]
) -> None:
    """An order as another system left it: (item, ordered, price, received, rejected, due) lines."""

    async def act(work: Work) -> None:
        subtotal, tax, freight = (D(one) for one in totals)
        [order] = await work.insert(
            PurchaseOrder,
            [{"number": number, "supplier_id": world["ACME"], "status": PurchaseOrderStatus(status),
              "ordered_on": date(2026, 1, 5), "currency": "USD", "subtotal": subtotal, "tax": tax, "freight": freight,
              "total_due": subtotal + tax + freight, "is_historical": True}],
        )  # fmt: skip
        await work.insert(
            PurchaseOrderLine,
            [{"purchase_order_id": order, "position": place, "item_id": world[item], "ordered_quantity": D(ordered),
              "received_quantity": D(came), "rejected_quantity": D(bad), "stocked_quantity": D(came) - D(bad),
              "unit_price": D(price), "line_total": D(ordered) * D(price), "due_on": due, "is_historical": True}
             for place, (item, ordered, price, came, bad, due) in enumerate(lines, 1)],
        )  # fmt: skip

    await world.works(AX, act)


async def a_legacy(world: World) -> None:
    """Two orders, one with goods rejected and missing, and stock that no document explains."""
    due = date(2026, 1, 20)
    await history(
        world, "1", "PENDING", ("1025.05", "82.004", "10.005"),
        ("BOLT", "10", "2.5", "10", "2", due), ("GEAR", "10", "100.005", "9", "0", due),
    )  # fmt: skip
    await history(world, "2", "COMPLETE", ("10", "0", "0"), ("BOLT", "4", "2.5", "4", "0", date(2026, 2, 1)))

    async def act(work: Work) -> None:
        [east] = await work.insert(Location, [{"code": "EAST", "name": "East", "kind": LocationKind.STORAGE}])
        rows = [(world["BOLT"], east, "5", "2"), (world["BOLT"], world[f"STORES{AX}"], "3", "2"),
                (world["GEAR"], world[f"STORES{AX}"], "12", "100")]  # fmt: skip
        opened = [
            OpeningStock(item_id=item, location_id=place, quantity=D(quantity), unit_cost=D(cost))
            for item, place, quantity, cost in rows
        ]
        await inventory.open_stock(work, opened, date(2026, 1, 31))

    await world.works(AX, act)


async def rehearsed(world: World, **more: Any) -> ImportReport:
    async with world.database.acquire() as connection:
        return await rehearse_purchases(connection, "AX", progress=quiet, **more)


async def test_every_account_of_a_rehearsal_comes_to_what_was_worked_out_by_hand(world: World):
    """Received 8 + 4 bolts at 2.50, worth 2; 9 gears at 100.005, worth 100; the source holds 8 bolts and 12 gears.

    Invoice 1: 25.00 + 1,000.05, freight 10.01, tax 8 % of 1,025.05 = 82.00; 2 bolts and 1 gear of it never came.
    """
    await a_legacy(world)
    report = await rehearsed(world)
    assert (report.status, report.refused, [str(one) for one in report.findings]) == ("SUCCEEDED", 0, [])
    assert await accounts(world, SECOND) == {
        "STOCK": D("1216.00"),
        "GR_IR": D("105.00"),
        "PAYABLE": D("-1127.06"),
        "TAX_INPUT": D("82.00"),
        "PURCHASE_PRICE_VARIANCE": D("6.05"),
        "MIGRATION_DIFFERENCE": D("-292.00"),
        None: D("10.01"),
    }
    orders = await world.rows(
        "SELECT number, status, total_due FROM purchase_order WHERE company_id = $1 ORDER BY ordered_on, number", SECOND
    )
    assert [(one["status"], one["total_due"]) for one in orders] == [
        ("APPROVED", D("1117.059")), ("COMPLETE", D("10")),
    ]  # fmt: skip
    invoices = await world.rows(
        "SELECT supplier_number, total, held, payment_blocks FROM supplier_invoice WHERE company_id = $1 ORDER BY 1",
        SECOND,
    )
    assert [tuple(one.values()) for one in invoices] == [
        ("1", D("1117.06"), D("113.41"), ["QUANTITY_OVER"]), ("2", D("10.00"), D("0"), []),
    ]  # fmt: skip
    held = await world.rows(
        "SELECT i.code AS item, l.code AS place, b.quantity FROM stock_balance b JOIN item i ON i.id = b.item_id "
        "JOIN location l ON l.company_id = b.company_id AND l.id = b.location_id "
        "WHERE b.company_id = $1 AND b.owner_id IS NULL ORDER BY 1, 2", SECOND,
    )  # fmt: skip
    assert [tuple(one.values()) for one in held] == [
        ("BOLT", "EAST", D(5)), ("BOLT", "STORES", D(3)), ("GEAR", "STORES", D(12)),
    ]  # fmt: skip
    assert await world.findings() == []


async def test_the_report_of_a_rehearsal_says_what_it_decided_and_what_ties_out(world: World):
    await a_legacy(world)
    report = await rehearsed(world)
    assert "purchase orders, due: 1,127.059" in report.remarks
    assert "received less on hand, units: 1" in report.remarks
    assert "GR/IR account and its order lines: 105" in report.remarks
    assert "payables account and its open items: -1,127.06" in report.remarks
    assert report.remarks[-1] == (
        "Migration differences of -292: 4 units of 1 items consumed, 3 units of 1 items held beyond what came in, "
        "as of 2026-02-01; the report migrationDifferences lists each."
    )


async def test_four_people_rehearse_so_that_no_duty_is_broken(world: World):
    await a_legacy(world)
    await rehearsed(world)
    acted = await world.rows(
        "SELECT DISTINCT command, actor_name FROM audit_entry WHERE company_id = $1 AND command LIKE '%Purchase%' "
        "OR company_id = $1 AND command LIKE '%SupplierInvoice' ORDER BY 1", SECOND,
    )  # fmt: skip
    assert [tuple(one.values()) for one in acted] == [
        ("ApprovePurchaseOrder", "rehearsal approver"),
        ("CreatePurchaseOrder", "rehearsal buyer"),
        ("CreateSupplierInvoice", "rehearsal buyer"),
        ("PostSupplierInvoice", "rehearsal accountant"),
        ("ReceivePurchaseOrder", "rehearsal receiver"),
    ]


async def test_a_second_rehearsal_does_nothing_and_later_orders_are_added(world: World):
    await a_legacy(world)
    await rehearsed(world)
    before = await world.state()
    again = await rehearsed(world)
    after = await world.state()
    assert (again.status, again.created) == ("SUCCEEDED", 0)
    assert {name for name in after if after[name] != before[name]} == {"import_run", "audit_entry"}
    await history(world, "3", "APPROVED", ("5", "0", "0"), ("BOLT", "2", "2.5", "2", "0", date(2026, 2, 3)))
    added = await rehearsed(world)
    assert (added.status, added.tallies[0].created, added.tallies[0].unchanged) == ("SUCCEEDED", 1, 2)
    assert (await accounts(world, SECOND))["MIGRATION_DIFFERENCE"] == D("-288.00")
    assert await world.findings() == []


async def test_a_dry_run_tells_the_same_and_leaves_only_its_run(world: World):
    await a_legacy(world)
    before = await world.state()
    trial = await rehearsed(world, dry_run=True)
    after = await world.state()
    assert {name for name in after if after[name] != before[name]} == {"import_run", "source_system", "audit_entry"}
    assert trial.remarks == (await rehearsed(world)).remarks


async def test_what_cannot_be_rehearsed_is_refused_and_nothing_is_written(world: World):
    before = await world.state()
    for company, into, expected in (("NONE", None, NotFound), ("AX", None, Rejected), ("AX", "AX", Rejected)):
        async with world.database.acquire() as connection:
            try:
                await rehearse_purchases(connection, company, into=into, progress=quiet)
            except expected as refusal:
                assert refusal.code in ("NOT_FOUND", "INVALID_VALUE")
            else:
                raise AssertionError(f"{company} was rehearsed")
    assert await world.state() == before


async def test_a_company_of_its_own_is_no_place_for_a_rehearsal(world: World):
    await a_legacy(world)
    before = await world.state()
    async with world.database.acquire() as connection:
        try:
            await rehearse_purchases(connection, "AX", into="BX", progress=quiet)
        except AlreadyExists as refusal:
            assert refusal.code == "ALREADY_EXISTS"
        else:
            raise AssertionError("BX was rehearsed in")
    after = await world.state()
    assert {name for name in after if after[name] != before[name]} == {"import_run", "source_system", "audit_entry"}


async def test_an_order_that_is_refused_is_named_and_its_chunk_leaves_nothing(world: World):
    await a_legacy(world)
    await history(world, "4", "COMPLETE", ("1", "0", "0"), ("BOLT", "1", "1", "3", "0", date(2026, 2, 3)))
    report = await rehearsed(world)
    [finding] = report.findings
    assert (report.status, finding.column, finding.value, finding.code) == (
        "REFUSED", "ReceivePurchaseOrder", "4", "OVER_RECEIPT",
    )  # fmt: skip
    assert await world.rows("SELECT 1 FROM purchase_order WHERE company_id = $1", SECOND) == []
    assert await world.findings() == []


async def test_a_supplier_that_is_no_longer_active_is_so_again_after_the_rehearsal(world: World):
    await a_legacy(world)

    async def leave(work: Work) -> None:
        await work.update(Party, [{"id": world["ACME"], "is_active": False}], ("is_active",))

    await world.works(GROUP, leave)
    assert (await rehearsed(world)).status == "SUCCEEDED"
    assert await world.rows("SELECT is_active FROM party WHERE id = $1", world["ACME"]) == [{"is_active": False}]


async def test_a_difference_at_average_cost_follows_what_the_goods_turn_out_to_cost(world: World):
    """10 gears at 90: the legacy system held 6, so 4 at 90 = 360 are a difference. Then freight of 50: 20 belong to it,
    30 to the 6 that are there.
    """
    await valued(world, "GEAR", ValuationMethod.AVERAGE)
    entries = await received(world, ("GEAR", "10", "90"))
    command = PostMigrationDifference(item_id=world["GEAR"], location_id=world[f"STORES{AX}"], counted=D(6))
    performed = await world.act(world.chief, AX, command)
    assert performed.committed, performed.refusals
    freight = AddLandedCost(stock_entries=(entries["GEAR"],), basis=LandedCostBasis.EQUAL, amount=Money(D(50), "USD"))
    assert (await world.act(world.chief, AX, freight)).committed
    held = await accounts(world)
    assert (held["MIGRATION_DIFFERENCE"], held["STOCK"]) == (D("380.00"), D("570.00"))
    assert await world.findings() == []


async def test_an_account_that_is_not_what_its_goods_are_worth_is_found(world: World):
    command = PostMigrationDifference(item_id=world["BOLT"], location_id=world[f"STORES{AX}"], counted=D(6))
    assert (await world.act(world.chief, AX, command)).committed

    async def tamper(work: Work) -> None:
        await work.connection.execute("SET LOCAL session_replication_role = replica")
        await work.connection.execute(
            "UPDATE journal_line SET account_id = (SELECT id FROM account WHERE company_id = 1 AND role = 'ROUNDING') "
            "WHERE company_id = 1 AND amount < 0"
        )

    await world.works(AX, tamper)
    found = [one for one in await world.findings() if one.check == "migration differences"]
    assert [one.message for one in found] == ["the account took 0, the goods behind it are worth -12.000000"]


async def test_a_difference_that_breaks_a_rule_is_refused_and_nothing_is_written(world: World):
    place = world[f"STORES{AX}"]
    cases = (
        ({"item_id": place, "location_id": place, "counted": D(1)}, "NOT_FOUND"),
        ({"item_id": world["BOLT"], "location_id": world["BOLT"], "counted": D(1)}, "NOT_FOUND"),
        ({"item_id": world["BOLT"], "location_id": place, "counted": D(-1)}, "INVALID_VALUE"),
        ({"item_id": world["BOLT"], "location_id": place, "counted": D(1), "counted_on": date(2031, 1, 1)},
         "PERIOD_CLOSED"),
    )  # fmt: skip
    for given, code in cases:
        refusal = await world.refusal(world.chief, AX, PostMigrationDifference(**given))
        assert refusal.code == code


def test_goods_go_on_to_where_they_are_held_before_anything_differs():
    moves = moves_to({"A": D(12), "B": D(1)}, {"A": D(5), "B": D(3), "C": D(2)})
    assert moves.transfers == [("A", "B", D(2)), ("A", "C", D(2))]
    assert moves.differing == {"A": D(5)}
    short = moves_to({"A": D(2)}, {"A": D(5), "B": D(1)})
    assert (short.transfers, short.differing) == ([], {"A": D(5), "B": D(1)})
    assert moves_to({"A": D(2)}, {"A": D(2)}).differing == {}


def test_the_rate_of_a_tax_is_what_the_totals_imply():
    assert tax_rate(D("1025.05"), D("82.004")) == D("8.0000")
    assert tax_rate(D("3"), D("0.2")) == D("6.6667")
    assert tax_rate(D("3"), D("0")) is None
