"""Records: a table declared once, as a specification.

Three kinds, so that the tables shard by company unchanged: `GroupRecord` (masters shared by the group), `CompanyRecord`
(documents and ledgers of one legal entity: every key begins with `company_id`), `SystemRecord` (outbox, audit,
idempotency: written in a company's transaction). What has no table but follows from these is a report
(`domain.core.reports`). A group record never references a company record; no foreign key crosses companies.

Foreign keys are declared as data (`reference`) and built by `link_references` once every module is imported, because
the shape
of the key depends on the kinds of both ends. SQLAlchemy's `relationship()` is not used: on composite keys it warns
and blanks keys, and the planner joins from the same declaration.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    UniqueConstraint,
    func,
)
from sqlalchemy.orm import DeclarativeBase, Mapped
from sqlalchemy.types import Uuid

from domain.core.columns import ColumnSpec, Instant, Tier, column, spec_of
from domain.core.search import is_prose, searched

# The company number that stands for the group itself: rows of shared masters in system tables, and role assignments
# that hold in the group and in every company.
GROUP = 0

# A master with this column was merged into another where it names one: look-ups of one row answer with that one.
MERGED_INTO = "merged_into_id"

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Partners(Enum):
    """Which business partners see a record that belongs to none of them."""

    NOBODY = "no partner ever"
    ANYONE = "any partner with a grant: catalogue data"


NOBODY = Partners.NOBODY
ANYONE = Partners.ANYONE


@dataclass(frozen=True, slots=True)
class Scope:
    """Which rows an actor may see, declared per record.

    `partner` is a column or reference path that holds a party's id ("order.supplier_id"), NOBODY, or ANYONE. `site` is
    the column or path that holds the site's id, for staff restricted to sites.

    `owner` is the column or path that holds the account whose own row it is: whoever reads the module in the group sees
    every such row, all others, partners too, their own. Of those they see what `shown`, a column that is true or false,
    lets be seen.
    """

    partner: str | Partners = NOBODY
    site: str | None = None
    owner: str | None = None
    shown: str | None = None


@dataclass(frozen=True, slots=True)
class RecordSpec:
    """What a record says of itself beside its columns.

    `key` is the business key's column (code, number), unique in the company or group; `name` the column that names a
    row to people. `search` names the columns in which words are sought, and the lists (`identifiers.value`) whose rows
    are found by their code. `append_only` rows have no version and refuse UPDATE and DELETE.
    """

    module: str
    doc: str
    zh: str
    en: str
    scope: Scope
    key: str | None
    name: str | None
    search: tuple[str, ...]
    append_only: bool
    exposed: bool
    retention: str


class Record(DeclarativeBase):
    """The root of every table."""

    __abstract__ = True
    metadata = MetaData(naming_convention=NAMING)
    spec: ClassVar[RecordSpec]
    table: ClassVar[Table]

    def __init_subclass__(
        cls,
        scope: Scope | None = None,
        zh: str = "",
        key: str | None = None,
        name: str | None = None,
        search: tuple[str, ...] = (),
        append_only: bool = False,
        exposed: bool = True,
        retention: str = "10 years after the business year",
        **more: Any,
    ) -> None:
        """Register the specification, then let SQLAlchemy map the class.

        Raises: TypeError when a concrete record declares no scope or no Chinese label.
        """
        abstract = cls.__dict__.get("__abstract__", False)
        if not abstract:
            if scope is None or not zh:
                raise TypeError(f"{cls.__name__} declares no scope or no zh label")
            cls.spec = RecordSpec(
                module=cls.__module__.split(".")[1], doc=(cls.__doc__ or "").strip(), zh=zh, en=spaced(cls.__name__),
                scope=scope, key=key, name=name, search=search, append_only=append_only, exposed=exposed,
                retention=retention,
            )  # fmt: skip
            if append_only:
                cls.version = None  # type: ignore[assignment]  # SQLAlchemy's way to leave an inherited column out
        super().__init_subclass__(**more)
        if not abstract:
            cls.table = cls.__table__  # type: ignore[assignment]  # a Table for every record
            _complete(cls)


class GroupRecord(Record):
    """A master shared by the whole group."""

    __abstract__ = True
    id: Mapped[UUID] = column(
        Uuid(), primary_key=True, sort_order=-9, doc="Key of the row.", zh="标识", tier=Tier.PUBLIC
    )
    version: Mapped[int] = column(
        Integer(), server_default="1", sort_order=90, zh="版本", tier=Tier.PUBLIC,
        doc="Counts the changes of the row; send it back as expectedVersion.",
    )  # fmt: skip
    recorded_at: Mapped[datetime] = column(
        Instant, server_default=func.now(), sort_order=91, zh="记录时间", doc="When the row was first recorded.",
    )  # fmt: skip
    archived_at: Mapped[datetime | None] = column(
        Instant, sort_order=92, zh="归档时间",
        doc="When the master was archived; lists hide it from then on unless asked.",
    )  # fmt: skip


class CompanyRecord(Record):
    """A document or ledger row of one legal entity."""

    __abstract__ = True
    company_id: Mapped[int] = column(
        SmallInteger(), primary_key=True, autoincrement=False, sort_order=-10, zh="公司编号", tier=Tier.PUBLIC,
        doc="Number of the legal entity the row belongs to.",
    )  # fmt: skip
    id: Mapped[UUID] = column(
        Uuid(), primary_key=True, sort_order=-9, doc="Key of the row.", zh="标识", tier=Tier.PUBLIC
    )
    version: Mapped[int] = column(
        Integer(), server_default="1", sort_order=90, zh="版本", tier=Tier.PUBLIC,
        doc="Counts the changes of the row; send it back as expectedVersion.",
    )  # fmt: skip
    recorded_at: Mapped[datetime] = column(
        Instant, server_default=func.now(), sort_order=91, zh="记录时间", doc="When the row was first recorded.",
    )  # fmt: skip


class SystemRecord(Record):
    """A row of the machinery, written in a company's transaction; `company_id` 0 is the group."""

    __abstract__ = True
    company_id: Mapped[int] = column(
        SmallInteger(), primary_key=True, autoincrement=False, sort_order=-10, zh="公司编号", tier=Tier.PUBLIC,
        doc="Number of the legal entity, 0 for the group.",
    )  # fmt: skip
    id: Mapped[UUID] = column(
        Uuid(), primary_key=True, sort_order=-9, doc="Key of the row.", zh="标识", tier=Tier.PUBLIC
    )
    version: Mapped[int] = column(
        Integer(), server_default="1", sort_order=90, zh="版本", tier=Tier.PUBLIC, doc="Counts the changes of the row.",
    )  # fmt: skip
    recorded_at: Mapped[datetime] = column(
        Instant, server_default=func.now(), sort_order=91, zh="记录时间", doc="When the row was first recorded.",
    )  # fmt: skip


