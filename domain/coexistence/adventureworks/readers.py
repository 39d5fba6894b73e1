"""The files of AdventureWorks as they are: tables without header, tab separated, some of it quoted, most of it UTF-8.

Quirks, each met in a real file: CRLF or LF line ends; Address in Latin-1; quoted text of several lines and XML; unit
codes padded to three characters; `.00` without a leading zero; days as instants with nanoseconds. Columns come from
`columns.json` beside the files. A value that is no value of its kind is a `BadCell`, never a guess.
"""

import csv
import json
import lzma
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import TextIO, TypeVar

from domain.coexistence.imports import VALUE_SHOWN_MAX, Finding, Mapped, Ref, UnreadableFile
from domain.core.columns import AMOUNT, CODE_LENGTH_MAX, NAME_LENGTH_MAX, RATE
from domain.core.records import Record

Word = TypeVar("Word")

LATIN_1_TABLES = frozenset({"Address"})
COLUMNS_FILE = "columns.json"
# The longest field of the source, an XML survey, has some thousand characters; more is a damaged file.
FIELD_CHARACTERS_MAX = 1_000_000

NUMBER = re.compile(r"-?(\d+\.?\d*|\.\d+)")
WHOLE = re.compile(r"-?\d{1,9}")
DAY = re.compile(r"(\d{4}-\d{2}-\d{2})( 00:00:00(\.0+)?)?")
MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2}) \d{2}:\d{2}:\d{2}(\.\d+)?")
FLAGS: Mapping[str, bool] = {"1": True, "0": False}


class BadCell(Exception):
    """A cell that is no value of its kind; it knows its place, because a row may be read for another table's feed."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding


class SourceRow:
    """One row of a table: cells by column name, read as what they are."""

    __slots__ = ("_cells", "_places", "file", "line")

    def __init__(self, places: Mapping[str, int], cells: list[str], file: str, line: int) -> None:
        self._places = places
        self._cells = cells
        self.file = file
        self.line = line

    def bad(self, column: str, reason: str, code: str = "INVALID_VALUE") -> BadCell:
        """The cell as one that is no value of its kind, to be raised."""
        value = self.raw(column)[:VALUE_SHOWN_MAX]
        return BadCell(Finding(file=self.file, line=self.line, column=column, value=value, code=code, message=reason))

    def raw(self, column: str) -> str:
        """The cell as it stands."""
        return self._cells[self._places[column]]

    def text(self, column: str, length_max: int = NAME_LENGTH_MAX) -> str:
        """Text that must be there, without blanks around it. Raises: BadCell."""
        value = self.optional(column, length_max)
        if value is None:
            raise self.bad(column, "is missing", "MISSING_VALUE")
        return value

    def optional(self, column: str, length_max: int = NAME_LENGTH_MAX) -> str | None:
        """Text without blanks around it, None where there is none. Raises: BadCell when it is too long."""
        value = self.raw(column).strip()
        if len(value) > length_max:
            raise self.bad(column, f"is longer than {length_max} characters")
        if "\0" in value:
            raise self.bad(column, "holds a NUL character")
        return value or None

    def code(self, column: str, length_max: int = CODE_LENGTH_MAX) -> str:
        """A code without its padding. Raises: BadCell."""
        return self.text(column, length_max)

    def amount(self, column: str) -> Decimal:
        """An amount or quantity, numeric(20,6). Raises: BadCell."""
        return self._number(column, AMOUNT.precision or 0, AMOUNT.scale or 0)

    def rate(self, column: str) -> Decimal:
        """A rate or unit price, numeric(24,10). Raises: BadCell."""
        return self._number(column, RATE.precision or 0, RATE.scale or 0)

    def positive(self, column: str) -> Decimal:
        """An amount or quantity above zero. Raises: BadCell."""
        return self._checked(column, self.amount(column), lambda value: value > 0, "is not above zero")

    def not_negative(self, column: str) -> Decimal:
        """An amount or quantity of zero or more. Raises: BadCell."""
        return self._checked(column, self.amount(column), lambda value: value >= 0, "is below zero")

    def rate_not_negative(self, column: str) -> Decimal:
        """A rate or unit price of zero or more. Raises: BadCell."""
        return self._checked(column, self.rate(column), lambda value: value >= 0, "is below zero")

    def whole(self, column: str) -> int:
        """A whole number. Raises: BadCell."""
        value = self.raw(column)
        if WHOLE.fullmatch(value) is None:
            raise self.bad(column, "is no whole number")
        return int(value)

    def day(self, column: str) -> date:
        """A calendar day; a time of day other than midnight is refused, not cut off. Raises: BadCell."""
        value = self.raw(column)
        match = DAY.fullmatch(value)
        if match is None:
            raise self.bad(column, "is no day written YYYY-MM-DD")
        return self._as_day(column, match[1])

    def optional_day(self, column: str) -> date | None:
        """A calendar day, None where there is none. Raises: BadCell."""
        return self.day(column) if self.raw(column) else None

    def moment_day(self, column: str) -> date:
        """The day of an instant, for columns that say when a row was touched. Raises: BadCell."""
        value = self.raw(column)
        match = MOMENT.fullmatch(value)
        if match is None:
            raise self.bad(column, "is no instant written YYYY-MM-DD HH:MM:SS")
        return self._as_day(column, match[1])

    def flag(self, column: str) -> bool:
        """1 or 0. Raises: BadCell."""
        value = FLAGS.get(self.raw(column))
        if value is None:
            raise self.bad(column, "is neither 1 nor 0")
        return value

    def one_of(self, column: str, values: Mapping[str, Word]) -> Word:
        """Our own word for one of the source's. Raises: BadCell."""
        value = self.raw(column).strip()
        if value not in values:
            raise self.bad(column, f"is none of {', '.join(values)}")
        return values[value]

    def ref(self, record: type[Record], column: str) -> Ref:
        """The record that a cell names. Raises: BadCell when it is empty."""
        return Ref(record, self.text(column), column)

    def optional_ref(self, record: type[Record], column: str) -> Ref | None:
        """The record that a cell names, None where it is empty."""
        key = self.optional(column)
        return None if key is None else Ref(record, key, column)

    def _number(self, column: str, precision: int, scale: int) -> Decimal:
        value = self.raw(column)
        if NUMBER.fullmatch(value) is None:
            raise self.bad(column, "is no number")
        whole, _, fraction = value.lstrip("-").partition(".")
        if len(whole.lstrip("0")) > precision - scale:
            raise self.bad(column, f"has more than {precision - scale} digits before the point")
        if len(fraction.rstrip("0")) > scale:
            raise self.bad(column, f"has more than {scale} digits after the point")
        return Decimal(value)

    def _checked(self, column: str, value: Decimal, holds: Callable[[Decimal], bool], reason: str) -> Decimal:
        if not holds(value):
            raise self.bad(column, reason)
        return value

    def _as_day(self, column: str, text: str) -> date:
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise self.bad(column, str(error)) from error


