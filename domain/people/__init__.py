"""People: departments, employees, their pay and their history; PERSONAL where it is about the person."""

from collections.abc import Mapping
from typing import Any

from domain.core.commands import Handler
from domain.master_data.maintenance import events_of, maintained
from domain.master_data.rules import valid_period
from domain.people.employees import Department, Employee, EmployeeAddress, EmployeeAssignment, EmployeePayRate

RECORDS = (Department, Employee, EmployeePayRate, EmployeeAssignment, EmployeeAddress)
COMMANDS: Mapping[type[Any], Handler] = {
    **maintained(Department),
    **maintained(Employee),
    **maintained(EmployeePayRate, fixed=("employee_id", "valid_from")),
    **maintained(EmployeeAssignment, fixed=("employee_id",), rule=valid_period),
    **maintained(EmployeeAddress, fixed=("employee_id",)),
}
HANDLERS = {}
EVENTS = events_of(COMMANDS)

__all__ = ["COMMANDS", "EVENTS", "HANDLERS", "RECORDS"]
