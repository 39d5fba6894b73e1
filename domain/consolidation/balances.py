"""What the companies of a group hold, read for a run: accounts by month, dealings with each other, rates and shares."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    ClauseElement,
    Date,
    DateTime,
    SmallInteger,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    null,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.types import Uuid

from domain.consolidation.models import (
    AccountMapping,
    GroupAccount,
    GroupMember,
    GroupRole,
    IntercompanyGoods,
    IntercompanyTrade,
    TradeSide,
    Translation,
)
from domain.consolidation.rules import Gaps, Mapped, Moved, Span, Target
from domain.core.database import Row
from domain.core.turnover import Grain
from domain.core.work import Work
from domain.finance.models import Account, AccountKind, JournalEntry, JournalKind, JournalLine
from domain.finance.rules import Quote, find_quote
from domain.finance.statements import text_of
from domain.finance.turnover import AccountTurnover
from domain.master_data.companies import Company
from domain.master_data.currencies import CurrencyRate

_of_companies = func.any(bindparam("companies", type_=ARRAY(SmallInteger())))
_last_on = bindparam("last_on", type_=Date())

_account, _turnover = Account.table, AccountTurnover.table
# Literals, not parameters: the same expression must stand in the select and in the grouping.
_is_held = or_(_account.c.kind == text_of(AccountKind.ASSET), _account.c.kind == text_of(AccountKind.LIABILITY))
_month = case((_is_held, cast(null(), Date())), else_=_turnover.c.starts_on)
_MOVED = (
    select(
        _turnover.c.company_id, _account.c.code, _account.c.kind, _turnover.c.is_closing, _turnover.c.group_currency,
        _month.label("month"), func.sum(_turnover.c.debit - _turnover.c.credit).label("amount"),
        func.sum(_turnover.c.group_debit - _turnover.c.group_credit).label("carried"),
    )
    .join_from(
        _turnover, _account,
        and_(_account.c.company_id == _turnover.c.company_id, _account.c.id == _turnover.c.account_id),
    )
    .where(
        _turnover.c.company_id == _of_companies,
        _turnover.c.grain == Grain.MONTH.value,
        _turnover.c.starts_on <= _last_on,
    )
    .group_by(
        _turnover.c.company_id, _account.c.code, _account.c.kind, _turnover.c.is_closing, _turnover.c.group_currency,
        _month,
    )
)  # fmt: skip

_line, _entry = JournalLine.table, JournalEntry.table
_day_month = case(
    (_is_held, cast(null(), Date())),
    else_=cast(func.date_trunc(text_of("month"), cast(_line.c.occurred_on, DateTime())), Date()),
)
_BETWEEN = (
    select(
        _line.c.company_id, _account.c.code, _account.c.kind, _line.c.party_id, _day_month.label("month"),
        func.sum(_line.c.amount).label("amount"), func.sum(_line.c.group_amount).label("carried"),
    )
    .join_from(
        _line, _account, and_(_account.c.company_id == _line.c.company_id, _account.c.id == _line.c.account_id)
    )
    .join(_entry, and_(_entry.c.company_id == _line.c.company_id, _entry.c.id == _line.c.journal_entry_id))
    .where(
        _line.c.company_id == _of_companies,
        _line.c.party_id == func.any(bindparam("parties", type_=ARRAY(Uuid()))),
        _line.c.occurred_on <= _last_on,
        _entry.c.kind != JournalKind.CLOSING.value,
    )
    .group_by(_line.c.company_id, _account.c.code, _account.c.kind, _line.c.party_id, _day_month)
)  # fmt: skip

# What accounts of income moved with sales of goods to others of the group.
_trade, _goods = IntercompanyTrade.table, IntercompanyGoods.table
_SOLD = _BETWEEN.where(
    _account.c.kind == AccountKind.INCOME.value,
    select(_trade.c.id)
    .where(
        _trade.c.company_id == _line.c.company_id,
        _trade.c.journal_entry_id == _line.c.journal_entry_id,
        _trade.c.side == TradeSide.SELLER.value,
        select(_goods.c.id)
        .where(_goods.c.company_id == _trade.c.company_id, _goods.c.intercompany_trade_id == _trade.c.id)
        .exists(),
    )
    .exists(),
)

_mapping, _target = AccountMapping.table, GroupAccount.table
_MAPPED = (
    select(
        _mapping.c.company_id, _account.c.code, _mapping.c.historical_rate, _target.c.id,
        _target.c.code.label("target"), _target.c.kind, _target.c.translation, _target.c.role, _target.c.is_eliminated,
    )
    .ext(distinct_on(_mapping.c.company_id, _mapping.c.account_id))
    .join_from(
        _mapping, _account,
        and_(_account.c.company_id == _mapping.c.company_id, _account.c.id == _mapping.c.account_id),
    )
    .join(_target, _target.c.id == _mapping.c.group_account_id)
    .where(_mapping.c.company_id == _of_companies, _mapping.c.valid_from <= _last_on)
    .order_by(_mapping.c.company_id, _mapping.c.account_id, _mapping.c.valid_from.desc())
)  # fmt: skip
_ROLES = select(
    _target.c.id, _target.c.code.label("target"), _target.c.kind, _target.c.translation, _target.c.role,
    _target.c.is_eliminated,
).where(_target.c.role.is_not(None))  # fmt: skip

_company, _member = Company.table, GroupMember.table
_share = (
    select(_member.c.percent, _member.c.party_id)
    .where(_member.c.member_id == _company.c.id, _member.c.valid_from <= _last_on)
    .order_by(_member.c.valid_from.desc())
    .limit(1)
    .lateral("share")
)
_since = (
    select(func.min(_member.c.valid_from)).where(_member.c.member_id == _company.c.id).scalar_subquery().label("since")
)
_MEMBERS = (
    select(
        _company.c.id, _company.c.company_id, _company.c.code, _company.c.currency, _share.c.percent, _share.c.party_id,
        _since,
    )
    .select_from(_company.outerjoin(_share, cast(True, _company.c.is_group.type)))
    .where(
        or_(
            _company.c.id == func.any(bindparam("ids", type_=ARRAY(Uuid()))),
            and_(bindparam("all_members", type_=_company.c.is_group.type), _share.c.percent.is_not(None)),
            _company.c.company_id == bindparam("company_id", type_=SmallInteger()),
        ),
        _company.c.archived_at.is_(None),
    )
    .order_by(_company.c.company_id)
)

_rate = CurrencyRate.table
_AVERAGES = (
    select(_rate.c.valid_on, _rate.c.base_currency, _rate.c.quote_currency, _rate.c.average_rate, _rate.c.source)
    .where(
        _rate.c.average_rate.is_not(None),
        _rate.c.archived_at.is_(None),
        _rate.c.valid_on <= _last_on,
        or_(
            _rate.c.base_currency == func.any(bindparam("currencies", type_=ARRAY(Text()))),
            _rate.c.quote_currency == func.any(bindparam("currencies", type_=ARRAY(Text()))),
        ),
    )
    .order_by(_rate.c.valid_on, _rate.c.base_currency, _rate.c.quote_currency, _rate.c.source.desc())
)


@dataclass(frozen=True, slots=True)
class Held:
    """What the ledgers of some companies say, by company number."""

    moved: Mapping[int, Sequence[Moved]]
    between: Mapping[int, Sequence[Moved]]
    sold: Mapping[int, Sequence[Moved]]
    mapped: Mapping[int, Mapping[str, Mapped]]


async def members_of(work: Work, ids: Sequence[UUID] | None, on: date) -> list[Row]:
    """The companies asked for, or all of the group, and the work's own; each with the share and party of the day."""
    return await work.fetch(_MEMBERS, ids=list(ids or ()), all_members=ids is None, last_on=on)


