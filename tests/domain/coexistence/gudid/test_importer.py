"""The register's rows as items, from small releases: every value, every refusal, and what a second run does."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from domain.coexistence.feeds import importer
from domain.coexistence.gudid.importer import import_gudid
from domain.coexistence.imports import ImportReport
from domain.coexistence.runs import LOCK_CLASS, Importer, ImportRunning
from domain.core.database import connect
from domain.core.records import GROUP
from tests.domain.coexistence.gudid.releases import (
    DRILL,
    FLOSS,
    PLATE,
    device,
    identifier,
    package,
    small_release,
    write_release,
)

TABLES = ("item", "device_profile", "device_identifier", "party", "code_value", "code_assignment", "legacy_key")


@pytest.fixture
async def by(fresh_database: str) -> AsyncIterator[Importer]:
    """The importing actor on a database without rows."""
    connection = await connect(fresh_database)
    yield importer(connection, GROUP)
    await connection.close()


class Interrupted(Exception):
    """Stands for whatever ends a process."""


def silent(_label: str, _done: int, _total: int) -> None:
    """Progress that nobody watches."""


async def run(by: Importer, directory: Path, dry_run: bool = False) -> ImportReport:
    return await import_gudid(by, directory, dry_run=dry_run, progress=silent)


async def rows(by: Importer, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await by.connection.fetch(sql)]


async def counts(by: Importer) -> dict[str, int]:
    return {table: await by.connection.fetchval(f"SELECT count(*) FROM {table}") for table in TABLES}


EVERYTHING = {
    "item": 3, "device_profile": 3, "device_identifier": 7, "party": 2, "code_value": 4, "code_assignment": 6,
    "legacy_key": 3 + 3 + 7 + 2 * 3 + 4 + 6,
}  # fmt: skip
NOTHING = dict.fromkeys(TABLES, 0)


async def test_a_device_becomes_an_item_of_its_labeler(by: Importer, tmp_path: Path) -> None:
    await run(by, write_release(tmp_path, small_release()))
    assert await rows(
        by,
        "SELECT i.code, i.name, i.description, i.kind, i.status, i.lot_policy, i.model, u.code, p.code, p.name "
        "FROM item i JOIN unit_of_measure u ON u.id = i.unit_id JOIN party p ON p.id = i.manufacturer_id ORDER BY 1",
    ) == [
        ("GS1-00860003321765", "Drill-O D 2", None, "DEVICE", "ACTIVE", "LOT_AND_SERIAL", "D 2", "EA",
         "DUNS-222222222", "Labeler 222222222"),
        ("GS1-06931718175589", "Flossy F-1", "Waxed.\nMint.", "DEVICE", "ACTIVE", "LOT", "F-1", "EA",
         "DUNS-111111111", "Labeler 111111111"),
        ("HIBCC-B268Y52281", "Plate P", None, "DEVICE", "RETIRED", "NONE", "P", "EA",
         "DUNS-111111111", "Labeler 111111111"),
    ]  # fmt: skip
    assert await rows(
        by,
        "SELECT r.role, x.scheme, x.value FROM party p JOIN party_role r ON r.party_id = p.id "
        "JOIN party_identifier x ON x.party_id = p.id ORDER BY p.code",
    ) == [("MANUFACTURER", "DUNS", "111111111"), ("MANUFACTURER", "DUNS", "222222222")]


async def test_the_profile_keeps_what_the_register_says(by: Importer, tmp_path: Path) -> None:
    await run(by, write_release(tmp_path, small_release()))
    assert await rows(
        by,
        "SELECT register_key, brand, device_count, public_version_on, distribution_ended_on, mri_safety, shows_serial "
        "FROM device_profile ORDER BY brand",
    ) == [
        (DRILL, "Drill-O", 1, date(2025, 4, 28), None, "SAFE", True),
        (FLOSS, "Flossy", 1, date(2025, 4, 28), None, "SAFE", False),
        (PLATE, "Plate", 1, date(2025, 4, 28), date(2024, 12, 31), "SAFE", False),
    ]


async def test_identifiers_are_kept_and_flagged(by: Importer, tmp_path: Path) -> None:
    await run(by, write_release(tmp_path, small_release()))
    assert await rows(
        by,
        "SELECT value, scope, agency, normal_value, is_well_formed, check_digit_valid, shared_scope, status "
        "FROM device_identifier ORDER BY value, scope",
    ) == [
        ("00860003321765", "PRIMARY", "GS1", "00860003321765", True, False, False, "IN_DISTRIBUTION"),
        ("06931718175589", "PREVIOUS", "GS1", "06931718175589", True, True, True, "NOT_IN_DISTRIBUTION"),
        ("06931718175589", "PRIMARY", "GS1", "06931718175589", True, True, True, "IN_DISTRIBUTION"),
        ("10000000000014", "PACKAGE", "GS1", "10000000000014", True, True, False, "IN_DISTRIBUTION"),
        ("20000000000011", "PACKAGE", "GS1", "20000000000011", True, True, False, "IN_DISTRIBUTION"),
        ("5056389638957", "UNIT_OF_USE", "GS1", "05056389638957", False, True, False, "IN_DISTRIBUTION"),
        ("B268Y52281", "PRIMARY", "HIBCC", "B268Y52281", True, None, False, "NOT_IN_DISTRIBUTION"),
    ]


async def test_a_package_in_a_package_finds_its_content_whatever_the_order_of_rows(
    by: Importer, tmp_path: Path
) -> None:
    await run(by, write_release(tmp_path, small_release()))
    assert await rows(
        by,
        "SELECT p.value, p.package_quantity, p.package_type, c.value FROM device_identifier p "
        "JOIN device_identifier c ON c.id = p.contained_id ORDER BY 1",
    ) == [("10000000000014", 24, "Case", "06931718175589"), ("20000000000011", 4, "Case", "10000000000014")]


async def test_codes_are_lists_of_their_owners(by: Importer, tmp_path: Path) -> None:
    report = await run(by, write_release(tmp_path, small_release()))
    assert await rows(
        by,
        "SELECT l.code, v.code, v.name, v.is_active, i.code FROM code_assignment a JOIN item i ON i.id = a.item_id "
        "JOIN code_value v ON v.id = a.code_value_id JOIN code_list l ON l.id = v.list_id ORDER BY 1, 2, 5",
    ) == [
        ("FDA-PRODUCT-CODE", "EFB", "Handpiece", True, "GS1-00860003321765"),
        ("FDA-PRODUCT-CODE", "EFB", "Handpiece", True, "HIBCC-B268Y52281"),
        ("FDA-PRODUCT-CODE", "JES", "Floss, Dental", True, "GS1-06931718175589"),
        ("GMDN", "11158", "Dental floss", True, "GS1-06931718175589"),
        ("GMDN", "63585", "Drill", False, "GS1-00860003321765"),
        ("GMDN", "63585", "Drill", False, "HIBCC-B268Y52281"),
    ]
    assert "product_codes.parquet:productCodeName 'EFB' SEVERAL_NAMES: has 2 names, 'Handpiece' is kept" in [
        str(finding) for finding in report.findings
    ]


async def test_the_run_and_its_remarks_are_recorded(by: Importer, tmp_path: Path) -> None:
    report = await run(by, write_release(tmp_path, small_release()))
    assert (report.status, report.created, report.updated, report.unchanged, report.refused) == (
        "SUCCEEDED", EVERYTHING["legacy_key"], 0, 0, 0,
    )  # fmt: skip
    assert await rows(by, "SELECT status, created_count, refused_count, is_dry_run FROM import_run") == [
        ("SUCCEEDED", EVERYTHING["legacy_key"], 0, False)
    ]
    assert await rows(
        by,
        "SELECT file, line, column_name, value, code FROM import_issue WHERE code <> 'SEVERAL_NAMES' "
        "ORDER BY line, code",
    ) == [
        ("identifiers.parquet", 4, "deviceId", "00860003321765", "WRONG_CHECK_DIGIT"),
        ("identifiers.parquet", 5, "deviceId", "5056389638957", "UNUSUAL_LENGTH"),
        ("identifiers.parquet", 7, "deviceId", "06931718175589", "TWO_SCOPES"),
    ]  # fmt: skip


async def test_every_row_is_found_by_its_key(by: Importer, tmp_path: Path) -> None:
    await run(by, write_release(tmp_path, small_release()))
    assert await counts(by) == EVERYTHING
    assert await rows(
        by,
        "SELECT k.key, i.code FROM legacy_key k JOIN item i ON i.id = k.record_id JOIN source_system s "
        "ON s.id = k.source_system_id WHERE k.record_type = 'item' AND s.code = 'gudid' ORDER BY 2",
    ) == [(DRILL, "GS1-00860003321765"), (FLOSS, "GS1-06931718175589"), (PLATE, "HIBCC-B268Y52281")]
    assert await rows(by, f"SELECT source_table FROM legacy_key WHERE key = '{FLOSS}:PACKAGE:20000000000011'") == [
        ("identifiers",)
    ]


async def test_a_second_run_changes_nothing_and_says_so(by: Importer, tmp_path: Path) -> None:
    await run(by, write_release(tmp_path, small_release()))
    before = await rows(by, "SELECT id, version, recorded_at FROM item UNION ALL SELECT id, version, recorded_at FROM "
                            "device_identifier ORDER BY 1")  # fmt: skip
    report = await run(by, tmp_path)
    assert (report.created, report.updated, report.unchanged) == (0, 0, EVERYTHING["legacy_key"])
    after = await rows(by, "SELECT id, version, recorded_at FROM item UNION ALL SELECT id, version, recorded_at FROM "
                           "device_identifier ORDER BY 1")  # fmt: skip
    assert after == before
    assert await counts(by) == EVERYTHING


async def test_a_later_release_changes_what_it_changed_and_nothing_else(by: Importer, tmp_path: Path) -> None:
    release = small_release()
    await run(by, write_release(tmp_path, release))
    release["devices.parquet"][0] |= {"versionModelNumber": "F-2", "publicVersionNumber": "2"}
    release["identifiers.parquet"][1] |= {"pkgQuantity": "36"}
    report = await run(by, write_release(tmp_path, release))
    assert {tally.record_type: tally.updated for tally in report.tallies if tally.updated} == {
        "item": 1, "device_profile": 1, "device_identifier": 1,
    }  # fmt: skip
    assert report.created == 0
    assert await rows(by, "SELECT name, version FROM item ORDER BY code") == [
        ("Drill-O D 2", 1), ("Flossy F-2", 2), ("Plate P", 1),
    ]  # fmt: skip
    assert await rows(
        by, "SELECT package_quantity, version FROM device_identifier WHERE scope = 'PACKAGE' ORDER BY value"
    ) == [
        (36, 2), (4, 1),
    ]  # fmt: skip
    assert (await run(by, tmp_path)).updated == 0


async def test_a_dry_run_counts_exactly_and_keeps_nothing(by: Importer, tmp_path: Path) -> None:
    report = await run(by, write_release(tmp_path, small_release()), dry_run=True)
    assert (report.status, report.created) == ("SUCCEEDED", EVERYTHING["legacy_key"])
    assert await counts(by) == NOTHING
    assert await rows(by, "SELECT status, is_dry_run, created_count FROM import_run") == [
        ("SUCCEEDED", True, EVERYTHING["legacy_key"])
    ]


@pytest.mark.parametrize("stop_after", range(1, 9))
async def test_a_run_that_breaks_off_is_completed_by_the_next(by: Importer, tmp_path: Path, stop_after: int) -> None:
    write_release(tmp_path, small_release())
    seen: list[str] = []

    def breaking(label: str, _done: int, _total: int) -> None:
        seen.append(label)
        if len(seen) == stop_after:
            raise Interrupted(label)

    with pytest.raises(Interrupted):
        await import_gudid(by, tmp_path, dry_run=False, progress=breaking)
    assert await rows(by, "SELECT status FROM import_run") == [("INTERRUPTED",)]
    report = await run(by, tmp_path)
    assert report.created + report.unchanged == EVERYTHING["legacy_key"]
    assert await counts(by) == EVERYTHING


async def test_another_run_of_the_same_source_is_refused_meanwhile(
    by: Importer, fresh_database: str, tmp_path: Path
) -> None:
    other = await connect(fresh_database)
    await other.fetchval("SELECT pg_advisory_lock($1, hashtext($2))", LOCK_CLASS, "gudid")
    with pytest.raises(ImportRunning):
        await run(by, write_release(tmp_path, small_release()))
    await other.close()
    assert await counts(by) == NOTHING


BAD_ROWS = [
    ("identifiers.parquet", identifier(FLOSS, "07000000000008"), "deviceId", "SECOND_PRIMARY"),
    ("identifiers.parquet", package(DRILL, "10000000000014", "00860003321765", "2"), "deviceId", "IDENTIFIER_REUSED"),
    ("identifiers.parquet", identifier(DRILL, "5056389638957", "Unit of Use"), "deviceId", "DUPLICATE_KEY"),
    ("identifiers.parquet", identifier("00000000-0000-0000-0000-000000000000", "07000000000008"),
     "publicDeviceRecordKey", "UNKNOWN_RECORD"),
    ("identifiers.parquet", package(FLOSS, "30000000000018", "99999999999999", "2"), "containsDINumber",
     "UNKNOWN_IDENTIFIER"),
    ("identifiers.parquet", package(FLOSS, "30000000000018", "30000000000018", "2"), "containsDINumber",
     "CIRCULAR_PACKAGE"),
    ("identifiers.parquet", identifier(FLOSS, "30000000000018", "Package"), "containsDINumber", "MISSING_VALUE"),
    ("devices.parquet", device("00000000-0000-0000-0000-000000000000", "A", "B", "111111111"), "publicDeviceRecordKey",
     "NO_IDENTIFIER"),
    ("devices.parquet", device(FLOSS, "A", "B", "111111111"), "publicDeviceRecordKey", "DUPLICATE_KEY"),
    ("devices.parquet", device(FLOSS, "A", "B", "12345678901"), "dunsNumber", "INVALID_VALUE"),
    ("device_gmdn.parquet", {"publicDeviceRecordKey": FLOSS, "gmdnCode": "99999"}, "gmdnCode", "UNKNOWN_CODE"),
    ("device_gmdn.parquet", {"publicDeviceRecordKey": FLOSS, "gmdnCode": "11158"}, "gmdnCode", "DUPLICATE_KEY"),
    ("gmdn.parquet", small_release()["gmdn.parquet"][0], "gmdnCode", "DUPLICATE_KEY"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "row", "column", "code"), BAD_ROWS, ids=lambda value: value if isinstance(value, str) else "row"
)
async def test_one_bad_row_refuses_the_release_and_names_itself(
    by: Importer, tmp_path: Path, file: str, row: dict[str, Any], column: str, code: str
) -> None:
    release = small_release()
    release[file].append(row)
    report = await run(by, write_release(tmp_path, release))
    named = [(finding.file, finding.column, finding.code) for finding in report.findings if finding.is_refusal]
    assert (file, column, code) in named
    assert report.status == "REFUSED"
    assert report.refused == len(named)
    assert await counts(by) == NOTHING
    assert await rows(by, "SELECT status FROM import_run") == [("REFUSED",)]
    assert (file, len(release[file]), column, code) in await rows(
        by, "SELECT file, line, column_name, code FROM import_issue WHERE is_refusal"
    )
