"""The rules of the house over every registered record: what it says of itself, its keys, and its indexes."""

import ast
import inspect
from collections.abc import Iterator
from dataclasses import astuple, fields
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any

import asyncpg
import pytest
from sqlalchemy import (
    Column,
    Float,
    ForeignKeyConstraint,
    FromClause,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    bindparam,
)
from sqlalchemy.sql.visitors import iterate
from sqlalchemy.types import NullType

import domain
from domain.core.columns import Tier, spec_of
from domain.core.records import GroupRecord, Record, is_sharded
from domain.core.reports import Asked, Report, arguments_of
from resolvers.inputs import COMPANY_FIELD, argument_name

RECORDS = list(domain.RECORDS.values())
REPORTS = list(domain.REPORTS)
COLUMNS = [(record, column) for record in (*RECORDS, *REPORTS) for column in record.table.columns]


def coordinate(value: Any) -> str:
    """How a parameter is named in a test report."""
    return f"{value.table.name}.{value.name}" if isinstance(value, Column) else getattr(value, "__name__", str(value))


def has_chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


@pytest.mark.parametrize("record", [*RECORDS, *REPORTS], ids=coordinate)
def test_a_record_says_what_it_is_in_sentences_and_in_chinese(record: type[Record]) -> None:
    spec = record.spec
    assert spec.doc.endswith("."), spec.doc
    assert has_chinese(spec.zh), spec.zh
    assert spec.retention
    assert record.table.name == snake(record.__name__)


def snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


def test_every_column_says_what_it_means_in_a_sentence_and_in_chinese() -> None:
    silent = [
        f"{coordinate(column)}: {spec.doc!r} {spec.zh!r}"
        for _, column in COLUMNS
        for spec in [spec_of(column)]
        if not (spec.doc.endswith(".") and spec.doc == column.comment and (has_chinese(spec.zh) or spec.zh.isupper()))
    ]
    assert silent == []


def test_every_column_has_a_tier_and_no_amount_is_public() -> None:
    assert [coordinate(column) for _, column in COLUMNS if not isinstance(spec_of(column).tier, Tier)] == []
    public = [
        coordinate(column)
        for _, column in COLUMNS
        if spec_of(column).number == "money" and spec_of(column).tier is Tier.PUBLIC
    ]
    assert public == []


def test_no_column_is_a_float() -> None:
    assert [coordinate(column) for _, column in COLUMNS if isinstance(column.type, Float)] == []


def test_every_unit_is_a_literal_or_a_path_that_ends_at_a_column() -> None:
    broken = [
        f"{coordinate(column)}: {spec.unit}"
        for record, column in COLUMNS
        for spec in [spec_of(column)]
        if spec.unit and ("." in spec.unit or spec.number == "money") and not leads_to_a_column(record, spec.unit)
    ]
    assert broken == []


def leads_to_a_column(record: type[Record], path: str) -> bool:
    """Whether a path such as `order.currency` names references, then a column; every company record has `company`."""
    first, _, rest = path.partition(".")
    if not rest:
        return first in record.table.c or f"{first}_id" in record.table.c
    if first == "company":
        return leads_to_a_column(domain.RECORDS["company"], rest)
    column = record.table.c.get(f"{first}_id")
    link = spec_of(column).reference if column is not None else None
    return link is not None and leads_to_a_column(domain.RECORDS[link.target], rest)


def test_every_scope_path_ends_at_a_column() -> None:
    broken = [
        f"{record.__name__}: {path}"
        for record in (*RECORDS, *REPORTS)
        for path in astuple(record.spec.scope)
        if isinstance(path, str) and not leads_to_a_column(record, path)
    ]
    assert broken == []


def keys(table: Table) -> Iterator[tuple[str, list[str]]]:
    """The primary, unique and foreign keys of a table, each with the names of its columns."""
    for constraint in table.constraints:
        if isinstance(constraint, PrimaryKeyConstraint | UniqueConstraint | ForeignKeyConstraint):
            yield type(constraint).__name__, list(constraint.columns.keys())
    for index in table.indexes:
        if index.unique:
            yield str(index.name), [getattr(part, "name", str(part)) for part in index.expressions]


