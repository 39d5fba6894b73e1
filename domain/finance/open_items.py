"""Writing the sub-ledger: items opened, matched and unmatched, each with its entries.

The items of a matching are locked, no account and no balance: two matchings meet only where they name the same item.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import SmallInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.database import Row
from domain.core.errors import NotFound, Path
from domain.core.ids import new_id
from domain.core.ledger import Posting, Source
from domain.core.money import ZERO, Money
from domain.core.numbering import Series
from domain.core.work import Work
from domain.finance.chart import accounts_by_role
from domain.finance.models import (
    AccountRole,
    JournalKind,
    Matching,
    OpenItem,
    OpenItemEntry,
    OpenItemEntryKind,
    OpenItemKind,
    SubLedger,
)
from domain.finance.rules import Leg, Voucher, agreeing, carried_quote, moving
from domain.finance.rules.open_items import Item, Part, Settlement
from domain.master_data.standing import survivors_of

MATCHING_NUMBERS = Series("matching", prefix="MT-")

_entry = OpenItemEntry.table
_MATCHED = select(_entry).where(
    _entry.c.company_id == bindparam("company_id", type_=SmallInteger()),
    _entry.c.matching_id == func.any(bindparam("ids", type_=ARRAY(Uuid()))),
)
_item = OpenItem.table
_OF_SOURCES = select(_item.c.id).where(
    _item.c.company_id == bindparam("company_id", type_=SmallInteger()),
    _item.c.source_id == func.any(bindparam("ids", type_=ARRAY(Uuid()))),
)
_PAIRED = select(_item.c.source_id).where(
    _item.c.company_id == bindparam("company_id", type_=SmallInteger()),
    _item.c.source_id == func.any(bindparam("ids", type_=ARRAY(Uuid()))),
    _item.c.pair_id.is_not(None),
)
_PAIRED_MATCHED = (
    select(_entry.c.matching_id)
    .join_from(_entry, _item, (_item.c.company_id == _entry.c.company_id) & (_item.c.id == _entry.c.open_item_id))
    .where(
        _entry.c.company_id == bindparam("company_id", type_=SmallInteger()),
        _entry.c.matching_id == func.any(bindparam("ids", type_=ARRAY(Uuid()))),
        _item.c.pair_id.is_not(None),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewItem:
    """An item to be opened; amounts with the signs of the ledger, `amount` in the company's currency."""

    kind: OpenItemKind
    party_id: UUID
    account_id: UUID
    source: Source
    occurred_on: date
    due_on: date
    transaction: Money
    amount: Decimal
    rate: Decimal
    journal_entry_id: UUID
    instalment: int = 1
    discount_percent: Decimal | None = None
    discount_until: date | None = None
    blocked_reason: str | None = None
    partner_reference: str | None = None
    id: UUID = field(default_factory=new_id)

    @property
    def item(self) -> Item:
        """The item as the rules see it, all of it open."""
        return Item(
            id=self.id, number=self.source.number, party_id=self.party_id, account_id=self.account_id,
            currency=self.transaction.currency, occurred_on=self.occurred_on,
            open_transaction=self.transaction.amount, open_amount=self.amount, rate=self.rate,
            discount_percent=self.discount_percent, discount_until=self.discount_until,
        )  # fmt: skip


async def open_items(work: Work, items: Sequence[NewItem]) -> list[UUID]:
    """The ids of the items, opened with their first entries; their vouchers stand already."""
    if not items:
        return []
    ids = await work.insert(OpenItem, [_item_row(one) for one in items])
    await work.insert(
        OpenItemEntry,
        [
            {
                "open_item_id": one.id,
                "kind": OpenItemEntryKind.ORIGIN,
                "matching_id": None,
                "journal_entry_id": one.journal_entry_id,
                "occurred_on": one.occurred_on,
                "transaction_amount": one.transaction.amount,
                "amount": one.amount,
            }
            for one in items
        ],
    )
    return ids


def _item_row(one: NewItem) -> dict[str, object]:
    return {
        "id": one.id,
        "kind": one.kind,
        "party_id": one.party_id,
        "account_id": one.account_id,
        "source_kind": one.source.kind,
        "source_id": one.source.id,
        "source_number": one.source.number,
        "instalment": one.instalment,
        "occurred_on": one.occurred_on,
        "due_on": one.due_on,
        "transaction_currency": one.transaction.currency,
        "transaction_amount": one.transaction.amount,
        "amount": one.amount,
        "rate": one.rate,
        "open_transaction_amount": one.transaction.amount,
        "open_amount": one.amount,
        "is_monetary": one.kind is not OpenItemKind.PREPAYMENT,
        "discount_percent": one.discount_percent,
        "discount_until": one.discount_until,
        "blocked_reason": one.blocked_reason,
        "dunning_level": 0,
        "partner_reference": one.partner_reference,
    }


