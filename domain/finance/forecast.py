"""Cash to come: what the banks hold, and what open items will bring or take by the day they are due."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Date, and_, case, cast, func, literal_column, or_, select, union_all
from sqlalchemy.orm import Mapped

from domain.core.columns import AMOUNT, date_column
from domain.core.commands import argument, part
from domain.core.reports import Asked, Lines, Report, span_in_order
from domain.core.turnover import before
from domain.finance.models import CONTROL_ROLES, Account, OpenItem
from domain.finance.reports import NOTHING, money_figure
from domain.finance.statements import row_id, text_of
from domain.finance.turnover import AccountTurnover


@part
class CashForecastArguments:
    """The days that are looked at."""

    from_: date = argument(doc="First day: what is overdue is expected on it.", zh="开始日期")
    to: date = argument(doc="Last day.", zh="结束日期")


class CashForecastLine(
    Report, zh="资金预测行", arguments=CashForecastArguments, order="due_on", check=span_in_order,
    totals=("inflow", "outflow"), reads=(Account, AccountTurnover, OpenItem),
):  # fmt: skip
    """What is expected to come in and go out on a day, and what the banks hold at its end, in the company's currency.

    The first line holds what the banks held before the first day, and what is overdue. Items in foreign currency count
    at the rate of their own day.
    """

    __tablename__ = "cash_forecast_line"

    due_on: Mapped[date] = date_column(doc="The day.", zh="日期", order=True)
    inflow: Mapped[Decimal] = money_figure("What customers are to pay, less what suppliers owe back.", "预计流入")
    outflow: Mapped[Decimal] = money_figure("What is to be paid, as a positive amount.", "预计流出")
    balance: Mapped[Decimal] = money_figure("What the banks hold at the end of the day, if all is paid.", "预计余额")


def cash_forecast(asked: Asked) -> Lines:
    """A line a day on which something is due, and one for the first day."""
    account, turnover, item = asked.of(Account), asked.of(AccountTurnover), asked.of(OpenItem)
    first = cast(asked["from_"], Date())
    holds_money = and_(
        account.c.is_monetary,
        or_(account.c.role.is_(None), account.c.role.not_in([text_of(role) for role in sorted(CONTROL_ROLES)])),
    )
    held = (
        select(
            turnover.c.company_id, first.label("due_on"), (turnover.c.debit - turnover.c.credit).label("held"),
            NOTHING.label("due"),
        )
        .select_from(
            turnover.join(
                account, and_(account.c.company_id == turnover.c.company_id, account.c.id == turnover.c.account_id)
            )
        )
        .where(before(turnover, asked["from_"]), holds_money)
    )  # fmt: skip
    day: Any = func.greatest(item.c.due_on, first, type_=Date())
    due = select(item.c.company_id, day, NOTHING, item.c.open_amount).where(
        item.c.open_transaction_amount != NOTHING, day <= asked["to"]
    )
    rows = union_all(held, due).subquery("expected")
    moved = func.sum(rows.c.held + rows.c.due)
    balance = func.sum(moved).over(partition_by=rows.c.company_id, order_by=rows.c.due_on)
    zero = literal_column("0", AMOUNT)
    return select(
        rows.c.company_id,
        row_id(rows.c.company_id, rows.c.due_on).label("id"),
        rows.c.due_on,
        func.sum(case((rows.c.due > zero, rows.c.due), else_=zero)).label("inflow"),
        (-func.sum(case((rows.c.due < zero, rows.c.due), else_=zero))).label("outflow"),
        cast(balance, AMOUNT).label("balance"),
    ).group_by(rows.c.company_id, rows.c.due_on)
