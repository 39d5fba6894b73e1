"""Fixed assets: put on the books, revalued, written off month by month."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Date, SmallInteger, bindparam, select

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, told
from domain.core.errors import DomainError, NotFound, Rejected, WrongState
from domain.core.ids import new_id
from domain.core.ledger import Posting, Source
from domain.core.money import EXACT, ZERO, Money
from domain.core.numbering import Series
from domain.core.quantity import QUANTITY, RATE, positive
from domain.core.work import Work
from domain.finance import masters
from domain.finance.commands.asset_books import Month, awaits_depreciation, change_in_books, of_month, used_after
from domain.finance.commands.valuation import NothingToPost
from domain.finance.journal import hold_periods, post_vouchers
from domain.finance.models import (
    AssetEntryKind,
    CostCentre,
    DepreciationMethod,
    FixedAsset,
    FixedAssetEntry,
    JournalEntry,
    JournalKind,
    SubLedger,
)
from domain.finance.rates import company_currency
from domain.finance.rules import Leg, Period, PeriodClosed, Voucher
from domain.finance.rules.depreciation import (
    DAYS_OF_A_YEAR,
    MONTHS_OF_A_YEAR,
    Basis,
    straight_line,
)
from domain.finance.rules.journals import by_hand, in_minor_units

ASSET_NUMBERS = Series("fixed_asset", prefix="FA-")

# Assets of one run and so of one voucher: two lines each.
ASSETS_MAX = 5_000


@command(action=Action.POST, record=FixedAsset, zh="新增固定资产", key_required=True)
class AcquireFixedAsset:
    """Put an asset on the books at its cost; it is written off by its method down to its residual value."""

    name: str = argument(doc="What it is.", zh="名称")
    cost: Money = argument(doc="What it cost, in the company's currency.", zh="原值")
    months: int = argument(doc="Months over which it is written off.", zh="折旧月数")
    in_service_on: date = argument(doc="First day in service.", zh="启用日期")
    account_id: UUID = argument(doc="The account its cost stands on.", zh="资产科目", reference="account")
    accumulated_account_id: UUID = argument(
        doc="The account that collects its depreciation.", zh="累计折旧科目", reference="account"
    )
    expense_account_id: UUID = argument(doc="The expense its depreciation is.", zh="折旧费用科目", reference="account")
    offset_account_id: UUID = argument(
        doc="The account that its cost comes from, such as construction in progress.",
        zh="对方科目",
        reference="account",
    )
    residual: Money | None = argument(doc="What it will be worth at the end.", zh="残值", default=None)
    cost_centre_id: UUID | None = argument(
        doc="The cost centre that bears its depreciation.", zh="成本中心", reference="cost_centre", default=None
    )
    name_zh: str | None = argument(doc="What it is, in Chinese.", zh="中文名称", default=None)
    method: DepreciationMethod = argument(
        doc="How it is written off: STRAIGHT_LINE unless given; DAYS needs whole years of months.", zh="折旧方法",
        default=DepreciationMethod.STRAIGHT_LINE,
    )  # fmt: skip
    percent: Decimal | None = argument(
        doc="What of the value left a month writes off, in percent; for DECLINING.", zh="月折旧率", number="rate",
        default=None,
    )  # fmt: skip
    capacity: Decimal | None = argument(
        doc="Units that it will make in all; for UNITS.", zh="总工作量", number="quantity", default=None
    )


@command(action=Action.POST, record=FixedAsset, zh="调整资产价值", key_required=True)
class ChangeAssetValue:
    """Add to an asset's value, or take from it; the months left write off what is left then (IAS 16.51)."""

    fixed_asset_id: UUID = argument(doc="The asset.", zh="固定资产", reference="fixed_asset")
    change: Money = argument(doc="What its value changes by, in the company's currency.", zh="变动金额")
    occurred_on: date = argument(doc="Day it counts from.", zh="业务日期")
    offset_account_id: UUID = argument(doc="The account the change comes from.", zh="对方科目", reference="account")
    in_every_book: bool = argument(
        doc="Whether its other books follow, as for what was built on; not for a loss that only this book knows.",
        zh="同步其他账簿", default=True,
    )  # fmt: skip


@command(action=Action.POST, record=JournalEntry, zh="计提折旧", key_required=True)
class DepreciateAssets:
    """Write off one month of every asset that is due, on the month's last day; run again, only what was left out."""

    ends_on: date = argument(doc="Last day of the month.", zh="期间末日")


