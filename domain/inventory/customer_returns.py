"""Goods that come back from customers: at what they were worth when they left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import SmallInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.database import Row
from domain.core.errors import DomainError, NotFound, Rejected, trimmed
from domain.core.ledger import Source
from domain.core.quantity import QUANTITY, positive
from domain.core.work import Work
from domain.finance.journal import accounts, company_currency
from domain.finance.models import AccountRole
from domain.inventory.balances import counter_location, locations
from domain.inventory.commands.issues import perform_acts
from domain.inventory.known import not_before
from domain.inventory.models import MoveKind, StockEntry, StockStatus, ValueLayer
from domain.inventory.rules import Act, Line, StockKey
from domain.inventory.valuation.pools import share
from domain.master_data.places import ON_HAND, LocationKind

_company_id = bindparam("company_id", type_=SmallInteger())
_entry, _layer = StockEntry.table, ValueLayer.table
_GONE = (
    select(
        _entry.c.id, _entry.c.item_id, _entry.c.lot_id, _entry.c.quantity, _entry.c.occurred_on,
        func.coalesce(func.sum(_layer.c.value), 0).label("worth"),
    )
    .join_from(
        _entry, _layer, (_layer.c.company_id == _entry.c.company_id) & (_layer.c.movement_id == _entry.c.id),
        isouter=True,
    )
    .where(
        _entry.c.company_id == _company_id,
        _entry.c.id == func.any(bindparam("ids", type_=ARRAY(Uuid()))),
        _entry.c.quantity < 0,
        _entry.c.owner_id.is_(None),
    )
    .group_by(_entry.c.company_id, _entry.c.id)
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerReturn:
    """Goods of one issue that come back; `stock_entry_id` is the entry that took them out.

    `worth` is what all of that entry's goods cost where they were never in our stock, as a supplier shipped them.
    """

    posting_id: UUID
    stock_entry_id: UUID
    quantity: Decimal
    location_id: UUID
    occurred_on: date
    source: Source
    status: StockStatus = StockStatus.QUARANTINE
    party_id: UUID | None = None
    worth: Decimal | None = None


async def return_stock(work: Work, returns: Sequence[CustomerReturn]) -> list[UUID | DomainError]:
    """The moves that brought the goods back; a refusal stands in its own place.

    The caller knows how much of an issue came back before. Posts: stock against cost of sales, at the share of what the
    goods were worth when they left, late costs included; goods at standard cost come back at it, the difference is
    variance. Refuses: NotFound, Rejected, PeriodClosed. Emits: StockChanged.
    """
    gone = {row["id"]: row for row in await work.fetch(_GONE, ids=sorted({one.stock_entry_id for one in returns}))}
    places = await locations(work, [one.location_id for one in returns])
    own = await accounts(work, AccountRole.COST_OF_SALES, AccountRole.PURCHASE_PRICE_VARIANCE)
    outside, currency = await counter_location(work, LocationKind.CUSTOMER), await company_currency(work)
    planned: list[Act | DomainError] = []
    for one in returns:
        try:
            row = _left(one, gone, places)
        except DomainError as refusal:
            planned.append(refusal)
            continue
        line = Line(
            source=StockKey(row["item_id"], outside, row["lot_id"]),
            target=StockKey(row["item_id"], one.location_id, row["lot_id"], one.status),
            quantity=one.quantity,
            cost=share(-row["worth"] if one.worth is None else one.worth, one.quantity, -row["quantity"], currency),
            account_id=own[AccountRole.COST_OF_SALES],
            correction_id=own[AccountRole.COST_OF_SALES],
        )
        planned.append(
            Act(
                id=one.posting_id, kind=MoveKind.RETURN, occurred_on=one.occurred_on, lines=(line,), source=one.source,
                party_id=one.party_id,
            )
        )  # fmt: skip
    return await perform_acts(work, planned)


def _left(one: CustomerReturn, gone: Mapping[UUID, Row], places: Mapping[UUID, Row]) -> Row:
    """The entry by which the goods left. Raises: NotFound, Rejected."""
    row = gone.get(one.stock_entry_id)
    if row is None:
        raise NotFound(("stockEntry",), what="stock entry", key=str(one.stock_entry_id))
    positive(one.quantity, QUANTITY, "quantity", ("quantity",))
    if one.quantity > -row["quantity"]:
        went = trimmed(-row["quantity"])
        reason, reason_zh = f"only {went} went out", f"仅发出 {went}"
        raise Rejected(("quantity",), what="quantity", value=one.quantity, reason=reason, reason_zh=reason_zh)
    not_before(one.occurred_on, row["occurred_on"], ("occurredOn",))
    if one.location_id not in places or places[one.location_id]["kind"] not in ON_HAND:
        raise NotFound(("location",), what="location", key=str(one.location_id))
    return row
