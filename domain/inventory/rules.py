"""What a move of goods is and what it makes of money, pure.

An act is one document: lines that each take goods from one place to another. What a line is worth is found by
`valuation`; this file says where goods may go, what balances become, and the one rule of money: stock gains what its
goods gained, the other side is what the document says (`counter`), and what is left over between the two goes to the
line's account: the whole value of goods that are used up, the price variance of goods at standard cost, the part of a
cost that belongs to goods already gone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from domain.core.errors import DomainError, Rejected
from domain.core.flow import Flow, Transition
from domain.core.ledger import Book, Share, Source
from domain.core.money import EXACT, ZERO, Money, product, to_minor_unit, to_scale, total
from domain.finance.models import AccountRole
from domain.finance.rules import ONE, Leg, in_company_currency, moving
from domain.inventory.models import (
    LandedCostBasis,
    MoveKind,
    StockStatus,
    TransferStatus,
    ValuationArea,
    ValuationMethod,
)
from domain.inventory.valuation.pools import COST_DIGITS
from domain.inventory.valuation.standard import ledger_value
from domain.master_data.places import LocationKind


class StockAlreadyOpen(DomainError):
    """An opening posting names a place that holds stock already."""

    code = "STOCK_ALREADY_OPEN"
    zh = "物料 {item} 在库位 {location} 已有库存 {quantity}，不能再次开账。"
    en = "Item {item} at location {location} already holds {quantity} and cannot be opened again."


class InsufficientStock(DomainError):
    code = "INSUFFICIENT_STOCK"
    zh = "物料 {item} 在库位 {location} 可用 {available}，不足 {requested}。"
    en = "Item {item} at location {location} has {available}, less than {requested}."


class SourceDocumentRules(DomainError):
    """A move that another document made is taken back by taking back that document."""

    code = "SOURCE_DOCUMENT_RULES"
    zh = "该库存移动由 {source} {number} 产生，请冲销该单据。"
    en = "The move was made by {source} {number}; take that document back instead."


class AlreadyReversed(DomainError):
    code = "ALREADY_REVERSED"
    zh = "库存移动 {move} 已被冲销，不能再次冲销。"
    en = "Stock move {move} was taken back already."


class ItemHoldsStock(DomainError):
    """The way an item is valued cannot change while there is something to value."""

    code = "ITEM_HOLDS_STOCK"
    zh = "物料 {item} 尚有库存 {quantity}，不能更改计价方法或范围。"
    en = "Item {item} holds {quantity}; its valuation can change only while it holds nothing."


class ClaimExceedsInvoice(DomainError):
    """More landed cost is claimed on a supplier's invoice than it says in all."""

    code = "CLAIM_EXCEEDS_INVOICE"
    zh = "发票 {invoice} 金额 {amount}，已分摊 {claimed}，再分摊 {claiming} 将超过发票金额。"
    en = "Invoice {invoice} is over {amount}, of which {claimed} are claimed; {claiming} more exceed it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Goods that came in, with what a cost can be shared by; weight and volume of one unit, where they are known."""

    item: str
    quantity: Decimal
    value: Decimal
    weight: Decimal | None
    volume: Decimal | None


def landed_cost_weights(basis: LandedCostBasis, goods: Sequence[Measured]) -> tuple[Decimal, ...]:
    """What each of the goods weighs in the sharing of a cost. Raises: Rejected where one cannot be measured."""
    weights = tuple(_weight(basis, one) for one in goods)
    if not any(weights):
        reason, reason_zh = "the goods have nothing to share it by", "货物没有可分摊的依据"
        raise Rejected(("basis",), what="basis", value=basis, reason=reason, reason_zh=reason_zh)
    return weights


