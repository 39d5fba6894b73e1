"""The watch over conditions: on events for what they touch, on sweeps for everything, also what only time changes.

Both do the same and may do it twice: a condition that holds has one open alert, one that is over has none.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.alerts.commands import RaiseAlert, ResolveAlert
from domain.alerts.models import AlertKind, AlertSeverity
from domain.alerts.reads import (
    Among,
    OpenAlerts,
    blocked_invoices,
    expiring_lots,
    open_alerts,
    open_receipts,
    rules_in_force,
    stock_levels,
)
from domain.alerts.rules import (
    Verdict,
    invoice_fingerprint,
    invoice_messages,
    invoice_verdict,
    lot_fingerprint,
    lot_messages,
    lot_verdict,
    receipt_fingerprint,
    receipt_messages,
    receipt_verdict,
    stock_fingerprint,
    stock_messages,
    stock_verdict,
)
from domain.core.handling import Handling, Sweep
from domain.core.outbox import PublishedEvent

# Alerts raised or resolved by one command set.
BATCH = 1_000

SWEEP_SECONDS = 60.0

ON_CONDITION = "the rule's condition"


async def watch_stock(handling: Handling, events: Sequence[PublishedEvent]) -> None:
    """Look at the reorder points of the items whose stock changed."""
    items = {UUID(change["item"]) for event in events for change in event.data.get("changes", ())}
    await check_stock(handling, Among(items))


async def watch_lots(handling: Handling, events: Sequence[PublishedEvent]) -> None:
    """Look at the last day of the lots whose stock changed."""
    lots = {UUID(change["lot"]) for event in events for change in event.data.get("changes", ()) if change.get("lot")}
    await check_lots(handling, Among(lots))


async def watch_orders(handling: Handling, events: Sequence[PublishedEvent]) -> None:
    """Look at the orders that were decided, or of which goods arrived."""
    orders: set[UUID] = set()
    for event in events:
        named = event.data.get("orders")
        orders.update(event.record_ids if named is None else (UUID(order) for order in named))
    await check_receipts(handling, Among(orders))


async def watch_invoices(handling: Handling, events: Sequence[PublishedEvent]) -> None:
    """Look at the suppliers' invoices that were posted, released or credited."""
    await check_invoices(handling, Among({id_ for event in events for id_ in event.record_ids}))


async def check_stock(handling: Handling, among: Among | None = None) -> None:
    """One open alert for each item that is below its reorder point, none for the others."""
    among = among or Among()
    kind = AlertKind.BELOW_REORDER_POINT
    rules = await rules_in_force(handling.connection, kind)
    stocks = await stock_levels(handling.connection, handling.company_id, among)
    known = await open_alerts(handling.connection, handling.company_id, rules, among)
    raised: list[RaiseAlert] = []
    standing: set[str] = set()
    for rule in rules:
        for stock in stocks:
            fingerprint = stock_fingerprint(stock, rule)
            verdict = stock_verdict(stock, rule)
            if verdict is not Verdict.RESOLVE:
                standing.add(fingerprint)
            if verdict is Verdict.RAISE and fingerprint not in known:
                message, message_zh = stock_messages(stock)
                raised.append(
                    RaiseAlert(
                        rule_id=rule.id, kind=kind, severity=AlertSeverity(rule.severity), fingerprint=fingerprint,
                        subject_type="Item", subject_id=stock.item_id, item_id=stock.item_id, site_id=stock.site_id,
                        message=message, message_zh=message_zh, measured=stock.on_hand,
                        measured_limit=stock.reorder_point, measured_unit=stock.unit,
                    )
                )  # fmt: skip
    await _settle(handling, raised, known, standing)


async def check_lots(handling: Handling, among: Among | None = None) -> None:
    """One open alert for each lot in stock that expires soon, of the strictest rule that says so."""
    among = among or Among()
    kind = AlertKind.LOT_EXPIRING
    rules = await rules_in_force(handling.connection, kind)
    if not rules:
        return
    until = handling.today + timedelta(days=int(max(rule.threshold + rule.hysteresis for rule in rules)))
    lots = await expiring_lots(handling.connection, handling.company_id, among, until)
    known = await open_alerts(handling.connection, handling.company_id, rules, among)
    raised: list[RaiseAlert] = []
    standing: set[str] = set()
    for rule in rules:
        for lot in lots:
            fingerprint = lot_fingerprint(lot, rule)
            verdict = lot_verdict(lot, rule, rules, handling.today)
            if verdict is not Verdict.RESOLVE:
                standing.add(fingerprint)
            if verdict is Verdict.RAISE and fingerprint not in known:
                message, message_zh = lot_messages(lot, handling.today)
                raised.append(
                    RaiseAlert(
                        rule_id=rule.id, kind=kind, severity=AlertSeverity(rule.severity), fingerprint=fingerprint,
                        subject_type="Lot", subject_id=lot.lot_id, item_id=lot.item_id,
                        message=message, message_zh=message_zh,
                        measured=Decimal((lot.expires_on - handling.today).days), measured_limit=rule.threshold,
                        measured_unit="day", due_on=lot.expires_on,
                    )
                )  # fmt: skip
    await _settle(handling, raised, known, standing)


