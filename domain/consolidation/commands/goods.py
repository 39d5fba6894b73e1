"""Goods sold between two companies of the group: out of the seller's stock and into the buyer's, at once.

They are the buyer's from the day of the trade, and wait in its transit until it receives the transfer that brings them
in; so nothing is ever in the stock of neither or of both, and what one is owed the other owes on every day. The seller
keeps what they cost it, the buyer's layer what they cost the buyer, and the lines of the two sides lead from one to the
other.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import SmallInteger, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.consolidation.models import IntercompanyGoods, IntercompanyTrade
from domain.consolidation.pairs import (
    Between,
    Bought,
    Invoiced,
    Sides,
    between,
    bill_of,
    bought,
    invoiced,
    post_pair,
    sides,
)
from domain.core.actors import Action
from domain.core.commands import Results, argument, command, part
from domain.core.database import Row
from domain.core.errors import DomainError
from domain.core.ids import new_id
from domain.core.money import Money
from domain.core.work import Work
from domain.finance import BillLine, accounts, company_currency
from domain.finance.commands import CustomerInvoiceLineInput, PostCustomerInvoice, post_customer_invoices
from domain.finance.models import AccountRole
from domain.finance.rules import in_company_currency
from domain.finance.rules.journals import line_count
from domain.inventory import LotBrought, Route, buy_in_transit, counter_location, lots_brought, route_of
from domain.inventory.commands.issues import outgoing, perform_acts
from domain.inventory.known import known_of
from domain.inventory.models import Lot, MoveKind, StockEntry, StockStatus
from domain.inventory.rules import Act, Incoming, IncomingLine, StockKey
from domain.inventory.valuation.pools import unit_cost_of
from domain.master_data.places import LocationKind


@part
class IntercompanyGoodsInput:
    """Goods of one item, lot and place that are sold."""

    item_id: UUID = argument(doc="What is sold.", zh="物料", reference="item")
    location_id: UUID = argument(doc="Where the seller has it.", zh="库位", reference="location")
    quantity: Decimal = argument(doc="How much.", zh="数量", number="quantity")
    unit_price: Money = argument(doc="Price of one, in the trade's currency.", zh="单价")
    lot_number: str | None = argument(
        doc="The lot that leaves; the buyer knows it by the same number.", zh="批号", default=None
    )
    tax_code_id: UUID | None = argument(
        doc="The seller's tax treatment; none for no tax.", zh="卖方税码", reference="tax_code", default=None
    )
    buyer_tax_code: str | None = argument(
        doc="Code of the buyer's tax treatment; without one the seller's tax is part of the cost.", zh="买方税码",
        default=None,
    )  # fmt: skip
    account_id: UUID | None = argument(
        doc="The income that the seller counts it as; sales unless given.", zh="卖方科目", reference="account",
        default=None,
    )  # fmt: skip


@command(action=Action.POST, record=IntercompanyTrade, zh="内部销售货物", key_required=True)
class SellGoodsBetweenCompanies:
    """Sell goods to another company of the group: they leave stock here, with an invoice, and are in transit there,
    owed for, at once; `receiveTransfer` brings them in.
    """

    buyer_id: UUID = argument(doc="The company that buys.", zh="买方公司", reference="company")
    currency: str = argument(doc="Currency of every price (ISO 4217).", zh="币种")
    lines: tuple[IntercompanyGoodsInput, ...] = argument(doc="What is sold, 1 to 1,000 lines.", zh="明细")
    transit: str = argument(doc="Code of the buyer's location where the goods wait.", zh="买方在途库位代码")
    target: str = argument(doc="Code of the buyer's location where they go.", zh="买方目标库位代码")
    traded_on: date | None = argument(doc="Day of the trade; today unless given.", zh="交易日期", default=None)
    payment_terms_id: UUID | None = argument(
        doc="The seller's terms of payment; at once unless given.",
        zh="付款条件",
        reference="payment_terms",
        default=None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """A trade that breaks no rule but what stock may refuse; `keys` are where its lines leave from."""

    one: SellGoodsBetweenCompanies
    pair: Between
    known: Sides
    route: Route
    keys: tuple[StockKey, ...]


_ids = func.any(bindparam("ids", type_=ARRAY(Uuid())))
_company_id = bindparam("company_id", type_=SmallInteger())
_entry, _lot = StockEntry.table, Lot.table
_WENT_OUT = (
    select(_entry.c.id, _entry.c.lot_id, _entry.c.stock_move_id)
    .where(_entry.c.company_id == _company_id, _entry.c.stock_move_id == _ids, _entry.c.quantity < 0)
    .order_by(_entry.c.stock_move_id, _entry.c.position)
)
_LOTS = select(
    _lot.c.id, _lot.c.number, _lot.c.item_id, _lot.c.made_on, _lot.c.expires_on, _lot.c.status
).where(
    _lot.c.company_id == _company_id, _lot.c.number == func.any(bindparam("numbers", type_=ARRAY(Text())))
)  # fmt: skip


async def sell_goods_between_companies(
    work: Work, commands: Sequence[SellGoodsBetweenCompanies]
) -> Results[IntercompanyTrade]:
    """The seller's sides; a refusal of what its stock cannot give stands in its own place.

    Posts: the seller's cost of sales and its invoice; in the buyer's books stock against GR/IR, and GR/IR with the
    taxes against what it owes. Raises per row: NoPartner, NotFound, Rejected, InsufficientStock, PeriodClosed. Raises:
    Forbidden where the caller may not trade in the buyer's books; what posting the invoice refuses, and what the
    buyer's books refuse, so that nothing of the batch stands. Emits: IntercompanyTraded, StockChanged in both
    companies, TransferShipped in the buyer's.
    """
    planned = [await _planned(work, one) for one in commands]
    trades = [one for one in planned if isinstance(one, Trade)]
    await _hold_counter_locations(work, trades)
    moved = iter(await perform_acts(work, await _acts(work, trades)) if trades else [])
    outcomes = [next(moved) if isinstance(one, Trade) else one for one in planned]
    gone = {
        one.known.seller.id: (one, move)
        for one, move in zip(planned, outcomes, strict=True)
        if isinstance(one, Trade) and isinstance(move, UUID)
    }
    entries = await _went_out(work, [move for _, move in gone.values()])
    sold = await _invoiced(work, [one for one, _ in gone.values()])
    for (one, move), invoice in zip(gone.values(), sold, strict=True):
        await _traded(work, one, invoice, entries[move])
    return Results([
        one.known.seller.id if isinstance(one, Trade) and isinstance(outcome, UUID) else outcome
        for one, outcome in zip(planned, outcomes, strict=True)
    ])  # fmt: skip


async def _planned(work: Work, one: SellGoodsBetweenCompanies) -> Trade | DomainError:
    """The trade that a command asks for, nothing of it locked yet, or why it cannot be."""
    try:
        pair = await between(work, one.buyer_id, one.traded_on or work.now.date(), one.currency)
        line_count(len(one.lines))
        other = work.beside(pair.buyer["company_id"])
        route = await route_of(other, one.transit, one.target)
        named = await known_of(work, one.lines, [line.location_id for line in one.lines])
        keys: list[StockKey] = []
        for place, line in enumerate(one.lines):
            try:
                keys.append(named.key(line, line.location_id, StockStatus.RELEASED))
            except DomainError as refusal:
                raise refusal.at("lines", place) from None
        return Trade(one=one, pair=pair, known=await sides(work, other), route=route, keys=tuple(keys))
    except DomainError as refusal:
        return refusal


async def _hold_counter_locations(work: Work, trades: Sequence[Trade]) -> None:
    """The places beyond each company, made where this is their first use: asked for before any balance, the companies
    in the order of their numbers.
    """
    kinds = {work.company_id: LocationKind.CUSTOMER} if trades else {}
    kinds |= {one.pair.buyer["company_id"]: LocationKind.SUPPLIER for one in trades}
    for company_id in sorted(kinds):
        each = work if company_id == work.company_id else work.beside(company_id)
        await counter_location(each, kinds[company_id])


async def _acts(work: Work, trades: Sequence[Trade]) -> list[Act]:
    """What leaves the seller's stock, an act a trade."""
    own = await accounts(work, AccountRole.COST_OF_SALES)
    outside = await counter_location(work, LocationKind.CUSTOMER)
    return [
        Act(
            id=new_id(), kind=MoveKind.ISSUE, occurred_on=one.pair.on, source=one.known.seller,
            lines=tuple(
                outgoing(key, line.quantity, outside, own[AccountRole.COST_OF_SALES])
                for key, line in zip(one.keys, one.one.lines, strict=True)
            ),
        )
        for one in trades
    ]  # fmt: skip