def _weight(basis: LandedCostBasis, one: Measured) -> Decimal:
    if basis is LandedCostBasis.EQUAL:
        return ONE
    if basis is LandedCostBasis.QUANTITY:
        return one.quantity
    if basis is LandedCostBasis.VALUE:
        return one.value
    per_unit = one.weight if basis is LandedCostBasis.WEIGHT else one.volume
    if per_unit is None:
        reason, reason_zh = f"item {one.item} has no {basis.lower()}", f"物料 {one.item} 未维护该数据"
        raise Rejected(("basis",), what="basis", value=basis, reason=reason, reason_zh=reason_zh)
    return to_scale(product(one.quantity, per_unit), COST_DIGITS)


RECEIVE: Final = "be received"
COMPLETE: Final = "be completed"

TRANSFER_FLOW: Final = Flow(
    document="Stock transfer",
    initial=TransferStatus.IN_TRANSIT,
    transitions={
        RECEIVE: Transition(frozenset({TransferStatus.IN_TRANSIT}), TransferStatus.IN_TRANSIT),
        COMPLETE: Transition(frozenset({TransferStatus.IN_TRANSIT}), TransferStatus.RECEIVED),
    },
)


def transfer_status_after(in_transit: Iterable[Decimal]) -> TransferStatus:
    """RECEIVED once no line has anything on the way any more, IN_TRANSIT until then."""
    return TransferStatus.IN_TRANSIT if any(in_transit) else TransferStatus.RECEIVED


@dataclass(frozen=True, slots=True, kw_only=True)
class Valuation:
    """How a company values an item."""

    method: ValuationMethod = ValuationMethod.STANDARD
    area: ValuationArea = ValuationArea.COMPANY
    may_be_negative: bool = False


@dataclass(frozen=True, slots=True)
class PoolKey:
    """What identifies a pool of value: an item, and the area or lot that is valued apart."""

    item_id: UUID
    site_id: UUID | None = None
    location_id: UUID | None = None
    lot_id: UUID | None = None

    def sort_key(self) -> tuple[str, ...]:
        """The one order in which pools are made and locked: that of their columns, what is empty first."""
        return tuple(str(part or "") for part in (self.item_id, self.site_id, self.location_id, self.lot_id))


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
    """A balance row as the rules see it; of its quantity, `reserved` is promised to documents."""

    id: UUID
    quantity: Decimal
    unit_cost: Decimal
    storage_bin: str | None = None
    reserved: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Goods of one item that go from one place to another; a place beyond the company has no balance.

    `cost` is what goods that come in cost in the company's currency; goods that only change places take their value
    along. `counter` are the legs of the other side. `account_id` takes what is left over, `variance_id` instead where
    the item is at standard cost, `correction_id` what is found later, and follows the goods where there is none.
    `takes_from` is the movement whose goods leave first. `fulfils` is how much of what is promised this line fulfils.
    `unit_cost` is the standard cost of goods brought over from elsewhere.
    """

    source: StockKey
    target: StockKey
    quantity: Decimal
    account_id: UUID
    cost: Decimal = ZERO
    counter: tuple[Leg, ...] = ()
    variance_id: UUID | None = None
    correction_id: UUID | None = None
    takes_from: UUID | None = None
    fulfils: Decimal = ZERO
    unit_cost: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One document that moves goods; its posting id is shared by the move and the voucher.

    With `is_conversion` the goods that come in are worth what those of the same act that leave are worth, beside what
    `cost` and `counter` say. `counter` are legs of the act as a whole; what is left over then goes to the account of
    its first line.
    """

    id: UUID
    kind: MoveKind
    occurred_on: date
    lines: tuple[Line, ...]
    source: Source | None = None
    site_id: UUID | None = None
    party_id: UUID | None = None
    reverses_id: UUID | None = None
    reverses_voucher_id: UUID | None = None
    counter: tuple[Leg, ...] = ()
    is_conversion: bool = False


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
    """Goods of one item that arrived: accepted ones become ours, at their price or, where it is said, `owed` for them;
    rejected ones stay the supplier's.
    """

    item_id: UUID
    location_id: UUID
    accepted: Decimal
    rejected: Decimal
    unit_price: Decimal
    lot_id: UUID | None = None
    status: StockStatus = StockStatus.RELEASED
    owed: Decimal | None = None


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
    unit_cost: Decimal
    value: Decimal


