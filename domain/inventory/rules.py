"""What a move of goods is and what it is worth, pure.

Standard cost (the only method that posts today): goods enter at the standard cost in force, the difference to the price
is purchase price variance at once; a balance that still carries another cost is brought to the one in force by the same
posting.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from domain.core.errors import DomainError
from domain.core.ledger import Book, Share, Source
from domain.core.money import EXACT, ZERO, Money, product, to_minor_unit, to_scale, total
from domain.finance.models import AccountRole
from domain.finance.rules import ONE, Leg, in_company_currency, moving
from domain.inventory.models import StockStatus

COST_DIGITS: Final = 10


class StockAlreadyOpen(DomainError):
    """An opening posting names a place that holds stock already."""

    code = "STOCK_ALREADY_OPEN"
    zh = "物料 {item} 在库位 {location} 已有库存 {quantity}，不能再次开账。"
    en = "Item {item} at location {location} already holds {quantity} and cannot be opened again."


class InsufficientStock(DomainError):
    code = "INSUFFICIENT_STOCK"
    zh = "物料 {item} 在库位 {location} 可用 {available}，不足 {requested}。"
    en = "Item {item} at location {location} has {available}, less than {requested}."


@dataclass(frozen=True, slots=True, order=True)
class StockKey:
    """What identifies a balance row."""

    item_id: UUID
    location_id: UUID
    lot_id: UUID | None = None
    status: StockStatus = StockStatus.RELEASED
    owner_id: UUID | None = None

    def sort_key(self) -> tuple[str, ...]:
        """The one order in which balance rows are made and locked."""
        return (str(self.item_id), str(self.location_id), str(self.lot_id), self.status.value, str(self.owner_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """A balance row as the rules see it."""

    id: UUID
    quantity: Decimal
    unit_cost: Decimal
    storage_bin: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsLeg:
    """What one location gained (positive) or lost (negative).

    `valued` goods are on hand and ours; `value` is in the company's minor unit, and zero for others.
    """

    key: StockKey
    quantity: Decimal
    unit_cost: Decimal = ZERO
    value: Decimal = ZERO
    valued: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingLine:
    """Goods of one item that arrived: accepted ones become ours, rejected ones stay the supplier's."""

    item_id: UUID
    location_id: UUID
    accepted: Decimal
    rejected: Decimal
    unit_price: Decimal
    lot_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One delivery of one supplier, with the currency of its prices and the rate to the company's."""

    posting_id: UUID
    occurred_on: date
    source: Source
    supplier_id: UUID
    site_id: UUID | None
    currency: str
    rate: Decimal
    lines: tuple[IncomingLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningStock:
    """What a legacy system held of one item at one place, at its own unit cost."""

    item_id: UUID
    location_id: UUID
    quantity: Decimal
    unit_cost: Decimal
    lot_id: UUID | None = None
    status: StockStatus = StockStatus.RELEASED
    storage_bin: str | None = None

    @property
    def key(self) -> StockKey:
        """The balance row that it opens."""
        return StockKey(self.item_id, self.location_id, self.lot_id, self.status)


@dataclass(frozen=True, slots=True, kw_only=True)
class CostChange:
    """A balance whose goods change from one standard cost to another."""

    key: StockKey
    value: Decimal


def _shares(leg: GoodsLeg) -> Sequence[Share]:
    return (((leg.key.item_id, leg.key.lot_id), leg.quantity),)


def _opposite(leg: GoodsLeg) -> GoodsLeg:
    return replace(leg, quantity=-leg.quantity, value=-leg.value)


GOODS: Final = Book[GoodsLeg](name="goods", shares=_shares, opposite=_opposite)


def ledger_value(quantity: Decimal, unit_cost: Decimal, currency: str) -> Decimal:
    """What a quantity is worth in the ledger: rounded once to the currency's minor unit."""
    return to_minor_unit(product(quantity, unit_cost), currency)


def first_cost(unit_price: Decimal, rate: Decimal) -> Decimal:
    """The standard cost that an item without one takes from its first receipt: the price in the company's currency."""
    return to_scale(product(unit_price, rate), COST_DIGITS)


def accepted_key(line: IncomingLine) -> StockKey:
    """The balance row of the accepted goods of a line."""
    return StockKey(line.item_id, line.location_id, line.lot_id)


def rejected_key(line: IncomingLine, supplier_id: UUID) -> StockKey:
    """The balance row of the rejected goods of a line: there, but the supplier's."""
    return StockKey(line.item_id, line.location_id, line.lot_id, StockStatus.REJECTED, supplier_id)


def valued_leg(key: StockKey, quantity: Decimal, unit_cost: Decimal, currency: str) -> GoodsLeg:
    """An entry of goods that are on hand and ours, with its ledger value."""
    value = ledger_value(quantity, unit_cost, currency)
    return GoodsLeg(key=key, quantity=quantity, unit_cost=unit_cost, value=value, valued=True)


def receipt_legs(
    incoming: Incoming, costs: Mapping[UUID, Decimal], currency: str, outside_id: UUID
) -> tuple[GoodsLeg, ...]:
    """The goods entries of a delivery, out of the counter-location; only accepted goods have a value."""
    legs: list[GoodsLeg] = []
    for line in incoming.lines:
        if line.accepted:
            legs.append(valued_leg(accepted_key(line), line.accepted, costs[line.item_id], currency))
        if line.rejected:
            legs.append(GoodsLeg(key=rejected_key(line, incoming.supplier_id), quantity=line.rejected))
        outside = StockKey(line.item_id, outside_id, line.lot_id)
        legs.append(GoodsLeg(key=outside, quantity=-EXACT.add(line.accepted, line.rejected)))
    return tuple(legs)


def opening_legs(row: OpeningStock, currency: str, outside_id: UUID) -> tuple[GoodsLeg, ...]:
    """The goods entries that open one balance, out of the counter-location."""
    outside = StockKey(row.item_id, outside_id, row.lot_id)
    return (
        valued_leg(row.key, row.quantity, row.unit_cost, currency),
        GoodsLeg(key=outside, quantity=-row.quantity),
    )


def after(balances: Mapping[StockKey, Balance], legs: Iterable[GoodsLeg]) -> dict[StockKey, Balance]:
    """The balances once the entries are counted; entries of counter-locations have no balance."""
    result = dict(balances)
    for leg in legs:
        held = result.get(leg.key)
        if held is not None:
            cost = leg.unit_cost if leg.valued else held.unit_cost
            result[leg.key] = replace(held, quantity=EXACT.add(held.quantity, leg.quantity), unit_cost=cost)
    return result


def delivery_keys(deliveries: Iterable[Incoming]) -> set[StockKey]:
    """The balance rows that deliveries change."""
    keys: set[StockKey] = set()
    for delivery in deliveries:
        for line in delivery.lines:
            if line.accepted:
                keys.add(accepted_key(line))
            if line.rejected:
                keys.add(rejected_key(line, delivery.supplier_id))
    return keys


def receipt_money(
    incoming: Incoming, costs: Mapping[UUID, Decimal], currency: str, accounts: Mapping[AccountRole, UUID]
) -> tuple[Leg, ...]:
    """The money entries of a delivery: stock at standard cost, GR/IR at the price, the difference as variance."""
    legs: list[Leg] = []
    for line in incoming.lines:
        owed = Money(product(line.accepted, line.unit_price), incoming.currency).to_minor_unit()
        stock = ledger_value(line.accepted, costs[line.item_id], currency)
        clearing = in_company_currency(owed, incoming.rate, currency)
        variance = EXACT.subtract(clearing, stock)
        shares = (
            (AccountRole.STOCK, stock, Money(stock, currency), ONE),
            (AccountRole.GR_IR, -clearing, -owed, incoming.rate),
            (AccountRole.PURCHASE_PRICE_VARIANCE, variance, Money(variance, currency), ONE),
        )
        legs += [
            Leg(
                account_id=accounts[role],
                amount=amount,
                transaction=transaction,
                rate=rate,
                site_id=incoming.site_id,
                item_id=line.item_id,
                party_id=incoming.supplier_id,
            )
            for role, amount, transaction, rate in shares
        ]
    return moving(legs)


def cost_changes(
    balances: Mapping[StockKey, Balance], costs: Mapping[UUID, Decimal], currency: str
) -> tuple[CostChange, ...]:
    """What brings balances of our goods to the standard costs in force, where they carry others."""
    changes: list[CostChange] = []
    for key, held in balances.items():
        cost = costs.get(key.item_id)
        if key.owner_id is None and held.quantity and cost is not None and cost != held.unit_cost:
            before = ledger_value(held.quantity, held.unit_cost, currency)
            value = EXACT.subtract(ledger_value(held.quantity, cost, currency), before)
            changes.append(CostChange(key=key, value=value))
    return tuple(change for change in changes if change.value)


def revaluation_money(
    changes: Iterable[CostChange], currency: str, accounts: Mapping[AccountRole, UUID]
) -> tuple[Leg, ...]:
    """The money entries of changed standard costs: stock against revaluation."""
    return tuple(
        Leg(account_id=accounts[role], amount=amount, transaction=Money(amount, currency), item_id=change.key.item_id)
        for change in changes
        for role, amount in (
            (AccountRole.STOCK, change.value),
            (AccountRole.STOCK_REVALUATION, -change.value),
        )
    )


def opening_money(row: OpeningStock, currency: str, accounts: Mapping[AccountRole, UUID]) -> tuple[Leg, ...]:
    """The money entries that open one balance: stock against opening balances."""
    value = ledger_value(row.quantity, row.unit_cost, currency)
    return moving(
        Leg(account_id=accounts[role], amount=amount, transaction=Money(amount, currency), item_id=row.item_id)
        for role, amount in ((AccountRole.STOCK, value), (AccountRole.OPENING_BALANCE, -value))
    )


def opening_difference(rows: Sequence[OpeningStock], currency: str) -> Decimal:
    """What rounding each row made more or less than rounding the whole: the opening account takes the whole."""
    exact = total([product(row.quantity, row.unit_cost) for row in rows])
    rounded = total([ledger_value(row.quantity, row.unit_cost, currency) for row in rows])
    return EXACT.subtract(to_minor_unit(exact, currency), rounded)


def rounding_money(difference: Decimal, currency: str, accounts: Mapping[AccountRole, UUID]) -> tuple[Leg, ...]:
    """The money entries that carry a rounding difference from the opening account to the rounding account."""
    return moving(
        Leg(account_id=accounts[role], amount=amount, transaction=Money(amount, currency))
        for role, amount in ((AccountRole.ROUNDING, difference), (AccountRole.OPENING_BALANCE, -difference))
    )


def count_legs(
    key: StockKey, difference: Decimal, cost: Decimal, currency: str, outside_id: UUID
) -> tuple[GoodsLeg, ...]:
    """The goods entries that change a balance by what was counted more or less, against the loss location."""
    outside = StockKey(key.item_id, outside_id, key.lot_id)
    return (valued_leg(key, difference, cost, currency), GoodsLeg(key=outside, quantity=-difference))


def adjustment_money(legs: Iterable[GoodsLeg], currency: str, accounts: Mapping[AccountRole, UUID]) -> tuple[Leg, ...]:
    """The money entries of counted differences: stock against stock differences."""
    return moving(
        Leg(account_id=accounts[role], amount=amount, transaction=Money(amount, currency), item_id=leg.key.item_id)
        for leg in legs
        if leg.valued
        for role, amount in ((AccountRole.STOCK, leg.value), (AccountRole.STOCK_ADJUSTMENT, -leg.value))
    )
