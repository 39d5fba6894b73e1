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
ESCALATE: Final = "become the matter of another role"

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
    """A rule as it is applied. `threshold` and `hysteresis`: days, or percent of what its kind names."""

    id: UUID
    code: str
    severity: str
    owner_role: str
    threshold: Decimal
    hysteresis: Decimal
    window_days: int


def fingerprint(rule: Rule, cause: object) -> str:
    """The name of what a rule found: seen again, it is the same alert."""
    return f"{rule.code}:{cause}"


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
    item_zh: str
    unit: str
    reorder_point: Decimal
    on_hand: Decimal

    @property
    def place(self) -> str:
        """The item at this site, or in the whole company."""
        return f"{self.item_id}:{self.site_id or '*'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenReceipt:
    """An approved order of which goods are outstanding, and the first day on which some were due."""

    order_id: UUID
    site_id: UUID | None
    number: str
    supplier: str
    supplier_zh: str
    due_on: date
    open_lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LotInStock:
    """A lot of which we hold some, with its last day."""

    lot_id: UUID
    number: str
    item_id: UUID
    item_code: str
    item_zh: str
    unit: str
    expires_on: date
    on_hand: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockedInvoice:
    """A supplier's invoice that must not be paid yet, since when and why."""

    invoice_id: UUID
    number: str
    supplier: str
    supplier_zh: str
    posted_on: date
    reasons: tuple[str, ...]


REASONS: Final[Mapping[str, tuple[str, str]]] = {
    "PRICE": ("its price", "价格差异"),
    "QUANTITY_OVER": ("goods that were not accepted", "超收货数量"),
}


