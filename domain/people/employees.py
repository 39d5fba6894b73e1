"""Employees: who works for a company, where, and for what pay.

Number, job and dates of work are the company's business (INTERNAL); what is about the person, and all pay, is PERSONAL.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from domain.core.columns import (
    Tier,
    code_column,
    column,
    date_column,
    enum_column,
    price_column,
    quantity_column,
    reference,
    text_column,
)
from domain.core.records import CompanyRecord, Scope


class Gender(StrEnum):
    """Gender as recorded by the employer."""

    FEMALE = "FEMALE"
    MALE = "MALE"
    OTHER = "OTHER"


class MaritalStatus(StrEnum):
    """Marital status as recorded by the employer."""

    SINGLE = "SINGLE"
    MARRIED = "MARRIED"
    OTHER = "OTHER"


class PayFrequency(StrEnum):
    """How often pay is paid."""

    MONTHLY = "MONTHLY"
    BIWEEKLY = "BIWEEKLY"


class Department(CompanyRecord, scope=Scope(), zh="部门", key="code", name="name"):
    """An organisational unit of a company."""

    __tablename__ = "department"

    code: Mapped[str] = code_column(doc="Short code of the department.", zh="部门代码", tier=Tier.INTERNAL, order=True)
    name: Mapped[str] = text_column(doc="Name.", zh="名称", order=True)
    name_zh: Mapped[str | None] = text_column(doc="Name in Chinese.", zh="中文名称")
    parent_id: Mapped[UUID | None] = reference(
        "department", many="children", doc="The unit above it.", zh="上级部门", tier=Tier.INTERNAL
    )
    group_name: Mapped[str | None] = text_column(doc="Group of departments it is reported in.", zh="部门组")


class Employee(CompanyRecord, scope=Scope(site="site_id"), zh="员工", key="number", name="number"):
    """A person employed by a company."""

    __tablename__ = "employee"
    __table_args__ = (CheckConstraint("left_on IS NULL OR left_on >= hired_on", name="leaves_after_hire"),)

    number: Mapped[str] = code_column(doc="Personnel number.", zh="工号", tier=Tier.INTERNAL, order=True)
    job_title: Mapped[str] = text_column(doc="What the employee does.", zh="职务", order=True)
    hired_on: Mapped[date] = date_column(doc="First day of employment.", zh="入职日期", order=True)
    left_on: Mapped[date | None] = date_column(doc="Last day of employment.", zh="离职日期")
    is_current: Mapped[bool] = column(doc="Whether the employment lasts.", zh="是否在职", server_default="true")
    is_salaried: Mapped[bool] = column(
        doc="Whether pay is a salary, not an hourly wage.", zh="是否月薪制", tier=Tier.PERSONAL, server_default="true"
    )
    site_id: Mapped[UUID | None] = reference(
        "site", doc="Where the employee usually works.", zh="工作地点", tier=Tier.INTERNAL
    )
    organisation_level: Mapped[int | None] = column(doc="Levels below the head of the company.", zh="组织层级")
    login: Mapped[str | None] = code_column(
        doc="Login name in the company's directory.", zh="登录名", tier=Tier.PERSONAL
    )
    name: Mapped[str | None] = text_column(doc="Name of the person.", zh="姓名", tier=Tier.PERSONAL)
    name_zh: Mapped[str | None] = text_column(doc="Name in Chinese.", zh="中文姓名", tier=Tier.PERSONAL)
    national_id: Mapped[str | None] = code_column(doc="National identity number.", zh="身份证号", tier=Tier.PERSONAL)
    birth_date: Mapped[date | None] = date_column(doc="Date of birth.", zh="出生日期", tier=Tier.PERSONAL)
    gender: Mapped[Gender | None] = enum_column(Gender, doc="Gender.", zh="性别", tier=Tier.PERSONAL)
    marital_status: Mapped[MaritalStatus | None] = enum_column(
        MaritalStatus, doc="Marital status.", zh="婚姻状况", tier=Tier.PERSONAL
    )
    email: Mapped[str | None] = text_column(doc="E-mail address.", zh="电子邮箱", tier=Tier.PERSONAL)
    phone: Mapped[str | None] = text_column(doc="Telephone number.", zh="电话", tier=Tier.PERSONAL)
    vacation_hours: Mapped[Decimal | None] = quantity_column(
        doc="Vacation not yet taken.", zh="剩余年假", unit="hour", tier=Tier.PERSONAL
    )
    sick_leave_hours: Mapped[Decimal | None] = quantity_column(
        doc="Sick leave not yet taken.", zh="剩余病假", unit="hour", tier=Tier.PERSONAL
    )


class EmployeePayRate(CompanyRecord, scope=Scope(site="employee.site_id"), zh="员工薪资率"):
    """The pay of an employee from a day on."""

    __tablename__ = "employee_pay_rate"
    __table_args__ = (
        UniqueConstraint("company_id", "employee_id", "valid_from"),
        CheckConstraint("rate >= 0", name="rate_not_negative"),
    )

    employee_id: Mapped[UUID] = reference(
        "employee", lines="pay_rates", lines_order="valid_from", doc="Who is paid.", zh="员工", tier=Tier.INTERNAL
    )
    valid_from: Mapped[date] = date_column(doc="First day of the rate.", zh="生效日期", tier=Tier.PERSONAL)
    rate: Mapped[Decimal] = price_column(
        doc="Pay for one hour.", zh="时薪", unit="company.currency", tier=Tier.PERSONAL
    )
    frequency: Mapped[PayFrequency] = enum_column(
        PayFrequency, doc="How often pay is paid.", zh="发薪周期", tier=Tier.PERSONAL
    )


class EmployeeAssignment(CompanyRecord, scope=Scope(site="employee.site_id"), zh="员工任职"):
    """In which department and shift an employee works, during a time."""

    __tablename__ = "employee_assignment"
    __table_args__ = (
        UniqueConstraint("company_id", "employee_id", "department_id", "shift", "valid_from"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="valid_period"),
    )

    employee_id: Mapped[UUID] = reference(
        "employee", lines="assignments", lines_order="valid_from", doc="Who works there.", zh="员工", tier=Tier.INTERNAL
    )
    department_id: Mapped[UUID] = reference(
        "department", many="assignments", doc="The department.", zh="部门", tier=Tier.INTERNAL
    )
    shift: Mapped[str] = text_column(doc="Name of the shift.", zh="班次", server_default="Day")
    valid_from: Mapped[date] = date_column(doc="First day.", zh="生效日期")
    valid_to: Mapped[date | None] = date_column(doc="Last day; none while it lasts.", zh="失效日期")


class EmployeeAddress(CompanyRecord, scope=Scope(site="employee.site_id"), zh="员工住址"):
    """Where an employee lives."""

    __tablename__ = "employee_address"

    employee_id: Mapped[UUID] = reference(
        "employee", lines="addresses", lines_order="id", doc="Who lives there.", zh="员工", tier=Tier.INTERNAL
    )
    line_1: Mapped[str] = text_column(doc="Street and number.", zh="地址行一", tier=Tier.PERSONAL)
    line_2: Mapped[str | None] = text_column(doc="Building, floor, unit.", zh="地址行二", tier=Tier.PERSONAL)
    city: Mapped[str] = text_column(doc="City.", zh="城市", tier=Tier.PERSONAL)
    region: Mapped[str | None] = text_column(doc="State or province.", zh="省/州", tier=Tier.PERSONAL)
    region_code: Mapped[str | None] = code_column(
        doc="Code of the state or province.", zh="省/州代码", length_max=16, tier=Tier.PERSONAL
    )
    postal_code: Mapped[str | None] = code_column(doc="Postal code.", zh="邮编", tier=Tier.PERSONAL)
    country: Mapped[str] = code_column(
        doc="Country.", zh="国家", length_max=2, code_list="ISO3166-1", tier=Tier.PERSONAL
    )
