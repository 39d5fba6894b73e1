"""Goods sold between two companies of the group: out of the seller's stock and into the buyer's, at once.

They are the buyer's from the day of the trade, and wait in its transit until it receives the transfer that brings them
in; so nothing is ever in the stock of neither or of both, and what one is owed the other owes on every day. The seller
keeps what they cost it, the buyer's layer what they cost the buyer, and the lines of the two sides lead from one to the
other.
"""

from collections.abc import Sequence
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
from domain.inventory.rules import Act, Incoming, IncomingLine, Line
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


_ids = func.any(bindparam("ids", type_=ARRAY(Uuid())))
_company_id = bindparam("company_id", type_=SmallInteger())
_entry, _lot = StockEntry.table, Lot.table
_WENT_OUT = (
    select(_entry.c.id, _entry.c.lot_id)
    .where(_entry.c.company_id == _company_id, _entry.c.stock_move_id == _ids, _entry.c.quantity < 0)
    .order_by(_entry.c.position)
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
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            pair = await between(work, one.buyer_id, one.traded_on or work.now.date(), one.currency)
            line_count(len(one.lines))
            other = work.beside(pair.buyer["company_id"])
            route = await route_of(other, one.transit, one.target)
            known = await sides(work, other)
            gone = await _issued(work, one, pair, known)
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        outcomes.append(
            gone if isinstance(gone, DomainError) else await _traded(work, one, (pair, known), (gone, route))
        )
    return Results(outcomes)


async def _issued(
    work: Work, one: SellGoodsBetweenCompanies, pair: Between, known: Sides
) -> Sequence[Row] | DomainError:
    """The entries by which the goods left the seller, in order of the lines, or why they cannot. Raises: NotFound,
    Rejected.
    """
    named = await known_of(work, one.lines, [line.location_id for line in one.lines])
    own = await accounts(work, AccountRole.COST_OF_SALES)
    outside = await counter_location(work, LocationKind.CUSTOMER)
    lines: list[Line] = []
    for place, line in enumerate(one.lines):
        try:
            key = named.key(line, line.location_id, StockStatus.RELEASED)
        except DomainError as refusal:
            raise refusal.at("lines", place) from None
        lines.append(outgoing(key, line.quantity, outside, own[AccountRole.COST_OF_SALES]))
    act = Act(id=new_id(), kind=MoveKind.ISSUE, occurred_on=pair.on, lines=tuple(lines), source=known.seller)
    [moved] = await perform_acts(work, [act])
    return moved if isinstance(moved, DomainError) else await work.fetch(_WENT_OUT, ids=[moved])


async def _traded(
    work: Work, one: SellGoodsBetweenCompanies, of: tuple[Between, Sides], goods: tuple[Sequence[Row], Route]
) -> UUID:
    """The invoice of what went out, and the buyer's side; from here on a refusal undoes the batch."""
    (pair, known), (gone, route) = of, goods
    other = work.beside(pair.buyer["company_id"])
    sold = await _invoiced(work, one, pair)
    cost = await bought(other, pair, one.lines, sold)
    arriving = await _incoming(work, other, one, of, cost)
    came = await buy_in_transit(other, arriving, route)
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
    return known.seller.id


async def _invoiced(work: Work, one: SellGoodsBetweenCompanies, pair: Between) -> Invoiced:
    """The seller's invoice. Raises: what posting it refuses."""
    invoice = PostCustomerInvoice(
        customer_id=pair.buyer["party_id"],
        currency=one.currency,
        lines=tuple(
            CustomerInvoiceLineInput(
                unit_price=line.unit_price, quantity=line.quantity, item_id=line.item_id,
                tax_code_id=line.tax_code_id, account_id=line.account_id,
            )
            for line in one.lines
        ),
        invoiced_on=pair.on,
        payment_terms_id=one.payment_terms_id,
    )  # fmt: skip
    [outcome] = (await post_customer_invoices(work, [invoice])).outcomes
    if isinstance(outcome, DomainError):
        raise outcome
    return await invoiced(work, outcome)


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
