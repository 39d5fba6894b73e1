"""Receipts, the opening of stock, and what is on hand: what other modules ask of the goods book."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import SmallInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.errors import DomainError
from domain.core.ids import new_id
from domain.core.ledger import Posting
from domain.core.money import ZERO
from domain.core.work import Work
from domain.finance.journal import accounts, company_currency
from domain.finance.models import AccountRole, JournalKind, SubLedger
from domain.finance.rules import Leg, Voucher
from domain.inventory.balances import counter_location
from domain.inventory.costs import costs_with_first
from domain.inventory.entries import write_book
from domain.inventory.models import MoveKind, StockBalance, StockStatus, ValuationMethod
from domain.inventory.pools import valuations
from domain.inventory.posting import StockBook, apply_acts, open_book
from domain.inventory.rules import (
    Act,
    Incoming,
    OpeningStock,
    StockAlreadyOpen,
    first_cost,
    incoming_lines,
    opening_difference,
    opening_line,
    rounding_money,
)
from domain.master_data.places import LocationKind

RECEIPT_ROLES = (
    AccountRole.GR_IR,
    AccountRole.PURCHASE_PRICE_VARIANCE,
    AccountRole.COST_OF_SALES,
)
OPENING_ROLES = (AccountRole.OPENING_BALANCE, AccountRole.ROUNDING, AccountRole.COST_OF_SALES)


async def receive_stock(work: Work, deliveries: Sequence[Incoming]) -> list[UUID]:
    """The ids of the stock moves that took the deliveries in, in order.

    Accepted goods enter at the standard cost in force or, where the item is valued otherwise, at their price; an item
    at standard cost without one takes its first price as its cost. Rejected goods enter REJECTED, owned by the
    supplier, without value. Posts: stock, GR/IR and purchase price variance, one voucher a delivery; revaluation where
    a balance still carried another cost; differences of later moves where a delivery is dated back. Emits:
    StockChanged. Raises: PeriodClosed, AccountMissing.
    """
    currency = await company_currency(work)
    own = await accounts(work, *RECEIPT_ROLES)
    outside = await counter_location(work, LocationKind.SUPPLIER)
    acts = [
        Act(
            id=delivery.posting_id,
            kind=MoveKind.RECEIPT,
            occurred_on=delivery.occurred_on,
            source=delivery.source,
            site_id=delivery.site_id,
            party_id=delivery.supplier_id,
            lines=incoming_lines(delivery, currency, own, outside),
        )
        for delivery in deliveries
    ]
    book = await open_book(work, acts, RECEIPT_ROLES, await _costs_for(work, deliveries))
    moves = whole(await apply_acts(book, acts))
    await write_book(work, book)
    return moves


def whole(outcomes: Iterable[UUID | DomainError]) -> list[UUID]:
    """The ids of the moves of acts that stand or fall together. Raises: the first refusal."""
    moves: list[UUID] = []
    for outcome in outcomes:
        if isinstance(outcome, DomainError):
            raise outcome
        moves.append(outcome)
    return moves


async def open_stock(work: Work, rows: Sequence[OpeningStock], cut_over_on: date) -> list[UUID]:
    """The ids of the balances that now hold what a legacy system held, in order of the rows.

    Posts: goods out of the opening location and stock against opening balances, one posting a row, the ledger amount
    rounded once; what rounding each row makes off the whole goes to the rounding account in one voucher. The balance
    keeps the source's quantity and unit cost, so its value is the source's to the last digit. Rows of quantity 0 make a
    balance and post nothing. Emits: StockChanged. Raises: StockAlreadyOpen, PeriodClosed, AccountMissing.
    """
    currency = await company_currency(work)
    own = await accounts(work, *OPENING_ROLES)
    outside = await counter_location(work, LocationKind.OPENING)
    acts = [
        Act(
            id=new_id(), kind=MoveKind.OPENING, occurred_on=cut_over_on,
            lines=(opening_line(row, currency, own, outside),),
        )
        for row in rows
    ]  # fmt: skip
    # Opened goods keep the cost of their source, whatever is in force here.
    book = await open_book(work, acts, OPENING_ROLES)
    for row in rows:
        _open(book, row)
    moving = [(row, act) for row, act in zip(rows, acts, strict=True) if row.quantity]
    whole(await apply_acts(book, [act for _, act in moving]))
    difference = opening_difference([row for row, _ in moving], currency)
    legs = rounding_money(difference, currency, own)
    posting = Posting[Leg](id=new_id(), occurred_on=cut_over_on, entries=legs)
    rounding = [Voucher(kind=JournalKind.OPENING, sub_ledger=SubLedger.STOCK, posting=posting)] if legs else []
    await write_book(work, book, JournalKind.OPENING, rounding)
    return [book.balances[row.key].id for row in rows]


def _open(book: StockBook, row: OpeningStock) -> None:
    """The balance is ready to take what it held elsewhere. Raises: StockAlreadyOpen."""
    held = book.balances[row.key]
    if held.quantity:
        raise StockAlreadyOpen(item=str(row.item_id), location=str(row.location_id), quantity=held.quantity)
    book.balances[row.key] = replace(held, unit_cost=row.unit_cost, storage_bin=row.storage_bin)
    book.touched.add(row.key)


async def _costs_for(work: Work, deliveries: Sequence[Incoming]) -> dict[UUID, Decimal]:
    """The standard cost in force of each item at standard cost; the first price becomes the cost of one without.

    In force means on the latest of today and the deliveries' days: a receipt dated back brings no old cost back.
    """
    first: dict[UUID, tuple[date, Decimal]] = {}
    for delivery in deliveries:
        for line in delivery.lines:
            first.setdefault(line.item_id, (delivery.occurred_on, first_cost(line.unit_price, delivery.rate)))
    known = await valuations(work, first)
    standard = {item: one for item, one in first.items() if known[item].method is ValuationMethod.STANDARD}
    on = max(work.now.date(), *(delivery.occurred_on for delivery in deliveries))
    return await costs_with_first(work, standard, on)


_balance = StockBalance.table
_ON_HAND = (
    select(_balance.c.item_id, func.sum(_balance.c.quantity).label("quantity"))
    .where(
        _balance.c.company_id == bindparam("company_id", type_=SmallInteger()),
        _balance.c.item_id == func.any(bindparam("items", type_=ARRAY(Uuid()))),
        _balance.c.status == StockStatus.RELEASED.value,
        _balance.c.owner_id.is_(None),
    )
    .group_by(_balance.c.item_id)
)


async def on_hand(work: Work, items: Iterable[UUID]) -> dict[UUID, Decimal]:
    """What is released and ours of each item, over all locations; an item without stock stands with 0."""
    asked = sorted(set(items))
    held = {row["item_id"]: row["quantity"] for row in await work.fetch(_ON_HAND, items=asked)}
    return {item: held.get(item, ZERO) for item in asked}