async def _went_out(work: Work, moves: Sequence[UUID]) -> Mapping[UUID, Sequence[Row]]:
    """By move, the entries by which the goods left the seller, in order of the lines."""
    entries: defaultdict[UUID, list[Row]] = defaultdict(list)
    for row in await work.fetch(_WENT_OUT, ids=list(moves)) if moves else []:
        entries[row["stock_move_id"]].append(row)
    return entries


async def _traded(work: Work, trade: Trade, sold: Invoiced, gone: Sequence[Row]) -> None:
    """The buyer's side of what went out and was invoiced; from here on a refusal undoes the batch."""
    one, pair, known = trade.one, trade.pair, trade.known
    other = work.beside(pair.buyer["company_id"])
    cost = await bought(other, pair, one.lines, sold)
    arriving = await _incoming(work, other, one, (pair, known), cost)
    came = await buy_in_transit(other, arriving, trade.route)
    clearing = (await accounts(other, AccountRole.GR_IR))[AccountRole.GR_IR]
    currency = await company_currency(other)
    worth = [in_company_currency(Money(each, pair.currency), cost.quote.rate, currency) for each in cost.costs]
    lines = [
        BillLine(account_id=clearing, transaction=each, amount=amount, item_id=line.item_id)
        for line, each, amount in zip(one.lines, cost.costs, worth, strict=True)
    ]
    await post_pair(work, other, pair, known, (sold, bill_of(pair, known, sold, cost, lines)))
    own = await company_currency(work)
    earned = [
        in_company_currency(Money(row["net"], pair.currency), sold.invoice["rate"], own) for row in sold.lines
    ]  # fmt: skip
    for each, source, entries, amounts in ((work, known.seller, gone, earned), (other, known.buyer, came, worth)):
        await each.insert(
            IntercompanyGoods,
            [
                {
                    "intercompany_trade_id": source.id, "position": place, "item_id": line.item_id,
                    "lot_id": entry["lot_id"], "quantity": line.quantity, "stock_entry_id": entry["id"],
                    "net": row["net"], "amount": amount,
                }
                for place, (line, entry, row, amount) in enumerate(
                    zip(one.lines, entries, sold.lines, amounts, strict=True), start=1
                )
            ],
        )  # fmt: skip


