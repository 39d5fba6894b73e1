"""Allocation cycles: made, and run period by period."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Date, SmallInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, part, told
from domain.core.errors import DomainError, NotFound, Rejected
from domain.core.ids import new_id
from domain.core.ledger import Posting, Source
from domain.core.money import ZERO, Money
from domain.core.work import Work
from domain.finance import masters
from domain.finance.commands.valuation import NothingToPost
from domain.finance.journal import hold_periods, post_vouchers
from domain.finance.models import (
    AllocationCycle,
    AllocationReceiver,
    CostCentre,
    JournalEntry,
    JournalKind,
    JournalLine,
    SubLedger,
)
from domain.finance.rates import company_currency
from domain.finance.rules import Leg, Period, PeriodClosed, Voucher, moving
from domain.finance.rules.allocation import allocate_by_percent
from domain.finance.rules.journals import UnusableMaster, by_hand, line_count


@part
class ReceiverInput:
    """A cost centre and its share."""

    cost_centre_id: UUID = argument(doc="The cost centre that receives.", zh="接收成本中心", reference="cost_centre")
    percent: Decimal = argument(doc="Its share in percent.", zh="比例", number="rate")


@command(action=Action.CREATE, record=AllocationCycle, zh="创建分配循环")
class CreateAllocationCycle:
    """Say how what a cost centre bears on an account is given on; the percentages come to 100."""

    code: str = argument(doc="Short code.", zh="代码")
    name: str = argument(doc="Name.", zh="名称")
    account_id: UUID = argument(doc="The account whose amounts are given on.", zh="科目", reference="account")
    cost_centre_id: UUID = argument(doc="The cost centre that gives on.", zh="发送成本中心", reference="cost_centre")
    receivers: tuple[ReceiverInput, ...] = argument(doc="Who receives; the last takes the remainder.", zh="接收方")
    name_zh: str | None = argument(doc="Chinese name.", zh="中文名称", default=None)


@command(action=Action.POST, record=JournalEntry, zh="执行分配", key_required=True)
class RunAllocation:
    """Give on what the sender bears of a period, on its last day. Run again, it gives on what has come since; a voucher
    of it is taken back by reversing it.
    """

    allocation_cycle_id: UUID = argument(doc="The cycle.", zh="分配循环", reference="allocation_cycle")
    ends_on: date = argument(doc="Last day of the period.", zh="期间末日")


_company_id = bindparam("company_id", type_=SmallInteger())
_ids = func.any(bindparam("ids", type_=ARRAY(Uuid())))
_receiver, _line = AllocationReceiver.table, JournalLine.table
_RECEIVERS = (
    select(_receiver)
    .where(_receiver.c.company_id == _company_id, _receiver.c.allocation_cycle_id == _ids)
    .order_by(_receiver.c.allocation_cycle_id, _receiver.c.position)
)
_BORNE = select(func.coalesce(func.sum(_line.c.amount), 0).label("amount")).where(
    _line.c.company_id == _company_id,
    _line.c.account_id == bindparam("account_id", type_=Uuid()),
    _line.c.cost_centre_id == bindparam("cost_centre_id", type_=Uuid()),
    _line.c.occurred_on.between(bindparam("first_on", type_=Date()), bindparam("last_on", type_=Date())),
)


async def create_allocation_cycles(work: Work, commands: Sequence[CreateAllocationCycle]) -> Results[AllocationCycle]:
    """The cycles; a refusal stands in its own place.

    Raises per row: NotFound, ControlAccount, UnusableMaster, Rejected, PercentagesNotWhole. Raises: AlreadyExists.
    Emits: AllocationCycleCreated.
    """
    accounts = await masters.ledger_accounts(work, [one.account_id for one in commands])
    named = [receiver.cost_centre_id for one in commands for receiver in one.receivers]
    centres = await masters.centres(work, CostCentre, [*named, *(one.cost_centre_id for one in commands)])
    currency = await company_currency(work)
    outcomes: list[UUID | DomainError] = []
    accepted: list[tuple[UUID, CreateAllocationCycle]] = []
    for one in commands:
        try:
            by_hand(accounts.get(one.account_id), one.account_id, ("account",))
            masters.usable("cost centre", one.cost_centre_id, centres, ("costCentre",))
            line_count(len(one.receivers))
            for place, receiver in enumerate(one.receivers):
                masters.usable("cost centre", receiver.cost_centre_id, centres, ("receivers", place, "costCentre"))
            _check_receivers(one)
            allocate_by_percent(ZERO, [receiver.percent for receiver in one.receivers], currency)
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        accepted.append((new_id(), one))
        outcomes.append(accepted[-1][0])
    if accepted:
        await work.insert(AllocationCycle, [_cycle_row(id_, one) for id_, one in accepted])
        await work.insert(AllocationReceiver, [row for id_, one in accepted for row in _receiver_rows(id_, one)])
    return told(work, "AllocationCycleCreated", AllocationCycle, outcomes)


def _check_receivers(one: CreateAllocationCycle) -> None:
    named = [receiver.cost_centre_id for receiver in one.receivers]
    if len(set(named)) < len(named) or one.cost_centre_id in named:
        raise Rejected(
            ("receivers",), what="receivers", value=one.code,
            reason="a cost centre receives once, and never from itself", reason_zh="接收方重复或与发送方相同",
        )  # fmt: skip


def _cycle_row(id_: UUID, one: CreateAllocationCycle) -> dict[str, object]:
    return {
        "id": id_,
        "code": one.code,
        "name": one.name,
        "name_zh": one.name_zh,
        "account_id": one.account_id,
        "cost_centre_id": one.cost_centre_id,
        "is_active": True,
    }


def _receiver_rows(id_: UUID, one: CreateAllocationCycle) -> list[dict[str, object]]:
    return [
        {
            "allocation_cycle_id": id_,
            "position": position,
            "cost_centre_id": receiver.cost_centre_id,
            "percent": receiver.percent,
        }
        for position, receiver in enumerate(one.receivers, start=1)
    ]


async def run_allocations(work: Work, commands: Sequence[RunAllocation]) -> Results[JournalEntry]:
    """The vouchers; a refusal stands in its own place.

    Posts: what the sender bears of the period, from it to its receivers on the same account. Raises per row: NotFound,
    UnusableMaster, PeriodClosed, Rejected, NothingToPost. Emits: AllocationRun.
    """
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            outcomes.append(await _run(work, one))
        except DomainError as refusal:
            outcomes.append(refusal)
    return told(work, "AllocationRun", JournalEntry, outcomes)


async def _run(work: Work, one: RunAllocation) -> UUID:
    """One cycle: the next may give on what this one gave, so they go one by one; the cycle is locked against a twin."""
    cycles = await work.lock(AllocationCycle, [one.allocation_cycle_id])
    cycle = cycles.get(one.allocation_cycle_id)
    if cycle is None:
        raise NotFound(("allocationCycle",), what="allocation cycle", key=str(one.allocation_cycle_id))
    if not cycle["is_active"]:
        raise UnusableMaster(("allocationCycle",), what="allocation cycle", key=cycle["code"])
    period = (await hold_periods(work, SubLedger.GENERAL, [one.ends_on]))[one.ends_on]
    if isinstance(period, PeriodClosed):
        raise period
    _check_end(one, period)
    [borne] = await work.fetch(
        _BORNE, account_id=cycle["account_id"], cost_centre_id=cycle["cost_centre_id"], first_on=period.starts_on,
        last_on=period.ends_on,
    )  # fmt: skip
    if not borne["amount"]:
        raise NothingToPost(day=one.ends_on.isoformat())
    currency = await company_currency(work)
    receivers = await work.fetch(_RECEIVERS, ids=[cycle["id"]])
    shares = allocate_by_percent(borne["amount"], [row["percent"] for row in receivers], currency)
    given = [(cycle["cost_centre_id"], -borne["amount"])]
    given += [(row["cost_centre_id"], share) for row, share in zip(receivers, shares, strict=True)]
    legs = [
        Leg(account_id=cycle["account_id"], amount=amount, transaction=Money(amount, currency), cost_centre_id=centre)
        for centre, amount in given
    ]
    source = Source(kind=AllocationCycle.__name__, id=cycle["id"], number=cycle["code"])
    posting = Posting(id=new_id(), occurred_on=one.ends_on, entries=moving(legs), source=source)
    voucher = Voucher(
        kind=JournalKind.GENERAL, sub_ledger=SubLedger.GENERAL, posting=posting, description=cycle["name"]
    )
    return (await post_vouchers(work, [voucher]))[0]


def _check_end(one: RunAllocation, period: Period) -> None:
    if one.ends_on != period.ends_on:
        raise Rejected(
            ("endsOn",), what="day", value=one.ends_on.isoformat(),
            reason=f"the period ends on {period.ends_on.isoformat()}",
            reason_zh=f"期间末日为 {period.ends_on.isoformat()}",
        )  # fmt: skip
