"""Leases whose payments, term or rate change on the way: what is owed is valued anew, and the right of use with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import SmallInteger, bindparam, select
from sqlalchemy.types import Uuid

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, told
from domain.core.database import Row
from domain.core.errors import DomainError, NotFound, Rejected
from domain.core.ledger import Source
from domain.core.money import EXACT, Money
from domain.core.quantity import RATE, not_negative
from domain.core.work import Work
from domain.finance import masters
from domain.finance.commands.asset_ends import live_asset
from domain.finance.commands.deferrals import leg, voucher
from domain.finance.commands.leases import line_rows
from domain.finance.commands.valuation import NothingToPost
from domain.finance.journal import post_vouchers
from domain.finance.models import AssetEntryKind, FixedAsset, FixedAssetEntry, Lease, LeaseLine
from domain.finance.rates import company_currency
from domain.finance.rules import moving
from domain.finance.rules.depreciation import Basis, straight_line
from domain.finance.rules.journals import by_hand, in_minor_units
from domain.finance.rules.leases import Lease as Terms
from domain.finance.rules.leases import amortisation, present_value, shared
from domain.finance.rules.terms import add_months


@command(action=Action.POST, record=Lease, zh="重新计量租赁负债", key_required=True)
class RemeasureLease:
    """Change what is still to be paid of a lease: how much, for how long, at which rate (IFRS 16.39 to 16.46).

    It counts from the day after the month of the last payment that was posted. What is owed becomes the present value
    of the new payments; the right of use changes by as much, down to nothing, and is written off over the new term. The
    rate stays unless given, as where payments follow an index; another term needs the rate of that day.
    """

    lease_id: UUID = argument(doc="The lease.", zh="租赁", reference="lease")
    payment: Money | None = argument(
        doc="What is paid each month from then on, in the company's currency; as before unless given.", zh="每期付款",
        default=None,
    )  # fmt: skip
    months_left: int | None = argument(
        doc="Number of payments from then on; as many as are left unless given.", zh="剩余期数", default=None
    )
    percent: Decimal | None = argument(
        doc="Interest of one month in percent from then on; as before unless given.", zh="月利率", number="rate",
        default=None,
    )  # fmt: skip
    result_account_id: UUID | None = argument(
        doc="The income for what is owed less than the right of use was worth; needed only where there is such.",
        zh="损益科目", reference="account", default=None,
    )  # fmt: skip


_line = LeaseLine.table
_LINES = (
    select(_line.c.id, _line.c.journal_entry_id)
    .where(
        _line.c.company_id == bindparam("company_id", type_=SmallInteger()),
        _line.c.lease_id == bindparam("id", type_=Uuid()),
    )
    .order_by(_line.c.position)
    .with_for_update()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What is left of a lease: `open` are the payments to come, `done` how many were posted."""

    lease: Row
    done: int
    open: Sequence[UUID]

    @property
    def on(self) -> date:
        """The first day that nothing was paid for."""
        return add_months(self.lease["begins_on"], self.done)


async def remeasure_leases(work: Work, commands: Sequence[RemeasureLease]) -> Results[Lease]:
    """The leases on their new terms; a refusal stands in its own place.

    Posts: what is owed more, or less, against the right of use, and what is left of it to income. Raises per row:
    NotFound, LeaseInvalid, NothingToPost, ControlAccount, CurrencyMismatch, Rejected, NotDepreciable, WrongState,
    PeriodClosed. Emits: LeaseRemeasured.
    """
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            outcomes.append(await _remeasure(work, one))
        except DomainError as refusal:
            outcomes.append(refusal)
    return told(work, "LeaseRemeasured", Lease, outcomes)


