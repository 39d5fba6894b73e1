"""Deferrals: put aside, and released month by month."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Date, SmallInteger, bindparam, select

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, told
from domain.core.database import Row
from domain.core.errors import DomainError
from domain.core.ids import new_id
from domain.core.ledger import Posting, Source
from domain.core.money import EXACT, ZERO, Money
from domain.core.numbering import Series
from domain.core.work import Work
from domain.finance import masters
from domain.finance.commands.valuation import NothingToPost
from domain.finance.journal import hold_periods, post_vouchers
from domain.finance.models import (
    CostCentre,
    Deferral,
    DeferralLine,
    DeferralMethod,
    JournalEntry,
    JournalKind,
    SubLedger,
)
from domain.finance.rates import company_currency
from domain.finance.rules import Leg, PeriodClosed, Voucher, months
from domain.finance.rules.allocation import defer_by_days, defer_by_months
from domain.finance.rules.journals import by_hand, in_minor_units, line_count

DEFERRAL_NUMBERS = Series("deferral", prefix="DF-")

# Lines of one run and so of one voucher: two legs each at most.
LINES_OF_A_RUN_MAX = 5_000


@command(action=Action.POST, record=Deferral, zh="登记递延", key_required=True)
class DeferAmount:
    """Put an amount aside that is for a span of days; each month of it gets its share when deferrals are released.

    An expense paid ahead is positive and taken off the account it was booked on; an income received ahead negative.
    """

    name: str = argument(doc="What was paid or earned.", zh="名称")
    amount: Money = argument(
        doc="An expense as a positive, an income as a negative amount, in the company's currency.", zh="金额"
    )
    first_on: date = argument(doc="First day it is for.", zh="受益开始日期")
    last_on: date = argument(doc="Last day it is for.", zh="受益截止日期")
    account_id: UUID = argument(doc="The account it is kept on.", zh="递延科目", reference="account")
    result_account_id: UUID = argument(
        doc="The expense or income that it is released to.", zh="损益科目", reference="account"
    )
    offset_account_id: UUID = argument(
        doc="The account it was booked on, often that expense or income itself.", zh="对方科目", reference="account"
    )
    method: DeferralMethod = argument(
        doc="How the months share it: BY_MONTHS unless given.", zh="分摊方法", default=DeferralMethod.BY_MONTHS
    )
    deferred_on: date | None = argument(doc="Day it is put aside; today unless given.", zh="递延日期", default=None)
    cost_centre_id: UUID | None = argument(
        doc="The cost centre that bears it.", zh="成本中心", reference="cost_centre", default=None
    )


@command(action=Action.POST, record=JournalEntry, zh="摊销递延", key_required=True)
class ReleaseDeferrals:
    """Release what every month up to a day has of deferrals, on that day; run again, only what was left out."""

    ends_on: date = argument(doc="Last day of the month.", zh="期间末日")


_company_id = bindparam("company_id", type_=SmallInteger())
_deferral, _line = Deferral.table, DeferralLine.table
_DUE = (
    select(
        _line.c.id, _line.c.amount, _line.c.deferral_id, _deferral.c.account_id, _deferral.c.result_account_id,
        _deferral.c.cost_centre_id,
    )
    .join_from(
        _line, _deferral, (_deferral.c.company_id == _line.c.company_id) & (_deferral.c.id == _line.c.deferral_id)
    )
    .where(
        _line.c.company_id == _company_id,
        _line.c.journal_entry_id.is_(None),
        _line.c.due_on <= bindparam("on", type_=Date()),
    )
    .order_by(_line.c.deferral_id, _line.c.position)
    .limit(LINES_OF_A_RUN_MAX)
    .with_for_update(of=_line)
)  # fmt: skip


async def defer_amounts(work: Work, commands: Sequence[DeferAmount]) -> Results[Deferral]:
    """The deferrals with their plans; a refusal stands in its own place.

    Posts: each amount, from its offset account to the one it is kept on. Raises per row: NotFound, ControlAccount,
    UnusableMaster, CurrencyMismatch, Rejected, PeriodClosed. Emits: AmountDeferred.
    """
    currency, today = await company_currency(work), work.now.date()
    accounts = await masters.ledger_accounts(work, [id_ for one in commands for id_ in _accounts(one).values()])
    centres = await masters.centres(work, CostCentre, [one.cost_centre_id for one in commands])
    periods = await hold_periods(work, SubLedger.GENERAL, [one.deferred_on or today for one in commands])
    accepted: list[tuple[UUID, DeferAmount, Sequence[tuple[str, Decimal]]]] = []
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            for name, id_ in _accounts(one).items():
                by_hand(accounts.get(id_), id_, (name,))
            masters.usable("cost centre", one.cost_centre_id, centres, ("costCentre",))
            period = periods[one.deferred_on or today]
            if isinstance(period, PeriodClosed):
                raise period
            plan = _plan(one, currency)
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        accepted.append((new_id(), one, plan))
        outcomes.append(accepted[-1][0])
    if accepted:
        await _write(work, accepted, today)
    return told(work, "AmountDeferred", Deferral, outcomes)


def _accounts(one: DeferAmount) -> dict[str, UUID]:
    return {
        "account": one.account_id, "resultAccount": one.result_account_id, "offsetAccount": one.offset_account_id,
    }  # fmt: skip


def _plan(one: DeferAmount, currency: str) -> Sequence[tuple[str, Decimal]]:
    """(month, amount), summing to the whole. Raises: CurrencyMismatch, Rejected, NothingToPost."""
    in_minor_units(one.amount.in_currency(currency, "amount"), "amount", ("amount",))
    if not one.amount.amount:
        raise NothingToPost(("amount",), day=one.first_on.isoformat())
    sign = -1 if one.amount.amount < ZERO else 1
    share = defer_by_days if one.method is DeferralMethod.BY_DAYS else defer_by_months
    plan = [(code, sign * part) for code, part in share(abs(one.amount.amount), one.first_on, one.last_on, currency)]
    line_count(len(plan))
    return plan


async def _write(
    work: Work, accepted: Sequence[tuple[UUID, DeferAmount, Sequence[tuple[str, Decimal]]]], today: date
) -> None:
    numbers = await work.number(DEFERRAL_NUMBERS, len(accepted))
    vouchers = [
        voucher(
            one.deferred_on or today,
            [
                leg(one.account_id, one.amount),
                leg(one.offset_account_id, -one.amount, one.cost_centre_id),
            ],
            one.name,
            Source(kind=Deferral.__name__, id=id_, number=number),
        )
        for number, (id_, one, _) in zip(numbers, accepted, strict=True)
    ]
    entries = await post_vouchers(work, vouchers)
    await work.insert(
        Deferral,
        [
            {
                "id": id_, "number": number, "name": one.name, "account_id": one.account_id,
                "result_account_id": one.result_account_id, "cost_centre_id": one.cost_centre_id, "method": one.method,
                "deferred_on": one.deferred_on or today, "first_on": one.first_on, "last_on": one.last_on,
                "amount": one.amount.amount, "journal_entry_id": entry_id,
            }
            for number, entry_id, (id_, one, _) in zip(numbers, entries, accepted, strict=True)
        ],
    )  # fmt: skip
    await work.insert(
        DeferralLine,
        [
            {"deferral_id": id_, "position": position, "due_on": ends_on, "amount": amount}
            for id_, one, plan in accepted
            for position, ((_, amount), (_, _, ends_on)) in enumerate(
                zip(plan, months(one.first_on, one.last_on), strict=True), start=1
            )
        ],
    )


def leg(account_id: UUID, amount: Money, cost_centre_id: UUID | None = None) -> Leg:
    """A line in the company's own currency."""
    return Leg(account_id=account_id, amount=amount.amount, transaction=amount, cost_centre_id=cost_centre_id)