# Each node reads its own outbox and seals its own audit across companies, in the order of arrival; and an idempotency
# key is looked up before the company of a request is known; a bulk mutation looks up what it did in every company.
# These indexes hold no rule: they are not unique.
ACROSS_COMPANIES = {
    "ix_outbox_event_position",
    "ix_outbox_event_waiting",
    "ix_audit_seal_position",
    "ix_audit_seal_waiting",
    "ix_idempotency_key_client_key",
    "ix_mutation_chunk_run_id_first_line",
}


def test_the_keys_of_a_company_record_begin_with_its_company() -> None:
    broken = [
        f"{record.table.name}: {kind} {names}"
        for record in RECORDS
        if is_sharded(record)
        for kind, names in keys(record.table)
        if names[0] != "company_id" and not points_at_a_master(record, kind, names)
    ]
    assert broken == []


def points_at_a_master(record: type[Record], kind: str, names: list[str]) -> bool:
    """Whether a foreign key goes to a group record, whose key has no company."""
    if kind != "ForeignKeyConstraint" or len(names) != 1:
        return False
    link = spec_of(record.table.c[names[0]]).reference
    return link is not None and issubclass(domain.RECORDS[link.target], GroupRecord)


def test_the_other_indexes_of_a_company_record_begin_with_its_company_or_are_named() -> None:
    across = {
        str(index.name)
        for record in RECORDS
        if is_sharded(record)
        for index in record.table.indexes
        if not index.unique and index.dialect_options["postgresql"]["using"] != "gin"
        if getattr(index.expressions[0], "name", None) != "company_id"
    }
    assert across == ACROSS_COMPANIES


def test_a_group_record_never_points_at_a_company_record() -> None:
    broken = [
        coordinate(column)
        for record, column in COLUMNS
        for link in [spec_of(column).reference]
        if link is not None and not is_sharded(record) and is_sharded(domain.RECORDS[link.target])
    ]
    assert broken == []


def test_a_reference_points_down_the_ladder() -> None:
    place = {module.__name__.rpartition(".")[2]: number for number, module in enumerate(domain.LADDER)}
    broken = [
        f"{coordinate(column)} -> {link.target}"
        for record, column in COLUMNS
        for link in [spec_of(column).reference]
        if link is not None and place[record.spec.module] < place[domain.RECORDS[link.target].spec.module]
    ]
    assert broken == []


def classes(module: ModuleType) -> Iterator[type[Record]]:
    """The concrete records defined anywhere below a module of the ladder."""
    for record in all_subclasses(Record):
        if record.__module__.startswith(f"{module.__name__}.") and "__tablename__" in record.__dict__:
            yield record


def all_subclasses(root: type[Record]) -> Iterator[type[Record]]:
    for child in root.__subclasses__():
        yield child
        yield from all_subclasses(child)


@pytest.mark.parametrize("module", domain.LADDER, ids=coordinate)
def test_every_record_of_a_module_stands_in_its_register(module: ModuleType) -> None:
    assert set(classes(module)) - set(module.RECORDS) - set(getattr(module, "REPORTS", ())) == set()
    assert [record for record in module.RECORDS if domain.RECORDS[record.table.name] is not record] == []


@pytest.mark.parametrize("module", domain.LADDER, ids=coordinate)
def test_every_command_of_a_module_stands_in_its_register(module: ModuleType) -> None:
    folder = Path(inspect.getfile(module)).parent
    decorated = {
        node.name
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and any(is_command(decorator) for decorator in node.decorator_list)
    }
    assert decorated - {command.__name__ for command in module.COMMANDS} == set()


def is_command(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Name) and decorator.func.id == "command"


def test_every_argument_of_a_report_says_what_it_means() -> None:
    silent = [
        f"{report.__name__}.{one.name}"
        for report in REPORTS
        for one in arguments_of(report)
        if not one.spec.doc.endswith(".") or not has_chinese(one.spec.zh)
    ]
    assert silent == []


