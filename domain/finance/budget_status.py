"""Budget status: what was released, spent and promised on each line of a budget, and what is left of it.

Spent is what the ledger says, promised what commitments say, entry by entry, so the report is exact at the end of any
day, and as it was known at any instant; without a day it is what a posting of now is held to. A line without a cost
centre reads turnover, one with a cost centre the lines of its account. Lines may overlap (an account, and a part of it
for one cost centre), so nothing is added up over lines.

Every figure drills to what it is made of by the line's account, cost centre and days: `accountLedger` or `journalLines`
for what was spent, `commitments` with their entries for what was promised.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, and_, cast, false, func, literal_column, or_, select, union_all
from sqlalchemy import Text as SqlText
from sqlalchemy.dialects.postgresql import INTERVAL
from sqlalchemy.orm import Mapped
from sqlalchemy.types import Date, DateTime

from domain.core.columns import AMOUNT, Tier, code_column, date_column, enum_column, reference, small_column
from domain.core.commands import argument, part
from domain.core.reports import KNOWN_AT, Asked, Lines, Report, any_values
from domain.core.turnover import Grain, first_of_month
from domain.finance.models import Account, CostCentre, JournalEntry, JournalKind, JournalLine
from domain.finance.models.budgets import (
    Budget,
    BudgetLine,
    BudgetStatus,
    BudgetVersion,
    Commitment,
    CommitmentEntry,
)
from domain.finance.reports import NOTHING, money_figure
from domain.finance.statements import row_id, text_of
from domain.finance.turnover import AccountTurnover

ONE_MONTH = literal_column("interval '1 month'", INTERVAL())


class BudgetView(StrEnum):
    """LINE has a line a line of the budget, MONTH one a line and month of its span."""

    LINE = "LINE"
    MONTH = "MONTH"


@part
class BudgetStatusArguments:
    """The budget that is reported."""

    budget: str = argument(doc="Code of the budget.", zh="预算代码")
    edition: int | None = argument(doc="Its edition; the released one unless given.", zh="版次", default=None)
    on: date | None = argument(
        doc="At the end of this day; all that is known of its span unless given.", zh="日期", default=None
    )
    by: BudgetView = argument(doc="What has a line of its own: LINE unless given.", zh="视图", default=BudgetView.LINE)
    as_known_at: datetime | None = argument(**KNOWN_AT, default=None)


class BudgetStatusLine(
    Report, zh="预算执行情况行", arguments=BudgetStatusArguments, order="place", check=any_values,
    reads=(
        Account, AccountTurnover, Budget, BudgetLine, BudgetVersion, Commitment, CommitmentEntry, CostCentre,
        JournalEntry, JournalLine,
    ),
):  # fmt: skip
    """What one line of a budget has released, and what of it is spent, promised and left; its own days are its span."""

    __tablename__ = "budget_status_line"

    place: Mapped[str] = code_column(
        doc="Where the line stands: edition, account, cost centre, month.", zh="行次", tier=Tier.INTERNAL, order=True,
        length_max=200,
    )  # fmt: skip
    budget_version_id: Mapped[UUID] = reference("budget_version", doc="The edition of the budget.", zh="预算版本")
    edition: Mapped[int] = small_column(doc="Number of the edition.", zh="版次")
    status: Mapped[str] = enum_column(BudgetStatus, doc="Whether its lines hold.", zh="状态")
    account_id: Mapped[UUID] = reference("account", doc="The account.", zh="科目")
    cost_centre_id: Mapped[UUID | None] = reference(
        "cost_centre", doc="The cost centre; all together where there is none.", zh="成本中心"
    )
    starts_on: Mapped[date] = date_column(doc="First day that the figures are of.", zh="开始日期")
    ends_on: Mapped[date] = date_column(doc="Last day that the figures are of.", zh="结束日期")
    released: Mapped[Decimal] = money_figure("What may be spent over the whole span of the budget.", "预算金额")
    actual: Mapped[Decimal] = money_figure("What was spent in these days.", "已用金额")
    committed: Mapped[Decimal] = money_figure(
        "What was promised and not spent; by month what became of promises in it: made, less released.", "已占用金额"
    )
    available: Mapped[Decimal] = money_figure(
        "What is left; by month what was left at its end. Below zero where more was spent.", "可用金额"
    )


def budget_status(asked: Asked) -> Lines:
    """A line a line of the edition, and month where that is asked."""
    slots, figures = _slots(asked).subquery("slots"), _figures(asked)
    is_its = and_(figures.c.company_id == slots.c.company_id, figures.c.line_id == slots.c.line_id)
    if asked["by"] is BudgetView.MONTH:
        is_its = and_(is_its, figures.c.month == slots.c.month)
    keys = list(slots.c)
    actual = func.coalesce(func.sum(figures.c.actual), NOTHING)
    committed = func.coalesce(func.sum(figures.c.committed), NOTHING)
    used = func.sum(actual + committed).over(
        partition_by=[slots.c.company_id, slots.c.line_id], order_by=slots.c.starts_on
    )
    place = func.concat_ws(
        text_of(" "), func.lpad(cast(slots.c.edition, SqlText()), literal_column("5"), text_of("0")), slots.c.account,
        slots.c.centre, slots.c.starts_on, type_=SqlText(),
    )  # fmt: skip
    shown = (
        "company_id", "budget_version_id", "edition", "status", "account_id", "cost_centre_id", "starts_on",
        "ends_on", "released",
    )  # fmt: skip
    return (
        select(
            *(slots.c[name] for name in shown),
            row_id(slots.c.company_id, slots.c.line_id, slots.c.starts_on).label("id"), place.label("place"),
            actual.label("actual"), committed.label("committed"),
            cast(slots.c.released - used, AMOUNT).label("available"),
        )
        .select_from(slots.outerjoin(figures, is_its))
        .group_by(*keys)
    )  # fmt: skip


def _spans(asked: Asked) -> Lines:
    """The lines of the edition, each with the span of its budget."""
    line, version, budget = asked.of(BudgetLine), asked.of(BudgetVersion), asked.of(Budget)
    is_asked = (
        version.c.status == text_of(BudgetStatus.RELEASED)
        if asked["edition"] is None
        else version.c.edition == asked["edition"]
    )
    return (
        select(
            line.c.company_id, line.c.id.label("line_id"), version.c.id.label("budget_version_id"),
            version.c.edition, version.c.status, line.c.account_id, line.c.cost_centre_id, budget.c.starts_on,
            budget.c.ends_on, line.c.amount.label("released"),
        )
        .select_from(
            line.join(
                version, and_(version.c.company_id == line.c.company_id, version.c.id == line.c.budget_version_id)
            ).join(budget, and_(budget.c.company_id == version.c.company_id, budget.c.id == version.c.budget_id))
        )
        .where(budget.c.code == asked["budget"], is_asked)
    )  # fmt: skip


def _slots(asked: Asked) -> Lines:
    """What has a line of the report, with the codes that it is ordered by, and its own days."""
    span, account, centre = _spans(asked).subquery("span"), asked.of(Account), asked.of(CostCentre)
    source = span.join(
        account, and_(account.c.company_id == span.c.company_id, account.c.id == span.c.account_id)
    ).outerjoin(centre, and_(centre.c.company_id == span.c.company_id, centre.c.id == span.c.cost_centre_id))
    kept = [one for one in span.c if one.key not in ("starts_on", "ends_on")]
    codes = [account.c.code.label("account"), centre.c.code.label("centre")]
    if asked["by"] is not BudgetView.MONTH:
        return select(*kept, *codes, span.c.starts_on, span.c.ends_on).select_from(source)
    months = func.generate_series(
        cast(first_of_month(span.c.starts_on), DateTime()), cast(span.c.ends_on, DateTime()), ONE_MONTH
    ).table_valued("month").render_derived(name="months")  # fmt: skip
    month = cast(months.c.month, Date())
    last = cast(months.c.month + ONE_MONTH - literal_column("interval '1 day'", INTERVAL()), Date())
    return select(
        *kept, *codes, month.label("month"), func.greatest(month, span.c.starts_on, type_=Date()).label("starts_on"),
        func.least(last, span.c.ends_on, type_=Date()).label("ends_on"),
    ).select_from(source.join(months, literal_column("true")))  # fmt: skip


def _figures(asked: Asked) -> FromClause:
    """Rows that add up to what was spent and promised on each line, with the month that they count in."""
    return union_all(_turned_over(asked), _spent(asked), _promised(asked), *_not_yet_known(asked)).subquery("figures")


def _figure(
    span: FromClause, on: ColumnElement[Any], actual: ColumnElement[Any], committed: ColumnElement[Any]
) -> list[ColumnElement[Any]]:
    """What happened after the span to what was promised in it counts in its last month."""
    month = first_of_month(func.least(on, span.c.ends_on, type_=Date()))
    return [
        span.c.company_id, span.c.line_id, month.label("month"), actual.label("actual"), committed.label("committed"),
    ]  # fmt: skip


def _until(asked: Asked, day: ColumnElement[Any]) -> list[ColumnElement[bool]]:
    return [] if asked["on"] is None else [day <= asked["on"]]


def _recorded(asked: Asked, rows: FromClause) -> list[ColumnElement[bool]]:
    return [] if asked["as_known_at"] is None else [rows.c.recorded_at <= asked["as_known_at"]]


def _turned_over(asked: Asked) -> Lines:
    """What lines of all cost centres together spent: the days of their accounts' turnover."""
    span, turnover = _spans(asked).subquery("span"), asked.of(AccountTurnover)
    day = turnover.c.starts_on
    return (
        select(*_figure(span, day, turnover.c.debit - turnover.c.credit, NOTHING))
        .select_from(
            span.join(
                turnover, and_(turnover.c.company_id == span.c.company_id, turnover.c.account_id == span.c.account_id)
            )
        )
        .where(
            span.c.cost_centre_id.is_(None), turnover.c.grain == text_of(Grain.DAY), turnover.c.is_closing == false(),
            day.between(span.c.starts_on, span.c.ends_on), *_until(asked, day),
        )
    )  # fmt: skip


