"""Issues: goods leave stock for a customer, for production, or for good."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import SmallInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.core.actors import Action
from domain.core.commands import Results, argument, command, part
from domain.core.errors import DomainError, NotFound, Rejected
from domain.core.ids import new_id
from domain.core.ledger import Source
from domain.core.work import Work
from domain.finance.journal import accounts
from domain.finance.models import Account, AccountRole
from domain.inventory.balances import counter_location
from domain.inventory.entries import write_book
from domain.inventory.known import Known, known_of, line_count
from domain.inventory.models import MoveKind, StockMove, StockStatus
from domain.inventory.posting import apply_acts, open_book
from domain.inventory.rules import Act, Line, StockKey
from domain.master_data.places import LocationKind


class IssuePurpose(StrEnum):
    """What goods are issued for."""

    SALES = "SALES"
    PRODUCTION = "PRODUCTION"
    SCRAP = "SCRAP"


# Where goods go and which account takes their cost, by purpose; only scrap may be of goods that are not released.
DESTINATIONS: Mapping[IssuePurpose, tuple[LocationKind, AccountRole]] = {
    IssuePurpose.SALES: (LocationKind.CUSTOMER, AccountRole.COST_OF_SALES),
    IssuePurpose.PRODUCTION: (LocationKind.PRODUCTION, AccountRole.WORK_IN_PROCESS),
    IssuePurpose.SCRAP: (LocationKind.LOSS, AccountRole.SCRAP),
}

_account = Account.table
_ACCOUNTS = select(_account.c.id).where(
    _account.c.company_id == bindparam("company_id", type_=SmallInteger()),
    _account.c.id == func.any(bindparam("ids", type_=ARRAY(Uuid()))),
)


@part
class IssueLineInput:
    """Goods that leave one place."""

    item_id: UUID = argument(doc="What leaves.", zh="物料", reference="item")
    location_id: UUID = argument(doc="Where it is.", zh="库位", reference="location")
    quantity: Decimal = argument(doc="How much leaves.", zh="数量", number="quantity")
    lot_number: str | None = argument(doc="The lot that leaves.", zh="批号", default=None)
    status: StockStatus = argument(doc="Status of the goods.", zh="库存状态", default=StockStatus.RELEASED)


@command(action=Action.POST, record=StockMove, zh="发料", key_required=True)
class IssueStock:
    """Take goods out of stock; their cost goes to the account of the purpose, or to the account named."""

    lines: tuple[IssueLineInput, ...] = argument(doc="What leaves.", zh="发料行")
    purpose: IssuePurpose = argument(doc="What the goods are for.", zh="用途")
    account_id: UUID | None = argument(
        doc="The account that takes the cost; the purpose's unless given.", zh="科目", reference="account", default=None
    )
    issued_on: date | None = argument(doc="Day of the issue; today unless given.", zh="发料日期", default=None)


async def issue_stock(
    work: Work, commands: Sequence[IssueStock], sources: Sequence[Source] | None = None
) -> Results[StockMove]:
    """The moves that took the goods out; a refusal stands in its own place. `sources` are the documents that asked for
    each.

    Posts: the cost of the goods by the item's method, one voucher an issue; differences of later moves where it is
    dated back. Raises per row: NotFound, Rejected, InsufficientStock, PeriodClosed. Emits: StockChanged.
    """
    lines = [line for one in commands for line in one.lines]
    known = await known_of(work, lines, [line.location_id for line in lines])
    named = sorted({one.account_id for one in commands if one.account_id})
    known_accounts = {row["id"] for row in await work.fetch(_ACCOUNTS, ids=named)} if named else set[UUID]()
    purposes = sorted({one.purpose for one in commands})
    own = await accounts(work, *(DESTINATIONS[purpose][1] for purpose in purposes))
    outside = {purpose: await counter_location(work, DESTINATIONS[purpose][0]) for purpose in purposes}
    planned: list[Act | DomainError] = []
    for one, source in zip(commands, sources or [None] * len(commands), strict=True):
        try:
            if one.account_id is not None and one.account_id not in known_accounts:
                raise NotFound(("account",), what="account", key=str(one.account_id))
            account = one.account_id or own[DESTINATIONS[one.purpose][1]]
            act = _act(one, known, outside[one.purpose], account, one.issued_on or work.now.date())
            planned.append(replace(act, source=source))
        except DomainError as refusal:
            planned.append(refusal)
    return Results(await perform_acts(work, planned))


def _act(one: IssueStock, known: Known, outside_id: UUID, account_id: UUID, on: date) -> Act:
    """The issue, checked. Raises: NotFound, Rejected."""
    line_count(len(one.lines))
    lines: list[Line] = []
    for place, asked in enumerate(one.lines):
        try:
            key = known.key(asked, asked.location_id, asked.status)
            if asked.status is not StockStatus.RELEASED and one.purpose is not IssuePurpose.SCRAP:
                reason, reason_zh = "only released goods are available", "仅放行的库存可用"
                raise Rejected(("status",), what="status", value=asked.status, reason=reason, reason_zh=reason_zh)
        except DomainError as refusal:
            raise refusal.at("lines", place) from None
        lines.append(outgoing(key, asked.quantity, outside_id, account_id))
    return Act(id=new_id(), kind=MoveKind.ISSUE, occurred_on=on, lines=tuple(lines))


def outgoing(key: StockKey, quantity: Decimal, outside_id: UUID, account_id: UUID) -> Line:
    """Goods leave the company's stock, their cost goes to an account, and what is found of it later too."""
    outside = StockKey(key.item_id, outside_id, key.lot_id)
    return Line(source=key, target=outside, quantity=quantity, account_id=account_id, correction_id=account_id)


async def perform_acts(work: Work, planned: Sequence[Act | DomainError]) -> list[UUID | DomainError]:
    """The moves of the acts that break no rule, posted; a refusal stands in its own place."""
    acts = [one for one in planned if isinstance(one, Act)]
    if not acts:
        return [one for one in planned if isinstance(one, DomainError)]
    book = await open_book(work, acts)
    outcomes = iter(await apply_acts(book, acts))
    told = [one if isinstance(one, DomainError) else next(outcomes) for one in planned]
    if book.drafts:
        await write_book(work, book)
    return told


__all__ = ["IssueLineInput", "IssuePurpose", "IssueStock", "issue_stock", "outgoing", "perform_acts"]
