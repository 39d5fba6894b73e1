import asyncio
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.core.errors import DomainError
from domain.core.ids import new_id
from domain.core.perform import BatchPolicy
from domain.core.work import Work
from domain.master_data.items import ItemCost
from domain.procurement.commands import GoodsReceiptLineInput, ReceivePurchaseOrder
from tests.domain.books import AX, BX, TODAY, World

ACCOUNTS = """
SELECT a.role, sum(l.amount) AS amount FROM journal_line l
JOIN account a ON a.company_id = l.company_id AND a.id = l.account_id
WHERE l.company_id = $1 GROUP BY a.role ORDER BY a.role
"""
BALANCES = """
SELECT i.code AS item, l.code AS location, b.status, b.owner_id, b.quantity, b.standard_value, t.number AS lot
FROM stock_balance b JOIN item i ON i.id = b.item_id
JOIN location l ON l.company_id = b.company_id AND l.id = b.location_id
LEFT JOIN lot t ON t.company_id = b.company_id AND t.id = b.lot_id
WHERE b.company_id = $1 ORDER BY i.code, b.status, t.number
"""
LINES = """
SELECT received_quantity AS received, rejected_quantity AS rejected, stocked_quantity AS stocked
FROM purchase_order_line WHERE purchase_order_id = $1 ORDER BY position
"""


async def accounts(world: World, company: int = AX) -> dict[str, Decimal]:
    return {row["role"]: row["amount"] for row in await world.rows(ACCOUNTS, company)}


async def status(world: World, order: UUID) -> str:
    [row] = await world.rows("SELECT status FROM purchase_order WHERE id = $1", order)
    return row["status"]


async def received(world: World, company: int, order: UUID, *lines: tuple[int, str, str], **more: Any) -> None:
    performed = await world.act(world.buyer, company, world.receipt(order, *lines, **more))
    assert performed.committed, performed.refusals
    assert performed.ids == [order]


async def test_a_receipt_posts_stock_at_standard_cost_and_gr_ir_at_the_price(world: World):
    order = await world.approved(AX, ("GEAR", "10", "150"))
    await received(world, AX, order, (1, "10", "0"))
    assert await accounts(world) == {
        "GR_IR": Decimal("-1500"), "PURCHASE_PRICE_VARIANCE": Decimal("500"), "STOCK": Decimal("1000"),
    }  # fmt: skip
    [balance] = await world.rows(BALANCES, AX)
    assert (balance["item"], balance["location"], balance["status"]) == ("GEAR", "STORES", "RELEASED")
    assert (balance["quantity"], balance["standard_value"]) == (Decimal(10), Decimal(1000))
    assert await status(world, order) == "COMPLETE"
    assert await world.findings() == []


async def test_goods_and_money_share_one_posting_and_lead_back_to_the_receipt(world: World):
    order = await world.approved(AX, ("GEAR", "10", "100"), ("BOLT", "5", "2"))
    await received(world, AX, order, (1, "10", "0"), (2, "5", "0"), delivery_note="DN-5")
    [receipt] = await world.rows("SELECT id, number, posting_id, delivery_note, received_on FROM goods_receipt")
    assert (receipt["number"], receipt["delivery_note"], receipt["received_on"]) == ("GR-000001", "DN-5", TODAY)
    [voucher] = await world.rows("SELECT number, posting_id, source_kind, source_id, source_number FROM journal_entry")
    assert voucher == {
        "number": "STOCK-2026-05-000001", "posting_id": receipt["posting_id"], "source_kind": "GoodsReceipt",
        "source_id": receipt["id"], "source_number": "GR-000001",
    }  # fmt: skip
    [move] = await world.rows("SELECT posting_id, kind, source_id FROM stock_move")
    assert move == {"posting_id": receipt["posting_id"], "kind": "RECEIPT", "source_id": receipt["id"]}
    entries = await world.rows(
        "SELECT l.code, e.quantity, e.value FROM stock_entry e "
        "JOIN location l ON l.company_id = e.company_id AND l.id = e.location_id ORDER BY e.position"
    )
    assert [tuple(entry.values()) for entry in entries] == [
        ("SUPPLIER", Decimal(-10), Decimal(0)), ("STORES", Decimal(10), Decimal(1000)),
        ("SUPPLIER", Decimal(-5), Decimal(0)), ("STORES", Decimal(5), Decimal(10)),
    ]  # fmt: skip
    layers = await world.rows("SELECT quantity, value, method FROM value_layer ORDER BY value DESC")
    assert [tuple(layer.values()) for layer in layers] == [
        (Decimal(10), Decimal(1000), "STANDARD"), (Decimal(5), Decimal(10), "STANDARD"),
    ]  # fmt: skip


