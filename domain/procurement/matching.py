"""The three-way match, pure: what an invoice line clears of the goods received, and whether it may be paid.

A bin is what GR/IR holds for the goods of one receipt line that were accepted, not sent back and not invoiced, in the
order's currency and in the company's; what is owed is negative. Goods that were invoiced and then sent back leave a bin
below zero: the supplier owes a credit note, or other goods. An invoice line clears bins from the oldest on. What it
charges beside what they hold is a difference, of the price and of the rate; what it charges for goods that are not
there stays in GR/IR as it was charged, until goods or a credit note come for it. So a bin that is empty holds nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from domain.core.errors import DomainError, SegregationOfDuties
from domain.core.flow import Flow, Transition
from domain.core.money import (
    EXACT,
    ROUNDING,
    ZERO,
    Money,
    UnitPrice,
    allocate,
    minor_unit,
    product,
    to_minor_unit,
    to_scale,
    total,
)
from domain.core.quantity import RATE
from domain.finance.rules import in_company_currency
from domain.finance.rules.open_items import clearing_difference
from domain.procurement.invoices import MatchKind, MatchReason, MatchStatus, SupplierInvoiceStatus
from domain.procurement.rules import HUNDRED


class InvoiceTotalDiffers(DomainError):
    """The supplier's own total is not what lines and taxes come to."""

    code = "INVOICE_TOTAL_DIFFERS"
    zh = "发票 {invoice} 标明价税合计 {stated} {currency}，行与税额合计为 {total} {currency}。"
    en = "Invoice {invoice} says {stated} {currency} in all; its lines and taxes come to {total} {currency}."


class NotBlocked(DomainError):
    code = "NOT_BLOCKED"
    zh = "发票 {invoice} 没有可由人工解除的付款冻结。"
    en = "Invoice {invoice} has no block that a person may lift."


class HeldForGoods(DomainError):
    """Only goods or a credit note lift a block for quantity."""

    code = "HELD_FOR_GOODS"
    zh = "发票 {invoice} 因超出收货数量冻结，须待到货或供应商开具红字发票。"
    en = "Invoice {invoice} is held for goods that were not accepted: they, or a credit note, must come."


POST: Final = "be posted"
CANCEL: Final = "be cancelled"
RELEASE: Final = "be released"

