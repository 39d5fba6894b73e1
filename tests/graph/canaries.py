"""A database in which every value betrays where it leaked from, and what each actor may see of it.

Each exposed record has one row in company 1 and one in company 2 (or two rows, for the group's masters); row n refers
to row n of every other record. Whatever can hold it holds a canary: a value that exists nowhere else. What an actor may
see is asked of Casbin itself, field by field, not of the compiled grants that the graph uses.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import Boolean, Column, Date, DateTime, Numeric
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import Integer, LargeBinary, SmallInteger, Uuid

from authz.scope import readable_companies
from domain import RECORDS
from domain.core.actors import Actor, Audience, Grants
from domain.core.columns import GUARDED_TIERS, Tier, spec_of
from domain.core.records import CompanyRecord, GroupRecord, Partners, Record
from resolvers.catalog import STORED, Entity, Source, field_name
from tests.authz.coordinates import POLICY, enforced
from tests.factory import insert, numbered, row
from tests.graph.population import RECOUNTS

ROWS = (1, 2)
# Keys and instants of the machinery; they say nothing of the business.
UNTOUCHED = frozenset({"id", "company_id", "version", "archived_at", "recorded_at"})

# A shorter text could stand in an answer by chance.
TELLING_LENGTH = 7

# The party whose rows the partners' users of these tests may see is row 1's.
OWN_ROW = 1

Values = dict[str, Any]


def _order(values: Values) -> Values:
    return {"total_due": values["subtotal"] + values["tax"] + values["freight"]}


def _counted(values: Values) -> Values:
    return {"received_quantity": values["rejected_quantity"] + values["stocked_quantity"]}


# What a CHECK or a unique key wants of a row, by record.
MENDED: dict[str, Callable[[Values], Values]] = {
    "Currency": lambda values: {"code": f"X{values['id'].int % 10}A"},
    "WorkCalendarShift": lambda _: {"starts_minute": 480, "ends_minute": 960},
    "StockBalance": lambda _: {"quantity": Decimal(1)},
    "PurchaseOrder": _order,
    "PurchaseOrderLine": _counted,
    "GoodsReceiptLine": _counted,
    "Alert": lambda _: {"resolved_at": None, "resolved_by": None},
    "StorageCondition": lambda values: {"storage_class": ("AMBIENT", "COOL")[values["id"].int % 2]},
}


@dataclass(frozen=True)
class Canary:
    """A value, and the field and row that it lives in."""

    text: str
    entity: Entity
    field: str
    tier: Tier
    number: int

    @property
    def coordinate(self) -> str:
        """The field's name in the policy."""
        return self.entity.coordinate(self.field)


def _number(place: int) -> int:
    """Ascending as the places are, for columns that bound each other; and no sum or difference of a few of them is
    likely to be another one, for columns that are computed.
    """
    return 731_000_000 + place * 97 + pow(place, 5, 97)


def _canary(column: Column[Any], place: int) -> Any:
    """A value that no other column holds; None where the column has no room for one."""
    spec, kind = spec_of(column), column.type
    if spec.enum is not None or spec.reference is not None or spec.code_list is not None:
        return None
    if isinstance(kind, Boolean | SmallInteger | ARRAY | JSONB | LargeBinary):
        return None
    if isinstance(kind, Numeric):
        return Decimal(_number(place))
    if isinstance(kind, Integer):
        return _number(place)
    if isinstance(kind, Date):
        return date(2130, 1, 1) + timedelta(days=place)
    if isinstance(kind, DateTime):
        return datetime(2230, 1, 1, tzinfo=UTC) + timedelta(days=place)
    if isinstance(kind, Uuid):
        return UUID(int=0x731_0000_0000 + place)
    text = f"q{place:05}z"
    return None if spec.length_max is not None and spec.length_max < len(text) else text


def _text(value: Any) -> str:
    """How a canary reads in an answer."""
    return value.isoformat()[:10] if isinstance(value, date) else str(value)