def _lines(asked: Asked, span: FromClause, line: FromClause) -> FromClause:
    """The lines of vouchers on the account of a span, those that close a year left out."""
    entry = asked.of(JournalEntry)
    is_its = and_(
        line.c.company_id == span.c.company_id, line.c.account_id == span.c.account_id,
        line.c.occurred_on.between(span.c.starts_on, span.c.ends_on), *_until(asked, line.c.occurred_on),
    )  # fmt: skip
    is_open = and_(
        entry.c.company_id == line.c.company_id, entry.c.id == line.c.journal_entry_id,
        entry.c.kind != text_of(JournalKind.CLOSING),
    )  # fmt: skip
    return span.join(line, is_its).join(entry, is_open)


def _spent(asked: Asked) -> Lines:
    """What lines of one cost centre spent."""
    span, line = _spans(asked).subquery("span"), asked.of(JournalLine)
    return (
        select(*_figure(span, line.c.occurred_on, line.c.amount, NOTHING))
        .select_from(_lines(asked, span, line))
        .where(line.c.cost_centre_id == span.c.cost_centre_id, *_recorded(asked, line))
    )


def _not_yet_known(asked: Asked) -> list[Lines]:
    """What turnover holds that was recorded after the instant asked for, taken off."""
    if asked["as_known_at"] is None:
        return []
    span, line = _spans(asked).subquery("span"), asked.of(JournalLine)
    return [
        select(*_figure(span, line.c.occurred_on, -line.c.amount, NOTHING))
        .select_from(_lines(asked, span, line))
        .where(span.c.cost_centre_id.is_(None), line.c.recorded_at > asked["as_known_at"])
    ]


def _promised(asked: Asked) -> Lines:
    """What commitments of the span became, entry by entry."""
    span, commitment, entry = _spans(asked).subquery("span"), asked.of(Commitment), asked.of(CommitmentEntry)
    is_its = and_(
        commitment.c.company_id == span.c.company_id, commitment.c.account_id == span.c.account_id,
        commitment.c.committed_on.between(span.c.starts_on, span.c.ends_on),
        or_(span.c.cost_centre_id.is_(None), commitment.c.cost_centre_id == span.c.cost_centre_id),
    )  # fmt: skip
    of_it = and_(entry.c.company_id == commitment.c.company_id, entry.c.commitment_id == commitment.c.id)
    return (
        select(*_figure(span, entry.c.occurred_on, NOTHING, entry.c.amount))
        .select_from(span.join(commitment, is_its).join(entry, of_it))
        .where(*_until(asked, entry.c.occurred_on), *_recorded(asked, entry))
    )
