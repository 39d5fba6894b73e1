"""The reports of the goods book: what is on hand, what moved, what it is worth, and that the account agrees.

Goods are counted from the balances of now back to the day asked, so that a report reads what moved since and nothing
older. Value stands on turnover from the beginning, a row an item and month.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    FromClause,
    and_,
    case,
    cast,
    func,
    literal_column,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Mapped
from sqlalchemy.types import Boolean, Integer, Uuid

from domain.core.columns import (
    QUANTITY,
    RATE,
    Tier,
    amount_column,
    code_column,
    enum_column,
    price_column,
    quantity_column,
    reference,
)
from domain.core.commands import argument, part
from domain.core.reports import KNOWN_AT, Asked, Lines, Report, any_values, span_in_order
from domain.core.turnover import after, before, following
from domain.finance.models import Account, AccountRole
from domain.finance.turnover import AccountTurnover
from domain.inventory.models import (
    COMPANY_CURRENCY,
    ITEM_UNIT,
    Lot,
    StockBalance,
    StockEntry,
    StockMove,
    StockStatus,
)
from domain.inventory.turnover import WITHIN, StockTurnover, ValueTurnover
from domain.master_data.items import Item
from domain.master_data.places import ON_HAND, Location

NOTHING = literal_column("0", QUANTITY)
# Digits of a value of one unit: those of a unit price.
UNIT_DIGITS = literal_column("10", Integer())
# Lines stand in the order of their characters, whatever the database's language: what begins a place then tells where
# it stands.
BY_CHARACTER = "C"
ON_HAND_KINDS = tuple(sorted(kind.value for kind in ON_HAND))


def goods_figure(doc: str, zh: str) -> Any:
    """A figure of a report in the item's unit."""
    return quantity_column(doc=doc, zh=zh, unit=ITEM_UNIT)


def place_column(
    doc: str = "Where the line stands: code of the item, then of the location, then number of the lot.",
) -> Any:
    """The column that lines of stock are ordered by."""
    return code_column(doc=doc, zh="行次", tier=Tier.INTERNAL, order=True, length_max=200)


# --- on hand ----------------------------------------------------------------------------------------------------------


class StockView(StrEnum):
    """ITEM has a line an item, LOCATION a line an item and location, LOT a line for each balance: also by lot, status
    and owner.
    """

    ITEM = "ITEM"
    LOCATION = "LOCATION"
    LOT = "LOT"


_KEYS: Mapping[StockView, tuple[str, ...]] = {
    StockView.ITEM: ("item_id",),
    StockView.LOCATION: ("item_id", "location_id"),
    StockView.LOT: ("item_id", "location_id", "lot_id", "status", "owner_id"),
}


@part
class StockOnHandArguments:
    """The day of a stock list, and how fine it is."""

    on: date | None = argument(
        doc="At the end of this day; all that is posted, of days to come too, unless given.", zh="日期", default=None
    )
    by: StockView = argument(doc="What has a line of its own: ITEM unless given.", zh="视图", default=StockView.ITEM)
    as_known_at: datetime | None = argument(**KNOWN_AT, default=None)


class StockOnHandLine(
    Report, zh="现存量行", arguments=StockOnHandArguments, order="place", check=any_values,
    reads=(StockBalance, StockTurnover, StockEntry, Item, Location, Lot),
):  # fmt: skip
    """What is on hand of an item: in all, at a location, or of one lot, status and owner there."""

    __tablename__ = "stock_on_hand_line"

    place: Mapped[str] = place_column()
    item_id: Mapped[UUID] = reference("item", doc="What is on hand.", zh="物料")
    location_id: Mapped[UUID | None] = reference("location", doc="Where it is; none in the view by item.", zh="库位")
    lot_id: Mapped[UUID | None] = reference("lot", doc="Which lot it is of, in the view by lot.", zh="批次")
    status: Mapped[str | None] = enum_column(
        StockStatus, doc="Whether it may be used, in the view by lot.", zh="库存状态"
    )
    owner_id: Mapped[UUID | None] = reference(
        "party", doc="Whose goods they are, if not ours, in the view by lot.", zh="货主"
    )
    quantity: Mapped[Decimal] = goods_figure("On hand, whoever owns it and whatever its status.", "现存数量")
    available: Mapped[Decimal] = goods_figure("Ours and released.", "可用数量")
    consigned: Mapped[Decimal] = goods_figure("On hand and owned by others.", "寄存数量")