def spaced(name: str) -> str:
    """'PurchaseOrderLine' -> 'Purchase order line'; 'ordered_on' -> 'Ordered on'."""
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name.replace("_", " ")).strip()
    return words[:1].upper() + words[1:]


def label_of(column_: Column[Any], locale: str = "en") -> str:
    """The label a person reads for a column, in zh or en."""
    spec = spec_of(column_)
    return spec.zh if locale.startswith("zh") else spec.en or spaced(column_.name.removesuffix("_id"))


def is_sharded(record: type[Record]) -> bool:
    """Whether the record's keys begin with `company_id`."""
    return not issubclass(record, GroupRecord)


def _complete(record: type[Record]) -> None:
    """Add what the declaration implies: enum and length checks, the business key, the indexes of offered orders."""
    table, prefix = record.table, (["company_id"] if is_sharded(record) else [])
    for column_ in table.columns:
        spec: ColumnSpec = spec_of(column_)
        if spec.enum is not None:
            values = ", ".join(f"'{member.value}'" for member in spec.enum)
            table.append_constraint(CheckConstraint(f"{column_.name} IN ({values})", name=f"{column_.name}_known"))
        if spec.length_max is not None:
            table.append_constraint(
                CheckConstraint(f"char_length({column_.name}) <= {spec.length_max}", name=f"{column_.name}_length")
            )
        if spec.order:
            if column_.nullable:
                raise TypeError(f"{table.name}.{column_.name} is nullable and cannot be ordered by")
            Index(None, *(table.c[name] for name in [*prefix, column_.name, "id"]))
    if record.spec.search:
        columns = [table.c[name] for name in record.spec.search if name in table.c]
        prose = [one for one in columns if is_prose(one)]
        if len(prose) > 1:
            raise TypeError(f"{table.name} can be searched in one longer text, not in {len(prose)}")
        names = [one for one in columns if one not in prose]
        Index(f"ix_{table.name}_search", searched(prose[0] if prose else None, names), postgresql_using="gin")
    if record.spec.key is not None:
        table.append_constraint(UniqueConstraint(*(table.c[name] for name in [*prefix, record.spec.key])))


