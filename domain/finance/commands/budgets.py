"""Budgets: drawn up, released, and money promised against them by hand."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import SmallInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, part, told
from domain.core.errors import DomainError, NotFound, Rejected
from domain.core.flow import Flow, Transition
from domain.core.ids import new_id
from domain.core.money import ZERO, Money
from domain.core.work import Work
from domain.finance import masters
from domain.finance.budgets import (
    Promise,
    Release,
    limits_of,
    release_commitments,
    tell_exceeded,
    write_commitments,
)
from domain.finance.models import CostCentre
from domain.finance.models.budgets import Budget, BudgetLine, BudgetStatus, BudgetVersion, Commitment
from domain.finance.rates import company_currency
from domain.finance.rules.budgets import Spending, released_part
from domain.finance.rules.journals import in_minor_units, line_count

VERSION_FLOW = Flow(
    document="Budget version",
    initial=BudgetStatus.DRAFT,
    transitions={"take effect": Transition(frozenset({BudgetStatus.DRAFT}), BudgetStatus.RELEASED)},
)


@part
class BudgetLineInput:
    """What may be spent on an account, by one cost centre or by all together."""

    account_id: UUID = argument(doc="The account.", zh="科目", reference="account")
    amount: Money = argument(doc="What may be spent over the span, in the company's currency.", zh="预算金额")
    cost_centre_id: UUID | None = argument(
        doc="The cost centre; all together where there is none.", zh="成本中心", reference="cost_centre", default=None
    )


@command(action=Action.CREATE, record=BudgetVersion, zh="编制预算")
class DraftBudgetVersion:
    """Draw up the next edition of a budget; it limits nothing until it is released."""

    budget_id: UUID = argument(doc="The budget.", zh="预算", reference="budget")
    lines: tuple[BudgetLineInput, ...] = argument(doc="What may be spent, 1 to 1,000 lines.", zh="预算明细")
    description: str | None = argument(doc="Why it was made.", zh="说明", default=None)


@command(action=Action.APPROVE, record=BudgetVersion, zh="下达预算")
class ReleaseBudgetVersion:
    """Make an edition the one that holds; the one before it is replaced. Another person than its author does it."""

    budget_version_id: UUID = argument(doc="The edition.", zh="预算版本", reference="budget_version")
    expected_version: int | None = argument(doc="The version you decided on.", zh="预期版本", default=None)


@command(action=Action.POST, record=Commitment, zh="占用预算", key_required=True)
class CommitBudget:
    """Promise to spend: spent, promised and this must be within what every budget that holds has released."""

    account_id: UUID = argument(doc="The account it will be spent on.", zh="科目", reference="account")
    amount: Money = argument(doc="How much, in the company's currency.", zh="金额")
    description: str = argument(doc="What is promised.", zh="摘要")
    committed_on: date | None = argument(
        doc="Day in whose budget it is; today unless given.", zh="占用日期", default=None
    )
    cost_centre_id: UUID | None = argument(
        doc="The cost centre that will bear it.", zh="成本中心", reference="cost_centre", default=None
    )


@command(action=Action.POST, record=Commitment, zh="释放预算占用", key_required=True)
class ReleaseCommitment:
    """Take a promise back, or a part of it, because nothing more will be spent on it."""

    commitment_id: UUID = argument(doc="The commitment.", zh="预算占用", reference="commitment")
    amount: Money | None = argument(doc="How much; all that is open unless given.", zh="金额", default=None)


_company_id = bindparam("company_id", type_=SmallInteger())
_ids = func.any(bindparam("ids", type_=ARRAY(Uuid())))
_version = BudgetVersion.table
_EDITIONS = select(_version.c.id, _version.c.budget_id, _version.c.edition, _version.c.status).where(
    _version.c.company_id == _company_id, _version.c.budget_id == _ids
)


async def draft_budget_versions(work: Work, commands: Sequence[DraftBudgetVersion]) -> Results[BudgetVersion]:
    """The editions, drafts; a refusal stands in its own place.

    Raises per row: NotFound, UnusableMaster, CurrencyMismatch, Rejected. Emits: BudgetVersionDrafted.
    """
    budgets = await work.lock(Budget, [one.budget_id for one in commands])
    editions = dict.fromkeys(budgets, 0)
    for row in await work.fetch(_EDITIONS, ids=sorted(budgets)):
        editions[row["budget_id"]] = max(editions[row["budget_id"]], row["edition"])
    lines = [line for one in commands for line in one.lines]
    accounts = await masters.ledger_accounts(work, [line.account_id for line in lines])
    centres = await masters.centres(work, CostCentre, [line.cost_centre_id for line in lines])
    currency = await company_currency(work)
    outcomes: list[UUID | DomainError] = []
    versions: list[dict[str, object]] = []
    rows: list[dict[str, object]] = []
    for one in commands:
        try:
            if one.budget_id not in budgets:
                raise NotFound(("budget",), what="budget", key=str(one.budget_id))
            line_count(len(one.lines))
            for place, line in enumerate(one.lines):
                path = ("lines", place)
                if line.account_id not in accounts:
                    raise NotFound((*path, "account"), what="account", key=str(line.account_id))
                masters.usable("cost centre", line.cost_centre_id, centres, (*path, "costCentre"))
                _positive(line.amount, currency, (*path, "amount"), or_zero=True)
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        id_ = new_id()
        editions[one.budget_id] += 1
        versions.append({
            "id": id_, "budget_id": one.budget_id, "edition": editions[one.budget_id],
            "status": VERSION_FLOW.initial, "description": one.description,
        })  # fmt: skip
        rows += _line_rows(id_, one)
        outcomes.append(id_)
    if versions:
        await work.insert(BudgetVersion, versions)
        await work.insert(BudgetLine, rows)
    return told(work, "BudgetVersionDrafted", BudgetVersion, outcomes)


def _line_rows(version_id: UUID, one: DraftBudgetVersion) -> list[dict[str, object]]:
    return [
        {
            "budget_version_id": version_id, "position": position, "account_id": line.account_id,
            "cost_centre_id": line.cost_centre_id, "amount": line.amount.amount,
        }
        for position, line in enumerate(one.lines, start=1)
    ]  # fmt: skip


def _positive(money: Money, currency: str, path: tuple[str | int, ...], *, or_zero: bool = False) -> Decimal:
    """The amount. Raises: CurrencyMismatch, Rejected unless it is above zero (or zero) and in cents."""
    amount = in_minor_units(money.in_currency(currency, "amount"), "amount", path).amount
    if amount < ZERO or (not amount and not or_zero):
        raise Rejected(path, what="amount", value=amount, reason="it must be above zero", reason_zh="必须大于零")
    return amount


async def release_budget_versions(work: Work, commands: Sequence[ReleaseBudgetVersion]) -> Results[BudgetVersion]:
    """The editions, holding from now on; a refusal stands in its own place.

    Raises per row: NotFound, StaleVersion, WrongState. Emits: BudgetReleased.
    """
    rows = await work.lock(BudgetVersion, [one.budget_version_id for one in commands])
    stale = await work.stale(BudgetVersion, rows, {one.budget_version_id: one.expected_version for one in commands})
    await work.lock(Budget, [row["budget_id"] for row in rows.values()])
    budgets = sorted({row["budget_id"] for row in rows.values()})
    holding = {
        row["budget_id"]: row["id"]
        for row in await work.fetch(_EDITIONS, ids=budgets)
        if row["status"] == BudgetStatus.RELEASED
    }
    outcomes: list[UUID | DomainError] = []
    states = {id_: BudgetStatus(row["status"]) for id_, row in rows.items()}
    replaced: set[UUID] = set()
    for one in commands:
        id_ = one.budget_version_id
        try:
            if id_ not in rows:
                raise NotFound(("budgetVersion",), what="budget version", key=str(id_))
            if id_ in stale:
                raise stale[id_]
            states[id_] = VERSION_FLOW.advance(str(rows[id_]["edition"]), states[id_], "take effect")
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        before = holding.get(rows[id_]["budget_id"])
        if before is not None:
            replaced.add(before)
        holding[rows[id_]["budget_id"]] = id_
        outcomes.append(id_)
    released = [id_ for id_ in holding.values() if states.get(id_) is BudgetStatus.RELEASED and id_ in rows]
    old = [{"id": id_, "status": BudgetStatus.REPLACED} for id_ in replaced]
    await work.update(BudgetVersion, old, fields=("status",))
    await work.update(
        BudgetVersion, [{"id": id_, "status": BudgetStatus.RELEASED} for id_ in released], fields=("status",)
    )
    if released:
        work.emit("BudgetReleased", BudgetVersion, released)
    return Results(outcomes)


async def commit_budgets(work: Work, commands: Sequence[CommitBudget]) -> Results[Commitment]:
    """The commitments; a refusal stands in its own place.

    Raises per row: NotFound, UnusableMaster, CurrencyMismatch, Rejected, BudgetExceeded. Emits: BudgetExceeded where a
    line only warns.
    """
    currency, today = await company_currency(work), work.now.date()
    accounts = await masters.ledger_accounts(work, [one.account_id for one in commands])
    centres = await masters.centres(work, CostCentre, [one.cost_centre_id for one in commands])
    limits = await limits_of(work, [_spending(one, today) for one in commands])
    promises: list[Promise] = []
    outcomes: list[DomainError | None] = []
    for one in commands:
        try:
            if one.account_id not in accounts:
                raise NotFound(("account",), what="account", key=str(one.account_id))
            masters.usable("cost centre", one.cost_centre_id, centres, ("costCentre",))
            _positive(one.amount, currency, ("amount",))
            limits.spend([_spending(one, today)])
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        promises.append(Promise(spending=_spending(one, today), description=one.description))
        outcomes.append(None)
    tell_exceeded(work, limits)
    made = iter(await write_commitments(work, promises))
    return Results([next(made) if outcome is None else outcome for outcome in outcomes])


def _spending(one: CommitBudget, today: date) -> Spending:
    return Spending(
        account_id=one.account_id, cost_centre_id=one.cost_centre_id, on=one.committed_on or today,
        amount=one.amount.amount, path=("amount",),
    )  # fmt: skip


async def release_commitments_by_hand(work: Work, commands: Sequence[ReleaseCommitment]) -> Results[Commitment]:
    """The commitments, less what is taken back; a refusal stands in its own place.

    Raises per row: NotFound, CurrencyMismatch, Rejected. Emits: CommitmentReleased.
    """
    currency = await company_currency(work)
    rows = await work.lock(Commitment, [one.commitment_id for one in commands])
    left = {id_: row["open_amount"] for id_, row in rows.items()}
    outcomes: list[UUID | DomainError] = []
    releases: list[Release] = []
    for one in commands:
        try:
            if one.commitment_id not in rows:
                raise NotFound(("commitment",), what="commitment", key=str(one.commitment_id))
            asked = None if one.amount is None else _positive(one.amount, currency, ("amount",))
            taken = released_part(left[one.commitment_id], asked)
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        left[one.commitment_id] -= taken
        releases.append(Release(commitment_id=one.commitment_id, on=work.now.date(), amount=taken))
        outcomes.append(one.commitment_id)
    if releases:
        await release_commitments(work, releases)
    return told(work, "CommitmentReleased", Commitment, outcomes)
