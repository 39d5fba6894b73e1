"""What companies of a group hold of goods that they bought from each other, read for a run from the layers of stock."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import Date, SmallInteger, Text, and_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.consolidation.models import IntercompanyGoods, IntercompanyTrade, TradeSide
from domain.consolidation.origins import Step, left_of_trades
from domain.consolidation.rules import Gaps, Member
from domain.consolidation.stock_profits import SoldGoods, StockProfit, profit_of, taken_in
from domain.core.database import Row
from domain.core.errors import Rejected
from domain.core.work import Work
from domain.finance import quotes_on
from domain.finance.rules import RateMissing
from domain.inventory.models import Lot, StockEntry, StockMove, ValuationMethod, ValueLayer

# Movements that one run goes through, some hundred megabytes; a group that trades more than this is added up in parts.
MOVEMENTS_MAX: Final = 500_000

_of_companies = func.any(bindparam("companies", type_=ARRAY(SmallInteger())))
_last_on = bindparam("last_on", type_=Date())
_goods, _trade, _lot = IntercompanyGoods.table, IntercompanyTrade.table, Lot.table
_layer, _entry, _move = ValueLayer.table, StockEntry.table, StockMove.table

_worth = (
    select(func.coalesce(func.sum(_layer.c.value), 0).label("worth"), func.min(_layer.c.method).label("method"))
    .where(
        _layer.c.company_id == _goods.c.company_id,
        _layer.c.movement_id == _goods.c.stock_entry_id,
        _layer.c.occurred_on <= _last_on,
    )
    .lateral("worth")
)
_GOODS = (
    select(
        _goods.c.id, _goods.c.company_id, _goods.c.position, _goods.c.item_id, _goods.c.quantity,
        _goods.c.stock_entry_id, _goods.c.amount, _trade.c.side, _trade.c.pair_id, _trade.c.number,
        _trade.c.traded_on, _lot.c.number.label("lot_number"), _entry.c.value.label("stocked"), _worth.c.worth,
        _worth.c.method,
    )
    .join_from(
        _goods, _trade,
        and_(_trade.c.company_id == _goods.c.company_id, _trade.c.id == _goods.c.intercompany_trade_id),
    )
    .join(_entry, and_(_entry.c.company_id == _goods.c.company_id, _entry.c.id == _goods.c.stock_entry_id))
    .join(_worth, _goods.c.id.is_not(None))
    .join(_lot, and_(_lot.c.company_id == _goods.c.company_id, _lot.c.id == _goods.c.lot_id), isouter=True)
    .where(_goods.c.company_id == _of_companies, _trade.c.traded_on <= _last_on)
    .order_by(_trade.c.traded_on, _goods.c.id)
)  # fmt: skip

_first = func.min(_layer.c.id.cast(Text()))
_MOVEMENTS = (
    select(
        _layer.c.company_id, _layer.c.movement_id, _layer.c.layer_id, _layer.c.pool_id, _layer.c.item_id,
        _layer.c.moved_on, _entry.c.stock_move_id, _entry.c.position, _move.c.reverses_id,
        func.sum(_layer.c.quantity).label("quantity"), _first.label("order"),
    )
    .join_from(
        _layer, _entry, and_(_entry.c.company_id == _layer.c.company_id, _entry.c.id == _layer.c.stock_entry_id)
    )
    .join(_move, and_(_move.c.company_id == _entry.c.company_id, _move.c.id == _entry.c.stock_move_id))
    .where(
        _layer.c.company_id == _of_companies,
        _layer.c.item_id == func.any(bindparam("items", type_=ARRAY(Uuid()))),
        _layer.c.occurred_on <= _last_on,
    )
    .group_by(
        _layer.c.company_id, _layer.c.movement_id, _layer.c.layer_id, _layer.c.pool_id, _layer.c.item_id,
        _layer.c.moved_on, _entry.c.stock_move_id, _entry.c.position, _move.c.reverses_id,
    )
    .having(func.sum(_layer.c.quantity) != 0)
    .limit(MOVEMENTS_MAX + 1)
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """Both lines of goods that one company sold another."""

    seller: Row
    buyer: Row


async def profits_on(
    work: Work, members: Mapping[int, Member], day: date, currency: str, gaps: Gaps
) -> list[StockProfit]:
    """What the members (by company number) had in stock on the day of each other's profit, layer by layer.

    A rate that is missing is a gap. Raises: Rejected for more movements than are gone through.
    """
    companies = sorted(members)
    rows = await work.fetch(_GOODS, companies=companies, last_on=day)
    trades = _paired(rows)
    if not trades:
        return []
    items = sorted({sold.buyer["item_id"] for sold in trades.values()})
    moved = await work.fetch(_MOVEMENTS, companies=companies, items=items, last_on=day)
    if len(moved) > MOVEMENTS_MAX:
        raise Rejected(
            ("companies",), what="stock move", value=f"more than {MOVEMENTS_MAX}",
            reason="the items that these companies trade moved too often to be gone through at once",
            reason_zh="集团内交易物料的库存移动过多，请分批合并",
        )  # fmt: skip
    left = left_of_trades(_steps(moved, trades))
    wanted = {(members[sold.seller["company_id"]].currency, sold.seller["traded_on"]) for sold in trades.values()}
    quotes = await quotes_on(work, wanted, currency)
    found: list[StockProfit] = []
    for company_id, parts in left.items():
        for line_id, remaining in parts.items():
            sold = trades[line_id]
            seller = members[sold.seller["company_id"]]
            quote = quotes[seller.currency, sold.seller["traded_on"]]
            if isinstance(quote, RateMissing):
                pair = f"{seller.currency}/{currency} SPOT {sold.seller['traded_on']}"
                gaps.add(f"there is no rate {pair} for company {seller.code}", f"公司 {seller.code} 缺少汇率 {pair}")
                continue
            goods = _goods_of(sold, quote.rate, seller.currency)
            amount = profit_of(goods, remaining, currency)
            if amount:
                found.append(
                    StockProfit(
                        seller=seller, holder=members[company_id], held_on=day, amount=amount, goods=goods,
                        remaining=remaining,
                    )
                )  # fmt: skip
    return found


def _paired(rows: Iterable[Row]) -> dict[UUID, Sold]:
    """By the buyer's line both lines of each trade whose companies are both there."""
    sellers: dict[tuple[UUID, int], Row] = {}
    buyers: dict[tuple[UUID, int], Row] = {}
    for row in rows:
        side = sellers if row["side"] == TradeSide.SELLER else buyers
        side[row["pair_id"], row["position"]] = row
    return {row["id"]: Sold(seller=sellers[key], buyer=row) for key, row in buyers.items() if key in sellers}


