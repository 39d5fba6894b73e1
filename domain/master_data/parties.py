"""Parties: everyone outside the company whom it deals with, each once, whatever roles it plays.

Customer, supplier, carrier, hospital are roles of a party, not types, so that one firm that sells to us and buys from
us is one record with one credit code. People whom we reach at a party are parties too (`is_person`); what is about
them is PERSONAL.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from domain.core.columns import (
    Tier,
    amount_column,
    code_column,
    column,
    date_column,
    enum_column,
    reference,
    small_column,
    text_column,
    texts_column,
)
from domain.core.records import CompanyRecord, GroupRecord, Scope

# What a bank's file of payments has room for (ISO 20022, Max34Text and Max35Text); no IBAN is longer (ISO 13616).
ACCOUNT_NUMBER_LENGTH_MAX = 34
BANK_CODE_LENGTH_MAX = 35


class PartyRoleKind(StrEnum):
    """What a party can be to us."""

    CUSTOMER = "CUSTOMER"
    SUPPLIER = "SUPPLIER"
    CARRIER = "CARRIER"
    HOSPITAL = "HOSPITAL"
    DISTRIBUTOR = "DISTRIBUTOR"
    AGENCY = "AGENCY"
    MANUFACTURER = "MANUFACTURER"


class AddressKind(StrEnum):
    """What an address is used for."""

    REGISTERED = "REGISTERED"
    MAIN_OFFICE = "MAIN_OFFICE"
    BILLING = "BILLING"
    SHIPPING = "SHIPPING"
    HOME = "HOME"
    ARCHIVE = "ARCHIVE"


class ChannelKind(StrEnum):
    """How a party is reached."""

    EMAIL = "EMAIL"
    PHONE = "PHONE"
    MOBILE = "MOBILE"
    HOME_PHONE = "HOME_PHONE"
    FAX = "FAX"
    WEB = "WEB"


class IdentifierScheme(StrEnum):
    """Registers that number parties."""

    VAT = "VAT"
    DUNS = "DUNS"
    LEI = "LEI"
    GLN = "GLN"
    EUDAMED_SRN = "EUDAMED_SRN"
    NATIONAL = "NATIONAL"


class Party(
    GroupRecord, scope=Scope(partner="id"), zh="往来单位", key="code", name="name",
    search=("code", "name", "name_zh", "legal_name", "legal_name_zh", "credit_code", "identifiers.value"),
):  # fmt: skip
    """A firm, institution or person that the group deals with."""

    __tablename__ = "party"
    # The code is of one legal entity: a second record of it would be a duplicate.
    __table_args__ = (
        Index("uq_party_credit_code", "credit_code", unique=True, postgresql_where=text("archived_at IS NULL")),
    )

    code: Mapped[str] = code_column(doc="Short code or account number of the party.", zh="单位代码", order=True)
    name: Mapped[str] = text_column(doc="Name people know it by.", zh="名称", tier=Tier.PUBLIC, order=True)
    name_zh: Mapped[str | None] = text_column(doc="Name in Chinese.", zh="中文名称", tier=Tier.PUBLIC)
    legal_name: Mapped[str | None] = text_column(doc="Registered name.", zh="法定名称", tier=Tier.PUBLIC)
    legal_name_zh: Mapped[str | None] = text_column(
        doc="Registered name in Chinese.", zh="中文法定名称", tier=Tier.PUBLIC
    )
    credit_code: Mapped[str | None] = code_column(
        doc="Unified social credit code, 18 characters, check character mod 31 (GB 32100-2015).",
        zh="统一社会信用代码", length_max=18,
    )  # fmt: skip
    country: Mapped[str | None] = code_column(
        doc="Country of registration or residence.", zh="国家", length_max=2, code_list="ISO3166-1"
    )
    is_person: Mapped[bool] = column(
        doc="Whether the party is a natural person.", zh="是否自然人", tier=Tier.PUBLIC, server_default="false"
    )
    is_active: Mapped[bool] = column(
        doc="Whether new documents may name the party.", zh="是否启用", tier=Tier.PUBLIC, server_default="true"
    )
    employer_id: Mapped[UUID | None] = reference(
        "party", many="people", doc="The firm for which a person buys or sells.", zh="所属单位"
    )
    credit_rating: Mapped[int | None] = small_column(
        doc="Our judgement of its reliability: 1 superior, 2 excellent, 3 above average, 4 average, 5 below average.",
        zh="信用等级", tier=Tier.CONFIDENTIAL,
    )  # fmt: skip
    payment_terms: Mapped[str | None] = code_column(
        doc="Code of the payment terms agreed, such as N30.", zh="付款条件", tier=Tier.COMMERCIAL
    )
    website: Mapped[str | None] = text_column(doc="Address of its web pages or ordering service.", zh="网址")
    merged_into_id: Mapped[UUID | None] = reference(
        "party", many="merged_from", doc="The party that now stands for it; its code and id answer with that one.",
        zh="已并入单位", tier=Tier.INTERNAL,
    )  # fmt: skip


class PartyRole(GroupRecord, scope=Scope(partner="party_id"), zh="往来角色"):
    """Something a party is to us, since when."""

    __tablename__ = "party_role"
    __table_args__ = (UniqueConstraint("party_id", "role"),)

    party_id: Mapped[UUID] = reference("party", lines="roles", doc="The party.", zh="往来单位")
    role: Mapped[PartyRoleKind] = enum_column(PartyRoleKind, doc="What it is to us.", zh="角色", tier=Tier.PUBLIC)
    account: Mapped[str | None] = code_column(doc="Our account number for it in this role.", zh="账号")
    is_preferred: Mapped[bool] = column(
        doc="Whether we prefer it to others in this role.", zh="是否优先", server_default="false"
    )
    valid_from: Mapped[date | None] = date_column(doc="First day in the role.", zh="生效日期")
    valid_to: Mapped[date | None] = date_column(doc="Last day in the role.", zh="失效日期")


class PartyIdentifier(GroupRecord, scope=Scope(partner="party_id"), zh="往来单位编号"):
    """A number that a register gave the party: VAT, DUNS, GLN, EUDAMED SRN."""

    __tablename__ = "party_identifier"
    __table_args__ = (UniqueConstraint("scheme", "value", "party_id"),)

    party_id: Mapped[UUID] = reference("party", lines="identifiers", doc="The party.", zh="往来单位")
    scheme: Mapped[IdentifierScheme] = enum_column(
        IdentifierScheme, doc="The register.", zh="编号体系", tier=Tier.PUBLIC
    )
    value: Mapped[str] = code_column(doc="The number.", zh="编号", index=True)
    country: Mapped[str | None] = code_column(
        doc="Country of the register, where it is national.", zh="国家", length_max=2, code_list="ISO3166-1"
    )


class Address(GroupRecord, scope=Scope(partner="party_id"), zh="地址"):
    """Where a party or one of our sites is; homes of our own people are in `people`, PERSONAL."""

    __tablename__ = "address"

    party_id: Mapped[UUID | None] = reference(
        "party", many="addresses", doc="Whose address it is; none for our own sites.", zh="往来单位"
    )
    kind: Mapped[AddressKind] = enum_column(AddressKind, doc="What it is used for.", zh="地址类型", tier=Tier.PUBLIC)
    line_1: Mapped[str] = text_column(doc="Street and number.", zh="地址行一", tier=Tier.PUBLIC)
    line_2: Mapped[str | None] = text_column(doc="Building, floor, unit.", zh="地址行二", tier=Tier.PUBLIC)
    city: Mapped[str] = text_column(doc="City.", zh="城市", tier=Tier.PUBLIC, order=True)
    region: Mapped[str | None] = text_column(doc="State or province.", zh="省/州", tier=Tier.PUBLIC)
    region_code: Mapped[str | None] = code_column(doc="Code of the state or province.", zh="省/州代码", length_max=16)
    postal_code: Mapped[str | None] = code_column(doc="Postal code.", zh="邮编")
    country: Mapped[str] = code_column(doc="Country.", zh="国家", length_max=2, code_list="ISO3166-1")
    is_active: Mapped[bool] = column(
        doc="Whether new documents may use it.", zh="是否启用", tier=Tier.PUBLIC, server_default="true"
    )


class PartyContact(GroupRecord, scope=Scope(partner="party_id"), zh="联系人"):
    """A person who speaks for a party, and in which function."""

    __tablename__ = "party_contact"
    __table_args__ = (UniqueConstraint("party_id", "person_id", "function"),)

    party_id: Mapped[UUID] = reference("party", many="contacts", doc="The firm.", zh="往来单位")
    person_id: Mapped[UUID] = reference("party", many="contact_of", doc="The person.", zh="联系人", tier=Tier.PERSONAL)
    function: Mapped[str] = text_column(doc="What the person does there.", zh="职能")


class PartyChannel(GroupRecord, scope=Scope(partner="party_id"), zh="联系方式"):
    """An e-mail address, telephone number or web page of a party."""

    __tablename__ = "party_channel"

    party_id: Mapped[UUID] = reference("party", many="channels", doc="Whom it reaches.", zh="往来单位")
    kind: Mapped[ChannelKind] = enum_column(ChannelKind, doc="How it reaches.", zh="方式")
    value: Mapped[str] = text_column(doc="The address or number.", zh="号码或地址", tier=Tier.PERSONAL)


class Licence(GroupRecord, scope=Scope(partner="party_id"), zh="许可证", key="number"):
    """A permit of a party to make, sell or use devices, with what it covers and until when."""

    __tablename__ = "licence"
    __table_args__ = (CheckConstraint("valid_to >= valid_from", name="valid_period"),)

    party_id: Mapped[UUID] = reference("party", many="licences", doc="Who holds it.", zh="持证单位")
    number: Mapped[str] = code_column(doc="Number of the licence.", zh="许可证号", order=True)
    kind: Mapped[str] = code_column(doc="Kind of permit, such as DEVICE_DISTRIBUTION.", zh="许可证类型")
    authority: Mapped[str] = text_column(doc="Who issued it.", zh="发证机关", tier=Tier.PUBLIC)
    scope_catalogue: Mapped[str | None] = code_column(
        doc="Catalogue and its edition that the scope codes belong to, such as NMPA-2002.", zh="分类目录版本"
    )
    scope_codes: Mapped[list[str]] = texts_column(
        doc="Codes of the device categories it covers.", zh="范围代码", tier=Tier.PUBLIC, server_default="{}"
    )
    territory: Mapped[str | None] = text_column(doc="Where it holds.", zh="地域", tier=Tier.PUBLIC)
    valid_from: Mapped[date] = date_column(doc="First day.", zh="生效日期", tier=Tier.PUBLIC)
    valid_to: Mapped[date] = date_column(doc="Last day.", zh="失效日期", tier=Tier.PUBLIC, order=True)


class BankAccount(GroupRecord, scope=Scope(partner="party_id"), zh="银行账户"):
    """An account that a party is paid to; a change re-opens the approval of payments to it."""

    __tablename__ = "bank_account"
    __table_args__ = (UniqueConstraint("party_id", "account_number"),)

    party_id: Mapped[UUID] = reference("party", many="bank_accounts", doc="Whose account it is.", zh="往来单位")
    account_number: Mapped[str] = code_column(
        doc="IBAN or national account number.", zh="账号", tier=Tier.COMMERCIAL, length_max=ACCOUNT_NUMBER_LENGTH_MAX
    )
    bank_code: Mapped[str | None] = code_column(
        doc="BIC or CNAPS code.", zh="银行代码", tier=Tier.COMMERCIAL, length_max=BANK_CODE_LENGTH_MAX
    )
    bank_name: Mapped[str | None] = text_column(doc="Name of the bank.", zh="开户行", tier=Tier.COMMERCIAL)
    currency: Mapped[str] = code_column(
        doc="Currency of the account.", zh="货币", length_max=3, code_list="ISO4217", tier=Tier.COMMERCIAL
    )
    is_approved: Mapped[bool] = column(
        doc="Whether payments to it are approved.", zh="是否已批准付款", tier=Tier.COMMERCIAL, server_default="false"
    )


class PartyTerms(CompanyRecord, scope=Scope(partner="party_id"), zh="往来条件"):
    """What one company of the group agreed with a party: terms, limit, currency."""

    __tablename__ = "party_terms"
    __table_args__ = (UniqueConstraint("company_id", "party_id"),)

    party_id: Mapped[UUID] = reference("party", many="terms", doc="The party.", zh="往来单位")
    currency: Mapped[str] = code_column(
        doc="Currency of orders with it.", zh="货币", length_max=3, code_list="ISO4217", tier=Tier.COMMERCIAL
    )
    payment_terms: Mapped[str | None] = code_column(
        doc="Code of the payment terms agreed, such as N30.", zh="付款条件", tier=Tier.COMMERCIAL
    )
    credit_limit: Mapped[Decimal | None] = amount_column(
        doc="The most it may owe us.", zh="信用额度", unit="currency", tier=Tier.CONFIDENTIAL
    )
