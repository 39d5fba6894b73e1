"""Aged open items: what parties owed us, or we owed them, on a day, by how long it was due.

What was open is the sum of an item's entries up to the day, so the report is exact for every day; it reads the entries
of items that are open now and what happened to others since, and nothing of what was closed before the day and stayed
so. The ages are arguments: days after the due date at which the next column begins.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, and_, case, cast, func, literal_column, null, or_, select, union_all
from sqlalchemy import Text as SqlText
from sqlalchemy.dialects.postgresql import ARRAY
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


# What tells the lines of parties apart, and those of their items: the last three are seen in the line's place.
_OF_PARTY = ("company_id", "party_id", "currency")
_OF_ITEM = ("item_id", "due_on", "source_number", "instalment")


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
    party, by_item = asked.of(Party), asked["by"] is AgedView.ITEM
    held = _held(asked)
    turn = literal_column("1" if asked["side"] is AgedSide.RECEIVABLE else "-1", AMOUNT)
    keys = [held.c[name] for name in (*_OF_PARTY, *(_OF_ITEM if by_item else ()))]
    open_total, amount = func.sum(held.c.transaction_amount) * turn, func.sum(held.c.amount) * turn
    figures = {
        "open_total": open_total,
        **_by_age(asked, held.c.transaction_amount, held.c.due_on, turn),
        "amount": amount,
    }
    # Summed by keys alone, before any name is looked up.
    summed = (
        select(*keys, *(one.label(name) for name, one in figures.items()))
        .group_by(*keys)
        .having(or_(open_total != NOTHING, amount != NOTHING))
        .subquery("summed")
    )
    named = [party.c.code, summed.c.currency, *((summed.c[name] for name in _OF_ITEM[1:]) if by_item else ())]
    ids = [summed.c[name] for name in (*_OF_PARTY, *(_OF_ITEM[:1] if by_item else ()))]
    return select(
        summed.c.company_id, row_id(*ids).label("id"),
        func.concat_ws(text_of(" "), *named, type_=SqlText()).label("place"), summed.c.party_id, summed.c.currency,
        (summed.c.item_id if by_item else cast(null(), Uuid())).label("item_id"),
        (summed.c.due_on if by_item else cast(null(), Date())).label("due_on"),
        *(summed.c[name] for name in figures),
    ).select_from(summed.join(party, party.c.id == summed.c.party_id))  # fmt: skip


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
    """Rows that add up to what of each item was open at the end of the day, as far as it was known.

    Of an item that is open now, what happened to it until then. All that ever happened to one that is closed adds up to
    nothing, so what was open of it then is what happened to it since, or was not known yet, turned round: of other
    items nothing is looked at.
    """
    item, entry, account = asked.of(OpenItem), asked.of(OpenItemEntry), asked.of(Account)
    known = asked["as_known_at"]
    until, is_open = entry.c.occurred_on <= asked["on"], item.c.open_transaction_amount != NOTHING
    # As an array: of a join the planner expects the hundredth part of the items, that one account of a hundred plays
    # the role, and then looks up what happened to each of them, whatever its day.
    of_side = select(account.c.id).where(or_(*(account.c.role == text_of(role) for role in ROLES[asked["side"]])))
    is_of_side = item.c.account_id == func.any(func.array(of_side.scalar_subquery(), type_=ARRAY(Uuid())))

    def happened(*, is_turned: bool) -> Lines:
        amounts = {name: entry.c[name] for name in ("transaction_amount", "amount")}
        return (
            select(
                item.c.company_id, item.c.party_id, item.c.transaction_currency.label("currency"),
                item.c.id.label("item_id"), item.c.due_on, item.c.source_number, item.c.instalment,
                *((-one if is_turned else one).label(name) for name, one in amounts.items()),
            )
            .join_from(item, entry, (entry.c.company_id == item.c.company_id) & (entry.c.open_item_id == item.c.id))
            .where(is_of_side)
        )  # fmt: skip

    parts = [
        happened(is_turned=False).where(is_open, until, *([] if known is None else [entry.c.recorded_at <= known])),
        happened(is_turned=True).where(~is_open, entry.c.occurred_on > asked["on"]),
    ]
    if known is not None:
        parts.append(happened(is_turned=True).where(~is_open, until, entry.c.recorded_at > known))
    return union_all(*parts).subquery("held")
