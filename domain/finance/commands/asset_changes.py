"""What becomes of fixed assets while they are used: valued anew at what they are worth, or parted in two."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, told
from domain.core.errors import DomainError, Rejected
from domain.core.ids import new_id
from domain.core.ledger import Source
from domain.core.money import EXACT, ZERO, Money
from domain.core.work import Work
from domain.finance import masters
from domain.finance.commands.asset_books import PARTED, Parted, split_in_books, split_row
from domain.finance.commands.asset_ends import live_asset
from domain.finance.commands.assets import ASSET_NUMBERS
from domain.finance.commands.deferrals import leg, voucher
from domain.finance.commands.valuation import NothingToPost
from domain.finance.journal import post_vouchers
from domain.finance.models import AssetEntryKind, DepreciationMethod, FixedAsset, FixedAssetEntry
from domain.finance.rates import company_currency
from domain.finance.rules import moving
from domain.finance.rules.assets import part_of, revalued
from domain.finance.rules.depreciation import Basis, straight_line
from domain.finance.rules.journals import by_hand, in_minor_units


@command(action=Action.POST, record=FixedAsset, zh="重估固定资产", key_required=True)
class RevalueFixedAsset:
    """Bring an asset to what it is worth: its depreciation so far is taken off its cost, the difference is equity or
    result (IAS 16.35b, 16.39 and 16.40). Further books, which know cost only, stay as they are.
    """

    fixed_asset_id: UUID = argument(doc="The asset.", zh="固定资产", reference="fixed_asset")
    value: Money = argument(doc="What it is worth, in the company's currency.", zh="公允价值")
    occurred_on: date = argument(doc="Day it counts from.", zh="业务日期")
    surplus_account_id: UUID = argument(
        doc="The account of equity that what it is worth more stands on.", zh="重估增值科目", reference="account"
    )
    result_account_id: UUID = argument(
        doc="The account of the loss where it is worth less.", zh="重估损失科目", reference="account"
    )


@command(action=Action.POST, record=FixedAsset, zh="拆分固定资产", key_required=True)
class SplitFixedAsset:
    """Part an asset in two: so much of its cost, and of all that was written off it, becomes an asset of its own.

    Both are written off as before, in every book; no account moves.
    """

    fixed_asset_id: UUID = argument(doc="The asset.", zh="固定资产", reference="fixed_asset")
    cost: Money = argument(doc="What of its cost is the new asset's.", zh="拆出原值")
    name: str = argument(doc="What the new asset is.", zh="新资产名称")
    occurred_on: date = argument(doc="Day it counts from.", zh="业务日期")
    name_zh: str | None = argument(doc="What the new asset is, in Chinese.", zh="新资产中文名称", default=None)


async def revalue_fixed_assets(work: Work, commands: Sequence[RevalueFixedAsset]) -> Results[FixedAsset]:
    """The assets at their new value; a refusal stands in its own place.

    Posts: depreciation so far against cost, and the change to equity and result. Raises per row: NotFound,
    ControlAccount, WrongState, CurrencyMismatch, NotDepreciable, NothingToPost, PeriodClosed.
    Emits: FixedAssetRevalued.
    """
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            outcomes.append(await _revalue(work, one))
        except DomainError as refusal:
            outcomes.append(refusal)
    return told(work, "FixedAssetRevalued", FixedAsset, outcomes)


async def _revalue(work: Work, one: RevalueFixedAsset) -> UUID:
    """One valuation: the next of the batch finds what it left."""
    asset = await live_asset(work, one.fixed_asset_id, one.occurred_on)
    named = {"surplusAccount": one.surplus_account_id, "resultAccount": one.result_account_id}
    accounts = await masters.ledger_accounts(work, list(named.values()))
    for name, id_ in named.items():
        by_hand(accounts.get(id_), id_, (name,))
    currency = await company_currency(work)
    value = in_minor_units(one.value.in_currency(currency, "value"), "value", ("value",)).amount
    change = EXACT.subtract(value, asset["book_value"])
    if not change:
        raise NothingToPost(("value",), day=one.occurred_on.isoformat())
    basis = Basis(value=value, residual=asset["residual"], currency=currency)
    monthly = straight_line(basis, asset["months_total"] - asset["months_done"])[0]
    goes = revalued(change, asset["surplus"], asset["loss"])
    legs = [
        leg(asset["accumulated_account_id"], Money(asset["accumulated"], currency)),
        leg(asset["account_id"], Money(EXACT.subtract(change, asset["accumulated"]), currency)),
        leg(one.surplus_account_id, Money(-goes.surplus, currency)),
        leg(one.result_account_id, Money(-goes.result, currency), asset["cost_centre_id"]),
    ]
    source = Source(kind=FixedAsset.__name__, id=asset["id"], number=asset["number"])
    [entry_id] = await post_vouchers(work, [voucher(one.occurred_on, moving(legs), asset["name"], source)])
    row = {
        "id": asset["id"], "book_value": value, "basis": value, "monthly_amount": monthly, "accumulated": ZERO,
        "used": ZERO, "capacity": None if asset["capacity"] is None else asset["capacity"] - asset["used"],
        "surplus": EXACT.add(asset["surplus"], goes.surplus), "loss": EXACT.subtract(asset["loss"], goes.result),
    }  # fmt: skip
    await work.update(FixedAsset, [row], fields=[name for name in row if name != "id"])
    await work.insert(
        FixedAssetEntry,
        [
            {
                "fixed_asset_id": asset["id"], "kind": AssetEntryKind.REVALUATION, "occurred_on": one.occurred_on,
                "amount": change, "journal_entry_id": entry_id,
            }
        ],
    )  # fmt: skip
    return asset["id"]


# What both parts of an asset have alike.
SHARED = (
    "account_id", "accumulated_account_id", "expense_account_id", "cost_centre_id", "in_service_on", "method",
    "percent", "capacity", "used", "months_total", "months_done",
)  # fmt: skip


async def split_fixed_assets(work: Work, commands: Sequence[SplitFixedAsset]) -> Results[FixedAsset]:
    """The new assets; a refusal stands in its own place.

    Raises per row: NotFound, WrongState, CurrencyMismatch, Rejected, PeriodClosed. Emits: FixedAssetSplit.
    """
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            outcomes.append(await _split(work, one))
        except DomainError as refusal:
            outcomes.append(refusal)
    return told(work, "FixedAssetSplit", FixedAsset, outcomes)


async def _split(work: Work, one: SplitFixedAsset) -> UUID:
    """One parting: the next of the batch finds what it left."""
    asset = await live_asset(work, one.fixed_asset_id, one.occurred_on)
    currency = await company_currency(work)
    cost = EXACT.add(asset["book_value"], asset["accumulated"])
    part = in_minor_units(one.cost.in_currency(currency, "cost"), "cost", ("cost",)).amount
    if not ZERO < part < cost:
        raise Rejected(
            ("cost",), what="cost", value=part, reason=f"a part of {cost} is more than nothing and less than all",
            reason_zh=f"须大于零且小于原值 {cost}",
        )  # fmt: skip
    if asset["method"] == DepreciationMethod.UNITS:
        raise Rejected(
            ("fixedAsset",), what="fixed asset", value=asset["number"],
            reason="what each part of it will make is not known", reason_zh="按工作量法折旧的资产无法拆分",
        )  # fmt: skip
    of = Parted(asset_id=asset["id"], new_id=new_id(), on=one.occurred_on, part=part, whole=cost, currency=currency)
    kept, gone = split_row(asset, of)
    for name in ("surplus", "loss"):
        gone[name] = part_of(asset[name], part, cost, currency)
        kept[name] = EXACT.subtract(asset[name], gone[name])
    gone["accumulated"] = EXACT.subtract(part, gone["book_value"])
    kept["accumulated"] = EXACT.subtract(asset["accumulated"], gone["accumulated"])
    fields = (*PARTED, "monthly_amount", "surplus", "loss", "accumulated")
    await work.update(FixedAsset, [{"id": asset["id"], **kept}], fields=fields)
    [number] = await work.number(ASSET_NUMBERS, 1)
    named = {"id": of.new_id, "number": number, "name": one.name, "name_zh": one.name_zh, "split_from_id": asset["id"]}
    await work.insert(FixedAsset, [{**named, **{name: asset[name] for name in SHARED}, **gone}])
    await split_in_books(work, of)
    await work.insert(
        FixedAssetEntry,
        [
            {
                "fixed_asset_id": id_, "kind": AssetEntryKind.SPLIT, "occurred_on": one.occurred_on, "amount": amount,
                "journal_entry_id": None,
            }
            for id_, amount in ((asset["id"], -gone["book_value"]), (of.new_id, gone["book_value"]))
            if amount
        ],
    )  # fmt: skip
    return of.new_id
