"""When a condition holds, when it is over, and what is said of it (pure)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Final
from uuid import UUID

from domain.alerts.models import AlertStatus
from domain.core.flow import Flow, Transition

ACKNOWLEDGE: Final = "be acknowledged"
RESOLVE: Final = "be resolved"

ALERT_FLOW: Final = Flow(
    document="Alert",
    initial=AlertStatus.OPEN,
    transitions={
        ACKNOWLEDGE: Transition(frozenset({AlertStatus.OPEN}), AlertStatus.ACKNOWLEDGED),
        RESOLVE: Transition(frozenset({AlertStatus.OPEN, AlertStatus.ACKNOWLEDGED}), AlertStatus.RESOLVED),
    },
)

HUNDRED: Final = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule as it is applied. `threshold` and `hysteresis`: days, or percent of the reorder point."""

    id: UUID
    code: str
    severity: str
    threshold: Decimal
    hysteresis: Decimal
    window_days: int


class Verdict(Enum):
    """What a condition means for its alert."""

    RAISE = "the condition holds"
    HOLD = "between threshold and recovery: an open alert stays, a new one is not raised"
    RESOLVE = "the condition is over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """What is available of an item in a company or at one site, and the point at which it is ordered again."""

    item_id: UUID
    site_id: UUID | None
    item_code: str
    unit: str
    reorder_point: Decimal
    on_hand: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenReceipt:
    """An approved order of which goods are outstanding, and the first day on which some were due."""

    order_id: UUID
    site_id: UUID | None
    number: str
    supplier: str
    due_on: date
    open_lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LotInStock:
    """A lot of which we hold some, with its last day."""

    lot_id: UUID
    number: str
    item_id: UUID
    item_code: str
    unit: str
    expires_on: date
    on_hand: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockedInvoice:
    """A supplier's invoice that must not be paid yet, since when and why; what is open of it in its currency."""

    invoice_id: UUID
    number: str
    supplier: str
    posted_on: date
    reasons: tuple[str, ...]
    total: Decimal
    currency: str


def invoice_fingerprint(invoice: BlockedInvoice, rule: Rule) -> str:
    """The name of the cause: this rule, this invoice."""
    return f"{rule.code}:{invoice.invoice_id}"


REASONS: Final[Mapping[str, tuple[str, str]]] = {
    "PRICE": ("its price", "价格差异"),
    "QUANTITY_OVER": ("goods that were not accepted", "超收货数量"),
}


def invoice_messages(invoice: BlockedInvoice) -> tuple[str, str]:
    """What was found, in English and in Chinese."""
    told = [REASONS[reason] for reason in invoice.reasons]
    total = f"{plain(invoice.total)} {invoice.currency}"
    return (
        f"{invoice.number} of {invoice.supplier} over {total} is blocked for {' and '.join(one for one, _ in told)}.",
        f"{invoice.supplier} 的采购发票 {invoice.number}（{total}）付款冻结：{'、'.join(zh for _, zh in told)}。",
    )


def expiry_verdict(last_day: date, rule: Rule, rules: Iterable[Rule], today: date) -> Verdict:
    """Whether something expires within `threshold` days, and no stricter one of the `rules` says so already.

    What expired longer ago than the window is history.
    """
    days_left = (last_day - today).days
    if days_left < -rule.window_days:
        return Verdict.HOLD
    if any(days_left <= other.threshold < rule.threshold for other in rules):
        return Verdict.RESOLVE
    if days_left <= rule.threshold:
        return Verdict.RAISE
    return Verdict.HOLD if days_left <= rule.threshold + rule.hysteresis else Verdict.RESOLVE


def lot_fingerprint(lot: LotInStock, rule: Rule) -> str:
    """The name of the cause: this rule, this lot."""
    return f"{rule.code}:{lot.lot_id}"


def expiry_words(last_day: date, today: date) -> tuple[str, str]:
    """When something expires or did, in English and in Chinese."""
    days = (last_day - today).days
    if days < 0:
        return f"expired on {last_day}", f"已于 {last_day} 到期"
    left = "1 day" if days == 1 else f"{days} days"
    return f"expires on {last_day}, {left} left", f"将于 {last_day} 到期，剩余 {days} 天"