def stock_on_hand(asked: Asked) -> Lines:
    """A line for each key of the view under which something is on hand."""
    view = asked["by"]
    held = _held(asked, with_lots=view is StockView.LOT)
    rows = _summed(held, _KEYS[view], _items_within(asked))
    item, location, lot = asked.of(Item), asked.of(Location), asked.of(Lot)
    source: FromClause = rows.join(item, item.c.id == rows.c.item_id)
    named: list[ColumnElement[Any]] = [item.c.code]
    if view is not StockView.ITEM:
        # By id alone, which no two companies share: of two conditions the planner expects one line where there are
        # ten thousand, and then looks each item up by itself.
        source = source.join(location, location.c.id == rows.c.location_id)
        named.append(location.c.code)
    if view is StockView.LOT:
        source = source.outerjoin(lot, _same(lot, rows, "lot_id"))
        named.append(lot.c.number)
    place = _place(named).collate(BY_CHARACTER)
    nothing = {"location_id": Uuid(), "lot_id": Uuid(), "status": SqlText(), "owner_id": Uuid()}
    shown = {
        "place": place,
        "item_id": rows.c.item_id,
        **{name: rows.c[name] if name in rows.c else cast(null(), type_) for name, type_ in nothing.items()},
        **{name: rows.c[name] for name in ("quantity", "available", "consigned")},
    }
    id_ = _apart(rows, view)
    # No key is made, and nothing sorted, of what stands outside of the page's cursors.
    within = [place >= asked.after[0]] if asked.after else []
    within += [place <= asked.before[0]] if asked.before else []
    named_lines = select(rows.c.company_id, id_.label("id"), *(one.label(name) for name, one in shown.items()))
    return named_lines.select_from(source).where(*within)


def _place(codes: Sequence[ColumnElement[Any]]) -> ColumnElement[Any]:
    return codes[0] if len(codes) == 1 else func.concat_ws(literal_column("' '"), *codes, type_=SqlText())


def _apart(rows: FromClause, view: StockView) -> ColumnElement[Any]:
    """What tells lines of equal place apart: companies with the same codes, and in the view by lot much more.

    A digest of the keys would cost a line as much as adding it up, so it is made only where nothing else is at hand.
    """
    match view:
        case StockView.ITEM:
            number = func.lpad(cast(rows.c.company_id, SqlText()), literal_column("32"), literal_column("'0'"))
            return cast(number, Uuid())
        case StockView.LOCATION:
            return rows.c.location_id
        case StockView.LOT:
            return line_id([rows.c[name] for name in ("company_id", *_KEYS[view])])


