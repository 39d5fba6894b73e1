"""Fiscal calendars: the periods of a year by months or weeks, and books that are kept by them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest

from domain.finance.commands import ChangePeriodState, CloseYear, DepreciateAssets, OpenFiscalYear
from domain.finance.models import PeriodState
from domain.finance.rules.calendars import FiscalPattern, year_periods
from tests.domain.books import AX, BX, World
from tests.domain.finance.money import an_invoice, balance, done, plain, rate, vouchers
from tests.domain.finance.test_assets import a_machine, usd


@pytest.mark.parametrize(
    ("pattern", "begins_on", "leap", "told"),
    [
        (FiscalPattern.MONTHS, date(2026, 4, 1), False, ("2026-04", "2026-04-30", "2026-05-31", "2027-03-31")),
        (FiscalPattern.MONTHS, date(2026, 4, 6), False, ("FY-P01", "2026-05-05", "2026-06-05", "2027-04-05")),
        (FiscalPattern.MONTHS, date(2028, 1, 1), False, ("2028-01", "2028-01-31", "2028-02-29", "2028-12-31")),
        (FiscalPattern.WEEKS_4_4_5, date(2026, 1, 4), False, ("FY-P01", "2026-01-31", "2026-02-28", "2027-01-02")),
        (FiscalPattern.WEEKS_4_5_4, date(2026, 1, 4), False, ("FY-P01", "2026-01-31", "2026-03-07", "2027-01-02")),
        (FiscalPattern.WEEKS_5_4_4, date(2026, 1, 4), True, ("FY-P01", "2026-02-07", "2026-03-07", "2027-01-09")),
    ],
)  # fmt: skip
def test_a_year_has_twelve_periods_without_a_day_between_them(
    pattern: FiscalPattern, begins_on: date, leap: bool, told: tuple[str, ...]
):
    """The name of the first; the last day of the first, the second and the last."""
    found = year_periods("FY", begins_on, pattern, has_leap_week=leap)
    ends = [one.ends_on for one in found]
    assert (found[0].code, *(ends[place].isoformat() for place in (0, 1, 11))) == told
    assert [one.position for one in found] == list(range(1, 13))
    assert found[0].starts_on == begins_on
    for before, after in pairwise(found):
        assert (after.starts_on - before.ends_on).days == 1
    assert pattern is FiscalPattern.MONTHS or (ends[-1] - begins_on).days + 1 == 7 * (53 if leap else 52)


async def test_a_year_begins_the_day_after_the_last_and_is_opened_once(world: World):
    good = OpenFiscalYear(year="2027", begins_on=date(2027, 1, 1))
    cases = [
        (replace(good, year=" "), "INVALID_VALUE"),
        (replace(good, year="2026"), "ALREADY_EXISTS"),
        (replace(good, begins_on=date(2027, 1, 2)), "FISCAL_YEAR_APART"),
        (replace(good, begins_on=date(2026, 12, 31)), "FISCAL_YEAR_APART"),
        (replace(good, has_leap_week=True), "INVALID_VALUE"),
    ]
    for command, code in cases:
        assert (await world.refusal(world.chief, AX, command)).code == code
    await done(world, good)
    rows = await world.rows(
        "SELECT sub_ledger, count(*) AS periods, min(code) AS first, max(ends_on) AS last FROM fiscal_period "
        "WHERE company_id = 1 AND fiscal_year = '2027' AND state = 'OPEN' GROUP BY 1 ORDER BY 1"
    )
    assert [tuple(row.values()) for row in rows] == [
        (ledger, 12, "2027-01", date(2027, 12, 31)) for ledger in ("GENERAL", "PAYABLES", "RECEIVABLES", "STOCK")
    ]
    assert (await world.refusal(world.chief, AX, good)).code == "ALREADY_EXISTS"


async def test_books_are_kept_by_weeks_numbered_closed_and_depreciated_period_by_period(world: World):
    """4-4-5 from 1 January 2027: February ends on the 25th, and what comes on the 26th counts in March."""
    weeks = OpenFiscalYear(year="FY27", begins_on=date(2027, 1, 1), pattern=FiscalPattern.WEEKS_4_4_5)
    await done(world, weeks)
    await done(world, *(an_invoice(world, ("1", "10"), invoiced_on=day) for day in
                        (date(2027, 1, 28), date(2027, 1, 29), date(2027, 2, 26))))  # fmt: skip
    assert [number for number, _ in await vouchers(world)] == [
        "SALES-FY27-P01-000001", "SALES-FY27-P02-000001", "SALES-FY27-P03-000001",
    ]  # fmt: skip
    await done(world, replace(await a_machine(world), cost=usd("120"), residual=usd("0"), months=12,
                              in_service_on=date(2026, 12, 15)))  # fmt: skip
    for wrong, code in ((date(2027, 1, 31), "INVALID_VALUE"), (date(2027, 1, 28), None)):
        if code:
            assert (await world.refusal(world.chief, AX, DepreciateAssets(ends_on=wrong))).code == code
        else:
            await done(world, DepreciateAssets(ends_on=wrong))
    entry = "SELECT -amount AS amount FROM fixed_asset_entry WHERE kind = 'DEPRECIATION'"
    assert [plain(row["amount"]) for row in await world.rows(entry)] == ["10"]
    rows = await world.rows(
        "SELECT id FROM fiscal_period WHERE company_id = 1 AND sub_ledger = 'GENERAL' AND starts_on < '2027-01-29' "
        "ORDER BY starts_on"
    )
    await done(world, *(ChangePeriodState(fiscal_period_id=row["id"], state=PeriodState.SOFT) for row in rows))
    late = await world.refusal(world.chief, AX, an_invoice(world, invoiced_on=date(2027, 1, 28)))
    assert late.code == "PERIOD_CLOSED"
    assert await world.findings() == []


async def test_a_year_that_begins_in_april_is_carried_over_at_the_end_of_march_and_on_no_other_day(world: World):
    await world.rows("DELETE FROM fiscal_period WHERE company_id = $1 RETURNING 1", BX)
    await done(world, OpenFiscalYear(year="FY26", begins_on=date(2026, 4, 1)), company=BX)
    await rate(world, "EUR", "USD", date(2026, 1, 1), "1.1")
    await done(world, an_invoice(world, ("1", "100"), currency="EUR"), company=BX)
    ends_on = date(2027, 3, 31)
    refused = await world.refusal(world.chief, BX, CloseYear(ends_on=date(2026, 12, 31)))
    assert (refused.code, refused.values["reason"]) == ("INVALID_VALUE", "the year FY26 ends on 2027-03-31")
    await done(world, CloseYear(ends_on=ends_on), company=BX)
    assert [await balance(world, role, ends_on, BX) for role in ("REVENUE", "RETAINED_EARNINGS")] == ["0", "-100"]
    assert Decimal(await balance(world, "REVENUE", date(2027, 3, 30), BX)) == -100
    assert await world.findings() == []
