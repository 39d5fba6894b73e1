"""Where the duplicates of some masters are looked for: the search index and the keys of registers say which few rows
can be one, `duplicate_rules` compares them.

No master is compared with all others: each is held against at most `BLOCK_MAX` that the index finds under its name, its
code or its model, and those that share a number of a register. So one master costs milliseconds whatever their count.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ClauseElement, Text, bindparam, cast, func, or_, select, true, union
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY
from sqlalchemy.types import Uuid

from domain.core.database import Row
from domain.core.records import Record
from domain.core.search import is_prose, searched, sought
from domain.core.work import Work
from domain.master_data.devices import DeviceIdentifier, IdentifierUse
from domain.master_data.duplicate_rules import (
    ItemFacts,
    Likeness,
    PartyFacts,
    comparable,
    item_likeness,
    party_likeness,
    squeezed,
    traditional,
)
from domain.master_data.duplicates import DuplicateKind, ItemDuplicate, PairRecord, PartyDuplicate
from domain.master_data.items import Item
from domain.master_data.parties import ChannelKind, Party, PartyChannel, PartyIdentifier

# Rows that one master is compared with; a name that more have says nothing.
BLOCK_MAX = 100
# An identifier that more masters share is no identifier.
SHARED_MAX = 20
# Of these scopes an identifier is of one item; the others may repeat (GUDID, unit of use) or group (Basic UDI).
ONE_ITEM = (IdentifierUse.PRIMARY, IdentifierUse.PACKAGE, IdentifierUse.SECONDARY, IdentifierUse.PREVIOUS)

_ids = bindparam("ids", type_=ARRAY(Uuid()))
_party, _item = Party.table, Item.table
_number, _channel, _device = PartyIdentifier.table, PartyChannel.table, DeviceIdentifier.table

Pair = tuple[UUID, UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How the duplicates of one kind of master are found."""

    kind: DuplicateKind
    record: type[Record]
    pairs: PairRecord
    facts: ClauseElement
    by_number: ClauseElement
    made: Callable[[Row], Any]
    sought: Callable[[Any], str]
    likeness: Callable[[Any, Any], Likeness | None]


def _name_query(name: str) -> list[str]:
    """The queries that find a name as it is compared, spelt a little differently, in either Chinese script."""
    text = comparable(name).text
    forms = {text, traditional(text)} if comparable(name).is_chinese else {text}
    return [f"({part})" for form in sorted(forms) for part in (sought(form).words, sought(form).misspelt) if part]


def _whole(text: str | None) -> list[str]:
    """The query that finds a code or model as a whole."""
    return [f"'={squeezed(text)}'"] if squeezed(text) else []


def _party_query(one: PartyFacts) -> str:
    return " | ".join([*_whole(one.code), *(part for name in one.names for part in _name_query(name))])


def _item_query(one: ItemFacts) -> str:
    """By code, and by the model where there is one: items of one name and other models are two."""
    names = _whole(one.model) or [part for name in one.names for part in _name_query(name)]
    return " | ".join([*_whole(one.code), *names])


def _texts(row: Row, *names: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row[name] for name in names if row[name]))


def _numbers(values: Iterable[str] | None) -> frozenset[tuple[str, str]]:
    split = (value.partition(":") for value in values or ())
    return frozenset((kind, squeezed(number).upper()) for kind, _, number in split)


def _party_facts(row: Row) -> PartyFacts:
    return PartyFacts(
        id=row["id"], code=row["code"], names=_texts(row, "name", "name_zh", "legal_name", "legal_name_zh"),
        credit_code=row["credit_code"], country=row["country"], is_person=row["is_person"],
        identifiers=_numbers(row["numbers"]), channels=frozenset(map(squeezed, row["channels"] or ())),
    )  # fmt: skip


def _item_facts(row: Row) -> ItemFacts:
    return ItemFacts(
        id=row["id"], code=row["code"], names=_texts(row, "name", "name_zh"), model=row["model"], size=row["size"],
        manufacturer_id=row["manufacturer_id"], unit_id=row["unit_id"], kind=row["kind"],
        identifiers=_numbers(row["numbers"]),
    )  # fmt: skip


# --- what is asked ------------------------------------------------------------------------------------------------


def _held(values: Any, column: Any, owner: Any) -> Any:
    """An array of a master's codes, none where it has none."""
    return select(func.array_agg(values)).where(column == owner).scalar_subquery()


_PARTIES = select(
    _party,
    _held(_number.c.scheme + ":" + _number.c.value, _number.c.party_id, _party.c.id).label("numbers"),
    select(func.array_agg(_channel.c.value))
    .where(_channel.c.party_id == _party.c.id, _channel.c.kind != ChannelKind.WEB)
    .scalar_subquery()
    .label("channels"),
).where(_party.c.archived_at.is_(None), _party.c.id == func.any(_ids))
_of_one_item = or_(*(_device.c.scope == one for one in ONE_ITEM))
_ITEMS = select(
    _item,
    select(func.array_agg(_device.c.agency + ":" + _device.c.normal_value))
    .where(_device.c.item_id == _item.c.id, _of_one_item)
    .scalar_subquery()
    .label("numbers"),
).where(_item.c.archived_at.is_(None), _item.c.id == func.any(_ids))

