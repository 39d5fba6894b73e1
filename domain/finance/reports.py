"""The reports of the money book that list accounts and their lines: trial balance and account ledger.

All stand on turnover (`domain.core.turnover`), so none reads more the longer the history is. What was known at an
instant is what is known now without the lines recorded since: such a report reads those lines, and no others.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    FromClause,
    and_,
    cast,
    false,
    func,
    literal_column,
    null,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Mapped
from sqlalchemy.types import Uuid

from domain.core.columns import (
    AMOUNT,
    Tier,
    amount_column,
    code_column,
    date_column,
    enum_column,
    reference,
)
from domain.core.commands import argument, part
from domain.core.reports import KNOWN_AT, Asked, Lines, Report, span_in_order
from domain.core.turnover import before, following
from domain.finance.models import (
    COMPANY_CURRENCY,
    CURRENCY_LENGTH,
    Account,
    AccountKind,
    JournalEntry,
    JournalKind,
    JournalLine,
)
from domain.finance.turnover import AccountTurnover

# A ledger is turned page by page.
LEDGER_PAGE_DEFAULT = 100
NOTHING = literal_column("0", AMOUNT)


def money_figure(doc: str, zh: str, **more: Any) -> Any:
    """A figure of a report in the company's currency."""
    return amount_column(doc=doc, zh=zh, unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL, **more)


def group_figure(doc: str, zh: str) -> Any:
    """A figure of a report in the group's currency."""
    return amount_column(doc=doc, zh=zh, unit="group_currency", tier=Tier.CONFIDENTIAL)


# --- trial balance ----------------------------------------------------------------------------------------------------


class TrialBalanceView(StrEnum):
    """ACCOUNT has a line an account, CURRENCY a line an account and currency of its transactions."""

    ACCOUNT = "ACCOUNT"
    CURRENCY = "CURRENCY"


@part
class TrialBalanceArguments:
    """The span of a trial balance."""

    from_: date = argument(doc="First day of the span.", zh="开始日期")
    to: date = argument(doc="Last day of the span.", zh="结束日期")
    view: TrialBalanceView = argument(
        doc="What has a line of its own: ACCOUNT unless given.", zh="视图", default=TrialBalanceView.ACCOUNT
    )
    as_known_at: datetime | None = argument(**KNOWN_AT, default=None)


class TrialBalanceLine(
    Report, zh="试算平衡表行", arguments=TrialBalanceArguments, order="code", check=span_in_order,
    totals=("opening", "debit", "credit", "closing"),
    reads=(Account, AccountTurnover, JournalEntry, JournalLine),
):  # fmt: skip
    """What one account held before a span, what moved in it, and what it held after; over all accounts each is zero."""

    __tablename__ = "trial_balance_line"

    account_id: Mapped[UUID] = reference("account", doc="The account.", zh="科目")
    code: Mapped[str] = code_column(doc="Number of the account.", zh="科目代码", tier=Tier.INTERNAL, order=True)
    kind: Mapped[str] = enum_column(AccountKind, doc="Asset, liability, equity, income or expense.", zh="科目类别")
    currency: Mapped[str | None] = code_column(
        doc="Currency of the transactions; none in the view by account.", zh="原币", tier=Tier.INTERNAL,
        length_max=CURRENCY_LENGTH, code_list="ISO4217",
    )  # fmt: skip
    opening: Mapped[Decimal] = money_figure("Balance before the span; debit positive, credit negative.", "期初余额")
    debit: Mapped[Decimal] = money_figure("Debits of the span.", "借方发生额")
    credit: Mapped[Decimal] = money_figure("Credits of the span, as a positive amount.", "贷方发生额")
    closing: Mapped[Decimal] = money_figure("Balance after the span; debit positive, credit negative.", "期末余额")
    transaction_closing: Mapped[Decimal | None] = amount_column(
        doc="Balance after the span in the currency of the transactions; none in the view by account.",
        zh="原币期末余额", unit="currency", tier=Tier.CONFIDENTIAL,
    )  # fmt: skip
    group_currency: Mapped[str] = code_column(
        doc="Currency of the group's books.", zh="集团币种", tier=Tier.INTERNAL, length_max=CURRENCY_LENGTH,
        code_list="ISO4217",
    )  # fmt: skip
    group_opening: Mapped[Decimal] = group_figure("The opening balance in the group's currency.", "集团币期初余额")
    group_debit: Mapped[Decimal] = group_figure("The debits in the group's currency.", "集团币借方发生额")
    group_credit: Mapped[Decimal] = group_figure("The credits in the group's currency.", "集团币贷方发生额")
    group_closing: Mapped[Decimal] = group_figure("The closing balance in the group's currency.", "集团币期末余额")


