"""The conditions that are watched: each says which subjects there are, what a rule means for one, and what is told.

A new one is a kind, a statement in `reads`, its words in `rules`, and an entry here.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Generic, TypeVar

from domain.alerts import money, reads
from domain.alerts.models import AlertKind
from domain.alerts.reads import Among
from domain.alerts.rules import (
    BlockedInvoice,
    BudgetUse,
    CreditUse,
    Excursion,
    LicenceHeld,
    LotInStock,
    MissingRate,
    OpenReceipt,
    OrderMargin,
    PriceOff,
    RegistrationHeld,
    Rule,
    Stock,
    Undelivered,
    Verdict,
    below,
    budget_messages,
    credit_messages,
    excursion_messages,
    expiry_verdict,
    invoice_messages,
    licence_messages,
    lot_messages,
    margin_messages,
    most_above,
    price_messages,
    rate_messages,
    receipt_messages,
    receipt_verdict,
    registration_messages,
    standing_verdict,
    stock_messages,
    stock_verdict,
    undelivered_messages,
)
from domain.core.handling import Handling

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Looked:
    """With what a subject is looked at: one rule among those in force, on a day."""

    rule: Rule
    rules: Sequence[Rule]
    today: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition(Generic[S]):
    """One kind of condition over subjects of one type.

    `subjects` finds those that any of the rules may mean something for; `cause` names what an alert is about, so that
    the same is not told twice; `tell` gives the arguments of `RaiseAlert` that are about the subject.
    """

    kind: AlertKind
    subjects: Callable[[Handling, Among, Sequence[Rule]], Awaitable[Sequence[S]]]
    cause: Callable[[S], object]
    verdict: Callable[[S, Looked], Verdict]
    tell: Callable[[S, Looked], Mapping[str, Any]]


def _horizon(handling: Handling, rules: Sequence[Rule]) -> date:
    """The last day that matters to rules in days before one."""
    return handling.today + timedelta(days=int(max(rule.threshold + rule.hysteresis for rule in rules)))


def _since(handling: Handling, rules: Sequence[Rule]) -> date:
    """The first day that is not history to the rules."""
    return handling.today - timedelta(days=max(rule.window_days for rule in rules))


def _messages(messages: tuple[str, str]) -> Mapping[str, Any]:
    return {"message": messages[0], "message_zh": messages[1]}


def _days(days: int, rule: Rule) -> Mapping[str, Any]:
    return {"measured": Decimal(days), "measured_limit": rule.threshold, "measured_unit": "day"}


def _stocks(handling: Handling, among: Among, _: Sequence[Rule]) -> Awaitable[Sequence[Stock]]:
    return reads.stock_levels(handling.connection, handling.company_id, among)


def _tell_stock(stock: Stock, _: Looked) -> Mapping[str, Any]:
    return {
        "subject_type": "Item", "subject_id": stock.item_id, "item_id": stock.item_id, "site_id": stock.site_id,
        "measured": stock.on_hand, "measured_limit": stock.reorder_point, "measured_unit": stock.unit,
        **_messages(stock_messages(stock)),
    }  # fmt: skip


STOCK: Condition[Stock] = Condition(
    kind=AlertKind.BELOW_REORDER_POINT,
    subjects=_stocks,
    cause=lambda stock: stock.place,
    verdict=lambda stock, looked: stock_verdict(stock, looked.rule),
    tell=_tell_stock,
)


def _lots(handling: Handling, among: Among, rules: Sequence[Rule]) -> Awaitable[Sequence[LotInStock]]:
    return reads.expiring_lots(handling.connection, handling.company_id, among, _horizon(handling, rules))


def _tell_lot(lot: LotInStock, looked: Looked) -> Mapping[str, Any]:
    return {
        "subject_type": "Lot", "subject_id": lot.lot_id, "item_id": lot.item_id, "due_on": lot.expires_on,
        **_messages(lot_messages(lot, looked.today)), **_days((lot.expires_on - looked.today).days, looked.rule),
    }  # fmt: skip


LOTS: Condition[LotInStock] = Condition(
    kind=AlertKind.LOT_EXPIRING,
    subjects=_lots,
    cause=lambda lot: lot.lot_id,
    verdict=lambda lot, looked: expiry_verdict(lot.expires_on, looked.rule, looked.rules, looked.today),
    tell=_tell_lot,
)


def _receipts(handling: Handling, among: Among, _: Sequence[Rule]) -> Awaitable[Sequence[OpenReceipt]]:
    return reads.open_receipts(handling.connection, handling.company_id, among)


def _tell_receipt(receipt: OpenReceipt, looked: Looked) -> Mapping[str, Any]:
    return {
        "subject_type": "PurchaseOrder", "subject_id": receipt.order_id, "purchase_order_id": receipt.order_id,
        "site_id": receipt.site_id, "due_on": receipt.due_on, **_messages(receipt_messages(receipt, looked.today)),
        **_days((looked.today - receipt.due_on).days, looked.rule),
    }  # fmt: skip


RECEIPTS: Condition[OpenReceipt] = Condition(
    kind=AlertKind.RECEIPT_OVERDUE,
    subjects=_receipts,
    cause=lambda receipt: receipt.order_id,
    verdict=lambda receipt, looked: receipt_verdict(receipt, looked.rule, looked.today),
    tell=_tell_receipt,
)


def _invoices(handling: Handling, among: Among, _: Sequence[Rule]) -> Awaitable[Sequence[BlockedInvoice]]:
    return reads.blocked_invoices(handling.connection, handling.company_id, among)


def _tell_invoice(invoice: BlockedInvoice, looked: Looked) -> Mapping[str, Any]:
    return {
        "subject_type": "SupplierInvoice", "subject_id": invoice.invoice_id, "supplier_invoice_id": invoice.invoice_id,
        **_messages(invoice_messages(invoice)), **_days((looked.today - invoice.posted_on).days, looked.rule),
    }  # fmt: skip


INVOICES: Condition[BlockedInvoice] = Condition(
    kind=AlertKind.MATCH_BLOCKED,
    subjects=_invoices,
    cause=lambda invoice: invoice.invoice_id,
    verdict=lambda invoice, looked: standing_verdict(invoice.posted_on, looked.rule, looked.today),
    tell=_tell_invoice,
)


def _licences(handling: Handling, among: Among, rules: Sequence[Rule]) -> Awaitable[Sequence[LicenceHeld]]:
    return reads.expiring_licences(handling.connection, handling.company_id, among, _horizon(handling, rules))


def _tell_licence(licence: LicenceHeld, looked: Looked) -> Mapping[str, Any]:
    return {
        "subject_type": "Licence", "subject_id": licence.licence_id, "party_id": licence.party_id,
        "due_on": licence.valid_to, **_messages(licence_messages(licence, looked.today)),
        **_days((licence.valid_to - looked.today).days, looked.rule),
    }  # fmt: skip


LICENCES: Condition[LicenceHeld] = Condition(
    kind=AlertKind.LICENCE_EXPIRING,
    subjects=_licences,
    cause=lambda licence: licence.licence_id,
    verdict=lambda licence, looked: expiry_verdict(licence.valid_to, looked.rule, looked.rules, looked.today),
    tell=_tell_licence,
)


def _undelivered(handling: Handling, among: Among, _: Sequence[Rule]) -> Awaitable[Sequence[Undelivered]]:
    return reads.undelivered_webhooks(handling.connection, handling.company_id, among)


def _tell_undelivered(webhook: Undelivered, looked: Looked) -> Mapping[str, Any]:
    return {
        "subject_type": "WebhookSubscription", "subject_id": webhook.subscription_id,
        "webhook_subscription_id": webhook.subscription_id, **_messages(undelivered_messages(webhook)),
        **_days((looked.today - webhook.since).days, looked.rule),
    }  # fmt: skip


# A subscription is the group's, an alert a company's: each company is told of the messages that tell of it.
WEBHOOKS: Condition[Undelivered] = Condition(
    kind=AlertKind.WEBHOOK_UNDELIVERED,
    subjects=_undelivered,
    cause=lambda webhook: webhook.subscription_id,
    verdict=lambda webhook, looked: standing_verdict(webhook.since, looked.rule, looked.today),
    tell=_tell_undelivered,
)


def _excursions(handling: Handling, among: Among, _: Sequence[Rule]) -> Awaitable[Sequence[Excursion]]:
    return reads.open_excursions(handling.connection, handling.company_id, among)


def _tell_excursion(excursion: Excursion, looked: Looked) -> Mapping[str, Any]:
    return {
        "subject_type": "Shipment", "subject_id": excursion.shipment_id, "shipment_id": excursion.shipment_id,
        "party_id": excursion.customer_id, "site_id": excursion.site_id, **_messages(excursion_messages(excursion)),
        **_days((looked.today - excursion.found_on).days, looked.rule),
    }  # fmt: skip


EXCURSIONS: Condition[Excursion] = Condition(
    kind=AlertKind.EXCURSION,
    subjects=_excursions,
    cause=lambda excursion: excursion.shipment_id,
    verdict=lambda excursion, looked: standing_verdict(excursion.found_on, looked.rule, looked.today),
    tell=_tell_excursion,
)


def _registrations(handling: Handling, among: Among, rules: Sequence[Rule]) -> Awaitable[Sequence[RegistrationHeld]]:
    return reads.expiring_registrations(handling.connection, handling.company_id, among, _horizon(handling, rules))


def _tell_registration(held: RegistrationHeld, looked: Looked) -> Mapping[str, Any]:
    return {
        "subject_type": "ProductRegistration", "subject_id": held.registration_id, "item_id": held.item_id,
        "due_on": held.valid_to, **_messages(registration_messages(held, looked.today)),
        **_days((held.valid_to - looked.today).days, looked.rule),
    }  # fmt: skip


REGISTRATIONS: Condition[RegistrationHeld] = Condition(
    kind=AlertKind.REGISTRATION_EXPIRING,
    subjects=_registrations,
    cause=lambda registration: registration.registration_id,
    verdict=lambda held, looked: expiry_verdict(held.valid_to, looked.rule, looked.rules, looked.today),
    tell=_tell_registration,
)


def _credits(handling: Handling, among: Among, _: Sequence[Rule]) -> Awaitable[Sequence[CreditUse]]:
    return money.credits_used(handling, among)


def _tell_credit(use: CreditUse, looked: Looked) -> Mapping[str, Any]:
    return {
        "subject_type": "Party", "subject_id": use.party_id, "party_id": use.party_id,
        "measured_percent": money.percent_of(use.used, use.limit), **_messages(credit_messages(use, looked.rule)),
    }  # fmt: skip


CREDITS: Condition[CreditUse] = Condition(
    kind=AlertKind.CREDIT_EXCEEDED,
    subjects=_credits,
    cause=lambda use: use.party_id,
    verdict=lambda use, looked: most_above(use.used, use.limit, looked.rule, looked.rules),
    tell=_tell_credit,
)


def _rates(handling: Handling, among: Among, rules: Sequence[Rule]) -> Awaitable[Sequence[MissingRate]]:
    return money.rates_missing(handling, among, _since(handling, rules))


def _tell_rate(one: MissingRate, _: Looked) -> Mapping[str, Any]:
    return {
        "subject_type": "Party" if one.sales_order_id is None else "SalesOrder",
        "subject_id": one.sales_order_id or one.party_id, "party_id": one.party_id,
        "sales_order_id": one.sales_order_id, "site_id": one.site_id, **_messages(rate_messages(one)),
    }  # fmt: skip


# It holds from the day it is seen until somebody enters the rate: there is no measure of it.
RATES: Condition[MissingRate] = Condition(
    kind=AlertKind.RATE_MISSING,
    subjects=_rates,
    cause=lambda one: f"{one.sales_order_id or one.party_id}:{one.base}/{one.quote}",
    verdict=lambda one, looked: Verdict.RAISE,
    tell=_tell_rate,
)


def _budgets(handling: Handling, among: Among, rules: Sequence[Rule]) -> Awaitable[Sequence[BudgetUse]]:
    return money.budgets_used(handling, among, _since(handling, rules))


def _tell_budget(use: BudgetUse, looked: Looked) -> Mapping[str, Any]:
    return {
        "subject_type": "BudgetLine", "subject_id": use.line_id, "budget_line_id": use.line_id,
        "measured_percent": money.percent_of(use.used, use.released), **_messages(budget_messages(use, looked.rule)),
    }  # fmt: skip


BUDGETS: Condition[BudgetUse] = Condition(
    kind=AlertKind.BUDGET_EXCEEDED,
    subjects=_budgets,
    cause=lambda use: use.line_id,
    verdict=lambda use, looked: most_above(use.used, use.released, looked.rule, looked.rules),
    tell=_tell_budget,
)


def _prices(handling: Handling, among: Among, rules: Sequence[Rule]) -> Awaitable[Sequence[PriceOff]]:
    return money.prices_off(handling, among, _since(handling, rules))


def _tell_price(price: PriceOff, looked: Looked) -> Mapping[str, Any]:
    kind = "PurchaseOrder" if price.sales_order_id is None else "SalesOrder"
    return {
        "subject_type": kind, "subject_id": price.sales_order_id or price.purchase_order_id,
        "sales_order_id": price.sales_order_id, "purchase_order_id": price.purchase_order_id,
        "item_id": price.item_id, "site_id": price.site_id,
        "measured_percent": money.percent_of(price.deviation, price.usual),
        **_messages(price_messages(price, looked.rule)),
    }  # fmt: skip


PRICES: Condition[PriceOff] = Condition(
    kind=AlertKind.PRICE_OUTSIDE_BAND,
    subjects=_prices,
    cause=lambda price: price.line_id,
    verdict=lambda price, looked: most_above(price.deviation, price.usual, looked.rule, looked.rules),
    tell=_tell_price,
)


def _margins(handling: Handling, among: Among, rules: Sequence[Rule]) -> Awaitable[Sequence[OrderMargin]]:
    return money.order_margins(handling, among, _since(handling, rules))


def _tell_margin(one: OrderMargin, looked: Looked) -> Mapping[str, Any]:
    return {
        "subject_type": "SalesOrder", "subject_id": one.sales_order_id, "sales_order_id": one.sales_order_id,
        "item_id": one.item_id, "site_id": one.site_id,
        "measured_percent": money.percent_of(one.margin, one.revenue), **_messages(margin_messages(one, looked.rule)),
    }  # fmt: skip


MARGINS: Condition[OrderMargin] = Condition(
    kind=AlertKind.NEGATIVE_MARGIN,
    subjects=_margins,
    cause=lambda one: one.line_id,
    verdict=lambda one, looked: below(one.margin, one.revenue, looked.rule),
    tell=_tell_margin,
)
