"""Books for a company that is brought over: a starting chart, and periods as wide as its documents need."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import SmallInteger, bindparam, select

from domain import finance
from domain.core.actors import Action
from domain.core.commands import Results, argument, command
from domain.core.work import Work
from domain.finance.models import FiscalPeriod

_period = FiscalPeriod.table
_FIRST = (
    select(_period.c.id)
    .where(_period.c.company_id == bindparam("company_id", type_=SmallInteger()))
    .order_by(_period.c.starts_on, _period.c.sub_ledger)
    .limit(1)
)


@command(action=Action.IMPORT, record=FiscalPeriod, zh="建立演示账簿")
class FoundBooks:
    """Give a company its starting chart and open periods, where it has none yet."""

    first_on: date = argument(doc="First day of the first period.", zh="开始日期")
    last_on: date = argument(doc="Last day of the last period.", zh="结束日期")


async def found_books(work: Work, commands: Sequence[FoundBooks]) -> Results[FiscalPeriod]:
    """The first period of the company, once a command; running it again adds nothing."""
    ids: list[UUID] = []
    for one in commands:
        await finance.found_books(work, one.first_on, one.last_on)
        ids.append((await work.fetch(_FIRST))[0]["id"])
    return Results(ids)