def trial_balance(asked: Asked) -> Lines:
    """A line an account (and currency) that moved up to the end of the span."""
    by_currency = asked["view"] is TrialBalanceView.CURRENCY
    account = asked.of(Account)
    moved = moved_before(asked, (asked["from_"], following(asked["to"])))
    opening, debit, credit = figure(moved.c.amount, moved.c.is_0), between(moved.c.debit), between(moved.c.credit)
    keys = [moved.c.company_id, account.c.id, account.c.code, account.c.kind, moved.c.group_currency]
    own: list[ColumnElement[Any]] = [moved.c.currency] if by_currency else []
    transaction = figure(moved.c.transaction_amount, moved.c.is_1) if by_currency else cast(null(), AMOUNT)
    row = func.md5(func.concat(account.c.id, moved.c.group_currency, *own)).cast(Uuid())
    return (
        select(
            moved.c.company_id, row.label("id"), account.c.id.label("account_id"), account.c.code, account.c.kind,
            (own[0] if own else cast(null(), SqlText())).label("currency"),
            opening.label("opening"), debit.label("debit"), credit.label("credit"),
            figure(moved.c.amount, moved.c.is_1).label("closing"), transaction.label("transaction_closing"),
            moved.c.group_currency, figure(moved.c.group_amount, moved.c.is_0).label("group_opening"),
            between(moved.c.group_debit).label("group_debit"), between(moved.c.group_credit).label("group_credit"),
            figure(moved.c.group_amount, moved.c.is_1).label("group_closing"),
        )
        .select_from(moved.join(account, of_account(moved, account)))
        .group_by(*keys, *own)
        .having(*moved_then(asked, moved))
    )  # fmt: skip


def of_account(rows: FromClause, account: FromClause) -> ColumnElement[bool]:
    """That the account is the row's."""
    return and_(account.c.company_id == rows.c.company_id, account.c.id == rows.c.account_id)


def figure(column: ColumnElement[Any], condition: ColumnElement[bool]) -> ColumnElement[Any]:
    """What a column adds up to over the rows that count."""
    return func.coalesce(func.sum(column).filter(condition), NOTHING)


def between(column: Any, first: int = 0) -> ColumnElement[Any]:
    """What a column of `moved_before` adds up to in the span between two of its days: up to the end without up to the
    start.
    """
    rows = column.table
    return figure(column, rows.c[f"is_{first + 1}"]) - figure(column, rows.c[f"is_{first}"])


def moved_before(asked: Asked, days: tuple[ColumnElement[Any], ...], *, without_closing: bool = False) -> FromClause:
    """Rows that add up to what each account moved before each of the days: `is_0` counts before the first, and so on.

    Rows of turnover, and against them the lines that were not yet known; `without_closing` without the vouchers that
    close a year.
    """
    turnover = asked.of(AccountTurnover)
    counts = [before(turnover, day).label(f"is_{place}") for place, day in enumerate(days)]
    stored = select(
        turnover.c.company_id, turnover.c.account_id, turnover.c.currency, turnover.c.group_currency,
        turnover.c.debit, turnover.c.credit, (turnover.c.debit - turnover.c.credit).label("amount"),
        (turnover.c.transaction_debit - turnover.c.transaction_credit).label("transaction_amount"),
        turnover.c.group_debit, turnover.c.group_credit,
        (turnover.c.group_debit - turnover.c.group_credit).label("group_amount"), *counts,
    ).where(or_(false(), *(before(turnover, day) for day in days)))  # fmt: skip
    if without_closing:
        stored = stored.where(turnover.c.is_closing == false())
    if asked["as_known_at"] is None:
        return stored.subquery("moved")
    return union_all(stored, _unknown(asked, days, without_closing=without_closing)).subquery("moved")


