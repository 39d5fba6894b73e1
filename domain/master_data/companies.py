"""Companies and sites: the legal entities of the group, and the places where they work."""

from uuid import UUID

from sqlalchemy import SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped

from domain.core.columns import Tier, code_column, column, enum_column, reference, text_column
from domain.core.records import ANYONE, CompanyRecord, GroupRecord, Scope
from domain.master_data.calendars import DayMove


class Company(GroupRecord, scope=Scope(partner=ANYONE), zh="公司", key="code", name="name"):
    """A legal entity of the group; its number begins every key of its documents and ledgers."""

    __tablename__ = "company"
    __table_args__ = (UniqueConstraint("company_id"),)

    company_id: Mapped[int] = column(
        SmallInteger(), doc="Number that the company's rows carry.", zh="公司编号", tier=Tier.PUBLIC
    )
    code: Mapped[str] = code_column(doc="Short code of the company.", zh="公司代码", order=True)
    name: Mapped[str] = text_column(doc="Registered name.", zh="名称", tier=Tier.PUBLIC, order=True)
    name_zh: Mapped[str | None] = text_column(doc="Registered name in Chinese.", zh="中文名称", tier=Tier.PUBLIC)
    currency: Mapped[str] = code_column(
        doc="Functional currency: the one its books are kept in.", zh="本位币", length_max=3, code_list="ISO4217"
    )
    country: Mapped[str] = code_column(
        doc="Country of registration.", zh="注册国家", length_max=2, code_list="ISO3166-1"
    )
    credit_code: Mapped[str | None] = code_column(
        doc="Unified social credit code, 18 characters (GB 32100-2015); companies registered in China.",
        zh="统一社会信用代码", length_max=18,
    )  # fmt: skip
    is_group: Mapped[bool] = column(
        doc="Whether the company is the head of the group, whose books are kept in group currency.",
        zh="是否集团总部", tier=Tier.PUBLIC, server_default="false",
    )  # fmt: skip


class Letterhead(CompanyRecord, scope=Scope(partner=ANYONE), zh="公司抬头"):
    """What a company prints on its documents of itself, beside its name and credit code."""

    __tablename__ = "letterhead"
    __table_args__ = (UniqueConstraint("company_id"),)

    address: Mapped[str] = text_column(doc="Where the company sits, in one line.", zh="地址（英文）", tier=Tier.PUBLIC)
    address_zh: Mapped[str | None] = text_column(doc="The same in Chinese.", zh="地址", tier=Tier.PUBLIC)
    phone: Mapped[str | None] = text_column(doc="Telephone.", zh="电话", tier=Tier.PUBLIC)
    email: Mapped[str | None] = text_column(doc="E-mail address for questions.", zh="电子邮箱", tier=Tier.PUBLIC)
    vat_number: Mapped[str | None] = code_column(
        doc="VAT number; in China the credit code is it.", zh="增值税号", tier=Tier.PUBLIC
    )
    bank_name: Mapped[str | None] = text_column(doc="The bank at which we are paid.", zh="开户行", tier=Tier.PUBLIC)
    bank_account: Mapped[str | None] = code_column(doc="IBAN or national account number.", zh="银行账号")
    bank_code: Mapped[str | None] = code_column(doc="BIC or CNAPS code.", zh="银行代码")
    footer: Mapped[str | None] = text_column(
        doc="What the law or habit wants below every document, such as register and directors.", zh="页脚",
        tier=Tier.PUBLIC,
    )  # fmt: skip


class Site(CompanyRecord, scope=Scope(site="id"), zh="场所", key="code", name="name"):
    """A plant, warehouse, office or laboratory of a company."""

    __tablename__ = "site"

    code: Mapped[str] = code_column(doc="Short code of the site.", zh="场所代码", order=True)
    name: Mapped[str] = text_column(doc="Name of the site.", zh="名称", tier=Tier.PUBLIC, order=True)
    name_zh: Mapped[str | None] = text_column(doc="Name in Chinese.", zh="中文名称", tier=Tier.PUBLIC)
    address_id: Mapped[UUID | None] = reference("address", doc="Where the site stands.", zh="地址")
    calendar_id: Mapped[UUID | None] = reference(
        "work_calendar", doc="Working days and shifts of the site.", zh="工作日历"
    )
    day_move: Mapped[DayMove | None] = enum_column(
        DayMove, doc="To which working day a day of arrival or departure moves that is none; it stays unless given.",
        zh="非工作日顺延方式",
    )  # fmt: skip
    is_active: Mapped[bool] = column(
        doc="Whether new documents may name the site.", zh="是否启用", server_default="true"
    )
