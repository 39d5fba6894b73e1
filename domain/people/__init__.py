"""People: departments, employees, their pay and their history; PERSONAL where it is about the person."""

from domain.people.employees import Department, Employee, EmployeeAddress, EmployeeAssignment, EmployeePayRate

RECORDS = (Department, Employee, EmployeePayRate, EmployeeAssignment, EmployeeAddress)
COMMANDS = {}
HANDLERS = {}

__all__ = ["COMMANDS", "HANDLERS", "RECORDS"]
