"""Kits, pure: how the price of a kit is shared by its components, and that a kit leaves whole.

A kit is sold as one at one price; what is promised, picked, shipped, charged and credited are its components, each at
its share. The shares follow the components' own prices (IFRS 15, paragraph 76: relative stand-alone selling prices), or
weights that the composition gives, and sum to the kit's price exactly.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from domain.core.errors import DomainError
from domain.core.money import EXACT, ROUNDING, ZERO, allocate, minor_unit, total
from domain.core.quantity import RATE
from domain.sales.rules.orders import OrderLine


class KitShareMissing(DomainError):
    """The price of a kit is shared by weights or by list prices; a component with neither has no share."""

    code = "KIT_SHARE_MISSING"
    zh = "套件 {kit} 的组件 {item} 没有收入权重，也没有 {currency} 价格。"
    en = "{item} in kit {kit} has neither a revenue weight nor a price in {currency} to share the kit's price by."


class KitIncomplete(DomainError):
    code = "KIT_INCOMPLETE"
    zh = "销售订单 {order} 第 {position} 行起的套件须整套发出：第 {part} 行不足 {kits} 套。"
    en = "The kit at line {position} of sales order {order} leaves whole: line {part} is less than {kits} kits."


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """What one kit holds of an item, during a time."""

    item_id: UUID
    quantity: Decimal
    weight: Decimal | None
    valid_from: date
    valid_to: date | None

    def holds(self, on: date) -> bool:
        """Whether it is part of the kit on the day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alone:
    """A component by itself: its code, and what one unit of it costs this customer, where a list has it."""

    code: str
    price: Decimal | None


def weights_of(kit: str, parts: Sequence[Component], alone: Mapping[UUID, Alone], currency: str) -> list[Decimal]:
    """In which proportion the parts share the kit's price: by their weights where all have one, else by their prices.

    Raises: KitShareMissing.
    """
    given = [one.weight for one in parts if one.weight is not None]
    if len(given) == len(parts) and total(given) > ZERO:
        return given
    found: list[Decimal] = []
    for one in parts:
        price = alone[one.item_id].price
        if price is None:
            raise KitShareMissing(("item",), kit=kit, item=alone[one.item_id].code, currency=currency)
        found.append(EXACT.multiply(price, one.quantity))
    if total(found) <= ZERO:
        raise KitShareMissing(("item",), kit=kit, item=alone[parts[0].item_id].code, currency=currency)
    return found


def unit_prices(price: Decimal, parts: Sequence[Component], weights: Sequence[Decimal], currency: str) -> list[Decimal]:
    """The price of one unit of each part: together the parts of a kit cost what the kit does, to the last digit that
    its price has.
    """
    exponent = price.normalize().as_tuple().exponent
    unit = min(minor_unit(currency), Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0))
    shares = allocate(price, weights, unit)
    digits = Decimal(1).scaleb(-RATE.after_point)
    return [
        ROUNDING.divide(share, part.quantity).quantize(digits, context=ROUNDING)
        for share, part in zip(shares, parts, strict=True)
    ]


def by_kit(lines: Iterable[OrderLine]) -> dict[UUID, list[OrderLine]]:
    """The components of each kit, in their order."""
    found: dict[UUID, list[OrderLine]] = {}
    for line in lines:
        if line.kit_id is not None:
            found.setdefault(line.kit_id, []).append(line)
    return found


def whole_kits(quantities: Iterable[tuple[Decimal, Decimal | None]]) -> Decimal:
    """How many whole kits there are in (quantity, quantity a kit) of each component."""
    return Decimal(min(int(Fraction(quantity) / Fraction(per or 1)) for quantity, per in quantities))


def gone(line: OrderLine) -> Decimal:
    """What of a component has left for its kits, what replaces goods that came back not counted."""
    return max(EXACT.subtract(line.shipped, line.replaced), ZERO)


def leaves_whole(order: str, before: Sequence[OrderLine], after: Sequence[OrderLine]) -> None:
    """Nothing; raises KitIncomplete where more of one component than of another would be on its way.

    What replaces goods that came back completes kits that left whole, and may go alone.
    """
    reached = {id_: max(_reached(line) for line in lines) for id_, lines in by_kit(before).items()}
    for id_, lines in by_kit(after).items():
        now = [_reached(line) for line in lines]
        if max(now) > reached[id_] and min(now) < max(now):
            short = next(line for line, kits in zip(lines, now, strict=True) if kits < max(now))
            kits = Decimal(max(now).numerator) / Decimal(max(now).denominator)
            raise KitIncomplete(order=order, position=lines[0].position, part=short.position, kits=kits)


def _reached(line: OrderLine) -> Fraction:
    on_its_way = EXACT.add(line.picked, EXACT.subtract(line.shipped, line.replaced))
    return Fraction(on_its_way) / Fraction(line.per_kit or 1)