async def check_receipts(handling: Handling, among: Among | None = None) -> None:
    """One open alert for each approved order whose goods are late, none for the others."""
    among = among or Among()
    kind = AlertKind.RECEIPT_OVERDUE
    rules = await rules_in_force(handling.connection, kind)
    receipts = await open_receipts(handling.connection, handling.company_id, among)
    known = await open_alerts(handling.connection, handling.company_id, rules, among)
    raised: list[RaiseAlert] = []
    standing: set[str] = set()
    for rule in rules:
        for receipt in receipts:
            fingerprint = receipt_fingerprint(receipt, rule)
            verdict = receipt_verdict(receipt, rule, handling.today)
            if verdict is not Verdict.RESOLVE:
                standing.add(fingerprint)
            if verdict is Verdict.RAISE and fingerprint not in known:
                message, message_zh = receipt_messages(receipt, handling.today)
                raised.append(
                    RaiseAlert(
                        rule_id=rule.id, kind=kind, severity=AlertSeverity(rule.severity), fingerprint=fingerprint,
                        subject_type="PurchaseOrder", subject_id=receipt.order_id, site_id=receipt.site_id,
                        purchase_order_id=receipt.order_id, message=message, message_zh=message_zh,
                        measured=Decimal((handling.today - receipt.due_on).days), measured_limit=rule.threshold,
                        measured_unit="day", due_on=receipt.due_on,
                    )
                )  # fmt: skip
    await _settle(handling, raised, known, standing)


async def check_invoices(handling: Handling, among: Among | None = None) -> None:
    """One open alert for each supplier's invoice that is blocked for payment, none for the others."""
    among = among or Among()
    kind = AlertKind.MATCH_BLOCKED
    rules = await rules_in_force(handling.connection, kind)
    invoices = await blocked_invoices(handling.connection, handling.company_id, among)
    known = await open_alerts(handling.connection, handling.company_id, rules, among)
    raised: list[RaiseAlert] = []
    standing: set[str] = set()
    for rule in rules:
        for invoice in invoices:
            fingerprint = invoice_fingerprint(invoice, rule)
            standing.add(fingerprint)
            if invoice_verdict(invoice, rule, handling.today) is Verdict.RAISE and fingerprint not in known:
                message, message_zh = invoice_messages(invoice)
                raised.append(
                    RaiseAlert(
                        rule_id=rule.id, kind=kind, severity=AlertSeverity(rule.severity), fingerprint=fingerprint,
                        subject_type="SupplierInvoice", subject_id=invoice.invoice_id,
                        supplier_invoice_id=invoice.invoice_id, message=message, message_zh=message_zh,
                        measured=Decimal((handling.today - invoice.posted_on).days), measured_limit=rule.threshold,
                        measured_unit="day",
                    )
                )  # fmt: skip
    await _settle(handling, raised, known, standing)


async def _settle(
    handling: Handling, raised: Sequence[RaiseAlert], known: OpenAlerts, standing: Collection[str]
) -> None:
    """Raise the new alerts, and resolve those whose condition is over."""
    over = [ResolveAlert(alert_id=id_) for fingerprint, id_ in known.items() if fingerprint not in standing]
    commands: Sequence[Any]
    for commands in (raised, over):
        for start in range(0, len(commands), BATCH):
            await handling.perform(commands[start : start + BATCH], reason=ON_CONDITION)


HANDLERS = {
    "StockChanged": (watch_stock, watch_lots),
    "PurchaseOrderApproved": (watch_orders,),
    "PurchaseOrderRejected": (watch_orders,),
    "GoodsReceived": (watch_orders,),
    "GoodsReturned": (watch_orders,),
    "SupplierInvoiceBlocked": (watch_invoices,),
    "SupplierInvoiceReleased": (watch_invoices,),
}

SWEEPS = (
    Sweep("alerts.reorder_points", check_stock, SWEEP_SECONDS),
    Sweep("alerts.receipts", check_receipts, SWEEP_SECONDS),
    Sweep("alerts.lots", check_lots, SWEEP_SECONDS),
    Sweep("alerts.invoices", check_invoices, SWEEP_SECONDS),
)
