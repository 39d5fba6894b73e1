"""Device identification: what regulators know an item by.

An item has many device identifiers (DI): its primary one, those of its packages, of the unit of use, of the mark on
the device. A wrong check digit in a regulator's own file is kept and flagged, never refused: the register is what it
is.
"""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from domain.core.columns import (
    Tier,
    code_column,
    column,
    date_column,
    enum_column,
    reference,
    small_column,
    text_column,
)
from domain.core.records import ANYONE, GroupRecord, Scope


class IssuingAgency(StrEnum):
    """Who issues a device identifier; MA is NMPA's own code, AHM the Chinese health code."""

    GS1 = "GS1"
    HIBCC = "HIBCC"
    ICCBBA = "ICCBBA"
    IFA = "IFA"
    MA = "MA"
    AHM = "AHM"


class IdentifierUse(StrEnum):
    """What a device identifier stands on."""

    PRIMARY = "PRIMARY"
    PACKAGE = "PACKAGE"
    UNIT_OF_USE = "UNIT_OF_USE"
    DIRECT_MARK = "DIRECT_MARK"
    SECONDARY = "SECONDARY"
    PREVIOUS = "PREVIOUS"
    BASIC_UDI = "BASIC_UDI"


class DeviceIdentifierStatus(StrEnum):
    """Whether goods with the identifier are on the market."""

    IN_DISTRIBUTION = "IN_DISTRIBUTION"
    NOT_IN_DISTRIBUTION = "NOT_IN_DISTRIBUTION"


class MriSafety(StrEnum):
    """What the label says about magnetic resonance imaging (ASTM F2503)."""

    SAFE = "SAFE"
    CONDITIONAL = "CONDITIONAL"
    UNSAFE = "UNSAFE"
    NOT_STATED = "NOT_STATED"


class DeviceIdentifier(GroupRecord, scope=Scope(partner=ANYONE), zh="器械标识", name="value"):
    """A number that identifies a device or a package of it in a register."""

    __tablename__ = "device_identifier"
    __table_args__ = (
        Index(
            "uq_device_identifier_agency_value_scope", "agency", "value", "scope", unique=True,
            postgresql_where=text("scope IN ('PRIMARY', 'PACKAGE', 'SECONDARY', 'BASIC_UDI')"),
        ),
        CheckConstraint("package_quantity > 0", name="package_quantity_positive"),
    )  # fmt: skip

    item_id: Mapped[UUID] = reference("item", many="device_identifiers", doc="The item it identifies.", zh="物料")
    revision_id: Mapped[UUID | None] = reference(
        "item_revision", doc="The revision it identifies, where it is not the whole item.", zh="物料版本"
    )
    agency: Mapped[IssuingAgency] = enum_column(IssuingAgency, doc="Who issued it.", zh="发码机构", tier=Tier.PUBLIC)
    scope: Mapped[IdentifierUse] = enum_column(IdentifierUse, doc="What it stands on.", zh="标识层级", tier=Tier.PUBLIC)
    value: Mapped[str] = code_column(doc="The identifier, as registered.", zh="标识值", order=True)
    normal_value: Mapped[str] = code_column(
        doc="The form under which it is found: a GTIN in 14 digits, any other code in capitals.", zh="规范标识值",
        index=True,
    )  # fmt: skip
    is_well_formed: Mapped[bool] = column(
        doc="Whether it has the length that its agency registers: 14 digits for GS1.", zh="长度是否规范",
        tier=Tier.PUBLIC, server_default="true",
    )  # fmt: skip
    check_digit_valid: Mapped[bool | None] = column(
        doc="Whether its check digit is right; none where the agency's code has none that we check.",
        zh="校验位是否正确", tier=Tier.PUBLIC,
    )  # fmt: skip
    contained_id: Mapped[UUID | None] = reference(
        "device_identifier", many="packages", doc="What a package contains: the identifier one level down.",
        zh="所含标识",
    )  # fmt: skip
    package_quantity: Mapped[int | None] = column(
        doc="How many of the contained identifier are in the package.",
        zh="包装数量",
        unit="piece",
        tier=Tier.PUBLIC,
    )
    package_type: Mapped[str | None] = text_column(
        doc="What the package is, such as a box.", zh="包装类型", tier=Tier.PUBLIC
    )
    status: Mapped[DeviceIdentifierStatus] = enum_column(
        DeviceIdentifierStatus, doc="Whether goods with it are on the market.", zh="状态", tier=Tier.PUBLIC,
        server_default="IN_DISTRIBUTION",
    )  # fmt: skip
    discontinued_on: Mapped[date | None] = date_column(
        doc="Since when it is no longer used.", zh="停用日期", tier=Tier.PUBLIC
    )
    shared_scope: Mapped[bool] = column(
        doc="Whether the same identifier stands in the register in another scope too, such as primary and package.",
        zh="是否多层级共用", tier=Tier.PUBLIC, server_default="false",
    )  # fmt: skip