def moved_then(asked: Asked, moved: FromClause) -> list[ColumnElement[bool]]:
    """That a group of `moved_before` had moved at all: one of which everything was recorded later is left with nothing
    and has no line.
    """
    return [] if asked["as_known_at"] is None else [func.sum(moved.c.debit + moved.c.credit) != NOTHING]


def _unknown(asked: Asked, days: tuple[ColumnElement[Any], ...], *, without_closing: bool) -> Lines:
    """The lines that were recorded after the instant asked for, taken off."""
    line, entry = asked.of(JournalLine), asked.of(JournalEntry)
    is_before = [line.c.occurred_on < day for day in days]
    unknown = (
        select(
            line.c.company_id, line.c.account_id, line.c.transaction_currency.label("currency"),
            entry.c.group_currency, -_debit(line.c.amount), -_credit(line.c.amount), -line.c.amount,
            -line.c.transaction_amount, -_debit(line.c.group_amount), -_credit(line.c.group_amount),
            -line.c.group_amount, *(one.label(f"is_{place}") for place, one in enumerate(is_before)),
        )
        .select_from(
            line.join(entry, and_(entry.c.company_id == line.c.company_id, entry.c.id == line.c.journal_entry_id))
        )
        .where(line.c.recorded_at > asked["as_known_at"], or_(false(), *is_before))
    )  # fmt: skip
    return (
        unknown.where(entry.c.kind != literal_column(f"'{JournalKind.CLOSING.value}'")) if without_closing else unknown
    )