def _items_within(asked: Asked) -> Lines | None:
    """The items whose lines may stand within the page's cursors, by the beginning of a place: None where all may."""
    item = asked.of(Item)
    code = item.c.code.collate(BY_CHARACTER)

    def beginning(place: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.left(cast(place, SqlText()), func.length(code)).collate(BY_CHARACTER)

    within = [code >= beginning(asked.after[0])] if asked.after else []
    within += [code <= beginning(asked.before[0])] if asked.before else []
    return select(item.c.id).where(*within) if within else None


def _summed(rows: FromClause, names: Sequence[str], items: Lines | None) -> FromClause:
    """A row for each key under which something is on hand: summed by keys alone, before any name is looked up."""
    moved, keys = rows.c.quantity, [rows.c.company_id, *(rows.c[name] for name in names)]
    is_ours, is_free = rows.c.owner_id.is_(None), rows.c.status == literal_column("'RELEASED'")
    whole, available = func.sum(moved), func.coalesce(func.sum(moved).filter(is_ours, is_free), NOTHING)
    figures = {
        "quantity": whole, "available": available, "consigned": func.coalesce(func.sum(moved).filter(~is_ours), NOTHING)
    }  # fmt: skip
    summed = select(*keys, *(one.label(name) for name, one in figures.items())).group_by(*keys)
    if items is not None:
        summed = summed.where(rows.c.item_id.in_(items))
    return summed.having((whole != NOTHING) | (available != NOTHING)).subquery("summed")


def _same(target: FromClause, rows: FromClause, column: str) -> ColumnElement[bool]:
    return and_(target.c.company_id == rows.c.company_id, target.c.id == rows.c[column])


def line_id(keys: list[ColumnElement[Any]]) -> ColumnElement[Any]:
    """A key of a line made from several: the same for the same, and no order in it."""
    return cast(func.md5(func.concat_ws(literal_column("'|'"), *keys)), Uuid())


def _held(asked: Asked, *, with_lots: bool) -> FromClause:
    """Rows that add up to what is on hand at the end of the day: the balances, without what moved since."""
    balance, on, known = asked.of(StockBalance), asked["on"], asked["as_known_at"]
    held = [_goods(balance, balance.c.quantity, balance.c.lot_id)]
    if on is not None and with_lots:
        entry = asked.of(StockEntry)
        since = _goods(entry, -entry.c.quantity, entry.c.lot_id)
        held.append(since.where(entry.c.occurred_on > on, is_on_hand(asked, entry)))
    elif on is not None:
        turned = asked.of(StockTurnover)
        net = turned.c.received - turned.c.issued + turned.c.transferred
        held.append(_goods(turned, -net, cast(null(), Uuid())).where(after(turned, on), is_on_hand(asked, turned)))
    if known is not None:
        entry = asked.of(StockEntry)
        later = _goods(entry, -entry.c.quantity, entry.c.lot_id)
        later = later.where(entry.c.recorded_at > known, is_on_hand(asked, entry))
        held.append(later if on is None else later.where(entry.c.occurred_on <= on))
    return union_all(*held).subquery("held")


def _goods(rows: FromClause, moved: ColumnElement[Any], lot: ColumnElement[Any]) -> Lines:
    return select(
        rows.c.company_id, rows.c.item_id, rows.c.location_id, lot.label("lot_id"), rows.c.status, rows.c.owner_id,
        moved.label("quantity"),
    )  # fmt: skip


def is_on_hand(asked: Asked, rows: FromClause) -> ColumnElement[bool]:
    """That goods at the row's location are on hand: counter-locations hold nothing."""
    location = asked.of(Location)
    kinds = [location.c.kind == literal_column(f"'{kind}'") for kind in ON_HAND_KINDS]
    is_there = and_(_same(location, rows, "location_id"), or_(*kinds))
    return select(location.c.id).where(is_there).exists()


# --- movements --------------------------------------------------------------------------------------------------------


class MovementView(StrEnum):
    """ITEM has a line an item, LOCATION a line an item and location."""

    ITEM = "ITEM"
    LOCATION = "LOCATION"


@part
class StockMovementArguments:
    """The span of a movement list, and how fine it is."""

    from_: date = argument(doc="First day of the span.", zh="开始日期")
    to: date = argument(doc="Last day of the span.", zh="结束日期")
    by: MovementView = argument(
        doc="What has a line of its own: ITEM unless given.", zh="视图", default=MovementView.ITEM
    )
    as_known_at: datetime | None = argument(**KNOWN_AT, default=None)


class StockMovementLine(
    Report, zh="收发存行", arguments=StockMovementArguments, order="place", check=span_in_order,
    reads=(StockBalance, StockTurnover, StockEntry, StockMove, Item, Location),
):  # fmt: skip
    """What was on hand before a span, what came and left in it, and what was on hand after."""

    __tablename__ = "stock_movement_line"

    place: Mapped[str] = place_column()
    item_id: Mapped[UUID] = reference("item", doc="What moved.", zh="物料")
    location_id: Mapped[UUID | None] = reference("location", doc="Where; none in the view by item.", zh="库位")
    opening: Mapped[Decimal] = goods_figure("On hand before the span.", "期初数量")
    received: Mapped[Decimal] = goods_figure("What came in the span, but by transfer.", "收入数量")
    issued: Mapped[Decimal] = goods_figure(
        "What left in the span, but by transfer, as a positive quantity.", "发出数量"
    )
    transferred: Mapped[Decimal] = goods_figure(
        "What came by transfer in the span without what left by it: zero over all locations.", "调拨净数量"
    )
    closing: Mapped[Decimal] = goods_figure("On hand after the span.", "期末数量")


def stock_movements(asked: Asked) -> Lines:
    """A line for each key of the view that was on hand before or after the span, or moved in it."""
    by_location = asked["by"] is MovementView.LOCATION
    rows = _moved_back(asked)
    item, location = asked.of(Item), asked.of(Location)
    source: FromClause = rows.join(item, item.c.id == rows.c.item_id)
    keys: list[ColumnElement[Any]] = [rows.c.company_id, rows.c.item_id, item.c.code]
    named: list[ColumnElement[Any]] = [item.c.code]
    if by_location:
        source = source.join(location, _same(location, rows, "location_id"))
        keys += [rows.c.location_id, location.c.code]
        named.append(location.c.code)
    held = func.sum(rows.c.held)
    since_start, since_end = (func.coalesce(func.sum(rows.c.net).filter(rows.c[name]), NOTHING)
                              for name in ("is_since_start", "is_since_end"))  # fmt: skip
    moved = {name: _in_span(rows, name) for name in ("received", "issued", "transferred")}
    opening, closing = held - since_start, held - since_end
    shown = {
        "place": func.concat_ws(literal_column("' '"), *named, type_=SqlText()),
        "item_id": rows.c.item_id,
        "location_id": rows.c.location_id if by_location else cast(null(), Uuid()),
        "opening": opening, **moved, "closing": closing,
    }  # fmt: skip
    is_shown = (opening != NOTHING) | (closing != NOTHING)
    for one in moved.values():
        is_shown = is_shown | (one != NOTHING)
    return (
        select(rows.c.company_id, line_id(keys).label("id"), *(one.label(name) for name, one in shown.items()))
        .select_from(source)
        .group_by(*keys)
        .having(is_shown)
    )


def _in_span(rows: FromClause, name: str) -> ColumnElement[Any]:
    start = func.coalesce(func.sum(rows.c[name]).filter(rows.c.is_since_start), NOTHING)
    return start - func.coalesce(func.sum(rows.c[name]).filter(rows.c.is_since_end), NOTHING)


def _moved_back(asked: Asked) -> FromClause:
    """The balances of now, and what moved since the start and since the end of the span.

    What was recorded after `as_known_at` is taken off all of them.
    """
    balance, turned, start, end = asked.of(StockBalance), asked.of(StockTurnover), asked["from_"], asked["to"]
    no = literal_column("false", Boolean())
    names = ("received", "issued", "transferred")
    held = select(
        balance.c.company_id, balance.c.item_id, balance.c.location_id, balance.c.quantity.label("held"),
        NOTHING.label("net"), *(NOTHING.label(name) for name in names), no.label("is_since_start"),
        no.label("is_since_end"),
    )  # fmt: skip
    since_start, since_end = after(turned, start - literal_column("1")), after(turned, end)
    net = turned.c.received - turned.c.issued + turned.c.transferred
    since = select(
        turned.c.company_id, turned.c.item_id, turned.c.location_id, NOTHING.label("held"), net.label("net"),
        *(turned.c[name] for name in names), since_start.label("is_since_start"), since_end.label("is_since_end"),
    ).where(since_start | since_end, is_on_hand(asked, turned))  # fmt: skip
    parts = [held, since]
    if asked["as_known_at"] is not None:
        entry, move = asked.of(StockEntry), asked.of(StockMove)
        # As in the turnover: what only changes its status has come from nowhere.
        is_transfer = or_(*(move.c.kind == literal_column(f"'{kind.value}'") for kind in sorted(WITHIN)))
        split = {
            "received": case((is_transfer, NOTHING), else_=func.greatest(entry.c.quantity, NOTHING, type_=QUANTITY)),
            "issued": case((is_transfer, NOTHING), else_=-func.least(entry.c.quantity, NOTHING, type_=QUANTITY)),
            "transferred": case((is_transfer, entry.c.quantity), else_=NOTHING),
        }
        parts.append(
            select(
                entry.c.company_id, entry.c.item_id, entry.c.location_id, (-entry.c.quantity).label("held"),
                (-entry.c.quantity).label("net"), *((-split[name]).label(name) for name in names),
                (entry.c.occurred_on >= start).label("is_since_start"),
                (entry.c.occurred_on > end).label("is_since_end"),
            )
            .select_from(entry.join(move, _same(move, entry, "stock_move_id")))
            .where(entry.c.recorded_at > asked["as_known_at"], is_on_hand(asked, entry))
        )  # fmt: skip
    return union_all(*parts).subquery("moved")


# --- value ------------------------------------------------------------------------------------------------------------


@part
class StockValuationArguments:
    """The day of a valuation."""

    on: date = argument(doc="At the end of this day.", zh="日期")


class StockValuationLine(
    Report, zh="存货计价行", arguments=StockValuationArguments, order="code", check=any_values,
    totals=("value",), reads=(ValueTurnover, Item),
):  # fmt: skip
    """What an item's stock is worth in the books: the sum of its layers of value."""

    __tablename__ = "stock_valuation_line"

    code: Mapped[str] = code_column(doc="Code of the item.", zh="物料代码", tier=Tier.INTERNAL, order=True)
    item_id: Mapped[UUID] = reference("item", doc="What is valued.", zh="物料")
    quantity: Mapped[Decimal] = goods_figure("Quantity that is valued: on hand and ours.", "数量")
    value: Mapped[Decimal] = amount_column(
        doc="Its value in the books.", zh="金额", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL
    )
    unit_value: Mapped[Decimal | None] = price_column(
        doc="Value of one unit, to 10 decimals; none where nothing is held.", zh="单位金额", unit=COMPANY_CURRENCY,
        tier=Tier.CONFIDENTIAL,
    )  # fmt: skip


def stock_valuation(asked: Asked) -> Lines:
    """A line an item that holds a quantity or a value."""
    turned, item = asked.of(ValueTurnover), asked.of(Item)
    held, value = func.sum(turned.c.quantity), func.sum(turned.c.gained - turned.c.lost)
    return (
        select(
            turned.c.company_id, line_id([turned.c.company_id, item.c.id]).label("id"), item.c.code,
            item.c.id.label("item_id"), held.label("quantity"), value.label("value"),
            func.round(value / func.nullif(held, NOTHING), UNIT_DIGITS, type_=RATE).label("unit_value"),
        )
        .select_from(turned.join(item, item.c.id == turned.c.item_id))
        .where(before(turned, following(asked["on"])))
        .group_by(turned.c.company_id, item.c.id, item.c.code)
        .having((held != NOTHING) | (value != NOTHING))
    )  # fmt: skip


class StockTieOutLine(
    Report, zh="存货总账核对行", arguments=StockValuationArguments, order="code", check=any_values,
    totals=("layers", "balance", "difference"), reads=(ValueTurnover, Account, AccountTurnover),
):  # fmt: skip
    """A company's layers of value against its stock account: the difference is zero, or `verify` says where not."""

    __tablename__ = "stock_tie_out_line"

    code: Mapped[str] = code_column(doc="Number of the stock account.", zh="科目代码", tier=Tier.INTERNAL, order=True)
    account_id: Mapped[UUID] = reference("account", doc="The stock account.", zh="科目")
    layers: Mapped[Decimal] = amount_column(
        doc="What all layers are worth.", zh="价值层金额", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL
    )
    balance: Mapped[Decimal] = amount_column(
        doc="What the account holds.", zh="科目余额", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL
    )
    difference: Mapped[Decimal] = amount_column(
        doc="Layers without the account's balance.", zh="差额", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL
    )


def stock_tie_out(asked: Asked) -> Lines:
    """A line for each company with a stock account."""
    account, turned, value = asked.of(Account), asked.of(AccountTurnover), asked.of(ValueTurnover)
    end = following(asked["on"])
    balance = select(func.coalesce(func.sum(turned.c.debit - turned.c.credit), NOTHING)).where(
        turned.c.company_id == account.c.company_id, turned.c.account_id == account.c.id, before(turned, end)
    )
    layers = select(func.coalesce(func.sum(value.c.gained - value.c.lost), NOTHING)).where(
        value.c.company_id == account.c.company_id, before(value, end)
    )
    lines = select(
        account.c.company_id, account.c.id, account.c.code,
        layers.correlate(account).scalar_subquery().label("layers"),
        balance.correlate(account).scalar_subquery().label("balance"),
    ).where(account.c.role == literal_column(f"'{AccountRole.STOCK.value}'")).subquery("tied")  # fmt: skip
    return select(
        lines.c.company_id, lines.c.id, lines.c.code, lines.c.id.label("account_id"), lines.c.layers, lines.c.balance,
        (lines.c.layers - lines.c.balance).label("difference"),
    )  # fmt: skip