class DeviceProfile(GroupRecord, scope=Scope(partner=ANYONE), zh="器械档案"):
    """What a regulator's register says of an item beside its identifiers."""

    __tablename__ = "device_profile"
    __table_args__ = (UniqueConstraint("item_id"),)

    item_id: Mapped[UUID] = reference("item", many="device_profiles", doc="The item.", zh="物料")
    register_key: Mapped[str] = code_column(doc="Key of the record in the register.", zh="登记主键", length_max=64)
    brand: Mapped[str | None] = text_column(doc="Brand name.", zh="品牌", tier=Tier.PUBLIC)
    version_model: Mapped[str | None] = text_column(doc="Version or model number.", zh="版本/型号", tier=Tier.PUBLIC)
    catalogue_number: Mapped[str | None] = text_column(doc="Catalogue number.", zh="目录号", tier=Tier.PUBLIC)
    device_count: Mapped[int | None] = column(
        doc="Devices in the primary package.", zh="器械数量", unit="item.unit.code", tier=Tier.PUBLIC
    )
    public_version: Mapped[int | None] = small_column(
        doc="Version of the public record.", zh="公开版本号", tier=Tier.PUBLIC
    )
    public_version_on: Mapped[date | None] = date_column(doc="Day of that version.", zh="版本日期", tier=Tier.PUBLIC)
    published_on: Mapped[date | None] = date_column(doc="Day of first publication.", zh="公布日期", tier=Tier.PUBLIC)
    distribution_ended_on: Mapped[date | None] = date_column(
        doc="Last day of commercial distribution.", zh="停止流通日期", tier=Tier.PUBLIC
    )
    mri_safety: Mapped[MriSafety] = enum_column(
        MriSafety, doc="What the label says about magnetic resonance.", zh="磁共振安全", tier=Tier.PUBLIC
    )
    is_direct_mark_exempt: Mapped[bool] = column(
        doc="Whether it needs no mark on the device.", zh="是否免直接标记", tier=Tier.PUBLIC
    )
    is_premarket_exempt: Mapped[bool] = column(
        doc="Whether it needs no premarket submission.", zh="是否免上市前审批", tier=Tier.PUBLIC
    )
    is_tissue_product: Mapped[bool] = column(
        doc="Whether it is a human cell or tissue product.", zh="是否人体组织产品", tier=Tier.PUBLIC
    )
    is_kit: Mapped[bool] = column(doc="Whether it is a kit.", zh="是否套件", tier=Tier.PUBLIC)
    is_combination: Mapped[bool] = column(
        doc="Whether it is combined with a drug or biologic.", zh="是否组合产品", tier=Tier.PUBLIC
    )
    is_single_use: Mapped[bool] = column(doc="Whether it is for one use.", zh="是否一次性", tier=Tier.PUBLIC)
    shows_lot: Mapped[bool] = column(doc="Whether its UDI carries the lot.", zh="标识含批号", tier=Tier.PUBLIC)
    shows_serial: Mapped[bool] = column(
        doc="Whether its UDI carries the serial number.", zh="标识含序列号", tier=Tier.PUBLIC
    )
    shows_made_on: Mapped[bool] = column(
        doc="Whether its UDI carries the date of making.", zh="标识含生产日期", tier=Tier.PUBLIC
    )
    shows_expires_on: Mapped[bool] = column(
        doc="Whether its UDI carries the expiry date.", zh="标识含失效日期", tier=Tier.PUBLIC
    )
    shows_donation: Mapped[bool] = column(
        doc="Whether its UDI carries a donation identification number.", zh="标识含捐献编号", tier=Tier.PUBLIC
    )
    contains_latex: Mapped[bool] = column(
        doc="Whether the label says that it contains natural rubber latex.", zh="含天然胶乳", tier=Tier.PUBLIC
    )
    labelled_no_latex: Mapped[bool] = column(
        doc="Whether the label says that it was not made with natural rubber latex.", zh="标示不含天然胶乳",
        tier=Tier.PUBLIC,
    )  # fmt: skip
    is_prescription: Mapped[bool] = column(doc="Whether it needs a prescription.", zh="是否处方", tier=Tier.PUBLIC)
    is_over_the_counter: Mapped[bool] = column(
        doc="Whether it is sold without a prescription.", zh="是否非处方", tier=Tier.PUBLIC
    )
    is_sterile: Mapped[bool] = column(doc="Whether it is delivered sterile.", zh="是否无菌", tier=Tier.PUBLIC)
    needs_sterilisation: Mapped[bool] = column(
        doc="Whether it must be sterilised before use.", zh="使用前是否需灭菌", tier=Tier.PUBLIC
    )


class CodeAssignment(GroupRecord, scope=Scope(partner=ANYONE), zh="分类代码"):
    """A code of a nomenclature that an item carries: GMDN, EMDN, FDA product code, NMPA category."""

    __tablename__ = "code_assignment"
    __table_args__ = (UniqueConstraint("item_id", "code_value_id"),)

    item_id: Mapped[UUID] = reference("item", many="codes", doc="The item.", zh="物料")
    code_value_id: Mapped[UUID] = reference("code_value", many="assignments", doc="The code.", zh="代码值")
