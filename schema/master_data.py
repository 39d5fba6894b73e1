"""Master data in the graph."""

import strawberry

from domain import master_data
from domain.master_data.calendars import WorkCalendar, WorkCalendarException, WorkCalendarShift
from domain.master_data.code_lists import CodeList, CodeMapping, CodeValue
from domain.master_data.companies import Company, Letterhead, Site
from domain.master_data.currencies import Currency, CurrencyRate
from domain.master_data.devices import CodeAssignment, DeviceIdentifier, DeviceProfile
from domain.master_data.duplicate_commands import ContinueDuplicateSearch
from domain.master_data.duplicates import DuplicateSearch, ItemDuplicate, PartyDuplicate
from domain.master_data.item_changes import ItemChange, ItemReviewField
from domain.master_data.items import (
    Item,
    ItemCategory,
    ItemCost,
    ItemPlanning,
    ItemPrice,
    ItemRevision,
    KitComponent,
)
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
from domain.master_data.places import Location
from domain.master_data.units import ItemUnitConversion, UnitOfMeasure
from schema.commands import mutations
from schema.derive import graph_type, root_many, root_one

for _record in master_data.RECORDS:
    if _record.spec.exposed:
        graph_type(_record)


@strawberry.type
class MasterDataQuery:
    company = root_one(Company)
    companies = root_many(Company)
    site = root_one(Site)
    sites = root_many(Site)
    letterheads = root_many(Letterhead)
    location = root_one(Location)
    locations = root_many(Location)
    currency = root_one(Currency)
    currencies = root_many(Currency)
    currency_rates = root_many(CurrencyRate)
    unit_of_measure = root_one(UnitOfMeasure)
    units_of_measure = root_many(UnitOfMeasure)
    item_unit_conversions = root_many(ItemUnitConversion)
    work_calendars = root_many(WorkCalendar)
    work_calendar_shifts = root_many(WorkCalendarShift)
    work_calendar_exceptions = root_many(WorkCalendarException)
    code_lists = root_many(CodeList)
    code_values = root_many(CodeValue)
    code_mappings = root_many(CodeMapping)
    party = root_one(Party)
    parties = root_many(Party)
    party_roles = root_many(PartyRole)
    party_identifiers = root_many(PartyIdentifier)
    addresses = root_many(Address)
    party_contacts = root_many(PartyContact)
    party_channels = root_many(PartyChannel)
    licences = root_many(Licence)
    bank_accounts = root_many(BankAccount)
    party_terms = root_many(PartyTerms)
    item = root_one(Item)
    items = root_many(Item)
    item_category = root_one(ItemCategory)
    item_categories = root_many(ItemCategory)
    item_revisions = root_many(ItemRevision)
    kit_components = root_many(KitComponent)
    item_plannings = root_many(ItemPlanning)
    item_costs = root_many(ItemCost)
    item_prices = root_many(ItemPrice)
    device_identifier = root_one(DeviceIdentifier)
    device_identifiers = root_many(DeviceIdentifier)
    device_profiles = root_many(DeviceProfile)
    code_assignments = root_many(CodeAssignment)
    item_review_field = root_one(ItemReviewField)
    item_review_fields = root_many(ItemReviewField)
    item_changes = root_many(ItemChange)
    party_duplicates = root_many(PartyDuplicate)
    item_duplicates = root_many(ItemDuplicate)
    duplicate_searches = root_many(DuplicateSearch)


# A search goes on by itself.
_BY_ITSELF = frozenset({ContinueDuplicateSearch})
MasterDataMutation = mutations(
    "MasterDataMutation", [command for command in master_data.COMMANDS if command not in _BY_ITSELF]
)
