"""Columns as specification: one declaration says what a value means, in which unit, and who may see it.

Everything else follows from the `ColumnSpec` that travels in `Column.info["spec"]`: SQL comments, GraphQL descriptions,
filters, orders, the permission tier, the data dictionary. A column without `doc` or a Chinese label does not exist.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, Numeric, SmallInteger, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import MappedColumn, mapped_column
from sqlalchemy.types import TypeEngine, Uuid

# Precision and scale of the three numeric families; input beyond the scale is refused, never rounded.
AMOUNT = Numeric(20, 6)
QUANTITY = Numeric(20, 6)
RATE = Numeric(24, 10)

Instant = DateTime(timezone=True)


class Tier(StrEnum):
    """Who may see a value, from the most open to the most guarded."""

    PUBLIC = "PUBLIC"
    INTERNAL = "INTERNAL"
    COMMERCIAL = "COMMERCIAL"
    CONFIDENTIAL = "CONFIDENTIAL"
    PERSONAL = "PERSONAL"


# A value of these tiers may be withheld from a reader of the row, so its field is nullable in the graph.
GUARDED_TIERS = frozenset({Tier.COMMERCIAL, Tier.CONFIDENTIAL, Tier.PERSONAL})

NumberKind = Literal["money", "quantity", "rate"]


@dataclass(frozen=True, slots=True)
class ReferenceSpec:
    """Where a reference points, and how the target shows it.

    `lines` names a plain list on the target (a document owns the row: PurchaseOrder.lines), `many` a connection
    (the target is merely mentioned: Item.purchaseOrderLines). `lines_order` is the column that orders the list.
    """

    target: str
    lines: str | None = None
    lines_order: str | None = None
    many: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnSpec:
    """What one column means.

    `unit` is a literal ("day", "%") or a path to the column that holds the unit or currency ("order.currency").
    `exposed=False` keeps a technical column (digests, search grams) out of the graph altogether.
    """

    doc: str
    zh: str
    en: str | None
    tier: Tier
    unit: str | None = None
    code_list: str | None = None
    enum: type[StrEnum] | None = None
    number: NumberKind | None = None
    order: bool = False
    reference: ReferenceSpec | None = None
    exposed: bool = True
    length_max: int | None = None


def spec_of(column: Column[Any]) -> ColumnSpec:
    """The specification a column was declared with."""
    return column.info["spec"]


_TYPES: Mapping[type, TypeEngine[Any]] = {
    bool: Boolean(),
    int: Integer(),
    str: Text(),
}


def column(
    type_: TypeEngine[Any] | type | None = None,
    *,
    doc: str,
    zh: str,
    en: str | None = None,
    tier: Tier = Tier.INTERNAL,
    unit: str | None = None,
    code_list: str | None = None,
    enum: type[StrEnum] | None = None,
    number: NumberKind | None = None,
    order: bool = False,
    reference: ReferenceSpec | None = None,
    exposed: bool = True,
    length_max: int | None = None,
    **sql: Any,
) -> MappedColumn[Any]:
    """A column with its specification; `sql` goes to SQLAlchemy's `mapped_column` (nullable, server_default, index...).

    The SQL type follows from the `Mapped[...]` annotation unless given. `order=True` offers ordering by the column
    and creates the index that supports it; the column must then be NOT NULL.
    """
    spec = ColumnSpec(
        doc=doc, zh=zh, en=en, tier=tier, unit=unit, code_list=code_list, enum=enum, number=number,
        order=order, reference=reference, exposed=exposed, length_max=length_max,
    )  # fmt: skip
    made: Any = (_TYPES.get(type_) or type_()) if isinstance(type_, type) else type_
    positional = () if made is None else (made,)
    return mapped_column(*positional, comment=doc, info={"spec": spec}, **sql)


# Room for a sentence in a code or a name; longer text declares its own limit.
CODE_LENGTH_MAX = 64
NAME_LENGTH_MAX = 400
TEXT_LENGTH_MAX = 8_000


def code_column(
    *, doc: str, zh: str, tier: Tier = Tier.PUBLIC, length_max: int = CODE_LENGTH_MAX, **more: Any
) -> MappedColumn[Any]:
    """A business code or number: short text, compared exactly."""
    return column(Text(), doc=doc, zh=zh, tier=tier, length_max=length_max, **more)


def text_column(*, doc: str, zh: str, length_max: int = NAME_LENGTH_MAX, **more: Any) -> MappedColumn[Any]:
    """Free text up to `length_max` characters."""
    return column(Text(), doc=doc, zh=zh, length_max=length_max, **more)


def enum_column(enum: type[StrEnum], *, doc: str, zh: str, **more: Any) -> MappedColumn[Any]:
    """One value of a closed list, stored as text with a CHECK that the record adds."""
    return column(Text(), doc=doc, zh=zh, enum=enum, **more)


def quantity_column(*, doc: str, zh: str, unit: str, **more: Any) -> MappedColumn[Any]:
    """A quantity, numeric(20,6), in the unit that `unit` names."""
    return column(QUANTITY, doc=doc, zh=zh, unit=unit, number="quantity", **more)


def amount_column(*, doc: str, zh: str, unit: str, tier: Tier = Tier.COMMERCIAL, **more: Any) -> MappedColumn[Any]:
    """A money amount, numeric(20,6), in the currency whose column `unit` names."""
    return column(AMOUNT, doc=doc, zh=zh, unit=unit, tier=tier, number="money", **more)


def price_column(*, doc: str, zh: str, unit: str, tier: Tier = Tier.COMMERCIAL, **more: Any) -> MappedColumn[Any]:
    """A unit price, numeric(24,10), in the currency whose column `unit` names."""
    return column(RATE, doc=doc, zh=zh, unit=unit, tier=tier, number="money", **more)


def rate_column(*, doc: str, zh: str, unit: str | None = None, **more: Any) -> MappedColumn[Any]:
    """A rate, factor or percentage, numeric(24,10)."""
    return column(RATE, doc=doc, zh=zh, unit=unit, number="rate", **more)


def date_column(*, doc: str, zh: str, **more: Any) -> MappedColumn[Any]:
    """A calendar day of the company (`_on`)."""
    return column(Date(), doc=doc, zh=zh, **more)


def instant_column(*, doc: str, zh: str, **more: Any) -> MappedColumn[Any]:
    """An instant in UTC (`_at`)."""
    return column(Instant, doc=doc, zh=zh, **more)


def json_column(*, doc: str, zh: str, **more: Any) -> MappedColumn[Any]:
    """A JSON document; only for what has no columns of its own, such as an audit row's before and after."""
    return column(JSONB(), doc=doc, zh=zh, **more)