def _index_references(record: type[Record]) -> None:
    """An index for each reference that no other index or key begins with; rows that name nothing are left out of it."""
    table, prefix = record.table, (["company_id"] if is_sharded(record) else [])
    for column_ in table.columns:
        wanted = [*prefix, column_.name]
        if spec_of(column_).reference is None or any(names[: len(wanted)] == wanted for names in _whole_keys(table)):
            continue
        named = column_.is_not(None) if column_.nullable else None
        Index(None, *(table.c[name] for name in wanted), postgresql_where=named)


def _whole_keys(table: Table) -> Iterator[list[str]]:
    """The columns of each key and index that holds every row in its order."""
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            yield [one.name for one in constraint.columns]
    for index in table.indexes:
        options = index.dialect_options["postgresql"]
        if options["where"] is None and not options["using"]:
            yield [getattr(one, "name", "") for one in index.expressions]


def link_references(records: Iterable[type[Record]]) -> Mapping[str, type[Record]]:
    """The records by table name, each reference now a foreign key that begins with `company_id` where both ends have
    one, and found by an index.

    Raises: TypeError for a reference from a group record to a company record, or to an unknown table.
    """
    by_table = {record.table.name: record for record in records}
    for record in by_table.values():
        _index_references(record)
        for column_ in record.table.columns:
            link = spec_of(column_).reference
            if link is None:
                continue
            target = by_table.get(link.target)
            if target is None or (is_sharded(target) and not is_sharded(record)):
                raise TypeError(f"{record.table.name}.{column_.name} cannot reference {link.target}")
            keys = ["company_id", "id"] if is_sharded(target) else ["id"]
            own = ["company_id", column_.name] if is_sharded(target) else [column_.name]
            record.table.append_constraint(ForeignKeyConstraint(own, [f"{link.target}.{key}" for key in keys]))
    for table in _rooted(by_table):
        table.append_constraint(ForeignKeyConstraint(["company_id"], ["company.company_id"]))
    return by_table


def _rooted(by_table: Mapping[str, type[Record]]) -> Iterator[Table]:
    """The tables of companies whose rows must themselves name a company that there is.

    A row that cannot be without its document is of the document's company, which there is: asking again costs a look at
    the company's row, and a lock on it that every posting would share, for each line.
    """
    held: set[str] = set()
    waiting = {name: record for name, record in by_table.items() if issubclass(record, CompanyRecord)}
    while waiting:
        following = [name for name, record in waiting.items() if held & _owners(record)]
        alone = [name for name, record in waiting.items() if not waiting.keys() & _owners(record)]
        # Records that own each other in a ring have no first one: any of them is as good.
        taken = following or alone or sorted(waiting)[:1]
        for name in taken:
            record = waiting.pop(name)
            if not following:
                yield record.table
        held.update(taken)


def _owners(record: type[Record]) -> set[str]:
    """The tables of which every row of the record names one."""
    links = [(one, spec_of(one).reference) for one in record.table.columns]
    return {link.target for one, link in links if link is not None and not one.nullable}
