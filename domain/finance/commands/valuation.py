"""Period ends: what is held in foreign currency valued at the closing rate, and the year's result carried over."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Date, SmallInteger, Text, and_, bindparam, func, or_, select

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, told
from domain.core.errors import DomainError, NotFound, Rejected
from domain.core.ids import new_id
from domain.core.ledger import Posting
from domain.core.money import ZERO, Money, total
from domain.core.work import Work
from domain.finance.balances import account_balances_on
from domain.finance.journal import accounts, hold_periods, post_vouchers
from domain.finance.models import (
    CONTROL_ROLES,
    Account,
    AccountKind,
    AccountRole,
    FiscalPeriod,
    JournalEntry,
    JournalKind,
    OpenItem,
    OpenItemEntry,
    OpenItemEntryKind,
    RateKind,
    SubLedger,
)
from domain.finance.rates import company_currency, currencies, quotes_on
from domain.finance.reversals import Reversal, reversal_vouchers, reversed_ids
from domain.finance.rules import MONEY, Leg, PeriodClosed, RateMissing, Voucher, agreeing
from domain.finance.rules.open_items import Held, Valued, revalue


class NothingToPost(DomainError):
    code = "NOTHING_TO_POST"
    zh = "{day} 没有需要过账的内容。"
    en = "On {day} there is nothing to post."


class YearClosed(DomainError):
    code = "YEAR_CLOSED"
    zh = "截至 {day} 的年度已结转，凭证 {number}。"
    en = "The year that ends on {day} is closed already, by voucher {number}."


@command(action=Action.POST, record=JournalEntry, zh="期末调汇", key_required=True)
class RevalueForeignCurrency:
    """Value what is held and owed in foreign currency at the closing rate of a period's last day.

    The valuation of open items is taken back on the next day; that of bank accounts stays. Prepayments keep the rate of
    their day. Doing it again posts only what has changed since.
    """

    revalued_on: date = argument(doc="Last day of the period.", zh="调汇日期")


@command(action=Action.POST, record=JournalEntry, zh="年度结转", key_required=True)
class CloseYear:
    """Carry the balances of income and expense to retained earnings on the last day of the year.

    Doing it again carries what was posted in the year since.
    """

    ends_on: date = argument(doc="Last day of the year.", zh="年度末日")


@command(action=Action.POST, record=JournalEntry, zh="取消年度结转", key_required=True)
class ReopenYear:
    """Take back all that was carried over of a year whose last period is open."""

    ends_on: date = argument(doc="Last day of the year.", zh="年度末日")


_company_id = bindparam("company_id", type_=SmallInteger())
_on = bindparam("on", type_=Date())
_item, _entry = OpenItem.table, OpenItemEntry.table
_HELD_ITEMS = (
    select(
        _item.c.id,
        _item.c.account_id,
        _item.c.party_id,
        _item.c.transaction_currency,
        func.sum(_entry.c.transaction_amount).label("transaction"),
        func.sum(_entry.c.amount).label("carried"),
    )
    .join_from(_item, _entry, (_entry.c.company_id == _item.c.company_id) & (_entry.c.open_item_id == _item.c.id))
    .where(
        _item.c.company_id == _company_id,
        _item.c.is_monetary,
        _item.c.transaction_currency != bindparam("currency", type_=Text()),
        _entry.c.occurred_on <= _on,
    )
    .group_by(_item.c.company_id, _item.c.id)
    .having(or_(func.sum(_entry.c.transaction_amount) != 0, func.sum(_entry.c.amount) != 0))
    .order_by(_item.c.id)
)
_account = Account.table
_KINDS = select(_account.c.id, _account.c.kind, _account.c.role, _account.c.is_monetary).where(
    _account.c.company_id == _company_id
)
_journal = JournalEntry.table
_CLOSINGS = (
    select(_journal.c.id, _journal.c.number)
    .where(
        _journal.c.company_id == _company_id,
        _journal.c.kind == JournalKind.CLOSING.value,
        _journal.c.occurred_on == _on,
        _journal.c.reverses_id.is_(None),
    )
    .order_by(_journal.c.id)
)
_period = FiscalPeriod.table
_ENDING = select(_period.c.id).where(
    _period.c.company_id == _company_id,
    _period.c.sub_ledger == SubLedger.GENERAL.value,
    _period.c.ends_on == _on,
)
_of_year = _period.alias("of_year")
_YEAR = (
    select(_period.c.fiscal_year, func.max(_of_year.c.ends_on).label("last_on"))
    .join_from(
        _period, _of_year,
        and_(
            _of_year.c.company_id == _period.c.company_id, _of_year.c.sub_ledger == _period.c.sub_ledger,
            _of_year.c.fiscal_year == _period.c.fiscal_year,
        ),
    )
    .where(
        _period.c.company_id == _company_id, _period.c.sub_ledger == SubLedger.GENERAL.value, _period.c.ends_on == _on
    )
    .group_by(_period.c.fiscal_year)
)  # fmt: skip


async def revalue_foreign_currency(work: Work, commands: Sequence[RevalueForeignCurrency]) -> Results[JournalEntry]:
    """The vouchers of the valuations; a refusal stands in its own place.

    Posts: what each account changes by against exchange differences, and on the next day its opposite for open items.
    Raises per row: PeriodClosed, RateMissing, NothingToPost, NotFound when no period ends on the day.
    Emits: ForeignCurrencyRevalued.
    """
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            outcomes.append(await _revalue(work, one.revalued_on))
        except DomainError as refusal:
            outcomes.append(refusal)
    return told(work, "ForeignCurrencyRevalued", JournalEntry, outcomes)


async def _revalue(work: Work, on: date) -> UUID:
    """One period end: each depends on what the one before it left, so they go one by one."""
    await _lock_year_end(work, on)
    next_day = on + timedelta(days=1)
    for refusal in (await hold_periods(work, SubLedger.GENERAL, [on, next_day])).values():
        if isinstance(refusal, PeriodClosed):
            raise refusal
    own = await currencies(work)
    currency = own.company
    items = [
        Held(
            id=row["id"],
            account_id=row["account_id"],
            party_id=row["party_id"],
            currency=row["transaction_currency"],
            transaction=row["transaction"],
            carried=row["carried"],
        )
        for row in await work.fetch(_HELD_ITEMS, on=on, currency=currency)
    ]
    banks = await _banks(work, on, currency)
    rates = await _closing_rates(work, {one.currency for one in (*items, *banks)}, currency, on)
    of_items, of_banks = revalue(items, rates, currency), revalue(banks, rates, currency)
    difference = (await accounts(work, AccountRole.EXCHANGE_DIFFERENCE))[AccountRole.EXCHANGE_DIFFERENCE]
    ids = [new_id(), new_id(), new_id()]
    made: list[tuple[UUID, Voucher]] = []
    if of_items:
        group_quote = (await quotes_on(work, [(currency, on)], own.group))[currency, on]
        if isinstance(group_quote, RateMissing):
            raise group_quote
        voucher = _valuation(of_items, on, difference, rates)
        back = MONEY.reversal(voucher.posting, ids[0], new_id(), next_day)
        made = [(ids[0], voucher), (ids[1], replace(voucher, posting=back, group_quote=group_quote))]
    if of_banks:
        made.append((ids[2], _valuation(of_banks, on, difference, rates)))
    if not made:
        raise NothingToPost(day=on.isoformat())
    await post_vouchers(work, [voucher for _, voucher in made], ids=[id_ for id_, _ in made])
    await work.insert(
        OpenItemEntry,
        [
            {
                "open_item_id": valued.held.id,
                "kind": OpenItemEntryKind.REVALUATION,
                "journal_entry_id": entry_id,
                "occurred_on": day,
                "transaction_amount": ZERO,
                "amount": valued.change * sign,
            }
            for entry_id, day, sign in ((ids[0], on, 1), (ids[1], next_day, -1))
            for valued in of_items
        ],
    )
    return made[0][0]


async def _banks(work: Work, on: date, currency: str) -> list[Held]:
    """The accounts that hold money in foreign currency and have no items, with what they hold at the end of the day."""
    monetary = {
        row["id"]
        for row in await work.fetch(_KINDS)
        if row["is_monetary"] and (row["role"] is None or AccountRole(row["role"]) not in CONTROL_ROLES)
    }
    return [
        Held(
            id=account_id,
            account_id=account_id,
            currency=held_in,
            transaction=closing.transaction,
            carried=closing.amount,
        )
        for (account_id, held_in), closing in (await account_balances_on(work, on)).items()
        if account_id in monetary and held_in != currency and (closing.transaction or closing.amount)
    ]


async def _closing_rates(work: Work, held: set[str], currency: str, on: date) -> dict[str, Decimal]:
    quotes = await quotes_on(work, [(one, on) for one in held], currency, purpose=RateKind.CLOSING)
    rates: dict[str, Decimal] = {}
    for (one, _), quote in quotes.items():
        if isinstance(quote, RateMissing):
            raise quote
        rates[one] = quote.rate
    return rates


def _valuation(valued: Sequence[Valued], on: date, difference: UUID, rates: dict[str, Decimal]) -> Voucher:
    """The accounts by currency and party against exchange differences, by currency."""
    changes: defaultdict[tuple[UUID, str, UUID | None], Decimal] = defaultdict(lambda: ZERO)
    for one in valued:
        changes[one.held.account_id, one.held.currency, one.held.party_id] += one.change
    legs = [
        _change(account_id, held_in, amount, rates[held_in], party_id=party_id)
        for (account_id, held_in, party_id), amount in changes.items()
        if amount
    ]
    by_currency = {held_in: ZERO for _, held_in, _ in changes}
    for (_, held_in, _), amount in changes.items():
        by_currency[held_in] -= amount
    legs += [_change(difference, held_in, amount, rates[held_in]) for held_in, amount in by_currency.items() if amount]
    if not legs:
        # Items of one customer that cancel out are valued all the same; their voucher shows each.
        legs = [
            _change(
                one.held.account_id, one.held.currency, one.change, rates[one.held.currency], party_id=one.held.party_id
            )
            for one in valued
        ]
    posting = Posting(id=new_id(), occurred_on=on, entries=tuple(legs))
    return Voucher(kind=JournalKind.REVALUATION, sub_ledger=SubLedger.GENERAL, posting=posting)


def _change(account_id: UUID, held_in: str, amount: Decimal, rate: Decimal, *, party_id: UUID | None = None) -> Leg:
    return Leg(
        account_id=account_id, amount=amount, transaction=Money(ZERO, held_in), rate=rate, rate_kind=RateKind.CLOSING,
        party_id=party_id,
    )  # fmt: skip


async def close_years(work: Work, commands: Sequence[CloseYear]) -> Results[JournalEntry]:
    """The closing vouchers; a refusal stands in its own place.

    Posts: each account of income and expense to zero, by currency, against retained earnings. Raises per row: NotFound,
    Rejected on a day that ends no year, PeriodClosed, YearClosed, NothingToPost. Emits: YearClosed.
    """
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            outcomes.append(await _close(work, one.ends_on))
        except DomainError as refusal:
            outcomes.append(refusal)
    return told(work, "YearClosed", JournalEntry, outcomes)


async def reopen_years(work: Work, commands: Sequence[ReopenYear]) -> Results[JournalEntry]:
    """The reversals of the closing vouchers; a refusal stands in its own place.

    Raises per row: NotFound, PeriodClosed. Emits: YearReopened.
    """
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            outcomes.append(await _reopen(work, one.ends_on))
        except DomainError as refusal:
            outcomes.append(refusal)
    return told(work, "YearReopened", JournalEntry, outcomes)


async def _close(work: Work, on: date) -> UUID:
    await _lock_year_end(work, on)
    [(year, ends_on)] = [(row["fiscal_year"], row["last_on"]) for row in await work.fetch(_YEAR, on=on)]
    if ends_on != on:
        raise Rejected(
            ("endsOn",), what="day", value=on.isoformat(), reason=f"the year {year} ends on {ends_on.isoformat()}",
            reason_zh=f"会计年度 {year} 的末日为 {ends_on.isoformat()}",
        )  # fmt: skip
    standing = await _standing(work, on)
    currency = await company_currency(work)
    results = {AccountKind.INCOME.value, AccountKind.EXPENSE.value}
    closed = {row["id"] for row in await work.fetch(_KINDS) if row["kind"] in results}
    held = {
        key: closing
        for key, closing in (await account_balances_on(work, on)).items()
        if key[0] in closed and (closing.amount or closing.transaction)
    }
    if not held:
        raise YearClosed(day=on.isoformat(), number=standing[-1][1]) if standing else NothingToPost(day=on.isoformat())
    legs = [
        part
        for (account_id, held_in), closing in held.items()
        for part in agreeing(
            Leg(account_id=account_id, amount=-closing.amount, transaction=Money(-closing.transaction, held_in))
        )
    ]
    result = total([closing.amount for closing in held.values()])
    retained = (await accounts(work, AccountRole.RETAINED_EARNINGS))[AccountRole.RETAINED_EARNINGS]
    if result:
        legs.append(Leg(account_id=retained, amount=result, transaction=Money(result, currency)))
    posting = Posting(id=new_id(), occurred_on=on, entries=tuple(legs))
    voucher = Voucher(kind=JournalKind.CLOSING, sub_ledger=SubLedger.GENERAL, posting=posting)
    return (await post_vouchers(work, [voucher]))[0]


async def _reopen(work: Work, on: date) -> UUID:
    await _lock_year_end(work, on)
    standing = await _standing(work, on)
    if not standing:
        raise NotFound(("endsOn",), what="closing voucher", key=on.isoformat())
    reversals = [Reversal(entry_id=id_, on=on, sub_ledger=SubLedger.GENERAL) for id_, _ in standing]
    return (await post_vouchers(work, await reversal_vouchers(work, reversals)))[0]


async def _standing(work: Work, on: date) -> list[tuple[UUID, str]]:
    """The closing vouchers of the day that have not been taken back, with their numbers."""
    closings = await work.fetch(_CLOSINGS, on=on)
    undone = set(await reversed_ids(work, [row["id"] for row in closings]))
    return [(row["id"], row["number"]) for row in closings if row["id"] not in undone]


async def _lock_year_end(work: Work, on: date) -> None:
    """The period that ends on the day, locked: valuations and closings of one day stand in line.

    Raises: NotFound when no period ends on the day.
    """
    ids = [row["id"] for row in await work.fetch(_ENDING, on=on)]
    if not ids:
        raise NotFound(("endsOn",), what="fiscal period", key=on.isoformat())
    await work.lock(FiscalPeriod, ids)
