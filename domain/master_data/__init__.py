"""Master data: companies, parties, items, device identifiers, places, units, currencies, calendars, code lists."""

from collections.abc import Mapping
from typing import Any

from domain.core.actors import Action
from domain.core.commands import Handler
from domain.master_data import duplicate_commands, item_changes, rules
from domain.master_data.calendars import WorkCalendar, WorkCalendarException, WorkCalendarShift
from domain.master_data.code_lists import CodeList, CodeMapping, CodeValue
from domain.master_data.commands import (
    ApproveBankAccount,
    ApproveItem,
    ChangeItemStatus,
    approve_bank_accounts,
    approve_items,
    change_item_status,
)
from domain.master_data.companies import Company, Letterhead, Site
from domain.master_data.currencies import Currency, CurrencyRate, RateType
from domain.master_data.devices import CodeAssignment, DeviceIdentifier, DeviceProfile
from domain.master_data.duplicate_commands import HANDLERS, SWEEPS
from domain.master_data.duplicates import DuplicateSearch, ItemDuplicate, PartyDuplicate
from domain.master_data.identifier_keeping import admitted
from domain.master_data.item_changes import ItemChange, ItemReviewField, review_field
from domain.master_data.items import (
    Item,
    ItemCategory,
    ItemCost,
    ItemPlanning,
    ItemPrice,
    ItemRevision,
    KitComponent,
)
from domain.master_data.maintenance import events_of, maintained
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
    Letterhead,
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
    KitComponent,
    ItemPlanning,
    ItemCost,
    ItemPrice,
    DeviceIdentifier,
    DeviceProfile,
    CodeAssignment,
    ItemReviewField,
    ItemChange,
    PartyDuplicate,
    ItemDuplicate,
    DuplicateSearch,
)
MAINTAINED: Mapping[type[Any], Handler] = {
    **maintained(Site),
    **maintained(Letterhead, action=Action.ADMINISTER),
    **maintained(Location, fixed=("kind", "customer_id"), rule=rules.location),
    **maintained(CurrencyRate, fixed=("base_currency", "quote_currency", "valid_on"), rule=rules.currency_rate),
    **maintained(UnitOfMeasure, fixed=("dimension",)),
    **maintained(ItemUnitConversion, fixed=("item_id", "unit_id")),
    **maintained(WorkCalendar, rule=rules.work_calendar),
    **maintained(WorkCalendarShift, fixed=("calendar_id",)),
    **maintained(WorkCalendarException, fixed=("calendar_id",)),
    **maintained(CodeList),
    **maintained(CodeValue, fixed=("list_id", "code"), rule=rules.valid_period),
    **maintained(CodeMapping, fixed=("from_value_id", "to_value_id")),
    **maintained(Party, hidden=("merged_into_id",), rule=rules.party),
    **maintained(PartyRole, fixed=("party_id", "role"), rule=rules.valid_period),
    **maintained(PartyIdentifier, fixed=("party_id", "scheme"), rule=rules.party_identifier),
    **maintained(Address, fixed=("party_id",)),
    **maintained(PartyContact, fixed=("party_id", "person_id")),
    **maintained(PartyChannel, fixed=("party_id", "kind")),
    **maintained(Licence, fixed=("party_id",), rule=rules.valid_period),
    **maintained(BankAccount, fixed=("party_id",), hidden=("is_approved",), rule=rules.bank_account),
    **maintained(PartyTerms, fixed=("party_id",)),
    **maintained(ItemCategory),
    **maintained(ItemReviewField, rule=review_field),
    **maintained(ItemRevision, fixed=("item_id", "revision"), rule=rules.valid_period),
    **maintained(KitComponent, fixed=("kit_id", "component_id", "valid_from"), rule=rules.valid_period),
    **maintained(ItemPlanning, fixed=("item_id", "site_id")),
    **maintained(ItemPrice, fixed=("item_id", "currency", "valid_from"), rule=rules.valid_period),
    **maintained(
        DeviceIdentifier,
        fixed=("item_id", "agency", "scope", "value"),
        hidden=("normal_value", "is_well_formed", "check_digit_valid", "shared_scope"),
        rule=rules.device_identifier,
        admitted=admitted,
    ),
    **maintained(CodeAssignment),
}
COMMANDS: Mapping[type[Any], Handler] = {
    **MAINTAINED,
    ChangeItemStatus: change_item_status,
    ApproveItem: approve_items,
    ApproveBankAccount: approve_bank_accounts,
    **item_changes.COMMANDS,
    **duplicate_commands.COMMANDS,
}
EVENTS = {
    **events_of(MAINTAINED),
    "ItemStatusChanged": Item,
    "BankAccountApproved": BankAccount,
    **item_changes.EVENTS,
    **duplicate_commands.EVENTS,
}

__all__ = ["COMMANDS", "EVENTS", "HANDLERS", "ON_HAND", "RECORDS", "SWEEPS", "LocationKind", "RateType"]
