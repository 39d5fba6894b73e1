"""Reports: rows that follow from other rows, declared like a record and read like one.

A report is a class of columns (doc, labels, tier, unit, references to real records) with one function right below it:
the select that makes its rows from what was asked. It has no table; the graph shows it as a connection whose source is
that select, so permission, masks, filters, figures and pages are those of every record. What the function reads it
gets from `Asked.of`, already limited to the rows that the reader may see; the records are named in the declaration, so
that a reader who may see nothing of one of them is answered without asking the database.

A row of a report has an `id` that tells rows of equal order apart. It is not in the graph: with other arguments the
same id would stand for other figures, which no client's cache could tell.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from types import NoneType
from typing import Any, ClassVar, get_args, get_type_hints

from sqlalchemy import ColumnElement, Date, FromClause, Integer, MetaData, Select, SmallInteger, Text, func, select
from sqlalchemy.types import TypeEngine

from domain.core.columns import QUANTITY, Instant, Tier, spec_of
from domain.core.commands import ArgumentSpec
from domain.core.errors import InvalidInput
from domain.core.records import NAMING, CompanyRecord, Record, Scope

# Most reports are meant to be read whole: their pages are longer than those of records.
REPORT_PAGE_DEFAULT = 1_000
REPORT_PAGE_MAX = 5_000

# The argument that most reports share.
KNOWN_AT: Mapping[str, Any] = {
    "doc": "As it was known at this instant: without what was recorded later.", "zh": "认知时点",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSpec:
    """What a report says of itself beside its columns.

    `arguments` is a class whose fields are declared with `argument`, `check` what refuses values that make no sense
    together. `order` is the column its rows come in the order of, `page` the size of a page for which none is named. A
    report `of_one_company` takes the code of one company instead of a list. A printed report adds up the columns
    `totals`, and by `section` those that it says of a section: `section_totals`.
    """

    arguments: type[Any]
    reads: tuple[type[Record], ...]
    order: str
    check: Callable[[Mapping[str, Any]], None]
    page: int
    of_one_company: bool
    totals: tuple[str, ...]
    section: str | None
    section_totals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReportArgument:
    """One argument: its name in code, the type and default of its values, whether it may be left out."""

    name: str
    type: type[Any]
    is_optional: bool
    default: Any
    spec: ArgumentSpec

    @property
    def is_structural(self) -> bool:
        """Whether its value shapes the select: a closed list or a choice of two."""
        return issubclass(self.type, StrEnum | bool)

    @property
    def sql_type(self) -> TypeEngine[Any]:
        """The type of the statement's parameter."""
        kinds: Mapping[type[Any], TypeEngine[Any]] = {
            date: Date(), datetime: Instant, str: Text(), int: Integer(), Decimal: QUANTITY,
        }  # fmt: skip
        return kinds[self.type]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report's function is given.

    `companies` is the array of company numbers asked for, `values` each argument as a parameter, or as itself where it
    shapes the select, or None where it was left out. Only a page in the report's own order has an `after` or a
    `before`: the order's value and the id of the row it begins behind or ends ahead of; `is_from_end` when it is
    counted from the end. A report may make no row outside of them, and the figures of those within must not change.
    """

    companies: ColumnElement[Any]
    values: Mapping[str, Any]
    sources: Callable[[type[Record]], FromClause]
    after: tuple[ColumnElement[Any], ColumnElement[Any]] | None = None
    before: tuple[ColumnElement[Any], ColumnElement[Any]] | None = None
    is_from_end: bool = False

    def of(self, record: type[Record]) -> FromClause:
        """The rows of a record that the reader may see; one that the report declares to read."""
        return self.sources(record)

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    @property
    def company(self) -> ColumnElement[Any]:
        """The number of the only company of a report `of_one_company`."""
        return select(func.unnest(self.companies, type_=SmallInteger())).scalar_subquery()


# The select of a report, however many columns it has.
Lines = Select[*tuple[Any, ...]]

# A report's function: what was asked -> one row a line, its columns labelled like the report's.
ReportFunction = Callable[[Asked], Lines]


class Report(CompanyRecord):
    """Lines that follow from the records of one legal entity."""

    __abstract__ = True
    metadata = MetaData(naming_convention=NAMING)
    report: ClassVar[ReportSpec]

    def __init_subclass__(
        cls,
        arguments: type[Any],
        reads: tuple[type[Record], ...],
        order: str,
        check: Callable[[Mapping[str, Any]], None],
        page: int = REPORT_PAGE_DEFAULT,
        of_one_company: bool = False,
        totals: tuple[str, ...] = (),
        section: str | None = None,
        section_totals: tuple[str, ...] = (),
        **more: Any,
    ) -> None:
        """Register the specification beside that of a record.

        Raises: TypeError when the order is no column, or nullable, or a reference is shown from its target.
        """
        # SQLAlchemy's way to leave an inherited column out: nobody recorded these rows.
        cls.version = cls.recorded_at = None  # type: ignore[assignment]
        cls.report = ReportSpec(
            arguments=arguments, reads=reads, order=order, check=check, page=page, of_one_company=of_one_company,
            totals=totals, section=section, section_totals=section_totals,
        )  # fmt: skip
        super().__init_subclass__(scope=Scope(), retention="not kept: made when it is read", **more)
        if order not in cls.table.c or cls.table.c[order].nullable:
            raise TypeError(f"{cls.__name__} cannot be ordered by {order}")
        for column in cls.table.columns:
            link = spec_of(column).reference
            if link is not None and (link.lines or link.many):
                raise TypeError(f"{link.target} cannot list the lines of {cls.__name__}: they need arguments")

    @classmethod
    def modules_of(cls, tier: Tier) -> frozenset[str]:
        """The other modules whose records are read and hold values of the tier."""
        return frozenset(
            record.spec.module for record in cls.report.reads
            if record.spec.module != cls.spec.module and any(spec_of(one).tier is tier for one in record.table.columns)
        )  # fmt: skip


def span_in_order(values: Mapping[str, Any]) -> None:
    """The check of a report over a span. Raises: InvalidInput when it ends before it begins."""
    if values["from_"] > values["to"]:
        raise InvalidInput(
            what="to", value=values["to"].isoformat(), reason=f"it is before {values['from_'].isoformat()}",
            reason_zh=f"早于 {values['from_'].isoformat()}",
        )  # fmt: skip


def any_values(values: Mapping[str, Any]) -> None:
    """The check of a report whose arguments make sense together, whatever they are."""


def title_of(report: type[Report], locale: str) -> str:
    """The name of the report, zh or en: that of its lines without the word line."""
    if locale.startswith("zh"):
        return report.spec.zh.removesuffix("行")
    return report.spec.en.removesuffix(" line")


def arguments_of(report: type[Report]) -> tuple[ReportArgument, ...]:
    """The arguments of a report, in the order of their declaration."""
    hints = get_type_hints(report.report.arguments)
    found: list[ReportArgument] = []
    for one in fields(report.report.arguments):
        kinds = [kind for kind in get_args(hints[one.name]) if kind is not NoneType] or [hints[one.name]]
        is_optional = one.default is not MISSING
        default = one.default if is_optional else None
        found.append(ReportArgument(one.name, kinds[0], is_optional, default, one.metadata["spec"]))
    return tuple(found)


def link_reports(
    reports: Mapping[type[Report], ReportFunction], records: Iterable[type[Record]]
) -> Mapping[type[Report], ReportFunction]:
    """The reports with their functions, once every reference names a record.

    Raises: TypeError for a reference to an unknown table.
    """
    known = {record.table.name: record for record in records}
    for report in reports:
        for column in report.table.columns:
            link = spec_of(column).reference
            if link is not None and link.target not in known:
                raise TypeError(f"{report.table.name}.{column.name} cannot reference {link.target}")
    return reports
