"""Alerts against PostgreSQL: raised once a cause, resolved when it is over, taken by people, tuned when too strict."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.alerts.commands import AcknowledgeAlert, ChangeAlertRule, ResolveAlert
from domain.alerts.conditions import INVOICES, LICENCES, LOTS, RECEIPTS, STOCK
from domain.alerts.models import AlertKind, AlertRule, AlertSeverity
from domain.alerts.watching import (
    watch_excursions,
    watch_held_lots,
    watch_invoices,
    watch_orders,
    watch_stock,
)
from domain.core.ids import new_id
from domain.core.outbox import PublishedEvent
from domain.core.records import GROUP
from domain.core.work import Work
from domain.inventory.commands import ChangeLotStatus
from domain.inventory.models import LotStatus
from domain.logistics.cold_chain import StorageCondition
from domain.logistics.commands import ReadingInput, RecordReadings
from domain.master_data.items import ItemPlanning, StorageClass
from domain.master_data.parties import Licence, PartyTerms
from domain.procurement.commands import ReleaseSupplierInvoice
from tests.domain.alerts.looking import look
from tests.domain.books import AX, BX, NOW, World
from tests.domain.inventory.goods import done, issue, lot, received
from tests.domain.logistics.outbound import allocated, hospital, shipped, stocked
from tests.domain.procurement.billing import billed


@pytest.fixture
async def rules(world: World) -> dict[str, UUID]:
    """One rule of each kind, by code."""
    kinds = {
        "LATE": (AlertKind.RECEIPT_OVERDUE, "0", "0", "day"),
        "LOW": (AlertKind.BELOW_REORDER_POINT, "100", "10", "%"),
        "BLOCKED": (AlertKind.MATCH_BLOCKED, "0", "0", "day"),
        "LICENCE": (AlertKind.LICENCE_EXPIRING, "30", "0", "day"),
        "WARM": (AlertKind.EXCURSION, "0", "0", "day"),
    }

    async def write(work: Work) -> list[UUID]:
        return await work.insert(
            AlertRule,
            [
                {"code": code, "name": code, "name_zh": code, "kind": kind, "severity": AlertSeverity.WARNING,
                 "threshold": Decimal(threshold), "hysteresis": Decimal(hysteresis), "threshold_unit": unit,
                 "window_days": 365, "owner_role": "buyer"}
                for code, (kind, threshold, hysteresis, unit) in kinds.items()
            ],
        )  # fmt: skip

    return dict(zip(kinds, await world.works(GROUP, write), strict=True))


async def plan(world: World, item: str, reorder_point: str, company: int = AX, site: UUID | None = None) -> None:
    """Give an item a reorder point in a company, or at one of its sites."""
    row = {
        "item_id": world[item], "reorder_point": Decimal(reorder_point), "safety_stock": Decimal(0), "lead_days": 1,
        "site_id": site,
    }  # fmt: skip
    await world.works(company, lambda work: work.insert(ItemPlanning, [row]))


async def alerts(world: World) -> list[tuple[Any, ...]]:
    """Kind, status, and the subject's company, in the order they were raised."""
    rows = await world.rows("SELECT company_id, kind, status, number FROM alert ORDER BY number")
    return [(row["company_id"], row["kind"], row["status"]) for row in rows]


async def events(world: World) -> list[tuple[str, int]]:
    """The alert events so far, with the number of alerts each names."""
    rows = await world.rows("SELECT event, record_ids FROM outbox_event WHERE record_type = 'Alert' ORDER BY id")
    return [(row["event"], len(row["record_ids"])) for row in rows]


async def receive(world: World, order: UUID, quantity: str) -> None:
    """Receive so much of an order's first line into the stores."""
    command = world.receipt(order, (1, quantity, "0"))
    lines = tuple(replace(line, location_id=world[f"STORES{AX}"]) for line in command.lines)
    performed = await world.act(world.buyer, AX, replace(command, lines=lines))
    assert performed.committed, performed.refusals


