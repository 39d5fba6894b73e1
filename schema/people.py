"""People in the graph."""

import strawberry

from domain import people
from domain.people.employees import Department, Employee, EmployeeAddress, EmployeeAssignment, EmployeePayRate
from schema.commands import mutations
from schema.derive import graph_type, root_many, root_one

for _record in people.RECORDS:
    if _record.spec.exposed:
        graph_type(_record)


@strawberry.type
class PeopleQuery:
    department = root_one(Department)
    departments = root_many(Department)
    employee = root_one(Employee)
    employees = root_many(Employee)
    employee_pay_rates = root_many(EmployeePayRate)
    employee_assignments = root_many(EmployeeAssignment)
    employee_addresses = root_many(EmployeeAddress)


PeopleMutation = mutations("PeopleMutation", people.COMMANDS)
