"""What budgets say of a batch, and commitments made and released by the documents of other modules.

A document that will cost something calls `commit`, the posting of its cost `release_commitments`. The lines that a
batch falls under are locked until the work ends, so that two of them never spend the same money.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Date, SmallInteger, and_, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.database import CompanyReader
from domain.core.ids import new_id
from domain.core.ledger import Source
from domain.core.money import ZERO
from domain.core.numbering import Series
from domain.core.work import Work
from domain.finance.models import Account, JournalEntry, JournalKind, JournalLine
from domain.finance.models.budgets import (
    Budget,
    BudgetControl,
    BudgetLine,
    BudgetStatus,
    BudgetVersion,
    Commitment,
    CommitmentEntry,
)
from domain.finance.rules.budgets import Limit, Limits, Spending, released_part

COMMITMENT_NUMBERS = Series("commitment", prefix="CM-")

_company_id = bindparam("company_id", type_=SmallInteger())
_ids = func.any(bindparam("ids", type_=ARRAY(Uuid())))
_budget, _version, _line, _account = Budget.table, BudgetVersion.table, BudgetLine.table, Account.table
_LIMITS = (
    select(
        _line.c.id, _budget.c.code, _budget.c.control, _budget.c.starts_on, _budget.c.ends_on,
        _account.c.code.label("account"), _line.c.account_id, _line.c.cost_centre_id, _line.c.amount,
    )
    .join_from(
        _line, _version,
        and_(_version.c.company_id == _line.c.company_id, _version.c.id == _line.c.budget_version_id),
    )
    .join(_budget, and_(_budget.c.company_id == _version.c.company_id, _budget.c.id == _version.c.budget_id))
    .join(_account, and_(_account.c.company_id == _line.c.company_id, _account.c.id == _line.c.account_id))
    .where(
        _line.c.company_id == _company_id,
        _version.c.status == BudgetStatus.RELEASED.value,
        _line.c.account_id == _ids,
        _budget.c.starts_on <= bindparam("last_on", type_=Date()),
        _budget.c.ends_on >= bindparam("first_on", type_=Date()),
    )
    .order_by(_line.c.id)
    .with_for_update(of=_line)
)  # fmt: skip
_journal, _entry = JournalLine.table, JournalEntry.table
_span = select(
    _line.c.company_id, _line.c.id, _line.c.account_id, _line.c.cost_centre_id, _budget.c.starts_on, _budget.c.ends_on
).join_from(
    _line, _version, and_(_version.c.company_id == _line.c.company_id, _version.c.id == _line.c.budget_version_id)
).join(
    _budget, and_(_budget.c.company_id == _version.c.company_id, _budget.c.id == _version.c.budget_id)
).where(_line.c.company_id == _company_id, _line.c.id == _ids).subquery("span")  # fmt: skip
_ACTUAL = (
    select(_span.c.id, func.sum(_journal.c.amount).label("amount"))
    .join_from(
        _span, _journal,
        and_(
            _journal.c.company_id == _span.c.company_id, _journal.c.account_id == _span.c.account_id,
            _journal.c.occurred_on.between(_span.c.starts_on, _span.c.ends_on),
            or_(_span.c.cost_centre_id.is_(None), _journal.c.cost_centre_id == _span.c.cost_centre_id),
        ),
    )
    .join(_entry, and_(_entry.c.company_id == _journal.c.company_id, _entry.c.id == _journal.c.journal_entry_id))
    .where(_entry.c.kind != JournalKind.CLOSING.value)
    .group_by(_span.c.id)
)  # fmt: skip
_commitment = Commitment.table
_COMMITTED = (
    select(_span.c.id, func.sum(_commitment.c.open_amount).label("amount"))
    .join_from(
        _span, _commitment,
        and_(
            _commitment.c.company_id == _span.c.company_id, _commitment.c.account_id == _span.c.account_id,
            _commitment.c.committed_on.between(_span.c.starts_on, _span.c.ends_on),
            or_(_span.c.cost_centre_id.is_(None), _commitment.c.cost_centre_id == _span.c.cost_centre_id),
        ),
    )
    .group_by(_span.c.id)
)  # fmt: skip
_spent = CommitmentEntry.table
_RELEASED_BY = (
    select(_spent.c.commitment_id, _spent.c.journal_entry_id, _spent.c.amount)
    .where(_spent.c.company_id == _company_id, _spent.c.journal_entry_id == _ids)
    .order_by(_spent.c.id)
)
_PROMISED_ON = select(_commitment.c.id, _commitment.c.committed_on).where(
    _commitment.c.company_id == _company_id, _commitment.c.id == _ids
)
_OF_SOURCE = (
    select(_commitment.c.id)
    .where(_commitment.c.company_id == _company_id, _commitment.c.source_id == _ids)
    .order_by(_commitment.c.id)
)


async def limits_of(work: Work, spendings: Sequence[Spending]) -> Limits:
    """The lines that the amounts may fall under, locked, with what was spent and promised against each."""
    if not spendings:
        return Limits([], set())
    days = [one.on for one in spendings]
    rows = await work.fetch(
        _LIMITS, ids=sorted({one.account_id for one in spendings}), first_on=min(days), last_on=max(days)
    )
    actual, committed = await spent_of(work, [row["id"] for row in rows])
    lines = [
        Limit(
            id=row["id"], budget=row["code"], control=BudgetControl(row["control"]), account=row["account"],
            account_id=row["account_id"], cost_centre_id=row["cost_centre_id"], starts_on=row["starts_on"],
            ends_on=row["ends_on"], released=row["amount"], actual=actual.get(row["id"], ZERO),
            committed=committed.get(row["id"], ZERO),
        )
        for row in rows
    ]  # fmt: skip
    return Limits(lines, set())


async def spent_of(
    reader: CompanyReader, line_ids: Sequence[UUID]
) -> tuple[Mapping[UUID, Decimal], Mapping[UUID, Decimal]]:
    """What was spent and what is promised against budget lines; a line of which nothing was is absent."""
    if not line_ids:
        return {}, {}
    actual, committed = await reader.fetch(_ACTUAL, ids=line_ids), await reader.fetch(_COMMITTED, ids=line_ids)
    return {row["id"]: row["amount"] for row in actual}, {row["id"]: row["amount"] for row in committed}


async def promised_days(work: Work, ids: Iterable[UUID]) -> Mapping[UUID, date]:
    """The day from which each of some commitments counts; it never changes."""
    asked = sorted(set(ids))
    return {row["id"]: row["committed_on"] for row in await work.fetch(_PROMISED_ON, ids=asked)} if asked else {}


def tell_exceeded(work: Work, limits: Limits) -> None:
    """Watchers hear of every line that only warns, and was exceeded. Emits: BudgetExceeded."""
    if limits.exceeded:
        work.emit("BudgetExceeded", BudgetLine, sorted(limits.exceeded))


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What a document, or a person, promises to spend; `position` is the line of the document."""

    spending: Spending
    description: str
    source: Source | None = None
    position: int | None = None


