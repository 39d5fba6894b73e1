"""What a row of the register becomes: the values of our records, from the row alone.

An item is named by its brand and model, because a brand alone names thousands. Its code is its primary identifier after
the agency's name: an agency never gives a number twice, and it is the number that people scan and type.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from domain.coexistence.gudid.release import Device, Identifier, Term
from domain.master_data.device_rules import check_digit_valid, is_normal_length, normal_identifier
from domain.master_data.devices import DeviceIdentifierStatus
from domain.master_data.items import DeviceClass, ItemStatus, ItemType, LotPolicy, MakeOrBuy, StorageClass

Values = Mapping[str, Any]

# (lot, serial) as the register says them.
LOT_POLICIES: Mapping[tuple[bool, bool], LotPolicy] = {
    (False, False): LotPolicy.NONE,
    (True, False): LotPolicy.LOT,
    (False, True): LotPolicy.SERIAL,
    (True, True): LotPolicy.LOT_AND_SERIAL,
}


def item_code(agency: str, primary: str) -> str:
    """The code of the item that a primary identifier stands for: "GS1-06931718175589"."""
    return f"{agency}-{primary}"


def item_name(device: Device) -> str:
    """Brand and model, the model only where the brand does not end in it."""
    return device.brand_name if device.brand_name.endswith(device.model) else f"{device.brand_name} {device.model}"


def item_values(device: Device, code: str, unit_id: UUID, manufacturer_id: UUID) -> Values:
    """The item that a device record describes."""
    return {
        "code": code,
        "name": item_name(device),
        "description": device.description,
        "kind": ItemType.DEVICE.value,
        "status": (ItemStatus.ACTIVE if device.distributed else ItemStatus.RETIRED).value,
        "unit_id": unit_id,
        "manufacturer_id": manufacturer_id,
        "make_or_buy": MakeOrBuy.BUY.value,
        "lot_policy": LOT_POLICIES[device.lot_controlled, device.serial_controlled].value,
        "storage_class": StorageClass.AMBIENT.value,
        "device_class": DeviceClass.UNCLASSIFIED.value,
        "is_sold": False,
        "model": device.model,
    }


def profile_values(device: Device, item_id: UUID) -> Values:
    """What the register says of a device beside its identifiers."""
    return {
        "item_id": item_id,
        "register_key": device.key,
        "brand": device.brand_name,
        "version_model": device.model,
        "catalogue_number": device.catalogue_number,
        "device_count": device.device_count,
        "public_version": device.record_version,
        "public_version_on": device.version_on,
        "published_on": device.published_on,
        "distribution_ended_on": device.distribution_ended_on,
        "mri_safety": device.mri_safety,
        "is_direct_mark_exempt": device.marking_exempt,
        "is_premarket_exempt": device.premarket_exempt,
        "is_tissue_product": device.tissue_based,
        "is_kit": device.kit,
        "is_combination": device.combination_product,
        "is_single_use": device.single_use,
        "shows_lot": device.lot_controlled,
        "shows_serial": device.serial_controlled,
        "shows_made_on": device.made_date_controlled,
        "shows_expires_on": device.expiry_controlled,
        "shows_donation": device.donation_controlled,
        "contains_latex": device.contains_latex,
        "labelled_no_latex": device.labelled_latex_free,
        "is_prescription": device.prescription,
        "is_over_the_counter": device.over_the_counter,
        "is_sterile": device.sterile,
        "needs_sterilisation": device.sterilise_before_use,
    }


def identifier_values(identifier: Identifier, item_id: UUID, item_distributed: bool) -> Values:
    """A device identifier, without what its package contains and without what other rows say of its number."""
    distributed = item_distributed if identifier.distributed is None else identifier.distributed
    status = DeviceIdentifierStatus.IN_DISTRIBUTION if distributed else DeviceIdentifierStatus.NOT_IN_DISTRIBUTION
    return {
        "item_id": item_id,
        "agency": identifier.agency,
        "scope": identifier.scope,
        "value": identifier.value,
        "normal_value": normal_identifier(identifier.agency, identifier.value),
        "is_well_formed": is_normal_length(identifier.agency, identifier.value),
        "check_digit_valid": check_digit_valid(identifier.agency, identifier.value),
        "package_quantity": identifier.quantity,
        "package_type": identifier.package_type,
        "status": status.value,
        "discontinued_on": identifier.discontinued_on,
    }


def identifier_key(record_key: str, scope: str, value: str) -> str:
    """The source's key of an identifier: no device has one value twice in one scope."""
    return f"{record_key}:{scope}:{value}"


def term_values(term: Term) -> Values:
    """A term of the nomenclature as a code."""
    return {"code": term.code, "name": term.name, "definition": term.definition, "is_active": term.active}