INVOICE_FLOW: Final = Flow(
    document="Supplier invoice",
    initial=SupplierInvoiceStatus.DRAFT,
    transitions={
        POST: Transition(frozenset({SupplierInvoiceStatus.DRAFT}), SupplierInvoiceStatus.POSTED),
        RELEASE: Transition(frozenset({SupplierInvoiceStatus.POSTED}), SupplierInvoiceStatus.POSTED),
        CANCEL: Transition(frozenset({SupplierInvoiceStatus.DRAFT}), SupplierInvoiceStatus.CANCELLED),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """How far an invoice may be off: percent of what was accepted, percent of the price, and what a line is off by in
    the company's currency; and the largest rest of an order line that may be written off.
    """

    quantity_percent: Decimal = ZERO
    price_percent: Decimal = ZERO
    price_amount: Decimal = ZERO
    write_off_amount: Decimal = ZERO


EXACT_MATCH: Final = Tolerance()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """What GR/IR holds for goods of one receipt line; `rate` is that of the receipt, `to_replace` what was sent back of
    it for others to come instead. What is a cost and not goods for stock has an account. One that is written off holds
    what it does as long as nothing else takes it.
    """

    receipt_line_id: UUID
    receipt_id: UUID
    posting_id: UUID
    place: int
    received_on: date
    rate: Decimal
    quantity: Decimal
    transaction: Decimal
    amount: Decimal
    to_replace: Decimal = ZERO
    item_id: UUID | None = None
    account_id: UUID | None = None
    cost_centre_id: UUID | None = None
    is_written_off: bool = False

    def part(self, quantity: Decimal, currency: str, company: str) -> tuple[Decimal, Decimal]:
        """What it holds for some of its goods; all of it for the last."""
        if quantity == self.quantity:
            return self.transaction, self.amount
        return (
            part_of(self.transaction, quantity, self.quantity, currency),
            part_of(self.amount, quantity, self.quantity, company),
        )

    def without(self, quantity: Decimal, transaction: Decimal, amount: Decimal) -> "Bin":
        """The bin once so much of it is gone."""
        return replace(
            self,
            quantity=EXACT.subtract(self.quantity, quantity),
            transaction=EXACT.subtract(self.transaction, transaction),
            amount=EXACT.subtract(self.amount, amount),
        )


def part_of(amount: Decimal, part: Decimal, whole: Decimal, currency: str) -> Decimal:
    """An amount in the proportion of a part to its whole, rounded once."""
    return to_minor_unit(ROUNDING.divide(product(amount, part), whole), currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """What some of an invoice line does to GR/IR (debit positive), with what it differs by from the goods it clears.

    Without a bin it is for goods that have not come: it stays in GR/IR as charged.
    """

    bin: Bin | None
    quantity: Decimal
    transaction: Decimal
    amount: Decimal
    price: Decimal = ZERO
    exchange: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What a line charges for goods: their quantity and cost, in a currency at a rate to the company's."""

    quantity: Decimal
    cost: Decimal
    currency: str
    rate: Decimal
    company: str


def clear(bins: Sequence[Bin], charge: Charge) -> tuple[list[Cleared], list[Bin]]:
    """What a charge clears, the oldest goods first, and the bins it leaves; what is over clears nothing.

    Goods that were written off come last: they are charged late only when no others are left.
    """
    left = charge.quantity
    takes: list[tuple[Bin | None, Decimal]] = []
    for one in sorted(bins, key=lambda one: (one.is_written_off, one.received_on, one.receipt_line_id)):
        taken = min(max(one.quantity, ZERO), left)
        if taken:
            takes.append((one, taken))
            left = EXACT.subtract(left, taken)
    if left:
        takes.append((None, left))
    costs = allocate(charge.cost, [quantity for _, quantity in takes], minor_unit(charge.currency))
    cleared = [_cleared(one, quantity, cost, charge) for (one, quantity), cost in zip(takes, costs, strict=True)]
    return cleared, after(bins, cleared)


def _cleared(one: Bin | None, quantity: Decimal, cost: Decimal, charge: Charge) -> Cleared:
    value = in_company_currency(Money(cost, charge.currency), charge.rate, charge.company)
    if one is None:
        return Cleared(bin=None, quantity=quantity, transaction=cost, amount=value)
    held, held_value = one.part(quantity, charge.currency, charge.company)
    difference = clearing_difference(
        Money(-held, charge.currency), Money(-held_value, charge.company),
        Money(cost, charge.currency), Money(value, charge.company), rate=charge.rate,
    )  # fmt: skip
    return Cleared(
        bin=one, quantity=quantity, transaction=-held, amount=-held_value, price=difference.price,
        exchange=difference.exchange,
    )  # fmt: skip


def after(bins: Sequence[Bin], cleared: Iterable[Cleared]) -> list[Bin]:
    """The bins once what is cleared is gone."""
    left = {one.receipt_line_id: one for one in bins}
    for one in cleared:
        if one.bin is not None:
            id_ = one.bin.receipt_line_id
            left[id_] = left[id_].without(one.quantity, -one.transaction, -one.amount)
    return list(left.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What an invoice line holds in GR/IR of one receipt line, or of goods that have not come (debit positive), with
    what it differed by; `rate` is the invoice's.
    """

    invoice_id: UUID
    invoice_line_id: UUID
    receipt_line_id: UUID | None
    number: str
    posted_on: date
    rate: Decimal
    quantity: Decimal
    transaction: Decimal
    amount: Decimal
    price: Decimal
    exchange: Decimal
    is_written_off: bool = False

    def part(self, quantity: Decimal, currency: str, company: str) -> "Holding":
        """What it holds for some of its quantity; all of it for the last."""
        if quantity == self.quantity:
            return self

        def share(amount: Decimal, of: str) -> Decimal:
            return part_of(amount, quantity, self.quantity, of)

        return replace(
            self, quantity=quantity, transaction=share(self.transaction, currency), amount=share(self.amount, company),
            price=share(self.price, company), exchange=share(self.exchange, company),
        )  # fmt: skip

    def without(self, part: "Holding") -> "Holding":
        """What it holds once a part is gone."""
        return replace(
            self,
            quantity=EXACT.subtract(self.quantity, part.quantity),
            transaction=EXACT.subtract(self.transaction, part.transaction),
            amount=EXACT.subtract(self.amount, part.amount),
            price=EXACT.subtract(self.price, part.price),
            exchange=EXACT.subtract(self.exchange, part.exchange),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """Goods that came for what had been invoiced: the holding that ends, and what clears them instead."""

    kind: MatchKind
    given_up: Holding
    cleared: Cleared


def arrivals(bins: Sequence[Bin], holdings: Sequence[Holding], currency: str, company: str) -> list[Arrived]:
    """What goods received clear of what was invoiced without them: first they replace what was sent back, then they
    are what was invoiced before it came, the oldest of both first, and what was written off last.
    """
    waiting = [*_sent_back(bins, holdings, currency, company)]
    charged = sorted(holdings, key=lambda one: one.is_written_off)
    waiting += [(MatchKind.ARRIVED, one) for one in charged if one.receipt_line_id is None]
    found: list[Arrived] = []
    for one in sorted(bins, key=lambda one: one.is_written_off):
        left = one
        while left.quantity > ZERO and waiting:
            kind, first = waiting.pop(0)
            quantity = min(left.quantity, first.quantity)
            given_up = first.part(quantity, currency, company)
            held, value = left.part(quantity, currency, company)
            difference = clearing_difference(
                Money(-held, currency), Money(-value, company), Money(given_up.transaction, currency),
                Money(given_up.amount, company), rate=given_up.rate,
            )  # fmt: skip
            cleared = Cleared(
                bin=left, quantity=quantity, transaction=-held, amount=-value, price=difference.price,
                exchange=difference.exchange,
            )  # fmt: skip
            found.append(Arrived(kind=kind, given_up=given_up, cleared=cleared))
            left = left.without(quantity, held, value)
            rest = first.without(given_up)
            if rest.quantity:
                waiting.insert(0, (kind, rest))
    return found


def _sent_back(
    bins: Sequence[Bin], holdings: Sequence[Holding], currency: str, company: str
) -> Iterable[tuple[MatchKind, Holding]]:
    """What invoices hold of goods that were sent back to be replaced, at what GR/IR holds for them."""
    for one in bins:
        left = min(-one.quantity, one.to_replace)
        rest = one
        for holding in holdings:
            if holding.receipt_line_id != one.receipt_line_id or left <= ZERO:
                continue
            quantity = min(left, holding.quantity)
            transaction, amount = rest.part(-quantity, currency, company)
            rest = rest.without(-quantity, transaction, amount)
            left = EXACT.subtract(left, quantity)
            # What the invoice differed by from the goods that went back went where the return's difference did.
            yield (
                MatchKind.REPLACED,
                replace(
                    holding, quantity=quantity, transaction=transaction, amount=amount, price=ZERO, exchange=ZERO,
                    is_written_off=one.is_written_off,
                ),
            )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """What an order line says, and what came of it: accepted without what was sent back, invoiced so far."""

    price: UnitPrice
    accepted: Decimal
    invoiced: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How a line matched: what its price is off by, how much of it was not accepted, and why it must not be paid."""

    price_difference: Decimal
    over: Decimal
    reasons: tuple[MatchReason, ...]


def judge(ordered: Ordered, quantity: Decimal, price: UnitPrice, tolerance: Tolerance, rate: Decimal) -> Verdict:
    """How an invoice line over `quantity` at `price` matches its order line; `rate` leads to the company's currency.

    Both price limits must hold, and what is invoiced in all must be within the quantity's. Prices are compared by what
    the quantity comes to, so that one of a box and one of a piece are equal where they mean the same.
    """
    wanted = ordered.price.of(quantity)
    difference = ROUNDING.subtract(price.of(quantity), wanted)
    invoiced = EXACT.add(ordered.invoiced, quantity)
    over_in_all = max(EXACT.subtract(invoiced, ordered.accepted), ZERO)
    reasons: list[MatchReason] = []
    by_percent = ROUNDING.multiply(abs(difference), HUNDRED) <= ROUNDING.multiply(wanted, tolerance.price_percent)
    by_amount = ROUNDING.multiply(abs(difference), rate) <= tolerance.price_amount
    if difference and not (by_percent and by_amount):
        reasons.append(MatchReason.PRICE)
    if product(over_in_all, HUNDRED) > product(ordered.accepted, tolerance.quantity_percent):
        reasons.append(MatchReason.QUANTITY_OVER)
    of_one = to_scale(ROUNDING.divide(difference, quantity), RATE.after_point)
    return Verdict(price_difference=of_one, over=min(over_in_all, quantity), reasons=tuple(reasons))


def price_agrees(ordered: UnitPrice, kept: Charge, tolerance: Tolerance) -> bool:
    """Whether what a line still charges agrees with its order's price: `kept` is the quantity that credit notes left of
    it, and the cost at which they left it.

    Both limits of the price must hold, as when it was judged; amounts are told to the minor unit, so they are compared.
    """
    wanted = to_minor_unit(ordered.of(kept.quantity), kept.currency)
    difference = abs(EXACT.subtract(kept.cost, wanted))
    by_percent = product(difference, HUNDRED) <= product(wanted, tolerance.price_percent)
    by_amount = product(difference, kept.rate) <= tolerance.price_amount
    return not difference or (by_percent and by_amount)


def held_part(verdict: Verdict, quantity: Decimal, charged: Decimal, currency: str) -> Decimal:
    """The part of what a line charges that waits for its goods: that of what is over, where it is beyond tolerance."""
    if MatchReason.QUANTITY_OVER not in verdict.reasons:
        return ZERO
    return charged if verdict.over == quantity else part_of(charged, verdict.over, quantity, currency)


def blocks(verdicts: Iterable[Verdict]) -> tuple[MatchReason, ...]:
    """The reasons of all lines, each once."""
    found = {reason for verdict in verdicts for reason in verdict.reasons}
    return tuple(reason for reason in MatchReason if reason in found)


def match_status(payment_blocks: Sequence[str], *, was_blocked: bool = False) -> MatchStatus:
    """What the blocks that are left make of an invoice."""
    if payment_blocks:
        return MatchStatus.BLOCKED
    return MatchStatus.RELEASED if was_blocked else MatchStatus.MATCHED


def released(number: str, payment_blocks: Sequence[str]) -> list[str]:
    """The blocks that are left once a person has lifted that of the price.

    Raises: NotBlocked, HeldForGoods.
    """
    left = [reason for reason in payment_blocks if reason != MatchReason.PRICE]
    if not payment_blocks:
        raise NotBlocked(invoice=number)
    if len(left) == len(payment_blocks):
        raise HeldForGoods(invoice=number)
    return left


def another_person(by: UUID, created_by: UUID, posted_by: UUID | None) -> None:
    """Nothing; raises SegregationOfDuties when who releases an invoice registered or posted it."""
    for maker, conflicting in ((created_by, "CreateSupplierInvoice"), (posted_by, "PostSupplierInvoice")):
        if maker == by:
            raise SegregationOfDuties(duty="ReleaseSupplierInvoice", conflicting=conflicting)


def undeducted(nets: Sequence[Decimal], applies: Sequence[bool], amount: Decimal, currency: str) -> list[Decimal]:
    """A tax that is not deducted as part of the cost of the lines it applies to, in proportion to them."""
    weights = [abs(net) if own else ZERO for net, own in zip(nets, applies, strict=True)]
    if not amount or not total(weights):
        return [ZERO] * len(nets)
    return list(allocate(amount, weights, minor_unit(currency)))