async def test_rejected_goods_stay_the_suppliers_and_are_not_owed_for(world: World):
    order = await world.approved(AX, ("GEAR", "100", "100"))
    await received(world, AX, order, (1, "100", "2"))
    assert await accounts(world) == {"GR_IR": Decimal(-9800), "STOCK": Decimal(9800)}
    by_status = {row["status"]: row for row in await world.rows(BALANCES, AX)}
    assert (by_status["RELEASED"]["quantity"], by_status["RELEASED"]["owner_id"]) == (Decimal(98), None)
    assert (by_status["REJECTED"]["quantity"], by_status["REJECTED"]["owner_id"]) == (Decimal(2), world["ACME"])
    assert by_status["REJECTED"]["standard_value"] == 0
    assert [tuple(line.values()) for line in await world.rows(LINES, order)] == [
        (Decimal(100), Decimal(2), Decimal(98))
    ]
    assert await world.findings() == []


async def test_a_partial_receipt_leaves_the_order_open(world: World):
    order = await world.approved(AX, ("GEAR", "10", "100"), ("BOLT", "4", "2"))
    await received(world, AX, order, (1, "10", "0"))
    assert await status(world, order) == "APPROVED"
    await received(world, AX, order, (2, "1.5", "0"), (2, "2.5", "0.5"))
    assert await status(world, order) == "COMPLETE"
    assert [tuple(line.values()) for line in await world.rows(LINES, order)] == [
        (Decimal(10), Decimal(0), Decimal(10)), (Decimal(4), Decimal("0.5"), Decimal("3.5")),
    ]  # fmt: skip
    refusal = await world.refusal(world.buyer, AX, world.receipt(order, (1, "1", "0")))
    assert refusal.code == "WRONG_STATE"
    assert await world.findings() == []


async def test_more_than_was_ordered_is_refused_by_line_and_value(world: World):
    order = await world.approved(AX, ("GEAR", "10", "100"), ("BOLT", "4", "2"))
    await received(world, AX, order, (2, "3", "0"))
    refusal = await world.refusal(world.buyer, AX, world.receipt(order, (1, "10", "0"), (2, "1.000001", "0")))
    assert (refusal.code, refusal.path) == ("OVER_RECEIPT", ("lines", 1))
    assert (refusal.values["position"], refusal.values["received"], refusal.values["arriving"]) == (
        2, Decimal(3), Decimal("1.000001"),
    )  # fmt: skip
    twice = await world.refusal(world.buyer, AX, world.receipt(order, (1, "6", "0"), (1, "5", "0")))
    assert (twice.code, twice.path) == ("OVER_RECEIPT", ("lines", 1))


