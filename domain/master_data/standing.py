"""Who stands for a party that was merged into another, for whoever compares parties.

Documents and postings go on naming the party that they named: nothing posted is ever changed. What is done with them
from the merge on is done with the survivor, so it is told from them by whom it stands for, not by whom it is.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.work import Work
from domain.master_data.items import Item
from domain.master_data.parties import Party

_party = Party.table
_MERGED = select(_party.c.id, _party.c.merged_into_id).where(
    _party.c.id == func.any(bindparam("ids", type_=ARRAY(Uuid()))), _party.c.merged_into_id.is_not(None)
)


def stands_for(party_id: ColumnElement[Any]) -> ColumnElement[UUID]:
    """The party that now stands for the one in a column."""
    party = _party.alias()
    standing = select(func.coalesce(party.c.merged_into_id, party.c.id)).where(party.c.id == party_id)
    return standing.correlate_except(party).scalar_subquery()


def standing_behind(ids: ColumnElement[Any]) -> ColumnElement[Any]:
    """An array of some parties, given as `any(array)`, and of all that were merged into them."""
    party = _party.alias()
    both = select(party.c.id).where(or_(party.c.id == ids, party.c.merged_into_id == ids))
    return func.array(both.scalar_subquery(), type_=ARRAY(Uuid()))


def one_firm(party_id: ColumnElement[Any]) -> ColumnElement[Any]:
    """An array of the parties that are one with that of a column: it, its survivor, and all that were merged."""
    return _one(_party, party_id)


def one_item(item_id: ColumnElement[Any]) -> ColumnElement[Any]:
    """An array of the items that are one with that of a column."""
    return _one(Item.table, item_id)


def _one(masters: Table, id_: ColumnElement[Any]) -> ColumnElement[Any]:
    own, other = masters.alias(), masters.alias()
    survivor = func.coalesce(own.c.merged_into_id, own.c.id)
    both = (
        select(other.c.id)
        .join_from(own, other, or_(other.c.id == survivor, other.c.merged_into_id == survivor))
        .where(own.c.id == id_)
        .correlate_except(own, other)
    )
    return func.array(both.scalar_subquery(), type_=ARRAY(Uuid()))


async def survivors_of(work: Work, ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """The party that stands for each of some parties which were merged; of the others none is named."""
    asked = sorted(set(ids))
    rows = await work.fetch(_MERGED, ids=asked) if asked else []
    return {row["id"]: row["merged_into_id"] for row in rows}


def standing(survivors: Mapping[UUID, UUID], id_: UUID) -> UUID:
    """The party that stands for one, of those that `survivors_of` answered."""
    return survivors.get(id_, id_)
