"""The watch over conditions: on events for what they touch, on sweeps for everything, also what only time changes.

Both do the same and may do it twice: a condition that holds has one open alert, one that is over has none.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from domain.alerts.commands import EscalateAlert, RaiseAlert, ResolveAlert
from domain.alerts.conditions import (
    BUDGETS,
    CREDITS,
    EXCURSIONS,
    INVOICES,
    LICENCES,
    LOTS,
    MARGINS,
    PRICES,
    RATES,
    RECEIPTS,
    REGISTRATIONS,
    STOCK,
    WEBHOOKS,
    Condition,
    Looked,
)
from domain.alerts.models import AlertSeverity
from domain.alerts.reads import Among, open_alerts, rules_in_force, untaken_alerts
from domain.alerts.rules import Verdict, fingerprint
from domain.core.database import Connection
from domain.core.handling import Asked, EventHandler, Handling, Sweep
from domain.core.outbox import PublishedEvent

# Alerts raised or resolved by one command set.
BATCH = 1_000

SWEEP_SECONDS = 60.0
# What looks at every open order or item: events tell of most of it at once.
LONG_SWEEP_SECONDS = 600.0

ON_CONDITION = "the rule's condition"
UNTAKEN = "nobody took it in time"


async def watch_stock(handling: Handling, events: Sequence[PublishedEvent]) -> None:
    """Look at the reorder points of the items whose stock changed."""
    items = {UUID(change["item"]) for event in events for change in event.data.get("changes", ())}
    await check(handling, STOCK, Among(items))


async def watch_lots(handling: Handling, events: Sequence[PublishedEvent]) -> None:
    """Look at the last day of the lots whose stock changed."""
    lots = {UUID(change["lot"]) for event in events for change in event.data.get("changes", ()) if change.get("lot")}
    await check(handling, LOTS, Among(lots))


async def watch_orders(handling: Handling, events: Sequence[PublishedEvent]) -> None:
    """Look at the orders that were decided, or of which goods arrived."""
    orders: set[UUID] = set()
    for event in events:
        named = event.data.get("orders")
        orders.update(event.record_ids if named is None else (UUID(order) for order in named))
    await check(handling, RECEIPTS, Among(orders))


async def watch_invoices(handling: Handling, events: Sequence[PublishedEvent]) -> None:
    """Look at the suppliers' invoices that were posted, released or credited."""
    await check(handling, INVOICES, Among({id_ for event in events for id_ in event.record_ids}))


async def watch_excursions(handling: Handling, events: Sequence[PublishedEvent]) -> None:
    """Look at the shipments that were too warm or too cold."""
    await check(handling, EXCURSIONS, Among({id_ for event in events for id_ in event.record_ids}))


async def watch_held_lots(handling: Handling, _: Sequence[PublishedEvent]) -> None:
    """Look at every excursion that is open: a lot was put on hold or released."""
    await check(handling, EXCURSIONS)


async def watch_prices(handling: Handling, events: Sequence[PublishedEvent]) -> None:
    """Look at the prices and margins of the orders that were made, confirmed or given up."""
    orders = Among({id_ for event in events for id_ in event.record_ids})
    await check(handling, PRICES, orders)
    await check(handling, MARGINS, orders)
    await check(handling, RATES, orders)


async def watch_bought_prices(handling: Handling, events: Sequence[PublishedEvent]) -> None:
    """Look at the prices of the purchase orders that were made or decided."""
    await check(handling, PRICES, Among({id_ for event in events for id_ in event.record_ids}))


async def watch_budgets(handling: Handling, events: Sequence[PublishedEvent]) -> None:
    """Look at the lines of budgets that were exceeded."""
    await check(handling, BUDGETS, Among({id_ for event in events for id_ in event.record_ids}))


async def escalate(handling: Handling) -> None:
    """What nobody took within the hours of its rule is the matter of another role."""
    untaken = await untaken_alerts(handling.connection, handling.company_id, handling.now)
    commands = [EscalateAlert(alert_id=id_, owner_role=role) for id_, role in untaken]
    for start in range(0, len(commands), BATCH):
        await handling.perform(commands[start : start + BATCH], reason=UNTAKEN)


