"""The group's chart, and which account of a company counts as which of the group."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Date, SmallInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from domain.consolidation.group_charts import group_chart
from domain.consolidation.models import AccountMapping, GroupAccount
from domain.core.actors import Action
from domain.core.commands import Results, argument, command, part
from domain.core.errors import DomainError, NotFound
from domain.core.quantity import RATE, positive
from domain.core.work import Work
from domain.finance.models import Account
from domain.finance.packs import PackName
from domain.finance.rules.journals import line_count


class NothingToMap(DomainError):
    code = "NOTHING_TO_MAP"
    zh = "{day} 没有可按代码映射的科目。"
    en = "On {day} no account without a mapping has the code of a group account."


@command(action=Action.ADMINISTER, record=GroupAccount, zh="加载集团科目表")
class LoadGroupChart:
    """Give the group the chart of a pack; accounts it has already stay as they are."""

    pack: PackName = argument(doc="The pack.", zh="财务包", default=PackName.CHINA)


@part
class AccountMappingInput:
    """An account of the company and what it counts as."""

    account_id: UUID = argument(doc="The account of the company.", zh="公司科目", reference="account")
    group_account_id: UUID = argument(doc="The account of the group.", zh="集团科目", reference="group_account")
    historical_rate: Decimal | None = argument(
        doc="Units of the group's currency for one of the company's, where it is translated at a rate of its own.",
        zh="历史汇率", number="rate", default=None,
    )  # fmt: skip


@command(action=Action.ADMINISTER, record=AccountMapping, zh="映射科目")
class MapAccounts:
    """Say which group account each of some accounts counts as from a day on."""

    valid_from: date = argument(doc="First day it counts as that.", zh="生效日期")
    mappings: tuple[AccountMappingInput, ...] = argument(doc="The accounts, 1 to 1,000.", zh="映射")


@command(action=Action.ADMINISTER, record=AccountMapping, zh="按代码映射科目")
class MapAccountsByCode:
    """Map every account that has no mapping on the day to the group account of the same code, where there is one."""

    valid_from: date = argument(doc="First day it counts as that.", zh="生效日期")


_company_id = bindparam("company_id", type_=SmallInteger())
_group, _account, _mapping = GroupAccount.table, Account.table, AccountMapping.table
_CODES = select(_group.c.code)
_FIRST = select(_group.c.id).order_by(_group.c.code).limit(1)
_TARGETS = select(_group.c.id, _group.c.code).where(
    _group.c.id == func.any(bindparam("ids", type_=ARRAY(Uuid()))), _group.c.archived_at.is_(None)
)
_OWN = select(_account.c.id).where(
    _account.c.company_id == _company_id, _account.c.id == func.any(bindparam("ids", type_=ARRAY(Uuid())))
)
_UNMAPPED = (
    select(_account.c.id, _group.c.id.label("group_account_id"))
    .join_from(_account, _group, _group.c.code == _account.c.code)
    .where(
        _account.c.company_id == _company_id,
        _group.c.archived_at.is_(None),
        ~select(1)
        .where(
            _mapping.c.company_id == _account.c.company_id,
            _mapping.c.account_id == _account.c.id,
            _mapping.c.valid_from <= bindparam("valid_from", type_=Date()),
        )
        .exists(),
    )
    .order_by(_account.c.code)
)


async def load_group_charts(work: Work, commands: Sequence[LoadGroupChart]) -> Results[GroupAccount]:
    """The first account of the chart, all of it now the group's; running it again adds nothing.

    Raises per row: NotFound for a pack without a chart of a group.
    """
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        known = {row["code"] for row in await work.fetch(_CODES)}
        rows = group_chart(one.pack)
        new = [
            {**cells, "role": cells["role"] or None, "is_eliminated": cells["is_eliminated"] == "true"}
            for cells in rows
            if cells["code"] not in known
        ]
        if not rows:
            outcomes.append(NotFound(("pack",), what="chart", key=one.pack.value))
            continue
        if new:
            await work.insert(GroupAccount, new)
        outcomes.append((await work.fetch(_FIRST))[0]["id"])
    return Results(outcomes)


async def map_accounts(work: Work, commands: Sequence[MapAccounts]) -> Results[AccountMapping]:
    """The first mapping of each command; a refusal stands in its own place.

    Raises per row: NotFound, Rejected. Raises: AlreadyExists for an account that has a mapping from the same day.
    """
    named = [one for each in commands for one in each.mappings]
    own = {row["id"] for row in await work.fetch(_OWN, ids=sorted({one.account_id for one in named}))}
    targets = {row["id"] for row in await work.fetch(_TARGETS, ids=sorted({one.group_account_id for one in named}))}
    outcomes: list[UUID | DomainError] = []
    for each in commands:
        try:
            line_count(len(each.mappings))
            for place, one in enumerate(each.mappings):
                path = ("mappings", place)
                if one.account_id not in own:
                    raise NotFound((*path, "account"), what="account", key=str(one.account_id))
                if one.group_account_id not in targets:
                    raise NotFound((*path, "groupAccount"), what="group account", key=str(one.group_account_id))
                if one.historical_rate is not None:
                    positive(one.historical_rate, RATE, "historicalRate", (*path, "historicalRate"))
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        rows = [
            {
                "account_id": one.account_id, "group_account_id": one.group_account_id, "valid_from": each.valid_from,
                "historical_rate": one.historical_rate,
            }
            for one in each.mappings
        ]  # fmt: skip
        outcomes.append((await work.insert(AccountMapping, rows))[0])
    return Results(outcomes)


async def map_accounts_by_code(work: Work, commands: Sequence[MapAccountsByCode]) -> Results[AccountMapping]:
    """The first of the new mappings of each command. Raises per row: NothingToMap."""
    outcomes: list[UUID | DomainError] = []
    for one in commands:
        found = await work.fetch(_UNMAPPED, valid_from=one.valid_from)
        rows = [
            {"account_id": row["id"], "group_account_id": row["group_account_id"], "valid_from": one.valid_from}
            for row in found
        ]
        if rows:
            outcomes.append((await work.insert(AccountMapping, rows))[0])
        else:
            outcomes.append(NothingToMap(day=one.valid_from.isoformat()))
    return Results(outcomes)