async def test_low_stock_is_one_alert_however_often_it_is_seen(world: World, rules: dict[str, UUID]) -> None:
    await plan(world, "BOLT", "5")
    for _ in range(3):
        await look(world, STOCK)
    assert await alerts(world) == [(AX, "BELOW_REORDER_POINT", "OPEN")]
    assert await events(world) == [("AlertRaised", 1)]
    [row] = await world.rows("SELECT * FROM alert")
    assert (row["number"], row["rule_id"], row["item_id"], row["raised_at"]) == (
        "AL-000001",
        rules["LOW"],
        world["BOLT"],
        NOW,
    )
    assert (row["measured"], row["measured_limit"], row["measured_unit"]) == (Decimal(0), Decimal(5), "EA")
    assert row["message"] == "BOLT: 0 EA available, reorder point 5 EA."


@pytest.mark.usefixtures("rules")
async def test_low_stock_resolves_itself_once_it_has_recovered(world: World) -> None:
    await plan(world, "BOLT", "10")
    order = await world.approved(AX, ("BOLT", "30", "2"))
    await look(world, STOCK)
    await receive(world, order, "10")
    await look(world, STOCK)
    # At the reorder point, not yet 10 % above it.
    assert await alerts(world) == [(AX, "BELOW_REORDER_POINT", "OPEN")]
    await receive(world, order, "1")
    await look(world, STOCK)
    assert await alerts(world) == [(AX, "BELOW_REORDER_POINT", "RESOLVED")]
    assert await events(world) == [("AlertRaised", 1), ("AlertResolved", 1)]
    [row] = await world.rows("SELECT resolved_at, resolved_by FROM alert")
    assert (row["resolved_at"], row["resolved_by"]) == (NOW, "jobs")


@pytest.mark.usefixtures("rules")
async def test_a_change_of_stock_looks_at_its_items_only(world: World) -> None:
    await plan(world, "BOLT", "100")
    await plan(world, "GEAR", "100")
    await receive(world, await world.approved(AX, ("BOLT", "30", "2")), "10")
    rows = await world.rows("SELECT * FROM outbox_event WHERE event = 'StockChanged'")
    happened = [
        PublishedEvent(position=n, company_id=AX, event=row["event"], record_type=row["record_type"],
                       record_ids=row["record_ids"], data=row["data"], recorded_at=row["recorded_at"])
        for n, row in enumerate(rows, 1)
    ]  # fmt: skip
    await look(world, lambda handling: watch_stock(handling, happened))
    [row] = await world.rows("SELECT item_id, message FROM alert")
    assert (row["item_id"], row["message"]) == (world["BOLT"], "BOLT: 10 EA available, reorder point 100 EA.")


@pytest.mark.usefixtures("rules")
async def test_a_site_counts_its_own_stock(world: World) -> None:
    await plan(world, "BOLT", "5")
    await plan(world, "BOLT", "5", site=world[f"MAIN{AX}"])
    await receive(world, await world.approved(AX, ("BOLT", "30", "2")), "20")
    await look(world, STOCK)
    assert await alerts(world) == []
    await world.rows("UPDATE location SET site_id = NULL WHERE code = 'STORES'")
    await look(world, STOCK)
    [row] = await world.rows("SELECT site_id FROM alert")
    assert row["site_id"] == world[f"MAIN{AX}"]


