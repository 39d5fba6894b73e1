"""Commands on client tiers: what each tier allows, and which account or key has which.

They take hold within seconds in every process (`server.tiers` looks), without a new policy version: a tier opens
nothing, it only says how much.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from domain.core.accounts import ApiKey, UserAccount
from domain.core.actors import Action
from domain.core.client_tiers import RESTORE_RATE_MAX, ClientTier
from domain.core.commands import Results, argument, command
from domain.core.errors import DomainError, NotFound, Rejected
from domain.core.records import Record
from domain.core.work import Work

# What a tier limits; every one is a whole number that fits an integer column.
LIMITS = (
    "tokens", "depth", "aliases", "root_fields", "mutations", "directives", "cost", "bucket", "restore_rate",
    "webhooks",
)  # fmt: skip
LIMIT_MAX = 2**31 - 1


@command(action=Action.ADMINISTER, record=ClientTier, zh="调整客户端等级")
class ChangeClientTier:
    """Change what the clients of a tier may ask; whatever is not given stays."""

    tier_id: UUID = argument(doc="The tier that changes.", zh="客户端等级", reference="client_tier")
    expected_version: int | None = argument(doc="The version you decided on.", zh="预期版本", default=None)
    tokens: int | None = argument(doc="Lexical tokens of a document at most.", zh="词法单元上限", default=None)
    depth: int | None = argument(doc="Levels of nested fields at most.", zh="嵌套层数上限", default=None)
    aliases: int | None = argument(doc="Aliases of a document at most.", zh="别名上限", default=None)
    root_fields: int | None = argument(doc="Fields at the root of a query at most.", zh="根字段上限", default=None)
    mutations: int | None = argument(doc="Mutations of a document at most.", zh="变更上限", default=None)
    directives: int | None = argument(doc="Directives of a document at most.", zh="指令上限", default=None)
    cost: int | None = argument(doc="Points of one operation at most.", unit="point", zh="单次成本上限", default=None)
    bucket: int | None = argument(
        doc="Points that a client may spend at once.", unit="point", zh="令牌桶容量", default=None
    )
    restore_rate: int | None = argument(
        doc="Points that a client gets back in a second.", unit="point/s", zh="每秒恢复点数", default=None
    )
    webhooks: int | None = argument(
        doc="Webhook subscriptions of an account at most.", zh="网络钩子订阅上限", default=None
    )


async def change_client_tier(work: Work, commands: Sequence[ChangeClientTier]) -> Results[ClientTier]:
    """The tiers, changed.

    Raises: NotFound, StaleVersion, Rejected (per row). Emits: ClientTierChanged.
    """
    rows = await work.lock(ClientTier, [one.tier_id for one in commands])
    stale = await work.stale(ClientTier, rows, {one.tier_id: one.expected_version for one in commands})
    outcomes: list[UUID | DomainError] = []
    changed: dict[UUID, Mapping[str, Any]] = {}
    for one in commands:
        row = changed.get(one.tier_id) or rows.get(one.tier_id)
        if row is None:
            outcomes.append(NotFound(("tier",), what="client_tier", key=str(one.tier_id)))
            continue
        given = {name: getattr(one, name) for name in LIMITS}
        wanted = {name: row[name] if value is None else value for name, value in given.items()}
        refusal = stale.get(one.tier_id) or limits_refused(wanted)
        if refusal is None:
            changed[one.tier_id] = {"id": one.tier_id, **wanted}
        outcomes.append(refusal or one.tier_id)
    if changed:
        await work.update(ClientTier, list(changed.values()), fields=LIMITS)
        work.emit("ClientTierChanged", ClientTier, list(changed))
    return Results(outcomes)


def limits_refused(wanted: Mapping[str, int]) -> DomainError | None:
    """Why no tier can have these limits, or None."""
    for name, value in wanted.items():
        if not 1 <= value <= (RESTORE_RATE_MAX if name == "restore_rate" else LIMIT_MAX):
            reason, reason_zh = "it is out of range", "超出范围"
            return Rejected((name,), what=name, value=value, reason=reason, reason_zh=reason_zh)
    if wanted["bucket"] < wanted["cost"]:
        reason, reason_zh = "an operation of the highest cost must fit into it", "须容纳成本最高的操作"
        return Rejected(("bucket",), what="bucket", value=wanted["bucket"], reason=reason, reason_zh=reason_zh)
    return None


@command(action=Action.ADMINISTER, record=UserAccount, zh="指定用户的客户端等级")
class AssignUserTier:
    """Let the programs of an account ask as much as a tier allows."""

    user_id: UUID = argument(doc="Whose programs.", zh="用户", reference="user_account")
    tier_id: UUID | None = argument(
        doc="The tier; that of the account's audience unless given.", zh="客户端等级", reference="client_tier",
        default=None,
    )  # fmt: skip


async def assign_user_tier(work: Work, commands: Sequence[AssignUserTier]) -> Results[UserAccount]:
    """The accounts with their tiers.

    Raises: NotFound (per row). Emits: UserAccountTierAssigned, ApiKeyTierAssigned.
    """
    return Results(await _assigned(work, UserAccount, "user", [(one.user_id, one.tier_id) for one in commands]))


@command(action=Action.ADMINISTER, record=ApiKey, zh="指定接口密钥的客户端等级")
class AssignKeyTier:
    """Let a key ask as much as a tier allows, out of a bucket of its own."""

    key_id: UUID = argument(doc="The key.", zh="接口密钥", reference="api_key")
    tier_id: UUID | None = argument(
        doc="The tier; the tier and the bucket of its account unless given.", zh="客户端等级",
        reference="client_tier", default=None,
    )  # fmt: skip


async def assign_key_tier(work: Work, commands: Sequence[AssignKeyTier]) -> Results[ApiKey]:
    """The keys with their tiers.

    Raises: NotFound (per row). Emits: UserAccountTierAssigned, ApiKeyTierAssigned.
    """
    return Results(await _assigned(work, ApiKey, "key", [(one.key_id, one.tier_id) for one in commands]))


async def _assigned(
    work: Work, record: type[Record], what: str, wanted: Sequence[tuple[UUID, UUID | None]]
) -> list[UUID | DomainError]:
    """One outcome a wish: the row, now of the tier; of two wishes for one row the later one holds."""
    rows = await work.lock(record, [id_ for id_, _ in wanted])
    tiers = await work.lock(ClientTier, [tier for _, tier in wanted if tier is not None])
    outcomes: list[UUID | DomainError] = []
    changed: dict[UUID, Mapping[str, Any]] = {}
    for id_, tier in wanted:
        if id_ not in rows:
            outcomes.append(NotFound((what,), what=record.table.name, key=str(id_)))
        elif tier is not None and tier not in tiers:
            outcomes.append(NotFound(("tier",), what="client_tier", key=str(tier)))
        else:
            changed[id_] = {"id": id_, "client_tier_id": tier}
            outcomes.append(id_)
    if changed:
        await work.update(record, list(changed.values()), fields=("client_tier_id",))
        work.emit(f"{record.__name__}TierAssigned", record, list(changed))
    return outcomes