def _goods_of(sold: Sold, rate: Decimal, currency: str) -> SoldGoods:
    seller, buyer = sold.seller, sold.buyer
    earned: Decimal = seller["amount"]
    if buyer["method"] == ValuationMethod.STANDARD:
        earned = taken_in(earned, buyer["stocked"], buyer["amount"], currency)
    return SoldGoods(
        item_id=buyer["item_id"], trade_number=seller["number"], traded_on=seller["traded_on"],
        layer_id=buyer["stock_entry_id"], lot_number=buyer["lot_number"], quantity=buyer["quantity"], earned=earned,
        cost=-seller["worth"], rate=rate,
    )  # fmt: skip


def _steps(moved: Sequence[Row], trades: Mapping[UUID, Sold]) -> Iterable[Step]:
    """The movements, each with where its goods came from; those within one pool of standard cost change nothing."""
    at = {(row["stock_move_id"], row["position"]): row for row in moved}
    line_of = {sold.buyer["stock_entry_id"]: line_id for line_id, sold in trades.items()}
    sold_by = {sold.buyer["stock_entry_id"]: sold.seller["stock_entry_id"] for sold in trades.values()}
    for row in moved:
        beside = at.get((row["stock_move_id"], row["position"] + (1 if row["quantity"] < 0 else -1)))
        if beside is not None and beside["pool_id"] is None and row["pool_id"] is None:
            continue
        came_from = sold_by.get(row["movement_id"])
        if came_from is None and row["quantity"] > 0:
            before = at.get((row["reverses_id"], row["position"] - 1)) if beside is None else beside
            came_from = before["movement_id"] if before is not None and before["quantity"] < 0 else None
        yield Step(
            company_id=row["company_id"],
            movement_id=row["movement_id"],
            pool_id=row["pool_id"] or row["item_id"],
            layer_id=row["layer_id"] if row["pool_id"] else row["item_id"],
            quantity=row["quantity"],
            moved_on=row["moved_on"],
            order=row["order"],
            follows=came_from,
            line=line_of.get(row["movement_id"]),
        )