@pytest.mark.usefixtures("rules")
async def test_a_late_order_is_raised_when_its_day_has_passed_and_over_when_all_is_received(world: World) -> None:
    order = await world.approved(AX, ("BOLT", "10", "2"))
    await world.rows("UPDATE purchase_order_line SET due_on = $1", NOW.date())
    await look(world, RECEIPTS)
    assert await alerts(world) == []
    tomorrow = NOW + timedelta(days=1)
    await look(world, RECEIPTS, now=tomorrow)
    await look(world, RECEIPTS, company=BX, now=tomorrow)
    assert await alerts(world) == [(AX, "RECEIPT_OVERDUE", "OPEN")]
    [row] = await world.rows("SELECT purchase_order_id, due_on, measured, message FROM alert")
    assert (row["purchase_order_id"], row["due_on"], row["measured"]) == (order, NOW.date(), Decimal(1))
    assert row["message"] == "PO-000001 of Acme: 1 line due 2026-05-20, 1 day late."
    await receive(world, order, "4")
    await look(world, RECEIPTS, now=tomorrow)
    assert await alerts(world) == [(AX, "RECEIPT_OVERDUE", "OPEN")]
    await receive(world, order, "6")
    rows = await world.rows("SELECT * FROM outbox_event WHERE event = 'GoodsReceived' ORDER BY id DESC LIMIT 1")
    happened = [
        PublishedEvent(position=1, company_id=AX, event="GoodsReceived", record_type="GoodsReceipt",
                       record_ids=rows[0]["record_ids"], data=rows[0]["data"], recorded_at=NOW)
    ]  # fmt: skip
    await look(world, lambda handling: watch_orders(handling, happened), now=tomorrow)
    assert await alerts(world) == [(AX, "RECEIPT_OVERDUE", "RESOLVED")]


@pytest.mark.usefixtures("rules")
async def test_a_document_of_another_system_is_not_chased(world: World) -> None:
    order = await world.approved(AX, ("BOLT", "10", "2"))
    await world.rows("UPDATE purchase_order_line SET due_on = $1", NOW.date() - timedelta(days=9))
    await world.rows("UPDATE purchase_order SET is_historical = true WHERE id = $1", order)
    await look(world, RECEIPTS)
    assert await alerts(world) == []


async def test_an_alert_is_acknowledged_with_a_note_and_resolved_by_a_person(
    world: World, rules: dict[str, UUID]
) -> None:
    await plan(world, "BOLT", "5")
    await look(world, STOCK)
    [row] = await world.rows("SELECT id, version FROM alert")
    taken = await world.act(
        world.buyer, AX, AcknowledgeAlert(alert_id=row["id"], note="ordered 20", expected_version=1)
    )
    assert taken.ids == [row["id"]]
    [row] = await world.rows("SELECT * FROM alert")
    assert (row["status"], row["acknowledged_by"], row["acknowledged_at"], row["note"]) == (
        "ACKNOWLEDGED", "bea", NOW, "ordered 20",
    )  # fmt: skip
    refusal = await world.refusal(world.buyer, AX, AcknowledgeAlert(alert_id=row["id"]))
    assert (refusal.code, refusal.message()) == (
        "WRONG_STATE",
        "Alert AL-000001 is ACKNOWLEDGED and cannot be acknowledged.",
    )
    await look(world, STOCK)
    assert await alerts(world) == [(AX, "BELOW_REORDER_POINT", "ACKNOWLEDGED")]
    await world.act(world.buyer, AX, ResolveAlert(alert_id=row["id"]))
    [row] = await world.rows("SELECT status, resolved_by, note FROM alert")
    assert tuple(row.values()) == ("RESOLVED", "bea", "ordered 20")
    # The cause is still there, so the next look finds it anew.
    await look(world, STOCK)
    assert await alerts(world) == [(AX, "BELOW_REORDER_POINT", "RESOLVED"), (AX, "BELOW_REORDER_POINT", "OPEN")]
    assert [event for event, _ in await events(world)] == [
        "AlertRaised",
        "AlertAcknowledged",
        "AlertResolved",
        "AlertRaised",
    ]
    assert await world.findings() == []
    assert rules.keys() == {"LATE", "LOW", "BLOCKED", "LICENCE", "WARM"}


@pytest.mark.usefixtures("rules")
async def test_an_unknown_alert_and_a_stale_version_are_refused(world: World) -> None:
    await plan(world, "BOLT", "5")
    await look(world, STOCK)
    [row] = await world.rows("SELECT id FROM alert")
    missing = await world.refusal(world.buyer, AX, AcknowledgeAlert(alert_id=new_id()))
    foreign = await world.refusal(world.buyer, BX, AcknowledgeAlert(alert_id=row["id"]))
    stale = await world.refusal(world.buyer, AX, AcknowledgeAlert(alert_id=row["id"], expected_version=7))
    assert (missing.code, foreign.code, stale.code) == ("NOT_FOUND", "NOT_FOUND", "STALE_VERSION")


