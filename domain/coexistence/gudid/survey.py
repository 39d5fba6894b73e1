"""The first pass over a release: is every row fit to be imported, and what must be known before the first one is.

Nothing is written. A refusal (a bad cell, a key that leads nowhere, a number given twice where numbers are unique) ends
the import here, so that either every row is fit or none is imported. What the register does wrong but means (a wrong
check digit, a length of 13, a number in two scopes) is a remark: such rows are imported as they are.

What is remembered of a row is a code or the 64-bit hash of a number, never the row: about 500 bytes a device.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from domain.coexistence.gudid.mapping import item_code
from domain.coexistence.gudid.readers import Source, read, row_count
from domain.coexistence.gudid.release import (
    DEVICE_TERMS,
    DEVICES,
    IDENTIFIERS,
    PRODUCT_CODES,
    SOURCES,
    TERMS,
    Device,
    DeviceTerm,
    Identifier,
    ProductCode,
)
from domain.coexistence.imports import Finding, Progress
from domain.master_data.device_rules import check_digit_valid, is_normal_length

# In these scopes an agency gives a number once; in the others one number may stand on many devices.
UNIQUE_SCOPES = frozenset({"PRIMARY", "PACKAGE", "SECONDARY"})
SCOPE_BITS = {
    scope: 1 << place
    for place, scope in enumerate(("PRIMARY", "PACKAGE", "SECONDARY", "UNIT_OF_USE", "DIRECT_MARK", "PREVIOUS"))
}
KEY_COLUMN = "publicDeviceRecordKey"
# File, row, column and value of a finding.
Place = tuple[Source[object], int | None, str, str | None]
# Packages in packages: deeper than any real one; a longer chain is a circle.
NESTING_MAX = 10


@dataclass(slots=True)
class Survey:
    """What the second pass needs to know of the whole release.

    `codes`: the item code of each device record, by record key. `withdrawn`: the records no longer distributed.
    `shared`: hashes of identifiers that stand in two scopes. `term_codes` and `product_names`: the codes in use.
    """

    directory: Path
    codes: dict[str, str | int] = field(default_factory=dict[str, str | int])
    withdrawn: set[str] = field(default_factory=set[str])
    shared: set[int] = field(default_factory=set[int])
    term_codes: set[str] = field(default_factory=set[str])
    product_names: dict[str, Counter[str]] = field(default_factory=dict[str, Counter[str]])
    counts: dict[str, int] = field(default_factory=dict[str, int])

    def code(self, key: str) -> str:
        """The item code of a record that the survey found fit."""
        return str(self.codes[key])

    def is_shared(self, agency: str, value: str) -> bool:
        """Whether the identifier stands in two scopes."""
        return hash((agency, value)) in self.shared

    def product_name(self, code: str) -> str:
        """The name that most rows give a product code; the first in the alphabet among equals."""
        return min(self.product_names[code].items(), key=lambda named: (-named[1], named[0]))[0]


def surveyed(survey: Survey, progress: Progress) -> Iterator[Finding]:
    """Every finding of the release, in the order of the files; fills `survey` on the way.

    Raises: UnreadableFile.
    """
    survey.counts = {source.file: row_count(survey.directory, source) for source in SOURCES}
    yield from _terms(survey)
    yield from _devices(survey, progress)
    yield from _identifiers(survey, progress)
    yield from _codes(survey, PRODUCT_CODES, progress)
    yield from _codes(survey, DEVICE_TERMS, progress)
    for code, names in sorted(survey.product_names.items()):
        if len(names) > 1:
            message = f"has {len(names)} names, {survey.product_name(code)!r} is kept"
            yield _remark((PRODUCT_CODES, None, "productCodeName", code), "SEVERAL_NAMES", message)


def _terms(survey: Survey) -> Iterator[Finding]:
    for batch in read(survey.directory, TERMS):
        yield from batch.findings
        for term in batch.rows:
            if term.code in survey.term_codes:
                place = (TERMS, term.row, "gmdnCode", term.code)
                yield _refusal(place, "DUPLICATE_KEY", "stands twice in the file")
            survey.term_codes.add(term.code)


def _devices(survey: Survey, progress: Progress) -> Iterator[Finding]:
    labelers: dict[str, str] = {}
    for batch in read(survey.directory, DEVICES):
        yield from batch.findings
        for device in batch.rows:
            if device.key in survey.codes:
                place = (DEVICES, device.row, KEY_COLUMN, device.key)
                yield _refusal(place, "DUPLICATE_KEY", "stands twice in the file")
            survey.codes[device.key] = device.row
            if not device.distributed:
                survey.withdrawn.add(device.key)
            yield from _labeler(labelers, device)
        progress("checking devices", batch.last_row, survey.counts[DEVICES.file])


def _labeler(labelers: dict[str, str], device: Device) -> Iterator[Finding]:
    first = labelers.setdefault(device.duns, device.company_name)
    if first != device.company_name:
        message = f"is another name for {device.duns} than {first!r}, which is kept"
        yield _remark((DEVICES, device.row, "companyName", device.company_name), "SEVERAL_NAMES", message)


def _identifiers(survey: Survey, progress: Progress) -> Iterator[Finding]:
    scopes: dict[int, int] = {}
    packages: list[Identifier] = []
    own: set[int] = set()
    for batch in read(survey.directory, IDENTIFIERS):
        yield from batch.findings
        for row in batch.rows:
            if row.scope not in UNIQUE_SCOPES:
                known = hash((row.key, row.scope, row.value))
                if known in own:
                    place = (IDENTIFIERS, row.row, "deviceId", row.value)
                    yield _refusal(place, "DUPLICATE_KEY", "stands twice on one device")
                own.add(known)
            if row.scope == "PACKAGE":
                packages.append(row)
            yield from _identifier(survey, scopes, row)
        progress("checking identifiers", batch.last_row, survey.counts[IDENTIFIERS.file])
    survey.shared = {number for number, bits in scopes.items() if bits & (bits - 1)}
    for key, line in survey.codes.items():
        if isinstance(line, int):
            yield _refusal((DEVICES, line, KEY_COLUMN, key), "NO_IDENTIFIER", "has no primary identifier")
    yield from _packages(survey, packages)


def _identifier(survey: Survey, scopes: dict[int, int], row: Identifier) -> Iterator[Finding]:
    """What one identifier row says wrong or remarkably; its scope is added to what is known of its number."""
    place = (IDENTIFIERS, row.row, "deviceId", row.value)
    code = survey.codes.get(row.key)
    if code is None:
        yield _unknown_record(IDENTIFIERS, row.row, row.key)
    elif row.scope == "PRIMARY":
        if isinstance(code, str):
            yield _refusal(place, "SECOND_PRIMARY", "is a second primary identifier of its device")
        survey.codes[row.key] = item_code(row.agency, row.value)
    number, bit = hash((row.agency, row.value)), SCOPE_BITS[row.scope]
    known = scopes.get(number, 0)
    scopes[number] = known | bit
    if known & bit and row.scope in UNIQUE_SCOPES:
        yield _refusal(place, "IDENTIFIER_REUSED", "was given to another device in the same scope")
    if known and not known & bit and not known & (known - 1):
        yield _remark(place, "TWO_SCOPES", "stands in another scope too; both are kept and flagged")
    if check_digit_valid(row.agency, row.value) is False:
        yield _remark(place, "WRONG_CHECK_DIGIT", "ends in a wrong check digit; it is kept and flagged")
    if not is_normal_length(row.agency, row.value):
        yield _remark(place, "UNUSUAL_LENGTH", f"has {len(row.value)} digits, not 14; it is kept and flagged")


def _packages(survey: Survey, packages: Sequence[Identifier]) -> Iterator[Finding]:
    """A package contains the primary identifier or another package of its own device, and never itself."""
    contents = {(row.key, row.value): row.contains for row in packages}
    for row in packages:
        value, depth = row.contains, 0
        while value is not None and (row.key, value) in contents and depth < NESTING_MAX:
            value, depth = contents[row.key, value], depth + 1
        place = (IDENTIFIERS, row.row, "containsDINumber", row.contains)
        if row.quantity is None:
            lacking = (IDENTIFIERS, row.row, "pkgQuantity", None)
            yield _refusal(lacking, "MISSING_VALUE", "is missing for a package")
        if value is None:
            yield _refusal(place, "MISSING_VALUE", "is missing for a package")
        elif depth == NESTING_MAX:
            yield _refusal(place, "CIRCULAR_PACKAGE", f"is nested more than {NESTING_MAX} deep, or in a circle")
        elif survey.codes.get(row.key) != item_code(row.agency, value):
            yield _refusal(place, "UNKNOWN_IDENTIFIER", "is neither primary identifier nor package of its device")


def _codes(survey: Survey, source: Source[ProductCode | DeviceTerm], progress: Progress) -> Iterator[Finding]:
    """The codes of devices: each of a known record, each once, each term in the nomenclature."""
    column = source.fields[1].column
    own: set[int] = set()
    for batch in read(survey.directory, source):
        yield from batch.findings
        for row in batch.rows:
            place, known = (source, row.row, column, row.code), hash((row.key, row.code))
            if known in own:
                yield _refusal(place, "DUPLICATE_KEY", "stands twice on one device")
            own.add(known)
            if row.key not in survey.codes:
                yield _unknown_record(source, row.row, row.key)
            if isinstance(row, ProductCode):
                survey.product_names.setdefault(row.code, Counter())[row.name] += 1
            elif row.code not in survey.term_codes:
                yield _refusal(place, "UNKNOWN_CODE", f"is not in {TERMS.file}")
        progress(f"checking {source.file.removesuffix('.parquet')}", batch.last_row, survey.counts[source.file])


def _unknown_record(source: Source[object], row: int, key: str) -> Finding:
    return _refusal((source, row, KEY_COLUMN, key), "UNKNOWN_RECORD", f"is not in {DEVICES.file}")


def _refusal(place: Place, code: str, message: str) -> Finding:
    source, row, column, value = place
    return Finding(file=source.file, line=row, column=column, value=value, code=code, message=message)


def _remark(place: Place, code: str, message: str) -> Finding:
    return replace(_refusal(place, code, message), is_refusal=False)