async def lock_items(work: Work, ids: Iterable[UUID], pair_id: UUID | None = None) -> dict[UUID, Item]:
    """The items by id as the rules see them, locked until the work ends; an unknown id is absent.

    An item that is one of a pair is so no more for who changes both sides at once, and names the pair.
    """
    rows = await work.lock(OpenItem, ids)
    survivors = await survivors_of(work, [row["party_id"] for row in rows.values()])
    return {
        id_: replace(
            item_of(row), is_paired=row["pair_id"] not in (None, pair_id), survivor_id=survivors.get(row["party_id"])
        )
        for id_, row in rows.items()
    }


async def pair_items(work: Work, source_ids: Iterable[UUID], pair_id: UUID) -> None:
    """The items of the documents are one side of a pair from now on."""
    rows = await lock_items_of(work, source_ids)
    await work.update(OpenItem, [{"id": id_, "pair_id": pair_id} for id_ in rows], fields=("pair_id",))


async def paired_documents(work: Work, source_ids: Iterable[UUID]) -> set[UUID]:
    """Those of the documents whose items are one side of a pair."""
    return {row["source_id"] for row in await work.fetch(_PAIRED, ids=sorted(set(source_ids)))}


async def paired_matchings(work: Work, matching_ids: Iterable[UUID]) -> set[UUID]:
    """Those of the matchings that took from an item which is one side of a pair."""
    return {row["matching_id"] for row in await work.fetch(_PAIRED_MATCHED, ids=sorted(set(matching_ids)))}


async def lock_items_of(work: Work, source_ids: Iterable[UUID]) -> dict[UUID, Row]:
    """The items of the documents, locked until the work ends."""
    ids = [row["id"] for row in await work.fetch(_OF_SOURCES, ids=sorted(set(source_ids)))]
    return await work.lock(OpenItem, ids)


async def block_items(work: Work, reasons: Mapping[UUID, str]) -> None:
    """The items must not be paid, for the reason given; who matched the invoice says so."""
    rows = [{"id": id_, "blocked_reason": reason} for id_, reason in reasons.items()]
    await work.update(OpenItem, rows, fields=("blocked_reason",))


async def release_items(work: Work, ids: Iterable[UUID]) -> None:
    """The items may be paid."""
    await work.update(OpenItem, [{"id": id_, "blocked_reason": None} for id_ in ids], fields=("blocked_reason",))


def item_of(row: Row) -> Item:
    """The item as the rules see it."""
    return Item(
        id=row["id"],
        number=row["source_number"],
        party_id=row["party_id"],
        account_id=row["account_id"],
        currency=row["transaction_currency"],
        occurred_on=row["occurred_on"],
        open_transaction=row["open_transaction_amount"],
        open_amount=row["open_amount"],
        rate=row["rate"],
        is_monetary=row["is_monetary"],
        discount_percent=row["discount_percent"],
        discount_until=row["discount_until"],
        blocked_reason=row["blocked_reason"],
    )


def found(items: Mapping[UUID, Item], id_: UUID, path: Path) -> Item:
    """The item of that id. Raises: NotFound."""
    item = items.get(id_)
    if item is None:
        raise NotFound(path, what="open item", key=str(id_))
    return item


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A matching to be written: whose items, from which day, and what it takes of each."""

    party_id: UUID
    matched_on: date
    currency: str
    sub_ledger: SubLedger
    settlement: Settlement
    discount: Decimal = ZERO
    written_off: Decimal = ZERO
    id: UUID = field(default_factory=new_id)
    entry_id: UUID = field(default_factory=new_id)


def match_voucher(match: Match, number: str, accounts: Mapping[AccountRole, UUID]) -> Voucher | None:
    """The voucher of what a matching changes in the ledger; None where its items met exactly on one party's account."""
    of_its = match.party_id
    moved = [(account_id, party_id, *amounts) for (account_id, party_id), amounts in match.settlement.moved.items()]
    moved += [(accounts[one.role], of_its, one.transaction, one.amount) for one in match.settlement.reductions]
    moved.append((accounts[AccountRole.EXCHANGE_DIFFERENCE], of_its, ZERO, match.settlement.exchange))
    legs = [_difference(match.currency, *one) for one in moved]
    entries = moving(part for leg in legs for part in agreeing(leg))
    if not entries:
        return None
    source = Source(kind=Matching.__name__, id=match.id, number=number)
    posting = Posting(id=new_id(), occurred_on=match.matched_on, entries=entries, source=source)
    return Voucher(kind=JournalKind.MATCHING, sub_ledger=match.sub_ledger, posting=posting)


def _difference(currency: str, account_id: UUID, party_id: UUID, transaction: Decimal, amount: Decimal) -> Leg:
    quote = carried_quote(transaction, amount)
    return Leg(
        account_id=account_id,
        amount=amount,
        transaction=Money(transaction, currency),
        rate=quote.rate,
        rate_kind=quote.kind,
        party_id=party_id,
    )


