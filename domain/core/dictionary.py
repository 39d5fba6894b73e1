"""The data dictionary: what every column means, as rows that the graph serves.

It says nothing of its own: each row follows from a record's declaration and is written again after every upgrade, so
the glossary that people read is the one the code runs on. A column that is gone is archived, for those who still meet
its name.
"""

from collections.abc import Iterable
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import asyncpg as asyncpg_dialect
from sqlalchemy.orm import Mapped

from domain.core.columns import TEXT_LENGTH_MAX, Tier, code_column, column, enum_column, spec_of, text_column
from domain.core.records import GroupRecord, Record, Scope, label_of

# A coordinate is a table and a column, each up to PostgreSQL's 63 characters.
COORDINATE_LENGTH_MAX = 127

_DIALECT = asyncpg_dialect.dialect()  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]  # untyped in SQLAlchemy


class DataDictionaryEntry(GroupRecord, scope=Scope(), zh="数据字典条目", key="coordinate", name="label"):
    """What one column means, in which unit, who may see it and how long it is kept."""

    __tablename__ = "data_dictionary_entry"

    coordinate: Mapped[str] = code_column(
        doc="Table and column, such as purchase_order.total_due.", zh="坐标", order=True, tier=Tier.INTERNAL,
        length_max=COORDINATE_LENGTH_MAX,
    )  # fmt: skip
    module: Mapped[str] = code_column(doc="The module that owns the record.", zh="模块", order=True, tier=Tier.INTERNAL)
    record: Mapped[str] = code_column(doc="The record's type in the graph.", zh="记录", order=True, tier=Tier.INTERNAL)
    column_name: Mapped[str] = code_column(doc="The column's name.", zh="列名", tier=Tier.INTERNAL)
    meaning: Mapped[str] = text_column(doc="What a value means.", zh="含义", length_max=TEXT_LENGTH_MAX)
    label: Mapped[str] = text_column(doc="The label people read, in English.", zh="英文标签")
    label_zh: Mapped[str] = text_column(doc="The label people read, in Chinese.", zh="中文标签")
    sql_type: Mapped[str] = text_column(doc="The type that holds the value.", zh="数据类型")
    is_nullable: Mapped[bool] = column(doc="Whether the value may be missing.", zh="可为空")
    unit: Mapped[str | None] = text_column(
        doc="The unit: a literal such as day, or the path of the column that holds it.", zh="单位"
    )
    tier: Mapped[Tier] = enum_column(Tier, doc="Who may see a value.", zh="保密级别")
    code_list: Mapped[str | None] = text_column(doc="The code list whose codes the column holds.", zh="代码表")
    value_list: Mapped[str | None] = text_column(
        doc="The values of a closed list, separated by commas.", zh="取值", length_max=TEXT_LENGTH_MAX
    )
    reference_table: Mapped[str | None] = code_column(
        doc="The table that the column refers to.", zh="引用表", tier=Tier.INTERNAL
    )
    retention: Mapped[str] = text_column(doc="How long rows are kept.", zh="保存期限")


def dictionary_rows(records: Iterable[type[Record]]) -> list[dict[str, Any]]:
    """One row a column, in the order of the records; ids follow from the coordinate, so they never change."""
    return [_row(record, column_) for record in records for column_ in record.table.columns]


def _row(record: type[Record], column_: Column[Any]) -> dict[str, Any]:
    spec = spec_of(column_)
    coordinate = f"{record.table.name}.{column_.name}"
    return {
        "id": uuid5(NAMESPACE_URL, f"skein:{coordinate}"),
        "coordinate": coordinate,
        "module": record.spec.module,
        "record": record.__name__,
        "column_name": column_.name,
        "meaning": spec.doc,
        "label": label_of(column_, "en"),
        "label_zh": label_of(column_, "zh"),
        "sql_type": column_.type.compile(dialect=_DIALECT).lower(),
        "is_nullable": bool(column_.nullable),
        "unit": spec.unit,
        "tier": spec.tier.value,
        "code_list": spec.code_list,
        "value_list": ", ".join(spec.enum) if spec.enum is not None else None,
        "reference_table": spec.reference.target if spec.reference is not None else None,
        "retention": record.spec.retention,
    }