def _shares(leg: GoodsLeg) -> Sequence[Share]:
    return (((leg.key.item_id, leg.key.lot_id), leg.quantity),)


def _opposite(leg: GoodsLeg) -> GoodsLeg:
    return replace(leg, quantity=-leg.quantity, value=-leg.value)


GOODS: Final = Book[GoodsLeg](name="goods", shares=_shares, opposite=_opposite)


def first_cost(unit_price: Decimal, rate: Decimal) -> Decimal:
    """The standard cost that an item without one takes from its first receipt: the price in the company's currency."""
    return to_scale(product(unit_price, rate), COST_DIGITS)


def pool_of(key: StockKey, valuation: Valuation, site_id: UUID | None) -> PoolKey | None:
    """The pool in which goods at a place of that site are valued; None at standard cost."""
    lot_id = key.lot_id if valuation.method is ValuationMethod.LOT else None
    if valuation.method is ValuationMethod.STANDARD:
        return None
    match valuation.area:
        case ValuationArea.LOCATION:
            return PoolKey(key.item_id, None, key.location_id, lot_id)
        case ValuationArea.SITE:
            return PoolKey(key.item_id, site_id, None, lot_id)
        case ValuationArea.COMPANY:
            return PoolKey(key.item_id, None, None, lot_id)


def method_in(valuation: Valuation, kind: LocationKind) -> ValuationMethod:
    """How a pool at a place of that kind values goods.

    A transit location that is an area of its own keeps its consignments apart, so that each arrives at the value with
    which it left.
    """
    if valuation.area is ValuationArea.LOCATION and kind is LocationKind.TRANSIT:
        return ValuationMethod.FIFO
    return valuation.method


def owed(price: Money, rate: Decimal, currency: str) -> tuple[Money, Decimal]:
    """What goods of a price are owed for, in the currency of the price and in the company's; each rounded once."""
    amount = price.to_minor_unit()
    return amount, in_company_currency(amount, rate, currency)


def incoming_lines(
    incoming: Incoming, currency: str, accounts: Mapping[AccountRole, UUID], outside_id: UUID
) -> tuple[Line, ...]:
    """The lines of a delivery, out of the counter-location; only accepted goods are owed for."""
    lines: list[Line] = []
    for line in incoming.lines:
        outside = StockKey(line.item_id, outside_id, line.lot_id)
        if line.accepted:
            price = product(line.accepted, line.unit_price) if line.owed is None else line.owed
            amount, cost = owed(Money(price, incoming.currency), incoming.rate, currency)
            counter = Leg(
                account_id=accounts[AccountRole.GR_IR],
                amount=-cost,
                transaction=-amount,
                rate=incoming.rate,
                site_id=incoming.site_id,
                item_id=line.item_id,
                party_id=incoming.supplier_id,
            )
            lines.append(
                Line(
                    source=outside,
                    target=StockKey(line.item_id, line.location_id, line.lot_id, line.status),
                    quantity=line.accepted,
                    cost=cost,
                    counter=(counter,),
                    account_id=accounts[AccountRole.COST_OF_SALES],
                    variance_id=accounts[AccountRole.PURCHASE_PRICE_VARIANCE],
                    correction_id=accounts[AccountRole.COST_OF_SALES],
                )
            )
        if line.rejected:
            rejected = StockKey(line.item_id, line.location_id, line.lot_id, StockStatus.REJECTED, incoming.supplier_id)
            lines.append(
                Line(
                    source=outside, target=rejected, quantity=line.rejected,
                    account_id=accounts[AccountRole.COST_OF_SALES],
                )
            )  # fmt: skip
    return tuple(lines)


