"""Payment terms, pure: when which part of an amount falls due.

A due day is computed in this order: from the invoice's day, or from the end of its month; months are added, then days.
Months after the end of a month lead to the end of a month: one after that of February to 31 March, not 28. The result
is no earlier than the minimum days allow; where payments are made on a fixed day of the month, it is the next such day,
and 31 means the last of any month. Where the terms name a calendar, a day that is not worked moves, last of all, to the
next working day or to the one before, though never before the invoice.
"""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from domain.core.errors import Rejected
from domain.core.money import EXACT, ROUNDING, ZERO, Money, product, to_minor_unit, total
from domain.finance.models import InstalmentShare, InstalmentStart
from domain.master_data.working_days import DayRule

HUNDRED: Final = Decimal(100)

# More instalments than this are a loan, with a schedule of its own.
INSTALMENTS_MAX: Final = 60

LONGEST_MONTH_DAYS: Final = 31

# Ten years: what is due later is no payment term.
MONTHS_MAX: Final = 120
DAYS_MAX: Final = 3_660


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """One instalment of terms: `value` is a percentage of the whole, or for FIXED an amount in `currency`."""

    share: InstalmentShare
    value: Decimal | None = None
    currency: str | None = None
    start: InstalmentStart = InstalmentStart.INVOICE_DATE
    months: int = 0
    days: int = 0
    fixed_day: int | None = None
    minimum_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Payment terms as the rules see them; at once and whole unless they say otherwise."""

    instalments: tuple[Instalment, ...] = (Instalment(share=InstalmentShare.REMAINDER),)
    discount_percent: Decimal | None = None
    discount_days: int | None = None
    day_rule: DayRule | None = None

    def discount_until(self, invoiced_on: date) -> date | None:
        """The last day on which paying is early; none without a discount. Raises: NoWorkingDay."""
        if self.discount_days is None:
            return None
        return self.worked(invoiced_on + timedelta(days=self.discount_days), invoiced_on)

    def worked(self, day: date, invoiced_on: date) -> date:
        """The working day that counts for a day of an invoice, never before that. Raises: NoWorkingDay."""
        return day if self.day_rule is None else self.day_rule.moved(day, invoiced_on)


AT_ONCE: Final = Terms()


@dataclass(frozen=True, slots=True)
class Due:
    """An amount and the day it falls due."""

    due_on: date
    amount: Decimal


def due_on(instalment: Instalment, invoiced_on: date) -> date:
    """The day on which an instalment of an invoice falls due."""
    day = add_months(invoiced_on, instalment.months)
    if instalment.start is InstalmentStart.END_OF_MONTH:
        day = _in_month(day.year, day.month, LONGEST_MONTH_DAYS)
    day += timedelta(days=instalment.days)
    day = max(day, invoiced_on + timedelta(days=instalment.minimum_days))
    return day if instalment.fixed_day is None else _next(day, instalment.fixed_day)


def add_months(day: date, count: int) -> date:
    """The same day of a month `count` later, or the last of that month where it is shorter."""
    months = day.year * 12 + day.month - 1 + count
    return _in_month(months // 12, months % 12 + 1, day.day)


def _in_month(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def _next(day: date, fixed_day: int) -> date:
    """The first day from `day` on that is the fixed one of its month."""
    here = _in_month(day.year, day.month, fixed_day)
    if here >= day:
        return here
    following = add_months(day.replace(day=1), 1)
    return _in_month(following.year, following.month, fixed_day)


def schedule(terms: Terms, amount: Money, invoiced_on: date) -> tuple[Due, ...]:
    """What falls due when; the amounts sum to `amount`, whose sign they have.

    Shares are taken in order and rounded to the minor unit, never beyond what is left; the last instalment takes what
    is left. An instalment that comes to nothing is left out. Raises: NoWorkingDay.
    """
    sign = -1 if amount.amount < ZERO else 1
    left = whole = abs(amount.amount)
    last = len(terms.instalments) - 1
    found: list[Due] = []
    for place, instalment in enumerate(terms.instalments):
        part = left if place == last else min(_part(instalment, whole, left, amount.currency), left)
        left = EXACT.subtract(left, part)
        if part:
            found.append(Due(terms.worked(due_on(instalment, invoiced_on), invoiced_on), part * sign))
    return tuple(found)


def _part(instalment: Instalment, whole: Decimal, left: Decimal, currency: str) -> Decimal:
    if instalment.share is InstalmentShare.REMAINDER or instalment.value is None:
        return left
    if instalment.share is InstalmentShare.FIXED:
        return Money(instalment.value, instalment.currency or currency).in_currency(currency, "instalment").amount
    return to_minor_unit(ROUNDING.divide(product(whole, instalment.value), HUNDRED), currency)


def check_terms(instalments: Sequence[Instalment]) -> None:
    """The instalments make a whole: percentages of 100, or a last instalment that takes what is left.

    Raises: Rejected.
    """
    if not 1 <= len(instalments) <= INSTALMENTS_MAX:
        raise Rejected(
            ("instalments",),
            what="instalments",
            value=len(instalments),
            reason=f"terms have 1 to {INSTALMENTS_MAX} instalments",
            reason_zh=f"付款条件须有 1 至 {INSTALMENTS_MAX} 期",
        )
    for place, one in enumerate(instalments):
        if one.share is not InstalmentShare.REMAINDER and (one.value is None or one.value <= ZERO):
            raise Rejected(
                ("instalments", place),
                what="instalment",
                value=one.value,
                reason="a share must be above zero",
                reason_zh="份额必须大于零",
            )
        if not (0 <= one.months <= MONTHS_MAX and min(one.days, one.minimum_days) >= 0) or (
            max(one.days, one.minimum_days) > DAYS_MAX or one.fixed_day not in (None, *range(1, 32))
        ):
            raise Rejected(
                ("instalments", place),
                what="instalment",
                value=place + 1,
                reason=f"0 to {MONTHS_MAX} months, 0 to {DAYS_MAX} days, a day of the month from 1 to 31",
                reason_zh=f"月数 0 至 {MONTHS_MAX}，天数 0 至 {DAYS_MAX}，付款日 1 至 31",
            )
    percents = total([one.value or ZERO for one in instalments if one.share is InstalmentShare.PERCENT])
    is_open = any(one.share is not InstalmentShare.PERCENT for one in instalments)
    takes_rest = [one.share is InstalmentShare.REMAINDER for one in instalments]
    if any(takes_rest[:-1]) or percents > HUNDRED or (not takes_rest[-1] and (is_open or percents != HUNDRED)):
        raise Rejected(
            ("instalments",),
            what="instalments",
            value=percents,
            reason="percentages must come to 100, or the last instalment take the remainder",
            reason_zh="百分比合计须为 100，或由最后一期承担余额",
        )


def early_discount(open_amount: Decimal, percent: Decimal, currency: str) -> Decimal:
    """What may be taken off an open amount that is paid early, rounded to the minor unit."""
    return to_minor_unit(ROUNDING.divide(product(open_amount, percent), HUNDRED), currency)


def discount_of_payment(paid: Decimal, percent: Decimal, currency: str) -> Decimal:
    """What an amount that is paid early takes off beside itself: 490 at 2 % settle 500; rounded to the minor unit."""
    if percent >= HUNDRED:
        return ZERO
    return to_minor_unit(ROUNDING.divide(product(paid, percent), EXACT.subtract(HUNDRED, percent)), currency)