async def test_a_receipt_that_breaks_a_rule_is_refused_and_nothing_is_written(world: World):
    order = await world.approved(AX, ("GEAR", "10", "100"))
    pending = await world.ordered(AX)
    supplier_side = await world.rows("SELECT id FROM location WHERE kind = 'SUPPLIER'")
    assert supplier_side == []
    elsewhere = GoodsReceiptLineInput(position=1, received=Decimal(1), location_id=world[f"STORES{BX}"])
    cases = [
        (world.receipt(pending, (1, "1", "0")), "WRONG_STATE", ()),
        (world.receipt(new_id(), (1, "1", "0")), "NOT_FOUND", ()),
        (world.receipt(order), "INVALID_VALUE", ("lines",)),
        (world.receipt(order, (2, "1", "0")), "NOT_FOUND", ("lines", 0, "position")),
        (world.receipt(order, (1, "0", "0")), "INVALID_VALUE", ("lines", 0, "received")),
        (world.receipt(order, (1, "1", "2")), "INVALID_VALUE", ("lines", 0, "rejected")),
        (world.receipt(order, (1, "0.0000001", "0")), "INVALID_VALUE", ("lines", 0, "received")),
        (world.receipt(order, (1, "1", "0"), received_on=date(2025, 12, 31)), "PERIOD_CLOSED", ()),
        (world.receipt(order, (1, "1", "0"), expected_version=1), "STALE_VERSION", ()),
        (ReceivePurchaseOrder(purchase_order_id=order, lines=(elsewhere,)), "NOT_FOUND", ("lines", 0, "location")),
    ]
    for command, code, path in cases:
        refusal = await world.refusal(world.buyer, AX, command)
        assert (refusal.code, refusal.path) == (code, path)


async def test_a_counter_location_takes_no_stock(world: World):
    order = await world.approved(AX, ("GEAR", "10", "100"))
    await received(world, AX, order, (1, "1", "0"))
    [outside] = await world.rows("SELECT id FROM location WHERE kind = 'SUPPLIER'")
    line = GoodsReceiptLineInput(position=1, received=Decimal(1), location_id=outside["id"])
    refusal = await world.refusal(world.buyer, AX, ReceivePurchaseOrder(purchase_order_id=order, lines=(line,)))
    assert (refusal.code, refusal.path) == ("INVALID_VALUE", ("lines", 0, "location"))


async def test_a_foreign_order_is_owed_in_its_currency_and_counted_in_the_companys(world: World):
    order = await world.approved(BX, ("GEAR", "4", "110"), currency="USD")
    await received(world, BX, order, (1, "4", "0"))
    [owed] = await world.rows(
        "SELECT l.transaction_amount, l.transaction_currency, l.amount, l.rate FROM journal_line l "
        "JOIN account a ON a.company_id = l.company_id AND a.id = l.account_id WHERE a.role = 'GR_IR'"
    )
    assert tuple(owed.values()) == (Decimal(-440), "USD", Decimal("-400"), Decimal("0.9090909091"))
    assert await accounts(world, BX) == {
        "GR_IR": Decimal(-400), "PURCHASE_PRICE_VARIANCE": Decimal("39.5"), "STOCK": Decimal("360.5"),
    }  # fmt: skip
    assert await world.findings() == []


async def test_a_receipt_without_a_rate_is_refused(world: World):
    await world.rows("DELETE FROM currency_rate WHERE quote_currency = 'JPY'")
    order = await world.approved(AX, ("GEAR", "1", "100"), currency="JPY")
    refusal = await world.refusal(world.buyer, AX, world.receipt(order, (1, "1", "0")))
    assert refusal.code == "RATE_MISSING"
    assert (refusal.values["base"], refusal.values["quote"]) == ("JPY", "USD")


async def test_the_first_price_becomes_the_cost_of_an_item_without_one(world: World):
    first = await world.approved(BX, ("BOLT", "10", "3.3"), currency="USD")
    await received(world, BX, first, (1, "10", "0"))
    [cost] = await world.rows(
        "SELECT standard_cost, valid_from FROM item_cost WHERE company_id = $1 AND item_id = $2", BX, world["BOLT"]
    )
    assert tuple(cost.values()) == (Decimal("3"), TODAY)
    assert await accounts(world, BX) == {"GR_IR": Decimal(-30), "STOCK": Decimal(30)}
    second = await world.approved(BX, ("BOLT", "10", "4"))
    await received(world, BX, second, (1, "10", "0"))
    assert await accounts(world, BX) == {
        "GR_IR": Decimal(-70), "PURCHASE_PRICE_VARIANCE": Decimal(10), "STOCK": Decimal(60),
    }  # fmt: skip


