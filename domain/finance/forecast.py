"""Cash to come: what cash and banks hold, what moved there since, and what open items bring or take when they are due.

What has happened is told as it happened, what has not as it is expected: a receipt of yesterday stands on its own day,
and its item is not expected any more. As it was known at an instant, what was recorded later has not happened yet: a
past forecast is what it was.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Date, FromClause, and_, case, cast, func, literal_column, or_, select, union_all
from sqlalchemy.orm import Mapped

from domain.core.columns import AMOUNT, date_column
from domain.core.commands import argument, part
from domain.core.reports import KNOWN_AT, Asked, Lines, Report, span_in_order
from domain.core.turnover import Grain, before
from domain.finance.models import (
    CONTROL_ROLES,
    Account,
    AccountKind,
    JournalLine,
    OpenItem,
    OpenItemEntry,
    OpenItemEntryKind,
)
from domain.finance.reports import NOTHING, money_figure, of_account
from domain.finance.statements import row_id, text_of
from domain.finance.turnover import AccountTurnover


@part
class CashForecastArguments:
    """The days that are looked at."""

    from_: date = argument(doc="First day: what is overdue is expected on it.", zh="开始日期")
    to: date = argument(doc="Last day.", zh="结束日期")
    as_known_at: datetime | None = argument(**KNOWN_AT, default=None)


class CashForecastLine(
    Report, zh="资金预测行", arguments=CashForecastArguments, order="due_on", check=span_in_order,
    totals=("inflow", "outflow"), reads=(Account, AccountTurnover, JournalLine, OpenItem, OpenItemEntry),
):  # fmt: skip
    """What came in and went out on a day or is expected to, and what cash and banks hold at its end, in the company's
    currency.

    The first line holds what they held before the first day, and what is overdue. Items in foreign currency count at
    the rate of their own day.
    """

    __tablename__ = "cash_forecast_line"

    due_on: Mapped[date] = date_column(doc="The day.", zh="日期", order=True)
    inflow: Mapped[Decimal] = money_figure(
        "What came in, and what customers are to pay or suppliers owe back.", "流入"
    )
    outflow: Mapped[Decimal] = money_figure("What went out, and what is to be paid, as a positive amount.", "流出")
    balance: Mapped[Decimal] = money_figure(
        "What cash and banks hold at the end of the day, if all is paid.", "预计余额"
    )


def cash_forecast(asked: Asked) -> Lines:
    """A line a day on which something moved or is due, and one for the first day where anything was held before it."""
    rows = union_all(_moved(asked), *_unknown_moves(asked), _due(asked)).subquery("expected")
    held, inflow, outflow = (func.sum(rows.c[name]) for name in ("held", "inflow", "outflow"))
    balance = func.sum(held + inflow - outflow).over(partition_by=rows.c.company_id, order_by=rows.c.due_on)
    return (
        select(
            rows.c.company_id, row_id(rows.c.company_id, rows.c.due_on).label("id"), rows.c.due_on,
            inflow.label("inflow"), outflow.label("outflow"), cast(balance, AMOUNT).label("balance"),
        )
        .group_by(rows.c.company_id, rows.c.due_on)
        .having(or_(held != NOTHING, inflow != NOTHING, outflow != NOTHING))
    )  # fmt: skip


def _holds_money(account: FromClause) -> ColumnElement[bool]:
    """That an account is cash or a bank."""
    return and_(
        account.c.is_monetary, account.c.is_liquid, account.c.kind == text_of(AccountKind.ASSET.value),
        or_(account.c.role.is_(None), account.c.role.not_in([text_of(role) for role in sorted(CONTROL_ROLES)])),
    )  # fmt: skip


def _flows(
    rows: FromClause, day: ColumnElement[Any], first: ColumnElement[Any], sides: tuple[ColumnElement[Any], ...]
) -> list[ColumnElement[Any]]:
    """The columns of what moved on a day: before the first it was held, from then on it came in or went out."""
    debit, credit = sides
    is_before = day < first
    zero = literal_column("0", AMOUNT)
    return [
        rows.c.company_id,
        func.greatest(day, first, type_=Date()).label("due_on"),
        case((is_before, debit - credit), else_=zero).label("held"),
        case((is_before, zero), else_=debit).label("inflow"),
        case((is_before, zero), else_=credit).label("outflow"),
    ]


def _moved(asked: Asked) -> Lines:
    """What cash and banks turned over up to the last day."""
    account, turnover = asked.of(Account), asked.of(AccountTurnover)
    first = cast(asked["from_"], Date())
    in_span = and_(
        turnover.c.grain == text_of(Grain.DAY.value), turnover.c.starts_on >= first,
        turnover.c.starts_on <= asked["to"],
    )  # fmt: skip
    # A row of a month stands for days before the first one, whichever day it begins with.
    return (
        select(*_flows(turnover, turnover.c.starts_on, first, (turnover.c.debit, turnover.c.credit)))
        .select_from(turnover.join(account, of_account(turnover, account)))
        .where(or_(before(turnover, first), in_span), _holds_money(account))
    )


def _unknown_moves(asked: Asked) -> list[Lines]:
    """What of it was recorded after the instant asked for, taken off."""
    if asked["as_known_at"] is None:
        return []
    account, line = asked.of(Account), asked.of(JournalLine)
    first = cast(asked["from_"], Date())
    debit, credit = (func.greatest(one, NOTHING, type_=AMOUNT) for one in (line.c.amount, -line.c.amount))
    unknown = (
        select(*_flows(line, line.c.occurred_on, first, (-debit, -credit)))
        .select_from(line.join(account, of_account(line, account)))
        .where(
            line.c.recorded_at > asked["as_known_at"], line.c.occurred_on <= asked["to"], _holds_money(account)
        )
    )  # fmt: skip
    return [unknown]


def _due(asked: Asked) -> Lines:
    """What is open of each item, by the day it is expected."""
    item, entry, known = *map(asked.of, (OpenItem, OpenItemEntry)), asked["as_known_at"]
    opened = select(item.c.company_id, item.c.id, item.c.due_on, item.c.open_amount.label("amount")).where(
        item.c.open_transaction_amount != NOTHING
    )
    if known is None:
        open_ = opened.subquery("open")
    else:
        its = and_(item.c.company_id == entry.c.company_id, item.c.id == entry.c.open_item_id)
        unknown = (
            select(entry.c.company_id, entry.c.open_item_id, item.c.due_on, -entry.c.amount)
            .select_from(entry.join(item, its))
            .where(entry.c.recorded_at > known, entry.c.kind != text_of(OpenItemEntryKind.REVALUATION.value))
        )
        parts = union_all(opened, unknown).subquery("parts")
        keys = (parts.c.company_id, parts.c.id, parts.c.due_on)
        open_ = select(*keys, func.sum(parts.c.amount).label("amount")).group_by(*keys).subquery("open")
    day: Any = func.greatest(open_.c.due_on, cast(asked["from_"], Date()), type_=Date())
    zero = literal_column("0", AMOUNT)
    return select(
        open_.c.company_id, day, NOTHING.label("held"),
        case((open_.c.amount > zero, open_.c.amount), else_=zero),
        case((open_.c.amount < zero, -open_.c.amount), else_=zero),
    ).where(open_.c.amount != zero, day <= asked["to"])  # fmt: skip
