"""Journals by hand: posted, and taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, part, told
from domain.core.database import Row
from domain.core.errors import DomainError, NotFound, Rejected
from domain.core.ids import new_id
from domain.core.ledger import Posting
from domain.core.money import ZERO, Money
from domain.core.work import Work
from domain.finance import masters
from domain.finance.budgets import (
    Release,
    limits_of,
    promised_days,
    release_commitments,
    reopen_commitments,
    tell_exceeded,
)
from domain.finance.journal import accounts, hold_periods, open_days, post_vouchers
from domain.finance.models import AccountRole, CostCentre, JournalEntry, JournalKind, ProfitCentre, SubLedger
from domain.finance.models.budgets import Commitment
from domain.finance.rates import Quotes, currencies, quotes_on
from domain.finance.reversals import Reversal, reversal_vouchers, reversed_ids
from domain.finance.rules import Leg, Period, PeriodClosed, Voucher, check_voucher, in_company_currency, rounded
from domain.finance.rules.budgets import Limits, Spending, released_part
from domain.finance.rules.journals import Entry, LedgerAccount, by_hand, line_count, line_quote, reversible, signed


@part
class JournalLineInput:
    """One line of a journal: a debit or a credit."""

    account_id: UUID = argument(doc="The account.", zh="科目", reference="account")
    debit: Money | None = argument(doc="Amount debited, in the transaction's currency.", zh="借方", default=None)
    credit: Money | None = argument(doc="Amount credited, in the transaction's currency.", zh="贷方", default=None)
    rate: Decimal | None = argument(
        doc="Units of the company's currency for one of the line's; the day's rate unless given.",
        zh="汇率", default=None, number="rate",
    )  # fmt: skip
    cost_centre_id: UUID | None = argument(
        doc="The cost centre that bears it.", zh="成本中心", reference="cost_centre", default=None
    )
    profit_centre_id: UUID | None = argument(
        doc="The profit centre that earns it.", zh="利润中心", reference="profit_centre", default=None
    )
    project_code: str | None = argument(doc="Code of the project it belongs to.", zh="项目代码", default=None)
    party_id: UUID | None = argument(
        doc="The customer or supplier it belongs to.", zh="往来单位", reference="party", default=None
    )
    item_id: UUID | None = argument(doc="The item it belongs to.", zh="物料", reference="item", default=None)
    site_id: UUID | None = argument(doc="The site it belongs to.", zh="地点", reference="site", default=None)
    commitment_id: UUID | None = argument(
        doc="The promise that it spends; what is posted is promised no more.", zh="预算占用", reference="commitment",
        default=None,
    )  # fmt: skip


@command(action=Action.POST, record=JournalEntry, zh="过账凭证", key_required=True)
class PostJournal:
    """Post a voucher by hand; it balances, and touches no account that a sub-ledger keeps."""

    description: str = argument(doc="What it records, in words.", zh="摘要")
    lines: tuple[JournalLineInput, ...] = argument(doc="The lines, 1 to 1,000.", zh="分录")
    occurred_on: date | None = argument(doc="The day it counts from; today unless given.", zh="业务日期", default=None)
    into_open_period: bool = argument(
        doc="Whether, where the day's period is closed, it counts from the first day of the first open one.",
        zh="转入首个开放期间", default=False,
    )  # fmt: skip


@command(action=Action.POST, record=JournalEntry, zh="冲销凭证", key_required=True)
class ReverseJournal:
    """Take back a voucher posted by hand with one of the opposite signs, which names it; once."""

    journal_entry_id: UUID = argument(doc="The voucher.", zh="凭证", reference="journal_entry")
    occurred_on: date | None = argument(
        doc="The day the reversal counts from; today unless given.", zh="业务日期", default=None
    )
    description: str | None = argument(doc="Why it is taken back.", zh="冲销原因", default=None)
    into_open_period: bool = argument(
        doc="Whether, where the day's period is closed, it counts from the first day of the first open one.",
        zh="转入首个开放期间", default=False,
    )  # fmt: skip


Days = Mapping[tuple[date, bool], date | PeriodClosed]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a batch of journals names, fetched once."""

    currency: str
    rounding: UUID
    accounts: Mapping[UUID, LedgerAccount]
    cost_centres: Mapping[UUID, Row]
    profit_centres: Mapping[UUID, Row]
    quotes: Quotes
    days: Days
    limits: Limits
    commitments: Mapping[UUID, Row]
    spent: dict[UUID, Decimal] = field(default_factory=dict[UUID, Decimal])