def _debit(amount: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.greatest(amount, NOTHING, type_=AMOUNT)


def _credit(amount: ColumnElement[Any]) -> ColumnElement[Any]:
    return -func.least(amount, NOTHING, type_=AMOUNT)


# --- account ledger ---------------------------------------------------------------------------------------------------


@part
class AccountLedgerArguments:
    """The account and span of a ledger."""

    account: str = argument(doc="Number of the account in the company's chart.", zh="科目代码")
    from_: date = argument(doc="First day of the span.", zh="开始日期")
    to: date = argument(doc="Last day of the span.", zh="结束日期")
    as_known_at: datetime | None = argument(**KNOWN_AT, default=None)


class AccountLedgerLine(
    Report, zh="明细账行", arguments=AccountLedgerArguments, order="occurred_on", check=span_in_order,
    totals=("debit", "credit"),
    of_one_company=True,
    page=LEDGER_PAGE_DEFAULT, reads=(Account, AccountTurnover, JournalLine),
):  # fmt: skip
    """One line of one account with the balance that it leaves, in the order of days and then of recording.

    A page costs what it holds, wherever it stands: the balance before it comes from turnover.
    """

    __tablename__ = "account_ledger_line"

    line_id: Mapped[UUID] = reference("journal_line", doc="The line of the voucher.", zh="凭证分录")
    entry_id: Mapped[UUID] = reference("journal_entry", doc="The voucher; it names its source document.", zh="凭证")
    account_id: Mapped[UUID] = reference("account", doc="The account.", zh="科目")
    party_id: Mapped[UUID | None] = reference("party", doc="The customer or supplier of the line.", zh="往来单位")
    occurred_on: Mapped[date] = date_column(doc="The voucher's day.", zh="业务日期", order=True)
    debit: Mapped[Decimal] = money_figure("Debit of the line.", "借方")
    credit: Mapped[Decimal] = money_figure("Credit of the line, as a positive amount.", "贷方")
    balance: Mapped[Decimal] = money_figure("What the account holds after the line; debit positive.", "余额")
    transaction_currency: Mapped[str] = code_column(
        doc="Currency of the transaction.", zh="原币", tier=Tier.INTERNAL, length_max=CURRENCY_LENGTH,
        code_list="ISO4217",
    )  # fmt: skip
    transaction_amount: Mapped[Decimal] = amount_column(
        doc="Amount in the currency of the transaction; debit positive.", zh="原币金额", unit="transaction_currency",
        tier=Tier.CONFIDENTIAL,
    )  # fmt: skip


def account_ledger(asked: Asked) -> Lines:
    """The account's lines of the span; only those behind or ahead of the page's cursor, with the balance at it.

    From the start the balance at the cursor is carried forward, from the end what follows is taken off.
    """
    account = asked.of(Account)
    own = select(account.c.id).where(account.c.company_id == asked.company, account.c.code == asked["account"])
    key = own.scalar_subquery()
    line = asked.of(JournalLine)
    in_span = [
        line.c.company_id == asked.company, line.c.account_id == key,
        line.c.occurred_on >= asked["from_"], line.c.occurred_on <= asked["to"], *_known(asked, line),
    ]  # fmt: skip
    order = [line.c.occurred_on, line.c.id]
    if asked.is_from_end:
        running = func.sum(line.c.amount).over(order_by=[one.desc() for one in order], rows=(None, 0))
        balance = _held(asked, key, asked.before, following(asked["to"])) - running + line.c.amount
        in_span += [tuple_(*order) < tuple_(*asked.before)] if asked.before else []
    else:
        running = func.sum(line.c.amount).over(order_by=order, rows=(None, 0))
        balance = _held(asked, key, asked.after, asked["from_"]) + running
        in_span += [tuple_(*order) > tuple_(*asked.after)] if asked.after else []
    return select(
        line.c.company_id, line.c.id, line.c.id.label("line_id"), line.c.journal_entry_id.label("entry_id"),
        line.c.account_id, line.c.party_id, line.c.occurred_on,
        _debit(line.c.amount).label("debit"), _credit(line.c.amount).label("credit"),
        balance.label("balance"), line.c.transaction_currency, line.c.transaction_amount,
    ).where(*in_span)  # fmt: skip


def _known(asked: Asked, line: FromClause) -> list[ColumnElement[bool]]:
    return [] if asked["as_known_at"] is None else [line.c.recorded_at <= asked["as_known_at"]]


def _held(
    asked: Asked,
    account: ColumnElement[Any],
    place: tuple[ColumnElement[Any], ColumnElement[Any]] | None,
    bound: ColumnElement[Any],
) -> ColumnElement[Any]:
    """What the account holds before the day `bound`, or at the cursor where that stands within the span.

    Turnover up to the cursor's day, and the lines of that day: behind the cursor when it is the page's start, which it
    includes, ahead of it when it is its end.
    """
    if place is None:
        return _held_before(asked, account, bound)
    day, id_ = place
    line = asked.of(JournalLine)
    if asked.is_from_end:
        first, is_between = func.least(day, bound), and_(day < bound, line.c.id < id_)
    else:
        first, is_between = func.greatest(day, bound), and_(day >= bound, line.c.id <= id_)
    same_day = select(func.coalesce(func.sum(line.c.amount), NOTHING)).where(
        line.c.company_id == asked.company, line.c.account_id == account, line.c.occurred_on == day, is_between,
        *_known(asked, line),
    )  # fmt: skip
    return _held_before(asked, account, first) + same_day.scalar_subquery()


def _held_before(asked: Asked, account: ColumnElement[Any], day: ColumnElement[Any]) -> ColumnElement[Any]:
    turnover = asked.of(AccountTurnover)
    held = (
        select(func.coalesce(func.sum(turnover.c.debit - turnover.c.credit), NOTHING))
        .where(turnover.c.company_id == asked.company, turnover.c.account_id == account, before(turnover, day))
        .scalar_subquery()
    )
    if asked["as_known_at"] is None:
        return held
    line = asked.of(JournalLine)
    unknown = select(func.coalesce(func.sum(line.c.amount), NOTHING)).where(
        line.c.company_id == asked.company, line.c.account_id == account, line.c.occurred_on < day,
        line.c.recorded_at > asked["as_known_at"],
    )  # fmt: skip
    return held - unknown.scalar_subquery()
