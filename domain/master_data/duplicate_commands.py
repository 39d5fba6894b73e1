"""Finding duplicates: of one master at once, of those that changed by what happened, of all in the background."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql import bindparam
from sqlalchemy.types import Integer, Uuid

from domain.core.actors import Action
from domain.core.commands import Handler, Results, argument, command
from domain.core.errors import DomainError, NotFound, WrongState
from domain.core.handling import EventHandler, Handling, Sweep
from domain.core.ids import new_id
from domain.core.outbox import PublishedEvent
from domain.core.records import GROUP, Record
from domain.core.work import Work
from domain.master_data.devices import DeviceIdentifier
from domain.master_data.duplicate_rules import Likeness
from domain.master_data.duplicate_search import KINDS, Kind, Pair, likely_pairs
from domain.master_data.duplicates import (
    DuplicateKind,
    DuplicateSearch,
    DuplicateSearchStatus,
    DuplicateStatus,
    ItemDuplicate,
    PairRecord,
    PartyDuplicate,
)
from domain.master_data.items import Item
from domain.master_data.parties import Party, PartyChannel, PartyIdentifier
from domain.master_data.rules import refused

# Masters that one turn of a search looks at: a second's work, so that other jobs wait no longer.
SLICE = 200
SLICE_SECONDS = 0.2
# Changed masters that are looked at as they change; more at once start a search over all.
AT_ONCE_MAX = 500

_ids = bindparam("ids", type_=ARRAY(Uuid()))


@command(action=Action.CHANGE, record=Party, zh="查找单位的重复")
class FindPartyDuplicates:
    """Look now for parties that may be the same as this one; the party then lists the pairs."""

    party_id: UUID = argument(doc="The party.", zh="往来单位", reference="party")


async def find_party_duplicates(work: Work, commands: Sequence[FindPartyDuplicates]) -> Results[Party]:
    """The parties, their pairs as they now are. Raises per row: NotFound. Emits: PartyDuplicateFound."""
    return await _found_now(work, DuplicateKind.PARTY, [one.party_id for one in commands])


@command(action=Action.CHANGE, record=Item, zh="查找物料的重复")
class FindItemDuplicates:
    """Look now for items that may be the same as this one; the item then lists the pairs."""

    item_id: UUID = argument(doc="The item.", zh="物料", reference="item")


async def find_item_duplicates(work: Work, commands: Sequence[FindItemDuplicates]) -> Results[Item]:
    """The items, their pairs as they now are. Raises per row: NotFound. Emits: ItemDuplicateFound."""
    return await _found_now(work, DuplicateKind.ITEM, [one.item_id for one in commands])


async def _found_now(work: Work, kind: DuplicateKind, ids: Sequence[UUID]) -> Results[Any]:
    record = KINDS[kind].record
    known = await work.lock(record, ids)
    await _settle(work, KINDS[kind], sorted(known))
    missing = record.spec.en.lower()
    return Results([id_ if id_ in known else NotFound((missing,), what=missing, key=str(id_)) for id_ in ids])


async def _settle(work: Work, kind: Kind, ids: Sequence[UUID]) -> int:
    """Make the open pairs of some masters those that are likely now; how many are new."""
    if not ids:
        return 0
    likely = await likely_pairs(work, kind, ids)
    pair = kind.pairs.table
    statement = (
        select(pair).where(or_(pair.c.earlier_id == func.any(_ids), pair.c.later_id == func.any(_ids)))
        .order_by(pair.c.id).with_for_update()
    )  # fmt: skip
    known: dict[Pair, Any] = {
        (row["earlier_id"], row["later_id"]): row for row in await work.fetch(statement, ids=list(ids))
    }
    new: list[Mapping[str, Any]] = [
        {"id": new_id(), "earlier_id": first, "later_id": second, "score": one.score, "reasons": list(one.reasons),
         "status": DuplicateStatus.OPEN}
        for (first, second), one in sorted(likely.items()) if (first, second) not in known
    ]  # fmt: skip
    changed = [row for key, held in known.items() if (row := _changed(held, likely.get(key))) is not None]
    if new:
        await work.insert(kind.pairs, new)
        work.emit(f"{kind.pairs.__name__}Found", kind.pairs, [row["id"] for row in new])
    if changed:
        await work.update(kind.pairs, changed, fields=("score", "reasons", "status"))
    return len(new)


def _changed(held: Any, likely: Likeness | None) -> Mapping[str, Any] | None:
    """A known pair as it is now; None where it stays as it is. What a steward decided stays decided."""
    if held["status"] in (DuplicateStatus.DISMISSED, DuplicateStatus.MERGED):
        return None
    kept = {name: held[name] for name in ("id", "score", "reasons", "status")}
    wanted = {**kept, "status": DuplicateStatus.WITHDRAWN}
    if likely is not None:
        wanted |= {"score": likely.score, "reasons": list(likely.reasons), "status": DuplicateStatus.OPEN}
    return wanted if wanted != kept else None


# --- a steward's word ---------------------------------------------------------------------------------------------


@command(action=Action.CHANGE, record=PartyDuplicate, zh="排除疑似重复单位")
class DismissPartyDuplicate:
    """Say that two parties are two: the pair does not come back."""

    party_duplicate_id: UUID = argument(doc="The pair.", zh="疑似重复", reference="party_duplicate")
    dismissal: str = argument(doc="Why they are two.", zh="排除理由")


async def dismiss_party_duplicates(
    work: Work, commands: Sequence[DismissPartyDuplicate]
) -> Results[PartyDuplicate]:  # fmt: skip
    """The pairs, dismissed. Raises per row: NotFound, WrongState, Rejected. Emits: PartyDuplicateDismissed."""
    return await _dismissed(work, PartyDuplicate, [(one.party_duplicate_id, one.dismissal) for one in commands])


@command(action=Action.CHANGE, record=ItemDuplicate, zh="排除疑似重复物料")
class DismissItemDuplicate:
    """Say that two items are two: the pair does not come back."""

    item_duplicate_id: UUID = argument(doc="The pair.", zh="疑似重复", reference="item_duplicate")
    dismissal: str = argument(doc="Why they are two.", zh="排除理由")


async def dismiss_item_duplicates(work: Work, commands: Sequence[DismissItemDuplicate]) -> Results[ItemDuplicate]:
    """The pairs, dismissed. Raises per row: NotFound, WrongState, Rejected. Emits: ItemDuplicateDismissed."""
    return await _dismissed(work, ItemDuplicate, [(one.item_duplicate_id, one.dismissal) for one in commands])


async def _dismissed(work: Work, record: PairRecord, asked: Sequence[tuple[UUID, str]]) -> Results[Any]:
    rows = await work.lock(record, [id_ for id_, _ in asked])
    outcomes: list[UUID | DomainError] = []
    written: dict[UUID, Mapping[str, Any]] = {}
    for id_, reason in asked:
        row = rows.get(id_)
        if row is None:
            outcomes.append(NotFound(what=record.spec.en.lower(), key=str(id_)))
        elif row["status"] != DuplicateStatus.OPEN or id_ in written:
            state = DuplicateStatus.DISMISSED if id_ in written else row["status"]
            outcomes.append(WrongState(what=record.spec.en, key=str(id_), state=state, transition="be dismissed"))
        elif not reason.strip():
            outcomes.append(refused("dismissal", "", "say why they are two", "须说明理由"))
        else:
            written[id_] = {"id": id_, "status": DuplicateStatus.DISMISSED, "dismissal": reason.strip()}
            outcomes.append(id_)
    if written:
        await work.update(record, list(written.values()), fields=("status", "dismissal"))
        work.emit(f"{record.__name__}Dismissed", record, list(written))
    return Results(outcomes)


# --- a search over all --------------------------------------------------------------------------------------------

_search = DuplicateSearch.table
_RUNNING = select(_search).where(_search.c.status == DuplicateSearchStatus.RUNNING).order_by(_search.c.id)


@command(action=Action.CHANGE, record=DuplicateSearch, zh="开始查找重复数据")
class StartDuplicateSearch:
    """Look at all masters of a kind in the background; `duplicateSearches` tells how far it is."""

    kind: DuplicateKind = argument(doc="Which masters.", zh="主数据类别")


async def start_duplicate_searches(work: Work, commands: Sequence[StartDuplicateSearch]) -> Results[DuplicateSearch]:
    """The searches; one that runs already is answered instead of a second. Emits: DuplicateSearchStarted."""
    running = {row["kind"]: row["id"] for row in await work.fetch(_RUNNING)}
    new: list[Mapping[str, Any]] = []
    for kind in dict.fromkeys(one.kind for one in commands if one.kind not in running):
        master = KINDS[kind].record.table
        [counted] = await work.fetch(select(func.count().label("n")).where(master.c.archived_at.is_(None)))
        running[kind] = new_id()
        new.append({"id": running[kind], "kind": kind, "started_at": work.now, "total_count": counted["n"]})
    if new:
        await work.insert(DuplicateSearch, new)
        work.emit("DuplicateSearchStarted", DuplicateSearch, [row["id"] for row in new])
    return Results([running[one.kind] for one in commands])


@command(action=Action.CHANGE, record=DuplicateSearch, zh="继续查找重复数据")
class ContinueDuplicateSearch:
    """Look at the next slice of masters."""

    duplicate_search_id: UUID = argument(doc="The search.", zh="重复数据查找", reference="duplicate_search")


async def continue_duplicate_searches(
    work: Work, commands: Sequence[ContinueDuplicateSearch]
) -> Results[DuplicateSearch]:  # fmt: skip
    """The searches, a slice further; one that has looked at all is completed. Emits: DuplicateSearchProgressed."""
    rows = await work.lock(DuplicateSearch, [one.duplicate_search_id for one in commands])
    written: list[Mapping[str, Any]] = []
    for id_, row in rows.items():
        if row["status"] != DuplicateSearchStatus.RUNNING:
            continue
        kind = KINDS[DuplicateKind(row["kind"])]
        ids = [one["id"] for one in await work.fetch(_slice(kind.record), last=row["last_id"], count=SLICE)]
        found = await _settle(work, kind, ids)
        is_over = len(ids) < SLICE
        written.append({
            "id": id_, "checked_count": row["checked_count"] + len(ids), "found_count": row["found_count"] + found,
            "last_id": ids[-1] if ids else row["last_id"], "completed_at": work.now if is_over else None,
            "status": DuplicateSearchStatus.COMPLETED if is_over else DuplicateSearchStatus.RUNNING,
        })  # fmt: skip
    if written:
        fields = ("checked_count", "found_count", "last_id", "completed_at", "status")
        await work.update(DuplicateSearch, written, fields=fields, audited=False)
        work.emit("DuplicateSearchProgressed", DuplicateSearch, [row["id"] for row in written])
    return Results([one.duplicate_search_id for one in commands])


def _slice(record: type[Record]) -> Any:
    table, last = record.table, bindparam("last", type_=Uuid())
    return (
        select(table.c.id)
        .where(table.c.archived_at.is_(None), or_(last.is_(None), table.c.id > last))
        .order_by(table.c.id)
        .limit(bindparam("count", type_=Integer()))
    )


async def go_on(handling: Handling, /) -> None:
    """A slice further with every search that runs."""
    if handling.company_id != GROUP:
        return
    running = [ContinueDuplicateSearch(duplicate_search_id=row["id"]) for row in await handling.fetch(_RUNNING)]
    if running:
        await handling.perform(running, reason="a search for duplicates runs")


# --- what changed -------------------------------------------------------------------------------------------------


async def look_at_parties(handling: Handling, events: Sequence[PublishedEvent]) -> None:
    """Look for duplicates of the parties that were made, changed or given a number."""
    ids = await _touched(handling, events, {"PartyIdentifier": PartyIdentifier, "PartyChannel": PartyChannel})
    await _look(handling, DuplicateKind.PARTY, [FindPartyDuplicates(party_id=id_) for id_ in ids])


async def look_at_items(handling: Handling, events: Sequence[PublishedEvent]) -> None:
    """Look for duplicates of the items that were made, changed or given an identifier."""
    ids = await _touched(handling, events, {"DeviceIdentifier": DeviceIdentifier})
    await _look(handling, DuplicateKind.ITEM, [FindItemDuplicates(item_id=id_) for id_ in ids])


async def _touched(
    handling: Handling, events: Sequence[PublishedEvent], owned: Mapping[str, type[Record]]
) -> list[UUID]:  # fmt: skip
    """The masters that events are about, by themselves or by what they own."""
    found = {id_ for event in events if event.record_type not in owned for id_ in event.record_ids}
    for name, record in owned.items():
        ids = [id_ for event in events if event.record_type == name for id_ in event.record_ids]
        if ids:
            owner = record.table.c.item_id if "item_id" in record.table.c else record.table.c.party_id
            statement = select(owner.label("id")).where(record.table.c.id == func.any(_ids))
            found |= {row["id"] for row in await handling.fetch(statement, ids=ids)}
    return sorted(found)


async def _look(handling: Handling, kind: DuplicateKind, commands: Sequence[Any]) -> None:
    if len(commands) > AT_ONCE_MAX:
        await handling.perform([StartDuplicateSearch(kind=kind)], reason="many masters changed at once")
    elif commands:
        await handling.perform(commands, reason="the master changed")


COMMANDS: Mapping[type[Any], Handler] = {
    FindPartyDuplicates: find_party_duplicates,
    FindItemDuplicates: find_item_duplicates,
    DismissPartyDuplicate: dismiss_party_duplicates,
    DismissItemDuplicate: dismiss_item_duplicates,
    StartDuplicateSearch: start_duplicate_searches,
    ContinueDuplicateSearch: continue_duplicate_searches,
}
EVENTS: Mapping[str, type[Record]] = {
    "PartyDuplicateFound": PartyDuplicate,
    "PartyDuplicateDismissed": PartyDuplicate,
    "ItemDuplicateFound": ItemDuplicate,
    "ItemDuplicateDismissed": ItemDuplicate,
    "DuplicateSearchStarted": DuplicateSearch,
    "DuplicateSearchProgressed": DuplicateSearch,
}
HANDLERS: Mapping[str, tuple[EventHandler, ...]] = {
    "PartyCreated": (look_at_parties,),
    "PartyChanged": (look_at_parties,),
    "PartyIdentifierCreated": (look_at_parties,),
    "PartyChannelCreated": (look_at_parties,),
    "ItemCreated": (look_at_items,),
    "ItemChanged": (look_at_items,),
    "DeviceIdentifierCreated": (look_at_items,),
}
SWEEPS = (Sweep("master_data.search_duplicates", go_on, SLICE_SECONDS),)
