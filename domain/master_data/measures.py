"""Quantities in other units than an item's own: what was said in boxes is kept in pieces, exactly or not at all.

Stock, needs and what orders roll are counted in an item's own unit everywhere; a document besides keeps what was said:
so much of which unit, at which price for one of it. The two quantities of a line are its factor, as a ratio, from the
day it was made: a conversion that changes later changes no document. Amounts come from the price and quantity that were
said, those of a part from the ratio; the price of one own unit beside them is for reading and comparing, rounded to the
digits of a price.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.commands import argument
from domain.core.database import Row
from domain.core.errors import DomainError, NotFound, Rejected
from domain.core.money import ROUNDING, UnitPrice, product, to_scale
from domain.core.quantity import QUANTITY, RATE, positive
from domain.core.work import Work
from domain.master_data.items import Item
from domain.master_data.units import ItemUnitConversion, UnitOfMeasure

ONE: Final = Decimal(1)


def unit_argument() -> Any:
    """The input by which a line says its unit."""
    return argument(
        doc="The unit of quantity and price; the item's own unless given.", zh="计量单位", reference="unit_of_measure",
        default=None,
    )  # fmt: skip


class NoUnitConversion(DomainError):
    """Nothing says how much of an item's own unit another unit holds."""

    code = "NO_UNIT_CONVERSION"
    zh = "物料 {item} 没有从单位 {unit} 到 {own} 的换算。"
    en = "Nothing says how many {own} of {item} one {unit} is."


class UnitQuantityInexact(DomainError):
    """So much of a unit is no quantity of the item's own: it is refused, not rounded."""

    code = "UNIT_QUANTITY_INEXACT"
    zh = "物料 {item} 的 {quantity} {unit} 折合 {own} 后超过 {digits} 位小数，不能四舍五入。"
    en = "{quantity} {unit} of {item} is no quantity of {own} with at most {digits} digits after the point."


@dataclass(frozen=True, slots=True)
class Ratio:
    """`own` of an item's own unit are so much (`other`) of another."""

    own: Decimal = ONE
    other: Decimal = ONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """How much of an item, in its own unit; where it was said in another, in which and how much of that, if a part of
    what was said is a number of it.
    """

    quantity: Decimal
    unit_id: UUID | None = None
    unit_quantity: Decimal | None = None
    ratio: Ratio = Ratio()

    def price(self, said: Decimal) -> UnitPrice:
        """The price, as a ratio, of what costs so much for one of the unit that was said."""
        return UnitPrice(said) if self.unit_id is None else UnitPrice(product(said, self.ratio.other), self.ratio.own)

    def own_price(self, said: Decimal) -> Decimal:
        """What one own unit then costs, rounded to the digits of a price."""
        return said if self.unit_id is None else rounded_price(product(said, self.ratio.other), self.ratio.own)

    def said_price(self, own: Decimal) -> Decimal:
        """What one of the unit that was said costs where one own unit costs so much, rounded to the digits of a price:
        what the unit costs from then on.
        """
        return own if self.unit_id is None else rounded_price(product(own, self.ratio.own), self.ratio.other)

    def said(self, price: Decimal) -> dict[str, Any]:
        """The columns of a line that say what was said."""
        price_in_unit = None if self.unit_id is None else price
        return {"unit_id": self.unit_id, "unit_quantity": self.unit_quantity, "price_in_unit": price_in_unit}


def exact_price(
    unit_price: Decimal, quantity: Decimal, unit_quantity: Decimal | None, price_in_unit: Decimal | None
) -> UnitPrice:
    """The price of a line of a document as a ratio: what was said comes to so much for all of its quantity."""
    if unit_quantity is None or price_in_unit is None:
        return UnitPrice(unit_price)
    return UnitPrice(product(price_in_unit, unit_quantity), quantity)


def price_of_line(row: Row | Mapping[str, Any], quantity: str) -> UnitPrice:
    """`exact_price` of a line's row, whose own quantity stands in the column `quantity`."""
    return exact_price(row["unit_price"], row[quantity], row["unit_quantity"], row["price_in_unit"])


def part_of_line(row: Row, quantity: str, part: Decimal) -> Measured:
    """So much in its own unit of a line of an order whose own quantity stands in the column `quantity`."""
    if row["unit_id"] is None:
        return Measured(quantity=part)
    ratio = Ratio(row[quantity], row["unit_quantity"])
    return Measured(quantity=part, unit_id=row["unit_id"], unit_quantity=in_unit(part, ratio), ratio=ratio)


def part_said(row: Row, part: Decimal) -> Decimal | None:
    """How much of a line of an invoice a part of it is, in the unit that was said; None where it is no number of it."""
    if row["unit_quantity"] is None or not row["quantity"]:
        return None
    return in_unit(part, Ratio(row["quantity"], row["unit_quantity"]))


def ratio_of_line(row: Row, quantity: str, unit_id: UUID | None) -> Ratio | None:
    """The ratio that a line holds to, where it was said in that unit."""
    is_said = unit_id is not None and row["unit_id"] == unit_id
    return Ratio(row[quantity], row["unit_quantity"]) if is_said else None


def rounded_price(price: Decimal, per: Decimal) -> Decimal:
    """So much for so many, for one; rounded to the digits of a price, half away from zero."""
    return to_scale(ROUNDING.divide(price, per), RATE.after_point)


