"""Release files read row by row: good rows typed, bad cells named by file, row, column and value."""

from collections.abc import Mapping, Sequence
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from domain.coexistence.gudid.readers import read, row_count
from domain.coexistence.gudid.release import DEVICES, IDENTIFIERS, SOURCES, TERMS, Device, Identifier, Term
from domain.coexistence.imports import Finding, UnreadableFile

arrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")

KEY = "e68180cd-de3a-4826-8090-f824eea78ca2"
GOOD_TERM = {
    "gmdnCode": "11158",
    "name": "Dental floss",
    "definition": "A thread.",
    "implantable": "false",
    "status": "Active",
}
GOOD_PACKAGE = {
    "publicDeviceRecordKey": KEY, "deviceId": "16931718175586", "deviceIdType": "Package", "issuingAgency": "GS1",
    "containsDINumber": "06931718175589", "pkgQuantity": "24", "pkgDiscontinueDate": "2024-02-29",
    "pkgStatus": "Not in Commercial Distribution", "pkgType": "paper box",
}  # fmt: skip


def write(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    parquet.write_table(arrow.table({name: [row[name] for row in rows] for name in rows[0]}), path)


def test_a_package_row_is_typed(tmp_path: Path) -> None:
    write(tmp_path / "identifiers.parquet", [GOOD_PACKAGE])
    (batch,) = read(tmp_path, IDENTIFIERS)
    assert list(batch.rows) == [
        Identifier(
            row=1, key=KEY, value="16931718175586", scope="PACKAGE", agency="GS1", contains="06931718175589",
            quantity=24, discontinued_on=date(2024, 2, 29), distributed=False, package_type="paper box",
        )
    ]  # fmt: skip
    assert batch.findings == []


def test_optional_cells_may_be_empty(tmp_path: Path) -> None:
    empty = dict.fromkeys(["containsDINumber", "pkgQuantity", "pkgDiscontinueDate", "pkgStatus", "pkgType"])
    write(tmp_path / "identifiers.parquet", [GOOD_PACKAGE, GOOD_PACKAGE | empty])
    (batch,) = read(tmp_path, IDENTIFIERS)
    assert batch.rows[1][5:] == (None, None, None, None, None)


def test_a_bad_cell_is_named_and_its_row_left_out(tmp_path: Path) -> None:
    rows = [GOOD_PACKAGE, GOOD_PACKAGE | {"pkgQuantity": "0"}, GOOD_PACKAGE]
    write(tmp_path / "identifiers.parquet", rows)
    (batch,) = read(tmp_path, IDENTIFIERS)
    assert [row.row for row in batch.rows] == [1, 3]
    assert batch.last_row == 3
    assert batch.findings == [
        Finding(
            file="identifiers.parquet", line=2, column="pkgQuantity", value="0", code="INVALID_VALUE",
            message="is no whole number of 1 or more",
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("publicDeviceRecordKey", "E68180CD", "is no record key of the register"),
        ("publicDeviceRecordKey", None, "is missing"),
        ("deviceId", "", "is no code: it is empty or holds a blank or control character at an end"),
        ("deviceId", "0693171817558\x00", "is no code: it is empty or holds a blank or control character at an end"),
        ("deviceId", "9" * 65, "is longer than 64 characters"),
        ("deviceIdType", "Base", "is none of Primary, Package, Unit of Use, Direct Marking, Secondary, Previous"),
        ("issuingAgency", "gs1", "is none of GS1, HIBCC, ICCBBA"),
        ("pkgQuantity", "-4", "is no whole number of 1 or more"),
        ("pkgQuantity", "٤", "is no whole number of 1 or more"),
        ("pkgQuantity", "1234567890", "is no whole number of 1 or more"),
        ("pkgDiscontinueDate", "2023-02-29", "day is out of range for month"),
        ("pkgDiscontinueDate", "20230228", "is no day written YYYY-MM-DD"),
    ],
)
def test_each_kind_of_fault_has_its_reason(tmp_path: Path, column: str, value: str | None, reason: str) -> None:
    write(tmp_path / "identifiers.parquet", [GOOD_PACKAGE, GOOD_PACKAGE | {column: value}])
    (batch,) = read(tmp_path, IDENTIFIERS)
    assert [(finding.line, finding.column, finding.value, finding.message) for finding in batch.findings] == [
        (2, column, value, reason)
    ]
    assert len(batch.rows) == 1


def test_rows_are_counted_over_batches(tmp_path: Path) -> None:
    write(tmp_path / "gmdn.parquet", [GOOD_TERM] * 4 + [GOOD_TERM | {"status": "Gone"}])
    batches = list(read(tmp_path, TERMS, batch_rows=2))
    assert [[row.row for row in batch.rows] for batch in batches] == [[1, 2], [3, 4], []]
    assert batches[2].findings[0].line == 5
    assert row_count(tmp_path, TERMS) == 5


def test_a_line_of_text_loses_control_characters_and_prose_keeps_its_lines(tmp_path: Path) -> None:
    write(tmp_path / "gmdn.parquet", [GOOD_TERM | {"name": " Dental\r\nfloss ", "definition": " One.\nTwo. "}])
    (batch,) = read(tmp_path, TERMS)
    assert list(batch.rows) == [
        Term(row=1, code="11158", name="Dental floss", definition="One.\nTwo.", implantable=False, active=True)
    ]


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        list(read(tmp_path, TERMS))
    assert refusal.value.message() == f"gmdn.parquet cannot be read: it is not in {tmp_path}."


def test_a_file_that_is_no_parquet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "gmdn.parquet").write_text("gmdnCode,name\n11158,Dental floss\n")
    with pytest.raises(UnreadableFile) as refusal:
        row_count(tmp_path, TERMS)
    assert refusal.value.values["file"] == "gmdn.parquet"


def test_a_lacking_or_untyped_column_is_refused_before_the_first_row(tmp_path: Path) -> None:
    write(tmp_path / "gmdn.parquet", [{name: value for name, value in GOOD_TERM.items() if name != "status"}])
    with pytest.raises(UnreadableFile) as refusal:
        list(read(tmp_path, TERMS))
    assert refusal.value.values["reason"] == "column status is missing, not text"
    write(tmp_path / "gmdn.parquet", [GOOD_TERM | {"gmdnCode": 11158}])
    with pytest.raises(UnreadableFile) as refusal:
        list(read(tmp_path, TERMS))
    assert refusal.value.values["reason"] == "column gmdnCode is int64, not text"


def test_every_source_yields_as_many_values_as_its_row_has_fields() -> None:
    assert [source.file for source in SOURCES] == [
        "gmdn.parquet", "devices.parquet", "identifiers.parquet", "product_codes.parquet", "device_gmdn.parquet",
    ]  # fmt: skip
    assert len(DEVICES.fields) == len(Device._fields) - 1