def invoice_messages(invoice: BlockedInvoice) -> tuple[str, str]:
    """What was found, in English and in Chinese."""
    told = [REASONS[reason] for reason in invoice.reasons]
    return (
        f"{invoice.number} of {invoice.supplier} is blocked for {' and '.join(one for one, _ in told)}.",
        f"{invoice.supplier_zh} 的采购发票 {invoice.number} 付款冻结：{'、'.join(zh for _, zh in told)}。",
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
        f"{lot.item_zh} 的批次 {lot.number} {when_zh}，现存 {on_hand} {lot.unit}。",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceHeld:
    """The licence of a kind with the latest last day that a party of the company holds."""

    licence_id: UUID
    party_id: UUID
    number: str
    kind: str
    party: str
    party_zh: str
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


def licence_messages(licence: LicenceHeld, today: date) -> tuple[str, str]:
    """What was found, in English and in Chinese."""
    when, when_zh = expiry_words(licence.valid_to, today)
    return (
        f"Licence {licence.number} ({licence.kind}) of {licence.party} {when}.",
        f"{licence.party_zh} 的许可证 {licence.number}（{licence.kind}）{when_zh}。",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Excursion:
    """A shipment of which goods were outside of what they bear and lots are on hold since."""

    shipment_id: UUID
    site_id: UUID | None
    number: str
    customer_id: UUID
    customer: str
    customer_zh: str
    found_on: date
    lowest: Decimal
    highest: Decimal
    lots: int


def excursion_messages(excursion: Excursion) -> tuple[str, str]:
    """What was found, in English and in Chinese."""
    lots = "1 lot is" if excursion.lots == 1 else f"{excursion.lots} lots are"
    lowest, highest = plain(excursion.lowest), plain(excursion.highest)
    span, span_zh = (f"{lowest} to {highest}", f"{lowest} 至 {highest}") if lowest != highest else (lowest, lowest)
    return (
        f"{excursion.number} to {excursion.customer} was at {span} °C; {lots} on hold.",
        f"发往{excursion.customer_zh}的 {excursion.number} 温度为 {span_zh} °C，{excursion.lots} 个批次已冻结。",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationHeld:
    """The registration with the latest last day that an item has in a country."""

    registration_id: UUID
    item_id: UUID
    item_code: str
    item_zh: str
    number: str
    country: str
    valid_to: date


def registration_messages(held: RegistrationHeld, today: date) -> tuple[str, str]:
    """What was found, in English and in Chinese."""
    when, when_zh = expiry_words(held.valid_to, today)
    return (
        f"Registration {held.number} of {held.item_code} in {held.country} {when}.",
        f"{held.item_zh} 在 {held.country} 的注册证 {held.number} {when_zh}。",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditUse:
    """What a customer may owe, and what it owes and has ordered, in the currency of its limit."""

    party_id: UUID
    party: str
    party_zh: str
    limit: Decimal
    used: Decimal


def credit_messages(use: CreditUse, rule: Rule) -> tuple[str, str]:
    """What was found, in English and in Chinese."""
    share = plain(rule.threshold)
    return (
        f"{use.party} owes and has ordered more than {share} % of its credit limit.",
        f"{use.party_zh} 的欠款及在途订单已超过信用额度的 {share}%。",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingRate:
    """What nobody can tell without a rate: how much a customer uses of its limit, or the margin of an order of its."""

    party_id: UUID
    party: str
    party_zh: str
    base: str
    quote: str
    sales_order_id: UUID | None = None
    number: str | None = None
    site_id: UUID | None = None


def rate_messages(one: MissingRate) -> tuple[str, str]:
    """What was found, in English and in Chinese."""
    if one.number is not None:
        return (
            f"{one.number}: without a rate from {one.base} to {one.quote} its margin is unknown.",
            f"销售订单 {one.number}：缺少 {one.base} 对 {one.quote} 的汇率，无法计算毛利。",
        )
    return (
        f"{one.party}: without a rate from {one.base} to {one.quote} its use of the credit limit is unknown.",
        f"{one.party_zh}：缺少 {one.base} 对 {one.quote} 的汇率，无法计算信用额度占用。",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetUse:
    """What of a budget's line was released, and what was spent and promised of it."""

    line_id: UUID
    budget: str
    name: str
    name_zh: str
    account: str
    released: Decimal
    used: Decimal


def budget_messages(use: BudgetUse, rule: Rule) -> tuple[str, str]:
    """What was found, in English and in Chinese."""
    share = plain(rule.threshold)
    return (
        f"Budget {use.budget} ({use.name}): more than {share} % of account {use.account} is spent or promised.",
        f"预算 {use.budget}（{use.name_zh}）科目 {use.account} 的实际与占用已超过 {share}%。",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceOff:
    """A line of an order, sold or bought, whose price is not the usual one."""

    line_id: UUID
    position: int
    item_id: UUID
    item: str
    item_zh: str
    number: str
    site_id: UUID | None
    sales_order_id: UUID | None
    purchase_order_id: UUID | None
    unit_price: Decimal
    usual: Decimal

    @property
    def deviation(self) -> Decimal:
        """How far the price is off, either way."""
        return abs(self.unit_price - self.usual)


def price_messages(price: PriceOff, rule: Rule) -> tuple[str, str]:
    """What was found, in English and in Chinese."""
    share, kind_zh = plain(rule.threshold), "采购订单" if price.sales_order_id is None else "销售订单"
    return (
        f"{price.number} line {price.position}: the price of {price.item} is more than {share} % off the usual one.",
        f"{kind_zh} {price.number} 第 {price.position} 行：{price.item_zh} 的单价偏离常规价格超过 {share}%。",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderMargin:
    """What a line of a customer's order brings and what its goods cost, in the company's currency."""

    line_id: UUID
    position: int
    item_id: UUID
    item: str
    item_zh: str
    sales_order_id: UUID
    number: str
    site_id: UUID | None
    revenue: Decimal
    cost: Decimal

    @property
    def margin(self) -> Decimal:
        """What is left of the revenue."""
        return self.revenue - self.cost


def margin_messages(one: OrderMargin, rule: Rule) -> tuple[str, str]:
    """What was found, in English and in Chinese."""
    if rule.threshold == 0:
        return (
            f"{one.number} line {one.position}: {one.item} is sold below its cost.",
            f"销售订单 {one.number} 第 {one.position} 行：{one.item_zh} 售价低于成本。",
        )
    share = plain(rule.threshold)
    return (
        f"{one.number} line {one.position}: {one.item} leaves a margin below {share} %.",
        f"销售订单 {one.number} 第 {one.position} 行：{one.item_zh} 毛利率低于 {share}%。",
    )


def standing_verdict(since: date, rule: Rule, today: date) -> Verdict:
    """Whether what holds until somebody ends it has held for `threshold` days; beyond the window it is history."""
    days = (today - since).days
    return Verdict.RAISE if rule.threshold <= days <= rule.window_days else Verdict.HOLD


def stock_verdict(stock: Stock, rule: Rule) -> Verdict:
    """Whether stock is below `threshold` percent of the reorder point, or has recovered by `hysteresis` percent."""
    return Verdict.RESOLVE if stock.reorder_point <= 0 else below(stock.on_hand, stock.reorder_point, rule)


def below(part: Decimal, whole: Decimal, rule: Rule) -> Verdict:
    """Whether a part is below `threshold` percent of a whole; over once it is `hysteresis` percent above that."""
    if part * HUNDRED < whole * rule.threshold:
        return Verdict.RAISE
    return Verdict.RESOLVE if part * HUNDRED >= whole * (rule.threshold + rule.hysteresis) else Verdict.HOLD


def above(part: Decimal, whole: Decimal, rule: Rule) -> Verdict:
    """Whether a part is above `threshold` percent of a whole; over once it is `hysteresis` percent below that."""
    if part * HUNDRED > whole * rule.threshold:
        return Verdict.RAISE
    return Verdict.RESOLVE if part * HUNDRED <= whole * (rule.threshold - rule.hysteresis) else Verdict.HOLD


def most_above(part: Decimal, whole: Decimal, rule: Rule, rules: Iterable[Rule]) -> Verdict:
    """Whether a part is `above` a whole, and no stricter one of the `rules` says so already."""
    if any(rule.threshold < other.threshold and part * HUNDRED > whole * other.threshold for other in rules):
        return Verdict.RESOLVE
    return above(part, whole, rule)


def receipt_verdict(receipt: OpenReceipt, rule: Rule, today: date) -> Verdict:
    """Whether goods are late by more than `threshold` days; what is older than the window is history."""
    days_late = (today - receipt.due_on).days
    if days_late > rule.window_days:
        return Verdict.HOLD
    if days_late > rule.threshold:
        return Verdict.RAISE
    return Verdict.RESOLVE if days_late <= rule.threshold - rule.hysteresis else Verdict.HOLD


def stock_messages(stock: Stock) -> tuple[str, str]:
    """What was found, in English and in Chinese."""
    on_hand, point = plain(stock.on_hand), plain(stock.reorder_point)
    return (
        f"{stock.item_code}: {on_hand} {stock.unit} available, reorder point {point} {stock.unit}.",
        f"{stock.item_zh}：可用 {on_hand} {stock.unit}，再订货点 {point} {stock.unit}。",
    )


def receipt_messages(receipt: OpenReceipt, today: date) -> tuple[str, str]:
    """What was found, in English and in Chinese."""
    days = (today - receipt.due_on).days
    lines = "1 line" if receipt.open_lines == 1 else f"{receipt.open_lines} lines"
    late = "1 day" if days == 1 else f"{days} days"
    return (
        f"{receipt.number} of {receipt.supplier}: {lines} due {receipt.due_on}, {late} late.",
        f"{receipt.supplier_zh} 的采购订单 {receipt.number}：{receipt.open_lines} 行应于 {receipt.due_on} 到货，"
        f"已逾期 {days} 天。",
    )


def plain(number: Decimal) -> str:
    """The number without trailing zeros and without an exponent."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