_company_id = bindparam("company_id", type_=SmallInteger())
_asset, _entry = FixedAsset.table, FixedAssetEntry.table
_on = bindparam("on", type_=Date())
_DUE = (
    select(_asset)
    .where(
        *awaits_depreciation(_asset, _entry, _entry.c.fixed_asset_id),
        _asset.c.disposed_on.is_(None),
        _asset.c.method != DepreciationMethod.UNITS.value,
    )
    .order_by(_asset.c.id)
    .limit(ASSETS_MAX)
    .with_for_update(of=_asset)
)


async def acquire_fixed_assets(work: Work, commands: Sequence[AcquireFixedAsset]) -> Results[FixedAsset]:
    """The assets; a refusal stands in its own place.

    Posts: the cost of each, from its offset account. Raises per row: NotFound, ControlAccount, UnusableMaster,
    CurrencyMismatch, Rejected, NotDepreciable, PeriodClosed. Emits: FixedAssetAcquired.
    """
    currency = await company_currency(work)
    accounts = await masters.ledger_accounts(work, [id_ for one in commands for id_ in _accounts(one).values()])
    centres = await masters.centres(work, CostCentre, [one.cost_centre_id for one in commands])
    periods = await hold_periods(work, SubLedger.GENERAL, [one.in_service_on for one in commands])
    accepted: list[tuple[UUID, AcquireFixedAsset, Decimal]] = []
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            for name, id_ in _accounts(one).items():
                by_hand(accounts.get(id_), id_, (name,))
            masters.usable("cost centre", one.cost_centre_id, centres, ("costCentre",))
            _open(periods[one.in_service_on])
            check_terms(one)
            monthly = _monthly(_basis(one, currency), one.months)
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        accepted.append((new_id(), one, monthly))
        outcomes.append(accepted[-1][0])
    if accepted:
        await _acquire(work, accepted, currency)
    return told(work, "FixedAssetAcquired", FixedAsset, outcomes)


def _accounts(one: AcquireFixedAsset) -> dict[str, UUID]:
    return {
        "account": one.account_id, "accumulatedAccount": one.accumulated_account_id,
        "expenseAccount": one.expense_account_id, "offsetAccount": one.offset_account_id,
    }  # fmt: skip


def _basis(one: AcquireFixedAsset, currency: str) -> Basis:
    residual = one.residual or Money(ZERO, currency)
    for what, money in (("cost", one.cost), ("residual", residual)):
        in_minor_units(money.in_currency(currency, what), what, (what,))
    if one.cost.amount <= ZERO:
        raise Rejected(
            ("cost",), what="cost", value=one.cost.amount, reason="it must be above zero", reason_zh="必须大于零"
        )
    return Basis(value=one.cost.amount, residual=residual.amount, currency=currency)


def _monthly(basis: Basis, months: int) -> Decimal:
    """What each month writes off; the last takes what rounding leaves."""
    return straight_line(basis, months)[0]


def check_terms(one: AcquireFixedAsset) -> None:
    """Raises: Rejected for terms that its method lacks, or has no use for."""
    wanted = {DepreciationMethod.DECLINING: "percent", DepreciationMethod.UNITS: "capacity"}.get(one.method)
    for name, scale in (("percent", RATE), ("capacity", QUANTITY)):
        value = getattr(one, name)
        if (value is not None) != (name == wanted):
            raise Rejected(
                (name,), what=name, value=value, reason=f"{one.method.value} is told by {wanted or 'months alone'}",
                reason_zh=f"与折旧方法 {one.method.value} 不符",
            )  # fmt: skip
        if value is not None:
            positive(value, scale, name, (name,))
    if one.method is DepreciationMethod.DAYS and one.months % MONTHS_OF_A_YEAR:
        raise Rejected(
            ("months",), what="months", value=one.months, reason="days are counted over whole years",
            reason_zh="按日计提须为整年",
        )  # fmt: skip


