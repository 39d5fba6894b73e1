"""Rates between currencies, as published, with where each came from; and the currencies a company's books are kept in.

A day without a rate takes the last one before it. Which of a day's kinds is taken depends on the purpose: a transaction
takes the spot rate, a period end the closing one, and each the next best where its own was not published.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Date, Select, SmallInteger, Text, bindparam, case, func, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on

from domain.core.database import CompanyReader
from domain.finance.models import RateKind
from domain.finance.rules import Quote, RateMissing, find_quote
from domain.master_data.companies import Company
from domain.master_data.currencies import CurrencyRate

_company = Company.table
_head = _company.alias("head")
_CURRENCIES = select(
    _company.c.currency,
    func.coalesce(
        select(_head.c.currency).where(_head.c.is_group).order_by(_head.c.company_id).limit(1).scalar_subquery(),
        _company.c.currency,
    ).label("group_currency"),
).where(_company.c.company_id == bindparam("company_id", type_=SmallInteger()))

_rate = CurrencyRate.table
_COLUMNS: Final = {
    RateKind.SPOT: _rate.c.spot_rate,
    RateKind.CLOSING: _rate.c.closing_rate,
    RateKind.AVERAGE: _rate.c.average_rate,
}


def _quotes_by(order: Sequence[RateKind]) -> Select[Any]:
    """The last rates of each pair up to each day that touch the currencies, of the first kind published."""
    days = func.unnest(bindparam("days", type_=ARRAY(Date()))).table_valued("day").render_derived(name="days")
    asked = func.any(bindparam("currencies", type_=ARRAY(Text())))
    kind = case(*((_COLUMNS[one].is_not(None), one.value) for one in order))
    last = (
        select(
            _rate.c.base_currency,
            _rate.c.quote_currency,
            _rate.c.source,
            func.coalesce(*(_COLUMNS[one] for one in order)).label("rate"),
            kind.label("kind"),
        )
        .ext(distinct_on(_rate.c.base_currency, _rate.c.quote_currency))
        .where(_rate.c.valid_on <= days.c.day, or_(_rate.c.quote_currency == asked, _rate.c.base_currency == asked))
        .order_by(_rate.c.base_currency, _rate.c.quote_currency, _rate.c.valid_on.desc(), _rate.c.source)
        .lateral("last")
    )
    return select(days.c.day, last).select_from(days.join(last, true()))


_QUOTES: Final = {
    RateKind.SPOT: _quotes_by((RateKind.SPOT, RateKind.CLOSING, RateKind.AVERAGE)),
    RateKind.CLOSING: _quotes_by((RateKind.CLOSING, RateKind.SPOT, RateKind.AVERAGE)),
}


@dataclass(frozen=True, slots=True)
class Currencies:
    """The currency a company's books are kept in, and that of the group's."""

    company: str
    group: str


async def currencies(reader: CompanyReader) -> Currencies:
    """The company's currency and the group's: that of its head, or the company's own where no company is the head."""
    row = (await reader.settled(_CURRENCIES))[0]
    return Currencies(company=row["currency"], group=row["group_currency"])


async def company_currency(reader: CompanyReader) -> str:
    """The currency the company's books are kept in."""
    return (await currencies(reader)).company


Quotes = Mapping[tuple[str, date], Quote | RateMissing]


async def quotes_on(
    reader: CompanyReader, wanted: Iterable[tuple[str, date]], quote: str, *, purpose: RateKind = RateKind.SPOT
) -> Quotes:
    """For each (currency, day) the units of `quote` for one of it, or the refusal that there is no rate.

    `purpose` is SPOT for a transaction, CLOSING for a period end.
    """
    asked = sorted(set(wanted))
    foreign = sorted({currency for currency, _ in asked} - {quote})
    known: dict[date, dict[tuple[str, str], Quote]] = {}
    if foreign:
        days = sorted({day for currency, day in asked if currency != quote})
        for row in await reader.fetch(_QUOTES[purpose], days=days, currencies=sorted({*foreign, quote})):
            found = Quote(rate=row["rate"], kind=RateKind(row["kind"]), source=row["source"])
            known.setdefault(row["day"], {})[row["base_currency"], row["quote_currency"]] = found
    return {
        (base, day): find_quote(known.get(day, {}), base, quote)
        or RateMissing(base=base, quote=quote, day=day.isoformat())
        for base, day in asked
    }


async def rates_to(
    reader: CompanyReader, asked: Iterable[str], quote: str, on: date
) -> dict[str, Decimal | RateMissing]:
    """For each currency the units of `quote` for one of it, by the last rates known on the day."""
    found = await quotes_on(reader, [(base, on) for base in asked], quote)
    return {base: one.rate if isinstance(one, Quote) else one for (base, _), one in found.items()}
