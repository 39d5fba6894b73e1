"""What every import is made of: mapped rows, feeds, findings and the report.

An import reads its files twice. The first pass writes nothing: it parses every row, finds keys given twice and
references that lead nowhere, and compares each row's digest with the one of its legacy key. Any refusal ends the
import there, so that either every row of the source is fit to be imported or none is. The second pass writes in
chunks, each one transaction that holds records, audit, event and legacy keys together: a killed run has whole chunks,
and the next run goes on where it stopped.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from domain.core.errors import DomainError
from domain.core.records import GROUP, GroupRecord, Record

# Rows of one transaction: large enough that the round trip vanishes, small enough that memory and locks stay small.
CHUNK_ROWS = 5_000
# Findings that are kept and shown; more are counted.
FINDINGS_KEPT_MAX = 1_000
# Characters of a refused value that a report repeats.
VALUE_SHOWN_MAX = 200

# What is being done, rows done, rows in all (0 while nobody knows).
Progress = Callable[[str, int, int], None]


class UnreadableFile(DomainError):
    """A source file as a whole cannot be read; nothing was imported."""

    code = "UNREADABLE_FILE"
    zh = "无法读取文件 {file}：{reason_zh}。"
    en = "{file} cannot be read: {reason}."


@dataclass(frozen=True, slots=True)
class Ref:
    """Another record, by the key it has in the source; `column` is the source's column, for the report."""

    record: type[Record]
    key: str
    column: str

    @property
    def record_type(self) -> str:
        """Name of the record's table."""
        return self.record.table.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is wrong with, or remarkable about, one value of the source; `line` is 1-based."""

    file: str
    code: str
    message: str
    line: int | None = None
    column: str | None = None
    value: str | None = None
    is_refusal: bool = True

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        value = "" if self.value is None else f" {self.value!r}"
        return f"{place}{value} {self.code}: {self.message}"


@dataclass(frozen=True, slots=True)
class Mapped:
    """What one source row becomes in one record: its key and line there, and the record's values, `Ref`s among them."""

    key: str
    line: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What one source table becomes in one kind of record.

    `rows` yields mapped rows and findings in the file's order, from the start each time it is called. `adopts` lets a
    row take over a record that has its business key already, such as a currency. `aliases` makes no record: each row
    adds one more key to the record that its only value, a `Ref`, names.
    """

    file: str
    source_table: str
    record: type[Record]
    rows: Callable[[], Iterator[Mapped | Finding]]
    adopts: bool = False
    aliases: bool = False

    @property
    def record_type(self) -> str:
        """Name of the record's table."""
        return self.record.table.name


@dataclass(slots=True, kw_only=True)
class Tally:
    """How the rows of one feed fared."""

    source_table: str
    record_type: str
    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0

    def __str__(self) -> str:
        made = f"{self.created:,} created, {self.updated:,} updated, {self.unchanged:,} unchanged"
        return f"{self.source_table} -> {self.record_type}: {self.read:,} read, {made}, {self.refused:,} refused"


@dataclass(slots=True, kw_only=True)
class ImportReport:
    """What a run read and what it made of it.

    `remarks` are sentences about the source as a whole; `without_home` names the tables that were not imported,
    `folded` those whose values went into records of other tables.
    """

    source: str
    is_dry_run: bool
    status: str = "RUNNING"
    input_digest: str = ""
    seconds: float = 0.0
    tallies: list[Tally] = field(default_factory=list[Tally])
    findings: list[Finding] = field(default_factory=list[Finding])
    findings_count: int = 0
    remarks: list[str] = field(default_factory=list[str])
    without_home: tuple[str, ...] = ()
    folded: tuple[str, ...] = ()

    def add(self, finding: Finding) -> None:
        """Keep a finding, or only count it when many are kept already."""
        self.findings_count += 1
        if len(self.findings) < FINDINGS_KEPT_MAX:
            self.findings.append(finding)

    @property
    def created(self) -> int:
        """Records created."""
        return sum(tally.created for tally in self.tallies)

    @property
    def updated(self) -> int:
        """Records updated."""
        return sum(tally.updated for tally in self.tallies)

    @property
    def unchanged(self) -> int:
        """Rows whose records were there already, unchanged."""
        return sum(tally.unchanged for tally in self.tallies)

    @property
    def refused(self) -> int:
        """Rows refused."""
        return sum(tally.refused for tally in self.tallies)

    @property
    def rows_read(self) -> int:
        """Rows mapped; a source row that feeds two kinds of record counts twice."""
        return sum(tally.read for tally in self.tallies)

    def lines(self) -> list[str]:
        """The report as a person reads it."""
        kind = "dry run of " if self.is_dry_run else ""
        would = "would be " if self.is_dry_run else ""
        counts = (
            f"{self.rows_read:,} rows mapped, {self.created:,} {would}created, {self.updated:,} {would}updated, "
            f"{self.unchanged:,} unchanged, {self.refused:,} refused"
        )
        more = self.findings_count - len(self.findings)
        return [
            f"{kind}{self.source}: {self.status}; {counts}; {self.seconds:.1f} s",
            *(f"  {tally}" for tally in self.tallies),
            *(f"  {remark}" for remark in self.remarks),
            *([f"  carried by other records: {', '.join(self.folded)}"] if self.folded else []),
            *([f"  no home yet: {', '.join(self.without_home)}"] if self.without_home else []),
            *(f"  {finding}" for finding in self.findings),
            *([f"  and {more:,} findings more"] if more else []),
        ]


def digest_of(values: Mapping[str, Any]) -> int:
    """A 64-bit digest of a mapped row: the same values in the same order give the same number in every process."""
    plain = [value.key if isinstance(value, Ref) else value for value in values.values()]
    text = repr((tuple(values), plain)).encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big", signed=True)


def chunks(rows: Iterable[Mapped], size: int = CHUNK_ROWS) -> Iterator[list[Mapped]]:
    """The rows in lists of up to `size`."""
    chunk: list[Mapped] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def refs_of(values: Mapping[str, Any]) -> Iterator[Ref]:
    """The references among the values."""
    for value in values.values():
        if isinstance(value, Ref):
            yield value


def home_of(record: type[Record], company_id: int) -> int:
    """The company number that rows and legacy keys of a kind of record stand under."""
    return GROUP if issubclass(record, GroupRecord) else company_id


def key_of(*parts: str) -> str:
    """A composite key of the source as one text."""
    return ":".join(parts)