async def write_matches(work: Work, matches: Sequence[Match], numbers: Sequence[str], posted: frozenset[UUID]) -> None:
    """The matchings with their entries, and the items without what was taken; `posted` are the vouchers that stand.

    A later matching of the batch may take from an item what an earlier one left.
    """
    if not matches:
        return
    await work.insert(
        Matching,
        [
            {
                "id": one.id,
                "number": number,
                "party_id": one.party_id,
                "matched_on": one.matched_on,
                "currency": one.currency,
                "discount": one.discount,
                "written_off": one.written_off,
                "exchange_difference": one.settlement.exchange,
                "journal_entry_id": one.entry_id if one.entry_id in posted else None,
            }
            for one, number in zip(matches, numbers, strict=True)
        ],
    )
    rows = [
        {
            "open_item_id": part.item.id,
            "kind": OpenItemEntryKind.MATCHING,
            "matching_id": one.id,
            "journal_entry_id": one.entry_id if one.entry_id in posted else None,
            "occurred_on": one.matched_on,
            "transaction_amount": -part.transaction,
            "amount": -part.amount,
        }
        for one in matches
        for part in one.settlement.parts
    ]
    await work.insert(OpenItemEntry, rows)
    await _store([part for one in matches for part in one.settlement.parts], work)


async def _store(parts: Sequence[Part], work: Work) -> None:
    """The items as their last parts left them."""
    after = {part.item.id: part.after for part in parts}
    await work.update(
        OpenItem,
        [
            {"id": id_, "open_transaction_amount": item.open_transaction, "open_amount": item.open_amount}
            for id_, item in after.items()
        ],
        fields=("open_transaction_amount", "open_amount"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """A matching to be undone from a day on; `entry_id` is the reversal of its voucher, where it had one."""

    matching_id: UUID
    on: date
    entry_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What matchings took, and the items they took it from, locked."""

    entries: Sequence[Row]
    items: Mapping[UUID, Row]


async def lock_taken(work: Work, matching_ids: Iterable[UUID]) -> Taken:
    """What the matchings took; their items are locked until the work ends."""
    entries = await work.fetch(_MATCHED, ids=sorted(matching_ids))
    return Taken(entries, await work.lock(OpenItem, [row["open_item_id"] for row in entries]))


async def undo_matches(work: Work, undone: Sequence[Undone], taken: Taken) -> None:
    """The matchings count no more from the days given, and their items are open again by what was taken."""
    by_id = {one.matching_id: one for one in undone}
    await work.insert(
        OpenItemEntry,
        [
            {
                "open_item_id": row["open_item_id"],
                "kind": OpenItemEntryKind.MATCHING,
                "matching_id": row["matching_id"],
                "journal_entry_id": by_id[row["matching_id"]].entry_id,
                "occurred_on": by_id[row["matching_id"]].on,
                "transaction_amount": -row["transaction_amount"],
                "amount": -row["amount"],
            }
            for row in taken.entries
        ],
    )
    given_back: defaultdict[UUID, tuple[Decimal, Decimal]] = defaultdict(lambda: (ZERO, ZERO))
    for row in taken.entries:
        transaction, amount = given_back[row["open_item_id"]]
        given_back[row["open_item_id"]] = (transaction - row["transaction_amount"], amount - row["amount"])
    await work.update(
        OpenItem,
        [
            {
                "id": id_,
                "open_transaction_amount": taken.items[id_]["open_transaction_amount"] + transaction,
                "open_amount": taken.items[id_]["open_amount"] + amount,
            }
            for id_, (transaction, amount) in given_back.items()
        ],
        fields=("open_transaction_amount", "open_amount"),
    )
    await work.update(
        Matching,
        [{"id": one.matching_id, "undone_on": one.on, "undone_by": work.actor.id} for one in undone],
        fields=("undone_on", "undone_by"),
    )


_LEDGER_ROLES: Mapping[AccountRole, SubLedger] = {
    AccountRole.RECEIVABLE: SubLedger.RECEIVABLES,
    AccountRole.CUSTOMER_PREPAYMENT: SubLedger.RECEIVABLES,
    AccountRole.PAYABLE: SubLedger.PAYABLES,
    AccountRole.SUPPLIER_PREPAYMENT: SubLedger.PAYABLES,
}


def sub_ledgers_of(accounts: Mapping[AccountRole, UUID]) -> dict[UUID, SubLedger]:
    """The sub-ledger of each control account that open items are part of."""
    return {accounts[role]: ledger for role, ledger in _LEDGER_ROLES.items() if role in accounts}


_MATCHED_ACCOUNTS = (
    select(_entry.c.matching_id, _item.c.account_id)
    .distinct()
    .join_from(_entry, _item, (_item.c.company_id == _entry.c.company_id) & (_item.c.id == _entry.c.open_item_id))
    .where(
        _entry.c.company_id == bindparam("company_id", type_=SmallInteger()),
        _entry.c.matching_id == func.any(bindparam("ids", type_=ARRAY(Uuid()))),
    )
)


async def ledgers_of_matchings(work: Work, matching_ids: Iterable[UUID]) -> dict[UUID, SubLedger]:
    """The sub-ledger that each matching belongs to."""
    ledgers = sub_ledgers_of(await accounts_by_role(work))
    rows = await work.fetch(_MATCHED_ACCOUNTS, ids=sorted(matching_ids))
    return {row["matching_id"]: ledgers[row["account_id"]] for row in rows}
