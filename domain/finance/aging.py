"""Aged open items: what parties owed us, or we owed them, on a day, by how long it was due.

What was open is the sum of an item's entries up to the day, so the report is exact for every day; it reads the entries
of items that are open now or changed since, and none of an item that was closed before the day and stayed so. The ages
are arguments: days after the due date at which the next column begins.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, and_, case, cast, func, literal_column, null, or_, select, union
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Mapped
from sqlalchemy.types import Date, Integer, Uuid

from domain.core.columns import AMOUNT, Tier, amount_column, code_column, date_column, reference
from domain.core.commands import argument, part
from domain.core.errors import InvalidInput
from domain.core.reports import KNOWN_AT, Asked, Lines, Report
from domain.finance.models import CURRENCY_LENGTH, Account, AccountRole, OpenItem, OpenItemEntry
from domain.finance.reports import NOTHING
from domain.finance.statements import row_id, text_of
from domain.master_data.parties import Party


class AgedSide(StrEnum):
    """RECEIVABLE is what parties owe us, prepayments to suppliers included; PAYABLE what we owe them, prepayments of
    customers included.
    """

    RECEIVABLE = "RECEIVABLE"
    PAYABLE = "PAYABLE"


class AgedView(StrEnum):
    """PARTY has a line a party and currency, ITEM a line an open item."""

    PARTY = "PARTY"
    ITEM = "ITEM"


ROLES: Mapping[AgedSide, tuple[AccountRole, ...]] = {
    AgedSide.RECEIVABLE: (AccountRole.RECEIVABLE, AccountRole.SUPPLIER_PREPAYMENT),
    AgedSide.PAYABLE: (AccountRole.PAYABLE, AccountRole.CUSTOMER_PREPAYMENT),
}


# Days overdue at which an age begins unless told otherwise: after one, two and three months.
USUAL_DAYS: Mapping[str, int] = {"days_first": 31, "days_second": 61, "days_third": 91}


@part
class AgedItemArguments:
    """The day, the side, and the ages of a list of open items."""

    on: date = argument(doc="At the end of this day.", zh="日期")
    side: AgedSide = argument(doc="What we are owed, or owe.", zh="应收或应付")
    by: AgedView = argument(doc="What has a line of its own: PARTY unless given.", zh="视图", default=AgedView.PARTY)
    days_first: int = argument(doc="Days overdue at which the second age begins; 31 unless given.", zh="第一档天数",
                               default=USUAL_DAYS["days_first"])  # fmt: skip
    days_second: int = argument(doc="Days overdue at which the third age begins; 61 unless given.", zh="第二档天数",
                                default=USUAL_DAYS["days_second"])  # fmt: skip
    days_third: int = argument(doc="Days overdue at which the last age begins; 91 unless given.", zh="第三档天数",
                               default=USUAL_DAYS["days_third"])  # fmt: skip
    as_known_at: datetime | None = argument(**KNOWN_AT, default=None)


def ages_in_order(values: Mapping[str, Any]) -> None:
    """Raises: InvalidInput unless each age begins after the one before it."""
    ages = [values.get(name) or usual for name, usual in USUAL_DAYS.items()]
    if not 1 < ages[0] < ages[1] < ages[2]:
        raise InvalidInput(
            what="daysFirst", value=", ".join(map(str, ages)), reason="each age begins after the one before it",
            reason_zh="账龄档必须递增",
        )  # fmt: skip


def aged(doc: str, zh: str) -> Any:
    """An open amount in the currency of the documents."""
    return amount_column(doc=doc, zh=zh, unit="currency")


class AgedItemLine(
    Report,
    zh="账龄分析行",
    arguments=AgedItemArguments,
    order="place",
    check=ages_in_order,
    totals=("open_total", "not_due", "overdue_first", "overdue_second", "overdue_third", "overdue_last", "amount"),
    reads=(Account, OpenItem, OpenItemEntry, Party),
):
    """What of a party, or of one of its items, was open on a day, by how long it was overdue; positive on its side."""

    __tablename__ = "aged_item_line"

    place: Mapped[str] = code_column(
        doc="Where the line stands: code of the party, currency, and of an item its due date and number.", zh="行次",
        tier=Tier.INTERNAL, order=True, length_max=250,
    )  # fmt: skip
    party_id: Mapped[UUID] = reference("party", doc="Who owes, or is owed.", zh="往来单位")
    item_id: Mapped[UUID | None] = reference("open_item", doc="The item; none in the view by party.", zh="未清项")
    due_on: Mapped[date | None] = date_column(doc="Day on which the item is due.", zh="到期日")
    currency: Mapped[str] = code_column(
        doc="Currency of the documents.", zh="币种", tier=Tier.INTERNAL, length_max=CURRENCY_LENGTH,
        code_list="ISO4217",
    )  # fmt: skip
    open_total: Mapped[Decimal] = aged("All that was open.", "未清金额")
    not_due: Mapped[Decimal] = aged("Not due on the day.", "未到期")
    overdue_first: Mapped[Decimal] = aged("Overdue by less days than daysFirst.", "逾期第一档")
    overdue_second: Mapped[Decimal] = aged("Overdue by daysFirst or more, less than daysSecond.", "逾期第二档")
    overdue_third: Mapped[Decimal] = aged("Overdue by daysSecond or more, less than daysThird.", "逾期第三档")
    overdue_last: Mapped[Decimal] = aged("Overdue by daysThird or more.", "逾期末档")
    amount: Mapped[Decimal] = amount_column(
        doc="All that was open in the company's currency, valuations included: the share of the control account.",
        zh="本位币未清金额", unit="company.currency", tier=Tier.CONFIDENTIAL,
    )  # fmt: skip


def aged_items(asked: Asked) -> Lines:
    """A line a party and currency, or an item, of which something was open."""
    item, party, account = asked.of(OpenItem), asked.of(Party), asked.of(Account)
    by_item = asked["by"] is AgedView.ITEM
    roles = [account.c.role == text_of(role) for role in ROLES[asked["side"]]]
    held = _held(asked)
    turn = literal_column("1" if asked["side"] is AgedSide.RECEIVABLE else "-1", AMOUNT)
    source = (
        held.join(item, and_(item.c.company_id == held.c.company_id, item.c.id == held.c.item_id))
        .join(account, and_(account.c.company_id == item.c.company_id, account.c.id == item.c.account_id, or_(*roles)))
        .join(party, party.c.id == item.c.party_id)
    )
    currency, due = item.c.transaction_currency, item.c.due_on
    place = func.concat_ws(
        text_of(" "), party.c.code, currency, *([due, item.c.source_number, item.c.instalment] if by_item else ()),
        type_=SqlText(),
    )  # fmt: skip
    keys = [held.c.company_id, item.c.party_id, party.c.code, currency]
    keys += [item.c.id, due, item.c.source_number, item.c.instalment] if by_item else []
    open_total, amount = func.sum(held.c.transaction_amount) * turn, func.sum(held.c.amount) * turn
    figures = {
        "open_total": open_total,
        **_by_age(asked, held.c.transaction_amount, due, turn),
        "amount": amount,
    }
    return (
        select(
            held.c.company_id, row_id(held.c.company_id, item.c.party_id, currency, *([item.c.id] if by_item else ()))
            .label("id"), place.label("place"), item.c.party_id, currency.label("currency"),
            (item.c.id if by_item else cast(null(), Uuid())).label("item_id"),
            (due if by_item else cast(null(), Date())).label("due_on"),
            *(one.label(name) for name, one in figures.items()),
        )
        .select_from(source)
        .group_by(*keys)
        .having(or_(open_total != NOTHING, amount != NOTHING))
    )  # fmt: skip


def _by_age(
    asked: Asked, amount: ColumnElement[Any], due: ColumnElement[Any], turn: ColumnElement[Any]
) -> dict[str, ColumnElement[Any]]:
    overdue = cast(asked["on"], Date()) - due
    bounds: list[ColumnElement[Any]] = [literal_column("1", Integer()), *(_days(asked, name) for name in USUAL_DAYS)]
    names = ("overdue_first", "overdue_second", "overdue_third", "overdue_last")
    spans = {"not_due": overdue < bounds[0]}
    for place, name in enumerate(names):
        above = overdue >= bounds[place]
        spans[name] = above if place == len(names) - 1 else and_(above, overdue < bounds[place + 1])
    return {name: func.coalesce(func.sum(case((is_in, amount))), NOTHING) * turn for name, is_in in spans.items()}


def _days(asked: Asked, name: str) -> ColumnElement[Any]:
    """A bound of an age: a parameter, or the usual number."""
    value = USUAL_DAYS[name] if asked[name] is None else asked[name]
    return literal_column(str(value), Integer()) if isinstance(value, int) else value


def _held(asked: Asked) -> FromClause:
    """Rows that add up to what of each item was open at the end of the day.

    An item that was open then is open now, or something happened to it since, or was recorded since it was known: no
    other item is looked at.
    """
    item, later, entry, known = *map(asked.of, (OpenItem, OpenItemEntry, OpenItemEntry)), asked["as_known_at"]
    changed = select(later.c.company_id, later.c.open_item_id)
    unknown = [] if known is None else [changed.where(later.c.recorded_at > known)]
    asked_items = union(
        select(item.c.company_id, item.c.id).where(item.c.open_transaction_amount != NOTHING),
        changed.where(later.c.occurred_on > asked["on"]), *unknown,
    ).subquery("asked_items")  # fmt: skip
    is_its = and_(entry.c.company_id == asked_items.c.company_id, entry.c.open_item_id == asked_items.c.id)
    return (
        select(entry.c.company_id, entry.c.open_item_id.label("item_id"), entry.c.transaction_amount, entry.c.amount)
        .select_from(asked_items.join(entry, is_its))
        .where(entry.c.occurred_on <= asked["on"], *([] if known is None else [entry.c.recorded_at <= known]))
        .subquery("held")
    )
