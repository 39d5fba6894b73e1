"""The quirks of the files, each as a small file shows it."""

import json
import lzma
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from domain.coexistence.adventureworks.readers import BadCell, Source, SourceRow
from domain.coexistence.imports import Finding, UnreadableFile


def source_of(directory: Path, columns: list[str], content: bytes, table: str = "Thing") -> Source:
    """A source of one table."""
    (directory / "columns.json").write_text(json.dumps({table: columns}))
    (directory / f"{table}.csv").write_bytes(content)
    return Source.at(directory)


def a_row(**cells: str) -> SourceRow:
    return SourceRow({name: place for place, name in enumerate(cells)}, list(cells.values()), "Thing.csv", 7)


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_both_line_ends_give_the_same_cells(tmp_path: Path, end: str) -> None:
    source = source_of(tmp_path, ["A", "B"], f"1\tx{end}2\ty{end}".encode())
    rows = [(row.line, row.raw("A"), row.raw("B")) for row in source.good_rows("Thing")]
    assert rows == [(1, "1", "x"), (2, "2", "y")]


def test_quoted_text_of_several_lines_is_one_cell_and_lines_are_counted_as_in_the_file(tmp_path: Path) -> None:
    source = source_of(tmp_path, ["A", "B"], b'1\t"say ""hi""\r\nthere"\r\n2\tlast\r\n')
    rows = [(row.line, row.raw("B")) for row in source.good_rows("Thing")]
    assert rows == [(1, 'say "hi"\r\nthere'), (3, "last")]


def test_address_is_latin_1_and_the_others_are_utf_8(tmp_path: Path) -> None:
    latin = source_of(tmp_path, ["City"], "Orléans\r\n".encode("latin-1"), "Address")
    assert [row.raw("City") for row in latin.good_rows("Address")] == ["Orléans"]
    other = source_of(tmp_path, ["City"], "Orléans\r\n".encode("latin-1"))
    with pytest.raises(UnreadableFile) as refused:
        list(other.rows("Thing"))
    assert refused.value.values["file"] == "Thing.csv"


def test_a_packed_file_in_the_csv_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "columns.json").write_text('{"Thing": ["A"]}')
    (tmp_path / "csv").mkdir()
    (tmp_path / "csv" / "Thing.csv.xz").write_bytes(lzma.compress(b"1\n2\n"))
    assert [row.raw("A") for row in Source.at(tmp_path).good_rows("Thing")] == ["1", "2"]


def test_a_row_with_missing_cells_is_a_finding_with_its_line(tmp_path: Path) -> None:
    source = source_of(tmp_path, ["A", "B"], b"1\tx\n2\n3\tz\n")
    findings = [row for row in source.rows("Thing") if isinstance(row, Finding)]
    assert findings == [Finding(file="Thing.csv", line=2, code="WRONG_CELL_COUNT", message="has 1 cells, not 2")]


def test_a_missing_file_and_a_damaged_one_are_refused_by_name(tmp_path: Path) -> None:
    source = source_of(tmp_path, ["A"], b"1\n")
    (tmp_path / "Thing.csv").unlink()
    with pytest.raises(UnreadableFile) as missing:
        source.digest()
    assert missing.value.message() == "Thing.csv cannot be read: it is missing."
    (tmp_path / "Thing.csv.xz").write_bytes(lzma.compress(b"1\n" * 5_000)[:-20])
    with pytest.raises(UnreadableFile):
        list(source.rows("Thing"))


def test_padded_codes_and_flags_are_read_as_what_they_mean() -> None:
    row = a_row(unit="EA ", makes="1", sold="0")
    assert (row.code("unit"), row.flag("makes"), row.flag("sold")) == ("EA", True, False)


@pytest.mark.parametrize(
    ("text", "value"),
    [(".00", "0.00"), ("3.00", "3.00"), ("-12.5", "-12.5"), ("99999999999999.123456", "99999999999999.123456")],
)
def test_an_amount_keeps_every_digit(text: str, value: str) -> None:
    assert a_row(amount=text).amount("amount").as_tuple() == Decimal(value).as_tuple()


@pytest.mark.parametrize("text", ["", "1e3", "NaN", "1,5", "0x1", "0.1234567", "999999999999999", "--1", "."])
def test_what_is_no_amount_of_our_scale_is_refused_not_rounded(text: str) -> None:
    with pytest.raises(BadCell) as refused:
        a_row(amount=text).amount("amount")
    assert (refused.value.finding.column, refused.value.finding.value) == ("amount", text)


def test_a_rate_has_ten_digits_after_the_point() -> None:
    assert a_row(rate="0.0000000001").rate("rate") == Decimal("0.0000000001")
    with pytest.raises(BadCell):
        a_row(rate="0.00000000001").rate("rate")


@pytest.mark.parametrize("text", ["2011-05-31", "2011-05-31 00:00:00", "2011-05-31 00:00:00.000000000"])
def test_a_day_may_be_written_as_the_midnight_that_begins_it(text: str) -> None:
    assert a_row(day=text).day("day") == date(2011, 5, 31)


@pytest.mark.parametrize("text", ["2011-02-30 00:00:00", "31.05.2011", "2011-05-31 10:00:00", ""])
def test_what_is_no_day_is_refused_and_no_time_of_day_is_cut_off(text: str) -> None:
    with pytest.raises(BadCell):
        a_row(day=text).day("day")


def test_an_instant_with_nanoseconds_gives_its_day() -> None:
    assert a_row(at="2014-08-12 12:25:46.483000000").moment_day("at") == date(2014, 8, 12)


def test_text_that_is_too_long_or_missing_is_refused() -> None:
    with pytest.raises(BadCell) as long:
        a_row(name="x" * 401).text("name")
    assert long.value.finding.message == "is longer than 400 characters"
    assert (long.value.finding.file, long.value.finding.line) == ("Thing.csv", 7)
    with pytest.raises(BadCell) as missing:
        a_row(name="  ").text("name")
    assert missing.value.finding.code == "MISSING_VALUE"
