"""Small releases of the register for tests: three devices of two labelers, written as the FDA's files are."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

arrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")

Row = dict[str, Any]
Release = dict[str, list[Row]]

FLOSS = "e68180cd-de3a-4826-8090-f824eea78ca2"
DRILL = "b1ccf09b-57d8-4092-8194-764ccb2adec7"
PLATE = "1d58afe0-51d1-4780-8dfd-a9828fb74df9"

FLAGS = (
    "DMExempt", "premarketExempt", "deviceHCTP", "deviceKit", "deviceCombinationProduct", "singleUse", "lotBatch",
    "serialNumber", "manufacturingDate", "expirationDate", "donationIdNumber", "labeledContainsNRL", "labeledNoNRL",
    "rx", "otc", "deviceSterile", "sterilizationPriorToUse",
)  # fmt: skip


def device(key: str, brand: str, model: str, duns: str, **more: Any) -> Row:
    """One row of devices.parquet."""
    return {
        "publicDeviceRecordKey": key, "publicVersionNumber": "1", "publicVersionDate": "2025-04-28",
        "devicePublishDate": "2025-04-18", "deviceCommDistributionEndDate": None,
        "deviceCommDistributionStatus": "In Commercial Distribution", "brandName": brand, "versionModelNumber": model,
        "catalogNumber": None, "dunsNumber": duns, "companyName": f"Labeler {duns}", "deviceCount": "1",
        "deviceDescription": None, **dict.fromkeys(FLAGS, "false"), "MRISafetyStatus": "MR Safe", **more,
    }  # fmt: skip


def identifier(key: str, value: str, scope: str = "Primary", agency: str = "GS1", **more: Any) -> Row:
    """One row of identifiers.parquet."""
    return {
        "publicDeviceRecordKey": key, "deviceId": value, "deviceIdType": scope, "issuingAgency": agency,
        "containsDINumber": None, "pkgQuantity": None, "pkgDiscontinueDate": None, "pkgStatus": None, "pkgType": None,
        **more,
    }  # fmt: skip


def package(key: str, value: str, contains: str, quantity: str, agency: str = "GS1") -> Row:
    """One package row of identifiers.parquet."""
    more = {"containsDINumber": contains, "pkgQuantity": quantity, "pkgStatus": "In Commercial Distribution"}
    return identifier(key, value, "Package", agency, **more, pkgType="Case")


def term(code: str, name: str, status: str) -> Row:
    """One row of gmdn.parquet."""
    return {"gmdnCode": code, "name": name, "definition": f"{name}, defined.", "implantable": "false", "status": status}


def small_release() -> Release:
    """Packages listed before what they contain, a wrong check digit, a length of 13, a number in two scopes."""
    return {
        "gmdn.parquet": [
            term("11158", "Dental floss", "Active"),
            term("63585", "Drill", "Obsolete"),
        ],
        "devices.parquet": [
            device(FLOSS, "Flossy", "F-1", "111111111", lotBatch="true", deviceDescription="Waxed.\nMint."),
            device(DRILL, "Drill-O", "D 2", "222222222", serialNumber="true", lotBatch="true"),
            device(
                PLATE, "Plate", "P", "111111111", deviceCommDistributionEndDate="2024-12-31",
                deviceCommDistributionStatus="Not in Commercial Distribution",
            ),
        ],
        "identifiers.parquet": [
            package(FLOSS, "20000000000011", "10000000000014", "4"),
            package(FLOSS, "10000000000014", "06931718175589", "24"),
            identifier(FLOSS, "06931718175589"),
            identifier(DRILL, "00860003321765"),
            identifier(DRILL, "5056389638957", "Unit of Use"),
            identifier(PLATE, "B268Y52281", agency="HIBCC"),
            identifier(PLATE, "06931718175589", "Previous"),
        ],
        "product_codes.parquet": [
            {"publicDeviceRecordKey": FLOSS, "productCode": "JES", "productCodeName": "Floss, Dental"},
            {"publicDeviceRecordKey": DRILL, "productCode": "EFB", "productCodeName": "Handpiece"},
            {"publicDeviceRecordKey": PLATE, "productCode": "EFB", "productCodeName": "Handpiece, Dental"},
        ],
        "device_gmdn.parquet": [
            {"publicDeviceRecordKey": FLOSS, "gmdnCode": "11158"},
            {"publicDeviceRecordKey": DRILL, "gmdnCode": "63585"},
            {"publicDeviceRecordKey": PLATE, "gmdnCode": "63585"},
        ],
    }  # fmt: skip


def write_release(directory: Path, release: Mapping[str, Sequence[Mapping[str, Any]]]) -> Path:
    """The directory, with the release's files in it."""
    for file, rows in release.items():
        table = arrow.table({name: arrow.array([row[name] for row in rows], arrow.string()) for name in rows[0]})
        parquet.write_table(table, directory / file)
    return directory