def _rows() -> Iterator[tuple[type[Record], Values, list[Canary]]]:
    """Every row to write with the canaries in it."""
    place = 0
    for entity in STORED.values():
        record = entity.record
        for number in ROWS:
            given: Values = {"id": numbered(record, number)}
            if "company_id" in record.table.c:
                given["company_id"] = number
            for column in record.table.columns:
                spec = spec_of(column)
                place += 1
                if column.name in UNTOUCHED or column.computed is not None:
                    continue
                if spec.reference is not None:
                    target = RECORDS[spec.reference.target]
                    is_self = target is record and column.nullable
                    given[column.name] = None if is_self else numbered(target, number)
                elif (made := _canary(column, place)) is not None:
                    given[column.name] = made
            given |= MENDED.get(record.__name__, lambda _: {})(given)
            yield record, row(record, number, **given), [*_canaries(entity, number, given)]


def _canaries(entity: Entity, number: int, given: Values) -> Iterator[Canary]:
    for column in entity.table.columns:
        spec, value = spec_of(column), given.get(column.name)
        if column.name in UNTOUCHED or spec.reference is not None or not spec.exposed:
            continue
        if _canary(column, 0) is not None and value is not None and len(_text(value)) >= TELLING_LENGTH:
            yield Canary(_text(value), entity, field_name(column.name, spec), spec.tier, number)


def text_of(entity: str, field: str, number: int) -> str:
    """The canary of a field in a row."""
    return next(
        one.text for _, _, canaries in _rows() for one in canaries
        if (one.entity.name, one.field, one.number) == (entity, field, number)
    )  # fmt: skip


_RULES = """
SELECT conrelid::regclass::text AS on_table, conname FROM pg_constraint
WHERE contype = 'c' AND connamespace = 'public'::regnamespace
"""


async def plant(connection: asyncpg.Connection) -> list[Canary]:
    """Write the rows and what sums them up; answers the canaries.

    References are not checked meanwhile, since they point in circles, and the rules of the tables are gone from this
    database for good: a canary is a value that no other field holds, not a fact.
    """
    planted: list[Canary] = []
    async with connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        for rule in await connection.fetch(_RULES):
            await connection.execute(f'ALTER TABLE {rule["on_table"]} DROP CONSTRAINT "{rule["conname"]}"')
        for record, values, canaries in _rows():
            await insert(connection, record, [values])
            planted += canaries
        for statement in RECOUNTS:
            await connection.execute(statement)
    return planted


def _roles(actor: Actor, company: int) -> set[str]:
    """The roles that count in a company (0: the group)."""
    return set(actor.roles.get(company, frozenset()) | actor.roles.get(0, frozenset()))


def may_read(actor: Actor, record: type[Record], tier: Tier, coordinate: str, number: int) -> bool:
    """Whether Casbin lets the actor read the field of row `number`, the row itself being in its scope."""
    module, is_partner = record.spec.module, actor.audience is not Audience.STAFF

    def allowed(name: str, asked: Tier, company: int) -> bool:
        return any(
            enforced(role, module, name, asked.value, "READ")
            for role in _roles(actor, company)
            if POLICY.audiences[role] is actor.audience
        )

    where = [number] if issubclass(record, CompanyRecord) else [0, *ROWS]
    row_tier = Tier.PUBLIC if is_partner else Tier.INTERNAL
    # A row is opened by its module or by its type, never by one of its fields.
    if not any(allowed(f"{record.__name__}.id", row_tier, company) for company in where):
        return False
    owner = record.spec.scope.owner
    if is_partner and record.spec.scope.partner is Partners.NOBODY and owner is None:
        return False
    if owner is not None and (is_partner or not allowed("", row_tier, 0)):
        # The rows here are of others.
        return False
    if is_partner and isinstance(record.spec.scope.partner, str) and number != OWN_ROW:
        return False
    if (issubclass(record, GroupRecord) or owner is not None) and tier in GUARDED_TIERS:
        where = [0]
    return any(allowed(coordinate, tier, company) for company in where)


def reads_its_own(grants: Grants, entity: Entity, source: Source) -> bool:
    """Whether the field is readable in what the actor owns; of the rows here it owns none."""
    where = readable_companies(entity.record, grants, source.spec.tier, entity.coordinate(source.name))
    return entity.record.spec.scope.owner is not None and bool(where)