async def post_journals(work: Work, commands: Sequence[PostJournal]) -> Results[JournalEntry]:
    """The vouchers; a refusal stands in its own place.

    Posts: each voucher as it is, with a rounding line where converting its lines left something over. Raises per row:
    NotFound, ControlAccount, UnusableMaster, PeriodClosed, RateMissing, Rejected, Unbalanced, BudgetExceeded. Emits:
    JournalPosted, BudgetExceeded where a budget only warns.
    """
    known = await _known(work, commands)
    outcomes = [_voucher_or_refusal(one, known, work.now.date()) for one in commands]
    vouchers = [one for one in outcomes if not isinstance(one, DomainError)]
    tell_exceeded(work, known.limits)
    entries = await post_vouchers(work, [voucher for voucher, _ in vouchers])
    releases = [
        replace(release, entry_id=entry_id)
        for entry_id, (_, own) in zip(entries, vouchers, strict=True)
        for release in own
    ]
    if releases:
        await release_commitments(work, releases)
    posted = iter(entries)
    made = [one if isinstance(one, DomainError) else next(posted) for one in outcomes]
    return told(work, "JournalPosted", JournalEntry, made)


async def reverse_journals(work: Work, commands: Sequence[ReverseJournal]) -> Results[JournalEntry]:
    """The reversals; a refusal stands in its own place. What a voucher spent of a promise is promised again.

    Posts: the opposite of each voucher at its own rates. Raises per row: NotFound, AlreadyReversed, VoucherOfDocument,
    PeriodClosed. Emits: JournalReversed.
    """
    rows = await work.lock(JournalEntry, [one.journal_entry_id for one in commands])
    done = await reversed_ids(work, rows)
    today = work.now.date()
    days = await _days(work, [(one.occurred_on or today, one.into_open_period) for one in commands])
    outcomes: list[Reversal | DomainError] = []
    for one in commands:
        try:
            row = rows.get(one.journal_entry_id)
            if row is None:
                raise NotFound(("journalEntry",), what="journal entry", key=str(one.journal_entry_id))
            reversible(_entry(row), done)
            day = days[one.occurred_on or today, one.into_open_period]
            if isinstance(day, PeriodClosed):
                raise day
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        done.append(one.journal_entry_id)
        outcomes.append(
            Reversal(entry_id=one.journal_entry_id, on=day, sub_ledger=SubLedger.GENERAL, description=one.description)
        )
    accepted = [one for one in outcomes if isinstance(one, Reversal)]
    entries = await post_vouchers(work, await reversal_vouchers(work, accepted))
    again = {one.entry_id: (entry_id, one.on) for one, entry_id in zip(accepted, entries, strict=True)}
    await reopen_commitments(work, again)
    posted = iter(entries)
    made = [next(posted) if isinstance(one, Reversal) else one for one in outcomes]
    return told(work, "JournalReversed", JournalEntry, made)


async def _known(work: Work, commands: Sequence[PostJournal]) -> Known:
    today = work.now.date()
    lines = [line for one in commands for line in one.lines]
    own = await currencies(work)
    wanted = [
        (money.currency, one.occurred_on or today)
        for one in commands
        for line in one.lines
        for money in [line.debit or line.credit]
        if money is not None
    ]
    return Known(
        currency=own.company,
        rounding=(await accounts(work, AccountRole.ROUNDING))[AccountRole.ROUNDING],
        accounts=await masters.ledger_accounts(work, [line.account_id for line in lines]),
        cost_centres=await masters.centres(work, CostCentre, [line.cost_centre_id for line in lines]),
        profit_centres=await masters.centres(work, ProfitCentre, [line.profit_centre_id for line in lines]),
        quotes=await quotes_on(work, wanted, own.company),
        days=(days := await _days(work, [(one.occurred_on or today, one.into_open_period) for one in commands])),
        limits=await limits_of(work, [*_spendings_of(commands, days, today), *await _promised(work, lines)]),
        commitments=await work.lock(Commitment, [line.commitment_id for line in lines if line.commitment_id]),
    )


def _spendings_of(commands: Sequence[PostJournal], days: Days, today: date) -> list[Spending]:
    """What the lines may be spent from; how much is known once they are converted."""
    return [
        Spending(account_id=line.account_id, cost_centre_id=line.cost_centre_id, on=day, amount=ZERO)
        for one in commands
        if isinstance(day := days[one.occurred_on or today, one.into_open_period], date)
        for line in one.lines
    ]


async def _promised(work: Work, lines: Sequence[JournalLineInput]) -> list[Spending]:
    """What the lines spend of promises, on the days that those count from: in the budget of another year, perhaps."""
    days = await promised_days(work, [line.commitment_id for line in lines if line.commitment_id])
    return [
        Spending(account_id=line.account_id, cost_centre_id=line.cost_centre_id, on=days[id_], amount=ZERO)
        for line in lines
        if (id_ := line.commitment_id) is not None and id_ in days
    ]


