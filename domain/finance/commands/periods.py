"""Periods: opened and closed for postings."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import SmallInteger, and_, bindparam, select
from sqlalchemy.types import Uuid

from domain.core.actors import Action
from domain.core.commands import Results, argument, command
from domain.core.errors import DomainError, NotFound
from domain.core.work import Work
from domain.finance.balances import drop_balances, store_balances
from domain.finance.journal import period_from
from domain.finance.models import FiscalPeriod, PeriodState, SubLedger
from domain.finance.rules import Period, period_after

_period = FiscalPeriod.table
_own, _sibling = _period.alias("own"), _period.alias("sibling")
_SIBLINGS = (
    select(_sibling.c.id)
    .join_from(
        _own, _sibling, and_(_sibling.c.company_id == _own.c.company_id, _sibling.c.sub_ledger == _own.c.sub_ledger)
    )
    .where(
        _own.c.company_id == bindparam("company_id", type_=SmallInteger()),
        _own.c.id == bindparam("id", type_=Uuid()),
    )
)


@command(action=Action.ADMINISTER, record=FiscalPeriod, zh="更改期间状态")
class ChangePeriodState:
    """Close a period for postings, softly or for ever, or open a softly closed one again.

    Closing waits for the postings under way; a closed general-ledger period has its balances stored.
    """

    fiscal_period_id: UUID = argument(doc="The period.", zh="会计期间", reference="fiscal_period")
    state: PeriodState = argument(doc="The state it is to have.", zh="状态")
    expected_version: int | None = argument(doc="The version you saw.", zh="预期版本", default=None)


async def change_period_states(work: Work, commands: Sequence[ChangePeriodState]) -> Results[FiscalPeriod]:
    """The periods in the states asked for; a refusal stands in its own place.

    Raises per row: NotFound, StaleVersion, WrongState, EarlierPeriodOpen, LaterPeriodClosed. Emits: PeriodStateChanged.
    """
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            outcomes.append(await _change(work, one))
        except DomainError as refusal:
            outcomes.append(refusal)
    changed = [outcome for outcome in outcomes if isinstance(outcome, UUID)]
    if changed:
        work.emit("PeriodStateChanged", FiscalPeriod, changed)
    return Results(outcomes)


async def _change(work: Work, one: ChangePeriodState) -> UUID:
    """One period changed: each depends on what the one before it left, so they go one by one.

    All periods of the sub-ledger are locked: what is open before and after must not change meanwhile.
    """
    wanted = one.fiscal_period_id
    rows = await work.lock(FiscalPeriod, [row["id"] for row in await work.fetch(_SIBLINGS, id=wanted)])
    if wanted not in rows:
        raise NotFound(what="fiscal period", key=str(wanted))
    for refusal in (await work.stale(FiscalPeriod, rows, {wanted: one.expected_version})).values():
        raise refusal
    period = period_from(rows[wanted])
    state = period_after(period, one.state, [period_from(row) for row in rows.values()])
    await work.update(FiscalPeriod, [{"id": period.id, "state": state}], fields=("state",))
    if period.sub_ledger is SubLedger.GENERAL:
        await _keep_balances(work, period, state)
    return period.id


async def _keep_balances(work: Work, period: Period, state: PeriodState) -> None:
    """Balances are stored exactly while the period is closed."""
    if state is PeriodState.OPEN:
        await drop_balances(work, period.id)
    elif period.state is PeriodState.OPEN:
        await store_balances(work, period.id, period.starts_on, period.ends_on)
