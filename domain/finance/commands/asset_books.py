"""Further books of fixed assets: opened for an asset, written off month by month, without a voucher.

What one month writes off is found here for every book, the leading one included, so that they cannot differ by more
than their terms.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, FromClause, SmallInteger, and_, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, told
from domain.core.database import Row
from domain.core.errors import AlreadyExists, DomainError, NotFound, Rejected, WrongState
from domain.core.ids import new_id
from domain.core.money import EXACT, ZERO, Money
from domain.core.quantity import RATE, positive
from domain.core.work import Work
from domain.finance.commands.valuation import NothingToPost
from domain.finance.models import (
    AssetBook,
    AssetBookEntry,
    AssetEntryKind,
    DepreciationBook,
    DepreciationMethod,
    FixedAsset,
)
from domain.finance.rates import company_currency
from domain.finance.rules import months
from domain.finance.rules.assets import part_of
from domain.finance.rules.depreciation import (
    DAYS_OF_A_YEAR,
    MONTHS_OF_A_YEAR,
    Basis,
    by_units,
    days_of_service,
    in_month,
    in_month_doubled,
    straight_line,
)
from domain.finance.rules.journals import in_minor_units

# Assets of one run of a book.
ASSETS_MAX = 5_000


@command(action=Action.CREATE, record=AssetBook, zh="启用资产账簿", key_required=True)
class OpenAssetBook:
    """Write an asset off in a further book too, from its cost and from the beginning; nothing of it is posted."""

    fixed_asset_id: UUID = argument(doc="The asset.", zh="固定资产", reference="fixed_asset")
    depreciation_book_id: UUID = argument(doc="The book.", zh="折旧账簿", reference="depreciation_book")
    months: int = argument(doc="Months over which it is written off.", zh="折旧月数")
    method: DepreciationMethod = argument(
        doc="How it is written off: STRAIGHT_LINE unless given; DAYS needs whole years of months.", zh="折旧方法",
        default=DepreciationMethod.STRAIGHT_LINE,
    )  # fmt: skip
    residual: Money | None = argument(doc="What it will be worth at the end.", zh="残值", default=None)
    percent: Decimal | None = argument(
        doc="What of the value left a month writes off, in percent; for DECLINING.", zh="月折旧率", number="rate",
        default=None,
    )  # fmt: skip
    in_service_on: date | None = argument(
        doc="First day in service, as the book counts; that of the asset unless given.", zh="启用日期", default=None
    )


@command(action=Action.POST, record=DepreciationBook, zh="账簿计提折旧", key_required=True)
class DepreciateBook:
    """Write off one month of every asset that is due in a further book; run again, only what was left out."""

    depreciation_book_id: UUID = argument(doc="The book.", zh="折旧账簿", reference="depreciation_book")
    ends_on: date = argument(doc="Last day of the month.", zh="月末日")


@dataclass(frozen=True, slots=True)
class Month:
    """The days of a month."""

    starts_on: date
    ends_on: date


_company_id = bindparam("company_id", type_=SmallInteger())
_ids = func.any(bindparam("ids", type_=ARRAY(Uuid())))
_book, _entry, _asset = AssetBook.table, AssetBookEntry.table, FixedAsset.table
_on = bindparam("on", type_=Date())


def awaits_depreciation(
    plan: FromClause, entry: FromClause, of: ColumnElement[UUID]
) -> tuple[ColumnElement[bool], ...]:
    """What holds of a plan of depreciation, an asset's or a book's, that has months left and none up to the day `on`.

    `entry` are the entries, `of` their column that names the plan; `starts_on` is the first day of the month.
    """
    return (
        plan.c.company_id == _company_id,
        plan.c.months_done < plan.c.months_total,
        or_(
            plan.c.in_service_on < bindparam("starts_on", type_=Date()),
            and_(plan.c.method == DepreciationMethod.DAYS.value, plan.c.in_service_on <= _on),
        ),
        ~select(1)
        .where(
            entry.c.company_id == plan.c.company_id,
            of == plan.c.id,
            entry.c.kind == AssetEntryKind.DEPRECIATION.value,
            entry.c.occurred_on >= _on,
        )
        .exists(),
    )


_DUE = (
    select(_book)
    .join_from(_book, _asset, and_(_asset.c.company_id == _book.c.company_id, _asset.c.id == _book.c.fixed_asset_id))
    .where(
        *awaits_depreciation(_book, _entry, _entry.c.asset_book_id),
        _book.c.depreciation_book_id == _ids,
        _asset.c.disposed_on.is_(None),
    )
    .order_by(_book.c.id)
    .limit(ASSETS_MAX)
    .with_for_update(of=_book)
)
_OF_ASSET = (
    select(_book)
    .where(_book.c.company_id == _company_id, _book.c.fixed_asset_id == _ids)
    .order_by(_book.c.id)
    .with_for_update()
)


async def open_asset_books(work: Work, commands: Sequence[OpenAssetBook]) -> Results[AssetBook]:
    """The assets in their books, at cost; a refusal stands in its own place.

    Raises per row: NotFound, WrongState, AlreadyExists, CurrencyMismatch, Rejected, NotDepreciable.
    Emits: AssetBookOpened.
    """
    assets = await work.lock(FixedAsset, [one.fixed_asset_id for one in commands])
    books = await work.lock(DepreciationBook, [one.depreciation_book_id for one in commands])
    rows = await work.fetch(_OF_ASSET, ids=sorted(assets))
    held = {(row["fixed_asset_id"], row["depreciation_book_id"]) for row in rows}
    currency = await company_currency(work)
    made: list[dict[str, Any]] = []
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            asset = _asset_of(one, assets, books)
            if (asset["id"], one.depreciation_book_id) in held:
                raise AlreadyExists(what="asset book", key=asset["number"])
            made.append(_opened(one, asset, currency))
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        held.add((asset["id"], one.depreciation_book_id))
        outcomes.append(made[-1]["id"])
    if made:
        await work.insert(AssetBook, made)
        await _changed(
            work, AssetEntryKind.ACQUISITION, [(row["id"], row["in_service_on"], row["basis"]) for row in made]
        )
    return told(work, "AssetBookOpened", AssetBook, outcomes)


def _asset_of(one: OpenAssetBook, assets: Mapping[UUID, Row], books: Mapping[UUID, Row]) -> Row:
    """The asset. Raises: NotFound, WrongState."""
    asset = assets.get(one.fixed_asset_id)
    if asset is None:
        raise NotFound(("fixedAsset",), what="fixed asset", key=str(one.fixed_asset_id))
    if one.depreciation_book_id not in books:
        raise NotFound(("depreciationBook",), what="depreciation book", key=str(one.depreciation_book_id))
    if asset["disposed_on"] is not None:
        raise WrongState(what="fixed asset", key=asset["number"], state="DISPOSED", transition="be changed")
    return asset


def _opened(one: OpenAssetBook, asset: Row, currency: str) -> dict[str, Any]:
    """The asset in the book, at its cost. Raises: CurrencyMismatch, Rejected, NotDepreciable."""
    residual = in_minor_units((one.residual or Money(ZERO, currency)).in_currency(currency, "residual"), "residual")
    if one.method is DepreciationMethod.UNITS or (one.percent is not None) != (
        one.method is DepreciationMethod.DECLINING
    ):
        raise Rejected(
            ("method",), what="method", value=one.method.value,
            reason="a further book writes off by months; DECLINING, and no other, by a percentage",
            reason_zh="其他账簿按月计提；仅余额递减法须给出折旧率",
        )  # fmt: skip
    if one.percent is not None:
        positive(one.percent, RATE, "percent", ("percent",))
    is_by_days = one.method is DepreciationMethod.DAYS
    if is_by_days and one.months % MONTHS_OF_A_YEAR:
        raise Rejected(
            ("months",), what="months", value=one.months, reason="days are counted over whole years",
            reason_zh="按日计提须为整年",
        )  # fmt: skip
    in_service_on = one.in_service_on or asset["in_service_on"]
    cost = EXACT.add(asset["book_value"], asset["accumulated"])
    monthly = straight_line(Basis(value=cost, residual=residual.amount, currency=currency), one.months)[0]
    return {
        "id": new_id(), "fixed_asset_id": asset["id"], "depreciation_book_id": one.depreciation_book_id,
        "in_service_on": in_service_on, "method": one.method, "percent": one.percent,
        "capacity": Decimal(one.months // MONTHS_OF_A_YEAR * DAYS_OF_A_YEAR) if is_by_days else None, "used": ZERO,
        "basis": cost, "residual": residual.amount, "months_total": one.months + (is_by_days and in_service_on.day > 1),
        "months_done": 0, "monthly_amount": monthly, "book_value": cost,
    }  # fmt: skip


async def depreciate_books(work: Work, commands: Sequence[DepreciateBook]) -> Results[DepreciationBook]:
    """The books, their assets worth less; a refusal stands in its own place.

    A closed period of the ledger does not matter to them. Raises per row: NotFound, Rejected, NothingToPost.
    Emits: AssetBooksDepreciated.
    """
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            outcomes.append(await _depreciate(work, one))
        except DomainError as refusal:
            outcomes.append(refusal)
    return told(work, "AssetBooksDepreciated", DepreciationBook, outcomes)


async def _depreciate(work: Work, one: DepreciateBook) -> UUID:
    """One month: each depends on what the one before it left, so they go one by one."""
    if one.depreciation_book_id not in await work.lock(DepreciationBook, [one.depreciation_book_id]):
        raise NotFound(("depreciationBook",), what="depreciation book", key=str(one.depreciation_book_id))
    [(_, starts_on, ends_on)] = months(one.ends_on, one.ends_on)
    if one.ends_on != ends_on:
        raise Rejected(
            ("endsOn",), what="day", value=one.ends_on.isoformat(), reason=f"the month ends on {ends_on.isoformat()}",
            reason_zh=f"月末日为 {ends_on.isoformat()}",
        )  # fmt: skip
    month, currency = Month(starts_on, ends_on), await company_currency(work)
    due = await work.fetch(_DUE, ids=[one.depreciation_book_id], on=ends_on, starts_on=starts_on)
    amounts = {row["id"]: of_month(row, month, currency) for row in due}
    if not any(amounts.values()):
        raise NothingToPost(day=ends_on.isoformat())
    await work.update(
        AssetBook,
        [
            {
                "id": row["id"], "months_done": row["months_done"] + 1,
                "book_value": EXACT.subtract(row["book_value"], amounts[row["id"]]), "used": used_after(row, month),
            }
            for row in due
        ],
        fields=("months_done", "book_value", "used"),
    )  # fmt: skip
    await _changed(work, AssetEntryKind.DEPRECIATION, [(row["id"], ends_on, -amounts[row["id"]]) for row in due])
    return one.depreciation_book_id


async def _changed(work: Work, kind: AssetEntryKind, changes: Sequence[tuple[UUID, date, Decimal]]) -> None:
    """The entries of what changed in books; nothing for what did not."""
    rows = [
        {"asset_book_id": id_, "kind": kind, "occurred_on": on, "amount": amount}
        for id_, on, amount in changes
        if amount
    ]
    if rows:
        await work.insert(AssetBookEntry, rows)


async def change_in_books(work: Work, asset_id: UUID, change: Money, on: date) -> None:
    """The asset is worth so much more, or less, in its further books too. Raises: NotDepreciable."""
    rows = await work.fetch(_OF_ASSET, ids=[asset_id])
    made: list[dict[str, Any]] = []
    for row in rows:
        value, left = EXACT.add(row["book_value"], change.amount), row["months_total"] - row["months_done"]
        basis = Basis(value=value, residual=row["residual"], currency=change.currency)
        made.append(
            {
                "id": row["id"], "book_value": value, "basis": value, "used": ZERO,
                "capacity": None if row["capacity"] is None else row["capacity"] - row["used"],
                "monthly_amount": straight_line(basis, left)[0],
            }
        )  # fmt: skip
    if made:
        await work.update(AssetBook, made, fields=("book_value", "basis", "used", "capacity", "monthly_amount"))
        await _changed(work, AssetEntryKind.VALUE_CHANGE, [(row["id"], on, change.amount) for row in rows])


async def close_in_books(work: Work, asset_id: UUID, on: date) -> None:
    """The asset is worth nothing in any book any more."""
    rows = await work.fetch(_OF_ASSET, ids=[asset_id])
    if rows:
        await work.update(AssetBook, [{"id": row["id"], "book_value": ZERO} for row in rows], fields=("book_value",))
        await _changed(work, AssetEntryKind.DISPOSAL, [(row["id"], on, -row["book_value"]) for row in rows])


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted:
    """An asset of which `part` of the `whole` cost becomes another."""

    asset_id: UUID
    new_id: UUID
    on: date
    part: Decimal
    whole: Decimal
    currency: str


# What of an asset in a book goes with its parts; the rest of its terms both keep.
PARTED = ("book_value", "residual", "basis")


def split_row(row: Row, of: Parted) -> tuple[dict[str, Any], dict[str, Any]]:
    """What stays of a row of amounts, and what goes: rounded once, so that they sum to what it was.

    Neither is worth less than it has to be at the end where the whole was not: rounding keeps the order of amounts.
    """
    gone = {name: part_of(row[name], of.part, of.whole, of.currency) for name in PARTED}
    kept = {name: EXACT.subtract(row[name], gone[name]) for name in PARTED}
    left = row["months_total"] - row["months_done"]
    for one in (kept, gone):
        basis = Basis(value=one["book_value"], residual=one["residual"], currency=of.currency)
        one["monthly_amount"] = straight_line(basis, left)[0] if left else ZERO
    return kept, gone


async def split_in_books(work: Work, of: Parted) -> None:
    """Both parts stand in every further book of the asset."""
    rows = await work.fetch(_OF_ASSET, ids=[of.asset_id])
    if not rows:
        return
    parts = [(row, *split_row(row, of)) for row in rows]
    fields = (*PARTED, "monthly_amount")
    await work.update(AssetBook, [{"id": row["id"], **kept} for row, kept, _ in parts], fields=fields)
    terms = (
        "depreciation_book_id", "in_service_on", "method", "percent", "capacity", "used", "months_total",
        "months_done",
    )  # fmt: skip
    made: list[dict[str, Any]] = [
        {"id": new_id(), "fixed_asset_id": of.new_id, **{name: row[name] for name in terms}, **gone}
        for row, _, gone in parts
    ]
    await work.insert(AssetBook, made)
    changes = [(row["id"], of.on, -gone["book_value"]) for row, _, gone in parts]
    await _changed(work, AssetEntryKind.SPLIT, [*changes, *((row["id"], of.on, row["book_value"]) for row in made)])


def of_month(row: Row, month: Month, currency: str) -> Decimal:
    """What the month writes off by the row's method: the last takes what is left above the residual value."""
    left = EXACT.subtract(row["book_value"], row["residual"])
    months_left = row["months_total"] - row["months_done"]
    if months_left == 1:
        return left
    basis = Basis(value=row["book_value"], residual=row["residual"], currency=currency)
    match DepreciationMethod(row["method"]):
        case DepreciationMethod.DAYS:
            whole = Basis(value=row["basis"], residual=row["residual"], currency=currency)
            return min(by_units(whole, _days(row, month), row["used"], row["capacity"]), left)
        case DepreciationMethod.DECLINING:
            return in_month(basis, row["percent"])
        case DepreciationMethod.DOUBLE_DECLINING:
            return in_month_doubled(basis, row["months_total"], months_left)
        case _:
            return min(row["monthly_amount"], left)


def used_after(row: Row, month: Month) -> Decimal:
    """How much of its capacity a row written off by days has used after the month."""
    return EXACT.add(row["used"], _days(row, month)) if row["method"] == DepreciationMethod.DAYS else row["used"]


def _days(row: Row, month: Month) -> Decimal:
    """The days of the month that count for an asset written off by days."""
    days = days_of_service(max(row["in_service_on"], month.starts_on), month.ends_on)
    return min(Decimal(days), row["capacity"] - row["used"])
