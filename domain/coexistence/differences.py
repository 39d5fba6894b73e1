"""Migration differences: what a legacy system held, against what its documents say it should hold.

A source rarely has every document that moved its goods: consumption, scrap and counts are often missing. What is
missing is not guessed at. The book is made to hold what the legacy system held, place by place, and the difference,
more or less, posts to an account of its own, where it can be explained item by item and cleared.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, literal_column, or_, select
from sqlalchemy.orm import Mapped

from domain import inventory
from domain.core.actors import Action
from domain.core.columns import QUANTITY, Tier, amount_column, code_column, quantity_column, reference
from domain.core.commands import Results, argument, command, part
from domain.core.database import Connection
from domain.core.reports import Asked, Lines, Report, any_values
from domain.core.verify import Finding, Verifier
from domain.core.work import Work
from domain.finance.models import AccountRole
from domain.finance.statements import row_id, text_of
from domain.inventory.models import MoveKind, StockBalance, StockEntry, StockMove, StockStatus, ValueLayer
from domain.master_data.items import Item

AGAINST = inventory.Against(AccountRole.MIGRATION_DIFFERENCE, MoveKind.MIGRATION)
ITEM_UNIT = "item.unit.code"
NOTHING = literal_column("0", QUANTITY)


@command(action=Action.IMPORT, record=StockBalance, zh="过账迁移差异", key_required=True)
class PostMigrationDifference:
    """Make a place hold what the legacy system held there; the difference posts to migration differences."""

    item_id: UUID = argument(doc="What was held.", zh="物料", reference="item")
    location_id: UUID = argument(doc="Where it was held.", zh="库位", reference="location")
    counted: Decimal = argument(doc="How much the legacy system held.", zh="旧系统数量", number="quantity")
    lot_number: str | None = argument(doc="The lot that was held.", zh="批号", default=None)
    status: StockStatus = argument(doc="Status of what was held.", zh="库存状态", default=StockStatus.RELEASED)
    counted_on: date | None = argument(
        doc="Day at whose end it was held; today unless given.", zh="基准日期", default=None
    )


async def post_migration_differences(work: Work, commands: Sequence[PostMigrationDifference]) -> Results[StockBalance]:
    """The balances, each holding what the legacy system held; a refusal stands in its own place.

    Posts: the difference at the item's cost against migration differences, one voucher a place that differs. Raises
    per row: NotFound, Rejected, PeriodClosed. Emits: StockChanged.
    """
    counts = [
        inventory.CountStock(
            item_id=one.item_id, location_id=one.location_id, counted=one.counted, lot_number=one.lot_number,
            status=one.status, counted_on=one.counted_on,
        )
        for one in commands
    ]  # fmt: skip
    return await inventory.post_counts(work, counts, AGAINST)


@part
class MigrationDifferenceArguments:
    """The day of a list of migration differences."""

    on: date = argument(doc="At the end of this day.", zh="日期")


class MigrationDifferenceLine(
    Report, zh="迁移差异明细行", arguments=MigrationDifferenceArguments, order="code", check=any_values,
    totals=("amount",), reads=(StockEntry, StockMove, ValueLayer, Item),
):  # fmt: skip
    """What the documents of a legacy system leave unexplained of one item: received less on hand, more or less."""

    __tablename__ = "migration_difference_line"

    code: Mapped[str] = code_column(doc="Code of the item.", zh="物料代码", tier=Tier.INTERNAL, order=True)
    item_id: Mapped[UUID] = reference("item", doc="What was held.", zh="物料")
    received_quantity: Mapped[Decimal] = quantity_column(
        doc="What receipts and opening balances brought in.", zh="收入数量", unit=ITEM_UNIT
    )
    other_quantity: Mapped[Decimal] = quantity_column(
        doc="What every other document brought (positive) or took.", zh="其他变动数量", unit=ITEM_UNIT
    )
    difference_quantity: Mapped[Decimal] = quantity_column(
        doc="What no document explains: consumed (positive), or held beyond what came in (negative).",
        zh="差异数量", unit=ITEM_UNIT,
    )  # fmt: skip
    on_hand_quantity: Mapped[Decimal] = quantity_column(
        doc="On hand: received and other, less the difference.", zh="现存数量", unit=ITEM_UNIT
    )
    amount: Mapped[Decimal] = amount_column(
        doc="What migration differences hold for the item, debit positive.", zh="差异金额", unit="company.currency",
        tier=Tier.CONFIDENTIAL,
    )  # fmt: skip


def migration_differences(asked: Asked) -> Lines:
    """A line for each item of which a difference was posted up to the day.

    Layers of value tell of goods that are on hand and ours, and of nothing else; what came later of an entry stands
    beside it with no quantity.
    """
    entry, move, layer, item = (asked.of(record) for record in (StockEntry, StockMove, ValueLayer, Item))
    layers = (
        layer.join(entry, and_(entry.c.company_id == layer.c.company_id, entry.c.id == layer.c.stock_entry_id))
        .join(move, and_(move.c.company_id == entry.c.company_id, move.c.id == entry.c.stock_move_id))
        .join(item, item.c.id == layer.c.item_id)
    )
    is_difference = move.c.kind == text_of(MoveKind.MIGRATION.value)
    is_receipt = or_(*(move.c.kind == text_of(kind.value) for kind in (MoveKind.RECEIPT, MoveKind.OPENING)))
    there = func.sum(layer.c.quantity)
    came, differed = _sum_of(layer.c.quantity, is_receipt), _sum_of(layer.c.quantity, is_difference)
    return (
        select(
            layer.c.company_id, row_id(layer.c.company_id, layer.c.item_id).label("id"), item.c.code, layer.c.item_id,
            came.label("received_quantity"), (there - came - differed).label("other_quantity"),
            (-differed).label("difference_quantity"), there.label("on_hand_quantity"),
            (-_sum_of(layer.c.value + layer.c.correction, is_difference)).label("amount"),
        )
        .select_from(layers)
        .where(layer.c.occurred_on <= asked["on"])
        .group_by(layer.c.company_id, layer.c.item_id, item.c.code)
        .having(func.count().filter(is_difference) > 0)
    )  # fmt: skip


def _sum_of(figure: ColumnElement[Any], condition: ColumnElement[bool]) -> ColumnElement[Any]:
    """The sum of a figure over the rows that meet a condition."""
    return func.coalesce(func.sum(figure).filter(condition), NOTHING)


# What the account took from vouchers that are not by hand, against what the layers of the differences are worth, the
# corrections that came later included.
_WRONG = """
WITH posted AS (
    SELECT l.company_id, sum(l.amount) AS amount
    FROM journal_line l
    JOIN account a ON a.company_id = l.company_id AND a.id = l.account_id
    JOIN journal_entry e ON e.company_id = l.company_id AND e.id = l.journal_entry_id
    WHERE a.role = 'MIGRATION_DIFFERENCE' AND e.kind NOT IN ('GENERAL', 'CLOSING') GROUP BY l.company_id
), held AS (
    SELECT y.company_id, -sum(y.value + y.correction) AS amount
    FROM value_layer y
    JOIN stock_entry s ON s.company_id = y.company_id AND s.id = y.movement_id
    JOIN stock_move m ON m.company_id = s.company_id AND m.id = s.stock_move_id
    WHERE m.kind = 'MIGRATION' GROUP BY y.company_id
)
SELECT c.company_id, coalesce(p.amount, 0) AS posted, coalesce(h.amount, 0) AS held
FROM company c
LEFT JOIN posted p ON p.company_id = c.company_id
LEFT JOIN held h ON h.company_id = c.company_id
WHERE coalesce(p.amount, 0) <> coalesce(h.amount, 0)
ORDER BY c.company_id LIMIT 1
"""
MIGRATION_DIFFERENCES = "migration differences"


async def migration_account(connection: Connection) -> AsyncIterator[Finding]:
    """The first company whose migration differences are not what the goods behind them are worth."""
    for row in await connection.fetch(_WRONG):
        message = f"the account took {row['posted']}, the goods behind it are worth {row['held']}"
        yield Finding.of_company(MIGRATION_DIFFERENCES, row["company_id"], "migration differences", message)


VERIFIERS: Mapping[str, Verifier] = {MIGRATION_DIFFERENCES: migration_account}

__all__ = [
    "VERIFIERS", "MigrationDifferenceLine", "PostMigrationDifference", "migration_differences",
    "post_migration_differences",
]  # fmt: skip
