from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import asyncpg
import pytest

from domain.core.errors import DomainError
from domain.core.ids import new_id
from domain.core.money import Money
from domain.core.perform import BatchPolicy
from domain.core.work import Work
from domain.procurement.approvals import ApprovalLimit
from domain.procurement.commands import ApprovePurchaseOrder, RejectPurchaseOrder
from domain.procurement.models import PurchaseOrder, PurchaseOrderLine, SupplierItem
from tests.domain.books import AX, BX, TODAY, World, staff


async def the_order(world: World, order: UUID) -> dict[str, object]:
    [row] = await world.rows("SELECT * FROM purchase_order WHERE id = $1", order)
    return row


async def test_an_order_waits_for_approval_with_its_totals(world: World):
    tax, freight = Money(Decimal("1.5"), "USD"), Money(Decimal("0.25"), "USD")
    order = await world.ordered(AX, ("BOLT", "10", "2.5"), ("GEAR", "1", "99.99"), tax=tax, freight=freight)
    row = await the_order(world, order)
    assert (row["number"], row["status"], row["currency"]) == ("PO-000001", "PENDING", "USD")
    assert (row["subtotal"], row["tax"], row["freight"], row["total_due"]) == (
        Decimal("124.99"), Decimal("1.5"), Decimal("0.25"), Decimal("126.74"),
    )  # fmt: skip
    assert (row["ordered_on"], row["requested_by"], row["is_historical"]) == (TODAY, world.buyer.id, False)
    lines = await world.rows(
        "SELECT position, ordered_quantity, received_quantity, unit_price, line_total FROM purchase_order_line "
        "WHERE purchase_order_id = $1 ORDER BY position", order,
    )  # fmt: skip
    assert [tuple(line.values()) for line in lines] == [
        (1, Decimal(10), Decimal(0), Decimal("2.5"), Decimal(25)),
        (2, Decimal(1), Decimal(0), Decimal("99.99"), Decimal("99.99")),
    ]
    [event] = await world.rows("SELECT event, record_ids FROM outbox_event")
    assert (event["event"], event["record_ids"]) == ("PurchaseOrderCreated", [order])


async def test_an_order_that_breaks_a_rule_is_refused_and_nothing_is_written(world: World):
    euro = Money(Decimal(1), "EUR")
    cases = [
        (world.order(AX, ("BOLT", "0", "1")), "INVALID_VALUE", ("lines", 0, "quantity")),
        (world.order(AX, ("BOLT", "-3", "1")), "INVALID_VALUE", ("lines", 0, "quantity")),
        (world.order(AX, ("BOLT", "1", "1"), ("GEAR", "1.0000001", "1")), "INVALID_VALUE", ("lines", 1, "quantity")),
        (world.order(AX, currency="XXX"), "NOT_FOUND", ("currency",)),
        (world.order(AX, tax=euro), "CURRENCY_MISMATCH", ("tax",)),
        (world.order(AX, supplier_id=new_id()), "NOT_FOUND", ("supplier",)),
        (world.order(AX, supplier_id=world["HOSPITAL"]), "INVALID_VALUE", ("supplier",)),
        (world.order(AX, site_id=world[f"MAIN{BX}"]), "NOT_FOUND", ("site",)),
        (world.order(AX, requester_id=new_id()), "NOT_FOUND", ("requester",)),
    ]
    for command, code, path in cases:
        refusal = await world.refusal(world.buyer, AX, command)
        assert (refusal.code, refusal.path) == (code, path)


async def test_a_price_in_another_currency_than_the_order_is_refused(world: World):
    command = replace(world.order(AX, ("BOLT", "1", "1"), currency="EUR"), currency="USD")
    refusal = await world.refusal(world.buyer, AX, command)
    assert (refusal.code, refusal.path) == ("CURRENCY_MISMATCH", ("lines", 0, "unitPrice"))


async def test_an_unknown_or_retired_item_is_refused(world: World):
    world.ids["NOTHING"] = new_id()
    refusal = await world.refusal(world.buyer, AX, world.order(AX, ("NOTHING", "1", "1")))
    assert (refusal.code, refusal.path) == ("NOT_FOUND", ("lines", 0, "item"))
    await world.rows("UPDATE item SET status = 'RETIRED' WHERE code = 'GEAR'")
    refusal = await world.refusal(world.buyer, AX, world.order(AX, ("BOLT", "1", "1"), ("GEAR", "1", "1")))
    assert (refusal.code, refusal.path) == ("INVALID_VALUE", ("lines", 1, "item"))


async def test_a_batch_keeps_the_good_rows_where_the_policy_says_so(world: World):
    commands = [world.order(AX), world.order(AX, ("BOLT", "0", "1")), world.order(AX, ("GEAR", "2", "3"))]
    performed = await world.act(world.buyer, AX, *commands, policy=BatchPolicy.REJECT_ROW)
    assert [type(outcome) is UUID for outcome in performed.outcomes] == [True, False, True]
    rows = await world.rows("SELECT total_due FROM purchase_order ORDER BY number")
    assert [row["total_due"] for row in rows] == [Decimal(25), Decimal(6)]
    refused = await world.act(world.buyer, AX, *commands)
    assert not refused.committed
    assert len(await world.rows("SELECT id FROM purchase_order")) == 2


async def test_another_person_approves_and_the_event_says_so(world: World):
    order = await world.ordered()
    performed = await world.act(world.chief, AX, ApprovePurchaseOrder(purchase_order_id=order, expected_version=1))
    assert performed.ids == [order]
    row = await the_order(world, order)
    assert (row["status"], row["approved_by"], row["approved_on"], row["version"]) == (
        "APPROVED", world.chief.id, TODAY, 2,
    )  # fmt: skip
    events = await world.rows("SELECT event FROM outbox_event ORDER BY id")
    assert [event["event"] for event in events] == ["PurchaseOrderCreated", "PurchaseOrderApproved"]


