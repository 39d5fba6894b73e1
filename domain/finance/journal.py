"""Posting in the money book: vouchers checked, periods held open, numbers drawn last."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Date, SmallInteger, Text, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on

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
from domain.finance.rules import (
    AccountMissing,
    Period,
    PeriodClosed,
    RateMissing,
    Voucher,
    check_voucher,
    find_rate,
    open_period,
)
from domain.master_data.companies import Company
from domain.master_data.currencies import CurrencyRate

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

_company = Company.table
_CURRENCY = select(_company.c.currency).where(_company.c.company_id == bindparam("company_id", type_=SmallInteger()))

_rate = CurrencyRate.table
_currencies = func.any(bindparam("currencies", type_=ARRAY(Text())))
_RATES = (
    select(
        _rate.c.base_currency,
        _rate.c.quote_currency,
        func.coalesce(_rate.c.spot_rate, _rate.c.closing_rate, _rate.c.average_rate).label("rate"),
    )
    .ext(distinct_on(_rate.c.base_currency, _rate.c.quote_currency))
    .where(
        _rate.c.valid_on <= bindparam("on", type_=Date()),
        or_(_rate.c.quote_currency == _currencies, _rate.c.base_currency == _currencies),
    )
    .order_by(_rate.c.base_currency, _rate.c.quote_currency, _rate.c.valid_on.desc(), _rate.c.source)
)


async def company_currency(work: Work) -> str:
    """The currency the company's books are kept in."""
    return (await work.fetch(_CURRENCY))[0]["currency"]


async def rates_to(work: Work, currencies: Iterable[str], quote: str, on: date) -> dict[str, Decimal | RateMissing]:
    """For each currency the units of `quote` for one of it, by the last rates known on the day."""
    asked = sorted(set(currencies))
    rates: dict[tuple[str, str], Decimal] = {}
    if asked != [quote]:
        rows = await work.fetch(_RATES, on=on, currencies=sorted({*asked, quote}))
        rates = {(row["base_currency"], row["quote_currency"]): row["rate"] for row in rows}
    return {
        base: find_rate(rates, base, quote) or RateMissing(base=base, quote=quote, day=on.isoformat()) for base in asked
    }


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


async def post_vouchers(work: Work, vouchers: Sequence[Voucher]) -> list[UUID]:
    """The ids of the journal entries made, in order; call it last, because its numbers lock their series.

    Posts: one entry and its lines a voucher. Raises: EmptyPosting, Unbalanced, PeriodClosed.
    """
    periods: dict[tuple[SubLedger, date], Period] = {}
    for sub_ledger, days in _days_by_ledger(vouchers).items():
        for day, period in (await hold_periods(work, sub_ledger, days)).items():
            if isinstance(period, PeriodClosed):
                raise period
            periods[sub_ledger, day] = period
    checked = [
        (check_voucher(voucher), periods[voucher.sub_ledger, voucher.posting.occurred_on]) for voucher in vouchers
    ]
    entry_ids = [new_id() for _ in checked]
    numbers = await _draw_numbers(work, checked)
    entries = [
        _entry_row(id_, number, voucher, period)
        for id_, number, (voucher, period) in zip(entry_ids, numbers, checked, strict=True)
    ]
    await work.insert(JournalEntry, entries)
    await work.insert(JournalLine, _line_rows(entry_ids, vouchers))
    return entry_ids


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


def _line_rows(entry_ids: Sequence[UUID], vouchers: Sequence[Voucher]) -> list[dict[str, object]]:
    return [
        {
            "journal_entry_id": entry_id,
            "position": position,
            "account_id": leg.account_id,
            "occurred_on": voucher.posting.occurred_on,
            "transaction_amount": leg.transaction.amount,
            "transaction_currency": leg.transaction.currency,
            "amount": leg.amount,
            "rate": leg.rate,
            "site_id": leg.site_id,
            "item_id": leg.item_id,
            "party_id": leg.party_id,
        }
        for entry_id, voucher in zip(entry_ids, vouchers, strict=True)
        for position, leg in enumerate(voucher.posting.entries, start=1)
    ]