def in_unit(quantity: Decimal, ratio: Ratio) -> Decimal | None:
    """How much of the other unit a quantity in the own is; None where that has more digits than a quantity keeps."""
    return _exactly(quantity, ratio.other, ratio.own, QUANTITY.after_point)


def _exactly(quantity: Decimal, times: Decimal, per: Decimal, digits: int) -> Decimal | None:
    whole = product(quantity, times)
    found = ROUNDING.divide(whole, per)
    rounded = to_scale(found, digits)
    return rounded if QUANTITY.holds(rounded) and product(rounded, per) == whole else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """The units and factors that lines of documents name: items and units by id, an item's own factors by both."""

    items: Mapping[UUID, Row]
    units: Mapping[UUID, Row]
    factors: Mapping[tuple[UUID, UUID], Row]

    def measured(
        self, item_id: UUID, unit_id: UUID | None, quantity: Decimal, known: Ratio | None = None
    ) -> Measured:  # fmt: skip
        """How much was said, at the ratio `known` of the document that it is about, else as the masters say.

        Raises: NotFound, Rejected, NoUnitConversion, UnitQuantityInexact.
        """
        positive(quantity, QUANTITY, "quantity", ("quantity",))
        if unit_id is None:
            return Measured(quantity=quantity)
        unit, item = self.units.get(unit_id), self.items.get(item_id)
        if item is None:
            raise NotFound(("item",), what="item", key=str(item_id))
        if unit is None:
            raise NotFound(("unit",), what="unit", key=str(unit_id))
        _digits(quantity, unit)
        if unit_id == item["unit_id"]:
            return Measured(quantity=quantity)
        ratio = known or self._ratio(item, unit)
        own = _exactly(quantity, ratio.own, ratio.other, self.units[item["unit_id"]]["digits"])
        if own is None:
            raise UnitQuantityInexact(
                ("quantity",), item=item["code"], quantity=quantity, unit=unit["code"],
                own=self.units[item["unit_id"]]["code"], digits=self.units[item["unit_id"]]["digits"],
            )  # fmt: skip
        return Measured(quantity=own, unit_id=unit_id, unit_quantity=quantity, ratio=ratio)

    def _ratio(self, item: Row, unit: Row) -> Ratio:
        """The item's own factor, else that of the dimension. Raises: NoUnitConversion."""
        own, factor = self.units[item["unit_id"]], self.factors.get((item["id"], unit["id"]))
        if factor is not None:
            return Ratio(factor["factor"], factor["per"])
        if own["dimension"] == unit["dimension"] and own["base_factor"] and unit["base_factor"]:
            return Ratio(unit["base_factor"], own["base_factor"])
        raise NoUnitConversion(("unit",), item=item["code"], unit=unit["code"], own=own["code"])


def _digits(quantity: Decimal, unit: Row) -> None:
    """Nothing. Raises: Rejected for more digits than a quantity in the unit may have."""
    if quantity != to_scale(quantity, unit["digits"]):
        digits, code = unit["digits"], unit["code"]
        raise Rejected(
            ("quantity",), what="quantity", value=quantity,
            reason=f"a quantity in {code} has at most {digits} digits after the point",
            reason_zh=f"单位 {code} 的数量最多 {digits} 位小数",
        )  # fmt: skip


# Where every line is in its item's own unit, nothing need be known.
OWN_UNITS: Final = Measures(items={}, units={}, factors={})

_ids = func.any(bindparam("ids", type_=ARRAY(Uuid())))
_named = func.any(bindparam("units", type_=ARRAY(Uuid())))
_item, _unit, _factor = Item.table, UnitOfMeasure.table, ItemUnitConversion.table
_ITEMS = select(_item.c.id, _item.c.code, _item.c.unit_id).where(_item.c.id == _ids)
_own = select(_item.c.unit_id).where(_item.c.id == _ids)
_UNITS = select(
    _unit.c.id, _unit.c.code, _unit.c.dimension, _unit.c.base_factor, _unit.c.digits
).where(or_(_unit.c.id.in_(_own), (_unit.c.id == _named) & _unit.c.archived_at.is_(None)))  # fmt: skip
_FACTORS = select(_factor.c.item_id, _factor.c.unit_id, _factor.c.factor, _factor.c.per).where(
    _factor.c.item_id == _ids, _factor.c.unit_id == _named, _factor.c.archived_at.is_(None)
)


async def measures_of(work: Work, lines: Iterable[tuple[UUID | None, UUID | None]]) -> Measures:
    """What the (item, unit) of lines need to be measured; lines without a unit need nothing."""
    named = {(item_id, unit_id) for item_id, unit_id in lines if item_id is not None and unit_id is not None}
    if not named:
        return OWN_UNITS
    ids, units = sorted({item_id for item_id, _ in named}), sorted({unit_id for _, unit_id in named})
    factors = await work.fetch(_FACTORS, ids=ids, units=units)
    return Measures(
        items={row["id"]: row for row in await work.fetch(_ITEMS, ids=ids)},
        units={row["id"]: row for row in await work.fetch(_UNITS, ids=ids, units=units)},
        factors={(row["item_id"], row["unit_id"]): row for row in factors},
    )
