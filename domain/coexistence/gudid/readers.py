"""Reads Parquet files of text: typed rows in bounded batches, a finding for each cell that is no value of its kind.

A row with a finding is left out of its batch, never guessed. A file that is missing, is no Parquet, or lacks a column
is refused before its first row: nothing of it can be trusted.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any, Generic, TypeVar

from domain.coexistence.imports import VALUE_SHOWN_MAX, Finding, UnreadableFile

# Rows decoded at a time: large enough that COPY dominates, small enough that memory stays flat.
BATCH_ROWS = 10_000
# More decimal digits than any package or device count of the register; a longer one is a damaged file.
COUNT_DIGITS_MAX = 9

# PyArrow publishes no types, so it is reached as a module whose members are Any.
parquet, arrow = import_module("pyarrow.parquet"), import_module("pyarrow")
FAULTS: tuple[type[Exception], ...] = (OSError, arrow.ArrowException)

Row = TypeVar("Row")
Row_co = TypeVar("Row_co", covariant=True)
Parse = Callable[[str], Any]

# How Arrow names the two widths of text.
TEXT_KINDS = frozenset({"string", "large_string"})

CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
RECORD_KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
FLAGS: Mapping[str, bool] = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a source file and how its text becomes a value."""

    column: str
    parse: Parse
    required: bool = True


@dataclass(frozen=True, slots=True)
class Source(Generic[Row_co]):
    """One source file: its name, the row it yields (row number first), and its columns in that order."""

    file: str
    make: Callable[[Iterable[Any]], Row_co]
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Batch(Generic[Row_co]):
    """Consecutive rows of one file up to `last_row`: the good ones, and what was wrong with the others."""

    rows: Sequence[Row_co]
    findings: Sequence[Finding]
    last_row: int


def line(length_max: int) -> Parse:
    """One line of text: control characters become one blank, blanks around it are dropped."""

    def parse(text: str) -> str | None:
        clean = CONTROL.sub(" ", text).strip()
        return within(clean, length_max) or None

    return parse


def prose(length_max: int) -> Parse:
    """Text of several lines, as it stands between the blanks around it."""

    def parse(text: str) -> str | None:
        if "\0" in text:
            raise ValueError("holds a NUL character")
        return within(text.strip(), length_max) or None

    return parse


def exactly(length_max: int) -> Parse:
    """A code, kept character by character; a blank or control character in it is an error."""

    def parse(text: str) -> str:
        if not text or text != text.strip() or CONTROL.search(text):
            raise ValueError("is no code: it is empty or holds a blank or control character at an end")
        return within(text, length_max)

    return parse


def one_of(values: Mapping[str, Any]) -> Parse:
    """One of the values that the register publishes, as our own word for it."""

    def parse(text: str) -> Any:
        try:
            return values[text]
        except KeyError:
            raise ValueError(f"is none of {', '.join(values)}") from None

    return parse


def within(text: str, length_max: int) -> str:
    """The text itself. Raises: ValueError when it is longer than `length_max` characters."""
    if len(text) > length_max:
        raise ValueError(f"is longer than {length_max} characters")
    return text


def record_key(text: str) -> str:
    """The register's own key of a device record. Raises: ValueError for any other text."""
    if RECORD_KEY.fullmatch(text) is None:
        raise ValueError("is no record key of the register")
    return text


def count(text: str) -> int:
    """A number of pieces, 1 or more. Raises: ValueError for any other text."""
    if not (text.isascii() and text.isdigit()) or len(text) > COUNT_DIGITS_MAX or int(text) == 0:
        raise ValueError("is no whole number of 1 or more")
    return int(text)


def day(text: str) -> date:
    """A calendar day. Raises: ValueError for text that is not YYYY-MM-DD."""
    if len(text) != len("2025-05-01"):
        raise ValueError("is no day written YYYY-MM-DD")
    return date.fromisoformat(text)


flag = one_of(FLAGS)


def read(directory: Path, source: Source[Row], batch_rows: int = BATCH_ROWS) -> Iterator[Batch[Row]]:
    """The rows of one source file, batch by batch, in the file's order.

    Raises: UnreadableFile for a file that is missing, is no Parquet, lacks a text column that is read, or breaks off.
    """
    columns = [field.column for field in source.fields]
    first_row = 1
    try:
        for cells in opened(directory, source).iter_batches(batch_size=batch_rows, columns=columns):
            yield parsed(source, first_row, [cells.column(column).to_pylist() for column in columns])
            first_row += int(cells.num_rows)
    except FAULTS as error:
        raise UnreadableFile(file=source.file, reason=str(error), reason_zh=str(error)) from error


def row_count(directory: Path, source: Source[Any]) -> int:
    """How many rows a source file says it has. Raises: UnreadableFile as `read` does."""
    return int(opened(directory, source).metadata.num_rows)


def opened(directory: Path, source: Source[Any]) -> Any:
    """The source file, its columns checked to be there and to be text. Raises: UnreadableFile."""
    path = directory / source.file
    if not path.is_file():
        raise UnreadableFile(file=source.file, reason=f"it is not in {directory}", reason_zh=f"{directory} 中没有它")
    try:
        file = parquet.ParquetFile(path)
    except FAULTS as error:
        raise UnreadableFile(file=source.file, reason=str(error), reason_zh=str(error)) from error
    found = {cell.name: str(cell.type) for cell in file.schema_arrow}
    for field in source.fields:
        kind = found.get(field.column, "missing")
        if kind not in TEXT_KINDS:
            reason, reason_zh = f"column {field.column} is {kind}, not text", f"列 {field.column} 不是文本（{kind}）"
            raise UnreadableFile(file=source.file, reason=reason, reason_zh=reason_zh)
    return file


def parsed(source: Source[Row], first_row: int, cells: Sequence[Sequence[str | None]]) -> Batch[Row]:
    """One batch from its columns of text, column by column: the loops stay tight and a fault knows its cell."""
    size = len(cells[0])
    findings: list[Finding] = []
    values: list[Sequence[Any]] = [range(first_row, first_row + size)]
    for field, column in zip(source.fields, cells, strict=True):
        values.append(_column_values(source.file, field, first_row, column, findings))
    rows = [source.make(row) for row in zip(*values, strict=True)]
    if findings:
        wrong = {(finding.line or first_row) - first_row for finding in findings}
        rows = [row for place, row in enumerate(rows) if place not in wrong]
    return Batch(rows, findings, first_row + size - 1)


def _column_values(
    file: str, field: Field, first_row: int, column: Sequence[str | None], findings: list[Finding]
) -> list[Any]:
    """The column's values; None and a finding where a cell is no value of its kind."""
    parse, values = field.parse, list[Any]()
    for place, text in enumerate(column):
        value, reason = None, None
        if text is not None:
            try:
                value = parse(text)
            except ValueError as error:
                reason = str(error)
        if value is None and field.required and reason is None:
            reason = "is missing"
        if reason is not None:
            shown = None if text is None else text[:VALUE_SHOWN_MAX]
            findings.append(
                Finding(
                    file=file, line=first_row + place, column=field.column, value=shown, message=reason,
                    code="MISSING_VALUE" if text is None else "INVALID_VALUE",
                )
            )  # fmt: skip
        values.append(value)
    return values