async def check(handling: Handling, condition: Condition[Any], among: Among | None = None) -> None:
    """One open alert for each subject and rule of which the condition holds, none where it is over."""
    among = among or Among()
    rules = await rules_in_force(handling.connection, condition.kind)
    if not rules:
        return
    subjects = await condition.subjects(handling, among, rules)
    known = await open_alerts(handling.connection, handling.company_id, rules, among)
    raised: list[RaiseAlert] = []
    standing: set[str] = set()
    for rule in rules:
        looked = Looked(rule, rules, handling.today)
        for subject in subjects:
            cause = fingerprint(rule, condition.cause(subject))
            verdict = condition.verdict(subject, looked)
            if verdict is not Verdict.RESOLVE:
                standing.add(cause)
            if verdict is Verdict.RAISE and cause not in known:
                raised.append(
                    RaiseAlert(
                        rule_id=rule.id, kind=condition.kind, severity=AlertSeverity(rule.severity),
                        owner_role=rule.owner_role, fingerprint=cause, **condition.tell(subject, looked),
                    )
                )  # fmt: skip
    over = [ResolveAlert(alert_id=id_) for cause, id_ in known.items() if cause not in standing]
    commands: Sequence[Any]
    for commands in (raised, over):
        for start in range(0, len(commands), BATCH):
            await handling.perform(commands[start : start + BATCH], reason=ON_CONDITION)


def _sweep(name: str, condition: Condition[Any], every_seconds: float = SWEEP_SECONDS) -> Sweep:
    async def run(handling: Handling, /) -> None:
        await check(handling, condition)

    return Sweep(f"alerts.{name}", run, every_seconds)


HANDLERS: Mapping[str, tuple[EventHandler, ...]] = {
    "StockChanged": (watch_stock, watch_lots),
    "PurchaseOrderCreated": (watch_bought_prices,),
    "PurchaseOrderApproved": (watch_orders, watch_bought_prices),
    "PurchaseOrderRejected": (watch_orders, watch_bought_prices),
    "GoodsReceived": (watch_orders,),
    "GoodsReturned": (watch_orders,),
    "SupplierInvoiceBlocked": (watch_invoices,),
    "SupplierInvoiceReleased": (watch_invoices,),
    "ExcursionFound": (watch_excursions,),
    "LotStatusChanged": (watch_held_lots,),
    "SalesOrderCreated": (watch_prices,),
    "SalesOrderConfirmed": (watch_prices,),
    "SalesOrderCancelled": (watch_prices,),
    "BudgetExceeded": (watch_budgets,),
}


def _while_ruled(handler: EventHandler, condition: Condition[Any]) -> tuple[EventHandler, Asked]:
    """The handler, and that it has its events while a rule of the condition is in force: a new one is swept for."""
    events = frozenset(event for event, handlers in HANDLERS.items() if handler in handlers)

    async def asked(connection: Connection, /) -> frozenset[str]:
        return events if await rules_in_force(connection, condition.kind) else frozenset()

    return handler, asked


ASKED = dict(
    (
        _while_ruled(watch_stock, STOCK),
        _while_ruled(watch_lots, LOTS),
        _while_ruled(watch_orders, RECEIPTS),
        _while_ruled(watch_invoices, INVOICES),
        _while_ruled(watch_excursions, EXCURSIONS),
        _while_ruled(watch_held_lots, EXCURSIONS),
    )
)

SWEEPS = (
    _sweep("reorder_points", STOCK),
    _sweep("receipts", RECEIPTS),
    _sweep("lots", LOTS),
    _sweep("invoices", INVOICES),
    _sweep("licences", LICENCES),
    _sweep("excursions", EXCURSIONS),
    _sweep("webhooks", WEBHOOKS),
    _sweep("credits", CREDITS),
    _sweep("rates", RATES, LONG_SWEEP_SECONDS),
    _sweep("budgets", BUDGETS),
    _sweep("prices", PRICES, LONG_SWEEP_SECONDS),
    _sweep("margins", MARGINS, LONG_SWEEP_SECONDS),
    _sweep("registrations", REGISTRATIONS, LONG_SWEEP_SECONDS),
    Sweep("alerts.escalation", escalate, SWEEP_SECONDS),
)
