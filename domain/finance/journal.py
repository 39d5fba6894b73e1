"""Posting in the money book: vouchers checked, periods held open, numbers drawn last."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Date, SmallInteger, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from domain.core.database import Row
from domain.core.ids import new_id
from domain.core.numbering import Series
from domain.core.work import Work
from domain.finance.chart import accounts_by_role
from domain.finance.models import (
    AccountRole,
    FiscalPeriod,
    JournalEntry,
    JournalKind,
    JournalLine,
    PeriodState,
    SubLedger,
)
from domain.finance.rates import Currencies, company_currency, currencies, quotes_on, rates_to
from domain.finance.rules import (
    AccountMissing,
    Leg,
    Period,
    PeriodClosed,
    Quote,
    RateMissing,
    Voucher,
    check_voucher,
    first_open_day,
    in_group_currency,
    open_period,
)
from domain.finance.turnover import append_turnover

VOUCHER_DIGITS = 6

_period = FiscalPeriod.table
_day = func.unnest(bindparam("days", type_=ARRAY(Date()))).table_valued("day").render_derived(name="days")

# Held against closing until the work ends: whoever closes a period waits for the postings under way, and they for it.
_HOLD_PERIODS = (
    select(_period)
    .where(
        _period.c.company_id == bindparam("company_id", type_=SmallInteger()),
        _period.c.sub_ledger == func.any(bindparam("sub_ledgers", type_=ARRAY(Text()))),
        select(1).select_from(_day).where(_day.c.day.between(_period.c.starts_on, _period.c.ends_on)).exists(),
    )
    .order_by(_period.c.id)
    .with_for_update(read=True)
)


@dataclass(frozen=True, slots=True)
class Books:
    """What every posting of a company needs to know: its currencies, and the accounts that automatic postings use."""

    currencies: Currencies
    accounts: Mapping[AccountRole, UUID]

    def need(self, *roles: AccountRole) -> Mapping[AccountRole, UUID]:
        """The accounts; raises AccountMissing for the first of the roles without one."""
        for role in roles:
            if role not in self.accounts:
                raise AccountMissing(role=role.value)
        return self.accounts


async def books_of(work: Work) -> Books:
    """The books of the work's company; read them before a number is drawn, its series waits for every statement."""
    return Books(await currencies(work), await accounts_by_role(work))


async def accounts(work: Work, *roles: AccountRole) -> dict[AccountRole, UUID]:
    """The company's account for each role; raises AccountMissing for the first role without one."""
    known = await accounts_by_role(work)
    for role in roles:
        if role not in known:
            raise AccountMissing(role=role.value)
    return known


async def hold_periods(work: Work, sub_ledger: SubLedger, days: Iterable[date]) -> dict[date, Period | PeriodClosed]:
    """For each day the general-ledger period that takes a posting of `sub_ledger`, held open until the work ends.

    A day whose period is closed, or that has none, stands for its refusal.
    """
    asked = sorted(set(days))
    if not asked:
        return {}
    ledgers = sorted({sub_ledger.value, SubLedger.GENERAL.value})
    rows = await work.fetch(_HOLD_PERIODS, sub_ledgers=ledgers, days=asked)
    periods = [period_from(row) for row in rows]
    return {day: _period_or_refusal(periods, sub_ledger, day) for day in asked}


_ALL_FROM = (
    select(_period)
    .where(
        _period.c.company_id == bindparam("company_id", type_=SmallInteger()),
        _period.c.sub_ledger == func.any(bindparam("sub_ledgers", type_=ARRAY(Text()))),
        _period.c.ends_on >= bindparam("first_on", type_=Date()),
    )
    .order_by(_period.c.id)
    .with_for_update(read=True)
)


async def open_days(work: Work, sub_ledger: SubLedger, days: Iterable[date]) -> dict[date, date | PeriodClosed]:
    """For each day the day itself where its period is open, else the first day of the first open period after it.

    A day after which nothing is open stands for its refusal. Periods are held open until the work ends.
    """
    asked = sorted(set(days))
    if not asked:
        return {}
    ledgers = sorted({sub_ledger.value, SubLedger.GENERAL.value})
    rows = await work.fetch(_ALL_FROM, sub_ledgers=ledgers, first_on=asked[0])
    periods = [period_from(row) for row in rows]
    found: dict[date, date | PeriodClosed] = {}
    for day in asked:
        try:
            found[day] = first_open_day(periods, sub_ledger, day)
        except PeriodClosed as refusal:
            found[day] = refusal
    return found


def period_from(row: Row) -> Period:
    """The period as the rules see it."""
    return Period(
        id=row["id"],
        sub_ledger=SubLedger(row["sub_ledger"]),
        code=row["code"],
        starts_on=row["starts_on"],
        ends_on=row["ends_on"],
        state=PeriodState(row["state"]),
    )


def _period_or_refusal(periods: Sequence[Period], sub_ledger: SubLedger, day: date) -> Period | PeriodClosed:
    try:
        return open_period(periods, sub_ledger, day)
    except PeriodClosed as refusal:
        return refusal


