"""Which goods are promised to whom (pure): what expires first goes first, as long as it lasts for the customer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from domain.core.errors import DomainError
from domain.core.flow import Flow, Transition
from domain.core.money import EXACT, ZERO
from domain.inventory.models import LotStatus, ReservationStatus
from domain.inventory.rules import StockKey

FULFIL: Final = "be fulfilled"
COMPLETE: Final = "be completed"
RELEASE: Final = "be released"

RESERVATION_FLOW: Final = Flow(
    document="Stock reservation",
    initial=ReservationStatus.ACTIVE,
    transitions={
        FULFIL: Transition(frozenset({ReservationStatus.ACTIVE}), ReservationStatus.ACTIVE),
        COMPLETE: Transition(frozenset({ReservationStatus.ACTIVE}), ReservationStatus.FULFILLED),
        RELEASE: Transition(frozenset({ReservationStatus.ACTIVE}), ReservationStatus.RELEASED),
    },
)


class LotNotUsable(DomainError):
    code = "LOT_NOT_USABLE"
    zh = "批次 {lot} 在 {day} 的状态为 {state}，不能发出。"
    en = "Lot {lot} is {state} on {day} and cannot go out."


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Released goods at one place that are not promised yet, with their lot's last day and state."""

    key: StockKey
    available: Decimal
    lot_number: str = ""
    lot_status: LotStatus = LotStatus.RELEASED
    expires_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """How much is wanted, for which day, and how many days it must then still be usable."""

    quantity: Decimal
    delivery_on: date
    remaining_days_min: int = 0


def lasts(candidate: Candidate, need: Need) -> bool:
    """Whether the goods are still usable for as long as is wanted on the day of delivery.

    Goods without a last day last. The last day itself counts: usable up to day 180 is 180 days.
    """
    last_needed = need.delivery_on + timedelta(days=need.remaining_days_min)
    return candidate.expires_on is None or candidate.expires_on >= last_needed


def first_expired_first_out(candidates: Iterable[Candidate], need: Need) -> list[tuple[StockKey, Decimal]]:
    """What each place gives, up to the quantity wanted: the earliest expiry that lasts first, then by lot and place."""
    usable = [
        one for one in candidates if one.available > ZERO and one.lot_status is LotStatus.RELEASED and lasts(one, need)
    ]
    usable.sort(key=lambda one: (one.expires_on or date.max, one.lot_number, one.key.sort_key()))
    given: list[tuple[StockKey, Decimal]] = []
    left = need.quantity
    for one in usable:
        if not left:
            break
        part = min(left, one.available)
        given.append((one.key, part))
        left = EXACT.subtract(left, part)
    return given


def promised(given: Iterable[tuple[StockKey, Decimal]]) -> Decimal:
    """How much is given in all."""
    whole = ZERO
    for _, quantity in given:
        whole = EXACT.add(whole, quantity)
    return whole


def taken_from(allocated: Iterable[tuple[Decimal, Decimal]], quantity: Decimal) -> list[Decimal]:
    """How much of a quantity each of the allocations (allocated, fulfilled) gives, in their order."""
    parts: list[Decimal] = []
    left = quantity
    for whole, fulfilled in allocated:
        part = min(left, EXACT.subtract(whole, fulfilled))
        parts.append(part)
        left = EXACT.subtract(left, part)
    return parts


def lot_released_before_shipment(number: str | None, status: str | None, expires_on: date | None, on: date) -> None:
    """Nothing; raises LotNotUsable where the lot is held, or has expired on the day."""
    if number is None or status is None:
        return
    if status != LotStatus.RELEASED:
        raise LotNotUsable(lot=number, state=status, day=on.isoformat())
    if expires_on is not None and expires_on < on:
        raise LotNotUsable(lot=number, state=LotStatus.EXPIRED, day=on.isoformat())
