"""What a voucher is, pure: its legs, the sums that must be zero, the period that takes it, the rate it counts at."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from domain.core.errors import DomainError
from domain.core.flow import Flow, Transition
from domain.core.ledger import Book, Posting, Share, Unbalanced
from domain.core.money import EXACT, ROUNDING, ZERO, Money, minor_unit, product, to_minor_unit, to_scale, total
from domain.finance.models import JournalKind, PeriodState, RateKind, SubLedger

ONE: Final = Decimal(1)
RATE_DIGITS: Final = 10

# The group under which all legs of a voucher are summed: they share one company, so one currency.
COMPANY_CURRENCY: Final = "the company's currency"


class PeriodClosed(DomainError):
    code = "PERIOD_CLOSED"
    zh = "{sub_ledger} 账 {day} 所在期间状态为 {state}，不能过账。"
    en = "The {sub_ledger} period of {day} is {state} and takes no posting."


class EarlierPeriodOpen(DomainError):
    code = "EARLIER_PERIOD_OPEN"
    zh = "期间 {period} 之前的 {earlier} 尚未关闭。"
    en = "Period {period} cannot be closed while the earlier {earlier} is open."


class LaterPeriodClosed(DomainError):
    code = "LATER_PERIOD_CLOSED"
    zh = "期间 {period} 之后的 {later} 已关闭，不能重新打开。"
    en = "Period {period} cannot be opened again: the later {later} is closed."


class RateMissing(DomainError):
    code = "RATE_MISSING"
    zh = "{day} 没有 {base} 兑 {quote} 的汇率。"
    en = "There is no rate from {base} to {quote} on {day}."


class AccountMissing(DomainError):
    code = "ACCOUNT_MISSING"
    zh = "公司的科目表中没有用于 {role} 的科目。"
    en = "The company's chart has no account for {role}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A rate with where it came from: units of one currency for one of another."""

    rate: Decimal = ONE
    kind: RateKind | None = None
    source: str | None = None


# The rate of a currency to itself.
PAR: Final = Quote()


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One account's share of a voucher; debit positive, credit negative.

    `amount` is in the company's currency and its minor unit, `transaction` what the document says, `rate` between them.
    """

    account_id: UUID
    amount: Decimal
    transaction: Money
    rate: Decimal = ONE
    rate_kind: RateKind | None = None
    rate_source: str | None = None
    is_rounding: bool = False
    site_id: UUID | None = None
    item_id: UUID | None = None
    party_id: UUID | None = None
    cost_centre_id: UUID | None = None
    profit_centre_id: UUID | None = None
    project_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Voucher:
    """A posting in the money book, with the series that numbers it and the sub-ledger whose period must be open.

    `group_quote` is the rate to the group's currency where it is not that of the day: a reversal takes back exactly
    what was posted.
    """

    kind: JournalKind
    sub_ledger: SubLedger
    posting: Posting[Leg]
    description: str | None = None
    group_quote: Quote | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A fiscal period as the rules see it."""

    id: UUID
    sub_ledger: SubLedger
    code: str
    starts_on: date
    ends_on: date
    state: PeriodState


def _shares(leg: Leg) -> Sequence[Share]:
    return ((COMPANY_CURRENCY, leg.amount),)


def _opposite(leg: Leg) -> Leg:
    return replace(leg, amount=-leg.amount, transaction=-leg.transaction)


MONEY: Final = Book[Leg](name="money", shares=_shares, opposite=_opposite)


def check_voucher(voucher: Voucher) -> Voucher:
    """The voucher itself: balanced in the company's currency, and in the transaction's where all legs share one.

    Raises: EmptyPosting, Unbalanced.
    """
    MONEY.check(voucher.posting)
    currencies = {leg.transaction.currency for leg in voucher.posting.entries}
    if len(currencies) == 1:
        difference = total([leg.transaction.amount for leg in voucher.posting.entries])
        if difference:
            raise Unbalanced(book=MONEY.name, group=currencies.pop(), difference=difference)
    return voucher


