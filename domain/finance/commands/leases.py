"""Leases: recorded at the present value of their payments, and paid month by month."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Date, SmallInteger, bindparam, select

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, told
from domain.core.database import Row
from domain.core.errors import DomainError
from domain.core.ids import new_id
from domain.core.ledger import Source
from domain.core.money import ZERO, Money
from domain.core.numbering import Series
from domain.core.quantity import RATE, not_negative
from domain.core.work import Work
from domain.finance import masters
from domain.finance.commands.assets import AcquireFixedAsset, acquire_fixed_assets
from domain.finance.commands.deferrals import leg, voucher
from domain.finance.commands.valuation import NothingToPost
from domain.finance.journal import hold_periods, post_vouchers
from domain.finance.models import Lease, LeaseLine, SubLedger
from domain.finance.rates import company_currency
from domain.finance.rules import PeriodClosed, Voucher, moving
from domain.finance.rules.journals import by_hand, in_minor_units, line_count
from domain.finance.rules.leases import Lease as Terms
from domain.finance.rules.leases import LeasePeriod, amortisation, present_value
from domain.finance.rules.terms import add_months

LEASE_NUMBERS = Series("lease", prefix="LS-")

# Payments of one run, each with a voucher of its own.
PAYMENTS_OF_A_RUN_MAX = 1_000


@command(action=Action.POST, record=Lease, zh="登记租赁", key_required=True)
class RecordLease:
    """Put a lease on the books: the right of use as a fixed asset, what is owed for it, and the plan of its payments.

    Interest is rounded each month, the last takes the remainder: the liability ends at 0.00 (IFRS 16.26, 16.36).
    """

    name: str = argument(doc="What is leased.", zh="名称")
    begins_on: date = argument(doc="First day of the lease.", zh="租赁开始日")
    months: int = argument(doc="Number of monthly payments.", zh="期数")
    payment: Money = argument(doc="What is paid each month, in the company's currency.", zh="每期付款")
    percent: Decimal = argument(doc="Interest of one month in percent.", zh="月利率", number="rate")
    asset_account_id: UUID = argument(doc="The account of rights of use.", zh="使用权资产科目", reference="account")
    accumulated_account_id: UUID = argument(
        doc="The account that collects their depreciation.", zh="累计折旧科目", reference="account"
    )
    expense_account_id: UUID = argument(
        doc="The expense their depreciation is.", zh="折旧费用科目", reference="account"
    )
    liability_account_id: UUID = argument(doc="The account of what is owed.", zh="租赁负债科目", reference="account")
    interest_account_id: UUID = argument(doc="The expense its interest is.", zh="利息费用科目", reference="account")
    payment_account_id: UUID = argument(doc="The account that payments leave.", zh="付款科目", reference="account")
    in_advance: bool = argument(
        doc="Whether payments fall on the first day of each month of the lease, else on the last.", zh="先付",
        default=False,
    )  # fmt: skip
    party_id: UUID | None = argument(doc="The lessor.", zh="出租方", reference="party", default=None)
    cost_centre_id: UUID | None = argument(
        doc="The cost centre that bears its depreciation.", zh="成本中心", reference="cost_centre", default=None
    )


@command(action=Action.POST, record=Lease, zh="支付租赁款", key_required=True)
class PayLeases:
    """Post every payment that is due by a day, each on its own day; run again, only what was left out."""

    due_until: date = argument(doc="Last day that is looked at.", zh="到期日不晚于")


_company_id = bindparam("company_id", type_=SmallInteger())
_lease, _line = Lease.table, LeaseLine.table
_DUE = (
    select(
        _line.c.id, _line.c.due_on, _line.c.position, _line.c.payment, _line.c.interest, _line.c.principal,
        _line.c.closing, _line.c.lease_id, _lease.c.number, _lease.c.name, _lease.c.party_id,
        _lease.c.liability_account_id, _lease.c.interest_account_id, _lease.c.payment_account_id,
    )
    .join_from(_line, _lease, (_lease.c.company_id == _line.c.company_id) & (_lease.c.id == _line.c.lease_id))
    .where(
        _line.c.company_id == _company_id,
        _line.c.journal_entry_id.is_(None),
        _line.c.due_on <= bindparam("on", type_=Date()),
    )
    .order_by(_line.c.due_on, _line.c.lease_id, _line.c.position)
    .limit(PAYMENTS_OF_A_RUN_MAX)
    .with_for_update(of=_line)
)  # fmt: skip


async def record_leases(work: Work, commands: Sequence[RecordLease]) -> Results[Lease]:
    """The leases with their plans; a refusal stands in its own place.

    Posts: the present value of the payments, as the cost of the right of use and as what is owed. Raises per row:
    LeaseInvalid, NotFound, ControlAccount, CurrencyMismatch, Rejected and what acquiring an asset raises.
    Emits: LeaseRecorded.
    """
    currency = await company_currency(work)
    accounts = await masters.ledger_accounts(work, [id_ for one in commands for id_ in _accounts(one).values()])
    parties = await masters.parties_by_id(work, [one.party_id for one in commands if one.party_id])
    outcomes: list[UUID | DomainError] = []
    planned: list[tuple[int, RecordLease, tuple[LeasePeriod, ...]]] = []
    for place, one in enumerate(commands):
        try:
            for name, id_ in _accounts(one).items():
                by_hand(accounts.get(id_), id_, (name,))
            if one.party_id is not None:
                masters.live_party(one.party_id, parties, ("party",))
            planned.append((place, one, amortisation(_terms(one, currency))))
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        outcomes.append(new_id())
    rights = await acquire_fixed_assets(work, [_right(one, currency) for _, one, _ in planned]) if planned else None
    accepted: list[tuple[UUID, UUID, RecordLease, tuple[LeasePeriod, ...]]] = []
    for (place, one, plan), right in zip(planned, rights.outcomes if rights else (), strict=True):
        made = outcomes[place]
        if isinstance(right, DomainError):
            outcomes[place] = right
        elif isinstance(made, UUID):
            accepted.append((made, right, one, plan))
    if accepted:
        await _write(work, accepted, currency)
    return told(work, "LeaseRecorded", Lease, outcomes)


def _accounts(one: RecordLease) -> dict[str, UUID]:
    return {
        "liabilityAccount": one.liability_account_id, "interestAccount": one.interest_account_id,
        "paymentAccount": one.payment_account_id,
    }  # fmt: skip


def _terms(one: RecordLease, currency: str) -> Terms:
    in_minor_units(one.payment.in_currency(currency, "payment"), "payment", ("payment",))
    not_negative(one.percent, RATE, "percent", ("percent",))
    line_count(one.months)
    return Terms(
        payment=one.payment.amount, periods=one.months, percent=one.percent, currency=currency,
        in_advance=one.in_advance,
    ).checked()  # fmt: skip


def _right(one: RecordLease, currency: str) -> AcquireFixedAsset:
    """The right of use, whose cost comes from what is owed."""
    return AcquireFixedAsset(
        name=one.name, cost=Money(present_value(_terms(one, currency)), currency), months=one.months,
        in_service_on=one.begins_on, account_id=one.asset_account_id,
        accumulated_account_id=one.accumulated_account_id, expense_account_id=one.expense_account_id,
        offset_account_id=one.liability_account_id, cost_centre_id=one.cost_centre_id,
    )  # fmt: skip


async def _write(
    work: Work, accepted: Sequence[tuple[UUID, UUID, RecordLease, tuple[LeasePeriod, ...]]], currency: str
) -> None:
    numbers = await work.number(LEASE_NUMBERS, len(accepted))
    rows: list[dict[str, object]] = []
    for number, (id_, right, one, _) in zip(numbers, accepted, strict=True):
        worth = present_value(_terms(one, currency))
        rows.append({
            "id": id_, "number": number, "name": one.name, "party_id": one.party_id, "begins_on": one.begins_on,
            "months": one.months, "in_advance": one.in_advance, "percent": one.percent,
            "payment": one.payment.amount, "present_value": worth, "remeasured": ZERO, "liability": worth,
            "liability_account_id": one.liability_account_id, "interest_account_id": one.interest_account_id,
            "payment_account_id": one.payment_account_id, "fixed_asset_id": right,
        })  # fmt: skip
    await work.insert(Lease, rows)
    lines = [
        row for id_, _, one, plan in accepted for row in line_rows(id_, one.begins_on, plan, in_advance=one.in_advance)
    ]
    await work.insert(LeaseLine, lines)


def line_rows(
    lease_id: UUID, begins_on: date, plan: Sequence[LeasePeriod], *, in_advance: bool, after: int = 0
) -> list[dict[str, object]]:
    """The payments of a plan, numbered from the one `after` which it begins."""
    return [
        {
            "lease_id": lease_id, "position": after + period.number,
            "due_on": _due_on(begins_on, after + period.number, in_advance=in_advance), "payment": period.payment,
            "interest": period.interest, "principal": period.principal, "closing": period.closing,
        }
        for period in plan
    ]  # fmt: skip


def _due_on(begins_on: date, number: int, *, in_advance: bool) -> date:
    """The day of a payment: the first of its month of the lease, or the last."""
    if in_advance:
        return add_months(begins_on, number - 1)
    return add_months(begins_on, number) - timedelta(days=1)


async def pay_leases(work: Work, commands: Sequence[PayLeases]) -> Results[Lease]:
    """The first lease that each run paid for; a refusal stands in its own place.

    Posts: one voucher a payment, principal and interest against the account it leaves. Raises per row: PeriodClosed,
    NothingToPost. Emits: LeasesPaid.
    """
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            outcomes.append(await _pay(work, one.due_until))
        except DomainError as refusal:
            outcomes.append(refusal)
    return told(work, "LeasesPaid", Lease, outcomes)


async def _pay(work: Work, until: date) -> UUID:
    """One run: the next of the batch finds what it left, so they go one by one."""
    due = await work.fetch(_DUE, on=until)
    if not due:
        raise NothingToPost(day=until.isoformat())
    for refusal in (await hold_periods(work, SubLedger.GENERAL, [row["due_on"] for row in due])).values():
        if isinstance(refusal, PeriodClosed):
            raise refusal
    currency = await company_currency(work)
    entries = await post_vouchers(work, [_payment(row, currency) for row in due])
    await work.update(
        LeaseLine,
        [{"id": row["id"], "journal_entry_id": entry_id} for row, entry_id in zip(due, entries, strict=True)],
        fields=("journal_entry_id",),
    )
    left: dict[UUID, Decimal] = {row["lease_id"]: row["closing"] for row in due}
    await work.update(
        Lease, [{"id": id_, "liability": closing} for id_, closing in left.items()], fields=("liability",)
    )
    return due[0]["lease_id"]


def _payment(row: Row, currency: str) -> Voucher:
    legs = [
        leg(row["liability_account_id"], Money(row["principal"], currency)),
        leg(row["interest_account_id"], Money(row["interest"], currency)),
        leg(row["payment_account_id"], Money(-row["payment"], currency)),
    ]
    source = Source(kind=Lease.__name__, id=row["lease_id"], number=row["number"])
    return voucher(row["due_on"], moving(legs), f"{row['name']} {row['position']}", source)