def capacity_of(one: AcquireFixedAsset) -> Decimal | None:
    """Over how many units, or days, it is written off."""
    if one.method is DepreciationMethod.DAYS:
        return Decimal(one.months // MONTHS_OF_A_YEAR * DAYS_OF_A_YEAR)
    return one.capacity


def months_of(one: AcquireFixedAsset) -> int:
    """How many months write it off: by days one more, where the first is a part of a month."""
    is_part = one.method is DepreciationMethod.DAYS and one.in_service_on.day > 1
    return one.months + is_part


def _open(period: Period | PeriodClosed) -> Period:
    if isinstance(period, PeriodClosed):
        raise period
    return period


async def _acquire(work: Work, accepted: Sequence[tuple[UUID, AcquireFixedAsset, Decimal]], currency: str) -> None:
    numbers = await work.number(ASSET_NUMBERS, len(accepted))
    vouchers = [
        _voucher(
            one.in_service_on,
            [
                _leg(one.account_id, one.cost.amount, currency),
                _leg(one.offset_account_id, -one.cost.amount, currency),
            ],
            one.name,
            source=Source(kind=FixedAsset.__name__, id=id_, number=number),
        )
        for number, (id_, one, _) in zip(numbers, accepted, strict=True)
    ]
    entry_ids = await post_vouchers(work, vouchers)
    await work.insert(
        FixedAsset,
        [_row(id_, number, one, monthly) for number, (id_, one, monthly) in zip(numbers, accepted, strict=True)],
    )
    await work.insert(
        FixedAssetEntry,
        [
            _entry_row(id_, AssetEntryKind.ACQUISITION, one.in_service_on, one.cost.amount, entry_id=entry_id)
            for entry_id, (id_, one, _) in zip(entry_ids, accepted, strict=True)
        ],
    )


def _row(id_: UUID, number: str, one: AcquireFixedAsset, monthly: Decimal) -> dict[str, object]:
    return {
        "id": id_,
        "number": number,
        "name": one.name,
        "name_zh": one.name_zh,
        "account_id": one.account_id,
        "accumulated_account_id": one.accumulated_account_id,
        "expense_account_id": one.expense_account_id,
        "cost_centre_id": one.cost_centre_id,
        "in_service_on": one.in_service_on,
        "residual": one.residual.amount if one.residual else ZERO,
        "method": one.method,
        "percent": one.percent,
        "capacity": capacity_of(one),
        "used": ZERO,
        "basis": one.cost.amount,
        "months_total": months_of(one),
        "months_done": 0,
        "monthly_amount": monthly,
        "book_value": one.cost.amount,
    }


def _entry_row(id_: UUID, kind: AssetEntryKind, on: date, amount: Decimal, *, entry_id: UUID) -> dict[str, object]:
    return {
        "fixed_asset_id": id_, "kind": kind, "occurred_on": on, "amount": amount, "journal_entry_id": entry_id,
    }  # fmt: skip


def _leg(account_id: UUID, amount: Decimal, currency: str, cost_centre_id: UUID | None = None) -> Leg:
    return Leg(account_id=account_id, amount=amount, transaction=Money(amount, currency), cost_centre_id=cost_centre_id)


def _voucher(on: date, legs: Sequence[Leg], description: str, *, source: Source) -> Voucher:
    posting = Posting(id=new_id(), occurred_on=on, entries=tuple(legs), source=source)
    return Voucher(kind=JournalKind.GENERAL, sub_ledger=SubLedger.GENERAL, posting=posting, description=description)


async def change_asset_values(work: Work, commands: Sequence[ChangeAssetValue]) -> Results[FixedAsset]:
    """The assets at their new value; a refusal stands in its own place.

    Posts: each change. Raises per row: NotFound, ControlAccount, CurrencyMismatch, Rejected, NotDepreciable,
    PeriodClosed. Emits: FixedAssetValueChanged.
    """
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            outcomes.append(await _change(work, one))
        except DomainError as refusal:
            outcomes.append(refusal)
    return told(work, "FixedAssetValueChanged", FixedAsset, outcomes)


async def _change(work: Work, one: ChangeAssetValue) -> UUID:
    """One change: the next of the batch finds the value it left."""
    rows = await work.lock(FixedAsset, [one.fixed_asset_id])
    asset = rows.get(one.fixed_asset_id)
    if asset is None:
        raise NotFound(("fixedAsset",), what="fixed asset", key=str(one.fixed_asset_id))
    accounts = await masters.ledger_accounts(work, [one.offset_account_id])
    by_hand(accounts.get(one.offset_account_id), one.offset_account_id, ("offsetAccount",))
    currency = await company_currency(work)
    change = in_minor_units(one.change.in_currency(currency, "change"), "change", ("change",)).amount
    _open((await hold_periods(work, SubLedger.GENERAL, [one.occurred_on]))[one.occurred_on])
    if not change:
        raise NothingToPost(day=one.occurred_on.isoformat())
    value = EXACT.add(asset["book_value"], change)
    if asset["disposed_on"] is not None:
        raise WrongState(what="fixed asset", key=asset["number"], state="DISPOSED", transition="be changed")
    basis = Basis(value=value, residual=asset["residual"], currency=currency)
    monthly = _monthly(basis, asset["months_total"] - asset["months_done"])
    left = None if asset["capacity"] is None else asset["capacity"] - asset["used"]
    if one.in_every_book:
        await change_in_books(work, asset["id"], Money(change, currency), one.occurred_on)
    legs = [_leg(asset["account_id"], change, currency), _leg(one.offset_account_id, -change, currency)]
    source = Source(kind=FixedAsset.__name__, id=asset["id"], number=asset["number"])
    [entry_id] = await post_vouchers(work, [_voucher(one.occurred_on, legs, asset["name"], source=source)])
    await work.update(
        FixedAsset,
        [
            {
                "id": asset["id"],
                "book_value": value,
                "monthly_amount": monthly,
                "basis": value,
                "capacity": left,
                "used": ZERO,
            }
        ],
        fields=("book_value", "monthly_amount", "basis", "capacity", "used"),
    )
    row = _entry_row(asset["id"], AssetEntryKind.VALUE_CHANGE, one.occurred_on, change, entry_id=entry_id)
    await work.insert(FixedAssetEntry, [row])
    return asset["id"]


async def depreciate_assets(work: Work, commands: Sequence[DepreciateAssets]) -> Results[JournalEntry]:
    """The vouchers of the months; a refusal stands in its own place.

    Posts: one voucher a month, two lines an asset. Raises per row: PeriodClosed, Rejected, NothingToPost.
    Emits: FixedAssetsDepreciated.
    """
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            outcomes.append(await _depreciate(work, one.ends_on))
        except DomainError as refusal:
            outcomes.append(refusal)
    return told(work, "FixedAssetsDepreciated", JournalEntry, outcomes)


async def _depreciate(work: Work, on: date) -> UUID:
    """One month: each depends on what the one before it left, so they go one by one."""
    period = _open((await hold_periods(work, SubLedger.GENERAL, [on]))[on])
    if period.ends_on != on:
        raise Rejected(
            ("endsOn",), what="day", value=on.isoformat(), reason=f"the period ends on {period.ends_on.isoformat()}",
            reason_zh=f"期间末日为 {period.ends_on.isoformat()}",
        )  # fmt: skip
    due = await work.fetch(_DUE, on=on, starts_on=period.starts_on)
    currency = await company_currency(work)
    month = Month(period.starts_on, period.ends_on)
    amounts = {row["id"]: of_month(row, month, currency) for row in due}
    moving = [row for row in due if amounts[row["id"]]]
    if not moving:
        raise NothingToPost(day=on.isoformat())
    legs = [
        leg
        for row in moving
        for leg in (
            _leg(row["expense_account_id"], amounts[row["id"]], currency, row["cost_centre_id"]),
            _leg(row["accumulated_account_id"], -amounts[row["id"]], currency),
        )
    ]
    # Named, so that no hand takes it back: the assets would keep the value that it wrote off.
    source = Source(kind=DepreciateAssets.__name__, id=new_id(), number=period.code)
    [entry_id] = await post_vouchers(work, [_voucher(on, legs, f"Depreciation {period.code}", source=source)])
    await work.update(
        FixedAsset,
        [
            {
                "id": row["id"],
                "months_done": row["months_done"] + 1,
                "book_value": EXACT.subtract(row["book_value"], amounts[row["id"]]),
                "accumulated": EXACT.add(row["accumulated"], amounts[row["id"]]),
                "used": used_after(row, month),
            }
            for row in due
        ],
        fields=("months_done", "book_value", "accumulated", "used"),
    )
    await work.insert(
        FixedAssetEntry,
        [
            _entry_row(row["id"], AssetEntryKind.DEPRECIATION, on, -amounts[row["id"]], entry_id=entry_id)
            for row in moving
        ],
    )
    return entry_id
