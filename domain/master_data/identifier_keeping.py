"""What a new device identifier must not be: one that another item has, or ever had.

The index of the table keeps one identifier once in each scope. Across scopes it is held here: the primary identifier of
one item is never the package of another. Of one item it may be both, as one real device is, and both rows are flagged.
An archived identifier keeps its value: nothing that was on a label is given away again.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Text, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from domain.core.errors import AlreadyExists, DomainError
from domain.core.work import Work
from domain.master_data.devices import DeviceIdentifier, IdentifierUse

# Unit-of-use and direct-mark identifiers may repeat; a previous one is history; a Basic UDI names a group of devices.
NEVER_SHARED: Final = (IdentifierUse.PRIMARY, IdentifierUse.PACKAGE, IdentifierUse.SECONDARY)

_device = DeviceIdentifier.table
_given = (
    func.unnest(bindparam("agencies", type_=ARRAY(Text())), bindparam("identifiers", type_=ARRAY(Text())))
    .table_valued("agency", "identifier")
    .render_derived(name="given")
)
_HELD = (
    select(_device.c.id, _device.c.item_id, _device.c.agency, _device.c.normal_value, _device.c.scope)
    .join_from(_given, _device, _device.c.normal_value == _given.c.identifier)
    .where(_device.c.agency == _given.c.agency, or_(*(_device.c.scope == one for one in NEVER_SHARED)))
)


async def admitted(work: Work, rows: Sequence[dict[str, Any]]) -> Mapping[UUID, DomainError]:
    """The refusals of those new identifiers that are another item's; one that its item has in another scope is flagged,
    and so is the other.
    """
    asked = [row for row in rows if row["scope"] in NEVER_SHARED]
    if not asked:
        return {}
    held = await work.fetch(
        _HELD, agencies=[row["agency"] for row in asked], identifiers=[row["normal_value"] for row in asked]
    )
    known: list[Mapping[str, Any]] = [
        {name: row[name] for name in ("id", "item_id", "agency", "normal_value", "scope")} for row in held
    ]
    refused: dict[UUID, DomainError] = {}
    flagged: set[UUID] = set()
    for row in asked:
        same = [one for one in known if (one["agency"], one["normal_value"]) == (row["agency"], row["normal_value"])]
        if any(one["item_id"] != row["item_id"] for one in same):
            refused[row["id"]] = AlreadyExists(("value",), what="device identifier", key=row["value"])
            continue
        others = {one["id"] for one in same if one["scope"] != row["scope"]}
        row["shared_scope"] = bool(others)
        flagged |= others
        known.append(row)
    there = [{"id": row["id"], "shared_scope": True} for row in held if row["id"] in flagged]
    for row in asked:
        row["shared_scope"] = row.get("shared_scope", False) or row["id"] in flagged
    if there:
        await work.update(DeviceIdentifier, there, fields=("shared_scope",))
    return refused
