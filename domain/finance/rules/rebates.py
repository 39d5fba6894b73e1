"""What a rebate comes to, pure: tiers over what was turned over, for all of it or for each part, rounded once."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from domain.core.errors import DomainError, Rejected
from domain.core.money import EXACT, ROUNDING, ZERO, product, to_minor_unit, total

HUNDRED = Decimal(100)


class NothingEarned(DomainError):
    code = "NOTHING_EARNED"
    zh = "返利协议 {agreement} 截至 {day} 没有可结算的返利。"
    en = "Rebate agreement {agreement} has nothing to settle up to {day}."


class RebateUnsettled(DomainError):
    code = "REBATE_UNSETTLED"
    zh = "返利协议 {agreement} 尚有 {amount} {currency} 未结算，不能关闭。"
    en = "Rebate agreement {agreement} has {amount} {currency} that is not settled; it cannot be closed."


@dataclass(frozen=True, slots=True)
class RebateTierRule:
    """From a turnover or quantity on, itself included, a percentage or an amount per unit."""

    start: Decimal
    rate: Decimal


def tiers_in_order(tiers: Sequence[RebateTierRule]) -> None:
    """Nothing; raises Rejected unless there is a tier and each begins above the one before it."""
    if not tiers:
        raise Rejected(("tiers",), what="tiers", value=0, reason="a rebate has at least one tier",
                       reason_zh="返利至少需要一个阶梯")  # fmt: skip
    for place, (before, after) in enumerate(pairwise(tiers), start=1):
        if after.start <= before.start:
            raise Rejected(
                ("tiers", place, "fromTurnover"), what="from turnover", value=after.start,
                reason=f"each tier begins above the one before it ({before.start})",
                reason_zh=f"阶梯须递增，前一级为 {before.start}",
            )  # fmt: skip


def earned(
    turnover: Decimal, tiers: Sequence[RebateTierRule], currency: str, *, in_percent: bool, is_retroactive: bool
) -> Decimal:
    """What a turnover has earned, in the currency's minor unit; below the first tier, and below zero, nothing.

    Worked example: 2 % from 0, 3 % from 10,000, 5 % from 50,000. 60,000 earn 3,000.00 retroactively; each part for
    itself 200.00 + 1,200.00 + 500.00 = 1,900.00.
    """
    reached = [one for one in tiers if one.start <= turnover]
    if turnover <= ZERO or not reached:
        return ZERO
    if is_retroactive:
        whole = product(turnover, reached[-1].rate)
    else:
        ends = [*(one.start for one in reached[1:]), turnover]
        parts = zip(reached, ends, strict=True)
        whole = total([product(EXACT.subtract(end, one.start), one.rate) for one, end in parts])
    return to_minor_unit(ROUNDING.divide(whole, HUNDRED) if in_percent else whole, currency)
