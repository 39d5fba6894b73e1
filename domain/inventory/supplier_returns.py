"""Goods that go back to their supplier: as they came, and no longer owed for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.core.database import Row
from domain.core.errors import DomainError, NotFound, Rejected, trimmed
from domain.core.ledger import Source
from domain.core.money import EXACT, ZERO, Money
from domain.core.quantity import QUANTITY, positive
from domain.core.work import Work
from domain.finance.journal import accounts
from domain.finance.models import AccountRole
from domain.finance.rules import ONE, Leg
from domain.inventory.balances import counter_location, locations
from domain.inventory.commands.issues import perform_acts
from domain.inventory.known import not_before
from domain.inventory.late_costs import came_in, incoming_entries
from domain.inventory.models import MoveKind, StockStatus
from domain.inventory.rules import Act, Line, StockKey
from domain.inventory.valuation.pools import share
from domain.master_data.places import LocationKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What is owed for goods: in the currency of their price, and in the company's at the rate of their receipt."""

    transaction: Money
    amount: Decimal
    rate: Decimal = ONE

    def part(self, gone: Decimal, quantity: Decimal, whole: Decimal, currency: str) -> "Owed":
        """What is owed for `quantity` of the `whole` once `gone` went back, as the difference of two rounded totals, so
        that the last of it takes the last cent.
        """

        def of(amount: Decimal, in_currency: str) -> Decimal:
            before, after = (
                share(amount, part, whole, in_currency) if part else ZERO
                for part in (gone, EXACT.add(gone, quantity))
            )
            return EXACT.subtract(after, before)

        own = self.transaction.currency
        return Owed(
            transaction=Money(of(self.transaction.amount, own), own), amount=of(self.amount, currency), rate=self.rate
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierReturnLine:
    """Goods of one receipt that go back; `stock_entry_id` is the entry that brought them, `owed` what is owed for
    them no more, `gone` how much of the entry went back before.
    """

    stock_entry_id: UUID
    quantity: Decimal
    owed: Owed
    gone: Decimal = ZERO
    location_id: UUID | None = None
    status: StockStatus = StockStatus.RELEASED


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedReturnLine:
    """Goods that were refused when they came, and stayed the supplier's: they go back without a value."""

    item_id: UUID
    lot_id: UUID | None
    location_id: UUID
    quantity: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectReturnLine:
    """Goods that a supplier had shipped straight to a customer: no entry brought them into our stock, so they leave
    from where they are, be it the customers' own place.
    """

    item_id: UUID
    lot_id: UUID | None
    location_id: UUID
    quantity: Decimal
    owed: Owed
    status: StockStatus = StockStatus.RELEASED


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierReturn:
    """Goods that go back to one supplier with one document."""

    posting_id: UUID
    occurred_on: date
    source: Source
    supplier_id: UUID
    site_id: UUID | None
    lines: tuple[SupplierReturnLine | RefusedReturnLine | DirectReturnLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What returns refer to, fetched once."""

    entries: Mapping[UUID, Row]
    locations: Mapping[UUID, Row]
    own: Mapping[AccountRole, UUID]
    outside_id: UUID


async def return_to_suppliers(work: Work, returns: Sequence[SupplierReturn]) -> list[UUID | DomainError]:
    """The moves that took the goods back; a refusal stands in its own place.

    The goods leave at what those of their receipt are worth, refused ones without a value; those that a supplier had
    shipped straight at what they are worth where they are. Posts: GR/IR by what is owed
    no more, what differs from it to cost of sales, for goods at standard cost to purchase price variance; one voucher a
    return. Refuses: NotFound, Rejected, InsufficientStock, PeriodClosed. Emits: StockChanged.
    """
    lines = [line for one in returns for line in one.lines]
    owned = [line for line in lines if isinstance(line, SupplierReturnLine)]
    known = _Known(
        entries=await incoming_entries(work, [line.stock_entry_id for line in owned]),
        locations=await locations(work, [line.location_id for line in lines if line.location_id]),
        own=await accounts(work, AccountRole.GR_IR, AccountRole.COST_OF_SALES, AccountRole.PURCHASE_PRICE_VARIANCE),
        outside_id=await counter_location(work, LocationKind.SUPPLIER),
    )
    planned: list[Act | DomainError] = []
    for one in returns:
        try:
            planned.append(
                Act(
                    id=one.posting_id, kind=MoveKind.RETURN, occurred_on=one.occurred_on, source=one.source,
                    lines=tuple(_lines(one, known)), site_id=one.site_id, party_id=one.supplier_id,
                )
            )  # fmt: skip
        except DomainError as refusal:
            planned.append(refusal)
    return await perform_acts(work, planned)


def _lines(one: SupplierReturn, known: _Known) -> Iterable[Line]:
    for place, line in enumerate(one.lines):
        try:
            match line:
                case SupplierReturnLine():
                    yield _line(line, one, known)
                case RefusedReturnLine():
                    yield _refused(line, one, known)
                case DirectReturnLine():
                    yield _direct(line, one, known)
        except DomainError as refusal:
            raise refusal.at("lines", place) from None


def _refused(line: RefusedReturnLine, one: SupplierReturn, known: _Known) -> Line:
    """The supplier's own goods, on their way out. Raises: NotFound, Rejected."""
    positive(line.quantity, QUANTITY, "quantity", ("quantity",))
    if line.location_id not in known.locations:
        raise NotFound(("location",), what="location", key=str(line.location_id))
    return Line(
        source=StockKey(line.item_id, line.location_id, line.lot_id, StockStatus.REJECTED, one.supplier_id),
        target=StockKey(line.item_id, known.outside_id, line.lot_id),
        quantity=line.quantity,
        account_id=known.own[AccountRole.COST_OF_SALES],
    )


def _direct(line: DirectReturnLine, one: SupplierReturn, known: _Known) -> Line:
    """Goods that never came in from their supplier, on their way back to it. Raises: NotFound, Rejected."""
    positive(line.quantity, QUANTITY, "quantity", ("quantity",))
    if line.location_id not in known.locations:
        raise NotFound(("location",), what="location", key=str(line.location_id))
    return Line(
        source=StockKey(line.item_id, line.location_id, line.lot_id, line.status),
        target=StockKey(line.item_id, known.outside_id, line.lot_id),
        quantity=line.quantity,
        counter=(_no_longer_owed(line.item_id, line.owed, one, known),),
        account_id=known.own[AccountRole.COST_OF_SALES],
        variance_id=known.own[AccountRole.PURCHASE_PRICE_VARIANCE],
        correction_id=known.own[AccountRole.COST_OF_SALES],
    )


def _no_longer_owed(item_id: UUID, owed: Owed, one: SupplierReturn, known: _Known) -> Leg:
    return Leg(
        account_id=known.own[AccountRole.GR_IR], amount=owed.amount, transaction=owed.transaction, rate=owed.rate,
        site_id=one.site_id, item_id=item_id, party_id=one.supplier_id,
    )  # fmt: skip


def _line(line: SupplierReturnLine, one: SupplierReturn, known: _Known) -> Line:
    """The goods of one entry, on their way out. Raises: NotFound, Rejected."""
    entry = came_in(known.entries.get(line.stock_entry_id), line.stock_entry_id)
    positive(line.quantity, QUANTITY, "quantity", ("quantity",))
    left = EXACT.subtract(entry["quantity"], line.gone)
    if line.quantity > left:
        reason, reason_zh = f"only {trimmed(left)} of the receipt are left to return", f"可退数量仅 {trimmed(left)}"
        raise Rejected(("quantity",), what="quantity", value=line.quantity, reason=reason, reason_zh=reason_zh)
    not_before(one.occurred_on, entry["occurred_on"], ("returnedOn",))
    if line.location_id is not None and line.location_id not in known.locations:
        raise NotFound(("location",), what="location", key=str(line.location_id))
    key = StockKey(entry["item_id"], line.location_id or entry["location_id"], entry["lot_id"], line.status)
    return Line(
        source=key,
        target=StockKey(key.item_id, known.outside_id, key.lot_id),
        quantity=line.quantity,
        counter=(_no_longer_owed(key.item_id, line.owed, one, known),),
        account_id=known.own[AccountRole.COST_OF_SALES],
        variance_id=known.own[AccountRole.PURCHASE_PRICE_VARIANCE],
        correction_id=known.own[AccountRole.COST_OF_SALES],
        takes_from=entry["id"],
    )