async def post_vouchers(
    work: Work, vouchers: Sequence[Voucher], *, ids: Sequence[UUID] | None = None, books: Books | None = None
) -> list[UUID]:
    """The ids of the journal entries made, in order; call it last, because its numbers lock their series.

    `ids`, where given, are the entries' own; `books`, where the caller has read them already. Posts: one entry and its
    lines a voucher, and what they turn over. Raises: EmptyPosting, Unbalanced, PeriodClosed, RateMissing.
    """
    if not vouchers:
        return []
    periods: dict[tuple[SubLedger, date], Period] = {}
    for sub_ledger, days in _days_by_ledger(vouchers).items():
        for day, period in (await hold_periods(work, sub_ledger, days)).items():
            if isinstance(period, PeriodClosed):
                raise period
            periods[sub_ledger, day] = period
    checked = [
        (check_voucher(voucher), periods[voucher.sub_ledger, voucher.posting.occurred_on]) for voucher in vouchers
    ]
    known = books.currencies if books is not None else await currencies(work)
    quotes = await _group_quotes(work, known, vouchers)
    entry_ids = list(ids) if ids is not None else [new_id() for _ in checked]
    numbers = await _draw_numbers(work, checked)
    entries = [
        _entry_row(id_, number, voucher, period) | _group_columns(known.group, quote)
        for id_, number, quote, (voucher, period) in zip(entry_ids, numbers, quotes, checked, strict=True)
    ]
    await work.insert(JournalEntry, entries)
    lines = _line_rows(entry_ids, vouchers, known.group, quotes)
    await work.insert(JournalLine, lines)
    await append_turnover(work, entries, lines)
    return entry_ids


async def _group_quotes(work: Work, known: Currencies, vouchers: Sequence[Voucher]) -> list[Quote]:
    """For each voucher the rate from the company's currency to the group's. Raises: RateMissing."""
    days = {voucher.posting.occurred_on for voucher in vouchers if voucher.group_quote is None}
    of_day = await quotes_on(work, [(known.company, day) for day in days], known.group)
    found: list[Quote] = []
    for voucher in vouchers:
        quote = voucher.group_quote or of_day[known.company, voucher.posting.occurred_on]
        if isinstance(quote, RateMissing):
            raise quote
        found.append(quote)
    return found


def _group_columns(currency: str, quote: Quote) -> dict[str, object]:
    return {
        "group_currency": currency,
        "group_rate": quote.rate,
        "group_rate_type": quote.kind,
        "group_rate_source": quote.source,
    }


def _days_by_ledger(vouchers: Iterable[Voucher]) -> Mapping[SubLedger, set[date]]:
    days: defaultdict[SubLedger, set[date]] = defaultdict(set)
    for voucher in vouchers:
        days[voucher.sub_ledger].add(voucher.posting.occurred_on)
    return days


async def _draw_numbers(work: Work, vouchers: Sequence[tuple[Voucher, Period]]) -> list[str]:
    """A number for each voucher, gap-free in its kind and period; series are locked in the order of their names."""
    wanted: defaultdict[tuple[JournalKind, str], list[int]] = defaultdict(list)
    for place, (voucher, period) in enumerate(vouchers):
        wanted[voucher.kind, period.code].append(place)
    numbers = [""] * len(vouchers)
    for (kind, code), places in sorted(wanted.items()):
        series = Series(
            name=f"journal_entry/{kind.value}/{code}",
            prefix=f"{kind.value}-{code}-",
            digits=VOUCHER_DIGITS,
            gap_free=True,
        )
        for place, number in zip(places, await work.number(series, len(places)), strict=True):
            numbers[place] = number
    return numbers


def _entry_row(id_: UUID, number: str, voucher: Voucher, period: Period) -> dict[str, object]:
    posting, source = voucher.posting, voucher.posting.source
    return {
        "id": id_,
        "number": number,
        "kind": voucher.kind,
        "period_id": period.id,
        "occurred_on": posting.occurred_on,
        "posting_id": posting.id,
        "description": voucher.description,
        "source_kind": source.kind if source else None,
        "source_id": source.id if source else None,
        "source_number": source.number if source else None,
        "reverses_id": posting.reverses_id,
    }


def _line_rows(
    entry_ids: Sequence[UUID], vouchers: Sequence[Voucher], group_currency: str, quotes: Sequence[Quote]
) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for entry_id, voucher, quote in zip(entry_ids, vouchers, quotes, strict=True):
        on, legs = voucher.posting.occurred_on, voucher.posting.entries
        in_group = in_group_currency([leg.amount for leg in legs], quote.rate, group_currency)
        rows += [
            _line_row(leg, amount) | {"journal_entry_id": entry_id, "position": position, "occurred_on": on}
            for position, (leg, amount) in enumerate(zip(legs, in_group, strict=True), start=1)
        ]
    return rows


def _line_row(leg: Leg, in_group: Decimal) -> dict[str, object]:
    return {
        "account_id": leg.account_id,
        "transaction_amount": leg.transaction.amount,
        "transaction_currency": leg.transaction.currency,
        "amount": leg.amount,
        "rate": leg.rate,
        "rate_type": leg.rate_kind,
        "rate_source": leg.rate_source,
        "group_amount": in_group,
        "is_rounding": leg.is_rounding,
        "site_id": leg.site_id,
        "item_id": leg.item_id,
        "party_id": leg.party_id,
        "cost_centre_id": leg.cost_centre_id,
        "profit_centre_id": leg.profit_centre_id,
        "project_code": leg.project_code,
    }


__all__ = [
    "Books", "accounts", "books_of", "company_currency", "currencies", "hold_periods", "open_days", "period_from",
    "post_vouchers", "quotes_on", "rates_to",
]  # fmt: skip