async def test_a_new_standard_cost_revalues_the_balance_it_meets(world: World):
    order = await world.approved(AX, ("GEAR", "20", "100"))
    await received(world, AX, order, (1, "10", "0"))

    async def raised(work: Work) -> list[UUID]:
        row = {"item_id": world["GEAR"], "standard_cost": Decimal(130), "valid_from": date(2026, 5, 1)}
        return await work.insert(ItemCost, [row])

    await world.works(AX, raised)
    await received(world, AX, order, (1, "1", "0"))
    assert await accounts(world) == {
        "GR_IR": Decimal(-1100), "PURCHASE_PRICE_VARIANCE": Decimal(-30), "STOCK": Decimal(1430),
        "STOCK_REVALUATION": Decimal(-300),
    }  # fmt: skip
    [balance] = await world.rows(BALANCES, AX)
    assert (balance["quantity"], balance["standard_value"]) == (Decimal(11), Decimal(1430))
    assert await world.findings() == []


async def test_an_item_traced_by_lot_is_given_one_of_ours(world: World):
    order = await world.approved(AX, ("STENT", "10", "12.3456"))
    lines = (
        GoodsReceiptLineInput(position=1, received=Decimal(4), supplier_lot="S-9", expires_on=date(2028, 1, 31)),
        GoodsReceiptLineInput(position=1, received=Decimal(2), lot_number="OWN-1"),
    )
    performed = await world.act(world.buyer, AX, ReceivePurchaseOrder(purchase_order_id=order, lines=lines))
    assert performed.committed, performed.refusals
    again = (GoodsReceiptLineInput(position=1, received=Decimal(1), lot_number="OWN-1"),)
    assert (await world.act(world.buyer, AX, ReceivePurchaseOrder(purchase_order_id=order, lines=again))).committed
    lots = await world.rows("SELECT number, supplier_lot, supplier_id, expires_on FROM lot ORDER BY number")
    assert [tuple(lot.values()) for lot in lots] == [
        ("L-00000001", "S-9", world["ACME"], date(2028, 1, 31)), ("OWN-1", None, world["ACME"], None),
    ]  # fmt: skip
    held = [(row["lot"], row["quantity"]) for row in await world.rows(BALANCES, AX)]
    assert held == [("L-00000001", Decimal(4)), ("OWN-1", Decimal(3))]
    assert await world.findings() == []


async def test_a_lot_of_another_item_is_refused(world: World):
    stents, gears = await world.approved(AX, ("STENT", "2", "12")), await world.approved(AX, ("GEAR", "2", "12"))
    line = GoodsReceiptLineInput(position=1, received=Decimal(1), lot_number="OWN-1")
    assert (await world.act(world.buyer, AX, ReceivePurchaseOrder(purchase_order_id=stents, lines=(line,)))).committed
    refusal = await world.refusal(world.buyer, AX, ReceivePurchaseOrder(purchase_order_id=gears, lines=(line,)))
    assert (refusal.code, refusal.values["what"]) == ("INVALID_VALUE", "lot")