def opening_line(row: OpeningStock, currency: str, accounts: Mapping[AccountRole, UUID], outside_id: UUID) -> Line:
    """The line that opens one balance, out of the counter-location."""
    account = accounts[AccountRole.OPENING_BALANCE]
    cost = ledger_value(row.quantity, row.unit_cost, currency)
    return Line(
        source=StockKey(row.item_id, outside_id, row.lot_id),
        target=row.key,
        quantity=row.quantity,
        cost=cost,
        account_id=account,
        correction_id=accounts[AccountRole.COST_OF_SALES],
        unit_cost=row.unit_cost,
    )


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
            changes.append(CostChange(key=key, unit_cost=cost, value=value))
    return tuple(changes)


def plain_legs(
    amounts: Iterable[tuple[UUID, Decimal, UUID | None]], currency: str, site_id: UUID | None = None
) -> tuple[Leg, ...]:
    """Legs in the company's currency of (account, amount, item), those that move something."""
    return moving(
        Leg(account_id=account, amount=amount, transaction=Money(amount, currency), site_id=site_id, item_id=item)
        for account, amount, item in amounts
    )


def revaluation_money(
    changes: Iterable[CostChange], currency: str, accounts: Mapping[AccountRole, UUID]
) -> tuple[Leg, ...]:
    """The money entries of changed standard costs: stock against revaluation."""
    return plain_legs(
        (
            (accounts[role], amount, change.key.item_id)
            for change in changes
            for role, amount in (
                (AccountRole.STOCK, change.value),
                (AccountRole.STOCK_REVALUATION, -change.value),
            )
        ),
        currency,
    )


def opening_difference(rows: Sequence[OpeningStock], currency: str) -> Decimal:
    """What rounding each row made more or less than rounding the whole: the opening account takes the whole."""
    exact = total([product(row.quantity, row.unit_cost) for row in rows])
    rounded = total([ledger_value(row.quantity, row.unit_cost, currency) for row in rows])
    return EXACT.subtract(to_minor_unit(exact, currency), rounded)


def rounding_money(difference: Decimal, currency: str, accounts: Mapping[AccountRole, UUID]) -> tuple[Leg, ...]:
    """The money entries that carry a rounding difference from the opening account to the rounding account."""
    amounts = ((AccountRole.ROUNDING, difference), (AccountRole.OPENING_BALANCE, -difference))
    return plain_legs(((accounts[role], amount, None) for role, amount in amounts), currency)


Accounts = Mapping[AccountRole, UUID]
# What takes a difference of goods that only change places.
CARRYING: Final = (AccountRole.COST_OF_SALES, AccountRole.ROUNDING)


def carried(
    source: StockKey, target: StockKey, quantity: Decimal, own: Accounts, takes_from: UUID | None = None
) -> Line:
    """The line of goods that only change places.

    Where goods had gone out before these came, at another cost, cost of sales takes the difference; at standard cost
    rounding takes what two places differ by.
    """
    return Line(
        source=source, target=target, quantity=quantity, account_id=own[AccountRole.COST_OF_SALES],
        variance_id=own[AccountRole.ROUNDING], takes_from=takes_from,
    )  # fmt: skip


def after_line(balances: Mapping[StockKey, Balance], line: Line) -> dict[StockKey, Balance]:
    """The balances that a line changes, as they then are."""
    changed: dict[StockKey, Balance] = {}
    for key, quantity in ((line.source, -line.quantity), (line.target, line.quantity)):
        held = changed.get(key) or balances.get(key)
        if held is not None:
            reserved = EXACT.subtract(held.reserved, line.fulfils) if key == line.source else held.reserved
            changed[key] = replace(held, quantity=EXACT.add(held.quantity, quantity), reserved=reserved)
    return changed


def enough(line: Line, held: Balance, may_be_negative: bool) -> None:
    """Nothing; raises InsufficientStock when less is there, and free, than the line takes."""
    kept = max(EXACT.subtract(held.reserved, line.fulfils), ZERO)
    available = EXACT.subtract(held.quantity, kept)
    if line.quantity > available and not (may_be_negative and not kept):
        raise InsufficientStock(
            item=str(line.source.item_id), location=str(line.source.location_id), available=available,
            requested=line.quantity,
        )  # fmt: skip