def lot_messages(lot: LotInStock, today: date) -> tuple[str, str]:
    """What was found, in English and in Chinese."""
    (when, when_zh), on_hand = expiry_words(lot.expires_on, today), plain(lot.on_hand)
    return (
        f"Lot {lot.number} of {lot.item_code} {when}; {on_hand} {lot.unit} on hand.",
        f"物料 {lot.item_code} 的批次 {lot.number} {when_zh}，现存 {on_hand} {lot.unit}。",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceHeld:
    """The licence of a kind with the latest last day that a party of the company holds."""

    licence_id: UUID
    party_id: UUID
    number: str
    kind: str
    party: str
    valid_to: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelivered:
    """A webhook of which messages were given up, or wait while it is suspended, in the company that they tell of."""

    subscription_id: UUID
    name: str
    owner: str
    messages: int
    since: date
    suspended_for: str | None


def undelivered_fingerprint(webhook: Undelivered, rule: Rule) -> str:
    """The name of the cause: this rule, this webhook."""
    return f"{rule.code}:{webhook.subscription_id}"


def undelivered_messages(webhook: Undelivered) -> tuple[str, str]:
    """What was found, in English and in Chinese."""
    count = "1 message was" if webhook.messages == 1 else f"{webhook.messages} messages were"
    why, why_zh = "", ""
    if webhook.suspended_for is not None:
        why, why_zh = f"; it is suspended: {webhook.suspended_for}", f"；已中止：{webhook.suspended_for}"
    return (
        f"Webhook {webhook.name} of {webhook.owner}: {count} not delivered since {webhook.since}{why}.",
        f"{webhook.owner} 的网络钩子 {webhook.name}：自 {webhook.since} 起有 {webhook.messages} 条消息未送达{why_zh}。",
    )


def licence_fingerprint(licence: LicenceHeld, rule: Rule) -> str:
    """The name of the cause: this rule, this licence."""
    return f"{rule.code}:{licence.licence_id}"


def licence_messages(licence: LicenceHeld, today: date) -> tuple[str, str]:
    """What was found, in English and in Chinese."""
    when, when_zh = expiry_words(licence.valid_to, today)
    return (
        f"Licence {licence.number} ({licence.kind}) of {licence.party} {when}.",
        f"{licence.party} 的许可证 {licence.number}（{licence.kind}）{when_zh}。",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Excursion:
    """A shipment of which goods were outside of what they bear and lots are on hold since."""

    shipment_id: UUID
    site_id: UUID | None
    number: str
    customer_id: UUID
    customer: str
    found_on: date
    lowest: Decimal
    highest: Decimal
    lots: int


def excursion_fingerprint(excursion: Excursion, rule: Rule) -> str:
    """The name of the cause: this rule, this shipment."""
    return f"{rule.code}:{excursion.shipment_id}"


def excursion_messages(excursion: Excursion) -> tuple[str, str]:
    """What was found, in English and in Chinese."""
    lots = "1 lot is" if excursion.lots == 1 else f"{excursion.lots} lots are"
    lowest, highest = plain(excursion.lowest), plain(excursion.highest)
    return (
        f"{excursion.number} to {excursion.customer} was at {lowest} to {highest} °C; {lots} on hold.",
        f"发往{excursion.customer}的 {excursion.number} 温度为 {lowest} 至 {highest} °C，"
        f"{excursion.lots} 个批次已冻结。",
    )


def standing_verdict(since: date, rule: Rule, today: date) -> Verdict:
    """Whether what holds until somebody ends it has held for `threshold` days; beyond the window it is history."""
    days = (today - since).days
    return Verdict.RAISE if rule.threshold <= days <= rule.window_days else Verdict.HOLD


def stock_verdict(stock: Stock, rule: Rule) -> Verdict:
    """Whether stock is below `threshold` percent of the reorder point, or has recovered by `hysteresis` percent."""
    if stock.reorder_point <= 0:
        return Verdict.RESOLVE
    if stock.on_hand * HUNDRED < stock.reorder_point * rule.threshold:
        return Verdict.RAISE
    if stock.on_hand * HUNDRED >= stock.reorder_point * (rule.threshold + rule.hysteresis):
        return Verdict.RESOLVE
    return Verdict.HOLD


def receipt_verdict(receipt: OpenReceipt, rule: Rule, today: date) -> Verdict:
    """Whether goods are late by more than `threshold` days; what is older than the window is history."""
    days_late = (today - receipt.due_on).days
    if days_late > rule.window_days:
        return Verdict.HOLD
    if days_late > rule.threshold:
        return Verdict.RAISE
    return Verdict.RESOLVE if days_late <= rule.threshold - rule.hysteresis else Verdict.HOLD


def stock_fingerprint(stock: Stock, rule: Rule) -> str:
    """The name of the cause: this rule, this item, this site or the whole company."""
    return f"{rule.code}:{stock.item_id}:{stock.site_id or '*'}"


def receipt_fingerprint(receipt: OpenReceipt, rule: Rule) -> str:
    """The name of the cause: this rule, this order."""
    return f"{rule.code}:{receipt.order_id}"


def stock_messages(stock: Stock) -> tuple[str, str]:
    """What was found, in English and in Chinese."""
    on_hand, point = plain(stock.on_hand), plain(stock.reorder_point)
    return (
        f"{stock.item_code}: {on_hand} {stock.unit} available, reorder point {point} {stock.unit}.",
        f"{stock.item_code}：可用 {on_hand} {stock.unit}，再订货点 {point} {stock.unit}。",
    )


def receipt_messages(receipt: OpenReceipt, today: date) -> tuple[str, str]:
    """What was found, in English and in Chinese."""
    days = (today - receipt.due_on).days
    lines = "1 line" if receipt.open_lines == 1 else f"{receipt.open_lines} lines"
    late = "1 day" if days == 1 else f"{days} days"
    return (
        f"{receipt.number} of {receipt.supplier}: {lines} due {receipt.due_on}, {late} late.",
        f"{receipt.supplier} 的采购订单 {receipt.number}：{receipt.open_lines} 行应于 {receipt.due_on} 到货，"
        f"已逾期 {days} 天。",
    )


def plain(number: Decimal) -> str:
    """The number without trailing zeros and without an exponent."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