def voucher(on: date, legs: Sequence[Leg], description: str, source: Source) -> Voucher:
    """A general voucher of a document."""
    posting = Posting(id=new_id(), occurred_on=on, entries=tuple(legs), source=source)
    return Voucher(kind=JournalKind.GENERAL, sub_ledger=SubLedger.GENERAL, posting=posting, description=description)


async def release_deferrals(work: Work, commands: Sequence[ReleaseDeferrals]) -> Results[JournalEntry]:
    """The vouchers of the months; a refusal stands in its own place.

    Posts: one voucher a run, two lines a deferral. Raises per row: PeriodClosed, NothingToPost.
    Emits: DeferralsReleased.
    """
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            outcomes.append(await _release(work, one.ends_on))
        except DomainError as refusal:
            outcomes.append(refusal)
    return told(work, "DeferralsReleased", JournalEntry, outcomes)


async def _release(work: Work, on: date) -> UUID:
    """One month: the next of the batch finds what it left, so they go one by one."""
    period = (await hold_periods(work, SubLedger.GENERAL, [on]))[on]
    if isinstance(period, PeriodClosed):
        raise period
    due = await work.fetch(_DUE, on=on)
    amounts: defaultdict[UUID, Decimal] = defaultdict(lambda: ZERO)
    documents: dict[UUID, Row] = {}
    for row in due:
        documents[row["deferral_id"]] = row
        amounts[row["deferral_id"]] = EXACT.add(amounts[row["deferral_id"]], row["amount"])
    legs = _released(documents, amounts, await company_currency(work))
    if not legs:
        raise NothingToPost(day=on.isoformat())
    # Named, so that no hand takes it back: the deferrals would keep what it released.
    source = Source(kind=ReleaseDeferrals.__name__, id=new_id(), number=period.code)
    [entry_id] = await post_vouchers(work, [voucher(on, legs, f"Deferrals {period.code}", source)])
    await work.update(
        DeferralLine, [{"id": row["id"], "journal_entry_id": entry_id} for row in due], fields=("journal_entry_id",)
    )
    return entry_id


def _released(documents: Mapping[UUID, Row], amounts: Mapping[UUID, Decimal], currency: str) -> list[Leg]:
    return [
        part
        for id_, row in documents.items()
        if amounts[id_]
        for part in (
            leg(row["result_account_id"], Money(amounts[id_], currency), row["cost_centre_id"]),
            leg(row["account_id"], Money(-amounts[id_], currency)),
        )
    ]
