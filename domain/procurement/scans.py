"""What the label of goods that come says by its device identifier, and whether that agrees with what is told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Text, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.database import Row
from domain.core.errors import DomainError
from domain.core.labels import camel
from domain.core.work import Work
from domain.master_data.devices import DeviceIdentifier
from domain.master_data.udi_rules import Udi, UdiUnreadable, is_scanned, read_udi

Line = TypeVar("Line", bound=Any)

# What a scan says of a lot, by the argument that tells it.
_SAID: Mapping[str, str] = {"supplier_lot": "lot", "made_on": "made_on", "expires_on": "expires_on"}

_device = DeviceIdentifier.table
_known = func.unnest(bindparam("agencies", type_=ARRAY(Text())), bindparam("identifiers", type_=ARRAY(Text())))
_given = _known.table_valued("agency", "identifier").render_derived(name="given")
# The identifiers that were scanned, and those that the items of the lines have.
_IDENTIFIERS = select(_device.c.item_id, _device.c.agency, _device.c.normal_value).where(
    or_(
        _device.c.item_id == func.any(bindparam("items", type_=ARRAY(Uuid()))),
        select(1).where(_given.c.agency == _device.c.agency, _given.c.identifier == _device.c.normal_value).exists(),
    )
)


class UdiContradicts(DomainError):
    """What is told of a lot is not what its label says."""

    code = "UDI_CONTRADICTS"
    zh = "{what} 填写为 {given}，而 UDI 标签为 {told}。"
    en = "{what} is given as {given}, and the UDI says {told}."


class UdiOfAnotherItem(DomainError):
    """The label names another item than the line, or one that is not registered for it."""

    code = "UDI_OF_ANOTHER_ITEM"
    zh = "UDI 标识 {identifier} 不属于物料 {item}。"
    en = "The identifier {identifier} of the UDI is not one of item {item}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Scans:
    """The texts that were scanned, each read or refused; by identifier its items; the agencies by which items go."""

    read: Mapping[str, Udi | UdiUnreadable]
    items: Mapping[tuple[str, str], frozenset[UUID]]
    agencies: Mapping[UUID, frozenset[str]]

    def told(self, asked: Line, item_id: UUID, code: str) -> Line:
        """The line with what its scan says. A text of a form that is not read stays a text.

        Raises: UdiUnreadable, UdiOfAnotherItem, UdiContradicts.
        """
        udi = self.read.get(asked.udi or "")
        if udi is None:
            return asked
        if isinstance(udi, UdiUnreadable):
            raise udi
        owners = self.items.get((udi.agency.value, udi.identifier), frozenset[UUID]())
        # An item that has no identifier of the agency says nothing against the label.
        if item_id not in owners and (owners or udi.agency.value in self.agencies.get(item_id, frozenset[str]())):
            raise UdiOfAnotherItem(("udi",), identifier=udi.identifier, item=code)
        said: dict[str, Any] = {name: getattr(udi, part) for name, part in _SAID.items()}
        for name, value in said.items():
            given = getattr(asked, name)
            if given is not None and value is not None and given != value:
                raise UdiContradicts((camel(name),), what=camel(name), given=str(given), told=str(value))
        return replace(asked, **{name: value for name, value in said.items() if value is not None})


async def scans_of(work: Work, texts: Iterable[str | None], item_ids: Iterable[UUID], today: date) -> Scans:
    """What was scanned, read, with what the register says of it; one statement, none where nothing was scanned."""
    scanned = {text for text in texts if text and is_scanned(text)}
    if not scanned:
        return Scans(read={}, items={}, agencies={})
    read = {text: _read(text, today) for text in scanned}
    named = sorted({(one.agency.value, one.identifier) for one in read.values() if isinstance(one, Udi)})
    rows: list[Row] = await work.fetch(
        _IDENTIFIERS, items=sorted(set(item_ids)), agencies=[agency for agency, _ in named],
        identifiers=[identifier for _, identifier in named],
    )  # fmt: skip
    items: dict[tuple[str, str], set[UUID]] = {}
    agencies: dict[UUID, set[str]] = {}
    for row in rows:
        items.setdefault((row["agency"], row["normal_value"]), set()).add(row["item_id"])
        agencies.setdefault(row["item_id"], set()).add(row["agency"])
    return Scans(
        read=read,
        items={key: frozenset(ids) for key, ids in items.items()},
        agencies={id_: frozenset(own) for id_, own in agencies.items()},
    )


def _read(text: str, today: date) -> Udi | UdiUnreadable:
    try:
        return read_udi(text, today)
    except UdiUnreadable as refusal:
        return refusal