async def commit(work: Work, promises: Sequence[Promise]) -> list[UUID]:
    """The commitments, in order. Raises: BudgetExceeded, then none stands. Emits: BudgetExceeded where lines warn."""
    limits = await limits_of(work, [one.spending for one in promises])
    limits.spend([one.spending for one in promises])
    tell_exceeded(work, limits)
    return await write_commitments(work, promises)


async def write_commitments(work: Work, promises: Sequence[Promise]) -> list[UUID]:
    """The commitments of promises that budgets allow, each with its first entry."""
    if not promises:
        return []
    numbers = await work.number(COMMITMENT_NUMBERS, len(promises))
    ids = [new_id() for _ in promises]
    await work.insert(
        Commitment,
        [
            {
                "id": id_, "number": number, "account_id": one.spending.account_id,
                "cost_centre_id": one.spending.cost_centre_id, "committed_on": one.spending.on,
                "description": one.description, "amount": one.spending.amount, "open_amount": one.spending.amount,
                "source_kind": one.source.kind if one.source else None,
                "source_id": one.source.id if one.source else None, "source_position": one.position,
                "source_number": one.source.number if one.source else None,
            }
            for id_, number, one in zip(ids, numbers, promises, strict=True)
        ],
    )  # fmt: skip
    await work.insert(
        CommitmentEntry,
        [
            {
                "commitment_id": id_, "occurred_on": one.spending.on, "amount": one.spending.amount,
                "journal_entry_id": None,
            }
            for id_, one in zip(ids, promises, strict=True)
        ],
    )  # fmt: skip
    return ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What of a commitment is no longer promised: by the voucher that posted the cost, or because nothing will come."""

    commitment_id: UUID
    on: date
    amount: Decimal | None = None
    entry_id: UUID | None = None


async def reopen_commitments(work: Work, reversed_by: Mapping[UUID, tuple[UUID, date]]) -> None:
    """What vouchers released of commitments is promised again, from the day that each was taken back: by which voucher,
    and when, is named by the one that it takes back.
    """
    spent = await work.fetch(_RELEASED_BY, ids=sorted(reversed_by)) if reversed_by else []
    if not spent:
        return
    rows = await work.lock(Commitment, [row["commitment_id"] for row in spent])
    left: dict[UUID, Decimal] = {id_: row["open_amount"] for id_, row in rows.items()}
    entries: list[dict[str, object]] = []
    for row in spent:
        entry_id, on = reversed_by[row["journal_entry_id"]]
        left[row["commitment_id"]] -= row["amount"]
        entries.append({
            "commitment_id": row["commitment_id"], "occurred_on": on, "amount": -row["amount"],
            "journal_entry_id": entry_id,
        })  # fmt: skip
    await work.update(
        Commitment, [{"id": id_, "open_amount": amount} for id_, amount in left.items()], fields=("open_amount",)
    )
    await work.insert(CommitmentEntry, entries)


async def commitments_of(work: Work, source_ids: Iterable[UUID]) -> list[UUID]:
    """The commitments that the documents made."""
    return [row["id"] for row in await work.fetch(_OF_SOURCE, ids=sorted(set(source_ids)))]


async def release_commitments(work: Work, releases: Sequence[Release]) -> None:
    """The commitments are less, each by what is released of it: never more than is open. Raises: Rejected."""
    rows = await work.lock(Commitment, [one.commitment_id for one in releases])
    left = {id_: row["open_amount"] for id_, row in rows.items()}
    entries: list[dict[str, object]] = []
    for one in releases:
        part = released_part(left[one.commitment_id], one.amount)
        left[one.commitment_id] -= part
        entries.append({
            "commitment_id": one.commitment_id, "occurred_on": one.on, "amount": -part,
            "journal_entry_id": one.entry_id,
        })  # fmt: skip
    await work.update(
        Commitment, [{"id": id_, "open_amount": amount} for id_, amount in left.items()], fields=("open_amount",)
    )
    await work.insert(CommitmentEntry, entries)
