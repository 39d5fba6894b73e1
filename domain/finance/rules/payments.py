"""Payments, pure: how money that moved is set against open items, and what is left of it.

Money received is a claim of the payer (credit, negative), money sent one of ours (debit, positive). What a payment
settles of an item may be less than the item: a discount for paying early, or a small difference given up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from domain.core.errors import DomainError, NotFound, Rejected
from domain.core.money import EXACT, ROUNDING, ZERO, product, to_minor_unit, total
from domain.finance.models import AccountRole, PaymentDirection
from domain.finance.rules.open_items import Item, Part, Reduction, check_matchable, take
from domain.finance.rules.terms import discount_of_payment, early_discount

# A difference above this share of an item is a matter for a credit note.
WRITE_OFF_PERCENT_MAX: Final = Decimal(5)
HUNDRED: Final = Decimal(100)


class PaymentExceeded(DomainError):
    code = "PAYMENT_EXCEEDED"
    zh = "核销所需 {asked} 超过收付款金额 {amount}。"
    en = "The items take {asked}; the payment is {amount}."


class PaymentBlocked(DomainError):
    code = "PAYMENT_BLOCKED"
    zh = "未清项 {item} 已冻结付款：{reason}。"
    en = "Open item {item} must not be paid yet: {reason}."


class DiscountExpired(DomainError):
    code = "DISCOUNT_EXPIRED"
    zh = "未清项 {item} 在 {day} 已无现金折扣。"
    en = "Open item {item} has no discount for paying early on {day}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be settled of one item; amounts as magnitudes, None for all that the payment can pay of it."""

    item_id: UUID
    amount: Decimal | None = None
    take_discount: bool = False
    written_off: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What a payment settles: the parts of the items, what was given up of them, and how much money that took."""

    parts: tuple[Part, ...]
    reductions: tuple[Reduction, ...]
    used: Decimal
    discount: Decimal
    written_off: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Paying:
    """A payment about to be set against items: `amount` as a magnitude, `currency` its own."""

    direction: PaymentDirection
    party_id: UUID
    amount: Decimal
    currency: str
    on: date
    company_currency: str

    @property
    def sign(self) -> int:
        """The sign of the items it pays: receivables are positive."""
        return 1 if self.direction is PaymentDirection.IN else -1


def apply(paying: Paying, wishes: Sequence[Wish], items: Mapping[UUID, Item]) -> Applied:
    """What the payment settles, wish by wish.

    An item of the other sign (a credit note on what is collected) adds to what the money can pay. Raises: NotFound,
    AnotherParty, CurrencyMismatch, MatchedBeforeItem, PaymentBlocked, ExceedsOpenAmount, DiscountExpired,
    PaymentExceeded, Rejected.
    """
    left = paying.amount
    known = dict(items)
    parts: list[Part] = []
    reductions: list[Reduction] = []
    for place, wish in enumerate(wishes):
        try:
            item = known.get(wish.item_id)
            if item is None:
                raise NotFound(("openItem",), what="open item", key=str(wish.item_id))
            check_matchable(item, paying.party_id, paying.currency, paying.on)
            if item.blocked_reason is not None and paying.direction is PaymentDirection.OUT:
                raise PaymentBlocked(item=item.number, reason=item.blocked_reason)
            part, given_up = _part(paying, wish, item, left)
        except DomainError as refusal:
            raise refusal.at("matches", place) from None
        parts.append(part)
        reductions += given_up
        known[item.id] = part.after
        paid = EXACT.subtract(part.transaction, total([one.transaction for one in given_up]))
        left = EXACT.subtract(left, paid * paying.sign)
    used = EXACT.subtract(paying.amount, left)
    if not ZERO <= used <= paying.amount:
        raise PaymentExceeded(("matches",), asked=used, amount=paying.amount)
    return Applied(
        parts=tuple(parts),
        reductions=tuple(reductions),
        used=used,
        discount=_sum(reductions, AccountRole.DISCOUNT_GIVEN, AccountRole.DISCOUNT_TAKEN),
        written_off=_sum(reductions, AccountRole.PAYMENT_DIFFERENCE),
    )


def _sum(reductions: Sequence[Reduction], *roles: AccountRole) -> Decimal:
    return abs(total([one.transaction for one in reductions if one.role in roles]))


def _part(paying: Paying, wish: Wish, item: Item, left: Decimal) -> tuple[Part, list[Reduction]]:
    """What is taken of an item, and what of that is given up; `left` is the money not used yet."""
    sign = 1 if item.open_transaction > ZERO else -1
    whole = abs(item.open_transaction)
    discount = _discount(paying, wish, item) if wish.take_discount else ZERO
    _check_written_off(wish, whole)
    given_up = EXACT.add(discount, wish.written_off)
    if wish.amount is not None:
        magnitude = EXACT.add(wish.amount, given_up)
    elif sign == paying.sign and not given_up:
        magnitude = min(whole, max(left, ZERO))
    else:
        magnitude = whole
    if given_up and sign != paying.sign:
        raise Rejected(
            what="open item", value=item.number, reason="nothing is given up of an item that adds to the payment",
            reason_zh="反向未清项不能享受折扣或核销尾差",
        )  # fmt: skip
    part = take(item, magnitude * sign, paying.company_currency)
    return part, [
        _reduction(part, amount * sign, role, paying.company_currency)
        for amount, role in ((discount, _discount_role(paying)), (wish.written_off, AccountRole.PAYMENT_DIFFERENCE))
        if amount
    ]


def _discount(paying: Paying, wish: Wish, item: Item) -> Decimal:
    """The discount of the whole item, or of the part that an amount pays. Raises: DiscountExpired."""
    if item.discount_percent is None or item.discount_until is None or paying.on > item.discount_until:
        raise DiscountExpired(item=item.number, day=paying.on.isoformat())
    whole = abs(item.open_transaction)
    discount = early_discount(whole, item.discount_percent, paying.currency)
    if wish.amount is None or wish.amount >= EXACT.subtract(whole, discount):
        return discount
    return discount_of_payment(wish.amount, item.discount_percent, paying.currency)


def _discount_role(paying: Paying) -> AccountRole:
    is_in = paying.direction is PaymentDirection.IN
    return AccountRole.DISCOUNT_GIVEN if is_in else AccountRole.DISCOUNT_TAKEN


def _check_written_off(wish: Wish, whole: Decimal) -> None:
    if not wish.written_off:
        return
    limit = ROUNDING.divide(product(whole, WRITE_OFF_PERCENT_MAX), HUNDRED)
    if not ZERO < wish.written_off <= limit:
        raise Rejected(
            ("writtenOff",), what="difference", value=wish.written_off,
            reason=f"at most {WRITE_OFF_PERCENT_MAX} % of the item is given up",
            reason_zh=f"最多为未清项的 {WRITE_OFF_PERCENT_MAX} %",
        )  # fmt: skip


def _reduction(part: Part, transaction: Decimal, role: AccountRole, company_currency: str) -> Reduction:
    """What is given up of a part, at the rate of its item."""
    share = ROUNDING.divide(product(part.amount, transaction), part.transaction)
    return Reduction(role=role, transaction=transaction, amount=to_minor_unit(share, company_currency))
