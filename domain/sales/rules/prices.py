"""Prices, pure: which rule sets the price of an item for a customer on a day, and why.

A customer's contract goes before a tender, a tender before the general list; within a list the highest tier that the
ordered quantity reaches; of two that are equal so far the one that began last. A price above a cap in force where the
goods go is refused. `explain` is the answer together with every candidate that lost, and the reason; people ask for it
with the reports of `domain.sales.explaining`, which are held to it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from domain.core.errors import DomainError
from domain.core.money import EXACT, ROUNDING, Money
from domain.core.quantity import RATE
from domain.sales.models import PriceListKind, PriceOutcome

HUNDRED: Final = Decimal(100)
# The order in which lists bind.
_RANK: Final = {kind: place for place, kind in enumerate(PriceListKind)}


class PriceMissing(DomainError):
    code = "PRICE_MISSING"
    zh = "物料 {item} 在 {day} 没有适用于该客户的 {currency} 价格，请录入单价。"
    en = "No price list in {currency} has {item} for this customer on {day}; give a unit price."


class PriceCapExceeded(DomainError):
    code = "PRICE_CAP_EXCEEDED"
    zh = "物料 {item} 的单价 {price} {currency} 超过限价 {cap}（{source}）。"
    en = "{item} at {price} {currency} is above the cap of {cap} set by {source}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One line of a price list, with what of its list decides."""

    id: UUID
    list_code: str
    kind: PriceListKind
    customer_id: UUID | None
    item_id: UUID
    price: Money
    quantity_min: Decimal
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """The highest price of an item somewhere, and who set it."""

    item_id: UUID
    territory: str | None
    source: str
    price: Money
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a price is asked for: an item in a quantity by a customer, on a day, in a currency."""

    item_id: UUID
    item_code: str
    customer_id: UUID
    quantity: Decimal
    on: date
    currency: str
    territory: str | None = None


@dataclass(frozen=True, slots=True)
class Considered:
    """One offer, and what became of it."""

    offer: Offer
    outcome: PriceOutcome


def explain(asked: Asked, offers: Iterable[Offer]) -> list[Considered]:
    """Every offer for the item: the one that sets the price, those behind it in their order, then those that do not
    count.
    """
    outside = [(offer, _outside(asked, offer)) for offer in offers if offer.item_id == asked.item_id]
    holding = sorted((offer for offer, outcome in outside if outcome is None), key=precedence)
    found = [Considered(offer, PriceOutcome.SETS_PRICE if place == 0 else PriceOutcome.GOES_BEHIND)
             for place, offer in enumerate(holding)]  # fmt: skip
    return found + [Considered(offer, outcome) for offer, outcome in outside if outcome is not None]


def offer_of(asked: Asked, offers: Iterable[Offer]) -> Offer | None:
    """The offer that sets the price; None where no list has one."""
    considered = explain(asked, offers)
    is_found = bool(considered) and considered[0].outcome is PriceOutcome.SETS_PRICE
    return considered[0].offer if is_found else None


def price_of(asked: Asked, offers: Iterable[Offer]) -> Offer:
    """The offer that sets the price. Raises: PriceMissing."""
    offer = offer_of(asked, offers)
    if offer is None:
        raise PriceMissing(item=asked.item_code, day=asked.on.isoformat(), currency=asked.currency)
    return offer


def source_of(offer: Offer) -> str:
    """How an order line names the rule that set its price."""
    return f"{offer.list_code} from {offer.valid_from.isoformat()}, from quantity {offer.quantity_min.normalize():f}"


def discounted(price: Decimal, percent: Decimal) -> Decimal:
    """The price less a discount, rounded once to the digits of a price, half away from zero."""
    kept = EXACT.subtract(HUNDRED, percent)
    exact = ROUNDING.divide(EXACT.multiply(price, kept), HUNDRED)
    return exact.quantize(Decimal(1).scaleb(-RATE.after_point), context=ROUNDING)


def cap_outcome(asked: Asked, price: Decimal | None, cap: Cap) -> PriceOutcome:
    """Whether a cap concerns what is asked and, if it does, whether the price is within it; no price is."""
    if cap.price.currency != asked.currency:
        return PriceOutcome.OTHER_CURRENCY
    if cap.territory not in (None, asked.territory):
        return PriceOutcome.OTHER_TERRITORY
    outcome = _of_period(asked.on, cap.valid_from, cap.valid_to)
    if outcome is not None:
        return outcome
    is_above = price is not None and price > cap.price.amount
    return PriceOutcome.ABOVE_CAP if is_above else PriceOutcome.WITHIN_CAP


def within_caps(asked: Asked, price: Decimal, caps: Sequence[Cap]) -> None:
    """Nothing; raises PriceCapExceeded, naming the lowest cap in force where the goods go."""
    broken = [
        cap for cap in caps if cap.item_id == asked.item_id and cap_outcome(asked, price, cap) is PriceOutcome.ABOVE_CAP
    ]
    lowest = min(broken, key=lambda cap: cap.price.amount, default=None)
    if lowest is not None:
        raise PriceCapExceeded(
            item=asked.item_code, price=price, currency=asked.currency, cap=lowest.price.amount, source=lowest.source
        )


def precedence(offer: Offer) -> tuple[int, Decimal, int, str]:
    """What sorts offers that hold: the one that sets the price is the least."""
    return _RANK[offer.kind], -offer.quantity_min, -offer.valid_from.toordinal(), offer.list_code


def _outside(asked: Asked, offer: Offer) -> PriceOutcome | None:
    """Why an offer does not concern what is asked, or None."""
    if offer.customer_id not in (None, asked.customer_id):
        return PriceOutcome.OTHER_CUSTOMER
    if offer.price.currency != asked.currency:
        return PriceOutcome.OTHER_CURRENCY
    outcome = _of_period(asked.on, offer.valid_from, offer.valid_to)
    if outcome is None and asked.quantity < offer.quantity_min:
        return PriceOutcome.BELOW_QUANTITY
    return outcome


def _of_period(on: date, valid_from: date, valid_to: date | None) -> PriceOutcome | None:
    """Why a price does not hold on the day, or None."""
    if on < valid_from:
        return PriceOutcome.NOT_BEGUN
    return PriceOutcome.ENDED if valid_to is not None and on > valid_to else None
