"""The statements of the money book: balance sheet, and profit and loss.

Both have a line an account, in sections; the figures of a section are the connection's own (`aggregate(groupBy:
[SECTION])`), so no line is a sum of others. Amounts have the sign that their section is read with: what is held, owed,
owned, earned or spent is positive.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, case, cast, func, literal_column, null, select
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Mapped
from sqlalchemy.types import Integer, Uuid

from domain.core.columns import AMOUNT, Tier, code_column, enum_column, reference
from domain.core.commands import argument, part
from domain.core.errors import InvalidInput
from domain.core.reports import KNOWN_AT, Asked, Lines, Report, any_values, span_in_order
from domain.core.turnover import following
from domain.finance.models import Account, AccountKind, JournalEntry, JournalLine
from domain.finance.reports import between, figure, money_figure, moved_before, moved_then, of_account
from domain.finance.turnover import AccountTurnover

RESULT_PLACE = "~"  # behind every account number
ONE, MINUS_ONE = literal_column("1", Integer()), literal_column("-1", Integer())


def place_column() -> Any:
    """The column that statements are ordered by."""
    return code_column(
        doc="Where the line stands: its section, then the number of its account.", zh="行次", tier=Tier.INTERNAL,
        order=True, length_max=100,
    )  # fmt: skip


def text_of(value: str) -> ColumnElement[str]:
    """A word of ours inside the statement, never a caller's value."""
    return literal_column(f"'{value}'", SqlText())


def row_id(*parts: ColumnElement[Any]) -> ColumnElement[Any]:
    """A key of a line made from several values."""
    return cast(func.md5(func.concat_ws(text_of("|"), *parts)), Uuid())


def _grouped(
    source: FromClause,
    keys: Mapping[str, ColumnElement[Any]],
    figures: Mapping[str, ColumnElement[Any]],
    having: Sequence[ColumnElement[bool]],
) -> FromClause:
    columns = [one.label(name) for name, one in {**keys, **figures}.items()]
    return select(*columns).select_from(source).group_by(*keys.values()).having(*having).subquery("lines")


def _lines(lines: FromClause, turn: ColumnElement[Any], turned: Sequence[str], kept: Sequence[str]) -> Lines:
    """The lines, with the figures turned to the sign that their section is read with."""
    return select(
        lines.c.company_id, row_id(lines.c.company_id, lines.c.place).label("id"), *(lines.c[name] for name in kept),
        *(cast(lines.c[name] * turn, AMOUNT).label(name) for name in turned),
    )  # fmt: skip


# --- balance sheet ----------------------------------------------------------------------------------------------------


class BalanceSheetSection(StrEnum):
    """The parts of a balance sheet: assets are worth what liabilities and equity together are."""

    ASSETS = "ASSETS"
    LIABILITIES = "LIABILITIES"
    EQUITY = "EQUITY"


@part
class BalanceSheetArguments:
    """The day of a balance sheet, and the one it is compared with."""

    on: date = argument(doc="At the end of this day.", zh="日期")
    compare_on: date | None = argument(doc="The day it is compared with.", zh="比较日期", default=None)
    as_known_at: datetime | None = argument(**KNOWN_AT, default=None)


class BalanceSheetLine(
    Report,
    zh="资产负债表行",
    arguments=BalanceSheetArguments,
    order="place",
    check=any_values,
    section="section",
    section_totals=("amount", "compared"),
    reads=(Account, AccountTurnover, JournalEntry, JournalLine),
):
    """What an account of the balance sheet holds; the last line of equity is the result that no closing moved yet."""

    __tablename__ = "balance_sheet_line"

    place: Mapped[str] = place_column()
    section: Mapped[str] = enum_column(BalanceSheetSection, doc="The part of the sheet it stands in.", zh="项目")
    account_id: Mapped[UUID | None] = reference(
        "account", doc="The account; none for the result not yet closed.", zh="科目"
    )
    amount: Mapped[Decimal] = money_figure("What it holds: positive as its section is read.", "期末余额")
    compared: Mapped[Decimal | None] = money_figure("The same at the day it is compared with.", "比较期余额")