async def _remeasure(work: Work, one: RemeasureLease) -> UUID:
    """One change: the next of the batch finds the terms that it left."""
    left = await _left(work, one.lease_id)
    lease, currency = left.lease, await company_currency(work)
    asset = await live_asset(work, lease["fixed_asset_id"], left.on)
    terms = _terms(one, left, currency)
    worth = present_value(terms)
    change = EXACT.subtract(worth, lease["liability"])
    months = len(left.open)
    if not change and (terms.payment, terms.periods, terms.percent) == (lease["payment"], months, lease["percent"]):
        raise NothingToPost(day=left.on.isoformat())
    of_right, of_result = shared(change, asset["book_value"])
    total = asset["months_total"] + terms.periods - months
    value = EXACT.add(asset["book_value"], of_right)
    basis = Basis(value=value, residual=asset["residual"], currency=currency)
    monthly = straight_line(basis, total - asset["months_done"])[0]
    entry_id = await _post(work, one, left, (Money(of_right, currency), Money(of_result, currency)), asset)
    await work.delete(LeaseLine, left.open)
    plan = amortisation(terms)
    await work.insert(
        LeaseLine, line_rows(lease["id"], lease["begins_on"], plan, in_advance=lease["in_advance"], after=left.done)
    )
    new = {
        "id": lease["id"], "months": left.done + terms.periods, "percent": terms.percent, "payment": terms.payment,
        "remeasured": EXACT.add(lease["remeasured"], change), "liability": worth,
    }  # fmt: skip
    await work.update(Lease, [new], fields=[name for name in new if name != "id"])
    right = {
        "id": asset["id"], "months_total": total, "book_value": value, "basis": value, "monthly_amount": monthly,
    }  # fmt: skip
    await work.update(FixedAsset, [right], fields=[name for name in right if name != "id"])
    if of_right and entry_id is not None:
        entry = {
            "fixed_asset_id": asset["id"], "kind": AssetEntryKind.VALUE_CHANGE, "occurred_on": left.on,
            "amount": of_right, "journal_entry_id": entry_id,
        }  # fmt: skip
        await work.insert(FixedAssetEntry, [entry])
    return lease["id"]


async def _left(work: Work, lease_id: UUID) -> Left:
    """What is left of the lease, locked. Raises: NotFound, NothingToPost where all of it is paid."""
    # The payments first, as a run that pays them locks them.
    lines = await work.fetch(_LINES, id=lease_id)
    lease = (await work.lock(Lease, [lease_id])).get(lease_id)
    if lease is None:
        raise NotFound(("lease",), what="lease", key=str(lease_id))
    open_ = [row["id"] for row in lines if row["journal_entry_id"] is None]
    left = Left(lease=lease, done=len(lines) - len(open_), open=open_)
    if not open_:
        raise NothingToPost(("lease",), day=left.on.isoformat())
    return left


def _terms(one: RemeasureLease, left: Left, currency: str) -> Terms:
    """What is to be paid from now on. Raises: LeaseInvalid, CurrencyMismatch, Rejected."""
    if one.payment is not None:
        in_minor_units(one.payment.in_currency(currency, "payment"), "payment", ("payment",))
    if one.percent is not None:
        not_negative(one.percent, RATE, "percent", ("percent",))
    return Terms(
        payment=left.lease["payment"] if one.payment is None else one.payment.amount,
        periods=len(left.open) if one.months_left is None else one.months_left,
        percent=left.lease["percent"] if one.percent is None else one.percent,
        currency=currency, in_advance=left.lease["in_advance"],
    ).checked()  # fmt: skip


async def _post(work: Work, one: RemeasureLease, left: Left, changes: tuple[Money, Money], asset: Row) -> UUID | None:
    """The voucher of the change; None where what is owed stays. Raises: NotFound, ControlAccount, Rejected."""
    of_right, of_result = changes
    whole = of_right + of_result
    if not whole.amount:
        return None
    lease = left.lease
    legs = [leg(asset["account_id"], of_right), leg(lease["liability_account_id"], -whole)]
    if of_result.amount:
        account_id = one.result_account_id
        if account_id is None:
            raise Rejected(
                ("resultAccount",), what="account", value=None,
                reason=f"{-of_result.amount} is owed less than the right of use is worth, and is income of an account",
                reason_zh=f"负债减少额超出使用权资产账面价值 {-of_result.amount}，须指定损益科目",
            )  # fmt: skip
        by_hand((await masters.ledger_accounts(work, [account_id])).get(account_id), account_id, ("resultAccount",))
        legs.append(leg(account_id, of_result, asset["cost_centre_id"]))
    source = Source(kind=Lease.__name__, id=lease["id"], number=lease["number"])
    [entry_id] = await post_vouchers(work, [voucher(left.on, moving(legs), lease["name"], source)])
    return entry_id