async def _days(work: Work, asked: Sequence[tuple[date, bool]]) -> Days:
    """The day that each voucher counts from, by the day asked for and whether a closed period may be left."""
    late = [day for day, into_open in asked if into_open]
    found: dict[tuple[date, bool], date | PeriodClosed] = {
        (day, True): open_day for day, open_day in (await open_days(work, SubLedger.GENERAL, late)).items()
    }
    held = await hold_periods(work, SubLedger.GENERAL, [day for day, into_open in asked if not into_open])
    for day, period in held.items():
        found[day, False] = day if isinstance(period, Period) else period
    return found


def _voucher_or_refusal(one: PostJournal, known: Known, today: date) -> tuple[Voucher, Sequence[Release]] | DomainError:
    """The voucher with what it releases of promises."""
    try:
        line_count(len(one.lines))
        asked_on = one.occurred_on or today
        day = known.days[asked_on, one.into_open_period]
        if isinstance(day, PeriodClosed):
            raise day
        legs = [_leg(line, asked_on, known, ("lines", place)) for place, line in enumerate(one.lines)]
        posting = Posting(id=new_id(), occurred_on=day, entries=rounded(legs, known.rounding, known.currency))
        voucher = check_voucher(
            Voucher(
                kind=JournalKind.GENERAL,
                sub_ledger=SubLedger.GENERAL,
                posting=posting,
                description=one.description,
            )
        )
        return voucher, _spend(one, legs, day, known)
    except DomainError as refusal:
        return refusal


def _spend(one: PostJournal, legs: Sequence[Leg], on: date, known: Known) -> list[Release]:
    """What the lines release of promises, once budgets allow what they cost beyond them.

    Raises: NotFound, Rejected, BudgetExceeded.
    """
    releases: list[Release] = []
    spendings: list[Spending] = []
    spent: dict[UUID, Decimal] = dict(known.spent)
    for place, (line, leg) in enumerate(zip(one.lines, legs, strict=True)):
        if line.commitment_id is not None:
            path = ("lines", place, "commitment")
            row = known.commitments.get(line.commitment_id)
            if row is None:
                raise NotFound(path, what="commitment", key=str(line.commitment_id))
            if (row["account_id"], row["cost_centre_id"]) != (line.account_id, line.cost_centre_id):
                raise Rejected(
                    path, what="commitment", value=row["number"], reason="it is for another account or cost centre",
                    reason_zh="科目或成本中心与占用不一致",
                )  # fmt: skip
            left = row["open_amount"] - spent.get(row["id"], ZERO)
            part = released_part(left, leg.amount)
            spent[row["id"]] = spent.get(row["id"], ZERO) + part
            releases.append(Release(commitment_id=row["id"], on=on, amount=part))
            # What was promised makes room in the budget that it was promised in, which may not be that of the cost.
            spendings.append(
                Spending(
                    account_id=line.account_id, cost_centre_id=line.cost_centre_id, on=row["committed_on"], amount=-part
                )
            )
        spendings.append(
            Spending(
                account_id=line.account_id, cost_centre_id=line.cost_centre_id, on=on, amount=leg.amount,
                path=("lines", place),
            )
        )  # fmt: skip
    known.limits.spend(spendings)
    known.spent.update(spent)
    return releases


def _leg(line: JournalLineInput, on: date, known: Known, path: tuple[str | int, ...]) -> Leg:
    """A line in the company's currency, at the rate of the day its voucher was made for."""
    by_hand(known.accounts.get(line.account_id), line.account_id, (*path, "account"))
    masters.usable("cost centre", line.cost_centre_id, known.cost_centres, (*path, "costCentre"))
    masters.usable("profit centre", line.profit_centre_id, known.profit_centres, (*path, "profitCentre"))
    transaction = signed(line.debit, line.credit, path)
    quote = line_quote(transaction.currency, known.currency, line.rate, known.quotes[transaction.currency, on], path)
    return Leg(
        account_id=line.account_id,
        amount=in_company_currency(transaction, quote.rate, known.currency),
        transaction=transaction,
        rate=quote.rate,
        rate_kind=quote.kind,
        rate_source=quote.source,
        site_id=line.site_id,
        item_id=line.item_id,
        party_id=line.party_id,
        cost_centre_id=line.cost_centre_id,
        profit_centre_id=line.profit_centre_id,
        project_code=line.project_code,
    )


def _entry(row: Row) -> Entry:
    return Entry(
        id=row["id"],
        number=row["number"],
        kind=JournalKind(row["kind"]),
        reverses_id=row["reverses_id"],
        source_kind=row["source_kind"],
        source_number=row["source_number"],
    )
