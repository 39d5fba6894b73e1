"""Who may approve how much, pure: by role, by class of items, and for another while a delegation holds.

A limit of a role holds for one class of items, or for all that have none of their own. What is approved is measured
whole against the limit of each class in it. A delegation lends the limits of one person to another for some days; it
lends no right to approve, and nothing to who approves what the lender asked for.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from domain.core.errors import DomainError, SegregationOfDuties
from domain.core.money import ZERO
from domain.master_data.items import ItemType


class ApprovalLimitExceeded(DomainError):
    code = "APPROVAL_LIMIT_EXCEEDED"
    zh = "{what} {order} 金额 {total} {currency} 超过您对 {item_type} 的审批限额 {limit} {currency}。"
    en = "{what} {order} of {total} {currency} exceeds your approval limit of {limit} {currency} for {item_type}."


# By role and class of items (None: all others), the largest amount that may be approved.
Limits = Mapping[tuple[str, ItemType | None], Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be approved: its whole amount, the classes of items in it, and who asked for it."""

    what: str
    number: str
    total: Decimal
    currency: str
    item_types: frozenset[ItemType]
    asked_by: frozenset[UUID]


def limit_currency(limited_in: Iterable[str], currency: str, own: str) -> str | None:
    """The currency in which an amount of `currency` is measured: its own where that is limited, else the company's,
    else the first by code that is; None where nothing is limited.
    """
    known = set(limited_in)
    return next((one for one in (currency, own) if one in known), min(known, default=None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """With whose limits someone approves: their own (`user_id` None), or those of one who delegated to them."""

    roles: frozenset[str]
    user_id: UUID | None = None


def limited(limits: Limits, item_type: ItemType) -> bool:
    """Whether anyone's approval of the class has a limit."""
    return any(of in (None, item_type) for _, of in limits)


def reach(limits: Limits, roles: Iterable[str], item_type: ItemType) -> Decimal:
    """The largest amount that the roles may approve of the class."""
    found = (limits.get((role, item_type), limits.get((role, None), ZERO)) for role in roles)
    return max(found, default=ZERO)


def voice_for(asked: Asked, limits: Limits | None, voices: Sequence[Voice]) -> Voice:
    """The first of the voices whose limits reach what is asked; the approver's own comes first.

    `limits` is None where the company limits nothing; they are in the currency of what is asked. Raises:
    ApprovalLimitExceeded with the class that the own voice falls short of.
    """
    own, *others = voices
    if limits is None:
        return own
    for voice in (own, *(one for one in others if one.user_id not in asked.asked_by)):
        if _short(asked, limits, voice) is None:
            return voice
    short = _short(asked, limits, own)
    assert short is not None, "the own voice was asked first"
    raise ApprovalLimitExceeded(
        what=asked.what, order=asked.number, total=asked.total, currency=asked.currency,
        item_type=short.value, limit=reach(limits, own.roles, short),
    )  # fmt: skip


def _short(asked: Asked, limits: Limits, voice: Voice) -> ItemType | None:
    """The first class of items, by name, whose limit does not reach the whole amount."""
    for item_type in sorted(asked.item_types):
        if limited(limits, item_type) and asked.total > reach(limits, voice.roles, item_type):
            return item_type
    return None


def another_asked(asked: Asked, by: UUID, duty: str, conflicting: str) -> None:
    """Nothing; raises SegregationOfDuties for who asked for it, or made what it follows from."""
    if by in asked.asked_by:
        raise SegregationOfDuties(duty=duty, conflicting=conflicting)
