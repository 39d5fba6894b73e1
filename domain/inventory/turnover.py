"""What each item turned over by day and by month, in goods and in value (`domain.core.turnover`).

Goods are summed by item, place, status and owner, places outside of the company included; lots are not: a lot moves a
few times, so its entries are no more than its sums would be. Value is summed by item and valuation area.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from domain.core.columns import (
    Tier,
    amount_column,
    column,
    date_column,
    enum_column,
    quantity_column,
    reference,
    uuid_column,
)
from domain.core.handling import Handling, Sweep
from domain.core.ledger import Posting
from domain.core.money import EXACT, ZERO
from domain.core.records import CompanyRecord, Scope
from domain.core.turnover import FOLD_EVERY_SECONDS, Grain, fold, fold_statement
from domain.core.work import Work
from domain.inventory.models import COMPANY_CURRENCY, ITEM_UNIT, MoveKind, StockStatus, ValueLayer
from domain.inventory.rules import GoodsLeg

RETENTION = "as long as the entries it sums"


class StockTurnover(
    CompanyRecord, scope=Scope(site="location.site_id"), zh="库存发生额", exposed=False, retention=RETENTION
):
    """A share of the goods that came to and left a place in a day or month; shares of one key add up.

    What a transfer moves is kept apart: the company has received and issued nothing by it.
    """

    __tablename__ = "stock_turnover"

    item_id: Mapped[UUID] = reference("item", doc="What moved.", zh="物料")
    location_id: Mapped[UUID] = reference("location", doc="Where it came to or left.", zh="库位")
    status: Mapped[str] = enum_column(StockStatus, doc="Whether the quantity may be used.", zh="库存状态")
    owner_id: Mapped[UUID | None] = uuid_column(doc="Whose goods they are, if not ours.", zh="货主")
    grain: Mapped[str] = enum_column(Grain, doc="The span that is covered.", zh="跨度")
    starts_on: Mapped[date] = date_column(doc="First day of the span.", zh="起始日期")
    is_folded: Mapped[bool] = column(
        doc="Whether the job has made one row of the key's rows; a posting appends false.", zh="是否已合并",
        server_default="false",
    )  # fmt: skip
    received: Mapped[Decimal] = quantity_column(doc="What came, but by transfer.", zh="收入数量", unit=ITEM_UNIT)
    issued: Mapped[Decimal] = quantity_column(
        doc="What left, but by transfer, as a positive quantity.", zh="发出数量", unit=ITEM_UNIT
    )
    transferred: Mapped[Decimal] = quantity_column(
        doc="What came by transfer without what left by it.", zh="调拨净数量", unit=ITEM_UNIT
    )


class ValueTurnover(CompanyRecord, scope=Scope(), zh="存货金额发生额", exposed=False, retention=RETENTION):
    """A share of the value that an item gained and lost in a day or month; shares of one key add up."""

    __tablename__ = "value_turnover"

    item_id: Mapped[UUID] = reference("item", doc="What is valued.", zh="物料")
    site_id: Mapped[UUID | None] = uuid_column(
        doc="Valuation area where it is a site; empty where it is the company.", zh="计价范围"
    )
    grain: Mapped[str] = enum_column(Grain, doc="The span that is covered.", zh="跨度")
    starts_on: Mapped[date] = date_column(doc="First day of the span.", zh="起始日期")
    is_folded: Mapped[bool] = column(
        doc="Whether the job has made one row of the key's rows; a posting appends false.", zh="是否已合并",
        server_default="false",
    )  # fmt: skip
    quantity: Mapped[Decimal] = quantity_column(doc="Change of the quantity that is valued.", zh="数量", unit=ITEM_UNIT)
    gained: Mapped[Decimal] = amount_column(
        doc="Value gained.", zh="增加金额", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL
    )
    lost: Mapped[Decimal] = amount_column(
        doc="Value lost, as a positive amount.", zh="减少金额", unit=COMPANY_CURRENCY, tier=Tier.CONFIDENTIAL
    )


_goods, _value = StockTurnover.table, ValueTurnover.table
Index(
    "ix_stock_turnover_span",
    *(_goods.c[name] for name in ("company_id", "grain", "starts_on", "item_id", "location_id")),
)
Index("ix_value_turnover_span", *(_value.c[name] for name in ("company_id", "grain", "starts_on", "item_id")))
for _table in (_goods, _value):
    Index(f"ix_{_table.name}_fresh", _table.c.company_id, postgresql_where=~_table.c.is_folded)

GOODS_KEYS = ("item_id", "location_id", "status", "owner_id", "grain", "starts_on")
GOODS_SUMS = ("received", "issued", "transferred")
VALUE_KEYS = ("item_id", "site_id", "grain", "starts_on")
VALUE_SUMS = ("quantity", "gained", "lost")
_FOLDS = (fold_statement(_goods, GOODS_KEYS, GOODS_SUMS), fold_statement(_value, VALUE_KEYS, VALUE_SUMS))

# The turnover that entries and layers add up to, one row a key.
COUNTED_GOODS = """
SELECT e.company_id, e.item_id, e.location_id, e.status, e.owner_id, s.grain, s.starts_on,
       coalesce(sum(e.quantity) FILTER (WHERE NOT w.is_within AND e.quantity > 0), 0) AS received,
       coalesce(-sum(e.quantity) FILTER (WHERE NOT w.is_within AND e.quantity < 0), 0) AS issued,
       coalesce(sum(e.quantity) FILTER (WHERE w.is_within), 0) AS transferred