async def roles_of(work: Work) -> dict[GroupRole, Target]:
    """The group account that plays each role."""
    return {GroupRole(row["role"]): _target_of(row) for row in await work.fetch(_ROLES)}


async def held_by(work: Work, members: Sequence[Row], span: Span, gaps: Gaps, currency: str) -> Held:
    """What the members' ledgers say up to the end of the span; a ledger kept for another group currency is a gap."""
    companies = [row["company_id"] for row in members]
    code_of = {row["company_id"]: row["code"] for row in members}
    mapped: defaultdict[int, dict[str, Mapped]] = defaultdict(dict)
    for row in await work.fetch(_MAPPED, companies=companies, last_on=span.ends_on):
        mapped[row["company_id"]][row["code"]] = Mapped(target=_target_of(row), historical=row["historical_rate"])
    moved: defaultdict[int, list[Moved]] = defaultdict(list)
    for row in await work.fetch(_MOVED, companies=companies, last_on=span.ends_on):
        if row["group_currency"] != currency:
            company, kept_in = code_of[row["company_id"]], row["group_currency"]
            gaps.add(
                f"company {company} has entries whose group currency is {kept_in}",
                f"公司 {company} 存在集团币种为 {kept_in} 的凭证",
            )
        moved[row["company_id"]].append(_moved(row, is_closing=row["is_closing"]))
    party_of = {row["party_id"]: row["id"] for row in members if row["party_id"] is not None}
    between, sold = [
        await _with_others(work, statement, companies, party_of, span.ends_on) for statement in (_BETWEEN, _SOLD)
    ]
    return Held(moved, between, sold, mapped)


async def _with_others(
    work: Work, statement: ClauseElement, companies: Sequence[int], party_of: Mapping[UUID, UUID], on: date
) -> Mapping[int, Sequence[Moved]]:
    """What a statement says the companies moved with each other."""
    found: defaultdict[int, list[Moved]] = defaultdict(list)
    for row in await work.fetch(statement, companies=companies, parties=list(party_of), last_on=on):
        found[row["company_id"]].append(_moved(row, partner=party_of[row["party_id"]]))
    return found


async def averages_of(
    work: Work, currencies: Sequence[str], quote: str, on: date
) -> dict[str, list[tuple[date, Decimal]]]:
    """For each currency the averages published up to the day, oldest first: units of `quote` for one of it."""
    by_day: defaultdict[date, dict[tuple[str, str], Quote]] = defaultdict(dict)
    for row in await work.fetch(_AVERAGES, currencies=sorted({*currencies, quote}), last_on=on):
        by_day[row["valid_on"]][row["base_currency"], row["quote_currency"]] = Quote(rate=row["average_rate"])
    return {
        currency: [(day, found.rate) for day in sorted(by_day) if (found := find_quote(by_day[day], currency, quote))]
        for currency in set(currencies)
    }


def _moved(row: Row, *, is_closing: bool = False, partner: UUID | None = None) -> Moved:
    return Moved(
        account=row["code"], kind=AccountKind(row["kind"]), amount=row["amount"], carried=row["carried"],
        month=row["month"], is_closing=is_closing, partner=partner,
    )  # fmt: skip


def _target_of(row: Row) -> Target:
    return Target(
        id=row["id"], code=row["target"], kind=AccountKind(row["kind"]), translation=Translation(row["translation"]),
        role=GroupRole(row["role"]) if row["role"] else None, is_eliminated=row["is_eliminated"],
    )  # fmt: skip
