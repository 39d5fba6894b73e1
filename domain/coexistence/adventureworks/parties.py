"""Vendors, stores and persons as parties, with their roles, addresses, contacts and channels.

One number (BusinessEntityID) runs through persons, stores, vendors and employees. Employees are no parties: their
rows go to `people`. A customer of the source is a person, a store, or a person who buys for a store: each is one
party with one account, so that the 19,820 customers are 19,820 parties in the role of customer.

The table of persons is not in the source, so persons have no name: their account stands in its place.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.coexistence.adventureworks.readers import Source, SourceRow
from domain.coexistence.imports import Mapped, Ref, key_of
from domain.core.records import Record
from domain.master_data.parties import Address, AddressKind, ChannelKind, Party, PartyRoleKind
from domain.people.employees import Employee, EmployeeAddress

ADDRESS_KINDS: Mapping[str, AddressKind] = {
    "Billing": AddressKind.BILLING,
    "Home": AddressKind.HOME,
    "Main Office": AddressKind.MAIN_OFFICE,
    "Primary": AddressKind.REGISTERED,
    "Shipping": AddressKind.SHIPPING,
    "Archive": AddressKind.ARCHIVE,
}
PHONE_KINDS: Mapping[str, ChannelKind] = {
    "Cell": ChannelKind.MOBILE,
    "Home": ChannelKind.HOME_PHONE,
    "Work": ChannelKind.PHONE,
}
CREDIT_RATINGS: Mapping[str, int] = {str(rating): rating for rating in range(1, 6)}


@dataclass(frozen=True, slots=True)
class Account:
    """A customer's account: its number, and the store that a person buys for."""

    number: str
    store: str | None


@dataclass(frozen=True, slots=True)
class Region:
    """A state or province."""

    code: str
    name: str
    country: str