async def test_a_rule_is_tuned_and_switched_off(world: World, rules: dict[str, UUID]) -> None:
    await plan(world, "BOLT", "5")
    refusal = await world.refusal(
        world.chief, GROUP, ChangeAlertRule(alert_rule_id=rules["LOW"], threshold=Decimal(-1))
    )
    assert (refusal.code, refusal.path) == ("INVALID_VALUE", ("threshold",))
    tuned = ChangeAlertRule(alert_rule_id=rules["LOW"], severity=AlertSeverity.CRITICAL, active=False)
    await world.act(world.chief, GROUP, tuned)
    await look(world, STOCK)
    assert await alerts(world) == []
    await world.act(world.chief, GROUP, ChangeAlertRule(alert_rule_id=rules["LOW"], active=True))
    await look(world, STOCK)
    [row] = await world.rows("SELECT severity FROM alert")
    assert row["severity"] == "CRITICAL"
    # Off again: what is open is a person's to resolve.
    await world.act(world.chief, GROUP, ChangeAlertRule(alert_rule_id=rules["LOW"], active=False))
    await world.rows("UPDATE item_planning SET reorder_point = 0")
    await look(world, STOCK)
    assert await alerts(world) == [(AX, "BELOW_REORDER_POINT", "OPEN")]


async def test_a_lot_in_stock_that_expires_is_one_alert_until_it_is_gone(world: World):
    async def write(work: Work) -> list[UUID]:
        rules = [("LOT_90", "90", AlertSeverity.INFO), ("LOT_30", "30", AlertSeverity.CRITICAL)]
        return await work.insert(
            AlertRule,
            [
                {"code": code, "name": code, "name_zh": code, "kind": AlertKind.LOT_EXPIRING, "severity": severity,
                 "threshold": Decimal(threshold), "hysteresis": Decimal(0), "threshold_unit": "day",
                 "window_days": 365, "owner_role": "planner"}
                for code, threshold, severity in rules
            ],
        )  # fmt: skip

    await world.works(GROUP, write)
    number = await lot(world, "L-1", "STENT", (NOW + timedelta(days=40)).date())
    await received(world, ("STENT", "2", "10"), lot_id=number)
    for _ in range(2):
        await look(world, LOTS)
    [row] = await world.rows("SELECT severity, status, measured, due_on FROM alert")
    assert (row["severity"], row["status"], row["measured"]) == ("INFO", "OPEN", Decimal(40))
    await look(world, LOTS, now=NOW + timedelta(days=10))
    rows = await world.rows("SELECT severity, status FROM alert ORDER BY number")
    assert [tuple(row.values()) for row in rows] == [("INFO", "RESOLVED"), ("CRITICAL", "OPEN")]
    await done(world, issue(world, "STENT", "2", lot_number="L-1"))
    await look(world, LOTS, now=NOW + timedelta(days=10))
    rows = await world.rows("SELECT status FROM alert")
    assert {row["status"] for row in rows} == {"RESOLVED"}


async def test_a_blocked_invoice_raises_one_alert_until_it_may_be_paid(world: World, rules: dict[str, UUID]):
    order = await world.approved(AX, ("BOLT", "10", "2"))
    await receive(world, order, "10")
    invoice = await billed(world, (order, 1, "10", "3"))
    happened = [
        PublishedEvent(position=1, company_id=AX, event="SupplierInvoiceBlocked", record_type="SupplierInvoice",
                       record_ids=[invoice], data={}, recorded_at=NOW)
    ]  # fmt: skip
    for _ in range(2):
        await look(world, lambda handling: watch_invoices(handling, happened))
    assert await alerts(world) == [(AX, "MATCH_BLOCKED", "OPEN")]
    [alert] = await world.rows("SELECT message, supplier_invoice_id FROM alert")
    assert alert == {
        "message": "SI-000001 of Acme is blocked for its price.", "supplier_invoice_id": invoice,
    }  # fmt: skip
    await done(world, ReleaseSupplierInvoice(supplier_invoice_id=invoice, reason="agreed"))
    await look(world, INVOICES)
    assert await alerts(world) == [(AX, "MATCH_BLOCKED", "RESOLVED")]