FROM stock_entry e JOIN stock_move m ON m.company_id = e.company_id AND m.id = e.stock_move_id
CROSS JOIN LATERAL (SELECT m.kind IN ('TRANSFER', 'STATUS_CHANGE') AS is_within) AS w
CROSS JOIN LATERAL (
    VALUES ('DAY', e.occurred_on), ('MONTH', date_trunc('month', e.occurred_on)::date)
) AS s (grain, starts_on)
GROUP BY e.company_id, e.item_id, e.location_id, e.status, e.owner_id, s.grain, s.starts_on
"""
COUNTED_VALUE = """
SELECT v.company_id, v.item_id, v.site_id, s.grain, s.starts_on, sum(v.quantity) AS quantity,
       coalesce(sum(v.value) FILTER (WHERE v.value > 0), 0) AS gained,
       coalesce(-sum(v.value) FILTER (WHERE v.value < 0), 0) AS lost
FROM value_layer v
CROSS JOIN LATERAL (
    VALUES ('DAY', v.occurred_on), ('MONTH', date_trunc('month', v.occurred_on)::date)
) AS s (grain, starts_on)
GROUP BY v.company_id, v.item_id, v.site_id, s.grain, s.starts_on
"""
# What a summary that was lost, or entries that came by another road, are made good with: into empty tables.
RECOUNTS = (
    f"""
INSERT INTO stock_turnover (company_id, id, is_folded, item_id, location_id, status, owner_id, grain, starts_on,
                            received, issued, transferred)
SELECT company_id, gen_random_uuid(), true, item_id, location_id, status, owner_id, grain, starts_on,
       received, issued, transferred FROM ({COUNTED_GOODS}) AS counted
""",
    f"""
INSERT INTO value_turnover (company_id, id, is_folded, item_id, site_id, grain, starts_on, quantity, gained, lost)
SELECT company_id, gen_random_uuid(), true, item_id, site_id, grain, starts_on, quantity, gained, lost
FROM ({COUNTED_VALUE}) AS counted
""",
)


# Moves by which the company neither receives nor issues anything.
WITHIN = frozenset({MoveKind.TRANSFER, MoveKind.STATUS_CHANGE})


def _spans(day: date) -> tuple[tuple[Grain, date], ...]:
    return (Grain.DAY, day), (Grain.MONTH, day.replace(day=1))


async def append_goods(work: Work, kind: MoveKind, postings: Sequence[Posting[GoodsLeg]]) -> None:
    """What the moves move is in the turnover of its days and months. Not audited: the entries, which are, sum to it."""
    sums: defaultdict[tuple[Any, ...], list[Decimal]] = defaultdict(lambda: [ZERO] * len(GOODS_SUMS))
    for posting in postings:
        for leg in posting.entries:
            key = (leg.key.item_id, leg.key.location_id, leg.key.status, leg.key.owner_id)
            moved = (max(leg.quantity, ZERO), max(-leg.quantity, ZERO), ZERO)
            _add(sums, key, posting.occurred_on, (ZERO, ZERO, leg.quantity) if kind in WITHIN else moved)
    await work.insert(StockTurnover, _rows(GOODS_KEYS, GOODS_SUMS, sums), audited=False)


async def append_layers(work: Work, layers: Sequence[Mapping[str, Any]]) -> None:
    """The layers are appended, and in the turnover of their days and months."""
    await work.insert(ValueLayer, layers, audited=False)
    sums: defaultdict[tuple[Any, ...], list[Decimal]] = defaultdict(lambda: [ZERO] * len(VALUE_SUMS))
    for layer in layers:
        value = layer["value"]
        amounts = (layer["quantity"], max(value, ZERO), max(-value, ZERO))
        _add(sums, (layer["item_id"], layer.get("site_id")), layer["occurred_on"], amounts)
    await work.insert(ValueTurnover, _rows(VALUE_KEYS, VALUE_SUMS, sums), audited=False)


def _add(
    sums: defaultdict[tuple[Any, ...], list[Decimal]], key: tuple[Any, ...], day: date, amounts: Iterable[Decimal]
) -> None:
    given = tuple(amounts)
    for span in _spans(day):
        held = sums[(*key, *span)]
        held[:] = [EXACT.add(one, other) for one, other in zip(held, given, strict=True)]


def _rows(
    keys: Sequence[str], names: Sequence[str], sums: Mapping[tuple[Any, ...], Sequence[Decimal]]
) -> list[dict[str, Any]]:
    return [{**dict(zip(keys, key, strict=True)), **dict(zip(names, held, strict=True))} for key, held in sums.items()]


async def fold_turnover(handling: Handling) -> None:
    """Each place of each item, and each item's value, has one row a span again."""
    await fold(handling, _FOLDS)


SWEEPS = (Sweep("inventory.fold_turnover", fold_turnover, FOLD_EVERY_SECONDS),)
