"""Periods: those of a new year, opened and closed for postings."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import SmallInteger, and_, bindparam, select
from sqlalchemy.types import Uuid

from domain.core.actors import Action
from domain.core.commands import Results, argument, command
from domain.core.errors import AlreadyExists, DomainError, NotFound, Rejected
from domain.core.work import Work
from domain.finance.balances import drop_balances, store_balances
from domain.finance.journal import period_from
from domain.finance.models import FiscalPeriod, PeriodState, SubLedger
from domain.finance.rules import Period, period_after
from domain.finance.rules.calendars import FiscalPattern, follows, year_periods

_period = FiscalPeriod.table
_own, _sibling = _period.alias("own"), _period.alias("sibling")
_SIBLINGS = (
    select(_sibling.c.id)
    .join_from(
        _own, _sibling, and_(_sibling.c.company_id == _own.c.company_id, _sibling.c.sub_ledger == _own.c.sub_ledger)
    )
    .where(
        _own.c.company_id == bindparam("company_id", type_=SmallInteger()),
        _own.c.id == bindparam("id", type_=Uuid()),
    )
)


_ENDS = select(_period.c.code, _period.c.fiscal_year, _period.c.ends_on).where(
    _period.c.company_id == bindparam("company_id", type_=SmallInteger())
)


@command(action=Action.ADMINISTER, record=FiscalPeriod, zh="更改期间状态")
class ChangePeriodState:
    """Close a period for postings, softly or for ever, or open a softly closed one again.

    Closing waits for the postings under way; a closed general-ledger period has its balances stored.
    """

    fiscal_period_id: UUID = argument(doc="The period.", zh="会计期间", reference="fiscal_period")
    state: PeriodState = argument(doc="The state it is to have.", zh="状态")
    expected_version: int | None = argument(doc="The version you saw.", zh="预期版本", default=None)


@command(action=Action.ADMINISTER, record=FiscalPeriod, zh="建立会计年度")
class OpenFiscalYear:
    """Give a company the periods of its next fiscal year, in every sub-ledger; open, the day after the last it has."""

    year: str = argument(doc="Name of the year, such as 2027 or FY27.", zh="会计年度")
    begins_on: date = argument(doc="Its first day.", zh="开始日期")
    pattern: FiscalPattern = argument(
        doc="Twelve months from the first day on unless given, or weeks in quarters.", zh="期间划分",
        default=FiscalPattern.MONTHS,
    )  # fmt: skip
    has_leap_week: bool = argument(doc="Whether a year of weeks has 53.", zh="是否含闰周", default=False)


async def open_fiscal_years(work: Work, commands: Sequence[OpenFiscalYear]) -> Results[FiscalPeriod]:
    """The first general-ledger period of each year; a refusal stands in its own place.

    Raises per row: Rejected, AlreadyExists, FiscalYearApart. Emits: FiscalYearOpened.
    """
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            outcomes.append(await _open_year(work, one))
        except DomainError as refusal:
            outcomes.append(refusal)
    opened = [outcome for outcome in outcomes if isinstance(outcome, UUID)]
    if opened:
        work.emit("FiscalYearOpened", FiscalPeriod, opened)
    return Results(outcomes)


async def _open_year(work: Work, one: OpenFiscalYear) -> UUID:
    """One year: the next of the batch follows it, so they go one by one."""
    year = one.year.strip()
    if not year:
        reason, reason_zh = "a year has a name", "须填写会计年度"
        raise Rejected(("year",), what="fiscal year", value=one.year, reason=reason, reason_zh=reason_zh)
    known = await work.fetch(_ENDS)
    if year in {row["fiscal_year"] for row in known}:
        raise AlreadyExists(("year",), what="fiscal year", key=year)
    follows(year, one.begins_on, [row["ends_on"] for row in known])
    spans = year_periods(year, one.begins_on, one.pattern, has_leap_week=one.has_leap_week)
    codes = {row["code"] for row in known}
    for span in spans:
        if span.code in codes:
            raise AlreadyExists(("year",), what="fiscal period", key=span.code)
    ids = await work.insert(
        FiscalPeriod,
        [
            {
                "sub_ledger": ledger, "code": span.code, "fiscal_year": year, "position": span.position,
                "starts_on": span.starts_on, "ends_on": span.ends_on, "state": PeriodState.OPEN,
            }
            for ledger in SubLedger
            for span in spans
        ],
    )  # fmt: skip
    return ids[0]


async def change_period_states(work: Work, commands: Sequence[ChangePeriodState]) -> Results[FiscalPeriod]:
    """The periods in the states asked for; a refusal stands in its own place.

    Raises per row: NotFound, StaleVersion, WrongState, EarlierPeriodOpen, LaterPeriodClosed. Emits: PeriodStateChanged.
    """
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            outcomes.append(await _change(work, one))
        except DomainError as refusal:
            outcomes.append(refusal)
    changed = [outcome for outcome in outcomes if isinstance(outcome, UUID)]
    if changed:
        work.emit("PeriodStateChanged", FiscalPeriod, changed)
    return Results(outcomes)


async def _change(work: Work, one: ChangePeriodState) -> UUID:
    """One period changed: each depends on what the one before it left, so they go one by one.

    All periods of the sub-ledger are locked: what is open before and after must not change meanwhile.
    """
    wanted = one.fiscal_period_id
    rows = await work.lock(FiscalPeriod, [row["id"] for row in await work.fetch(_SIBLINGS, id=wanted)])
    if wanted not in rows:
        raise NotFound(what="fiscal period", key=str(wanted))
    for refusal in (await work.stale(FiscalPeriod, rows, {wanted: one.expected_version})).values():
        raise refusal
    period = period_from(rows[wanted])
    state = period_after(period, one.state, [period_from(row) for row in rows.values()])
    await work.update(FiscalPeriod, [{"id": period.id, "state": state}], fields=("state",))
    if period.sub_ledger is SubLedger.GENERAL:
        await _keep_balances(work, period, state)
    return period.id


async def _keep_balances(work: Work, period: Period, state: PeriodState) -> None:
    """Balances are stored exactly while the period is closed."""
    if state is PeriodState.OPEN:
        await drop_balances(work, period.id)
    elif period.state is PeriodState.OPEN:
        await store_balances(work, period.id, period.starts_on, period.ends_on)
