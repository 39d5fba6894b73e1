"""What else happens to fixed assets: written off by what they make, and sold or scrapped."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, told
from domain.core.database import Row
from domain.core.errors import DomainError, NotFound, Rejected, WrongState
from domain.core.ledger import Source
from domain.core.money import EXACT, ZERO, Money
from domain.core.quantity import QUANTITY, positive
from domain.core.work import Work
from domain.finance import masters
from domain.finance.commands.asset_books import close_in_books
from domain.finance.commands.deferrals import leg, voucher
from domain.finance.commands.valuation import NothingToPost
from domain.finance.journal import hold_periods, post_vouchers
from domain.finance.models import AssetEntryKind, DepreciationMethod, FixedAsset, FixedAssetEntry, SubLedger
from domain.finance.rates import company_currency
from domain.finance.rules import PeriodClosed, moving
from domain.finance.rules.depreciation import Basis, by_units
from domain.finance.rules.journals import by_hand, in_minor_units


@command(action=Action.POST, record=FixedAsset, zh="按工作量计提折旧", key_required=True)
class DepreciateByUnits:
    """Write off what an asset has made: its share of all that it will ever make."""

    fixed_asset_id: UUID = argument(doc="The asset.", zh="固定资产", reference="fixed_asset")
    units: Decimal = argument(doc="What it has made since the last time.", zh="工作量", number="quantity")
    occurred_on: date = argument(doc="Day it counts from.", zh="业务日期")


@command(action=Action.POST, record=FixedAsset, zh="处置固定资产", key_required=True)
class DisposeFixedAsset:
    """Take an asset off the books, sold or scrapped: its cost, its depreciation, and what was gained or lost on it."""

    fixed_asset_id: UUID = argument(doc="The asset.", zh="固定资产", reference="fixed_asset")
    occurred_on: date = argument(doc="Day it left.", zh="处置日期")
    result_account_id: UUID = argument(doc="The account of the gain or loss.", zh="处置损益科目", reference="account")
    proceeds: Money | None = argument(
        doc="What it was sold for, without taxes, in the company's currency; nothing where it was scrapped.",
        zh="处置收入", default=None,
    )  # fmt: skip
    proceeds_account_id: UUID | None = argument(
        doc="The account that the proceeds stand on; needed where there are any.", zh="收入科目", reference="account",
        default=None,
    )  # fmt: skip


async def depreciate_by_units(work: Work, commands: Sequence[DepreciateByUnits]) -> Results[FixedAsset]:
    """The assets, worth less; a refusal stands in its own place.

    Posts: each share. Raises per row: NotFound, WrongState, NotDepreciable, Rejected, NothingToPost, PeriodClosed.
    Emits: FixedAssetValueChanged.
    """
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            outcomes.append(await _by_units(work, one))
        except DomainError as refusal:
            outcomes.append(refusal)
    return told(work, "FixedAssetValueChanged", FixedAsset, outcomes)


async def _by_units(work: Work, one: DepreciateByUnits) -> UUID:
    """One share: the next of the batch finds what it left."""
    asset = await live_asset(work, one.fixed_asset_id, one.occurred_on)
    if asset["method"] != DepreciationMethod.UNITS:
        raise Rejected(
            ("fixedAsset",), what="fixed asset", value=asset["number"],
            reason=f"it is written off by {asset['method']}",
            reason_zh=f"折旧方法为 {asset['method']}",
        )  # fmt: skip
    units = positive(one.units, QUANTITY, "units", ("units",))
    currency = await company_currency(work)
    basis = Basis(value=asset["basis"], residual=asset["residual"], currency=currency)
    amount = by_units(basis, units, asset["used"], asset["capacity"])
    if not amount:
        raise NothingToPost(("units",), day=one.occurred_on.isoformat())
    legs = [
        leg(asset["expense_account_id"], Money(amount, currency), asset["cost_centre_id"]),
        leg(asset["accumulated_account_id"], Money(-amount, currency)),
    ]
    source = Source(kind=FixedAsset.__name__, id=asset["id"], number=asset["number"])
    [entry_id] = await post_vouchers(work, [voucher(one.occurred_on, legs, asset["name"], source)])
    row = {
        "id": asset["id"], "used": asset["used"] + units, "book_value": EXACT.subtract(asset["book_value"], amount),
        "accumulated": EXACT.add(asset["accumulated"], amount),
    }  # fmt: skip
    await work.update(FixedAsset, [row], fields=("used", "book_value", "accumulated"))
    await work.insert(
        FixedAssetEntry, [_entry_row(asset["id"], AssetEntryKind.DEPRECIATION, one.occurred_on, -amount, entry_id)]
    )
    return asset["id"]


async def live_asset(work: Work, id_: UUID, on: date) -> Row:
    """The asset, locked, on a day that takes postings. Raises: NotFound, WrongState, PeriodClosed."""
    asset = (await work.lock(FixedAsset, [id_])).get(id_)
    if asset is None:
        raise NotFound(("fixedAsset",), what="fixed asset", key=str(id_))
    if asset["disposed_on"] is not None:
        raise WrongState(what="fixed asset", key=asset["number"], state="DISPOSED", transition="be changed")
    period = (await hold_periods(work, SubLedger.GENERAL, [on]))[on]
    if isinstance(period, PeriodClosed):
        raise period
    return asset


def _entry_row(id_: UUID, kind: AssetEntryKind, on: date, amount: Decimal, entry_id: UUID) -> dict[str, object]:
    return {
        "fixed_asset_id": id_, "kind": kind, "occurred_on": on, "amount": amount, "journal_entry_id": entry_id,
    }  # fmt: skip


async def dispose_fixed_assets(work: Work, commands: Sequence[DisposeFixedAsset]) -> Results[FixedAsset]:
    """The assets, worth nothing; a refusal stands in its own place.

    Posts: cost and depreciation against the proceeds and the gain or loss. Raises per row: NotFound, ControlAccount,
    WrongState, CurrencyMismatch, Rejected, PeriodClosed. Emits: FixedAssetDisposed.
    """
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            outcomes.append(await _dispose(work, one))
        except DomainError as refusal:
            outcomes.append(refusal)
    done = [outcome for outcome in outcomes if isinstance(outcome, UUID)]
    if done:
        work.emit("FixedAssetDisposed", FixedAsset, done)
    return Results(outcomes)


async def _dispose(work: Work, one: DisposeFixedAsset) -> UUID:
    """One disposal: the same asset may be named twice in a batch, and goes once."""
    asset = await live_asset(work, one.fixed_asset_id, one.occurred_on)
    currency = await company_currency(work)
    proceeds = await _proceeds(work, one, currency)
    cost = EXACT.add(asset["book_value"], asset["accumulated"])
    legs = [
        leg(asset["account_id"], Money(-cost, currency)),
        leg(asset["accumulated_account_id"], Money(asset["accumulated"], currency)),
        leg(one.result_account_id, Money(EXACT.subtract(asset["book_value"], proceeds), currency),
            asset["cost_centre_id"]),
    ]  # fmt: skip
    if one.proceeds_account_id is not None and proceeds:
        legs.append(leg(one.proceeds_account_id, Money(proceeds, currency)))
    source = Source(kind=FixedAsset.__name__, id=asset["id"], number=asset["number"])
    [entry_id] = await post_vouchers(work, [voucher(one.occurred_on, moving(legs), asset["name"], source)])
    row = {"id": asset["id"], "book_value": ZERO, "accumulated": ZERO, "disposed_on": one.occurred_on}
    await work.update(FixedAsset, [row], fields=("book_value", "accumulated", "disposed_on"))
    await close_in_books(work, asset["id"], one.occurred_on)
    if asset["book_value"]:
        left = _entry_row(asset["id"], AssetEntryKind.DISPOSAL, one.occurred_on, -asset["book_value"], entry_id)
        await work.insert(FixedAssetEntry, [left])
    return asset["id"]


async def _proceeds(work: Work, one: DisposeFixedAsset, currency: str) -> Decimal:
    """What it was sold for. Raises: NotFound, ControlAccount, CurrencyMismatch, Rejected."""
    named = {"resultAccount": one.result_account_id, "proceedsAccount": one.proceeds_account_id}
    accounts = await masters.ledger_accounts(work, [id_ for id_ in named.values() if id_ is not None])
    for name, id_ in named.items():
        if id_ is not None:
            by_hand(accounts.get(id_), id_, (name,))
    if one.proceeds is None:
        return ZERO
    amount = in_minor_units(one.proceeds.in_currency(currency, "proceeds"), "proceeds", ("proceeds",)).amount
    if amount < ZERO or (amount and one.proceeds_account_id is None):
        raise Rejected(
            ("proceeds",), what="proceeds", value=amount, reason="they are not negative, and stand on an account",
            reason_zh="处置收入不能为负，且须指定科目",
        )  # fmt: skip
    return amount