async def licence(world: World, number: str, valid_to: date) -> UUID:
    """A licence of Acme to sell devices."""
    row = {
        "party_id": world["ACME"], "number": number, "kind": "DEVICE_DISTRIBUTION", "authority": "NMPA",
        "scope_codes": [], "valid_from": date(2020, 1, 1), "valid_to": valid_to,
    }  # fmt: skip
    [id_] = await world.works(GROUP, lambda work: work.insert(Licence, [row]))
    return id_


async def test_a_licence_that_expires_is_told_where_there_are_terms_until_a_later_one_follows(
    world: World, rules: dict[str, UUID]
) -> None:
    today = NOW.date()
    await licence(world, "OLD", today - timedelta(days=3))
    await licence(world, "NOW", today + timedelta(days=30))
    await look(world, LICENCES)
    assert await alerts(world) == []
    await world.works(AX, lambda work: work.insert(PartyTerms, [{"party_id": world["ACME"], "currency": "USD"}]))
    for company in (AX, BX, AX):
        await look(world, LICENCES, company=company)
    assert await alerts(world) == [(AX, "LICENCE_EXPIRING", "OPEN")]
    [row] = await world.rows("SELECT message, message_zh, party_id, measured, due_on FROM alert")
    assert tuple(row.values()) == (
        f"Licence NOW (DEVICE_DISTRIBUTION) of Acme expires on {today + timedelta(days=30)}, 30 days left.",
        f"Acme 的许可证 NOW（DEVICE_DISTRIBUTION）将于 {today + timedelta(days=30)} 到期，剩余 30 天。",
        world["ACME"], Decimal(30), today + timedelta(days=30),
    )  # fmt: skip
    await licence(world, "NEXT", today + timedelta(days=400))
    await look(world, LICENCES)
    assert await alerts(world) == [(AX, "LICENCE_EXPIRING", "RESOLVED")]


async def test_an_excursion_is_told_until_the_last_lot_is_released(world: World, rules: dict[str, UUID]) -> None:
    await hospital(world)
    limits = {"temperature_min": Decimal(2), "temperature_max": Decimal(8), "source": "label"}
    cold = [limits | {"storage_class": StorageClass.AMBIENT}]
    await world.works(GROUP, lambda work: work.insert(StorageCondition, cold))
    await stocked(world, ("L1", "STENT", "10", date(2027, 12, 31)))
    shipment = await shipped(world, await allocated(world, ("STENT", "8", "30")), (1, "5"))
    reading = ReadingInput(logger="T-1", read_at=NOW - timedelta(hours=1), temperature=Decimal("9.5"))
    await done(world, RecordReadings(shipment_id=shipment, readings=(reading,)))
    happened = [
        PublishedEvent(position=1, company_id=AX, event="ExcursionFound", record_type="Shipment",
                       record_ids=[shipment], data={}, recorded_at=NOW)
    ]  # fmt: skip
    for _ in range(2):
        await look(world, lambda handling: watch_excursions(handling, happened))
    assert await alerts(world) == [(AX, "EXCURSION", "OPEN")]
    [row] = await world.rows("SELECT message, shipment_id FROM alert")
    assert (row["message"], row["shipment_id"]) == (
        "SH-000001 to Hospital was at 9.5 °C; 1 lot is on hold.", shipment,
    )  # fmt: skip
    [lot_row] = await world.rows("SELECT id FROM lot WHERE number = 'L1'")
    await done(world, ChangeLotStatus(lot_id=lot_row["id"], to_status=LotStatus.RELEASED))
    await look(world, lambda handling: watch_held_lots(handling, []))
    assert await alerts(world) == [(AX, "EXCURSION", "RESOLVED")]
