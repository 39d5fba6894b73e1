"""Allocation, pure: an amount given on to receivers by percentage, and deferred over periods; both sum exactly.

Convention: each share is rounded to the minor unit and the last receiver takes the remainder, so that the shares come
to the amount whatever the percentages. A deferral is released by running totals instead, so that no period is off by
more than a minor unit however many there are.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from domain.core.errors import DomainError, Rejected
from domain.core.money import EXACT, ROUNDING, ZERO, allocate, minor_unit, product, to_minor_unit, total
from domain.finance.rules.vouchers import months

HUNDRED: Final = Decimal(100)


class PercentagesNotWhole(DomainError):
    code = "PERCENTAGES_NOT_WHOLE"
    zh = "分配比例合计为 {percent} %，应为 100 %。"
    en = "The percentages come to {percent}; they must come to 100."


def allocate_by_percent(amount: Decimal, percents: Sequence[Decimal], currency: str) -> tuple[Decimal, ...]:
    """The share of each receiver, in order; the last takes what rounding left.

    Raises: PercentagesNotWhole, Rejected for a negative percentage.
    """
    for place, percent in enumerate(percents):
        if percent < ZERO:
            raise Rejected(
                ("receivers", place), what="percent", value=percent, reason="it must not be negative",
                reason_zh="不能为负数",
            )  # fmt: skip
    if total(percents) != HUNDRED:
        raise PercentagesNotWhole(percent=total(percents))
    shares = [to_minor_unit(ROUNDING.divide(product(amount, percent), HUNDRED), currency) for percent in percents[:-1]]
    return (*shares, EXACT.subtract(amount, total(shares)))


def defer_by_days(amount: Decimal, first_on: date, last_on: date, currency: str) -> tuple[tuple[str, Decimal], ...]:
    """(month, amount) of what each month of the span releases, by its days in it; sums to `amount`.

    Raises: Rejected for a span that ends before it begins.
    """
    _check_span(first_on, last_on)
    spans = months(first_on, last_on)
    days = [Decimal((min(ends_on, last_on) - max(starts_on, first_on)).days + 1) for _, starts_on, ends_on in spans]
    shares = allocate(amount, days, minor_unit(currency))
    return tuple((code, share) for (code, _, _), share in zip(spans, shares, strict=True))


def defer_by_months(amount: Decimal, first_on: date, last_on: date, currency: str) -> tuple[tuple[str, Decimal], ...]:
    """(month, amount) of what each month of the span releases, in equal parts; sums to `amount`.

    Raises: Rejected for a span that ends before it begins.
    """
    _check_span(first_on, last_on)
    codes = [code for code, _, _ in months(first_on, last_on)]
    shares = allocate(amount, [Decimal(1)] * len(codes), minor_unit(currency))
    return tuple(zip(codes, shares, strict=True))


def _check_span(first_on: date, last_on: date) -> None:
    if last_on < first_on:
        raise Rejected(
            ("lastOn",), what="last day", value=last_on.isoformat(), reason=f"it is before {first_on.isoformat()}",
            reason_zh=f"早于 {first_on.isoformat()}",
        )  # fmt: skip