def uuid_column(*, doc: str, zh: str, **more: Any) -> MappedColumn[Any]:
    """A plain id without a foreign key: inter-company partners and keys of records higher up the ladder."""
    return column(Uuid(), doc=doc, zh=zh, **more)


def texts_column(*, doc: str, zh: str, **more: Any) -> MappedColumn[Any]:
    """A list of short texts."""
    return column(ARRAY(Text()), doc=doc, zh=zh, **more)


def small_column(*, doc: str, zh: str, **more: Any) -> MappedColumn[Any]:
    """A small whole number."""
    return column(SmallInteger(), doc=doc, zh=zh, **more)


def reference(
    target: str,
    *,
    doc: str,
    zh: str,
    lines: str | None = None,
    lines_order: str | None = None,
    many: str | None = None,
    tier: Tier = Tier.PUBLIC,
    **more: Any,
) -> MappedColumn[Any]:
    """The id of another record, by table name; the foreign key follows from the two records' kinds.

    Declared on `supplier_id` it is the field `supplier` in the graph. See `ReferenceSpec` for `lines` and `many`.
    """
    link = ReferenceSpec(target=target, lines=lines, lines_order=lines_order, many=many)
    return column(Uuid(), doc=doc, zh=zh, tier=tier, reference=link, **more)