def read_by(report: type[Report]) -> set[str]:
    """The tables that the select of a report names, whatever its arguments."""
    named: set[str] = set()

    def source(record: type[Record]) -> FromClause:
        assert record in report.report.reads, f"{report.__name__} reads {record.__name__} without saying so"
        named.add(record.table.name)
        return record.table.alias()

    specs = arguments_of(report)
    choices = [list(one.type) if one.is_structural else [None] * one.is_optional + ["given"] for one in specs]
    day, key = bindparam("day"), bindparam("key")
    for values in product(*choices):
        given = {
            one.name: bindparam(one.name, type_=one.sql_type) if value == "given" else value
            for one, value in zip(specs, values, strict=True)
        }
        for place, is_from_end in (((None, None), False), (((day, key), (day, key)), True)):
            asked = Asked(bindparam("companies"), given, source, *place, is_from_end)
            query = domain.REPORTS[report](asked)
            assert set(query.selected_columns.keys()) == set(report.table.c.keys()), report.__name__
            untyped = [one.name for one in query.selected_columns if isinstance(one.type, NullType)]
            assert untyped == [], f"{report.__name__} makes columns of no type"
            used = {one.name for one in iterate(query) if isinstance(one, Table)}
            assert used <= named, f"{report.__name__} reads {used - named} without the reader's scope"
    return named


@pytest.mark.parametrize("report", REPORTS, ids=coordinate)
def test_a_report_makes_its_columns_from_the_records_that_it_says_it_reads(report: type[Report]) -> None:
    assert read_by(report) == {record.table.name for record in report.report.reads}


def test_every_argument_of_a_command_says_what_it_means() -> None:
    silent = [
        f"{command.__name__}.{field.name}"
        for command in domain.COMMANDS
        for field in command.__dataclass_fields__.values()
        for spec in [field.metadata.get("spec")]
        if spec is None or not spec.doc.endswith(".") or not has_chinese(spec.zh)
    ]
    assert silent == []


def test_no_argument_takes_the_name_under_which_an_input_names_its_company() -> None:
    taken = [
        f"{command.__name__}.{field.name}"
        for command in domain.COMMANDS
        for field in fields(command)
        if field.name != COMPANY_FIELD and argument_name(field) == "company"
    ]
    assert taken == []


async def test_every_order_that_is_offered_has_an_index(connection: asyncpg.Connection) -> None:
    rows = await connection.fetch(
        """
        SELECT t.relname AS "table", array_agg(a.attname::text ORDER BY k.place) AS columns
        FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
        JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (attnum, place) ON true
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum
        WHERE i.indpred IS NULL AND t.relnamespace = 'public'::regnamespace
        GROUP BY i.indexrelid, t.relname
        """
    )
    indexed = {(row["table"], tuple(row["columns"])) for row in rows}
    missing = [
        coordinate(column)
        for record, column in COLUMNS
        if spec_of(column).order
        and not issubclass(record, Report)
        and (record.table.name, (*(["company_id"] if is_sharded(record) else []), column.name, "id")) not in indexed
    ]
    assert missing == []


async def test_an_append_only_record_refuses_to_change(connection: asyncpg.Connection) -> None:
    guarded = {
        row["tgrelid"]
        for row in await connection.fetch(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname IN ('append_only', 'append_only_whole') "
            "GROUP BY 1 HAVING count(*) = 2"
        )
    }
    assert guarded == {record.table.name for record in RECORDS if record.spec.append_only}


# Events of which no record can be read by an id that travels with them, with why.
NOT_SUBSCRIBED = {"HistoryImported": "of every kind of record, a chunk of an import at a time"}


def test_every_event_that_is_told_stands_in_the_register_of_its_module() -> None:
    told: dict[str, str] = {}
    for module in domain.LADDER:
        for path in Path(inspect.getfile(module)).parent.rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            constants = {
                node.targets[0].id: node.value
                for node in tree.body
                if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
            }
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "emit":
                    name = node.args[0]
                    name = constants.get(name.id, name) if isinstance(name, ast.Name) else name
                    if isinstance(name, ast.Constant):
                        told[str(name.value)] = path.name
    assert "PurchaseOrderCreated" in told
    assert set(told) - set(domain.EVENTS) - set(NOT_SUBSCRIBED) == set()
    assert [record for record in domain.EVENTS.values() if not record.spec.exposed] == []