async def test_a_batch_of_receipts_of_one_order_counts_each_after_the_other(world: World):
    order = await world.approved(AX, ("GEAR", "10", "100"))
    commands = [world.receipt(order, (1, quantity, "0")) for quantity in ("6", "5", "4")]
    performed = await world.act(world.buyer, AX, *commands, policy=BatchPolicy.REJECT_ROW)
    codes = [outcome.code if isinstance(outcome, DomainError) else "OK" for outcome in performed.outcomes]
    assert codes == ["OK", "OVER_RECEIPT", "OK"]
    assert await status(world, order) == "COMPLETE"
    assert await accounts(world) == {"GR_IR": Decimal(-1000), "STOCK": Decimal(1000)}
    vouchers = await world.rows("SELECT number FROM journal_entry ORDER BY number")
    assert [row["number"] for row in vouchers] == ["STOCK-2026-05-000001", "STOCK-2026-05-000002"]
    assert await world.findings() == []


async def test_a_retry_with_the_same_key_has_one_effect(world: World):
    order = await world.approved(AX, ("GEAR", "10", "100"))
    first = await world.act(world.buyer, AX, world.receipt(order, (1, "3", "0")), idempotency_key="truck-1")
    again = await world.act(world.buyer, AX, world.receipt(order, (1, "3", "0")), idempotency_key="truck-1")
    assert (first.replayed, again.replayed, again.ids) == (False, True, [order])
    assert await accounts(world) == {"GR_IR": Decimal(-300), "STOCK": Decimal(300)}


async def test_the_event_tells_item_location_and_quantity_after(world: World):
    order = await world.approved(AX, ("GEAR", "10", "100"))
    await received(world, AX, order, (1, "3", "0"))
    await received(world, AX, order, (1, "4", "0"))
    events = await world.rows(
        "SELECT event, record_type, record_ids, data FROM outbox_event WHERE data <> '{}' ORDER BY id"
    )
    told = [(event["event"], event["record_type"]) for event in events]
    assert told == [("GoodsReceived", "GoodsReceipt"), ("StockChanged", "StockBalance")] * 2
    assert events[0]["data"] == {"orders": [str(order)]}
    [balance] = await world.rows("SELECT id FROM stock_balance")
    assert events[3]["record_ids"] == [balance["id"]]
    [change] = events[3]["data"]["changes"]
    assert (change["item"], change["location"]) == (str(world["GEAR"]), str(world[f"STORES{AX}"]))
    assert Decimal(change["quantity"]) == Decimal(7)


async def test_eight_clients_receive_lines_of_one_order_and_never_too_much(world: World):
    order = await world.approved(AX, ("GEAR", "10", "100"), ("BOLT", "20", "2"), ("STENT", "8", "12"))
    deliveries = [
        world.receipt(order, (1, "2", "0"), (2, "3", "1"), (3, "1", "0"))
        if client % 2
        else world.receipt(order, (3, "1", "0"), (2, "3", "0"), (1, "2", "1"))
        for client in range(8)
    ]
    performed = await asyncio.gather(*(world.act(world.buyer, AX, delivery) for delivery in deliveries))
    codes = sorted(one.refusals[0].code if one.refusals else "OK" for one in performed)
    assert codes == ["OK"] * 5 + ["OVER_RECEIPT"] * 3
    lines = await world.rows(LINES, order)
    assert [line["received"] for line in lines] == [Decimal(10), Decimal(15), Decimal(5)]
    assert await world.findings() == []


async def test_clients_of_different_orders_meet_on_one_balance_without_a_deadlock(world: World):
    orders = [await world.approved(AX, ("GEAR", "5", "100"), ("BOLT", "5", "2")) for _ in range(8)]
    deliveries = [
        world.receipt(order, (1, "5", "0"), (2, "5", "0"))
        if place % 2
        else world.receipt(order, (2, "5", "0"), (1, "5", "0"))
        for place, order in enumerate(orders)
    ]
    performed = await asyncio.gather(*(world.act(world.buyer, AX, delivery) for delivery in deliveries))
    assert [one.committed for one in performed] == [True] * 8
    held = {row["item"]: row["quantity"] for row in await world.rows(BALANCES, AX)}
    assert held == {"BOLT": Decimal(40), "GEAR": Decimal(40)}
    assert await world.findings() == []