_other_number, _other_device, _other_party = _number.alias(), _device.alias(), _party.alias()
_own_number = _number.c.party_id.label("id")
# A credit code may stand as itself in one party and as a national number in the other.
_PARTIES_BY_NUMBER = union(
    select(_own_number, _other_number.c.party_id.label("other"))
    .join_from(_number, _other_number, _other_number.c.value == _number.c.value)
    .where(_other_number.c.scheme == _number.c.scheme, _number.c.party_id == func.any(_ids)),
    select(_own_number, _other_party.c.id.label("other"))
    .join_from(_number, _other_party, _other_party.c.credit_code == _number.c.value)
    .where(_number.c.party_id == func.any(_ids)),
    select(_party.c.id.label("id"), _number.c.party_id.label("other"))
    .join_from(_party, _number, _number.c.value == _party.c.credit_code)
    .where(_party.c.id == func.any(_ids)),
)
_ITEMS_BY_NUMBER = (
    select(_device.c.item_id.label("id"), _other_device.c.item_id.label("other"))
    .join_from(_device, _other_device, _other_device.c.normal_value == _device.c.normal_value)
    .where(_other_device.c.agency == _device.c.agency, _other_device.c.item_id != _device.c.item_id)
    .where(_of_one_item, or_(*(_other_device.c.scope == one for one in ONE_ITEM)), _device.c.item_id == func.any(_ids))
)

KINDS: Mapping[DuplicateKind, Kind] = {
    DuplicateKind.PARTY: Kind(
        kind=DuplicateKind.PARTY, record=Party, pairs=PartyDuplicate, facts=_PARTIES, by_number=_PARTIES_BY_NUMBER,
        made=_party_facts, sought=_party_query, likeness=party_likeness,
    ),
    DuplicateKind.ITEM: Kind(
        kind=DuplicateKind.ITEM, record=Item, pairs=ItemDuplicate, facts=_ITEMS, by_number=_ITEMS_BY_NUMBER,
        made=_item_facts, sought=_item_query, likeness=item_likeness,
    ),
}  # fmt: skip


@lru_cache(maxsize=2)
def _near(record: type[Record]) -> ClauseElement:
    """(id, other): for each given master the rows that the index of the search finds by its own query."""
    table = record.table
    columns = [table.c[name] for name in record.spec.search if name in table.c]
    prose = next((one for one in columns if is_prose(one)), None)
    indexed = searched(prose, [one for one in columns if not is_prose(one)])
    queries = bindparam("queries", type_=ARRAY(Text()))
    given = func.unnest(_ids, queries).table_valued("id", "query").render_derived(name="given")
    near = (
        select(table.c.id.label("other"))
        .where(indexed.bool_op("@@")(cast(cast(given.c.query, Text()), TSQUERY())))
        .where(table.c.archived_at.is_(None), table.c.id != given.c.id)
        .limit(BLOCK_MAX)
        .lateral("near")
    )
    return select(given.c.id, near.c.other).select_from(given.join(near, true()))


async def likely_pairs(work: Work, kind: Kind, ids: Sequence[UUID]) -> dict[Pair, Likeness]:
    """The pairs that some masters may be part of, each with its smaller id first."""
    facts = {row["id"]: kind.made(row) for row in await work.fetch(kind.facts, ids=list(ids))}
    if not facts:
        return {}
    given = {id_: query for id_, one in facts.items() if (query := kind.sought(one))}
    met = {
        (row["id"], row["other"])
        for row in await work.fetch(_near(kind.record), ids=list(given), queries=list(given.values()))
    }
    met |= _shared(await work.fetch(kind.by_number, ids=list(facts)))
    others = sorted({other for _, other in met} - facts.keys())
    facts |= {row["id"]: kind.made(row) for row in await work.fetch(kind.facts, ids=others)} if others else {}
    found: dict[Pair, Likeness] = {}
    for one, other in met:
        pair = (min(one, other), max(one, other))
        if one == other or pair in found or one not in facts or other not in facts:
            continue
        likeness = kind.likeness(facts[one], facts[other])
        if likeness is not None:
            found[pair] = likeness
    return found


def _shared(rows: Sequence[Row]) -> set[Pair]:
    """Who shares a number with whom; one that many share is no number of theirs."""
    by_id: dict[UUID, set[UUID]] = {}
    for row in rows:
        by_id.setdefault(row["id"], set()).add(row["other"])
    return {(id_, other) for id_, others in by_id.items() if len(others) <= SHARED_MAX for other in others}