async def test_the_requester_cannot_approve_his_own_order(world: World):
    order = await world.ordered()
    refusal = await world.refusal(world.buyer, AX, ApprovePurchaseOrder(purchase_order_id=order))
    assert refusal.code == "SEGREGATION_OF_DUTIES"
    assert (await the_order(world, order))["status"] == "PENDING"


async def test_a_rejected_order_keeps_its_reason_and_is_never_approved(world: World):
    order = await world.ordered()
    await world.act(world.chief, AX, RejectPurchaseOrder(purchase_order_id=order, reason="too dear"))
    row = await the_order(world, order)
    assert (row["status"], row["reason"]) == ("REJECTED", "too dear")
    refusal = await world.refusal(world.chief, AX, ApprovePurchaseOrder(purchase_order_id=order))
    assert refusal.code == "WRONG_STATE"
    assert (refusal.values["state"], refusal.values["transition"]) == ("REJECTED", "be approved")


async def test_a_decision_on_an_old_version_is_refused(world: World):
    order = await world.approved()
    refusal = await world.refusal(world.chief, AX, RejectPurchaseOrder(purchase_order_id=order, expected_version=1))
    assert refusal.code == "STALE_VERSION"
    assert (refusal.values["current_version"], refusal.values["expected_version"]) == (2, 1)


async def test_an_order_of_another_company_does_not_exist(world: World):
    order = await world.ordered(AX)
    refusal = await world.refusal(world.chief, BX, ApprovePurchaseOrder(purchase_order_id=order))
    assert refusal.code == "NOT_FOUND"


async def test_one_batch_decides_an_order_once(world: World):
    order = await world.ordered()
    twice = [ApprovePurchaseOrder(purchase_order_id=order), ApprovePurchaseOrder(purchase_order_id=order)]
    performed = await world.act(world.chief, AX, *twice, policy=BatchPolicy.REJECT_ROW)
    assert performed.outcomes[0] == order
    second = performed.outcomes[1]
    assert isinstance(second, DomainError)
    assert second.code == "WRONG_STATE"


async def test_an_approval_beyond_the_limit_of_the_role_is_refused(world: World):
    async def limit(work: Work) -> list[UUID]:
        rows = [{"role": "controller", "currency": "USD", "amount": Decimal(100)}]
        return await work.insert(ApprovalLimit, rows)

    await world.works(AX, limit)
    dear = await world.ordered(AX, ("GEAR", "1", "100.01"))
    refusal = await world.refusal(world.chief, AX, ApprovePurchaseOrder(purchase_order_id=dear))
    assert refusal.code == "APPROVAL_LIMIT_EXCEEDED"
    assert (refusal.values["total"], refusal.values["limit"]) == (Decimal("100.01"), Decimal(100))
    await world.approved(AX, ("GEAR", "1", "100"))
    stranger = staff("dan")
    within = await world.ordered(AX, ("GEAR", "1", "1"))
    refusal = await world.refusal(stranger, AX, ApprovePurchaseOrder(purchase_order_id=within))
    assert refusal.values["limit"] == Decimal(0)


async def test_the_tolerance_of_the_supplier_is_copied_to_the_line(world: World):
    async def terms(work: Work) -> list[UUID]:
        row = {
            "item_id": world["BOLT"], "supplier_id": world["ACME"], "lead_days": 5, "unit": "EA", "currency": "USD",
            "standard_price": Decimal(2), "over_receipt_percent": Decimal(10),
        }  # fmt: skip
        return await work.insert(SupplierItem, [row])

    await world.works(AX, terms)
    order = await world.ordered(AX, ("BOLT", "1", "1"), ("GEAR", "1", "1"))
    rows = await world.rows(
        "SELECT over_receipt_percent FROM purchase_order_line WHERE purchase_order_id = $1 ORDER BY position", order
    )
    assert [row["over_receipt_percent"] for row in rows] == [Decimal(10), Decimal(0)]


async def test_history_is_kept_as_it_was_and_moves_no_more(world: World):
    async def history(work: Work) -> UUID:
        [order] = await work.insert(
            PurchaseOrder,
            [{
                "number": "LEGACY-1", "supplier_id": world["ACME"], "status": "PENDING", "ordered_on": date(2014, 1, 1),
                "currency": "USD", "subtotal": Decimal("-1"), "tax": Decimal(0), "freight": Decimal(0),
                "total_due": Decimal("7.0001"), "is_historical": True,
            }],
        )  # fmt: skip
        await work.insert(
            PurchaseOrderLine,
            [{
                "purchase_order_id": order, "position": 1, "item_id": world["BOLT"], "ordered_quantity": Decimal(3),
                "received_quantity": Decimal(5), "rejected_quantity": Decimal(1), "stocked_quantity": Decimal(5),
                "unit_price": Decimal("-0.5"), "line_total": Decimal(1), "is_historical": True,
            }],
        )  # fmt: skip
        return order

    order = await world.works(AX, history)
    assert await world.findings() == []
    for command in (
        ApprovePurchaseOrder(purchase_order_id=order),
        RejectPurchaseOrder(purchase_order_id=order),
        world.receipt(order, (1, "1", "0")),
    ):
        assert (await world.refusal(world.chief, AX, command)).code == "HISTORICAL_DOCUMENT"


async def test_the_database_refuses_a_requester_who_approves(world: World):
    order = await world.ordered()
    with pytest.raises(asyncpg.CheckViolationError, match="requester_is_not_approver"):
        await world.rows("UPDATE purchase_order SET approved_by = requested_by WHERE id = $1", order)
