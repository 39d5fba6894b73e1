"""The release files of GUDID as they are read: each file's columns, and the rows that come out of them."""

from datetime import date
from typing import Any, NamedTuple

from domain.coexistence.gudid.readers import Field, Source, count, day, exactly, flag, line, one_of, prose, record_key


class Device(NamedTuple):
    """One device record of the register."""

    row: int
    key: str
    record_version: int
    version_on: date
    published_on: date
    distribution_ended_on: date | None
    distributed: bool
    brand_name: str
    model: str
    catalogue_number: str | None
    duns: str
    company_name: str
    device_count: int
    description: str | None
    marking_exempt: bool
    premarket_exempt: bool
    tissue_based: bool
    kit: bool
    combination_product: bool
    single_use: bool
    lot_controlled: bool
    serial_controlled: bool
    made_date_controlled: bool
    expiry_controlled: bool
    donation_controlled: bool
    contains_latex: bool
    labelled_latex_free: bool
    mri_safety: str
    prescription: bool
    over_the_counter: bool
    sterile: bool
    sterilise_before_use: bool


class Identifier(NamedTuple):
    """One device identifier of one record; packages name what they contain."""

    row: int
    key: str
    value: str
    scope: str
    agency: str
    contains: str | None
    quantity: int | None
    discontinued_on: date | None
    distributed: bool | None
    package_type: str | None


class ProductCode(NamedTuple):
    """One FDA product code of one record."""

    row: int
    key: str
    code: str
    name: str


class DeviceTerm(NamedTuple):
    """One GMDN term of one record."""

    row: int
    key: str
    code: str


class Term(NamedTuple):
    """One term of the Global Medical Device Nomenclature."""

    row: int
    code: str
    name: str
    definition: str
    implantable: bool
    active: bool


DISTRIBUTION = one_of({"In Commercial Distribution": True, "Not in Commercial Distribution": False})
KEY = Field("publicDeviceRecordKey", record_key)

DEVICES = Source(
    "devices.parquet",
    Device._make,
    (
        KEY,
        Field("publicVersionNumber", count),
        Field("publicVersionDate", day),
        Field("devicePublishDate", day),
        Field("deviceCommDistributionEndDate", day, required=False),
        Field("deviceCommDistributionStatus", DISTRIBUTION),
        Field("brandName", line(400)),
        Field("versionModelNumber", line(400)),
        Field("catalogNumber", line(400), required=False),
        Field("dunsNumber", exactly(9)),
        Field("companyName", line(400)),
        Field("deviceCount", count),
        Field("deviceDescription", prose(8_000), required=False),
        Field("DMExempt", flag),
        Field("premarketExempt", flag),
        Field("deviceHCTP", flag),
        Field("deviceKit", flag),
        Field("deviceCombinationProduct", flag),
        Field("singleUse", flag),
        Field("lotBatch", flag),
        Field("serialNumber", flag),
        Field("manufacturingDate", flag),
        Field("expirationDate", flag),
        Field("donationIdNumber", flag),
        Field("labeledContainsNRL", flag),
        Field("labeledNoNRL", flag),
        Field(
            "MRISafetyStatus",
            one_of({
                "MR Safe": "SAFE",
                "MR Unsafe": "UNSAFE",
                "MR Conditional": "CONDITIONAL",
                "Labeling does not contain MRI Safety Information": "NOT_STATED",
            }),
        ),
        Field("rx", flag),
        Field("otc", flag),
        Field("deviceSterile", flag),
        Field("sterilizationPriorToUse", flag),
    ),
)  # fmt: skip

IDENTIFIERS = Source(
    "identifiers.parquet",
    Identifier._make,
    (
        KEY,
        Field("deviceId", exactly(64)),
        Field(
            "deviceIdType",
            one_of({
                "Primary": "PRIMARY",
                "Package": "PACKAGE",
                "Unit of Use": "UNIT_OF_USE",
                "Direct Marking": "DIRECT_MARK",
                "Secondary": "SECONDARY",
                "Previous": "PREVIOUS",
            }),
        ),
        Field("issuingAgency", one_of({"GS1": "GS1", "HIBCC": "HIBCC", "ICCBBA": "ICCBBA"})),
        Field("containsDINumber", exactly(64), required=False),
        Field("pkgQuantity", count, required=False),
        Field("pkgDiscontinueDate", day, required=False),
        Field("pkgStatus", DISTRIBUTION, required=False),
        Field("pkgType", line(64), required=False),
    ),
)  # fmt: skip

PRODUCT_CODES = Source(
    "product_codes.parquet",
    ProductCode._make,
    (KEY, Field("productCode", exactly(64)), Field("productCodeName", line(400))),
)

DEVICE_TERMS = Source("device_gmdn.parquet", DeviceTerm._make, (KEY, Field("gmdnCode", exactly(64))))

TERMS = Source(
    "gmdn.parquet",
    Term._make,
    (
        Field("gmdnCode", exactly(64)),
        Field("name", line(400)),
        Field("definition", prose(8_000)),
        Field("implantable", flag),
        Field("status", one_of({"Active": True, "Obsolete": False})),
    ),
)

SOURCES: tuple[Source[Any], ...] = (TERMS, DEVICES, IDENTIFIERS, PRODUCT_CODES, DEVICE_TERMS)
