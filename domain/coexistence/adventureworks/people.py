"""Departments, employees, their pay, their assignments."""

from collections.abc import Mapping

from domain.coexistence.adventureworks.readers import Source, SourceRow
from domain.coexistence.imports import Mapped, key_of
from domain.people.employees import Department, Employee, Gender, MaritalStatus, PayFrequency

GENDERS: Mapping[str, Gender] = {"F": Gender.FEMALE, "M": Gender.MALE}
MARITAL_STATUSES: Mapping[str, MaritalStatus] = {"M": MaritalStatus.MARRIED, "S": MaritalStatus.SINGLE}
PAY_FREQUENCIES: Mapping[str, PayFrequency] = {"1": PayFrequency.MONTHLY, "2": PayFrequency.BIWEEKLY}


def department(row: SourceRow) -> Mapped:
    """A department."""
    key = row.text("DepartmentID")
    return Mapped(key, row.line, {"code": key, "name": row.text("Name"), "group_name": row.text("GroupName")})


class Employees:
    """Employees with their e-mail address and telephone number, which the source keeps apart."""

    def __init__(self, source: Source) -> None:
        ids = {row.raw("BusinessEntityID") for row in source.good_rows("Employee")}
        self.emails = {
            row.raw("BusinessEntityID"): row.raw("EmailAddress")
            for row in source.good_rows("EmailAddress")
            if row.raw("BusinessEntityID") in ids
        }
        self.phones = {
            row.raw("BusinessEntityID"): row.raw("PhoneNumber")
            for row in source.good_rows("PersonPhone")
            if row.raw("BusinessEntityID") in ids
        }
        self.shifts = {row.raw("ShiftID"): row.raw("Name") for row in source.good_rows("Shift")}

    def employee(self, row: SourceRow) -> Mapped:
        """An employee; the source has no names, only logins."""
        key = row.text("BusinessEntityID")
        values = {
            "number": key,
            "job_title": row.text("JobTitle"),
            "hired_on": row.day("HireDate"),
            "is_current": row.flag("CurrentFlag"),
            "is_salaried": row.flag("SalariedFlag"),
            "organisation_level": row.whole("OrganizationLevel") if row.raw("OrganizationLevel") else None,
            "login": row.code("LoginID"),
            "national_id": row.code("NationalIDNumber"),
            "birth_date": row.day("BirthDate"),
            "gender": row.one_of("Gender", GENDERS).value,
            "marital_status": row.one_of("MaritalStatus", MARITAL_STATUSES).value,
            "email": self.emails.get(key),
            "phone": self.phones.get(key),
            "vacation_hours": row.amount("VacationHours"),
            "sick_leave_hours": row.amount("SickLeaveHours"),
        }
        return Mapped(key, row.line, values)

    def assignment(self, row: SourceRow) -> Mapped:
        """In which department and shift an employee worked."""
        employee, department_, start = (
            row.ref(Employee, "BusinessEntityID"),
            row.ref(Department, "DepartmentID"),
            row.day("StartDate"),
        )
        values = {
            "employee_id": employee,
            "department_id": department_,
            "shift": row.one_of("ShiftID", self.shifts),
            "valid_from": start,
            "valid_to": row.optional_day("EndDate"),
        }
        return Mapped(key_of(employee.key, department_.key, row.text("ShiftID"), start.isoformat()), row.line, values)


def pay_rate(row: SourceRow) -> Mapped:
    """An hourly rate from a day on."""
    employee, start = row.ref(Employee, "BusinessEntityID"), row.day("RateChangeDate")
    values = {
        "employee_id": employee,
        "valid_from": start,
        "rate": row.rate_not_negative("Rate"),
        "frequency": row.one_of("PayFrequency", PAY_FREQUENCIES).value,
    }
    return Mapped(key_of(employee.key, start.isoformat()), row.line, values)
