"""Turnover: what moved by day and by month, so that no read sums a whole ledger, whether periods close or not.

A posting appends its own rows, one a day and one a month for each key it moves: it updates nothing, so postings never
wait for each other. A job folds the rows of a key into one, in one statement: whoever reads before, while or after sees
the same sums. What moved up to a day is then the months before its month and the days of it, some dozens of rows a key
and year, however many entries stand behind them; a posting into the past needs nothing of its own. `verify` recomputes
both grains from the entries.

Refused: balances that a posting updates (postings to one account would wait for each other); balances of closed periods
alone (an always-open company would sum its whole ledger); a mark up to which entries are folded (entries commit in
another order than they are recorded, so a mark loses some).
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ClauseElement,
    ColumnElement,
    Date,
    DateTime,
    FromClause,
    Insert,
    Select,
    SmallInteger,
    Table,
    and_,
    bindparam,
    cast,
    delete,
    false,
    func,
    insert,
    literal_column,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.types import Integer

from domain.core.handling import Handling

# Rows that one fold takes: some megabytes, in some tenths of a second.
FOLD_ROWS_MAX = 50_000
FOLD_EVERY_SECONDS = 30.0


class Grain(StrEnum):
    """The span that a row of turnover covers."""

    DAY = "DAY"
    MONTH = "MONTH"


def first_of_month(day: ColumnElement[Any]) -> ColumnElement[Any]:
    """The first day of the day's month."""
    return cast(func.date_trunc("month", cast(day, DateTime())), Date())


def following(day: ColumnElement[Any]) -> ColumnElement[Any]:
    """The next day."""
    return cast(day, Date()) + literal_column("1", Integer())


def before(rows: FromClause, day: ColumnElement[Any]) -> ColumnElement[bool]:
    """The rows of turnover that together hold every day before `day`: the months before its month, and days of it."""
    month = first_of_month(day)
    return or_(
        and_(rows.c.grain == literal_column("'MONTH'"), rows.c.starts_on < month),
        and_(rows.c.grain == literal_column("'DAY'"), rows.c.starts_on >= month, rows.c.starts_on < day),
    )


def after(rows: FromClause, day: ColumnElement[Any]) -> ColumnElement[bool]:
    """The rows of turnover that together hold every day after `day`: the rest of its month, and the months behind."""
    behind = first_of_month(day + literal_column("interval '1 month'"))
    return or_(
        and_(rows.c.grain == literal_column("'MONTH'"), rows.c.starts_on >= behind),
        and_(rows.c.grain == literal_column("'DAY'"), rows.c.starts_on > day, rows.c.starts_on < behind),
    )


def fold_statement(table: Table, keys: Sequence[str], sums: Sequence[str]) -> Insert:
    """What makes one row of all rows of a key, for keys that got new rows in the company `company_id`.

    Of the rows that were folded before only those of these keys are looked at, one probe of an index a key: a fold
    costs what was posted since the last, not what stands in the books.
    """
    company = bindparam("company_id", type_=SmallInteger())
    new = table.alias("new")
    fresh_place: ColumnElement[Any] = literal_column("new.ctid")
    some = (
        select(fresh_place)
        .where(new.c.company_id == company, new.c.is_folded == false())
        .limit(FOLD_ROWS_MAX)
    )
    fresh = delete(table).where(_stands_at(table, some)).returning(*table.c).cte("fresh")
    touched = select(*(fresh.c[key] for key in keys)).distinct().cte("touched")
    old = table.alias("old")
    old_place: ColumnElement[Any] = literal_column("old.ctid")
    # Without the offset the planner may join the two, and read the whole table for it.
    probe = (
        select(old_place.label("place"))
        .where(old.c.company_id == company, old.c.is_folded == true())
        .where(*(_same(old.c[key], touched.c[key]) for key in keys))
        .offset(literal_column("0"))
        .lateral("probe")
    )
    places = select(probe.c.place).select_from(touched.join(probe, true()))
    folded = delete(table).where(_stands_at(table, places)).returning(*table.c).cte("folded")
    rows = union_all(select(fresh), select(folded)).subquery("rows")
    values = {
        "company_id": rows.c.company_id,
        "id": func.gen_random_uuid(),
        "is_folded": true(),
        **{key: rows.c[key] for key in keys},
        **{name: func.sum(rows.c[name]) for name in sums},
    }
    query = select(*values.values()).group_by(rows.c.company_id, *(rows.c[key] for key in keys))
    return insert(table).from_select(list(values), query, include_defaults=False)


def _stands_at(table: Table, places: Select[Any]) -> ColumnElement[bool]:
    """Whether a row is one of those found: nobody but the one job that folds ever moves a row."""
    return literal_column(f"{table.name}.ctid") == func.any(func.array(places.scalar_subquery()))


def _same(one: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether two keys are the same; empty ones are. An index serves equality alone."""
    nullable = getattr(one, "nullable", False)
    return or_(one == other, and_(one.is_(None), other.is_(None))) if nullable else one == other


async def fold(handling: Handling, statements: Sequence[ClauseElement]) -> None:
    """Each key has one row a span again. Changes no sum, so it is no command: nothing happened."""
    # What a job does twice a minute is planned for the tables as they are, not as they were at the first time.
    await handling.connection.raw.execute("SET LOCAL plan_cache_mode = force_custom_plan")
    for statement in statements:
        await handling.connection.fetch(statement, company_id=handling.company_id)
    await handling.connection.raw.execute("SET LOCAL plan_cache_mode TO DEFAULT")