async def _invoiced(work: Work, trades: Sequence[Trade]) -> list[Invoiced]:
    """The seller's invoices, posted together. Raises: what posting one of them refuses."""
    invoices = [
        PostCustomerInvoice(
            customer_id=trade.pair.buyer["party_id"],
            currency=trade.one.currency,
            lines=tuple(
                CustomerInvoiceLineInput(
                    unit_price=line.unit_price, quantity=line.quantity, item_id=line.item_id,
                    tax_code_id=line.tax_code_id, account_id=line.account_id,
                )
                for line in trade.one.lines
            ),
            invoiced_on=trade.pair.on,
            payment_terms_id=trade.one.payment_terms_id,
        )
        for trade in trades
    ]  # fmt: skip
    outcomes = (await post_customer_invoices(work, invoices)).outcomes if invoices else []
    for outcome in outcomes:
        if isinstance(outcome, DomainError):
            raise outcome
    return [await invoiced(work, outcome) for outcome in outcomes if isinstance(outcome, UUID)]


async def _incoming(
    work: Work, other: Work, one: SellGoodsBetweenCompanies, of: tuple[Between, Sides], cost: Bought
) -> Incoming:
    """The delivery as the buyer takes it in, its lots known there too. Raises: Rejected."""
    pair, known = of
    numbers = sorted({line.lot_number for line in one.lines if line.lot_number})
    rows = await work.fetch(_LOTS, numbers=numbers) if numbers else []
    lots = await lots_brought(
        other,
        [
            LotBrought(
                number=row["number"], item_id=row["item_id"], made_on=row["made_on"], expires_on=row["expires_on"],
                status=row["status"],
            )
            for row in rows
        ],
        pair.seller["party_id"],
    )  # fmt: skip
    return Incoming(
        posting_id=new_id(), occurred_on=pair.on, source=known.buyer, supplier_id=pair.seller["party_id"],
        site_id=None, currency=pair.currency, rate=cost.quote.rate,
        lines=tuple(
            IncomingLine(
                item_id=line.item_id, location_id=line.location_id, accepted=line.quantity, rejected=Decimal(0),
                unit_price=unit_cost_of(each, line.quantity), lot_id=lots[line.lot_number] if line.lot_number else None,
                owed=each,
            )
            for line, each in zip(one.lines, cost.costs, strict=True)
        ),
    )  # fmt: skip