@dataclass(slots=True)
class Source:
    """The folder of the files: finds, opens and digests them, and knows their columns."""

    directory: Path
    columns: Mapping[str, list[str]]
    counts: dict[str, int] = field(default_factory=dict[str, int])

    @classmethod
    def at(cls, directory: Path) -> "Source":
        """The source in `directory`. Raises: UnreadableFile when its list of columns is missing or no such list."""
        path = directory / COLUMNS_FILE
        try:
            return cls(directory, json.loads(path.read_text("utf-8")))
        except (OSError, ValueError) as error:
            raise UnreadableFile(file=COLUMNS_FILE, reason=str(error), reason_zh=str(error)) from error

    def path(self, table: str) -> Path:
        """The table's file, packed or not, in the folder or its `csv`. Raises: UnreadableFile."""
        for folder in (self.directory / "csv", self.directory):
            for name in (f"{table}.csv.xz", f"{table}.csv"):
                if (folder / name).is_file():
                    return folder / name
        raise UnreadableFile(file=f"{table}.csv", reason="it is missing", reason_zh="文件不存在")

    def file(self, table: str) -> str:
        """Name of the table's file in reports."""
        return f"{table}.csv"

    def rows(self, table: str) -> Iterator[SourceRow | Finding]:
        """The table's rows in order; a row with too few or many cells is a finding.

        Raises: UnreadableFile for a file that is missing, damaged or not in its encoding.
        """
        names = self.columns.get(table)
        if names is None:
            raise UnreadableFile(
                file=f"{table}.csv", reason="columns.json does not list it", reason_zh="columns.json 中没有它"
            )
        file, places = self.file(table), {name: place for place, name in enumerate(names)}
        csv.field_size_limit(FIELD_CHARACTERS_MAX)
        try:
            with self._open(table) as text:
                reader = csv.reader(text, delimiter="\t")
                line = 1
                for cells in reader:
                    if len(cells) == len(names):
                        yield SourceRow(places, cells, file, line)
                    else:
                        message = f"has {len(cells)} cells, not {len(names)}"
                        yield Finding(file=self.file(table), line=line, code="WRONG_CELL_COUNT", message=message)
                    line = reader.line_num + 1
        except (OSError, EOFError, lzma.LZMAError, UnicodeDecodeError, csv.Error) as error:
            raise UnreadableFile(file=self.file(table), reason=str(error), reason_zh=str(error)) from error

    def mapped(self, table: str, rule: Callable[[SourceRow], Mapped | None]) -> Iterator[Mapped | Finding]:
        """What `rule` makes of each row; None leaves a row out, a `BadCell` becomes a finding."""
        count = 0
        for row in self.rows(table):
            count += 1
            if isinstance(row, Finding):
                yield row
                continue
            try:
                made = rule(row)
            except BadCell as bad:
                yield bad.finding
                continue
            if made is not None:
                yield made
        self.counts[table] = count

    def good_rows(self, table: str) -> Iterator[SourceRow]:
        """The rows that have all their cells, for look-ups and checks; the feed of the table reports the others."""
        for row in self.rows(table):
            if isinstance(row, SourceRow):
                yield row

    def tables(self) -> list[str]:
        """The tables that `columns.json` lists, by name."""
        return sorted(self.columns)

    def digest(self) -> str:
        """SHA-256 over names and contents of every file, in the order of their names.

        Raises: UnreadableFile when one is missing.
        """
        whole = sha256()
        for table in self.tables():
            path = self.path(table)
            whole.update(path.name.encode())
            with path.open("rb") as file:
                while block := file.read(1 << 20):
                    whole.update(block)
        return whole.hexdigest()

    def _open(self, table: str) -> TextIO:
        encoding = "latin-1" if table in LATIN_1_TABLES else "utf-8"
        path = self.path(table)
        if path.suffix == ".xz":
            return lzma.open(path, "rt", encoding=encoding, newline="")
        return path.open("r", encoding=encoding, newline="")
