"""What accounts hold: stored where a period is closed, the open tail added.

A posting writes no balance row, so postings to one account never wait for each other; a read never sums a whole ledger.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Date, SmallInteger, bindparam, func, select
from sqlalchemy.types import Uuid

from domain.core.money import ZERO
from domain.core.work import Work
from domain.finance.models import AccountBalance, FiscalPeriod, JournalLine, PeriodState, SubLedger
from domain.finance.rules import AccountKey, Closing, Movement, closings

_company_id = bindparam("company_id", type_=SmallInteger())
_line, _period, _balance = JournalLine.table, FiscalPeriod.table, AccountBalance.table

_MOVED = (
    select(
        _line.c.account_id,
        _line.c.transaction_currency,
        func.coalesce(func.sum(_line.c.amount).filter(_line.c.amount > 0), 0).label("debit"),
        func.coalesce(-func.sum(_line.c.amount).filter(_line.c.amount < 0), 0).label("credit"),
        func.sum(_line.c.transaction_amount).label("transaction"),
    )
    .where(
        _line.c.company_id == _company_id,
        _line.c.occurred_on.between(bindparam("first_on", type_=Date()), bindparam("last_on", type_=Date())),
    )
    .group_by(_line.c.account_id, _line.c.transaction_currency)
)
_LAST_CLOSED = (
    select(_period.c.id, _period.c.ends_on)
    .where(
        _period.c.company_id == _company_id,
        _period.c.sub_ledger == SubLedger.GENERAL.value,
        _period.c.state != PeriodState.OPEN.value,
        _period.c.ends_on <= bindparam("on", type_=Date()),
    )
    .order_by(_period.c.ends_on.desc())
    .limit(1)
)
_STORED = select(
    _balance.c.id, _balance.c.account_id, _balance.c.currency, _balance.c.closing, _balance.c.transaction_closing
).where(_balance.c.company_id == _company_id, _balance.c.period_id == bindparam("period_id", type_=Uuid()))


async def account_balances_on(work: Work, on: date) -> dict[AccountKey, Closing]:
    """What each account held at the end of the day, by transaction currency: the last stored balances and the tail."""
    closed = await work.fetch(_LAST_CLOSED, on=on)
    if not closed:
        return closings({}, await _moved(work, date.min, on))
    stored = await _stored(work, closed[0]["id"])
    following = date.fromordinal(closed[0]["ends_on"].toordinal() + 1)
    return closings(stored, await _moved(work, following, on))


async def store_balances(work: Work, period_id: UUID, starts_on: date, ends_on: date) -> None:
    """A general-ledger period that has just been closed has its balances stored.

    Not audited: the lines, which are, sum to them.
    """
    before = await account_balances_on(work, date.fromordinal(starts_on.toordinal() - 1))
    moved = await _moved(work, starts_on, ends_on)
    rows = [
        {
            "account_id": account_id,
            "period_id": period_id,
            "currency": currency,
            "debit": moved.get((account_id, currency), Movement()).debit,
            "credit": moved.get((account_id, currency), Movement()).credit,
            "closing": closing.amount,
            "transaction_closing": closing.transaction,
        }
        for (account_id, currency), closing in closings(before, moved).items()
    ]
    await work.insert(AccountBalance, rows, audited=False)


async def drop_balances(work: Work, period_id: UUID) -> None:
    """A general-ledger period that is opened again has no stored balances."""
    await work.delete(AccountBalance, [row["id"] for row in await work.fetch(_STORED, period_id=period_id)])


def total_of(balances: Mapping[AccountKey, Closing], account_id: UUID) -> Decimal:
    """What an account holds in the company's currency, over all transaction currencies."""
    return sum((held.amount for (account, _), held in balances.items() if account == account_id), ZERO)


async def _moved(work: Work, first_on: date, last_on: date) -> dict[AccountKey, Movement]:
    rows = await work.fetch(_MOVED, first_on=first_on, last_on=last_on)
    return {
        (row["account_id"], row["transaction_currency"]): Movement(
            debit=row["debit"], credit=row["credit"], transaction=row["transaction"]
        )
        for row in rows
    }


async def _stored(work: Work, period_id: UUID) -> dict[AccountKey, Closing]:
    rows = await work.fetch(_STORED, period_id=period_id)
    return {
        (row["account_id"], row["currency"]): Closing(amount=row["closing"], transaction=row["transaction_closing"])
        for row in rows
    }
