"""Dunning: one run over all customers, a notice for each that owes too long."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Date, SmallInteger, bindparam, select

from domain.core.actors import Action
from domain.core.commands import Results, argument, command
from domain.core.database import Row
from domain.core.errors import DomainError
from domain.core.ids import new_id
from domain.core.money import total
from domain.core.numbering import Series
from domain.core.work import Work
from domain.finance.commands.valuation import NothingToPost
from domain.finance.models import Account, AccountRole, DunningLevel, DunningNotice, DunningNoticeLine, OpenItem
from domain.finance.rules.journals import LINES_MAX
from domain.finance.rules.receivables import Level, next_level
from domain.master_data.standing import stands_for

NOTICE_NUMBERS = Series("dunning_notice", prefix="DN-")

# Items of one run, and of one notice LINES_MAX; the next takes what is left.
ITEMS_MAX = 10_000


@command(action=Action.CREATE, record=DunningNotice, zh="执行催款")
class RunDunning:
    """Ask every customer for what is overdue by the levels set: a notice a customer and currency.

    An item goes up one level at a time. The payload shows the first notice.
    """

    dunned_on: date | None = argument(doc="Day of the notices; today unless given.", zh="催款日期", default=None)


_company_id = bindparam("company_id", type_=SmallInteger())
_level, _item, _account = DunningLevel.table, OpenItem.table, Account.table
_LEVELS = select(_level.c.level, _level.c.days_overdue, _level.c.days_between).where(_level.c.company_id == _company_id)
_OVERDUE = (
    select(_item, stands_for(_item.c.party_id).label("debtor_id"))
    .join_from(_item, _account, (_account.c.company_id == _item.c.company_id) & (_account.c.id == _item.c.account_id))
    .where(
        _item.c.company_id == _company_id,
        _account.c.role == AccountRole.RECEIVABLE.value,
        _item.c.open_transaction_amount > 0,
        _item.c.due_on < bindparam("on", type_=Date()),
        _item.c.occurred_on <= bindparam("on", type_=Date()),
    )
    .order_by(_item.c.id)
    .limit(ITEMS_MAX)
    .with_for_update(of=_item)
)


async def run_dunning(work: Work, commands: Sequence[RunDunning]) -> Results[DunningNotice]:
    """The first notice of each run; a refusal stands in its own place.

    Raises per row: NothingToPost where nobody is to be asked. Emits: CustomersDunned.
    """
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        try:
            outcomes.append(await _run(work, one.dunned_on or work.now.date()))
        except DomainError as refusal:
            outcomes.append(refusal)
    return Results(outcomes)


async def _run(work: Work, on: date) -> UUID:
    """One run: the next of the batch finds the items at the level they have reached."""
    levels = [
        Level(level=row["level"], days_overdue=row["days_overdue"], days_between=row["days_between"])
        for row in await work.fetch(_LEVELS)
    ]
    due: list[tuple[Row, Level]] = []
    for row in await work.fetch(_OVERDUE, on=on):
        level = next_level(levels, row["dunning_level"], row["due_on"], row["dunned_on"], on)
        if level is not None:
            due.append((row, level))
    if not due:
        raise NothingToPost(day=on.isoformat())
    by_customer: defaultdict[tuple[UUID, str], list[tuple[Row, Level]]] = defaultdict(list)
    for row, level in due:
        owed = by_customer[row["debtor_id"], row["transaction_currency"]]
        if len(owed) < LINES_MAX:
            owed.append((row, level))
    ids = await _write(work, by_customer, on)
    work.emit("CustomersDunned", DunningNotice, ids)
    return ids[0]


async def _write(
    work: Work, by_customer: Mapping[tuple[UUID, str], Sequence[tuple[Row, Level]]], on: date
) -> list[UUID]:
    await work.update(
        OpenItem,
        [
            {"id": row["id"], "dunning_level": level.level, "dunned_on": on}
            for owed in by_customer.values()
            for row, level in owed
        ],
        fields=("dunning_level", "dunned_on"),
    )
    numbers = await work.number(NOTICE_NUMBERS, len(by_customer))
    ids = [new_id() for _ in by_customer]
    await work.insert(
        DunningNotice,
        [
            {
                "id": id_,
                "number": number,
                "party_id": party_id,
                "dunned_on": on,
                "level": max(level.level for _, level in owed),
                "currency": currency,
                "total": total([row["open_transaction_amount"] for row, _ in owed]),
            }
            for id_, number, ((party_id, currency), owed) in zip(ids, numbers, by_customer.items(), strict=True)
        ],
    )
    lines = [
        {
            "dunning_notice_id": id_,
            "position": position,
            "open_item_id": row["id"],
            "level": level.level,
            "days_overdue": (on - row["due_on"]).days,
            "amount": row["open_transaction_amount"],
        }
        for id_, owed in zip(ids, by_customer.values(), strict=True)
        for position, (row, level) in enumerate(owed, start=1)
    ]
    await work.insert(DunningNoticeLine, lines)
    return ids