def rounded(legs: Sequence[Leg], account_id: UUID, currency: str) -> tuple[Leg, ...]:
    """The legs, and one more that takes what rounding each into the company's currency left over.

    Only what rounding can explain is taken: half a minor unit for each leg that was converted. Anything larger is left
    for `check_voucher` to refuse.
    """
    difference = total([leg.amount for leg in legs])
    converted = [leg for leg in legs if leg.transaction.currency != currency]
    if not difference or abs(difference) * 2 > minor_unit(currency) * len(converted):
        return tuple(legs)
    nothing = Money(ZERO, converted[0].transaction.currency)
    return (*legs, Leg(account_id=account_id, amount=-difference, transaction=nothing, is_rounding=True))


def in_group_currency(amounts: Sequence[Decimal], rate: Decimal, currency: str) -> tuple[Decimal, ...]:
    """The amounts of a voucher in the group's currency, each within a minor unit of its own value, summing to zero.

    Each is the difference of two rounded running totals (as in `money.allocate`), so that no voucher needs a rounding
    line in the group's currency and a reversal is the exact opposite.
    """
    result: list[Decimal] = []
    running = reached = ZERO
    for amount in amounts:
        running = EXACT.add(running, amount)
        value = to_minor_unit(product(running, rate), currency)
        result.append(value - reached)
        reached = value
    return tuple(result)


def agreeing(leg: Leg) -> tuple[Leg, ...]:
    """The leg, or two where its amounts differ in sign: one that moves the transaction's currency, one the company's.

    That happens where a balance of mixed rates is cleared: what is left in one currency need not have the sign of what
    is left in the other.
    """
    if leg.amount * leg.transaction.amount >= ZERO:
        return (leg,)
    nothing = Money(ZERO, leg.transaction.currency)
    return (replace(leg, amount=ZERO), replace(leg, transaction=nothing))


def carried_quote(transaction: Decimal, amount: Decimal) -> Quote:
    """The rate at which an amount of earlier days is carried: what it is worth for one of the transaction's."""
    if not transaction or transaction == amount:
        return PAR
    return Quote(rate=to_scale(abs(ROUNDING.divide(amount, transaction)), RATE_DIGITS), kind=RateKind.HISTORIC)


def moving(legs: Iterable[Leg]) -> tuple[Leg, ...]:
    """The legs that move something: an item of standard cost zero has none in the stock account."""
    return tuple(leg for leg in legs if leg.amount or leg.transaction.amount)


def open_period(periods: Sequence[Period], sub_ledger: SubLedger, on: date) -> Period:
    """The general-ledger period that takes a posting of `sub_ledger` on day `on`.

    Raises: PeriodClosed when either the sub-ledger's period or the general one is not open, or there is none.
    """
    for ledger in (sub_ledger, SubLedger.GENERAL):
        found = period_of(periods, ledger, on)
        if found is None or found.state is not PeriodState.OPEN:
            state = found.state.value if found else "MISSING"
            raise PeriodClosed(sub_ledger=ledger.value, day=on.isoformat(), state=state)
    general = period_of(periods, SubLedger.GENERAL, on)
    assert general is not None, "the loop above ends with the general period open"
    return general


def first_open_day(periods: Sequence[Period], sub_ledger: SubLedger, on: date) -> date:
    """`on` where its periods are open, else the first day after it that takes a posting of `sub_ledger`.

    Raises: PeriodClosed, as of `on`, when no later period is open either.
    """
    later = sorted(period.starts_on for period in periods if period.starts_on > on)
    for day in (on, *later):
        try:
            open_period(periods, sub_ledger, day)
        except PeriodClosed:
            continue
        return day
    open_period(periods, sub_ledger, on)
    raise AssertionError("a day that is open is returned above")


def period_of(periods: Sequence[Period], sub_ledger: SubLedger, on: date) -> Period | None:
    """The period of `sub_ledger` that covers the day, if there is one."""
    covering = (
        period for period in periods if period.sub_ledger is sub_ledger and period.starts_on <= on <= period.ends_on
    )
    return next(covering, None)


def in_company_currency(amount: Money, rate: Decimal, currency: str) -> Decimal:
    """`amount` at `rate`, rounded once to the minor unit of the company's currency."""
    return to_minor_unit(product(amount.amount, rate), currency)