def balance_sheet(asked: Asked) -> Lines:
    """A line an account that moved, and one for the result."""
    account, other = asked.of(Account), asked["compare_on"]
    moved = moved_before(asked, tuple(following(day) for day in (asked["on"], other) if day is not None))
    kind = account.c.kind
    is_result = kind.in_([text_of(AccountKind.INCOME), text_of(AccountKind.EXPENSE)])
    section = case(
        (kind == text_of(AccountKind.ASSET), text_of(BalanceSheetSection.ASSETS)),
        (kind == text_of(AccountKind.LIABILITY), text_of(BalanceSheetSection.LIABILITIES)),
        else_=text_of(BalanceSheetSection.EQUITY),
    )
    number = case((kind == text_of(AccountKind.ASSET), text_of("1 ")), (kind == text_of(AccountKind.LIABILITY),
                  text_of("2 ")), else_=text_of("3 "))  # fmt: skip
    own = case((is_result, cast(null(), Uuid())), else_=account.c.id)
    place = func.concat(number, case((is_result, text_of(RESULT_PLACE)), else_=account.c.code), type_=SqlText())
    lines = _grouped(
        moved.join(account, of_account(moved, account)),
        {"company_id": moved.c.company_id, "place": place, "section": section, "account_id": own},
        {
            "amount": figure(moved.c.amount, moved.c.is_0),
            "compared": figure(moved.c.amount, moved.c.is_1) if other is not None else cast(null(), AMOUNT),
        },
        moved_then(asked, moved),
    )
    turn = case((lines.c.section == text_of(BalanceSheetSection.ASSETS), ONE), else_=MINUS_ONE)
    return _lines(lines, turn, ("amount", "compared"), ("place", "section", "account_id"))


# --- profit and loss --------------------------------------------------------------------------------------------------


class ProfitAndLossSection(StrEnum):
    """The parts of profit and loss."""

    INCOME = "INCOME"
    EXPENSES = "EXPENSES"


@part
class ProfitAndLossArguments:
    """The span of profit and loss, and the one it is compared with."""

    from_: date = argument(doc="First day of the span.", zh="开始日期")
    to: date = argument(doc="Last day of the span.", zh="结束日期")
    compare_from: date | None = argument(doc="First day of the span it is compared with.", zh="比较开始", default=None)
    compare_to: date | None = argument(doc="Last day of the span it is compared with.", zh="比较结束", default=None)
    as_known_at: datetime | None = argument(**KNOWN_AT, default=None)


def spans_in_order(values: Mapping[str, Any]) -> None:
    """Raises: InvalidInput when a span ends before it begins, or half of the other one is given."""
    span_in_order(values)
    start, end = values.get("compare_from"), values.get("compare_to")
    if (start is None) is not (end is None):
        raise InvalidInput(what="compareTo", value=str(end), reason="give both ends, or none", reason_zh="请给出两端")
    if start is not None and end is not None:
        span_in_order({"from_": start, "to": end})


class ProfitAndLossLine(
    Report,
    zh="利润表行",
    arguments=ProfitAndLossArguments,
    order="place",
    check=spans_in_order,
    totals=("result", "compared_result"),
    section="section",
    section_totals=("amount", "compared"),
    reads=(Account, AccountTurnover, JournalEntry, JournalLine),
):
    """What an account of income or expense earned or cost in a span, before a year was closed."""

    __tablename__ = "profit_and_loss_line"

    place: Mapped[str] = place_column()
    section: Mapped[str] = enum_column(ProfitAndLossSection, doc="Income or expenses.", zh="项目")
    account_id: Mapped[UUID] = reference("account", doc="The account.", zh="科目")
    amount: Mapped[Decimal] = money_figure("Earned by income, spent by an expense.", "本期金额")
    result: Mapped[Decimal] = money_figure("What it adds to the result: an expense takes off. Its sum is the profit.",
                                           "对利润的影响")  # fmt: skip
    compared: Mapped[Decimal | None] = money_figure("The amount of the span it is compared with.", "比较期金额")
    compared_result: Mapped[Decimal | None] = money_figure(
        "What it added to the result of the span it is compared with.", "比较期对利润的影响"
    )


COMPARED = ("compare_from", "compare_to")


def profit_and_loss(asked: Asked) -> Lines:
    """A line an account of income or expense that moved up to the end of a span."""
    account, is_compared = asked.of(Account), all(asked[name] is not None for name in COMPARED)
    spans = [asked["from_"], following(asked["to"])]
    spans += [asked["compare_from"], following(asked["compare_to"])] if is_compared else []
    moved = moved_before(asked, tuple(spans), without_closing=True)
    kind = account.c.kind
    is_income = kind == text_of(AccountKind.INCOME)
    section = case((is_income, text_of(ProfitAndLossSection.INCOME)), else_=text_of(ProfitAndLossSection.EXPENSES))
    place = func.concat(case((is_income, text_of("1 ")), else_=text_of("2 ")), account.c.code, type_=SqlText())
    of_span = -between(moved.c.amount)
    compared = -between(moved.c.amount, 2) if is_compared else cast(null(), AMOUNT)
    source = moved.join(account, of_account(moved, account) & kind.in_([text_of(AccountKind.INCOME),
                                                                        text_of(AccountKind.EXPENSE)]))  # fmt: skip
    lines = _grouped(
        source,
        {"company_id": moved.c.company_id, "place": place, "section": section, "account_id": account.c.id},
        {"amount": of_span, "result": of_span, "compared": compared, "compared_result": compared},
        moved_then(asked, moved),
    )
    turn = case((lines.c.section == text_of(ProfitAndLossSection.INCOME), ONE), else_=MINUS_ONE)
    return _lines(lines, turn, ("amount", "compared"), ("place", "section", "account_id", "result", "compared_result"))