class Parties:
    """The rules of this module with their look-ups: who is what, who owns which address, what numbers mean."""

    def __init__(self, source: Source) -> None:
        self.employees = {row.raw("BusinessEntityID") for row in source.good_rows("Employee")}
        self.vendors = {row.raw("BusinessEntityID"): row for row in source.good_rows("Vendor")}
        self.stores = {row.raw("BusinessEntityID"): row for row in source.good_rows("Store")}
        self.accounts = {
            row.raw("PersonID") or row.raw("StoreID"): Account(row.raw("AccountNumber"), row.raw("StoreID") or None)
            for row in source.good_rows("Customer")
        }
        self.contact_types = {row.raw("ContactTypeID"): row.raw("Name") for row in source.good_rows("ContactType")}
        self.phone_kinds = {
            row.raw("PhoneNumberTypeID"): PHONE_KINDS.get(row.raw("Name"), ChannelKind.PHONE)
            for row in source.good_rows("PhoneNumberType")
        }
        self.address_kinds = {
            row.raw("AddressTypeID"): ADDRESS_KINDS.get(row.raw("Name"), AddressKind.MAIN_OFFICE)
            for row in source.good_rows("AddressType")
        }
        self.regions = {
            row.raw("StateProvinceID"): Region(
                row.raw("StateProvinceCode").strip(), row.raw("Name"), row.raw("CountryRegionCode").strip()
            )
            for row in source.good_rows("StateProvince")
        }
        self.owners: dict[str, tuple[str, str]] = {}
        self.shared: set[str] = set()
        for row in source.good_rows("BusinessEntityAddress"):
            address = row.raw("AddressID")
            if address in self.owners:
                self.shared.add(address)
            self.owners[address] = (row.raw("BusinessEntityID"), row.raw("AddressTypeID"))

    def organisation(self, row: SourceRow) -> Mapped | None:
        """A vendor or store as a party."""
        key = row.text("BusinessEntityID")
        if key in self.vendors:
            return Mapped(key, row.line, self._vendor(self.vendors[key]))
        if key in self.stores:
            account = self.accounts.get(key)
            values = {
                "code": account.number if account else f"AW-S{key}",
                "name": self.stores[key].text("Name"),
                "is_person": False,
                "is_active": True,
            }
            return Mapped(key, row.line, values)
        return None

    def person(self, row: SourceRow) -> Mapped | None:
        """Everyone who is neither organisation nor employee."""
        key = row.text("BusinessEntityID")
        if key in self.vendors or key in self.stores or key in self.employees:
            return None
        account = self.accounts.get(key)
        code = account.number if account else f"AW-P{key}"
        values = {
            "code": code,
            "name": code,
            "is_person": True,
            "is_active": True,
            "employer_id": Ref(Party, account.store, "StoreID") if account and account.store else None,
        }
        return Mapped(key, row.line, values)

    def employee_entity(self, row: SourceRow) -> Mapped | None:
        """The number of an employee, one more key of the employee."""
        key = row.text("BusinessEntityID")
        if key not in self.employees:
            return None
        return Mapped(key_of("BusinessEntity", key), row.line, {"record": Ref(Employee, key, "BusinessEntityID")})

    def _vendor(self, row: SourceRow) -> dict[str, Any]:
        return {
            "code": row.code("AccountNumber"),
            "name": row.text("Name"),
            "is_person": False,
            "is_active": row.flag("ActiveFlag"),
            "credit_rating": row.one_of("CreditRating", CREDIT_RATINGS),
            "website": row.optional("PurchasingWebServiceURL"),
        }

    def supplier(self, row: SourceRow) -> Mapped:
        """A vendor in the role of supplier."""
        party = row.ref(Party, "BusinessEntityID")
        values = {
            "party_id": party,
            "role": PartyRoleKind.SUPPLIER.value,
            "account": row.code("AccountNumber"),
            "is_preferred": row.flag("PreferredVendorStatus"),
        }
        return Mapped(key_of("Vendor", party.key), row.line, values)

    def customer(self, row: SourceRow) -> Mapped:
        """An account in the role of customer: of the person if it names one, else of the store."""
        party = row.optional_ref(Party, "PersonID") or row.ref(Party, "StoreID")
        values = {
            "party_id": party,
            "role": PartyRoleKind.CUSTOMER.value,
            "account": row.code("AccountNumber"),
            "is_preferred": False,
        }
        return Mapped(row.text("CustomerID"), row.line, values)

    def store(self, row: SourceRow) -> Mapped:
        """The store's row, one more key of its party."""
        party = row.ref(Party, "BusinessEntityID")
        return Mapped(key_of("Store", party.key), row.line, {"record": party})

    def party_address(self, row: SourceRow) -> Mapped | None:
        """An address of a party."""
        key = row.text("AddressID")
        owner = self._owner(row)
        if owner is not None and owner[0] in self.employees:
            return None
        kind = AddressKind.MAIN_OFFICE if owner is None else self._address_kind(owner[1])
        party = None if owner is None else Ref(Party, owner[0], "BusinessEntityID")
        return Mapped(key, row.line, {"party_id": party, "kind": kind.value, **self._place(row)})

    def employee_address(self, row: SourceRow) -> Mapped | None:
        """The home of an employee."""
        owner = self._owner(row)
        if owner is None or owner[0] not in self.employees:
            return None
        employee = Ref(Employee, owner[0], "BusinessEntityID")
        return Mapped(row.text("AddressID"), row.line, {"employee_id": employee, **self._place(row)})

    def party_address_link(self, row: SourceRow) -> Mapped | None:
        """The row that gives an address to a party, one more key of the address."""
        return None if row.raw("BusinessEntityID") in self.employees else _address_link(row, Address)

    def employee_address_link(self, row: SourceRow) -> Mapped | None:
        """The row that gives an address to an employee, one more key of the address."""
        return _address_link(row, EmployeeAddress) if row.raw("BusinessEntityID") in self.employees else None

    def contact(self, row: SourceRow) -> Mapped:
        """A person who speaks for a vendor or store."""
        type_ = row.text("ContactTypeID")
        values = {
            "party_id": row.ref(Party, "BusinessEntityID"),
            "person_id": row.ref(Party, "PersonID"),
            "function": row.one_of("ContactTypeID", self.contact_types),
        }
        return Mapped(key_of(row.text("BusinessEntityID"), row.text("PersonID"), type_), row.line, values)

    def email(self, row: SourceRow) -> Mapped | None:
        """An e-mail address of a party."""
        party = row.ref(Party, "BusinessEntityID")
        if party.key in self.employees:
            return None
        values = {"party_id": party, "kind": ChannelKind.EMAIL.value, "value": row.text("EmailAddress")}
        return Mapped(key_of(party.key, row.text("EmailAddressID")), row.line, values)

    def employee_email(self, row: SourceRow) -> Mapped | None:
        """An e-mail address that stands on its employee: one more key of the employee."""
        employee = row.ref(Employee, "BusinessEntityID")
        if employee.key not in self.employees:
            return None
        key = key_of("EmailAddress", employee.key, row.text("EmailAddressID"))
        return Mapped(key, row.line, {"record": employee})

    def phone(self, row: SourceRow) -> Mapped | None:
        """A telephone number of a party."""
        party = row.ref(Party, "BusinessEntityID")
        if party.key in self.employees:
            return None
        kind = row.one_of("PhoneNumberTypeID", self.phone_kinds)
        return Mapped(
            _phone_key(row), row.line, {"party_id": party, "kind": kind.value, "value": row.text("PhoneNumber")}
        )

    def employee_phone(self, row: SourceRow) -> Mapped | None:
        """A telephone number that stands on its employee: one more key of the employee."""
        employee = row.ref(Employee, "BusinessEntityID")
        return Mapped(_phone_key(row), row.line, {"record": employee}) if employee.key in self.employees else None

    def _owner(self, row: SourceRow) -> tuple[str, str] | None:
        key = row.text("AddressID")
        if key in self.shared:
            raise row.bad("AddressID", "belongs to several entities; an address has one owner", "ADDRESS_SHARED")
        return self.owners.get(key)

    def _address_kind(self, type_: str) -> AddressKind:
        return self.address_kinds.get(type_, AddressKind.MAIN_OFFICE)

    def _place(self, row: SourceRow) -> dict[str, Any]:
        region = row.one_of("StateProvinceID", self.regions)
        return {
            "line_1": row.text("AddressLine1"),
            "line_2": row.optional("AddressLine2"),
            "city": row.text("City"),
            "region": region.name,
            "region_code": region.code,
            "postal_code": row.optional("PostalCode"),
            "country": region.country,
        }


def _address_link(row: SourceRow, record: type[Record]) -> Mapped:
    address = row.ref(record, "AddressID")
    key = key_of("BusinessEntityAddress", row.text("BusinessEntityID"), address.key, row.text("AddressTypeID"))
    return Mapped(key, row.line, {"record": address})


def _phone_key(row: SourceRow) -> str:
    return key_of("PersonPhone", row.text("BusinessEntityID"), row.text("PhoneNumber"), row.text("PhoneNumberTypeID"))
