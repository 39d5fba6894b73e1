"""The working days of calendars and what sites say of others, read set-wise."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import SmallInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.work import Work
from domain.master_data.calendars import DayKind, DayMove, WorkCalendar, WorkCalendarException, WorkCalendarShift
from domain.master_data.companies import Site
from domain.master_data.working_days import DayRule, WorkingDays

_ids = func.any(bindparam("ids", type_=ARRAY(Uuid())))
_calendar, _shift, _exception = WorkCalendar.table, WorkCalendarShift.table, WorkCalendarException.table
_WEEKDAYS = (
    select(_calendar.c.id, _calendar.c.code, func.array_agg(_shift.c.weekday.distinct()).label("weekdays"))
    .join_from(_calendar, _shift, _shift.c.calendar_id == _calendar.c.id)
    .where(_calendar.c.id == _ids, _shift.c.archived_at.is_(None))
    .group_by(_calendar.c.id, _calendar.c.code)
)
_EXCEPTIONS = select(_exception.c.calendar_id, _exception.c.falls_on, _exception.c.kind).where(
    _exception.c.calendar_id == _ids, _exception.c.archived_at.is_(None)
)
_site = Site.table
_RULES_OF_SITES = select(_site.c.id, _site.c.calendar_id, _site.c.day_move).where(
    _site.c.company_id == bindparam("company_id", type_=SmallInteger()), _site.c.id == _ids,
    _site.c.calendar_id.is_not(None), _site.c.day_move.is_not(None),
)  # fmt: skip


async def working_days(work: Work, calendar_ids: Iterable[UUID | None]) -> dict[UUID, WorkingDays]:
    """The working days of calendars; one without a shift is absent."""
    asked = sorted({id_ for id_ in calendar_ids if id_ is not None})
    if not asked:
        return {}
    exceptions: dict[UUID, dict[date, bool]] = {id_: {} for id_ in asked}
    for row in await work.fetch(_EXCEPTIONS, ids=asked):
        exceptions[row["calendar_id"]][row["falls_on"]] = row["kind"] == DayKind.MAKE_UP.value
    return {
        row["id"]: WorkingDays(
            calendar=row["code"], weekdays=frozenset(row["weekdays"]), exceptions=exceptions[row["id"]]
        )
        for row in await work.fetch(_WEEKDAYS, ids=asked)
    }


async def day_rules_of_sites(work: Work, site_ids: Iterable[UUID | None]) -> dict[UUID, DayRule]:
    """By site where a day on which it does not work leads; a site that says nothing is absent."""
    asked = sorted({id_ for id_ in site_ids if id_ is not None})
    rows = await work.fetch(_RULES_OF_SITES, ids=asked) if asked else []
    days = await working_days(work, [row["calendar_id"] for row in rows])
    return {
        row["id"]: DayRule(days[row["calendar_id"]], DayMove(row["day_move"]))
        for row in rows
        if row["calendar_id"] in days
    }
