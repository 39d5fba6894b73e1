"""Master data: companies, parties, items, device identifiers, places, units, currencies, calendars, code lists."""

from domain.master_data.calendars import WorkCalendar, WorkCalendarException, WorkCalendarShift
from domain.master_data.code_lists import CodeList, CodeMapping, CodeValue
from domain.master_data.companies import Company, Site
from domain.master_data.currencies import Currency, CurrencyRate, RateType
from domain.master_data.devices import CodeAssignment, DeviceIdentifier, DeviceProfile
from domain.master_data.items import Item, ItemCategory, ItemCost, ItemPlanning, ItemPrice, ItemRevision
from domain.master_data.parties import (
    Address,
    BankAccount,
    Licence,
    Party,
    PartyChannel,
    PartyContact,
    PartyIdentifier,
    PartyRole,
    PartyTerms,
)
from domain.master_data.places import ON_HAND, Location, LocationKind
from domain.master_data.units import ItemUnitConversion, UnitOfMeasure

RECORDS = (
    Company,
    Site,
    Location,
    Currency,
    CurrencyRate,
    UnitOfMeasure,
    ItemUnitConversion,
    WorkCalendar,
    WorkCalendarShift,
    WorkCalendarException,
    CodeList,
    CodeValue,
    CodeMapping,
    Party,
    PartyRole,
    PartyIdentifier,
    Address,
    PartyContact,
    PartyChannel,
    Licence,
    BankAccount,
    PartyTerms,
    ItemCategory,
    Item,
    ItemRevision,
    ItemPlanning,
    ItemCost,
    ItemPrice,
    DeviceIdentifier,
    DeviceProfile,
    CodeAssignment,
)
COMMANDS = {}
HANDLERS = {}

__all__ = ["COMMANDS", "HANDLERS", "ON_HAND", "RECORDS", "LocationKind", "RateType"]