def find_quote(quotes: Mapping[tuple[str, str], Quote], base: str, quote: str) -> Quote | None:
    """Units of `quote` for one `base`: as published, else the inverse, else across one currency both are quoted in.

    Rounded to 10 digits where it is computed, half away from zero; None when no way leads from one to the other.
    """
    if base == quote:
        return PAR
    direct = quotes.get((base, quote))
    if direct is not None:
        return direct
    inverse = quotes.get((quote, base))
    if inverse is not None:
        return replace(inverse, rate=to_scale(ROUNDING.divide(ONE, inverse.rate), RATE_DIGITS))
    for pivot, quoted in sorted(quotes):
        to_base = quotes.get((pivot, base))
        if quoted == quote and to_base is not None:
            to_quote = quotes[pivot, quoted]
            return replace(to_quote, rate=to_scale(ROUNDING.divide(to_quote.rate, to_base.rate), RATE_DIGITS))
    return None


def find_rate(rates: Mapping[tuple[str, str], Decimal], base: str, quote: str) -> Decimal | None:
    """The rate that `find_quote` finds among rates whose origin does not matter."""
    found = find_quote({pair: Quote(rate=rate) for pair, rate in rates.items()}, base, quote)
    return None if found is None else found.rate


PERIOD_FLOW: Final = Flow(
    document="Fiscal period",
    initial=PeriodState.OPEN,
    transitions={
        "become SOFT": Transition(frozenset({PeriodState.OPEN}), PeriodState.SOFT),
        "become HARD": Transition(frozenset({PeriodState.OPEN, PeriodState.SOFT}), PeriodState.HARD),
        "become OPEN": Transition(frozenset({PeriodState.SOFT}), PeriodState.OPEN),
    },
)


def period_after(period: Period, state: PeriodState, siblings: Sequence[Period]) -> PeriodState:
    """The state of a period of one sub-ledger once changed; periods close in order and open again in reverse.

    Raises: WrongState, EarlierPeriodOpen, LaterPeriodClosed.
    """
    target = PERIOD_FLOW.advance(period.code, period.state, f"become {state.value}")
    for other in sorted(siblings, key=lambda one: one.starts_on):
        if state is not PeriodState.OPEN and other.starts_on < period.starts_on and other.state is PeriodState.OPEN:
            raise EarlierPeriodOpen(period=period.code, earlier=other.code)
        if state is PeriodState.OPEN and other.starts_on > period.starts_on and other.state is not PeriodState.OPEN:
            raise LaterPeriodClosed(period=period.code, later=other.code)
    return target


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """What lines of one account in one transaction currency add up to over some days."""

    debit: Decimal = ZERO
    credit: Decimal = ZERO
    transaction: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What an account holds, in the company's currency and in that of its transactions."""

    amount: Decimal = ZERO
    transaction: Decimal = ZERO

    def plus(self, moved: Movement) -> "Closing":
        """The balance after a movement."""
        amount = EXACT.add(self.amount, EXACT.subtract(moved.debit, moved.credit))
        return Closing(amount=amount, transaction=EXACT.add(self.transaction, moved.transaction))


# An account in one transaction currency.
AccountKey = tuple[UUID, str]


def closings(before: Mapping[AccountKey, Closing], moved: Mapping[AccountKey, Movement]) -> dict[AccountKey, Closing]:
    """The balances after the movements, of every account that had a balance or moved."""
    return {
        key: before.get(key, Closing()).plus(moved.get(key, Movement())) for key in sorted(before.keys() | moved.keys())
    }


def months(first_on: date, last_on: date) -> tuple[tuple[str, date, date], ...]:
    """(code, first day, last day) of each calendar month from that of `first_on` to that of `last_on`."""
    spans: list[tuple[str, date, date]] = []
    starts_on = first_on.replace(day=1)
    while starts_on <= last_on:
        december = starts_on.month == 12
        following = date(starts_on.year + december, 1 if december else starts_on.month + 1, 1)
        spans.append((f"{starts_on:%Y-%m}", starts_on, date.fromordinal(following.toordinal() - 1)))
        starts_on = following
    return tuple(spans)
